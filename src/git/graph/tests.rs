//! Paths, compared with all ways that there are.

use std::collections::BTreeSet;

use super::*;

/// An edge: what is held, who holds it, under which name.
type Edge = (Number, Number, usize);

const NAMES: [&str; 3] = ["a", "b", "a.b"];

/// Objects of which each has holders behind it only, and which of them are the trees of commits.
fn random(seed: u64, count: Number) -> (Vec<Edge>, BTreeSet<Number>) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut below = |end: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % end
    };
    let mut edges = BTreeSet::new();
    for child in 0..count - 1 {
        for _ in 0..below(4) {
            let parent = child + 1 + below(u64::from(count - child - 1)) as Number;
            edges.insert((child, parent, below(3) as usize));
        }
    }
    let roots = (1..count).filter(|_| below(3) == 0).collect();
    (edges.into_iter().collect(), roots)
}

fn graph(count: Number, edges: &[Edge], roots: &BTreeSet<Number>) -> Graph {
    let run = |&(child, parent, name): &Edge| Run {
        child,
        first: parent,
        last: parent,
        name: name as u32,
    };
    let mut runs: Vec<Run> = edges.iter().map(run).collect();
    runs.sort_unstable();
    // As from the walk: what follows each other under one name is one run.
    runs.dedup_by(|next, last| {
        let joins = (next.child, next.name, next.first) == (last.child, last.name, last.last + 1);
        if joins {
            last.last = next.last;
        }
        joins
    });
    let node = |&tree: &Number| CommitNode {
        number: 1000 + tree,
        tree: Some(tree),
        parents: Vec::new(),
        seconds: 0,
    };
    Graph {
        commits: roots.iter().map(node).collect(),
        parents: Lists::new(roots.len(), &mut []),
        children: Lists::new(roots.len(), &mut []),
        roots: (roots.iter().copied()).zip(0..).collect(),
        starts: starts(count as usize, runs.iter().map(|run| run.child)),
        runs,
        names: NAMES.iter().map(|name| name.as_bytes().into()).collect(),
        count,
    }
}

/// Every path to an object, with the trees at which it begins.
fn ways(edges: &[Edge], roots: &BTreeSet<Number>, object: Number) -> BTreeSet<(String, Number)> {
    let mut all = BTreeSet::new();
    let mut open = vec![(object, String::new())];
    while let Some((child, path)) = open.pop() {
        let holders: Vec<&Edge> = edges.iter().filter(|edge| edge.0 == child).collect();
        if !path.is_empty() && (holders.is_empty() || roots.contains(&child)) {
            all.insert((path.clone(), child));
        }
        for (_, parent, name) in holders {
            let slash = if path.is_empty() { "" } else { "/" };
            open.push((*parent, format!("{}{slash}{path}", NAMES[*name])));
        }
    }
    all
}

#[test]
fn paths_are_all_that_there_are_and_each_is_counted_once() {
    for seed in 0..300 {
        let count = 4 + (seed % 9) as Number;
        let (edges, roots) = random(seed, count);
        let graph = graph(count, &edges, &roots);
        for objects in [&[0][..], &[1], &[0, 1]] {
            let known: BTreeSet<(String, Number)> = (objects.iter())
                .flat_map(|&object| ways(&edges, &roots, object))
                .collect();
            let paths: BTreeSet<&String> = known.iter().map(|(path, _)| path).collect();
            let ways = Ways::new(&graph, objects, None);
            assert_eq!(ways.count(), paths.len() as u64, "seed {seed}");
            let listed = ways.list(usize::MAX);
            let text = |way: &ways::Way| String::from_utf8(way.path.clone()).expect("UTF-8");
            assert!(
                listed.iter().map(text).eq(paths.into_iter().cloned()),
                "seed {seed}"
            );
            for way in &listed {
                let begins: BTreeSet<Number> = ways.roots(way).collect();
                let at = known.iter().filter(|(path, _)| *path == text(way));
                assert_eq!(begins, at.map(|(_, tree)| *tree).collect(), "seed {seed}");
                let commits = ways.commits(way);
                let trees = commits.iter().map(|&at| graph.commits[at as usize].tree);
                assert!(trees.flatten().all(|tree| begins.contains(&tree)));
                assert_eq!(
                    commits.len(),
                    begins.intersection(&roots).count(),
                    "seed {seed}"
                );
            }
            assert_eq!(ways.list(2).len(), listed.len().min(2));
        }
    }
}

#[test]
fn the_commits_above_are_those_that_have_a_path() {
    let mut space = Space::default();
    for seed in 0..300 {
        let count = 4 + (seed % 9) as Number;
        let (edges, roots) = random(seed, count);
        let graph = graph(count, &edges, &roots);
        let above = graph.above([0], &mut space);
        let trees = above.iter().map(|&at| graph.commits[at as usize].tree);
        let trees: BTreeSet<Number> = trees.flatten().collect();
        let known = ways(&edges, &roots, 0).into_iter().map(|(_, tree)| tree);
        let known: BTreeSet<Number> = known.filter(|tree| roots.contains(tree)).collect();
        assert_eq!(trees, known, "seed {seed}");
        assert!(space.has(0) && trees.iter().all(|&tree| space.has(tree)));
    }
}
