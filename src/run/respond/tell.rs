//! `respond message` and `respond file`.

use std::path::Path;

use anyhow::{Context, Result, bail};
use matterleaks::finding::Untrusted;
use matterleaks::redact::Redactor;
use matterleaks::report::ExitCode;
use matterleaks::report::record::{Finding, Record};
use matterleaks::respond::{self, Api, Channel, Digest, Draft, Sent};
use matterleaks::rule::Rules;

use super::{LONGEST, Server, record, say, show};
use crate::cli::{Connection, FileArgs, MessageArgs, Whom};
use crate::run::read_report;

/// Tells what a report says.
pub fn message(args: &MessageArgs) -> Result<ExitCode> {
    let record = record(&args.report)?;
    let findings: Vec<&Finding> = match &args.finding[..] {
        [] => record.counting().collect(),
        named => named
            .iter()
            .map(|id| id.find(&record))
            .collect::<Result<_, _>>()?,
    };
    if findings.is_empty() {
        say("nothing counts in the report: nothing to tell")?;
        return Ok(ExitCode::Clean);
    }
    let digest = Digest::of(&record, &findings);
    if args.dry_run {
        for post in digest.posts(LONGEST) {
            show(&post)?;
        }
        return Ok(ExitCode::Clean);
    }
    let rules = Rules::load(&[])?;
    let server = Server::of(&args.to, &rules)?;
    let api = server.open(&rules)?;
    let (channel, name) = channel(&api, &args.to, &args.whom)?;
    let posts = digest.posts(api.longest_post()?);
    let mut posted = 0;
    for post in posts {
        match respond::ensure(&api, &channel, &Draft::of(&record, post))? {
            Sent::Posted => posted += 1,
            Sent::There => {}
        }
    }
    match posted {
        0 => say(&format!("{name} has it already"))?,
        _ => say(&format!("told {name}"))?,
    }
    Ok(ExitCode::Clean)
}

/// Where to, and how it is called. A channel wins over a user.
fn channel(api: &Api<'_>, to: &Connection, whom: &Whom) -> Result<(Channel, String)> {
    match (&whom.channel, &whom.user) {
        (Some(name), _) => {
            let team = api.team(to.team.as_ref())?;
            Ok((
                api.open_channel(&team, name)?,
                format!("~{}", name.as_str()),
            ))
        }
        (None, Some(who)) => {
            let user = api.known_user(who)?;
            let channel = api.direct(&user)?;
            Ok((channel, format!("@{}", user.username)))
        }
        (None, None) => bail!("either --to or --channel"),
    }
}

/// Uploads a report.
pub fn upload(args: &FileArgs) -> Result<ExitCode> {
    let path = &args.file;
    let bytes = read_report(path)?;
    if let Err(why) = respond::fit_to_show(&bytes) {
        bail!(
            "{} {why}, so it is not uploaded; write it again without --show-secrets, or upload the report in the format json",
            path.display()
        );
    }
    let name = file_name(path);
    if args.dry_run {
        say(&format!("would upload {name}, {} bytes", bytes.len()))?;
        return Ok(ExitCode::Clean);
    }
    let rules = Rules::load(&[])?;
    let server = Server::of(&args.to, &rules)?;
    let api = server.open(&rules)?;
    let (channel, called) = channel(&api, &args.to, &args.whom)?;
    let text = match Record::read(&bytes) {
        Ok(record) => format!(
            "A report of Matterleaks: {} findings, {} of them active",
            record.summary.findings, record.summary.active
        ),
        Err(_) => "A report of Matterleaks".to_owned(),
    };
    match respond::upload(&api, &channel, &name, &bytes, &text)
        .with_context(|| path.display().to_string())?
    {
        Sent::Posted => say(&format!("uploaded {name} to {called}"))?,
        Sent::There => say(&format!("{called} has it already"))?,
    }
    Ok(ExitCode::Clean)
}

/// The name of a file, of characters that need no escape anywhere.
fn file_name(path: &Path) -> String {
    let name = path
        .file_name()
        .map_or(&b""[..], |name| name.as_encoded_bytes());
    let name = Redactor::blind().line(&Untrusted::new(name));
    let plain = |c: char| match c {
        c if c.is_ascii_alphanumeric() || "-_.".contains(c) => c,
        _ => '_',
    };
    let name: String = name.chars().take(100).map(plain).collect();
    match name.trim_matches('.') {
        "" => "report".into(),
        name => name.to_owned(),
    }
}
