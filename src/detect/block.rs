//! Which things of a document belong together, in any language.
//!
//! Every place lies in a chain of blocks: section, the lines it is indented under, paragraph, stanza, line,
//! brackets, clause. Two places are as near as the smallest block that holds both. No parser is needed:
//! people indent what belongs together, in YAML as in Python, Terraform or pretty-printed JSON, and where
//! they do not, brackets say it.

use std::cell::RefCell;
use std::ops::Range;

use crate::sighting::{Level, Link};

use super::brackets::Brackets;

/// A document's lines and what each is part of.
pub struct Blocks {
    lines: Vec<Line>,
    open: RefCell<Brackets>,
}

struct Line {
    start: usize,
    /// The line that this one is indented under.
    parent: Option<u32>,
    /// First line of its section, paragraph and stanza.
    section: Option<u32>,
    paragraph: u32,
    stanza: u32,
    /// Whether it is a remark.
    comment: bool,
    /// A list item holds itself: its first key stands on the line that opens it.
    item: bool,
}

/// How many bytes of an object are read on either side of its member: in brackets, and of lines.
const OBJECT: usize = 2_000;
const BESIDE: usize = 600;

impl Blocks {
    /// Reads the structure of a decoded text. A NUL ends a line as a newline does: binaries divide their
    /// strings by it.
    pub fn new(text: &[u8]) -> Blocks {
        let mut lines: Vec<Line> = Vec::new();
        let mut open: Vec<Open> = Vec::new();
        let mut section = None;
        let (mut blank, mut comment) = (true, false);
        let mut start = 0;
        // Old Macintosh files end their lines with a carriage return alone.
        let first = memchr::memchr2(b'\n', b'\r', text);
        let old = first.is_some_and(|i| text[i] == b'\r' && text.get(i + 1) != Some(&b'\n'));
        let newline = if old { b'\r' } else { b'\n' };
        while start < text.len() {
            // Binaries are full of NULs: a row of them is one blank line.
            let nuls = text[start..].iter().take_while(|&&b| b == 0).count();
            let (end, shape) = match nuls {
                0 => {
                    let end = memchr::memchr2(newline, 0, &text[start..]);
                    let end = end.map_or(text.len(), |i| start + i);
                    (end, LineShape::of(&text[start..end]))
                }
                _ => (start + nuls - 1, LineShape::of(b"")),
            };
            let index = lines.len() as u32;
            let previous = lines.last();
            let mut line = Line {
                start,
                parent: previous.and_then(|line| line.parent),
                section,
                paragraph: previous.map_or(0, |line| line.paragraph),
                stanza: previous.map_or(0, |line| line.stanza),
                comment: shape.comment,
                item: shape.item,
            };
            if shape.blank {
                blank = true;
            } else {
                let next_blank = text.get(end + 1).is_none_or(|&b| b == b'\n' || b == b'\r');
                if shape.rule || shape.section || (shape.heading && blank && next_blank) {
                    section = Some(index);
                    line.section = section;
                    open.clear();
                }
                // A list may stand at the indentation of the key that it belongs to.
                while open.last().is_some_and(|o| {
                    o.indent > shape.indent || (o.indent == shape.indent && !(shape.item && o.key))
                }) {
                    open.pop();
                }
                let at_level = lines.last().is_some()
                    && open.last().map(|o| o.line) == line.parent
                    && !shape.item;
                line.parent = open.last().map(|o| o.line);
                let (paragraph, stanza) = match open.last_mut() {
                    Some(o) => (&mut o.paragraph, &mut o.stanza),
                    None => (&mut line.paragraph, &mut line.stanza),
                };
                // Without an open block the previous line's paragraph goes on, if that was at the top as well.
                if line.parent.is_none() && !at_level {
                    let top = lines.iter().rev().find(|l| l.parent.is_none());
                    (*paragraph, *stanza) = top.map_or((index, index), |l| (l.paragraph, l.stanza));
                }
                if blank {
                    (*paragraph, *stanza) = (index, index);
                } else if shape.comment && !comment {
                    *stanza = index;
                }
                (line.paragraph, line.stanza) = (*paragraph, *stanza);
                open.push(Open {
                    indent: shape.indent,
                    line: index,
                    key: shape.key && !shape.item,
                    paragraph: index + 1,
                    stanza: index + 1,
                });
                (blank, comment) = (false, shape.comment);
            }
            lines.push(line);
            start = end + 1;
        }
        Blocks {
            lines,
            open: RefCell::default(),
        }
    }

    /// The line that holds a position.
    pub fn line(&self, at: usize) -> usize {
        self.lines
            .partition_point(|line| line.start <= at)
            .saturating_sub(1)
    }

    /// The first line of a line's paragraph.
    pub fn paragraph(&self, line: usize) -> usize {
        self.lines.get(line).map_or(line, |l| l.paragraph as usize)
    }

    /// Where a line stands, its end excluded.
    pub fn span(&self, text: &[u8], line: usize) -> Range<usize> {
        let Some(start) = self.lines.get(line).map(|line| line.start) else {
            return text.len()..text.len();
        };
        let end = self.lines.get(line + 1).map_or(
            text.len() - usize::from(matches!(text.last(), Some(b'\n' | 0))),
            |next| next.start - 1,
        );
        start..end.max(start)
    }

    /// The lines that a line is indented under, innermost first, then its section's.
    pub fn ancestors(&self, line: usize) -> impl Iterator<Item = usize> + '_ {
        let mut at = Some(line);
        let parents = std::iter::from_fn(move || {
            at = self.lines.get(at?)?.parent.map(|p| p as usize);
            at
        });
        let section = self
            .lines
            .get(line)
            .and_then(|line| line.section)
            .map(|s| s as usize);
        parents.take(32).chain(section)
    }

    /// The object that a place is a member of: its innermost brackets of the kinds `open` on the line, else
    /// the lines within `reach` of it that hang under the same one, and that one if it opens a list item.
    pub fn object(
        &self,
        text: &[u8],
        place: &Range<usize>,
        open: &[u8],
        reach: usize,
    ) -> Range<usize> {
        let index = self.line(place.start);
        let line = self.span(text, index);
        let mut depth = 0;
        for i in (line.start.max(place.start.saturating_sub(OBJECT))..place.start).rev() {
            match text[i] {
                b'}' | b']' | b')' => depth += 1,
                b'>' if open.contains(&b'<') => depth += 1,
                b'{' | b'[' | b'(' | b'<' if depth > 0 => depth -= 1,
                b if open.contains(&b) => {
                    let closes = |b: &u8| matches!(b, b'}' | b'>' | b')' | b']');
                    let end = text[place.end.min(line.end)..line.end]
                        .iter()
                        .take(OBJECT)
                        .position(closes);
                    return i + 1..end.map_or(line.end, |e| place.end + e);
                }
                _ => {}
            }
        }
        let parent = self.ancestors(index).next();
        let same = |l: usize| self.ancestors(l).next() == parent;
        let mut first = index;
        while first > 0
            && index - first < reach
            && (same(first - 1) || Some(first - 1) == parent)
            && Some(first) != parent
        {
            first -= 1;
        }
        let mut last = index;
        while last - index < reach
            && last + 1 < self.lines.len()
            && same(last + 1)
            && !self.lines[last + 1].item
        {
            last += 1;
        }
        let lines = self.span(text, first).start..self.span(text, last).end;
        let near = place.start.saturating_sub(BESIDE)..place.end + BESIDE;
        lines.start.max(near.start)..lines.end.min(near.end)
    }

    /// The blocks around a position; `original` gives the place of a block in the original.
    pub fn chain(&self, text: &[u8], at: usize, original: impl Fn(usize) -> u64) -> Vec<Link> {
        let index = self.line(at);
        let Some(line) = self.lines.get(index) else {
            return Vec::new();
        };
        let start_of = |line: u32| {
            self.lines
                .get(line as usize)
                .map_or(0, |l| original(l.start))
        };
        let mut chain = Vec::new();
        let mut push = |level, at| chain.push(Link { level, at });
        if let Some(section) = line.section {
            push(Level::Section, start_of(section));
        }
        let mut above: Vec<usize> = self
            .ancestors(index)
            .filter(|&l| Some(l as u32) != line.section)
            .collect();
        above.reverse();
        for &parent in &above {
            let l = &self.lines[parent];
            push(Level::Paragraph, start_of(l.paragraph));
            push(Level::Stanza, start_of(l.stanza));
            push(Level::Parent, original(l.start));
        }
        push(Level::Paragraph, start_of(line.paragraph));
        push(Level::Stanza, start_of(line.stanza));
        if line.item {
            push(Level::Parent, original(line.start));
        }
        push(Level::Line, original(line.start));
        if line.comment {
            push(Level::Comment, 0);
        }
        let mut open = self.open.borrow_mut();
        open.read_to(text, line.start, at);
        for (level, at) in open.around(at).into_iter().rev() {
            push(level, original(at));
        }
        chain
    }
}

/// A line that others may be indented under.
struct Open {
    indent: usize,
    line: u32,
    key: bool,
    paragraph: u32,
    stanza: u32,
}

/// What can be told of a line by itself.
struct LineShape {
    indent: usize,
    blank: bool,
    comment: bool,
    item: bool,
    key: bool,
    section: bool,
    heading: bool,
    rule: bool,
}

impl LineShape {
    fn of(line: &[u8]) -> LineShape {
        let body = line.trim_ascii();
        let indent = line
            .iter()
            .take_while(|b| b.is_ascii_whitespace())
            .map(|&b| if b == b'\t' { 4 } else { 1 })
            .sum();
        let starts = |words: &[&str]| words.iter().any(|w| body.starts_with(w.as_bytes()));
        let named = |b: u8| {
            b.is_ascii_alphanumeric()
                || matches!(
                    b,
                    b'_' | b'.' | b'-' | b' ' | b'"' | b'\'' | b':' | b'/' | b'@'
                )
        };
        let bare = body
            .trim_ascii_start()
            .strip_prefix(b"[[")
            .and_then(|b| b.strip_suffix(b"]]"));
        let bare = bare.or_else(|| body.strip_prefix(b"[").and_then(|b| b.strip_suffix(b"]")));
        let number = body.iter().take_while(|b| b.is_ascii_digit()).count();
        LineShape {
            indent,
            blank: body.is_empty(),
            comment: match body.first() {
                Some(b'#' | b';') => true,
                Some(b'/' | b'-' | b'<' | b'r' | b'R') => {
                    starts(&["//", "--", "/*", "<!--", "rem ", "REM "])
                }
                _ => false,
            },
            item: starts(&["- "])
                || body == b"-"
                || ((1..4).contains(&number) && body[number..].starts_with(b". ")),
            key: body.ends_with(b":"),
            section: indent == 0
                && bare.is_some_and(|b| {
                    b.first().is_some_and(u8::is_ascii_alphabetic) && b.iter().all(|&b| named(b))
                }),
            heading: matches!(body.first(), Some(b'#' | b'='))
                && starts(&["# ", "## ", "### ", "#### ", "== ", "=== "]),
            rule: body.len() >= 3 && body.iter().all(|b| matches!(b, b'-' | b'=' | b'*')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest(text: &str, token: &str, hosts: &[&str]) -> String {
        let blocks = Blocks::new(text.as_bytes());
        let chain = |word: &str| {
            blocks.chain(text.as_bytes(), text.find(word).expect(word), |at| {
                at as u64
            })
        };
        let t = chain(token);
        let best = hosts
            .iter()
            .max_by_key(|h| t.iter().filter(|link| chain(h).contains(link)).count());
        best.map(|s| s.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_belongs_together_is_near_in_every_notation() {
        for (text, token) in [
            (
                "servers:\n  - name: p\n    url: H1\n    token: T1\n  - name: s\n    token: T2\n    url: H2\n",
                "T2",
            ),
            (
                "servers:\n- url: H1\n  token: T1\n- token: T2\n  url: H2\n",
                "T2",
            ),
            ("[a]\nurl=H1\n\n[b]\ntoken=T2\n\nurl=H2\n", "T2"),
            (
                "A = {\n  'u': 'H1',\n  't': 'T1',\n}\nB = {\n  't': 'T2',\n\n\n  'u': 'H2',\n}\n",
                "T2",
            ),
            ("# one\nU=H1\nT=T1\n# two\nT=T2\nU=H2\n", "T2"),
            ("x=[{u:'H1',t:'T1'},{t:'T2',u:'H2'}]", "T2"),
            ("curl -H T1 H1; curl -H T2 H2", "T2"),
            (
                "url: H2\nmm:\n  x:\n    token: T2\njira:\n  url: H1\n",
                "T2",
            ),
            ("a: 1\n---\nurl: H1\n---\ntoken: T2\n\nurl: H2\n", "T2"),
        ] {
            assert_eq!(nearest(text, token, &["H1", "H2"]), "H2", "{text}");
        }
    }

    #[test]
    fn ancestors_are_named_from_the_inside() {
        let text = "[s]\na:\n  b:\n    - c: 1\n      d: 2\n";
        let blocks = Blocks::new(text.as_bytes());
        let line = blocks.line(text.find("d:").expect("d"));
        let names: Vec<&str> = blocks
            .ancestors(line)
            .map(|l| text[blocks.span(text.as_bytes(), l)].trim())
            .collect();
        assert_eq!(names, ["- c: 1", "b:", "a:", "[s]"]);
    }
}
