//! `sync --autoclose`: what stands anywhere that people work stays open, and so does what nobody can tell.

use super::Scene;
use crate::util::token;

/// A scene whose incident is open, of a credential that its server refuses.
fn open(n: u64, prepare: impl FnOnce(&Scene), scan: &[&str]) -> Scene {
    let scene = Scene::new(n);
    prepare(&scene);
    scene.scan(scan);
    scene.verdict("rejected");
    scene.respond(&["open", &scene.id(), "report.json"]).code(0);
    scene
}

fn git_in(scene: &Scene, folder: &str, args: &[&str]) {
    let settings = [
        "-c",
        "user.name=Ann",
        "-c",
        "user.email=ann@example.org",
        "-c",
        "init.defaultBranch=main",
        "-C",
        folder,
    ];
    let command = scene.dir.command("git").args(settings).args(args);
    command.run().code(0);
}

fn git(scene: &Scene, args: &[&str]) {
    git_in(scene, ".", args);
}

fn committed(scene: &Scene) {
    git(scene, &["init", "-q"]);
    git(scene, &["add", "bot.env"]);
    git(scene, &["commit", "-q", "-m", "Add the bot"]);
}

fn removed(scene: &Scene) {
    git(scene, &["rm", "-q", "bot.env"]);
    git(scene, &["commit", "-q", "-m", "Remove the token"]);
}

#[track_caller]
fn stays(scene: &Scene, why: &str) {
    let output = scene
        .respond(&["sync", "--autoclose", "report.json"])
        .code(0);
    output.says("is rejected and stays open").says(why);
    assert_eq!(scene.server.world().find(&scene.channel()).delete_at, 0);
}

#[track_caller]
fn closes(scene: &Scene) {
    scene
        .respond(&["sync", "--autoclose", "report.json"])
        .code(0)
        .says(": closed");
}

const IN_GIT: &str = "a ref's tip, a stash or an index holds it";

/// A report of files alone, in a repository.
#[test]
fn files_of_a_repository_are_looked_for_in_it() {
    let scene = open(100, committed, &[]);
    std::fs::remove_file(scene.dir.path("bot.env")).expect("a file");
    stays(&scene, IN_GIT);
    git(&scene, &["rm", "-q", "--cached", "bot.env"]);
    stays(&scene, IN_GIT);
    git(&scene, &["commit", "-q", "-m", "Remove the token"]);
    closes(&scene);
}

#[test]
fn a_branch_that_holds_it_under_another_name_counts() {
    let scene = open(101, committed, &[]);
    git(&scene, &["mv", "bot.env", "other.env"]);
    git(&scene, &["commit", "-q", "-m", "Call it other"]);
    stays(&scene, "a file on disk holds it");
    git(&scene, &["branch", "old"]);
    git(&scene, &["rm", "-q", "other.env"]);
    git(&scene, &["commit", "-q", "-m", "Remove the token"]);
    stays(&scene, IN_GIT);
    git(&scene, &["branch", "-q", "-D", "old"]);
    closes(&scene);
}

#[test]
fn what_a_tip_says_counts() {
    let scene = open(102, committed, &["--history"]);
    removed(&scene);
    let text = crate::live::scene::env(&scene.server.url(), &scene.leak);
    git(&scene, &["commit", "-q", "--allow-empty", "-m", &text]);
    stays(&scene, IN_GIT);
    git(&scene, &["reset", "-q", "--hard", "HEAD~1"]);
    git(&scene, &["tag", "-a", "-m", &text, "v1"]);
    stays(&scene, IN_GIT);
    git(&scene, &["tag", "-d", "v1"]);
    closes(&scene);
}

#[test]
fn linked_work_trees_count() {
    let scene = open(103, committed, &[]);
    let other = tempfile::tempdir().expect("a folder");
    let folder = other.path().join("tree");
    let name = folder.to_str().expect("a name");
    git(&scene, &["worktree", "add", "-q", "--detach", name]);
    removed(&scene);
    stays(&scene, "a file on disk holds it");
    std::fs::remove_file(folder.join("bot.env")).expect("a file");
    stays(&scene, IN_GIT);
    git_in(&scene, name, &["rm", "-q", "--cached", "bot.env"]);
    stays(&scene, IN_GIT);
    git_in(&scene, name, &["checkout", "-q", "--detach", "main"]);
    closes(&scene);
}

/// The index and the untracked files of a stash are parents of its commit.
#[test]
fn stashes_count() {
    let scene = open(104, |_| {}, &[]);
    git(&scene, &["init", "-q"]);
    scene.dir.file("README", "x");
    git(&scene, &["add", "README"]);
    git(&scene, &["commit", "-q", "-m", "Begin"]);
    git(&scene, &["stash", "-q", "-u", "--", "bot.env"]);
    scene.dir.file("bot.env", "");
    stays(&scene, IN_GIT);
    // Nor only the newest of them.
    scene.dir.file("README", "y");
    git(&scene, &["stash", "-q"]);
    scene.dir.file("report.json", scene.dir.read("report.json"));
    stays(&scene, IN_GIT);
    git(&scene, &["stash", "clear"]);
    closes(&scene);
}

#[test]
fn a_file_of_the_same_name_elsewhere_is_another_one() {
    let other = crate::util::Dir::new();
    other.file("bot.env", "of another service");
    // Times of reports have no fractions.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let scene = open(116, |_| {}, &[]);
    let report = scene.dir.path("report.json");
    let (report, server) = (report.to_str().expect("a path"), scene.server.url());
    let args = [
        "respond",
        "sync",
        "--autoclose",
        report,
        "--server",
        &server,
    ];
    let command = other.program(args).with(|inner| {
        inner.env("MATTERLEAKS_TOKEN", &scene.server.bot);
    });
    let output = command.run().code(0);
    output.says("stays open: nothing shows that this is the folder that was scanned");
    assert_eq!(scene.server.world().find(&scene.channel()).delete_at, 0);
    scene.dir.file("bot.env", "");
    closes(&scene);
}

#[test]
fn a_report_of_another_folder_closes_nothing() {
    for (n, scan) in [(105, &[][..]), (106, &["--history"])] {
        let scene = open(n, committed, scan);
        removed(&scene);
        let (server, report) = (scene.server.url(), scene.dir.path("report.json"));
        let other = crate::util::Dir::new();
        other.file("README", "x");
        other.command("git").args(["init", "-q"]).run().code(0);
        let report = report.to_str().expect("a path");
        let args = [
            "respond",
            "sync",
            "--autoclose",
            report,
            "--server",
            &server,
        ];
        let command = other.program(args).with(|inner| {
            inner.env("MATTERLEAKS_TOKEN", &scene.server.bot);
        });
        let output = command.run().code(0);
        output.says("stays open: nothing shows that this is the folder that was scanned");
        closes(&scene);
    }
    // What was scanned is not there at all.
    let scene = open(107, |_| {}, &["bot.env"]);
    std::fs::remove_file(scene.dir.path("bot.env")).expect("a file");
    stays(&scene, "start it where the scan was started");
}

#[test]
fn what_cannot_be_read_is_not_gone() {
    let scene = open(108, committed, &[]);
    removed(&scene);
    std::fs::write(scene.dir.path(".git/refs/heads/odd"), "no id").expect("a ref");
    stays(&scene, "not every ref can be read");
    std::fs::remove_file(scene.dir.path(".git/refs/heads/odd")).expect("a ref");
    scene.edit(|finding| finding["rule_id"] = "of-another-file".into());
    stays(&scene, "by a rule that is not at hand");
    // In a folder that nobody had scanned there is nothing to find.
    let other = open(109, |_| {}, &[]);
    other
        .dir
        .file("bot.env", "")
        .file("deep/er/x.env", token(55_000));
    closes(&other);
}
