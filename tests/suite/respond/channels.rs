//! Channels, their members, posts and files.

use serde_json::{Value, json};

use super::routes::{Call, Done, Result, channel_json, forbidden, missing, post_json};
use super::world::{Channel, Post, World};
use crate::live::server::error;

impl Call<'_> {
    /// A channel that may be looked at.
    fn seen<'w>(&self, world: &'w mut World, id: &str) -> Result<&'w mut Channel> {
        let me = &self.me.id;
        let found = world.channels.iter_mut().find(|channel| channel.id == id);
        let channel = found.ok_or_else(|| missing("app.channel.get.existing.app_error"))?;
        let open = channel.kind == "O" || channel.members.contains(me);
        open.then_some(channel).ok_or_else(forbidden)
    }

    pub fn channels(&self, world: &mut World, method: &str, words: &[&str]) -> Done {
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
                self.may(world, "manage_team")?;
                let channel = self.seen(world, id)?;
                channel.delete_at = 0;
                Ok((200, channel_json(channel)))
            })(),
            ("GET", ["channels", id, "members", user]) => (|| {
                let members = &self.seen(world, id)?.members;
                // As recorded: who is in a channel is shown to nobody outside.
                if !members.contains(&self.me.id) {
                    return Err(forbidden());
                }
                let inside = members.contains(*user);
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
}
