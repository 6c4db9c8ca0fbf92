//! Where reports go, and how they look there.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use matterleaks::finding::Report;
use matterleaks::redact::Redactor;
use matterleaks::report::{self, Format, Style};

use super::unpaired;
use crate::cli::{self, Cli, Scan, When};

/// Which report goes where.
pub struct Outputs {
    files: Vec<(cli::Format, PathBuf)>,
    stdout: Option<cli::Format>,
}

impl Outputs {
    /// What was asked for, if it can be done.
    pub fn new(args: &Scan) -> Result<Outputs> {
        if args.output.len() > args.format.len() {
            bail!("more --output than --format: the n-th file takes the n-th format");
        }
        let (named, rest) = args.format.split_at(args.output.len());
        let distinct: BTreeSet<PathBuf> = args.output.iter().map(|path| target(path)).collect();
        if distinct.len() < args.output.len() {
            bail!("two reports cannot go to one file");
        }
        let stdout = match rest {
            [] => None,
            [format] => Some(*format),
            _ => bail!("only one format can go to stdout: give the others an --output"),
        };
        Ok(Outputs {
            files: named
                .iter()
                .copied()
                .zip(args.output.iter().cloned())
                .collect(),
            stdout,
        })
    }

    /// Writes all of them.
    pub fn write(
        &self,
        cli: &Cli,
        args: &Scan,
        report: &Report,
        redactor: &Redactor,
    ) -> Result<()> {
        let plain = Style {
            verbose: cli.verbose,
            unpaired: unpaired(args),
            ..Style::default()
        };
        for (format, path) in &self.files {
            let context = || format!("cannot write {}", path.display());
            let mut file = BufWriter::new(File::create(path).with_context(context)?);
            report::write(kind(*format), report, redactor, &plain, &mut file)
                .with_context(context)?;
            file.flush().with_context(context)?;
        }
        if let Some(format) = self.stdout {
            let style = Style {
                unpaired: plain.unpaired,
                ..style(cli)
            };
            let stdout = io::stdout();
            let mut out = BufWriter::new(stdout.lock());
            report::write(kind(format), report, redactor, &style, &mut out)?;
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

fn kind(format: cli::Format) -> Format {
    match format {
        cli::Format::Human => Format::Human,
        cli::Format::Json => Format::Json,
        cli::Format::Jsonl => Format::Jsonl,
    }
}
