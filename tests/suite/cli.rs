//! What people and scripts rely on: exit codes, formats, and what every flag changes.

use serde_json::Value;

use crate::util::{Dir, Output, full_device, id, ids, lonely, paired, token};

/// The flags that ask for a format.
const FORMATS: [[&str; 2]; 3] = [
    ["--format", "human"],
    ["--format", "json"],
    ["--format", "jsonl"],
];

#[test]
fn the_exit_code_says_what_was_found_and_whether_all_was_read() {
    let clean = "MATTERMOST_URL=https://chat.example.org\n";
    let (found, alone) = (paired(&token(1)), lonely(&token(1)));
    let never = ["--fail-on", "never"];
    for (content, args, code) in [
        (clean, &[] as &[&str], 0),
        (clean, &["--unpaired", "fail"], 0),
        (&found, &[], 1),
        (&found, &["."], 1),
        (&found, &["--unpaired", "hide"], 1),
        (&found, &never, 0),
        (&alone, &[], 0),
        (&alone, &["--unpaired", "fail"], 1),
        (&alone, &["--unpaired", "hide"], 0),
        (&alone, &["--unpaired", "fail", "--fail-on", "never"], 0),
        (clean, &[".", "missing"], 2),
        (clean, &["missing"], 2),
        (&alone, &[".", "missing"], 2),
        (&found, &[".", "missing"], 1),
        (&found, &["--fail-on", "never", ".", "missing"], 2),
    ] {
        let dir = Dir::with(content);
        for format in FORMATS {
            dir.scan(args).args(format).run().code(code).quietly();
        }
    }
}

#[test]
fn wrong_usage_is_told_from_everything_else() {
    let dir = Dir::with(paired(&token(1)));
    dir.file("sub/x", "");
    for (args, word) in [
        (&["--no-such-flag"] as &[&str], "--no-such-flag"),
        (&["--format", "xml"], "xml"),
        (&["--fail-on", "sometimes"], "sometimes"),
        (&["--unpaired", "maybe"], "maybe"),
        (&["--min-confidence", "certain"], "certain"),
        (&["--max-file-size", "10X"], "10X"),
        (&["--jobs", "0"], "--jobs"),
        (&["--jobs", "10000"], "1..=256"),
        (&["-j", "many"], "many"),
        (&["--output"], "--output"),
        (&["--server", "not a url"], "not a url"),
        (&["--server", ""], "--server"),
        (&["--rules", "no-such-rules"], "no-such-rules"),
        (&["-q", "-v"], "--quiet"),
        (&["--format", "json", "--format", "human"], "stdout"),
        (&["--output", "a", "--output", "b"], "--format"),
    ] {
        dir.scan(args).run().code(2).says("").complains(word);
        assert!(
            !dir.path("a").exists() && !dir.path("b").exists(),
            "{args:?}"
        );
    }
    for args in [&["no-such-command"] as &[&str], &[], &["rules"]] {
        dir.program(args).run().code(2).complains("Usage");
    }
}

#[test]
fn two_reports_never_go_to_one_file() {
    let dir = Dir::with(paired(&token(1)));
    dir.file("sub/x", "")
        .file("there", "")
        .link("link", "there");
    for (one, other) in [
        ("out", "out"),
        ("out", "./out"),
        ("sub/out", "sub/../sub/out"),
        ("link", "there"),
    ] {
        let both = ["--format", "json", "--format", "jsonl"];
        dir.scan(both)
            .args(["--output", one, "--output", other])
            .run()
            .code(2)
            .complains("one file");
    }
    assert!(!dir.path("out").exists());
}

#[test]
fn help_and_version_are_no_errors() {
    let dir = Dir::new();
    for args in [
        &["--help"] as &[&str],
        &["-h"],
        &["help"],
        &["scan", "--help"],
    ] {
        dir.program(args).run().code(0).quietly().says("Usage");
    }
    let version = concat!("matterleaks ", env!("CARGO_PKG_VERSION"), "\n");
    let output = dir.program(["--version"]).run().code(0).quietly();
    assert_eq!(output.text(), version);
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let dir = Dir::with(paired(&token(1)));
    dir.file("file", "");
    for target in ["no/such/folder/out", "file/out", "."] {
        let output = dir.scan(["--output", target]).run();
        output.code(2).complains("cannot write").complains(target);
    }
    for format in FORMATS {
        if let Some(full) = full_device() {
            let scan = dir.scan(format).stdout(full);
            scan.run().code(2).complains("matterleaks: ");
        }
    }
}

#[test]
fn every_format_says_the_same_of_one_tree() {
    let dir = Dir::new();
    let (both, alone) = (token(1), token(2));
    dir.file("a/.env", paired(&both))
        .file("b/.env", lonely(&alone));
    dir.scan(["."])
        .run()
        .code(1)
        .says("a/.env:2:18\n")
        .says("b/.env:1:18\n")
        .says("https://chat.example.org")
        .says(&both[..4])
        .says("1 credential found, 1 unpaired; 2 files, ");
    let document = dir.scan(["--format", "json"]).run().code(1).json();
    assert_eq!(ids(&document), [id(&both), id(&alone)]);
    assert_eq!(document["summary"]["findings"], 1);
    assert_eq!(document["summary"]["unpaired"], 1);
    let finding = &document["findings"][0];
    assert_eq!(finding["host"]["url"], "https://chat.example.org");
    assert_eq!(finding["host"]["paired_by"], "block");
    assert_eq!(finding["confidence"], "high");
    assert_eq!(finding["locations"][0]["path"], "a/.env");
    assert_eq!(finding["locations"][0]["line"], 2);
    assert_eq!(finding["locations"][0]["column"], 18);
    assert_eq!(document["findings"][1]["host"], Value::Null);
    let mut lines = dir.scan(["--format", "jsonl"]).run().code(1).lines();
    let summary = lines.pop().expect("a last line");
    assert_eq!(summary["summary"], document["summary"]);
    for (line, finding) in lines
        .iter_mut()
        .zip(document["findings"].as_array().unwrap())
    {
        let line = line.as_object_mut().expect("an object");
        assert_eq!(line.remove("type"), Some("finding".into()));
        assert_eq!(&Value::from(line.clone()), finding);
    }
    assert_eq!(lines.len(), 2);
}

#[test]
fn several_formats_come_from_one_run() {
    let dir = Dir::new();
    dir.file("tree/.env", paired(&token(1)));
    let args = ["tree", "--format", "json", "--format", "jsonl"];
    let outputs = ["--output", "out.json", "--output", "out.jsonl"];
    let more = ["--format", "human"];
    dir.scan(args)
        .args(outputs)
        .args(more)
        .run()
        .code(1)
        .says("1 credential found");
    let document: Value = serde_json::from_str(&dir.read("out.json")).expect("JSON");
    crate::util::assert_valid(&document);
    assert_eq!(ids(&document), [id(&token(1))]);
    assert_eq!(dir.read("out.jsonl").lines().count(), 2);
    let output = dir.scan(args).args(outputs).run().code(1);
    assert!(output.stdout.is_empty(), "{output}");
    // One format, one file: what was there is replaced.
    dir.file("out.json", "x".repeat(100_000));
    let output = dir.scan(["tree", "--output", "out.json"]).run().code(1);
    assert!(output.stdout.is_empty(), "{output}");
    assert!(dir.read("out.json").ends_with(" s\n"));
}

#[test]
fn standard_input_is_a_document() {
    let dir = Dir::with("nothing");
    let output = dir.scan(["-"]).stdin(paired(&token(1))).run();
    output.code(1).says("<stdin>:2:18\n").says("1 document, ");
    let scan = dir.scan(["-", "--format", "json"]);
    let report = scan.stdin(paired(&token(1))).run().code(1).json();
    assert_eq!(report["scan"]["sources"][0]["kind"], "stdin");
    assert_eq!(report["coverage"]["documents"], 1);
    assert_eq!(report["findings"][0]["locations"][0]["kind"], "stdin");
    dir.scan(["-"]).run().code(0).says("clean");
    let both = dir.scan([".", "-"]).stdin(paired(&token(1))).run();
    both.code(1).says("2 documents, ");
    // A file of that name is another thing.
    dir.file("-", paired(&token(2)));
    dir.scan(["./-"]).run().code(1).says("./-:2:18\n");
}

#[test]
fn standard_input_may_be_of_any_length() {
    let dir = Dir::new();
    let filler = "some line that says nothing at all\n".repeat(300_000);
    let text = format!("{filler}{}{filler}", paired(&token(1)));
    assert!(text.len() > 20 << 20);
    let length = text.len();
    let scan = dir.scan(["-", "--format", "json"]);
    let report = scan.stdin(text).run().code(1).json();
    assert_eq!(ids(&report), [id(&token(1))]);
    assert_eq!(report["coverage"]["bytes"], length);
    let place = &report["findings"][0]["locations"][0];
    assert_eq!(
        (&place["line"], &place["column"]),
        (&300_002.into(), &18.into())
    );
    assert_eq!(
        report["findings"][0]["host"]["url"],
        "https://chat.example.org"
    );
}

#[test]
fn a_server_that_the_user_names_pairs_what_is_alone() {
    let dir = Dir::with(lonely(&token(1)));
    let report = |servers: &[&str], code| {
        let args = servers.iter().flat_map(|server| ["--server", server]);
        let output = dir.scan(["--format", "json"]).args(args).run().code(code);
        let mut report = output.json();
        report["findings"][0].take()
    };
    assert_eq!(report(&[], 0)["host"], Value::Null);
    let one = report(&["https://Chat.Corp.example/"], 1);
    assert_eq!(one["host"]["url"], "https://chat.corp.example");
    assert_eq!(one["host"]["paired_by"], "server");
    assert_eq!(one["confidence"], "medium");
    let twice = ["https://chat.corp.example", "https://chat.corp.example/"];
    assert_eq!(report(&twice, 1)["host"], one["host"]);
    let two = ["https://chat.corp.example", "https://mm.corp.example"];
    assert_eq!(report(&two, 0)["host"], Value::Null);
    // What has its server keeps it.
    let dir = Dir::with(paired(&token(1)));
    dir.scan(["--server", "https://chat.corp.example"])
        .run()
        .code(1)
        .says("https://chat.example.org")
        .lacks("chat.corp.example");
}

#[test]
fn findings_of_less_confidence_are_left_out() {
    let (high, medium) = (token(1), token(2));
    // No server mints these characters.
    let low = format!("l0v2{}", &token(3)[4..]);
    let dir = Dir::new();
    dir.file("high/.env", paired(&high))
        .file("low/.env", paired(&low))
        .file("medium/token.env", lonely(&medium))
        .file(
            "medium/server.env",
            "MATTERMOST_URL=https://chat.example.org\n",
        );
    let found = |args: &[&str]| {
        let output = dir.scan(["--format", "json"]).args(args).run().code(1);
        let mut found = ids(&output.json());
        found.sort();
        found
    };
    let sorted = |tokens: &[&String]| {
        let mut ids: Vec<String> = tokens.iter().map(|token| id(token)).collect();
        ids.sort();
        ids
    };
    assert_eq!(found(&[]), sorted(&[&high, &medium, &low]));
    for (level, tokens) in [
        ("low", &[&high, &medium, &low] as &[&String]),
        ("medium", &[&high, &medium]),
        ("high", &[&high]),
    ] {
        assert_eq!(found(&["--min-confidence", level]), sorted(tokens));
    }
}

#[test]
fn kinds_of_little_worth_must_be_asked_for() {
    let invite = format!(
        "mattermost: https://chat.example.org/signup_user_complete/?id={}\n",
        token(1)
    );
    let dir = Dir::with(invite);
    dir.scan(["."]).run().code(0).says("clean: nothing found");
    let report = dir.scan(["--all-kinds", "--format", "json"]).run().json();
    assert_eq!(report["findings"][0]["kind"], "team_invite_id");
}

#[test]
fn a_size_limit_leaves_out_and_counts() {
    let dir = Dir::new();
    dir.file(
        "large.env",
        format!("{}{}", "#\n".repeat(3000), paired(&token(1))),
    )
    .file("small.env", "");
    dir.scan(["--max-file-size", "5k"])
        .run()
        .code(0)
        .says("1 file: over the size limit and not read")
        .says("; 1 file, ");
    let args = ["--max-file-size", "5k", "--format", "json"];
    let report = dir.scan(args).run().code(0).json();
    assert_eq!(report["coverage"]["too_large"], 1);
    assert_eq!(report["coverage"]["complete"], true);
    dir.scan(["--max-file-size", "1M"]).run().code(1);
    dir.scan(["--max-file-size", "5k", "large.env"])
        .run()
        .code(0)
        .says("1 file: over the size limit");
}

#[test]
fn ignored_files_are_counted_and_still_name_servers() {
    let dir = Dir::new();
    for folder in [".git", ".git/objects", ".git/refs"] {
        std::fs::create_dir(dir.path(folder)).expect("a folder");
    }
    dir.file(".git/HEAD", "ref: refs/heads/main\n")
        .file(".gitignore", "server.env\nother\n")
        .file("server.env", "MATTERMOST_URL=https://chat.example.org\n")
        .file("other/.env", paired(&token(2)))
        .file("token.env", lonely(&token(1)));
    let report = |args: &[&str]| {
        let output = dir.scan(["--format", "json"]).args(args).run().code(1);
        output.json()
    };
    let honoured = report(&[]);
    assert_eq!(ids(&honoured), [id(&token(1))]);
    assert_eq!(honoured["coverage"]["ignored"], 2);
    assert_eq!(honoured["findings"][0]["host"]["paired_by"], "sibling");
    assert_eq!(
        honoured["findings"][0]["host"]["location"]["path"],
        "server.env"
    );
    let all = report(&["--no-ignore"]);
    assert_eq!(ids(&all).len(), 2);
    assert_eq!(all["coverage"]["ignored"], 0);
    dir.scan(["."])
        .run()
        .code(1)
        .says("2 ignored paths: not read; --no-ignore reads them");
    // What the user names is read.
    dir.scan(["other/.env"]).run().code(1);
}

/// Runs with an ignore file in the folder.
fn accepting(list: &str, args: &[&str]) -> Output {
    let dir = Dir::new();
    dir.file("tree/.env", paired(&token(1)))
        .file(".matterleaksignore", list);
    dir.scan(["tree"]).args(args).run()
}

#[test]
fn accepted_credentials_do_not_count() {
    let list = format!("# why\n\n{}  reset every night\n", id(&token(1)));
    accepting(&list, &[])
        .code(0)
        .lacks("note:")
        .says("clean: nothing found, 0 unpaired, 1 accepted; ");
    accepting(&list, &["-v"]).code(0).says("reset every night");
    let report = accepting(&list, &["--format", "json"]).code(0).json();
    assert_eq!(report["summary"]["suppressed"], 1);
    assert_eq!(report["summary"]["findings"], 0);
    let suppressed = &report["findings"][0]["suppressed"];
    assert_eq!(suppressed["reason"], "reset every night");
    assert_eq!(suppressed["source"], ".matterleaksignore");
    accepting(&list, &["--no-config"]).code(1).lacks("accepted");
    // The one in the scanned folder holds too.
    let dir = Dir::new();
    dir.file("tree/.env", paired(&token(1)))
        .file("tree/.matterleaksignore", &list);
    dir.scan(["tree"]).run().code(0);
    dir.scan(["."]).run().code(1);
}

#[test]
fn a_list_of_accepted_credentials_must_be_right() {
    let known = id(&token(1));
    for (list, place) in [
        (format!("{known}\n"), ".matterleaksignore:1: a reason"),
        (format!("#\n{known} #\n"), ".matterleaksignore:2: a reason"),
        (
            "\n\nfoo bar\n".to_owned(),
            ".matterleaksignore:3: a line starts with",
        ),
    ] {
        // What is found wins; else the run is not complete.
        accepting(&list, &[])
            .code(1)
            .complains(place)
            .says("1 credential found");
        let list = format!("{list}\n{known} reset every night\n");
        accepting(&list, &[])
            .code(2)
            .complains(place)
            .says("1 accepted");
        let report = accepting(&list, &["--format", "json"]).code(2).json();
        let skip = &report["coverage"]["skipped"][0];
        assert_eq!(skip["path"], ".matterleaksignore");
        assert_eq!(skip["reason"], "bad_ignore_file");
        accepting(&list, &["--no-config"]).code(1);
    }
    let other = id(&token(9));
    accepting(&format!("\n{other} gone\n"), &[])
        .code(1)
        .says("note: .matterleaksignore:2: no finding has the id ")
        .says(&other[..12]);
}

#[test]
fn rules_can_be_added_and_their_mistakes_are_found() {
    let dir = Dir::with(paired(&token(1)));
    let bad = "version: 1\nproduct: other\nkeywordz: [a]\n";
    dir.file("bad.yml", bad).file("rules/bad.yml", bad);
    for (path, named) in [
        ("bad.yml", "bad.yml:3:1: "),
        ("rules", "rules/bad.yml:3:1: "),
    ] {
        let output = dir.scan(["--rules", path]).run().code(2).complains(named);
        assert!(output.stdout.is_empty(), "{output}");
    }
    dir.file("empty/readme.md", "");
    for path in ["empty", "missing.yml", ".env"] {
        dir.scan(["--rules", path]).run().code(2).complains(path);
    }
}

#[test]
fn colour_is_for_terminals_unless_it_is_wanted() {
    let dir = Dir::with(paired(&token(1)));
    dir.scan(["."]).run().code(1).lacks("\x1b");
    dir.scan(["--color", "never"]).run().code(1).lacks("\x1b");
    dir.scan(["--color", "always"]).run().code(1).says("\x1b[");
    dir.scan(["--color", "always", "--format", "json"])
        .run()
        .lacks("\x1b")
        .json();
    dir.scan(["--color", "always", "--output", "out"]).run();
    assert!(!dir.read("out").contains('\x1b'));
}

#[test]
fn a_path_that_is_named_twice_is_read_once() {
    let dir = Dir::new();
    dir.file("tree/.env", paired(&token(1)));
    let scan = dir.scan(["tree", "tree/", "tree", "--format", "json"]);
    let report = scan.run().code(1).json();
    assert_eq!(report["coverage"]["documents"], 1);
    // One that lies below another is read again, and says nothing new.
    let scan = dir.scan(["tree", "tree/.env", "--format", "json"]);
    let report = scan.run().code(1).json();
    let places = report["findings"][0]["locations"].as_array();
    assert_eq!(places.map(Vec::len), Some(1));
}

#[test]
fn what_cannot_be_read_of_standard_input_is_said() {
    let dir = Dir::with(paired(&token(1)));
    let script = r#"exec "$0" scan - <."#;
    let program = env!("CARGO_BIN_EXE_matterleaks");
    let output = dir.command("sh").args(["-c", script, program]).run();
    output.code(2).says("  -  read error: ").lacks("clean");
}

#[test]
fn a_scan_of_nothing_does_not_look_clean() {
    let dir = Dir::new();
    dir.scan(["."])
        .run()
        .code(0)
        .says("WARNING: 0 documents scanned")
        .says("nothing scanned")
        .lacks("clean");
}

/// A repository may hold links of a stranger.
#[test]
fn nothing_is_written_behind_a_link() {
    let dir = Dir::new();
    dir.file("project/a.env", paired(&token(7300)))
        .file("theirs/file", "theirs")
        .link("project/to-file", dir.path("theirs/file"))
        .link("project/to-folder", dir.path("theirs"))
        .link("project/to-nothing", dir.path("theirs/new"))
        .link("project/to-device", "/dev/null");
    let project = dir.path("project");
    let program = env!("CARGO_BIN_EXE_matterleaks");
    let scan = |output: &str| {
        let scan = dir.scan([".", "--format", "json", "--output", output]);
        scan.with(|command| {
            command.current_dir(&project);
        })
        .run()
    };
    for output in ["to-file", "to-folder", "to-nothing"] {
        scan(output).code(2).complains("it is a link");
    }
    for output in ["to-folder/file", "./to-folder/new"] {
        let said = "a link in its path leads out of this folder";
        scan(output).code(2).complains(said);
    }
    assert_eq!(dir.read("theirs/file"), "theirs");
    assert!(!dir.path("theirs/new").exists());
    // Devices and what the caller has opened are what they are.
    for output in ["to-device", "/dev/null"] {
        scan(output).code(1);
    }
    for output in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        scan(output).code(1).says("schema_version");
        let shell =
            format!("echo before >out; {program} scan a.env --format json --output {output} >>out");
        let run = dir.command("sh").args(["-c", &shell]);
        run.with(|command| {
            command.current_dir(&project);
        })
        .run()
        .code(1);
        assert!(dir.read("project/out").starts_with("before\n{"));
    }

    // The same of every other file that is written.
    let list = "version: 1\nfindings: []\n";
    dir.file("theirs/list.yml", list)
        .link("project/list.yml", dir.path("theirs/list.yml"));
    scan("report.json").code(1);
    let update = [
        "baseline",
        "update",
        "report.json",
        "--baseline",
        "list.yml",
        "--reason",
        "x",
    ];
    let update = dir.program(update).with(|command| {
        command.current_dir(&project);
    });
    update.run().code(2).complains("it is a link");
    assert_eq!(dir.read("theirs/list.yml"), list);
}
