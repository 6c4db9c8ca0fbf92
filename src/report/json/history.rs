//! What git knows of a credential, as programs read it.

use serde::Serialize;

use super::{hex, texts};
use crate::finding::{self, Location, Reachable};
use crate::redact::Redactor;
use crate::report::objects::Objects;
use crate::time;

/// The objects that a place names.
#[derive(Serialize)]
pub(super) struct InGit {
    blob: Option<String>,
    commit: Option<String>,
    tag: Option<String>,
}

impl InGit {
    /// Nothing for a place outside of git.
    pub(super) fn of(location: &Location) -> Option<InGit> {
        location.git.as_ref()?;
        let objects = Objects::of(location);
        Some(InGit {
            blob: hex(objects.blob),
            commit: hex(objects.commit),
            tag: hex(objects.tag),
        })
    }
}

#[derive(Serialize)]
pub(super) struct History {
    introduced: Vec<Commit>,
    removed: Vec<Commit>,
    at_head: bool,
    reachable_from: Reachable,
    refs: Vec<String>,
    unlisted: u64,
}

impl History {
    pub(super) fn new(history: &finding::History, redactor: &Redactor) -> History {
        let commits = |commits: &[finding::Commit]| {
            let commits = commits.iter();
            commits
                .map(|commit| Commit::new(commit, redactor))
                .collect()
        };
        History {
            introduced: commits(&history.introduced),
            removed: commits(&history.removed),
            at_head: history.at_head,
            reachable_from: history.reachable,
            refs: texts(&history.refs, redactor),
            unlisted: history.unlisted,
        }
    }
}

#[derive(Serialize)]
struct Commit {
    commit: String,
    author: String,
    date: String,
    subject: String,
}

impl Commit {
    fn new(commit: &finding::Commit, redactor: &Redactor) -> Commit {
        Commit {
            commit: commit.id.to_string(),
            author: redactor.text(&commit.author),
            date: time::utc(commit.seconds),
            subject: redactor.text(&commit.subject),
        }
    }
}
