//! What git tracks, from its index, versions 2 to 4, split and sparse.
//!
//! The index is an untrusted file: it is read as a whole (a mapping dies when the file shrinks), its
//! size and the size that it unfolds to are bounded, and a panic of the decoder is an error like any
//! other. Its checksum is not verified: that takes longer than all the rest and git offers to leave it
//! out, too.

use std::io::{self, ErrorKind};
use std::panic::catch_unwind;
use std::path::Path;

use gix_index::{State, decode, hash};

use crate::open::{self, Links};

/// The largest index that is read, and the largest sum of the paths in it. A million files take 100 MB.
const MAX_INDEX: usize = 512 << 20;

/// The paths that git tracks in one repository.
pub(super) struct Tracked {
    /// The index and, if that is split, the one that it shares. What the index has removed from the
    /// shared one still counts as tracked: at worst a file is read that could have been ignored.
    states: Vec<State>,
}

impl Tracked {
    /// Reads the index of the repository. Without one nothing is tracked.
    pub(super) fn read(git_dir: &Path) -> io::Result<Tracked> {
        let index = match state(&git_dir.join("index")) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Tracked { states: Vec::new() });
            }
            index => index?,
        };
        let shared = match index.link() {
            // All zeroes: it has been split from nothing yet.
            Some(link) if !link.shared_index_checksum.is_null() => {
                let name = format!("sharedindex.{}", link.shared_index_checksum);
                Some(state(&git_dir.join(name))?)
            }
            _ => None,
        };
        Ok(Tracked {
            states: [index].into_iter().chain(shared).collect(),
        })
    }

    /// Whether the file at `path`, from the repository's root, is tracked.
    pub(super) fn contains(&self, path: &[u8]) -> bool {
        self.states
            .iter()
            .any(|state| match last_up_to(state, path) {
                // A sparse index has `directory/` for all that is tracked below it.
                Some(found) => found == path || found.ends_with(b"/") && path.starts_with(found),
                None => false,
            })
    }

    /// Whether the directory at `path` is tracked, as a submodule is, or anything below it.
    pub(super) fn below(&self, path: &[u8]) -> bool {
        let mut prefix = path.to_vec();
        prefix.push(b'/');
        self.contains(path)
            || self.states.iter().any(|state| {
                let next = state
                    .entries()
                    .partition_point(|entry| **entry.path(state) < *prefix);
                state
                    .entries()
                    .get(next)
                    .is_some_and(|entry| entry.path(state).starts_with(&prefix))
            })
    }
}

/// The last path of an index that is not greater than `path`.
fn last_up_to<'a>(state: &'a State, path: &[u8]) -> Option<&'a [u8]> {
    let next = state
        .entries()
        .partition_point(|entry| **entry.path(state) <= *path);
    state
        .entries()
        .get(next.checked_sub(1)?)
        .map(|entry| &**entry.path(state))
}

/// Reads one index file.
fn state(path: &Path) -> io::Result<State> {
    let data = open::read_small(
        path.as_os_str().as_encoded_bytes(),
        MAX_INDEX,
        Links::Follow,
    )?;
    // The file does not say which hash it uses, but read with the wrong one it does not add up.
    [hash::Kind::Sha1, hash::Kind::Sha256]
        .into_iter()
        .find_map(|hash| parse(&data, hash))
        .ok_or_else(|| io::Error::new(ErrorKind::InvalidData, "not an index that could be read"))
}

fn parse(data: &[u8], hash: hash::Kind) -> Option<State> {
    if unfolded_size(data, hash)? > MAX_INDEX {
        return None;
    }
    let options = decode::Options {
        thread_limit: Some(1),
        ..Default::default()
    };
    let timestamp = State::new(hash).timestamp(); // of no interest, but it must be given
    let decoded = catch_unwind(|| State::from_bytes(data, timestamp, hash, options).ok()).ok()?;
    let (state, _) = decoded?;
    // Paths are looked up by bisection, and a decoder gone astray would hardly find them in order.
    let in_order = state
        .entries()
        .is_sorted_by(|a, b| a.path(&state) <= b.path(&state));
    in_order.then_some(state)
}

/// The size of all paths. From version 4 on a path is told by how it differs from the one before, so
/// that a small file can unfold to any size.
fn unfolded_size(data: &[u8], hash: hash::Kind) -> Option<usize> {
    let number = |at: usize| Some(u32::from_be_bytes(data.get(at..at + 4)?.try_into().ok()?));
    if number(4)? < 4 {
        return Some(data.len());
    }
    let (mut rest, mut length, mut total) = (data.get(12..)?, 0usize, 0usize);
    for _ in 0..number(8)? {
        let (entry, after) = rest.split_at_checked(40 + hash.len_in_bytes() + 2)?;
        let extended = usize::from(entry[entry.len() - 2] & 0x40 != 0) * 2;
        rest = after.get(extended..)?;
        let (mut strip, mut more) = (0usize, true);
        while more {
            // Each byte but the last stands for one more than it says, as in a pack's offsets.
            let (&byte, after) = rest.split_first()?;
            rest = after;
            more = byte & 0x80 != 0;
            let next = strip
                .checked_mul(128)?
                .checked_add(usize::from(byte & 0x7f))?;
            strip = next + usize::from(more);
        }
        let end = memchr::memchr(0, rest)?;
        rest = &rest[end + 1..];
        length = length.checked_sub(strip)? + end;
        total += length;
        if total > MAX_INDEX {
            break;
        }
    }
    Some(total)
}
