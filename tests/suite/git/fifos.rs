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

/// Puts a FIFO in place of a file for as long as something is done, and then the file again.
fn replaced<T>(path: &Path, act: impl FnOnce() -> T) -> T {
    let aside = path.with_extension("aside");
    let kept = fs::rename(path, &aside).is_ok();
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fifo(path);
    let done = act();
    fs::remove_file(path).expect("a FIFO");
    if kept {
        fs::rename(&aside, path).expect("a file");
    }
    done
}

/// Scans with a FIFO in a place, and returns which tokens were found and whether all was read.
fn scan(repo: &Repo<'_>, place: &Path) -> (Vec<&'static str>, bool) {
    let output = replaced(place, || repo.scan());
    let report = output.code(1).quietly().json();
    let mut names = ALL.to_vec();
    names.retain(|name| finding(&report, &secret(name)).is_some());
    (names, report["coverage"]["complete"] == true)
}

const ALL: [&str; 3] = ["main", "loose", "module"];

#[test]
fn fifos_in_place_of_small_files_are_skips() {
    let dir = Dir::new();
    let repo = scene(&dir);
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
    let all = places.map(|place| (place, scan(&repo, &repo.path(place))));
    let right = |got: &(Vec<&str>, bool)| got.0 == ALL && !got.1;
    let wrong: Vec<_> = all.iter().filter(|(_, got)| !right(got)).collect();
    assert!(wrong.is_empty(), "found, and whether complete: {wrong:?}");
}

#[test]
fn fifos_in_place_of_what_is_not_needed_do_not_matter() {
    let dir = Dir::new();
    let repo = scene(&dir);
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
    for place in places {
        assert_eq!(scan(&repo, &repo.path(place)).0, ALL, "{place}");
    }
}

#[test]
fn fifos_in_place_of_objects_are_skips() {
    let dir = Dir::new();
    let repo = scene(&dir);
    for ending in ["pack", "idx"] {
        let got = scan(&repo, &pack(&repo, ending));
        assert_eq!(got, (vec!["loose", "module"], false), "{ending}");
    }
    assert_eq!(scan(&repo, &loose(&repo)), (vec!["main", "module"], false));
    let module = repo.path(".git/modules/x/HEAD");
    assert_eq!(scan(&repo, &module).0, ["main", "loose"]);
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
    let dir = Dir::new();
    let repo = scene(&dir);
    for place in [".git/HEAD", ".git"] {
        let output = replaced(&repo.path(place), || repo.scan()).code(2);
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
