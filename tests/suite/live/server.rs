//! A server on loopback that plays a part, and remembers all that it was told.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

/// What it was told.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// With names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
    /// Whether it came over TLS.
    pub secure: bool,
    pub at: Instant,
}

impl Request {
    /// The token of `Authorization: Bearer`.
    pub fn bearer(&self) -> Option<&str> {
        self.headers.get("authorization")?.strip_prefix("Bearer ")
    }
}

/// What it says.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Status, further headers, body.
    Http(u16, Vec<(String, String)>, String),
    /// Bytes as they are, then the end.
    Raw(Vec<u8>),
    /// Bytes, then more of the same for ever.
    Endless(Vec<u8>),
    /// Bytes one by one, with a pause after each.
    Drip(Vec<u8>, Duration),
    /// Nothing, and the connection stays.
    Silence,
    /// Nothing, and the connection ends.
    Close,
}

impl Answer {
    pub fn json(status: u16, body: Value) -> Answer {
        let kind = ("Content-Type".into(), "application/json".into());
        Answer::Http(status, vec![kind], body.to_string())
    }

    pub fn html(status: u16) -> Answer {
        let kind = ("Content-Type".into(), "text/html".into());
        Answer::Http(
            status,
            vec![kind],
            "<!doctype html><html><title>Log in</title></html>".into(),
        )
    }

    pub fn moved(status: u16, location: &str) -> Answer {
        Answer::Http(
            status,
            vec![("Location".into(), location.into())],
            String::new(),
        )
    }

    pub fn header(self, name: &str, value: &str) -> Answer {
        match self {
            Answer::Http(status, mut headers, body) => {
                headers.push((name.into(), value.into()));
                Answer::Http(status, headers, body)
            }
            other => other,
        }
    }
}

pub type Script = Arc<dyn Fn(&Request) -> Answer + Send + Sync>;

/// A server that runs until the tests end.
pub struct Server {
    pub address: SocketAddr,
    secure: bool,
    connections: Arc<AtomicUsize>,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// One that speaks plain http on 127.0.0.1.
    pub fn new(script: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Server {
        Server::start("127.0.0.1:0", None, Arc::new(script))
    }

    /// One that speaks https with this certificate.
    pub fn secure(
        tls: Arc<ServerConfig>,
        script: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Server {
        Server::start("127.0.0.1:0", Some(tls), Arc::new(script))
    }

    pub fn start(address: &str, tls: Option<Arc<ServerConfig>>, script: Script) -> Server {
        let listener = TcpListener::bind(address).expect("a port");
        let server = Server {
            address: listener.local_addr().expect("an address"),
            secure: tls.is_some(),
            connections: Arc::default(),
            seen: Arc::default(),
        };
        let (connections, seen) = (server.connections.clone(), server.seen.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                connections.fetch_add(1, Ordering::SeqCst);
                let (tls, script, seen) = (tls.clone(), script.clone(), seen.clone());
                thread::spawn(move || match tls {
                    None => serve(stream, &script, &seen, false),
                    // Who does not begin with a handshake is answered in clear, as on Mattermost's own port.
                    Some(_) if !begins_a_handshake(&stream) => serve(stream, &script, &seen, false),
                    Some(tls) => {
                        if let Ok(connection) = ServerConnection::new(tls) {
                            serve(StreamOwned::new(connection, stream), &script, &seen, true);
                        }
                    }
                });
            }
        });
        server
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The same under a name.
    pub fn url_as(&self, name: &str) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{name}:{}", self.address.port())
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// All that it was told, in order.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().expect("requests").clone()
    }

    /// The tokens that it was told, in order.
    pub fn bearers(&self) -> Vec<String> {
        self.seen()
            .iter()
            .filter_map(|request| Some(request.bearer()?.to_owned()))
            .collect()
    }

    /// Asserts that nothing like a credential has reached it.
    pub fn assert_told_nothing(&self) {
        for request in self.seen() {
            for name in [
                "authorization",
                "cookie",
                "proxy-authorization",
                "x-auth-token",
            ] {
                assert!(!request.headers.contains_key(name), "{request:?}");
            }
            assert!(
                request.body.is_empty() && !request.path.contains('?'),
                "{request:?}"
            );
        }
    }
}

fn begins_a_handshake(stream: &TcpStream) -> bool {
    let mut first = [0];
    stream.peek(&mut first).is_ok() && first == [0x16]
}

fn serve(mut stream: impl Read + Write, script: &Script, seen: &Mutex<Vec<Request>>, secure: bool) {
    let Some(request) = read(&mut stream) else {
        return;
    };
    let request = Request { secure, ..request };
    let answer = script(&request);
    seen.lock().expect("requests").push(request);
    let _ = say(&mut stream, answer);
    let _ = stream.flush();
}

fn read(stream: &mut impl Read) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader
        .read_line(&mut line)
        .ok()
        .filter(|length| *length > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.to_owned()),
            None => break,
        };
    }
    let length = headers
        .get("content-length")
        .and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        method,
        path,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
        secure: false,
        at: Instant::now(),
    })
}

fn say(stream: &mut impl Write, answer: Answer) -> std::io::Result<()> {
    match answer {
        Answer::Http(status, headers, body) => {
            let headers: String = headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}\r\n"))
                .collect();
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            )
        }
        Answer::Raw(bytes) => stream.write_all(&bytes),
        Answer::Endless(bytes) => loop {
            stream.write_all(&bytes)?;
        },
        Answer::Drip(bytes, pause) => {
            for byte in bytes {
                stream.write_all(&[byte])?;
                stream.flush()?;
                thread::sleep(pause);
            }
            Ok(())
        }
        Answer::Silence => {
            thread::sleep(Duration::from_secs(300));
            Ok(())
        }
        Answer::Close => Ok(()),
    }
}

/// What a Mattermost server says to a token that it does not know.
pub fn refused() -> Answer {
    Answer::json(
        401,
        json!({
            "id": "api.context.session_expired.app_error",
            "message": "Invalid or expired session, please login again.",
            "detailed_error": "", "request_id": "pqaqwuhb97dzjpynomg5arsm3o", "status_code": 401,
        }),
    )
    .header("Set-Cookie", "MMAUTHTOKEN=; Path=/; Max-Age=0")
    .header(
        "X-Version-Id",
        "10.11.4.18446744073709551615.d3b07384d113edec49eaa6238ad5ff00.true",
    )
}

/// An error of the API.
pub fn error(status: u16, id: &str) -> Answer {
    Answer::json(
        status,
        json!({"id": id, "message": "x", "detailed_error": "", "status_code": status}),
    )
}

/// A user as `/users/me` shows one.
pub fn user(name: &str, roles: &str) -> Value {
    json!({
        "id": "fcijozmrmfrjijo783wqsr5ano", "create_at": 1, "delete_at": 0, "username": name,
        "email": format!("{name}@example.org"), "roles": roles, "auth_service": "", "locale": "en",
    })
}

/// A Mattermost server that knows some tokens, and the hooks of them that begin with a slash.
pub fn mattermost(
    known: Vec<(String, Value)>,
) -> impl Fn(&Request) -> Answer + Send + Sync + 'static {
    move |request| {
        if let Some(hook) = request.path.strip_prefix("/hooks/") {
            let mut known = known.iter();
            return match known.any(|(token, _)| token == hook) {
                true => error(404, "web.incoming_webhook.channel.app_error"),
                false => error(400, "web.incoming_webhook.invalid.app_error"),
            };
        }
        let owner = known
            .iter()
            .find(|(token, _)| request.bearer() == Some(token));
        match (request.path.as_str(), owner) {
            ("/api/v4/users/me", Some((_, user))) => Answer::json(200, user.clone()),
            ("/api/v4/users/me/sessions", Some(_)) => Answer::json(
                200,
                json!([
                    {"id": "a", "last_activity_at": 1_000_000_000, "props": {"os": "Linux"}},
                    {"id": "b", "last_activity_at": 1_700_000_000_000_u64,
                     "props": {"user_access_token_id": TOKEN_ID}},
                ]),
            ),
            (path, None) if path.starts_with("/api/v4/users/me") => refused(),
            (path, _) if path.starts_with("/api/") => error(404, "api.context.404.app_error"),
            _ => Answer::html(200),
        }
    }
}

/// The id by which the tokens of [`mattermost`] are revoked.
pub const TOKEN_ID: &str = "kcubqq7pgi8ybkn3ozyp337rpa";
