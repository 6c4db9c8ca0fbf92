//! Decodes objects, each once, on all cores.
//!
//! A thread takes a family at a time, the heaviest first, and counts through its numbers, see
//! [`catalogue`](super::catalogue). It keeps the objects that others still hang on; where they take too much
//! memory the farthest are let go and made again when their turn comes. What nothing hangs on is shown as its
//! delta tells it, and made if somebody asks for all of it. A thread that has nothing to do is given a part of a
//! family that another one has begun.

mod decoded;
mod make;
mod worker;

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::catalogue::{Catalogue, Family, Forest, Number};
use super::object::{ObjectKind, ReadError};
use super::store::Store;

pub use decoded::{Base, Decoded};
use worker::{Part, Worker};

/// What is said of an object, and told to those that hang on it.
pub type Mark = u8;

/// What a first look at an object shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// What is said of it.
    pub mark: Mark,
    /// Whether it must be examined: that takes longer, so that a thread without work may be asked to.
    pub examine: bool,
}

/// Who looks at objects, on any thread.
pub trait Look: Sync {
    /// Looks at an object.
    fn object(&self, object: &Decoded<'_>) -> Seen;

    /// Looks closely at an object. It may say something else of it than the first look did.
    fn examine(&self, number: Number, data: &[u8], mark: Mark) -> Mark {
        let _ = (number, data);
        mark
    }

    /// An object that is too large to be held; its data can be had as a stream.
    fn large(&self, number: Number);

    /// An object that could not be decoded, and neither could what hangs on it.
    fn failed(&self, number: Number, error: ReadError);

    /// Whether an object is asked for. If no object of a family's part is, it is not decoded.
    fn wants(&self, numbers: Range<Number>) -> bool {
        let _ = numbers;
        true
    }
}

/// Objects up to this size are looked at as a whole.
pub const WHOLE: usize = 8 << 20;

/// Families lighter than this are handed out together.
const BATCH: u64 = 4 << 20;

/// A walk over the objects of one kind.
pub struct Walk<'a> {
    catalogue: &'a Catalogue,
    store: &'a Store,
    look: &'a dyn Look,
    batches: Vec<Range<usize>>,
    families: Vec<(&'a Forest, &'a Family)>,
    next: AtomicUsize,
    /// Parts of families that were given away, and how many threads wait for one.
    gifts: Mutex<Gifts<'a>>,
    given: Condvar,
    idle: AtomicUsize,
    /// Held while a family keeps more than its share.
    large: Mutex<()>,
}

#[derive(Default)]
struct Gifts<'a> {
    gifts: Vec<Gift<'a>>,
    waiting: usize,
    done: bool,
}

/// Work that a thread leaves to another one.
enum Gift<'a> {
    Part(Part<'a>),
    Examination(Number, Vec<u8>, Mark),
}

impl<'a> Walk<'a> {
    /// Tells `look` every object of a kind, in no particular order; returns when all are told.
    pub fn run(catalogue: &'a Catalogue, store: &'a Store, kind: ObjectKind, look: &'a dyn Look) {
        let mut families: Vec<(&Forest, &Family)> = Vec::new();
        for forest in &catalogue.packs {
            let of_kind = forest.families.iter().filter(|family| family.kind == kind);
            families.extend(of_kind.map(|family| (forest, family)));
        }
        if catalogue.packs.len() > 1 {
            // Those of a class stay as they lie in their pack.
            families.sort_by_key(|(_, family)| std::cmp::Reverse(family.class()));
        }
        let mut batches = Vec::new();
        let (mut start, mut weight) = (0, 0);
        for (n, (_, family)) in families.iter().enumerate() {
            weight += family.weight();
            if weight >= BATCH || n + 1 == families.len() {
                batches.push(start..n + 1);
                (start, weight) = (n + 1, 0);
            }
        }
        let walk = Walk {
            catalogue,
            store,
            look,
            batches,
            families,
            next: AtomicUsize::new(0),
            gifts: Mutex::default(),
            given: Condvar::new(),
            idle: AtomicUsize::new(0),
            large: Mutex::new(()),
        };
        let singles: Vec<_> = catalogue.singles(kind).collect();
        let single = AtomicUsize::new(0);
        rayon::broadcast(|context| {
            walk.work(context.num_threads());
            while let Some((number, id)) = singles.get(single.fetch_add(1, Ordering::Relaxed)) {
                walk.single(*number, id);
            }
        });
    }

    /// An object that could not be decoded: perhaps there is another copy.
    fn recover(&self, number: Number, error: ReadError, has_turn: bool) {
        if self.catalogue.is_silent(number) {
            return;
        }
        let id = self.catalogue.id(number);
        // It may be a large one.
        let _turn = (!has_turn).then(|| self.turn());
        match id.ok().and_then(|id| self.store.object(&id).ok()) {
            Some(object) => self.alone(number, &object.data),
            None => self.look.failed(number, error),
        }
    }

    /// What large objects wait for.
    fn turn(&self) -> MutexGuard<'_, ()> {
        self.large.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn alone(&self, number: Number, data: &[u8]) {
        let seen = self.look.object(&Decoded::whole(number, data));
        if seen.examine {
            self.look.examine(number, data, seen.mark);
        }
    }

    fn single(&self, number: Number, id: &crate::finding::ObjectId) {
        if !self.look.wants(number..number + 1) || self.catalogue.is_silent(number) {
            return;
        }
        match self.store.loose(id) {
            Ok(loose) if loose.size > WHOLE as u64 => {
                self.look.large(number);
                return;
            }
            _ => {}
        }
        match self.store.object(id) {
            Ok(object) => self.alone(number, &object.data),
            Err(error) => self.look.failed(number, error),
        }
    }

    /// One thread's work.
    fn work(&self, threads: usize) {
        let mut worker = Worker::new(self);
        while let Some(batch) = self.batches.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            for (forest, family) in &self.families[batch.clone()] {
                if self.look.wants(family.numbers.clone()) {
                    worker.family(forest, family.numbers.clone(), Vec::new());
                }
            }
        }
        let mut gifts = self.gifts.lock().unwrap_or_else(PoisonError::into_inner);
        gifts.waiting += 1;
        self.idle.store(gifts.waiting, Ordering::Relaxed);
        loop {
            if let Some(gift) = gifts.gifts.pop() {
                gifts.waiting -= 1;
                self.idle.store(gifts.waiting, Ordering::Relaxed);
                drop(gifts);
                match gift {
                    Gift::Part(part) => worker.family(part.forest, part.numbers, part.above),
                    Gift::Examination(number, data, mark) => {
                        self.look.examine(number, &data, mark);
                    }
                }
                gifts = self.gifts.lock().unwrap_or_else(PoisonError::into_inner);
                gifts.waiting += 1;
                self.idle.store(gifts.waiting, Ordering::Relaxed);
                continue;
            }
            gifts.done |= gifts.waiting == threads;
            if gifts.done {
                self.given.notify_all();
                return;
            }
            gifts = (self.given.wait(gifts)).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Gives work to a thread that waits for it.
    fn give(&self, gift: Gift<'a>) {
        let mut gifts = self.gifts.lock().unwrap_or_else(PoisonError::into_inner);
        gifts.gifts.push(gift);
        self.idle.store(
            gifts.waiting.saturating_sub(gifts.gifts.len()),
            Ordering::Relaxed,
        );
        self.given.notify_one();
    }
}

#[cfg(test)]
mod tests;
