//! What a live check shows, and why it shows nothing. Never a bool: "was not answered" is not "is dead".

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::{CredentialId, Severity, Untrusted};

/// What a live check showed of a credential.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody asked.
    #[default]
    NotChecked,
    /// Its server took it.
    Active(Live),
    /// Its server refused it: revoked, disabled, expired, or not its token. It may come back.
    Rejected {
        /// When.
        at: SystemTime,
    },
    /// Nothing is known, and this is why.
    Unknown(Unknown),
}

/// What a live check showed, in a word: the name in reports.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[allow(missing_docs)]
pub enum Status {
    Active,
    Rejected,
    Unknown,
    NotChecked,
}

/// A credential that its server took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// When.
    pub at: SystemTime,
    /// Whose it is, where the server said so.
    pub owner: Option<Owner>,
    /// The id by which it is revoked; not a secret.
    pub token_id: Option<Untrusted>,
    /// How bad that is.
    pub severity: Severity,
}

/// Whose a credential is, in the words of its server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// The login name.
    pub username: Untrusted,
    /// Whether it is a program's account.
    pub is_bot: bool,
    /// What the owner may do.
    pub roles: Vec<Untrusted>,
}

/// A check that gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Why.
    pub reason: UnknownReason,
    /// In words; may quote the server.
    pub detail: Untrusted,
    /// When it was tried; nothing if it was not.
    pub at: Option<SystemTime>,
}

impl Unknown {
    /// Why a check was not tried.
    pub fn untried(reason: UnknownReason, detail: impl AsRef<[u8]>) -> Unknown {
        Unknown {
            reason,
            detail: Untrusted::new(detail),
            at: None,
        }
    }
}

impl Verdict {
    /// It in a word.
    pub fn status(&self) -> Status {
        match self {
            Verdict::NotChecked => Status::NotChecked,
            Verdict::Active(_) => Status::Active,
            Verdict::Rejected { .. } => Status::Rejected,
            Verdict::Unknown(_) => Status::Unknown,
        }
    }

    /// When the server was asked.
    pub fn checked_at(&self) -> Option<SystemTime> {
        match self {
            Verdict::NotChecked => None,
            Verdict::Active(live) => Some(live.at),
            Verdict::Rejected { at } => Some(*at),
            Verdict::Unknown(unknown) => unknown.at,
        }
    }

    /// What is known of a live credential.
    pub fn live(&self) -> Option<&Live> {
        match self {
            Verdict::Active(live) => Some(live),
            _ => None,
        }
    }

    /// Why nothing is known.
    pub fn unknown(&self) -> Option<&Unknown> {
        match self {
            Verdict::Unknown(unknown) => Some(unknown),
            _ => None,
        }
    }
}

/// Why nothing is known. The list is closed; names stand in reports.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum UnknownReason {
    /// No server was found for it.
    NoHost,
    /// Several servers could be its own.
    AmbiguousHost,
    /// The server may not be contacted: its address, or the list of those that may.
    BlockedByPolicy,
    /// It would travel in clear.
    CleartextHttp,
    /// No connection.
    Unreachable,
    /// The server's name has no address.
    Dns,
    /// The server could not prove that it is who its name says.
    Tls,
    /// No answer in time.
    TimedOut,
    /// The server is not of the product, so the secret was not sent.
    NotMattermost,
    /// A server of the product whose base URL is another.
    WrongBase,
    /// The server sends elsewhere, where no secret follows.
    Redirected,
    /// Something stands in front of the server and wants a login.
    Intercepted,
    /// The server wants to be asked less often.
    RateLimited,
    /// The server failed.
    ServerError,
    /// An answer that proves nothing.
    UnexpectedAnswer,
    /// The server takes any secret, so that its "yes" says nothing.
    IndiscriminateHost,
    /// There is no harmless way to ask.
    NotCheckable,
}

impl UnknownReason {
    /// The same in words about a product of this company.
    pub fn words(self, company: &str) -> String {
        match self {
            UnknownReason::NotMattermost if !company.is_empty() => {
                format!("not {}", company.to_lowercase())
            }
            reason => reason.name().replace('_', " "),
        }
    }

    /// Whether a check could have been made and was not: another network, another flag or another time would
    /// give an answer. The rest have had theirs, or there is none to be had.
    pub fn is_missed_check(self) -> bool {
        use UnknownReason::*;
        matches!(
            self,
            BlockedByPolicy
                | CleartextHttp
                | Unreachable
                | Dns
                | Tls
                | TimedOut
                | RateLimited
                | ServerError
                | Intercepted
                | Redirected
                | UnexpectedAnswer
                | IndiscriminateHost
        )
    }
}

/// What a live check would do, and has not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Which credential.
    pub id: CredentialId,
    /// What would be sent, as in `GET https://chat.example.org/api/v4/users/me`; or why nothing would be.
    pub step: Result<Untrusted, Unknown>,
}
