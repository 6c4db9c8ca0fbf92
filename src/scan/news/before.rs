//! Whether a pair was there before. Decided step by step: a hit is old if what the step replaces held the same
//! credential with the same server, in whatever place that the step touches.
//!
//! Old versions are read only of steps that show something, each once, and not at all if they are news of an
//! earlier step.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::chart::Folder;
use super::super::neighbours::Neighbours;
use super::super::{Options, Shown, look};
use super::{News, Old};
use crate::detect::Detector;
use crate::finding::{CredentialId, Hit, ObjectId, Origin, Place, Untrusted};
use crate::git::tree;
use crate::pair::{self, Elsewhere, Match};
use crate::rule::Reach;
use crate::source::added::{Added, Named, Reading};
use crate::source::{Document, Outcome, Visit};

/// What was there before the steps of one repository.
pub(in crate::scan) struct Before<'a, 'r> {
    news: &'a News,
    detector: &'a Detector<'r>,
    options: &'a Options,
    /// What versions of files show, by product: of those that show anything.
    shown: HashMap<Version, Vec<Known>>,
    /// Versions that were looked at.
    seen: HashSet<Version>,
    held: HashMap<u32, Held>,
}

/// What a version shows of a product.
type Known = (usize, Arc<Vec<Match>>);

/// A path, its content, and whether it is a link.
type Version = (Box<[u8]>, ObjectId, bool);

/// What the places that one step touches held before.
#[derive(Default)]
struct Held {
    credentials: BTreeSet<CredentialId>,
    pairs: BTreeSet<(CredentialId, Untrusted)>,
}

impl<'a, 'r> Before<'a, 'r> {
    /// `shown` is what the documents of all sources show.
    pub(in crate::scan) fn new(
        news: &'a News,
        detector: &'a Detector<'r>,
        options: &'a Options,
        shown: &[Shown],
    ) -> Before<'a, 'r> {
        let mut before = Before {
            news,
            detector,
            options,
            shown: HashMap::new(),
            seen: HashSet::new(),
            held: HashMap::new(),
        };
        let ours = |document: &&Shown| {
            let git = document.origin.git.as_ref();
            git.is_some_and(|git| git.repository == news.name)
        };
        for document in shown.iter().filter(ours) {
            before.remember(document);
        }
        before
    }

    fn remember(&mut self, document: &Shown) {
        let origin = &document.origin;
        let object = origin.git.as_ref().and_then(|git| git.object);
        if let (Place::Blob | Place::Index | Place::Symlink, Some(blob)) = (origin.place, object) {
            let link = origin.place == Place::Symlink;
            let version = (origin.path.expose().into(), blob, link);
            let known = self.shown.entry(version).or_default();
            // One version is news of several commits.
            if !known
                .iter()
                .any(|(product, _)| *product == document.product)
            {
                known.push((document.product, Arc::clone(&document.matches)));
            }
        }
    }

    /// Marks the hits of a document that were there before.
    pub(in crate::scan) fn mark(
        &mut self,
        origin: &Origin,
        hits: &mut [Hit],
        neighbours: &mut Neighbours<'_, '_>,
    ) {
        // What a message says and how a ref is called is said anew, whatever files held.
        let in_tree = matches!(
            origin.place,
            Place::Blob | Place::Index | Place::Symlink | Place::Path
        );
        let Some(step) = self.news.step(origin).filter(|_| in_tree) else {
            return;
        };
        if hits.is_empty() {
            return;
        }
        if !self.held.contains_key(&step) {
            let held = self.hold(step, neighbours);
            self.held.insert(step, held);
        }
        let held = &self.held[&step];
        for hit in hits {
            let id = CredentialId::of(&hit.product, &hit.secret);
            hit.pre_existing = match &hit.host {
                Some(host) => held.pairs.contains(&(id, host.url.clone())),
                None => held.credentials.contains(&id),
            };
        }
    }

    /// What was there before a step.
    fn hold(&mut self, step: u32, neighbours: &mut Neighbours<'_, '_>) -> Held {
        let mut held = Held::default();
        let old = self.news.steps.before(step, &self.news.store);
        let (unread, mut names) = (self.unread(&old), Vec::new());
        for old in &old {
            names.extend(Named::of(&old.version.path, old.version.blob, 0));
        }
        names.sort_unstable();
        names.dedup();
        let collector = Collector {
            detector: self.detector,
            shown: Mutex::default(),
        };
        // What cannot be read held nothing that is known: the hit counts as new.
        let reading = Reading::new(&self.news.store, &self.news.name, &collector);
        reading.blobs(&unread);
        reading.names(&names);
        let shown = collector.shown.into_inner();
        for document in shown.unwrap_or_else(PoisonError::into_inner) {
            match document.origin.place {
                Place::Path => self.pair(&document, None, neighbours, &mut held),
                _ => self.remember(&document),
            }
        }
        for old in &old {
            let Added {
                path, blob, link, ..
            } = &old.version;
            let known = self.shown.get(&(path.clone(), *blob, *link));
            for (product, matches) in known.into_iter().flatten() {
                let document = Shown {
                    origin: Origin {
                        path: Untrusted::new(path),
                        place: if *link { Place::Symlink } else { Place::Blob },
                        git: None,
                    },
                    product: *product,
                    samples: 0,
                    cut: false,
                    matches: Arc::clone(matches),
                };
                self.pair(&document, Some(old), neighbours, &mut held);
            }
        }
        held
    }

    /// The old versions that were not looked at yet, in order.
    fn unread(&mut self, old: &[Old]) -> Vec<Added> {
        let mut unread: Vec<Added> = Vec::new();
        for Old { version, .. } in old {
            let key = (version.path.clone(), version.blob, version.link);
            if !self.news.has(version) && self.seen.insert(key) {
                unread.push(version.clone());
            }
        }
        unread.sort_unstable();
        unread
    }

    /// Adds what an old document held.
    fn pair(
        &self,
        document: &Shown,
        old: Option<&Old>,
        neighbours: &mut Neighbours<'_, '_>,
        held: &mut Held,
    ) {
        let product = self.detector.product(document.product);
        let mut elsewhere = Elsewhere::default();
        if document.unpaired() {
            elsewhere.servers.clone_from(&self.options.servers);
            elsewhere.typed = self.options.typed;
            if let Some(old) = old
                .filter(|old| product.file.pairing.reach == Reach::Directory && !old.version.link)
            {
                let (store, path) = (&self.news.store, &old.version.path);
                if let Some(tree) = tree::folder(store, &old.tree, path) {
                    let folder = Folder::of_tree(path.to_vec(), tree, store);
                    elsewhere.siblings = neighbours.of_folder(&folder, document.product);
                }
            }
        }
        let matches = document.matches.to_vec();
        for hit in pair::hits(product, &document.origin, matches, &elsewhere) {
            let id = CredentialId::of(&hit.product, &hit.secret);
            held.credentials.insert(id.clone());
            if let Some(host) = hit.host {
                held.pairs.insert((id, host.url));
            }
        }
    }
}

/// Keeps what old documents show.
struct Collector<'a, 'r> {
    detector: &'a Detector<'r>,
    shown: Mutex<Vec<Shown>>,
}

impl Visit for Collector<'_, '_> {
    fn may_hold(&self, piece: &[u8]) -> bool {
        self.detector.may_hold(piece)
    }

    fn document(&self, document: Document<'_>) -> io::Result<Outcome> {
        look(self.detector, document, |shown| {
            let mut all = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
            all.push(shown);
        })
    }
}
