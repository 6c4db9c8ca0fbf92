//! `matterleaks report`: earlier reports, merged, in other formats.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};
use matterleaks::report::record::Record;
use matterleaks::report::{self, ExitCode};

use super::outputs::{self, Outputs};
use super::read_report;
use crate::cli::{self, Cli, ReportArgs};

/// Does what the command line says. One report that cannot be read is the end: a part that is missing would not
/// be missed.
pub fn run(cli: &Cli, args: &ReportArgs) -> Result<ExitCode> {
    let outputs = Outputs::new(&args.reports)?;
    let read = |path: &std::path::PathBuf| record(path);
    let mut records = args.files.iter().map(read).collect::<Result<Vec<_>>>()?;
    if let [first, rest @ ..] = &records[..] {
        let rules = |record: &Record| record.tool.rules_sha256.clone();
        if !cli.quiet && rest.iter().any(|record| rules(record) != rules(first)) {
            let remark = "matterleaks: these reports were made with different rules, or versions of the program";
            writeln!(io::stderr(), "{remark}")?;
        }
    }
    let merged = match records.len() {
        1 => records.pop(),
        _ => Record::merge(records),
    };
    let mut record = merged.context("no report")?;
    if args.reports.unpaired == cli::Unpaired::Hide {
        record.findings.retain(|finding| !finding.is_unpaired());
    }
    outputs.write(cli, &|format, style, out| {
        report::write_record(format, &record, style, out)
    })?;
    Ok(match args.fail_on {
        None => ExitCode::Clean,
        Some(what) => {
            let fail_on = outputs::fail_on(what, cli::Unknown::Fail);
            report::exit_code(&record.report(), fail_on, outputs::unpaired(&args.reports))
        }
    })
}

/// Reads an earlier report.
pub fn record(path: &Path) -> Result<Record> {
    Record::read(&read_report(path)?).with_context(|| path.display().to_string())
}
