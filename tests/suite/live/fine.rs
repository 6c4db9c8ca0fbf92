//! Under `--fail-on verified` what was asked and gave no answer ends with 2: never with 0, unless it is said to.

use serde_json::json;

use super::scene::{Scan, env, scan, together};
use super::server::{Answer, Request, Server, error, refused, user};
use crate::util::{Dir, token};

/// A server that has proven itself and says this to whatever holds a token.
fn proven(answer: Answer) -> Server {
    Server::new(move |request: &Request| match request.bearer() {
        None => refused(),
        Some(_) => answer.clone(),
    })
}

fn verified(server: &Server, secret: &str, args: &[&str]) -> Scan {
    let dir = Dir::with(env(&server.url(), secret));
    scan(&dir, &[&["--fail-on", "verified"], args].concat())
}

#[test]
fn what_settles_nothing_after_a_proof_is_a_missed_check() {
    let secret = token(5100);
    let all = [
        (error(404, "api.context.404.app_error"), "unexpected_answer"),
        (
            error(403, "api.context.permissions.app_error"),
            "unexpected_answer",
        ),
        (Answer::json(200, json!({"id": 1})), "unexpected_answer"),
        (
            Answer::Http(204, vec![], String::new()),
            "unexpected_answer",
        ),
        (Answer::html(200), "unexpected_answer"),
        (Answer::html(403), "intercepted"),
        (
            Answer::moved(302, "https://sso.example.org/login"),
            "redirected",
        ),
        (
            Answer::json(200, user("ann", "system_user")),
            "indiscriminate_host",
        ),
        (
            Answer::Endless(b"HTTP/1.1 200 X\r\n\r\n{\"id\": ".to_vec()),
            "unexpected_answer",
        ),
        (
            Answer::Raw(b"nonsense\r\n\r\n".to_vec()),
            "unexpected_answer",
        ),
    ];
    together(&all, |(answer, said)| {
        let server = proven(answer.clone());
        let done = verified(&server, &secret, &[]);
        assert_eq!(
            (done.said(&secret), done.code),
            (*said, Some(2)),
            "{answer:?}"
        );
        let done = verified(&server, &secret, &["--unknown", "report"]);
        assert_eq!(
            (done.said(&secret), done.code),
            (*said, Some(0)),
            "{answer:?}"
        );
    });
}

/// A page where an API should be is a website beside a token, or a login in front of a server that the user knows.
#[test]
fn a_login_page_of_a_typed_server_is_a_missed_check() {
    let secret = token(5110);
    let long = format!("<!doctype html>{}", "x".repeat(200_000));
    let html = vec![("Content-Type".into(), "Text/HTML; charset=utf-8".into())];
    for page in [Answer::html(200), Answer::Http(200, html, long)] {
        let server = Server::new(move |_: &Request| page.clone());
        let done = verified(&server, &secret, &[]);
        assert_eq!((done.said(&secret), done.code), ("not_mattermost", Some(0)));
        let typed = ["--server", &server.url()];
        let done = verified(&server, &secret, &typed);
        assert_eq!((done.said(&secret), done.code), ("intercepted", Some(2)));
        server.assert_told_nothing();
    }
    // What is no page is another product, whoever has named it.
    let other = Server::new(|_: &Request| Answer::json(200, json!({"status": "OK"})));
    let done = verified(&other, &secret, &["--server", &other.url()]);
    assert_eq!((done.said(&secret), done.code), ("not_mattermost", Some(0)));
}

/// A user can grow what a server says of them, but not out of a check.
#[test]
fn a_long_answer_is_read_or_a_missed_check() {
    let secret = token(5120);
    let long = |more: usize| {
        let mut owner = user("ann", "system_user system_admin");
        owner["props"] = json!({"x": "y".repeat(more), "username": "no"});
        owner
    };
    for (more, said, code) in [
        (60_000, "active", 1),
        (1_000_000, "active", 1),
        (1 << 20, "unexpected_answer", 2),
    ] {
        let (known, owner) = (secret.clone(), long(more));
        let server = Server::new(move |request: &Request| match request.bearer() {
            Some(bearer) if bearer == known => Answer::json(200, owner.clone()),
            _ => refused(),
        });
        let done = verified(&server, &secret, &[]);
        assert_eq!(
            (done.said(&secret), done.code),
            (said, Some(code)),
            "{more}"
        );
        if said == "active" {
            let owner = &done.verdict(&secret)["owner"];
            assert_eq!(
                (&owner["username"], owner["roles"].as_array().map(Vec::len)),
                (&json!("ann"), Some(2))
            );
            assert!(done.output.text().len() < 20_000);
        }
    }
    // Names that are no names are not kept.
    let (known, mut owner) = (secret.clone(), user(&"n".repeat(90_000), "system_user"));
    owner["roles"] = json!("a ".repeat(30_000).trim());
    let server = Server::new(move |request: &Request| match request.bearer() {
        Some(bearer) if bearer == known => Answer::json(200, owner.clone()),
        _ => refused(),
    });
    let done = verified(&server, &secret, &[]);
    assert_eq!((done.said(&secret), done.code), ("active", Some(1)));
    assert!(done.output.text().len() < 20_000);
    // Without a token little is read.
    let flood = format!(
        "{}{}",
        " ".repeat(70_000),
        json!({"id": "api.context.session_expired.app_error"})
    );
    let json = vec![("Content-Type".into(), "application/json".into())];
    let server = Server::new(move |_: &Request| Answer::Http(401, json.clone(), flood.clone()));
    let done = verified(&server, &secret, &[]);
    assert_eq!(
        (done.said(&secret), done.code),
        ("unexpected_answer", Some(2))
    );
    server.assert_told_nothing();
}
