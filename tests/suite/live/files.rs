//! From files to servers: whatever a tree holds, every server is told what its documents tie to it, and no more.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::scene::{assert_hidden, env, scan, unminted};
use super::server::{Server, mattermost, user};
use crate::util::{Dir, token};

/// What a file of a tree holds.
#[derive(Clone, Debug)]
enum Content {
    /// A token and its server.
    Pair { server: usize, token: u64 },
    /// A token alone.
    Lonely { token: u64 },
    /// A value that no server can have made, and a server.
    Altered { server: usize, token: u64 },
    /// A server alone.
    Address { server: usize },
    /// A webhook.
    Hook { server: usize, token: u64 },
}

const SERVERS: usize = 4;

fn content() -> impl Strategy<Value = Content> {
    let (server, token) = (0..SERVERS, 0..9_u64);
    prop_oneof![
        4 => (server.clone(), token.clone()).prop_map(|(server, token)| Content::Pair { server, token }),
        1 => token.clone().prop_map(|token| Content::Lonely { token: 20 + token }),
        1 => (server.clone(), token.clone()).prop_map(|(server, token)| Content::Altered { server, token }),
        1 => server.clone().prop_map(|server| Content::Address { server }),
        1 => (server, token).prop_map(|(server, token)| Content::Hook { server, token: 40 + token }),
    ]
}

fn secret(n: u64) -> String {
    token(1400 + n)
}

proptest! {
    // Each takes as long as the slowest of its servers, at two questions a second.
    #![proptest_config(ProptestConfig::with_cases(4))]
    #[test]
    fn a_server_is_told_what_documents_tie_to_it(contents in prop::collection::vec(content(), 1..12)) {
        let known = || vec![(secret(0), user("ann", "system_user")), (secret(1), user("bob", "system_user"))];
        let servers: Vec<Server> = (0..SERVERS).map(|_| Server::new(mattermost(known()))).collect();
        let dir = Dir::new();
        for (n, content) in contents.iter().enumerate() {
            let text = match content {
                Content::Pair { server, token } => env(&servers[*server].url(), &secret(*token)),
                Content::Lonely { token } => format!("MATTERMOST_TOKEN={}\n", secret(*token)),
                Content::Altered { server, token } => env(&servers[*server].url(), &unminted(1400 + token)),
                Content::Address { server } => format!("MATTERMOST_URL={}\n", servers[*server].url()),
                Content::Hook { server, token } => {
                    format!("mattermost_hook: {}/hooks/{}\n", servers[*server].url(), secret(*token))
                }
            };
            // Folders of their own: what lies beside a token is a server of its own accord.
            dir.file(format!("{n}/settings.env"), text);
        }
        let done = scan(&dir, &[]);
        for (at, server) in servers.iter().enumerate() {
            let tied: BTreeSet<String> = contents.iter().filter_map(|content| match content {
                Content::Pair { server, token } if *server == at => Some(secret(*token)),
                _ => None,
            }).collect();
            let told = server.bearers();
            let everything: BTreeSet<String> = (0..60).map(secret).chain((0..9).map(|n| unminted(1400 + n))).collect();
            for bearer in &told {
                prop_assert!(tied.contains(bearer) || !everything.contains(bearer), "server {at}: {bearer}");
            }
            for request in server.seen() {
                prop_assert_eq!(request.method.as_str(), "GET", "{:?}", &request.path);
            }
            if tied.is_empty() {
                prop_assert_eq!(server.connections(), 0, "nothing is tied to server {}", at);
            }
        }
        for n in 0..60 {
            assert_hidden(&done.output, &secret(n));
        }
    }
}

/// A server that is near is not the token's own: it stays in peace.
#[test]
fn servers_that_are_merely_near_are_never_contacted() {
    let secret = token(1480);
    let [own, near, ignored] = [0, 1, 2].map(|_| Server::new(mattermost(vec![])));
    let dir = Dir::new();
    let docs = format!("# The old one was {}\n", near.url());
    dir.file(
        "deploy/bot.env",
        format!(
            "{docs}{}# See also {}/help\n",
            env(&own.url(), &secret),
            near.url()
        ),
    )
    .file("deploy/old.env", format!("MATTERMOST_URL={}\n", near.url()))
    .file("other/.env", format!("MATTERMOST_URL={}\n", ignored.url()));
    let done = scan(&dir, &[]);
    assert_eq!(done.said(&secret), "rejected", "{}", done.output);
    assert_eq!(own.bearers(), [secret.as_str()]);
    assert_eq!((near.connections(), ignored.connections()), (0, 0));
}

/// One token with a server in one file and another in the next: one of them is asked, once, and the report names
/// the other.
#[test]
fn a_token_with_two_servers_goes_to_one_of_them() {
    let secret = token(1490);
    let servers = [0, 1].map(|_| Server::new(mattermost(vec![])));
    let dir = Dir::new();
    for (n, server) in servers.iter().enumerate() {
        dir.file(format!("{n}/.env"), env(&server.url(), &secret));
    }
    let done = scan(&dir, &[]);
    let told: Vec<usize> = servers
        .iter()
        .map(|server| server.bearers().len())
        .collect();
    let finding = done.finding(&secret);
    let other = servers
        .iter()
        .find(|server| finding["host"]["url"] != server.url());
    let other = other.expect("another one");
    assert_eq!(told.iter().sum::<usize>(), 1, "{finding:#}");
    assert_eq!(other.connections(), 0);
    assert_eq!(
        finding["other_hosts"],
        serde_json::json!([other.url()]),
        "{finding:#}"
    );
}

/// Which server is it? Nobody is asked, and nothing is tried.
#[test]
fn a_token_that_could_belong_to_two_servers_goes_to_neither() {
    let secret = token(1495);
    let servers = [0, 1].map(|_| Server::new(mattermost(vec![])));
    let dir = Dir::with(format!("MATTERMOST_TOKEN={secret}\n"));
    let urls = servers.each_ref().map(Server::url);
    let done = scan(&dir, &["--server", &urls[0], "--server", &urls[1]]);
    assert_eq!(done.said(&secret), "ambiguous_host");
    assert!(servers.iter().all(|server| server.connections() == 0));
    let done = scan(&dir, &["--server", &urls[0]]);
    assert_eq!(done.said(&secret), "rejected");
    assert_eq!(servers.map(|server| server.bearers().len()), [1, 0]);
}
