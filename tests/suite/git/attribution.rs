//! Whether what is said of a credential's history is true: which commits brought it and took it away, where
//! it stands, and what keeps it alive. Random histories are compared with what the definitions say of them,
//! and some with what git says.
//!
//! `MATTERLEAKS_HISTORIES=5000` tries so many of them, `MATTERLEAKS_SEED=7` others, from that number on. A
//! failure names the seed of its history: `MATTERLEAKS_SEED=7 MATTERLEAKS_HISTORIES=1` makes it again.

mod hosts;
mod limits;
mod maker;
mod objects;
mod oracle;
mod scene;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use serde_json::Value;

use crate::util::{self, Output};
use oracle::truth;
use scene::{Scene, TOKENS};

/// A number from the environment.
fn number(name: &str, otherwise: u64) -> u64 {
    let set = std::env::var(name).ok().and_then(|text| text.parse().ok());
    set.unwrap_or(otherwise)
}

/// Makes histories on all cores. `share` of those that were asked for are enough.
fn for_each_history(share: u64, check: impl Fn(u64, &Scene) + Sync) {
    let first = number("MATTERLEAKS_SEED", 1);
    let end = first + number("MATTERLEAKS_HISTORIES", 120).div_ceil(share);
    let next = AtomicU64::new(first);
    let work = || {
        while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&n| n < end) {
            check(seed, &Scene::new(seed));
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, |n| n.get()) {
            scope.spawn(work);
        }
    });
}

fn scan(scene: &Scene, args: &[&str]) -> Output {
    let dir = &scene.repository.dir;
    let scan = dir.scan(["--history", ".", "--format", "json", "--fail-on", "never"]);
    scan.args(args).run()
}

/// A report. That it follows the schema is asserted elsewhere; here that would take most of the time.
fn read(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{output}\n{error}"))
}

/// Findings by their ids.
fn findings(report: &Value) -> BTreeMap<&str, &Value> {
    let findings = report["findings"].as_array().expect("findings");
    let findings = findings.iter();
    findings
        .map(|found| (found["id"].as_str().expect("an id"), found))
        .collect()
}

fn texts(list: &Value, key: &str) -> Vec<String> {
    let items = list.as_array().expect("a list").iter();
    let text = |item: &Value| {
        if key.is_empty() {
            item.clone()
        } else {
            item[key].clone()
        }
    };
    items
        .map(|item| text(item).as_str().expect("a text").to_owned())
        .collect()
}

#[test]
fn what_is_said_of_random_histories_is_true() {
    for_each_history(1, |seed, scene| {
        let report = read(&scan(scene, &[]).code(0));
        let found = findings(&report);
        for token in 0..TOKENS {
            let said = found.get(&*util::id(&util::token(token)));
            let Some(truth) = truth(scene, token) else {
                assert!(said.is_none(), "seed {seed}, token {token}");
                continue;
            };
            let said = said.unwrap_or_else(|| panic!("seed {seed}: no token {token}"));
            let history = &said["history"];
            let context = format!("seed {seed}, token {token}: {history:#}");
            assert_eq!(
                texts(&history["introduced"], "commit"),
                truth.introduced,
                "{context}"
            );
            assert_eq!(
                texts(&history["removed"], "commit"),
                truth.removed,
                "{context}"
            );
            assert_eq!(history["at_head"], truth.at_head, "{context}");
            assert_eq!(texts(&history["refs"], ""), truth.refs, "{context}");
            assert_eq!(history["reachable_from"], truth.reachable, "{context}");
            assert_eq!(history["unlisted"], 0, "{context}");
            let places = said["locations"].as_array().expect("locations");
            let place = |place: &Value| {
                let path = match place["path"].as_str().expect("a path") {
                    "" => &place["git"]["blob"],
                    _ => &place["path"],
                };
                let path = path.as_str().expect("a path or an id").to_owned();
                (path, place["line"].as_u64().expect("a line"))
            };
            let known: BTreeSet<_> = places.iter().map(place).collect();
            assert_eq!(known, truth.places, "{context}");
            assert_eq!(places.len(), known.len(), "{context}");
            places
                .iter()
                .for_each(|place| assert_stands(scene, token, place, &context));
        }
    });
}

/// Asserts that a place is where it says: in that commit, at that path, in that blob.
#[track_caller]
fn assert_stands(scene: &Scene, token: u64, place: &Value, context: &str) {
    let path = place["path"].as_str().expect("a path");
    let line = place["line"].as_u64().expect("a line");
    let id_of = |blob: usize| objects::id_of("blob", scene.blobs[blob].content.as_bytes());
    let holds = |blob: usize| scene.blobs[blob].tokens.contains(&(token, line));
    let Some(commit) = place["git"]["commit"].as_str() else {
        let loose = path.is_empty() || path == scene::STAGED && place["kind"] == "index";
        assert!(loose, "{place:#}\n{context}");
        return;
    };
    let commit = scene.commits.iter().find(|found| found.id == commit);
    let commit = commit.unwrap_or_else(|| panic!("{place:#}\n{context}\nwhich commit?"));
    let blob = commit.files.get(path).copied();
    let blob = blob.unwrap_or_else(|| panic!("{place:#}\n{context}\nthe commit has no such path"));
    assert!(holds(blob), "{place:#}\n{context}");
    assert_eq!(place["git"]["blob"], id_of(blob), "{place:#}\n{context}");
    // It was brought there by that commit: no parent has it at that path and line.
    let there = |parent: &usize| {
        scene.commits[*parent]
            .files
            .get(path)
            .copied()
            .is_some_and(holds)
    };
    assert!(!commit.parents.iter().any(there), "{place:#}\n{context}");
}

/// The generator says what commits hold; here git says it.
#[test]
fn the_generator_knows_what_it_made() {
    for_each_history(20, |seed, scene| {
        let mut listed = 0;
        for commit in &scene.commits {
            let told = scene.git(&["ls-tree", "-r", "-z", &commit.id]);
            let told = String::from_utf8(told).expect("UTF-8");
            let entry = |(path, &blob): (&String, &usize)| {
                let id = objects::id_of("blob", scene.blobs[blob].content.as_bytes());
                format!("100644 blob {id}\t{path}\0")
            };
            let mut known: Vec<String> = commit.files.iter().map(entry).collect();
            let mut told: Vec<String> = told.split_inclusive('\0').map(str::to_owned).collect();
            known.sort();
            told.sort();
            assert_eq!(told, known, "seed {seed}, {}", commit.id);
            listed += 1;
        }
        // Refs, reflogs and HEAD are such that git takes them for what they are.
        let reached = scene.git(&["rev-list", "--all", "--reflog"]);
        let reached = String::from_utf8(reached).expect("UTF-8");
        let known: BTreeSet<&str> = scene.commits.iter().map(|commit| &*commit.id).collect();
        assert!(reached.lines().all(|id| known.contains(id)), "seed {seed}");
        assert!(listed >= 10);
    });
}

/// What `git log --find-object` lists for a blob are the commits that change at which paths it stands. So
/// each commit that we name is in that list; and what else is there only moves it, or is a merge one of whose
/// sides had brought it or taken it out before.
#[test]
fn git_names_the_same_commits_for_a_single_blob() {
    for_each_history(10, |seed, scene| {
        let report = read(&scan(scene, &[]).code(0));
        let found = findings(&report);
        for token in 0..TOKENS {
            let holds = |blob: &&scene::Blob| blob.tokens.iter().any(|found| found.0 == token);
            let blobs: BTreeSet<&str> = (scene.blobs.iter().filter(holds))
                .map(|blob| &*blob.content)
                .collect();
            let [content] = blobs.iter().copied().collect::<Vec<_>>()[..] else {
                continue;
            };
            let history = &found[&*util::id(&util::token(token))]["history"];
            let find = format!(
                "--find-object={}",
                objects::id_of("blob", content.as_bytes())
            );
            let mut args = vec!["log", "-m", "--root", "--no-renames", "--format=%H", &find];
            args.extend(scene.commits.iter().map(|commit| &*commit.id));
            let told = String::from_utf8(scene.git(&args)).expect("UTF-8");
            let told: BTreeSet<&str> = told.lines().filter(|line| !line.is_empty()).collect();
            let paths = |commit: usize| -> BTreeSet<&String> {
                let files = scene.commits[commit].files.iter();
                let same = files.filter(|(_, blob)| scene.blobs[**blob].content == content);
                same.map(|(path, _)| path).collect()
            };
            let introduced = texts(&history["introduced"], "commit");
            let removed = texts(&history["removed"], "commit");
            for (n, commit) in scene.commits.iter().enumerate() {
                let context = format!("seed {seed}, token {token}, {}", commit.id);
                let here = paths(n);
                let moves = match &commit.parents[..] {
                    [] => !here.is_empty(),
                    parents => parents.iter().any(|&parent| paths(parent) != here),
                };
                assert_eq!(told.contains(&*commit.id), moves, "{context}");
                let (new, gone) = (
                    introduced.contains(&commit.id),
                    removed.contains(&commit.id),
                );
                assert!(moves || !(new || gone), "{context}");
                if let [parent] = commit.parents[..] {
                    let before = !paths(parent).is_empty();
                    assert_eq!(new, !before && !here.is_empty(), "{context}");
                    assert_eq!(gone, before && here.is_empty(), "{context}");
                }
            }
        }
    });
}

/// Asserts that two reports are the same but for what differs from run to run.
#[track_caller]
fn assert_same(one: &Output, other: &Output, context: &str) {
    let (one, other) = (one.text(), other.text());
    let passes =
        |line: &&str| !line.contains("\"started_at\"") && !line.contains("\"duration_ms\"");
    let (mut left, mut right) = (one.lines().filter(passes), other.lines().filter(passes));
    let mut before = "";
    loop {
        let (a, b) = (left.next(), right.next());
        assert_eq!(a, b, "{context}, behind {before}");
        let Some(line) = a else { break };
        before = line;
    }
}

#[test]
fn threads_and_packs_do_not_show() {
    for_each_history(8, |seed, scene| {
        let alone = scan(scene, &["-j", "1"]).code(0);
        for jobs in ["2", "5"] {
            let together = scan(scene, &["-j", jobs]).code(0);
            assert_same(&together, &alone, &format!("seed {seed}, {jobs} threads"));
        }
        scene.git(&["repack", "-adfkq"]);
        let packed = scan(scene, &["-j", "2"]).code(0);
        assert_same(&packed, &alone, &format!("seed {seed}, packed"));
    });
}
