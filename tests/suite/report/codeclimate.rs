//! Issues of code quality.

use std::collections::BTreeSet;

use matterleaks::finding::Report;
use matterleaks::report::Format;
use serde_json::Value;

use crate::report::example;

fn written(report: &Report) -> Vec<Value> {
    serde_json::from_str(&super::plainly(Format::Codeclimate, report)).expect("JSON")
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
