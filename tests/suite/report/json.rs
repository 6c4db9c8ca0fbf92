//! The format `json`, held to its schema.

use jsonschema::Validator;
use matterleaks::finding::{self, Untrusted};
use matterleaks::redact::Redactor;
use matterleaks::report::record::*;
use matterleaks::report::{self, Format, SCHEMA, Style, Unpaired};
use serde_json::{Value, json};

use crate::report::example;

fn validator() -> Validator {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    jsonschema::validator_for(&schema).unwrap()
}

fn written(format: Format, report: &finding::Report, style: &Style) -> String {
    super::written(format, report, &Redactor::of(report, false), style)
}

fn document(report: &finding::Report) -> Value {
    serde_json::from_str(&written(Format::Json, report, &Style::default())).unwrap()
}

fn lines(report: &finding::Report) -> Vec<Value> {
    let text = written(Format::Jsonl, report, &Style::default());
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn assert_valid(validator: &Validator, value: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}

#[test]
fn every_report_follows_the_schema() {
    let validator = validator();
    for report in example::diverse() {
        assert_valid(&validator, &document(&report));
        let lines = lines(&report);
        assert_eq!(lines.len(), report.findings.len() + 1);
        lines.iter().for_each(|line| assert_valid(&validator, line));
        assert_eq!(lines.last().unwrap()["type"], "summary");
    }
}

#[test]
fn both_formats_say_the_same() {
    for report in example::diverse() {
        let document = document(&report);
        let mut lines = lines(&report);
        let mut last = lines.pop().unwrap();
        for key in ["tool", "scan", "coverage", "summary"] {
            assert_eq!(last[key].take(), document[key]);
        }
        for line in &mut lines {
            assert_eq!(
                line.as_object_mut().unwrap().remove("type"),
                Some(json!("finding"))
            );
        }
        assert_eq!(Value::Array(lines), document["findings"]);
    }
}

/// Every place in `value` that can be spoiled, as a JSON pointer.
fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect(),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(n, v)| (n.to_string(), v))
            .collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        pointers(child, format!("{at}/{key}"), found);
    }
    found.push(at);
}

#[test]
fn nothing_else_follows_the_schema() {
    let validator = validator();
    let mut report = example::report();
    let mut found = example::accepted(example::git::found(1));
    found.locations[0].git = Some(example::git::in_git(1, Untrusted::new(".")));
    report.findings = Vec::from([found]);
    let skips = [example::skip(), example::git::skip()];
    report.coverage.skipped.extend(skips);
    let sources = example::git::sources(&|_| Untrusted::new("x"));
    report.sources.extend(sources);
    let mut samples = lines(&report);
    samples.push(document(&report));
    for sample in samples {
        let mut all = Vec::new();
        pointers(&sample, String::new(), &mut all);
        for pointer in all {
            let spoil = |change: &dyn Fn(&mut Value)| {
                let mut spoilt = sample.clone();
                change(spoilt.pointer_mut(&pointer).unwrap());
                assert!(!validator.is_valid(&spoilt), "{pointer}\n{spoilt:#}");
            };
            // No type fits everywhere.
            spoil(&|value| *value = json!(-1.5));
            match sample.pointer(&pointer) {
                Some(Value::Object(map)) => {
                    spoil(&|value| value["surprise"] = json!(null));
                    for key in map.keys() {
                        spoil(&|value| drop(value.as_object_mut().unwrap().remove(key)));
                    }
                }
                Some(Value::String(_)) if is_closed(&pointer) => {
                    spoil(&|value| *value = json!("new"))
                }
                _ => {}
            }
        }
    }
}

fn is_closed(pointer: &str) -> bool {
    let names = [
        "type",
        "kind",
        "severity",
        "confidence",
        "paired_by",
        "status",
        "id",
        "sha256",
        "reachable_from",
        "commit",
        "blob",
        "object",
        "date",
    ];
    let closed = names
        .iter()
        .any(|name| pointer.ends_with(&format!("/{name}")));
    closed && !pointer.contains("/rules/")
}

#[test]
fn every_name_is_in_the_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let names = |pointer: &str| schema.pointer(pointer).unwrap().clone();
    let kinds: Vec<&str> = example::KINDS.iter().map(|kind| kind.name()).collect();
    assert_eq!(names("/$defs/finding/properties/kind/enum"), json!(kinds));
    let pairings: Vec<&str> = example::PAIRINGS.iter().map(|by| by.name()).collect();
    assert_eq!(
        names("/$defs/host/properties/paired_by/enum"),
        json!(pairings)
    );
    let reasons: Vec<&str> = example::REASONS
        .iter()
        .map(|reason| reason.name())
        .collect();
    let skipped = "/$defs/coverage/properties/skipped/items/properties/reason/enum";
    assert_eq!(names(skipped), json!(reasons));
    let mut unknowns: Vec<Value> = (example::UNKNOWNS.iter())
        .map(|reason| json!(reason.name()))
        .collect();
    unknowns.push(Value::Null);
    let reason = "/$defs/verdict/properties/reason/enum";
    assert_eq!(names(reason), json!(unknowns));
    let reaches: Vec<Value> = example::REACHES.iter().map(|reach| json!(reach)).collect();
    assert_eq!(
        names("/$defs/history/properties/reachable_from/enum"),
        json!(reaches)
    );
    // What a document can be is known beforehand; not all of it is read yet.
    let places = names("/$defs/location/properties/kind/enum");
    for place in example::PLACES {
        assert!(
            places.as_array().unwrap().contains(&json!(place.name())),
            "{place:?}"
        );
    }
}

#[test]
fn a_finding_has_every_key_in_the_order_of_the_design() {
    let mut report = example::report();
    report.findings = Vec::from([example::finding(1)]);
    let text = written(Format::Jsonl, &report, &Style::default());
    let secret = &report.findings[0].secret;
    let expected = format!(
        concat!(
            r#"{{"type":"finding","id":"{id}","rule_id":"mattermost-access-token","kind":"access_token","#,
            r#""confidence":"high","severity":"high","minted":true,"#,
            r#""secret":{{"redacted":"{masked} (26)","sha256":"{sha}"}},"#,
            r#""host":{{"url":"https://chat.example.org","paired_by":"block","line_distance":1,"#,
            r#""location":{{"path":"deploy/prod.env","line":1,"column":16}},"alternatives":[]}},"#,
            r#""other_hosts":[],"parts":[],"verdict":{{"status":"not_checked","reason":null,"#,
            r#""detail":null,"checked_at":null,"owner":null,"token_id":null}},"#,
            r#""locations":[{{"kind":"file","repository":null,"path":"deploy/prod.env","line":2,"#,
            r#""column":18,"byte_offset":98,"snippet":"MATTERMOST_TOKEN={masked}","git":null}}],"#,
            r#""history":null,"pre_existing":false,"suppressed":null}}"#,
        ),
        id = report.findings[0].id.as_str(),
        masked = secret.masked(),
        sha = secret.sha256(),
    );
    assert_eq!(text.lines().next(), Some(expected.as_str()));
    let last = concat!(
        r#""scan":{"sources":[{"kind":"files","path":"."}],"started_at":"2023-11-14T22:13:20Z","#,
        r#""duration_ms":120,"verified":false},"coverage":{"complete":true,"documents":1204,"#,
        r#""bytes":12345678,"commits":0,"absent_submodules":0,"ignored":0,"too_large":0,"special":0,"skipped":[]},"#,
        r#""plan":null,"#,
        r#""summary":{"findings":1,"unpaired":0,"suppressed":0,"pre_existing":0,"active":0,"#,
        r#""unknown":0,"samples":0}}"#,
    );
    assert!(text.trim_end().ends_with(last), "{text}");
}

#[test]
fn a_path_that_is_no_text_also_has_its_bytes() {
    let mut report = example::report();
    report.findings = Vec::from([example::finding(1)]);
    let token = report.findings[0].secret.expose().to_owned();
    let path = [b"caf\xe9/", token.as_bytes()].concat();
    report.findings[0].locations[0].path = Untrusted::new(&path);
    let value = document(&report);
    let location = &value["findings"][0]["locations"][0];
    assert_eq!(
        location["path"],
        json!(format!("caf\u{fffd}/{}…", &token[..4]))
    );
    let bytes = [b"caf\xe9/", &token.as_bytes()[..4], "…".as_bytes()].concat();
    assert_eq!(
        location["path_bytes"],
        json!(data_encoding::HEXLOWER.encode(&bytes))
    );
}

#[test]
fn hidden_credentials_are_counted_and_not_listed() {
    let mut report = example::report();
    report.findings = Vec::from([example::finding(1), example::unpaired(2)]);
    let style = Style {
        unpaired: Unpaired::Hide,
        ..Style::default()
    };
    let value: Value = serde_json::from_str(&written(Format::Json, &report, &style)).unwrap();
    assert_eq!(value["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(value["summary"]["unpaired"], 1);
}

#[test]
fn shown_secrets_are_shown() {
    let mut report = example::report();
    report.findings = Vec::from([example::finding(1)]);
    let redactor = Redactor::new([].into_iter(), true);
    let mut out = Vec::new();
    let record = Record::of(&report, &redactor, Unpaired::Report);
    report::write_record(Format::Json, &record, &Style::default(), &mut out).unwrap();
    let value: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(
        value["findings"][0]["secret"]["redacted"],
        report.findings[0].secret.expose()
    );
}

#[test]
fn git_says_where_and_since_when() {
    let mut report = example::report();
    let mut found = example::git::found(1);
    let git = |n| Some(example::git::in_git(n, Untrusted::new(b"r\xe9po")));
    let place = |place, git| finding::Location {
        place,
        git,
        ..found.locations[0].clone()
    };
    use finding::Place::{Author, Blob, CommitMessage, Ref, TagMessage};
    found.locations = Vec::from([
        place(Blob, git(1)),
        place(CommitMessage, git(0)),
        place(TagMessage, git(0)),
        place(Author, git(1)),
        place(Author, git(0)),
        place(Ref, git(3)),
    ]);
    report.findings = Vec::from([found]);
    report.sources = Vec::from(example::git::sources(&|n| {
        Untrusted::new(format!("name-{n}"))
    }));
    let value = document(&report);
    let hex = |n| example::git::id(n).to_string();
    let found = &value["findings"][0];
    let expected = [
        json!({"blob": hex(1), "commit": hex(2), "tag": null}),
        json!({"blob": null, "commit": hex(0), "tag": null}),
        json!({"blob": null, "commit": null, "tag": hex(0)}),
        json!({"blob": null, "commit": hex(2), "tag": null}),
        json!({"blob": null, "commit": null, "tag": hex(0)}),
        json!({"blob": null, "commit": hex(4), "tag": null}),
    ];
    for (n, expected) in expected.iter().enumerate() {
        let location = &found["locations"][n];
        assert_eq!(&location["git"], expected, "{n}");
        assert_eq!(location["repository"], "r\u{fffd}po");
        assert_eq!(location["repository_bytes"], "72e9706f");
    }
    let commit = json!({
        "commit": hex(1), "author": "Ann Example <ann@example.org>", "date": "2026-11-02T12:00:00Z",
        "subject": "Add the bot",
    });
    let history = json!({
        "introduced": [commit], "removed": [], "at_head": true, "reachable_from": "ref",
        "refs": ["refs/heads/main"], "unlisted": 0,
    });
    assert_eq!(found["history"], history);
    let sources = json!([
        {"kind": "history", "path": "name-0"},
        {"kind": "staged", "path": "name-1"},
        {"kind": "range", "path": "name-2", "range": "name-3"},
    ]);
    assert_eq!(value["scan"]["sources"], sources);
}

#[test]
fn what_was_there_before_is_listed_and_does_not_count() {
    let mut report = example::report();
    let [news, old] = [example::finding(1), example::before(example::unpaired(2))];
    let accepted = example::accepted(example::before(example::finding(3)));
    report.findings = Vec::from([news, old, accepted]);
    let value = document(&report);
    let before = |n: usize| value["findings"][n]["pre_existing"].clone();
    assert_eq!([0, 1, 2].map(before), [false, true, true]);
    let summary = &value["summary"];
    let counts = ["findings", "unpaired", "pre_existing", "suppressed"].map(|key| &summary[key]);
    assert_eq!(counts, [1, 0, 1, 1]);
}
