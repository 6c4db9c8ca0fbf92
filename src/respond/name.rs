//! Names that go into a request's path: once they are read, nothing in them leads elsewhere.

use std::fmt;

use serde::Deserialize;

use crate::finding::CredentialId;
use crate::report::record::{Finding, Record};

/// An id that a server gave: 26 characters, of which we only ask that they are letters and digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Id(String);

impl TryFrom<String> for Id {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Id, &'static str> {
        let plain =
            (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
        plain.then_some(Id(text)).ok_or("no id")
    }
}

impl Id {
    /// As the server wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a channel or a team: 1 to 64 lower case letters, digits, `-` and `_` (`IsValidChannelIdentifier`,
/// `IsValidTeamName` of Mattermost's `model`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChannelName(String);

impl ChannelName {
    /// Reads a name as people write it: with or without `~`, in any case.
    pub fn parse(text: &str) -> Option<ChannelName> {
        let name = text.trim().trim_start_matches('~').to_ascii_lowercase();
        let known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        ((1..=64).contains(&name.len()) && name.bytes().all(known)).then_some(ChannelName(name))
    }

    /// That of a finding's incident: `incident-` and the first 12 digits of its id.
    pub fn of_incident(id: &CredentialId) -> ChannelName {
        let digits: String = id.as_str().chars().take(SHORT).collect();
        ChannelName(format!("{INCIDENT}{digits}"))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first digits of the finding whose incident it is.
    pub fn incident(&self) -> Option<&str> {
        let digits = self.0.strip_prefix(INCIDENT)?;
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        (digits.len() == SHORT && digits.bytes().all(hex)).then_some(digits)
    }
}

const INCIDENT: &str = "incident-";
/// Digits of an id by which people name a finding.
const SHORT: usize = 12;

/// The name of a user (`IsValidUsername`): lower case letters, digits, `.`, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UserName(String);

impl UserName {
    /// Reads a name as people write it: with or without `@`, in any case.
    pub fn parse(text: &str) -> Option<UserName> {
        let text = text.trim();
        let name = text.strip_prefix('@').unwrap_or(text).to_ascii_lowercase();
        let known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-._".contains(&b);
        let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
        (begins && name.len() <= 64 && name.bytes().all(known)).then_some(UserName(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A user as people name one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// By the name.
    Name(UserName),
    /// By the address; nothing in it needs an escape in a path but `%` and `+`.
    Address(String),
}

impl Who {
    /// Reads a name or an address.
    pub fn parse(text: &str) -> Option<Who> {
        UserName::parse(text)
            .map(Who::Name)
            .or_else(|| Who::address(text))
    }

    /// Reads an address, as commits hold one.
    pub fn address(text: &str) -> Option<Who> {
        let (local, domain) = text.trim().split_once('@')?;
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-+%".contains(&b);
        let host = |b: u8| b.is_ascii_alphanumeric() || b".-".contains(&b);
        let good = !local.is_empty() && local.bytes().all(plain);
        let good = good && domain.contains('.') && domain.bytes().all(host);
        (good && text.len() <= 128).then(|| Who::Address(text.trim().to_ascii_lowercase()))
    }

    /// Where the server says who it is.
    pub fn path(&self) -> String {
        match self {
            Who::Name(name) => format!("/users/username/{}", name.as_str()),
            Who::Address(address) => {
                let escaped = address.replace('%', "%25").replace('+', "%2B");
                format!("/users/email/{escaped}")
            }
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Name(name) => write!(f, "@{}", name.as_str()),
            Who::Address(address) => f.write_str(address),
        }
    }
}

/// A finding as people name it: at least 8 digits of its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector(String);

/// Why no finding is meant.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SelectorError {
    /// It is no part of an id.
    #[error("`{0}` is no finding's id: at least 8 of its hex digits")]
    Shape(String),
    /// The report has none.
    #[error("the report has no finding {0}")]
    Missing(String),
    /// The report has several.
    #[error("{0} begins the ids of several findings; write more of it")]
    Ambiguous(String),
}

impl Selector {
    /// Reads the beginning of an id, or the name of an incident's channel.
    pub fn parse(text: &str) -> Result<Selector, SelectorError> {
        let digits = text.trim().trim_start_matches('~').to_ascii_lowercase();
        let digits = digits.strip_prefix(INCIDENT).unwrap_or(&digits);
        let hex = (8..=64).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        match hex {
            true => Ok(Selector(digits.to_owned())),
            false => Err(SelectorError::Shape(text.to_owned())),
        }
    }

    /// The one finding of a report that is meant.
    pub fn find<'r>(&self, record: &'r Record) -> Result<&'r Finding, SelectorError> {
        let mut meant = record
            .findings
            .iter()
            .filter(|finding| finding.id.starts_with(&self.0));
        match (meant.next(), meant.next()) {
            (Some(finding), None) => Ok(finding),
            (None, _) => Err(SelectorError::Missing(self.0.clone())),
            (Some(_), Some(_)) => Err(SelectorError::Ambiguous(self.0.clone())),
        }
    }

    /// The channel of its incident, if that much of the id is written.
    pub fn channel(&self) -> Option<ChannelName> {
        let digits = self.0.get(..SHORT)?;
        Some(ChannelName(format!("{INCIDENT}{digits}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_elsewhere() {
        for bad in [
            "",
            "a/b",
            "..",
            "a?b",
            "a%2fb",
            "ä",
            "a b",
            "a\nb",
            &"a".repeat(65),
        ] {
            assert_eq!(ChannelName::parse(bad), None, "{bad}");
        }
        for bad in ["", "..", ".a", "a/b", "a b", "-", "9", "a@b"] {
            assert_eq!(UserName::parse(bad), None, "{bad}");
        }
        for bad in [
            "",
            "@",
            "a@",
            "@b.c",
            "a@b",
            "a@b.c/../..",
            "a?@b.c",
            "a@b.c@d.e",
            "<a@b.c>",
            "a@b.c#",
        ] {
            assert_eq!(Who::address(bad), None, "{bad}");
        }
        assert_eq!(
            ChannelName::parse("~Town-Square")
                .map(|name| name.0)
                .as_deref(),
            Some("town-square")
        );
        assert_eq!(
            Who::parse("@Ann").map(|who| who.path()).as_deref(),
            Some("/users/username/ann")
        );
        let address = Who::parse("Ann+x@example.org").map(|who| who.path());
        assert_eq!(address.as_deref(), Some("/users/email/ann%2Bx@example.org"));
    }

    #[test]
    fn an_incident_is_named_by_the_first_digits() {
        let id = CredentialId::parse(&"0123456789abcdef".repeat(4)).expect("an id");
        let name = ChannelName::of_incident(&id);
        assert_eq!(
            (name.as_str(), name.incident()),
            ("incident-0123456789ab", Some("0123456789ab"))
        );
        let other = ChannelName::parse("incident-123").expect("a name");
        assert_eq!(other.incident(), None);
        for good in [
            "01234567",
            "incident-0123456789ab",
            "~incident-0123456789ab",
            "0123456789AB",
        ] {
            assert!(Selector::parse(good).is_ok(), "{good}");
        }
        for bad in ["0123456", "town-square", "", "0123456g"] {
            assert!(Selector::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(
            Selector::parse("01234567")
                .ok()
                .and_then(|short| short.channel()),
            None
        );
    }
}
