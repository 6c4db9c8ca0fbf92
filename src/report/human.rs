//! The report for people: the worst credential first, where it stands, why we think so, and what to do
//! now. The last line holds the counts, so that `tail -1` is an answer.

mod credential;
mod end;
mod history;
mod overview;
mod page;
mod place;
pub(super) mod words;

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::record::{Finding, Record, Spot};
use super::{Style, Unpaired};
use crate::redact::visible;
use page::shorten;
pub(super) use page::{Ink, Page};
use words::{grouped, short_id};

/// Digits of the id of a git object that are shown unless people ask for more.
const SHORT: usize = 10;

/// Foreign text wider than this is cut: a path of 10 kB tells nothing that its ends do not tell.
const WIDEST: usize = 240;

/// Writes the report.
pub(super) fn write(report: &Record, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    Human::new(report, style, out).write()
}

/// Writes one finding of a report alone; where people ask for more, with what to do.
pub fn write_finding(
    report: &Record,
    finding: &Finding,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut human = Human::new(report, style, out);
    human.finding(finding)?;
    match style.verbose {
        0 => Ok(()),
        _ => human.steps([finding].into_iter().filter(|finding| finding.counts())),
    }
}

struct Human<'a> {
    page: Page<'a>,
    report: &'a Record,
    style: &'a Style,
}

impl<'a> Human<'a> {
    fn new(report: &'a Record, style: &'a Style, out: &'a mut dyn Write) -> Human<'a> {
        Human {
            page: Page::new(out, style.color, style.width),
            report,
            style,
        }
    }

    fn write(mut self) -> io::Result<()> {
        let report = self.report;
        self.overview()?;
        for group in overview::groups(report.paired()) {
            for finding in group.findings {
                self.finding(finding)?;
            }
        }
        if self.unpaired().next().is_some() {
            let means = match self.style.unpaired {
                Unpaired::Fail => "they count all the same (--unpaired fail)",
                _ => "so they do not count; --server URL names yours",
            };
            let text = format!("Unpaired: no server was found for these, {means}.");
            self.page.flow("", 0, &[(Ink::Bold, &text)])?;
            self.page.blank()?;
            for finding in self.unpaired() {
                self.finding(finding)?;
            }
        }
        self.steps(report.paired().chain(self.unpaired()))?;
        self.acceptance()?;
        self.plan()?;
        self.before()?;
        self.accepted()?;
        self.skips()?;
        self.notes()?;
        self.end()
    }

    /// Credentials without a server, if they are shown.
    fn unpaired(&self) -> impl Iterator<Item = &'a Finding> + use<'a> {
        let shown = self.style.unpaired != Unpaired::Hide;
        self.report.unpaired().filter(move |_| shown)
    }

    /// Says how many were left out of a list.
    fn more(&mut self, number: usize, what: &str) -> io::Result<()> {
        if number == 0 {
            return Ok(());
        }
        let text = format!(
            "… and {} more {what} (-v lists all)",
            grouped(number as u64)
        );
        self.page.flow("  ", 2, &[(Ink::Dim, &text)])
    }

    /// How long a list may be: as long as it likes, where people ask for more.
    fn most(&self, most: usize) -> usize {
        match self.style.verbose {
            0 => most,
            _ => usize::MAX,
        }
    }

    /// The id of a git object: enough of it for git to find it, whole where people ask for more.
    fn short(&self, id: &str) -> String {
        visible(id).chars().take(self.most(SHORT)).collect()
    }

    /// What to do, once for each kind that was found.
    fn steps<'f>(&mut self, findings: impl Iterator<Item = &'f Finding>) -> io::Result<()> {
        let report = self.report;
        let mut seen = BTreeSet::new();
        for finding in findings {
            let help = report.help(finding);
            if help.is_empty() || !seen.insert(&finding.rule_id) {
                continue;
            }
            if seen.len() == 1 {
                self.page.line(0, Ink::Bold, "What to do now")?;
                self.page.blank()?;
            }
            let title = text(report.title(finding));
            self.page.flow("", 0, &[(Ink::Plain, &title)])?;
            for (number, step) in help.lines().enumerate() {
                let label = format!("  {}. ", number + 1);
                let step = visible(step);
                self.page
                    .flow(&label, label.len(), &[(Ink::Plain, &step)])?;
            }
            self.page.blank()?;
        }
        Ok(())
    }

    /// How people say that a finding is none of their worries.
    fn acceptance(&mut self) -> io::Result<()> {
        if self.report.paired().next().is_none() {
            return Ok(());
        }
        let text = "To accept one: write its id (-v shows all 64 digits) and a reason on a line of \
                    .matterleaksignore; for many, `--format json --output report.json` and \
                    `matterleaks audit report.json`.";
        self.page.flow("", 0, &[(Ink::Dim, text)])?;
        self.page.blank()
    }

    /// What live checks would send.
    fn plan(&mut self) -> io::Result<()> {
        let report = self.report;
        let Some(plan) = &report.plan else {
            return Ok(());
        };
        self.page.line(0, Ink::Bold, "What --verify would send")?;
        self.page.blank()?;
        for planned in plan {
            let finding = report.findings.iter().find(|f| f.id == planned.id);
            let Some(finding) = finding else { continue };
            let (ink, step) = match &planned.request {
                Some(step) => (Ink::Plain, text(step)),
                None => {
                    let why = self.unknown(finding, planned.reason, planned.detail.as_deref());
                    (Ink::Warning, format!("nothing: {why}"))
                }
            };
            let secret = text(&finding.secret.redacted);
            self.page.flow(
                "  ",
                4,
                &[
                    (Ink::Plain, &secret),
                    (Ink::Dim, &short_id(finding)),
                    (ink, &step),
                ],
            )?;
            let near = finding.host.iter().flat_map(|host| &host.alternatives);
            let others = near.chain(&finding.other_hosts).map(text);
            let others: Vec<String> = others.collect();
            if !others.is_empty() {
                let others = others.join(", ");
                (self.page).flow("    not chosen: ", 6, &[(Ink::Dim, &others)])?;
            }
        }
        let text = "Each server is first asked without a secret whether it is what it should be. Nothing was sent.";
        self.page.flow("  ", 2, &[(Ink::Plain, text)])?;
        self.page.blank()
    }

    /// What the parents of the scanned commits held already.
    fn before(&mut self) -> io::Result<()> {
        let before = |finding: &&Finding| finding.pre_existing && !finding.is_accepted();
        let mut findings = self.report.findings.iter().filter(before).peekable();
        if self.style.verbose == 0 || findings.peek().is_none() {
            return Ok(());
        }
        self.page.line(0, Ink::Bold, "There before")?;
        self.page.blank()?;
        for finding in findings {
            self.briefly(finding)?;
        }
        self.page.blank()
    }

    fn accepted(&mut self) -> io::Result<()> {
        let accepted = self.report.findings.iter().filter(|f| f.is_accepted());
        let (new, old): (Vec<&Finding>, _) =
            accepted.partition(|found| found.by_change().is_some());
        self.accepted_as("Accepted by this very change", &new)?;
        match self.style.verbose {
            0 => Ok(()),
            _ => self.accepted_as("Accepted", &old),
        }
    }

    fn accepted_as(&mut self, head: &str, findings: &[&Finding]) -> io::Result<()> {
        if findings.is_empty() {
            return Ok(());
        }
        self.page.line(0, Ink::Bold, head)?;
        self.page.blank()?;
        for finding in findings {
            self.briefly(finding)?;
            if let Some(why) = &finding.suppressed {
                let why = format!("{} ({})", text(&why.reason), text(&why.source));
                self.page.flow("    ", 4, &[(Ink::Plain, &why)])?;
            }
        }
        self.page.blank()
    }

    /// A credential that does not count, on one line.
    fn briefly(&mut self, finding: &Finding) -> io::Result<()> {
        let secret = text(&finding.secret.redacted);
        let place = finding.locations.first();
        let place = place.map(|at| self.location(at)).unwrap_or_default();
        self.page.flow(
            "  ",
            2,
            &[
                (Ink::Plain, &secret),
                (Ink::Dim, &short_id(finding)),
                (Ink::Plain, &place),
            ],
        )
    }
}

/// Foreign text, safe and of a bearable length.
fn text(text: impl AsRef<[u8]>) -> String {
    shorten(&visible(text), WIDEST)
}

/// `path:line:column`, as editors and terminals understand it. Standard input has no path.
fn place(spot: &Spot) -> String {
    let path = match &*spot.bytes() {
        [] => "<stdin>".into(),
        path => text(path),
    };
    format!("{path}:{}:{}", spot.line, spot.column)
}
