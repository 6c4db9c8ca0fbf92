//! What the commits of a range add, or what a push brings.

use std::collections::HashSet;
use std::path::Path;

use anyhow::Context;

use super::super::Scanner;
use super::super::history::note;
use super::commits::Commits;
use super::{News, open_store, typed};
use crate::finding::{Coverage, ObjectId, Skip, SkipReason, Untrusted};
use crate::git::object::ReadError;
use crate::git::push::{self, Push};
use crate::git::refs::{Ref, Refs};
use crate::git::repository::{Environment, Repository};
use crate::git::revision::{self, RevisionError};
use crate::git::store::Store;
use crate::source::{Progress, range};

/// What to read of a repository.
pub struct Range<'a> {
    /// Its path as the user typed it.
    pub path: &'a Path,
    /// What the environment says of the repository.
    pub environment: Environment,
    /// Which commits.
    pub asked: Asked<'a>,
    /// Larger files are left out and counted.
    pub max_file_size: Option<u64>,
    /// Is kept up to date during the scan.
    pub progress: Option<&'a Progress>,
}

/// Which commits to read.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// `A..B` or `A...B`.
    Range(&'a str),
    /// The lines that git gives to a pre-push or pre-receive hook.
    Push(&'a [u8]),
}

impl Scanner<'_> {
    /// Reads what commits add. Works on the threads of the [`rayon`] pool that it is called in.
    pub fn range(&mut self, asked: &Range<'_>) -> anyhow::Result<Coverage> {
        let mut coverage = Coverage::default();
        let Opened {
            repository,
            store,
            mut refs,
            push,
            pushed,
        } = opened(asked.path, &asked.environment, &asked.asked, &mut coverage)?;
        for (id, error) in &push.unread {
            let skip = unread(*id, error, repository.partial);
            coverage.skipped.push(skip);
        }
        let mut commits = Vec::new();
        let mut seen = HashSet::new();
        for range in &push.ranges {
            let walk = revision::commits(range, &repository.shallow, &store);
            commits.extend(walk.commits.into_iter().filter(|id| seen.insert(*id)));
            let missing = walk.missing.iter();
            let missing = missing.map(|id| unread(*id, &ReadError::Missing, repository.partial));
            let broken = walk.broken.iter();
            let broken = broken.map(|(id, error)| unread(*id, error, repository.partial));
            let shallow = walk.crossed_shallow.iter().map(|id| Skip {
                path: Untrusted::default(),
                object: Some(*id),
                reason: SkipReason::Shallow,
                detail: Untrusted::new(CUT),
            });
            coverage
                .skipped
                .extend(missing.chain(broken).chain(shallow));
        }
        let bases = push.ranges.iter().flat_map(|range| &range.exclude);
        let bases: Vec<ObjectId> = bases.copied().collect();
        let name = typed(asked.path);
        let reading = range::Range {
            name: &name,
            store: &store,
            commits: &commits,
            bases: &bases,
            shallow: &repository.shallow,
            partial: repository.partial,
            tags: &push.tags,
            trees: &push.trees,
            blobs: &push.blobs,
            names: &push.names,
            max_file_size: asked.max_file_size,
            progress: asked.progress,
        };
        let (steps, read) = reading.visit(self);
        coverage.add(read);
        refs.refs.extend(pushed);
        let commits = Commits {
            steps: steps.steps,
            gone: steps.gone,
            numbers: (commits.into_iter().zip(0..)).collect(),
            ranges: push.ranges,
            refs,
            shallow: repository.shallow,
            above: Default::default(),
        };
        self.news.push(News {
            name,
            store,
            added: steps.added,
            named: steps.named,
            steps: Box::new(commits),
        });
        Ok(coverage.settled())
    }
}

/// A repository, and what of it was asked for.
pub(super) struct Opened {
    pub(super) repository: Repository,
    pub(super) store: Store,
    refs: Refs,
    pub(super) push: Push,
    /// The refs that a push makes.
    pushed: Vec<Ref>,
}

pub(super) fn opened(
    path: &Path,
    environment: &Environment,
    asked: &Asked<'_>,
    coverage: &mut Coverage,
) -> anyhow::Result<Opened> {
    let (repository, troubles) = Repository::open(path, environment)
        .with_context(|| format!("cannot scan a range of {}", path.display()))?;
    note(coverage, troubles);
    let store = open_store(&repository, coverage);
    coverage.set_around();
    // Refs that cannot be read make a range larger or let it not resolve: nothing is left out.
    let refs = Refs::read(&repository);
    let (push, pushed) = what(asked, &refs, &repository, &store)?;
    Ok(Opened {
        repository,
        store,
        refs,
        push,
        pushed,
    })
}

const CUT: &str = "the clone is shallow and the range goes further back; fetch more of it \
                   (in CI the whole history, as with fetch-depth: 0)";

/// What was asked for, and the refs that a push makes.
fn what(
    asked: &Asked<'_>,
    refs: &Refs,
    repository: &Repository,
    store: &Store,
) -> anyhow::Result<(Push, Vec<Ref>)> {
    match asked {
        Asked::Range(text) => {
            let range = revision::parse_range(text, refs, repository, store);
            let range = range.map_err(|error| explained(error, repository))?;
            let push = Push {
                ranges: Vec::from([range]),
                ..Push::default()
            };
            Ok((push, Vec::new()))
        }
        Asked::Push(lines) => {
            let (side, updates) = push::parse(lines, repository.id_length)?;
            let push = Push::new(side, &updates, refs, store);
            let pushed = updates.into_iter().map(|update| Ref {
                name: update.name,
                target: update.new,
            });
            Ok((push, pushed.collect()))
        }
    }
}

/// Says of which repository it is that a range does not resolve.
fn explained(error: RevisionError, repository: &Repository) -> anyhow::Error {
    let named = String::from_utf8_lossy(repository.named.expose()).into_owned();
    anyhow::Error::new(error).context(format!("cannot scan a range of {named}"))
}

fn unread(id: ObjectId, error: &ReadError, partial: bool) -> Skip {
    Skip {
        path: Untrusted::default(),
        object: Some(id),
        reason: match error {
            ReadError::Missing if partial => SkipReason::Promised,
            ReadError::Missing => SkipReason::MissingObject,
            ReadError::Corrupt(_) => SkipReason::CorruptObject,
            ReadError::TooLarge(_) => SkipReason::TooLarge,
            ReadError::Io(_) => SkipReason::ReadError,
        },
        detail: Untrusted::new(error.to_string()),
    }
}
