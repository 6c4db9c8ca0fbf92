//! The connection, and messages.

use serde_json::json;

use super::Scene;
use crate::util::token;

#[test]
fn the_test_button_says_what_is_there_and_what_is_missing() {
    let scene = Scene::new(1);
    let said = scene
        .respond(&["test", "--team", "sec"])
        .code(0)
        .quietly()
        .text();
    for line in [
        "ok       the token is the bot @mlbot's",
        "ok       it is in the team sec",
        "ok       the right create_post",
    ] {
        assert!(said.contains(line), "{said}");
    }
    assert!(
        said.contains("note     the right revoke_user_access_token"),
        "{said}"
    );
    // A right that holds for one's own tokens alone is no administrator's.
    assert!(
        said.contains(
            "note     the right edit_other_users: for disable and revoke of what is another's"
        ),
        "{said}"
    );
    // Without a name the only team is meant.
    scene
        .respond(&["test", "--channel", "alerts"])
        .code(0)
        .says("ok       the channel alerts");
    scene
        .respond(&["test", "--channel", "board"])
        .code(2)
        .says("MISSING  the channel board: not there, or private");
    scene
        .server
        .world()
        .withheld
        .insert("create_public_channel");
    scene
        .respond(&["test"])
        .code(2)
        .says("MISSING  the right create_public_channel: for open");
    scene
        .respond(&["test", "--team", "other"])
        .code(2)
        .says("MISSING  find the team other: there is no such team");
    scene.server.world().teams[0].2.clear();
    scene
        .respond(&["test", "--team", "sec"])
        .code(2)
        .says("MISSING");
    scene
        .respond(&["test"])
        .code(2)
        .says("MISSING  tell which team is meant: the token's user is in none");
}

#[test]
fn a_public_channel_is_joined_first() {
    let scene = Scene::new(320);
    let alerts = |world: &mut crate::respond::world::World| {
        let mut channels = world.channels.iter_mut();
        let alerts = channels.find(|channel| channel.name == "alerts");
        std::mem::take(&mut alerts.expect("a channel").members)
    };
    alerts(&mut scene.server.world());
    scene
        .respond(&["message", "--channel", "alerts", "report.json"])
        .code(0);
    let bot = scene.server.world().users[0].id.clone();
    assert!(alerts(&mut scene.server.world()).contains(&bot));
}

#[test]
fn a_wrong_token_and_a_wrong_server_are_named() {
    let scene = Scene::new(2);
    let wrong = token(50_900);
    let said = scene.respond_as(&wrong, &["test"]).code(2).errors();
    assert!(
        said.contains("cannot see whose the token is: the server does not take the token"),
        "{said}"
    );
    // What is no Mattermost gets no token.
    let other = crate::live::server::Server::new(|_| crate::live::server::Answer::html(200));
    let command = scene
        .dir
        .program(["respond", "test", "--server", &other.url()]);
    let output = command
        .with(|inner| {
            inner.env("MATTERLEAKS_TOKEN", &wrong);
        })
        .run();
    output
        .code(2)
        .complains("cannot reach a Mattermost server at");
    other.assert_told_nothing();
    // Nor is a token taken from the command line, or sent in clear over a network.
    scene
        .dir
        .program([
            "respond",
            "test",
            "--token",
            "x",
            "--server",
            "http://chat.example.org",
        ])
        .run()
        .code(2);
    let command = scene
        .dir
        .program(["respond", "test", "--server", "http://chat.example.org"]);
    let output = command
        .with(|inner| {
            inner.env("MATTERLEAKS_TOKEN", &wrong);
        })
        .run();
    let output = output.code(2);
    assert!(!output.errors().contains("run it again"), "{output}");
    output.complains("--allow-http");
    scene
        .dir
        .program(["respond", "test", "--server", &scene.server.url()])
        .run()
        .code(2)
        .complains("no token: set");
    // A file will do, and only a file.
    scene.dir.file("token", format!("{}\n", scene.server.bot));
    let file = [
        "respond",
        "test",
        "--server",
        &scene.server.url(),
        "--token-file",
    ];
    scene.dir.program(file).args(["token"]).run().code(0);
    scene
        .dir
        .program(file)
        .args(["."])
        .run()
        .code(2)
        .complains("not a regular file");
    scene
        .dir
        .program(file)
        .args(["none"])
        .run()
        .code(2)
        .complains("cannot read the token from none");
}

#[test]
fn a_message_says_all_and_is_sent_once() {
    let scene = Scene::new(3);
    scene.with_history("Ann Example <ann@example.org>");
    let args = ["message", "--channel", "alerts", "report.json"];
    scene.respond(&args).code(0).quietly().says("told ~alerts");
    scene.respond(&args).code(0).says("~alerts has it already");
    {
        let world = scene.server.world();
        let said = world.said("alerts");
        assert_eq!(said.len(), 1);
        let text = &said[0].message;
        let url = scene.server.url();
        for part in [
            "CRITICAL Mattermost personal token",
            &format!("finding `{}`", scene.short()),
            &format!("**Server** `{url}`"),
            "**ACTIVE**: `root`, roles `system_admin system_user`",
            &format!("token id `{}`", scene.token_id),
            "**Where** `bot.env:2`",
            "**Brought in** `d20f18eb46` `2026-11-22` by `Ann Example <ann@example.org>`: `Add the bot`",
            "**Now** still at HEAD; on `refs/heads/main`",
            "1. Disable the token first",
        ] {
            assert!(text.contains(part), "{text}\nit lacks {part}");
        }
    }
    // That it was checked again is no news.
    scene.edit(|finding| finding["verdict"]["checked_at"] = "2026-11-28T10:00:00Z".into());
    scene.respond(&args).code(0).says("~alerts has it already");
    // To a user, and where both are given the channel wins.
    scene
        .respond(&[
            "message",
            "--to",
            "ann",
            "--finding",
            &scene.id()[..8],
            "report.json",
        ])
        .code(0)
        .says("told @ann");
    scene
        .respond(&["message", "--to", "ann@example.org", "report.json"])
        .code(0)
        .says("@ann has it already");
    let before = scene.server.world().posts.len();
    scene
        .respond(&[
            "message",
            "--to",
            "bob",
            "--channel",
            "alerts",
            "report.json",
        ])
        .code(0)
        .says("~alerts has it already");
    assert_eq!(scene.server.world().posts.len(), before);
    scene.assert_kept();
}

#[test]
fn a_dry_run_needs_nobody() {
    let scene = Scene::new(4);
    let asked = scene.server.world().asked;
    let output = scene.dir.program([
        "respond",
        "message",
        "--dry-run",
        "--to",
        "ann",
        "--server",
        "https://chat.example.org",
    ]);
    output
        .args(["report.json"])
        .run()
        .code(0)
        .quietly()
        .says("What to do now");
    assert_eq!(scene.server.world().asked, asked);
}

#[test]
fn what_cannot_be_told_is_said() {
    let scene = Scene::new(5);
    for (args, why) in [
        (
            &["--to", "nobody"][..],
            "cannot find the user @nobody: the server knows nobody of this name",
        ),
        (
            &["--channel", "none"],
            "cannot post to the channel none: there is none of this name in the team, or it is private",
        ),
        (&["--channel", "board"], "/invite it there"),
        (
            &["--channel", "alerts", "--team", "other"],
            "cannot find the team other: there is no such team",
        ),
        (
            &["--channel", "alerts", "--finding", "00000000"],
            "the report has no finding 00000000",
        ),
        (&["--channel", "../x"], "a name as in URLs"),
        (
            &["--to", "a/../b"],
            "neither a user's name nor an e-mail address",
        ),
        (&[], "required"),
    ] {
        scene
            .respond(&[&["message"], args, &["report.json"]].concat())
            .code(2)
            .complains(why);
    }
    scene.server.world().channels[0].delete_at = 1;
    let archived = ["message", "--channel", "alerts", "report.json"];
    scene.respond(&archived).code(2).complains("it is archived");
    scene.server.world().channels[0].delete_at = 0;
    scene.server.world().withheld.insert("create_post");
    scene
        .respond(&archived)
        .code(2)
        .complains("the token's user lacks the right");
    scene
        .respond(&["message", "--to", "ann", "bot.env"])
        .code(2)
        .complains("not a report in the format json");
    scene.dir.file("none.json", r#"{"schema_version": 9}"#);
    scene
        .respond(&["message", "--to", "ann", "none.json"])
        .code(2)
        .complains("a report of schema version 9");
}

#[test]
fn long_reports_come_in_several_posts() {
    let scene = Scene::new(6);
    scene.server.world().max_post = 4_000;
    let mut report = scene.report();
    let one = report["findings"][0].clone();
    let many: Vec<_> = (0..40u64)
        .map(|n| {
            let mut finding = one.clone();
            finding["id"] = crate::util::id(&token(51_000 + n)).into();
            finding["locations"][0]["path"] = format!("{}.env", "x".repeat(150)).into();
            finding
        })
        .collect();
    report["findings"] = json!(many);
    scene.dir.file("report.json", report.to_string());
    let args = ["message", "--channel", "alerts", "report.json"];
    scene.respond(&args).code(0);
    let posts: Vec<String> = scene
        .server
        .world()
        .said("alerts")
        .iter()
        .map(|post| post.message.clone())
        .collect();
    assert!((4..40).contains(&posts.len()), "{}", posts.len());
    assert!(posts.iter().all(|post| post.chars().count() <= 4_000));
    let told = |id: &str| posts.iter().any(|post| post.contains(&id[..12]));
    assert!(
        many.iter()
            .all(|finding| told(finding["id"].as_str().expect("an id")))
    );
    scene.respond(&args).code(0).says("has it already");
    assert_eq!(scene.server.world().said("alerts").len(), posts.len());
}

/// Who writes a path, an author or a server's name may want to alarm everybody, or to look like us.
#[test]
fn strangers_words_stay_words() {
    let scene = Scene::new(7);
    let attack = "`@all` @channel ~town-square #x :boom: [a](https://evil.example) ![i](x) **b** </b>\n# h\u{202e}";
    scene.with_history(&format!("{attack} <ann@example.org>"));
    scene.edit(|finding| {
        finding["locations"][0]["path"] = attack.into();
        finding["history"]["introduced"][0]["subject"] = attack.into();
        finding["history"]["refs"] = json!([attack]);
        finding["verdict"]["owner"]["username"] = attack.into();
        finding["verdict"]["token_id"] = attack.into();
        finding["secret"]["redacted"] = attack.into();
        finding["host"]["url"] = attack.into();
    });
    let mut report = scene.report();
    for rule in report["tool"]["rules"].as_array_mut().expect("rules") {
        (rule["title"], rule["help"]) = (attack.into(), attack.into());
    }
    scene.dir.file("report.json", report.to_string());
    scene
        .respond(&["message", "--channel", "alerts", "report.json"])
        .code(0);
    let text = scene.server.world().said("alerts")[0].message.clone();
    // In code nothing is a mention; outside of it no word of it is left whole.
    let outside: String = text.split('`').step_by(2).collect();
    let outside = outside.replace("\\[", "").replace("\\]", "");
    for part in [
        "@all", "@channel", "~town", "#x", ":boom:", "](http", "![", "**b",
    ] {
        assert!(!outside.contains(part), "{text}\nit has {part}");
    }
    assert!(
        !text.contains('\u{202e}') && !text.contains("\n# h"),
        "{text}"
    );
    assert_eq!(text.matches('`').count() % 2, 0, "{text}");
    assert!(text.contains("(masked)"), "{text}");
    // Nor is a word of theirs a verdict.
    scene.edit(|finding| finding["verdict"]["status"] = attack.into());
    scene
        .respond(&["message", "--channel", "alerts", "report.json"])
        .code(2)
        .complains("not a report in the format json");
}
