//! The shape of a live check, as a rule file writes it: what is asked of a server, and what its answers mean.
//!
//! Nothing here knows the network. A check is a request with a place for the secret, and lists of answers;
//! what fits none of them proves nothing.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::pattern::Pattern;
use crate::finding::Severity;

/// How a product's credentials are checked against their servers.
#[derive(Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "how credentials are checked, which is a mapping"
)]
pub struct Live<P = Pattern> {
    /// Questions that only this product's servers answer as they do, asked before a secret leaves.
    #[serde(default = "BTreeMap::new")]
    pub probes: BTreeMap<String, Probe<P>>,
    /// Questions that take the secret.
    #[serde(default = "BTreeMap::new")]
    pub checks: BTreeMap<String, Check<P>>,
}

impl<P> Default for Live<P> {
    fn default() -> Live<P> {
        Live {
            probes: BTreeMap::new(),
            checks: BTreeMap::new(),
        }
    }
}

/// A question without a credential: is this server of the product?
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a probe, which is a mapping")]
pub struct Probe<P = Pattern> {
    /// What is asked.
    pub request: Request,
    /// Answers that only a server of the product gives.
    pub proven: Vec<Answer<P>>,
    /// Answers by which a server of the product says that its base URL is another.
    #[serde(default = "Vec::new")]
    pub wrong_base: Vec<Answer<P>>,
    /// The header that names the server's version, and how the version starts there.
    pub version: Option<Version<P>>,
}

/// Where a server says its version.
#[derive(Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "where a server says its version, which is a mapping"
)]
pub struct Version<P = Pattern> {
    /// The header of the probe's answer.
    pub header: String,
    /// The part of it that is the version.
    pub pattern: P,
}

/// A question that takes the secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a live check, which is a mapping")]
pub struct Check<P = Pattern> {
    /// The probe that comes first.
    pub probe: String,
    /// Whether people must ask for it by name, because it is more than a look.
    #[serde(default)]
    pub consent: Option<Consent>,
    /// What is asked. `{secret}` stands for the secret, `{name}` for a part.
    pub request: Request,
    /// Answers that prove a live secret.
    pub active: Vec<Answer<P>>,
    /// Answers that refuse it. A fresh secret that nobody has must get one of these.
    pub rejected: Vec<Answer<P>>,
    /// What the answer of a live one says of its owner.
    #[serde(default)]
    pub owner: OwnerFields,
    /// How bad a live one is, by its owner's roles; the first row that fits. Otherwise `high`.
    #[serde(default = "Vec::new")]
    pub severity: Vec<RoleSeverity<P>>,
    /// How to learn the id by which the token is revoked.
    pub token_id: Option<TokenId<P>>,
}

/// What people have to agree to before a check runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Consent {
    /// It posts to a webhook, in a way that leaves nothing behind.
    Webhooks,
}

/// A request. Exactly one of `get` and `post` is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "a request, which is a mapping"
)]
pub struct Request {
    /// The path behind the base URL.
    pub get: Option<String>,
    /// The same, of a request with a body.
    pub post: Option<String>,
    /// The body, in JSON.
    pub body: String,
    /// Headers that are sent.
    pub headers: BTreeMap<String, String>,
    /// Name and password of HTTP's Basic authentication.
    pub basic: Option<Basic>,
}

/// What HTTP's Basic authentication sends, in base64.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a user and a password, which is a mapping"
)]
pub struct Basic {
    /// The name of the user. It may be empty.
    pub user: String,
    /// The password. It may be empty.
    pub password: String,
}

impl Request {
    /// The path behind the base URL.
    pub fn path(&self) -> &str {
        let path = self.get.as_ref().or(self.post.as_ref());
        path.map_or("", String::as_str)
    }

    /// Every text of it in which a secret or a part can have its place.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let path = [self.path(), self.body.as_str()];
        let basic = self.basic.iter();
        let basic = basic.flat_map(|basic| [basic.user.as_str(), basic.password.as_str()]);
        path.into_iter()
            .chain(self.headers.values().map(String::as_str))
            .chain(basic)
    }

    /// `GET` or `POST`.
    pub fn method(&self) -> &'static str {
        if self.post.is_some() { "POST" } else { "GET" }
    }
}

/// An answer: every condition must hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an answer, which is a mapping")]
pub struct Answer<P = Pattern> {
    /// The status code.
    pub status: u16,
    /// Values of the JSON body, by the way to them (`props.user.id`): strings as they are, numbers, `true` and
    /// `false` as JSON writes them, lists of strings with spaces between them. Without one the body may be anything.
    #[serde(default = "BTreeMap::new")]
    pub json: BTreeMap<String, P>,
}

/// Where an answer says whose the secret is: ways to values, as in [`Answer::json`].
#[derive(Debug, Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "where an answer names the owner, which is a mapping"
)]
pub struct OwnerFields {
    /// The login name.
    pub username: Option<String>,
    /// What the owner may do.
    pub roles: Option<String>,
    /// Whether the owner is a program.
    pub is_bot: Option<String>,
}

/// How bad a live secret is.
#[derive(Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a severity by roles, which is a mapping"
)]
pub struct RoleSeverity<P = Pattern> {
    /// Fits the roles, with spaces between them.
    pub roles: P,
    /// How bad that is.
    pub severity: Severity,
}

/// How to learn the id by which a live token is revoked: a list of logins, of which the token's own is among
/// those that were used last.
#[derive(Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "how to learn a token's id, which is a mapping"
)]
pub struct TokenId<P = Pattern> {
    /// What is asked.
    pub request: Request,
    /// The way to the id in a row.
    pub id: String,
    /// The way to the time at which the row was last used, in milliseconds.
    pub used: String,
    /// The whole of an id: what is of another form is not shown.
    pub form: P,
    /// How long a row that is in use may lie behind, in milliseconds.
    pub within: i64,
}

/// The names of the places in a text of a request: `secret` for `Bearer {secret}`. Braces around anything but
/// a name in lower case are text, as in JSON.
pub fn places(text: &str) -> impl Iterator<Item = &str> {
    let name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    text.split('{').skip(1).filter_map(move |rest| {
        let (place, _) = rest.split_once('}')?;
        (!place.is_empty() && place.bytes().all(name)).then_some(place)
    })
}
