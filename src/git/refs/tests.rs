use std::fs;

use super::super::repository::Environment;
use super::super::testing::{Scene, git_is_there};
use super::*;

/// A repository `a` with two commits.
fn scene() -> Option<Scene> {
    let scene = Scene::new();
    git_is_there().then(|| {
        scene.dir("a").git("a", &["init", "-q"]);
        scene.commit("a", "one", 0);
        scene.commit("a", "two", 1);
        scene
    })
}

fn read(scene: &Scene, name: &str) -> Refs {
    let (repository, troubles) = Repository::open(&scene.path(name), &Environment::none()).unwrap();
    assert_eq!(troubles, []);
    Refs::read(&repository)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Refs below `refs/` that are of this work tree or of all, as `git for-each-ref` writes them.
fn told(refs: &Refs) -> String {
    let listed = refs
        .refs
        .iter()
        .filter(|found| found.name.starts_with(b"refs/"));
    let lines: Vec<_> = listed
        .map(|found| format!("{} {}", found.target, text(&found.name)))
        .collect();
    lines.join("\n")
}

fn troubles(refs: &Refs, scene: &Scene) -> Vec<String> {
    let root = format!("{}/", scene.path(".").display());
    let tell = |trouble: &Trouble| {
        let path = text(trouble.path.expose()).replace(&root, "");
        format!("{path} {}: {}", trouble.reason.name(), trouble.detail)
    };
    let mut told: Vec<_> = refs.troubles.iter().map(tell).collect();
    told.sort();
    told
}

const FORMAT: [&str; 2] = ["for-each-ref", "--format=%(objectname) %(refname)"];

#[test]
fn loose_and_packed_refs_are_those_of_git() {
    for format in ["sha1", "sha256"] {
        let Some(_) = scene() else { return };
        let scene = Scene::new();
        scene.git(
            ".",
            &["init", "-q", &format!("--object-format={format}"), "a"],
        );
        scene.commit("a", "one", 0);
        scene.git("a", &["tag", "-a", "-m", "m", "v1"]);
        scene.git("a", &["branch", "topic/deep/er"]);
        scene.git("a", &["pack-refs", "--all"]);
        scene.commit("a", "two", 1);
        scene.git("a", &["branch", "-f", "topic/deep/er"]);
        scene.git(
            "a",
            &["symbolic-ref", "refs/remotes/o/HEAD", "refs/remotes/o/main"],
        );
        assert!(!told(&read(&scene, "a")).contains("refs/remotes/o/HEAD"));
        scene.git("a", &["update-ref", "refs/remotes/o/main", "HEAD~1"]);
        scene
            .file("a/.git/refs/heads/x.lock", "half")
            .file("a/.git/refs/heads/.hidden", "");
        let refs = read(&scene, "a");
        assert_eq!(told(&refs), scene.git("a", &FORMAT));
        assert_eq!(refs.troubles, []);
        assert_eq!(refs.head, Head::Commit(scene.id("a", "HEAD")));
        assert_eq!(refs.branch.as_deref(), Some(&b"refs/heads/main"[..]));
        assert_eq!(refs.get(b"HEAD"), Some(scene.id("a", "HEAD")));
        assert_eq!(refs.get(b"refs/tags/v1"), Some(scene.id("a", "v1")));
        assert_eq!(refs.get(b"refs/tags/v"), None);
        scene.git("a", &["checkout", "-q", "HEAD~1"]);
        let refs = read(&scene, "a");
        assert_eq!(
            (refs.head, refs.branch),
            (Head::Commit(scene.id("a", "main~1")), None)
        );
    }
}

#[test]
fn every_work_tree_has_refs_of_its_own() {
    let Some(scene) = scene() else { return };
    scene.git("a", &["worktree", "add", "-q", "-b", "x", "../x", "HEAD~1"]);
    scene.git("a", &["update-ref", "refs/worktree/here", "HEAD"]);
    scene.git("a", &["update-ref", "refs/bisect/bad", "HEAD"]);
    scene.git("x", &["update-ref", "refs/worktree/there", "HEAD"]);
    scene.git(
        "x",
        &["symbolic-ref", "refs/worktree/also", "refs/worktree/there"],
    );
    scene.git("x", &["update-ref", "ORIG_HEAD", "HEAD"]);
    for tree in ["a", "x"] {
        let refs = read(&scene, tree);
        assert_eq!(told(&refs), scene.git(tree, &FORMAT), "{tree}");
        assert_eq!(refs.troubles, []);
        let mut seen = 0;
        for found in &refs.refs {
            let name = text(&found.name);
            // git looks for the ref that this one names in the work tree that asks, not in its own.
            let asked = if name.ends_with("/also") {
                "x".to_owned()
            } else {
                name
            };
            assert_eq!(found.target, scene.id(tree, &asked), "{asked}");
            seen += usize::from(!found.name.starts_with(b"refs/"));
        }
        assert_eq!(seen, 5, "{tree}");
    }
}

#[test]
fn heads_of_merges_and_fetches_may_be_many() {
    let Some(scene) = scene() else { return };
    let (one, two) = (scene.id("a", "HEAD~1"), scene.id("a", "HEAD"));
    let fetched = format!("{two}\t\tbranch 'main' of x\n{one}\tnot-for-merge\tbranch 'y' of x\n");
    scene
        .file("a/.git/FETCH_HEAD", fetched)
        .file("a/.git/MERGE_HEAD", format!("{one}\n{two}\n"));
    scene.file("a/.git/rebase-merge/autostash", format!("{one}\n"));
    scene
        .file("a/.git/AUTO_MERGE", format!("{one}\n"))
        .file("a/.git/BISECT_LOG", "# no ref\n");
    let refs = read(&scene, "a");
    let all = |name: &str| {
        let named = refs
            .refs
            .iter()
            .filter(|found| found.name == name.as_bytes());
        named.map(|found| found.target).collect::<Vec<_>>()
    };
    assert_eq!(all("FETCH_HEAD"), [two, one]);
    assert_eq!(all("MERGE_HEAD"), [one, two]);
    assert_eq!(all("rebase-merge/autostash"), [one]);
    assert_eq!(refs.get(b"FETCH_HEAD"), Some(two));
    assert_eq!(refs.troubles, []);
    scene.file("a/.git/FETCH_HEAD", "");
    assert_eq!(read(&scene, "a").troubles, []);
}

#[test]
fn reflogs_keep_what_refs_were_even_of_those_that_are_gone() {
    let Some(scene) = scene() else { return };
    scene.git("a", &["reset", "-q", "--hard", "HEAD~1"]);
    scene.file("a/f", "1").git("a", &["add", "f"]);
    scene.git("a", &["stash", "-q"]);
    scene.git("a", &["worktree", "add", "-q", "-b", "x", "../x"]);
    scene.file(
        "a/.git/logs/refs/heads/gone",
        fs::read(scene.path("a/.git/logs/HEAD")).unwrap(),
    );
    let refs = read(&scene, "a");
    assert_eq!(refs.troubles, []);
    let names: Vec<_> = refs.reflogs.iter().map(|log| text(&log.name)).collect();
    let heads = ["HEAD", "refs/heads/gone", "refs/heads/main", "refs/heads/x"];
    assert_eq!(
        names,
        [&heads[..], &["refs/stash", "worktrees/x/HEAD"]].concat()
    );
    for n in 0..4 {
        let log = refs.reflog(b"HEAD").unwrap();
        assert_eq!(
            log.nth(n),
            Some(scene.id("a", &format!("HEAD@{{{n}}}"))),
            "{n}"
        );
    }
    let log = refs.reflog(b"HEAD").unwrap();
    assert_eq!((log.nth(log.entries.len()), log.nth(99)), (None, None));
    assert_eq!(log.ids().count(), 3); // two commits, and back; a stash resets to where it is
    let stash = scene.id("a", "stash@{0}");
    assert!(refs.logged().any(|id| id == (b"refs/stash", stash)));
    let linked = read(&scene, "x");
    let names: Vec<_> = linked.reflogs.iter().map(|log| text(&log.name)).collect();
    assert_eq!(names[..2], ["HEAD", "main-worktree/HEAD"]);
}

#[test]
fn what_is_broken_is_told_and_keeps_its_name() {
    let Some(scene) = scene() else { return };
    let main = scene.id("a", "HEAD");
    let packed = "# pack-refs with: peeled\nno ref\n^\n0000000000000000000000000000000000000000 refs/heads/n\n";
    scene
        .file("a/.git/refs/heads/empty", "")
        .file("a/.git/refs/heads/loop", "ref: refs/heads/pool")
        .file("a/.git/refs/heads/pool", "ref: refs/heads/loop")
        .file("a/.git/refs/heads/short", "1234\n")
        .file("a/.git/refs/heads/zero", "0".repeat(40))
        .file("a/.git/packed-refs", packed)
        .file("a/.git/logs/refs/heads/torn", "1234")
        .file("a/.git/CHERRY_PICK_HEAD", "1234");
    let refs = read(&scene, "a");
    let expected = [
        "a/.git/CHERRY_PICK_HEAD bad_ref: it holds no id",
        "a/.git/logs/refs/heads/torn bad_ref: a line of a reflog that holds no ids",
        "a/.git/packed-refs bad_ref: a line that is no ref",
        "a/.git/refs/heads/empty bad_ref: it is empty",
        "a/.git/refs/heads/short bad_ref: it holds no id",
        "a/.git/refs/heads/zero bad_ref: an id of zeros",
    ];
    assert_eq!(troubles(&refs, &scene), expected);
    assert_eq!(told(&refs), format!("{main} refs/heads/main"));
    for name in ["empty", "loop", "pool", "short", "zero"] {
        assert!(
            refs.names
                .contains(&format!("refs/heads/{name}").into_bytes()),
            "{name}"
        );
    }
    scene.file("a/.git/HEAD", "");
    let refs = read(&scene, "a");
    assert_eq!(refs.head, Head::Broken("it is empty"));
    assert!(troubles(&refs, &scene).contains(&"a/.git/HEAD bad_ref: it is empty".to_owned()));
    scene.file("a/.git/HEAD", "ref: refs/heads/none\n");
    assert_eq!(
        read(&scene, "a").head,
        Head::Unborn(b"refs/heads/none".to_vec())
    );
}

#[test]
fn many_packed_refs_are_read_with_the_tags_they_peel() {
    let scene = Scene::new();
    let id = "12".repeat(20);
    let lines: String = (0..30_000)
        .map(|n| format!("{id} refs/heads/{n}\n^{id}\n"))
        .collect();
    scene
        .file("a/packed-refs", lines)
        .file("a/HEAD", &id)
        .dir("a/objects");
    assert_eq!(read(&scene, "a").refs.len(), 30_001);
}

#[cfg(unix)]
#[test]
fn links_are_read_as_what_they_say_and_lead_nowhere_else() {
    use std::os::unix::fs::symlink;

    let Some(scene) = scene() else { return };
    let git = |name: &str| scene.path("a/.git").join(name);
    scene.file("outside/heads/secret", "12".repeat(20));
    fs::remove_file(git("HEAD")).unwrap();
    symlink("refs/heads/main", git("HEAD")).unwrap();
    symlink("refs/heads/main", git("refs/heads/link")).unwrap();
    symlink(scene.path("outside/heads"), git("refs/outside")).unwrap();
    symlink(scene.path("outside/heads/secret"), git("refs/heads/secret")).unwrap();
    scene
        .fifo("a/.git/refs/heads/fifo")
        .fifo("a/.git/logs/HEAD")
        .fifo("a/.git/ORIG_HEAD");
    let refs = read(&scene, "a");
    assert_eq!(refs.head, Head::Commit(scene.id("a", "refs/heads/main")));
    let names: Vec<_> = refs.refs.iter().map(|found| text(&found.name)).collect();
    assert_eq!(names, ["HEAD", "refs/heads/link", "refs/heads/main"]);
    assert_eq!(
        troubles(&refs, &scene),
        [
            "a/.git/ORIG_HEAD bad_repository: not a regular file, or too large",
            "a/.git/logs/HEAD bad_ref: a reflog that is no regular file",
            "a/.git/refs/heads/fifo bad_ref: neither a file nor a link",
            "a/.git/refs/heads/secret bad_ref: a link that leads to no ref",
            "a/.git/refs/outside bad_ref: a link that leads to no ref",
        ]
    );

    // As nobody should.
    scene
        .dir("b/.git/objects")
        .dir("b/.git/refs")
        .file("b/.git/HEAD", "ref: refs/heads/main");
    symlink(git("refs/heads"), scene.path("b/.git/refs/heads")).unwrap();
    symlink(scene.path("outside"), scene.path("b/.git/logs")).unwrap();
    let refs = read(&scene, "b");
    assert_eq!((refs.refs.len(), refs.reflogs.len()), (0, 0));
    let told = troubles(&refs, &scene);
    assert!(
        told.iter()
            .any(|told| told.starts_with("b/.git/logs bad_repository: a link")),
        "{told:?}"
    );
}

#[cfg(unix)]
#[test]
fn folders_nested_deeper_than_a_path_can_say_are_walked() {
    let Some(scene) = scene() else { return };
    let deep = format!("a/.git/refs/{}", "deeper/".repeat(100));
    scene.file(&format!("{deep}x"), format!("{}\n", scene.id("a", "HEAD")));
    let refs = read(&scene, "a");
    assert_eq!((refs.troubles.len(), refs.refs.len()), (0, 3));
}

#[test]
fn head_alone_is_what_it_is_among_all() {
    let Some(scene) = scene() else { return };
    scene.git("a", &["worktree", "add", "-q", "../b"]);
    let told = |name: &str| {
        let (repository, _) = Repository::open(&scene.path(name), &Environment::none()).unwrap();
        let (head, troubles) = Refs::head_of(&repository);
        assert_eq!(head, Refs::read(&repository).head, "{name}");
        (head, troubles.len())
    };
    let at = |name: &str| (Head::Commit(scene.id(name, "HEAD")), 0);
    for name in ["a", "b"] {
        assert_eq!(told(name), at(name));
    }
    scene.git("a", &["pack-refs", "--all"]);
    scene.commit("b", "three", 2);
    for name in ["a", "b"] {
        assert_eq!(told(name), at(name));
    }
    scene.git("a", &["symbolic-ref", "refs/heads/alias", "refs/heads/b"]);
    scene.git("a", &["symbolic-ref", "HEAD", "refs/heads/alias"]);
    assert_eq!(told("a"), (Head::Commit(scene.id("b", "HEAD")), 0));
    scene.git("a", &["symbolic-ref", "HEAD", "refs/heads/new/born"]);
    let unborn = Head::Unborn(b"refs/heads/new/born".to_vec());
    assert_eq!(told("a"), (unborn, 0));
    scene.git(
        "a",
        &["symbolic-ref", "refs/heads/alias", "refs/heads/alias"],
    );
    for content in ["ref: refs/heads/alias", "", "nonsense", "ref: refs/heads"] {
        scene.file("a/.git/HEAD", content);
        let _ = told("a");
    }
    // What is no ref is not opened, whatever is there.
    scene.file("a/.git/elsewhere", scene.id("b", "HEAD").to_string());
    for content in [
        "ref: elsewhere",
        "ref: refs/heads/../../elsewhere",
        "ref: /etc/passwd",
    ] {
        scene.file("a/.git/HEAD", content);
        let (repository, _) = Repository::open(&scene.path("a"), &Environment::none()).unwrap();
        let (head, troubles) = Refs::head_of(&repository);
        assert!(matches!(head, Head::Broken(_)), "{content}");
        assert_eq!(troubles.len(), 1, "{content}");
    }
}

proptest::proptest! {
    #[test]
    fn no_content_is_too_strange(
        packed in "([\\^# ]?[0-9a-f]{39,41} ?[a-z/]{0,9}\r?\n|.{0,9}\n){0,9}",
        one in "(ref: ?|)[0-9a-f]{38,41}[ \t\n.]?", log in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..99)
    ) {
        let scene = Scene::new();
        scene.file("a/HEAD", one.clone()).file("a/packed-refs", packed.clone()).file("a/shallow", packed);
        scene.file("a/logs/HEAD", log.clone()).file("a/FETCH_HEAD", log.clone()).dir("a/objects");
        scene.file("a/objects/info/alternates", log.clone()).file("a/refs/x", one);
        scene.file("a/config", log.clone()).file("a/worktrees/x/gitdir", log.clone()).file("a/worktrees/x/HEAD", log);
        let (repository, _) = Repository::open(&scene.path("a"), &Environment::none()).unwrap();
        repository.submodules();
        Refs::read(&repository);
    }
}
