//! Branches, tags, HEADs, and what they once were: gitrepository-layout(5), gitglossary(7) "ref" and
//! "pseudoref", git-update-ref(1) for reflogs. They are kept as files, or as tables.
//!
//! Loose refs are read before packed ones: `git pack-refs` writes the packed file and then removes the loose
//! one, so a ref that moves meanwhile is seen at least once.

use std::collections::BTreeMap;
use std::path::Path;

use super::repository::{RefFormat, Repository, WorkTree};
use super::small::{self, Trouble, path_from};
use crate::finding::{ObjectId, SkipReason};
use crate::open::{self, Dir, Kind};

mod folder;
mod head;
mod log;
mod stack;
mod table;

pub use log::Reflog;
pub use table::{Record, Table, Target};

/// The largest file of one ref. A name has at most 4,096 bytes.
const MAX_REF: usize = 64 << 10;

/// How many refs may name each other on the way to an id, as in git.
const LONGEST_WAY: usize = 5;

/// A ref that leads to an object. Whether that is here is not known: after a clean-up FETCH_HEAD and ORIG_HEAD
/// may name what is gone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ref {
    /// From `refs/` on, or `HEAD` and its like. Those of another work tree begin with `main-worktree/` or
    /// `worktrees/x/`, git-worktree(1) "Refs".
    pub name: Vec<u8>,
    /// What it leads to, through other refs if need be: a commit, or a tag, or anything.
    pub target: ObjectId,
}

/// What HEAD is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// A commit.
    Commit(ObjectId),
    /// A branch of this name, which has no commit yet.
    Unborn(Vec<u8>),
    /// Nothing that can be used, and why.
    Broken(&'static str),
}

/// All refs of a repository.
#[derive(Clone, Debug)]
pub struct Refs {
    /// In order of their names. FETCH_HEAD and MERGE_HEAD can occur several times, in the order of the file.
    pub refs: Vec<Ref>,
    /// HEAD of the work tree that the repository was opened in.
    pub head: Head,
    /// The ref that this HEAD names: the current branch.
    pub branch: Option<Vec<u8>>,
    /// What refs once were, in order of their names; those of refs that are gone too. The stash is one.
    pub reflogs: Vec<Reflog>,
    /// The names of all refs, in order, also of those that lead nowhere.
    pub names: Vec<Vec<u8>>,
    /// What could not be read. A ref to a branch that is not there is none: `origin/HEAD` often is one.
    pub troubles: Vec<Trouble>,
}

/// What a ref says.
#[derive(Clone, Debug)]
enum Value {
    Id(ObjectId),
    Symbolic(Vec<u8>),
    Broken(&'static str),
}

impl Refs {
    /// Reads them.
    pub fn read(repository: &Repository) -> Refs {
        let (trees, troubles) = repository.worktrees();
        let mut reader = Reader {
            hex: 2 * repository.id_length,
            values: BTreeMap::new(),
            further: Vec::new(),
            troubles,
        };
        let mut reflogs = Vec::new();
        let common_dir = &repository.common_dir;
        let tables = repository.ref_format == RefFormat::Reftable;
        for tree in &trees {
            reader.beside(tree, tables);
            match tables {
                true => reader.stack(tree, common_dir, &mut reflogs),
                false => reader.tree(tree, common_dir),
            }
        }
        if !tables {
            reader.packed(&common_dir.join("packed-refs"), None);
            for tree in &trees {
                log::read(tree, common_dir, &mut reflogs, &mut reader);
            }
        }
        reflogs.sort_by(|a: &Reflog, b| a.name.cmp(&b.name));
        reader.finish(reflogs)
    }

    /// The object that a ref leads to, by its whole name.
    pub fn get(&self, name: &[u8]) -> Option<ObjectId> {
        let at = self.refs.partition_point(|found| &*found.name < name);
        let found = self.refs.get(at).filter(|found| found.name == name);
        found.map(|found| found.target)
    }

    /// What a ref once was, by its whole name.
    pub fn reflog(&self, name: &[u8]) -> Option<&Reflog> {
        let at = self.reflogs.binary_search_by(|log| (*log.name).cmp(name));
        at.ok().map(|at| &self.reflogs[at])
    }

    /// Every id in a reflog, with the name of its ref.
    pub fn logged(&self) -> impl Iterator<Item = (&[u8], ObjectId)> {
        self.reflogs
            .iter()
            .flat_map(|log| log.ids().map(|id| (&*log.name, id)))
    }
}

/// What was read so far.
struct Reader {
    /// Digits of an id.
    hex: usize,
    values: BTreeMap<Vec<u8>, Value>,
    /// All but the first of several refs with one name.
    further: Vec<Ref>,
    troubles: Vec<Trouble>,
}

impl Reader {
    /// What belongs to one work tree; to the main one belongs what all share.
    fn tree(&mut self, tree: &WorkTree, common_dir: &Path) {
        let prefix = prefix(tree);
        if tree.git_dir == common_dir {
            self.loose(&common_dir.join("refs"), b"refs", prefix);
        } else {
            for own in OWN {
                let folder = tree.git_dir.join(own);
                self.loose(&folder, own.as_bytes(), prefix);
            }
        }
    }

    /// HEAD and its like. What stands in its place beside tables is meant to lead nowhere.
    fn beside(&mut self, tree: &WorkTree, tables: bool) {
        let prefix = prefix(tree);
        for file in ["rebase-merge/", "rebase-apply/"] {
            for name in ["autostash", "orig-head"] {
                self.heads(&tree.git_dir, prefix, [file, name].concat().as_bytes());
            }
        }
        let listed = Dir::open(small::bytes(&tree.git_dir), open::Links::Follow)
            .and_then(|dir| Ok((small::listed(&dir)?, dir)));
        let (entries, dir) = match listed {
            Ok(listed) => listed,
            Err(error) => return self.troubles.push(Trouble::failed(&tree.git_dir, &error)),
        };
        for (name, kind) in entries {
            if name == b"HEAD" && !tables {
                let path = tree.git_dir.join("HEAD");
                self.one(&dir, &name, kind, &path, [prefix, b"HEAD"].concat());
            } else if kind != Kind::Dir && name != b"HEAD" && is_pseudo(&name) {
                self.heads(&tree.git_dir, prefix, &name);
            }
        }
    }

    /// The refs below a folder that is called `name`.
    fn loose(&mut self, folder: &Path, name: &[u8], prefix: &[u8]) {
        let troubles = folder::files(folder, |found| {
            let full = [name, b"/", &*found.path].concat();
            let full = if is_own(&full) {
                [prefix, &*full].concat()
            } else {
                full
            };
            let path = path_from(folder, &found.path);
            self.one(found.dir, found.name, found.kind, &path, full);
        });
        self.troubles.extend(troubles);
    }

    /// One ref in a file of its own. A link is a ref to what it says, as in the old days.
    fn one(&mut self, dir: &Dir, file: &[u8], kind: Kind, path: &Path, name: Vec<u8>) {
        let value = match kind {
            Kind::Link => match dir.link(file) {
                Ok(text) if text.starts_with(b"refs/") => Value::Symbolic(text),
                Ok(_) => Value::Broken("a link that leads to no ref"),
                Err(error) => return self.troubles.push(Trouble::failed(path, &error)),
            },
            Kind::File => {
                let content = dir
                    .file(file)
                    .and_then(|file| open::read_up_to(file, MAX_REF));
                match content {
                    Ok(content) => value(&content, self.hex),
                    // Packed meanwhile, or deleted.
                    Err(error) if small::is_absent(&error) => return,
                    Err(error) => {
                        self.values.insert(name, Value::Broken("it cannot be read"));
                        return self.troubles.push(Trouble::failed(path, &error));
                    }
                }
            }
            Kind::Dir | Kind::Special => Value::Broken("neither a file nor a link"),
        };
        if let Value::Broken(what) = value {
            self.troubles
                .push(Trouble::new(path, SkipReason::BadRef, what));
        }
        self.values.insert(name, value);
    }

    /// A file whose every line begins with an id, such as FETCH_HEAD. It may be empty: nothing was fetched.
    fn heads(&mut self, git_dir: &Path, prefix: &[u8], file: &[u8]) {
        let path = path_from(git_dir, file);
        let name = [prefix, file].concat();
        let (mut values, mut broken, hex) = (Vec::new(), None, self.hex);
        let read = small::lines(&path, |line| match value(line, hex) {
            Value::Broken(_) if line.is_empty() => {}
            Value::Broken(what) => broken = Some(what),
            value => values.push(value),
        });
        if let Err(error) = read {
            self.troubles.push(Trouble::failed(&path, &error));
        }
        if let Some(what) = broken {
            self.troubles
                .push(Trouble::new(&path, SkipReason::BadRef, what));
            values.push(Value::Broken(what));
        }
        let mut values = values.into_iter();
        if let Some(first) = values.next() {
            self.values.insert(name.clone(), first);
        }
        self.further.extend(values.filter_map(|value| match value {
            Value::Id(target) => Some(Ref {
                name: name.clone(),
                target,
            }),
            _ => None,
        }));
    }

    /// Lines of an id and a name; one that begins with `^` says what the tag before it points at. If a name
    /// is given, that ref alone.
    fn packed(&mut self, path: &Path, only: Option<&[u8]>) {
        let (mut broken, hex) = (false, self.hex);
        let values = &mut self.values;
        let read = small::lines(path, |line| {
            let line = line.trim_ascii_end();
            if line.is_empty() || matches!(line[0], b'#' | b'^') {
                return;
            }
            match (value(line, hex), line.get(hex + 1..)) {
                (Value::Id(_), Some(name)) if only.is_some_and(|only| only != name) => {}
                (Value::Id(id), Some(name)) if !name.is_empty() => {
                    values.entry(name.to_vec()).or_insert(Value::Id(id));
                }
                _ => broken = true,
            }
        });
        if let Err(error) = read {
            self.troubles.push(Trouble::failed(path, &error));
        } else if broken {
            let what = "a line that is no ref";
            self.troubles
                .push(Trouble::new(path, SkipReason::BadRef, what));
        }
    }

    /// Follows refs that name others.
    fn finish(self, reflogs: Vec<Reflog>) -> Refs {
        let target = |name: &[u8]| match lead(&self.values, name) {
            Head::Commit(target) => Some(target),
            _ => None,
        };
        let mut refs: Vec<Ref> = (self.values.keys())
            .filter_map(|name| {
                let name = name.clone();
                target(&name).map(|target| Ref { name, target })
            })
            .collect();
        refs.extend(self.further);
        refs.sort_by(|a, b| a.name.cmp(&b.name)); // stable: the order of the file within a name
        let branch = match self.values.get(&b"HEAD"[..]) {
            Some(Value::Symbolic(name)) => Some(name.clone()),
            _ => None,
        };
        Refs {
            head: lead(&self.values, b"HEAD"),
            refs,
            branch,
            reflogs,
            names: self.values.into_keys().collect(),
            troubles: self.troubles,
        }
    }
}

/// Where a ref leads in the end.
fn lead(values: &BTreeMap<Vec<u8>, Value>, name: &[u8]) -> Head {
    let own = tree_of(name);
    let mut name = name.to_vec();
    for way in 0..=LONGEST_WAY {
        match values.get(&name) {
            Some(Value::Id(id)) => return Head::Commit(*id),
            Some(Value::Symbolic(next)) if is_own(next) => name = [own, next].concat(),
            Some(Value::Symbolic(next)) => name = next.clone(),
            Some(Value::Broken(what)) => return Head::Broken(what),
            None if way == 0 => return Head::Broken("it is not there"),
            None => return Head::Unborn(name),
        }
    }
    Head::Broken("refs that name each other")
}

/// Refs that every work tree has for itself, git-worktree(1) "Refs".
const OWN: [&str; 3] = ["refs/bisect", "refs/rewritten", "refs/worktree"];

fn is_own(name: &[u8]) -> bool {
    let below = |own: &str| {
        name.strip_prefix(own.as_bytes())
            .is_some_and(|rest| rest.starts_with(b"/"))
    };
    OWN.iter().any(|own| below(own))
}

/// What stands in front of the names of a work tree's own refs.
fn prefix(tree: &WorkTree) -> &[u8] {
    tree.head.strip_suffix(b"HEAD").unwrap_or_default()
}

/// The same, of a name.
fn tree_of(name: &[u8]) -> &[u8] {
    let slashes = match name {
        _ if name.starts_with(b"main-worktree/") => 1,
        _ if name.starts_with(b"worktrees/") => 2,
        _ => return b"",
    };
    let mut parts = name.splitn(slashes + 1, |&byte| byte == b'/');
    let rest = parts.nth(slashes).map_or(0, <[u8]>::len);
    &name[..name.len() - rest]
}

/// Whether a file beside HEAD is a ref, gitglossary(7) "root ref" and "pseudoref".
fn is_pseudo(name: &[u8]) -> bool {
    const ODD: [&[u8]; 5] = [
        b"AUTO_MERGE",
        b"BISECT_EXPECTED_REV",
        b"MERGE_AUTOSTASH",
        b"NOTES_MERGE_PARTIAL",
        b"NOTES_MERGE_REF",
    ];
    let plain = |&byte: &u8| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-');
    ODD.contains(&name) || name.ends_with(b"_HEAD") && name.iter().all(plain)
}

/// What a file or a line says: `ref: ` and a name, or an id at its beginning.
fn value(content: &[u8], hex: usize) -> Value {
    if let Some(name) = content.strip_prefix(b"ref:") {
        let name = name.trim_ascii();
        return match name {
            b"" => Value::Broken("it names no other ref"),
            _ => Value::Symbolic(name.to_vec()),
        };
    }
    let ends = content.get(hex).is_none_or(u8::is_ascii_whitespace);
    match content
        .get(..hex)
        .filter(|_| ends)
        .and_then(ObjectId::parse)
    {
        Some(id) if id.is_zero() => Value::Broken("an id of zeros"),
        Some(id) => Value::Id(id),
        None if content.trim_ascii().is_empty() => Value::Broken("it is empty"),
        None => Value::Broken("it holds no id"),
    }
}

#[cfg(test)]
mod tests;
