//! The first question asked of every document: does it hold a keyword?

use aho_corasick::packed::Searcher;
use regex::bytes::{Regex, RegexBuilder};

/// Decides at memory speed whether a document holds a keyword in any of its forms.
///
/// Three searches and not one: a few literals of one length are searched by vector instructions, many
/// are not (5 against 0.6 GB/s for these). That of UTF-16 is asked only of what holds a NUL.
pub struct Keywords {
    plain: Regex,
    folded: Option<Folded>,
    wide: Regex,
    base64: Option<Regex>,
}

/// The words without their case. In small and capital letters each is many literals; where the bit that tells
/// them apart is set in all of a text, each is one. Twice as fast, copy included, as to search for all.
struct Folded {
    searcher: Searcher,
    longest: usize,
}

/// Bytes that are folded at once: they stay in the processor's nearest cache.
const PIECE: usize = 1024;

fn fold(byte: u8) -> u8 {
    byte | 0x20
}

impl Folded {
    /// None where there are too many words, or too long ones.
    fn new(words: &[&String]) -> Option<Folded> {
        let longest = words.iter().map(|word| word.len()).max()?;
        let folded = words
            .iter()
            .map(|word| word.bytes().map(fold).collect::<Vec<u8>>());
        let searcher = Searcher::new(folded).filter(|_| longest < PIECE / 8)?;
        Some(Folded { searcher, longest })
    }

    /// Whether what begins like a word, perhaps, satisfies `is_word`.
    fn any(&self, text: &[u8], is_word: impl Fn(&[u8]) -> bool) -> bool {
        let mut buffer = [0; PIECE];
        let mut start = 0;
        loop {
            let piece = &text[start..text.len().min(start + PIECE)];
            let folded = &mut buffer[..piece.len()];
            for (folded, byte) in folded.iter_mut().zip(piece) {
                *folded = fold(*byte);
            }
            let mut at = 0;
            while let Some(found) = self.searcher.find_in(&*folded, (at..piece.len()).into()) {
                let from = start + found.start();
                if is_word(&text[from..text.len().min(from + self.longest)]) {
                    return true;
                }
                at = found.start() + 1;
            }
            if start + piece.len() == text.len() {
                return false;
            }
            // A word may stand across the end of a piece.
            start += piece.len() - (self.longest - 1);
        }
    }
}

impl Keywords {
    /// Prepares to search for words.
    pub fn new<'w>(words: impl Iterator<Item = &'w String>) -> Result<Keywords, regex::Error> {
        let words: Vec<&String> = words.collect();
        let any = |forms: Vec<String>| forms.join("|");
        let wide = |word: &&String| {
            let units: Vec<String> = word
                .chars()
                .map(|c| regex::escape(&c.to_string()))
                .collect();
            units.join(r"\x00")
        };
        let build = |pattern: &str, case: bool| {
            RegexBuilder::new(pattern)
                .unicode(false)
                .case_insensitive(!case)
                .build()
        };
        let base64: Vec<String> = words.iter().flat_map(|word| base64_forms(word)).collect();
        Ok(Keywords {
            folded: Folded::new(&words),
            plain: build(
                &any(words.iter().map(|word| regex::escape(word)).collect()),
                false,
            )?,
            wide: build(&any(words.iter().map(wide).collect()), false)?,
            base64: if base64.is_empty() {
                None
            } else {
                Some(build(&any(base64), true)?)
            },
        })
    }

    /// Whether any occurs as it stands, in whatever case.
    pub fn plainly(&self, text: &[u8]) -> bool {
        match &self.folded {
            Some(folded) => folded.any(text, |word| self.plain.is_match(word)),
            None => self.plain.is_match(text),
        }
    }

    /// Whether any occurs in any form.
    pub fn occur(&self, text: &[u8]) -> bool {
        self.plainly(text)
            || self
                .base64
                .as_ref()
                .is_some_and(|base64| base64.is_match(text))
            || (memchr::memchr(0, text).is_some() && self.wide.is_match(text))
    }
}

/// How base64 writes a long word, in small letters and in capitals, wherever it starts in a group of three
/// bytes: the characters that its neighbours have no part in. Short words would fit anything.
fn base64_forms(word: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for word in [word.to_lowercase(), word.to_uppercase()] {
        for lead in 0..3 {
            let bytes = [&b"   "[..lead], word.as_bytes()].concat();
            let text = data_encoding::BASE64_NOPAD.encode(&bytes);
            let (from, to) = ((lead * 8).div_ceil(6), bytes.len() * 8 / 6);
            if to >= from + 11 {
                forms.push(regex::escape(&text[from..to]));
            }
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keywords(words: &[&str]) -> Keywords {
        let words: Vec<String> = words.iter().map(|word| word.to_string()).collect();
        Keywords::new(words.iter()).expect("keywords")
    }

    #[test]
    fn a_word_is_seen_wherever_it_stands() {
        let keywords = keywords(&["mattermost", "mm_", "/hooks/"]);
        for word in ["MatterMost", "mM_", "/HOOKS/"] {
            for before in (0..64)
                .chain(PIECE - 20..PIECE + 20)
                .chain([2 * PIECE - 25])
            {
                let text = [&vec![b'm'; before], word.as_bytes(), b" and more"].concat();
                assert!(keywords.plainly(&text), "{word} behind {before} bytes");
            }
        }
        // The same with the bit set that tells small letters from capitals.
        for other in ["mm\x7f", "\x0fhooks/", "matter\rmost"] {
            assert!(!keywords.plainly(other.as_bytes()), "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn folding_changes_nothing(text in "([mMtThH_/aA\x7f\x0f .]|mat|HOOK|most/){0,60}") {
            let keywords = keywords(&["mattermost", "mm_", "/hooks/", "th", "ta"]);
            let plain = keywords.plain.is_match(text.as_bytes());
            prop_assert_eq!(keywords.plainly(text.as_bytes()), plain);
        }
    }
}
