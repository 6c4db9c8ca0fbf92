//! Ends before the end: an interrupt, time that is over, and servers that keep others waiting. What is known by
//! then is in the report.

use std::time::{Duration, Instant};

use super::scene::{Scan, assert_hidden, env, ran, scan, together};
use super::server::{Answer, Request, Server, mattermost, refused, user};
use crate::util::{Dir, assert_valid, token};

/// A server that takes part in everything but the questions that hold a token.
fn hangs() -> Server {
    Server::new(|request: &Request| match request.bearer() {
        None => refused(),
        Some(_) => Answer::Silence,
    })
}

/// A server that knows a token, and hangs when it is asked for the logins of its user.
fn hangs_at_sessions(secret: &str) -> Server {
    let known = mattermost(vec![(secret.to_owned(), user("ann", "system_user"))]);
    Server::new(move |request: &Request| match request.path.as_str() {
        "/api/v4/users/me/sessions" => Answer::Silence,
        _ => known(request),
    })
}

/// Scans, and interrupts it when `ready`.
fn interrupted(
    dir: &Dir,
    args: &str,
    ready: impl Fn() -> bool + Send + 'static,
) -> (Scan, Duration) {
    let program = env!("CARGO_BIN_EXE_matterleaks");
    let script = format!(
        "'{program}' scan --verify --allow-private --format json {args} & pid=$!; \
         while [ ! -e interrupt ]; do sleep 0.05; done; kill -INT $pid; wait $pid"
    );
    let flag = dir.path("interrupt");
    let waiting = std::thread::spawn(move || {
        let start = Instant::now();
        while !ready() && start.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(20));
        }
        std::fs::write(flag, "").expect("a file");
        Instant::now()
    });
    // Job control, or a shell without a terminal lets its children ignore interrupts.
    let output = dir.command("bash").args(["-m", "-c", &script]).run();
    let took = waiting.join().expect("no panic").elapsed();
    (ran(output), took)
}

#[test]
fn an_interrupt_leaves_a_report_at_once() {
    let server = std::sync::Arc::new(hangs());
    let secret = token(1300);
    let dir = Dir::with(env(&server.url(), &secret));
    let told = server.clone();
    let (done, took) = interrupted(&dir, "--fail-on verified", move || {
        !told.bearers().is_empty()
    });
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert_eq!(done.code, Some(2), "{}", done.output);
    assert_eq!(done.said(&secret), "not_checked");
    assert_eq!(done.report["coverage"]["complete"], false);
    assert_eq!(done.skips(), ["interrupted"]);
    assert_hidden(&done.output, &secret);
}

/// What is live by then wins over what is not known.
#[test]
fn an_interrupt_does_not_hide_a_live_token() {
    let [live, dead, waiting] = [1310, 1311, 1312].map(token);
    let known = vec![(live.clone(), user("ann", "system_user"))];
    let server = std::sync::Arc::new(Server::new(mattermost(known)));
    let silent = hangs();
    let dir = Dir::new();
    dir.file("a/.env", env(&server.url(), &live))
        .file("b/.env", env(&server.url(), &dead))
        .file("c/.env", env(&silent.url(), &waiting));
    let told = server.clone();
    let (done, _) = interrupted(&dir, "--fail-on verified", move || {
        // The probe, three questions about one token, one about the other; its answer needs a moment.
        let all = told.seen().len() >= 5;
        std::thread::sleep(Duration::from_millis(if all { 300 } else { 0 }));
        all
    });
    assert_eq!(done.said(&live), "active", "{}", done.output);
    assert_eq!(done.said(&dead), "rejected");
    assert_eq!(done.said(&waiting), "not_checked");
    assert_eq!((done.code, done.skips()), (Some(1), vec!["interrupted"]));
}

/// The id of a token is a further service; a server that never gives it has still taken the token.
#[test]
fn a_token_that_was_taken_stays_live_while_its_id_is_asked_for() {
    let secret = token(1320);
    let server = std::sync::Arc::new(hangs_at_sessions(&secret));
    let dir = Dir::with(env(&server.url(), &secret));
    let told = server.clone();
    let (done, _) = interrupted(&dir, "--fail-on verified", move || told.seen().len() >= 4);
    assert_eq!(done.said(&secret), "active", "{}", done.output);
    assert_eq!(done.code, Some(1));
}

#[test]
fn a_token_that_was_taken_stays_live_when_time_is_over() {
    let secret = token(1330);
    let server = hangs_at_sessions(&secret);
    let dir = Dir::with(env(&server.url(), &secret));
    let done = scan(&dir, &["--verify-budget", "4s", "--fail-on", "verified"]);
    assert_eq!(server.seen().len(), 4, "the control comes before the id");
    assert_eq!(done.said(&secret), "active", "{}", done.output);
    assert_eq!(done.code, Some(1));
}

#[test]
fn when_time_is_over_the_run_is_incomplete() {
    let server = hangs();
    let secret = token(1340);
    let dir = Dir::with(env(&server.url(), &secret));
    let runs = [
        (&["--fail-on", "verified"][..], 2),
        // Whoever wants no check to fail the run still learns that something was left out.
        (&["--fail-on", "verified", "--unknown", "report"], 2),
        (&["--fail-on", "never"], 2),
        (&["--fail-on", "any"], 1),
    ];
    let start = Instant::now();
    together(&runs, |(args, code)| {
        let done = scan(&dir, &[args, &["--verify-budget", "1s"][..]].concat());
        let said = (done.code, done.said(&secret));
        assert_eq!(said, (Some(*code), "timed_out"), "{args:?}");
        assert_eq!(done.skips(), ["budget_exhausted"]);
        assert_eq!(done.report["coverage"]["complete"], false);
        assert_hidden(&done.output, &secret);
    });
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn when_time_is_over_lines_and_people_are_told() {
    let server = hangs();
    let dir = Dir::with(env(&server.url(), &token(1350)));
    let flags = ["--verify", "--allow-private", "--verify-budget", "1s"];
    let lines = dir.scan(flags).args(["--format", "jsonl"]).run();
    let lines = lines.lines();
    let summary = lines.last().expect("a summary");
    assert_valid(summary);
    assert_eq!(
        summary["coverage"]["skipped"][0]["reason"],
        "budget_exhausted"
    );
    let human = dir.scan(flags).run();
    human.says("UNKNOWN").says("1 unknown").lacks("clean");
}

/// Servers are asked side by side: twenty that are slow take as long as one.
#[test]
fn slow_servers_do_not_wait_for_each_other() {
    let pause = Duration::from_millis(700);
    let dir = Dir::new();
    let servers: Vec<Server> = (0..20)
        .map(|_| {
            let plain = mattermost(vec![]);
            Server::new(move |request: &Request| {
                std::thread::sleep(pause);
                plain(request)
            })
        })
        .collect();
    for (n, server) in servers.iter().enumerate() {
        dir.file(
            format!("{n}/.env"),
            env(&server.url(), &token(1360 + n as u64)),
        );
    }
    let start = Instant::now();
    let done = scan(&dir, &["--fail-on", "verified"]);
    let together = start.elapsed();
    assert_eq!(done.code, Some(0), "{}", done.output);
    assert!(
        together < pause * 2 + Duration::from_secs(5),
        "{together:?}"
    );
    for server in &servers {
        assert_eq!(server.seen().len(), 2);
    }
}

/// One at a time over all servers, if that is wanted.
#[test]
fn concurrency_is_bounded_over_all_servers() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let dir = Dir::new();
    let servers: Vec<Server> = (0..6)
        .map(|_| {
            let (now, most) = (now.clone(), most.clone());
            let plain = mattermost(vec![]);
            Server::new(move |request: &Request| {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(60));
                now.fetch_sub(1, Ordering::SeqCst);
                plain(request)
            })
        })
        .collect();
    for (n, server) in servers.iter().enumerate() {
        dir.file(
            format!("{n}/.env"),
            env(&server.url(), &token(1390 + n as u64)),
        );
    }
    for (limit, expected) in [("1", 1..=1), ("2", 1..=2), ("64", 3..=6)] {
        most.store(0, Ordering::SeqCst);
        let done = scan(
            &dir,
            &["--verify-concurrency", limit, "--fail-on", "verified"],
        );
        assert_eq!(done.code, Some(0), "{}", done.output);
        let most = most.load(Ordering::SeqCst);
        assert!(expected.contains(&most), "{most} at once with {limit}");
    }
}
