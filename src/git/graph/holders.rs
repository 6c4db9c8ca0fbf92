//! Who holds whom, from one more look at all trees.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::finding::ObjectId;
use crate::git::catalogue::{Catalogue, Number};
use crate::git::object::{ObjectKind, Objects, ReadError, TreeEntries, TreeEntry};
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
        notes: (0..rayon::current_num_threads())
            .map(|_| Mutex::default())
            .collect(),
        names: Mutex::default(),
    };
    Walk::run(catalogue, store, ObjectKind::Tree, &collector);
    let mut runs = Vec::new();
    for notes in collector.notes {
        let mut notes = notes.into_inner().unwrap_or_else(PoisonError::into_inner);
        notes.forget();
        runs.append(&mut notes.done);
    }
    runs.par_sort_unstable();
    let names = collector.names.into_inner();
    let names = names.unwrap_or_else(PoisonError::into_inner);
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_unstable_by_key(|(_, number)| *number);
    (runs, names.into_iter().map(|(name, _)| name).collect())
}

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

/// Notes who holds whom.
struct Collector<'a> {
    catalogue: &'a Catalogue,
    id_length: usize,
    targets: &'a BTreeSet<Number>,
    filter: Filter,
    /// One for each thread.
    notes: Vec<Mutex<Notes>>,
    names: Mutex<BTreeMap<Box<[u8]>, u32>>,
}

/// What one thread has seen; no two share a line of the processor's cache.
#[derive(Default)]
#[repr(align(128))]
struct Notes {
    /// The tree that was looked at last, and where in it each entry ends.
    last: Option<Number>,
    data: Vec<u8>,
    ends: Vec<u32>,
    /// Of those of its entries that matter where they end, and the runs that they may go on.
    open: Vec<(u32, Run)>,
    done: Vec<Run>,
}

impl Notes {
    /// Ends the runs of the entries that end in a part of the tree, for which others stand. What is behind those has
    /// moved so far.
    fn close(&mut self, part: Range<u32>, new: Vec<(u32, Run)>, moved: u32) {
        let last = self.last.unwrap_or_default();
        let from = self.open.partition_point(|(end, _)| *end <= part.start);
        let to = self.open.partition_point(|(end, _)| *end <= part.end);
        let behind = from + new.len();
        let closed = self.open.splice(from..to, new);
        self.done.extend(closed.map(|(_, run)| Run { last, ..run }));
        for (end, _) in &mut self.open[behind..] {
            *end = end.wrapping_add(moved);
        }
    }

    /// The number of a name that was that of the entry that ended here.
    fn name(&self, end: u32, id_length: usize, name: &[u8]) -> Option<u32> {
        let known = self.open.binary_search_by_key(&end, |(end, _)| *end).ok()?;
        let at = self.ends.binary_search(&end).ok()?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        let before = &self.data[start as usize..end as usize - id_length];
        // The first space ends the mode: a name may have some, too.
        let space = memchr::memchr(b' ', before)?;
        let same = before[space + 1..].strip_suffix(b"\0")? == name;
        same.then_some(self.open[known].1.name)
    }

    /// What comes next is no version of the last tree.
    fn forget(&mut self) {
        self.close(0..u32::MAX, Vec::new(), 0);
        self.data.clear();
        self.ends.clear();
    }
}

/// How many bytes two texts have in common at their beginning.
fn head(a: &[u8], b: &[u8]) -> usize {
    let pieces = a.as_chunks::<32>().0.iter().zip(b.as_chunks().0);
    let same = 32 * pieces.take_while(|(a, b)| a == b).count();
    let rest = a[same..].iter().zip(&b[same..]);
    same + rest.take_while(|(a, b)| a == b).count()
}

/// The same at their end.
fn tail(a: &[u8], b: &[u8]) -> usize {
    let (a, b) = (a.as_rchunks::<32>(), b.as_rchunks());
    let pieces = a.1.iter().rev().zip(b.1.iter().rev());
    let same = pieces.take_while(|(a, b)| a == b).count();
    let whole = |chunks: &[[u8; 32]]| chunks.len() - same;
    let rest = (a.1[..whole(a.1)].as_flattened().iter().rev()).chain(a.0.iter().rev());
    let rest = rest.zip((b.1[..whole(b.1)].as_flattened().iter().rev()).chain(b.0.iter().rev()));
    32 * same + rest.take_while(|(a, b)| a == b).count()
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

    /// What an entry holds, if that matters.
    fn child(&self, entry: &TreeEntry<'_>) -> Option<Number> {
        if entry.is_submodule() || (!entry.is_tree() && !self.filter.may_hold(entry.id)) {
            return None;
        }
        let child = self.catalogue.find(entry.id)?;
        (entry.is_tree() || self.targets.contains(&child)).then_some(child)
    }
}

impl Look for Collector<'_> {
    fn object(&self, tree: &Decoded<'_>) -> Seen {
        let data = tree.data();
        let notes = &self.notes[rayon::current_thread_index().unwrap_or_default()];
        let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.last.and_then(|last| last.checked_add(1)) != Some(tree.number) {
            notes.forget();
        }
        // Mostly one entry is another one, has come, or is gone.
        let head = head(&notes.data, data) as u32;
        let tail = data.len() - tail(&notes.data, data);
        let moved = (data.len() as u32).wrapping_sub(notes.data.len() as u32);
        let kept = notes.ends.partition_point(|end| *end <= head);
        let start = kept.checked_sub(1).map_or(0, |at| notes.ends[at]);
        let (mut ends, mut open) = (Vec::new(), Vec::new());
        let mut entries = TreeEntries::new(&data[start as usize..], self.id_length);
        // Where entries begin that end as they did, if any do.
        let joins = loop {
            let at = data.len() - entries.remaining();
            let before = (at as u32).wrapping_sub(moved);
            if at >= tail
                && before >= start
                && let Ok(known) = notes.ends.binary_search(&before)
            {
                break Some(known);
            }
            let Some(entry) = entries.next() else {
                break None;
            };
            let end = (data.len() - entries.remaining()) as u32;
            ends.push(end);
            if let Some(child) = self.child(&entry) {
                let name = notes.name(end, self.id_length, entry.name);
                let name = name.unwrap_or_else(|| self.name(entry.name));
                let (first, last) = (tree.number, tree.number);
                open.push((
                    end,
                    Run {
                        child,
                        first,
                        last,
                        name,
                    },
                ));
            }
        };
        let until = joins.map_or(u32::MAX, |known| notes.ends[known]);
        notes.close(start..until, open, moved);
        let changed = kept..joins.map_or(notes.ends.len(), |known| known + 1);
        let behind = kept + ends.len();
        notes.ends.splice(changed, ends);
        for end in &mut notes.ends[behind..] {
            *end = end.wrapping_add(moved);
        }
        notes.data.clear();
        notes.data.extend_from_slice(data);
        notes.last = Some(tree.number);
        Seen::default()
    }

    fn large(&self, _: Number) {}

    fn failed(&self, _: Number, _: ReadError) {}
}

#[cfg(test)]
mod tests;
