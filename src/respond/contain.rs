//! Taking a leaked credential out of use at the server that issued it, with an administrator's token.
//!
//! The report says only which credential; what it is on the server is looked up there: a token by its id, everything
//! else by the digest that names a finding. So nothing is taken from a report but the choice, no secret has to be read
//! again, and a report that somebody has changed leads to nothing else than the user is shown.

use serde::Deserialize;
use serde_json::{Value, json};

use super::api::Api;
use super::failure::Failure;
use super::name::{Id, UserName, Who};
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
pub fn target(
    api: &Api<'_>,
    team: Option<&Team>,
    finding: &Finding,
    act: Act,
) -> Result<Target, Failure> {
    let step = format!("{} it", act.name());
    let refuse = |why: &str| Err(Failure::said(step.as_str(), why));
    let only_revoke =
        "this kind cannot be disabled, only revoked, and that cannot be undone: respond revoke";
    match (finding.kind, act) {
        (Kind::AccessToken, _) => token(api, finding, &step),
        (
            Kind::SessionToken
            | Kind::OauthAccessToken
            | Kind::IncomingWebhook
            | Kind::OutgoingWebhookToken
            | Kind::SlashCommandToken
            | Kind::OauthClientSecret,
            Act::Disable,
        ) => refuse(only_revoke),
        (Kind::SessionToken | Kind::OauthAccessToken, Act::Revoke) => sessions(api, finding, &step),
        (Kind::IncomingWebhook, Act::Revoke) => {
            let secret = |row: &Row| Some(row.id.as_str().to_owned());
            let row = listed(api, finding, &step, "/hooks/incoming?", &secret)?;
            Ok(Target {
                shown: format!(
                    "delete the incoming webhook \"{}\": what posts by it falls silent",
                    row.called()
                ),
                what: What::Hook(Secret::new(row.id.as_str())),
                disabled: false,
            })
        }
        (Kind::OutgoingWebhookToken, Act::Revoke) => {
            let row = listed(api, finding, &step, "/hooks/outgoing?", &|row| {
                row.token.clone()
            })?;
            Ok(Target {
                shown: format!("give the outgoing webhook \"{}\" a new token", row.called()),
                what: What::Outgoing(row.id),
                disabled: false,
            })
        }
        (Kind::SlashCommandToken, Act::Revoke) => {
            let Some(team) = team else {
                return refuse("commands belong to a team: --team NAME");
            };
            let path = format!("/commands?team_id={}&custom_only=true", team.id);
            let commands: Vec<Row> = api.get("list the slash commands", &path)?;
            let row = commands
                .into_iter()
                .find(|row| row.token.as_deref().is_some_and(|token| is(finding, token)));
            let Some(row) = row else {
                return refuse(
                    "no slash command of the team has this token: it is revoked already, or of another team",
                );
            };
            Ok(Target {
                shown: format!("give the slash command \"{}\" a new token", row.called()),
                what: What::Command(row.id),
                disabled: false,
            })
        }
        (Kind::OauthClientSecret, Act::Revoke) => {
            let row = listed(api, finding, &step, "/oauth/apps?", &|row| {
                row.client_secret.clone()
            })?;
            Ok(Target {
                shown: format!(
                    "give the OAuth application \"{}\" a new secret",
                    row.called()
                ),
                what: What::App(row.id),
                disabled: false,
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

fn token(api: &Api<'_>, finding: &Finding, step: &str) -> Result<Target, Failure> {
    let id = finding
        .verdict
        .token_id
        .clone()
        .and_then(|id| Id::try_from(id).ok());
    let Some(id) = id else {
        let why = "the report does not name the token's id. While the token is live, a check tells it: \
                   `matterleaks verify --from REPORT --output REPORT`. Else: System Console > Users > Manage Tokens";
        return Err(Failure::said(step, why));
    };
    let path = format!("/users/tokens/{id}");
    let missing = "the server has no token of this id: it is revoked already, or the report is not of this server";
    let token: Token = api
        .get("look the token up", &path)
        .map_err(|failure| failure.if_missing(missing))?;
    let user: User = api.get(
        "see whose the token is",
        &format!("/users/{}", token.user_id),
    )?;
    let owner = finding.verdict.owner.as_ref();
    if owner.is_some_and(|owner| owner.username != user.username) {
        let why = "the token of this id is another user's than the report says; check again, and do not trust the report";
        return Err(Failure::said(step, why));
    }
    let bot = if user.is_bot { "the bot " } else { "" };
    Ok(Target {
        shown: format!(
            "token {id} \"{}\" of {bot}@{}, with the roles {}",
            foreign(&token.description),
            foreign(&user.username),
            foreign(&user.roles)
        ),
        what: What::Token(id),
        disabled: !token.is_active,
    })
}

fn sessions(api: &Api<'_>, finding: &Finding, step: &str) -> Result<Target, Failure> {
    let owner = finding
        .verdict
        .owner
        .as_ref()
        .and_then(|owner| UserName::parse(&owner.username));
    let Some(owner) = owner else {
        let why = "the report does not say whose login it is: `matterleaks verify --from REPORT --output REPORT`";
        return Err(Failure::said(step, why));
    };
    let user = api.known_user(&Who::Name(owner))?;
    Ok(Target {
        shown: format!(
            "all logins of @{}, with the roles {}: every device has to log in again",
            foreign(&user.username),
            foreign(&user.roles)
        ),
        what: What::Sessions(user.id),
        disabled: false,
    })
}

/// The row of a list whose secret is that of the finding.
fn listed(
    api: &Api<'_>,
    finding: &Finding,
    step: &str,
    path: &str,
    secret: &dyn Fn(&Row) -> Option<String>,
) -> Result<Row, Failure> {
    for page in 0..PAGES {
        let path = format!("{path}page={page}&per_page={ROWS}");
        let rows: Vec<Row> = api.get("look it up on the server", &path)?;
        let last = rows.len() < ROWS;
        let mut rows = rows.into_iter();
        if let Some(row) = rows.find(|row| secret(row).is_some_and(|value| is(finding, &value))) {
            return Ok(row);
        }
        if last {
            break;
        }
    }
    let why = "the server lists none with this secret: it is revoked already, or the token's user may not see it";
    Err(Failure::said(step, why))
}

impl Target {
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
