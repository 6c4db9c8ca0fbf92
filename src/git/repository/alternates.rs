//! Where objects are: `objects`, and what `objects/info/alternates` names, gitrepository-layout(5). The
//! objects of `http-alternates` are on another machine.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::small::{self, Trouble};
use super::super::store::ObjectDir;
use super::{Bounds, Environment};
use crate::finding::SkipReason;
use crate::open;

/// What is to be done about objects that lie in another repository.
const ELSEWHERE: &str = "objects of another repository, which are read only if GIT_ALTERNATE_OBJECT_DIRECTORIES names \
                         them";

/// How often an alternate may name others, as in git.
const NESTED: usize = 5;

/// Every folder of objects, each once: this repository's, then those that the environment names, then those
/// of files, depth first as git reads them.
pub(super) fn object_dirs(
    common_dir: &Path,
    env: &Environment,
    bounds: &Bounds,
    troubles: &mut Vec<Trouble>,
) -> Vec<ObjectDir> {
    let mut dirs = Dirs {
        common: fs::canonicalize(common_dir).ok(),
        found: Vec::new(),
        seen: BTreeSet::new(),
        bounds,
        troubles,
    };
    // What is being pushed waits in a folder of its own.
    if let Some(quarantine) = &env.quarantine {
        dirs.push(quarantine, Some(true));
    }
    let main = env.object_directory.clone();
    let main = main.unwrap_or_else(|| common_dir.join("objects"));
    dirs.push(&main, Some(true));
    if let Some(list) = &env.alternates {
        let separator = if cfg!(windows) { b';' } else { b':' };
        for path in split(list.as_encoded_bytes(), separator) {
            let path = open::os_path(&path);
            if dirs.push(&path, None) {
                dirs.follow(&path, 1);
            }
        }
    }
    dirs.follow(&main, 0);
    dirs.found
}

struct Dirs<'t> {
    /// The folder within which all is ours.
    common: Option<PathBuf>,
    found: Vec<ObjectDir>,
    seen: BTreeSet<PathBuf>,
    bounds: &'t Bounds,
    troubles: &'t mut Vec<Trouble>,
}

impl Dirs<'_> {
    /// Adds a folder that was not seen before. It is ours where it lies among what is ours, if not known.
    fn push(&mut self, path: &Path, own: Option<bool>) -> bool {
        let Some(real) = fs::canonicalize(path).ok().filter(|real| real.is_dir()) else {
            let what = "a folder of objects that is not there";
            let trouble = Trouble::new(path, SkipReason::MissingObject, what);
            self.troubles.push(trouble);
            return false;
        };
        let inside = |common: &PathBuf| real.starts_with(common);
        let own = own.unwrap_or_else(|| self.common.as_ref().is_some_and(inside));
        let is_new = self.seen.insert(real);
        if is_new {
            let path = path.to_path_buf();
            self.found.push(ObjectDir { path, own });
        }
        is_new
    }

    /// Adds an alternate that a file names, and those that it names. One elsewhere on the machine may be anybody's.
    fn add(&mut self, path: &Path, depth: usize) {
        let known = || fs::canonicalize(path).is_ok_and(|real| self.seen.contains(&real));
        if !self.bounds.hold(path) && !known() {
            let trouble = Trouble::new(path, SkipReason::BadRepository, ELSEWHERE);
            self.troubles.push(trouble);
            return;
        }
        if self.push(path, None) {
            self.follow(path, depth + 1);
        }
    }

    /// Adds those that a folder of objects names.
    fn follow(&mut self, objects: &Path, depth: usize) {
        let file = objects.join("info/alternates");
        let text = match small::read(&file) {
            Ok(text) => text.unwrap_or_default(),
            Err(error) => {
                self.troubles.push(Trouble::failed(&file, &error));
                return;
            }
        };
        let paths = split(&text, b'\n');
        if depth > NESTED && !paths.is_empty() {
            let what = "alternates are nested too deep";
            self.troubles
                .push(Trouble::new(&file, SkipReason::BadRepository, what));
            return;
        }
        for path in paths {
            self.add(&small::path_from(objects, &path), depth);
        }
    }
}

/// The paths of a list. One that begins with `#` is a comment, one that begins with `"` is quoted as in C.
fn split(list: &[u8], separator: u8) -> Vec<Vec<u8>> {
    let mut paths = Vec::new();
    let mut rest = list;
    while !rest.is_empty() {
        let (path, after) = match quoted(rest) {
            Some(found) => found,
            None => {
                let end = memchr::memchr(separator, rest).unwrap_or(rest.len());
                (rest[..end].to_vec(), &rest[end..])
            }
        };
        if !path.is_empty()
            && (!path.starts_with(b"#") || rest.starts_with(b"\""))
            && !path.contains(&0)
        {
            paths.push(path);
        }
        rest = after.get(1..).unwrap_or_default();
    }
    paths
}

/// A path in quotes, and what follows it.
fn quoted(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut path = Vec::new();
    loop {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        if byte == b'"' {
            return Some((path, rest));
        }
        if byte != b'\\' {
            path.push(byte);
            continue;
        }
        let (&escape, after) = rest.split_first()?;
        rest = after;
        path.push(match escape {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            b'\\' | b'"' => escape,
            b'0'..=b'3' => {
                let &[second @ b'0'..=b'7', third @ b'0'..=b'7', ..] = rest else {
                    return None;
                };
                rest = &rest[2..];
                (escape - b'0') << 6 | (second - b'0') << 3 | (third - b'0')
            }
            _ => return None,
        });
    }
}
