//! The report for people.

mod credential;
mod history;
mod overview;
mod place;

use std::io::{self, Write};

use matterleaks::Report;
use matterleaks::finding::{
    Confidence, Coverage, Finding, Host, PairedBy, Part, Place, Secret, Severity, Skip, Source,
    Status, Untrusted,
};
use matterleaks::redact::Redactor;
use matterleaks::report::record::Record;
use matterleaks::report::{self, Format, Style, Unpaired};

use crate::report::example;

fn plain(report: &Report, style: &Style) -> String {
    super::written(Format::Human, report, &Redactor::of(report, false), style)
}

fn last_line(report: &Report) -> String {
    plain(report, &Style::default())
        .lines()
        .last()
        .unwrap()
        .to_owned()
}

fn with(findings: impl IntoIterator<Item = Finding>) -> Report {
    Report {
        findings: Vec::from_iter(findings),
        ..example::report()
    }
}

/// A report in which every section has something to say.
fn full() -> Report {
    let mut worst = example::finding(1);
    let host = Host {
        alternatives: Vec::from(
            ["https://a.example.org", "https://b.example.org"].map(Untrusted::new),
        ),
        ..worst.host.clone().unwrap()
    };
    worst.host = Some(host);
    worst.other_hosts = Vec::from([example::other(Untrusted::new("https://old.example.org"))]);
    let token = worst.secret.expose().to_owned();
    worst
        .locations
        .extend((3..10).map(|line| example::location("deploy/old.env", line, &token)));
    let mut sample = example::finding(5);
    (sample.minted, sample.confidence) = (false, Confidence::Low);
    sample.severity = Severity::Medium;
    sample.rule_id = "mattermost-webhook".into();
    let location = (Untrusted::new("chat/url.txt"), example::position(1, 1));
    sample.host = Some(Host {
        paired_by: PairedBy::Sibling,
        line_distance: None,
        location: Some(location.clone()),
        ..sample.host.unwrap()
    });
    sample.parts = Vec::from([Part {
        name: "user_id".into(),
        value: Secret::new("u"),
        location,
    }]);
    let mut report = with([
        worst,
        sample,
        example::unpaired(2),
        example::accepted(example::finding(3)),
    ]);
    report.coverage.skipped.push(example::skip());
    report.coverage = Coverage {
        ignored: 1034,
        too_large: 1,
        special: 2,
        ..report.coverage
    };
    report.samples = 4;
    report
        .notes
        .push(Untrusted::new("no finding has the id 00ff"));
    report
}

#[test]
fn a_whole_report() {
    let expected = r#"HIGH  Mattermost personal access token  8tzx… (26)  b5acd1fcd04f
  host  https://chat.example.org  paired in the same block, 1 line away
        not chosen:  https://a.example.org, https://b.example.org
        also paired with:  https://old.example.org
  why   key "mattermost_token", high confidence, of the form that Mattermost servers issue
  deploy/prod.env:2:18
    MATTERMOST_TOKEN=8tzx…
                     ^^^^^
  deploy/old.env:3:18
    MATTERMOST_TOKEN=8tzx…
                     ^^^^^
  deploy/old.env:4:18
    MATTERMOST_TOKEN=8tzx…
                     ^^^^^
  deploy/old.env:5:18
    MATTERMOST_TOKEN=8tzx…
                     ^^^^^
  deploy/old.env:6:18
    MATTERMOST_TOKEN=8tzx…
                     ^^^^^
  … and 3 more places (-v lists all)

MEDIUM  Mattermost incoming webhook  MASK… (26)  ID
  host  https://chat.example.org  paired across files: chat/url.txt:1:1
  with  user_id  … (1)  chat/url.txt:1:1
  why   key "mattermost_token", low confidence, not made by a Mattermost server as written: altered
        sample?
  deploy/prod.env:2:18
    MATTERMOST_TOKEN=MASK…
                     ^^^^^

Unpaired: no server was found for these, so they do not count; --server URL names yours.

HIGH  Mattermost personal access token  5kug… (26)  bad9e0f24b73
  why   key "mattermost_token", medium confidence, of the form that Mattermost servers issue
  bot/.env:7:18
    MATTERMOST_TOKEN=5kug…
                     ^^^^^

What to do now

Mattermost personal access token
  1. Disable the token: System Console, Users, Manage Tokens.
  2. Make a new one.

Mattermost incoming webhook
  1. Delete the webhook and make it again.

To accept one: write its id (-v shows all 64 digits) and a reason on a line of .matterleaksignore;
for many, `--format json --output report.json` and `matterleaks audit report.json`.

Not read

  secrets/key.pem  permission denied: Permission denied (os error 13)

note: no finding has the id 00ff

1,034 ignored paths: not read; --no-ignore reads them
1 file: over the size limit and not read
2 special files: not read
4 published samples: not counted
INCOMPLETE: 1 thing was not read
2 credentials found, 1 unpaired, 1 accepted; 1,204 files, 12.3 MB in 0.12 s
"#;
    let report = full();
    let sample = &report.findings[1];
    let expected = expected
        .replace("MASK", &sample.secret.expose()[..4])
        .replace("ID", short_id(sample));
    assert_eq!(plain(&report, &Style::default()), expected);
}

#[test]
fn a_narrow_terminal() {
    let report = with([full().findings.swap_remove(1)]);
    let text = plain(
        &report,
        &Style {
            width: 40,
            ..Style::default()
        },
    );
    let secret = report.findings[0].secret.masked();
    let expected = format!(
        "MEDIUM  Mattermost incoming webhook
{secret} (26)  {}
  host  https://chat.example.org  paired
        across files: chat/url.txt:1:1
  with  user_id  … (1)  chat/url.txt:1:1
  why   key \"mattermost_token\", low
        confidence, not made by a
        Mattermost server as written:
        altered sample?
  deploy/prod.env:2:18
    MATTERMOST_TOKEN={secret}
                     ^^^^^

What to do now

Mattermost incoming webhook
  1. Delete the webhook and make it
     again.

To accept one: write its id (-v shows
all 64 digits) and a reason on a line of
.matterleaksignore; for many, `--format
json --output report.json` and
`matterleaks audit report.json`.

1 credential found, 0 unpaired; 1,204 files, 12.3 MB in 0.12 s
",
        short_id(&report.findings[0])
    );
    assert_eq!(text, expected);
}

#[test]
fn the_last_line_has_every_count() {
    let found = |findings: &[Finding]| with(findings.iter().cloned());
    let [one, alone, accepted] = [
        example::finding(1),
        example::unpaired(2),
        example::finding(3),
    ];
    let all = [one, alone, example::accepted(accepted)];
    let volume = "1,204 files, 12.3 MB in 0.12 s";
    for (findings, expected) in [
        (&[][..], "clean: nothing found, 0 unpaired"),
        (&all[..1], "1 credential found, 0 unpaired"),
        (&all[1..2], "0 credentials found, 1 unpaired"),
        (&all[2..], "clean: nothing found, 0 unpaired, 1 accepted"),
        (&all, "1 credential found, 1 unpaired, 1 accepted"),
    ] {
        assert_eq!(last_line(&found(findings)), format!("{expected}; {volume}"));
    }
}

#[test]
fn commits_are_counted_where_some_were_read() {
    let mut report = with([example::before(example::finding(1))]);
    report.coverage.commits = 1234;
    let volume = "1,204 files, 1,234 commits, 12.3 MB in 0.12 s";
    let found = "clean: nothing found, 0 unpaired, 1 was there before";
    assert_eq!(last_line(&report), format!("{found}; {volume}"));
    let accepted = example::accepted(example::before(example::finding(2)));
    report.findings.push(example::before(example::unpaired(3)));
    report.findings.push(accepted);
    let found = "clean: nothing found, 0 unpaired, 2 were there before, 1 accepted";
    assert_eq!(last_line(&report), format!("{found}; {volume}"));
    report.coverage.absent_submodules = 2;
    let text = plain(&report, &Style::default());
    assert!(text.starts_with("2 submodules: "), "{text}");
}

#[test]
fn what_was_there_before_is_listed_on_request() {
    let mut old = example::before(example::git::found(1));
    old.locations[0].git = Some(example::git::in_git(1, Untrusted::new(".")));
    old.locations[0].place = Place::Blob;
    let mut report = with([old]);
    report.sources = Vec::from([Source::Staged(Untrusted::new("."))]);
    assert_eq!(plain(&report, &Style::default()).lines().count(), 1);
    let style = Style {
        verbose: 1,
        width: 200,
        ..Style::default()
    };
    let text = plain(&report, &style);
    let [commit, blob] = ["a2".repeat(32), "a1".repeat(20)];
    let expected = format!(
        "There before\n\n  {} (26)  {}  deploy/prod.env:2:18 in {commit} (blob {blob})\n\nclean",
        report.findings[0].secret.masked(),
        short_id(&report.findings[0]),
    );
    assert!(text.starts_with(&expected), "{text}");
}

#[test]
fn an_object_that_was_not_read_has_its_id() {
    let mut report = example::report();
    report.coverage.skipped = Vec::from([example::git::skip()]);
    let text = plain(&report, &Style::default());
    let line = "  vendor/lib  object a9a9a9a9a9  missing object: named by a tree\n";
    assert!(text.contains(line), "{text}");
}

#[test]
fn clean_is_said_only_of_a_complete_scan() {
    let mut report = example::report();
    report.coverage.skipped = Vec::from([example::skip(), example::skip()]);
    let text = plain(&report, &Style::default());
    let end = "INCOMPLETE: 2 things were not read\n\
               nothing found in what was read, 0 unpaired; 1,204 files, 12.3 MB in 0.12 s\n";
    assert!(text.ends_with(end) && !text.contains("clean"), "{text}");
    report.coverage = Coverage::default();
    report.sources = Vec::from([Source::Stdin]);
    let end =
        "WARNING: 0 documents scanned\nnothing scanned, 0 unpaired; 0 documents, 0 B in 0.12 s\n";
    assert_eq!(plain(&report, &Style::default()), end);
    // Where only news was asked for, none is nothing to be warned of.
    let dot = Untrusted::new(".");
    let news = [
        (Source::Staged(dot.clone()), "nothing new is staged"),
        (Source::Range(dot.clone(), dot), "the range adds nothing"),
    ];
    for (source, what) in news {
        report.sources = Vec::from([source]);
        report.coverage = Coverage::default();
        let end = format!("clean: {what}, 0 unpaired; 0 documents, 0 B in 0.12 s\n");
        assert_eq!(plain(&report, &Style::default()), end);
        report.coverage.skipped.push(example::skip());
        let text = plain(&report, &Style::default());
        assert!(
            text.contains("INCOMPLETE") && !text.contains("clean"),
            "{text}"
        );
    }
}

#[test]
fn the_policy_for_unpaired_credentials_is_followed() {
    let report = with([example::unpaired(1)]);
    let text = |unpaired| {
        plain(
            &report,
            &Style {
                unpaired,
                ..Style::default()
            },
        )
    };
    assert!(text(Unpaired::Report).contains("so they do not count"));
    assert!(text(Unpaired::Fail).contains("they count all the same"));
    assert_eq!(text(Unpaired::Hide), format!("{}\n", last_line(&report)));
    assert!(last_line(&report).contains("1 unpaired"));
}

#[test]
fn whoever_asks_gets_everything() {
    let mut report = full();
    report.coverage.skipped = (0..50).map(|_| example::skip()).collect();
    let brief = plain(&report, &Style::default());
    assert!(brief.contains("… and 30 more of them (-v lists all)") && !brief.contains("Accepted"));
    let all = plain(
        &report,
        &Style {
            verbose: 1,
            ..Style::default()
        },
    );
    assert!(!all.contains("-v lists all"));
    assert!(all.contains("    test server, reset every night (.matterleaks.yml)\n"));
    assert_eq!(all.matches("deploy/old.env").count(), 7);
    assert_eq!(all.matches("permission denied").count(), 50);
}

#[test]
fn hostile_names_stay_names() {
    let report = example::leaky();
    for width in [0, 40, 100] {
        let text = plain(
            &report,
            &Style {
                width,
                verbose: 1,
                ..Style::default()
            },
        );
        let bad = |c: char| {
            c.is_control() && c != '\n'
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}' | '\u{feff}')
        };
        assert!(!text.contains(bad));
        assert!(text.contains(r"two\nlines\r\tand a tab"));
        let longest = text.lines().map(|line| line.chars().count()).max().unwrap();
        // A path and the repository that it is in, or who wrote a commit and about what.
        assert!(longest < 2 * 240 + 40, "{longest}");
    }
}

#[test]
fn a_thousand_credentials_share_their_steps() {
    let report = with((0..1000).map(example::finding));
    let text = plain(&report, &Style::default());
    assert_eq!(text.matches("HIGH  ").count(), 1000);
    assert_eq!(text.matches("Make a new one.").count(), 1);
    assert!(last_line(&report).starts_with("1,000 credentials found, 0 unpaired; "));
}

#[test]
fn colour_and_links_add_nothing_to_the_text() {
    let style = Style {
        color: true,
        hyperlinks: true,
        cwd: Some("/home/me/a b".into()),
        ..Style::default()
    };
    let painted = plain(&full(), &style);
    let link = "\x1b]8;;file:///home/me/a%20b/deploy/prod.env\x1b\\\x1b[1mdeploy/prod.env:2:18\x1b[0m\x1b]8;;\x1b\\\n";
    assert!(painted.contains(link), "{painted}");
    assert!(painted.starts_with("\x1b[1;31mHIGH\x1b[0m  \x1b[1mMattermost\x1b[0m"));
    let mut bare = String::new();
    let mut rest = painted.as_str();
    while let Some((text, escape)) = rest.split_once('\x1b') {
        bare += text;
        let end = if escape.starts_with(']') {
            "\x1b\\"
        } else {
            "m"
        };
        rest = escape.split_once(end).unwrap().1;
    }
    assert_eq!(bare + rest, plain(&full(), &Style::default()));
}

#[test]
fn a_writer_that_fails_is_heard() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (report, style) = (full(), Style::default());
    for format in [Format::Human, Format::Json, Format::Jsonl] {
        let result = report::write(format, &report, &Redactor::blind(), &style, &mut Closed);
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}

#[test]
fn unknown_pages_and_missing_details_are_no_trouble() {
    let mut finding = example::finding(1);
    finding.rule_id = "of-another-version".into();
    finding.reason = Untrusted::new("");
    let mut report = with([finding]);
    report.coverage.skipped.push(Skip {
        detail: Untrusted::new(""),
        ..example::skip()
    });
    let text = plain(&report, &Style::default());
    assert!(text.starts_with("HIGH  of-another-version  "));
    assert!(text.contains("  why   high confidence, "));
    assert!(text.contains("  secrets/key.pem  permission denied\n"));
    assert!(!text.contains("What to do now"));
}

/// An id as people see it.
fn short_id(finding: &Finding) -> &str {
    &finding.id.as_str()[..12]
}

/// A report is also only a file, which others may have written.
#[test]
fn nothing_of_a_report_that_was_read_reaches_a_terminal_as_it_is() {
    let report = full();
    let redactor = Redactor::of(&report, false);
    let mut record = Record::of(&report, &redactor, Unpaired::Report);
    let attack = "\x1b]0;owned\x07\rclean: nothing found\n";
    record.notes.push(attack.into());
    record.scan.verified = true;
    for rule in &mut record.tool.rules {
        (rule.title, rule.company) = (attack.into(), attack.into());
    }
    for finding in &mut record.findings {
        finding.id = attack.into();
        finding.secret.redacted = attack.into();
        finding.verdict.status = Status::Active;
        finding.verdict.token_id = Some(attack.into());
        for at in &mut finding.locations {
            (at.matched, at.snippet) = (None, attack.into());
        }
    }
    let mut out = Vec::new();
    let style = Style {
        verbose: 1,
        ..Style::default()
    };
    report::write_record(Format::Human, &record, &style, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(!text.contains(['\x1b', '\x07', '\r']), "{text}");
    assert!(!text.lines().any(|line| line == "clean: nothing found"));
}
