//! A server by grammar: where the authority of a URL stands, whether what follows ends it, and what it comes to.
//!
//! The text is read as it stands, and the `url` crate, which also connects, makes one value of it: what is shown,
//! compared and contacted is the same. A name that is put together when a program runs is no server's.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use url::{Host, Url};

use crate::finding::Tie;
use crate::rule::{Hosts, Product};

use super::context::MARKUP;

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
const LONGEST: usize = 1024;

/// The authority at `at`, of a URL or a bare name that starts at `start`.
pub fn authority(rules: &Hosts, text: &[u8], start: usize, at: usize) -> Authority {
    let Some(host) = (if at > start {
        behind_userinfo(text, at)
    } else {
        Some(at)
    }) else {
        return Authority::Built;
    };
    let written = host_end(text, host);
    // What ends a sentence ends no name, unless a name goes on with it.
    let mut end = written;
    while end > host && matches!(text[end - 1], b'.' | b'-' | b':') {
        end -= 1;
    }
    let whole = end == written;
    let reader = Reader {
        rules,
        text,
        start,
        host,
        end,
        whole,
    };
    if end == host
        && let Some(next) = reader.next_literal(written)
    {
        return authority(rules, text, next, next);
    }
    match reader.follows(written) {
        Ending::Built => Authority::Built,
        // `https://…`, a scheme and no more.
        _ if end == host => Authority::Nothing,
        Ending::Joined if !(whole && reader.complete()) => Authority::Built,
        Ending::Joined => Authority::Written(host..end, Tie::Joined),
        Ending::Whole => Authority::Written(host..end, Tie::Own),
    }
}

/// Where the host starts: behind the last `@` of the authority, which may hold templates. Nothing if that is part of a
/// template (`chat-@ENV@`).
fn behind_userinfo(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..text.len().min(at + LONGEST)];
    let mut open = Vec::new();
    let end = rest.iter().position(|&b| match b {
        b'(' | b'[' | b'{' | b'<' => {
            open.push(b);
            false
        }
        b')' | b']' | b'}' | b'>' => open.pop().is_none(),
        b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'\\' => open.is_empty(),
        b => b <= b' ' || b == 0x7f,
    });
    let region = &rest[..end.unwrap_or(rest.len())];
    let Some(last) = memchr::memrchr(b'@', region) else {
        return Some(at);
    };
    let user = &region[..last];
    // `https://chat.example,ann@example`: a row of a table.
    if let Some(cut) = user.iter().position(|b| matches!(b, b',' | b';' | b'|'))
        && user[..cut].contains(&b'.')
        && host_end(user, 0) == cut
    {
        return Some(at);
    }
    let name = |b: &u8| b.is_ascii_uppercase() || *b == b'_';
    let template = memchr::memrchr(b'@', user)
        .is_some_and(|open| open + 1 < last && user[open + 1..].iter().all(name));
    (!template).then_some(at + last + 1)
}

/// Where a host and port end that start at `at`: at the first character that no name has.
fn host_end(text: &[u8], at: usize) -> usize {
    if text.get(at) == Some(&b'[') {
        let inside = |b: &&u8| b.is_ascii_hexdigit() || matches!(b, b':' | b'.');
        let close = at + 1 + text[at + 1..].iter().take(45).take_while(inside).count();
        return match text.get(close) {
            Some(b']') => close + 1 + port(&text[close + 1..]),
            _ => at,
        };
    }
    let mut end = at;
    while let Some(c) = char_at(text, end)
        && end < at + LONGEST
    {
        let name = match c {
            '.' | '-' | '_' => true,
            c if c.is_ascii() => c.is_ascii_alphanumeric(),
            c => c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c),
        };
        if !name {
            break;
        }
        end += c.len_utf8();
    }
    end + port(&text[end..])
}

/// How long a port is, with its colon; a colon without digits is one too.
fn port(text: &[u8]) -> usize {
    match text.first() {
        Some(b':') => 1 + text[1..].iter().take_while(|b| b.is_ascii_digit()).count(),
        _ => 0,
    }
}

/// The character at a place, if there is one.
pub fn char_at(text: &[u8], at: usize) -> Option<char> {
    let chunk = text[at..text.len().min(at + 4)].utf8_chunks().next()?;
    chunk.valid().chars().next()
}

/// How an authority goes on.
#[derive(PartialEq)]
enum Ending {
    /// It does not.
    Whole,
    /// A variable is joined to it.
    Joined,
    /// With more of the name.
    Built,
}

struct Reader<'a> {
    rules: &'a Hosts,
    text: &'a [u8],
    start: usize,
    host: usize,
    end: usize,
    /// Whether nothing stands between the name and what follows.
    whole: bool,
}

impl Reader<'_> {
    /// Whether a name is one by itself, so that only a path can follow.
    fn complete(&self) -> bool {
        let name = &self.text[self.host..self.end];
        let digits = name.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let port = digits > 0 && name[..name.len() - digits].ends_with(b":");
        let name = name.to_ascii_lowercase();
        port || name == b"localhost"
            || name.iter().all(|b| b.is_ascii_digit() || *b == b'.')
            || name.starts_with(b"[")
            || self.rules.bare.is_match(&name)
    }

    fn at(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    /// The line before the URL, or what is near of it.
    fn before(&self) -> &[u8] {
        let lead = &self.text[self.start.saturating_sub(LONGEST)..self.start];
        let line = memchr::memrchr2(b'\n', 0, lead).map_or(0, |at| at + 1);
        &lead[line..]
    }

    /// Where the literal starts that is joined to one of a scheme alone: `"https://" + "chat.example"`.
    fn next_literal(&self, at: usize) -> Option<usize> {
        let quote = |b: &u8| matches!(b, b'"' | b'\'');
        let rest = &self.text[at..self.text.len().min(at + 80)];
        let rest = rest.strip_prefix(&[*rest.first().filter(|b| quote(b))?])?;
        let joint = |b: &&u8| b.is_ascii_whitespace() || matches!(b, b'+' | b'.' | b'&');
        let joint = rest.iter().take_while(joint).count();
        rest.get(joint).filter(|b| joint > 0 && quote(b))?;
        Some(at + 1 + joint + 1)
    }

    /// Whether a bracket stands open before the URL.
    fn open(&self, open: u8, close: u8) -> bool {
        let lead = &self.text[self.start.saturating_sub(LONGEST)..self.start];
        let mut depth = 0;
        lead.iter().rev().any(|&b| {
            depth += i32::from(b == close) - i32::from(b == open);
            depth < 0
        })
    }

    /// What follows the authority, whose last character stands before `at`.
    fn follows(&self, mut at: usize) -> Ending {
        for (close, open) in [(&b"]"[..], &b"[-"[..]), (b"+}", b"{+")] {
            let marked = close == b"+}" || self.text[..at].ends_with(b"-");
            if marked
                && self.text[at..].starts_with(close)
                && memchr::memmem::find(self.before(), open).is_some()
            {
                return Ending::Whole;
            }
        }
        if !self.whole && self.text[..at].ends_with(b"-") {
            return Ending::Built;
        }
        let Some(mut b) = self.at(at) else {
            return Ending::Whole;
        };
        // `:port`, `:$PORT`
        let colon = at > self.end && self.at(at - 1) == Some(b':');
        if colon && (b.is_ascii_alphanumeric() || b == b'_') {
            return Ending::Built;
        }
        // Emphasis and the ends of sentences.
        let mut soft = at > self.end;
        while matches!(b, b'*' | b'!' | b'~' | b'.' | b':') || (b == b'_' && soft) {
            soft = true;
            at += 1;
            match self.at(at) {
                Some(next) => b = next,
                None => return Ending::Whole,
            }
        }
        let opened = self.start.checked_sub(1).and_then(|at| self.at(at));
        // `<text>https://chat.</text>`: a sentence ends with a blank.
        let blank = b <= b' ' || b == 0x7f || b >= 0x80 || matches!(b, b'/' | b'\\');
        if !self.whole && !blank && self.end > self.host && !self.complete() {
            return Ending::Built;
        }
        match b {
            0..=b' ' | 0x7f | b',' | b';' | b'|' => Ending::Whole,
            b'#' if self.at(at + 1) == Some(b'{') => Ending::Built,
            b'/' | b'?' | b'#' | b'&' if !soft || at == self.end + 1 => Ending::Whole,
            // A link of AsciiDoc: `https://chat.example[Our chat]`.
            b'[' if !soft && self.complete() && self.is_label(at) => Ending::Whole,
            b'/' if self.end == self.host => Ending::Whole,
            b'"' | b'\'' => self.literal(at, b),
            b'`' if opened == Some(b'`') || !self.after_dollar_or_word(at) => self.literal(at, b),
            b')' => self.closed(b'(', b')'),
            b']' => self.closed(b'[', b']'),
            b'}' => self.closed(b'{', b'}'),
            b'>' => self.closed(b'<', b'>'),
            b'<' => {
                let tag = &self.text[at + 1..self.text.len().min(at + 12)];
                let name = tag.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
                let name = String::from_utf8_lossy(&tag[..name]).to_ascii_lowercase();
                let markup =
                    tag.starts_with(b"/") || tag.starts_with(b"!--") || opened == Some(b'>');
                match markup || name == "br" || MARKUP.contains(&name.as_str()) {
                    true => Ending::Whole,
                    false => Ending::Built,
                }
            }
            b'\\' => self.backslashes(at),
            // Userinfo, a template, an operator without blanks.
            _ if b.is_ascii() => Ending::Built,
            // The same in Latin-1 and Windows-1252.
            0xa0 if char_at(self.text, at).is_none() => Ending::Whole,
            0xbb | 0x92 | 0x94 if opened.is_some_and(|open| matches!(open, 0xab | 0x91 | 0x93)) => {
                Ending::Whole
            }
            _ => match char_at(self.text, at) {
                Some('”' | '’' | '»' | '›' | '“' | '‘') => {
                    let lead = String::from_utf8_lossy(self.before()).into_owned();
                    let open = lead.rfind(['“', '‘', '«', '‹', '„', '”', '’', '»', '›']);
                    match open.is_some() {
                        true => Ending::Whole,
                        false => Ending::Built,
                    }
                }
                Some(
                    '\u{a0}'
                    | '\u{2010}'..='\u{2015}'
                    | '\u{2026}'
                    | '\u{2028}'
                    | '\u{2029}'
                    | '\u{3000}'..='\u{303f}'
                    | '\u{ff00}'..='\u{ff0f}'
                    | '\u{ff1a}'..='\u{ff20}'
                    | '→',
                ) => Ending::Whole,
                _ => Ending::Built,
            },
        }
    }

    /// Whether brackets hold the words of a link.
    fn is_label(&self, at: usize) -> bool {
        let rest = &self.text[at + 1..self.text.len().min(at + 200)];
        let label = &rest[..memchr::memchr(b']', rest).unwrap_or(0)];
        let words = label.iter().any(|b| b.is_ascii_uppercase() || *b == b' ');
        let next = rest.get(label.len() + 1);
        words && next.is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'.' | b'-'))
    }

    fn closed(&self, open: u8, close: u8) -> Ending {
        match self.open(open, close) {
            true => Ending::Whole,
            false => Ending::Built,
        }
    }

    /// Whether a command in backquotes starts at `at`.
    fn after_dollar_or_word(&self, at: usize) -> bool {
        self.at(at + 1).is_some_and(|b| b.is_ascii_alphanumeric())
    }

    /// Backslashes that escape nothing: of a string in a string, or markup.
    fn backslashes(&self, at: usize) -> Ending {
        let count = self.text[at..].iter().take_while(|b| **b == b'\\').count();
        match self.at(at + count) {
            None | Some(b'/') => Ending::Whole,
            Some(b @ (b'"' | b'\'')) => self.literal(at + count, b),
            // The line goes on at the start of the next one.
            Some(b'\n' | b'\r') if count == 1 => {
                let next = self.text[at + 1..]
                    .iter()
                    .find(|b| !matches!(b, b'\r' | b'\n'));
                match next.is_none_or(u8::is_ascii_whitespace) {
                    true => Ending::Whole,
                    false => Ending::Built,
                }
            }
            Some(b) if b <= b' ' => Ending::Whole,
            _ => Ending::Built,
        }
    }

    /// What stands behind the quote that ends a literal.
    fn literal(&self, at: usize, quote: u8) -> Ending {
        let quotes = self.text[at..]
            .iter()
            .take(3)
            .take_while(|b| **b == quote)
            .count();
        let mut at = at + quotes;
        let skip = |at: usize| at + self.text[at..].iter().take_while(|b| **b == b'\\').count();
        let Some(mut next) = self.at(at) else {
            return Ending::Whole;
        };
        if next == b'\\' && matches!(self.at(skip(at)), Some(b'"' | b'\'')) {
            at = skip(at) + 1;
            next = self.at(at).unwrap_or(b'\n');
        }
        if matches!(next, b'/' | b'?' | b'#') {
            return Ending::Whole;
        }
        // More of a word, as shells join them. C++ and HTML have suffixes and attributes without a blank.
        if next.is_ascii_alphanumeric()
            || matches!(next, b'$' | b'_' | b'{' | b'"' | b'\'' | b'`')
            || next >= 0x80
        {
            let word = self.text[at..]
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
                .count();
            let markup = next >= 0x80
                || self.at(at + word) == Some(b'=')
                || matches!(&self.text[at..at + word], b"s" | b"sv");
            return if word > 0 && markup || next >= 0x80 {
                Ending::Whole
            } else {
                Ending::Built
            };
        }
        let blank = |at: usize| {
            let blank = |b: &&u8| b.is_ascii_whitespace() || **b == b'\\';
            at + self.text[at..].iter().take(400).take_while(blank).count()
        };
        let p = blank(at);
        let rest = &self.text[p..self.text.len().min(p + 400)];
        let newline = self.text[at..p].contains(&b'\n');
        // A value, which an operator may go on with, not a word of a command or a sentence.
        let lead = self.before().trim_ascii_end();
        let direct = lead.ends_with(&[quote]);
        let lead = lead.strip_suffix(&[quote]).unwrap_or(lead);
        let prefix = lead
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_alphabetic())
            .count();
        let lead = match prefix {
            1 | 2 => &lead[..lead.len() - prefix],
            _ => lead,
        };
        let lead = lead.trim_ascii_end();
        let value = direct
            && (matches!(
                lead.last(),
                Some(b'=' | b'(' | b',' | b'[' | b':' | b'+' | b'-' | b'.' | b'&' | b'>')
            ) || lead.is_empty()
                || lead.ends_with(b"return"));
        let operand = |skip: usize| self.operand(blank(p + skip));
        match rest {
            [b'+', b'=', ..] => Ending::Whole,
            [b'+', b'+', ..] if value => operand(2),
            [b'+', ..] if !newline || value => operand(1),
            [b'.', b'.', ..] => operand(2),
            [b'.', next, ..]
                if next.is_ascii_alphabetic() && p == at || newline && rest.starts_with(b".") =>
            {
                self.method(p + 1)
            }
            [b')', b'.', ..] => self.method(p + 2),
            [b'.', ..] if self.is_dot_operator(p) => operand(1),
            [b'&', b'&', ..] | [b'&', b'\n' | b'\r', ..] | [b'&'] => Ending::Whole,
            [b'&', ..] if value => operand(1),
            [b'|', b'|', ..] | [b'<', b'>', ..] if value => operand(2),
            [b'^' | b'~', ..] if value => operand(1),
            [b'%', b' ' | b'(' | b'{' | b'"' | b'[', ..] if value => Ending::Whole,
            [b'"' | b'\'', ..]
                if value && (!newline || self.is_indented(p)) && self.is_adjacent(p) =>
            {
                operand(0)
            }
            [b'f' | b'r' | b'u' | b'b' | b'@' | b'$', b'"' | b'\'', ..]
                if value && (!newline || self.is_indented(p)) =>
            {
                operand(0)
            }
            [b'<', b'<', ..] if value => operand(2),
            [b',', ..] => self.list(lead, blank(p + 1)),
            // `(concat "https://chat" domain)`, `#define URL "https://chat" DOMAIN "/api"`
            [first, ..]
                if !newline && (self.is_form(lead) || self.is_macro(rest)) && *first != b')' =>
            {
                operand(0)
            }
            _ => Ending::Whole,
        }
    }

    /// Whether a literal is an argument of a function that joins, in Lisp.
    fn is_form(&self, lead: &[u8]) -> bool {
        let word = lead
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
            .count();
        let (before, word) = lead.split_at(lead.len() - word);
        before.ends_with(b"(") && self.rules.joins.is_match(word)
    }

    /// Whether a macro stands between two literals, in C.
    fn is_macro(&self, rest: &[u8]) -> bool {
        let word = rest
            .iter()
            .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || **b == b'_')
            .count();
        word > 1 && rest[word..].trim_ascii_start().starts_with(b"\"")
    }

    /// Whether a dot with blanks around it joins strings: `'…' . $x`, `'…' . NAME;`, `'…' . f()`.
    fn is_dot_operator(&self, at: usize) -> bool {
        let rest = self.text[at + 1..].trim_ascii_start();
        let word = rest
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':'))
            .count();
        match rest.first() {
            Some(b'$' | b'"' | b'\'' | b'(') => true,
            Some(_) => {
                word > 0
                    && matches!(
                        rest.get(word),
                        Some(b'(' | b';' | b',' | b')' | b'[' | b'-')
                    )
            }
            None => false,
        }
    }

    fn is_indented(&self, at: usize) -> bool {
        at > 0 && matches!(self.text[at - 1], b' ' | b'\t')
    }

    /// Whether the literal at `at` is no argument of its own: a URL or another secret is one.
    fn is_adjacent(&self, at: usize) -> bool {
        let literal = &self.text[at + 1..self.text.len().min(at + 80)];
        let end = literal
            .iter()
            .position(|b| matches!(b, b'"' | b'\''))
            .unwrap_or(literal.len());
        let is_key = self
            .text
            .get(at + end + 2..)
            .is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"));
        let literal = &literal[..end];
        !is_key && end < 24 && memchr::memmem::find(literal, b"://").is_none()
    }

    /// A method of a literal, whose name starts at `at`.
    fn method(&self, at: usize) -> Ending {
        let name = self.text[at..]
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
            .count();
        let name = &self.text[at..at + name];
        let open = at + name.len();
        if self.at(open) != Some(b'(') || !self.rules.joins.is_match(name) {
            return Ending::Whole;
        }
        let blank = self.text[open + 1..]
            .iter()
            .take_while(|b| b.is_ascii_whitespace())
            .count();
        self.operand(open + 1 + blank)
    }

    /// A literal in a list or call: `concat("https://chat", x)`, `["https://chat", x].join(".")`.
    fn list(&self, lead: &[u8], next: usize) -> Ending {
        let opener = |b: &&u8| matches!(b, b'(' | b'[' | b'"' | b'\'' | b',' | b' ' | b'.');
        let open = lead.iter().rev().take(12).take_while(opener).count();
        let brackets = &lead[lead.len() - open..];
        if !brackets.iter().any(|b| matches!(b, b'(' | b'[')) {
            return Ending::Whole;
        }
        let name = &lead[..lead.len() - open];
        let word = name
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
            .count();
        let called = self.rules.joins.is_match(&name[name.len() - word..]);
        let rest = &self.text[next..self.text.len().min(next + 200)];
        let line = rest.split(|b| *b == b'\n').next().unwrap_or_default();
        let joined = brackets.ends_with(b"[")
            && memchr::memchr(b']', line).is_some_and(|close| {
                let behind = line[close + 1..].trim_ascii_start();
                let behind = behind
                    .strip_prefix(b".")
                    .or(behind.strip_prefix(b"-"))
                    .unwrap_or(behind);
                let word = behind
                    .iter()
                    .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
                    .count();
                self.rules.joins.is_match(&behind[..word])
            });
        match called || joined {
            true => self.operand(next),
            false => Ending::Whole,
        }
    }

    /// What is joined to the name.
    fn operand(&self, at: usize) -> Ending {
        let rest = &self.text[at..self.text.len().min(at + 120)];
        let prefix = match rest {
            [
                b'f' | b'r' | b'u' | b'b' | b'@' | b'$',
                b'"' | b'\'' | b'`',
                ..,
            ] => 1,
            _ => 0,
        };
        if let [b'"' | b'\'' | b'`', first, ..] = &rest[prefix..] {
            return match first {
                b'/' | b'?' | b'#' => Ending::Whole,
                _ => Ending::Built,
            };
        }
        let word = |b: &&u8| {
            b.is_ascii_alphanumeric()
                || matches!(b, b'_' | b'$' | b'.' | b'(' | b'@' | b':' | b'-' | b'>')
        };
        let word = &rest[..rest.iter().take_while(word).count()];
        match self.rules.pieces.is_match(word) {
            true => Ending::Built,
            false => Ending::Joined,
        }
    }
}

/// A base URL, and the whole path that was written behind the host.
pub struct Base {
    /// As it is shown, compared and contacted.
    pub url: String,
    /// Host and port as typed, where that differs in more than case.
    pub typed: Option<String>,
    /// The path as written.
    pub path: String,
}

/// What other keys say of a host: its scheme, port and path.
#[derive(Default)]
pub struct Split {
    pub scheme: Option<String>,
    pub port: Option<u16>,
    pub path: Option<String>,
}

/// Makes a base URL of an authority and what stands behind it.
pub fn base(
    product: &Product,
    scheme: &str,
    authority: &str,
    path: &str,
    split: &Split,
) -> Option<Base> {
    let rules = &product.file.hosts;
    let port = authority
        .rfind(':')
        .filter(|at| !authority[*at..].contains(']'));
    let (name, port) = authority.split_at(port.unwrap_or(authority.len()));
    let port = match port.strip_prefix(':') {
        Some("") | None => split.port,
        Some(port) => Some(port.parse::<u16>().ok()?),
    };
    let name = name.trim_end_matches('.');
    if !name.starts_with('[') && !is_name(name) {
        return None;
    }
    let lower = name.to_lowercase();
    // A value that could be a secret is no host name.
    let secret = |s: &str| {
        let mut shapes = product.file.secrets.iter();
        shapes.any(|shape| {
            shape
                .pattern
                .find(s.as_bytes())
                .is_some_and(|m| m.len() == s.len())
        })
    };
    if lower.split('.').any(secret)
        || rules
            .placeholders
            .iter()
            .any(|p| p.is_match(lower.as_bytes()))
    {
        return None;
    }
    let path = match path.starts_with(['/', '?', '#', '&']) {
        true => path,
        false => "",
    };
    let whole = path.to_owned();
    let path = path
        .split(['?', '#', '&', '$', '{', '<', '*', '[', ']', '}', '%', '!'])
        .next()
        .unwrap_or_default();
    let path = match path {
        "" => split.path.as_deref().unwrap_or_default(),
        path => path,
    };
    let cut = rules.cut.find(path.as_bytes());
    let path = cut.map_or(path, |cut| &path[..cut.start]);
    // A segment that is a secret or an id is no part of a base URL.
    let bare = |s: &str| {
        !s.contains("..") && !secret(s.split([':', '.', ',', ';']).next().unwrap_or_default())
    };
    let segments = path
        .split('/')
        .filter(|s| !s.is_empty())
        .take_while(|s| bare(s));
    let kept: String = segments.flat_map(|segment| ["/", segment]).collect();
    let kept = kept.trim_end_matches(['.', ',', ':', '/', '\'', ';']);
    let port = port.map_or(String::new(), |port| format!(":{port}"));
    let url = Url::parse(&format!("{scheme}://{name}{port}{kept}")).ok()?;
    let typed = match url.host()? {
        Host::Domain(ascii) if !is_name(ascii) => return None,
        Host::Domain(ascii) => (ascii != lower).then(|| format!("{scheme}://{name}{port}{kept}")),
        _ => None,
    };
    let url = url.as_str().trim_end_matches('/').to_owned();
    Some(Base {
        url,
        typed,
        path: whole,
    })
}

/// Whether a host's labels are valid.
fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        let odd = |c: char| {
            !(c.is_alphanumeric() || c == '-' || c == '_' || ('\u{300}'..='\u{36f}').contains(&c))
        };
        !label.is_empty()
            && label.len() <= 63
            && !label.contains(odd)
            && !label.starts_with(['-', '_'])
            && !label.ends_with(['-', '_'])
    };
    // `1.2.3` and `2024` are versions and years.
    let number = name.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    // A top level is of one script: with another behind it, the text goes on.
    let last = name.rsplit('.').next().unwrap_or_default();
    let one = last.is_ascii() || last.chars().all(|c| !c.is_ascii());
    name.len() <= 253
        && name.split('.').all(label)
        && one
        && (!number || name.parse::<Ipv4Addr>().is_ok())
}

/// An address without a name.
pub fn is_address(name: &str) -> bool {
    let v6 = name.strip_prefix('[').and_then(|v6| v6.strip_suffix(']'));
    name.parse::<Ipv4Addr>().is_ok() || v6.is_some_and(|v6| v6.parse::<Ipv6Addr>().is_ok())
}
