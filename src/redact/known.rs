//! Secrets of this run, found whole anywhere, and any part of them that is long enough.

use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::shape::Forms;
use super::value::is_word;

/// Shorter values are no secrets, and masking them would leave nothing to read.
const SHORTEST: usize = 4;

/// How much of a secret may stand anywhere: one character less. What remains unknown of a longer one leaves more than
/// 90 bits to guess.
const FRAGMENT: usize = 8;

/// Bits of the sieve for each fragment: one fragment in sixteen is looked up in vain.
const BITS: usize = 16;

/// All of them, in lower case: a secret in capitals is still readable.
pub(super) struct Known {
    /// Those shorter than a fragment. `None` if no automaton could be built; then nothing passes.
    short: Option<AhoCorasick>,
    /// The others, in order, how they begin, and how long they are, each once. An automaton of them takes fifty times
    /// their length.
    long: Vec<Box<str>>,
    starts: Vec<u64>,
    lengths: Vec<usize>,
    /// Every run of characters of every secret, in order.
    fragments: Vec<u64>,
    /// A bit for each of them, by its hash: most text is told apart by this.
    sieve: Vec<u64>,
}

impl Known {
    pub(super) fn new<'a>(secrets: impl Iterator<Item = &'a str>, forms: &Forms) -> Known {
        let lower = |secret: &str| (secret.to_ascii_lowercase(), forms.fits(secret.as_bytes()));
        let mut secrets: Vec<(String, bool)> = secrets
            .filter(|secret| secret.len() >= SHORTEST)
            .map(lower)
            .collect();
        secrets.sort();
        secrets.dedup();
        let mut fragments = Vec::new();
        for (secret, random) in &secrets {
            // A word of a password is a word: `matterm` says nothing.
            let telling = |part: &&[u8]| *random || !is_letters(part) || !is_word(part);
            let parts = secret.as_bytes().windows(FRAGMENT).filter(telling);
            fragments.extend(parts.filter_map(key));
        }
        fragments.sort_unstable();
        fragments.dedup();
        let (long, short): (Vec<_>, Vec<_>) = (secrets.into_iter().map(|(secret, _)| secret))
            .partition(|secret| secret.len() >= FRAGMENT);
        let mut starts: Vec<u64> = long
            .iter()
            .filter_map(|secret| key(secret.as_bytes()))
            .collect();
        starts.dedup();
        starts.sort_unstable();
        let mut lengths: Vec<usize> = long.iter().map(String::len).collect();
        lengths.sort_unstable();
        lengths.dedup();
        let words = (fragments.len() * BITS / 64).next_power_of_two();
        let mut sieve = vec![0; words];
        for fragment in fragments.iter().chain(&starts) {
            let (word, bit) = place(*fragment, words);
            sieve[word] |= bit;
        }
        Known {
            short: AhoCorasick::new(short).ok(),
            long: long.into_iter().map(String::into_boxed_str).collect(),
            starts,
            lengths,
            fragments,
            sieve,
        }
    }

    /// Every secret that stands in `text`, which is in lower case, overlapping ones too.
    pub(super) fn whole(&self, text: &[u8]) -> Vec<Range<usize>> {
        let Some(short) = &self.short else {
            return std::iter::once(0..text.len()).collect();
        };
        let mut found: Vec<Range<usize>> = short
            .find_overlapping_iter(text)
            .map(|m| m.range())
            .collect();
        for (at, start) in text.windows(FRAGMENT).enumerate() {
            if !key(start).is_some_and(|start| self.has(start, &self.starts)) {
                continue;
            }
            let ends = self.lengths.iter().map(|length| at..at + length);
            found.extend(ends.filter(|part| {
                let secret = text.get(part.clone()).unwrap_or_default();
                self.long
                    .binary_search_by(|known| known.as_bytes().cmp(secret))
                    .is_ok()
            }));
        }
        found
    }

    /// Every part of a text in lower case that is a part of a secret.
    pub(super) fn parts(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        if self.fragments.is_empty() {
            return found;
        }
        for (at, part) in text.windows(FRAGMENT).enumerate() {
            if !key(part).is_some_and(|fragment| self.has(fragment, &self.fragments)) {
                continue;
            }
            match found.last_mut() {
                // Of the same run of characters, unless two secrets touch.
                Some(last) if last.end + 1 == at + FRAGMENT => last.end += 1,
                _ => found.push(at..at + FRAGMENT),
            }
        }
        found
    }

    fn has(&self, fragment: u64, among: &[u64]) -> bool {
        let (word, bit) = place(fragment, self.sieve.len());
        self.sieve.get(word).is_some_and(|word| word & bit != 0)
            && among.binary_search(&fragment).is_ok()
    }
}

/// Where the bit of a fragment is among so many words, which are a power of two.
fn place(fragment: u64, words: usize) -> (usize, u64) {
    let hash = fragment.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let word = (hash >> 32) as usize & (words - 1);
    (word, 1 << (hash >> 26 & 63))
}

fn key(text: &[u8]) -> Option<u64> {
    let bytes = text.first_chunk::<FRAGMENT>()?;
    Some(u64::from_le_bytes(*bytes))
}

fn is_letters(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::super::{Redactor, shape};
    use super::*;
    use crate::finding::Untrusted;

    #[test]
    fn any_part_of_a_secret_is_hidden_in_any_escape() {
        let secret = "8pqn1ofmyjde4noa1hmfdtw3ey";
        let secret = crate::finding::Secret::new(secret);
        let redactor = Redactor::new([&secret].into_iter(), false);
        for unit in ["", "%", "%u00", r"\x", r"\u00", r"\U000000", "&#x"] {
            let write = |byte: u8| match unit {
                "" => char::from(byte).to_string(),
                "&#x" => format!("&#x{byte:02x};"),
                _ => format!("{unit}{byte:02x}"),
            };
            for (from, to) in [(0, 8), (3, 11), (9, 26), (18, 26)] {
                let part = secret.expose().as_bytes()[from..to].iter();
                let written: String = part.map(|byte| write(*byte)).collect();
                for text in [
                    written.clone(),
                    format!("a/{written}?b"),
                    format!("x{written}y"),
                ] {
                    let shown = redactor.text(&Untrusted::new(&text));
                    assert!(
                        shown.contains('…') && !shown.contains(&written),
                        "{text}: {shown}"
                    );
                }
            }
        }
    }

    #[test]
    fn words_of_a_password_are_words() {
        let secret = crate::finding::Secret::new("mattermost-Xk7!rq99");
        let redactor = Redactor::new([&secret].into_iter(), false);
        let shown = |text: &str| redactor.text(&Untrusted::new(text));
        assert_eq!(
            shown("https://mattermost.example"),
            "https://mattermost.example"
        );
        assert_eq!(shown("a xk7!rq99 b"), "a … b");
    }

    #[test]
    fn nothing_passes_without_an_automaton() {
        let known = Known {
            short: None,
            ..Known::new([].into_iter(), &shape::forms())
        };
        let redactor = Redactor {
            known: Some(known),
            ..Redactor::default()
        };
        for text in ["a", "a path of some length"] {
            assert_eq!(redactor.text(&Untrusted::new(text)), "…");
        }
    }
}
