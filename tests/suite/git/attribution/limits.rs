//! Repositories that somebody made to be a burden: paths without number, rings, folders without end.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::objects::{Repository, file, folder};
use super::{read, texts};
use crate::util::{Output, paired, token};

/// Of these it takes a debug build a fraction, beside other tests.
const SOON: Duration = Duration::from_secs(20);
const MEMORY: u64 = 200 << 20;

/// The only finding of a repository that may be incomplete.
#[track_caller]
fn only_finding(repository: &Repository) -> (Output, Value) {
    let start = Instant::now();
    let scan = repository.dir.scan(["--history", ".", "--format", "json"]);
    let output = scan.run().code(1);
    assert!(start.elapsed() < SOON, "{:?} {output}", start.elapsed());
    assert!(output.peak < Some(MEMORY), "{:?} {output}", output.peak);
    let report = read(&output);
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 1, "{output}");
    let finding = findings[0].clone();
    (output, finding)
}

fn paths(finding: &Value) -> Vec<String> {
    texts(&finding["locations"], "path")
}

#[test]
fn paths_without_number_are_counted() {
    let repository = Repository::new();
    let blob = repository.blob(&paired(&token(1)));
    let names: Vec<String> = (0..10).map(|n| n.to_string()).collect();
    let mut tree = repository.tree(
        &names
            .iter()
            .map(|name| file(name, &blob))
            .collect::<Vec<_>>(),
    );
    for _ in 1..10 {
        let entries: Vec<_> = names.iter().map(|name| folder(name, &tree)).collect();
        tree = repository.tree(&entries);
    }
    let one = repository.commit(&tree, &[], 1);
    let two = repository.commit(&tree, &[&one], 2);
    repository.point("refs/heads/main", &two);
    let (output, finding) = only_finding(&repository);
    let listed = paths(&finding);
    assert_eq!(listed.len(), 100, "{output}");
    assert!(listed.is_sorted(), "{listed:?}");
    assert!(listed.iter().all(|path| path.len() == 19), "{listed:?}");
    assert_eq!(
        finding["history"]["unlisted"],
        10_000_000_000u64 - 100,
        "{output}"
    );
    assert_eq!(texts(&finding["history"]["introduced"], "commit"), [one]);
}

/// Versions of a file, each at the same 150 paths, in many commits: that are 150 places.
#[test]
fn a_path_is_counted_once_however_many_commits_have_it() {
    let repository = Repository::new();
    let mut last: Option<String> = None;
    for n in 0..30 {
        let content = format!("{}# version {}\n", paired(&token(1)), n / 3);
        let blob = repository.blob(&content);
        let other = repository.blob(&format!("{n}\n"));
        let names: Vec<String> = (0..150).map(|n| format!("{n}.env")).collect();
        let mut entries: Vec<_> = names.iter().map(|name| file(name, &blob)).collect();
        entries.push(file("other", &other));
        let inner = repository.tree(&entries);
        let root = repository.tree(&[folder("a", &inner)]);
        let parents: Vec<&str> = last.iter().map(String::as_str).collect();
        last = Some(repository.commit(&root, &parents, n));
    }
    repository.point("refs/heads/main", &last.expect("a commit"));
    for jobs in ["1", "2", "5"] {
        let scan = repository
            .dir
            .scan(["--history", ".", "--format", "json", "-j", jobs]);
        let output = scan.run().code(1);
        let finding = &read(&output)["findings"][0];
        assert_eq!(paths(finding).len(), 100, "{output}");
        assert_eq!(finding["history"]["unlisted"], 50, "{output}");
    }
}

/// A set of sets for every way to choose among folders: what cannot be counted ends all the same.
#[test]
fn more_ways_than_can_be_counted_end() {
    let repository = Repository::new();
    let blob = repository.blob(&paired(&token(1)));
    let mut trees = vec![repository.tree(&[file("a", &blob)])];
    let mut ids = Vec::new();
    for n in 0..40 {
        // Under each name another choice of what was made before.
        let mut entries = Vec::new();
        let names: Vec<String> = (0..trees.len()).map(|n| format!("{}", n % 97)).collect();
        for (at, tree) in trees
            .iter()
            .enumerate()
            .filter(|(at, _)| (at * 7 + n) % 3 > 0)
        {
            entries.push(folder(&names[at], tree));
        }
        let tree = repository.tree(&entries);
        ids.push(repository.commit(&tree, &[], n as i64));
        trees.push(tree);
    }
    repository.point("refs/heads/main", &ids[39]);
    let (output, finding) = only_finding(&repository);
    assert_eq!(paths(&finding).len(), 100, "{output}");
    assert!(
        finding["history"]["unlisted"].as_u64() > Some(1000),
        "{output}"
    );
}

/// A tree that holds itself cannot be made; but an object can lie under another's name.
#[test]
fn rings_end() {
    let repository = Repository::new();
    let blob = repository.blob(&paired(&token(1)));
    let (one, two) = ("1".repeat(40), "2".repeat(40));
    let data = |entries: &[_]| super::objects::tree(entries);
    repository.put_as(
        &one,
        "tree",
        &data(&[file("a", &blob), folder("two", &two)]),
    );
    repository.put_as(
        &two,
        "tree",
        &data(&[folder("one", &one), folder("two", &two)]),
    );
    let commit = repository.commit(&one, &[], 1);
    repository.point("refs/heads/main", &commit);
    let (output, finding) = only_finding(&repository);
    assert!(paths(&finding).contains(&"a".to_owned()), "{output}");
    assert_eq!(finding["history"]["at_head"], true, "{output}");
}

/// The same without a commit, so that nothing in the ring is a root.
#[test]
fn rings_that_nothing_holds_end() {
    let repository = Repository::new();
    let blob = repository.blob(&paired(&token(1)));
    let (one, two) = ("1".repeat(40), "2".repeat(40));
    let data = |entries: &[_]| super::objects::tree(entries);
    repository.put_as(
        &one,
        "tree",
        &data(&[file("a", &blob), folder("two", &two)]),
    );
    repository.put_as(&two, "tree", &data(&[folder("one", &one)]));
    let (output, finding) = only_finding(&repository);
    assert!(!paths(&finding).is_empty(), "{output}");
    assert_eq!(finding["history"]["reachable_from"], "none", "{output}");
}

/// Commits that are each other's parents, and tags that point at each other.
#[test]
fn rings_of_commits_and_tags_end() {
    let repository = Repository::new();
    let blob = repository.blob(&paired(&token(1)));
    let tree = repository.tree(&[file("a", &blob)]);
    let (one, two) = ("1".repeat(40), "2".repeat(40));
    for (id, parent) in [(&one, &two), (&two, &one)] {
        let text = format!("tree {tree}\nparent {parent}\n\nsaid\n");
        repository.put_as(id, "commit", text.as_bytes());
    }
    let tag = "3".repeat(40);
    repository.put_as(
        &tag,
        "tag",
        format!("object {tag}\ntype tag\ntag t\n\nt\n").as_bytes(),
    );
    repository
        .point("refs/heads/main", &one)
        .point("refs/tags/t", &tag);
    let (output, finding) = only_finding(&repository);
    assert_eq!(paths(&finding), ["a"], "{output}");
    assert_eq!(finding["history"]["at_head"], true, "{output}");
}

#[test]
fn folders_can_be_deep() {
    let repository = Repository::new();
    let blob = repository.blob(&paired(&token(1)));
    let mut tree = repository.tree(&[file("a", &blob)]);
    for _ in 0..5000 {
        tree = repository.tree(&[folder("d", &tree)]);
    }
    let commit = repository.commit(&tree, &[], 1);
    repository.point("refs/heads/main", &commit);
    let (_, finding) = only_finding(&repository);
    assert_eq!(paths(&finding), [format!("{}a", "d/".repeat(5000))]);
}

/// Each of the folders is also what a commit holds, and there are two versions of the file.
#[test]
fn every_folder_can_be_a_root() {
    let repository = Repository::new();
    let mut commits = Vec::new();
    for version in 0..2 {
        let blob = repository.blob(&format!("{}# {version}\n", paired(&token(1))));
        let mut tree = repository.tree(&[file("a", &blob)]);
        for n in 0..500 {
            tree = repository.tree(&[folder("d", &tree)]);
            commits.push(repository.commit(&tree, &[], 1000 * version + n));
        }
    }
    repository.point("refs/heads/main", &commits[999]);
    let (output, finding) = only_finding(&repository);
    let listed = paths(&finding);
    assert_eq!(listed.len(), 100, "{output}");
    // 400 paths, and 900 commits that introduced it.
    assert_eq!(finding["history"]["unlisted"], 400 + 900, "{output}");
    let commit = &finding["locations"][0]["git"]["commit"];
    assert!(commits[..500].iter().any(|id| commit == id), "{output}");
}

#[test]
fn refs_are_listed_up_to_a_hundred() {
    let repository = Repository::new();
    let blob = repository.blob(&paired(&token(1)));
    let tree = repository.tree(&[file("a", &blob)]);
    let commit = repository.commit(&tree, &[], 1);
    let refs: String = (0..3000)
        .map(|n| format!("{commit} refs/heads/b{n:04}\n"))
        .collect();
    repository.dir.file(".git/packed-refs", refs);
    let (output, finding) = only_finding(&repository);
    let listed = texts(&finding["history"]["refs"], "");
    assert_eq!(listed.len(), 100, "{output}");
    assert!(
        listed.is_sorted() && listed[0] == "refs/heads/b0000",
        "{listed:?}"
    );
    assert_eq!(finding["history"]["unlisted"], 2900, "{output}");
}
