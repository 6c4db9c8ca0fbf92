//! A server that means harm, or is broken: nothing of what it says is shown, and nothing is done for it.

use serde_json::json;

use super::world::Mattermost;
use crate::live::scene::{assert_hidden, env};
use crate::live::server::{Answer, Server, refused};
use crate::live::tls::Authority;
use crate::util::{Dir, token};

/// Runs the test command against a server that gives this answer to whoever has a token.
#[track_caller]
fn told(answer: Answer, wanted: &str) {
    let (leak, ours) = (token(54_000), token(54_001));
    let server = Server::new(move |request| match request.headers.get("authorization") {
        Some(_) => answer.clone(),
        None => refused(),
    });
    let dir = Dir::new();
    dir.file("bot.env", env(&server.url(), &leak));
    dir.scan(["--format", "json", "--output", "report.json"])
        .run();
    for args in [
        &["test"][..],
        &["message", "--channel", "alerts", "report.json"],
    ] {
        let command =
            dir.program(["respond"])
                .args(args)
                .args(["--server", &server.url(), "--team", "sec"]);
        let command = command.with(|inner| {
            inner.env("MATTERLEAKS_TOKEN", &ours);
        });
        let output = command.run().code(2);
        for secret in [&ours, &leak] {
            assert_hidden(&output, secret);
        }
        let said = output.errors();
        assert!(
            said.contains(wanted) && !said.contains('\u{1b}'),
            "{said}\nit lacks {wanted}"
        );
    }
    // One request, and no more.
    assert!(server.bearers().iter().all(|bearer| *bearer == ours));
}

#[test]
fn what_it_says_is_not_shown() {
    let ours = token(54_001);
    let echo = json!({"id": format!("a.{ours}"), "message": ours, "detailed_error": format!("\u{1b}[31m{ours}")});
    told(
        Answer::json(400, echo),
        "cannot see whose the token is: the server refuses it (400",
    );
}

#[test]
fn what_is_no_answer_is_none() {
    let odd = "the answer is none that Mattermost gives";
    told(Answer::html(200), odd);
    told(Answer::json(200, json!([])), odd);
    told(
        Answer::json(200, json!({"id": "../../x", "username": "a"})),
        odd,
    );
    told(Answer::json(200, json!({"id": 1})), odd);
    told(Answer::Raw(b"no http\r\n\r\n".to_vec()), "run it again");
    told(Answer::Close, "run it again");
}

#[test]
fn a_token_does_not_follow_a_redirect() {
    let trap = Server::new(|_| Answer::html(200));
    let moved = Answer::moved(302, &format!("{}/api/v4/users/me", trap.url()));
    told(moved, "a token is not sent after that");
    assert_eq!(trap.connections(), 0);
}

#[test]
fn a_certificate_must_be_right() {
    let authority = Authority::new();
    let tls = authority.server("127.0.0.1");
    let server = Mattermost::start("127.0.0.1:0", Some(tls));
    let dir = Dir::new();
    dir.file("own.pem", &authority.pem)
        .file("token", &server.bot);
    let url = server.url();
    let args = ["respond", "test", "--server", &url, "--token-file", "token"];
    dir.program(args).run().code(2).complains("tls: ");
    assert_eq!(server.server.seen().len(), 0);
    dir.program(args)
        .args(["--ca-cert", "own.pem"])
        .run()
        .code(0)
        .quietly();
    assert!(server.server.seen().iter().all(|request| request.secure));
}
