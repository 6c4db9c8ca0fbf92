//! What a repository that was read knows of the places of its documents: what stands beside them, and where in
//! history they are. Each way of reading one (all of it, what is staged, a range of commits) knows it in its own
//! way.

use crate::finding::{History, Hit, Location, ObjectId, Origin};
use crate::git::store::Store;

/// Answers questions about documents of one repository.
pub(super) trait Chart {
    /// Files of a work tree with the same content as a document. Beside them are files that git does not know.
    fn files(&self, origin: &Origin) -> Vec<&[u8]> {
        let _ = origin;
        Vec::new()
    }

    /// The folder in which a document stands.
    fn folder(&self, origin: &Origin) -> Option<Folder<'_>>;

    /// Every place of a hit, and how many are not listed.
    fn locations(&self, hit: &Location) -> (Vec<Location>, u64) {
        (Vec::from([hit.clone()]), 0)
    }

    /// Whether a place is at HEAD, else how old the newest commit is that holds it.
    fn freshness(&self, place: &Location) -> (bool, i64);

    /// When a place came to be.
    fn since(&self, place: &Location) -> Option<i64>;

    /// Where in history the credential of these hits stands, if that is known.
    fn history(&self, hits: &[&Hit]) -> Option<History>;
}

/// A folder of a repository.
pub(super) struct Folder<'a> {
    /// The path of the document that stands in it.
    pub(super) path: Vec<u8>,
    /// Its tree. None for that of the index.
    pub(super) tree: Option<ObjectId>,
    /// Where its files are.
    pub(super) store: &'a Store,
    /// Lists its files by name, at most so many.
    pub(super) files: Box<dyn Fn(usize) -> Vec<File> + 'a>,
}

/// The name of a file, and what it holds.
pub(super) type File = (Vec<u8>, ObjectId);

impl<'a> Folder<'a> {
    /// The folder of a tree.
    pub(super) fn of_tree(path: Vec<u8>, tree: ObjectId, store: &'a Store) -> Folder<'a> {
        Folder {
            path,
            tree: Some(tree),
            store,
            files: Box::new(move |most| crate::git::tree::files(store, &tree, most)),
        }
    }
}

/// The part of a path that names its folder, with the slash behind it.
pub(super) fn directory(path: &[u8]) -> &[u8] {
    &path[..path.iter().rposition(|&b| b == b'/').map_or(0, |i| i + 1)]
}
