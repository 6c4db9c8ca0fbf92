//! Where it is, and the line around it.

use matterleaks::finding::*;
use matterleaks::report::Style;

use super::{plain, with};
use crate::report::example;

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

/// The lines of `places` that are neither snippets nor marks, in a report on `sources`.
fn lines(sources: &[Source], places: Vec<Location>, verbose: u8) -> Vec<String> {
    let mut finding = example::finding(1);
    finding.locations = places;
    let report = Report {
        sources: sources.into(),
        ..with([finding])
    };
    let style = Style {
        verbose,
        ..Style::default()
    };
    let text = plain(&report, &style);
    let text = text.split_once("\n\n").unwrap().0;
    let lines = text
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let labels = ["  host", "  why", "  id"];
    let places = lines.filter(|line| !labels.iter().any(|label| line.starts_with(label)));
    places.map(|line| line[2..].to_owned()).collect()
}

fn in_git(place: Place, path: &str, git: InGit) -> Location {
    Location {
        place,
        git: Some(git),
        ..example::location(path, 3, &example::token(1))
    }
}

#[test]
fn a_place_in_git_can_be_looked_up() {
    let dot = Untrusted::new(".");
    let git = |n| example::git::in_git(n, dot.clone());
    let nowhere = InGit {
        object: Some(example::git::id(0)),
        ..git(3)
    };
    let places = Vec::from([
        in_git(Place::Blob, "a.env", git(1)),
        in_git(Place::Blob, "", git(0)),
        in_git(Place::Index, "a.env", git(0)),
        in_git(Place::Path, "b.env", git(1)),
        in_git(Place::Symlink, "link", git(3)),
    ]);
    let history = [Source::History(dot.clone())];
    let expected = [
        "a.env:3:18  in a2a2a2a2a2 (blob a1a1a1a1a1)",
        "blob a0a0a0a0a0:3:18",
        "a.env:3:18  (staged)",
        "b.env (its name)  in a2a2a2a2a2 (blob a1a1a1a1a1)",
        "link (the target of a link)  in a4a4a4a4a4",
    ];
    assert_eq!(lines(&history, places, 0), expected);
    let places = Vec::from([
        in_git(Place::CommitMessage, "", git(0)),
        in_git(Place::TagMessage, "", git(0)),
        in_git(Place::Author, "", nowhere),
        in_git(Place::Author, "", git(0)),
        in_git(Place::Ref, "refs/heads/x", git(3)),
    ]);
    let expected = [
        "commit a0a0a0a0a0, its message, line 3",
        "tag a0a0a0a0a0, its message, line 3",
        "commit a4a4a4a4a4, its author or committer",
        "tag a0a0a0a0a0, its tagger",
        "ref refs/heads/x (its name)",
    ];
    assert_eq!(lines(&history, places, 0), expected);
    let whole = "a1".repeat(20);
    let place = in_git(Place::Blob, "a.env", git(1));
    let shown = lines(&history, Vec::from([place]), 1);
    assert!(shown[0].ends_with(&format!("(blob {whole})")), "{shown:?}");
}

#[test]
fn a_repository_is_named_where_there_can_be_doubt() {
    let at = |repository: &str| {
        let git = InGit {
            repository: Untrusted::new(repository),
            object: Some(example::git::id(0)),
            commit: Some(example::git::id(0)),
        };
        let message = in_git(Place::CommitMessage, "", git.clone());
        Vec::from([message, in_git(Place::File, "lib/a.env", git)])
    };
    let [dot, other] = [".", "b"].map(|path| Source::History(Untrusted::new(path)));
    let plain = ["commit a0a0a0a0a0, its message, line 3", "lib/a.env:3:18"];
    let named = |repository| [format!("{}  of {repository}", plain[0]), plain[1].into()];
    assert_eq!(lines(std::slice::from_ref(&dot), at("."), 0), plain);
    assert_eq!(
        lines(std::slice::from_ref(&dot), at("lib"), 0),
        named("lib")
    );
    assert_eq!(lines(&[dot, other], at("."), 0), named("."));
}

#[test]
fn only_files_are_linked() {
    let style = Style {
        hyperlinks: true,
        cwd: Some("/src".into()),
        ..Style::default()
    };
    for &place in example::PLACES {
        let mut finding = example::finding(1);
        let git = example::git::in_git(1, Untrusted::new("."));
        finding.locations = Vec::from([in_git(place, "a.env", git)]);
        let text = plain(&with([finding]), &style);
        assert_eq!(text.contains("file://"), place == Place::File, "{place:?}");
    }
}
