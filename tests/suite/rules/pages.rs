//! What people read of the rules: the list and the pages.

use matterleaks::rule::{self, Rules};
use serde_yaml::Value;

use super::{MATTERMOST, embedded, parse};

const ID: &str = "mattermost-access-token";

fn show(rules: &Rules) -> String {
    rule::show(rules, ID).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn the_list_has_a_line_for_each_page() {
    let rules = embedded();
    let list = rule::list(&rules);
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), rules.pages().count());
    let column =
        |line: &str, word: &str| line.find(word).unwrap_or_else(|| panic!("{word}: {line}"));
    for (line, (_, page)) in lines.iter().zip(rules.pages()) {
        assert!(line.starts_with(&format!("{} ", page.id)), "{line}");
        assert!(line.ends_with(&format!(" {}", page.kind.name())), "{line}");
        assert_eq!(
            column(line, page.severity.name()),
            column(lines[0], "high"),
            "{line}"
        );
        assert_eq!(
            column(line, &page.title),
            column(lines[0], "Mattermost"),
            "{line}"
        );
    }
}

/// A page has what a vendor's detector page has, under the same labels and in the same order.
#[test]
fn a_page_reads_like_a_detector_page() {
    let page = show(&embedded());
    let mut lines = page.lines().map(str::trim_start);
    for label in [
        "Mattermost personal token",
        "Description",
        "General",
        "- Documentation: https://developers.mattermost.com/integrate/reference/personal-access-token/",
        "- Summary: Mattermost is an open-source messaging app. Tokens allow users",
        "- IPs allowlist: This feature is not available.",
        "- Scopes: Personal access tokens share the same permissions as the user.",
        "Revoke the secret",
        "Tokens can be revoked from the account settings or the system console.",
        "Check for suspicious activity",
        "Logs related to the token can be inspected in the system console.",
        "Details for Mattermost personal token",
        "Family: Api",
        "Category: Messaging system",
        "Company: Mattermost",
        "High recall: False",
        "Validity check available: True",
        "On-premise instances exist: True",
        "Only valid secrets raise an alert: True",
        "Minimum number of matches: 2",
        "Prefixed: False",
        "PreValidators:",
        "- type: ContentWhitelistPreValidator",
        "patterns:",
        "- mattermost",
        "Examples",
        "- text:",
        "SERVER_URL = 'http://oatcouture.tw:8065'",
        "host: http://oatcouture.tw:8065",
        "token: 9kih4c69v7bcpbgf174usrlgie",
        "- text:",
        "host: https://mattermost.my-company.com",
        "token: b957n67ahin90ba4f4dt14966v",
        "- text:",
        "host: http://56.91.164.139:8065",
        "token: jh7cgmr3tod5igzkavtwrhr5ia",
        "- text:",
        "host: https://chat.coworkers.com",
        "token: ih7kjnr4otd5igzroptwrhu6op",
    ] {
        assert!(
            lines.any(|line| line.starts_with(label)),
            "{label} is missing or late:\n{page}"
        );
    }
}

#[test]
fn what_is_to_be_done_stands_under_how_to_revoke() {
    let page = show(&embedded());
    let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words}"));
    assert!(at("Revoke the secret") < at("\n1. Disable the token first"));
    assert!(at("\n7. Take it out of the code.") < at("Check for suspicious activity"));
}

#[test]
fn shown_examples_are_those_of_the_file() {
    let rules = embedded();
    for (_, page) in rules.pages() {
        let text = rule::show(&rules, &page.id).expect("a page");
        let (_, examples) = text.split_once("\nExamples\n").expect("examples");
        let shown: Vec<Value> =
            serde_yaml::from_str(examples).unwrap_or_else(|e| panic!("{e}: {text}"));
        assert_eq!(shown.len(), page.examples.len());
        for (shown, example) in shown.iter().zip(&page.examples) {
            let text = |key: &str| shown.get(key).and_then(Value::as_str);
            assert_eq!(
                text("text").map(str::trim_end),
                Some(example.text.trim_end())
            );
            assert_eq!(text("host"), example.host.as_deref());
            assert_eq!(text("token"), Some(example.token.as_str()));
        }
    }
}

/// Everything that a page or `about` says is shown, and what it leaves out is not.
#[test]
fn every_key_of_a_page_is_shown() {
    let page = MATTERMOST.find(&format!("id: {ID}")).expect("the page");
    for (from, to, shown) in [
        (
            "company: Mattermost",
            "company: Ours Ltd",
            "Company: Ours Ltd",
        ),
        ("family: Api", "family: Web", "Family: Web"),
        (
            "category: Messaging system",
            "category: Chat",
            "Category: Chat",
        ),
        (
            "This feature is not available.",
            "Yes.",
            "- IPs allowlist: Yes.",
        ),
        (
            "high_recall: false",
            "high_recall: true",
            "High recall: True",
        ),
        (
            "on_premise: true",
            "on_premise: false",
            "On-premise instances exist: False",
        ),
        ("prefixed: false", "prefixed: true", "Prefixed: True"),
        ("  - mmctl\n", "  - chatctl\n", "  - chatctl"),
    ] {
        let before = &MATTERMOST[..page];
        let text = super::replaced(before, from, to) + &MATTERMOST[page..];
        assert!(
            show(&parse(&text)).contains(&format!("{shown}\n")),
            "{shown}"
        );
    }
    for (from, to, shown) in [
        (
            "title: Mattermost personal token",
            "title: PAT",
            "Details for PAT",
        ),
        (
            "Mattermost is an open-source messaging app.",
            "A chat.",
            "- Summary: A chat.",
        ),
        (
            "documentation: https://developers.mattermost.com",
            "documentation: https://x.example",
            "- Documentation: https://x.example/",
        ),
        (
            "scopes: Personal access tokens share",
            "scopes: They share",
            "- Scopes: They share",
        ),
        (
            "Tokens can be revoked",
            "They can be revoked",
            "\nThey can be revoked",
        ),
        ("inspect: Logs", "inspect: Old logs", "\nOld logs related"),
        (
            "check: login\n    ",
            "",
            "Validity check available: False\n",
        ),
        (
            "only_valid: true",
            "only_valid: false",
            "Only valid secrets raise an alert: False\n",
        ),
        (
            "minimum_matches: 2",
            "minimum_matches: 1",
            "Minimum number of matches: 1\n",
        ),
        ("severity: high", "severity: low", "Severity: low\n"),
        (
            "'Disable the token first",
            "'Pull the plug first",
            "\n1. Pull the plug first",
        ),
        (
            "text: |\n          def mmsend",
            "path: a/b.py\n        text: |\n          def mmsend",
            "\n  path: a/b.py\n",
        ),
        (
            "documentation: https://developers.mattermost.com/integrate/reference/personal-access-token/\n",
            "documentation: ''\n",
            "General\n\n- Summary",
        ),
    ] {
        let text = [
            &MATTERMOST[..page],
            &MATTERMOST[page..].replacen(from, to, 1),
        ]
        .concat();
        assert_ne!(text, MATTERMOST, "{from}");
        assert!(show(&parse(&text)).contains(shown), "{shown}");
    }
}

#[test]
fn an_unknown_id_is_answered_with_the_nearest() {
    let rules = embedded();
    let error = |id: &str| rule::show(&rules, id).expect_err("no page").to_string();
    let answer = error("mattermost-session-tokens");
    let start =
        "no rule is called `mattermost-session-tokens`; did you mean `mattermost-session-token`";
    assert!(answer.starts_with(start), "{answer}");
    assert!(
        error("webhook")
            .contains("`mattermost-incoming-webhook` or `mattermost-outgoing-webhook-token`")
    );
    assert_eq!(
        error("zzz"),
        "no rule is called `zzz`; `rules list` names all"
    );
}
