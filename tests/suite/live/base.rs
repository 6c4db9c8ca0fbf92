//! Base URLs that are wrong: the right one is found without a token, on the same server, or none is.

use std::sync::atomic::{AtomicUsize, Ordering};

use matterleaks::redact::Redactor;
use matterleaks::verify::{Base, Certificate, Resolver};
use serde_json::json;

use super::scene::{env, scan};
use super::server::{Answer, Request, Server, error, mattermost, refused, user};
use super::tls::Authority;
use super::{ask, ask_one, finding, options, said};
use crate::util::{Dir, token};

/// A Mattermost server below a path, as it answers elsewhere: its root and everything that it does not know send below
/// the path, and there what it does not know is its web application.
fn below(path: &'static str, secret: &str) -> impl Fn(&Request) -> Answer + Send + Sync + 'static {
    let inner = mattermost(vec![(secret.to_owned(), user("ann", "system_user"))]);
    move |request| match request.path.strip_prefix(path) {
        Some(rest) => inner(&Request {
            path: rest.to_owned(),
            ..request.clone()
        }),
        None => Answer::moved(302, &format!("{path}{}", request.path)),
    }
}

/// Asserts that no token was sent to any other path than these, and none before a probe of the same path.
fn assert_proven(server: &Server, paths: &[&str]) {
    let seen = server.seen();
    for (n, request) in seen.iter().enumerate() {
        if request.bearer().is_some() {
            assert!(paths.contains(&request.path.as_str()), "{request:?}");
            let mut before = seen.iter().take(n);
            let own = request.path.trim_end_matches("/sessions");
            let probe = |one: &Request| one.bearer().is_none() && one.path == own;
            assert!(before.any(probe), "{request:?}");
        }
    }
}

#[test]
fn a_path_that_is_a_place_in_the_application_is_cut() {
    let secret = token(5000);
    let paths = ["/api/v4/users/me", "/api/v4/users/me/sessions"];
    for path in [
        "/test-team",
        "/test-team/channels/town-square",
        "/login",
        "/a/b/c",
    ] {
        let known = mattermost(vec![(secret.clone(), user("ann", "system_user"))]);
        let server = Server::new(known);
        let dir = Dir::with(env(&format!("{}{path}/", server.url()), &secret));
        let done = scan(&dir, &["--fail-on", "verified"]);
        assert_eq!(
            (done.said(&secret), done.code),
            ("active", Some(1)),
            "{path}"
        );
        assert_proven(&server, &paths);
        // The page, the root, the token, a fresh one, the logins.
        assert!(server.seen().len() <= 5, "{path}");
    }
}

#[test]
fn a_server_below_a_path_is_found_from_wherever_it_sends() {
    let secret = token(5010);
    let paths = ["/mm/api/v4/users/me", "/mm/api/v4/users/me/sessions"];
    for (path, probes) in [
        ("", 2),
        ("/mm", 1),
        ("/sec", 4),
        ("/mm/team", 3),
        ("/mm/a/b", 3),
    ] {
        let server = Server::new(below("/mm", &secret));
        let url = format!("{}{path}", server.url());
        assert_eq!(
            said(&ask_one(&url, &secret, &options())),
            "active",
            "{path}"
        );
        assert_proven(&server, &paths);
        assert_eq!(server.seen().len(), probes + 3, "{path}");
    }
}

#[test]
fn http_and_a_wrong_path_are_found_out_together() {
    let secret = token(5020);
    let authority = Authority::new();
    let mut trusting = options();
    trusting.certificates =
        Certificate::from_pem_bundle(authority.pem.as_bytes()).expect("a certificate");
    trusting.resolver = Resolver::fixed(|_| vec!["127.0.0.1".parse().expect("an address")]);
    for path in ["", "/team", "/mm/team", "/mm"] {
        let inner = below("/mm", &secret);
        let server = Server::secure(
            authority.server("localhost"),
            move |request: &Request| match (request.secure, &request.headers["host"]) {
                (true, _) => inner(request),
                (false, host) => Answer::moved(301, &format!("https://{host}{}", request.path)),
            },
        );
        let url = format!("http://localhost:{}{path}", server.address.port());
        assert_eq!(said(&ask_one(&url, &secret, &trusting)), "active", "{path}");
        assert!(
            server
                .seen()
                .iter()
                .all(|r| r.secure || r.bearer().is_none())
        );
        assert_proven(
            &server,
            &["/mm/api/v4/users/me", "/mm/api/v4/users/me/sessions"],
        );
    }
}

/// Nothing that is said leads to another server, down to http, or on for ever.
#[test]
fn no_redirect_leads_away_or_round_and_round() {
    let secret = token(5030);
    let stranger = Server::new(mattermost(vec![(
        secret.clone(),
        user("eve", "system_user"),
    )]));
    let port = stranger.address.port();
    let mut named = options();
    named.policy.allow_http = true;
    named.resolver = Resolver::fixed(|_| vec!["127.0.0.1".parse().expect("an address")]);
    for target in [
        format!("http://127.0.0.1:{port}/api/v4/users/me"),
        format!("//127.0.0.1:{port}/api/v4/users/me"),
        format!("http://localhost:{port}/api/v4/users/me"),
        format!("https://127.0.0.1:{port}/api/v4/users/me"),
        format!("http://HOST@127.0.0.1:{port}/api/v4/users/me"),
        "/login?redirect_to=/api/v4/users/me".into(),
        "/api/v4/users/me/".into(),
        "http://[::1/api/v4/users/me".into(),
        String::new(),
    ] {
        let server = Server::new(move |request: &Request| {
            let host = &request.headers["host"];
            Answer::moved(302, &target.replace("HOST", host))
        });
        for path in ["", "/mm"] {
            let found = ask_one(&format!("{}{path}", server.url()), &secret, &named);
            assert_eq!(said(&found), "redirected");
        }
        server.assert_told_nothing();
        assert_eq!(server.seen().len(), 3);
    }
    assert_eq!(stranger.connections(), 0);

    let count = AtomicUsize::new(0);
    let deeper = Server::new(move |request: &Request| {
        let n = count.fetch_add(1, Ordering::SeqCst);
        Answer::moved(302, &format!("/{n}{}", request.path))
    });
    let there_and_back = Server::new(|request: &Request| match request.path.as_str() {
        "/a/api/v4/users/me" => Answer::moved(302, "/b/api/v4/users/me"),
        _ => Answer::moved(302, "/a/api/v4/users/me"),
    });
    for (server, most) in [(deeper, 6), (there_and_back, 3)] {
        let found = ask_one(&format!("{}/a", server.url()), &secret, &options());
        assert_eq!(said(&found), "redirected");
        assert_eq!(server.seen().len(), most);
        server.assert_told_nothing();
    }
}

/// A root that is another product, or only redirects, is no news of the path; one that cannot answer is.
#[test]
fn a_root_that_proves_nothing_gets_nothing() {
    let secret = token(5040);
    for (path, root, wanted, seen) in [
        (Answer::html(200), Answer::html(200), "not_mattermost", 2),
        (
            Answer::html(404),
            Answer::json(200, json!({"status": "OK"})),
            "not_mattermost",
            2,
        ),
        (
            Answer::html(200),
            Answer::moved(302, "https://sso.example.org/"),
            "not_mattermost",
            2,
        ),
        (
            Answer::moved(302, "https://sso.example.org/"),
            Answer::html(200),
            "redirected",
            2,
        ),
        (
            error(404, "api.context.404.app_error"),
            Answer::html(200),
            "wrong_base",
            2,
        ),
        (Answer::html(200), Answer::html(503), "server_error", 2),
        (Answer::html(200), Answer::Close, "unreachable", 2),
        // Whoever is down may be right, whatever else there is.
        (Answer::html(503), refused(), "server_error", 1),
        (
            Answer::Http(429, vec![], String::new()),
            refused(),
            "rate_limited",
            1,
        ),
        (Answer::Close, refused(), "unreachable", 1),
    ] {
        let shown = format!("{path:?} {root:?}");
        let server = Server::new(move |request: &Request| match request.path.as_str() {
            "/api/v4/users/me" => root.clone(),
            _ => path.clone(),
        });
        let found = ask_one(&format!("{}/team", server.url()), &secret, &options());
        assert_eq!(said(&found), wanted, "{shown}");
        assert_eq!(server.connections(), seen, "{shown}");
        server.assert_told_nothing();
    }
}

/// Nobody who looks a name up or answers a probe reads a secret in it, whoever has put it there.
#[test]
fn a_secret_in_a_name_or_path_is_asked_for_nothing() {
    let [secret, other] = [5050, 5051].map(token);
    let server = Server::new(mattermost(vec![]));
    let port = server.address.port();
    let looked_up = std::sync::Arc::new(AtomicUsize::new(0));
    let counted = looked_up.clone();
    let mut named = options();
    named.policy.allow_http = true;
    named.resolver = Resolver::fixed(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        vec!["127.0.0.1".parse().expect("an address")]
    });
    let hex = data_encoding::HEXLOWER.encode(secret.as_bytes());
    for url in [
        format!("http://{secret}.example.org:{port}"),
        format!("http://{}.example.org:{port}", secret.to_uppercase()),
        format!("http://x-{}.example.org:{port}", &secret[..9]),
        format!("http://{hex}.example.org:{port}"),
        format!("http://a.example.org:{port}/{secret}"),
        format!("http://a.example.org:{port}/{}", secret.replace('a', "%61")),
        format!("{}/x{}x/y", server.url(), &secret[4..20]),
    ] {
        let pairs = [(&secret, &url), (&other, &url)];
        let findings = pairs.map(|(token, url)| finding("mattermost-access-token", url, token));
        let (asked, _) = ask(&findings, &named);
        assert!(
            asked.iter().all(|one| said(one) == "blocked_by_policy"),
            "{url}"
        );
    }
    assert_eq!(
        (server.connections(), looked_up.load(Ordering::SeqCst)),
        (0, 0)
    );

    // A server that sends there, at the first question and at the second.
    let target = format!("/{other}/api/v4/users/me");
    let sends = Server::new(move |_: &Request| Answer::moved(302, &target));
    let findings =
        [&secret, &other].map(|token| finding("mattermost-access-token", &sends.url(), token));
    let (asked, _) = ask(&findings, &options());
    assert!(asked.iter().all(|one| said(one) == "blocked_by_policy"));
    assert!(
        sends
            .seen()
            .iter()
            .all(|request| request.path == "/api/v4/users/me")
    );
    assert!(Redactor::blind().hides(&secret));
}

fn base(text: &str) -> Base {
    Base::read(text).unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn urls_stay_below_the_base() {
    let sub = base("https://a.example/chat/");
    let url = |base: &Base, path: &str| base.url(path).map(|url| url.to_string());
    assert_eq!(
        url(&sub, "/api/v4/x").as_deref(),
        Some("https://a.example/chat/api/v4/x")
    );
    assert_eq!(
        url(&sub, "/@evil.example/").as_deref(),
        Some("https://a.example/chat/@evil.example/")
    );
    assert_eq!(
        url(&base("https://a.example"), "/x").as_deref(),
        Some("https://a.example/x")
    );
    assert_eq!(sub.root(), Some(base("https://a.example")));
    assert_eq!(sub.root().and_then(|root| root.root()), None);
    assert_eq!(
        base("https://u:p@a.example/?q#f").as_str(),
        "https://a.example"
    );
}

#[test]
fn a_redirect_shows_a_base_of_the_same_server_only() {
    let plain = base("http://a.example:8065/chat");
    for (location, wanted) in [
        ("https://a.example/chat/me", Some("https://a.example/chat")),
        ("https://a.example:8065/me", Some("https://a.example:8065")),
        ("/mm/chat/me", Some("http://a.example:8065/mm/chat")),
        ("//a.example:8065/me#x", Some("http://a.example:8065")),
        ("https://b.example/chat/me", None),
        ("https://a.example/login", None),
        ("https://a.example:8443/chat/me", None),
        ("http://a.example/chat/me", None),
        ("https://a.example/chat/me?next=1", None),
        ("/login?next=/me", None),
        ("//b.example:8065/chat/me", None),
        ("https://a.example.b.example/me", None),
        ("https://a.example@b.example/me", None),
        ("nonsense://", None),
    ] {
        assert_eq!(plain.moved("/me", location), wanted.map(base), "{location}");
    }
    let safe = base("https://a.example");
    assert_eq!(safe.moved("/me", "http://a.example/me"), None);
}
