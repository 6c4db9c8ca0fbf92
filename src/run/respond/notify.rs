//! `scan --notify-channel`: what is new, told once.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use matterleaks::finding::{Report, Secret, Untrusted};
use matterleaks::redact::Redactor;
use matterleaks::report;
use matterleaks::report::record::Record;
use matterleaks::respond::{self, Api, ChannelName, Told};
use matterleaks::rule::Rules;
use matterleaks::verify::{Base, Options};

use super::LONGEST;
use crate::cli::{Cli, Scan, Unpaired};
use crate::run::{file, live};

/// Tells a channel. Made before the scan: what is wrong with it is said before an hour, not after it.
pub struct Notifier {
    base: Base,
    options: Options,
    /// None if nothing is to be sent.
    token: Option<Secret>,
    team: Option<ChannelName>,
    channel: ChannelName,
    state: PathBuf,
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
        told(&notify.notify_state)?;
        Ok(Some(Notifier {
            options: super::options(base.clone(), args.live.allow_http, certificates),
            base,
            token: (!notify.dry_run)
                .then(|| super::token(None, false))
                .transpose()?,
            team: notify.notify_team.clone(),
            channel: channel.clone(),
            state: notify.notify_state.clone(),
            unpaired: args.reports.unpaired == Unpaired::Fail,
            quiet: cli.quiet,
        }))
    }

    /// Tells what is new in a report. Whether that was done; if not, why is on stderr: what was found is in the report
    /// all the same.
    pub fn tell(&self, rules: &Rules, report: &Report) -> bool {
        let told = self.try_tell(rules, report);
        let line = match &told {
            Ok(number) if *number == 0 || self.quiet => return true,
            Ok(number) => format!("told ~{} of {number}", self.channel.as_str()),
            Err(error) => format!("cannot tell ~{}: {error:#}", self.channel.as_str()),
        };
        let line = Redactor::blind().line(&Untrusted::new(line));
        let _ = writeln!(io::stderr(), "matterleaks: {line}");
        told.is_ok()
    }

    fn try_tell(&self, rules: &Rules, report: &Report) -> Result<usize> {
        // Redacted, whatever else the user asked for; and each credential once.
        let redactor = Redactor::of(report, false);
        let record = Record::of(report, &redactor, report::Unpaired::Report);
        let record = Record::merge(vec![record]).context("no report")?;
        let mut told = told(&self.state)?;
        let team = self.team.as_ref().map_or("", |team| team.as_str());
        let called = format!("{}/{team}/{}", self.base.as_str(), self.channel.as_str());
        let news = respond::news(&record, &told, &called, self.unpaired);
        if news.is_empty() {
            return Ok(0);
        }
        let Some(token) = &self.token else {
            for post in respond::shown_news(&record, &news, LONGEST) {
                for line in post.lines() {
                    writeln!(
                        io::stderr(),
                        "{}",
                        Record::redactor().line(&Untrusted::new(line))
                    )?;
                }
            }
            return Ok(0);
        };
        let api = Api::open(rules, &self.options, &self.base, token.clone())?;
        let team = api.team(self.team.as_ref())?;
        let channel = api.open_channel(&team, &self.channel)?;
        let mut keep = |told: &Told| {
            file::replace(
                &self.state,
                |out| Ok(out.write_all(told.json().as_bytes())?),
            )
            .with_context(|| format!("cannot write {}", self.state.display()))
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

fn told(path: &Path) -> Result<Told> {
    const LARGEST: u64 = 64 << 20;
    let context = || format!("cannot read {}", path.display());
    match std::fs::metadata(path) {
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
