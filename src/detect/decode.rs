//! One readable text of a document, whatever it is wrapped in, and the way back to the original.
//!
//! Escapes (`\n`, `\"`, `%3D`, `\u003d`, `&quot;`, colour codes), UTF-16 and base64 values are replaced where
//! they stand, so that the stages behind see `TOKEN=…` and a host beside it, however deep they were
//! packed, and still report the line and column of the original. The text is for reading only: a backslash
//! more or less never matters to what is a token or a host.

use std::borrow::Cow;
use std::ops::Range;

use super::base64;

/// A document's text, decoded, with a map to the original.
pub struct View<'a> {
    /// The text.
    pub text: Cow<'a, [u8]>,
    /// The original.
    pub bytes: &'a [u8],
    layers: Vec<Layer>,
}

/// How one step of decoding moved the text: pieces in order of `to`.
#[derive(Default)]
pub struct Layer {
    pieces: Vec<Piece>,
}

/// From `to` on, the text stands at `from`; each decoded byte took `num / den` bytes, none for 0.
struct Piece {
    to: usize,
    from: usize,
    num: u8,
    den: u8,
}

impl Layer {
    /// The next piece, see [`Piece`].
    pub fn push(&mut self, to: usize, from: usize, num: u8, den: u8) {
        self.pieces.push(Piece { to, from, num, den });
    }

    fn back(&self, at: usize, end: bool) -> usize {
        // The end of a span belongs to the piece before, so that it never swallows what follows.
        let index = self
            .pieces
            .partition_point(|p| if end { p.to < at } else { p.to <= at });
        let Some(piece) = self.pieces.get(index.wrapping_sub(1)) else {
            return at;
        };
        let from = piece.from + (at - piece.to) * usize::from(piece.num) / usize::from(piece.den);
        match self.pieces.get(index) {
            Some(next) if end && (piece.num == 0 || from > next.from || next.to == at) => next.from,
            Some(next) => from.min(next.from),
            None => from,
        }
    }
}

impl<'a> View<'a> {
    /// Decodes a document.
    pub fn new(original: &'a [u8], encoding: Encoding) -> View<'a> {
        let mut view = View {
            text: Cow::Borrowed(original),
            bytes: original,
            layers: Vec::new(),
        };
        view.apply(|text| utf16(text, encoding));
        view.apply(unescape);
        if view.apply(base64::unwrap) {
            view.apply(unescape);
        }
        view
    }

    fn apply(&mut self, step: impl Fn(&[u8]) -> Option<(Vec<u8>, Layer)>) -> bool {
        let Some((text, layer)) = step(&self.text) else {
            return false;
        };
        self.text = Cow::Owned(text);
        self.layers.push(layer);
        true
    }

    /// Where a span of the text stands in the original.
    pub fn original(&self, span: &Range<usize>) -> Range<usize> {
        let back = |at, end| {
            self.layers
                .iter()
                .rev()
                .fold(at, |at, layer| layer.back(at, end))
        };
        let start = back(span.start, false);
        start..back(span.end, true).max(start)
    }
}

/// How a document's characters are written, as far as lines and columns care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, ASCII, or any single-byte encoding.
    Bytes,
    /// UTF-16, least significant byte first.
    Utf16Le,
    /// UTF-16, most significant byte first.
    Utf16Be,
}

impl Encoding {
    /// The encoding that a byte order mark or the place of the NULs in the first bytes speaks for.
    pub fn of(start: &[u8]) -> Encoding {
        match start {
            [0xff, 0xfe, 0, 0, ..] => return Encoding::Bytes, // UTF-32: taken for bytes
            [0xff, 0xfe, ..] => return Encoding::Utf16Le,
            [0xfe, 0xff, ..] => return Encoding::Utf16Be,
            _ => {}
        }
        let sample = &start[..start.len().min(4096) & !1];
        if memchr::memchr(0, sample).is_none() {
            return Encoding::Bytes;
        }
        let nuls = |parity: usize| {
            sample
                .iter()
                .skip(parity)
                .step_by(2)
                .filter(|&&b| b == 0)
                .count()
        };
        let (even, odd, half) = (nuls(0), nuls(1), sample.len() / 2);
        // Text in European languages has a NUL in most units; binary files have them on both sides.
        match () {
            () if half < 4 => Encoding::Bytes,
            () if odd * 2 > half && even * 8 < odd => Encoding::Utf16Le,
            () if even * 2 > half && odd * 8 < even => Encoding::Utf16Be,
            () => Encoding::Bytes,
        }
    }

    /// The code unit at `at`.
    fn unit(self, text: &[u8], at: usize) -> Option<u16> {
        let pair = [*text.get(at)?, *text.get(at + 1)?];
        Some(if self == Encoding::Utf16Be {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        })
    }

    /// Moves on over `text`, counting lines and scalar values; see [`crate::finding::Position`].
    pub fn advance(self, text: &[u8], line: &mut u64, column: &mut u64) {
        if self == Encoding::Bytes {
            let newlines = memchr::memchr_iter(b'\n', text).count() as u64;
            let tail = if newlines > 0 {
                memchr::memrchr(b'\n', text).map_or(0, |i| i + 1)
            } else {
                0
            };
            *line += newlines;
            *column = if newlines > 0 { 1 } else { *column } + scalars(&text[tail..]);
            return;
        }
        for at in (0..text.len()).step_by(2) {
            match self.unit(text, at) {
                Some(0x0a) => (*line, *column) = (*line + 1, 1),
                Some(0xdc00..=0xdfff | 0xfeff) => {}
                _ => *column += 1,
            }
        }
    }
}

/// Scalar values in UTF-8; each byte that belongs to none counts as one; a byte order mark as none.
fn scalars(text: &[u8]) -> u64 {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    text.utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
        .sum::<usize>() as u64
}

/// Text of a UTF-16 document; or, in others, the wide strings that binaries hold, without their NULs.
fn utf16(text: &[u8], encoding: Encoding) -> Option<(Vec<u8>, Layer)> {
    let mut out = Vec::new();
    let mut layer = Layer::default();
    if encoding == Encoding::Bytes {
        wide_strings(text, &mut out, &mut layer)?;
        return Some((out, layer));
    }
    let mut at = 0;
    let mut ascii = false;
    while let Some(unit) = encoding.unit(text, at) {
        let (c, size) = match (unit, encoding.unit(text, at + 2)) {
            (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => (
                char::from_u32(
                    0x10000 + ((u32::from(unit) & 0x3ff) << 10 | u32::from(low) & 0x3ff),
                ),
                4,
            ),
            _ => (char::from_u32(unit.into()), 2),
        };
        let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
        if c != '\u{feff}' {
            if !(ascii && c.is_ascii()) {
                let (num, den) = if c.is_ascii() { (2, 1) } else { (0, 1) };
                layer.push(out.len(), at, num, den);
            }
            ascii = c.is_ascii();
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            ascii = false;
        }
        at += size;
    }
    layer.push(out.len(), text.len(), 0, 1);
    Some((out, layer))
}

/// Takes the NULs out of runs of at least eight printable characters with a NUL behind each.
fn wide_strings(text: &[u8], out: &mut Vec<u8>, layer: &mut Layer) -> Option<()> {
    let printable = |b: u8| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7e);
    let mut copied = 0;
    let mut from = 0;
    while let Some(nul) = memchr::memchr(0, &text[from..]) {
        let start = (from + nul).saturating_sub(1);
        let length = text[start..]
            .chunks_exact(2)
            .take_while(|c| printable(c[0]) && c[1] == 0)
            .count();
        // Of a row of NULs only the first can stand behind a character.
        let more = text[from + nul..].iter().take_while(|&&b| b == 0).count();
        from += nul + more;
        if length >= 8 && start >= copied {
            if copied == 0 {
                out.reserve(text.len());
            }
            layer.push(out.len(), copied, 1, 1);
            out.extend_from_slice(&text[copied..start]);
            layer.push(out.len(), start, 2, 1);
            out.extend(text[start..start + 2 * length].iter().step_by(2));
            copied = start + 2 * length;
            from = copied;
        }
    }
    if copied == 0 {
        return None;
    }
    layer.push(out.len(), copied, 1, 1);
    out.extend_from_slice(&text[copied..]);
    Some(())
}

/// Whether a document says that some of it is quoted-printable.
pub fn is_printable(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"quoted-printable").is_some()
}

/// Replaces escapes of every usual kind by what they stand for.
pub fn unescape(text: &[u8]) -> Option<(Vec<u8>, Layer)> {
    let printable = is_printable(text);
    let special = |b: &u8| matches!(b, b'\\' | b'%' | b'&' | 0x1b) || (printable && *b == b'=');
    // Three characters are searched by vector instructions, five are not.
    let rare = printable || memchr::memchr(0x1b, text).is_some();
    let next = |text: &[u8]| match rare {
        true => text.iter().position(special),
        false => memchr::memchr3(b'\\', b'%', b'&', text),
    };
    let mut out = Vec::new();
    let mut layer = Layer::default();
    let (mut at, mut copied) = (0, 0);
    while let Some(found) = next(&text[at..]) {
        at += found;
        match escape(&text[at..]) {
            Some((length, value)) => {
                if copied == 0 {
                    out.reserve(text.len());
                }
                if at > copied {
                    layer.push(out.len(), copied, 1, 1);
                    out.extend_from_slice(&text[copied..at]);
                }
                layer.push(out.len(), at, 0, 1);
                out.extend(value);
                at += length;
                copied = at;
            }
            // Fewer of these backslashes escape nothing either.
            None => {
                at += text[at..]
                    .iter()
                    .take_while(|&&b| b == b'\\')
                    .count()
                    .max(1)
            }
        }
    }
    if copied == 0 {
        return None;
    }
    layer.push(out.len(), copied, 1, 1);
    out.extend_from_slice(&text[copied..]);
    Some((out, layer))
}

/// The escape that `text` starts with: its length and the byte it stands for, if any.
fn escape(text: &[u8]) -> Option<(usize, Option<u8>)> {
    match text[0] {
        b'\\' => backslash(text),
        // `%2520` is a space that was escaped twice.
        b'%' => {
            let mut from = 1;
            while text[from..].starts_with(b"25") {
                from += 2;
            }
            hex(&text[from..], 2)
                .filter(|&b| readable(b))
                .map(|b| (from + 2, Some(b)))
        }
        b'&' => {
            let mut from = 1;
            while text[from..].starts_with(b"amp;") {
                from += 4;
            }
            const NAMES: [(&[u8], u8); 8] = [
                (b"quot;", b'"'),
                (b"lt;", b'<'),
                (b"gt;", b'>'),
                (b"apos;", b'\''),
                (b"nbsp;", b' '),
                (b"equals;", b'='),
                (b"colon;", b':'),
                (b"sol;", b'/'),
            ];
            if let Some((name, value)) = NAMES
                .iter()
                .find(|(name, _)| text[from..].starts_with(name))
            {
                return Some((from + name.len(), Some(*value)));
            }
            if let Some(number) = text[from..].strip_prefix(b"#") {
                let digits = number.iter().take(6).position(|&b| b == b';')?;
                let number = std::str::from_utf8(&number[..digits]).ok()?;
                let value = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u8::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                return value
                    .ok()
                    .filter(|&b| readable(b))
                    .map(|b| (from + digits + 2, Some(b)));
            }
            (from > 1).then_some((from, Some(b'&')))
        }
        0x1b => colour(&text[1..]).map(|length| (1 + length, None)),
        // Quoted-printable: `=3D`, or a line that goes on.
        b'=' if text[1..].starts_with(b"\n") => Some((2, None)),
        b'=' if text[1..].starts_with(b"\r\n") => Some((3, None)),
        b'=' => hex(&text[1..], 2)
            .filter(|&b| readable(b))
            .map(|b| (3, Some(b))),
        _ => None,
    }
}

/// Any number of backslashes and what they escape: text that was quoted twice has two or four.
fn backslash(text: &[u8]) -> Option<(usize, Option<u8>)> {
    let slashes = text.iter().take_while(|&&b| b == b'\\').count();
    let rest = &text[slashes..];
    let code = |length: usize, value: Option<u8>| match value {
        Some(0x1b) => Some((slashes + length + colour(&rest[length..])?, None)),
        Some(b) if readable(b) => Some((slashes + length, Some(b))),
        _ => None,
    };
    match rest.first()? {
        b'"' | b'\'' | b'/' | b'`' | b'&' | b'=' | b':' | b'?' | b'!' => Some((slashes, None)),
        b'n' => Some((slashes + 1, Some(b'\n'))),
        b'r' => Some((slashes + 1, Some(b'\r'))),
        b't' => Some((slashes + 1, Some(b'\t'))),
        b'u' if rest[1..].starts_with(b"{") => {
            let digits = rest[2..].iter().take(7).position(|&b| b == b'}')?;
            let value =
                u8::from_str_radix(std::str::from_utf8(&rest[2..2 + digits]).ok()?, 16).ok();
            code(digits + 3, value)
        }
        b'u' if rest[1..].starts_with(b"00") => code(5, hex(&rest[3..], 2)),
        b'x' => code(3, hex(&rest[1..], 2)),
        b'0' if rest[1..].starts_with(b"33") => code(3, Some(0x1b)),
        b'e' => code(1, Some(0x1b)),
        // A line that goes on in the shell, in Dockerfiles and in C.
        b'\n' => Some((slashes + 1, Some(b' '))),
        b'\r' if rest[1..].starts_with(b"\n") => Some((slashes + 2, Some(b' '))),
        _ => None,
    }
}

/// Length of a terminal's colour sequence behind its escape character.
fn colour(text: &[u8]) -> Option<usize> {
    let parameters = text
        .strip_prefix(b"[")?
        .iter()
        .take(32)
        .take_while(|b| matches!(b, b'0'..=b'9' | b';' | b'?'))
        .count();
    text.get(1 + parameters)
        .filter(|b| b.is_ascii_alphabetic())
        .map(|_| parameters + 2)
}

fn hex(text: &[u8], digits: usize) -> Option<u8> {
    let digits = text.get(..digits)?;
    let text = std::str::from_utf8(digits)
        .ok()
        .filter(|_| digits.iter().all(u8::is_ascii_hexdigit))?;
    u8::from_str_radix(text, 16).ok()
}

/// Whether a byte that was written as something else is one of a text.
pub const fn readable(b: u8) -> bool {
    matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7e)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(text: &str) -> String {
        String::from_utf8_lossy(&View::new(text.as_bytes(), Encoding::Bytes).text).into_owned()
    }

    #[test]
    fn escapes_of_every_kind_are_read_in_place() {
        for (written, read) in [
            (r#"{\"a\":\"b\"}"#, r#"{"a":"b"}"#),
            (r#"{\\\"a\\\":1}"#, r#"{"a":1}"#),
            (r"x\nTOKEN", "x\nTOKEN"),
            (r"https:\/\/chat", "https://chat"),
            (r"a\u003db\u0026c\u{3d}\x3d", "a=b&c=="),
            ("a%20b%3Dc%253Dd", "a b=c=d"),
            ("100%zz %e9 50%", "100%zz %e9 50%"),
            ("&quot;a&#61;b&#x3d;c&amp;quot;&amp;d", "\"a=b=c\"&d"),
            (
                "\x1b[0;31mred\x1b[0m \\x1b[0mT \\033[1mB \\e[0mC \\u001b[0mD",
                "red T B C D",
            ),
            ("a \\\n  b", "a    b"),
            (
                "content: quoted-printable\nto=3Dken=\n more",
                "content: quoted-printable\nto=ken more",
            ),
            ("a=3D", "a=3D"),
            (r"C:\dir\file \", r"C:\dir\file \"),
        ] {
            assert_eq!(view(written), read, "{written}");
        }
    }

    #[test]
    fn base64_is_replaced_if_it_holds_text() {
        assert_eq!(
            view("url: aHR0cHM6Ly9jaGF0LmV4YW1wbGUub3Jn\n"),
            "url: https://chat.example.org\n"
        );
        assert_eq!(
            view("t: aGVsbG8gd29ybGQgMTIzCg== x"),
            "t: hello world 123\n x"
        );
        for name in [
            "mattermost_personal_access_token",
            "/usr/share/doc/packages/thing",
            "AAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(view(name), name);
        }
    }

    #[test]
    fn every_span_finds_its_way_back() {
        let original = "é\\n\\\"key\\\": aGVsbG8gd29ybGQgMTIzCg==, %41bc";
        let view = View::new(original.as_bytes(), Encoding::Bytes);
        let text = String::from_utf8_lossy(&view.text).into_owned();
        for (part, expected) in [
            ("key", "key"),
            ("bc", "bc"),
            ("Abc", "%41bc"),
            ("hello world 123\n", "aGVsbG8gd29ybGQgMTIzCg=="),
        ] {
            let start = text.find(part).expect(part);
            let span = view.original(&(start..start + part.len()));
            assert_eq!(&original[span], expected);
        }
    }

    #[test]
    fn utf16_is_found_with_and_without_a_mark() {
        let text = "MATTERMOST é 😀\nx=1";
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(Encoding::of(&le), Encoding::Utf16Le);
        assert_eq!(Encoding::of(&be), Encoding::Utf16Be);
        let marked: Vec<u8> = [0xff, 0xfe].into_iter().chain(le.iter().copied()).collect();
        for (bytes, encoding) in [
            (&le, Encoding::Utf16Le),
            (&be, Encoding::Utf16Be),
            (&marked, Encoding::Utf16Le),
        ] {
            let view = View::new(bytes, encoding);
            assert_eq!(&*view.text, text.as_bytes());
            let at = text.find("x=").expect("x");
            let span = view.original(&(at..at + 1));
            assert_eq!(span.end - span.start, 2);
            let (mut line, mut column) = (1, 1);
            encoding.advance(&bytes[..span.start], &mut line, &mut column);
            assert_eq!((line, column), (2, 1));
        }
        let (mut line, mut column) = (1, 1);
        Encoding::Utf16Le.advance(&marked[..marked.len() - 8], &mut line, &mut column);
        assert_eq!(
            (line, column),
            (1, 15),
            "a surrogate pair is one scalar, a mark none"
        );
    }

    #[test]
    fn wide_strings_in_binaries_lose_their_nuls() {
        let mut binary = b"\x7fELF\0\0\x01".to_vec();
        binary.extend("MATTERMOST_URL=x".encode_utf16().flat_map(u16::to_le_bytes));
        binary.extend(b"\xff\xfe\xfd");
        assert_eq!(Encoding::of(&binary[..8]), Encoding::Bytes);
        let view = View::new(&binary, Encoding::Bytes);
        let at = view
            .text
            .windows(5)
            .position(|w| w == b"_URL=")
            .expect("text");
        let span = view.original(&(at..at + 5));
        assert_eq!(&binary[span], b"_\0U\0R\0L\0=\0");
    }

    #[test]
    fn columns_count_characters() {
        let (mut line, mut column) = (1, 1);
        Encoding::Bytes.advance("a\nbé\u{1f600}".as_bytes(), &mut line, &mut column);
        assert_eq!((line, column), (2, 4));
        Encoding::Bytes.advance(b"\xff\xfe", &mut line, &mut column);
        assert_eq!((line, column), (2, 6));
    }
}
