//! JUnit's XML, which every pipeline can show: a failed test for each credential that counts, an error for each
//! thing that was not read, and one passed test if there is neither, so that no suite is empty.

use std::io::{self, Write};

use super::record::{Finding, Record};

/// Writes the report.
pub(super) fn write(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let counting: Vec<&Finding> = record.counting().collect();
    let skipped = &record.coverage.skipped;
    let (failures, errors) = (counting.len(), skipped.len());
    let accepted: Vec<(&Finding, String)> = record.accepted_by_change().collect();
    let passed_over = accepted.len();
    let tests = (failures + errors + passed_over).max(1);
    let seconds = record.scan.duration_ms as f64 / 1000.0;
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<testsuites name="matterleaks" tests="{tests}" failures="{failures}" errors="{errors}" time="{seconds:.3}">"#
    )?;
    writeln!(
        out,
        r#"  <testsuite name="matterleaks" tests="{tests}" failures="{failures}" errors="{errors}" skipped="{passed_over}" time="{seconds:.3}" timestamp="{}">"#,
        xml(record.scan.started_at.trim_end_matches('Z'))
    )?;
    for finding in counting {
        let title = record.title(finding);
        let place = finding.locations.first();
        let path = place.map_or("", |place| place.spot.path.as_str());
        let line = place.map_or(0, |place| place.spot.line);
        let host = finding.server().unwrap_or("a server that is not known");
        let name = format!("{} {}", title, finding.secret.redacted);
        writeln!(
            out,
            r#"    <testcase classname="{}" name="{}" file="{}" line="{line}">"#,
            xml(&finding.rule_id),
            xml(&name),
            xml(path)
        )?;
        let message = format!(
            "{}: {title} for {host}, {}",
            finding.severity.name(),
            finding.verdict.status.name()
        );
        writeln!(
            out,
            r#"      <failure type="{}" message="{}">"#,
            finding.severity.name(),
            xml(&message)
        )?;
        for place in &finding.locations {
            let spot = &place.spot;
            writeln!(
                out,
                "{} {}:{}:{}",
                xml(place.kind.name()),
                xml(&spot.path),
                spot.line,
                spot.column
            )?;
        }
        writeln!(out, "id {}", xml(&finding.id))?;
        if let Some(rule) = record.rule(&finding.rule_id) {
            for step in rule.help.lines() {
                writeln!(out, "{}", xml(step))?;
            }
        }
        writeln!(out, "      </failure>\n    </testcase>")?;
    }
    for (finding, why) in accepted {
        let name = format!("{} {}", record.title(finding), finding.secret.redacted);
        writeln!(
            out,
            r#"    <testcase classname="{}" name="{}"><skipped message="{}"/></testcase>"#,
            xml(&finding.rule_id),
            xml(&name),
            xml(&why)
        )?;
    }
    for skip in skipped {
        writeln!(
            out,
            r#"    <testcase classname="coverage" name="{}"><error type="{}" message="not read: {}"/></testcase>"#,
            xml(&skip.path),
            skip.reason.name(),
            xml(&skip.detail)
        )?;
    }
    if failures + errors + passed_over == 0 {
        writeln!(
            out,
            r#"    <testcase classname="coverage" name="nothing found"/>"#
        )?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// Text of XML 1.0, as an attribute or between tags. Characters that no document may hold become U+FFFD.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push_str(&format!("&#{};", c as u32)),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                escaped.push('\u{fffd}')
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_text_whatever_it_holds() {
        assert_eq!(
            xml("a<b>&\"c\"\n\u{1b}[0m"),
            "a&lt;b&gt;&amp;&quot;c&quot;&#10;\u{fffd}[0m"
        );
    }
}
