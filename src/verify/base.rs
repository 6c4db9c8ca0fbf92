//! A server's base URL, as a live check uses it.
//!
//! The text of a pair is read once, by the parser that also makes the requests: what is judged is what is
//! contacted, however the host was written (`0x7f.1` is `127.0.0.1`).

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

use crate::finding::Untrusted;

/// A base URL of http or https with a host, without a query. It ends without a slash.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Base(Url);

/// What a URL names as its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name<'b> {
    /// An address.
    Address(IpAddr),
    /// A name in lower case, without a dot at its end.
    Domain(&'b str),
}

impl Base {
    /// Reads a base URL.
    pub fn parse(text: &Untrusted) -> Option<Base> {
        Base::read(std::str::from_utf8(text.expose()).ok()?)
    }

    /// Reads a base URL.
    pub fn read(text: &str) -> Option<Base> {
        Base::of(Url::parse(text).ok()?)
    }

    fn of(mut url: Url) -> Option<Base> {
        matches!(url.scheme(), "https" | "http").then_some(())?;
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        // A dot at the end names the same host; certificates and lists of names do not know it.
        let name = url.domain().filter(|name| name.ends_with('.'));
        if let Some(name) = name.map(|name| name.trim_end_matches('.').to_owned()) {
            url.set_host(Some(&name)).ok()?;
        }
        url.host_str().filter(|host| !host.is_empty())?;
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Some(Base(url))
    }

    /// The host.
    pub fn name(&self) -> Name<'_> {
        let host = self.0.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse();
        address.map_or(Name::Domain(host), Name::Address)
    }

    /// The host as URLs write it.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The port, the scheme's own if none is written.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(0)
    }

    /// Whether what is sent can be read on its way.
    pub fn is_cleartext(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// Scheme, host and port: what a user who types a URL allows to be contacted.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// A URL below the base; `path` starts with a slash, and may have a query.
    pub fn url(&self, path: &str) -> Option<Url> {
        let prefix = self.0.path().trim_end_matches('/');
        let url = Url::parse(&format!("{}{prefix}{path}", self.origin())).ok()?;
        // Whatever the path holds, it leads nowhere else.
        (url.origin() == self.0.origin()).then_some(url)
    }

    /// The same server without a sub-path, if there is one.
    pub fn root(&self) -> Option<Base> {
        let has_path = self.0.path() != "/" && !self.0.path().is_empty();
        has_path.then(|| Base::read(&self.origin())).flatten()
    }

    /// The base to which a redirect of `path` leads, if it stays with this very server, over https where http was
    /// written, and ends in the same path.
    pub fn moved(&self, path: &str, location: &str) -> Option<Base> {
        let mut target = self.url(path)?.join(location).ok()?;
        let same_port = target.port().is_none() || target.port() == self.0.port();
        let upgrade = self.is_cleartext() && target.scheme() == "https" && same_port;
        let same_host = target.host_str() == self.0.host_str();
        let same_server = same_host && upgrade || target.origin() == self.0.origin();
        let prefix = target.path().strip_suffix(path)?.to_owned();
        (same_server && target.query().is_none()).then_some(())?;
        target.set_path(&prefix);
        Base::of(target)
    }

    /// As it is shown.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

impl fmt::Debug for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> Base {
        Base::read(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn a_host_is_what_is_contacted() {
        for (text, address) in [
            ("http://0x7f.1", "127.0.0.1"),
            ("http://2130706433", "127.0.0.1"),
            ("http://127.1:8065/", "127.0.0.1"),
            ("http://[::ffff:a9fe:a9fe]/x", "::ffff:169.254.169.254"),
            ("http://１２７.0.0.1", "127.0.0.1"),
        ] {
            let address = Name::Address(address.parse().expect("an address"));
            assert_eq!(base(text).name(), address, "{text}");
        }
        assert_eq!(
            base("https://Chat.Example.ORG./").name(),
            Name::Domain("chat.example.org")
        );
        assert_eq!(
            base("https://bücher.example").host(),
            "xn--bcher-kva.example"
        );
        for none in [
            "ftp://a.example",
            "https://",
            "chat.example.org",
            "file:///etc/passwd",
            "https:// x/",
        ] {
            assert!(Base::read(none).is_none(), "{none}");
        }
    }
}
