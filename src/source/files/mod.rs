//! Files and directory trees, read on every core.
//!
//! A directory is a task. The thread that lists it also reads and scans its files, into one buffer that
//! it uses for every file it ever reads; only sub-directories, and portions of a larger directory,
//! are left for others to steal. Nothing is passed from thread to thread, sorted or mapped.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::Scope;

use super::account::Account;
use super::added::may_hold_secret;
use super::ignore::Rules;
use super::{Content, Visit};
use crate::finding::{Coverage, Place, SkipReason};
use crate::open::{self, Links};

#[cfg(test)]
mod git_tests;
mod read;
#[cfg(test)]
mod tests;
mod walk;

use walk::{Directory, Listing};

/// Files and directories to scan.
///
/// Links are not followed, but their text is a document; a link that the user names is followed. What
/// git ignores is left out unless git tracks it; what the user names is scanned. A repository's `.git` is
/// never read on the walk. A path that lies below another is scanned twice; only the same path is scanned once.
///
/// Work is spread over the threads of the [`rayon`] pool that [`Files::visit`] is called in.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The paths as the user typed them. None means the current directory.
    pub paths: Vec<PathBuf>,
    /// Whether to read what git ignores, too.
    pub no_ignore: bool,
    /// Files larger than this are left out and counted.
    pub max_file_size: Option<u64>,
    /// Is kept up to date during the scan.
    pub progress: Option<Arc<Progress>>,
}

/// How far a scan has come, for a progress bar: correct, and a few files late.
#[derive(Debug, Default)]
pub struct Progress {
    /// Documents read.
    pub documents: AtomicU64,
    /// Their bytes.
    pub bytes: AtomicU64,
}

impl Files {
    /// Shows every document to `visitor`, in no particular order. The result is the same for any
    /// number of threads.
    pub fn visit(&self, visitor: &dyn Visit) -> Coverage {
        let scan = Scan {
            files: self,
            visitor,
            total: Mutex::default(),
        };
        let mut roots: BTreeSet<&[u8]> = self.paths.iter().map(|path| typed(path)).collect();
        if roots.is_empty() {
            roots.insert(b".");
        }
        rayon::scope(|scope| {
            for root in roots {
                scope.spawn(|scope| scan.root(scope, root));
            }
        });
        let total = scan.total.into_inner();
        total.unwrap_or_else(PoisonError::into_inner).settled()
    }
}

/// One call of [`Files::visit`]: what all its tasks share.
struct Scan<'a> {
    files: &'a Files,
    visitor: &'a dyn Visit,
    total: Mutex<Coverage>,
}

impl Scan<'_> {
    /// Scans what the user named.
    fn root<'s>(&'s self, scope: &Scope<'s>, typed: &[u8]) {
        let mut account = Account::new(self.visitor);
        match fs::metadata(open::os_path(typed)) {
            Err(error) => account.fail(typed, &error),
            Ok(found) if found.is_dir() => {
                offer_name(typed, typed, &mut account);
                let rules = if self.files.no_ignore {
                    None
                } else {
                    Rules::above(typed, &mut account)
                };
                let path = if typed == b"." {
                    Box::default()
                } else {
                    typed.into()
                };
                let root = Directory {
                    path,
                    anchor: None,
                    rules,
                    ignored: false,
                    links: Links::Follow,
                };
                scope.spawn(|scope| self.directory(scope, root));
            }
            Ok(found) if found.is_file() => {
                offer_name(typed, typed, &mut account);
                let file = open::file(typed, Links::Follow);
                let mut desk = Desk::sit();
                read::offer(
                    file,
                    typed,
                    self.files.max_file_size,
                    &mut desk.content,
                    &mut account,
                );
                desk.leave();
            }
            Ok(_) => account.skip(
                typed,
                SkipReason::NotAFile,
                "neither a file nor a directory",
            ),
        }
        self.close(account);
    }

    /// Adds what a task has read to the total.
    fn close(&self, account: Account<'_>) {
        let coverage = account.coverage;
        if let Some(progress) = &self.files.progress {
            progress
                .documents
                .fetch_add(coverage.documents, Ordering::Relaxed);
            progress.bytes.fetch_add(coverage.bytes, Ordering::Relaxed);
        }
        let mut total = self.total.lock().unwrap_or_else(PoisonError::into_inner);
        total.add(coverage);
    }
}

/// The buffers of a thread.
#[derive(Default)]
struct Desk {
    /// A file's content.
    content: Vec<u8>,
    /// A directory's entries.
    listing: Listing,
    /// Lent to the system for listing a directory.
    space: Vec<u8>,
    /// The path of an entry, as reports show it.
    path: Vec<u8>,
    /// The same from the root of its repository.
    relative: Vec<u8>,
}

thread_local! {
    static DESK: Cell<Desk> = Cell::default();
}

impl Desk {
    /// Takes the thread's buffers. A visitor that itself runs tasks of ours on this thread finds the
    /// place empty and gets new ones: slower, not wrong.
    fn sit() -> Desk {
        DESK.take()
    }

    /// Puts them back for the next task.
    fn leave(self) {
        DESK.set(self);
    }
}

/// A path as the user typed it, without the slashes at its end.
fn typed(path: &std::path::Path) -> &[u8] {
    let bytes = path.as_os_str().as_encoded_bytes();
    let len = bytes
        .iter()
        .rposition(|&b| b != b'/')
        .map_or(bytes.len().min(1), |last| last + 1);
    &bytes[..len]
}

/// Shows the path of an entry as a document of its own, if its name could hold a credential. The directories
/// above are entries themselves and had their turn.
fn offer_name(path: &[u8], name: &[u8], account: &mut Account<'_>) {
    if may_hold_secret(name) {
        account.offer(Place::Path, path, Content::Whole(path));
    }
}
