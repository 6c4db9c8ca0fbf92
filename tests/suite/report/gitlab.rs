//! GitLab's report of secret detection.

use matterleaks::report::Format;
use serde_json::{Value, json};

use crate::report::example;

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
        rule.help = "A step. ".repeat(2_000);
    }
    let document: Value =
        serde_json::from_str(&super::plainly(Format::Gitlab, &report)).expect("JSON");
    let schema = jsonschema::validator_for(&schema()).expect("a schema");
    let errors = schema.iter_errors(&document);
    let errors: Vec<String> = errors.map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(document["scan"]["start_time"], "2023-11-14T22:13:20");
}
