//! Whether a file that is to be shown to others holds a secret.
//!
//! A report masks whatever has a credential's shape. So of what is one, and masked, nothing of that shape is left, in no
//! encoding, but the ids of tokens and posts, which look alike and which it names as such. Secrets of another shape
//! are known by their digests, which reports name.

use std::borrow::Cow;
use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::finding::{CredentialId, Place, Secret, Untrusted};
use crate::redact::Redactor;

/// Why a file is not shown to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is compressed, or in an encoding that nobody writes reports in.
    #[error("is neither UTF-8 nor UTF-16 text")]
    NoText,
    /// It holds a credential, or what looks like one.
    #[error("holds a secret in full, or what could be one")]
    Secret,
}

/// What stands in front of an id that is no secret, in the formats of reports.
const NAMED: [&str; 5] = [
    r#""token_id": ""#,
    r#""token_id":""#,
    r#""post": ""#,
    r#""post":""#,
    "<dt>Token id</dt><dd><code>",
];

/// Characters of an id or a secret that are looked at.
const LONGEST: usize = 512;
const SHORTEST: usize = 8;

/// Products that a file is asked about.
const MOST_PRODUCTS: usize = 32;

/// Whether a report, in whatever format, can be shown to others.
pub fn fit_to_show(file: &[u8]) -> Result<(), Unfit> {
    let text = decoded(file).ok_or(Unfit::NoText)?;
    let known = Known::of(&text);
    if words(&text).any(|(_, word)| known.is(word)) {
        return Err(Unfit::Secret);
    }
    let ids: BTreeSet<&str> = alphanumeric(&text)
        .filter(|(at, word)| word.len() == 26 && is_named(&text, *at, word.len()))
        .map(|(_, word)| word)
        .collect();
    let mut rest = String::with_capacity(text.len());
    let mut from = 0;
    for (at, word) in alphanumeric(&text).filter(|(_, word)| ids.contains(word)) {
        rest.push_str(text.get(from..at).unwrap_or_default());
        from = at + word.len();
    }
    rest.push_str(text.get(from..).unwrap_or_default());
    let masked = Redactor::blind().verbatim(&Untrusted::new(&rest)).is_none();
    // A letter of an escape can stand before it, or a `_`.
    let minted = words(&rest).any(|(_, word)| {
        let proof = crate::rule::Proof::Zbase32Uuid4;
        crate::detect::proves(proof, word.as_bytes())
    });
    match masked || minted {
        true => Err(Unfit::Secret),
        false => Ok(()),
    }
}

/// The text of a file; none if it is none.
fn decoded(file: &[u8]) -> Option<Cow<'_, str>> {
    let wide = |little: bool, bytes: &[u8]| {
        let units = bytes.chunks(2).map(|pair| match (pair, little) {
            ([a, b], true) => u16::from_le_bytes([*a, *b]),
            ([a, b], false) => u16::from_be_bytes([*a, *b]),
            _ => 0,
        });
        let text: Result<String, _> = char::decode_utf16(units).collect();
        text.ok().map(Cow::Owned)
    };
    let text = match file {
        [0xff, 0xfe, rest @ ..] => wide(true, rest),
        [0xfe, 0xff, rest @ ..] => wide(false, rest),
        // Without a mark the zeros of ASCII tell.
        [_, 0, ..] => wide(true, file),
        [0, _, ..] => wide(false, file),
        _ => std::str::from_utf8(file).ok().map(Cow::Borrowed),
    };
    text.filter(|text| !text.contains('\0'))
}

fn split(text: &str, part: impl Fn(char) -> bool + Copy) -> impl Iterator<Item = (usize, &str)> {
    let words = text.split(move |c| !part(c));
    words
        .filter(|word| (SHORTEST..=LONGEST).contains(&word.len()))
        .map(|word| (word.as_ptr().addr() - text.as_ptr().addr(), word))
}

fn alphanumeric(text: &str) -> impl Iterator<Item = (usize, &str)> {
    split(text, |c| c.is_ascii_alphanumeric())
}

/// Whatever could be a secret: some hold `-` and `_`, some whatever needs no quotes.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let joined = split(text, |c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let bare = split(text, |c| !c.is_whitespace() && !"\"'`<>,".contains(c));
    alphanumeric(text).chain(joined).chain(bare)
}

/// Whether a report names an id there that is no secret.
fn is_named(text: &str, at: usize, length: usize) -> bool {
    let (Some(before), Some(after)) = (text.get(..at), text.get(at + length..)) else {
        return false;
    };
    // In a table it stands before the kind of place.
    let cell = before.ends_with(',')
        && after.strip_prefix(',').is_some_and(|after| {
            let kind = after.split(',').next().unwrap_or_default();
            let kind = serde_json::Value::from(kind);
            serde_json::from_value::<Place>(kind).is_ok()
        });
    // For people it may stand on the next line.
    let told = before.trim_end_matches(|c: char| c.is_whitespace() || c == '`');
    cell || told.ends_with("token id") || NAMED.iter().any(|name| before.ends_with(name))
}

/// The digests of credentials that a report names.
struct Known {
    /// Of the secrets themselves, in the formats that have them.
    secrets: BTreeSet<String>,
    /// The first digits of findings' ids.
    ids: BTreeSet<String>,
    /// Whose secrets they may be. The id of a rule begins so.
    products: BTreeSet<String>,
}

impl Known {
    fn of(text: &str) -> Known {
        let hex = |word: &str| word.bytes().all(|b| b.is_ascii_hexdigit());
        let mut known = Known {
            secrets: BTreeSet::new(),
            ids: BTreeSet::new(),
            products: BTreeSet::from(["mattermost".to_owned()]),
        };
        for (_, word) in alphanumeric(text).filter(|(_, word)| hex(word)) {
            match word.len() {
                64 => {
                    known.secrets.insert(word.to_ascii_lowercase());
                    known.ids.insert(word[..12].to_ascii_lowercase());
                }
                12 => drop(known.ids.insert(word.to_ascii_lowercase())),
                _ => {}
            }
        }
        let rule = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        for (product, _) in split(text, rule).filter_map(|(_, word)| word.split_once('-')) {
            if known.products.len() < MOST_PRODUCTS && product.len() > 2 {
                known.products.insert(product.to_owned());
            }
        }
        known
    }

    /// Whether a word is a credential that the report names.
    fn is(&self, word: &str) -> bool {
        let digest = || data_encoding::HEXLOWER.encode(&Sha256::digest(word.as_bytes()));
        let id = |product: &String| {
            let id = CredentialId::of(product, &Secret::new(word));
            self.ids.contains(&id.as_str()[..12])
        };
        !self.ids.is_empty() && (self.secrets.contains(&digest()) || self.products.iter().any(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_not_shown() {
        let wide = |text: &str, little: bool| -> Vec<u8> {
            let bytes = |unit: u16| match little {
                true => unit.to_le_bytes(),
                false => unit.to_be_bytes(),
            };
            text.encode_utf16().flat_map(bytes).collect()
        };
        let secret = crate::detect::mint([7; 16]);
        for little in [true, false] {
            assert_eq!(fit_to_show(&wide("\u{feff}a report", little)), Ok(()));
            assert_eq!(fit_to_show(&wide("a report", little)), Ok(()));
            let told = wide(&format!("\u{feff}x {secret}"), little);
            assert_eq!(fit_to_show(&told), Err(Unfit::Secret));
        }
        assert_eq!(fit_to_show(b"\x1f\x8b\x08\x00"), Err(Unfit::NoText));
        assert_eq!(fit_to_show(b"a\xffb"), Err(Unfit::NoText));
        assert_eq!(fit_to_show(b"abc\0def"), Err(Unfit::NoText));
    }

    #[test]
    fn only_what_is_named_as_an_id_is_none() {
        let secret = crate::detect::mint([9; 16]);
        let id = CredentialId::of("mattermost", &Secret::new(&secret));
        for (text, fit) in [
            (format!(r#""token_id": "{secret}""#), true),
            (format!("token id\n    {secret}"), true),
            (format!("x,root,{secret},file,,a"), true),
            (format!("x,{secret},{secret},file,,a"), true),
            (format!("x,{secret},https,file,,a"), false),
            (format!(r#""id": "{secret}""#), false),
            (
                format!(r#"{id} "token_id": "{secret}""#, id = id.as_str()),
                false,
            ),
            (format!("a\\n{secret}"), false),
            (format!("_{secret}_"), false),
        ] {
            assert_eq!(fit_to_show(text.as_bytes()).is_ok(), fit, "{text}");
        }
        // Secrets of another shape, of another product.
        let secret = "zbc_4QvWm8bKx2NsYtR7pLdHc9JfGaEz3UoT";
        let id = CredentialId::of("zebrachat", &Secret::new(secret));
        let report = |shown: &str| format!("zebrachat-token {} {shown}", &id.as_str()[..12]);
        assert_eq!(fit_to_show(report("zbc_…").as_bytes()), Ok(()));
        assert_eq!(fit_to_show(report(secret).as_bytes()), Err(Unfit::Secret));
    }
}
