//! One history in every form that git keeps it in: the findings are the same.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Repo, Stream, finding, history, leak, secret, tables};
use crate::util::{Dir, Output, ids};

/// A history with a credential at HEAD, one in a file that is gone, one that came with the last of many
/// versions, one in a message, one in a tag and one on another branch.
fn story() -> Stream {
    let mut stream = Stream::new();
    let main = "refs/heads/main";
    let filler = |n: usize| -> String { (0..60).map(|k| format!("line {}\n", k * n)).collect() };
    stream
        .commit(":1", main, &[])
        .file("sub/keep.env", leak("keep"))
        .file("gone.env", leak("gone"))
        .file("many.txt", filler(1));
    for n in 0..8 {
        stream
            .commit(&format!(":{}", 10 + n), main, &[])
            .file("many.txt", filler(1) + &"more\n".repeat(n));
    }
    stream
        .commit(":2", main, &[])
        .file("many.txt", filler(1) + &leak("last version"))
        .delete("gone.env");
    let ann = ("Ann <ann@example.org>", "Ann <ann@example.org>");
    stream
        .commit_of(":3", "refs/heads/other", ann, &leak("message"), &[":1"])
        .file("other.env", leak("other"));
    stream.tag("v1", ":2", ann.0, &leak("tag"));
    stream
}

const NAMES: [&str; 6] = ["keep", "gone", "last version", "message", "tag", "other"];

/// A repository with that history.
fn told<'d>(dir: &'d Dir, folder: &'d str, args: &[&str], packed: bool) -> Repo<'d> {
    let repo = Repo::init(dir, folder, args);
    repo.import(story(), packed);
    repo
}

/// What a report says of git objects: everything but the path of the repository, and the refs that belong to
/// one of its work trees.
fn findings(report: &Value) -> Value {
    let mut findings = report["findings"].clone();
    for finding in findings.as_array_mut().expect("findings") {
        let locations = finding["locations"].as_array_mut().expect("locations");
        locations.retain(|location| location["kind"] != "file");
        for location in locations {
            location["repository"] = Value::Null;
        }
        if let Some(host) = finding["host"]["location"].as_object_mut() {
            host.remove("path");
        }
        let refs = finding["history"]["refs"].as_array_mut();
        let shared = |name: &Value| name.as_str().is_some_and(|name| name.starts_with("refs/"));
        refs.expect("refs").retain(shared);
    }
    let mut list = findings.as_array().expect("findings").clone();
    list.sort_by_key(|finding| finding["id"].to_string());
    Value::Array(list)
}

/// The same without what depends on how objects are named.
fn shapes(report: &Value) -> Value {
    let mut findings = findings(report);
    for finding in findings.as_array_mut().expect("findings") {
        for location in finding["locations"].as_array_mut().expect("locations") {
            for key in ["blob", "commit", "tag"] {
                let there = !location["git"][key].is_null();
                location["git"][key] = there.into();
            }
        }
        for list in ["introduced", "removed"] {
            let commits = finding["history"][list].as_array_mut();
            for commit in commits.expect("commits") {
                commit["commit"] = Value::Null;
            }
        }
    }
    findings
}

/// The report of a scan that read everything.
#[track_caller]
fn whole(output: Output) -> Value {
    let report = output.code(1).quietly().json();
    assert_eq!(report["coverage"]["complete"], true, "{report:#}");
    report
}

/// What every form must lead to. It is asserted on its own.
fn expected(dir: &Dir) -> Value {
    let report = whole(told(dir, "expected", &["--bare"], false).scan());
    assert_eq!(ids(&report).len(), NAMES.len(), "{report:#}");
    for name in NAMES {
        assert!(finding(&report, &secret(name)).is_some(), "{name}");
    }
    findings(&report)
}

#[track_caller]
fn assert_same(repo: &Repo<'_>, expected: &Value, form: &str) {
    let got = findings(&whole(repo.scan()));
    assert!(got == *expected, "{form}: {got:#}\nexpected {expected:#}");
}

#[test]
fn loose_objects_and_packs_of_every_make_tell_the_same() {
    let dir = Dir::new();
    let expected = expected(&dir);
    let repo = told(&dir, "pack", &["--bare"], true);
    assert_same(&repo, &expected, "one pack");
    let forms: [(&str, &[&str]); 5] = [
        (
            "deep",
            &["repack", "-q", "-adf", "--depth=250", "--window=50"],
        ),
        (
            "deltas that name their base",
            &[
                "-c",
                "repack.useDeltaBaseOffset=false",
                "repack",
                "-q",
                "-adf",
            ],
        ),
        (
            "index of version 1",
            &["-c", "pack.indexVersion=1", "repack", "-q", "-adf"],
        ),
        ("no deltas", &["repack", "-q", "-adf", "--depth=0"]),
        ("with bitmaps", &["repack", "-q", "-adb"]),
    ];
    for (form, args) in forms {
        repo.git(args);
        assert_same(&repo, &expected, form);
    }
    repo.git(&["pack-refs", "--all"]);
    repo.git(&["commit-graph", "write", "--reachable"]);
    assert_same(&repo, &expected, "packed refs");
    // Some objects twice, and some of them loose.
    told(&dir, "pack", &["--bare"], false);
    assert_same(&repo, &expected, "all twice");
}

#[test]
fn many_packs_tell_the_same_with_and_without_an_index_of_all() {
    let dir = Dir::new();
    let expected = expected(&dir);
    let repo = told(&dir, "packs", &["--bare"], false);
    let all = repo.git(&[
        "cat-file",
        "--batch-all-objects",
        "--batch-check=%(objectname)",
    ]);
    let all: Vec<&str> = all.lines().collect();
    for some in all.chunks(all.len().div_ceil(6)) {
        let list = some.join("\n") + "\n";
        repo.git_with(&["pack-objects", "-q", "objects/pack/pack"], list);
    }
    assert_same(&repo, &expected, "six packs and all loose");
    repo.git(&["prune-packed", "-q"]);
    assert_same(&repo, &expected, "six packs");
    repo.git(&["multi-pack-index", "write"]);
    assert_same(&repo, &expected, "an index of all packs");
    // Nobody wants the single indexes any more; git keeps them.
    repo.git(&["multi-pack-index", "repack", "--batch-size=0"]);
    repo.git(&["multi-pack-index", "expire"]);
    assert_same(&repo, &expected, "repacked through the index of all");
}

#[test]
fn a_pack_need_not_be_called_pack() {
    let dir = Dir::new();
    let expected = expected(&dir);
    let repo = told(&dir, "renamed", &["--bare"], true);
    for path in packs(&repo) {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.expect("a name").replacen("pack-", "mine-", 1);
        fs::rename(&path, path.with_file_name(name)).expect("a new name");
    }
    // git does not mind.
    repo.git(&["fsck", "--full"]);
    assert_same(&repo, &expected, "a pack of another name");
}

/// The files in the folder of packs.
fn packs(repo: &Repo<'_>) -> Vec<PathBuf> {
    let entries = fs::read_dir(repo.path("objects/pack")).expect("packs");
    entries.flatten().map(|entry| entry.path()).collect()
}

#[test]
fn objects_that_nothing_reaches_are_found_in_packs_for_cruft() {
    let dir = Dir::new();
    let repo = told(&dir, "cruft", &["--bare"], false);
    repo.git(&["update-ref", "-d", "refs/heads/other"]);
    repo.git(&["repack", "-q", "-d", "--cruft"]);
    let report = whole(repo.scan());
    for name in NAMES {
        assert!(finding(&report, &secret(name)).is_some(), "{name}");
    }
    let other = finding(&report, &secret("other")).expect("a finding");
    assert_eq!(other["history"]["reachable_from"], "none");
}

/// A repository with that history, and with what is nobody else's business.
fn lender<'d>(dir: &'d Dir, packed: bool) -> Repo<'d> {
    let repo = told(dir, "lender", &["--bare"], packed);
    let mut stream = Stream::new();
    stream
        .commit(":1", "refs/heads/private", &[])
        .file("private.env", leak("private"));
    repo.import(stream, packed);
    repo.git_with(&["hash-object", "-w", "--stdin"], leak("adrift"));
    repo
}

#[test]
fn objects_of_another_repository_are_found_where_they_are_reached() {
    for packed in [true, false] {
        let dir = Dir::new();
        let expected = expected(&dir);
        lender(&dir, packed);
        let here = Repo::at(&dir, ".");
        here.git(&["clone", "-q", "--bare", "--shared", "lender", "borrower"]);
        let borrower = Repo::at(&dir, "borrower");
        borrower.git(&["update-ref", "-d", "refs/heads/private"]);
        // On its own it may be anybody's that the repository names, so it takes our word.
        let report = borrower.scan().code(2).json();
        let skipped = &report["coverage"]["skipped"][0];
        let names = |skip: &Value| {
            skip["path"]
                .as_str()
                .is_some_and(|path| path.contains("lender"))
        };
        assert!(names(skipped), "{report:#}");
        assert_eq!(findings(&whole(named(&dir))), expected, "packed: {packed}");
    }
}

/// The history of `borrower`, for which the objects of `lender` are named.
fn named(dir: &Dir) -> Output {
    let (folder, objects) = (dir.path("borrower"), dir.path("lender/objects"));
    let scan = dir.scan(["--history", "--format", "json"]).with(|command| {
        command.current_dir(folder);
        command.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects);
    });
    scan.run()
}

#[test]
fn objects_of_another_repository_are_its_own_where_they_are_not_reached() {
    for packed in [true, false] {
        let dir = Dir::new();
        lender(&dir, packed);
        let here = Repo::at(&dir, ".");
        here.git(&["clone", "-q", "--bare", "--shared", "lender", "borrower"]);
        let borrower = Repo::at(&dir, "borrower");
        for name in ["refs/heads/private", "refs/heads/other"] {
            borrower.git(&["update-ref", "-d", name]);
        }
        borrower.git_with(&["hash-object", "-w", "--stdin"], leak("own"));
        let report = whole(named(&dir));
        let is_there = |name: &&&str| finding(&report, &secret(name)).is_some();
        let names = [&NAMES[..], &["private", "adrift", "own"]].concat();
        let there: Vec<&str> = names.iter().filter(is_there).copied().collect();
        let reached = ["keep", "gone", "last version", "tag", "own"];
        assert_eq!(there, reached, "packed: {packed}");
    }
}

#[test]
fn ids_may_be_of_sha_256() {
    let dir = Dir::new();
    let plain = whole(told(&dir, "plain", &["--bare"], false).scan());
    for packed in [false, true] {
        let folder = format!("packed-{packed}");
        let repo = told(&dir, &folder, &["--bare", "--object-format=sha256"], packed);
        let report = whole(repo.scan());
        let keep = finding(&report, &secret("keep")).expect("a finding");
        let blob = keep["locations"][0]["git"]["blob"].as_str();
        assert_eq!(blob.map(str::len), Some(64));
        assert_eq!(shapes(&report), shapes(&plain));
    }
}

#[test]
fn refs_may_be_in_tables() {
    let dir = Dir::new();
    let plain = whole(told(&dir, "plain", &["--bare"], false).scan());
    for format in ["sha1", "sha256"] {
        let args = ["--bare", &format!("--object-format={format}")];
        let repo = told(&dir, format, &args, true);
        tables::keep(|args| repo.git(args));
        let report = whole(repo.scan());
        assert_eq!(shapes(&report), shapes(&plain));
        fs::write(repo.path("reftable/1.ref"), "REFT").expect("a file");
        let report = repo.scan().code(1).json();
        for name in NAMES {
            assert!(finding(&report, &secret(name)).is_some(), "{name}");
        }
        assert_eq!(report["coverage"]["skipped"][0]["reason"], "bad_ref");
    }
}

/// A repository with its files checked out.
fn checked_out<'d>(dir: &'d Dir, folder: &'d str) -> Repo<'d> {
    let repo = told(dir, folder, &[], true);
    repo.git(&["reset", "-q", "--hard"]);
    repo
}

#[test]
fn indexes_of_every_make_tell_what_is_staged() {
    let dir = Dir::new();
    let expected = expected(&dir);
    let forms: [(&str, &[&[&str]]); 5] = [
        ("plain", &[]),
        ("version 4", &[&["update-index", "--index-version=4"]]),
        ("split", &[&["update-index", "--split-index"]]),
        (
            "sparse",
            &[&["sparse-checkout", "set", "--cone", "--sparse-index", "none"]],
        ),
        (
            "untracked cache",
            &[&["update-index", "--force-untracked-cache"], &["status"]],
        ),
    ];
    let mut lost = Vec::new();
    for (form, commands) in forms {
        let repo = checked_out(&dir, form);
        commands.iter().for_each(|command| drop(repo.git(command)));
        repo.file("staged.env", leak(form));
        repo.git(&["add", "staged.env"]);
        fs::remove_file(repo.path("staged.env")).expect("a file");
        let mut report = whole(repo.scan());
        let staged = finding(&report, &secret(form)).expect("a finding").clone();
        let place = (
            &staged["locations"][0],
            &staged["history"]["reachable_from"],
        );
        if place.0["kind"] != "index" || place.0["path"] != "staged.env" || place.1 != "index" {
            lost.push((form, place.0["kind"].clone(), place.1.clone()));
        }
        let all = report["findings"].as_array_mut().expect("findings");
        all.retain(|finding| finding["id"] != staged["id"]);
        assert_eq!(findings(&report), expected, "{form}");
    }
    assert_eq!(lost, [], "these are not known to be staged");
}

#[test]
fn objects_left_at_an_origin_are_no_harm_if_none_is_missing() {
    let dir = Dir::new();
    let expected = expected(&dir);
    let repo = told(&dir, "partial", &["--bare"], true);
    repo.git(&["config", "core.repositoryFormatVersion", "1"]);
    repo.git(&["config", "extensions.partialClone", "origin"]);
    repo.git(&["config", "remote.origin.promisor", "true"]);
    repo.git(&["config", "remote.origin.url", "https://git.example.org/x"]);
    assert_same(&repo, &expected, "extensions.partialClone");
}

#[test]
fn the_path_may_be_any_way_into_the_repository() {
    let dir = Dir::new();
    let expected = expected(&dir);
    let repo = checked_out(&dir, "repo");
    repo.git(&["worktree", "add", "-q", "--detach", "../tree"]);
    let here = Repo::at(&dir, ".");
    here.git(&["clone", "-q", "--mirror", "repo", "mirror"]);
    let separate = format!("--separate-git-dir={}", dir.path("elsewhere").display());
    let apart = told(&dir, "apart", &[&separate], false);
    apart.git(&["reset", "-q", "--hard"]);
    // The other side must know it.
    let report = history(&dir, "apart", &[]).json();
    assert_eq!(report["coverage"]["skipped"][0]["path"], "apart/.git");
    let tree = dir.path("apart").display().to_string();
    apart.git(&["config", "core.worktree", &tree]);
    let paths = [
        "repo",
        "repo/",
        "repo/.git",
        "repo/sub",
        "repo/.git/objects",
        "tree",
        "tree/sub",
        "mirror",
        "apart",
        "elsewhere",
    ];
    for path in paths {
        let report = whole(history(&dir, path, &[]));
        assert_eq!(findings(&report), expected, "{path}");
    }
    for place in ["repo", "repo/sub", "tree", "mirror"] {
        let scan = dir.scan(["--history", "--format", "json"]);
        let folder = dir.path(place);
        let output = scan
            .with(|command| {
                command.current_dir(folder);
            })
            .run();
        assert_eq!(findings(&whole(output)), expected, "in {place}");
    }
    // Work trees find each other by paths that are relative, too.
    repo.git(&["config", "core.repositoryFormatVersion", "1"]);
    repo.git(&["config", "extensions.relativeWorktrees", "true"]);
    dir.file("tree/.git", "gitdir: ../repo/.git/worktrees/tree\n");
    repo.file(".git/worktrees/tree/gitdir", "../../../../tree/.git\n");
    dir.file("tree/untracked.env", leak("untracked"));
    for path in ["repo", "tree"] {
        let report = whole(history(&dir, path, &[]));
        let untracked = finding(&report, &secret("untracked")).expect("a finding");
        assert_eq!(untracked["history"], json!(null), "{path}");
        assert_eq!(untracked["locations"].as_array().map(Vec::len), Some(1));
        assert_eq!(ids(&report).len(), NAMES.len() + 1, "{path}");
    }
}
