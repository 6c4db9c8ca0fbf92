//! Reports: the result of a scan for people and for programs, and how the run ends.
//!
//! A report is written once, from a [`Report`] that is complete and sorted, to any writer. Only the caller
//! knows streams and terminals: what depends on them comes in a [`Style`].

mod again;
mod check;
mod codeclimate;
mod csv;
mod exit;
mod github;
mod gitlab;
mod gitleaks;
mod html;
mod human;
mod json;
mod junit;
mod markdown;
mod plain;
pub mod record;
mod sarif;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;

use crate::finding::Report;
use crate::redact::Redactor;
use record::Record;

pub use again::{exit_code as again_exit_code, update, write as write_again};
pub use check::Check;
pub use exit::{ExitCode, FailOn, Unpaired, exit_code};
pub use human::write_finding;

/// The JSON Schema (draft 2020-12) of the formats `json` and `jsonl`, for whoever reads them.
pub const SCHEMA: &str = include_str!("schema.json");

/// A way to write a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Human,
    /// One document, see the README
    Json,
    /// One finding a line, then a summary
    Jsonl,
    /// SARIF 2.1.0, for GitHub code scanning
    Sarif,
    /// GitLab's secret detection
    Gitlab,
    /// GitLab's code quality (Code Climate)
    Codeclimate,
    /// JUnit's XML
    Junit,
    /// A table for spreadsheets
    Csv,
    /// A summary for a pull request
    Markdown,
    /// Annotations of a workflow on GitHub
    Github,
    /// One page for browsers
    Html,
    /// As gitleaks writes it, for tools that read that
    Gitleaks,
}

/// What a report cannot know by itself.
#[derive(Clone, Debug)]
pub struct Style {
    /// Whether to use colours: the stream is a terminal that knows them, or the user insists.
    pub color: bool,
    /// Columns to which text is wrapped.
    pub width: usize,
    /// Whether places become links that a terminal opens.
    pub hyperlinks: bool,
    /// The directory that relative paths start from; without it they are not linked.
    pub cwd: Option<PathBuf>,
    /// From 1 on, everything is listed that is else only counted.
    pub verbose: u8,
    /// What becomes of credentials without a host. The only part of the style that every format follows.
    pub unpaired: Unpaired,
    /// Whether `sarif` holds accepted findings too, marked as such.
    pub sarif_suppressed: bool,
}

impl Default for Style {
    /// Plain text, as for a file.
    fn default() -> Style {
        Style {
            color: false,
            width: 100,
            hyperlinks: false,
            cwd: None,
            verbose: 0,
            unpaired: Unpaired::default(),
            sarif_suppressed: false,
        }
    }
}

/// Writes a report. The same report gives the same bytes.
pub fn write(
    format: Format,
    report: &Report,
    redactor: &Redactor,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let record = Record::of(report, redactor, style.unpaired);
    write_record(format, &record, style, out)
}

/// Writes what is said of a scan, now or long after it. The same record gives the same bytes.
pub fn write_record(
    format: Format,
    record: &Record,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Human => human::write(record, style, out),
        Format::Json => json::write(record, out),
        Format::Jsonl => json::write_lines(record, out),
        Format::Sarif => sarif::write(record, style, out),
        Format::Gitlab => gitlab::write(record, out),
        Format::Codeclimate => codeclimate::write(record, out),
        Format::Junit => junit::write(record, out),
        Format::Csv => csv::write(record, out),
        Format::Markdown => markdown::write(record, out),
        Format::Github => github::write(record, out),
        Format::Html => html::write(record, out),
        Format::Gitleaks => gitleaks::write(record, out),
    }?;
    out.flush()
}
