//! The extension `TREE`: for each folder that has not changed since, the tree that git wrote for it, and
//! how many entries of the index that covers. Git takes such a tree into the next commit as it is, so its
//! word is as good as the entries'.

use std::collections::HashMap;
use std::ops::Range;

use super::Index;
use crate::finding::ObjectId;

/// More folders than any repository has. They take up to three times the memory that they take in the file.
const MAX_NODES: usize = 16 << 20;

/// Every folder, each followed by all that are below it. Empty where git remembers none, or where the
/// extension is broken, which git ignores as well.
#[derive(Default)]
pub(super) struct CacheTree(Vec<Node>);

struct Node {
    /// Where its name is.
    name: u32,
    name_length: u32,
    /// Where the id of its tree is. None if something in it has changed.
    id: Option<u32>,
    /// How many entries it covers.
    entries: u32,
    /// The node behind the last one below it.
    end: u32,
}

/// A folder of the cache tree, by its number.
#[derive(Clone, Copy)]
pub(super) struct Folder(usize);

impl CacheTree {
    /// Reads the extension that lies at `range`.
    pub(super) fn new(data: &[u8], range: Range<usize>, id_length: usize) -> CacheTree {
        CacheTree(nodes(data, range, id_length).unwrap_or_default())
    }

    /// Every id in it.
    pub(super) fn ids<'a>(&'a self, index: &'a Index) -> impl Iterator<Item = ObjectId> + 'a {
        let folders = (0..self.0.len()).map(Folder);
        folders.filter_map(|folder| ObjectId::new(self.tree(index, folder)?.0))
    }

    /// The folder of all.
    pub(super) fn root(&self) -> Option<Folder> {
        (!self.0.is_empty()).then_some(Folder(0))
    }

    /// The tree of a folder and how many entries that covers, if nothing in it has changed.
    pub(super) fn tree<'i>(&self, index: &'i Index, folder: Folder) -> Option<(&'i [u8], usize)> {
        let node = &self.0[folder.0];
        let id = &index.data[node.id? as usize..][..index.id_length];
        Some((id, node.entries as usize))
    }

    /// The folders in a folder, by name.
    pub(super) fn children<'i>(
        &self,
        index: &'i Index,
        folder: Folder,
    ) -> HashMap<&'i [u8], Folder> {
        let mut children = HashMap::new();
        let mut next = folder.0 + 1;
        while next < self.0[folder.0].end as usize {
            let node = &self.0[next];
            let name = &index.data[node.name as usize..][..node.name_length as usize];
            children.insert(name, Folder(next));
            next = node.end as usize;
        }
        children
    }
}

/// Reads the nodes: a name, the number of entries, which is negative if something has changed, and of
/// folders below, in decimal digits, and an id if nothing has.
fn nodes(data: &[u8], range: Range<usize>, id_length: usize) -> Option<Vec<Node>> {
    let data = &data[..range.end];
    let mut at = range.start;
    let mut nodes: Vec<Node> = Vec::new();
    // The folders that are open, and how many are still to come in each.
    let mut open: Vec<(usize, u32)> = Vec::new();
    while at < data.len() && nodes.len() < MAX_NODES {
        let name = at;
        let name_length = memchr::memchr(0, &data[at..])?;
        at += name_length + 1;
        let entries = decimal(data, &mut at, b' ')?;
        let below = decimal(data, &mut at, b'\n')?.try_into().ok()?;
        let id = u32::try_from(at).ok()?;
        if entries >= 0 {
            data.get(at..at + id_length)?;
            at += id_length;
        }
        open.push((nodes.len(), below));
        nodes.push(Node {
            name: name.try_into().ok()?,
            name_length: name_length.try_into().ok()?,
            id: (entries >= 0).then_some(id),
            entries: entries.max(0).try_into().ok()?,
            end: 0,
        });
        while let Some((number, _)) = open.pop_if(|(_, to_come)| *to_come == 0) {
            nodes[number].end = nodes.len().try_into().ok()?;
        }
        match open.last_mut() {
            Some((_, to_come)) => *to_come -= 1,
            None => break,
        }
    }
    (open.is_empty() && at == data.len()).then_some(nodes)
}

/// A decimal number that ends with `end`.
fn decimal(data: &[u8], at: &mut usize, end: u8) -> Option<i32> {
    let digits = &data[*at..];
    let digits = &digits[..digits.iter().take(12).position(|&b| b == end)?];
    *at += digits.len() + 1;
    std::str::from_utf8(digits).ok()?.parse().ok()
}
