//! `matterleaks respond`: from what was typed to the team's own server.

mod contain;
mod incident;
mod notify;
mod tell;

use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use matterleaks::finding::{Secret, Untrusted};
use matterleaks::redact::{Redactor, visible};
use matterleaks::report::ExitCode;
use matterleaks::report::record::Record;
use matterleaks::respond::{self, Act, Api};
use matterleaks::rule::Rules;
use matterleaks::verify::{Base, Bounds, Options};

pub use notify::Notifier;

use super::{live, read_report, stdout};
use crate::cli::{Connection, RespondCommand, TestArgs};

/// What a post may hold on servers of today; for what is only printed.
const LONGEST: usize = 16_383;

/// A token is no longer.
const LONGEST_TOKEN: u64 = 4 << 10;

/// Does what the command line says.
pub fn run(command: &RespondCommand) -> Result<ExitCode> {
    match command {
        RespondCommand::Test(args) => test(args),
        RespondCommand::Message(args) => tell::message(args),
        RespondCommand::File(args) => tell::upload(args),
        RespondCommand::Open(args) => incident::open(args),
        RespondCommand::Sync(args) => incident::sync(args),
        RespondCommand::Close(args) => incident::close(args),
        RespondCommand::Disable(args) => contain::run(args, Act::Disable),
        RespondCommand::Revoke(args) => contain::run(args, Act::Revoke),
    }
}

fn test(args: &TestArgs) -> Result<ExitCode> {
    let to = &args.to;
    let rules = Rules::load(&[])?;
    let server = Server::of(to, &rules)?;
    let api = server.open(&rules)?;
    let version = api.server().version;
    let version = version.map_or_else(String::new, |version| {
        format!(" {}", Redactor::blind().line(&version))
    });
    say(&format!(
        "ok       {} is Mattermost{version}",
        api.base().as_str()
    ))?;
    let checks = respond::test(&api, to.team.as_ref(), args.channel.as_ref())?;
    for check in &checks {
        let word = match check.good {
            Some(true) => "ok",
            Some(false) => "MISSING",
            None => "note",
        };
        let colon = if check.why.is_empty() { "" } else { ": " };
        say(&format!("{word:8} {}{colon}{}", check.what, check.why))?;
    }
    Ok(match checks.iter().any(|check| check.good == Some(false)) {
        true => ExitCode::Trouble,
        false => ExitCode::Clean,
    })
}

/// The team's own server, and who we are there.
struct Server {
    base: Base,
    options: Options,
    token: Secret,
}

impl Server {
    fn of(to: &Connection, rules: &Rules) -> Result<Server> {
        let base = live::base(rules, &to.server)?;
        let certificates = live::certificates(&to.ca_cert)?;
        Ok(Server {
            options: options(base.clone(), to.allow_http, certificates)?,
            base,
            token: token(to.token_file.as_deref(), true)?,
        })
    }

    fn open(&self, rules: &Rules) -> Result<Api<'_>> {
        Ok(Api::open(
            rules,
            &self.options,
            &self.base,
            self.token.clone(),
        )?)
    }
}

/// How a server is reached that the user typed.
fn options(
    base: Base,
    allow_http: bool,
    certificates: Vec<matterleaks::verify::Certificate>,
) -> Result<Options> {
    let mut options = Options {
        certificates,
        proxies: matterleaks::verify::Proxies::of_process()?,
        bounds: Bounds {
            // A file has to get there, too.
            total: Duration::from_secs(60),
            // A server that counts takes a hundred at once (RateLimitSettings.MaxBurst) and says when it is too many.
            interval: Duration::from_millis(10),
            ..Bounds::default()
        },
        ..Options::default()
    };
    options.policy.allow_http = allow_http;
    options.policy.typed.push(base);
    Ok(options)
}

/// Our token: from a file, the environment, or a person. Never from the command line, which others can read.
fn token(file: Option<&Path>, ask: bool) -> Result<Secret> {
    const VARIABLE: &str = "MATTERLEAKS_TOKEN";
    let text = match (file, std::env::var(VARIABLE)) {
        (Some(path), _) => {
            let context = || format!("cannot read the token from {}", path.display());
            if !std::fs::metadata(path).with_context(context)?.is_file() {
                bail!("{}: not a regular file", context());
            }
            let mut text = Vec::new();
            let file = std::fs::File::open(path).with_context(context)?;
            file.take(LONGEST_TOKEN)
                .read_to_end(&mut text)
                .with_context(context)?;
            String::from_utf8(matterleaks::text::utf8(text)).with_context(context)?
        }
        (None, Ok(text)) if !text.trim().is_empty() => text,
        _ if ask && io::stdin().is_terminal() => {
            let terminal = console::Term::stderr();
            terminal
                .write_str("token: ")
                .context("cannot ask for the token")?;
            terminal
                .read_secure_line()
                .context("cannot read the token")?
        }
        // Only commands that ask take a file.
        _ if !ask => bail!("no token: set {VARIABLE}"),
        _ => bail!("no token: set {VARIABLE}, or name a file that holds it (--token-file)"),
    };
    match text.trim() {
        "" => bail!("the token is empty"),
        token if token.bytes().all(|b| b.is_ascii_graphic()) => Ok(Secret::new(token)),
        _ => bail!("the token holds what no token does"),
    }
}

fn record(path: &Path) -> Result<Record> {
    Record::read(&read_report(path)?).with_context(|| path.display().to_string())
}

/// A line for whoever ran the command. Names of strangers are in it.
fn say(text: &str) -> Result<()> {
    let line = Redactor::blind().line(&Untrusted::new(text));
    Ok(writeln!(stdout(), "{line}")?)
}

/// The lines of a post, as they would be sent.
fn show(text: &str) -> Result<()> {
    text.lines().try_for_each(|line| {
        // What is to be posted was redacted; a token's id in it is none that must be hidden.
        let line = visible(line);
        Ok(writeln!(stdout(), "{line}")?)
    })
}
