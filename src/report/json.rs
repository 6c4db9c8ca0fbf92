//! The report for programs: `schema_version` 1, as one document or as JSON Lines. The shape is that of
//! `schema.json`, field by field; every key is there even where its value is null.

mod credential;
mod history;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use serde::Serialize;

use super::Unpaired;
use crate::finding::{self, ObjectId, SkipReason, Source, UnknownReason, Untrusted};
use crate::redact::Redactor;
use crate::time;
use credential::Finding;
pub(super) use credential::Verdict;

/// Writes one document.
pub(super) fn write(
    report: &finding::Report,
    redactor: &Redactor,
    unpaired: Unpaired,
    out: &mut dyn Write,
) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(report, redactor, unpaired))?;
    writeln!(out)
}

/// The same as a value.
pub(super) fn value(
    report: &finding::Report,
    redactor: &Redactor,
    unpaired: Unpaired,
) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::to_value(document(report, redactor, unpaired))
}

fn document<'a>(
    report: &'a finding::Report,
    redactor: &Redactor,
    unpaired: Unpaired,
) -> Document<'a> {
    let shown = shown(report, unpaired);
    Document {
        schema_version: 1,
        tool: tool(report),
        scan: scan(report, redactor),
        coverage: coverage(report, redactor),
        findings: shown
            .map(|finding| Finding::new(finding, redactor))
            .collect(),
        plan: plan(report, redactor),
        summary: summary(report),
    }
}

/// Writes a line for each finding and a last one for the rest.
pub(super) fn write_lines(
    report: &finding::Report,
    redactor: &Redactor,
    unpaired: Unpaired,
    out: &mut dyn Write,
) -> io::Result<()> {
    let findings = shown(report, unpaired)
        .map(|finding| Line::Finding(Box::new(Finding::new(finding, redactor))));
    let last = std::iter::once_with(|| {
        Line::Summary(Box::new(Last {
            tool: tool(report),
            scan: scan(report, redactor),
            coverage: coverage(report, redactor),
            plan: plan(report, redactor),
            summary: summary(report),
        }))
    });
    for line in findings.chain(last) {
        serde_json::to_writer(&mut *out, &line)?;
        writeln!(out)?;
    }
    Ok(())
}

fn shown(report: &finding::Report, unpaired: Unpaired) -> impl Iterator<Item = &finding::Finding> {
    report
        .findings
        .iter()
        .filter(move |finding| unpaired != Unpaired::Hide || !finding.unpaired)
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u8,
    tool: Tool<'a>,
    scan: Scan,
    coverage: Coverage,
    findings: Vec<Finding<'a>>,
    plan: Option<Vec<Planned<'a>>>,
    summary: Summary,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Finding(Box<Finding<'a>>),
    Summary(Box<Last<'a>>),
}

/// What the last line says.
#[derive(Serialize)]
struct Last<'a> {
    tool: Tool<'a>,
    scan: Scan,
    coverage: Coverage,
    plan: Option<Vec<Planned<'a>>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'static str,
    rules_sha256: &'a str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    id: &'a str,
    title: &'a str,
    help: String,
}

fn tool(report: &finding::Report) -> Tool<'_> {
    let rules = report.rules.iter();
    let rules = rules.map(|rule| Rule {
        id: &rule.id,
        title: &rule.title,
        help: rule.help.join("\n"),
    });
    Tool {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        rules_sha256: &report.rules_sha256,
        rules: rules.collect(),
    }
}

#[derive(Serialize)]
struct Scan {
    sources: Vec<ScanSource>,
    started_at: String,
    duration_ms: u64,
    verified: bool,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum ScanSource {
    Files(Path),
    Stdin {
        path: (),
    },
    History(Path),
    Staged(Path),
    Range {
        #[serde(flatten)]
        path: Path,
        range: String,
    },
}

fn scan(report: &finding::Report, redactor: &Redactor) -> Scan {
    let sources = report.sources.iter().map(|source| match source {
        Source::Files(path) => ScanSource::Files(Path::new(path, redactor)),
        Source::Stdin => ScanSource::Stdin { path: () },
        Source::History(path) => ScanSource::History(Path::new(path, redactor)),
        Source::Staged(path) => ScanSource::Staged(Path::new(path, redactor)),
        Source::Range(path, range) => ScanSource::Range {
            path: Path::new(path, redactor),
            range: redactor.text(range),
        },
    });
    Scan {
        sources: sources.collect(),
        started_at: time::rfc3339(report.started_at),
        duration_ms: u64::try_from(report.duration.as_millis()).unwrap_or(u64::MAX),
        verified: report.verified,
    }
}

#[derive(Serialize)]
struct Coverage {
    complete: bool,
    documents: u64,
    bytes: u64,
    commits: u64,
    absent_submodules: u64,
    ignored: u64,
    too_large: u64,
    special: u64,
    skipped: Vec<Skip>,
}

#[derive(Serialize)]
struct Skip {
    #[serde(flatten)]
    path: Path,
    object: Option<String>,
    reason: SkipReason,
    detail: String,
}

fn coverage(report: &finding::Report, redactor: &Redactor) -> Coverage {
    let coverage = &report.coverage;
    let skipped = coverage.skipped.iter().map(|skip| Skip {
        path: Path::new(&skip.path, redactor),
        object: hex(skip.object),
        reason: skip.reason,
        detail: redactor.text(&skip.detail),
    });
    Coverage {
        complete: coverage.complete(),
        documents: coverage.documents,
        bytes: coverage.bytes,
        commits: coverage.commits,
        absent_submodules: coverage.absent_submodules,
        ignored: coverage.ignored,
        too_large: coverage.too_large,
        special: coverage.special,
        skipped: skipped.collect(),
    }
}

/// What a live check would send, or why it would send nothing.
#[derive(Serialize)]
struct Planned<'a> {
    id: &'a str,
    request: Option<String>,
    reason: Option<UnknownReason>,
    detail: Option<String>,
}

fn plan<'a>(report: &'a finding::Report, redactor: &Redactor) -> Option<Vec<Planned<'a>>> {
    let planned = report.plan.as_ref()?.iter().map(|planned| {
        let (request, unknown) = (planned.step.as_ref().ok(), planned.step.as_ref().err());
        Planned {
            id: planned.id.as_str(),
            request: request.map(|request| redactor.text(request)),
            reason: unknown.map(|unknown| unknown.reason),
            detail: unknown.map(|unknown| redactor.text(&unknown.detail)),
        }
    });
    Some(planned.collect())
}

#[derive(Serialize)]
struct Summary {
    findings: usize,
    unpaired: usize,
    suppressed: usize,
    pre_existing: usize,
    active: usize,
    unknown: usize,
    samples: u64,
}

fn summary(report: &finding::Report) -> Summary {
    Summary {
        findings: report.paired().count(),
        unpaired: report.unpaired().count(),
        suppressed: report.suppressed().count(),
        pre_existing: report.pre_existing().count(),
        active: report.active().count(),
        unknown: report.unknown().count(),
        samples: report.samples,
    }
}

/// A path, and its bytes where text cannot hold them.
#[derive(Serialize)]
struct Path {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
}

impl Path {
    fn new(path: &Untrusted, redactor: &Redactor) -> Path {
        Path {
            path: redactor.text(path),
            path_bytes: path_bytes(path, redactor),
        }
    }
}

/// The bytes of a path that is no UTF-8, in hex.
fn path_bytes(path: &Untrusted, redactor: &Redactor) -> Option<String> {
    let is_text = std::str::from_utf8(path.expose()).is_ok();
    (!is_text).then(|| redactor.bytes_hex(path))
}

fn texts(texts: &[Untrusted], redactor: &Redactor) -> Vec<String> {
    texts.iter().map(|text| redactor.text(text)).collect()
}

fn hex(id: Option<ObjectId>) -> Option<String> {
    id.map(|id| id.to_string())
}
