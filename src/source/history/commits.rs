//! The commits of a repository, as far as later stages ask about them.

use std::sync::{Mutex, PoisonError};

use crate::git::catalogue::Number;

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitNode {
    /// Its number.
    pub number: Number,
    /// The number of its tree, if that is here.
    pub tree: Option<Number>,
    /// The numbers of its parents, those that are here.
    pub parents: Vec<Number>,
    /// When it was committed, in seconds since 1970.
    pub seconds: i64,
}

/// Commits that are being collected, by many threads.
#[derive(Default)]
pub(super) struct Collector(Mutex<Vec<CommitNode>>);

impl Collector {
    pub(super) fn add(&self, commit: CommitNode) {
        let mut commits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        commits.push(commit);
    }

    /// All of them, by number.
    pub(super) fn finish(self) -> Vec<CommitNode> {
        let mut commits = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        commits.sort_unstable_by_key(|commit| commit.number);
        commits
    }
}
