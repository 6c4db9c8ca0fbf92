//! What GitHub asks for: files, rules, limits, and text that stays text.

use std::io::Write;

use matterleaks::finding::Severity;
use matterleaks::report::record::Record;
use matterleaks::report::{self, Format, Style};
use serde_json::Value;

use super::record;
use crate::report::example;

fn sarif(record: &Record, style: &Style) -> (Value, Vec<u8>) {
    let mut out = Vec::new();
    report::write_record(Format::Sarif, record, style, &mut out).expect("written");
    (serde_json::from_slice(&out).expect("JSON"), out)
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
    assert_eq!(run["results"].as_array().map(Vec::len), Some(5_000));
    assert_eq!(run["results"][99]["properties"]["security-severity"], "9.8");
    let said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str();
    assert_eq!(
        said,
        Some("The 5000 worst results are written, 25000 more are in the JSON report.")
    );
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&bytes).expect("packed");
    assert!(packed.finish().expect("packed").len() < 10 << 20);
}

/// Ids of objects do not compress, so it is places that make a report large.
#[test]
fn results_of_many_places_stay_below_the_limit() {
    let mut report = example::report();
    report.findings = vec![example::git::found(1)];
    let mut record = record(&report);
    let one = record.findings[0].clone();
    let id = |n: usize| matterleaks::finding::Secret::new(&n.to_string()).sha256();
    record.findings = (0..5_000)
        .map(|n| {
            let mut finding = one.clone();
            finding.id = id(n);
            finding.locations = (0..10)
                .map(|m| {
                    let mut at = one.locations[0].clone();
                    at.spot.path = format!("deploy/{}.env", id(n * 10 + m));
                    at
                })
                .collect();
            finding
        })
        .collect();
    let (sarif, bytes) = sarif(&record, &Style::default());
    let results = sarif["runs"][0]["results"].as_array().map(Vec::len);
    assert_eq!(results, Some(5_000));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&bytes).expect("packed");
    assert!(packed.finish().expect("packed").len() < 10_000_000);
}
