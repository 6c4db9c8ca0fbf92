//! One thread's walk through families.

use std::cell::{Cell, OnceCell};
use std::ops::Range;
use std::sync::MutexGuard;
use std::sync::atomic::Ordering;

use super::decoded::{Base, Content, Decoded, Lazy};
use super::make::{Made, Told};
use super::{Gift, Mark, Walk};
use crate::git::catalogue::{Forest, Number};
use crate::git::delta::{Delta, Span};
use crate::git::object::ReadError;
use crate::git::pack::Tools;

/// What one family may keep while others are walked beside it; rebuilding more takes turns.
pub(super) const SHARE: usize = 6 << 20;

/// A part of a family lighter than this is not worth giving away.
const GIFT: u64 = 2 << 20;

/// An object smaller than this is examined before another thread would have begun.
const WORTH_A_COPY: usize = 16 << 10;

/// A part of a family: what hangs on one of its objects, that object included.
pub(super) struct Part<'a> {
    pub(super) forest: &'a Forest,
    pub(super) numbers: Range<Number>,
    /// The objects that it hangs on, from the top; the last one with its data.
    pub(super) above: Vec<Kept>,
}

/// An object that others hang on.
pub(super) struct Kept {
    pub(super) number: Number,
    /// What was said of it; nothing if it was not looked at.
    mark: Option<Mark>,
    /// None if it was let go.
    pub(super) data: Option<Vec<u8>>,
}

/// One thread's tools.
pub(super) struct Worker<'w, 'a> {
    pub(super) walk: &'w Walk<'a>,
    pub(super) tools: Tools,
    pub(super) delta: Vec<u8>,
    pub(super) spans: Vec<Span>,
    /// Buffers that can be used again.
    pub(super) spare: Vec<Vec<u8>>,
    /// Held from the first large object of a family to its end.
    pub(super) turn: Option<MutexGuard<'w, ()>>,
    /// Bytes of the objects that are kept.
    pub(super) kept: usize,
}

impl<'w, 'a> Worker<'w, 'a> {
    pub(super) fn new(walk: &'w Walk<'a>) -> Worker<'w, 'a> {
        Worker {
            walk,
            tools: Tools::default(),
            delta: Vec::new(),
            spans: Vec::new(),
            spare: Vec::new(),
            turn: None,
            kept: 0,
        }
    }

    /// Walks a family, or a part of it that hangs on the last of `above`.
    pub(super) fn family(&mut self, forest: &'a Forest, numbers: Range<Number>, above: Vec<Kept>) {
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
    pub(super) fn let_go(&mut self, far: &mut [Kept], most: usize) {
        for kept in far {
            if self.kept <= most {
                break;
            }
            if let Some(data) = kept.data.take() {
                self.kept -= data.len();
            }
        }
    }

    pub(super) fn release(&mut self, data: Option<Vec<u8>>) {
        if let Some(data) = data {
            self.kept = self.kept.saturating_sub(data.len());
            self.spare(data);
        }
    }

    /// Keeps a buffer for the next object.
    pub(super) fn spare(&mut self, buffer: Vec<u8>) {
        if self.spare.len() < 4 && buffer.capacity() <= 1 << 20 {
            self.spare.push(buffer);
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
