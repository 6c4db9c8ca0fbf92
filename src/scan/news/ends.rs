//! What stands where a range begins and where it ends. A change is judged by what was agreed before it, so the project's
//! settings are read at the base.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::Asked;
use super::range::opened;
use crate::finding::{Coverage, ObjectId};
use crate::git::object::Said;
use crate::git::repository::{Environment, Repository};
use crate::git::revision::{self, Range};
use crate::git::store::Store;
use crate::git::tree;

/// More bases are none that one can be told from.
const MOST: usize = 64;

/// The trees at the two ends of what is scanned.
pub struct Ends {
    repository: Repository,
    store: Store,
    /// The folder that the paths of trees start from.
    root: PathBuf,
    /// Each once. None if there is no base, or if it is not here.
    bases: Option<BTreeSet<ObjectId>>,
    tips: BTreeSet<ObjectId>,
}

impl Ends {
    /// Those of a range of a repository.
    pub fn of(path: &Path, environment: &Environment, asked: &Asked<'_>) -> anyhow::Result<Ends> {
        let opened = opened(path, environment, asked, &mut Coverage::default())?;
        let (repository, store) = (opened.repository, opened.store);
        let commit = |id: &ObjectId| Some(Said::new(&store.object(id).ok()?.data).target)?;
        let mut bases = Some(BTreeSet::new());
        for range in &opened.push.ranges {
            let begins = begins(range, &repository, &store);
            let trees: Option<BTreeSet<ObjectId>> = begins.iter().map(commit).collect();
            match (&mut bases, trees.filter(|trees| !trees.is_empty())) {
                (Some(bases), Some(trees)) => bases.extend(trees),
                _ => bases = None,
            }
        }
        let tips = opened.push.ranges.iter().flat_map(|range| &range.include);
        let tips = tips.filter_map(commit).collect();
        let root = repository.work_tree.as_ref().unwrap_or(&repository.git_dir);
        Ok(Ends {
            root: fs::canonicalize(root).unwrap_or_else(|_| root.clone()),
            bases: bases.filter(|bases| (1..=MOST).contains(&bases.len())),
            tips,
            repository,
            store,
        })
    }

    /// The folder that the paths of trees start from: that of the work tree, else the repository.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether files of the work tree may be what the range brings.
    pub fn has_files(&self) -> bool {
        self.repository.work_tree.is_some()
    }

    /// The trees that the range starts from.
    pub fn bases(&self) -> impl Iterator<Item = &ObjectId> {
        self.bases.iter().flatten()
    }

    /// The trees that it ends with.
    pub fn tips(&self) -> impl Iterator<Item = &ObjectId> {
        self.tips.iter()
    }

    /// The file at a path from the root, if a tree has one that is not larger.
    pub fn file(&self, tree: &ObjectId, path: &Path, most: usize) -> Option<Vec<u8>> {
        const KIND: u32 = 0o170000;
        let (mode, id) = tree::entry(&self.store, tree, &bytes(path))?;
        (mode & KIND == 0o100000).then_some(())?;
        tree::small(&self.store, &id, most)
    }

    /// Whether some end has anything at a path from the root.
    pub fn holds(&self, path: &Path) -> bool {
        let path = bytes(path);
        let mut trees = self.bases().chain(self.tips());
        trees.any(|tree| path.is_empty() || tree::entry(&self.store, tree, &path).is_some())
    }

    /// The names of the files in a folder of a tree.
    pub fn names(&self, tree: &ObjectId, folder: &Path) -> Vec<PathBuf> {
        let path = bytes(folder);
        let found = match path.is_empty() {
            true => Some(*tree),
            false => tree::entry(&self.store, tree, &path).map(|(_, id)| id),
        };
        let files = found.map(|id| tree::files(&self.store, &id, 10_000));
        let names = files.into_iter().flatten();
        names
            .map(|(name, _)| folder.join(&*crate::open::os_path(&name)))
            .collect()
    }
}

/// A path of a tree, as git writes it.
fn bytes(path: &Path) -> Vec<u8> {
    let parts = path.iter().map(|part| part.as_encoded_bytes());
    parts.collect::<Vec<_>>().join(&b'/')
}

/// Where a range begins: what was written, or, where that is everything that somebody has, the commits that it goes on
/// from.
fn begins(range: &Range, repository: &Repository, store: &Store) -> Vec<ObjectId> {
    if let [one] = range.exclude[..] {
        return Vec::from([one]);
    }
    let commits = revision::commits(range, &repository.shallow, store).commits;
    let inside: BTreeSet<&ObjectId> = commits.iter().collect();
    let parents = commits.iter().flat_map(|id| {
        let commit = store.object(id).ok();
        commit.map_or_else(Vec::new, |commit| Said::new(&commit.data).parents)
    });
    let outside: BTreeSet<ObjectId> = parents.filter(|id| !inside.contains(id)).collect();
    outside.into_iter().collect()
}
