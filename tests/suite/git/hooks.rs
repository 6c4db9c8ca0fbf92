//! `scan --range -` under real hooks: `git push` to a bare repository whose hook rejects, and before it is sent.

use super::scene::{Scene, places, told};
use crate::util::{id, paired, token};

const HOOK: &str = "$SCAN --range - --unpaired fail --format human --format json --output /dev/stderr --output report.json";
const ZERO: &str = "0000000000000000000000000000000000000000";

/// A repository `a` with a commit that is pushed to `bare`.
fn pushed() -> Scene {
    let scene = Scene::with(&[("x", "\n")]);
    scene.git(".", &["init", "-q", "--bare", "bare"]);
    scene.git("a", &["remote", "add", "origin", "../bare"]);
    scene.git("a", &["push", "-q", "origin", "main"]);
    scene
}

/// One whose receiver looks first. The report of the last push is in `bare/report.json`.
fn received() -> Scene {
    let scene = pushed();
    scene.hook("bare", "pre-receive", HOOK);
    scene
}

fn report(scene: &Scene, repository: &str) -> serde_json::Value {
    serde_json::from_str(&scene.dir.read(&format!("{repository}/report.json"))).expect("JSON")
}

#[track_caller]
fn rejected(scene: &Scene, args: &[&str], n: u64) -> serde_json::Value {
    let args = [&["push"], args].concat();
    scene
        .try_git("a", &args)
        .code(1)
        .complains("pre-receive hook declined");
    let report = report(scene, "bare");
    let found: Vec<String> = told(&report).into_iter().map(|found| found.0).collect();
    assert_eq!(found, [id(&token(n))], "{report:#}");
    report
}

#[test]
fn a_push_with_a_credential_is_rejected() {
    let scene = received();
    scene.commit(&[("a.env", &paired(&token(1)))]);
    // Few objects come loose, many in a pack: both wait in quarantine.
    for limit in ["1000", "1"] {
        scene.git("bare", &["config", "receive.unpackLimit", limit]);
        let report = rejected(&scene, &["origin", "main"], 1);
        assert_eq!(
            report["findings"][0]["history"]["refs"],
            serde_json::json!(["refs/heads/main"])
        );
    }
    // Also if a later commit takes it away.
    scene.commit(&[("a.env", "\n")]);
    rejected(&scene, &["origin", "main"], 1);
    assert_eq!(
        scene.git("bare", &["count-objects"]).split(' ').next(),
        Some("3")
    );
    scene.git("a", &["reset", "-q", "--hard", "origin/main"]);
    scene.commit(&[("a.env", "\n")]);
    scene.git("a", &["push", "-q", "origin", "main"]);
    assert_eq!(report(&scene, "bare")["coverage"]["commits"], 1);
}

#[test]
fn new_branches_bring_what_no_ref_has() {
    let scene = received();
    scene.git("a", &["checkout", "-qb", "side"]);
    scene.commit(&[("a.env", &paired(&token(1)))]);
    rejected(&scene, &["origin", "side"], 1);
    scene.git("a", &["reset", "-q", "--hard", "HEAD~1"]);
    scene.commit(&[("b", "\n")]);
    scene.git(
        "a",
        &["push", "-q", "origin", "side", "side:refs/heads/again"],
    );
    assert_eq!(
        report(&scene, "bare")["coverage"]["commits"],
        1,
        "not those of main"
    );
    // Nothing that is there already is read once more.
    scene.git("a", &["push", "-q", "origin", "side:refs/heads/third"]);
    assert_eq!(report(&scene, "bare")["coverage"]["documents"], 0);
    // The name is part of what is pushed.
    let name = format!("side:refs/heads/mattermost_token={}", token(2));
    let report = rejected(&scene, &["origin", &name], 2);
    assert_eq!(places(&report)[0].0, "ref");
}

#[test]
fn deleting_brings_nothing() {
    let scene = received();
    scene.git("a", &["push", "-q", "origin", "main:refs/heads/gone"]);
    scene.git("a", &["push", "-q", "origin", ":refs/heads/gone"]);
    assert_eq!(report(&scene, "bare")["coverage"]["documents"], 0);
}

#[test]
fn a_forced_push_brings_what_the_old_tip_lacks() {
    let scene = received();
    scene.commit(&[("a", "\n")]);
    scene.git("a", &["push", "-q", "origin", "main"]);
    scene.git("a", &["reset", "-q", "--hard", "HEAD~1"]);
    scene.commit(&[("a.env", &paired(&token(1)))]);
    rejected(&scene, &["--force", "origin", "main"], 1);
}

#[test]
fn tags_are_read_with_what_they_say_and_point_at() {
    let scene = received();
    let message = format!(
        "Mattermost https://chat.example.org\nmattermost_token={}",
        token(1)
    );
    scene.git("a", &["tag", "-a", "said", "-m", &message]);
    let report = rejected(&scene, &["origin", "said"], 1);
    assert_eq!(places(&report)[0].0, "tag_message");
    assert_eq!(
        report["findings"][0]["history"]["refs"],
        serde_json::json!(["refs/tags/said"])
    );
    // A commit that only a tag leads to, through another tag.
    scene.git("a", &["checkout", "-q", "--detach"]);
    scene.commit(&[("a.env", &paired(&token(2)))]);
    scene.git("a", &["tag", "-a", "inner", "-m", "inner"]);
    scene.git("a", &["tag", "-a", "outer", "-m", "outer", "inner"]);
    rejected(&scene, &["origin", "outer"], 2);
    // A file, and a folder.
    scene.stage(&[("d/b.env", &paired(&token(3)))]);
    let blob = scene.git("a", &["rev-parse", ":d/b.env"]);
    scene.git("a", &["tag", "-a", "file", "-m", "a file", &blob]);
    let report = rejected(&scene, &["origin", "file"], 3);
    assert_eq!(places(&report), [("blob".into(), String::new())]);
    scene.git("a", &["rm", "-q", "--cached", "a.env"]);
    let tree = scene.git("a", &["write-tree"]);
    scene.git("a", &["tag", "folder", &tree]);
    let report = rejected(&scene, &["origin", "folder"], 3);
    assert_eq!(places(&report), [("blob".into(), "d/b.env".into())]);
    // One that says nothing passes, and once it is there it is not read again.
    scene.git("a", &["tag", "-a", "plain", "-m", "plain", "main"]);
    scene.git("a", &["push", "-q", "origin", "plain"]);
    scene.git("a", &["push", "-q", "origin", "plain:refs/tags/copy"]);
    assert_eq!(self::report(&scene, "bare")["coverage"]["documents"], 0);
}

#[test]
fn the_sender_can_look_first() {
    let scene = pushed();
    scene.hook("a/.git", "pre-push", HOOK);
    scene.git("a", &["checkout", "-qb", "side"]);
    scene.commit(&[("a.env", &paired(&token(1)))]);
    let stop = |args: &[&str]| {
        let args = [&["push"], args].concat();
        scene
            .try_git("a", &args)
            .code(1)
            .complains("failed to push");
        let report = report(&scene, "a");
        assert_eq!(told(&report)[0].0, id(&token(1)));
        assert_eq!(report["coverage"]["commits"], 1, "{report:#}");
    };
    stop(&["origin", "side"]);
    stop(&["origin", "HEAD:refs/heads/other"]);
    stop(&["origin", "HEAD:main"]);
    // Deleting, and what is there already.
    scene.git("a", &["push", "-q", "origin", "main:refs/heads/gone"]);
    scene.git("a", &["push", "-q", "origin", ":refs/heads/gone"]);
    scene.git("a", &["push", "-q", "origin", "main"]);
    // The other side has a commit that is not here.
    scene.git(".", &["clone", "-q", "bare", "c"]);
    scene.git("c", &["commit", "-q", "--allow-empty", "-m", "elsewhere"]);
    scene.git("c", &["push", "-q", "origin", "HEAD:main"]);
    stop(&["--force", "origin", "HEAD:main"]);
}

#[test]
fn a_linked_work_tree_pushes_as_well() {
    let scene = pushed();
    scene.hook("a/.git", "pre-push", "$SCAN --range -");
    scene.git("a", &["worktree", "add", "-q", "-b", "side", "../b"]);
    scene.dir.file("b/b.env", paired(&token(1)));
    scene.git("b", &["add", "."]);
    scene.git("b", &["commit", "-qm", "leak"]);
    scene.try_git("b", &["push", "origin", "side"]).code(1);
    scene.git("a", &["push", "-q", "origin", "main:refs/heads/clean"]);
}

#[test]
fn lines_are_taken_from_anyone() {
    let scene = pushed();
    let old = scene.head();
    let new = scene.commit(&[("a.env", &paired(&token(1)))]);
    let scan = |lines: &str| scene.scan("a", &["--range", "-"]).stdin(lines).run();
    scan(&format!("{old} {new} refs/heads/main\n")).code(1);
    scan(&format!("refs/heads/main {new} refs/heads/main {old}\n")).code(1);
    scan(&format!("{new} {old} refs/heads/main\n"))
        .code(0)
        .says("the range adds nothing");
    scan(&format!("{old} {ZERO} refs/heads/main\n"))
        .code(0)
        .says("the range adds nothing");
    scan("").code(0).says("the range adds nothing");
    // As a hook after the fact is told: the ref has moved already.
    scan(&format!("{ZERO} {new} refs/heads/main\n")).code(1);
    // Both ways at once, or neither.
    let bad = |lines: &str, what: &str| drop(scan(lines).code(2).complains(what));
    bad("nonsense\n", "line 1 of standard input");
    bad(
        &format!("{old} {new} refs/heads/main\n{old} {new}\n"),
        "line 2 of standard input",
    );
    bad(
        &format!("{old} {} refs/heads/main\n", &new[..10]),
        "not an id",
    );
    bad(&format!("{old} {new} a\nb {new} a {old}\n"), "another form");
    // An id that is nowhere.
    let gone = "1".repeat(40);
    scan(&format!("{old} {gone} refs/heads/main\n"))
        .code(2)
        .says("missing object");
    scan(&format!("{gone} {new} refs/heads/x\n")).code(0);
}
