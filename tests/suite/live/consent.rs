//! A token goes by itself only to the server that its own document ties to it.

use super::scene::{env, scan};
use super::server::{Server, mattermost, user};
use crate::util::{Dir, token};

fn live(secret: &str) -> Server {
    Server::new(mattermost(vec![(
        secret.to_owned(),
        user("ann", "system_user"),
    )]))
}

/// The port of a server, as `--verify-host` takes it.
fn named(server: &Server) -> String {
    server.url().replace("http://", "")
}

#[test]
fn a_server_of_another_file_is_asked_only_if_it_was_typed() {
    for (name, of_file) in [
        ("server.env", "MATTERMOST_URL="),
        ("README.md", "Our Mattermost server is at "),
        ("notes.txt", "mattermost url: "),
    ] {
        let secret = token(3100);
        let server = live(&secret);
        let dir = Dir::new();
        dir.file("token.env", format!("MATTERMOST_TOKEN={secret}\n"))
            .file(name, format!("{of_file}{}\n", server.url()));
        let asked = scan(&dir, &[]);
        assert_eq!(asked.said(&secret), "blocked_by_policy", "{name}");
        assert_eq!(asked.finding(&secret)["host"]["paired_by"], "sibling");
        assert_eq!(server.connections(), 0, "{name}");
        assert_eq!(scan(&dir, &["--fail-on", "verified"]).code, Some(2));
        for flag in ["--verify-host", "--server"] {
            let url = if flag == "--server" {
                server.url()
            } else {
                named(&server)
            };
            assert_eq!(
                scan(&dir, &[flag, &url]).said(&secret),
                "active",
                "{name} {flag}"
            );
        }
    }
}

#[test]
fn a_server_that_was_typed_comes_before_those_of_other_files() {
    let secret = token(3110);
    let (typed, other) = (live(&secret), live(&secret));
    let dir = Dir::new();
    dir.file("token.env", format!("MATTERMOST_TOKEN={secret}\n"))
        .file("server.env", format!("MATTERMOST_URL={}\n", other.url()));
    let asked = scan(&dir, &["--server", &typed.url()]);
    assert_eq!(asked.said(&secret), "active");
    assert_eq!(asked.finding(&secret)["host"]["url"], typed.url());
    assert_eq!(other.connections(), 0);
    // One of the configuration does not: it may have come with the files.
    dir.file(
        ".matterleaks.yml",
        format!("servers: [\"{}\"]\n", typed.url()),
    );
    let configured = scan(&dir, &[]);
    assert_eq!(configured.finding(&secret)["host"]["url"], other.url());
    assert_eq!(configured.said(&secret), "blocked_by_policy");
}

#[test]
fn a_report_names_no_server_for_what_is_beside_it() {
    let secret = token(3120);
    let beside = format!("MATTERMOST_TOKEN={secret}\n");
    let dir = Dir::with(env("https://evil.example.net", &token(3121)));
    let outside = Dir::new();
    for format in ["json", "jsonl"] {
        dir.scan(["--format", format, "--output", "report"]).run();
        let report = dir.read("report");
        // Laid out anew, and by an editor.
        let compact = match format {
            "json" => serde_json::from_str::<serde_json::Value>(&report)
                .expect("JSON")
                .to_string(),
            _ => report.replace("\":", "\" : "),
        };
        for text in [report.clone(), compact, format!("\n {report}")] {
            outside.file("report", text).file("token.env", &beside);
            let found = scan(&outside, &[]);
            assert_eq!(found.said(&secret), "no_host", "{format}");
        }
    }
}

#[test]
fn a_changed_report_ties_a_token_to_no_other_server() {
    let secret = token(3130);
    let (own, other) = (live(&secret), live(&secret));
    let dir = Dir::with(env(&own.url(), &secret));
    // A second place, whose server is that of a file beside it.
    dir.file("deploy/token.env", format!("MATTERMOST_TOKEN={secret}\n"))
        .file(
            "deploy/server.env",
            format!("MATTERMOST_URL={}\n", other.url()),
        );
    dir.scan(["--format", "json", "--output", "report.json"])
        .run();
    let report = dir.read("report.json");
    assert!(report.contains(&other.url()));
    let mut report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    report["findings"][0]["host"]["url"] = other.url().into();
    dir.file("report.json", report.to_string());
    dir.program(["verify", "--from", "report.json", "--allow-private"])
        .run();
    assert_eq!(other.connections(), 0);
}

#[test]
fn a_plan_names_what_was_not_chosen() {
    let secret = token(3140);
    let dir = Dir::with(format!(
        "MATTERMOST_URL=https://chat.example.org\nMATTERMOST_TOKEN={secret}\n\n\
         MATTERMOST_URL=https://staging.example.org\n"
    ));
    let plan = dir.scan(["--verify=plan"]).run().text();
    assert!(
        plan.contains("GET https://chat.example.org/api/v4/users/me"),
        "{plan}"
    );
    let (_, planned) = plan.split_once("What --verify would send").expect("a plan");
    assert!(
        planned.contains("not chosen: https://staging.example.org"),
        "{plan}"
    );
}
