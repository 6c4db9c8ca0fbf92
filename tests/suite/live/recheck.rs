//! `verify --from`: credentials of an earlier report, read again where they stand.

use serde_json::Value;

use super::server::{Server, mattermost, user};
use crate::util::{Dir, assert_valid, token};

fn report(dir: &Dir) -> Value {
    dir.scan(["--format", "json", "--output", "report.json"])
        .run();
    serde_json::from_str(&dir.read("report.json")).expect("JSON")
}

fn again(dir: &Dir, args: &[&str]) -> (Option<i32>, Value, String) {
    let output = dir
        .program(["verify", "--from", "report.json", "--output", "new.json"])
        .args(args)
        .run();
    let new = serde_json::from_str(&dir.read("new.json")).expect("JSON");
    assert_valid(&new);
    (output.status(), new, output.text())
}

/// What became of each, in the order of the report.
fn standing(report: &Value) -> Vec<(String, String)> {
    let findings = report["findings"].as_array().expect("findings");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    findings
        .iter()
        .map(|f| (text(&f["recheck"]), text(&f["verdict"]["status"])))
        .collect()
}

#[test]
fn it_says_what_is_revoked_and_what_is_gone() {
    let [live, dead] = [600, 601].map(token);
    let server = Server::new(mattermost(vec![(live.clone(), user("ann", "system_user"))]));
    let env = |token: &str| {
        format!(
            "MATTERMOST_URL={}\nMATTERMOST_TOKEN={token}\n",
            server.url()
        )
    };
    let dir = Dir::new();
    dir.file("a.env", env(&live))
        .file("b.env", env(&dead))
        .file("c.env", env(&token(602)));
    report(&dir);
    // It stands elsewhere in its file now, and another one is gone.
    dir.file("a.env", format!("# a line\n{}", env(&live)));
    std::fs::remove_file(dir.path("c.env")).expect("removed");
    let (code, new, said) = again(&dir, &["--allow-private"]);
    let wanted = [
        ("found", "active"),
        ("found", "rejected"),
        ("no_longer_there", "unknown"),
    ];
    assert_eq!(
        standing(&new),
        wanted.map(|(a, b)| (a.to_owned(), b.to_owned())),
        "{said}"
    );
    assert_eq!(code, Some(1));
    assert_eq!(
        (
            new["summary"]["active"].as_u64(),
            new["scan"]["verified"].as_bool()
        ),
        (Some(1), Some(true))
    );
    assert!(
        said.contains("1 active, 1 rejected, 0 unknown, 1 no longer there"),
        "{said}"
    );
    assert!(!said.contains(&live) && !dir.read("new.json").contains(&live));
    assert_eq!(
        server
            .bearers()
            .iter()
            .filter(|bearer| **bearer == token(602))
            .count(),
        0
    );
}

#[test]
fn all_rejected_is_a_success() {
    let server = Server::new(mattermost(vec![]));
    let dir = Dir::with(format!(
        "MATTERMOST_URL={}\nMATTERMOST_TOKEN={}\n",
        server.url(),
        token(610)
    ));
    report(&dir);
    assert_eq!(again(&dir, &["--allow-private"]).0, Some(0));
    assert_eq!(again(&dir, &[]).0, Some(2));
}

/// Whoever can write a report could else have a token sent anywhere.
#[test]
fn a_report_alone_sends_nothing_anywhere() {
    let trap = Server::new(mattermost(vec![]));
    let dir = Dir::with(format!("MATTERMOST_TOKEN={}\n", token(620)));
    let mut forged = report(&dir);
    forged["findings"][0]["host"] = serde_json::json!({
        "url": trap.url(), "paired_by": "block", "line_distance": 1, "location": null, "alternatives": [],
    });
    // Nor does a report name the servers of the files beside it.
    dir.file("report.json", format!("{forged:#}\n"));
    let (code, new, _) = again(&dir, &["--allow-private"]);
    assert_eq!((code, trap.connections()), (Some(2), 0));
    assert_eq!(new["findings"][0]["verdict"]["reason"], "no_host");
    // Unless it is the server that the user names.
    let (code, ..) = again(&dir, &["--server", &trap.url()]);
    assert_eq!((code, trap.bearers().len()), (Some(0), 1));
}

#[test]
fn what_stands_in_history_is_read_there() {
    let live = token(630);
    let server = Server::new(mattermost(vec![(live.clone(), user("ann", "system_user"))]));
    let dir = Dir::new();
    dir.file(
        "a.env",
        format!("MATTERMOST_URL={}\nMATTERMOST_TOKEN={live}\n", server.url()),
    );
    let git = |args: &[&str]| {
        let names = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        let output = dir.command("git").args(names).args(args.iter()).run();
        assert!(output.status() == Some(0), "{output}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "Add"]);
    git(&["rm", "-q", "a.env"]);
    git(&["commit", "-qm", "Remove"]);
    dir.scan(["--history", "--format", "json", "--output", "report.json"])
        .run();
    let (code, new, said) = again(&dir, &["--allow-private"]);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(new["findings"][0]["recheck"], "found");
}

#[test]
fn what_is_no_report_is_said() {
    let dir = Dir::new();
    for text in ["", "{}", "[1]", r#"{"schema_version": 2, "findings": []}"#] {
        dir.file("report.json", text);
        let output = dir.program(["verify", "--from", "report.json"]).run();
        assert_eq!(output.status(), Some(2), "{output}");
        assert!(output.errors().contains("report.json"), "{output}");
    }
}

/// A device stays one, and a disk that is full loses nothing.
#[test]
fn what_cannot_be_written_is_said() {
    let dir = Dir::with("MATTERMOST_TOKEN=x\n");
    report(&dir);
    let output = |name: &str| {
        let args = ["verify", "--from", "report.json", "--output", name];
        dir.program(args).run()
    };
    if std::path::Path::new("/dev/full").exists() {
        dir.link("full", "/dev/full");
        output("full").code(2).complains("full");
        let still = std::fs::symlink_metadata(dir.path("full")).expect("it is there");
        assert!(still.is_symlink());
    }
    output("no/folder.json").code(2).complains("no/folder.json");
    output("report.json").code(0);
    assert_eq!(partial(&dir), 0);
}

/// Another server's answer would be taken for that of the reported one.
#[test]
fn only_the_server_of_the_report_is_asked() {
    let live = token(640);
    let [reported, other] =
        [0, 1].map(|_| Server::new(mattermost(vec![(live.clone(), user("ann", "system_user"))])));
    let env =
        |server: &Server| format!("MATTERMOST_URL={}\nMATTERMOST_TOKEN={live}\n", server.url());
    let dir = Dir::with(env(&reported));
    report(&dir);
    dir.file(".env", env(&other));
    let (code, new, said) = again(&dir, &["--allow-private"]);
    assert_eq!(code, Some(2), "{said}");
    assert_eq!(new["findings"][0]["recheck"], "other_server");
    assert_eq!(new["findings"][0]["verdict"]["reason"], "ambiguous_host");
    assert_eq!((reported.connections(), other.connections()), (0, 0));
}

/// In history both servers stand beside it, and the report has that of HEAD, whichever comes first by name.
#[test]
fn of_several_servers_in_history_the_reported_one_is_asked() {
    for newer in [0, 1] {
        let live = token(650);
        let known = vec![(live.clone(), user("ann", "system_user"))];
        let mut servers = [
            Server::new(mattermost(known.clone())),
            Server::new(mattermost(known)),
        ];
        servers.sort_by_key(Server::url);
        let (old, new) = (&servers[1 - newer], &servers[newer]);
        let env =
            |server: &Server| format!("MATTERMOST_URL={}\nMATTERMOST_TOKEN={live}\n", server.url());
        let dir = Dir::new();
        let git = |args: &[&str]| {
            let names = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
            let output = dir.command("git").args(names).args(args.iter()).run();
            assert_eq!(output.status(), Some(0), "{output}");
        };
        git(&["init", "-q"]);
        for server in [old, new] {
            dir.file("a.env", env(server));
            git(&["add", "a.env"]);
            git(&["commit", "-qm", "A server"]);
        }
        dir.scan(["--history", "--format", "json", "--output", "report.json"])
            .run();
        let (code, report, said) = again(&dir, &["--allow-private"]);
        assert_eq!(code, Some(1), "{said}");
        assert_eq!(report["findings"][0]["host"]["url"], new.url());
        assert_eq!(
            (old.connections() > 0, new.connections() > 0),
            (false, true),
            "{said}"
        );
    }
}

/// What a forged report says is text, and no more.
#[test]
fn a_report_cannot_attack_a_terminal() {
    let dir = Dir::with(format!("MATTERMOST_TOKEN={}\n", token(660)));
    let mut forged = report(&dir);
    for way in [
        "/findings/0/id",
        "/findings/0/secret/redacted",
        "/findings/0/locations/0/path",
    ] {
        *forged.pointer_mut(way).expect(way) = "\u{1b}]0;x\u{7}\u{1b}[2J".into();
    }
    dir.file("report.json", forged.to_string());
    let output = dir.program(["verify", "--from", "report.json"]).run();
    assert!(
        !output.text().contains('\u{1b}') && !output.errors().contains('\u{1b}'),
        "{output}"
    );
}

/// Files that were begun and are left.
fn partial(dir: &Dir) -> usize {
    let names = std::fs::read_dir(dir.path("."))
        .expect("a folder")
        .flatten();
    names
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(".partial"))
        .count()
}

#[test]
fn who_may_read_a_report_stays_as_it_was() {
    use std::os::unix::fs::PermissionsExt;
    let dir = Dir::with("MATTERMOST_TOKEN=x\n");
    report(&dir);
    let path = dir.path("report.json");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("set");
    dir.program(["verify", "--from", "report.json", "--output", "report.json"])
        .run()
        .code(0);
    let mode = std::fs::metadata(&path)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
