use super::super::testing::{Scene, git_is_there};
use super::*;

fn open(path: &Path) -> Repository {
    let (repository, troubles) = Repository::open(path, &Environment::none()).unwrap();
    assert_eq!(troubles, []);
    repository
}

fn details(troubles: &[Trouble]) -> Vec<String> {
    let detail = |trouble: &Trouble| format!("{}: {}", trouble.reason.name(), trouble.detail);
    troubles.iter().map(detail).collect()
}

fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap()
}

/// A repository `a` with a commit.
fn scene() -> Option<Scene> {
    let scene = Scene::new();
    git_is_there().then(|| {
        scene.dir("a").git("a", &["init", "-q"]);
        scene.commit("a", "one", 0);
        scene
    })
}

#[test]
fn a_repository_is_found_from_everywhere_in_it() {
    let Some(scene) = scene() else { return };
    scene.dir("a/deep/er");
    let root = scene.path("a");
    for from in ["a", "a/deep/er", "a/.git", "a/.git/refs/heads"] {
        let found = open(&scene.path(from));
        assert_eq!(real(&found.git_dir), real(&root.join(".git")), "{from}");
        assert_eq!(
            found.work_tree.as_deref().map(real),
            Some(real(&root)),
            "{from}"
        );
        assert_eq!(found.named, Untrusted::new(bytes(&scene.path(from))));
        assert_eq!(
            (found.id_length, found.partial, found.linked),
            (20, false, false)
        );
        assert_eq!(found.object_dirs.len(), 1);
    }
}

#[test]
fn where_there_is_none_the_error_says_so() {
    let scene = Scene::new();
    scene.dir("a/b");
    let fail = |name: &str| {
        let error = Repository::open(&scene.path(name), &Environment::none())
            .err()
            .unwrap();
        error
            .to_string()
            .replace(&scene.path(".").display().to_string(), "")
    };
    assert_eq!(
        fail("a/b"),
        "not a git repository (or any of the folders above): /a/b"
    );
    assert!(fail("gone").contains("gone"));
    scene.dir("a/.git/objects").dir("a/.git/refs");
    assert!(fail("a/b").contains("there are objects, but no HEAD"));
    scene
        .file("c/.git", "gitdir: ../nowhere\n")
        .file("d/.git", "no word of it");
    assert!(fail("c").contains("it leads to a folder that is no repository"));
    assert!(fail("d").contains("names no folder"));
}

#[test]
fn a_bare_repository_needs_no_settings_and_has_no_work_tree() {
    let Some(scene) = scene() else { return };
    scene.git(".", &["clone", "-q", "--bare", "a", "b"]);
    assert_eq!(open(&scene.path("b")).work_tree, None);
    fs::remove_file(scene.path("b/config")).unwrap();
    let found = open(&scene.path("b/refs"));
    assert_eq!(found.work_tree, None);
    assert_eq!(found.worktrees().0.len(), 1);
    scene.file("b/HEAD", ""); // a crash
    open(&scene.path("b"));
}

#[test]
fn formats_are_told_by_the_settings() {
    let Some(scene) = scene() else { return };
    scene.git(".", &["init", "-q", "--object-format=sha256", "s"]);
    scene.git("s", &["config", "extensions.refStorage", "reftable"]);
    let found = open(&scene.path("s"));
    assert_eq!(
        (found.id_length, found.ref_format),
        (32, RefFormat::Reftable)
    );

    let config = fs::read_to_string(scene.path("a/.git/config")).unwrap();
    let strange = "\n[core]\nrepositoryformatversion = 1\n[extensions]\nstrange = 1\nobjectFormat = md5\n[oops";
    scene.file("a/.git/config", config + strange);
    let (_, troubles) = Repository::open(&scene.path("a"), &Environment::none()).unwrap();
    let expected = [
        "bad_repository: line 13 does not have the form of a setting",
        "bad_repository: an object format that is not known; read as SHA-1",
        "bad_repository: an extension that is not known",
    ];
    assert_eq!(details(&troubles).len(), 3, "{troubles:?}");
    assert_eq!(details(&troubles)[1..], expected[1..]);
    scene.file("a/.git/config", "[core]repositoryformatversion = 2");
    let (_, troubles) = Repository::open(&scene.path("a"), &Environment::none()).unwrap();
    assert_eq!(
        details(&troubles),
        ["bad_repository: a repository format that is not known"]
    );
}

#[test]
fn linked_work_trees_count_where_they_lead_back() {
    for relative in [false, true] {
        let Some(scene) = scene() else { return };
        scene.git("a", &["worktree", "add", "-q", "-b", "x", "../x"]);
        scene.git("a", &["worktree", "add", "-q", "-b", "y", "../y"]);
        if relative {
            // As git 2.48 writes it under worktree.useRelativePaths.
            scene.file("a/.git/worktrees/x/gitdir", "../../../../x/.git\n");
            scene.file("x/.git", "gitdir: ../a/.git/worktrees/x\n");
        }
        let main = open(&scene.path("a"));
        let (trees, troubles) = main.worktrees();
        assert_eq!(troubles, []);
        let names: Vec<_> = trees
            .iter()
            .map(|tree| String::from_utf8_lossy(&tree.head))
            .collect();
        assert_eq!(names, ["HEAD", "worktrees/x/HEAD", "worktrees/y/HEAD"]);
        assert_eq!(
            trees[1].work_tree.as_deref(),
            Some(&*real(&scene.path("x")))
        );
        assert!(trees[1].index.is_file());

        let linked = open(&scene.path("x"));
        assert!(linked.linked);
        assert_eq!(real(&linked.common_dir), real(&main.common_dir));
        assert_eq!(linked.work_tree, Some(scene.path("x")));
        assert_eq!(
            open(&linked.git_dir).work_tree,
            Some(real(&scene.path("x")))
        );
        let (trees, _) = linked.worktrees();
        let names: Vec<_> = trees
            .iter()
            .map(|tree| String::from_utf8_lossy(&tree.head))
            .collect();
        assert_eq!(names, ["main-worktree/HEAD", "HEAD", "worktrees/y/HEAD"]);
        assert_eq!(
            trees[0].work_tree.as_deref().map(real),
            Some(real(&scene.path("a")))
        );

        // Another tree's files: it does not lead back to x.
        scene.file("a/.git/worktrees/x/gitdir", bytes(&scene.path("y/.git")));
        scene
            .dir("z")
            .file("a/.git/worktrees/y/gitdir", bytes(&scene.path("z/.git")));
        let (trees, _) = main.worktrees();
        assert!(trees[1..].iter().all(|tree| tree.work_tree.is_none()));
    }
}

#[test]
fn a_bare_repository_with_linked_trees_has_those() {
    let Some(scene) = scene() else { return };
    scene.git(".", &["clone", "-q", "--bare", "a", "b"]);
    scene.git("b", &["worktree", "add", "-q", "../x", "main"]);
    scene.git("b", &["config", "extensions.worktreeConfig", "true"]);
    let (trees, _) = open(&scene.path("x")).worktrees();
    assert_eq!(trees[0].work_tree, None);
    assert_eq!(trees[1].work_tree, Some(scene.path("x")));
    scene
        .file("b/config.worktree", "[s]\nk = main")
        .file("b/worktrees/x/config.worktree", "[s]\nk = x");
    let value = |name: &str| {
        open(&scene.path(name))
            .config
            .get("s", None, "k")
            .map(<[u8]>::to_vec)
    };
    assert_eq!(
        (value("b"), value("x")),
        (Some(b"main".to_vec()), Some(b"x".to_vec()))
    );
}

#[test]
fn submodules_are_found_and_know_their_trees() {
    let Some(scene) = scene() else { return };
    for name in ["b", "c"] {
        scene.dir(name).git(name, &["init", "-q"]);
        scene.commit(name, "one", 0);
    }
    let add = |to: &str, from: &str, name: &str, path: &str| {
        let from = scene.path(from).display().to_string();
        scene.git(to, &["submodule", "add", "-q", "--name", name, &from, path]);
        scene.commit(to, "submodule", 1);
    };
    add("c", "b", "inner", "inner");
    add("a", "b", "some/name", "sub/b");
    add("a", "c", "c", "c");
    scene.git("a", &["submodule", "update", "-q", "--init", "--recursive"]);

    let (found, troubles) = open(&scene.path("a")).submodules();
    assert_eq!(troubles, []);
    let modules = scene.path("a/.git/modules");
    assert_eq!(
        found,
        ["c", "c/modules/inner", "some/name"].map(|name| modules.join(name))
    );
    let trees: Vec<_> = found
        .iter()
        .map(|git_dir| open(git_dir).work_tree)
        .collect();
    let expected = ["a/c", "a/c/inner", "a/sub/b"].map(|name| Some(real(&scene.path(name))));
    assert_eq!(trees, expected);
    assert_eq!(
        open(&scene.path("a/sub/b")).work_tree,
        Some(scene.path("a/sub/b"))
    );

    // A tree that does not lead back may be anything.
    scene.git("a/.git/modules/c", &["config", "core.worktree", "/"]);
    assert_eq!(open(&modules.join("c")).work_tree, None);
    scene.git("a", &["config", "core.worktree", "/"]);
    assert_eq!(open(&scene.path("a")).work_tree, Some(scene.path("a")));
}

#[test]
fn alternates_are_followed_once_each() {
    let Some(scene) = scene() else { return };
    // As a hook: git has read all of them before it calls us.
    let called = |name: &str| {
        let env = Environment {
            index_file: Some(scene.path(name).join(".git/index")),
            ..Environment::none()
        };
        Repository::open(&scene.path(name), &env).unwrap()
    };
    scene.git(".", &["clone", "-q", "--shared", "a", "b"]);
    scene.git(".", &["clone", "-q", "--shared", "b", "c"]);
    let ours = |name: &str| {
        let (found, troubles) = called(name);
        assert_eq!(troubles, []);
        found
            .object_dirs
            .iter()
            .map(|dir| dir.own)
            .collect::<Vec<_>>()
    };
    assert_eq!(ours("c"), [true, false, false]);
    // They are another repository's, and on our own we read none of it, unless somebody names it.
    let elsewhere = |env: &Environment| {
        let (found, troubles) = Repository::open(&scene.path("c"), env).unwrap();
        (found.object_dirs.len(), details(&troubles))
    };
    let (read, told) = elsewhere(&Environment::none());
    assert_eq!((read, told.len()), (1, 1));
    assert!(told[0].starts_with("bad_repository: objects of another repository"));
    let named = Environment {
        alternates: Some(scene.path("b/.git/objects").into()),
        ..Environment::none()
    };
    assert_eq!(elsewhere(&named), (2, told));
    // A loop, a comment, quotes, a relative path; one that is within is ours.
    scene.dir("c/.git/more \"1").file(
        "a/.git/objects/info/alternates",
        "# no/path\n../../../b/.git/objects\n\n\"../../../c/.git/more \\\"\\061\"\n",
    );
    assert_eq!(ours("c"), [true, false, false, true]);
    scene.file("c/.git/objects/info/alternates", "/nowhere\n");
    let (found, troubles) = called("c");
    assert_eq!(found.object_dirs.len(), 1);
    assert_eq!(
        details(&troubles),
        ["missing_object: a folder of objects that is not there"]
    );
    // As git: five below the first.
    for depth in 0..8 {
        let next = format!("../{}\n", depth + 1);
        scene.file(&format!("d/{depth}/info/alternates"), next);
    }
    scene.file("c/.git/objects/info/alternates", "../../../d/0");
    let (found, troubles) = called("c");
    assert_eq!(found.object_dirs.len(), 7);
    assert_eq!(
        details(&troubles),
        ["bad_repository: alternates are nested too deep"]
    );
}

#[test]
fn a_hook_says_where_index_and_objects_are() {
    let Some(scene) = scene() else { return };
    scene.dir("a/.git/objects/incoming").dir("other");
    let quarantine = scene.path("a/.git/objects/incoming");
    let env = Environment {
        git_dir: Some(scene.path("a/.git")),
        index_file: Some("next-index".into()),
        object_directory: Some(quarantine.clone()),
        quarantine: Some(quarantine.clone()),
        alternates: Some(scene.path("a/.git/objects").into()),
        ..Environment::none()
    };
    let (found, troubles) = Repository::open(&scene.path("other"), &env).unwrap();
    assert_eq!(troubles, []);
    assert_eq!(found.index, Path::new("next-index"));
    assert_eq!(found.work_tree, Some(scene.path("a")));
    let paths: Vec<_> = found
        .object_dirs
        .iter()
        .map(|dir| (&dir.path, dir.own))
        .collect();
    assert_eq!(
        paths,
        [(&quarantine, true), (&scene.path("a/.git/objects"), true)]
    );

    // A folder of another name, and nothing said about the tree: it is here.
    fs::rename(scene.path("a/.git"), scene.path("moved")).unwrap();
    let env = Environment {
        git_dir: Some(scene.path("moved")),
        ..Environment::none()
    };
    let (found, _) = Repository::open(&scene.path("other"), &env).unwrap();
    assert_eq!(found.work_tree, Some(scene.path("other")));
}

#[test]
fn what_was_left_out_is_known() {
    let Some(scene) = scene() else { return };
    scene.commit("a", "two", 1);
    let from = format!("file://{}", scene.path("a").display());
    scene.git(".", &["clone", "-q", "--depth=1", &from, "shallow"]);
    let tip = scene.id("a", "HEAD");
    assert_eq!(open(&scene.path("shallow")).shallow, BTreeSet::from([tip]));
    scene.git("a", &["config", "uploadpack.allowFilter", "true"]);
    scene.git(
        ".",
        &["clone", "-q", "--filter=blob:none", &from, "partial"],
    );
    assert!(open(&scene.path("partial")).partial);
    fs::remove_file(scene.path("partial/.git/config")).unwrap();
    assert!(open(&scene.path("partial")).partial, "its pack says so too");
}

#[cfg(unix)]
#[test]
fn a_fifo_is_never_waited_for() {
    let Some(scene) = scene() else { return };
    scene
        .dir("a/b")
        .fifo("a/b/.git")
        .fifo("a/.git/config")
        .fifo("a/.git/shallow");
    scene.fifo("a/.git/objects/info/alternates");
    let (found, troubles) = Repository::open(&scene.path("a/b"), &Environment::none()).unwrap();
    assert_eq!(real(&found.git_dir), real(&scene.path("a/.git")));
    assert_eq!(troubles.len(), 3, "{troubles:?}");
    assert!(
        troubles
            .iter()
            .all(|trouble| trouble.reason == SkipReason::BadRepository)
    );
    scene.fifo("a/.git/commondir");
    assert!(Repository::open(&scene.path("a"), &Environment::none()).is_err());
    std::fs::remove_file(scene.path("a/.git/commondir")).unwrap();
    scene.fifo("a/.git/HEAD");
    assert!(Repository::open(&scene.path("a"), &Environment::none()).is_err());
}

#[cfg(unix)]
#[test]
fn what_leads_out_must_be_confirmed_from_there() {
    use std::os::unix::fs::symlink;

    let Some(scene) = scene() else { return };
    scene.git("a", &["worktree", "add", "-q", "../linked"]);
    let real = |name: &str| scene.path(name).display().to_string();
    let outside = |name: &str| {
        let opened = Repository::open(&scene.path(name), &Environment::none());
        matches!(opened, Err(OpenError::Outside { .. }))
    };
    assert!(!outside("linked") && !outside("a"));

    // Files and links that lead to somebody's own.
    scene
        .file("1/.git", format!("gitdir: {}\n", real("a/.git")))
        .file(
            "2/.git",
            format!("gitdir: {}\n", real("a/.git/worktrees/linked")),
        )
        .file("6/.git/HEAD", "ref: refs/heads/main\n")
        .file("6/.git/commondir", real("a/.git"));
    for (name, to) in [
        ("3", "a/.git"),
        ("4", "linked/.git"),
        ("5", "a/.git/worktrees/linked"),
    ] {
        scene.dir(name);
        symlink(scene.path(to), scene.path(name).join(".git")).unwrap();
    }
    for part in ["objects", "refs", "packed-refs", "config", "index"] {
        let name = format!("part-{part}");
        scene.dir(&name).git(&name, &["init", "-q"]);
        let link = scene.path(&name).join(".git").join(part);
        drop(fs::remove_dir_all(&link));
        drop(fs::remove_file(&link));
        scene.file("a/.git/packed-refs", "");
        symlink(scene.path("a/.git").join(part), link).unwrap();
        assert!(outside(&name), "{part}");
    }
    for name in ["1", "2", "3", "4", "5", "6"] {
        assert!(outside(name), "{name}");
    }
    // Git itself goes there, and says so.
    let env = Environment {
        index_file: Some("index".into()),
        ..Environment::none()
    };
    assert!(Repository::open(&scene.path("1"), &env).is_ok());
    // Within the folder a link is one's own way of keeping things.
    fs::rename(scene.path("3/.git"), scene.path("7")).unwrap();
    scene.git(".", &["clone", "-q", "--bare", "a", "8/kept"]);
    symlink("kept", scene.path("8/.git")).unwrap();
    assert!(!outside("8"));
}
