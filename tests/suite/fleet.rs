//! Many repositories: lists, parts of lists, and reports that are merged.

use serde_json::Value;

use crate::case::Random;
use crate::git::scene::Scene;
use crate::util::{Dir, Output, assert_valid, ids, lonely, paired, token};

/// Repositories `r0` to `r4`: some share a credential, one has none, in one the server is not known, one accepts
/// what another does not.
fn fleet() -> Dir {
    let scene = Scene::new();
    for (n, files) in [
        (0, vec![("a.env", paired(&token(5000)))]),
        (
            1,
            vec![
                ("b/c.env", paired(&token(5000))),
                ("d.env", paired(&token(5001))),
            ],
        ),
        (2, vec![("clean", "nothing".to_owned())]),
        (
            3,
            vec![
                ("e.env", lonely(&token(5001))),
                ("f.env", lonely(&token(5002))),
            ],
        ),
        (
            4,
            vec![(
                "g.env",
                format!(
                    "MATTERMOST_URL=https://chat.example.org\nMATTERMOST_TOKEN={} # matterleaks:allow a test\n",
                    token(5000)
                ),
            )],
        ),
    ] {
        let name = format!("r{n}");
        scene.git(".", &["init", "-q", &name]);
        for (path, content) in files {
            scene.dir.file(format!("{name}/{path}"), content);
        }
        scene.git(&name, &["add", "."]);
        scene.git(&name, &["commit", "-qm", "x"]);
    }
    scene.dir
}

fn merged(output: &Output) -> Value {
    let mut report = output.json();
    report["scan"]["started_at"] = "".into();
    report["scan"]["duration_ms"] = 0.into();
    report
}

const ALL: &str = "r0\nr1\nr2\nr3\nr4\n";

#[test]
fn a_list_is_read_as_one() {
    let dir = fleet();
    dir.file("repos.txt", ALL);
    let output = dir
        .scan(["--repos", "repos.txt", "--format", "json"])
        .run()
        .code(1)
        .quietly();
    let report = output.json();
    assert_eq!(report["summary"]["findings"], 2);
    assert_eq!(report["summary"]["unpaired"], 1);
    assert_eq!(report["summary"]["suppressed"], 0, "{report:#}");
    let sources = report["scan"]["sources"].as_array().expect("sources");
    assert_eq!(sources.len(), 5);
    let places = |n: usize| {
        report["findings"][n]["locations"]
            .as_array()
            .expect("places")
            .len()
    };
    let shared = ids(&report)
        .iter()
        .position(|id| *id == crate::util::id(&token(5000)))
        .expect("found");
    assert!(places(shared) >= 3, "{report:#}");
    dir.scan(["--repos", "repos.txt"])
        .run()
        .code(1)
        .says("2 credentials found")
        .says("  why   key ")
        .says("r1/b/c.env");
    // From standard input, and every other format.
    let list = dir.scan(["--repos", "-", "--format", "csv"]).stdin("r2\n");
    list.run().code(0);
}

/// Any split of the same repositories merges to the same report.
#[test]
fn parts_merge_to_the_whole() {
    let dir = fleet();
    dir.file("repos.txt", ALL);
    let whole = merged(&dir.scan(["--repos", "repos.txt", "--format", "json"]).run());
    for n in [1, 2, 3, 7] {
        let mut names = Vec::new();
        for k in 1..=n {
            let (shard, name) = (format!("{k}/{n}"), format!("{k}-of-{n}.json"));
            let args = [
                "--repos",
                "repos.txt",
                "--shard",
                &shard,
                "--format",
                "json",
                "--output",
                &name,
            ];
            dir.scan(args).run();
            names.push(name);
        }
        names.reverse();
        let report = dir
            .program(["report", "--format", "json"])
            .args(&names)
            .run()
            .code(0);
        assert_eq!(merged(&report), whole, "{n} parts");
    }
    let mut random = Random::new("fleet", 1);
    for round in 0..6 {
        let mut parts = vec![String::new(); 3];
        for line in ALL.lines() {
            let at = usize::from(random.bytes()[0]) % 3;
            parts[at] += &format!("{line}\n");
        }
        let parts: Vec<&String> = parts.iter().filter(|part| !part.is_empty()).collect();
        let mut names = Vec::new();
        for (n, part) in parts.iter().enumerate() {
            dir.file("part.txt", part);
            let name = format!("{round}-{n}.json");
            dir.scan(["--repos", "part.txt", "--format", "json", "--output", &name])
                .run();
            names.push(name);
        }
        let report = dir
            .program(["report", "--format", "json"])
            .args(&names)
            .run()
            .code(0);
        assert_eq!(merged(&report), whole, "{parts:?}");
    }
}

#[test]
fn what_is_wrong_with_a_list_is_said_and_the_rest_is_read() {
    let dir = fleet();
    let plain = dir.path("plain");
    std::fs::create_dir(&plain).expect("a folder");
    let absolute = dir.path("r0");
    let list = format!(
        "# ours\r\nr0\n\n./r0/\n{}\ngone\nplain\nhttps://git.example.org/x.git\nr2\n",
        absolute.display()
    );
    dir.file("repos.txt", list);
    let output = dir
        .scan(["--repos", "repos.txt", "--format", "json"])
        .run()
        .code(1);
    let output = output
        .complains("line 4 of the list is the repository of line 2")
        .complains("line 5 of the list is the repository of line 2");
    let report = output.json();
    assert_eq!(report["coverage"]["complete"], false);
    let skipped = report["coverage"]["skipped"].as_array().expect("skips");
    let told: Vec<&str> = skipped
        .iter()
        .filter_map(|skip| skip["detail"].as_str())
        .collect();
    for (line, what) in [
        (6, "no such folder"),
        (7, "not a git repository"),
        (8, "git clone --mirror"),
    ] {
        let about = format!("line {line} of repos.txt");
        assert!(
            told.iter()
                .any(|told| told.contains(&about) && told.contains(what)),
            "{told:?}"
        );
    }
    // Nothing counts, and something was not read.
    dir.file("repos.txt", "r2\ngone\n");
    dir.scan(["--repos", "repos.txt"])
        .run()
        .code(2)
        .says("no such folder");
    for (list, what) in [
        ("", "names no repository"),
        ("# none\n", "names no repository"),
    ] {
        dir.file("repos.txt", list);
        dir.scan(["--repos", "repos.txt"])
            .run()
            .code(2)
            .complains(what);
    }
    dir.scan(["--repos", "missing.txt"])
        .run()
        .code(2)
        .complains("cannot read missing.txt");
    dir.scan(["--repos", "repos.txt", "r0"]).run().code(2);
    dir.scan(["--repos", "repos.txt", "--history"])
        .run()
        .code(2);
}

#[test]
fn a_part_is_one_of_several() {
    let dir = fleet();
    dir.file("repos.txt", "r2\n");
    for bad in ["0/2", "3/2", "1", "a/b"] {
        let args = ["--repos", "repos.txt", "--shard", bad];
        dir.scan(args).run().code(2).complains("--shard");
    }
    dir.scan(["--shard", "1/2"])
        .run()
        .code(2)
        .complains("--repos");
    // A part that no repository is in is a part all the same.
    let parts = [1, 2, 3].map(|part| {
        let part = format!("{part}/3");
        dir.scan(["--repos", "repos.txt", "--shard", &part, "--format", "json"])
            .run()
            .code(0)
    });
    let empty = parts.iter().filter(|output| {
        output
            .errors()
            .contains("no repository of the list is in part")
    });
    assert_eq!(empty.count(), 2);
    parts.iter().for_each(|output| assert_valid(&output.json()));
}

#[test]
fn a_repository_keeps_its_own_words() {
    let scene = Scene::with(&[
        ("a.env", &paired(&token(5010))),
        (".matterleaks.yml", "exclude: [a.env]\n"),
    ]);
    scene.git(".", &["init", "-q", "b"]);
    scene
        .dir
        .file("b/.matterleaks.yml", "exclude: [\n")
        .file("b/x", "");
    scene.dir.file("repos.txt", "a\nb\n");
    // What one says of itself is heeded; what is wrong with another costs only that one.
    let output = scene
        .dir
        .scan(["--repos", "repos.txt", "--format", "json"])
        .run()
        .code(2);
    let report = output.json();
    assert_eq!(report["summary"]["suppressed"], 1);
    let skip = &report["coverage"]["skipped"][0];
    assert!(
        skip["detail"]
            .as_str()
            .is_some_and(|text| text.contains(".matterleaks.yml")),
        "{skip}"
    );
    scene
        .dir
        .scan(["--repos", "repos.txt", "--no-config"])
        .run()
        .code(1);
}

#[test]
fn reports_that_do_not_go_together_are_told() {
    let dir = fleet();
    dir.scan(["r0", "--format", "json", "--output", "a.json"])
        .run()
        .code(1);
    dir.scan(["r2", "--format", "json", "--output", "b.json"])
        .run()
        .code(0);
    let mut other: Value = serde_json::from_str(&dir.read("b.json")).expect("JSON");
    other["schema_version"] = 2.into();
    dir.file("new.json", other.to_string());
    let both = |b: &str| {
        dir.program([
            "report", "a.json", b, "--format", "json", "--output", "all.json",
        ])
        .run()
    };
    both("new.json")
        .code(2)
        .complains("new.json: a report of schema version 2")
        .complains("scan again");
    both("gone.json").code(2).complains("cannot read gone.json");
    dir.file("cut.json", &dir.read("b.json")[..200]);
    both("cut.json").code(2).complains("cut.json: not a report");
    assert!(!dir.path("all.json").exists());
    other["schema_version"] = 1.into();
    other["tool"]["rules_sha256"] = "0".repeat(64).into();
    dir.file("other.json", other.to_string());
    both("other.json").code(0).complains("different rules");
    both("b.json").code(0).quietly();
    assert_valid(&serde_json::from_str(&dir.read("all.json")).expect("JSON"));
    // As a scan would end that found this.
    let ends = |args: &[&str]| dir.program(["report"]).args(args).run();
    ends(&["a.json", "b.json"]).code(0);
    ends(&["a.json", "b.json", "--fail-on", "any"]).code(1);
    ends(&["a.json", "b.json", "--fail-on", "verified"]).code(0);
    ends(&["b.json", "--fail-on", "any"]).code(0);
    ends(&[]).code(2);
}

#[test]
fn a_part_that_was_not_read_whole_stays_so() {
    let dir = fleet();
    dir.scan(["r2", "--format", "json", "--output", "a.json"])
        .run()
        .code(0);
    dir.file("repos.txt", "gone\n");
    let args = [
        "--repos",
        "repos.txt",
        "--format",
        "json",
        "--output",
        "b.json",
    ];
    dir.scan(args).run().code(2);
    let report = dir
        .program([
            "report",
            "a.json",
            "b.json",
            "--fail-on",
            "never",
            "--format",
            "json",
        ])
        .run()
        .code(2);
    assert_eq!(report.json()["coverage"]["complete"], false);
}

#[test]
fn a_part_that_nobody_brings_is_missed() {
    let dir = fleet();
    dir.file("repos.txt", "r2\n");
    let part = |k: u32| {
        let (shard, name) = (format!("{k}/3"), format!("{k}.json"));
        let args = ["--repos", "repos.txt", "--shard", &shard];
        let command = dir.scan(args).args(["--format", "json", "--output", &name]);
        command.run().code(0);
        name
    };
    let names = [part(1), part(2), part(3)];
    let merge = |names: &[String]| {
        let command = dir.program(["report", "--fail-on", "any", "--format", "json"]);
        command.args(names).run()
    };
    let two = merge(&names[..2])
        .code(2)
        .complains("part 3 of 3 is not among these");
    let shards = two.json()["scan"]["shards"].as_array().map(Vec::len);
    assert_eq!(shards, Some(2));
    // What was merged in two steps is whole, too.
    dir.file("two.json", &two.stdout);
    let all = merge(&["two.json".into(), names[2].clone()])
        .code(0)
        .quietly();
    assert!(all.json()["scan"].get("shards").is_none());
    assert_eq!(merged(&all), merged(&merge(&names).code(0).quietly()));
}

#[test]
fn what_accepts_a_credential_accepts_it_in_every_repository() {
    let dir = fleet();
    dir.file("repos.txt", "r0\nr1\n");
    dir.scan(["--history", "r1", "--format", "json", "--output", "r1.json"])
        .run();
    let list = [
        "baseline", "create", "r1.json", "--output", "list.yml", "--reason", "known",
    ];
    dir.program(list).run().code(0);
    let args = ["--repos", "repos.txt", "--baseline", "list.yml"];
    dir.scan(args).run().code(0).says("2 accepted");
    // Entries of a repository's own list that are of no use are said of the fleet, too.
    dir.file("r2/.matterleaks.yml", "baseline: list.yml\n");
    dir.file("r2/list.yml", dir.read("list.yml"));
    dir.file("repos.txt", "r2\n");
    dir.scan(["--repos", "repos.txt"])
        .run()
        .code(0)
        .complains("no finding has this id");
    dir.scan(["--repos", "repos.txt", "--fail-on-stale"])
        .run()
        .code(2);
}

#[test]
fn a_folder_of_a_repository_is_none() {
    let dir = fleet();
    dir.file("repos.txt", "r1/b\nr1\nr1/.git\n");
    let output = dir
        .scan(["--repos", "repos.txt", "--format", "json"])
        .run()
        .code(1);
    let output = output.complains("line 3 of the list is the repository of line 2");
    let report = output.json();
    let skip = &report["coverage"]["skipped"][0];
    assert!(
        skip["detail"]
            .as_str()
            .is_some_and(|text| text.contains("is none itself")),
        "{skip}"
    );
    assert_eq!(report["summary"]["findings"], 2);
}

#[test]
fn nothing_that_a_report_says_is_lost_on_the_way() {
    let dir = fleet();
    dir.file("repos.txt", ALL);
    let args = ["--repos", "repos.txt", "--verify=plan"];
    dir.scan(args)
        .run()
        .code(1)
        .says("What --verify would send")
        .says("GET https://chat.example.org");
    // Of what is hidden the number stays.
    let hide = |list: &str, name: &str| {
        dir.file("part.txt", list);
        let args = [
            "--repos",
            "part.txt",
            "--unpaired",
            "hide",
            "--format",
            "json",
            "--output",
            name,
        ];
        dir.scan(args).run();
    };
    hide("r3\n", "a.json");
    hide("r2\n", "b.json");
    let both = dir
        .program(["report", "a.json", "b.json", "--format", "json"])
        .run()
        .code(0)
        .json();
    assert_eq!(both["summary"]["unpaired"], 2);
    assert_eq!(both["findings"], serde_json::json!([]));
}
