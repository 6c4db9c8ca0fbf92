//! From what was typed to what is meant: one function a command.

mod audit;
mod base;
mod baseline;
mod check;
mod ci;
mod file;
mod fleet;
mod hook;
mod live;
mod merge;
mod outputs;
mod pages;
mod plan;
mod progress;
mod project;
mod respond;
mod scan;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use matterleaks::report::ExitCode;
use matterleaks::rule::{self, Rules};

use crate::cli::{Cli, Command, RulesCommand};

/// Does what the command line says.
pub fn run(cli: Cli) -> Result<ExitCode> {
    match &cli.command {
        Command::Scan(scan) => scan::run(&cli, scan),
        Command::Verify(args) => check::run(&cli, args),
        Command::Report(args) => merge::run(&cli, args),
        Command::Audit(args) => audit::run(&cli, args),
        Command::Hook(command) => hook::run(&cli, command),
        Command::Baseline(command) => baseline::run(command),
        Command::Respond(command) => respond::run(command),
        Command::Rules(command) => rules_command(command),
        Command::Completions { shell } => pages::completions(*shell),
        Command::Man { command } => pages::man(command.as_deref()),
    }
}

/// A stream whose reader may go away. What is left to write is dropped then: the work is done, and the run ends, as
/// if somebody had read it.
pub struct Lasting<W>(pub W);

impl<W: Write> Write for Lasting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len();
        self.0.write(bytes).or_else(|error| gone(error, length))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().or_else(|error| gone(error, ()))
    }
}

fn gone<T>(error: io::Error, instead: T) -> io::Result<T> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(instead),
        _ => Err(error),
    }
}

/// Standard output.
pub fn stdout() -> Lasting<io::Stdout> {
    Lasting(io::stdout())
}

/// Reads an earlier report.
fn read_report(path: &Path) -> Result<Vec<u8>> {
    const LARGEST: u64 = 256 << 20;
    let context = || format!("cannot read {}", path.display());
    let mut json = Vec::new();
    if !std::fs::metadata(path).with_context(context)?.is_file() {
        bail!("{}: not a regular file", context());
    }
    let file = std::fs::File::open(path).with_context(context)?;
    file.take(LARGEST + 1)
        .read_to_end(&mut json)
        .with_context(context)?;
    if json.len() as u64 > LARGEST {
        bail!("{} is too large for a report", path.display());
    }
    Ok(matterleaks::text::utf8(json))
}

fn rules_command(command: &RulesCommand) -> Result<ExitCode> {
    let mut out = stdout();
    match command {
        RulesCommand::List { rules } => {
            out.write_all(rule::list(&Rules::load(rules)?).as_bytes())?
        }
        RulesCommand::Show { id, rules } => {
            out.write_all(rule::show(&Rules::load(rules)?, id)?.as_bytes())?;
        }
        RulesCommand::Check { path } => {
            let paths: Vec<PathBuf> = path.iter().cloned().collect();
            let checked = matterleaks::scan::check(&Rules::load_revised(&paths)?)?;
            for complaint in &checked.complaints {
                writeln!(out, "{complaint}")?;
            }
            let (examples, negatives) = (checked.examples, checked.negatives);
            let wrong = checked.complaints.len();
            writeln!(
                out,
                "{examples} examples and {negatives} counter-examples checked, {wrong} wrong"
            )?;
            if wrong > 0 {
                return Ok(ExitCode::Trouble);
            }
        }
    }
    out.flush()?;
    Ok(ExitCode::Clean)
}
