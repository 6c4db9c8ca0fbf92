//! Secrets of this run: found whole anywhere, and in part where a text was cut.

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::AhoCorasick;

/// Shorter values are no secrets, and masking them would leave nothing to read.
const SHORTEST: usize = 4;

/// How much of a secret must stand at the end of a text to be masked. What remains visible of a longer
/// one leaves more than 90 bits to guess.
const FRAGMENT: usize = 8;

/// Characters that an encoding may lose where a text was cut.
const LOST: usize = 4;

/// The longest escape of which a part may be left over where a text was cut: `\U00000061`.
const ESCAPE: usize = 10;

/// All of them, in lower case: a secret in capitals is still readable.
pub(super) struct Known {
    secrets: Vec<Vec<u8>>,
    /// `None` if no automaton could be built; then nothing passes.
    automaton: Option<AhoCorasick>,
    /// Secrets by their first bytes.
    heads: HashMap<u64, Vec<usize>>,
    /// Secrets by their last bytes.
    tails: HashMap<u64, Vec<usize>>,
    longest: usize,
}

impl Known {
    pub(super) fn new<'a>(secrets: impl Iterator<Item = &'a str>) -> Known {
        let lower = secrets.map(|secret| secret.to_ascii_lowercase().into_bytes());
        let mut secrets: Vec<Vec<u8>> = lower.filter(|secret| secret.len() >= SHORTEST).collect();
        secrets.sort();
        secrets.dedup();
        let (mut heads, mut tails) = (HashMap::new(), HashMap::new());
        for (at, secret) in secrets.iter().enumerate() {
            if let (Some(head), Some(tail)) = (key(secret), key_at_end(secret)) {
                heads.entry(head).or_insert_with(Vec::new).push(at);
                tails.entry(tail).or_insert_with(Vec::new).push(at);
            }
        }
        Known {
            automaton: AhoCorasick::new(&secrets).ok(),
            longest: secrets.iter().map(Vec::len).max().unwrap_or(0),
            secrets,
            heads,
            tails,
        }
    }

    /// Every secret that stands in `text`, overlapping ones too.
    pub(super) fn whole(&self, text: &[u8]) -> Vec<Range<usize>> {
        match &self.automaton {
            Some(automaton) => automaton
                .find_overlapping_iter(&text.to_ascii_lowercase())
                .map(|m| m.range())
                .collect(),
            None => std::iter::once(0..text.len()).collect(),
        }
    }

    /// The longest end of a secret with which `text` begins, and beginning with which it ends. `source`
    /// says where a part of it stands in the original, which is `length` long: only there can it have been
    /// cut.
    pub(super) fn cut(
        &self,
        text: &[u8],
        source: impl Fn(Range<usize>) -> Range<usize>,
        length: usize,
    ) -> Vec<Range<usize>> {
        let solid = |byte: &u8| byte.is_ascii_alphanumeric();
        let (Some(start), Some(last)) = (text.iter().position(solid), text.iter().rposition(solid))
        else {
            return Vec::new();
        };
        let end = last + 1;
        let shifted = |part: Range<usize>| part.start + start..part.end + start;
        let mut found = Vec::new();
        if source(0..1).start < LOST {
            found.extend(self.ends_with(&text[start..end]).map(shifted));
        }
        if source(text.len() - 1..text.len()).end + LOST > length {
            found.extend(self.starts_with(&text[start..end]).map(shifted));
        }
        found
    }

    /// What at the start of `text` is the end of a secret.
    fn ends_with(&self, text: &[u8]) -> Option<Range<usize>> {
        let text = &text[..text.len().min(self.longest + ESCAPE)].to_ascii_lowercase();
        let mut ends = (FRAGMENT..=text.len()).rev();
        ends.find_map(|end| {
            let secrets = key_at_end(&text[..end]).and_then(|key| self.tails.get(&key))?;
            let backwards = |&at: &usize| {
                let both = self.secrets[at].iter().rev().zip(text[..end].iter().rev());
                both.take_while(|(one, other)| one == other).count()
            };
            let start = end - secrets.iter().map(backwards).max()?;
            (start < ESCAPE).then_some(start..end)
        })
    }

    /// What at the end of `text` is the start of a secret.
    fn starts_with(&self, text: &[u8]) -> Option<Range<usize>> {
        let before = text.len().saturating_sub(self.longest + ESCAPE);
        let text = &text[before..].to_ascii_lowercase();
        let mut starts = 0..text.len();
        starts.find_map(|start| {
            let secrets = key(&text[start..]).and_then(|key| self.heads.get(&key))?;
            let forwards = |&at: &usize| {
                let both = self.secrets[at].iter().zip(&text[start..]);
                both.take_while(|(one, other)| one == other).count()
            };
            let end = start + secrets.iter().map(forwards).max()?;
            (text.len() - end < ESCAPE).then_some(before + start..before + end)
        })
    }
}

/// The first bytes of a text.
fn key(text: &[u8]) -> Option<u64> {
    text.first_chunk::<FRAGMENT>()
        .map(|bytes| u64::from_le_bytes(*bytes))
}

/// The last bytes of a text.
fn key_at_end(text: &[u8]) -> Option<u64> {
    text.last_chunk::<FRAGMENT>()
        .map(|bytes| u64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::super::Redactor;
    use super::*;
    use crate::finding::Untrusted;

    #[test]
    fn a_cut_in_an_escape_hides_nothing() {
        let secret = "8pqn1ofmyjde4noa1hmfdtw3ey";
        let secret = crate::finding::Secret::new(secret);
        let redactor = Redactor::new([&secret].into_iter(), false);
        for unit in ["%", r"\x", r"\u00", r"\U000000"] {
            let written: String = secret
                .expose()
                .bytes()
                .map(|byte| format!("{unit}{byte:02x}"))
                .collect();
            let (half, width) = (written.len() / 2, unit.len() + 2);
            for cut in half..half + width {
                for text in [&written[..cut], &written[cut..]] {
                    let shown = redactor.text(&Untrusted::new(text));
                    assert!(shown.len() < 3 * width, "{text}: {shown}");
                }
            }
        }
    }

    #[test]
    fn nothing_passes_without_an_automaton() {
        let known = Known {
            automaton: None,
            ..Known::new([].into_iter())
        };
        let redactor = Redactor {
            known: Some(known),
            show: false,
        };
        for text in ["a", "a path of some length"] {
            assert_eq!(redactor.text(&Untrusted::new(text)), "…");
        }
    }
}
