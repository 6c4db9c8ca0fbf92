//! Annotations: commands that a workflow on GitHub reads from what a step prints. A step shows ten errors, ten
//! warnings and ten notices at most; the worst come first.

use std::io::{self, Write};

use super::record::{Finding, Record};
use crate::finding::Severity;

/// Writes the report.
pub(super) fn write(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    for finding in record.counting() {
        annotation(record, finding, out)?;
    }
    for (finding, why) in record.accepted_by_change() {
        let title = format!("{} accepted", record.title(finding));
        let message = format!("{} {why}", finding.secret.redacted);
        annotate(record, finding, ("warning", &title, &message), out)?;
    }
    for skip in &record.coverage.skipped {
        let message = format!(
            "not read: {}: {} {}",
            skip.path,
            skip.reason.name(),
            skip.detail
        );
        writeln!(
            out,
            "::error title=Matterleaks is incomplete::{}",
            data(&message)
        )?;
    }
    Ok(())
}

fn annotation(record: &Record, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let level = match (finding.severity, finding.is_unpaired()) {
        (Severity::Critical | Severity::High, false) => "error",
        (Severity::Info, _) => "notice",
        _ => "warning",
    };
    let title = record.title(finding);
    let host = match finding.server() {
        Some(server) => format!(" for {server}"),
        None => ", whose server is not known".into(),
    };
    let first_step = record.help(finding).lines().next();
    let message = format!(
        "{}{host} ({}). {}",
        finding.secret.redacted,
        finding.verdict.status.name().replace('_', " "),
        first_step.unwrap_or_default()
    );
    annotate(record, finding, (level, &title, &message), out)
}

/// A message at the first place of a finding that is a file of the work tree: it can stand on no other.
fn annotate(
    record: &Record,
    finding: &Finding,
    (level, title, message): (&str, &str, &str),
    out: &mut dyn Write,
) -> io::Result<()> {
    let file = finding.locations.iter().find_map(|at| record.file(at));
    let at = file.map(|spot| {
        format!(
            "file={},line={},col={},",
            property(&spot.path),
            spot.line,
            spot.column
        )
    });
    writeln!(
        out,
        "::{level} {}title={}::{}",
        at.unwrap_or_default(),
        property(title),
        data(message)
    )
}

/// The text of a command: `escapeData` of actions/toolkit, packages/core/src/command.ts.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property of a command: `escapeProperty` of the same.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_begins_a_command_of_its_own() {
        assert_eq!(property("a:b,c\n::set-env"), "a%3Ab%2Cc%0A%3A%3Aset-env");
        assert_eq!(data("50 %\r\n::error::x"), "50 %25%0D%0A::error::x");
    }
}
