//! What is new in an object that is told as a delta on another one.

use crate::git::delta::{Delta, Piece};

/// How far a piece may have to reach to begin and end with a word.
const LONGEST_WORD: usize = 16 << 10;

/// What is new in an object, with what is around it, a piece a line; nothing if that is more than one part in `most`
/// of it, so that all may as well be searched, or if a word there has no end. Pieces go `reach` bytes beyond what is
/// new, and further if they are to begin and end with a word.
pub(super) fn gather(delta: &Delta<'_>, reach: usize, words: bool, most: usize) -> Option<Vec<u8>> {
    let all = delta.base.as_ptr_range();
    let news = size(delta, reach);
    if news > delta.result / most {
        return None;
    }
    let mut text = Vec::with_capacity(2 * news);
    let mut left = delta.result;
    for piece in delta.pieces() {
        let bytes = piece.bytes();
        let is_first = left == delta.result;
        left -= bytes.len();
        let Piece::Copied(copied) = piece else {
            text.extend_from_slice(bytes);
            continue;
        };
        // A word may have lost its beginning or its end to be one.
        let from = copied.as_ptr_range();
        let near = reach.min(copied.len());
        let (mut head, mut tail) = (near, copied.len() - near);
        if words {
            (head, tail) = (end_of_word(copied, head)?, start_of_word(copied, tail)?);
        }
        if is_first && from.start == all.start {
            head = 0;
        }
        if left == 0 && from.end == all.end {
            tail = copied.len();
        }
        if head < tail {
            text.extend_from_slice(&copied[..head]);
            text.push(b'\n');
            text.extend_from_slice(&copied[tail..]);
        } else {
            text.extend_from_slice(copied);
        }
    }
    Some(text)
}

/// How much is new, with so much on both sides of each place.
fn size(delta: &Delta<'_>, reach: usize) -> usize {
    let mut before = None;
    let sizes = delta.pieces().map(|piece| {
        // Where two copies meet is a place, too, and what was inserted in two steps is one.
        let is_new = matches!(piece, Piece::New(_));
        let again = before.replace(is_new);
        match (is_new, again) {
            (true, Some(true)) => piece.bytes().len(),
            (true, _) => piece.bytes().len() + 2 * reach,
            (false, Some(false)) => 2 * reach,
            (false, _) => 0,
        }
    });
    sizes.sum()
}

/// Whether a byte is a part of a word. A terminal's colours are, too: they are taken out of it when it is read.
fn inside(byte: &&u8) -> bool {
    byte.is_ascii_graphic() || **byte == 0x1b
}

/// Where the word ends that `at` stands in.
fn end_of_word(text: &[u8], at: usize) -> Option<usize> {
    let more = text[at..].iter().take(LONGEST_WORD);
    let more = more.take_while(inside).count();
    (more < LONGEST_WORD).then_some(at + more)
}

/// Where it begins.
fn start_of_word(text: &[u8], at: usize) -> Option<usize> {
    let more = text[..at].iter().rev().take(LONGEST_WORD);
    let more = more.take_while(inside).count();
    (more < LONGEST_WORD).then_some(at - more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::delta;
    use crate::git::testing::{self, Step};

    /// What is gathered of a text that is told so by a base.
    fn gathered(
        base: &str,
        steps: &[Step<'_>],
        reach: usize,
        words: bool,
        most: usize,
    ) -> Option<String> {
        let delta = testing::delta(base.len(), steps);
        let (sizes, instructions) = delta::header(&delta).expect("header");
        let mut spans = Vec::new();
        delta::read(sizes, instructions, &delta, 100, &mut spans).expect("delta");
        let told = Delta {
            base: base.as_bytes(),
            delta: &delta,
            spans: &spans,
            result: sizes.result as usize,
        };
        let text = gather(&told, reach, words, most)?;
        Some(String::from_utf8(text).expect("text"))
    }

    #[test]
    fn what_lies_across_an_edge_is_seen_whole() {
        use Step::{Copy, Insert};
        let filler = "some words of a text ".repeat(1000);
        let base = format!("{filler}aaaaaaaaaabbbbbbbbbb{filler}");
        let (at, end) = (filler.len() + 10, base.len());
        let seen = |steps: &[Step<'_>]| {
            let text = gathered(&base, steps, 50, false, 8).expect("little is new");
            assert!(text.len() < 2000);
            text.contains("aaaaaaaaaabbbbbbbbbb")
        };
        let from = |at: usize| Copy(at, end - at);
        assert!(seen(&[Copy(0, at), from(at)]));
        assert!(seen(&[
            Copy(0, 3),
            from(3),
            from(0),
            Copy(0, at - 3),
            Insert(b"aaa"),
            from(at)
        ]));
        assert!(seen(&[
            Copy(0, at),
            Insert(b"bbb"),
            Insert(b"bbb"),
            from(at + 6)
        ]));
        assert!(!seen(&[Copy(0, 5000), Insert(b"new"), from(5000)]));
        assert!(!seen(&[Copy(0, end)]));
        assert_eq!(
            gathered(&base, &[Copy(0, end)], 50, false, 8)
                .unwrap()
                .trim(),
            ""
        );
        let much = [Insert(b"new"), Copy(0, 200)];
        assert_eq!(gathered(&base, &much, 50, false, 2), None);
    }

    #[test]
    fn pieces_begin_and_end_with_words() {
        use Step::{Copy, Insert};
        let base = "one two, a\x1b[0mb three (four) five";
        let seen = |steps: &[Step<'_>]| gathered(base, steps, 0, true, 1).expect("pieces");
        assert_eq!(seen(&[Copy(0, 8), Insert(b"X"), Copy(8, 25)]), "\ntwo,X\n");
        assert_eq!(
            seen(&[Copy(0, 12), Insert(b"X"), Copy(12, 21)]),
            "\na\x1b[X0mb\n"
        );
        assert_eq!(
            seen(&[
                Copy(0, 5),
                Insert(b"X"),
                Copy(5, 1),
                Insert(b"Y"),
                Copy(6, 27)
            ]),
            "\ntXwYo,\n"
        );
        // What was the middle of a word.
        assert_eq!(seen(&[Copy(1, 31)]), "ne\nfiv");
        assert_eq!(seen(&[Copy(0, 33)]), "\n");
    }

    #[test]
    fn a_word_without_an_end_is_seen_with_all_around_it() {
        use Step::{Copy, Insert};
        let base = "x".repeat(60_000);
        let steps = [Copy(0, 30_000), Insert(b"y"), Copy(30_000, 30_000)];
        assert_eq!(gathered(&base, &steps, 50, true, 8), None);
        assert!(gathered(&base, &steps, 50, false, 8).is_some());
    }
}
