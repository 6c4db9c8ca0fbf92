//! Which server a credential is paired with, across a history.

use serde_json::Value;

use super::objects::{Repository, file, folder};
use super::{read, texts};
use crate::util::{lonely, token};

fn paired_with(host: &str) -> String {
    format!(
        "MATTERMOST_URL=https://{host}.example.org\n{}",
        lonely(&token(1))
    )
}

fn server(host: &str) -> String {
    format!("MATTERMOST_URL=https://{host}.example.org\n")
}

#[track_caller]
fn finding(repository: &Repository) -> Value {
    let scan = repository
        .dir
        .scan(["--history", ".", "--format", "json", "--unpaired", "fail"]);
    let report = read(&scan.run().code(1));
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 1, "{report:#}");
    findings[0].clone()
}

/// The host, and the other hosts.
fn hosts(finding: &Value) -> (Option<String>, Vec<String>) {
    let short = |url: &str| url.replace("https://", "").replace(".example.org", "");
    let others = texts(&finding["other_hosts"], "");
    let host = finding["host"]["url"].as_str().map(short);
    (host, others.iter().map(|url| short(url)).collect())
}

fn said(host: &str, others: &[&str]) -> (Option<String>, Vec<String>) {
    let others = others.iter().map(|&host| host.to_owned());
    (Some(host.to_owned()), others.collect())
}

/// Commits one after the other, each with these files (`folder/name` at most) and made at its time.
fn line(repository: &Repository, commits: &[(i64, &[(&str, &str)])]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for (seconds, files) in commits {
        let tree = tree(repository, files);
        let parents: Vec<&str> = ids.last().iter().map(|id| id.as_str()).collect();
        ids.push(repository.commit(&tree, &parents, *seconds));
    }
    ids
}

fn tree(repository: &Repository, files: &[(&str, &str)]) -> String {
    let mut own = Vec::new();
    let mut folders: std::collections::BTreeMap<&str, Vec<(&str, &str)>> = Default::default();
    for (path, content) in files {
        match path.split_once('/') {
            Some((name, rest)) => folders.entry(name).or_default().push((rest, content)),
            None => own.push((*path, repository.blob(content))),
        }
    }
    let below: Vec<(&str, String)> = (folders.into_iter())
        .map(|(name, files)| (name, tree(repository, &files)))
        .collect();
    let files = own.iter().map(|(name, id)| file(name, id));
    let entries: Vec<_> = files
        .chain(below.iter().map(|(name, id)| folder(name, id)))
        .collect();
    repository.tree(&entries)
}

#[test]
fn the_host_at_head_counts_though_another_is_newer() {
    let repository = Repository::new();
    let (old, new) = (paired_with("old"), paired_with("new"));
    let ids = line(&repository, &[(1, &[("a", &old)]), (9, &[("a", &new)])]);
    repository
        .point("refs/heads/main", &ids[0])
        .point("refs/heads/later", &ids[1]);
    assert_eq!(hosts(&finding(&repository)), said("old", &["new"]));
    repository.point("refs/heads/main", &ids[1]);
    assert_eq!(hosts(&finding(&repository)), said("new", &["old"]));
}

#[test]
fn without_one_at_head_the_newest_commit_counts() {
    let repository = Repository::new();
    let (a, b, c) = (paired_with("a"), paired_with("b"), paired_with("c"));
    // `b` was brought last and `a` stood longest.
    let files: [(i64, &[(&str, &str)]); 5] = [
        (1, &[("a", &a)]),
        (2, &[("a", &a), ("b", &b)]),
        (3, &[("a", &a), ("c", &c)]),
        (4, &[("a", &a)]),
        (5, &[("none", "nothing")]),
    ];
    let ids = line(&repository, &files);
    repository.point("refs/heads/main", &ids[4]);
    assert_eq!(hosts(&finding(&repository)), said("a", &["b", "c"]));
}

#[test]
fn among_equals_the_surest_then_the_smallest_counts() {
    let repository = Repository::new();
    let (b, c) = (paired_with("b"), paired_with("c"));
    let alone = lonely(&token(1));
    let url = server("a");
    // The one in another file is less sure, though it is the smallest.
    let files = [
        ("x/c", &*c),
        ("y/b", &*b),
        ("z/t.env", &*alone),
        ("z/u.env", &*url),
    ];
    let ids = line(&repository, &[(1, &files)]);
    repository.point("refs/heads/main", &ids[0]);
    assert_eq!(hosts(&finding(&repository)), said("b", &["a", "c"]));
}

#[test]
fn a_file_on_disk_counts_like_head() {
    let repository = Repository::new();
    let (old, new) = (paired_with("old"), paired_with("new"));
    let ids = line(
        &repository,
        &[(1, &[("a", &old)]), (9, &[("a", &new)]), (10, &[])],
    );
    repository.point("refs/heads/main", &ids[2]);
    assert_eq!(hosts(&finding(&repository)), said("new", &["old"]));
    repository.dir.file("a", &old);
    assert_eq!(hosts(&finding(&repository)), said("old", &["new"]));
}

#[test]
fn a_url_and_a_token_of_two_commits_meet_in_one_blob() {
    let repository = Repository::new();
    let (before, after) = (server("chat"), paired_with("chat"));
    let ids = line(
        &repository,
        &[(1, &[("a", &before)]), (2, &[("a", &after)]), (3, &[])],
    );
    repository.point("refs/heads/main", &ids[2]);
    let finding = finding(&repository);
    assert_eq!(hosts(&finding), said("chat", &[]));
    assert_eq!(
        texts(&finding["history"]["introduced"], "commit"),
        [&*ids[1]]
    );
    assert_eq!(texts(&finding["history"]["removed"], "commit"), [&*ids[2]]);
}

#[test]
fn siblings_are_those_at_head() {
    let repository = Repository::new();
    let (alone, then, now) = (lonely(&token(1)), server("then"), server("now"));
    let first = [("t.env", &*alone), ("u.env", &*then)];
    let second = [("t.env", &*alone), ("u.env", &*now)];
    let ids = line(&repository, &[(1, &first), (2, &second)]);
    repository.point("refs/heads/main", &ids[1]);
    let finding = finding(&repository);
    assert_eq!(hosts(&finding), said("now", &[]));
    assert_eq!(finding["host"]["paired_by"], "sibling");
    assert_eq!(finding["host"]["location"]["path"], "u.env");
}

#[test]
fn without_head_siblings_are_those_of_the_commit_that_brought_it() {
    let repository = Repository::new();
    let (alone, then, now) = (lonely(&token(1)), server("then"), server("now"));
    let first = [("t.env", &*alone), ("u.env", &*then)];
    let second = [("t.env", &*alone), ("u.env", &*now)];
    let ids = line(&repository, &[(1, &first), (2, &second), (3, &[])]);
    repository.point("refs/heads/main", &ids[2]);
    assert_eq!(hosts(&finding(&repository)), said("then", &[]));
}

#[test]
fn files_that_were_never_together_are_no_siblings() {
    let repository = Repository::new();
    let (alone, url) = (lonely(&token(1)), server("chat"));
    let ids = line(
        &repository,
        &[(1, &[("a/t.env", &alone)]), (2, &[("a/u.env", &url)])],
    );
    repository.point("refs/heads/main", &ids[1]);
    let finding = finding(&repository);
    assert_eq!(hosts(&finding), (None, Vec::new()), "{finding:#}");
}

/// The token has left `a`, where another file now has its name and a server beside it.
#[test]
fn a_folder_that_it_has_left_is_not_its_folder() {
    let repository = Repository::new();
    let (alone, near, far) = (lonely(&token(1)), server("near"), server("far"));
    let after = [
        ("a/t.env", "nothing"),
        ("a/u.env", &*far),
        ("b/t.env", &*alone),
        ("b/u.env", &*near),
    ];
    let ids = line(&repository, &[(1, &[("a/t.env", &alone)]), (2, &after)]);
    repository.point("refs/heads/main", &ids[1]);
    let finding = finding(&repository);
    assert_eq!(hosts(&finding), said("near", &[]));
    assert_eq!(finding["host"]["location"]["path"], "b/u.env");
}

#[test]
fn of_several_folders_one_that_names_a_server_counts() {
    let repository = Repository::new();
    let (alone, url) = (lonely(&token(1)), server("chat"));
    let files = [
        ("a/t.env", &*alone),
        ("b/t.env", &*alone),
        ("b/u.env", &*url),
    ];
    let ids = line(&repository, &[(1, &files)]);
    repository.point("refs/heads/main", &ids[0]);
    assert_eq!(hosts(&finding(&repository)), said("chat", &[]));
}

/// A message is not taken out by the next one, and takes part in no tree.
#[test]
fn what_a_message_says_is_brought_by_its_commit() {
    let repository = Repository::new();
    let text = paired_with("chat");
    let empty = repository.tree(&[]);
    let with = tree(&repository, &[("a", &text)]);
    let one = repository.commit_saying(&empty, &[], 1, &text);
    let beside = repository.commit(&empty, &[&one], 2);
    let two = repository.commit(&with, &[&one], 3);
    let three = repository.commit(&empty, &[&two], 4);
    repository
        .point("refs/heads/main", &three)
        .point("refs/heads/beside", &beside);
    let history = &finding(&repository)["history"];
    assert_eq!(texts(&history["introduced"], "commit"), [one, two]);
    assert_eq!(texts(&history["removed"], "commit"), [three]);
    assert_eq!(
        texts(&history["refs"], ""),
        ["HEAD", "refs/heads/beside", "refs/heads/main"]
    );
    assert_eq!(history["at_head"], false);
}

/// A file whose name is the credential: only where it has that name.
#[test]
fn a_name_is_brought_by_the_commit_that_gives_it() {
    let repository = Repository::new();
    let name = format!("mattermost_token={}", token(1));
    let before = tree(&repository, &[("plain", "mattermost")]);
    let after = tree(
        &repository,
        &[(&name, "mattermost"), ("plain", "mattermost")],
    );
    let one = repository.commit(&before, &[], 1);
    let two = repository.commit(&after, &[&one], 2);
    let three = repository.commit(&before, &[&two], 3);
    repository.point("refs/heads/main", &three);
    let finding = finding(&repository);
    let history = &finding["history"];
    assert_eq!(
        texts(&history["introduced"], "commit"),
        [two],
        "{finding:#}"
    );
    assert_eq!(texts(&history["removed"], "commit"), [three]);
    assert_eq!(
        finding["locations"].as_array().map(Vec::len),
        Some(1),
        "{finding:#}"
    );
}
