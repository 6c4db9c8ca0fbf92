//! Decodes objects, each once, on all cores.
//!
//! A thread takes a family at a time, the heaviest first, and counts through its numbers, see
//! [`catalogue`](super::catalogue). It keeps the objects that others still hang on; where they take too much
//! memory the farthest are let go and made again when their turn comes. A thread that has nothing to do is
//! given a part of a family that another one has begun.

use std::cell::{Cell, OnceCell};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::catalogue::{Catalogue, Family, Forest, Number};
use super::delta::{self, Delta, Span};
use super::object::{ObjectKind, ReadError};
use super::pack::{Head, LONGEST_HEAD, Tools};
use super::store::Store;

/// What is told of an object.
pub struct Decoded<'a> {
    /// Its number.
    pub number: Number,
    /// What it was made of, if it was told as a delta on something that was looked at.
    pub base: Option<Base<'a>>,
    content: Content<'a>,
}

/// How an object came from another one.
#[derive(Clone, Copy)]
pub struct Base<'a> {
    /// What was said of the other one.
    pub mark: Mark,
    /// The object, told by the other one.
    pub delta: Delta<'a>,
}

enum Content<'a> {
    Made(&'a [u8]),
    Told(&'a Lazy<'a>),
}

/// An object that nothing hangs on: half of all are, and what is new in them mostly says enough.
struct Lazy<'a> {
    delta: Delta<'a>,
    /// Room for it.
    room: Cell<Vec<u8>>,
    made: OnceCell<Vec<u8>>,
}

impl<'a> Decoded<'a> {
    fn whole(number: Number, data: &'a [u8]) -> Decoded<'a> {
        Decoded {
            number,
            base: None,
            content: Content::Made(data),
        }
    }

    /// All of it. It may be made only now.
    pub fn data(&self) -> &[u8] {
        match &self.content {
            Content::Made(data) => data,
            Content::Told(lazy) => lazy.made.get_or_init(|| {
                let mut data = lazy.room.take();
                lazy.delta.make(&mut data);
                data
            }),
        }
    }

    /// Its size in bytes.
    pub fn size(&self) -> usize {
        match &self.content {
            Content::Made(data) => data.len(),
            Content::Told(lazy) => lazy.delta.result,
        }
    }
}

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

/// What one family may keep while others are walked beside it; rebuilding more takes turns.
const SHARE: usize = 6 << 20;

/// Families lighter than this are handed out together.
const BATCH: u64 = 4 << 20;

/// A part of a family lighter than this is not worth giving away.
const GIFT: u64 = 2 << 20;

/// Of an entry longer than this the head is read first, to see whether there is room for it.
const LARGE_ENTRY: usize = 1 << 20;

/// An object of more parts than this waits for its turn: two megabytes of what says where they are.
const SPANS: usize = 1 << 18;

/// An object smaller than this is examined before another thread would have begun.
const WORTH_A_COPY: usize = 16 << 10;

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

/// A part of a family: what hangs on one of its objects, that object included.
struct Part<'a> {
    forest: &'a Forest,
    numbers: Range<Number>,
    /// The objects that it hangs on, from the top; the last one with its data.
    above: Vec<Kept>,
}

/// An object that others hang on.
struct Kept {
    number: Number,
    /// What was said of it; nothing if it was not looked at.
    mark: Option<Mark>,
    /// None if it was let go.
    data: Option<Vec<u8>>,
}

/// An object that was decoded.
enum Made {
    Whole(Vec<u8>),
    On(Told),
}

/// An object as it is told by what it hangs on.
struct Told {
    bytes: Vec<u8>,
    spans: Vec<Span>,
    result: usize,
    /// The object if it was made; if not, room for it.
    data: Vec<u8>,
}

impl Told {
    fn make(&mut self, base: &[u8]) {
        let told = Delta {
            base,
            delta: &self.bytes,
            spans: &self.spans,
            result: self.result,
        };
        told.make(&mut self.data);
    }
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
        let mut worker = Worker {
            walk: self,
            tools: Tools::default(),
            delta: Vec::new(),
            spans: Vec::new(),
            spare: Vec::new(),
            turn: None,
            kept: 0,
        };
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

/// One thread's tools.
struct Worker<'w, 'a> {
    walk: &'w Walk<'a>,
    tools: Tools,
    delta: Vec<u8>,
    spans: Vec<Span>,
    /// Buffers that can be used again.
    spare: Vec<Vec<u8>>,
    /// Held from the first large object of a family to its end.
    turn: Option<MutexGuard<'w, ()>>,
    /// Bytes of the objects that are kept.
    kept: usize,
}

impl<'a> Worker<'_, 'a> {
    /// Walks a family, or a part of it that hangs on the last of `above`.
    fn family(&mut self, forest: &'a Forest, numbers: Range<Number>, above: Vec<Kept>) {
        let floor = above.len();
        let mut stack = above;
        let sizes = stack.iter().filter_map(|kept| kept.data.as_ref());
        self.kept = sizes.map(Vec::len).sum();
        let mut number = numbers.start;
        while number < numbers.end {
            while stack.len() > floor
                && stack
                    .last()
                    .is_some_and(|kept| forest.end(kept.number) <= number)
            {
                let kept = stack.pop().and_then(|kept| kept.data);
                self.release(kept);
            }
            number = self.step(forest, number, numbers.end, &mut stack);
        }
        while let Some(kept) = stack.pop() {
            self.release(kept.data);
        }
        self.turn = None;
    }

    /// Decodes one object and puts it on the stack if others hang on it. The number that comes next.
    fn step(
        &mut self,
        forest: &'a Forest,
        number: Number,
        last: Number,
        stack: &mut Vec<Kept>,
    ) -> Number {
        let end = forest.end(number);
        let look = self.walk.look;
        if !look.wants(number..end) {
            return end;
        }
        if let Some(base) = stack.last() {
            // Another thread may have this part. The heaviest comes last and stays here.
            let sibling = end < last && end < forest.end(base.number);
            if sibling
                && self.walk.idle.load(Ordering::Relaxed) > 0
                && self.give_away(forest, number..end, stack)
            {
                return end;
            }
        }
        match self.decode(forest, number, stack) {
            Ok(made) => {
                let (mark, data) = self.tell(number, made, stack.last());
                self.settle(forest, number, mark, data, stack);
                number + 1
            }
            Err(ReadError::TooLarge(size)) if stack.is_empty() => {
                // What is whole can be had as a stream, but nothing can be made of it.
                if !self.walk.catalogue.is_silent(number) {
                    look.large(number);
                }
                for number in number + 1..end {
                    look.failed(number, ReadError::TooLarge(size));
                }
                end
            }
            Err(error) => {
                let mut error = Some(error);
                for number in number..end {
                    let of_base = ReadError::Corrupt("what it is a delta on");
                    let error = error.take().unwrap_or(of_base);
                    self.walk.recover(number, error, self.turn.is_some());
                }
                end
            }
        }
    }

    /// Has an object looked at. What is said of it, unless it is silent, and its data for what hangs on it.
    fn tell(&mut self, number: Number, made: Made, base: Option<&Kept>) -> (Option<Mark>, Vec<u8>) {
        let told = match made {
            Made::Whole(data) => return (self.ask(&Decoded::whole(number, &data)), data),
            Made::On(told) => told,
        };
        let Told {
            bytes,
            spans,
            result,
            data,
        } = told;
        let (room, made) = match data.len() == result {
            true => (Cell::default(), OnceCell::from(data)),
            false => (Cell::new(data), OnceCell::new()),
        };
        let lazy = Lazy {
            delta: Delta {
                base: base
                    .and_then(|base| base.data.as_deref())
                    .unwrap_or_default(),
                delta: &bytes,
                spans: &spans,
                result,
            },
            room,
            made,
        };
        let mark = base.and_then(|base| base.mark);
        let mark = self.ask(&Decoded {
            number,
            base: mark.map(|mark| Base {
                mark,
                delta: lazy.delta,
            }),
            content: Content::Told(&lazy),
        });
        let Lazy { room, made, .. } = lazy;
        self.give_back(bytes, spans);
        (mark, made.into_inner().unwrap_or_else(|| room.into_inner()))
    }

    /// Has an object looked at, and examined if need be.
    fn ask(&self, object: &Decoded<'_>) -> Option<Mark> {
        if self.walk.catalogue.is_silent(object.number) {
            return None;
        }
        let seen = self.walk.look.object(object);
        Some(match seen.examine {
            true => self.examine(object.number, object.data(), seen.mark),
            false => seen.mark,
        })
    }

    /// Has an object examined, by a thread that has nothing else to do if it is worth a copy.
    fn examine(&self, number: Number, data: &[u8], mark: Mark) -> Mark {
        let idle = self.walk.idle.load(Ordering::Relaxed) > 0;
        if !idle || data.len() < WORTH_A_COPY || data.len() > SHARE {
            return self.walk.look.examine(number, data, mark);
        }
        self.walk
            .give(Gift::Examination(number, data.to_vec(), mark));
        mark
    }

    /// Keeps an object that others hang on, and lets others go.
    fn settle(
        &mut self,
        forest: &Forest,
        number: Number,
        mark: Option<Mark>,
        data: Vec<u8>,
        stack: &mut Vec<Kept>,
    ) {
        let end = forest.end(number);
        // With the last that hangs on it, an object has done its work.
        if let Some(base) = stack.last_mut()
            && forest.end(base.number) == end
        {
            let done = base.data.take();
            self.release(done);
        }
        if end == number + 1 {
            self.spare(data);
            return;
        }
        self.kept += data.len();
        stack.push(Kept {
            number,
            mark,
            data: Some(data),
        });
        let most = match self.turn {
            Some(_) => self.walk.store.limit(),
            None => SHARE,
        };
        let top = stack.len() - 1;
        self.let_go(&mut stack[..top], most);
    }

    /// Lets objects go, the farthest first, until no more than this is kept.
    fn let_go(&mut self, far: &mut [Kept], most: usize) {
        for kept in far {
            if self.kept <= most {
                break;
            }
            if let Some(data) = kept.data.take() {
                self.kept -= data.len();
            }
        }
    }

    fn release(&mut self, data: Option<Vec<u8>>) {
        if let Some(data) = data {
            self.kept = self.kept.saturating_sub(data.len());
            self.spare(data);
        }
    }

    /// Keeps a buffer for the next object.
    fn spare(&mut self, buffer: Vec<u8>) {
        if self.spare.len() < 4 && buffer.capacity() <= 1 << 20 {
            self.spare.push(buffer);
        }
    }

    /// An object; what nothing hangs on, only as it is told.
    fn decode(
        &mut self,
        forest: &Forest,
        number: Number,
        stack: &mut [Kept],
    ) -> Result<Made, ReadError> {
        let Some(top) = stack.len().checked_sub(1) else {
            let mut data = self.spare.pop().unwrap_or_default();
            self.root(forest, number, &mut data)?;
            return Ok(Made::Whole(data));
        };
        if stack[top].data.is_none() {
            let data = self.rebuild(forest, &stack[..=top])?;
            self.kept += data.len();
            stack[top].data = Some(data);
        }
        let (far, top) = stack.split_at_mut(top);
        let base = top[0].data.as_deref().unwrap_or_default();
        let mut told = self.told(forest, number, base, Some(far))?;
        if forest.end(number) > number + 1 {
            told.make(base);
        }
        Ok(Made::On(told))
    }

    /// Makes an object that was let go, from the nearest above that was not.
    fn rebuild(&mut self, forest: &Forest, chain: &[Kept]) -> Result<Vec<u8>, ReadError> {
        let from = chain.iter().rposition(|kept| kept.data.is_some());
        let mut data = match from {
            Some(from) => chain[from].data.clone().unwrap_or_default(),
            None => {
                let mut data = Vec::new();
                self.root(forest, chain[0].number, &mut data)?;
                data
            }
        };
        for kept in &chain[from.unwrap_or(0) + 1..] {
            let mut told = self.told(forest, kept.number, &data, None)?;
            told.make(&data);
            self.give_back(told.bytes, told.spans);
            self.spare(std::mem::replace(&mut data, told.data));
        }
        Ok(data)
    }

    /// An object that is no delta.
    fn root(
        &mut self,
        forest: &Forest,
        number: Number,
        out: &mut Vec<u8>,
    ) -> Result<(), ReadError> {
        let alone = forest.end(number) == number + 1;
        let most = if alone {
            WHOLE
        } else {
            self.walk.store.limit()
        };
        let head = self.load(forest, number, most, None)?;
        self.tools.inflate(&head, out)
    }

    /// Reads an entry whose content is not larger than this, once there is room for both.
    fn load(
        &mut self,
        forest: &Forest,
        number: Number,
        most: usize,
        far: Option<&mut [Kept]>,
    ) -> Result<Head, ReadError> {
        let (offset, length) = (forest.offset(number), forest.length(number));
        let large = length > LARGE_ENTRY;
        let head = match large {
            true => forest.pack.head(offset)?,
            false => forest.load(number, &mut self.tools)?,
        };
        if head.size > most as u64 || length > most + most / 64 + LONGEST_HEAD {
            return Err(ReadError::TooLarge(head.size.max(length as u64)));
        }
        self.fits(head.size.saturating_add(length as u64))?;
        self.wait_for_turn(head.size as usize);
        self.make_room(far, head.size as usize + length);
        match large {
            true => (forest.pack).load(offset, length, || length, &mut self.tools),
            false => Ok(head),
        }
    }

    /// The object of this number as it is told by `base`. `far` is what is kept beside the base.
    fn told(
        &mut self,
        forest: &Forest,
        number: Number,
        base: &[u8],
        mut far: Option<&mut [Kept]>,
    ) -> Result<Told, ReadError> {
        let mut told = Told {
            bytes: std::mem::take(&mut self.delta),
            spans: std::mem::take(&mut self.spans),
            result: 0,
            data: self.spare.pop().unwrap_or_default(),
        };
        // A delta of a megabyte can say that it has a gigabyte, and be right.
        let limit = self.walk.store.limit();
        let read = (self.load(forest, number, limit, far.as_deref_mut()))
            .and_then(|head| self.tools.inflate(&head, &mut told.bytes))
            .and_then(|()| self.read(&mut told, base, far));
        match read {
            Ok(()) => Ok(told),
            Err(error) => {
                self.give_back(told.bytes, told.spans);
                Err(error)
            }
        }
    }

    /// Reads the parts of an object that was not made yet, once there is room for it.
    fn read(
        &mut self,
        told: &mut Told,
        base: &[u8],
        mut far: Option<&mut [Kept]>,
    ) -> Result<(), ReadError> {
        let Told {
            bytes: delta,
            spans,
            result,
            data,
        } = told;
        let (sizes, instructions) =
            delta::header(delta).ok_or(ReadError::Corrupt("header of a delta"))?;
        if sizes.base != base.len() as u64 {
            return Err(ReadError::Corrupt("a delta on something else"));
        }
        let needs = (base.len() + delta.len()) as u64;
        self.fits(needs.saturating_add(sizes.result))?;
        *result = sizes.result as usize;
        let needs = base.len() + delta.len() + *result;
        self.wait_for_turn(needs);
        self.make_room(far.as_deref_mut(), *result + delta.len());
        data.clear();
        if data.capacity() < *result {
            // To make it larger would move what is in it.
            *data = Vec::new();
            (data.try_reserve(*result)).map_err(|_| ReadError::TooLarge(sizes.result))?;
        }
        match delta::read(sizes, instructions, delta, SPANS, spans) {
            Err(ReadError::TooLarge(_)) => {
                self.wait_for_turn(usize::MAX);
                let most = self.walk.store.limit() - needs;
                self.make_room(far, *result + delta.len() + most);
                delta::read(sizes, instructions, delta, most / size_of::<Span>(), spans)
            }
            read => read,
        }
    }

    /// Keeps the buffers of a delta for the next one.
    fn give_back(&mut self, mut delta: Vec<u8>, mut spans: Vec<Span>) {
        delta.truncate(1 << 20);
        delta.shrink_to(1 << 20);
        spans.clear();
        spans.shrink_to(SPANS);
        (self.delta, self.spans) = (delta, spans);
    }

    /// Whether so much may be used to make one object.
    fn fits(&self, needs: u64) -> Result<(), ReadError> {
        match needs <= self.walk.store.limit() as u64 {
            true => Ok(()),
            false => Err(ReadError::TooLarge(needs)),
        }
    }

    /// Those who need more than their share take turns.
    fn wait_for_turn(&mut self, needs: usize) {
        if needs > SHARE && self.turn.is_none() {
            self.turn = Some(self.walk.turn());
        }
    }

    /// Lets go what is kept far away, so that together with it so much more is within the limit.
    fn make_room(&mut self, far: Option<&mut [Kept]>, needs: usize) {
        if let (Some(far), Some(_)) = (far, &self.turn) {
            self.let_go(far, self.walk.store.limit().saturating_sub(needs));
        }
    }

    /// Gives what hangs on an object, that included, to a thread that has nothing to do.
    fn give_away(&self, forest: &'a Forest, numbers: Range<Number>, stack: &[Kept]) -> bool {
        let Some(data) = stack.last().and_then(|base| base.data.as_ref()) else {
            return false;
        };
        let weight = data.len() as u64 * u64::from(numbers.end - numbers.start);
        if self.turn.is_some() || weight < GIFT || data.len() > SHARE / 4 {
            return false;
        }
        let top = stack.len() - 1;
        let above = stack.iter().enumerate().map(|(n, kept)| Kept {
            number: kept.number,
            mark: kept.mark,
            data: kept.data.as_ref().filter(|_| n == top).cloned(),
        });
        self.walk.give(Gift::Part(Part {
            forest,
            numbers,
            above: above.collect(),
        }));
        true
    }
}

#[cfg(test)]
mod tests;
