//! Whose a leaked token is, before anything is done to it: what its server says of it, or whoever sits there. A report is
//! only a file, which others may have written, so what it says of owners, ids and kinds counts for nothing.

use super::name::{Id, UserName};
use crate::finding::Kind;

/// A credential as it was found again.
#[derive(Clone, Copy, Debug)]
pub struct Leak<'a> {
    /// The digest that names it.
    pub id: &'a str,
    /// What it opens.
    pub kind: Kind,
}

/// What a check of the credential itself has shown just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Its server takes it.
    Live {
        /// The id of the token, if the server told it.
        token_id: Option<String>,
        /// The name of its owner, if the server told it.
        owner: Option<String>,
    },
    /// Its server refuses it.
    Refused,
    /// It is not where the report says, or nobody answered.
    Nothing,
}

/// What is known of a credential, and not from a report.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// By a check.
    pub shown: Shown,
    /// Whose it is by the word of whoever sits there.
    pub user: Option<UserName>,
    /// Which token it is by the same.
    pub token_id: Option<Id>,
}

/// What is known of which token it is.
pub(super) enum Which {
    /// The server said it, or whoever sits there.
    Told(Id),
    /// One of this user's that work, or that do not.
    OneOf(UserName, bool),
}

const OTHER_TOKEN: &str =
    "--token-id is another token than the one that leaked, as its server says";
const OTHER_USER: &str = "the token of this id is another user's than was said";
const NO_OWNER: &str = "the server does not say whose it is: --user NAME, if you know it";
const UNPROVEN: &str = "it is not where the report says, or could not be checked, so nothing shows which token it is: \
                        --token-id ID, if you know it (System Console > User Management > Users > Manage Tokens)";
const REFUSED: &str =
    "the server refuses it already, so it cannot show whose it is: --user NAME, if you know it";
const NO_LOGIN: &str =
    "it could not be checked, so nothing shows whose login it is: --user NAME, if you know it";
const STILL_ACTIVE: &str =
    "the server refuses what leaked, and the token of this id is active: it is another one";

impl Evidence {
    /// Which token it is: what leaked tells it best.
    pub(super) fn which(&self) -> Result<Which, &'static str> {
        let told = match &self.shown {
            Shown::Live { token_id, .. } => token_id.clone().and_then(|id| Id::try_from(id).ok()),
            Shown::Refused | Shown::Nothing => None,
        };
        match (told, &self.token_id) {
            (Some(told), Some(typed)) if told.as_str() != typed.as_str() => Err(OTHER_TOKEN),
            (Some(id), _) => Ok(Which::Told(id)),
            (None, _) if self.shown == Shown::Refused && self.user.is_none() => Err(REFUSED),
            (None, Some(typed)) => Ok(Which::Told(typed.clone())),
            (None, None) if self.shown == Shown::Nothing => Err(UNPROVEN),
            (None, None) => Ok(Which::OneOf(self.owner()?, self.shown != Shown::Refused)),
        }
    }

    /// Whose it is.
    fn owner(&self) -> Result<UserName, &'static str> {
        let told = match &self.shown {
            Shown::Live { owner, .. } => owner.as_deref().and_then(UserName::parse),
            Shown::Refused | Shown::Nothing => None,
        };
        told.or_else(|| self.user.clone()).ok_or(NO_OWNER)
    }

    /// Whether it may be done to what is this user's. `active` is what the server says of the token.
    pub(super) fn allow(&self, username: &str, active: bool) -> Result<(), &'static str> {
        let told = match &self.shown {
            Shown::Live { owner, .. } => owner.as_deref(),
            Shown::Refused | Shown::Nothing => None,
        };
        let said = self.user.as_ref().map(UserName::as_str);
        match () {
            () if [said, told]
                .into_iter()
                .flatten()
                .any(|name| name != username) =>
            {
                Err(OTHER_USER)
            }
            () if self.shown == Shown::Refused && active => Err(STILL_ACTIVE),
            () => Ok(()),
        }
    }

    /// Whose logins are to end.
    pub(super) fn login(&self) -> Result<UserName, &'static str> {
        match self.shown {
            Shown::Nothing => self.user.clone().ok_or(NO_LOGIN),
            _ => self.owner(),
        }
    }
}
