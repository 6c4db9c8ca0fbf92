//! What was read, and what was not.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::{ObjectId, Untrusted};

/// Why something in scope was not read. The list is closed; names stand in reports.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SkipReason {
    /// The operating system refused.
    PermissionDenied,
    /// It was there when the directory was listed and is gone.
    Vanished,
    /// It became shorter while it was read; what came was scanned.
    Shrunk,
    /// Reading failed.
    ReadError,
    /// Named on the command line and nothing that can be scanned: a device, a FIFO, a socket.
    NotAFile,
    /// An ignore file, a configuration, a list of accepted credentials or an index that could not be read, so that
    /// what it says is not known.
    BadIgnoreFile,
    /// An object that another one names, or that an index lists, and that is nowhere.
    MissingObject,
    /// An object, a pack or an index of a pack that does not decode.
    CorruptObject,
    /// An object that takes more memory to rebuild than there may be used.
    TooLarge,
    /// History ends here because the clone is shallow.
    Shallow,
    /// An object that a partial clone has left at its origin.
    Promised,
    /// A ref that leads nowhere, or refs of a form that is not read.
    BadRef,
    /// A part of a repository that does not have the form it must have.
    BadRepository,
    /// A worker failed on this document; a defect of this program.
    Internal,
    /// The time for live checks was over.
    BudgetExhausted,
    /// The user stopped the run.
    Interrupted,
}

impl SkipReason {
    /// Whether it is no content that was not read, but what says how and in which order it is read.
    fn is_around(self) -> bool {
        matches!(
            self,
            SkipReason::BadRef | SkipReason::BadRepository | SkipReason::BadIgnoreFile
        )
    }
}

/// Something in scope that was not read: part of the result.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skip {
    /// What was not read.
    pub path: Untrusted,
    /// The git object that was not read, if it is one.
    pub object: Option<ObjectId>,
    /// Why.
    pub reason: SkipReason,
    /// In words.
    pub detail: Untrusted,
}

/// What was read and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Documents read.
    pub documents: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Commits among them.
    pub commits: u64,
    /// Submodules whose own repository is not here.
    pub absent_submodules: u64,
    /// Paths left out by ignore files; a directory counts once.
    pub ignored: u64,
    /// Files left out because the user set a size limit.
    pub too_large: u64,
    /// FIFOs, sockets and devices met on the walk.
    pub special: u64,
    /// Everything in scope that was not read, ordered by path.
    pub skipped: Vec<Skip>,
    /// What was not read around it: refs, settings, packs that nothing was missed of. A hook warns of it; to
    /// everybody else it is as good as skipped.
    pub around: Vec<Skip>,
}

impl Coverage {
    /// Adds what another part of the scan has read. Skips are put in order by [`Coverage::settled`].
    pub fn add(&mut self, part: Coverage) {
        self.documents += part.documents;
        self.bytes += part.bytes;
        self.commits += part.commits;
        self.absent_submodules += part.absent_submodules;
        self.ignored += part.ignored;
        self.too_large += part.too_large;
        self.special += part.special;
        self.skipped.extend(part.skipped);
        self.around.extend(part.around);
    }

    /// Says that all that was skipped so far stands around what is read.
    pub fn set_around(&mut self) {
        self.around.append(&mut self.skipped);
    }

    /// Takes what was not read around the rest, as a hook does. With `strict` it is skipped like anything else, and
    /// nothing is left.
    pub fn take_around(&mut self, strict: bool) -> Vec<Skip> {
        if strict {
            self.skipped.append(&mut self.around);
        }
        let mut around = std::mem::take(&mut self.around);
        if !strict {
            let aside = |skip: &mut Skip| skip.reason.is_around();
            around.extend(self.skipped.extract_if(.., aside));
        }
        *self = std::mem::take(self).settled();
        around.sort_unstable();
        around.dedup();
        around
    }

    /// The same with skips in the order that reports rely on, each once.
    pub fn settled(mut self) -> Coverage {
        self.skipped.sort_unstable();
        self.skipped.dedup();
        self.around.sort_unstable();
        self.around.dedup();
        self
    }

    /// Whether everything in scope was read.
    pub fn complete(&self) -> bool {
        self.skipped.is_empty() && self.around.is_empty()
    }
}
