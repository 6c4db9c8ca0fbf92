//! What is new in an object that is told as a delta on another one.

use crate::git::delta::{Delta, Piece};

/// What is new in an object, with `reach` bytes on both sides of it, a piece a line; nothing if that is more than one
/// part in `most` of it, so that all may as well be searched.
pub(super) fn gather(delta: &Delta<'_>, reach: usize, most: usize) -> Option<Vec<u8>> {
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
        let from = copied.as_ptr_range();
        let near = reach.min(copied.len());
        let (mut head, mut tail) = (near, copied.len() - near);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detect::{Detector, mint};
    use crate::git::delta;
    use crate::git::testing::{self, Step};
    use crate::rule::Rules;

    /// What stands before or behind a token.
    const AROUND: [&str; 14] = [
        "TOKEN=",
        "token: \"",
        "bearer ",
        "%3D",
        "\\n",
        "\\u003d",
        "\\x3d",
        "&#61;",
        "&quot;",
        "\x1b[0m",
        "=3D",
        "/hooks/",
        "é",
        "a",
    ];

    /// What is gathered of a text that is told so by a base.
    fn gathered(base: &str, steps: &[Step<'_>], reach: usize, most: usize) -> Option<String> {
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
        let text = gather(&told, reach, most)?;
        Some(String::from_utf8_lossy(&text).into_owned())
    }

    #[test]
    fn what_lies_across_an_edge_is_seen_whole() {
        use Step::{Copy, Insert};
        let filler = "some words of a text ".repeat(1000);
        let base = format!("{filler}aaaaaaaaaabbbbbbbbbb{filler}");
        let (at, end) = (filler.len() + 10, base.len());
        let seen = |steps: &[Step<'_>]| {
            let text = gathered(&base, steps, 50, 8).expect("little is new");
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
        assert_eq!(gathered(&base, &[Copy(0, end)], 50, 8).unwrap().trim(), "");
        let much = [Insert(b"new"), Copy(0, 200)];
        assert_eq!(gathered(&base, &much, 50, 2), None);
    }

    proptest! {
        /// A token comes about where something is put in its place, taken out or put in between.
        #[test]
        fn what_makes_a_secret_is_never_left_out(
            random: [u8; 16],
            before in 0..AROUND.len(),
            behind in 0..AROUND.len(),
            change in ("[a-zA-Z0-9 =%\\\\\n\"]{0,3}", "[a-zA-Z0-9 =%\\\\\n\"]{0,3}"),
            at in 0..60usize,
            base64: bool,
        ) {
            let rules = Rules::load(&[]).expect("rules");
            let detector = Detector::new(&rules);
            let mut text = format!("{}{}{}", AROUND[before], mint(random), AROUND[behind]);
            if base64 {
                text = format!("key: {} x", data_encoding::BASE64.encode(text.as_bytes()));
            }
            let filler = "nothing (but) words, and more of them\n".repeat(20);
            let text = format!("{filler}{text}\n{filler}");
            let (old, new) = change;
            let at = filler.len() - 4 + at;
            prop_assume!(text.is_char_boundary(at));
            let after = text[..at].to_owned() + &new + &text[at..];
            let base = text[..at].to_owned() + &old + &text[at..];
            let shows = |text: &str| detector.relevant(text.as_bytes());
            if shows(&after) && !shows(&base) {
                let end = at + old.len();
                let mut steps = vec![Step::Copy(0, at)];
                if !new.is_empty() {
                    steps.push(Step::Insert(new.as_bytes()));
                }
                steps.push(Step::Copy(end, base.len() - end));
                let seen = gathered(&base, &steps, detector.secret_reach(), 1);
                if let Some(seen) = seen {
                    let document = || after.as_bytes();
                    prop_assert!(detector.news_may_hold(&document, seen.as_bytes()), "{base:?} {after:?}");
                }
            }
        }
    }
}
