//! The lines of an ignore file, matched as git's `wildmatch` matches them: bytes, not characters.
//!
//! What is kept of a line is little more than its bytes, and what is asked of it costs no more than the length of
//! the path times that of the line, whatever stands in it. Most lines begin with a plain name: of a thousand of
//! them only those are looked at that name what stands in the path.

use std::cmp::Ordering;
use std::collections::HashMap;

/// The most lines that are taken, and the most different classes in them.
const MOST_LINES: usize = 1 << 15;
const MOST_CLASSES: usize = 1 << 12;

/// A piece of a pattern: a byte, or one of these, or from [`CLASS`] on the number of a class.
type Token = u16;
/// `?`: any byte but a slash.
const ANY: Token = 256;
/// `*`: any bytes but slashes.
const STAR: Token = 257;
/// `**` between slashes: any number of folders.
const FOLDERS: Token = 258;
const CLASS: Token = 259;

const SLASH: Token = b'/' as Token;

/// The patterns of one file.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    lines: Vec<Line>,
    tokens: Vec<Token>,
    classes: Vec<Bits>,
    /// Lines whose first component is plain, by that component, then in their order.
    paths: Vec<u32>,
    /// Lines that are a plain name, by that name, then in their order.
    names: Vec<u32>,
    /// All others, in their order.
    others: Vec<u32>,
}

/// One pattern.
#[derive(Clone, Copy, Debug)]
struct Line {
    start: u32,
    end: u32,
    /// It takes back what a line before it has said.
    negated: bool,
    only_dir: bool,
    /// With a slash it is a path from the directory of its file, without one a name at any depth.
    anchored: bool,
}

impl Patterns {
    /// Reads the content of an ignore file. A line that git could match nothing with is left out.
    pub(super) fn compile(content: &[u8]) -> Result<Patterns, &'static str> {
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        let mut patterns = Patterns::default();
        let mut classes = HashMap::new();
        for line in content.split(|&b| b == b'\n') {
            patterns.add(line, &mut classes);
            if patterns.lines.len() > MOST_LINES || classes.len() > MOST_CLASSES {
                return Err("more patterns than are taken from one file");
            }
        }
        patterns.classes = vec![[0; 4]; classes.len()];
        for (bits, number) in classes {
            patterns.classes[usize::from(number)] = bits;
        }
        let number = 0..patterns.lines.len() as u32;
        for (number, line) in number.zip(&patterns.lines) {
            let plain = patterns.key(*line).iter().all(|&token| token < ANY);
            match (plain, line.anchored) {
                (true, true) => patterns.paths.push(number),
                (true, false) => patterns.names.push(number),
                (false, _) => patterns.others.push(number),
            }
        }
        let (mut paths, mut names) = (
            std::mem::take(&mut patterns.paths),
            std::mem::take(&mut patterns.names),
        );
        for list in [&mut paths, &mut names] {
            list.sort_by_key(|&number| patterns.key(patterns.lines[number as usize]));
        }
        (patterns.paths, patterns.names) = (paths, names);
        Ok(patterns)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Whether the last pattern that matches a path, from the directory of the file, leaves it out or takes it in.
    pub(super) fn judge(&self, path: &[u8], is_dir: bool) -> Option<bool> {
        let slash = path.iter().rposition(|&b| b == b'/');
        let name = &path[slash.map_or(0, |at| at + 1)..];
        let first = path.split(|&b| b == b'/').next().unwrap_or(path);
        let matched = |&number: &u32| {
            let line = self.lines[number as usize];
            let text = if line.anchored { path } else { name };
            (is_dir || !line.only_dir) && self.matches(&self.tokens[line.range()], text)
        };
        let mut last: Option<u32> = None;
        for (list, key) in [(&self.paths, first), (&self.names, name)] {
            let same = self.same(list, key);
            last = last.max(same.iter().rev().copied().find(matched));
        }
        let others = self.others.iter().rev();
        let mut later = others.take_while(|&&number| last.is_none_or(|last| number > last));
        let last = later.find(|number| matched(number)).copied().or(last)?;
        Some(!self.lines[last as usize].negated)
    }

    /// The lines of a list whose key is this.
    fn same<'l>(&self, list: &'l [u32], key: &[u8]) -> &'l [u32] {
        let compare = |number: &u32| {
            let tokens = self.key(self.lines[*number as usize]);
            tokens
                .iter()
                .copied()
                .cmp(key.iter().map(|&b| Token::from(b)))
        };
        let from = list.partition_point(|number| compare(number) == Ordering::Less);
        let to = list[from..].partition_point(|number| compare(number) == Ordering::Equal);
        &list[from..from + to]
    }

    /// The first component of a path, or a name.
    fn key(&self, line: Line) -> &[Token] {
        let tokens = &self.tokens[line.range()];
        tokens
            .split(|&token| token == SLASH)
            .next()
            .unwrap_or(tokens)
    }

    /// Adds a line. None if it is no pattern, or one that nothing can match.
    fn add(&mut self, line: &[u8], classes: &mut HashMap<Bits, u16>) -> Option<()> {
        // A pattern is a C string for git.
        let line = line.split(|&b| b == 0).next().unwrap_or(line);
        let line = trim(line.strip_suffix(b"\r").unwrap_or(line));
        if line.starts_with(b"#") {
            return None;
        }
        let (negated, pattern) = match line.strip_prefix(b"!") {
            Some(pattern) => (true, pattern),
            None => (false, line),
        };
        let (only_dir, pattern) = match pattern.strip_suffix(b"/") {
            Some(pattern) => (true, pattern),
            None => (false, pattern),
        };
        let anchored = pattern.contains(&b'/');
        let pattern = pattern.strip_prefix(b"/").unwrap_or(pattern);
        if pattern.is_empty() || pattern.ends_with(b"/") {
            return None;
        }
        let start = self.tokens.len();
        if self.glob(pattern, anchored, classes).is_none() {
            self.tokens.truncate(start);
            return None;
        }
        self.lines.push(Line {
            start: start as u32,
            end: self.tokens.len() as u32,
            negated,
            only_dir,
            anchored,
        });
        Some(())
    }

    fn glob(
        &mut self,
        pattern: &[u8],
        anchored: bool,
        classes: &mut HashMap<Bits, u16>,
    ) -> Option<()> {
        let mut rest = pattern;
        let mut before = b'/';
        while let Some((&byte, after)) = rest.split_first() {
            let start = before;
            before = byte;
            rest = after;
            let token = match byte {
                b'*' => {
                    let stars = rest.iter().take_while(|&&b| b == b'*').count();
                    rest = &rest[stars..];
                    // Two match any number of directories, but only as a whole component of a path.
                    let component = start == b'/' && matches!(rest.first(), None | Some(b'/'));
                    if stars > 0 && component && anchored {
                        FOLDERS
                    } else {
                        STAR
                    }
                }
                b'?' => ANY,
                b'[' => {
                    let (set, after) = class(rest)?;
                    rest = after;
                    let next = u16::try_from(classes.len()).ok()?;
                    CLASS.checked_add(*classes.entry(bits(&set)).or_insert(next))?
                }
                b'\\' => {
                    let (&escaped, after) = rest.split_first()?;
                    rest = after;
                    before = escaped;
                    Token::from(escaped)
                }
                byte => Token::from(byte),
            };
            self.tokens.push(token);
        }
        Some(())
    }

    /// Whether a pattern matches all of a text. Only the last `*` of a component and the last `**` are ever tried
    /// again: what one before it can do, it can do as well.
    fn matches(&self, tokens: &[Token], text: &[u8]) -> bool {
        // Most names have another end.
        if let (Some(&token), Some(&byte)) = (tokens.last(), text.last())
            && token < ANY
            && token != Token::from(byte)
        {
            return false;
        }
        let (mut p, mut t) = (0, 0);
        let (mut star, mut folders) = (None, None);
        loop {
            match tokens.get(p) {
                Some(&STAR) => {
                    p += 1;
                    star = Some((p, t));
                    continue;
                }
                Some(&FOLDERS) if p + 1 == tokens.len() => return t < text.len(),
                Some(&FOLDERS) => {
                    p += 2; // and its slash
                    (star, folders) = (None, Some((p, t)));
                    continue;
                }
                Some(&token) if text.get(t).is_some_and(|&byte| self.fits(token, byte)) => {
                    if token == SLASH {
                        star = None;
                    }
                    (p, t) = (p + 1, t + 1);
                    continue;
                }
                None if t == text.len() => return true,
                _ => {}
            }
            if let Some((from, at)) =
                star.filter(|&(_, at)| text.get(at).is_some_and(|&b| b != b'/'))
            {
                star = Some((from, at + 1));
                (p, t) = (from, at + 1);
                continue;
            }
            let next = folders.and_then(|(from, at)| {
                let slash = text[at..].iter().position(|&b| b == b'/')?;
                Some((from, at + slash + 1))
            });
            let Some(next) = next else {
                return false;
            };
            (star, folders) = (None, Some(next));
            (p, t) = next;
        }
    }

    fn fits(&self, token: Token, byte: u8) -> bool {
        match token {
            ANY => byte != b'/',
            CLASS.. => {
                let bits = self.classes[usize::from(token - CLASS)];
                bits[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
            }
            token => token == Token::from(byte),
        }
    }
}

impl Line {
    fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Without the spaces at its end, unless a backslash keeps them.
fn trim(line: &[u8]) -> &[u8] {
    let mut end = line.len();
    while end > 0 && line[end - 1] == b' ' {
        end -= 1;
    }
    let backslashes = line[..end]
        .iter()
        .rev()
        .take_while(|&&b| b == b'\\')
        .count();
    let kept = usize::from(backslashes % 2 == 1 && end < line.len());
    &line[..end + kept]
}

/// A set of bytes.
type Class = [bool; 256];

/// The same, as it is kept.
type Bits = [u64; 4];

fn bits(set: &Class) -> Bits {
    let mut bits = [0; 4];
    for (byte, _) in set.iter().enumerate().filter(|(_, member)| **member) {
        bits[byte >> 6] |= 1 << (byte & 63);
    }
    bits
}

/// Reads a class after its opening bracket: its members, and what follows it. None if it never ends or
/// names a set that git does not know, so that it matches nothing.
fn class(mut rest: &[u8]) -> Option<(Class, &[u8])> {
    let mut set = [false; 256];
    let inverted = matches!(rest.first(), Some(b'!' | b'^'));
    if inverted {
        rest = &rest[1..];
    }
    let mut from: Option<u8> = None; // where a range could start
    loop {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        from = match (byte, from, rest) {
            (b'-', Some(from), [next, ..]) if *next != b']' => {
                let (to, after) = member(rest)?;
                rest = after;
                if from <= to {
                    set[usize::from(from)..=usize::from(to)].fill(true);
                }
                None
            }
            (b'[', _, [b':', named @ ..]) => {
                let end = named.iter().position(|&b| b == b']')?;
                if let Some(name) = named[..end].strip_suffix(b":") {
                    add_named(&mut set, name)?;
                    rest = &named[end + 1..];
                    None
                } else {
                    set[usize::from(byte)] = true;
                    Some(byte)
                }
            }
            (b'\\', ..) => {
                let (&escaped, after) = rest.split_first()?;
                rest = after;
                set[usize::from(escaped)] = true;
                Some(escaped)
            }
            _ => {
                set[usize::from(byte)] = true;
                Some(byte)
            }
        };
        // A closing bracket in the first place is a member.
        if let Some(after) = rest.strip_prefix(b"]") {
            if inverted {
                set.iter_mut().for_each(|member| *member = !*member);
            }
            set[usize::from(b'/')] = false;
            return Some((set, after));
        }
    }
}

/// The end of a range, which may be escaped.
fn member(rest: &[u8]) -> Option<(u8, &[u8])> {
    match rest {
        [b'\\', byte, after @ ..] | [byte, after @ ..] => Some((*byte, after)),
        [] => None,
    }
}

fn add_named(set: &mut Class, name: &[u8]) -> Option<()> {
    let is_member: fn(u8) -> bool = match name {
        b"alnum" => |b| b.is_ascii_alphanumeric(),
        b"alpha" => |b| b.is_ascii_alphabetic(),
        b"blank" => |b| b == b' ' || b == b'\t',
        b"cntrl" => |b| b.is_ascii_control(),
        b"digit" => |b| b.is_ascii_digit(),
        b"graph" => |b| b.is_ascii_graphic(),
        b"lower" => |b| b.is_ascii_lowercase(),
        b"print" => |b| b == b' ' || b.is_ascii_graphic(),
        b"punct" => |b| b.is_ascii_punctuation(),
        b"space" => |b| b.is_ascii_whitespace(),
        b"upper" => |b| b.is_ascii_uppercase(),
        b"xdigit" => |b| b.is_ascii_hexdigit(),
        _ => return None,
    };
    for byte in 0..=u8::MAX {
        set[usize::from(byte)] |= is_member(byte);
    }
    Some(())
}
