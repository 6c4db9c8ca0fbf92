//! The report for programs: `schema_version` 1, as one document or as JSON Lines. The shape is that of
//! `schema.json`, field by field; every key is there even where its value is null.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::Unpaired;
use super::record::{Coverage, Finding, Planned, Record, Scan, Summary, Tool, findings};
use crate::finding::Report;
use crate::redact::Redactor;

/// The findings of a scan, each made when it is written: of 100,000 there is no second copy.
pub(super) struct Findings<'r>(pub &'r Report, pub &'r Redactor, pub Unpaired);

impl Findings<'_> {
    fn each(&self) -> impl Iterator<Item = Finding> {
        findings(self.0, self.1, self.2)
    }

    /// Writes one document.
    pub(super) fn write(self, out: &mut dyn Write) -> io::Result<()> {
        let rest = Record::around(self.0, self.1);
        let document = Document {
            schema_version: rest.schema_version,
            tool: &rest.tool,
            scan: &rest.scan,
            coverage: &rest.coverage,
            findings: self,
            plan: &rest.plan,
            summary: &rest.summary,
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }

    /// Writes a line for each finding and a last one for the rest.
    pub(super) fn write_lines(self, out: &mut dyn Write) -> io::Result<()> {
        for finding in self.each() {
            line(&Line::Finding(&finding), out)?;
        }
        write_lines(&Record::around(self.0, self.1), out)
    }
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.each())
    }
}

/// As a [`Record`].
#[derive(Serialize)]
struct Document<'r> {
    schema_version: u64,
    tool: &'r Tool,
    scan: &'r Scan,
    coverage: &'r Coverage,
    findings: Findings<'r>,
    plan: &'r Option<Vec<Planned>>,
    summary: &'r Summary,
}

fn line(line: &Line<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    writeln!(out)
}

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
    let findings = record.findings.iter().map(Line::Finding);
    findings.chain([last]).try_for_each(|one| line(&one, out))
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
