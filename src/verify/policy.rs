//! May this server be contacted? Asked before anything is sent, first of its name, then of its addresses.

use std::net::IpAddr;

use ipnet::IpNet;

use super::address::{Class, class};
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

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> Base {
        Base::read(text).expect("a base URL")
    }

    fn reason(verdict: Result<(), Unknown>) -> Option<UnknownReason> {
        verdict.err().map(|unknown| unknown.reason)
    }

    fn only(patterns: &[&str]) -> Policy {
        let only = patterns
            .iter()
            .map(|text| HostPattern::parse(text).expect("a pattern"));
        Policy {
            only: only.collect(),
            ..Policy::default()
        }
    }

    #[test]
    fn private_needs_a_flag_or_a_typed_host() {
        let host = base("https://10.1.2.3");
        let mut policy = Policy::default();
        assert_eq!(
            reason(policy.name(&host)),
            Some(UnknownReason::BlockedByPolicy)
        );
        policy.typed = vec![base("https://10.1.2.3/mattermost")];
        assert_eq!(reason(policy.name(&host)), None);
        assert_eq!(
            reason(policy.name(&base("https://10.1.2.3:8443"))),
            Some(UnknownReason::BlockedByPolicy)
        );
        // One that wants https is asked again over https.
        policy.typed = vec![base("http://10.1.2.3:8065")];
        assert_eq!(reason(policy.name(&host)), None);
        policy.allow_private = true;
        assert_eq!(reason(policy.name(&base("https://10.9.9.9"))), None);
        for never in [
            "https://169.254.169.254",
            "https://[::ffff:169.254.169.254]",
            "https://[fd00:ec2::254]",
        ] {
            policy.typed.push(base(never));
            assert_eq!(
                reason(policy.name(&base(never))),
                Some(UnknownReason::BlockedByPolicy)
            );
        }
    }

    #[test]
    fn every_address_of_a_name_is_judged() {
        let policy = Policy::default();
        let host = base("https://chat.example.org");
        let addresses = |list: &[&str]| -> Vec<IpAddr> {
            list.iter()
                .map(|a| a.parse().expect("an address"))
                .collect()
        };
        assert_eq!(
            reason(policy.addresses(&host, &addresses(&["8.8.8.8", "2606::1"]))),
            None
        );
        let mixed = addresses(&["8.8.8.8", "127.0.0.1"]);
        assert_eq!(
            reason(policy.addresses(&host, &mixed)),
            Some(UnknownReason::BlockedByPolicy)
        );
    }

    #[test]
    fn plain_http_is_for_loopback() {
        let mut policy = Policy {
            allow_private: true,
            ..Policy::default()
        };
        for (text, wanted) in [
            ("http://127.0.0.1:8065", None),
            ("http://localhost", None),
            (
                "http://chat.example.org",
                Some(UnknownReason::CleartextHttp),
            ),
            ("http://10.0.0.1", Some(UnknownReason::CleartextHttp)),
        ] {
            assert_eq!(reason(policy.name(&base(text))), wanted, "{text}");
        }
        let elsewhere = "10.0.0.1".parse().expect("an address");
        let local = base("http://localhost");
        assert_eq!(
            reason(policy.addresses(&local, &[elsewhere])),
            Some(UnknownReason::CleartextHttp)
        );
        policy.allow_http = true;
        assert_eq!(reason(policy.name(&base("http://chat.example.org"))), None);
    }

    #[test]
    fn a_list_excludes_all_others() {
        let policy = only(&["chat.corp.example", "*.mm.example:8065", "93.184.0.0/16"]);
        for (text, wanted) in [
            ("https://chat.corp.example", None),
            ("https://CHAT.corp.example:444", None),
            ("https://a.b.mm.example:8065", None),
            ("https://93.184.1.1", None),
            ("https://93.185.1.1", Some(UnknownReason::BlockedByPolicy)),
        ] {
            assert_eq!(reason(policy.name(&base(text))), wanted, "{text}");
        }
        // With a network on the list the addresses of a name decide.
        let other = base("https://other.example");
        let inside = "93.184.9.9".parse().expect("an address");
        let outside = "8.8.8.8".parse().expect("an address");
        assert_eq!(reason(policy.addresses(&other, &[inside])), None);
        assert_eq!(
            reason(policy.addresses(&other, &[inside, outside])),
            Some(UnknownReason::BlockedByPolicy)
        );
        let names = only(&["chat.corp.example"]);
        assert_eq!(
            reason(names.name(&other)),
            Some(UnknownReason::BlockedByPolicy)
        );
        // What was typed is not excepted: nothing else is contacted.
        let typed = Policy {
            typed: vec![other.clone()],
            ..names
        };
        assert_eq!(
            reason(typed.name(&other)),
            Some(UnknownReason::BlockedByPolicy)
        );
    }

    #[test]
    fn through_a_proxy_only_named_servers() {
        let policy = only(&["*.corp.example"]);
        assert_eq!(
            reason(policy.through_proxy(&base("https://a.corp.example"))),
            None
        );
        assert!(policy.through_proxy(&base("https://a.example")).is_err());
        assert!(
            Policy::default()
                .through_proxy(&base("https://a.example"))
                .is_err()
        );
    }

    #[test]
    fn patterns_are_names_globs_and_networks() {
        assert!(matches!(
            HostPattern::parse("10.0.0.0/8"),
            Ok(HostPattern::Network(_))
        ));
        assert!(matches!(
            HostPattern::parse("[::1]"),
            Ok(HostPattern::Network(_))
        ));
        assert_eq!(
            HostPattern::parse("https://Chat.Example.org:8065/"),
            Ok(HostPattern::Glob("chat.example.org".into(), Some(8065)))
        );
        for bad in ["", "a b", "chat.example.org:port", "10.0.0.0/99", "a/b"] {
            assert!(HostPattern::parse(bad).is_err(), "{bad}");
        }
        let fit = |glob: &str, name: &str| fits(glob.as_bytes(), name.as_bytes());
        assert!(fit("*", "") && fit("a*c", "abbc") && fit("a?c", "abc") && fit("*.b.*", "a.b.c"));
        assert!(!fit("a*c", "abb") && !fit("a?c", "ac") && !fit("", "a") && !fit("*.corp", "corp"));
        assert!(!fit(&"*a".repeat(50), &"b".repeat(5_000)));
    }
}
