//! Incidents: opened, kept up to date in both directions, closed.

use serde_json::{Value, json};

use super::Scene;
use crate::util::{assert_valid, token};

#[test]
fn an_incident_is_opened_once() {
    let scene = Scene::new(20);
    scene.with_history("Ann Example <ann@example.org>");
    let (id, name) = (scene.id(), scene.channel());
    let args = ["open", &id[..8], "report.json", "--invite", "bob"];
    let said = scene.respond(&args).code(0).quietly().text();
    let wanted = format!(
        "{name} opened\nposted the finding\n@bob is there\n@root is there\n@ann is there\n"
    );
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&said), sorted(&wanted));
    let posts = {
        let world = scene.server.world();
        let channel = world.find(&name);
        let inside: Vec<&str> = (world.users.iter())
            .filter(|user| channel.members.contains(&user.id))
            .map(|user| user.name.as_str())
            .collect();
        assert_eq!(
            (channel.kind, inside),
            ("O", vec!["mlbot", "root", "ann", "bob"])
        );
        // The finding comes before anybody does.
        let first = world
            .posts
            .iter()
            .find(|post| post.channel == channel.id && post.kind != "system_join_channel");
        assert!(
            first.is_some_and(|post| post.message.contains("CRITICAL Mattermost personal token"))
        );
        world.posts.len()
    };
    let said = scene.respond(&args).code(0).text();
    assert!(
        said.contains("is open") && !said.contains("posted"),
        "{said}"
    );
    assert_eq!(scene.server.world().posts.len(), posts);
    scene.assert_kept();
}

#[test]
fn who_cannot_come_is_named() {
    let scene = Scene::new(21);
    scene.with_history("Eve <eve@example.org>");
    scene.edit(|finding| {
        let again = |author: &str| json!({"commit": "a".repeat(40), "author": author, "date": "2026-11-22T10:00:00Z", "subject": "x"});
        let authors = ["Gone <gone@example.org>", "X <../../users/me>", "mlbot <mlbot@example.org>", "nobody"];
        let commits = authors.map(again);
        finding["history"]["introduced"].as_array_mut().expect("commits").extend(commits);
        finding["verdict"]["owner"]["username"] = "ann".into();
    });
    let said = scene
        .respond(&["open", &scene.id(), "report.json"])
        .code(0)
        .text();
    for line in [
        "@ann is there",
        "eve@example.org was not invited: that user is not in the team",
        "gone@example.org was not invited: not known to the server",
        "mlbot@example.org was not invited: a bot",
    ] {
        assert!(said.contains(line), "{said}\nit lacks {line}");
    }
    // The owner is a user of the leaked token's server: of another server than ours it may be anybody.
    let other = Scene::new(22);
    other.edit(|finding| finding["host"]["url"] = "https://chat.example.org".into());
    other
        .respond(&["open", &other.id(), "report.json"])
        .code(0)
        .lacks("@root");
    // Who was named must be there, before anything is made.
    let none = Scene::new(23);
    let failed = none
        .respond(&[
            "open",
            &none.id(),
            "report.json",
            "--invite",
            "nobody@example.org",
        ])
        .code(2);
    failed.complains("cannot find the user nobody@example.org");
    assert!(
        none.server
            .world()
            .channels
            .iter()
            .all(|channel| !channel.name.starts_with("incident"))
    );
    none.respond(&["open", &none.id(), "report.json", "--invite", "eve"])
        .code(2)
        .complains("add the user to the team first");
}

#[test]
fn private_channels_and_closed_ones() {
    let scene = Scene::new(24);
    let (id, name) = (scene.id(), scene.channel());
    let open = |more: &[&str]| scene.respond(&[&["open", &id, "report.json"], more].concat());
    open(&["--private"]).code(0);
    assert_eq!(scene.server.world().find(&name).kind, "P");
    scene
        .respond(&["close", &id[..12]])
        .code(0)
        .says("closed: its channel is archived");
    scene
        .respond(&["close", &name])
        .code(0)
        .says("was closed already");
    open(&["--private"])
        .code(2)
        .complains("--reopen restores it");
    open(&["--private", "--reopen"]).code(0).says("is open");
    // Private, and we were thrown out of it.
    let bot = scene.server.world().users[0].id.clone();
    let mut world = scene.server.world();
    let channel = world
        .channels
        .iter_mut()
        .find(|channel| channel.name == name);
    channel.expect("a channel").members.remove(&bot);
    drop(world);
    open(&["--private"])
        .code(2)
        .complains("its channel is private, and the token's user is not in it");
    scene
        .respond(&["close", &id])
        .code(2)
        .complains("it has no channel in the team, or it is private");
    // A public one does not become private.
    let public = Scene::new(25);
    public
        .respond(&["open", &public.id(), "report.json"])
        .code(0);
    public
        .respond(&["open", &public.id(), "report.json", "--private"])
        .code(2)
        .complains("there and public");
    public
        .server
        .world()
        .withheld
        .insert("delete_public_channel");
    public
        .respond(&["close", &public.id()[..8], "report.json"])
        .code(2)
        .complains("the token's user lacks the right");
    public
        .respond(&["close", &public.id()[..8]])
        .code(2)
        .complains("at least 12 digits");
}

#[test]
fn a_channel_that_is_another_findings_is_left_alone() {
    let scene = Scene::new(26);
    scene.respond(&["open", &scene.id(), "report.json"]).code(0);
    scene.edit(|finding| {
        let id = finding["id"].as_str().expect("an id")[..12].to_owned() + &"0".repeat(52);
        finding["id"] = id.into();
    });
    let id = scene.report()["findings"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    scene
        .respond(&["open", &id, "report.json"])
        .code(2)
        .complains("is that of another finding");
}

#[test]
fn what_changed_is_told_once() {
    let scene = Scene::new(27);
    scene.with_history("Ann <ann@example.org>");
    let name = scene.channel();
    scene
        .respond(&["sync", "report.json"])
        .code(0)
        .says("no incident is open");
    scene.respond(&["open", &scene.id(), "report.json"]).code(0);
    let said = || -> Vec<String> {
        let world = scene.server.world();
        world
            .said(&name)
            .iter()
            .map(|post| post.message.clone())
            .collect()
    };
    let sync = |wanted: &str| {
        scene
            .respond(&["sync", "report.json"])
            .code(0)
            .says(&format!("{name}: {wanted}"))
    };
    sync("nothing new to tell");
    scene.verdict("rejected");
    scene
        .respond(&["sync", "--dry-run", "report.json"])
        .code(0)
        .says("would post")
        .says("rejected: its server refuses it");
    assert_eq!(said().len(), 1);
    sync("told what changed");
    sync("nothing new to tell");
    assert!(said()[1].contains("- **Live** rejected"), "{:?}", said());
    // Moved by a line it is no other place.
    scene.edit(|finding| {
        let mut place = finding["locations"][0].clone();
        finding["locations"][0]["line"] = 9.into();
        place["path"] = "copy/`@all`.env".into();
        finding["locations"]
            .as_array_mut()
            .expect("places")
            .push(place);
        finding["history"]["at_head"] = false.into();
    });
    sync("told what changed");
    assert!(
        said()[2].contains("- **New place** `copy/'@all'.env:2`")
            && said()[2].contains("- **Now** not at HEAD")
    );
    assert!(!said()[2].contains("bot.env"), "{}", said()[2]);
    // It comes back: that is news again, though the words are those of before.
    scene.verdict("active");
    sync("told what changed");
    scene.verdict("rejected");
    sync("told what changed");
    assert_eq!(said().len(), 5);
    // A report without checks knows nothing, and that is no news.
    scene.verdict("not_checked");
    sync("nothing new to tell");
    scene.edit(|finding| finding["history"] = Value::Null);
    sync("nothing new to tell");
    // Another report has nothing to say of it.
    scene.edit(|finding| finding["id"] = crate::util::id(&token(52_000)).into());
    sync("not in this report");
    scene.assert_kept();
}

#[test]
fn what_people_write_comes_back() {
    let scene = Scene::new(28);
    let name = scene.channel();
    scene.respond(&["open", &scene.id(), "report.json"]).code(0);
    let pasted = token(52_001);
    {
        let mut world = scene.server.world();
        let (channel, ann, bot) = (
            world.find(&name).id.clone(),
            world.users[2].id.clone(),
            world.users[0].id.clone(),
        );
        world.write(
            &channel,
            &ann,
            "I have rotated it.\n**done** \u{1b}[31m",
            "",
        );
        world.write(&channel, &ann, &format!("the old one was {pasted}"), "");
        world.write(&channel, &ann, "joined", "system_join_channel");
        world.write(&channel, &bot, "a person at the bot's keyboard", "");
        // Whoever forges our mark is not us.
        let forged = world.write(&channel, &ann, "told already", "");
        let post = world
            .posts
            .iter_mut()
            .find(|post| post.id == forged)
            .expect("a post");
        post.props = json!({"matterleaks": {"key": "x", "finding": scene.id(), "state": {"verdict": "rejected"}}});
    }
    scene
        .respond(&["sync", "--direction", "to-channel", "report.json"])
        .code(0)
        .lacks("read");
    assert_eq!(scene.report()["findings"][0].get("incident"), None);
    let args = ["sync", "--direction", "from-channel", "report.json"];
    scene.respond(&args).code(0).says("4 new messages read");
    scene.respond(&args).code(0).lacks("read");
    let report = scene.report();
    assert_valid(&report);
    let incident = &report["findings"][0]["incident"];
    assert_eq!(
        (incident["channel"].as_str(), incident["state"].as_str()),
        (Some(name.as_str()), Some("open"))
    );
    let notes = incident["notes"].as_array().expect("notes");
    let texts: Vec<&str> = notes
        .iter()
        .filter_map(|note| note["text"].as_str())
        .collect();
    assert_eq!(texts[0], "I have rotated it.\n**done** \u{1b}[31m");
    assert_eq!(texts[1], format!("the old one was {}…", &pasted[..4]));
    assert_eq!(
        (notes[0]["author"].as_str(), notes[2]["author"].as_str()),
        (Some("ann"), Some("mlbot"))
    );
    // Into another file the first stays as it is; every other format can still be made of it.
    let mut world = scene.server.world();
    let (channel, bob) = (world.find(&name).id.clone(), world.users[3].id.clone());
    for n in 0..130 {
        world.write(
            &channel,
            &bob,
            &format!("note {n} {}", "x".repeat(5_000)),
            "",
        );
    }
    drop(world);
    let before = scene.dir.read("report.json");
    scene
        .respond(&["sync", "--output", "new.json", "report.json"])
        .code(0)
        .says("130 new messages read");
    assert_eq!(scene.dir.read("report.json"), before);
    let new: Value = serde_json::from_str(&scene.dir.read("new.json")).expect("a report");
    assert_valid(&new);
    let notes = new["findings"][0]["incident"]["notes"]
        .as_array()
        .expect("notes")
        .clone();
    assert_eq!(notes.len(), 134);
    assert!(
        notes
            .iter()
            .all(|note| note["text"].as_str().expect("text").chars().count() <= 4_000)
    );
    scene
        .dir
        .program(["report", "new.json", "--format", "html"])
        .run()
        .code(0);
    // Posts are asked for page by page.
    let pages = scene.server.heard().matches("page=2&per_page=60").count();
    assert!(pages > 0);
}

#[test]
fn an_incident_closes_itself_when_all_is_over() {
    let scene = Scene::new(29);
    let name = scene.channel();
    scene.respond(&["open", &scene.id(), "report.json"]).code(0);
    let sync = || {
        scene
            .respond(&["sync", "--autoclose", "report.json"])
            .code(0)
            .text()
    };
    let archived = || scene.server.world().find(&name).delete_at > 0;
    // Live, and there.
    assert!(!sync().contains("closed") && !archived());
    scene.verdict("rejected");
    assert!(sync().contains("is rejected and stays open: a file on disk holds it") && !archived());
    // Gone, and nobody has asked the server.
    scene.dir.file("bot.env", "# it comes from the vault now\n");
    scene.verdict("unknown");
    assert!(!sync().contains("closed") && !archived());
    scene.verdict("rejected");
    let said = sync();
    assert!(
        said.contains(&format!("{name}: closed")) && archived(),
        "{said}"
    );
    assert_eq!(scene.report()["findings"][0]["incident"]["state"], "closed");
    assert!(sync().contains("no incident is open"));
    // Closed by hand, the report learns of it, too.
    let other = Scene::new(31);
    other.respond(&["open", &other.id(), "report.json"]).code(0);
    other.respond(&["sync", "report.json"]).code(0);
    assert_eq!(other.report()["findings"][0]["incident"]["state"], "open");
    other.respond(&["close", &other.id()]).code(0);
    other.respond(&["sync", "report.json"]).code(0);
    assert_eq!(other.report()["findings"][0]["incident"]["state"], "closed");
}

#[test]
fn what_a_branch_still_holds_is_not_over() {
    let scene = Scene::new(30);
    let git = |args: &[&str]| {
        let settings = [
            "-c",
            "user.name=Ann",
            "-c",
            "user.email=ann@example.org",
            "-c",
            "init.defaultBranch=main",
        ];
        scene
            .dir
            .command("git")
            .args(settings)
            .args(args)
            .run()
            .code(0);
    };
    git(&["init", "-q"]);
    git(&["add", "bot.env"]);
    git(&["commit", "-q", "-m", "Add the bot"]);
    git(&["branch", "old"]);
    git(&["rm", "-q", "bot.env"]);
    git(&["commit", "-q", "-m", "Remove the token"]);
    scene.scan(&["--history"]);
    scene.verdict("rejected");
    let name = scene.channel();
    scene
        .respond(&["open", &scene.id(), "report.json"])
        .code(0)
        .says("@ann is there");
    let sync = || {
        scene
            .respond(&["sync", "--autoclose", "report.json"])
            .code(0)
            .text()
    };
    let said = sync();
    assert!(said.contains("stays open: a ref's tip holds it"), "{said}");
    git(&["tag", "-a", "-m", "x", "v1", "old"]);
    git(&["branch", "-q", "-D", "old"]);
    let said = sync();
    assert!(said.contains("stays open: a ref's tip holds it"), "{said}");
    git(&["tag", "-d", "v1"]);
    let said = sync();
    assert!(said.contains(&format!("{name}: closed")), "{said}");
}
