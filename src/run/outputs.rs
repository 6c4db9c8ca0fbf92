//! Where reports go, and how they look there.

use std::collections::BTreeSet;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use matterleaks::report::record::Record;
use matterleaks::report::{Format, Style, Unpaired, write_record};

use super::{file, stdout};
use crate::cli::{Cli, Reports, When};

/// Which report goes where.
pub struct Outputs {
    files: Vec<(Format, PathBuf)>,
    stdout: Option<Format>,
    unpaired: Unpaired,
    sarif_suppressed: bool,
}

impl Outputs {
    /// What was asked for, if it can be done.
    pub fn new(args: &Reports) -> Result<Outputs> {
        if args.output.len() > args.format.len() {
            bail!("more --output than --format: the n-th file takes the n-th format");
        }
        let (named, rest) = args.format.split_at(args.output.len());
        let distinct: BTreeSet<PathBuf> = args.output.iter().map(|path| target(path)).collect();
        if distinct.len() < args.output.len() {
            bail!("two reports cannot go to one file");
        }
        // Said before an hour of scanning, not after it.
        for path in &args.output {
            let folder = path.parent().filter(|folder| *folder != Path::new(""));
            if folder.is_some_and(|folder| !folder.is_dir()) {
                bail!("cannot write {}: there is no such folder", path.display());
            }
            file::may_write(path).with_context(|| format!("cannot write {}", path.display()))?;
        }
        let stdout = match rest {
            [] => None,
            [format] => Some(*format),
            _ => bail!("only one format can go to stdout: give the others an --output"),
        };
        let files = named.iter().copied().zip(args.output.iter().cloned());
        Ok(Outputs {
            files: files.collect(),
            stdout,
            unpaired: args.unpaired,
            sarif_suppressed: args.sarif_suppressed,
        })
    }

    /// Writes all of them.
    pub fn write(&self, cli: &Cli, record: &Record) -> Result<()> {
        let plain = Style {
            verbose: cli.verbose,
            unpaired: self.unpaired,
            sarif_suppressed: self.sarif_suppressed,
            ..Style::default()
        };
        for (format, path) in &self.files {
            file::replace(path, |out| Ok(write_record(*format, record, &plain, out)?))
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        if let Some(format) = self.stdout {
            let style = Style {
                unpaired: self.unpaired,
                sarif_suppressed: self.sarif_suppressed,
                ..style(cli)
            };
            let mut out = BufWriter::new(stdout());
            write_record(format, record, &style, &mut out)?;
            out.flush()?;
        }
        Ok(())
    }
}

/// How text looks on standard output.
pub fn style(cli: &Cli) -> Style {
    let stdout = io::stdout();
    let terminal = stdout.is_terminal();
    let color = match cli.color {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            terminal && anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never
        }
    };
    let plain = Style::default();
    let size = terminal.then(terminal_size::terminal_size).flatten();
    Style {
        color,
        width: size.map_or(plain.width, |(width, _)| usize::from(width.0)),
        hyperlinks: terminal && color,
        cwd: std::env::current_dir().ok(),
        verbose: cli.verbose,
        ..plain
    }
}

/// The file that a path means, whatever way it is written.
fn target(path: &Path) -> PathBuf {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let named = || Some(folder.canonicalize().ok()?.join(path.file_name()?));
    let found = path.canonicalize().ok();
    found.or_else(named).unwrap_or_else(|| path.to_owned())
}
