//! Credentials of an earlier report, read again where it says that they stand.
//!
//! A report holds no secret, only its digest. So the places are scanned again, and what is found there is known
//! by its id. A report is also only a file, which others may have written: the server that it names is contacted
//! if the place still names it, or if the user does, and never because the report says so.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

use serde::Deserialize;

use super::{Options, Scanner};
use crate::finding::{
    Coverage, CredentialId, Finding, Host, InGit, ObjectId, PairedBy, Place, Skip, Untrusted,
};
use crate::git::repository::{Environment, Repository};
use crate::git::store::Store;
use crate::rule::Rules;
use crate::source::{Content, Document, Files, Visit, WHOLE};

/// What is read of a report: `schema_version` 1 of the format `json`.
#[derive(Debug, Deserialize)]
pub struct Recorded {
    schema_version: u64,
    /// Its credentials.
    pub findings: Vec<RecordedFinding>,
}

/// A credential of a report.
#[derive(Debug, Deserialize)]
pub struct RecordedFinding {
    /// 64 hex digits.
    pub id: String,
    /// The server that it was paired with.
    pub host: Option<RecordedHost>,
    locations: Vec<RecordedLocation>,
}

/// The server of a credential of a report.
#[derive(Debug, Deserialize)]
pub struct RecordedHost {
    /// The base URL.
    pub url: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct RecordedLocation {
    kind: String,
    repository: Option<String>,
    repository_bytes: Option<String>,
    path: String,
    path_bytes: Option<String>,
    git: Option<RecordedGit>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct RecordedGit {
    blob: Option<String>,
    commit: Option<String>,
    tag: Option<String>,
}

/// Why a file is no report.
#[derive(Debug, thiserror::Error)]
pub enum RecordedError {
    /// It is not of the shape.
    #[error("not a report in the format json")]
    Shape(#[from] serde_json::Error),
    /// It is of another shape.
    #[error("a report of schema version {0}; this program reads 1")]
    Version(u64),
}

impl Recorded {
    /// Reads a report.
    pub fn read(json: &[u8]) -> Result<Recorded, RecordedError> {
        let recorded: Recorded = serde_json::from_slice(json)?;
        match recorded.schema_version {
            1 => Ok(recorded),
            other => Err(RecordedError::Version(other)),
        }
    }
}

/// What has become of the credentials of a report.
#[derive(Debug, Default)]
pub struct Again {
    /// Those that still stand where they stood.
    pub findings: Vec<Finding>,
    /// Those of which a place could not be read, and which are at no other.
    pub unread: BTreeSet<CredentialId>,
    /// What could not be read.
    pub skipped: Vec<Skip>,
}

/// Reads every place of a report's credentials again.
pub fn again(rules: &Rules, recorded: &Recorded, options: Options) -> anyhow::Result<Again> {
    let scanner = Scanner::new(rules, options)?;
    let servers = scanner.options.servers.clone();
    let mut places: BTreeMap<&RecordedLocation, Vec<CredentialId>> = BTreeMap::new();
    for finding in &recorded.findings {
        let Some(id) = CredentialId::parse(&finding.id) else {
            continue;
        };
        for location in &finding.locations {
            places.entry(location).or_default().push(id.clone());
        }
    }
    let mut again = Again::default();
    let mut stores: BTreeMap<PathBuf, Option<Store>> = BTreeMap::new();
    for (location, ids) in places {
        let read = match location.kind.as_str() {
            "file" => file(&scanner, location, &mut again.skipped),
            _ => object(&scanner, location, &mut stores),
        };
        if !read {
            again.unread.extend(ids);
        }
    }
    let known: BTreeMap<CredentialId, &RecordedFinding> = (recorded.findings.iter())
        .filter_map(|finding| Some((CredentialId::parse(&finding.id)?, finding)))
        .collect();
    let found = scanner.finish().findings;
    for mut finding in found {
        let Some(recorded) = known.get(&finding.id) else {
            continue;
        };
        again.unread.remove(&finding.id);
        let recorded = recorded.host.as_ref().map(|host| host.url.as_str());
        if let Some(url) =
            recorded.filter(|url| finding.unpaired && servers.iter().any(|s| s == url))
        {
            (finding.host, finding.unpaired) = (Some(named(url)), false);
        }
        again.findings.push(finding);
    }
    Ok(again)
}

/// A server that the user has named, and the report with it.
fn named(url: &str) -> Host {
    Host {
        url: Untrusted::new(url),
        paired_by: PairedBy::Server,
        line_distance: None,
        location: None,
        alternatives: Vec::new(),
    }
}

/// Scans a file. Whether it could be read; one that is not there any more holds nothing, and was read.
fn file(scanner: &Scanner<'_>, location: &RecordedLocation, skipped: &mut Vec<Skip>) -> bool {
    let Some(path) = path(&location.path, location.path_bytes.as_deref()) else {
        return false;
    };
    let files = Files {
        paths: vec![path.clone()],
        no_ignore: true,
        max_file_size: None,
        progress: None,
    };
    match std::fs::symlink_metadata(&path) {
        Ok(found) if found.is_file() => {}
        // A folder in its place, or nothing: the file is gone. Where nobody may look, nobody knows.
        Ok(_) => return true,
        Err(error) => return error.kind() == io::ErrorKind::NotFound,
    }
    let coverage: Coverage = files.visit(scanner);
    let read = coverage.complete();
    skipped.extend(coverage.skipped);
    read
}

/// Scans an object of git. A commit or tag is scanned whole: its message, and who wrote it.
fn object(
    scanner: &Scanner<'_>,
    location: &RecordedLocation,
    stores: &mut BTreeMap<PathBuf, Option<Store>>,
) -> bool {
    let place = match location.kind.as_str() {
        "index" => Place::Index,
        "blob" => Place::Blob,
        "commit_message" | "author" => Place::CommitMessage,
        "tag_message" => Place::TagMessage,
        "symlink" => Place::Symlink,
        // A name: the report holds it masked, so it cannot be looked up.
        _ => return false,
    };
    let Some(git) = &location.git else {
        return false;
    };
    let id = match place {
        Place::CommitMessage => git.commit.as_ref().or(git.tag.as_ref()),
        Place::TagMessage => git.tag.as_ref(),
        _ => git.blob.as_ref(),
    };
    let repository = location
        .repository
        .as_ref()
        .and_then(|text| path(text, location.repository_bytes.as_deref()));
    let (Some(id), Some(repository)) = (
        id.and_then(|hex| ObjectId::parse(hex.as_bytes())),
        repository,
    ) else {
        return false;
    };
    let store = stores.entry(repository.clone()).or_insert_with(|| {
        let (opened, _) = Repository::open(&repository, &Environment::none()).ok()?;
        let mut coverage = Coverage::default();
        Some(super::news::open_store(&opened, &mut coverage))
    });
    let Some(object) = store.as_ref().and_then(|store| store.object(&id).ok()) else {
        return false;
    };
    let Some(path) = path(&location.path, location.path_bytes.as_deref()) else {
        return false;
    };
    let mut rest = &object.data[..];
    let document = Document {
        place,
        path: path.as_os_str().as_encoded_bytes(),
        git: Some(InGit {
            repository: Untrusted::new(repository.as_os_str().as_encoded_bytes()),
            object: Some(id),
            commit: None,
        }),
        content: match object.data.len() {
            0..=WHOLE => Content::Whole(&object.data),
            _ => Content::Stream(b"", &mut rest),
        },
    };
    scanner.document(document).is_ok()
}

/// A path of a report. One in which something was masked is not the path that it was, and none at all.
fn path(text: &str, bytes: Option<&str>) -> Option<PathBuf> {
    if text.contains('…') {
        return None;
    }
    match bytes {
        None => Some(PathBuf::from(text)),
        Some(hex) => {
            let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).ok()?;
            Some(crate::open::os_path(&bytes).into_owned())
        }
    }
}
