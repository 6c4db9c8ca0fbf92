//! What must be said of a credential, from the definitions and by brute force.

use std::collections::BTreeSet;

use super::objects::id_of;
use super::scene::{Commit, STAGED, Scene, Target, below};

/// A set of commits, at most 64.
type Set = u64;

pub struct Truth {
    /// Ids, by date, then id.
    pub introduced: Vec<String>,
    pub removed: Vec<String>,
    pub at_head: bool,
    pub reachable: &'static str,
    pub refs: Vec<String>,
    /// Paths and lines in all commits.
    pub places: BTreeSet<(String, u64)>,
}

/// What must be said of a credential. None if nothing holds it.
pub fn truth(scene: &Scene, token: u64) -> Option<Truth> {
    let commits = &scene.commits;
    let holds = |blob: usize| {
        scene.blobs[blob]
            .tokens
            .iter()
            .any(|found| found.0 == token)
    };
    if !(0..scene.blobs.len()).any(holds) {
        return None;
    }
    let in_commit = |commit: &Commit| commit.files.values().any(|&blob| holds(blob));
    let inside = set(commits, |_, commit| in_commit(commit));
    let ancestors = ancestors(commits);
    let introduced = set(commits, |n, commit| {
        has(inside, n) && !commit.parents.iter().any(|&parent| has(inside, parent))
    });
    let removed = set(commits, |n, commit| {
        let (within, without): (Vec<usize>, Vec<usize>) = commit
            .parents
            .iter()
            .partition(|&&parent| has(inside, parent));
        // On one of its sides it had been taken out before.
        let before = without
            .iter()
            .any(|&parent| ancestors[parent] & introduced != 0);
        !has(inside, n) && !within.is_empty() && !before
    });
    let reaches = |commit: usize| ancestors[commit] & inside != 0;
    let leads = |target: &Target| match target {
        Target::Commit(commit) => reaches(*commit),
        Target::Blob(blob) => holds(*blob),
        Target::Tree(commit, folder) => {
            let files = below(&commits[*commit].files, folder);
            files.iter().any(|(_, blob)| holds(*blob))
        }
    };
    let refs: Vec<String> = (scene.refs.iter())
        .filter(|(_, target)| leads(target))
        .map(|(name, _)| name.clone())
        .collect();
    let logged = scene.logged.iter().any(|&commit| reaches(commit));
    Some(Truth {
        introduced: listed(commits, introduced),
        removed: listed(commits, removed),
        at_head: scene.head.is_some_and(|head| has(inside, head)),
        reachable: match () {
            () if !refs.is_empty() => "ref",
            () if logged => "reflog",
            () if scene.staged.is_some_and(holds) => "index",
            () => "none",
        },
        refs,
        places: places(scene, token),
    })
}

fn has(set: Set, commit: usize) -> bool {
    set >> commit & 1 != 0
}

fn set(commits: &[Commit], holds: impl Fn(usize, &Commit) -> bool) -> Set {
    let members = commits
        .iter()
        .enumerate()
        .filter(|(n, commit)| holds(*n, commit));
    members.fold(0, |set, (n, _)| set | 1 << n)
}

/// For each commit itself and all before it.
fn ancestors(commits: &[Commit]) -> Vec<Set> {
    let mut ancestors: Vec<Set> = Vec::new();
    for (n, commit) in commits.iter().enumerate() {
        let above = commit.parents.iter().map(|&parent| ancestors[parent]);
        ancestors.push(above.fold(1 << n, |all, set| all | set));
    }
    ancestors
}

fn listed(commits: &[Commit], set: Set) -> Vec<String> {
    let members = commits.iter().enumerate().filter(|(n, _)| has(set, *n));
    let mut members: Vec<&Commit> = members.map(|(_, commit)| commit).collect();
    members.sort_by_key(|commit| (commit.seconds, &commit.id));
    members
        .into_iter()
        .map(|commit| commit.id.clone())
        .collect()
}

/// A blob that no commit holds has the path that it has in the index, or none: then its id stands for one.
fn places(scene: &Scene, token: u64) -> BTreeSet<(String, u64)> {
    let lines = |blob: usize| {
        let found = scene.blobs[blob]
            .tokens
            .iter()
            .filter(|found| found.0 == token);
        found.map(|found| found.1).collect::<Vec<_>>()
    };
    let mut places = BTreeSet::new();
    let mut held = BTreeSet::new();
    for (path, &blob) in scene.commits.iter().flat_map(|commit| &commit.files) {
        held.insert(blob_of(scene, blob));
        places.extend(lines(blob).into_iter().map(|line| (path.clone(), line)));
    }
    for blob in (0..scene.blobs.len()).filter(|&blob| !held.contains(blob_of(scene, blob))) {
        let staged = scene.staged.map(|staged| blob_of(scene, staged));
        let path = match staged == Some(blob_of(scene, blob)) {
            true => STAGED.to_owned(),
            false => id_of("blob", blob_of(scene, blob).as_bytes()),
        };
        places.extend(lines(blob).into_iter().map(|line| (path.clone(), line)));
    }
    places
}

/// Blobs of the same content are one.
fn blob_of(scene: &Scene, blob: usize) -> &str {
    &scene.blobs[blob].content
}
