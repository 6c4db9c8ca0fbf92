//! How a repository is found: upwards from a folder as git does it, or where GIT_DIR says.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::super::small::{self, Trouble, path_from};
use super::{Bounds, Environment, OpenError, trees};
use crate::finding::SkipReason;

impl OpenError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> OpenError {
        let path = path.to_path_buf();
        move |error| OpenError::Io { path, error }
    }
}

/// A folder that is a repository, and the folder whose `.git` led there.
pub(super) struct Found {
    pub(super) git_dir: PathBuf,
    pub(super) root: Option<PathBuf>,
}

pub(super) fn named_by_environment(git_dir: &Path) -> Result<Found, OpenError> {
    let is_file = fs::metadata(git_dir).is_ok_and(|found| found.is_file());
    let git_dir = if is_file {
        pointed_at(git_dir)?
    } else {
        git_dir.to_path_buf()
    };
    if !is_repository(&git_dir).map_err(OpenError::io(&git_dir))? {
        return Err(OpenError::Broken {
            path: git_dir,
            what: "GIT_DIR leads there, and it is no repository",
        });
    }
    Ok(Found {
        git_dir,
        root: None,
    })
}

/// Searches a folder, then those above it.
pub(super) fn discover(path: &Path, troubles: &mut Vec<Trouble>) -> Result<Found, OpenError> {
    if let Some(found) = look(path, troubles)? {
        return Ok(found);
    }
    let real = fs::canonicalize(path).map_err(OpenError::io(path))?;
    for above in real.ancestors().skip(1) {
        if let Some(found) = look(above, troubles)? {
            return Ok(found);
        }
    }
    match troubles.first() {
        Some(trouble) => Err(OpenError::Broken {
            path: crate::open::os_path(trouble.path.expose()).into_owned(),
            what: NO_HEAD,
        }),
        None => Err(OpenError::NotFound(path.to_path_buf())),
    }
}

const NO_HEAD: &str = "there are objects, but no HEAD or no refs";

/// Looks for a repository in one folder: first `.git`, then the folder itself.
fn look(folder: &Path, troubles: &mut Vec<Trouble>) -> Result<Option<Found>, OpenError> {
    let dot_git = folder.join(".git");
    let root = Some(folder.to_path_buf());
    match fs::metadata(&dot_git) {
        Ok(found) if found.is_dir() => {
            if is_repository(&dot_git).map_err(OpenError::io(&dot_git))? {
                return Ok(Some(Found {
                    git_dir: dot_git,
                    root,
                }));
            }
            // git goes on in silence; but where objects are, somebody believes to have a repository.
            if dot_git.join("objects").is_dir() {
                troubles.push(Trouble::new(&dot_git, SkipReason::BadRepository, NO_HEAD));
            }
        }
        Ok(found) if found.is_file() => {
            let git_dir = pointed_at(&dot_git)?;
            if is_repository(&git_dir).map_err(OpenError::io(&git_dir))? {
                return Ok(Some(Found { git_dir, root }));
            }
            return Err(OpenError::Broken {
                path: dot_git,
                what: "it leads to a folder that is no repository",
            });
        }
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Err(OpenError::Io {
                path: dot_git,
                error,
            });
        }
        _ => {} // nothing, or nothing that can be a repository: git goes on as well
    }
    let itself = is_repository(folder).map_err(OpenError::io(folder))?;
    Ok(itself.then(|| Found {
        git_dir: folder.to_path_buf(),
        root: None,
    }))
}

/// Where a `.git` file leads: `gitdir: ` and a path, seen from its own folder.
pub(super) fn pointed_at(file: &Path) -> Result<PathBuf, OpenError> {
    let read = pointer(file, b"gitdir:").map_err(OpenError::io(file))?;
    let folder = file.parent().unwrap_or(Path::new(""));
    match read {
        Some(path) => Ok(path_from(folder, &path)),
        None => Err(OpenError::Broken {
            path: file.to_path_buf(),
            what: "a .git file that names no folder",
        }),
    }
}

/// The path that a file holds behind a word. None if the file is not there, or does not have the form.
pub(super) fn pointer(file: &Path, word: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let content = small::read(file)?.unwrap_or_default();
    let Some(path) = content.strip_prefix(word) else {
        return Ok(None);
    };
    let path = path.trim_ascii();
    Ok((!path.is_empty() && !path.contains(&0)).then(|| path.to_vec()))
}

/// The folder that a linked work tree shares with the main one.
pub(super) fn shared_folder(git_dir: &Path) -> io::Result<Option<PathBuf>> {
    let path = pointer(&git_dir.join("commondir"), b"")?;
    Ok(path.map(|path| trees::plain(path_from(git_dir, &path))))
}

/// Whether a folder is a repository: HEAD, objects and refs. What HEAD says does not matter: a crash leaves it
/// empty, and all else can still be read.
pub(in crate::git) fn is_repository(folder: &Path) -> io::Result<bool> {
    let head = match fs::symlink_metadata(folder.join("HEAD")) {
        Ok(head) => head.is_file() || head.is_symlink(),
        Err(error) if small::is_absent(&error) => false,
        Err(error) => return Err(error),
    };
    if !head {
        return Ok(false);
    }
    let common = shared_folder(folder)?.unwrap_or_else(|| folder.to_path_buf());
    let has_refs = common.join("refs").is_dir() || common.join("packed-refs").is_file();
    Ok(has_refs && common.join("objects").is_dir())
}

/// The folder of the repository whose work tree is `root`, and the one that it shares with other work trees. None
/// where `.git` is nothing of the kind, or another folder's.
pub(crate) fn of_work_tree(root: &Path) -> Option<(PathBuf, PathBuf)> {
    let dot_git = root.join(".git");
    let found = fs::metadata(&dot_git).ok()?;
    let git_dir = match found.is_file() {
        true => pointed_at(&dot_git).ok()?,
        false => dot_git,
    };
    if !found.is_file() && !found.is_dir() || !is_repository(&git_dir).unwrap_or(false) {
        return None;
    }
    let mut bounds = Bounds::of(root, &Environment::none());
    bounds.take_git_dir(&git_dir, Some(root)).ok()?;
    let common = shared_folder(&git_dir).ok()?;
    if let Some(common) = &common {
        bounds.take_common(common, &git_dir).ok()?;
    }
    let common = common.unwrap_or_else(|| git_dir.clone());
    Some((git_dir, common))
}
