//! Which addresses may be contacted at all.
//!
//! The host of a pair comes from the scanned text, so a hostile repository can name any address: the cloud's
//! metadata service, a router, a neighbour. Public addresses may be contacted, private ones if the user says
//! so, the rest never; and an IPv4 address is judged as such in whatever IPv6 form it comes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is, as far as contacting it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// On the internet.
    Public,
    /// This machine.
    Loopback,
    /// On a private network: RFC 1918, unique local (RFC 4193), shared by a carrier (RFC 6598).
    Private,
    /// Never to be contacted: what it is.
    Never(&'static str),
}

/// Metadata services of clouds whose address is not link-local anyway: Alibaba, Azure's WireServer, Oracle.
const METADATA: [Ipv4Addr; 3] = [
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(192, 0, 0, 192),
];

/// Names of metadata services that are none of a cloud's own network.
const METADATA_NAMES: [&str; 6] = [
    "metadata.goog",
    "metadata.tencentyun.com",
    "metadata.platformequinix.com",
    "metadata.packet.net",
    "metadata.exoscale.com",
    "api.metadata.cloud.ibm.com",
];

/// Whether a name in lower case is that of a metadata service, whatever addresses it has.
pub fn is_metadata(name: &str) -> bool {
    let (first, rest) = name.split_once('.').unwrap_or((name, "internal"));
    let known = [
        "metadata",
        "instance-data",
        "rancher-metadata",
        "wireserver",
    ]
    .contains(&first);
    let inside = rest == "internal" || rest.ends_with(".internal");
    known && inside || METADATA_NAMES.contains(&name)
}

/// What an address is.
pub fn class(address: IpAddr) -> Class {
    match address {
        IpAddr::V4(v4) => class4(v4),
        IpAddr::V6(v6) => class6(v6),
    }
}

fn class4(address: Ipv4Addr) -> Class {
    if METADATA.contains(&address) || address == Ipv4Addr::new(169, 254, 169, 254) {
        return Class::Never("the address of a metadata service");
    }
    // IANA's registry of special-purpose addresses.
    match address.octets() {
        [127, ..] => Class::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Class::Private,
        [0, ..] => Class::Never("an unspecified address"),
        [169, 254, ..] => Class::Never("a link-local address"),
        [224..=239, ..] => Class::Never("a multicast address"),
        [192, 0, 0 | 2, _]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [198, 18..=19, ..]
        | [240..=255, ..] => Class::Never("a reserved address"),
        _ => Class::Public,
    }
}

fn class6(address: Ipv6Addr) -> Class {
    // AWS, Google, Scaleway; and whatever ends in the address that most have.
    if let [0xfd00, 0xec2, ..]
    | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254]
    | [0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42]
    | [.., 0xa9fe, 0xa9fe] = address.segments()
    {
        return Class::Never("the address of a metadata service");
    }
    if address.is_loopback() {
        return Class::Loopback;
    }
    if address.is_unspecified() {
        return Class::Never("an unspecified address");
    }
    match embedded(address).map(|(inner, wrap)| (class4(inner), wrap)) {
        // Only the mapped form leads to this machine; another leads to whoever translates it.
        Some((Class::Loopback, _)) if address.to_ipv4_mapped().is_none() => {
            return Class::Never("this machine, in a form that leads elsewhere");
        }
        Some((inner, Wrap::Whole)) => return inner,
        Some((inner, Wrap::Suffix)) if inner != Class::Public => return inner,
        _ => {}
    }
    match address.segments() {
        [0xfe80..=0xfebf, ..] => Class::Never("a link-local address"),
        [0xff00..=0xffff, ..] => Class::Never("a multicast address"),
        [0xfc00..=0xfdff, ..] => Class::Private,
        // Teredo, benchmarks, ORCHID, documentation; all else behind 2000::/3 is no global address.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => {
            Class::Never("a reserved address")
        }
        [0x2000..=0x3fff, ..] => Class::Public,
        _ => Class::Never("a reserved address"),
    }
}

/// How an IPv6 address holds an IPv4 address.
enum Wrap {
    /// It is nothing else.
    Whole,
    /// Its first half is a network of its own.
    Suffix,
}

/// The IPv4 address that an IPv6 address leads to: mapped and compatible (RFC 4291), translated (RFC 2765, and
/// RFC 6052 with the well-known prefix), 6to4 (RFC 3056), ISATAP (RFC 5214).
fn embedded(address: Ipv6Addr) -> Option<(Ipv4Addr, Wrap)> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => Some((v4(high, low), Wrap::Whole)),
        [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => Some((v4(high, low), Wrap::Suffix)),
        _ => None,
    }
}
