//! `respond open`, `sync` and `close`.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use matterleaks::finding::Status;
use matterleaks::report::ExitCode;
use matterleaks::report::record::Record;
use matterleaks::respond::{self, Direction, Of, Opening, Selector, Sent, Turn};
use matterleaks::rule::Rules;
use matterleaks::scan::{Around, Presence};
use serde_json::Value;

use super::{Server, record, say, show};
use crate::cli::{self, CloseArgs, OpenArgs, SyncArgs};
use crate::run::{file, read_report};

/// Opens an incident.
pub fn open(args: &OpenArgs) -> Result<ExitCode> {
    let record = record(&args.report)?;
    let finding = args.id.find(&record)?;
    if args.dry_run {
        let name = Selector::parse(&finding.id)?.channel();
        let name = name.as_ref().map_or("", |name| name.as_str());
        say(&format!("would open {name} with the post"))?;
        show(&respond::message(&record, finding))?;
        for who in args.invite.iter().cloned().chain(respond::authors(finding)) {
            say(&format!("would invite {who}, if the server knows them"))?;
        }
        return Ok(ExitCode::Clean);
    }
    let rules = Rules::load(&[])?;
    let server = Server::of(&args.to, &rules)?;
    let api = server.open(&rules)?;
    let team = api.team(args.to.team.as_ref())?;
    let opening = Opening {
        private: args.private,
        reopen: args.reopen,
        adopt: args.adopt,
        invite: args.invite.clone(),
    };
    let opened = respond::open(&api, &team, &record, finding, &opening)?;
    let made = if opened.made { "opened" } else { "is open" };
    say(&format!("{} {made}", opened.channel.name))?;
    if opened.first == Sent::Posted {
        say("posted the finding")?;
    }
    for name in &opened.invited {
        say(&format!("@{name} is there"))?;
    }
    for (who, why) in &opened.left_out {
        say(&format!("{who} was not invited: {why}"))?;
    }
    Ok(ExitCode::Clean)
}

/// Brings the open ones up to date.
pub fn sync(args: &SyncArgs) -> Result<ExitCode> {
    if args.autoclose && matches!(args.direction, cli::Direction::FromChannel) {
        bail!("--autoclose changes channels, and --direction from-channel leaves them as they are");
    }
    let mut record = record(&args.report)?;
    let rules = Rules::load(&[])?;
    let over = match args.autoclose {
        true => over(&rules, &record)?,
        false => Vec::new(),
    };
    let server = Server::of(&args.to, &rules)?;
    let api = server.open(&rules)?;
    let sync = respond::Sync {
        api: &api,
        team: &api.team(args.to.team.as_ref())?,
        direction: match args.direction {
            cli::Direction::Both => Direction::Both,
            cli::Direction::ToChannel => Direction::ToChannel,
            cli::Direction::FromChannel => Direction::FromChannel,
        },
        over,
        dry: args.dry_run,
    };
    let mut turns: Vec<Turn> = Vec::new();
    let ended = sync.run(&mut record, &mut |turn| turns.push(turn));
    // What came back before a failure is kept.
    if !args.dry_run && sync.direction != Direction::ToChannel {
        write(args, &record)?;
    }
    for turn in &turns {
        tell(turn, args.dry_run)?;
    }
    if turns.is_empty() && ended.is_ok() {
        say("no incident is open")?;
    }
    ended?;
    Ok(ExitCode::Clean)
}

fn tell(turn: &Turn, dry: bool) -> Result<()> {
    let name = &turn.channel;
    match (&turn.told, dry) {
        _ if turn.of == Of::Another => return say(&format!("{name}: not in this report")),
        _ if turn.of == Of::Foreign => return say(&format!("{name}: not opened by this user")),
        (Some((text, _)), true) => {
            say(&format!("{name}: would post"))?;
            show(text)?;
        }
        (Some((_, Sent::Posted)), false) => say(&format!("{name}: told what changed"))?,
        (Some((_, Sent::There)), false) | (None, _) => {
            say(&format!("{name}: nothing new to tell"))?
        }
    }
    if turn.notes > 0 {
        let plural = if turn.notes == 1 { "" } else { "s" };
        say(&format!("{name}: {} new message{plural} read", turn.notes))?;
    }
    match (turn.closed, dry) {
        (true, true) => say(&format!("{name}: would be closed")),
        (true, false) => say(&format!("{name}: closed")),
        (false, _) => Ok(()),
    }
}

/// The findings that are over: refused by their server, and gone from where people work.
fn over(rules: &Rules, record: &Record) -> Result<Vec<String>> {
    let rejected = record
        .findings
        .iter()
        .filter(|finding| finding.verdict.status == Status::Rejected)
        .map(|finding| finding.id.as_str());
    let rejected: Vec<&str> = rejected.collect();
    let mut over = Vec::new();
    if rejected.is_empty() {
        return Ok(over);
    }
    let mut recorded = record.recorded();
    recorded.retain(|finding| rejected.contains(&finding.id.as_str()));
    let around = Around::look(rules, &record.sources(), record.started_at(), &recorded)?;
    for finding in &recorded {
        let id = finding.id.as_str();
        let short: String = id.chars().take(12).collect();
        match around.presence(finding) {
            Presence::Gone => over.push(id.to_owned()),
            Presence::Stands(why) | Presence::Unclear(why) => {
                say(&format!("{short} is rejected and stays open: {why}"))?
            }
        }
    }
    Ok(over)
}

/// Lays the incidents into the report as it is now: others may have written it meanwhile, and their word stays.
fn write(args: &SyncArgs, record: &Record) -> Result<()> {
    let context = || args.report.display().to_string();
    let bytes = read_report(&args.report)?;
    Record::read(&bytes).with_context(context)?;
    let mut report: Value = serde_json::from_slice(&bytes).with_context(context)?;
    let incidents: BTreeMap<&str, Value> = record
        .findings
        .iter()
        .filter_map(|finding| Some((finding.id.as_str(), finding.incident.as_ref()?)))
        .map(|(id, incident)| Ok((id, serde_json::to_value(incident)?)))
        .collect::<Result<_>>()?;
    let mut changed = args.output.is_some();
    let findings = report.get_mut("findings").and_then(Value::as_array_mut);
    for finding in findings
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        let id = finding.get("id").and_then(Value::as_str);
        if let Some(incident) = id.and_then(|id| incidents.get(id))
            && finding.get("incident") != Some(incident)
        {
            finding.insert("incident".into(), incident.clone());
            changed = true;
        }
    }
    if !changed {
        return Ok(());
    }
    let path = args.output.as_ref().unwrap_or(&args.report);
    file::replace(path, |out| {
        serde_json::to_writer_pretty(&mut *out, &report)?;
        Ok(writeln!(out)?)
    })
    .with_context(|| format!("cannot write {}", path.display()))
}

/// Closes one.
pub fn close(args: &CloseArgs) -> Result<ExitCode> {
    let name = match &args.report {
        Some(path) => {
            let record = record(path)?;
            Selector::parse(&args.id.find(&record)?.id)?.channel()
        }
        None => args.id.channel(),
    };
    let Some(name) = name else {
        bail!(
            "an incident is closed by at least 12 digits of its finding's id, or by 8 with a report"
        );
    };
    if args.dry_run {
        say(&format!("would archive the channel {}", name.as_str()))?;
        return Ok(ExitCode::Clean);
    }
    let rules = Rules::load(&[])?;
    let server = Server::of(&args.to, &rules)?;
    let api = server.open(&rules)?;
    let team = api.team(args.to.team.as_ref())?;
    match respond::close(&api, &team, &name, args.adopt)? {
        true => say(&format!(
            "{} closed: its channel is archived",
            name.as_str()
        ))?,
        false => say(&format!("{} was closed already", name.as_str()))?,
    }
    Ok(ExitCode::Clean)
}
