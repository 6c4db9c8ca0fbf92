//! `matterleaks report`: earlier reports, merged, in other formats.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};
use matterleaks::report::record::{Record, Shard};
use matterleaks::report::{self, ExitCode, Unpaired};

use super::outputs::Outputs;
use super::read_report;
use crate::cli::{Cli, ReportArgs};

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
            let _ = writeln!(io::stderr(), "{remark}");
        }
    }
    let merged = match records.len() {
        1 => records.pop(),
        _ => Record::merge(records),
    };
    let mut record = merged.context("no report")?;
    if args.reports.unpaired == Unpaired::Hide {
        record.findings.retain(|finding| !finding.is_unpaired());
    }
    let missing = missing(&record.scan.shards);
    for part in missing.iter().filter(|_| !cli.quiet) {
        let _ = writeln!(io::stderr(), "matterleaks: {part}");
    }
    outputs.write(cli, &record)?;
    let Some(what) = args.fail_on else {
        return Ok(ExitCode::Clean);
    };
    let code = report::exit_code(&record, what, args.reports.unpaired, true);
    Ok(match code {
        ExitCode::Clean if !missing.is_empty() => ExitCode::Trouble,
        code => code,
    })
}

/// What is to be said of parts that nobody has brought.
fn missing(shards: &[Shard]) -> Vec<String> {
    const MOST: usize = 20;
    let of: BTreeSet<u32> = shards.iter().map(|shard| shard.of).collect();
    let all = of
        .iter()
        .flat_map(|&of| (1..=of).map(move |part| Shard { part, of }));
    let missing = all.filter(|shard| !shards.contains(shard));
    let said = missing
        .map(|Shard { part, of }| format!("the report of part {part} of {of} is not among these"));
    said.take(MOST).collect()
}

/// Reads an earlier report.
pub fn record(path: &Path) -> Result<Record> {
    Record::read(&read_report(path)?).with_context(|| path.display().to_string())
}
