//! From objects up to the commits that hold them.
//!
//! All trees are decoded once more, in the order of storage, and who holds whom is noted the other way round:
//! for each tree, and for the few objects that are asked about, the trees that hold them. Versions of a folder
//! follow each other in the order of the walk and mostly hold the same children, so that holders are noted as
//! runs of numbers, of which there are three to twelve times fewer.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::catalogue::{Catalogue, Number};
use super::object::{ObjectKind, Objects, ReadError, TreeEntries};
use super::store::Store;
use super::walk::{Decoded, Look, Walk};
use crate::finding::ObjectId;

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
    names: Vec<Box<[u8]>>,
    count: Number,
}

/// Trees of consecutive numbers that hold an object under one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    child: Number,
    first: Number,
    last: Number,
    name: u32,
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
        let mut starts = vec![0; count + 1];
        for (of, _) in pairs.iter() {
            starts[*of as usize + 1] += 1;
        }
        for n in 1..starts.len() {
            starts[n] += starts[n - 1];
        }
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
        let collector = Collector {
            catalogue,
            id_length: store.id_length(),
            targets,
            filter: Filter::new(
                targets
                    .iter()
                    .filter_map(|&target| catalogue.id(target).ok()),
            ),
            found: (0..SHARDS).map(|_| Mutex::default()).collect(),
            names: Mutex::default(),
        };
        Walk::run(catalogue, store, ObjectKind::Tree, &collector);
        let shards = collector.found.into_par_iter().map(|shard| {
            let shard = shard.into_inner().unwrap_or_else(PoisonError::into_inner);
            let mut runs = shard.done;
            runs.extend(shard.open.into_values().map(|(run, _)| run));
            runs
        });
        let mut runs: Vec<Run> = shards.flatten_iter().collect();
        runs.par_sort_unstable();
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
        let names = collector
            .names
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let mut by_number: Vec<_> = names.into_iter().collect();
        by_number.sort_unstable_by_key(|(_, number)| *number);
        Graph {
            parents: Lists::new(commits.len(), &mut up),
            children: Lists::new(commits.len(), &mut down),
            commits,
            roots,
            runs,
            names: by_number.into_iter().map(|(name, _)| name).collect(),
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
        let start = self.runs.partition_point(|run| run.child < child);
        let runs = &self.runs[start..];
        &runs[..runs.partition_point(|run| run.child == child)]
    }

    fn commits_of(&self, tree: Number) -> impl Iterator<Item = CommitIndex> {
        let start = self.roots.partition_point(|root| root.0 < tree);
        let of_tree = self.roots[start..]
            .iter()
            .take_while(move |root| root.0 == tree);
        of_tree.map(|root| root.1)
    }

    /// What leads up from an object: the trees that hold it, directly or not, itself among them, and the
    /// commits whose trees do.
    pub fn above(&self, object: Number, space: &mut Space) -> Above {
        space.begin(self.count);
        let mut trees = Vec::from([object]);
        space.visit(object);
        let mut commits: Vec<CommitIndex> = self.commit(object).into_iter().collect();
        let mut at = 0;
        while let Some(&child) = trees.get(at) {
            at += 1;
            commits.extend(self.commits_of(child));
            for run in self.runs_of(child) {
                trees.extend((run.first..=run.last).filter(|&parent| space.visit(parent)));
            }
        }
        commits.sort_unstable();
        commits.dedup();
        trees.sort_unstable();
        Above { trees, commits }
    }

    /// Of a set of commits, in order, those none of whose parents is in it.
    pub fn introduced(&self, set: &[CommitIndex]) -> Vec<CommitIndex> {
        let inside = |commit: &CommitIndex| set.binary_search(commit).is_ok();
        let first = |commit: &&CommitIndex| !self.parents.of(**commit).iter().any(inside);
        set.iter().filter(first).copied().collect()
    }

    /// The commits outside a set with a parent in it. A merge is none of them if one of its other parents
    /// descends from a commit that introduced it: then that side had taken it out before.
    pub fn removed(&self, set: &[CommitIndex], descendants: &[bool]) -> Vec<CommitIndex> {
        let inside = |commit: &CommitIndex| set.binary_search(commit).is_ok();
        let children = set.iter().flat_map(|&commit| self.children.of(commit));
        let mut removed: Vec<CommitIndex> = children.copied().filter(|c| !inside(c)).collect();
        removed.sort_unstable();
        removed.dedup();
        removed.retain(|&commit| {
            let mut outside = self
                .parents
                .of(commit)
                .iter()
                .filter(|parent| !inside(parent));
            !outside.any(|&parent| descendants[parent as usize])
        });
        removed
    }

    /// For each commit whether it is one of a set or descends from one.
    pub fn descendants(&self, set: &[CommitIndex]) -> Vec<bool> {
        let mut reached = vec![false; self.commits.len()];
        let mut next: Vec<CommitIndex> = set.to_vec();
        while let Some(commit) = next.pop() {
            if !std::mem::replace(&mut reached[commit as usize], true) {
                next.extend_from_slice(self.children.of(commit));
            }
        }
        reached
    }

    /// The paths under which commits hold an object, from their root, in order, and how many there are
    /// besides: at most `most` are made.
    pub fn paths(&self, object: Number, most: usize) -> (Vec<Vec<u8>>, u64) {
        let mut known = HashMap::new();
        self.prefixes(object, most, &mut known);
        let (mut paths, more) = known.remove(&object).unwrap_or_default();
        let unlisted = more + paths.len().saturating_sub(most) as u64;
        paths.truncate(most);
        (paths, unlisted)
    }

    /// Fills `known` for an object and all that is above it, without recursion: a tree that somebody made on
    /// purpose can be as deep as there are objects.
    fn prefixes(
        &self,
        object: Number,
        most: usize,
        known: &mut HashMap<Number, (Vec<Vec<u8>>, u64)>,
    ) {
        let mut open = Vec::from([(object, false)]);
        let mut begun = std::collections::HashSet::new();
        while let Some((child, ready)) = open.pop() {
            if known.contains_key(&child) {
                continue;
            }
            let runs = self.runs_of(child);
            let is_root = runs.is_empty() || self.commits_of(child).next().is_some();
            if !ready {
                // What is begun already and comes again is a ring: it leads nowhere new.
                if !begun.insert(child) {
                    continue;
                }
                open.push((child, true));
                for run in runs {
                    let parents =
                        (run.first..=run.last).filter(|parent| !self.is_mere_root(*parent));
                    open.extend(
                        parents
                            .filter(|p| !known.contains_key(p))
                            .map(|parent| (parent, false)),
                    );
                }
                continue;
            }
            let mut paths: BTreeSet<Vec<u8>> = BTreeSet::new();
            let mut more = 0u64;
            if is_root {
                paths.insert(Vec::new());
            }
            for run in runs {
                let name = &self.names[run.name as usize];
                for parent in run.first..=run.last {
                    if self.is_mere_root(parent) {
                        paths.insert(name.to_vec());
                        continue;
                    }
                    let Some((prefixes, unlisted)) = known.get(&parent) else {
                        continue;
                    };
                    more = more.saturating_add(*unlisted);
                    for prefix in prefixes {
                        let slash: &[u8] = if prefix.is_empty() { b"" } else { b"/" };
                        paths.insert([prefix, slash, name].concat());
                    }
                    while paths.len() > most {
                        paths.pop_last();
                        more = more.saturating_add(1);
                    }
                }
            }
            known.insert(child, (paths.into_iter().collect(), more));
        }
    }

    /// Whether nothing holds a tree but commits, or nothing at all.
    fn is_mere_root(&self, tree: Number) -> bool {
        self.runs_of(tree).is_empty()
    }
}

/// What leads up from an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Above {
    /// Trees that hold it, and the object, by number.
    pub trees: Vec<Number>,
    /// Commits that hold it, in order.
    pub commits: Vec<CommitIndex>,
}

/// Which objects have been visited: used again and again, without being cleared.
#[derive(Default)]
pub struct Space {
    seen: Vec<u32>,
    round: u32,
}

impl Space {
    fn begin(&mut self, count: Number) {
        self.seen.resize(count as usize, 0);
        self.round = match self.round.checked_add(1) {
            Some(round) => round,
            None => {
                self.seen.fill(0);
                1
            }
        };
    }

    /// Whether it is the first visit.
    fn visit(&mut self, object: Number) -> bool {
        std::mem::replace(&mut self.seen[object as usize], self.round) != self.round
    }
}

const SHARDS: usize = 64;

/// A quick no to most ids that are not among some.
struct Filter(Vec<u64>);

impl Filter {
    fn new(ids: impl Iterator<Item = ObjectId>) -> Filter {
        let mut bits = vec![0; 1 << 10];
        for id in ids {
            let (word, bit) = Filter::place(id.as_bytes());
            bits[word] |= bit;
        }
        Filter(bits)
    }

    fn place(id: &[u8]) -> (usize, u64) {
        let at = usize::from(id[0]) << 8 | usize::from(id[1]);
        (at / 64, 1 << (at % 64))
    }

    fn may_hold(&self, id: &[u8]) -> bool {
        let (word, bit) = Filter::place(id);
        self.0[word] & bit != 0
    }
}

/// FNV-1a, enough to tell a name from the one before.
fn hash(name: &[u8]) -> u64 {
    name.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Notes who holds whom.
struct Collector<'a> {
    catalogue: &'a Catalogue,
    id_length: usize,
    targets: &'a BTreeSet<Number>,
    filter: Filter,
    /// By child.
    found: Vec<Mutex<Shard>>,
    names: Mutex<BTreeMap<Box<[u8]>, u32>>,
}

#[derive(Default)]
struct Shard {
    /// The last run of each child.
    open: HashMap<Number, (Run, u64)>,
    done: Vec<Run>,
}

impl Collector<'_> {
    fn name(&self, name: &[u8]) -> u32 {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        match names.get(name) {
            Some(&known) => known,
            None => {
                let next = names.len() as u32;
                names.insert(name.into(), next);
                next
            }
        }
    }
}

impl Look for Collector<'_> {
    fn object(&self, tree: Decoded<'_>) -> bool {
        for entry in TreeEntries::new(tree.data, self.id_length) {
            if entry.is_submodule() || (!entry.is_tree() && !self.filter.may_hold(entry.id)) {
                continue;
            }
            let Some(child) = self.catalogue.find(entry.id) else {
                continue;
            };
            if !entry.is_tree() && !self.targets.contains(&child) {
                continue;
            }
            let shard = &self.found[child as usize % SHARDS];
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            let number = tree.number;
            let hash = hash(entry.name);
            if let Some((open, of_name)) = shard.open.get_mut(&child)
                && *of_name == hash
                && open.last.checked_add(1) == Some(number)
            {
                open.last = number;
                continue;
            }
            let run = Run {
                child,
                first: number,
                last: number,
                name: self.name(entry.name),
            };
            if let Some((done, _)) = shard.open.insert(child, (run, hash)) {
                shard.done.push(done);
            }
        }
        false
    }

    fn large(&self, _: Number) -> bool {
        false
    }

    fn failed(&self, _: Number, _: ReadError) {}

    fn wants(&self, _: Range<Number>) -> bool {
        true
    }
}
