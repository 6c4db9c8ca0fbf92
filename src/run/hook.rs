//! `matterleaks hook`: what git and pre-commit call, and how it gets there. An existing hook keeps running, first.
//!
//! Where hooks lie is for git to say: `core.hooksPath` may stand in any of its files. It is asked in the user's own
//! repository, on the user's own command; a scan never runs it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use matterleaks::report::{ExitCode, Unpaired};

use super::outputs::Outputs;
use super::plan::{Mode, Plan, is_stdin};
use super::{file, scan};
use crate::cli::{Cli, HookCommand, HookKind, Scan};

/// Says that a hook is ours.
const MARK: &str = "# A hook of matterleaks; `matterleaks hook uninstall` takes it out.";
/// What an older hook is called beside ours, behind its own name.
const OLDER: &str = "before-matterleaks";

/// Does what the command line says.
pub fn run(cli: &Cli, command: &HookCommand) -> Result<ExitCode> {
    match command {
        HookCommand::Run { files, strict } => check(cli, files, *strict),
        HookCommand::Install { kind } => install(*kind),
        HookCommand::Uninstall { kind } => uninstall(*kind),
    }
}

/// What the next commit adds; or exactly these files, as pre-commit names them.
fn check(cli: &Cli, files: &[PathBuf], strict: bool) -> Result<ExitCode> {
    let mut args = Scan::default();
    args.reports.unpaired = Unpaired::Fail;
    // `-` would be standard input.
    let named = |file: &PathBuf| match is_stdin(file) {
        true => Path::new(".").join(file),
        false => file.clone(),
    };
    let mode = match files {
        [] => Mode::Staged(".".into()),
        files => Mode::Paths(files.iter().map(named).collect()),
    };
    let outputs = Outputs::new(&args.reports)?;
    let plan = Plan {
        args: &args,
        mode,
        lenient: !strict,
    };
    scan::carry_out(cli, &plan, &outputs)
}

/// The place of a hook, and of the older one that ours runs first.
fn places(kind: HookKind) -> Result<(PathBuf, PathBuf)> {
    let asked = Command::new("git")
        .args(["rev-parse", "--git-path", "hooks"])
        .output()
        .context("cannot run git, which says where hooks lie")?;
    if !asked.status.success() {
        let why = String::from_utf8_lossy(&asked.stderr);
        bail!("git cannot say where hooks lie: {}", why.trim());
    }
    let path = asked.stdout.strip_suffix(b"\n").unwrap_or(&asked.stdout);
    let folder = file::path_of(path);
    let name = kind.name();
    Ok((folder.join(name), folder.join(format!("{name}.{OLDER}"))))
}

fn install(kind: HookKind) -> Result<ExitCode> {
    let (hook, older) = places(kind)?;
    let folder = hook.parent().unwrap_or(Path::new("."));
    let shown = hook.display();
    if of_husky(folder) {
        bail!(
            "{} is written anew by husky, and its hooks go by their own names: add `matterleaks {}` to {} instead",
            folder.display(),
            command(kind),
            folder.with_file_name(kind.name()).display()
        );
    }
    if folder.is_symlink() {
        bail!(
            "{} is a link, and nothing is written behind one: name the folder itself in core.hooksPath",
            folder.display()
        );
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let there = hook.symlink_metadata().is_ok();
    let ours = there && is_ours(&hook)?;
    if ours && hook.is_symlink() {
        bail!("{shown} is a link to a hook of matterleaks; it stays");
    }
    if there && !ours {
        if goes_by_its_name(&text_of(&hook)?) {
            bail!(
                "{shown} goes by its own name, and would do nothing under another one: add `matterleaks {}` to it \
                 instead (with husky, to .husky/{})",
                command(kind),
                kind.name()
            );
        }
        if older.symlink_metadata().is_ok() {
            bail!(
                "{shown} and {} are both there; one must go first",
                older.display()
            );
        }
        fs::rename(&hook, &older).with_context(|| format!("cannot move {shown}"))?;
    }
    let program = std::env::current_exe().context("cannot tell where this program lies")?;
    let text = script(kind, &program);
    let written = file::replace(&hook, |out| Ok(out.write_all(text.as_bytes())?))
        .and_then(|()| Ok(file::make_executable(&hook)?));
    if let Err(error) = written {
        if there && !ours {
            let _ = fs::rename(&older, &hook);
        }
        return Err(error.context(format!("cannot write {shown}")));
    }
    let kept = match older.symlink_metadata().is_ok() {
        true => format!("; the one before it runs first, as {}", older.display()),
        false => String::new(),
    };
    writeln!(super::stdout(), "installed {shown}{kept}")?;
    Ok(ExitCode::Clean)
}

fn uninstall(kind: HookKind) -> Result<ExitCode> {
    let (hook, older) = places(kind)?;
    let shown = hook.display();
    if hook.symlink_metadata().is_err() {
        bail!("{shown}: there is no such hook");
    }
    if !is_ours(&hook)? {
        bail!("{shown} is not a hook of matterleaks; it stays");
    }
    let back = older.symlink_metadata().is_ok();
    match back {
        true => fs::rename(&older, &hook),
        false => fs::remove_file(&hook),
    }
    .with_context(|| format!("cannot change {shown}"))?;
    let what = if back {
        "; the one before it is back"
    } else {
        ""
    };
    writeln!(super::stdout(), "took out {shown}{what}")?;
    Ok(ExitCode::Clean)
}

/// Whether a folder is the one that husky makes and `core.hooksPath` names: `.husky/_`, or the same elsewhere.
fn of_husky(folder: &Path) -> bool {
    let below = folder.ancestors().any(|above| above.ends_with(".husky/_"));
    below
        || folder.ends_with("_") && (folder.join("h").exists() || folder.join("husky.sh").exists())
}

/// Whether a hook looks at what it is called, or runs in its own shell a file that may, as those of husky do:
/// another name would switch it off.
fn goes_by_its_name(hook: &[u8]) -> bool {
    let text = String::from_utf8_lossy(hook);
    let mut lines = text
        .lines()
        .map(str::trim_start)
        .filter(|line| !line.starts_with('#'));
    lines.any(|line| {
        let own = ["$0", "${0", "BASH_SOURCE"]
            .iter()
            .any(|word| line.contains(word));
        let name = ["basename", "${0##", "BASH_SOURCE##"]
            .iter()
            .any(|word| line.contains(word));
        // Word by word: in `cd "$(dirname "$0")" && . ./h` it does not come first.
        let mut words = line.split([' ', '\t', ';', '&', '|', '(', '{']);
        own && (name || words.any(|word| matches!(word, "." | "source")))
    })
}

/// What a hook holds. One that is no file would never end, or cannot be moved as one.
fn text_of(hook: &Path) -> Result<Vec<u8>> {
    let shown = hook.display();
    let found = match fs::metadata(hook) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            bail!("{shown} is a link that leads nowhere: take it away first")
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read {shown}")),
    };
    if !found.is_file() {
        bail!("{shown} is no file, and no hook that could be kept: take it away first");
    }
    fs::read(hook).with_context(|| format!("cannot read {shown}"))
}

fn is_ours(hook: &Path) -> Result<bool> {
    let text = text_of(hook)?;
    Ok(text.windows(MARK.len()).any(|part| part == MARK.as_bytes()))
}

/// What a hook of ours calls.
fn command(kind: HookKind) -> &'static str {
    match kind {
        HookKind::Commit => "hook run",
        HookKind::Push | HookKind::Receive => "scan --range - --unpaired fail",
    }
}

/// The hook. The lines that git gives to some hooks are for both, the older one and ours.
fn script(kind: HookKind, program: &Path) -> String {
    let program = program.to_string_lossy().replace('\'', r"'\''");
    let name = kind.name();
    // Without lines nothing is pushed; an older hook is called all the same, as git would.
    let (read, give, scan) = match kind {
        HookKind::Commit => ("", "", command(kind)),
        HookKind::Push | HookKind::Receive => (
            "lines=$(cat)\n",
            "{ [ -z \"$lines\" ] || printf '%s\\n' \"$lines\"; } | ",
            command(kind),
        ),
    };
    let advice = match kind {
        HookKind::Commit => {
            "the commit is stopped: take the secret out, and read it from the environment instead"
        }
        HookKind::Push => {
            "the push is stopped: revoke the secret, and take it out of these commits"
        }
        HookKind::Receive => {
            "the push is refused: revoke the secret, and take it out of these commits"
        }
    };
    format!(
        "#!/bin/sh\n{MARK}\n\
         {read}older=\"$(dirname \"$0\")/{name}.{OLDER}\"\n\
         if [ -x \"$older\" ]; then\n  {give}\"$older\" \"$@\" || exit $?\nfi\n\
         program='{program}'\n\
         [ -x \"$program\" ] || program=$(command -v matterleaks) || {{\n  \
         echo 'matterleaks is not here any more: install it, or delete this hook' >&2\n  exit 2\n}}\n\
         {give}\"$program\" {scan}\n\
         code=$?\n\
         if [ $code -eq 1 ]; then\n  echo 'matterleaks: {advice}' >&2\nfi\n\
         exit $code\n"
    )
}
