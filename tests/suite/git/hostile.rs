//! Repositories that mean harm: nothing in them is executed, nothing in them is changed, and what they say
//! gives away no password and does not reach the terminal as it stands.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Repo, Stream, finding, history, leak, secret};
use crate::util::{Dir, Output, ids};

/// Every file and folder: path, mode, time of the last change and content.
fn listing(root: &Path) -> Vec<(String, u32, (i64, i64), String)> {
    let mut all = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(path) = waiting.pop() {
        let found = path.symlink_metadata().expect("a file");
        let content = match &found {
            found if found.is_dir() => {
                let entries = fs::read_dir(&path).expect("a folder");
                waiting.extend(entries.flatten().map(|entry| entry.path()));
                String::new()
            }
            found if found.is_symlink() => format!("{:?}", fs::read_link(&path)),
            _ => data_encoding::HEXLOWER.encode(&Sha256::digest(fs::read(&path).expect("a file"))),
        };
        let time = (found.mtime(), found.mtime_nsec());
        all.push((path.display().to_string(), found.mode(), time, content));
    }
    all.sort();
    all
}

/// Writes a program that leaves a mark.
fn trap(dir: &Dir, path: &str) -> String {
    let mark = dir.path("mark").display().to_string();
    dir.file(
        path,
        format!("#!/bin/sh\necho \"$0 $*\" >> {mark}\nexit 0\n"),
    );
    let path = dir.path(path);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
    path.display().to_string()
}

const HOOKS: [&str; 28] = [
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "p4-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
    "p4-prepare-changelist",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "pre-receive",
    "prepare-commit-msg",
    "proc-receive",
    "push-to-checkout",
    "reference-transaction",
    "sendemail-validate",
    "update",
];

/// Settings each of which makes some git command run a program.
fn settings(dir: &Dir) -> String {
    let trap = trap(dir, "trap");
    let included = dir.path("included").display().to_string();
    dir.file("included", format!("[core]\n\tpager = {trap}\n"));
    let hooks = dir.path("hooks").display().to_string();
    format!(
        "[core]\n\tfsmonitor = {trap}\n\thooksPath = {hooks}\n\tsshCommand = {trap}\n\teditor = {trap}\n\
         \tpager = {trap}\n\tgitProxy = {trap}\n\taskPass = {trap}\n\talternateRefsCommand = {trap}\n\
         [alias]\n\tstatus = !{trap}\n\tlog = !{trap}\n\tcat-file = !{trap}\n\
         [credential]\n\thelper = !{trap}\n[gpg]\n\tprogram = {trap}\n[gpg \"ssh\"]\n\tprogram = {trap}\n\
         [log]\n\tshowSignature = true\n[include]\n\tpath = {included}\n\
         [includeIf \"gitdir:/\"]\n\tpath = {included}\n\
         [diff]\n\texternal = {trap}\n[diff \"x\"]\n\ttextconv = {trap}\n\tcommand = {trap}\n\
         [filter \"x\"]\n\tclean = {trap}\n\tsmudge = {trap}\n\tprocess = {trap}\n\trequired = true\n\
         [merge \"x\"]\n\tdriver = {trap} %A\n[uploadpack]\n\tpackObjectsHook = {trap}\n\
         [protocol \"ext\"]\n\tallow = always\n[protocol]\n\tallow = always\n\
         [remote \"o\"]\n\turl = ext::sh -c {trap}\n\tuploadpack = {trap}\n\treceivepack = {trap}\n\
         \tvcs = ext\n\tpromisor = true\n\tpartialclonefilter = blob:none\n\
         [submodule]\n\trecurse = true\n[submodule \"s\"]\n\tupdate = !{trap}\n\turl = ext::sh -c {trap}\n\
         \tactive = true\n[sequence]\n\teditor = {trap}\n[interactive]\n\tdiffFilter = {trap}\n\
         [difftool \"x\"]\n\tcmd = {trap}\n[mergetool \"x\"]\n\tcmd = {trap}\n[pager]\n\tlog = {trap}\n\
         [trace2]\n\teventTarget = {}\n[gc]\n\trecentObjectsHook = {trap}\n",
        dir.path("trace").display(),
    )
}

#[test]
fn nothing_is_executed_and_nothing_is_changed() {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "repo", &[]);
    let mut stream = Stream::new();
    stream
        .commit(":1", "refs/heads/main", &[])
        .file(".gitattributes", "* filter=x diff=x merge=x\n")
        .file(
            ".gitmodules",
            "[submodule \"s\"]\n\tpath = s\n\turl = ./s\n\tupdate = !touch mark\n",
        )
        .file("a.env", leak("head"))
        .file("old.env", leak("old"));
    stream
        .commit(":2", "refs/heads/main", &[])
        .delete("old.env");
    repo.import(stream, true);
    repo.git(&["reset", "-q", "--hard"]);
    let module = Repo::init(&dir, "repo/.git/modules/s", &["--bare"]);
    let mut stream = Stream::new();
    stream
        .commit(":1", "refs/heads/main", &[])
        .file("s.env", leak("module"));
    module.import(stream, false);
    repo.file("a.env", leak("head") + "# changed\n");
    for hook in HOOKS {
        trap(&dir, &format!("hooks/{hook}"));
        trap(&dir, &format!("repo/.git/hooks/{hook}"));
    }
    let programs = [
        "git",
        "sh",
        "ssh",
        "gpg",
        "git-remote-ext",
        "git-lfs",
        "less",
        "vi",
        "env",
    ];
    programs
        .iter()
        .for_each(|name| drop(trap(&dir, &format!("bin/{name}"))));
    let settings = settings(&dir);
    let config = dir.read("repo/.git/config") + &settings;
    repo.file(".git/config", config);
    let config = dir.read("repo/.git/modules/s/config") + &settings;
    module.file("config", config);

    let before = listing(&dir.path("."));
    for path in ["repo", "repo/.git", "repo/.git/modules/s"] {
        for format in ["json", "human"] {
            let scan = dir.scan(["--history", "-v", "--format", format, path]);
            let traps = dir.path("bin");
            let output = scan
                .with(|command| {
                    command.env("PATH", traps);
                })
                .run();
            output.code(1);
        }
    }
    assert_eq!(listing(&dir.path(".")), before);
    let report = repo.scan().code(1).json();
    for name in ["head", "old", "module"] {
        assert!(finding(&report, &secret(name)).is_some(), "{name}");
    }
    // The traps are real.
    assert!(!dir.path("mark").exists());
    repo.try_git(&["diff"], "");
    assert!(dir.path("mark").exists());
}

#[test]
fn passwords_of_remotes_are_told_to_nobody() {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "repo", &[]);
    let mut stream = Stream::new();
    stream
        .commit(":1", "refs/heads/main", &[])
        .file("a.env", leak("head"));
    repo.import(stream, false);
    let url = "https://user:hunter2secret@chat.example.org";
    let config = format!(
        "[remote \"origin\"]\n\turl = {url}/a.git\n\tpushurl = {url}/a.git\n\
         [url \"{url}/\"]\n\tinsteadOf = x:\n[submodule \"{url}\"]\n\turl = {url}\n\
         [mattermost]\n\turl = {url}\n\tMATTERMOST_TOKEN = {}\nbroken {url}\n",
        secret("config")
    );
    let config = dir.read("repo/.git/config") + &config;
    repo.file(".git/config", config);
    repo.file(
        ".git/FETCH_HEAD",
        format!("no id at all\tbranch 'main' of {url}/a\n"),
    );
    repo.file(".git/refs/heads/broken", format!("ref: {url}\n"));
    repo.file(".git/packed-refs", format!("{url}\n"));
    repo.file(".git/objects/info/alternates", format!("{url}\n"));
    repo.file(".git/logs/HEAD", format!("no reflog {url}\n"));
    repo.file(
        ".git/description",
        format!("{url} {}\n", leak("description")),
    );
    repo.file(".git/modules/x/HEAD", format!("ref: {url}\n"));
    let told = |output: Output| {
        let all = [&*output.stdout, &*output.stderr].concat();
        let all = String::from_utf8_lossy(&all).into_owned();
        assert!(!all.contains("hunter2"), "{output}");
    };
    for format in ["json", "jsonl", "human"] {
        for args in [
            &[][..],
            &["-v"],
            &["-vv"],
            &["--server", "https://chat.example.org"],
        ] {
            let scan = dir.scan(["--history", "--format", format, "repo"]);
            told(scan.args(args).run().code(1));
        }
    }
    let report = repo.scan().json();
    assert!(finding(&report, &secret("config")).is_some(), "{report:#}");
    let host = &finding(&report, &secret("description")).expect("a finding")["host"]["url"];
    assert_eq!(host, "https://chat.example.org");
}

#[test]
fn what_people_write_does_not_reach_the_terminal_as_it_stands() {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "repo", &["--bare"]);
    let mut stream = Stream::new();
    let ann = "\u{1b}[2J\u{202e}Ann <ann@example.org>";
    let message = format!("\u{1b}]0;title\u{7}\r\n\n{}\u{9b}31m", leak("message"));
    stream
        .commit_of(":1", "refs/heads/main", (ann, ann), &message, &[])
        .file("\u{1b}[31mred\r.env", leak("file"));
    repo.import(stream, false);
    repo.file(
        "refs/heads/\u{202e}\u{9b}x",
        dir.read("repo/refs/heads/main"),
    );
    for args in [&[][..], &["-v"]] {
        let output = dir.scan(["--history", "repo"]).args(args).run().code(1);
        let foul = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(
            !output.text().contains(foul),
            "{output}\n{:?}",
            output.text()
        );
    }
}

#[test]
fn a_repository_cannot_name_files_of_others() {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "repo", &[]);
    let mut stream = Stream::new();
    stream
        .commit(":1", "refs/heads/main", &[])
        .file("a.env", leak("own"));
    repo.import(stream, false);
    dir.file("victim/private.env", leak("private"));
    let victim = dir.path("victim").display().to_string();
    repo.git(&["config", "core.worktree", &victim]);
    repo.file(".git/worktrees/evil/HEAD", "ref: refs/heads/main\n");
    repo.file(".git/worktrees/evil/gitdir", format!("{victim}/.git\n"));
    repo.file(".git/worktrees/evil/commondir", "../..\n");
    for folder in ["info", "logs"] {
        drop(fs::remove_dir_all(repo.path(".git").join(folder)));
    }
    dir.link("repo/.git/info", &victim);
    dir.link("repo/.git/logs", &victim);
    dir.link("repo/.git/refs/heads/away", dir.path("victim/private.env"));
    dir.link("repo/link.env", dir.path("victim/private.env"));
    for path in ["repo", "repo/.git"] {
        let report = history(&dir, path, &[]).code(1).json();
        assert!(finding(&report, &secret("own")).is_some());
        assert_eq!(ids(&report).len(), 1, "{path}: {report:#}");
    }
}

#[test]
fn a_repository_that_leads_to_somebodys_own_is_a_skip() {
    let dir = Dir::new();
    let private = Repo::init(&dir, "private", &[]);
    let mut stream = Stream::new();
    stream
        .commit(":1", "refs/heads/main", &[])
        .file("a.env", leak("private"));
    private.import(stream, false);
    let there = dir.path("private/.git").display().to_string();
    dir.file("file/.git", format!("gitdir: {there}\n"));
    dir.file("link/own.env", leak("own"))
        .link("link/.git", &there);
    let shared = Repo::init(&dir, "shared", &[]);
    shared.file(".git/objects/info/alternates", format!("{there}/objects\n"));
    for (path, named, code) in [
        ("file", "file/.git", 2),
        ("link", "link/.git", 1),
        ("shared", "private/.git/objects", 2),
    ] {
        let report = history(&dir, path, &[]).code(code).json();
        assert!(finding(&report, &secret("private")).is_none(), "{path}");
        let skipped = report["coverage"]["skipped"].as_array().expect("skips");
        let names = |skip: &Value| {
            skip["path"]
                .as_str()
                .is_some_and(|path| path.ends_with(named))
        };
        assert!(skipped.iter().any(names), "{path}: {report:#}");
        // The files are the scanned folder's own.
        assert_eq!(finding(&report, &secret("own")).is_some(), path == "link");
    }
}

#[test]
fn few_objects_can_make_many_paths() {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "repo", &["--bare"]);
    let mut tree = repo.git_with(&["hash-object", "-w", "--stdin"], leak("many"));
    for level in 0..12 {
        let mode = if level == 0 {
            "100644 blob"
        } else {
            "040000 tree"
        };
        let entries = (0..10).map(|n| format!("{mode} {tree}\t{n}\n"));
        tree = repo.git_with(&["mktree"], entries.collect::<String>());
    }
    let commit = repo.git(&["commit-tree", "-m", "x", &tree]);
    repo.git(&["update-ref", "refs/heads/main", &commit]);
    let report = repo.scan().code(1).quietly().json();
    let many = finding(&report, &secret("many")).expect("a finding");
    let places = many["locations"].as_array().map(Vec::len);
    assert_eq!(places, Some(100));
    assert_eq!(many["history"]["unlisted"], 1_000_000_000_000_u64 - 100);
    assert_ne!(many["locations"][0], Value::Null);
}

#[test]
fn folders_may_be_deep() {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "repo", &["--bare"]);
    let mut stream = Stream::new();
    let path = "d/".repeat(1500) + "deep.env";
    stream
        .commit(":1", "refs/heads/main", &[])
        .file(&path, leak("deep"));
    repo.import(stream, true);
    let report = repo.scan().code(1).quietly().json();
    let deep = finding(&report, &secret("deep")).expect("a finding");
    assert_eq!(deep["locations"][0]["path"], path);
}
