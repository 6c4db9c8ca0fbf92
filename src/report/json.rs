//! The report for programs: `schema_version` 1, as one document or as JSON Lines. The shape is that of
//! `schema.json`, field by field; every key is there even where its value is null.

use std::io::{self, Write};

use serde::Serialize;

use super::record::{Coverage, Finding, Planned, Record, Scan, Summary, Tool};

/// Writes one document.
pub(super) fn write(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, record)?;
    writeln!(out)
}

/// Writes a line for each finding and a last one for the rest.
pub(super) fn write_lines(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let last = Line::Summary {
        tool: &record.tool,
        scan: &record.scan,
        coverage: &record.coverage,
        plan: &record.plan,
        summary: &record.summary,
    };
    for line in record.findings.iter().map(Line::Finding).chain([last]) {
        serde_json::to_writer(&mut *out, &line)?;
        writeln!(out)?;
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'r> {
    Finding(&'r Finding),
    Summary {
        tool: &'r Tool,
        scan: &'r Scan,
        coverage: &'r Coverage,
        plan: &'r Option<Vec<Planned>>,
        summary: &'r Summary,
    },
}
