//! An object as it is shown to who looks at it.

use std::cell::{Cell, OnceCell};

use super::Mark;
use crate::git::catalogue::Number;
use crate::git::delta::Delta;

/// What is told of an object.
pub struct Decoded<'a> {
    /// Its number.
    pub number: Number,
    /// What it was made of, if it was told as a delta on something that was looked at.
    pub base: Option<Base<'a>>,
    pub(super) content: Content<'a>,
}

/// How an object came from another one.
#[derive(Clone, Copy)]
pub struct Base<'a> {
    /// What was said of the other one.
    pub mark: Mark,
    /// The object, told by the other one.
    pub delta: Delta<'a>,
}

pub(super) enum Content<'a> {
    Made(&'a [u8]),
    Told(&'a Lazy<'a>),
}

/// An object that nothing hangs on: half of all are, and what is new in them mostly says enough.
pub(super) struct Lazy<'a> {
    pub(super) delta: Delta<'a>,
    /// Room for it.
    pub(super) room: Cell<Vec<u8>>,
    pub(super) made: OnceCell<Vec<u8>>,
}

impl<'a> Decoded<'a> {
    pub(super) fn whole(number: Number, data: &'a [u8]) -> Decoded<'a> {
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
