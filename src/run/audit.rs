//! `matterleaks audit`: one finding of a report after another, each accepted, marked false, or left for later. Every
//! answer is written at once, so that nothing is lost whenever the program ends.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Result, bail};
use matterleaks::report::record::{Finding, Record};
use matterleaks::report::{self, ExitCode, Style};
use matterleaks::suppress::baseline::{Baseline, Entry};

use super::baseline;
use super::merge::record;
use super::outputs::style;
use crate::cli::{AuditArgs, Cli};

const KEYS: &str = "[a]ccept  [f]alse alarm  [s]kip  [m]ore  [q]uit";
/// What stands before the reason of a false alarm.
const FALSE: &str = "false alarm";

/// Goes through a report.
pub fn run(cli: &Cli, args: &AuditArgs) -> Result<ExitCode> {
    let record = record(&args.file)?;
    let list = match args.baseline.symlink_metadata() {
        Ok(_) => Baseline::read(&args.baseline)?,
        Err(_) => Baseline::empty(),
    };
    let open: Vec<&Finding> = (record.findings.iter())
        .filter(|finding| finding.counts() && !list.accepts(&baseline::known_of(finding)))
        .collect();
    let mut audit = Audit {
        record: &record,
        args,
        list,
        style: style(cli),
        input: Input::new(),
        told: Told::default(),
    };
    for (n, finding) in open.iter().enumerate() {
        if !audit.one(finding, n + 1, open.len())? {
            break;
        }
    }
    let Told {
        accepted,
        alarms,
        skipped,
    } = audit.told;
    let left = open.len() - accepted - alarms;
    let mut out = io::stdout();
    writeln!(
        out,
        "{accepted} accepted, {alarms} marked as false alarms, {skipped} skipped; {left} still count"
    )?;
    if accepted + alarms > 0 {
        let path = args.baseline.display();
        writeln!(out, "matterleaks scan --baseline {path}")?;
    }
    Ok(ExitCode::Clean)
}

#[derive(Default)]
struct Told {
    accepted: usize,
    alarms: usize,
    skipped: usize,
}

struct Audit<'a> {
    record: &'a Record,
    args: &'a AuditArgs,
    list: Baseline,
    style: Style,
    input: Input,
    told: Told,
}

impl Audit<'_> {
    /// Asks about one finding. Whether there is to be another.
    fn one(&mut self, finding: &Finding, number: usize, of: usize) -> Result<bool> {
        self.show(finding, 0)?;
        loop {
            print(&format!("{number} of {of}  {KEYS}  "))?;
            let Some(key) = self.input.key()? else {
                print("\n")?;
                return Ok(false);
            };
            match key.to_ascii_lowercase() {
                'a' => {
                    let reason = self.input.text("why is it accepted? ")?;
                    if reason.is_empty() {
                        print("a reason must be given; nothing is accepted\n")?;
                        continue;
                    }
                    self.accept(finding, reason)?;
                    self.told.accepted += 1;
                }
                'f' => {
                    let why = self.input.text("why is it none? (may be left out) ")?;
                    let colon = if why.is_empty() { "" } else { ": " };
                    self.accept(finding, format!("{FALSE}{colon}{why}"))?;
                    self.told.alarms += 1;
                }
                's' => self.told.skipped += 1,
                'm' => {
                    self.show(finding, 1)?;
                    continue;
                }
                'q' => return Ok(false),
                _ => continue,
            }
            print("\n")?;
            return Ok(true);
        }
    }

    fn show(&self, finding: &Finding, verbose: u8) -> Result<()> {
        let style = Style {
            verbose,
            ..self.style.clone()
        };
        let mut out = io::stdout().lock();
        writeln!(out)?;
        report::write_finding(self.record, finding, &style, &mut out)?;
        Ok(out.flush()?)
    }

    fn accept(&mut self, finding: &Finding, reason: String) -> Result<()> {
        let entry = Entry {
            reason,
            ..baseline::entry(&self.args.owner, self.args.expires.as_deref())?
        };
        self.list.accept([baseline::known_of(finding)], &entry);
        baseline::write(&self.args.baseline, &self.list)
    }
}

/// What people type: keys at a terminal, else lines, of which the first letter counts.
struct Input {
    terminal: Option<console::Term>,
}

impl Input {
    fn new() -> Input {
        let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        Input {
            terminal: terminal.then(console::Term::stdout),
        }
    }

    /// The next key; none at the end.
    fn key(&mut self) -> Result<Option<char>> {
        match &self.terminal {
            Some(terminal) => {
                let key = match terminal.read_key() {
                    Ok(console::Key::Char('\u{3}' | '\u{4}') | console::Key::CtrlC) => {
                        return Ok(None);
                    }
                    Ok(console::Key::Char(key)) => key,
                    Ok(_) => ' ',
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(None),
                    Err(error) => bail!(error),
                };
                print(&format!(
                    "{}\n",
                    if key.is_ascii_alphabetic() { key } else { ' ' }
                ))?;
                Ok(Some(key))
            }
            None => Ok(line()?.map(|line| line.trim().chars().next().unwrap_or(' '))),
        }
    }

    /// A line of text, without what a terminal would obey.
    fn text(&mut self, question: &str) -> Result<String> {
        print(question)?;
        let text = line()?.unwrap_or_default();
        let safe = text.chars().filter(|c| !c.is_control());
        Ok(safe.collect::<String>().trim().to_owned())
    }
}

/// A line of standard input; none at its end.
fn line() -> Result<Option<String>> {
    let mut line = Vec::new();
    let read = io::stdin().lock().read_until(b'\n', &mut line)?;
    Ok((read > 0).then(|| String::from_utf8_lossy(&line).into_owned()))
}

fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
