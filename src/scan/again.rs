//! Credentials of an earlier report, read again where it says that they stand.
//!
//! A report holds no secret, only its digest. So the places are scanned again, and what is found there is known
//! by its id. A report is also only a file, which others may have written: a server is asked if the report and the
//! place both name it, or the report and the user. Never because the report alone says so, and never another one,
//! whose answer would be taken for that of the reported one.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

use super::{Options, Scanner};
use crate::finding::{
    Coverage, CredentialId, Finding, Host, InGit, PairedBy, Place, Recorded, Skip, Tie, Untrusted,
};
use crate::git::repository::{Environment, Repository};
use crate::git::store::Store;
use crate::open::os_path;
use crate::rule::Rules;
use crate::source::{Content, Document, Files, Visit, WHOLE};

/// What has become of the credentials of a report.
#[derive(Debug, Default)]
pub struct Again {
    /// Those that still stand where they stood, beside the server of the report.
    pub findings: Vec<Finding>,
    /// Those that stand beside another server now.
    pub elsewhere: BTreeSet<CredentialId>,
    /// Those of which a place could not be read, and which are at no other.
    pub unread: BTreeSet<CredentialId>,
    /// What could not be read.
    pub skipped: Vec<Skip>,
}

/// Reads every place of a report's credentials again.
pub fn again(rules: &Rules, recorded: &[Recorded], options: Options) -> anyhow::Result<Again> {
    let scanner = Scanner::new(rules, options)?;
    let servers = scanner.options.servers.clone();
    let mut places: BTreeMap<(Place, &Untrusted, Option<&InGit>), Vec<&CredentialId>> =
        BTreeMap::new();
    for finding in recorded {
        for at in &finding.places {
            let place = (at.place, &at.path, at.git.as_ref());
            places.entry(place).or_default().push(&finding.id);
        }
    }
    let mut again = Again::default();
    let mut stores: BTreeMap<PathBuf, Option<Store>> = BTreeMap::new();
    for ((place, path, git), ids) in places {
        let read = match (place, git) {
            (Place::File, _) => file(&scanner, path, &mut again.skipped),
            (_, Some(git)) => object(&scanner, place, path, git, &mut stores),
            _ => false,
        };
        if !read {
            again.unread.extend(ids.into_iter().cloned());
        }
    }
    let known: BTreeMap<&CredentialId, &Recorded> = (recorded.iter())
        .map(|finding| (&finding.id, finding))
        .collect();
    for mut finding in scanner.finish().findings {
        let Some(recorded) = known.get(&finding.id) else {
            continue;
        };
        again.unread.remove(&finding.id);
        match settle(&mut finding, recorded, &servers) {
            true => again.findings.push(finding),
            false => drop(again.elsewhere.insert(finding.id)),
        }
    }
    Ok(again)
}

/// Gives a credential the server that the report names, if its place or the user names it too. Whether that is so;
/// one without a server in both is as it was.
fn settle(finding: &mut Finding, recorded: &Recorded, servers: &[String]) -> bool {
    let typed = |url: &Untrusted| {
        servers
            .iter()
            .any(|server| server.as_bytes() == url.expose())
    };
    match (&recorded.host, &finding.host) {
        (None, None) => true,
        // The user has named one since.
        (None, Some(found)) => found.paired_by == PairedBy::Server,
        (Some(reported), Some(found)) if found.url == reported.url => true,
        (Some(reported), None) if typed(&reported.url) => {
            finding.host = Some(Host {
                paired_by: PairedBy::Server,
                tie: Tie::Own,
                location: None,
                ..reported.clone()
            });
            finding.unpaired = false;
            true
        }
        // Nothing names a server now: it is said that none is written there.
        (Some(_), None) => true,
        // One of several: what was found says how it is tied to the credential, whatever the report says.
        (Some(reported), Some(_)) => {
            let mut others = finding.other_hosts.iter();
            let other = others.find(|host| host.url == reported.url).cloned();
            other.is_some_and(|other| {
                finding.host = Some(other);
                true
            })
        }
    }
}

/// Scans a file. Whether it could be read; one that is not there any more holds nothing, and was read.
fn file(scanner: &Scanner<'_>, path: &Untrusted, skipped: &mut Vec<Skip>) -> bool {
    let Some(path) = unmasked(path) else {
        return false;
    };
    match std::fs::symlink_metadata(&path) {
        Ok(found) if found.is_file() => {}
        // A folder in its place, or nothing: the file is gone. Where nobody may look, nobody knows.
        Ok(_) => return true,
        Err(error) => return error.kind() == io::ErrorKind::NotFound,
    }
    let files = Files {
        paths: vec![path],
        no_ignore: true,
        max_file_size: None,
        progress: None,
    };
    let coverage: Coverage = files.visit(scanner);
    let read = coverage.complete();
    skipped.extend(coverage.skipped);
    read
}

/// Scans an object of git. A commit or tag is scanned whole: its message, and who wrote it.
fn object(
    scanner: &Scanner<'_>,
    place: Place,
    path: &Untrusted,
    git: &InGit,
    stores: &mut BTreeMap<PathBuf, Option<Store>>,
) -> bool {
    let place = match place {
        Place::Index | Place::Blob | Place::TagMessage | Place::Symlink => place,
        Place::CommitMessage | Place::Author => Place::CommitMessage,
        // A name: the report holds it masked, so it cannot be looked up.
        Place::File | Place::Path | Place::Ref | Place::Stdin => return false,
    };
    let (Some(id), Some(repository), Some(_)) =
        (git.object, unmasked(&git.repository), unmasked(path))
    else {
        return false;
    };
    let store = stores.entry(repository.clone()).or_insert_with(|| {
        let (opened, _) = Repository::open(&repository, &Environment::none()).ok()?;
        Some(super::news::open_store(&opened, &mut Coverage::default()))
    });
    let Some(object) = store.as_ref().and_then(|store| store.object(&id).ok()) else {
        return false;
    };
    let mut rest = &object.data[..];
    let document = Document {
        place,
        path: path.expose(),
        git: Some(InGit {
            commit: None,
            ..git.clone()
        }),
        content: match object.data.len() {
            0..=WHOLE => Content::Whole(&object.data),
            _ => Content::Stream(b"", &mut rest),
        },
    };
    scanner.document(document).is_ok()
}

/// A path of a report. One in which something was masked is not the path that it was, and none at all.
pub(super) fn unmasked(path: &Untrusted) -> Option<PathBuf> {
    let bytes = path.expose();
    let masked = memchr::memmem::find(bytes, "…".as_bytes()).is_some();
    (!masked).then(|| os_path(bytes).into_owned())
}
