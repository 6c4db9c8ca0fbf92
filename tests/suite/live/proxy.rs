//! Proxies of the environment: who goes through them, what they see, and that nobody goes around them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::scene::{Scan, assert_hidden, env, ran};
use super::server::{Answer, Request, Server, mattermost, refused, user};
use super::tls::Authority;
use crate::util::{Dir, token};

const PASSWORD: &str = "s3cretw0rd";

/// A proxy that opens tunnels, all to one server, and remembers how it was asked.
struct Tunnel {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Tunnel {
    fn to(server: SocketAddr) -> Tunnel {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let tunnel = Tunnel {
            address: listener.local_addr().expect("an address"),
            heads: Arc::default(),
        };
        let heads = tunnel.heads.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let heads = heads.clone();
                thread::spawn(move || pass(client, server, &heads));
            }
        });
        tunnel
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("heads").clone()
    }
}

fn pass(mut client: TcpStream, server: SocketAddr, heads: &Mutex<Vec<String>>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    heads.lock().expect("heads").push(text);
    let mut upstream = TcpStream::connect(server).ok()?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
    let (mut from, mut back) = (client.try_clone().ok()?, upstream.try_clone().ok()?);
    thread::spawn(move || std::io::copy(&mut from, &mut back));
    std::io::copy(&mut upstream, &mut client).ok().map(drop)
}

/// Scans with variables of the environment. Names are never looked up here: their servers do not exist.
fn scan(dir: &Dir, variables: &[(&str, &str)], args: &[&str]) -> Scan {
    let flags = ["--verify", "--allow-http", "--format", "json"];
    let scan = dir.scan(flags).args(args).with(|command| {
        command.envs(variables.iter().copied());
    });
    let done = ran(scan.run());
    assert_hidden(&done.output, PASSWORD);
    done
}

fn login(address: SocketAddr) -> String {
    format!("http://ann:{PASSWORD}@{address}")
}

/// The proxy learns the name of the server, and nothing that the server is told.
#[test]
fn a_tunnel_hides_the_token_from_the_proxy() {
    let secret = token(1500);
    let authority = Authority::new();
    let known = mattermost(vec![(secret.clone(), user("ann", "system_user"))]);
    let server = Server::secure(authority.server("chat.example.org"), known);
    let tunnel = Tunnel::to(server.address);
    let dir = Dir::new();
    dir.file("tree/.env", env("https://chat.example.org", &secret))
        .file("ca.pem", &authority.pem);
    let named = [
        "tree",
        "--ca-cert",
        "ca.pem",
        "--verify-host",
        "chat.example.org",
    ];
    let done = scan(&dir, &[("HTTPS_PROXY", &login(tunnel.address))], &named);
    assert_eq!(done.said(&secret), "active", "{}", done.output);
    let heads = tunnel.heads();
    assert_eq!(heads.len(), server.seen().len());
    for head in heads {
        assert!(
            head.starts_with("CONNECT chat.example.org:443 HTTP/1.1\r\n"),
            "{head}"
        );
        let head = head.to_ascii_lowercase();
        assert!(head.contains("\r\nproxy-authorization: basic "), "{head}");
        assert!(!head.contains("\r\nauthorization:"), "{head}");
        assert_hidden_from(&head, &secret);
    }
    for request in server.seen() {
        assert!(request.secure && !request.headers.contains_key("proxy-authorization"));
    }
}

fn assert_hidden_from(head: &str, secret: &str) {
    for form in super::scene::forms(secret) {
        assert!(!head.contains(&form), "{head}");
    }
}

/// Without a name from the user nothing goes through, and nothing goes around either.
#[test]
fn a_server_that_only_a_file_names_is_not_asked_through_a_proxy() {
    let secret = token(1510);
    let proxy = Server::new(|_: &Request| refused());
    let dir = Dir::with(env("http://chat.example.org", &secret));
    let url = login(proxy.address);
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        let done = scan(&dir, &[(name, &url)], &[]);
        assert_eq!(done.said(&secret), "blocked_by_policy", "{name}");
    }
    assert_eq!(proxy.connections(), 0);
    for named in [
        ["--server", "http://chat.example.org"],
        ["--verify-host", "*.example.org"],
        ["--verify-host", "chat.example.org:80"],
    ] {
        let done = scan(&dir, &[("http_proxy", &url)], &named);
        assert_eq!(done.said(&secret), "rejected", "{named:?}");
    }
    let before = proxy.connections();
    for other in [
        ["--verify-host", "other.example.org"],
        ["--verify-host", "chat.example.org:8065"],
        ["--verify-host", "10.0.0.0/8"],
    ] {
        let done = scan(&dir, &[("http_proxy", &url)], &other);
        assert_eq!(done.said(&secret), "blocked_by_policy", "{other:?}");
    }
    assert_eq!(proxy.connections(), before);
}

/// An address is judged, whoever connects to it.
#[test]
fn a_proxy_is_no_way_to_a_forbidden_address() {
    let secret = token(1520);
    let proxy = Server::new(|_: &Request| refused());
    let url = login(proxy.address);
    for host in [
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
    ] {
        let target = format!("http://{host}");
        let dir = Dir::with(env(&target, &secret));
        let named = [
            "--server",
            &target,
            "--allow-private",
            "--verify-host",
            host,
        ];
        let done = scan(&dir, &[("http_proxy", &url)], &named);
        assert_eq!(done.said(&secret), "blocked_by_policy", "{host}");
    }
    assert_eq!(proxy.connections(), 0);
}

/// `no_proxy` is a choice of the user's: then servers are asked directly, under the usual rules.
#[test]
fn servers_that_need_no_proxy_are_asked_directly() {
    let secret = token(1530);
    let proxy = Server::new(|_: &Request| refused());
    let server = Server::new(mattermost(vec![]));
    let dir = Dir::with(env(&server.url(), &secret));
    let url = login(proxy.address);
    let direct = [("http_proxy", url.as_str()), ("no_proxy", "127.0.0.1")];
    assert_eq!(scan(&dir, &direct, &[]).said(&secret), "blocked_by_policy");
    let done = scan(&dir, &direct, &["--allow-private"]);
    assert_eq!(done.said(&secret), "rejected", "{}", done.output);
    assert_eq!((proxy.connections(), server.bearers().len()), (0, 1));
}

/// A proxy that refuses, is gone, or speaks another protocol is no reason to go around it.
#[test]
fn a_proxy_that_does_not_work_is_not_gone_around() {
    let secret = token(1540);
    let server = Server::new(mattermost(vec![]));
    let refuses = Server::new(|_: &Request| {
        Answer::Http(
            407,
            vec![("Proxy-Authenticate".into(), "Basic".into())],
            String::new(),
        )
    });
    let gone = TcpListener::bind("127.0.0.1:0").and_then(|gone| gone.local_addr());
    let gone = gone.expect("an address");
    let ends = Server::new(|_: &Request| Answer::Close);
    let dir = Dir::with(env(&server.url(), &secret));
    let url = server.url();
    let named = ["--server", url.as_str()];
    for (proxy, said) in [
        (login(refuses.address), "intercepted"),
        (login(gone), "unreachable"),
        (login(ends.address), "unreachable"),
        (
            login(ends.address).replace("http://", "socks5://"),
            "unreachable",
        ),
    ] {
        let done = scan(&dir, &[("http_proxy", &proxy)], &named);
        assert_eq!(done.said(&secret), said, "{}", done.output);
    }
    assert_eq!(server.connections(), 0);
    refuses.assert_told_nothing_but_a_login();
}

impl Server {
    /// Asserts that a proxy got its own login and no token.
    fn assert_told_nothing_but_a_login(&self) {
        assert!(self.connections() > 0);
        for request in self.seen() {
            assert!(
                !request.headers.contains_key("authorization"),
                "{request:?}"
            );
        }
    }
}

/// A setting that cannot be used is said, before anything is read or asked.
#[test]
fn an_unusable_proxy_is_wrong_usage() {
    let secret = token(1550);
    let server = Server::new(mattermost(vec![]));
    let dir = Dir::with(env(&server.url(), &secret));
    for (name, value) in [
        ("http_proxy", "ftp://proxy.example:3128"),
        ("HTTP_PROXY", "http://"),
        ("https_proxy", "http://proxy.example:99999"),
        ("HTTPS_PROXY", "not a proxy"),
        ("all_proxy", "http:/proxy.example"),
        ("ALL_PROXY", "/"),
        ("http_proxy", "http://ann:s3cretw0rd@"),
    ] {
        for args in [
            &["scan", "--verify", "--allow-private"][..],
            &["scan", "--verify=plan"],
            &["verify", "--host", &server.url()],
        ] {
            let run = dir.program(args).stdin(secret.clone()).with(|command| {
                command.env(name, value);
            });
            let output = run.run().code(2).complains(name).says("");
            assert_hidden(&output, PASSWORD);
        }
        // Nobody is asked without a live check.
        let scan = dir.scan(["."]).with(|command| {
            command.env(name, value);
        });
        scan.run().code(1);
    }
    assert_eq!(server.connections(), 0);
}
