//! What the next commit adds: whole blobs of the index that differ from HEAD, never the work tree's version.

use super::added::{Added, Named, Reading};
use super::{Progress, Visit};
use crate::finding::{Coverage, ObjectId, Place, Untrusted};
use crate::git::index::{self, Index};
use crate::git::store::Store;
use crate::git::tree;

/// An index, and what it is compared with.
pub struct Staged<'a> {
    /// The path of the repository, as the user would type it.
    pub name: &'a Untrusted,
    /// Where its objects are.
    pub store: &'a Store,
    /// What is about to be committed.
    pub index: &'a Index,
    /// HEAD's tree, if there is a commit.
    pub head: Option<ObjectId>,
    /// Whether objects may be missing on purpose. Then whoever has promised them has them, and the next commit
    /// does not add them.
    pub partial: bool,
    /// Larger files are left out and counted.
    pub max_file_size: Option<u64>,
    /// Is kept up to date during the scan.
    pub progress: Option<&'a Progress>,
}

/// How the index differs from HEAD.
#[derive(Default)]
pub struct Step {
    /// Files that are new or changed, in order.
    pub added: Vec<Added>,
    /// Names of new files that could hold a credential, in order.
    pub named: Vec<Named>,
    /// What HEAD has at every path that differs, renamed and deleted ones included.
    pub before: Vec<Added>,
}

impl Staged<'_> {
    /// Shows what is staged to `visitor`. Works on the threads of the [`rayon`] pool that it is called in.
    pub fn visit(&self, visitor: &dyn Visit) -> (Step, Coverage) {
        let mut reading = Reading::new(self.store, self.name, visitor);
        reading.place = Place::Index;
        reading.max_file_size = self.max_file_size;
        reading.progress = self.progress;
        if self.partial {
            reading.missing = None;
        }
        let mut step = Step::default();
        let changes = index::changes(self.index, self.head.as_ref(), self.store, |change| {
            let at = |(mode, blob): (u32, ObjectId)| Added {
                path: change.path.into(),
                blob,
                link: mode & 0o170_000 == 0o120_000,
                step: 0,
            };
            step.before.extend(change.old.map(at));
            step.added.extend(change.new.map(at));
            if let (None, Some((_, blob))) = (change.old, change.new) {
                step.named.extend(Named::of(change.path, blob, 0));
            }
        });
        // In a conflict a path has several versions, and each is told beside the same old one.
        step.before.dedup();
        step.added.sort_unstable();
        step.named.sort_unstable();
        step.named
            .retain(|named| named.blob.is_some() || !self.is_old(&named.path));
        step.named.dedup();
        reading.names(&step.named);
        reading.blobs(&step.added);
        for unread in &changes.unread {
            reading.fail(unread.id, &unread.path, &unread.error);
        }
        if changes.unlisted > 0 && !self.partial {
            let detail = format!("and {} more folders that were not read", changes.unlisted);
            let reason = crate::finding::SkipReason::MissingObject;
            reading.skip(None, b"", reason, &detail);
        }
        (step, reading.finish())
    }

    /// Whether HEAD has a folder of that path.
    fn is_old(&self, path: &[u8]) -> bool {
        self.head
            .is_some_and(|tree| tree::entry(self.store, &tree, path).is_some())
    }
}
