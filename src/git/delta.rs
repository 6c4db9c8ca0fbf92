//! Deltas: how an object is told by what it copies from another one, gitformat-pack(5).

use std::ops::Range;

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

/// Appends what `instructions` make of `base` to `out`, which must be empty and must end up with `result`
/// bytes. Every part of the result is told to `piece`: where it lies, and whether it was copied.
pub fn apply(
    base: &[u8],
    mut instructions: &[u8],
    result: usize,
    out: &mut Vec<u8>,
    mut piece: impl FnMut(Range<usize>, bool),
) -> Option<()> {
    while let Some((&op, rest)) = instructions.split_first() {
        let from = out.len();
        if op & 0x80 != 0 {
            let mut rest = rest;
            let mut number = |bits: u8| {
                let mut value = 0usize;
                for byte in 0..4 {
                    if bits >> byte & 1 != 0 {
                        let (&next, after) = rest.split_first()?;
                        rest = after;
                        value |= usize::from(next) << (8 * byte);
                    }
                }
                Some(value)
            };
            let offset = number(op & 0x0f)?;
            let length = match number(op >> 4 & 0x07)? {
                0 => 0x10000,
                length => length,
            };
            instructions = rest;
            let copied = base.get(offset..offset.checked_add(length)?)?;
            if out.len() + length > result {
                return None;
            }
            out.extend_from_slice(copied);
        } else {
            // An empty insertion is reserved.
            let length = usize::from(op);
            if length == 0 || out.len() + length > result {
                return None;
            }
            let (added, after) = rest.split_at_checked(length)?;
            out.extend_from_slice(added);
            instructions = after;
        }
        piece(from..out.len(), op & 0x80 != 0);
    }
    (out.len() == result).then_some(())
}
