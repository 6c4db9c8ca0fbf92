//! The file: header, entries, extensions. Versions 2 and 3 differ by an entry's flags alone; in version 4 a
//! path is told by how it differs from the one before, so that a small file can unfold to any size.

use std::ops::Range;

use super::{Entry, IndexError, MAX_INDEX};
use crate::finding::ObjectId;

/// What stands before an entry's id: times, device, inode, mode, owner and size.
const STAT: usize = 40;
/// Where in there the mode is.
const MODE: usize = 24;
/// The flag that says that two more bytes of flags follow, which an index of version 2 has never set.
const EXTENDED: u16 = 0x4000;
const SKIP_WORKTREE: u16 = 0x4000;
const INTENT_TO_ADD: u16 = 0x2000;

/// Where in the data an entry is.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    /// Where it begins.
    pub(super) at: u32,
    /// Where its path begins, which is elsewhere where that was unfolded or is told by a shared index.
    pub(super) path: u32,
    /// The length of its path.
    pub(super) length: u32,
}

impl Slot {
    pub(super) fn path<'a>(&self, data: &'a [u8]) -> &'a [u8] {
        &data[self.path as usize..][..self.length as usize]
    }

    pub(super) fn stage(&self, data: &[u8], id_length: usize) -> u8 {
        (short(data, self.at as usize + STAT + id_length) >> 12 & 3) as u8
    }

    fn mode(&self, data: &[u8]) -> u32 {
        let mode = &data[self.at as usize + MODE..][..4];
        mode.iter().fold(0, |mode, &b| mode << 8 | u32::from(b))
    }

    pub(super) fn entry<'a>(&self, data: &'a [u8], id_length: usize) -> Entry<'a> {
        let id = self.at as usize + STAT;
        let flags = short(data, id + id_length);
        let more = match flags & EXTENDED {
            0 => 0,
            _ => short(data, id + id_length + 2),
        };
        Entry {
            path: self.path(data),
            mode: self.mode(data),
            id: &data[id..id + id_length],
            stage: self.stage(data, id_length),
            intent_to_add: more & INTENT_TO_ADD != 0,
            skip_worktree: more & SKIP_WORKTREE != 0,
        }
    }
}

/// The number in two bytes of data that are known to be there.
fn short(data: &[u8], at: usize) -> u16 {
    u16::from(data[at]) << 8 | u16::from(data[at + 1])
}

/// Whether that is the mode of a folder.
pub(super) fn is_tree(mode: u32) -> bool {
    mode & 0o170_000 == 0o040_000
}

/// One file: its entries, and where its extensions are.
#[derive(Default)]
pub(super) struct File {
    pub(super) slots: Vec<Slot>,
    /// The cache tree.
    pub(super) tree: Option<Range<usize>>,
    /// What a split index has of the index that it shares.
    pub(super) link: Option<Range<usize>>,
    /// Conflicts that have been resolved.
    pub(super) undo: Option<Range<usize>>,
}

/// Reads the file that `data` hold from `start` on. Paths that have to be unfolded are added behind, so that
/// the data stay below 4 GB, whatever the files: two of [`MAX_INDEX`], and as much again unfolded.
pub(super) fn parse(
    data: &mut Vec<u8>,
    start: usize,
    id_length: usize,
) -> Result<File, IndexError> {
    let end = data.len();
    let word = |at: usize| number(data, start + at).ok_or(IndexError::Malformed("it is too short"));
    let (signature, version, count) = (word(0)?, word(4)?, word(8)?);
    if signature != u32::from_be_bytes(*b"DIRC") {
        return Err(IndexError::Malformed("it does not begin as one"));
    }
    let read = match version {
        2 | 3 => plain(data, start + 12, count, id_length),
        4 => folded(data, start + 12, count, id_length),
        _ => return Err(IndexError::Malformed("its version is not known")),
    };
    let (slots, at) = read.ok_or(IndexError::Malformed("its entries are broken"))?;
    // The checksum is as long as an id.
    let rest = data[..end.saturating_sub(id_length)].get(at..);
    let file = rest.and_then(|rest| extensions(rest, at, slots));
    file.ok_or(IndexError::Malformed("its extensions are broken"))
}

/// The entries of version 2 or 3, and where they end.
fn plain(data: &[u8], mut at: usize, count: u32, id_length: usize) -> Option<(Vec<Slot>, usize)> {
    let mut slots = Vec::with_capacity(expected(data, count));
    for _ in 0..count {
        let (path, flags) = fixed(data, at, id_length)?;
        let length = match usize::from(flags & 0xfff) {
            0xfff => memchr::memchr(0, &data[path..])?,
            length => length,
        };
        if *data.get(path + length)? != 0 {
            return None;
        }
        slots.push(slot(at, path, length)?);
        // One to eight zeroes fill the entry up.
        at += (path + length - at + 8) & !7;
    }
    Some((slots, at))
}

/// The entries of version 4, and where they end.
fn folded(
    data: &mut Vec<u8>,
    mut at: usize,
    count: u32,
    id_length: usize,
) -> Option<(Vec<Slot>, usize)> {
    let end = data.len();
    let mut slots = Vec::with_capacity(expected(data, count));
    let mut length = 0usize;
    for _ in 0..count {
        let file = &data[..end];
        let (mut tail, _) = fixed(file, at, id_length)?;
        let (mut strip, mut more) = (0usize, true);
        while more {
            // Each byte but the last stands for one more than it says, as in a pack's offsets.
            let byte = *file.get(tail)?;
            tail += 1;
            more = byte & 0x80 != 0;
            let next = strip.checked_mul(128)? + usize::from(byte & 0x7f);
            strip = next.checked_add(usize::from(more))?;
        }
        let tail = tail..tail + memchr::memchr(0, file.get(tail..)?)?;
        let keep = length.checked_sub(strip)?;
        let path = data.len();
        let last = path - length;
        length = keep + tail.len();
        if path - end + length > MAX_INDEX {
            return None;
        }
        slots.push(slot(at, path, length)?);
        at = tail.end + 1;
        data.extend_from_within(last..last + keep);
        data.extend_from_within(tail);
    }
    Some((slots, at))
}

/// How many entries to make room for: none has fewer than 64 bytes, whatever the header promises.
fn expected(data: &[u8], count: u32) -> usize {
    (data.len() / 64).min(count as usize)
}

/// Where the fixed part of the entry at `at` ends, and its flags.
fn fixed(data: &[u8], at: usize, id_length: usize) -> Option<(usize, u16)> {
    let flags = at + STAT + id_length;
    let end = flags + 2;
    data.get(flags..end)?;
    let flags = short(data, flags);
    if flags & EXTENDED == 0 {
        return Some((end, flags));
    }
    data.get(end..end + 2)?;
    // Git refuses flags that it does not know.
    let unknown = short(data, end) & !(SKIP_WORKTREE | INTENT_TO_ADD);
    (unknown == 0).then_some((end + 2, flags))
}

fn slot(at: usize, path: usize, length: usize) -> Option<Slot> {
    Some(Slot {
        at: at.try_into().ok()?,
        path: path.try_into().ok()?,
        length: length.try_into().ok()?,
    })
}

/// Finds the extensions, which are all that is left of the file from `at` on.
fn extensions(mut rest: &[u8], mut at: usize, slots: Vec<Slot>) -> Option<File> {
    let mut file = File {
        slots,
        ..File::default()
    };
    while !rest.is_empty() {
        let size = number(rest, 4)? as usize;
        let (signature, content) = rest.split_at_checked(8)?;
        rest = content.get(size..)?;
        let range = at + 8..at + 8 + size;
        at = range.end;
        match &signature[..4] {
            b"TREE" => file.tree = Some(range),
            b"REUC" => file.undo = Some(range),
            b"link" => file.link = Some(range),
            b"sdir" => {} // there are folders among the entries: it is seen there
            [b'A'..=b'Z', ..] => {} // may be ignored
            _ => return None,
        }
    }
    Some(file)
}

/// The number in four bytes.
pub(super) fn number(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..)?.first_chunk()?;
    Some(u32::from_be_bytes(*bytes))
}

/// Whether paths are in order, as bisection needs it, and folders are what they must be: their paths end
/// with a slash, and nothing else is below them.
pub(super) fn check(data: &[u8], slots: &[Slot]) -> Result<(), IndexError> {
    let mut last: &[u8] = b"";
    for slot in slots {
        let path = slot.path(data);
        if last > path {
            return Err(IndexError::Malformed("its entries are out of order"));
        }
        let below = last.ends_with(b"/") && path.starts_with(last);
        if path.ends_with(b"/") != is_tree(slot.mode(data)) || below {
            return Err(IndexError::Malformed("its folders are broken"));
        }
        last = path;
    }
    Ok(())
}

/// The blobs of conflicts that have been resolved: for each path three modes in octal digits, then an id
/// for each mode that is not zero.
pub(super) fn resolved(mut data: &[u8], id_length: usize) -> Vec<ObjectId> {
    let mut ids = Vec::new();
    while let Some(rest) = one_resolved(data, id_length, &mut ids) {
        data = rest;
    }
    ids
}

fn one_resolved<'a>(data: &'a [u8], id_length: usize, ids: &mut Vec<ObjectId>) -> Option<&'a [u8]> {
    let mut fields = data.splitn(5, |&b| b == 0);
    fields.next()?;
    let modes = [fields.next()?, fields.next()?, fields.next()?];
    let mut rest = fields.next()?;
    for _ in modes.iter().filter(|mode| **mode != b"0") {
        let (id, after) = rest.split_at_checked(id_length)?;
        ids.extend(ObjectId::new(id));
        rest = after;
    }
    Some(rest)
}
