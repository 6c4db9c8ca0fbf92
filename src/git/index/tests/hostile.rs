//! Files that no git has written, and objects that are not there.

use std::collections::HashMap;

use super::*;

/// Reads an index and does all that can be done with it.
fn exercise(index: &Index, tree: &ObjectId, objects: &dyn Objects) {
    let mut count = 0;
    changes(index, Some(tree), objects, |_| count += 1);
    changes(index, None, objects, |_| count += 1);
    for entry in index.entries() {
        assert!(
            index
                .last_up_to(entry.path)
                .is_some_and(|found| found.path == entry.path)
        );
        assert!(index.below(entry.path).next().is_some());
    }
    count += index.ids().count() + index.trees().count() + index.submodules().count();
    count += index.directory(b"").count() + index.directory(b"a/").count();
    std::hint::black_box(count);
}

#[test]
fn no_damage_is_worse_than_an_error() {
    let small = "mkdir -p a/b; echo 1 > a/b/1; echo 2 > a/2; echo 3 > c; git add .; git commit -qm x; echo 4 > a/4;";
    let forms = [
        ("sha1", "git add .; git update-index --index-version 2"),
        ("sha1", "git add .; git update-index --index-version 4"),
        ("sha1", "git add -N .; git update-index --chmod=+x c"),
        ("sha256", "git add ."),
        (
            "sha1",
            "git update-index --split-index; git rm -q c; git add .",
        ),
        ("sha1", "git sparse-checkout set --cone --sparse-index x"),
        (
            "sha1",
            "git checkout -qb s; echo s > c; git commit -qam s; git checkout -q -; echo m > c; git commit -qam m; git merge -q s || true",
        ),
    ];
    for (format, form) in forms {
        let Some(repo) = Repo::new(format) else {
            return;
        };
        repo.run(&format!(
            "git config splitIndex.maxPercentChange 100; {small} {form}"
        ));
        let (tree, store) = (repo.head().unwrap(), repo.store());
        let whole = repo.bytes();
        exercise(&repo.read_as(whole.clone()).unwrap(), &tree, &store);
        // Cut off between extensions, it looks like an index without those.
        let cut = |length: &usize| repo.read_as(whole[..*length].to_vec()).is_ok();
        assert!((0..whole.len()).filter(cut).count() <= 2, "{form}");
        let mut read = 0;
        for at in 0..whole.len() {
            for change in [0x01, 0x80, 0xff, whole[at], whole[at] ^ b'/'] {
                let mut data = whole.clone();
                data[at] ^= change;
                if let Ok(index) = repo.read_as(data) {
                    read += 1;
                    exercise(&index, &tree, &store);
                }
            }
        }
        assert!(
            read > whole.len(),
            "nothing says what a file's times should be"
        );
        // The same with the shared one.
        let Ok(Some(name)) = repo.read_shared() else {
            continue;
        };
        let whole = std::fs::read(&name).unwrap();
        for at in 0..whole.len() {
            let mut data = whole.clone();
            data[at] ^= 0xff;
            let flipped = Index::parse(repo.bytes(), 20, |_| Ok(data));
            flipped
                .iter()
                .for_each(|index| exercise(index, &tree, &store));
            let cut = Index::parse(repo.bytes(), 20, |_| Ok(whole[..at].to_vec()));
            assert!(cut.is_err(), "{at}");
        }
    }
}

impl Repo {
    /// The path of the shared index, if there is one.
    fn read_shared(&self) -> io::Result<Option<std::path::PathBuf>> {
        let mut files = std::fs::read_dir(self.scene.path(".git"))?.flatten();
        let shared = files.find(|file| {
            file.file_name()
                .to_string_lossy()
                .starts_with("sharedindex")
        });
        Ok(shared.map(|file| file.path()))
    }
}

/// An entry of version 4.
fn entry(strip: &[u8], tail: &[u8]) -> Vec<u8> {
    let mode = [&[0; 24][..], &0o100_644u32.to_be_bytes(), &[0; 12]].concat();
    [&mode, &[7; 20][..], &[0, 0], strip, tail, b"\0"].concat()
}

fn file(version: u32, entries: &[Vec<u8>]) -> Vec<u8> {
    let header = [version, entries.len() as u32]
        .map(u32::to_be_bytes)
        .concat();
    [b"DIRC", &*header, &entries.concat(), &[0; 20]].concat()
}

fn parse(data: Vec<u8>) -> Result<Index, IndexError> {
    Index::parse(data, 20, |_| Err(ErrorKind::NotFound.into()))
}

#[test]
fn what_unfolds_without_end_is_an_error() {
    // Each path is the one before and a bit: 10,000 entries of 100 bytes make 10 GB.
    let first = entry(b"\0", &[b'a'; 1 << 20]);
    let bomb = |count: usize| {
        file(
            4,
            &[vec![first.clone()], vec![entry(b"\0", b"b"); count]].concat(),
        )
    };
    assert_eq!(parse(bomb(9)).unwrap().len(), 10);
    assert!(parse(bomb(10_000)).is_err());
    for strip in [
        &b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"[..],
        b"\xff",
        b"\x01",
    ] {
        assert!(parse(file(4, &[entry(strip, b"a")])).is_err());
    }
    assert!(
        parse(file(4, &[entry(b"\0", b"b"), entry(b"\x01", b"a")])).is_err(),
        "out of order"
    );
    assert!(parse(file(5, &[])).is_err());
    assert_eq!(parse(file(2, &[])).unwrap().len(), 0);
    let mut counted = file(2, &[]);
    counted[8..12].fill(0xff);
    assert!(parse(counted).is_err());
}

#[test]
fn only_a_regular_file_is_an_index() {
    let Some(repo) = Repo::new("sha1") else {
        return;
    };
    repo.run("mkfifo .git/index");
    assert!(matches!(
        Index::read(&repo.scene.path(".git/index"), 20),
        Err(IndexError::Io(_))
    ));
    repo.run("rm .git/index; mkdir .git/index");
    assert!(Index::read(&repo.scene.path(".git/index"), 20).is_err());
}

/// Trees that were made up.
struct Trees(HashMap<ObjectId, Vec<u8>>);

impl Objects for Trees {
    fn read(&self, id: &ObjectId) -> Result<Object, ReadError> {
        let data = self.0.get(id).cloned().ok_or(ReadError::Missing)?;
        let kind = crate::git::ObjectKind::Tree;
        Ok(Object { kind, data })
    }

    fn contains(&self, id: &ObjectId) -> bool {
        self.0.contains_key(id)
    }

    fn with_prefix(&self, _hex: &str) -> Vec<ObjectId> {
        Vec::new()
    }

    fn id_length(&self) -> usize {
        20
    }
}

fn id(number: u8) -> ObjectId {
    ObjectId::new(&[number; 20]).unwrap()
}

fn tree(entries: &[(&str, u8)]) -> Vec<u8> {
    let entries = entries
        .iter()
        .map(|(line, id)| [line.as_bytes(), b"\0", &[*id; 20]].concat());
    entries.collect::<Vec<_>>().concat()
}

#[test]
fn trees_without_end_come_to_one() {
    let index = parse(file(4, &[entry(b"\0", b"a/a/a/b"), entry(b"\x01", b"c")])).unwrap();
    // One that contains itself, and one that does so twice.
    let once = tree(&[("40000 a", 1)]);
    let twice = tree(&[("40000 a", 1), ("40000 b", 1), ("100644 c", 7)]);
    for (data, deep) in [(once, true), (twice, false)] {
        let objects = Trees([(id(1), data)].into());
        let mut new = Vec::new();
        let changes = changes(&index, Some(&id(1)), &objects, |change| {
            if change.new.is_some() {
                new.push(change.path.to_vec());
            }
        });
        assert!(!changes.unread.is_empty() && (changes.unlisted > 0) != deep);
        let path = if deep { &b"a/a/a/c"[..] } else { b"a/a/a/b" };
        assert!(new.iter().any(|new| new == path));
    }
}

#[test]
fn what_is_below_a_tree_that_is_not_there_counts_as_new() {
    let index = parse(file(
        4,
        &[
            entry(b"\0", b"a/b"),
            entry(b"\x01", b"c"),
            entry(b"\x03", b"d"),
        ],
    ));
    let index = index.unwrap();
    let tell = |objects: Trees| {
        let mut told = Vec::new();
        let changes = changes(&index, Some(&id(1)), &objects, |change| {
            let sign = if change.old.is_some() { "~" } else { "+" };
            told.push(format!("{sign}{}", String::from_utf8_lossy(change.path)));
        });
        let unread = changes
            .unread
            .iter()
            .map(|unread| format!("{} {}", String::from_utf8_lossy(&unread.path), unread.error));
        (told, unread.collect::<Vec<_>>())
    };
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|word| word.to_string())
            .collect::<Vec<_>>()
    };
    let none = tell(Trees(HashMap::new()));
    assert_eq!(none, (words(&["+a/b", "+a/c", "+d"]), words(&[" missing"])));
    let root = (id(1), tree(&[("40000 a", 2), ("100644 d", 7)]));
    let half = tell(Trees([root.clone()].into()));
    assert_eq!(half, (words(&["+a/b", "+a/c"]), words(&["a missing"])));
    let broken = [&*tree(&[("100644 b", 7)]), b"100644 c"].concat();
    let broken = tell(Trees([root.clone(), (id(2), broken)].into()));
    assert_eq!(
        broken,
        (words(&["+a/c"]), words(&["a corrupt: not a tree"]))
    );
    let whole = tell(Trees(
        [root, (id(2), tree(&[("100644 b", 7), ("100755 c", 7)]))].into(),
    ));
    assert_eq!(whole, (words(&[]), words(&[])));
}

/// What is remembered for a folder is believed only where it covers that folder.
#[test]
fn a_wrong_count_in_the_cache_tree_hides_nothing() {
    let Some(repo) = Repo::new("sha1") else {
        return;
    };
    repo.run("mkdir a b; echo 1 > a/1; echo 2 > b/2; echo 3 > b/3; git add .; git commit -qm x; echo 4 > b/3; git add b/3");
    let expected = told(&repo.read(), repo.head(), &repo.store());
    assert_eq!(paths(&expected), ["~b/3"]);
    let data = repo.bytes();
    let count = memchr::memmem::rfind(&data, b"a\x001 0\n").unwrap() + 2;
    for digit in *b"0239" {
        let mut data = data.clone();
        data[count] = digit;
        let index = repo.read_as(data).unwrap();
        assert_eq!(told(&index, repo.head(), &repo.store()), expected);
    }
}
