//! From a document to what it shows: candidates, what their surroundings call them, and the servers that
//! are named. This room knows texts and rules; it decides nothing about pairs, files or reports.
//!
//! The order is that of cost. [`Detector::relevant`] rejects nearly every document at memory speed; of the
//! rest nearly all hold no run of characters that could be a secret; only then is the text decoded
//! ([`decode`]), its structure read ([`block`]) and each candidate's names looked up in the rules' context
//! table ([`context`]).

pub mod block;
mod context;
mod decode;
mod host;
mod sql;
mod table;
mod token;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use crate::finding::{Position, Secret, Snippet, Untrusted};
use crate::rule::{Beside, Context, PartRule, Product, Rules, Via};
use crate::sighting::{Companion, Server, Setting, Sightings, Token};

pub use decode::Encoding;
pub use host::base_url;
pub use token::mint;

use block::Blocks;
use context::{Name, Surroundings, surroundings};
use decode::View;
use host::Host;
use token::{Candidate, Shapes};

/// All rules, ready to look at documents.
pub struct Detector<'r> {
    keywords: Keywords,
    /// The same by product, asked only where there are several.
    which: OnceLock<Vec<Keywords>>,
    products: Vec<(&'r Product, Shapes)>,
}

/// Decides at memory speed whether a document holds a keyword in any of its forms.
///
/// Three expressions and not one: a few literals of one length are searched by vector instructions, many
/// are not (5 against 0.6 GB/s for these). That of UTF-16 is asked only of what holds a NUL.
struct Keywords {
    plain: Regex,
    wide: Regex,
    base64: Option<Regex>,
}

impl Keywords {
    fn new<'w>(words: impl Iterator<Item = &'w String>) -> Result<Keywords, regex::Error> {
        let words: Vec<&String> = words.collect();
        let any = |forms: Vec<String>| forms.join("|");
        let wide = |word: &&String| {
            let units: Vec<String> = word
                .chars()
                .map(|c| regex::escape(&c.to_string()))
                .collect();
            units.join(r"\x00")
        };
        let build = |pattern: &str, case: bool| {
            RegexBuilder::new(pattern)
                .unicode(false)
                .case_insensitive(!case)
                .build()
        };
        let base64: Vec<String> = words.iter().flat_map(|word| base64_forms(word)).collect();
        Ok(Keywords {
            plain: build(
                &any(words.iter().map(|word| regex::escape(word)).collect()),
                false,
            )?,
            wide: build(&any(words.iter().map(wide).collect()), false)?,
            base64: if base64.is_empty() {
                None
            } else {
                Some(build(&any(base64), true)?)
            },
        })
    }

    fn occur(&self, text: &[u8]) -> bool {
        self.plain.is_match(text)
            || self
                .base64
                .as_ref()
                .is_some_and(|base64| base64.is_match(text))
            || (memchr::memchr(0, text).is_some() && self.wide.is_match(text))
    }
}

/// How base64 writes a long word, in small letters and in capitals, wherever it starts in a group of three
/// bytes: the characters that its neighbours have no part in. Short words would fit anything.
fn base64_forms(word: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for word in [word.to_lowercase(), word.to_uppercase()] {
        for lead in 0..3 {
            let bytes = [&b"   "[..lead], word.as_bytes()].concat();
            let text = data_encoding::BASE64_NOPAD.encode(&bytes);
            let (from, to) = ((lead * 8).div_ceil(6), bytes.len() * 8 / 6);
            if to >= from + 11 {
                forms.push(regex::escape(&text[from..to]));
            }
        }
    }
    forms
}

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
    text: Vec<u8>,
    /// Where each starts in `text`, and where in the document.
    places: Vec<(usize, u64)>,
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

impl<'r> Detector<'r> {
    /// Prepares the rules. Keywords are literals, so that the expressions are always valid; an error would
    /// be one of size.
    pub fn new(rules: &'r Rules) -> Result<Detector<'r>, regex::Error> {
        Ok(Detector {
            keywords: Keywords::new(rules.products.iter().flat_map(|p| &p.file.keywords))?,
            which: OnceLock::new(),
            products: rules
                .products
                .iter()
                .map(|product| (product, Shapes::new(product)))
                .collect(),
        })
    }

    /// Whether any rule has to look at this content.
    pub fn relevant(&self, content: &[u8]) -> bool {
        self.keywords.occur(content)
    }

    /// The products whose rules look at a document, by index: those of which a keyword occurs in it.
    pub fn products(&self, path: &[u8], content: &[u8]) -> Vec<usize> {
        if !self.relevant(content) && !self.relevant(path) {
            return Vec::new();
        }
        if self.products.len() == 1 {
            return vec![0];
        }
        let each = self.which.get_or_init(|| {
            let keywords = |(product, _): &(&Product, Shapes)| {
                Keywords::new(product.file.keywords.iter()).ok()
            };
            self.products.iter().filter_map(keywords).collect()
        });
        let asked = |index: &usize| {
            // Without its own expression a product looks at everything: slower, and nothing is missed.
            each.get(*index)
                .is_none_or(|keywords| keywords.occur(path) || keywords.occur(content))
        };
        (0..self.products.len()).filter(asked).collect()
    }

    /// The rules of a product by index.
    pub fn product(&self, index: usize) -> &'r Product {
        self.products[index].0
    }

    /// The rules of a product by index, if there are as many.
    pub fn get(&self, index: usize) -> Option<&'r Product> {
        self.products.get(index).map(|(product, _)| *product)
    }

    /// What a window shows of one product's credentials. `path` is the document's.
    pub fn scan(&self, index: usize, path: &[u8], window: &Window<'_>) -> Sightings {
        let (product, shapes) = &self.products[index];
        let plain = window.encoding == Encoding::Bytes && memchr::memchr(0, window.bytes).is_none();
        if plain
            && !shapes.possible(window.bytes)
            && !decode::may_hold_base64(window.bytes, shapes.least())
        {
            return Sightings::default();
        }
        let bytes = if window.prelude.text.is_empty() {
            Cow::Borrowed(window.bytes)
        } else {
            Cow::Owned([&window.prelude.text, window.bytes].concat())
        };
        let view = View::new(&bytes, window.encoding);
        let candidates = shapes.find(product, &view.text);
        if candidates.is_empty() {
            return Sightings::default();
        }
        Document::new(product, path, window, view).sightings(&candidates)
    }

    /// The servers that a window names, for tokens that stand elsewhere.
    pub fn servers(&self, index: usize, path: &[u8], window: &Window<'_>) -> Vec<Server> {
        let view = View::new(window.bytes, window.encoding);
        let window = Window {
            prelude: Prelude::NONE,
            own: window.own.clone(),
            ..*window
        };
        let document = Document::new(self.products[index].0, path, &window, view);
        document.placed(Sightings::default()).servers
    }

    /// The products by index.
    pub fn all(&self) -> Range<usize> {
        0..self.products.len()
    }
}

/// A window with everything that was found out about it.
struct Document<'a> {
    product: &'a Product,
    path: &'a [u8],
    window: &'a Window<'a>,
    view: View<'a>,
    blocks: Blocks,
    hosts: OnceCell<Vec<Host>>,
    sql: OnceCell<Vec<sql::Statement>>,
}

/// How far the text before and after a value is shown to the rules.
const BESIDE: usize = 160;
/// How many lines around a value are shown to the rules as `near`.
const NEAR: usize = 12;
/// How many lines from a value the product's word counts as near.
const WORD_NEAR: usize = 15;

impl<'a> Document<'a> {
    fn new(
        product: &'a Product,
        path: &'a [u8],
        window: &'a Window<'a>,
        view: View<'a>,
    ) -> Document<'a> {
        let blocks = Blocks::new(&view.text);
        Document {
            product,
            path,
            window,
            blocks,
            view,
            hosts: OnceCell::new(),
            sql: OnceCell::new(),
        }
    }

    /// Where a place of the text stands in the whole document.
    fn offset(&self, at: usize) -> u64 {
        let (prelude, at) = (self.window.prelude, self.view.original(&(at..at)).start);
        match at.checked_sub(prelude.text.len()) {
            Some(at) => self.window.start.byte_offset + at as u64,
            None => prelude
                .places
                .iter()
                .rev()
                .find(|(start, _)| *start <= at)
                .map_or(0, |(start, place)| place + (at - start) as u64),
        }
    }

    /// Where a span of the text stands in the window; nothing if it is part of the prelude.
    fn original(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let (prelude, original) = (self.window.prelude.text.len(), self.view.original(span));
        Some(original.start.checked_sub(prelude)?..original.end.checked_sub(prelude)?)
    }

    fn text(&self) -> &[u8] {
        &self.view.text
    }

    fn hosts(&self) -> &[Host] {
        self.hosts.get_or_init(|| {
            let mut hosts = host::find(self.product, self.text(), &self.blocks);
            for host in &mut hosts {
                // Dumps are full of addresses of other things; few columns hold the server's.
                if let Some((_, column)) = self.column_at(host.span.start) {
                    host.other |= !self.product.file.hosts.columns.is_match(column.as_bytes());
                }
            }
            hosts
        })
    }

    /// Whether a value is all that the document holds.
    fn is_whole(&self, value: &Range<usize>) -> bool {
        let blank = |text: &[u8]| text.trim_ascii().is_empty();
        let (before, after) = (&self.text()[..value.start], &self.text()[value.end..]);
        self.window.whole && blank(before) && blank(after)
    }

    fn sightings(&self, candidates: &[Candidate]) -> Sightings {
        let mut sightings = Sightings::default();
        for candidate in candidates {
            let Some(original) = self.original(&candidate.span) else {
                continue;
            };
            if !self.window.own.contains(&original.start) {
                continue;
            }
            let value = &self.text()[candidate.span.clone()];
            let column = self.column(&candidate.span);
            let mut around = match &column {
                // A table of settings: the name is a column too.
                Some((table, column)) if context::VALUE_KEYS.contains(&column.as_str()) => {
                    let setting = sql::string_before(self.text(), candidate.span.start);
                    Surroundings::of_column(table, &context::snake(setting.unwrap_or_default()))
                }
                Some((table, column)) => Surroundings::of_column(table, column),
                None => surroundings(self.text(), &self.blocks, &candidate.span),
            };
            let column =
                column.filter(|(_, column)| around.names.iter().any(|n| n.text == *column));
            if self.is_whole(&candidate.span) {
                around.add_file(self.path);
            }
            let Some((context, name)) = self.classify(candidate, &around, column.as_ref()) else {
                continue;
            };
            let Some(kind) = context.kind else { continue };
            if token::is_sample(self.product, value) {
                sightings.samples += 1;
                continue;
            }
            let Ok(value) = std::str::from_utf8(value) else {
                continue;
            };
            let own_host = around
                .url
                .as_ref()
                .and_then(|url| self.own_host(url, &candidate.span));
            sightings.tokens.push(Token {
                secret: Secret::new(value),
                kind,
                minted: candidate.minted,
                explicit: context.explicit,
                foreign: self.foreign(&around),
                word_near: self
                    .product
                    .file
                    .word
                    .is_match(self.lines_around(candidate.span.start, WORD_NEAR))
                    || self.product.file.word.is_match(self.path)
                    || around
                        .outer
                        .iter()
                        .any(|outer| self.product.file.word.is_match(outer.as_bytes())),
                reason: Untrusted::new(reason(context, name, column.as_ref())),
                own_host,
                setting: self.setting(&candidate.span, &around),
                snippet: self.snippet(&original),
            });
        }
        if sightings.tokens.is_empty() {
            return sightings;
        }
        self.placed(sightings)
    }

    /// Adds servers and companions, and gives everything its line and column.
    fn placed(&self, mut sightings: Sightings) -> Sightings {
        for page in &self.product.file.kinds {
            if page.parts.is_empty() || sightings.tokens.iter().all(|t| t.kind != page.kind) {
                continue;
            }
            for part in &page.parts {
                for (span, around) in self.parts(part) {
                    let Ok(value) = std::str::from_utf8(&self.text()[span.clone()]) else {
                        continue;
                    };
                    sightings.companions.push(Companion {
                        kind: page.kind,
                        name: part.name.clone(),
                        value: Secret::new(value),
                        setting: self.setting(&span, &around),
                    });
                }
            }
        }
        for host in self.hosts() {
            sightings.servers.push(Server {
                url: host.url.clone(),
                own: host.own,
                keyed: host.keyed,
                other: host.other,
                setting: self.setting(&host.span, &host.around),
            });
        }
        // What stands in the prelude was seen by the window that it is from.
        let start = self.window.start;
        sightings
            .servers
            .retain(|s| s.setting.position.byte_offset >= start.byte_offset);
        let tokens = sightings.tokens.iter_mut().map(|t| &mut t.setting);
        let servers = sightings.servers.iter_mut().map(|s| &mut s.setting);
        let companions = sightings.companions.iter_mut().map(|c| &mut c.setting);
        let mut settings: Vec<&mut Setting> = tokens.chain(servers).chain(companions).collect();
        // One walk over the original counts lines for all of them.
        settings.sort_by_key(|setting| setting.position.byte_offset);
        let (mut line, mut column, mut from) = (start.line, start.column, 0);
        for setting in settings {
            let at = setting
                .position
                .byte_offset
                .saturating_sub(start.byte_offset) as usize;
            self.window
                .encoding
                .advance(&self.window.bytes[from..at], &mut line, &mut column);
            from = at;
            (setting.position.line, setting.position.column) = (line, column);
        }
        sightings
    }

    /// Where something stands; its line and column come later.
    fn setting(&self, span: &Range<usize>, around: &Surroundings) -> Setting {
        let original = |at: usize| self.offset(at);
        Setting {
            chain: self.blocks.chain(self.text(), span.start, original),
            names: around.names.iter().map(|name| name.full.clone()).collect(),
            outer: around.outer.clone(),
            inline: around.inline,
            position: Position {
                byte_offset: original(span.start),
                line: 0,
                column: 0,
            },
        }
    }

    /// The table and column of a dump's row, of which the value must be the whole field.
    fn column(&self, span: &Range<usize>) -> Option<(String, String)> {
        let text = self.text();
        let edge = |b: Option<&u8>| b.is_none_or(|b| b"'\",()\t\r\n ".contains(b));
        if !edge(span.start.checked_sub(1).and_then(|i| text.get(i))) || !edge(text.get(span.end)) {
            return None;
        }
        self.column_at(span.start)
    }

    /// The table and column that a place of a dump belongs to.
    fn column_at(&self, at: usize) -> Option<(String, String)> {
        let tables = &self.product.file.tables;
        let statements = self
            .sql
            .get_or_init(|| sql::statements(self.text(), tables));
        sql::column(self.text(), statements, at)
    }

    /// The first row of the context table that fits, for the nearest name that any row knows.
    fn classify<'c>(
        &'c self,
        candidate: &Candidate,
        around: &'c Surroundings,
        column: Option<&(String, String)>,
    ) -> Option<(&'c Context, Option<&'c Name>)> {
        let facts = Facts {
            document: self,
            candidate,
            around,
            column: column.map(|(table, column)| format!("{table}.{column}")),
            near: OnceCell::new(),
        };
        let rows = || self.product.file.contexts.iter();
        let nameless = [None];
        let names = around.names.iter().map(Some);
        let names: &mut dyn Iterator<Item = Option<&Name>> = if around.names.is_empty() {
            &mut nameless.into_iter()
        } else {
            &mut names.into_iter()
        };
        for name in names {
            if let Some(row) = rows().find(|row| !row.weak && facts.fit(row, name)) {
                return Some((row, name));
            }
        }
        rows()
            .find(|row| row.weak && facts.fit(row, None))
            .map(|row| (row, None))
    }

    /// Whether the names around a value speak for another product and none for ours.
    fn foreign(&self, around: &Surroundings) -> bool {
        let Some(foreign) = &self.product.file.foreign else {
            return false;
        };
        let names = around.names.iter().take(3).map(|name| name.text.as_str());
        let mut all = names.chain(around.outer.iter().map(String::as_str));
        let nearest = all.find_map(|name| {
            let (ours, theirs) = (
                self.product.file.hosts.own.is_match(name.as_bytes()),
                foreign.is_match(name.as_bytes()),
            );
            (ours || theirs).then_some(theirs && !ours)
        });
        nearest.unwrap_or(false)
    }

    /// The server of the URL that a value is part of.
    fn own_host(&self, url: &Range<usize>, value: &Range<usize>) -> Option<String> {
        let text = self.text();
        let host = if text.get(value.end) == Some(&b'@') {
            // `scheme://VALUE@host/path`
            let scheme = memchr::memmem::find(&text[url.start..value.start], b"://")?;
            [
                &text[url.start..url.start + scheme + 3],
                &text[value.end + 1..url.end],
            ]
            .concat()
        } else {
            text[url.start..value.start].to_vec()
        };
        let host = std::str::from_utf8(&host)
            .ok()
            .filter(|host| host.contains("://"))?;
        let base = base_url(self.product, host)?;
        let name = base.split_once("://").map_or("", |(_, name)| name);
        let excluded = self
            .product
            .file
            .hosts
            .excluded
            .iter()
            .any(|pattern| pattern.is_match(name.as_bytes()));
        (!excluded).then_some(base)
    }

    fn lines_around(&self, at: usize, lines: usize) -> &[u8] {
        let line = self.blocks.line(at);
        let text = self.text();
        let (first, last) = (
            self.blocks.span(text, line.saturating_sub(lines)),
            self.blocks.span(text, line + lines),
        );
        // A line of a minified file is a document of its own.
        &text[first.start.max(at.saturating_sub(4_000))..last.end.min(at + 4_000)]
    }

    /// Values that a part's pattern and key fit.
    fn parts(&self, part: &PartRule) -> Vec<(Range<usize>, Surroundings)> {
        let text = self.text();
        let free = |b: Option<&u8>| b.is_none_or(|b| !b.is_ascii_alphanumeric());
        part.pattern
            .find_iter(text)
            .filter(|m| {
                free(m.start.checked_sub(1).and_then(|i| text.get(i))) && free(text.get(m.end))
            })
            .filter_map(|m| {
                let around = surroundings(text, &self.blocks, &m);
                around
                    .names
                    .iter()
                    .take(2)
                    .any(|name| part.key.is_match(name.text.as_bytes()))
                    .then_some((m, around))
            })
            .collect()
    }

    /// The original line around a match, or its decoded form where the original is no text.
    fn snippet(&self, original: &Range<usize>) -> Snippet {
        const SHOWN: usize = 120;
        let bytes = self.window.bytes;
        if self.window.encoding != Encoding::Bytes {
            let decode = |range: Range<usize>| {
                View::new(&bytes[range.start & !1..range.end], self.window.encoding)
                    .text
                    .into_owned()
            };
            let before = decode(original.start.saturating_sub(2 * SHOWN)..original.start);
            let after = decode(original.end..bytes.len().min(original.end + 2 * SHOWN));
            let matched = decode(original.clone());
            return Snippet {
                before: Untrusted::new(
                    &before[before
                        .iter()
                        .rposition(|b| matches!(b, b'\n' | b'\r'))
                        .map_or(0, |i| i + 1)..],
                ),
                matched: Untrusted::new(matched),
                after: Untrusted::new(
                    after
                        .split(|b| matches!(b, b'\n' | b'\r'))
                        .next()
                        .unwrap_or_default(),
                ),
            };
        }
        let end_of_line = |b: &u8| matches!(b, b'\n' | b'\r' | 0);
        let before = &bytes[original.start.saturating_sub(SHOWN)..original.start];
        let start = before.iter().rposition(end_of_line).map_or(0, |i| i + 1);
        // Cut between characters, not within one.
        let cut = before[start..]
            .iter()
            .take_while(|&&b| b & 0xc0 == 0x80)
            .count();
        let after = &bytes[original.end..bytes.len().min(original.end + SHOWN)];
        let after = after.split(end_of_line).next().unwrap_or_default();
        Snippet {
            before: Untrusted::new(&before[start + cut..]),
            matched: Untrusted::new(&bytes[original.clone()]),
            after: Untrusted::new(after),
        }
    }
}

/// In words, what made a value a credential.
fn reason(context: &Context, name: Option<&Name>, column: Option<&(String, String)>) -> String {
    match (column, name) {
        (Some((table, column)), _) => format!("column \"{table}.{column}\""),
        _ if context.url.is_some() => "part of a URL".to_owned(),
        (_, Some(name)) if context.key.is_some() => {
            let via = match name.via {
                Via::Key => "key",
                Via::Flag => "option",
                Via::Argument => "argument",
                Via::Call => "call of",
                Via::Word => "word",
                Via::Outer => "inside",
                Via::File => "file name",
            };
            format!("{via} \"{}\"", name.text)
        }
        _ if context.whole => "whole content of such a file".to_owned(),
        _ if context.beside.is_some() => "beside a server".to_owned(),
        _ => "the text around it".to_owned(),
    }
}

/// What a row of the context table asks about a candidate, found out once.
struct Facts<'a> {
    document: &'a Document<'a>,
    candidate: &'a Candidate,
    around: &'a Surroundings,
    column: Option<String>,
    near: OnceCell<&'a [u8]>,
}

impl Facts<'_> {
    fn fit(&self, row: &Context, name: Option<&Name>) -> bool {
        let document = self.document;
        let text = document.text();
        let span = &self.candidate.span;
        let line = || document.blocks.span(text, document.blocks.line(span.start));
        let has = |pattern: &Option<crate::rule::Pattern>, text: &dyn Fn() -> Option<Vec<u8>>| {
            pattern
                .as_ref()
                .is_none_or(|pattern| text().is_some_and(|text| pattern.is_match(&text)))
        };
        let named = match (&row.key, name) {
            (None, _) => true,
            (Some(pattern), Some(name)) => {
                (row.via.is_empty() || row.via.contains(&name.via))
                    && pattern.is_match(name.text.as_bytes())
            }
            (Some(_), None) => false,
        };
        named
            && row.shape.as_ref().is_none_or(|shape| {
                document.product.file.secrets[self.candidate.shape].name == *shape
            })
            && has(&row.url, &|| {
                self.around
                    .url
                    .as_ref()
                    .map(|url| text[url.start..span.start].to_vec())
            })
            && has(&row.column, &|| {
                self.column
                    .as_ref()
                    .map(|column| column.clone().into_bytes())
            })
            && has(&row.before, &|| {
                Some(text[line().start.max(span.start.saturating_sub(BESIDE))..span.start].to_vec())
            })
            && has(&row.after, &|| {
                Some(text[span.end..line().end.min(span.end + BESIDE)].to_vec())
            })
            && has(&row.outer, &|| {
                Some(self.around.outer.join("\n").into_bytes())
            })
            && row
                .path
                .as_ref()
                .is_none_or(|path| path.is_match(document.path))
            && row.near.as_ref().is_none_or(|near| {
                near.is_match(
                    self.near
                        .get_or_init(|| document.lines_around(span.start, NEAR)),
                )
            })
            && (!row.minted || self.candidate.minted)
            && row.beside.is_none_or(|beside| self.beside(beside))
            && (!row.whole || document.is_whole(span))
    }

    /// Whether a server stands beside a value that has no key: what has one is what the key says.
    fn beside(&self, beside: Beside) -> bool {
        let document = self.document;
        let names = self.around.names.iter().take_while(|n| n.via != Via::Call);
        if self.around.url.is_some()
            || names
                .into_iter()
                .any(|n| matches!(n.via, Via::Key | Via::Flag))
        {
            return false;
        }
        let line = || {
            document.blocks.span(
                document.text(),
                document.blocks.line(self.candidate.span.start),
            )
        };
        let place = match beside {
            Beside::Brackets => self.around.group.clone(),
            Beside::Line => Some(line()),
        };
        place.is_some_and(|place| {
            document
                .hosts()
                .iter()
                .any(|host| !host.other && place.contains(&host.span.start))
        })
    }
}
