//! Who holds whom, from one more look at all trees.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::finding::ObjectId;
use crate::git::catalogue::{Catalogue, Number};
use crate::git::object::{ObjectKind, Objects, ReadError, TreeEntries};
use crate::git::store::Store;
use crate::git::walk::{Decoded, Look, Seen, Walk};

/// Trees of consecutive numbers that hold an object under one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Run {
    pub(super) child: Number,
    pub(super) first: Number,
    pub(super) last: Number,
    pub(super) name: u32,
}

/// The runs of all trees and of some other objects, by child, and the names that they speak of.
pub(super) fn collect(
    catalogue: &Catalogue,
    store: &Store,
    targets: &BTreeSet<Number>,
) -> (Vec<Run>, Vec<Box<[u8]>>) {
    let ids = targets
        .iter()
        .filter_map(|&target| catalogue.id(target).ok());
    let collector = Collector {
        catalogue,
        id_length: store.id_length(),
        targets,
        filter: Filter::new(ids),
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
    let names = collector.names.into_inner();
    let names = names.unwrap_or_else(PoisonError::into_inner);
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_unstable_by_key(|(_, number)| *number);
    (runs, names.into_iter().map(|(name, _)| name).collect())
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
    fn object(&self, tree: Decoded<'_>) -> Seen {
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
        Seen::default()
    }

    fn large(&self, _: Number) {}

    fn failed(&self, _: Number, _: ReadError) {}

    fn wants(&self, _: Range<Number>) -> bool {
        true
    }
}
