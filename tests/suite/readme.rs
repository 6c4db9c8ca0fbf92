//! Every command of the README, run in a repository like the ones that it speaks of.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::git::scene::{PROGRAM, Scene};
use crate::util::{Output, lonely, paired, token};

const README: &str = include_str!("../../README.md");

/// Commands of other programs, which take long, or need what is not here. What runs them instead is said.
const OTHERS: [(&str, &str); 9] = [
    (
        "cargo run --release -- scan PATH",
        "the program that every test runs",
    ),
    ("cargo test", "this"),
    (
        "cargo install ",
        "the step of the action that builds, and by hand",
    ),
    ("cargo build --release ", "by hand"),
    ("cargo run --example ", "tests/suite/library.rs"),
    ("pip install .", "by hand, in a fresh environment"),
    ("node packages/npm/pack.mjs ", "tests/suite/packages.rs"),
    ("npm install ", "by hand, in a fresh folder"),
    (
        "docker ",
        "tests/suite/packages.rs reads the Dockerfile; images need an engine",
    ),
];

/// How a command ends, and a word that it says. In order of the README, blocks apart.
const COMMANDS: &[&[(&str, i32, &str)]] = &[
    &[
        ("matterleaks completions bash > matterleaks.bash", 0, ""),
        ("matterleaks man > matterleaks.1", 0, ""),
        ("matterleaks --help", 0, "Examples:"),
    ],
    &[
        ("matterleaks scan", 1, "deploy/bot.env"),
        ("matterleaks scan src deploy/bot.env", 1, "2 files"),
        ("some-command | matterleaks scan -", 1, "1 credential found"),
        (
            "matterleaks scan --server https://chat.example.org",
            1,
            "--server",
        ),
        (
            "matterleaks scan --format json --output report.json --format human",
            1,
            "deploy/bot.env",
        ),
    ],
    &[
        ("matterleaks scan --history", 1, "introduced"),
        (
            "matterleaks scan --history ../chat-bot.git",
            1,
            "old/bot.env",
        ),
        (
            "matterleaks scan --staged --unpaired fail",
            1,
            "ops/staged.env",
        ),
        (
            "matterleaks scan --range origin/main..HEAD",
            1,
            "deploy/bot.env",
        ),
        ("matterleaks scan --range -", 0, ""),
    ],
    &[
        ("matterleaks hook install", 0, "installed"),
        ("matterleaks hook install pre-push", 0, "pre-push"),
        ("matterleaks hook uninstall", 0, "took out"),
    ],
    &[
        ("matterleaks hook run", 1, "ops/staged.env"),
        ("matterleaks hook run deploy/bot.env", 1, "deploy/bot.env"),
    ],
    &[
        (
            "matterleaks scan --range ci --unpaired fail",
            1,
            "deploy/bot.env",
        ),
        (
            "matterleaks scan --range origin/main...HEAD --unpaired fail",
            1,
            "deploy/bot.env",
        ),
    ],
    &[(
        "matterleaks scan --range ci --unpaired fail --format junit --output matterleaks.xml --format human",
        1,
        "deploy/bot.env",
    )],
    &[(
        "matterleaks scan --range ci --unpaired fail --verify --verify-host chat.example.org --fail-on verified",
        2,
        "unreachable",
    )],
    &[
        (
            "matterleaks scan --repos repos.txt --format json --output all.json",
            1,
            "",
        ),
        (
            "matterleaks scan --repos repos.txt --shard 2/8 --format json --output 2.json",
            0,
            "",
        ),
        (
            "matterleaks scan --repos repos.txt --shard 2/8 --list",
            0,
            "",
        ),
        (
            "matterleaks report 1.json 2.json --format html --output all.html",
            0,
            "",
        ),
        (
            "matterleaks report 1.json 2.json --fail-on any",
            1,
            "deploy/bot.env",
        ),
    ],
    &[
        (
            "matterleaks scan --verify=plan",
            1,
            "https://chat.example.org",
        ),
        ("matterleaks scan --verify", 1, "blocked"),
        (
            "matterleaks scan --history --verify --format json --output report.json",
            1,
            "",
        ),
        (
            "matterleaks verify --host https://chat.example.org",
            2,
            "unreachable",
        ),
        ("matterleaks verify --from report.json", 2, "unknown"),
    ],
    &[
        (
            "matterleaks scan --history --format json --output report.json",
            1,
            "",
        ),
        (
            "matterleaks baseline create report.json --output baseline.yml --reason 'known, rotated in March' --owner ann",
            0,
            "accepted",
        ),
        ("matterleaks scan --baseline baseline.yml", 0, "accepted"),
        (
            "matterleaks baseline update report.json --baseline baseline.yml --reason 'known'",
            0,
            "0 added",
        ),
        (
            "matterleaks baseline show baseline.yml",
            0,
            "rotated in March",
        ),
    ],
    &[(
        "matterleaks audit report.json --baseline baseline.yml --owner ann",
        0,
        "[a]ccept",
    )],
    &[(
        "matterleaks scan --history --format gitleaks --output gitleaks.json",
        1,
        "",
    )],
    &[
        ("matterleaks rules list", 0, "mattermost-access-token"),
        (
            "matterleaks rules show mattermost-access-token",
            0,
            "Mattermost personal",
        ),
        ("matterleaks rules check my-rules.yml", 0, "0 wrong"),
        ("matterleaks scan --rules my-rules.yml", 1, "deploy/bot.env"),
    ],
];

/// A checkout `a` with two commits that its origin has not, one file staged, and what the README takes for given.
fn scene() -> Scene {
    let scene = Scene::with(&[
        ("old/bot.env", &paired(&token(8000))),
        ("src/main.c", "int main;\n"),
    ]);
    scene.git(".", &["clone", "-q", "--bare", "a", "chat-bot.git"]);
    scene.git("a", &["remote", "add", "origin", "../chat-bot.git"]);
    scene.git("a", &["fetch", "-q", "origin"]);
    scene.git("a", &["rm", "-qr", "old"]);
    scene.commit(&[("deploy/bot.env", &paired(&token(8001)))]);
    let rules = include_str!("../../fixtures/rocketchat/rocketchat.yml");
    scene.write(&[
        ("my-rules.yml", rules),
        ("repos.txt", ".\n../chat-bot.git\n"),
    ]);
    scene.stage(&[("ops/staged.env", &lonely(&token(8002)))]);
    for (name, path) in [
        ("report.json", "."),
        ("1.json", "deploy"),
        ("2.json", "src"),
    ] {
        scene
            .scan("a", &[path, "--format", "json", "--output", name])
            .run();
    }
    let tools = [
        ("matterleaks", format!("exec '{PROGRAM}' \"$@\"")),
        (
            "some-command",
            format!(
                "echo mattermost_url=https://chat.example.org mattermost_token={}",
                token(8003)
            ),
        ),
    ];
    for (name, script) in tools {
        let path = format!("tools/{name}");
        scene.dir.file(&path, format!("#!/bin/sh\n{script}\n"));
        std::fs::set_permissions(
            scene.dir.path(&path),
            std::fs::Permissions::from_mode(0o755),
        )
        .expect("a mode");
    }
    scene
}

fn run(scene: &Scene, command: &str) -> Output {
    let path = format!(
        "{}:{}",
        scene.dir.path("tools").display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let folder = scene.dir.path("a");
    // A pipeline that pushes to a branch of its own; a proxy that is not there, so that nothing leaves this machine.
    let variables = [
        ("GITLAB_CI", "true"),
        ("CI_COMMIT_BRANCH", "side"),
        ("CI_DEFAULT_BRANCH", "main"),
        ("https_proxy", "http://127.0.0.1:9"),
        ("PATH", &path),
    ];
    let input = match command.contains("verify --host") {
        true => token(8001),
        false => String::new(),
    };
    let command = scene.dir.command("sh").args(["-c", command]);
    command
        .stdin(input)
        .with(|command| {
            command.current_dir(folder).envs(variables);
        })
        .run()
}

/// The commands of each block, as a shell gets them but for what is said of them.
fn blocks() -> Vec<Vec<String>> {
    let mut blocks = Vec::new();
    for block in README.split("\n```sh\n").skip(1) {
        let block = block
            .split("\n```")
            .next()
            .unwrap_or_default()
            .replace("\\\n", " ");
        let said = |line: &str| {
            let command = line.split("  #").next().unwrap_or_default();
            command.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        blocks.push(
            block
                .lines()
                .map(said)
                .filter(|line| !line.is_empty())
                .collect(),
        );
    }
    blocks
}

#[test]
fn every_command_does_what_it_says() {
    let mut seen = BTreeSet::new();
    for block in blocks() {
        let others = |command: &&String| {
            let other = OTHERS
                .iter()
                .any(|(start, _)| command.starts_with(start) || command.as_str() == *start);
            // The commands of an answer are run where a server answers.
            other
                || command.starts_with("rustup ")
                || command.contains("matterleaks respond ")
                || command.contains("--notify-channel")
        };
        let ours: Vec<&String> = block.iter().filter(|command| !others(command)).collect();
        let [first, ..] = &ours[..] else {
            continue;
        };
        let known = COMMANDS.iter().find(|known| known[0].0 == first.as_str());
        let known = known.unwrap_or_else(|| panic!("nobody says how this ends: {ours:#?}"));
        let names: Vec<&str> = known.iter().map(|(command, ..)| *command).collect();
        assert_eq!(ours, names);
        let scene = scene();
        for (command, code, word) in *known {
            let output = run(&scene, command).code(*code);
            let all = format!("{}{}", output.text(), output.errors());
            assert!(all.contains(word), "{output}\nit lacks: {word}");
            seen.insert(*command);
        }
    }
    let all: BTreeSet<&str> = COMMANDS
        .iter()
        .flat_map(|block| block.iter().map(|(command, ..)| *command))
        .collect();
    assert_eq!(seen, all, "what is not in the README any more");
}

/// Other places of the README where commands stand: manifests.
#[test]
fn manifests_scan_and_merge() {
    let scene = scene();
    let manifests: Vec<Value> = README
        .split("\n```yaml\n")
        .skip(1)
        .map(|block| {
            let block = block.split("\n```").next().unwrap_or_default();
            serde_yaml::from_str(block).unwrap_or_else(|error| panic!("{error}\n{block}"))
        })
        .collect();
    // The Indexed Job: each index reads its part.
    let job = manifests
        .iter()
        .find(|manifest| manifest["kind"] == "Job")
        .expect("a job");
    let container = &job["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["command"], serde_json::json!(["sh", "-c"]));
    let script = container["args"][0].as_str().expect("a script");
    let completions = job["spec"]["completions"].as_u64().expect("a number");
    std::fs::create_dir(scene.dir.path("reports")).expect("a folder");
    for index in 0..completions {
        let script = script.replace("/reports/", "../reports/");
        run(&scene, &format!("JOB_COMPLETION_INDEX={index}; {script}")).code(0);
    }
    let merged = run(&scene, "matterleaks report ../reports/*.json --format json")
        .code(0)
        .json();
    let whole = run(&scene, "matterleaks scan --repos repos.txt --format json")
        .code(1)
        .json();
    assert_eq!(merged["findings"], whole["findings"]);
    assert_eq!(merged["coverage"], whole["coverage"]);
    // The matrix: each part clones its own, and one job merges.
    let matrix = manifests
        .iter()
        .find(|manifest| manifest["jobs"]["together"].is_object())
        .expect("a matrix");
    let steps = |job: &str| -> Vec<String> {
        let steps = matrix["jobs"][job]["steps"].as_array().expect("steps");
        let scripts = steps.iter().filter_map(|step| step["run"].as_str());
        scripts
            .filter(|script| !script.starts_with("pip "))
            .map(str::to_owned)
            .collect()
    };
    let upstream = scene.dir.path("chat-bot.git").display().to_string();
    std::fs::create_dir(scene.dir.path("a/matrix")).expect("a folder");
    scene.write(&[("matrix/repos.txt", "one.git\ntwo.git\nthree.git\n")]);
    let parts = matrix["jobs"]["scan"]["strategy"]["matrix"]["part"]
        .as_array()
        .expect("parts");
    for part in parts {
        for script in steps("scan") {
            let script = script.replace("https://git.example.org/$name", &upstream);
            let part = part.as_u64().expect("a number");
            let script = format!(
                "cd matrix; PART={part}/{}; REPORT={part}.json; {script}",
                parts.len()
            );
            run(&scene, &script).code(0);
        }
    }
    for script in steps("together") {
        run(&scene, &format!("cd matrix; {script}")).code(1);
    }
    let all = scene.dir.read("a/matrix/all.html");
    assert!(
        ["one.git", "two.git", "three.git"]
            .iter()
            .all(|name| all.contains(name))
    );
}
