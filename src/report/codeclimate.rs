//! GitLab's report of code quality, which is Code Climate's: a list of issues, one for each place that is a file.

use std::io::{self, Write};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::record::Record;
use crate::finding::{Place, Severity};

/// Writes the report.
pub(super) fn write(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let mut issues = Vec::new();
    for finding in record.findings.iter().filter(|finding| finding.counts()) {
        let title = record
            .rule(&finding.rule_id)
            .map_or(finding.rule_id.as_str(), |rule| &rule.title);
        let host = finding
            .host
            .as_ref()
            .map_or("no server was found", |host| host.url.as_str());
        let files = finding
            .locations
            .iter()
            .filter(|place| matches!(place.kind, Place::File | Place::Index | Place::Blob));
        for place in files {
            // Of the credential and the file, never of the line: a moved line is no new issue.
            let mut hash = Sha256::new();
            for part in [finding.id.as_str(), "\0", place.spot.path.as_str()] {
                hash.update(part.as_bytes());
            }
            issues.push(json!({
                "description": format!("{title} {} for {host}", finding.secret.redacted),
                "check_name": finding.rule_id,
                "fingerprint": data_encoding::HEXLOWER.encode(&hash.finalize()),
                "severity": match finding.severity {
                    Severity::Critical => "blocker",
                    Severity::High => "critical",
                    Severity::Medium => "major",
                    Severity::Low => "minor",
                    Severity::Info => "info",
                },
                "location": {
                    "path": place.spot.path.trim_start_matches("./"),
                    "lines": {"begin": place.spot.line.max(1)},
                },
            }));
        }
    }
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}
