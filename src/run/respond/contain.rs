//! `respond disable` and `respond revoke`: shown, asked, done, checked again.

use std::io::{self, IsTerminal, Write};

use anyhow::{Context, Result, bail};
use matterleaks::finding::{CredentialId, Kind, Live, UnknownReason, Untrusted, Verdict};
use matterleaks::report::ExitCode;
use matterleaks::report::record::Finding;
use matterleaks::respond::{self, Act, Api, Evidence, Found, Shown, Target};
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
    matterleaks::redact::learn(&rules);
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
    let check = || check(args, &rules, &api, &typed, finding);
    let by_owner = matches!(
        finding.kind,
        Kind::AccessToken | Kind::SessionToken | Kind::OauthAccessToken
    );
    let before = match by_owner {
        true => check()?,
        // Their digest is looked up on the server.
        false => Checked::Missing,
    };
    // Of a token the row is left, which can still be revoked.
    let is_over = act == Act::Disable || finding.kind != Kind::AccessToken;
    if by_owner && is_over && matches!(before, Checked::Refused) {
        say("REJECTED: the server refuses it already, so nothing is done")?;
        return Ok(ExitCode::Clean);
    }
    let evidence = Evidence {
        shown: before.shown(),
        user: args.user.clone(),
    };
    let ended = match respond::find(&api, team.as_ref(), finding, act, &evidence)? {
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
    let after = check()?;
    say(&after.said())?;
    Ok(match after {
        Checked::Refused => ExitCode::Clean,
        Checked::Unasked(_) if ended => ExitCode::Clean,
        _ => ExitCode::Trouble,
    })
}

/// What a check shows.
enum Checked {
    /// The server refuses it.
    Refused,
    /// The server takes it.
    Live(Live),
    /// It is not where the report says, or cannot be read there.
    Missing,
    /// This kind cannot be checked, and why.
    Unasked(String),
    /// There was no answer, and why.
    Silent(String),
}

impl Checked {
    fn shown(&self) -> Shown {
        let text = |text: &Untrusted| String::from_utf8_lossy(text.expose()).into_owned();
        match self {
            Checked::Refused => Shown::Refused,
            Checked::Live(live) => Shown::Live {
                token_id: live.token_id.as_ref().map(text),
                owner: live.owner.as_ref().map(|owner| text(&owner.username)),
            },
            Checked::Missing | Checked::Unasked(_) | Checked::Silent(_) => Shown::Nothing,
        }
    }

    fn said(&self) -> String {
        match self {
            Checked::Refused => "REJECTED: the server refuses it".into(),
            Checked::Live(_) => "ACTIVE: the server takes it all the same: it is another token than the one of this \
                                 id, or of this login"
                .into(),
            Checked::Missing => "not checked again: the credential is no longer where the report says, or cannot be \
                                 read there"
                .into(),
            Checked::Unasked(why) | Checked::Silent(why) => format!("UNKNOWN: {why}"),
        }
    }
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

/// Checks the credential where it stands.
fn check(
    args: &ContainArgs,
    rules: &Rules,
    api: &Api<'_>,
    typed: &Base,
    finding: &Finding,
) -> Result<Checked> {
    let recorded: Vec<_> = finding.recorded().into_iter().collect();
    let look = scan::Options {
        all_kinds: true,
        servers: vec![typed.as_str().to_owned()],
        ..scan::Options::default()
    };
    let found = scan::again(rules, &recorded, look)?;
    let id = CredentialId::parse(&finding.id);
    let mut report = scan::nothing(rules);
    report.findings = found
        .findings
        .into_iter()
        .filter(|one| Some(&one.id) == id.as_ref())
        .collect();
    let mut options = super::options(
        typed.clone(),
        args.to.allow_http,
        live::certificates(&args.to.ca_cert)?,
    )?;
    options.policy.typed.push(api.base().clone());
    options.bounds = verify::Bounds::default();
    // Whoever revokes a webhook wants to know that it is gone; a post to a channel that cannot exist shows it.
    options.consent.push(verify::Consent::Webhooks);
    if !report.findings.is_empty() {
        live::ask(rules, &mut report, &options)?;
    }
    let Some(found) = report.findings.into_iter().next() else {
        return Ok(Checked::Missing);
    };
    Ok(match found.verdict {
        Verdict::Rejected { .. } => Checked::Refused,
        Verdict::Active(live) => Checked::Live(live),
        Verdict::NotChecked => Checked::Silent("nobody asked".into()),
        Verdict::Unknown(unknown) => {
            let detail = String::from_utf8_lossy(unknown.detail.expose());
            let why = format!("{}, {detail}", unknown.reason.name().replace('_', " "));
            match unknown.reason {
                UnknownReason::NotCheckable => Checked::Unasked(why),
                _ => Checked::Silent(why),
            }
        }
    })
}
