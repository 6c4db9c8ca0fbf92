//! GitLab's report of code quality, which is Code Climate's: a list of issues, one for each place that is a file.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::plain::plain;
use super::record::Record;
use crate::finding::Severity;

/// Writes the report.
pub(super) fn write(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let mut issues = Vec::new();
    for finding in &record.findings {
        let by_change = finding.by_change();
        if !finding.counts() && by_change.is_none() {
            continue;
        }
        let title = record.title(finding);
        let host = finding.server().unwrap_or("no server was found");
        let accepted = by_change.as_ref().map(|why| format!(", {why}"));
        let accepted = accepted.unwrap_or_default();
        let files = finding.locations.iter().filter_map(|at| record.file(at));
        let mut seen = BTreeSet::new();
        let mut before: BTreeMap<String, u64> = BTreeMap::new();
        for spot in files {
            let path = spot.path_bytes.as_ref().unwrap_or(&spot.path);
            // The same line of a file, of the index and of a commit is one place.
            if !seen.insert((path.clone(), spot.line)) {
                continue;
            }
            // Of the credential, the file and how many places of it came before, never of the line: a moved line
            // is no new issue, and GitLab shows one issue for each fingerprint.
            let mut hash = Sha256::new();
            for part in [finding.id.as_str(), "\0", path.as_str()] {
                hash.update(part.as_bytes());
            }
            let nth = before.entry(path.clone()).or_default();
            if *nth > 0 {
                hash.update([0]);
                hash.update(nth.to_string());
            }
            *nth += 1;
            issues.push(json!({
                "description": plain(&format!("{title} {} for {host}{accepted}", finding.secret.redacted), 1_000),
                "check_name": finding.rule_id,
                "fingerprint": data_encoding::HEXLOWER.encode(&hash.finalize()),
                "severity": match finding.severity {
                    _ if by_change.is_some() => "info",
                    Severity::Critical => "blocker",
                    Severity::High => "critical",
                    Severity::Medium => "major",
                    Severity::Low => "minor",
                    Severity::Info => "info",
                },
                "location": {
                    "path": spot.path,
                    "lines": {"begin": spot.line.max(1)},
                },
            }));
        }
    }
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}
