//! Which of many places are worth comparing with a token: an index over blocks, names and positions.
//!
//! To compare every token with every server takes quadratic time. The best server of a token is the nearest, or one
//! of the first, of those that share a block or words of a name with it. Where there are few, all are compared.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::score::Named;
use crate::sighting::{Level, Link};

/// So many comparisons are made before an index is built.
const FEW: usize = 1 << 16;
/// So many of the innermost blocks of a place are looked at, and so many words of its name.
const BLOCKS: usize = 12;
const WORDS: usize = 6;
/// So many places of one list are taken on either side.
const NEAREST: usize = 2;
/// How deep in a block a place may be before it makes no difference.
const DEEP: usize = 3;

/// Places in order, each with its sort: what else is known of it that decides.
pub struct Places<'a> {
    places: Vec<(Named<'a>, u8)>,
    sorts: Vec<u8>,
    /// Empty where all are compared.
    lists: HashMap<u64, Vec<u32>>,
}

impl<'a> Places<'a> {
    /// Places that so many tokens will be compared with.
    pub fn new(places: Vec<(Named<'a>, u8)>, tokens: usize) -> Places<'a> {
        let mut sorts: Vec<u8> = places.iter().map(|(_, sort)| *sort).collect();
        sorts.sort_unstable();
        sorts.dedup();
        let mut lists: HashMap<u64, Vec<u32>> = HashMap::new();
        if places.len().saturating_mul(tokens) > FEW {
            for (i, (place, sort)) in places.iter().enumerate() {
                let mut add = |key| {
                    let list = lists.entry(key).or_default();
                    if list.last() != Some(&(i as u32)) {
                        list.push(i as u32);
                    }
                };
                add(key(b'*', &(), *sort));
                let chain = place.setting.chain.iter().rev().take(BLOCKS);
                for (depth, link) in chain.enumerate() {
                    add(key(b'b', &(block(link), depth.min(DEEP)), *sort));
                }
                if let Some(name) = place.name {
                    add(key(b'n', &name, *sort));
                }
                let words = words(place);
                for word in &words {
                    add(key(b'w', word, *sort));
                }
                add(key(b's', &words, *sort));
            }
        }
        Places {
            places,
            sorts,
            lists,
        }
    }

    /// The place of this number.
    pub fn get(&self, index: usize) -> &Named<'a> {
        &self.places[index].0
    }

    /// The numbers of the places that can be the best for a token, in order.
    pub fn candidates(&self, token: &Named<'_>) -> Vec<usize> {
        if self.lists.is_empty() {
            return (0..self.places.len()).collect();
        }
        let at = (self.places)
            .partition_point(|(place, _)| place.setting.position < token.setting.position);
        let mut found: HashSet<u32> = HashSet::new();
        let mut take = |key, nearest: usize| {
            let list = self.lists.get(&key).map_or(&[][..], Vec::as_slice);
            let next = list.partition_point(|i| (*i as usize) < at);
            found.extend(list.first());
            found.extend(&list[next.saturating_sub(nearest)..list.len().min(next + nearest)]);
        };
        let words = words(token);
        for &sort in &self.sorts {
            take(key(b'*', &(), sort), 2 * NEAREST);
            for link in token.setting.chain.iter().rev().take(BLOCKS) {
                for depth in 0..=DEEP {
                    take(key(b'b', &(block(link), depth), sort), NEAREST);
                }
            }
            if let Some(name) = token.name {
                take(key(b'n', &name, sort), NEAREST);
            }
            for word in &words {
                take(key(b'w', word, sort), NEAREST);
            }
            for set in 1..1u32 << words.len() {
                let chosen = (0..words.len()).filter(|n| set >> n & 1 == 1);
                let subset: Vec<&str> = chosen.map(|n| words[n]).collect();
                take(key(b's', &subset, sort), NEAREST);
            }
        }
        let mut found: Vec<usize> = found.into_iter().map(|i| i as usize).collect();
        found.sort_unstable();
        found
    }
}

/// The words of a name that say whose it is, in order.
fn words<'n>(place: &Named<'n>) -> Vec<&'n str> {
    let mut words: Vec<&str> = place.special.iter().copied().take(WORDS).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// A line holds what is indented under it.
fn block(link: &Link) -> (Level, u64) {
    match link.level {
        Level::Line => (Level::Parent, link.at),
        level => (level, link.at),
    }
}

/// Names a list. Two of one name only mean that more is compared.
fn key(kind: u8, of: &impl Hash, sort: u8) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, sort).hash(&mut hasher);
    of.hash(&mut hasher);
    hasher.finish()
}
