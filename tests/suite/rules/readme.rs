//! Everything that `rules/README.md` shows is read by the program, and its examples hold.
//!
//! A block of `yaml file` is a whole file. Of the others each shows a part: of that file, or of Mattermost's if
//! it is marked so. They are laid over it: what a list holds comes in front, a page finds its namesake.

use std::collections::BTreeSet;
use std::fs;

use matterleaks::rule::Rules;
use matterleaks::scan;
use serde_yaml::Value;

use super::MATTERMOST;

/// The page of the whole file.
const ZEBRA: &str = "zebrachat-token";
const README: &str = include_str!("../../../rules/README.md");

/// Every YAML block with the rest of its first line.
fn blocks() -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut open: Option<(String, usize)> = None;
    for line in README.lines() {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        if let Some(mark) = text.strip_prefix("```") {
            open = match open {
                Some(_) => None,
                None => mark.strip_prefix("yaml").map(|about| {
                    blocks.push((about.trim().to_owned(), String::new()));
                    (about.to_owned(), indent)
                }),
            };
        } else if let (Some((_, indent)), Some((_, block))) = (&open, blocks.last_mut()) {
            block.push_str(line.get(*indent..).unwrap_or_default());
            block.push('\n');
        }
    }
    blocks
}

/// Lays one value over another.
fn lay(over: Value, base: &mut Value) {
    match (over, base) {
        (Value::Mapping(over), Value::Mapping(base)) => {
            for (key, value) in over {
                match base.get_mut(&key) {
                    Some(below) => lay(value, below),
                    None => drop(base.insert(key, value)),
                }
            }
        }
        (Value::Sequence(over), Value::Sequence(base)) => {
            for (at, item) in over.into_iter().enumerate() {
                let name = |one: &Value| one.get("id").or(one.get("name")).cloned();
                let ours = name(&item);
                let mut names = base.iter_mut();
                let namesake = names.find(|one| ours.is_some() && name(one) == ours);
                match namesake {
                    Some(below) => lay(item, below),
                    None => base.insert(at, item),
                }
            }
        }
        (over, base) => *base = over,
    }
}

/// Loads a text as a user's file and runs its examples; says what is wrong with one page.
fn complaints(text: &str, page: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("readme.yml");
    fs::write(&path, text).expect("a file");
    let rules = Rules::load_revised(&[path]).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let checked = scan::check(&rules).expect("a check");
    let said = checked.complaints.iter().map(ToString::to_string);
    said.filter(|line| line.contains(&format!(": {page}: ")))
        .collect()
}

#[test]
fn whole_files_hold() {
    let files: Vec<String> = blocks()
        .into_iter()
        .filter(|(about, _)| about == "file")
        .map(|(_, text)| text)
        .collect();
    assert_eq!(files.len(), 1);
    assert_eq!(complaints(&files[0], ZEBRA), [""; 0]);
}

#[test]
fn parts_hold() {
    let blocks = blocks();
    let (_, file) = blocks
        .iter()
        .find(|(about, _)| about == "file")
        .expect("a file");
    let parts = blocks.iter().filter(|(about, _)| about.is_empty());
    assert!(parts.clone().count() > 6);
    for (_, part) in parts {
        let mut whole = value(file);
        lay(value(part), &mut whole);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("part.yml");
        fs::write(&path, text(&whole)).expect("a file");
        let rules = Rules::load(&[path]).unwrap_or_else(|e| panic!("{e}\n{part}"));
        assert_eq!(rules.products.len(), 2);
    }
}

/// The tutorial: the example alone is complained of, and not once the row is there.
#[test]
fn the_tutorial_teaches_a_key() {
    let blocks = blocks();
    let mut parts = blocks.iter().filter(|(about, _)| about == "mattermost");
    let mut next = || value(&parts.next().expect("a part").1);
    let (example, row) = (next(), next());
    let mut whole = value(MATTERMOST);
    lay(example, &mut whole);
    let page = "mattermost-access-token";
    let [said] = &complaints(&text(&whole), page)[..] else {
        panic!("not one complaint");
    };
    assert!(said.ends_with(": 6ndn… (26) is not found"), "{said}");
    lay(row, &mut whole);
    assert_eq!(complaints(&text(&whole), page), [""; 0]);
}

/// A page that wants a part holds as well; only the example of the whole file has none.
#[test]
fn a_product_with_three_matches_holds() {
    let blocks = blocks();
    let find = |words: &str| {
        value(
            &blocks
                .iter()
                .find(|(_, text)| text.contains(words))
                .expect(words)
                .1,
        )
    };
    let mut whole = find("version: 1");
    lay(find("minimum_matches: 3"), &mut whole);
    let [said] = &complaints(&text(&whole), ZEBRA)[..] else {
        panic!("not one complaint");
    };
    assert!(said.ends_with(": zbc_… (36) is not found"), "{said}");
}

fn value(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn text(value: &Value) -> String {
    serde_yaml::to_string(value).expect("YAML")
}

/// Every key that the rules use stands in a table, or in the shape of a row.
#[test]
fn no_key_is_forgotten() {
    let mut keys = BTreeSet::new();
    collect(&value(MATTERMOST), &mut keys);
    assert!(keys.len() > 70, "{}", keys.len());
    let shapes: Vec<&str> = README.split('`').skip(1).step_by(2).collect();
    let words = |shape: &&str| {
        let words = shape.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    let explained: BTreeSet<String> = shapes.iter().flat_map(words).collect();
    let missing: Vec<&String> = keys.difference(&explained).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Keys of mappings, but for those that a file is free to name.
fn collect(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Mapping(mapping) => {
            for (key, value) in mapping {
                let key = key.as_str().unwrap_or_default();
                match (key, value) {
                    ("schemes" | "tables" | "headers", _) => {}
                    ("probes" | "checks", Value::Mapping(named)) => {
                        named.values().for_each(|value| collect(value, keys));
                    }
                    _ => collect(value, keys),
                }
                keys.insert(key.to_owned());
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| collect(item, keys)),
        _ => {}
    }
}
