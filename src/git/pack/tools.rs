//! What one thread needs to read entries of packs and inflate them.

use std::ops::Range;

use libdeflater::Decompressor;

use super::{Head, Pack};
use crate::git::object::ReadError;

/// A buffer larger than this is not kept for the next entry.
const INPUT: usize = 1 << 20;

/// How much is read at once; a call of the system costs as much as to inflate a small entry.
pub(in crate::git) const AHEAD: usize = 32 << 10;

/// Bytes between two entries that are read for nothing rather than to ask the system a second time.
pub(in crate::git) const GAP: usize = 2 << 10;

/// Parts of a pack that are kept: a walk goes from an object to its delta far away, and comes back to the next one,
/// whose delta lies behind that of the first.
const WINDOWS: usize = 5;

/// What one thread needs to inflate.
pub struct Tools {
    /// The decoder's tables.
    decompressor: Decompressor,
    /// The last one holds what was not read from there.
    windows: [Window; WINDOWS + 1],
    /// Which of them has the entry that was loaded last.
    current: usize,
    /// Where in it the compressed bytes of the entry are.
    compressed: Range<usize>,
    /// How often one was filled.
    clock: u64,
}

/// A part of a pack.
#[derive(Default)]
struct Window {
    /// The number of the pack.
    pack: u64,
    /// Offsets in the pack.
    held: Range<u64>,
    bytes: Vec<u8>,
    /// When it was of use last.
    used: u64,
}

impl Window {
    /// Whether so many bytes from `offset` on are here. An index can name any offset: nothing may overflow.
    fn holds(&self, pack: &Pack, offset: u64, length: usize) -> bool {
        let same = self.pack == pack.number && self.held.contains(&offset);
        same && self.held.end - offset >= length as u64
    }

    /// Whether what lies at `offset` comes next.
    fn leads_to(&self, pack: &Pack, offset: u64) -> bool {
        let way = offset.checked_sub(self.held.end);
        self.pack == pack.number && way.is_some_and(|way| way <= GAP as u64)
    }

    fn length(&self) -> usize {
        (self.held.end - self.held.start) as usize
    }

    fn fill(&mut self, pack: &Pack, offset: u64, length: usize) -> Result<(), ReadError> {
        self.held = 0..0;
        let bytes = grown(&mut self.bytes, length)?;
        let read = pack.read_at(bytes, offset)?;
        if read == 0 {
            return Err(ReadError::Corrupt("entry of a pack"));
        }
        self.pack = pack.number;
        self.held = offset..offset + read as u64;
        Ok(())
    }
}

impl Tools {
    /// What was read.
    pub(super) fn bytes(&self, entry: &Range<usize>) -> &[u8] {
        &self.windows[self.current].bytes[entry.clone()]
    }

    /// Says where in the current window the compressed bytes of the entry are.
    pub(super) fn locate(&mut self, compressed: Range<usize>) {
        self.compressed = compressed;
    }

    /// Reads an entry of at most `length` bytes; where in the current window it is.
    pub(super) fn read(
        &mut self,
        pack: &Pack,
        offset: u64,
        length: usize,
        run: impl FnOnce() -> usize,
    ) -> Result<Range<usize>, ReadError> {
        self.clock += 1;
        let here = |window: &Window| window.holds(pack, offset, length);
        self.current = match self.windows.iter().position(here) {
            Some(known) => known,
            None => {
                let next = |window: &Window| window.leads_to(pack, offset);
                let (window, most) = match self.windows.iter().position(next) {
                    // Where one came after the other so far, more will: twice as much each time.
                    Some(next) => (next, (2 * self.windows[next].length()).min(AHEAD)),
                    None => {
                        let oldest = (0..WINDOWS).min_by_key(|&n| self.windows[n].used);
                        (oldest.unwrap_or(0), 0)
                    }
                };
                let most = most.max(run()).max(length);
                self.windows[window].fill(pack, offset, most)?;
                window
            }
        };
        let window = &mut self.windows[self.current];
        window.used = self.clock;
        let start = (offset - window.held.start) as usize;
        let there = (window.held.end - offset) as usize;
        Ok(start..start + there.min(length))
    }

    /// Takes an entry that was read before; where in the current window it is.
    pub(super) fn keep(&mut self, entry: &[u8]) -> Range<usize> {
        self.current = WINDOWS;
        let bytes = &mut self.windows[WINDOWS].bytes;
        bytes.clear();
        bytes.extend_from_slice(entry);
        0..entry.len()
    }

    /// Inflates the entry that was loaded last.
    pub fn inflate(&mut self, head: &Head, out: &mut Vec<u8>) -> Result<(), ReadError> {
        let inflated = self.inflate_loaded(head, out);
        let window = &mut self.windows[self.current];
        if window.bytes.capacity() > INPUT {
            *window = Window::default();
            self.compressed = 0..0;
        }
        inflated
    }

    fn inflate_loaded(&mut self, head: &Head, out: &mut Vec<u8>) -> Result<(), ReadError> {
        let size = usize::try_from(head.size).map_err(|_| ReadError::TooLarge(head.size))?;
        // Nothing is told in less than a thousandth of its bytes.
        if size / 1100 > self.compressed.len() {
            return Err(ReadError::Corrupt("size of an entry"));
        }
        let space = grown(out, size)?;
        let compressed = &self.windows[self.current].bytes[self.compressed.clone()];
        // It stops at the end of the stream, whatever follows.
        match self.decompressor.zlib_decompress(compressed, space) {
            Ok(written) if written == size => Ok(()),
            _ => Err(ReadError::Corrupt("compressed data")),
        }
    }
}

impl Default for Tools {
    fn default() -> Tools {
        Tools {
            decompressor: Decompressor::new(),
            windows: Default::default(),
            current: 0,
            compressed: 0..0,
            clock: 0,
        }
    }
}

/// The first `length` bytes of a buffer that becomes as long as that, if there is memory for it.
fn grown(buffer: &mut Vec<u8>, length: usize) -> Result<&mut [u8], ReadError> {
    if buffer.len() < length {
        let more = length - buffer.len();
        buffer
            .try_reserve(more)
            .map_err(|_| ReadError::TooLarge(length as u64))?;
        buffer.resize(length, 0);
    } else if buffer.len() > length {
        buffer.truncate(length);
    }
    Ok(&mut buffer[..length])
}
