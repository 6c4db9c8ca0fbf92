//! News: what the next commit adds, or what the commits of a range add. A whole document is looked at, and then
//! it is asked whether the pair was there before.

mod before;
mod commits;
mod ends;
mod range;
mod staged;

use std::path::Path;

use super::Shown;
use super::chart::{Chart, Folder};
use super::history::REBUILD;
use crate::finding::{Coverage, History, Hit, Location, ObjectId, Origin, Place, Untrusted};
use crate::git::repository::Repository;
use crate::git::store::Store;
use crate::source::added::{Added, Named};

pub(in crate::scan) use before::Before;
pub use ends::Ends;
pub use range::{Asked, Range};
pub use staged::Staged;

/// A repository of which news was read.
pub(super) struct News {
    /// Its path, as the user typed it.
    pub(super) name: Untrusted,
    store: Store,
    /// What the steps add, in order.
    added: Vec<Added>,
    named: Vec<Named>,
    steps: Box<dyn Steps>,
}

/// Steps, each from what was there before to what is there now.
trait Steps: Send + Sync {
    /// The step that a document is from.
    fn of(&self, commit: Option<ObjectId>) -> Option<u32>;

    /// The commit that a step makes. None if it has none yet.
    fn commit(&self, step: u32) -> Option<ObjectId>;

    /// What was there before at every path that a step touches.
    fn before(&self, step: u32, store: &Store) -> Vec<Old>;

    /// The folder of a path, as it is after a step.
    fn folder<'a>(&'a self, step: u32, path: &[u8], store: &'a Store) -> Option<Folder<'a>>;

    /// As in [`News::freshness`].
    fn freshness(&self, place: &Location, store: &Store) -> (bool, i64);

    /// As in [`News::since`].
    fn since(&self, place: &Location) -> Option<i64>;

    /// As in [`News::history`].
    fn history(&self, hits: &[&Hit], store: &Store) -> Option<History>;
}

/// A version of a file that was there before.
struct Old {
    version: Added,
    /// The root of the tree that holds it.
    tree: ObjectId,
}

impl News {
    /// A document once for every commit that adds it.
    pub(super) fn spread(&self, document: Shown) -> Vec<Shown> {
        let origin = &document.origin;
        let object = origin.git.as_ref().and_then(|git| git.object);
        let path = origin.path.expose();
        let steps: Vec<u32> = match (origin.place, object) {
            (place @ (Place::Blob | Place::Index | Place::Symlink), Some(blob)) => {
                let link = place == Place::Symlink;
                let key = (path, &blob, link);
                let start = (self.added)
                    .partition_point(|added| (&*added.path, &added.blob, added.link) < key);
                let same = |added: &&Added| (&*added.path, &added.blob, added.link) == key;
                let added = self.added[start..].iter().take_while(same);
                added.map(|added| added.step).collect()
            }
            (Place::Path, _) => {
                let start = self.named.partition_point(|named| &*named.path < path);
                let named = self.named[start..].iter();
                let named = named.take_while(|named| &*named.path == path);
                named.map(|named| named.step).collect()
            }
            _ => Vec::new(),
        };
        let mut commits: Vec<ObjectId> = (steps.into_iter())
            .filter_map(|step| self.steps.commit(step))
            .collect();
        commits.dedup();
        if commits.is_empty() {
            return Vec::from([document]);
        }
        let at = |commit: ObjectId| {
            let mut document = document.clone();
            if let Some(git) = &mut document.origin.git {
                git.commit = Some(commit);
            }
            document
        };
        commits.into_iter().map(at).collect()
    }

    /// Whether some step adds this version of a file.
    fn has(&self, version: &Added) -> bool {
        let key = (&version.path, &version.blob, version.link);
        let at = (self.added).partition_point(|added| (&added.path, &added.blob, added.link) < key);
        let found = self.added.get(at);
        found.is_some_and(|added| (&added.path, &added.blob, added.link) == key)
    }

    fn step(&self, origin: &Origin) -> Option<u32> {
        self.steps.of(origin.git.as_ref()?.commit)
    }
}

impl News {
    /// Whether a place is at HEAD, else how old the newest commit is that holds it.
    pub(super) fn freshness(&self, place: &Location) -> (bool, i64) {
        self.steps.freshness(place, &self.store)
    }

    /// When a place came to be.
    pub(super) fn since(&self, place: &Location) -> Option<i64> {
        self.steps.since(place)
    }

    /// Where in history the credential of these hits stands, if that is known.
    pub(super) fn history(&self, hits: &[&Hit]) -> Option<History> {
        self.steps.history(hits, &self.store)
    }
}

impl Chart for News {
    fn folders(&self, origin: &Origin) -> Vec<Folder<'_>> {
        let folder = self
            .step(origin)
            .and_then(|step| (self.steps).folder(step, origin.path.expose(), &self.store));
        folder.into_iter().collect()
    }
}

/// The name of a repository as the user typed it.
fn typed(path: &Path) -> Untrusted {
    Untrusted::new(path.as_os_str().as_encoded_bytes())
}

/// Opens everything that objects are read from.
pub(super) fn open_store(repository: &Repository, coverage: &mut Coverage) -> Store {
    let dirs = repository.object_dirs.clone();
    let (store, unusable) = Store::open(dirs, repository.id_length, REBUILD);
    super::history::note(coverage, unusable);
    store
}
