//! What a server's name, port and path come to: the base URL.
//!
//! The `url` crate, which also connects, makes it: what is shown, compared and contacted is one value.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::split::Split;
use crate::rule::Product;

/// A base URL, and the whole path that was written behind the host.
#[derive(Default)]
pub struct Base {
    /// As it is shown, compared and contacted.
    pub url: String,
    /// Host and port as typed, where that differs in more than case.
    pub typed: Option<String>,
    /// The path as written.
    pub path: String,
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
