//! Trees: what objects are called, and which are missing.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::origins::Says;
use super::{KEYWORD, Reading};
use crate::finding::{ObjectId, Place, Untrusted};
use crate::git::catalogue::Number;
use crate::git::delta::Piece;
use crate::git::object::{ObjectKind, ReadError, TreeEntries, TreeEntry};
use crate::git::walk::{Decoded, Look, Mark, Seen};
use crate::source::Content;

/// A first look at all trees.
pub(super) struct Trees<'r, 'a> {
    reading: &'r Reading<'a>,
    found: Mutex<Found>,
}

#[derive(Default)]
struct Found {
    /// Folders whose name holds a keyword: everything below them is to be looked at.
    folders: HashSet<Number>,
    /// Names that could hold a credential, with the tree that they stand in.
    names: BTreeSet<(Number, Vec<u8>, Number)>,
    /// Objects that a tree names and that are not there.
    missing: BTreeMap<ObjectId, (Number, Vec<u8>)>,
    /// Blobs that are the targets of links.
    links: HashSet<Number>,
}

/// The shortest credential has 26 letters and digits. As on the walk of files, the visitor knows better.
const RUN: usize = 20;

/// A tree whose entries could not all be read.
const BROKEN: Mark = 8;

impl<'r, 'a> Trees<'r, 'a> {
    pub(super) fn new(reading: &'r Reading<'a>) -> Trees<'r, 'a> {
        Trees {
            reading,
            found: Mutex::default(),
        }
    }

    /// Follows folders with a keyword down, and shows names.
    pub(super) fn finish(self) -> HashSet<Number> {
        let reading = self.reading;
        let found = self
            .found
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let mut below = found.folders;
        while !below.is_empty() {
            let pass = Below {
                reading,
                wanted: below.into_iter().collect(),
                folders: Mutex::default(),
            };
            reading.run(ObjectKind::Tree, &pass);
            below = pass
                .folders
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner);
        }
        for (tree, name, object) in found.names {
            let path = reading.origins.path_below(tree, &name);
            if reading.visitor.may_hold(&path) {
                reading.offer(Place::Path, &path, object, Content::Whole(&path));
            }
        }
        for (id, (tree, name)) in found.missing {
            let path = reading.origins.path_below(tree, &name);
            reading.fail_id(id, Untrusted::new(path), &ReadError::Missing);
        }
        found.links
    }

    fn entry(&self, tree: Number, entry: &TreeEntry<'_>, keywords: bool) {
        let reading = self.reading;
        if entry.is_submodule() {
            return;
        }
        let Some(object) = reading.history.catalogue.find(entry.id) else {
            if let Some(id) = ObjectId::new(entry.id) {
                let place = (tree, entry.name.to_vec());
                let mut found = self.found();
                let known = found.missing.entry(id).or_insert_with(|| place.clone());
                // The same one, whoever comes first.
                if place < *known {
                    *known = place;
                }
            }
            return;
        };
        let keyword = keywords && reading.visitor.wants_names(entry.name);
        let says = if keyword {
            self.reading.says(entry.name)
        } else {
            Says::Nothing
        };
        reading.origins.offer(object, tree, entry.name, says);
        if entry.is_link() {
            self.found().links.insert(object);
        }
        if keyword && entry.is_tree() {
            self.found().folders.insert(object);
        }
        let long = |part: &[u8]| part.len() >= RUN;
        if entry.name.len() >= RUN && entry.name.split(|b| !b.is_ascii_alphanumeric()).any(long) {
            self.found()
                .names
                .insert((tree, entry.name.to_vec(), object));
        }
    }

    fn found(&self) -> std::sync::MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Look for Trees<'_, '_> {
    fn object(&self, tree: &Decoded<'_>) -> Seen {
        let keywords = self.reading.keyword_in_names(tree);
        let data = tree.data();
        let mut entries = TreeEntries::new(data, self.reading.history.id_length());
        // Of a broken tree only the beginning was looked at.
        let base = tree.base.filter(|base| base.mark & BROKEN == 0);
        let mut news = base.map(|base| News::new(base.delta.pieces()));
        let mut start = 0;
        while let Some(entry) = entries.next() {
            let end = data.len() - entries.remaining();
            if news.as_mut().is_none_or(|news| news.touch(start..end)) {
                self.entry(tree.number, &entry, keywords);
            }
            start = end;
        }
        let mut mark = if keywords { KEYWORD } else { 0 };
        if !entries.is_whole() {
            mark |= BROKEN;
            self.reading
                .fail(tree.number, &ReadError::Corrupt("entry of a tree"));
        }
        Seen {
            mark,
            examine: false,
        }
    }

    fn large(&self, number: Number) {
        self.reading
            .fail(number, &ReadError::TooLarge(crate::git::walk::WHOLE as u64));
    }

    fn failed(&self, number: Number, error: ReadError) {
        self.reading.fail(number, &error);
    }
}

/// What is new in a tree, asked from its beginning to its end.
struct News<P> {
    pieces: P,
    /// Where the piece that was told last ends, and whether it was copied.
    end: usize,
    copied: bool,
    /// Whether no entry of it was asked for yet.
    fresh: bool,
}

impl<'a, P: Iterator<Item = Piece<'a>>> News<P> {
    fn new(pieces: P) -> News<P> {
        News {
            pieces,
            end: 0,
            copied: false,
            fresh: false,
        }
    }

    /// Whether an entry was not copied, as one piece, from a tree that was looked at. The first of a piece may have
    /// been a part of another one there: a name can look like an entry.
    fn touch(&mut self, entry: Range<usize>) -> bool {
        while self.end <= entry.start
            && let Some(piece) = self.pieces.next()
        {
            self.end += piece.bytes().len();
            self.copied = matches!(piece, Piece::Copied(_));
            self.fresh = true;
        }
        let first = std::mem::replace(&mut self.fresh, false);
        first || !self.copied || entry.end > self.end
    }
}

/// A look at the trees below folders with a keyword.
struct Below<'r, 'a> {
    reading: &'r Reading<'a>,
    /// In order.
    wanted: BTreeSet<Number>,
    folders: Mutex<HashSet<Number>>,
}

impl Look for Below<'_, '_> {
    fn object(&self, tree: &Decoded<'_>) -> Seen {
        if !self.wanted.contains(&tree.number) {
            return Seen::default();
        }
        let id_length = self.reading.history.id_length();
        for entry in TreeEntries::new(tree.data(), id_length).filter(|entry| !entry.is_submodule())
        {
            if let Some(object) = self.reading.history.catalogue.find(entry.id) {
                // A folder that is marked was followed already.
                let seen = self.reading.origins.by_keyword(object);
                self.reading.origins.offer(
                    object,
                    tree.number,
                    entry.name,
                    self.reading.says(entry.name),
                );
                if entry.is_tree() && !seen {
                    let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
                    folders.insert(object);
                }
            }
        }
        Seen::default()
    }

    fn large(&self, _: Number) {}

    fn failed(&self, _: Number, _: ReadError) {}

    fn wants(&self, numbers: Range<Number>) -> bool {
        self.wanted.range(numbers).next().is_some()
    }
}
