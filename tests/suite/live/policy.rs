//! Which servers may be contacted, by name and by address, without asking anybody.

use std::net::IpAddr;

use matterleaks::finding::{Unknown, UnknownReason};
use matterleaks::verify::{Base, HostPattern, Policy};

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
    let fit = |glob: &str, name: &str| {
        let policy = only(&[glob]);
        policy.name(&base(&format!("https://{name}"))).is_ok()
    };
    assert!(fit("*", "x") && fit("a*c", "abbc") && fit("a?c", "abc") && fit("*.b.*", "a.b.c"));
    assert!(!fit("a*c", "abb") && !fit("a?c", "ac") && !fit("b", "a") && !fit("*.corp", "corp"));
    assert!(!fit(&"*a".repeat(50), &vec!["b".repeat(60); 4].join(".")));
}

/// However it is written, typed or not, on the list or not.
#[test]
fn a_metadata_service_is_never_contacted_by_name() {
    for name in [
        "metadata.google.internal",
        "METADATA.Google.Internal",
        "metadata.google.internal.",
        "metadata.google.internal..",
        "\u{ff4d}etadata.google.internal",
        "metadata",
        "metadata.",
        "metadata.goog",
        "metadata.azure.internal",
        "instance-data",
        "instance-data.ec2.internal",
        "instance-data.us-west-2.compute.internal",
        "metadata.tencentyun.com",
        "metadata.platformequinix.com",
        "api.metadata.cloud.ibm.com",
        "rancher-metadata",
        "169.254.169.254.",
        "100.100.100.200",
        "0xa9fea9fe",
        "[::ffff:100.100.100.200]",
        "[::ffff:c000:c0]",
        "[FD00:EC2::254]",
    ] {
        let Some(host) = Base::read(&format!("https://u:p@{name}:8065/x")) else {
            assert!(name.ends_with(".."), "{name}");
            continue;
        };
        let mut lax = only(&["*", "0.0.0.0/0", "::/0"]);
        (lax.allow_private, lax.allow_http) = (true, true);
        lax.typed = vec![host.clone()];
        assert_eq!(
            reason(lax.name(&host)),
            Some(UnknownReason::BlockedByPolicy),
            "{name}"
        );
    }
    for other in [
        "metadata.example.org",
        "metadata-chat.internal",
        "chat.metadata.internal",
    ] {
        assert_eq!(
            reason(Policy::default().name(&base(&format!("https://{other}")))),
            None
        );
    }
}

/// What an address is, by what it takes to contact it.
#[derive(Debug, PartialEq, Eq)]
enum Class {
    Public,
    Inside,
    Never,
}

fn of(address: &str) -> Class {
    let host = match address.contains(':') {
        true => base(&format!("https://[{address}]")),
        false => base(&format!("https://{address}")),
    };
    let lax = Policy {
        allow_private: true,
        typed: vec![host.clone()],
        ..Policy::default()
    };
    match (Policy::default().name(&host), lax.name(&host)) {
        (Ok(()), _) => Class::Public,
        (_, Ok(())) => Class::Inside,
        _ => Class::Never,
    }
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
        assert_eq!(of(loopback), Class::Inside, "{loopback}");
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
        assert_eq!(of(private), Class::Inside, "{private}");
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
        "fd00:ec2::253",
        "fd00:c1::a9fe:a9fe",
        "fd00:42::42",
        "2001:db8::1",
        "2001::1",
        "3fff::1",
        "100::1",
        "64:ff9b:1::1",
        "5f00::1",
        "4000::1",
    ] {
        assert!(of(never) == Class::Never, "{never}");
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
        assert!(of(form) == Class::Never, "{form}");
    }
    assert!(of("fe80::5efe:8.8.8.8") == Class::Never);
    for elsewhere in [
        "64:ff9b::127.0.0.1",
        "2002:7f00:1::1",
        "::ffff:0:127.0.0.1",
        "2606:4700::5efe:127.0.0.1",
    ] {
        assert!(of(elsewhere) == Class::Never, "{elsewhere}");
    }
    assert_eq!(of("2002:808:808::1"), Class::Public);
    assert_eq!(of("2002:0a00:0001::1"), Class::Inside);
    assert_eq!(of("64:ff9b::8.8.8.8"), Class::Public);
}
