//! `scan --staged`: whole blobs of the index that git is about to commit.

use super::scene::{Scene, pair, places, told};
use crate::util::{id, lonely, paired, token};

const HOOK: &str = "$SCAN --staged --unpaired fail";

/// A repository whose commits the program looks at first.
fn guarded(files: &[(&str, &str)]) -> Scene {
    let scene = Scene::with(files);
    scene.hook("a/.git", "pre-commit", HOOK);
    scene
}

#[test]
fn what_is_staged_is_found_and_nothing_else() {
    let scene = Scene::with(&[("old.env", &paired(&token(1)))]);
    scene.stage(&[("deep/er/new.env", &paired(&token(2)))]);
    scene.write(&[
        ("deep/er/new.env", "nothing\n"),
        ("loose.env", &paired(&token(3))),
    ]);
    let report = scene.staged(&["--format", "json"]).code(1).quietly().json();
    let [found] = &told(&report)[..] else {
        panic!("{report:#}")
    };
    assert_eq!(
        *found,
        (id(&token(2)), false, "https://chat.example.org".into())
    );
    assert_eq!(
        places(&report),
        [("index".into(), "deep/er/new.env".into())]
    );
    let blob = scene.git("a", &["rev-parse", ":deep/er/new.env"]);
    assert_eq!(
        report["findings"][0]["locations"][0]["git"]["blob"],
        blob.as_str()
    );
    assert!(report["findings"][0]["history"].is_null(), "{report:#}");
    assert_eq!(report["coverage"]["documents"], 1);
    assert_eq!(report["scan"]["sources"][0]["kind"], "staged");
    // From elsewhere, and from a folder within.
    scene.scan(".", &["--staged", "a"]).run().code(1);
    scene.scan("a/deep", &["--staged"]).run().code(1);
    scene.scan("a/deep", &["--staged", "er"]).run().code(1);
}

#[test]
fn nothing_staged_is_nothing_unusual() {
    let scene = Scene::new();
    for _ in 0..2 {
        let said = scene.staged(&[]).code(0).quietly().text();
        let expected = "clean: nothing new is staged, 0 unpaired; 0 documents";
        assert!(said.starts_with(expected), "{said}");
        scene.commit(&[("a.env", &paired(&token(1)))]);
    }
    scene.git("a", &["rm", "-q", "a.env"]);
    scene.staged(&[]).code(0).says("nothing new is staged");
}

#[test]
fn commits_are_blocked_however_they_are_made() {
    let leak = paired(&token(1));
    let scene = guarded(&[("a.env", "\n"), ("b.env", "\n")]);
    let before = scene.head();
    scene.write(&[("a.env", &leak)]);
    let blocked = [
        &["commit", "-qam", "all"][..],
        &["commit", "-qm", "one", "a.env"],
        &["commit", "-qm", "one", "-i", "a.env"],
        &["commit", "-q", "--amend", "-am", "again"],
    ];
    for args in blocked {
        scene
            .try_git("a", args)
            .code(1)
            .complains("1 credential found");
        assert_eq!(scene.head(), before, "{args:?}");
    }
    // What is staged is not what is committed here.
    scene.git("a", &["add", "a.env"]);
    scene.write(&[("b.env", "new\n")]);
    scene.git("a", &["commit", "-qm", "the other", "b.env"]);
    scene.try_git("a", &["commit", "-qm", "staged"]).code(1);
    // And what is committed is not what the work tree has.
    scene.write(&[("a.env", "\n")]);
    scene.try_git("a", &["commit", "-qm", "staged"]).code(1);
    scene.git(
        "a",
        &["commit", "-qm", "the work tree", "-a", "--allow-empty"],
    );
    // Without a server it counts as well.
    scene.stage(&[("c.env", &lonely(&token(2)))]);
    scene.try_git("a", &["commit", "-qm", "lonely"]).code(1);
    scene.stage(&[("c.env", "nothing\n")]);
    scene.git("a", &["commit", "-qm", "clean"]);
    let report = scene.scan("a", &["--format", "json"]).run().json();
    assert_eq!(told(&report), []);
}

#[test]
fn a_hook_may_name_the_repository() {
    let scene = Scene::with(&[("a.env", "\n")]);
    let leak = paired(&token(1));
    for named in [
        "\"$(git rev-parse --show-toplevel)\"",
        "\"$PWD\"",
        "./",
        "../a",
    ] {
        scene.hook("a/.git", "pre-commit", &format!("$SCAN --staged {named}"));
        scene.write(&[("a.env", &leak)]);
        scene.try_git("a", &["commit", "-qam", "all"]).code(1);
        scene
            .try_git("a", &["commit", "-qm", "one", "a.env"])
            .code(1);
    }
    // Another repository is not the one that is being committed to.
    scene.git(".", &["init", "-q", "b"]);
    scene.hook("a/.git", "pre-commit", "$SCAN --staged ../b");
    scene.git("a", &["commit", "-qam", "all"]);
}

#[test]
fn before_the_first_commit_all_is_new() {
    let scene = Scene::new();
    scene.hook("a/.git", "pre-commit", HOOK);
    scene.stage(&[("a.env", &paired(&token(1)))]);
    scene.try_git("a", &["commit", "-qm", "first"]).code(1);
    scene.staged(&[]).code(1);
}

#[test]
fn a_linked_work_tree_has_an_index_of_its_own() {
    let scene = guarded(&[("a.env", "\n")]);
    scene.git("a", &["worktree", "add", "-q", "../b"]);
    scene.dir.file("b/b.env", paired(&token(1)));
    scene.git("b", &["add", "b.env"]);
    scene.try_git("b", &["commit", "-qm", "linked"]).code(1);
    scene.scan("b", &["--staged"]).run().code(1);
    scene.staged(&[]).code(0);
}

#[test]
fn a_merge_in_progress_is_read_from_the_index() {
    let scene = guarded(&[("a.env", "one\n"), ("c.env", "c\n")]);
    scene.git("a", &["checkout", "-qb", "side"]);
    scene.commit(&[("a.env", "two\n"), ("side.env", &paired(&token(1)))]);
    scene.git("a", &["checkout", "-q", "main"]);
    scene.commit(&[("a.env", "three\n")]);
    scene.try_git("a", &["merge", "side"]).code(1);
    // All stages of a conflict are read.
    let report = scene.staged(&["--format", "json"]).code(1).json();
    assert_eq!(told(&report)[0].0, id(&token(1)));
    scene.git("a", &["rm", "-qf", "side.env"]);
    scene.staged(&[]).code(0);
    scene.stage(&[("a.env", &paired(&token(2)))]);
    scene.try_git("a", &["commit", "-qm", "merge"]).code(1);
    scene.stage(&[("a.env", "four\n")]);
    scene.git("a", &["commit", "-qm", "merge"]);
}

#[test]
fn a_conflict_holds_what_either_side_has() {
    let scene = Scene::with(&[("a.env", "one\n")]);
    scene.git("a", &["checkout", "-qb", "side"]);
    scene.commit(&[("a.env", &paired(&token(1)))]);
    scene.git("a", &["checkout", "-q", "main"]);
    scene.commit(&[("a.env", &paired(&token(2)))]);
    scene.try_git("a", &["merge", "side"]).code(1);
    let report = scene.staged(&["--format", "json"]).code(1).json();
    let mut found = told(&report);
    found.sort_by_key(|found| found.1);
    let server = "https://chat.example.org".to_owned();
    // Ours is what HEAD has: it does not differ.
    assert_eq!(found, [(id(&token(1)), false, server)]);
}

#[test]
fn what_is_only_announced_or_of_another_mode_is_not_new() {
    let scene = Scene::with(&[("a.env", &paired(&token(1)))]);
    scene.write(&[("b.env", &paired(&token(2)))]);
    scene.git("a", &["add", "-N", "b.env"]);
    scene.git("a", &["update-index", "--chmod=+x", "a.env"]);
    scene.staged(&[]).code(0).says("nothing new is staged");
}

#[test]
fn a_pair_that_was_there_passes() {
    let old = pair(&token(1), "chat.example.org");
    let scene = guarded(&[
        ("a.env", &old),
        ("r.env", &pair(&token(2), "chat.example.org")),
    ]);
    scene.stage(&[("a.env", &format!("# a remark\n{old}MORE=1\n"))]);
    scene.git("a", &["mv", "r.env", "renamed.env"]);
    let report = scene.staged(&["--format", "json"]).code(0).json();
    let found = told(&report);
    assert_eq!(found.len(), 2, "{report:#}");
    assert!(found.iter().all(|found| found.1), "{report:#}");
    assert_eq!(report["summary"]["pre_existing"], 2);
    assert_eq!(report["summary"]["findings"], 0);
    let said = scene.staged(&[]).code(0).lacks("There before").text();
    assert!(said.contains("2 were there before"), "{said}");
    scene
        .staged(&["-v"])
        .code(0)
        .says("There before")
        .says("a.env:3:18");
    scene.git("a", &["commit", "-qm", "passes"]);
    // A copy of what HEAD has elsewhere is new.
    scene.stage(&[("copy.env", &old)]);
    scene.try_git("a", &["commit", "-qm", "copy"]).code(1);
}

#[test]
fn a_token_beside_an_old_url_is_new() {
    let url = "MATTERMOST_URL=https://chat.example.org\n";
    let scene = guarded(&[("a.env", url)]);
    scene.stage(&[("a.env", &format!("{url}MATTERMOST_TOKEN={}\n", token(1)))]);
    let report = scene.staged(&["--format", "json"]).code(1).json();
    assert_eq!(
        told(&report),
        [(id(&token(1)), false, "https://chat.example.org".into())]
    );
    scene.try_git("a", &["commit", "-qm", "token"]).code(1);
}

#[test]
fn a_url_beside_an_old_token_is_new() {
    let scene = guarded(&[("a.env", &lonely(&token(1)))]);
    // Another remark on a token without a server changes nothing.
    scene.stage(&[("a.env", &format!("# remark\n{}", lonely(&token(1))))]);
    let report = scene
        .staged(&["--format", "json", "--unpaired", "fail"])
        .code(0)
        .json();
    assert_eq!(told(&report), [(id(&token(1)), true, String::new())]);
    scene.stage(&[("a.env", &pair(&token(1), "chat.example.org"))]);
    let report = scene.staged(&["--format", "json"]).code(1).json();
    assert_eq!(
        told(&report),
        [(id(&token(1)), false, "https://chat.example.org".into())]
    );
    scene.try_git("a", &["commit", "-qm", "url"]).code(1);
    scene.commit(&[]);
    // And another server makes another pair.
    scene.stage(&[("a.env", &pair(&token(1), "other.example.org"))]);
    let report = scene.staged(&["--format", "json"]).code(1).json();
    assert_eq!(
        told(&report),
        [(id(&token(1)), false, "https://other.example.org".into())]
    );
}

#[test]
fn siblings_are_those_of_the_index() {
    let url = "MATTERMOST_URL=https://chat.example.org\n";
    let scene = Scene::with(&[("d/development.env", url), ("d/x", "\n")]);
    // The work tree's version is not the one that counts.
    scene.write(&[(
        "d/development.env",
        "MATTERMOST_URL=https://wrong.example.org\n",
    )]);
    scene.stage(&[("d/creds.env", &lonely(&token(1)))]);
    let report = scene.staged(&["--format", "json"]).code(1).json();
    let server = "https://chat.example.org".to_owned();
    assert_eq!(told(&report), [(id(&token(1)), false, server.clone())]);
    let host = &report["findings"][0]["host"];
    assert_eq!(
        (&host["paired_by"], &host["location"]["path"]),
        (&"sibling".into(), &"d/development.env".into())
    );
    // Beside the same sibling it was a pair before.
    scene.git("a", &["checkout", "-q", "d/development.env"]);
    scene.commit(&[]);
    scene.stage(&[("d/creds.env", &format!("#\n{}", lonely(&token(1))))]);
    let report = scene.staged(&["--format", "json"]).code(0).json();
    assert_eq!(told(&report), [(id(&token(1)), true, server)]);
    // So it is with a server that the user names.
    scene.git("a", &["rm", "-qf", "d/development.env"]);
    scene.commit(&[]);
    scene.stage(&[("d/creds.env", &format!("##\n{}", lonely(&token(1))))]);
    let args = ["--server", "https://mine.example.org", "--format", "json"];
    let report = scene.staged(&args).code(0).json();
    assert_eq!(
        told(&report),
        [(id(&token(1)), true, "https://mine.example.org".into())]
    );
}

#[test]
fn names_and_links_are_read() {
    let [one, two, three] = [token(1), token(2), token(3)];
    let scene = Scene::with(&[("x", "\n")]);
    let url = format!("https://chat.example.org/hooks/{one}");
    scene.dir.link("a/link", &url);
    let file = format!("mattermost_token={two}&url=chat.example.org");
    let folder = format!("mattermost_token={three}");
    scene.write(&[
        (&file, "\n"),
        (&format!("{folder}/a"), "\n"),
        (&format!("{folder}/b"), "\n"),
    ]);
    scene.git("a", &["add", "."]);
    let report = scene
        .staged(&["--format", "json", "--unpaired", "fail"])
        .code(1)
        .json();
    let mut kinds: Vec<(String, String)> = Vec::new();
    for finding in report["findings"].as_array().expect("findings") {
        for place in finding["locations"].as_array().expect("places") {
            kinds.push((
                finding["id"].as_str().unwrap().into(),
                place["kind"].as_str().unwrap().into(),
            ));
        }
    }
    kinds.sort();
    let mut expected = [
        (id(&one), "symlink".to_owned()),
        (id(&two), "path".to_owned()),
        (id(&three), "path".to_owned()),
    ];
    expected.sort();
    assert_eq!(kinds, expected, "{report:#}");
    // A new file in a folder of that name does not make the name new.
    scene.commit(&[]);
    scene.stage(&[(&format!("{folder}/c"), "\n")]);
    scene.staged(&["--unpaired", "fail"]).code(0);
}

#[test]
fn a_packed_head_is_found() {
    let scene = Scene::with(&[("a.env", &paired(&token(1)))]);
    scene.git("a", &["pack-refs", "--all"]);
    scene.git("a", &["gc", "-q"]);
    scene.staged(&[]).code(0).says("nothing new is staged");
    scene.git("a", &["checkout", "-q", "--detach"]);
    scene.staged(&[]).code(0).says("nothing new is staged");
}
