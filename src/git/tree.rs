//! Single questions to trees: what stands at a path, what stands in a folder.

use super::object::{ObjectKind, TreeEntries};
use super::store::Store;
use crate::finding::ObjectId;

/// Mode and id of what stands at a path below a root tree, if all trees on the way can be read.
pub fn entry(store: &Store, root: &ObjectId, path: &[u8]) -> Option<(u32, ObjectId)> {
    let mut names = path.split(|&b| b == b'/').peekable();
    let mut tree = *root;
    loop {
        let name = names.next()?;
        let found = in_tree(store, &tree, name)?;
        if names.peek().is_none() {
            return Some(found);
        }
        tree = found.1;
    }
}

/// The tree of the folder in which a path stands, if there is one.
pub fn folder(store: &Store, root: &ObjectId, path: &[u8]) -> Option<ObjectId> {
    match memchr::memrchr(b'/', path) {
        Some(slash) => Some(entry(store, root, &path[..slash])?.1),
        None => Some(*root),
    }
}

/// The regular files of a folder, by name, at most so many.
pub fn files(store: &Store, tree: &ObjectId, most: usize) -> Vec<(Vec<u8>, ObjectId)> {
    let object = store.object(tree).ok();
    let Some(object) = object.filter(|object| object.kind == ObjectKind::Tree) else {
        return Vec::new();
    };
    let entries = TreeEntries::new(&object.data, tree.as_bytes().len());
    let files =
        entries.filter(|entry| !entry.is_tree() && !entry.is_submodule() && !entry.is_link());
    let blobs = files.filter_map(|entry| Some((entry.name.to_vec(), ObjectId::new(entry.id)?)));
    blobs.take(most).collect()
}

/// The content of a blob that is not larger than this.
pub fn small(store: &Store, id: &ObjectId, most: usize) -> Option<Vec<u8>> {
    let object = store.object(id).ok()?;
    (object.kind == ObjectKind::Blob && object.data.len() <= most).then(|| object.data.clone())
}

fn in_tree(store: &Store, tree: &ObjectId, name: &[u8]) -> Option<(u32, ObjectId)> {
    let object = store.object(tree).ok()?;
    if object.kind != ObjectKind::Tree {
        return None;
    }
    let mut entries = TreeEntries::new(&object.data, tree.as_bytes().len());
    let entry = entries.find(|entry| entry.name == name)?;
    Some((entry.mode, ObjectId::new(entry.id)?))
}
