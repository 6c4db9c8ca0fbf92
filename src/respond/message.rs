//! What is said of findings, in the Markdown of Mattermost's posts. It is made of a report that was read, so it holds
//! no secret; should somebody have written that report with its secrets in full, they are masked here.

use std::collections::BTreeSet;

use super::text::{code, cut, prose, span};
use crate::finding::{self, Reachable, Status, Untrusted};
use crate::redact::Redactor;
use crate::report::record::{Commit, Finding, History, Location, Record, Secret, Verdict};

/// Places, commits and refs of each sort that are listed.
const MOST: usize = 3;

/// What masks the texts of a report: what has a secret's form, and the secrets that stand in it in full.
pub fn redactor(record: &Record) -> Redactor {
    let full: Vec<finding::Secret> = record.findings.iter().flat_map(in_full).collect();
    Redactor::new(full.iter(), false)
}

/// The secrets of a finding that were not redacted when its report was written.
pub(super) fn in_full(finding: &Finding) -> impl Iterator<Item = finding::Secret> {
    let parts = finding.parts.iter().map(|part| &part.secret);
    let secrets = std::iter::once(&finding.secret)
        .chain(parts)
        .filter_map(|secret: &Secret| {
            let value = finding::Secret::new(&secret.redacted);
            (value.sha256() == secret.sha256).then_some(value)
        });
    secrets.collect::<Vec<_>>().into_iter()
}

/// Everything about one finding, in one post.
pub fn finding(record: &Record, finding: &Finding) -> String {
    let redactor = redactor(record);
    let summary = summary(record, finding, &redactor);
    let steps = steps(record, finding, &redactor);
    format!("{summary}\n{steps}")
}

/// Several findings, in as few posts as hold them.
pub struct Digest {
    blocks: Vec<String>,
}

impl Digest {
    /// What is to be said of them, and once a kind what to do.
    pub fn of(record: &Record, findings: &[&Finding]) -> Digest {
        let redactor = redactor(record);
        let mut blocks: Vec<String> = (findings.iter())
            .map(|finding| summary(record, finding, &redactor))
            .collect();
        let mut told = BTreeSet::new();
        for finding in findings {
            if told.insert(&finding.rule_id) {
                blocks.push(steps(record, finding, &redactor));
            }
        }
        Digest { blocks }
    }

    /// The posts, of which none is longer than the server takes.
    pub fn posts(self, longest: usize) -> Vec<String> {
        let mut posts: Vec<String> = Vec::new();
        let length = |text: &str| text.chars().count();
        for block in self.blocks {
            let block = fit(block, longest);
            match posts.last_mut() {
                Some(last) if length(last) + 1 + length(&block) <= longest => {
                    last.push('\n');
                    last.push_str(&block);
                }
                _ => posts.push(block),
            }
        }
        posts
    }
}

/// A text that a server takes: cut after a line, with a word about it.
pub(super) fn fit(text: String, longest: usize) -> String {
    const CUT: &str = "_(cut: the server takes no longer post; the report says more)_";
    if text.chars().count() <= longest {
        return text;
    }
    let mut fitting = String::new();
    let room = longest.saturating_sub(CUT.chars().count() + 1);
    let mut used = 0;
    for line in text.split_inclusive('\n') {
        used += line.chars().count();
        if used > room {
            break;
        }
        fitting.push_str(line);
    }
    fitting + CUT
}

fn summary(record: &Record, finding: &Finding, redactor: &Redactor) -> String {
    let mut lines = vec![head(record, finding, redactor)];
    let mut line = |label: &str, text: String| lines.push(format!("- **{label}** {text}"));
    let server = finding.server().map(|url| code(redactor, url));
    line("Server", server.unwrap_or_else(|| "none was found".into()));
    line("Live", verdict(&finding.verdict, redactor));
    line("Where", places(finding, redactor));
    if let Some(history) = &finding.history {
        for commit in history.introduced.iter().take(MOST) {
            line("Brought in", commit_line(commit, redactor));
        }
        for commit in history.removed.iter().take(MOST) {
            line("Taken out", commit_line(commit, redactor));
        }
        line("Now", now(history, redactor));
    }
    if let Some(why) = finding.suppressed.as_ref().filter(|why| !why.overruled) {
        line(
            "Accepted",
            format!(
                "{} ({})",
                code(redactor, &why.reason),
                code(redactor, &why.source)
            ),
        );
    }
    lines.join("\n") + "\n"
}

/// One line: how bad, what, which.
pub(super) fn head(record: &Record, finding: &Finding, redactor: &Redactor) -> String {
    let severity = finding.severity.name().to_uppercase();
    let title = prose(redactor, &record.title(finding));
    format!(
        "#### {severity} {title} {} finding {}",
        secret(&finding.secret),
        short(finding)
    )
}

/// As in `hops… (26)`, whatever the report shows of it.
fn secret(secret: &Secret) -> String {
    let value = finding::Secret::new(&secret.redacted);
    match value.sha256() == secret.sha256 {
        true => span(&value.redacted()),
        false if is_masked(&secret.redacted) => code(&Redactor::blind(), &secret.redacted),
        false => "(masked)".into(),
    }
}

/// Whether a text shows of a secret what we show: four characters at most, and its length.
fn is_masked(text: &str) -> bool {
    let parts = text
        .strip_suffix(')')
        .and_then(|text| text.split_once("… ("));
    parts.is_some_and(|(shown, length)| {
        shown.chars().count() <= 4
            && (1..=9).contains(&length.len())
            && length.bytes().all(|b| b.is_ascii_digit())
    })
}

/// A text without the times of checks, which change though nothing else does.
pub(super) fn timeless(record: &Record, text: &str) -> String {
    let redactor = redactor(record);
    let times = record.findings.iter();
    let times: BTreeSet<&str> = times
        .filter_map(|finding| finding.verdict.checked_at.as_deref())
        .collect();
    times.into_iter().fold(text.to_owned(), |text, at| {
        text.replace(&format!(" ({})", code(&redactor, at)), "")
    })
}

/// Enough of a finding's id to name it.
pub(super) fn short(finding: &Finding) -> String {
    span(finding.id.get(..12).unwrap_or(&finding.id))
}

pub(super) fn verdict(verdict: &Verdict, redactor: &Redactor) -> String {
    let when = verdict
        .checked_at
        .as_deref()
        .map(|at| format!(" ({})", code(redactor, at)));
    let when = when.unwrap_or_default();
    match (verdict.status, &verdict.owner) {
        (Status::Active, Some(owner)) => {
            let bot = if owner.is_bot { "the bot " } else { "" };
            let id = verdict
                .token_id
                .as_ref()
                .and_then(|id| redactor.id(&Untrusted::new(id)));
            let id = id.map_or_else(String::new, |id| {
                format!(", token id {} (names it, and is no secret)", span(&id))
            });
            let roles = code(redactor, &owner.roles.join(" "));
            format!(
                "**ACTIVE**: {bot}{}, roles {roles}{id}{when}",
                code(redactor, &owner.username)
            )
        }
        (Status::Active, None) => format!("**ACTIVE**: its server takes it{when}"),
        (Status::Rejected, _) => {
            format!("rejected: its server refuses it; a disabled one can come back{when}")
        }
        (Status::Unknown, _) => {
            let reason = verdict
                .reason
                .map_or("", |reason| reason.name())
                .replace('_', " ");
            let detail = verdict
                .detail
                .as_deref()
                .map_or_else(String::new, |text| format!(", {}", code(redactor, text)));
            format!("unknown: {reason}{detail}{when}")
        }
        (Status::NotChecked, _) => "not checked".into(),
    }
}

fn places(finding: &Finding, redactor: &Redactor) -> String {
    let place = |at: &Location| {
        let path = match at.spot.path.as_str() {
            "" => at.kind.name().replace('_', " "),
            path => path.to_owned(),
        };
        code(redactor, &format!("{path}:{}", at.spot.line))
    };
    // A file on disk and what git holds of it are one place for people.
    let mut told = BTreeSet::new();
    let mut places: Vec<String> = finding.locations.iter().map(place).collect();
    places.retain(|place| told.insert(place.clone()));
    let more = more(places.len(), "place");
    places.truncate(MOST);
    places.join(", ") + &more
}

fn more(all: usize, what: &str) -> String {
    match all.saturating_sub(MOST) {
        0 => String::new(),
        1 => format!(" and 1 more {what}"),
        n => format!(" and {n} more {what}s"),
    }
}

fn commit_line(commit: &Commit, redactor: &Redactor) -> String {
    // Digits of a hash are no secret, and no words.
    let id: String = commit
        .commit
        .chars()
        .filter(char::is_ascii_hexdigit)
        .take(10)
        .collect();
    let day: String = commit.date.chars().take(10).collect();
    let subject = cut(&commit.subject, 72);
    format!(
        "{} {} by {}: {}",
        span(&id),
        code(redactor, &day),
        code(redactor, &commit.author),
        code(redactor, &subject)
    )
}

pub(super) fn now(history: &History, redactor: &Redactor) -> String {
    let shown: Vec<String> = history
        .refs
        .iter()
        .take(MOST)
        .map(|name| code(redactor, name))
        .collect();
    let refs = shown.join(", ") + &more(history.refs.len(), "ref");
    match (history.at_head, history.reachable_from) {
        (true, _) if refs.is_empty() => "still at HEAD".into(),
        (true, _) => format!("still at HEAD; on {refs}"),
        (false, Reachable::Ref) if refs.is_empty() => "not at HEAD; reachable from a ref".into(),
        (false, Reachable::Ref) => format!("not at HEAD; reachable from {refs}"),
        (false, Reachable::Reflog) => "only in the reflog".into(),
        (false, Reachable::Index) => "only in the index".into(),
        (false, Reachable::None) => "unreachable: kept until git cleans up".into(),
    }
}

fn steps(record: &Record, finding: &Finding, redactor: &Redactor) -> String {
    let steps = record.help(finding).lines().take(20).enumerate();
    let steps = steps.map(|(n, step)| format!("{}. {}", n + 1, prose(redactor, step)));
    let title = prose(redactor, &record.title(finding));
    let lines: Vec<String> = std::iter::once(format!("**What to do now**: {title}\n"))
        .chain(steps)
        .collect();
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_after_a_line_and_says_so() {
        let text = "one\ntwo\n".repeat(100);
        assert_eq!(fit(text.clone(), 800), text);
        let cut = fit(text, 200);
        assert!(
            cut.chars().count() <= 200 && cut.ends_with("the report says more)_"),
            "{cut}"
        );
        let last = cut.lines().rev().nth(1);
        assert!(matches!(last, Some("one" | "two")), "{cut}");
        let long = fit("x".repeat(500), 200);
        assert!(long.starts_with("_(cut"), "{long}");
    }

    #[test]
    fn findings_come_in_as_few_posts_as_hold_them() {
        let digest = |blocks: &[usize]| Digest {
            blocks: blocks.iter().map(|length| "x".repeat(*length)).collect(),
        };
        let lengths = |blocks: &[usize]| -> Vec<usize> {
            digest(blocks)
                .posts(1_000)
                .iter()
                .map(String::len)
                .collect()
        };
        assert_eq!(lengths(&[400, 400, 400]), [801, 400]);
        assert_eq!(lengths(&[500, 499]), [1_000]);
        assert!(lengths(&[2_000, 3]).iter().all(|length| *length <= 1_000));
        assert!(lengths(&[]).is_empty());
    }
}
