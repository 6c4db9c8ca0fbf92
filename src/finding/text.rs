//! Secrets, their names, and text that came from outside.

use std::fmt;

use serde::Serialize;
use sha2::{Digest, Sha256};

/// A secret value. It has no `Display`, its `Debug` is masked, and [`Secret::expose`] is easy to find.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret(Box<str>);

impl Secret {
    /// Wraps a value found in a document.
    pub fn new(value: &str) -> Secret {
        Secret(value.into())
    }

    /// The value itself. Every call is a place where it could leak.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What people see: the first four characters and the length, as in `hops… (26)`.
    pub fn redacted(&self) -> String {
        format!("{} ({})", self.masked(), self.0.chars().count())
    }

    /// The first four characters and an ellipsis. A value of fewer than 12 characters shows none.
    pub fn masked(&self) -> String {
        let shown = if self.0.chars().count() < 12 { 0 } else { 4 };
        self.0.chars().take(shown).chain(['…']).collect()
    }

    /// SHA-256 of the value's bytes, in hex.
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(self.0.as_bytes()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

/// Names a credential for ever: SHA-256 of `matterleaks/1`, product and secret, divided by NUL, in hex.
/// Rule, kind, host and place never enter it, so a baseline survives every move.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CredentialId(String);

impl CredentialId {
    /// The id of `secret` for the product that issued it.
    pub fn of(product: &str, secret: &Secret) -> CredentialId {
        let mut hash = Sha256::new();
        for part in ["matterleaks/1", "\0", product, "\0", secret.expose()] {
            hash.update(part.as_bytes());
        }
        CredentialId(hex(&hash.finalize()))
    }

    /// Reads an id as people write it: 64 hex digits of either case.
    pub fn parse(text: &str) -> Option<CredentialId> {
        let hex = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        hex.then(|| CredentialId(text.to_ascii_lowercase()))
    }

    /// The 64 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// Bytes that came from outside: a path, a snippet, an error text. They may hold a secret and they may
/// attack a terminal, so only the redactor reads them; `Debug` shows nothing but the length.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Untrusted(std::sync::Arc<[u8]>);

impl Untrusted {
    /// Wraps foreign bytes.
    pub fn new(bytes: impl AsRef<[u8]>) -> Untrusted {
        Untrusted(bytes.as_ref().into())
    }

    /// The bytes as they came. For the redactor, and for code that opens what they name.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted({} bytes)", self.0.len())
    }
}

/// One line of a document around a match, cut to a readable length.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Snippet {
    /// The line up to the match.
    pub before: Untrusted,
    /// The match as it is written there: the secret, or an encoded form of it.
    pub matched: Untrusted,
    /// The rest of the line.
    pub after: Untrusted,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_shows_itself() {
        let secret = Secret::new("abcdefghijklmnopqrstuvwxyz");
        assert_eq!(format!("{secret:?}"), "abcd… (26)");
        assert_eq!(Secret::new("short").redacted(), "… (5)");
        assert_eq!(
            format!("{:?}", Untrusted::new("secret")),
            "Untrusted(6 bytes)"
        );
    }

    #[test]
    fn a_credential_id_depends_on_product_and_secret_alone() {
        let secret = Secret::new("s");
        let id = CredentialId::of("mattermost", &secret);
        // printf 'matterleaks/1\0mattermost\0s' | sha256sum
        assert_eq!(
            id.as_str(),
            "a6985adec7f6431842c7efedb4ee2034bfa30f0a1d38b4fbacacf5d63d31c613"
        );
        assert_ne!(id, CredentialId::of("other", &secret));
        assert_eq!(CredentialId::parse(&id.as_str().to_uppercase()), Some(id));
        assert_eq!(CredentialId::parse("abc"), None);
    }
}
