//! Answering a leak: against a Mattermost server on loopback, by the command line.

/// What `sync --autoclose` leaves open.
mod autoclose;
/// Channels, their members, posts and files.
mod channels;
/// Disabling and revoking.
mod contain;
/// Servers that mean harm or are broken.
mod hostile;
/// Opening and closing.
mod incident;
/// An independent client does the same steps against the same server.
mod independent;
/// What goes wrong on the way.
mod interrupted;
/// `scan --notify-channel`.
mod notify;
/// Every command of the README.
mod readme;
/// What each request does.
mod routes;
/// Bringing up to date.
mod sync;
/// Telling people: test, message.
mod tell;
/// Uploading reports.
mod upload;
/// A server.
mod world;

use serde_json::{Value, json};
use world::Mattermost;

use crate::live::scene::env;
use crate::util::{Dir, Output, id, token};

/// A server, a folder with a leak for it, and its report.
struct Scene {
    server: Mattermost,
    dir: Dir,
    /// The leaked token, and its id on the server.
    leak: String,
    token_id: String,
}

impl Scene {
    /// An administrator's token has leaked.
    fn new(n: u64) -> Scene {
        let server = Mattermost::new();
        let leak = token(50_000 + n);
        let token_id = {
            let mut world = server.world();
            let root = world.users[1].id.clone();
            world.token_of(&root, &leak)
        };
        let dir = Dir::new();
        dir.file("bot.env", env(&server.url(), &leak));
        let scene = Scene {
            server,
            dir,
            leak,
            token_id,
        };
        scene.scan(&[]);
        scene.verdict("active");
        scene
    }

    /// What a live check says of it now. Checks themselves are tested elsewhere, and take their time.
    fn verdict(&self, status: &str) {
        let active = status == "active";
        self.edit(|finding| {
            finding["severity"] = if active { "critical" } else { "info" }.into();
            finding["verdict"] = json!({
                "status": status, "reason": null, "detail": null, "checked_at": "2026-11-27T10:00:00Z",
                "owner": active.then(|| json!({"username": "root", "is_bot": false, "roles": ["system_admin", "system_user"]})),
                "token_id": active.then(|| self.token_id.clone()),
            });
        });
    }

    /// Writes the report anew.
    fn scan(&self, args: &[&str]) {
        let output = self
            .dir
            .scan(["--format", "json", "--output", "report.json"])
            .args(args)
            .run();
        assert!(!output.code_is(2), "{output}");
    }

    fn id(&self) -> String {
        id(&self.leak)
    }

    fn short(&self) -> String {
        self.id()[..12].to_owned()
    }

    fn channel(&self) -> String {
        format!("incident-{}", self.short())
    }

    /// Runs a command as the bot.
    fn respond(&self, args: &[&str]) -> Output {
        self.respond_as(&self.server.bot, args)
    }

    fn respond_as(&self, token: &str, args: &[&str]) -> Output {
        let command = self
            .dir
            .program(["respond"])
            .args(args)
            .args(["--server", &self.server.url()]);
        let output = command
            .with(|inner| {
                inner.env("MATTERLEAKS_TOKEN", token);
            })
            .run();
        let said = output.text() + &output.errors();
        assert!(
            !said.contains(&self.leak) && !said.contains(token),
            "{output}\nit shows a token"
        );
        output
    }

    fn report(&self) -> Value {
        serde_json::from_str(&self.dir.read("report.json")).expect("a report")
    }

    /// Changes the one finding of the report.
    fn edit(&self, change: impl FnOnce(&mut Value)) {
        let mut report = self.report();
        change(&mut report["findings"][0]);
        self.dir.file("report.json", report.to_string());
    }

    /// Gives the finding a history, as of a repository.
    fn with_history(&self, author: &str) {
        self.edit(|finding| {
            finding["history"] = json!({
                "introduced": [{"commit": "d20f18eb46".repeat(4), "author": author, "date": "2026-11-22T10:00:00Z",
                                "subject": "Add the bot"}],
                "removed": [], "at_head": true, "reachable_from": "ref", "refs": ["refs/heads/main"], "unlisted": 0,
            });
        });
    }

    /// Asserts that the server was never told the secret.
    #[track_caller]
    fn assert_kept(&self) {
        let heard = self.server.heard();
        // Live checks send it where it belongs: into a header.
        crate::live::scene::assert_hidden_in(&heard, &self.leak);
    }
}
