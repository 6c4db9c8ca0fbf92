//! Lines on a terminal: width, wrapping, colour, links. It knows nothing of findings, and whatever it is
//! given has been through the redactor.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Narrower than this, wrapping would leave a word a line.
const NARROWEST: usize = 24;

/// No terminal is wider; and Rust pads to 65,535 columns at most.
const WIDEST: usize = 4096;

/// How a piece of text looks where there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Ink {
    Plain,
    Bold,
    Dim,
    Alarm,
    Warning,
    Notice,
    Good,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Ink::Plain => "",
            Ink::Bold => "1",
            Ink::Dim => "2",
            Ink::Alarm => "1;31",
            Ink::Warning => "1;33",
            Ink::Notice => "36",
            Ink::Good => "1;32",
        }
    }
}

/// Where the lines go.
pub(in crate::report) struct Page<'a> {
    out: &'a mut dyn Write,
    color: bool,
    width: usize,
}

impl<'a> Page<'a> {
    pub(in crate::report) fn new(out: &'a mut dyn Write, color: bool, width: usize) -> Page<'a> {
        Page {
            out,
            color,
            width: width.clamp(NARROWEST, WIDEST),
        }
    }

    /// Columns beside an indent.
    pub(super) fn room(&self, indent: usize) -> usize {
        self.width.saturating_sub(indent).max(NARROWEST / 2)
    }

    pub(in crate::report) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// One line, however long: what people copy or search for must not be broken.
    pub(in crate::report) fn line(
        &mut self,
        indent: usize,
        ink: Ink,
        text: &str,
    ) -> io::Result<()> {
        write!(self.out, "{:indent$}", "")?;
        self.ink(ink, text)?;
        self.blank()
    }

    /// One line that a terminal opens when it is clicked on.
    pub(super) fn linked(&mut self, indent: usize, text: &str, url: &str) -> io::Result<()> {
        write!(self.out, "{:indent$}\x1b]8;;{url}\x1b\\", "")?;
        self.ink(Ink::Bold, text)?;
        writeln!(self.out, "\x1b]8;;\x1b\\")
    }

    /// Pieces of text with two spaces between them, wrapped between words. `label` stands in front of the
    /// first line, all others begin in the column `indent`.
    pub(in crate::report) fn flow(
        &mut self,
        label: &str,
        indent: usize,
        pieces: &[(Ink, &str)],
    ) -> io::Result<()> {
        self.ink(Ink::Dim, label)?;
        let mut column = label.width();
        let mut fresh = true;
        for (ink, text) in pieces {
            let mut gap = 2;
            for word in text.split(' ').filter(|word| !word.is_empty()) {
                let width = word.width();
                if !fresh && column + gap + width > self.width {
                    write!(self.out, "\n{:indent$}", "")?;
                    column = indent;
                } else if !fresh {
                    write!(self.out, "{:gap$}", "")?;
                    column += gap;
                }
                self.ink(*ink, word)?;
                column += width;
                (fresh, gap) = (false, 1);
            }
        }
        self.blank()
    }

    /// The same behind a word in front, which fills the columns up to `indent`.
    pub(in crate::report) fn flow_under(
        &mut self,
        ink: Ink,
        word: &str,
        indent: usize,
        pieces: &[(Ink, &str)],
    ) -> io::Result<()> {
        self.ink(ink, word)?;
        let gap = " ".repeat(indent.saturating_sub(word.width()));
        self.flow(&gap, indent, pieces)
    }

    fn ink(&mut self, ink: Ink, text: &str) -> io::Result<()> {
        match ink.code() {
            "" => self.out.write_all(text.as_bytes()),
            code if self.color && !text.is_empty() => write!(self.out, "\x1b[{code}m{text}\x1b[0m"),
            _ => self.out.write_all(text.as_bytes()),
        }
    }
}

/// The text with its middle left out where it is wider than `room`: of a path the end tells most.
pub(super) fn shorten(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let head = room.saturating_sub(1) / 3;
    let tail = room.saturating_sub(1) - head;
    format!("{}…{}", start(text, head), end(text, tail))
}

/// The beginning of the text, cut to `room`.
pub(super) fn keep_start(text: &str, room: usize) -> String {
    match text.width() <= room {
        true => text.to_owned(),
        false => format!("{}…", start(text, room.saturating_sub(1))),
    }
}

/// The end of the text, cut to `room`.
pub(super) fn keep_end(text: &str, room: usize) -> String {
    match text.width() <= room {
        true => text.to_owned(),
        false => format!("…{}", end(text, room.saturating_sub(1))),
    }
}

fn start(text: &str, room: usize) -> &str {
    &text[..fitting(text.char_indices(), room)
        .last()
        .map_or(0, |(at, c)| at + c.len_utf8())]
}

fn end(text: &str, room: usize) -> &str {
    &text[fitting(text.char_indices().rev(), room)
        .last()
        .map_or(text.len(), |(at, _)| at)..]
}

fn fitting(
    chars: impl Iterator<Item = (usize, char)>,
    room: usize,
) -> impl Iterator<Item = (usize, char)> {
    chars
        .scan(0, |used, (at, c)| {
            *used += c.width().unwrap_or(0);
            Some((*used, at, c))
        })
        .take_while(move |(used, _, _)| *used <= room)
        .map(|(_, at, c)| (at, c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flowed(width: usize, label: &str, pieces: &[(Ink, &str)]) -> String {
        let mut out = Vec::new();
        Page::new(&mut out, false, width)
            .flow(label, 4, pieces)
            .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_is_wrapped_between_words() {
        let pieces = [
            (Ink::Bold, "twelve words"),
            (Ink::Plain, "are not so very long"),
        ];
        assert_eq!(
            flowed(80, "ab  ", &pieces),
            "ab  twelve words  are not so very long\n"
        );
        assert_eq!(
            flowed(24, "    ", &pieces),
            "    twelve words  are\n    not so very long\n"
        );
        let long = "/a/path/that/is/wider/than/the/page";
        assert_eq!(
            flowed(24, "    ", &[(Ink::Plain, long)]),
            format!("    {long}\n")
        );
        assert_eq!(
            flowed(24, "    ", &[(Ink::Plain, "日本語 日本語 日本語 日本語")]),
            "    日本語 日本語 日本語\n    日本語\n"
        );
        assert_eq!(flowed(0, "label", &[(Ink::Plain, "")]), "label\n");
    }

    #[test]
    fn text_is_cut_by_its_width() {
        assert_eq!(shorten("short", 5), "short");
        assert_eq!(shorten("deploy/services/prod.env", 13), "depl…prod.env");
        assert_eq!(keep_start("日本語パス", 6), "日本…");
        assert_eq!(keep_end("日本語パス", 6), "…パス");
        assert_eq!(keep_end("abc", 0), "…");
        assert_eq!(shorten("", 0), "");
    }
}
