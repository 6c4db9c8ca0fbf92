//! What people work with in a repository: what HEADs, refs, stashes and indexes lead to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::super::Scanner;
use super::{or_here, real};
use crate::finding::{ObjectId, Place};
use crate::git::ObjectKind;
use crate::git::index::Index;
use crate::git::object::{Said, TreeEntries};
use crate::git::refs::{Head, Refs};
use crate::git::repository::Repository;
use crate::git::store::Store;
use crate::source::{Content, Document, Visit};

/// Tags of tags are followed so far.
const LONGEST_WAY: usize = 10;

/// Commits that are searched for a file that is not there any more.
const MOST_COMMITS: usize = 50_000;

/// A repository, and what was gathered of it.
pub(super) struct Work {
    repository: Repository,
    pub(super) store: Store,
    /// Commits and tags.
    tips: BTreeSet<ObjectId>,
    pub(super) seen: BTreeSet<ObjectId>,
    /// Blobs with a path, messages without one.
    documents: Vec<(ObjectId, Place, Vec<u8>)>,
}

impl Work {
    /// Of which nothing was gathered yet.
    pub(super) fn of(repository: Repository, store: Store) -> Work {
        Work {
            repository,
            store,
            tips: BTreeSet::new(),
            seen: BTreeSet::new(),
            documents: Vec::new(),
        }
    }

    /// Gathers what people work with, and the folders in which they do.
    pub(super) fn fill(&mut self, folders: &mut BTreeSet<PathBuf>) -> Result<(), &'static str> {
        let (trees, troubles) = self.repository.worktrees();
        if !troubles.is_empty() {
            return Err("not every work tree can be found");
        }
        for tree in trees {
            let index = Index::read_in(&tree.index, &tree.git_dir, self.repository.id_length);
            let index = index.map_err(|_| "an index cannot be read")?;
            for entry in index
                .iter()
                .flat_map(Index::entries)
                .filter(|entry| entry.is_blob())
            {
                if let Some(id) = ObjectId::new(entry.id) {
                    self.document(id, Place::Blob, entry.path);
                }
            }
            folders.extend(tree.work_tree.filter(|folder| folder.is_dir()));
        }
        let refs = Refs::read(&self.repository);
        if !refs.troubles.is_empty() || matches!(refs.head, Head::Broken(_)) {
            return Err("not every ref can be read");
        }
        // FETCH_HEAD and its like are what git did last, no place where anybody works.
        let lasting = |name: &[u8]| name.ends_with(b"HEAD") && !name.ends_with(b"_HEAD");
        let lasting = |name: &[u8]| lasting(name) || memchr::memmem::find(name, b"refs/").is_some();
        let mut tips: BTreeSet<ObjectId> = refs
            .refs
            .iter()
            .filter(|tip| lasting(&tip.name))
            .map(|tip| tip.target)
            .collect();
        // A stash is its log; the index and the untracked files of each are further parents of its commits.
        for id in refs
            .reflog(b"refs/stash")
            .into_iter()
            .flat_map(|log| log.ids())
        {
            let Ok(object) = self.store.object(&id) else {
                continue;
            };
            tips.insert(id);
            tips.extend(Said::new(&object.data).parents.into_iter().skip(1));
        }
        if let Some(stash) = refs.get(b"refs/stash")
            && let Ok(object) = self.store.object(&stash)
        {
            tips.extend(Said::new(&object.data).parents);
        }
        for tip in &tips {
            self.tip(*tip).ok_or("not every ref's tip can be read")?;
        }
        self.tips = tips;
        Ok(())
    }

    /// Adds what a tip leads to, and what is said there; none if something of it cannot be read.
    fn tip(&mut self, tip: ObjectId) -> Option<()> {
        let mut id = tip;
        for _ in 0..LONGEST_WAY {
            let object = self.store.object(&id).ok()?;
            match object.kind {
                ObjectKind::Tag | ObjectKind::Commit => {
                    self.document(id, Place::CommitMessage, b"");
                    id = Said::new(&object.data).target?;
                }
                ObjectKind::Tree => return self.tree(id),
                ObjectKind::Blob => {
                    self.document(id, Place::Blob, b"");
                    return Some(());
                }
            }
        }
        None
    }

    fn tree(&mut self, root: ObjectId) -> Option<()> {
        let mut left = vec![(root, Vec::new())];
        while let Some((id, path)) = left.pop() {
            if !self.seen.insert(id) {
                continue;
            }
            let object = self.store.object(&id).ok()?;
            for entry in TreeEntries::new(&object.data, id.as_bytes().len()) {
                if entry.is_submodule() {
                    continue;
                }
                let below = ObjectId::new(entry.id)?;
                let path = [&path, entry.name].concat();
                match entry.is_tree() {
                    true => left.push((below, [&path[..], b"/"].concat())),
                    false => self.document(below, Place::Blob, &path),
                }
            }
        }
        Some(())
    }

    fn document(&mut self, id: ObjectId, place: Place, path: &[u8]) {
        if self.seen.insert(id) {
            self.documents.push((id, place, path.to_vec()));
        }
    }

    /// Whether all of it could be read.
    pub(super) fn scan(&self, scanner: &Scanner<'_>) -> bool {
        let read = |(id, place, path): &(ObjectId, Place, Vec<u8>)| {
            let Ok(object) = self.store.object(id) else {
                return false;
            };
            let document = Document {
                place: *place,
                path,
                git: None,
                content: Content::Whole(&object.data),
            };
            scanner.document(document).is_ok()
        };
        self.documents
            .par_iter()
            .map(read)
            .reduce(|| true, |a, b| a && b)
    }

    /// Whether a commit holds a file that is not on disk any more.
    pub(super) fn knew(&self, path: &Path) -> bool {
        let Some(tree) = self.repository.work_tree.as_ref().and_then(real) else {
            return false;
        };
        let there = path
            .ancestors()
            .skip(1)
            .find(|folder| or_here(folder).is_dir());
        let Some(there) = there else { return false };
        let inside = real(or_here(there)).and_then(|folder| {
            let rest = path.strip_prefix(there).ok()?;
            Some(folder.strip_prefix(&tree).ok()?.join(rest))
        });
        let Some(inside) = inside else { return false };
        let mut left: Vec<ObjectId> = self.tips.iter().copied().collect();
        let mut seen = BTreeSet::new();
        while let Some(id) = left.pop() {
            if seen.len() > MOST_COMMITS || !seen.insert(id) {
                continue;
            }
            let Ok(object) = self.store.object(&id) else {
                continue;
            };
            let said = Said::new(&object.data);
            if said.target.is_some_and(|tree| self.leads(tree, &inside)) {
                return true;
            }
            left.extend(said.parents);
        }
        false
    }

    fn leads(&self, tree: ObjectId, path: &Path) -> bool {
        let found = path.iter().try_fold(tree, |tree, name| {
            let object = self.store.object(&tree).ok()?;
            let mut entries = TreeEntries::new(&object.data, tree.as_bytes().len());
            let entry = entries.find(|entry| entry.name == name.as_encoded_bytes())?;
            ObjectId::new(entry.id)
        });
        found.is_some_and(|id| id != tree)
    }
}
