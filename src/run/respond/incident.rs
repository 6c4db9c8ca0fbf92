//! `respond open`, `sync` and `close`.

use std::path::Path;

use anyhow::{Context, Result, bail};
use matterleaks::report::record::Record;
use matterleaks::report::{self, ExitCode, Format, Style};
use matterleaks::respond::{self, Direction, Said, Selector, Sent, Turn};
use matterleaks::rule::Rules;
use matterleaks::scan::{self, Presence};

use super::{Server, record, say, show};
use crate::cli::{self, Connection, RespondCommand};
use crate::run::file;

/// Does what the command line says.
pub fn run(command: &RespondCommand) -> Result<ExitCode> {
    match command {
        RespondCommand::Open {
            to,
            private,
            reopen,
            invite,
            dry_run,
            id,
            report,
        } => {
            let turn = Turn {
                private: *private,
                reopen: *reopen,
                invite: invite.clone(),
            };
            open(to, &turn, *dry_run, id, report)
        }
        RespondCommand::Sync {
            to,
            direction,
            autoclose,
            output,
            dry_run,
            report,
        } => {
            let direction = match direction {
                cli::Direction::Both => Direction::Both,
                cli::Direction::ToChannel => Direction::ToChannel,
                cli::Direction::FromChannel => Direction::FromChannel,
            };
            let output = output.as_deref().unwrap_or(report);
            sync(to, direction, *autoclose, *dry_run, report, output)
        }
        RespondCommand::Close {
            to,
            dry_run,
            id,
            report,
        } => close(to, *dry_run, id, report.as_deref()),
        _ => bail!("no such command"),
    }
}

fn open(to: &Connection, turn: &Turn, dry: bool, id: &Selector, path: &Path) -> Result<ExitCode> {
    let record = record(path)?;
    let finding = id.find(&record)?;
    if dry {
        let name = Selector::parse(&finding.id)?.channel();
        let name = name.as_ref().map_or("", |name| name.as_str());
        say(&format!("would open {name} with the post"))?;
        show(&respond::message(&record, finding))?;
        for who in turn.invite.iter().cloned().chain(respond::authors(finding)) {
            say(&format!("would invite {who}, if the server knows them"))?;
        }
        return Ok(ExitCode::Clean);
    }
    let rules = Rules::load(&[])?;
    let server = Server::of(to, &rules)?;
    let api = server.open(&rules)?;
    let team = api.team(to.team.as_ref())?;
    let opened = respond::open(&api, &team, &record, finding, turn)?;
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

fn sync(
    to: &Connection,
    direction: Direction,
    autoclose: bool,
    dry: bool,
    path: &Path,
    output: &Path,
) -> Result<ExitCode> {
    let mut record = record(path)?;
    let rules = Rules::load(&[])?;
    let over = match autoclose {
        true => over(&rules, &record)?,
        false => Vec::new(),
    };
    let server = Server::of(to, &rules)?;
    let api = server.open(&rules)?;
    let team = api.team(to.team.as_ref())?;
    let mut said: Vec<Said> = Vec::new();
    let ended = respond::sync(
        &api,
        &team,
        &mut record,
        direction,
        dry,
        &|finding| over.contains(&finding.id),
        &mut |turn| said.push(turn),
    );
    // What came back before a failure is kept.
    if !dry && direction != Direction::ToChannel {
        write(output, &record)?;
    }
    for turn in &said {
        tell(turn, dry)?;
    }
    if said.is_empty() && ended.is_ok() {
        say("no incident is open")?;
    }
    ended?;
    Ok(ExitCode::Clean)
}

fn tell(turn: &Said, dry: bool) -> Result<()> {
    let name = &turn.channel;
    match (&turn.told, dry) {
        _ if !turn.reported => return say(&format!("{name}: not in this report")),
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
    let mut over = Vec::new();
    let with_incident = |id: &str| {
        record
            .findings
            .iter()
            .any(|finding| finding.id == id && finding.verdict.status == "rejected")
    };
    for finding in &record.report().findings {
        let id = finding.id.as_str();
        if !with_incident(id) {
            continue;
        }
        let short: String = id.chars().take(12).collect();
        match scan::presence(rules, finding)? {
            Presence::Gone => over.push(id.to_owned()),
            Presence::Stands(why) | Presence::Unclear(why) => {
                say(&format!("{short} is rejected and stays open: {why}"))?
            }
        }
    }
    Ok(over)
}

fn write(path: &Path, record: &Record) -> Result<()> {
    file::replace(path, |out| {
        Ok(report::write_record(
            Format::Json,
            record,
            &Style::default(),
            out,
        )?)
    })
    .with_context(|| format!("cannot write {}", path.display()))
}

fn close(to: &Connection, dry: bool, id: &Selector, path: Option<&Path>) -> Result<ExitCode> {
    let name = match path {
        Some(path) => {
            let record = record(path)?;
            Selector::parse(&id.find(&record)?.id)?.channel()
        }
        None => id.channel(),
    };
    let Some(name) = name else {
        bail!(
            "an incident is closed by at least 12 digits of its finding's id, or by 8 with a report"
        );
    };
    if dry {
        say(&format!("would archive the channel {}", name.as_str()))?;
        return Ok(ExitCode::Clean);
    }
    let rules = Rules::load(&[])?;
    let server = Server::of(to, &rules)?;
    let api = server.open(&rules)?;
    let team = api.team(to.team.as_ref())?;
    match respond::close(&api, &team, &name)? {
        true => say(&format!(
            "{} closed: its channel is archived",
            name.as_str()
        ))?,
        false => say(&format!("{} was closed already", name.as_str()))?,
    }
    Ok(ExitCode::Clean)
}
