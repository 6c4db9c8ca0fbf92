//! Whether a file that is to be shown to others holds a secret.

use std::collections::BTreeSet;

use crate::detect;
use crate::finding::{CredentialId, Secret};
use crate::report::record::Record;
use crate::rule::Proof;

use super::message::in_full;

/// Whether a report, in whatever format, holds a credential that it reports. Reports name each by digests of it, so it
/// is known when it stands there; a file without any digest must not even hold what could be one.
pub fn leaks(file: &[u8]) -> bool {
    if Record::read(file).is_ok_and(|record| {
        record
            .findings
            .iter()
            .any(|finding| in_full(finding).next().is_some())
    }) {
        return true;
    }
    let words = || {
        let word = |byte: &u8| byte.is_ascii_alphanumeric();
        file.split(move |byte| !word(byte))
            .filter_map(|word| std::str::from_utf8(word).ok())
    };
    let digest = |word: &&str| word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let digests: BTreeSet<&str> = words().filter(digest).collect();
    let mut secrets = words().filter(|word| (20..=40).contains(&word.len()));
    secrets.any(|word| match digests.is_empty() {
        true => detect::proves(Proof::Zbase32Uuid4, word.as_bytes()),
        false => {
            let secret = Secret::new(word);
            let id = CredentialId::of("mattermost", &secret);
            digests.contains(id.as_str()) || digests.contains(secret.sha256().as_str())
        }
    })
}
