//! `respond disable` and `respond revoke`: shown, asked, done, checked again.

use std::io::{self, IsTerminal, Write};

use anyhow::{Context, Result, bail};
use matterleaks::finding::{CredentialId, UnknownReason, Verdict};
use matterleaks::report::ExitCode;
use matterleaks::report::record::{Finding, Record};
use matterleaks::respond::{self, Act, Api, Found, Target};
use matterleaks::rule::Rules;
use matterleaks::scan;
use matterleaks::verify::{self, Base};

use super::{Server, record, say, show};
use crate::cli::ContainArgs;
use crate::run::live;

/// Does it to one credential.
pub fn run(args: &ContainArgs, act: Act) -> Result<ExitCode> {
    let record = record(&args.report)?;
    let finding = args.id.find(&record)?;
    let rules = Rules::load(&args.rules)?;
    let typed = live::base(&rules, &args.to.server)?;
    let reported = finding
        .server()
        .and_then(|url| live::base(&rules, url).ok());
    if reported.as_ref() != Some(&typed) {
        bail!(
            "the report pairs this credential with {}, and --server is {}: nothing is done",
            finding.server().unwrap_or("no server"),
            typed.as_str()
        );
    }
    let server = Server::of(&args.to, &rules)?;
    let api = server.open(&rules)?;
    let team = args
        .to
        .team
        .as_ref()
        .map(|name| api.team(Some(name)))
        .transpose()?;
    let ended = match respond::find(&api, team.as_ref(), finding, act)? {
        Found::There(target) => {
            let on = typed.as_str();
            show(&format!("{} on {on}: {}", act.name(), target.shown))?;
            if args.dry_run || !end(args, &api, &target, act)? {
                say("nothing was changed")?;
                return Ok(match args.dry_run {
                    true => ExitCode::Clean,
                    false => ExitCode::Trouble,
                });
            }
            true
        }
        // Perhaps we did it before, and were cut off: then the check shows it.
        Found::Gone(why) => {
            say(why)?;
            false
        }
    };
    if args.dry_run {
        return Ok(ExitCode::Clean);
    }
    Ok(match again(args, &rules, &api, typed, &record, finding)? {
        Checked::Refused => ExitCode::Clean,
        Checked::Never if ended => ExitCode::Clean,
        Checked::Never | Checked::Otherwise => ExitCode::Trouble,
    })
}

/// What a check showed after it was done.
enum Checked {
    /// The server refuses it.
    Refused,
    /// It does not, or did not say.
    Otherwise,
    /// There is nothing to ask, or nothing to ask with.
    Never,
}

/// Does it, if that is what whoever sits there wants. Whether it is done.
fn end(args: &ContainArgs, api: &Api<'_>, target: &Target, act: Act) -> Result<bool> {
    match act {
        Act::Disable if target.disabled => {
            say("it is disabled already")?;
            return Ok(true);
        }
        Act::Revoke if !target.disabled => {
            say("this cannot be undone; `respond disable` can, where the kind has it")?;
        }
        _ => {}
    }
    if !args.yes && !agreed(act)? {
        return Ok(false);
    }
    target.end(api, act)?;
    say(match act {
        Act::Disable => "disabled",
        Act::Revoke => "revoked",
    })?;
    Ok(true)
}

/// Asks whoever sits there.
fn agreed(act: Act) -> Result<bool> {
    if !io::stdin().is_terminal() {
        bail!("nobody is there to be asked: --yes does it without a question");
    }
    let mut out = io::stderr();
    write!(out, "{} it? [y/N] ", act.name())?;
    out.flush()?;
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .context("cannot read the answer")?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Checks the credential again where it stands.
fn again(
    args: &ContainArgs,
    rules: &Rules,
    api: &Api<'_>,
    typed: Base,
    record: &Record,
    finding: &Finding,
) -> Result<Checked> {
    let recorded = record.report().findings;
    let recorded: Vec<_> = recorded
        .into_iter()
        .filter(|one| one.id.as_str() == finding.id)
        .collect();
    let look = scan::Options {
        all_kinds: true,
        servers: vec![typed.as_str().to_owned()],
        ..scan::Options::default()
    };
    let found = scan::again(rules, &recorded, look)?;
    let id = CredentialId::parse(&finding.id);
    let mut report = matterleaks::scan::nothing(rules);
    report.findings = found
        .findings
        .into_iter()
        .filter(|one| Some(&one.id) == id.as_ref())
        .collect();
    if report.findings.is_empty() {
        say(
            "not checked again: the credential is no longer where the report says, or cannot be read there",
        )?;
        return Ok(Checked::Never);
    }
    let mut options = super::options(
        typed,
        args.to.allow_http,
        live::certificates(&args.to.ca_cert)?,
    );
    options.policy.typed.push(api.base().clone());
    options.bounds = verify::Bounds::default();
    // Whoever revokes a webhook wants to know that it is gone; a post to a channel that cannot exist shows it.
    options.consent.push(verify::Consent::Webhooks);
    live::ask(rules, &mut report, &options)?;
    let verdict = report.findings.first().map(|finding| &finding.verdict);
    let (said, checked) = match verdict {
        Some(Verdict::Rejected { .. }) => (
            "REJECTED: the server refuses it".to_owned(),
            Checked::Refused,
        ),
        Some(Verdict::Active(_)) => {
            let why = "it is another token than the one of this id, or of this login";
            (
                format!("ACTIVE: the server takes it all the same: {why}"),
                Checked::Otherwise,
            )
        }
        Some(Verdict::Unknown(unknown)) => {
            let (reason, detail) = (
                unknown.reason.name().replace('_', " "),
                unknown.detail.expose(),
            );
            let checked = match unknown.reason {
                UnknownReason::NotCheckable => Checked::Never,
                _ => Checked::Otherwise,
            };
            (
                format!("UNKNOWN: {reason}, {}", String::from_utf8_lossy(detail)),
                checked,
            )
        }
        Some(Verdict::NotChecked) | None => ("not checked again".to_owned(), Checked::Otherwise),
    };
    say(&said)?;
    Ok(checked)
}
