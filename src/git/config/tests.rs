use proptest::prelude::*;

use super::*;
use crate::git::testing::{Scene, git_is_there};

fn get(text: &str, key: &str) -> Option<String> {
    let config = Config::parse(text.as_bytes());
    let value = config.get("s", None, key)?;
    Some(String::from_utf8_lossy(value).into_owned())
}

#[test]
fn values_are_read_as_git_reads_them() {
    let is =
        |text: &str, value: &str| assert_eq!(get(text, "k").as_deref(), Some(value), "{text:?}");
    is("[s]\nk = v", "v");
    is("[S] K=v # comment", "v");
    is("[s]k= a  b \t; comment", "a  b");
    is("[s]k=a\t\rb", "a\t\rb");
    is("[s]\nk = \" a ; \\\"b\\\\ \"c ", " a ; \"b\\ c");
    is("[s]\r\nk = a\\\r\n  b\r\n", "a  b");
    is("[s]\nk", "true");
    is("[s]\nk =", "");
    is("[s]\nk = a\nk = b", "b");
    is("\u{feff}[s]\nk = a\\tb\\n", "a\tb\n");
    is("[include]\npath = /etc/passwd\n[s]\nk = v", "v");
    assert_eq!(get("[s \"x\"]\nk = v", "k"), None);
}

#[test]
fn subsections_keep_their_case_but_for_the_old_form() {
    let config = Config::parse(b"[a \"B \\\"c\\d\"]\nk = 1\n[a.B.c]\nk = 2\n[a \"\"]\nk = 3");
    assert_eq!(config.get("A", Some(b"B \"cd"), "K"), Some(&b"1"[..]));
    assert_eq!(config.get("a", Some(b"b.c"), "k"), Some(&b"2"[..]));
    assert_eq!(config.get("a", Some(b""), "k"), Some(&b"3"[..]));
    assert_eq!(config.iter().count(), 3);
}

#[test]
fn a_broken_line_spoils_no_other() {
    let config = Config::parse(b"[s]\na = 1\nb = \"open\nc = 3\n=\n[t\nd = 4\n[s]e = \\x\nf = 6");
    let set: Vec<&[u8]> = config.iter().map(|entry| &*entry.key).collect();
    assert_eq!(set, [&b"a"[..], b"c", b"f"]);
    assert_eq!(config.broken, Some(3));
}

#[test]
fn yes_and_no_have_many_words() {
    for (value, meaning) in [
        ("True", Some(true)),
        ("on", Some(true)),
        ("-1", Some(true)),
        ("no", Some(false)),
        ("", Some(false)),
        ("0", Some(false)),
        ("maybe", None),
    ] {
        assert_eq!(boolean(value.as_bytes()), meaning, "{value:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_git_can_read_means_what_git_says(
        lines in prop::collection::vec("(\\[[aB.]{1,3}\\]|\\[a \"[bC\\\\\"]{0,3}\"\\]|)[ \t]?([kK]-?1? ?=?[ab\\\\\";# \tn\r]{0,9})?", 1..6)
    ) {
        if !git_is_there() {
            return Ok(());
        }
        let text = format!("[s]\n{}", lines.join("\n"));
        let scene = Scene::new();
        scene.file("config", &text);
        let Some(told) = scene.try_git(".", &["config", "-f", "config", "--list", "-z"]) else {
            return Ok(());
        };
        let config = Config::parse(text.as_bytes());
        let mut ours = Vec::new();
        for entry in config.iter() {
            ours.extend_from_slice(&entry.section);
            for subsection in entry.subsection.iter() {
                ours.push(b'.');
                ours.extend_from_slice(subsection);
            }
            ours.push(b'.');
            ours.extend_from_slice(&entry.key);
            ours.push(b'\n');
            ours.extend_from_slice(&entry.value);
            ours.push(0);
        }
        // Of a key alone git writes no value.
        let told: Vec<Vec<u8>> = told
            .split_inclusive(|&byte| byte == 0)
            .map(|entry| match entry.contains(&b'\n') {
                true => entry.to_vec(),
                false => [&entry[..entry.len() - 1], b"\ntrue\0"].concat(),
            })
            .collect();
        // Before 2.45 git made every white space inside of a value a blank.
        let blank = |text: &[u8]| String::from_utf8_lossy(text).replace(['\t', '\r'], " ");
        prop_assert_eq!(blank(&ours), blank(&told.concat()), "{:?}", text);
    }

    #[test]
    fn no_text_is_too_strange(text in prop::collection::vec(any::<u8>(), 0..200)) {
        Config::parse(&text);
    }
}
