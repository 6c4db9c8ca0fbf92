use std::collections::BTreeSet;

use super::super::super::{Style, example};
use super::super::tests::{plain, with};
use super::*;

/// Where the mark begins and how wide it is, and the same of what it marks, in columns.
fn marks(before: &str, matched: &str, after: &str, width: usize) -> [(usize, usize); 2] {
    use unicode_width::UnicodeWidthStr;
    let mut finding = example::finding(1);
    finding.locations[0].snippet.before = Untrusted::new(before);
    finding.locations[0].snippet.matched = Untrusted::new(matched);
    finding.locations[0].snippet.after = Untrusted::new(after);
    let shown = if matched.len() == 26 {
        finding.secret.masked()
    } else {
        "…".into()
    };
    let text = plain(
        &with([finding]),
        &Style {
            width,
            ..Style::default()
        },
    );
    let mut lines = text
        .lines()
        .skip_while(|line| !line.starts_with("  deploy/"));
    let (line, mark) = (lines.nth(1).unwrap(), lines.next().unwrap());
    assert!(line.width() <= width, "{line}");
    let at = line.find(&shown).unwrap();
    let start = mark.find('^').unwrap();
    [
        (start, mark.trim().len()),
        (line[..at].width(), shown.width()),
    ]
}

#[test]
fn the_mark_stands_under_the_match_in_any_script() {
    let token = example::token(1);
    for before in [
        "",
        "\t\tindented ",
        "日本語のトークン=",
        "👍🏽 e\u{301}ñ ",
        "שלום ",
        "a\u{200b}b\x1b[31m",
        &"far to the right 日本 ".repeat(30),
        &"x ".repeat(50_000),
    ] {
        for after in ["", " # ein Kommentar", &"日本".repeat(200)] {
            for width in [40, 100, usize::MAX] {
                let [mark, shown] = marks(before, &token, after, width);
                assert_eq!(mark, shown, "{before:?} {after:?} {width}");
            }
        }
    }
    let [mark, shown] = marks("日本=", "%68%6f%70", "", 80);
    assert_eq!(mark, shown);
}

#[test]
fn every_place_says_what_it_is() {
    let mut finding = example::finding(1);
    let token = finding.secret.expose().to_owned();
    let place = |place, path: &str| Location {
        place,
        ..example::location(path, 3, &token)
    };
    finding.locations = Vec::from([
        place(Place::Path, &format!("keys/{token}.txt")),
        place(Place::Symlink, "link"),
        place(Place::Stdin, ""),
    ]);
    let text = plain(&with([finding]), &Style::default());
    let mask = &token[..4];
    let expected = format!(
        "  keys/{mask}….txt (its name)
  link (the target of a link)
    MATTERMOST_TOKEN={mask}…
                     ^^^^^
  <stdin>:3:18
    MATTERMOST_TOKEN={mask}…
                     ^^^^^
"
    );
    assert!(text.contains(&expected), "{text}");
}

#[test]
fn every_way_to_pair_is_explained() {
    let mut seen = BTreeSet::new();
    for &paired_by in example::PAIRINGS {
        for line_distance in [None, Some(0), Some(1), Some(1200)] {
            let mut finding = example::finding(1);
            let host = finding.host.take().unwrap();
            finding.host = Some(Host {
                paired_by,
                line_distance,
                ..host
            });
            let text = plain(&with([finding]), &Style::default());
            let line = text.lines().nth(1).unwrap();
            seen.insert(
                line.trim_start_matches("  host  https://chat.example.org  ")
                    .to_owned(),
            );
        }
    }
    let seen: Vec<&str> = seen.iter().map(String::as_str).collect();
    assert_eq!(
        seen,
        [
            "named by you (--server)",
            "paired across files: deploy/prod.env:1:16",
            "paired in the same block",
            "paired in the same block, 1 line away",
            "paired in the same block, 1,200 lines away",
            "paired in the same block, on the same line",
            "part of the same URL",
            "the nearest host",
            "the nearest host, 1 line away",
            "the nearest host, 1,200 lines away",
            "the nearest host, on the same line",
        ]
    );
}

#[test]
fn a_path_with_a_secret_is_no_link() {
    let mut finding = example::finding(1);
    let path = format!("/keys/{}", finding.secret.expose());
    finding.locations[0].path = Untrusted::new(path);
    let style = Style {
        hyperlinks: true,
        ..Style::default()
    };
    assert!(!plain(&with([finding]), &style).contains("file://"));
    // Nor is one that cannot be told from another without the directory.
    assert!(!plain(&with([example::finding(1)]), &style).contains("file://"));
}
