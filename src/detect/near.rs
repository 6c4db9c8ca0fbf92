//! Of the servers that a document names, those that can be a token's: memory is bounded by how many tokens there are.
//!
//! A log has a URL in every line, and each takes twenty times its length once its place is known. Between two tokens
//! only the nearest servers of each sort matter, and those of a name that was not there before; of a document with few
//! servers all are kept.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};

use crate::sighting::Server;

/// So many servers of a document are kept wherever they are.
const ALL: usize = 1024;
/// So many are kept that differ in more than their place.
const DISTINCT: usize = 16 << 10;
/// So many of one sort are kept behind a token, and as many before the next one.
const NEAREST: usize = 64;

/// Keeps servers, which are shown in order.
pub struct Near {
    /// Where tokens are, in order.
    tokens: Vec<u64>,
    kept: Vec<Server>,
    /// Those that were there, by their hash.
    known: HashSet<u64>,
    hasher: RandomState,
    /// How many tokens are before the last server.
    before: usize,
    /// Whether one was left out that differs from all that are kept.
    cut: bool,
    /// By what is known of a server, those since the last token.
    gap: BTreeMap<(bool, bool, bool, bool), Gap>,
}

/// Servers of one sort between two tokens.
#[derive(Default)]
struct Gap {
    first: usize,
    last: VecDeque<Server>,
}

impl Near {
    /// With the places of all tokens.
    pub fn new(tokens: impl Iterator<Item = u64>) -> Near {
        let mut tokens: Vec<u64> = tokens.collect();
        tokens.sort_unstable();
        Near {
            tokens,
            kept: Vec::new(),
            known: HashSet::new(),
            hasher: RandomState::new(),
            before: 0,
            cut: false,
            gap: BTreeMap::new(),
        }
    }

    /// Takes the next server.
    pub fn show(&mut self, server: Server) {
        let at = server.setting.position.byte_offset;
        let before = self.tokens.partition_point(|token| *token <= at);
        if before != self.before {
            self.before = before;
            self.close();
        }
        let sort = (server.own, server.keyed, server.other, server.tie.is_some());
        let new = self.kept.len() < DISTINCT && {
            let name = server.setting.names.first();
            self.known
                .insert(self.hasher.hash_one((&server.url, name, sort)))
        };
        if new || self.kept.len() < ALL {
            self.kept.push(server);
            return;
        }
        let gap = self.gap.entry(sort).or_default();
        // The same one again is no other choice than where it is nearest.
        if gap.last.back().is_some_and(|last| last.url == server.url) {
            gap.last.pop_back();
        } else if gap.first < NEAREST && self.before > 0 {
            gap.first += 1;
            self.kept.push(server);
            return;
        } else if gap.last.len() == NEAREST {
            gap.last.pop_front();
            // Before there were so many, what differs was kept.
            self.cut |= self.kept.len() >= DISTINCT;
        }
        gap.last.push_back(server);
    }

    /// A token follows, or nothing.
    fn close(&mut self) {
        let gap = std::mem::take(&mut self.gap);
        self.kept.extend(gap.into_values().flat_map(|gap| gap.last));
    }

    /// What was kept, in order, and whether any was left out that differs.
    pub fn kept(mut self) -> (Vec<Server>, bool) {
        // What follows may be read in another window.
        self.close();
        let mut kept = self.kept;
        kept.sort_by_key(|server| server.setting.position.byte_offset);
        (kept, self.cut)
    }
}
