//! What the tests of this room share: a folder to build repositories in, with git as on a machine that has
//! no configuration, and objects as git itself tells them.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex};

use super::object::{Object, ObjectKind, Objects, ReadError};
use crate::finding::ObjectId;

/// Whether git can be run.
pub(crate) fn git_is_there() -> bool {
    git_since([0, 0])
}

/// Whether git can be run and is of that version at least. A test that it is too old for passes, and says
/// once that it did not run.
pub(crate) fn git_since(needed: [u32; 2]) -> bool {
    static THERE: LazyLock<Option<[u32; 2]>> = LazyLock::new(git_version);
    static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let there = THERE.is_some_and(|there| there >= needed);
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test").to_owned();
    if !there && TOLD.lock().unwrap().insert(test.clone()) {
        let needed = match needed {
            [0, 0] => String::new(),
            [major, minor] => format!(" {major}.{minor}"),
        };
        // What macros print is shown only of tests that fail.
        let _ = writeln!(std::io::stderr(), "{test} did not run: needs git{needed}");
    }
    there
}

fn git_version() -> Option<[u32; 2]> {
    let output = Command::new("git").arg("--version").output().ok()?;
    let told = String::from_utf8(output.stdout).ok()?;
    let version = told.strip_prefix("git version ")?;
    let mut numbers = version.split('.').map(|number| number.trim().parse().ok());
    Some([numbers.next()??, numbers.next()??])
}

fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .envs([
            ("HOME", "/nonexistent"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_AUTHOR_NAME", "a"),
            ("GIT_AUTHOR_EMAIL", "a@b"),
            ("GIT_COMMITTER_NAME", "a"),
            ("GIT_COMMITTER_EMAIL", "a@b"),
        ])
        .args(["-c", "init.defaultBranch=main"])
        .args(["-c", "protocol.file.allow=always"])
        .args(["-c", "advice.detachedHead=false"]);
    command
}

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

    pub(crate) fn dir(&self, name: &str) -> &Scene {
        std::fs::create_dir_all(self.path(name)).unwrap();
        self
    }

    /// A FIFO: whoever opens it for reading waits for ever.
    #[cfg(unix)]
    pub(crate) fn fifo(&self, name: &str) -> &Scene {
        let path = self.path(name);
        let _ = std::fs::remove_file(&path);
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        self
    }

    /// Runs git in the folder `name`.
    pub(crate) fn git<S: AsRef<OsStr>>(&self, name: &str, args: &[S]) -> String {
        let told = self.git_with(name, args, b"");
        String::from_utf8(told).unwrap().trim_end().to_owned()
    }

    /// The same with standard input.
    pub(crate) fn git_with<S: AsRef<OsStr>>(
        &self,
        name: &str,
        args: &[S],
        input: &[u8],
    ) -> Vec<u8> {
        let mut stdin = tempfile::tempfile().unwrap();
        stdin.write_all(input).unwrap();
        stdin.rewind().unwrap();
        let output = git(&self.path(name))
            .args(args)
            .stdin(stdin)
            .output()
            .unwrap();
        let args: Vec<_> = args.iter().map(AsRef::as_ref).collect();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {args:?}: {told}");
        output.stdout
    }

    /// The same where git may refuse.
    pub(crate) fn try_git<S: AsRef<OsStr>>(&self, name: &str, args: &[S]) -> Option<Vec<u8>> {
        let output = git(&self.path(name)).args(args).output().unwrap();
        output.status.success().then_some(output.stdout)
    }

    /// Makes a commit that changes nothing, so many seconds after 1970-01-12, and tells its id.
    pub(crate) fn commit(&self, name: &str, message: &str, seconds: u64) -> ObjectId {
        let date = format!("@{} +0000", 1_000_000 + seconds);
        let mut command = git(&self.path(name));
        command.envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)]);
        let made = command.args(["commit", "-q", "--allow-empty", "-m", message]);
        assert!(made.status().unwrap().success());
        self.id(name, "HEAD")
    }

    /// What git takes a revision for.
    pub(crate) fn id(&self, name: &str, revision: &str) -> ObjectId {
        let told = self.git(name, &["rev-parse", "--verify", revision]);
        ObjectId::parse(told.as_bytes()).unwrap()
    }
}

/// The objects of a repository, as git tells them.
pub(crate) struct GitObjects {
    folder: PathBuf,
    id_length: usize,
    batch: Mutex<Batch>,
}

struct Batch {
    git: Child,
    asks: ChildStdin,
    tells: BufReader<ChildStdout>,
}

impl GitObjects {
    pub(crate) fn new(folder: &Path, id_length: usize) -> GitObjects {
        let mut git = git(folder)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let batch = Batch {
            asks: git.stdin.take().unwrap(),
            tells: BufReader::new(git.stdout.take().unwrap()),
            git,
        };
        GitObjects {
            folder: folder.to_path_buf(),
            id_length,
            batch: Mutex::new(batch),
        }
    }
}

impl Drop for GitObjects {
    fn drop(&mut self) {
        if let Ok(batch) = self.batch.get_mut() {
            let _ = batch.git.kill();
            let _ = batch.git.wait();
        }
    }
}

impl Objects for GitObjects {
    fn read(&self, id: &ObjectId) -> Result<Object, ReadError> {
        let batch = &mut *self.batch.lock().unwrap();
        writeln!(batch.asks, "{id}")?;
        batch.asks.flush()?;
        let mut head = String::new();
        batch.tells.read_line(&mut head)?;
        let words: Vec<&str> = head.split_whitespace().collect();
        let &[_, kind, size] = &words[..] else {
            return Err(ReadError::Missing);
        };
        let mut data = vec![0; size.parse::<usize>().unwrap() + 1];
        batch.tells.read_exact(&mut data)?;
        data.pop();
        let kind = ObjectKind::of(kind.as_bytes()).unwrap();
        Ok(Object { kind, data })
    }

    fn contains(&self, id: &ObjectId) -> bool {
        self.read(id).is_ok()
    }

    fn with_prefix(&self, hex: &str) -> Vec<ObjectId> {
        let disambiguate = format!("--disambiguate={hex}");
        let told = git(&self.folder)
            .args(["rev-parse", &disambiguate])
            .output();
        let told = String::from_utf8(told.unwrap().stdout).unwrap();
        let ids = told.lines().filter_map(|id| ObjectId::parse(id.as_bytes()));
        ids.take(2).collect()
    }

    fn id_length(&self) -> usize {
        self.id_length
    }
}

/// What a delta is made of: a part of the base, or bytes.
pub(crate) enum Step<'a> {
    Copy(usize, usize),
    Insert(&'a [u8]),
}

/// A delta as git writes it, with as few bytes for a number as that needs.
pub(crate) fn delta(base: usize, steps: &[Step<'_>]) -> Vec<u8> {
    fn size(mut size: usize, delta: &mut Vec<u8>) {
        while size > 0x7f {
            delta.push(size as u8 | 0x80);
            size >>= 7;
        }
        delta.push(size as u8);
    }
    let result = steps.iter().map(|step| match step {
        Step::Copy(_, length) => *length,
        Step::Insert(bytes) => bytes.len(),
    });
    let mut delta = Vec::new();
    size(base, &mut delta);
    size(result.sum(), &mut delta);
    for step in steps {
        match step {
            Step::Insert(bytes) => {
                delta.push(bytes.len() as u8);
                delta.extend_from_slice(bytes);
            }
            Step::Copy(at, length) => {
                let length = if *length == 0x10000 { 0 } else { *length };
                let (at, length) = (at.to_le_bytes(), length.to_le_bytes());
                let bytes = at[..4].iter().chain(&length[..3]).zip(0..);
                let bytes: Vec<(&u8, u8)> = bytes.filter(|(byte, _)| **byte != 0).collect();
                delta.push(bytes.iter().fold(0x80, |op, (_, bit)| op | 1 << bit));
                delta.extend(bytes.iter().map(|(byte, _)| **byte));
            }
        }
    }
    delta
}
