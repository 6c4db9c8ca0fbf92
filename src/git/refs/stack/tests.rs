use std::fs;
use std::io::{Cursor, Write};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use proptest::prelude::*;

use super::super::super::repository::{Environment, Repository};
use super::super::super::testing::{Scene, git_since};
use super::super::{Head, Refs};
use super::*;
use crate::finding::ObjectId;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/tables")
        .join(name)
}

/// A bare repository `a` with the tables of a fixture.
fn scene(name: &str, format: &str) -> Scene {
    let scene = Scene::new();
    let config = format!(
        "[core]\nrepositoryFormatVersion = 1\n[extensions]\nrefStorage = reftable\nobjectFormat = {format}\n"
    );
    scene
        .dir("a/objects")
        .dir("a/refs")
        .file("a/config", config);
    scene.file("a/HEAD", "ref: refs/heads/.invalid\n");
    copy(&scene, name, "a/reftable");
    scene
}

fn copy(scene: &Scene, name: &str, to: &str) {
    for entry in fs::read_dir(fixture(name)).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap();
        scene.file(&format!("{to}/{file}"), fs::read(&path).unwrap());
    }
}

fn open(scene: &Scene, name: &str) -> Repository {
    let (repository, troubles) = Repository::open(&scene.path(name), &Environment::none()).unwrap();
    assert_eq!(troubles, []);
    repository
}

fn read(scene: &Scene, name: &str) -> Refs {
    Refs::read(&open(scene, name))
}

/// What is wrong with the refs of `a`.
fn troubles(scene: &Scene) -> Vec<String> {
    let root = format!("{}/", scene.path("a/reftable").display());
    let tell = |trouble: &Trouble| {
        let path = String::from_utf8_lossy(trouble.path.expose()).replace(&root, "");
        format!("{path}: {}", trouble.detail)
    };
    read(scene, "a").troubles.iter().map(tell).collect()
}

/// Refs and reflogs of a work tree and of all, in the words of `told.txt`.
fn told(refs: &Refs) -> Vec<String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let here = |name: &[u8]| name == b"HEAD" || name.starts_with(b"refs/");
    let named = refs.refs.iter().filter(|found| here(&found.name));
    let mut told: Vec<String> = named
        .map(|found| format!("{} {}", found.target, text(&found.name)))
        .collect();
    for log in refs.reflogs.iter().filter(|log| here(&log.name)) {
        let new = log.entries.iter().rev().filter(|entry| !entry.1.is_zero());
        told.extend(new.map(|(_, id)| format!("log {} {id}", text(&log.name))));
    }
    told.sort();
    told
}

fn as_git_told(name: &str, told: Vec<String>) {
    let text = fs::read_to_string(fixture(name).join("told.txt")).unwrap();
    let mut expected: Vec<&str> = text.lines().collect();
    expected.sort();
    assert_eq!(told, expected, "{name}");
}

#[test]
fn refs_and_reflogs_are_those_that_git_told() {
    for (name, format) in [("plain", "sha1"), ("sha256", "sha256"), ("many", "sha1")] {
        let scene = scene(name, format);
        let refs = read(&scene, "a");
        assert_eq!(refs.troubles, []);
        assert_eq!(refs.branch.as_deref(), Some(&b"refs/heads/main"[..]));
        let head = Refs::head_of(&open(&scene, "a"));
        assert_eq!(head, (refs.head.clone(), Vec::new()));
        as_git_told(name, told(&refs));
    }
}

#[test]
fn a_linked_work_tree_has_a_stack_of_its_own() {
    let scene = scene("plain", "sha1");
    copy(&scene, "linked", "a/worktrees/x/reftable");
    let git = scene.path("x/.git");
    scene
        .file("a/worktrees/x/HEAD", "ref: refs/heads/.invalid\n")
        .file("a/worktrees/x/commondir", "../..\n")
        .file("a/worktrees/x/gitdir", format!("{}\n", git.display()))
        .file(
            "x/.git",
            format!("gitdir: {}\n", scene.path("a/worktrees/x").display()),
        );
    let linked = read(&scene, "x");
    assert_eq!(linked.troubles, []);
    as_git_told("linked", told(&linked));
    assert_eq!(linked.branch.as_deref(), Some(&b"refs/heads/linked"[..]));
    assert_eq!(Refs::head_of(&open(&scene, "x")).0, linked.head);
    let main = read(&scene, "a");
    as_git_told("plain", told(&main));
    let of_other = |refs: &Refs, name: &[u8]| refs.get(name).is_some();
    assert!(
        of_other(&main, b"worktrees/x/refs/bisect/bad") && of_other(&main, b"worktrees/x/HEAD")
    );
    assert!(of_other(&linked, b"main-worktree/refs/worktree/here"));
    assert!(of_other(&linked, b"main-worktree/ORIG_HEAD"));
    assert!(main.reflog(b"worktrees/x/HEAD").is_some());
}

#[test]
fn what_is_read_is_what_the_installed_git_wrote() {
    if !git_since([2, 45]) {
        return;
    }
    let scene = Scene::new();
    scene.git(".", &["init", "-q", "--ref-format=reftable", "a"]);
    for n in 0..4 {
        scene.commit("a", "one", n);
        scene.git("a", &["branch", &format!("b{n}")]);
    }
    scene.git("a", &["tag", "-am", "m", "v1"]);
    scene.git("a", &["branch", "-D", "b2"]);
    scene.git("a", &["reset", "-q", "--hard", "HEAD~2"]);
    let refs = read(&scene, "a");
    assert_eq!(refs.troubles, []);
    let listed = scene.git("a", &["for-each-ref", "--format=%(objectname) %(refname)"]);
    let ours = told(&refs)
        .into_iter()
        .filter(|line| line.contains(" refs/") && !line.starts_with("log"));
    let mut listed: Vec<&str> = listed.lines().collect();
    listed.sort();
    assert_eq!(ours.collect::<Vec<_>>(), listed);
    assert_eq!(refs.head, Head::Commit(scene.id("a", "HEAD")));
    let log = refs.reflog(b"HEAD").unwrap();
    for n in 0..5 {
        assert_eq!(
            log.nth(n),
            Some(scene.id("a", &format!("HEAD@{{{n}}}"))),
            "{n}"
        );
    }
}

/// A table of version 1 with these blocks behind its header.
fn table(blocks: &[u8]) -> Vec<u8> {
    let header = [
        &b"REFT\x01\0\0\0"[..],
        &1u64.to_be_bytes(),
        &9u64.to_be_bytes(),
    ]
    .concat();
    let footer = [&*header, &[0; 40]].concat();
    let sum = libdeflater::crc32(&footer).to_be_bytes();
    [&*header, blocks, &footer, &sum].concat()
}

fn block(kind: u8, header: usize, records: &[u8]) -> Vec<u8> {
    let body = [records, &[0, 0, 28, 0, 1]].concat();
    let length = (body.len() + 4 + header) as u32;
    let mut block = vec![kind];
    block.extend(&length.to_be_bytes()[1..]);
    if kind == b'g' {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&body).unwrap();
        block.extend(encoder.finish().unwrap());
    } else {
        block.extend(body);
    }
    block
}

fn varint(mut number: usize) -> Vec<u8> {
    let mut bytes = vec![(number & 127) as u8];
    while number > 127 {
        number = (number >> 7) - 1;
        bytes.insert(0, (number & 127) as u8 | 128);
    }
    bytes
}

/// A record whose name shares nothing with the one before it.
fn record(name: &[u8], kind: u8, value: &[u8]) -> Vec<u8> {
    let word = varint(name.len() << 3 | usize::from(kind));
    [&[0], &*word, name, &[0], value].concat()
}

/// A repository `a` with these tables.
fn stack(tables: &[&[u8]]) -> Scene {
    let scene = scene("plain", "sha1");
    let names: Vec<String> = (0..tables.len()).map(|n| format!("{n}.ref")).collect();
    for (name, table) in names.iter().zip(tables) {
        scene.file(&format!("a/reftable/{name}"), table);
    }
    scene.file("a/reftable/tables.list", names.join("\n"));
    scene
}

#[test]
fn the_newest_table_counts() {
    let head = |to: &[u8]| record(b"HEAD", 3, &[&[to.len() as u8], to].concat());
    let (a, b) = ([1; 20], [2; 20]);
    let refs = |records: &[Vec<u8>]| table(&block(b'r', 24, &records.concat()));
    let oldest = refs(&[
        head(b"refs/heads/x"),
        record(b"refs/heads/x", 1, &a),
        record(b"refs/heads/y", 1, &a),
    ]);
    let newer = refs(&[head(b"refs/heads/y"), record(b"refs/heads/y", 1, &b)]);
    let newest = refs(&[record(b"refs/heads/x", 0, &[])]);
    let scene = stack(&[&oldest, &newer, &newest]);
    let found = read(&scene, "a");
    assert_eq!(found.troubles, []);
    let id = ObjectId::new(&b).unwrap();
    assert_eq!(found.head, Head::Commit(id));
    let names: Vec<_> = found
        .names
        .iter()
        .map(|name| String::from_utf8_lossy(name))
        .collect();
    assert_eq!(names, ["HEAD", "refs/heads/y"]);
    assert_eq!(
        Refs::head_of(&open(&scene, "a")),
        (Head::Commit(id), Vec::new())
    );
    // Of a branch that is not there HEAD is yet unborn.
    let scene = stack(&[&refs(&[head(b"refs/heads/none")])]);
    let unborn = Head::Unborn(b"refs/heads/none".to_vec());
    assert_eq!(Refs::head_of(&open(&scene, "a")), (unborn, Vec::new()));
}

#[test]
fn what_is_damaged_is_told_and_the_rest_is_read() {
    let one = record(b"refs/heads/x", 1, &[1; 20]);
    let good = table(&block(b'r', 24, &one));
    let refs = |records: &[u8]| table(&block(b'r', 24, records));
    let wrong = |at: usize, byte: u8| {
        let mut wrong = good.clone();
        wrong[at] = byte;
        wrong
    };
    let long = record(&[&b"refs/heads/"[..], &[b'a'; 5000]].concat(), 1, &[1; 20]);
    let endless = [&b"g\xff\xff\xff"[..], &block(b'g', 24, &[0; 100])[4..]].concat();
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"REFT".to_vec(), "it is cut off"),
        (
            good[..good.len() - 1].to_vec(),
            "its end is not that of a table",
        ),
        (wrong(0, b'X'), "not a table of refs"),
        (wrong(4, 3), "a version that is not known"),
        (wrong(8, 1), "its end is not that of a table"),
        (wrong(24, b'x'), "a block that does not belong there"),
        (wrong(25, 1), "it is cut off"),
        (wrong(27, 25), "a block that is too short"),
        (wrong(28, 1), "a record that is not whole"),
        (
            refs(&[&*one, &one].concat()),
            "records that are not in order",
        ),
        (
            refs(&record(b"refs/heads/x", 7, &[])),
            "a record of a kind that is not known",
        ),
        (
            refs(&record(b"refs/heads/../x", 1, &[1; 20])),
            "a name that no ref can have",
        ),
        (
            refs(&record(b"refs/heads/x", 3, b"\x0b/etc/passwd")),
            "it names what is no ref",
        ),
        (
            refs(&record(b"refs/heads/x", 1, &[0; 20])),
            "an id of zeros",
        ),
        (refs(&[0x80; 200]), "a record that is not whole"),
        (refs(&[0xff; 200]), "a record that is not whole"),
        (refs(&long), "a name that is too long"),
        (table(&endless), "it is cut off"),
        (
            table(&[&block(b'g', 24, &[])[..], &block(b'r', 0, &one)].concat()),
            "a block that does not belong there",
        ),
    ];
    for (bad, what) in cases {
        let scene = stack(&[&good, &bad]);
        assert_eq!(troubles(&scene), [format!("1.ref: {what}")]);
        let names = read(&scene, "a").names;
        assert!(names.contains(&b"refs/heads/x".to_vec()), "{what}");
        let _ = Refs::head_of(&open(&scene, "a"));
    }
}

#[test]
fn a_list_names_tables_of_its_folder() {
    let scene = scene("plain", "sha1");
    let list = "a/reftable/tables.list";
    let told = fs::read_to_string(scene.path(list)).unwrap();
    for (content, what) in [
        (
            "../HEAD\n".to_owned(),
            "tables.list: a line that names no table",
        ),
        (
            "/etc/x.ref\n".to_owned(),
            "tables.list: a line that names no table",
        ),
        (
            told.clone() + &told,
            "tables.list: a table that is named twice",
        ),
        (
            "x.ref\n".repeat(5000),
            "tables.list: more tables than git makes",
        ),
    ] {
        scene.file(list, content);
        assert_eq!(troubles(&scene), [what]);
        let (head, troubles) = Refs::head_of(&open(&scene, "a"));
        assert!(matches!(head, Head::Broken(_)) && troubles.len() == 1);
    }
    scene.file(list, "gone.ref\n");
    assert!(troubles(&scene)[0].starts_with("gone.ref: "));
    fs::remove_dir_all(scene.path("a/reftable")).unwrap();
    assert!(troubles(&scene)[0].ends_with("the tables of refs are not here"));
}

#[cfg(unix)]
#[test]
fn nothing_but_a_regular_file_is_a_table() {
    let scene = scene("plain", "sha1");
    scene
        .fifo("a/reftable/x.ref")
        .file("a/reftable/tables.list", "x.ref\n");
    assert_eq!(troubles(&scene), ["x.ref: not a regular file"]);
    fs::remove_file(scene.path("a/reftable/x.ref")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", scene.path("a/reftable/x.ref")).unwrap();
    assert!(troubles(&scene)[0].starts_with("x.ref: "));
    scene.fifo("a/reftable/tables.list");
    assert_eq!(troubles(&scene).len(), 1);
}

#[test]
fn a_small_file_holds_no_more_than_it_can() {
    let changes: Vec<u8> = (0..100_000u64)
        .flat_map(|n| {
            let key = [&b"refs/heads/x\0"[..], &n.to_be_bytes()].concat();
            [record(&key, 1, &[])[..key.len() + 3].to_vec(), vec![0; 2]].concat()
        })
        .collect();
    let zeros = block(b'g', 24, &vec![0; (1 << 24) - 100]);
    let more = block(b'g', 0, &vec![0; (1 << 24) - 100]);
    for blocks in [
        zeros.clone(),
        [zeros, more.repeat(20)].concat(),
        block(b'g', 24, &changes),
    ] {
        let table = table(&blocks);
        let size = table.len() as u64;
        let mut told = 0;
        let read = Table::open(Cursor::new(table), size, 20)
            .unwrap()
            .records(true, |_| {
                told += 1;
                ControlFlow::Continue(())
            });
        assert!(read.is_err() && told < 3, "{told}");
    }
    // Names of 4,096 bytes that share all but the last ones.
    let mut records = Vec::new();
    let name = |n: u32| [vec![b'a'; 4000], format!("{n:08}").into_bytes()].concat();
    for n in 0..100_000 {
        let name = name(n);
        let shared = if n == 0 { 0 } else { 4000 };
        let rest = &name[shared..];
        records.extend(
            [
                varint(shared),
                varint(rest.len() << 3),
                rest.to_vec(),
                vec![0],
            ]
            .concat(),
        );
    }
    let table = table(&block(b'r', 24, &records));
    let size = table.len() as u64;
    let mut names = 0;
    let read = Table::open(Cursor::new(table), size, 20)
        .unwrap()
        .records(true, |record| {
            if let Record::Ref(name, _) = record {
                names += name.len();
            }
            ControlFlow::Continue(())
        });
    assert!(matches!(read, Err(ReadError::TooLarge(_))), "{read:?}");
    assert!((1 << 24..80 << 20).contains(&names), "{names}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_are_too_strange(
        name in prop::sample::select(vec!["plain", "linked", "sha256", "many"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..9),
        length in any::<Option<prop::sample::Index>>(),
    ) {
        for entry in fs::read_dir(fixture(name)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "ref") {
                continue;
            }
            let mut bytes = fs::read(path).unwrap();
            for (at, byte) in &changes {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            if let Some(length) = length {
                bytes.truncate(length.index(bytes.len()));
            }
            // What is damaged would not be looked at.
            let header = if bytes.get(4) == Some(&2) { 28 } else { 24 };
            if let Some(end) = bytes.len().checked_sub(header + 44).filter(|&end| end >= header) {
                bytes.copy_within(..header, end);
                let sum = libdeflater::crc32(&bytes[end..end + header + 40]).to_be_bytes();
                bytes[end + header + 40..].copy_from_slice(&sum);
            }
            let size = bytes.len() as u64;
            if let Ok(table) = Table::open(Cursor::new(bytes), size, if header == 28 { 32 } else { 20 }) {
                let _ = table.records(true, |_| ControlFlow::Continue(()));
            }
        }
    }

    #[test]
    fn no_records_are_too_strange(records in prop::collection::vec(any::<u8>(), 0..200), kind in "[rg]") {
        let bytes = table(&block(kind.as_bytes()[0], 24, &records));
        let size = bytes.len() as u64;
        let read = Table::open(Cursor::new(bytes), size, 20).unwrap();
        let _ = read.records(true, |_| ControlFlow::Continue(()));
    }
}
