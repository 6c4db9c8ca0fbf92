//! Whatever stands in a page, it is text.

use matterleaks::finding::Report;
use matterleaks::report::record::{Finding, Location, Recheck, Record};
use matterleaks::report::{self, Format, Style};
use sha2::{Digest, Sha256};

use super::record;
use crate::report::example;
use crate::util::reveals;

fn page(record: &Record) -> String {
    let mut out = Vec::new();
    report::write_record(Format::Html, record, &Style::default(), &mut out).expect("written");
    String::from_utf8(out).expect("text")
}

/// The tags of a page. Style and script hold none.
fn tags(page: &str) -> Vec<&str> {
    let (mut tags, mut rest) = (Vec::new(), page);
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').expect("an end");
        tags.push(tag);
        rest = match tag {
            "style" | "script" => &after[after.find(&format!("</{tag}>")).expect("closed")..],
            _ => after,
        };
    }
    tags
}

fn name(tag: &str) -> &str {
    tag.split(' ').next().expect("a name")
}

fn assert_balanced(page: &str) {
    let mut open = Vec::new();
    for tag in tags(page) {
        match tag.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed), "</{closed}>"),
            None if matches!(name(tag), "!doctype" | "meta" | "input") => {}
            None => open.push(name(tag)),
        }
    }
    assert_eq!(open, [""; 0]);
}

/// Every string of a report replaced, but for those of a closed set.
fn spoil(value: &mut serde_json::Value, attack: &str) {
    const CLOSED: [&str; 8] = [
        "kind",
        "confidence",
        "severity",
        "paired_by",
        "reason",
        "reachable_from",
        "recheck",
        "status",
    ];
    match value {
        serde_json::Value::String(text) => *text = attack.into(),
        serde_json::Value::Array(values) => {
            values.iter_mut().for_each(|value| spoil(value, attack));
        }
        serde_json::Value::Object(map) => map
            .iter_mut()
            .filter(|(key, value)| !value.is_string() || !CLOSED.contains(&key.as_str()))
            .for_each(|(_, value)| spoil(value, attack)),
        _ => {}
    }
}

/// What a page has to show: every verdict, the whole of git, a check that was planned, and a second look.
fn full() -> Report {
    let mut report = example::leaky();
    let everywhere = example::git::everywhere();
    let text = |n: usize| example::untrusted(format!("text-{n}"));
    report.findings.extend(everywhere.findings);
    let checked = example::verdicts(&text).into_iter().zip(30..);
    report
        .findings
        .extend(checked.map(|(verdict, n)| matterleaks::finding::Finding {
            verdict,
            ..example::finding(n)
        }));
    report
}

/// Foreign text, as a page has it.
fn escape(text: &str) -> String {
    let named = [
        ('&', "&amp;"),
        ('<', "&lt;"),
        ('>', "&gt;"),
        ('"', "&quot;"),
        ('\'', "&#39;"),
    ];
    named
        .iter()
        .fold(text.to_owned(), |text, (c, name)| text.replace(*c, name))
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

#[test]
fn nothing_of_a_report_becomes_markup() {
    let mut tame = record(&full());
    tame.findings[0].recheck = Some(Recheck::NoLongerThere);
    let tame = serde_json::to_value(tame).expect("a value");
    let spoilt = |text: &str| {
        let mut value = tame.clone();
        spoil(&mut value, text);
        page(&serde_json::from_value(value).expect("a record"))
    };
    let plain = spoilt("plain");
    let names =
        |page: &str| -> Vec<String> { tags(page).iter().map(|tag| name(tag).to_owned()).collect() };
    for attack in [
        "<script>alert(1)</script>",
        "</script></style></title><img src=//evil.example/x onerror=alert(1)>",
        "\"' onmouseover=alert(1) x=\"",
        "<!-- --><base href=//evil.example><meta http-equiv=refresh content=0>",
        "a\u{202e}b\u{0}\u{1b}[2J\u{2028}\u{200b}]]>",
    ] {
        let page = spoilt(attack);
        assert_balanced(&page);
        assert_eq!(names(&page), names(&plain), "{attack}");
        assert!(!page.contains(['\u{202e}', '\u{0}', '\u{1b}', '\u{2028}', '\u{200b}']));
    }
}

#[test]
fn a_page_asks_for_nothing_and_runs_only_its_own() {
    let page = page(&record(&full()));
    for tag in tags(&page) {
        for attribute in [" src=", " style=", " on", " srcset=", " action="] {
            assert!(!tag.contains(attribute), "{tag}");
        }
        let mut links = tag.split(" href=\"").skip(1);
        assert!(links.all(|link| link.starts_with('#')), "{tag}");
        let loads = [
            "link", "img", "iframe", "object", "base", "svg", "video", "audio", "embed",
        ];
        assert!(!loads.contains(&name(tag)), "{tag}");
    }
    let inside = |name: &str| {
        let (_, after) = page.split_once(&format!("<{name}>")).expect("opened");
        after.split_once(&format!("</{name}>")).expect("closed").0
    };
    for name in ["style", "script"] {
        let text = inside(name);
        for part in ["url(", "@import", "http", "innerHTML", "fetch("] {
            assert!(!text.contains(part), "{part}");
        }
        let hash = data_encoding::BASE64.encode(&Sha256::digest(text.as_bytes()));
        assert!(page.contains(&format!("; {name}-src 'sha256-{hash}';")));
    }
}

#[test]
fn no_secret_is_shown() {
    let report = example::leaky();
    let page = page(&record(&report));
    for finding in &report.findings[..2] {
        assert!(!reveals(&page, finding.secret.expose()));
        assert!(page.contains(&code(&finding.secret.redacted())));
    }
}

#[test]
fn every_report_is_a_whole_page_with_every_finding() {
    for mut report in example::diverse() {
        report.findings.truncate(20);
        let record = record(&report);
        let page = page(&record);
        assert_balanced(&page);
        assert_eq!(page.matches("<li id=\"id-").count(), record.findings.len());
        for finding in &record.findings {
            assert!(page.contains(&code(&finding.id)));
            // What hides or reorders is shown as an escape.
            let shown = |at: &&Location| {
                let text = at.spot.path.clone() + &at.snippet;
                text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
            };
            for location in finding.locations.iter().filter(shown) {
                assert!(page.contains(&escape(&location.spot.path)));
                assert!(page.contains(&code(&location.snippet)));
            }
        }
    }
}

#[test]
fn a_reader_learns_all_that_is_known() {
    let text = |n: usize| example::untrusted(format!("text-{n}"));
    let mut report = example::report();
    let [_, active, ..] = example::verdicts(&text);
    report.verified = true;
    report.findings = Vec::from([
        example::finding(1),
        example::accepted(example::finding(2)),
        example::before(example::unpaired(3)),
        matterleaks::finding::Finding {
            verdict: active,
            ..example::git::found(4)
        },
    ]);
    report.coverage.skipped = Vec::from([example::skip()]);
    let mut record = record(&report);
    record.findings[0].recheck = Some(Recheck::OtherServer);
    let page = page(&record);
    for part in [
        "<h1>Mattermost credentials: 2 found</h1>",
        "<b>1</b> active",
        "<b>Incomplete:</b> 1 thing not read",
        "<code>secrets/key.pem</code>: permission denied",
        "<li>Make a new one.</li>",
        "test server, reset every night",
        "<dt>There before</dt>",
        "it stands beside another server",
        "<b>not checked</b>",
        "<b>active</b>: its server takes it, at <time>2023-11-14T22:13:20Z</time>",
        "<dt>Owner</dt><dd><code>text-0</code>, a bot, with the roles <code>text-1</code>, <code>text-2</code></dd>",
        "<b>Introduced</b> <time>2026-11-02T12:00:00Z</time> <bdi>Add the bot</bdi>",
        "<b>Now</b> at HEAD; reachable from a ref: <code>refs/heads/main</code>",
        "<code class=\"path\">deploy/prod.env</code>:2:18",
        "paired in the same block, 1 line away",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    // What counts stands before what does not.
    let at = |finding: &Finding| page.find(&format!("#id-{}", &finding.id[..16]));
    let [first, accepted, before, second] = &record.findings[..] else {
        panic!("four findings");
    };
    let order = [first, second, before, accepted].map(at);
    assert!(order[0].max(order[1]) < order[2] && order[2] < order[3]);
}
