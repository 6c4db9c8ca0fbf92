//! Every object of a store, numbered in the order in which a walk decodes it.
//!
//! Within a pack an object is told as a delta on another, that one perhaps again: the objects of a pack are
//! a forest. Numbered in preorder, what hangs on an object are the numbers behind it, so that a walk is a
//! count from the first to the last and needs no lists of children. Of siblings the lightest comes first and
//! the heaviest last: a walk then keeps at most as many bases as the logarithm of their number, and a chain,
//! however long, one.
//!
//! What is kept for each object are 20 bytes here and 12 for looking it up by its id. While the objects of a
//! pack are put in order it is 50 at most: a repository can have millions, so nothing is held twice, and
//! everything is let go as soon as it has done its work.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::loose;
use super::object::{ObjectKind, Objects, ReadError};
use super::pack::{AHEAD, Entry, GAP, Head, LONGEST_HEAD, Pack, Tools};
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
    shelf: Shelf,
}

/// Entries of a pack that are so short that to ask the system for one takes longer than to inflate it: they are kept
/// when their heads are read.
struct Shelf {
    /// One for each [`TRAY`] entries, in the order of the pack.
    trays: Vec<Vec<u8>>,
    /// Where each object's entry begins, if it is here, as if no tray had room for less than it could need.
    starts: Vec<u32>,
}

impl Shelf {
    fn size(&self) -> usize {
        self.trays.iter().map(Vec::len).sum()
    }

    fn entry(&self, at: usize, length: usize) -> Option<&[u8]> {
        let start = Some(self.starts[at]).filter(|&start| start != NONE)? as usize;
        let (tray, start) = (start / (TRAY * SHORT), start % (TRAY * SHORT));
        self.trays.get(tray)?.get(start..start + length)
    }
}

/// So many bytes of packs are kept, those of the shortest entries.
const SHELF: usize = 12 << 20;

/// Longer ones never are.
const SHORT: usize = 256;

/// Entries of a pack whose heads are read in one go, and of how many such lots the short ones are kept at most.
const TRAY: usize = 4096;
const TRAYS: usize = NONE as usize / (TRAY * SHORT);

/// Objects that hang together: one that is whole, and all deltas on it.
#[derive(Clone, Debug)]
pub struct Family {
    /// What they are.
    pub kind: ObjectKind,
    /// Their numbers.
    pub numbers: Range<Number>,
    /// In units, see [`Family::weight`].
    units: u32,
}

/// What the weight of a family is counted in: no object is lighter.
const UNIT: u32 = 64;

/// Families lighter than this are put in order by their place, not by their weight.
const LIGHT: u64 = 1 << 20;

impl Family {
    /// About how many bytes are made to decode them.
    pub fn weight(&self) -> u64 {
        u64::from(self.units) * u64::from(UNIT)
    }

    /// The heavier, the higher; all light ones have the same.
    pub fn class(&self) -> u64 {
        self.weight() / LIGHT
    }
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

    /// Reads an entry, and its head.
    pub fn load(&self, number: Number, tools: &mut Tools) -> Result<Head, ReadError> {
        let (offset, length) = (self.offset(number), self.length(number));
        match self.shelf.entry(self.at(number), length) {
            Some(entry) => self.pack.load_kept(offset, entry, tools),
            None => (self.pack).load(offset, length, || self.run(number), tools),
        }
    }

    /// Bytes from this entry on in which those lie that a walk comes to next: it is known which, so nothing is read that
    /// nobody asks for, and the system is not asked for each.
    fn run(&self, number: Number) -> usize {
        let start = self.at(number);
        let mut run = self.lengths[start] as usize;
        for at in start + 1..self.offsets.len() {
            if self.shelf.starts[at] != NONE {
                continue;
            }
            let Some(way) = self.offsets[at].checked_sub(self.offsets[start]) else {
                break;
            };
            let end = way as usize + self.lengths[at] as usize;
            if way < run as u64 || way > (run + GAP) as u64 || end > AHEAD {
                break;
            }
            run = end;
        }
        run
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
        let packed = store.packs().iter();
        let total: usize = packed.map(|packed| packed.pack.count() as usize).sum();
        lookup.entries.reserve_exact(total);
        let (mut first, mut room) = (0, SHELF);
        for packed in store.packs() {
            let (pack, known) = (packed.pack.clone(), lookup.entries.len());
            let planted = match plant(pack, packed.own, first, room, &mut lookup.entries) {
                Ok(planted) => planted,
                Err(error) => {
                    lookup.entries.truncate(known);
                    troubles.push(Trouble::failed(&packed.pack.path, &error));
                    continue;
                }
            };
            first += planted.forest.offsets.len() as Number;
            room = room.saturating_sub(planted.forest.shelf.size());
            packs.push(planted.forest);
            broken.extend(planted.broken);
            orphans.extend(planted.orphans);
        }
        lookup.sort();
        let packed_here = |id: &ObjectId| {
            let number = lookup.find(id.as_bytes());
            number.is_some_and(|number| {
                let own = forest_of(&packs, number).filter(|forest| forest.own);
                // One that only begins like it does not stand for it.
                own.is_some_and(|forest| forest.id(number).is_ok_and(|found| found == *id))
            })
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
        for copies in (self.lookup.entries).chunk_by_mut(|a, b| a.key() == b.key()) {
            copies.sort_unstable_by_key(|copy| {
                (!is_own(packs, first_single, copy.number), copy.number)
            });
        }
    }

    /// Of several copies the first own one is looked at, and none that is borrowed: see
    /// [`reach`](super::reach).
    fn hush_others(&mut self) {
        let mut silent = std::mem::take(&mut self.silent);
        self.order_copies();
        for alike in (self.lookup.entries).chunk_by(|a, b| a.key() == b.key()) {
            let mut spoken: Vec<ObjectId> = Vec::new();
            for copy in alike {
                // Objects whose ids only begin alike are no copies.
                let id = || self.id(copy.number).ok();
                let id = (alike.len() > 1).then(id).flatten();
                if self.is_own(copy.number) && !id.is_some_and(|id| spoken.contains(&id)) {
                    spoken.extend(id);
                } else {
                    silent[copy.number as usize / 64] |= 1 << (copy.number % 64);
                }
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

/// From ids to numbers. Of an id eight bytes are kept. Two objects that share them would have to be made on
/// purpose: who must not be deceived compares the whole id, as [`Catalogue::id`] tells it.
#[derive(Default)]
struct Lookup {
    /// In order.
    entries: Vec<Named>,
    /// Where the entries begin whose first two bytes are these.
    starts: Vec<u32>,
}

/// The first bytes of an id, and what has it: three words, since one of eight bytes would make it sixteen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    high: u32,
    low: u32,
    number: u32,
}

impl Named {
    fn new(id: &[u8], number: u32) -> Named {
        let key = key(id);
        Named {
            high: (key >> 32) as u32,
            low: key as u32,
            number,
        }
    }

    fn key(&self) -> u64 {
        u64::from(self.high) << 32 | u64::from(self.low)
    }
}

fn key(id: &[u8]) -> u64 {
    id.first_chunk()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

impl Lookup {
    fn push(&mut self, id: &[u8], number: Number) {
        self.entries.push(Named::new(id, number));
    }

    fn sort(&mut self) {
        self.entries.par_sort_unstable();
        self.starts = vec![0; (1 << 16) + 1];
        for entry in &self.entries {
            self.starts[(entry.high >> 16) as usize + 1] += 1;
        }
        for n in 1..self.starts.len() {
            self.starts[n] += self.starts[n - 1];
        }
    }

    fn find(&self, id: &[u8]) -> Option<Number> {
        let key = key(id);
        let bucket = (key >> 48) as usize;
        let range = self.starts.get(bucket).zip(self.starts.get(bucket + 1))?;
        let entries = &self.entries[*range.0 as usize..*range.1 as usize];
        let at = entries.partition_point(|entry| entry.key() < key);
        entries
            .get(at)
            .filter(|entry| entry.key() == key)
            .map(|entry| entry.number)
    }
}

/// How long the entries are of which all, and all that are shorter, need no more than this.
fn shortest(offsets: &[u64], end: u64, room: usize) -> usize {
    let mut bytes = [0; SHORT + 1];
    let ends = offsets.iter().skip(1).copied().chain([end]);
    for (offset, end) in offsets.iter().zip(ends) {
        if let Some(bytes) = bytes.get_mut(end.saturating_sub(*offset) as usize) {
            *bytes += (end - offset) as usize;
        }
    }
    let fits = |sum: &mut usize, bytes: &usize| {
        *sum += bytes;
        (*sum <= room).then_some(())
    };
    bytes.iter().scan(0, fits).count() - 1
}

/// A forest, and what does not belong to it.
struct Planted {
    forest: Forest,
    broken: Vec<(ObjectId, ReadError)>,
    /// Objects that hang on one that is not in the pack.
    orphans: Vec<ObjectId>,
}

const NONE: u32 = u32::MAX;

/// Numbers the objects of a pack, and adds them to `lookup`. `room` is left on the shelf.
fn plant(
    pack: Arc<Pack>,
    own: bool,
    first: Number,
    room: usize,
    lookup: &mut Vec<Named>,
) -> io::Result<Planted> {
    let known = lookup.len();
    let mut offsets = Vec::with_capacity(pack.count() as usize);
    pack.table(|id, offset| {
        lookup.push(Named::new(id, NONE));
        offsets.push(offset);
    })?;
    let ids = &mut lookup[known..];
    // From here on an object is its place in the order of offsets.
    let mut order: Vec<u32> = (0..offsets.len() as u32).collect();
    order.par_sort_unstable_by_key(|&position| offsets[position as usize]);
    let offsets: Vec<u64> = order.iter().map(|&at| offsets[at as usize]).collect();
    for (n, &position) in order.iter().enumerate() {
        ids[position as usize].number = n as u32;
    }
    let end = pack.end();
    let short = shortest(&offsets, end, room);
    let (seeds, mut shelf) = Seeds::read(&pack, &offsets, ids, short);
    let Order {
        roots,
        place,
        count,
    } = seeds.order();
    let (mut broken, mut orphans) = (Vec::new(), Vec::new());
    for (n, _) in place.iter().enumerate().filter(|(_, at)| **at == NONE) {
        let id = pack.id(order[n])?;
        if seeds.seeds[n] == Seed::Broken {
            broken.push((id, ReadError::Corrupt("entry of a pack")));
        } else {
            orphans.push(id);
        }
    }
    let planted = place.len() - broken.len() - orphans.len();
    let mut families = Vec::with_capacity(roots.len());
    families.extend(roots.iter().filter_map(|&n| {
        let (at, n) = (first + place[n as usize], n as usize);
        let Seed::Whole(kind) = seeds.seeds[n] else {
            return None;
        };
        Some(Family {
            kind,
            numbers: at..at + count[n],
            units: (seeds.links[n] / UNIT).max(1).saturating_mul(count[n]),
        })
    }));
    drop((roots, seeds));
    for entry in ids {
        entry.number = match place[entry.number as usize] {
            NONE => NONE,
            at => first + at,
        };
    }
    if planted < place.len() {
        lookup.retain(|entry| entry.number != NONE);
    }
    let length = |n: usize| {
        let next = offsets.get(n + 1).copied().unwrap_or(end);
        u32::try_from(next.saturating_sub(offsets[n])).unwrap_or(u32::MAX)
    };
    // What has done its work makes room for the next.
    let (ends, positions) = rayon::join(
        || placed(&place, planted, |n| place[n] + count[n]),
        || placed(&place, planted, |n| order[n]),
    );
    drop((count, order));
    let (lengths, starts) = rayon::join(
        || placed(&place, planted, length),
        || placed(&place, planted, |n| shelf.starts[n]),
    );
    shelf.starts = starts;
    let forest = Forest {
        own,
        first,
        families,
        offsets: placed(&place, planted, |n| offsets[n]),
        lengths,
        ends,
        positions,
        shelf,
        pack,
    };
    Ok(Planted {
        forest,
        broken,
        orphans,
    })
}

/// What is said of each object, in the order of their places.
fn placed<T: Clone + Default>(place: &[u32], count: usize, what: impl Fn(usize) -> T) -> Vec<T> {
    let mut all = vec![T::default(); count];
    for (n, _) in place.iter().enumerate().filter(|(_, at)| **at != NONE) {
        all[place[n] as usize] = what(n);
    }
    all
}

/// What an entry is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seed {
    Whole(ObjectKind),
    Delta,
    Broken,
}

/// The entries of a pack, by their place in the order of offsets.
struct Seeds {
    seeds: Vec<Seed>,
    /// Of a delta what it hangs on, of what is whole its size.
    links: Vec<u32>,
}

impl Seeds {
    /// Reads the heads of all entries, in parallel, in pieces of the pack, and keeps what is not longer than `short`.
    /// `ids` are in the order of the index.
    fn read(pack: &Pack, offsets: &[u64], ids: &[Named], short: usize) -> (Seeds, Shelf) {
        // Of a size that the allocator gives again and again, and that stays in the processor's cache.
        const PIECE: usize = 64 << 10;
        let mut seeds = vec![Seed::Broken; offsets.len()];
        let mut links = vec![NONE; offsets.len()];
        let mut starts = vec![NONE; offsets.len()];
        let results = (seeds.par_chunks_mut(TRAY))
            .zip(links.par_chunks_mut(TRAY))
            .zip(starts.par_chunks_mut(TRAY));
        let chunks = offsets.par_chunks(TRAY).zip(results).enumerate();
        let trays = chunks.map(|(n, (chunk, ((seeds, links), starts)))| {
            let mut buffer = vec![0; PIECE];
            let ends = &offsets[n * TRAY + 1..];
            let ends = ends.iter().copied().chain([pack.end()]);
            let lengths = chunk.iter().zip(ends).map(|(offset, end)| {
                let length = usize::try_from(end.saturating_sub(*offset)).ok()?;
                Some(length).filter(|&length| 0 < length && length <= short)
            });
            let room = lengths.clone().flatten().sum();
            let mut tray = Vec::with_capacity(if n < TRAYS { room } else { 0 });
            let (mut start, mut there) = (0, 0);
            let results = seeds.iter_mut().zip(links).zip(starts);
            for ((&offset, keep), ((seed, link), kept)) in chunk.iter().zip(lengths).zip(results) {
                let needs = keep.unwrap_or(0).max(LONGEST_HEAD);
                // Entries are small: mostly the next head is in the piece that was read for the last one.
                if offset < start || offset + needs as u64 > start + there as u64 {
                    start = offset;
                    let last = chunk[chunk.len() - 1];
                    let dense = chunk.len() as u64 * 2048 > last - chunk[0];
                    let rest = (last - offset) as usize + SHORT.max(LONGEST_HEAD);
                    let length = if dense { PIECE.min(rest) } else { 4096 };
                    there = pack.read_at(&mut buffer[..length], offset).unwrap_or(0);
                }
                let at = (offset - start) as usize;
                let bytes = &buffer[at..there.max(at)];
                let Some(head) = Head::read(bytes, offset, pack.id_length()) else {
                    continue;
                };
                if let Some(entry) = keep.and_then(|length| bytes.get(..length))
                    && n < TRAYS
                {
                    *kept = (n * TRAY * SHORT + tray.len()) as u32;
                    tray.extend_from_slice(entry);
                }
                (*seed, *link) = match head.entry {
                    Entry::Whole(kind) => {
                        let size = u32::try_from(head.size).unwrap_or(u32::MAX);
                        (Seed::Whole(kind), size)
                    }
                    Entry::OnOffset(base) => match offsets.binary_search(&base) {
                        Ok(base) => (Seed::Delta, base as u32),
                        Err(_) => continue,
                    },
                    Entry::OnId(base) => {
                        (Seed::Delta, find_exactly(pack, ids, &base).unwrap_or(NONE))
                    }
                };
            }
            tray
        });
        let trays = trays.collect();
        (Seeds { seeds, links }, Shelf { trays, starts })
    }

    /// What a delta hangs on.
    fn base(&self, n: usize) -> Option<usize> {
        let base = self.links[n];
        (self.seeds[n] == Seed::Delta && base != NONE).then_some(base as usize)
    }

    /// Puts all objects that hang on one that is whole in preorder. What hangs on itself, on nothing or on what
    /// is broken is not among them.
    fn order(&self) -> Order {
        let all = self.seeds.len();
        // Where the deltas on an object begin in `deltas`: first behind their last one, then counted down.
        let mut starts = vec![0u32; all + 1];
        for base in (0..all).filter_map(|n| self.base(n)) {
            starts[base] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut deltas = vec![0u32; sum as usize];
        for n in (0..all).rev() {
            if let Some(base) = self.base(n) {
                starts[base] -= 1;
                deltas[starts[base] as usize] = n as u32;
            }
        }
        let range = |n: u32| starts[n as usize] as usize..starts[n as usize + 1] as usize;
        // Level by level, so that nothing depends on how deep a chain is.
        let mut levels = Vec::with_capacity(all);
        let whole = |n: &u32| matches!(self.seeds[*n as usize], Seed::Whole(_));
        levels.extend((0..all as u32).filter(whole));
        let roots = levels.len();
        let mut at = 0;
        while let Some(&n) = levels.get(at) {
            levels.extend_from_slice(&deltas[range(n)]);
            at += 1;
        }
        let mut count = vec![1u32; all];
        for &n in levels.iter().rev() {
            if let Some(base) = self.base(n as usize) {
                count[base] += count[n as usize];
            }
        }
        // A version is about as long as the one it is told by, how long exactly only its delta says: of those
        // that hang on one object, the heaviest is the one that most hang on.
        for n in 0..all as u32 {
            deltas[range(n)].sort_unstable_by_key(|&delta| (count[delta as usize], delta));
        }
        // Commits, trees, tags and blobs each together, and the heaviest families first; light ones as they lie
        // in the pack, so that they are read one after the other.
        levels[..roots].par_sort_unstable_by_key(|&n| {
            let (seed, size) = (self.seeds[n as usize], self.links[n as usize]);
            let Seed::Whole(kind) = seed else {
                return (None, Reverse(0), n);
            };
            let weight = u64::from(size.max(UNIT)) * u64::from(count[n as usize]);
            (Some(kind), Reverse(weight / LIGHT), n)
        });
        let mut place = vec![NONE; all];
        let mut next = 0;
        for &root in &levels[..roots] {
            place[root as usize] = next;
            next += count[root as usize];
        }
        for &n in &levels {
            let mut next = place[n as usize] + 1;
            for &delta in &deltas[range(n)] {
                place[delta as usize] = next;
                next += count[delta as usize];
            }
        }
        levels.truncate(roots);
        levels.shrink_to_fit();
        Order {
            roots: levels,
            place,
            count,
        }
    }
}

/// What is found by an id, and by no other that begins like it: what an object hangs on must be the right one.
fn find_exactly(pack: &Pack, ids: &[Named], id: &ObjectId) -> Option<u32> {
    let key = key(id.as_bytes());
    let start = ids.partition_point(|entry| entry.key() < key);
    let alike = ids[start..].iter().take_while(|entry| entry.key() == key);
    (start..)
        .zip(alike)
        .find(|(position, _)| pack.id(*position as u32).is_ok_and(|found| found == *id))
        .map(|(_, entry)| entry.number)
}

/// The objects of a pack in preorder.
struct Order {
    /// Those that are no deltas, in order.
    roots: Vec<u32>,
    /// Where each object stands.
    place: Vec<u32>,
    /// How many hang on it, itself included.
    count: Vec<u32>,
}
