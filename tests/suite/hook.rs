//! `matterleaks hook` under real git: installed, called, and taken out again.

use crate::git::scene::{PROGRAM, Scene};
use crate::git::tables;
use crate::util::{Output, lonely, paired, token};

fn hook(scene: &Scene, folder: &str, args: &[&str]) -> Output {
    let folder = scene.dir.path(folder);
    let program = scene.dir.program(["hook"]).args(args);
    program
        .with(|command| {
            command.current_dir(folder);
        })
        .run()
}

/// Tries to commit what is staged in `a`.
fn commit(scene: &Scene) -> Output {
    scene.try_git("a", &["commit", "-qm", "x"])
}

#[test]
fn a_commit_with_a_credential_is_stopped() {
    // In a repository without commits, too.
    let scene = Scene::new();
    hook(&scene, "a", &["install"]).code(0).says("installed");
    scene.stage(&[("a.env", &lonely(&token(4000)))]);
    commit(&scene).code(1).complains("the commit is stopped");
    scene.stage(&[("a.env", "MATTERMOST_TOKEN=from-the-environment\n")]);
    commit(&scene).code(0);
    // Again is no mistake.
    hook(&scene, "a", &["install"]).code(0);
    scene.stage(&[("sub/b.env", &paired(&token(4001)))]);
    let sub = ["commit", "-qm", "from below"];
    scene.try_git("a/sub", &sub).code(1);
    hook(&scene, "a/sub", &["uninstall"])
        .code(0)
        .says("took out");
    commit(&scene).code(0);
    hook(&scene, "a", &["uninstall"])
        .code(2)
        .complains("no such hook");
}

#[test]
fn an_older_hook_keeps_running_first_and_comes_back() {
    let scene = Scene::new();
    scene.hook(
        "a/.git",
        "pre-commit",
        "echo older >>../older.log; test ! -e stop",
    );
    let text = scene.dir.read("a/.git/hooks/pre-commit");
    hook(&scene, "a", &["install"]).code(0).says("runs first");
    scene.stage(&[("x", "x")]);
    commit(&scene).code(0);
    scene.write(&[("stop", "")]);
    scene.stage(&[("y", "y")]);
    commit(&scene).code(1).lacks("matterleaks");
    std::fs::remove_file(scene.dir.path("a/stop")).expect("removed");
    scene.stage(&[("a.env", &paired(&token(4010)))]);
    commit(&scene).code(1).complains("the commit is stopped");
    assert_eq!(scene.dir.read("older.log"), "older\nolder\nolder\n");
    hook(&scene, "a", &["uninstall"]).code(0).says("is back");
    assert_eq!(scene.dir.read("a/.git/hooks/pre-commit"), text);
    hook(&scene, "a", &["uninstall"])
        .code(2)
        .complains("not a hook of matterleaks");
    // Somebody has put another one in ours's place.
    hook(&scene, "a", &["install"]).code(0);
    scene.hook("a/.git", "pre-commit", "true");
    hook(&scene, "a", &["install"])
        .code(2)
        .complains("both there");
}

#[test]
fn it_goes_where_git_looks() {
    let scene = Scene::with(&[("x", "x")]);
    scene.git("a", &["config", "core.hooksPath", ".githooks"]);
    hook(&scene, "a", &["install"]).code(0).says(".githooks");
    assert!(scene.dir.path("a/.githooks/pre-commit").exists());
    scene.git("a", &["config", "--unset", "core.hooksPath"]);
    // A linked work tree has the hooks of its repository.
    scene.git("a", &["worktree", "add", "-q", "../linked"]);
    hook(&scene, "linked", &["install"]).code(0);
    assert!(scene.dir.path("a/.git/hooks/pre-commit").exists());
    scene.dir.file("linked/a.env", paired(&token(4020)));
    scene.git("linked", &["add", "."]);
    scene.try_git("linked", &["commit", "-qm", "x"]).code(1);
    hook(&scene, ".", &["install"])
        .code(2)
        .complains("not a git repository");
}

#[test]
fn a_merge_and_a_rebase_are_checked() {
    let scene = Scene::with(&[("x", "x\n")]);
    scene.git("a", &["checkout", "-qb", "side"]);
    scene.commit(&[("x", "side\n"), ("b.env", &paired(&token(4030)))]);
    scene.git("a", &["checkout", "-q", "-"]);
    scene.commit(&[("x", "other\n")]);
    hook(&scene, "a", &["install"]).code(0);
    assert!(!scene.try_git("a", &["merge", "-q", "side"]).code_is(0));
    scene.stage(&[("x", "both\n")]);
    scene.try_git("a", &["commit", "-qm", "merged"]).code(1);
    scene.git("a", &["merge", "--abort"]);
    assert!(!scene.try_git("a", &["rebase", "-q", "side"]).code_is(0));
    scene.stage(&[("x", "both\n"), ("c.env", &paired(&token(4031)))]);
    scene.try_git("a", &["commit", "-qm", "rebased"]).code(1);
}

#[test]
fn a_push_is_stopped_before_it_leaves_and_where_it_arrives() {
    for (kind, at, says) in [
        ("pre-push", "a", "the push is stopped"),
        ("pre-receive", "bare", "the push is refused"),
    ] {
        let scene = Scene::with(&[("x", "\n")]);
        scene.git(".", &["init", "-q", "--bare", "bare"]);
        scene.git("a", &["remote", "add", "origin", "../bare"]);
        let hooks = if at == "a" { "a/.git" } else { "bare" };
        let log = "cd \"$(dirname \"$0\")\"; echo called >>calls; cat >>lines";
        scene.hook(hooks, kind, log);
        hook(&scene, at, &["install", kind])
            .code(0)
            .says("runs first");
        scene.git("a", &["push", "-q", "origin", "main"]);
        scene.commit(&[("a.env", &lonely(&token(4040)))]);
        scene
            .try_git("a", &["push", "-q", "origin", "main"])
            .code(1)
            .complains(says);
        // The older one has seen the lines of both pushes.
        let lines = scene.dir.read(&format!("{hooks}/hooks/lines"));
        assert_eq!(lines.lines().count(), 2, "{lines}");
        // Where there is nothing to push, git calls pre-push without lines, and so do we.
        scene.git("a", &["reset", "-q", "--hard", "HEAD~"]);
        scene.git("a", &["push", "-q", "origin", "main"]);
        let calls = scene.dir.read(&format!("{hooks}/hooks/calls"));
        let expected = if kind == "pre-push" { 3 } else { 2 };
        assert_eq!(calls.lines().count(), expected, "{kind}");
    }
}

/// As pre-commit calls it.
#[test]
fn named_files_are_read_and_nothing_else() {
    let scene = Scene::new();
    scene.write(&[
        ("app/.env", "MATTERMOST_URL=https://chat.example.org\n"),
        ("app/bot.env", &lonely(&token(4050))),
        ("other.env", &paired(&token(4051))),
        ("clean", "x"),
        ("-", &paired(&token(4052))),
    ]);
    hook(&scene, "a", &["run", "clean"]).code(0).says("1 file");
    hook(&scene, "a", &["run", "--", "clean", "-"])
        .code(1)
        .says("1 credential found");
    // The file beside it tells its server.
    let found = hook(&scene, "a", &["run", "app/bot.env", "clean"]).code(1);
    found.says("https://chat.example.org").lacks("other.env");
    hook(&scene, "a", &["run", "gone"]).code(2);
    hook(&scene, "a", &["run"])
        .code(0)
        .says("nothing new is staged");
}

#[test]
fn what_stands_around_a_commit_does_not_stop_it() {
    let scene = Scene::with(&[("x", "x\n"), ("old.env", &paired(&token(4070)))]);
    scene.stage(&[("x", "y\n"), ("old.env", &(paired(&token(4070)) + "\n"))]);
    let blob = scene.git("a", &["rev-parse", ":x"]);
    // In tables as well as in files HEAD says what is old.
    hook(&scene, "a", &["run"])
        .code(0)
        .says("1 was there before");
    tables::keep(|args| scene.git("a", args));
    hook(&scene, "a", &["run", "--strict"])
        .code(0)
        .says("1 was there before");
    // Without HEAD all is new, and that is not held against it.
    scene.dir.file("a/.git/reftable/1.ref", "REFT");
    hook(&scene, "a", &["run"]).code(1).says("bad ref");
    scene.git(".", &["init", "-q", "other"]);
    let clean = Scene::new();
    clean.stage(&[("x", "y\n")]);
    clean.dir.file("a/.git/HEAD", "nonsense");
    hook(&clean, "a", &["run"])
        .code(0)
        .says("not read: ")
        .says("bad ref");
    hook(&clean, "a", &["run", "--strict"])
        .code(2)
        .says("INCOMPLETE");
    clean.staged(&[]).code(2);
    clean.write(&[(".matterleaks.yml", "servers: [\n")]);
    hook(&clean, "a", &["run"])
        .code(0)
        .says(".matterleaks.yml:2:1");
    // What is staged must be read.
    let path = format!("a/.git/objects/{}/{}", &blob[..2], &blob[2..]);
    std::fs::remove_file(clean.dir.path(path)).expect("a loose object");
    hook(&clean, "a", &["run"]).code(2).says("missing object");
    // A push likewise.
    let pushed = Scene::with(&[("x", "x\n")]);
    let lines = format!(
        "refs/heads/main {} refs/heads/main {}\n",
        pushed.head(),
        "0".repeat(40)
    );
    let config = pushed.dir.read("a/.git/config") + "[oops\n";
    pushed.dir.file("a/.git/config", config);
    let push = |args: &[&str]| {
        let args = [&["--range", "-"], args].concat();
        pushed.scan("a", &args).stdin(lines.clone()).run()
    };
    push(&[]).code(0).says("bad repository");
    push(&["--strict"]).code(2);
}

#[test]
fn a_program_that_is_gone_is_said() {
    let scene = Scene::new();
    hook(&scene, "a", &["install"]).code(0);
    let text = scene.dir.read("a/.git/hooks/pre-commit");
    scene.dir.file(
        "a/.git/hooks/pre-commit",
        text.replace(PROGRAM, "/nowhere/matterleaks"),
    );
    scene.stage(&[("x", "x")]);
    commit(&scene).code(1).complains("is not here any more");
}

#[test]
fn a_submodule_has_hooks_of_its_own() {
    let scene = Scene::with(&[("x", "x")]);
    scene.git(".", &["init", "-q", "outer"]);
    scene.git("outer", &["submodule", "--quiet", "add", "../a", "sub"]);
    hook(&scene, "outer/sub", &["install"])
        .code(0)
        .says("modules/sub/hooks");
    scene.dir.file("outer/sub/a.env", paired(&token(4060)));
    scene.git("outer/sub", &["add", "."]);
    scene
        .try_git("outer/sub", &["commit", "-qm", "x"])
        .code(1)
        .complains("the commit is stopped");
    // The one around it has none, and commits the new state of the submodule as it likes.
    scene.git("outer", &["commit", "-qm", "x"]);
    hook(&scene, "outer/sub", &["uninstall"]).code(0);
    scene.git("outer/sub", &["commit", "-qm", "x"]);
}

/// With the real one: `pip install pre-commit`, then `cargo test --test suite -- --ignored pre_commit`.
#[test]
#[ignore = "needs pre-commit"]
fn pre_commit_stops_what_git_would() {
    let scene = Scene::with(&[("x", "x\n")]);
    let program = std::path::Path::new(PROGRAM);
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", program.parent().expect("a folder").display());
    let pre_commit = |args: &[&str]| {
        let command = scene
            .dir
            .command("python3")
            .args(["-m", "pre_commit"])
            .args(args);
        let (folder, home, path) = (scene.dir.path("a"), scene.dir.path("home"), path.clone());
        let python = std::env::var("PYTHONPATH").unwrap_or_default();
        command
            .with(|command| {
                command
                    .current_dir(folder)
                    .env("HOME", home)
                    .env("PATH", path)
                    .env("PYTHONPATH", python);
            })
            .run()
    };
    // The manifest of this project, with its own files for the repository that pre-commit clones.
    scene.git(".", &["init", "-q", "hooks"]);
    scene.dir.file(
        "hooks/.pre-commit-hooks.yaml",
        include_str!("../../.pre-commit-hooks.yaml"),
    );
    scene.git("hooks", &["add", "."]);
    scene.git("hooks", &["commit", "-qm", "x"]);
    let revision = scene.git("hooks", &["rev-parse", "HEAD"]);
    let hooks = scene.dir.path("hooks").display().to_string();
    let config = format!(
        "repos:\n- repo: {hooks}\n  rev: {revision}\n  hooks: [{{id: matterleaks-system}}]\n"
    );
    scene.commit(&[(".pre-commit-config.yaml", &config)]);
    let clean = scene.head();
    pre_commit(&["run", "--all-files"]).code(0).says("Passed");
    let commit = |args: &[&str]| {
        let (path, python) = (
            path.clone(),
            std::env::var("PYTHONPATH").unwrap_or_default(),
        );
        let git = scene.dir.command("git").args([
            "-C",
            "a",
            "-c",
            "user.name=Ann",
            "-c",
            "user.email=ann@example.org",
            "commit",
            "-qm",
            "x",
        ]);
        let home = scene.dir.path("home");
        git.args(args)
            .with(|command| {
                command
                    .env("PATH", path)
                    .env("PYTHONPATH", python)
                    .env("HOME", home);
            })
            .run()
    };
    pre_commit(&["install"]).code(0);
    scene.stage(&[("a.env", &lonely(&token(4070)))]);
    commit(&[]).code(1).complains("MATTERMOST_TOKEN=");
    pre_commit(&["run", "--all-files"]).code(1).says("a.env");
    scene.commit(&[("a.env", "clean\n")]);
    scene.write(&[("a.env", &paired(&token(4071)))]);
    commit(&["-a"]).code(1).complains("chat.example.org");
    let leaked = scene.commit(&[("a.env", &paired(&token(4071)))]);
    let range = ["run", "--from-ref", &clean, "--to-ref", &leaked];
    pre_commit(&range).code(1).says("a.env");
    pre_commit(&["run", "--from-ref", &leaked, "--to-ref", &leaked]).code(0);
}

#[test]
fn a_hook_that_goes_by_its_name_is_left_alone() {
    let scene = Scene::new();
    for script in [
        "case $(basename \"$0\") in pre-commit) exit 1;; esac",
        ". \"$(dirname \"$0\")/h\"",
        ". \"${0%/*}/h\"",
        "cd . && . \"$(dirname -- \"$0\")/husky.sh\"",
        "source \"${BASH_SOURCE%/*}/common\"",
        "exec tools/\"${0##*/}\"",
    ] {
        scene.hook("a/.git", "pre-commit", script);
        let text = scene.dir.read("a/.git/hooks/pre-commit");
        hook(&scene, "a", &["install"])
            .code(2)
            .complains("add `matterleaks hook run` to it");
        assert_eq!(scene.dir.read("a/.git/hooks/pre-commit"), text);
    }
    // Where it lies is another thing.
    scene.hook(
        "a/.git",
        "pre-commit",
        "cd \"$(dirname \"$0\")\"; touch ran",
    );
    hook(&scene, "a", &["install"]).code(0);
    scene.stage(&[("x", "x")]);
    commit(&scene).code(0);
    assert!(scene.dir.path("a/.git/hooks/ran").exists());
}

/// Files are files, whatever they are called.
#[test]
fn a_file_that_is_called_like_a_flag_switches_nothing_off() {
    let manifest: serde_json::Value =
        serde_yaml::from_str(include_str!("../../.pre-commit-hooks.yaml")).expect("YAML");
    let scene = Scene::new();
    scene.write(&[
        ("--help", "x"),
        ("-h", "x"),
        ("bot.env", &paired(&token(4080))),
    ]);
    for entry in manifest.as_array().expect("hooks") {
        let words: Vec<&str> = entry["entry"]
            .as_str()
            .expect("a command")
            .split(' ')
            .collect();
        assert_eq!(words[..2], ["matterleaks", "hook"]);
        let args = [&words[2..], &["--help", "-h", "bot.env"]].concat();
        hook(&scene, "a", &args).code(1).says("3 files");
    }
}

/// Husky 9 lays a hook of every name there, and all of them again whenever it runs.
#[test]
fn the_folder_of_husky_is_left_alone() {
    let scene = Scene::new();
    scene.git("a", &["config", "core.hooksPath", ".husky/_"]);
    let advice = "add `matterleaks hook run` to .husky/pre-commit instead";
    hook(&scene, "a", &["install"]).code(2).complains(advice);
    let text = "#!/usr/bin/env sh\n. \"${0%/*}/h\"";
    scene.write(&[(".husky/_/pre-commit", text), (".husky/_/h", "")]);
    hook(&scene, "a", &["install"]).code(2).complains(advice);
    assert_eq!(scene.dir.read("a/.husky/_/pre-commit"), text);
    scene.git("a", &["config", "core.hooksPath", "web/hooks/_"]);
    scene.write(&[("web/hooks/_/h", "")]);
    hook(&scene, "a", &["install", "pre-push"])
        .code(2)
        .complains("to web/hooks/pre-push instead");
}

#[test]
fn what_lies_in_a_hooks_place_is_neither_waited_for_nor_written_through() {
    let scene = Scene::new();
    let place = "a/.git/hooks/pre-commit";
    let refused = |says: &str| {
        hook(&scene, "a", &["install"]).code(2).complains(says);
        assert!(scene.dir.path(place).symlink_metadata().is_ok());
        std::fs::remove_file(scene.dir.path(place)).expect("removed");
    };
    let fifo = |name: &str| {
        let path = scene.dir.path(name);
        scene.dir.command("mkfifo").args([path]).run().code(0);
    };
    fifo(place);
    refused("is no file");
    fifo("pipe");
    scene.dir.link(place, scene.dir.path("pipe"));
    refused("is no file");
    scene.dir.link(place, scene.dir.path("nowhere"));
    refused("leads nowhere");
    assert!(!scene.dir.path("nowhere").exists());
    scene.dir.link(place, scene.dir.path("a"));
    refused("is no file");

    // A link to a hook of ours, as somebody else may keep it.
    hook(&scene, "a", &["install"]).code(0);
    std::fs::rename(scene.dir.path(place), scene.dir.path("kept")).expect("moved");
    let kept = scene.dir.read("kept").replace(PROGRAM, "/gone/matterleaks");
    scene
        .dir
        .file("kept", &kept)
        .link(place, scene.dir.path("kept"));
    refused("is a link to a hook of matterleaks");
    assert_eq!(scene.dir.read("kept"), kept);
    // A link to any other script is moved out of the way, and runs first.
    scene
        .dir
        .file("script", "#!/bin/sh\n")
        .link(place, scene.dir.path("script"));
    hook(&scene, "a", &["install"]).code(0).says("runs first");
    assert_eq!(scene.dir.read("script"), "#!/bin/sh\n");
    hook(&scene, "a", &["uninstall"]).code(0);
    refused_folder(&scene);
}

fn refused_folder(scene: &Scene) {
    scene.git("a", &["config", "core.hooksPath", "hooks"]);
    scene
        .dir
        .file("elsewhere/x", "")
        .link("a/hooks", scene.dir.path("elsewhere"));
    hook(scene, "a", &["install"])
        .code(2)
        .complains("hooks is a link");
    assert!(!scene.dir.path("elsewhere/pre-commit").exists());
}
