//! Runs of the bytes that a pattern can match at all, found at memory speed.
//!
//! A run of `n` bytes covers every `n`-th byte somewhere, so one byte in `n` is looked at; long ones cover whole words of
//! eight bytes, of which four are looked at together.

use std::ops::Range;

use regex_syntax::hir::{Class, Hir, HirKind};

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
    /// How long they are at least, and at most if that is known.
    pub least: usize,
    pub most: Option<usize>,
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
    pub fn of(pattern: &str) -> Option<Runs> {
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

    /// The same with a NUL behind each byte.
    pub fn wide(&self) -> Runs {
        Runs::new(|b| b == 0 || self.class[b as usize], 2 * self.least - 1)
    }

    /// Runs that hold every run of all of these.
    pub fn union(all: &[Runs]) -> Runs {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
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
