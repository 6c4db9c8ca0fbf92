//! How a commit's tree differs from those of all its parents. All are walked side by side, folder by folder; a
//! folder that is the same in one of the parents is not looked into, since nothing in it is new.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use super::object::{Object, ObjectKind, Objects, ReadError, TreeEntries, is_empty_tree};
use super::store::Store;
use crate::finding::ObjectId;

/// Deeper than any path that a system takes, so that a tree that contains itself comes to an end.
const MAX_DEPTH: usize = 4096;

/// How many bytes of trees are read for one commit. Only those are that differ; but trees that share their parts
/// can hold more paths than there is time for.
const MAX_TREES: usize = if cfg!(test) { 4 << 20 } else { 256 << 20 };

/// What a tree counts, whatever its size, and what a change does.
const TREE_COST: usize = 512;
const CHANGE_COST: usize = 128;

/// How many trees that could not be compared are told one by one.
const MAX_UNREAD: usize = 1000;

/// Mode and id of a file or link.
pub type Version = (u32, ObjectId);

/// A path at which a commit differs from each of its parents. A submodule is nothing, and another mode of the
/// same kind is no difference.
#[derive(Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// From the root.
    pub path: &'a [u8],
    /// What each parent has there, in their order.
    pub old: &'a [Option<Version>],
    /// What the commit has there.
    pub new: Option<Version>,
}

/// A tree that could not be compared.
#[derive(Debug)]
pub struct Unread {
    /// Its path, with no slash behind it; empty for the root.
    pub path: Vec<u8>,
    /// Its id.
    pub id: ObjectId,
    /// Why.
    pub error: ReadError,
}

/// Tells `each` every path at which the tree `new` differs from all of `old`; from none, that is everything.
/// If a tree of the old side cannot be read, all below is told as new, if one of the new side, nothing.
pub fn diff(
    old: &[ObjectId],
    new: &ObjectId,
    store: &Store,
    each: impl FnMut(Change<'_>),
) -> Vec<Unread> {
    let mut walk = Walk {
        store,
        id_length: store.id_length(),
        each,
        path: Vec::new(),
        read: 0,
        chosen: Vec::new(),
        versions: Vec::new(),
        unread: Vec::new(),
    };
    if !old.contains(new) {
        let ids: Vec<_> = old.iter().chain([new]).map(|id| Some(*id)).collect();
        walk.walk(&ids);
    }
    walk.unread
}

struct Walk<'s, F> {
    store: &'s Store,
    id_length: usize,
    each: F,
    /// The path of the folder, with a slash behind it, or of an item of it.
    path: Vec<u8>,
    /// What was read so far, in bytes.
    read: usize,
    /// The sides that have the item which is looked at.
    chosen: Vec<usize>,
    /// What it is there, on every side.
    versions: Vec<Option<Version>>,
    unread: Vec<Unread>,
}

/// One folder on all sides, the new one last.
struct Frame {
    /// The length of its path, with a slash behind it.
    length: usize,
    sides: Vec<Side>,
}

/// One side of a folder, read up to some point.
struct Side {
    /// None where there is no such folder.
    tree: Option<(ObjectId, Arc<Object>)>,
    at: usize,
    item: Option<Item>,
}

/// What comes next in a tree.
struct Item {
    mode: u32,
    id: ObjectId,
    /// Where its name is.
    name: Range<usize>,
}

impl Item {
    fn is_tree(&self) -> bool {
        self.mode & 0o170_000 == 0o040_000
    }

    fn is_submodule(&self) -> bool {
        self.mode & 0o170_000 == 0o160_000
    }
}

impl Side {
    /// Reads the next item. Where the data do not have the form the tree ends.
    fn advance(&mut self, id_length: usize) {
        self.item = None;
        let Some((_, tree)) = &self.tree else { return };
        let mut entries = TreeEntries::new(&tree.data[self.at..], id_length);
        if let Some(entry) = entries.next()
            && let Some(id) = ObjectId::new(entry.id)
        {
            let next = tree.data.len() - entries.remaining();
            let end = next - id_length - 1;
            self.item = Some(Item {
                mode: entry.mode,
                id,
                name: end - entry.name.len()..end,
            });
            self.at = next;
        }
    }

    /// The id of a tree that broke off.
    fn broken(&self) -> Option<ObjectId> {
        let (id, tree) = self.tree.as_ref()?;
        (self.item.is_none() && self.at < tree.data.len()).then_some(*id)
    }

    /// The name of the item, and whether it is a folder.
    fn name(&self) -> Option<(&[u8], bool)> {
        let ((_, tree), item) = (self.tree.as_ref()?, self.item.as_ref()?);
        Some((&tree.data[item.name.clone()], item.is_tree()))
    }
}

/// The order of a tree: names, those of folders as if they ended with a slash. A file and a folder of one name
/// are two things.
fn order(a: (&[u8], bool), b: (&[u8], bool)) -> Ordering {
    let length = a.0.len().min(b.0.len());
    let next = |(name, folder): (&[u8], bool)| match name.get(length) {
        None if folder => b'/',
        next => next.copied().unwrap_or(0),
    };
    let order = a.0[..length].cmp(&b.0[..length]);
    let order = order.then_with(|| next(a).cmp(&next(b)));
    order
        .then_with(|| a.0.len().cmp(&b.0.len()))
        .then_with(|| a.1.cmp(&b.1))
}

impl<F: FnMut(Change<'_>)> Walk<'_, F> {
    fn walk(&mut self, roots: &[Option<ObjectId>]) {
        // No recursion: how deep trees are is up to those who made them.
        let mut frames: Vec<Frame> = self.frame(roots, 0).into_iter().collect();
        while let Some(mut frame) = frames.pop() {
            self.path.truncate(frame.length);
            if self.read >= MAX_TREES {
                let tree = frame.sides.last().and_then(|side| side.tree.as_ref());
                if let Some((id, _)) = tree {
                    self.fail(*id, ReadError::Corrupt("too much differs to be compared"));
                }
                return;
            }
            if !self.choose(&frame) {
                continue;
            }
            let below = self.compare(&frame, frames.len());
            let mut broken = None;
            for &side in &self.chosen {
                frame.sides[side].advance(self.id_length);
                broken = broken.or(frame.sides[side].broken());
            }
            if let Some(id) = broken {
                self.fail(id, ReadError::Corrupt("not a tree"));
            }
            frames.push(frame);
            frames.extend(below);
        }
    }

    /// Finds the item that comes first, and the sides that have it. False at the end of the folder.
    fn choose(&mut self, frame: &Frame) -> bool {
        self.chosen.clear();
        self.read += frame.sides.len(); // a commit can have a hundred thousand parents
        let mut first: Option<(&[u8], bool)> = None;
        for (number, side) in frame.sides.iter().enumerate() {
            let Some(name) = side.name() else { continue };
            match first.map_or(Ordering::Less, |first| order(name, first)) {
                Ordering::Less => {
                    first = Some(name);
                    self.chosen.clear();
                    self.chosen.push(number);
                }
                Ordering::Equal => self.chosen.push(number),
                Ordering::Greater => {}
            }
        }
        self.path
            .extend_from_slice(first.map_or(b"", |first| first.0));
        first.is_some()
    }

    /// Compares the item that comes first. The result is a folder to look into.
    fn compare(&mut self, frame: &Frame, depth: usize) -> Option<Frame> {
        let last = frame.sides.len() - 1;
        let item = |&side: &usize| frame.sides[side].item.as_ref();
        let first = item(self.chosen.first()?)?;
        let new = self.chosen.last().filter(|side| **side == last);
        let new = new.and_then(item);
        let kind = |mode: u32| mode & 0o170_000;
        // Nearly everything is the same on both sides.
        if let Some(new) = new
            && (self
                .chosen
                .iter()
                .take(self.chosen.len() - 1)
                .filter_map(item))
            .any(|old| old.id == new.id && kind(old.mode) == kind(new.mode))
        {
            return None;
        }
        self.versions.clear();
        self.versions.resize(last + 1, None);
        for side in &self.chosen {
            let found = item(side).filter(|item| !item.is_submodule());
            self.versions[*side] = found.map(|item| (item.mode, item.id));
        }
        let (new, old) = self.versions.split_last()?;
        // What one of the parents does not have either was not taken away by this commit.
        if new.is_none() && old.iter().any(Option::is_none) {
            return None;
        }
        if first.is_tree() {
            self.path.push(b'/');
            let ids: Vec<_> = (self.versions.iter())
                .map(|version| version.map(|(_, id)| id))
                .collect();
            return self.frame(&ids, depth + 1);
        }
        if new.is_some() || !old.is_empty() {
            self.read += CHANGE_COST;
            (self.each)(Change {
                path: &self.path,
                old,
                new: *new,
            });
        }
        None
    }

    /// Reads the trees of the folder that the path names. None if that of the new side cannot be read.
    fn frame(&mut self, ids: &[Option<ObjectId>], depth: usize) -> Option<Frame> {
        let mut sides = Vec::with_capacity(ids.len());
        for (number, id) in ids.iter().enumerate() {
            let tree = match id.map(|id| (id, self.tree(&id, depth))) {
                None => None,
                Some((id, Ok(tree))) => Some((id, tree)),
                Some((id, Err(error))) => {
                    self.fail(id, error);
                    if number + 1 == ids.len() {
                        return None;
                    }
                    None
                }
            };
            let mut side = Side {
                tree,
                at: 0,
                item: None,
            };
            side.advance(self.id_length);
            if let Some(id) = side.broken() {
                self.fail(id, ReadError::Corrupt("not a tree"));
            }
            sides.push(side);
        }
        let length = self.path.len();
        Some(Frame { length, sides })
    }

    fn tree(&mut self, id: &ObjectId, depth: usize) -> Result<Arc<Object>, ReadError> {
        if depth >= MAX_DEPTH {
            return Err(ReadError::Corrupt("folders are nested without end"));
        }
        let object = match self.store.object(id) {
            Err(ReadError::Missing) if is_empty_tree(id) => Arc::new(Object {
                kind: ObjectKind::Tree,
                data: Vec::new(),
            }),
            object => object?,
        };
        if object.kind != ObjectKind::Tree {
            return Err(ReadError::Corrupt("not a tree"));
        }
        self.read += object.data.len() + TREE_COST;
        Ok(object)
    }

    /// Notes a tree of the folder that the path names.
    fn fail(&mut self, id: ObjectId, error: ReadError) {
        if self.unread.len() < MAX_UNREAD {
            let path = self.path.strip_suffix(b"/").unwrap_or(&self.path).to_vec();
            self.unread.push(Unread { path, id, error });
        }
    }
}

#[cfg(all(test, unix))]
mod tests;
