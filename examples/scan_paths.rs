//! Scans files and folders with rules of its own, and counts by server: `scan_paths RULES.yml PATH…`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use matterleaks::redact::Redactor;
use matterleaks::{Options, Rules};

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let rules = Rules::load(&arguments.next().into_iter().collect::<Vec<_>>())?;
    let paths: Vec<PathBuf> = arguments.collect();
    let report = matterleaks::scan_paths(&rules, Options::default(), &paths)?;
    let redactor = Redactor::of(&report, false);
    let mut servers: BTreeMap<String, usize> = BTreeMap::new();
    for finding in &report.findings {
        let server = finding.host.as_ref().map(|host| redactor.line(&host.url));
        *servers
            .entry(server.unwrap_or_else(|| "no server".into()))
            .or_default() += 1;
    }
    let mut out = io::stdout().lock();
    for (server, credentials) in servers {
        writeln!(out, "{credentials} {server}")?;
    }
    // "Nothing" means something only if everything was read.
    if !report.coverage.complete() {
        writeln!(out, "{} not read", report.coverage.skipped.len())?;
    }
    Ok(())
}
