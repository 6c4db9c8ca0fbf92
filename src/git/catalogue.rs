//! Every object of a store, numbered in the order in which a walk decodes it.
//!
//! Within a pack an object is told as a delta on another, that one perhaps again: the objects of a pack are
//! a forest. Numbered in preorder, what hangs on an object are the numbers behind it, so that a walk is a
//! count from the first to the last and needs no lists of children. Of siblings the lightest comes first and
//! the heaviest last: a walk then keeps at most as many bases as the logarithm of their number, and a chain,
//! however long, one.
//!
//! What is kept for each object are 20 bytes here and 12 for looking it up by its id. While the objects of a
//! pack are put in order it is 56 at most: a repository can have millions, so nothing is held twice, and
//! everything is let go as soon as it has done its work.

mod forest;
mod plant;

use std::collections::BTreeSet;
use std::io;

use rayon::prelude::*;

use super::loose;
use super::object::{ObjectKind, Objects, ReadError};
use super::small::Trouble;
use super::store::Store;
use crate::finding::ObjectId;
use forest::{LESS, SHELF};
use plant::plant;

pub use forest::{Family, Forest};

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
        let (mut first, mut room) = (0, SHELF.saturating_sub(LESS * total));
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
            room = room.saturating_sub(planted.forest.shelf.iter().map(Vec::len).sum());
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
