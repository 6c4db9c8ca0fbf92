//! FIFOs, and files of other users, in place of what a repository is made of. Nothing here may hang; see
//! [`crate::util`].

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use super::{Repo, Stream, finding, history, leak, secret};
use crate::util::{Dir, fifo};

/// The user that owns nothing.
const NOBODY: u32 = 65534;

/// A repository with a pack, a loose object, a linked work tree and a submodule.
fn scene<'d>(dir: &'d Dir) -> Repo<'d> {
    let repo = Repo::init(dir, "repo", &[]);
    let commit = |path: &str| {
        let mut stream = Stream::new();
        stream
            .commit(":1", &format!("refs/heads/{path}"), &[])
            .file(path, leak(path));
        stream
    };
    repo.import(commit("main"), true);
    repo.import(commit("loose"), false);
    repo.git(&["reset", "-q", "--hard"]);
    repo.git(&["pack-refs", "--all"]);
    repo.git(&["branch", "later", "main"]);
    repo.git(&["worktree", "add", "-q", "--detach", "../tree"]);
    let module = Repo::init(dir, "repo/.git/modules/x", &["--bare"]);
    module.import(commit("module"), false);
    // Only objects hold what is looked for.
    for path in ["repo/main", "tree/main"] {
        fs::remove_file(dir.path(path)).expect("a file");
    }
    repo
}

/// The files of the only pack, by their ending.
fn pack(repo: &Repo<'_>, ending: &str) -> PathBuf {
    let entries = fs::read_dir(repo.path(".git/objects/pack")).expect("packs");
    let mut paths = entries.flatten().map(|entry| entry.path());
    let pack = paths.find(|path| path.extension().is_some_and(|e| e == ending));
    pack.expect("a pack")
}

fn loose(repo: &Repo<'_>) -> PathBuf {
    let id = super::blob_id(leak("loose"));
    repo.path(&format!(".git/objects/{}/{}", &id[..2], &id[2..]))
}

/// Puts a FIFO in place of a file.
fn replace(path: &Path) {
    drop(fs::remove_file(path));
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fifo(path);
}

/// Scans with a FIFO in a place, and returns which tokens were found and whether all was read.
fn scan(place: &dyn Fn(&Repo<'_>) -> PathBuf) -> (Vec<&'static str>, bool) {
    let dir = Dir::new();
    let repo = scene(&dir);
    replace(&place(&repo));
    let report = history(&dir, "repo", &[]).code(1).quietly().json();
    let mut names = vec!["main", "loose", "module"];
    names.retain(|name| finding(&report, &secret(name)).is_some());
    (names, report["coverage"]["complete"] == true)
}

#[test]
fn fifos_in_place_of_small_files_are_skips() {
    let places = [
        ".git/config",
        ".git/packed-refs",
        ".git/refs/heads/later",
        ".git/index",
        ".git/worktrees/tree/index",
        ".git/worktrees/tree/HEAD",
        ".git/objects/info/alternates",
        ".git/shallow",
        ".git/ORIG_HEAD",
        ".git/logs/HEAD",
    ];
    let wrong: Vec<_> = places
        .iter()
        .map(|place| (place, scan(&|repo| repo.path(place))))
        .filter(|(_, got)| *got != (vec!["main", "loose", "module"], false))
        .collect();
    assert!(wrong.is_empty(), "found, and whether complete: {wrong:#?}");
}

#[test]
fn fifos_in_place_of_what_is_not_needed_do_not_matter() {
    let places = [
        ".git/info/exclude",
        ".git/info/attributes",
        ".git/description",
        ".git/objects/info/commit-graph",
        ".git/objects/pack/multi-pack-index",
        ".git/objects/aa/fifo",
        ".gitmodules",
        ".gitattributes",
        ".gitignore",
    ];
    let wrong: Vec<_> = places
        .iter()
        .map(|place| (place, scan(&|repo| repo.path(place)).0))
        .filter(|(_, got)| *got != ["main", "loose", "module"])
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn fifos_in_place_of_objects_are_skips() {
    assert_eq!(scan(&|repo| pack(repo, "pack")).0, ["loose", "module"]);
    assert_eq!(scan(&|repo| pack(repo, "idx")).0, ["loose", "module"]);
    assert_eq!(scan(&loose), (vec!["main", "module"], false));
    let module = |repo: &Repo<'_>| repo.path(".git/modules/x/HEAD");
    assert_eq!(scan(&module).0, ["main", "loose"]);
}

#[test]
fn packs_that_are_fifos_make_a_run_incomplete() {
    assert!(!scan(&|repo| pack(repo, "pack")).1, "a pack");
    assert!(!scan(&|repo| pack(repo, "idx")).1, "an index");
}

#[test]
fn a_fifo_that_is_included_is_not_opened() {
    let dir = Dir::new();
    let repo = scene(&dir);
    fifo(&dir.path("included"));
    let path = dir.path("included").display().to_string();
    let config = dir.read("repo/.git/config");
    let include =
        format!("{config}[include]\n\tpath = {path}\n[includeIf \"gitdir:/\"]\n\tpath = {path}\n");
    repo.file(".git/config", include);
    let report = repo.scan().code(1).quietly().json();
    assert_eq!(report["coverage"]["complete"], true, "{report:#}");
}

#[test]
fn a_fifo_in_place_of_a_repository_is_none() {
    for place in ["repo/.git/HEAD", "repo/.git"] {
        let dir = Dir::new();
        scene(&dir);
        let path = dir.path(place);
        drop(fs::rename(&path, dir.path("aside")));
        replace(&path);
        let output = history(&dir, "repo", &[]).code(2);
        assert!(output.stdout.is_empty(), "{output}");
        output.complains("not a git repository");
    }
}

/// Gives everything below a folder to somebody.
fn give(path: &Path, user: u32) {
    chown(path, Some(user), Some(user)).expect("another owner");
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder").flatten() {
            give(&entry.path(), user);
        }
    }
}

#[test]
fn repositories_of_other_users_are_read() {
    let dir = Dir::new();
    scene(&dir);
    if dir.path("repo").metadata().expect("a folder").uid() != 0 {
        return; // only root can give something away
    }
    let open = fs::Permissions::from_mode(0o755);
    fs::set_permissions(dir.path("."), open).expect("a mode");
    let mut names = vec!["main", "loose", "module"];
    let mut check = |report: &serde_json::Value| {
        names.retain(|name| finding(report, &secret(name)).is_some());
        assert_eq!(names, ["main", "loose", "module"]);
        assert_eq!(report["coverage"]["complete"], true, "{report:#}");
    };
    let scan = dir.scan(["--history", "--format", "json", "repo"]);
    let nobody = scan.with(|command| {
        command.uid(NOBODY).gid(NOBODY);
    });
    // Where the program lies in a folder that is closed to nobody, there is nothing to see.
    if let Ok(output) = nobody.try_run() {
        check(&output.code(1).quietly().json());
    }
    give(&dir.path("repo"), NOBODY);
    check(&history(&dir, "repo", &[]).code(1).quietly().json());
}
