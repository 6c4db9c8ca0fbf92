//! The library as other programs call it, and the examples of it.

use std::path::Path;

use matterleaks::{Format, Options, Rules};

use crate::util::{Dir, assert_valid, lonely, paired, token};

#[test]
fn bytes_and_paths_show_the_same() {
    let rules = Rules::load(&[]).expect("rules");
    let text = paired(&token(7000));
    let of_bytes =
        matterleaks::scan_bytes(&rules, Options::default(), "", text.as_bytes()).expect("a report");
    let dir = Dir::with(&text);
    let paths = [dir.path(".env")];
    let of_paths = matterleaks::scan_paths(&rules, Options::default(), &paths).expect("a report");
    for report in [&of_bytes, &of_paths] {
        assert_eq!(report.findings.len(), 1);
        assert_eq!(report.coverage.documents, 1);
        assert_eq!(report.coverage.bytes, text.len() as u64);
        let json = matterleaks::report_text(Format::Json, report).expect("text");
        assert!(!json.contains(&token(7000)));
        assert_valid(&serde_json::from_str(&json).expect("JSON"));
        let human = matterleaks::report_text(Format::Human, report).expect("text");
        assert!(human.contains("https://chat.example.org") && !human.contains('\x1b'));
    }
    assert_eq!(of_bytes.findings[0].id, of_paths.findings[0].id);
    // What is not there is no error, and is in the report.
    let gone =
        matterleaks::scan_paths(&rules, Options::default(), &[dir.path("gone")]).expect("a report");
    assert!(!gone.coverage.complete());
    let options = Options {
        servers: vec!["no server".into()],
        ..Options::default()
    };
    assert!(matterleaks::scan_bytes(&rules, options, "", b"").is_err());
}

#[test]
fn the_examples_do_what_they_say() {
    let program = Path::new(env!("CARGO_BIN_EXE_matterleaks"));
    let example = |name: &str| program.with_file_name("examples").join(name);
    let dir = Dir::new();
    // `cargo test` has built them; a run of this suite alone has not.
    if !example("scan_bytes").exists() {
        let built = std::process::Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--examples"])
            .status();
        assert!(
            built.is_ok_and(|status| status.success()),
            "cargo build --examples"
        );
    }
    let output = dir
        .command(example("scan_bytes"))
        .stdin(paired(&token(7001)))
        .run()
        .code(0);
    output
        .says("2:18: mattermost-access-token")
        .says("chat.example.org")
        .lacks(&token(7001));
    dir.file("a/.env", paired(&token(7002)))
        .file("b/.env", lonely(&token(7003)));
    let rules = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/rocketchat/rocketchat.yml"
    );
    let output = dir
        .command(example("scan_paths"))
        .args([rules, "a", "b", "gone"])
        .run()
        .code(0);
    output
        .says("1 https://chat.example.org")
        .says("1 no server")
        .says("1 not read");
}
