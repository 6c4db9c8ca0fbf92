//! Runs, compared with every entry of every tree.

use std::io::Write as _;

use super::*;
use crate::git::store::ObjectDir;
use crate::git::testing::{Scene, git_is_there};

/// Some that end alike, have a mode within, or are as long as another one.
const NAMES: [&str; 9] = [
    "a",
    "b",
    "x a",
    "bcd",
    "x 100644 a",
    "1 a",
    "a file with a long name",
    " ",
    "x  a",
];

/// Versions of a folder: each made of the one before by what happens to folders, and by what should not.
fn versions(seed: u64, count: usize, children: &[(u32, ObjectId)]) -> Vec<Vec<u8>> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut below = |end: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % end
    };
    let mut entries: Vec<(usize, usize)> = (0..30)
        .map(|_| (below(children.len()), below(NAMES.len())))
        .collect();
    let mut trees: Vec<Vec<u8>> = Vec::new();
    for _ in 0..count {
        let at = below(entries.len());
        let entry = (below(children.len()), below(NAMES.len()));
        match below(7) {
            0 if entries.len() > 20 => drop(entries.remove(at)),
            0 | 1 => entries.insert(at, entry),
            2 => entries[at].1 = entry.1,
            // One becomes longer and another one shorter.
            3 => {
                let other = below(entries.len());
                (entries[at].1, entries[other].1) = (entries[other].1, entries[at].1);
            }
            4 => entries.swap(at, 0),
            _ => entries[at].0 = entry.0,
        }
        let mut tree = Vec::new();
        for (child, name) in &entries {
            let (mode, id) = &children[*child];
            let _ = write!(tree, "{mode:o} {}\0", NAMES[*name]);
            tree.extend_from_slice(id.as_bytes());
        }
        match below(12) {
            0 => tree.truncate(tree.len() - below(30)),
            1 => {
                let at = below(tree.len());
                tree[at] = b'x';
            }
            _ => {}
        }
        trees.push(tree);
    }
    trees
}

#[test]
fn who_holds_whom_is_what_every_tree_says() {
    if !git_is_there() {
        return;
    }
    for seed in 0..4 {
        let scene = Scene::new();
        scene.dir("r").git("r", &["init", "-q", "--bare"]);
        let write = |kind: &str, data: &[u8]| {
            let args = ["hash-object", "-w", "--literally", "--stdin", "-t", kind];
            ObjectId::parse(scene.git_with("r", &args, data).trim_ascii()).expect("an id")
        };
        let mut children: Vec<(u32, ObjectId)> = (0..6)
            .map(|n| (0o100_644, write("blob", format!("{seed} {n}").as_bytes())))
            .collect();
        for n in 0..3 {
            let mut tree = b"100644 file\0".to_vec();
            tree.extend_from_slice(children[n].1.as_bytes());
            children.push((0o40_000, write("tree", &tree)));
        }
        children.push((0o160_000, children[0].1));
        let mut ids: Vec<ObjectId> = children.iter().map(|(_, id)| *id).collect();
        for tree in versions(seed, 60, &children) {
            ids.push(write("tree", &tree));
        }
        // With the same path they are versions of one thing: deltas on each other.
        let list: String = ids.iter().map(|id| format!("{id} folder\n")).collect();
        let args = ["pack-objects", "-q", "--depth=100", "objects/pack/pack"];
        scene.git_with("r", &args, list.as_bytes());
        scene.git("r", &["prune-packed"]);

        let objects = ObjectDir {
            path: scene.path("r/objects"),
            own: true,
        };
        let (store, _) = Store::open(vec![objects], 20, 64 << 20);
        let (catalogue, _) = Catalogue::new(&store);
        // Some are not asked about.
        let asked = children[..4].iter().map(|(_, id)| id.as_bytes());
        let targets: BTreeSet<Number> = asked.filter_map(|id| catalogue.find(id)).collect();
        assert_eq!(targets.len(), 4);
        let mut expected = BTreeSet::new();
        let trees: BTreeSet<&ObjectId> = ids[6..].iter().filter(|id| **id != ids[0]).collect();
        for id in trees {
            let holder = catalogue.find(id.as_bytes()).expect("a tree");
            let tree = store.object(id).expect("a tree");
            for entry in TreeEntries::new(&tree.data, 20).filter(|entry| !entry.is_submodule()) {
                let child = catalogue.find(entry.id);
                let matters = |child: &Number| entry.is_tree() || targets.contains(child);
                let child = child.filter(matters);
                expected.extend(child.map(|child| (child, holder, entry.name.to_vec())));
            }
        }
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let pool = pool.build().expect("threads");
            let (runs, names) = pool.install(|| collect(&catalogue, &store, &targets));
            let edges = runs.iter().flat_map(|run| {
                let name = names[run.name as usize].to_vec();
                (run.first..=run.last).map(move |holder| (run.child, holder, name.clone()))
            });
            let found: BTreeSet<_> = edges.collect();
            assert!(found == expected, "seed {seed}, {threads} threads");
        }
    }
}
