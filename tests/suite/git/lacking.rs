//! What is missing, broken or meant in another way: it is told, and never taken for clean.

use super::scene::{Scene, told};
use crate::util::{Dir, paired, token};

#[test]
fn what_is_staged_and_missing_or_broken_is_told() {
    let scene = Scene::with(&[("x", "\n")]);
    scene.stage(&[
        ("gone.env", &paired(&token(1))),
        ("broken.env", &paired(&token(2))),
    ]);
    let path = |name: &str| {
        let id = scene.git("a", &["rev-parse", &format!(":{name}")]);
        (
            scene
                .dir
                .path(format!("a/.git/objects/{}/{}", &id[..2], &id[2..])),
            id,
        )
    };
    let [(gone, gone_id), (broken, broken_id)] = ["gone.env", "broken.env"].map(path);
    std::fs::remove_file(gone).unwrap();
    std::fs::remove_file(&broken).unwrap();
    std::fs::write(broken, "nonsense").unwrap();
    let report = scene.staged(&["--format", "json"]).code(2).json();
    let skips: Vec<_> = (report["coverage"]["skipped"].as_array().unwrap().iter())
        .map(|skip| {
            (
                skip["path"].as_str().unwrap(),
                skip["reason"].as_str().unwrap(),
                skip["object"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        skips,
        [
            ("broken.env", "corrupt_object", &*broken_id),
            ("gone.env", "missing_object", &*gone_id)
        ]
    );
    scene
        .staged(&[])
        .code(2)
        .says("INCOMPLETE")
        .lacks("WARNING");
}

#[test]
fn what_cannot_be_staged_is_explained() {
    let scene = Scene::with(&[("x", "\n")]);
    scene
        .scan(".", &["--staged"])
        .run()
        .code(2)
        .complains("not a git repository");
    scene
        .scan(".", &["--staged", "nowhere"])
        .run()
        .code(2)
        .complains("nowhere");
    scene
        .scan(".", &["--staged", "a", "a"])
        .run()
        .code(2)
        .complains("--staged takes one repository");
    scene
        .scan(".", &["--staged", "-"])
        .run()
        .code(2)
        .complains("--staged takes one repository");
    scene
        .scan("a", &["--staged", "--history"])
        .run()
        .code(2)
        .complains("cannot be used with");
    scene
        .scan("a", &["--staged", "--range", "a..b"])
        .run()
        .code(2)
        .complains("cannot be used with");
    scene.git(".", &["init", "-q", "--bare", "bare"]);
    scene
        .scan("bare", &["--staged"])
        .run()
        .code(2)
        .complains("without a work tree");
    scene.dir.file("a/.git/index", "no index");
    scene.staged(&[]).code(2).complains("index");
    scene.dir.file("a/.git/HEAD", "nonsense");
    scene.git("a", &["init", "-q", "."]);
}

#[test]
fn a_broken_head_makes_all_new_and_is_told() {
    let scene = Scene::with(&[("a.env", &paired(&token(1)))]);
    for head in [
        "ref: ../../elsewhere",
        "",
        "ref: refs/heads/../x",
        &"1".repeat(40),
    ] {
        scene.dir.file("a/.git/HEAD", head);
        let report = scene.staged(&["--format", "json"]).code(1).json();
        assert_eq!(report["coverage"]["complete"], false, "{head}");
    }
}

#[test]
fn a_shallow_clone_says_what_it_lacks() {
    let scene = Scene::with(&[("old.env", &paired(&token(1)))]);
    let base = scene.head();
    for n in 0..3 {
        scene.commit(&[("a", &n.to_string())]);
    }
    let url = format!("file://{}", scene.dir.path("a").display());
    scene.git(".", &["clone", "-q", "--depth", "2", &url, "b"]);
    let range = |range: &str| scene.scan("b", &["--range", range]).run();
    range(&format!("{base}..HEAD"))
        .code(2)
        .complains("fetch-depth: 0");
    range("HEAD~2..HEAD").code(2).complains("fetch-depth: 0");
    range("origin/gone..HEAD")
        .code(2)
        .complains("fetch-depth: 0");
    range("HEAD~1..HEAD").code(0);
    // The base is here, and the way to it is not.
    scene.git("b", &["fetch", "-q", "--depth", "1", "origin", &base]);
    let output = scene.scan(
        "b",
        &["--range", &format!("{base}..HEAD"), "--format", "json"],
    );
    let report = output.run().code(2).json();
    assert_eq!(
        report["coverage"]["skipped"][0]["reason"], "shallow",
        "{report:#}"
    );
    // What the base holds is not taken for new.
    assert_eq!(told(&report), []);
}

#[test]
fn a_partial_clone_says_what_it_lacks() {
    let scene = Scene::with(&[("a", "\n")]);
    scene.git("a", &["config", "uploadpack.allowFilter", "true"]);
    scene.commit(&[("b.env", "gone\n")]);
    scene.commit(&[("b.env", "\n")]);
    let url = format!("file://{}", scene.dir.path("a").display());
    scene.git(
        ".",
        &[
            "clone",
            "-q",
            "--filter=blob:none",
            "--no-checkout",
            &url,
            "b",
        ],
    );
    let report = scene
        .scan("b", &["--range", "HEAD~2..HEAD", "--format", "json"])
        .run()
        .code(2)
        .json();
    assert_eq!(
        report["coverage"]["skipped"][0]["reason"], "promised",
        "{report:#}"
    );
    assert_eq!(report["coverage"]["skipped"][0]["path"], "b.env");
}

#[test]
fn what_a_range_lacks_is_told() {
    let scene = Scene::with(&[("a", "\n")]);
    scene.commit(&[("d/gone.env", &paired(&token(1)))]);
    let blob = scene.git("a", &["rev-parse", "HEAD:d/gone.env"]);
    std::fs::remove_file(
        scene
            .dir
            .path(format!("a/.git/objects/{}/{}", &blob[..2], &blob[2..])),
    )
    .unwrap();
    let report = scene
        .range("HEAD~1..", &["--format", "json"])
        .code(2)
        .json();
    let skip = &report["coverage"]["skipped"][0];
    assert_eq!(
        (&skip["path"], &skip["object"], &skip["reason"]),
        (&"d/gone.env".into(), &blob.into(), &"missing_object".into())
    );
    let tree = scene.git("a", &["rev-parse", "HEAD:d"]);
    std::fs::remove_file(
        scene
            .dir
            .path(format!("a/.git/objects/{}/{}", &tree[..2], &tree[2..])),
    )
    .unwrap();
    let report = scene
        .range("HEAD~1..", &["--format", "json"])
        .code(2)
        .json();
    let skip = &report["coverage"]["skipped"][0];
    assert_eq!(
        (&skip["path"], &skip["object"], &skip["reason"]),
        (&"d".into(), &tree.into(), &"missing_object".into())
    );
}

#[test]
fn what_is_no_range_is_explained() {
    let scene = Scene::with(&[("a", "\n")]);
    let bad = |args: &[&str], what: &str| drop(scene.scan("a", args).run().code(2).complains(what));
    bad(&["--range", "nothing..HEAD"], "no such revision");
    bad(&["--range", "HEAD"], "HEAD");
    bad(&["--range", ".."], "BASE..HEAD");
    bad(&["--range", ""], "");
    bad(
        &["--range", "HEAD~9..HEAD"],
        "history does not go back so far",
    );
    bad(&["--range", "HEAD:a..HEAD"], "");
    bad(&["--range", &format!("{}..HEAD", "0".repeat(40))], "zeros");
    bad(&["--range", &format!("{}..HEAD", "1".repeat(40))], "fetch");
    bad(&["--range", "a..b", "--history"], "cannot be used with");
    bad(
        &["--range", "HEAD..HEAD", ".", "."],
        "--range takes one repository",
    );
    bad(&["--range", "-", "-"], "--range takes one repository");
    bad(&["--range"], "value is required");
    scene
        .scan(".", &["--range", "a..b"])
        .run()
        .code(2)
        .complains("not a git repository");
    let empty = Dir::new();
    empty.command("git").args(["init", "-q"]).run().code(0);
    empty
        .scan(["--range", "HEAD~1..HEAD"])
        .run()
        .code(2)
        .complains("no commit yet");
}
