//! A folder to build a scene in, and a command that runs in it. Where an assertion fails, the whole scene
//! is shown: what ran, where, how it ended, and what it said.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{self, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use jsonschema::Validator;
use matterleaks::detect;
use matterleaks::report::SCHEMA;
use serde_json::Value;

use crate::case::Random;

/// Longer takes only what hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A token that nobody has. The same number gives the same token.
pub fn token(n: u64) -> String {
    let mut random = Random::new("suite", n);
    loop {
        let token = detect::mint(random.bytes());
        let distinct: std::collections::BTreeSet<char> = token.chars().collect();
        if distinct.len() >= 11 && token.bytes().filter(u8::is_ascii_digit).count() >= 2 {
            return token;
        }
    }
}

/// A file that gives a token its server.
pub fn paired(token: &str) -> String {
    format!("MATTERMOST_URL=https://chat.example.org\nMATTERMOST_TOKEN={token}\n")
}

/// A file whose token has no server.
pub fn lonely(token: &str) -> String {
    format!("MATTERMOST_TOKEN={token}\n")
}

/// Asserts that a document or a line follows the schema that is shipped.
pub fn assert_valid(value: &Value) {
    let schema: Value = serde_json::from_str(SCHEMA).expect("a schema in JSON");
    let validator: Validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}

/// A temporary folder.
pub struct Dir(tempfile::TempDir);

impl Dir {
    pub fn new() -> Dir {
        Dir(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A folder with one file, `.env`.
    pub fn with(content: impl AsRef<[u8]>) -> Dir {
        let dir = Dir::new();
        dir.file(".env", content);
        dir
    }

    pub fn path(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.0.path().join(name.as_ref())
    }

    /// Writes a file, and the folders above it.
    pub fn file(&self, name: impl AsRef<OsStr>, content: impl AsRef<[u8]>) -> &Dir {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("folders");
        fs::write(&path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        self
    }

    pub fn read(&self, name: &str) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Makes a symbolic link.
    pub fn link(&self, name: impl AsRef<OsStr>, target: impl AsRef<OsStr>) -> &Dir {
        std::os::unix::fs::symlink(target.as_ref(), self.path(name)).expect("a link");
        self
    }

    /// The program with the command `scan`.
    pub fn scan<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        self.program(["scan"]).args(args)
    }

    /// The program.
    pub fn program<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        self.command(env!("CARGO_BIN_EXE_matterleaks")).args(args)
    }

    /// Any program, run in this folder.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut inner = process::Command::new(program);
        inner
            .current_dir(self.0.path())
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        Command {
            inner,
            stdin: Vec::new(),
            stdout: None,
        }
    }
}

/// A command that has not run yet.
pub struct Command {
    inner: process::Command,
    stdin: Vec<u8>,
    stdout: Option<Stdio>,
}

impl Command {
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Command {
        self.inner.args(args);
        self
    }

    pub fn stdin(mut self, content: impl Into<Vec<u8>>) -> Command {
        self.stdin = content.into();
        self
    }

    /// Sends its output elsewhere.
    pub fn stdout(mut self, stream: impl Into<Stdio>) -> Command {
        self.stdout = Some(stream.into());
        self
    }

    /// Changes what else a process has.
    pub fn with(mut self, change: impl FnOnce(&mut process::Command)) -> Command {
        change(&mut self.inner);
        self
    }

    /// Runs it to its end.
    pub fn run(self) -> Output {
        let scene = self.scene();
        self.try_run()
            .unwrap_or_else(|error| panic!("{scene}\ncannot run: {error}"))
    }

    /// The same, where it may be that it cannot be started.
    pub fn try_run(mut self) -> std::io::Result<Output> {
        let scene = self.scene();
        let mut child = self
            .inner
            // What it starts is in its group, so that nothing of it outlives our patience.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(self.stdout.take().unwrap_or_else(Stdio::piped))
            .stderr(Stdio::piped())
            .spawn()?;
        let mut input = child.stdin.take().expect("a pipe");
        let content = std::mem::take(&mut self.stdin);
        let writer = thread::spawn(move || drop(input.write_all(&content)));
        let stdout = child.stdout.take().map(collect);
        let stderr = child.stderr.take().map(collect);
        let (start, mut peak) = (Instant::now(), None);
        let (status, hung) = loop {
            peak = peak.max(peak_memory(child.id()));
            if let Some(status) = child.try_wait()? {
                break (status, false);
            }
            if start.elapsed() > PATIENCE {
                let group = format!("-{}", child.id());
                let _ = process::Command::new("kill")
                    .args(["-KILL", "--", &group])
                    .status();
                break (child.wait()?, true);
            }
            thread::sleep(Duration::from_millis(2));
        };
        let output = Output {
            scene,
            status,
            peak,
            stdout: all(stdout),
            stderr: all(stderr),
        };
        drop(writer.join());
        assert!(!hung, "{output}\nit hangs");
        Ok(output)
    }

    fn scene(&self) -> String {
        let folder = self.inner.get_current_dir().map(Path::display);
        let folder = folder.map(|folder| folder.to_string()).unwrap_or_default();
        format!("command: {:?}\nfolder: {folder}", self.inner)
    }
}

fn all(stream: Option<thread::JoinHandle<Vec<u8>>>) -> Vec<u8> {
    stream.map_or_else(Vec::new, |stream| stream.join().expect("a stream"))
}

fn collect(mut stream: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut all = Vec::new();
        drop(stream.read_to_end(&mut all));
        all
    })
}

/// The most bytes that a process has had in memory, where the system says so.
fn peak_memory(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes << 10)
}

/// How a command ended, and what it said.
pub struct Output {
    scene: String,
    status: ExitStatus,
    /// The most bytes that it had in memory.
    pub peak: Option<u64>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let streams = [("stdout", &self.stdout), ("stderr", &self.stderr)];
        writeln!(f, "\n{}\nstatus: {}", self.scene, self.status)?;
        for (name, bytes) in streams {
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(8000)]);
            writeln!(f, "{name} ({} bytes):\n{shown}", bytes.len())?;
        }
        Ok(())
    }
}

impl Output {
    /// Asserts how it ended.
    #[track_caller]
    pub fn code(self, expected: i32) -> Output {
        let code = self.status.code();
        assert_eq!(code, Some(expected), "{self}");
        assert_eq!(self.status.signal(), None, "{self}");
        self
    }

    /// Whether it ended so.
    pub fn code_is(&self, code: i32) -> bool {
        self.status.code() == Some(code)
    }

    /// How it ended, if no signal ended it.
    pub fn status(&self) -> Option<i32> {
        self.status.code()
    }

    /// Standard error as text.
    pub fn errors(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Asserts that standard output has a text.
    #[track_caller]
    pub fn says(self, text: &str) -> Output {
        assert!(self.text().contains(text), "{self}\nit lacks: {text}");
        self
    }

    /// Asserts that standard output has no such text.
    #[track_caller]
    pub fn lacks(self, text: &str) -> Output {
        assert!(!self.text().contains(text), "{self}\nit has: {text}");
        self
    }

    /// Asserts that standard error has a text.
    #[track_caller]
    pub fn complains(self, text: &str) -> Output {
        let told = String::from_utf8_lossy(&self.stderr);
        assert!(told.contains(text), "{self}\nstderr lacks: {text}");
        self
    }

    /// Asserts that nothing is on standard error.
    #[track_caller]
    pub fn quietly(self) -> Output {
        assert!(self.stderr.is_empty(), "{self}\nstderr is not empty");
        self
    }

    /// Standard output as a JSON report that follows the schema.
    #[track_caller]
    pub fn json(&self) -> Value {
        let value = serde_json::from_slice(&self.stdout);
        let value = value.unwrap_or_else(|error| panic!("{self}\nno JSON: {error}"));
        assert_valid(&value);
        value
    }

    /// Standard output as JSON Lines that follow the schema.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        let read = |line: &str| -> Value {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{self}\nno JSON: {error}"))
        };
        let lines: Vec<Value> = self.text().lines().map(read).collect();
        lines.iter().for_each(assert_valid);
        lines
    }
}

/// The ids of a report's findings, in its order.
pub fn ids(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let id = |finding: &Value| finding["id"].as_str().expect("an id").to_owned();
    findings.iter().map(id).collect()
}

/// The id that a token's finding has.
pub fn id(token: &str) -> String {
    use matterleaks::finding::{CredentialId, Secret};
    CredentialId::of("mattermost", &Secret::new(token))
        .as_str()
        .to_owned()
}

/// Bytes as a name.
pub fn name(bytes: &[u8]) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
}

/// Makes a FIFO.
pub fn fifo(path: &Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a FIFO");
}

/// A pipe that nobody reads.
pub fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer.into()
}

/// A file that takes nothing, where the system has one.
pub fn full_device() -> Option<File> {
    File::options().write(true).open("/dev/full").ok()
}

/// The value that a server makes of such a UUID.
pub fn mint(bits: u128) -> String {
    detect::mint(bits.to_be_bytes())
}

/// Whether ten consecutive characters of the token can be read in `text`, raw or in base64 of any
/// alignment. Written without the redactor's own decoder.
pub fn reveals(text: &str, token: &str) -> bool {
    let shows = |bytes: &[u8]| {
        let lower = bytes.to_ascii_lowercase();
        let mut parts = token.as_bytes().windows(10);
        parts.any(|part| memchr::memmem::find(&lower, part).is_some())
    };
    let standard = text.replace('-', "+").replace('_', "/");
    let digits = |c: char| !(c.is_ascii_alphanumeric() || c == '+' || c == '/');
    let base64 = standard.split(digits).any(|run| {
        (0..run.len().min(4)).any(|start| {
            let whole = (run.len() - start) / 4 * 4;
            let decoded = data_encoding::BASE64_NOPAD.decode(&run.as_bytes()[start..start + whole]);
            decoded.is_ok_and(|bytes| shows(&bytes))
        })
    });
    let hex = text.split(|c: char| !c.is_ascii_hexdigit()).any(|run| {
        (0..run.len().min(2)).any(|start| {
            let whole = (run.len() - start) / 2 * 2;
            let decoded =
                data_encoding::HEXLOWER_PERMISSIVE.decode(&run.as_bytes()[start..start + whole]);
            decoded.is_ok_and(|bytes| shows(&bytes))
        })
    });
    shows(text.as_bytes()) || base64 || hex
}
