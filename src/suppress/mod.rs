//! What people have accepted: `.matterleaksignore`, one credential id a line with the reason for it.
//!
//! An id names a secret, never a place: it survives every move of a line, and a new secret on the same line
//! is a new finding. The file is read from the scanned roots and from the working directory. The [`baseline`] is
//! the same with a name, a date and an end for each entry.

pub mod baseline;
pub mod fingerprint;
pub mod inline;
pub mod place;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::finding::{CredentialId, Finding, Suppression, Untrusted};

/// The name of the file.
pub const FILE: &str = ".matterleaksignore";
/// Larger is no list that people wrote.
pub const LARGEST: u64 = 16 << 20;

/// What is wrong with an ignore file.
#[derive(Debug, thiserror::Error)]
pub enum IgnoreError {
    /// It cannot be read.
    #[error("{}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A line is not what it should be.
    #[error("{}:{line}: {message}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong.
        message: &'static str,
    },
}

/// All accepted credentials.
#[derive(Debug, Default)]
pub struct Accepted {
    entries: BTreeMap<CredentialId, Entry>,
}

#[derive(Debug)]
struct Entry {
    path: PathBuf,
    line: usize,
    reason: String,
}

impl IgnoreError {
    /// The file.
    pub fn path(&self) -> &Path {
        match self {
            IgnoreError::Read { path, .. } | IgnoreError::Line { path, .. } => path,
        }
    }
}

impl Accepted {
    /// The ignore files of these folders, and what is wrong with them. A line that is not what it should be accepts
    /// nothing; the others do what they say.
    pub fn load<'p>(folders: impl Iterator<Item = &'p Path>) -> (Accepted, Vec<IgnoreError>) {
        let mut accepted = Accepted::default();
        let errors = accepted.read(folders);
        (accepted, errors)
    }

    /// Adds the ignore files of these folders, and tells what is wrong with them.
    pub fn read<'p>(&mut self, folders: impl Iterator<Item = &'p Path>) -> Vec<IgnoreError> {
        let mut errors = Vec::new();
        for folder in folders {
            let path = folder.join(FILE);
            let text = match fs::metadata(&path) {
                Ok(found) if !found.is_file() => Err(io::Error::other("not a regular file")),
                Ok(found) if found.len() > LARGEST => Err(io::Error::other("too large")),
                Ok(_) => fs::read(&path),
                Err(error) if fs::symlink_metadata(&path).is_ok() => Err(error),
                // There is none; or the folder is closed, which is for the scan to say.
                Err(_) => continue,
            };
            match text {
                Ok(text) => {
                    errors.extend(self.add_content(&path, text));
                }
                Err(error) => errors.push(IgnoreError::Read { path, error }),
            }
        }
        errors
    }

    /// Adds the content of an ignore file. The first of its lines that is none.
    pub fn add_content(&mut self, path: &Path, content: Vec<u8>) -> Option<IgnoreError> {
        self.add(path, &String::from_utf8_lossy(&crate::text::utf8(content)))
    }

    fn add(&mut self, path: &Path, text: &str) -> Option<IgnoreError> {
        let mut wrong = None;
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (id, reason) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let reason = reason.trim().trim_start_matches('#').trim();
            let message = match CredentialId::parse(id) {
                Some(id) if !reason.is_empty() => {
                    self.entries.entry(id).or_insert(Entry {
                        path: path.to_owned(),
                        line: index + 1,
                        reason: reason.to_owned(),
                    });
                    continue;
                }
                Some(_) => "a reason must follow the id",
                None => "a line starts with a credential id: 64 hex digits",
            };
            wrong.get_or_insert_with(|| IgnoreError::Line {
                path: path.to_owned(),
                line: index + 1,
                message,
            });
        }
        wrong
    }

    /// Marks what was accepted, and returns a remark for every id that nothing has, if the scan was of `folders`: of
    /// single files nobody can say what is not in them.
    pub fn apply(&self, findings: &mut [Finding], folders: bool) -> Vec<Untrusted> {
        for finding in findings.iter_mut() {
            if let Some(entry) = self.entries.get(&finding.id) {
                finding.suppressed = Some(Suppression {
                    source: Untrusted::new(entry.path.as_os_str().as_encoded_bytes()),
                    reason: Untrusted::new(&entry.reason),
                    overruled: false,
                    by_change: false,
                });
            }
        }
        let unknown = self
            .entries
            .iter()
            .filter(|(id, _)| folders && findings.iter().all(|f| f.id != **id));
        let remark = |(id, entry): (&CredentialId, &Entry)| {
            let id = &id.as_str()[..12];
            Untrusted::new(format!(
                "{}:{}: no finding has the id {id}…",
                entry.path.display(),
                entry.line
            ))
        };
        unknown.map(remark).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Accepted, String> {
        let mut accepted = Accepted::default();
        match accepted.add(Path::new("x"), text) {
            None => Ok(accepted),
            Some(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn a_line_is_an_id_and_a_reason() {
        let id = "ab".repeat(32);
        assert_eq!(
            read(&format!("# why\n\n{id}  a sample\n")).map(|a| a.entries.len()),
            Ok(1)
        );
        assert_eq!(
            read(&format!("{} # a sample", id.to_uppercase())).map(|a| a.entries.len()),
            Ok(1)
        );
        assert_eq!(
            read(&format!("\n{id}\n")).map(|_| ()),
            Err("x:2: a reason must follow the id".into())
        );
        assert_eq!(
            read("abc why").map(|_| ()),
            Err("x:1: a line starts with a credential id: 64 hex digits".into())
        );
    }
}
