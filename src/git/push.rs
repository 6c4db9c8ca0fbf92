//! What a push brings: the lines that git gives to hooks, githooks(5) "pre-push" and "pre-receive".

use std::collections::{BTreeMap, BTreeSet};

use super::object::{ObjectKind, ReadError, Said};
use super::refs::Refs;
use super::revision::Range;
use super::store::Store;
use crate::finding::ObjectId;

/// How many tags may lead to each other.
const LONGEST_CHAIN: usize = 100;

/// A line that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error(
    "line {line} of standard input: {what}; a pre-push hook is given \
     `<local ref> <local id> <remote ref> <remote id>`, a pre-receive hook `<old id> <new id> <ref>`"
)]
pub struct PushError {
    /// From 1.
    pub line: usize,
    /// What is wrong.
    pub what: &'static str,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The pusher, before anything is sent. What the other side has is known from remote-tracking refs.
    Sender,
    /// Who receives it, before any ref moves.
    Receiver,
}

/// A ref that is made or moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Its name where it is pushed to.
    pub name: Vec<u8>,
    /// What it was. None if it is new.
    pub old: Option<ObjectId>,
    /// What it becomes.
    pub new: ObjectId,
}

/// Reads the lines. Those that delete a ref bring nothing and are left out.
pub fn parse(text: &[u8], id_length: usize) -> Result<(Side, Vec<Update>), PushError> {
    let (mut updates, mut side) = (Vec::new(), None);
    for (number, line) in text.split(|&b| b == b'\n').enumerate() {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            continue;
        }
        let error = |what| PushError {
            line: number + 1,
            what,
        };
        let id = |field: &[u8]| {
            let id = ObjectId::parse(field).filter(|id| id.as_bytes().len() == id_length);
            id.ok_or(error("not an id of this repository's format"))
        };
        // What is pushed can be named with spaces in it, as in `HEAD^{/some words}`; a ref cannot.
        let fields: Vec<&[u8]> = line.rsplitn(4, |&b| b == b' ').collect();
        let (this, name, old, new) = match fields[..] {
            [name, new, old] => (Side::Receiver, name, id(old)?, id(new)?),
            [old, name, new, _] => (Side::Sender, name, id(old)?, id(new)?),
            _ => return Err(error("neither three fields nor four")),
        };
        if *side.get_or_insert(this) != this {
            return Err(error("another form than the lines before"));
        }
        if name.is_empty() {
            return Err(error("a ref without a name"));
        }
        if !new.is_zero() {
            updates.push(Update {
                name: name.to_vec(),
                old: (!old.is_zero()).then_some(old),
                new,
            });
        }
    }
    Ok((side.unwrap_or(Side::Receiver), updates))
}

/// What updates bring.
#[derive(Debug, Default)]
pub struct Push {
    /// Commits.
    pub ranges: Vec<Range>,
    /// Annotated tags.
    pub tags: Vec<ObjectId>,
    /// Trees and blobs that a ref or tag leads to.
    pub trees: Vec<ObjectId>,
    /// The same.
    pub blobs: Vec<ObjectId>,
    /// Objects on the way there that could not be read.
    pub unread: Vec<(ObjectId, ReadError)>,
    /// The names of refs that are new.
    pub names: Vec<Vec<u8>>,
}

impl Push {
    /// Looks up what updates bring. Of a ref that is moved that is what its old target does not lead to; of one
    /// that is new, or whose old target is not here, what no ref leads to that the other side has.
    pub fn new(side: Side, updates: &[Update], refs: &Refs, store: &Store) -> Push {
        let mut push = Push::default();
        let known = known(side, updates, refs, store);
        let mut fresh = Range {
            exclude: known.iter().map(|peeled| peeled.target).collect(),
            include: Vec::new(),
        };
        let tags: BTreeSet<&ObjectId> = known.iter().flat_map(|peeled| &peeled.tags).collect();
        for update in updates {
            push.names
                .extend(update.old.is_none().then(|| update.name.clone()));
            let peeled = match peel(update.new, store) {
                Ok(peeled) => peeled,
                Err(failed) => {
                    push.unread.push(failed);
                    continue;
                }
            };
            let old = update.old.and_then(|old| peel(old, store).ok());
            let new = peeled.tags.iter().filter(|tag| !tags.contains(tag));
            push.tags.extend(new);
            match peeled.kind {
                ObjectKind::Commit => match old.filter(|old| old.kind == ObjectKind::Commit) {
                    Some(old) => push.ranges.push(Range {
                        exclude: Vec::from([old.target]),
                        include: Vec::from([peeled.target]),
                    }),
                    None => fresh.include.push(peeled.target),
                },
                ObjectKind::Tree => push.trees.push(peeled.target),
                _ => push.blobs.push(peeled.target),
            }
        }
        if !fresh.include.is_empty() {
            push.ranges.push(fresh);
        }
        for ids in [&mut push.tags, &mut push.trees, &mut push.blobs] {
            ids.sort_unstable();
            ids.dedup();
        }
        push
    }
}

/// The commits that the other side has. A ref that is being moved counts as what it was: a hook that comes later
/// sees it moved already.
fn known(side: Side, updates: &[Update], refs: &Refs, store: &Store) -> Vec<Peeled> {
    let prefix: &[u8] = match side {
        Side::Sender => b"refs/remotes/",
        Side::Receiver => b"refs/",
    };
    let mut targets: BTreeMap<&[u8], ObjectId> = BTreeMap::new();
    let there = refs
        .refs
        .iter()
        .filter(|found| found.name.starts_with(prefix));
    targets.extend(there.map(|found| (&*found.name, found.target)));
    for update in updates {
        targets.remove(&*update.name);
        targets.extend(update.old.map(|old| (&*update.name, old)));
    }
    let peeled = targets.into_values().filter_map(|id| peel(id, store).ok());
    peeled
        .filter(|peeled| peeled.kind == ObjectKind::Commit)
        .collect()
}

/// What an object leads to.
struct Peeled {
    /// The tags on the way.
    tags: Vec<ObjectId>,
    target: ObjectId,
    kind: ObjectKind,
}

fn peel(mut id: ObjectId, store: &Store) -> Result<Peeled, (ObjectId, ReadError)> {
    let mut tags = Vec::new();
    while tags.len() < LONGEST_CHAIN {
        let failed = |error| (id, error);
        let kind = store.kind(&id).map_err(failed)?;
        if kind != ObjectKind::Tag {
            return Ok(Peeled {
                tags,
                target: id,
                kind,
            });
        }
        let object = store.object(&id).map_err(failed)?;
        tags.push(id);
        let target = Said::new(&object.data).target;
        id = target.ok_or((id, ReadError::Corrupt("a tag of nothing")))?;
    }
    Err((id, ReadError::Corrupt("tags that lead to each other")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn told(text: &str) -> Result<Vec<(Side, String, bool, String)>, String> {
        let (side, updates) = parse(text.as_bytes(), 20).map_err(|error| error.to_string())?;
        let tell = |update: Update| {
            let name = String::from_utf8(update.name).unwrap();
            (side, name, update.old.is_some(), update.new.to_string())
        };
        Ok(updates.into_iter().map(tell).collect())
    }

    #[test]
    fn both_forms_are_understood() {
        let name = "refs/heads/main".to_owned();
        let one = |side, old| Ok(Vec::from([(side, name.clone(), old, B.to_owned())]));
        let receiver = format!("{A} {B} {name}\n");
        assert_eq!(told(&receiver), one(Side::Receiver, true));
        assert_eq!(told(&receiver.replace(A, ZERO)), one(Side::Receiver, false));
        for local in ["refs/heads/x", "HEAD^{/two words}", ""] {
            let sender = format!("{local} {B} {name} {A}\r\n\n");
            assert_eq!(told(&sender), one(Side::Sender, true), "{local}");
        }
        let deleted = format!("(delete) {ZERO} {name} {A}\n");
        assert_eq!(told(&deleted), Ok(Vec::new()));
        assert_eq!(told(""), Ok(Vec::new()));
    }

    #[test]
    fn what_is_malformed_has_its_line() {
        let good = format!("{A} {B} refs/heads/main\n");
        let bad = [
            "nonsense".to_owned(),
            format!("{A} {B}"),
            format!("{A} short refs/heads/main"),
            format!("{A} {B}{B} refs/heads/main"),
            format!("{A}  {B}"),
            format!("refs/heads/x {B} refs/heads/main {A}"),
        ];
        for bad in bad {
            let error = told(&format!("{good}{bad}\n")).expect_err(&bad);
            assert!(error.starts_with("line 2 of standard input: "), "{error}");
        }
        let wide = format!("{} {} refs/heads/main", "a".repeat(64), "b".repeat(64));
        assert!(parse(wide.as_bytes(), 20).is_err());
        assert!(parse(wide.as_bytes(), 32).is_ok());
    }
}
