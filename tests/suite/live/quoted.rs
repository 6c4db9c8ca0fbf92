//! Nothing that a server says brings a secret into a report, or anything else that nobody should see there.

use data_encoding::{BASE64_NOPAD, HEXLOWER};
use serde_json::{Value, json};

use super::scene::{assert_hidden, assert_hidden_in, env, scan, together};
use super::server::{Answer, Request, Server, mattermost, refused, user};
use crate::util::{Dir, Output, assert_valid, token};

/// How a server that means harm may write a token so that it looks like something else.
type Disguise = fn(&str) -> String;

const DISGUISES: [Disguise; 6] = [
    str::to_owned,
    str::to_ascii_uppercase,
    |token| HEXLOWER.encode(token.as_bytes()),
    |token| BASE64_NOPAD.encode(token.as_bytes()),
    |token| format!("x{token}x"),
    |token| format!("id-{token}"),
];

/// Tokens, each of a server with its own way to say that it knows it, in one scan: the report for programs and
/// the one for people.
struct Told {
    tokens: Vec<String>,
    json: Value,
    human: Output,
}

fn tell(first: u64, answers: Vec<Says>) -> Told {
    let dir = Dir::new();
    let mut tokens = Vec::new();
    for (n, says) in answers.into_iter().enumerate() {
        let secret = token(first + n as u64);
        let known = secret.clone();
        let server = Server::new(move |request: &Request| match request.bearer() {
            Some(bearer) if bearer == known => says(request, bearer),
            _ => refused(),
        });
        dir.file(format!("{n}/.env"), env(&server.url(), &secret));
        tokens.push(secret);
    }
    let both = [
        "--format",
        "json",
        "--output",
        "report.json",
        "--format",
        "human",
    ];
    let human = dir
        .scan(["--verify", "--allow-private", "-v"])
        .args(both)
        .run();
    let json = serde_json::from_str(&dir.read("report.json")).expect("JSON");
    assert_valid(&json);
    Told {
        tokens,
        json,
        human,
    }
}

impl Told {
    /// Asserts what is said of all, and that none is shown.
    #[track_caller]
    fn assert_hidden_and(&self, said: &[&str]) {
        let findings = self.json["findings"].as_array().expect("a list");
        assert_eq!(findings.len(), self.tokens.len());
        for finding in findings {
            let verdict = &finding["verdict"];
            let reason = verdict["reason"].as_str().or(verdict["status"].as_str());
            assert!(
                reason.is_some_and(|reason| said.contains(&reason)),
                "{verdict}"
            );
        }
        for token in &self.tokens {
            assert_hidden(&self.human, token);
            assert_hidden_in(&self.json.to_string(), token);
        }
    }
}

/// What a server says to a token that it knows.
type Says = Box<dyn Fn(&Request, &str) -> Answer + Send + Sync>;

/// With a server's developer mode on, `detailed_error` quotes the token.
#[test]
fn an_error_that_quotes_the_token_is_not_shown() {
    let says = |status: u16| -> Says {
        Box::new(move |_, bearer| {
            let error = format!("Invalid session token={bearer}, err=SqlSession.Get: not found");
            Answer::json(
                status,
                json!({
                    "id": format!("api.context.{bearer}.app_error"), "message": bearer,
                    "detailed_error": error, "request_id": bearer, "status_code": status,
                }),
            )
            .header("X-Request-Id", bearer)
            .header("X-Version-Id", bearer)
        })
    };
    let told = tell(1200, [400, 401, 403, 404, 500].map(says).into());
    told.assert_hidden_and(&["unexpected_answer", "server_error"]);
}

#[test]
fn an_owner_that_is_called_like_the_token_is_not_shown() {
    let says = |disguise: Disguise| -> Says {
        Box::new(move |request, bearer| match request.path.as_str() {
            "/api/v4/users/me" => Answer::json(200, user(&disguise(bearer), "system_user")),
            _ => refused(),
        })
    };
    tell(1210, DISGUISES.map(says).into()).assert_hidden_and(&["active"]);
}

/// Token ids are shown as they are, since they look like tokens: a token must not pass for one.
#[test]
fn a_token_id_that_is_the_token_in_disguise_is_not_shown() {
    let says = |disguise: Disguise| -> Says {
        Box::new(move |request, bearer| match request.path.as_str() {
            "/api/v4/users/me" => Answer::json(200, user("ann", "system_user")),
            _ => Answer::json(
                200,
                json!([{"last_activity_at": 1, "props": {"user_access_token_id": disguise(bearer)}}]),
            ),
        })
    };
    tell(1220, DISGUISES.map(says).into()).assert_hidden_and(&["active"]);
}

/// A redirect may carry what it was sent, in the name of the host, too.
#[test]
fn a_redirect_to_the_token_is_not_shown() {
    let says = |place: &'static str| -> Says {
        Box::new(move |_, bearer| Answer::moved(307, &place.replace("{}", bearer)))
    };
    let places = [
        "https://{}.example.org/",
        "https://example.org/{}?token={}#{}",
        "https://{}:{}@example.org/",
        "/{}",
        "{}://x",
    ];
    tell(1230, places.map(says).into()).assert_hidden_and(&["redirected"]);
}

/// Escapes of terminals, and letters that turn the direction of text.
#[test]
fn an_owner_cannot_write_to_the_terminal() {
    let secret = token(1240);
    let name = "ann\u{1b}]0;x\u{7}\u{1b}[2J\u{202e}\u{200b}\u{9b}31mroot";
    let server = Server::new(mattermost(vec![(
        secret.clone(),
        user(name, "system_user"),
    )]));
    let dir = Dir::with(env(&server.url(), &secret));
    let scanned = dir
        .scan(["--verify", "--allow-private", "-v"])
        .run()
        .says("ACTIVE");
    let typed = dir.program(["verify", "--host", &server.url()]);
    for output in [scanned, typed.stdin(secret.clone()).run().says("ACTIVE")] {
        for odd in ['\u{1b}', '\u{7}', '\u{202e}', '\u{200b}', '\u{9b}'] {
            assert!(!output.text().contains(odd), "{output}\nit has {odd:?}");
        }
    }
}

/// The steps end up in a shell: a name that is none must not get there.
#[test]
fn what_to_do_now_holds_no_word_that_a_shell_obeys() {
    let secret = token(1250);
    together(&["$(id)", "ann;id", "--force"], |name| {
        let known = vec![(secret.clone(), user(name, "system_user"))];
        let server = Server::new(mattermost(known));
        let dir = Dir::new();
        let typed = dir.program(["verify", "--host", &server.url(), "--format", "json"]);
        let output = typed.stdin(secret.clone()).run().code(1);
        let check: Value = serde_json::from_str(&output.text()).expect("JSON");
        let steps = check["steps"].to_string();
        assert!(!steps.contains(name), "{steps}");
    });
}

/// A server of a webhook that is unknown quotes its id.
#[test]
fn a_webhook_that_is_quoted_is_not_shown() {
    let hook = token(1260);
    let server = Server::new(
        |request: &Request| match request.path.strip_prefix("/hooks/") {
            None => refused(),
            Some(id) => Answer::json(
                400,
                json!({
                    "id": "web.incoming_webhook.general.app_error", "detailed_error": id,
                    "message": format!("Failed to handle the payload of {id}"), "status_code": 400,
                }),
            ),
        },
    );
    let dir = Dir::new();
    dir.file(
        "mattermost.yml",
        format!("webhook: {}/hooks/{hook}\n", server.url()),
    );
    let flags = ["--verify", "--allow-private", "--verify-webhooks"];
    let human = dir.scan(flags).run();
    let json = scan(&dir, &["--verify-webhooks"]);
    assert_eq!(json.said(&hook), "rejected", "{}", json.output);
    assert_hidden(&json.output, &hook);
    assert_hidden(&human, &hook);
}

/// An answer without an end takes neither memory nor room in the report.
#[test]
fn an_endless_answer_takes_no_memory() {
    let secret = token(1270);
    let head = "HTTP/1.1 401 X\r\nContent-Type: application/json\r\n\r\n";
    let endless = [head.as_bytes(), &vec![b' '; 1 << 20]].concat();
    let calm = scan(&Dir::with(""), &[]).output.peak;
    for asks in [false, true] {
        let endless = endless.clone();
        let server =
            Server::new(
                move |request: &Request| match request.bearer().is_some() == asks {
                    true => Answer::Endless(endless.clone()),
                    false => refused(),
                },
            );
        let done = scan(&Dir::with(env(&server.url(), &secret)), &[]);
        assert_eq!(done.said(&secret), "unexpected_answer");
        if let (Some(calm), Some(peak)) = (calm, done.output.peak) {
            assert!(peak < calm + (48 << 20), "{calm} and {peak} bytes");
        }
    }
}
