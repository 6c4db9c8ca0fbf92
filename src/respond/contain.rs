//! Taking a leaked credential out of use at the server that issued it, with an administrator's token.
//!
//! The report says only which credential; what it is on the server is looked up there: a token by its id, if what leaked
//! or whoever sits there says whose it is ([`Evidence`]), everything else by the digest that names a finding. So a report
//! that somebody has changed leads to nothing.

use serde::Deserialize;
use serde_json::{Value, json};

use super::api::Api;
use super::failure::Failure;
use super::name::{Id, Who};
use super::owner::Evidence;
use super::wire::{Team, User};
use crate::finding::{CredentialId, Kind, Secret, Untrusted};
use crate::redact::Redactor;
use crate::report::record::Finding;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// What can be undone.
    Disable,
    /// What cannot.
    Revoke,
}

impl Act {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Act::Disable => "disable",
            Act::Revoke => "revoke",
        }
    }
}

/// A credential as its server knows it.
#[derive(Debug)]
pub struct Target {
    what: What,
    /// What the user is shown before anything is done: redacted, on one line.
    pub shown: String,
    /// Whether it does not work any more.
    pub disabled: bool,
}

/// What the server has of a credential.
#[derive(Debug)]
pub enum Found {
    /// It is there.
    There(Target),
    /// It is not, and what that means.
    Gone(&'static str),
}

/// Where on the server it is, and so what ends it.
#[derive(Debug)]
enum What {
    /// A personal access token or a bot's, by the token's id.
    Token(Id),
    /// Logins, of which the server does not say which one is the leaked: all of their user.
    Sessions(Id),
    /// An incoming webhook. Its id is the secret.
    Hook(Secret),
    /// An outgoing webhook.
    Outgoing(Id),
    /// A slash command.
    Command(Id),
    /// An OAuth application.
    App(Id),
}

const UNLISTED: &str = "the server lists none with this secret: it is revoked already, or the token's user may not see it";
const NO_SUCH_ID: &str = "the server has no token of this id: it is revoked already, or the report is not of this server";

/// Pages of a list that are read, and rows of each.
const PAGES: usize = 100;
const ROWS: usize = 200;

#[derive(Deserialize)]
struct Token {
    user_id: Id,
    #[serde(default)]
    description: String,
    #[serde(default)]
    is_active: bool,
}

/// A webhook, a command or an application: who made it and how it is called, and the value that is secret.
#[derive(Deserialize)]
struct Row {
    id: Id,
    #[serde(default)]
    display_name: String,
    /// A command's word.
    #[serde(default)]
    trigger: String,
    /// An application's name.
    #[serde(default)]
    name: String,
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    client_secret: Option<String>,
}

impl Row {
    /// How people know it.
    fn called(&self) -> String {
        let names = [&self.display_name, &self.trigger, &self.name];
        foreign(
            names
                .into_iter()
                .find(|name| !name.is_empty())
                .map_or("without a name", String::as_str),
        )
    }
}

/// Finds a credential on the server, if this act can be done to it.
pub fn find(
    api: &Api<'_>,
    team: Option<&Team>,
    finding: &Finding,
    act: Act,
    evidence: &Evidence,
) -> Result<Found, Failure> {
    let step = format!("{} it", act.name());
    let refuse = |why: &str| Err(Failure::said(step.as_str(), why));
    let list =
        |path: &str, secret: &dyn Fn(&Row) -> Option<String>, target: &dyn Fn(Row) -> Target| {
            let row = listed(api, finding, path, secret)?;
            Ok(row.map_or(Found::Gone(UNLISTED), |row| Found::There(target(row))))
        };
    match (finding.kind, act) {
        (Kind::AccessToken, _) => token(api, finding, &step, evidence),
        (
            Kind::SessionToken
            | Kind::OauthAccessToken
            | Kind::IncomingWebhook
            | Kind::OutgoingWebhookToken
            | Kind::SlashCommandToken
            | Kind::OauthClientSecret,
            Act::Disable,
        ) => refuse(
            "this kind cannot be disabled, only revoked, and that cannot be undone: respond revoke",
        ),
        (Kind::SessionToken | Kind::OauthAccessToken, Act::Revoke) => {
            sessions(api, finding, &step, evidence)
        }
        (Kind::IncomingWebhook, Act::Revoke) => list(
            "/hooks/incoming?",
            &|row| Some(row.id.as_str().to_owned()),
            &|row| {
                let shown = format!(
                    "delete the incoming webhook \"{}\": what posts by it falls silent",
                    row.called()
                );
                Target::new(What::Hook(Secret::new(row.id.as_str())), shown)
            },
        ),
        (Kind::OutgoingWebhookToken, Act::Revoke) => {
            list("/hooks/outgoing?", &|row| row.token.clone(), &|row| {
                let shown = format!("give the outgoing webhook \"{}\" a new token", row.called());
                Target::new(What::Outgoing(row.id), shown)
            })
        }
        (Kind::SlashCommandToken, Act::Revoke) => {
            let Some(team) = team else {
                return refuse("commands belong to a team: --team NAME");
            };
            let path = format!("/commands?team_id={}&custom_only=true&", team.id);
            list(&path, &|row| row.token.clone(), &|row| {
                let shown = format!("give the slash command \"{}\" a new token", row.called());
                Target::new(What::Command(row.id), shown)
            })
        }
        (Kind::OauthClientSecret, Act::Revoke) => {
            list("/oauth/apps?", &|row| row.client_secret.clone(), &|row| {
                let shown = format!(
                    "give the OAuth application \"{}\" a new secret",
                    row.called()
                );
                Target::new(What::App(row.id), shown)
            })
        }
        (Kind::OauthRefreshToken, _) => refuse(
            "a refresh token ends with its application's secret, or when its user takes the application's leave back: \
             Settings > Security > OAuth 2.0 Connected Applications",
        ),
        (Kind::RemoteClusterToken, _) => refuse(
            "two servers trust each other by it: System Console > Secure Connections, remove it and invite again",
        ),
        (Kind::TeamInviteId, _) => {
            refuse("System Console or Team Settings > Access > Invite Code > Regenerate")
        }
        (
            Kind::BoardsToken | Kind::UnknownSecret | Kind::CommandResponseUrl | Kind::CsrfToken,
            _,
        ) => refuse(
            "the server has no way to do that to this kind; what to do instead stands in the report",
        ),
    }
}

/// What others have written on the server.
fn foreign(text: &str) -> String {
    Redactor::blind().line(&Untrusted::new(text))
}

/// Whether a value is the credential of a finding.
fn is(finding: &Finding, value: &str) -> bool {
    CredentialId::of("mattermost", &Secret::new(value)).as_str() == finding.id
}

fn token(
    api: &Api<'_>,
    finding: &Finding,
    step: &str,
    evidence: &Evidence,
) -> Result<Found, Failure> {
    let refuse = |why| Failure::said(step, why);
    let id = evidence.token_id(finding).map_err(refuse)?;
    let path = format!("/users/tokens/{id}");
    let token: Token = match api.get("look the token up", &path) {
        Err(failure) if failure.is_missing() => return Ok(Found::Gone(NO_SUCH_ID)),
        token => token?,
    };
    let user: User = api.get(
        "see whose the token is",
        &format!("/users/{}", token.user_id),
    )?;
    evidence
        .allow(finding, &user.username, Some(token.is_active))
        .map_err(refuse)?;
    let bot = if user.is_bot { "the bot " } else { "" };
    let shown = format!(
        "token {id} \"{}\" of {bot}@{}, with the roles {}",
        foreign(&token.description),
        foreign(&user.username),
        foreign(&user.roles)
    );
    Ok(Found::There(Target {
        disabled: !token.is_active,
        ..Target::new(What::Token(id), shown)
    }))
}

fn sessions(
    api: &Api<'_>,
    finding: &Finding,
    step: &str,
    evidence: &Evidence,
) -> Result<Found, Failure> {
    let refuse = |why| Failure::said(step, why);
    let owner = evidence.name(finding).map_err(refuse)?;
    let user = api.known_user(&Who::Name(owner))?;
    evidence
        .allow(finding, &user.username, None)
        .map_err(refuse)?;
    let shown = format!(
        "all logins of @{}, with the roles {}: every device has to log in again",
        foreign(&user.username),
        foreign(&user.roles)
    );
    Ok(Found::There(Target::new(What::Sessions(user.id), shown)))
}

/// The row of a list whose secret is that of the finding. Some lists come whole whatever page is asked for: then the
/// next begins with the same row.
fn listed(
    api: &Api<'_>,
    finding: &Finding,
    path: &str,
    secret: &dyn Fn(&Row) -> Option<String>,
) -> Result<Option<Row>, Failure> {
    let mut first = None;
    for page in 0..PAGES {
        let path = format!("{path}page={page}&per_page={ROWS}");
        let rows: Vec<Row> = api.get("look it up on the server", &path)?;
        let begins = rows.first().map(|row| row.id.clone());
        let last = rows.len() < ROWS || begins == first;
        first = begins;
        let mut rows = rows.into_iter();
        let row = rows.find(|row| secret(row).is_some_and(|value| is(finding, &value)));
        if row.is_some() || last {
            return Ok(row);
        }
    }
    Ok(None)
}

impl Target {
    fn new(what: What, shown: String) -> Target {
        Target {
            what,
            shown,
            disabled: false,
        }
    }

    /// Does it. What the server answers is not looked at: it may hold the new secret.
    pub fn end(&self, api: &Api<'_>, act: Act) -> Result<(), Failure> {
        let (method, path, body) = match (&self.what, act) {
            (What::Token(id), act) => {
                let path = format!("/users/tokens/{}", act.name());
                ("POST", path, Some(json!({"token_id": id.as_str()})))
            }
            (What::Sessions(user), _) => (
                "POST",
                format!("/users/{user}/sessions/revoke/all"),
                Some(json!({})),
            ),
            (What::Hook(secret), _) => (
                "DELETE",
                format!("/hooks/incoming/{}", secret.expose()),
                None,
            ),
            (What::Outgoing(id), _) => (
                "POST",
                format!("/hooks/outgoing/{id}/regen_token"),
                Some(json!({})),
            ),
            (What::Command(id), _) => (
                "PUT",
                format!("/commands/{id}/regen_token"),
                Some(json!({})),
            ),
            (What::App(id), _) => (
                "POST",
                format!("/oauth/apps/{id}/regen_secret"),
                Some(json!({})),
            ),
        };
        let _: Value = api.json(method, &format!("{} it", act.name()), &path, body.as_ref())?;
        Ok(())
    }
}
