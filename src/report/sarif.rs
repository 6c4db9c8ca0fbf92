//! SARIF 2.1.0, as GitHub's code scanning reads it.
//!
//! A result is a credential, named by a fingerprint that knows no place, so that a moved line is no new alert. What
//! GitHub rejects or hides decides the rest: every result has a file and a line, only the worst of too many are
//! written, and a run always says that it succeeded, for else all of its results are hidden; what was not read
//! stands in notifications.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::Style;
use super::plain::plain;
use super::record::{Finding, Location, Record, Spot};
use crate::finding::{Confidence, Severity};

/// Results that GitHub shows of a run; it takes 25,000.
const MOST_RESULTS: usize = 5_000;
/// Places of a result that GitHub shows; it takes 1,000.
const MOST_PLACES: usize = 100;
/// Places beyond the first of each result, and those that stand in none of its locations, in all: ids of objects do
/// not compress, and GitHub takes 10 MB after gzip.
const MORE_PLACES: usize = 20_000;
/// Bytes of all results: text as this compresses to less than three quarters even if all of it is noise.
const MOST_BYTES: usize = 13_000_000;
/// Characters of any text that strangers wrote.
const MOST_TEXT: usize = 300;
/// Notifications that are written one by one.
const MOST_NOTIFICATIONS: usize = 1_000;
/// The file that a result is put on if it stands in none: a root that every repository shows.
const NO_FILE: &str = "README.md";

/// Writes the report.
pub(super) fn write(record: &Record, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let shown = |finding: &&Finding| style.sarif_suppressed || finding.counts();
    let mut findings: Vec<&Finding> = record.findings.iter().filter(shown).collect();
    // What counts is never cut in favour of what was accepted.
    findings.sort_by_key(|finding| (!finding.counts(), Reverse(finding.severity)));
    let fallback = fallback(record, &findings);
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut results, mut bytes, mut more) = (Vec::new(), 0, MORE_PLACES);
    for finding in findings.iter().take(MOST_RESULTS) {
        let next = rules.len();
        let index = rules.get(finding.rule_id.as_str()).copied().unwrap_or(next);
        let result = result(record, finding, index, &fallback, &mut more);
        bytes += result.to_string().len();
        if bytes > MOST_BYTES {
            break;
        }
        rules.insert(&finding.rule_id, index);
        results.push(result);
    }
    let (worst, rest) = findings.split_at(results.len());
    let mut by_index: Vec<(&str, usize)> = rules.iter().map(|(id, index)| (*id, *index)).collect();
    by_index.sort_by_key(|(_, index)| *index);
    let descriptions = by_index.iter().map(|(id, _)| rule(record, worst, id));
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
            "results": results,
        }],
    });
    serde_json::to_writer(&mut *out, &document)?;
    writeln!(out)
}

fn rule(record: &Record, findings: &[&Finding], id: &str) -> Value {
    let known = record.rule(id);
    let title = known.map_or(id, |rule| &rule.title);
    let title = plain(title, MOST_TEXT);
    let help = known.map_or("", |rule| rule.help.as_str());
    let help: Vec<String> = help.lines().map(|step| plain(step, 1_000)).collect();
    let numbered = help.iter().zip(1..);
    let steps = numbered.map(|(step, n)| format!("{n}. {}\n", markdown(step)));
    // Of all that it found, so that the page of the rule speaks of the worst.
    let severity = findings
        .iter()
        .filter(|finding| finding.rule_id == id)
        .map(|finding| finding.severity)
        .max();
    let severity = severity.unwrap_or(Severity::Medium);
    let surest = findings
        .iter()
        .filter(|finding| finding.rule_id == id)
        .map(|finding| finding.confidence)
        .max();
    json!({
        "id": id,
        "name": title,
        "shortDescription": {"text": escaped(&title)},
        "fullDescription": {"text": escaped(&format!("{title}: a credential that stands where others can read it."))},
        "help": {
            "text": escaped(&help.join("\n")),
            "markdown": format!("**{}**\n\n{}", markdown(&title), steps.collect::<String>()),
        },
        "defaultConfiguration": {"level": level(severity)},
        "properties": {
            "tags": ["security", "secret", "external/cwe/cwe-798"],
            "company": known.map(|rule| plain(&rule.company, MOST_TEXT)),
            "product": known.map(|rule| plain(&rule.product, MOST_TEXT)),
            "precision": precision(surest.unwrap_or(Confidence::Low)),
            "security-severity": score(severity),
        },
    })
}

fn result(
    record: &Record,
    finding: &Finding,
    index: usize,
    fallback: &Value,
    more: &mut usize,
) -> Value {
    let title = record.title(finding);
    let host = finding.server().unwrap_or("no server was found");
    let first_step = record.help(finding).lines().next();
    let verdict = finding.verdict.status.name().replace('_', " ");
    let message = format!(
        "{} {} for {}: {}. {}",
        plain(&title, MOST_TEXT),
        plain(&finding.secret.redacted, MOST_TEXT),
        plain(host, MOST_TEXT),
        plain(&verdict, MOST_TEXT),
        plain(first_step.unwrap_or_default(), MOST_TEXT)
    );
    let files = finding.locations.iter().filter_map(|at| record.file(at));
    let mut places: Vec<Value> = files
        .take(MOST_PLACES.min(*more + 1))
        .map(|spot| physical(&spot))
        .collect();
    *more -= places.len().saturating_sub(1);
    // The truth of the first place always stands here; of the others while there is room.
    let told = finding.locations.len().min(MOST_PLACES).min(*more + 1);
    *more -= told.saturating_sub(1);
    if places.is_empty() {
        places.push(fallback.clone());
    }
    let mut result = json!({
        "ruleId": finding.rule_id,
        "ruleIndex": index,
        "level": level(finding.severity),
        "rank": rank(finding.severity),
        "message": {"text": escaped(&message)},
        "locations": places,
        "partialFingerprints": {"matterleaksCredential/v1": finding.id},
        "properties": {
            "severity": finding.severity,
            "security-severity": score(finding.severity),
            "confidence": finding.confidence,
            "precision": precision(finding.confidence),
            "kind": finding.kind,
            "host": finding.host.as_ref().map(|host| &host.url),
            "verdict": finding.verdict,
            "places": finding.locations.iter().take(told).map(place).collect::<Vec<_>>(),
        },
    });
    let spot = finding
        .host
        .as_ref()
        .and_then(|host| host.location.as_ref());
    if let Some(spot) = spot.filter(|spot| !spot.path.is_empty()) {
        let mut related = physical(&record.from_root(spot));
        related["id"] = json!(1);
        related["message"] =
            json!({"text": escaped(&plain(&format!("Its server, {host}"), MOST_TEXT))});
        result["relatedLocations"] = json!([related]);
    }
    if !finding.counts() {
        let why = finding
            .by_change()
            .or_else(|| Some(finding.suppressed.as_ref()?.reason.clone()));
        let why = why.as_deref().unwrap_or("there before");
        result["suppressions"] =
            json!([{"kind": "external", "justification": plain(why, MOST_TEXT)}]);
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

/// The file of whatever stands in none: the first that any result is on.
fn fallback(record: &Record, findings: &[&Finding]) -> Value {
    let places = findings.iter().flat_map(|finding| &finding.locations);
    let spot = places.filter_map(|at| record.file(at)).next();
    let spot = spot.map(|spot| Spot {
        line: 1,
        column: 1,
        ..spot
    });
    spot.as_ref().map(physical).unwrap_or_else(|| {
        json!({"physicalLocation": {
            "artifactLocation": {"uri": NO_FILE, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 1},
        }})
    })
}

fn physical(spot: &Spot) -> Value {
    let path = spot.bytes();
    let artifact = match path.strip_prefix(b"/") {
        Some(_) => json!({"uri": format!("file://{}", percent(&path))}),
        None => json!({"uri": percent(&path), "uriBaseId": "%SRCROOT%"}),
    };
    json!({"physicalLocation": {
        "artifactLocation": artifact,
        "region": {"startLine": spot.line.max(1), "startColumn": spot.column.max(1)},
    }})
}

/// A path as a part of a URI, RFC 3986.
pub(super) fn percent(path: &[u8]) -> String {
    let escaped = path.iter().map(|&byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    });
    escaped.collect()
}

fn notifications(record: &Record, written: usize, left_out: usize) -> Vec<Value> {
    let note = |text: String| json!({"level": "error", "message": {"text": escaped(&text)}});
    let skipped = &record.coverage.skipped;
    let mut notes: Vec<Value> = skipped
        .iter()
        .take(MOST_NOTIFICATIONS)
        .map(|skip| {
            note(format!(
                "Not read: {}: {} {}",
                plain(&skip.path, MOST_TEXT),
                skip.reason.name(),
                plain(&skip.detail, MOST_TEXT)
            ))
        })
        .collect();
    if skipped.len() > MOST_NOTIFICATIONS {
        notes.push(note(format!(
            "{} more were not read.",
            skipped.len() - MOST_NOTIFICATIONS
        )));
    }
    for (finding, why) in record.accepted_by_change().take(MOST_NOTIFICATIONS) {
        let place = finding.place().map(|place| format!(" at {place}"));
        let text = format!(
            "{} {}{}: {why}",
            record.title(finding),
            finding.secret.redacted,
            place.unwrap_or_default()
        );
        let text = escaped(&plain(&text, MOST_TEXT));
        notes.push(json!({"level": "warning", "message": {"text": text}}));
    }
    if left_out > 0 {
        let text = format!(
            "The {written} worst results are written, {left_out} more are in the JSON report."
        );
        notes.push(note(text));
    }
    notes
}

/// Text of a message: brackets would make links, braces placeholders (sections 3.11.5 and 3.11.6).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '[' | ']' | '\\' => escaped.extend(['\\', c]),
            '{' | '}' => escaped.extend([c, c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The words of a rule stay words and code: no tag, link, image or mention comes of them.
fn markdown(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('[', "&#91;")
        .replace('@', "&#64;")
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
    use super::*;

    #[test]
    fn no_text_becomes_a_link_or_hides_another() {
        assert_eq!(escaped("[x](1) {0}"), "\\[x\\](1) {{0}}");
        assert_eq!(markdown("[x](1) <b> @a"), "&#91;x](1) &lt;b> &#64;a");
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
            uri("a b/ü#1?.env", None),
            ("a%20b/%C3%BC%231%3F.env".into(), true)
        );
        assert_eq!(uri("/etc/x", None), ("file:///etc/x".into(), false));
        assert_eq!(
            uri("caf\u{fffd}", Some(b"caf\xe9")),
            ("caf%E9".into(), true)
        );
    }
}
