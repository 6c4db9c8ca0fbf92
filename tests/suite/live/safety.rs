//! Which servers are contacted at all, and by which address.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use matterleaks::verify::{Base, HostPattern, Proxies, Resolver};

use super::server::{Answer, Request, Server, mattermost, refused, user};
use super::{ask, ask_one, finding, options, said};
use crate::util::token;

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[test]
fn this_machine_is_contacted_only_with_leave() {
    let secret = token(400);
    let server = Server::new(mattermost(vec![(
        secret.clone(),
        user("ann", "system_user"),
    )]));
    let mut strict = options();
    strict.policy.allow_private = false;
    let port = server.address.port();
    for host in [
        "127.0.0.1",
        "localhost",
        "0x7f.1",
        "2130706433",
        "[::ffff:127.0.0.1]",
        "127.1",
        "0177.0.0.1",
    ] {
        let found = ask_one(&format!("http://{host}:{port}"), &secret, &strict);
        assert_eq!(said(&found), "blocked_by_policy", "{host}");
    }
    assert_eq!(server.connections(), 0);
    // A server that was typed needs none.
    strict.policy.typed = vec![Base::read(&server.url()).expect("a URL")];
    assert_eq!(said(&ask_one(&server.url(), &secret, &strict)), "active");
}

#[test]
fn metadata_is_never_contacted() {
    let mut lax = options();
    lax.policy.allow_http = true;
    for host in [
        "169.254.169.254",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "168.63.129.16",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::]",
        "0xa9fea9fe",
        "0.0.0.0",
        "[::]",
        "224.0.0.1",
        "[fe80::1]",
        "metadata.google.internal",
    ] {
        let url = format!("http://{host}");
        lax.resolver = Resolver::fixed(|_| vec![address("169.254.169.254")]);
        lax.policy.typed = vec![Base::read(&url).expect("a URL")];
        assert_eq!(
            said(&ask_one(&url, &token(401), &lax)),
            "blocked_by_policy",
            "{host}"
        );
    }
}

/// A name is looked up once; what it means later is of no concern.
#[test]
fn a_name_that_changes_is_contacted_where_it_was_judged() {
    let secret = token(410);
    let server = Server::new(mattermost(vec![(
        secret.clone(),
        user("ann", "system_user"),
    )]));
    let trap = Server::start(
        &format!("127.0.0.99:{}", server.address.port()),
        None,
        Arc::new(mattermost(vec![])),
    );
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let mut changing = options();
    changing.resolver = Resolver::fixed(move |_| match counted.fetch_add(1, Ordering::SeqCst) {
        0 => vec![address("127.0.0.1")],
        _ => vec![address("127.0.0.99")],
    });
    changing.policy.allow_http = true;
    let url = format!("http://chat.example.org:{}", server.address.port());
    let found = ask_one(&url, &secret, &changing);
    assert_eq!(said(&found), "active");
    assert_eq!((server.seen().len(), trap.connections()), (4, 0));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert_eq!(
        server.seen()[0].headers["host"],
        format!("chat.example.org:{}", server.address.port())
    );
}

#[test]
fn one_bad_address_among_good_ones_is_enough() {
    let server = Server::new(mattermost(vec![]));
    let mut mixed = options();
    mixed.policy.allow_http = true;
    mixed.resolver = Resolver::fixed(|_| vec![address("127.0.0.1"), address("169.254.169.254")]);
    let url = format!("http://chat.example.org:{}", server.address.port());
    assert_eq!(
        said(&ask_one(&url, &token(420), &mixed)),
        "blocked_by_policy"
    );
    mixed.resolver = Resolver::fixed(|_| Vec::new());
    assert_eq!(said(&ask_one(&url, &token(420), &mixed)), "dns");
    assert_eq!(server.connections(), 0);
}

#[test]
fn plain_http_is_for_this_machine() {
    let server = Server::new(mattermost(vec![]));
    let url = format!("http://chat.example.org:{}", server.address.port());
    let mut plain = options();
    let looked_up = Arc::new(AtomicUsize::new(0));
    let counted = looked_up.clone();
    plain.resolver = Resolver::fixed(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        vec![address("127.0.0.1")]
    });
    assert_eq!(said(&ask_one(&url, &token(430), &plain)), "cleartext_http");
    assert_eq!(
        (server.connections(), looked_up.load(Ordering::SeqCst)),
        (0, 0)
    );
    plain.policy.allow_http = true;
    assert_eq!(said(&ask_one(&url, &token(430), &plain)), "rejected");
}

/// A redirect to https on the same host is a better base URL, and goes through the same door.
#[test]
fn an_upgrade_starts_again_without_a_token() {
    let server = Server::new(|request: &Request| {
        let host = request.headers["host"].clone();
        Answer::moved(301, &format!("https://{host}{}", request.path))
    });
    let found = ask_one(&server.url(), &token(440), &options());
    // Here nothing speaks TLS: it hangs up.
    assert_eq!(said(&found), "unreachable");
    server.assert_told_nothing();
}

#[test]
fn a_list_of_servers_excludes_all_others() {
    let [listed, other] = [0, 1].map(|_| Server::new(mattermost(vec![])));
    let mut strict = options();
    let pattern = format!("127.0.0.1:{}", listed.address.port());
    strict.policy.only = vec![HostPattern::parse(&pattern).expect("a pattern")];
    strict.policy.typed = vec![Base::read(&other.url()).expect("a URL")];
    let findings = [&listed, &other]
        .map(|server| finding("mattermost-access-token", &server.url(), &token(450)));
    let (asked, _) = ask(&findings, &strict);
    assert_eq!(
        (said(&asked[0]), said(&asked[1])),
        ("rejected", "blocked_by_policy")
    );
    assert_eq!(other.connections(), 0);
}

/// A proxy looks names up itself, so nothing can be pinned: only servers that were named go through it.
#[test]
fn through_a_proxy_only_named_servers() {
    let proxy = Server::new(|request: &Request| match request.bearer() {
        Some(_) => refused(),
        None => refused(),
    });
    let mut proxied = options();
    proxied.policy.allow_http = true;
    let login = format!("http://ann:s3cret@{}", proxy.address);
    proxied.proxies = Proxies::all(&login);
    let url = "http://chat.example.org";
    let found = ask_one(url, &token(460), &proxied);
    assert_eq!(
        (said(&found), proxy.connections()),
        ("blocked_by_policy", 0)
    );
    proxied.policy.only = vec![HostPattern::parse("chat.example.org").expect("a pattern")];
    assert_eq!(said(&ask_one(url, &token(460), &proxied)), "rejected");
    let seen = proxy.seen();
    assert_eq!(seen.len(), 2);
    for request in seen {
        assert_eq!(request.path, "http://chat.example.org/api/v4/users/me");
        assert!(request.headers["proxy-authorization"].starts_with("Basic "));
    }
    // Over TLS the proxy is asked for a tunnel and sees nothing else.
    let found = ask_one("https://chat.example.org", &token(461), &proxied);
    assert!(found.verdict.unknown().is_some());
    let tunnel = proxy.seen().pop().expect("a request");
    assert_eq!(
        (tunnel.method.as_str(), tunnel.path.as_str()),
        ("CONNECT", "chat.example.org:443")
    );
    assert!(tunnel.bearer().is_none());
}

/// Whoever looks a name up, and whoever answers a probe, would read it.
#[test]
fn an_address_with_a_secret_in_it_is_not_even_looked_up() {
    let (secret, other) = (token(440), token(441));
    let mut asked = options();
    let looked = Arc::new(AtomicUsize::new(0));
    let counted = looked.clone();
    asked.resolver = Resolver::fixed(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        vec![address("127.0.0.1")]
    });
    for url in [
        format!("https://{secret}.chat.example.org"),
        format!("https://x-{}.example.org", &secret[5..15]),
        format!("https://chat.example.org/{secret}"),
        format!("https://chat.example.org/a/{}", secret.to_uppercase()),
        // Of another finding, or of none.
        format!("https://{other}.example.org"),
    ] {
        let found = ask_one(&url, &secret, &asked);
        assert_eq!(said(&found), "blocked_by_policy", "{url}");
    }
    assert_eq!(looked.load(Ordering::SeqCst), 0);
    ask_one("https://chat.example.org:1", &secret, &asked);
    assert_eq!(looked.load(Ordering::SeqCst), 1);
}
