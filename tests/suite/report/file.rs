//! Where a file of a report is in its repository.

use matterleaks::finding::{Place, Source, Untrusted};

use super::record;
use crate::report::example;

/// Where a place is, whose path on disk is this, if the history of `root` was scanned.
fn at(root: Option<&str>, kind: Place, path: &[u8]) -> Option<(String, Option<String>)> {
    let mut report = example::report();
    let root = Untrusted::new(root.unwrap_or("."));
    report.sources = vec![Source::History(root)];
    let mut finding = example::finding(1);
    finding.locations.truncate(1);
    for at in &mut finding.locations {
        (at.path, at.place, at.git) = (Untrusted::new(path), kind, None);
    }
    report.findings = vec![finding];
    let record = record(&report);
    let spot = record.file(&record.findings[0].locations[0])?;
    Some((spot.path, spot.path_bytes))
}

#[test]
fn a_place_on_disk_is_told_from_the_root_of_the_repository() {
    let path = |root, path: &str| at(root, Place::File, path.as_bytes()).map(|at| at.0);
    assert_eq!(path(None, "./a/b.env").as_deref(), Some("a/b.env"));
    assert_eq!(path(None, ".env").as_deref(), Some(".env"));
    for root in ["x/repo", "x/repo/"] {
        assert_eq!(path(Some(root), "x/repo/a.env").as_deref(), Some("a.env"));
    }
    assert_eq!(path(Some("x"), "xy/a.env").as_deref(), Some("xy/a.env"));
    assert_eq!(path(Some("/r"), "/r/a.env").as_deref(), Some("a.env"));
    let bytes = at(Some("x"), Place::File, b"x/\xff.env");
    assert_eq!(bytes.and_then(|at| at.1).as_deref(), Some("ff2e656e76"));
    // In git it is told so already.
    let blob = at(Some("x"), Place::Blob, b"x/a.env").map(|at| at.0);
    assert_eq!(blob.as_deref(), Some("x/a.env"));
}

#[test]
fn what_no_repository_shows_is_no_file() {
    for path in [".git/COMMIT_EDITMSG", "x/.git/logs/HEAD"] {
        assert_eq!(at(Some("x"), Place::File, path.as_bytes()), None);
    }
    assert_eq!(at(None, Place::CommitMessage, b""), None);
    assert_eq!(at(None, Place::Ref, b"refs/heads/x"), None);
}
