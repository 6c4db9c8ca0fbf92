//! `matterleaks verify`: one secret that is typed, or all those of an earlier report.

use std::collections::BTreeSet;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use matterleaks::finding::{CredentialId, Secret, Verdict};
use matterleaks::redact::Redactor;
use matterleaks::report::record::{Recheck, Record};
use matterleaks::report::{self, Check, ExitCode, Format, Style};
use matterleaks::rule::Rules;
use matterleaks::scan::{self, Options};
use matterleaks::verify;

use super::live;
use super::outputs::style;
use super::{file, stdout};
use crate::cli::{Cli, VerifyArgs, VerifyFormat};

/// A secret is no longer.
const LONGEST_SECRET: u64 = 4 << 10;

/// Does what the command line says.
pub fn run(cli: &Cli, args: &VerifyArgs) -> Result<ExitCode> {
    let rules = Rules::load(&args.rules)?;
    matterleaks::redact::learn(&rules);
    match (&args.host, &args.from) {
        (Some(host), _) => one(cli, args, &rules, host),
        (None, Some(path)) => again(cli, args, &rules, path),
        (None, None) => bail!("either --host or --from"),
    }
}

fn one(cli: &Cli, args: &VerifyArgs, rules: &Rules, host: &str) -> Result<ExitCode> {
    let base = live::base(rules, host)?;
    let (product, page) = rules.page(&args.rule)?;
    let part = |text: &String| {
        let (name, value) = text.split_once('=').context("--part takes NAME=VALUE")?;
        Ok((name.to_owned(), Secret::new(value)))
    };
    let parts: Vec<(String, Secret)> = args.part.iter().map(part).collect::<Result<_>>()?;
    let mut options = live::options(&args.live, rules, &[])?;
    options.policy.typed.push(base.clone());
    let secret = typed_secret(&page.title)?;
    let finding = verify::typed(rules, &args.rule, &base, secret, &parts)?;
    let mut report = scan::nothing(rules);
    report.findings.push(finding);
    let checked = live::ask(rules, &mut report, &options)?;
    let redactor = Redactor::of(&report, false);
    let Some(finding) = report.findings.first() else {
        bail!("nothing was asked");
    };
    // The one server that was asked: itself, over https where it wanted that, or without its sub-path.
    let server = checked.servers.values().next();
    let notes = rules.notes();
    let Some(rule) = notes.iter().find(|note| note.id == finding.rule_id) else {
        bail!("no rule describes it");
    };
    let check = Check {
        finding,
        rule,
        company: &product.file.about.company,
        proven: server.is_some(),
        version: server.and_then(|server| server.version.as_ref()),
    };
    let mut out = BufWriter::new(stdout());
    match args.format {
        VerifyFormat::Human => check.write(&redactor, &style(cli), &mut out)?,
        VerifyFormat::Json => check.write_json(&redactor, &mut out)?,
    }
    out.flush()?;
    Ok(match finding.verdict {
        Verdict::Active(_) => ExitCode::Findings,
        Verdict::Rejected { .. } => ExitCode::Clean,
        Verdict::Unknown(_) | Verdict::NotChecked => ExitCode::Trouble,
    })
}

/// The secret of standard input: asked for, without an echo, if a person sits there.
fn typed_secret(title: &str) -> Result<Secret> {
    let mut text = String::new();
    if io::stdin().is_terminal() {
        let terminal = console::Term::stderr();
        terminal
            .write_str(&format!("{title}: "))
            .context("cannot ask")?;
        text = terminal
            .read_secure_line()
            .context("cannot read a secret")?;
    } else {
        let mut input = io::stdin().lock().take(LONGEST_SECRET + 1);
        input
            .read_to_string(&mut text)
            .context("cannot read standard input")?;
        if text.len() as u64 > LONGEST_SECRET {
            bail!("standard input is too long for a secret");
        }
    }
    match text.trim() {
        "" => bail!("no secret on standard input"),
        secret if secret.contains(char::is_whitespace) => {
            bail!("standard input must be one secret and nothing else")
        }
        secret => Ok(Secret::new(secret)),
    }
}

fn again(cli: &Cli, args: &VerifyArgs, rules: &Rules, path: &Path) -> Result<ExitCode> {
    let context = || format!("cannot read {}", path.display());
    let json = super::read_report(path)?;
    let mut record = Record::read(&json).with_context(context)?;
    let options = live::options(&args.live, rules, &args.server)?;
    let look = Options {
        all_kinds: true,
        servers: args.server.clone(),
        ..Options::default()
    };
    let again = scan::again(rules, &record.recorded(), look)?;
    let mut report = scan::nothing(rules);
    report.findings = again.findings;
    live::ask(rules, &mut report, &options)?;
    let redactor = Redactor::of(&report, false);
    let among = |ids: &BTreeSet<CredentialId>, id: &str| ids.iter().any(|one| one.as_str() == id);
    let standing = |id: &str| {
        let mut findings = report.findings.iter();
        let found = findings.find(|finding| finding.id.as_str() == id);
        found.ok_or_else(|| match () {
            () if among(&again.elsewhere, id) => Recheck::OtherServer,
            () if among(&again.unread, id) => Recheck::NotRead,
            () => Recheck::NoLongerThere,
        })
    };
    report::update(&mut record, &standing, &redactor);
    let json = |style: &Style, out: &mut dyn Write| {
        report::write_record(Format::Json, &record, style, out)
    };
    let style = style(cli);
    if let Some(output) = &args.output {
        file::replace(output, |out| Ok(json(&style, out)?))
            .with_context(|| format!("cannot write {}", output.display()))?;
    }
    let mut out = BufWriter::new(stdout());
    match args.format {
        VerifyFormat::Human => report::write_again(&record, &style, &mut out)?,
        VerifyFormat::Json => json(&style, &mut out)?,
    }
    out.flush()?;
    Ok(report::again_exit_code(&record))
}
