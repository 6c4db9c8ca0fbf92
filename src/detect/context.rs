//! What a value is called: every name that a document gives it, nearest first.
//!
//! Languages differ in how they say "this is the token", and yet are all read by people from the value
//! outwards: an operator and a key before it, the argument before it, the function around it, the header
//! of its column, the words of the sentence, the things that it stands in. This is one reader for all of
//! them; which name means what is said in the rules.

use std::ops::Range;

use crate::rule::Via;

use super::block::Blocks;
use super::table;

/// A name of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// In snake case: `botToken2` is `bot_token2`.
    pub full: String,
    /// The same without trailing digits, as the rules see it: `bot_token`.
    pub text: String,
    /// How it stands to the value.
    pub via: Via,
}

/// The surroundings of a value.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Its names, nearest first.
    pub names: Vec<Name>,
    /// The names of what it stands in, innermost first.
    pub outer: Vec<String>,
    /// Whether the innermost of them is on the same line.
    pub inline: bool,
    /// The URL or path it is part of.
    pub url: Option<Range<usize>>,
    /// Start of the first value in the same brackets, and end of the last.
    pub group: Option<Range<usize>>,
}

impl Surroundings {
    /// In a dump a value's only name is its column, in its table.
    pub fn of_column(table: &str, column: &str) -> Surroundings {
        let name = Name {
            full: column.to_owned(),
            text: column.to_owned(),
            via: Via::Key,
        };
        Surroundings {
            names: vec![name],
            outer: vec![table.to_owned()],
            ..Surroundings::default()
        }
    }

    /// What is a whole document has the name of its file, with and without what stands behind the dot.
    pub fn add_file(&mut self, path: &[u8]) {
        let file = path.rsplit(|&b| b == b'/').next().unwrap_or_default();
        let dot = memchr::memrchr(b'.', file).unwrap_or(file.len());
        for full in [file, &file[..dot]].map(snake_full) {
            let text = stem(&full).to_owned();
            if !text.is_empty() && self.names.iter().all(|name| name.text != text) {
                let via = Via::File;
                self.names.push(Name { full, text, via });
            }
        }
    }
}

/// Writes a name in snake case without trailing digits: `mmKey` is `mm_key`, `X-Api-Token2` is
/// `x_api_token`.
pub fn snake(name: &[u8]) -> String {
    stem(&snake_full(name)).to_owned()
}

/// A name without trailing digits, unless it is nothing else.
fn stem(name: &str) -> &str {
    match name
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .trim_end_matches('_')
    {
        "" => name,
        stem => stem,
    }
}

fn snake_full(name: &[u8]) -> String {
    let name: Vec<char> = String::from_utf8_lossy(name).chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (i, &c) in name.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| name[i]);
        let lower = |i: usize| name.get(i).is_some_and(|c| c.is_lowercase());
        if !c.is_alphanumeric() {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
            continue;
        }
        let after_word = before.is_some_and(|b| b.is_lowercase() || b.is_ascii_digit());
        // `APIToken` is two words, the plural of an acronym (`IDs`) is one.
        let after_acronym = before.is_some_and(char::is_uppercase)
            && lower(i + 1)
            && (name.get(i + 1) != Some(&'s') || lower(i + 2));
        if c.is_uppercase() && (after_word || after_acronym) && !out.ends_with('_') {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out.truncate(out.trim_end_matches('_').len());
    out
}

/// How far before a value names are looked for on its line.
const REACH: usize = 400;
/// Words before a value that may name it.
const WORDS: usize = 9;

/// Reads the surroundings of the value at `span`.
pub fn surroundings(text: &[u8], blocks: &Blocks, span: &Range<usize>) -> Surroundings {
    let mut reader = Reader {
        text,
        blocks,
        found: Surroundings::default(),
        wide: false,
    };
    reader.found.url = url_around(text, span);
    match reader.found.url.clone() {
        Some(url) => reader.query(&url, span),
        None => reader.value(span),
    }
    reader.found
}

/// The word around a value if it is a URL or path that leads up to it: what stands from its start to the
/// value is its meaning.
fn url_around(text: &[u8], span: &Range<usize>) -> Option<Range<usize>> {
    let inside = |b: u8| {
        b.is_ascii_alphanumeric()
            || matches!(
                b,
                b'/' | b':'
                    | b'.'
                    | b'-'
                    | b'_'
                    | b'~'
                    | b'%'
                    | b'?'
                    | b'&'
                    | b'='
                    | b'+'
                    | b'@'
                    | b'#'
                    | b'['
                    | b']'
                    | b'$'
                    | b'{'
                    | b'}'
                    | b'<'
                    | b'>'
                    | b'*'
            )
    };
    let from = span.start.saturating_sub(REACH);
    let start = from
        + text[from..span.start]
            .iter()
            .rposition(|&b| !inside(b))
            .map_or(0, |i| i + 1);
    let mut start = start;
    // `key=https://…` or `key:https://…` or `<tag>https://…`: the URL starts at its scheme.
    let lead = &text[start..span.start];
    if let Some(at) = memchr::memmem::rfind(lead, b"://") {
        let scheme = lead[..at]
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-'))
            .count();
        start += at - scheme;
    } else if let Some(at) = lead.iter().rposition(|&b| matches!(b, b'>' | b'<')) {
        start += at + 1;
    }
    let lead = &text[start..span.start];
    // The element that a URL stands in ends it.
    if memchr::memmem::find(lead, b"</").is_some() {
        return None;
    }
    let scheme = memchr::memmem::find(lead, b"://").is_some();
    // A bare path counts only if the value is one of its segments: `/users/VALUE`, `id/VALUE`.
    let path = lead.last() == Some(&b'/') && lead.len() > 1 && lead != b"//"
        || text.get(span.end) == Some(&b'/') && lead.contains(&b'/');
    let query = lead.contains(&b'?') && lead.last() == Some(&b'=') && lead.contains(&b'/');
    if !(scheme || path || query) {
        return None;
    }
    let end = span.end
        + text[span.end..]
            .iter()
            .take(REACH)
            .take_while(|&&b| inside(b))
            .count();
    Some(start..end)
}

struct Reader<'a> {
    text: &'a [u8],
    blocks: &'a Blocks,
    found: Surroundings,
    /// Whether a key that says nothing by itself (`value`) was met.
    wide: bool,
}

/// Keys that say only "here is a value".
pub const VALUE_KEYS: [&str; 14] = [
    "value",
    "val",
    "default",
    "string",
    "content",
    "data",
    "text",
    "current_value",
    "initial_value",
    "secret_value",
    "default_value",
    "plaintext",
    "v",
    "raw",
];
/// Keys whose value names the thing beside them.
pub const NAME_KEYS: [&str; 13] = [
    "name",
    "key",
    "id",
    "label",
    "display",
    "display_name",
    "title",
    "field",
    "variable",
    "header",
    "k",
    "parameter",
    "property",
];
/// Elements that say only how a value looks.
const MARKUP: [&str; 16] = [
    "td", "th", "code", "span", "b", "strong", "dd", "p", "a", "pre", "em", "i", "div", "li", "tt",
    "kbd",
];
/// Words of programming languages before a name.
const KEYWORDS: [&[u8]; 16] = [
    b"const",
    b"let",
    b"var",
    b"val",
    b"final",
    b"static",
    b"public",
    b"private",
    b"protected",
    b"readonly",
    b"export",
    b"my",
    b"local",
    b"set",
    b"global",
    b"case",
];
/// Types, as in `token: string = "…"`.
const TYPES: [&str; 12] = [
    "str",
    "string",
    "static_str",
    "final",
    "char",
    "text",
    "const",
    "any",
    "bytes",
    "byte",
    "optional_str",
    "static",
];

impl Reader<'_> {
    fn name(&mut self, text: &[u8], via: Via) {
        // A URL is no name.
        if text.starts_with(b"//") || text.len() > 120 {
            return;
        }
        let full = snake_full(text);
        let text = stem(&full).to_owned();
        if !text.is_empty() && !self.found.names.iter().any(|n| n.text == text) {
            if via == Via::Key && VALUE_KEYS.contains(&text.as_str()) {
                self.wide = true;
            }
            self.found.names.push(Name { full, text, via });
        }
    }

    /// Whether a key or flag names the value: then the words before that key speak of other things.
    fn is_named(&self) -> bool {
        let says = |n: &Name| {
            matches!(n.via, Via::Key | Via::Flag) && !VALUE_KEYS.contains(&n.text.as_str())
        };
        self.found.names.iter().any(says)
    }

    /// A value inside a URL has the name of its query parameter, or none.
    fn query(&mut self, url: &Range<usize>, span: &Range<usize>) {
        let lead = &self.text[url.start..span.start];
        if let Some(key) = lead.strip_suffix(b"=") {
            let start = key
                .iter()
                .rposition(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')))
                .map_or(0, |i| i + 1);
            if start > 0 && matches!(key[start - 1], b'?' | b'&' | b'#' | b';') {
                self.name(&key[start..], Via::Key);
            }
        }
        self.outer(span.start);
    }

    fn value(&mut self, span: &Range<usize>) {
        let line = self.blocks.span(self.text, self.blocks.line(span.start));
        let left = self.chain(span.start, line.start, 0);
        if self.wide {
            self.paired_name(span);
        }
        if !self.is_named() {
            self.cell(span);
        }
        if !self.is_named() {
            self.words(left, line.start);
            self.behind(span, line.end);
        }
        self.outer(span.start);
    }

    /// Names by structure, walking left from a value; returns where plain words begin.
    fn chain(&mut self, at: usize, line: usize, depth: usize) -> usize {
        let text = self.text;
        let floor = line.max(at.saturating_sub(REACH));
        let p = self.bare(at, floor);
        let Some(&b) = text[floor..p].last() else {
            return if p == line {
                self.line_above(line, depth)
            } else {
                p
            };
        };
        match b {
            b'=' | b':' | b'>' | b'-' | b'~' => {
                // PHP's `s:5:"token";s:26:"VALUE"` says how long each string is.
                let length = text[floor..p - 1]
                    .iter()
                    .rev()
                    .take_while(|b| b.is_ascii_digit())
                    .count();
                if b == b':' && length > 0 && text[floor..p - 1 - length].ends_with(b";s:") {
                    return self.argument(p - 4 - length, floor);
                }
                let ops = text[floor..p]
                    .iter()
                    .rev()
                    .take_while(|b| {
                        matches!(
                            b,
                            b'=' | b':' | b'>' | b'?' | b'!' | b'+' | b'~' | b'-' | b'|'
                        )
                    })
                    .count();
                let op = &text[p - ops..p];
                if op.contains(&b'=') || op.contains(&b':') || op.ends_with(b"->") {
                    return self.key(p - ops, floor, op, depth);
                }
                if b == b'>' {
                    return self.element(p, floor);
                }
                p
            }
            // Robot Framework and templates: `${NAME}    VALUE`.
            b'}' => {
                let ident = self.identifier(p - 1, floor);
                if text[floor..ident.start].ends_with(b"${") {
                    self.name(&text[ident.clone()], Via::Key);
                }
                ident.start
            }
            b'(' => self.call(p - 1, floor, depth),
            b',' => self.argument(p - 1, floor),
            b'[' | b'{' => {
                let inner = self.bare(p - 1, floor);
                if inner == floor && p - 1 == line {
                    return self.line_above(line, depth);
                }
                if matches!(
                    text[floor..inner].last(),
                    Some(b'=' | b':' | b'>' | b'(' | b',' | b'[' | b'{')
                ) && depth < 6
                {
                    return self.chain(p - 1, line, depth + 1);
                }
                p
            }
            b'|' | b'?' if text[floor..p].ends_with(b"||") || text[floor..p].ends_with(b"??") => {
                p - 2
            }
            _ => p,
        }
    }

    /// Skips what only dresses a value: blanks, quotes and their prefixes, emphasis.
    fn bare(&self, mut p: usize, floor: usize) -> usize {
        let text = self.text;
        while p > floor {
            match text[p - 1] {
                b' ' | b'\t' | b'\r' | b'*' | b'\\' | b'+' => p -= 1,
                b'"' | b'\'' | b'`' | b'<' => {
                    p -= 1;
                    // A string's prefix: b'…', f"…", @"…"
                    let prefix = text[floor..p]
                        .iter()
                        .rev()
                        .take(2)
                        .take_while(|b| {
                            matches!(
                                b,
                                b'b' | b'f'
                                    | b'r'
                                    | b'u'
                                    | b'B'
                                    | b'F'
                                    | b'R'
                                    | b'U'
                                    | b'@'
                                    | b'$'
                                    | b'L'
                            )
                        })
                        .count();
                    let free = |i: usize| {
                        i == floor || !(text[i - 1].is_ascii_alphanumeric() || text[i - 1] == b'_')
                    };
                    if prefix > 0 && free(p - prefix) {
                        p -= prefix;
                    }
                }
                // The last byte of a typographic quote (U+2018..U+201F), of a guillemet or a no-break space; the
                // same in Latin-1 and Windows-1252.
                0x80..=0xbf if p >= floor + 3 && text[p - 3..p - 1] == [0xe2, 0x80] => p -= 3,
                0xab | 0xbb | 0xa0 if p >= floor + 2 && text[p - 2] == 0xc2 => p -= 2,
                0x91..=0x94 | 0xab | 0xbb | 0xa0 if p == floor + 1 || text[p - 2].is_ascii() => {
                    p -= 1
                }
                b'_' if p >= floor + 2 && matches!(text[p - 2], b' ' | b'_') => p -= 1,
                _ => break,
            }
        }
        p
    }

    /// The identifier that ends at `p`, with its dots and indices.
    fn identifier(&self, p: usize, floor: usize) -> Range<usize> {
        let part = |b: u8| {
            b.is_ascii_alphanumeric()
                || matches!(b, b'_' | b'.' | b'-' | b'$' | b'@' | b'/' | b'%' | b'#')
                || b >= 0x80
        };
        let mut start = p;
        loop {
            start = floor
                + self.text[floor..start]
                    .iter()
                    .rposition(|&b| !part(b))
                    .map_or(0, |i| i + 1);
            // `servers[0].url`
            let index = self.text[floor..start]
                .strip_suffix(b"]")
                .filter(|_| start < p);
            let digits = index.map_or(0, |t| {
                t.iter().rev().take_while(|b| b.is_ascii_digit()).count()
            });
            if digits == 0 || !index.is_some_and(|t| t[..t.len() - digits].ends_with(b"[")) {
                return start..p;
            }
            start -= digits + 2;
        }
    }

    /// What an operator assigns to.
    fn key(&mut self, p: usize, floor: usize, op: &[u8], depth: usize) -> usize {
        let text = self.text;
        let mut p = self.bare(p, floor);
        // Headers["X"] = …, $env{X} = …, (X) = …
        while p > floor && matches!(text[p - 1], b']' | b')' | b'}' | b'*' | b'?') {
            let close = text[p - 1];
            let inner = self.bare(p - 1, floor);
            if close == b')' {
                // `Token (bot): …`: the word before the parenthesis names it as well.
                if let Some(open) = memchr::memrchr(b'(', &text[floor..p]) {
                    let before = self.bare(floor + open, floor);
                    let word = self.identifier(before, floor);
                    let inner = self.identifier(inner, floor);
                    self.name(&text[inner.clone()], Via::Key);
                    self.name(&text[word.clone()], Via::Key);
                    return word.start;
                }
            }
            p = inner;
        }
        let ident = self.identifier(p, floor);
        if ident.is_empty() {
            // `"Personal access token": …`, `"X": …` with odd characters: take the quoted text.
            return p;
        }
        let name = &text[ident.clone()];
        // The words of a title: `Personal Access Token: …`, `"Bot token": …`.
        let title = self.title(ident.clone(), floor);
        let quoted = matches!(text.get(p), Some(b'"' | b'\''));
        if title.start < ident.start && (quoted || (op.contains(&b':') && !op.contains(&b'='))) {
            self.name(&text[title.clone()], Via::Key);
        }
        // A type annotation: in `token: SecretStr = …`, `token As String = …`, `token string = …` the name
        // stands before the type.
        let plain = snake(name);
        let is_type = TYPES.contains(&plain.as_str());
        if depth < 4 && op.contains(&b'=') && (is_type || is_camel(name)) {
            let mut before = self.bare(ident.start, floor);
            before -= text[floor..before]
                .iter()
                .rev()
                .take_while(|b| matches!(b, b'&' | b'*' | b'<' | b'[' | b'\''))
                .count();
            before = self.bare(before, floor);
            if is_type && text[floor..before].ends_with(b" As") {
                before = self.bare(before - 3, floor);
            }
            let colon = text[floor..before].last() == Some(&b':') && before < ident.start;
            if colon || (is_type && !self.identifier(before, floor).is_empty()) {
                let op: &[u8] = if colon { b":" } else { b"=" };
                return self.key(before - usize::from(colon), floor, op, depth + 1);
            }
        }
        let via = if name.starts_with(b"-") {
            Via::Flag
        } else {
            Via::Key
        };
        self.name(name, via);
        // `cfg.token`, `spring.notify.mattermost.bot-token`: the last part by itself as well.
        if let Some(dot) = name
            .iter()
            .rposition(|&b| matches!(b, b'.' | b'/'))
            .filter(|_| !name.starts_with(b"//"))
        {
            self.name(&name[dot + 1..], via);
        }
        // An object in a call or another object on this line names it too.
        title.start
    }

    /// The words that make a title with the one at `word`.
    fn title(&self, word: Range<usize>, floor: usize) -> Range<usize> {
        let mut start = word.start;
        for _ in 0..4 {
            let Some(before) = start
                .checked_sub(1)
                .filter(|&b| b > floor && self.text[b] == b' ')
            else {
                break;
            };
            let previous = self.identifier(before, floor);
            let text = &self.text[previous.clone()];
            if text.is_empty()
                || !text.iter().all(|b| {
                    b.is_ascii_alphabetic()
                        || !b.is_ascii()
                        || matches!(b, b'-' | b'/' | b'_' | b'@')
                })
                || text == b"-"
                || KEYWORDS.contains(&text)
            {
                break;
            }
            start = previous.start;
        }
        start..word.end
    }

    /// The function that a value is an argument of, and what its result is assigned to.
    fn call(&mut self, open: usize, floor: usize, depth: usize) -> usize {
        let p = self.bare(open, floor);
        let ident = self.identifier(p, floor);
        if ident.is_empty() {
            return if depth < 6 && p > floor {
                self.chain(open, floor, depth + 1)
            } else {
                p
            };
        }
        let name = &self.text[ident.clone()];
        let last = name
            .iter()
            .rposition(|&b| matches!(b, b'.' | b':'))
            .map_or(0, |i| i + 1);
        self.name(&name[last..], Via::Call);
        // `token = Secret("…")`, `{"token": Some("…")}`
        let before = self.bare(ident.start, floor);
        let word = self.identifier(before, floor);
        let before = if matches!(&self.text[word.clone()], b"new" | b"await" | b"return") {
            self.bare(word.start, floor)
        } else {
            before
        };
        if matches!(
            self.text[floor..before].last(),
            Some(b'=' | b':' | b'(' | b',' | b'>' | b'[' | b'{')
        ) && depth < 6
        {
            return self.chain(before, floor, depth + 1);
        }
        ident.start
    }

    /// The argument, list item or flag before a value, then what the list belongs to.
    fn argument(&mut self, comma: usize, floor: usize) -> usize {
        let text = self.text;
        let p = self.bare(comma, floor);
        let quoted = text[p..comma]
            .iter()
            .any(|b| matches!(b, b'"' | b'\'' | b'`'));
        let ident = self.identifier(p, floor);
        let name = &text[ident.clone()];
        let named = !name.is_empty()
            && name.len() <= 60
            && !name.contains(&b'/')
            && name.iter().any(u8::is_ascii_alphabetic);
        let mut at = p;
        if named && (quoted || name.starts_with(b"-")) {
            // Only the whole string is a name: in `"is ok", "…"` the last word is none.
            let whole = matches!(
                ident.start.checked_sub(1).map(|i| text[i]),
                Some(b'"' | b'\'' | b'`' | b'[' | b'(' | b' ' | b',' | b':' | b'{')
            );
            if whole && !matches!(ident.start.checked_sub(1).map(|i| text[i]), Some(b' ')) {
                self.name(
                    name,
                    if name.starts_with(b"-") {
                        Via::Flag
                    } else {
                        Via::Argument
                    },
                );
            }
            at = ident.start;
        }
        // What the brackets around belong to is named by `outer`.
        at
    }

    /// `<name attribute="…">VALUE`: attributes that name it, then the element.
    fn element(&mut self, close: usize, floor: usize) -> usize {
        let text = self.text;
        let Some(open) = memchr::memrchr(b'<', &text[floor..close - 1]) else {
            return close;
        };
        let open = floor + open;
        let tag = &text[open + 1..close - 1];
        for (key, value) in attributes(tag) {
            if NAME_KEYS.contains(&key.as_str()) {
                self.name(value, Via::Key);
            }
        }
        let end = tag
            .iter()
            .position(|b| b.is_ascii_whitespace())
            .unwrap_or(tag.len());
        let element = &tag[..end];
        if !element.starts_with(b"/") {
            let local = element
                .iter()
                .rposition(|&b| b == b':')
                .map_or(0, |i| i + 1);
            self.name(&element[local..], Via::Key);
        }
        // `<key>token</key><string>VALUE`, `<th>Token</th><td><code>VALUE`: what the element before says.
        let plain = snake(element);
        if VALUE_KEYS.contains(&plain.as_str()) || MARKUP.contains(&plain.as_str()) {
            let from = open.saturating_sub(REACH);
            let mut before = text[from..open].trim_ascii_end();
            while before.ends_with(b">") {
                let Some(tag) = memchr::memrchr(b'<', before) else {
                    break;
                };
                before = before[..tag].trim_ascii_end();
            }
            let start = before
                .iter()
                .rposition(|&b| b == b'>' || b == b'\n')
                .map_or(0, |i| i + 1);
            self.name(&before[start..], Via::Key);
        }
        open
    }

    /// `{"name": "token", "value": "…"}`, `- name: TOKEN` above `value: …`: the name beside the value.
    fn paired_name(&mut self, span: &Range<usize>) {
        let text = self.text;
        let block = self.blocks.object(text, span, b"{<", 8);
        let region = &text[block.clone()];
        let mut best: Option<(usize, &[u8])> = None;
        for (at, key, value) in assignments(region) {
            let key = snake(key);
            let place = block.start + at;
            if NAME_KEYS.contains(&key.as_str()) && !value.is_empty() && value.len() <= 80 {
                // The nearest; a name before the value rather than one behind it.
                let distance = if place < span.start {
                    span.start - place
                } else {
                    (place - span.end) * 2 + 1
                };
                // A plain `id` names nothing if there is a better word.
                let distance = distance + if key == "id" { 10_000 } else { 0 };
                if best.is_none_or(|(d, _)| distance < d) {
                    best = Some((distance, value));
                }
            }
        }
        if let Some((_, value)) = best {
            self.name(value, Via::Key);
        }
    }

    /// The header of the column that a value stands in.
    fn cell(&mut self, span: &Range<usize>) {
        if let Some(header) = table::header(self.text, self.blocks, span) {
            self.name(header, Via::Key);
        }
        if let Some(name) = table::row_name(self.text, self.blocks, span) {
            self.name(name, Via::Key);
        }
    }

    /// Words before a value in its sentence, nearest first.
    fn words(&mut self, left: usize, line: usize) {
        let from = line.max(left.saturating_sub(160));
        let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        let mut end = left;
        let mut count = 0;
        while count < WORDS && end > from {
            let Some(stop) = self.text[from..end].iter().rposition(|&b| word(b)) else {
                break;
            };
            // A sentence, a command or an object ends: what stands before it speaks of something else.
            let gap = &self.text[from + stop + 1..end];
            if gap.iter().any(|b| matches!(b, b';' | b'}' | b'{' | b'\n')) || gap.starts_with(b". ")
            {
                break;
            }
            let start = self.text[from..from + stop]
                .iter()
                .rposition(|&b| !word(b))
                .map_or(from, |i| from + i + 1);
            let text = &self.text[start..from + stop + 1];
            if text.iter().any(u8::is_ascii_alphabetic) {
                let via = if text.starts_with(b"-") && count == 0 {
                    Via::Flag
                } else {
                    Via::Word
                };
                self.name(text, via);
                count += 1;
            }
            end = start;
        }
    }

    /// A remark behind the value: `VALUE  # bot token`, `VALUE (access token)`.
    fn behind(&mut self, span: &Range<usize>, line: usize) {
        let rest = &self.text[span.end..line.min(span.end + 80)];
        let remark = rest.trim_ascii_start();
        let remark = remark
            .strip_prefix(b"\"")
            .or(remark.strip_prefix(b"'"))
            .or(remark.strip_prefix(b"`"))
            .unwrap_or(remark);
        let remark = remark.trim_start_matches_any(b" ,;*)");
        if ![
            &b"#"[..],
            b"//",
            b"(",
            b"<!--",
            b"--",
            b"is ",
            b"- ",
            b"as ",
        ]
        .iter()
        .any(|mark| remark.starts_with(mark))
        {
            return;
        }
        let word = |b: &u8| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        for text in remark
            .split(word)
            .filter(|w| w.iter().any(u8::is_ascii_alphabetic))
            .take(6)
        {
            self.name(text, Via::Word);
        }
    }

    /// The names of the things around a value: brackets on its line, then the lines it is indented under.
    fn outer(&mut self, at: usize) {
        let text = self.text;
        let index = self.blocks.line(at);
        let line = self.blocks.span(text, index);
        let from = line.start.max(at.saturating_sub(4_000));
        let mut depth = 0;
        for i in (from..at).rev() {
            match text[i] {
                b')' | b']' | b'}' => depth += 1,
                b'(' | b'[' | b'{' if depth > 0 => depth -= 1,
                b'(' | b'[' | b'{' => {
                    if self.found.group.is_none() {
                        let mut depth = 0;
                        let close = text[at..].iter().take(2_000).position(|b| match b {
                            b'(' | b'[' | b'{' => {
                                depth += 1;
                                false
                            }
                            b')' | b']' | b'}' if depth > 0 => {
                                depth -= 1;
                                false
                            }
                            b')' | b']' | b'}' => true,
                            _ => false,
                        });
                        self.found.group = Some(i + 1..close.map_or(at, |c| at + c));
                    }
                    let mut p = self.bare(i, from);
                    // `fetch('NAME') { … }`
                    if text[i] == b'{' && text[from..p].ends_with(b")") {
                        p = self.bare(p - 1, from);
                    }
                    while p > from && matches!(text[p - 1], b':' | b'=' | b'>') {
                        p = self.bare(p - 1, from);
                    }
                    let ident = self.identifier(p, from);
                    if !ident.is_empty() {
                        let via = if text[i] == b'(' {
                            Via::Call
                        } else {
                            Via::Outer
                        };
                        let name = snake(&text[ident]);
                        self.found.inline = true;
                        self.found.outer.push(name.clone());
                        self.name(name.as_bytes(), via);
                    }
                    if self.found.outer.len() > 6 {
                        break;
                    }
                }
                _ => {}
            }
        }
        for above in self.blocks.ancestors(index) {
            let l = self.blocks.span(text, above);
            let head = &text[l.start..l.end.min(l.start + 200)];
            // What the line opens is what stands last on it before its bracket or colon.
            let key = head
                .trim_ascii_end()
                .trim_end_matches_any(b"{[(:=>|-, \t\r");
            let start = key
                .iter()
                .rposition(|b| {
                    !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$'))
                })
                .map_or(0, |i| i + 1);
            let key = key.trim_end_matches_any(b"\"'`])}");
            let start = start.min(
                key.iter()
                    .rposition(|b| {
                        !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$'))
                    })
                    .map_or(0, |i| i + 1),
            );
            let name = snake(&key[start.min(key.len())..]);
            let item = head.trim_ascii_start().starts_with(b"- ");
            if !name.is_empty() && !item {
                self.name(name.as_bytes(), Via::Outer);
            }
            // Values are no names: a token beside the key that opens a block must not be read as words.
            let words = snake(head);
            let words: Vec<&str> = words.split('_').filter(|word| word.len() < 20).collect();
            self.found.outer.push(words.join("_"));
        }
    }

    /// A value that opens its line belongs to the line above if that one waits for it.
    fn line_above(&mut self, line: usize, depth: usize) -> usize {
        if line == 0 || depth > 2 {
            return line;
        }
        let index = self.blocks.line(line.saturating_sub(1));
        let above = self.blocks.span(self.text, index);
        let end = above.start + self.text[above.clone()].trim_ascii_end().len();
        // ``` opens a block whose meaning the line before it tells.
        if self.text[above.start..end].trim_ascii().starts_with(b"```") {
            return self.line_above(above.start, depth + 1);
        }
        let whole = &self.text[above.start..end];
        // A string in triple quotes that begins on the next line.
        let triple = whole.strip_suffix(b"\"\"\"").or(whole.strip_suffix(b"'''"));
        let whole = triple.unwrap_or(whole);
        let head = whole
            .strip_suffix(b" `")
            .unwrap_or(whole)
            .trim_end_matches_any(b"|->+12 \t");
        let tag = whole.ends_with(b">") && head.last() != Some(&b':');
        let flag =
            whole.trim_ascii_start().starts_with(b"-") && !whole.trim_ascii().contains(&b' ');
        let waits = matches!(
            head.last(),
            Some(b':' | b'=' | b'(' | b',' | b'\\' | b'[' | b'{')
        ) || whole.ends_with(b" `")
            || tag
            || flag;
        if waits && !head.is_empty() {
            let end = if tag { end } else { above.start + head.len() };
            let left = self.chain(end, above.start, depth + 1);
            if !self.is_named() {
                self.words(left, above.start);
            }
        }
        line
    }
}

/// Whether a name is written as types are: `SecretStr`.
fn is_camel(name: &[u8]) -> bool {
    name[0].is_ascii_uppercase()
        && name.iter().any(u8::is_ascii_lowercase)
        && name.iter().all(u8::is_ascii_alphanumeric)
}

/// `key="value"` pairs of a tag.
fn attributes(tag: &[u8]) -> impl Iterator<Item = (String, &[u8])> {
    assignments(tag).map(|(_, key, value)| (snake(key), value))
}

/// So much of a value is read: on a line of thousands of pairs nothing may end it.
const VALUE: usize = 300;

/// `key = value`, `"key": "value"` and `<key>value<` pairs of a text: where the value starts, the key and the
/// value.
pub fn assignments(text: &[u8]) -> impl Iterator<Item = (usize, &[u8], &[u8])> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + memchr::memchr3(b'=', b':', b'>', &text[from..])?;
            from = at + 1;
            let key = text[..at].trim_end_matches_any(b"\"'` \t");
            let start = key
                .iter()
                .rposition(|b| {
                    !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$'))
                })
                .map_or(0, |i| i + 1);
            if start == key.len() || (text[at] == b'>' && key[..start].last() != Some(&b'<')) {
                continue;
            }
            let lead = text[at + 1..]
                .iter()
                .take_while(|b| matches!(b, b' ' | b'\t' | b'=' | b'>'))
                .count();
            let value = &text[at + 1 + lead..];
            let value = &value[..value.len().min(VALUE)];
            let (skip, end) = match value.first() {
                Some(&q @ (b'"' | b'\'' | b'`')) => (
                    1,
                    value[1..]
                        .iter()
                        .position(|&b| b == q || b == b'\n')
                        .unwrap_or(value.len() - 1),
                ),
                _ => (
                    0,
                    value
                        .iter()
                        .position(|b| matches!(b, b'\n' | b',' | b'}' | b';' | b'<' | b'\r' | 0))
                        .unwrap_or(value.len()),
                ),
            };
            return Some((
                at + 1 + lead + skip,
                &key[start..],
                value[skip..skip + end].trim_ascii(),
            ));
        }
    })
}

/// `trim_matches` for bytes.
trait TrimBytes {
    fn trim_start_matches_any(&self, set: &[u8]) -> &[u8];
    fn trim_end_matches_any(&self, set: &[u8]) -> &[u8];
}

impl TrimBytes for [u8] {
    fn trim_start_matches_any(&self, set: &[u8]) -> &[u8] {
        &self[self.iter().take_while(|b| set.contains(b)).count()..]
    }

    fn trim_end_matches_any(&self, set: &[u8]) -> &[u8] {
        &self[..self.len() - self.iter().rev().take_while(|b| set.contains(b)).count()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let at = text.find("VALUE").expect("VALUE");
        let blocks = Blocks::new(text.as_bytes());
        let found = surroundings(text.as_bytes(), &blocks, &(at..at + 5));
        found.names.into_iter().map(|name| name.text).collect()
    }

    #[test]
    fn names_are_written_one_way() {
        for (written, read) in [
            ("mmKey", "mm_key"),
            ("X-Api-Token2", "x_api_token"),
            ("MATTERMOST_TOKEN_1", "mattermost_token"),
            ("APIToken", "api_token"),
            ("accessTokenID", "access_token_id"),
            ("userIDs", "user_ids"),
            ("MMAUTHTOKEN", "mmauthtoken"),
            ("spring.mattermost.bot-token", "spring_mattermost_bot_token"),
            ("__x__", "x"),
        ] {
            assert_eq!(snake(written.as_bytes()), read);
        }
    }

    #[test]
    fn the_nearest_name_comes_first() {
        for (text, expected) in [
            ("MM_TOKEN=VALUE", "mm_token"),
            ("export MM_TOKEN=\"VALUE\"", "mm_token"),
            ("token: 'VALUE'", "token"),
            ("{\"token\": \"VALUE\"}", "token"),
            ("'token' => 'VALUE',", "token"),
            (":token => 'VALUE'", "token"),
            ("token := \"VALUE\"", "token"),
            ("const token: string = 'VALUE';", "token"),
            ("let token: &'static str = \"VALUE\";", "token"),
            ("static final String TOKEN = \"VALUE\";", "token"),
            ("config[\"token\"] = b'VALUE'", "token"),
            ("$ENV{TOKEN} = 'VALUE'", "token"),
            ("client.setToken('VALUE')", "set_token"),
            ("token = Secret(\"VALUE\")", "secret"),
            ("os.getenv('MM_TOKEN', 'VALUE')", "mm_token"),
            ("args: [\"--token\", \"VALUE\"]", "token"),
            (
                "mmctl auth login https://x --access-token VALUE",
                "access_token",
            ),
            ("setenv MM_TOKEN VALUE", "mm_token"),
            ("<token>VALUE</token>", "token"),
            ("<entry key=\"token\">VALUE</entry>", "token"),
            ("<key>token</key>\n  <string>VALUE</string>", "string"),
            ("Personal Access Token: VALUE", "personal_access_token"),
            ("- **Bot token:** `VALUE`", "bot_token"),
            ("token: >-\n  VALUE", "token"),
            ("curl -H 'Authorization: Bearer VALUE'", "bearer"),
            ("https://x/api?access_token=VALUE&y", "access_token"),
            ("${MM_TOKEN:-VALUE}", "mm_token"),
            ("a,token\nb,VALUE\n", "token"),
            ("| Name | Token |\n|---|---|\n| x | VALUE |\n", "token"),
        ] {
            assert_eq!(
                names(text).first().map(String::as_str),
                Some(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn a_name_beside_a_value_names_it() {
        for text in [
            "{\"name\": \"mm_token\", \"value\": \"VALUE\"}",
            "{\"value\": \"VALUE\", \"name\": \"mm_token\"}",
            "env:\n  - name: MM_TOKEN\n    value: VALUE\n",
            "variable \"mm_token\" {\n  default = \"VALUE\"\n}",
            "<key>mm_token</key>\n  <string>VALUE</string>",
            "mm_token:\n  value: VALUE\n",
            "x(y={\"mm_token\": {\"value\": \"VALUE\"}})",
        ] {
            assert!(
                names(text).contains(&"mm_token".to_owned()),
                "{text}: {:?}",
                names(text)
            );
        }
    }
}
