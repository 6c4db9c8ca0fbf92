//! One credential: what it is, what it opens, and why we think so.

use std::io;

use super::Human;
use super::page::Ink;
use super::words::{count, short_id};
use crate::finding::{Finding, Host, Live, PairedBy, Severity, Tie, Unknown, Untrusted, Verdict};
use crate::report::record::made;

/// Columns in which the text beside a label begins.
const TEXT: usize = 8;

impl Human<'_> {
    /// All that is known of one credential.
    pub(super) fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.page.flow(
            "",
            0,
            &[
                (
                    ink(finding.severity),
                    &finding.severity.name().to_uppercase(),
                ),
                (Ink::Bold, &self.title(&finding.rule_id)),
                (Ink::Plain, &self.redactor.secret(&finding.secret)),
                (Ink::Dim, short_id(finding)),
            ],
        )?;
        if let Some(host) = &finding.host {
            let url = self.text(&host.url);
            self.page.flow(
                "  host  ",
                TEXT,
                &[(Ink::Bold, &url), (Ink::Plain, &self.paired(host))],
            )?;
            self.list("not chosen:", &host.alternatives)?;
        }
        let others: Vec<Untrusted> = finding
            .other_hosts
            .iter()
            .map(|host| host.url.clone())
            .collect();
        self.list("also paired with:", &others)?;
        self.verdict(finding)?;
        for part in &finding.parts {
            let value = self.redactor.secret(&part.value);
            let (path, position) = &part.location;
            self.page.flow(
                "  with  ",
                TEXT,
                &[
                    (Ink::Plain, &self.text(&Untrusted::new(&part.name))),
                    (Ink::Plain, &value),
                    (Ink::Plain, &self.spot(path, *position)),
                ],
            )?;
        }
        self.page
            .flow("  why   ", TEXT, &[(Ink::Plain, &self.why(finding))])?;
        if self.style.verbose > 0 {
            // Whole, to be copied into an ignore file.
            self.page
                .flow("  id    ", TEXT, &[(Ink::Plain, finding.id.as_str())])?;
        }
        self.places(&finding.locations)?;
        if let Some(history) = &finding.history {
            self.history(history)?;
        }
        self.page.blank()
    }

    /// What its server said.
    fn verdict(&mut self, finding: &Finding) -> io::Result<()> {
        let (ink, text) = match &finding.verdict {
            Verdict::NotChecked => return Ok(()),
            Verdict::Active(live) => (Ink::Alarm, self.live(live)),
            Verdict::Rejected { .. } => (
                Ink::Good,
                "REJECTED by its server: revoked, disabled, expired, or never its own".into(),
            ),
            Verdict::Unknown(unknown) => (
                Ink::Warning,
                format!("UNKNOWN, {}", self.unknown(&finding.rule_id, unknown)),
            ),
        };
        self.page.flow("  live  ", TEXT, &[(ink, &text)])?;
        if finding.suppressed.is_some() && !finding.is_accepted() {
            let text =
                "it was accepted, and counts because it is live; --allow-live accepts that too";
            self.page.flow("        ", TEXT, &[(Ink::Plain, text)])?;
        }
        Ok(())
    }

    fn live(&self, live: &Live) -> String {
        let mut text = "ACTIVE".to_owned();
        if let Some(owner) = &live.owner {
            let roles: Vec<String> = owner.roles.iter().map(|role| self.text(role)).collect();
            let bot = if owner.is_bot { "bot " } else { "" };
            let of = format!(
                ", {bot}{} ({})",
                self.text(&owner.username),
                roles.join(", ")
            );
            text.push_str(&of);
        }
        let id = live.token_id.as_ref().and_then(|id| self.redactor.id(id));
        id.map_or(text.clone(), |id| format!("{text}, token id {id}"))
    }

    /// Why nothing is known, in words.
    pub(super) fn unknown(&self, rule_id: &str, unknown: &Unknown) -> String {
        let words = unknown.reason.words(self.company(rule_id));
        let reason = self.text(&Untrusted::new(words));
        let detail = self.text(&unknown.detail);
        let colon = if detail.is_empty() { "" } else { ": " };
        format!("{reason}{colon}{detail}")
    }

    /// How the host was found, in words.
    fn paired(&self, host: &Host) -> String {
        let away = match host.line_distance {
            Some(0) => ", on the same line".into(),
            Some(lines) => format!(", {} away", count(lines, "line")),
            None => String::new(),
        };
        let place = host
            .location
            .as_ref()
            .map(|(path, position)| self.spot(path, *position));
        let paired = match host.paired_by {
            PairedBy::Url => "part of the same URL".into(),
            PairedBy::Block => format!("paired in the same block{away}"),
            PairedBy::Distance => format!("the nearest host{away}"),
            PairedBy::Sibling => match place {
                Some(place) => format!("paired across files: {place}"),
                None => "paired across files".into(),
            },
            PairedBy::Server => "named by you (--server)".into(),
        };
        let typed = host
            .typed
            .as_ref()
            .map(|typed| format!("typed {}, ", self.text(typed)));
        let joined = match host.tie {
            Tie::Own => "",
            Tie::Joined => ", a variable is joined to it",
        };
        format!("{}{paired}{joined}", typed.unwrap_or_default())
    }

    /// Who makes the product of a page of the rules.
    fn company(&self, rule_id: &str) -> &str {
        let rule = self.report.rules.iter().find(|rule| rule.id == rule_id);
        rule.map_or("", |rule| &rule.company)
    }

    fn why(&self, finding: &Finding) -> String {
        let reason = self.text(&finding.reason);
        let made = made(finding.minted, self.company(&finding.rule_id));
        let make = self.text(&Untrusted::new(made));
        let sample = match finding.minted {
            true => "",
            false => ": altered sample?",
        };
        let comma = if reason.is_empty() { "" } else { ", " };
        format!(
            "{reason}{comma}{} confidence, {make}{sample}",
            finding.confidence.name()
        )
    }

    /// A row of URLs that are not the host.
    fn list(&mut self, what: &str, urls: &[Untrusted]) -> io::Result<()> {
        if urls.is_empty() {
            return Ok(());
        }
        let urls: Vec<String> = urls.iter().map(|url| self.text(url)).collect();
        self.page.flow(
            "        ",
            TEXT,
            &[(Ink::Dim, what), (Ink::Plain, &urls.join(", "))],
        )
    }
}

fn ink(severity: Severity) -> Ink {
    match severity {
        Severity::Critical | Severity::High => Ink::Alarm,
        Severity::Medium => Ink::Warning,
        Severity::Low => Ink::Notice,
        Severity::Info => Ink::Dim,
    }
}
