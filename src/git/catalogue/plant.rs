//! From a pack to its forest: what hangs on what, and in which order all is numbered.

use std::cmp::Reverse;
use std::io;
use std::sync::Arc;

use rayon::prelude::*;

use super::forest::{Family, Forest, LIGHT, SHELVED, SHORT, Shelf, TRAY, TRAYS, UNIT, shortest};
use super::{Named, Number, key};
use crate::finding::ObjectId;
use crate::git::object::{ObjectKind, ReadError};
use crate::git::pack::{Entry, Head, LONGEST_HEAD, Pack};

/// No number.
pub(super) const NONE: u32 = u32::MAX;

/// A forest, and what does not belong to it.
pub(super) struct Planted {
    pub(super) forest: Forest,
    pub(super) broken: Vec<(ObjectId, ReadError)>,
    /// Objects that hang on one that is not in the pack.
    pub(super) orphans: Vec<ObjectId>,
}

/// Numbers the objects of a pack, and adds them to `lookup`. `room` is left on the shelf.
pub(super) fn plant(
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
    let (seeds, shelf, shelved) = Seeds::read(&pack, &offsets, ids, short);
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
    let (lengths, offsets) = rayon::join(
        || placed(&place, planted, length),
        || {
            placed(&place, planted, |n| match shelved[n] {
                NONE => offsets[n],
                at => SHELVED | u64::from(at),
            })
        },
    );
    let forest = Forest {
        own,
        first,
        families,
        offsets,
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
    /// Reads the heads of all entries, in parallel, in pieces of the pack, and keeps what is not longer than `short`: the
    /// last result says where.
    /// `ids` are in the order of the index.
    fn read(pack: &Pack, offsets: &[u64], ids: &[Named], short: usize) -> (Seeds, Shelf, Vec<u32>) {
        // Of a size that the allocator gives again and again, and that stays in the processor's cache.
        const PIECE: usize = 64 << 10;
        let mut seeds = vec![Seed::Broken; offsets.len()];
        let mut links = vec![NONE; offsets.len()];
        let mut shelved = vec![NONE; offsets.len()];
        let results = (seeds.par_chunks_mut(TRAY))
            .zip(links.par_chunks_mut(TRAY))
            .zip(shelved.par_chunks_mut(TRAY));
        let chunks = offsets.par_chunks(TRAY).zip(results).enumerate();
        let trays = chunks.map(|(n, (chunk, ((seeds, links), shelved)))| {
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
            let results = seeds.iter_mut().zip(links).zip(shelved);
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
        (Seeds { seeds, links }, trays, shelved)
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
