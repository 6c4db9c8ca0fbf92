//! The commits of a range, git-rev-list(1), and where two lines of history part, git-merge-base(1).
//!
//! Both are painting: colours spread from the tips to parents, newest commit first, until nothing in the queue
//! is of interest any more. While dates tell the truth (no commit is older than its parents) a commit has all
//! its colours when its turn comes, and little is read beyond what is asked for.
//!
//! Where dates lie, a colour may come late. It is then spread once more, and for a while the walk goes on past
//! the point where it could end. Yet it may end before "excluded" has reached a commit that the excluded tips
//! do lead to, so **a range can come out too large, and never too small**: whatever leads only from the included
//! tips is never painted "excluded", and the walk never ends while such a commit waits.
//!
//! Parents are those that commits name. Replacements (`refs/replace`, grafts) are for the user's eyes.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use super::super::object::{ObjectKind, Objects, ReadError, Said};
use super::Range;
use crate::finding::ObjectId;

/// The commits of a range, and what is not known about it.
#[derive(Debug, Default)]
pub struct Walk {
    /// Newest first by the date of committing, then by id.
    pub commits: Vec<ObjectId>,
    /// Tips of the range and parents of its commits that are not here.
    pub missing: Vec<ObjectId>,
    /// The same of what is here and cannot be read, or is no commit.
    pub broken: Vec<(ObjectId, ReadError)>,
    /// Commits of the range whose parents a shallow clone has left out.
    pub crossed_shallow: Vec<ObjectId>,
}

/// How many commits are looked at in case that dates lie: when a commit that counts is older than they are,
/// and when none is.
const DOUBTS: (usize, usize) = (10_000, 32);

/// How many tags may lead to each other.
pub(super) const LONGEST_CHAIN: usize = 100;

const FIRST: u8 = 1;
const SECOND: u8 = 2;
/// Merge bases are behind it.
const STALE: u8 = 4;
const COLOURS: u8 = FIRST | SECOND | STALE;
/// Waits in the queue.
const QUEUED: u8 = 8;
/// Was asked for by name.
const TIP: u8 = 16;
/// Has parents that a shallow clone has left out.
const CUT: u8 = 32;
/// Was read, or it was tried.
const READ: u8 = 64;

/// The commits of a range. Tips may be tags.
pub fn commits(range: &Range, shallow: &BTreeSet<ObjectId>, objects: &dyn Objects) -> Walk {
    const INCLUDED: u8 = FIRST;
    const EXCLUDED: u8 = SECOND;

    let mut painting = Painting::new(shallow, objects, EXCLUDED);
    let included = range.include.iter().map(|&id| (id, INCLUDED));
    let excluded = range.exclude.iter().map(|&id| (id, EXCLUDED));
    let mut found = painting.paint(included.chain(excluded), |colours| colours);

    let counts = |node: &&Node| node.flags & (INCLUDED | EXCLUDED) == INCLUDED;
    let nodes = &painting.nodes;
    found.retain(|&number| counts(&&nodes[number as usize]));
    found.sort_unstable_by_key(|&number| {
        let node = &nodes[number as usize];
        (Reverse(node.seconds), node.id)
    });
    found.dedup();
    let mut walk = Walk {
        commits: found
            .iter()
            .map(|&number| nodes[number as usize].id)
            .collect(),
        ..Walk::default()
    };
    let cut = nodes
        .iter()
        .filter(|node| node.flags & CUT != 0 && counts(node));
    walk.crossed_shallow = cut.map(|node| node.id).collect();
    walk.crossed_shallow.sort_unstable();
    for (number, error) in painting.failures {
        let node = &nodes[number as usize];
        if node.flags & TIP == 0 && !counts(&node) {
            continue; // behind what is excluded: nobody asks for it
        }
        match error {
            ReadError::Missing => walk.missing.push(node.id),
            error => walk.broken.push((node.id, error)),
        }
    }
    walk.missing.sort_unstable();
    walk.broken.sort_unstable_by_key(|&(id, _)| id);
    walk
}

/// The best common ancestors of two commits: those that no other common ancestor descends from. Where dates
/// lie, some that are not the best may be among them.
pub fn merge_bases(
    one: ObjectId,
    other: ObjectId,
    shallow: &BTreeSet<ObjectId>,
    objects: &dyn Objects,
) -> Vec<ObjectId> {
    const COMMON: u8 = FIRST | SECOND;

    let mut painting = Painting::new(shallow, objects, STALE);
    let spread = |colours| {
        if colours & COMMON == COMMON {
            COMMON | STALE
        } else {
            colours
        }
    };
    let found = painting.paint([(one, FIRST), (other, SECOND)].into_iter(), spread);
    let nodes = found.iter().map(|&number| &painting.nodes[number as usize]);
    let best = nodes.filter(|node| node.flags & COLOURS == COMMON);
    let best: BTreeSet<ObjectId> = best.map(|node| node.id).collect();
    best.into_iter().collect()
}

struct Node {
    id: ObjectId,
    seconds: i64,
    flags: u8,
    /// Where its parents begin among all, and how many they are.
    parents: (u32, u32),
}

struct Painting<'p> {
    shallow: &'p BTreeSet<ObjectId>,
    objects: &'p dyn Objects,
    /// The colour that makes a commit uninteresting.
    dull: u8,
    nodes: Vec<Node>,
    parents: Vec<u32>,
    numbers: HashMap<ObjectId, u32>,
    failures: Vec<(u32, ReadError)>,
    /// By date; of one date those first that were seen first.
    queue: BinaryHeap<(i64, Reverse<u32>)>,
    /// How many in the queue are of interest.
    bright: usize,
}

impl<'p> Painting<'p> {
    fn new(shallow: &'p BTreeSet<ObjectId>, objects: &'p dyn Objects, dull: u8) -> Painting<'p> {
        Painting {
            shallow,
            objects,
            dull,
            nodes: Vec::new(),
            parents: Vec::new(),
            numbers: HashMap::new(),
            failures: Vec::new(),
            queue: BinaryHeap::new(),
            bright: 0,
        }
    }

    /// Paints tips and what they lead to; `spread` says what a commit of some colours gives to its parents.
    /// Tells every commit whose turn came while it was of interest.
    fn paint(
        &mut self,
        tips: impl Iterator<Item = (ObjectId, u8)>,
        spread: impl Fn(u8) -> u8,
    ) -> Vec<u32> {
        for (id, colour) in tips {
            let number = self.tip(id);
            self.add(number, colour);
        }
        let (mut found, mut oldest, mut doubts) = (Vec::new(), i64::MAX, 0);
        while let Some((seconds, Reverse(number))) = self.queue.pop() {
            if self.bright == 0 {
                let most = if seconds >= oldest {
                    DOUBTS.0
                } else {
                    DOUBTS.1
                };
                if oldest == i64::MAX || doubts >= most {
                    break;
                }
                doubts += 1;
            }
            let node = &mut self.nodes[number as usize];
            node.flags &= !QUEUED;
            if node.flags & self.dull == 0 {
                self.bright -= 1;
                oldest = oldest.min(seconds);
                found.push(number);
            }
            let colours = spread(node.flags & COLOURS);
            let (start, count) = node.parents;
            for at in start..start + count {
                self.add(self.parents[at as usize], colours);
            }
        }
        found
    }

    /// Adds colours to a commit. If they are new to it, its turn comes, perhaps again.
    fn add(&mut self, number: u32, colours: u8) {
        self.read(number);
        let node = &mut self.nodes[number as usize];
        let before = node.flags;
        node.flags |= colours;
        let (was_dull, is_dull) = (before & self.dull != 0, node.flags & self.dull != 0);
        // What is dull makes its parents dull: no other colour matters to them.
        if node.flags == before || was_dull {
            return;
        }
        if before & QUEUED != 0 {
            self.bright -= usize::from(is_dull);
        } else if node.parents != FAILED {
            node.flags |= QUEUED;
            self.bright += usize::from(!is_dull);
            self.queue.push((node.seconds, Reverse(number)));
        }
    }

    /// The number of a commit, which may not have been read yet.
    fn number(&mut self, id: ObjectId) -> u32 {
        *self.numbers.entry(id).or_insert_with(|| {
            self.nodes.push(Node {
                id,
                seconds: 0,
                flags: 0,
                parents: (0, 0),
            });
            (self.nodes.len() - 1) as u32
        })
    }

    /// The number of a tip, through tags.
    fn tip(&mut self, mut id: ObjectId) -> u32 {
        for _ in 0..LONGEST_CHAIN {
            match self.objects.read(&id) {
                Ok(object) if object.kind == ObjectKind::Tag => {
                    match Said::new(&object.data).target {
                        Some(target) => id = target,
                        None => break,
                    }
                }
                _ => break,
            }
        }
        let number = self.number(id);
        self.nodes[number as usize].flags |= TIP;
        number
    }

    /// Reads a commit, once.
    fn read(&mut self, number: u32) {
        let node = &mut self.nodes[number as usize];
        if node.flags & READ != 0 {
            return;
        }
        node.flags |= READ;
        let id = node.id;
        let object = self.objects.read(&id).and_then(|object| match object.kind {
            ObjectKind::Commit => Ok(object),
            _ => Err(ReadError::Corrupt("not a commit")),
        });
        let object = match object {
            Ok(object) => object,
            Err(error) => {
                node.parents = FAILED;
                return self.failures.push((number, error));
            }
        };
        let said = Said::new(&object.data);
        node.seconds = said.seconds;
        if self.shallow.contains(&id) {
            node.flags |= if said.parents.is_empty() { 0 } else { CUT };
            return;
        }
        let start = self.parents.len() as u32;
        for parent in said.parents {
            let parent = self.number(parent);
            self.parents.push(parent);
        }
        let count = self.parents.len() as u32 - start;
        self.nodes[number as usize].parents = (start, count);
    }
}

/// In the place of the parents of what cannot be read.
const FAILED: (u32, u32) = (u32::MAX, 0);
