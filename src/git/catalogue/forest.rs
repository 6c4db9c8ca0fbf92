//! The objects of one pack, by their numbers: where their entries lie, and what hangs on which.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::Number;
use super::plant::NONE;
use crate::finding::ObjectId;
use crate::git::object::{ObjectKind, ReadError};
use crate::git::pack::{AHEAD, GAP, Head, Pack, Tools};

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
    pub(super) offsets: Vec<u64>,
    pub(super) lengths: Vec<u32>,
    pub(super) ends: Vec<u32>,
    pub(super) positions: Vec<u32>,
    pub(super) shelf: Shelf,
}

/// Entries of a pack that are so short that to ask the system for one takes longer than to inflate it: they are kept
/// when their heads are read.
pub(super) struct Shelf {
    /// One for each [`TRAY`] entries, in the order of the pack.
    pub(super) trays: Vec<Vec<u8>>,
    /// Where each object's entry begins, if it is here, as if no tray had room for less than it could need.
    pub(super) starts: Vec<u32>,
}

impl Shelf {
    pub(super) fn size(&self) -> usize {
        self.trays.iter().map(Vec::len).sum()
    }

    fn entry(&self, at: usize, length: usize) -> Option<&[u8]> {
        let start = Some(self.starts[at]).filter(|&start| start != NONE)? as usize;
        let (tray, start) = (start / (TRAY * SHORT), start % (TRAY * SHORT));
        self.trays.get(tray)?.get(start..start + length)
    }
}

/// So many bytes of packs are kept, those of the shortest entries.
pub(super) const SHELF: usize = 12 << 20;

/// Longer ones never are.
pub(super) const SHORT: usize = 256;

/// Entries of a pack whose heads are read in one go, and of how many such lots the short ones are kept at most.
pub(super) const TRAY: usize = 4096;
pub(super) const TRAYS: usize = NONE as usize / (TRAY * SHORT);

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
