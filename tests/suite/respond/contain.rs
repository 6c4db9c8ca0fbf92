//! Disabling and revoking, with an administrator's token.

use serde_json::{Value, json};

use super::Scene;
use crate::util::{Output, token};

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
    // It cannot say any more whose it is.
    let revoke = ["revoke", &short, "report.json", "--yes"];
    scene
        .respond_as(&admin, &revoke)
        .code(2)
        .complains("--user NAME");
    // A disabled token of that user may be another one.
    let named = [&revoke[..], &["--user", "root"]].concat();
    scene
        .respond_as(&admin, &named)
        .code(2)
        .says("--token-id")
        .says("nothing was changed");
    assert_eq!(active(), Some(false));
    let chosen = [&named[..], &["--token-id", &scene.token_id]].concat();
    scene
        .respond_as(&admin, &chosen)
        .code(0)
        .says("revoked")
        .says("REJECTED");
    assert_eq!(active(), None);
    scene
        .respond_as(&admin, &chosen)
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
    // What the report says of ids and owners counts for nothing.
    scene.dir.file("report.json", &report);
    let bots = {
        let mut world = scene.server.world();
        let bot = world.users[0].id.clone();
        world.token(&bot).0
    };
    let typed = |id: &str| {
        let args = ["disable", &short, "report.json", "--yes", "--token-id", id];
        scene.respond_as(&admin, &args).code(2)
    };
    typed(&bots).complains("another token than the one that leaked, as its server says");
    for bad in ["../../x", "", "a b"] {
        typed(bad).complains("not the id of a token");
    }
    assert!(all_active(&scene));
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

/// Runs a command on a report that somebody has changed: it says another id, owner and kind.
fn changed(scene: &Scene, act: &str, token_id: &str, owner: &str, kind: &str) -> Output {
    scene.edit(|finding| {
        finding["kind"] = kind.into();
        finding["verdict"] = json!({
            "status": "active", "reason": null, "detail": null, "checked_at": "2026-11-27T10:00:00Z",
            "owner": {"username": owner, "is_bot": false, "roles": ["system_user"]}, "token_id": token_id,
        });
    });
    let args = [act, &scene.short(), "report.json", "--yes"];
    scene.respond_as(&scene.server.admin.clone(), &args)
}

/// The ids of the tokens that work.
fn active(scene: &Scene) -> Vec<String> {
    let world = scene.server.world();
    let active = world.tokens.iter().filter(|token| token.is_active);
    active.map(|token| token.id.clone()).collect()
}

/// A report that somebody has changed leads to nobody's token, whatever kind it says that it is.
#[test]
fn a_report_alone_does_nothing_to_anybody() {
    const KINDS: [&str; 6] = [
        "access_token",
        "session_token",
        "oauth_access_token",
        "incoming_webhook",
        "outgoing_webhook_token",
        "oauth_client_secret",
    ];
    for (n, kind) in (300..).zip(KINDS) {
        for act in ["disable", "revoke"] {
            let scene = Scene::new(n);
            // Another token of the same owner, and one of another user that is disabled.
            let (same, anns) = (others(&scene, 1), others(&scene, 2));
            let ann = scene.server.world().users[2].name.clone();
            {
                let mut world = scene.server.world();
                let token = world.tokens.iter_mut().find(|token| token.id == anns);
                token.expect("a token").is_active = false;
                let user = world.users[2].id.clone();
                let (_, login) = world.token(&user);
                let login = world.tokens.iter_mut().find(|token| token.secret == login);
                login.expect("a login").session = true;
            }
            let before = active(&scene);
            changed(&scene, act, &same, "root", kind).code(0);
            let left: Vec<String> =
                (before.iter().filter(|id| **id != scene.token_id).cloned()).collect();
            assert_eq!(active(&scene), left, "{act} {kind}");
            // What leaked is refused now: the report's word of somebody's disabled token is none.
            changed(&scene, "revoke", &anns, &ann, kind)
                .code(2)
                .complains("--user NAME");
            let world = scene.server.world();
            assert!(world.tokens.iter().any(|token| token.id == anns));
            drop(world);
            assert_eq!(active(&scene), left, "{act} {kind}");
        }
    }
}

#[test]
fn a_person_who_is_logged_in_keeps_the_other_tokens() {
    let scene = Scene::new(68);
    let (short, admin) = (scene.short(), scene.server.admin.clone());
    {
        let mut world = scene.server.world();
        world.logged_in = true;
        let ann = world.users[2].id.clone();
        let leaked = world
            .tokens
            .iter_mut()
            .find(|token| token.id == scene.token_id);
        leaked.expect("a token").user = ann;
    }
    let run = |act: &str, more: &[&str]| {
        let args = [&[act, &short, "report.json", "--yes"], more].concat();
        scene.respond_as(&admin, &args)
    };
    // The only one of its owner that works.
    run("disable", &["--dry-run"])
        .code(0)
        .says("the only one that it can be")
        .says("nothing was changed");
    run("disable", &[])
        .code(0)
        .says("disabled")
        .says("REJECTED");
    assert!(!active(&scene).contains(&scene.token_id));
    // Two of them: whoever sits there chooses.
    let other = others(&scene, 2);
    let enable = |id: &str| {
        let mut world = scene.server.world();
        let token = world.tokens.iter_mut().find(|token| token.id == id);
        token.expect("a token").is_active = true;
    };
    enable(&scene.token_id);
    let both = active(&scene);
    run("disable", &[])
        .code(2)
        .says(&format!(
            "{other} \"a token\", last used 2023-11-14T22:13:20Z"
        ))
        .says(&scene.token_id)
        .says("--token-id");
    assert_eq!(active(&scene), both);
    run("disable", &["--token-id", &scene.token_id])
        .code(0)
        .says("REJECTED");
    assert!(active(&scene).contains(&other));
    // The only one that works is another one, of which the leaked value is no part: it works again afterwards.
    enable(&scene.token_id);
    {
        let mut world = scene.server.world();
        let leaked = world
            .tokens
            .iter_mut()
            .find(|token| token.id == scene.token_id);
        leaked.expect("a token").session = true;
    }
    for act in ["disable", "revoke"] {
        run(act, &[])
            .code(2)
            .says("disabled")
            .says("it is enabled again")
            .lacks("revoked");
        assert!(active(&scene).contains(&other), "{act}");
    }
}

#[test]
fn what_is_not_found_again_needs_the_id() {
    let scene = Scene::new(69);
    let (short, admin) = (scene.short(), scene.server.admin.clone());
    let run = |more: &[&str]| {
        scene.respond_as(
            &admin,
            &[&["disable", &short, "report.json", "--yes"], more].concat(),
        )
    };
    scene.dir.file("bot.env", "");
    run(&[]).code(2).complains("--token-id ID");
    run(&["--user", "root"]).code(2).complains("--token-id ID");
    let id = ["--token-id", &scene.token_id];
    run(&[&id[..], &["--user", "ann"]].concat())
        .code(2)
        .complains("another user's than was said");
    assert!(all_active(&scene));
    // Done, and nobody knows whether it was the right one.
    run(&id).code(2).says("disabled").says("not checked again");
    assert!(!active(&scene).contains(&scene.token_id));
    // Logins, too.
    scene.edit(|finding| finding["kind"] = "session_token".into());
    let args = ["revoke", &short, "report.json", "--yes"];
    for user in [&[][..], &["--user", "ann"]] {
        scene
            .respond_as(&admin, &[&args[..], user].concat())
            .code(2)
            .complains("nothing shows whose login it is");
    }
}

/// Makes the leak one of another kind, whose secret stands in a list of the server.
fn of_kind(scene: &Scene, key: &str, list: &'static str, object: Value) {
    written_as(scene, key);
    let mut world = scene.server.world();
    let other = json!({"id": token(62_001), "token": token(62_002), "client_secret": token(62_003), "name": "other"});
    world.objects.insert(list, vec![other, object]);
}

/// Writes the leak under another key, and a report of it.
fn written_as(scene: &Scene, key: &str) {
    let text = format!(
        "MATTERMOST_URL={}\n{key}={}\n",
        scene.server.url(),
        scene.leak
    );
    scene.dir.file("bot.env", text);
    scene.scan(&["--all-kinds"]);
}

#[test]
fn other_kinds_end_by_their_own_ways() {
    let row = |scene: &Scene, list: &'static str| scene.server.world().objects[list].clone();
    for (n, kind, list, key) in [
        (63, "INCOMING_WEBHOOK_ID", "hooks/incoming", "id"),
        (64, "OUTGOING_WEBHOOK_TOKEN", "hooks/outgoing", "token"),
        (65, "SLASH_COMMAND_TOKEN", "commands", "token"),
        (66, "OAUTH_CLIENT_SECRET", "oauth/apps", "client_secret"),
    ] {
        let scene = Scene::new(n);
        let mut object =
            json!({"id": token(62_004), "display_name": "deploys", "trigger": "deploy"});
        object[key] = scene.leak.clone().into();
        of_kind(&scene, kind, list, object);
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
        // Of a webhook a check shows that it is gone; the others cannot be checked.
        let code = if key == "id" { 0 } else { 2 };
        run("revoke", &["--yes"])
            .code(code)
            .says("lists none with this secret");
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
    written_as(&scene, "MMAUTHTOKEN");
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
        ("OAUTH_REFRESH_TOKEN", "OAuth 2.0 Connected Applications"),
        ("REMOTE_CLUSTER_TOKEN", "Secure Connections"),
        ("TEAM_INVITE_ID", "Regenerate"),
    ] {
        written_as(&scene, kind);
        scene.respond_as(&admin, &args).code(2).complains(why);
    }
}
