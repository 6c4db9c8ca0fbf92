//! What becomes of findings: other formats, earlier reports, lists of what was accepted.

use serde_json::Value;

use crate::live::server::{Server, mattermost, user};
use crate::util::{Dir, assert_valid, id, paired, token};

/// Every format of a report.
pub const FORMATS: [&str; 12] = [
    "human",
    "json",
    "jsonl",
    "sarif",
    "gitlab",
    "codeclimate",
    "junit",
    "csv",
    "markdown",
    "github",
    "html",
    "gitleaks",
];

/// A folder with a credential, and with its secret in every name that a report can show.
fn scene(n: u64) -> (Dir, String) {
    let secret = token(n);
    let dir = Dir::new();
    dir.file(format!("{secret}/<b>&=cmd.env"), paired(&secret));
    dir.file("lonely.env", format!("MATTERMOST_TOKEN={}\n", token(n + 1)));
    (dir, secret)
}

#[test]
fn no_format_shows_a_secret() {
    let (dir, secret) = scene(800);
    for format in FORMATS {
        let output = dir.scan(["--format", format]).run().code(1);
        let text = output.text();
        assert!(
            !text.is_empty() && !text.contains(&secret) && !text.contains(&token(801)),
            "{format}: {output}"
        );
        assert!(text.contains(&secret[..4]), "{format}: {output}");
    }
}

#[test]
fn several_formats_come_of_one_run_and_of_an_earlier_report() {
    let (dir, _) = scene(810);
    let mut args = Vec::new();
    for format in FORMATS {
        args.extend(["--format".to_owned(), format.to_owned()]);
        args.extend(["--output".to_owned(), format!("scan.{format}")]);
    }
    dir.scan(&args).run().code(1);
    for format in FORMATS {
        let output = dir
            .program(["report", "scan.json", "--format", format])
            .run()
            .code(0);
        match format {
            // The reason stands in no JSON: people read it of the scan.
            "human" => assert!(
                output.text().contains("1 credential found, 1 unpaired"),
                "{output}"
            ),
            _ => assert_eq!(
                output.text(),
                dir.read(&format!("scan.{format}")),
                "{format}"
            ),
        }
    }
    let report: Value = serde_json::from_str(&dir.read("scan.json")).expect("JSON");
    assert_valid(&report);
    let hidden = dir
        .program([
            "report",
            "scan.json",
            "--format",
            "json",
            "--unpaired",
            "hide",
        ])
        .run();
    assert_eq!(hidden.json()["findings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_is_no_report_is_said_with_its_place() {
    let (dir, _) = scene(820);
    dir.scan(["--format", "json", "--output", "r.json"]).run();
    let whole = dir.read("r.json");
    for (text, said) in [
        ("", "r.json: not a report in the format json"),
        (&whole[..whole.len() / 2], "line"),
        ("{\"version\": \"8.0\"}", "schema_version"),
        ("{\"schema_version\": 9}", "schema version 9"),
        ("[]", "not a report"),
    ] {
        dir.file("r.json", text);
        dir.program(["report", "r.json"])
            .run()
            .code(2)
            .complains(said);
    }
    dir.program(["report", "none.json"])
        .run()
        .code(2)
        .complains("none.json");
}

#[test]
fn a_report_is_written_whole_or_not_at_all() {
    let (dir, _) = scene(830);
    dir.file("old.csv", "old");
    dir.scan(["--format", "csv", "--output", "no/such/folder.csv"])
        .run()
        .code(2);
    dir.scan(["--format", "csv", "--output", "old.csv"])
        .run()
        .code(1);
    assert!(dir.read("old.csv").starts_with("id,rule"));
    let names = std::fs::read_dir(dir.path("."))
        .expect("a folder")
        .flatten();
    let partial = |name: String| name.ends_with(".partial");
    assert!(
        !names
            .into_iter()
            .any(|entry| partial(entry.file_name().to_string_lossy().into()))
    );
}

/// A folder with one paired credential, and a list that accepts it.
fn accepted(n: u64, args: &[&str]) -> Dir {
    let dir = Dir::with(paired(&token(n)));
    dir.scan(["--format", "json", "--output", "r.json"])
        .run()
        .code(1);
    let create = [
        "baseline",
        "create",
        "r.json",
        "--output",
        "list.yml",
        "--reason",
        "a test server",
    ];
    dir.program(create)
        .args(args.iter())
        .run()
        .code(0)
        .says("1 accepted");
    std::fs::remove_file(dir.path("r.json")).expect("removed");
    dir
}

#[test]
fn what_is_accepted_does_not_count_wherever_it_moves() {
    let dir = accepted(840, &["--owner", "ann@example.org"]);
    let list = dir.read("list.yml");
    assert!(
        !list.contains(&token(840)) && list.contains("https://chat.example.org"),
        "{list}"
    );
    dir.scan(["--baseline", "list.yml"])
        .run()
        .code(0)
        .says("1 accepted");
    dir.scan([""; 0]).run().code(1);
    std::fs::rename(dir.path(".env"), dir.path("moved.txt")).expect("moved");
    let text = format!("\n\n# elsewhere\n{}", dir.read("moved.txt"));
    dir.file("moved.txt", text);
    dir.scan(["--baseline", "list.yml"]).run().code(0);
    dir.file("b.env", paired(&token(841)));
    dir.scan(["--baseline", "list.yml"])
        .run()
        .code(1)
        .says("1 credential found");
    dir.program(["baseline", "show", "list.yml"])
        .run()
        .code(0)
        .says("ann@example.org: a test server");
}

#[test]
fn a_new_server_opens_an_entry_again() {
    let dir = accepted(850, &[]);
    dir.file(
        "other/.env",
        paired(&token(850)).replace("chat.example.org", "chat.other.example"),
    );
    let output = dir.scan(["--baseline", "list.yml"]).run().code(1);
    let said: Vec<String> = output
        .text()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    assert!(said.join(" ").contains("so it counts again"), "{output}");
}

#[test]
fn entries_of_no_use_are_named() {
    let dir = accepted(860, &["--expires", "2020-01-01"]);
    dir.scan(["--baseline", "list.yml"])
        .run()
        .code(1)
        .says("its time is over");
    let dir = accepted(861, &["--expires", "2999-01-01"]);
    dir.scan(["--baseline", "list.yml", "--fail-on-stale"])
        .run()
        .code(0);
    dir.file(".env", "nothing");
    dir.scan(["--baseline", "list.yml"])
        .run()
        .code(0)
        .says("no finding has this id");
    dir.scan(["--baseline", "list.yml", "--fail-on-stale"])
        .run()
        .code(2);
}

#[test]
fn a_list_is_brought_up_to_date() {
    let dir = accepted(870, &[]);
    dir.file(".env", paired(&token(871)));
    dir.scan([
        "--baseline",
        "list.yml",
        "--format",
        "json",
        "--output",
        "r.json",
    ])
    .run()
    .code(1);
    let update = [
        "baseline",
        "update",
        "r.json",
        "--baseline",
        "list.yml",
        "--reason",
        "known",
    ];
    dir.program(update)
        .run()
        .code(0)
        .says("1 added or changed, 1 taken out, 1 in all");
    let list = dir.read("list.yml");
    assert!(
        list.contains(&id(&token(871))) && !list.contains(&id(&token(870))),
        "{list}"
    );
    dir.scan(["--baseline", "list.yml"]).run().code(0);
    let again = [
        "baseline", "create", "r.json", "--output", "list.yml", "--reason", "x",
    ];
    dir.program(again).run().code(2).complains("exists already");
}

#[test]
fn a_wrong_list_is_an_error_that_says_where() {
    let dir = accepted(880, &[]);
    let list = dir.read("list.yml");
    let entry = &list[list.find("- id").expect("an entry")..];
    for (text, said) in [
        (format!("{list}{entry}"), "the same id as entry 1"),
        (list.replace("id: ", "id: x"), "64 hex digits"),
        (
            list.replace("reason: a test server", "reason: ''"),
            "`reason` must be given",
        ),
        (list.replace("reason:", "because:"), "because"),
        (list.replace("version: 1", "version: 2"), "version 2"),
        ("nonsense: [".into(), "list.yml"),
    ] {
        dir.file("list.yml", &text);
        dir.scan(["--baseline", "list.yml"])
            .run()
            .code(2)
            .complains(said);
    }
    dir.scan(["--baseline", "none.yml"])
        .run()
        .code(2)
        .complains("none.yml");
    let bad = [
        "baseline", "create", "r.json", "--output", "x.yml", "--reason", " ",
    ];
    dir.scan(["--format", "json", "--output", "r.json"]).run();
    dir.program(bad).run().code(2).complains("--reason");
}

/// No list silences what is live.
#[test]
fn an_accepted_credential_that_is_live_counts_again() {
    let secret = token(890);
    let server = Server::new(mattermost(vec![(
        secret.clone(),
        user("ann", "system_user"),
    )]));
    let dir = Dir::with(paired(&secret).replace("https://chat.example.org", &server.url()));
    dir.scan(["--format", "json", "--output", "r.json"])
        .run()
        .code(1);
    let create = [
        "baseline",
        "create",
        "r.json",
        "--output",
        "list.yml",
        "--reason",
        "a test server",
    ];
    dir.program(create).run().code(0);
    let live = ["--baseline", "list.yml", "--verify", "--allow-private"];
    dir.scan(live)
        .run()
        .code(1)
        .says("it was accepted, and counts because it is live");
    dir.scan(live).args(["--allow-live"]).run().code(0);
}

#[test]
fn a_comment_accepts_its_own_line() {
    let url = "MATTERMOST_URL=https://chat.example.org\n";
    let line = |n: u64, comment: &str| format!("{url}MATTERMOST_TOKEN={} {comment}\n", token(n));
    for (comment, code) in [
        ("# matterleaks:allow the test server", 0),
        ("// matterleaks:allow: a sample", 0),
        ("/* matterleaks:allow loopback only */", 0),
        ("# gitleaks:allow", 0),
        ("# matterleaks:allow", 1),
        ("# matterleaks:allow -->", 1),
        ("# allow matterleaks", 1),
    ] {
        let dir = Dir::with(line(900, comment));
        dir.scan([""; 0]).run().code(code);
        dir.scan(["--no-config"]).run().code(1);
    }
    let dir = Dir::with(line(901, "# matterleaks:allow"));
    dir.scan([""; 0]).run().code(1).says("without a reason");
    // A copy that nobody has looked at counts.
    let dir = Dir::with(line(902, "# matterleaks:allow the test server"));
    dir.file("copy.env", line(902, ""));
    dir.scan([""; 0]).run().code(1);
}

#[test]
fn an_audit_writes_every_answer_at_once() {
    let dir = Dir::new();
    for n in 0..5 {
        dir.file(format!("{n}.env"), paired(&token(900 + n)));
    }
    dir.scan(["--format", "json", "--output", "r.json"])
        .run()
        .code(1);
    let audit = |answers: &str, args: &[&str]| {
        let audit = dir.program(["audit", "r.json", "--owner", "ann"]);
        audit.args(args).stdin(answers).run().code(0)
    };
    // No reason, none accepted; an unknown key asks again; more shows what to do; the input ends in the third.
    let said = audit("a\n\nx\na\nonly a test\nf\n\nm\n", &[]);
    let said = said
        .says("1 of 5")
        .says("a reason must be given")
        .says("What to do now");
    let said = said.says("1 accepted, 1 marked as false alarms, 0 skipped; 3 still count");
    said.lacks(&token(900));
    let list = dir.read("matterleaks-baseline.yml");
    for part in [
        "only a test",
        "reason: false alarm\n",
        "owner: ann",
        "https://chat.example.org",
    ] {
        assert!(list.contains(part), "{part}: {list}");
    }
    dir.scan(["--baseline", "matterleaks-baseline.yml"])
        .run()
        .code(1)
        .says("3 credentials found")
        .says("2 accepted");
    // What was answered is not asked again.
    let said = audit("s\nf\na sample\nq\n", &["--expires", "2099-12-31"]);
    said.says("1 of 3")
        .says("0 accepted, 1 marked as false alarms, 1 skipped; 2 still count");
    assert!(
        dir.read("matterleaks-baseline.yml")
            .contains("false alarm: a sample")
    );
    dir.program(["audit", "r.json", "--expires", "never"])
        .stdin("f\n\n")
        .run()
        .code(2)
        .complains("not a day");
    dir.file("matterleaks-baseline.yml", "version: 7\nfindings: []\n");
    dir.program(["audit", "r.json"])
        .run()
        .code(2)
        .complains("version 7");
    dir.program(["audit", "none.json"])
        .run()
        .code(2)
        .complains("none.json");
}
