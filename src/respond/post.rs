//! Posts that are made once, however often a command is run.
//!
//! What a post says is marked in its properties (`props.matterleaks`). Before one is made, the channel is read: where
//! its mark stands already, of our own user, it is not made again. For the moment between the two the server helps:
//! it takes a `pending_post_id` once in 30 seconds (`deduplicateCreatePost` of its `app/post.go`). Two that post about
//! the same at once post once; two scans that find different sets at once may both tell what the sets share.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::api::Api;
use super::failure::Failure;
use super::message;
use super::name::Id;
use super::state::State;
use super::wire::{Channel, Post, Uploaded};
use crate::report::record::Record;

/// Pages of an ordinary channel that are searched for what was said already.
const DEPTH: usize = 3;

/// What a post says, for programs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// Names the post: the same text in the same channel.
    pub key: String,
    /// The finding of an incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// What was known of it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// Findings that were told, see [`super::notify`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<String>,
}

/// A post that is to be.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// What it says, in Markdown.
    pub text: String,
    pub(super) mark: Mark,
    file: Option<Id>,
}

impl Draft {
    /// A post about findings of a report. When they were checked makes it no other one.
    pub fn of(record: &Record, text: String) -> Draft {
        let what = message::timeless(record, &text);
        Draft::keyed(text, Mark::default(), &what)
    }

    /// A post and what is to be known of it, told once for all posts that are about the same.
    pub(super) fn keyed(text: String, mark: Mark, what: &str) -> Draft {
        let whole = json!([what, mark.finding, mark.told]).to_string();
        let key = digest(&whole);
        Draft {
            mark: Mark { key, ..mark },
            text,
            file: None,
        }
    }
}

/// What became of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It was posted.
    Posted,
    /// It stands there already.
    There,
}

fn digest(text: &str) -> String {
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()));
    digest.chars().take(32).collect()
}

/// The marks of our own posts, newest first. Others may write the same property into theirs.
pub(super) fn marks<'p>(api: &Api<'_>, posts: &'p [Post]) -> impl Iterator<Item = Mark> + use<'p> {
    let me = api.me().id.clone();
    posts
        .iter()
        .filter(move |post| post.user_id == me)
        .filter_map(mark)
}

/// The mark of a post.
pub(super) fn mark(post: &Post) -> Option<Mark> {
    let mark = post.props.as_ref()?.get("matterleaks")?;
    serde_json::from_value(mark.clone()).ok()
}

/// Posts a draft, unless it stands among the newest posts of the channel.
pub fn ensure(api: &Api<'_>, channel: &Channel, draft: &Draft) -> Result<Sent, Failure> {
    let posts = api.posts(channel, DEPTH)?;
    ensure_among(api, channel, &posts, draft)
}

/// The same, where the posts of the channel are known.
pub(super) fn ensure_among(
    api: &Api<'_>,
    channel: &Channel,
    posts: &[Post],
    draft: &Draft,
) -> Result<Sent, Failure> {
    if marks(api, posts).any(|mark| mark.key == draft.mark.key) {
        return Ok(Sent::There);
    }
    let body = json!({
        "channel_id": channel.id.as_str(),
        "message": draft.text,
        "file_ids": draft.file.iter().map(Id::as_str).collect::<Vec<_>>(),
        "props": {"matterleaks": draft.mark, "disable_group_highlight": true},
        "pending_post_id": format!("{}:{}", api.me().id, digest(&format!("{} {}", channel.id, draft.mark.key))),
    });
    let step = format!("post to {}", channel.called());
    let _: Value = api.post(&step, "/posts", &body)?;
    Ok(Sent::Posted)
}

/// Uploads a file and posts it, unless the same file of the same name stands among the newest posts.
pub fn upload(
    api: &Api<'_>,
    channel: &Channel,
    name: &str,
    bytes: &[u8],
    text: &str,
) -> Result<Sent, Failure> {
    let step = format!("upload the file to {}", channel.called());
    if let Some(most) = api.largest_file()?.filter(|most| bytes.len() > *most) {
        let why = format!("it has {} bytes, and the server takes {most}", bytes.len());
        return Err(Failure::said(step, why));
    }
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
    let mark = Mark {
        told: vec![format!("{name} {digest}")],
        ..Mark::default()
    };
    let mut draft = Draft::keyed(text.to_owned(), mark, text);
    let posts = api.posts(channel, DEPTH)?;
    if marks(api, &posts).any(|mark| mark.key == draft.mark.key) {
        return Ok(Sent::There);
    }
    // No line of the file begins so: it would have to hold its own digest.
    let boundary = format!("matterleaks-{digest}");
    let mut body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"channel_id\"\r\n\r\n{}\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n",
        channel.id
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let kind = format!("multipart/form-data; boundary={boundary}");
    let uploaded: Uploaded = api.send(&step, "/files", &kind, body)?;
    let Some(file) = uploaded.file_infos.into_iter().next() else {
        return Err(Failure::said(step, "the server took no file"));
    };
    draft.file = Some(file.id);
    ensure_among(api, channel, &posts, &draft)
}
