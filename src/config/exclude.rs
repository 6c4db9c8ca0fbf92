//! Places whose credentials are accepted, as patterns of `.gitignore`.
//!
//! They are read all the same: a live check can still prove what stands there, and the report lists it.

use std::fs;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::finding::{Finding, Location, Place, Suppression, Untrusted};
use crate::suppress::place::Judge;

/// More is nothing that people wrote, and each takes 6 kB.
const MOST: usize = 1000;

/// The patterns of one configuration.
#[derive(Debug)]
pub struct Excluded {
    patterns: Gitignore,
    source: Untrusted,
    /// Where the configuration lies; whole, without links.
    folder: PathBuf,
    /// The path from the root of its repository to it.
    below: PathBuf,
    /// The repository that is scanned, as it was typed.
    scanned: Vec<u8>,
}

impl Excluded {
    /// Reads the patterns, or tells which of them is none.
    pub(super) fn new(
        config: &Path,
        folder: &Path,
        root: &Path,
        scanned: &Path,
        patterns: &[String],
    ) -> Result<Excluded, (usize, String)> {
        let mut builder = GitignoreBuilder::new(folder);
        if patterns.len() > MOST {
            return Err((MOST, format!("more than {MOST} patterns")));
        }
        for (n, pattern) in patterns.iter().enumerate() {
            let added = builder.add_line(None, pattern);
            added.map_err(|error| (n, error.to_string()))?;
        }
        let patterns = builder.build().map_err(|error| (0, error.to_string()))?;
        Ok(Excluded {
            patterns,
            source: Untrusted::new(config.as_os_str().as_encoded_bytes()),
            below: folder.strip_prefix(root).unwrap_or(folder).to_owned(),
            folder: folder.to_owned(),
            scanned: scanned.as_os_str().as_encoded_bytes().to_vec(),
        })
    }

    /// The path of a place from where the configuration lies, if it lies below it.
    fn path(&self, location: &Location) -> Option<PathBuf> {
        let path = crate::open::os_path(location.path.expose());
        if path.as_os_str().is_empty() {
            return None;
        }
        match (location.place, &location.git) {
            // On disk, as people would type it.
            (Place::File, _) | (Place::Symlink | Place::Path, None) => {
                let name = path.file_name()?;
                let folder = match path.parent() {
                    Some(above) if !above.as_os_str().is_empty() => fs::canonicalize(above).ok()?,
                    _ => fs::canonicalize(".").ok()?,
                };
                let path = folder.join(name);
                Some(path.strip_prefix(&self.folder).ok()?.to_owned())
            }
            (Place::Ref, _) => None,
            // In git, from the root of the repository; not in that of a submodule.
            (_, Some(git)) if git.repository.expose() == self.scanned => {
                Some(path.strip_prefix(&self.below).ok()?.to_owned())
            }
            _ => None,
        }
    }
}

impl Judge for Excluded {
    fn accepts(&self, _: &Finding, location: &Location) -> Option<Suppression> {
        if self.patterns.is_empty() {
            return None;
        }
        // A tree of git may call an entry `/etc`.
        let path = self.path(location).filter(|path| !path.has_root())?;
        let matched = self.patterns.matched_path_or_any_parents(path, false);
        let pattern = matched.inner().filter(|_| matched.is_ignore())?;
        Some(Suppression {
            source: self.source.clone(),
            reason: Untrusted::new(format!("excluded by `{}`", pattern.original())),
            overruled: false,
            by_change: false,
        })
    }
}
