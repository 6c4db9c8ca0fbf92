//! The walk: from a directory to its files and sub-directories.

use std::ops::Range;
use std::sync::Arc;

use rayon::Scope;

use super::super::Content;
use super::super::account::Account;
use super::super::ignore::{NoRepository, Rules, Ruling};
use super::{Desk, Scan, offer_name, read};
use crate::finding::Place;
use crate::open::{self, Dir, Kind, Links, MAX_PATH};

/// How many entries of one directory a thread takes on at once: some two hundred microseconds of work,
/// against less than one for handing it over.
const PORTION: usize = 32;

/// A directory that is still to be listed.
pub(super) struct Directory {
    /// Its path in reports, which also opens it; empty for the current directory.
    pub(super) path: Box<[u8]>,
    /// Where that path is too long for the system: an open directory above, and how many bytes lead to
    /// it. It is moved down every so often, so that the time for a tree grows with its depth, not with
    /// the square of it, and few directories are open at a time.
    pub(super) anchor: Option<(Arc<Dir>, usize)>,
    /// The ignore rules of the directory it lies in.
    pub(super) rules: Option<Arc<Rules>>,
    /// Whether they ignore it, and it is listed only for what git tracks in it.
    pub(super) ignored: bool,
    /// Whether it may be a link.
    pub(super) links: Links,
}

/// A directory that was listed.
struct Listed {
    dir: Arc<Dir>,
    directory: Directory,
    listing: Listing,
}

/// The entries of a directory, one name after the other.
#[derive(Default)]
pub(super) struct Listing {
    names: Vec<u8>,
    /// Where each name ends and what it is.
    entries: Vec<(usize, Kind)>,
}

impl Listing {
    fn clear(&mut self) {
        self.names.clear();
        self.entries.clear();
    }

    fn push(&mut self, name: &[u8], kind: Kind) {
        self.names.extend_from_slice(name);
        self.entries.push((self.names.len(), kind));
    }

    /// The entries at `range`.
    fn iter(&self, range: Range<usize>) -> impl Iterator<Item = (&[u8], Kind)> {
        let mut start = range
            .start
            .checked_sub(1)
            .map_or(0, |before| self.entries[before].0);
        self.entries[range].iter().map(move |&(end, kind)| {
            let name = &self.names[start..end];
            start = end;
            (name, kind)
        })
    }
}

impl Scan<'_> {
    /// Lists a directory and scans what is in it.
    pub(super) fn directory<'s>(&'s self, scope: &Scope<'s>, directory: Directory) {
        let mut account = Account::new(self.visitor);
        let opened = match &directory.anchor {
            Some((dir, start)) => dir.dir(&directory.path[*start..]),
            None => Dir::open(&directory.path, directory.links),
        };
        match opened {
            Ok(dir) => self.list(scope, Arc::new(dir), directory, &mut account),
            Err(error) => account.fail(shown(&directory.path), &error),
        }
        self.close(account);
    }

    fn list<'s>(
        &'s self,
        scope: &Scope<'s>,
        dir: Arc<Dir>,
        mut directory: Directory,
        account: &mut Account<'_>,
    ) {
        let mut desk = Desk::sit();
        let mut listing = std::mem::take(&mut desk.listing);
        listing.clear();
        let (mut git, mut gitignore) = (None, false);
        let listed = dir.list(&mut desk.space, |name, kind| match name {
            b".git" => git = Some(kind),
            _ => {
                // As git does, which takes no rules from a link.
                gitignore |= name == b".gitignore" && kind == Kind::File;
                listing.push(name, kind);
            }
        });
        if let Err(error) = listed {
            account.fail(shown(&directory.path), &error);
        }
        if let Some(kind) = git {
            match Rules::of_work_tree(&directory.path, !self.files.no_ignore, account) {
                Ok(rules) => {
                    directory.rules = rules.map(Arc::new);
                    directory.ignored = false;
                }
                // It is called like one, and no more.
                Err(NoRepository) => listing.push(b".git", kind),
            }
        }
        if gitignore && let Some(rules) = &directory.rules {
            let rules = rules.with_gitignore(&dir, &directory.path, account);
            directory.rules = Some(Arc::new(rules));
        }
        let count = listing.entries.len();
        let listed = Listed {
            dir,
            directory,
            listing,
        };
        if count <= PORTION {
            self.entries(scope, &listed, 0..count, &mut desk, account);
            desk.listing = listed.listing;
        } else {
            let listed = Arc::new(listed);
            for start in (0..count).step_by(PORTION) {
                let listed = Arc::clone(&listed);
                scope.spawn(move |scope| {
                    let mut account = Account::new(self.visitor);
                    let mut desk = Desk::sit();
                    let range = start..count.min(start + PORTION);
                    self.entries(scope, &listed, range, &mut desk, &mut account);
                    desk.leave();
                    self.close(account);
                });
            }
        }
        desk.leave();
    }

    /// Scans the entries at `range` of a directory.
    fn entries<'s>(
        &'s self,
        scope: &Scope<'s>,
        listed: &Listed,
        range: Range<usize>,
        desk: &mut Desk,
        account: &mut Account<'_>,
    ) {
        let Listed {
            dir,
            directory,
            listing,
        } = listed;
        let Desk {
            content,
            path,
            relative,
            ..
        } = desk;
        path.clear();
        path.extend_from_slice(&directory.path);
        open::enter(path);
        let start = path.len();
        let above = directory.anchor.as_ref().map_or(0, |&(_, start)| start);
        let anchor = match start - above {
            short if short < MAX_PATH / 2 => directory.anchor.clone(),
            _ => Some((Arc::clone(dir), start)),
        };
        for (name, kind) in listing.iter(range) {
            path.truncate(start);
            path.extend_from_slice(name);
            let mut ignored = false;
            if let Some(rules) = &directory.rules {
                let is_dir = kind == Kind::Dir;
                match rules.ruling(path, is_dir, directory.ignored, relative, account) {
                    Ruling::Read => {}
                    Ruling::Descend => ignored = true,
                    Ruling::Ignore => {
                        account.coverage.ignored += 1;
                        continue;
                    }
                }
            }
            offer_name(path, name, account);
            match kind {
                Kind::File => {
                    let max_size = self.files.max_file_size;
                    read::offer(dir.file(name), path, max_size, content, account);
                }
                Kind::Dir => {
                    let directory = Directory {
                        path: path.as_slice().into(),
                        anchor: anchor.clone(),
                        rules: directory.rules.clone(),
                        ignored,
                        links: Links::Refuse,
                    };
                    scope.spawn(move |scope| self.directory(scope, directory));
                }
                Kind::Link => match dir.link(name) {
                    Ok(text) => account.offer(Place::Symlink, path, Content::Whole(&text)),
                    Err(error) => account.fail(path, &error),
                },
                Kind::Special => account.coverage.special += 1,
            }
        }
    }
}

/// How a report names the directory at `path`.
fn shown(path: &[u8]) -> &[u8] {
    if path.is_empty() { b"." } else { path }
}
