//! Under which paths commits hold objects.
//!
//! From the objects up, each name leads to a set of trees: every version of a folder that holds one of them
//! under that name; the next name to all versions of the folder above. A path is a way through such sets, and
//! has only one, so that it is counted once, however many commits have it. Of most objects there are as many
//! sets as their paths have components.

use std::collections::HashMap;

use super::{CommitIndex, Graph, Number};

/// The paths that lead to one of some objects.
pub struct Ways<'g> {
    graph: &'g Graph,
    stops: Vec<Stop>,
    known: HashMap<Box<[Span]>, u32>,
    /// How many trees may still be looked at.
    budget: u64,
}

/// Numbers from the first to the last.
type Span = (Number, Number);

/// A set of trees: in the beginning the objects themselves.
#[derive(Default)]
struct Stop {
    trees: Box<[Span]>,
    /// Names, and where they lead to, in order of the names.
    up: Vec<(u32, u32)>,
    /// Whether a path begins here: one of them is the tree of a commit, or held by nothing.
    root: bool,
    /// Whether a path begins here or above.
    leads: bool,
    /// How many do.
    count: u64,
    state: State,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    New,
    Open,
    Done,
}

/// Leads nowhere.
const NOWHERE: u32 = u32::MAX;

/// How many sets, and trees in them, are looked at. Only what somebody made on purpose has more; what was not
/// looked at then counts as one path.
const MOST_STOPS: usize = 1 << 14;
const MOST_TREES: u64 = 1 << 24;

/// A path, from the root of a repository.
pub struct Way {
    /// Its components, joined.
    pub path: Vec<u8>,
    stop: u32,
}

impl<'g> Ways<'g> {
    /// All paths to these objects; only those that end in `name`, if there is one.
    pub fn new(graph: &'g Graph, objects: &[Number], name: Option<&[u8]>) -> Ways<'g> {
        let mut ways = Ways {
            graph,
            stops: Vec::new(),
            known: HashMap::new(),
            budget: MOST_TREES,
        };
        let spans = objects.iter().map(|&object| (object, object)).collect();
        let start = ways.stop(spans);
        ways.look(start, name);
        // What nothing holds has no path; neither has what is a tree itself.
        ways.stops[start as usize].root = false;
        ways.walk(start);
        ways
    }

    /// How many paths there are.
    pub fn count(&self) -> u64 {
        self.stops[0].count
    }

    /// At most so many of them, in order.
    pub fn list(&self, most: usize) -> Vec<Way> {
        let mut found = Vec::new();
        let mut names = Vec::new();
        let mut trail = Vec::from([(0, 0)]);
        while let Some((stop, next)) = trail.last_mut()
            && found.len() < most
        {
            let Some(&(name, above)) = self.stops[*stop as usize].up.get(*next) else {
                trail.pop();
                names.pop();
                continue;
            };
            *next += 1;
            let Some(stop) = self.stops.get(above as usize).filter(|stop| stop.leads) else {
                continue;
            };
            names.push(name);
            trail.push((above, 0));
            if stop.root {
                let path = self.path(&names);
                found.push(Way { path, stop: above });
            }
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found
    }

    /// The commits that hold one of the objects at a path, in order.
    pub fn commits(&self, way: &Way) -> Vec<CommitIndex> {
        let spans = self.stops[way.stop as usize].trees.iter();
        let mut commits: Vec<CommitIndex> =
            spans.flat_map(|&span| self.graph.rooted(span)).collect();
        commits.sort_unstable();
        commits
    }

    /// Whether a path begins at a tree.
    pub fn begins_at(&self, way: &Way, tree: Number) -> bool {
        let mut spans = self.stops[way.stop as usize].trees.iter();
        spans.any(|&(first, last)| (first..=last).contains(&tree))
    }

    /// The trees at which a path begins.
    pub fn roots(&self, way: &Way) -> impl Iterator<Item = Number> {
        let spans = self.stops[way.stop as usize].trees.iter();
        let trees = spans.flat_map(|&(first, last)| first..=last);
        trees.filter(|&tree| self.graph.is_root(tree))
    }

    /// From the last component to the first.
    fn path(&self, names: &[u32]) -> Vec<u8> {
        let names = names
            .iter()
            .rev()
            .map(|&name| &*self.graph.names[name as usize]);
        names.collect::<Vec<&[u8]>>().join(&b'/')
    }

    /// The number of a set.
    fn stop(&mut self, mut trees: Vec<Span>) -> u32 {
        trees.sort_unstable();
        trees.dedup_by(|next, last| {
            let joins = next.0 <= last.1.saturating_add(1);
            if joins {
                last.1 = last.1.max(next.1);
            }
            joins
        });
        let trees = trees.into_boxed_slice();
        if let Some(&known) = self.known.get(&trees) {
            return known;
        }
        let number = self.stops.len() as u32;
        self.known.insert(trees.clone(), number);
        self.stops.push(Stop {
            trees,
            ..Stop::default()
        });
        number
    }

    /// Follows names, without recursion: folders can be as deep as there are objects.
    fn walk(&mut self, start: u32) {
        let mut open = Vec::from([(start, 0)]);
        self.stops[start as usize].state = State::Open;
        while let Some((stop, next)) = open.last_mut() {
            let here = &mut self.stops[*stop as usize];
            let Some(&(_, above)) = here.up.get(*next) else {
                here.state = State::Done;
                let stop = *stop;
                self.sum(stop);
                open.pop();
                continue;
            };
            *next += 1;
            let state = self.stops[above as usize].state;
            match state {
                State::New if self.look(above, None) => {
                    self.stops[above as usize].state = State::Open;
                    open.push((above, 0));
                }
                State::New | State::Done => {}
                // A ring: only objects that are not what their ids say can form one.
                State::Open => {
                    let at = *next - 1;
                    self.stops[*stop as usize].up[at].1 = NOWHERE;
                }
            }
        }
    }

    fn sum(&mut self, stop: u32) {
        let here = &self.stops[stop as usize];
        let above = here
            .up
            .iter()
            .filter_map(|up| self.stops.get(up.1 as usize));
        let (mut count, mut leads) = (u64::from(here.root), here.root);
        for stop in above {
            count = count.saturating_add(stop.count);
            leads |= stop.leads;
        }
        let here = &mut self.stops[stop as usize];
        (here.count, here.leads) = (count, leads);
    }

    /// Looks up what holds the trees of a set. False if there was too much to look at.
    fn look(&mut self, stop: u32, only: Option<&[u8]>) -> bool {
        let graph = self.graph;
        let trees = self.stops[stop as usize].trees.clone();
        let size = trees
            .iter()
            .map(|(first, last)| u64::from(last - first) + 1)
            .sum();
        let left = self.budget.checked_sub(size);
        let Some(left) = left.filter(|_| self.stops.len() < MOST_STOPS) else {
            let here = &mut self.stops[stop as usize];
            (here.state, here.count) = (State::Done, 1);
            return false;
        };
        self.budget = left;
        let mut held: Vec<(u32, Span)> = Vec::new();
        let mut root = false;
        for &span in &trees {
            let runs = graph.runs_in(span);
            let children = runs.chunk_by(|a, b| a.child == b.child).count();
            root |= children <= (span.1 - span.0) as usize || graph.rooted(span).next().is_some();
            held.extend(runs.iter().map(|run| (run.name, (run.first, run.last))));
        }
        held.retain(|(name, _)| only.is_none_or(|only| *graph.names[*name as usize] == *only));
        held.sort_unstable();
        let by_name = held.chunk_by(|a, b| a.0 == b.0);
        let mut up: Vec<(u32, u32)> = by_name
            .map(|held| {
                (
                    held[0].0,
                    self.stop(held.iter().map(|held| held.1).collect()),
                )
            })
            .collect();
        up.sort_unstable_by_key(|(name, _)| &graph.names[*name as usize]);
        let here = &mut self.stops[stop as usize];
        (here.up, here.root) = (up, root);
        true
    }
}
