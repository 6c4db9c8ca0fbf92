//! The head of the page: how much was found, and how much was read.

use std::io::{self, Write};

use strum::VariantArray;

use super::words::{State, plain};
use super::{Page, code, escape, prose};
use crate::finding::Severity;
use crate::report::human::words::{count, grouped, size};
use crate::report::record::{Skip, Source, SourceKind};

/// Up to as many things that were not read are listed openly.
const MOST_SKIPS: usize = 10;

impl Page<'_> {
    pub(super) fn header(&self, found: &str, out: &mut dyn Write) -> io::Result<()> {
        let scan = &self.record.scan;
        let sources: Vec<String> = scan.sources.iter().map(source).collect();
        writeln!(
            out,
            "<header><h1>{} credentials: {found}</h1>\n<p>Scan of {}, begun at <time>{}</time>.</p></header>",
            escape(&self.record.makers()),
            sources.join(", "),
            escape(&scan.started_at)
        )
    }

    /// What counts by severity, then everything by what became of it.
    pub(super) fn summary(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            r#"<section aria-labelledby="summary"><h2 id="summary">Summary</h2><dl class="tiles">"#
        )?;
        for &severity in Severity::VARIANTS.iter().rev() {
            let counting = self.record.counting();
            let number = counting.filter(|finding| finding.severity == severity);
            let (name, number) = (severity.name(), number.count() as u64);
            let class = if number == 0 { "none" } else { name };
            let number = grouped(number);
            writeln!(
                out,
                r#"<div class="{class}"><dt>{name}</dt><dd>{number}</dd></div>"#
            )?;
        }
        writeln!(out, r#"</dl><ul class="counts">"#)?;
        let (summary, verified) = (&self.record.summary, self.record.scan.verified);
        let unpaired = |finding: &&&_| State::of(finding) == State::Unpaired;
        let listed = self.findings.iter().filter(unpaired).count() as u64;
        for (number, what, always) in [
            (summary.active, "active", verified),
            (summary.unknown, "unknown", verified),
            (summary.unpaired, "without a server", false),
            (
                summary.unpaired.saturating_sub(listed),
                "of these left out on request",
                false,
            ),
            (summary.suppressed, "accepted, not counted", false),
            (
                summary.pre_existing,
                "there before the scanned range, not counted",
                false,
            ),
        ] {
            if always || number > 0 {
                writeln!(out, "<li><b>{}</b> {what}</li>", grouped(number))?;
            }
        }
        if !verified {
            writeln!(out, "<li>No live check was made</li>")?;
        }
        writeln!(out, "</ul></section>")
    }

    pub(super) fn coverage(&self, out: &mut dyn Write) -> io::Result<()> {
        let coverage = &self.record.coverage;
        let skipped = count(coverage.skipped.len() as u64, "thing");
        let verdict = match (coverage.complete, coverage.documents) {
            (false, _) => &format!(
                r#"<p class="alarm"><b>Incomplete:</b> {skipped} not read, which may hold more.</p>"#
            ),
            (true, 0) => r#"<p class="alarm"><b>Nothing was there to be read.</b></p>"#,
            (true, _) => "<p><b>Complete:</b> everything that was to be read was read.</p>",
        };
        write!(
            out,
            r#"<section aria-labelledby="coverage"><h2 id="coverage">Coverage</h2>{verdict}
<p>Read: {}, {}"#,
            count(coverage.documents, "document"),
            size(coverage.bytes)
        )?;
        if coverage.commits > 0 {
            write!(out, ", {}", count(coverage.commits, "commit"))?;
        }
        let left_out = [
            (coverage.ignored, "ignored paths"),
            (coverage.too_large, "files over the size limit"),
            (coverage.special, "special files"),
            (coverage.absent_submodules, "submodules that are not here"),
            (self.record.summary.samples, "published samples"),
        ];
        let left_out = left_out.iter().filter(|(number, _)| *number > 0);
        let left_out: Vec<String> = left_out
            .map(|(number, what)| format!("{what}: {}", grouped(*number)))
            .collect();
        if !left_out.is_empty() {
            write!(out, ". Left out: {}", left_out.join("; "))?;
        }
        writeln!(out, ".</p>")?;
        self.skipped(out)?;
        writeln!(out, "</section>")
    }

    fn skipped(&self, out: &mut dyn Write) -> io::Result<()> {
        let skipped = &self.record.coverage.skipped;
        if skipped.is_empty() {
            return Ok(());
        }
        let open = if skipped.len() <= MOST_SKIPS {
            " open"
        } else {
            ""
        };
        let number = grouped(skipped.len() as u64);
        writeln!(
            out,
            "<details{open}><summary>Not read: {number}</summary><ul>"
        )?;
        for skip in skipped {
            writeln!(out, "<li>{}</li>", unread(skip))?;
        }
        writeln!(out, "</ul></details>")
    }
}

fn unread(skip: &Skip) -> String {
    let mut html = code(&skip.path);
    if let Some(id) = &skip.object {
        html.push_str(&format!(", object {}", code(id)));
    }
    html.push_str(&format!(": {}", plain(skip.reason.name())));
    if !skip.detail.is_empty() {
        html.push_str(&format!(": {}", prose(&skip.detail)));
    }
    html
}

fn source(source: &Source) -> String {
    let what = match source.kind {
        SourceKind::Files => "the files of",
        SourceKind::Stdin => return "standard input".into(),
        SourceKind::History => "the history of",
        SourceKind::Staged => "what is staged in",
        SourceKind::Range => "commits of",
    };
    let path = code(source.path.as_deref().unwrap_or_default());
    let range = source.range.as_deref().map(code);
    let range = range.map_or(String::new(), |range| format!(" ({range})"));
    format!("{what} {path}{range}")
}
