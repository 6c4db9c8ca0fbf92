//! What each request does, and what it is refused with.

use serde_json::{Value, json};

use super::world::{Channel, Post, User, World};
use crate::live::server::{Answer, Request, error, refused};

type Result<T> = std::result::Result<T, Answer>;

/// Rights of everybody in the team, and of everybody in a channel (`MakeDefaultRoles` of `model/role.go`).
const TEAM: [&str; 5] = [
    "list_team_channels",
    "join_public_channels",
    "read_public_channel",
    "create_public_channel",
    "create_private_channel",
];
const CHANNEL: [&str; 7] = [
    "read_channel",
    "create_post",
    "upload_file",
    "manage_public_channel_members",
    "manage_private_channel_members",
    "delete_public_channel",
    "delete_private_channel",
];
const ADMIN: [&str; 6] = [
    "revoke_user_access_token",
    "read_user_access_token",
    "edit_other_users",
    "manage_others_incoming_webhooks",
    "manage_system_wide_oauth",
    "manage_slash_commands",
];

fn forbidden() -> Answer {
    error(403, "api.context.permissions.app_error")
}

fn missing(id: &str) -> Answer {
    error(404, id)
}

pub fn route(world: &mut World, request: &Request) -> Answer {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    if let Some(hook) = path.strip_prefix("/hooks/") {
        let known = world
            .objects
            .get("hooks/incoming")
            .is_some_and(|all| all.iter().any(|one| one["id"] == hook));
        return match known {
            true => error(404, "web.incoming_webhook.channel.app_error"),
            false => error(400, "web.incoming_webhook.invalid.app_error"),
        };
    }
    let Some(path) = path.strip_prefix("/api/v4/") else {
        return Answer::html(200);
    };
    let me = request.bearer().and_then(|bearer| {
        let token = world
            .tokens
            .iter()
            .find(|token| token.secret == bearer && token.is_active)?;
        world
            .users
            .iter()
            .find(|user| user.id == token.user && user.delete_at == 0)
            .cloned()
    });
    let Some(me) = me else {
        return refused();
    };
    let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
    let words: Vec<&str> = path.split('/').collect();
    let call = Call {
        me,
        query,
        body,
        request,
    };
    let done = call.people(world, &request.method, &words);
    let done = done.or_else(|| call.channels(world, &request.method, &words));
    let done = done.or_else(|| call.secrets(world, &request.method, &words));
    match done {
        Some(Ok((status, json))) => Answer::json(status, json),
        Some(Err(answer)) => answer,
        None => missing("api.context.404.app_error"),
    }
}

struct Call<'r> {
    me: User,
    query: &'r str,
    body: Value,
    request: &'r Request,
}

type Done = Option<Result<(u16, Value)>>;

fn ok(json: Value) -> Done {
    Some(Ok((200, json)))
}

fn tried(done: Result<(u16, Value)>) -> Done {
    Some(done)
}

impl Call<'_> {
    fn is_admin(&self) -> bool {
        self.me.roles.contains("system_admin")
    }

    fn may(&self, world: &World, right: &str) -> Result<()> {
        let common = TEAM.contains(&right) || CHANNEL.contains(&right);
        let allowed = self.is_admin() || (common && !world.withheld.contains(right));
        allowed.then_some(()).ok_or_else(forbidden)
    }

    fn number(&self, key: &str, otherwise: usize) -> usize {
        let found = self
            .query
            .split('&')
            .find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
        found
            .and_then(|text| text.parse().ok())
            .unwrap_or(otherwise)
    }

    fn people(&self, world: &mut World, method: &str, words: &[&str]) -> Done {
        let user_of = |world: &World, test: &dyn Fn(&User) -> bool| {
            let found = world.users.iter().find(|user| test(user));
            found
                .map(user_json)
                .ok_or_else(|| missing("app.user.missing_account.const"))
                .map(|json| (200, json))
        };
        match (method, words) {
            ("GET", ["users", "me"]) => ok(user_json(&self.me)),
            ("GET", ["users", "me", "sessions"]) => {
                let token = world.tokens.iter().find(|token| self.request.bearer() == Some(&token.secret));
                let id = token.filter(|token| !token.session).map(|token| token.id.clone());
                ok(json!([{"id": "a", "last_activity_at": 1_700_000_000_000_u64, "props": {"user_access_token_id": id}}]))
            }
            ("GET", ["users", "me", "teams"]) => {
                let teams = world.teams.iter().filter(|team| team.2.contains(&self.me.id));
                ok(teams.map(|(id, name, _)| json!({"id": id, "name": name, "display_name": name})).collect())
            }
            ("GET", ["users", "me", "teams", team, "channels"]) => {
                let ours = |channel: &&Channel| {
                    channel.team == *team && channel.delete_at == 0 && channel.members.contains(&self.me.id)
                };
                ok(world.channels.iter().filter(ours).map(channel_json).collect())
            }
            ("GET", ["users", "username", name]) => tried(user_of(world, &|user| user.name == *name)),
            ("GET", ["users", "email", address]) => {
                let address = address.replace("%2B", "+").replace("%40", "@").replace("%25", "%");
                tried(user_of(world, &|user| address == format!("{}@example.org", user.name)))
            }
            ("GET", ["users", "tokens", id]) => tried(self.may(world, "read_user_access_token").and_then(|()| {
                let token = world.tokens.iter().find(|token| token.id == *id && !token.session);
                let token = token.ok_or_else(|| missing("app.user_access_token.get_by_token.app_error"))?;
                Ok((200, json!({"id": id, "user_id": token.user, "description": "a token", "is_active": token.is_active})))
            })),
            ("GET", ["users", id]) => tried(user_of(world, &|user| user.id == *id)),
            ("POST", ["users", "ids"]) => {
                let asked = |user: &&User| self.body.as_array().is_some_and(|ids| ids.iter().any(|id| *id == user.id.as_str()));
                ok(world.users.iter().filter(asked).map(user_json).collect())
            }
            ("GET", ["teams", "name", name]) => {
                let team = world.teams.iter().find(|team| team.1 == *name);
                let team = team.ok_or_else(|| missing("app.team.get_by_name.missing.app_error"));
                tried(team.and_then(|(id, name, members)| match members.contains(&self.me.id) || self.is_admin() {
                    true => Ok((200, json!({"id": id, "name": name, "display_name": name}))),
                    false => Err(forbidden()),
                }))
            }
            ("GET", ["teams", id, "members", user]) => {
                let inside = world.teams.iter().any(|team| team.0 == *id && team.2.contains(*user));
                tried(match inside {
                    true => Ok((200, json!({"team_id": id, "user_id": user, "roles": "team_user"}))),
                    false => Err(missing("app.team.get_member.missing.app_error")),
                })
            }
            ("POST", ["roles", "names"]) => {
                let role = |name: &Value| {
                    let all: Vec<&str> = match name.as_str()? {
                        "system_admin" => [&TEAM[..], &CHANNEL, &ADMIN].concat(),
                        "team_user" => TEAM.to_vec(),
                        "channel_user" => CHANNEL.to_vec(),
                        _ => Vec::new(),
                    };
                    let admin = name == "system_admin";
                    let all: Vec<&&str> = all.iter().filter(|right| admin || !world.withheld.contains(**right)).collect();
                    Some(json!({"name": name, "permissions": all}))
                };
                ok(self.body.as_array().into_iter().flatten().filter_map(role).collect())
            }
            ("GET", ["config", "client"]) => {
                ok(json!({"MaxPostSize": world.max_post.to_string(), "MaxFileSize": world.max_file.to_string()}))
            }
            _ => None,
        }
    }

    /// A channel that may be looked at.
    fn seen<'w>(&self, world: &'w mut World, id: &str) -> Result<&'w mut Channel> {
        let me = &self.me.id;
        let found = world.channels.iter_mut().find(|channel| channel.id == id);
        let channel = found.ok_or_else(|| missing("app.channel.get.existing.app_error"))?;
        let open = channel.kind == "O" || channel.members.contains(me);
        open.then_some(channel).ok_or_else(forbidden)
    }

    fn channels(&self, world: &mut World, method: &str, words: &[&str]) -> Done {
        Some(match (method, words) {
            ("GET", ["teams", team, "channels", "name", name]) => {
                let found = world
                    .channels
                    .iter()
                    .find(|channel| channel.team == *team && channel.name == *name);
                let all = self.query.contains("include_deleted=true");
                let shown = |channel: &&Channel| {
                    (channel.kind == "O" || channel.members.contains(&self.me.id))
                        && (all || channel.delete_at == 0)
                };
                let found = found
                    .filter(shown)
                    .map(|channel| (200, channel_json(channel)));
                found.ok_or_else(|| missing("app.channel.get_by_name.missing.app_error"))
            }
            ("POST", ["channels"]) => self.create(world),
            ("POST", ["channels", "direct"]) => {
                let mut both: Vec<String> =
                    serde_json::from_value(self.body.clone()).unwrap_or_default();
                both.sort();
                let name = both.join("__");
                let found = world
                    .channels
                    .iter()
                    .find(|channel| channel.name == name)
                    .map(channel_json);
                let made = found.unwrap_or_else(|| {
                    let members: Vec<&str> = both.iter().map(String::as_str).collect();
                    let id = world.channel("", &name, "D", &members);
                    world
                        .channels
                        .iter()
                        .find(|channel| channel.id == id)
                        .map(channel_json)
                        .unwrap_or_default()
                });
                Ok((201, made))
            }
            ("GET", ["channels", id]) => self
                .seen(world, id)
                .map(|channel| (200, channel_json(channel))),
            ("DELETE", ["channels", id]) => (|| {
                let right = match self.seen(world, id)?.kind {
                    "P" => "delete_private_channel",
                    _ => "delete_public_channel",
                };
                self.may(world, right)?;
                let now = world.now();
                self.seen(world, id)?.delete_at = now;
                world.write(
                    id,
                    &self.me.id,
                    "archived the channel",
                    "system_channel_deleted",
                );
                Ok((200, json!({"status": "OK"})))
            })(),
            ("POST", ["channels", id, "restore"]) => (|| {
                self.may(world, "delete_public_channel")?;
                let channel = self.seen(world, id)?;
                channel.delete_at = 0;
                Ok((200, channel_json(channel)))
            })(),
            ("GET", ["channels", id, "members", user]) => (|| {
                let inside = self.seen(world, id)?.members.contains(*user);
                let member = json!({"channel_id": id, "user_id": user, "roles": "channel_user"});
                inside
                    .then_some((200, member))
                    .ok_or_else(|| missing("app.channel.get_member.missing.app_error"))
            })(),
            ("POST", ["channels", id, "members"]) => self.invite(world, id),
            ("GET", ["channels", id, "posts"]) => (|| {
                let id = self.seen(world, id)?.id.clone();
                let mut posts: Vec<&Post> = world
                    .posts
                    .iter()
                    .filter(|post| post.channel == id)
                    .collect();
                posts.sort_by_key(|post| std::cmp::Reverse(post.at));
                let size = self.number("per_page", 60).min(200);
                let page: Vec<&Post> = posts
                    .into_iter()
                    .skip(self.number("page", 0) * size)
                    .take(size)
                    .collect();
                let order: Vec<&str> = page.iter().map(|post| post.id.as_str()).collect();
                let all: serde_json::Map<String, Value> = page
                    .iter()
                    .map(|post| (post.id.clone(), post_json(post)))
                    .collect();
                Ok((
                    200,
                    json!({"order": order, "posts": all, "next_post_id": "", "prev_post_id": ""}),
                ))
            })(),
            ("POST", ["posts"]) => self.post(world),
            ("POST", ["files"]) => self.upload(world),
            _ => return None,
        })
    }

    fn create(&self, world: &mut World) -> Result<(u16, Value)> {
        let text = |key: &str| self.body[key].as_str().unwrap_or_default().to_owned();
        let (team, name) = (text("team_id"), text("name"));
        let kind = if text("type") == "P" { "P" } else { "O" };
        self.may(
            world,
            if kind == "P" {
                "create_private_channel"
            } else {
                "create_public_channel"
            },
        )?;
        let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        let sound = name.chars().all(known) && !name.is_empty() && name.len() <= 64;
        if !sound
            || text("display_name").chars().count() > 64
            || text("purpose").chars().count() > 250
        {
            return Err(error(400, "model.channel.is_valid.1_or_more.app_error"));
        }
        if world
            .channels
            .iter()
            .any(|channel| channel.team == team && channel.name == name)
        {
            return Err(error(
                400,
                "store.sql_channel.save_channel.exists.app_error",
            ));
        }
        let id = world.channel(&team, &name, kind, &[&self.me.id]);
        world.write(
            &id,
            &self.me.id,
            "joined the channel",
            "system_join_channel",
        );
        Ok((201, channel_json(self.seen(world, &id)?)))
    }

    fn invite(&self, world: &mut World, id: &str) -> Result<(u16, Value)> {
        let user = self.body["user_id"].as_str().unwrap_or_default().to_owned();
        let channel = self.seen(world, id)?.clone();
        if channel.delete_at > 0 {
            return Err(error(
                400,
                "api.channel.add_user.to.channel.failed.deleted.app_error",
            ));
        }
        if user != self.me.id {
            let right = if channel.kind == "P" {
                "manage_private_channel_members"
            } else {
                "manage_public_channel_members"
            };
            self.may(world, right)?;
        }
        let in_team = world
            .teams
            .iter()
            .any(|team| team.0 == channel.team && team.2.contains(&user));
        if !in_team {
            return Err(missing("app.team.get_member.missing.app_error"));
        }
        if self.seen(world, id)?.members.insert(user.clone()) {
            world.write(id, &self.me.id, "added somebody", "system_add_to_channel");
        }
        Ok((
            201,
            json!({"channel_id": id, "user_id": user, "roles": "channel_user"}),
        ))
    }

    fn post(&self, world: &mut World) -> Result<(u16, Value)> {
        let text = |key: &str| self.body[key].as_str().unwrap_or_default().to_owned();
        let channel = self.seen(world, &text("channel_id"))?.clone();
        if !channel.members.contains(&self.me.id) {
            return Err(forbidden());
        }
        self.may(world, "create_post")?;
        if channel.delete_at > 0 {
            return Err(error(
                400,
                "api.post.create_post.can_not_post_to_deleted.error",
            ));
        }
        let (message, pending) = (text("message"), text("pending_post_id"));
        if message.chars().count() > world.max_post {
            return Err(error(400, "model.post.is_valid.message_length.app_error"));
        }
        if self.body["props"].to_string().chars().count() > 8_000 {
            return Err(error(400, "model.post.is_valid.props.app_error"));
        }
        let known = world.pending.get(&pending).filter(|_| !pending.is_empty());
        if let Some(post) = known.and_then(|id| world.posts.iter().find(|post| post.id == *id)) {
            return Ok((201, post_json(post)));
        }
        let id = world.write(&channel.id, &self.me.id, &message, "");
        world.pending.insert(pending, id.clone());
        let files = self.body["file_ids"].as_array().into_iter().flatten();
        let files = files
            .filter_map(|id| id.as_str().map(str::to_owned))
            .collect();
        let post = world
            .posts
            .iter_mut()
            .find(|post| post.id == id)
            .ok_or_else(|| missing("none"))?;
        (post.props, post.files) = (self.body["props"].clone(), files);
        Ok((201, post_json(post)))
    }

    /// A form of several parts: the channel, and a file.
    fn upload(&self, world: &mut World) -> Result<(u16, Value)> {
        self.may(world, "upload_file")?;
        let kind = self
            .request
            .headers
            .get("content-type")
            .cloned()
            .unwrap_or_default();
        let invalid = || error(400, "api.file.upload_file.multiple_channel_ids.app_error");
        let boundary = kind
            .split_once("boundary=")
            .map(|(_, rest)| rest.trim_matches('"'))
            .ok_or_else(invalid)?;
        let (mut channel, mut file) = (String::new(), None);
        for part in self.request.body.split(&format!("--{boundary}")) {
            let Some((head, content)) = part.split_once("\r\n\r\n") else {
                continue;
            };
            let content = content.strip_suffix("\r\n").unwrap_or(content);
            let value = |key: &str| {
                Some(
                    head.split_once(&format!("; {key}=\""))?
                        .1
                        .split('"')
                        .next()?
                        .to_owned(),
                )
            };
            match (value("name").as_deref(), value("filename")) {
                (Some("channel_id"), _) => channel = content.to_owned(),
                (_, Some(name)) => file = Some((name, content.to_owned())),
                _ => {}
            }
        }
        let (name, content) = file.ok_or_else(invalid)?;
        if !self.seen(world, &channel)?.members.contains(&self.me.id) {
            return Err(forbidden());
        }
        if content.len() > world.max_file {
            return Err(error(
                413,
                "api.file.upload_file.too_large_detailed.app_error",
            ));
        }
        let id = world.mint();
        world.files.push((id.clone(), name.clone(), content));
        Ok((
            201,
            json!({"file_infos": [{"id": id, "name": name, "user_id": self.me.id}], "client_ids": []}),
        ))
    }

    /// Tokens, hooks, commands, applications: for administrators.
    fn secrets(&self, world: &mut World, method: &str, words: &[&str]) -> Done {
        let status = || Ok((200, json!({"status": "OK"})));
        Some(match (method, words) {
            ("POST", ["users", "tokens", act @ ("disable" | "enable" | "revoke")]) => (|| {
                self.may(world, "revoke_user_access_token")?;
                let id = self.body["token_id"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned();
                let at = world
                    .tokens
                    .iter()
                    .position(|token| token.id == id && !token.session);
                let at =
                    at.ok_or_else(|| missing("app.user_access_token.get_by_user.app_error"))?;
                match *act {
                    "revoke" => drop(world.tokens.remove(at)),
                    act => world.tokens[at].is_active = act == "enable",
                }
                status()
            })(
            ),
            ("POST", ["users", user, "sessions", "revoke", "all"]) => (|| {
                self.may(world, "edit_other_users")?;
                world
                    .tokens
                    .retain(|token| token.user != *user || !token.session);
                status()
            })(),
            ("GET", [list @ ..]) if self.list(world, list).is_some() => (|| {
                self.may(world, "manage_others_incoming_webhooks")?;
                let all = self.list(world, list).unwrap_or_default();
                let size = self.number("per_page", 60);
                let page = all
                    .into_iter()
                    .skip(self.number("page", 0) * size)
                    .take(size);
                Ok((200, page.collect()))
            })(),
            ("DELETE", ["hooks", "incoming", id]) => (|| {
                self.may(world, "manage_others_incoming_webhooks")?;
                let all = world.objects.entry("hooks/incoming").or_default();
                all.retain(|one| one["id"] != *id);
                status()
            })(),
            ("POST" | "PUT", [list @ .., id, act @ ("regen_token" | "regen_secret")]) => (|| {
                self.may(world, "manage_others_incoming_webhooks")?;
                let (fresh, list) = (world.mint(), list.join("/"));
                let all = world
                    .objects
                    .iter_mut()
                    .find(|(name, _)| **name == list)
                    .map(|(_, all)| all);
                let one = all.and_then(|all| all.iter_mut().find(|one| one["id"] == *id));
                let one = one.ok_or_else(|| missing("app.get.app_error"))?;
                one[if *act == "regen_secret" {
                    "client_secret"
                } else {
                    "token"
                }] = fresh.into();
                Ok((200, one.clone()))
            })(
            ),
            _ => return None,
        })
    }

    fn list(&self, world: &World, words: &[&str]) -> Option<Vec<Value>> {
        let name = words.join("/");
        world
            .objects
            .iter()
            .find(|(list, _)| **list == name)
            .map(|(_, all)| all.clone())
    }
}

fn user_json(user: &User) -> Value {
    json!({
        "id": user.id, "username": user.name, "email": format!("{}@example.org", user.name), "roles": user.roles,
        "create_at": 1, "delete_at": user.delete_at, "is_bot": user.is_bot, "auth_service": "", "locale": "en",
    })
}

fn channel_json(channel: impl std::borrow::Borrow<Channel>) -> Value {
    let channel = channel.borrow();
    json!({
        "id": channel.id, "team_id": channel.team, "name": channel.name, "display_name": channel.name,
        "type": channel.kind, "delete_at": channel.delete_at, "create_at": 1,
    })
}

fn post_json(post: &Post) -> Value {
    json!({
        "id": post.id, "channel_id": post.channel, "user_id": post.user, "create_at": post.at, "update_at": post.at,
        "delete_at": 0, "message": post.message, "type": post.kind, "props": post.props, "file_ids": post.files,
    })
}
