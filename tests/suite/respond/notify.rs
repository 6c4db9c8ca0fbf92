//! `scan --notify-channel`.

use super::Scene;
use crate::live::scene::env;
use crate::util::{Dir, Output, token};

fn scan(scene: &Scene, args: &[&str]) -> Output {
    let to = [
        "--notify-channel",
        "alerts",
        "--notify-server",
        &scene.server.url(),
        "--notify-team",
        "sec",
    ];
    let command = scene.dir.scan(["bot.env"]).args(to).args(args);
    command
        .with(|inner| {
            inner.env("MATTERLEAKS_TOKEN", &scene.server.bot);
            inner.env("XDG_STATE_HOME", scene.dir.path("state"));
        })
        .run()
}

const STATE: &str = "state/matterleaks/told.json";

fn posts(scene: &Scene) -> Vec<String> {
    scene
        .server
        .world()
        .said("alerts")
        .iter()
        .map(|post| post.message.clone())
        .collect()
}

#[test]
fn a_credential_is_told_once_and_once_more_when_it_is_live() {
    let scene = Scene::new(80);
    scan(&scene, &["--dry-run"])
        .code(1)
        .complains("Leaked Mattermost credentials");
    assert!(posts(&scene).is_empty());
    scan(&scene, &[]).code(1).complains("told ~alerts of 1");
    scan(&scene, &[]).code(1).quietly();
    assert_eq!(posts(&scene).len(), 1);
    assert!(
        posts(&scene)[0].contains(&format!("finding `{}`", scene.short())),
        "{:?}",
        posts(&scene)
    );
    // It is proven to be live: that is news.
    scan(&scene, &["--verify", "--allow-private"])
        .code(1)
        .complains("told ~alerts of 1");
    scan(&scene, &["--verify", "--allow-private"])
        .code(1)
        .quietly();
    scan(&scene, &[]).code(1).quietly();
    assert_eq!(posts(&scene).len(), 2);
    // Only what is new is told.
    let other = token(53_000);
    let two = env(&scene.server.url(), &scene.leak) + &env("https://chat.example.org", &other);
    scene.dir.file("bot.env", two);
    scan(&scene, &[]).code(1).complains("told ~alerts of 1");
    assert!(
        posts(&scene)[2].contains(&crate::util::id(&other)[..12])
            && !posts(&scene)[2].contains(&scene.short())
    );
    // The list was lost: the channel knows.
    std::fs::remove_file(scene.dir.path(STATE)).expect("a list");
    scan(&scene, &[]).code(1).quietly();
    assert_eq!(posts(&scene).len(), 3);
    scene.assert_kept();
    // Nothing found is nothing told.
    scene.dir.file("bot.env", "");
    let asked = scene.server.world().asked;
    scan(&scene, &[]).code(0).quietly();
    assert_eq!(scene.server.world().asked, asked);
}

#[test]
fn what_goes_wrong_does_not_hide_what_was_found() {
    let scene = Scene::new(81);
    scene.server.world().channels[0].delete_at = 1;
    scan(&scene, &[])
        .code(1)
        .complains("cannot tell ~alerts: cannot post to the channel alerts: it is archived");
    scene.server.world().channels[0].delete_at = 0;
    scan(&scene, &[]).code(1).complains("told ~alerts of 1");
    // What is wrong with the flags is said before the scan.
    scene.dir.file(STATE, "{}");
    scan(&scene, &[])
        .code(1)
        .complains("not a list of what was told");
    std::fs::remove_file(scene.dir.path(STATE)).expect("a list");
    scene
        .dir
        .file("told.json", r#"{"version": 1, "channels": {}}"#);
    scene.dir.link(STATE, "../../told.json");
    scan(&scene, &[])
        .code(1)
        .complains("not a list of what was told");
    // Nor is one made behind a link.
    let other = Dir::new();
    scene.dir.link("away", other.path("."));
    scan(&scene, &["--notify-state", "away/new/told.json"])
        .code(1)
        .complains("a link in its path leads out of this folder");
    assert!(!other.path("new").exists());
    let none = ["--notify-channel", "alerts"];
    scene
        .dir
        .scan(none)
        .run()
        .code(2)
        .complains("--notify-channel needs --notify-server URL");
    let server = scene.server.url();
    scene
        .dir
        .scan(none)
        .args(["--notify-server", &server, "--notify-state", "x.json"])
        .run()
        .code(1)
        .says("bot.env")
        .complains("no token: set MATTERLEAKS_TOKEN");
    // Clean, and nobody would have been told.
    let clean = scene.dir.scan(["--notify-server", &server, "told.json"]);
    let output = clean.args(none).run().code(2);
    assert!(!output.errors().contains("--token-file"), "{output}");
    scene
        .dir
        .scan(["--notify-server", &server])
        .run()
        .code(2)
        .complains("--notify-channel");
}

/// Who writes what is scanned may want nobody to hear of it.
#[test]
fn a_list_in_what_is_scanned_is_not_believed() {
    let scene = Scene::new(114);
    let channel = format!("{}/sec/alerts", scene.server.url());
    let list = serde_json::json!({"version": 1, "channels": {channel: {scene.id(): true}}});
    for path in [".matterleaks-told.json", STATE] {
        scene.dir.file(path, list.to_string());
    }
    scan(&scene, &["."]).code(1).complains("told ~alerts of 1");
    // The channel remembers.
    scan(&scene, &["."]).code(1).quietly();
    assert_eq!(scene.dir.read(STATE), list.to_string());
    assert_eq!(posts(&scene).len(), 1);
    // One that is named is.
    let named = Scene::new(114);
    let channel = format!("{}/sec/alerts", named.server.url());
    let list = serde_json::json!({"version": 1, "channels": {channel: {named.id(): true}}});
    named.dir.file("told.json", list.to_string());
    scan(&named, &["--notify-state", "told.json"])
        .code(1)
        .quietly();
    assert!(posts(&named).is_empty());
}
