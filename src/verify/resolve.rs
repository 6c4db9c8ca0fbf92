//! Names are looked up once, here; a connection goes to the addresses that were judged, or nowhere.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// An answer to come.
type Addresses = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// How names are looked up.
#[derive(Clone)]
pub struct Resolver(Arc<dyn Fn(String) -> Addresses + Send + Sync>);

impl Resolver {
    /// As the system does.
    pub fn system() -> Resolver {
        Resolver::new(|name| {
            Box::pin(async move {
                let found = tokio::net::lookup_host((name, 0)).await?;
                Ok(found.map(|address| address.ip()).collect())
            })
        })
    }

    /// By a function, for tests.
    pub fn fixed(look_up: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static) -> Resolver {
        Resolver::new(move |name| {
            let found = look_up(&name);
            Box::pin(async move { Ok(found) })
        })
    }

    fn new(look_up: impl Fn(String) -> Addresses + Send + Sync + 'static) -> Resolver {
        Resolver(Arc::new(look_up))
    }

    /// The addresses of a name, in order, each once.
    pub(super) async fn look_up(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let mut found = (self.0)(name.to_owned()).await?;
        found.sort_unstable();
        found.dedup();
        match found.is_empty() {
            true => Err(io::Error::new(
                io::ErrorKind::NotFound,
                "the name has no address",
            )),
            false => Ok(found),
        }
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolver")
    }
}

/// The names that may be connected to, with the addresses that were judged. A name that is not here has none.
#[derive(Clone, Debug, Default)]
pub struct Pinned(Arc<Mutex<HashMap<String, Vec<IpAddr>>>>);

impl Pinned {
    /// The addresses of a name, if it was judged.
    pub fn get(&self, name: &str) -> Option<Vec<IpAddr>> {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(name).cloned()
    }

    /// Pins a name for the rest of the run. The addresses that hold: those that came first.
    pub fn pin(&self, name: &str, addresses: Vec<IpAddr>) -> Vec<IpAddr> {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.entry(name.to_owned()).or_insert(addresses).clone()
    }
}

impl Resolve for Pinned {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.get(name.as_str());
        Box::pin(async move {
            let found = found.ok_or("a name that was not judged")?;
            // A port of 0 is replaced by that of the URL.
            let found = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(found) as Addrs)
        })
    }
}
