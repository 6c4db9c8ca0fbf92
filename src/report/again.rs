//! An earlier report, brought up to date: each credential's verdict of today, and everything else as it was.

use std::io::{self, Write};

use super::human::{Ink, Page};
use super::record::{Host, Recheck, Record, Summary, Verdict};
use super::{ExitCode, Style};
use crate::finding::{self, Finding, Status, Unknown, UnknownReason};
use crate::redact::{Redactor, visible};

/// Brings a report up to date. `standing` tells by its id what became of a credential: it stands where it stood, with
/// its verdict of today, or why it does not.
pub fn update<'a>(
    report: &mut Record,
    standing: &dyn Fn(&str) -> Result<&'a Finding, Recheck>,
    redactor: &Redactor,
) {
    let untried = |reason, detail| finding::Verdict::Unknown(Unknown::untried(reason, detail));
    for record in &mut report.findings {
        let standing = standing(&record.id);
        if let Ok(found) = standing {
            record.severity = found.severity;
            // The server that the user has named since.
            if record.host.is_none() {
                record.host = found.host.as_ref().map(|host| Host::of(host, redactor));
            }
        }
        let verdict = match standing {
            Ok(found) => found.verdict.clone(),
            Err(Recheck::OtherServer) => untried(
                UnknownReason::AmbiguousHost,
                "its place names another server than the report, so neither was asked; scan again",
            ),
            Err(Recheck::NoLongerThere) => untried(
                UnknownReason::NotCheckable,
                "no longer there, so there is nothing to ask with",
            ),
            Err(Recheck::NotRead | Recheck::Found) => {
                untried(UnknownReason::NotCheckable, "its place could not be read")
            }
        };
        let before = std::mem::replace(&mut record.verdict, Verdict::of(&verdict, redactor));
        // Whose it was and what revokes it stays known: a token that was disabled is still to be revoked.
        record.verdict.owner = record.verdict.owner.take().or(before.owner);
        record.verdict.token_id = record.verdict.token_id.take().or(before.token_id);
        record.recheck = Some(standing.err().unwrap_or(Recheck::Found));
    }
    let counts = Summary::of(&report.findings);
    (report.summary.active, report.summary.unknown) = (counts.active, counts.unknown);
    report.scan.verified = true;
}

/// Writes what became of each, a line each, and how many of a kind.
pub fn write(report: &Record, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, style.color, style.width);
    let words = [
        (Ink::Alarm, "ACTIVE", "active"),
        (Ink::Good, "REJECTED", "rejected"),
        (Ink::Warning, "UNKNOWN", "unknown"),
        (Ink::Dim, "GONE", "no longer there"),
    ];
    let mut counts = [0; 4];
    for finding in &report.findings {
        let which = match (finding.recheck, finding.verdict.status) {
            (Some(Recheck::NoLongerThere), _) => 3,
            (_, Status::Active) => 0,
            (_, Status::Rejected) => 1,
            _ => 2,
        };
        counts[which] += 1;
        let (ink, word, _) = words[which];
        let id: String = finding.id.chars().take(12).collect();
        let pieces = [
            visible(&finding.secret.redacted),
            visible(&id),
            visible(finding.server().unwrap_or_default()),
            visible(finding.place().unwrap_or_default()),
        ];
        let [secret, id, server, place] = pieces.each_ref().map(String::as_str);
        let pieces = [
            (Ink::Plain, secret),
            (Ink::Dim, id),
            (Ink::Plain, server),
            (Ink::Plain, place),
        ];
        page.flow_under(ink, word, 10, &pieces)?;
        if let Some(detail) = finding.verdict.detail.as_ref().filter(|_| which == 2) {
            page.flow("          ", 10, &[(Ink::Plain, &visible(detail))])?;
        }
    }
    let said = words
        .iter()
        .zip(counts)
        .map(|((.., what), number)| format!("{number} {what}"));
    page.line(0, Ink::Bold, &said.collect::<Vec<_>>().join(", "))
}

/// How a check of all ends: 1 if one is active, 0 if all are rejected.
pub fn exit_code(report: &Record) -> ExitCode {
    let mut statuses = report.findings.iter().map(|finding| finding.verdict.status);
    match () {
        () if statuses.clone().any(|status| status == Status::Active) => ExitCode::Findings,
        () if statuses.all(|status| status == Status::Rejected) => ExitCode::Clean,
        () => ExitCode::Trouble,
    }
}
