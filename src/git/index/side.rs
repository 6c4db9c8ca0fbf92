//! One side of a comparison: the items of one folder, of an index or of a tree, in the order that both
//! have in common. (A tree is in order of names, those of folders as if they ended with a slash.)

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;

use super::Index;
use super::cache_tree::Folder;
use super::format::Slot;
use crate::finding::ObjectId;
use crate::git::object::TreeEntries;

/// One folder, read up to some point.
pub(super) enum Side<'i> {
    /// There is none.
    Nothing,
    /// A tree.
    Tree {
        id: ObjectId,
        data: Vec<u8>,
        at: usize,
    },
    /// Entries of an index.
    Entries {
        at: usize,
        end: usize,
        /// Whether the folders below do not matter.
        flat: bool,
        /// What the index remembers of them.
        folders: HashMap<&'i [u8], Folder>,
    },
}

/// What comes next in a folder.
pub(super) struct Item<'a> {
    pub(super) name: &'a [u8],
    pub(super) what: What<'a>,
    /// Where the item behind it begins.
    pub(super) next: usize,
}

/// What it is.
#[derive(Clone, Copy)]
pub(super) enum What<'a> {
    /// Mode and id of something else than a folder in a tree.
    Leaf(u32, &'a [u8]),
    /// Entries of the index with the same path: one, or the stages of a conflict. The number of the first.
    Stages(usize),
    /// A folder, by the id of its tree.
    Tree(&'a [u8]),
    /// A folder of the index: the number of its first entry, what the index remembers of it, and the id of
    /// its tree, if that is known.
    Folder(usize, Option<Folder>, Option<&'a [u8]>),
}

impl Item<'_> {
    pub(super) fn is_folder(&self) -> bool {
        matches!(self.what, What::Tree(_) | What::Folder(..))
    }

    /// The order of a tree. Items are equal that have the same name and are both folders or both not.
    pub(super) fn order(&self, other: &Item<'_>) -> Ordering {
        let length = self.name.len().min(other.name.len());
        let next = |item: &Item<'_>| match item.name.get(length) {
            None if item.is_folder() => b'/',
            next => next.copied().unwrap_or(0),
        };
        let order = self.name[..length].cmp(&other.name[..length]);
        let order = order.then_with(|| next(self).cmp(&next(other)));
        order.then_with(|| self.name.len().cmp(&other.name.len()))
    }
}

impl<'i> Side<'i> {
    /// Entries of an index, and the folder that they are of.
    pub(super) fn entries(
        index: &'i Index,
        range: Range<usize>,
        folder: Option<Folder>,
        flat: bool,
    ) -> Side<'i> {
        let folders = folder.filter(|_| !flat);
        let folders = folders.map(|folder| index.cache_tree.children(index, folder));
        Side::Entries {
            at: range.start,
            end: range.end,
            flat,
            folders: folders.unwrap_or_default(),
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Side::Nothing)
    }

    /// The id of a tree that broke off.
    pub(super) fn broken(&self) -> Option<ObjectId> {
        match self {
            Side::Tree { id, data, at } if *at < data.len() => Some(*id),
            _ => None,
        }
    }

    /// Goes on to the item that begins at `next`, if there was one.
    pub(super) fn go_to(&mut self, next: Option<usize>) {
        if let (Side::Tree { at, .. } | Side::Entries { at, .. }, Some(next)) = (self, next) {
            *at = next;
        }
    }

    /// The item that comes next. The path of the folder is `length` bytes long, with a slash behind it.
    pub(super) fn peek(
        &self,
        index: &'i Index,
        length: usize,
        id_length: usize,
    ) -> Option<Item<'_>> {
        match self {
            Side::Nothing => None,
            Side::Tree { data, at, .. } => {
                let mut entries = TreeEntries::new(&data[*at..], id_length);
                let entry = entries.next()?;
                Some(Item {
                    name: entry.name,
                    what: match entry.is_tree() {
                        true => What::Tree(entry.id),
                        false => What::Leaf(entry.mode, entry.id),
                    },
                    next: data.len() - entries.remaining(),
                })
            }
            Side::Entries {
                at,
                end,
                flat,
                folders,
            } => (at < end).then(|| index.item(*at, *end, length, *flat, folders)),
        }
    }
}

impl Index {
    fn item<'i>(
        &'i self,
        at: usize,
        end: usize,
        length: usize,
        flat: bool,
        folders: &HashMap<&'i [u8], Folder>,
    ) -> Item<'i> {
        let path = self.path(self.slots[at]);
        let rest = &path[length..];
        let slash = memchr::memchr(b'/', rest).filter(|_| !flat);
        let Some(slash) = slash.or(rest.len().checked_sub(1).filter(|last| rest[*last] == b'/'))
        else {
            let next = match self.slots[at].stage(&self.data, self.id_length) {
                0 => at + 1,
                _ => self.end_of_path(at, end),
            };
            return Item {
                name: rest,
                what: What::Stages(at),
                next,
            };
        };
        let name = &rest[..slash];
        if slash + 1 == rest.len() {
            return Item {
                name,
                what: What::Tree(self.entry(self.slots[at]).id),
                next: at + 1,
            };
        }
        let prefix = &path[..length + slash + 1];
        let folder = folders.get(name).copied();
        let known = folder.and_then(|folder| self.remembered(folder, prefix, at, end));
        let id = known.map(|(id, _)| id);
        Item {
            name,
            what: What::Folder(at, folder, id),
            next: known.map_or_else(|| self.end_of(prefix, at, end), |(_, next)| next),
        }
    }

    /// Where the entries end that have the path of the one at `at`.
    fn end_of_path(&self, at: usize, end: usize) -> usize {
        let path = self.path(self.slots[at]);
        let same = |slot: &&Slot| self.path(**slot) == path;
        at + self.slots[at..end].iter().take_while(same).count()
    }

    /// The tree that the index remembers for the folder whose entries begin at `at`, and where they end.
    /// It is not believed where it is said to cover anything but the entries of the folder.
    pub(super) fn remembered(
        &self,
        folder: Folder,
        prefix: &[u8],
        at: usize,
        end: usize,
    ) -> Option<(&[u8], usize)> {
        let (id, count) = self.cache_tree.tree(self, folder)?;
        let next = at.checked_add(count)?;
        let last = self.slots[at..end].get(count.checked_sub(1)?)?;
        let below = |slot| self.path(slot).starts_with(prefix);
        (below(*last) && (next == end || !below(self.slots[next]))).then_some((id, next))
    }
}
