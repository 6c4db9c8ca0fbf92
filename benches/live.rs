//! How long live checks take beside the least that the pace of two requests a second and server allows.
//!
//! 1,000 credentials of 100 servers on loopback, each of which takes 200 ms to answer; one credential in ten is
//! live. `cargo bench --bench live`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use matterleaks::detect::mint;
use matterleaks::finding::{Finding, Secret};
use matterleaks::rule::Rules;
use matterleaks::verify::{self, Base, Options, Policy};

const SERVERS: usize = 100;
const EACH: usize = 10;
const THINKS: Duration = Duration::from_millis(200);

fn main() {
    // Cargo passes its own arguments; there is nothing to choose.
    let rules = Rules::load(&[]).expect("rules");
    let (mut findings, mut bases): (Vec<Finding>, Vec<Base>) = Default::default();
    for server in 0..SERVERS {
        let tokens: Vec<String> = (0..EACH).map(|n| token(server * EACH + n)).collect();
        let base = Base::read(&start(tokens[0].clone())).expect("a URL");
        for token in &tokens {
            let secret = Secret::new(token);
            findings.push(
                verify::typed(&rules, "mattermost-access-token", &base, secret, &[])
                    .expect("a finding"),
            );
        }
        bases.push(base);
    }
    let options = Options {
        policy: Policy {
            allow_private: true,
            typed: bases,
            ..Policy::default()
        },
        ..Options::default()
    };
    // For each server a probe, its credentials, a fresh one that it must refuse, and the list of logins.
    let requests = 1 + EACH + 1 + 1;
    let bound = options.bounds.interval * (requests as u32 - 1) + THINKS;
    let start = Instant::now();
    verify::verify(&rules, &mut findings, &options, std::future::pending()).expect("checks");
    let taken = start.elapsed();
    let mut verdicts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &findings {
        *verdicts.entry(finding.verdict.status().name()).or_default() += 1;
    }
    let _ = writeln!(
        std::io::stdout(),
        "{} credentials of {SERVERS} servers, {requests} requests each: {:.2} s, the least is {:.2} s: {:.2} times; {verdicts:?}",
        findings.len(),
        taken.as_secs_f64(),
        bound.as_secs_f64(),
        taken.as_secs_f64() / bound.as_secs_f64(),
    );
    assert_eq!(verdicts.get("active"), Some(&SERVERS));
    assert_eq!(verdicts.get("rejected"), Some(&(SERVERS * (EACH - 1))));
}

/// A token that nobody has.
fn token(n: usize) -> String {
    mint(
        (n as u128 + 1)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
            .to_be_bytes(),
    )
}

/// Starts a server that knows one token, and tells its URL.
fn start(known: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let known = Arc::new(known);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let known = known.clone();
            thread::spawn(move || answer(stream, &known));
        }
    });
    url
}

fn answer(stream: TcpStream, known: &str) {
    let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
    let path = lines.next().unwrap_or_default();
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let live = headers.iter().any(|line| line.ends_with(known));
    thread::sleep(THINKS);
    let (status, body) = match (live, path.contains("/sessions")) {
        (true, true) => (
            "200 OK",
            r#"[{"last_activity_at": 1, "props": {"user_access_token_id": "kcubqq7pgi8ybkn3ozyp337rpa"}}]"#,
        ),
        (true, false) => (
            "200 OK",
            r#"{"id": "fcijozmrmfrjijo783wqsr5ano", "username": "ann", "roles": "system_user"}"#,
        ),
        (false, _) => (
            "401 Unauthorized",
            r#"{"id": "api.context.session_expired.app_error"}"#,
        ),
    };
    let _ = write!(
        &stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}
