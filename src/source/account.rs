//! One thread's share of the coverage: what a visitor was shown and what could not be shown to it.
//!
//! Every task of a source keeps its own account and adds it to the total when it ends, so that no two
//! threads meet in between. Sums do not depend on their order and the list of skips is sorted at the
//! end: the result is the same for any number of threads.

use std::io::{self, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Content, Document, Visit};
use crate::finding::{Coverage, InGit, ObjectId, Place, Skip, SkipReason, Untrusted};

/// A visitor, and the coverage of what it is offered.
pub(super) struct Account<'v> {
    visitor: &'v dyn Visit,
    /// What was read so far.
    pub(super) coverage: Coverage,
}

impl<'v> Account<'v> {
    /// Opens an account for `visitor`.
    pub(super) fn new(visitor: &'v dyn Visit) -> Account<'v> {
        Account {
            visitor,
            coverage: Coverage::default(),
        }
    }

    /// Shows one document to the visitor.
    ///
    /// A panic is a defect of ours that one document brought out: that document is skipped, and the
    /// rest is still scanned. What the panic said is not repeated, since it may quote the document.
    pub(super) fn offer<'a>(&mut self, place: Place, path: &'a [u8], content: Content<'a>) {
        self.offer_from(None, place, path, content);
    }

    /// The same for a document that was read from git.
    /// Whether nothing in it has the form of a secret.
    pub(super) fn offer_from<'a>(
        &mut self,
        git: Option<InGit>,
        place: Place,
        path: &'a [u8],
        content: Content<'a>,
    ) -> bool {
        let object = git.as_ref().and_then(|git| git.object);
        let visit = || {
            self.visitor.document(Document {
                place,
                path,
                git,
                content,
            })
        };
        match catch_unwind(AssertUnwindSafe(visit)) {
            Ok(Ok(outcome)) => {
                // A name is scanned on top of what it names: it is no document of its own to count.
                if place != Place::Path {
                    self.coverage.documents += 1;
                    self.coverage.bytes += outcome.bytes;
                }
                return outcome.barren;
            }
            Ok(Err(error)) => {
                self.fail(path, &error);
                self.last_skip_is_of(object);
            }
            Err(_) => {
                let detail = "the scan of this document failed";
                self.skip(path, SkipReason::Internal, detail);
                self.last_skip_is_of(object);
            }
        }
        false
    }

    fn last_skip_is_of(&mut self, object: Option<ObjectId>) {
        if let Some(skip) = self.coverage.skipped.last_mut() {
            skip.object = object;
            // The system has given its bytes; that they do not decode is the object's fault.
            if object.is_some() && skip.reason == SkipReason::ReadError {
                skip.reason = SkipReason::CorruptObject;
            }
        }
    }

    /// Asks the visitor whether a part of a document may hold a secret. When in doubt (after a panic), it may.
    pub(super) fn may_hold(&self, piece: &[u8]) -> bool {
        catch_unwind(AssertUnwindSafe(|| self.visitor.may_hold(piece))).unwrap_or(true)
    }

    /// Notes that a document of so many bytes was read that holds no secret.
    pub(super) fn without_secret(&mut self, bytes: u64) {
        self.coverage.documents += 1;
        self.coverage.bytes += bytes;
    }

    /// Notes that the system did not let us read `path`.
    pub(super) fn fail(&mut self, path: &[u8], error: &io::Error) {
        let reason = match error.kind() {
            ErrorKind::PermissionDenied => SkipReason::PermissionDenied,
            ErrorKind::NotFound | ErrorKind::NotADirectory => SkipReason::Vanished,
            _ => SkipReason::ReadError,
        };
        self.skip(path, reason, &error.to_string());
    }

    /// Notes that `path` was not read, or not all of it.
    pub(super) fn skip(&mut self, path: &[u8], reason: SkipReason, detail: &str) {
        let (path, detail) = (Untrusted::new(path), Untrusted::new(detail));
        self.coverage.skipped.push(Skip {
            path,
            object: None,
            reason,
            detail,
        });
    }
}
