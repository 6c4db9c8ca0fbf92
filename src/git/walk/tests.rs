//! Objects are held to their ids: what is decoded wrong has another hash.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha1::{Digest, Sha1};

use super::*;
use crate::finding::ObjectId;
use crate::git::delta::Piece;
use crate::git::store::ObjectDir;
use crate::git::testing::{Scene, git_is_there};
use std::ffi::OsStr;

const KINDS: [ObjectKind; 4] = [
    ObjectKind::Commit,
    ObjectKind::Tree,
    ObjectKind::Blob,
    ObjectKind::Tag,
];

/// Remembers what objects hold, and that they are told by others as they are.
#[derive(Default)]
struct Remember {
    objects: Mutex<BTreeMap<Number, Vec<u8>>>,
    failed: Mutex<Vec<(Number, String)>>,
    examined: AtomicUsize,
}

impl Look for Remember {
    fn object(&self, object: &Decoded<'_>) -> Seen {
        if let Some(base) = object.base {
            assert_eq!(base.mark, 7, "what was said of it last");
            let pieces: Vec<&[u8]> = base.delta.pieces().map(Piece::bytes).collect();
            assert_eq!(pieces.concat(), object.data());
        }
        assert_eq!(object.data().len(), object.size());
        let mut objects = self.objects.lock().unwrap();
        let before = objects.insert(object.number, object.data().to_vec());
        assert_eq!(before, None, "once");
        Seen {
            mark: 7,
            examine: object.number.is_multiple_of(3),
        }
    }

    fn examine(&self, number: Number, data: &[u8], mark: Mark) -> Mark {
        assert_eq!(self.objects.lock().unwrap()[&number], data);
        self.examined.fetch_add(1, Ordering::Relaxed);
        mark
    }

    fn large(&self, number: Number) {
        self.failed.lock().unwrap().push((number, "large".into()));
    }

    fn failed(&self, number: Number, error: ReadError) {
        self.failed
            .lock()
            .unwrap()
            .push((number, error.to_string()));
    }
}

/// Every object by its id, as the walk tells them. Each is held to its id.
fn walk(scene: &Scene, threads: usize, limit: usize) -> (BTreeMap<ObjectId, Vec<u8>>, Vec<String>) {
    let objects = ObjectDir {
        path: scene.path("r/.git/objects"),
        own: true,
    };
    let (store, troubles) = Store::open(vec![objects], 20, limit);
    assert!(troubles.is_empty(), "{troubles:?}");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    let pool = pool.build().unwrap();
    let (catalogue, troubles) = pool.install(|| Catalogue::new(&store));
    assert!(troubles.is_empty(), "{troubles:?}");
    let mut all = BTreeMap::new();
    let mut failures = Vec::new();
    for kind in KINDS {
        let look = Remember::default();
        pool.install(|| Walk::run(&catalogue, &store, kind, &look));
        for (number, data) in look.objects.into_inner().unwrap() {
            let id = catalogue.id(number).unwrap();
            let head = format!("{} {}\0", kind.name(), data.len());
            let hash = Sha1::new()
                .chain_update(head)
                .chain_update(&data)
                .finalize();
            assert_eq!(id.as_bytes(), &*hash, "{kind:?}");
            assert_eq!(catalogue.find(id.as_bytes()), Some(number));
            all.insert(id, data);
        }
        failures.extend(
            look.failed
                .into_inner()
                .unwrap()
                .into_iter()
                .map(|(_, why)| why),
        );
    }
    (all, failures)
}

/// A history of files that change a little, and one that grows.
fn history(scene: &Scene, versions: usize) {
    scene.dir("r").git("r", &["init", "-q"]);
    let mut stream = String::new();
    let mut log = String::new();
    for version in 0..versions {
        let _ = writeln!(
            log,
            "line {version} of a log that grows, {}",
            version * version * 7919
        );
        let _ = write!(
            stream,
            "commit refs/heads/main\ncommitter a <a@b> {} +0000\ndata 3\nall\n",
            1_000_000 + version
        );
        for file in 0..5 {
            let lines = (0..400).map(|line| match (line + file * 31) % versions {
                n if n <= version => format!("{line} of {file}: changed in {n}\n"),
                n => format!("{line} of {file}: as it was before {}\n", n * 7919),
            });
            let content: String = lines.collect();
            let _ = writeln!(stream, "M 644 inline folder{}/file{file}", file % 2);
            let _ = write!(stream, "data {}\n{content}\n", content.len());
        }
        let _ = write!(stream, "M 644 inline log\ndata {}\n{log}\n", log.len());
    }
    stream.push_str("tag t\nfrom refs/heads/main\ntagger a <a@b> 1000000 +0000\ndata 1\nt\n");
    scene.git_with("r", &["fast-import", "--quiet"], stream.as_bytes());
}

#[test]
fn every_object_is_what_its_id_says_however_it_is_packed() {
    if !git_is_there() {
        return;
    }
    let scene = Scene::new();
    history(&scene, 60);
    let (expected, failures) = walk(&scene, 1, 64 << 20);
    assert!(expected.len() > 450 && failures.is_empty());
    let told = scene.git(
        "r",
        &[
            "cat-file",
            "--batch-all-objects",
            "--batch-check=%(objectname)",
        ],
    );
    assert_eq!(told.lines().count(), expected.len());
    let repack: [&[&str]; 4] = [
        &["repack", "-adfq", "--depth=4000", "--window=40"],
        &[
            "-c",
            "repack.useDeltaBaseOffset=false",
            "repack",
            "-adfq",
            "--depth=7",
        ],
        &["-c", "pack.packSizeLimit=20k", "repack", "-adfq"],
        &["-c", "pack.indexVersion=1", "repack", "-adfq"],
    ];
    for args in repack {
        scene.git("r", args);
        for threads in [1, 3] {
            let (found, failures) = walk(&scene, threads, 64 << 20);
            assert!(failures.is_empty(), "{args:?}: {failures:?}");
            assert!(found == expected, "{args:?}, {threads} threads");
        }
    }
}

#[test]
fn what_takes_too_much_memory_is_told_and_nothing_else() {
    if !git_is_there() {
        return;
    }
    let scene = Scene::new();
    scene.dir("r").git("r", &["init", "-q"]);
    let large: String = (0..40_000).map(|n| format!("{n} some line\n")).collect();
    scene.file("r/large", &large).file("r/small", "small");
    scene.git("r", &["add", "."]);
    scene.git("r", &["commit", "-qm", "one"]);
    scene.file("r/large", large + "and one more");
    scene.git("r", &["add", "."]);
    scene.git("r", &["commit", "-qm", "both"]);
    let tree = scene.git("r", &["write-tree"]);
    scene.git("r", &["repack", "-adfq"]);
    let (all, failures) = walk(&scene, 2, 64 << 20);
    assert!(failures.is_empty() && all.contains_key(&ObjectId::parse(tree.as_bytes()).unwrap()));
    let (some, failures) = walk(&scene, 2, 1_000_000);
    assert_eq!(all.len() - some.len(), 1);
    assert!(
        failures.len() == 1 && failures[0].contains("bytes of memory"),
        "{failures:?}"
    );
}

#[test]
fn a_broken_copy_does_not_hide_a_good_one() {
    if !git_is_there() {
        return;
    }
    let scene = Scene::new();
    history(&scene, 20);
    scene.git("r", &["repack", "-adfq"]);
    let (expected, _) = walk(&scene, 2, 64 << 20);
    let folder = scene.path("r/.git/objects/pack");
    let files = || {
        std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
    };
    let pack = files()
        .find(|path| path.extension() == Some(OsStr::new("pack")))
        .unwrap();
    let copy = folder.join("another");
    for ending in ["pack", "idx"] {
        std::fs::copy(pack.with_extension(ending), copy.with_extension(ending)).unwrap();
    }
    // The middle of the pack that is read first: of what is there a third is gone.
    let mut bytes = std::fs::read(copy.with_extension("pack")).unwrap();
    let third = bytes.len() / 3;
    bytes[third..2 * third].fill(0x55);
    std::fs::write(copy.with_extension("pack"), bytes).unwrap();
    let (found, failures) = walk(&scene, 2, 64 << 20);
    assert!(failures.is_empty(), "{failures:?}");
    assert!(found == expected);
}
