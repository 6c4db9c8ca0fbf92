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
    let counting = record.findings.iter().filter(|finding| finding.counts());
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
    let accepted = record.findings.iter();
    let accepted = accepted.filter_map(|found| Some((found, found.by_change()?)));
    let accepted = accepted.map(|(found, why)| {
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
        "vulnerabilities": counting.map(|finding| vulnerability(record, finding)).collect::<Vec<_>>(),
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
                finding.verdict.status.replace('_', " ")
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

#[cfg(test)]
mod tests {
    use super::super::{Unpaired, example};
    use super::*;
    use crate::redact::Redactor;

    /// What `secret-detection-report-format.json` 15.0.4 asks for of the parts that are written here.
    fn schema() -> Value {
        let name = json!({"type": "string", "minLength": 1});
        let tool = json!({
            "required": ["id", "name", "version", "vendor"],
            "properties": {
                "id": name, "name": name, "version": name,
                "vendor": {"required": ["name"], "properties": {"name": name}},
            },
        });
        let time = json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$"});
        let identifier = json!({
            "required": ["type", "name", "value"],
            "properties": {"type": name, "name": name, "value": name},
        });
        json!({
            "required": ["scan", "version", "vulnerabilities"],
            "properties": {
                "version": {"type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$"},
                "scan": {
                    "required": ["analyzer", "end_time", "scanner", "start_time", "status", "type"],
                    "properties": {
                        "analyzer": tool, "scanner": tool, "start_time": time, "end_time": time,
                        "status": {"enum": ["success", "failure"]},
                        "type": {"const": "secret_detection"},
                    },
                },
                "vulnerabilities": {"type": "array", "minItems": 1, "items": {
                    "required": ["id", "identifiers", "location"],
                    "properties": {
                        "id": {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
                        "name": {"type": "string", "maxLength": 255},
                        "description": {"type": "string", "maxLength": 1_048_576},
                        "severity": {"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
                        "solution": {"type": "string", "maxLength": 7000},
                        "identifiers": {"type": "array", "minItems": 1, "items": identifier},
                        "location": {
                            "required": ["commit"],
                            "properties": {
                                "file": {"type": "string"},
                                "start_line": {"type": "number"}, "end_line": {"type": "number"},
                                "commit": {
                                    "required": ["sha"],
                                    "properties": {
                                        "sha": {"type": "string", "minLength": 7},
                                        "author": {"type": "string"}, "date": {"type": "string"},
                                        "message": {"type": "string"},
                                    },
                                },
                            },
                        },
                        // It would hold the secret's own line.
                        "raw_source_code_extract": false,
                    },
                }},
            },
        })
    }

    #[test]
    fn it_is_of_the_published_shape() {
        let mut report = example::leaky();
        for rule in &mut report.rules {
            rule.help = vec!["A step. ".repeat(2_000)];
        }
        let record = Record::of(&report, &Redactor::of(&report, false), Unpaired::Report);
        let mut out = Vec::new();
        write(&record, &mut out).expect("written");
        let document: Value = serde_json::from_slice(&out).expect("JSON");
        let schema = jsonschema::validator_for(&schema()).expect("a schema");
        let errors = schema.iter_errors(&document);
        let errors: Vec<String> = errors.map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        assert_eq!(document["scan"]["start_time"], "2023-11-14T22:13:20");
    }
}
