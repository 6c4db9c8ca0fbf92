//! Certificates by the command line: which ones `--ca-cert` adds, and that nothing is told to a server whose own is
//! not right.

use std::sync::Arc;

use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::Value;

use super::scene::{Scan, env, ran, together};
use super::server::{Answer, Request, Server, mattermost, user};
use super::tls::Authority;
use crate::util::{Dir, fifo, token};

/// A server's side of TLS with a certificate that nobody but itself has signed, and that certificate.
fn self_signed(change: impl FnOnce(&mut CertificateParams)) -> (Arc<ServerConfig>, String) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec!["127.0.0.1".into()]).expect("parameters");
    change(&mut params);
    let certificate = params.self_signed(&key).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        );
    (
        Arc::new(config.expect("a configuration")),
        certificate.pem(),
    )
}

fn scan(dir: &Dir, args: &[&str]) -> Scan {
    let flags = ["tree", "--verify", "--allow-private", "--format", "json"];
    ran(dir.scan(flags).args(args).run())
}

#[test]
fn an_authority_of_ones_own_is_trusted_beside_the_others() {
    let secret = token(1600);
    let [own, other] = [0, 1].map(|_| Authority::new());
    let known = mattermost(vec![(secret.clone(), user("ann", "system_user"))]);
    let server = Server::secure(own.server("127.0.0.1"), known);
    let dir = Dir::new();
    dir.file("tree/.env", env(&server.url(), &secret))
        .file("own.pem", &own.pem)
        .file("other.pem", &other.pem)
        .file("both.pem", format!("# Ours\n{}\n{}", other.pem, own.pem));
    for wrong in [&[][..], &["--ca-cert", "other.pem"]] {
        let done = scan(&dir, wrong);
        assert_eq!(done.said(&secret), "tls", "{}", done.output);
        assert!(done.verdict(&secret)["checked_at"].is_string());
    }
    assert_eq!(server.seen().len(), 0);
    let right = [
        &["--ca-cert", "own.pem"][..],
        &["--ca-cert", "both.pem"],
        &["--ca-cert", "other.pem", "--ca-cert", "own.pem"],
    ];
    together(&right, |args| {
        assert_eq!(scan(&dir, args).said(&secret), "active", "{args:?}");
    });
    assert!(server.seen().iter().all(|request| request.secure));
}

#[test]
fn a_certificate_that_is_not_right_gets_nothing() {
    let secret = token(1610);
    let authority = Authority::new();
    let (lone, _) = self_signed(|_| {});
    let (expired, expired_pem) = self_signed(|params| {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    });
    let (future, future_pem) = self_signed(|params| params.not_before = date_time_ymd(3000, 1, 1));
    let (client, client_pem) = self_signed(|params| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    for (what, tls, trusted) in [
        ("nobody's", lone, authority.pem.clone()),
        (
            "another's",
            authority.server("127.0.0.2"),
            authority.pem.clone(),
        ),
        (
            "a name's",
            authority.server("chat.example.org"),
            authority.pem.clone(),
        ),
        ("over", expired, expired_pem),
        ("not yet", future, future_pem),
        ("a client's", client, client_pem),
    ] {
        let server = Server::secure(tls, mattermost(vec![]));
        let dir = Dir::new();
        dir.file("tree/.env", env(&server.url(), &secret))
            .file("ca.pem", trusted);
        let done = scan(&dir, &["--ca-cert", "ca.pem", "--fail-on", "verified"]);
        assert_eq!((done.said(&secret), done.code), ("tls", Some(2)), "{what}");
        assert_eq!(server.seen().len(), 0, "{what}");
    }
}

#[test]
fn a_file_without_certificates_is_wrong_usage() {
    let dir = Dir::new();
    dir.file("tree/x", "")
        .file("empty.pem", "")
        .file("words.pem", "no certificate\n")
        .file(
            "key.pem",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        )
        .file("cut.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    fifo(&dir.path("pipe"));
    for path in [
        "missing.pem",
        "tree",
        "pipe",
        "empty.pem",
        "words.pem",
        "key.pem",
        "cut.pem",
    ] {
        let output = dir.scan(["tree", "--verify", "--ca-cert", path]).run();
        output.code(2).complains(path).says("");
    }
}

/// A server that answers in clear that it wants https, on the same port.
fn upgrades(authority: &Authority, secret: &str) -> Server {
    let known = mattermost(vec![(secret.to_owned(), user("ann", "system_user"))]);
    Server::secure(
        authority.server("127.0.0.1"),
        move |request: &Request| match request.secure {
            true => known(request),
            false => {
                let (host, path) = (&request.headers["host"], &request.path);
                Answer::moved(308, &format!("https://{host}{path}"))
            }
        },
    )
}

/// Asserts that the first question came in clear, and a token over TLS alone.
fn assert_upgraded(server: &Server) {
    let seen = server.seen();
    let secure: Vec<bool> = seen.iter().map(|request| request.secure).collect();
    assert_eq!(secure, [false, true, true, true, true]);
    assert!(
        seen.iter()
            .take(2)
            .all(|request| request.bearer().is_none())
    );
}

#[test]
fn a_server_that_wants_https_is_told_the_token_there() {
    let secret = token(1620);
    let authority = Authority::new();
    let server = upgrades(&authority, &secret);
    let dir = Dir::new();
    let url = format!("http://{}", server.address);
    dir.file("tree/.env", env(&url, &secret))
        .file("ca.pem", &authority.pem);
    let done = scan(&dir, &["--ca-cert", "ca.pem"]);
    assert_eq!(done.said(&secret), "active", "{}", done.output);
    assert_upgraded(&server);
}

/// A server that the user typed needs no leave, and is the same one when it asks for https.
#[test]
fn a_typed_server_that_wants_https_is_still_typed() {
    let secret = token(1630);
    let authority = Authority::new();
    let dir = Dir::new();
    dir.file("ca.pem", &authority.pem);
    let server = upgrades(&authority, &secret);
    let url = format!("http://{}", server.address);
    let flags = ["--ca-cert", "ca.pem", "--format", "json"];
    let typed = dir.program(["verify", "--host", &url]).args(flags);
    let output = typed.stdin(secret.clone()).run();
    let check: Value = serde_json::from_str(&output.text()).expect("JSON");
    assert_eq!(check["verdict"]["status"], "active", "{output}");
    assert_upgraded(&server);

    let server = upgrades(&authority, &secret);
    let url = format!("http://{}", server.address);
    dir.file("tree/.env", format!("MATTERMOST_TOKEN={secret}\n"));
    let flags = ["--verify", "--ca-cert", "ca.pem", "--server", &url];
    let done = ran(dir.scan(["tree", "--format", "json"]).args(flags).run());
    assert_eq!(done.said(&secret), "active", "{}", done.output);
    assert_upgraded(&server);
}
