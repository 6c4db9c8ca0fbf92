//! Which file of a repository a place is, for programs that show repositories: SARIF, GitLab, Code Climate, GitHub.

use data_encoding::HEXLOWER;

use super::{Location, Record, SourceKind, Spot};
use crate::finding::Place;

impl Record {
    /// The file that a place stands in, from the root of its repository. None if it is none that a repository shows:
    /// a message, a name of a ref, something of git's own. A name and the target of a link are none of its lines.
    pub fn file(&self, at: &Location) -> Option<Spot> {
        let on_disk = match at.kind {
            Place::File => true,
            Place::Symlink | Place::Path => at.git.is_none(),
            Place::Index | Place::Blob => false,
            _ => return None,
        };
        let spot = match on_disk {
            true => self.from_root(&at.spot),
            false => at.spot.clone(),
        };
        let own = spot.path.split('/').any(|part| part == ".git");
        if spot.path.is_empty() || own {
            return None;
        }
        Some(match at.kind {
            Place::Symlink | Place::Path => Spot {
                line: 1,
                column: 1,
                ..spot
            },
            _ => spot,
        })
    }

    /// A place on disk from the root of the repository, where one is scanned; else from where the scan was started.
    pub fn from_root(&self, spot: &Spot) -> Spot {
        let mut roots = self.scan.sources.iter().filter_map(|source| {
            let repository = matches!(
                source.kind,
                SourceKind::History | SourceKind::Staged | SourceKind::Range
            );
            source.path.as_ref().filter(|_| repository)
        });
        let inside = roots.find_map(|root| {
            let root = root.trim_end_matches('/');
            spot.path.strip_prefix(root)?.strip_prefix('/')
        });
        let path = inside.unwrap_or(&spot.path);
        let path = path.strip_prefix("./").unwrap_or(path);
        // The bytes end like the text, for what stands in front of it is text.
        let cut = spot.path.len() - path.len();
        let bytes = spot.path_bytes.as_ref().map(|hex| {
            let bytes = HEXLOWER.decode(hex.as_bytes()).unwrap_or_default();
            HEXLOWER.encode(bytes.get(cut..).unwrap_or_default())
        });
        Spot {
            path: path.to_owned(),
            path_bytes: bytes,
            ..spot.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Unpaired, example};
    use super::*;
    use crate::finding::{Source, Untrusted};
    use crate::redact::Redactor;

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
        let record = Record::of(&report, &Redactor::of(&report, false), Unpaired::Report);
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
}
