//! What the walk leaves out in a repository, compared with what git would.

use super::super::testing::{Scene, git_is_there};
use super::*;

/// What git would show: tracked files, and untracked ones that nothing ignores.
fn git_files(scene: &Scene, folder: &str) -> Vec<String> {
    let listed = scene.git(
        folder,
        &["ls-files", "-z", "-c", "-o", "--exclude-standard"],
    );
    let mut names: Vec<_> = String::from_utf8(listed)
        .unwrap()
        .split_terminator('\0')
        .map(String::from)
        .collect();
    names.sort();
    names
}

fn commit(scene: &Scene, folder: &str, files: &[&str]) {
    scene.git(folder, &[&["add", "-f", "--"], files].concat());
    scene.git(folder, &["commit", "-q", "-m", "x"]);
}

fn no_ignore() -> Files {
    Files {
        no_ignore: true,
        ..Files::default()
    }
}

#[test]
fn what_is_only_called_like_a_repository_is_content() {
    let scene = Scene::new();
    scene.files(&["a/.git/config", "a/.git/deep/b", "a/c", "b/.git", "b/c"]);
    scene.repository("d/.git");
    scene
        .files(&["d/e"])
        .file("f/.git", "gitdir: ../nowhere")
        .file(".gitignore", "c\n");
    scene.repository(".git");
    let expected = [
        ".gitignore",
        "a/.git/config",
        "a/.git/deep/b",
        "b/.git",
        "d/e",
        "f/.git",
    ];
    let seen = scene.scan(&["."]);
    assert_eq!(
        (seen.files(), seen.coverage.ignored),
        (expected.to_vec(), 2)
    );
    let all = scene.scan_with(&["."], no_ignore());
    assert_eq!(all.files().len(), expected.len() + 2);
    assert_eq!(
        scene.scan(&["a"]).files(),
        ["a/.git/config", "a/.git/deep/b"]
    );
}

#[test]
fn ignore_files_are_honoured_as_git_does() {
    if !git_is_there() {
        return;
    }
    let scene = Scene::new();
    scene.git(".", &["init", "-q"]);
    scene.file(
        ".gitignore",
        "*.log\n/build\nout/\n!keep.log\n/docs/*\n!/docs/b\n",
    );
    scene
        .file("sub/.gitignore", "!*.log\nlocal\n")
        .file(".git/info/exclude", "secret\n");
    scene.files(&[
        "a.log",
        "keep.log",
        "build",
        "out",
        "x/out/a",
        "x/out/keep.log",
        "x/build/a",
    ]);
    scene.files(&[
        "sub/a.log",
        "sub/local",
        "sub/deep/local/a",
        "local",
        "docs/a/a",
        "docs/b/a",
        "secret",
    ]);
    // These are not git's.
    scene.file(".ignore", "*\n").file(".rgignore", "*\n");
    let seen = scene.scan(&["."]);
    assert_eq!(seen.files(), git_files(&scene, "."));
    assert!(seen.files().contains(&"keep.log") && !seen.files().contains(&"x/out/keep.log"));
    assert_eq!(seen.coverage.ignored, 7, "a folder counts once");
    assert!(seen.coverage.complete());

    let all = scene.scan_with(&["."], no_ignore());
    assert_eq!(all.coverage.ignored, 0);
    assert_eq!(all.files().len(), 18);
}

#[test]
fn rules_come_down_from_above_to_a_named_folder() {
    let scene = Scene::new();
    scene.repository(".git");
    scene
        .file(".git/info/exclude", "e\n")
        .file(".gitignore", "a\n/x/y/b\n")
        .file("x/.gitignore", "!a\n/y/c\n");
    scene.files(&["a", "x/y/a", "x/y/b", "x/y/c", "x/y/d", "x/y/e", "x/y/z/a"]);
    let expected = ["x/y/a", "x/y/d", "x/y/z/a"];
    assert_eq!(scene.scan(&["x/y"]).files(), expected);
    assert_eq!(scene.scan(&["x/y/"]).files(), expected);
    assert_eq!(scene.scan(&[".git/info"]).files(), [".git/info/exclude"]);
    // What the user names is in scope.
    assert_eq!(scene.scan(&["x/y/b", "a"]).files(), ["a", "x/y/b"]);
    scene.file("x/.gitignore", "y\n");
    assert_eq!(scene.scan(&["x/y"]).files(), ["x/y/c", "x/y/d"]);
    assert_eq!(scene.scan(&["x"]).files(), ["x/.gitignore"]);
}

#[test]
fn outside_a_repository_there_are_no_rules() {
    let scene = Scene::new();
    scene.file(".gitignore", "a\n").files(&["a", "b/a"]);
    scene.repository("b/.git");
    // Inside one, nothing comes down from outside.
    let seen = scene.scan(&["."]);
    assert_eq!(
        (seen.files(), seen.coverage.ignored),
        (vec![".gitignore", "a", "b/a"], 0)
    );
}

#[test]
fn what_git_tracks_is_read_whatever_is_ignored() {
    if !git_is_there() {
        return;
    }
    let scene = Scene::new();
    scene.git(".", &["init", "-q"]);
    scene
        .file(".gitignore", "*.log\nout/\n")
        .files(&["a.log", "b.log", "out/a", "out/b", "out/c/d", "out/e/f"]);
    commit(&scene, ".", &[".gitignore", "a.log", "out/a", "out/c/d"]);
    let expected = [".gitignore", "a.log", "out/a", "out/c/d"];
    let check = |how: &str| {
        let seen = scene.scan(&["."]);
        assert_eq!(seen.files(), expected, "{how}");
        assert_eq!(seen.files(), git_files(&scene, "."), "{how}");
        assert_eq!((seen.coverage.ignored, seen.skipped.len()), (3, 0), "{how}");
    };
    check("as written");
    for version in ["2", "3", "4"] {
        scene.git(".", &["update-index", "--index-version", version]);
        check(version);
    }
    scene.git(".", &["update-index", "--split-index"]);
    check("split");
    scene.file("g.log", "");
    scene.git(".", &["add", "-f", "g.log"]);
    assert_eq!(scene.scan(&["."]).files(), git_files(&scene, "."));
    assert_eq!(scene.scan(&["out/c"]).files(), ["out/c/d"]);
}

#[test]
fn any_kind_of_repository_is_understood() {
    if !git_is_there() {
        return;
    }
    let scene = Scene::new();
    scene
        .dir("main")
        .git("main", &["init", "-q", "--object-format=sha256"]);
    scene.file("main/.gitignore", "*.log\n").files(&[
        "main/a.log",
        "main/b.log",
        "main/cone/c",
        "main/off/d",
    ]);
    commit(&scene, "main", &[".gitignore", "a.log", "cone/c", "off/d"]);
    assert_eq!(
        scene.scan(&["main"]).files(),
        ["main/.gitignore", "main/a.log", "main/cone/c", "main/off/d"]
    );

    // A linked work tree has an index of its own and shares info/exclude.
    scene.git("main", &["worktree", "add", "-q", "../linked"]);
    scene
        .file("main/.git/info/exclude", "private\n")
        .files(&["linked/private", "linked/b.log"]);
    let linked = scene.scan(&["linked"]);
    assert_eq!(
        linked.files(),
        [
            "linked/.gitignore",
            "linked/a.log",
            "linked/cone/c",
            "linked/off/d"
        ]
    );
    assert_eq!(linked.coverage.ignored, 2);

    // In a sparse index a folder stands for all that is tracked below it.
    scene.git(
        "linked",
        &["sparse-checkout", "set", "--cone", "--sparse-index", "cone"],
    );
    scene
        .file("linked/off/d", "")
        .file("main/.git/info/exclude", "private\noff\n");
    assert_eq!(
        scene.scan(&["linked"]).files(),
        [
            "linked/.gitignore",
            "linked/a.log",
            "linked/cone/c",
            "linked/off/d"
        ]
    );
}

#[test]
fn a_submodule_has_its_own_rules() {
    if !git_is_there() {
        return;
    }
    let scene = Scene::new();
    scene.dir("lib").git("lib", &["init", "-q"]);
    scene.file("lib/.gitignore", "own\n").file("lib/a", "");
    commit(&scene, "lib", &[".gitignore", "a"]);
    scene.dir("main").git("main", &["init", "-q"]);
    scene.git("main", &["submodule", "add", "-q", "../lib", "lib"]);
    scene.file("main/.gitignore", "a\nlib/\nclone/\n");
    commit(&scene, "main", &[".gitignore"]);
    scene.files(&[
        "main/a",
        "main/lib/own",
        "main/lib/b",
        "main/clone/.git/HEAD",
        "main/clone/b",
    ]);
    let seen = scene.scan(&["main"]);
    let expected = [
        "main/.gitignore",
        "main/.gitmodules",
        "main/lib/.gitignore",
        "main/lib/a",
        "main/lib/b",
    ];
    assert_eq!(
        seen.files(),
        expected,
        "the submodule is tracked, the clone is ignored"
    );
    assert_eq!(seen.coverage.ignored, 3);
}

#[test]
fn an_index_that_cannot_be_read_is_a_skip() {
    let scene = Scene::new();
    scene
        .repository(".git")
        .file(".git/index", "garbage")
        .files(&["a", "b"]);
    assert!(
        scene.scan(&["."]).coverage.complete(),
        "it is not even asked for"
    );
    scene.file(".gitignore", "a\n");
    let scan = || {
        let seen = scene.scan(&["."]);
        assert_eq!(
            (seen.files(), seen.coverage.ignored),
            (vec![".gitignore", "b"], 1)
        );
        seen.skipped
    };
    assert_eq!(
        scan(),
        [".git/index bad_ignore_file not an index that could be read"]
    );
    for hostile in [
        &b"DIRC\0\0\0\x02\xff\xff\xff\xff"[..],
        b"DIRC\0\0\0\x04\xff\xff\xff\xff",
        b"DIRC\0\0\0\x09",
    ] {
        scene.file(".git/index", [hostile, &[b'a'; 500]].concat());
        assert_eq!(
            scan(),
            [".git/index bad_ignore_file not an index that could be read"]
        );
    }
    std::fs::remove_file(scene.path(".git/index")).unwrap();
    assert_eq!(scan(), [""; 0], "a new repository has none");
    scene.dir(".git/index");
    assert_eq!(scan(), [".git/index bad_ignore_file not a regular file"]);
}

#[test]
fn an_ignore_file_that_cannot_be_read_is_a_skip() {
    let scene = Scene::new();
    scene
        .repository(".git")
        .file("a/.gitignore", "b\n".repeat(1 << 20))
        .dir("b/.gitignore")
        .files(&["a/b", "b/c"]);
    let seen = scene.scan(&["."]);
    assert_eq!(seen.files(), ["a/b", "b/c"]);
    assert_eq!(
        seen.skipped,
        ["a/.gitignore bad_ignore_file larger than 524288 bytes"]
    );
}

#[test]
fn a_work_tree_file_that_leads_nowhere_is_no_repository() {
    let scene = Scene::new();
    scene
        .file("a/.git", "gitdir: ../gone\n")
        .file("a/.gitignore", "b\n")
        .file("a/b", "");
    scene
        .file("c/.git", "nonsense")
        .file("c/.gitignore", "b\n")
        .file("c/b", "");
    assert_eq!(
        scene.scan(&["."]).files(),
        [
            "a/.git",
            "a/.gitignore",
            "a/b",
            "c/.git",
            "c/.gitignore",
            "c/b"
        ]
    );
}

#[test]
fn one_ignored_tree_looks_the_same_from_everywhere() {
    let scene = Scene::new();
    scene
        .repository(".git")
        .file(".gitignore", "deep/er/x\n")
        .files(&["deep/er/x/y", "deep/er/z"]);
    let expected = scene.scan(&["deep"]);
    assert_eq!(expected.files(), ["deep/er/z"]);
    assert_eq!(scene.scan(&["deep/er"]), expected);
}
