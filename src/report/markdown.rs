//! A summary for a pull request or a job's page: what was found, as a table, and what to do.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::record::{Finding, Record};

/// Rows of the table; a comment on GitHub holds 65,536 characters.
const MOST: usize = 100;

/// Writes the report.
pub(super) fn write(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let counting: Vec<&Finding> = record.counting().collect();
    let paired = record.paired().count();
    let unpaired = counting.len() - paired;
    writeln!(out, "## {} credentials\n", text(&record.makers()))?;
    let found = match (paired, record.coverage.complete) {
        (0, true) => "**Nothing found.**".to_owned(),
        (0, false) => "**Nothing found in what was read.**".to_owned(),
        (1, _) => "**1 credential found.**".to_owned(),
        (n, _) => format!("**{n} credentials found.**"),
    };
    let live = match record.scan.verified {
        true => format!(
            " {} active, {} unknown.",
            record.summary.active, record.summary.unknown
        ),
        false => String::new(),
    };
    writeln!(
        out,
        "{found}{live} {unpaired} without a server, {} accepted.",
        record.summary.suppressed
    )?;
    if !record.coverage.complete {
        writeln!(
            out,
            "\n> **Incomplete:** {} things were not read.",
            record.coverage.skipped.len()
        )?;
    }
    if !counting.is_empty() {
        writeln!(
            out,
            "\n| Severity | Credential | Server | Place | Live |\n|---|---|---|---|---|"
        )?;
        for finding in counting.iter().take(MOST) {
            row(record, finding, out)?;
        }
        if counting.len() > MOST {
            writeln!(out, "\n… and {} more.", counting.len() - MOST)?;
        }
    }
    for (n, (finding, why)) in record.accepted_by_change().enumerate() {
        if n == 0 {
            writeln!(out)?;
        }
        writeln!(
            out,
            "- {} {} at {}: {}",
            text(&record.title(finding)),
            code(&finding.secret.redacted),
            code(&finding.place().unwrap_or_default()),
            text(&why)
        )?;
    }
    let mut seen = BTreeSet::new();
    for finding in &counting {
        let Some(rule) = record
            .rule(&finding.rule_id)
            .filter(|rule| seen.insert(&rule.id))
        else {
            continue;
        };
        writeln!(
            out,
            "\n<details><summary>What to do: {}</summary>\n",
            text(&rule.title)
        )?;
        for (number, step) in rule.help.lines().enumerate() {
            writeln!(out, "{}. {}", number + 1, step.replace('<', "&lt;"))?;
        }
        writeln!(out, "\n</details>")?;
    }
    Ok(())
}

fn row(record: &Record, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let title = record.title(finding);
    let host = finding.server().unwrap_or("none found");
    let place = finding.place().map(|place| match finding.locations.len() {
        1 => place,
        n => format!("{place} and {} more", n - 1),
    });
    let company = record.company(finding);
    let status = finding.verdict.status.name();
    let live = match (&finding.verdict.owner, finding.verdict.reason) {
        (Some(owner), _) => format!("{status}: {}", owner.username),
        (None, Some(reason)) => format!("{status}: {}", reason.words(company)),
        (None, None) => status.to_owned(),
    };
    writeln!(
        out,
        "| {} | {} {} | {} | {} | {} |",
        finding.severity.name(),
        text(&title),
        code(&finding.secret.redacted),
        code(host),
        code(&place.unwrap_or_default()),
        text(&live.replace('_', " ")),
    )
}

/// Text that stays text: no markup, link, mention or new row comes of it.
fn text(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            c if c.is_control() => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '@' => escaped.push_str("&#64;"),
            c if c.is_ascii_punctuation() => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The same as code in a cell of a table. In HTML, since no number of backticks is safe beside a pipe.
fn code(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            c if c.is_control() => escaped.push('\u{fffd}'),
            c if c.is_ascii_alphanumeric() || " /.-".contains(c) || !c.is_ascii() => {
                escaped.push(c)
            }
            c => escaped.push_str(&format!("&#{};", c as u32)),
        }
    }
    format!("<code>{escaped}</code>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_becomes_markup() {
        let attack = "a|b`c`<img src=x>\n@team [x](javascript:1) **b**";
        for safe in [text(attack), code(attack)] {
            for part in ["<img", "\n", "@team", "](", "**b"] {
                assert!(!safe.contains(part), "{safe}");
            }
        }
        assert!(!code(attack).contains(['|', '`']));
    }
}
