//! Whether a credential of an earlier report is gone from where people work: from every file on disk that held it, from
//! the index, and from the tip of every ref. What older commits hold stays; that is why it must be revoked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Options;
use super::again::{again, unmasked};
use crate::finding::{Coverage, Finding, InGit, ObjectId, Place};
use crate::git::ObjectKind;
use crate::git::index::Index;
use crate::git::object::{Said, TreeEntries};
use crate::git::refs::{Head, Refs};
use crate::git::repository::{Environment, Repository};
use crate::git::store::Store;
use crate::rule::Rules;

/// Where a credential still is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Nowhere where people work.
    Gone,
    /// There.
    Stands(&'static str),
    /// It cannot be told, and why.
    Unclear(&'static str),
}

/// Tags of tags are followed so far.
const LONGEST_WAY: usize = 10;

/// Looks at every place of a finding again.
pub fn presence(rules: &Rules, finding: &Finding) -> anyhow::Result<Presence> {
    if (finding.history.as_ref()).is_some_and(|history| history.unlisted > 0) {
        return Ok(Presence::Unclear("the report does not list all its places"));
    }
    let on_disk = finding
        .locations
        .iter()
        .filter(|at| at.place == Place::File);
    let files = Finding {
        locations: on_disk.cloned().collect(),
        ..finding.clone()
    };
    let found = again(
        rules,
        &[files],
        Options {
            all_kinds: true,
            ..Options::default()
        },
    )?;
    if !found.findings.is_empty() || !found.elsewhere.is_empty() {
        return Ok(Presence::Stands("a file on disk holds it"));
    }
    if !found.unread.is_empty() {
        return Ok(Presence::Unclear("a file could not be read"));
    }
    let mut repositories: BTreeMap<PathBuf, BTreeSet<ObjectId>> = BTreeMap::new();
    for at in finding
        .locations
        .iter()
        .filter(|at| at.place != Place::File)
    {
        let Some(InGit {
            repository,
            object: Some(object),
            ..
        }) = &at.git
        else {
            return Ok(Presence::Unclear(
                "it stood in a name, in a link or in standard input",
            ));
        };
        let Some(repository) = unmasked(repository) else {
            return Ok(Presence::Unclear("the report does not name its repository"));
        };
        repositories.entry(repository).or_default().insert(*object);
    }
    for (path, objects) in repositories {
        match in_repository(&path, &objects) {
            Presence::Gone => {}
            other => return Ok(other),
        }
    }
    Ok(Presence::Gone)
}

fn in_repository(path: &Path, objects: &BTreeSet<ObjectId>) -> Presence {
    let Ok((repository, _)) = Repository::open(path, &Environment::none()) else {
        return Presence::Unclear("its repository cannot be opened");
    };
    let store = super::news::open_store(&repository, &mut Coverage::default());
    let index = repository.git_dir.join("index");
    match Index::read(&index, repository.id_length) {
        Ok(None) => {}
        Ok(Some(index)) if index.ids().any(|id| objects.contains(&id)) => {
            return Presence::Stands("the index holds it");
        }
        Ok(Some(_)) => {}
        Err(_) => return Presence::Unclear("the index cannot be read"),
    }
    let refs = Refs::read(&repository);
    if !refs.troubles.is_empty() {
        return Presence::Unclear("not every ref can be read");
    }
    // FETCH_HEAD and its like are what git did last, no place where anybody works.
    let tips = refs
        .refs
        .iter()
        .filter(|tip| tip.name.starts_with(b"refs/"))
        .map(|tip| tip.target);
    let head = match refs.head {
        Head::Commit(id) => Some(id),
        Head::Unborn(_) | Head::Broken(_) => None,
    };
    let mut seen = BTreeSet::new();
    for tip in tips.chain(head) {
        match holds(&store, tip, objects, &mut seen) {
            Some(false) => {}
            Some(true) => return Presence::Stands("a ref's tip holds it"),
            None => return Presence::Unclear("not every ref's tip can be read"),
        }
    }
    Presence::Gone
}

/// Whether an object, a tag's target, a commit's tree or what is below holds one of `objects`; none if one of them
/// cannot be read.
fn holds(
    store: &Store,
    tip: ObjectId,
    objects: &BTreeSet<ObjectId>,
    seen: &mut BTreeSet<ObjectId>,
) -> Option<bool> {
    let mut id = tip;
    for _ in 0..LONGEST_WAY {
        if objects.contains(&id) {
            return Some(true);
        }
        let object = store.object(&id).ok()?;
        match object.kind {
            ObjectKind::Tag | ObjectKind::Commit => id = Said::new(&object.data).target?,
            ObjectKind::Tree => return tree(store, id, objects, seen),
            ObjectKind::Blob => return Some(false),
        }
    }
    None
}

fn tree(
    store: &Store,
    root: ObjectId,
    objects: &BTreeSet<ObjectId>,
    seen: &mut BTreeSet<ObjectId>,
) -> Option<bool> {
    let mut left = vec![root];
    while let Some(id) = left.pop() {
        if !seen.insert(id) {
            continue;
        }
        let object = store.object(&id).ok()?;
        for entry in TreeEntries::new(&object.data, id.as_bytes().len()) {
            if entry.is_submodule() {
                continue;
            }
            let below = ObjectId::new(entry.id)?;
            if objects.contains(&below) {
                return Some(true);
            }
            if entry.is_tree() {
                left.push(below);
            }
        }
    }
    Some(false)
}
