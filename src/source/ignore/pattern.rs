//! From a line of an ignore file to the same pattern in the dialect of the matcher.
//!
//! The matcher's globs differ from git's where it hurts: `{a,b}` is a choice there and four plain
//! characters for git, `[^a]` matches a slash, `[[:digit:]]` is unknown, `[a` is plain text and for git
//! a pattern that matches nothing. Each of these could hide a file that git would show. So every line
//! is read as git's `wildmatch` reads it and written again in the part that both agree on. Where a
//! pattern cannot be written (it is not UTF-8), it becomes one that lets more be read.

/// The line as the matcher takes it. None if it is no pattern, or one that nothing can match.
pub(super) fn translate(line: &[u8]) -> Option<String> {
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
    // With a slash it is a path from the directory of its file, without one a name at any depth.
    let anchored = pattern.contains(&b'/');
    let pattern = pattern.strip_prefix(b"/").unwrap_or(pattern);
    if pattern.is_empty() || pattern.ends_with(b"/") {
        return None;
    }
    let mut out = String::with_capacity(line.len() + 4);
    out.push_str(if negated { "!" } else { "" });
    // Always as a path: a slash in a class would make one of a name for the matcher.
    out.push_str(if anchored { "/" } else { "/**/" });
    glob(pattern, anchored, negated, &mut out)?;
    out.push_str(if only_dir { "/" } else { "" });
    Some(out)
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

fn glob(pattern: &[u8], anchored: bool, negated: bool, out: &mut String) -> Option<()> {
    let mut rest = pattern;
    let mut before = b'/';
    while let Some((&byte, after)) = rest.split_first() {
        let start = before;
        before = byte;
        rest = after;
        match byte {
            b'*' => {
                let stars = rest.iter().take_while(|&&b| b == b'*').count();
                rest = &rest[stars..];
                // Two match any number of directories, but only as a whole component of a path.
                let component = start == b'/' && matches!(rest.first(), None | Some(b'/'));
                out.push_str(if stars > 0 && component && anchored {
                    "**"
                } else {
                    "*"
                });
            }
            b'?' => out.push('?'),
            b'[' => {
                let (set, after) = class(rest)?;
                rest = after;
                write_class(&set, negated, out)?;
            }
            b'\\' => {
                let (&byte, after) = rest.split_first()?;
                rest = after;
                before = byte;
                literal(byte, out);
            }
            byte if byte.is_ascii() => literal(byte, out),
            _ => {
                // As many bytes as make a character.
                let from = &pattern[pattern.len() - rest.len() - 1..];
                let text = from.utf8_chunks().next().map_or("", |chunk| chunk.valid());
                match text.chars().next() {
                    // The matcher would trim white space of any script.
                    Some(character) if !character.is_whitespace() => {
                        out.push(character);
                        rest = &from[character.len_utf8()..];
                    }
                    _ if negated => out.push('?'),
                    _ => return None,
                }
            }
        }
    }
    Some(())
}

/// One plain character. What could mean something is written as a class: a backslash would do for the
/// glob, but the matcher looks at some of them before it parses.
fn literal(byte: u8, out: &mut String) {
    match byte {
        b'*' | b'?' | b'[' | b'{' | b'}' | b'\\' => out.extend(['[', '\0', byte as char, ']']),
        _ if byte.is_ascii_whitespace() => out.extend(['[', '\0', byte as char, ']']),
        _ => out.push(byte as char),
    }
}

/// A set of bytes.
type Class = [bool; 256];

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

/// Writes a class in the matcher's dialect, which has no escapes in it: a closing bracket must come
/// first, a hyphen last, and neither can end a range. NUL, which no path holds, takes the first place
/// so that no member there means an inverted class.
fn write_class(set: &Class, negated: bool, out: &mut String) -> Option<()> {
    // Single bytes above ASCII cannot be written, only none or all of them.
    let high = &set[128..];
    let high = if negated {
        high.contains(&true)
    } else {
        !high.contains(&false)
    };
    let member = |byte: u8| byte != 0 && (set[usize::from(byte)] != high);
    if !high && !(0..128).any(member) {
        return None;
    }
    out.push_str(if high { "[^" } else { "[" });
    out.push(if member(b']') { ']' } else { '\0' });
    let plain = |byte: u8| byte < 128 && byte != b']' && byte != b'-' && member(byte);
    let mut byte = 1;
    while byte < 128 {
        if !plain(byte) {
            byte += 1;
            continue;
        }
        let end = (byte..128).take_while(|&b| plain(b)).last().unwrap_or(byte);
        out.push(byte as char);
        if end > byte {
            out.extend(['-', end as char]);
        }
        byte = end + 1;
    }
    out.push_str(if member(b'-') { "-]" } else { "]" });
    Some(())
}
