//! `scan --notify-channel`: what is new, told once.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use matterleaks::finding::{Report, Secret, Untrusted};
use matterleaks::redact::{Redactor, visible};
use matterleaks::report;
use matterleaks::report::record::Record;
use matterleaks::respond::{self, Api, ChannelName, Told};
use matterleaks::rule::Rules;
use matterleaks::verify::{Base, Options};

use super::LONGEST;
use crate::cli::{Cli, Scan};
use crate::run::{file, live};

/// Tells a channel. Made before the scan: what is wrong with it is said before an hour, not after it, and keeps nobody
/// from scanning.
pub struct Notifier {
    base: Base,
    options: Options,
    /// None if nothing is to be sent.
    token: Option<Secret>,
    team: Option<ChannelName>,
    channel: ChannelName,
    /// None if the channel alone remembers.
    state: Option<PathBuf>,
    /// Whether nobody can be told, which was said.
    mute: bool,
    unpaired: bool,
    quiet: bool,
}

impl Notifier {
    /// What was asked for, if anything was.
    pub fn of(cli: &Cli, args: &Scan, rules: &Rules) -> Result<Option<Notifier>> {
        let notify = &args.notify;
        let Some(channel) = &notify.notify_channel else {
            return Ok(None);
        };
        let server = match (&notify.notify_server, &args.server[..]) {
            (Some(server), _) => server,
            (None, [server]) => server,
            (None, _) => bail!("--notify-channel needs --notify-server URL"),
        };
        let base = live::base(rules, server)?;
        let certificates = live::certificates(&args.live.ca_cert)?;
        let state = match &notify.notify_state {
            Some(path) => Some(path.clone()),
            None => own_state(args),
        };
        let token = match notify.dry_run {
            true => Ok(None),
            false => super::token(None, false).map(Some),
        };
        let ready = told(state.as_deref()).and(token);
        if let Err(error) = &ready {
            warn(&format!("cannot tell ~{}: {error:#}", channel.as_str()));
        }
        Ok(Some(Notifier {
            options: super::options(base.clone(), args.live.allow_http, certificates)?,
            base,
            mute: ready.is_err(),
            token: ready.ok().flatten(),
            team: notify.notify_team.clone(),
            channel: channel.clone(),
            state,
            unpaired: args.reports.unpaired == report::Unpaired::Fail,
            quiet: cli.quiet,
        }))
    }

    /// What it is told of: redacted, whatever else the user asked for.
    pub fn record(report: &Report) -> Record {
        Record::of(
            report,
            &Redactor::of(report, false),
            report::Unpaired::Report,
        )
    }

    /// Tells what is new in a report. Whether that was done; if not, why is on stderr: what was found is in the report
    /// all the same.
    pub fn tell(&self, rules: &Rules, record: Record) -> bool {
        if self.mute {
            return false;
        }
        let told = self.try_tell(rules, record);
        let line = match &told {
            Ok(number) if *number == 0 || self.quiet => return true,
            Ok(number) => format!("told ~{} of {number}", self.channel.as_str()),
            Err(error) => format!("cannot tell ~{}: {error:#}", self.channel.as_str()),
        };
        warn(&line);
        told.is_ok()
    }

    fn try_tell(&self, rules: &Rules, record: Record) -> Result<usize> {
        // Each credential once.
        let record = Record::merge(vec![record]).context("no report")?;
        let mut told = told(self.state.as_deref())?;
        let team = self.team.as_ref().map_or("", |team| team.as_str());
        let called = format!("{}/{team}/{}", self.base.as_str(), self.channel.as_str());
        let news = respond::news(&record, &told, &called, self.unpaired);
        if news.is_empty() {
            return Ok(0);
        }
        let Some(token) = &self.token else {
            for post in respond::shown_news(&record, &news, LONGEST) {
                for line in post.lines() {
                    let line = visible(line);
                    let _ = writeln!(io::stderr(), "{line}");
                }
            }
            return Ok(0);
        };
        let api = Api::open(rules, &self.options, &self.base, token.clone())?;
        let team = api.team(self.team.as_ref())?;
        let channel = api.open_channel(&team, &self.channel)?;
        let mut keep = |told: &Told| {
            let Some(path) = &self.state else {
                return Ok(());
            };
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            file::may_write(path)
                .and_then(|()| Ok(folder.map_or(Ok(()), std::fs::create_dir_all)?))
                .and_then(|()| {
                    file::replace(path, |out| Ok(out.write_all(told.json().as_bytes())?))
                })
                .with_context(|| format!("cannot write {}", path.display()))
        };
        respond::tell(
            &api,
            &channel,
            &record,
            news,
            (&mut told, &called),
            &mut keep,
        )
    }
}

fn warn(line: &str) {
    let line = Redactor::blind().line(&Untrusted::new(line));
    let _ = writeln!(io::stderr(), "matterleaks: {line}");
}

/// The user's own list. What is scanned may be of strangers, who would silence us by a list of theirs: one that lies in
/// it is none.
fn own_state(args: &Scan) -> Option<PathBuf> {
    let named =
        |name: &str| Some(PathBuf::from(std::env::var_os(name)?)).filter(|path| path.is_absolute());
    let folder = named("XDG_STATE_HOME").or_else(|| Some(named("HOME")?.join(".local/state")))?;
    // It is not there yet when it is used for the first time.
    let real = folder
        .ancestors()
        .find_map(|folder| folder.canonicalize().ok())?;
    let here = [PathBuf::from(".")];
    let scanned = match &args.paths[..] {
        [] => &here[..],
        paths => paths,
    };
    let inside = |root: &PathBuf| root.canonicalize().is_ok_and(|root| real.starts_with(root));
    (!scanned.iter().any(inside)).then(|| folder.join("matterleaks/told.json"))
}

fn told(path: Option<&Path>) -> Result<Told> {
    let Some(path) = path else {
        return Ok(Told::nothing());
    };
    const LARGEST: u64 = 64 << 20;
    let context = || format!("cannot read {}", path.display());
    // A link leads to what somebody else has chosen.
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Told::nothing()),
        Err(error) => return Err(error).with_context(context),
        Ok(found) if !found.is_file() || found.len() > LARGEST => {
            bail!("{}: not a list of what was told", context())
        }
        Ok(_) => {}
    }
    let json = std::fs::read(path).with_context(context)?;
    Told::read(&json).map_err(|why| anyhow::anyhow!("{}: {why}", context()))
}
