//! The servers that a document names: URLs, and bare names where a key or a sentence says "server".
//!
//! A host is written as `scheme://host[:port][/subpath]`, whatever it was found as. What is a template, a
//! placeholder or excluded by the rules is no host.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::finding::Tie;
use crate::rule::{Hosts, Pattern, Place, Product, Via};

use super::block::Blocks;
use super::context::{NAME_KEYS, Surroundings, VALUE_KEYS, assignments, snake, surroundings};
use super::decode::View;
use super::server::{Authority, Base, Split, authority, base, char_at, is_address};

/// A server in a text.
#[derive(Clone, Debug)]
pub struct Host {
    /// Where it stands.
    pub span: Range<usize>,
    /// Its base URL.
    pub url: String,
    /// As it was typed, if its name is in letters beyond ASCII.
    pub typed: Option<String>,
    /// How it is tied to what it stands in; nothing if its name is put together at run time.
    pub tie: Option<Tie>,
    /// Whether a name, its own or its key's, or its path speaks for the product.
    pub own: bool,
    /// Whether a key says that it is a server.
    pub keyed: bool,
    /// Whether it stands for something else.
    pub other: bool,
    /// What it is called.
    pub around: Surroundings,
}

/// What schemes and bare names look like. Bare names are taken with a port, as an address, or with a last label of
/// letters; whether they are hosts is for their surroundings to say.
static FORMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex::bytes::RegexBuilder::new(
        r#"(?x)
        [A-Za-z][A-Za-z0-9+.-]{1,30}://
        | \[[0-9a-fA-F:.]{2,45}\](?::[0-9]{2,5})?(?:/[A-Za-z0-9._~/-]*)?
        | [A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*\.?(?::[0-9]{2,5})?(?:/[A-Za-z0-9._~/-]*)?"#,
    )
    .unicode(false)
    .build()
    .ok()
});

/// Shows every server that begins in a part of a text, in order; `within` begins with a line, since none goes on in
/// the next one.
pub fn find(
    product: &Product,
    view: &View,
    blocks: &Blocks,
    within: Range<usize>,
    mut show: impl FnMut(Host),
) {
    let Some(forms) = FORMS.as_ref() else {
        return;
    };
    let (rules, text) = (&product.file.hosts, &*view.text);
    // Where a word ends is the same for every URL that begins in it.
    let (mut from, mut word) = (within.start, 0);
    while let Some(all) = forms
        .find_at(text, from)
        .filter(|all| all.start() < within.end)
    {
        from = all.end();
        let host = match all.as_bytes().ends_with(b"://") {
            true => {
                if from >= word {
                    word = from + path(&text[from..], WORD);
                }
                let end = word;
                // A URL may hold another one in its query.
                if memchr::memmem::find(&text[from..end], b"://").is_none() {
                    from = end;
                }
                from_url(product, view, blocks, all.range(), end)
            }
            false => from_bare(product, text, blocks, all.range()),
        };
        let Some(mut host) = host else { continue };
        let name = host
            .url
            .split_once("://")
            .map_or("", |(_, name)| name)
            .to_owned();
        if rules
            .excluded
            .iter()
            .any(|pattern| pattern.is_match(name.as_bytes()))
        {
            continue;
        }
        let (authority, sub) = name.split_once('/').unwrap_or((&name, ""));
        let around = &host.around;
        let spoken: Vec<&str> = around
            .names
            .iter()
            .take(3)
            .map(|n| n.text.as_str())
            .collect();
        let says = |pattern: &Pattern, words: &[&str]| {
            words.iter().any(|word| pattern.is_match(word.as_bytes()))
        };
        let own = host.own || says(&rules.own, &spoken) || says(&rules.own, &[authority]);
        let outer: Vec<&str> = around.outer.iter().take(3).map(String::as_str).collect();
        let outer_own = says(&rules.own, &outer);
        let foreign = says(&rules.foreign, &spoken) || (says(&rules.foreign, &outer) && !outer_own);
        let names = around
            .names
            .iter()
            .filter(|n| n.via != Via::Word && !VALUE_KEYS.contains(&n.text.as_str()));
        let other_key = names
            .clone()
            .next()
            .is_some_and(|n| rules.other_keys.is_match(n.text.as_bytes()));
        // Another product's word in the name is overruled by whatever says ours.
        let elsewhere = says(&rules.foreign, &[authority])
            && !(host.own || outer_own || rules.own.is_match(authority.as_bytes()))
            && (sub.contains('/') || !rules.own.is_match(sub.as_bytes()))
            && !rules.own_port.is_match(authority.as_bytes())
            && !names.clone().any(|n| rules.own.is_match(n.text.as_bytes()));
        let place = place(rules, text, blocks, &host.span, around);
        // The nearest name says more than what is around.
        let key = names.clone().next().map_or("", |name| &name.text);
        let their_key = rules.foreign.is_match(key.as_bytes())
            && !rules.own.is_match(key.as_bytes())
            && !(host.own || rules.own.is_match(authority.as_bytes()));
        host.other = match place {
            Some(place) => !place.server,
            None => other_key || elsewhere || their_key || (foreign && !own),
        };
        host.own = own;
        show(host);
    }
}

/// The first row of the rules' places that fits a server.
pub fn place<'r>(
    rules: &'r Hosts,
    text: &[u8],
    blocks: &Blocks,
    span: &Range<usize>,
    around: &Surroundings,
) -> Option<&'r Place> {
    let line = blocks.span(text, blocks.line(span.start));
    let before = &text[line.start.max(span.start.saturating_sub(200))..span.start];
    let after =
        &text[span.end.min(line.end)..line.end.min(span.end + 200).max(span.end.min(line.end))];
    let is =
        |pattern: &Option<Pattern>, text: &[u8]| pattern.as_ref().is_none_or(|p| p.is_match(text));
    let key = around.names.first().map_or("", |name| &name.text);
    rules.places.iter().find(|row| {
        is(&row.key, key.as_bytes())
            && is(&row.before, before)
            && is(&row.after, after)
            && (row.outer.is_none() || is(&row.outer, around.outer.join("\n").as_bytes()))
    })
}

/// So much of a word is read as one URL, and so much of what is behind its host.
const WORD: usize = 4_096;
const BEHIND: usize = 512;

/// How long what stands behind a scheme is, with its path.
fn path(text: &[u8], most: usize) -> usize {
    let ends = |b: &u8| *b <= b' ' || *b >= 0x7f || b"\"'`<>()[]}\\^|,;".contains(b);
    let text = &text[..text.len().min(most)];
    text.iter().position(ends).unwrap_or(text.len())
}

/// The authority of the URL whose scheme stands at `scheme`, in the text as it stands: what is escaped in it was no
/// delimiter to who wrote it. The text that it is read from, and where.
fn authority_at<'v>(rules: &Hosts, view: &'v View, scheme: &Range<usize>) -> (&'v [u8], Authority) {
    let text = &*view.text;
    let decoded = authority(rules, text, scheme.start, scheme.end);
    let raw = view.original(scheme);
    if !view.bytes[raw.start..].starts_with(&text[scheme.clone()]) {
        return (text, decoded);
    }
    let at = raw.start + scheme.len();
    let end = match &decoded {
        Authority::Written(host, _) => host.end + 1,
        _ => scheme.end + 64,
    };
    let seen = &text[scheme.end..end.min(text.len())];
    if view.bytes[at..].starts_with(seen) {
        return (text, decoded);
    }
    // An escape that ends it is none of its inside.
    if let Authority::Written(host, _) = &decoded
        && view.bytes[at..].starts_with(&text[scheme.end..host.end])
        && view.bytes.get(at + host.end - scheme.end) != Some(&b'%')
    {
        return (text, decoded);
    }
    (view.bytes, authority(rules, view.bytes, raw.start, at))
}

/// The server of the URL whose scheme stands at `form`; nothing inside if its name is put together at run time.
pub fn read(
    product: &Product,
    view: &View,
    form: &Range<usize>,
    port: Option<u16>,
) -> Option<Option<(Base, Tie)>> {
    let rules = &product.file.hosts;
    let scheme = std::str::from_utf8(&view.text[form.start..form.end - 3]).ok()?;
    let scheme = rules.schemes.get(&scheme.to_ascii_lowercase())?;
    let (text, name, tie) = match authority_at(rules, view, form) {
        (_, Authority::Nothing) => return None,
        (_, Authority::Built) => return Some(None),
        (text, Authority::Written(name, tie)) => (text, name, tie),
    };
    let behind =
        std::str::from_utf8(&text[name.end..name.end + path(&text[name.end..], BEHIND)]).ok()?;
    let name = std::str::from_utf8(&text[name]).ok()?;
    let split = Split {
        port,
        ..Split::default()
    };
    base(product, scheme, name, behind, &split).map(|base| Some((base, tie)))
}

fn from_url(
    product: &Product,
    view: &View,
    blocks: &Blocks,
    form: Range<usize>,
    end: usize,
) -> Option<Host> {
    let (rules, text) = (&product.file.hosts, &*view.text);
    let mut found = read(product, view, &form, None)?;
    let around = surroundings(text, blocks, &(form.start..form.start + 1));
    let mut names = around.names.iter().take(3);
    let keyed = names.any(|n| n.via != Via::Word && rules.keys.is_match(n.text.as_bytes()));
    // A port of its own key belongs to a URL without one.
    if keyed
        && found
            .as_ref()
            .is_some_and(|(base, _)| base.url.matches(':').count() == 1)
    {
        let port = Split::around(rules, text, blocks, &form, &around).port;
        found = read(product, view, &form, port)?;
    }
    let tie = found.as_ref().map(|(_, tie)| *tie);
    let base = found.map(|(base, _)| base).unwrap_or_default();
    Some(Host {
        own: rules.own_path.is_match(base.path.as_bytes()),
        span: form.start..end.max(form.end),
        url: base.url,
        typed: base.typed,
        tie,
        keyed,
        other: false,
        around,
    })
}

fn from_bare(
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

/// Whether a value stands behind a colon.
fn is_header(before: &[u8]) -> bool {
    let before = before.strip_suffix(b"\"").unwrap_or(before);
    before.trim_ascii_end().ends_with(b":")
}

impl Split {
    /// Reads the keys that stand in one block with a host and share its prefix: `MM_URL` and `MM_PORT`.
    fn around(
        rules: &Hosts,
        text: &[u8],
        blocks: &Blocks,
        span: &Range<usize>,
        around: &Surroundings,
    ) -> Split {
        let mut split = Split::default();
        let Some(name) = around
            .names
            .iter()
            .find(|n| rules.keys.is_match(n.text.as_bytes()))
        else {
            return split;
        };
        let prefix = |name: &str, pattern: &Pattern| {
            pattern
                .find(name.as_bytes())
                .map(|m| name[..m.start].trim_end_matches('_').to_owned())
        };
        let own = prefix(&name.text, &rules.keys).unwrap_or_default();
        let block = blocks.object(text, span, b"({[", 12);
        let mut take = |key: &str, value: &[u8]| {
            let value = value.trim_ascii().to_ascii_lowercase();
            let value = String::from_utf8_lossy(&value);
            let value = value.split_whitespace().next().unwrap_or_default();
            let value = value.trim_matches(['"', '\'', ')', ']', '\\', ',']);
            let fits = |pattern: &Pattern| {
                prefix(key, pattern).is_some_and(|p| p == own || p == name.text)
            };
            let (yes, no) = (
                matches!(value, "true" | "yes" | "on" | "1"),
                matches!(value, "false" | "no" | "off" | "0"),
            );
            let scheme = rules.schemes.get(value.trim_end_matches("://"));
            let link = key.ends_with("url") || key.ends_with("uri");
            let segment =
                key.ends_with("schema") && !matches!(value, "" | "null" | "none" | "public");
            if fits(&rules.port_keys) {
                split.port = split.port.or(value.parse().ok());
            } else if fits(&rules.scheme_keys) && scheme.is_some() {
                split.scheme = split.scheme.take().or(scheme.cloned());
            } else if (fits(&rules.tls_keys) && no) || (fits(&rules.plain_keys) && yes) {
                split.scheme = split.scheme.take().or_else(|| Some("http".to_owned()));
            } else if fits(&rules.path_keys)
                && (segment || value.starts_with('/'))
                && (!link || rules.cut.is_match(value.as_bytes()))
            {
                let path = format!("/{}", value.trim_start_matches('/'));
                split.path = split.path.take().or(Some(path));
            }
        };
        for (_, key, value) in assignments(&text[block]) {
            take(&snake(key), value);
        }
        // Items of their own: `- MM_PORT=8065`, `-e MM_PORT=8065`, `name: MM_PORT` above `value: 8065`.
        let line = blocks.line(span.start);
        let near =
            blocks.span(text, line.saturating_sub(12)).start..blocks.span(text, line + 12).end;
        let within =
            near.start.max(span.start.saturating_sub(1_000))..near.end.min(span.end + 1_000);
        if !own.is_empty() {
            // Those of other services hang under another line.
            let parents = |at: usize| {
                let mut above = blocks.ancestors(blocks.line(at));
                let item = |line: usize| {
                    let line = text[blocks.span(text, line)].trim_ascii_start();
                    line.starts_with(b"-") || line.starts_with(b"{")
                };
                let one = above.next();
                (one, above.next(), one.is_some_and(item))
            };
            let (mut items, mut named, mine) = (Vec::new(), None, parents(span.start));
            for (at, key, value) in assignments(&text[within.clone()]) {
                let key = snake(key);
                let item = match (VALUE_KEYS.contains(&key.as_str()), named.take()) {
                    (true, Some(named)) => named,
                    _ if NAME_KEYS.contains(&key.as_str()) => {
                        named = Some(snake(value));
                        continue;
                    }
                    _ => key,
                };
                if item.starts_with(&own) {
                    items.push((within.start + at, item, value));
                }
            }
            // Another server's parts stand behind its own name.
            let others = items.iter().filter(|(at, item, _)| {
                *item == name.text && !(span.start.saturating_sub(9)..=span.end).contains(at)
            });
            let (before, after): (Vec<usize>, Vec<usize>) =
                others.map(|(at, ..)| *at).partition(|at| *at < span.start);
            items.retain(|(at, ..)| {
                let (one, two, listed) = parents(*at);
                (one == mine.0 || (two == mine.1 && (two.is_some() || listed && mine.2)))
                    && before.iter().all(|other| other < at)
                    && after.iter().all(|other| other > at)
            });
            items.sort_by_key(|(at, ..)| at.abs_diff(span.start));
            items.iter().for_each(|(_, key, value)| take(key, value));
        }
        // Arguments of a call: host, then port.
        let rest = &text[span.end..text.len().min(span.end + 12)];
        if let [b'"' | b'\'', b',', rest @ ..] = rest {
            let digits = rest
                .trim_ascii_start()
                .split(|b| !b.is_ascii_digit())
                .next();
            let port = digits.filter(|digits| digits.len() > 1);
            let port = port.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
            split.port = split.port.or(port);
        }
        if split.scheme.is_none() && rules.plain.is_match(name.text.as_bytes()) {
            split.scheme = Some("http".to_owned());
        }
        // A header of a request: its scheme is what the document says of it.
        if split.scheme.is_none() && name.text == "host" && is_header(&text[..span.start]) {
            let (near, host) = (&text[within], &text[span.clone()]);
            let local = [&b"127."[..], b"localhost", b"[::1]"]
                .iter()
                .any(|name| host.starts_with(name));
            let request = memchr::memmem::find(near, b" HTTP/1").is_some();
            if rules.plain.is_match(near) || request && (local || rules.own_port.is_match(host)) {
                split.scheme = Some("http".to_owned());
            }
        }
        split
    }
}

/// A base URL as `find` writes it.
pub fn base_url(product: &Product, written: &str) -> Option<String> {
    let rules = &product.file.hosts;
    let (scheme, at) = match written.find("://") {
        Some(at) => (
            rules
                .schemes
                .get(&written[..at].to_ascii_lowercase())?
                .as_str(),
            at + 3,
        ),
        None => ("https", 0),
    };
    let text = written.as_bytes();
    let host = match authority(rules, text, 0, at) {
        Authority::Written(host, Tie::Own) => host,
        _ => return None,
    };
    let path = written.get(host.end..)?;
    // Typed by somebody: all of it is the URL.
    if !(path.is_empty() || path.starts_with(['/', '?', '#'])) || path.contains(char::is_whitespace)
    {
        return None;
    }
    base(product, scheme, &written[host], path, &Split::default()).map(|base| base.url)
}
