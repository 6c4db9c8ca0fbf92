//! What every format promises.

use std::collections::BTreeSet;

use matterleaks::Report;
use matterleaks::redact::Redactor;
use matterleaks::report::record::Record;
use matterleaks::report::{self, Format, Style, Unpaired};

mod codeclimate;
mod example;
mod exit;
mod file;
mod gitlab;
mod gitleaks;
mod html;
mod human;
mod json;
mod merge;
mod sarif;

use crate::util::reveals;

/// Every format in every style that changes much.
fn ways() -> Vec<(Format, Style)> {
    let links = Style {
        color: true,
        hyperlinks: true,
        cwd: Some("/src".into()),
        ..Style::default()
    };
    let styles = [
        Style::default(),
        Style {
            verbose: 2,
            width: 40,
            unpaired: Unpaired::Fail,
            ..Style::default()
        },
        Style {
            verbose: 1,
            width: 1000,
            unpaired: Unpaired::Hide,
            ..links
        },
    ];
    let mut ways: Vec<(Format, Style)> = styles
        .into_iter()
        .map(|style| (Format::Human, style))
        .collect();
    let others = [
        Format::Json,
        Format::Jsonl,
        Format::Sarif,
        Format::Gitlab,
        Format::Codeclimate,
        Format::Junit,
        Format::Csv,
        Format::Markdown,
        Format::Github,
        Format::Html,
        Format::Gitleaks,
    ];
    ways.extend(others.map(|format| (format, Style::default())));
    ways
}

fn written(format: Format, report: &Report, redactor: &Redactor, style: &Style) -> String {
    let mut out = Vec::new();
    report::write(format, report, redactor, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A report in a format, as it is by default.
fn plainly(format: Format, report: &Report) -> String {
    let redactor = Redactor::of(report, false);
    written(format, report, &redactor, &Style::default())
}

/// What is said of a report.
fn record(report: &Report) -> Record {
    Record::of(report, &Redactor::of(report, false), Unpaired::Report)
}

#[test]
fn no_format_reveals_a_secret() {
    let mut reports = example::diverse();
    reports
        .iter_mut()
        .for_each(|report| report.findings.truncate(4));
    for report in &reports {
        let findings = report.findings.iter();
        let secrets: BTreeSet<&str> = findings.map(|finding| finding.secret.expose()).collect();
        for (format, style) in ways() {
            let text = written(format, report, &Redactor::of(report, false), &style);
            for secret in &secrets {
                let percent = secret
                    .bytes()
                    .map(|byte| format!("%{byte:02x}"))
                    .collect::<String>();
                assert!(!reveals(&text, secret), "{format:?} {style:?}");
                assert!(
                    !text.to_lowercase().contains(&percent[..30]),
                    "{format:?} {style:?}"
                );
            }
        }
        // The test can see what it looks for.
        let open = Redactor::of(report, true);
        let all = Style {
            verbose: 1,
            ..Style::default()
        };
        let open = written(Format::Human, report, &open, &all);
        assert!(secrets.iter().all(|secret| reveals(&open, secret)));
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for (format, style) in ways() {
        let [one, two] = [example::leaky(), example::leaky()]
            .map(|report| written(format, &report, &Redactor::of(&report, false), &style));
        assert_eq!(one, two);
    }
}
