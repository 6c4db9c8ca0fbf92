//! Every case of `fixtures/`: what must be found, as what, with which host, and that nothing else is.

use std::path::{Path, PathBuf};

use matterleaks::finding::Finding;
use matterleaks::rule::Rules;
use matterleaks::scan::{Options, Scanner};
use matterleaks::source::{Content, Document, Visit};

use crate::case::{self, Case};

fn scan(rules: &Rules, case: &Case) -> Vec<Finding> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut options = Options::default();
    for pair in case.args.chunks(2) {
        if let [flag, server] = pair
            && flag == "--server"
        {
            options.servers.push(server.clone());
        }
    }
    let scanner = Scanner::new(rules, options).expect("a scanner");
    for (path, content) in &case.files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(&path, content).expect("a file");
    }
    for (path, content) in &case.files {
        let path = folder.path().join(path);
        let path = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str());
        scanner
            .document(Document {
                place: matterleaks::finding::Place::File,
                path,
                git: None,
                content: Content::Whole(content),
            })
            .expect("read");
    }
    scanner.finish().findings
}

#[test]
fn every_case_is_judged_as_it_says() {
    let folder = std::env::var_os("MATTERLEAKS_CASES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"),
        PathBuf::from,
    );
    let rules = Rules::load(&[]).unwrap_or_else(|e| panic!("{e}"));
    let seed = std::env::var("MATTERLEAKS_SEED")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(1);
    let mut wrong = Vec::new();
    let (mut secrets, mut found, mut hosts, mut silent, mut false_alarms) = (0, 0, 0, 0, 0);
    for case in case::all(&folder, seed) {
        let findings = scan(&rules, &case);
        let mut complaints = Vec::new();
        silent += usize::from(case.expects.is_empty());
        for expect in &case.expects {
            secrets += 1;
            let Some(finding) = findings.iter().find(|f| f.secret.expose() == expect.token) else {
                complaints.push(format!("missed {} {}", expect.kinds.join("|"), expect.name));
                continue;
            };
            found += 1;
            if !expect.kinds.iter().any(|kind| kind == finding.kind.name()) {
                complaints.push(format!(
                    "{} is {}, said {} by {}",
                    expect.name,
                    expect.kinds.join("|"),
                    finding.kind.name(),
                    String::from_utf8_lossy(finding.reason.expose())
                ));
            }
            let host = finding
                .host
                .as_ref()
                .map(|h| String::from_utf8_lossy(h.url.expose()).into_owned());
            if host == expect.host {
                hosts += 1;
            } else {
                complaints.push(format!(
                    "{} host {:?}, said {host:?}",
                    expect.name, expect.host
                ));
            }
        }
        for finding in &findings {
            if case
                .expects
                .iter()
                .all(|expect| expect.token != finding.secret.expose())
            {
                false_alarms += 1;
                complaints.push(format!(
                    "false alarm: {} {} by {}",
                    finding.kind.name(),
                    finding.secret.masked(),
                    String::from_utf8_lossy(finding.reason.expose())
                ));
            }
        }
        if !complaints.is_empty() {
            wrong.push(format!("{}: {}", case.name, complaints.join("; ")));
        }
    }
    let summary = format!(
        "{found} of {secrets} secrets, {hosts} hosts, {false_alarms} false alarms, {silent} silent cases"
    );
    assert!(secrets > 1_000 && silent > 400, "{summary}");
    assert!(wrong.is_empty(), "{summary}\n{}\n", wrong.join("\n"));
}
