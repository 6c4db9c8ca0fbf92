//! `scan --range A..B`: every document that a commit of the range holds and none of its parents does.

use serde_json::Value;

use super::scene::{Scene, pair, places, told};
use crate::util::{id, lonely, paired, token};

const SERVER: &str = "https://chat.example.org";

/// A commit with this message, of everything that is staged.
fn say(scene: &Scene, message: &str) -> String {
    scene.git("a", &["commit", "-q", "--allow-empty", "-m", message]);
    scene.head()
}

fn commits<'v>(finding: &'v Value, which: &str) -> Vec<&'v str> {
    let list = finding["history"][which].as_array().expect("commits");
    list.iter()
        .map(|commit| commit["commit"].as_str().expect("an id"))
        .collect()
}

#[test]
fn what_was_added_and_removed_again_is_found() {
    let scene = Scene::with(&[("old.env", &paired(&token(1)))]);
    let added = scene.commit(&[("deep/new.env", &paired(&token(2)))]);
    let changed = scene.commit(&[("deep/new.env", &format!("#\n{}", paired(&token(2))))]);
    let removed = scene.commit(&[("deep/new.env", "\n")]);
    scene.commit(&[("after.env", &paired(&token(3)))]);
    let report = scene
        .range("HEAD~4..HEAD~1", &["--format", "json"])
        .code(1)
        .quietly()
        .json();
    assert_eq!(told(&report), [(id(&token(2)), false, SERVER.to_owned())]);
    assert_eq!(report["coverage"]["commits"], 3);
    assert_eq!(
        report["coverage"]["documents"], 6,
        "three commits, three blobs"
    );
    assert_eq!(report["scan"]["sources"][0]["range"], "HEAD~4..HEAD~1");
    let finding = &report["findings"][0];
    // The second version holds it as well, and adds nothing.
    assert_eq!(commits(finding, "introduced"), [&added]);
    assert_eq!(commits(finding, "removed"), [&removed]);
    assert_eq!(finding["history"]["at_head"], false);
    assert_eq!(finding["history"]["reachable_from"], "ref");
    assert_eq!(
        finding["history"]["refs"],
        serde_json::json!([]),
        "they lead further"
    );
    let git: Vec<&str> = (finding["locations"].as_array().unwrap().iter())
        .map(|place| place["git"]["commit"].as_str().unwrap())
        .collect();
    assert_eq!(git, [&added, &changed]);
    assert_eq!(places(&report)[0], ("blob".into(), "deep/new.env".into()));
    // Nothing of it in the rest.
    scene
        .range("HEAD~3..HEAD~2", &[])
        .code(0)
        .says("1 was there before");
    scene.range("HEAD~2..HEAD~1", &[]).code(0);
    // Short ids, and the two ends left out.
    let base = &added[..10];
    scene.range(&format!("{base}^..{base}"), &[]).code(1);
    let report = scene
        .range("HEAD~4..", &["--format", "json"])
        .code(1)
        .json();
    let refs = serde_json::json!(["HEAD", "refs/heads/main"]);
    assert_eq!(report["findings"][1]["history"]["refs"], refs);
    assert_eq!(told(&report).len(), 2);
}

#[test]
fn nothing_is_nothing_unusual() {
    let scene = Scene::with(&[("a.env", &paired(&token(1)))]);
    scene.commit(&[]);
    for range in ["HEAD..HEAD", "HEAD..HEAD~1", "HEAD...HEAD"] {
        let said = scene.range(range, &[]).code(0).quietly().text();
        assert!(
            said.starts_with("clean: the range adds nothing, 0 unpaired"),
            "{said}"
        );
    }
    scene
        .range("HEAD~1..HEAD", &[])
        .code(0)
        .says("clean: nothing found")
        .says("1 commit");
}

#[test]
fn three_dots_begin_where_two_parted() {
    let scene = Scene::with(&[("a", "\n")]);
    scene.git("a", &["branch", "side"]);
    scene.commit(&[("main.env", &paired(&token(1)))]);
    scene.git("a", &["checkout", "-q", "side"]);
    scene.commit(&[("side.env", &paired(&token(2)))]);
    for range in ["main...side", "main..side"] {
        let report = scene.range(range, &["--format", "json"]).code(1).json();
        assert_eq!(
            told(&report),
            [(id(&token(2)), false, SERVER.to_owned())],
            "{range}"
        );
    }
}

#[test]
fn a_merge_adds_only_what_no_parent_has() {
    let scene = Scene::with(&[("a.env", "one\n"), ("b", "\n")]);
    scene.git("a", &["checkout", "-qb", "side"]);
    scene.commit(&[("side.env", &paired(&token(1)))]);
    scene.git("a", &["checkout", "-q", "main"]);
    let base = scene.commit(&[("b", "two\n")]);
    scene.git("a", &["merge", "-q", "--no-edit", "side"]);
    // What came with the side branch is of its commit.
    let report = scene
        .range(&format!("{base}.."), &["--format", "json"])
        .code(1)
        .json();
    let side = scene.git("a", &["rev-parse", "side"]);
    assert_eq!(commits(&report["findings"][0], "introduced"), [&side]);
    // Seen from the side branch the merge brings nothing.
    scene.range("side..", &[]).code(0).says("0 unpaired");
}

#[test]
fn an_evil_merge_is_read() {
    let scene = Scene::with(&[("a.env", "one\n")]);
    scene.git("a", &["checkout", "-qb", "side"]);
    scene.commit(&[("a.env", "two\n"), ("same.env", &paired(&token(2)))]);
    scene.git("a", &["checkout", "-q", "main"]);
    scene.commit(&[("a.env", "three\n")]);
    scene
        .try_git("a", &["merge", "-q", "--no-edit", "side"])
        .code(1);
    let merge = scene.commit(&[
        ("a.env", &paired(&token(1))),
        ("new.env", &lonely(&token(3))),
    ]);
    let range = format!("{merge}^1..{merge}");
    let report = scene.range(&range, &["--format", "json"]).code(1).json();
    let found: Vec<String> = told(&report).into_iter().map(|found| found.0).collect();
    assert!(found.contains(&id(&token(1))), "{report:#}");
    let evil = report["findings"].as_array().unwrap().iter();
    let evil = evil
        .clone()
        .find(|finding| finding["id"] == id(&token(1)).as_str());
    assert_eq!(
        commits(evil.expect("the evil merge"), "introduced"),
        [&merge]
    );
}

#[test]
fn pairs_are_judged_commit_by_commit() {
    let url = "MATTERMOST_URL=https://chat.example.org\n";
    let old = pair(&token(1), "chat.example.org");
    let scene = Scene::with(&[
        ("old.env", &old),
        ("url.env", url),
        ("d/token.env", &lonely(&token(3))),
    ]);
    scene.git("a", &["tag", "base"]);
    // Nothing new: a remark, another name, another server's own file.
    scene.commit(&[("old.env", &format!("# remark\n{old}"))]);
    scene.git("a", &["mv", "old.env", "renamed.env"]);
    scene.commit(&[("d/token.env", &format!("#\n{}", lonely(&token(3))))]);
    let report = scene
        .range("base..", &["--format", "json", "--unpaired", "fail"])
        .code(0)
        .json();
    let mut found = told(&report);
    found.sort_by_key(|found| found.2.clone());
    let expected = [
        (id(&token(3)), true, String::new()),
        (id(&token(1)), true, SERVER.to_owned()),
    ];
    assert_eq!(found, expected);
    assert_eq!(commits(&report["findings"][0], "introduced"), [""; 0]);
    // A token beside an old URL, and a URL beside an old token.
    scene.git("a", &["tag", "-f", "base"]);
    let token_added =
        scene.commit(&[("url.env", &format!("{url}MATTERMOST_TOKEN={}\n", token(2)))]);
    let url_added = scene.commit(&[("d/token.env", &pair(&token(3), "chat.example.org"))]);
    scene.commit(&[(
        "d/token.env",
        &format!("#\n{}", pair(&token(3), "chat.example.org")),
    )]);
    let report = scene.range("base..", &["--format", "json"]).code(1).json();
    for (n, commit) in [(2, &token_added), (3, &url_added)] {
        let finding = report["findings"].as_array().unwrap().iter();
        let finding = finding
            .clone()
            .find(|finding| finding["id"] == id(&token(n)).as_str());
        let finding = finding.expect("a finding");
        assert_eq!(finding["pre_existing"], false);
        assert_eq!(finding["host"]["url"], SERVER);
        assert_eq!(commits(finding, "introduced"), [commit], "{n}");
    }
    // What was taken away and comes back is new.
    scene.git("a", &["tag", "-f", "base"]);
    scene.commit(&[("renamed.env", "\n")]);
    let back = scene.commit(&[("renamed.env", &old)]);
    let report = scene.range("base..", &["--format", "json"]).code(1).json();
    assert_eq!(told(&report), [(id(&token(1)), false, SERVER.to_owned())]);
    assert_eq!(commits(&report["findings"][0], "introduced"), [&back]);
    assert_eq!(report["findings"][0]["history"]["at_head"], true);
}

#[test]
fn siblings_are_those_of_the_commit() {
    let url = |server: &str| format!("MATTERMOST_URL=https://{server}\n");
    let scene = Scene::with(&[("d/development.env", &url("chat.example.org"))]);
    scene.git("a", &["tag", "base"]);
    scene.commit(&[("d/creds.env", &lonely(&token(1)))]);
    scene.commit(&[("d/development.env", &url("later.example.org"))]);
    let report = scene.range("base..", &["--format", "json"]).code(1).json();
    assert_eq!(told(&report), [(id(&token(1)), false, SERVER.to_owned())]);
    assert_eq!(report["findings"][0]["host"]["paired_by"], "sibling");
}

#[test]
fn messages_authors_names_and_links_are_read() {
    let scene = Scene::with(&[("a", "\n")]);
    scene.git("a", &["tag", "base"]);
    let message = say(
        &scene,
        &format!(
            "subject\n\nMattermost {SERVER}\nmattermost_token={}",
            token(1)
        ),
    );
    let who = format!("mattermost {SERVER} token={} <a@b>", token(2));
    scene.git(
        "a",
        &["commit", "-q", "--allow-empty", "-m", "x", "--author", &who],
    );
    let author = scene.head();
    scene
        .dir
        .link("a/link", format!("{SERVER}/hooks/{}", token(3)));
    let name = format!("mattermost_token={}", token(4));
    scene.write(&[(&name, "\n")]);
    scene.git("a", &["add", "."]);
    let named = say(&scene, "names");
    let report = scene
        .range("base..", &["--format", "json", "--unpaired", "fail"])
        .code(1)
        .json();
    let mut found: Vec<(String, String, String)> = Vec::new();
    for finding in report["findings"].as_array().unwrap() {
        let place = &finding["locations"][0];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        found.push((
            text(&finding["id"]),
            text(&place["kind"]),
            text(&place["git"]["commit"]),
        ));
        assert_eq!(
            commits(finding, "introduced"),
            [&text(&place["git"]["commit"])]
        );
    }
    found.sort();
    let mut expected = [
        (id(&token(1)), "commit_message".to_owned(), message),
        (id(&token(2)), "author".to_owned(), author),
        (id(&token(3)), "symlink".to_owned(), named.clone()),
        (id(&token(4)), "path".to_owned(), named),
    ];
    expected.sort();
    assert_eq!(found, expected, "{report:#}");
}

#[test]
fn a_message_is_new_whatever_files_held() {
    let text = paired(&token(1));
    let scene = Scene::with(&[("a.env", &text)]);
    scene.stage(&[("a.env", "\n")]);
    say(&scene, &format!("remove\n\n{text}"));
    scene.range("HEAD~1..", &[]).code(1);
}

#[test]
fn a_range_of_a_first_commit_and_of_two_roots() {
    let scene = Scene::with(&[("a.env", &paired(&token(1)))]);
    scene.git("a", &["checkout", "-q", "--orphan", "other"]);
    scene.commit(&[("b.env", &paired(&token(2)))]);
    let report = scene
        .range("main..other", &["--format", "json"])
        .code(1)
        .json();
    // What is in another root's commit is new there.
    assert_eq!(told(&report).len(), 2, "{report:#}");
    scene.range("main...other", &[]).code(1);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let scene = Scene::new();
    for n in 0..40 {
        let name = format!("{}/{}.env", n % 5, n % 7);
        scene.commit(&[(&name, &pair(&token(n % 11), "chat.example.org"))]);
    }
    let run = |jobs: &str| {
        let report = scene
            .range("HEAD~39..", &["--format", "json", "-j", jobs])
            .code(1);
        let mut report = report.json();
        report["scan"] = Value::Null;
        report
    };
    let one = run("1");
    assert_eq!(told(&one).len(), 11, "{one:#}");
    for jobs in ["2", "7"] {
        assert_eq!(run(jobs), one);
    }
}

#[test]
fn large_files_are_read_in_windows() {
    let scene = Scene::with(&[("a", "\n")]);
    let filler = "filler and no more\n".repeat(500_000);
    let text = format!("{filler}{}", paired(&token(1)));
    let wide: Vec<u8> = (format!("\u{feff}{filler}{}", paired(&token(2))).encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    scene.dir.file("a/wide.env", wide);
    scene.git("a", &["add", "wide.env"]);
    scene.stage(&[("plain.env", &text)]);
    let found = |report: &Value| {
        let mut found: Vec<String> = told(report).into_iter().map(|found| found.0).collect();
        found.sort();
        found
    };
    let mut expected = [id(&token(1)), id(&token(2))];
    expected.sort();
    let report = scene.staged(&["--format", "json"]).code(1).json();
    assert_eq!(found(&report), expected, "{report:#}");
    say(&scene, "large");
    let report = scene
        .range("HEAD~1..", &["--format", "json"])
        .code(1)
        .json();
    assert_eq!(found(&report), expected, "{report:#}");
    // Left out where the user says so.
    let report = scene.range("HEAD~1..", &["--format", "json", "--max-file-size", "1M"]);
    let report = report.code(0).json();
    assert_eq!(report["coverage"]["too_large"], 2);
}
