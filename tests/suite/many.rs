//! Thousands of pairs in one document: each token is paired as it is where it and its server are alone.

use std::collections::BTreeMap;
use std::fmt::Write;

use matterleaks::{Options, Rules};

use crate::util::{Dir, id, token};

/// So many that not every token is compared with every server.
const PAIRS: usize = 600;

fn url(n: usize) -> String {
    format!("https://chat{n}.corp.example")
}

/// The server of each credential of a document, and how many there are.
fn servers(path: &str, text: &str) -> BTreeMap<String, String> {
    let rules = Rules::load(&[]).expect("rules");
    let report = matterleaks::scan_bytes(&rules, Options::default(), path, text.as_bytes());
    let findings = report.expect("a report").findings.into_iter();
    let server = |finding: matterleaks::Finding| {
        let url = finding.host.map(|host| host.url.expose().to_vec());
        let url = String::from_utf8(url.unwrap_or_default()).expect("a URL");
        (finding.id.as_str().to_owned(), url)
    };
    findings.map(server).collect()
}

fn each(path: &str, before: &str, after: &str, pair: &dyn Fn(usize) -> String) {
    let text = (0..PAIRS).fold(before.to_owned(), |text, n| text + &pair(n)) + after;
    let found = servers(path, &text);
    assert_eq!(found.len(), PAIRS, "{path}");
    for n in 0..PAIRS {
        assert_eq!(
            found.get(&id(&token(n as u64))),
            Some(&url(n)),
            "{n} of {}",
            pair(0)
        );
    }
}

#[test]
fn each_of_many_tokens_is_paired_with_its_own_server() {
    let token = |n: usize| token(n as u64);
    let blocks = |n| {
        format!(
            "MATTERMOST_URL={}\nMATTERMOST_TOKEN={}\n\n",
            url(n),
            token(n)
        )
    };
    each("a.env", "", "", &blocks);
    let after = |n| format!("MM_TOKEN={}\nMM_URL={}\n\n", token(n), url(n));
    each("a.env", "", "", &after);
    let sections = |n| {
        format!(
            "[mattermost.{n}]\nurl = {}\nx = 1\n\ntoken = {}\n\n",
            url(n),
            token(n)
        )
    };
    each("a.ini", "", "", &sections);
    let json = |n| format!("{{\"url\":\"{}\",\"token\":\"{}\"}},\n", url(n), token(n));
    each("a.json", "{\"mattermost\":[", "{}]}", &json);
    let line = |n| format!("{{\"url\":\"{}\",\"token\":\"{}\"}},", url(n), token(n));
    each("a.json", "{\"mattermost\":[", "{}]}", &line);
    let yaml = |n| {
        format!(
            "  s{n}:\n    url: {}\n    deep:\n      - token: {}\n",
            url(n),
            token(n)
        )
    };
    each("a.yml", "mattermost:\n", "", &yaml);
    let rows = |n| format!("{n},{},{}\n", url(n), token(n));
    each("a.csv", "mattermost,url,token\n", "", &rows);
    // Only the names say it, from one end of the document to the other.
    let mut apart = String::new();
    for n in 0..PAIRS {
        let _ = writeln!(apart, "MM_NO{n}_EU_URL={}", url(n));
    }
    let names = |n| format!("MM_NO{n}_EU_TOKEN={}\n", token(n));
    each("a.env", &apart, "", &names);
}

#[test]
fn each_of_many_tokens_is_paired_with_its_own_server_in_another_file() {
    let dir = Dir::new();
    let (mut tokens, mut urls) = (String::new(), String::from("# mattermost\n"));
    for n in 0..PAIRS {
        let _ = writeln!(tokens, "MM_NO{n}_TOKEN={}", token(n as u64));
        let _ = writeln!(urls, "MM_NO{n}_URL={}", url(n));
    }
    dir.file("a.env", &tokens).file("b.env", &urls);
    let report = dir.scan(["--format", "json", "."]).run().json();
    let findings = report["findings"].as_array().expect("findings");
    let found: BTreeMap<_, _> = (findings.iter())
        .map(|finding| (finding["id"].as_str(), finding["host"]["url"].as_str()))
        .collect();
    for n in 0..PAIRS {
        let id = id(&token(n as u64));
        assert_eq!(found.get(&Some(&*id)), Some(&Some(&*url(n))), "{n}");
    }
}

#[test]
fn a_report_says_where_not_every_server_was_compared() {
    let rules = Rules::load(&[]).expect("rules");
    let notes = |servers: usize| {
        let log = (0..servers).fold(String::new(), |log, n| log + "GET " + &url(n) + "/ 200\n");
        let text = format!("MATTERMOST_TOKEN={}\n{log}", token(1));
        let report = matterleaks::scan_bytes(&rules, Options::default(), "a.log", text.as_bytes());
        report.expect("a report").notes.len()
    };
    assert_eq!([1_000, 20_000].map(notes), [0, 1]);
}
