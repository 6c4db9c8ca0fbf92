//! One window of one document for one product: its candidates become credentials, servers are found for
//! them, and everything gets its place in the original.

use std::cell::{Cell, OnceCell};
use std::collections::HashSet;
use std::ops::Range;

use crate::finding::{Position, Secret, Snippet, Untrusted};
use crate::rule::{Context, PartRule, Product};
use crate::sighting::{Companion, Server, Setting, Sightings, Token};

use super::block::Blocks;
use super::classify::{Facts, reason};
use super::context::{self, Surroundings, surroundings};
use super::decode::{Encoding, View};
use super::host::{self, Host};
use super::near::Near;
use super::sql;
use super::token::{self, Candidate};
use super::window::Window;

/// A window with everything that was found out about it.
pub struct Document<'a> {
    product: &'a Product,
    path: &'a [u8],
    window: &'a Window<'a>,
    view: View<'a>,
    blocks: Blocks,
    /// Where the servers of the text begin, but for those of other products.
    hosts: OnceCell<Vec<usize>>,
    /// How many bytes were searched for servers of a place.
    searched: Cell<usize>,
    sql: OnceCell<Vec<sql::Statement>>,
}

/// How many lines from a value the product's word counts as near.
const WORD_NEAR: usize = 15;

impl<'a> Document<'a> {
    /// Reads the structure of a decoded window.
    pub fn new(
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
            searched: Cell::new(0),
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

    /// The line that holds a position.
    pub fn line(&self, at: usize) -> Range<usize> {
        self.blocks.span(self.text(), self.blocks.line(at))
    }

    /// The rules' context table.
    pub fn contexts(&self) -> &'a [Context] {
        &self.product.file.contexts
    }

    /// The document's path.
    pub fn path(&self) -> &[u8] {
        self.path
    }

    /// Whether a candidate has the shape of a name.
    pub fn is_shape(&self, candidate: &Candidate, name: &str) -> bool {
        self.product.file.secrets[candidate.shape].name == name
    }

    /// The decoded text.
    pub fn text(&self) -> &[u8] {
        &self.view.text
    }

    /// Whether a server begins in a place. Most texts hold a value or two that ask for it; where there are so many
    /// that it takes longer than to find every server, that is done, once.
    pub fn has_host(&self, place: &Range<usize>) -> bool {
        let starts = |within: Range<usize>| {
            let mut starts = Vec::new();
            self.each_host(within, |host| {
                if !host.other && host.tie.is_some() {
                    starts.push(host.span.start);
                }
            });
            starts
        };
        let within = self.line(place.start).start..place.end;
        self.searched.set(self.searched.get() + within.len());
        if self.hosts.get().is_some() || self.searched.get() > self.text().len() {
            let all = self.hosts.get_or_init(|| starts(0..self.text().len()));
            let first = all.partition_point(|start| *start < place.start);
            return all.get(first).is_some_and(|start| *start < place.end);
        }
        starts(within).iter().any(|start| place.contains(start))
    }

    /// Shows the servers that begin in a part of the text, in order.
    fn each_host(&self, within: Range<usize>, mut show: impl FnMut(Host)) {
        host::find(
            self.product,
            &self.view,
            &self.blocks,
            within,
            |mut host| {
                // Dumps are full of addresses of other things; few columns hold the server's.
                if let Some((_, column)) = self.column_at(host.span.start) {
                    host.other |= !self.product.file.hosts.columns.is_match(column.as_bytes());
                }
                show(host);
            },
        );
    }

    /// Whether a value is all that the document holds.
    pub fn is_whole(&self, value: &Range<usize>) -> bool {
        let blank = |text: &[u8]| text.trim_ascii().is_empty();
        let (before, after) = (&self.text()[..value.start], &self.text()[value.end..]);
        self.window.whole && blank(before) && blank(after)
    }

    /// What the candidates are, with the servers that they could want.
    pub fn sightings(&self, candidates: &[Candidate]) -> Sightings {
        let mut sightings = Sightings::default();
        // Values that are something else where they have a name, and what has none that says it.
        let (mut harmless, mut nameless) = (HashSet::new(), Vec::new());
        for candidate in candidates {
            let Some(original) = self.original(&candidate.span) else {
                continue;
            };
            if !self.window.own.contains(&original.start) {
                continue;
            }
            let bytes = &self.text()[candidate.span.clone()];
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
            let place = column
                .as_ref()
                .map(|(table, column)| format!("{table}.{column}"));
            let facts = Facts::new(self, candidate, &around, place.as_deref());
            let Some((context, name)) = facts.classify() else {
                continue;
            };
            let Some(kind) = context.kind else {
                harmless.insert(bytes);
                continue;
            };
            if token::is_sample(self.product, bytes) {
                sightings.samples += 1;
                continue;
            }
            let Ok(value) = std::str::from_utf8(bytes) else {
                continue;
            };
            nameless.push((context.weak && !context.explicit).then_some(bytes));
            let own = around.url.as_ref();
            let (own_host, built) =
                own.map_or((None, false), |url| self.own_host(url, &candidate.span));
            sightings.tokens.push(Token {
                secret: Secret::new(value),
                kind,
                minted: candidate.minted,
                proven: candidate.proven,
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
                built,
                setting: self.setting(&candidate.span, &around),
                snippet: self.snippet(&original),
            });
        }
        let mut nameless = nameless.into_iter();
        (sightings.tokens)
            .retain(|_| !(nameless.next().flatten()).is_some_and(|value| harmless.contains(value)));
        if sightings.tokens.is_empty() {
            return sightings;
        }
        self.placed(sightings)
    }

    /// Adds servers and companions, and gives everything its line and column.
    pub fn placed(&self, mut sightings: Sightings) -> Sightings {
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
        let tokens = sightings.tokens.iter();
        let mut near = Near::new(tokens.map(|token| token.setting.position.byte_offset));
        self.each_host(0..self.text().len(), |host| {
            near.show(Server {
                setting: self.setting(&host.span, &host.around),
                url: host.url,
                typed: host.typed,
                tie: host.tie,
                own: host.own,
                keyed: host.keyed,
                other: host.other,
            });
        });
        (sightings.servers, sightings.cut) = near.kept();
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

    /// The server of the URL that a value is part of, and whether its name is put together at run time.
    fn own_host(&self, url: &Range<usize>, value: &Range<usize>) -> (Option<String>, bool) {
        let (rules, text) = (&self.product.file.hosts, self.text());
        let Some(at) = memchr::memmem::find(&text[url.start..value.start], b"://") else {
            return (None, false);
        };
        let form = url.start..url.start + at + 3;
        let place = host::place(rules, text, &self.blocks, &form, &Surroundings::default());
        let base = match host::read(self.product, &self.view, &form, None) {
            Some(Some((base, _))) => base.url,
            read => return (None, read.is_some()),
        };
        let name = base.split_once("://").map_or("", |(_, name)| name);
        let other = place.is_some_and(|place| place.url && !place.server)
            || rules
                .excluded
                .iter()
                .any(|pattern| pattern.is_match(name.as_bytes()));
        ((!other).then_some(base), false)
    }

    /// The lines around a position, as many on each side.
    pub fn lines_around(&self, at: usize, lines: usize) -> &[u8] {
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
