//! The team's own server: one call a method, each named by the step that it is.

use std::cell::OnceCell;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::failure::{Failure, Why};
use super::name::{ChannelName, Who};
use super::wire::{Channel, Member, Post, Posts, Team, User};
use crate::finding::Secret;
use crate::rule::Rules;
use crate::verify::{Base, Call, Line, Options, Server, VerifyError};

/// Bytes of an answer: a page of posts of the greatest length fits in.
const MOST: usize = 64 << 20;

/// Posts that are asked for at once; servers give no more (`PerPageMaximum`).
const PAGE: usize = 200;

/// What a post may hold on servers that do not say it (`PostMessageMaxRunesV1`).
const OLD_POST: usize = 4_000;

/// A server that takes our token.
pub struct Api<'o> {
    line: Line<'o>,
    token: Secret,
    me: User,
    config: OnceCell<Value>,
}

/// Why there is nobody to talk to.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A step was not done.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The client cannot be set up.
    #[error(transparent)]
    Client(#[from] VerifyError),
}

impl<'o> Api<'o> {
    /// Contacts a server: first without the token, to see that it is Mattermost, then with it.
    pub fn open(
        rules: &Rules,
        options: &'o Options,
        base: &Base,
        token: Secret,
    ) -> Result<Api<'o>, OpenError> {
        let step = || format!("reach a Mattermost server at {}", base.as_str());
        let mut products = rules.products.iter().map(|product| &product.file);
        let product = products.find(|file| file.product == "mattermost");
        let Some(probe) = product.and_then(|file| file.live.probes.values().next()) else {
            return Err(Failure::said(step(), "the rules do not say how one is known").into());
        };
        let line = Line::open(options, probe, base)?.map_err(|unknown| Failure {
            step: step(),
            why: Why::Silent(unknown),
        })?;
        let me = json_of(
            &line,
            &token,
            "GET",
            "see whose the token is",
            "/users/me",
            None,
        )?;
        Ok(Api {
            line,
            token,
            me,
            config: OnceCell::new(),
        })
    }

    /// Whose token it is.
    pub fn me(&self) -> &User {
        &self.me
    }

    /// The server.
    pub fn base(&self) -> &Base {
        self.line.base()
    }

    /// What it says of itself.
    pub fn server(&self) -> Server {
        self.line.server()
    }

    pub(super) fn get<T: DeserializeOwned>(&self, step: &str, path: &str) -> Result<T, Failure> {
        self.json("GET", step, path, None)
    }

    pub(super) fn post<T: DeserializeOwned>(
        &self,
        step: &str,
        path: &str,
        body: &Value,
    ) -> Result<T, Failure> {
        self.json("POST", step, path, Some(body))
    }

    pub(super) fn json<T: DeserializeOwned>(
        &self,
        method: &str,
        step: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, Failure> {
        let content = body.map(|body| ("application/json", body.to_string().into_bytes()));
        json_of(&self.line, &self.token, method, step, path, content)
    }

    pub(super) fn send<T: DeserializeOwned>(
        &self,
        step: &str,
        path: &str,
        kind: &str,
        bytes: Vec<u8>,
    ) -> Result<T, Failure> {
        json_of(
            &self.line,
            &self.token,
            "POST",
            step,
            path,
            Some((kind, bytes)),
        )
    }

    /// A team by its name; without one the only team of the token's user.
    pub fn team(&self, name: Option<&ChannelName>) -> Result<Team, Failure> {
        let Some(name) = name else {
            let step = "tell which team is meant";
            let mut teams: Vec<Team> = self.get(step, "/users/me/teams")?;
            return match (teams.pop(), teams.is_empty()) {
                (Some(team), true) => Ok(team),
                (Some(_), false) => Err(Failure::said(
                    step,
                    "the token's user is in several: --team NAME",
                )),
                (None, _) => Err(Failure::said(
                    step,
                    "the token's user is in none; add it to one",
                )),
            };
        };
        let step = format!("find the team {}", name.as_str());
        let missing = "there is no such team, or the token's user is not in it: add it there";
        let team: Team = (self.get(&step, &format!("/teams/name/{}", name.as_str())))
            .map_err(|failure| failure.if_missing(missing))?;
        let path = format!("/teams/{}/members/{}", team.id, self.me.id);
        let member: Result<Value, Failure> = self.get(&step, &path);
        member
            .map_err(|failure| failure.if_missing("the token's user is not in it: add it there"))?;
        Ok(team)
    }

    pub(super) fn team_roles(&self, team: &Team) -> Result<String, Failure> {
        let path = format!("/teams/{}/members/{}", team.id, self.me.id);
        let member: Member = self.get("see the rights in the team", &path)?;
        Ok(member.roles)
    }

    /// A channel by its name, archived or not; none if there is none that the token's user may see.
    pub fn channel(&self, team: &Team, name: &ChannelName) -> Result<Option<Channel>, Failure> {
        let step = format!("find the channel {}", name.as_str());
        let path = format!(
            "/teams/{}/channels/name/{}?include_deleted=true",
            team.id,
            name.as_str()
        );
        match self.get(&step, &path) {
            Ok(channel) => Ok(Some(channel)),
            Err(failure) if failure.is_missing() => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// A channel to post to.
    pub fn open_channel(&self, team: &Team, name: &ChannelName) -> Result<Channel, Failure> {
        let step = format!("post to the channel {}", name.as_str());
        let why = match self.channel(team, name)? {
            Some(channel) if !channel.is_archived() => {
                self.join(&channel)?;
                return Ok(channel);
            }
            Some(_) => "it is archived; restore it, or name another one",
            None => {
                "there is none of this name in the team, or it is private and the token's user is not in it: /invite it there"
            }
        };
        Err(Failure::said(step, why))
    }

    /// Enters a channel, if we are not in it yet.
    pub(super) fn join(&self, channel: &Channel) -> Result<(), Failure> {
        let path = format!("/channels/{}/members/{}", channel.id, self.me.id);
        let inside: Result<Value, Failure> = self.get("see who is in the channel", &path);
        match inside {
            Ok(_) => Ok(()),
            // Who is in a channel is for those in it: a public one is joined.
            Err(failure) if failure.is_missing() || failure.is_forbidden() => {
                self.add(channel, &self.me)
            }
            Err(failure) => Err(failure),
        }
    }

    /// Brings a user into a channel. Who is there already stays.
    pub(super) fn add(&self, channel: &Channel, user: &User) -> Result<(), Failure> {
        let step = format!("bring @{} into the channel {}", user.username, channel.name);
        let path = format!("/channels/{}/members", channel.id);
        let body = json!({"user_id": user.id.as_str()});
        let added: Result<Value, Failure> = self.post(&step, &path, &body);
        let outside = "that user is not in the team: add the user to the team first";
        added
            .map(drop)
            .map_err(|failure| failure.if_missing(outside))
    }

    /// The channel between us and a user.
    pub fn direct(&self, user: &User) -> Result<Channel, Failure> {
        let step = format!("write to @{}", user.username);
        let body = json!([self.me.id.as_str(), user.id.as_str()]);
        self.post(&step, "/channels/direct", &body)
    }

    /// A user, if the server knows one and may say so.
    pub fn user(&self, who: &Who) -> Result<Option<User>, Failure> {
        match self.get(&format!("find the user {who}"), &who.path()) {
            Ok(user) => Ok(Some(user)),
            Err(failure) if failure.is_missing() => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// A user that was named.
    pub fn known_user(&self, who: &Who) -> Result<User, Failure> {
        let step = format!("find the user {who}");
        match self.user(who)? {
            Some(user) if user.delete_at > 0 => Err(Failure::said(step, "the user is deactivated")),
            Some(user) => Ok(user),
            None => Err(Failure::said(step, "the server knows nobody of this name")),
        }
    }

    /// The newest posts of a channel, newest first, `pages` at most.
    pub(super) fn posts(&self, channel: &Channel, pages: usize) -> Result<Vec<Post>, Failure> {
        let step = format!("read {}", channel.called());
        let mut all = Vec::new();
        for page in 0..pages {
            let path = format!("/channels/{}/posts?page={page}&per_page={PAGE}", channel.id);
            let mut posts: Posts = self.get(&step, &path)?;
            let length = posts.order.len();
            all.extend(posts.order.iter().filter_map(|id| posts.posts.remove(id)));
            if length < PAGE {
                break;
            }
        }
        all.retain(|post| post.delete_at == 0);
        // What was posted while we read has moved some to the next page: they came twice.
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|post| seen.insert(post.id.clone()));
        Ok(all)
    }

    /// Characters that a post may have.
    pub fn longest_post(&self) -> Result<usize, Failure> {
        Ok(self
            .limit("MaxPostSize")?
            .map_or(OLD_POST, |most| most.max(1_000)))
    }

    /// Bytes that a file may have, if the server says so.
    pub(super) fn largest_file(&self) -> Result<Option<usize>, Failure> {
        self.limit("MaxFileSize")
    }

    fn limit(&self, key: &str) -> Result<Option<usize>, Failure> {
        let config = match self.config.get() {
            Some(config) => config,
            None => {
                let read = self.get("read the server's limits", "/config/client?format=old")?;
                self.config.get_or_init(|| read)
            }
        };
        let said = config.get(key).and_then(Value::as_str);
        Ok(said.and_then(|text| text.parse().ok()))
    }
}

fn json_of<T: DeserializeOwned>(
    line: &Line<'_>,
    token: &Secret,
    method: &str,
    step: &str,
    path: &str,
    content: Option<(&str, Vec<u8>)>,
) -> Result<T, Failure> {
    let failure = |why| Failure {
        step: step.to_owned(),
        why,
    };
    let path = format!("/api/v4{path}");
    let call = Call {
        method,
        path: &path,
        token,
        content,
        most: MOST,
    };
    let answer = line
        .send(call)
        .map_err(|unknown| failure(Why::Silent(unknown)))?;
    if !(200..300).contains(&answer.status) {
        return Err(failure(Why::of(&answer)));
    }
    let json = answer.json.ok_or_else(|| failure(Why::Odd))?;
    serde_json::from_value(json).map_err(|_| failure(Why::Odd))
}
