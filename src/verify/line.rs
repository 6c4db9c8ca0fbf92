//! A way to the one server that a user typed, for all that is more than a check.
//!
//! What holds for checks holds here: the name is judged and pinned, no redirect is followed, sizes and times are
//! bounded, and nothing with a token leaves before the server has proven, without it, to be of its product.

use reqwest::Method;
use tokio::runtime::Runtime;

use super::base::Base;
use super::client::{Answer, Prepared};
use super::server::Proven;
use super::{Options, Run, Server, VerifyError};
use crate::finding::{Secret, Unknown, UnknownReason};
use crate::redact::Redactor;
use crate::rule::live::Probe;

/// A request to a server's own API.
#[derive(Debug)]
pub struct Call<'c> {
    /// As in `GET`.
    pub method: &'c str,
    /// Below the base URL; it starts with a slash.
    pub path: &'c str,
    /// Who asks.
    pub token: &'c Secret,
    /// What goes along: its media type and its bytes.
    pub content: Option<(&'c str, Vec<u8>)>,
    /// Bytes that the answer may have.
    pub most: usize,
}

/// A server that has proven to be of its product.
pub struct Line<'o> {
    runtime: Runtime,
    run: Run<'o>,
    proven: Proven,
}

impl<'o> Line<'o> {
    /// Contacts a server without any token until it has proven what it is.
    pub fn open(
        options: &'o Options,
        probe: &Probe,
        base: &Base,
    ) -> Result<Result<Line<'o>, Unknown>, VerifyError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let run = Run::new(options, Redactor::blind())?;
        let proven = runtime.block_on(run.open(base, probe));
        Ok(proven.map(|proven| Line {
            runtime,
            run,
            proven,
        }))
    }

    /// The server itself: over https where it wanted that, or without its sub-path.
    pub fn base(&self) -> &Base {
        &self.proven.base
    }

    /// What it said of itself.
    pub fn server(&self) -> Server {
        let servers = self.run.servers.borrow();
        servers.get(&self.proven.base).cloned().unwrap_or_default()
    }

    /// Sends a request, and once more if the server asks for it a little later. It took none of it then.
    pub fn send(&self, call: Call<'_>) -> Result<Answer, Unknown> {
        let url = self.proven.base.url(call.path);
        let method = Method::from_bytes(call.method.as_bytes()).ok();
        let prepared = url
            .zip(method)
            .and_then(|(url, method)| Prepared::call(method, url, call.token, call.content));
        let Some(prepared) = prepared else {
            let why = "the token cannot stand in a request";
            return Err(Unknown::untried(UnknownReason::NotCheckable, why));
        };
        self.proven.lane.waited.set(false);
        self.runtime
            .block_on(self.run.send(&self.proven.lane, prepared, call.most))
    }
}
