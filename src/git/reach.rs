//! What a repository reaches of the objects that it borrows: an alternate holds what belongs to others, too.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::catalogue::{Catalogue, Number};
use super::object::{ObjectKind, Objects, ReadError, Said, TreeEntries};
use super::store::Store;
use super::walk::{Decoded, Look, Seen, Walk};
use crate::finding::ObjectId;

/// Lets borrowed objects speak that are reached from `roots` (what refs, reflogs and indexes name) or from an
/// object of the repository's own.
pub fn reach(catalogue: &mut Catalogue, store: &Store, roots: impl Iterator<Item = ObjectId>) {
    if store.dirs.iter().all(|dir| dir.own) {
        return;
    }
    let references = References {
        catalogue,
        id_length: store.id_length(),
        borrowed: Mutex::new(roots.filter(|id| is_borrowed(catalogue, id)).collect()),
    };
    for kind in [ObjectKind::Commit, ObjectKind::Tag, ObjectKind::Tree] {
        Walk::run(catalogue, store, kind, &references);
    }
    let borrowed = references.borrowed.into_inner();
    let mut next = borrowed.unwrap_or_else(PoisonError::into_inner);
    let mut reached = BTreeSet::new();
    while !next.is_empty() {
        let fresh: Vec<ObjectId> = next.into_iter().filter(|id| reached.insert(*id)).collect();
        // What cannot be read here fails again when its turn comes, and is told then.
        let named = fresh.par_iter().filter_map(|id| store.object(id).ok());
        let named =
            named.flat_map_iter(|object| named_by(object.kind, &object.data, store.id_length()));
        next = named.filter(|id| is_borrowed(catalogue, id)).collect();
    }
    catalogue.borrow(store, reached);
}

/// Whether an object is no own one, and neither is a copy of it. It may be missing.
fn is_borrowed(catalogue: &Catalogue, id: &ObjectId) -> bool {
    let own = |number: Number| catalogue.is_own(number);
    !catalogue.find(id.as_bytes()).is_some_and(own)
}

/// The objects that an object names.
fn named_by(kind: ObjectKind, data: &[u8], id_length: usize) -> Vec<ObjectId> {
    match kind {
        ObjectKind::Blob => Vec::new(),
        ObjectKind::Tree => TreeEntries::new(data, id_length)
            .filter(|entry| !entry.is_submodule())
            .filter_map(|entry| ObjectId::new(entry.id))
            .collect(),
        ObjectKind::Commit | ObjectKind::Tag => {
            let said = Said::new(data);
            said.target.into_iter().chain(said.parents).collect()
        }
    }
}

/// Collects what own objects name and is not one.
struct References<'a> {
    catalogue: &'a Catalogue,
    id_length: usize,
    borrowed: Mutex<BTreeSet<ObjectId>>,
}

impl Look for References<'_> {
    fn object(&self, object: &Decoded<'_>) -> Seen {
        let data = object.data();
        // A tree begins with a mode, the others with a word.
        let kind = match data.first() {
            Some(b'0'..=b'9') => ObjectKind::Tree,
            _ => ObjectKind::Commit,
        };
        let named = named_by(kind, data, self.id_length);
        let borrowed = named
            .into_iter()
            .filter(|id| is_borrowed(self.catalogue, id));
        let borrowed: Vec<ObjectId> = borrowed.collect();
        if !borrowed.is_empty() {
            let mut all = self.borrowed.lock().unwrap_or_else(PoisonError::into_inner);
            all.extend(borrowed);
        }
        Seen::default()
    }

    fn large(&self, _: Number) {}

    fn failed(&self, _: Number, _: ReadError) {}
}
