//! Commits as steps, and what they tell of a credential's history.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use super::super::chart::Folder;
use super::{Old, Steps};
use crate::finding::{Commit, History, Hit, Location, ObjectId, Place, Reachable, Untrusted};
use crate::git::object::{ObjectKind, Said};
use crate::git::refs::{Head, Refs};
use crate::git::revision::{self, Range};
use crate::git::store::Store;
use crate::git::tree;
use crate::source::range::{Step, replaced, tree_of};

/// The commits of a range.
pub(super) struct Commits {
    pub(super) steps: Vec<Step>,
    /// Blobs that a step takes away or replaces, in order.
    pub(super) gone: Vec<(ObjectId, u32)>,
    /// Their numbers.
    pub(super) numbers: HashMap<ObjectId, u32>,
    pub(super) ranges: Vec<Range>,
    /// All refs, those that a push makes among them.
    pub(super) refs: Refs,
    pub(super) shallow: BTreeSet<ObjectId>,
    /// What is asked only where something was found.
    pub(super) above: OnceLock<Above>,
}

/// What leads to the commits.
pub(super) struct Above {
    /// Of each commit those of which it is a parent.
    children: Vec<Vec<u32>>,
    /// Refs that lead to a commit of the range, and to tags on the way.
    refs: Vec<(Untrusted, u32)>,
    tags: Vec<(ObjectId, Untrusted)>,
    /// HEAD's commit and its tree.
    head: Option<(ObjectId, Option<ObjectId>)>,
    /// What keeps alive what no ref of these leads to.
    otherwise: Reachable,
}

impl Commits {
    fn above(&self, store: &Store) -> &Above {
        self.above.get_or_init(|| {
            let mut children = vec![Vec::new(); self.steps.len()];
            for (number, step) in (0..).zip(&self.steps) {
                let object = step.commit.and_then(|id| store.object(&id).ok());
                let Some(object) = object else { continue };
                for parent in Said::new(&object.data).parents {
                    if let Some(parent) = self.numbers.get(&parent) {
                        children[*parent as usize].push(number);
                    }
                }
            }
            let (mut refs, mut tags, mut tips) = (Vec::new(), Vec::new(), Vec::new());
            for found in &self.refs.refs {
                let name = Untrusted::new(&found.name);
                let mut next = Some(found.target);
                let mut left = 100; // tags that lead to each other
                while let Some(id) = next.take().filter(|_| left > 0) {
                    left -= 1;
                    if let Some(number) = self.numbers.get(&id) {
                        refs.push((name.clone(), *number));
                    } else if store.kind(&id).is_ok_and(|kind| kind == ObjectKind::Commit) {
                        tips.push(id);
                    } else if let Ok(object) = store.object(&id)
                        && object.kind == ObjectKind::Tag
                    {
                        tags.push((id, name.clone()));
                        next = Said::new(&object.data).target;
                    }
                }
            }
            let head = match self.refs.head {
                Head::Commit(id) => Some((id, tree_of(store, &id))),
                _ => None,
            };
            Above {
                children,
                refs,
                tags,
                head,
                otherwise: self.otherwise(tips, store),
            }
        })
    }

    /// Whether the range as a whole is kept alive by refs that lead beyond it, or by what refs once were.
    fn otherwise(&self, tips: Vec<ObjectId>, store: &Store) -> Reachable {
        let include = self.ranges.iter().flat_map(|range| &range.include);
        let range = Range {
            include: include.copied().collect(),
            exclude: tips,
        };
        let left = revision::commits(&range, &self.shallow, store).commits;
        let logged = || (self.refs.logged()).any(|(_, id)| self.numbers.contains_key(&id));
        match () {
            () if !range.include.iter().any(|id| left.contains(id)) => Reachable::Ref,
            () if logged() => Reachable::Reflog,
            () => Reachable::None,
        }
    }

    fn step(&self, place: &Location) -> Option<(u32, &Step)> {
        let number = *self.numbers.get(&place.git.as_ref()?.commit?)?;
        Some((number, &self.steps[number as usize]))
    }

    fn is_at_head(&self, place: &Location, store: &Store) -> bool {
        let Some((commit, tree)) = self.above(store).head else {
            return false;
        };
        let git = place.git.as_ref();
        match place.place {
            Place::Blob | Place::Symlink | Place::Path => {
                let path = place.path.expose();
                let found = tree.and_then(|tree| tree::entry(store, &tree, path));
                let blob = git.and_then(|git| git.object);
                found.is_some_and(|(_, id)| place.place == Place::Path || Some(id) == blob)
            }
            Place::CommitMessage | Place::Author => git.and_then(|git| git.commit) == Some(commit),
            _ => false,
        }
    }

    /// The commits that these are, and those that descend from them within the range.
    fn descendants(&self, commits: &BTreeSet<u32>, above: &Above) -> BTreeSet<u32> {
        let mut found = commits.clone();
        let mut waiting: Vec<u32> = commits.iter().copied().collect();
        while let Some(commit) = waiting.pop() {
            for child in &above.children[commit as usize] {
                if found.insert(*child) {
                    waiting.push(*child);
                }
            }
        }
        found
    }

    /// Commits that take away a blob with the credential and have it nowhere else.
    fn removing(&self, hits: &[&Hit], holding: &BTreeSet<u32>) -> BTreeSet<u32> {
        let file = |hit: &&&Hit| matches!(hit.location.place, Place::Blob | Place::Symlink);
        let blobs: BTreeSet<ObjectId> = (hits.iter().filter(file))
            .filter_map(|hit| hit.location.git.as_ref()?.object)
            .collect();
        let mut removing = BTreeSet::new();
        for blob in blobs {
            let start = self.gone.partition_point(|(gone, _)| *gone < blob);
            let steps = self.gone[start..].iter();
            let steps = steps.take_while(|(gone, _)| *gone == blob);
            removing.extend(steps.map(|(_, step)| *step));
        }
        &removing - holding
    }

    /// Commits as they are listed, by date, then id; and how many are not.
    fn list(&self, numbers: &BTreeSet<u32>, store: &Store) -> (Vec<Commit>, u64) {
        let steps = numbers.iter().map(|number| &self.steps[*number as usize]);
        let mut steps: Vec<(i64, ObjectId)> = steps
            .filter_map(|step| Some((step.seconds, step.commit?)))
            .collect();
        steps.sort_unstable();
        let unlisted = steps.len().saturating_sub(History::MOST) as u64;
        steps.truncate(History::MOST);
        let commit = |(seconds, id): (i64, ObjectId)| {
            let object = store.object(&id).ok()?;
            let said = Said::new(&object.data);
            Some(Commit {
                id,
                author: Untrusted::new(said.author),
                seconds,
                subject: Untrusted::new(said.subject()),
            })
        };
        (steps.into_iter().filter_map(commit).collect(), unlisted)
    }
}

impl Steps for Commits {
    fn of(&self, commit: Option<ObjectId>) -> Option<u32> {
        self.numbers.get(&commit?).copied()
    }

    fn commit(&self, step: u32) -> Option<ObjectId> {
        self.steps[step as usize].commit
    }

    fn before(&self, step: u32, store: &Store) -> Vec<Old> {
        let mut before = Vec::new();
        replaced(&self.steps[step as usize], store, |version, tree| {
            before.push(Old { version, tree });
        });
        before
    }

    fn folder<'a>(&'a self, step: u32, path: &[u8], store: &'a Store) -> Option<Folder<'a>> {
        let tree = self.steps[step as usize].tree?;
        let tree = tree::folder(store, &tree, path)?;
        Some(Folder::of_tree(path.to_vec(), tree, store))
    }

    fn freshness(&self, place: &Location, store: &Store) -> (bool, i64) {
        let seconds = self.since(place).unwrap_or(i64::MIN);
        (self.is_at_head(place, store), seconds)
    }

    fn since(&self, place: &Location) -> Option<i64> {
        self.step(place).map(|(_, step)| step.seconds)
    }

    fn history(&self, hits: &[&Hit], store: &Store) -> Option<History> {
        let above = self.above(store);
        let commits = |old: bool| -> BTreeSet<u32> {
            let hits = hits.iter().filter(|hit| !hit.pre_existing || old);
            hits.filter_map(|hit| Some(self.step(&hit.location)?.0))
                .collect()
        };
        let (introduced, holding) = (commits(false), commits(true));
        let removed = self.removing(hits, &holding);
        let descendants = self.descendants(&holding, above);
        let mut refs: BTreeSet<&Untrusted> = (above.refs.iter())
            .filter(|(_, commit)| descendants.contains(commit))
            .map(|(name, _)| name)
            .collect();
        for hit in hits {
            let object = hit.location.git.as_ref().and_then(|git| git.object);
            match hit.location.place {
                Place::Ref => drop(refs.insert(&hit.location.path)),
                _ => refs.extend(
                    (above.tags.iter())
                        .filter(|(tag, _)| Some(*tag) == object)
                        .map(|(_, name)| name),
                ),
            }
        }
        let reachable = if refs.is_empty() {
            above.otherwise
        } else {
            Reachable::Ref
        };
        let mut unlisted = refs.len().saturating_sub(History::MOST) as u64;
        let refs = refs.into_iter().take(History::MOST).cloned().collect();
        let mut list = |numbers: &BTreeSet<u32>| {
            let (commits, more) = self.list(numbers, store);
            unlisted += more;
            commits
        };
        let (introduced, removed) = (list(&introduced), list(&removed));
        Some(History {
            introduced,
            removed,
            at_head: hits.iter().any(|hit| self.is_at_head(&hit.location, store)),
            reachable,
            refs,
            unlisted,
        })
    }
}
