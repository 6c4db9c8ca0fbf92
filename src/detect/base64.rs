//! Base64: where a text can hold some whose content is text, and that content.
//!
//! Nearly every run of base64's characters is a name or a path. Where the content is text the highest bit of every
//! third of a group is known, and control characters are missing: of four characters at random one in eleven could
//! be such a group. A few characters tell, wherever in a run they stand, so that it need not be searched for its
//! beginning first.

use std::ops::Range;

use super::decode::{Layer, readable, unescape};

/// Values shorter than this are left as they are: too many words would pass for base64.
const LEAST: usize = 16;

/// How many characters are looked at together.
const LOOK: usize = 8;

/// For characters whose place differs by 0 to 3 from that of the first one, by character: a bit for each place in
/// its group that the first one may have, so that the character can be where it is.
static PLACES: [[u8; 256]; 4] = {
    // What the four characters of a group can be if its bytes are text.
    let mut group = [[false; 64]; 4];
    let (mut one, mut two) = (0, 0);
    while one < 0x80u8 {
        while two < 0x80u8 {
            if readable(one) && readable(two) {
                group[0][(one >> 2) as usize] = true;
                group[1][((one & 3) << 4 | two >> 4) as usize] = true;
                group[2][((one & 15) << 2 | two >> 6) as usize] = true;
                group[3][(one & 63) as usize] = true;
            }
            two += 1;
        }
        (one, two) = (one + 1, 0);
    }
    let mut places = [[0; 256]; 4];
    let mut byte = 0;
    while byte < 256 {
        if let Some(digit) = digit(byte as u8) {
            let mut at = 0;
            while at < 16 {
                let (first, ahead) = (at / 4, at % 4);
                if group[(first + ahead) % 4][digit as usize] {
                    places[ahead][byte] |= 1 << first;
                }
                at += 1;
            }
        }
        byte += 1;
    }
    places
};

/// What a character of either alphabet stands for.
const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// How many characters say nothing but parts of so many bytes, wherever in a group these begin.
pub const fn digits(bytes: usize) -> usize {
    (8 * bytes).saturating_sub(4) / 6
}

/// Whether a value that a text holds in base64, of at least so many bytes, satisfies `is_wanted`.
pub fn holds(text: &[u8], bytes: usize, is_wanted: impl Fn(&[u8]) -> bool) -> bool {
    // Most texts hold nothing that can be one. It takes a longer look, without escapes, to find out which are.
    may_hold(text, bytes) && {
        let unescaped = unescape(text);
        let text = unescaped.as_ref().map_or(text, |(text, _)| text);
        values(text, |_, value| is_wanted(value))
    }
}

/// Whether base64 in a text can hold so many bytes of text in a row; false is certain.
pub fn may_hold(text: &[u8], bytes: usize) -> bool {
    stretch(text, 0, digits(bytes).max(LEAST)).is_some()
}

/// The first place from `from` on around which so many characters in a row, at least [`LOOK`], can be text.
fn stretch(text: &[u8], from: usize, least: usize) -> Option<usize> {
    let mut at = from;
    loop {
        // Whatever is that long covers one of the places that are looked at.
        let look: &[u8; LOOK] = text.get(at..)?.first_chunk()?;
        let place = |ahead: usize| PLACES[ahead % 4][usize::from(look[ahead])];
        // The first four rule out nearly all.
        let mut places = place(0) & place(1) & place(2) & place(3);
        if places != 0 {
            places &= place(4) & place(5) & place(6) & place(7);
        }
        if places != 0 && is_long(text, at, places, least) {
            return Some(at);
        }
        at += least - LOOK + 1;
    }
}

/// Whether for one of the places in its group that the character at `at` may have, so many around it can be text.
fn is_long(text: &[u8], at: usize, places: u8, least: usize) -> bool {
    let (before, behind) = text.split_at(at);
    (0..4)
        .filter(|place| places >> place & 1 != 0)
        .any(|place| {
            let fits =
                |byte: &u8, ahead: usize| PLACES[ahead % 4][usize::from(*byte)] >> place & 1 != 0;
            let behind = behind.iter().take(least).zip(0..);
            let behind = behind.take_while(|(byte, ahead)| fits(byte, *ahead));
            // A step back is three ahead.
            let before = before.iter().rev().take(least).zip((3..).step_by(3));
            let before = before.take_while(|(byte, ahead)| fits(byte, *ahead));
            before.count() + behind.count() >= least
        })
}

/// The runs of base64's characters that may hold text, in order.
fn runs(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let other = |&byte: &u8| digit(byte).is_none();
    let mut start = 0;
    std::iter::from_fn(move || {
        let at = stretch(text, start, LEAST)?;
        let before = text[start..at].iter().rposition(other);
        let begin = before.map_or(start, |last| start + last + 1);
        let more = text[at..].iter().position(other);
        let end = more.map_or(text.len(), |more| at + more);
        start = text.len().min(end + 1);
        Some(begin..end)
    })
}

/// A value in base64: the lines of it, the end of its padding.
struct Place {
    lines: Vec<Range<usize>>,
    end: usize,
}

/// Shows every value in base64 whose content is text, in order, until one is enough: whether one was.
fn values(text: &[u8], mut enough: impl FnMut(&Place, &[u8]) -> bool) -> bool {
    // Where the last value ends, and up to where lines were tried together.
    let (mut done, mut tried) = (0, 0);
    for run in runs(text) {
        if run.start < done {
            continue;
        }
        let mut value = None;
        if run.start >= tried
            && let Some(lines) = folded(text, &run)
        {
            tried = lines.last().map_or(run.end, |line| line.end);
            let end = tried + padding(text, tried);
            value = joined(text, &lines).map(|value| (Place { lines, end }, value));
        }
        let single = || {
            let (span, value) = content(text, run)?;
            let end = span.end;
            let equals = text[span.clone()].iter().rev();
            let equals = equals.take_while(|&&byte| byte == b'=').count();
            let lines = std::iter::once(span.start..end - equals).collect();
            Some((Place { lines, end }, value))
        };
        if let Some((place, value)) = value.or_else(single) {
            done = place.end;
            if enough(&place, &value) {
                return true;
            }
        }
    }
    false
}

/// Replaces base64 whose content is text.
pub fn unwrap(text: &[u8]) -> Option<(Vec<u8>, Layer)> {
    let mut out = Vec::new();
    let mut layer = Layer::default();
    let mut copied = 0;
    values(text, |place, value| {
        if copied == 0 {
            out.reserve(text.len());
        }
        let start = place.lines.first().map_or(copied, |line| line.start);
        layer.push(out.len(), copied, 1, 1);
        out.extend_from_slice(&text[copied..start]);
        let mut digits = 0;
        for line in &place.lines {
            // A byte that begins before the fold belongs to the line before.
            let first = (digits * 3usize).div_ceil(4);
            let from = line.start + (first * 4).div_ceil(3).saturating_sub(digits);
            layer.push(out.len() + first, from, 4, 3);
            digits += line.len();
        }
        out.extend_from_slice(value);
        copied = place.end;
        false
    });
    if copied == 0 {
        return None;
    }
    layer.push(out.len(), copied, 1, 1);
    out.extend_from_slice(&text[copied..]);
    Some((out, layer))
}

/// Lines of base64 are folded at 64 to 76 characters by those who fold them; wider ones are taken, too.
const FOLD: Range<usize> = 60..200;

/// The lines over which a value is folded that begins with a run of base64's characters: whole lines of one length,
/// but for the last. Nothing if it is but one, or begins with what is no text.
fn folded(text: &[u8], run: &Range<usize>) -> Option<Vec<Range<usize>>> {
    if !FOLD.contains(&run.len()) {
        return None;
    }
    let mut first = [0; 9];
    let code = data_encoding::BASE64_NOPAD;
    let is_text = code
        .decode_mut(&text[run.start..run.start + 12], &mut first)
        .is_ok()
        && first.iter().all(|&byte| readable(byte));
    if !is_text {
        return None;
    }
    let mut lines = vec![run.clone()];
    let mut end = run.end;
    loop {
        let rest = text[end..].strip_prefix(b"\r").unwrap_or(&text[end..]);
        let Some(rest) = rest.strip_prefix(b"\n") else {
            break;
        };
        let indent = rest.iter().take_while(|b| matches!(b, b' ' | b'\t'));
        let start = text.len() - rest.len() + indent.count();
        let more = text[start..].iter().take(run.len() + 1);
        let length = more.take_while(|&&byte| digit(byte).is_some()).count();
        if length == 0 || length > run.len() {
            break;
        }
        end = start + length;
        // Behind a shorter last line nothing follows that could be part of another word.
        if length < run.len()
            && matches!(text.get(end), Some(b) if !matches!(b, b'=' | b'\r' | b'\n' | b'"' | b'\'' | b' ' | b'<' | b'-'))
        {
            break;
        }
        lines.push(start..end);
        if length < run.len() {
            break;
        }
    }
    (lines.len() > 1).then_some(lines)
}

/// The text that folded lines hold.
fn joined(text: &[u8], lines: &[Range<usize>]) -> Option<Vec<u8>> {
    let mut digits = Vec::with_capacity(lines.iter().map(Range::len).sum());
    for line in lines {
        digits.extend_from_slice(&text[line.clone()]);
    }
    let whole = digits.len() - usize::from(digits.len() % 4 == 1);
    let code = data_encoding::BASE64_NOPAD;
    let value =
        (code.decode(&digits[..whole]).ok()).or_else(|| code.decode(&digits[..whole & !3]).ok())?;
    value.iter().all(|&byte| readable(byte)).then_some(value)
}

/// How many characters of padding are at a place.
fn padding(text: &[u8], at: usize) -> usize {
    let padding = text[at..].iter().take(2);
    padding.take_while(|&&byte| byte == b'=').count()
}

/// The text that a run of base64's characters holds, and its extent with the padding.
fn content(text: &[u8], run: Range<usize>) -> Option<(Range<usize>, Vec<u8>)> {
    use data_encoding::{BASE64_NOPAD as STANDARD, BASE64URL_NOPAD as URL};
    // A path or a flag may lead up to the value; a value never begins with these.
    let lead = text[run.clone()]
        .iter()
        .take_while(|b| matches!(b, b'/' | b'-' | b'_'))
        .count();
    let run = run.start + lead..run.end;
    let digits = &text[run.clone()];
    let code = if digits.iter().any(|b| matches!(b, b'-' | b'_')) {
        URL
    } else {
        STANDARD
    };
    let is_text = |value: &[u8]| value.iter().all(|&b| readable(b));
    // Most runs fail on their first characters.
    let mut first = [0; 9];
    if digits.len() < LEAST
        || digits.len() % 4 == 1
        || code.decode_mut(&digits[..12], &mut first).is_err()
        || !is_text(&first)
    {
        return None;
    }
    // A decoder may refuse the unused bits of the last character, which some writers leave set.
    let value = code
        .decode(digits)
        .ok()
        .or_else(|| code.decode(&digits[..digits.len() & !3]).ok())?;
    let end = run.end + padding(text, run.end);
    is_text(&value).then_some((run.start..end, value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_is_left_out(
            parts in proptest::collection::vec((" |[./_:A-Za-z0-9-]{0,30}", "[ -~\t\r\n]{0,60}", any::<bool>()), 0..6),
        ) {
            let mut text = String::new();
            for (around, content, url) in parts {
                let code = if url { data_encoding::BASE64URL } else { data_encoding::BASE64 };
                text += &(around + &code.encode(content.as_bytes()));
            }
            let all = text.as_bytes();
            let found: Vec<_> = runs(all).filter_map(|run| content(all, run)).collect();
            let mut plain = Vec::new();
            let mut start = 0;
            for run in all.split(|&byte| digit(byte).is_none()) {
                plain.extend(content(all, start..start + run.len()));
                start += run.len() + 1;
            }
            prop_assert_eq!(&found, &plain);
            // It lies in what is searched, and so does every part of it.
            let longest = plain.iter().map(|(_, value)| value.len()).max().unwrap_or(0);
            prop_assert!(longest < 12 || (1..=longest).all(|bytes| may_hold(all, bytes)), "{}", text);
        }

        #[test]
        fn text_is_seen_wherever_in_a_group_it_begins(
            before in 0..3usize, text in "[ -~]{12,60}", behind in 0..3usize,
        ) {
            // Neither side can be text.
            let whole = [vec![0x80; before], text.clone().into(), vec![0x80; behind]].concat();
            let written = data_encoding::BASE64.encode(&whole);
            prop_assert_eq!(digits(text.len()) < LEAST, text.len() < 13);
            prop_assert!(may_hold(written.as_bytes(), text.len()) || text.len() < 13);
        }
    }

    #[test]
    fn names_are_no_text() {
        let names = "mattermost_personal_access_token /usr/share/doc/packages/thing AAAAAAAAAAAAAAAAAAAA \
            d1cfd7a41c51e1f0b8a3b0f0e6d6cd5e01be2b92";
        assert!(!may_hold(names.as_bytes(), 12));
    }
}
