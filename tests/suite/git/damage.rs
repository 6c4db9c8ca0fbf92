//! Damaged packs and objects: what can be read is read, what cannot is named, and nothing ends in a crash.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::Value;
use sha1::{Digest, Sha1};

use super::{Repo, Stream, blob_id, finding, leak, secret, skips};
use crate::util::{Dir, Output, ids};

/// A pack of forty files with a token each, one loose object, and the names of the tokens.
fn scene(dir: &Dir) -> Repo<'_> {
    let repo = Repo::init(dir, "repo", &["--bare"]);
    // No object hangs on another.
    repo.git(&["config", "pack.depth", "0"]);
    let mut stream = Stream::new();
    stream.commit(":1", "refs/heads/main", &[]);
    for n in 0..FILES {
        let name = format!("packed {n}");
        let filler: String = (0..40)
            .map(|k| format!("{}\n", (n + 3) * 7919 * (k + 1)))
            .collect();
        stream.file(format!("{n}.env"), filler + &leak(&name));
    }
    repo.import(stream, true);
    repo.git_with(&["hash-object", "-w", "--stdin"], leak("loose"));
    repo
}

const FILES: usize = 40;

fn pack(repo: &Repo<'_>, ending: &str) -> PathBuf {
    let entries = fs::read_dir(repo.path("objects/pack")).expect("packs");
    let mut paths = entries.flatten().map(|entry| entry.path());
    let found = paths.find(|path| path.extension().is_some_and(|e| e == ending));
    found.expect("a pack")
}

/// Changes the bytes of a file.
fn change(path: &PathBuf, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("a file");
    change(&mut bytes);
    // git has made it read-only.
    fs::remove_file(path).expect("a file");
    fs::write(path, bytes).expect("a file");
}

/// The report of a run that found something, was not complete and did not crash.
#[track_caller]
fn incomplete(output: Output) -> Value {
    let report = output.code(1).quietly().json();
    assert_eq!(report["coverage"]["complete"], false, "{report:#}");
    assert!(finding(&report, &secret("loose")).is_some(), "{report:#}");
    report
}

#[test]
fn a_flipped_byte_costs_one_object() {
    let dir = Dir::new();
    let repo = scene(&dir);
    let path = pack(&repo, "pack");
    let size = fs::metadata(&path).expect("a pack").len() as usize;
    let whole = fs::read(&path).expect("a pack");
    for part in 1..7 {
        let at = size * part / 7;
        change(&path, |bytes| bytes[at] ^= 0x55);
        let report = incomplete(repo.scan());
        // A tree tells names, a commit tells what is reached; neither hides what a blob holds.
        assert!(
            ids(&report).len() >= FILES,
            "byte {at}: {}",
            ids(&report).len()
        );
        let skipped = skips(&report);
        assert!(skipped.iter().any(|skip| skip.0.is_some()), "{skipped:?}");
        change(&path, |bytes| bytes.clone_from(&whole));
    }
    assert_eq!(ids(&repo.scan().code(1).json()).len(), FILES + 1);
}

#[test]
fn a_truncated_pack_is_read_as_far_as_it_goes() {
    let dir = Dir::new();
    let repo = scene(&dir);
    let path = pack(&repo, "pack");
    change(&path, |bytes| bytes.truncate(bytes.len() / 2));
    let report = incomplete(repo.scan());
    assert!(ids(&report).len() > FILES / 4, "{}", ids(&report).len());
    let named = skips(&report)
        .iter()
        .filter(|skip| skip.0.is_some())
        .count();
    assert!(named > FILES / 4, "{report:#}");
    for size in [0, 7, 12, 13] {
        change(&path, |bytes| bytes.truncate(size));
        incomplete(repo.scan());
    }
}

/// Does something to the bytes of a file.
type Spoil = &'static dyn Fn(&mut Vec<u8>);

#[test]
fn a_broken_index_of_a_pack_makes_a_run_incomplete() {
    let dir = Dir::new();
    let repo = scene(&dir);
    let path = pack(&repo, "idx");
    let whole = fs::read(&path).expect("an index");
    for size in [whole.len() - 60, whole.len() / 2, 1032, 8, 1, 0] {
        change(&path, |bytes| bytes.truncate(size));
        incomplete(repo.scan());
        change(&path, |bytes| bytes.clone_from(&whole));
    }
    let spoilt: [(&str, Spoil); 5] = [
        ("fan-out", &|bytes| bytes[8..1032].fill(0xff)),
        ("no entry", &|bytes| bytes[8..1032].fill(0)),
        ("offsets", &|bytes| {
            let end = bytes.len() - 40;
            bytes[end - 4 * FILES..end].fill(0x7f);
        }),
        ("large offsets that are not there", &|bytes| {
            let end = bytes.len() - 40;
            bytes[end - 4 * FILES..end].fill(0xff);
        }),
        ("offsets behind everything", &|bytes| {
            let end = bytes.len() - 40;
            let first = 0x8000_0000_u32.to_be_bytes();
            bytes[end - 4 * FILES..end].copy_from_slice(&first.repeat(FILES));
            bytes.splice(end..end, [0xff; 8]);
        }),
    ];
    for (what, spoil) in spoilt {
        change(&path, spoil);
        let report = repo.scan().code(1).quietly().json();
        assert_eq!(report["coverage"]["complete"], false, "{what}");
        change(&path, |bytes| bytes.clone_from(&whole));
    }
}

#[test]
fn half_a_pack_is_not_passed_over() {
    for ending in ["pack", "idx"] {
        let dir = Dir::new();
        let repo = scene(&dir);
        fs::remove_file(pack(&repo, ending)).expect("a file");
        let report = incomplete(repo.scan());
        let skipped = report["coverage"]["skipped"].as_array().expect("skips");
        let names_pack = |skip: &serde_json::Value| {
            let path = skip["path"].as_str().unwrap_or_default();
            path.contains("objects/pack/pack-")
        };
        assert!(skipped.iter().any(names_pack), "no {ending}: {report:#}");
    }
}

#[test]
fn broken_loose_objects_are_named() {
    let dir = Dir::new();
    let repo = scene(&dir);
    let id = blob_id(leak("broken"));
    let folder = format!("objects/{}", &id[..2]);
    let name = format!("{folder}/{}", &id[2..]);
    let squeeze = |bytes: &[u8]| {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        std::io::Write::write_all(&mut encoder, bytes).expect("memory");
        encoder.finish().expect("memory")
    };
    let content = leak("broken");
    let size = content.len();
    let whole = squeeze(format!("blob {size}\0{content}").as_bytes());
    let contents = [
        Vec::new(),
        b"garbage".to_vec(),
        whole[..whole.len() / 2].to_vec(),
        whole[..6].to_vec(),
        squeeze(b""),
        squeeze(b"blob"),
        squeeze(b"blob \0"),
        squeeze(b"blob x\0abc"),
        squeeze(b"blob 99999999999999999999999\0abc"),
        squeeze(b"blob 18446744073709551615\0abc"),
        squeeze(b"thing 3\0abc"),
        squeeze(format!("blob {}\0{content}", size + 1).as_bytes()),
        squeeze(&b"b".repeat(1 << 20)),
    ];
    let skipped = contents.iter().map(|bytes| {
        repo.file(&name, bytes);
        skips(&repo.scan().code(1).quietly().json())
    });
    let wanted = [(Some(id.clone()), "corrupt_object".to_owned(), String::new())];
    let wrong: Vec<_> = skipped
        .enumerate()
        .filter(|(_, got)| *got != wanted)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    fs::remove_file(repo.path(&name)).expect("a file");
    fs::create_dir(repo.path(&name)).expect("a folder");
    incomplete(repo.scan());
}

#[test]
fn objects_that_are_not_what_their_name_says_do_no_harm() {
    let dir = Dir::new();
    let repo = scene(&dir);
    // A tree and a commit that are cut off, and ones that name themselves.
    let own = "0123456789abcdef0123456789abcdef01234567";
    let raw: Vec<u8> = (0..12).map(|n| n * 7).collect();
    let entry = [b"40000 self\0", &*raw].concat();
    let ann = "Ann <a@example.org> 1 +0000";
    let commit = format!("tree {own}\nparent {own}\nauthor {ann}\ncommitter {ann}\n\nx\n");
    let objects = [
        ("tree", entry.clone()),
        ("tree", entry[..entry.len() - 3].to_vec()),
        ("tree", b"999999999999 x\0".to_vec()),
        ("tree", vec![0; 100]),
        ("commit", commit.clone().into_bytes()),
        ("commit", b"tree\nparent\n".to_vec()),
        ("commit", Vec::new()),
        (
            "commit",
            commit
                .replace("1 +0000", "99999999999999999999 x")
                .into_bytes(),
        ),
        (
            "tag",
            format!("object {own}\ntype tag\ntag x\n\nx\n").into_bytes(),
        ),
        ("tag", vec![0xff; 40]),
    ];
    for (n, (kind, bytes)) in objects.iter().enumerate() {
        let head = format!("{kind} {}\0", bytes.len());
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        let all = [head.as_bytes(), bytes].concat();
        std::io::Write::write_all(&mut encoder, &all).expect("memory");
        // The ids that the first ones name are their own.
        let id = match n {
            0 => data_encoding::HEXLOWER.encode(&raw),
            4 => own.to_owned(),
            _ => data_encoding::HEXLOWER.encode(&Sha1::digest(&all)),
        };
        let name = format!("objects/{}/{}", &id[..2], &id[2..]);
        repo.file(&name, encoder.finish().expect("memory"));
    }
    let report = repo.scan().code(1).quietly().json();
    assert_eq!(ids(&report).len(), FILES + 1);
}

/// A pack by hand: entries as they stand, and an index that gives them ids.
fn forge(repo: &Repo<'_>, entries: &[([u8; 20], Vec<u8>)]) {
    let mut pack = [
        &b"PACK\0\0\0\x02"[..],
        &(entries.len() as u32).to_be_bytes(),
    ]
    .concat();
    let mut table: Vec<([u8; 20], u32)> = Vec::new();
    for (id, bytes) in entries {
        table.push((*id, pack.len() as u32));
        pack.extend_from_slice(bytes);
    }
    let checksum = Sha1::digest(&pack);
    pack.extend_from_slice(&checksum);
    table.sort_unstable();
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for byte in 0..=255 {
        let below = table.iter().filter(|(id, _)| id[0] <= byte).count() as u32;
        index.extend_from_slice(&below.to_be_bytes());
    }
    table.iter().for_each(|(id, _)| index.extend_from_slice(id));
    index.resize(index.len() + 4 * table.len(), 0); // checksums of entries
    for (_, offset) in &table {
        index.extend_from_slice(&offset.to_be_bytes());
    }
    index.extend_from_slice(&checksum);
    let checksum = Sha1::digest(&index);
    index.extend_from_slice(&checksum);
    repo.file("objects/pack/pack-forged.pack", pack);
    repo.file("objects/pack/pack-forged.idx", index);
}

/// A delta on an object by its id.
fn delta(base: [u8; 20], instructions: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    std::io::Write::write_all(&mut encoder, instructions).expect("memory");
    let head = 0x70 | instructions.len() as u8;
    [&[head], &base[..], &encoder.finish().expect("memory")].concat()
}

#[test]
fn deltas_that_hang_on_themselves_are_skips() {
    let (a, b, c, d, e) = ([1; 20], [2; 20], [3; 20], [4; 20], [5; 20]);
    let copy = [3, 3, 0x90, 3];
    let scenes = [
        ("on itself", vec![(a, delta(a, &copy))]),
        (
            "on each other",
            vec![(a, delta(b, &copy)), (b, delta(a, &copy))],
        ),
        (
            "a longer ring",
            vec![
                (a, delta(b, &copy)),
                (b, delta(c, &copy)),
                (c, delta(a, &copy)),
            ],
        ),
        (
            "below a ring",
            vec![
                (a, delta(b, &copy)),
                (b, delta(a, &copy)),
                (d, delta(a, &copy)),
            ],
        ),
        ("on nothing", vec![(a, delta(e, &copy))]),
    ];
    let dir = Dir::new();
    let repo = scene(&dir);
    for (what, entries) in scenes {
        forge(&repo, &entries);
        let report = incomplete(repo.scan());
        assert_eq!(ids(&report).len(), FILES + 1, "{what}");
        let named = skips(&report)
            .iter()
            .filter(|skip| skip.0.is_some())
            .count();
        assert_eq!(named, entries.len(), "{what}: {:?}", skips(&report));
    }
}

/// Says so when a test is over, however it ends.
struct Done<'d>(&'d AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_repack_that_goes_on_loses_nothing() {
    let dir = Dir::new();
    let repo = scene(&dir);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            // What nothing reaches becomes loose, and is packed again.
            let forms: [&[&str]; 3] = [
                &["repack", "-q", "-Adf", "--depth=50"],
                &["repack", "-q", "-adfk", "--depth=0"],
                &["gc", "-q", "--prune=never"],
            ];
            for form in forms.iter().cycle() {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                repo.git(form);
            }
        });
        let done = Done(&done);
        let reports: Vec<Value> = (0..12).map(|_| repo.scan().code(1).json()).collect();
        drop(done);
        let lost = reports
            .iter()
            .filter(|report| ids(report).len() != FILES + 1);
        let lost: Vec<_> = lost
            .map(|report| (ids(report).len(), skips(report)))
            .collect();
        assert!(
            lost.is_empty(),
            "{} of 12 runs lost something: {lost:?}",
            lost.len()
        );
    });
}
