//! What is new in an object that is told as a delta on another one.

use std::ops::Range;

use crate::source::OVERLAP;

/// A part of the whole from which on it is quicker to search all.
const MOST: usize = 8;

/// How far a piece may have to reach to begin and end with a word.
const LONGEST_WORD: usize = 16 << 10;

/// Whether a piece of `data` that holds something new is one that `is` says yes to; or all of it, where much is
/// new. Pieces reach so far that what lies across the edge of something new is seen whole, and they begin and
/// end with a word.
pub(super) fn any(data: &[u8], new: &[Range<usize>], is: impl Fn(&[u8]) -> bool) -> bool {
    let sum: usize = new.iter().map(|range| range.len() + 2 * OVERLAP).sum();
    if sum > data.len() / MOST {
        return is(data);
    }
    let mut piece = 0..0;
    for range in new {
        let Some(next) = widened(data, range) else {
            return is(data);
        };
        if next.start <= piece.end {
            piece.end = piece.end.max(next.end);
            continue;
        }
        if !piece.is_empty() && is(&data[piece.clone()]) {
            return true;
        }
        piece = next;
    }
    !piece.is_empty() && is(&data[piece])
}

/// A range and what is around it; nothing if a word there has no end.
fn widened(data: &[u8], range: &Range<usize>) -> Option<Range<usize>> {
    let inside = |byte: &u8| byte.is_ascii_graphic();
    let start = range.start.saturating_sub(OVERLAP);
    let before = data[..start].iter().rev().take(LONGEST_WORD);
    let before = before.take_while(|byte| inside(byte)).count();
    let end = (range.end + OVERLAP).min(data.len());
    let after = data[end..]
        .iter()
        .take(LONGEST_WORD)
        .take_while(|byte| inside(byte))
        .count();
    (before < LONGEST_WORD && after < LONGEST_WORD).then(|| start - before..end + after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_across_an_edge_is_seen_whole() {
        let filler = "some words of a text ".repeat(1000);
        let text = format!("{filler}aaaaaaaaaabbbbbbbbbb{filler}");
        let at = filler.len() + 10;
        let seen = |new: &[Range<usize>]| {
            any(text.as_bytes(), new, |piece| {
                assert!(piece.len() < 2000);
                piece.windows(20).any(|w| w == b"aaaaaaaaaabbbbbbbbbb")
            })
        };
        assert!(seen(&[at..at]));
        assert!(seen(&[3..9, at - 5..at + 1]));
        assert!(seen(&[at + 9..at + 200]));
        assert!(!seen(&[3..9, 5000..5000]));
        assert!(!seen(&[]));
    }

    #[test]
    fn a_word_without_an_end_is_seen_with_all_around_it() {
        let text = "x".repeat(100_000);
        let whole = |piece: &[u8]| piece.len() == text.len();
        assert!(any(text.as_bytes(), &[50_000..50_000], whole));
        assert!(!any(b"", &[], |_| true));
    }
}
