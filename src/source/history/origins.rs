//! How every object of a repository is called: for each tree and blob one tree that holds it, and its name
//! there. That is one path of perhaps many: enough for rules that look at names, for eight bytes an object.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use crate::git::catalogue::Number;

/// One name for each object.
pub struct Origins {
    /// From the most significant bit: whether no keyword leads to it; whether its name says nothing of a secret;
    /// the number of the tree; the number of the name. The smallest is kept, so that it does not matter who
    /// comes first.
    of: Vec<AtomicU64>,
    names: Vec<RwLock<Names>>,
}

/// What a path says of what it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// That some rule has to look at it, and the name that it is a secret.
    Secret,
    /// That some rule has to look at it.
    Keyword,
    /// Nothing.
    Nothing,
}

#[derive(Default)]
struct Names {
    numbers: HashMap<Box<[u8]>, u32>,
    names: Vec<Box<[u8]>>,
}

const NOTHING: u64 = u64::MAX;
const PLAIN: u64 = 1 << 63;
const MUTE: u64 = 1 << 62;
/// Numbers of trees and of names have 31 bits each: there are not more objects in a pack.
const TREE: u32 = 31;
const NUMBER: u64 = (1 << TREE) - 1;
const SHARDS: usize = 64;

/// Folders in folders: more than this is a ring, which only objects that are not what their ids say can form.
const DEEPEST: usize = 4096;

impl Origins {
    pub(super) fn new(count: Number) -> Origins {
        Origins {
            of: (0..count).map(|_| AtomicU64::new(NOTHING)).collect(),
            names: (0..SHARDS).map(|_| RwLock::default()).collect(),
        }
    }

    /// Says that a tree holds an object under a name.
    pub(super) fn offer(&self, object: Number, tree: Number, name: &[u8], says: Says) {
        let flags = match says {
            Says::Nothing => PLAIN | MUTE,
            Says::Keyword => MUTE,
            Says::Secret => 0,
        };
        let key = flags | (u64::from(tree) & NUMBER) << TREE;
        let slot = &self.of[object as usize];
        if slot.load(Ordering::Relaxed) >> TREE > key >> TREE {
            slot.fetch_min(
                key | u64::from(self.number(name)) & NUMBER,
                Ordering::Relaxed,
            );
        }
    }

    /// Whether a keyword stands in its path.
    pub(super) fn by_keyword(&self, object: Number) -> bool {
        self.of[object as usize].load(Ordering::Relaxed) & PLAIN == 0
    }

    /// Whether any tree holds it.
    pub(super) fn has(&self, object: Number) -> bool {
        self.of[object as usize].load(Ordering::Relaxed) != NOTHING
    }

    /// A path of an object, from the root of its repository. Empty for a root, and for what no tree holds.
    pub fn path(&self, object: Number) -> Vec<u8> {
        let mut names = Vec::new();
        let mut at = object;
        while names.len() < DEEPEST {
            let origin = self.of[at as usize].load(Ordering::Relaxed);
            if origin == NOTHING {
                break;
            }
            names.push((origin & NUMBER) as u32);
            at = (origin >> TREE & NUMBER) as Number;
        }
        let mut path = Vec::new();
        for name in names.into_iter().rev() {
            if !path.is_empty() {
                path.push(b'/');
            }
            let shard = self.names[name as usize % SHARDS].read();
            let shard = shard.unwrap_or_else(PoisonError::into_inner);
            path.extend_from_slice(&shard.names[name as usize / SHARDS]);
        }
        path
    }

    /// A path of what stands in a tree under this name.
    pub(super) fn path_below(&self, tree: Number, name: &[u8]) -> Vec<u8> {
        let mut path = self.path(tree);
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(name);
        path
    }

    fn number(&self, name: &[u8]) -> u32 {
        // Names differ at their ends; a good hash would cost more than it spares.
        let spread = name.iter().rev().take(8);
        let spread = spread.fold(name.len(), |sum, &b| sum.wrapping_mul(31) + usize::from(b));
        let number = spread % SHARDS;
        let shard = &self.names[number];
        let known = shard.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(&known) = known.numbers.get(name) {
            return known;
        }
        drop(known);
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(&known) = shard.numbers.get(name) {
            return known;
        }
        let next = (shard.names.len() * SHARDS + number) as u32;
        shard.names.push(name.into());
        shard.numbers.insert(name.into(), next);
        next
    }
}
