//! Whether a credential of an earlier report is gone from where people work: from every file on disk that held it, from
//! the index, and from the tip of every ref. What older commits hold stays; that is why it must be revoked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::again::{again, unmasked};
use super::{Options, Scanner};
use crate::finding::{Coverage, Finding, InGit, ObjectId, Place};
use crate::git::ObjectKind;
use crate::git::index::Index;
use crate::git::object::{Said, TreeEntries};
use crate::git::refs::{Head, Refs};
use crate::git::repository::{Environment, Repository};
use crate::git::store::Store;
use crate::rule::Rules;
use crate::source::{Content, Document, Visit};

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
    let found = again(rules, &[files], everything())?;
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
        match in_repository(rules, finding, &path, &objects)? {
            Presence::Gone => {}
            other => return Ok(other),
        }
    }
    Ok(Presence::Gone)
}

/// What people work with in a repository: the blobs of every ref's tip and of the index, each once, with a path.
#[derive(Default)]
struct Tips {
    seen: BTreeSet<ObjectId>,
    blobs: Vec<(ObjectId, Vec<u8>)>,
}

fn in_repository(
    rules: &Rules,
    finding: &Finding,
    path: &Path,
    objects: &BTreeSet<ObjectId>,
) -> anyhow::Result<Presence> {
    let Ok((repository, _)) = Repository::open(path, &Environment::none()) else {
        return Ok(Presence::Unclear("its repository cannot be opened"));
    };
    let store = super::news::open_store(&repository, &mut Coverage::default());
    let mut tips = Tips::default();
    match Index::read(&repository.index, repository.id_length) {
        Ok(None) => {}
        Ok(Some(index)) if index.ids().any(|id| objects.contains(&id)) => {
            return Ok(Presence::Stands("the index holds it"));
        }
        Ok(Some(index)) => {
            for entry in index.entries().filter(|entry| entry.is_blob()) {
                if let Some(id) = ObjectId::new(entry.id) {
                    tips.blob(id, entry.path);
                }
            }
        }
        Err(_) => return Ok(Presence::Unclear("the index cannot be read")),
    }
    let refs = Refs::read(&repository);
    if !refs.troubles.is_empty() {
        return Ok(Presence::Unclear("not every ref can be read"));
    }
    // FETCH_HEAD and its like are what git did last, no place where anybody works.
    let named = refs
        .refs
        .iter()
        .filter(|tip| tip.name.starts_with(b"refs/"));
    let head = match refs.head {
        Head::Commit(id) => Some(id),
        Head::Unborn(_) | Head::Broken(_) => None,
    };
    for tip in named.map(|tip| tip.target).chain(head) {
        if tips.add(&store, tip).is_none() {
            return Ok(Presence::Unclear("not every ref's tip can be read"));
        }
    }
    if objects.iter().any(|id| tips.seen.contains(id)) {
        return Ok(Presence::Stands("a ref's tip holds it"));
    }
    // A report names a version of each file; a tip may have another one that holds it, too.
    let scanner = Scanner::new(rules, everything())?;
    let read = tips.blobs.par_iter().all(|(id, path)| {
        let Ok(object) = store.object(id) else {
            return false;
        };
        let document = Document {
            place: Place::Blob,
            path,
            git: None,
            content: Content::Whole(&object.data),
        };
        scanner.document(document).is_ok()
    });
    let found = scanner.finish().findings;
    Ok(match found.iter().any(|found| found.id == finding.id) {
        true => Presence::Stands("a ref's tip or the index holds it, in another version"),
        false if !read => Presence::Unclear("not every file of the refs' tips can be read"),
        false => Presence::Gone,
    })
}

fn everything() -> Options {
    Options {
        all_kinds: true,
        ..Options::default()
    }
}

impl Tips {
    fn blob(&mut self, id: ObjectId, path: &[u8]) {
        if self.seen.insert(id) {
            self.blobs.push((id, path.to_vec()));
        }
    }

    /// Adds what a tip leads to; none if something of it cannot be read.
    fn add(&mut self, store: &Store, tip: ObjectId) -> Option<()> {
        let mut id = tip;
        for _ in 0..LONGEST_WAY {
            // A message may hold it, too.
            let object = store.object(&id).ok()?;
            match object.kind {
                ObjectKind::Tag | ObjectKind::Commit => {
                    self.seen.insert(id);
                    id = Said::new(&object.data).target?;
                }
                ObjectKind::Tree => return self.tree(store, id),
                ObjectKind::Blob => {
                    self.blob(id, b"");
                    return Some(());
                }
            }
        }
        None
    }

    fn tree(&mut self, store: &Store, root: ObjectId) -> Option<()> {
        let mut left = vec![(root, Vec::new())];
        while let Some((id, path)) = left.pop() {
            if !self.seen.insert(id) {
                continue;
            }
            let object = store.object(&id).ok()?;
            for entry in TreeEntries::new(&object.data, id.as_bytes().len()) {
                if entry.is_submodule() {
                    continue;
                }
                let below = ObjectId::new(entry.id)?;
                let path = [&path, entry.name].concat();
                match entry.is_tree() {
                    true => left.push((below, [&path[..], b"/"].concat())),
                    false => self.blob(below, &path),
                }
            }
        }
        Some(())
    }
}
