//! Disabling and revoking, with an administrator's token.

use serde_json::{Value, json};

use super::Scene;
use crate::util::token;

#[test]
fn a_token_is_disabled_then_revoked() {
    let scene = Scene::new(60);
    let (short, admin) = (scene.short(), scene.server.admin.clone());
    let shown = format!(
        "token {} \"a token\" of @root, with the roles system_admin system_user",
        scene.token_id
    );
    let active = || {
        scene
            .server
            .world()
            .tokens
            .iter()
            .find(|token| token.id == scene.token_id)
            .map(|token| token.is_active)
    };
    scene
        .respond_as(&admin, &["disable", &short, "report.json", "--dry-run"])
        .code(0)
        .says(&shown)
        .says("nothing was changed");
    // Nobody sits there to be asked.
    scene
        .respond_as(&admin, &["disable", &short, "report.json"])
        .code(2)
        .says(&shown)
        .complains("--yes");
    assert_eq!(active(), Some(true));
    let done = scene
        .respond_as(&admin, &["disable", &short, "report.json", "--yes"])
        .code(0);
    done.says(&shown)
        .says("disabled")
        .says("REJECTED: the server refuses it");
    assert_eq!(active(), Some(false));
    // A check between the two changes the report, which still says what is to be revoked.
    scene
        .dir
        .program(["verify", "--from", "report.json", "--output", "report.json"])
        .args(["--server", &scene.server.url()])
        .run()
        .code(0)
        .says("REJECTED");
    assert_eq!(
        scene.report()["findings"][0]["verdict"]["status"],
        "rejected"
    );
    scene
        .respond_as(&admin, &["disable", &short, "report.json", "--yes"])
        .code(0)
        .says("REJECTED: the server refuses it already");
    scene
        .respond_as(&admin, &["revoke", &short, "report.json", "--yes"])
        .code(0)
        .says("revoked")
        .says("REJECTED");
    assert_eq!(active(), None);
    scene
        .respond_as(&admin, &["revoke", &short, "report.json", "--yes"])
        .code(0)
        .says("no token of this id")
        .says("REJECTED");
    scene.assert_kept();
}

#[test]
fn nothing_is_done_to_what_is_not_meant() {
    let scene = Scene::new(61);
    let (short, admin) = (scene.short(), scene.server.admin.clone());
    let disable = |token: &str| {
        scene
            .respond_as(token, &["disable", &short, "report.json", "--yes"])
            .code(2)
    };
    disable(&scene.server.bot.clone()).complains("the token's user lacks the right");
    let report = scene.dir.read("report.json");
    // The report is of another server.
    scene.edit(|finding| finding["host"]["url"] = "https://chat.example.org".into());
    let asked = scene.server.world().asked;
    disable(&admin).complains(
        "the report pairs this credential with https://chat.example.org, and --server is",
    );
    assert_eq!(scene.server.world().asked, asked);
    // The token id is another user's than the report says.
    scene.dir.file("report.json", &report);
    let bots = {
        let mut world = scene.server.world();
        let bot = world.users[0].id.clone();
        world.token(&bot).0
    };
    scene.edit(|finding| finding["verdict"]["token_id"] = bots.clone().into());
    disable(&admin).complains("the report names another token than the one that leaked");
    for bad in ["../../x", "", "a b"] {
        scene.edit(|finding| finding["verdict"]["token_id"] = bad.into());
        disable(&admin).complains("the report does not name the token's id");
    }
    scene.verdict("rejected");
    disable(&admin).complains("verify --from");
    assert!(
        scene
            .server
            .world()
            .tokens
            .iter()
            .all(|token| token.is_active)
    );
}

/// Another token of a user; its id.
fn others(scene: &Scene, user: usize) -> String {
    let mut world = scene.server.world();
    let user = world.users[user].id.clone();
    world.token(&user).0
}

fn all_active(scene: &Scene) -> bool {
    scene
        .server
        .world()
        .tokens
        .iter()
        .all(|token| token.is_active)
}

/// A report that somebody has changed leads to nobody's token.
#[test]
fn a_report_alone_does_nothing_to_anybody() {
    let scene = Scene::new(62);
    let (short, admin) = (scene.short(), scene.server.admin.clone());
    let run = |act: &str, more: &[&str]| {
        scene.respond_as(
            &admin,
            &[&[act, &short, "report.json", "--yes"], more].concat(),
        )
    };
    // Another token of the same user.
    let other = others(&scene, 1);
    scene.edit(|finding| finding["verdict"]["token_id"] = other.clone().into());
    run("disable", &[])
        .code(2)
        .complains("names another token than the one that leaked");
    // No owner, and another owner.
    scene.verdict("active");
    scene.edit(|finding| finding["verdict"]["owner"] = Value::Null);
    run("disable", &[])
        .code(2)
        .complains("does not say whose it is");
    run("disable", &["--user", "ann"])
        .code(2)
        .complains("another user's than was said");
    scene.verdict("active");
    scene.edit(|finding| finding["verdict"]["owner"]["username"] = "ann".into());
    run("disable", &[])
        .code(2)
        .complains("another user's than was said");
    assert!(all_active(&scene));
    // The server refuses what leaked, and the report names an active token of somebody.
    let anns = others(&scene, 2);
    scene
        .server
        .world()
        .tokens
        .retain(|token| token.id != scene.token_id);
    scene.edit(|finding| finding["verdict"]["token_id"] = anns.clone().into());
    run("disable", &[]).code(0).says("refuses it already");
    run("revoke", &[]).code(2).complains("it is another one");
    scene.edit(|finding| finding["verdict"]["owner"] = Value::Null);
    run("revoke", &["--user", "ann"])
        .code(2)
        .complains("does not say whose it is");
    assert!(all_active(&scene));
    assert!(
        scene
            .server
            .world()
            .tokens
            .iter()
            .any(|token| token.id == anns)
    );
}

#[test]
fn what_is_not_found_again_needs_a_name() {
    let scene = Scene::new(68);
    let (short, admin) = (scene.short(), scene.server.admin.clone());
    let run = |more: &[&str]| {
        scene.respond_as(
            &admin,
            &[&["disable", &short, "report.json", "--yes"], more].concat(),
        )
    };
    scene.dir.file("bot.env", "");
    run(&[]).code(2).complains("--user NAME");
    run(&["--user", "ann"])
        .code(2)
        .complains("another user's than was said");
    assert!(all_active(&scene));
    // Done, and nobody knows whether it was the right one.
    run(&["--user", "root"])
        .code(2)
        .says("disabled")
        .says("not checked again");
    let world = scene.server.world();
    assert!(
        world
            .tokens
            .iter()
            .any(|token| token.id == scene.token_id && !token.is_active)
    );
    drop(world);
    // Logins, too.
    scene.edit(|finding| finding["kind"] = "session_token".into());
    let args = ["revoke", &short, "report.json", "--yes"];
    scene
        .respond_as(&admin, &args)
        .code(2)
        .complains("--user NAME");
}

/// Makes the finding one of another kind, whose secret stands in a list of the server.
fn of_kind(scene: &Scene, kind: &str, rule: &str, list: &'static str, object: Value) {
    scene.edit(|finding| {
        (finding["kind"], finding["rule_id"]) = (kind.into(), rule.into());
        finding["verdict"]["token_id"] = Value::Null;
    });
    let mut world = scene.server.world();
    let other = json!({"id": token(62_001), "token": token(62_002), "client_secret": token(62_003), "name": "other"});
    world.objects.insert(list, vec![other, object]);
}

#[test]
fn other_kinds_end_by_their_own_ways() {
    let row = |scene: &Scene, list: &'static str| scene.server.world().objects[list].clone();
    for (n, kind, list, key) in [
        (63, "incoming_webhook", "hooks/incoming", "id"),
        (64, "outgoing_webhook_token", "hooks/outgoing", "token"),
        (65, "slash_command_token", "commands", "token"),
        (66, "oauth_client_secret", "oauth/apps", "client_secret"),
    ] {
        let scene = Scene::new(n);
        let mut object =
            json!({"id": token(62_004), "display_name": "deploys", "trigger": "deploy"});
        object[key] = scene.leak.clone().into();
        of_kind(&scene, kind, "mattermost-access-token", list, object);
        let admin = scene.server.admin.clone();
        let run = |act: &str, more: &[&str]| {
            let short = scene.short();
            let args = [&[act, &short, "report.json", "--team", "sec"], more].concat();
            scene.respond_as(&admin, &args)
        };
        run("disable", &["--yes"])
            .code(2)
            .complains("cannot be disabled, only revoked")
            .complains("respond revoke");
        run("revoke", &["--dry-run"])
            .code(0)
            .says("deploys")
            .says("nothing was changed");
        let before = row(&scene, list);
        let said = run("revoke", &["--yes"]).text();
        assert!(
            said.contains("cannot be undone") && said.contains("revoked"),
            "{kind} {said}"
        );
        let after = row(&scene, list);
        assert_eq!(after[0], before[0], "{kind}");
        let gone = after
            .get(1)
            .is_none_or(|object| object[key] != before[1][key]);
        assert!(gone, "{kind} {after:?}");
        // The new secret is nobody's business.
        let fresh = after
            .get(1)
            .and_then(|object| object[key].as_str())
            .unwrap_or("no such thing");
        assert!(!said.contains(fresh), "{said}");
        run("revoke", &["--yes"]).code(2);
    }
}

#[test]
fn logins_end_all_together_and_some_kinds_not_here() {
    let scene = Scene::new(67);
    let admin = scene.server.admin.clone();
    {
        let mut world = scene.server.world();
        let at = world
            .tokens
            .iter()
            .position(|token| token.id == scene.token_id)
            .expect("a token");
        world.tokens[at].session = true;
    }
    scene.edit(|finding| finding["kind"] = "session_token".into());
    let args = ["revoke", &scene.short(), "report.json", "--yes"];
    scene
        .respond_as(&admin, &args)
        .code(0)
        .says("all logins of @root")
        .says("REJECTED");
    scene
        .respond_as(&admin, &args)
        .code(0)
        .says("refuses it already");
    for (kind, why) in [
        ("oauth_refresh_token", "OAuth 2.0 Connected Applications"),
        ("remote_cluster_token", "Secure Connections"),
        ("boards_token", "no way to do that to this kind"),
        ("team_invite_id", "Regenerate"),
    ] {
        scene.edit(|finding| finding["kind"] = kind.into());
        scene.respond_as(&admin, &args).code(2).complains(why);
    }
}
