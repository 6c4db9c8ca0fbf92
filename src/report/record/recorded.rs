//! From a report that was read to what is looked up again where it was found.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Finding, Location, Record, SourceKind, bytes};
use crate::finding::{CredentialId, Host, InGit, ObjectId, Origin, Recorded, Source, Untrusted};
use crate::time;

impl Record {
    /// Its findings, as far as they are looked up. One whose id is none is none of ours.
    pub fn recorded(&self) -> Vec<Recorded> {
        self.findings.iter().filter_map(Finding::recorded).collect()
    }

    /// What was scanned.
    pub fn sources(&self) -> Vec<Source> {
        let sources = self.scan.sources.iter().map(|source| {
            let text = source.path.as_deref().unwrap_or_default();
            let path = Untrusted::new(bytes(text, source.path_bytes.as_deref()));
            match source.kind {
                SourceKind::Files => Source::Files(path),
                SourceKind::Stdin => Source::Stdin,
                SourceKind::History => Source::History(path),
                SourceKind::Staged => Source::Staged(path),
                SourceKind::Range => {
                    let range = source.range.as_deref().unwrap_or_default();
                    Source::Range(path, Untrusted::new(range))
                }
            }
        });
        sources.collect()
    }

    /// When the scan began.
    pub fn started_at(&self) -> SystemTime {
        let seconds = time::seconds(&self.scan.started_at);
        let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok());
        UNIX_EPOCH + Duration::from_secs(seconds.unwrap_or(0))
    }
}

impl Finding {
    /// The same, as far as it is looked up.
    pub fn recorded(&self) -> Option<Recorded> {
        let host = self.host.as_ref().map(|host| Host {
            url: Untrusted::new(&host.url),
            typed: host.typed.as_ref().map(Untrusted::new),
            tie: host.tie,
            paired_by: host.paired_by,
            line_distance: host.line_distance,
            location: None,
            alternatives: host.alternatives.iter().map(Untrusted::new).collect(),
        });
        Some(Recorded {
            id: CredentialId::parse(&self.id)?,
            rule_id: self.rule_id.clone(),
            host,
            places: self.locations.iter().map(origin).collect(),
            unlisted: (self.history.as_ref()).is_some_and(|history| history.unlisted > 0),
        })
    }
}

fn origin(at: &Location) -> Origin {
    let git = at.repository.as_ref().map(|repository| {
        let git = at.git.as_ref();
        let object_of = git.and_then(|git| {
            let object = git.blob.as_deref().or(git.tag.as_deref());
            object.or(git.commit.as_deref())
        });
        InGit {
            repository: Untrusted::new(bytes(repository, at.repository_bytes.as_deref())),
            object: object(object_of),
            commit: object(git.and_then(|git| git.commit.as_deref())),
        }
    });
    Origin {
        path: Untrusted::new(at.spot.bytes()),
        place: at.kind,
        git,
    }
}

fn object(hex: Option<&str>) -> Option<ObjectId> {
    ObjectId::parse(hex?.as_bytes())
}
