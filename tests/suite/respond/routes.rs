//! What each request does, and what it is refused with; channels have a file of their own.

use serde_json::{Value, json};

use super::world::{Channel, Post, Token, User, World, bearer};
use crate::live::server::{Answer, Request, error, refused};

pub type Result<T> = std::result::Result<T, Answer>;

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
    "edit_other_users",
    "revoke_user_access_token",
    "read_user_access_token",
    "manage_others_incoming_webhooks",
    "manage_system_wide_oauth",
    "manage_slash_commands",
];

pub fn forbidden() -> Answer {
    error(403, "api.context.permissions.app_error")
}

pub fn missing(id: &str) -> Answer {
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
    let me = bearer(request).and_then(|bearer| {
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

pub struct Call<'r> {
    pub me: User,
    pub query: &'r str,
    pub body: Value,
    pub request: &'r Request,
}

pub type Done = Option<Result<(u16, Value)>>;

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

    pub fn may(&self, world: &World, right: &str) -> Result<()> {
        let common = TEAM.contains(&right) || CHANNEL.contains(&right) || right == "manage_team";
        let allowed = self.is_admin() || (common && !world.withheld.contains(right));
        allowed.then_some(()).ok_or_else(forbidden)
    }

    pub fn number(&self, key: &str, otherwise: usize) -> usize {
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
                let token = world.tokens.iter().find(|token| bearer(self.request) == Some(&token.secret));
                let id = token.filter(|token| !token.session).map(|token| token.id.clone());
                let mut rows = vec![json!({"id": "a", "last_activity_at": 1_700_000_000_000_u64, "props": {"user_access_token_id": id}})];
                if world.logged_in {
                    rows.push(json!({"id": "b", "last_activity_at": 1_700_000_000_000_u64, "props": {"os": "Linux"}}));
                }
                ok(Value::Array(rows))
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
            ("GET", ["users", user, "tokens"]) => tried(self.may(world, "read_user_access_token").map(|()| {
                let tokens = world.tokens.iter().filter(|token| token.user == *user && !token.session);
                let row = |token: &Token| json!({"id": token.id, "user_id": user, "description": "a token", "is_active": token.is_active});
                (200, tokens.map(row).collect())
            })),
            ("GET", ["users", user, "sessions"]) => tried(self.may(world, "edit_other_users").map(|()| {
                let tokens = world.tokens.iter().filter(|token| token.user == *user);
                let row = |token: &Token| json!({"last_activity_at": 1_700_000_000_000_u64, "props": {"user_access_token_id": token.id}});
                (200, tokens.map(row).collect())
            })),
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
                    true => Ok((200, json!({"team_id": id, "user_id": user, "roles": "team_user team_admin"}))),
                    false => Err(missing("app.team.get_member.missing.app_error")),
                })
            }
            ("POST", ["roles", "names"]) => {
                let role = |name: &Value| {
                    let all: Vec<&str> = match name.as_str()? {
                        "system_admin" => [&TEAM[..], &CHANNEL, &ADMIN].concat(),
                        "team_user" => TEAM.to_vec(),
                        "team_admin" => vec!["manage_team"],
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
            ("GET", list) if self.list(world, list).is_some() => (|| {
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

pub fn channel_json(channel: impl std::borrow::Borrow<Channel>) -> Value {
    let channel = channel.borrow();
    json!({
        "id": channel.id, "team_id": channel.team, "name": channel.name, "display_name": channel.name,
        "type": channel.kind, "delete_at": channel.delete_at, "create_at": 1,
        "creator_id": channel.creator,
    })
}

pub fn post_json(post: &Post) -> Value {
    json!({
        "id": post.id, "channel_id": post.channel, "user_id": post.user, "create_at": post.at, "update_at": post.at,
        "delete_at": 0, "message": post.message, "type": post.kind, "props": post.props, "file_ids": post.files,
    })
}
