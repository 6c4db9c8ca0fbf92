//! What steps add. A step leads from what was there before to what is there now: from HEAD to the index, or from
//! its parents to a commit. Each blob is read once, however many steps add it and under whatever paths.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::account::Account;
use super::{Content, Progress, Visit, WHOLE, may_hold};
use crate::finding::{Coverage, InGit, ObjectId, Place, Skip, SkipReason, Untrusted};
use crate::git::loose;
use crate::git::object::{Object, ObjectKind, ReadError};
use crate::git::store::Store;

/// A file that a step adds or changes, or the target of a link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Added {
    /// Its path, from the root of the repository.
    pub path: Box<[u8]>,
    /// What it holds.
    pub blob: ObjectId,
    /// Whether it is a link.
    pub link: bool,
    /// The number of the step.
    pub step: u32,
}

/// A name that a step adds and that could hold a credential.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The path that ends with it, from the root of the repository.
    pub path: Box<[u8]>,
    /// The file of that name. None for a folder.
    pub blob: Option<ObjectId>,
    /// The number of the step.
    pub step: u32,
}

impl Named {
    /// The names in a path that could hold a credential, outermost first.
    pub fn of(path: &[u8], blob: ObjectId, step: u32) -> impl Iterator<Item = Named> + '_ {
        let ends = memchr::memchr_iter(b'/', path).chain([path.len()]);
        let mut start = 0;
        ends.filter_map(move |end| {
            let name = &path[start..end];
            start = end + 1;
            may_hold_secret(name).then(|| Named {
                path: path[..end].into(),
                blob: (end == path.len()).then_some(blob),
                step,
            })
        })
    }
}

/// Whether a name has a run of letters and digits that is nearly as long as the shortest credential. The
/// visitor knows better; this spares it nearly every name.
pub fn may_hold_secret(name: &[u8]) -> bool {
    const RUN: usize = 20;
    let run = |part: &[u8]| part.len() >= RUN;
    name.len() >= RUN && name.split(|b| !b.is_ascii_alphanumeric()).any(run)
}

/// How many objects that could not be read are listed one by one. A partial clone can lack a million.
const MOST_SKIPS: usize = 1000;

/// One blob can have any number of paths, and rules look at each: so many bytes are scanned of one for all.
const MOST_SCANNED: usize = 1 << 30;

/// More paths than that, beyond the first of each blob, are no history that people have made. Then only so many
/// of a blob are looked at.
const MOST_PATHS: usize = 200_000;
const SOME_PATHS: usize = 100;

/// What is read of a large document before it is looked at: enough to tell its encoding.
const HEAD: usize = 4 << 10;

/// Fewer blobs are read before another thread has woken up.
const FEW: usize = 16;

/// Reads what is added, and keeps the account.
pub struct Reading<'a> {
    /// Where objects are.
    pub store: &'a Store,
    /// The path of the repository, as the user would type it.
    pub name: &'a Untrusted,
    /// What a file's content is: [`Place::Index`] or [`Place::Blob`].
    pub place: Place,
    /// What is said of an object that is not there; nothing if that does not matter.
    pub missing: Option<SkipReason>,
    /// Who looks at documents.
    pub visitor: &'a dyn Visit,
    /// Larger files are left out and counted.
    pub max_file_size: Option<u64>,
    /// Is kept up to date during the scan.
    pub progress: Option<&'a Progress>,
    /// What was read so far.
    pub coverage: Mutex<Coverage>,
    /// Objects that were not read.
    pub failures: Mutex<BTreeMap<ObjectId, Skip>>,
}

impl<'a> Reading<'a> {
    /// Reads nothing yet.
    pub fn new(store: &'a Store, name: &'a Untrusted, visitor: &'a dyn Visit) -> Reading<'a> {
        Reading {
            store,
            name,
            place: Place::Blob,
            missing: Some(SkipReason::MissingObject),
            visitor,
            max_file_size: None,
            progress: None,
            coverage: Mutex::default(),
            failures: Mutex::default(),
        }
    }

    /// Shows every blob under every path that it is added at. What is added must be in order.
    pub fn blobs(&self, added: &[Added]) {
        // By path and step: versions of one file are deltas on each other.
        let mut groups: Vec<(&Added, Vec<&Added>)> = Vec::new();
        let mut known: std::collections::HashMap<ObjectId, usize> = Default::default();
        for one in added {
            let at = *known.entry(one.blob).or_insert_with(|| {
                groups.push((one, Vec::new()));
                groups.len() - 1
            });
            let same = |other: &&Added| other.path == one.path && other.link == one.link;
            if !groups[at].1.last().is_some_and(same) {
                groups[at].1.push(one);
            }
        }
        drop(known);
        groups.par_sort_unstable_by_key(|(first, _)| (&first.path, first.step, &first.blob));
        let further: usize = groups.iter().map(|(_, paths)| paths.len() - 1).sum();
        let most = match further {
            0..=MOST_PATHS => usize::MAX,
            _ => SOME_PATHS,
        };
        if groups.len() < FEW {
            groups.iter().for_each(|(_, paths)| self.blob(paths, most));
        } else {
            (groups.par_iter()).for_each(|(_, paths)| self.blob(paths, most));
        }
    }

    /// Shows one blob under its paths.
    fn blob(&self, paths: &[&Added], most: usize) {
        let Some(first) = paths.first() else { return };
        let read = match self.object(&first.blob, ObjectKind::Blob) {
            Ok(object) => self.whole(&object.data, paths, most),
            Err(ReadError::TooLarge(size)) if self.too_large(size) => Ok(None),
            Err(ReadError::TooLarge(_)) => self.large(&first.blob, paths),
            Err(error) => Err(error),
        };
        match read {
            Ok(None) => {
                let mut coverage = self.coverage.lock().unwrap_or_else(PoisonError::into_inner);
                coverage.too_large += 1;
            }
            Ok(Some(bytes)) => self.count(bytes),
            Err(error) => self.fail(first.blob, &first.path, &error),
        }
    }

    /// Whether the user does not want files of that size.
    fn too_large(&self, size: u64) -> bool {
        self.max_file_size.is_some_and(|most| size > most)
    }

    fn whole(&self, data: &[u8], paths: &[&Added], most: usize) -> Result<Option<u64>, ReadError> {
        if self.too_large(data.len() as u64) {
            return Ok(None);
        }
        let most = most.min((MOST_SCANNED / data.len().max(1)).max(SOME_PATHS));
        // Of one with a single path the visitor asks itself.
        if paths.len() > 1 && !self.may_hold(data) {
            return Ok(Some(data.len() as u64));
        }
        for added in self.some(paths, most) {
            self.offer(added, content(data, &mut &data[data.len().min(HEAD)..]));
        }
        Ok(Some(data.len() as u64))
    }

    /// The paths under which a blob is looked at: at most so many.
    fn some<'s, 'p>(&self, paths: &'s [&'p Added], most: usize) -> &'s [&'p Added] {
        if let Some(first) = paths.get(most) {
            let detail = "it has too many paths to be looked at under each";
            let reason = SkipReason::TooLarge;
            self.skip(Some(first.blob), &first.path, reason, detail);
        }
        &paths[..paths.len().min(most)]
    }

    /// A blob that is not held in memory: first whether it may hold a secret at all, then in windows.
    fn large(&self, id: &ObjectId, paths: &[&Added]) -> Result<Option<u64>, ReadError> {
        let mut stream = self.store.stream(id)?;
        let asked = may_hold(&mut stream, &|piece| self.may_hold(piece));
        let (found, mut total) = asked.map_err(loose::inflating)?;
        let paths = if found { paths } else { &[] };
        for added in self.some(paths, SOME_PATHS) {
            let (mut stream, mut head) = (self.store.stream(id)?, Vec::new());
            let read = (&mut stream).take(HEAD as u64).read_to_end(&mut head);
            read.map_err(loose::inflating)?;
            let read = self.offer(added, Content::Stream(&head, &mut stream));
            total = total.max(read);
        }
        Ok(Some(total))
    }

    /// Shows every name once. They must be in order.
    pub fn names(&self, named: &[Named]) {
        let mut last = None;
        for name in named {
            if last != Some(&name.path) && self.may_hold(&name.path) {
                self.say(Place::Path, &name.path, name.blob, None, &name.path);
            }
            last = Some(&name.path);
        }
    }

    fn offer<'c>(&self, added: &'c Added, content: Content<'c>) -> u64 {
        let place = if added.link {
            Place::Symlink
        } else {
            self.place
        };
        let git = self.in_git(Some(added.blob), None);
        self.show(place, &added.path, git, content)
    }

    /// Shows a text that is no blob. It is not counted.
    pub fn say(
        &self,
        place: Place,
        path: &[u8],
        object: Option<ObjectId>,
        commit: Option<ObjectId>,
        text: &[u8],
    ) {
        let git = self.in_git(object, commit);
        self.show(
            place,
            path,
            git,
            content(text, &mut &text[text.len().min(HEAD)..]),
        );
    }

    fn in_git(&self, object: Option<ObjectId>, commit: Option<ObjectId>) -> InGit {
        InGit {
            repository: self.name.clone(),
            object,
            commit,
        }
    }

    /// Shows a document. How many bytes were read is no part of the account yet.
    fn show<'c>(&self, place: Place, path: &'c [u8], git: InGit, content: Content<'c>) -> u64 {
        let mut account = Account::new(self.visitor);
        account.offer_from(Some(git), place, path, content);
        if !account.coverage.skipped.is_empty() {
            let mut coverage = self.coverage.lock().unwrap_or_else(PoisonError::into_inner);
            coverage.skipped.append(&mut account.coverage.skipped);
        }
        account.coverage.bytes
    }

    /// Whether a part of a document may hold a secret; false is certain.
    pub fn may_hold(&self, piece: &[u8]) -> bool {
        Account::new(self.visitor).may_hold(piece)
    }

    /// Reads an object of one kind.
    pub fn object(&self, id: &ObjectId, kind: ObjectKind) -> Result<Arc<Object>, ReadError> {
        match self.store.object(id) {
            Ok(object) if object.kind == kind => Ok(object),
            Ok(_) => Err(ReadError::Corrupt("an object of another kind")),
            Err(error) => Err(error),
        }
    }

    /// Counts a document that was read.
    pub fn count(&self, bytes: u64) {
        let mut coverage = self.coverage.lock().unwrap_or_else(PoisonError::into_inner);
        coverage.documents += 1;
        coverage.bytes += bytes;
        drop(coverage);
        if let Some(progress) = self.progress {
            progress.documents.fetch_add(1, Ordering::Relaxed);
            progress.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// Notes an object that was not read.
    pub fn fail(&self, id: ObjectId, path: &[u8], error: &ReadError) {
        let reason = match error {
            ReadError::Missing => self.missing,
            ReadError::Corrupt(_) => Some(SkipReason::CorruptObject),
            ReadError::TooLarge(_) => Some(SkipReason::TooLarge),
            ReadError::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Some(SkipReason::PermissionDenied)
            }
            ReadError::Io(_) => Some(SkipReason::ReadError),
        };
        if let Some(reason) = reason {
            self.skip(Some(id), path, reason, &error.to_string());
        }
    }

    /// Notes what was not read. Of an object, once: it can be missing in many places.
    pub fn skip(&self, object: Option<ObjectId>, path: &[u8], reason: SkipReason, detail: &str) {
        let skip = Skip {
            path: Untrusted::new(path),
            object,
            reason,
            detail: Untrusted::new(detail),
        };
        match object {
            Some(id) => {
                let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
                let known = failures.entry(id).or_insert_with(|| skip.clone());
                // The same one, whoever comes first.
                if skip < *known {
                    *known = skip;
                }
            }
            None => {
                let mut coverage = self.coverage.lock().unwrap_or_else(PoisonError::into_inner);
                coverage.skipped.push(skip);
            }
        }
    }

    /// What was read and what was not.
    pub fn finish(self) -> Coverage {
        let coverage = self.coverage.into_inner();
        let mut coverage = coverage.unwrap_or_else(PoisonError::into_inner);
        let failures = self.failures.into_inner();
        let failures = failures.unwrap_or_else(PoisonError::into_inner);
        let unlisted = failures.len().saturating_sub(MOST_SKIPS);
        let last = failures.values().next_back().map(|skip| skip.reason);
        (coverage.skipped).extend(failures.into_values().take(MOST_SKIPS));
        if let Some(reason) = last.filter(|_| unlisted > 0) {
            coverage.skipped.push(Skip {
                path: self.name.clone(),
                object: None,
                reason,
                detail: Untrusted::new(format!("and {unlisted} more objects that were not read")),
            });
        }
        coverage.settled()
    }
}

/// Bytes in memory, as they are shown. `rest` is what comes behind the head.
fn content<'c>(data: &'c [u8], rest: &'c mut &'c [u8]) -> Content<'c> {
    match data.len() {
        0..=WHOLE => Content::Whole(data),
        _ => Content::Stream(&data[..HEAD], rest),
    }
}
