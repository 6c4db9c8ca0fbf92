//! What other programs call: rules, a scan of bytes or of paths, and a report of it.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;

use crate::finding::{Coverage, Place, Report, Source, Untrusted};
use crate::redact::Redactor;
use crate::report::{self, Format, Style};
use crate::rule::Rules;
use crate::scan::{self, Options, Scanner};
use crate::source::{Content, Document, Files, Visit};

/// Scans one document. `path` is its name, which may say that it is about Mattermost; nothing is opened.
///
/// # Errors
/// If a server of the options is no URL.
pub fn scan_bytes(rules: &Rules, options: Options, path: &str, content: &[u8]) -> Result<Report> {
    let start = Instant::now();
    let scanner = Scanner::new(rules, options)?;
    scanner.document(Document {
        place: Place::Stdin,
        path: path.as_bytes(),
        git: None,
        content: Content::Whole(content),
    })?;
    let coverage = Coverage {
        documents: 1,
        bytes: content.len() as u64,
        ..Coverage::default()
    };
    Ok(told(rules, scanner, coverage, vec![Source::Stdin], start))
}

/// Scans files and folders, as `matterleaks scan PATH…` does with `--no-config`: on the threads of the [`rayon`] pool
/// that it is called in. What could not be read is in the report's coverage.
///
/// # Errors
/// If a server of the options is no URL.
pub fn scan_paths(rules: &Rules, options: Options, paths: &[PathBuf]) -> Result<Report> {
    let start = Instant::now();
    let scanner = Scanner::new(rules, options)?;
    let walk = Files {
        paths: paths.to_vec(),
        no_ignore: false,
        max_file_size: None,
        progress: None,
    };
    let coverage = walk.visit(&scanner);
    let source =
        |path: &PathBuf| Source::Files(Untrusted::new(path.as_os_str().as_encoded_bytes()));
    let sources = paths.iter().map(source).collect();
    Ok(told(rules, scanner, coverage, sources, start))
}

/// A report as text, with every secret masked. [`report::write`] writes to a stream, and can be told more.
///
/// # Errors
/// None but those of a writer, of which there is none here.
pub fn report_text(format: Format, report: &Report) -> Result<String> {
    let mut text = Vec::new();
    let redactor = Redactor::of(report, false);
    report::write(format, report, &redactor, &Style::default(), &mut text)?;
    Ok(String::from_utf8(text)?)
}

fn told(
    rules: &Rules,
    scanner: Scanner<'_>,
    coverage: Coverage,
    sources: Vec<Source>,
    start: Instant,
) -> Report {
    let found = scanner.finish();
    Report {
        sources,
        coverage,
        findings: found.findings,
        samples: found.samples,
        notes: found.notes,
        duration: start.elapsed(),
        ..scan::nothing(rules)
    }
}
