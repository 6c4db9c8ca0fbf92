//! What is new in an object that is told as a delta on another one.

use std::ops::Range;

/// How far a piece may have to reach to begin and end with a word.
const LONGEST_WORD: usize = 16 << 10;

/// What is new in `data`, with what is around it, a piece a line; nothing if that is so much that all may as well
/// be searched.
pub(super) fn gather(
    data: &[u8],
    new: &[Range<usize>],
    reach: usize,
    most: usize,
) -> Option<Vec<u8>> {
    let pieces = pieces(data, new, reach, most)?;
    let mut text = Vec::with_capacity(pieces.iter().map(|piece| piece.len() + 1).sum());
    for piece in pieces {
        text.extend_from_slice(&data[piece]);
        text.push(b'\n');
    }
    Some(text)
}

/// The pieces of `data` that hold something new; nothing if they are more than one part in `most` of it, so that
/// all may as well be searched, or if a word there has no end. They go `reach` bytes beyond what is new, and begin
/// and end with a word.
fn pieces(
    data: &[u8],
    new: &[Range<usize>],
    reach: usize,
    most: usize,
) -> Option<Vec<Range<usize>>> {
    let sum: usize = new.iter().map(|range| range.len() + 2 * reach).sum();
    if sum > data.len() / most {
        return None;
    }
    // A terminal's colours are part of a word, too: they are taken out of it when it is read.
    let inside = |byte: &&u8| byte.is_ascii_graphic() || **byte == 0x1b;
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for range in new {
        // The last piece ends with a word: what it holds is not looked at again.
        let known = pieces.last().map_or(0, |last| last.end);
        let end = (range.end + reach).min(data.len());
        if end < known {
            continue;
        }
        let start = range.start.saturating_sub(reach).max(known);
        let before = data[known..start].iter().rev().take(LONGEST_WORD);
        let before = before.take_while(inside).count();
        let after = data[end..].iter().take(LONGEST_WORD);
        let after = after.take_while(inside).count();
        if before == LONGEST_WORD || after == LONGEST_WORD {
            return None;
        }
        match pieces.last_mut() {
            Some(last) if start - before <= last.end => last.end = end + after,
            _ => pieces.push(start - before..end + after),
        }
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    // A list of one range is meant as that.
    #![allow(clippy::single_range_in_vec_init)]

    use super::*;

    #[test]
    fn what_lies_across_an_edge_is_seen_whole() {
        let filler = "some words of a text ".repeat(1000);
        let text = format!("{filler}aaaaaaaaaabbbbbbbbbb{filler}");
        let at = filler.len() + 10;
        let seen = |new: &[Range<usize>]| {
            let pieces = pieces(text.as_bytes(), new, 50, 8).expect("pieces");
            assert!(pieces.iter().all(|piece| piece.len() < 2000));
            pieces
                .iter()
                .any(|piece| text[piece.clone()].contains("aaaaaaaaaabbbbbbbbbb"))
        };
        assert!(seen(&[at..at]));
        assert!(seen(&[3..9, at - 5..at + 1]));
        assert!(seen(&[at + 9..at + 200]));
        assert!(!seen(&[3..9, 5000..5000]));
        assert!(!seen(&[]));
    }

    #[test]
    fn pieces_that_meet_are_one() {
        let text = b"one two, a\x1b[0mb three (four) five";
        let seen = |new: &[Range<usize>]| -> Vec<&[u8]> {
            let pieces = pieces(text, new, 0, 1).expect("pieces");
            pieces.into_iter().map(|piece| &text[piece]).collect()
        };
        assert_eq!(seen(&[1..1, 2..2]), [b"one"]);
        assert_eq!(
            seen(&[1..5, 6..6, 10..10]),
            [&b"one two,"[..], b"a\x1b[0mb"]
        );
        assert_eq!(seen(&[15..15, 15..16, 16..16]), [&b"a\x1b[0mb three"[..]]);
        assert_eq!(seen(&[8..8]), [b"two,"]);
    }

    #[test]
    fn a_word_without_an_end_is_seen_with_all_around_it() {
        assert_eq!(
            pieces("x".repeat(100_000).as_bytes(), &[50_000..50_000], 50, 8),
            None
        );
        assert_eq!(pieces(b"", &[], 50, 8), Some(Vec::new()));
    }
}
