//! Where documents come from. A source knows how to walk and read, not what is looked for: it hands
//! every [`Document`] to a [`Visit`] and turns whatever could not be read into a
//! [`Skip`](crate::finding::Skip), so that nothing is ever left out in silence.
//!
//! | module | job |
//! |---|---|
//! | [`files`] | files and directory trees, on every core |
//! | [`history`] | every object of a git repository |
//! | [`staged`] | what the next commit adds |
//! | [`range`] | what commits add |
//! | [`added`] | what any step adds: each blob once |
//! | [`stdin`] | standard input |
//! | [`siblings`] | a second look at one directory: what pairing needs |
//! | `ignore` | what git would ignore, and what it tracks all the same |
//! | `account` | one thread's share of the coverage |

use std::fs::File;
use std::io::{self, Read};

use crate::finding::{InGit, Place};

mod account;
pub mod added;
pub mod files;
pub mod history;
mod ignore;
pub mod range;
pub mod siblings;
pub mod staged;
pub mod stdin;

#[cfg(test)]
pub(crate) mod testing;

pub use files::{Files, Progress};

/// Content up to this size is read whole, anything larger is scanned in windows.
pub const WHOLE: usize = 8 << 20;

/// How many bytes two pieces of a file share: no secret in any encoding is longer.
pub const OVERLAP: usize = 256;

/// One piece of content with an origin.
pub struct Document<'a> {
    /// What it is.
    pub place: Place,
    /// Its path as the user would type it, bytes as the system has them; empty for standard input.
    pub path: &'a [u8],
    /// Where in git, if it is from there.
    pub git: Option<InGit>,
    /// What it holds.
    pub content: Content<'a>,
}

/// The bytes of a document.
pub enum Content<'a> {
    /// All of them, at most [`WHOLE`].
    Whole(&'a [u8]),
    /// A file that is larger: read in windows, perhaps twice.
    Large(&'a mut File),
    /// A stream of unknown length, of which the first bytes were read already.
    Stream(&'a [u8], &'a mut dyn Read),
}

/// Whether a stream may hold a secret, asked piece by piece, and how many bytes it took to know.
fn may_hold(stream: &mut dyn Read, may_hold: &dyn Fn(&[u8]) -> bool) -> io::Result<(bool, u64)> {
    let mut buffer = vec![0; 1 << 20];
    let (mut kept, mut total) = (0, 0);
    loop {
        let read = stream.read(&mut buffer[kept..])?;
        total += read as u64;
        let end = kept + read;
        let found = may_hold(&buffer[..end]);
        if read == 0 || found {
            return Ok((found, total));
        }
        kept = end.min(OVERLAP);
        buffer.copy_within(end - kept..end, 0);
    }
}

/// What came of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Bytes read.
    pub bytes: u64,
    /// Whether nothing in it has the form of a secret, whatever stands around it.
    pub barren: bool,
}

impl From<u64> for Outcome {
    /// So many bytes were read.
    fn from(bytes: u64) -> Outcome {
        Outcome {
            bytes,
            barren: false,
        }
    }
}

/// What a source does with each document, on any thread. An error becomes a skip of this document, and so does
/// a panic.
pub trait Visit: Sync {
    /// The prefilter: whether a part of a document can hold anything of the form of a secret; false is certain.
    /// Of a file that is larger than a piece every piece is shown, and only if one of them may hold a secret is the
    /// file read again as a [`Document`]; otherwise it counts as read. Pieces overlap by [`OVERLAP`] bytes.
    ///
    /// So a piece is searched while it is in the processor's cache, and a file without a secret, as
    /// nearly every file is, never takes up memory as a whole: a third of the time on files of 4 MB.
    fn may_hold(&self, piece: &[u8]) -> bool {
        let _ = piece;
        true
    }

    /// Whether a secret can have come about in a document whose delta base holds none, by what is new and
    /// [`secret_reach`](Visit::secret_reach) bytes on both sides of it; false is certain.
    fn news_may_hold<'d>(&self, document: &dyn Fn() -> &'d [u8], news: &[u8]) -> bool {
        let _ = (document, news);
        true
    }

    /// How many bytes around what is new can be part of a secret, however it is written.
    fn secret_reach(&self) -> usize {
        OVERLAP
    }

    /// Whether the characters of a document that begins so have one byte each.
    fn is_of_bytes(&self, start: &[u8]) -> bool {
        let _ = start;
        true
    }

    /// Whether a keyword stands in names of files. In a name it is written as it is: neither in base64 nor in
    /// UTF-16.
    fn wants_names(&self, names: &[u8]) -> bool {
        let _ = names;
        true
    }

    /// Whether the name of a file says that its content is a secret.
    fn names_secret(&self, name: &[u8]) -> bool {
        let _ = name;
        false
    }

    /// How many bytes around a place can be part of a keyword that lies across it, however it is written.
    fn reach(&self) -> usize {
        OVERLAP
    }

    /// Looks at one document.
    fn document(&self, document: Document<'_>) -> io::Result<Outcome>;
}
