//! What a scan reads: the flags that choose it, resolved once.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use matterleaks::finding::{Source, Untrusted};

use super::base::Change;
use super::ci;
use crate::cli::{Cli, Scan};

/// A scan.
pub struct Plan<'a> {
    /// How it is made, what counts, and what is written.
    pub args: &'a Scan,
    pub mode: Mode<'a>,
    /// Whether a hook asks: it warns where nothing of what is new was missed.
    pub lenient: bool,
}

/// What is read.
pub enum Mode<'a> {
    /// Files and folders; `-` is standard input.
    Paths(Vec<PathBuf>),
    /// A repository and every object of it.
    History(PathBuf),
    /// What the next commit of a repository adds.
    Staged(PathBuf),
    /// What the commits of a range add.
    Range(PathBuf, Box<Change>),
    /// The histories of a list of repositories.
    Fleet(&'a Path),
}

impl<'a> Plan<'a> {
    /// What was typed. `ci` is put into the words that it stands for.
    pub fn of(cli: &Cli, args: &'a Scan) -> Result<Plan<'a>> {
        let one = |flag| match &args.paths[..] {
            [path] if !is_stdin(path) => Ok(path.clone()),
            _ => bail!("{flag} takes one repository"),
        };
        let mode = match (&args.repos, args.range.as_deref()) {
            (Some(list), _) => Mode::Fleet(list),
            (None, Some(range)) => {
                let path = one("--range")?;
                let range = match range {
                    "ci" => ci::range(cli, &path)?,
                    range => Some(range.to_owned()),
                };
                match range {
                    Some(range) => {
                        let change = Change::of(&path, range)?;
                        Mode::Range(path, Box::new(change))
                    }
                    None => Mode::History(path),
                }
            }
            (None, None) if args.history => Mode::History(one("--history")?),
            (None, None) if args.staged => Mode::Staged(one("--staged")?),
            (None, None) => Mode::Paths(args.paths.clone()),
        };
        let hook = args.range.as_deref() == Some("-");
        let lenient = hook && !args.strict;
        Ok(Plan {
            args,
            mode,
            lenient,
        })
    }

    /// Whether all is scanned that a list of accepted credentials is for: of a part nobody can say what is not in the
    /// rest.
    pub fn is_whole(&self) -> bool {
        self.args.shard.is_none() && !matches!(self.mode, Mode::Staged(_) | Mode::Range(..))
    }

    /// What a range is judged by.
    pub fn change(&self) -> Option<&Change> {
        match &self.mode {
            Mode::Range(_, change) => Some(change),
            _ => None,
        }
    }

    /// The paths as they were typed.
    pub fn paths(&self) -> &[PathBuf] {
        match &self.mode {
            Mode::Paths(paths) => paths,
            Mode::History(path) | Mode::Staged(path) | Mode::Range(path, _) => {
                std::slice::from_ref(path)
            }
            Mode::Fleet(_) => &[],
        }
    }

    /// The same for reports, standard input once and last.
    pub fn sources(&self) -> Vec<Source> {
        let (streams, files): (Vec<_>, Vec<_>) =
            self.paths().iter().partition(|path| is_stdin(path));
        let source = |path: &PathBuf| {
            let path = Untrusted::new(path.as_os_str().as_encoded_bytes());
            match &self.mode {
                Mode::History(_) => Source::History(path),
                Mode::Staged(_) => Source::Staged(path),
                Mode::Range(_, change) => Source::Range(path, Untrusted::new(&change.range)),
                Mode::Paths(_) | Mode::Fleet(_) => Source::Files(path),
            }
        };
        let files = files.into_iter().map(source);
        files
            .chain(streams.first().map(|_| Source::Stdin))
            .collect()
    }
}

/// Whether a path is standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}
