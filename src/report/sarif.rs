//! SARIF 2.1.0, as GitHub's code scanning reads it.
//!
//! A result is a credential, named by a fingerprint that knows no place, so that a moved line is no new alert. What
//! GitHub rejects or hides decides the rest: every result has a file and a line, only the worst of too many are
//! written, and a run always says that it succeeded, for else all of its results are hidden; what was not read
//! stands in notifications.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::Style;
use super::record::{Finding, Location, Record, Spot};
use crate::finding::{Confidence, Place, Severity};

/// Results that GitHub shows of a run; it takes 25,000.
const MOST_RESULTS: usize = 5_000;
/// Places of a result that GitHub shows; it takes 1,000.
const MOST_PLACES: usize = 100;
/// Notifications that are written one by one.
const MOST_NOTIFICATIONS: usize = 1_000;
/// The file that a result is put on if it stands in none: a root that every repository shows.
const NO_FILE: &str = "README.md";

/// Writes the report.
pub(super) fn write(record: &Record, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let shown = |finding: &&Finding| style.sarif_suppressed || finding.counts();
    let findings: Vec<&Finding> = record.findings.iter().filter(shown).collect();
    let (worst, rest) = findings.split_at(findings.len().min(MOST_RESULTS));
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in worst {
        let next = rules.len();
        rules.entry(&finding.rule_id).or_insert(next);
    }
    let mut by_index: Vec<(&str, usize)> = rules.iter().map(|(id, index)| (*id, *index)).collect();
    by_index.sort_by_key(|(_, index)| *index);
    let descriptions = by_index.iter().map(|(id, _)| rule(record, worst, id));
    let fallback = fallback(worst);
    let results = worst.iter().map(|finding| {
        let index = rules.get(finding.rule_id.as_str()).copied().unwrap_or(0);
        result(record, finding, index, &fallback)
    });
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "Matterleaks",
                "version": record.tool.version,
                "semanticVersion": record.tool.version,
                "rules": descriptions.collect::<Vec<_>>(),
            }},
            "originalUriBaseIds": {"%SRCROOT%": {
                "description": {"text": "The root of the scanned repository."},
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "startTimeUtc": record.scan.started_at,
                "toolExecutionNotifications": notifications(record, worst.len(), rest.len()),
            }],
            "results": results.collect::<Vec<_>>(),
        }],
    });
    serde_json::to_writer(&mut *out, &document)?;
    writeln!(out)
}

fn rule(record: &Record, findings: &[&Finding], id: &str) -> Value {
    let known = record.rule(id);
    let title = known.map_or(id, |rule| &rule.title);
    let help = known.map_or("", |rule| &rule.help);
    let steps = help
        .lines()
        .enumerate()
        .map(|(n, step)| format!("{}. {step}\n", n + 1));
    // Of all that it found, so that the page of the rule speaks of the worst.
    let severity = findings
        .iter()
        .filter(|finding| finding.rule_id == id)
        .map(|finding| finding.severity)
        .max();
    let severity = severity.unwrap_or(Severity::Medium);
    json!({
        "id": id,
        "name": title,
        "shortDescription": {"text": title},
        "fullDescription": {"text": format!("{title}: a credential that stands where others can read it.")},
        "help": {"text": help, "markdown": format!("**{title}**\n\n{}", steps.collect::<String>())},
        "defaultConfiguration": {"level": level(severity)},
        "properties": {
            "tags": ["security", "secret", "external/cwe/cwe-798"],
            "precision": "very-high",
            "security-severity": score(severity),
        },
    })
}

fn result(record: &Record, finding: &Finding, index: usize, fallback: &Value) -> Value {
    let title = record
        .rule(&finding.rule_id)
        .map_or(finding.rule_id.as_str(), |rule| &rule.title);
    let host = finding
        .host
        .as_ref()
        .map_or("no server was found", |host| host.url.as_str());
    let first_step = record
        .rule(&finding.rule_id)
        .and_then(|rule| rule.help.lines().next());
    let verdict = finding.verdict.status.replace('_', " ");
    let message = format!(
        "{title} {} for {host}: {verdict}. {}",
        finding.secret.redacted,
        first_step.unwrap_or_default()
    );
    let files: Vec<&Location> = finding.locations.iter().filter(|at| is_file(at)).collect();
    let mut places: Vec<Value> = files
        .iter()
        .take(MOST_PLACES)
        .map(|at| physical(&in_file(at)))
        .collect();
    if places.is_empty() {
        places.push(fallback.clone());
    }
    let mut result = json!({
        "ruleId": finding.rule_id,
        "ruleIndex": index,
        "level": level(finding.severity),
        "rank": rank(finding.severity),
        "message": {"text": message},
        "locations": places,
        "partialFingerprints": {"mattermostCredential/v1": finding.id},
        "properties": {
            "severity": finding.severity,
            "security-severity": score(finding.severity),
            "confidence": finding.confidence,
            "precision": precision(finding.confidence),
            "kind": finding.kind,
            "host": finding.host.as_ref().map(|host| &host.url),
            "verdict": finding.verdict,
            "places": finding.locations.iter().take(MOST_PLACES).map(place).collect::<Vec<_>>(),
        },
    });
    let spot = finding
        .host
        .as_ref()
        .and_then(|host| host.location.as_ref());
    if let Some(spot) = spot.filter(|spot| !spot.path.is_empty()) {
        let mut related = physical(spot);
        related["id"] = json!(1);
        related["message"] = json!({"text": format!("Its server, {host}")});
        result["relatedLocations"] = json!([related]);
    }
    if !finding.counts() {
        let why = finding
            .suppressed
            .as_ref()
            .map_or("there before", |why| why.reason.as_str());
        result["suppressions"] = json!([{"kind": "external", "justification": why}]);
    }
    result
}

/// Where it really stands, also where that is no file.
fn place(location: &Location) -> Value {
    let mut place = Map::new();
    place.insert("kind".into(), json!(location.kind));
    place.insert("path".into(), json!(location.spot.path));
    place.insert("line".into(), json!(location.spot.line));
    if let Some(git) = &location.git {
        place.insert("git".into(), json!(git));
    }
    Value::Object(place)
}

/// Whether a place is a file that a repository shows.
fn is_file(location: &Location) -> bool {
    let file = matches!(
        location.kind,
        Place::File | Place::Index | Place::Blob | Place::Symlink | Place::Path
    );
    file && !location.spot.path.is_empty()
}

/// Where in the file: a name and the target of a link are none of its lines.
fn in_file(location: &Location) -> Spot {
    match location.kind {
        Place::Path | Place::Symlink => Spot {
            line: 1,
            column: 1,
            ..location.spot.clone()
        },
        _ => location.spot.clone(),
    }
}

/// The file of whatever stands in none: the first that any result is on.
fn fallback(findings: &[&Finding]) -> Value {
    let mut files = findings
        .iter()
        .flat_map(|finding| &finding.locations)
        .filter(|at| is_file(at));
    let spot = files.next().map(|at| Spot {
        line: 1,
        column: 1,
        ..at.spot.clone()
    });
    spot.as_ref().map(physical).unwrap_or_else(|| {
        json!({"physicalLocation": {
            "artifactLocation": {"uri": NO_FILE, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 1},
        }})
    })
}

fn physical(spot: &Spot) -> Value {
    let bytes = spot
        .path_bytes
        .as_deref()
        .and_then(|hex| data_encoding::HEXLOWER.decode(hex.as_bytes()).ok());
    let path = bytes.unwrap_or_else(|| spot.path.clone().into_bytes());
    let artifact = match path.strip_prefix(b"/") {
        Some(_) => json!({"uri": format!("file://{}", percent(&path))}),
        None => {
            let path = path.strip_prefix(b"./").unwrap_or(&path);
            json!({"uri": percent(path), "uriBaseId": "%SRCROOT%"})
        }
    };
    json!({"physicalLocation": {
        "artifactLocation": artifact,
        "region": {"startLine": spot.line.max(1), "startColumn": spot.column.max(1)},
    }})
}

/// A path as a part of a URI, RFC 3986.
fn percent(path: &[u8]) -> String {
    let escaped = path.iter().map(|&byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    });
    escaped.collect()
}

fn notifications(record: &Record, written: usize, left_out: usize) -> Vec<Value> {
    let note = |text: String| json!({"level": "error", "message": {"text": text}});
    let skipped = &record.coverage.skipped;
    let mut notes: Vec<Value> = skipped
        .iter()
        .take(MOST_NOTIFICATIONS)
        .map(|skip| {
            note(format!(
                "Not read: {}: {} {}",
                skip.path,
                skip.reason.name(),
                skip.detail
            ))
        })
        .collect();
    if skipped.len() > MOST_NOTIFICATIONS {
        notes.push(note(format!(
            "{} more were not read.",
            skipped.len() - MOST_NOTIFICATIONS
        )));
    }
    if left_out > 0 {
        let text = format!(
            "The {written} worst results are written, {left_out} more are in the JSON report."
        );
        notes.push(note(text));
    }
    notes
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// As GitHub sorts: over 9.0 critical, from 7.0 high, from 4.0 medium, from 0.1 low.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.8",
        Severity::High => "8.0",
        Severity::Medium => "5.0",
        Severity::Low => "2.0",
        Severity::Info => "0.1",
    }
}

fn rank(severity: Severity) -> f64 {
    match severity {
        Severity::Critical => 100.0,
        Severity::High => 80.0,
        Severity::Medium => 50.0,
        Severity::Low => 20.0,
        Severity::Info => 1.0,
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "very-high",
        Confidence::Medium => "high",
        Confidence::Low => "medium",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Unpaired, example};
    use super::*;
    use crate::redact::Redactor;

    fn sarif(record: &Record, style: &Style) -> (Value, Vec<u8>) {
        let mut out = Vec::new();
        write(record, style, &mut out).expect("written");
        (serde_json::from_slice(&out).expect("JSON"), out)
    }

    fn record(report: &crate::finding::Report) -> Record {
        Record::of(report, &Redactor::of(report, false), Unpaired::Report).expect("a record")
    }

    #[test]
    fn every_result_has_a_file_and_a_rule() {
        for report in [example::leaky(), example::report()] {
            let (sarif, _) = sarif(&record(&report), &Style::default());
            let run = &sarif["runs"][0];
            let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
            for result in run["results"].as_array().expect("results") {
                let index = result["ruleIndex"].as_u64().expect("an index") as usize;
                assert_eq!(rules[index]["id"], result["ruleId"]);
                let at = &result["locations"][0]["physicalLocation"];
                assert!(at["region"]["startLine"].as_u64().expect("a line") >= 1);
                let uri = at["artifactLocation"]["uri"].as_str().expect("a URI");
                let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/%:".contains(&b);
                assert!(!uri.is_empty() && uri.bytes().all(plain), "{uri}");
            }
            assert_eq!(run["invocations"][0]["executionSuccessful"], true);
        }
    }

    #[test]
    fn accepted_ones_are_left_out_or_marked() {
        let mut report = example::report();
        report.findings = vec![example::finding(1), example::accepted(example::finding(2))];
        let record = record(&report);
        let results = |style: &Style| {
            sarif(&record, style).0["runs"][0]["results"]
                .as_array()
                .cloned()
        };
        assert_eq!(results(&Style::default()).map(|all| all.len()), Some(1));
        let all = Style {
            sarif_suppressed: true,
            ..Style::default()
        };
        let all = results(&all).expect("results");
        assert_eq!(
            (all.len(), all[1]["suppressions"][0]["kind"].as_str()),
            (2, Some("external"))
        );
        assert!(all[0].get("suppressions").is_none());
    }

    /// GitHub takes 25,000 results and 10 MB, compressed.
    #[test]
    fn of_too_many_the_worst_are_written() {
        let mut report = example::report();
        report.findings = vec![example::finding(1)];
        let mut record = record(&report);
        let one = record.findings[0].clone();
        record.findings = (0..30_000)
            .map(|n| {
                let mut finding = one.clone();
                finding.id = format!("{n:064x}");
                finding.severity = if n < 100 {
                    Severity::Critical
                } else {
                    Severity::High
                };
                finding
            })
            .collect();
        let (sarif, bytes) = sarif(&record, &Style::default());
        let run = &sarif["runs"][0];
        assert_eq!(run["results"].as_array().map(Vec::len), Some(MOST_RESULTS));
        assert_eq!(run["results"][99]["properties"]["security-severity"], "9.8");
        let said =
            run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str();
        assert_eq!(
            said,
            Some("The 5000 worst results are written, 25000 more are in the JSON report.")
        );
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(&bytes).expect("packed");
        assert!(packed.finish().expect("packed").len() < 10 << 20);
    }

    #[test]
    fn paths_are_parts_of_uris() {
        let uri = |path: &str, bytes: Option<&[u8]>| {
            let spot = Spot {
                path: path.into(),
                path_bytes: bytes.map(|bytes| data_encoding::HEXLOWER.encode(bytes)),
                line: 0,
                column: 0,
            };
            let at = &physical(&spot)["physicalLocation"]["artifactLocation"];
            (
                at["uri"].as_str().expect("a URI").to_owned(),
                at["uriBaseId"].is_string(),
            )
        };
        assert_eq!(
            uri("./a b/ü#1?.env", None),
            ("a%20b/%C3%BC%231%3F.env".into(), true)
        );
        assert_eq!(uri("/etc/x", None), ("file:///etc/x".into(), false));
        assert_eq!(
            uri("caf\u{fffd}", Some(b"caf\xe9")),
            ("caf%E9".into(), true)
        );
    }
}
