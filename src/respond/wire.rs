//! What a Mattermost server says of itself, as far as it is read here (`server/public/model` of its source).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::name::Id;

/// A user.
#[derive(Clone, Debug, Deserialize)]
pub struct User {
    /// The id.
    pub id: Id,
    /// The login name.
    pub username: String,
    /// Roles on the server, with spaces between them.
    #[serde(default)]
    pub roles: String,
    /// Whether it is a bot.
    #[serde(default)]
    pub is_bot: bool,
    /// When it was deactivated; 0 if it was not.
    #[serde(default)]
    pub delete_at: i64,
}

impl User {
    /// Whether it sees only what somebody shows it.
    pub fn is_guest(&self) -> bool {
        self.roles
            .split_whitespace()
            .any(|role| role == "system_guest")
    }
}

/// A team.
#[derive(Clone, Debug, Deserialize)]
pub struct Team {
    /// The id.
    pub id: Id,
    /// The name in URLs.
    pub name: String,
}

/// Who belongs to a team or a channel, and as what.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Member {
    #[serde(default)]
    pub roles: String,
}

/// A channel.
#[derive(Clone, Debug, Deserialize)]
pub struct Channel {
    /// The id.
    pub id: Id,
    /// The name in URLs.
    pub name: String,
    /// `O` is public, `P` private, `D` between two users, `G` between several.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// When it was archived; 0 if it was not.
    #[serde(default)]
    pub delete_at: i64,
    /// The id of who made it; empty if nobody did.
    #[serde(default)]
    pub(super) creator_id: String,
}

impl Channel {
    /// How people know it. One between two users is named by their ids.
    pub fn called(&self) -> String {
        match self.kind.as_str() {
            "D" | "G" => "the direct channel".to_owned(),
            _ => format!("the channel {}", self.name),
        }
    }

    /// Whether it is closed.
    pub fn is_archived(&self) -> bool {
        self.delete_at > 0
    }
}

/// A post.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Post {
    pub id: Id,
    pub user_id: Id,
    #[serde(default)]
    pub create_at: i64,
    #[serde(default)]
    pub delete_at: i64,
    #[serde(default)]
    pub message: String,
    /// Empty for what people write.
    #[serde(rename = "type", default)]
    pub kind: String,
    #[serde(default)]
    pub props: Option<BTreeMap<String, Value>>,
}

/// A page of posts, newest first.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Posts {
    #[serde(default)]
    pub order: Vec<Id>,
    #[serde(default)]
    pub posts: BTreeMap<Id, Post>,
}

/// What became of an upload.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Uploaded {
    #[serde(default)]
    pub file_infos: Vec<FileInfo>,
}

/// A file.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct FileInfo {
    pub id: Id,
}

/// A role, and what it allows.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Role {
    #[serde(default)]
    pub permissions: Vec<String>,
}
