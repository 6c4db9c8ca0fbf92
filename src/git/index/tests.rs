//! Indexes that git has written, and what git says about them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::git::store::{ObjectDir, Store};
use crate::git::{Object, Objects, ReadError};
use crate::source::testing::{Scene, git_is_there};

mod hostile;
mod random;
mod scenes;

type Blob = Option<(u32, ObjectId)>;
type Told = BTreeSet<(Vec<u8>, Blob, Blob)>;

/// A repository in a temporary folder.
struct Repo {
    scene: Scene,
    id_length: usize,
}

impl Repo {
    fn new(format: &str) -> Option<Repo> {
        git_is_there().then(|| {
            let scene = Scene::new();
            scene.git(".", &["init", "-q", "--object-format", format]);
            let id_length = if format == "sha1" { 20 } else { 32 };
            Repo { scene, id_length }
        })
    }

    /// Runs a shell script in it.
    fn run(&self, script: &str) {
        let guard = "!trap '[ $? -eq 0 ] || exit 9' EXIT; set -e;";
        let alias = format!("alias.run={guard} {script}");
        self.scene.git(".", &["-c", &alias, "run"]);
    }

    fn text(&self, args: &[&str]) -> String {
        String::from_utf8(self.scene.git(".", args)).unwrap()
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.scene.path(".git/index")).unwrap()
    }

    fn read(&self) -> Index {
        let path = self.scene.path(".git/index");
        Index::read(&path, self.id_length).unwrap().unwrap()
    }

    /// Reads the index as if it had these bytes.
    fn read_as(&self, data: Vec<u8>) -> Result<Index, IndexError> {
        let shared = |name| std::fs::read(self.scene.path(".git").join(name));
        Index::parse(data, self.id_length, shared)
    }

    fn store(&self) -> Counted {
        let path = self.scene.path(".git/objects");
        let dirs = vec![ObjectDir { path, own: true }];
        Counted(
            Store::open(dirs, self.id_length, 1 << 30).0,
            AtomicUsize::new(0),
        )
    }

    /// The tree of HEAD, if there is one.
    fn head(&self) -> Option<ObjectId> {
        ObjectId::parse(
            self.text(&["rev-parse", "-q", "--verify", "HEAD^{tree}"])
                .trim()
                .as_bytes(),
        )
    }

    /// Holds the index, its entries and its changes, to what git says.
    fn check(&self, what: &str) -> Told {
        let tree = self.head();
        self.check_with(what, tree)
    }

    fn check_with(&self, what: &str, tree: Option<ObjectId>) -> Told {
        let index = self.read();
        let (mut listed, mut expected) = (listed(&index).into_iter(), self.listed().into_iter());
        let first = std::iter::from_fn(|| Some((listed.next(), expected.next())));
        let mut first = first.take_while(|(a, b)| a.is_some() || b.is_some());
        assert_eq!(first.find(|(a, b)| a != b), None, "{what}: entries");
        let told = told(&index, tree, &self.store());
        let expected = self.told(tree);
        let (more, less) = (&told - &expected, &expected - &told);
        assert_eq!(
            (paths(&more), paths(&less)),
            Default::default(),
            "{what}: changes"
        );
        // The same without what git remembers.
        let mut data = self.bytes();
        let signature = memchr::memmem::rfind(&data, b"TREE");
        if let Some(at) = signature {
            data[at..at + 4].copy_from_slice(b"XXXX");
        }
        let index = self.read_as(data).unwrap();
        assert_eq!(
            self::told(&index, tree, &self.store()),
            told,
            "{what}: all is walked"
        );
        told
    }

    /// The same in every form that an index can have.
    fn check_forms(&self, what: &str) -> Told {
        let told = self.check(what);
        for version in ["2", "4"] {
            self.scene
                .git(".", &["update-index", "--index-version", version]);
            assert_eq!(self.check(&format!("{what}, version {version}")), told);
        }
        self.scene.git(".", &["update-index", "--split-index"]);
        assert_eq!(self.check(&format!("{what}, split")), told);
        self.scene.git(".", &["update-index", "--no-split-index"]);
        told
    }

    /// The entries, as `git ls-files` shows them.
    fn listed(&self) -> Vec<String> {
        let args = ["ls-files", "--stage", "--sparse", "-t", "-z"];
        let listed = self.text(&args);
        listed.split_terminator('\0').map(String::from).collect()
    }

    /// What `git diff` says, in our words.
    fn told(&self, tree: Option<ObjectId>) -> Told {
        let head = tree.map(|tree| tree.to_string());
        let diff = [
            "diff",
            "--cached",
            "--raw",
            "--no-renames",
            "--abbrev=64",
            "-z",
        ];
        let raw = self.text(&[&diff[..], head.as_deref().as_slice()].concat());
        let blob = |mode: &str, id: &str| {
            let mode = u32::from_str_radix(mode, 8).unwrap();
            let blob = (mode, ObjectId::parse(id.as_bytes()).unwrap());
            (mode != 0 && mode != 0o160_000).then_some(blob)
        };
        let mut told = Told::new();
        let mut unmerged = BTreeMap::new();
        let mut fields = raw.split_terminator('\0');
        while let Some((how, path)) = fields.next().zip(fields.next()) {
            let words: Vec<_> = how[1..].split(' ').collect();
            let (old, new) = (blob(words[0], words[2]), blob(words[1], words[3]));
            if words[4] == "U" {
                unmerged.insert(path, old);
            } else if differ(old, new) {
                told.insert((path.into(), old, new));
            }
        }
        for line in self
            .text(&["ls-files", "--unmerged", "-z"])
            .split_terminator('\0')
        {
            let (how, path) = line.split_once('\t').unwrap();
            let words: Vec<_> = how.split(' ').collect();
            let (old, new) = (unmerged[path], blob(words[0], words[1]));
            if new.is_some() && differ(old, new) {
                told.insert((path.into(), old, new));
            }
        }
        told
    }
}

/// Whether it is more than another mode.
fn differ(old: Blob, new: Blob) -> bool {
    let kind = |blob: Blob| blob.map(|(mode, id)| (mode & 0o170_000, id));
    kind(old) != kind(new)
}

fn listed(index: &Index) -> Vec<String> {
    let line = |entry: Entry<'_>| {
        let tag = match entry {
            Entry { stage: 1.., .. } => 'M',
            Entry { skip_worktree, .. } if skip_worktree => 'S',
            _ => 'H',
        };
        let id = ObjectId::new(entry.id).unwrap();
        let path = String::from_utf8_lossy(entry.path);
        format!("{tag} {:06o} {id} {}\t{path}", entry.mode, entry.stage)
    };
    index.entries().map(line).collect()
}

fn told(index: &Index, tree: Option<ObjectId>, objects: &dyn Objects) -> Told {
    let mut told = Told::new();
    let changes = changes(index, tree.as_ref(), objects, |change| {
        let news = (change.path.to_vec(), change.old, change.new);
        assert!(change.old.is_some() || change.new.is_some());
        told.insert(news);
    });
    assert!(changes.unread.is_empty(), "{:?}", changes.unread);
    told
}

/// The paths of changes: `-` gone, `+` new, `~` another content.
fn paths(told: &Told) -> Vec<String> {
    let line = |(path, old, new): &(Vec<u8>, Blob, Blob)| {
        let sign = match (old, new) {
            (Some(_), None) => '-',
            (None, _) => '+',
            _ => '~',
        };
        format!("{sign}{}", String::from_utf8_lossy(path))
    };
    told.iter().map(line).collect()
}

/// Counts what is read.
struct Counted(Store, AtomicUsize);

impl Objects for Counted {
    fn read(&self, id: &ObjectId) -> Result<Object, ReadError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.read(id)
    }

    fn contains(&self, id: &ObjectId) -> bool {
        self.0.contains(id)
    }

    fn with_prefix(&self, hex: &str) -> Vec<ObjectId> {
        self.0.with_prefix(hex)
    }

    fn id_length(&self) -> usize {
        self.0.id_length()
    }
}
