//! What a repository leads to outside of the folder that it was found in. It may be a stranger's, laid so that we
//! read somebody's own repository: a way out counts only where the other side says that it belongs here, as linked
//! work trees and submodules do, or where git itself has called us and has gone that way before.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::small::path_from;
use super::{Environment, OpenError, pointer, settings};

/// The folders within which all may be read.
pub(super) struct Bounds {
    /// None where git has called us.
    within: Option<Vec<PathBuf>>,
}

/// What of a repository's folder would be read if it were a link. (`info` and `logs` never are.)
const PARTS: [&str; 14] = [
    "HEAD",
    "config",
    "config.worktree",
    "index",
    "modules",
    "objects",
    "objects/info",
    "objects/info/alternates",
    "objects/pack",
    "packed-refs",
    "refs",
    "reftable",
    "shallow",
    "worktrees",
];

impl Bounds {
    /// Those of a repository that was found in a folder.
    pub(super) fn of(folder: &Path, env: &Environment) -> Bounds {
        let called = [
            &env.git_dir,
            &env.index_file,
            &env.object_directory,
            &env.quarantine,
        ];
        let called = called.iter().any(|said| said.is_some());
        let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        Bounds {
            within: (!called).then(|| Vec::from([real])),
        }
    }

    /// Whether something lies within.
    pub(super) fn hold(&self, path: &Path) -> bool {
        let Some(within) = &self.within else {
            return true;
        };
        // What is not there leads nowhere.
        fs::canonicalize(path).map_or(true, |real| within.iter().any(|one| real.starts_with(one)))
    }

    /// Takes in the folder that the `.git` of `root` leads to, if that says that it belongs there.
    pub(super) fn take_git_dir(
        &mut self,
        git_dir: &Path,
        root: Option<&Path>,
    ) -> Result<(), OpenError> {
        let belongs = || root.is_some_and(|root| points_back(git_dir, root));
        if !self.hold(git_dir) && !belongs() {
            return Err(outside(
                root.map_or_else(|| git_dir.into(), |root| root.join(".git")),
            ));
        }
        self.take(git_dir);
        self.links(git_dir)
    }

    /// Takes in the folder that a work tree shares with others, if it holds that of the work tree.
    pub(super) fn take_common(&mut self, common: &Path, git_dir: &Path) -> Result<(), OpenError> {
        let real = |path: &Path| fs::canonicalize(path).ok();
        let holds = || Some(real(git_dir)?.parent()? == real(common)?.join("worktrees"));
        if !self.hold(common) && holds() != Some(true) {
            return Err(outside(git_dir.join("commondir")));
        }
        self.take(common);
        self.links(common)
    }

    fn take(&mut self, folder: &Path) {
        if let (Some(within), Ok(real)) = (&mut self.within, fs::canonicalize(folder)) {
            within.push(real);
        }
    }

    /// Whether a part of a repository is a link that leads out.
    fn links(&self, folder: &Path) -> Result<(), OpenError> {
        let parts = PARTS.iter().map(|part| folder.join(part));
        match { parts }.find(|part| part.is_symlink() && !self.hold(part)) {
            Some(part) if self.within.is_some() => Err(outside(part)),
            _ => Ok(()),
        }
    }
}

fn outside(path: PathBuf) -> OpenError {
    OpenError::Outside { path }
}

/// Whether a repository names a folder as its work tree: in `gitdir` that of a linked one, in `core.worktree` that
/// of a submodule. The name itself must say so, not a link behind it.
fn points_back(git_dir: &Path, root: &Path) -> bool {
    let same = |path: &Path| match (fs::canonicalize(path), fs::canonicalize(root)) {
        (Ok(there), Ok(here)) => there == here,
        _ => false,
    };
    let linked = pointer(&git_dir.join("gitdir"), b"").ok().flatten();
    let linked = linked.map(|path| path_from(git_dir, &path));
    let names_it = |file: PathBuf| file.ends_with(".git") && file.parent().is_some_and(same);
    if linked.is_some_and(names_it) {
        return true;
    }
    let config = settings(git_dir, git_dir, &mut Vec::new());
    let tree = config.get("core", None, "worktree");
    tree.is_some_and(|tree| same(&path_from(git_dir, tree)))
}
