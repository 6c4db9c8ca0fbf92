//! Which server each text of `servers/` names for its token. A text starts behind `=== URL`, or `=== none`; `joined`
//! says that a variable is joined to it, `path=` what its file is called. `TOKEN` stands for a token.

use matterleaks::finding::Tie;
use matterleaks::{Options, Rules, scan_bytes};

use crate::util::token;

#[test]
fn every_text_names_its_server_or_none() {
    let texts = [
        include_str!("servers/grammar.txt"),
        include_str!("servers/places.txt"),
        include_str!("servers/more.txt"),
        include_str!("servers/again.txt"),
    ];
    let rules = Rules::load(&[]).expect("rules");
    let cases = texts.iter().flat_map(|text| text.split("=== ").skip(1));
    let (mut count, mut wrong) = (0, Vec::new());
    for (n, case) in cases.enumerate() {
        let (head, text) = case.split_once('\n').expect("a head");
        let mut words = head.split_whitespace();
        let server = words.next().expect("a server");
        let words: Vec<&str> = words.collect();
        let path = words.iter().find_map(|word| word.strip_prefix("path="));
        let token = token(n as u64);
        let text = with(text, &token);
        let report = scan_bytes(
            &rules,
            Options::default(),
            path.unwrap_or("a.txt"),
            text.as_bytes(),
        );
        let report = report.expect("a report");
        let mut found = report.findings.iter();
        let found = found.find(|finding| finding.secret.expose() == token);
        let host = found.and_then(|found| found.host.as_ref());
        let url = host.map_or("none".into(), |host| {
            String::from_utf8_lossy(host.url.expose()).into_owned()
        });
        let joined = host.is_some_and(|host| host.tie == Tie::Joined);
        if url != server || joined != words.contains(&"joined") {
            wrong.push(format!("{head}: {url}, joined: {joined}\n{text}"));
        }
        count += 1;
    }
    assert!(count > 200, "{count} texts");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A text with the token in its place: `TOKEN` as a word of its own.
fn with(text: &str, token: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split("TOKEN").peekable();
    while let Some(part) = parts.next() {
        out += part;
        if let Some(next) = parts.peek() {
            let part_of_a_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let named = part.ends_with(part_of_a_name) || next.starts_with(part_of_a_name);
            out += if named { "TOKEN" } else { token };
        }
    }
    out
}
