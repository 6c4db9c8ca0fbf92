//! What an object says. Formats: gitformat-pack(5), and `git help gittutorial-2` for trees and commits.

use std::io;

use crate::finding::ObjectId;

/// The four kinds of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// Who changed what and why.
    Commit,
    /// A folder.
    Tree,
    /// A file's content.
    Blob,
    /// An annotated tag.
    Tag,
}

impl ObjectKind {
    /// The name in a loose object's header.
    pub fn name(self) -> &'static str {
        match self {
            ObjectKind::Commit => "commit",
            ObjectKind::Tree => "tree",
            ObjectKind::Blob => "blob",
            ObjectKind::Tag => "tag",
        }
    }

    /// The kind of that name.
    pub fn of(name: &[u8]) -> Option<ObjectKind> {
        use ObjectKind::{Blob, Commit, Tag, Tree};
        [Commit, Tree, Blob, Tag]
            .into_iter()
            .find(|kind| kind.name().as_bytes() == name)
    }
}

/// An object with its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    /// What it holds, without a header.
    pub data: Vec<u8>,
}

/// Why an object could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is nowhere.
    #[error("missing")]
    Missing,
    /// It does not decode.
    #[error("corrupt: {0}")]
    Corrupt(&'static str),
    /// Rebuilding it takes so many bytes, which is more than may be used.
    #[error("{0} bytes of memory are needed to rebuild it")]
    TooLarge(u64),
    /// The system failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Something that objects can be read from by id.
pub trait Objects: Sync {
    /// Reads one.
    fn read(&self, id: &ObjectId) -> Result<Object, ReadError>;

    /// Whether it is there, without decoding it.
    fn contains(&self, id: &ObjectId) -> bool;

    /// The ids that begin with these hex digits (at least four), at most two: for an id that was cut short.
    fn with_prefix(&self, hex: &str) -> Vec<ObjectId>;

    /// Bytes of an id: 20 or 32.
    fn id_length(&self) -> usize;
}

/// An entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeEntry<'a> {
    /// As git writes it: `0o40000` a folder, `0o120000` a link, `0o160000` a submodule's commit.
    pub mode: u32,
    /// One component of a path.
    pub name: &'a [u8],
    /// 20 or 32 bytes.
    pub id: &'a [u8],
}

impl TreeEntry<'_> {
    /// Whether it is a folder.
    pub fn is_tree(&self) -> bool {
        self.mode & 0o170_000 == 0o040_000
    }

    /// Whether it is a submodule's commit, which is an object of another repository.
    pub fn is_submodule(&self) -> bool {
        self.mode & 0o170_000 == 0o160_000
    }

    /// Whether it is a symbolic link.
    pub fn is_link(&self) -> bool {
        self.mode & 0o170_000 == 0o120_000
    }
}

/// The tree of an empty folder, which git knows without having it, with ids of either length.
const EMPTY: [&[u8]; 2] = [
    b"4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    b"6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
];

/// Whether it is the tree of an empty folder, which need not be there.
pub fn is_empty_tree(id: &ObjectId) -> bool {
    EMPTY.iter().any(|hex| ObjectId::parse(hex) == Some(*id))
}

/// The entries of a tree. It ends early, with `None` from [`TreeEntries::next`] and [`TreeEntries::is_whole`]
/// false, where the data do not have the form.
#[derive(Clone, Debug)]
pub struct TreeEntries<'a> {
    rest: &'a [u8],
    id_length: usize,
    broken: bool,
}

impl<'a> TreeEntries<'a> {
    /// Reads the content of a tree.
    pub fn new(data: &'a [u8], id_length: usize) -> TreeEntries<'a> {
        TreeEntries {
            rest: data,
            id_length,
            broken: false,
        }
    }

    /// Whether all that was read so far had the form.
    pub fn is_whole(&self) -> bool {
        !self.broken
    }

    /// Bytes that are still to be read.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    fn entry(&mut self) -> Option<TreeEntry<'a>> {
        let mut mode = 0u32;
        let mut at = 0;
        loop {
            match *self.rest.get(at)? {
                b' ' => break,
                digit @ b'0'..=b'7' if at < 7 => mode = mode << 3 | u32::from(digit - b'0'),
                _ => return None,
            }
            at += 1;
        }
        let rest = &self.rest[at + 1..];
        let end = memchr::memchr(0, rest)?;
        let id = rest.get(end + 1..end + 1 + self.id_length)?;
        self.rest = &rest[end + 1 + self.id_length..];
        Some(TreeEntry {
            mode,
            name: &rest[..end],
            id,
        })
    }
}

impl<'a> Iterator for TreeEntries<'a> {
    type Item = TreeEntry<'a>;

    fn next(&mut self) -> Option<TreeEntry<'a>> {
        if self.rest.is_empty() || self.broken {
            return None;
        }
        let entry = self.entry();
        self.broken = entry.is_none();
        entry
    }
}

/// What a commit or a tag says. Headers that are no concern of ours are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said<'a> {
    /// A commit's tree; what a tag points at.
    pub target: Option<ObjectId>,
    /// A commit's parents.
    pub parents: Vec<ObjectId>,
    /// Who wrote or tagged it: `Name <address>`.
    pub author: &'a [u8],
    /// Who committed it.
    pub committer: &'a [u8],
    /// When it was committed or tagged, in seconds since 1970.
    pub seconds: i64,
    /// A tag's name.
    pub name: &'a [u8],
    /// Everything behind the headers.
    pub message: &'a [u8],
    /// Where in the data the message begins.
    pub message_at: usize,
}

impl<'a> Said<'a> {
    /// Reads the content of a commit or tag. What does not have the form is left empty.
    pub fn new(data: &'a [u8]) -> Said<'a> {
        let mut said = Said::default();
        let mut at = 0;
        while let Some(line) = data.get(at..).filter(|rest| !rest.is_empty()) {
            let end = memchr::memchr(b'\n', line).unwrap_or(line.len());
            let line = &line[..end];
            at = (at + end + 1).min(data.len());
            if line.is_empty() {
                break;
            }
            let space = memchr::memchr(b' ', line).unwrap_or(line.len());
            let value = line.get(space + 1..).unwrap_or_default();
            match &line[..space] {
                b"tree" | b"object" if said.target.is_none() => {
                    said.target = ObjectId::parse(value)
                }
                b"parent" => said.parents.extend(ObjectId::parse(value)),
                b"author" | b"tagger" => {
                    let (who, when) = signature(value);
                    said.author = who;
                    if said.committer.is_empty() {
                        said.seconds = when;
                    }
                }
                b"committer" => (said.committer, said.seconds) = signature(value),
                b"tag" => said.name = value,
                _ => {}
            }
        }
        said.message = &data[at..];
        said.message_at = at;
        said
    }

    /// The first line of the message that is not empty.
    pub fn subject(&self) -> &'a [u8] {
        let lines = self.message.split(|&b| b == b'\n');
        lines
            .map(<[u8]>::trim_ascii)
            .find(|line| !line.is_empty())
            .unwrap_or_default()
    }
}

/// The headers of a commit or tag that [`Said`] leaves out: signatures, tags that were merged, and what nobody
/// knows. A line that begins with a space goes on with the one before.
pub fn other_headers(data: &[u8]) -> Vec<u8> {
    const KNOWN: [&[u8]; 6] = [
        b"tree",
        b"parent",
        b"object",
        b"author",
        b"committer",
        b"tagger",
    ];
    let mut headers = Vec::new();
    let mut known = false;
    for line in data.split_inclusive(|&b| b == b'\n') {
        if line == b"\n" {
            break;
        }
        if !line.starts_with(b" ") {
            let word = line.split(|&b| b == b' ').next().unwrap_or_default();
            known = KNOWN.contains(&word);
        }
        if !known {
            headers.extend_from_slice(line);
        }
    }
    headers
}

/// `Name <address> seconds zone`.
fn signature(value: &[u8]) -> (&[u8], i64) {
    let Some(end) = memchr::memrchr(b'>', value) else {
        return (value, 0);
    };
    let when = value[end + 1..].trim_ascii();
    let when = when.split(|&b| b == b' ').next().unwrap_or_default();
    let seconds = std::str::from_utf8(when)
        .ok()
        .and_then(|when| when.parse().ok());
    (&value[..=end], seconds.unwrap_or(0))
}
