//! Whether rules do what they say: every page's own examples, run through the whole pipeline.
//!
//! It stands here because it needs every stage; what a rule file is and where its parts stand is known to
//! [`crate::rule`].

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use crate::finding::{Finding, Place, Secret};
use crate::rule::{Example, Negative, Page, Product, Rules, Step};
use crate::source::{Content, Document, Visit};

use super::{Found, Options, Scanner};

/// What the examples of all rules show.
#[derive(Debug, Default)]
pub struct Checked {
    /// Examples in which a secret must be found.
    pub examples: usize,
    /// Examples in which nothing must be found.
    pub negatives: usize,
    /// What is wrong, in the order of the files.
    pub complaints: Vec<Complaint>,
}

/// What is wrong with an example, or with the rule that it is of. No secret stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The rule file.
    pub path: PathBuf,
    /// Where the example starts, from 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Complaint {
            path,
            line,
            column,
            message,
        } = self;
        write!(f, "{}:{line}:{column}: {message}", path.display())
    }
}

/// What a text shows, as it would on standard input; its path is only a name.
pub fn text(rules: &Rules, options: Options, path: &str, text: &str) -> anyhow::Result<Found> {
    let scanner = Scanner::new(rules, options)?;
    scanner.document(Document {
        place: Place::Stdin,
        path: path.as_bytes(),
        git: None,
        content: Content::Whole(text.as_bytes()),
    })?;
    Ok(scanner.finish())
}

/// Runs every example of every page. In a positive one the stated secret must be found, with exactly its host
/// and parts, as the page's kind, and nothing else; in a negative one nothing of any kind but published
/// samples.
pub fn check(rules: &Rules) -> anyhow::Result<Checked> {
    let mut checked = Checked::default();
    for product in &rules.products {
        for (i, page) in product.file.kinds.iter().enumerate() {
            for (item, example) in page.examples.iter().enumerate() {
                let wrong = positive(rules, page, example)?;
                checked.count(product, page, &at(i, "examples", item), wrong);
            }
            for (item, example) in page.negatives.iter().enumerate() {
                let wrong = negative(rules, example)?;
                checked.count(product, page, &at(i, "negatives", item), wrong);
            }
            checked.examples += page.examples.len();
            checked.negatives += page.negatives.len();
        }
    }
    Ok(checked)
}

/// The way to an example in its file.
fn at(page: usize, list: &str, item: usize) -> [Step; 4] {
    ["kinds".into(), page.into(), list.into(), item.into()]
}

impl Checked {
    fn count(&mut self, product: &Product, page: &Page, at: &[Step], wrong: Option<String>) {
        let Some(message) = wrong else { return };
        let (line, column) = product.place(at);
        self.complaints.push(Complaint {
            path: product.path.clone(),
            line,
            column,
            message: format!("{}: {message}", page.id),
        });
    }
}

/// What is wrong with an example in which a secret must be found.
fn positive(rules: &Rules, page: &Page, example: &Example) -> anyhow::Result<Option<String>> {
    let options = Options {
        all_kinds: page.kind.is_minor(),
        ..Options::default()
    };
    let found = text(rules, options, &example.path, &example.text)?;
    let token = Secret::new(&example.token);
    let (it, others): (Vec<&Finding>, Vec<&Finding>) =
        (found.findings.iter()).partition(|f| f.secret == token && f.rule_id == page.id);
    let [it] = it[..] else {
        let other = others.iter().find(|other| other.secret == token);
        return Ok(Some(match other {
            Some(other) => format!("{} is found as `{}`", token.redacted(), other.rule_id),
            None if found.samples > 0 => format!("{} is a published sample", token.redacted()),
            None => format!("{} is not found", token.redacted()),
        }));
    };
    let host = it.host.as_ref().map(|host| host.url.expose());
    if host != example.host.as_deref().map(str::as_bytes) {
        let said = |host: Option<&[u8]>| match host {
            Some(host) => format!("`{}`", String::from_utf8_lossy(host)),
            None => "none".to_owned(),
        };
        let stated = example.host.as_deref().map(str::as_bytes);
        return Ok(Some(format!(
            "its host is {}, not {}",
            said(host),
            said(stated)
        )));
    }
    let parts: BTreeMap<&str, &str> = (it.parts.iter())
        .map(|part| (part.name.as_str(), part.value.expose()))
        .collect();
    let stated: BTreeMap<&str, &str> = (example.parts.iter())
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    if parts != stated {
        let names = |parts: BTreeMap<&str, &str>| {
            let parts = parts.iter();
            let parts: Vec<String> = parts
                .map(|(name, value)| format!("{name} {}", Secret::new(value).redacted()))
                .collect();
            format!("[{}]", parts.join(", "))
        };
        return Ok(Some(format!(
            "its parts are {}, not {}",
            names(parts),
            names(stated)
        )));
    }
    Ok(others.first().map(|other| also(other)))
}

/// What is wrong with an example in which nothing must be found.
fn negative(rules: &Rules, example: &Negative) -> anyhow::Result<Option<String>> {
    let options = Options {
        all_kinds: true,
        ..Options::default()
    };
    let found = text(rules, options, &example.path, &example.text)?;
    let first = found.findings.first();
    Ok(first.map(|first| format!("{}, but: {}", also(first), example.why)))
}

/// Names what should not have been found.
fn also(finding: &Finding) -> String {
    let secret = finding.secret.redacted();
    format!("{secret} is found as `{}`", finding.rule_id)
}
