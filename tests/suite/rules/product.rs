//! Rocket.Chat: a token, the id of its user and a host, in YAML alone.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use matterleaks::finding::{Finding, Place};
use matterleaks::rule::Rules;
use matterleaks::scan::{self, Options, Scanner};
use matterleaks::source::{Content, Document, Visit};

use super::{embedded, found, minted};

const TOKEN: &str = "Vu6SxAopzJyXjR3b0d7uMy3ZL5vYQ0a-W4nqkGh_TtE";
const USER: &str = "q3TfZ9hWbLkXo7dMs";

fn both() -> Rules {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rocketchat/rocketchat.yml");
    Rules::load(&[path]).unwrap_or_else(|e| panic!("{e}"))
}

/// All that makes two results differ.
fn said(findings: &[Finding]) -> Vec<String> {
    let one = |f: &Finding| {
        let host = f.host.as_ref().map(|host| host.url.expose().to_owned());
        format!(
            "{:?} {:?} {} {:?} {:?} {host:?}",
            f.id, f.kind, f.rule_id, f.severity, f.confidence
        )
    };
    findings.iter().map(one).collect()
}

#[test]
fn token_user_and_host_make_a_finding() {
    let rules = both();
    for text in [
        format!(
            "ROCKET_CHAT_SERVER=chat.corp.example\nROCKET_CHAT_USER_ID={USER}\nROCKET_CHAT_TOKEN={TOKEN}\n"
        ),
        format!(
            "GET https://chat.corp.example/api/v1/me\nX-Auth-Token: {TOKEN}\nX-User-Id: {USER}\n"
        ),
        format!(
            "RocketChat(user_id=\"{USER}\", auth_token=\"{TOKEN}\", server_url=\"https://chat.corp.example\")"
        ),
        format!(
            "rocketchat:\n  url: https://chat.corp.example\n  auth_token: {TOKEN}\n  user_id: {USER}\n"
        ),
    ] {
        let findings = found(&rules, &text);
        let [finding] = &findings[..] else {
            panic!("{} findings in {text}", findings.len())
        };
        assert_eq!(finding.rule_id, "rocketchat-access-token");
        assert_eq!(finding.secret.expose(), TOKEN);
        let [user] = &finding.parts[..] else {
            panic!("{} parts in {text}", finding.parts.len())
        };
        assert_eq!((user.name.as_str(), user.value.expose()), ("user_id", USER));
        let host = finding.host.as_ref().map(|host| host.url.expose());
        assert_eq!(host, Some(&b"https://chat.corp.example"[..]), "{text}");
    }
}

#[test]
fn without_its_user_a_token_is_nothing() {
    let text = format!("ROCKETCHAT_URL=https://chat.corp.example\nROCKETCHAT_TOKEN={TOKEN}\n");
    assert!(found(&both(), &text).is_empty());
    let other = format!("{text}ROCKETCHAT_CHANNEL_ID={USER}\n");
    assert!(found(&both(), &other).is_empty());
    assert_eq!(
        found(&both(), &format!("{text}ROCKETCHAT_USER_ID={USER}\n")).len(),
        1
    );
}

#[test]
fn its_own_examples_hold() {
    let checked = scan::check(&both()).expect("a check");
    let said = checked.complaints.iter().map(ToString::to_string);
    let said: Vec<String> = said.filter(|line| line.contains("rocketchat")).collect();
    assert_eq!(said, [""; 0]);
    let alone = scan::check(&embedded()).expect("a check");
    assert_eq!(checked.examples, alone.examples + 4);
    assert_eq!(checked.negatives, alone.negatives + 4);
}

#[test]
fn what_is_found_of_mattermost_stays_the_same() {
    let (alone, together) = (embedded(), both());
    let mut texts: Vec<String> = Vec::new();
    for (_, page) in alone.pages() {
        texts.extend(page.examples.iter().map(|example| example.text.clone()));
        texts.extend(page.negatives.iter().map(|example| example.text.clone()));
    }
    assert!(texts.len() > 20);
    let rocket = format!("# rocketchat.example.org, user_id {USER}\n");
    for text in texts
        .iter()
        .flat_map(|text| [text.clone(), format!("{rocket}{text}")])
    {
        assert_eq!(
            said(&found(&alone, &text)),
            said(&found(&together, &text)),
            "{text}"
        );
    }
}

#[test]
fn each_product_has_its_own_token_and_host() {
    let secret = minted("both");
    let text = format!(
        "MATTERMOST_URL=https://mm.corp.example\nMATTERMOST_TOKEN={secret}\n\n\
         ROCKETCHAT_URL=https://rc.corp.example\nROCKETCHAT_TOKEN={TOKEN}\nROCKETCHAT_USER_ID={USER}\n"
    );
    let rules = both();
    let host = |value: &str| super::host(&rules, &text, value);
    assert_eq!(host(&secret).as_deref(), Some("https://mm.corp.example"));
    assert_eq!(host(TOKEN).as_deref(), Some("https://rc.corp.example"));
}

/// A stream and a folder are read by keyword as well, and each product has its own.
#[test]
fn the_keyword_of_one_product_opens_no_document_to_another() {
    let secret = minted("keyword");
    let stream = |word: &str| {
        format!("# {word}\nurl=https://rc.corp.example\nauth_token={TOKEN}\nuser_id={USER}\n")
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| -> PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path
    };
    let lonely_text = format!("MATTERMOST_TOKEN={secret}\n");
    let lonely = file("a.env", &lonely_text);
    file("b.env", "ROCKETCHAT_URL=https://rc.corp.example\n");
    for rules in [embedded(), both()] {
        for (word, is_theirs) in [
            ("mattermost", false),
            ("rocketchat", rules.products.len() > 1),
        ] {
            let scanner = Scanner::new(&rules, Options::default()).expect("a scanner");
            let text = stream(word);
            let content = Content::Stream(b"", &mut text.as_bytes());
            let (place, path) = (Place::Stdin, &b""[..]);
            scanner
                .document(Document {
                    place,
                    path,
                    git: None,
                    content,
                })
                .expect("read");
            assert_eq!(
                scanner.finish().findings.len(),
                usize::from(is_theirs),
                "{word}"
            );
        }

        let scanner = Scanner::new(&rules, Options::default()).expect("a scanner");
        let content = Content::Whole(lonely_text.as_bytes());
        let (place, path) = (Place::File, lonely.as_os_str().as_bytes());
        scanner
            .document(Document {
                place,
                path,
                git: None,
                content,
            })
            .expect("read");
        let findings = scanner.finish().findings;
        assert!(findings.len() == 1 && findings[0].host.is_none());
    }
}
