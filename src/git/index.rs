//! What git is about to commit, and how it differs from a tree. Format: gitformat-index(5).
//!
//! The index is an untrusted file: it is read as a whole (a mapping dies when the file shrinks), its size
//! and the size that its paths unfold to are bounded, and nothing in it is believed that would lead
//! outside of it. Its checksum is not verified: that takes longer than all the rest, and git offers to
//! leave it out, too.
//!
//! Entries stay as they lie in the file; what is kept for each is where it begins and where its path is.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::finding::ObjectId;
use crate::open::{self, Links};

mod cache_tree;
mod changes;
mod format;
mod side;
mod split;
#[cfg(all(test, unix))]
mod tests;

pub use changes::{Change, Changes, Unread, changes};

use cache_tree::CacheTree;
use format::Slot;

/// The largest index that is read, and the largest sum of the paths in it. A million files take 100 MB.
const MAX_INDEX: usize = 512 << 20;

/// Why an index could not be read.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The system failed, or it is no regular file, or it is too large.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It does not have the form.
    #[error("not an index that could be read: {0}")]
    Malformed(&'static str),
    /// The index that it shares could not be read.
    #[error("shared index: {0}")]
    Shared(Box<IndexError>),
}

/// What git is about to commit: all entries, those of a shared index merged in.
pub struct Index {
    /// The file, unfolded paths if it is of version 4, and the same of a shared index.
    data: Vec<u8>,
    /// Every entry, in order of path, then stage.
    slots: Vec<Slot>,
    id_length: usize,
    /// The trees that git remembers for folders that have not changed since.
    cache_tree: CacheTree,
    /// Blobs of conflicts that have been resolved, kept so that git can bring them back.
    resolved: Vec<ObjectId>,
}

/// An entry: a file as the next commit will have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// From the root of the work tree, divided by `/`. Of a folder in a sparse index it ends with one.
    pub path: &'a [u8],
    /// As in [a tree](super::object::TreeEntry::mode).
    pub mode: u32,
    /// 20 or 32 bytes.
    pub id: &'a [u8],
    /// 0, or in a conflict 1 for the common ancestor, 2 for ours, 3 for theirs.
    pub stage: u8,
    /// Whether it only announces a file (`git add -N`) and has no content.
    pub intent_to_add: bool,
    /// Whether git takes its file for unchanged, whatever the work tree has.
    pub skip_worktree: bool,
}

impl Entry<'_> {
    /// Whether it is a folder of a sparse index: a tree stands for all that is below.
    pub fn is_tree(&self) -> bool {
        format::is_tree(self.mode)
    }

    /// Whether it is a submodule's commit, which is an object of another repository.
    pub fn is_submodule(&self) -> bool {
        is_submodule(self.mode)
    }

    /// Whether it has content: a file or a link, and more than announced.
    pub fn is_blob(&self) -> bool {
        !self.is_tree() && !self.is_submodule() && !self.intent_to_add
    }

    /// Whether it is a file with content, and no link.
    pub fn is_file(&self) -> bool {
        self.is_blob() && self.mode & 0o170_000 == 0o100_000
    }

    /// What the next commit will have there.
    fn blob(&self) -> Option<(u32, ObjectId)> {
        Some((self.mode, ObjectId::new(self.id)?)).filter(|_| self.is_blob())
    }
}

impl Index {
    /// Reads the index at `path`, whose ids have so many bytes, 20 or 32. None if there is no such file:
    /// nothing has been added yet. A shared index is looked for beside it.
    pub fn read(path: &Path, id_length: usize) -> Result<Option<Index>, IndexError> {
        Index::read_in(path, path.parent().unwrap_or(path), id_length)
    }

    /// The same for an index that may lie elsewhere (`GIT_INDEX_FILE`) than in the repository's `git_dir`,
    /// which is where git looks for a shared index.
    pub fn read_in(
        path: &Path,
        git_dir: &Path,
        id_length: usize,
    ) -> Result<Option<Index>, IndexError> {
        match content(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            data => Index::parse(data?, id_length, |name| content(&git_dir.join(name))).map(Some),
        }
    }

    /// Reads an index that has these bytes, and the one that it shares by name.
    fn parse(
        mut data: Vec<u8>,
        id_length: usize,
        shared: impl FnOnce(String) -> io::Result<Vec<u8>>,
    ) -> Result<Index, IndexError> {
        let file = format::parse(&mut data, 0, id_length)?;
        let mut slots = file.slots;
        if let Some(link) = file.link {
            let link = data[link].to_vec();
            if let (Some(base), bitmaps) = split::link(&link, id_length)? {
                let start = data.len();
                let base = shared(format!("sharedindex.{base}")).map_err(IndexError::Io);
                let base = base.and_then(|base| {
                    data.extend_from_slice(&base);
                    format::parse(&mut data, start, id_length)
                });
                let base = base.map_err(|error| IndexError::Shared(Box::new(error)))?;
                slots = split::merge(&data, id_length, base.slots, slots, bitmaps)?;
            }
        }
        format::check(&data, &slots)?;
        let undo = &data[file.undo.unwrap_or_default()];
        Ok(Index {
            resolved: format::resolved(undo, id_length),
            cache_tree: CacheTree::new(&data, file.tree.unwrap_or_default(), id_length),
            data,
            slots,
            id_length,
        })
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Every entry, in order of path, then stage.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.slots.iter().map(|slot| self.entry(*slot))
    }

    /// The blobs that the index keeps alive, those of resolved conflicts among them, in no order and
    /// perhaps several times.
    pub fn ids(&self) -> impl Iterator<Item = ObjectId> {
        let blobs = self.entries().filter_map(|entry| Some(entry.blob()?.1));
        blobs.chain(self.resolved.iter().copied())
    }

    /// The trees that the index keeps alive: those that it remembers, and folders of a sparse index.
    pub fn trees(&self) -> impl Iterator<Item = ObjectId> {
        let folders = self.entries().filter(Entry::is_tree);
        let folders = folders.filter_map(|entry| ObjectId::new(entry.id));
        folders.chain(self.cache_tree.ids(self))
    }

    /// The submodules.
    pub fn submodules(&self) -> impl Iterator<Item = Entry<'_>> {
        self.entries().filter(Entry::is_submodule)
    }

    /// The entries whose paths begin with `prefix`: all of a folder, at any depth, if that ends with `/`.
    pub fn below(&self, prefix: &[u8]) -> impl Iterator<Item = Entry<'_>> {
        let start = self.slots.partition_point(|slot| self.path(*slot) < prefix);
        let end = self.end_of(prefix, start, self.len());
        self.slots[start..end].iter().map(|slot| self.entry(*slot))
    }

    /// The entries that stand in the folder itself, whose path is empty (the root) or ends with `/`. What
    /// is in folders below is jumped over, not walked.
    pub fn directory(&self, folder: &[u8]) -> impl Iterator<Item = Entry<'_>> {
        let mut next = self.slots.partition_point(|slot| self.path(*slot) < folder);
        let folder = folder.to_vec();
        std::iter::from_fn(move || {
            loop {
                let entry = self.entry(*self.slots.get(next)?);
                let rest = entry.path.strip_prefix(&*folder)?;
                match memchr::memchr(b'/', rest) {
                    Some(slash) => {
                        let below = &entry.path[..folder.len() + slash + 1];
                        next = self.end_of(below, next, self.len());
                    }
                    None => {
                        next += 1;
                        // The folder itself, in a sparse index, is not in it.
                        if !entry.is_tree() {
                            return Some(entry);
                        }
                    }
                }
            }
        })
    }

    /// The last entry whose path is not greater than `path`.
    pub fn last_up_to(&self, path: &[u8]) -> Option<Entry<'_>> {
        let next = self.slots.partition_point(|slot| self.path(*slot) <= path);
        Some(self.entry(*self.slots.get(next.checked_sub(1)?)?))
    }

    /// Where, from `start` (the first of them) on and up to `end`, the entries below `prefix` end.
    fn end_of(&self, prefix: &[u8], start: usize, end: usize) -> usize {
        start + self.slots[start..end].partition_point(|slot| self.path(*slot).starts_with(prefix))
    }

    fn path(&self, slot: Slot) -> &[u8] {
        slot.path(&self.data)
    }

    fn entry(&self, slot: Slot) -> Entry<'_> {
        slot.entry(&self.data, self.id_length)
    }
}

fn is_submodule(mode: u32) -> bool {
    mode & 0o170_000 == 0o160_000
}

/// What a file of an index holds.
fn content(path: &Path) -> io::Result<Vec<u8>> {
    open::read_small(
        path.as_os_str().as_encoded_bytes(),
        MAX_INDEX,
        Links::Follow,
    )
}
