//! GitLab's report of secret detection, `gl-secret-detection-report.json`, version 15 of its schema.
//!
//! A vulnerability is a credential at its first place. The schema has a field for the secret's own line, which stays
//! empty: reports are kept as artifacts that many can read.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::plain::plain;
use super::record::{Finding, Record};
use crate::finding::Severity;
use crate::time;

/// Writes the report.
pub(super) fn write(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    // The schema's times have no zone.
    let clock = |seconds: i64| time::utc(seconds).trim_end_matches('Z').to_owned();
    let start = time::seconds(&record.scan.started_at).unwrap_or(0);
    let took = i64::try_from(record.scan.duration_ms.div_ceil(1000)).unwrap_or(i64::MAX);
    let tool = json!({
        "id": "matterleaks",
        "name": "Matterleaks",
        "version": record.tool.version,
        "vendor": {"name": "Matterleaks"},
    });
    let accepted = record.accepted_by_change().map(|(found, why)| {
        let text = format!("{} {}: {why}", record.title(found), found.secret.redacted);
        json!({"level": "warn", "value": plain(&text, 1_000)})
    });
    let mut document = json!({
        "version": "15.0.7",
        "scan": {
            "analyzer": tool,
            "scanner": tool,
            "type": "secret_detection",
            "start_time": clock(start),
            "end_time": clock(start.saturating_add(took)),
            "status": if record.coverage.complete { "success" } else { "failure" },
        },
        "vulnerabilities": record.counting().map(|finding| vulnerability(record, finding)).collect::<Vec<_>>(),
    });
    let accepted: Vec<Value> = accepted.collect();
    if !accepted.is_empty() {
        document["scan"]["messages"] = accepted.into();
    }
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn vulnerability(record: &Record, finding: &Finding) -> Value {
    let title = record.title(finding);
    let help = record.help(finding);
    let host = finding.server().unwrap_or("no server was found");
    // GitLab shows one place: the first that it can open.
    let mut places = finding.locations.iter();
    let file = places.find_map(|at| Some((at, record.file(at)?)));
    let place = file
        .as_ref()
        .map(|(at, _)| *at)
        .or(finding.locations.first());
    let introduced = finding
        .history
        .as_ref()
        .and_then(|history| history.introduced.first());
    let git = place.and_then(|place| place.git.as_ref());
    let sha = git
        .and_then(|git| git.commit.clone())
        .or(introduced.map(|commit| commit.commit.clone()));
    let line = file.as_ref().map_or(1, |(_, spot)| spot.line.max(1));
    let mut commit = json!({"sha": sha.unwrap_or_else(|| "0000000".into())});
    if let Some(introduced) = introduced {
        commit["author"] = json!(introduced.author);
        commit["date"] = json!(introduced.date.trim_end_matches('Z'));
        commit["message"] = json!(introduced.subject);
    }
    let mut identifiers = Vec::from([json!({
        "type": "matterleaks_rule_id",
        "name": format!("Matterleaks rule {}", finding.rule_id),
        "value": finding.rule_id,
    })]);
    identifiers.extend(record.rule(&finding.rule_id).map(|rule| {
        json!({
            "type": "matterleaks_product",
            "name": plain(&format!("{} of {}", rule.product, rule.company), 255),
            "value": plain(&rule.product, 255),
        })
    }));
    json!({
        "id": uuid(&finding.id),
        "category": "secret_detection",
        "name": plain(&title, 255),
        "description": plain(
            &format!(
                "{title} {} for {host}: {}.",
                finding.secret.redacted,
                finding.verdict.status.name().replace('_', " ")
            ),
            2_000,
        ),
        "severity": match finding.severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
            Severity::Info => "Info",
        },
        "solution": help.chars().take(7_000).collect::<String>(),
        "location": {
            "file": file.as_ref().map_or("", |(_, spot)| &spot.path),
            "commit": commit,
            "start_line": line,
            "end_line": line,
        },
        "identifiers": identifiers,
    })
}

/// The id in the form of a UUID, as GitLab keeps them: the same credential, the same id.
fn uuid(id: &str) -> String {
    let digits: String = id.chars().chain(std::iter::repeat('0')).take(32).collect();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-")
}
