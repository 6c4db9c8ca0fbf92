//! The same tree gives the same bytes, however many threads look at it.

use regex::bytes::Regex;

use crate::util::{Dir, lonely, token};

/// Takes out what a clock says.
fn masked(output: &[u8]) -> String {
    let clock = [
        r#""started_at": ?"[^"]*""#,
        r#""duration_ms": ?[0-9]+"#,
        r" in [0-9.]+ s\n",
    ];
    let clock = Regex::new(&clock.join("|")).expect("a pattern");
    String::from_utf8_lossy(&clock.replace_all(output, &b"<clock>"[..])).into_owned()
}

/// Some hundred files: tokens of their own, tokens that stand in many places beside different servers,
/// tokens without one, names that hold one, links, special files, and things that cannot be read.
fn tree() -> Dir {
    let dir = Dir::new();
    for n in 0..300_u64 {
        let folder = format!("tree/{}/{}", n % 7, n % 5);
        let shared = token(1000 + n % 11);
        let (host, other) = (n % 13, n % 3);
        let text = match n % 6 {
            0 => lonely(&token(n)),
            1 => format!("mattermost: https://{host}.example.org/hooks/{shared}\n"),
            2 => format!("# mattermost\nmm_token = {shared}\n"),
            _ => format!(
                "MATTERMOST_URL=https://{host}.example.org\nMATTERMOST_TOKEN={shared}\n\n\
                 [mattermost]\nurl = https://{other}.example.com\ntoken = {}\n\
                 also = {shared} # {shared}\n",
                token(n % 40)
            ),
        };
        dir.file(format!("{folder}/{n}.env"), &text);
        if n % 50 == 0 {
            dir.file(format!("{folder}/mattermost_token={}", token(n)), &text);
            dir.link(format!("{folder}/link{n}"), format!("/nowhere/{shared}"));
        }
    }
    // More entries than a thread takes on at once.
    for n in 0..200_u64 {
        dir.file(format!("tree/flat/{n:03}"), lonely(&token(n % 20)));
    }
    dir.file(
        "tree/flat/server",
        "MATTERMOST_URL=https://flat.example.org\n",
    );
    dir
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let dir = tree();
    for format in ["human", "json", "jsonl"] {
        let run = |jobs: &str| {
            let scan = dir.scan(["tree", "missing/b", "missing/a"]);
            let output = scan.args(["-v", "--format", format, "-j", jobs]).run();
            masked(&output.code(1).quietly().stdout)
        };
        let expected = run("1");
        assert!(expected.contains("<clock>"), "{expected}");
        assert!(expected.len() > 50_000, "{}", expected.len());
        for jobs in ["2", "8", "8"] {
            assert!(run(jobs) == expected, "{format} differs with -j {jobs}");
        }
    }
}

#[test]
fn the_order_of_paths_changes_no_finding() {
    let dir = tree();
    let findings = |paths: [&str; 3]| {
        let output = dir.scan(paths).args(["--format", "json"]).run();
        output.code(1).json()["findings"].take()
    };
    let expected = findings(["tree/0", "tree/1", "tree/flat"]);
    assert_eq!(findings(["tree/flat", "tree/1", "tree/0"]), expected);
    assert_eq!(findings(["tree/1", "tree/flat", "tree/0"]), expected);
}
