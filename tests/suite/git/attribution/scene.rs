//! Random histories, made by `git fast-import`. What every commit holds is known without asking anybody.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::maker::Maker;
use super::objects::{Entry, Repository, file, folder, id_of, tree};
use crate::case::Random;

/// A history.
pub struct Scene {
    pub blobs: Vec<Blob>,
    /// Parents stand before their children.
    pub commits: Vec<Commit>,
    pub refs: BTreeMap<String, Target>,
    /// What HEAD leads to.
    pub head: Option<usize>,
    /// Commits that reflogs name.
    pub logged: BTreeSet<usize>,
    /// A blob that the index names, at [`STAGED`].
    pub staged: Option<usize>,
    pub repository: Repository,
}

/// A file's content.
pub struct Blob {
    pub content: String,
    /// Numbers of tokens, and their lines.
    pub tokens: Vec<(u64, u64)>,
}

pub type Files = BTreeMap<String, usize>;

pub struct Commit {
    pub id: String,
    pub parents: Vec<usize>,
    /// Blobs by path.
    pub files: Files,
    pub seconds: i64,
}

/// What a ref leads to, tags not counted.
#[derive(Clone)]
pub enum Target {
    Commit(usize),
    Blob(usize),
    /// A folder of a commit, or its root.
    Tree(usize, String),
}

/// Commits come after blobs.
const FIRST_COMMIT: usize = 10_000;

/// The path in the index.
pub const STAGED: &str = "a/staged.env";

/// How many credentials there are.
pub const TOKENS: u64 = 4;

impl Scene {
    pub fn new(seed: u64) -> Scene {
        let mut maker = Maker::new(Random::new("history", seed));
        let mut scene = Scene {
            blobs: maker.blobs,
            commits: maker.commits,
            refs: BTreeMap::new(),
            head: None,
            logged: BTreeSet::new(),
            staged: None,
            repository: Repository::new(),
        };
        scene.import(maker.random.below(3) == 0);
        scene.name(&mut maker.random);
        scene
    }

    pub fn git(&self, args: &[&str]) -> Vec<u8> {
        let git = self.repository.dir.command("git").args(args);
        git.run().code(0).stdout
    }

    /// Writes all objects, and reads the ids of commits.
    fn import(&mut self, loose: bool) {
        let limit = format!("fastimport.unpackLimit={}", if loose { 100_000 } else { 1 });
        let args = [
            "-c",
            &limit,
            "fast-import",
            "--quiet",
            "--export-marks=marks",
        ];
        let git = self.repository.dir.command("git").args(args);
        git.stdin(self.stream()).run().code(0);
        let marks = self.repository.dir.read("marks");
        fs::remove_file(self.repository.dir.path("marks")).expect("a file");
        for line in marks.lines() {
            let (mark, id) = line.split_once(' ').expect("a mark and an id");
            let mark: usize = mark[1..].parse().expect("a number");
            if let Some(at) = mark.checked_sub(FIRST_COMMIT) {
                self.commits[at].id = id.to_owned();
            }
        }
        // Each commit had a ref, so that each was written.
        fs::remove_dir_all(self.repository.git_dir().join("refs/made")).expect("a folder");
    }

    fn stream(&self) -> String {
        let mut stream = String::new();
        for (n, blob) in self.blobs.iter().enumerate() {
            let content = &blob.content;
            stream += &format!("blob\nmark :{}\ndata {}\n{content}\n", n + 1, content.len());
        }
        for (n, commit) in self.commits.iter().enumerate() {
            let (mark, seconds) = (FIRST_COMMIT + n, commit.seconds);
            let message = format!("commit {n}");
            stream += &format!("commit refs/made/{n}\nmark :{mark}\n");
            stream += &format!(
                "author Author {n} <{n}@example.org> {} +0000\n",
                seconds - 60
            );
            stream += &format!("committer C <c@example.org> {seconds} +0000\n");
            stream += &format!("data {}\n{message}\n", message.len());
            for (at, parent) in commit.parents.iter().enumerate() {
                let word = if at == 0 { "from" } else { "merge" };
                stream += &format!("{word} :{}\n", FIRST_COMMIT + parent);
            }
            stream += "deleteall\n";
            for (path, blob) in &commit.files {
                stream += &format!("M 100644 :{} {path}\n", blob + 1);
            }
            stream.push('\n');
        }
        stream
    }

    /// Gives some of it names: refs, tags, HEAD and reflogs. Much is left without.
    fn name(&mut self, random: &mut Random) {
        let count = self.commits.len();
        for n in 0..random.below(5) {
            let at = count - 1 - random.below(count.min(8));
            self.point(format!("refs/heads/b{n}"), Target::Commit(at), random);
        }
        for n in 0..random.below(3) {
            let target = self.target(random);
            self.point(format!("refs/tags/t{n}"), target, random);
        }
        let at = random.below(count);
        match random.below(4) {
            0 => {}
            1 => {
                self.repository.point("HEAD", &self.commits[at].id);
                self.head = Some(at);
            }
            _ => {
                self.repository
                    .point("refs/heads/main", &self.commits[at].id);
                self.refs
                    .insert("refs/heads/main".to_owned(), Target::Commit(at));
                self.head = Some(at);
            }
        }
        if let Some(head) = self.head {
            self.refs.insert("HEAD".to_owned(), Target::Commit(head));
        }
        for name in ["HEAD", "refs/heads/b0", "refs/heads/gone"] {
            if random.below(3) == 0 {
                let logged: Vec<usize> =
                    (0..=random.below(4)).map(|_| random.below(count)).collect();
                let ids: Vec<&str> = logged.iter().map(|&at| &*self.commits[at].id).collect();
                self.repository.log(name, &ids);
                self.logged.extend(logged);
            }
        }
        if random.below(3) == 0 {
            self.git(&["pack-refs", "--all"]);
        }
        if random.below(3) == 0 {
            // One that no tree holds, or any.
            let count = self.blobs.len();
            let at = count - 1 - random.below(2) * random.below(count);
            let id = id_of("blob", self.blobs[at].content.as_bytes());
            let entry = format!("100644,{id},{STAGED}");
            self.git(&["update-index", "--add", "--cacheinfo", &entry]);
            self.staged = Some(at);
        }
    }

    fn target(&self, random: &mut Random) -> Target {
        let at = random.below(self.commits.len());
        let files: Vec<_> = self.commits[at].files.iter().collect();
        match random.below(3) {
            0 if !files.is_empty() => Target::Blob(*files[random.below(files.len())].1),
            1 => {
                let folders = folders(&self.commits[at].files);
                Target::Tree(at, folders[random.below(folders.len())].clone())
            }
            _ => Target::Commit(at),
        }
    }

    /// A ref that leads to something, or to a tag of it, or to a tag of a tag.
    fn point(&mut self, name: String, target: Target, random: &mut Random) {
        let (mut kind, mut id) = match &target {
            Target::Commit(at) => ("commit", self.commits[*at].id.clone()),
            Target::Blob(at) => ("blob", id_of("blob", self.blobs[*at].content.as_bytes())),
            Target::Tree(at, folder) => ("tree", self.tree(*at, folder)),
        };
        if name.starts_with("refs/tags/") {
            for depth in 0..random.below(3) {
                id = self.repository.tag(kind, &id, &format!("{name}-{depth}"));
                kind = "tag";
            }
        }
        self.repository.point(&name, &id);
        self.refs.insert(name, target);
    }

    /// The id of a folder of a commit.
    fn tree(&self, commit: usize, at: &str) -> String {
        let files = &self.commits[commit].files;
        let mut ids: BTreeMap<&str, (String, bool)> = BTreeMap::new();
        for (path, blob) in below(files, at) {
            match path.split_once('/') {
                None => {
                    let content = self.blobs[blob].content.as_bytes();
                    ids.insert(path, (id_of("blob", content), false));
                }
                Some((name, _)) => {
                    let path = if at.is_empty() {
                        name.to_owned()
                    } else {
                        format!("{at}/{name}")
                    };
                    ids.insert(name, (self.tree(commit, &path), true));
                }
            }
        }
        let entries: Vec<Entry<'_>> = ids
            .iter()
            .map(|(name, (id, is_folder))| {
                if *is_folder {
                    folder(name, id)
                } else {
                    file(name, id)
                }
            })
            .collect();
        id_of("tree", &tree(&entries))
    }
}

/// The files below a folder, by their paths from there.
pub fn below<'a>(files: &'a Files, folder: &str) -> Vec<(&'a str, usize)> {
    let inside = |path: &'a str| match folder {
        "" => Some(path),
        _ => path.strip_prefix(folder)?.strip_prefix('/'),
    };
    let found = files
        .iter()
        .filter_map(|(path, blob)| Some((inside(path)?, *blob)));
    found.collect()
}

/// The folders of a tree, the root among them.
pub fn folders(files: &Files) -> Vec<String> {
    let mut all = BTreeSet::from([String::new()]);
    for path in files.keys() {
        all.extend(path.match_indices('/').map(|(at, _)| path[..at].to_owned()));
    }
    all.into_iter().collect()
}
