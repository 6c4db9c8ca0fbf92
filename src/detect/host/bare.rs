//! Bare names and addresses: hosts without a scheme, where a key or a sentence says "server".

use std::ops::Range;

use super::super::base::{Base, base, is_address};
use super::super::block::Blocks;
use super::super::context::{snake, surroundings};
use super::super::server::{Authority, authority, char_at};
use super::super::split::Split;
use super::{Host, place};
use crate::rule::{Hosts, Product, Via};

/// The server of a bare name or address at `span`, if what is around says that it is one.
pub fn from_bare(
    product: &Product,
    text: &[u8],
    blocks: &Blocks,
    mut span: Range<usize>,
) -> Option<Host> {
    let rules = &product.file.hosts;
    // Cookie jars in Netscape's format, as curl writes them.
    if text[span.clone()].starts_with(b"HttpOnly_") && text[..span.start].ends_with(b"#") {
        span.start += b"HttpOnly_".len();
    }
    // Letters beyond ASCII go on with a name.
    while let Some(c) = char_at(text, span.end).filter(|c| !c.is_ascii() && c.is_alphanumeric()) {
        span.end += c.len_utf8();
        let name = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b':' | b'/');
        span.end += text[span.end..].iter().take_while(name).count();
        if span.len() > 300 {
            return None;
        }
    }
    let written = std::str::from_utf8(&text[span.clone()]).ok()?;
    let before = span
        .start
        .checked_sub(1)
        .map(|i| text[i])
        .filter(|_| !text[..span.start].ends_with(b"#HttpOnly_"));
    // Part of a longer word, a path, an e-mail address, a variable.
    if before.is_some_and(|b| {
        matches!(
            b,
            b'@' | b'/' | b'$' | b'-' | b'_' | b'.' | b'\\' | b'~' | b'#' | b'&' | b'%'
        ) || b.is_ascii_alphanumeric()
            || b >= 0x80 && char_before(text, span.start).is_none_or(char::is_alphanumeric)
    }) && !(before == Some(b'@')
        && text[..span.start - 1]
            .last()
            .is_some_and(|b| !b.is_ascii_alphanumeric()))
    {
        return None;
    }
    let after = text.get(span.end).copied().unwrap_or(b'\n');
    let scp = after == b':' && matches!(text.get(span.end + 1), Some(b'/' | b'~' | b'.'));
    if matches!(
        after,
        b'(' | b'[' | b'@' | b'$' | b'{' | b'_' | b'*' | b'\\' | b'%'
    ) || (after == b'=' && written.contains('.'))
        || scp
    {
        return None;
    }
    // `example.org/annotation: value` is a key.
    if after == b':' && written.contains('/') {
        return None;
    }
    let (name, rest) = written
        .find('/')
        .map_or((written, ""), |i| written.split_at(i));
    let name = name.trim_end_matches('.');
    let plain = name
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(name, |(name, _)| name);
    let has_port = plain.len() < name.len();
    let address = is_address(plain);
    let dotted = plain.contains('.');
    // Cheap tests first: every word of the document comes by here.
    let assigned = matches!(
        text[..span.start].trim_ascii_end().last(),
        Some(b'=' | b':' | b'"' | b'\'' | b'>' | b'`' | b',' | b'(' | b'|')
    ) || before == Some(b' ');
    let single = !dotted && !address && !has_port;
    if single && (!assigned || plain.len() > 40 || !single_label_follows_key(rules, text, &span)) {
        return None;
    }
    let lower = plain.to_lowercase();
    let none = |name: &str| rules.no_names.is_match(name.as_bytes());
    if !address && (none(&lower) || none(&written.to_lowercase())) {
        return None;
    }
    let public = dotted && !address && rules.bare.is_match(lower.as_bytes());
    // A name that speaks for the product is one under any top level; `com.mattermost.app` is a package.
    let labels: Vec<&str> = plain.split('.').collect();
    let reversed = matches!(labels.first(), Some(&("com" | "org" | "net" | "io")));
    let last = labels
        .last()
        .is_some_and(|l| l.len() >= 2 && l.bytes().all(|b| b.is_ascii_alphabetic()));
    let public =
        public || (labels.len() > 2 && last && !reversed && rules.own.is_match(plain.as_bytes()));
    let around = surroundings(text, blocks, &span);
    let first = around.names.first();
    // A word of a sentence makes no host of a name that is none by itself: `ON public.audits`.
    let mut names = around.names.iter().take(3).enumerate();
    let keyed = first.is_some_and(|n| n.via != Via::Word && rules.keys.is_match(n.text.as_bytes()))
        || (address || public || has_port && plain == "localhost")
            && names.any(|(at, n)| match n.via {
                Via::Word => at < 2 && rules.words.is_match(n.text.as_bytes()),
                _ => rules.keys.is_match(n.text.as_bytes()),
            });
    if !keyed {
        let placed =
            || place(rules, text, blocks, &span, &around).is_some_and(|place| place.server);
        // A name that speaks for the product says it by itself.
        let own =
            dotted && rules.own.is_match(plain.as_bytes()) && rules.bare.is_match(lower.as_bytes());
        if single || !(own || rules.own_path.is_match(rest.as_bytes()) || placed()) {
            return None;
        }
    }
    // `url = settings.url`: a variable that is called so, and perhaps a name that anybody can register.
    let quoted = matches!(before, Some(b'"' | b'\'' | b'`'));
    let is_key = |label: &&str| rules.keys.is_match(snake(label.as_bytes()).as_bytes());
    if dotted && !quoted && !has_port && rest.is_empty() && labels.last().is_some_and(is_key) {
        return None;
    }
    let tie = match authority(rules, text, span.start, span.start) {
        Authority::Written(host, tie) if text[host.clone()] == *name.as_bytes() => {
            // `sub + "acme.example"`
            let lead = text[..span.start]
                .strip_suffix(b"\"")
                .or(text[..span.start].strip_suffix(b"'"));
            let operator = lead.is_some_and(|lead| {
                matches!(
                    lead.trim_ascii_end().last(),
                    Some(b'+' | b'&' | b'.' | b'~')
                )
            });
            (!operator).then_some(tie)
        }
        Authority::Written(..) => return None,
        _ => None,
    };
    let split = Split::around(rules, text, blocks, &span, &around);
    let scheme = split.scheme.as_deref().unwrap_or("https");
    let Base { url, typed, .. } = base(product, scheme, name, rest, &split)?;
    Some(Host {
        own: rules.own_path.is_match(rest.as_bytes()),
        span,
        url: tie.map_or(String::new(), |_| url),
        typed,
        tie,
        keyed,
        other: false,
        around,
    })
}

/// The character before a place, if there is one.
fn char_before(text: &[u8], at: usize) -> Option<char> {
    (2..=4).find_map(|length| {
        char_at(text, at.checked_sub(length)?).filter(|c| c.len_utf8() == length)
    })
}

/// Whether a word without a dot stands right behind a key whose values are servers.
fn single_label_follows_key(rules: &Hosts, text: &[u8], span: &Range<usize>) -> bool {
    let lead = &text[span.start.saturating_sub(80)..span.start];
    let quote = lead
        .last()
        .copied()
        .filter(|b| matches!(b, b'"' | b'\'' | b'`'));
    let key = lead[..lead.len() - usize::from(quote.is_some())].trim_ascii_end();
    let ops = key
        .iter()
        .rev()
        .take_while(|b| matches!(b, b'=' | b':' | b'>'))
        .count();
    let key = key[..key.len() - ops].trim_ascii_end();
    let key = &key[..key.len()
        - key
            .iter()
            .rev()
            .take_while(|b| matches!(b, b'"' | b'\'' | b'`' | b']'))
            .count()];
    let start = key
        .iter()
        .rposition(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')))
        .map_or(0, |i| i + 1);
    // Without quotes it could be a variable: then it has to be all that the line says.
    let rest = &text[span.end..text.len().min(span.end + 200)];
    let rest = rest
        .split(|&b| matches!(b, b'\n' | 0))
        .next()
        .unwrap_or_default();
    let alone = || {
        let before = &key[..start];
        let line = before
            .iter()
            .rposition(|&b| matches!(b, b'\n' | 0))
            .map_or(0, |i| i + 1);
        let open = before[line..].trim_ascii();
        (open.is_empty() || open == b"-" || open == b"export" || open == b"set" || open == b"ENV")
            && (rest.trim_ascii().is_empty() || rest.trim_ascii_start().starts_with(b"#"))
    };
    let ends = match quote {
        Some(quote) => rest.first() == Some(&quote),
        None => rest.first() == Some(&b'<') && ops > 0 || alone(),
    };
    ops > 0 && ends && rules.single_keys.is_match(snake(&key[start..]).as_bytes())
}
