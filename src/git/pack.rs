//! Packs and their indexes, gitformat-pack(5): where an object lies, and its bytes.
//!
//! Everything is read at positions. A mapping would be a little faster, but it dies when the file shrinks,
//! counts as memory of this program, and takes `unsafe`.

mod tools;

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::ZlibDecoder;

use super::object::{ObjectKind, ReadError};
use crate::finding::ObjectId;
use crate::open;

pub(super) use tools::{AHEAD, GAP, Tools};

/// A pack with its index.
pub struct Pack {
    /// No other pack that this process has opened has the same.
    number: u64,
    /// Where the pack is.
    pub path: PathBuf,
    /// Where its objects end and its checksum begins.
    end: u64,
    file: File,
    index: Index,
    id_length: usize,
}

/// How an entry of a pack tells its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// As it is.
    Whole(ObjectKind),
    /// As a delta on the object that lies at an offset of the same pack.
    OnOffset(u64),
    /// As a delta on an object by its id.
    OnId(ObjectId),
}

/// The head of an entry.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// How the object is told.
    pub entry: Entry,
    /// Bytes of what is compressed: the object, or its delta.
    pub size: u64,
    /// Where the compressed bytes begin, from the start of the entry.
    pub length: usize,
}

/// The longest head: ten bytes of a size and an id or an offset.
pub const LONGEST_HEAD: usize = 10 + 32;

impl Head {
    /// Reads the head of the entry at `offset`.
    pub fn read(bytes: &[u8], offset: u64, id_length: usize) -> Option<Head> {
        let (&first, _) = bytes.split_first()?;
        let mut size = u64::from(first & 0x0f);
        let (mut at, mut shift, mut more) = (1, 4, first & 0x80 != 0);
        while more {
            let byte = *bytes.get(at)?;
            if shift > 57 {
                return None;
            }
            size |= u64::from(byte & 0x7f) << shift;
            (at, shift, more) = (at + 1, shift + 7, byte & 0x80 != 0);
        }
        let entry = match first >> 4 & 7 {
            1 => Entry::Whole(ObjectKind::Commit),
            2 => Entry::Whole(ObjectKind::Tree),
            3 => Entry::Whole(ObjectKind::Blob),
            4 => Entry::Whole(ObjectKind::Tag),
            6 => {
                // Each byte but the last stands for one more than it says.
                let mut byte = *bytes.get(at)?;
                let mut back = u64::from(byte & 0x7f);
                at += 1;
                while byte & 0x80 != 0 {
                    byte = *bytes.get(at)?;
                    at += 1;
                    back = (back.checked_add(1)?.checked_mul(128)?) | u64::from(byte & 0x7f);
                }
                Entry::OnOffset(offset.checked_sub(back).filter(|_| back > 0)?)
            }
            7 => {
                let id = bytes.get(at..at + id_length)?;
                at += id_length;
                Entry::OnId(ObjectId::new(id)?)
            }
            _ => return None,
        };
        Some(Head {
            entry,
            size,
            length: at,
        })
    }
}

/// Why a pack or its index cannot be used.
pub type Unusable = &'static str;

impl Pack {
    /// Opens `NAME.pack` beside the index `NAME.idx`.
    pub fn open(index: &Path, id_length: usize) -> io::Result<Pack> {
        let path = index.with_extension("pack");
        let (file, size) = regular(&path)?;
        let mut head = [0; 12];
        read_exact_at(&file, &mut head, 0)?;
        let version = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
        if &head[..4] != b"PACK" || !(2..=3).contains(&version) {
            return Err(corrupt("not a pack"));
        }
        let count = u32::from_be_bytes([head[8], head[9], head[10], head[11]]);
        let index = Index::open(index, id_length)?;
        if index.count != count {
            return Err(corrupt("the index of another pack"));
        }
        static OPENED: AtomicU64 = AtomicU64::new(1);
        Ok(Pack {
            number: OPENED.fetch_add(1, Ordering::Relaxed),
            path,
            end: size.saturating_sub(id_length as u64),
            file,
            index,
            id_length,
        })
    }

    /// How many objects it holds.
    pub fn count(&self) -> u32 {
        self.index.count
    }

    /// Bytes of an id.
    pub fn id_length(&self) -> usize {
        self.id_length
    }

    /// Where the entries end. In a pack that was cut short this is before the last of them.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Where the object lies.
    pub fn find(&self, id: &ObjectId) -> io::Result<Option<u64>> {
        match self.index.find(id.as_bytes())? {
            Some(position) => self.index.offset(position).map(Some),
            None => Ok(None),
        }
    }

    /// The id at a position of the index.
    pub fn id(&self, position: u32) -> io::Result<ObjectId> {
        let mut id = [0; 32];
        let id = &mut id[..self.id_length];
        self.index.id(position, id)?;
        ObjectId::new(id).ok_or_else(|| corrupt("no id"))
    }

    /// Ids that begin with these bytes; `half` if of the last only the first four bits count. At most two.
    pub fn with_prefix(&self, prefix: &[u8], half: bool) -> io::Result<Vec<ObjectId>> {
        let mut low = [0; 32];
        low[..prefix.len()].copy_from_slice(prefix);
        let mut position = self.index.lower_bound(&low[..self.id_length])?;
        let mut found = Vec::new();
        while position < self.index.count && found.len() < 2 {
            let id = self.id(position)?;
            let bytes = id.as_bytes();
            let (whole, last) = prefix.split_at(prefix.len() - usize::from(half));
            if !bytes.starts_with(whole) || last.iter().any(|l| bytes[whole.len()] >> 4 != l >> 4) {
                break;
            }
            found.push(id);
            position += 1;
        }
        Ok(found)
    }

    /// Tells all ids, in ascending order, and their offsets. One that lies nowhere in the pack becomes its end,
    /// where no entry is.
    pub fn table(&self, mut each: impl FnMut(&[u8], u64)) -> io::Result<()> {
        let end = self.end;
        self.index.table(|id, offset| each(id, offset.min(end)))
    }

    /// Fills `buffer` from `offset` on, as far as the entries go; the number of bytes that were there.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let there = usize::try_from(self.end.saturating_sub(offset)).unwrap_or(usize::MAX);
        let there = buffer.len().min(there);
        read_up_to_at(&self.file, &mut buffer[..there], offset)
    }

    /// The head of the entry at `offset`.
    pub fn head(&self, offset: u64) -> Result<Head, ReadError> {
        let mut bytes = [0; LONGEST_HEAD];
        let length = self.read_at(&mut bytes, offset)?;
        Head::read(&bytes[..length], offset, self.id_length)
            .ok_or(ReadError::Corrupt("entry of a pack"))
    }

    /// Reads the entry at `offset`, of at most `length` bytes, and its head. If the system must be asked for it, for
    /// `run` bytes: what will be asked for next lies there, too.
    pub fn load(
        &self,
        offset: u64,
        length: usize,
        run: impl FnOnce() -> usize,
        tools: &mut Tools,
    ) -> Result<Head, ReadError> {
        let entry = tools.read(self, offset, length, run)?;
        self.locate(offset, entry, tools)
    }

    /// The same for an entry that was read before. Where that lies is not known, and so not what it hangs on.
    pub fn load_kept(&self, entry: &[u8], tools: &mut Tools) -> Result<Head, ReadError> {
        let entry = tools.keep(entry);
        self.locate(u64::MAX, entry, tools)
    }

    fn locate(
        &self,
        offset: u64,
        entry: Range<usize>,
        tools: &mut Tools,
    ) -> Result<Head, ReadError> {
        let head = Head::read(tools.bytes(&entry), offset, self.id_length);
        let head = head.ok_or(ReadError::Corrupt("entry of a pack"))?;
        tools.locate(entry.start + head.length..entry.end);
        Ok(head)
    }

    /// What the entry at `offset` holds, as a stream, for what is too large to be inflated at once.
    pub fn stream(&self, offset: u64) -> Result<ZlibDecoder<From<'_>>, ReadError> {
        let head = self.head(offset)?;
        let offset = offset + head.length as u64;
        Ok(ZlibDecoder::new_with_buf(
            From { pack: self, offset },
            vec![0; 64 << 10],
        ))
    }
}

/// A pack's bytes from an offset on.
pub struct From<'p> {
    pack: &'p Pack,
    offset: u64,
}

impl io::Read for From<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.pack.read_at(buffer, self.offset)?;
        self.offset += length as u64;
        Ok(length)
    }
}

/// The index of a pack, versions 1 and 2.
struct Index {
    file: File,
    count: u32,
    id_length: usize,
    /// How many ids begin with a byte up to this one.
    fanout: [u32; 256],
    version: u8,
}

impl Index {
    fn open(path: &Path, id_length: usize) -> io::Result<Index> {
        let (file, size) = regular(path)?;
        let mut bytes = [0; 8 + 1024];
        read_exact_at(&file, &mut bytes, 0)?;
        let (version, table) = match bytes.strip_prefix(b"\xfftOc\0\0\0\x02") {
            Some(table) => (2, table),
            None if bytes.starts_with(b"\xfftOc") => {
                return Err(corrupt("an index of an unknown version"));
            }
            None => (1, &bytes[..1024]),
        };
        let mut fanout = [0; 256];
        for (entry, bytes) in fanout.iter_mut().zip(table.chunks_exact(4)) {
            *entry = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        let count = fanout[255];
        let each = if version == 1 { 4 } else { 8 } + id_length as u64;
        let least = table.len() as u64 + u64::from(count) * each + 2 * id_length as u64;
        if !fanout.is_sorted() || size < least {
            return Err(corrupt("an index that was cut short"));
        }
        Ok(Index {
            file,
            count,
            id_length,
            fanout,
            version,
        })
    }

    /// Where the ids begin, and how far it is from one to the next.
    fn ids(&self) -> (u64, u64) {
        match self.version {
            1 => (1024 + 4, 4 + self.id_length as u64),
            _ => (1032, self.id_length as u64),
        }
    }

    fn id(&self, position: u32, id: &mut [u8]) -> io::Result<()> {
        let (start, step) = self.ids();
        read_exact_at(&self.file, id, start + u64::from(position) * step)
    }

    fn offset(&self, position: u32) -> io::Result<u64> {
        let mut bytes = [0; 4];
        let position = u64::from(position);
        if self.version == 1 {
            read_exact_at(
                &self.file,
                &mut bytes,
                1024 + position * (4 + self.id_length as u64),
            )?;
            return Ok(u64::from(u32::from_be_bytes(bytes)));
        }
        let count = u64::from(self.count);
        // Behind the ids come their checksums.
        let offsets = 1032 + count * (self.id_length as u64 + 4);
        read_exact_at(&self.file, &mut bytes, offsets + position * 4)?;
        let offset = u32::from_be_bytes(bytes);
        if offset & 0x8000_0000 == 0 {
            return Ok(u64::from(offset));
        }
        let mut bytes = [0; 8];
        let at = offsets + count * 4 + u64::from(offset & 0x7fff_ffff) * 8;
        read_exact_at(&self.file, &mut bytes, at)?;
        Ok(u64::from_be_bytes(bytes))
    }

    /// The first position whose id is not less.
    fn lower_bound(&self, id: &[u8]) -> io::Result<u32> {
        let first = usize::from(id[0]);
        let mut low = if first == 0 {
            0
        } else {
            self.fanout[first - 1]
        };
        let mut high = self.fanout[first];
        let mut probe = [0; 32];
        while low < high {
            let middle = low + (high - low) / 2;
            self.id(middle, &mut probe[..self.id_length])?;
            if &probe[..self.id_length] < id {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    fn find(&self, id: &[u8]) -> io::Result<Option<u32>> {
        if id.len() != self.id_length {
            return Ok(None);
        }
        let position = self.lower_bound(id)?;
        let mut found = [0; 32];
        if position >= self.count {
            return Ok(None);
        }
        self.id(position, &mut found[..self.id_length])?;
        Ok((&found[..self.id_length] == id).then_some(position))
    }

    /// In pieces: of a large repository the ids alone are 100 MB.
    fn table(&self, mut each: impl FnMut(&[u8], u64)) -> io::Result<()> {
        const PIECE: u32 = 4096;
        let (start, step) = self.ids();
        // Behind the ids come their checksums.
        let offsets = 1032 + u64::from(self.count) * (step + 4);
        let (mut ids, mut places) = (Vec::new(), Vec::new());
        let mut first = 0;
        while first < self.count {
            let here = PIECE.min(self.count - first) as usize;
            // In version 1 the offset of an object stands before its id.
            let before = if self.version == 1 { 4 } else { 0 };
            let each_id = step as usize;
            ids.resize(here * each_id, 0);
            let at = start - before as u64 + u64::from(first) * step;
            read_exact_at(&self.file, &mut ids, at)?;
            if self.version == 1 {
                for entry in ids.chunks_exact(each_id) {
                    each(&entry[4..], u64::from(number(entry)));
                }
            } else {
                places.resize(here * 4, 0);
                read_exact_at(&self.file, &mut places, offsets + u64::from(first) * 4)?;
                let entries = ids.chunks_exact(each_id).zip(places.chunks_exact(4));
                for (position, (id, offset)) in (first..).zip(entries) {
                    let offset = number(offset);
                    let offset = match offset & 0x8000_0000 {
                        0 => u64::from(offset),
                        // One that is not there costs one object, not all of them.
                        _ => match self.offset(position) {
                            Err(error) if error.kind() == io::ErrorKind::InvalidData => u64::MAX,
                            offset => offset?,
                        },
                    };
                    each(id, offset);
                }
            }
            first += here as u32;
        }
        Ok(())
    }
}

/// The first four bytes.
fn number(bytes: &[u8]) -> u32 {
    bytes
        .first_chunk()
        .map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

fn regular(path: &Path) -> io::Result<(File, u64)> {
    let file = open::file(path.as_os_str().as_encoded_bytes(), open::Links::Refuse)?;
    match open::regular_size(&file)? {
        Some(size) => Ok((file, size)),
        None => Err(corrupt("not a regular file")),
    }
}

fn corrupt(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    match read_up_to_at(file, buffer, offset)? {
        read if read == buffer.len() => Ok(()),
        _ => Err(corrupt("cut short")),
    }
}

/// Reads until the buffer is full or the file ends.
fn read_up_to_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match open::read_at(file, &mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::{Scene, git_is_there};

    #[test]
    fn an_entry_is_the_same_whatever_was_read_before_it() {
        if !git_is_there() {
            return;
        }
        let scene = Scene::new();
        scene.git("", &["init", "-q", "repo"]);
        for n in 0..40 {
            scene.file("repo/file", format!("{n}\n").repeat(100 * (n + 1)));
            scene.git("repo", &["add", "file"]);
            scene.commit("repo", &format!("commit {n}"), n as u64);
        }
        scene.git("repo", &["repack", "-adq"]);
        let folder = scene.path("repo/.git/objects/pack");
        let files = folder.read_dir().expect("packs").flatten();
        let mut indexes = files.filter(|file| file.path().extension().is_some_and(|e| e == "idx"));
        let pack = Pack::open(&indexes.next().expect("index").path(), 20).expect("pack");
        let mut offsets = Vec::new();
        pack.table(|_, offset| offsets.push(offset)).expect("table");
        offsets.sort_unstable();
        let ends = offsets[1..].iter().copied().chain([pack.end()]);
        let entries: Vec<_> = offsets.iter().copied().zip(ends).collect();
        let read = |tools: &mut Tools, &(offset, end): &(u64, u64)| {
            let head = pack
                .load(offset, (end - offset) as usize, || 0, tools)
                .expect("entry");
            let mut data = Vec::new();
            tools.inflate(&head, &mut data).expect("data");
            data
        };
        let alone: Vec<_> = (entries
            .iter()
            .map(|entry| read(&mut Tools::default(), entry)))
        .collect();
        let mut tools = Tools::default();
        for step in [1, 3, entries.len() - 1] {
            for n in (0..entries.len()).map(|n| n * step % entries.len()) {
                assert_eq!(read(&mut tools, &entries[n]), alone[n]);
                // What a broken index says, too, and it does no harm to what comes next.
                for offset in [u64::MAX, u64::MAX - 10, pack.end(), pack.end() + 1] {
                    assert!(pack.load(offset, 1 << 10, || 1 << 10, &mut tools).is_err());
                }
            }
            for (entry, alone) in entries.iter().zip(&alone) {
                assert_eq!(read(&mut tools, entry), *alone);
            }
        }
    }
}
