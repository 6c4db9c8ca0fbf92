//! Every answer that a server can give to the two questions, what it comes to, and who was told what.

use matterleaks::finding::{Severity, Untrusted};
use matterleaks::verify::Consent;
use serde_json::json;

use super::server::{self, Answer, Request, Server, TOKEN_ID, error, mattermost, refused, user};
use super::{ask, ask_one, finding, options, said};
use crate::util::token;

/// A server that refuses the probe as Mattermost does and gives one answer to whatever holds a token.
fn answers(answer: Answer) -> Server {
    Server::new(move |request: &Request| match request.bearer() {
        None => refused(),
        Some(_) => answer.clone(),
    })
}

#[test]
fn a_live_token_names_its_owner_and_its_id() {
    let bot = json!({
        "id": "fcijozmrmfrjijo783wqsr5ano", "username": "deploybot", "roles": "system_user", "is_bot": true,
        "bot_description": "deploys",
    });
    for (n, owner, is_bot, severity) in [
        (1, user("ann", "system_user"), false, Severity::High),
        (
            2,
            user("root", "system_user system_admin"),
            false,
            Severity::Critical,
        ),
        (3, user("visitor", "system_guest"), false, Severity::Medium),
        (4, bot, true, Severity::High),
    ] {
        let secret = token(n);
        let server = Server::new(mattermost(vec![(secret.clone(), owner.clone())]));
        let found = ask_one(&server.url(), &secret, &options());
        let live = found
            .verdict
            .live()
            .unwrap_or_else(|| panic!("{:?}", found.verdict));
        let named = live.owner.as_ref().expect("an owner");
        assert_eq!(
            named.username,
            Untrusted::new(owner["username"].as_str().expect("a name"))
        );
        assert_eq!(
            (named.is_bot, found.severity),
            (is_bot, severity),
            "{owner}"
        );
        assert_eq!(live.token_id, Some(Untrusted::new(TOKEN_ID)));

        let [probe, request, control, sessions] = &server.seen()[..] else {
            panic!("{:?}", server.seen());
        };
        for request in [probe, request, control] {
            assert_eq!(
                (request.method.as_str(), request.path.as_str()),
                ("GET", "/api/v4/users/me")
            );
        }
        for request in server.seen() {
            let agent = &request.headers["user-agent"];
            assert!(
                agent.starts_with(concat!("matterleaks/", env!("CARGO_PKG_VERSION"))),
                "{agent}"
            );
            assert!(
                !request.headers.contains_key("cookie") && !request.headers.contains_key("referer")
            );
        }
        assert_eq!(
            (probe.bearer(), request.bearer()),
            (None, Some(secret.as_str()))
        );
        let fake = control.bearer().expect("a control");
        assert!(fake != secret && fake.len() == 26);
        assert_eq!(
            (sessions.path.as_str(), sessions.bearer()),
            ("/api/v4/users/me/sessions", Some(secret.as_str()))
        );
    }
}

#[test]
fn a_refused_token_is_rejected_in_any_language() {
    let secret = token(10);
    let translated = json!({"id": "api.context.session_expired.app_error", "message": "Sitzung abgelaufen", "status_code": 401});
    for answer in [refused(), Answer::json(401, translated)] {
        let server = answers(answer);
        let found = ask_one(&server.url(), &secret, &options());
        assert_eq!((said(&found), found.severity), ("rejected", Severity::Info));
        assert_eq!(server.bearers(), [secret.as_str()]);
    }
}

/// What is no answer to a token is never a refusal.
#[test]
fn what_proves_nothing_is_unknown_with_its_reason() {
    let secret = token(20);
    for (answer, reason) in [
        (error(404, "api.context.404.app_error"), "unexpected_answer"),
        (
            error(401, "api.context.token_provided.app_error"),
            "unexpected_answer",
        ),
        (
            error(500, "api.context.invalid_token.error"),
            "server_error",
        ),
        (
            error(503, "api.context.server_busy.app_error"),
            "server_error",
        ),
        (Answer::html(502), "server_error"),
        (Answer::html(200), "unexpected_answer"),
        (Answer::html(401), "intercepted"),
        (Answer::html(403), "intercepted"),
        (
            Answer::json(401, json!({})).header("WWW-Authenticate", "Basic realm=x"),
            "intercepted",
        ),
        (Answer::Http(407, vec![], String::new()), "intercepted"),
        (
            Answer::Http(429, vec![], "limit exceeded\n".into()),
            "rate_limited",
        ),
        (Answer::json(200, json!({"id": 1})), "unexpected_answer"),
        (
            Answer::json(200, json!({"id": "1234", "username": "a", "roles": "b"})),
            "unexpected_answer",
        ),
        (
            Answer::json(
                200,
                json!({"id": "fcijozmrmfrjijo783wqsr5ano", "roles": "b"}),
            ),
            "unexpected_answer",
        ),
        (
            Answer::json(200, json!([user("ann", "system_user")])),
            "unexpected_answer",
        ),
        (
            Answer::Http(200, vec![], String::new()),
            "unexpected_answer",
        ),
        (
            Answer::Http(204, vec![], String::new()),
            "unexpected_answer",
        ),
        (
            Answer::moved(302, "https://sso.example.org/login"),
            "redirected",
        ),
    ] {
        let server = answers(answer.clone());
        let found = ask_one(&server.url(), &secret, &options());
        assert_eq!(said(&found), reason, "{answer:?}");
        assert_eq!(found.severity, Severity::High, "{answer:?}");
        assert_eq!(server.bearers(), [secret.as_str()], "{answer:?}");
    }
}

#[test]
fn a_second_factor_is_asked_only_of_a_known_token() {
    let secret = token(25);
    let known = secret.clone();
    let server = Server::new(move |request: &Request| match request.bearer() {
        Some(bearer) if bearer == known => error(403, "api.context.mfa_required.app_error"),
        _ => refused(),
    });
    let found = ask_one(&server.url(), &secret, &options());
    let live = found.verdict.live().expect("it is live");
    assert!(live.owner.is_none() && live.token_id.is_none());
    assert_eq!(found.severity, Severity::High);
}

/// Nothing leaves for a server that has not proven to be Mattermost.
#[test]
fn a_server_that_is_something_else_is_told_nothing() {
    for (answer, reason) in [
        (Answer::html(200), "not_mattermost"),
        (Answer::html(404), "not_mattermost"),
        (Answer::json(200, json!({"status": "OK"})), "not_mattermost"),
        (
            Answer::json(401, json!({"error": "unauthorized"})),
            "not_mattermost",
        ),
        (
            Answer::json(403, json!({"id": "api.context.session_expired.app_error"})),
            "not_mattermost",
        ),
        (
            Answer::Http(401, vec![], "api.context.session_expired.app_error".into()),
            "intercepted",
        ),
        (Answer::html(403), "intercepted"),
        (
            Answer::html(401).header("WWW-Authenticate", "Negotiate"),
            "intercepted",
        ),
        (error(404, "api.context.404.app_error"), "wrong_base"),
        (
            Answer::moved(302, "https://sso.example.org/login?from=/api/v4/users/me"),
            "redirected",
        ),
        (Answer::moved(301, "/login"), "redirected"),
        (
            Answer::moved(307, "//elsewhere.example.org/api/v4/users/me"),
            "redirected",
        ),
        (Answer::Http(302, vec![], String::new()), "redirected"),
        (
            Answer::Http(429, vec![], "limit exceeded\n".into()),
            "rate_limited",
        ),
        (Answer::html(503), "server_error"),
    ] {
        let script = answer.clone();
        let server = Server::new(move |_: &Request| script.clone());
        let found = ask_one(&server.url(), &token(30), &options());
        assert_eq!(said(&found), reason, "{answer:?}");
        assert_eq!(server.seen().len(), 1, "{answer:?}");
        server.assert_told_nothing();
    }
}

#[test]
fn a_redirect_is_never_followed_with_a_token() {
    let elsewhere = Server::new(|_: &Request| Answer::json(200, user("eve", "system_user")));
    let target = format!("{}/api/v4/users/me", elsewhere.url());
    for status in [301, 302, 303, 307, 308] {
        let server = answers(Answer::moved(status, &target));
        let found = ask_one(&server.url(), &token(40), &options());
        assert_eq!(said(&found), "redirected");
        let detail = &found.verdict.unknown().expect("unknown").detail;
        let wanted = format!("{status} to {}", elsewhere.url());
        assert_eq!(detail.expose(), wanted.as_bytes());
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn a_sub_path_is_kept_where_it_is_right() {
    let secret = token(50);
    let inner = mattermost(vec![(secret.clone(), user("ann", "system_user"))]);
    let server =
        Server::new(
            move |request: &Request| match request.path.strip_prefix("/mattermost") {
                Some(path) => inner(&Request {
                    path: path.into(),
                    ..request.clone()
                }),
                None => Answer::html(200),
            },
        );
    assert_eq!(
        said(&ask_one(
            &format!("{}/mattermost", server.url()),
            &secret,
            &options()
        )),
        "active"
    );
    assert!(
        server
            .seen()
            .iter()
            .all(|request| request.path.starts_with("/mattermost/api/v4/users/me"))
    );
    // At the root stands a page, which is nothing of ours.
    let before = server.bearers().len();
    assert_eq!(
        said(&ask_one(&server.url(), &secret, &options())),
        "not_mattermost"
    );
    assert_eq!(server.bearers().len(), before);
}

#[test]
fn a_server_that_takes_anything_has_proven_nothing() {
    let secrets: Vec<String> = (60..63).map(token).collect();
    let server = answers(Answer::json(200, user("ann", "system_admin")));
    let findings: Vec<_> = secrets
        .iter()
        .map(|secret| finding("mattermost-access-token", &server.url(), secret))
        .collect();
    let (asked, _) = ask(&findings, &options());
    for found in &asked {
        assert_eq!(
            (said(found), found.severity),
            ("indiscriminate_host", Severity::High)
        );
    }
    // The first, and one that nobody has; then it is left alone.
    assert_eq!(server.bearers().len(), 2);
    assert_eq!(server.bearers()[0], secrets[0]);
    assert!(!secrets.contains(&server.bearers()[1]));
}

#[test]
fn retry_after_is_honoured_once() {
    let secret = token(70);
    let started = std::sync::atomic::AtomicUsize::new(0);
    let inner = mattermost(vec![(secret.clone(), user("ann", "system_user"))]);
    let later = Server::new(move |request: &Request| {
        let first = started.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        match first {
            true => Answer::Http(
                429,
                vec![("Retry-After".into(), "1".into())],
                "limit exceeded\n".into(),
            ),
            false => inner(request),
        }
    });
    assert_eq!(said(&ask_one(&later.url(), &secret, &options())), "active");
    let seen = later.seen();
    assert!(seen[1].at - seen[0].at >= std::time::Duration::from_secs(1));

    let always = Answer::Http(
        429,
        vec![("Retry-After".into(), "1".into())],
        "limit exceeded\n".into(),
    );
    let server = Server::new(move |_: &Request| always.clone());
    assert_eq!(
        said(&ask_one(&server.url(), &secret, &options())),
        "rate_limited"
    );
    assert_eq!(server.seen().len(), 2);
    let much_later = Answer::Http(
        429,
        vec![("Retry-After".into(), "3600".into())],
        String::new(),
    );
    let server = Server::new(move |_: &Request| much_later.clone());
    assert_eq!(
        said(&ask_one(&server.url(), &secret, &options())),
        "rate_limited"
    );
    assert_eq!(server.seen().len(), 1);
}

/// It is the address and port that wants to rest, whatever base URLs lead there.
#[test]
fn retry_after_holds_for_every_base_of_a_server() {
    let first = std::sync::atomic::AtomicBool::new(true);
    let inner = mattermost(vec![]);
    let server = Server::new(move |request: &Request| {
        if first.swap(false, std::sync::atomic::Ordering::SeqCst) {
            let later = vec![("Retry-After".into(), "1".into())];
            return Answer::Http(429, later, "limit exceeded\n".into());
        }
        let path = &request.path[2..];
        inner(&Request {
            path: path.into(),
            ..request.clone()
        })
    });
    let bases = ["/a", "/b"].map(|path| format!("{}{path}", server.url()));
    let findings = bases.map(|base| finding("mattermost-access-token", &base, &token(75)));
    let (asked, _) = ask(&findings, &options());
    assert!(asked.iter().all(|found| said(found) == "rejected"));
    let seen = server.seen();
    assert!(seen[1].at - seen[0].at >= std::time::Duration::from_millis(990));
}

/// Once a server wants to be asked less often, it is not asked about the rest.
#[test]
fn a_busy_server_is_left_alone() {
    let server = answers(Answer::Http(429, vec![], "limit exceeded\n".into()));
    let findings: Vec<_> = (80..84)
        .map(|n| finding("mattermost-access-token", &server.url(), &token(n)))
        .collect();
    let (asked, _) = ask(&findings, &options());
    assert!(asked.iter().all(|found| said(found) == "rate_limited"));
    assert_eq!(server.bearers().len(), 1);
}

#[test]
fn a_webhook_is_checked_by_a_post_that_leaves_nothing() {
    let [live, dead] = [90, 91].map(token);
    let server = Server::new(mattermost(vec![(live.clone(), json!({}))]));
    let findings =
        [&live, &dead].map(|hook| finding("mattermost-incoming-webhook", &server.url(), hook));
    let (asked, _) = ask(&findings, &options());
    assert!(asked.iter().all(|found| said(found) == "not_checkable"));
    assert_eq!(server.connections(), 0);

    let mut willing = options();
    willing.consent = vec![Consent::Webhooks];
    let (asked, _) = ask(&findings, &willing);
    assert_eq!((said(&asked[0]), said(&asked[1])), ("active", "rejected"));
    let posts: Vec<Request> = server
        .seen()
        .into_iter()
        .filter(|request| request.method == "POST")
        .collect();
    assert_eq!(posts.len(), 3);
    for post in posts {
        let body: serde_json::Value = serde_json::from_str(&post.body).expect("JSON");
        // Names of channels have no blanks.
        assert!(
            body["channel"].as_str().expect("a channel").contains(' '),
            "{body}"
        );
        assert!(!post.headers.contains_key("authorization"));
    }
}

#[test]
fn kinds_without_a_harmless_check_are_not_checkable() {
    let server = Server::new(server::mattermost(vec![]));
    for rule in [
        "mattermost-slash-command-token",
        "mattermost-outgoing-webhook-token",
        "mattermost-oauth-client-secret",
        "mattermost-oauth-refresh-token",
        "mattermost-remote-cluster-token",
        "mattermost-unknown-secret",
    ] {
        let (asked, _) = ask(&[finding(rule, &server.url(), &token(95))], &options());
        assert_eq!(said(&asked[0]), "not_checkable", "{rule}");
    }
    // A value that no server can have made is somebody else's, or a sample.
    let (asked, _) = ask(
        &[finding(
            "mattermost-access-token",
            &server.url(),
            "9kih4c69v7bcpbgf174usrlgie",
        )],
        &options(),
    );
    assert_eq!(said(&asked[0]), "not_checkable");
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_token_id_is_never_a_secret_that_comes_back() {
    let secret = token(97);
    let known = secret.clone();
    let server =
        Server::new(
            move |request: &Request| match (request.bearer(), request.path.as_str()) {
                (Some(bearer), "/api/v4/users/me") if bearer == known => {
                    Answer::json(200, user("ann", "system_user"))
                }
                (Some(bearer), _) if bearer == known => Answer::json(
                    200,
                    json!([{"last_activity_at": 1, "props": {"user_access_token_id": bearer}}]),
                ),
                _ => refused(),
            },
        );
    let found = ask_one(&server.url(), &secret, &options());
    assert_eq!(found.verdict.live().expect("it is live").token_id, None);
}
