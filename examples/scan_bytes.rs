//! Looks at what a program holds in memory, such as a message before it is posted: `some-command | scan_bytes`.

use std::io::{self, Read, Write};

use matterleaks::{Format, Options, Rules};

fn main() -> anyhow::Result<()> {
    let mut content = Vec::new();
    io::stdin().lock().read_to_end(&mut content)?;
    let rules = Rules::load(&[])?;
    let report = matterleaks::scan_bytes(&rules, Options::default(), "", &content)?;
    let mut out = io::stdout().lock();
    for finding in &report.findings {
        // A secret can be shown only masked, and foreign text only by a redactor.
        let at = finding.locations[0].position;
        writeln!(
            out,
            "{}:{}: {} ({})",
            at.line,
            at.column,
            finding.rule_id,
            finding.secret.redacted()
        )?;
    }
    let text = matterleaks::report_text(Format::Markdown, &report)?;
    out.write_all(text.as_bytes())?;
    Ok(())
}
