//! Repositories: what `scan --history` finds in them, whatever holds it and however it is kept. git itself
//! builds the scenes, as on a machine that has no configuration.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use sha1::{Digest, Sha1};

use crate::util::{Dir, Output, id, paired, token};

/// The commits, paths and refs that a credential is said to stand in.
mod attribution;
/// Folders that are no repository.
mod bad_input;
/// Damaged packs and objects.
mod change;
/// Damaged packs and objects.
mod damage;
/// What must be in a report.
mod expect;
/// FIFOs and files of others.
mod fifos;
/// What must be found wherever it stands.
mod hidden;
/// What a push brings, under real hooks.
mod hooks;
/// Repositories that mean harm.
mod hostile;
/// What is not there, and what is no range.
mod lacking;
/// Objects that one seldom meets.
mod odd;
/// Clones that lack something.
mod partial;
/// What the commits of a range add.
mod range;
/// A repository with hooks that call the program.
pub mod scene;
/// What the next commit adds.
mod staged;
/// The same history in every form that git keeps it in.
mod storage;
/// Commits as a stream.
mod stream;
/// Refs that are kept as tables.
pub mod tables;

use stream::Stream;

/// The token that belongs to a name. The same name gives the same token.
fn secret(name: &str) -> String {
    let mix = |n: u64, byte: u8| n.wrapping_mul(1_099_511_628_211) ^ u64::from(byte);
    token(name.bytes().fold(14_695_981_039_346_656_037, mix))
}

/// A file with the token of a name, on its second line, and its server.
fn leak(name: &str) -> String {
    paired(&secret(name))
}

/// The id that git gives a file's content.
fn blob_id(content: impl AsRef<[u8]>) -> String {
    let content = content.as_ref();
    let head = format!("blob {}\0", content.len());
    let hash = Sha1::new().chain_update(head).chain_update(content);
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

/// A repository in a folder of a scene.
#[derive(Clone, Copy)]
struct Repo<'d> {
    dir: &'d Dir,
    folder: &'d str,
}

impl<'d> Repo<'d> {
    /// Makes one.
    fn init(dir: &'d Dir, folder: &'d str, args: &[&str]) -> Repo<'d> {
        let here = Repo { dir, folder: "." };
        here.git(&[&["init", "-q", "-b", "main"], args, &[folder]].concat());
        Repo { dir, folder }
    }

    /// The one that is there.
    fn at(dir: &'d Dir, folder: &'d str) -> Repo<'d> {
        Repo { dir, folder }
    }

    /// Runs git in it, and returns what it says.
    #[track_caller]
    fn git(&self, args: &[&str]) -> String {
        self.git_with(args, "")
    }

    /// The same, with something to read.
    #[track_caller]
    fn git_with(&self, args: &[&str], stdin: impl Into<Vec<u8>>) -> String {
        let output = self.try_git(args, stdin).code(0);
        output.text().trim_end().to_owned()
    }

    /// The same, however it ends.
    fn try_git(&self, args: &[&str], stdin: impl Into<Vec<u8>>) -> Output {
        let command = self.dir.command("git").args(["-C", self.folder]);
        let command = command.args(args).stdin(stdin).with(|command| {
            command.envs([
                ("GIT_CONFIG_GLOBAL", "/dev/null"),
                ("GIT_CONFIG_NOSYSTEM", "1"),
                ("GIT_AUTHOR_NAME", "Ann"),
                ("GIT_AUTHOR_EMAIL", "ann@example.org"),
                ("GIT_AUTHOR_DATE", "1700000000 +0000"),
                ("GIT_COMMITTER_NAME", "Ann"),
                ("GIT_COMMITTER_EMAIL", "ann@example.org"),
                ("GIT_COMMITTER_DATE", "1700000000 +0000"),
                // Nothing is packed behind our back.
                ("GIT_CONFIG_COUNT", "2"),
                ("GIT_CONFIG_KEY_0", "gc.auto"),
                ("GIT_CONFIG_VALUE_0", "0"),
                ("GIT_CONFIG_KEY_1", "protocol.file.allow"),
                ("GIT_CONFIG_VALUE_1", "always"),
            ]);
            command.env("HOME", self.dir.path("home"));
        });
        command.run()
    }

    /// Takes a stream in, and returns the ids of its commits by their marks. With `packed` as a pack,
    /// otherwise as loose objects.
    fn import(&self, stream: Stream, packed: bool) -> BTreeMap<String, String> {
        static FILES: AtomicU64 = AtomicU64::new(0);
        let file = format!("marks-{}", FILES.fetch_add(1, Ordering::Relaxed));
        let marks = self.dir.path(&file);
        let export = format!("--export-marks={}", marks.display());
        let limit = format!("fastimport.unpackLimit={}", if packed { 1 } else { 10_000 });
        self.git_with(
            &["-c", &limit, "fast-import", "--quiet", "--force", &export],
            stream.text,
        );
        let lines = self.dir.read(&file);
        std::fs::remove_file(marks).expect("a file");
        let pairs = lines.lines().filter_map(|line| line.split_once(' '));
        pairs
            .map(|(mark, id)| (mark.to_owned(), id.to_owned()))
            .collect()
    }

    /// The ids of some names.
    fn ids(&self, names: &[&str]) -> Vec<String> {
        let told = self.git(&[&["rev-parse"], names].concat());
        told.lines().map(str::to_owned).collect()
    }

    /// A path within it.
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path(format!("{}/{name}", self.folder))
    }

    /// Writes a file of its work tree, or of itself.
    fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        self.dir.file(format!("{}/{name}", self.folder), content);
    }

    /// Scans it, by the path of its folder.
    fn scan(&self) -> Output {
        history(self.dir, self.folder, &[])
    }
}

/// Scans a repository.
fn history(dir: &Dir, path: &str, args: &[&str]) -> Output {
    let scan = dir.scan(["--history", "--format", "json", path]);
    scan.args(args).run()
}

/// The finding of a token.
fn finding<'r>(report: &'r Value, token: &str) -> Option<&'r Value> {
    let findings = report["findings"].as_array().expect("findings");
    let id = id(token);
    findings.iter().find(|finding| finding["id"] == id)
}

/// What was not read: object, reason and path.
fn skips(report: &Value) -> Vec<(Option<String>, String, String)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let skipped = report["coverage"]["skipped"].as_array().expect("a list");
    let skip = |skip: &Value| {
        let (reason, path) = (text(&skip["reason"]), text(&skip["path"]));
        let (reason, path) = (reason.expect("a reason"), path.expect("a path"));
        (text(&skip["object"]), reason, path)
    };
    skipped.iter().map(skip).collect()
}
