//! Open incidents, brought up to date: what a report has that is new goes into the channel, what people wrote there
//! comes back into the report.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::api::Api;
use super::failure::Failure;
use super::incident::{DEPTH, archive, first, marked, ours};
use super::message::{self, fit};
use super::name::{ChannelName, Id};
use super::post::{Draft, Mark, Sent, ensure_among, mark, marks};
use super::text::cut;
use super::wire::{Channel, Post, Team, User};
use crate::finding::{CredentialId, Untrusted};
use crate::redact::Redactor;
use crate::report::record::{Finding, Incident, IncidentState, Note, Record};
use crate::time;

/// Messages of an incident that a report keeps, and characters of each.
const MOST_NOTES: usize = 500;
const LONGEST_NOTE: usize = 4_000;

/// Which way news goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Into the channel, and back.
    Both,
    /// From the report into the channel.
    ToChannel,
    /// From the channel into the report.
    FromChannel,
}

/// Whose an open incident is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// A finding's that the report has.
    Reported,
    /// Another one's.
    Another,
    /// Somebody else's: nothing in it is of our user.
    Foreign,
}

/// What became of one open incident.
#[derive(Debug)]
pub struct Turn {
    /// Its channel.
    pub channel: String,
    /// Whose it is.
    pub of: Of,
    /// What there was to tell the channel, and what became of it.
    pub told: Option<(String, Sent)>,
    /// How many messages came back that the report did not have.
    pub notes: usize,
    /// Whether it was closed.
    pub closed: bool,
}

impl Turn {
    fn of(channel: &Channel, of: Of) -> Turn {
        Turn {
            channel: channel.name.clone(),
            of,
            told: None,
            notes: 0,
            closed: false,
        }
    }
}

/// Open incidents of a team, and what is to be done with them.
pub struct Sync<'a, 'o> {
    /// The server.
    pub api: &'a Api<'o>,
    /// The team.
    pub team: &'a Team,
    /// Which way news goes.
    pub direction: Direction,
    /// The ids of findings whose incidents are closed.
    pub over: Vec<String>,
    /// Whether nothing is to be changed.
    pub dry: bool,
}

impl Sync<'_, '_> {
    /// Brings them up to date. Each is handed to `done` as soon as it is, and the report holds its notes by then.
    pub fn run(&self, record: &mut Record, done: &mut dyn FnMut(Turn)) -> Result<(), Failure> {
        let path = format!("/users/me/teams/{}/channels", self.team.id);
        let mut channels: Vec<Channel> = self.api.get("list the open incidents", &path)?;
        channels.retain(|channel| !channel.is_archived());
        channels.sort_by(|a, b| a.name.cmp(&b.name));
        if self.direction != Direction::ToChannel {
            close_closed(self.api, self.team, record, &channels)?;
        }
        for channel in &channels {
            let name = ChannelName::parse(&channel.name);
            let Some(digits) = name.as_ref().and_then(ChannelName::incident) else {
                continue;
            };
            let begins = |finding: &Finding| finding.id.starts_with(digits);
            let mut meant = record.findings.iter().filter(|one| begins(one));
            let (Some(first), other) = (meant.next(), meant.next()) else {
                done(Turn::of(channel, Of::Another));
                continue;
            };
            let only = other.is_none().then(|| first.id.clone());
            // The name has some digits of the id, and anybody can make a channel of it. Our own post has all.
            let posts = self.api.posts(channel, DEPTH)?;
            // Where we were cut off before we posted, the channel is ours all the same.
            let only = only.filter(|_| ours(self.api, channel));
            let id = marked(self.api, &posts).or(only);
            let sound = |id: &String| CredentialId::parse(id).is_some();
            let mut findings = record.findings.iter();
            done(match id {
                None => Turn::of(channel, Of::Foreign),
                Some(id) => match findings.position(|one| one.id == id && sound(&one.id)) {
                    Some(at) => self.one(record, at, channel, &posts)?,
                    None => Turn::of(channel, Of::Another),
                },
            });
        }
        Ok(())
    }

    fn one(
        &self,
        record: &mut Record,
        at: usize,
        channel: &Channel,
        posts: &[Post],
    ) -> Result<Turn, Failure> {
        let (api, redactor) = (self.api, message::redactor(record));
        let mut turn = Turn::of(channel, Of::Reported);
        if let Some(finding) = record.findings.get_mut(at)
            && self.direction != Direction::ToChannel
        {
            turn.notes = keep(finding, channel, notes(api, posts, &redactor)?);
        }
        let Some(finding) = record.findings.get(at) else {
            return Ok(turn);
        };
        if self.direction != Direction::FromChannel
            && let Some(draft) = news(api, record, finding, posts, &redactor)?
        {
            let sent = match self.dry {
                true => Sent::There,
                false => ensure_among(api, channel, posts, &draft)?,
            };
            turn.told = Some((draft.text, sent));
        }
        turn.closed = self.over.contains(&finding.id);
        if turn.closed && !self.dry {
            archive(
                api,
                channel,
                &format!("close the incident {}", channel.name),
            )?;
            let finding = record.findings.get_mut(at);
            if let Some(incident) = finding.and_then(|finding| finding.incident.as_mut()) {
                incident.state = IncidentState::Closed;
            }
        }
        Ok(turn)
    }
}

/// Marks the incidents of a report that were closed since.
fn close_closed(
    api: &Api<'_>,
    team: &Team,
    record: &mut Record,
    open: &[Channel],
) -> Result<(), Failure> {
    let incidents = record
        .findings
        .iter_mut()
        .filter_map(|finding| finding.incident.as_mut());
    for incident in incidents.filter(|incident| incident.state == IncidentState::Open) {
        let name = ChannelName::parse(&incident.channel)
            .filter(|name| open.iter().all(|one| one.name != name.as_str()));
        let found = name
            .map(|name| api.channel(team, &name))
            .transpose()?
            .flatten();
        if found.is_some_and(|channel| channel.is_archived()) {
            incident.state = IncidentState::Closed;
        }
    }
    Ok(())
}

/// What a channel is to be told, if anything.
fn news(
    api: &Api<'_>,
    record: &Record,
    finding: &Finding,
    posts: &[Post],
    redactor: &Redactor,
) -> Result<Option<Draft>, Failure> {
    let before = marks(api, posts).filter(|mark| mark.finding.as_ref() == Some(&finding.id));
    let Some(before) = before.filter_map(|mark| mark.state).next() else {
        return Ok(Some(first(record, finding, api.longest_post()?)));
    };
    let lines = before.changes(record, finding, redactor);
    if lines.is_empty() {
        return Ok(None);
    }
    let text = format!(
        "{}\n{}\n",
        message::head(record, finding, redactor),
        lines.join("\n")
    );
    // Back and forth is two changes: the number of marks before makes them two posts.
    let number = marks(api, posts).count();
    let mark = Mark {
        finding: Some(finding.id.clone()),
        state: Some(before.then(record, finding, redactor)),
        told: vec![format!("after {number}")],
        ..Mark::default()
    };
    let what = message::timeless(record, &text);
    Ok(Some(Draft::keyed(
        fit(text, api.longest_post()?),
        mark,
        &what,
    )))
}

/// What people have written, oldest first.
fn notes(api: &Api<'_>, posts: &[Post], redactor: &Redactor) -> Result<Vec<Note>, Failure> {
    let me = &api.me().id;
    let own = |post: &Post| post.user_id == *me && mark(post).is_some();
    let people = posts
        .iter()
        .filter(|post| post.kind.is_empty() && !own(post));
    let mut people: Vec<&Post> = people.take(MOST_NOTES).collect();
    people.reverse();
    let ids: BTreeSet<&str> = people.iter().map(|post| post.user_id.as_str()).collect();
    let users: Vec<User> = match ids.is_empty() {
        true => Vec::new(),
        false => api.post("see who wrote in the channel", "/users/ids", &json!(ids))?,
    };
    let names: BTreeMap<Id, String> = users
        .into_iter()
        .map(|user| (user.id, user.username))
        .collect();
    let text = |text: &str| redactor.text(&Untrusted::new(text));
    let note = |post: &&Post| Note {
        post: post.id.to_string(),
        author: names
            .get(&post.user_id)
            .map_or_else(|| "unknown".into(), |name| cut(&text(name), 64)),
        at: time::utc(post.create_at.div_euclid(1_000)),
        text: cut(&text(&post.message), LONGEST_NOTE),
    };
    Ok(people.iter().map(note).collect())
}

/// Lays what was read over what a report has: new messages are added, edited ones replaced. How many are new.
fn keep(finding: &mut Finding, channel: &Channel, new: Vec<Note>) -> usize {
    let incident = finding.incident.get_or_insert_with(|| Incident {
        channel: channel.name.clone(),
        state: IncidentState::Open,
        notes: Vec::new(),
    });
    incident.channel.clone_from(&channel.name);
    incident.state = IncidentState::Open;
    let mut added = 0;
    for note in new {
        match incident.notes.iter_mut().find(|old| old.post == note.post) {
            Some(old) => *old = note,
            None => {
                incident.notes.push(note);
                added += 1;
            }
        }
    }
    let excess = incident.notes.len().saturating_sub(MOST_NOTES);
    incident.notes.drain(..excess);
    added
}
