//! Text as the usual encodings show it, so that one search finds a secret in all of them.
//!
//! Making every encoded form of every secret beforehand cannot work: percent signs alone give 2^26 mixes
//! for one token. So the text is decoded instead, and every decoded byte remembers where it came from.

use std::ops::Range;

use super::escape::is_invisible;

/// Decoded runs that could hold fewer bytes than this are left alone: they cannot hold a secret.
const SHORTEST: usize = 8;

/// What people and programs put between bytes in hexadecimal, and how much of it.
const SEPARATORS: &[u8] = b" \t\r\n:;,.-_|";
const WIDEST: usize = 4;

/// Bytes in one decoding, each with the range of the original text that it stands for.
#[derive(Default)]
pub(super) struct View {
    bytes: Vec<u8>,
    from: Vec<(usize, usize)>,
}

/// An encoding by digits of equal width, the highest bits first.
struct Positional {
    /// Bits in a digit.
    width: usize,
    /// Digits after which a byte ends where a digit ends: as many alignments are to be tried.
    group: usize,
    /// The value of a digit.
    value: fn(u8) -> Option<u8>,
}

const POSITIONAL: [Positional; 2] = [
    Positional {
        width: 4,
        group: 2,
        value: hex_value,
    },
    Positional {
        width: 6,
        group: 4,
        value: base64_value,
    },
];

impl View {
    /// The text as it stands.
    pub(super) fn of(text: &[u8]) -> View {
        let from = (0..text.len()).map(|at| (at, at + 1)).collect();
        View {
            bytes: text.to_vec(),
            from,
        }
    }

    /// What can be read in this decoding.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where in the original text a part of [`View::bytes`] stands.
    pub(super) fn source(&self, part: Range<usize>) -> Range<usize> {
        match self.from.get(part) {
            Some([first, .., last]) => first.0..last.1,
            Some([only]) => only.0..only.1,
            _ => 0..0,
        }
    }

    /// Whether something can be encoded in it: whatever the encoding, it takes letters and digits, or NULs between
    /// them. What random text becomes in base64 seldom has as many.
    pub(super) fn may_hold_more(&self) -> bool {
        let digit = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == 0;
        self.bytes.iter().filter(digit).count() >= SHORTEST
    }

    /// Everything that this view becomes with one layer of encoding taken off.
    pub(super) fn decoded(&self) -> Vec<View> {
        let mut views: Vec<View> = ESCAPES
            .iter()
            .filter_map(|family| self.unescaped(*family))
            .collect();
        views.extend(self.without_invisible());
        for encoding in &POSITIONAL {
            let mut runs = self.runs(encoding);
            if encoding.width == 4 {
                runs.extend(self.separated());
            }
            for run in runs {
                let starts = 0..encoding.group.min(run.len());
                views.extend(starts.map(|start| self.digits(encoding, &run[start..])));
            }
        }
        views
    }

    /// With every escape of a family replaced by what it stands for; nothing if there is none.
    fn unescaped(&self, (lead, family): (u8, Escape)) -> Option<View> {
        let mut leads = memchr::memchr_iter(lead, &self.bytes);
        let first = leads.find(|&at| family(&self.bytes[at..]).is_some())?;
        let mut view = View {
            bytes: self.bytes[..first].into(),
            from: self.from[..first].into(),
        };
        let mut at = first;
        while let Some(&byte) = self.bytes.get(at) {
            let (length, byte) = family(&self.bytes[at..]).unwrap_or((1, Some(byte)));
            if let Some(byte) = byte {
                view.push(byte, self.source(at..at + length));
            }
            at += length;
        }
        Some(view)
    }

    /// Indices of the digits of every run that is long enough. Line breaks do not end a run: encoders
    /// put them in.
    fn runs(&self, encoding: &Positional) -> Vec<Vec<usize>> {
        let enough = (SHORTEST * 8).div_ceil(encoding.width);
        let mut runs = Vec::new();
        let mut run = Vec::new();
        for (at, &byte) in self.bytes.iter().enumerate() {
            if (encoding.value)(byte).is_some() {
                run.push(at);
            } else if !matches!(byte, b'\r' | b'\n') {
                if run.len() >= enough {
                    runs.push(std::mem::take(&mut run));
                }
                run.clear();
            }
        }
        if run.len() >= enough {
            runs.push(run);
        }
        runs
    }

    /// Without the characters that nobody sees, which can split a secret and leave it to be read; nothing if there
    /// are none.
    fn without_invisible(&self) -> Option<View> {
        if self.bytes.is_ascii() {
            return None;
        }
        let mut view = View::default();
        let mut at = 0;
        for chunk in self.bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                if !is_invisible(c) {
                    view.take(self, at..at + c.len_utf8());
                }
                at += c.len_utf8();
            }
            view.take(self, at..at + chunk.invalid().len());
            at += chunk.invalid().len();
        }
        (view.bytes.len() < self.bytes.len()).then_some(view)
    }

    /// Indices of the hexadecimal digits of runs in which something stands between them: `68:6f:70`, `0x68, 0x6f`,
    /// a dump. Those without are [`View::runs`].
    fn separated(&self) -> Vec<Vec<usize>> {
        let mut runs = Vec::new();
        let (mut run, mut gap, mut split): (Vec<usize>, usize, bool) = (Vec::new(), 0, false);
        let mut end = |run: &mut Vec<usize>, split: bool| {
            if split && run.len() >= SHORTEST * 2 {
                runs.push(std::mem::take(run));
            }
            run.clear();
        };
        let mut at = 0;
        while let Some(&byte) = self.bytes.get(at) {
            let next = self.bytes.get(at + 1);
            if byte == b'0' && matches!(next, Some(b'x' | b'X')) {
                (at, gap) = (at + 2, gap + 1);
                continue;
            }
            if hex_value(byte).is_some() {
                split |= gap > 0 && !run.is_empty();
                run.push(at);
                gap = 0;
            } else if SEPARATORS.contains(&byte) && gap < WIDEST {
                gap += 1;
            } else {
                end(&mut run, split);
                (gap, split) = (0, false);
            }
            at += 1;
        }
        end(&mut run, split);
        runs
    }

    /// The bytes that a run of digits encodes. With widths of 4 and 6 every byte lies in two digits.
    fn digits(&self, encoding: &Positional, run: &[usize]) -> View {
        let width = encoding.width;
        let value = |at: usize| (encoding.value)(self.bytes[at]).map_or(0, u16::from);
        let mut view = View::default();
        for bit in (0..run.len() * width / 8).map(|byte| byte * 8) {
            let (high, low) = (run[bit / width], run[bit / width + 1]);
            let both = value(high) << width | value(low);
            let byte = both >> (2 * width - 8 - bit % width);
            view.push((byte & 0xff) as u8, self.from[high].0..self.from[low].1);
        }
        view
    }

    /// Takes a part of another view as it is.
    fn take(&mut self, other: &View, part: Range<usize>) {
        self.bytes.extend(&other.bytes[part.clone()]);
        self.from.extend(&other.from[part]);
    }

    fn push(&mut self, byte: u8, source: Range<usize>) {
        self.bytes.push(byte);
        self.from.push((source.start, source.end));
    }
}

/// What an escape at the start of a text is: its length and the byte that it stands for, if any.
type Escape = fn(&[u8]) -> Option<(usize, Option<u8>)>;

/// Families of escapes, each with the byte that begins them. Each is a layer of its own: in `\b%61` the
/// letter belongs to a token or to the backslash.
const ESCAPES: [(u8, Escape); 5] = [
    (b'%', percent),
    (b'&', entity),
    (b'\\', backslash),
    (0, wide),
    (0x1b, colour),
];

/// `%61`, and `%u0061` as JavaScript's `escape` writes it. What is beyond ASCII may be a part of UTF-8.
fn percent(text: &[u8]) -> Option<(usize, Option<u8>)> {
    match text {
        [b'%', b'u' | b'U', digits @ ..] => Some((6, seen(number(digits.get(..4)?)?))),
        [b'%', digits @ ..] => Some((3, u8::try_from(number(digits.get(..2)?)?).ok())),
        _ => None,
    }
}

/// `&#97;` and `&#x61;`.
fn entity(text: &[u8]) -> Option<(usize, Option<u8>)> {
    let rest = text.strip_prefix(b"&#")?;
    let end = rest.iter().take(9).position(|&byte| byte == b';')?;
    let code = match rest[..end].split_first()? {
        (b'x' | b'X', digits) if !digits.is_empty() => number(digits)?,
        _ => std::str::from_utf8(&rest[..end]).ok()?.parse().ok()?,
    };
    Some((end + 3, seen(code)))
}

/// JSON's escapes and those of most languages.
fn backslash(text: &[u8]) -> Option<(usize, Option<u8>)> {
    let (length, code) = match text.strip_prefix(b"\\")? {
        [b'x', digits @ ..] => (4, number(digits.get(..2)?)?),
        [b'u', b'{', digits @ ..] => {
            let end = digits.iter().take(9).position(|&byte| byte == b'}')?;
            (end + 4, number(&digits[..end])?)
        }
        [b'u', digits @ ..] => (6, number(digits.get(..4)?)?),
        [b'U', digits @ ..] => (10, number(digits.get(..8)?)?),
        // White space of any sort ends a token: which one it is does not matter here.
        [
            b'n' | b'r' | b't' | b'b' | b'f' | b'v' | b'0' | b'a' | b'e',
            ..,
        ] => (2, 0x0a),
        [quoted @ (b'\\' | b'/' | b'"' | b'\''), ..] => (2, u32::from(*quoted)),
        _ => return None,
    };
    Some((length, seen(code)))
}

/// Every second byte of UTF-16.
fn wide(text: &[u8]) -> Option<(usize, Option<u8>)> {
    text.starts_with(&[0]).then_some((1, None))
}

/// A terminal's colour, as in a log.
fn colour(text: &[u8]) -> Option<(usize, Option<u8>)> {
    let rest = text.strip_prefix(b"\x1b[")?;
    let end = rest.iter().position(|byte| matches!(byte, 0x40..=0x7e))?;
    Some((end + 3, Some(0x1b)))
}

/// What is beyond ASCII becomes a byte that is part of no secret; what nobody sees, nothing.
fn seen(code: u32) -> Option<u8> {
    let ascii = u8::try_from(code).ok().filter(u8::is_ascii);
    let invisible = || char::from_u32(code).is_some_and(is_invisible);
    ascii.or_else(|| (!invisible()).then_some(0xff))
}

fn number(digits: &[u8]) -> Option<u32> {
    let value = |sum: u32, &digit: &u8| Some(sum.checked_mul(16)? | u32::from(hex_value(digit)?));
    digits.iter().try_fold(0, value)
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// Both alphabets at once: they differ in the last two digits only.
fn base64_value(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decodings(text: &str) -> Vec<String> {
        let views = View::of(text.as_bytes()).decoded();
        views
            .iter()
            .map(|view| String::from_utf8_lossy(view.bytes()).into_owned())
            .collect()
    }

    #[test]
    fn one_layer_of_every_escape_is_taken_off() {
        for (text, expected) in [
            ("%61%2e", "a."),
            ("%2561", "%61"),
            ("100%, %61", "100%, a"),
            (r"\u0061\u{62}\U00000063\x64", "abcd"),
            (r"\u00 \x61", r"\u00 a"),
            (r"\n\t\\n\/", "\n\n\\n/"),
            ("a\0b\0", "ab"),
            ("\x1b[1;31mred\x1b[", "\x1bred\x1b["),
        ] {
            assert_eq!(
                decodings(text).first().map(String::as_str),
                Some(expected),
                "{text}"
            );
        }
        assert_eq!(View::of(br"\u20ac").decoded()[0].bytes(), [0xff]);
        for (text, expected) in [
            ("%u0061%u200bb", "ab"),
            ("&#97;&#x62;&#8203;c", "abc"),
            (r"a\u00adb\ufeffc", "abc"),
            ("a\u{200b}b\u{34f}\u{ad}c\u{feff}", "abc"),
            ("%e2%80%8ba", "\u{200b}a"),
        ] {
            assert_eq!(decodings(text)[0], expected, "{text}");
        }
        for text in ["100%", r"\u00", r"\u{ffffffffff}", "plain"] {
            assert_eq!(decodings(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn hex_and_base64_are_decoded_in_every_alignment() {
        let has = |text: &str, expected: &str| decodings(text).iter().any(|d| d.contains(expected));
        assert!(has("0x6162636465666768", "abcdefgh"));
        assert!(has("f6162636465666768", "abcdefgh"));
        for text in [
            "61:62:63:64:65:66:67:68",
            "61 62 63 64\n65 66 67 68",
            "[0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68]",
            "6162 6364-6566_6768",
        ] {
            assert!(has(text, "abcdefgh"), "{text}");
        }
        assert!(has("/YWJjZGVmZ2g=", "abcdefgh"));
        assert!(has("AAYWJjZGVmZ2g", "abcdefgh"));
        assert!(has("AAAYWJj\r\nZGVmZ2g", "abcdefgh"));
        assert!(has("_-_-Pz8_Pz8_", "???"));
        assert_eq!(decodings("YWJjZGVmZw"), [""; 0]);
    }

    #[test]
    fn every_decoded_byte_knows_its_source() {
        let text = b"key=YWJjZGVmZ2g=";
        let view = View::of(text).decoded().remove(0);
        assert_eq!(view.bytes(), b"abcdefgh");
        assert_eq!(view.source(0..8), 4..15);
        assert_eq!(view.source(1..2), 5..7);
        assert_eq!(view.source(8..9), 0..0);
    }
}
