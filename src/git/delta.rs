//! Deltas: how an object is told by what it copies from another one, gitformat-pack(5).

use super::object::ReadError;

/// What a delta says of its two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Bytes of the object that it copies from.
    pub base: u64,
    /// Bytes of the object that it makes.
    pub result: u64,
}

/// Reads the two sizes; what follows are the instructions.
pub fn header(delta: &[u8]) -> Option<(Header, &[u8])> {
    let (base, rest) = size(delta)?;
    let (result, rest) = size(rest)?;
    Some((Header { base, result }, rest))
}

fn size(mut bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (mut value, mut shift) = (0u64, 0);
    loop {
        let (&byte, rest) = bytes.split_first()?;
        bytes = rest;
        if shift > 56 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return Some((value, bytes));
        }
    }
}

/// An object as it is told by another one.
#[derive(Clone, Copy)]
pub struct Delta<'a> {
    /// What it copies from.
    pub base: &'a [u8],
    /// What the other pieces stand in.
    pub delta: &'a [u8],
    /// As [`read`] has read them from the delta.
    pub spans: &'a [Span],
    /// Bytes of the object.
    pub result: usize,
}

/// A part of an object: where it stands in the base or in the delta. A history has ten million: eight bytes each.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    at: u32,
    /// The highest bit is set if it stands in the delta.
    length: u32,
}

const NEW: u32 = 1 << 31;

impl Span {
    fn of<'a>(self, base: &'a [u8], delta: &'a [u8]) -> Piece<'a> {
        let (at, length) = (self.at as usize, (self.length & !NEW) as usize);
        match self.length & NEW {
            0 => Piece::Copied(&base[at..at + length]),
            _ => Piece::New(&delta[at..at + length]),
        }
    }
}

/// A part of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// It stands in the base, too.
    Copied(&'a [u8]),
    /// It stands in the delta.
    New(&'a [u8]),
}

impl<'a> Piece<'a> {
    /// What stands there.
    pub fn bytes(self) -> &'a [u8] {
        let (Piece::Copied(bytes) | Piece::New(bytes)) = self;
        bytes
    }
}

impl<'a> Delta<'a> {
    /// The parts of the object, in order.
    pub fn pieces(self) -> impl Iterator<Item = Piece<'a>> + 'a {
        (self.spans.iter()).map(move |span| span.of(self.base, self.delta))
    }

    /// So many bytes of the object, or all.
    pub fn start(self, most: usize) -> Vec<u8> {
        let mut start = Vec::with_capacity(most.min(self.result));
        for piece in self.pieces() {
            let bytes = piece.bytes();
            start.extend_from_slice(&bytes[..bytes.len().min(most - start.len())]);
            if start.len() == most {
                break;
            }
        }
        start
    }

    /// Makes the object, at the end of `out`.
    pub fn make(self, out: &mut Vec<u8>) {
        for piece in self.pieces() {
            out.extend_from_slice(piece.bytes());
        }
    }
}

/// Reads the parts of an object, unless there are more than `most`: a delta can be made of single bytes. Whether all
/// were read. `sizes` and `instructions` are as from [`header`].
pub fn read(
    sizes: Header,
    instructions: &[u8],
    delta: &[u8],
    most: usize,
    spans: &mut Vec<Span>,
) -> Result<bool, ReadError> {
    spans.clear();
    each(sizes, instructions, delta, |span| {
        let room = spans.len() < most;
        spans.extend(room.then_some(span));
        room
    })
}

/// Makes an object at the end of `out` as its delta is read. `base` is as long as `sizes` says.
pub fn make(
    sizes: Header,
    instructions: &[u8],
    delta: &[u8],
    base: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), ReadError> {
    each(sizes, instructions, delta, |span| {
        out.extend_from_slice(span.of(base, delta).bytes());
        true
    })
    .map(drop)
}

/// Tells the parts of an object, as long as `tell` says to go on; whether it did.
fn each(
    sizes: Header,
    instructions: &[u8],
    delta: &[u8],
    mut tell: impl FnMut(Span) -> bool,
) -> Result<bool, ReadError> {
    const BROKEN: ReadError = ReadError::Corrupt("delta");
    let fits = |size: u64| u32::try_from(size).ok().filter(|&size| size < NEW);
    let (Some(base), Some(mut left), Some(end)) = (
        fits(sizes.base),
        fits(sizes.result),
        fits(delta.len() as u64),
    ) else {
        return Err(ReadError::TooLarge(sizes.base.max(sizes.result)));
    };
    let mut rest = instructions;
    while let Some((&op, after)) = rest.split_first() {
        let (span, after) = match op & 0x80 {
            0 => inserted(op, after, end),
            _ => copied(op, after, base),
        }
        .ok_or(BROKEN)?;
        left = (left.checked_sub(span.length & !NEW)).ok_or(BROKEN)?;
        if !tell(span) {
            return Ok(false);
        }
        rest = after;
    }
    match left {
        0 => Ok(true),
        _ => Err(BROKEN),
    }
}

/// Bytes that follow. `end` is where the delta ends.
fn inserted(op: u8, bytes: &[u8], end: u32) -> Option<(Span, &[u8])> {
    let at = end - bytes.len() as u32;
    let after = bytes.get(usize::from(op)..)?;
    // Nothing to insert is reserved.
    let length = Some(u32::from(op)).filter(|&length| length > 0)? | NEW;
    Some((Span { at, length }, after))
}

/// A copy from a base of this size. Seven bits say which bytes of where it begins, and of how long it is, follow.
fn copied(op: u8, bytes: &[u8], base: u32) -> Option<(Span, &[u8])> {
    let (starts, lengths) = (op & 0x0f, op >> 4 & 0x07);
    let (from_start, from_length) = (starts.trailing_ones(), lengths.trailing_ones());
    // Mostly those that are zero are the highest: then no bit need be looked at by itself.
    let lowest = starts >> from_start == 0 && lengths >> from_length == 0;
    let ((at, length), after) = match bytes.first_chunk() {
        Some(word) if lowest => {
            let word = u64::from_le_bytes(*word);
            let low = |word: u64, bytes: u32| (word & ((1 << (8 * bytes)) - 1)) as u32;
            let length = low(word >> (8 * from_start), from_length);
            let after = &bytes[(from_start + from_length) as usize..];
            ((low(word, from_start), length), after)
        }
        _ => {
            let mut rest = bytes.iter();
            let mut number = |bits: u8| {
                (0..4).try_fold(0, |number, byte| match bits >> byte & 1 {
                    0 => Some(number),
                    _ => Some(number | u32::from(*rest.next()?) << (8 * byte)),
                })
            };
            ((number(starts)?, number(lengths)?), rest.as_slice())
        }
    };
    let length = if length == 0 { 0x10000 } else { length };
    let inside = at.checked_add(length).is_some_and(|end| end <= base);
    inside.then_some((Span { at, length }, after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::git::testing::{Step, delta};

    /// What a delta makes, by its parts and at once, and whether it has not more of them than that.
    fn made(base: &[u8], delta: &[u8], most: usize) -> Result<(Vec<u8>, bool), ReadError> {
        let (sizes, instructions) = header(delta).ok_or(ReadError::Corrupt("header"))?;
        let sizes = Header {
            base: base.len() as u64,
            ..sizes
        };
        let (mut spans, mut out) = (Vec::new(), Vec::new());
        make(sizes, instructions, delta, base, &mut out)?;
        assert_eq!(out.len() as u64, sizes.result);
        let all = read(sizes, instructions, delta, most, &mut spans)?;
        if all {
            let told = Delta {
                base,
                delta,
                spans: &spans,
                result: sizes.result as usize,
            };
            let mut again = Vec::new();
            told.make(&mut again);
            assert_eq!(again, out);
        }
        Ok((out, all))
    }

    #[test]
    fn numbers_may_lack_any_byte() {
        let base: Vec<u8> = (0..0x0102_0304u32)
            .map(|n| (n.wrapping_mul(31) >> 3) as u8)
            .collect();
        for at in [0, 1, 0x100, 0x10000, 0x10001, 0x0100_0000, 0x0100_0203] {
            for length in [1, 0x100, 0x10000, 0x101] {
                let steps = [Step::Copy(at, length), Step::Insert(b"and more")];
                let (found, _) = made(&base, &delta(base.len(), &steps), 2).expect("whole");
                assert!(found == [&base[at..at + length], b"and more"].concat());
            }
        }
    }

    #[test]
    fn what_does_not_make_what_it_says_is_no_delta() {
        let steps = [Step::Copy(3, 5), Step::Insert(b"new"), Step::Copy(0, 10)];
        let good = delta(10, &steps);
        assert_eq!(
            made(b"0123456789", &good, 3).unwrap(),
            (b"34567new0123456789".to_vec(), true)
        );
        let is_broken =
            |base: &[u8], delta: &[u8]| matches!(made(base, delta, 9), Err(ReadError::Corrupt(_)));
        assert!(is_broken(b"012345678", &good), "more than there is");
        assert!((0..good.len()).all(|end| is_broken(b"0123456789", &good[..end])));
        assert!(is_broken(b"0123456789", &[&good[..], b"\x01x"].concat()));
        assert!(is_broken(b"0123456789", &[&good[..], b"\x00"].concat()));
        let (_, all) = made(b"0123456789", &good, 2).unwrap();
        assert!(!all, "three parts");
    }

    proptest! {
        #[test]
        fn no_bytes_are_copied_that_are_not_there(
            base in proptest::collection::vec(any::<u8>(), 0..300),
            result in 0u8..128,
            instructions in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let delta = [&[0, result][..], &instructions].concat();
            let _ = made(&base, &delta, 20);
        }
    }
}
