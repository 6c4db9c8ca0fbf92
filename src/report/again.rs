//! An earlier report, brought up to date: each credential's verdict of today, and everything else as it was.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::human::{Ink, Page};
use super::json::Verdict;
use super::{ExitCode, Style};
use crate::finding::{self, Finding, Untrusted};
use crate::redact::Redactor;

/// What became of a credential of a report.
#[derive(Clone, Copy, Debug)]
pub enum Standing<'a> {
    /// It stands where it stood, and this is its verdict.
    Found(&'a Finding),
    /// It is at none of its places any more.
    Gone,
    /// A place of it could not be read.
    Unread,
}

impl Standing<'_> {
    fn name(self) -> &'static str {
        match self {
            Standing::Found(_) => "found",
            Standing::Gone => "no_longer_there",
            Standing::Unread => "not_read",
        }
    }

    fn verdict(self, redactor: &Redactor) -> Verdict {
        use finding::{Unknown, UnknownReason};
        let untried = |detail| {
            finding::Verdict::Unknown(Unknown::untried(UnknownReason::NotCheckable, detail))
        };
        let verdict = match self {
            Standing::Found(finding) => finding.verdict.clone(),
            Standing::Gone => untried("no longer there, so there is nothing to ask with"),
            Standing::Unread => untried("its place could not be read"),
        };
        Verdict::new(&verdict, redactor)
    }
}

/// Brings a report in JSON up to date. `standing` tells what became of a credential by its id.
pub fn update<'a>(
    report: &mut Value,
    standing: &dyn Fn(&str) -> Standing<'a>,
    redactor: &Redactor,
) {
    let [mut active, mut unknown] = [0, 0];
    let findings = report.get_mut("findings").and_then(Value::as_array_mut);
    for record in findings.into_iter().flatten() {
        let Some(id) = record.get("id").and_then(Value::as_str).map(str::to_owned) else {
            continue;
        };
        let standing = standing(&id);
        if let Standing::Found(finding) = standing {
            record["severity"] = json!(finding.severity);
        }
        record["verdict"] = json!(standing.verdict(redactor));
        record["recheck"] = json!(standing.name());
        let counts = record["suppressed"].is_null() && record["pre_existing"] != json!(true);
        match record["verdict"]["status"].as_str() {
            Some("active") if counts => active += 1,
            Some("unknown") if counts => unknown += 1,
            _ => {}
        }
    }
    if report["scan"].is_object() {
        report["scan"]["verified"] = json!(true);
    }
    if report["summary"].is_object() {
        report["summary"]["active"] = json!(active);
        report["summary"]["unknown"] = json!(unknown);
    }
}

/// Writes what became of each, a line each, and how many of a kind.
pub fn write<'a>(
    report: &Value,
    standing: &dyn Fn(&str) -> Standing<'a>,
    redactor: &Redactor,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page::new(out, style.color, style.width);
    let text = |value: &Value| redactor.line(&Untrusted::new(value.as_str().unwrap_or_default()));
    let mut counts: [(&str, u64); 4] = [
        ("active", 0),
        ("rejected", 0),
        ("unknown", 0),
        ("no longer there", 0),
    ];
    for record in report["findings"].as_array().into_iter().flatten() {
        let (which, ink, word) = match standing(record["id"].as_str().unwrap_or_default()) {
            Standing::Gone => (3, Ink::Dim, "GONE"),
            Standing::Unread => (2, Ink::Warning, "UNKNOWN"),
            Standing::Found(finding) => match finding.verdict {
                finding::Verdict::Active(_) => (0, Ink::Alarm, "ACTIVE"),
                finding::Verdict::Rejected { .. } => (1, Ink::Good, "REJECTED"),
                _ => (2, Ink::Warning, "UNKNOWN"),
            },
        };
        counts[which].1 += 1;
        let id: String = record["id"]
            .as_str()
            .unwrap_or_default()
            .chars()
            .take(12)
            .filter(char::is_ascii_hexdigit)
            .collect();
        let place = &record["locations"][0];
        let place = format!(
            "{}:{}",
            text(&place["path"]),
            place["line"].as_u64().unwrap_or(0)
        );
        let secret = text(&record["secret"]["redacted"]);
        let pieces = [
            (Ink::Plain, secret.as_str()),
            (Ink::Dim, &id),
            (Ink::Plain, &text(&record["host"]["url"])),
            (Ink::Plain, &place),
        ];
        page.flow_under(ink, word, 10, &pieces)?;
        if let Some(detail) = record["verdict"]["detail"].as_str().filter(|_| which == 2) {
            page.flow(
                "          ",
                10,
                &[(Ink::Plain, &redactor.line(&Untrusted::new(detail)))],
            )?;
        }
    }
    let said: Vec<String> = counts
        .iter()
        .map(|(what, number)| format!("{number} {what}"))
        .collect();
    page.line(0, Ink::Bold, &said.join(", "))
}

/// How a check of all ends: 1 if one is active, 0 if all are rejected.
pub fn exit_code<'a>(standings: impl Iterator<Item = Standing<'a>>) -> ExitCode {
    let mut code = ExitCode::Clean;
    for standing in standings {
        match standing {
            Standing::Found(finding) => match finding.verdict {
                finding::Verdict::Active(_) => return ExitCode::Findings,
                finding::Verdict::Rejected { .. } => {}
                _ => code = ExitCode::Trouble,
            },
            Standing::Gone | Standing::Unread => code = ExitCode::Trouble,
        }
    }
    code
}
