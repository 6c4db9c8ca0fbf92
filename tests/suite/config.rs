//! `.matterleaks.yml` and `.gitleaksignore`: what a project says of itself, and what it cannot say.

use serde_json::Value;

use crate::git::scene::Scene;
use crate::live::server::{Server, mattermost, user};
use crate::util::{Dir, lonely, paired, token};

const FILE: &str = ".matterleaks.yml";

/// Of each finding: its first place, its server, and the reason why it does not count.
fn told(report: &Value) -> Vec<[String; 3]> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let findings = report["findings"].as_array().expect("findings");
    let mut told: Vec<[String; 3]> = findings
        .iter()
        .map(|finding| {
            [
                text(&finding["locations"][0]["path"]),
                text(&finding["host"]["url"]),
                text(&finding["suppressed"]["reason"]),
            ]
        })
        .collect();
    told.sort();
    told
}

/// Accepts all that is found, in `known.yml`.
fn accept(dir: &Dir) {
    dir.scan(["--format", "json", "--output", "r.json"])
        .run()
        .code(1);
    let args = ["r.json", "--output", "known.yml", "--reason", "a test"];
    dir.program(["baseline", "create"]).args(args).run().code(0);
    std::fs::remove_file(dir.path("r.json")).expect("removed");
}

fn scanned(dir: &Dir, args: &[&str]) -> Vec<[String; 3]> {
    told(&dir.scan(["--format", "json"]).args(args).run().json())
}

#[test]
fn it_names_servers_words_and_keys() {
    let dir = Dir::new();
    dir.file("a.env", lonely(&token(3000)));
    dir.file("b.env", format!("ACMECHAT_ZUGANGSCODE={}\n", token(3001)));
    assert_eq!(scanned(&dir, &[]).len(), 1);
    dir.file(
        FILE,
        "version: 1\nservers: [chat.corp.example]\nkeywords: [acmechat]\n\
         keys: {mattermost-access-token: [Zugangscode]}\n",
    );
    let server = "https://chat.corp.example";
    let found = scanned(&dir, &[]);
    assert_eq!(found, [["a.env", server, "-"], ["b.env", server, "-"]]);
    // What is typed wins.
    let typed = scanned(&dir, &["--server", "https://chat.example.org"]);
    assert_eq!(typed[0], ["a.env", "https://chat.example.org", "-"]);
    let none = scanned(&dir, &["--no-config"]);
    assert_eq!(none, [["a.env", "-", "-"]]);
}

#[test]
fn what_it_excludes_is_read_and_listed_as_accepted() {
    let dir = Dir::new();
    dir.file("testdata/deep/a.env", paired(&token(3010)));
    dir.file("src/b.env", paired(&token(3011)));
    dir.file("src/copied.env", paired(&token(3012)));
    dir.file("testdata/copied.env", paired(&token(3012)));
    dir.file(FILE, "exclude:\n- /testdata/\n");
    for (args, above) in [(&["."][..], ""), (&["testdata", "src"], "")] {
        let found = scanned(&dir, args);
        let of = |path: &str| {
            let path = format!("{above}{path}");
            found.iter().find(|f| f[0] == path).map(|f| f[2].clone())
        };
        // Outside a repository it holds for its own folder only.
        let excluded = if args == ["."] {
            "excluded by `/testdata/`"
        } else {
            "-"
        };
        assert_eq!(
            of("testdata/deep/a.env").as_deref(),
            Some(excluded),
            "{args:?}"
        );
        assert_eq!(of("src/b.env").as_deref(), Some("-"));
        assert_eq!(of("src/copied.env").as_deref(), Some("-"));
    }
    dir.scan(["-v"])
        .run()
        .code(1)
        .says("1 accepted")
        .says("excluded by");
    dir.scan(["testdata/deep", "--no-config"]).run().code(1);
}

#[test]
fn it_is_looked_for_up_to_the_root_of_the_repository_and_no_further() {
    let scene = Scene::new();
    let excluded = "exclude: [a.env]\n";
    scene.write(&[
        (FILE, excluded),
        ("repo/sub/deep/a.env", &paired(&token(3020))),
    ]);
    scene.git("a", &["init", "-q", "repo"]);
    let code = |expected| drop(scene.scan("a/repo/sub", &["deep"]).run().code(expected));
    code(1);
    scene.write(&[("repo/.matterleaks.yml", excluded)]);
    code(0);
    scene
        .scan("a/repo/sub", &["--no-config", "deep"])
        .run()
        .code(1);
    // The nearest one holds.
    scene.write(&[("repo/sub/.matterleaks.yml", "# nothing\n")]);
    code(1);
}

#[test]
fn what_it_excludes_is_excluded_in_git_too() {
    let scene = Scene::new();
    scene.commit(&[(FILE, "exclude: ['testdata/*.env']\n")]);
    scene.commit(&[("testdata/a.env", &paired(&token(3030)))]);
    scene.commit(&[("testdata/a.env", "gone")]);
    for args in [&["--history"][..], &["--range", "HEAD~2..HEAD"]] {
        scene.scan("a", args).run().code(0).says("1 accepted");
        scene.scan("a", args).args(["--no-config"]).run().code(1);
    }
    scene.stage(&[("testdata/b.env", &paired(&token(3031)))]);
    scene.staged(&[]).code(0).says("1 accepted");
    scene.stage(&[("b.env", &paired(&token(3032)))]);
    scene.staged(&[]).code(1);
}

#[test]
fn it_names_a_baseline_beside_it() {
    let dir = Dir::with(paired(&token(3040)));
    accept(&dir);
    dir.file(FILE, "baseline: known.yml\n");
    dir.scan(["-v"]).run().code(0).says("a test");
    dir.scan(["--no-config"]).run().code(1);
}

#[test]
fn every_mistake_has_its_place() {
    let dir = Dir::new();
    dir.link("linked.yml", "/etc/passwd");
    let many = format!("exclude:\n{}", "- a\n".repeat(1001));
    for (text, place, word) in [
        ("server: x\n", "1:1", "unknown field `server`"),
        ("servers:\n- 'not a url'\n", "2:3", "not the URL"),
        ("keywords: [mm]\n", "1:12", "three letters"),
        (
            "keys:\n  mattermost-acces-token: [x]\n",
            "2:27",
            "mattermost-access-token",
        ),
        ("exclude: ['[z-a]']\n", "1:11", "range"),
        (&many, "1002:3", "more than 1000 patterns"),
        ("baseline: none.yml\n", "1:11", "No such file"),
        ("baseline: ../x.yml\n", "1:11", "x.yml"),
        ("baseline: /etc/passwd\n", "1:11", "beside this one"),
        ("baseline: linked.yml\n", "1:11", "beside this one"),
        ("version: 2\n", "1:10", "version 2"),
        ("- list\n", "1:1", "configuration"),
        ("servers: []\n---\nservers: []\n", "3:1", "second document"),
    ] {
        dir.file(FILE, text);
        let output = dir.scan(["."]).run().code(2);
        let errors = output.errors();
        let place = format!("{FILE}:{place}: ");
        assert!(
            errors.contains(&place) && errors.contains(word),
            "{text}{output}"
        );
        // Everything else is read.
        let output = output.says("bad ignore file");
        assert!(
            output.text().contains("nothing found in what was read"),
            "{output}"
        );
        dir.scan(["--no-config"]).run().code(0);
    }
    std::fs::remove_file(dir.path(FILE)).expect("removed");
    dir.link(FILE, "/etc/passwd");
    dir.scan(["."]).run().code(2).complains(FILE).lacks("root:");
}

/// Who changes the file must not be able to have secrets sent anywhere.
#[test]
fn it_never_makes_anybody_be_contacted() {
    let secret = token(3050);
    let server = Server::new(mattermost(vec![(
        secret.clone(),
        user("ann", "system_user"),
    )]));
    let dir = Dir::new();
    dir.file("a.env", lonely(&secret));
    dir.file(FILE, format!("servers: ['{}']\n", server.url()));
    let args = ["--verify", "--allow-private", "--format", "json"];
    let report = dir.scan(args).run().json();
    let verdict = &report["findings"][0]["verdict"];
    assert_eq!(verdict["reason"], "blocked_by_policy", "{report:#}");
    assert_eq!(server.connections(), 0);
    dir.scan(["--verify=plan"])
        .run()
        .says("only a configuration names this server");
    // Only the command line does.
    let report = dir
        .scan(args)
        .args(["--server", &server.url()])
        .run()
        .json();
    assert_eq!(report["findings"][0]["verdict"]["status"], "active");
    let report = dir
        .scan(args)
        .args(["--verify-host", "127.0.0.1"])
        .run()
        .json();
    assert_eq!(report["findings"][0]["verdict"]["status"], "active");
    for line in [
        "verify: true",
        "verify_host: [x]",
        "allow_live: true",
        "allow_private: true",
    ] {
        dir.file(FILE, line);
        dir.scan(["."]).run().code(2).complains("unknown field");
    }
}

#[test]
fn what_is_live_counts_although_it_is_excluded() {
    let secret = token(3060);
    let server = Server::new(mattermost(vec![(
        secret.clone(),
        user("ann", "system_user"),
    )]));
    let text = format!(
        "MATTERMOST_URL={}\nMATTERMOST_TOKEN={secret}\n",
        server.url()
    );
    let dir = Dir::with(text);
    dir.file(FILE, "exclude: [.env]\n");
    dir.scan(["."]).run().code(0);
    let args = ["--verify", "--allow-private", "--fail-on", "verified"];
    dir.scan(args).run().code(1);
    dir.scan(args).args(["--allow-live"]).run().code(0);
}

#[test]
fn fingerprints_of_gitleaks_are_heeded_where_they_say_which_secret() {
    let scene = Scene::new();
    let text = paired(&token(3070));
    scene.commit(&[("x", "x")]);
    let commit = scene.commit(&[("a.env", &text)]);
    scene.commit(&[("a.env", &format!("# moved\n\n{text}"))]);
    let list = |lines: &str| {
        scene.write(&[(".gitleaksignore", lines)]);
    };
    let history = |args: &[&str]| scene.scan("a", &["--history", "-v"]).args(args).run();
    list(&format!(
        "# known\n{commit}:a.env:mattermost-access-token:2\n"
    ));
    history(&[]).code(0).says("accepted for gitleaks");
    history(&["--no-config"]).code(1);
    // Another line, another path, no commit: none says which secret was looked at.
    list(&format!(
        "{commit}:a.env:generic-api-key:1\n{commit}:b.env:generic-api-key:2\n"
    ));
    history(&[]).code(1);
    list("a.env:mattermost-access-token:4\n");
    history(&[]).code(1).says("1 entries name no commit");
    let known = format!("{commit}:a.env:mattermost-access-token:2\n");
    list(&known);
    // A copy at another path was not looked at, be it the same object.
    scene.git("a", &["checkout", "-q", &commit, "--", "a.env"]);
    scene.write(&[("copy.env", &text)]);
    scene.git("a", &["add", "."]);
    scene.git("a", &["commit", "-qm", "copied"]);
    history(&[]).code(1);
    scene.git("a", &["reset", "-q", "--hard", "HEAD~"]);
    scene.git("a", &["reflog", "expire", "--expire=now", "--all"]);
    scene.git("a", &["gc", "-q", "--prune=now"]);
    list(&known);
    history(&[]).code(0);
    list(&format!("{commit}:a.env:mattermost-access-token:2\n"));
    scene.commit(&[("copy.env", &format!("{text}# copied\n"))]);
    history(&[]).code(1);
}

/// git itself makes no such tree.
#[test]
fn an_entry_that_is_called_like_a_path_from_the_root_is_no_error() {
    let scene = Scene::new();
    scene.commit(&[
        (FILE, "exclude: ['*.env']\n"),
        ("a.txt", &paired(&token(3080))),
    ]);
    let blob = scene.git("a", &["rev-parse", "HEAD:a.txt"]);
    let blob: Vec<u8> = (0..20)
        .map(|n| u8::from_str_radix(&blob[2 * n..2 * n + 2], 16).expect("hex"))
        .collect();
    let tree = [b"100644 /a.env\0", &blob[..]].concat();
    let args = [
        "-C",
        "a",
        "hash-object",
        "-t",
        "tree",
        "--literally",
        "-w",
        "--stdin",
    ];
    let tree = scene
        .dir
        .command("git")
        .args(args)
        .stdin(tree)
        .run()
        .code(0)
        .text();
    let commit = scene.git("a", &["commit-tree", "-m", "odd", tree.trim()]);
    scene.git("a", &["update-ref", "refs/heads/odd", commit.trim()]);
    scene
        .scan("a", &["--history"])
        .run()
        .code(1)
        .says("1 credential found");
}

#[test]
fn of_a_part_nobody_says_what_is_not_in_it() {
    let dir = Dir::new();
    dir.file("sub/a.env", paired(&token(3090)));
    dir.file("b.env", paired(&token(3091)));
    accept(&dir);
    std::fs::create_dir(dir.path(".git")).expect("a repository");
    dir.file(FILE, "baseline: known.yml\n");
    dir.file(
        ".matterleaksignore",
        format!("{} a test\n", "ab".repeat(32)),
    );
    dir.scan(["sub"]).run().code(0).lacks("known.yml");
    dir.program(["hook", "run", "sub/a.env"])
        .run()
        .code(0)
        .lacks("no finding has");
    std::fs::remove_file(dir.path("b.env")).expect("removed");
    let said = dir.scan(["."]).run().code(0);
    said.says("known.yml")
        .says(".matterleaksignore:1: no finding has the id abab");
}

#[test]
fn files_of_ours_may_be_in_an_encoding_of_windows() {
    let wide = |text: &str| {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [vec![0xff, 0xfe], units.collect()].concat()
    };
    let marked = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let dir = Dir::with(paired(&token(3070)));
    accept(&dir);
    let list = dir.read("known.yml");
    let report = dir.scan(["--format", "json"]).run().text();
    let accepted = format!("{}  a fixture\r\n", crate::util::id(&token(3070)));
    for encode in [wide as fn(&str) -> Vec<u8>, marked] {
        dir.file("r.txt", encode(&report));
        dir.program(["report", "r.txt"])
            .run()
            .code(0)
            .says("1 credential found");
        dir.scan([".env"]).run().code(1);
        dir.file("known.yml", encode(&list));
        dir.scan([".env", "--baseline", "known.yml"]).run().code(0);
        for (name, text) in [
            (".matterleaksignore", accepted.as_str()),
            (FILE, "exclude: [.env]\r\n"),
            (FILE, "baseline: known.yml\n"),
        ] {
            dir.file(name, encode(text));
            dir.scan([".env"]).run().code(0).says("1 accepted");
            std::fs::remove_file(dir.path(name)).expect("removed");
        }
    }
    let scene = Scene::with(&[("a.env", &paired(&token(3071)))]);
    scene.dir.file("repos.txt", wide("a\r\n"));
    let scan = scene.dir.scan(["--repos", "repos.txt"]).run();
    scan.code(1).says("1 credential found");
}
