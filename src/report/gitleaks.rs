//! The JSON of gitleaks 8 (its `report/finding.go`), one entry a place, for tools that read that: who changes the
//! scanner keeps the pipeline behind it. Secrets are masked, and what is accepted is left out, as there.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;

use super::record::{Commit, Finding, Location, Record};

/// An entry. The names are gitleaks's.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry<'r> {
    #[serde(rename = "RuleID")]
    rule_id: &'r str,
    description: String,
    start_line: u64,
    end_line: u64,
    start_column: u64,
    end_column: u64,
    r#match: &'r str,
    secret: &'r str,
    file: String,
    symlink_file: &'r str,
    commit: &'r str,
    /// Always 0: entropy says nothing of such a secret, and would say something of it to readers.
    entropy: f32,
    author: &'r str,
    email: &'r str,
    date: &'r str,
    message: &'r str,
    tags: Vec<String>,
    fingerprint: String,
}

/// Writes the report.
pub(super) fn write(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let shown = |found: &&Finding| found.counts() || found.by_change().is_some();
    let counting = record.findings.iter().filter(shown);
    let places = counting.flat_map(|finding| {
        let places = finding.locations.iter();
        places.map(move |at| entry(record, finding, at))
    });
    // A file of the work tree is also one of a commit: the same place twice.
    let mut seen = BTreeSet::new();
    let once = |entry: &Entry<'_>| seen.insert((entry.fingerprint.clone(), entry.tags.clone()));
    let entries: Vec<Entry<'_>> = places.filter(once).collect();
    serde_json::to_writer_pretty(&mut *out, &entries)?;
    writeln!(out)
}

fn entry<'r>(record: &'r Record, finding: &'r Finding, at: &'r Location) -> Entry<'r> {
    let title = record.title(finding);
    let mut description = match finding.server() {
        Some(server) => format!("{title} of {server}"),
        None => format!("{title}, whose server is not known"),
    };
    if let Some(why) = finding.by_change() {
        description = format!("{description}; {why}");
    }
    let commit = at.git.as_ref().and_then(|git| git.commit.as_deref());
    let commit = commit.unwrap_or_default();
    let introduced = finding.history.as_ref().map(|history| &history.introduced);
    let known = introduced.and_then(|commits| commits.iter().find(|known| known.commit == commit));
    let (author, email) = known.map_or(("", ""), person);
    let spot = record.file(at).unwrap_or_else(|| at.spot.clone());
    let (path, line) = (spot.path, at.spot.line);
    let place = format!("{path}:{}:{line}", finding.rule_id);
    Entry {
        rule_id: &finding.rule_id,
        description,
        start_line: line,
        end_line: line,
        start_column: at.spot.column,
        // gitleaks counts the last character in.
        end_column: at.spot.column + length(&finding.secret.redacted).saturating_sub(1),
        r#match: at.snippet.trim(),
        secret: &finding.secret.redacted,
        file: path,
        symlink_file: "",
        commit,
        entropy: 0.0,
        author,
        email,
        date: known.map_or("", |commit| &commit.date),
        message: known.map_or("", |commit| &commit.subject),
        tags: [
            finding.kind.name().into(),
            format!("severity:{}", finding.severity.name()),
            format!("verdict:{}", finding.verdict.status.name()),
            format!("credential:{}", finding.id),
        ]
        .into_iter()
        .chain(
            (record.rule(&finding.rule_id).into_iter()).flat_map(|rule| {
                let (company, product) = (&rule.company, &rule.product);
                [format!("company:{company}"), format!("product:{product}")]
            }),
        )
        .chain(
            at.repository
                .iter()
                .map(|path| format!("repository:{path}")),
        )
        .collect(),
        fingerprint: match commit {
            "" => place,
            commit => format!("{commit}:{place}"),
        },
    }
}

/// Name and address, as git writes them.
fn person(commit: &Commit) -> (&str, &str) {
    match commit.author.rsplit_once(" <") {
        Some((name, address)) => (name, address.strip_suffix('>').unwrap_or(address)),
        None => (&commit.author, ""),
    }
}

/// How long a secret is, as its mask says (`hops… (26)`), if it has one.
fn length(redacted: &str) -> u64 {
    let number = redacted
        .rsplit_once(" (")
        .map(|(_, rest)| rest.trim_end_matches(')'));
    let whole = redacted.chars().count() as u64;
    number
        .and_then(|number| number.parse().ok())
        .unwrap_or(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_a_name_and_an_address() {
        let commit = |author: &str| Commit {
            commit: String::new(),
            author: author.into(),
            date: String::new(),
            subject: String::new(),
        };
        assert_eq!(person(&commit("Ann B <a@b.c>")), ("Ann B", "a@b.c"));
        assert_eq!(person(&commit("Ann")), ("Ann", ""));
    }
}
