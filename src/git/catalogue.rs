//! Every object of a store, numbered in the order in which a walk decodes it.
//!
//! Within a pack an object is told as a delta on another, that one perhaps again: the objects of a pack are
//! a forest. Numbered in preorder, what hangs on an object are the numbers behind it, so that a walk is a
//! count from the first to the last and needs no lists of children. Of siblings the lightest comes first and
//! the heaviest last: a walk then keeps at most as many bases as the logarithm of their number, and a chain,
//! however long, one.
//!
//! What is kept for each object are 20 bytes here and 12 for looking it up by its id.

use std::collections::BTreeSet;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::loose;
use super::object::{ObjectKind, Objects, ReadError};
use super::pack::{Entry, Head, LONGEST_HEAD, Pack};
use super::small::Trouble;
use super::store::Store;
use crate::finding::ObjectId;

/// Number of an object.
pub type Number = u32;

/// Every object of a store.
pub struct Catalogue {
    /// One for each pack, in the order of the store.
    pub packs: Vec<Forest>,
    /// Loose objects, and packed ones that hang on an object of another pack: each is read by itself.
    pub singles: Vec<(ObjectKind, ObjectId)>,
    first_single: Number,
    lookup: Lookup,
    /// What cannot be decoded, and why: found before anything was read.
    pub broken: Vec<(ObjectId, ReadError)>,
    /// Objects that are there a second time, or that belong to others: they are decoded only where something
    /// of ours hangs on them.
    silent: Vec<u64>,
    count: Number,
}

/// The objects of one pack.
pub struct Forest {
    /// The pack.
    pub pack: Arc<Pack>,
    /// Whose it is, see [`ObjectDir`](super::store::ObjectDir).
    pub own: bool,
    /// The number of the first object.
    pub first: Number,
    /// The trees of the forest by what their objects are: commits, trees, blobs, tags.
    pub families: Vec<Family>,
    offsets: Vec<u64>,
    lengths: Vec<u32>,
    ends: Vec<u32>,
    positions: Vec<u32>,
}

/// Objects that hang together: one that is whole, and all deltas on it.
#[derive(Clone, Debug)]
pub struct Family {
    /// What they are.
    pub kind: ObjectKind,
    /// Their numbers.
    pub numbers: Range<Number>,
    /// About how many bytes are made to decode them.
    pub weight: u64,
}

impl Forest {
    fn at(&self, number: Number) -> usize {
        (number - self.first) as usize
    }

    /// Where the entry lies.
    pub fn offset(&self, number: Number) -> u64 {
        self.offsets[self.at(number)]
    }

    /// Bytes to the next entry.
    pub fn length(&self, number: Number) -> usize {
        self.lengths[self.at(number)] as usize
    }

    /// The number behind the last object that hangs on it.
    pub fn end(&self, number: Number) -> Number {
        self.first + self.ends[self.at(number)]
    }

    /// Its id.
    pub fn id(&self, number: Number) -> io::Result<ObjectId> {
        self.pack.id(self.positions[self.at(number)])
    }
}

impl Catalogue {
    /// Lists everything in a store. Nothing but heads of entries is read.
    pub fn new(store: &Store) -> (Catalogue, Vec<Trouble>) {
        // Loose objects before packs: what is packed in between is then seen in its pack.
        let mut troubles = Vec::new();
        let mut loose: Vec<ObjectId> = Vec::new();
        for dir in store.dirs.iter().filter(|dir| dir.own) {
            match loose::list(&dir.path, store.id_length()) {
                Ok(ids) => loose.extend(ids),
                Err(error) => troubles.push(Trouble::failed(&dir.path, &error)),
            }
        }
        loose.sort_unstable();
        loose.dedup();
        let mut packs = Vec::new();
        let mut broken = Vec::new();
        let mut orphans = Vec::new();
        let mut lookup = Lookup::default();
        let mut first = 0;
        for packed in store.packs() {
            let pack = packed.pack.clone();
            let planted = match plant(pack, packed.own, first, store.id_length()) {
                Ok(planted) => planted,
                Err(error) => {
                    troubles.push(Trouble::failed(&packed.pack.path, &error));
                    continue;
                }
            };
            lookup.add(
                first,
                &planted.ids,
                &planted.forest.positions,
                store.id_length(),
            );
            first += planted.forest.offsets.len() as Number;
            packs.push(planted.forest);
            broken.extend(planted.broken);
            orphans.extend(planted.orphans);
        }
        lookup.sort();
        let packed_here = |id: &ObjectId| {
            let number = lookup.find(id.as_bytes());
            number.is_some_and(|number| forest_of(&packs, number).is_some_and(|forest| forest.own))
        };
        loose.retain(|id| !packed_here(id));
        loose.extend(orphans);
        loose.sort_unstable();
        loose.dedup();
        let kinds: Vec<_> = (loose.par_iter()).map(|id| (*id, store.kind(id))).collect();
        let mut singles = Vec::new();
        for (id, kind) in kinds {
            match kind {
                Ok(kind) => singles.push((kind, id)),
                Err(error) => broken.push((id, error)),
            }
        }
        singles.sort_unstable();
        for (n, (_, id)) in singles.iter().enumerate() {
            lookup.push(id.as_bytes(), first + n as Number);
        }
        lookup.sort();
        let count = first + singles.len() as Number;
        let mut catalogue = Catalogue {
            packs,
            first_single: first,
            singles,
            silent: vec![0; (count as usize).div_ceil(64)],
            broken,
            count,
            lookup,
        };
        catalogue.hush_others();
        (catalogue, troubles)
    }

    /// How many objects there are, copies included.
    pub fn count(&self) -> Number {
        self.count
    }

    /// The number of an object.
    pub fn find(&self, id: &[u8]) -> Option<Number> {
        self.lookup.find(id)
    }

    /// The id of an object.
    pub fn id(&self, number: Number) -> io::Result<ObjectId> {
        match self.forest(number) {
            Some(forest) => forest.id(number),
            None => Ok(self.singles[(number - self.first_single) as usize].1),
        }
    }

    /// The pack that holds an object; none if it is a single.
    pub fn forest(&self, number: Number) -> Option<&Forest> {
        if number >= self.first_single {
            return None;
        }
        forest_of(&self.packs, number)
    }

    /// Whether an object belongs to the repository itself.
    pub fn is_own(&self, number: Number) -> bool {
        is_own(&self.packs, self.first_single, number)
    }

    /// Lets borrowed objects be looked at.
    pub(super) fn borrow(&mut self, store: &Store, ids: BTreeSet<ObjectId>) {
        for id in ids {
            if let Some(number) = self.find(id.as_bytes()) {
                self.silent[number as usize / 64] &= !(1 << (number % 64));
                continue;
            }
            // Loose ones are not listed: there may be many that are not ours. What is missing is told by who
            // names it.
            if let Ok(kind) = store.kind(&id) {
                self.lookup.push(id.as_bytes(), self.count);
                self.singles.push((kind, id));
                self.count += 1;
            }
        }
        self.silent.resize((self.count as usize).div_ceil(64), 0);
        self.lookup.sort();
        self.order_copies();
    }

    /// The singles of a kind, with their numbers.
    pub fn singles(&self, kind: ObjectKind) -> impl Iterator<Item = (Number, ObjectId)> {
        let all = self.singles.iter().enumerate();
        all.filter(move |(_, single)| single.0 == kind)
            .map(|(n, single)| (self.first_single + n as Number, single.1))
    }

    /// Whether an object is to be looked at.
    pub fn is_silent(&self, number: Number) -> bool {
        self.silent[number as usize / 64] >> (number % 64) & 1 != 0
    }

    /// Of several copies the first own one is what is found by their id.
    fn order_copies(&mut self) {
        let (packs, first_single) = (&self.packs, self.first_single);
        for copies in self.lookup.entries.chunk_by_mut(|a, b| a.0 == b.0) {
            copies.sort_unstable_by_key(|&(_, number)| {
                (!is_own(packs, first_single, number), number)
            });
        }
    }

    /// Of several copies the first own one is looked at, and none that is borrowed: see
    /// [`reach`](super::reach).
    fn hush_others(&mut self) {
        let mut silent = std::mem::take(&mut self.silent);
        self.order_copies();
        for copies in self.lookup.entries.chunk_by(|a, b| a.0 == b.0) {
            let own = self.is_own(copies[0].1);
            for (_, number) in copies.iter().skip(usize::from(own)) {
                silent[*number as usize / 64] |= 1 << (number % 64);
            }
        }
        self.silent = silent;
    }
}

fn forest_of(packs: &[Forest], number: Number) -> Option<&Forest> {
    let pack = packs.partition_point(|forest| forest.first <= number);
    packs.get(pack.checked_sub(1)?)
}

fn is_own(packs: &[Forest], first_single: Number, number: Number) -> bool {
    number >= first_single || forest_of(packs, number).is_none_or(|forest| forest.own)
}

/// From ids to numbers. Of an id eight bytes are kept: two objects that share them would have to be made on
/// purpose, and all that would come of it is a wrong path.
#[derive(Default)]
struct Lookup {
    entries: Vec<(u64, Number)>,
    /// Where the entries begin whose first two bytes are these.
    starts: Vec<u32>,
}

impl Lookup {
    fn key(id: &[u8]) -> u64 {
        id.first_chunk()
            .map_or(0, |bytes| u64::from_be_bytes(*bytes))
    }

    fn push(&mut self, id: &[u8], number: Number) {
        self.entries.push((Lookup::key(id), number));
    }

    fn add(&mut self, first: Number, ids: &[u8], positions: &[u32], id_length: usize) {
        self.entries.reserve(positions.len());
        for (n, &position) in positions.iter().enumerate() {
            let at = position as usize * id_length;
            self.push(&ids[at..at + id_length], first + n as Number);
        }
    }

    fn sort(&mut self) {
        self.entries.par_sort_unstable();
        self.starts = vec![0; (1 << 16) + 1];
        for (key, _) in &self.entries {
            self.starts[(key >> 48) as usize + 1] += 1;
        }
        for n in 1..self.starts.len() {
            self.starts[n] += self.starts[n - 1];
        }
    }

    fn find(&self, id: &[u8]) -> Option<Number> {
        let key = Lookup::key(id);
        let bucket = (key >> 48) as usize;
        let range = self.starts.get(bucket).zip(self.starts.get(bucket + 1))?;
        let entries = &self.entries[*range.0 as usize..*range.1 as usize];
        let at = entries.partition_point(|entry| entry.0 < key);
        entries
            .get(at)
            .filter(|entry| entry.0 == key)
            .map(|entry| entry.1)
    }
}

/// A forest, and what does not belong to it.
struct Planted {
    forest: Forest,
    ids: Vec<u8>,
    broken: Vec<(ObjectId, ReadError)>,
    /// Objects that hang on one that is not in the pack.
    orphans: Vec<ObjectId>,
}

const NONE: u32 = u32::MAX;

/// What an entry is.
#[derive(Clone, Copy)]
struct Seed {
    /// None for a delta.
    kind: Option<ObjectKind>,
    /// What it hangs on, by order of offsets.
    base: u32,
    /// Bytes that are inflated.
    size: u64,
    broken: bool,
}

/// Numbers the objects of a pack.
fn plant(pack: Arc<Pack>, own: bool, first: Number, id_length: usize) -> io::Result<Planted> {
    let (ids, offsets_by_id) = pack.table()?;
    let id_at = |position: u32| {
        let at = position as usize * id_length;
        ObjectId::new(&ids[at..at + id_length])
    };
    // From here on an object is its place in the order of offsets.
    let mut order: Vec<u32> = (0..offsets_by_id.len() as u32).collect();
    order.par_sort_unstable_by_key(|&position| offsets_by_id[position as usize]);
    let offsets: Vec<u64> = order.iter().map(|&p| offsets_by_id[p as usize]).collect();
    let mut by_id = vec![0u32; order.len()];
    for (n, &position) in order.iter().enumerate() {
        by_id[position as usize] = n as u32;
    }
    drop(offsets_by_id);
    let seeds = seeds(&pack, &offsets, |id| {
        let at = find_id(&ids, id.as_bytes())?;
        Some(by_id[at])
    });
    drop(by_id);
    let mut children = Children::new(&seeds);
    let preorder = children.preorder(&seeds);
    let (mut broken, mut orphans) = (Vec::new(), Vec::new());
    let mut planted = vec![false; seeds.len()];
    preorder
        .iter()
        .for_each(|&(n, _)| planted[n as usize] = true);
    for (n, seed) in seeds.iter().enumerate().filter(|(n, _)| !planted[*n]) {
        let Some(id) = id_at(order[n]) else { continue };
        if seed.broken {
            broken.push((id, ReadError::Corrupt("entry of a pack")));
        } else {
            orphans.push(id);
        }
    }
    let end = pack.end();
    let length = |n: u32| {
        let n = n as usize;
        let next = offsets.get(n + 1).copied().unwrap_or(end);
        u32::try_from(next.saturating_sub(offsets[n])).unwrap_or(u32::MAX)
    };
    let mut families = Vec::new();
    for (at, &(n, end)) in preorder.iter().enumerate() {
        if let Some(kind) = seeds[n as usize].kind {
            families.push(Family {
                kind,
                numbers: first + at as Number..first + end,
                weight: children.weight[n as usize],
            });
        }
    }
    let forest = Forest {
        own,
        first,
        families,
        offsets: preorder.iter().map(|&(n, _)| offsets[n as usize]).collect(),
        lengths: preorder.iter().map(|&(n, _)| length(n)).collect(),
        ends: preorder.iter().map(|&(_, end)| end).collect(),
        positions: preorder.iter().map(|&(n, _)| order[n as usize]).collect(),
        pack,
    };
    Ok(Planted {
        forest,
        ids,
        broken,
        orphans,
    })
}

/// Reads the heads of all entries, in parallel, in pieces of the pack.
fn seeds(
    pack: &Pack,
    offsets: &[u64],
    find: impl Fn(&ObjectId) -> Option<u32> + Sync,
) -> Vec<Seed> {
    const PIECE: usize = 1 << 20;
    let broken = Seed {
        kind: None,
        base: NONE,
        size: 0,
        broken: true,
    };
    let seed = |offset: u64, bytes: &[u8], id_length: usize| -> Option<Seed> {
        let head = Head::read(bytes, offset, id_length)?;
        let (kind, base) = match head.entry {
            Entry::Whole(kind) => (Some(kind), NONE),
            Entry::OnOffset(base) => (None, offsets.binary_search(&base).ok()? as u32),
            Entry::OnId(base) => (None, find(&base).unwrap_or(NONE)),
        };
        Some(Seed {
            kind,
            base,
            size: head.size,
            broken: false,
        })
    };
    let chunks = offsets.par_chunks(4096);
    let read = chunks.map(|chunk| {
        let mut seeds = Vec::with_capacity(chunk.len());
        let mut buffer = vec![0; PIECE];
        let (mut start, mut there) = (0, 0);
        for &offset in chunk {
            // Entries are small: mostly the next head is in the piece that was read for the last one.
            if offset < start || offset + LONGEST_HEAD as u64 > start + there as u64 {
                start = offset;
                let dense = chunk.len() as u64 * 2048 > chunk[chunk.len() - 1] - chunk[0];
                let length = if dense { PIECE } else { 4096 };
                there = pack.read_at(&mut buffer[..length], offset).unwrap_or(0);
            }
            let bytes = &buffer[(offset - start) as usize..there.max((offset - start) as usize)];
            seeds.push(seed(offset, bytes, pack.id_length()).unwrap_or(broken));
        }
        seeds
    });
    read.flatten_iter().collect()
}

fn find_id(ids: &[u8], id: &[u8]) -> Option<usize> {
    let (mut low, mut high) = (0, ids.len() / id.len());
    while low < high {
        let middle = low + (high - low) / 2;
        match ids[middle * id.len()..][..id.len()].cmp(id) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return Some(middle),
        }
    }
    None
}

/// What hangs on what.
struct Children {
    /// Where the children of an object begin in `list`.
    starts: Vec<u32>,
    list: Vec<u32>,
    /// Bytes that decoding an object and all that hangs on it makes, about.
    weight: Vec<u64>,
    /// How many objects that are.
    count: Vec<u32>,
}

impl Children {
    fn new(seeds: &[Seed]) -> Children {
        let mut starts = vec![0u32; seeds.len() + 1];
        for seed in seeds.iter().filter(|seed| seed.base != NONE) {
            starts[seed.base as usize + 1] += 1;
        }
        for n in 1..starts.len() {
            starts[n] += starts[n - 1];
        }
        let mut list = vec![0; starts[seeds.len()] as usize];
        let mut next = starts.clone();
        for (n, seed) in seeds
            .iter()
            .enumerate()
            .filter(|(_, seed)| seed.base != NONE)
        {
            let slot = &mut next[seed.base as usize];
            list[*slot as usize] = n as u32;
            *slot += 1;
        }
        Children {
            starts,
            list,
            weight: vec![0; seeds.len()],
            count: vec![1; seeds.len()],
        }
    }

    fn of(&self, n: u32) -> Range<usize> {
        self.starts[n as usize] as usize..self.starts[n as usize + 1] as usize
    }

    /// All objects that hang on one that is whole, each with the place behind the last that hangs on it.
    /// What hangs on itself, on nothing or on what is broken is not among them.
    fn preorder(&mut self, seeds: &[Seed]) -> Vec<(u32, u32)> {
        // Level by level, so that nothing depends on how deep a chain is.
        let roots = (0..seeds.len() as u32).filter(|&n| seeds[n as usize].kind.is_some());
        let mut levels: Vec<u32> = roots.collect();
        let root_count = levels.len();
        let mut at = 0;
        while at < levels.len() {
            let n = levels[at];
            // A version is about as long as the one it is told by; how long exactly only its delta says.
            if seeds[n as usize].kind.is_some() {
                self.weight[n as usize] = seeds[n as usize].size.max(64);
            }
            let own = self.weight[n as usize];
            for child in self.of(n) {
                let child = self.list[child];
                self.weight[child as usize] = own;
                levels.push(child);
            }
            at += 1;
        }
        for &n in levels.iter().rev() {
            let base = seeds[n as usize].base;
            if base != NONE {
                self.weight[base as usize] =
                    self.weight[base as usize].saturating_add(self.weight[n as usize]);
                self.count[base as usize] += self.count[n as usize];
            }
        }
        let (starts, weight) = (&self.starts, &self.weight);
        for n in 0..seeds.len() {
            let children = &mut self.list[starts[n] as usize..starts[n + 1] as usize];
            children.sort_unstable_by_key(|&child| (weight[child as usize], child));
        }
        // Commits, trees, tags and blobs each together, and the heaviest family first.
        levels[..root_count].sort_unstable_by_key(|&n| {
            let n = n as usize;
            (seeds[n].kind, std::cmp::Reverse(weight[n]), n)
        });
        let mut place = vec![NONE; seeds.len()];
        let mut next = 0;
        for &root in &levels[..root_count] {
            place[root as usize] = next;
            next += self.count[root as usize];
        }
        let mut preorder = vec![(NONE, 0); next as usize];
        for &n in &levels {
            let own = place[n as usize];
            preorder[own as usize] = (n, own + self.count[n as usize]);
            let mut next = own + 1;
            for child in self.of(n) {
                let child = self.list[child];
                place[child as usize] = next;
                next += self.count[child as usize];
            }
        }
        preorder
    }
}
