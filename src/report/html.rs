//! One page for browsers, with everything in it: it asks for nothing from anywhere, and a policy in its head keeps
//! it that way. It is complete without its script, which only sorts and filters.
//!
//! Nothing of a report becomes markup, a class or an address: links lead to places of the page itself, by names
//! that are made here.

mod finding;
mod summary;
mod words;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::human::words::{count, grouped};
use super::record::{Finding, Planned, Record};
use crate::redact::visible;
use words::State;

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

/// What the script shows and fills.
const CONTROLS: &str = include_str!("html/controls.html");

/// Up to as many credentials are open at first; more are a list to choose from.
const MOST_OPEN: usize = 5;

/// Writes the report.
pub(super) fn write(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let mut findings: Vec<&Finding> = record.findings.iter().collect();
    findings.sort_by_key(|finding| (State::of(finding), Reverse(finding.severity)));
    let plan = record.plan.iter().flatten();
    let planned = plan.map(|planned| (planned.id.as_str(), planned)).collect();
    Page {
        record,
        findings,
        planned,
    }
    .write(out)
}

struct Page<'a> {
    record: &'a Record,
    /// What counts first, and of that the worst.
    findings: Vec<&'a Finding>,
    /// What a live check would send, by the id of a finding.
    planned: HashMap<&'a str, &'a Planned>,
}

impl Page<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        // Browsers hash what they parsed, and parsing makes a line feed of every other line ending.
        let [style, script, controls] =
            [STYLE, SCRIPT, CONTROLS].map(|text| text.replace("\r\n", "\n"));
        let found = self.found();
        writeln!(
            out,
            r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{} credentials: {found} ({})</title>
<style>{style}</style>
</head>
<body>
<a class="skip" href="#credentials">Skip to the credentials</a>"##,
            policy(&style, &script),
            escape(&self.record.makers()),
            escape(&self.record.scan.started_at),
        )?;
        self.header(&found, out)?;
        writeln!(out, "<main>")?;
        self.summary(out)?;
        self.coverage(out)?;
        self.credentials(&controls, out)?;
        writeln!(out, "</main>")?;
        self.footer(out)?;
        writeln!(out, "<script>{script}</script>\n</body>\n</html>")
    }

    /// How many count.
    fn found(&self) -> String {
        let summary = &self.record.summary;
        let found = match summary.findings {
            0 => "none found".into(),
            findings => format!("{} found", grouped(findings)),
        };
        match summary.unpaired {
            0 => found,
            unpaired => format!("{found}, {} without a server", grouped(unpaired)),
        }
    }

    fn credentials(&self, controls: &str, out: &mut dyn Write) -> io::Result<()> {
        let number = self.findings.len();
        writeln!(
            out,
            r#"<section aria-labelledby="credentials"><h2 id="credentials" tabindex="-1">Credentials</h2>"#
        )?;
        if number == 0 {
            return writeln!(out, "<p>None is listed.</p></section>");
        }
        let listed = count(number as u64, "credential");
        writeln!(
            out,
            r#"{controls}<p id="shown" role="status">{listed}.</p><ol id="list">"#
        )?;
        for finding in &self.findings {
            self.finding(finding, number <= MOST_OPEN, out)?;
        }
        writeln!(out, "</ol></section>")
    }

    fn footer(&self, out: &mut dyn Write) -> io::Result<()> {
        let tool = &self.record.tool;
        writeln!(
            out,
            "<footer>{} {}, rules {}. The scan took {:.2} s.</footer>",
            escape(&tool.name),
            escape(&tool.version),
            code(&tool.rules_sha256),
            self.record.scan.duration_ms as f64 / 1000.0
        )
    }
}

/// What the page may do: look like this, run this, and nothing else.
fn policy(style: &str, script: &str) -> String {
    let [style, script] = [style, script].map(|text| {
        let hash = data_encoding::BASE64.encode(&Sha256::digest(text.as_bytes()));
        format!("'sha256-{hash}'")
    });
    format!(
        "default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'"
    )
}

/// Foreign text, for between tags and for attributes in quotes. What hides or reorders is shown as an escape.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + text.len() / 8);
    for c in visible(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// Foreign text as code, which keeps its direction to itself.
fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// Foreign text as prose, which keeps its direction to itself.
fn prose(text: &str) -> String {
    format!("<bdi>{}</bdi>", escape(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup_and_all_of_it_is_seen() {
        for (text, expected) in [
            ("plain ünï 日本 👍 \\n", "plain ünï 日本 👍 \\n"),
            (
                "<img src=x onerror='a'>\"&",
                "&lt;img src=x onerror=&#39;a&#39;&gt;&quot;&amp;",
            ),
            (
                "a\u{202e}b\u{1b}[0m\n\u{feff}",
                r"a\u{202e}b\x1b[0m\n\u{feff}",
            ),
        ] {
            assert_eq!(escape(text), expected);
        }
    }
}
