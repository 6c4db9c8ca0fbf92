//! `matterleaks baseline`, and `--baseline` of a scan.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use matterleaks::finding::{Report, Untrusted};
use matterleaks::redact::Redactor;
use matterleaks::report::ExitCode;
use matterleaks::report::record::{Finding, Record};
use matterleaks::suppress::baseline::{self, Baseline, Entry, Known};

use super::base::Change;
use super::file;
use super::merge::record;
use crate::cli::{Acceptance, BaselineCommand};

/// A list of a scan.
pub struct List {
    /// Its file.
    pub path: PathBuf,
    /// What it accepts.
    pub list: Baseline,
    /// Whether everything was scanned that it is for.
    pub whole: bool,
}

impl List {
    /// Reads one from disk.
    pub fn read(path: &Path, whole: bool) -> Result<List> {
        Ok(List {
            path: path.to_owned(),
            list: Baseline::read(path)?,
            whole,
        })
    }
}

/// The lists of a scan, each of them for all that is scanned. Those of the repository whose range it is are read at
/// the base.
pub fn load(paths: &[PathBuf], change: Option<&Change>) -> Result<Vec<List>> {
    let read = |path: &PathBuf| match change {
        Some(change) => change.list(path, true),
        None => List::read(path, true),
    };
    paths.iter().map(read).collect()
}

/// Marks what they accept. Whether an entry of them is of no use any more, which the report remarks. `whole` says
/// whether the scan was one of everything in its folders.
pub fn apply(lists: &[List], report: &mut Report, whole: bool) -> bool {
    let now = SystemTime::now();
    let mut stale = false;
    for List {
        path,
        list,
        whole: for_all,
    } in lists
    {
        let remarks = list.apply(path, &mut report.findings, now, whole && *for_all);
        stale |= !remarks.is_empty();
        report.notes.extend(remarks);
    }
    stale
}

/// Does what the command line says.
pub fn run(command: &BaselineCommand) -> Result<ExitCode> {
    match command {
        BaselineCommand::Create {
            report,
            output,
            acceptance,
        } => {
            if output.symlink_metadata().is_ok() {
                bail!(
                    "{} exists already; `baseline update` changes it",
                    output.display()
                );
            }
            let record = record(report)?;
            let mut list = Baseline::empty();
            let new = list.accept(known(&record), &accepting(acceptance)?);
            write(output, &list)?;
            say(&format!("{new} accepted"))?;
        }
        BaselineCommand::Update {
            report,
            baseline,
            acceptance,
        } => {
            let record = record(report)?;
            let mut list = Baseline::read(baseline)?;
            let there = |id: &str| {
                record
                    .findings
                    .iter()
                    .any(|finding| finding.id.eq_ignore_ascii_case(id))
            };
            let gone = list.forget(there);
            // What the list accepted in that scan has its entry; only what counted is news.
            let new = list.accept(known(&record), &accepting(acceptance)?);
            write(baseline, &list)?;
            say(&format!(
                "{new} added or changed, {gone} taken out, {} in all",
                list.findings.len()
            ))?;
        }
        BaselineCommand::Show { baseline } => show(&Baseline::read(baseline)?)?,
    }
    Ok(ExitCode::Clean)
}

/// What counts in a report.
fn known(record: &Record) -> Vec<Known> {
    record.counting().map(known_of).collect()
}

/// What can be accepted of a finding.
pub fn known_of(finding: &Finding) -> Known {
    let hosts = finding.host.iter().map(|host| host.url.clone());
    Known {
        id: finding.id.clone(),
        rule: finding.rule_id.clone(),
        hosts: hosts.chain(finding.other_hosts.iter().cloned()).collect(),
    }
}

fn accepting(acceptance: &Acceptance) -> Result<Entry> {
    if acceptance.reason.trim().is_empty() {
        bail!("--reason must say why");
    }
    Ok(Entry {
        reason: acceptance.reason.clone(),
        ..entry(&acceptance.owner, acceptance.expires.as_deref())?
    })
}

/// What entries of today have in common.
pub fn entry(owner: &str, expires: Option<&str>) -> Result<Entry> {
    if let Some(day) = expires
        && !baseline::is_day(day)
    {
        bail!("--expires {day}: not a day, as in 2027-01-31");
    }
    Ok(Entry {
        id: String::new(),
        rule: String::new(),
        hosts: BTreeSet::new(),
        reason: String::new(),
        owner: owner.to_owned(),
        date: baseline::today(),
        expires: expires.map(str::to_owned),
    })
}

/// Writes a list, whole or not at all.
pub fn write(path: &Path, list: &Baseline) -> Result<()> {
    let text = list.text()?;
    file::replace(path, |out| Ok(out.write_all(text.as_bytes())?))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// A line an entry, those out of time first.
fn show(list: &Baseline) -> Result<()> {
    let now = SystemTime::now();
    let (old, rest): (Vec<&Entry>, Vec<&Entry>) =
        list.findings.iter().partition(|entry| entry.is_over(now));
    for entry in old.iter().chain(&rest) {
        let end = match &entry.expires {
            Some(day) if entry.is_over(now) => format!("over since {day}"),
            Some(day) => format!("until {day}"),
            None => "without an end".into(),
        };
        let id: String = entry.id.chars().take(12).collect();
        let hosts: Vec<&str> = entry.hosts.iter().map(String::as_str).collect();
        let hosts = if hosts.is_empty() {
            "no server".to_owned()
        } else {
            hosts.join(", ")
        };
        say(&format!(
            "{id}  {}  {hosts}  {end}  {}: {}",
            entry.rule, entry.owner, entry.reason
        ))?;
    }
    say(&format!(
        "{} accepted, {} of them out of time",
        list.findings.len(),
        old.len()
    ))
}

/// A line on standard output. What stands in a file may attack a terminal.
fn say(text: &str) -> Result<()> {
    let line = Redactor::blind().line(&Untrusted::new(text));
    Ok(writeln!(super::stdout(), "{line}")?)
}
