//! May this server be contacted? Asked before anything is sent, first of its name, then of its addresses.

use std::net::IpAddr;

use ipnet::IpNet;

use super::address::{Class, class, is_metadata};
use super::base::{Base, Name};
use crate::finding::{Unknown, UnknownReason};

/// What the user allows.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Servers on this machine and on private networks.
    pub allow_private: bool,
    /// Secrets in clear over a network.
    pub allow_http: bool,
    /// If there are any, nothing else is contacted.
    pub only: Vec<HostPattern>,
    /// Servers that the user typed: they may be private.
    pub typed: Vec<Base>,
}

impl Policy {
    /// What a name alone tells. A name that passes is looked up, no more.
    pub fn name(&self, base: &Base) -> Result<(), Unknown> {
        let networks = self.only.iter().any(|pattern| pattern.network().is_some());
        let address = match base.name() {
            Name::Address(address) => Some(address),
            Name::Domain(_) => None,
        };
        match address {
            Some(address) => self.addresses(base, &[address]),
            None if is_metadata(base.host()) => {
                let detail = format!(
                    "{} is the name of a metadata service, never contacted",
                    base.host()
                );
                Err(Unknown::untried(UnknownReason::BlockedByPolicy, detail))
            }
            None if !self.only.is_empty() && !networks && !self.names(base) => Err(not_listed()),
            None if base.is_cleartext() && !self.allow_http && !is_localhost(base.host()) => {
                Err(cleartext())
            }
            None => Ok(()),
        }
    }

    /// What the addresses tell that a name has, or that stand in its place.
    pub fn addresses(&self, base: &Base, addresses: &[IpAddr]) -> Result<(), Unknown> {
        let inside = || addresses.iter().all(|address| self.inside(address));
        if !self.only.is_empty() && !self.names(base) && !inside() {
            return Err(not_listed());
        }
        for address in addresses {
            let blocked = match class(*address) {
                Class::Public => None,
                Class::Loopback | Class::Private if self.allow_private || self.is_typed(base) => {
                    None
                }
                Class::Loopback => Some("a loopback address; --allow-private allows it".to_owned()),
                Class::Private => Some("a private address; --allow-private allows it".to_owned()),
                Class::Never(what) => Some(format!("{what}, never contacted")),
            };
            if let Some(why) = blocked {
                let detail = format!("{address} is {why}");
                return Err(Unknown::untried(UnknownReason::BlockedByPolicy, detail));
            }
        }
        let loopback = addresses
            .iter()
            .all(|address| class(*address) == Class::Loopback);
        if base.is_cleartext() && !self.allow_http && !loopback {
            return Err(cleartext());
        }
        Ok(())
    }

    /// Whether a server may be contacted through a proxy, which looks its name up itself: only if the user has
    /// named it.
    pub fn through_proxy(&self, base: &Base) -> Result<(), Unknown> {
        // Whatever the name means here, the proxy would read it.
        if base.is_cleartext() && !self.allow_http {
            return Err(cleartext());
        }
        let listed = match base.name() {
            Name::Address(address) => self.inside(&address),
            Name::Domain(_) => false,
        };
        if listed || self.is_typed(base) || self.names(base) {
            return Ok(());
        }
        let detail = "a proxy is in use, and through it only servers are contacted that --server or \
                      --verify-host names";
        Err(Unknown::untried(UnknownReason::BlockedByPolicy, detail))
    }

    /// Whether a secret may go to a server that its document does not name, or not as a whole: only if the user did, on
    /// the command line. A configuration may come with what is scanned.
    pub fn unwritten(&self, base: &Base, why: &str) -> Result<(), Unknown> {
        if !self.only.is_empty() || self.is_typed(base) {
            return Ok(());
        }
        let detail = format!("{why}; --server or --verify-host allow it");
        Err(Unknown::untried(UnknownReason::BlockedByPolicy, detail))
    }

    /// Whether the user typed this server's URL, or one that leads to it over https.
    pub fn is_typed(&self, base: &Base) -> bool {
        let leads_there = |typed: &Base| {
            let port = base.port() == 443 || base.port() == typed.port();
            typed.is_cleartext() && !base.is_cleartext() && port
        };
        self.typed.iter().any(|typed| {
            typed.host() == base.host() && (typed.origin() == base.origin() || leads_there(typed))
        })
    }

    /// Whether a network of those that may be contacted holds an address.
    fn inside(&self, address: &IpAddr) -> bool {
        let mut networks = self.only.iter().filter_map(HostPattern::network);
        networks.any(|network| network.contains(&address.to_canonical()))
    }

    /// Whether the list of those that may be contacted has this server by name.
    fn names(&self, base: &Base) -> bool {
        self.only.iter().any(|pattern| pattern.names(base))
    }
}

fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

fn not_listed() -> Unknown {
    let detail = "not one of the servers that --verify-host names";
    Unknown::untried(UnknownReason::BlockedByPolicy, detail)
}

fn cleartext() -> Unknown {
    let detail = "plain http would send it in clear; --allow-http allows it";
    Unknown::untried(UnknownReason::CleartextHttp, detail)
}

/// A server or several, as `--verify-host` names them: `chat.example.org`, `*.example.org:8065`, `10.0.0.0/8`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostPattern {
    /// A network, or one address.
    Network(IpNet),
    /// A name in which `*` stands for any characters and `?` for one, and a port if one was given.
    Glob(String, Option<u16>),
}

impl HostPattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<HostPattern, String> {
        let text = text.trim();
        let text = text.split_once("://").map_or(text, |(_, rest)| rest);
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(HostPattern::Network(network.trunc()));
        }
        let text = text.trim_end_matches('/');
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(HostPattern::Network(address.to_canonical().into()));
        }
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) => {
                let port = port.parse().map_err(|_| format!("`{port}` is no port"))?;
                (name, Some(port))
            }
            None => (text, None),
        };
        // As URLs write it: lower case, and letters beyond ASCII in their encoded form.
        let name = match name.is_ascii() {
            true => name.to_ascii_lowercase(),
            false => {
                Base::read(&format!("https://{name}")).map_or_else(String::new, |b| b.host().into())
            }
        };
        let known = |b: u8| b.is_ascii_alphanumeric() || b"-._*?[]:".contains(&b);
        if name.is_empty() || !name.bytes().all(known) {
            return Err("not a host, a pattern with * or a network, as in 10.0.0.0/8".into());
        }
        Ok(HostPattern::Glob(name.trim_end_matches('.').into(), port))
    }

    fn network(&self) -> Option<&IpNet> {
        match self {
            HostPattern::Network(network) => Some(network),
            HostPattern::Glob(..) => None,
        }
    }

    fn names(&self, base: &Base) -> bool {
        match self {
            HostPattern::Network(_) => false,
            HostPattern::Glob(glob, port) => {
                port.is_none_or(|port| port == base.port())
                    && fits(glob.as_bytes(), base.host().as_bytes())
            }
        }
    }
}

/// Whether a name fits a pattern, in time that grows with the product of their lengths at most.
fn fits(glob: &[u8], name: &[u8]) -> bool {
    let (mut g, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match glob.get(g) {
            Some(b'*') => {
                star = Some((g + 1, n));
                g += 1;
            }
            Some(c) if *c == b'?' || *c == name[n] => (g, n) = (g + 1, n + 1),
            _ => match star {
                Some((after, taken)) => {
                    (g, n) = (after, taken + 1);
                    star = Some((after, taken + 1));
                }
                None => return false,
            },
        }
    }
    glob[g..].iter().all(|c| *c == b'*')
}
