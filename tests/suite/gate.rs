//! What makes the program look at a document: a value that only a server makes is enough, wherever it is and however
//! it is written. No document here says what product it speaks of.

use data_encoding::BASE64;
use serde_json::Value;

use crate::git::scene::Scene;
use crate::util::{Dir, id, token};

const SERVER: &str = "https://chat.acme.example";

/// A server and a token, without the word.
fn unnamed(token: &str) -> String {
    format!("CHAT_URL={SERVER}\nBOT_TOKEN={token}\n")
}

/// UTF-16 with its mark.
fn wide(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    [0xff, 0xfe].into_iter().chain(units).collect()
}

/// The credentials of a report with the confidence and the server of each.
fn found(report: &Value) -> Vec<(String, String, String)> {
    let findings = report["findings"].as_array().expect("findings");
    let text = |value: &Value| value.as_str().unwrap_or("none").to_owned();
    let of = |finding: &Value| {
        (
            text(&finding["id"]),
            text(&finding["confidence"]),
            text(&finding["host"]["url"]),
        )
    };
    findings.iter().map(of).collect()
}

fn one(token: &str) -> Vec<(String, String, String)> {
    vec![(id(token), "medium".into(), SERVER.into())]
}

fn scan(content: impl AsRef<[u8]>) -> Value {
    let dir = Dir::new();
    dir.file("a", content);
    dir.scan(["--format", "json", "."]).run().quietly().json()
}

#[test]
fn a_value_that_only_a_server_makes_is_enough() {
    let token = token(1);
    let text = unnamed(&token);
    assert_eq!(found(&scan(&text)), one(&token));
    assert_eq!(found(&scan(wide(&text))), one(&token), "UTF-16");
    let (url, value) = (
        BASE64.encode(SERVER.as_bytes()),
        BASE64.encode(token.as_bytes()),
    );
    let secret = format!("kind: Secret\ndata:\n  url: {url}\n  token: {value}\n");
    assert_eq!(found(&scan(secret)), one(&token), "every value in base64");
    let escaped = text.replace('\n', "\\n").replace('=', "\\u003d");
    assert_eq!(
        found(&scan(format!("\"{escaped}\""))),
        one(&token),
        "escaped"
    );
    let dir = Dir::new();
    let report = dir.scan(["--format", "json", "-"]).stdin(text).run();
    assert_eq!(found(&report.json()), one(&token), "standard input");
}

#[test]
fn nothing_else_is() {
    // A keyword is needed for what no server can have made, and for what a name does not call a credential.
    let scrambled = format!("0{}", &token(1)[1..]);
    assert_eq!(found(&scan(unnamed(&scrambled))), []);
    assert_eq!(found(&scan(unnamed("internationalization123456"))), []);
    // A word that has the structure by chance.
    assert_eq!(found(&scan(unnamed("kcfstreampropertysocksuser"))), []);
    let ids = format!(
        "url: {SERVER}\nchannel_id: {}\nuser: {}\n",
        token(2),
        token(3)
    );
    assert_eq!(found(&scan(ids)), []);
    // Part of something longer.
    assert_eq!(found(&scan(unnamed(&format!("{}a", token(1))))), []);
}

#[test]
fn what_says_the_product_makes_it_sure() {
    let token = token(1);
    let says = [
        format!("curl -H 'Authorization: Bearer {token}' {SERVER}/api/v4/users/me\n"),
        format!("# mattermost\n{}", unnamed(&token)),
        format!("MM_TOKEN={token}\nMM_URL={SERVER}\n"),
    ];
    for text in says {
        let found = found(&scan(&text));
        assert_eq!(
            found,
            [(id(&token), "high".into(), SERVER.into())],
            "{text}"
        );
    }
}

#[test]
fn the_api_of_gitlab_has_the_same_version() {
    for route in ["projects", "user", "groups/7?simple=1"] {
        for header in ["PRIVATE-TOKEN:", "Authorization: Bearer"] {
            let url = format!("https://git.acme.example/api/v4/{route}");
            let value = token(1);
            for text in [
                format!("curl -H '{header} {value}' {url}\n"),
                format!("curl {url} -H '{header} {value}'\n"),
            ] {
                assert_eq!(found(&scan(&text)), [], "{text}");
            }
        }
    }
}

#[test]
fn folded_base64_is_read_as_one_value() {
    let token = token(1);
    let json = format!("{{\"url\": \"{SERVER}\", \"padding\": \"x\", \"token\": \"{token}\"}}\n");
    let written = BASE64.encode(json.as_bytes());
    for (width, indent, end) in [
        (64, "", "\n"),
        (70, "    ", "\n"),
        (76, "", "\r\n"),
        (60, "\t", "\n"),
    ] {
        let lines = written.as_bytes().chunks(width);
        let lines: Vec<&str> = lines
            .map(|line| std::str::from_utf8(line).expect("text"))
            .collect();
        let text = format!(
            "data:{end}{indent}{}{end}kind: x{end}",
            lines.join(&format!("{end}{indent}"))
        );
        let report = scan(&text);
        assert_eq!(found(&report), one(&token), "{text}");
        let at = written.find(&BASE64.encode(token.as_bytes())[4..20]);
        let place = &report["findings"][0]["locations"][0];
        let line = json.find(&token).expect("it is there") * 4 / 3 / width + 2;
        assert_eq!(place["line"], line, "{at:?} {text}");
    }
    // Each line on its own, since together they are no text.
    let alone = BASE64.encode(format!("BOT_TOKEN={token} {SERVER} 0123456789").as_bytes());
    let text = format!("{alone}\n{}\n", "/".repeat(alone.len()));
    assert_eq!(found(&scan(text)).len(), 1);
}

#[test]
fn a_large_file_is_read_to_its_end() {
    let token = token(1);
    for before in [131_000, 131_050, 131_072, 2 << 20, (2 << 20) - 20, 9 << 20] {
        let filler = "some line of a log that says nothing\n".repeat(before / 37);
        let filler = format!("{filler}{}", " ".repeat(before - filler.len()));
        let text = format!("{filler}\n{}{filler}", unnamed(&token));
        assert_eq!(found(&scan(&text)), one(&token), "{before}");
    }
    // The server is far away, and nothing names the product.
    let filler = "some line of a log that says nothing\n".repeat(260_000);
    let text = format!("CHAT_URL={SERVER}\n{filler}BOT_TOKEN={token}\n");
    assert_eq!(found(&scan(&text)), one(&token));
}

#[test]
fn git_is_read_like_files() {
    let scene = Scene::new();
    let filler: String = (0..400).map(|n| format!("line {n} of a file\n")).collect();
    scene.commit(&[("a.env", &filler)]);
    scene.commit(&[("a.env", &(filler.clone() + &unnamed(&token(1)) + &filler))]);
    // A token that comes about where two parts of its delta base meet.
    let (head, tail) = (&token(2)[..13], &token(2)[13..]);
    let apart = |between: &str| {
        format!("{filler}CHAT_URL={SERVER}\nBOT_TOKEN={head}{between}{tail}\n{filler}")
    };
    scene.commit(&[("b.env", &apart("-"))]);
    scene.commit(&[("b.env", &apart(""))]);
    scene.commit(&[("a.env", &filler), ("b.env", "nothing\n")]);
    scene.git(
        "a",
        &["commit", "-q", "--allow-empty", "-m", &unnamed(&token(3))],
    );
    scene.git("a", &["repack", "-adfq", "--depth=50"]);
    let expected = |tokens: &[u64]| {
        let mut all: Vec<_> = tokens.iter().flat_map(|n| one(&token(*n))).collect();
        all.sort();
        all
    };
    let sorted = |report: Value| {
        let mut all = found(&report);
        all.sort();
        all
    };
    let report = scene
        .scan("a", &["--history", "--format", "json"])
        .run()
        .json();
    assert_eq!(sorted(report), expected(&[1, 2, 3]));
    let report = scene.range("HEAD~5..HEAD", &["--format", "json"]).json();
    assert_eq!(sorted(report), expected(&[1, 2, 3]));
    scene.stage(&[("c.env", &unnamed(&token(4)))]);
    let report = scene.staged(&["--format", "json"]).json();
    assert_eq!(sorted(report), expected(&[4]));
}
