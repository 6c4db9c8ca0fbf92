//! Histories as people make them, and as nobody would: merges of anything, folders that move as a whole, what
//! was taken out and comes back.

use std::collections::BTreeSet;

use super::scene::{Blob, Commit, Files, TOKENS, below, folders};
use crate::case::Random;
use crate::util::token;

/// Makes a history commit by commit.
pub struct Maker {
    pub random: Random,
    pub blobs: Vec<Blob>,
    pub commits: Vec<Commit>,
    now: i64,
}

const FOLDERS: [&str; 8] = ["", "a/", "b/", "a/b/", "a/b/a/", "old/", "ü/", "a.b/"];
const NAMES: [&str; 5] = ["x.env", "y.env", "a.txt", "b c.env", "x"];

impl Maker {
    pub fn new(random: Random) -> Maker {
        let mut maker = Maker {
            random,
            blobs: Vec::new(),
            commits: Vec::new(),
            now: 1_600_000_000,
        };
        for _ in 0..10 + maker.random.below(51) {
            maker.commit();
        }
        // Two that no tree holds.
        maker.blob();
        maker.blob();
        maker
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.random.below(from.len())].clone()
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.random.below(n) == 0
    }

    /// A new blob: nothing of interest, one credential, or two.
    fn blob(&mut self) -> usize {
        let mut content = String::new();
        let mut tokens = Vec::new();
        for n in 0..self.random.below(4) {
            content += &format!("# {n} {}\n", self.random.below(4));
        }
        content += "MATTERMOST_URL=https://chat.example.org\n";
        for _ in 0..self.pick(&[0, 1, 1, 1, 1, 2]) {
            let n = self.random.below(TOKENS as usize) as u64;
            let line = content.lines().count() as u64 + 1;
            content += &format!("MATTERMOST_TOKEN={}\n", token(n));
            tokens.push((n, line));
        }
        self.blobs.push(Blob { content, tokens });
        self.blobs.len() - 1
    }

    fn commit(&mut self) {
        let parents = self.parents();
        let mut files = self.merged(&parents);
        for _ in 0..self.random.below(3) + usize::from(parents.is_empty()) {
            self.change(&mut files);
        }
        // Often in the same second, sometimes with a clock that is behind.
        self.now += self.pick(&[0, 0, 1, 3600, -10]);
        self.commits.push(Commit {
            id: String::new(),
            parents,
            files,
            seconds: self.now,
        });
    }

    /// Mostly what came last, sometimes anything, sometimes several.
    fn parents(&mut self) -> Vec<usize> {
        let count = self.commits.len();
        if count == 0 || self.one_in(20) {
            return Vec::new();
        }
        let mut parents = Vec::new();
        for _ in 0..self.pick(&[1, 1, 1, 1, 2, 2, 3, 5]) {
            let reach = self.pick(&[1, 3, 6, 100]);
            let parent = count - 1 - self.random.below(count.min(reach));
            if !parents.contains(&parent) {
                parents.push(parent);
            }
        }
        parents
    }

    /// The files of the parents: of each path what one of them has, or has not.
    fn merged(&mut self, parents: &[usize]) -> Files {
        let mut files = Files::new();
        let paths: BTreeSet<String> = (parents.iter())
            .flat_map(|&parent| self.commits[parent].files.keys().cloned())
            .collect();
        let favourite = self.pick(&[None, parents.first().copied()]);
        for path in paths {
            let from = match favourite {
                Some(parent) => parent,
                None => self.pick(parents),
            };
            if let Some(&blob) = self.commits[from].files.get(&path) {
                add(&mut files, path, blob);
            }
        }
        files
    }

    fn change(&mut self, files: &mut Files) {
        let paths: Vec<String> = files.keys().cloned().collect();
        let new = format!("{}{}", self.pick(&FOLDERS), self.pick(&NAMES));
        if paths.is_empty() || self.one_in(4) {
            let blob = if self.blobs.is_empty() || self.one_in(2) {
                self.blob()
            } else {
                self.random.below(self.blobs.len())
            };
            return add(files, new, blob);
        }
        let path = self.pick(&paths);
        match self.random.below(8) {
            0 => drop(files.remove(&path)),
            // Renamed, copied, edited.
            1 => {
                let blob = files.remove(&path).expect("a file");
                add(files, new, blob);
            }
            2 => add(files, new, files[&path]),
            3 => {
                let blob = self.blob();
                files.insert(path, blob);
            }
            // A token moves to another file.
            4 => {
                let blob = files[&path];
                let other = self.pick(&paths);
                let before = files.insert(other, blob).expect("a file");
                files.insert(path, before);
            }
            5 => self.move_folder(files, true),
            6 => self.move_folder(files, false),
            // Everything as it once was, or one file of it.
            _ if self.commits.is_empty() => {}
            _ => {
                let at = self.random.below(self.commits.len());
                let then = self.commits[at].files.clone();
                if self.one_in(2) {
                    *files = then;
                } else if let Some((path, blob)) = then.into_iter().next() {
                    add(files, path, blob);
                }
            }
        }
    }

    /// Moves or copies a folder, or everything, below another one.
    fn move_folder(&mut self, files: &mut Files, keep: bool) {
        let all = folders(files);
        let from = self.pick(&all);
        let to = self.pick(&FOLDERS);
        let moved: Vec<(String, usize)> = below(files, &from)
            .into_iter()
            .map(|(path, blob)| (format!("{to}{path}"), blob))
            .collect();
        let deep = moved.iter().any(|(path, _)| path.len() > 60) || files.len() > 16;
        if deep {
            return;
        }
        if !keep {
            files.retain(|path, _| !from.is_empty() && !path.starts_with(&format!("{from}/")));
        }
        for (path, blob) in moved {
            add(files, path, blob);
        }
    }
}

/// Adds a file, unless a file would have to be a folder for that.
fn add(files: &mut Files, path: String, blob: usize) {
    let above = path
        .match_indices('/')
        .any(|(at, _)| files.contains_key(&path[..at]));
    let inside = format!("{path}/");
    if !above && !files.keys().any(|other| other.starts_with(&inside)) {
        files.insert(path, blob);
    }
}
