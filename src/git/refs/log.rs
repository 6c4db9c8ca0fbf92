//! Reflogs: what refs once were, git-reflog(1).

use std::path::Path;

use super::super::repository::WorkTree;
use super::super::small::{self, Trouble, path_from};
use super::{Reader, folder, is_own, prefix};
use crate::finding::{ObjectId, SkipReason};
use crate::open::Kind;

/// What one ref once was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reflog {
    /// The name of the ref.
    pub name: Vec<u8>,
    /// Every change, oldest first: what it was before, and after. An id of zeros is nothing.
    pub entries: Vec<(ObjectId, ObjectId)>,
}

impl Reflog {
    /// Every id, without those of zeros and mostly without repetition.
    pub fn ids(&self) -> impl Iterator<Item = ObjectId> {
        let mut last = None;
        let both = self.entries.iter().flat_map(|&(old, new)| [old, new]);
        both.filter(move |&id| !id.is_zero() && last.replace(id) != Some(id))
    }

    /// What the ref was so many changes ago, as in `@{n}`.
    pub fn nth(&self, n: usize) -> Option<ObjectId> {
        let count = self.entries.len();
        let id = match count.checked_sub(n)? {
            0 => self.entries.first()?.0,
            after => self.entries[after - 1].1,
        };
        (!id.is_zero()).then_some(id)
    }
}

/// Reads the reflogs of a work tree, and of the main one those that all share.
pub(super) fn read(
    tree: &WorkTree,
    common_dir: &Path,
    logs: &mut Vec<Reflog>,
    reader: &mut Reader,
) {
    let top = tree.git_dir.join("logs");
    let is_main = tree.git_dir == common_dir;
    let hex = reader.hex;
    let mut troubles = Vec::new();
    let unlisted = folder::files(&top, |found| {
        let own = !is_main || is_own(&found.path) || !found.path.starts_with(b"refs/");
        let name = if own {
            [prefix(tree), &*found.path].concat()
        } else {
            found.path.clone()
        };
        let path = path_from(&top, &found.path);
        if found.kind != Kind::File {
            let what = "a reflog that is no regular file";
            return troubles.push(Trouble::new(&path, SkipReason::BadRef, what));
        }
        let mut entries = Vec::new();
        let mut broken = false;
        let read = found.dir.file(found.name).and_then(|file| {
            small::lines_of(file, |line| match entry(line, hex) {
                Some(entry) => entries.push(entry),
                None => broken = true,
            })
        });
        match read {
            Ok(()) if broken => {
                let what = "a line of a reflog that holds no ids";
                troubles.push(Trouble::new(&path, SkipReason::BadRef, what));
            }
            Ok(()) => {}
            Err(error) if small::is_absent(&error) => return, // deleted meanwhile
            Err(error) => troubles.push(Trouble::failed(&path, &error)),
        }
        logs.push(Reflog { name, entries });
    });
    reader.troubles.extend(unlisted);
    reader.troubles.extend(troubles);
}

/// A line: the id before, the id after, who, when and why.
fn entry(line: &[u8], hex: usize) -> Option<(ObjectId, ObjectId)> {
    let old = ObjectId::parse(line.get(..hex)?)?;
    let new = ObjectId::parse(line.get(hex + 1..2 * hex + 1)?)?;
    let ends = line
        .get(2 * hex + 1)
        .is_none_or(|&byte| byte == b' ' || byte == b'\t');
    (line[hex] == b' ' && ends).then_some((old, new))
}
