//! The end of a report: what was not read, and the counts. The last line is an answer by itself.

use std::io;

use super::words::{count, grouped, size};
use super::{Human, Ink, Unpaired, text};
use crate::report::record::{SourceKind, Summary, bytes};

/// Skips that are listed unless people ask for more.
const MOST_SKIPS: usize = 20;

impl Human<'_> {
    pub(super) fn skips(&mut self) -> io::Result<()> {
        let skipped = &self.report.coverage.skipped;
        if skipped.is_empty() {
            return Ok(());
        }
        self.page.line(0, Ink::Bold, "Not read")?;
        self.page.blank()?;
        let most = self.most(MOST_SKIPS);
        for skip in skipped.iter().take(most) {
            let reason = skip.reason.name().replace('_', " ");
            let detail = text(&skip.detail);
            let colon = if detail.is_empty() { "" } else { ": " };
            let why = format!("{reason}{colon}{detail}");
            let path = bytes(&skip.path, skip.path_bytes.as_deref());
            let object = skip.object.as_ref();
            let object = object.map(|id| format!("object {}", self.short(id)));
            self.page.flow(
                "  ",
                4,
                &[
                    (Ink::Plain, &text(path)),
                    (Ink::Plain, &object.unwrap_or_default()),
                    (Ink::Warning, &why),
                ],
            )?;
        }
        self.more(skipped.len().saturating_sub(most), "of them")?;
        self.page.blank()
    }

    pub(super) fn notes(&mut self) -> io::Result<()> {
        let report = self.report;
        for note in &report.notes {
            self.page.flow("note: ", 6, &[(Ink::Plain, &text(note))])?;
        }
        if report.notes.is_empty() {
            Ok(())
        } else {
            self.page.blank()
        }
    }

    /// What was left out, and the counts.
    pub(super) fn end(&mut self) -> io::Result<()> {
        let coverage = &self.report.coverage;
        let left_out = [
            (
                coverage.ignored,
                "ignored path",
                "not read; --no-ignore reads them",
            ),
            (
                coverage.too_large,
                "file",
                "over the size limit and not read",
            ),
            (coverage.special, "special file", "not read"),
            (
                coverage.absent_submodules,
                "submodule",
                "its repository is not here, so not read",
            ),
            (
                self.report.summary.samples,
                "published sample",
                "not counted",
            ),
        ];
        for (number, what, why) in left_out.into_iter().filter(|(number, ..)| *number > 0) {
            let text = format!("{}: {why}", count(number, what));
            self.page.flow("", 0, &[(Ink::Plain, &text)])?;
        }
        if coverage.documents == 0 && self.nothing_new().is_none() {
            self.page
                .line(0, Ink::Alarm, "WARNING: 0 documents scanned")?;
        }
        if !coverage.complete {
            let skipped = coverage.skipped.len() as u64;
            let were = if skipped == 1 { "was" } else { "were" };
            let text = format!("INCOMPLETE: {} {were} not read", count(skipped, "thing"));
            self.page.line(0, Ink::Alarm, &text)?;
        }
        let (ink, text) = self.summary();
        self.page.line(0, ink, &text)
    }

    /// The last line. It is never wrapped.
    fn summary(&self) -> (Ink, String) {
        let report = self.report;
        let coverage = &report.coverage;
        // What is hidden is counted by the report.
        let counts = match self.style.unpaired {
            Unpaired::Hide => report.summary.clone(),
            _ => Summary::of(&report.findings),
        };
        let (paired, unpaired) = (counts.findings, counts.unpaired);
        let everything = coverage.complete && coverage.documents > 0;
        let (ink, found) = match (paired, unpaired) {
            (0, 0) if everything => (Ink::Good, "clean: nothing found".into()),
            (0, 0) if coverage.documents == 0 => match self.nothing_new() {
                Some(what) if coverage.complete => (Ink::Good, format!("clean: {what}")),
                _ => (Ink::Warning, "nothing scanned".into()),
            },
            (0, 0) => (Ink::Warning, "nothing found in what was read".into()),
            (0, _) => (Ink::Warning, "0 credentials found".into()),
            _ => (Ink::Alarm, format!("{} found", count(paired, "credential"))),
        };
        let mut sources = report.scan.sources.iter();
        let files = sources.all(|source| source.kind == SourceKind::Files);
        let documents = count(coverage.documents, if files { "file" } else { "document" });
        let commits = match coverage.commits {
            0 => String::new(),
            commits => format!(", {}", count(commits, "commit")),
        };
        let (bytes, seconds) = (
            size(coverage.bytes),
            report.scan.duration_ms as f64 / 1000.0,
        );
        let unpaired = grouped(unpaired);
        let (checked, others) = (self.checked(&counts), self.uncounted(&counts));
        let text = format!(
            "{found}{checked}, {unpaired} unpaired{others}; {documents}{commits}, {bytes} in {seconds:.2} s"
        );
        (ink, text)
    }

    /// What it means that there was nothing to read, where that is nothing unusual.
    fn nothing_new(&self) -> Option<&'static str> {
        match self.report.scan.sources[..] {
            [ref source] if source.kind == SourceKind::Staged => Some("nothing new is staged"),
            [ref source] if source.kind == SourceKind::Range => Some("the range adds nothing"),
            _ => None,
        }
    }

    /// What servers said, if they were asked. That of some nothing is known must not be read as "clean".
    fn checked(&self, counts: &Summary) -> String {
        if !self.report.scan.verified {
            return String::new();
        }
        let [active, unknown] = [counts.active, counts.unknown].map(grouped);
        format!(", {active} active, {unknown} unknown")
    }

    /// What was found and does not count, where there is any.
    fn uncounted(&self, counts: &Summary) -> String {
        let [before, accepted] = [counts.pre_existing, counts.suppressed];
        let were = if before == 1 { "was" } else { "were" };
        let before = (before > 0).then(|| format!(", {} {were} there before", grouped(before)));
        let findings = self.report.findings.iter();
        let new = match findings.filter_map(|found| found.by_change()).count() as u64 {
            0 => String::new(),
            new => format!(" ({} by this very change)", grouped(new)),
        };
        let accepted = (accepted > 0).then(|| format!(", {} accepted{new}", grouped(accepted)));
        before.into_iter().chain(accepted).collect()
    }
}
