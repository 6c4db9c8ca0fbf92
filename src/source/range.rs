//! What commits add: every document that one of them holds and none of its parents does, whatever later commits
//! did to it; and what commits and tags say.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::added::{Added, Named, Reading};
use super::{Progress, Visit};
use crate::finding::{Coverage, ObjectId, Place, SkipReason, Untrusted};
use crate::git::diff;
use crate::git::object::{ObjectKind, ReadError, Said};
use crate::git::store::Store;
use crate::git::tree;

/// More changes than any history has that is read commit by commit. Each takes about a hundred bytes.
const MOST_CHANGES: usize = 4 << 20;

/// Commits, and what else a push brings.
pub struct Range<'a> {
    /// The path of the repository, as the user would type it.
    pub name: &'a Untrusted,
    /// Where its objects are.
    pub store: &'a Store,
    /// The commits, newest first.
    pub commits: &'a [ObjectId],
    /// Where the range begins: what a commit is compared with whose parents are not here.
    pub bases: &'a [ObjectId],
    /// Commits whose parents were left out on purpose.
    pub shallow: &'a BTreeSet<ObjectId>,
    /// Whether objects may be missing on purpose.
    pub partial: bool,
    /// Annotated tags.
    pub tags: &'a [ObjectId],
    /// Trees and blobs that no commit leads to.
    pub trees: &'a [ObjectId],
    /// The same.
    pub blobs: &'a [ObjectId],
    /// Names of refs.
    pub names: &'a [Vec<u8>],
    /// Larger files are left out and counted.
    pub max_file_size: Option<u64>,
    /// Is kept up to date during the scan.
    pub progress: Option<&'a Progress>,
}

/// What steps add and take away.
#[derive(Default)]
pub struct Steps {
    /// Every step by its number: the commits in their order, then trees and blobs.
    pub steps: Vec<Step>,
    /// Files that are new or changed, in order.
    pub added: Vec<Added>,
    /// Names of new files that could hold a credential, in order.
    pub named: Vec<Named>,
    /// Blobs that a step takes away or replaces, in order.
    pub gone: Vec<(ObjectId, u32)>,
}

/// A commit, or a tree or blob of its own.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// The commit.
    pub commit: Option<ObjectId>,
    /// Its tree.
    pub tree: Option<ObjectId>,
    /// What it is compared with: the trees of its parents.
    pub parents: Vec<ObjectId>,
    /// When it was committed, in seconds since 1970.
    pub seconds: i64,
}

impl Range<'_> {
    /// Shows every document to `visitor`. Works on the threads of the [`rayon`] pool that it is called in.
    pub fn visit(&self, visitor: &dyn Visit) -> (Steps, Coverage) {
        let mut reading = Reading::new(self.store, self.name, visitor);
        reading.max_file_size = self.max_file_size;
        reading.progress = self.progress;
        if self.partial {
            reading.missing = Some(SkipReason::Promised);
        }
        let bases: Vec<ObjectId> = (self.bases.iter())
            .filter_map(|id| tree_of(self.store, id))
            .collect();
        let work = Work {
            range: self,
            bases,
            reading,
            changes: AtomicUsize::new(0),
        };
        let commits = self.commits.par_iter().enumerate();
        let commits = commits.map(|(number, id)| work.commit(*id, number as u32));
        let mut all = Steps::default();
        for one in commits.collect::<Vec<Steps>>() {
            all.append(one);
        }
        for tree in self.trees {
            let step = Step {
                tree: Some(*tree),
                ..Step::default()
            };
            all.append(work.changes(step, all.steps.len() as u32));
        }
        for blob in self.blobs {
            all.added.push(Added {
                path: Box::default(),
                blob: *blob,
                link: false,
                step: all.steps.len() as u32,
            });
            all.steps.push(Step::default());
        }
        all.added.par_sort_unstable();
        all.named.sort_unstable();
        all.named.dedup();
        all.gone.par_sort_unstable();
        for tag in self.tags {
            work.tag(*tag);
        }
        let reading = work.reading;
        for name in self.names {
            reading.say(Place::Ref, name, None, None, name);
        }
        reading.names(&all.named);
        reading.blobs(&all.added);
        let mut coverage = reading.finish();
        coverage.commits = self.commits.len() as u64;
        (all, coverage)
    }
}

impl Steps {
    fn append(&mut self, mut more: Steps) {
        self.steps.append(&mut more.steps);
        self.added.append(&mut more.added);
        self.named.append(&mut more.named);
        self.gone.append(&mut more.gone);
    }
}

struct Work<'a> {
    range: &'a Range<'a>,
    /// The trees of where the range begins.
    bases: Vec<ObjectId>,
    reading: Reading<'a>,
    changes: AtomicUsize,
}

impl Work<'_> {
    /// Shows what a commit says, and compares it with its parents.
    fn commit(&self, id: ObjectId, number: u32) -> Steps {
        let mut step = Step {
            commit: Some(id),
            ..Step::default()
        };
        let object = match self.reading.object(&id, ObjectKind::Commit) {
            Ok(object) => object,
            Err(error) => {
                self.reading.fail(id, b"", &error);
                return Steps {
                    steps: Vec::from([step]),
                    ..Steps::default()
                };
            }
        };
        let said = Said::new(&object.data);
        self.reading.count(object.data.len() as u64);
        if self.reading.may_hold(&object.data) {
            self.say(Place::CommitMessage, id, Some(id), &said);
        }
        step.seconds = said.seconds;
        step.tree = said.target;
        if !self.range.shallow.contains(&id) {
            let trees = said.parents.iter();
            let trees = trees.filter_map(|parent| tree_of(self.range.store, parent));
            step.parents = trees.collect();
        }
        // Where history breaks off, what was there at its beginning is not taken for new.
        if step.parents.is_empty() && !said.parents.is_empty() {
            step.parents.clone_from(&self.bases);
        }
        if step.tree.is_none() {
            (self.reading).fail(id, b"", &ReadError::Corrupt("a commit without a tree"));
        }
        self.changes(step, number)
    }

    fn tag(&self, id: ObjectId) {
        match self.reading.object(&id, ObjectKind::Tag) {
            Ok(object) => {
                self.reading.count(object.data.len() as u64);
                self.say(Place::TagMessage, id, None, &Said::new(&object.data));
            }
            Err(error) => self.reading.fail(id, b"", &error),
        }
    }

    fn say(&self, place: Place, id: ObjectId, commit: Option<ObjectId>, said: &Said<'_>) {
        let reading = &self.reading;
        reading.say(place, b"", Some(id), commit, said.message);
        let people = if said.author == said.committer || said.committer.is_empty() {
            said.author.to_vec()
        } else {
            [said.author, b"\n", said.committer].concat()
        };
        reading.say(Place::Author, b"", Some(id), commit, &people);
    }

    /// What a step adds and takes away.
    fn changes(&self, step: Step, number: u32) -> Steps {
        let mut steps = Steps::default();
        let Some(tree) = step.tree else {
            steps.steps.push(step);
            return steps;
        };
        let mut left_out = false;
        let unread = diff::diff(&step.parents, &tree, self.range.store, |change| {
            if self.changes.fetch_add(1, Ordering::Relaxed) >= MOST_CHANGES {
                left_out = true;
                return;
            }
            if let Some((mode, blob)) = change.new {
                steps.added.push(Added {
                    path: change.path.into(),
                    blob,
                    link: is_link(mode),
                    step: number,
                });
                if change.old.iter().all(Option::is_none) {
                    steps.named.extend(Named::of(change.path, blob, number));
                }
            }
            let old = change.old.iter().flatten().map(|(_, blob)| *blob);
            let new = change.new.map(|(_, blob)| blob);
            let gone = old.filter(|blob| Some(*blob) != new);
            steps.gone.extend(gone.map(|blob| (blob, number)));
        });
        for unread in unread {
            (self.reading).fail(unread.id, &unread.path, &unread.error);
        }
        if left_out {
            let detail = "the range changes more than can be looked at; scan the whole --history";
            let reason = SkipReason::TooLarge;
            (self.reading).skip(step.commit.or(step.tree), b"", reason, detail);
        }
        steps.gone.dedup();
        steps.named.retain(|named| {
            let there = |tree| tree::entry(self.range.store, tree, &named.path).is_some();
            named.blob.is_some() || !step.parents.iter().any(there)
        });
        steps.named.dedup();
        steps.steps.push(step);
        steps
    }
}

/// The versions that a step replaces or takes away, each with the tree that holds it.
pub fn replaced(step: &Step, store: &Store, mut each: impl FnMut(Added, ObjectId)) {
    let Some(tree) = step.tree else { return };
    // What cannot be read has been told.
    let _ = diff::diff(&step.parents, &tree, store, |change| {
        for (old, tree) in change.old.iter().zip(&step.parents) {
            if let Some((mode, blob)) = *old {
                let old = Added {
                    path: change.path.into(),
                    blob,
                    link: is_link(mode),
                    step: 0,
                };
                each(old, *tree);
            }
        }
    });
}

/// The tree of a commit.
pub fn tree_of(store: &Store, commit: &ObjectId) -> Option<ObjectId> {
    let object = store.object(commit).ok()?;
    let is_commit = object.kind == ObjectKind::Commit;
    is_commit.then(|| Said::new(&object.data).target)?
}

fn is_link(mode: u32) -> bool {
    mode & 0o170_000 == 0o120_000
}
