//! The server is faithful enough that a client by others does the same steps: `mattermostdriver` of PyPI, in
//! `client.py`. It is run where it is installed (`PYTHONPATH` leads to it), and never asked for.

use std::time::Duration;

use super::world::Mattermost;
use crate::util::Dir;

#[test]
fn a_client_by_others_does_the_same_steps() {
    let dir = Dir::new();
    let path = std::env::var_os("PYTHONPATH").unwrap_or_default();
    let python = |args: &[&str]| {
        let path = path.clone();
        let command = dir.command("python3").args(args);
        command
            .with(|inner| {
                inner.env("PYTHONPATH", path);
            })
            .try_run()
    };
    let there = python(&["-c", "import mattermostdriver"]);
    if !there.is_ok_and(|output| output.code_is(0)) {
        return;
    }
    let server = Mattermost::new();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/respond/client.py");
    let port = server.server.address.port().to_string();
    let output = python(&[script, &port, &server.bot, &server.admin]).expect("it runs");
    output.code(0).says("all steps done");
}

/// Serves until it is stopped, for clients that are tried by hand:
/// `cargo test --test suite respond::independent::serve -- --ignored --nocapture`.
#[test]
#[ignore = "it serves for an hour"]
fn serve() {
    let server = Mattermost::start("127.0.0.1:18065", None);
    let (url, bot, admin) = (server.url(), &server.bot, &server.admin);
    let line = format!("{url} bot {bot} administrator {admin}\n");
    std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).expect("a stream");
    std::thread::sleep(Duration::from_secs(3_600));
}
