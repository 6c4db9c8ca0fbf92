//! Oddities of HTTP below the level of answers: interim answers, connections that break or stay, bodies that are no
//! plain text.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::server::{Answer, Request, Server, mattermost, refused};
use super::{ask, ask_one, finding, options, said};
use crate::util::token;

const ID: &str = r#"{"id": "api.context.session_expired.app_error"}"#;

/// What follows the status line of an answer that refuses.
fn refusal(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 401 X\r\n{headers}Content-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// A server that does with each connection what it wants.
fn raw(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            thread::spawn(move || serve(stream));
        }
    });
    address
}

/// Reads one request.
fn head(reader: &mut impl BufRead) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        reader
            .read_line(&mut head)
            .ok()
            .filter(|length| *length > 0)?;
    }
    Some(head)
}

/// To close with bytes unread resets the connection.
#[test]
fn a_connection_that_is_reset_is_unreachable() {
    let secret = token(1800);
    let reset = raw(|mut stream| drop(stream.read_exact(&mut [0; 8])));
    let found = ask_one(&format!("http://{reset}"), &secret, &options());
    assert_eq!(said(&found), "unreachable");
    // The same after the probe was answered, and after half an answer.
    for start in [
        "",
        "HTTP/1.1 401 X\r\nContent-",
        "HTTP/1.1 401 X\r\nContent-Length: 99\r\n\r\n{",
    ] {
        let answered = AtomicUsize::new(0);
        let reset = raw(move |mut stream| {
            if answered.fetch_add(1, Ordering::SeqCst) == 0 {
                head(&mut BufReader::new(&stream));
                let _ = stream.write_all(&refusal("", ID.as_bytes()));
            } else {
                let _ = stream.read_exact(&mut [0; 8]);
                let _ = stream.write_all(start.as_bytes());
            }
        });
        let found = ask_one(&format!("http://{reset}"), &secret, &options());
        assert!(
            matches!(said(&found), "unreachable" | "unexpected_answer"),
            "{}",
            said(&found)
        );
    }
}

#[test]
fn nobody_at_the_port_is_unreachable() {
    let gone = TcpListener::bind("127.0.0.1:0").and_then(|gone| gone.local_addr());
    let url = format!("http://{}", gone.expect("an address"));
    let start = Instant::now();
    assert_eq!(
        said(&ask_one(&url, &token(1810), &options())),
        "unreachable"
    );
    assert!(start.elapsed() < Duration::from_secs(1));
}

/// Every question has a connection of its own: one that stays could close just when the next is sent, or bring an
/// answer to it before it was asked.
#[test]
fn no_connection_is_used_twice() {
    let active =
        json!({"id": "fcijozmrmfrjijo783wqsr5ano", "username": "eve", "roles": "system_user"});
    let forged = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{active}",
        active.to_string().len()
    );
    for (n, more) in [(0, String::new()), (2, forged)] {
        let (connections, requests) =
            (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (opened, asked) = (connections.clone(), requests.clone());
        let address = raw(move |mut stream| {
            opened.fetch_add(1, Ordering::SeqCst);
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            while head(&mut reader).is_some() {
                asked.fetch_add(1, Ordering::SeqCst);
                let answer = refusal("Connection: keep-alive\r\n", ID.as_bytes());
                let _ = stream.write_all(&[&answer, more.as_bytes()].concat());
            }
        });
        let url = format!("http://{address}");
        let findings =
            [1820, 1821].map(|m| finding("mattermost-access-token", &url, &token(m + n)));
        let (asked, _) = ask(&findings, &options());
        assert_eq!([said(&asked[0]), said(&asked[1])], ["rejected"; 2]);
        let counted = [&connections, &requests].map(|count| count.load(Ordering::SeqCst));
        assert_eq!(counted, [3, 3]);
    }
}

#[test]
fn interim_answers_are_passed_over_while_time_lasts() {
    let secret = token(1830);
    let interim = "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n".repeat(3);
    let answer = [interim.as_bytes(), &refusal("", ID.as_bytes())].concat();
    let server = Server::new(move |_: &Request| Answer::Raw(answer.clone()));
    assert_eq!(
        said(&ask_one(&server.url(), &secret, &options())),
        "rejected"
    );

    let endless = Server::new(|_: &Request| Answer::Endless(b"HTTP/1.1 100 X\r\n\r\n".to_vec()));
    let start = Instant::now();
    let found = ask_one(&endless.url(), &secret, &options());
    assert!(
        matches!(said(&found), "timed_out" | "unexpected_answer"),
        "{}",
        said(&found)
    );
    assert!(start.elapsed() < Duration::from_secs(4));
    endless.assert_told_nothing();
}

/// What is no proof must not become one by another reading of the same bytes.
#[test]
fn a_body_that_is_not_plain_json_proves_nothing() {
    let secret = token(1840);
    let deep = "[".repeat(30_000) + &"]".repeat(30_000);
    let bom = format!("\u{feff}{ID}");
    for (what, headers, body) in [
        (
            "compressed",
            "Content-Encoding: gzip\r\n",
            &b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"[..],
        ),
        ("nested", "", deep.as_bytes()),
        ("two documents", "", format!("{ID}{ID}").as_bytes()),
        (
            "a page around it",
            "",
            format!("<pre>{ID}</pre>").as_bytes(),
        ),
        ("in a list", "", format!("[{ID}]").as_bytes()),
        ("with a mark", "", bom.as_bytes()),
        ("no text", "", b"{\"id\": \"\xff\"}"),
        (
            "a longer id",
            "",
            br#"{"id": "x.api.context.session_expired.app_error"}"#,
        ),
        (
            "an id on two lines",
            "",
            br#"{"id": "api.context.session_expired.app_error\n"}"#,
        ),
        (
            "an id with more",
            "",
            br#"{"id": "api.context.session_expired.app_error.x"}"#,
        ),
        (
            "an id in a list",
            "",
            br#"{"id": [{"id": "api.context.session_expired.app_error"}]}"#,
        ),
        (
            "deeper",
            "",
            br#"{"error": {"id": "api.context.session_expired.app_error"}}"#,
        ),
        ("nothing", "", b""),
    ] {
        let answer = refusal(headers, body);
        let server = Server::new(move |_: &Request| Answer::Raw(answer.clone()));
        let found = ask_one(&server.url(), &secret, &options());
        assert!(
            matches!(said(&found), "not_mattermost" | "intercepted"),
            "{what}: {}",
            said(&found)
        );
        assert_eq!(server.seen().len(), 1, "{what}");
        server.assert_told_nothing();
    }
}

/// A list that is right and an answer that is one are told apart from a status alone.
#[test]
fn no_status_stands_for_a_proof() {
    let secret = token(1850);
    for status in [
        101, 204, 206, 304, 400, 402, 405, 410, 418, 426, 451, 600, 999,
    ] {
        let line = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
        let answer = Answer::Raw(line.into_bytes());
        let probe = answer.clone();
        let server = Server::new(move |_: &Request| probe.clone());
        let found = ask_one(&server.url(), &secret, &options());
        assert!(
            found.verdict.unknown().is_some(),
            "{status}: {}",
            said(&found)
        );
        assert_eq!(server.bearers().len(), 0, "{status}");
        let told = Server::new(move |request: &Request| match request.bearer() {
            None => refused(),
            Some(_) => answer.clone(),
        });
        let found = ask_one(&told.url(), &secret, &options());
        assert!(
            found.verdict.unknown().is_some(),
            "{status}: {}",
            said(&found)
        );
        assert_eq!(told.bearers(), [secret.as_str()], "{status}");
    }
}

/// Two failures in a row end it; an answer that proves nothing is still an answer.
#[test]
fn a_server_that_answers_is_not_given_up_for_one_silence() {
    let secrets: Vec<String> = (1860..1864).map(token).collect();
    let (odd, silent) = (secrets[0].clone(), secrets[1].clone());
    let plain = mattermost(vec![]);
    let server = Server::new(move |request: &Request| match request.bearer() {
        Some(bearer) if bearer == odd => Answer::html(500),
        Some(bearer) if bearer == silent => Answer::Close,
        _ => plain(request),
    });
    let findings: Vec<_> = (secrets.iter())
        .map(|secret| finding("mattermost-access-token", &server.url(), secret))
        .collect();
    let (asked, _) = ask(&findings, &options());
    let verdicts: Vec<&str> = asked.iter().map(said).collect();
    assert_eq!(
        verdicts,
        ["server_error", "unreachable", "rejected", "rejected"]
    );
}

/// A time to wait that is odd is none; a date is too long a story for one question.
#[test]
fn an_odd_time_to_wait_is_no_time() {
    let secret = token(1870);
    for wait in [
        "",
        "-1",
        "soon",
        "1e9",
        "99999999999999999999",
        "0.5",
        "Wed, 21 Oct 2065 07:28:00 GMT",
    ] {
        let server = Server::new(move |_: &Request| {
            Answer::Http(
                429,
                vec![("Retry-After".into(), wait.into())],
                String::new(),
            )
        });
        let start = Instant::now();
        assert_eq!(
            said(&ask_one(&server.url(), &secret, &options())),
            "rate_limited",
            "{wait}"
        );
        assert_eq!(server.seen().len(), 1, "{wait}");
        assert!(start.elapsed() < Duration::from_secs(1), "{wait}");
    }
}
