//! What git tracks, from its index.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::git::index::{Index, IndexError};

/// The paths that git tracks in one repository.
pub(super) struct Tracked(Option<Index>);

impl Tracked {
    /// Reads the index of the repository. Without one nothing is tracked.
    pub(super) fn read(git_dir: &Path) -> io::Result<Tracked> {
        let path = git_dir.join("index");
        // The file does not say how long its ids are, but read with the wrong length it does not add up.
        let read = match Index::read(&path, 20) {
            Err(IndexError::Malformed(_)) => Index::read(&path, 32),
            read => read,
        };
        match read {
            Ok(index) => Ok(Tracked(index)),
            Err(IndexError::Io(error)) => Err(error),
            Err(IndexError::Malformed(_)) => Err(io::Error::new(
                ErrorKind::InvalidData,
                "not an index that could be read",
            )),
            Err(error) => Err(io::Error::new(ErrorKind::InvalidData, error.to_string())),
        }
    }

    /// Whether the file at `path`, from the repository's root, is tracked.
    pub(super) fn contains(&self, path: &[u8]) -> bool {
        let found = self.0.as_ref().and_then(|index| index.last_up_to(path));
        // A sparse index has `directory/` for all that is tracked below it.
        found.is_some_and(|found| {
            found.path == path || found.is_tree() && path.starts_with(found.path)
        })
    }

    /// Whether the directory at `path` is tracked, as a submodule is, or anything below it.
    pub(super) fn below(&self, path: &[u8]) -> bool {
        let prefix = [path, b"/"].concat();
        let below = |index: &Index| index.below(&prefix).next().is_some();
        self.contains(path) || self.0.as_ref().is_some_and(below)
    }
}
