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

use super::{Style, Unpaired};
use crate::finding::{Finding, ObjectId, Position, Report, Untrusted};
use crate::redact::Redactor;
use crate::report::record::titled;
use page::shorten;
pub(super) use page::{Ink, Page};
use words::{grouped, short_id};

/// Digits of the id of a git object that are shown unless people ask for more.
const SHORT: usize = 10;

/// Foreign text wider than this is cut: a path of 10 kB tells nothing that its ends do not tell.
const WIDEST: usize = 240;

/// Writes the report.
pub(super) fn write(
    report: &Report,
    redactor: &Redactor,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    Human::new(report, redactor, style, out).write()
}

/// Writes the findings alone; where people ask for more, with what to do.
pub(super) fn write_finding(
    report: &Report,
    redactor: &Redactor,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut human = Human::new(report, redactor, style, out);
    for finding in &report.findings {
        human.finding(finding)?;
    }
    match style.verbose {
        0 => Ok(()),
        _ => human.steps(),
    }
}

struct Human<'a> {
    page: Page<'a>,
    report: &'a Report,
    redactor: &'a Redactor,
    style: &'a Style,
}

impl<'a> Human<'a> {
    fn new(
        report: &'a Report,
        redactor: &'a Redactor,
        style: &'a Style,
        out: &'a mut dyn Write,
    ) -> Human<'a> {
        Human {
            page: Page::new(out, style.color, style.width),
            report,
            redactor,
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
        if self.style.unpaired != Unpaired::Hide && report.unpaired().next().is_some() {
            let means = match self.style.unpaired {
                Unpaired::Fail => "they count all the same (--unpaired fail)",
                _ => "so they do not count; --server URL names yours",
            };
            let text = format!("Unpaired: no server was found for these, {means}.");
            self.page.flow("", 0, &[(Ink::Bold, &text)])?;
            self.page.blank()?;
            for finding in report.unpaired() {
                self.finding(finding)?;
            }
        }
        self.steps()?;
        self.acceptance()?;
        self.plan()?;
        self.before()?;
        self.accepted()?;
        self.skips()?;
        self.notes()?;
        self.end()
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
    fn short(&self, id: ObjectId) -> String {
        let hex = id.to_string();
        hex.chars().take(self.most(SHORT)).collect()
    }

    /// The title of a page of the rules.
    fn title(&self, rule_id: &str) -> String {
        let rule = self.report.rules.iter().find(|rule| rule.id == rule_id);
        let title = rule.map_or_else(
            || rule_id.to_owned(),
            |rule| titled(&rule.title, &rule.company),
        );
        self.text(&Untrusted::new(title))
    }

    /// Foreign text, safe and of a bearable length.
    fn text(&self, text: &Untrusted) -> String {
        shorten(&self.redactor.line(text), WIDEST)
    }

    /// `path:line:column`, as editors and terminals understand it. Standard input has no path.
    fn spot(&self, path: &Untrusted, position: Position) -> String {
        let path = match path.expose() {
            [] => "<stdin>".into(),
            _ => self.text(path),
        };
        format!("{path}:{}:{}", position.line, position.column)
    }

    /// What to do, once for each kind that was found.
    fn steps(&mut self) -> io::Result<()> {
        let report = self.report;
        let unpaired = report
            .unpaired()
            .filter(|_| self.style.unpaired != Unpaired::Hide);
        let mut seen = BTreeSet::new();
        for finding in report.paired().chain(unpaired) {
            let rule = report.rules.iter().find(|rule| rule.id == finding.rule_id);
            let Some(rule) = rule.filter(|rule| !rule.help.is_empty()) else {
                continue;
            };
            if !seen.insert(&rule.id) {
                continue;
            }
            if seen.len() == 1 {
                self.page.line(0, Ink::Bold, "What to do now")?;
                self.page.blank()?;
            }
            self.page
                .flow("", 0, &[(Ink::Plain, &self.title(&rule.id))])?;
            for (number, step) in rule.help.iter().enumerate() {
                let label = format!("  {}. ", number + 1);
                let step = self.redactor.line(&Untrusted::new(step));
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
        let Some(plan) = &self.report.plan else {
            return Ok(());
        };
        self.page.line(0, Ink::Bold, "What --verify would send")?;
        self.page.blank()?;
        for planned in plan {
            let finding = self.report.findings.iter().find(|f| f.id == planned.id);
            let Some(finding) = finding else { continue };
            let (ink, step) = match &planned.step {
                Ok(step) => (Ink::Plain, self.text(step)),
                Err(unknown) => {
                    let why = self.unknown(&finding.rule_id, unknown);
                    (Ink::Warning, format!("nothing: {why}"))
                }
            };
            let secret = self.redactor.secret(&finding.secret);
            self.page.flow(
                "  ",
                4,
                &[
                    (Ink::Plain, &secret),
                    (Ink::Dim, short_id(finding)),
                    (ink, &step),
                ],
            )?;
            let near = finding.host.iter().flat_map(|host| &host.alternatives);
            let others: Vec<String> = (near
                .chain(finding.other_hosts.iter().map(|host| &host.url)))
            .map(|url| self.text(url))
            .collect();
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
        let report = self.report;
        if self.style.verbose == 0 || report.pre_existing().next().is_none() {
            return Ok(());
        }
        self.page.line(0, Ink::Bold, "There before")?;
        self.page.blank()?;
        for finding in report.pre_existing() {
            self.briefly(finding)?;
        }
        self.page.blank()
    }

    fn accepted(&mut self) -> io::Result<()> {
        let report = self.report;
        let by_change =
            |finding: &Finding| finding.suppressed.as_ref().is_some_and(|why| why.by_change);
        let (new, old): (Vec<&Finding>, _) =
            report.suppressed().partition(|found| by_change(found));
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
                let why = format!("{} ({})", self.text(&why.reason), self.text(&why.source));
                self.page.flow("    ", 4, &[(Ink::Plain, &why)])?;
            }
        }
        self.page.blank()
    }

    /// A credential that does not count, on one line.
    fn briefly(&mut self, finding: &Finding) -> io::Result<()> {
        let secret = self.redactor.secret(&finding.secret);
        let place = finding.locations.first();
        let place = place.map(|at| self.location(at)).unwrap_or_default();
        self.page.flow(
            "  ",
            2,
            &[
                (Ink::Plain, &secret),
                (Ink::Dim, short_id(finding)),
                (Ink::Plain, &place),
            ],
        )
    }
}
