//! An incident: one finding, one channel. Opened, kept up to date in both directions, closed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::api::Api;
use super::failure::{Failure, Why};
use super::message::{self, fit};
use super::name::{ChannelName, Id, Who};
use super::post::{Draft, Mark, Sent, ensure_among, mark, marks};
use super::state::State;
use super::text::cut;
use super::wire::{Channel, Post, Team, User};
use crate::finding::{CredentialId, Untrusted};
use crate::redact::Redactor;
use crate::report::record::{Finding, Incident, IncidentState, Note, Record};
use crate::time;

/// Pages of an incident's channel that are read: all, but for one that runs wild.
const DEPTH: usize = 500;

/// Messages of an incident that a report keeps, and characters of each.
const MOST_NOTES: usize = 500;
const LONGEST_NOTE: usize = 4_000;

/// How a channel is opened.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    /// Only for who is invited.
    pub private: bool,
    /// One that was archived is restored.
    pub reopen: bool,
    /// Who is to be there, as people named them.
    pub invite: Vec<Who>,
}

/// What became of a channel that was to be opened.
#[derive(Debug)]
pub struct Opened {
    /// The channel.
    pub channel: Channel,
    /// Whether it was made now.
    pub made: bool,
    /// What became of the first message.
    pub first: Sent,
    /// Who was invited.
    pub invited: Vec<String>,
    /// Who was not, and why.
    pub left_out: Vec<(String, String)>,
}

/// The first message of a finding's incident.
fn first(record: &Record, finding: &Finding, longest: usize) -> Draft {
    let redactor = message::redactor(record);
    let mark = Mark {
        finding: Some(finding.id.clone()),
        state: Some(State::of(finding, &redactor)),
        ..Mark::default()
    };
    Draft::marked(fit(message::finding(record, finding), longest), mark)
}

/// Opens the incident of a finding, or goes on where that stopped.
pub fn open(
    api: &Api<'_>,
    team: &Team,
    record: &Record,
    finding: &Finding,
    how: &Turn,
) -> Result<Opened, Failure> {
    let name = name_of(finding)?;
    // Before anything is made: a name that was mistyped is no reason to leave half of it behind.
    let named: Vec<User> = how
        .invite
        .iter()
        .map(|who| api.known_user(who))
        .collect::<Result<_, _>>()?;
    let (channel, made) = channel(api, team, &name, how)?;
    api.join(&channel)?;
    let posts = api.posts(&channel, DEPTH)?;
    let theirs = marks(api, &posts).find_map(|mark| mark.finding);
    if theirs.as_ref().is_some_and(|id| *id != finding.id) {
        let step = format!("open the incident {}", name.as_str());
        return Err(Failure::said(
            step,
            "its channel is that of another finding, whose id begins the same",
        ));
    }
    let sent = match theirs {
        Some(_) => Sent::There,
        None => ensure_among(
            api,
            &channel,
            &posts,
            &first(record, finding, api.longest_post()?),
        )?,
    };
    let mut opened = Opened {
        channel,
        made,
        first: sent,
        invited: Vec::new(),
        left_out: Vec::new(),
    };
    let mut done = BTreeSet::from([api.me().id.clone()]);
    for user in named {
        if done.insert(user.id.clone()) {
            api.add(&opened.channel, &user)?;
            opened.invited.push(user.username);
        }
    }
    for who in concerned(api, finding) {
        let step = |why: &str| (who.to_string(), why.to_owned());
        match api.user(&who) {
            Ok(Some(user)) if user.is_bot => opened.left_out.push(step("a bot")),
            Ok(Some(user)) if user.delete_at > 0 => opened.left_out.push(step("deactivated")),
            Ok(Some(user)) => {
                if done.insert(user.id.clone()) {
                    match api.add(&opened.channel, &user) {
                        Ok(()) => opened.invited.push(user.username),
                        Err(failure) => opened.left_out.push((who.to_string(), refusal(failure)?)),
                    }
                }
            }
            Ok(None) => opened.left_out.push(step("not known to the server")),
            Err(failure) => opened.left_out.push((who.to_string(), refusal(failure)?)),
        }
    }
    Ok(opened)
}

/// What a server says against somebody whom nobody named. That there is no answer is no such word.
fn refusal(failure: Failure) -> Result<String, Failure> {
    match failure.why {
        Why::Refused {
            status: 400..=428, ..
        }
        | Why::Said(_) => Ok(failure.why.to_string()),
        _ => Err(failure),
    }
}

/// Who committed a finding, by the addresses of the commits.
pub fn authors(finding: &Finding) -> BTreeSet<Who> {
    let commits = finding
        .history
        .iter()
        .flat_map(|history| &history.introduced);
    let address = |author: &str| {
        let (_, address) = author.rsplit_once('<')?;
        Who::address(address.strip_suffix('>')?)
    };
    commits
        .filter_map(|commit| address(&commit.author))
        .take(20)
        .collect()
}

/// Who has to do with a finding: those who committed it, and whose the token is, if it is of this server.
fn concerned(api: &Api<'_>, finding: &Finding) -> BTreeSet<Who> {
    let mut all = authors(finding);
    let here = finding
        .server()
        .and_then(crate::verify::Base::read)
        .as_ref()
        == Some(api.base());
    let owner = finding
        .verdict
        .owner
        .as_ref()
        .filter(|owner| here && !owner.is_bot);
    all.extend(owner.and_then(|owner| Who::parse(&owner.username)));
    all
}

fn name_of(finding: &Finding) -> Result<ChannelName, Failure> {
    let id = CredentialId::parse(&finding.id);
    let id =
        id.ok_or_else(|| Failure::said("name the incident's channel", "the report's id is none"))?;
    Ok(ChannelName::of_incident(&id))
}

/// The channel of an incident, and whether it was made now.
fn channel(
    api: &Api<'_>,
    team: &Team,
    name: &ChannelName,
    how: &Turn,
) -> Result<(Channel, bool), Failure> {
    let step = format!("open the incident {}", name.as_str());
    match api.channel(team, name)? {
        Some(channel) if how.private && channel.kind == "O" => Err(Failure::said(
            step,
            "its channel is there and public; make it private in Mattermost first",
        )),
        Some(channel) if !channel.is_archived() => Ok((channel, false)),
        Some(channel) if how.reopen => {
            let path = format!("/channels/{}/restore", channel.id);
            let restored: Channel = api.post(&step, &path, &json!({}))?;
            Ok((restored, false))
        }
        Some(_) => Err(Failure::said(
            step,
            "it was closed, and its channel is archived; --reopen restores it",
        )),
        None => {
            let kind = if how.private { "P" } else { "O" };
            let body = json!({
                "team_id": team.id.as_str(), "name": name.as_str(), "display_name": name.as_str(), "type": kind,
                "purpose": "A leaked credential: what is known, and what is done about it",
            });
            let made: Result<Channel, Failure> = api.post(&step, "/channels", &body);
            let taken = "store.sql_channel.save_channel.exists.app_error";
            made.map(|channel| (channel, true)).map_err(|failure| match failure.is(taken) {
                true => Failure::said(step, "its channel is private, and the token's user is not in it: /invite it there"),
                false => failure,
            })
        }
    }
}

/// Closes an incident. Whether it was open.
pub fn close(api: &Api<'_>, team: &Team, name: &ChannelName) -> Result<bool, Failure> {
    let step = format!("close the incident {}", name.as_str());
    match api.channel(team, name)? {
        None => Err(Failure::said(
            step,
            "it has no channel in the team, or it is private and the token's user is not in it",
        )),
        Some(channel) if channel.is_archived() => Ok(false),
        Some(channel) => {
            archive(api, &channel, &step)?;
            Ok(true)
        }
    }
}

fn archive(api: &Api<'_>, channel: &Channel, step: &str) -> Result<(), Failure> {
    let _: Value = api.json("DELETE", step, &format!("/channels/{}", channel.id), None)?;
    Ok(())
}

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

/// What became of one open incident.
#[derive(Debug)]
pub struct Said {
    /// Its channel.
    pub channel: String,
    /// Whether the report has its finding.
    pub reported: bool,
    /// What there was to tell the channel, and what became of it.
    pub told: Option<(String, Sent)>,
    /// How many messages came back that the report did not have.
    pub notes: usize,
    /// Whether it was closed.
    pub closed: bool,
}

/// Brings every open incident of the team up to date. `may_close` says whether a finding is over. `dry` sends nothing.
/// Each is handed to `said` as soon as it is done, and the report holds its notes by then.
pub fn sync(
    api: &Api<'_>,
    team: &Team,
    record: &mut Record,
    direction: Direction,
    dry: bool,
    may_close: &dyn Fn(&Finding) -> bool,
    said: &mut dyn FnMut(Said),
) -> Result<(), Failure> {
    let path = format!("/users/me/teams/{}/channels", team.id);
    let mut channels: Vec<Channel> = api.get("list the open incidents", &path)?;
    channels.sort_by(|a, b| a.name.cmp(&b.name));
    let redactor = message::redactor(record);
    if direction != Direction::ToChannel {
        close_closed(api, team, record, &channels)?;
    }
    for channel in channels {
        let name = ChannelName::parse(&channel.name).filter(|_| !channel.is_archived());
        let Some(digits) = name.as_ref().and_then(ChannelName::incident) else {
            continue;
        };
        let mut turn = Said {
            channel: channel.name.clone(),
            reported: false,
            told: None,
            notes: 0,
            closed: false,
        };
        let Some(at) = record
            .findings
            .iter()
            .position(|finding| finding.id.starts_with(digits))
        else {
            said(turn);
            continue;
        };
        turn.reported = true;
        let posts = api.posts(&channel, DEPTH)?;
        if direction != Direction::ToChannel {
            let new = notes(api, &posts, &redactor)?;
            if let Some(finding) = record.findings.get_mut(at) {
                turn.notes = keep(finding, &channel, new);
            }
        }
        let Some(finding) = record.findings.get(at) else {
            continue;
        };
        if direction != Direction::FromChannel
            && let Some(draft) = news(api, record, finding, &posts, &redactor)?
        {
            let sent = match dry {
                true => Sent::There,
                false => ensure_among(api, &channel, &posts, &draft)?,
            };
            turn.told = Some((draft.text, sent));
        }
        if may_close(finding) {
            turn.closed = true;
            if !dry {
                archive(
                    api,
                    &channel,
                    &format!("close the incident {}", channel.name),
                )?;
                if let Some(incident) = record
                    .findings
                    .get_mut(at)
                    .and_then(|finding| finding.incident.as_mut())
                {
                    incident.state = IncidentState::Closed;
                }
            }
        }
        said(turn);
    }
    Ok(())
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
    let lines = before.changes(finding, redactor);
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
        state: Some(before.then(finding, redactor)),
        told: vec![format!("after {number}")],
        ..Mark::default()
    };
    Ok(Some(Draft::marked(fit(text, api.longest_post()?), mark)))
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
