//! The JSON of gitleaks.

use matterleaks::Report;
use matterleaks::finding::Finding;
use matterleaks::report::Format;

use crate::report::example;

fn written(findings: Vec<Finding>) -> serde_json::Value {
    let report = Report {
        findings,
        ..example::report()
    };
    serde_json::from_str(&super::plainly(Format::Gitleaks, &report)).expect("JSON")
}

#[test]
fn each_place_is_an_entry_with_the_fields_of_gitleaks() {
    let finding = example::finding(1);
    let places = finding.locations.len();
    let entries = written(vec![finding]);
    let entries = entries.as_array().expect("a list");
    assert_eq!(entries.len(), places);
    let fields: Vec<&str> = entries[0]
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    // In the order of gitleaks 8.30.
    let expected = [
        "RuleID",
        "Description",
        "StartLine",
        "EndLine",
        "StartColumn",
        "EndColumn",
        "Match",
        "Secret",
        "File",
        "SymlinkFile",
        "Commit",
        "Entropy",
        "Author",
        "Email",
        "Date",
        "Message",
        "Tags",
        "Fingerprint",
    ];
    assert_eq!(fields, expected);
    let width = entries[0]["EndColumn"]
        .as_u64()
        .zip(entries[0]["StartColumn"].as_u64());
    assert_eq!(width.map(|(end, start)| end - start), Some(25));
}

#[test]
fn nothing_is_an_empty_list_and_so_is_what_was_accepted() {
    assert_eq!(written(Vec::new()), serde_json::json!([]));
    let accepted = example::accepted(example::finding(1));
    assert_eq!(
        written(vec![accepted, example::before(example::finding(2))]),
        serde_json::json!([])
    );
}
