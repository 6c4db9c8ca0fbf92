//! A split index: what it changes of an index that it shares. The extension `link` has the name of the
//! shared one and two bitmaps over its entries: which are deleted, and which are replaced. The split index
//! begins with the replacements, whose paths are left empty; what follows is added.

use std::cmp::Ordering;

use super::IndexError;
use super::format::{Slot, number};
use crate::finding::ObjectId;

const BROKEN: IndexError = IndexError::Malformed("it does not fit the index that it shares");

/// The name of the shared index, none if it shares nothing yet, and the bitmaps.
pub(super) fn link(data: &[u8], id_length: usize) -> Result<(Option<ObjectId>, &[u8]), IndexError> {
    let (id, bitmaps) = data.split_at_checked(id_length).ok_or(BROKEN)?;
    let id = ObjectId::new(id).filter(|id| !id.is_zero());
    Ok((id, bitmaps))
}

/// The entries of the `base` with the `own` of the split index.
pub(super) fn merge(
    data: &[u8],
    id_length: usize,
    mut base: Vec<Slot>,
    own: Vec<Slot>,
    bitmaps: &[u8],
) -> Result<Vec<Slot>, IndexError> {
    let mut own = own.into_iter().peekable();
    let mut deleted = vec![false; base.len()];
    if !bitmaps.is_empty() {
        let rest = bits(bitmaps, |at| {
            *deleted.get_mut(at)? = true;
            Some(())
        });
        let replace = |at: usize| {
            let slot = base.get_mut(at)?;
            slot.at = own.next_if(|new| new.length == 0)?.at;
            Some(())
        };
        let rest = rest.and_then(|rest| bits(rest, replace));
        rest.filter(|rest| rest.is_empty()).ok_or(BROKEN)?;
    }
    if own.peek().is_some_and(|slot| slot.length == 0) {
        return Err(BROKEN);
    }
    let stage = |slot: &Slot| slot.stage(data, id_length);
    let mut all = Vec::with_capacity(base.len() + own.len());
    let mut added: Option<Slot> = None;
    for (slot, _) in base.iter().zip(deleted).filter(|(_, deleted)| !deleted) {
        let path = slot.path(data);
        let order = |new: &Slot| {
            let order = new.path(data).cmp(path);
            order.then_with(|| stage(new).cmp(&stage(slot)))
        };
        while let Some(new) = own.next_if(|new| order(new) == Ordering::Less) {
            all.push(new);
            added = Some(new);
        }
        // As git does it: what is added takes the place of the same, and of what it resolves.
        let replaced = own.peek().is_some_and(|new| order(new) == Ordering::Equal);
        let resolved = added.is_some_and(|new| stage(&new) == 0 && new.path(data) == path);
        if !replaced && !resolved {
            all.push(*slot);
        }
    }
    all.extend(own);
    Ok(all)
}

/// Tells `each` which bits are set in a compressed bitmap, and returns what follows it. Format (EWAH): the
/// number of bits, the number of 64-bit words, the words, and the position of the last marker. A marker is
/// a word with a bit, how many words consist of that bit alone (32 bits), and how many words follow that
/// are to be taken as they are (31 bits).
fn bits(data: &[u8], mut each: impl FnMut(usize) -> Option<()>) -> Option<&[u8]> {
    let size = (number(data, 4)? as usize).checked_mul(8)?;
    let (words, rest) = data[8..].split_at_checked(size)?;
    let mut words = words.as_chunks().0.iter();
    let mut at = 0usize;
    while let Some(marker) = words.next().map(|word| u64::from_be_bytes(*word)) {
        let run = (marker >> 1 & 0xffff_ffff) as usize;
        let end = at.checked_add(run.checked_mul(64)?)?;
        if marker & 1 != 0 {
            (at..end).try_for_each(&mut each)?;
        }
        at = end;
        for _ in 0..marker >> 33 {
            let mut word = u64::from_be_bytes(*words.next()?);
            while word != 0 {
                each(at.checked_add(word.trailing_zeros() as usize)?)?;
                word &= word - 1;
            }
            at = at.checked_add(64)?;
        }
    }
    rest.get(4..)
}
