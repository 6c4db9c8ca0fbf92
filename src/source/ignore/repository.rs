//! Where a repository keeps what the walk needs of it: its index and its own exclude file.
//!
//! A `.git` file names a directory elsewhere (a linked work tree, a submodule); if that is gone, or does not name the
//! work tree in turn, there is no repository. A `.git` that is none is content like all else.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::super::account::Account;
use super::tracked::Tracked;
use crate::finding::SkipReason;
use crate::git::repository::of_work_tree;
use crate::open;

/// One repository with a work tree.
pub(super) struct Repository {
    /// Where its index lies.
    git_dir: PathBuf,
    /// How many bytes of a reported path lead to the directory that the user named or, if that is
    /// deeper, to the repository's root.
    cut: usize,
    /// The path from the repository's root to that directory, ending with a slash if there is any.
    above: Vec<u8>,
    /// What it tracks: read when the first ignored entry is met, since most scans meet none.
    tracked: OnceLock<Option<Tracked>>,
}

/// A repository that was found, and where its rules are.
pub(super) struct Located {
    pub(super) repository: Repository,
    /// The path of `info/exclude`, whether it exists or not.
    pub(super) exclude: Vec<u8>,
    /// The directories from its root down to the parent of the directory that the user named, each with
    /// the length of its path from the root.
    pub(super) parents: Vec<(Vec<u8>, usize)>,
}

impl Repository {
    /// The repository whose root is the directory at `path`.
    pub(super) fn at(path: &[u8]) -> Option<Located> {
        let directory = if path.is_empty() { b"." } else { path };
        Repository::open(&open::os_path(directory), path)
    }

    /// The repository that the directory `named` by the user lies in, below its root.
    pub(super) fn above(named: &[u8]) -> Option<Located> {
        let directory = std::fs::canonicalize(open::os_path(named)).ok()?;
        let open = |root| Some((root, Repository::open(root, named)?));
        let (root, mut found) = directory.ancestors().find_map(open)?;
        let mut parent = root.to_path_buf();
        for name in directory.strip_prefix(root).ok()? {
            if name == ".git" {
                return None; // who names a part of it wants to see it
            }
            let above = &mut found.repository.above;
            found
                .parents
                .push((parent.as_os_str().as_encoded_bytes().to_vec(), above.len()));
            parent.push(name);
            above.extend_from_slice(name.as_encoded_bytes());
            above.push(b'/');
        }
        (!found.parents.is_empty()).then_some(found)
    }

    fn open(root: &Path, named: &[u8]) -> Option<Located> {
        let (git_dir, common) = of_work_tree(root)?;
        let repository = Repository {
            git_dir,
            cut: cut(named),
            above: Vec::new(),
            tracked: OnceLock::new(),
        };
        let exclude = common
            .join("info/exclude")
            .into_os_string()
            .into_encoded_bytes();
        Some(Located {
            repository,
            exclude,
            parents: Vec::new(),
        })
    }

    /// The path of an entry from the repository's root.
    pub(super) fn relative<'p>(&self, path: &'p [u8], buffer: &'p mut Vec<u8>) -> &'p [u8] {
        let below = path.get(self.cut..).unwrap_or(path);
        if self.above.is_empty() {
            return below;
        }
        buffer.clear();
        buffer.extend_from_slice(&self.above);
        buffer.extend_from_slice(below);
        buffer
    }

    /// How many bytes of such a path lead to the entries of the directory at `path`.
    pub(super) fn start_below(&self, path: &[u8]) -> usize {
        self.above.len() + cut(path).saturating_sub(self.cut)
    }

    /// What git tracks here. None if the index cannot be read, which is noted once.
    pub(super) fn tracked(&self, account: &mut Account<'_>) -> Option<&Tracked> {
        let load = || match Tracked::read(&self.git_dir) {
            Ok(tracked) => Some(tracked),
            Err(error) => {
                let index = self.git_dir.join("index");
                let index = index.as_os_str().as_encoded_bytes();
                account.skip(index, SkipReason::BadIgnoreFile, &error.to_string());
                None
            }
        };
        self.tracked.get_or_init(load).as_ref()
    }
}

/// How many bytes of an entry's path lead to it from its directory at `path`.
fn cut(path: &[u8]) -> usize {
    match path {
        b"." => 0,
        _ => path.len() + usize::from(!path.is_empty() && !path.ends_with(b"/")),
    }
}
