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

/// The metadata services of AWS and of Google.
const METADATA6: [Ipv6Addr; 2] = [
    Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254),
    Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254),
];

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
    if METADATA6.contains(&address) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Class {
        class(address.parse().expect("an address"))
    }

    #[test]
    fn every_range_has_its_class() {
        for public in [
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "192.0.1.1",
            "2606:4700::1111",
            "2a00::1",
        ] {
            assert_eq!(of(public), Class::Public, "{public}");
        }
        for loopback in ["127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(of(loopback), Class::Loopback, "{loopback}");
        }
        for private in [
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "100.127.255.255",
            "fc00::1",
            "fd12:3456::1",
            "::ffff:10.0.0.1",
        ] {
            assert_eq!(of(private), Class::Private, "{private}");
        }
        for never in [
            "0.0.0.0",
            "0.1.2.3",
            "169.254.0.1",
            "169.254.169.254",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "fd00:ec2::254",
            "fd20:ce::254",
            "2001:db8::1",
            "2001::1",
            "3fff::1",
            "100::1",
            "64:ff9b:1::1",
            "5f00::1",
            "4000::1",
        ] {
            assert!(matches!(of(never), Class::Never(_)), "{never}");
        }
    }

    #[test]
    fn ipv4_is_judged_in_every_form_of_ipv6() {
        for form in [
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "::ffff:0:169.254.169.254",
            "64:ff9b::169.254.169.254",
            "2002:a9fe:a9fe::1",
            "2606:4700::5efe:169.254.169.254",
            "2606:4700::200:5efe:169.254.169.254",
        ] {
            assert!(matches!(of(form), Class::Never(_)), "{form}");
        }
        assert!(matches!(of("fe80::5efe:8.8.8.8"), Class::Never(_)));
        for elsewhere in [
            "64:ff9b::127.0.0.1",
            "2002:7f00:1::1",
            "::ffff:0:127.0.0.1",
            "2606:4700::5efe:127.0.0.1",
        ] {
            assert!(matches!(of(elsewhere), Class::Never(_)), "{elsewhere}");
        }
        assert_eq!(of("2002:808:808::1"), Class::Public);
        assert_eq!(of("2002:0a00:0001::1"), Class::Private);
        assert_eq!(of("64:ff9b::8.8.8.8"), Class::Public);
    }
}
