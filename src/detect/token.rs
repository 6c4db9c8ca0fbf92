//! What a secret looks like, and the proof that a server made it.
//!
//! Patterns come from the rules. Before a pattern runs, the text is searched for runs of the bytes that it
//! can match at all: a run of `n` of them covers every `n`-th byte somewhere, so one byte in `n` is looked
//! at, and a document without a candidate costs next to nothing.

use std::ops::Range;

use regex_syntax::hir::{Class, Hir, HirKind};
use sha2::{Digest, Sha256};

use super::base64;
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

/// Ranges of bytes, compared with eight bytes at once in one word.
#[derive(Clone, Copy)]
struct Eight {
    /// For each range what, added to a byte of it, sets the highest bit, and what, added to the next one above,
    /// does: in each byte of a word.
    ranges: [(u64, u64); RANGES],
    /// The highest bit of each byte if bytes beyond ASCII are in the class.
    beyond: u64,
}

/// So many ranges hold the characters of words, of hexadecimal numbers or of base64 well enough.
const RANGES: usize = 2;

/// One in each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;

impl Eight {
    /// Where there are too many ranges the nearest are made one.
    fn new(class: &[bool; 256]) -> Eight {
        let mut ranges: Vec<(u8, u8)> = Vec::new();
        for byte in (0..128).filter(|&byte| class[byte as usize]) {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == byte => *last = byte,
                _ => ranges.push((byte, byte)),
            }
        }
        while ranges.len() > RANGES {
            let gap = |&at: &usize| ranges[at + 1].0 - ranges[at].1;
            let Some(at) = (0..ranges.len() - 1).min_by_key(gap) else {
                break;
            };
            ranges[at].1 = ranges.remove(at + 1).1;
        }
        let sums = |(low, high)| (ONES * u64::from(0x80 - low), ONES * u64::from(0x7f - high));
        Eight {
            // What is added for no range sets no bit.
            ranges: std::array::from_fn(|at| ranges.get(at).map_or((0, 0), |&range| sums(range))),
            beyond: if class[128..].contains(&true) {
                ONES << 7
            } else {
                0
            },
        }
    }

    /// Whether all of these bytes may be of the class; false is certain.
    #[inline(always)]
    fn may_hold(&self, bytes: &[u8; 8]) -> bool {
        let bytes = u64::from_le_bytes(*bytes);
        let low = bytes & (ONES * 0x7f);
        let inside = self.ranges.iter().fold(0, |inside, (from, behind)| {
            inside | ((low + from) & !(low + behind))
        });
        (inside & !bytes | bytes & self.beyond) & (ONES << 7) == ONES << 7
    }
}

/// Runs of the bytes of one class.
pub struct Runs {
    class: [bool; 256],
    /// The same for eight bytes at once, and perhaps a little more.
    eight: Eight,
    least: usize,
    most: Option<usize>,
}

/// Runs of at least so many bytes are searched by words of eight bytes.
const LONG: usize = 26;
const WORD: usize = 8;
/// How far these words are apart: every long run covers one. A constant, which takes half the time of a variable.
const STEP: usize = LONG - WORD + 1;
/// How many of them are looked at together.
const TOGETHER: usize = 4;

impl Runs {
    /// Runs of at least `least` bytes of a class.
    pub fn new(class: impl Fn(u8) -> bool, least: usize) -> Runs {
        let class = std::array::from_fn(|b| class(b as u8));
        Runs {
            class,
            eight: Eight::new(&class),
            least: least.max(1),
            most: None,
        }
    }

    /// The runs that every match of a pattern lies in.
    fn of(pattern: &str) -> Option<Runs> {
        let hir = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(pattern)
            .ok()?;
        let mut class = [false; 256];
        bytes_of(&hir, &mut class);
        Some(Runs {
            class,
            eight: Eight::new(&class),
            least: hir.properties().minimum_len()?.max(1),
            most: hir.properties().maximum_len(),
        })
    }

    /// All maximal runs, in order.
    pub fn find<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        // Where the next run can begin at the earliest.
        let mut start = 0;
        std::iter::from_fn(move || {
            loop {
                let inside = match self.least < LONG {
                    true => self.end_of_short(text, start)?,
                    false => self.place_in_long(text, start)?,
                };
                let other = |&b: &u8| !self.class[b as usize];
                let before = text[start..inside].iter().rposition(other);
                let begin = before.map_or(start, |last| start + last + 1);
                let more = text[inside..].iter().position(other);
                let end = more.map_or(text.len(), |more| inside + more);
                start = end + 1;
                if end - begin >= self.least {
                    return Some(begin..end);
                }
                if start > text.len() {
                    return None;
                }
            }
        })
    }

    /// Where the first `least` bytes of the class from `start` on end.
    ///
    /// Bytes are read backwards from where the next run would end at the earliest: in front of one that is of no run
    /// nothing need be read.
    fn end_of_short(&self, text: &[u8], start: usize) -> Option<usize> {
        let other = |&b: &u8| !self.class[b as usize];
        let mut at = start;
        loop {
            let bytes = text.get(at..at + self.least)?;
            match bytes.iter().rposition(other) {
                Some(last) => at += last + 1,
                None => return Some(at + self.least),
            }
        }
    }

    /// A place from `start` on around which there may be a long run.
    ///
    /// A run covers one of the words that are [`STEP`] bytes apart. Few of them are all of the class, and where
    /// several are looked at together the processor foresees that none is.
    fn place_in_long(&self, text: &[u8], start: usize) -> Option<usize> {
        let covered = |text: Option<&[u8]>| {
            let word = text.and_then(<[u8]>::first_chunk);
            word.is_some_and(|word| self.eight.may_hold(word))
        };
        let mut at = start;
        loop {
            while let Some(block) = text.get(at..)
                && let Some(block) = block.first_chunk::<{ (TOGETHER - 1) * STEP + WORD }>()
            {
                let any = |any, n: usize| any | covered(block.get(n * STEP..n * STEP + WORD));
                if (0..TOGETHER).fold(false, any) {
                    break;
                }
                at += TOGETHER * STEP;
            }
            for _ in 0..TOGETHER {
                if at + WORD > text.len() {
                    return None;
                }
                // The rest of a run is long enough to cover a word on one side at least.
                let before = || at.checked_sub(WORD).and_then(|before| text.get(before..));
                if covered(text.get(at..)) && (covered(text.get(at + WORD..)) || covered(before()))
                {
                    return Some(at + WORD);
                }
                at += STEP;
            }
        }
    }

    /// Runs that hold every run of all of these.
    fn union(all: &[Runs]) -> Runs {
        let least = all.iter().map(|runs| runs.least).min();
        Runs::new(
            |b| all.iter().any(|runs| runs.class[b as usize]),
            least.unwrap_or(1),
        )
    }
}

/// Every byte that can be part of a match.
fn bytes_of(hir: &Hir, class: &mut [bool; 256]) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => literal.0.iter().for_each(|&b| class[b as usize] = true),
        HirKind::Class(Class::Bytes(bytes)) => {
            bytes
                .iter()
                .for_each(|r| (r.start()..=r.end()).for_each(|b| class[b as usize] = true));
        }
        // Not produced without Unicode mode; if it were, every byte is the safe answer.
        HirKind::Class(Class::Unicode(_)) => class.fill(true),
        HirKind::Repetition(repetition) => bytes_of(&repetition.sub, class),
        HirKind::Capture(capture) => bytes_of(&capture.sub, class),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| bytes_of(part, class))
        }
    }
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
        let wide =
            |runs: &Runs| Runs::new(|b| b == 0 || runs.class[b as usize], 2 * runs.least - 1);
        Shapes {
            wide: runs.iter().map(wide).collect(),
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

        #[test]
        fn runs_are_those_of_a_plain_loop(text in "([a+/=_Zz~]{0,60}[ .]){0,12}", least in 1usize..50) {
            // More ranges than are compared, with gaps that the text falls into.
            let class = |b| b"aZz+/_~".contains(&b);
            let runs = Runs::new(class, least);
            let words = text.split(|c| !class(c as u8));
            let plain: Vec<&str> = words.filter(|word| word.len() >= least).collect();
            let found: Vec<&str> = runs.find(text.as_bytes()).map(|run| &text[run]).collect();
            prop_assert_eq!(found, plain);
        }
    }
}
