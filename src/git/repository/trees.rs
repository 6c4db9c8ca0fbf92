//! The work trees of a repository, git-worktree(1), and the repositories of its submodules.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::config::Config;
use super::super::small::{self, Trouble, path_from};
use super::{Repository, is_repository, pointed_at, pointer, settings};
use crate::open::Kind;

/// How deep folders of submodules are searched. Their names are paths.
const DEEPEST: usize = 64;

/// One work tree of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkTree {
    /// Its own folder of the repository.
    pub git_dir: PathBuf,
    /// Its files. None if it has none, if they are gone, or if they do not say that they belong here.
    pub work_tree: Option<PathBuf>,
    /// What is about to be committed there.
    pub index: PathBuf,
    /// The name of its HEAD among the refs, as in gitrevisions(7) and git-worktree(1): `HEAD` where the
    /// repository was opened, `main-worktree/HEAD` and `worktrees/x/HEAD` elsewhere.
    pub head: Vec<u8>,
}

impl Repository {
    /// The main work tree, and the linked ones in order of their names. The one that the repository was
    /// opened in is always among them.
    pub fn worktrees(&self) -> (Vec<WorkTree>, Vec<Trouble>) {
        let mut troubles = Vec::new();
        let here = fs::canonicalize(&self.git_dir).ok();
        let is_here = |git_dir: &Path| here.is_some() && fs::canonicalize(git_dir).ok() == here;
        let current = || WorkTree {
            git_dir: self.git_dir.clone(),
            work_tree: self.work_tree.clone(),
            index: self.index.clone(),
            head: b"HEAD".to_vec(),
        };
        let mut found = Vec::new();
        if self.linked {
            // Its settings were not those of the work tree that was opened.
            let config = settings(&self.common_dir, &self.common_dir, &mut Vec::new());
            found.push(WorkTree {
                git_dir: self.common_dir.clone(),
                work_tree: main_tree(&self.common_dir, &config),
                index: self.common_dir.join("index"),
                head: b"main-worktree/HEAD".to_vec(),
            });
        } else {
            found.push(current());
        }
        let mut seen = !self.linked;
        let folder = self.common_dir.join("worktrees");
        let entries = small::entries(&folder).unwrap_or_else(|error| {
            troubles.push(Trouble::failed(&folder, &error));
            Vec::new()
        });
        for (name, kind) in entries {
            let git_dir = path_from(&folder, &name);
            let head = git_dir.join("HEAD").symlink_metadata();
            if kind != Kind::Dir || head.is_err() {
                continue; // what `git worktree prune` has left
            }
            if is_here(&git_dir) {
                seen = true;
                found.push(current());
                continue;
            }
            found.push(WorkTree {
                work_tree: linked_tree(&git_dir),
                index: git_dir.join("index"),
                head: [b"worktrees/", &*name, b"/HEAD"].concat(),
                git_dir,
            });
        }
        if !seen {
            found.push(current());
        }
        (found, troubles)
    }

    /// The repositories of submodules that are kept within this one, submodules of theirs included, in order
    /// of their paths.
    pub fn submodules(&self) -> (Vec<PathBuf>, Vec<Trouble>) {
        let mut found = Vec::new();
        let (trees, mut troubles) = self.worktrees();
        let modules = |tree: WorkTree| (tree.git_dir.join("modules"), 0);
        let mut waiting: Vec<(PathBuf, usize)> = trees.into_iter().map(modules).collect();
        while let Some((folder, depth)) = waiting.pop() {
            let entries = small::entries(&folder).unwrap_or_else(|error| {
                troubles.push(Trouble::failed(&folder, &error));
                Vec::new()
            });
            if depth == DEEPEST && !entries.is_empty() {
                let what = "folders of submodules are nested too deep";
                let reason = crate::finding::SkipReason::BadRepository;
                troubles.push(Trouble::new(&folder, reason, what));
                continue;
            }
            let repository = depth > 0
                && is_repository(&folder).unwrap_or_else(|error| {
                    troubles.push(Trouble::failed(&folder, &error));
                    false
                });
            for (name, kind) in entries {
                // One submodule may be called `a` and another `a/b`; but nothing is called like a part of git.
                if kind == Kind::Dir
                    && !(repository && PARTS.iter().any(|part| part.as_bytes() == name))
                {
                    waiting.push((path_from(&folder, &name), depth + 1));
                }
            }
            if repository {
                found.push(folder);
            }
        }
        found.sort();
        (found, troubles)
    }
}

/// Folders of a repository that hold none of a submodule. (`modules` does.)
const PARTS: [&str; 8] = [
    "branches",
    "hooks",
    "info",
    "lfs",
    "logs",
    "objects",
    "refs",
    "worktrees",
];

/// The work tree of a main repository: the folder above `.git`, or that which `core.worktree` names if its
/// `.git` says so too. That is how a submodule is kept; anything else could be any folder of the machine.
pub(super) fn main_tree(git_dir: &Path, config: &Config) -> Option<PathBuf> {
    if config.boolean("core", None, "bare") == Some(true) {
        return None;
    }
    if git_dir.file_name().is_some_and(|name| name == ".git") {
        let above = git_dir.parent()?;
        let above = if above.as_os_str().is_empty() {
            Path::new(".")
        } else {
            above
        };
        return Some(above.to_path_buf());
    }
    if let Some(named) = config.get("core", None, "worktree") {
        let tree = path_from(git_dir, named);
        return leads_to(&tree.join(".git"), git_dir).then(|| plain(tree));
    }
    let real = fs::canonicalize(git_dir).ok()?; // the folder was called `.`, for instance
    (real.file_name()? == ".git").then(|| real.parent().map(Path::to_path_buf))?
}

/// The work tree of a folder below `worktrees`: its file `gitdir` names the `.git` of the tree, which must name
/// it in turn.
pub(super) fn linked_tree(git_dir: &Path) -> Option<PathBuf> {
    let file = path_from(git_dir, &pointer(&git_dir.join("gitdir"), b"").ok()??);
    let tree = file.parent()?.to_path_buf();
    leads_to(&file, git_dir).then(|| plain(tree))
}

/// A path without `..` in it.
pub(super) fn plain(path: PathBuf) -> PathBuf {
    fs::canonicalize(&path).unwrap_or(path)
}

/// Whether a `.git` file names that folder.
fn leads_to(file: &Path, git_dir: &Path) -> bool {
    let same = |there: PathBuf| {
        let (there, here) = (fs::canonicalize(there), fs::canonicalize(git_dir));
        matches!((there, here), (Ok(there), Ok(here)) if there == here)
    };
    let is_dot_git = file.file_name().is_some_and(|name| name == ".git");
    is_dot_git && pointed_at(file).is_ok_and(same)
}
