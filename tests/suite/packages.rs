//! What can be held of the packages without a registry: one version, all that a build needs, and launchers that are
//! not noticed.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::git::scene::PROGRAM;
use crate::util::{Command, Dir, paired, token};

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A program in the caller's own environment: rustup may find its toolchains by it.
fn command(dir: &Dir, program: &str) -> Command {
    dir.command(program).with(|command| {
        command.envs(std::env::vars_os());
    })
}

/// What cargo says of our manifest.
fn cargo(args: &[&str]) -> String {
    command(&Dir::new(), "cargo")
        .args(args)
        .args([
            "--offline".as_ref(),
            "--manifest-path".as_ref(),
            root().join("Cargo.toml").as_os_str(),
        ])
        .run()
        .code(0)
        .text()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_wheel_takes_its_version_from_cargo() {
    let text = read("pyproject.toml");
    let dynamic = text.lines().find(|line| line.starts_with("dynamic = "));
    assert!(
        dynamic.is_some_and(|line| line.contains("\"version\"")),
        "{text}"
    );
    assert!(
        !text.contains(VERSION) && !text.contains("\nversion"),
        "{text}"
    );
}

/// The files that code has compiled in, as `include_str!` names them.
fn included(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            included(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).expect("text");
        let names = text.split("include_str!(\"").skip(1);
        let names = names.filter_map(|rest| rest.split('"').next());
        found.extend(names.map(|name| path.with_file_name(name)));
        found.push(path);
    }
}

#[test]
fn the_crate_has_all_that_a_build_needs_and_no_more() {
    let list = cargo(&["package", "--list", "--allow-dirty"]);
    let real = root().canonicalize().expect("our folder");
    let packed: Vec<PathBuf> = list.lines().map(|line| real.join(line)).collect();
    let mut needed = Vec::new();
    included(&root().join("src"), &mut needed);
    for path in &needed {
        let path = path.canonicalize().expect("a file that code includes");
        assert!(packed.contains(&path), "{} is left out", path.display());
    }
    // What build.rs reads, and what a package is not published without.
    for name in [
        "build.rs",
        "rules/mattermost.yml",
        "README.md",
        "Cargo.lock",
    ] {
        assert!(list.lines().any(|line| line == name), "{name} is left out");
    }
    let tops = list.lines().filter_map(|line| line.split_once('/'));
    for (top, _) in tops {
        assert!(["src", "rules"].contains(&top), "{top} is in the package");
    }
}

/// The instructions of a Dockerfile's last stage.
fn last_stage(text: &str) -> Vec<(&str, &str)> {
    let instructions: Vec<(&str, &str)> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .collect();
    let from = instructions.iter().rposition(|(name, _)| *name == "FROM");
    instructions[from.expect("a stage")..].to_vec()
}

#[test]
fn the_image_holds_the_program_and_runs_it_as_nobody() {
    let text = read("Dockerfile");
    let stage = last_stage(&text);
    assert_eq!(stage[0], ("FROM", "scratch"));
    assert!(
        stage.contains(&("ENTRYPOINT", "[\"/matterleaks\"]")),
        "{stage:?}"
    );
    let user = stage.iter().find(|(name, _)| *name == "USER");
    // A number: there is no /etc/passwd to look a name up in.
    let id = user.and_then(|(_, user)| user.split(':').next()?.parse::<u32>().ok());
    assert!(id.is_some_and(|id| id > 0), "{stage:?}");
    assert!(text.contains("cargo build --locked --release"), "{text}");
    for from in text.lines().filter_map(|line| line.strip_prefix("FROM ")) {
        let image = from.split(' ').next().expect("an image");
        let version = image.split_once(':').map(|(_, version)| version);
        let fixed =
            version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()));
        assert!(
            fixed || image == "scratch",
            "{image} is another one tomorrow"
        );
    }
}

#[test]
fn the_image_is_built_with_all_that_a_build_needs() {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version=1"]);
    let metadata: Value = serde_json::from_str(&metadata).expect("JSON");
    let ignored = read(".dockerignore");
    let kept: Vec<&str> = ignored
        .lines()
        .filter_map(|line| line.strip_prefix('!'))
        .collect();
    let mut needed = ["Cargo.lock", "Cargo.toml", "rules"]
        .map(|name| root().join(name))
        .to_vec();
    for target in metadata["packages"][0]["targets"]
        .as_array()
        .expect("targets")
    {
        // These are looked for, all others are named by the manifest: without one of them cargo builds nothing.
        if !["test", "example"].contains(&target["kind"][0].as_str().expect("a kind")) {
            needed.push(target["src_path"].as_str().expect("a path").into());
        }
    }
    for path in needed {
        let kept = kept.iter().any(|name| path.starts_with(root().join(name)));
        assert!(kept, "{} is not sent to the builder", path.display());
    }
}

/// The npm packages with a program, as npm lays them out; nothing where there is no node.
struct Npm {
    dir: Dir,
}

impl Npm {
    fn pack(program: impl AsRef<Path>, target: Option<&str>) -> Option<Npm> {
        let npm = Npm { dir: Dir::new() };
        if npm
            .dir
            .command("node")
            .args(["--version"])
            .try_run()
            .is_err()
        {
            return None;
        }
        command(&npm.dir, "node")
            .args([root().join("packages/npm/pack.mjs")])
            .args(["--out", "node_modules", "--binary"])
            .args([program.as_ref()])
            .args(target.into_iter().flat_map(|target| ["--target", target]))
            .run()
            .code(0)
            .quietly();
        Some(npm)
    }

    fn launcher(&self) -> Command {
        let launcher = self.dir.path("node_modules/matterleaks/bin/matterleaks.js");
        self.dir.command("node").args([launcher])
    }

    /// The packages with a script in the program's place.
    fn script(script: &str) -> Option<Npm> {
        let dir = Dir::new();
        dir.file("script", format!("#!/bin/sh\n{script}\n"));
        Npm::pack(dir.path("script"), None)
    }
}

fn manifest(npm: &Npm, package: &str) -> Value {
    let text = npm
        .dir
        .read(&format!("node_modules/{package}/package.json"));
    serde_json::from_str(&text).expect("a manifest")
}

#[test]
fn npm_packages_have_one_version_and_run_nothing_at_installation() {
    let Some(npm) = Npm::pack(PROGRAM, Some("plan9-mips")) else {
        return;
    };
    let (main, platform) = (
        manifest(&npm, "matterleaks"),
        manifest(&npm, "@matterleaks/plan9-mips"),
    );
    assert_eq!(main["version"], VERSION);
    assert_eq!(platform["version"], VERSION);
    assert_eq!(
        main["optionalDependencies"]["@matterleaks/plan9-mips"],
        VERSION
    );
    assert_eq!(
        (&platform["os"][0], &platform["cpu"][0]),
        (&"plan9".into(), &"mips".into())
    );
    assert!(main.get("scripts").is_none() && platform.get("scripts").is_none());
    // Here is no Plan 9. This must not pass for a scan that found nothing.
    npm.launcher()
        .args(["scan"])
        .run()
        .code(2)
        .complains("only for plan9-mips")
        .complains("cargo install");
}

#[test]
fn the_npm_launcher_passes_arguments_streams_and_exit_codes() {
    let Some(npm) = Npm::pack(PROGRAM, None) else {
        return;
    };
    let version = npm.launcher().args(["--version"]).run().code(0).quietly();
    assert_eq!(version.text(), format!("matterleaks {VERSION}\n"));
    let scan = || npm.launcher().args(["scan", "-"]);
    scan().stdin("nothing").run().code(0);
    scan()
        .stdin(paired(&token(8000)))
        .run()
        .code(1)
        .says("chat.example.org");
    npm.launcher()
        .args(["no-command"])
        .run()
        .code(2)
        .complains("no-command");
    // The package of this platform was left out.
    let scope = npm.dir.path("node_modules/@matterleaks");
    fs::remove_dir_all(scope).expect("removed");
    npm.launcher().run().code(2).complains("--omit=optional");
}

#[test]
fn the_npm_launcher_passes_signals_both_ways() {
    // The program may take its time to end, and how it ends counts.
    let patient = "trap 'exit 7' INT TERM; touch ready; while :; do sleep 0.01; done";
    for signal in ["INT", "TERM"] {
        let Some(npm) = Npm::script(patient) else {
            return;
        };
        let shell = "node node_modules/matterleaks/bin/matterleaks.js & pid=$!
             while [ ! -e ready ]; do sleep 0.01; done; kill -$0 $pid; wait $pid";
        npm.dir
            .command("sh")
            .args(["-c", shell, signal])
            .run()
            .code(7);
    }
    let npm = Npm::script("kill -KILL $$").expect("node is there");
    assert_eq!(npm.launcher().run().status(), None);
}
