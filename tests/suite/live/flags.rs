//! Flags of live checks: what each changes, and what is wrong usage.

use super::scene::{env, ran, scan, together};
use super::server::{Server, mattermost, user};
use crate::util::{Dir, id, token};

#[test]
fn wrong_usage_is_told_before_anybody_is_asked() {
    let server = Server::new(mattermost(vec![]));
    let dir = Dir::with(env(&server.url(), &token(1700)));
    for (args, word) in [
        (&["--verify=maybe"][..], "maybe"),
        (&["--verify-host", ""], "--verify-host"),
        (&["--verify-host", "a b"], "a b"),
        (&["--verify-host", "10.0.0.0/99"], "10.0.0.0/99"),
        (&["--verify-host", "chat.example.org:http"], "http"),
        (&["--verify-host"], "--verify-host"),
        (&["--verify-budget", "0"], "--verify-budget"),
        (&["--verify-budget", "10x"], "10x"),
        (&["--verify-budget", "2d"], "2d"),
        (&["--verify-concurrency", "0"], "--verify-concurrency"),
        (&["--verify-concurrency", "many"], "many"),
        (&["--unknown", "maybe"], "maybe"),
        (&["--server", "not a url"], "not a url"),
        (
            &["--server", "ftp://chat.example.org"],
            "ftp://chat.example.org",
        ),
        (&["--fail-on", "sometimes"], "sometimes"),
    ] {
        let verify = (!args[0].starts_with("--verify=")).then_some("--verify");
        let scan = dir.scan(verify).args(["--allow-private"]).args(args);
        scan.run().code(2).complains(word).says("");
    }
    assert_eq!(server.connections(), 0);
}

/// Nobody is contacted because a flag of live checks was given: only by `--verify`.
#[test]
fn without_verify_nobody_is_asked() {
    let secret = token(1710);
    let server = Server::new(mattermost(vec![]));
    let dir = Dir::with(env(&server.url(), &secret));
    let flags = [
        "--allow-private",
        "--allow-http",
        "--verify-webhooks",
        "--format",
        "json",
    ];
    let url = server.url();
    let more = [
        "--server",
        &url,
        "--verify-host",
        "127.0.0.1",
        "--unknown",
        "fail",
    ];
    let done = ran(dir.scan(flags).args(more).run());
    assert_eq!((done.code, done.said(&secret)), (Some(1), "not_checked"));
    assert_eq!(done.report["scan"]["verified"], false);
    assert_eq!(server.connections(), 0);
}

/// A path behind `--verify` is a path.
#[test]
fn a_path_may_follow_the_flag() {
    let secret = token(1720);
    let server = Server::new(mattermost(vec![]));
    let dir = Dir::new();
    dir.file("plan", env(&server.url(), &secret));
    let done = ran(dir
        .scan(["--format", "json", "--allow-private", "--verify", "plan"])
        .run());
    assert_eq!(done.said(&secret), "rejected", "{}", done.output);
}

#[test]
fn this_machine_needs_leave_or_a_typed_url() {
    let [secret, lonely] = [1730, 1731].map(token);
    let [paired, other] = [0, 1].map(|_| Server::new(mattermost(vec![])));
    let dir = Dir::new();
    dir.file("a/.env", env(&paired.url(), &secret))
        .file("b/.env", format!("MATTERMOST_TOKEN={lonely}\n"));
    let (url, elsewhere) = (paired.url(), other.url());
    let run = |args: &[&str]| {
        let flags = ["--verify", "--format", "json", "--fail-on", "verified"];
        let done = ran(dir.scan(flags).args(args).run());
        (
            done.said(&secret).to_owned(),
            done.said(&lonely).to_owned(),
            done.code,
        )
    };
    let said = |a: &str, b: &str, code| (a.to_owned(), b.to_owned(), Some(code));
    // A list of servers is no leave to contact this machine.
    for args in [
        &[][..],
        &["--verify-host", "127.0.0.1"],
        &["--verify-host", "127.0.0.0/8"],
    ] {
        assert_eq!(
            run(args),
            said("blocked_by_policy", "no_host", 2),
            "{args:?}"
        );
    }
    assert_eq!(paired.connections(), 0);
    // A server that was typed is that server: another port is another one.
    let args = ["--server", elsewhere.as_str()];
    assert_eq!(run(&args), said("blocked_by_policy", "rejected", 2));
    assert_eq!(
        (paired.connections(), other.bearers()),
        (0, vec![lonely.clone()])
    );
    assert_eq!(run(&["--server", &url]), said("rejected", "rejected", 0));
    assert_eq!(run(&["--allow-private"]), said("rejected", "no_host", 0));
}

#[test]
fn a_list_of_servers_is_names_patterns_networks_and_ports() {
    let secret = token(1740);
    let server = Server::start("127.0.5.9:0", None, std::sync::Arc::new(mattermost(vec![])));
    let dir = Dir::with(env(&server.url(), &secret));
    let port = server.address.port();
    let other = port ^ 1;
    let refused = [
        "127.0.5.8".to_owned(),
        "127.0.4.0/24".to_owned(),
        "chat.example.org".to_owned(),
        "*.example.org".to_owned(),
        "27.0.5.9".to_owned(),
        format!("127.0.5.9:{other}"),
        format!("*:{other}"),
        "127.0.5.9*.org".to_owned(),
    ];
    for pattern in &refused {
        let done = scan(&dir, &["--verify-host", pattern]);
        assert_eq!(done.said(&secret), "blocked_by_policy", "{pattern}");
    }
    assert_eq!(server.connections(), 0);
    let patterns = [
        "127.0.5.9",
        "127.0.5.0/24",
        "127.0.*",
        "*",
        "http://127.0.5.9/",
    ];
    together(&patterns, |pattern| {
        let done = scan(&dir, &["--verify-host", pattern]);
        assert_eq!(done.said(&secret), "rejected", "{pattern}");
    });
    let exact = format!("127.0.5.9:{port}");
    let several = ["--verify-host", "chat.example.org", "--verify-host", &exact];
    assert_eq!(scan(&dir, &several).said(&secret), "rejected");
}

/// Accepted and live: that is news, whatever makes the run fail; unless it may be.
#[test]
fn an_accepted_token_counts_while_it_is_live() {
    let [live, dead] = [1750, 1751].map(token);
    let server = Server::new(mattermost(vec![(live.clone(), user("ann", "system_user"))]));
    let runs = [
        (&live, &["--fail-on", "verified"][..], 1),
        (&live, &["--fail-on", "any"], 1),
        (&live, &["--fail-on", "never"], 0),
        (&live, &["--fail-on", "verified", "--allow-live"], 0),
        (&live, &["--fail-on", "any", "--allow-live"], 0),
        (&dead, &["--fail-on", "verified"], 0),
        (&dead, &["--fail-on", "any"], 0),
    ];
    together(&runs, |(token, args, code)| {
        let dir = Dir::with(env(&server.url(), token));
        let list = format!("{} of a test server\n", id(token));
        dir.file(".matterleaksignore", list);
        let done = scan(&dir, args);
        assert_eq!(done.code, Some(*code), "{args:?}: {}", done.output);
    });
}

/// A webhook is posted to by that flag alone; the post cannot appear in any channel.
#[test]
fn webhooks_are_asked_only_with_their_flag() {
    let [live, dead] = [1760, 1761].map(token);
    let server = Server::new(mattermost(vec![(live.clone(), serde_json::json!({}))]));
    let dir = Dir::new();
    let hook = |token: &str| format!("webhook: {}/hooks/{token}\n", server.url());
    dir.file("a/mattermost.yml", hook(&live))
        .file("b/mattermost.yml", hook(&dead));
    let done = scan(&dir, &[]);
    assert_eq!([done.said(&live), done.said(&dead)], ["not_checkable"; 2]);
    assert_eq!(server.connections(), 0);
    let done = scan(&dir, &["--verify-webhooks"]);
    assert_eq!([done.said(&live), done.said(&dead)], ["active", "rejected"]);
    let (posts, rest): (Vec<_>, Vec<_>) = server
        .seen()
        .into_iter()
        .partition(|request| request.method == "POST");
    assert_eq!((posts.len(), rest.len()), (3, 1));
    for post in posts {
        let body: serde_json::Value = serde_json::from_str(&post.body).expect("JSON");
        let channel = body["channel"].as_str().expect("a channel");
        assert!(
            channel.contains([' ', '/']),
            "a channel may be called {channel}"
        );
        assert!(!post.headers.contains_key("authorization"));
    }
}
