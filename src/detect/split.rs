//! What the keys around a host say of it: its scheme, port and path.

use std::ops::Range;

use super::block::Blocks;
use super::context::{NAME_KEYS, Surroundings, VALUE_KEYS, assignments, snake};
use crate::rule::{Hosts, Pattern};

/// What other keys say of a host: its scheme, port and path.
#[derive(Default)]
pub struct Split {
    pub scheme: Option<String>,
    pub port: Option<u16>,
    pub path: Option<String>,
}

impl Split {
    /// Reads the keys that stand in one block with a host and share its prefix: `MM_URL` and `MM_PORT`.
    pub fn around(
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

/// Whether a value stands behind a colon.
fn is_header(before: &[u8]) -> bool {
    let before = before.strip_suffix(b"\"").unwrap_or(before);
    before.trim_ascii_end().ends_with(b":")
}
