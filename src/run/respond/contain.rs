//! `respond disable` and `respond revoke`: shown, asked, done, checked again.

use std::io::{self, IsTerminal, Write};

use anyhow::{Context, Result, bail};
use matterleaks::finding::{self, CredentialId, Kind, Live, UnknownReason, Untrusted, Verdict};
use matterleaks::report::ExitCode;
use matterleaks::report::record::Finding;
use matterleaks::respond::{self, Act, Api, Evidence, Found, Leak, Shown, Target};
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
    let found = again(&rules, &typed, finding)?;
    // What is not there any more is of the kind that it was said to be: what that leads to names its secret, or is typed.
    let kind = found.as_ref().map_or(finding.kind, |found| found.kind);
    if found.is_none() && matches!(kind, Kind::SessionToken | Kind::OauthAccessToken) {
        bail!(
            "it is not where the report says, so nothing shows whose login it is: end the logins of its user in System \
             Console > User Management > Users"
        );
    }
    let check = |found: Option<finding::Finding>| check(args, &rules, &api, &typed, found);
    let by_owner = matches!(
        kind,
        Kind::AccessToken | Kind::SessionToken | Kind::OauthAccessToken
    );
    let before = match by_owner {
        true => check(found)?,
        // Their digest is looked up on the server.
        false => Checked::Missing,
    };
    // Of a token the row is left, which can still be revoked.
    let is_over = act == Act::Disable || kind != Kind::AccessToken;
    if by_owner && is_over && matches!(before, Checked::Refused) {
        say("REJECTED: the server refuses it already, so nothing is done")?;
        return Ok(ExitCode::Clean);
    }
    let evidence = Evidence {
        shown: before.shown(),
        user: args.user.clone(),
        token_id: args.token_id.clone(),
    };
    let leak = Leak {
        id: &finding.id,
        kind,
    };
    let on = typed.as_str();
    let check_again = || check(again(&rules, &typed, finding)?);
    let ended = match respond::find(&api, team.as_ref(), leak, act, &evidence)? {
        Found::There(target) => {
            show(&format!("{} on {on}: {}", act.name(), target.shown))?;
            let works = matches!(before, Checked::Live(_));
            // What leaked cannot show any more that it is this one, and revoking cannot be undone.
            if act == Act::Revoke && !target.certain && !works {
                say(
                    "nothing shows that it is this one: if you know it, say so by --token-id; nothing was changed",
                )?;
                return Ok(ExitCode::Trouble);
            }
            if args.dry_run || !agreed_to(args, &target, act)? {
                say("nothing was changed")?;
                return Ok(match args.dry_run {
                    true => ExitCode::Clean,
                    false => ExitCode::Trouble,
                });
            }
            match (target.certain, works) {
                (false, true) => return proposed(&api, &target, act, &check_again),
                _ => end(&api, &target, act)?,
            }
            true
        }
        Found::OneOf(tokens) => {
            say(&format!("{} on {on}: it can be any of these:", act.name()))?;
            for token in &tokens {
                show(&format!("  {token}"))?;
            }
            say("choose one by --token-id; nothing was changed")?;
            return Ok(ExitCode::Trouble);
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
    let after = check_again()?;
    say(&after.said())?;
    Ok(match after {
        Checked::Refused => ExitCode::Clean,
        Checked::Unasked(_) if ended => ExitCode::Clean,
        _ => ExitCode::Trouble,
    })
}

/// Disables what is the only token that it can be, and sees whether what leaked still works. If so it was another one,
/// and is enabled again. Only what proves itself so is revoked.
fn proposed(
    api: &Api<'_>,
    target: &Target,
    act: Act,
    check: &dyn Fn() -> Result<Checked>,
) -> Result<ExitCode> {
    end(api, target, Act::Disable)?;
    let after = check();
    if let Ok(Checked::Live(_)) = after {
        target.undo(api)?;
        say(
            "ACTIVE: the server takes it all the same, so this is another token: it is enabled again",
        )?;
        return Ok(ExitCode::Trouble);
    }
    if !matches!(after, Ok(Checked::Refused)) {
        say(
            "whether it was the right one could not be seen, and it is disabled: System Console > User Management > Users > \
             Manage Tokens > Enable undoes it",
        )?;
        say(&after?.said())?;
        return Ok(ExitCode::Trouble);
    }
    say(&Checked::Refused.said())?;
    if act == Act::Revoke {
        end(api, target, Act::Revoke)?;
    }
    Ok(ExitCode::Clean)
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

/// Whether whoever sits there wants it to be done.
fn agreed_to(args: &ContainArgs, target: &Target, act: Act) -> Result<bool> {
    if act == Act::Revoke && !target.disabled {
        say("this cannot be undone; `respond disable` can, where the kind has it")?;
    }
    let nothing_to_do = act == Act::Disable && target.disabled;
    Ok(nothing_to_do || args.yes || agreed(act)?)
}

/// Does it.
fn end(api: &Api<'_>, target: &Target, act: Act) -> Result<()> {
    if act == Act::Disable && target.disabled {
        return say("it is disabled already");
    }
    target.end(api, act)?;
    say(match act {
        Act::Disable => "disabled",
        Act::Revoke => "revoked",
    })
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

/// The credential as it is where the report says; nothing if it is not there any more.
fn again(rules: &Rules, typed: &Base, finding: &Finding) -> Result<Option<finding::Finding>> {
    let recorded: Vec<_> = finding.recorded().into_iter().collect();
    let look = scan::Options {
        all_kinds: true,
        servers: vec![typed.as_str().to_owned()],
        typed: true,
        ..scan::Options::default()
    };
    let found = scan::again(rules, &recorded, look)?.findings;
    let id = CredentialId::parse(&finding.id);
    Ok(found.into_iter().find(|one| Some(&one.id) == id.as_ref()))
}

/// Checks a credential.
fn check(
    args: &ContainArgs,
    rules: &Rules,
    api: &Api<'_>,
    typed: &Base,
    found: Option<finding::Finding>,
) -> Result<Checked> {
    let mut report = scan::nothing(rules);
    report.findings = found.into_iter().collect();
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
