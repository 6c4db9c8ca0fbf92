//! Where in history what was found stands: the commits that brought it and took it away, its paths, and what
//! keeps it alive. Asked last, and only of objects that show something.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use super::chart::{Chart, Folder};
use super::history::Whole;
use crate::finding::{Commit, History, ObjectId, Origin, Reachable, Untrusted};
use crate::git::catalogue::Number;
use crate::git::graph::{CommitIndex, Graph, Space, Ways};
use crate::git::object::{ObjectKind, Said, TreeEntries};
use crate::git::refs::Head;

/// A repository in which objects are asked about.
pub(super) struct Map<'a> {
    whole: &'a Whole,
    graph: Graph,
    head: Option<CommitIndex>,
    /// What each ref leads to: the object itself, and through tags to a commit.
    refs: Vec<(&'a [u8], Vec<Object>)>,
    logged: Vec<Object>,
    /// Lent out.
    spaces: Mutex<Vec<Space>>,
}

/// An object, and whether it is a commit.
#[derive(Clone, Copy)]
struct Object(Number, Option<CommitIndex>);

/// A document in git: an object, or if its path is meant, that path's last component too.
pub(super) type Document<'d> = (ObjectId, Option<&'d [u8]>);

/// A path at which one of some objects stands, or once stood.
pub(super) struct Stand {
    /// Empty if none leads to the object.
    pub(super) path: Vec<u8>,
    /// The first commit that brought it there.
    pub(super) commit: Option<ObjectId>,
    /// The object that it brought.
    pub(super) object: ObjectId,
}

/// How new a document is: those at HEAD are, others are as new as the last commit that holds them.
pub(super) type Freshness = (bool, i64);

/// On disk, or at HEAD.
pub(super) const FRESH: Freshness = (true, 0);

impl<'a> Map<'a> {
    /// Looks up what holds the objects.
    pub(super) fn new(whole: &'a mut Whole, objects: &BTreeSet<ObjectId>) -> Map<'a> {
        let commits = std::mem::take(&mut whole.commits);
        let whole = &*whole;
        let find = |id: &ObjectId| whole.catalogue.find(id.as_bytes());
        let targets: BTreeSet<Number> = objects.iter().filter_map(find).collect();
        let graph = Graph::new(&whole.catalogue, &whole.store, commits, &targets);
        let mut map = Map {
            head: None,
            refs: Vec::new(),
            logged: Vec::new(),
            spaces: Mutex::default(),
            whole,
            graph,
        };
        if let Head::Commit(id) = whole.refs.head {
            map.head = map.object(&id).and_then(|object| object.1);
        }
        let mut logged: Vec<ObjectId> = whole.refs.logged().map(|(_, id)| id).collect();
        logged.sort_unstable();
        logged.dedup();
        map.logged = logged.iter().filter_map(|id| map.object(id)).collect();
        let refs = whole.refs.refs.iter();
        map.refs = refs
            .map(|found| (&*found.name, map.peel(found.target)))
            .collect();
        map
    }

    fn object(&self, id: &ObjectId) -> Option<Object> {
        let number = self.whole.catalogue.find(id.as_bytes())?;
        Some(Object(number, self.graph.commit(number)))
    }

    /// An object and what it leads to, if it is a tag.
    fn peel(&self, id: ObjectId) -> Vec<Object> {
        let mut chain: Vec<Object> = Vec::new();
        let mut next = Some(id);
        while let Some((id, object)) = next.and_then(|id| Some((id, self.object(&id)?))) {
            if chain.iter().any(|known| known.0 == object.0) {
                break;
            }
            chain.push(object);
            next = None;
            if object.1.is_none()
                && let Ok(object) = self.whole.store.object(&id)
                && object.kind == ObjectKind::Tag
            {
                next = Said::new(&object.data).target;
            }
        }
        chain
    }

    fn with_space<T>(&self, work: impl FnOnce(&mut Space) -> T) -> T {
        let spaces = || self.spaces.lock().unwrap_or_else(PoisonError::into_inner);
        let mut space = spaces().pop().unwrap_or_default();
        let result = work(&mut space);
        spaces().push(space);
        result
    }

    /// Commits are listed by date, then id.
    fn order(&self, commit: CommitIndex) -> (i64, Option<ObjectId>) {
        (self.seconds(commit), self.id_of(commit))
    }

    fn seconds(&self, commit: CommitIndex) -> i64 {
        self.graph.commits[commit as usize].seconds
    }

    fn id_of(&self, commit: CommitIndex) -> Option<ObjectId> {
        let number = self.graph.commits[commit as usize].number;
        self.whole.catalogue.id(number).ok()
    }

    /// Of the commits of a set that brought what all of them hold, the first.
    fn first(&self, set: &[CommitIndex]) -> Option<CommitIndex> {
        let introduced = self.graph.introduced(set).into_iter();
        introduced.min_by_key(|&commit| self.order(commit))
    }

    /// The commits whose trees hold a document; and the one whose message it is.
    fn commits_of(&self, id: &ObjectId, space: &mut Space) -> Vec<CommitIndex> {
        match self.object(id) {
            Some(Object(_, Some(commit))) => Vec::from([commit]),
            Some(Object(number, None)) => self.graph.above([number], space),
            None => Vec::new(),
        }
    }

    /// How new a document is.
    pub(super) fn freshness(&self, id: &ObjectId) -> Freshness {
        if self.files(id).next().is_some() {
            return FRESH;
        }
        let commits = self.with_space(|space| self.commits_of(id, space));
        let at_head = |head| commits.binary_search(&head).is_ok();
        if self.head.is_some_and(at_head) {
            return FRESH;
        }
        let newest = commits.iter().map(|&commit| self.seconds(commit)).max();
        (false, newest.unwrap_or(i64::MIN))
    }

    /// Files of the work tree that hold an object.
    pub(super) fn files(&self, id: &ObjectId) -> impl Iterator<Item = &[u8]> {
        let number = self.whole.catalogue.find(id.as_bytes());
        let files = self.whole.files.iter();
        files
            .filter(move |file| Some(file.1) == number)
            .map(|file| &*file.0)
    }

    /// The trees of the folders in which a document stands: at HEAD, else in the commit that brought it; with
    /// the paths that it has there.
    fn trees_around(&self, id: &ObjectId) -> Vec<(Vec<u8>, ObjectId)> {
        let commits = self.with_space(|space| self.commits_of(id, space));
        let at_head = |head: &CommitIndex| commits.binary_search(head).is_ok();
        let commit = self.head.filter(at_head).or_else(|| self.first(&commits));
        let tree = commit.and_then(|commit| self.graph.commits[commit as usize].tree);
        let (Some(tree), Some(object)) = (tree, self.object(id)) else {
            return Vec::new();
        };
        let ways = Ways::new(&self.graph, &[object.0], None);
        let ways_there = ways.list(History::MOST).into_iter();
        let ways_there = ways_there.filter(|way| ways.begins_at(way, tree));
        let mut entries = Entries::new(self.whole);
        let folder = |path: Vec<u8>| {
            let tree = entries.folder(self.whole.catalogue.id(tree).ok()?, &path)?;
            Some((path, tree))
        };
        ways_there.map(|way| way.path).filter_map(folder).collect()
    }

    /// Every path of these objects, at most [`History::MOST`], and how many there are besides.
    pub(super) fn stands(&self, objects: &[ObjectId], name: Option<&[u8]>) -> (Vec<Stand>, u64) {
        let number = |id: &ObjectId| self.whole.catalogue.find(id.as_bytes());
        let held = |id: &&ObjectId| number(id).is_some_and(|number| !self.graph.is_alone(number));
        let (held, alone): (Vec<&ObjectId>, Vec<&ObjectId>) = objects.iter().partition(held);
        let without_path = |&&object: &&ObjectId| Stand {
            path: Vec::new(),
            commit: None,
            object,
        };
        let mut stands: Vec<Stand> = alone.iter().map(without_path).collect();
        let numbers: Vec<Number> = held.iter().filter_map(|id| number(id)).collect();
        let ways = Ways::new(&self.graph, &numbers, name);
        let mut entries = Entries::new(self.whole);
        let mut listed = 0;
        for way in ways.list(History::MOST) {
            listed += 1;
            let commit = self.first(&ways.commits(&way));
            let tree = match commit {
                Some(commit) => self.graph.commits[commit as usize].tree,
                // The same one, whatever the order of storage.
                None => ways
                    .roots(&way)
                    .min_by_key(|&tree| self.whole.catalogue.id(tree).ok()),
            };
            let object = match held[..] {
                [object] => Some(*object),
                _ => tree
                    .and_then(|tree| self.whole.catalogue.id(tree).ok())
                    .and_then(|tree| entries.object(tree, &way.path)),
            };
            stands.extend(object.map(|object| Stand {
                path: way.path,
                commit: commit.and_then(|commit| self.id_of(commit)),
                object,
            }));
        }
        if stands.is_empty() {
            // Held by nothing but a ring.
            stands.extend(held.iter().map(without_path));
        }
        (stands, ways.count().saturating_sub(listed))
    }

    /// The first commit that brought a document; the one whose message it is.
    pub(super) fn brought(&self, id: &ObjectId) -> Option<ObjectId> {
        let commits = self.with_space(|space| self.commits_of(id, space));
        self.id_of(self.first(&commits)?)
    }

    /// Where the credential stands that these documents and the names of these refs hold.
    pub(super) fn history(
        &self,
        documents: &BTreeSet<Document<'_>>,
        refs: &BTreeSet<&[u8]>,
    ) -> History {
        let mut said: Vec<CommitIndex> = Vec::new();
        let mut held: Vec<Number> = Vec::new();
        for (id, name) in documents {
            match (self.object(id), name) {
                (Some(Object(_, Some(commit))), _) => said.push(commit),
                (Some(Object(number, None)), Some(name)) => {
                    held.extend(self.graph.holders(number, name));
                }
                (Some(Object(number, None)), None) => held.push(number),
                (None, _) => {}
            }
        }
        self.with_space(|trees| {
            self.with_space(|commits| self.history_of(&said, &held, refs, trees, commits))
        })
    }

    /// The same of commits that say it, and of objects that hold it.
    fn history_of(
        &self,
        said: &[CommitIndex],
        held: &[Number],
        refs: &BTreeSet<&[u8]>,
        trees: &mut Space,
        commits: &mut Space,
    ) -> History {
        let staged = held.iter().any(|number| self.whole.staged.contains(number));
        let set = self.graph.above(held.iter().copied(), trees);
        let mut introduced = self.graph.introduced(&set);
        self.graph.descendants(&introduced, commits);
        let removed = self.graph.removed(&set, commits);
        // What a message says is not taken out by a commit that says something else.
        self.graph.more_descendants(said, commits);
        introduced.extend(said);
        introduced.sort_unstable();
        introduced.dedup();
        let holds = |object: &Object| match object.1 {
            Some(commit) => commits.has(commit),
            None => trees.has(object.0),
        };
        let reached = self
            .refs
            .iter()
            .filter(|(_, chain)| chain.iter().any(holds));
        let reached = reached.map(|(name, _)| name).chain(refs);
        let reached: BTreeSet<&[u8]> = reached.copied().collect();
        let reachable = match () {
            () if !reached.is_empty() => Reachable::Ref,
            () if self.logged.iter().any(holds) => Reachable::Reflog,
            () if staged => Reachable::Index,
            () => Reachable::None,
        };
        let listed = reached.iter().take(History::MOST);
        let is_head = |head: CommitIndex| set.binary_search(&head).is_ok() || said.contains(&head);
        History {
            at_head: self.head.is_some_and(is_head),
            reachable,
            refs: listed.map(Untrusted::new).collect(),
            unlisted: [reached.len(), introduced.len(), removed.len()]
                .map(|count| count.saturating_sub(History::MOST) as u64)
                .iter()
                .sum(),
            introduced: self.listed(introduced),
            removed: self.listed(removed),
        }
    }

    fn listed(&self, mut commits: Vec<CommitIndex>) -> Vec<Commit> {
        commits.sort_by_cached_key(|&commit| self.order(commit));
        commits.truncate(History::MOST);
        let commits = commits.into_iter();
        commits.filter_map(|commit| self.describe(commit)).collect()
    }

    fn describe(&self, commit: CommitIndex) -> Option<Commit> {
        let id = self.id_of(commit)?;
        let object = self.whole.store.object(&id).ok()?;
        let said = Said::new(&object.data);
        Some(Commit {
            id,
            author: Untrusted::new(said.author),
            seconds: said.seconds,
            subject: Untrusted::new(said.subject()),
        })
    }
}

/// Looks up paths in trees, each step once.
struct Entries<'a> {
    whole: &'a Whole,
    known: HashMap<(ObjectId, Vec<u8>), Option<ObjectId>>,
}

impl Entries<'_> {
    fn new(whole: &Whole) -> Entries<'_> {
        Entries {
            whole,
            known: HashMap::new(),
        }
    }

    /// What stands at a path.
    fn object(&mut self, root: ObjectId, path: &[u8]) -> Option<ObjectId> {
        let mut names = path.split(|&b| b == b'/');
        names.try_fold(root, |tree, name| self.entry(tree, name))
    }

    /// The tree that holds the last component of a path.
    fn folder(&mut self, root: ObjectId, path: &[u8]) -> Option<ObjectId> {
        match path.iter().rposition(|&b| b == b'/') {
            Some(end) => self.object(root, &path[..end]),
            None => Some(root),
        }
    }

    fn entry(&mut self, tree: ObjectId, name: &[u8]) -> Option<ObjectId> {
        let whole = self.whole;
        let read = || {
            let object = whole.store.object(&tree).ok()?;
            let mut entries = TreeEntries::new(&object.data, tree.as_bytes().len());
            ObjectId::new(entries.find(|entry| entry.name == name)?.id)
        };
        *self.known.entry((tree, name.to_vec())).or_insert_with(read)
    }
}

impl Chart for Map<'_> {
    fn files(&self, origin: &Origin) -> Vec<&[u8]> {
        let object = origin.git.as_ref().and_then(|git| git.object);
        object.map_or(Vec::new(), |object| Map::files(self, &object).collect())
    }

    fn folders(&self, origin: &Origin) -> Vec<Folder<'_>> {
        let object = origin.git.as_ref().and_then(|git| git.object);
        let around = object.map_or(Vec::new(), |object| self.trees_around(&object));
        let folder = |(path, tree)| Folder::of_tree(path, tree, &self.whole.store);
        around.into_iter().map(folder).collect()
    }
}
