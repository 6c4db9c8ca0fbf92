//! What git would leave out: `.gitignore` files and `.git/info/exclude`, inside a repository only, and
//! never a user's own excludes, so that every machine sees the same. What git tracks is read whatever
//! these files say, because that is what gets published.
//!
//! The rules of a directory are a list that its sub-directories share; one with a `.gitignore` of its
//! own copies the list of shared pointers and adds a level. (As a chain of parents, a tree of 10,000
//! such directories would overflow the stack when it is dropped.)

use std::io::{self, ErrorKind};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::account::Account;
use crate::finding::SkipReason;
use crate::open::{self, Dir, Links};

mod pattern;
mod repository;
#[cfg(test)]
mod tests;
mod tracked;

use pattern::Patterns;
use repository::Repository;

/// The largest ignore file that is read; git stops at 100 MB.
const MAX_PATTERNS: usize = 512 << 10;

/// How many bytes of different ignore files may hold for one directory.
const MAX_LEVELS: usize = 4 << 20;

/// What to do with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ruling {
    /// It is in scope.
    Read,
    /// An ignored directory in which git tracks something: only that is in scope.
    Descend,
    /// It is left out.
    Ignore,
}

/// What is called `.git` is no repository.
pub(super) struct NoRepository;

/// The rules that hold for the entries of a directory.
pub(super) struct Rules {
    repository: Arc<Repository>,
    /// From weakest to strongest: `info/exclude`, then `.gitignore` files from the top down.
    levels: Vec<Arc<Level>>,
}

/// The patterns of one file.
struct Level {
    patterns: Arc<Patterns>,
    /// Of the content that they are of, and its length. The same one often lies in many directories.
    hash: [u8; 32],
    length: usize,
    /// How many bytes of a path from the repository's root the patterns do not see.
    start: usize,
}

impl Rules {
    /// The rules that come down from above to a directory that the user named. None where it lies in
    /// no repository, or is the root of one, which is seen when it is listed.
    pub(super) fn above(root: &[u8], account: &mut Account<'_>) -> Option<Arc<Rules>> {
        let found = Repository::above(root)?;
        let mut rules = Rules::of(found.repository, &found.exclude, account);
        for (parent, start) in found.parents {
            let path = gitignore_in(&parent);
            // As on the walk: git takes no rules from a link.
            if open::os_path(&path)
                .symlink_metadata()
                .is_ok_and(|found| found.is_file())
            {
                rules.add(open::file(&path, Links::Refuse), start, &path, account);
            }
        }
        Some(Arc::new(rules))
    }

    /// The rules of a repository whose root is the directory at `path`; none if they are not `wanted`.
    pub(super) fn of_work_tree(
        path: &[u8],
        wanted: bool,
        account: &mut Account<'_>,
    ) -> Result<Option<Rules>, NoRepository> {
        let found = Repository::at(path).ok_or(NoRepository)?;
        Ok(wanted.then(|| Rules::of(found.repository, &found.exclude, account)))
    }

    fn of(repository: Repository, exclude: &[u8], account: &mut Account<'_>) -> Rules {
        let (repository, levels) = (Arc::new(repository), Vec::new());
        let mut rules = Rules { repository, levels };
        let folder = open::os_path(exclude)
            .parent()
            .is_some_and(std::path::Path::is_symlink);
        if !folder {
            rules.add(open::file(exclude, Links::Refuse), 0, exclude, account);
        }
        rules
    }

    /// These rules, and those of the `.gitignore` in the directory at `path`.
    pub(super) fn with_gitignore(
        &self,
        dir: &Dir,
        path: &[u8],
        account: &mut Account<'_>,
    ) -> Rules {
        let (repository, levels) = (Arc::clone(&self.repository), self.levels.clone());
        let mut rules = Rules { repository, levels };
        let start = rules.repository.start_below(path);
        rules.add(dir.file(b".gitignore"), start, &gitignore_in(path), account);
        rules
    }

    /// Adds the patterns of a file. What is no regular file holds none, as for git.
    fn add(
        &mut self,
        file: io::Result<std::fs::File>,
        start: usize,
        path: &[u8],
        account: &mut Account<'_>,
    ) {
        let content = file.and_then(|file| match open::regular_size(&file)? {
            Some(_) => open::read_up_to(file, MAX_PATTERNS),
            None => Ok(Vec::new()),
        });
        let added = match content {
            Ok(content) => self.add_content(&content, start),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = added {
            account.skip(path, SkipReason::BadIgnoreFile, &why);
        }
    }

    fn add_content(&mut self, content: &[u8], start: usize) -> Result<(), String> {
        let hash = Sha256::digest(content).into();
        let known = self.levels.iter().find(|level| level.hash == hash);
        let (patterns, length) = match known {
            Some(level) => (Arc::clone(&level.patterns), 0),
            None => {
                let before: usize = self.levels.iter().map(|level| level.length).sum();
                if before + content.len() > MAX_LEVELS {
                    return Err("too many patterns together with those above".to_owned());
                }
                (Arc::new(Patterns::compile(content)?), content.len())
            }
        };
        if !patterns.is_empty() {
            self.levels.push(Arc::new(Level {
                patterns,
                hash,
                length,
                start,
            }));
        }
        Ok(())
    }

    /// What to do with the entry at `path`, a directory or not, in a directory that is `ignored` itself
    /// or not: nothing below an ignored directory can be re-included. `buffer` is only lent.
    pub(super) fn ruling(
        &self,
        path: &[u8],
        is_dir: bool,
        ignored: bool,
        buffer: &mut Vec<u8>,
        account: &mut Account<'_>,
    ) -> Ruling {
        let path = self.repository.relative(path, buffer);
        if !ignored && !self.match_ignore(path, is_dir) {
            return Ruling::Read;
        }
        match self.repository.tracked(account) {
            Some(tracked) if is_dir && tracked.below(path) => Ruling::Descend,
            Some(tracked) if !is_dir && tracked.contains(path) => Ruling::Read,
            _ => Ruling::Ignore,
        }
    }

    /// The last pattern that matches decides; a deeper file comes after one above it.
    fn match_ignore(&self, path: &[u8], is_dir: bool) -> bool {
        let decisive = self
            .levels
            .iter()
            .rev()
            .find_map(|level| level.patterns.judge(path.get(level.start..)?, is_dir));
        decisive.unwrap_or(false)
    }
}

fn gitignore_in(directory: &[u8]) -> Vec<u8> {
    let mut path = directory.to_vec();
    open::enter(&mut path);
    path.extend_from_slice(b".gitignore");
    path
}
