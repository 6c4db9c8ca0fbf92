//! Folders that are no repository, or one with little in it: the message says so, and the exit code tells.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;

use super::{Repo, Stream, finding, history, leak, secret, skips};
use crate::util::Dir;

/// Scans what is not to be scanned, and asserts what is said of it.
#[track_caller]
fn refused(dir: &Dir, path: &str, message: &str) {
    let output = history(dir, path, &[]).code(2);
    assert!(output.stdout.is_empty(), "{output}");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains(message), "{output}\nit lacks: {message}");
    assert_eq!(told.lines().count(), 1, "{output}");
    for word in ["defect", "panicked", "backtrace"] {
        assert!(!told.contains(word), "{output}");
    }
}

#[test]
fn what_is_no_repository_is_refused() {
    let dir = Dir::new();
    dir.file("plain/.env", leak("plain")).file("file", "x");
    fs::create_dir(dir.path("empty")).expect("a folder");
    fs::create_dir_all(dir.path("hollow/.git")).expect("folders");
    dir.file("pointer/.git", "gitdir: ../nowhere\n");
    dir.file("loop/.git", "gitdir: .git\n");
    dir.file("nothing/.git", "");
    for path in ["plain", "empty", "hollow", "."] {
        refused(&dir, path, "not a git repository");
    }
    for path in ["pointer", "loop", "nothing"] {
        refused(&dir, path, ".git");
    }
    refused(&dir, "missing", "missing");
    refused(&dir, "file", "file");
    let two = dir.scan(["--history", "plain", "empty"]).run().code(2);
    two.complains("--history takes one repository");
    for paths in [&["-"][..], &["empty", "-"]] {
        let output = dir.scan(["--history"]).args(paths).run().code(2);
        output.complains("--history takes one repository");
    }
}

#[test]
fn a_repository_without_a_commit_is_clean() {
    let dir = Dir::new();
    let work = Repo::init(&dir, "work", &[]);
    let bare = Repo::init(&dir, "bare", &["--bare"]);
    for repo in [work, bare] {
        let report = repo.scan().code(0).quietly().json();
        assert_eq!(report["coverage"]["complete"], true, "{report:#}");
        assert_eq!(report["coverage"]["commits"], 0);
    }
    work.file("untracked.env", leak("untracked"));
    let report = work.scan().code(1).quietly().json();
    assert!(finding(&report, &secret("untracked")).is_some());
}

/// A repository with one commit and one token.
fn scene(dir: &Dir) -> Repo<'_> {
    let repo = Repo::init(dir, "repo", &[]);
    let mut stream = Stream::new();
    stream
        .commit(":1", "refs/heads/main", &[])
        .file("a.env", leak("found"));
    repo.import(stream, false);
    repo
}

#[test]
fn a_head_without_a_commit_hides_nothing() {
    let dir = Dir::new();
    let repo = scene(&dir);
    repo.file(".git/HEAD", "ref: refs/heads/unborn\n");
    let report = repo.scan().code(1).quietly().json();
    assert_eq!(report["coverage"]["complete"], true, "{report:#}");
    let found = finding(&report, &secret("found")).expect("a finding");
    assert_eq!(found["history"]["at_head"], false);
}

#[test]
fn broken_refs_and_heads_are_skips() {
    let dir = Dir::new();
    let repo = scene(&dir);
    let head = dir.read("repo/.git/HEAD");
    let broken = [
        "",
        "nonsense\n",
        "ref: \n",
        "0123\n",
        "ref: refs/heads/../../x\0\n",
    ];
    for (n, content) in broken.iter().enumerate() {
        repo.file(".git/HEAD", content);
        let report = repo.scan().code(1).quietly().json();
        assert!(finding(&report, &secret("found")).is_some(), "{n}");
        if n < 4 {
            assert_eq!(skips(&report).len(), 1, "{n}: {report:#}");
            assert_eq!(skips(&report)[0].1, "bad_ref", "{n}");
        }
    }
    repo.file(".git/HEAD", head);
    for place in [
        "refs/heads/broken",
        "packed-refs",
        "refs/tags/a/b",
        "ORIG_HEAD",
    ] {
        repo.file(&format!(".git/{place}"), "nonsense\n");
        let report = repo.scan().code(1).quietly().json();
        assert_eq!(skips(&report).len(), 1, "{place}: {report:#}");
        fs::remove_file(repo.path(&format!(".git/{place}"))).expect("a file");
    }
    // Refs that lead in a circle, or nowhere.
    repo.file(".git/refs/heads/x", "ref: refs/heads/y\n");
    repo.file(".git/refs/heads/y", "ref: refs/heads/x\n");
    repo.scan().code(1).quietly();
}

#[test]
fn a_broken_ref_alone_is_no_clean_run() {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "repo", &[]);
    repo.scan().code(0);
    repo.file(".git/refs/heads/broken", "nonsense\n");
    repo.scan().code(2);
    let human = dir.scan(["--history", "repo"]).run().code(2);
    human.says("refs/heads/broken").says("INCOMPLETE");
}

#[test]
fn settings_that_cannot_be_understood_are_skips() {
    let dir = Dir::new();
    let repo = scene(&dir);
    let config = dir.read("repo/.git/config");
    let odd = [
        "[core\n",
        "[core]\n\trepositoryFormatVersion = 7\n",
        "[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tsomething = new\n",
        "[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tobjectFormat = md5\n",
        "[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\trefStorage = stone\n",
    ];
    for more in odd {
        repo.file(".git/config", config.clone() + more);
        let report = repo.scan().code(1).quietly().json();
        assert_eq!(skips(&report).len(), 1, "{more}: {report:#}");
        assert!(finding(&report, &secret("found")).is_some(), "{more}");
    }
}

/// Takes the right to write from everything below a folder, or gives it back.
fn close(path: &Path, bits: u32, on: bool) {
    let found = path.symlink_metadata().expect("a file");
    let mode = found.permissions().mode();
    let set = |mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    if on {
        set(mode | bits);
    }
    if found.is_dir() {
        for entry in fs::read_dir(path).expect("a folder").flatten() {
            close(&entry.path(), bits, on);
        }
    }
    if !on {
        set(mode & !bits);
    }
}

#[test]
fn a_repository_need_not_be_writable() {
    let dir = Dir::new();
    let repo = scene(&dir);
    close(&repo.path("."), 0o222, false);
    let report = repo.scan().code(1).quietly().json();
    assert_eq!(report["coverage"]["complete"], true, "{report:#}");
    close(&repo.path("."), 0o222, true);
}

#[test]
fn what_may_not_be_read_of_a_repository_is_named() {
    let dir = Dir::new();
    let repo = scene(&dir);
    let mut stream = Stream::new();
    stream
        .commit(":1", "refs/heads/packed", &[])
        .file("b.env", leak("packed"));
    repo.import(stream, true);
    let open = fs::Permissions::from_mode(0o755);
    fs::set_permissions(dir.path("."), open).expect("a mode");
    for place in ["objects/pack", "refs/heads", "config", "logs", "refs"] {
        let path = repo.path(&format!(".git/{place}"));
        fs::create_dir_all(repo.path(".git/logs")).expect("a folder");
        let mode = path.metadata().expect("a file").permissions();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o0)).expect("a mode");
        let scan = dir.scan(["--history", "--format", "json", "repo"]);
        let output = scan.with(|command| {
            if is_root() {
                command.uid(65534).gid(65534);
            }
        });
        // Where the program lies in a folder that is closed to nobody, there is nothing to see.
        if let Ok(output) = output.try_run() {
            let report = output.code(1).quietly().json();
            let skipped = skips(&report);
            let denied = |skip: &&(Option<String>, String, String)| skip.1 == "permission_denied";
            assert!(
                skipped.iter().any(|skip| denied(&skip)),
                "{place}: {skipped:?}"
            );
            assert!(finding(&report, &secret("found")).is_some(), "{place}");
        }
        fs::set_permissions(&path, mode).expect("a mode");
    }
}

/// Whether what is closed is open to us all the same.
fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    uid.is_some_and(|uid| uid.split_whitespace().nth(1) == Some("0"))
}
