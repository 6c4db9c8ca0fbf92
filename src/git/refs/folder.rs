//! Every file below a folder of refs or reflogs.

use std::fs;
use std::io;
use std::path::Path;

use super::super::repository::is_repository;
use super::super::small::{self, Trouble, path_from};
use crate::open::{Dir, Kind, Links};

/// Something that is no folder.
pub(super) struct Found<'f> {
    pub(super) dir: &'f Dir,
    pub(super) name: &'f [u8],
    pub(super) kind: Kind,
    /// From the folder at the top.
    pub(super) path: Vec<u8>,
}

/// Shows everything below a folder but hidden files and locks, which are no refs. It goes without recursion,
/// since folders may be nested as deep as the system allows.
pub(super) fn files(top: &Path, mut show: impl FnMut(Found<'_>)) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    let mut waiting = vec![Vec::new()];
    while let Some(folder) = waiting.pop() {
        // A slash at its end would follow a link.
        let path = if folder.is_empty() {
            top.to_path_buf()
        } else {
            path_from(top, &folder)
        };
        let listed = enter(&path).and_then(|dir| {
            let entries = dir.as_ref().map(small::listed).transpose()?;
            Ok(dir.zip(entries))
        });
        let (dir, entries) = match listed {
            Ok(Some(listed)) => listed,
            Ok(None) => continue,
            Err(error) => {
                troubles.push(Trouble::failed(&path, &error));
                continue;
            }
        };
        for (name, kind) in &entries {
            if name.starts_with(b".") || name.ends_with(b".lock") {
                continue;
            }
            let path = match &*folder {
                b"" => name.clone(),
                folder => [folder, b"/", name].concat(),
            };
            // `logs/refs` is a link where git-new-workdir made a work tree.
            let linked = *kind == Kind::Link && path == b"refs" && top.ends_with("logs");
            if *kind == Kind::Dir || linked {
                waiting.push(path);
            } else {
                show(Found {
                    dir: &dir,
                    name,
                    kind: *kind,
                    path,
                });
            }
        }
    }
    troubles
}

/// Opens a folder; none if it is not there. A link is followed within the repository and nowhere else, or a
/// stranger's could lead us through all that the machine has.
pub(super) fn enter(path: &Path) -> io::Result<Option<Dir>> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::InvalidFilename => None, // too long to be asked at once
        Err(error) if small::is_absent(&error) => return Ok(None),
        found => Some(found?),
    };
    if !found.is_some_and(|found| found.is_symlink()) {
        return Dir::open(small::bytes(path), Links::Refuse).map(Some);
    }
    let real = fs::canonicalize(path)?;
    let itself = |folder: &&Path| is_repository(folder).unwrap_or(false);
    let itself = path.ancestors().skip(1).find(itself);
    let itself = itself.and_then(|folder| fs::canonicalize(folder).ok());
    if !itself.is_some_and(|folder| real.starts_with(folder)) {
        let what = "a link that leads out of the repository";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    Dir::open(small::bytes(&real), Links::Follow).map(Some)
}
