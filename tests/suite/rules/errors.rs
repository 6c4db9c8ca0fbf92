//! What is wrong with a file, and where.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use matterleaks::rule::{FileError, Rules};

use super::replaced;

/// The smallest file there is. Tests count its lines: the first key is on line 1.
const SMALL: &str = "\
version: 1
product: small
keywords: [smallchat]
secrets:
  - {name: token, pattern: 'sm_[a-z0-9]{20}'}
hosts: {keys: 'url$', own: small}
contexts:
  - {key: 'id$', ignore: an id}
  - {key: 'token$', kind: access_token, explicit: true}
kinds:
  - id: small-token
    kind: access_token
    title: Small token
    summary: Opens everything.
    revoke: In the settings.
    minimum_matches: 2
    severity: high
    remediation: [Revoke it.]
    parts:
      - {name: user, pattern: '[a-z]{8}', key: user}
    examples:
      - {text: 'SMALLCHAT_TOKEN=sm_0a1b2c3d4e5f6g7h8i9j', token: sm_0a1b2c3d4e5f6g7h8i9j}
";

/// The error of a file with this content.
fn error(content: impl AsRef<[u8]>) -> FileError {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.yml");
    fs::write(&path, content).expect("a file");
    Rules::load(&[path]).expect_err("an error")
}

/// Line, column and message of the error of a file with this content.
fn mistake(content: impl AsRef<[u8]>) -> (usize, usize, String) {
    match error(content) {
        FileError::Shape {
            line,
            column,
            message,
            path,
        } => {
            assert_eq!(path.file_name(), Some("x.yml".as_ref()));
            (line, column, message)
        }
        other => panic!("{other}"),
    }
}

/// What is written there, what instead, and what that is answered.
const MISTAKES: &str = r#"
# Reading.
product: small => produkt: small => 2:1: unknown field `produkt`
hosts: {keys => hosts: {key => 6:9: unknown field `key`
explicit: true => explict: true => 9:41: unknown field `explict`
keywords: [smallchat] => keywords: smallchat => 3:11: expected a sequence
minimum_matches: 2 => minimum_matches: two => 16:22: invalid type: string "two"
minimum_matches: 2 => minimum_matches: -2 => 16:22: -2
explicit: true => explicit: maybe => 9:51: expected a boolean
contexts:\n => contexts:\n  - token\n => 8:5: expected a row of the context table
key: 'id$' => key: '(id$' => 8:11: bad pattern `(id$`: unclosed group
key: 'id$' => key: [id] => 8:11: expected a regular expression
[a-z0-9]{20} => [a-z0-9]{99999} => 5:28: too much memory
kind: access_token, e => kind: acess_token, e => 9:27: unknown variant `acess_token`
severity: high => severity: huge => 17:15: unknown variant `huge`
'token$',  => 'token$', via: [mail],  => 9:27: unknown variant `mail`
    title: Small token\n =>  => 11:5: missing field `title`
product: small => product: small\nproduct: small => 3:1: `product` stands here twice
hosts: { => tables: {a: [id], a: [id]}\nhosts: { => 6:19: `a` stands here twice
product: small => product: [small => 3:9: did not find expected
product: small => product: *small => 2:10: unknown anchor
product: small => product: !small x => 2:10: without a tag
product: small => product: small\n---\nversion: 1 => 4:1: a second document
# What parts say of themselves.
version: 1 => version: 2 => 1:10: this program reads 1
product: small => product: Small Chat => 2:10: lower-case
[smallchat] => [smallchat, sm] => 3:23: `sm` is too short
[smallchat] => [] => 3:11: `keywords` must not be empty
sm_[a-z0-9]{20} => [a-z0-9]{7} => 5:28: at least 8 characters
hosts: { => hosts: {schemes: {ftp: ftp},  => 6:24: `https` or `http`
hosts: => tables: {User_Tokens: [id]}\nhosts: => 6:23: without underscores
hosts: => tables: {users: [id, userId]}\nhosts: => 6:22: without underscores
hosts: => samples: [{sha256: abc, source: x}]\nhosts: => 6:20: 64 lower-case hex digits
key: 'id$', ignore => minted: true, ignore => 8:5: without a condition
ignore: an id => ignore: an id, kind: access_token => 8:26: not both
, ignore: an id =>  => 8:5: names a `kind`, or says `ignore`
ignore: an id => ignore: an id, explicit: true => 8:43: goes with a `kind`
key: 'id$' => near: id, via: [key] => 8:21: `via` goes with a `key`
key: 'id$' => key: 'id$', weak: true => 8:24: it has no `key`
minimum_matches: 2 => minimum_matches: 0 => 16:22: `minimum_matches` is 1
minimum_matches: 2 => minimum_matches: 4 => 16:22: here at most 3
id: small-token => id: small token => 11:9: an id is of
[Revoke it.] => [] => 18:18: says what to do
pattern: '[a-z]{8}' => pattern: '[a-z]*' => 20:31: at least one character
# What parts say of each other.
key: 'id$' => shape: other => 8:13: no secret is called `other`
kind: access_token, e => kind: csrf_token, e => 9:27: `csrf_token` has no page
token: sm_ => parts: {team: x}, token: sm_ => 22:73: no part `team`
"#;

#[test]
fn every_mistake_has_its_place() {
    let cases = MISTAKES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    for case in cases {
        let [from, to, answer] = case.splitn(3, " => ").collect::<Vec<_>>()[..] else {
            panic!("no case: {case}");
        };
        let lines = |text: &str| text.replace("\\n", "\n");
        let (line, column, message) = mistake(replaced(SMALL, &lines(from), &lines(to)));
        let (place, says) = answer.split_once(": ").expect("a place");
        assert!(message.contains(says), "{to}: {message}");
        assert_eq!(format!("{line}:{column}"), place, "{to}: {message}");
    }
}

#[test]
fn two_of_one_thing_are_one_too_many() {
    let page = &SMALL[SMALL.find("  - id: small-token").expect("a page")..];
    let (line, column, message) = mistake(format!("{SMALL}{page}"));
    assert_eq!((line, column), (23, 9), "{message}");
    assert!(message.contains("two pages have the id `small-token`"));

    let (line, column, message) = mistake(format!(
        "{SMALL}{}",
        replaced(page, "small-token", "other-token")
    ));
    assert_eq!((line, column), (24, 11), "{message}");
    assert!(message.contains("`access_token` has a page already, `small-token`"));

    let text = replaced(SMALL, "product: small", "product: mattermost");
    let (line, column, message) = mistake(text);
    assert_eq!((line, column), (2, 10), "{message}");
    assert!(message.contains("product `mattermost` has rules already, in rules/mattermost.yml"));

    let text = replaced(SMALL, "id: small-token", "id: mattermost-access-token");
    let (line, column, message) = mistake(text);
    assert_eq!((line, column), (11, 9), "{message}");
    assert!(message.contains("page `mattermost-access-token` exists already"));

    let text = replaced(
        SMALL,
        "hosts:",
        "  - {name: token, pattern: 'sm2_[a-z]{9}'}\nhosts:",
    );
    assert_eq!(mistake(text).0, 6);
    let text = replaced(
        SMALL,
        "parts:\n",
        "parts:\n      - {name: user, pattern: x, key: y}\n",
    );
    assert_eq!(mistake(text).0, 21);
}

#[test]
fn what_is_no_rule_file_is_refused() {
    for empty in ["", "\n\n", "# nothing\n", "---\n", "---\n...\n"] {
        let (line, _, message) = mistake(empty);
        assert!(line <= 2, "{empty:?}: {message}");
    }
    assert!(mistake("").2.contains("nothing in this file"));
    assert!(mistake("- a\n- b\n").2.contains("expected a rule file"));
    assert!(mistake("just words").2.contains("expected a rule file"));
    let latin = [SMALL.as_bytes(), b"# \xc3\xa9t\xe9\n"].concat();
    assert_eq!(mistake(latin), (23, 5, "not UTF-8".to_owned()));
    let large = format!("{SMALL}# {}\n", "x".repeat(10 << 20));
    assert!(mistake(large).2.contains("1 MiB"));
    assert!(mistake("\0").2.contains("control characters"));
}

/// A file can be small and mean something large. None may take long, and none may end the program.
#[test]
fn bombs_do_not_go_off() {
    let nested = |open: &str, close: &str, depth: usize| {
        format!(
            "tables: {}x{}\n{SMALL}",
            open.repeat(depth),
            close.repeat(depth)
        )
    };
    let tenfold = |n: usize| {
        let many = format!("*a{n}, ").repeat(10);
        format!("  a{}: &a{} [{many}]\n", n + 1, n + 1)
    };
    let laughs: String = (0..9).map(tenfold).collect();
    let wide = format!("  a: &a [{}]\n", "x,".repeat(100_000));
    let wide = format!(
        "{wide}{}",
        (0..50_000)
            .map(|i| format!("  b{i}: *a\n"))
            .collect::<String>()
    );
    for (name, text) in [
        ("laughs", format!("tables:\n  a0: &a0 [x]\n{laughs}{SMALL}")),
        ("wide", format!("tables:\n{wide}{SMALL}")),
        ("itself", format!("tables:\n  a: &a [*a, *a]\n{SMALL}")),
        ("lists", nested("[", "]", 1_000)),
        ("mappings", nested("{a: ", "}", 1_000)),
        ("open lists", format!("tables: {}", "[".repeat(1_000_000))),
        (
            "open mappings",
            format!("tables: {}", "{a: ".repeat(200_000)),
        ),
        (
            "long",
            format!("tables: {}{}", "[".repeat(900), "a,".repeat(200_000)),
        ),
        ("items", format!("tables:\n{}x\n", "- ".repeat(50_000))),
        ("questions", format!("{}x\n", "? ".repeat(50_000))),
        (
            "many",
            format!("{SMALL}placeholders:\n{}", "  - x\n".repeat(100_000)),
        ),
        (
            "patterns",
            replaced(SMALL, "{20}", "{9}{9}{9}{9}{9}{9}{9}{9}{9}"),
        ),
    ] {
        let start = Instant::now();
        let (line, column, message) = mistake(text);
        assert!(line >= 1 && column >= 1 && !message.is_empty(), "{name}");
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{name}: {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn paths_are_files_or_folders_of_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let load = |path: PathBuf| Rules::load(&[path]).map(|rules| rules.products.len());
    let says = |path: PathBuf, words: &str| {
        let error = load(path.clone()).expect_err("an error").to_string();
        assert!(
            error.starts_with(&path.display().to_string()) && error.contains(words),
            "{error}"
        );
    };
    says(at("none.yml"), "No such file");
    says(folder.path().to_owned(), "no *.yml");
    fs::write(at("b.yml"), SMALL).expect("a file");
    fs::write(at("readme.md"), "no rules").expect("a file");
    fs::create_dir(at("folder.yml")).expect("a folder");
    assert_eq!(load(folder.path().to_owned()).expect("rules"), 2);
    assert_eq!(load(at("b.yml")).expect("rules"), 2);
    // Two files of one folder: the later one by name is one too many.
    fs::write(at("a.yaml"), replaced(SMALL, "id: small-token", "id: a")).expect("a file");
    let error = load(folder.path().to_owned())
        .expect_err("an error")
        .to_string();
    assert!(
        error.contains("b.yml:2:10: product `small` has rules already, in "),
        "{error}"
    );
}

#[test]
fn the_message_starts_with_the_place() {
    let text = replaced(SMALL, "version: 1", "version: 3");
    let error = error(text).to_string();
    let name = Path::new(error.split(':').next().unwrap_or_default()).file_name();
    assert_eq!(name, Some("x.yml".as_ref()), "{error}");
    assert!(error.contains("x.yml:1:10: version 3"), "{error}");
}

/// The program's own file is not looked at when the program starts; here it is, as a user's would be.
#[test]
fn the_embedded_file_is_as_good_as_a_users() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/mattermost.yml");
    let rules = Rules::load_revised(&[path]).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(rules.products.len(), 1);
    assert_ne!(rules.products[0].path, Path::new("rules/mattermost.yml"));
}
