//! Where in history what was found stands: the commits that brought it and took it away, its paths, and what
//! keeps it alive. Asked last, and only of objects that show something.

use std::collections::{BTreeSet, HashMap};

use super::chart::{Chart, Folder};
use super::history::Whole;
use crate::finding::{
    Commit, History, Hit, InGit, Location, ObjectId, Origin, Place, Reachable, Untrusted,
};
use crate::git::catalogue::Number;
use crate::git::graph::{Above, CommitIndex, Graph, Space};
use crate::git::object::Said;
use crate::git::refs::Head;
use crate::git::tree;

/// A repository in which objects are asked about.
pub(super) struct Map<'a> {
    whole: &'a Whole,
    graph: Graph,
    known: HashMap<Number, Known>,
    head: Option<CommitIndex>,
    /// What each ref leads to: the object itself, and through tags to a commit.
    refs: Vec<(&'a [u8], Vec<Number>)>,
    logged: Vec<Number>,
}

/// What is known of an object.
pub(super) struct Known {
    above: Above,
    paths: Vec<Vec<u8>>,
    unlisted: u64,
    at_head: bool,
    /// When a commit that holds it was last made.
    newest: i64,
    /// The first commit that introduced it.
    first: Option<CommitIndex>,
    /// When that was made.
    since: Option<i64>,
}

impl<'a> Map<'a> {
    /// Looks up everything about the objects.
    pub(super) fn new(whole: &'a mut Whole, objects: &BTreeSet<ObjectId>) -> Map<'a> {
        let commits = std::mem::take(&mut whole.commits);
        let whole = &*whole;
        let find = |id: &ObjectId| whole.catalogue.find(id.as_bytes());
        let targets: BTreeSet<Number> = objects.iter().filter_map(find).collect();
        let graph = Graph::new(&whole.catalogue, &whole.store, commits, &targets);
        let head = match whole.refs.head {
            Head::Commit(id) => find(&id).and_then(|number| graph.commit(number)),
            _ => None,
        };
        let mut map = Map {
            refs: Vec::new(),
            logged: whole
                .refs
                .logged()
                .filter_map(|(_, id)| find(&id))
                .collect(),
            known: HashMap::new(),
            whole,
            graph,
            head,
        };
        map.logged.sort_unstable();
        map.logged.dedup();
        let refs = whole.refs.refs.iter();
        map.refs = refs
            .map(|found| (&*found.name, map.peel(found.target)))
            .collect();
        let mut space = Space::default();
        for &target in &targets {
            let known = map.look_up(target, &mut space);
            map.known.insert(target, known);
        }
        map
    }

    /// An object and what it leads to, if it is a tag.
    fn peel(&self, id: ObjectId) -> Vec<Number> {
        let mut chain = Vec::new();
        let mut next = Some(id);
        while let Some(number) = next.and_then(|id| self.whole.catalogue.find(id.as_bytes())) {
            if chain.contains(&number) {
                break;
            }
            chain.push(number);
            next = None;
            if self.graph.commit(number).is_none()
                && let Some(id) = self.whole.catalogue.id(number).ok()
                && let Ok(object) = self.whole.store.object(&id)
                && object.kind == crate::git::object::ObjectKind::Tag
            {
                next = Said::new(&object.data).target;
            }
        }
        chain
    }

    fn look_up(&self, object: Number, space: &mut Space) -> Known {
        let above = self.graph.above(object, space);
        let mut introduced = self.graph.introduced(&above.commits);
        introduced.sort_by_key(|&commit| self.order(commit));
        let (paths, unlisted) = if self.graph.commit(object).is_some() {
            (Vec::new(), 0)
        } else {
            self.graph.paths(object, History::MOST)
        };
        let seconds = |&commit: &CommitIndex| self.graph.commits[commit as usize].seconds;
        Known {
            paths,
            unlisted,
            at_head: self
                .head
                .is_some_and(|head| above.commits.binary_search(&head).is_ok()),
            newest: above.commits.iter().map(seconds).max().unwrap_or(i64::MIN),
            since: introduced.first().map(seconds),
            first: introduced.first().copied(),
            above,
        }
    }

    /// Commits are listed by date, then id.
    fn order(&self, commit: CommitIndex) -> (i64, Option<ObjectId>) {
        let commit = &self.graph.commits[commit as usize];
        (commit.seconds, self.whole.catalogue.id(commit.number).ok())
    }

    /// What is known of an object.
    fn known(&self, id: &ObjectId) -> Option<&Known> {
        self.known.get(&self.whole.catalogue.find(id.as_bytes())?)
    }

    /// The tree of the folder in which a document stands: at HEAD, else in the commit that brought it; with
    /// the path that it has there.
    fn folder_of(&self, id: &ObjectId) -> Option<(Vec<u8>, ObjectId)> {
        let known = self.known(id)?;
        let at = |commit: CommitIndex| {
            let tree = self.graph.commits[commit as usize].tree?;
            let tree = self.whole.catalogue.id(tree).ok()?;
            known.paths.iter().find_map(|path| {
                tree::entry(&self.whole.store, &tree, path)?;
                Some((path.clone(), tree::folder(&self.whole.store, &tree, path)?))
            })
        };
        let at_head = self.head.filter(|_| known.at_head);
        at_head.or(known.first).and_then(at)
    }

    /// Every path and line of a hit: an object can have many paths, and the work tree can hold it too.
    fn places(&self, hit: &Location) -> (Vec<Location>, u64) {
        let Some(git) = &hit.git else {
            return (Vec::from([hit.clone()]), 0);
        };
        let number = git
            .object
            .and_then(|id| self.whole.catalogue.find(id.as_bytes()));
        let known = number.and_then(|number| self.known.get(&number));
        let (Some(number), Some(known)) = (number, known) else {
            return (Vec::from([hit.clone()]), 0);
        };
        let commit = known.first.and_then(|commit| {
            let number = self.graph.commits[commit as usize].number;
            self.whole.catalogue.id(number).ok()
        });
        let commit = match hit.place {
            // What a tag says is in no commit.
            Place::Author | Place::CommitMessage if self.graph.commit(number).is_some() => {
                git.object
            }
            _ => commit,
        };
        let at = |path: &[u8], place: Place| Location {
            path: Untrusted::new(path),
            place,
            git: Some(InGit {
                commit,
                ..git.clone()
            }),
            ..hit.clone()
        };
        let mut locations: Vec<Location> = match hit.place {
            Place::Blob | Place::Symlink if !known.paths.is_empty() => {
                known.paths.iter().map(|path| at(path, hit.place)).collect()
            }
            place => Vec::from([at(hit.path.expose(), place)]),
        };
        let files = self.whole.files.iter().filter(|file| file.1 == number);
        locations.extend(files.map(|file| Location {
            path: Untrusted::new(&file.0),
            place: Place::File,
            ..at(&file.0, Place::File)
        }));
        (locations, known.unlisted)
    }

    /// Where the credential stands that these objects hold.
    fn history_of(&self, objects: &BTreeSet<ObjectId>, refs: &BTreeSet<&[u8]>) -> History {
        let known: Vec<(Number, &Known)> = objects
            .iter()
            .filter_map(|id| self.whole.catalogue.find(id.as_bytes()))
            .filter_map(|number| Some((number, self.known.get(&number)?)))
            .collect();
        let mut set: Vec<CommitIndex> = (known.iter())
            .flat_map(|(_, known)| known.above.commits.iter().copied())
            .collect();
        set.sort_unstable();
        set.dedup();
        let introduced = self.graph.introduced(&set);
        let descendants = self.graph.descendants(&introduced);
        // What a message says is not taken out by a commit that says something else.
        let said = |number: &Number| self.graph.commit(*number).is_some();
        let removed = if known.iter().all(|(number, _)| said(number)) {
            Vec::new()
        } else {
            self.graph.removed(&set, &descendants)
        };
        let holds = |number: &Number| {
            let above =
                |(_, known): &(Number, &Known)| known.above.trees.binary_search(number).is_ok();
            match self.graph.commit(*number) {
                Some(commit) => descendants[commit as usize],
                None => known.iter().any(above),
            }
        };
        let mut reached: Vec<Untrusted> = (self.refs.iter())
            .filter(|(name, chain)| refs.contains(name) || chain.iter().any(holds))
            .map(|(name, _)| Untrusted::new(name))
            .collect();
        let named = refs.iter().map(|name| Untrusted::new(name));
        reached.extend(named);
        reached.sort();
        reached.dedup();
        let staged = known
            .iter()
            .any(|(number, _)| self.whole.staged.contains(number));
        let reachable = match () {
            () if !reached.is_empty() => Reachable::Ref,
            () if self.logged.iter().any(holds) => Reachable::Reflog,
            () if staged => Reachable::Index,
            () => Reachable::None,
        };
        let mut unlisted = reached.len().saturating_sub(History::MOST) as u64;
        reached.truncate(History::MOST);
        let mut list = |commits: Vec<CommitIndex>| {
            let mut commits = commits;
            commits.sort_by_cached_key(|&commit| self.order(commit));
            unlisted += commits.len().saturating_sub(History::MOST) as u64;
            commits.truncate(History::MOST);
            commits
                .into_iter()
                .filter_map(|commit| self.describe(commit))
                .collect()
        };
        let (introduced, removed) = (list(introduced), list(removed));
        History {
            introduced,
            removed,
            at_head: self
                .head
                .is_some_and(|head| set.binary_search(&head).is_ok()),
            reachable,
            refs: reached,
            unlisted,
        }
    }

    fn describe(&self, commit: CommitIndex) -> Option<Commit> {
        let node = &self.graph.commits[commit as usize];
        let id = self.whole.catalogue.id(node.number).ok()?;
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

impl Chart for Map<'_> {
    fn files(&self, origin: &Origin) -> Vec<&[u8]> {
        let object = origin.git.as_ref().and_then(|git| git.object);
        let number = object.and_then(|id| self.whole.catalogue.find(id.as_bytes()));
        let files = self.whole.files.iter();
        let files = files.filter(|file| Some(file.1) == number);
        files.map(|file| &*file.0).collect()
    }

    fn folder(&self, origin: &Origin) -> Option<Folder<'_>> {
        let object = origin.git.as_ref()?.object?;
        let (path, tree) = self.folder_of(&object)?;
        Some(Folder::of_tree(path, tree, &self.whole.store))
    }

    fn locations(&self, hit: &Location) -> (Vec<Location>, u64) {
        self.places(hit)
    }

    fn freshness(&self, place: &Location) -> (bool, i64) {
        match place.git.as_ref().and_then(|git| git.object) {
            Some(object) => (self.known(&object))
                .map_or((false, i64::MIN), |known| (known.at_head, known.newest)),
            None => (true, 0),
        }
    }

    fn since(&self, place: &Location) -> Option<i64> {
        self.known(&place.git.as_ref()?.object?)?.since
    }

    fn history(&self, hits: &[&Hit]) -> Option<History> {
        let (mut objects, mut refs) = (BTreeSet::new(), BTreeSet::new());
        for hit in hits {
            objects.extend(hit.location.git.as_ref().and_then(|git| git.object));
            if hit.location.place == Place::Ref {
                refs.insert(hit.location.path.expose());
            }
        }
        Some(self.history_of(&objects, &refs))
    }
}
