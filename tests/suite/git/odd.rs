//! Objects that one seldom meets: unusual headers, tags of anything, large blobs, and credentials that come
//! together out of two versions of a file.

use serde_json::Value;

use super::{Repo, Stream, finding, leak, secret};
use crate::util::Dir;

/// Scans a repository, and returns the names of those whose token is not found.
#[track_caller]
fn lost<'n>(repo: &Repo<'_>, names: &[&'n str]) -> Vec<&'n str> {
    let report = repo.scan().code(1).quietly().json();
    assert_eq!(report["coverage"]["complete"], true, "{report:#}");
    let is_lost = |name: &&&str| finding(&report, &secret(name)).is_none();
    names.iter().filter(is_lost).copied().collect()
}

/// A line that carries its server.
fn hook(name: &str) -> String {
    let token = secret(name);
    format!("mattermost https://chat.example.org/hooks/{token}")
}

const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

#[test]
fn headers_of_commits_and_tags_are_read() {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "repo", &["--bare"]);
    repo.git_with(&["hash-object", "-w", "-t", "tree", "--stdin"], "");
    let ann = "Ann <ann@example.org> 1700000000 +0000";
    // What a merge of a signed tag leaves: the whole tag, which may be gone from everywhere else.
    let inner = leak("mergetag").replace('\n', "\n ");
    let merge = format!(
        "tree {EMPTY_TREE}\nauthor {ann}\ncommitter {ann}\nmergetag object {EMPTY_TREE}\n type tree\n \
         tag v1\n tagger {ann}\n \n {inner}\n\nMerge\n"
    );
    let unknown = format!(
        "tree {EMPTY_TREE}\nauthor {ann}\ncommitter {ann}\nx-note {}\n\nChange\n",
        hook("unknown header")
    );
    let mut wide =
        format!("tree {EMPTY_TREE}\nauthor {ann}\ncommitter {ann}\nencoding UTF-16LE\n\n")
            .into_bytes();
    let text = leak("wide message");
    wide.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let cut = format!(
        "tree {EMPTY_TREE}\nauthor {ann}\ncommitter {ann}\n\nChange\n\0\n{}",
        leak("behind a NUL")
    );
    let nobody = format!(
        "tree {EMPTY_TREE}\nauthor {}\n\nChange\n",
        hook("author alone")
    );
    for commit in [
        merge.into(),
        unknown.into(),
        wide,
        cut.into(),
        nobody.into_bytes(),
    ] {
        let args = [
            "hash-object",
            "-w",
            "-t",
            "commit",
            "--literally",
            "--stdin",
        ];
        repo.git_with(&args, commit);
    }
    let tag = format!(
        "object {EMPTY_TREE}\ntype tree\ntag {}\n\nTag\n",
        hook("tag")
    );
    let args = ["hash-object", "-w", "-t", "tag", "--literally", "--stdin"];
    repo.git_with(&args, tag);
    let names = [
        "mergetag",
        "unknown header",
        "wide message",
        "behind a NUL",
        "author alone",
        "tag",
    ];
    assert_eq!(lost(&repo, &names), [""; 0]);
}

#[test]
fn tags_may_point_at_anything() {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "repo", &["--bare"]);
    let mut stream = Stream::new();
    for path in ["tree.env", "deep.env"] {
        let name = format!("refs/heads/{path}");
        stream
            .commit(&format!(":{}", path.len()), &name, &[])
            .file(format!("a/{path}"), leak(path));
    }
    repo.import(stream, false);
    let trees = repo.ids(&["tree.env^{tree}", "deep.env:a/deep.env"]);
    repo.git(&["tag", "tree", &trees[0]]);
    repo.git(&["tag", "-a", "-m", "x", "one", &trees[1]]);
    repo.git(&["tag", "-a", "-m", "x", "two", "one"]);
    let gone = "delete refs/heads/tree.env\ndelete refs/heads/deep.env\ndelete refs/tags/one\n";
    repo.git_with(&["update-ref", "--stdin"], gone);
    // The commits are gone: only what the tags name is left.
    repo.git(&["prune", "--expire=now"]);
    let report = repo.scan().code(1).json();
    let reach = |name: &str| -> Value {
        let finding = finding(&report, &secret(name)).expect("a finding");
        assert_eq!(finding["history"]["introduced"], Value::Array(Vec::new()));
        finding["history"]["refs"].clone()
    };
    assert_eq!(reach("tree.env"), serde_json::json!(["refs/tags/tree"]));
    assert_eq!(reach("deep.env"), serde_json::json!(["refs/tags/two"]));
    let place = &finding(&report, &secret("tree.env")).expect("a finding")["locations"][0];
    assert_eq!(place["path"], "a/tree.env");
}

#[test]
fn a_name_that_speaks_is_enough_wherever_it_stands() {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "repo", &["--bare"]);
    let wordless = |name: &str| {
        let token = secret(name);
        format!("URL=https://chat.example.org\nTOKEN={token}\n")
    };
    let mut stream = Stream::new();
    let main = "refs/heads/main";
    stream
        .commit(":1", main, &[])
        .file("a.cfg", wordless("renamed"))
        .file("team/deep/down/b.cfg", wordless("moved"))
        .file("team/deep/mattermost.cfg", wordless("copied"));
    // The same objects under other names, and away again.
    stream.commit(":2", main, &[]);
    stream
        .say("R a.cfg mattermost-bot.cfg")
        .say("R team mattermost/team");
    stream.commit(":3", main, &[]);
    stream
        .say("R mattermost-bot.cfg a.cfg")
        .say("R mattermost/team team");
    for n in 0..40 {
        stream
            .commit(&format!(":{}", 10 + n), main, &[])
            .file(format!("filler/{n}.txt"), format!("{n}\n"))
            .file("team/deep/down/c.txt", format!("{n}\n"));
    }
    repo.import(stream, true);
    let names = ["renamed", "moved", "copied"];
    assert_eq!(lost(&repo, &names), [""; 0]);
    repo.git(&["repack", "-q", "-adf", "--depth=250"]);
    assert_eq!(lost(&repo, &names), [""; 0], "as deltas");
}

#[test]
fn of_many_names_the_one_that_says_secret_counts() {
    let dir = Dir::new();
    let names = ["a", "token", "t", "b.env", "x"];
    // Whichever of them is stored first.
    for turn in 0..names.len() {
        let folder = format!("repo{turn}");
        let repo = Repo::init(&dir, &folder, &["--bare"]);
        let mut stream = Stream::new();
        for at in 0..names.len() {
            let name = names[(turn + at) % names.len()];
            let path = format!("mattermost/{at}/{name}");
            stream
                .commit(&format!(":{}", at + 1), "refs/heads/main", &[])
                .file(path, format!("{}\n", secret("alone")));
        }
        repo.import(stream, true);
        let report = repo.scan().quietly().json();
        let found = finding(&report, &secret("alone"));
        assert!(found.is_some(), "{turn}: {report:#}");
    }
}

#[test]
fn versions_that_share_their_parts_are_read_whole() {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "repo", &["--bare"]);
    // So long that git tells one version by the other, and that what is new is but a small part.
    let filler: String = (0..400).map(|n| format!("# {n} {}\n", n * 7919)).collect();
    let token = secret("seam");
    let env = leak("seam");
    let (server, rest) = env.split_once('\n').expect("two lines");
    let halves = [
        // The word comes together at a seam.
        env.replace("MATTERMOST", "MATMOST"),
        env.clone(),
        // The server comes later than the token.
        rest.replace(&token, &secret("later server"))
            .replace("MATTERMOST", "BOT"),
        format!(
            "{server}\n{}",
            rest.replace(&token, &secret("later server"))
        ),
        // The token changes and the word stays.
        env.replace(&token, &secret("new token")),
        env.replace(
            &token,
            &format!("{}{}", &token[..13], &secret("half")[13..]),
        ),
    ];
    let mut stream = Stream::new();
    for (n, half) in halves.iter().enumerate() {
        stream
            .commit(&format!(":{}", n + 1), "refs/heads/main", &[])
            .file("a.env", format!("{filler}{half}{filler}"));
    }
    repo.import(stream, true);
    repo.git(&["repack", "-q", "-adf", "--depth=250", "--window=50"]);
    assert_eq!(lost(&repo, &["seam", "later server", "new token"]), [""; 0]);
}

#[test]
fn large_blobs_are_read_to_their_end() {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "repo", &["--bare"]);
    let mut stream = Stream::new();
    stream.commit(":1", "refs/heads/main", &[]);
    // Above and below the size at which a blob is no longer held in memory.
    for (name, size) in [("below", (8 << 20) - 200), ("above", 9 << 20)] {
        let mut content = vec![b'-'; size];
        content.push(b'\n');
        content.extend_from_slice(leak(name).as_bytes());
        stream.file(name, content);
    }
    repo.import(stream, true);
    assert_eq!(lost(&repo, &["below", "above"]), [""; 0]);
    // The same, loose.
    let packs = std::fs::read_dir(repo.path("objects/pack")).expect("packs");
    let pack = packs.flatten().map(|entry| entry.path());
    let pack = pack.filter(|path| path.extension().is_some_and(|e| e == "pack"));
    let loose = Repo::init(&dir, "loose", &["--bare"]);
    for pack in pack {
        let content = std::fs::read(pack).expect("a pack");
        loose.git_with(&["unpack-objects", "-q"], content);
    }
    assert_eq!(lost(&loose, &["below", "above"]), [""; 0]);
}

#[test]
fn objects_of_very_many_parts_are_read() {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "repo", &["--bare"]);
    let lines = |mark: &str| -> String {
        let number = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let line = |n| format!("{:016x}{:016x}{mark}\n", number(n), number(n << 20));
        (0..270_000).map(line).collect()
    };
    let mut stream = Stream::new();
    // Each line of one has a character more than that of the other.
    for (at, (name, mark)) in [("more", " +"), ("less", " ")].into_iter().enumerate() {
        stream
            .commit(&format!(":{}", at + 1), "refs/heads/main", &[])
            .file("lines", lines(mark) + &leak(name));
    }
    repo.import(stream, true);
    repo.git(&["repack", "-q", "-adf"]);
    let all = [
        "cat-file",
        "--batch-all-objects",
        "--batch-check=%(objectsize) %(deltabase)",
    ];
    let is_delta = |line: &str| {
        let (size, base) = line.split_once(' ').expect("two words");
        size.len() == 7 && base.bytes().any(|digit| digit != b'0')
    };
    assert!(repo.git(&all).lines().any(is_delta));
    assert_eq!(lost(&repo, &["more", "less"]), [""; 0]);
}

#[test]
fn a_tree_may_hold_what_was_no_entry_of_the_one_it_is_told_by() {
    let dir = Dir::new();
    let raw = |id: &str| data_encoding::HEXLOWER.decode(id.as_bytes()).expect("hex");
    // What cannot be read, and the beginning of a file whose name goes on with what looks like a folder.
    for (number, between) in [&b"9 broken\0"[..], b"100644 name "].iter().enumerate() {
        let folder = format!("repo{number}");
        let repo = Repo::init(&dir, &folder, &["--bare"]);
        let write = |kind: &str, data: &[u8]| {
            let args = ["hash-object", "-w", "--literally", "--stdin", "-t", kind];
            repo.git_with(&args, data)
        };
        let entry = |head: &str, id: &str| [head.as_bytes(), b"\0", &raw(id)].concat();
        let token = write("blob", secret("alone").as_bytes());
        let inner = write("tree", &entry("100644 token", &token));
        let others: Vec<Vec<u8>> = (0..9)
            .map(|n| {
                let other = write("blob", format!("other {n}").as_bytes());
                entry(&format!("100644 file{n}"), &other)
            })
            .collect();
        let (others, last) = (others.concat(), entry("40000 mattermost", &inner));
        let base = write("tree", &[&others, *between, &last].concat());
        let tree = write("tree", &[&others[..], &last].concat());
        let args = ["pack-objects", "-q", "objects/pack/pack"];
        let list = [&token, &inner, &base, &tree].map(|id| format!("{id} folder\n"));
        repo.git_with(&args, list.concat());
        repo.git(&["prune-packed"]);
        let ask = "--batch-check=%(deltabase)";
        assert_eq!(repo.git_with(&["cat-file", ask], format!("{tree}\n")), base);
        let report = repo.scan().json();
        let finding = finding(&report, &secret("alone")).expect("a finding");
        assert_eq!(finding["locations"][0]["path"], "mattermost/token");
    }
}

#[test]
fn what_says_how_all_is_written_is_new_everywhere() {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "repo", &["--bare"]);
    let text = "a few words of a text\n".repeat(200) + &leak("after a mark") + "and some more\n";
    let mut stream = Stream::new();
    // With the mark of UTF-16 before it, none of it is read as what it is.
    for (mark, start) in [(":1", &b"\xff\xfe"[..]), (":2", b"")] {
        stream
            .commit(mark, "refs/heads/main", &[])
            .file("a.env", [start, text.as_bytes()].concat());
    }
    repo.import(stream, true);
    repo.git(&["repack", "-q", "-adf"]);
    let ask = "--batch-check=%(deltabase)";
    let ids = repo.ids(&["main~:a.env", "main:a.env"]);
    let base = repo.git_with(&["cat-file", ask], format!("{}\n", ids[1]));
    assert_eq!(base, ids[0]);
    assert_eq!(lost(&repo, &["after a mark"]), [""; 0]);
}
