//! Proxies of the environment: `https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`, in either case.

use std::fmt;
use std::sync::Arc;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::Url;

/// A proxy that is set and is none.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0} is set, and names no proxy that can be used: a URL as in http://proxy.example:3128 does"
)]
pub struct ProxyError(&'static str);

/// Which servers are reached through a proxy. Its login never leaves this room but to the proxy.
#[derive(Clone)]
pub struct Proxies(Arc<Matcher>);

impl Proxies {
    /// Those of the environment. A setting that cannot be used is an error: without it a way round would be taken.
    pub fn of_process() -> Result<Proxies, ProxyError> {
        let names = [
            "ALL_PROXY",
            "all_proxy",
            "HTTP_PROXY",
            "http_proxy",
            "HTTPS_PROXY",
            "https_proxy",
        ];
        let unusable = |name: &&str| {
            let value = std::env::var_os(name).filter(|value| !value.is_empty());
            let usable = |text: &str| Proxies::all(text).understood("http://a.invalid").is_some();
            value.is_some_and(|value| !value.to_str().is_some_and(usable))
        };
        match names.into_iter().find(unusable) {
            Some(name) => Err(ProxyError(name)),
            None => Ok(Proxies(Arc::new(Matcher::from_env()))),
        }
    }

    /// None.
    pub fn none() -> Proxies {
        Proxies(Arc::new(Matcher::builder().build()))
    }

    /// One for everything.
    pub fn all(url: &str) -> Proxies {
        Proxies(Arc::new(Matcher::builder().all(url).build()))
    }

    /// Whether any server is reached through one.
    pub(super) fn in_use(&self) -> bool {
        let any = ["http://a.invalid", "https://a.invalid"];
        any.iter().any(|url| self.intercept(url).is_some())
    }

    /// The proxy of a URL as it may be shown: without its login.
    pub(super) fn shown(&self, url: &str) -> Option<String> {
        let uri = self.intercept(url)?.uri().to_string();
        Some(uri.trim_end_matches('/').to_owned())
    }

    /// The proxy of a URL with its login.
    pub(super) fn url(&self, url: &str) -> Option<Url> {
        // One that cannot be understood is a dead one, never a direct way round every judgement.
        let dead = || Url::parse("http://127.0.0.1:1").ok();
        self.intercept(url)?;
        self.understood(url).or_else(dead)
    }

    fn understood(&self, url: &str) -> Option<Url> {
        let proxy = self.intercept(url)?;
        let mut address = Url::parse(&proxy.uri().to_string()).ok()?;
        let basic = proxy.basic_auth().and_then(|basic| basic.to_str().ok());
        let login = basic.and_then(|basic| basic.strip_prefix("Basic "));
        let login = login.and_then(|text| data_encoding::BASE64.decode(text.as_bytes()).ok());
        let login = login.and_then(|login| String::from_utf8(login).ok());
        if let Some((user, password)) = login.as_deref().and_then(|login| login.split_once(':')) {
            // What is set is decoded once more on its way, and only a percent sign is not escaped by itself.
            address.set_username(&user.replace('%', "%25")).ok()?;
            address
                .set_password(Some(&password.replace('%', "%25")))
                .ok()?;
        }
        Some(address)
    }

    fn intercept(&self, url: &str) -> Option<Intercept> {
        self.0.intercept(&url.parse().ok()?)
    }
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proxies")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_goes_to_the_proxy_and_is_never_shown() {
        let proxies = Proxies::all("http://ann:p%40ss@proxy.example:3128");
        let target = "https://chat.example.org/x";
        assert_eq!(
            proxies.shown(target).as_deref(),
            Some("http://proxy.example:3128")
        );
        let url = proxies.url(target).expect("a proxy");
        assert_eq!((url.username(), url.password()), ("ann", Some("p%40ss")));
        assert_eq!(format!("{proxies:?}"), "Proxies");
        assert!(proxies.in_use() && !Proxies::none().in_use());
    }
}
