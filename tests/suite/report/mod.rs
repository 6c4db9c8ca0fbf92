//! What every format promises.

use std::collections::BTreeSet;

use data_encoding::{BASE64_NOPAD, HEXLOWER_PERMISSIVE};
use matterleaks::redact::Redactor;
use matterleaks::report::{self, Format, Style, Unpaired};
use matterleaks::{Report, detect};

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

/// The value that a server makes of such a UUID.
fn mint(bits: u128) -> String {
    detect::mint(bits.to_be_bytes())
}

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

/// Whether ten consecutive characters of the token can be read in `text`, raw or in base64 of any
/// alignment. Written without the redactor's own decoder.
fn reveals(text: &str, token: &str) -> bool {
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
            let decoded = BASE64_NOPAD.decode(&run.as_bytes()[start..start + whole]);
            decoded.is_ok_and(|bytes| shows(&bytes))
        })
    });
    let hex = text.split(|c: char| !c.is_ascii_hexdigit()).any(|run| {
        (0..run.len().min(2)).any(|start| {
            let whole = (run.len() - start) / 2 * 2;
            let decoded = HEXLOWER_PERMISSIVE.decode(&run.as_bytes()[start..start + whole]);
            decoded.is_ok_and(|bytes| shows(&bytes))
        })
    });
    shows(text.as_bytes()) || base64 || hex
}
