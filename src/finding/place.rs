//! Where a credential stands, and the server beside it.

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::{Secret, Snippet, Untrusted};

/// The name of a git object: 20 bytes of SHA-1 or 32 of SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    bytes: [u8; 32],
    length: u8,
}

impl ObjectId {
    /// Wraps 20 or 32 bytes; nothing else is an id.
    pub fn new(id: &[u8]) -> Option<ObjectId> {
        let mut bytes = [0; 32];
        matches!(id.len(), 20 | 32).then(|| bytes[..id.len()].copy_from_slice(id))?;
        Some(ObjectId {
            bytes,
            length: id.len() as u8,
        })
    }

    /// Reads 40 or 64 hex digits of either case.
    pub fn parse(hex: &[u8]) -> Option<ObjectId> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(hex).ok()?;
        ObjectId::new(&bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Whether it is the id that git writes for "nothing".
    pub fn is_zero(&self) -> bool {
        self.bytes == [0; 32]
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::text::hex(self.as_bytes()))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A position in the original text of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Bytes from the start.
    pub byte_offset: u64,
    /// From 1; `\n` ends a line.
    pub line: u64,
    /// From 1, in Unicode scalar values; a byte that is no UTF-8 counts as one.
    pub column: u64,
}

/// What a document is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Place {
    /// The content of a file.
    File,
    /// What git's index holds for a path.
    Index,
    /// A file's content in git's history.
    Blob,
    /// What a commit says.
    CommitMessage,
    /// What an annotated tag says.
    TagMessage,
    /// The name of a branch, a tag or another ref.
    Ref,
    /// A file's name.
    Path,
    /// Who wrote or committed a commit, or tagged it.
    Author,
    /// The text of a symbolic link.
    Symlink,
    /// Standard input.
    Stdin,
}

/// Where in git a document stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct InGit {
    /// The path of its repository, as the user would type it.
    pub repository: Untrusted,
    /// The object that it is: a blob, or the commit or tag whose message it is. None for the name of a ref
    /// and for a file that git does not hold.
    pub object: Option<ObjectId>,
    /// A commit that holds it: the first that introduced it there.
    pub commit: Option<ObjectId>,
}

/// What a document is and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Its path, as in [`Location::path`].
    pub path: Untrusted,
    /// What it is.
    pub place: Place,
    /// Where in git, if it was read from there.
    pub git: Option<InGit>,
}

/// A place where a credential stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The document's path as the user would type it; in git's history from the root of its repository.
    /// Empty for standard input, messages and authors. Of a ref its name.
    pub path: Untrusted,
    /// Where in the document.
    pub position: Position,
    /// What kind of document it is.
    pub place: Place,
    /// Where in git, if it was read from there.
    pub git: Option<InGit>,
    /// The line around it.
    pub snippet: Snippet,
}

/// How a token found its host.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PairedBy {
    /// The host is part of the same URL.
    Url,
    /// Both stand in one block: a section, an object, a call.
    Block,
    /// The nearest host of the document.
    Distance,
    /// The host stands in another file of the same directory.
    Sibling,
    /// The user named the server.
    Server,
}

/// How a server is tied to the place that names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// It is written there.
    #[default]
    Own,
    /// What is joined to it at run time may be more of its name.
    Joined,
}

impl Tie {
    /// Whether nothing more has to be said of it.
    pub fn is_own(&self) -> bool {
        *self == Tie::Own
    }
}

/// The server that a credential opens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Host {
    /// The base URL: `scheme://host[:port][/subpath]`, normalised.
    pub url: Untrusted,
    /// The same as it was typed, if its name is in letters beyond ASCII.
    pub typed: Option<Untrusted>,
    /// How it is tied to the place that names it.
    pub tie: Tie,
    /// Why it belongs to the credential.
    pub paired_by: PairedBy,
    /// Lines between the two in one document.
    pub line_distance: Option<u64>,
    /// Where the host stands; nothing for a server that the user named.
    pub location: Option<(Untrusted, Position)>,
    /// Base URLs of hosts that were near and not chosen. They are never contacted.
    pub alternatives: Vec<Untrusted>,
}

impl Host {
    /// A server of which no more is known than its URL and why it belongs to the credential.
    pub fn new(url: impl AsRef<[u8]>, paired_by: PairedBy) -> Host {
        Host {
            url: Untrusted::new(url),
            typed: None,
            tie: Tie::Own,
            paired_by,
            line_distance: None,
            location: None,
            alternatives: Vec::new(),
        }
    }
}

/// A further part of a credential that takes more than a token and a host, such as a user id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The rule's name for it.
    pub name: String,
    /// Its value, masked like a secret.
    pub value: Secret,
    /// Where it stands.
    pub location: (Untrusted, Position),
}

/// A commit, as far as people ask about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: ObjectId,
    /// `Name <address>`.
    pub author: Untrusted,
    /// When it was committed, in seconds since 1970.
    pub seconds: i64,
    /// The first line of its message.
    pub subject: Untrusted,
}

/// What keeps an object alive, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reachable {
    /// A ref, HEAD among them.
    Ref,
    /// Only what refs once were.
    Reflog,
    /// Only the index.
    Index,
    /// Nothing: it is gone with the next clean-up, and until then whoever has the repository can read it.
    None,
}

/// Where a credential stands in git's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Commits that hold it and of which no parent does, by date, then id.
    pub introduced: Vec<Commit>,
    /// Commits that do not hold it and of which a parent does, by date, then id.
    pub removed: Vec<Commit>,
    /// Whether HEAD holds it.
    pub at_head: bool,
    /// What keeps it alive.
    pub reachable: Reachable,
    /// Refs from which it is reached, in order, at most [`History::MOST`].
    pub refs: Vec<Untrusted>,
    /// Refs, commits and places that are not listed.
    pub unlisted: u64,
}

impl History {
    /// How many refs, commits on each side, and places are listed: twelve objects can make 10^10 paths.
    pub const MOST: usize = 100;
}
