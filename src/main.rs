//! The command line program: parse, run, write, exit.

mod cli;
mod run;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use matterleaks::finding::Untrusted;
use matterleaks::redact::Redactor;

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A worker that fails on a document is caught and becomes a skip; its message could quote the document.
    std::panic::set_hook(Box::new(|_| {}));
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let shown = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            let _ = if shown {
                error.print()
            } else {
                complain(&error)
            };
            return ExitCode::from(if shown { 0 } else { 2 });
        }
    };
    let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run::run(cli)));
    match run.unwrap_or_else(|_| Err(anyhow::anyhow!("a defect of this program stopped it"))) {
        Ok(code) => code.into(),
        Err(error) => {
            // An error may quote a path or a rule; it leaves by the same door as everything else.
            let text = Redactor::blind().line(&Untrusted::new(format!("{error:#}")));
            let _ = writeln!(io::stderr(), "matterleaks: {text}");
            ExitCode::from(2)
        }
    }
}

/// Says what is wrong with the command line. It quotes what was typed: as it stands, and in colour, only if
/// there is nothing in it to hide.
fn complain(error: &clap::Error) -> io::Result<()> {
    let plain = error.render().to_string();
    let redactor = Redactor::blind();
    let masked = redactor.text(&Untrusted::new(&plain));
    let lines = masked.split_terminator('\n');
    let safe: String = lines
        .map(|line| redactor.line(&Untrusted::new(line)) + "\n")
        .collect();
    let escapes = |text: std::ffi::OsString| text.as_encoded_bytes().contains(&0x1b);
    if safe == plain && !std::env::args_os().any(escapes) {
        error.print()
    } else {
        io::stderr().write_all(safe.as_bytes())
    }
}
