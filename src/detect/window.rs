//! A part of a document, and what stood before it and still holds.

use std::ops::Range;

use crate::finding::Position;

use super::decode::Encoding;
use super::sql;

/// A part of a document, and where it stands.
pub struct Window<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// What stood before them and still holds.
    pub prelude: &'a Prelude,
    /// The position of the first byte.
    pub start: Position,
    /// What is reported; the rest is context.
    pub own: Range<usize>,
    /// How its characters are written.
    pub encoding: Encoding,
    /// Whether this is the whole document.
    pub whole: bool,
}

/// The lines above a window that its first lines are part of.
#[derive(Debug, Default)]
pub struct Prelude {
    /// The lines, each with its newline.
    pub(super) text: Vec<u8>,
    /// Where each starts in `text`, and where in the document.
    pub(super) places: Vec<(usize, u64)>,
}

impl Prelude {
    /// Nothing stood before a whole document.
    pub const NONE: &'static Prelude = &Prelude {
        text: Vec::new(),
        places: Vec::new(),
    };
}

impl<'a> Window<'a> {
    /// A document that is looked at in one piece.
    pub fn whole(bytes: &'a [u8]) -> Window<'a> {
        let start = Position {
            byte_offset: 0,
            line: 1,
            column: 1,
        };
        let (own, encoding) = (0..bytes.len(), Encoding::of(bytes));
        Window {
            bytes,
            prelude: Prelude::NONE,
            start,
            own,
            encoding,
            whole: true,
        }
    }
}

/// What stands above `end` of a window and still holds there: the head of an open statement of a dump and
/// the lines that the next one is indented under.
pub fn open_at(window: &Window<'_>, end: usize) -> Prelude {
    const LINE: usize = 300;
    let mut open: Vec<(Vec<u8>, u64)> = Vec::new();
    let line_at = |text: &[u8], at: usize| {
        let line = text[at..].split(|&b| b == b'\n').next().unwrap_or_default();
        [&line[..line.len().min(LINE)], b"\n"].concat()
    };
    if window.encoding != Encoding::Bytes {
        return Prelude::default(); // rare enough to do without
    }
    let text = &window.bytes[..end];
    let offset = |at: usize| window.start.byte_offset + at as u64;
    let inherited = |test: &dyn Fn(&[u8]) -> bool| {
        let lines = window
            .prelude
            .places
            .iter()
            .map(|&(at, place)| (line_at(&window.prelude.text, at), place));
        lines.filter(|(line, _)| test(line)).collect::<Vec<_>>()
    };
    // The statement that is open: the last, unless it was closed.
    match sql::last_head(text) {
        Some(at) => open.push((line_at(text, at), offset(at))),
        None if memchr::memmem::rfind(text, b"\n\\.").is_none() => {
            open.extend(inherited(&|line| sql::last_head(line).is_some()))
        }
        None => {}
    }
    // Every line that the next one could hang under: of those before it, the ones indented less.
    let indent = |line: &[u8]| {
        line.iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count()
    };
    let mut above: Vec<(usize, Vec<u8>, u64)> = inherited(&|line| sql::last_head(line).is_none())
        .into_iter()
        .map(|(line, place)| (indent(&line), line, place))
        .collect();
    let mut start = 0;
    for newline in memchr::memchr_iter(b'\n', text) {
        let line = &text[start..newline];
        let depth = indent(line);
        if depth < line.len() {
            while above.last().is_some_and(|(d, ..)| *d >= depth) {
                above.pop();
            }
            above.push((depth, Vec::new(), start as u64));
        }
        start = newline + 1;
    }
    for (_, line, place) in above {
        // A line of this window is copied only now that it is known to matter.
        if line.is_empty() {
            open.push((line_at(text, place as usize), offset(place as usize)));
        } else {
            open.push((line, place));
        }
    }
    let mut prelude = Prelude::default();
    for (line, place) in open {
        prelude.places.push((prelude.text.len(), place));
        prelude.text.extend(line);
    }
    prelude
}
