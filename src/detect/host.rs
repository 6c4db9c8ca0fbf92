//! The servers that a document names: URLs, and bare names where a key or a sentence says "server".
//!
//! A host is written as `scheme://host[:port][/subpath]`, whatever it was found as. What is a template, a
//! placeholder or excluded by the rules is no host.

mod bare;

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::finding::Tie;
use crate::rule::{Hosts, Pattern, Place, Product, Via};

use super::base::{Base, base};
use super::block::Blocks;
use super::context::{Surroundings, VALUE_KEYS, surroundings};
use super::decode::View;
use super::server::{Authority, authority};
use super::split::Split;
use bare::from_bare;

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
