//! The servers that a document names: URLs, and bare names where a key or a neighbour says "server".
//!
//! A host is written as `scheme://host[:port][/subpath]`, whatever it was found as. What is a template, a
//! placeholder or excluded by the rules is no host.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::rule::{Hosts, Pattern, Product, Via};

use super::block::Blocks;
use super::context::{Surroundings, VALUE_KEYS, assignments, snake, surroundings};

/// A server in a text.
#[derive(Clone, Debug)]
pub struct Host {
    /// Where it stands.
    pub span: Range<usize>,
    /// Its base URL.
    pub url: String,
    /// Whether a name, its own or its key's, or its path speaks for the product.
    pub own: bool,
    /// Whether a key says that it is a server.
    pub keyed: bool,
    /// Whether it stands for something else.
    pub other: bool,
    /// What it is called.
    pub around: Surroundings,
}

/// What URLs and bare names look like. Bare names are taken with a port, as an address, or with a last
/// label of letters; whether they are hosts is for their surroundings to say.
static FORMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex::bytes::RegexBuilder::new(
        r#"(?x)
        [A-Za-z][A-Za-z0-9+.-]{1,30}://(?:[^\s"'`<>()\[\]{}\\^|,;/\x00-\x1f\x80-\xff]*@)?(?:\[[0-9A-Fa-f:.%]{2,60}\])?[^\s"'`<>()\[\]}\\^|,;\x00-\x1f\x80-\xff]*
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
    text: &[u8],
    blocks: &Blocks,
    within: Range<usize>,
    mut show: impl FnMut(Host),
) {
    let Some(forms) = FORMS.as_ref() else {
        return;
    };
    let rules = &product.file.hosts;
    let mut from = within.start;
    while let Some(all) = forms
        .find_at(text, from)
        .filter(|all| all.start() < within.end)
    {
        // No bare name holds a scheme. A URL may hold another one in its query.
        let mut schemes = all.as_bytes().windows(3).enumerate();
        let mut scheme = || schemes.find(|(_, at)| *at == b"://");
        let url = scheme().map(|(at, _)| all.start() + at + 3);
        from = url.filter(|_| scheme().is_some()).unwrap_or(all.end());
        let host = match url {
            Some(_) => from_url(product, text, blocks, all.range()),
            None => from_bare(product, text, blocks, all.range()),
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
        let authority = name.split('/').next().unwrap_or_default();
        let around = &host.around;
        let spoken: Vec<&str> = around
            .names
            .iter()
            .take(3)
            .map(|n| n.text.as_str())
            .chain([authority])
            .collect();
        let says = |pattern: &Pattern, words: &[&str]| {
            words.iter().any(|word| pattern.is_match(word.as_bytes()))
        };
        let named = says(&rules.own, &spoken);
        let own = host.own || named;
        let outer: Vec<&str> = around.outer.iter().take(3).map(String::as_str).collect();
        let foreign = says(&rules.foreign, &spoken)
            || (says(&rules.foreign, &outer) && !says(&rules.own, &outer));
        let names = around
            .names
            .iter()
            .filter(|n| n.via != Via::Word && !VALUE_KEYS.contains(&n.text.as_str()));
        let other_key = names
            .clone()
            .next()
            .is_some_and(|n| rules.other_keys.is_match(n.text.as_bytes()));
        let elsewhere = says(&rules.foreign, &[authority]) && !says(&rules.own, &[authority]);
        host.other = other_key || elsewhere || (foreign && !own);
        host.own = own;
        show(host);
    }
}

fn from_url(product: &Product, text: &[u8], blocks: &Blocks, span: Range<usize>) -> Option<Host> {
    let written = std::str::from_utf8(&text[span.clone()]).ok()?;
    let rules = &product.file.hosts;
    let (base, path) = normalise(product, written, &Split::default())?;
    let around = surroundings(text, blocks, &(span.start..span.start + 1));
    let keyed = around
        .names
        .iter()
        .take(3)
        .any(|n| n.via != Via::Word && rules.keys.is_match(n.text.as_bytes()));
    // A port of its own key belongs to a URL without one.
    let split = if base_has_port(&base) || !keyed {
        Split::default()
    } else {
        Split::around(rules, text, blocks, &span, &around)
    };
    let url = if split.port.is_some() {
        normalise(
            product,
            written,
            &Split {
                scheme: None,
                path: None,
                ..split
            },
        )?
        .0
    } else {
        base
    };
    Some(Host {
        own: rules.own_path.is_match(path.as_bytes()),
        span,
        url,
        keyed,
        other: false,
        around,
    })
}

fn base_has_port(base: &str) -> bool {
    let authority = base
        .split_once("://")
        .map_or(base, |(_, rest)| rest)
        .split('/')
        .next()
        .unwrap_or_default();
    authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.contains(']'))
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
            || b >= 0x80
    }) && !(before == Some(b'@')
        && text[..span.start - 1]
            .last()
            .is_some_and(|b| !b.is_ascii_alphanumeric()))
    {
        return None;
    }
    let after = text.get(span.end).copied().unwrap_or(b'\n');
    if matches!(
        after,
        b'(' | b'[' | b'@' | b'$' | b'{' | b'_' | b'*' | b'\\'
    ) || (after == b'=' && written.contains('.'))
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
    let address = plain.parse::<Ipv4Addr>().is_ok() || plain.starts_with('[');
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
    let public = dotted && !address && rules.bare.is_match(plain.to_ascii_lowercase().as_bytes());
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
    let keyed = first.is_some_and(|n| n.via != Via::Word && rules.keys.is_match(n.text.as_bytes()))
        || (address || public)
            && around
                .names
                .iter()
                .take(3)
                .any(|n| rules.keys.is_match(n.text.as_bytes()));
    let localhost = plain == "localhost";
    if !keyed
        && !(public
            || (address && plain.parse::<Ipv4Addr>().is_ok())
            || (has_port && (localhost || rules.own.is_match(plain.as_bytes()))))
    {
        return None;
    }
    if !keyed && first.is_some_and(|n| rules.other_keys.is_match(n.text.as_bytes())) {
        return None;
    }
    // `url = settings.url`: a variable that is called so, and perhaps a name that anybody can register.
    let quoted = matches!(before, Some(b'"' | b'\'' | b'`'));
    let is_key = |label: &&str| rules.keys.is_match(snake(label.as_bytes()).as_bytes());
    if dotted && !quoted && !has_port && rest.is_empty() && labels.last().is_some_and(is_key) {
        return None;
    }
    let split = Split::around(rules, text, blocks, &span, &around);
    let (url, _) = normalise(product, &format!("{name}{rest}"), &split)?;
    Some(Host {
        own: false,
        span,
        url,
        keyed,
        other: false,
        around,
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

/// What other keys say of a host: its scheme, port and path.
#[derive(Default)]
struct Split {
    scheme: Option<String>,
    port: Option<u16>,
    path: Option<String>,
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
        for (_, key, value) in assignments(&text[block]) {
            let key = snake(key);
            let value = value
                .trim_ascii()
                .strip_suffix(b"\"")
                .unwrap_or(value.trim_ascii())
                .to_ascii_lowercase();
            let value = String::from_utf8_lossy(&value)
                .trim_matches(['"', '\'', ')', ']'])
                .to_owned();
            let fits = |pattern: &Pattern| {
                prefix(&key, pattern).is_some_and(|p| p == own || p == name.text)
            };
            let (yes, no) = (
                matches!(value.as_str(), "true" | "yes" | "on" | "1"),
                matches!(value.as_str(), "false" | "no" | "off" | "0"),
            );
            if fits(&rules.port_keys) {
                split.port = split.port.or(value.parse().ok());
            } else if fits(&rules.scheme_keys) {
                let scheme = value.trim_end_matches("://");
                split.scheme = split.scheme.or_else(|| rules.schemes.get(scheme).cloned());
            } else if (fits(&rules.tls_keys) && no) || (fits(&rules.plain_keys) && yes) {
                split.scheme = split.scheme.or_else(|| Some("http".to_owned()));
            } else if fits(&rules.path_keys) && value.starts_with('/') {
                split.path = split.path.or(Some(value));
            }
        }
        split
    }
}

/// A base URL as `find` writes it, and the whole path that was written behind the host.
pub fn base_url(product: &Product, written: &str) -> Option<String> {
    normalise(product, written, &Split::default()).map(|(base, _)| base)
}

fn normalise(product: &Product, written: &str, split: &Split) -> Option<(String, String)> {
    let rules = &product.file.hosts;
    let (scheme, rest) = match written.split_once("://") {
        Some((scheme, rest)) => (
            rules.schemes.get(&scheme.to_ascii_lowercase())?.as_str(),
            rest,
        ),
        None => (split.scheme.as_deref().unwrap_or("https"), written),
    };
    let end = rest.find(['/', '?', '#', '&']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let (host, port) = match authority
        .strip_prefix('[')
        .and_then(|v6| v6.split_once(']'))
    {
        Some((v6, port)) => {
            let v6: Ipv6Addr = v6.split('%').next()?.parse().ok()?;
            (format!("[{v6}]"), port.strip_prefix(':').unwrap_or(port))
        }
        None => {
            let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
            (
                host.trim_end_matches(['.', '*', '!', '\''])
                    .to_ascii_lowercase(),
                port,
            )
        }
    };
    let digits = port.bytes().take_while(u8::is_ascii_digit).count();
    if digits < port.trim_end_matches(['.', '*', '}', ']', ')']).len() {
        return None; // a template
    }
    let port = if digits > 0 {
        Some(port[..digits].parse::<u16>().ok()?)
    } else {
        split.port
    };
    let label = |l: &str| {
        !l.is_empty()
            && l.len() <= 63
            && l.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if !host.starts_with('[') && (host.len() > 253 || !host.split('.').all(label)) {
        return None;
    }
    // `1.2.3` and `2024` are versions and years.
    if host.bytes().all(|b| b.is_ascii_digit() || b == b'.') && host.parse::<Ipv4Addr>().is_err() {
        return None;
    }
    // A value that could be a secret is no host name.
    let first = host.split('.').next().unwrap_or_default();
    if product.file.secrets.iter().any(|shape| {
        shape
            .pattern
            .find(first.as_bytes())
            .is_some_and(|m| m.len() == first.len())
    }) {
        return None;
    }
    if rules
        .placeholders
        .iter()
        .any(|pattern| pattern.is_match(host.as_bytes()))
    {
        return None;
    }
    let whole = path.to_owned();
    let path = path
        .split(['?', '#', '&', '$', '{', '<', '*', '[', ']', '}', '%', '!'])
        .next()
        .unwrap_or_default();
    let path = if path.is_empty() {
        split.path.as_deref().unwrap_or_default()
    } else {
        path
    };
    let path = rules
        .cut
        .find(path.as_bytes())
        .map_or(path, |cut| &path[..cut.start]);
    // A segment that is a secret or an id is no part of a base URL.
    let mut kept = String::new();
    for segment in path.split('/').filter(|s| !s.is_empty()) {
        let secret = |s: &str| {
            product.file.secrets.iter().any(|shape| {
                shape
                    .pattern
                    .find(s.as_bytes())
                    .is_some_and(|m| m.len() == s.len())
            })
        };
        if secret(segment) {
            break;
        }
        kept.push('/');
        kept.push_str(segment);
    }
    let kept = kept.trim_end_matches(['.', ',', ':', '/']);
    let mut base = format!("{scheme}://{host}");
    if let Some(port) =
        port.filter(|&port| (scheme, port) != ("https", 443) && (scheme, port) != ("http", 80))
    {
        base.push_str(&format!(":{port}"));
    }
    base.push_str(kept);
    Some((base, whole))
}
