//! What a single live check showed: the answer to "is this token live, whose is it, and what now?".

use std::io::{self, Write};

use serde::Serialize;

use super::Style;
use super::human::{Ink, Page};
use super::record::{Secret, Verdict};
use crate::finding::{Finding, Kind, RuleNote, Severity, Untrusted};
use crate::redact::Redactor;

/// One check.
#[derive(Clone, Copy, Debug)]
pub struct Check<'a> {
    /// What was asked about, with its verdict.
    pub finding: &'a Finding,
    /// The page that describes it.
    pub rule: &'a RuleNote,
    /// Who makes the product.
    pub company: &'a str,
    /// Whether the server has proven to be of the product.
    pub proven: bool,
    /// Its version, where it told.
    pub version: Option<&'a Untrusted>,
}

/// Columns in which the text beside a label begins.
const TEXT: usize = 10;

impl Check<'_> {
    /// Writes it for people.
    pub fn write(&self, redactor: &Redactor, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        let mut page = Page::new(out, style.color, style.width);
        let finding = self.finding;
        let url = finding
            .host
            .as_ref()
            .map_or_else(String::new, |host| redactor.line(&host.url));
        let server = match (self.proven, self.version) {
            (true, Some(version)) => format!("is {} {}", self.company, redactor.line(version)),
            (true, None) => format!("is {}", self.company),
            (false, _) => format!(
                "has not proven to be {}: nothing secret was sent to it",
                self.company
            ),
        };
        page.flow(
            "server    ",
            TEXT,
            &[(Ink::Bold, &url), (Ink::Plain, &server)],
        )?;
        let title = redactor.line(&Untrusted::new(&self.rule.title));
        page.flow(
            "secret    ",
            TEXT,
            &[
                (Ink::Plain, &redactor.secret(&finding.secret)),
                (Ink::Plain, &title),
            ],
        )?;
        if let Some(live) = finding.verdict.live() {
            if let Some(owner) = &live.owner {
                let kind = if owner.is_bot { "bot" } else { "user" };
                let roles: Vec<String> =
                    owner.roles.iter().map(|role| redactor.line(role)).collect();
                let roles = format!("with the roles {}", roles.join(", "));
                let name = redactor.line(&owner.username);
                page.flow(
                    "owner     ",
                    TEXT,
                    &[(Ink::Bold, &name), (Ink::Plain, kind), (Ink::Plain, &roles)],
                )?;
            }
            if let Some(id) = live.token_id.as_ref().and_then(|id| redactor.id(id)) {
                page.flow(
                    "token id  ",
                    TEXT,
                    &[(Ink::Bold, &id), (Ink::Plain, "names it, and is no secret")],
                )?;
            }
            let ink = if finding.severity >= Severity::High {
                Ink::Alarm
            } else {
                Ink::Warning
            };
            page.flow("severity  ", TEXT, &[(ink, finding.severity.name())])?;
        }
        page.blank()?;
        if finding.verdict.live().is_some() {
            page.line(0, Ink::Bold, "What to do now")?;
            page.blank()?;
            for (number, step) in self.steps(redactor).iter().enumerate() {
                let label = format!("  {}. ", number + 1);
                page.flow(&label, label.len(), &[(Ink::Plain, step)])?;
            }
            page.blank()?;
        }
        let (ink, text) = self.last_line(redactor);
        page.flow("", 0, &[(ink, &text)])
    }

    /// Writes it for programs.
    pub fn write_json(&self, redactor: &Redactor, out: &mut dyn Write) -> io::Result<()> {
        let finding = self.finding;
        let document = Document {
            schema_version: 1,
            server: Server {
                url: finding.host.as_ref().map(|host| redactor.text(&host.url)),
                proven: self.proven,
                version: self.version.map(|version| redactor.text(version)),
            },
            id: finding.id.as_str(),
            rule_id: &finding.rule_id,
            kind: finding.kind,
            severity: finding.severity,
            secret: Secret {
                redacted: redactor.secret(&finding.secret),
                sha256: finding.secret.sha256(),
            },
            verdict: Verdict::of(&finding.verdict, redactor),
            steps: self.steps(redactor),
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }

    /// What to do, with the names that are known in their places. Only plain names: they end up in a shell.
    fn steps(&self, redactor: &Redactor) -> Vec<String> {
        let live = self.finding.verdict.live();
        let id = live.and_then(|live| redactor.id(live.token_id.as_ref()?));
        let user = live.and_then(|live| Some(redactor.text(&live.owner.as_ref()?.username)));
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        let user = user.filter(|name| !name.starts_with('-') && name.bytes().all(plain));
        let steps = self.rule.help.lines().map(|step| {
            let step = redactor.line(&Untrusted::new(step));
            let step = fill(&step, "TOKEN_ID", id.as_deref());
            fill(&step, "USER", user.as_deref())
        });
        steps.collect()
    }

    fn last_line(&self, redactor: &Redactor) -> (Ink, String) {
        use crate::finding::Verdict;
        match &self.finding.verdict {
            Verdict::Active(_) => (Ink::Alarm, "ACTIVE: the server takes it".into()),
            Verdict::Rejected { .. } => {
                let text = "REJECTED: the server refuses it: revoked, disabled, expired, or never its own. \
                            A disabled one can come back";
                (Ink::Good, text.into())
            }
            Verdict::Unknown(unknown) => {
                let reason = unknown.reason.words(self.company);
                let text = format!("UNKNOWN: {reason}: {}", redactor.line(&unknown.detail));
                (Ink::Warning, text)
            }
            Verdict::NotChecked => (Ink::Warning, "UNKNOWN: it was not asked".into()),
        }
    }
}

/// Puts a value where a word stands in capitals, as a word of its own.
fn fill(text: &str, word: &str, value: Option<&str>) -> String {
    let Some(value) = value else {
        return text.to_owned();
    };
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let alone = !before.ends_with(part) && !after.starts_with(part);
        filled.push_str(before);
        filled.push_str(if alone { value } else { word });
        rest = after;
    }
    filled + rest
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u8,
    server: Server,
    id: &'a str,
    rule_id: &'a str,
    kind: Kind,
    severity: Severity,
    secret: Secret,
    verdict: Verdict,
    steps: Vec<String>,
}

#[derive(Serialize)]
struct Server {
    url: Option<String>,
    proven: bool,
    version: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_where_the_words_stood() {
        let step = "`mmctl token revoke TOKEN_ID` of USER, not USER_ID";
        assert_eq!(
            fill(&fill(step, "TOKEN_ID", Some("abc")), "USER", Some("ann")),
            "`mmctl token revoke abc` of ann, not USER_ID"
        );
        assert_eq!(fill(step, "USER", None), step);
    }
}
