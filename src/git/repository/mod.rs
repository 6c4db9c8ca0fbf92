//! Where a repository keeps what: gitrepository-layout(5), and for how it is found git(1) and git-worktree(1).
//!
//! A repository may be a stranger's, so what it says is believed only as far as git itself would have written
//! it: a work tree that it names elsewhere counts only if that tree's `.git` leads back here.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::config::Config;
pub use super::small::Trouble;
use super::small::{self, bytes};
pub use super::store::ObjectDir;
use crate::finding::{ObjectId, SkipReason, Untrusted};

mod alternates;
mod bounds;
mod discover;
mod trees;

use bounds::Bounds;
pub(super) use discover::is_repository;
pub(crate) use discover::of_work_tree;
use discover::{discover, named_by_environment, pointed_at, pointer, shared_folder};
pub use trees::WorkTree;

/// What the process's environment says of a repository, git(1). Hooks are told in this way which index and
/// which objects are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// `GIT_DIR`: the repository, instead of a search for it.
    pub git_dir: Option<PathBuf>,
    /// `GIT_WORK_TREE`.
    pub work_tree: Option<PathBuf>,
    /// `GIT_COMMON_DIR`.
    pub common_dir: Option<PathBuf>,
    /// `GIT_INDEX_FILE`: under `git commit -a` not the usual one.
    pub index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`: where new objects go.
    pub object_directory: Option<PathBuf>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`: further ones, in a list.
    pub alternates: Option<OsString>,
    /// `GIT_QUARANTINE_PATH`: where what is being pushed waits for the hook's word.
    pub quarantine: Option<PathBuf>,
}

impl Environment {
    /// Says nothing.
    pub fn none() -> Environment {
        Environment::default()
    }

    /// Of this process. An empty variable says nothing.
    pub fn of_process() -> Environment {
        let value = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let path = |name| value(name).map(PathBuf::from);
        Environment {
            git_dir: path("GIT_DIR"),
            work_tree: path("GIT_WORK_TREE"),
            common_dir: path("GIT_COMMON_DIR"),
            index_file: path("GIT_INDEX_FILE"),
            object_directory: path("GIT_OBJECT_DIRECTORY"),
            alternates: value("GIT_ALTERNATE_OBJECT_DIRECTORIES"),
            quarantine: path("GIT_QUARANTINE_PATH"),
        }
    }
}

/// How refs are kept, `extensions.refStorage` of git-config(1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefFormat {
    /// A file each, or lines of `packed-refs`.
    Files,
    /// Binary tables, gitformat-reftable(5).
    Reftable,
}

/// One repository, seen from one of its work trees.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Where HEAD and the index are: `.git`, or `.git/worktrees/x` of a linked work tree.
    pub git_dir: PathBuf,
    /// Where objects and refs are. All work trees share it.
    pub common_dir: PathBuf,
    /// Whether this is a linked work tree.
    pub linked: bool,
    /// The files that are checked out. None for a bare repository, and where they are not to be known.
    pub work_tree: Option<PathBuf>,
    /// The path that the user typed.
    pub named: Untrusted,
    /// What git is about to commit.
    pub index: PathBuf,
    /// Where objects are, this repository's first.
    pub object_dirs: Vec<ObjectDir>,
    /// Bytes of an id: 20 or 32.
    pub id_length: usize,
    /// How refs are kept.
    pub ref_format: RefFormat,
    /// Whether objects may have been left at their origin, git-clone(1) `--filter`.
    pub partial: bool,
    /// Commits whose parents were left out, gitformat-shallow(5).
    pub shallow: BTreeSet<ObjectId>,
    /// Its settings; nothing of the user's or the system's.
    pub config: Config,
}

/// Why there is no repository to read.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is none.
    #[error("not a git repository (or any of the folders above): {}", .0.display())]
    NotFound(PathBuf),
    /// There is something in its place.
    #[error("not a git repository: {}: {what}", path.display())]
    Broken {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// It leads to somebody's own folders.
    #[error("{}: {OUTSIDE}", path.display())]
    Outside {
        /// The file or link that does.
        path: PathBuf,
    },
    /// The system did not let us look.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
}

/// Why a part of a repository is not read.
pub(crate) const OUTSIDE: &str =
    "it leads out of the folder, to what does not say that it belongs here";

impl Repository {
    /// Opens the repository that `path` is, or lies in: a work tree or any folder of it, a `.git`, a bare
    /// repository. What is odd about it but does not keep it from being read is told beside it.
    pub fn open(path: &Path, env: &Environment) -> Result<(Repository, Vec<Trouble>), OpenError> {
        let mut troubles = Vec::new();
        let here = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            path
        };
        let found = match &env.git_dir {
            Some(git_dir) => named_by_environment(git_dir)?,
            None => discover(here, &mut troubles)?,
        };
        let git_dir = found.git_dir;
        let mut bounds = Bounds::of(found.root.as_ref().unwrap_or(&git_dir), env);
        bounds.take_git_dir(&git_dir, found.root.as_deref())?;
        let shared = shared_folder(&git_dir).map_err(OpenError::io(&git_dir))?;
        if let Some(shared) = &shared {
            bounds.take_common(shared, &git_dir)?;
        }
        let common_dir = env.common_dir.clone().or(shared);
        // However it is spelled, the main work tree has but one folder.
        let linked =
            |common: &PathBuf| fs::canonicalize(common).ok() != fs::canonicalize(&git_dir).ok();
        let common_dir = common_dir.filter(linked);
        let linked = common_dir.is_some();
        let common_dir = common_dir.unwrap_or_else(|| git_dir.clone());
        let config = settings(&common_dir, &git_dir, &mut troubles);

        let bare = config.boolean("core", None, "bare") == Some(true);
        let work_tree = match (&env.work_tree, found.root) {
            (Some(tree), _) => Some(tree.clone()),
            (None, Some(root)) => (linked || !bare).then_some(root),
            (None, None) if linked => trees::linked_tree(&git_dir),
            (None, None) => trees::main_tree(&git_dir, &config)
                // Who sets GIT_DIR alone stands at the root of the work tree, git(1).
                .or_else(|| (env.git_dir.is_some() && !bare).then(|| here.to_path_buf())),
        };
        let object_dirs = alternates::object_dirs(&common_dir, env, &bounds, &mut troubles);
        let id_length = id_length(&config, &common_dir, &mut troubles);
        let repository = Repository {
            index: env
                .index_file
                .clone()
                .unwrap_or_else(|| git_dir.join("index")),
            work_tree,
            named: Untrusted::new(bytes(path)),
            ref_format: ref_format(&config, &common_dir, &mut troubles),
            partial: is_partial(&config, &object_dirs),
            shallow: shallow(&common_dir, id_length, &mut troubles),
            object_dirs,
            id_length,
            config,
            git_dir,
            common_dir,
            linked,
        };
        repository.check_format(&mut troubles);
        Ok((repository, troubles))
    }

    /// Notes what a newer git may have changed. Reading goes on: what is left out is better told than assumed.
    fn check_format(&self, troubles: &mut Vec<Trouble>) {
        let mut odd = |what: &str| {
            let config = self.common_dir.join("config");
            troubles.push(Trouble::new(&config, SkipReason::BadRepository, what));
        };
        let version = self.config.get("core", None, "repositoryformatversion");
        let version = version.map(|text| {
            std::str::from_utf8(text)
                .ok()
                .and_then(|text| text.parse().ok())
        });
        match version {
            None | Some(Some(0u32)) => return, // no extension is known to version 0
            Some(Some(1)) => {}
            Some(_) => odd("a repository format that is not known"),
        }
        let known = |key: &[u8]| EXTENSIONS.iter().any(|known| known.as_bytes() == key);
        let mut entries = self.config.iter();
        if entries.any(|entry| entry.section == b"extensions" && !known(&entry.key)) {
            odd("an extension that is not known");
        }
    }
}

/// Extensions that change nothing for us, or that are understood. An object format for compatibility keeps the
/// objects as they are and adds a table.
const EXTENSIONS: [&str; 9] = [
    "compatobjectformat",
    "noop",
    "noop-v1",
    "objectformat",
    "partialclone",
    "preciousobjects",
    "refstorage",
    "relativeworktrees",
    "worktreeconfig",
];

/// What `config` says, and where it says so `config.worktree`.
fn settings(common_dir: &Path, git_dir: &Path, troubles: &mut Vec<Trouble>) -> Config {
    let mut config = settings_of(&common_dir.join("config"), troubles);
    if config.boolean("extensions", None, "worktreeConfig") == Some(true) {
        config.append(settings_of(&git_dir.join("config.worktree"), troubles));
    }
    config
}

fn settings_of(path: &Path, troubles: &mut Vec<Trouble>) -> Config {
    match small::read(path) {
        Ok(text) => {
            let config = Config::parse(&text.unwrap_or_default());
            if let Some(line) = config.broken {
                let what = format!("line {line} does not have the form of a setting");
                troubles.push(Trouble::new(path, SkipReason::BadRepository, what));
            }
            config
        }
        Err(error) => {
            troubles.push(Trouble::failed(path, &error));
            Config::default()
        }
    }
}

fn id_length(config: &Config, common_dir: &Path, troubles: &mut Vec<Trouble>) -> usize {
    match config.get("extensions", None, "objectFormat") {
        None => 20,
        Some(name) if name.eq_ignore_ascii_case(b"sha1") => 20,
        Some(name) if name.eq_ignore_ascii_case(b"sha256") => 32,
        Some(_) => {
            let what = "an object format that is not known; read as SHA-1";
            let config = common_dir.join("config");
            troubles.push(Trouble::new(&config, SkipReason::BadRepository, what));
            20
        }
    }
}

fn ref_format(config: &Config, common_dir: &Path, troubles: &mut Vec<Trouble>) -> RefFormat {
    match config.get("extensions", None, "refStorage") {
        None | Some(b"files") => RefFormat::Files,
        Some(name) if name.starts_with(b"reftable") => RefFormat::Reftable,
        Some(_) => {
            let what = "a format of refs that is not known; read as files";
            let config = common_dir.join("config");
            troubles.push(Trouble::new(&config, SkipReason::BadRef, what));
            RefFormat::Files
        }
    }
}

/// Whether some setting or pack says that objects were left elsewhere, gitrepository-layout(5) and
/// git-config(1) `remote.<name>.promisor`.
fn is_partial(config: &Config, dirs: &[ObjectDir]) -> bool {
    let says_so = config
        .iter()
        .any(|entry| match (&*entry.section, &*entry.key) {
            (b"extensions", b"partialclone") => true,
            (b"remote", b"promisor") => super::config::boolean(&entry.value) == Some(true),
            _ => false,
        });
    // What cannot be listed is told by whoever reads the packs.
    let promised = |dir: &ObjectDir| {
        let entries = small::entries(&dir.path.join("pack")).unwrap_or_default();
        entries.iter().any(|(name, _)| name.ends_with(b".promisor"))
    };
    says_so || dirs.iter().any(promised)
}

fn shallow(common_dir: &Path, id_length: usize, troubles: &mut Vec<Trouble>) -> BTreeSet<ObjectId> {
    let path = common_dir.join("shallow");
    let mut commits = BTreeSet::new();
    let mut whole = true;
    let read = small::lines(&path, |line| {
        match ObjectId::parse(line.trim_ascii_end()).filter(|id| id.as_bytes().len() == id_length) {
            Some(id) => drop(commits.insert(id)),
            None => whole &= line.is_empty(),
        }
    });
    if let Err(error) = read {
        troubles.push(Trouble::failed(&path, &error));
    } else if !whole {
        let what = "a line that is no id of a commit";
        troubles.push(Trouble::new(&path, SkipReason::BadRepository, what));
    }
    commits
}

#[cfg(test)]
mod tests;
