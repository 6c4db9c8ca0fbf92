//! A reader that goes away: what is left to write is dropped, and the exit code is that of what was found.

use crate::git::scene::Scene;
use crate::live::server::{Server, mattermost, user};
use crate::triage::FORMATS;
use crate::util::{Dir, closed_pipe, lonely, paired, token};

/// A folder with more than fits a pipe, and one with nothing.
fn leaks() -> Dir {
    let dir = Dir::new();
    for n in 0..200 {
        dir.file(format!("leaks/{n}.env"), paired(&token(n)));
    }
    dir.file("nothing/x", "x");
    dir
}

#[test]
fn a_scan_ends_as_what_it_found() {
    let dir = leaks();
    for format in FORMATS {
        for (folder, code) in [("leaks", 1), ("nothing", 0)] {
            let scan = dir.scan([folder, "--format", format]);
            scan.stdout(closed_pipe()).run().code(code).quietly();
        }
        let args = ["leaks", "--format", format, "--output", "/dev/stdout"];
        let scan = dir.scan(args).stdout(closed_pipe());
        scan.run().code(1).quietly();
    }
    let lonely_one = Dir::with(lonely(&token(1)));
    let scan = lonely_one.scan(["--unpaired", "fail"]);
    scan.stdout(closed_pipe()).run().code(1);
    for args in [["--help"], ["--version"], ["man"]] {
        let other = dir.program(args).stdout(closed_pipe());
        other.run().code(0).quietly();
    }
    let nothing = dir.program(["rules", "list"]).stdout(closed_pipe());
    nothing.run().code(0).quietly();
}

/// What is remarked on the other stream comes before the report.
#[test]
fn a_remark_that_nobody_reads_ends_nothing() {
    let dir = leaks();
    dir.file("leaks/.matterleaks.yml", "no: such key\n");
    let scan = || dir.scan(["leaks"]);
    assert!(!scan().run().code(1).errors().is_empty());
    let line = r#"{ "$0" scan leaks 2>&1; echo $? >code; } | true"#;
    let program = env!("CARGO_BIN_EXE_matterleaks");
    dir.command("sh").args(["-c", line, program]).run().code(0);
    assert_eq!(dir.read("code"), "1\n");
}

#[test]
fn an_earlier_report_ends_as_what_is_in_it() {
    let dir = leaks();
    let scan = ["leaks", "--format", "json", "--output", "report.json"];
    dir.scan(scan).run().code(1);
    for format in FORMATS {
        let args = ["report", "report.json", "--fail-on", "any"];
        let report = dir.program(args).args(["--format", format]);
        report.stdout(closed_pipe()).run().code(1).quietly();
    }
    dir.file("bad.yml", "nonsense: true\n");
    let check = dir.program(["rules", "check", "bad.yml"]);
    check.stdout(closed_pipe()).run().code(2);
}

#[test]
fn a_check_ends_as_what_the_server_said() {
    let (live, dead) = (token(4100), token(4101));
    let server = Server::new(mattermost(vec![(live.clone(), user("ann", "system_user"))]));
    let dir = Dir::new();
    for (secret, code) in [(live, 1), (dead, 0)] {
        for format in ["human", "json"] {
            let url = server.url();
            let args = ["verify", "--host", &url, "--format", format];
            let check = dir.program(args).stdin(secret.clone());
            check.stdout(closed_pipe()).run().code(code).quietly();
        }
    }
}

/// As under a program that reads the first lines of `git commit`, and leaves.
#[test]
fn a_hook_that_nobody_hears_stops_the_commit() {
    let scene = Scene::new();
    let folder = scene.dir.path("a");
    let install = scene.dir.program(["hook", "install"]).with(|command| {
        command.current_dir(&folder);
    });
    install.run().code(0);
    scene.stage(&[("a.env", &paired(&token(4110)))]);
    let run = scene.dir.program(["hook", "run"]).with(|command| {
        command.current_dir(&folder);
    });
    run.stdout(closed_pipe()).run().code(1);
    let line = "(sleep 0.3; cd a && git -c user.name=a -c user.email=a@b.c commit -qm leak; echo $? >../code) 2>&1 | true; sleep 1";
    let shell = scene.dir.command("sh").args(["-c", line]);
    shell.run().code(0);
    assert_ne!(scene.dir.read("code"), "0\n");
    scene
        .try_git("a", &["rev-parse", "-q", "--verify", "HEAD"])
        .code(1);
}
