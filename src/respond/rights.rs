//! The "Test" button: is the server there, is the token good, and may it do what the other commands need?

use std::collections::BTreeSet;

use serde_json::json;

use super::api::Api;
use super::failure::Failure;
use super::name::ChannelName;
use super::wire::Role;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Whether all is well; none if it is needed by some commands only.
    pub good: Option<bool>,
    /// What was found.
    pub what: String,
    /// Why it matters, or how to go on.
    pub why: String,
}

/// A right, whether all need it, and what for (`model/permission.go` of Mattermost).
const RIGHTS: [(&str, bool, &str); 13] = [
    ("create_post", true, "message, open, sync"),
    ("upload_file", true, "file"),
    ("create_public_channel", true, "open"),
    ("create_private_channel", false, "open --private"),
    ("manage_public_channel_members", true, "open, which invites"),
    (
        "manage_private_channel_members",
        false,
        "open --private, which invites",
    ),
    ("delete_public_channel", true, "close"),
    (
        "delete_private_channel",
        false,
        "close, of a private channel",
    ),
    ("manage_team", false, "open --reopen"),
    (
        "join_public_channels",
        false,
        "message and file, to a public channel that the token's user is not in",
    ),
    ("read_user_access_token", false, "disable and revoke"),
    ("revoke_user_access_token", false, "disable and revoke"),
    // Everybody who may have tokens has the right above for their own.
    (
        "edit_other_users",
        false,
        "disable and revoke of what is another's: an administrator has it",
    ),
];

/// Looks at everything that the commands need.
pub fn test(
    api: &Api<'_>,
    team: Option<&ChannelName>,
    channel: Option<&ChannelName>,
) -> Result<Vec<Check>, Failure> {
    let good = |what: String| Check {
        good: Some(true),
        what,
        why: String::new(),
    };
    let me = api.me();
    let bot = if me.is_bot { "the bot " } else { "" };
    let mut checks = vec![good(format!(
        "the token is {bot}@{}'s, with the roles {}",
        me.username, me.roles
    ))];
    let team = match api.team(team) {
        Ok(team) => team,
        Err(failure) => {
            checks.push(Check {
                good: Some(false),
                what: failure.step,
                why: failure.why.to_string(),
            });
            return Ok(checks);
        }
    };
    checks.push(good(format!("it is in the team {}", team.name)));
    let roles = api.team_roles(&team)?;
    // Who makes a channel has these there.
    let roles = format!("{} {roles} channel_user channel_admin", me.roles);
    let roles: BTreeSet<&str> = roles.split_whitespace().collect();
    let roles: Vec<Role> = api.post("see what the roles allow", "/roles/names", &json!(roles))?;
    let allowed: BTreeSet<&str> = roles
        .iter()
        .flat_map(|role| role.permissions.iter().map(String::as_str))
        .collect();
    for (right, needed, why) in RIGHTS {
        let has = allowed.contains(right);
        checks.push(Check {
            good: match (has, needed) {
                (false, false) => None,
                (has, _) => Some(has),
            },
            what: format!("the right {right}"),
            why: format!("for {why}"),
        });
    }
    if let Some(name) = channel {
        checks.push(match api.channel(&team, name)? {
            Some(found) if !found.is_archived() => good(format!("the channel {}", name.as_str())),
            found => Check {
                good: Some(false),
                what: format!("the channel {}", name.as_str()),
                why: match found {
                    Some(_) => "archived".into(),
                    None => {
                        "not there, or private: then the token's user must be invited to it".into()
                    }
                },
            },
        });
    }
    checks.push(Check {
        good: None,
        what: "private channels".into(),
        why: "the token's user sees those that it was invited to, and no others".into(),
    });
    Ok(checks)
}
