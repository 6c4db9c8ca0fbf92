//! Repositories that lack something: what is there is found, and what is not is named.

use std::fs;

use serde_json::Value;

use super::{Repo, Stream, blob_id, finding, leak, secret, skips};
use crate::util::{Dir, ids};

/// Three versions of a file, each with a token of its own, and one that only HEAD lacks.
fn origin(dir: &Dir) -> Repo<'_> {
    let repo = Repo::init(dir, "origin", &["--bare"]);
    let mut stream = Stream::new();
    for (n, name) in ["first", "second", "third"].iter().enumerate() {
        stream
            .commit(&format!(":{}", n + 1), "refs/heads/main", &[])
            .file("a.env", leak(name));
    }
    repo.import(stream, false);
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    repo
}

/// Which of the versions are found.
fn versions(report: &Value) -> Vec<&'static str> {
    let mut names = vec!["first", "second", "third"];
    names.retain(|name| finding(report, &secret(name)).is_some());
    names
}

/// Clones the origin over git's protocol.
fn clone<'d>(dir: &'d Dir, args: &[&str]) -> Repo<'d> {
    let url = format!("file://{}", dir.path("origin").display());
    let args = [&["clone", "-q", "--bare"], args, &[&*url, "clone"]].concat();
    Repo::at(dir, ".").git(&args);
    Repo::at(dir, "clone")
}

#[test]
fn a_shallow_clone_says_where_its_history_ends() {
    let dir = Dir::new();
    let origin = origin(&dir);
    let parent = origin.ids(&["main~1"]).remove(0);
    let shallow = clone(&dir, &["--depth=1"]);
    let report = shallow.scan().code(1).quietly().json();
    assert_eq!(versions(&report), ["third"]);
    let skipped = skips(&report);
    assert_eq!(skipped.len(), 1, "{skipped:?}");
    assert_eq!(skipped[0].0, Some(parent), "{skipped:?}");
    assert_eq!(skipped[0].1, "shallow");
    let third = finding(&report, &secret("third")).expect("a finding");
    let introduced = third["history"]["introduced"].as_array();
    assert_eq!(introduced.map(Vec::len), Some(1), "the first that is known");
}

#[test]
fn a_shallow_clone_without_a_finding_is_incomplete() {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "origin", &["--bare"]);
    let mut stream = Stream::new();
    stream
        .commit(":1", "refs/heads/main", &[])
        .file("a.env", leak("first"));
    stream
        .commit(":2", "refs/heads/main", &[])
        .file("a.env", "clean\n");
    repo.import(stream, false);
    clone(&dir, &["--depth=1"]).scan().code(2).quietly();
}

#[test]
fn a_clone_without_blobs_names_every_one_that_is_missing() {
    let dir = Dir::new();
    origin(&dir);
    let partial = clone(&dir, &["--filter=blob:none"]);
    let report = partial.scan().code(2).quietly().json();
    assert_eq!(ids(&report), [""; 0]);
    let blobs = ["first", "second", "third"].map(|name| Some(blob_id(leak(name))));
    let mut missing: Vec<_> = skips(&report);
    missing.sort();
    let mut wanted = blobs.map(|blob| (blob, "promised".to_owned(), "a.env".to_owned()));
    wanted.sort();
    assert_eq!(missing, wanted);
    // What is there is read.
    partial.git_with(&["hash-object", "-w", "--stdin"], leak("second"));
    let report = partial.scan().code(1).quietly().json();
    assert_eq!(versions(&report), ["second"]);
    assert_eq!(skips(&report).len(), 2);
}

#[test]
fn a_clone_without_trees_is_incomplete() {
    let dir = Dir::new();
    origin(&dir);
    let partial = clone(&dir, &["--filter=tree:0"]);
    let report = partial.scan().code(2).quietly().json();
    assert_eq!(skips(&report).len(), 3, "{report:#}");
    assert!(skips(&report).iter().all(|skip| skip.1 == "promised"));
}

/// Takes a loose object away.
fn lose(repo: &Repo<'_>, id: &str) {
    let path = repo.path(&format!("objects/{}/{}", &id[..2], &id[2..]));
    fs::remove_file(path).expect("an object");
}

#[test]
fn a_missing_object_is_named_and_all_others_are_read() {
    let blob = blob_id(leak("second"));
    let objects = |repo: &Repo<'_>| {
        let mut ids = repo.ids(&["main~1^{tree}", "main~1"]);
        ids.push(blob.clone());
        ids
    };
    for n in 0..3 {
        let dir = Dir::new();
        let origin = origin(&dir);
        let id = objects(&origin).remove(n);
        lose(&origin, &id);
        let report = origin.scan().code(1).quietly().json();
        let wanted = if n == 2 {
            &["first", "third"][..]
        } else {
            &["first", "second", "third"]
        };
        assert_eq!(versions(&report), wanted, "without object {n}");
        let skipped = skips(&report);
        assert_eq!(skipped.len(), 1, "{skipped:?}");
        assert_eq!(skipped[0].0.as_ref(), Some(&id));
        assert_eq!(skipped[0].1, "missing_object");
        if n == 2 {
            assert_eq!(skipped[0].2, "a.env");
        }
    }
}

#[test]
fn a_ref_to_a_missing_object_makes_a_run_incomplete() {
    let all = "0123456789abcdef0123456789abcdef01234567";
    let places = [
        ("refs/heads/gone", format!("{all}\n")),
        ("packed-refs", format!("{all} refs/heads/gone\n")),
        ("HEAD", format!("{all}\n")),
    ];
    let mut silent = Vec::new();
    for (place, content) in places {
        let dir = Dir::new();
        let repo = Repo::init(&dir, "repo", &["--bare"]);
        let mut stream = Stream::new();
        stream.commit(":1", "refs/heads/main", &[]).file("a", "b\n");
        repo.import(stream, false);
        repo.scan().code(0);
        repo.file(place, content);
        let output = repo.scan();
        let skipped = skips(&output.json());
        if !output.code_is(2) || skipped.len() != 1 || skipped[0].0.as_deref() != Some(all) {
            silent.push((place, skipped));
        }
    }
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn without_its_objects_a_repository_is_not_clean() {
    let dir = Dir::new();
    let origin = origin(&dir);
    fs::remove_dir_all(origin.path("objects")).expect("a folder");
    fs::create_dir(origin.path("objects")).expect("a folder");
    origin.scan().code(2);
}

#[test]
fn a_missing_blob_alone_is_no_clean_run() {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "repo", &["--bare"]);
    let mut stream = Stream::new();
    stream
        .commit(":1", "refs/heads/main", &[])
        .file("a.env", leak("gone"))
        .file("b", "clean\n");
    repo.import(stream, false);
    lose(&repo, &blob_id(leak("gone")));
    let report = repo.scan().code(2).quietly().json();
    assert_eq!(skips(&report).len(), 1);
    let human = dir.scan(["--history", "repo"]).run().code(2);
    human.says("a.env").says("INCOMPLETE");
}
