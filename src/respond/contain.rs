//! Taking a leaked credential out of use at the server that issued it, with an administrator's token.
//!
//! The report says only where a credential is. What it is on the server is looked up there: a token by the id that a check
//! of it shows, by the list of its owner's tokens, or by what whoever sits there typed ([`Evidence`]); everything else by
//! the digest that names a finding. So a report that somebody has changed leads to nothing.

use serde::Deserialize;
use serde_json::{Value, json};

use super::api::Api;
use super::failure::Failure;
use super::name::{Id, Who};
use super::owner::{Evidence, Leak, Which};
use super::wire::{Team, User};
use crate::finding::{CredentialId, Kind, Secret, Untrusted};
use crate::redact::Redactor;
use crate::time;

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
    /// Whether it is the leaked one for certain; else it is the only one that it can be.
    pub certain: bool,
}

/// What the server has of a credential.
#[derive(Debug)]
pub enum Found {
    /// It is there.
    There(Target),
    /// It can be each of these, which are described.
    OneOf(Vec<String>),
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
const NO_SUCH_ID: &str =
    "the server has no token of this id: it is revoked already, or it is of another server";
const NO_TOKEN: &str = "its owner has no such token: it is revoked already, or no personal token (System Console > User \
                        Management > Users > Manage Tokens)";

/// Pages of a list that are read, and rows of each.
const PAGES: usize = 100;
const ROWS: usize = 200;

#[derive(Deserialize)]
struct Token {
    id: Id,
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
    leak: Leak<'_>,
    act: Act,
    evidence: &Evidence,
) -> Result<Found, Failure> {
    let step = format!("{} it", act.name());
    let refuse = |why: &str| Err(Failure::said(step.as_str(), why));
    let list =
        |path: &str, secret: &dyn Fn(&Row) -> Option<String>, target: &dyn Fn(Row) -> Target| {
            let row = listed(api, leak, path, secret)?;
            Ok(row.map_or(Found::Gone(UNLISTED), |row| Found::There(target(row))))
        };
    match (leak.kind, act) {
        (Kind::AccessToken, _) => token(api, &step, evidence),
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
            sessions(api, &step, evidence)
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
fn is(leak: Leak<'_>, value: &str) -> bool {
    CredentialId::of("mattermost", &Secret::new(value)).as_str() == leak.id
}

fn token(api: &Api<'_>, step: &str, evidence: &Evidence) -> Result<Found, Failure> {
    let refuse = |why| Failure::said(step, why);
    let which = evidence.which().map_err(refuse)?;
    let (token, certain) = match which {
        Which::Told(id) => match api.get("look the token up", &format!("/users/tokens/{id}")) {
            Err(failure) if failure.is_missing() => return Ok(Found::Gone(NO_SUCH_ID)),
            token => (token?, true),
        },
        Which::OneOf(owner, active) => {
            let owner = api.known_user(&Who::Name(owner))?;
            let mut tokens = tokens(api, &owner, active)?;
            match tokens.len() {
                0 => return Ok(Found::Gone(NO_TOKEN)),
                1 => (tokens.remove(0), false),
                _ => return Ok(Found::OneOf(described(api, &owner, &tokens))),
            }
        }
    };
    let user: User = api.get(
        "see whose the token is",
        &format!("/users/{}", token.user_id),
    )?;
    evidence
        .allow(&user.username, token.is_active)
        .map_err(refuse)?;
    let bot = if user.is_bot { "the bot " } else { "" };
    let only = if certain {
        ""
    } else {
        ", the only one that it can be"
    };
    let shown = format!(
        "token {} \"{}\" of {bot}@{}, with the roles {}{only}",
        token.id,
        foreign(&token.description),
        foreign(&user.username),
        foreign(&user.roles)
    );
    Ok(Found::There(Target {
        disabled: !token.is_active,
        certain,
        ..Target::new(What::Token(token.id), shown)
    }))
}

/// The tokens of a user that work, or those that do not.
fn tokens(api: &Api<'_>, owner: &User, active: bool) -> Result<Vec<Token>, Failure> {
    let mut all: Vec<Token> = Vec::new();
    for page in 0..PAGES {
        let path = format!("/users/{}/tokens?page={page}&per_page={ROWS}", owner.id);
        let tokens: Vec<Token> = api.get("list the tokens of its owner", &path)?;
        let last = tokens.len() < ROWS;
        all.extend(tokens.into_iter().filter(|token| token.is_active == active));
        if last {
            break;
        }
    }
    Ok(all)
}

/// What tells several tokens of a user apart: what they are for, and when each was used last, if the server says it.
fn described(api: &Api<'_>, owner: &User, tokens: &[Token]) -> Vec<String> {
    #[derive(Deserialize)]
    struct Session {
        #[serde(default)]
        last_activity_at: u64,
        #[serde(default)]
        props: Value,
    }
    let path = format!("/users/{}/sessions", owner.id);
    let sessions: Vec<Session> = api
        .get("see when they were used", &path)
        .unwrap_or_default();
    let used = |id: &Id| {
        let of_it = |session: &&Session| session.props["user_access_token_id"] == id.as_str();
        let last = sessions
            .iter()
            .filter(of_it)
            .map(|session| session.last_activity_at)
            .max()?;
        Some(time::rfc3339(
            std::time::UNIX_EPOCH + std::time::Duration::from_millis(last),
        ))
    };
    let line = |token: &Token| {
        let used = used(&token.id).map_or("use unknown".to_owned(), |at| format!("last used {at}"));
        format!("{} \"{}\", {used}", token.id, foreign(&token.description))
    };
    tokens.iter().map(line).collect()
}

fn sessions(api: &Api<'_>, step: &str, evidence: &Evidence) -> Result<Found, Failure> {
    let refuse = |why| Failure::said(step, why);
    let owner = evidence.login().map_err(refuse)?;
    let user = api.known_user(&Who::Name(owner))?;
    evidence.allow(&user.username, false).map_err(refuse)?;
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
    leak: Leak<'_>,
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
        let row = rows.find(|row| secret(row).is_some_and(|value| is(leak, &value)));
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
            certain: true,
        }
    }

    /// Lets a token work again that was disabled and is another one.
    pub fn undo(&self, api: &Api<'_>) -> Result<(), Failure> {
        let What::Token(id) = &self.what else {
            return Ok(());
        };
        let body = json!({"token_id": id.as_str()});
        let _: Value = api.json(
            "POST",
            "enable it again",
            "/users/tokens/enable",
            Some(&body),
        )?;
        Ok(())
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
