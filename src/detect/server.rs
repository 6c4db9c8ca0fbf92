//! A server by grammar: where the authority of a URL stands, and whether what follows ends it.
//!
//! The text is read as it stands. A name that is put together when a program runs is no server's. What an authority
//! comes to is told by `base`.

use std::ops::Range;
use std::sync::LazyLock;

use crate::finding::Tie;
use crate::rule::{Hosts, Pattern};

/// What stands where a server's name belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authority {
    /// Host and port, without userinfo, and how they stand to what follows.
    Written(Range<usize>, Tie),
    /// It is put together at run time, or goes on as no name does.
    Built,
    /// There is none.
    Nothing,
}

/// Longer is no authority.
const LONGEST: usize = 512;

macro_rules! patterns {
    ($($(#[$doc:meta])* $name:ident = $pattern:expr;)*) => {
        $($(#[$doc])* static $name: LazyLock<Pattern> = LazyLock::new(|| Pattern::new($pattern));)*
    };
}

patterns! {
    /// Userinfo, up to the last `@`; it may hold templates.
    USER = r#"(?x)^ (?: [^\s/?\#"'`\\<>(){}\[\]] | \$?\{\{?[^{}\n]*\}\}? | \$?\([^()\n]*\) | <[^<>\n]*> | \[[^\[\]\n]*\] )* @"#;
    /// What is none: a template's end (`chat-@ENV@`).
    MARKED = "@[A-Z_]+@$";
    /// Nor a row of a table, `https://chat.example,ann@example`.
    ROW = r"^[^:@,;|]+\.[^:@,;|]+(?::\d+)?[,;|]";
    /// What ends an authority, with the end of a sentence or emphasis before it.
    ENDS = r"(?x)^ (?: [*!~.:]*_* (?: \z | [\x00-\x20\x7f,;|] | </ | <!-- | <(?i:br|td|th|code|span|b|strong|dd|p|a|pre|em|i|div|li|tt|kbd)[\s/>]
        | \xc2\xa0 | \xe2\x80[\x90-\x95\xa6\xa8\xa9] | \xe3\x80 | \xef\xbc[\x80-\x8f\x9a-\xa0] | \xe2\x86\x92 )
        | [.:]? (?: [/?&] | \#(?:[^{]|\z) )
        | \\+ (?: \z | / | \r?\n\s | [\x00-\x09\x0b\x0c\x0e-\x20] ) | \\\\+ \s )";
    /// The end of a sentence, then a bracket or quote.
    CLOSES = r#"^[*!~.:]*_*(?:\\*["'`]|[)\]}>])"#;
    /// A typographic quote, also in Latin-1 and Windows-1252, and one before.
    QUOTE = r"^[*!~.:]*(?:\xe2\x80[\x98\x99\x9c\x9d\xba]|\xc2\xbb|[\xbb\x92\x94\xa0])";
    QUOTED = r"\xe2\x80[\x98-\x9f\xb9\xba]|\xc2[\xab\xbb]|[\xab\x91\x93][a-z+]*$|\z.";
    /// A link of AsciiDoc: `https://chat.example[Our chat]`.
    LINK = r"^\[[^\]\n]*[A-Z ][^\]\n]*\](?:[^A-Za-z0-9.-]|\z)";
    /// A value, not a word of a command or a sentence, up to its literal.
    VALUE = r#"(?:^|[=(,\[:+.&>-]|return)\s*[A-Za-z@$]{0,2}["']$"#;
    /// Behind a literal: a path; a suffix or attribute; more of a word.
    PATH = r#"^(?:\\+["'])?[/?#]"#;
    SUFFIX = r"^(?:\+\}|-\]|sv?(?:\W|\z)|[A-Za-z][\w-]*=|[\x80-\xff])";
    GLUED = r#"^[A-Za-z0-9_${"'`]"#;
    /// Operators that join strings, anywhere and in a value only, and the dot of PHP.
    PLUS = r"^(?:[ \t]*|[ \t\\]*\r?\n[ \t]+)(?:\+\+?|\.\.)";
    OPERATOR = r"^(?:[ \t]*|[ \t\\]*\r?\n[ \t]+)(?:<<|<>|\|\||&[ \t]|[\^~])";
    DOT = r#"^(?:[ \t]*|[ \t\\]*\r?\n[ \t]+)\.[\s\\]*(?:[$"'(]|[A-Za-z_][\w:]*[(;,)\[-])"#;
    /// A method of a literal or of what a literal was given to.
    METHOD = r"^(?:\)|[\s\\]*\n\s*)?\.\w+\(\s*";
    /// Another literal, which is no URL, setting or key of its own; and a macro of C before one.
    NEXT = r#"(?x)^ (?: [\ \t]+ | [\ \t\\]*\r?\n[\ \t]+ ) [frub@$]? ["'] (?: [^"'=:\n]{0,23} | :\d+[^"'\n]* ) ["'] \s* (?: [^:\s] | \z )"#;
    MACRO = r#"^[ \t]+[A-Z][A-Z0-9_]+[ \t]+""#;
    COMMA = r"^\s*,\s*";
    /// Before a list or the first argument of a call, with the function's name.
    CALL = r#"\w+[\["',\x20.]*[(\[][\[("',\x20]*$"#;
    FORM = r"\([\w-]+\s+$";
    /// Behind a list, what joins it.
    JOIN = r"^[^\]\n]*\]\s*[.-]?\w+";
    /// What is joined: a literal with a path, any literal, a variable.
    PATHS = r#"^[frub@$]?["'`][/?#]"#;
    LITERAL = r#"^[frub@$]?["'`]"#;
    WORD = r"^[\w$.(@:>-]*";
}

/// The authority at `at`, of a URL or a bare name that starts at `start`.
pub fn authority(rules: &Hosts, text: &[u8], start: usize, at: usize) -> Authority {
    let near = |at: usize| &text[at..text.len().min(at + LONGEST)];
    let mut host = at;
    let word = near(at)
        .split(u8::is_ascii_whitespace)
        .next()
        .unwrap_or_default();
    if at > start
        && memchr::memchr(b'@', word).is_some()
        && let Some(user) = USER.find(near(at))
        && !ROW.is_match(&text[at..at + user.end])
    {
        host = at + user.end;
        if MARKED.is_match(&text[at..host]) {
            return Authority::Built;
        }
    }
    let written = host_end(text, host);
    // What ends a sentence ends no name, unless a name goes on with it.
    let end = written
        - text[host..written]
            .iter()
            .rev()
            .take_while(|b| matches!(b, b'.' | b'-' | b':'))
            .count();
    // `"https://" + "chat.example"`
    if end == host
        && at > start
        && PLUS.is_match(near((written + 1).min(text.len())))
        && let Some(next) = near(written)
            .iter()
            .skip(1)
            .position(|b| matches!(b, b'"' | b'\''))
        && next < 20
    {
        return authority(rules, text, written + 2 + next, written + 2 + next);
    }
    let reader = Reader {
        rules,
        text,
        start,
        name: host..end,
        written,
    };
    match reader.follows() {
        // `https://…`, a scheme and no more.
        Some(_) if end == host => Authority::Nothing,
        Some(Tie::Joined) if !(end == written && reader.complete()) => Authority::Built,
        Some(tie) => Authority::Written(host..end, tie),
        None => Authority::Built,
    }
}

/// Where a host and port end that start at `at`: at the first character that no name has.
fn host_end(text: &[u8], at: usize) -> usize {
    let count = |at: usize, inside: fn(&u8) -> bool| {
        text[at..]
            .iter()
            .take(LONGEST)
            .take_while(|b| inside(b))
            .count()
    };
    let mut end = at;
    if text.get(at) == Some(&b'[') {
        let close = at
            + 1
            + count(at + 1, |b| {
                b.is_ascii_hexdigit() || matches!(b, b':' | b'.')
            });
        if text.get(close) != Some(&b']') {
            return at;
        }
        end = close + 1;
    }
    while end < at + LONGEST
        && let Some(c) = char_at(text, end).filter(|c| text[at] != b'[' && is_letter(*c))
    {
        end += c.len_utf8();
    }
    match text.get(end) {
        Some(b':') => end + 1 + count(end + 1, u8::is_ascii_digit),
        _ => end,
    }
}

/// Whether names have a character.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '\u{300}'..='\u{36f}')
}

/// The character at a place, if there is one.
pub fn char_at(text: &[u8], at: usize) -> Option<char> {
    let chunk = text[at..text.len().min(at + 4)].utf8_chunks().next()?;
    chunk.valid().chars().next()
}

/// What stands around a name; each question answers whether a variable is joined, or nothing if the name goes on.
struct Reader<'a> {
    rules: &'a Hosts,
    text: &'a [u8],
    start: usize,
    name: Range<usize>,
    /// Where the name ends with what could end a sentence.
    written: usize,
}

impl Reader<'_> {
    /// Whether a name is one by itself, so that only a path can follow.
    fn complete(&self) -> bool {
        let name = self.text[self.name.clone()].to_ascii_lowercase();
        let digits = name.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        digits > 0 && name[..name.len() - digits].ends_with(b":")
            || name == b"localhost"
            || name.iter().all(|b| b.is_ascii_digit() || *b == b'.')
            || name.starts_with(b"[")
            || self.rules.bare.is_match(&name)
    }

    fn behind(&self, at: usize) -> &[u8] {
        &self.text[at..self.text.len().min(at + 400)]
    }

    /// The line before the URL, or what is near of it.
    fn before(&self) -> &[u8] {
        let lead = &self.text[self.start.saturating_sub(LONGEST)..self.start];
        &lead[memchr::memrchr2(b'\n', 0, lead).map_or(0, |at| at + 1)..]
    }

    fn follows(&self) -> Option<Tie> {
        let last = self.text[..self.written]
            .last()
            .filter(|_| self.written > self.name.end);
        let rest = self.behind(self.written);
        // The marks of a word diff.
        for (close, open) in [(&b"]"[..], &b"[-"[..]), (b"+}", b"{+")] {
            let marked = rest.starts_with(close) && (close == b"+}" || last == Some(&b'-'));
            if marked && memchr::memmem::find(self.before(), open).is_some() {
                return Some(Tie::Own);
            }
        }
        // `chat-`, `:port`
        let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        if last == Some(&b'-') || last == Some(&b':') && rest.first().is_some_and(word) {
            return None;
        }
        // `<text>https://chat.</text>`: a sentence ends with a blank.
        let blank = matches!(rest.first(), None | Some(0..=b' ' | 0x7f.. | b'/' | b'\\'));
        if last.is_some() && !blank && !self.name.is_empty() && !self.complete() {
            return None;
        }
        let rest = self.behind(self.name.end);
        if ENDS.is_match(rest) || LINK.is_match(rest) && self.complete() {
            return Some(Tie::Own);
        }
        if QUOTE.is_match(rest) {
            return (rest[0] == 0xa0 || QUOTED.is_match(self.before())).then_some(Tie::Own);
        }
        let at = self.name.end + CLOSES.find(rest)?.end;
        let (open, close) = match self.text[at - 1] {
            b')' => (b'(', b')'),
            b']' => (b'[', b']'),
            b'}' => (b'{', b'}'),
            b'>' => (b'<', b'>'),
            quote => return self.literal(at, quote),
        };
        let mut depth = 0;
        let lead = &self.text[self.start.saturating_sub(LONGEST)..self.start];
        let opened = lead.iter().rev().any(|&b| {
            depth += i32::from(b == close) - i32::from(b == open);
            depth < 0
        });
        opened.then_some(Tie::Own)
    }

    /// What stands behind the quote that ends a literal.
    fn literal(&self, at: usize, quote: u8) -> Option<Tie> {
        let at = at
            + self
                .behind(at)
                .iter()
                .take(2)
                .take_while(|b| **b == quote)
                .count();
        let (rest, lead) = (self.behind(at), self.before());
        let value = VALUE.is_match(lead);
        if PATH.is_match(rest) || SUFFIX.is_match(rest) {
            return Some(Tie::Own);
        }
        let opened = self.start.checked_sub(1).map(|at| self.text[at]);
        // A command in backquotes that ends is no name that goes on.
        if GLUED.is_match(rest) || quote == b'`' && opened != Some(b'`') && !lead.contains(&b'`') {
            return None;
        }
        let joins = |text: &[u8], found: Option<Range<usize>>| {
            let word = |b: &u8| !(b.is_ascii_alphanumeric() || *b == b'_');
            let found = found.map_or(&b""[..], |found| &text[found]);
            let name = found.split(word).find(|name| !name.is_empty());
            name.is_some_and(|name| self.rules.joins.is_match(name))
        };
        if let Some(found) = METHOD.find(rest) {
            return match joins(rest, Some(found.clone())) {
                true => self.operand(&rest[found.end..]),
                false => self.complete().then_some(Tie::Own),
            };
        }
        let lead = lead.strip_suffix(&[quote]).unwrap_or(lead);
        let another = value && (OPERATOR.is_match(rest) || NEXT.is_match(rest));
        if another
            || PLUS.is_match(rest)
            || DOT.is_match(rest)
            || MACRO.is_match(rest)
            || joins(lead, FORM.find(lead))
        {
            let joint = |b: &&u8| b.is_ascii_whitespace() || b"\\+.<>|&^~".contains(b);
            return self.operand(&rest[rest.iter().take_while(joint).count()..]);
        }
        if let Some(comma) = COMMA.find(rest) {
            let rest = &rest[comma.end..];
            let close = memchr::memchr(b']', rest).map_or(rest.len(), |at| at + 1);
            let list = CALL.find(lead);
            let after = JOIN.find(rest).map(|join| close..join.end);
            if joins(lead, list) || lead.ends_with(b"[") && joins(rest, after) {
                return self.operand(rest);
            }
        }
        Some(Tie::Own)
    }

    /// What is joined to the name.
    fn operand(&self, rest: &[u8]) -> Option<Tie> {
        let word = WORD.find(rest).map_or(0, |word| word.end);
        match () {
            () if PATHS.is_match(rest) => Some(Tie::Own),
            () if LITERAL.is_match(rest) || self.rules.pieces.is_match(&rest[..word]) => None,
            () => Some(Tie::Joined),
        }
    }
}
