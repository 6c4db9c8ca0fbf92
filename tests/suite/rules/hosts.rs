//! What every key of `hosts` and `pairing` changes: the same text, the rules as they are and changed.

use std::fs;
use std::os::unix::ffi::OsStrExt;

use matterleaks::finding::Place;
use matterleaks::rule::Rules;
use matterleaks::scan::{Options, Scanner};
use matterleaks::source::{Content, Document, Visit};

use super::{changed, embedded, found, host, minted};

/// The rules with another alternative in a pattern of `hosts`.
fn or(key: &str, alternative: &str) -> Rules {
    changed(
        &format!("\n  {key}: '"),
        &format!("\n  {key}: '{alternative}|"),
    )
}

/// The rules with another item in a list of `hosts`.
fn and(key: &str, item: &str) -> Rules {
    let hosts = super::MATTERMOST.find("\nhosts:\n").expect("hosts");
    let (before, after) = super::MATTERMOST.split_at(hosts);
    let list = format!("\n  {key}:\n");
    assert!(after.contains(&list), "{key}");
    let after = after.replacen(&list, &format!("{list}    - '{item}'\n"), 1);
    super::parse(&[before, &after].concat())
}

/// Asserts with which host the token of a text is found, before and after a change of the rules.
fn becomes(rules: &Rules, text: &str, before: &str, after: &str) {
    let secret = minted("hosts");
    let text = text.replace("SECRET", &secret);
    let said = |rules: &Rules| host(rules, &text, &secret).unwrap_or_default();
    assert_eq!(said(&embedded()), before, "before, {text}");
    assert_eq!(said(rules), after, "after, {text}");
}

#[test]
fn schemes() {
    let rules = changed("  schemes: {", "  schemes: {zebra: http, ");
    let url = "MATTERMOST_URL=zebra://chat.example.org\nMATTERMOST_TOKEN=SECRET\n";
    becomes(&rules, url, "", "http://chat.example.org");
    let key = "mattermost:\n  host: chat.example.org\n  scheme: zebra\n  token: SECRET\n";
    becomes(
        &rules,
        key,
        "https://chat.example.org",
        "http://chat.example.org",
    );
}

#[test]
fn keys() {
    let text = "MATTERMOST_ZEBRA=chat.corp.zebraland\nMATTERMOST_TOKEN=SECRET\n";
    becomes(
        &or("keys", "(^|_)zebra$"),
        text,
        "",
        "https://chat.corp.zebraland",
    );
}

#[test]
fn single_keys() {
    let text = "MATTERMOST_BACKEND=chatserver\nMATTERMOST_TOKEN=SECRET\n";
    becomes(
        &or("single_keys", "_backend$"),
        text,
        "",
        "https://chatserver",
    );
}

#[test]
fn bare() {
    let text = "# server chat.corp.zebraland\nMATTERMOST_TOKEN=SECRET\n";
    becomes(
        &or("bare", "\\.zebraland$"),
        text,
        "",
        "https://chat.corp.zebraland",
    );
}

#[test]
fn columns() {
    let text = "INSERT INTO systems (name, zebra) VALUES ('mattermost', 'https://chat.example.org');\n\
                INSERT INTO sessions (id, token) VALUES ('x', 'SECRET');\n";
    becomes(
        &or("columns", "^zebra$"),
        text,
        "",
        "https://chat.example.org",
    );
}

#[test]
fn other_keys() {
    let text = "MATTERMOST_ZEBRA_URL=https://chat.example.org\nMATTERMOST_TOKEN=SECRET\n";
    becomes(
        &or("other_keys", "_zebra_url$"),
        text,
        "https://chat.example.org",
        "",
    );
}

#[test]
fn keys_beside_a_host() {
    let text =
        |line: &str| format!("mattermost:\n  host: chat.example.org\n  {line}\n  token: SECRET\n");
    let plain = "https://chat.example.org";
    for (key, line, after) in [
        ("port_keys", "zebra: 8065", "https://chat.example.org:8065"),
        ("scheme_keys", "zebra: http", "http://chat.example.org"),
        ("path_keys", "zebra: /chat", "https://chat.example.org/chat"),
        ("tls_keys", "zebra: false", "http://chat.example.org"),
        ("plain_keys", "zebra: true", "http://chat.example.org"),
    ] {
        becomes(&or(key, "^zebra$"), &text(line), plain, after);
    }
}

#[test]
fn cut() {
    let text = "MATTERMOST_URL=https://chat.example.org/zebra/x\nMATTERMOST_TOKEN=SECRET\n";
    becomes(
        &or("cut", "/zebra"),
        text,
        "https://chat.example.org/zebra/x",
        "https://chat.example.org",
    );
}

#[test]
fn what_speaks_for_the_product() {
    let (one, two) = (
        "https://one.example.org/a",
        "https://two.example.org/zebra/b",
    );
    let text = format!("# mattermost\n{one}\ntoken = SECRET\n{two}\n");
    becomes(&or("own", "two\\.example"), &text, one, two);
    becomes(&or("own_path", "/zebra/"), &text, one, two);
}

/// A value that is not proven needs a name of which every word is common, the server's or the product's own.
#[test]
fn own_words_name_what_is_not_proven() {
    let scrambled = format!("0{}", &minted("own")[1..]);
    let text = format!("# mattermost\nURL=https://chat.example.org\nZEBRA_TOKEN={scrambled}\n");
    assert_eq!(found(&embedded(), &text).len(), 0);
    assert_eq!(found(&or("own", "zebra"), &text).len(), 1);
}

#[test]
fn what_speaks_against_it() {
    let text = "MATTERMOST_TOKEN=SECRET\nURL=https://zebra.example.org\n";
    let url = "https://zebra.example.org";
    becomes(&and("excluded", "^zebra\\."), text, url, "");
    becomes(&and("placeholders", "^zebra\\."), text, url, "");
    becomes(&or("foreign", "zebra"), text, url, "");
}

#[test]
fn reach_and_lines() {
    let line = changed("  reach: directory", "  reach: line");
    let near = changed("\n  lines: ", "\n  lines: 3 # not ");
    let url = "https://chat.example.org";
    let text = |gap: usize| {
        format!(
            "MATTERMOST_URL={url}{}MATTERMOST_TOKEN=SECRET\n",
            "\n".repeat(gap)
        )
    };
    becomes(&line, &text(1), url, "");
    becomes(&near, &text(3), url, url);
    becomes(&near, &text(4), url, "");
    let one =
        format!("curl -H 'Authorization: Bearer SECRET' {url}/api/v4/users/me # mattermost\n");
    becomes(&line, &one, url, url);
}

#[test]
fn reach_of_a_folder() {
    let secret = minted("folder");
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path
    };
    let token = format!("MATTERMOST_TOKEN={secret}\n");
    let path = write("creds.env", &token);
    write(
        "development.env",
        "MATTERMOST_URL=https://chat.example.org\n",
    );
    for (reach, paired) in [("directory", true), ("document", false), ("line", false)] {
        let rules = changed("  reach: directory", &format!("  reach: {reach}"));
        let scanner = Scanner::new(&rules, Options::default()).expect("a scanner");
        let document = Document {
            place: Place::File,
            path: path.as_os_str().as_bytes(),
            git: None,
            content: Content::Whole(token.as_bytes()),
        };
        scanner.document(document).expect("read");
        let findings = scanner.finish().findings;
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].host.is_some(), paired, "{reach}");
    }
}

#[test]
fn words() {
    let text = "Our zebra chat.example.org\nMATTERMOST_TOKEN=SECRET\n";
    becomes(
        &or("words", "^zebra$"),
        text,
        "",
        "https://chat.example.org",
    );
}

#[test]
fn no_names() {
    let rules = changed(
        "\n  no_names: '(?x)\n",
        "\n  no_names: '(?x) [.]example[.]org$ |\n",
    );
    let text = "MATTERMOST_HOST=chat.example.org\nMATTERMOST_TOKEN=SECRET\n";
    becomes(&rules, text, "https://chat.example.org", "");
}

#[test]
fn own_port() {
    let text = "# mattermost\nurl: https://jira.example.org:8066\ntoken: SECRET\n";
    becomes(
        &or("own_port", ":8066$"),
        text,
        "",
        "https://jira.example.org:8066",
    );
}

#[test]
fn joins() {
    let text =
        "mattermost_url = zebra('https://chat.example.org', port)\nmattermost_token = 'SECRET'\n";
    becomes(
        &or("joins", "^zebra$"),
        text,
        "https://chat.example.org",
        "",
    );
}

#[test]
fn pieces() {
    let text = "mattermost_url = 'https://chat.example.org' + zebra\nmattermost_token = 'SECRET'\n";
    becomes(
        &or("pieces", "^zebra$"),
        text,
        "https://chat.example.org",
        "",
    );
}

#[test]
fn plain() {
    let text = "zebra\nHost: chat.example.org\nX-Mattermost: y\nToken: SECRET\n";
    let (https, http) = ("https://chat.example.org", "http://chat.example.org");
    becomes(&or("plain", "zebra"), text, https, http);
}

#[test]
fn places() {
    let row = |row: &str| changed("\n  places:\n", &format!("\n  places:\n    - {{{row}}}\n"));
    let url = "MATTERMOST_URL=https://chat.example.org # zebra\nMATTERMOST_TOKEN=SECRET\n";
    for fits in [
        "key: '^mattermost_url$'",
        "before: 'MATTERMOST_URL=$'",
        "after: '^ # zebra$'",
    ] {
        becomes(&row(fits), url, "https://chat.example.org", "");
    }
    let yaml = "mattermost:\n  zebra:\n    url: https://chat.example.org\n    token: SECRET\n";
    becomes(
        &row("outer: '^zebra\\n'"),
        yaml,
        "https://chat.example.org",
        "",
    );
    let bare = "zebra: chat.example.org\nMATTERMOST_TOKEN=SECRET\n";
    let server = row("before: 'zebra: $', server: true");
    becomes(&server, bare, "", "https://chat.example.org");
}
