//! How an index differs from a tree. Both are walked side by side, folder by folder, and a folder whose
//! tree the index remembers is compared by one id: nothing of it is read.

use std::cmp::Ordering;

use super::side::{Item, Side, What};
use super::{Index, is_submodule};
use crate::finding::ObjectId;
use crate::git::object::is_empty_tree;
use crate::git::{ObjectKind, Objects, ReadError};

/// Deeper than any path that a system takes, so that a tree that contains itself comes to an end.
const MAX_DEPTH: usize = 4096;

/// How many bytes of trees are read. Only those are that differ; but trees that share their parts can hold
/// more paths than there is time for.
const MAX_TREES: usize = if cfg!(test) { 16 << 20 } else { 1 << 30 };

/// What a tree counts, whatever its size.
const TREE_COST: usize = 512;

/// How many trees that could not be read are told one by one.
const MAX_UNREAD: usize = 1000;

/// A path at which the index differs from the tree. Both sides are blobs: a submodule and a file that is
/// only announced are none, and another mode of the same kind is no difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// From the root of the work tree.
    pub path: &'a [u8],
    /// Mode and id in the tree.
    pub old: Option<(u32, ObjectId)>,
    /// Mode and id in the index. In a conflict each stage that differs is a change of its own.
    pub new: Option<(u32, ObjectId)>,
}

/// What could not be compared.
#[derive(Debug, Default)]
pub struct Changes {
    /// Trees that could not be read, at most a thousand. Where it is one of the old side, all that the index
    /// has below was told as new; where it is one of the index (a folder of a sparse one), nothing was told.
    pub unread: Vec<Unread>,
    /// How many more there are.
    pub unlisted: u64,
}

/// A tree that could not be read.
#[derive(Debug)]
pub struct Unread {
    /// Its folder, with no slash behind it; empty for the root.
    pub path: Vec<u8>,
    /// Its id.
    pub id: ObjectId,
    /// Why.
    pub error: ReadError,
}

/// Tells `each` every path at which the index differs from a tree, that of HEAD. Before the first commit
/// there is none, and everything is new.
pub fn changes(
    index: &Index,
    head_tree: Option<&ObjectId>,
    objects: &dyn Objects,
    each: impl FnMut(Change<'_>),
) -> Changes {
    let mut walk = Walk {
        index,
        objects,
        each,
        path: Vec::new(),
        read: 0,
        changes: Changes::default(),
    };
    let root = index.cache_tree.root();
    let known = root.and_then(|root| index.remembered(root, b"", 0, index.len()));
    let same = |tree: &ObjectId| known.is_some_and(|(id, _)| id == tree.as_bytes());
    if !head_tree.is_some_and(same) {
        let old = head_tree.and_then(|id| walk.tree(*id, 0));
        let old = old.unwrap_or(Side::Nothing);
        let new = Side::entries(index, 0..index.len(), root, old.is_nothing());
        walk.walk(Frame {
            length: 0,
            old,
            new,
        });
    }
    walk.changes
}

/// One folder on both sides.
struct Frame<'i> {
    /// The length of its path, with a slash behind it.
    length: usize,
    old: Side<'i>,
    new: Side<'i>,
}

struct Walk<'i, F> {
    index: &'i Index,
    objects: &'i dyn Objects,
    each: F,
    /// The path of the folder, with a slash behind it, or of an item of it.
    path: Vec<u8>,
    /// What was read so far, in bytes.
    read: usize,
    changes: Changes,
}

impl<'i, F: FnMut(Change<'_>)> Walk<'i, F> {
    fn walk(&mut self, root: Frame<'i>) {
        // No recursion: how deep trees are is up to those who made them.
        let mut frames = vec![root];
        while let Some(mut frame) = frames.pop() {
            self.path.truncate(frame.length);
            match self.step(&mut frame, frames.len()) {
                Step::End => {}
                Step::Next => frames.push(frame),
                Step::Into(below) => frames.extend([frame, below]),
            }
        }
    }

    /// Compares what comes next in a folder.
    fn step(&mut self, frame: &mut Frame<'i>, depth: usize) -> Step<'i> {
        let id_length = self.objects.id_length();
        let old = frame.old.peek(self.index, frame.length, id_length);
        let new = frame.new.peek(self.index, frame.length, id_length);
        let order = match (&old, &new) {
            (None, None) => {
                self.path.pop();
                let broken = [frame.old.broken(), frame.new.broken()];
                for id in broken.into_iter().flatten() {
                    self.unread(id, ReadError::Corrupt("not a tree"));
                }
                return Step::End;
            }
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.order(new),
        };
        let old = old.filter(|_| order.is_le());
        let new = new.filter(|_| order.is_ge());
        let (old, new) = (old.as_ref(), new.as_ref());
        let (old_next, new_next) = (old.map(|item| item.next), new.map(|item| item.next));
        let mut step = Step::Next;
        if let Some(item) = old.or(new) {
            self.path.extend_from_slice(item.name);
            match item.is_folder() {
                true => step = self.folders(old, new, depth).map_or(Step::Next, Step::Into),
                false => self.files(old, new),
            }
        }
        frame.old.go_to(old_next);
        frame.new.go_to(new_next);
        step
    }

    /// Compares files of the same name.
    fn files(&mut self, old: Option<&Item<'_>>, new: Option<&Item<'_>>) {
        let leaf = |item: Option<&Item<'_>>| match item?.what {
            What::Leaf(mode, id) if !is_submodule(mode) => Some((mode, ObjectId::new(id)?)),
            _ => None,
        };
        let old = leaf(old);
        let stages = match new.map(|item| (item.what, item.next)) {
            Some((What::Stages(at), next)) => &self.index.slots[at..next],
            _ => &[],
        };
        let stages = stages
            .iter()
            .filter_map(|slot| self.index.entry(*slot).blob());
        let mut gone = old.is_some();
        let path = &self.path;
        for new in leaf(new).into_iter().chain(stages) {
            gone = false;
            let kind = |mode: u32| mode & 0o170_000;
            if old.is_none_or(|old| old.1 != new.1 || kind(old.0) != kind(new.0)) {
                let new = Some(new);
                (self.each)(Change { path, old, new });
            }
        }
        if gone {
            (self.each)(Change {
                path,
                old,
                new: None,
            });
        }
    }

    /// Compares folders of the same name: nothing, or what is in them.
    fn folders(
        &mut self,
        old: Option<&Item<'_>>,
        new: Option<&Item<'_>>,
        depth: usize,
    ) -> Option<Frame<'i>> {
        let id = |item: Option<&Item<'_>>| match item?.what {
            What::Tree(id) | What::Folder(_, _, Some(id)) => ObjectId::new(id),
            _ => None,
        };
        let old_id = id(old);
        if old_id.is_some() && old_id == id(new) {
            return None;
        }
        let tree = match new.map(|item| item.what) {
            Some(What::Tree(id)) => Some(self.tree(ObjectId::new(id)?, depth)?),
            _ => None,
        };
        let old = old_id.and_then(|id| self.tree(id, depth));
        let old = old.unwrap_or(Side::Nothing);
        let new = match new.map(|item| (item.what, item.next)) {
            Some((What::Folder(at, folder, _), end)) => {
                Side::entries(self.index, at..end, folder, old.is_nothing())
            }
            _ => tree.unwrap_or(Side::Nothing),
        };
        self.path.push(b'/');
        let length = self.path.len();
        Some(Frame { length, old, new })
    }

    /// Reads the tree of the folder that `path` names.
    fn tree(&mut self, id: ObjectId, depth: usize) -> Option<Side<'i>> {
        let found = if is_empty_tree(&id) {
            Ok(Vec::new())
        } else if depth >= MAX_DEPTH {
            Err(ReadError::Corrupt("folders are nested without end"))
        } else if self.read >= MAX_TREES {
            Err(ReadError::Corrupt("too much differs to be compared"))
        } else {
            match self.objects.read(&id) {
                Ok(object) if object.kind == ObjectKind::Tree => Ok(object.data),
                Ok(_) => Err(ReadError::Corrupt("not a tree")),
                Err(error) => Err(error),
            }
        };
        match found {
            Ok(data) => {
                self.read += data.len() + TREE_COST;
                Some(Side::Tree { id, data, at: 0 })
            }
            Err(error) => {
                self.unread(id, error);
                None
            }
        }
    }

    fn unread(&mut self, id: ObjectId, error: ReadError) {
        if self.changes.unread.len() < MAX_UNREAD {
            let path = self.path.clone();
            self.changes.unread.push(Unread { path, id, error });
        } else {
            self.changes.unlisted += 1;
        }
    }
}

/// What follows a comparison.
enum Step<'i> {
    /// The folder is at its end.
    End,
    /// The next item.
    Next,
    /// What is in this folder, then the next item.
    Into(Frame<'i>),
}
