//! Refs and reflogs in a stack of tables, gitformat-reftable(5): what a newer table says of a name stands before
//! what an older one says.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::super::object::ReadError;
use super::super::small::{self, Trouble, path_from};
use super::table::{self, Record, Table, Target};
use super::{Reader, Reflog, Value, folder, is_own, is_pseudo, prefix};
use crate::finding::SkipReason;
use crate::git::repository::WorkTree;
use crate::open;

/// git makes one table of several long before there are so many.
const MOST: usize = 4096;

/// How often a stack is opened that git changes meanwhile.
const ATTEMPTS: usize = 5;

/// The tables of a work tree, oldest first.
pub(super) struct Stack {
    tables: Vec<(PathBuf, io::Result<File>)>,
}

impl Stack {
    /// Opens them all. If that fails, it is told why.
    pub(super) fn open(git_dir: &Path, troubles: &mut Vec<Trouble>) -> Stack {
        let top = git_dir.join("reftable");
        let mut attempt = 0;
        loop {
            attempt += 1;
            match Stack::try_open(&top) {
                // Put together into another one, which the list names now.
                Ok(stack) if attempt < ATTEMPTS && stack.lacks_some() => {}
                Ok(stack) => return stack,
                Err(trouble) => {
                    troubles.push(trouble);
                    return Stack { tables: Vec::new() };
                }
            }
        }
    }

    fn try_open(top: &Path) -> Result<Stack, Trouble> {
        let path = top.join("tables.list");
        let bad = |what: &str| Trouble::new(&path, SkipReason::BadRef, what);
        let dir = folder::enter(top).map_err(|error| Trouble::failed(top, &error))?;
        let Some(dir) = dir else {
            return Err(Trouble::new(
                top,
                SkipReason::BadRef,
                "the tables of refs are not here",
            ));
        };
        let list = (dir.file(b"tables.list"))
            .and_then(|file| open::read_up_to(file, small::WHOLE))
            .map_err(|error| Trouble::failed(&path, &error))?;
        let lines = list.split(|&byte| byte == b'\n');
        let mut names: Vec<&[u8]> = lines.filter(|line| !line.is_empty()).collect();
        let is_name = |name: &[u8]| {
            (name.ends_with(b".ref") || name.ends_with(b".log"))
                && !name.starts_with(b".")
                && !name.iter().any(|byte| matches!(byte, 0 | b'/' | b'\\'))
        };
        if !names.iter().all(|name| is_name(name)) {
            return Err(bad("a line that names no table"));
        }
        if names.len() > MOST {
            return Err(bad("more tables than git makes"));
        }
        let tables = (names.iter())
            .map(|name| (path_from(top, name), dir.file(name)))
            .collect();
        names.sort_unstable();
        match names.windows(2).any(|pair| pair[0] == pair[1]) {
            true => Err(bad("a table that is named twice")),
            false => Ok(Stack { tables }),
        }
    }

    fn lacks_some(&self) -> bool {
        let mut tables = self.tables.iter();
        tables.any(|(_, file)| file.as_ref().is_err_and(small::is_absent))
    }
}

/// What one table says, until it is enough. If that fails, why.
fn records(
    (path, file): (PathBuf, io::Result<File>),
    id_length: usize,
    logs: bool,
    each: impl FnMut(Record<'_>) -> ControlFlow<()>,
) -> Result<(), Trouble> {
    let read = || -> Result<(), ReadError> {
        let file = file?;
        let size = open::regular_size(&file)?;
        let size = size.ok_or(ReadError::Corrupt("not a regular file"))?;
        Table::open(file, size, id_length)?.records(logs, each)
    };
    read().map_err(|error| match table::told(&error) {
        Ok(what) => Trouble::new(&path, SkipReason::BadRef, what),
        Err(error) => Trouble::failed(&path, error),
    })
}

impl Reader {
    /// Reads the refs and reflogs that a work tree has in tables.
    pub(super) fn stack(&mut self, tree: &WorkTree, common_dir: &Path, logs: &mut Vec<Reflog>) {
        let is_main = tree.git_dir == common_dir;
        let full = |name: &[u8]| match !is_main || is_own(name) || !name.starts_with(b"refs/") {
            true => [prefix(tree), name].concat(),
            false => name.to_vec(),
        };
        let mut changes: BTreeMap<Vec<u8>, BTreeMap<u64, _>> = BTreeMap::new();
        let stack = Stack::open(&tree.git_dir, &mut self.troubles);
        for table in stack.tables {
            let path = table.0.clone();
            let mut odd = None;
            let read = records(table, self.hex / 2, true, |record| {
                match record {
                    Record::Ref(name, None) => drop(self.values.remove(&full(name))),
                    Record::Ref(name, Some(target)) => {
                        let value = value(name, target);
                        if let Value::Broken(what) = value {
                            odd = Some(what);
                        }
                        self.values.insert(full(name), value);
                    }
                    Record::Log(name, number, change) => match change {
                        // It only says that there is a log.
                        Some((old, new)) if old.is_zero() && new.is_zero() => {}
                        Some(change) => match changes.get_mut(name) {
                            Some(log) => drop(log.insert(number, change)),
                            None => drop(changes.insert(name.to_vec(), [(number, change)].into())),
                        },
                        None => drop(changes.get_mut(name).map(|log| log.remove(&number))),
                    },
                }
                ControlFlow::Continue(())
            });
            self.troubles.extend(read.err());
            self.troubles
                .extend(odd.map(|what| Trouble::new(&path, SkipReason::BadRef, what)));
        }
        logs.extend(changes.into_iter().map(|(name, log)| Reflog {
            name: full(&name),
            entries: log.into_values().collect(),
        }));
    }

    /// Reads one ref of a stack; where a table on the way to it cannot be read, it is not known.
    pub(super) fn in_stack(&mut self, git_dir: &Path, wanted: &[u8]) {
        let stack = Stack::open(git_dir, &mut self.troubles);
        if stack.tables.is_empty() {
            return;
        }
        for table in stack.tables.into_iter().rev() {
            let mut found = None;
            let read = records(table, self.hex / 2, false, |record| match record {
                Record::Ref(name, _) if name < wanted => ControlFlow::Continue(()),
                Record::Ref(name, target) if name == wanted => {
                    found = Some(target.map(|target| value(name, target)));
                    ControlFlow::Break(())
                }
                _ => ControlFlow::Break(()),
            });
            if let Err(trouble) = read {
                self.troubles.push(trouble);
                found = Some(Some(Value::Broken("a table of refs cannot be read")));
            }
            match found {
                None => {}
                Some(None) => return,
                Some(Some(value)) => {
                    self.values.insert(wanted.to_vec(), value);
                    return;
                }
            }
        }
    }
}

/// What a record says of a ref.
fn value(name: &[u8], target: Target<'_>) -> Value {
    match target {
        _ if !is_name(name) => Value::Broken("a name that no ref can have"),
        Target::Id(id) if id.is_zero() => Value::Broken("an id of zeros"),
        Target::Name(next) if !is_name(next) => Value::Broken("it names what is no ref"),
        Target::Id(id) => Value::Id(id),
        Target::Name(next) => Value::Symbolic(next.to_vec()),
    }
}

/// Whether a ref can be called so, git-check-ref-format(1).
fn is_name(name: &[u8]) -> bool {
    let strange = |byte: &u8| *byte <= b' ' || b"\x7f~^:?*[\\".contains(byte);
    let part =
        |part: &[u8]| !part.is_empty() && !part.starts_with(b".") && !part.ends_with(b".lock");
    let twice = |pair: &[u8]| pair == b".." || pair == b"@{";
    if !name.starts_with(b"refs/") {
        return name == b"HEAD" || is_pseudo(name);
    }
    name.split(|&byte| byte == b'/').all(part)
        && !name.iter().any(strange)
        && !name.windows(2).any(twice)
        && !name.ends_with(b".")
}

#[cfg(test)]
mod tests;
