//! Objects from their entries, within the memory that there is.

use super::WHOLE;
use super::worker::{Kept, SHARE, Worker};
use crate::git::catalogue::{Forest, Number};
use crate::git::delta::{self, Delta, Span};
use crate::git::object::ReadError;
use crate::git::pack::{Head, LONGEST_HEAD};

/// Of an entry longer than this the head is read first, to see whether there is room for it.
const LARGE_ENTRY: usize = 1 << 20;

/// An object of more parts than this is made at once, and told as a whole: two megabytes say where they are.
const SPANS: usize = 1 << 18;

/// An object that was decoded.
pub(super) enum Made {
    Whole(Vec<u8>),
    On(Told),
}

/// An object as it is told by what it hangs on.
pub(super) struct Told {
    pub(super) bytes: Vec<u8>,
    pub(super) spans: Vec<Span>,
    pub(super) result: usize,
    /// The object if it was made; if not, room for it.
    pub(super) data: Vec<u8>,
}

impl Told {
    /// Whether it was made at once, of too many parts to tell.
    fn is_made(&self) -> bool {
        self.spans.is_empty() && !self.data.is_empty()
    }

    fn make(&mut self, base: &[u8]) {
        if self.is_made() {
            return;
        }
        let told = Delta {
            base,
            delta: &self.bytes,
            spans: &self.spans,
            result: self.result,
        };
        told.make(&mut self.data);
    }
}

impl Worker<'_, '_> {
    /// An object; what nothing hangs on, only as it is told.
    pub(super) fn decode(
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
        if told.is_made() {
            self.give_back(told.bytes, told.spans);
            return Ok(Made::Whole(told.data));
        }
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
        let length = forest.length(number);
        let large = length > LARGE_ENTRY;
        let head = match large {
            true => forest.head(number)?,
            false => forest.load(number, &mut self.tools)?,
        };
        if head.size > most as u64 || length > most + most / 64 + LONGEST_HEAD {
            return Err(ReadError::TooLarge(head.size.max(length as u64)));
        }
        self.fits(head.size.saturating_add(length as u64))?;
        self.wait_for_turn(head.size as usize);
        self.make_room(far, head.size as usize + length);
        match large {
            true => forest.load(number, &mut self.tools),
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
        far: Option<&mut [Kept]>,
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
        let there = base.len() + delta.len();
        self.fits(sizes.result.saturating_add(there as u64))?;
        *result = sizes.result as usize;
        self.wait_for_turn(there + *result);
        self.make_room(far, *result + delta.len());
        data.clear();
        if data.capacity() < *result {
            // To make it larger would move what is in it.
            *data = Vec::new();
            (data.try_reserve(*result)).map_err(|_| ReadError::TooLarge(sizes.result))?;
        }
        if !delta::read(sizes, instructions, delta, SPANS, spans)? {
            spans.clear();
            delta::make(sizes, instructions, delta, base, data)?;
        }
        Ok(())
    }

    /// Keeps the buffers of a delta for the next one.
    pub(super) fn give_back(&mut self, mut delta: Vec<u8>, mut spans: Vec<Span>) {
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
}
