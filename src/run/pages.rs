//! Completions and manual pages, made of the same definitions as `--help`. Packages take them from
//! `packages/completions` and `packages/man`, which a test holds to what is printed here.

use std::io::Write;

use anyhow::{Result, bail};
use clap::CommandFactory;
use matterleaks::report::ExitCode;

use super::stdout;
use crate::cli::Cli;

/// Prints what makes a shell complete commands and flags.
pub fn completions(shell: clap_complete::Shell) -> Result<ExitCode> {
    let mut text = Vec::new();
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, &mut command, name, &mut text);
    stdout().write_all(&text)?;
    Ok(ExitCode::Clean)
}

/// Prints the manual page of the program, or of a command.
pub fn man(asked: Option<&str>) -> Result<ExitCode> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    // Pages have the names that man gives them: of `baseline create` it is `matterleaks-baseline-create`.
    let mut page = command.clone();
    for word in asked.iter().flat_map(|name| name.split('-')) {
        let below = page.find_subcommand(word).cloned();
        let Some(below) = below else {
            let names: Vec<&str> = page
                .get_subcommands()
                .map(clap::Command::get_name)
                .collect();
            bail!("there is no page {word:?}; there are: {}", names.join(", "));
        };
        page = below;
    }
    let name = page
        .get_display_name()
        .unwrap_or(page.get_name())
        .to_owned();
    let mut text = Vec::new();
    let page = clap_mangen::Man::new(page).title(name);
    let source = concat!("matterleaks ", env!("CARGO_PKG_VERSION"));
    page.source(source)
        .manual("Matterleaks")
        .render(&mut text)?;
    stdout().write_all(&text)?;
    Ok(ExitCode::Clean)
}
