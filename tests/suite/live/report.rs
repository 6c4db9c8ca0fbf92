//! One scan over many servers that each play another part: what the report says of every token, and what every
//! server was told.

use serde_json::{Value, json};

use super::scene::{Scan, assert_hidden, env, ran, scan, unminted};
use super::server::{Answer, Request, Server, TOKEN_ID, error, mattermost, refused, user};
use crate::util::{Dir, token};

type Script = Box<dyn Fn(&Request) -> Answer + Send + Sync>;

/// A server, the token of its file, and what is expected.
struct Case {
    token: String,
    server: Server,
    said: &'static str,
    severity: &'static str,
    /// How many requests without a token it gets, and how many with one.
    asked: (usize, usize),
}

/// The answers of one server, by whether a token came along.
fn answers(probe: Answer, told: Answer) -> Script {
    Box::new(move |request| match request.bearer() {
        None => probe.clone(),
        Some(_) => told.clone(),
    })
}

/// A server that knows one token.
fn knows(token: &str, owner: Value) -> Script {
    Box::new(mattermost(vec![(token.to_owned(), owner)]))
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |script: &dyn Fn(&str) -> Script, said, severity, asked| {
        let n = cases.len() as u64;
        let token = token(1100 + n);
        // Servers of their own: the addresses differ, not only the ports.
        let address = format!("127.0.1.{}:0", n + 1);
        let server = Server::start(&address, None, script(&token).into());
        cases.push(Case {
            token,
            server,
            said,
            severity,
            asked,
        });
    };
    let roles = |roles: &'static str| move |token: &str| knows(token, user("ann", roles));
    let bot = |token: &str| {
        let mut owner = user("deploybot", "system_user");
        owner["is_bot"] = true.into();
        knows(token, owner)
    };
    let live = (1, 3);
    add(&roles("system_user"), "active", "high", live);
    add(&bot, "active", "high", live);
    add(&roles("system_guest"), "active", "medium", live);
    add(
        &roles("system_user system_admin"),
        "active",
        "critical",
        live,
    );
    // Before that of the guest: a role is a word, and the worst row comes first.
    add(
        &roles("system_guest system_admin"),
        "active",
        "critical",
        live,
    );
    add(&roles("not_system_admin"), "active", "high", live);

    let translated =
        json!({"id": "api.context.session_expired.app_error", "message": "Сессия истекла"});
    for told in [refused(), Answer::json(401, translated)] {
        add(
            &|_| answers(refused(), told.clone()),
            "rejected",
            "info",
            (1, 1),
        );
    }
    for (told, said) in [
        (error(404, "api.context.404.app_error"), "unexpected_answer"),
        (
            error(403, "api.context.permissions.app_error"),
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
        (error(500, ""), "server_error"),
        (Answer::html(200), "unexpected_answer"),
        (Answer::html(403), "intercepted"),
        (Answer::json(200, json!({"id": 1})), "unexpected_answer"),
        (
            Answer::Http(429, vec![], "limit exceeded\n".into()),
            "rate_limited",
        ),
        (
            Answer::moved(302, "https://sso.example.org/login"),
            "redirected",
        ),
    ] {
        add(&|_| answers(refused(), told.clone()), said, "high", (1, 1));
    }
    let second_factor = error(403, "api.context.mfa_required.app_error");
    add(
        &|_| answers(refused(), second_factor.clone()),
        "indiscriminate_host",
        "high",
        (1, 2),
    );
    let anybody = Answer::json(200, user("eve", "system_admin"));
    add(
        &|_| answers(refused(), anybody.clone()),
        "indiscriminate_host",
        "high",
        (1, 2),
    );
    for (probe, said) in [
        (Answer::html(200), "not_mattermost"),
        (Answer::json(200, json!({"status": "OK"})), "not_mattermost"),
        (
            Answer::json(200, user("eve", "system_admin")),
            "not_mattermost",
        ),
        (
            Answer::json(401, json!({"message": "Unauthorized"})),
            "not_mattermost",
        ),
        (
            Answer::html(401).header("WWW-Authenticate", "Basic realm=x"),
            "intercepted",
        ),
        (error(404, "api.context.404.app_error"), "wrong_base"),
        (Answer::html(502), "server_error"),
        (
            Answer::Http(429, vec![], "limit exceeded\n".into()),
            "rate_limited",
        ),
        (
            Answer::moved(302, "https://sso.example.org/login"),
            "redirected",
        ),
        (Answer::moved(301, "/login"), "redirected"),
        (Answer::Close, "unreachable"),
    ] {
        add(
            &|_| answers(probe.clone(), anybody.clone()),
            said,
            "high",
            (1, 0),
        );
    }
    cases
}

#[test]
fn every_part_that_a_server_can_play_is_told_from_the_others() {
    let cases = cases();
    let dir = Dir::new();
    for (n, case) in cases.iter().enumerate() {
        dir.file(format!("{n}/.env"), env(&case.server.url(), &case.token));
    }
    let done = scan(&dir, &[]);
    for (n, case) in cases.iter().enumerate() {
        let scene = format!("case {n}: {:#}", done.finding(&case.token));
        assert_eq!(done.said(&case.token), case.said, "{scene}");
        assert_eq!(
            done.finding(&case.token)["severity"],
            case.severity,
            "{scene}"
        );
        assert!(
            done.verdict(&case.token)["checked_at"].is_string(),
            "{scene}"
        );
        assert_told_no_more(case, &scene);
        assert_hidden(&done.output, &case.token);
    }
    let count = |said: &dyn Fn(&str) -> bool| cases.iter().filter(|case| said(case.said)).count();
    let summary = &done.report["summary"];
    assert_eq!(summary["active"], count(&|said| said == "active"));
    let unknown = count(&|said| !matches!(said, "active" | "rejected"));
    assert_eq!(summary["unknown"], unknown);
    assert_eq!(done.report["scan"]["verified"], true);
    assert_eq!(done.report["coverage"]["complete"], true, "{}", done.output);
    assert_eq!(done.code, Some(1));
    assert_owners(&done, &cases);
}

/// Asserts that a server saw what it had to and nothing else.
fn assert_told_no_more(case: &Case, scene: &str) {
    let seen = case.server.seen();
    let told = case.server.bearers();
    assert_eq!(
        (seen.len() - told.len(), told.len()),
        case.asked,
        "{scene}\n{seen:#?}"
    );
    assert!(
        seen.first().is_none_or(|probe| probe.bearer().is_none()),
        "{scene}"
    );
    for request in &seen {
        let headers = &request.headers;
        assert_eq!(
            (request.method.as_str(), request.body.as_str()),
            ("GET", ""),
            "{scene}"
        );
        assert!(request.path.starts_with("/api/v4/users/me"), "{scene}");
        let agent = headers["user-agent"].as_str();
        assert!(
            agent.starts_with(concat!("matterleaks/", env!("CARGO_PKG_VERSION"))),
            "{agent}"
        );
        assert_eq!(headers["accept"], "application/json", "{scene}");
        assert_eq!(headers["host"], case.server.address.to_string(), "{scene}");
        for header in [
            "cookie",
            "referer",
            "proxy-authorization",
            "origin",
            "accept-encoding",
        ] {
            assert!(!headers.contains_key(header), "{scene}: {header}");
        }
        assert!(request.bearer().is_some() || !headers.contains_key("authorization"));
    }
    let (own, fresh): (Vec<_>, Vec<_>) = told.into_iter().partition(|sent| *sent == case.token);
    let doubted = matches!(case.said, "active" | "indiscriminate_host");
    assert_eq!(fresh.len(), usize::from(doubted), "{scene}");
    assert_eq!(own.is_empty(), case.asked.1 == 0, "{scene}");
}

fn assert_owners(done: &Scan, cases: &[Case]) {
    for case in cases {
        let verdict = done.verdict(&case.token);
        if case.said == "active" {
            assert_eq!(verdict["token_id"], TOKEN_ID);
            let name = verdict["owner"]["username"].as_str().expect("a name");
            assert_eq!(verdict["owner"]["is_bot"], name == "deploybot", "{verdict}");
            assert!(verdict["owner"]["roles"].is_array(), "{verdict}");
        } else {
            let nothing = (&Value::Null, &Value::Null);
            assert_eq!(
                (&verdict["owner"], &verdict["token_id"]),
                nothing,
                "{verdict}"
            );
        }
    }
}

#[test]
fn what_cannot_be_asked_about_says_why_and_when_nobody_was_asked() {
    let server = Server::new(mattermost(vec![]));
    let [alone, slash, hook, other] = [1150, 1151, 1152, 1153].map(token);
    let altered = unminted(1154);
    let dir = Dir::new();
    dir.file("a/.env", format!("MATTERMOST_TOKEN={alone}\n"))
        .file(
            "b/.env",
            format!(
                "MATTERMOST_URL={}\nMATTERMOST_SLASH_TOKEN={slash}\n",
                server.url()
            ),
        )
        .file(
            "c/mattermost.yml",
            format!("webhook: {}/hooks/{hook}\n", server.url()),
        )
        .file("d/.env", env(&server.url(), &altered))
        .file("e/.env", env("http://10.0.0.1", &other));
    let done = scan(&dir, &["--fail-on", "verified"]);
    for (token, said) in [
        (&alone, "no_host"),
        (&slash, "not_checkable"),
        (&hook, "not_checkable"),
        (&altered, "not_checkable"),
        (&other, "cleartext_http"),
    ] {
        let verdict = done.verdict(token);
        assert_eq!(done.said(token), said, "{verdict}");
        assert_eq!(verdict["checked_at"], Value::Null, "{verdict}");
        assert!(
            verdict["detail"]
                .as_str()
                .is_some_and(|why| !why.is_empty()),
            "{verdict}"
        );
    }
    assert_eq!(done.report["summary"]["unknown"], 5);
    assert_eq!(server.connections(), 0);
    // Only the last could have been asked about.
    assert_eq!(done.code, Some(2));
    std::fs::remove_dir_all(dir.path("e")).expect("removed");
    assert_eq!(scan(&dir, &["--fail-on", "verified"]).code, Some(0));
}

/// Sessions and tokens of applications log a user in as personal tokens do.
#[test]
fn whatever_logs_a_user_in_is_asked_about_as_a_login() {
    let [session, oauth] = [1160, 1161].map(token);
    let known = [&session, &oauth].map(|token| (token.clone(), user("ann", "system_user")));
    let server = Server::new(mattermost(known.to_vec()));
    let dir = Dir::new();
    let (me, oauth_line) = (
        format!("{}/api/v4/users/me", server.url()),
        format!(
            "GET {}/api/v4/users/me?access_token={oauth} HTTP/1.1\n",
            server.url()
        ),
    );
    dir.file(
        "a/curl.sh",
        format!("curl '{me}' -H 'Cookie: MMAUTHTOKEN={session}'\n"),
    )
    .file("b/mattermost.log", oauth_line);
    let done = scan(&dir, &[]);
    for (token, kind) in [(&session, "session_token"), (&oauth, "oauth_access_token")] {
        assert_eq!(done.finding(token)["kind"], kind);
        assert_eq!(done.said(token), "active", "{}", done.output);
    }
    for request in server.seen() {
        assert!(!request.headers.contains_key("cookie") && !request.path.contains('?'));
    }
}

/// Forty files with one pair are one question.
#[test]
fn a_pair_is_asked_about_once_wherever_it_stands() {
    let secret = token(1170);
    let server = Server::new(mattermost(vec![]));
    let dir = Dir::new();
    for n in 0..40 {
        dir.file(format!("{n}/.env"), env(&server.url(), &secret));
    }
    let done = scan(&dir, &[]);
    assert_eq!(done.said(&secret), "rejected");
    assert_eq!(done.report["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!((server.seen().len(), server.bearers().len()), (2, 1));
}

#[test]
fn standard_input_and_lines_are_checked_like_files_and_documents() {
    let secret = token(1180);
    let server = Server::new(mattermost(vec![(
        secret.clone(),
        user("ann", "system_user"),
    )]));
    let dir = Dir::with("nothing\n");
    let flags = ["-", "--verify", "--allow-private", "--format"];
    let stdin = || env(&server.url(), &secret).into_bytes();
    let done = ran(dir.scan(flags).args(["json"]).stdin(stdin()).run());
    assert_eq!((done.code, done.said(&secret)), (Some(1), "active"));
    let lines = dir.scan(flags).args(["jsonl"]).stdin(stdin()).run().code(1);
    let [finding, summary] = &lines.lines()[..] else {
        panic!("{lines}");
    };
    assert_eq!(finding["verdict"]["owner"]["username"], "ann");
    assert_eq!(summary["summary"]["active"], 1);
    assert_eq!(summary["scan"]["verified"], true);
    assert_hidden(&lines, &secret);
}

/// A login in a server's URL is another secret, and none of ours.
#[test]
fn a_login_in_the_url_of_a_server_stays_where_it_is() {
    let secret = token(1190);
    let server = Server::new(mattermost(vec![]));
    let url = format!("http://ann:hunter2hunter2@{}", server.address);
    let done = scan(&Dir::with(env(&url, &secret)), &[]);
    assert_eq!(done.said(&secret), "rejected", "{}", done.output);
    for request in server.seen() {
        let sent = request.headers.get("authorization");
        assert!(
            sent.is_none_or(|sent| sent.starts_with("Bearer ")),
            "{request:?}"
        );
    }
    assert_hidden(&done.output, "hunter2hunter2");
}
