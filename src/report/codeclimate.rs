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

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::{Unpaired, example};
    use super::*;
    use crate::finding::Report;
    use crate::redact::Redactor;

    fn written(report: &Report) -> Vec<Value> {
        let redactor = Redactor::of(report, false);
        let record = Record::of(report, &redactor, Unpaired::Report);
        let mut out = Vec::new();
        write(&record, &mut out).expect("written");
        serde_json::from_slice(&out).expect("JSON")
    }

    #[test]
    fn every_issue_has_a_file_and_a_fingerprint_of_its_own() {
        for report in example::diverse() {
            let mut fingerprints = BTreeSet::new();
            for issue in written(&report) {
                assert!(fingerprints.insert(issue["fingerprint"].to_string()));
                assert!(issue["location"]["lines"]["begin"].as_u64() >= Some(1));
                assert_ne!(issue["location"]["path"], "");
                let description = issue["description"].as_str().expect("text");
                assert!(!description.contains(char::is_control));
            }
        }
    }

    #[test]
    fn a_moved_line_is_no_new_issue() {
        let mut report = example::report();
        let token = example::token(1);
        let mut found = example::finding(1);
        found.locations = [2, 2, 9]
            .map(|line| example::location("./a.env", line, &token))
            .into();
        report.findings = Vec::from([found]);
        let before = written(&report);
        assert_eq!(before.len(), 2);
        for at in &mut report.findings[0].locations {
            at.position.line += 3;
        }
        let after = written(&report);
        assert_eq!(before[1]["fingerprint"], after[1]["fingerprint"]);
        assert_eq!(after[1]["location"]["lines"]["begin"], 12);
    }
}
