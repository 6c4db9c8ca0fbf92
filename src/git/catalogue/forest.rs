//! The objects of one pack, by their numbers: where their entries lie, and what hangs on which.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::Number;
use crate::finding::ObjectId;
use crate::git::object::{ObjectKind, ReadError};
use crate::git::pack::{AHEAD, GAP, Head, Pack, Tools};

/// The objects of one pack.
pub struct Forest {
    /// The pack.
    pub pack: Arc<Pack>,
    /// Whose it is, see [`ObjectDir`](crate::git::store::ObjectDir).
    pub own: bool,
    /// The number of the first object.
    pub first: Number,
    /// The trees of the forest by what their objects are: commits, trees, blobs, tags.
    pub families: Vec<Family>,
    /// Of each object where its entry lies in the pack, or, with [`SHELVED`], on the shelf.
    pub(super) offsets: Vec<u64>,
    pub(super) lengths: Vec<u32>,
    pub(super) ends: Vec<u32>,
    pub(super) positions: Vec<u32>,
    pub(super) shelf: Shelf,
}

/// Entries of a pack that are so short that to ask the system for one takes longer than to inflate it: they are kept
/// when their heads are read. One tray for each [`TRAY`] entries, in the order of the pack.
pub(super) type Shelf = Vec<Vec<u8>>;

/// No entry lies that far behind in a pack.
pub(super) const SHELVED: u64 = 1 << 63;

/// So many bytes of packs are kept, those of the shortest entries; less for each object, which takes memory, too.
pub(super) const SHELF: usize = 12 << 20;
pub(super) const LESS: usize = 8;

/// Longer ones never are.
pub(super) const SHORT: usize = 256;

/// Entries of a pack whose heads are read in one go, and of how many such lots the short ones are kept at most.
pub(super) const TRAY: usize = 4096;
pub(super) const TRAYS: usize = u32::MAX as usize / (TRAY * SHORT);

/// A run goes no further: what is on the shelf is stepped over each time.
const FAR: usize = 1 << 10;

/// Objects that hang together: one that is whole, and all deltas on it.
#[derive(Clone, Debug)]
pub struct Family {
    /// What they are.
    pub kind: ObjectKind,
    /// Their numbers.
    pub numbers: Range<Number>,
    /// In units, see [`Family::weight`].
    pub(super) units: u32,
}

/// What the weight of a family is counted in: no object is lighter.
pub(super) const UNIT: u32 = 64;

/// Families lighter than this are put in order by their place, not by their weight.
pub(super) const LIGHT: u64 = 1 << 20;

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

    /// Bytes to the next entry.
    pub fn length(&self, number: Number) -> usize {
        self.lengths[self.at(number)] as usize
    }

    /// Reads an entry, and its head.
    pub fn load(&self, number: Number, tools: &mut Tools) -> Result<Head, ReadError> {
        let length = self.length(number);
        match self.shelved(number) {
            Some(entry) => self.pack.load_kept(entry, tools),
            None => {
                let offset = self.offsets[self.at(number)];
                (self.pack).load(offset, length, || self.run(number), tools)
            }
        }
    }

    /// Reads the head alone of an entry that is not on the shelf.
    pub fn head(&self, number: Number) -> Result<Head, ReadError> {
        self.pack.head(self.offsets[self.at(number)])
    }

    fn shelved(&self, number: Number) -> Option<&[u8]> {
        let offset = self.offsets[self.at(number)];
        let place = (offset & !SHELVED) as usize;
        // As if each tray had room for all that it could need.
        let (tray, start) = (place / (TRAY * SHORT), place % (TRAY * SHORT));
        (offset & SHELVED != 0).then(|| &self.shelf[tray][start..start + self.length(number)])
    }

    /// Bytes from this entry on in which those lie that a walk comes to next: it is known which, so nothing is read that
    /// nobody asks for, and the system is not asked for each.
    fn run(&self, number: Number) -> usize {
        let start = self.at(number);
        let mut run = self.lengths[start] as usize;
        for at in start + 1..self.offsets.len().min(start + FAR) {
            if self.offsets[at] & SHELVED != 0 {
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

/// How long the entries are of which all, and all that are shorter, need no more than this.
pub(super) fn shortest(offsets: &[u64], end: u64, room: usize) -> usize {
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
