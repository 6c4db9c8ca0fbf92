//! Whether a file that is to be shown to others holds a secret.

use std::collections::BTreeSet;

use crate::detect;
use crate::finding::{CredentialId, Secret};
use crate::report::record::Record;
use crate::rule::Proof;

use super::message::in_full;

/// Whether a report, in whatever format, holds a credential that it reports. Reports name each by its id, whole or the
/// first 12 digits, so it is known when it stands there; a file without any id must not even hold what could be one.
pub fn leaks(file: &[u8]) -> bool {
    let in_full =
        |record: Record| (record.findings.iter()).any(|finding| in_full(finding).next().is_some());
    if Record::read(file).is_ok_and(in_full) {
        return true;
    }
    let words = || {
        let word = |byte: &u8| byte.is_ascii_alphanumeric();
        let words = file.split(move |byte| !word(byte));
        words.filter_map(|word| std::str::from_utf8(word).ok())
    };
    let id =
        |word: &&str| matches!(word.len(), 12 | 64) && word.bytes().all(|b| b.is_ascii_hexdigit());
    let ids: BTreeSet<&str> = words().filter(id).map(|id| &id[..12]).collect();
    let mut secrets = words().filter(|word| (20..=40).contains(&word.len()));
    secrets.any(|word| match ids.is_empty() {
        true => detect::proves(Proof::Zbase32Uuid4, word.as_bytes()),
        false => {
            let id = CredentialId::of("mattermost", &Secret::new(word));
            ids.contains(&id.as_str()[..12])
        }
    })
}
