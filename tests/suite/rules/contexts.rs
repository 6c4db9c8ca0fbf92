//! What every key of a context changes. Each test puts a row at the head of the table, or takes one away.

use matterleaks::finding::Confidence;
use matterleaks::rule::Rules;

use super::{changed, embedded, found, found_at, kind, minted};

/// The rules with more rows at the head of the table.
fn with(rows: &[&str]) -> Rules {
    let rows: String = rows.iter().map(|row| format!("  - {{{row}}}\n")).collect();
    changed("\ncontexts:\n", &format!("\ncontexts:\n{rows}"))
}

/// Asserts that a row with a condition decides of one text and not of another. `SECRET` is the value.
fn decides(condition: &str, fits: &str, not: &str) {
    let rules = with(&[&format!(
        "{condition}, kind: remote_cluster_token, explicit: true"
    )]);
    let value = minted(condition);
    let said = |rules: &Rules, text: &str| kind(rules, &text.replace("SECRET", &value), &value);
    assert_ne!(
        said(&embedded(), fits),
        Some("remote_cluster_token"),
        "{condition}: {fits}"
    );
    assert_eq!(
        said(&rules, fits),
        Some("remote_cluster_token"),
        "{condition}: {fits}"
    );
    assert_eq!(
        said(&rules, not),
        said(&embedded(), not),
        "{condition}: {not}"
    );
}

const URL: &str = "MATTERMOST_URL=https://chat.example.org\n";

#[test]
fn key() {
    decides(
        "key: '^zebra$'",
        &format!("{URL}zebra=SECRET\n"),
        &format!("{URL}giraffe=SECRET\n"),
    );
    // Names are compared in snake case and without trailing digits.
    decides(
        "key: '^the_zebra$'",
        &format!("{URL}TheZebra2 = 'SECRET'\n"),
        &format!("{URL}Zebra=SECRET\n"),
    );
}

/// One way to name a value for each `via`, and no text fits two.
#[test]
fn via() {
    let texts = [
        ("key", "zebra: SECRET\n"),
        ("flag", "mattermost --zebra SECRET\n"),
        ("argument", "f('zebra', 'SECRET')\n"),
        ("call", "zebra('SECRET')\n"),
        ("word", "mattermost, with the zebra SECRET\n"),
        ("outer", "zebra:\n  - giraffe: SECRET\n"),
    ];
    let value = minted("via");
    for (via, _) in texts {
        let row =
            format!("key: '^zebra$', via: [{via}], kind: remote_cluster_token, explicit: true");
        let rules = with(&[&row]);
        for (other, text) in texts {
            let text = format!("{URL}{}", text.replace("SECRET", &value));
            let fits = kind(&rules, &text, &value) == Some("remote_cluster_token");
            assert_eq!(fits, via == other, "via {via}: {text}");
        }
    }
}

#[test]
fn via_file() {
    let value = minted("file");
    let rules = with(&["key: '^zebra$', via: [file], kind: remote_cluster_token, explicit: true"]);
    let said = |path: &str, text: &str| {
        let findings = found_at(&rules, path, text).findings;
        findings.first().map(|finding| finding.kind.name())
    };
    for path in [
        "mattermost/zebra",
        "mattermost/.zebra",
        "mattermost/Zebra.txt",
        "mattermost/zebra1",
    ] {
        assert_eq!(
            said(path, &format!("{value}\n")),
            Some("remote_cluster_token"),
            "{path}"
        );
    }
    assert_eq!(said("mattermost/giraffe", &value), None);
    assert_eq!(said("mattermost/zebra", &format!("x {value}")), None);
}

#[test]
fn url() {
    decides(
        "url: '/zebra/$'",
        "mattermost https://chat.example.org/zebra/SECRET\n",
        "mattermost https://chat.example.org/giraffe/SECRET\n",
    );
}

#[test]
fn column() {
    let dump = |table: &str| {
        format!("{URL}INSERT INTO {table} (id, user_stripe) VALUES ('x', 'SECRET');\n")
    };
    decides(
        "column: '^zebras\\.userstripe$'",
        &dump("Zebras"),
        &dump("giraffes"),
    );
}

#[test]
fn before_and_after() {
    decides(
        "before: 'zebra: *$'",
        &format!("{URL}zebra: SECRET\n"),
        &format!("{URL}x: SECRET\nzebra:\n"),
    );
    decides(
        "after: '^ zebra'",
        &format!("{URL}x: SECRET zebra\n"),
        &format!("{URL}x: SECRET\n zebra\n"),
    );
    // Up to 160 bytes of the line are looked at.
    let far = |n: usize| format!("{URL}zebra {}: SECRET\n", "x".repeat(n));
    decides("before: 'zebra'", &far(150), &far(160));
}

#[test]
fn near() {
    let text = |gap: usize| format!("{URL}token=SECRET\n{}zebra\n", "#\n".repeat(gap));
    decides("near: 'zebra'", &text(11), &text(12));
}

#[test]
fn outer() {
    let text = |name: &str| format!("{URL}{name}:\n  giraffes:\n    token: SECRET\n");
    decides("outer: '\\nzebras'", &text("zebras"), &text("lions"));
    decides(
        "outer: '^zebra'",
        &format!("{URL}zebra: {{token: SECRET}}\n"),
        &format!("{URL}zebra: x\ntoken: SECRET\n"),
    );
}

#[test]
fn path() {
    let value = minted("path");
    let rules = with(&["path: 'zebra/[^/]*$', kind: remote_cluster_token"]);
    let text = format!("{URL}MATTERMOST_TOKEN={value}\n");
    let said = |path: &str| found_at(&rules, path, &text).findings[0].kind.name();
    assert_eq!(said("a/zebra/b"), "remote_cluster_token");
    assert_eq!(said("zebra/a/b"), "access_token");
}

#[test]
fn beside() {
    let brackets = "mattermost.x('https://chat.example.org', 'SECRET')\n";
    let line = "mattermost https://chat.example.org then SECRET\n";
    let neither = "mattermost https://chat.example.org\nthen SECRET\n";
    decides("beside: brackets", brackets, neither);
    decides("beside: line", line, neither);
    decides("beside: brackets", brackets, line);
}

#[test]
fn whole() {
    let value = minted("whole");
    let rules = with(&["whole: true, kind: remote_cluster_token, explicit: true"]);
    let said = |text: &str| found_at(&rules, "mattermost/x", text).findings.len();
    assert_eq!(said(&format!("  {value}\r\n\n")), 1);
    assert_eq!(said(&format!("x {value}\n")), 0);
}

#[test]
fn minted_alone() {
    let made = minted("minted");
    // 0 is in no value that a server makes.
    let scrambled = format!("0{}", &made[1..]);
    let rules = with(&["key: token$, minted: true, kind: remote_cluster_token, explicit: true"]);
    let said = |value: &str| kind(&rules, &format!("{URL}MATTERMOST_TOKEN={value}\n"), value);
    assert_eq!(said(&made), Some("remote_cluster_token"));
    assert_eq!(said(&scrambled), Some("access_token"));
}

#[test]
fn shape() {
    let (made, board) = (minted("shape"), format!("k{}", minted("board")));
    let rules = with(&["shape: boards, kind: remote_cluster_token, explicit: true"]);
    let said = |rules: &Rules, value: &str| {
        kind(rules, &format!("{URL}MATTERMOST_TOKEN={value}\n"), value)
    };
    assert_eq!(said(&embedded(), &board), Some("boards_token"));
    assert_eq!(said(&rules, &board), Some("remote_cluster_token"));
    assert_eq!(said(&rules, &made), Some("access_token"));
}

/// A weak row waits until no name decided, a strong one does not.
#[test]
fn weak() {
    let value = minted("weak");
    let text = |key: &str| format!("{URL}{key}={value}\n");
    let row = "near: (?i)mattermost, kind: remote_cluster_token, explicit: true";
    let (strong, weak) = (with(&[row]), with(&[&format!("{row}, weak: true")]));
    for (rules, key, said) in [
        (&strong, "MATTERMOST_TOKEN", Some("remote_cluster_token")),
        (&strong, "zebra", Some("remote_cluster_token")),
        (&weak, "MATTERMOST_TOKEN", Some("access_token")),
        (&weak, "user_id", None),
        (&weak, "zebra", Some("remote_cluster_token")),
    ] {
        assert_eq!(kind(rules, &text(key), &value), said, "{key}");
    }
}

#[test]
fn a_row_says_ignore() {
    let value = minted("ignore");
    let text = format!("{URL}MATTERMOST_ZEBRA_TOKEN={value}\n");
    assert_eq!(kind(&embedded(), &text, &value), Some("access_token"));
    assert_eq!(
        kind(&with(&["key: zebra, ignore: an animal"]), &text, &value),
        None
    );
}

/// What is explicit is reported without a host, and unproven values only where it is.
#[test]
fn a_row_is_explicit() {
    let value = minted("explicit");
    let scrambled = format!("0{}", &value[1..]);
    let (plain, explicit) = (
        with(&["key: ^mm_service$, kind: access_token"]),
        with(&["key: ^mm_service$, kind: access_token, explicit: true"]),
    );
    let lonely = format!("# mattermost\nmm_service={value}\n");
    assert_eq!(found(&plain, &lonely).len(), 0);
    assert!(found(&explicit, &lonely)[0].unpaired);
    let odd = format!("{URL}mm_service={scrambled}\n");
    assert_eq!(found(&plain, &odd).len(), 0);
    assert_eq!(found(&explicit, &odd)[0].confidence, Confidence::Low);
}

#[test]
fn the_first_row_that_fits_decides() {
    let value = minted("order");
    let text = format!("{URL}zebra={value}\n");
    let kinds = ["session_token", "remote_cluster_token"];
    let rows = kinds.map(|kind| format!("key: ^zebra$, kind: {kind}, explicit: true"));
    let [one, two] = [&rows[0], &rows[1]].map(String::as_str);
    assert_eq!(kind(&with(&[one, two]), &text, &value), Some(kinds[0]));
    assert_eq!(kind(&with(&[two, one]), &text, &value), Some(kinds[1]));
}

/// The nearest name that any row knows decides, whatever the order of the rows.
#[test]
fn the_nearest_name_decides() {
    let value = minted("nearest");
    let text = format!("{URL}zebra:\n  giraffe:\n    lion: {value}\n");
    let far = "key: ^zebra$, kind: session_token, explicit: true";
    let near = "key: ^giraffe$, kind: remote_cluster_token, explicit: true";
    assert_eq!(kind(&with(&[far]), &text, &value), Some("session_token"));
    assert_eq!(
        kind(&with(&[far, near]), &text, &value),
        Some("remote_cluster_token")
    );
}
