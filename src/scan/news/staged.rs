//! What the next commit adds.

use std::path::Path;

use anyhow::{Context, bail};

use super::super::Scanner;
use super::super::chart::{Folder, directory};
use super::super::history::note;
use super::{News, Old, Steps, open_store, typed};
use crate::finding::{Coverage, History, Hit, Location, ObjectId, Skip, SkipReason, Untrusted};
use crate::git::index::Index;
use crate::git::object::{ObjectKind, ReadError, Said};
use crate::git::refs::{Head, Refs};
use crate::git::repository::{Environment, Repository};
use crate::git::store::Store;
use crate::source::added::Added;
use crate::source::{Progress, staged};

/// What to read of a repository.
pub struct Staged<'a> {
    /// Its path as the user typed it: a work tree, or a folder of one.
    pub path: &'a Path,
    /// What the environment says of the repository.
    pub environment: Environment,
    /// Larger files are left out and counted.
    pub max_file_size: Option<u64>,
    /// Is kept up to date during the scan.
    pub progress: Option<&'a Progress>,
}

impl Scanner<'_> {
    /// Reads what the next commit of a repository adds. Works on the threads of the [`rayon`] pool that it is
    /// called in.
    pub fn staged(&mut self, asked: &Staged<'_>) -> anyhow::Result<Coverage> {
        let mut coverage = Coverage::default();
        let (repository, troubles) = Repository::open(asked.path, &asked.environment)
            .with_context(|| format!("cannot scan what is staged in {}", asked.path.display()))?;
        note(&mut coverage, troubles);
        let id_length = repository.id_length;
        let index = Index::read_in(&repository.index, &repository.git_dir, id_length)
            .with_context(|| format!("cannot read {}", repository.index.display()))?;
        let Some(index) = index else {
            if repository.work_tree.is_none() {
                let path = asked.path.display();
                bail!("{path}: nothing can be staged in a repository without a work tree");
            }
            return Ok(coverage.settled()); // nothing has ever been added
        };
        let store = open_store(&repository, &mut coverage);
        let head = head(&repository, &store, &mut coverage);
        coverage.set_around();
        let name = typed(asked.path);
        let reading = staged::Staged {
            name: &name,
            store: &store,
            index: &index,
            head,
            partial: repository.partial,
            max_file_size: asked.max_file_size,
            progress: asked.progress,
        };
        let (step, read) = reading.visit(self);
        coverage.add(read);
        self.news.push(News {
            name,
            store,
            added: step.added,
            named: step.named,
            steps: Box::new(Next {
                index,
                head,
                before: step.before,
            }),
        });
        Ok(coverage.settled())
    }
}

/// The tree of HEAD's commit. Where it cannot be had all of the index is new, and that is told.
fn head(repository: &Repository, store: &Store, coverage: &mut Coverage) -> Option<ObjectId> {
    let (head, troubles) = Refs::head_of(repository);
    note(coverage, troubles);
    let path = repository.git_dir.join("HEAD");
    let mut skip = |object, reason, detail: String| {
        coverage.skipped.push(Skip {
            path: Untrusted::new(path.as_os_str().as_encoded_bytes()),
            object,
            reason,
            detail: Untrusted::new(detail),
        });
    };
    let id = match head {
        Head::Commit(id) => id,
        Head::Unborn(_) => return None,
        Head::Broken(what) => {
            skip(None, SkipReason::BadRef, what.to_owned());
            return None;
        }
    };
    let tree = store.object(&id).and_then(|object| {
        let said = (object.kind == ObjectKind::Commit).then(|| Said::new(&object.data).target);
        said.flatten().ok_or(ReadError::Corrupt("not a commit"))
    });
    match tree {
        Ok(tree) => Some(tree),
        Err(error) => {
            let reason = match error {
                ReadError::Missing => SkipReason::MissingObject,
                _ => SkipReason::CorruptObject,
            };
            skip(Some(id), reason, error.to_string());
            None
        }
    }
}

/// The one step from HEAD to the next commit.
struct Next {
    index: Index,
    head: Option<ObjectId>,
    before: Vec<Added>,
}

impl Steps for Next {
    fn of(&self, _: Option<ObjectId>) -> Option<u32> {
        Some(0)
    }

    fn commit(&self, _: u32) -> Option<ObjectId> {
        None
    }

    fn before(&self, _: u32, _: &Store) -> Vec<Old> {
        let Some(tree) = self.head else {
            return Vec::new();
        };
        let old = |version: &Added| Old {
            version: version.clone(),
            tree,
        };
        self.before.iter().map(old).collect()
    }

    fn folder<'a>(&'a self, _: u32, path: &[u8], store: &'a Store) -> Option<Folder<'a>> {
        let directory = directory(path).to_vec();
        let files = move |most| {
            let entries = self.index.directory(&directory);
            // Of a conflict both sides count, not what they come from.
            let files = entries.filter(|entry| entry.is_file() && entry.stage != 1);
            let named = files.filter_map(|entry| {
                let name = entry.path[directory.len()..].to_vec();
                Some((name, ObjectId::new(entry.id)?))
            });
            named.take(most).collect()
        };
        Some(Folder {
            path: path.to_vec(),
            tree: None,
            store,
            files: Box::new(files),
        })
    }

    fn freshness(&self, _: &Location, _: &Store) -> (bool, i64) {
        (true, 0)
    }

    fn since(&self, _: &Location) -> Option<i64> {
        None
    }

    fn history(&self, _: &[&Hit], _: &Store) -> Option<History> {
        None
    }
}
