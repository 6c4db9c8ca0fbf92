//! Servers that are broken or mean harm: each is unknown, with its reason, in bounded time, and nothing that they
//! say is shown.

use std::time::{Duration, Instant};

use matterleaks::finding::Secret;
use matterleaks::redact::Redactor;
use serde_json::json;

use super::server::{Answer, Request, Server, refused, user};
use super::{ask, ask_one, finding, options, said};
use crate::util::token;

const HEAD: &str = "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n";

/// A body as a server that refuses writes it.
fn body() -> String {
    json!({"id": "api.context.session_expired.app_error"}).to_string()
}

fn http(text: String) -> Vec<u8> {
    text.into_bytes()
}

#[test]
fn an_odd_server_is_unknown_in_bounded_time() {
    let flood: String = (0..5_000)
        .map(|n| format!("X-{n}: {}\r\n", "y".repeat(200)))
        .collect();
    for (what, answer, reasons) in [
        (
            "an endless body",
            Answer::Endless(http(format!("{HEAD}\r\n{}", "x".repeat(1 << 16)))),
            &["unexpected_answer"][..],
        ),
        (
            "an endless header",
            Answer::Endless(http("HTTP/1.1 401 X\r\nX: y\r\n".into())),
            &["unexpected_answer"],
        ),
        (
            "a long body",
            Answer::Http(401, vec![], " ".repeat(70_000) + &body()),
            &["unexpected_answer"],
        ),
        (
            "a flood of headers",
            Answer::Raw(http(format!("{HEAD}{flood}\r\n{}", body()))),
            &["unexpected_answer"],
        ),
        (
            "a slow drip",
            Answer::Drip(
                http(format!("{HEAD}\r\n{}", " ".repeat(2_000))),
                Duration::from_millis(20),
            ),
            &["timed_out"],
        ),
        ("silence", Answer::Silence, &["timed_out"]),
        (
            "garbage",
            Answer::Raw(b"\x00\xff\x16\x03nonsense\r\n\r\n".to_vec()),
            &["unexpected_answer"],
        ),
        ("an end at once", Answer::Close, &["unreachable"]),
        (
            "half a body",
            Answer::Raw(http(format!("{HEAD}Content-Length: 500\r\n\r\n{{"))),
            &["unexpected_answer", "unreachable"],
        ),
        (
            "chunks that are none",
            Answer::Raw(http(format!(
                "{HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n"
            ))),
            &["unexpected_answer"],
        ),
        (
            "an odd status",
            Answer::Raw(http("HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n".into())),
            &["server_error"],
        ),
    ] {
        let script = answer.clone();
        let server = Server::new(move |_: &Request| script.clone());
        let start = Instant::now();
        let found = ask_one(&server.url(), &token(100), &options());
        assert!(reasons.contains(&said(&found)), "{what}: {}", said(&found));
        assert!(start.elapsed() < Duration::from_secs(5), "{what}");
        server.assert_told_nothing();

        // The same in the place of an answer to a token.
        let server = Server::new(move |request: &Request| match request.bearer() {
            None => refused(),
            Some(_) => answer.clone(),
        });
        let found = ask_one(&server.url(), &token(100), &options());
        assert!(reasons.contains(&said(&found)), "{what}: {}", said(&found));
    }
}

/// However it is cut, an answer is an answer.
#[test]
fn old_and_slow_servers_are_understood() {
    let chunked: String = body().chars().map(|c| format!("1\r\n{c}\r\n")).collect();
    for answer in [
        Answer::Raw(http(format!("HTTP/1.0 401 Unauthorized\r\n\r\n{}", body()))),
        Answer::Raw(http(format!(
            "{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunked}0\r\n\r\n"
        ))),
        Answer::Drip(
            http(format!("{HEAD}Connection: close\r\n\r\n{}", body())),
            Duration::from_millis(1),
        ),
    ] {
        let server = Server::new(move |_: &Request| answer.clone());
        assert_eq!(
            said(&ask_one(&server.url(), &token(101), &options())),
            "rejected"
        );
    }
}

#[test]
fn redirects_in_a_loop_end() {
    let server = Server::new(|request: &Request| Answer::moved(302, &request.path));
    assert_eq!(
        said(&ask_one(&server.url(), &token(102), &options())),
        "redirected"
    );
    assert_eq!(server.seen().len(), 1);
}

/// After two requests without an answer the rest is not tried: a token could be lost in each.
#[test]
fn a_server_that_went_away_is_left_alone() {
    let server = Server::new(|request: &Request| match request.bearer() {
        None => refused(),
        Some(_) => Answer::Close,
    });
    let findings: Vec<_> = (110..116)
        .map(|n| finding("mattermost-access-token", &server.url(), &token(n)))
        .collect();
    let (asked, _) = ask(&findings, &options());
    assert!(asked.iter().all(|found| said(found) == "unreachable"));
    assert_eq!(server.bearers().len(), 2);
}

/// In developer mode a server quotes the token; and a hostile one may put it anywhere.
#[test]
fn what_a_server_says_is_not_shown() {
    let secret = token(120);
    let quoting = secret.clone();
    let server = Server::new(move |request: &Request| match request.bearer() {
        Some(bearer) if bearer == quoting => {
            let mut owner = user(bearer, &format!("system_user {bearer}"));
            owner["detailed_error"] = json!(bearer);
            Answer::json(200, owner).header("X-Version-Id", bearer)
        }
        _ => refused(),
    });
    let found = ask_one(&server.url(), &secret, &options());
    assert_eq!(said(&found), "active");
    let debug = format!("{found:?}");
    assert!(!debug.contains(&secret), "{debug}");
    let redactor = Redactor::new([Secret::new(&secret)].iter(), false);
    let owner = found
        .verdict
        .live()
        .and_then(|live| live.owner.clone())
        .expect("an owner");
    assert!(!redactor.line(&owner.username).contains(&secret));
}
