//! Nothing hides: one repository with a credential in every place that git has for one.

use std::collections::{BTreeMap, BTreeSet};

use super::expect::{Hidden, blob, file, said};
use super::{Repo, Stream, blob_id, history, leak, secret};
use crate::util::{Dir, id, ids};

/// The server of what has none beside it.
const SERVER: &str = "https://chat.example.org";

/// The main repository, its second work tree, and the commits by their marks.
struct Scene {
    dir: Dir,
    commits: BTreeMap<String, String>,
}

/// A file without the word that rules look for: its path must say it.
fn wordless(name: &str) -> String {
    format!("URL={SERVER}\nTOKEN={}\n", secret(name))
}

/// A line that carries its server.
fn hook(name: &str) -> String {
    format!("mattermost {SERVER}/hooks/{}", secret(name))
}

fn nul() -> String {
    format!("\0\u{1}\n{}\0", leak("nul.dat"))
}

fn utf16() -> Vec<u8> {
    let text = format!("\u{feff}{}", leak("utf16.txt"));
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// What a branch or a file can be called.
fn telling(name: &str) -> String {
    format!("MATTERMOST_TOKEN={}", secret(name))
}

const FOUL: &[u8] = b"caf\xe9.env";

/// Everything that goes into the first pack.
fn first_pack() -> Stream {
    let mut stream = Stream::new();
    let main = "refs/heads/main";
    stream
        .commit(":1", main, &[])
        .file(".gitattributes", "keys.bin binary\nkeys.txt -diff\n")
        .file(".gitignore", "ignored.env\n")
        .file("tracked.env", "nothing\n")
        .file("mattermost.env", wordless("mattermost.env"));
    for path in ["head.env", "replaced.env", "deleted.env", "keys.bin"] {
        stream.file(path, leak(path));
    }
    for path in ["keys.txt", "new\nline.env"] {
        stream.file(path, leak(path));
    }
    stream
        .file(FOUL, leak("foul"))
        .file("nul.dat", nul())
        .file("utf16.txt", utf16())
        .file("old/mattermost.cfg", wordless("old/mattermost.cfg"))
        .file("mattermost/a/x.cfg", wordless("mattermost/a/x.cfg"))
        .file(telling("file name") + ".env", "nothing to see\n")
        .link("link", &hook("link"));
    stream.commit(":2", main, &[]).delete(FOUL);
    for path in ["deleted.env", "keys.bin", "keys.txt", "new\nline.env"] {
        stream.delete(path);
    }
    for path in ["nul.dat", "utf16.txt", "old", "mattermost", "link"] {
        stream.delete(path);
    }
    stream.delete(telling("file name") + ".env");
    let alone = |stream: &mut Stream, mark: &str, name: &str, path: &str| {
        stream.commit(mark, name, &[":1"]).file(path, leak(path));
    };
    stream
        .commit(":3", "refs/heads/side", &[":1"])
        .file("side.txt", "side\n");
    stream
        .commit(":4", main, &[":2", ":3"])
        .file("evil.env", leak("evil.env"));
    stream.commit(":5", main, &[]).delete("evil.env");
    alone(&mut stream, ":6", "refs/heads/unmerged", "unmerged.env");
    alone(&mut stream, ":7", "refs/tags/light", "light.env");
    alone(&mut stream, ":8", "refs/heads/drop-1", "annotated.env");
    alone(&mut stream, ":10", "refs/custom/x", "custom.env");
    alone(&mut stream, ":11", "refs/remotes/o/x", "remote.env");
    alone(&mut stream, ":12", "refs/heads/drop-2", "adrift.env");
    let tagger = format!("Ann {} <a@example.org>", hook("tagger"));
    let message = format!("Release\n\n{}", leak("tag message"));
    stream.tag("annotated", ":8", &tagger, &message);
    stream
        .commit(":9", "refs/notes/commits", &[])
        .note(":1", &leak("note"));
    let ann = "Ann <ann@example.org>";
    let author = format!("{} <ann@example.org>", hook("author"));
    let committer = format!("{} <ann@example.org>", hook("committer"));
    let message = format!("Change\n\n{}", leak("message"));
    let talk = "refs/heads/talk";
    stream.commit_of(":13", talk, (ann, ann), &message, &[":1"]);
    stream.commit_of(":14", talk, (&author, ann), "Change", &[]);
    stream.commit_of(":15", talk, (ann, &committer), "Change", &[]);
    stream.point(&format!("refs/heads/{}", telling("branch")), ":5");
    stream
}

/// Objects that stay loose.
fn loose() -> Stream {
    let mut stream = Stream::new();
    stream
        .commit(":21", "refs/heads/loose", &[])
        .file("loose.env", leak("loose.env"));
    for name in ["dangling", "tagged", "replacement", "conflict.env"] {
        stream.blob(leak(name));
    }
    stream
}

fn second_pack() -> Stream {
    let mut stream = Stream::new();
    stream
        .commit(":31", "refs/heads/second", &[])
        .file("second.env", leak("second.env"));
    stream
}

/// What people do to a work tree, in the order in which they do it.
fn work(repo: &Repo<'_>, commits: &mut BTreeMap<String, String>) {
    repo.git(&["reset", "-q", "--hard"]);
    repo.file("change.env", leak("amended.env"));
    repo.git(&["add", "change.env"]);
    repo.git(&["commit", "-q", "-m", "Change"]);
    repo.file("change.env", leak("undone.env"));
    repo.git(&["commit", "-q", "-a", "--amend", "-m", "Change"]);
    let made = repo.ids(&["HEAD@{1}", "HEAD"]);
    repo.git(&["reset", "-q", "--hard", commits[":5"].as_str()]);
    repo.file("tracked.env", leak("older stash"));
    repo.git(&["stash", "-q"]);
    repo.file("tracked.env", leak("stash"));
    repo.file("stashed.env", leak("stashed.env"));
    repo.git(&["stash", "-q", "-u"]);
    let stashes = repo.ids(&["stash", "stash^3", "stash@{1}"]);
    let names = [":amended", ":undone", ":stash", ":stashed", ":older"];
    let all = made.into_iter().chain(stashes);
    commits.extend(names.map(str::to_owned).into_iter().zip(all));
}

/// A linked work tree with a commit of its own.
fn second_tree(dir: &Dir, repo: &Repo<'_>, commits: &mut BTreeMap<String, String>) {
    repo.git(&["worktree", "add", "-q", "--detach", "../tree"]);
    let tree = Repo::at(dir, "tree");
    tree.file("detached.env", leak("detached.env"));
    tree.git(&["add", "."]);
    tree.git(&["commit", "-q", "-m", "Detached"]);
    commits.insert(":detached".to_owned(), tree.git(&["rev-parse", "HEAD"]));
    // So that it is kept by nothing else.
    tree.file("staged-there.env", leak("staged-there.env"));
    tree.git(&["add", "."]);
    tree.file("untracked-there.env", leak("untracked-there.env"));
}

fn config() -> String {
    let token = secret("config");
    format!("[mattermost]\n\turl = {SERVER}\n\ttoken = {token}\n")
}

fn scene() -> Scene {
    let dir = Dir::new();
    let repo = Repo::init(&dir, "repo", &[]);
    let mut commits = repo.import(first_pack(), true);
    commits.extend(repo.import(loose(), false));
    commits.extend(repo.import(second_pack(), true));
    work(&repo, &mut commits);
    second_tree(&dir, &repo, &mut commits);
    let module = Repo::init(&dir, "repo/.git/modules/x", &["--bare"]);
    let mut stream = Stream::new();
    stream
        .commit(":41", "refs/heads/main", &[])
        .file("module.env", leak("module.env"));
    commits.extend(module.import(stream, true));
    for name in ["staged.env", "untracked.env", "ignored.env"] {
        repo.file(name, leak(name));
    }
    repo.git(&["add", "staged.env"]);
    let conflict = blob_id(leak("conflict.env"));
    let entry = format!("100644 {conflict} 2\tconflict.env\n");
    repo.git_with(&["update-index", "--index-info"], entry);
    repo.git(&["update-ref", "-m", &hook("log"), "refs/heads/side", "main"]);
    let (replaced, tagged) = (blob_id(leak("replaced.env")), blob_id(leak("tagged")));
    let replacement = blob_id(leak("replacement"));
    // ORIG_HEAD would keep what was undone.
    let updates = format!(
        "create refs/tags/blob {tagged}\ncreate refs/replace/{replaced} {replacement}\n\
         delete refs/heads/drop-1\ndelete refs/heads/drop-2\ndelete ORIG_HEAD\n"
    );
    repo.git_with(&["update-ref", "--stdin", "--no-deref"], updates);
    let settings = dir.read("repo/.git/config") + &config();
    repo.file(".git/config", settings);
    Scene { dir, commits }
}

/// All that is hidden.
fn hidden(scene: &Scene) -> Vec<Hidden> {
    let commit = |mark: &str| scene.commits[mark].clone();
    let tree = scene.dir.path("tree").canonicalize().expect("a folder");
    let settings = scene.dir.read("repo/.git/config");
    let mut all = in_commits(scene);
    let nameless = |name: &'static str, reach| Hidden {
        path: String::new(),
        ..blob(name, "", reach)
    };
    let staged = |path| Hidden {
        kind: "index",
        ..blob(path, "", "index")
    };
    let tag = scene.dir.read("repo/.git/refs/tags/annotated");
    let tag = |name, kind, line| Hidden {
        commit: None,
        tag: Some(tag.trim().to_owned()),
        ..said(name, kind, line, "")
    };
    all.extend([
        nameless("dangling", "none"),
        nameless("tagged", "ref"),
        nameless("replacement", "ref"),
        staged("staged.env"),
        staged("conflict.env"),
        staged("staged-there.env"),
        said("message", "commit_message", 4, &commit(":13")),
        said("author", "author", 1, &commit(":14")),
        said("committer", "author", 2, &commit(":15")),
        tag("tag message", "tag_message", 4),
        tag("tagger", "author", 1),
        Hidden {
            path: format!("refs/heads/{}", telling("branch")),
            commit: None,
            ..said("branch", "ref", 1, "")
        },
        file("untracked.env", "repo/untracked.env", 2),
        file("ignored.env", "repo/ignored.env", 2),
        file(
            "config",
            "repo/.git/config",
            settings.lines().count() as u64,
        ),
        file("log", "repo/.git/logs/refs/heads/side", 2),
        file(
            "untracked-there.env",
            tree.join("untracked-there.env").display().to_string(),
            2,
        ),
    ]);
    all
}

/// What is in files that a commit holds or held.
fn in_commits(scene: &Scene) -> Vec<Hidden> {
    let at = |path, mark: &str, reach| blob(path, &scene.commits[mark], reach);
    let first = |path| at(path, ":1", "ref");
    let called = |name, path: &str, mark, reach| Hidden {
        path: path.to_owned(),
        ..at(name, mark, reach)
    };
    let named = telling("file name") + ".env";
    Vec::from([
        first("head.env"),
        first("deleted.env"),
        first("replaced.env"),
        first("keys.bin"),
        first("keys.txt"),
        first("new\nline.env"),
        called("foul", "caf\u{fffd}.env", ":1", "ref"),
        Hidden {
            line: 3,
            ..first("nul.dat").content(nul())
        },
        first("utf16.txt").content(utf16()),
        first("mattermost.env").content(wordless("mattermost.env")),
        first("old/mattermost.cfg").content(wordless("old/mattermost.cfg")),
        first("mattermost/a/x.cfg").content(wordless("mattermost/a/x.cfg")),
        Hidden {
            kind: "symlink",
            line: 1,
            ..first("link").content(hook("link"))
        },
        Hidden {
            kind: "path",
            line: 1,
            ..called("file name", &named, ":1", "ref").content("nothing to see\n")
        },
        at("evil.env", ":4", "ref"),
        at("unmerged.env", ":6", "ref"),
        at("light.env", ":7", "ref"),
        at("annotated.env", ":8", "ref"),
        called("note", &scene.commits[":1"], ":9", "ref"),
        at("custom.env", ":10", "ref"),
        at("remote.env", ":11", "ref"),
        at("adrift.env", ":12", "none"),
        at("loose.env", ":21", "ref"),
        at("second.env", ":31", "ref"),
        at("module.env", ":41", "ref"),
        called("amended.env", "change.env", ":amended", "reflog"),
        called("undone.env", "change.env", ":undone", "reflog"),
        called("stash", "tracked.env", ":stash", "ref"),
        called("older stash", "tracked.env", ":older", "reflog"),
        at("stashed.env", ":stashed", "ref"),
        at("detached.env", ":detached", "ref"),
    ])
}

/// Scans the scene, and returns what is not as it should be.
fn complaints(scene: &Scene, all: &[Hidden]) -> Vec<String> {
    let args = ["--no-ignore", "--server", SERVER];
    let report = history(&scene.dir, "repo", &args).code(1).quietly().json();
    let wanted: BTreeSet<String> = all.iter().map(|hidden| id(&secret(hidden.name))).collect();
    let got: BTreeSet<String> = ids(&report).into_iter().collect();
    assert_eq!(got.difference(&wanted).count(), 0, "{report:#}");
    assert_eq!(report["coverage"]["complete"], true, "{report:#}");
    for finding in report["findings"].as_array().expect("findings") {
        assert_eq!(finding["host"]["url"], SERVER, "{finding:#}");
    }
    let complaints = all.iter().filter_map(|hidden| hidden.complaint(&report));
    complaints.collect()
}

#[test]
fn nothing_hides() {
    let scene = scene();
    let all = hidden(&scene);
    let mut wrong = complaints(&scene, &all);
    // The same objects, nearly all of them told by others.
    let repo = Repo::at(&scene.dir, "repo");
    repo.git(&["repack", "-q", "-adfk", "--depth=250"]);
    let packed = complaints(&scene, &all);
    wrong.extend(packed.into_iter().map(|text| format!("packed: {text}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
