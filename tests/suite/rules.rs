//! Rules are data: these tests change the data and look at what the program does.

/// Every rule's own examples.
mod check;
/// What every key of a context changes.
mod contexts;
/// What is wrong with a file, and where.
mod errors;
/// What every key of `hosts` and `pairing` changes.
mod hosts;
/// What people read of the rules.
mod pages;
/// A second product in YAML alone.
mod product;
/// What `rules/README.md` shows.
mod readme;
/// What every other key changes.
mod wiring;

use std::path::PathBuf;

use matterleaks::detect::mint;
use matterleaks::finding::Finding;
use matterleaks::rule::Rules;
use matterleaks::scan::{self, Found, Options};

use crate::case::Random;

/// The embedded rules' text.
const MATTERMOST: &str = include_str!("../../rules/mattermost.yml");

/// Rules of a text that was changed.
fn parse(text: &str) -> Rules {
    Rules::parse(&[(PathBuf::from("changed.yml"), text.to_owned().into())])
        .unwrap_or_else(|e| panic!("{e}"))
}

/// The embedded rules as they are.
fn embedded() -> Rules {
    parse(MATTERMOST)
}

/// The embedded rules with one place changed.
fn changed(from: &str, to: &str) -> Rules {
    parse(&replaced(MATTERMOST, from, to))
}

/// A text with one place changed, which must be there once.
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert_eq!(
        text.matches(from).count(),
        1,
        "not once in the rules: {from}"
    );
    text.replace(from, to)
}

/// A value that a server can have made, another one for each name.
fn minted(name: &str) -> String {
    mint(Random::new(name, 1).bytes())
}

/// What a text at a path shows, of every kind.
fn found_at(rules: &Rules, path: &str, text: &str) -> Found {
    let options = Options {
        all_kinds: true,
        ..Options::default()
    };
    scan::text(rules, options, path, text).unwrap_or_else(|e| panic!("{e}"))
}

/// What a text shows, of every kind.
fn found(rules: &Rules, text: &str) -> Vec<Finding> {
    found_at(rules, "", text).findings
}

/// The kind as which a value is found.
fn kind(rules: &Rules, text: &str, secret: &str) -> Option<&'static str> {
    let findings = found(rules, text);
    let finding = findings.iter().find(|f| f.secret.expose() == secret)?;
    Some(finding.kind.name())
}

/// The host with which a value is found; nothing if it is not found, or without a host.
fn host(rules: &Rules, text: &str, secret: &str) -> Option<String> {
    let findings = found(rules, text);
    let finding = findings.iter().find(|f| f.secret.expose() == secret)?;
    let url = &finding.host.as_ref()?.url;
    Some(String::from_utf8_lossy(url.expose()).into_owned())
}
