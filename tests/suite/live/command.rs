//! The command line of live checks: flags, exit codes, interrupts, plans, and a single secret.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::server::{Answer, Request, Server, TOKEN_ID, mattermost, refused, user};
use crate::triage::FORMATS;
use crate::util::{Dir, Output, assert_valid, token};

fn env(server: &str, token: &str) -> String {
    format!("MATTERMOST_URL={server}\nMATTERMOST_TOKEN={token}\n")
}

/// Scans with live checks, and reads the report.
fn check(dir: &Dir, args: &[&str]) -> (Option<i32>, Value, Output) {
    let always = ["--verify", "--allow-private", "--format", "json"];
    let output = dir.scan(always).args(args.iter()).run();
    let report: Value = serde_json::from_str(&output.text()).unwrap_or_else(|_| panic!("{output}"));
    assert_valid(&report);
    (output.status(), report, output)
}

#[test]
fn a_live_token_is_found_named_and_never_shown() {
    let secret = token(700);
    let server = Server::new(mattermost(vec![(
        secret.clone(),
        user("ann", "system_user system_admin"),
    )]));
    let dir = Dir::with(env(&server.url(), &secret));
    let (code, report, output) = check(&dir, &[]);
    let finding = &report["findings"][0];
    assert_eq!(code, Some(1));
    assert_eq!(finding["severity"], "critical");
    let verdict = &finding["verdict"];
    assert_eq!(
        (&verdict["status"], &verdict["token_id"]),
        (&"active".into(), &TOKEN_ID.into())
    );
    assert_eq!(
        verdict["owner"]["roles"],
        serde_json::json!(["system_user", "system_admin"])
    );
    assert!(verdict["checked_at"].is_string());
    assert_eq!(
        (&report["summary"]["active"], &report["scan"]["verified"]),
        (&1.into(), &true.into())
    );
    assert!(!output.text().contains(&secret) && !output.errors().contains(&secret));
    let human = dir.scan(["--verify", "--allow-private", "-v"]).run();
    assert!(
        human.text().contains(
            "ACTIVE, ann (system_user, system_admin), token id kcubqq7pgi8ybkn3ozyp337rpa"
        ),
        "{human}"
    );
    assert!(
        human
            .text()
            .contains("1 credential found, 1 active, 0 unknown, 0 unpaired"),
        "{human}"
    );
    assert!(!human.text().contains(&secret));
}

#[test]
fn with_fail_on_verified_the_live_and_the_missed_decide() {
    let server = Server::new(mattermost(vec![(token(710), user("ann", "system_user"))]));
    let page = Server::new(|_: &Request| Answer::html(200));
    let broken = Server::new(|_: &Request| Answer::html(503));
    let code = |url: &str, n: u64, args: &[&str]| {
        let dir = Dir::with(env(url, &token(n)));
        let args = [&["--fail-on", "verified"], args].concat();
        check(&dir, &args).0
    };
    assert_eq!(code(&server.url(), 710, &[]), Some(1));
    assert_eq!(code(&server.url(), 711, &[]), Some(0));
    // A server that is something else has had its say; one that fails has not.
    assert_eq!(code(&page.url(), 712, &[]), Some(0));
    assert_eq!(code(&broken.url(), 712, &[]), Some(2));
    assert_eq!(code(&broken.url(), 712, &["--unknown", "report"]), Some(0));
    let unpaired = Dir::with(format!("MATTERMOST_TOKEN={}\n", token(713)));
    assert_eq!(check(&unpaired, &["--fail-on", "verified"]).0, Some(0));
    assert_eq!(
        check(&unpaired, &["--fail-on", "verified", "--unpaired", "fail"]).0,
        Some(1)
    );
    for args in [
        &["--fail-on", "verified"][..],
        &["--fail-on", "verified", "--verify=plan"],
    ] {
        let output = unpaired.scan(args).run();
        assert_eq!(output.status(), Some(2));
        assert!(
            output
                .errors()
                .contains("--fail-on verified needs --verify"),
            "{output}"
        );
    }
}

#[test]
fn an_accepted_credential_that_is_live_counts() {
    let secret = token(720);
    let server = Server::new(mattermost(vec![(
        secret.clone(),
        user("ann", "system_user"),
    )]));
    let dir = Dir::with(env(&server.url(), &secret));
    let (_, report, _) = check(&dir, &[]);
    let id = report["findings"][0]["id"].as_str().expect("an id");
    dir.file(".matterleaksignore", format!("{id} a test\n"));
    let (code, report, _) = check(&dir, &["--fail-on", "verified"]);
    assert_eq!(
        (code, &report["findings"][0]["suppressed"]["overruled"]),
        (Some(1), &true.into())
    );
    let (code, report, _) = check(&dir, &["--fail-on", "verified", "--allow-live"]);
    assert_eq!(
        (code, &report["findings"][0]["suppressed"]["overruled"]),
        (Some(0), &false.into())
    );
    assert_eq!(dir.scan(["-q"]).run().status(), Some(0));
}

#[test]
fn a_plan_says_who_would_be_asked_and_asks_nobody() {
    let secret = token(730);
    let server = Server::new(mattermost(vec![]));
    let dir = Dir::with(env(&server.url(), &secret));
    dir.file("b.env", format!("MATTERMOST_TOKEN={}\n", token(731)));
    let output = dir.scan(["--verify=plan", "--allow-private"]).run();
    let line = format!(
        "GET {}/api/v4/users/me: the server stands in the",
        server.url()
    );
    assert!(output.text().contains(&line), "{output}");
    assert!(!output.text().contains(&secret));
    let blocked = dir.scan(["--verify=plan"]).run();
    assert!(
        blocked.text().contains("nothing: blocked by policy"),
        "{blocked}"
    );
    let json = dir
        .scan(["--verify=plan", "--allow-private", "--format", "json"])
        .run();
    let report: Value = serde_json::from_str(&json.text()).expect("JSON");
    assert_valid(&report);
    let plan = report["plan"].as_array().expect("a plan");
    assert_eq!(plan.len(), 2);
    assert_eq!(report["scan"]["verified"], false);
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_dead_server_does_not_hold_up_the_others() {
    let dead = Server::new(|_: &Request| Answer::Silence);
    let secret = token(740);
    let server = Server::new(mattermost(vec![(
        secret.clone(),
        user("ann", "system_user"),
    )]));
    let dir = Dir::new();
    for n in 0..5 {
        dir.file(format!("{n}/.env"), env(&dead.url(), &token(741 + n)));
    }
    dir.file("z/.env", env(&server.url(), &secret));
    let start = Instant::now();
    let (code, report, _) = check(&dir, &["--verify-budget", "3s", "--fail-on", "verified"]);
    assert!(start.elapsed() < Duration::from_secs(8));
    assert_eq!((code, &report["summary"]["active"]), (Some(1), &1.into()));
    // Time was over before the silent one was given up.
    let skipped = &report["coverage"]["skipped"][0];
    assert_eq!(skipped["reason"], "budget_exhausted", "{report:#}");
    let late = report["findings"].as_array().expect("findings").iter();
    assert_eq!(
        late.filter(|f| f["verdict"]["reason"] == "timed_out")
            .count(),
        5
    );
}

#[test]
fn an_interrupt_ends_it_and_leaves_a_report() {
    let silent = Server::new(|request: &Request| match request.bearer() {
        None => refused(),
        Some(_) => Answer::Silence,
    });
    let dir = Dir::with(env(&silent.url(), &token(750)));
    let program = env!("CARGO_BIN_EXE_matterleaks");
    let script = format!(
        "'{program}' scan --verify --allow-private --format json --fail-on verified > out.json & \
         pid=$!; sleep 2; kill -INT $pid; wait $pid"
    );
    let start = Instant::now();
    let output = dir.command("bash").args(["-m", "-c", &script]).run();
    assert!(start.elapsed() < Duration::from_secs(8), "{output}");
    assert_eq!(output.status(), Some(2), "{output}");
    let report: Value = serde_json::from_str(&dir.read("out.json")).expect("JSON");
    assert_valid(&report);
    assert_eq!(report["coverage"]["complete"], false);
    assert_eq!(report["coverage"]["skipped"][0]["reason"], "interrupted");
    assert_eq!(report["findings"][0]["verdict"]["status"], "not_checked");
}

#[test]
fn one_secret_from_standard_input() {
    let [live, dead] = [760, 761].map(token);
    let server = Server::new(mattermost(vec![(
        live.clone(),
        user("ann", "system_admin"),
    )]));
    let dir = Dir::new();
    let run = |secret: &str, args: &[&str]| {
        let command = dir
            .program(["verify", "--host", &server.url()])
            .args(args.iter());
        command.stdin(secret).run()
    };
    // The host was typed: it may be private.
    let output = run(&format!("{live}\n"), &[]);
    assert_eq!(output.status(), Some(1), "{output}");
    for part in [
        "is Mattermost 10.11.4",
        "owner     ann",
        "system_admin",
        "critical",
        "ACTIVE",
        "mmctl token revoke kcubqq7pgi8ybkn3ozyp337rpa",
        "System Console",
    ] {
        let said = output
            .text()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(&part), "{part}: {output}");
    }
    assert!(!output.text().contains(&live));
    let output = run(&dead, &["--format", "json"]);
    assert_eq!(output.status(), Some(0), "{output}");
    let check: Value = serde_json::from_str(&output.text()).expect("JSON");
    assert_eq!(
        (&check["verdict"]["status"], &check["server"]["proven"]),
        (&"rejected".into(), &true.into())
    );
    assert_eq!(run("9kih4c69v7bcpbgf174usrlgie", &[]).status(), Some(2));
    for wrong in ["", "two words", "\n\n"] {
        assert_eq!(run(wrong, &[]).status(), Some(2), "{wrong}");
    }
    let output = dir.program(["verify"]).run();
    assert_eq!(output.status(), Some(2));
    let output = run(&live, &["--rule", "mattermost-acess-token"]);
    assert!(output.errors().contains("did you mean"), "{output}");
}

/// Rocket.Chat's check is YAML alone: a token and the id of its user, in headers of its own.
#[test]
fn another_product_is_checked_by_its_rules() {
    let rules = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/rocketchat/rocketchat.yml"
    );
    let [token, id] = [
        "Vu6SxAopzJyXjR3b0d7uMy3ZL5vYQ0a-W4nqkGh_TtE",
        "q3TfZ9hWbLkXo7dMs",
    ];
    let server = Server::new(move |request: &Request| {
        let header = |name: &str| request.headers.get(name).map(String::as_str);
        match (header("x-auth-token"), header("x-user-id")) {
            (Some(sent), Some(user)) if sent == token && user == id => Answer::json(
                200,
                serde_json::json!({"success": true, "_id": id, "username": "rocky", "roles": ["user", "admin"]}),
            ),
            _ => Answer::json(
                401,
                serde_json::json!({"status": "error", "message": "You must be logged in to do this."}),
            ),
        }
    });
    let text = |token: &str| {
        format!(
            "ROCKETCHAT_URL={}\nROCKETCHAT_USER_ID={id}\nROCKETCHAT_TOKEN={token}\n",
            server.url()
        )
    };
    let dir = Dir::with(text(token));
    let (code, report, output) = check(&dir, &["--rules", rules, "--fail-on", "verified"]);
    let finding = &report["findings"][0];
    assert_eq!(
        (code, &finding["severity"]),
        (Some(1), &"critical".into()),
        "{output}"
    );
    assert_eq!(finding["verdict"]["owner"]["username"], "rocky");
    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    assert!(
        !seen[0].headers.contains_key("x-auth-token")
            && seen.iter().all(|r| r.path == "/api/v1/me")
    );
    let fake = &seen[2].headers["x-auth-token"];
    assert!(fake != token && fake.len() == token.len());

    let dir = Dir::with(text("W4nqkGh_TtEVu6SxAopzJyXjR3b0d7uMy3ZL5vYQ0a-"));
    let (code, report, _) = check(&dir, &["--rules", rules, "--fail-on", "verified"]);
    assert_eq!(
        (code, &report["findings"][0]["verdict"]["status"]),
        (Some(0), &"rejected".into())
    );

    // A Mattermost server is none of Rocket.Chat's, and is told nothing.
    let other = Server::new(mattermost(vec![]));
    let dir = Dir::with(text(token).replace(&server.url(), &other.url()));
    let (_, report, _) = check(&dir, &["--rules", rules]);
    assert_eq!(report["findings"][0]["verdict"]["reason"], "not_mattermost");
    other.assert_told_nothing();
}

/// A product whose servers want name and password, and whose pages do not say whose it is.
#[test]
fn a_rule_can_send_name_and_password() {
    let rule = include_str!("../../../fixtures/rocketchat/rocketchat.yml");
    let headers = "headers: {X-Auth-Token: '{secret}', X-User-Id: '{user_id}'}";
    let with = |change: &str| {
        assert!(rule.contains(headers));
        rule.replace(headers, change)
            .replace("company: Rocket.Chat", "company: Acme Talk")
            .replace("title: Rocket.Chat personal", "title: Personal")
    };
    let [token, id] = [
        "Vu6SxAopzJyXjR3b0d7uMy3ZL5vYQ0a-W4nqkGh_TtE",
        "q3TfZ9hWbLkXo7dMs",
    ];
    let pair = |token: &str| data_encoding::BASE64.encode(format!("{id}:{token}").as_bytes());
    let expected = format!("Basic {}", pair(token));
    let server = Server::new(move |request: &Request| {
        let sent = request.headers.get("authorization");
        match sent.is_some_and(|sent| *sent == expected) {
            true => Answer::json(
                200,
                // It gives back what it got.
                serde_json::json!({"success": true, "_id": id, "username": expected, "roles": ["user"]}),
            ),
            false => Answer::json(
                401,
                serde_json::json!({"status": "error", "message": "You must be logged in to do this."}),
            ),
        }
    });
    let text = format!(
        "ROCKETCHAT_URL={}\nROCKETCHAT_USER_ID={id}\nROCKETCHAT_TOKEN={token}\n",
        server.url()
    );
    let dir = Dir::with(text);
    dir.file(
        "own.yml",
        with("basic: {user: '{user_id}', password: '{secret}'}"),
    );
    let args = [".env", "--rules", "own.yml", "--fail-on", "verified"];
    let (code, report, output) = check(&dir, &args);
    assert_eq!(code, Some(1), "{output}");
    let seen = server.seen();
    let sent: Vec<_> = seen
        .iter()
        .map(|r| r.headers.get("authorization"))
        .collect();
    assert_eq!((sent.len(), sent[0]), (3, None), "the probe holds nothing");
    assert!(sent[2].is_some_and(|fake| fake.starts_with("Basic ") && Some(fake) != sent[1]));
    assert!(!output.text().contains(&pair(token)[8..32]), "{output}");

    // Whose it is stands in every report, and that of nobody else.
    let rules = report["tool"]["rules"].as_array().expect("rules");
    let of = |rule: &&serde_json::Value| rule["id"] == "rocketchat-access-token";
    let rule = rules.iter().find(of).expect("a rule");
    assert_eq!(
        (&rule["company"], &rule["product"]),
        (&"Acme Talk".into(), &"rocketchat".into())
    );
    // JSON has the pages of all rules.
    let formats = FORMATS
        .into_iter()
        .filter(|format| !format.starts_with("json"));
    for format in formats {
        let scan = dir
            .scan([".env", "--rules", "own.yml", "--format", format])
            .run();
        let text = scan.text();
        let text = text.replace('\\', "");
        assert!(text.contains("Acme Talk"), "{format}: {text}");
        if format != "sarif" {
            assert!(!text.contains("Mattermost"), "{format}: {text}");
        }
    }

    // Another server is none of theirs.
    let other = Server::new(mattermost(vec![]));
    let there = dir.read(".env").replace(&server.url(), &other.url());
    dir.file("other.env", there);
    for format in ["human", "markdown", "html"] {
        let args = [
            "other.env",
            "--rules",
            "own.yml",
            "--verify",
            "--allow-private",
        ];
        let scan = dir.scan(args).args(["--format", format]).run();
        assert!(scan.text().contains("not acme talk"), "{format}: {scan}");
    }

    // Not as a header: nobody would encode it.
    for (change, says) in [
        (
            "headers: {Authorization: 'Basic {secret}'}",
            "basic: {user, password}",
        ),
        (
            "headers: {authorization: 'Bearer {secret}'}, basic: {user: a, password: '{secret}'}",
            "writes this header itself",
        ),
        ("basic: {user: 'a:b', password: '{secret}'}", "no colon"),
        (
            "basic: {user: '{team}', password: '{secret}'}",
            "no such part",
        ),
        ("basic: {user: a}", "missing field `password`"),
    ] {
        dir.file("own.yml", with(change));
        let checked = dir.program(["rules", "check", "own.yml"]).run().code(2);
        checked.complains(says);
    }
}

/// The proxy of the environment is named without its password, and used only for servers that were named.
#[test]
fn a_proxy_is_shown_without_its_password() {
    let proxy = Server::new(|_: &Request| refused());
    let dir = Dir::with(env("http://chat.example.org", &token(770)));
    let login = format!("http://ann:s3cretword@{}", proxy.address);
    let run = |args: &[&str]| {
        dir.scan(["--allow-http"])
            .args(args.iter())
            .with(|c| {
                c.env("http_proxy", &login);
            })
            .run()
    };
    let plan = run(&["--verify=plan", "--verify-host", "chat.example.org"]);
    let said = plan.text().split_whitespace().collect::<Vec<_>>().join(" ");
    let through = format!("through the proxy http://{}", proxy.address);
    assert!(said.contains(&through), "{plan}");
    assert!(!plan.text().contains("s3cretword") && !plan.errors().contains("s3cretword"));
    assert!(run(&["--verify"]).text().contains("blocked by policy"));
    assert_eq!(proxy.connections(), 0);
    let asked = run(&["--verify", "--verify-host", "*.example.org"]);
    assert!(asked.text().contains("REJECTED"), "{asked}");
    assert!(!asked.text().contains("s3cretword"));
}

/// What a variable adds could be more of the name: `"http://127.0.0.1:80" + "65.example.org"`.
#[test]
fn a_server_that_a_variable_goes_on_with_is_asked_only_if_it_was_typed() {
    let secret = token(3700);
    let server = Server::new(mattermost(vec![(
        secret.clone(),
        user("ann", "system_user"),
    )]));
    let url = server.url();
    let dir = Dir::new();
    let text = format!("mattermost_url = \"{url}\" + endpoint\nmattermost_token = \"{secret}\"\n");
    dir.file("a.py", text);
    let args = ["--verify", "--allow-private", "--format", "json"];
    let report = dir.scan(args).run().json();
    let finding = &report["findings"][0];
    assert_eq!(finding["host"]["url"], url.as_str(), "{report:#}");
    assert_eq!(finding["host"]["tie"], "joined", "{report:#}");
    assert_eq!(finding["verdict"]["reason"], "blocked_by_policy");
    assert_eq!(server.connections(), 0);
    let typed = ["--verify", "--server", &url, "--format", "json"];
    let report = dir.scan(typed).run().json();
    assert_eq!(report["findings"][0]["verdict"]["status"], "active");
}
