//! One credential: what it is, what it opens, and why we think so.

use std::io;

use super::page::Ink;
use super::words::{count, short_id};
use super::{Human, place, text};
use crate::finding::{PairedBy, Severity, Status, Tie, UnknownReason};
use crate::report::record::{Finding, Host, Verdict};

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
                (Ink::Bold, &text(self.report.title(finding))),
                (Ink::Plain, &text(&finding.secret.redacted)),
                (Ink::Dim, &short_id(finding)),
            ],
        )?;
        if let Some(host) = &finding.host {
            let url = text(&host.url);
            self.page.flow(
                "  host  ",
                TEXT,
                &[(Ink::Bold, &url), (Ink::Plain, &paired(host))],
            )?;
            self.list("not chosen:", &host.alternatives)?;
        }
        self.list("also paired with:", &finding.other_hosts)?;
        self.verdict(finding)?;
        for part in &finding.parts {
            self.page.flow(
                "  with  ",
                TEXT,
                &[
                    (Ink::Plain, &text(&part.name)),
                    (Ink::Plain, &text(&part.secret.redacted)),
                    (Ink::Plain, &place(&part.location)),
                ],
            )?;
        }
        self.page
            .flow("  why   ", TEXT, &[(Ink::Plain, &self.why(finding))])?;
        if self.style.verbose > 0 {
            // Whole, to be copied into an ignore file.
            self.page
                .flow("  id    ", TEXT, &[(Ink::Plain, &text(&finding.id))])?;
        }
        self.places(finding)?;
        if let Some(history) = &finding.history {
            self.history(history)?;
        }
        self.page.blank()
    }

    /// What its server said.
    fn verdict(&mut self, finding: &Finding) -> io::Result<()> {
        let verdict = &finding.verdict;
        let (ink, said) = match verdict.status {
            Status::NotChecked => return Ok(()),
            Status::Active => (Ink::Alarm, live(verdict)),
            Status::Rejected => (
                Ink::Good,
                "REJECTED by its server: revoked, disabled, expired, or never its own".into(),
            ),
            Status::Unknown => {
                let why = self.unknown(finding, verdict.reason, verdict.detail.as_deref());
                (Ink::Warning, format!("UNKNOWN, {why}"))
            }
        };
        self.page.flow("  live  ", TEXT, &[(ink, &said)])?;
        if finding.suppressed.is_some() && !finding.is_accepted() {
            let said =
                "it was accepted, and counts because it is live; --allow-live accepts that too";
            self.page.flow("        ", TEXT, &[(Ink::Plain, said)])?;
        }
        Ok(())
    }

    /// Why nothing is known, in words.
    pub(super) fn unknown(
        &self,
        finding: &Finding,
        reason: Option<UnknownReason>,
        detail: Option<&str>,
    ) -> String {
        let words = reason.map(|reason| reason.words(self.report.company(finding)));
        let (reason, detail) = (
            text(words.unwrap_or_default()),
            text(detail.unwrap_or_default()),
        );
        let colon = if detail.is_empty() { "" } else { ": " };
        format!("{reason}{colon}{detail}")
    }

    fn why(&self, finding: &Finding) -> String {
        let reason = text(&finding.reason);
        let make = text(self.report.make(finding));
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
    fn list(&mut self, what: &str, urls: &[String]) -> io::Result<()> {
        if urls.is_empty() {
            return Ok(());
        }
        let urls: Vec<String> = urls.iter().map(text).collect();
        self.page.flow(
            "        ",
            TEXT,
            &[(Ink::Dim, what), (Ink::Plain, &urls.join(", "))],
        )
    }
}

fn live(verdict: &Verdict) -> String {
    let owner = verdict.owner.as_ref().map(|owner| {
        let roles: Vec<String> = owner.roles.iter().map(text).collect();
        let bot = if owner.is_bot { "bot " } else { "" };
        format!(", {bot}{} ({})", text(&owner.username), roles.join(", "))
    });
    let id = verdict.token_id.as_ref();
    let id = id.map(|id| format!(", token id {}", text(id)));
    ["ACTIVE".to_owned()]
        .into_iter()
        .chain(owner)
        .chain(id)
        .collect()
}

/// How the host was found, in words.
fn paired(host: &Host) -> String {
    let away = match host.line_distance {
        Some(0) => ", on the same line".into(),
        Some(lines) => format!(", {} away", count(lines, "line")),
        None => String::new(),
    };
    let paired = match host.paired_by {
        PairedBy::Url => "part of the same URL".into(),
        PairedBy::Block => format!("paired in the same block{away}"),
        PairedBy::Distance => format!("the nearest host{away}"),
        PairedBy::Sibling => match &host.location {
            Some(spot) => format!("paired across files: {}", place(spot)),
            None => "paired across files".into(),
        },
        PairedBy::Server => "named by you (--server)".into(),
    };
    let typed = host.typed.as_ref();
    let typed = typed.map(|typed| format!("typed {}, ", text(typed)));
    let joined = match host.tie {
        Tie::Own => "",
        Tie::Joined => ", a variable is joined to it",
    };
    format!("{}{paired}{joined}", typed.unwrap_or_default())
}

fn ink(severity: Severity) -> Ink {
    match severity {
        Severity::Critical | Severity::High => Ink::Alarm,
        Severity::Medium => Ink::Warning,
        Severity::Low => Ink::Notice,
        Severity::Info => Ink::Dim,
    }
}
