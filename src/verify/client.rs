//! One request, one answer, and nothing beside: no redirect is followed, nothing is sent twice, no cookie or
//! login of the environment goes along, time and size are bounded.

use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT,
};
use reqwest::{Method, Proxy, Url, redirect};

use super::VerifyError;
use super::proxy::Proxies;
use super::resolve::Pinned;
use super::trust::{self, Certificate};
use crate::finding::{Secret, Unknown, UnknownReason, Untrusted};
use crate::rule::live::Request;

/// How long and how large an answer may be.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until the whole answer is here.
    pub total: Duration,
    /// Bytes of its body.
    pub body: usize,
    /// From the start of one request to that of the next, at one address and port.
    pub interval: Duration,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(10),
            body: 64 << 10,
            interval: Duration::from_millis(500),
        }
    }
}

/// What a server said.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, if it is JSON.
    pub json: Option<serde_json::Value>,
}

impl Answer {
    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether it is a page for people.
    pub fn is_page(&self) -> bool {
        is_page(&self.headers)
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let html = kind.and_then(|kind| kind.get(..9));
    html.is_some_and(|html| html.eq_ignore_ascii_case(b"text/html"))
}

/// A request with everything in its place.
#[derive(Clone)]
pub struct Prepared {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Prepared {
    /// A request as it is meant, for a server's own API. None if the token cannot stand in a header.
    pub fn call(
        method: Method,
        url: Url,
        token: &Secret,
        content: Option<(&str, Vec<u8>)>,
    ) -> Option<Prepared> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose())).ok()?;
        bearer.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, bearer);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static(OWN_AGENT));
        let mut body = Vec::new();
        if let Some((kind, bytes)) = content {
            headers.insert(CONTENT_TYPE, HeaderValue::from_str(kind).ok()?);
            body = bytes;
        }
        Some(Prepared {
            method,
            url,
            headers,
            body,
        })
    }

    /// Puts the values of places into a request. None if one of them cannot be sent there.
    pub fn new(
        request: &Request,
        url: Url,
        fill: &dyn Fn(&str, Dress) -> String,
    ) -> Option<Prepared> {
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let mut filled = HeaderValue::from_str(&fill(value, Dress::Plain)).ok()?;
            filled.set_sensitive(true);
            headers.insert(HeaderName::from_bytes(name.as_bytes()).ok()?, filled);
        }
        if let Some(basic) = &request.basic {
            let [user, password] =
                [&basic.user, &basic.password].map(|text| fill(text, Dress::Plain));
            // The first colon ends the name, RFC 7617: one in it would make another pair of it.
            let sound = |text: &str| !text.contains(char::is_control);
            if user.contains(':') || !sound(&user) || !sound(&password) {
                return None;
            }
            let pair = data_encoding::BASE64.encode(format!("{user}:{password}").as_bytes());
            let mut value = HeaderValue::from_str(&format!("Basic {pair}")).ok()?;
            value.set_sensitive(true);
            headers.insert(reqwest::header::AUTHORIZATION, value);
        }
        Some(Prepared {
            method: if request.post.is_some() {
                Method::POST
            } else {
                Method::GET
            },
            url,
            headers,
            body: fill(&request.body, Dress::Json).into_bytes(),
        })
    }
}

/// What a value needs where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dress {
    /// Nothing: a header.
    Plain,
    /// Percent signs: a path.
    Path,
    /// Escapes: a string of JSON.
    Json,
}

/// Sends requests.
pub struct Client {
    direct: reqwest::Client,
    proxied: Option<reqwest::Client>,
    proxies: Proxies,
    bounds: Bounds,
}

/// What this program calls itself.
const AGENT: &str = concat!(
    "matterleaks/",
    env!("CARGO_PKG_VERSION"),
    " (live check of a leaked credential)"
);

/// The same to a team's own server.
const OWN_AGENT: &str = concat!("matterleaks/", env!("CARGO_PKG_VERSION"));

impl Client {
    /// A client that connects to pinned names only, or through the proxies of `proxies`.
    pub fn new(
        pinned: &Pinned,
        certificates: &[Certificate],
        proxies: Proxies,
        bounds: Bounds,
    ) -> Result<Client, VerifyError> {
        let tls = trust::config(certificates)?;
        let builder = || {
            reqwest::Client::builder()
                .user_agent(AGENT)
                .redirect(redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .http1_only()
                .connect_timeout(bounds.connect)
                .timeout(bounds.total)
                // A connection that is kept may be closed just when it is used again.
                .pool_max_idle_per_host(0)
                .tls_backend_preconfigured(tls.clone())
                .no_proxy()
        };
        let direct = builder().dns_resolver(pinned.clone()).build()?;
        let proxied = proxies.in_use().then(|| {
            let proxies = proxies.clone();
            let proxy = Proxy::custom(move |url| proxies.url(url.as_str()));
            builder().proxy(proxy).build()
        });
        Ok(Client {
            direct,
            proxied: proxied.transpose()?,
            proxies,
            bounds,
        })
    }

    /// The proxy through which a URL is reached, without its login.
    pub fn proxy(&self, url: &str) -> Option<String> {
        self.proxies.shown(url)
    }

    /// Sends a request and waits for the answer. `body` bounds it; what is no success is short.
    pub async fn send(&self, request: Prepared, body: usize) -> Result<Answer, Unknown> {
        let client = match self.proxy(request.url.as_str()) {
            None => &self.direct,
            Some(_) => self.proxied.as_ref().unwrap_or(&self.direct),
        };
        let sent = client
            .request(request.method, request.url)
            .headers(request.headers)
            .body(request.body);
        // Once more around the whole: the client's own bound does not hold while a body drips.
        let answer = async {
            let mut response = sent.send().await.map_err(failure)?;
            let body = match response.status().is_success() {
                true => body,
                false => body.min(self.bounds.body),
            };
            let mut content: Vec<u8> = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(failure)? {
                content.extend_from_slice(&chunk);
                // Of a page nothing is read but that it is one.
                if content.len() > body && is_page(response.headers()) {
                    content.clear();
                    break;
                } else if content.len() > body {
                    return Err(unknown(
                        UnknownReason::UnexpectedAnswer,
                        "a very long answer",
                    ));
                }
            }
            Ok(Answer {
                status: response.status().as_u16(),
                headers: std::mem::take(response.headers_mut()),
                json: serde_json::from_slice(&content).ok(),
            })
        };
        let late = || unknown(UnknownReason::TimedOut, "no whole answer in time");
        tokio::time::timeout(self.bounds.total, answer)
            .await
            .unwrap_or_else(|_| Err(late()))
    }
}

fn unknown(reason: UnknownReason, detail: &str) -> Unknown {
    Unknown::untried(reason, detail)
}

/// Why there was no answer. The library's own words are not shown: they hold the URL.
fn failure(error: reqwest::Error) -> Unknown {
    let (mut parse, mut system) = (error.is_decode(), None);
    for cause in causes(&error) {
        if let Some(why) = cause.downcast_ref::<rustls::Error>() {
            return Unknown {
                detail: Untrusted::new(why.to_string()),
                ..unknown(UnknownReason::Tls, "")
            };
        }
        let io = cause.downcast_ref::<io::Error>();
        system = io
            .filter(|io| io.get_ref().is_none())
            .map(io::Error::kind)
            .or(system);
        parse |= cause
            .downcast_ref::<hyper::Error>()
            .is_some_and(hyper::Error::is_parse);
    }
    match () {
        () if error.is_timeout() && error.is_connect() => {
            unknown(UnknownReason::TimedOut, "no connection in time")
        }
        () if error.is_timeout() => unknown(UnknownReason::TimedOut, "no whole answer in time"),
        () if parse => unknown(UnknownReason::UnexpectedAnswer, "no answer that HTTP knows"),
        () => {
            let closed = "the connection was closed".to_owned();
            unknown(
                UnknownReason::Unreachable,
                &system.map_or(closed, |kind| kind.to_string()),
            )
        }
    }
}

/// An error and all that lies behind it. An error of the system that wraps another passes that one over when it
/// is asked for its source.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'e (dyn Error + 'static) = *error;
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        match wrapped {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}
