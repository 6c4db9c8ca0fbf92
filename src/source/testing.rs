//! What the tests of this room share: a folder to build a scene in, and a visitor that remembers.

use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use super::{Content, Document, Files, Outcome, Visit};
use crate::finding::{Coverage, Place, Skip};
pub(crate) use crate::git::testing::git_is_there;

/// A temporary folder.
pub(crate) struct Scene(tempfile::TempDir);

impl Scene {
    pub(crate) fn new() -> Scene {
        Scene(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        if name == "." {
            self.0.path().to_path_buf()
        } else {
            self.0.path().join(name)
        }
    }

    /// Writes a file, and the directories above it.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Scene {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// Writes empty files.
    pub(crate) fn files(&self, names: &[&str]) -> &Scene {
        for name in names {
            self.file(name, "");
        }
        self
    }

    pub(crate) fn dir(&self, name: &str) -> &Scene {
        std::fs::create_dir_all(self.path(name)).unwrap();
        self
    }

    /// Runs git in the folder `name`, as on a machine without configuration.
    /// Makes what a folder must have to be a repository.
    pub(crate) fn repository(&self, path: &str) -> &Scene {
        self.file(&format!("{path}/HEAD"), "ref: refs/heads/main\n")
            .dir(&format!("{path}/objects"))
            .dir(&format!("{path}/refs"))
    }

    pub(crate) fn git(&self, name: &str, args: &[&str]) -> Vec<u8> {
        self.git_with(name, args, b"")
    }

    /// The same with standard input.
    pub(crate) fn git_with(&self, name: &str, args: &[&str], input: &[u8]) -> Vec<u8> {
        let mut stdin = tempfile::tempfile().unwrap();
        stdin
            .write_all(input)
            .and_then(|()| stdin.rewind())
            .unwrap();
        let output = Command::new("git")
            .args([
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@b",
                "-c",
                "protocol.file.allow=always",
            ])
            .args(args)
            .current_dir(self.path(name))
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs([("HOME", "/nonexistent"), ("GIT_CONFIG_NOSYSTEM", "1")])
            .stdin(stdin)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.code().is_some_and(|code| code < 2),
            "git {args:?}: {told}"
        );
        output.stdout
    }

    /// Scans folders of the scene.
    pub(crate) fn scan(&self, names: &[&str]) -> Seen {
        self.scan_with(names, Files::default())
    }

    /// Scans folders of the scene with options.
    pub(crate) fn scan_with(&self, names: &[&str], files: Files) -> Seen {
        let paths = names.iter().map(|name| self.path(name)).collect();
        let visitor = Remember::default();
        let coverage = Files { paths, ..files }.visit(&visitor);
        Seen::new(self.0.path(), visitor, coverage)
    }
}

/// What a scan came across, with paths from the scene's folder.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    /// Every document, in order of its path.
    pub(crate) documents: Vec<(String, Place, Vec<u8>)>,
    pub(crate) coverage: Coverage,
    /// Path, reason and detail of every skip.
    pub(crate) skipped: Vec<String>,
}

impl Seen {
    fn new(root: &Path, visitor: Remember, coverage: Coverage) -> Seen {
        let name = |path: &[u8]| {
            let path = String::from_utf8_lossy(path).into_owned();
            path.replace(&format!("{}/", root.display()), "")
        };
        let mut documents: Vec<_> = visitor.0.into_inner().unwrap();
        documents
            .iter_mut()
            .for_each(|document| document.0 = name(document.0.as_bytes()));
        documents.sort();
        let skip = |skip: &Skip| {
            let detail = String::from_utf8_lossy(skip.detail.expose());
            format!(
                "{} {} {detail}",
                name(skip.path.expose()),
                skip.reason.name()
            )
        };
        let skipped = coverage.skipped.iter().map(skip).collect();
        Seen {
            documents,
            coverage,
            skipped,
        }
    }

    /// The paths of the files that were read.
    pub(crate) fn files(&self) -> Vec<&str> {
        let files = self
            .documents
            .iter()
            .filter(|(_, place, _)| *place == Place::File);
        files.map(|(path, ..)| path.as_str()).collect()
    }
}

/// Remembers all that it is shown. It panics where a document says so.
#[derive(Default)]
pub(crate) struct Remember(pub(super) Mutex<Vec<(String, Place, Vec<u8>)>>);

impl Visit for Remember {
    fn may_hold(&self, piece: &[u8]) -> bool {
        memchr::memmem::find(piece, b"mattermost").is_some()
    }

    fn document(&self, document: Document<'_>) -> io::Result<Outcome> {
        let mut content = Vec::new();
        match document.content {
            Content::Whole(whole) => content.extend_from_slice(whole),
            Content::Large(file) => drop(file.read_to_end(&mut content)?),
            Content::Stream(first, rest) => {
                content.extend_from_slice(first);
                rest.read_to_end(&mut content)?;
            }
        }
        assert!(
            !content.starts_with(b"panic"),
            "a panic that a test asked for"
        );
        let bytes = content.len() as u64;
        let path = String::from_utf8_lossy(document.path).into_owned();
        self.0.lock().unwrap().push((path, document.place, content));
        Ok(bytes.into())
    }
}
