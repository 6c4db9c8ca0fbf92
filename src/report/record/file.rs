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
