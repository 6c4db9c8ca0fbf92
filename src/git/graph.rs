//! From objects up to the commits that hold them.
//!
//! All trees are decoded once more, in the order of storage, and who holds whom is noted the other way round:
//! for each tree, and for the few objects that are asked about, the trees that hold them. Versions of a folder
//! follow each other in the order of the walk and mostly hold the same children, so that holders are noted as
//! runs of numbers, of which there are three to twelve times fewer.

use std::collections::BTreeSet;

use super::catalogue::{Catalogue, Number};
use super::store::Store;

mod holders;
mod ways;

use holders::Run;
pub use ways::Ways;

/// A commit, as far as this room needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitNode {
    /// Its number.
    pub number: Number,
    /// The number of its tree, if that is here.
    pub tree: Option<Number>,
    /// The numbers of its parents, those that are here.
    pub parents: Vec<Number>,
    /// When it was committed, in seconds since 1970.
    pub seconds: i64,
}

/// Place of a commit in [`Graph::commits`].
pub type CommitIndex = u32;

/// Commits, and who holds what.
pub struct Graph {
    /// All commits, by number.
    pub commits: Vec<CommitNode>,
    /// For each commit its parents and its children.
    parents: Lists,
    children: Lists,
    /// The commits whose tree is this one, ordered by tree.
    roots: Vec<(Number, CommitIndex)>,
    /// Ordered by child.
    runs: Vec<Run>,
    /// Where the runs of each object begin.
    starts: Vec<u32>,
    names: Vec<Box<[u8]>>,
    count: Number,
}

/// Where, in a list that is ordered by numbers below `count`, those of each number begin.
fn starts(count: usize, numbers: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut starts = vec![0; count + 1];
    for number in numbers {
        starts[number as usize + 1] += 1;
    }
    for n in 1..starts.len() {
        starts[n] += starts[n - 1];
    }
    starts
}

/// A list for each commit.
#[derive(Default)]
struct Lists {
    starts: Vec<u32>,
    items: Vec<CommitIndex>,
}

impl Lists {
    fn new(count: usize, pairs: &mut [(CommitIndex, CommitIndex)]) -> Lists {
        pairs.sort_unstable();
        let starts = starts(count, pairs.iter().map(|(of, _)| *of));
        let items = pairs.iter().map(|(_, item)| *item).collect();
        Lists { starts, items }
    }

    fn of(&self, commit: CommitIndex) -> &[CommitIndex] {
        let at = commit as usize;
        &self.items[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

impl Graph {
    /// Decodes all trees. `targets` are the objects that will be asked about.
    pub fn new(
        catalogue: &Catalogue,
        store: &Store,
        commits: Vec<CommitNode>,
        targets: &BTreeSet<Number>,
    ) -> Graph {
        let is_commit = |number: &Number| {
            let found = commits.binary_search_by_key(number, |commit| commit.number);
            found.is_ok()
        };
        // What only messages say is in no tree.
        let needs_trees = !targets.iter().all(is_commit);
        let (runs, names) = match needs_trees {
            true => holders::collect(catalogue, store, targets),
            false => Default::default(),
        };
        let index = |number: Number| commits.binary_search_by_key(&number, |c| c.number).ok();
        let mut up = Vec::new();
        let mut roots = Vec::new();
        for (at, commit) in commits.iter().enumerate() {
            let at = at as CommitIndex;
            let parents = commit.parents.iter().filter_map(|&parent| index(parent));
            up.extend(parents.map(|parent| (at, parent as CommitIndex)));
            roots.extend(commit.tree.map(|tree| (tree, at)));
        }
        let mut down: Vec<_> = up.iter().map(|&(child, parent)| (parent, child)).collect();
        roots.sort_unstable();
        Graph {
            parents: Lists::new(commits.len(), &mut up),
            children: Lists::new(commits.len(), &mut down),
            commits,
            roots,
            starts: starts(catalogue.count() as usize, runs.iter().map(|run| run.child)),
            runs,
            names,
            count: catalogue.count(),
        }
    }

    /// The place of a commit.
    pub fn commit(&self, number: Number) -> Option<CommitIndex> {
        let at = self
            .commits
            .binary_search_by_key(&number, |commit| commit.number);
        at.ok().map(|at| at as CommitIndex)
    }

    fn runs_of(&self, child: Number) -> &[Run] {
        self.runs_in((child, child))
    }

    /// The runs of all children from the first to the last.
    fn runs_in(&self, (first, last): (Number, Number)) -> &[Run] {
        &self.runs[self.starts[first as usize] as usize..self.starts[last as usize + 1] as usize]
    }

    /// The commits whose trees are from the first to the last.
    fn rooted(&self, (first, last): (Number, Number)) -> impl Iterator<Item = CommitIndex> {
        let start = self.roots.partition_point(|root| root.0 < first);
        let roots = self.roots[start..].iter();
        roots
            .take_while(move |root| root.0 <= last)
            .map(|root| root.1)
    }

    /// Whether an object is the tree of a commit, or nothing holds it.
    pub fn is_root(&self, object: Number) -> bool {
        self.is_alone(object) || self.rooted((object, object)).next().is_some()
    }

    /// Whether no tree holds an object.
    pub fn is_alone(&self, object: Number) -> bool {
        self.runs_of(object).is_empty()
    }

    /// The commits that hold one of these objects, in order. `space` then has all trees above the objects,
    /// and these.
    pub fn above(
        &self,
        objects: impl IntoIterator<Item = Number>,
        space: &mut Space,
    ) -> Vec<CommitIndex> {
        space.begin(self.count as usize);
        let mut above: Vec<Number> = objects.into_iter().collect();
        above.retain(|&object| space.visit(object));
        let mut at = 0;
        while let Some(&child) = above.get(at) {
            at += 1;
            for run in self.runs_of(child) {
                above.extend((run.first..=run.last).filter(|&parent| space.visit(parent)));
            }
        }
        // Of many trees it is faster to ask the commits which they have.
        if above.len() > self.commits.len() / 16 {
            let commits = (0..).zip(&self.commits);
            let inside =
                commits.filter(|(_, commit)| commit.tree.is_some_and(|tree| space.has(tree)));
            return inside.map(|(at, _)| at).collect();
        }
        let commits = above.iter().flat_map(|&tree| self.rooted((tree, tree)));
        let mut commits: Vec<CommitIndex> = commits.collect();
        commits.sort_unstable();
        commits
    }

    /// The trees that hold an object under a name.
    pub fn holders(&self, object: Number, name: &[u8]) -> impl Iterator<Item = Number> {
        let runs = self.runs_of(object).iter();
        let named = runs.filter(move |run| *self.names[run.name as usize] == *name);
        named.flat_map(|run| run.first..=run.last)
    }

    /// Of a set of commits, those none of whose parents is in it.
    pub fn introduced(&self, set: &[CommitIndex]) -> Vec<CommitIndex> {
        let inside = Bits::new(self.commits.len(), set);
        let first = |commit: &CommitIndex| !self.parents.of(*commit).iter().any(|&p| inside.has(p));
        set.iter().copied().filter(first).collect()
    }

    /// The commits outside a set with a parent in it. A merge is none of them if one of its other parents
    /// descends from a commit that introduced it: then that side had taken it out before.
    pub fn removed(&self, set: &[CommitIndex], descendants: &Space) -> Vec<CommitIndex> {
        let inside = Bits::new(self.commits.len(), set);
        let children = set.iter().flat_map(|&commit| self.children.of(commit));
        let outside = children.copied().filter(|&commit| !inside.has(commit));
        let mut removed: Vec<CommitIndex> = outside.collect();
        removed.sort_unstable();
        removed.dedup();
        removed.retain(|&commit| {
            let mut parents = self.parents.of(commit).iter();
            !parents.any(|&parent| !inside.has(parent) && descendants.has(parent))
        });
        removed
    }

    /// Fills `space` with these commits and all that descend from them.
    pub fn descendants(&self, set: &[CommitIndex], space: &mut Space) {
        space.begin(self.commits.len());
        self.more_descendants(set, space);
    }

    /// The same, besides those that it has.
    pub fn more_descendants(&self, set: &[CommitIndex], space: &mut Space) {
        let mut next: Vec<CommitIndex> = set.to_vec();
        while let Some(commit) = next.pop() {
            if space.visit(commit) {
                next.extend_from_slice(self.children.of(commit));
            }
        }
    }
}

/// Some of many.
struct Bits(Vec<u64>);

impl Bits {
    fn new(count: usize, members: &[u32]) -> Bits {
        let mut words = vec![0; count.div_ceil(64)];
        for &member in members {
            words[member as usize / 64] |= 1 << (member % 64);
        }
        Bits(words)
    }

    fn has(&self, number: u32) -> bool {
        self.0[number as usize / 64] >> (number % 64) & 1 != 0
    }
}

/// A set of numbers, used again and again without being cleared.
#[derive(Default)]
pub struct Space {
    seen: Vec<u32>,
    round: u32,
}

impl Space {
    /// Empties it, and makes room for numbers below this.
    fn begin(&mut self, count: usize) {
        if self.seen.len() < count {
            self.seen.resize(count, 0);
        }
        self.round = match self.round.checked_add(1) {
            Some(round) => round,
            None => {
                self.seen.fill(0);
                1
            }
        };
    }

    /// Adds a number; whether it is new.
    fn visit(&mut self, number: u32) -> bool {
        std::mem::replace(&mut self.seen[number as usize], self.round) != self.round
    }

    /// Whether it has a number.
    pub fn has(&self, number: u32) -> bool {
        self.seen.get(number as usize) == Some(&self.round)
    }
}

#[cfg(test)]
mod tests;
