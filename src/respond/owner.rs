//! Whose a leaked token is, before anything is done to it. A report is only a file, which others may have written: on
//! its word alone nothing happens to anybody.

use super::name::{Id, UserName};
use crate::report::record::Finding;

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

/// What is known of a credential beside the report.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// By a check.
    pub shown: Shown,
    /// Whose it is by the word of whoever sits there.
    pub user: Option<UserName>,
}

const NO_ID: &str = "the report does not name the token's id. While the token is live, a check tells it: \
                     `matterleaks verify --from REPORT --output REPORT`. Else: System Console > Users > Manage Tokens";
const OTHER_TOKEN: &str = "the report names another token than the one that leaked; check again, and do not trust the report";
const OTHER_USER: &str = "the token of this id is another user's than was said; check again, and do not trust the report";
const NO_OWNER: &str = "the report does not say whose it is: `matterleaks verify --from REPORT --output REPORT`, or --user NAME";
const UNPROVEN: &str = "it is not where the report says, or could not be checked, so only the report says whose it is: \
                        --user NAME, if you know it";
const STILL_ACTIVE: &str =
    "the server refuses what leaked, and the token of this id is active: it is another one";

impl Evidence {
    /// The id of the token: what leaked tells it best.
    pub(super) fn token_id(&self, finding: &Finding) -> Result<Id, &'static str> {
        let read = |id: &String| Id::try_from(id.clone()).map_err(|_| NO_ID);
        let reported = finding.verdict.token_id.as_ref().map(read).transpose()?;
        match (&self.shown, reported) {
            (
                Shown::Live {
                    token_id: Some(id), ..
                },
                reported,
            ) => {
                let id = read(id)?;
                match reported.is_none_or(|reported| reported == id) {
                    true => Ok(id),
                    false => Err(OTHER_TOKEN),
                }
            }
            (_, reported) => reported.ok_or(NO_ID),
        }
    }

    /// Whether it may be done to what is this user's. `active` is what the server says of the token.
    pub(super) fn allow(
        &self,
        finding: &Finding,
        username: &str,
        active: Option<bool>,
    ) -> Result<(), &'static str> {
        let reported = finding.verdict.owner.as_ref();
        let reported = reported.map(|owner| owner.username.as_str());
        let typed = self.user.as_ref().map(UserName::as_str);
        let told = match &self.shown {
            Shown::Live { owner, .. } => owner.as_deref(),
            Shown::Refused | Shown::Nothing => None,
        };
        let others = [reported, typed, told].into_iter().flatten();
        if others.into_iter().any(|name| name != username) {
            return Err(OTHER_USER);
        }
        match self.shown {
            Shown::Live { .. } if reported.or(typed).is_none() => Err(NO_OWNER),
            Shown::Refused if reported.is_none() => Err(NO_OWNER),
            Shown::Refused if active != Some(false) => Err(STILL_ACTIVE),
            Shown::Nothing if typed.is_none() => Err(UNPROVEN),
            _ => Ok(()),
        }
    }

    /// Whose logins are to end.
    pub(super) fn name(&self, finding: &Finding) -> Result<UserName, &'static str> {
        let reported = finding.verdict.owner.as_ref();
        let reported = reported.and_then(|owner| UserName::parse(&owner.username));
        reported.or_else(|| self.user.clone()).ok_or(NO_OWNER)
    }
}
