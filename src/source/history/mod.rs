//! Every object of a repository, each once, whatever commits and paths hold it.
//!
//! Commits and tags come first: what they say are documents. Trees come next: their names are documents, too,
//! they tell what blobs are called, and which objects are missing. Then every blob is shown to the visitor.
//! Where a blob is a delta against one that holds no secret, only what is new is searched.

mod news;
mod origins;
mod trees;

use std::collections::{HashMap, HashSet};
use std::io::Read as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

use super::account::Account;
use super::{Content, Progress, Visit, may_hold};
use crate::finding::{Coverage, InGit, ObjectId, Place, Skip, SkipReason, Untrusted};
use crate::git::catalogue::{Catalogue, Number};
use crate::git::graph::CommitNode;
use crate::git::object::{ObjectKind, Objects, ReadError, Said, other_headers};
use crate::git::store::Store;
use crate::git::walk::{Decoded, Look, Mark, Seen, WHOLE, Walk};

pub use origins::Origins;
use origins::Says;
use trees::Trees;

/// The objects of a repository.
pub struct History<'a> {
    /// The path of the repository, as the user would type it.
    pub name: Untrusted,
    /// Where its objects are.
    pub store: &'a Store,
    /// What objects there are.
    pub catalogue: &'a Catalogue,
    /// Commits whose parents were left out on purpose.
    pub shallow: &'a std::collections::BTreeSet<ObjectId>,
    /// Whether objects may be missing on purpose.
    pub partial: bool,
    /// Blobs that the index names, with their paths.
    pub index: &'a [(ObjectId, Vec<u8>)],
    /// Is kept up to date during the scan.
    pub progress: Option<&'a Progress>,
}

/// What reading a history has brought to light for later stages.
pub struct Read {
    /// What was read.
    pub coverage: Coverage,
    /// All commits, by number.
    pub commits: Vec<CommitNode>,
    /// What objects are called.
    pub origins: Origins,
}

/// How much of a stream is read before it is looked at: what its encoding is told by.
const FIRST: usize = 4096;

/// A keyword occurs in the names of a tree.
const KEYWORD: Mark = 1;
/// Something in the object may have the form of a secret.
const SECRET: Mark = 2;
/// Whether that is so was asked.
const EXAMINED: Mark = 4;
/// It has bytes that can make its characters ones of two bytes: a NUL, or those of a byte order mark.
const WIDE: Mark = 16;

/// Missing and broken objects that are listed one by one. A partial clone can lack a million.
const MOST_SKIPS: usize = 1000;

impl History<'_> {
    /// Shows every document to `visitor`, in no particular order. Works on the threads of the [`rayon`] pool
    /// that it is called in.
    pub fn visit(&self, visitor: &dyn Visit) -> Read {
        let reading = Reading {
            history: self,
            visitor,
            reach: visitor.reach(),
            secret_reach: visitor.secret_reach(),
            origins: Origins::new(self.catalogue.count()),
            said: RwLock::default(),
            commits: Mutex::default(),
            documents: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            coverage: Mutex::default(),
            failures: Mutex::default(),
        };
        for (id, error) in &self.catalogue.broken {
            reading.fail_id(*id, Untrusted::default(), error);
        }
        reading.run(
            ObjectKind::Commit,
            &Messages(&reading, Place::CommitMessage),
        );
        reading.run(ObjectKind::Tag, &Messages(&reading, Place::TagMessage));
        let trees = Trees::new(&reading);
        reading.run(ObjectKind::Tree, &trees);
        let links = trees.finish();
        reading.run(
            ObjectKind::Blob,
            &Blobs {
                reading: &reading,
                links,
                staged: reading.staged(),
            },
        );
        reading.finish()
    }

    fn id_length(&self) -> usize {
        self.store.id_length()
    }
}

/// One call of [`History::visit`].
struct Reading<'a> {
    history: &'a History<'a>,
    visitor: &'a dyn Visit,
    /// As the visitor says.
    reach: usize,
    secret_reach: usize,
    origins: Origins,
    /// What names say: the same ones stand in tree after tree.
    said: RwLock<HashMap<Box<[u8]>, Says>>,
    commits: Mutex<Vec<CommitNode>>,
    documents: AtomicU64,
    bytes: AtomicU64,
    coverage: Mutex<Coverage>,
    failures: Mutex<Vec<Skip>>,
}

impl Reading<'_> {
    fn run(&self, kind: ObjectKind, look: &dyn Look) {
        Walk::run(self.history.catalogue, self.history.store, kind, look);
    }

    /// Counts a document that was read, wanted or not.
    fn count(&self, bytes: u64) {
        self.documents.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        if let Some(progress) = self.history.progress {
            progress.documents.fetch_add(1, Ordering::Relaxed);
            progress.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// Shows a document of a git object, which does not count it, and tells whether nothing in it has the form of
    /// a secret.
    fn offer<'c>(
        &self,
        place: Place,
        path: &'c [u8],
        object: Number,
        content: Content<'c>,
    ) -> bool {
        let mut account = Account::new(self.visitor);
        let git = InGit {
            repository: self.history.name.clone(),
            object: self.history.catalogue.id(object).ok(),
            commit: None,
        };
        let barren = account.offer_from(Some(git), place, path, content);
        if !account.coverage.skipped.is_empty() {
            let mut coverage = self.coverage.lock().unwrap_or_else(PoisonError::into_inner);
            coverage.skipped.append(&mut account.coverage.skipped);
        }
        barren
    }

    /// Whether a keyword occurs in the names of a tree, told what is known of its delta base. What held one once is
    /// taken to hold it still: each name is asked for again.
    fn keyword_in_names(&self, tree: &Decoded<'_>) -> bool {
        let keyword = |text: &[u8]| self.visitor.wants_names(text);
        let Some(base) = tree.base else {
            return keyword(tree.data());
        };
        base.mark & KEYWORD != 0
            || match news::gather(&base.delta, self.reach, 3) {
                Some(text) => keyword(&text),
                None => keyword(tree.data()),
            }
    }

    /// What is known of an object: whether it may hold a secret. Of a delta against a base that holds none, only what
    /// is new is searched, and what is near it. Where the characters have two bytes a secret can come about far from
    /// what is new.
    fn mark(&self, object: &Decoded<'_>) -> Mark {
        let visitor = self.visitor;
        let wide = |text: &[u8]| match memchr::memchr3(0, 0xfe, 0xff, text) {
            Some(_) => WIDE,
            None => 0,
        };
        let mark = |wide: Mark, may_hold: bool| EXAMINED | wide | if may_hold { SECRET } else { 0 };
        let whole = || mark(wide(object.data()), visitor.may_hold(object.data()));
        let Some(base) = object.base.filter(|base| base.mark & EXAMINED != 0) else {
            return whole();
        };
        // What held one once is taken to hold it still: the detector looks again.
        if base.mark & SECRET != 0 {
            return mark(WIDE, true);
        }
        let delta = &base.delta;
        let Some(text) = news::gather(delta, self.secret_reach, 2) else {
            return whole();
        };
        if wide(&text) != 0 {
            return whole();
        }
        let wide = base.mark & WIDE;
        let of_bytes = |start: &[u8]| visitor.is_of_bytes(start);
        let may_hold = visitor.news_may_hold(&|| object.data(), &text)
            || (wide != 0
                && (!of_bytes(&delta.base[..delta.base.len().min(FIRST)])
                    || !of_bytes(&delta.start(FIRST))));
        mark(wide, may_hold)
    }

    /// What a name says below a path that holds a keyword. Only there it matters: a file whose content is a secret
    /// and nothing else has no keyword of its own.
    fn says(&self, name: &[u8]) -> Says {
        let known = self.said.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(says) = known.get(name) {
            return *says;
        }
        drop(known);
        let says = match self.visitor.names_secret(name) {
            true => Says::Secret,
            false => Says::Keyword,
        };
        let mut known = self.said.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(name.into(), says);
        says
    }

    fn fail(&self, object: Number, error: &ReadError) {
        let path = Untrusted::new(self.origins.path(object));
        match self.history.catalogue.id(object) {
            Ok(id) => self.fail_id(id, path, error),
            Err(_) => self.skip(
                None,
                path,
                SkipReason::CorruptObject,
                "index of a pack".to_owned(),
            ),
        }
    }

    fn fail_id(&self, id: ObjectId, path: Untrusted, error: &ReadError) {
        let reason = match error {
            ReadError::Missing if self.history.partial => SkipReason::Promised,
            ReadError::Missing => SkipReason::MissingObject,
            ReadError::Corrupt(_) => SkipReason::CorruptObject,
            ReadError::TooLarge(_) => SkipReason::TooLarge,
            ReadError::Io(_) => SkipReason::ReadError,
        };
        self.skip(Some(id), path, reason, error.to_string());
    }

    fn skip(&self, object: Option<ObjectId>, path: Untrusted, reason: SkipReason, detail: String) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.push(Skip {
            path,
            object,
            reason,
            detail: Untrusted::new(detail),
        });
    }

    /// The blobs that the index names and no tree, with their paths.
    fn staged(&self) -> HashMap<Number, &[u8]> {
        let mut staged = HashMap::new();
        for (id, path) in self.history.index {
            match self.history.catalogue.find(id.as_bytes()) {
                Some(number) if !self.origins.has(number) => {
                    staged.entry(number).or_insert(&**path);
                }
                Some(_) => {}
                None => self.fail_id(*id, Untrusted::new(path), &ReadError::Missing),
            }
        }
        staged
    }

    fn finish(self) -> Read {
        let mut coverage = self
            .coverage
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let mut failures = self
            .failures
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        failures.sort_unstable_by(|a, b| (a.object, a.reason, a).cmp(&(b.object, b.reason, b)));
        // One object can be missing in many places.
        failures
            .dedup_by(|a, b| a.object.is_some() && (a.object, a.reason) == (b.object, b.reason));
        let unlisted = failures.len().saturating_sub(MOST_SKIPS);
        failures.truncate(MOST_SKIPS);
        if unlisted > 0 {
            failures.push(Skip {
                path: self.history.name.clone(),
                object: None,
                reason: SkipReason::MissingObject,
                detail: Untrusted::new(format!("and {unlisted} more objects that were not read")),
            });
        }
        coverage.skipped.append(&mut failures);
        coverage.documents += self.documents.into_inner();
        coverage.bytes += self.bytes.into_inner();
        let mut commits = self
            .commits
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        commits.sort_unstable_by_key(|commit| commit.number);
        coverage.commits += commits.len() as u64;
        Read {
            coverage: coverage.settled(),
            commits,
            origins: self.origins,
        }
    }
}

/// What commits and tags say.
struct Messages<'r, 'a>(&'r Reading<'a>, Place);

impl Look for Messages<'_, '_> {
    fn object(&self, object: &Decoded<'_>) -> Seen {
        let Messages(reading, place) = self;
        let (number, data) = (object.number, object.data());
        let mark = reading.mark(object);
        let said = Said::new(data);
        if *place == Place::CommitMessage {
            let find = |id: &ObjectId| reading.history.catalogue.find(id.as_bytes());
            // Asked for only where a parent is missing: it takes a read of the pack's index.
            let shallow = || {
                let id = reading.history.catalogue.id(number);
                id.is_ok_and(|id| reading.history.shallow.contains(&id))
            };
            let tree = said.target.and_then(|id| find(&id));
            if let (Some(id), None) = (said.target, tree) {
                reading.fail_id(id, Untrusted::default(), &ReadError::Missing);
            }
            let mut parents = Vec::with_capacity(said.parents.len());
            for id in &said.parents {
                match find(id) {
                    Some(parent) => parents.push(parent),
                    None if shallow() => reading.skip(
                        Some(*id),
                        Untrusted::default(),
                        SkipReason::Shallow,
                        "history ends here: the clone is shallow".to_owned(),
                    ),
                    None => reading.fail_id(*id, Untrusted::default(), &ReadError::Missing),
                }
            }
            let mut commits = reading
                .commits
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            commits.push(CommitNode {
                number,
                tree,
                parents,
                seconds: said.seconds,
            });
            drop(commits);
        }
        reading.count(data.len() as u64);
        if mark & SECRET != 0 {
            reading.offer(*place, b"", number, Content::Whole(said.message));
            let people = if said.author == said.committer {
                said.author.to_vec()
            } else {
                [said.author, b"\n", said.committer].concat()
            };
            reading.offer(Place::Author, b"", number, Content::Whole(&people));
            let others = other_headers(data);
            if !others.is_empty() {
                reading.offer(*place, b"", number, Content::Whole(&others));
            }
        }
        Seen {
            mark,
            examine: false,
        }
    }

    fn large(&self, number: Number) {
        self.0.fail(number, &ReadError::TooLarge(WHOLE as u64));
    }

    fn failed(&self, number: Number, error: ReadError) {
        self.0.fail(number, &error);
    }
}

/// What files held.
struct Blobs<'r, 'a> {
    reading: &'r Reading<'a>,
    /// Those that are the targets of links.
    links: HashSet<Number>,
    /// Those that only the index names, with their paths.
    staged: HashMap<Number, &'r [u8]>,
}

impl Blobs<'_, '_> {
    /// What a blob is, and its path.
    fn place(&self, number: Number) -> (Place, Vec<u8>) {
        match self.staged.get(&number) {
            Some(path) => (Place::Index, path.to_vec()),
            None => {
                let link = self.links.contains(&number);
                let place = if link { Place::Symlink } else { Place::Blob };
                (place, self.reading.origins.path(number))
            }
        }
    }
}

impl Look for Blobs<'_, '_> {
    fn object(&self, object: &Decoded<'_>) -> Seen {
        let mark = self.reading.mark(object);
        self.reading.count(object.size() as u64);
        Seen {
            mark,
            examine: mark & SECRET != 0,
        }
    }

    fn examine(&self, number: Number, data: &[u8], mark: Mark) -> Mark {
        let (place, path) = self.place(number);
        let (first, mut rest) = data.split_at(data.len().min(FIRST));
        let content = if data.len() <= super::WHOLE {
            Content::Whole(data)
        } else {
            Content::Stream(first, &mut rest)
        };
        match self.reading.offer(place, &path, number, content) {
            true => mark & !SECRET,
            false => mark,
        }
    }

    fn large(&self, number: Number) {
        let reading = self.reading;
        if let Err(error) = reading.large(number) {
            reading.fail(number, &error);
        }
    }

    fn failed(&self, number: Number, error: ReadError) {
        self.reading.fail(number, &error);
    }
}

impl Reading<'_> {
    /// A blob that is not held in memory: first whether it may hold a secret at all, then in windows.
    fn large(&self, number: Number) -> Result<(), ReadError> {
        let id = self.history.catalogue.id(number)?;
        let path = self.origins.path(number);
        let mut stream = self.history.store.stream(&id)?;
        let size = stream.left();
        let (found, _) = may_hold(&mut stream, &|piece| self.visitor.may_hold(piece))
            .map_err(crate::git::loose::inflating)?;
        if found {
            let mut stream = self.history.store.stream(&id)?;
            let mut first = vec![0; FIRST];
            (stream.read_exact(&mut first)).map_err(crate::git::loose::inflating)?;
            let content = Content::Stream(&first, &mut stream);
            self.offer(Place::Blob, &path, number, content);
        }
        self.count(size);
        Ok(())
    }
}
