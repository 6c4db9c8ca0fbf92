//! An incident: one finding, one channel. Opened and closed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::api::Api;
use super::failure::{Failure, Why};
use super::message::{self, fit};
use super::name::{ChannelName, Who};
use super::post::{Draft, Mark, Sent, ensure_among, marks};
use super::state::State;
use super::wire::{Channel, Post, Team, User};
use crate::finding::CredentialId;
use crate::report::record::{Finding, Record};

/// Pages of an incident's channel that are read: all, but for one that runs wild.
pub(super) const DEPTH: usize = 150;

/// How a channel is opened.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// Only for who is invited.
    pub private: bool,
    /// One that was archived is restored.
    pub reopen: bool,
    /// A channel of this name that somebody else has made is taken over.
    pub adopt: bool,
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
pub(super) fn first(record: &Record, finding: &Finding, longest: usize) -> Draft {
    let redactor = message::redactor(record);
    let mark = Mark {
        finding: Some(finding.id.clone()),
        state: Some(State::of(record, finding, &redactor)),
        ..Mark::default()
    };
    // Whatever it says: an incident is opened once.
    let text = fit(message::finding(record, finding), longest);
    Draft::keyed(text, mark, "incident")
}

/// Opens the incident of a finding, or goes on where that stopped.
pub fn open(
    api: &Api<'_>,
    team: &Team,
    record: &Record,
    finding: &Finding,
    how: &Opening,
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
    let theirs = marked(api, &posts);
    if theirs.is_none() && !ours(api, &channel) && !how.adopt {
        return Err(Failure::said(
            format!("open the incident {}", name.as_str()),
            "its channel was made by another user, and nothing in it is of this one; --adopt takes it over",
        ));
    }
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
            Ok(Some(user)) if user.is_guest() => {
                opened.left_out.push(step("a guest; --invite brings one"));
            }
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
    how: &Opening,
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
            match made {
                Err(failure) if failure.is(taken) => match api.channel(team, name)? {
                    // Somebody else was faster.
                    Some(channel) => Ok((channel, false)),
                    None => Err(Failure::said(
                        step,
                        "its channel is private, and the token's user is not in it: /invite it there",
                    )),
                },
                made => Ok((made?, true)),
            }
        }
    }
}

/// The finding that a channel is about, by the word of our own posts.
pub(super) fn marked(api: &Api<'_>, posts: &[Post]) -> Option<String> {
    marks(api, posts).find_map(|mark| mark.finding)
}

/// Whether we made it.
pub(super) fn ours(api: &Api<'_>, channel: &Channel) -> bool {
    channel.creator_id == api.me().id.as_str()
}

/// Closes an incident of ours, or with `adopt` anybody's. Whether it was open.
pub fn close(api: &Api<'_>, team: &Team, name: &ChannelName, adopt: bool) -> Result<bool, Failure> {
    let step = format!("close the incident {}", name.as_str());
    match api.channel(team, name)? {
        None => Err(Failure::said(
            step,
            "it has no channel in the team, or it is private and the token's user is not in it",
        )),
        Some(channel) if channel.is_archived() => Ok(false),
        Some(channel)
            if !adopt
                && !ours(api, &channel)
                && marked(api, &api.posts(&channel, DEPTH)?).is_none() =>
        {
            Err(Failure::said(
                step,
                "its channel was made by another user, and nothing in it is of this one; --adopt closes it all the same",
            ))
        }
        Some(channel) => {
            archive(api, &channel, &step)?;
            Ok(true)
        }
    }
}

pub(super) fn archive(api: &Api<'_>, channel: &Channel, step: &str) -> Result<(), Failure> {
    let _: Value = api.json("DELETE", step, &format!("/channels/{}", channel.id), None)?;
    Ok(())
}
