//! `.gitleaksignore`, for people who come from gitleaks: a fingerprint a line, `commit:path:rule:line` or
//! `path:rule:line` (gitleaks, `report/finding.go` and `detect/detect.go`).
//!
//! A line of a commit never changes, so the first form says which secret was looked at, and it is accepted wherever its
//! path holds it. The second says nothing of the secret: whatever comes to stand on that line would be accepted. It is
//! not heeded, and that is said.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::IgnoreError;
use super::place::Judge;
use crate::finding::{Finding, InGit, Location, ObjectId, Place, Suppression, Untrusted};
use crate::open::{self, Links};

/// The name of the file.
pub const FILE: &str = ".gitleaksignore";
/// Larger is no list that people wrote.
pub const LARGEST: usize = 16 << 20;

/// What one file accepts.
#[derive(Debug)]
pub struct Fingerprints {
    path: PathBuf,
    /// Commit, path and line, from 1.
    entries: BTreeSet<(ObjectId, Vec<u8>, u64)>,
    /// Those that name no commit.
    unsafe_entries: usize,
}

impl Fingerprints {
    /// The file of a folder, if it has one.
    pub fn of(folder: &Path) -> Result<Option<Fingerprints>, IgnoreError> {
        let path = folder.join(FILE);
        if fs::symlink_metadata(&path).is_err() {
            return Ok(None);
        }
        let bytes = path.as_os_str().as_encoded_bytes();
        match open::read_small(bytes, LARGEST, Links::Refuse) {
            Ok(text) => Ok(Some(Fingerprints::of_content(path, text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(IgnoreError::Read { path, error }),
        }
    }

    /// Those of a file's content.
    pub fn of_content(path: PathBuf, content: Vec<u8>) -> Fingerprints {
        Fingerprints::read(path, &crate::text::utf8(content))
    }

    /// What is no fingerprint is a comment, as gitleaks has it.
    fn read(path: PathBuf, text: &[u8]) -> Fingerprints {
        let mut read = Fingerprints {
            path,
            entries: BTreeSet::new(),
            unsafe_entries: 0,
        };
        for line in text.split(|byte| *byte == b'\n') {
            let line = line.trim_ascii();
            let mut parts = line.rsplitn(3, |byte| *byte == b':');
            let (number, _rule, place) = (parts.next(), parts.next(), parts.next());
            let number = number.and_then(|n| std::str::from_utf8(n).ok()?.parse().ok());
            let (Some(number), Some(place), false) = (number, place, line.starts_with(b"#")) else {
                continue;
            };
            let colon = place.iter().position(|byte| *byte == b':');
            let commit = colon.and_then(|at| Some((ObjectId::parse(&place[..at])?, at + 1)));
            match commit {
                Some((commit, at)) => {
                    read.entries.insert((commit, place[at..].to_vec(), number));
                }
                None => read.unsafe_entries += 1,
            }
        }
        read
    }

    /// Says that entries were not heeded.
    pub fn remark(&self) -> Option<Untrusted> {
        let (path, number) = (self.path.display(), self.unsafe_entries);
        let what = "a line number says nothing of the secret that stands there";
        (number > 0).then(|| {
            Untrusted::new(format!(
                "{path}: {number} entries name no commit and are not heeded: {what}"
            ))
        })
    }
}

impl Judge for Fingerprints {
    fn accepts(&self, finding: &Finding, location: &Location) -> Option<Suppression> {
        let git = location.git.as_ref()?;
        let looked_at = |other: &Location| {
            let commit = other.git.as_ref().and_then(|git| git.commit);
            let path = other.path.expose().to_vec();
            let line = other.position.line;
            other.place == Place::Blob
                && commit.is_some_and(|commit| self.entries.contains(&(commit, path, line)))
        };
        // The same path in other commits; on disk it is typed from elsewhere, and holds the same object.
        let same = |other: &&Location| {
            let typed = || location.path.expose().ends_with(other.path.expose());
            let object = |its: &InGit| location.place == Place::File && its.object == git.object;
            other.path == location.path || other.git.as_ref().is_some_and(object) && typed()
        };
        finding
            .locations
            .iter()
            .filter(same)
            .any(looked_at)
            .then(|| Suppression {
                source: Untrusted::new(self.path.as_os_str().as_encoded_bytes()),
                reason: Untrusted::new("accepted for gitleaks"),
                overruled: false,
                by_change: false,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_names_a_commit_is_heeded() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let text = format!(
            "# a comment: of:three:4\n{commit}:a/b:c.env:generic-api-key:12\n a.env:generic-api-key:3 \n\nnothing\n{commit}:x:y:z\n"
        );
        let read = Fingerprints::read(FILE.into(), text.as_bytes());
        let id = ObjectId::parse(commit.as_bytes()).expect("an id");
        assert_eq!(
            read.entries,
            BTreeSet::from([(id, b"a/b:c.env".to_vec(), 12)])
        );
        assert_eq!(read.unsafe_entries, 1);
        assert!(read.remark().is_some());
    }
}
