//! What a repository that was read knows of the surroundings of its documents. Each way of reading one (all of
//! it, what is staged, a range of commits) knows it in its own way.

use std::collections::BTreeMap;

use super::locate::Map;
use super::news::News;
use crate::finding::{ObjectId, Origin, Untrusted};
use crate::git::store::Store;

/// Answers questions about documents of one repository.
pub(super) trait Chart {
    /// Files of a work tree with the same content as a document. Beside them are files that git does not know.
    fn files(&self, origin: &Origin) -> Vec<&[u8]> {
        let _ = origin;
        Vec::new()
    }

    /// The folders in which a document stands, the best first.
    fn folders(&self, origin: &Origin) -> Vec<Folder<'_>>;
}

/// All repositories that were read, by their names.
pub(super) struct Charts<'c> {
    /// Those that were read as a whole.
    pub(super) maps: &'c BTreeMap<Untrusted, Map<'c>>,
    /// The one of which news was read.
    pub(super) news: Option<&'c News>,
}

impl<'c> Charts<'c> {
    pub(super) fn new(maps: &'c BTreeMap<Untrusted, Map<'c>>, news: &'c [News]) -> Charts<'c> {
        let news = news.first();
        Charts { maps, news }
    }

    /// What is known of the repository that a document is from.
    pub(super) fn of(&self, origin: &Origin) -> Option<&'c dyn Chart> {
        let git = origin.git.as_ref()?;
        match self.maps.get(&git.repository) {
            Some(map) => Some(map),
            None => self.news.map(|news| news as &dyn Chart),
        }
    }
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
