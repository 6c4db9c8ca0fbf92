use std::collections::BTreeSet;
use std::fmt::Write;

use super::*;
use crate::git::object::Said;
use crate::git::store::ObjectDir;
use crate::git::testing::{Scene, git_is_there};

fn scene(format: &str) -> Option<Scene> {
    let scene = Scene::new();
    let format = format!("--object-format={format}");
    git_is_there().then(|| {
        scene.git(".", &["init", "-q", &format, "a"]);
        scene
    })
}

fn store(scene: &Scene, id_length: usize) -> Store {
    let dir = ObjectDir {
        path: scene.path("a/.git/objects"),
        own: true,
    };
    let (store, unusable) = Store::open(Vec::from([dir]), id_length, 64 << 20);
    assert!(unusable.is_empty());
    store
}

/// Numbers that look random and are the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// A history with merges in which files become folders and back, as git-fast-import(1) takes it.
fn stream(random: &mut Random, commits: u64) -> String {
    const PATHS: [&str; 12] = [
        "a", "a/b", "a/b/c", "a.c", "a-b", "ab", "d/e/f", "d/e/g", "d/e", "d", "x/y", "x.y/z",
    ];
    let mut text = String::new();
    for mark in 1..=commits {
        let mut parents = BTreeSet::new();
        while parents.len() < 3 && mark > 1 && random.below(3) > 0 {
            parents.insert(1 + random.below(mark - 1));
        }
        writeln!(text, "commit refs/heads/b{mark}\nmark :{mark}").unwrap();
        writeln!(text, "committer a <a@b> {mark} +0000\ndata 1\nm").unwrap();
        for (number, parent) in parents.iter().enumerate() {
            let word = if number == 0 { "from" } else { "merge" };
            writeln!(text, "{word} :{parent}").unwrap();
        }
        for _ in 0..random.below(5) {
            let path = PATHS[random.below(PATHS.len() as u64) as usize];
            let content = random.below(4);
            match random.below(4) {
                0 => writeln!(text, "D {path}").unwrap(),
                1 => writeln!(text, "M 120000 inline {path}\ndata 1\n{content}").unwrap(),
                _ => writeln!(text, "M 100644 inline {path}\ndata 1\n{content}").unwrap(),
            }
        }
        text.push('\n');
    }
    text
}

/// The paths at which a commit differs from all its parents, and what it has there.
fn told(store: &Store, commit: &ObjectId) -> BTreeSet<(Vec<u8>, bool)> {
    let tree_of = |id: &ObjectId| {
        let object = store.object(id).unwrap();
        (
            Said::new(&object.data).target.unwrap(),
            Said::new(&object.data).parents,
        )
    };
    let (tree, parents) = tree_of(commit);
    let old: Vec<ObjectId> = parents.iter().map(|parent| tree_of(parent).0).collect();
    let mut told = BTreeSet::new();
    let unread = diff(&old, &tree, store, |change| {
        assert_eq!(change.old.len(), old.len());
        told.insert((change.path.to_vec(), change.new.is_some()));
    });
    assert!(unread.is_empty(), "{unread:?}");
    told
}

#[test]
fn commits_differ_as_git_says() {
    for format in ["sha1", "sha256"] {
        let Some(scene) = scene(format) else { return };
        let mut random = Random(7);
        let text = stream(&mut random, 150);
        scene.git_with("a", &["fast-import", "--quiet"], text.as_bytes());
        let store = store(&scene, if format == "sha1" { 20 } else { 32 });
        let mut merges = 0;
        for mark in 1..=150 {
            let name = format!("b{mark}");
            let commit = scene.id("a", &name);
            let args = [
                "diff-tree",
                "-r",
                "-c",
                "--root",
                "--no-renames",
                "--no-commit-id",
                "-z",
                "--name-status",
                &name,
            ];
            let git = scene.git_with("a", &args, b"");
            let mut fields = git.split(|&b| b == 0);
            let mut expected = BTreeSet::new();
            while let (Some(status), Some(path)) = (fields.next(), fields.next()) {
                merges += usize::from(status.len() > 1);
                expected.insert((path.to_vec(), !status.ends_with(b"D")));
            }
            assert_eq!(
                told(&store, &commit),
                expected,
                "{name}: {}",
                String::from_utf8_lossy(&git)
            );
        }
        assert!(merges > 10, "{merges}");
    }
}

/// Writes a tree as it is given.
fn tree(scene: &Scene, entries: &[(u32, &str, ObjectId)]) -> ObjectId {
    let mut data = Vec::new();
    for (mode, name, id) in entries {
        data.extend_from_slice(format!("{mode:o} {name}\0").as_bytes());
        data.extend_from_slice(id.as_bytes());
    }
    object(scene, "tree", &data)
}

fn object(scene: &Scene, kind: &str, data: &[u8]) -> ObjectId {
    let args = ["hash-object", "-w", "--literally", "-t", kind, "--stdin"];
    let id = scene.git_with("a", &args, data);
    ObjectId::parse(id.trim_ascii()).unwrap()
}

#[test]
fn what_is_missing_or_malformed_is_told() {
    let Some(scene) = scene("sha1") else { return };
    let blob = object(&scene, "blob", b"x");
    let gone = ObjectId::new(&[7; 20]).unwrap();
    let broken = object(&scene, "tree", b"100644 a");
    let new = tree(
        &scene,
        &[
            (0o100_644, "a", blob),
            (0o40_000, "b", gone),
            (0o40_000, "c", broken),
            (0o40_000, "d", blob),
        ],
    );
    let store = store(&scene, 20);
    let mut paths = Vec::new();
    let unread = diff(&[], &new, &store, |change| paths.push(change.path.to_vec()));
    assert_eq!(paths, [b"a"]);
    let unread: Vec<_> = unread
        .iter()
        .map(|unread| (&*unread.path, unread.id))
        .collect();
    assert_eq!(unread, [(&b"b"[..], gone), (b"c", broken), (b"d", blob)]);
    // Of the old side: what is below is new.
    let old = tree(&scene, &[(0o40_000, "b", gone)]);
    let below = tree(&scene, &[(0o100_644, "x", blob)]);
    let new = tree(&scene, &[(0o40_000, "b", below)]);
    let mut paths = Vec::new();
    let unread = diff(&[old], &new, &store, |change| {
        paths.push(change.path.to_vec())
    });
    assert_eq!((paths, unread.len()), (Vec::from([b"b/x".to_vec()]), 1));
    // The empty tree need not be there.
    let empty = ObjectId::parse(b"4b825dc642cb6eb9a060e54bf8d69288fbee4904").unwrap();
    let mut count = 0;
    assert!(diff(&[empty], &new, &store, |_| count += 1).is_empty());
    assert_eq!(count, 1);
}

#[test]
fn what_has_no_end_comes_to_one() {
    let Some(scene) = scene("sha1") else { return };
    // More paths than there are atoms.
    let mut id = object(&scene, "blob", b"x");
    let mut mode = 0o100_644;
    for _ in 0..40 {
        let names: Vec<String> = (0..10).map(|n| n.to_string()).collect();
        let entries: Vec<_> = names.iter().map(|name| (mode, &**name, id)).collect();
        id = tree(&scene, &entries);
        mode = 0o40_000;
    }
    let store = store(&scene, 20);
    let mut count = 0u64;
    let unread = diff(&[], &id, &store, |_| count += 1);
    assert!(count < 1_000_000, "{count}");
    assert!(!unread.is_empty());
    // Deeper than any path.
    let mut id = object(&scene, "blob", b"x");
    let mut mode = 0o100_644;
    for _ in 0..MAX_DEPTH / 16 {
        id = tree(&scene, &[(mode, "d", id)]);
        mode = 0o40_000;
    }
    assert!(diff(&[], &id, &store, |_| {}).is_empty());
}
