//! `respond disable` and `respond revoke`: shown, asked, done, checked again.

use std::io::{self, IsTerminal, Write};

use anyhow::{Context, Result, bail};
use matterleaks::finding::{CredentialId, Verdict};
use matterleaks::report::ExitCode;
use matterleaks::report::record::{Finding, Record};
use matterleaks::respond::{self, Act, Api};
use matterleaks::rule::Rules;
use matterleaks::scan;
use matterleaks::verify::{self, Base};

use super::{Server, record, say, show};
use crate::cli::Contain;
use crate::run::live;

/// Does it to one credential.
pub fn run(args: &Contain, act: Act) -> Result<ExitCode> {
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
    let target = respond::target(&api, team.as_ref(), finding, act)?;
    show(&format!(
        "{} on {}: {}",
        act.name(),
        typed.as_str(),
        target.shown
    ))?;
    if args.dry_run {
        say("nothing was changed")?;
        return Ok(ExitCode::Clean);
    }
    if target.disabled && act == Act::Disable {
        say("it is disabled already")?;
    } else {
        if act == Act::Revoke && !target.disabled {
            say("this cannot be undone; `respond disable` can, where the kind has it")?;
        }
        if !args.yes && !agreed(act)? {
            say("nothing was changed")?;
            return Ok(ExitCode::Trouble);
        }
        target.end(&api, act)?;
        say(match act {
            Act::Disable => "disabled",
            Act::Revoke => "revoked",
        })?;
    }
    again(args, &rules, &api, typed, &record, finding)
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
    args: &Contain,
    rules: &Rules,
    api: &Api<'_>,
    typed: Base,
    record: &Record,
    finding: &Finding,
) -> Result<ExitCode> {
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
        return Ok(ExitCode::Clean);
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
    Ok(match verdict {
        Some(Verdict::Rejected { .. }) => {
            say("REJECTED: the server refuses it")?;
            ExitCode::Clean
        }
        Some(Verdict::Active(_)) => {
            say(
                "ACTIVE: the server takes it all the same; another token of the same user, or not the one that leaked",
            )?;
            ExitCode::Trouble
        }
        Some(Verdict::Unknown(unknown)) => {
            let detail = String::from_utf8_lossy(unknown.detail.expose());
            say(&format!(
                "unknown: {}, {detail}",
                unknown.reason.name().replace('_', " ")
            ))?;
            match unknown.reason {
                matterleaks::finding::UnknownReason::NotCheckable => ExitCode::Clean,
                _ => ExitCode::Trouble,
            }
        }
        Some(Verdict::NotChecked) | None => ExitCode::Trouble,
    })
}
