//! A table for spreadsheets, one row a place, as RFC 4180 has it.
//!
//! A cell that begins like a formula would be run by whoever opens the table, and what stands in cells is named
//! by strangers: such a cell gets a quote in front, which spreadsheets take for "this is text".

use std::io::{self, Write};

use super::record::{Location, Record};

const HEAD: [&str; 22] = [
    "id",
    "rule",
    "kind",
    "severity",
    "confidence",
    "secret",
    "sha256",
    "host",
    "paired_by",
    "verdict",
    "reason",
    "owner",
    "token_id",
    "place",
    "repository",
    "path",
    "line",
    "column",
    "commit",
    "suppressed",
    "company",
    "product",
];

/// Writes the report.
pub(super) fn write(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    row(out, HEAD.map(str::to_owned))?;
    for finding in &record.findings {
        let host = finding.host.as_ref();
        let verdict = &finding.verdict;
        let owner = verdict.owner.as_ref().map(|owner| owner.username.clone());
        let rule = record.rule(&finding.rule_id);
        let (company, product) = rule.map_or(("", ""), |rule| (&rule.company, &rule.product));
        let commit = |location: &Location| location.git.as_ref().and_then(|git| git.commit.clone());
        for location in &finding.locations {
            let cells = [
                finding.id.clone(),
                finding.rule_id.clone(),
                finding.kind.name().into(),
                finding.severity.name().into(),
                finding.confidence.name().into(),
                finding.secret.redacted.clone(),
                finding.secret.sha256.clone(),
                host.map(|host| host.url.clone()).unwrap_or_default(),
                host.map_or("", |host| host.paired_by.name()).into(),
                verdict.status.name().into(),
                verdict.reason.map_or("", |reason| reason.name()).into(),
                owner.clone().unwrap_or_default(),
                verdict.token_id.clone().unwrap_or_default(),
                location.kind.name().into(),
                location.repository.clone().unwrap_or_default(),
                location.spot.path.clone(),
                location.spot.line.to_string(),
                location.spot.column.to_string(),
                commit(location).unwrap_or_default(),
                (finding.by_change())
                    .or_else(|| Some(finding.suppressed.as_ref()?.reason.clone()))
                    .unwrap_or_default(),
                company.into(),
                product.into(),
            ];
            row(out, cells)?;
        }
    }
    Ok(())
}

fn row(out: &mut dyn Write, cells: [String; HEAD.len()]) -> io::Result<()> {
    let cells = cells.map(|cell| quoted(&cell));
    write!(out, "{}\r\n", cells.join(","))
}

/// A cell between quotes where it needs them, and never a formula (OWASP, CSV injection).
fn quoted(cell: &str) -> String {
    let formula = cell
        .trim_start()
        .starts_with(['=', '+', '-', '@', '\t', '\r', '|', '%']);
    let guarded = if formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    match guarded.contains(['"', ',', '\n', '\r', ';']) || formula {
        true => format!("\"{}\"", guarded.replace('"', "\"\"")),
        false => guarded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("two\nlines"), "\"two\nlines\"");
        for formula in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "|cmd", "%0A=1",
        ] {
            assert!(quoted(formula).starts_with("\"'"), "{formula}");
        }
    }
}
