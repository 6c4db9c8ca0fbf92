//! Whatever is asked about, every server is told its own credentials and no others.

use std::collections::BTreeSet;
use std::time::Duration;

use matterleaks::finding::Finding;
use proptest::prelude::*;

use super::server::{Answer, Request, Server, mattermost, user};
use super::{ask, finding, options, said};
use crate::util::token;

/// How a server behaves.
#[derive(Clone, Copy, Debug)]
enum Part {
    Refuses,
    Knows,
    TakesAll,
    IsAnother,
    Redirects,
}

fn server(part: Part, known: &[String], other: &str) -> Server {
    let known: Vec<_> = known
        .iter()
        .map(|token| (token.clone(), user("ann", "system_user")))
        .collect();
    let (plain, knowing) = (mattermost(vec![]), mattermost(known));
    let other = format!("{other}/api/v4/users/me");
    Server::new(move |request: &Request| match (part, request.bearer()) {
        (Part::Refuses, _) | (Part::TakesAll, None) => plain(request),
        (Part::Knows, _) => knowing(request),
        (Part::TakesAll, Some(_)) => Answer::json(200, user("eve", "system_user")),
        (Part::IsAnother, _) => Answer::html(200),
        (Part::Redirects, _) => Answer::moved(307, &other),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn every_server_is_told_its_own_tokens_and_no_others(
        parts in prop::collection::vec(
            prop::sample::select(vec![Part::Refuses, Part::Knows, Part::TakesAll, Part::IsAnother, Part::Redirects]),
            1..5,
        ),
        pairs in prop::collection::btree_set((0..5_usize, 0..12_u64), 1..20),
    ) {
        let trap = Server::new(mattermost(vec![]));
        let pairs: BTreeSet<(usize, String)> =
            pairs.into_iter().map(|(at, n)| (at % parts.len(), token(200 + n))).collect();
        let pairs: Vec<(usize, String)> = pairs.into_iter().collect();
        let own = |at: usize| -> BTreeSet<String> {
            pairs.iter().filter(|(of, _)| *of == at).map(|(_, token)| token.clone()).collect()
        };
        let servers: Vec<Server> = (parts.iter().enumerate())
            .map(|(at, part)| server(*part, &own(at).into_iter().take(2).collect::<Vec<_>>(), &trap.url()))
            .collect();
        let findings: Vec<Finding> = (pairs.iter())
            .map(|(at, token)| finding("mattermost-access-token", &servers[*at].url(), token))
            .collect();
        let (asked, _) = ask(&findings, &options());
        let all: BTreeSet<&String> = pairs.iter().map(|(_, token)| token).collect();
        for (at, server) in servers.iter().enumerate() {
            let own = own(at);
            for bearer in server.bearers() {
                // Its own, or one made just now that stands nowhere.
                prop_assert!(own.contains(&bearer) || !all.contains(&bearer), "{bearer} at {at}");
            }
            let told = server.bearers().len();
            match parts[at] {
                Part::IsAnother | Part::Redirects => prop_assert_eq!(told, 0),
                Part::Refuses => prop_assert_eq!(told, own.len()),
                _ => {}
            }
        }
        prop_assert_eq!(trap.connections(), 0);
        for ((at, _), found) in pairs.iter().zip(&asked) {
            let wanted: &[&str] = match parts[*at] {
                Part::Refuses => &["rejected"],
                Part::Knows => &["active", "rejected"],
                Part::TakesAll => &["indiscriminate_host"],
                Part::IsAnother => &["not_mattermost"],
                Part::Redirects => &["redirected"],
            };
            prop_assert!(wanted.contains(&said(found)), "{} at a server that {:?}", said(found), parts[*at]);
        }
    }
}

/// Two names of one address and port share its pace, and there is never more than one request at a time.
#[test]
fn a_server_is_asked_at_its_pace_whatever_its_name() {
    let server = Server::new(mattermost(vec![]));
    let mut paced = options();
    paced.bounds.interval = Duration::from_millis(100);
    let urls = [
        server.url(),
        server.url_as("localhost"),
        server.url_as("LOCALHOST."),
    ];
    paced.resolver =
        matterleaks::verify::Resolver::fixed(|_| vec!["127.0.0.1".parse().expect("an address")]);
    let findings: Vec<Finding> = (urls.iter().enumerate())
        .flat_map(|(n, url)| {
            (0..2).map(move |m| {
                finding(
                    "mattermost-access-token",
                    url,
                    &token(300 + 2 * n as u64 + m),
                )
            })
        })
        .collect();
    let (asked, _) = ask(&findings, &paced);
    assert!(asked.iter().all(|found| said(found) == "rejected"));
    let seen = server.seen();
    assert_eq!(seen.len(), 2 + 6, "{seen:?}");
    for two in seen.windows(2) {
        let pause = two[1].at - two[0].at;
        assert!(pause >= Duration::from_millis(80), "{pause:?}");
    }
}
