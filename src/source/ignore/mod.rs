//! What git would leave out: `.gitignore` files and `.git/info/exclude`, inside a repository only, and
//! never a user's own excludes, so that every machine sees the same. What git tracks is read whatever
//! these files say, because that is what gets published.
//!
//! The rules of a directory are a list that its sub-directories share; one with a `.gitignore` of its
//! own copies the list of shared pointers and adds a level. (As a chain of parents, a tree of 10,000
//! such directories would overflow the stack when it is dropped.)

use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;

use ::ignore::Match;
use ::ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::account::Account;
use crate::finding::SkipReason;
use crate::open::{self, Dir, Links};

mod pattern;
mod repository;
#[cfg(test)]
mod tests;
mod tracked;

use repository::Repository;

/// The largest ignore file that is read. git stops at 100 MB, but half a megabyte of the worst patterns
/// takes the matcher a second and 250 MB.
const MAX_PATTERNS: usize = 512 << 10;

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

/// The rules that hold for the entries of a directory.
pub(super) struct Rules {
    repository: Arc<Repository>,
    /// From weakest to strongest: `info/exclude`, then `.gitignore` files from the top down.
    levels: Vec<Arc<Level>>,
}

/// The patterns of one file.
struct Level {
    patterns: Gitignore,
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

    /// The rules of a repository whose root is the directory at `path`.
    pub(super) fn of_work_tree(path: &[u8], account: &mut Account<'_>) -> Option<Arc<Rules>> {
        let found = Repository::at(path)?;
        Some(Arc::new(Rules::of(
            found.repository,
            &found.exclude,
            account,
        )))
    }

    fn of(repository: Repository, exclude: &[u8], account: &mut Account<'_>) -> Rules {
        let (repository, levels) = (Arc::new(repository), Vec::new());
        let mut rules = Rules { repository, levels };
        rules.add(open::file(exclude, Links::Follow), 0, exclude, account);
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
        let patterns = file.and_then(|file| match open::regular_size(&file)? {
            Some(_) => compile(&open::read_up_to(file, MAX_PATTERNS)?),
            None => Ok(Gitignore::empty()),
        });
        match patterns {
            Ok(patterns) if patterns.is_empty() => {}
            Ok(patterns) => self.levels.push(Arc::new(Level { patterns, start })),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => account.skip(path, SkipReason::BadIgnoreFile, &error.to_string()),
        }
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
        let decisive = self.levels.iter().rev().find_map(|level| {
            let path = open::os_path(path.get(level.start..)?);
            match level.patterns.matched(path, is_dir) {
                Match::None => None,
                found => Some(found.is_ignore()),
            }
        });
        decisive.unwrap_or(false)
    }
}

/// Compiles the content of an ignore file. A line that git could not match either is left out; so is
/// one that the matcher does not take, which lets more be read, not less.
fn compile(content: &[u8]) -> io::Result<Gitignore> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let mut builder = GitignoreBuilder::new(Path::new(""));
    for line in content.split(|&b| b == b'\n') {
        if let Some(line) = pattern::translate(line) {
            let _ = builder.add_line(None, &line);
        }
    }
    builder.build().map_err(io::Error::other)
}

fn gitignore_in(directory: &[u8]) -> Vec<u8> {
    let mut path = directory.to_vec();
    open::enter(&mut path);
    path.extend_from_slice(b".gitignore");
    path
}
