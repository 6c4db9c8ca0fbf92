//! A repository written by hand: loose objects, refs and reflogs, without a process.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use flate2::{Compression, write::ZlibEncoder};
use sha1::{Digest, Sha1};

use crate::util::Dir;

/// What stands for nothing in a reflog.
const ZEROS: &str = "0000000000000000000000000000000000000000";

/// A folder with a repository whose work tree is empty.
pub struct Repository {
    pub dir: Dir,
}

/// An entry of a tree.
pub struct Entry<'a> {
    pub mode: &'a str,
    pub name: &'a str,
    pub id: &'a str,
}

/// A file of a tree.
pub fn file<'a>(name: &'a str, id: &'a str) -> Entry<'a> {
    let mode = "100644";
    Entry { mode, name, id }
}

/// A folder of a tree.
pub fn folder<'a>(name: &'a str, id: &'a str) -> Entry<'a> {
    let mode = "40000";
    Entry { mode, name, id }
}

/// The id of an object, in hex.
pub fn id_of(kind: &str, data: &[u8]) -> String {
    let hash = Sha1::new()
        .chain_update(format!("{kind} {}\0", data.len()))
        .chain_update(data);
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

/// What a tree holds, in git's order: a folder is compared as if its name ended in a slash.
pub fn tree(entries: &[Entry<'_>]) -> Vec<u8> {
    let key = |entry: &&Entry<'_>| match entry.mode {
        "40000" => format!("{}/", entry.name),
        _ => entry.name.to_owned(),
    };
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_by_key(key);
    let mut data = Vec::new();
    for entry in sorted {
        data.extend(format!("{} {}\0", entry.mode, entry.name).bytes());
        let id = data_encoding::HEXLOWER.decode(entry.id.as_bytes());
        data.extend(id.expect("an id"));
    }
    data
}

impl Repository {
    /// HEAD is `refs/heads/main`, which is not there yet.
    pub fn new() -> Repository {
        let dir = Dir::new();
        for folder in ["objects/pack", "refs/heads", "refs/tags"] {
            fs::create_dir_all(dir.path(".git").join(folder)).expect("folders");
        }
        dir.file(".git/HEAD", "ref: refs/heads/main\n");
        dir.file(".git/config", "[core]\n\trepositoryformatversion = 0\n");
        Repository { dir }
    }

    pub fn git_dir(&self) -> PathBuf {
        self.dir.path(".git")
    }

    /// Writes an object.
    pub fn put(&self, kind: &str, data: &[u8]) -> String {
        let id = id_of(kind, data);
        self.put_as(&id, kind, data);
        id
    }

    /// Writes an object under a name that need not be its own.
    pub fn put_as(&self, id: &str, kind: &str, data: &[u8]) {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
        let head = format!("{kind} {}\0", data.len());
        packed.write_all(head.as_bytes()).expect("memory");
        packed.write_all(data).expect("memory");
        let name = format!(".git/objects/{}/{}", &id[..2], &id[2..]);
        self.dir.file(name, packed.finish().expect("memory"));
    }

    pub fn blob(&self, content: &str) -> String {
        self.put("blob", content.as_bytes())
    }

    pub fn tree(&self, entries: &[Entry<'_>]) -> String {
        self.put("tree", &tree(entries))
    }

    /// Writes a commit that says `n` and was made so many seconds after 2020-09-13.
    pub fn commit(&self, tree: &str, parents: &[&str], n: i64) -> String {
        self.commit_saying(tree, parents, n, &n.to_string())
    }

    pub fn commit_saying(&self, tree: &str, parents: &[&str], n: i64, message: &str) -> String {
        let parents: String = parents.iter().map(|id| format!("parent {id}\n")).collect();
        let by = format!("A <a@example.org> {} +0000", 1_600_000_000 + n);
        let text = format!("tree {tree}\n{parents}author {by}\ncommitter {by}\n\n{message}\n");
        self.put("commit", text.as_bytes())
    }

    /// Writes an annotated tag.
    pub fn tag(&self, kind: &str, target: &str, name: &str) -> String {
        let by = "A <a@example.org> 1600000000 +0000";
        let text = format!("object {target}\ntype {kind}\ntag {name}\ntagger {by}\n\n{name}\n");
        self.put("tag", text.as_bytes())
    }

    /// Lets a ref, or HEAD, lead to an object.
    pub fn point(&self, name: &str, id: &str) -> &Repository {
        self.dir.file(format!(".git/{name}"), format!("{id}\n"));
        self
    }

    /// Writes what a ref once was, oldest first.
    pub fn log(&self, name: &str, ids: &[&str]) {
        let mut old = ZEROS;
        let mut lines = String::new();
        for id in ids {
            lines += &format!("{old} {id} A <a@example.org> 1600000000 +0000\tmoved\n");
            old = id;
        }
        self.dir.file(format!(".git/logs/{name}"), lines);
    }
}
