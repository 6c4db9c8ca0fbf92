//! The baseline: what a team has accepted, as a file that is reviewed like code.
//!
//! An entry names a credential by its id, never by its place, so it survives every move, rename, rebase and
//! reformatting. It lists the servers that were known when it was accepted: a new one opens it again, for the same
//! token on another server is another leak.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::finding::{CredentialId, Finding, Suppression, Untrusted};
use crate::time::day;

/// How a file starts that this program has written.
pub(crate) const HEAD: &str =
    "# Accepted credentials, by id. A new server or the end of its time opens an entry again.\n";

/// Larger is no list that people wrote.
pub const LARGEST: u64 = 64 << 20;

/// A baseline file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a baseline, which is a mapping")]
pub struct Baseline {
    /// Of this shape; 1.
    pub version: u32,
    /// What was accepted, by id.
    pub findings: Vec<Entry>,
}

/// An accepted credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an entry, which is a mapping")]
pub struct Entry {
    /// 64 hex digits.
    pub id: String,
    /// The page of the rules; for readers.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule: String,
    /// The servers that it may be paired with.
    #[serde(default)]
    pub hosts: BTreeSet<String>,
    /// Why it is accepted.
    pub reason: String,
    /// Who accepted it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// When, as in `2026-11-26`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub date: String,
    /// The last day on which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

impl Entry {
    /// Whether its time is over.
    pub fn is_over(&self, now: SystemTime) -> bool {
        let last = self.expires.as_deref().and_then(day::parse);
        last.is_some_and(|last| last < day::of(now))
    }
}

/// A credential that can be accepted.
#[derive(Clone, Debug)]
pub struct Known {
    /// 64 hex digits.
    pub id: String,
    /// The page of the rules.
    pub rule: String,
    /// Every server that it is paired with.
    pub hosts: BTreeSet<String>,
}

/// The day of today, in UTC, as entries write it.
pub fn today() -> String {
    day::text(SystemTime::now())
}

/// Whether a text is a day, as entries write it.
pub fn is_day(text: &str) -> bool {
    day::parse(text).is_some()
}

/// What is wrong with a baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It cannot be read.
    #[error("{}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It is not of the shape.
    #[error("{}: {message}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its place.
        message: String,
    },
}

impl Baseline {
    /// One in which nothing is accepted.
    pub fn empty() -> Baseline {
        Baseline {
            version: 1,
            findings: Vec::new(),
        }
    }

    /// Reads a file, or says what is wrong with it.
    pub fn read(path: &Path) -> Result<Baseline, BaselineError> {
        let failed = |error| BaselineError::Read {
            path: path.to_owned(),
            error,
        };
        let found = fs::metadata(path).map_err(failed)?;
        if !found.is_file() || found.len() > LARGEST {
            return Err(failed(io::Error::other(
                "not a regular file of a sane size",
            )));
        }
        Baseline::parse(path, fs::read(path).map_err(failed)?)
    }

    /// Reads the content of a file with a name for errors.
    pub fn parse(path: &Path, content: Vec<u8>) -> Result<Baseline, BaselineError> {
        let text = String::from_utf8(crate::text::utf8(content));
        let text = text.map_err(|_| BaselineError::Read {
            path: path.to_owned(),
            error: io::Error::other("not UTF-8"),
        })?;
        let wrong = |message: String| BaselineError::Shape {
            path: path.to_owned(),
            message,
        };
        let baseline: Baseline =
            serde_yaml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        baseline.check().map_err(wrong)?;
        Ok(baseline)
    }

    fn check(&self) -> Result<(), String> {
        if self.version != 1 {
            return Err(format!(
                "version {} is not known; this program reads 1",
                self.version
            ));
        }
        let mut seen: BTreeMap<CredentialId, usize> = BTreeMap::new();
        for (n, entry) in self.findings.iter().enumerate() {
            let number = n + 1;
            let wrong = |what: &str| Err(format!("entry {number}: {what}"));
            let Some(id) = CredentialId::parse(&entry.id) else {
                return wrong("`id` takes 64 hex digits");
            };
            if entry.reason.trim().is_empty() {
                return wrong("a `reason` must be given");
            }
            if let Some(first) = seen.insert(id, number) {
                return wrong(&format!("the same id as entry {first}"));
            }
            let dates = [
                Some(&entry.date).filter(|date| !date.is_empty()),
                entry.expires.as_ref(),
            ];
            if dates
                .into_iter()
                .flatten()
                .any(|date| day::parse(date).is_none())
            {
                return wrong("a date is written as in 2026-11-26");
            }
        }
        Ok(())
    }

    /// The file's text.
    pub fn text(&self) -> Result<String, serde_yaml::Error> {
        Ok(HEAD.to_owned() + &serde_yaml::to_string(self)?)
    }

    /// Whether an entry that is not out of time accepts a credential at all of its servers.
    pub fn accepts(&self, known: &Known) -> bool {
        let now = SystemTime::now();
        self.findings.iter().any(|entry| {
            entry.id.eq_ignore_ascii_case(&known.id)
                && !entry.is_over(now)
                && known.hosts.is_subset(&entry.hosts)
        })
    }

    /// Adds what has no entry yet, with the reason, owner and dates of `with`, and servers that entries do not list
    /// yet. Tells how many entries are new or changed.
    pub fn accept(&mut self, known: impl IntoIterator<Item = Known>, with: &Entry) -> usize {
        let mut changed = 0;
        for known in known {
            let same = |entry: &&mut Entry| entry.id.eq_ignore_ascii_case(&known.id);
            match self.findings.iter_mut().find(same) {
                Some(entry) => {
                    let before = entry.clone();
                    entry.hosts.extend(known.hosts);
                    if entry.expires.is_some() {
                        entry.expires.clone_from(&with.expires);
                    }
                    changed += usize::from(*entry != before);
                }
                None => {
                    self.findings.push(Entry {
                        id: known.id,
                        rule: known.rule,
                        hosts: known.hosts,
                        ..with.clone()
                    });
                    changed += 1;
                }
            }
        }
        self.findings.sort_by(|a, b| a.id.cmp(&b.id));
        changed
    }

    /// Takes out the entries of which `there` says that nothing has their id. Tells how many.
    pub fn forget(&mut self, there: impl Fn(&str) -> bool) -> usize {
        let before = self.findings.len();
        self.findings.retain(|entry| there(&entry.id));
        before - self.findings.len()
    }

    /// Marks what is accepted, and returns a remark for each entry that is stale: out of time, open again because of
    /// a new server, or (where `whole`) of no finding.
    pub fn apply(
        &self,
        path: &Path,
        findings: &mut [Finding],
        now: SystemTime,
        whole: bool,
    ) -> Vec<Untrusted> {
        let mut stale = Vec::new();
        for entry in &self.findings {
            let mut remark = |what: &str| {
                let id: String = entry.id.chars().take(12).collect();
                stale.push(Untrusted::new(format!("{}: {id}…: {what}", path.display())));
            };
            // Of several repositories the same credential is several findings.
            let same = |f: &&mut Finding| f.id.as_str().eq_ignore_ascii_case(&entry.id);
            let mut found: Vec<&mut Finding> = findings.iter_mut().filter(same).collect();
            if found.is_empty() {
                if whole {
                    remark("no finding has this id");
                }
                continue;
            }
            if entry.is_over(now) {
                remark("its time is over, so it counts again");
                continue;
            }
            let own = found.iter().flat_map(|finding| {
                let host = finding.host.iter().map(|host| &host.url);
                host.chain(finding.other_hosts.iter().map(|host| &host.url))
            });
            let known = |url: &Untrusted| {
                entry
                    .hosts
                    .iter()
                    .any(|host| host.as_bytes() == url.expose())
            };
            if !{ own }.all(known) {
                remark(
                    "it stands beside a server that the entry does not list, so it counts again",
                );
                continue;
            }
            let open = found
                .iter_mut()
                .filter(|finding| finding.suppressed.is_none());
            open.for_each(|finding| {
                finding.suppressed = Some(Suppression {
                    source: Untrusted::new(path.as_os_str().as_encoded_bytes()),
                    reason: Untrusted::new(&entry.reason),
                    overruled: false,
                    by_change: false,
                });
            });
        }
        stale
    }
}
