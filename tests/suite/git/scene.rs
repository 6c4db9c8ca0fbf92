//! A repository that git itself builds, as on a machine that has no configuration, and hooks in it that call
//! the program.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;

use crate::util::{Command, Dir, Output};

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_matterleaks");

/// A folder with a repository `a`, and perhaps others.
pub struct Scene {
    pub dir: Dir,
}

impl Scene {
    /// An empty repository `a`.
    pub fn new() -> Scene {
        let scene = Scene { dir: Dir::new() };
        scene.git(".", &["init", "-q", "a"]);
        scene
    }

    /// One whose only commit has these files.
    pub fn with(files: &[(&str, &str)]) -> Scene {
        let scene = Scene::new();
        scene.commit(files);
        scene
    }

    /// Writes files of `a`, without adding them.
    pub fn write(&self, files: &[(&str, &str)]) -> &Scene {
        for (name, content) in files {
            self.dir.file(format!("a/{name}"), content);
        }
        self
    }

    /// Writes files of `a` and adds them.
    pub fn stage(&self, files: &[(&str, &str)]) -> &Scene {
        self.write(files);
        for (name, _) in files {
            self.git("a", &["add", "-f", name]);
        }
        self
    }

    /// Commits files of `a`, and what is staged. The id of the commit.
    pub fn commit(&self, files: &[(&str, &str)]) -> String {
        self.stage(files);
        self.git(
            "a",
            &[
                "commit",
                "-q",
                "--allow-empty",
                "--no-verify",
                "-m",
                "a commit",
            ],
        );
        self.head()
    }

    /// The commit that is checked out in `a`.
    pub fn head(&self) -> String {
        self.git("a", &["rev-parse", "HEAD"])
    }

    /// Runs git in a folder; it must succeed.
    #[track_caller]
    pub fn git(&self, folder: &str, args: &[&str]) -> String {
        let output = self.try_git(folder, args).code(0);
        output.text().trim_end().to_owned()
    }

    /// Runs git in a folder, however it ends.
    pub fn try_git(&self, folder: &str, args: &[&str]) -> Output {
        let git = [
            "-C",
            folder,
            "-c",
            "init.defaultBranch=main",
            "-c",
            "protocol.file.allow=always",
            "-c",
            "advice.detachedHead=false",
            "-c",
            "gc.auto=0",
        ];
        self.as_at_home(self.dir.command("git").args(git).args(args))
            .run()
    }

    fn as_at_home(&self, command: Command) -> Command {
        let home = self.dir.path("home");
        command.with(|command| {
            command.env("HOME", home).envs([
                ("GIT_CONFIG_GLOBAL", "/dev/null"),
                ("GIT_CONFIG_NOSYSTEM", "1"),
                ("GIT_AUTHOR_NAME", "Ann"),
                ("GIT_AUTHOR_EMAIL", "ann@example.org"),
                ("GIT_COMMITTER_NAME", "Ann"),
                ("GIT_COMMITTER_EMAIL", "ann@example.org"),
            ]);
        })
    }

    /// Puts a hook into a repository: a shell script in which `$SCAN` is the program with its command `scan`.
    pub fn hook(&self, git_dir: &str, name: &str, script: &str) -> &Scene {
        let file = format!("{git_dir}/hooks/{name}");
        let text = format!("#!/bin/sh\nset -e\nSCAN='{PROGRAM} scan'\n{script}\n");
        self.dir.file(&file, text);
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(self.dir.path(&file), mode).expect("a mode");
        self
    }

    /// `scan` in a folder.
    pub fn scan(&self, folder: &str, args: &[&str]) -> Command {
        let folder: PathBuf = self.dir.path(folder);
        let scan = self.dir.scan(args);
        scan.with(|command| {
            command.current_dir(folder);
        })
    }

    /// `scan --staged` in `a`.
    pub fn staged(&self, args: &[&str]) -> Output {
        self.scan("a", &[&["--staged"], args].concat()).run()
    }

    /// `scan --range` in `a`.
    pub fn range(&self, range: &str, args: &[&str]) -> Output {
        self.scan("a", &[&["--range", range], args].concat()).run()
    }
}

/// A file with a token and a server in it.
pub fn pair(token: &str, server: &str) -> String {
    format!("MATTERMOST_URL=https://{server}\nMATTERMOST_TOKEN={token}\n")
}

/// What a report says of its findings: id, whether it was there before, host.
pub fn told(report: &Value) -> Vec<(String, bool, String)> {
    let findings = report["findings"].as_array().expect("findings").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    findings
        .map(|finding| {
            let before = finding["pre_existing"].as_bool().expect("a boolean");
            (text(&finding["id"]), before, text(&finding["host"]["url"]))
        })
        .collect()
}

/// Kind and path of every place of the first finding.
pub fn places(report: &Value) -> Vec<(String, String)> {
    let places = report["findings"][0]["locations"].as_array();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let places = places.into_iter().flatten();
    places
        .map(|place| (text(&place["kind"]), text(&place["path"])))
        .collect()
}
