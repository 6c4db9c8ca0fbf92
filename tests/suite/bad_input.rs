//! Whatever is thrown at it: the message names the thing, the exit code tells, and everything else is
//! scanned all the same. Nothing here may hang; see [`crate::util`].

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;

use serde_json::Value;

use crate::util::{Dir, Output, fifo, id, ids, name, paired, token};

/// The user that owns nothing.
const NOBODY: u32 = 65534;

/// A folder in which one token can be found, so that tests see that it still is.
fn scene() -> Dir {
    let dir = Dir::new();
    dir.file("good/.env", paired(&token(1)));
    dir
}

/// Asserts that the token of [`scene`] was found, and returns the skips: path and reason.
#[track_caller]
fn skips(output: Output) -> Vec<(String, String)> {
    let report = output.code(1).quietly().json();
    assert_eq!(ids(&report), [id(&token(1))], "{report:#}");
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    let skipped = report["coverage"]["skipped"].as_array().expect("a list");
    let skip = |skip: &Value| (text(&skip["path"]), text(&skip["reason"]));
    skipped.iter().map(skip).collect()
}

fn json<S: AsRef<OsStr>>(dir: &Dir, paths: impl IntoIterator<Item = S>) -> Output {
    dir.scan(["--format", "json"]).args(paths).run()
}

fn skip(path: &str, reason: &str) -> (String, String) {
    (path.to_owned(), reason.to_owned())
}

#[test]
fn a_path_that_is_not_there_is_named() {
    let dir = scene();
    dir.link("dangling", "nowhere").link("loop", "loop");
    let below = "good/.env/below";
    let paths = ["good", "missing", "dangling", below, "loop"];
    assert_eq!(
        skips(json(&dir, paths)),
        [
            skip("dangling", "vanished"),
            skip(below, "vanished"),
            skip("loop", "read_error"),
            skip("missing", "vanished"),
        ]
    );
    dir.scan(["missing"])
        .run()
        .code(2)
        .says("missing  vanished: No such file or directory")
        .says("INCOMPLETE: 1 thing was not read\n")
        .says("nothing scanned");
    dir.scan([""]).run().code(2);
    let long = "x".repeat(300);
    dir.scan([&long]).run().code(2).says("too long");
}

#[test]
fn what_the_user_may_not_read_is_named() {
    let dir = scene();
    dir.file("file", paired(&token(2)))
        .file("folder/.env", paired(&token(3)))
        .file("list/.env", paired(&token(3)));
    let chmod = |path: &str, mode| {
        fs::set_permissions(dir.path(path), fs::Permissions::from_mode(mode)).expect("a mode");
    };
    // Everybody may come here; not so the owner of what is closed.
    chmod("", 0o755);
    for closed in ["file", "folder"] {
        chmod(closed, 0);
    }
    chmod("list", 0o444);
    let root = is_root();
    let scan = dir.scan(["--format", "json"]).with(|command| {
        if root {
            command.uid(NOBODY).gid(NOBODY);
        }
    });
    // Where the program lies in a folder that is closed to nobody, there is nothing to see.
    if let Ok(output) = scan.try_run() {
        let closed = [
            skip("file", "permission_denied"),
            skip("folder", "permission_denied"),
            skip("list/.env", "permission_denied"),
        ];
        assert_eq!(skips(output), closed);
    }
    for open in ["folder", "list"] {
        chmod(open, 0o755);
    }
}

/// Whether what is closed is open to us all the same.
fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    uid.is_some_and(|uid| uid.split_whitespace().nth(1) == Some("0"))
}

#[test]
fn what_is_no_file_is_counted_on_the_walk_and_an_error_when_named() {
    let dir = scene();
    fifo(&dir.path("good/fifo"));
    let _socket = UnixListener::bind(dir.path("good/socket")).expect("a socket");
    let report = json(&dir, ["."]).code(1).json();
    assert_eq!(report["coverage"]["special"], 2);
    assert_eq!(report["coverage"]["complete"], true);
    dir.scan(["."])
        .run()
        .code(1)
        .says("2 special files: not read");
    let named = ["good", "good/fifo", "good/socket", "/dev/zero", "/dev/null"];
    assert_eq!(
        skips(json(&dir, named)),
        [
            skip("/dev/null", "not_a_file"),
            skip("/dev/zero", "not_a_file"),
            skip("good/fifo", "not_a_file"),
            skip("good/socket", "not_a_file"),
        ]
    );
    dir.scan(["good/fifo"])
        .run()
        .code(2)
        .says("good/fifo  not a file: neither a file nor a directory");
}

#[test]
fn special_files_beside_a_token_are_not_read_for_its_server() {
    let dir = Dir::with(crate::util::lonely(&token(1)));
    fifo(&dir.path("mattermost.env"));
    dir.link("mattermost.url", "/dev/zero");
    dir.scan(["."]).run().code(0).says("1 unpaired");
}

#[test]
fn special_files_in_place_of_lists_are_refused() {
    for file in [".matterleaksignore", ".gitignore"] {
        let dir = scene();
        fs::create_dir(dir.path(".git")).expect("a folder");
        fifo(&dir.path(file));
        let output = dir.scan(["good", "."]).run();
        match file {
            ".matterleaksignore" => drop(output.code(1).complains(file).says("bad ignore file")),
            _ => drop(output.code(1)),
        }
    }
}

#[test]
fn links_are_read_and_not_followed() {
    let dir = scene();
    dir.link("good/loop", "loop")
        .link("good/up", "..")
        .link("good/dangling", "nowhere")
        .link("good/same", ".env")
        .link("other", "good");
    let report = json(&dir, ["."]).code(1).json();
    assert_eq!(report["coverage"]["documents"], 6);
    assert_eq!(report["coverage"]["complete"], true);
    assert_eq!(
        report["findings"][0]["locations"].as_array().map(Vec::len),
        Some(1)
    );
    // The one that is named is followed.
    dir.scan(["other"]).run().code(1).says("other/.env:2:18\n");
    let target = format!("https://mattermost.example.org/hooks/{}", token(2));
    dir.link("good/hook", target);
    let report = json(&dir, ["."]).code(1).json();
    assert_eq!(ids(&report).len(), 2);
    let kinds: Vec<&Value> = (0..2)
        .map(|n| &report["findings"][n]["locations"][0]["kind"])
        .collect();
    assert!(kinds.contains(&&"symlink".into()), "{report:#}");
}

#[test]
fn names_need_no_encoding() {
    let dir = Dir::new();
    let foul = name(b"caf\xe9\xff");
    dir.file(&foul, paired(&token(1)));
    let report = json(&dir, ["."]).code(1).json();
    let place = &report["findings"][0]["locations"][0];
    assert_eq!(place["path"], "caf\u{fffd}\u{fffd}");
    assert_eq!(place["path_bytes"], "636166e9ff");
    let named = json(&dir, [&foul]).code(1).json();
    assert_eq!(named["scan"]["sources"][0]["path_bytes"], "636166e9ff");
    dir.scan([&foul]).run().code(1).says("caf\\xe9\\xff:2:18\n");
    let missing = json(&dir, [name(b"no\xff")]).code(2).json();
    assert_eq!(missing["coverage"]["skipped"][0]["path_bytes"], "6e6fff");
    // Where a name must be text, that is said.
    let server = [name(b"--server"), name(b"https://\xff")];
    dir.scan(server).run().code(2).complains("UTF-8");
}

#[test]
fn folders_may_be_nested_deeply() {
    let dir = scene();
    let depth = 1000;
    // No single path can name it: it is built from the inside out.
    let (mut inner, mut outer) = (dir.path("a"), dir.path("b"));
    fs::create_dir(&inner).expect("a folder");
    fs::write(inner.join(".env"), paired(&token(2))).expect("a file");
    for _ in 1..depth {
        fs::create_dir(&outer).expect("a folder");
        fs::rename(&inner, outer.join("deep-folder")).expect("a move");
        std::mem::swap(&mut inner, &mut outer);
    }
    for args in [&["."] as &[&str], &["-j", "8", "."]] {
        let report = json(&dir, args).code(1).json();
        assert_eq!(ids(&report).len(), 2);
        assert_eq!(report["coverage"]["complete"], true);
    }
    let path = format!("{}.env:2:18", "deep-folder/".repeat(depth - 1));
    let text = dir.scan(["-v", "."]).run().code(1).text();
    assert!(text.lines().all(|line| line.len() < path.len()));
}

#[test]
fn what_comes_and_goes_stops_nothing() {
    let dir = scene();
    for n in 0..500 {
        dir.file(format!("volatile/{n}/file"), paired(&token(2)));
    }
    let volatile = dir.path("volatile");
    let remove = std::thread::spawn(move || fs::remove_dir_all(volatile));
    let report = json(&dir, ["."]).code(1).quietly().json();
    remove.join().expect("a thread").expect("all removed");
    assert!(ids(&report).contains(&id(&token(1))));
    for skip in report["coverage"]["skipped"].as_array().expect("a list") {
        assert_eq!(skip["reason"], "vanished", "{skip}");
    }
}

#[test]
fn a_large_file_is_read_in_little_memory() {
    let dir = Dir::new();
    let line = "a log that says nothing of interest to anybody ".repeat(1500) + "\n";
    let filler = line.repeat(450);
    let (server, token_line) = ("MATTERMOST_URL=https://chat.example.org\n", token(1));
    let text = format!("{server}{filler}MATTERMOST_TOKEN={token_line}\n");
    assert!(text.len() > 30 << 20);
    dir.file("large.log", text);
    let output = json(&dir, ["-j", "2", "."]).code(1);
    let report = output.json();
    assert_eq!(ids(&report), [id(&token_line)]);
    assert_eq!(report["coverage"]["complete"], true);
    if let Some(peak) = output.peak {
        assert!(peak < 30 << 20, "{} MB", peak >> 20);
    }
}

#[test]
fn files_of_nothing_are_clean() {
    let dir = Dir::new();
    dir.file("empty", "")
        .file("nul", vec![0; 3 << 20])
        .file("ones", vec![0xff; 3 << 20])
        .file("newlines", "\n".repeat(3 << 20));
    let report = json(&dir, ["."]).code(0).json();
    assert_eq!(report["coverage"]["documents"], 4);
    for file in ["empty", "nul", "ones", "newlines"] {
        dir.scan([file]).run().code(0).says("clean: nothing found");
    }
}

#[test]
fn a_line_may_be_long() {
    let dir = Dir::new();
    let side = "x=1;".repeat(25_000);
    let token = token(1);
    let line =
        format!("{side}MATTERMOST_URL=https://chat.example.org;MATTERMOST_TOKEN={token};{side}");
    dir.file("min.js", &line);
    let output = dir.scan(["."]).run().code(1).says("min.js:1:100058\n");
    assert!(output.stdout.len() < 4000, "{output}");
    let output = json(&dir, ["."]).code(1);
    assert!(output.stdout.len() < 20_000, "{output}");
    let place = &output.json()["findings"][0]["locations"][0];
    assert_eq!(place["byte_offset"], 100_057);
}

#[test]
fn a_broken_rule_file_is_named_with_the_place() {
    let dir = scene();
    for (text, place) in [
        ("version: [1\n", "bad.yml:"),
        ("", "bad.yml:"),
        ("version: 1\nproduct: x\nnonsense: 1\n", "bad.yml:3:1: "),
        ("\tversion: 1\n", "bad.yml:1:"),
    ] {
        dir.file("bad.yml", text);
        let output = dir.scan(["--rules", "bad.yml"]).run().code(2);
        let output = output.complains(place);
        assert!(output.stdout.is_empty(), "{output}");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(told.lines().count(), 1, "{output}");
    }
    dir.file("bad.yml", b"version: \xff\n");
    let output = dir.scan(["--rules", "bad.yml"]).run().code(2);
    output.complains("bad.yml");
}

#[test]
fn nothing_that_a_terminal_obeys_is_printed() {
    let dir = Dir::new();
    let hostile = "a\x1b[31m\x07\u{202e}\u{200b}\r\n\tb\u{9b}2J";
    dir.file(format!("{hostile}/{hostile}.env"), paired(&token(1)))
        .file(
            "content.env",
            format!(
                "MATTERMOST_URL=https://chat.example.org\n\
                 \x1b]0;title\x07\u{202e}\u{9b}31m mattermost_token: {} \x1b[2J\u{2066}\r\n",
                token(2)
            ),
        )
        .file(
            ".matterleaksignore",
            format!("{} be\x1b[31mcause\u{202e}\n", id(&token(2))),
        )
        .link("link", hostile);
    let missing = format!("missing\x1b[31m\n{hostile}");
    let printable = |text: &str| {
        let obeyed = |c: char| {
            (c.is_control() && c != '\n') || "\u{202e}\u{200b}\u{2066}\u{2028}".contains(c)
        };
        assert_eq!(text.find(obeyed), None, "{text:?}");
    };
    let output = dir.scan(["-v", ".", &missing]).run().code(1);
    let output = output.says("a\\x1b[31m\\x07\\u{202e}\\u{200b}\\r\\n\\tb\\u{9b}2J/");
    printable(&output.text());
    printable(&String::from_utf8_lossy(&output.stderr));
    let unknown = format!("--{hostile}");
    for flag in ["--server", "--rules", "--format", &unknown] {
        let output = dir.scan([flag, hostile]).run().code(2);
        printable(&String::from_utf8_lossy(&output.stderr));
    }
    // JSON keeps what stands there, and escapes what a terminal obeys first of all.
    let report = json(&dir, ["."]).code(1);
    assert!(!report.text().contains(['\x1b', '\x07', '\r']), "{report}");
    report.json();
}
