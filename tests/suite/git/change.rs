//! `scan --range`: a change is judged by what was agreed before it.

use serde_json::Value;

use super::scene::Scene;
use crate::triage::FORMATS;
use crate::util::{Output, id, lonely, paired, token};

const CONFIG: &str = ".matterleaks.yml";
const LIST: &str = ".matterleaksignore";

fn last(scene: &Scene, args: &[&str]) -> Output {
    scene.range("HEAD~..HEAD", &[&["--unpaired", "fail"], args].concat())
}

#[test]
fn no_change_excludes_its_own_leak() {
    for (n, config) in [
        "exclude: ['*']\n",
        "exclude: ['a.env']\n",
        "baseline: known.yml\n",
    ]
    .iter()
    .enumerate()
    {
        let token = token(9000 + n as u64);
        let known = format!(
            "version: 1\nfindings:\n- {{id: {}, hosts: ['https://chat.example.org'], reason: x}}\n",
            id(&token)
        );
        let scene = Scene::with(&[("x", "x")]);
        scene.commit(&[(CONFIG, config), ("known.yml", &known)]);
        scene.commit(&[("a.env", &paired(&token))]);
        // Agreed before: it holds.
        last(&scene, &[]).code(0).says("1 accepted");
        // Brought along: it does not.
        scene.range("HEAD~2..HEAD", &[]).code(1);
        scene
            .range("HEAD~2...HEAD", &["--accept-from", "base"])
            .code(1);
        // Taken away by the change: it still does.
        scene.commit(&[(CONFIG, "{}\n"), ("b.env", &paired(&token))]);
        if n != 1 {
            last(&scene, &[]).code(0);
        }
    }
}

#[test]
fn no_change_loosens_lists_and_rules_that_were_typed() {
    let scene = Scene::with(&[("x", "x"), ("known.yml", "version: 1\nfindings: []\n")]);
    let known = format!(
        "version: 1\nfindings:\n- {{id: {}, hosts: ['https://chat.example.org'], reason: x}}\n",
        id(&token(9010))
    );
    scene.commit(&[("known.yml", &known), ("a.env", &paired(&token(9010)))]);
    let typed = ["--baseline", "known.yml"];
    last(&scene, &typed).code(1);
    // One that no commit has is the caller's own.
    scene.write(&[("mine.yml", &known)]);
    last(&scene, &["--baseline", "mine.yml"]).code(0);
    scene.commit(&[("b.env", &paired(&token(9010)))]);
    last(&scene, &typed).code(0).says("1 accepted");

    // A product of the project's own, to whose rule the change puts a hole.
    let rule = include_str!("../../../fixtures/rocketchat/rocketchat.yml");
    let blind = rule.replace("{43}", "{300}");
    assert_ne!(rule, blind);
    let user: String = token(9011).chars().take(17).collect();
    let long = [token(9012), token(9013)].concat();
    let leak = format!(
        "ROCKET_CHAT_SERVER=chat.corp.example\nROCKET_CHAT_USER_ID={user}\nROCKET_CHAT_TOKEN={}\n",
        &long[..43]
    );
    scene.commit(&[("rules/own.yml", rule)]);
    scene.commit(&[("rules/own.yml", &blind), ("c.env", &leak)]);
    for typed in ["rules", "rules/own.yml"] {
        last(&scene, &["--rules", typed])
            .code(1)
            .says("Rocket.Chat");
    }
}

#[test]
fn what_a_change_accepts_itself_is_named_in_every_format() {
    let said = "by this very change";
    for (n, (file, line)) in [
        (LIST, format!("{} a test server\n", id(&token(9020)))),
        (".other", String::new()),
    ]
    .into_iter()
    .enumerate()
    {
        let mark = ["", " # matterleaks:allow a test server"][n];
        let text = paired(&token(9020)).trim_end().to_owned() + mark + "\n";
        let scene = Scene::with(&[("x", "x")]);
        scene.commit(&[(file, &line), ("a.env", &text)]);
        for format in FORMATS {
            let output = last(&scene, &["--format", format]).code(0);
            match format {
                "json" => {
                    let report = output.json();
                    let why = &report["findings"][0]["suppressed"];
                    assert_eq!(why["by_change"], Value::Bool(true), "{report:#}");
                    assert_eq!(why["reason"], "a test server");
                }
                "jsonl" => {
                    let lines = output.lines();
                    assert_eq!(lines[0]["suppressed"]["by_change"], true);
                }
                _ => {
                    let text = output.text();
                    let text = text.replace("&#32;", " ").replace('\\', "");
                    assert!(text.to_lowercase().contains(said), "{format}: {text}");
                    assert!(text.contains("a test server"), "{format}: {text}");
                }
            }
        }
        last(&scene, &[])
            .code(0)
            .says("1 accepted (1 by this very change)");
        last(&scene, &["--accept-from", "base"])
            .code(1)
            .says("counts for nothing under --accept-from base");
        last(&scene, &["--no-config"]).code(1);
        // From then on it is agreed.
        scene.commit(&[("b.env", &text)]);
        let later = last(&scene, &["--accept-from", "base"]);
        match file {
            LIST => drop(later.code(0).says("1 accepted").lacks(said)),
            _ => drop(later.code(1)),
        }
    }
}

#[test]
fn a_range_without_a_base_has_nothing_that_was_agreed() {
    let scene = Scene::new();
    scene.git(".", &["init", "-q", "--bare", "bare"]);
    let head = scene.commit(&[
        (CONFIG, "exclude: ['*']\n"),
        ("a.env", &lonely(&token(9030))),
    ]);
    let zero = "0".repeat(40);
    let push = |old: &str| {
        let lines = format!("{old} {head} refs/heads/main\n");
        let args = ["--range", "-", "--unpaired", "fail"];
        scene.scan("a", &args).stdin(lines).run()
    };
    push(&zero)
        .code(1)
        .says("the range has no base here, so what the repository accepts and sets is not heeded");
    // Of several pushed at once what all of them agreed to holds, else nothing.
    let agreed = scene.commit(&[("x", "x")]);
    let new = scene.commit(&[("b.env", &lonely(&token(9031)))]);
    scene.git("a", &["checkout", "-q", "--orphan", "other"]);
    let bare = scene.commit(&[(CONFIG, "{}\n")]);
    let more = scene.commit(&[("c", "c")]);
    let lines = format!("{agreed} {new} refs/heads/main\n{bare} {more} refs/heads/other\n");
    let several = |lines: &str| {
        let args = ["--range", "-", "--unpaired", "fail"];
        scene.scan("a", &args).stdin(lines).run()
    };
    several(&lines).code(1);
    several(lines.lines().next().expect("a line"))
        .code(0)
        .says("1 accepted");
}

/// A hook on a server has no files that a change could bring.
#[test]
fn in_a_bare_repository_the_ends_are_read_from_git() {
    let scene = Scene::with(&[(CONFIG, "exclude: ['old/**']\n")]);
    scene.commit(&[
        ("old/a.env", &paired(&token(9040))),
        ("b.env", &paired(&token(9041))),
        (LIST, &format!("{} a test\n", id(&token(9041)))),
    ]);
    scene.git(".", &["clone", "-q", "--bare", "a", "bare"]);
    let scan = |args: &[&str]| {
        let args = [&["--range", "HEAD~..HEAD"], args].concat();
        scene.scan("bare", &args).run()
    };
    scan(&[]).code(0).says("2 accepted (1 by this very change)");
    let report = scan(&["--accept-from", "base", "--format", "json"])
        .code(1)
        .json();
    assert_eq!(report["summary"]["suppressed"], 1);
}
