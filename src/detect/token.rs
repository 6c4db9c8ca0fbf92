//! What a secret looks like, and the proof that a server made it.
//!
//! Patterns come from the rules. Before a pattern runs, the text is searched for runs of the bytes that it
//! can match at all (`runs`), so that a document without a candidate costs next to nothing.

use std::ops::Range;

use sha2::{Digest, Sha256};

use super::base64;
use super::runs::Runs;
use crate::rule::{Product, Proof, Shape};

/// A match of a secret's pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Where, in the decoded text.
    pub span: Range<usize>,
    /// Which of the product's shapes.
    pub shape: usize,
    /// Whether a server can have made it.
    pub minted: bool,
    /// Whether it has a structure that only a server gives it: reason enough to look at a document.
    pub proven: bool,
}

/// A product's shapes, ready to search.
pub struct Shapes {
    runs: Vec<Runs>,
    /// One search for all of them.
    any: Runs,
    /// The same with a NUL behind each byte.
    wide: Vec<Runs>,
}

impl Shapes {
    /// Prepares the shapes of a product.
    pub fn new(product: &Product) -> Shapes {
        let any = || Runs::new(|_| true, 1);
        let shapes = product.file.secrets.iter();
        let runs: Vec<Runs> = shapes
            .map(|s| Runs::of(s.pattern.as_str()).unwrap_or_else(any))
            .collect();
        let any = Runs::union(&runs);
        Shapes {
            wide: runs.iter().map(Runs::wide).collect(),
            any,
            runs,
        }
    }

    /// Whether a text can hold a candidate at all once it is decoded; false is certain.
    pub fn may_hold(&self, product: &Product, text: &[u8]) -> bool {
        self.possible(product, text)
            || (memchr::memchr(0, text).is_some() && self.possible_wide(text))
    }

    /// Whether a text of one byte a character can hold a candidate once it is decoded; false is certain.
    pub fn possible(&self, product: &Product, text: &[u8]) -> bool {
        self.possible_plain(product, text)
            || base64::holds(text, self.any.least, |value| {
                self.possible_plain(product, value)
            })
    }

    /// The same for a part of a text, in which a value in base64 may have lost its beginning.
    pub fn part_may_hold(&self, product: &Product, part: &[u8]) -> bool {
        self.possible_plain(product, part) || base64::may_hold(part, self.any.least)
    }

    /// How many bytes around a place tell whether a secret lies across it: its own and those of an escape before it,
    /// or so many in base64 that it is known for text.
    pub fn reach(&self) -> usize {
        let longest = self.runs.iter().map(|runs| runs.most.unwrap_or(runs.least));
        let longest = longest.max().unwrap_or(0);
        (longest + ESCAPE + 1).max(base64::digits(longest))
    }

    /// The same for a text without base64.
    fn possible_plain(&self, product: &Product, text: &[u8]) -> bool {
        let shapes = product.file.secrets.iter().zip(&self.runs);
        let plain = |outer: Range<usize>| {
            shapes.clone().any(|(shape, runs)| {
                runs.find(&text[outer.clone()]).any(|run| {
                    let run = outer.start + run.start..outer.start + run.end;
                    match runs.most {
                        Some(most) if most == runs.least => {
                            may_become(product, shape, text, &run, most)
                        }
                        Some(most) => run.len() <= most + ESCAPE,
                        None => true,
                    }
                })
            })
        };
        self.any.find(text).any(plain)
    }

    /// The same for a text whose characters may have a NUL before or behind each. Executables are full of NULs: only
    /// so many characters with one NUL between any two count.
    fn possible_wide(&self, text: &[u8]) -> bool {
        let spaced = |runs: &Runs, run: &[u8]| {
            let mut streaks = [0; 2];
            run.iter().enumerate().any(|(at, &byte)| {
                // Characters are at even places or at odd ones, and NULs are at the others.
                streaks[at % 2] = if byte == 0 { 0 } else { streaks[at % 2] + 1 };
                if byte != 0 {
                    streaks[(at + 1) % 2] = 0;
                }
                streaks[at % 2] >= runs.least.div_ceil(2)
            })
        };
        let mut wide = self.wide.iter();
        wide.any(|runs| runs.find(text).any(|run| spaced(runs, &text[run])))
    }

    /// Every candidate of a decoded text, in order of position.
    pub fn find(&self, product: &Product, text: &[u8]) -> Vec<Candidate> {
        let mut found = Vec::new();
        let shapes = || product.file.secrets.iter().zip(&self.runs).enumerate();
        for outer in self.any.find(text) {
            for (index, (shape, runs)) in shapes() {
                for run in runs.find(&text[outer.clone()]) {
                    let run = outer.start + run.start..outer.start + run.end;
                    // A value ends where its characters end: a match within a run is part of something longer.
                    let whole = shape.pattern.find(&text[run.clone()]) == Some(0..run.len());
                    let minted = whole.then(|| candidate(product, shape, text, &run));
                    if let Some(minted) = minted.flatten() {
                        found.push(Candidate {
                            proven: minted && opens(shape, &text[run.clone()]),
                            span: run,
                            shape: index,
                            minted,
                        });
                    }
                }
            }
        }
        found.sort_by_key(|c| (c.span.start, c.shape));
        found
    }
}

/// An escape before a value (`%253d`, `\u003d`) may look like a part of it; none is longer than this.
const ESCAPE: usize = 8;

/// Whether a run of a shape's characters, of which a secret has `length`, may be a candidate of the decoded text.
/// Escapes begin with what is no character of a secret, and mostly end with some that are.
fn may_become(
    product: &Product,
    shape: &Shape,
    text: &[u8],
    run: &Range<usize>,
    length: usize,
) -> bool {
    let before = run.start.checked_sub(1).and_then(|i| text.get(i)).copied();
    if text.get(run.end).is_some_and(u8::is_ascii_alphanumeric) {
        return false;
    }
    match run.len() - length {
        // Before it a digit of an escape may stand: `%3D`.
        0 => {
            let stands_free =
                before.is_none_or(|b| !b.is_ascii_alphanumeric() || b.is_ascii_hexdigit());
            stands_free && is_secret(product, shape, &text[run.clone()]).is_some()
        }
        more => match before {
            Some(b'\\' | b'%' | b'[' | b';' | b'?') => more <= ESCAPE,
            // Quoted-printable.
            Some(b'=') => more == 2,
            _ => false,
        },
    }
}

/// Whether a match stands free and is no filler, and if so whether it is minted.
fn candidate(product: &Product, shape: &Shape, text: &[u8], span: &Range<usize>) -> Option<bool> {
    let edge = |b: Option<&u8>| b.is_none_or(|b| !b.is_ascii_alphanumeric());
    if !edge(span.start.checked_sub(1).and_then(|i| text.get(i))) || !edge(text.get(span.end)) {
        return None;
    }
    is_secret(product, shape, &text[span.clone()])
}

fn digits(value: &[u8]) -> usize {
    value.iter().filter(|byte| byte.is_ascii_digit()).count()
}

/// Whether a value that is minted is reason enough to look at a document.
fn opens(shape: &Shape, value: &[u8]) -> bool {
    shape.proof.is_some() && digits(value) >= shape.gate.min_digits
}

/// Whether a value is no filler, and if so whether it is minted.
fn is_secret(product: &Product, shape: &Shape, value: &[u8]) -> Option<bool> {
    let minted = shape
        .proof
        .is_none_or(|proof| proves(proof, value.get(shape.prefix..).unwrap_or_default()));
    let enough = minted
        || shape
            .unproven
            .as_ref()
            .is_some_and(|needed| digits(value) >= needed.min_digits);
    (enough && distinct(value) >= shape.min_distinct && !is_placeholder(product, value))
        .then_some(minted)
}

/// Whether a value is one that people write where a secret belongs.
pub fn is_placeholder(product: &Product, value: &[u8]) -> bool {
    product
        .file
        .placeholders
        .iter()
        .any(|pattern| pattern.is_match(value))
}

/// Whether a value is published in documentation.
pub fn is_sample(product: &Product, value: &[u8]) -> bool {
    let samples = &product.file.samples;
    !samples.is_empty() && {
        let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(value));
        samples.iter().any(|sample| sample.sha256 == sha256)
    }
}

fn distinct(value: &[u8]) -> usize {
    let mut seen = [false; 256];
    value
        .iter()
        .filter(|&&b| !std::mem::replace(&mut seen[b as usize], true))
        .count()
}

/// Whether a value has a structure that only the product's servers give it.
pub fn proves(proof: Proof, value: &[u8]) -> bool {
    match proof {
        Proof::Zbase32Uuid4 => decode_zbase32(value).is_some_and(|uuid| {
            // RFC 9562: version 4 in the upper half of byte 6, variant 0b10 on top of byte 8.
            uuid[6] >> 4 == 4 && uuid[8] >> 6 == 0b10
        }),
    }
}

/// The alphabet of Mattermost's `model.NewId()` (`server/public/model/utils.go`).
const ZBASE32: &[u8; 32] = b"ybndrfg8ejkmcpqxot1uwisza345h769";

/// Five bits of each of 26 characters, the two left over being zero.
fn decode_zbase32(value: &[u8]) -> Option<[u8; 16]> {
    const VALUE: [u8; 256] = {
        let mut table = [0xff; 256];
        let mut i = 0;
        while i < 32 {
            table[ZBASE32[i] as usize] = i as u8;
            i += 1;
        }
        table
    };
    let (last, head) = <&[u8; 26]>::try_from(value).ok()?.split_last()?;
    let bits = head
        .iter()
        .try_fold(0u128, |bits, &b| match VALUE[b as usize] {
            0xff => None,
            five => Some(bits << 5 | u128::from(five)),
        })?;
    match VALUE[*last as usize] {
        0xff => None,
        five if five & 3 == 0 => Some((bits << 3 | u128::from(five >> 2)).to_be_bytes()),
        _ => None,
    }
}

/// A value as a Mattermost server mints it: 26 characters for 16 bytes that are made a version 4 UUID.
pub fn mint(random: [u8; 16]) -> String {
    let mut uuid = random;
    uuid[6] = uuid[6] & 0x0f | 0x40;
    uuid[8] = uuid[8] & 0x3f | 0x80;
    let bits = u128::from_be_bytes(uuid);
    let five = |i: u32| {
        if i < 25 {
            bits >> (123 - 5 * i) & 31
        } else {
            bits << 2 & 31
        }
    };
    (0..26)
        .map(|i| char::from(ZBASE32[five(i) as usize]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_alphabet_never_holds_0_2_l_v() {
        assert!(b"02lv".iter().all(|b| !ZBASE32.contains(b)));
        assert!(!proves(Proof::Zbase32Uuid4, b"short"));
    }

    proptest! {
        #[test]
        fn whatever_is_minted_is_proven(random: [u8; 16]) {
            let value = mint(random);
            prop_assert_eq!(value.len(), 26);
            prop_assert!(proves(Proof::Zbase32Uuid4, value.as_bytes()));
        }

        #[test]
        fn the_proof_is_the_regex_of_the_table(value in "[a-z0-9]{26}|[13-9a-km-uw-z]{26}") {
            // The positions that the UUID's version, variant and padding fix, derived by hand.
            let table = regex::Regex::new("^[13-9a-km-uw-z]{9}[bfijpt37][bdfgnry8][13-9a-km-uw-z]\
                [bdfijmptuxz35789][bcdefgjkmnpqrxy8][13-9a-km-uw-z]{11}[acehorwy]$").expect("a pattern");
            prop_assert_eq!(proves(Proof::Zbase32Uuid4, value.as_bytes()), table.is_match(&value));
        }
    }
}
