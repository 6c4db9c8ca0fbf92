//! Live checks: whether the server that a credential opens still takes it, asked in a way that leaks nothing.
//!
//! For each server, in this order: may it be contacted ([`Policy`]); is it what it should be (a probe without a
//! credential); then each of its own credentials, once; and at its first "yes" a secret that nobody has, which it
//! must refuse. What is asked and what answers mean is data in the rules; whatever is no answer is unknown, with a
//! reason. Everything runs on one thread: waiting is all that there is to do.

mod address;
mod answer;
mod base;
mod client;
mod fresh;
mod line;
mod pace;
mod policy;
mod proxy;
mod question;
mod resolve;
mod server;
mod trust;
mod typed;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::stream::{self, StreamExt};

use crate::finding::{
    Finding, PairedBy, Planned, Skip, SkipReason, Tie, Unknown, UnknownReason, Untrusted, Verdict,
};
use crate::redact::Redactor;
use crate::rule::Rules;

pub use crate::rule::live::Consent;
pub use base::Base;
pub use client::{Answer, Bounds};
pub use line::{Call, Line};
pub use policy::{HostPattern, Policy};
pub use proxy::{Proxies, ProxyError};
pub use resolve::Resolver;
pub use trust::Certificate;
pub use typed::{TypedError, finding as typed};

use client::Client;
use pace::Paces;
use question::Question;
use resolve::Pinned;

/// What the user asked for, as far as servers go.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which servers may be contacted.
    pub policy: Policy,
    /// Checks that are more than a look.
    pub consent: Vec<Consent>,
    /// Whether an accepted credential may be live.
    pub allow_live: bool,
    /// Whom to trust beside the system's own authorities.
    pub certificates: Vec<Certificate>,
    /// Proxies.
    pub proxies: Proxies,
    /// How names are looked up.
    pub resolver: Resolver,
    /// What a single answer may take.
    pub bounds: Bounds,
    /// What all of it may take.
    pub budget: Duration,
    /// Requests on their way at once, over all servers.
    pub concurrency: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            policy: Policy::default(),
            consent: Vec::new(),
            allow_live: false,
            certificates: Vec::new(),
            proxies: Proxies::none(),
            resolver: Resolver::system(),
            bounds: Bounds::default(),
            budget: Duration::from_secs(60),
            concurrency: 64,
        }
    }
}

/// What there is to say beside the verdicts.
#[derive(Debug, Default)]
pub struct Checked {
    /// What was not asked, because time was over or the user stopped it.
    pub skips: Vec<Skip>,
    /// Servers that have proven to be of their product, by base URL.
    pub servers: BTreeMap<Base, Server>,
}

/// What a server says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// Its version, if it tells.
    pub version: Option<Untrusted>,
}

/// Why nothing could be asked.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The client cannot be set up.
    #[error("live checks cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
    /// It cannot speak TLS.
    #[error("live checks cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The system gives no timers or sockets.
    #[error("live checks cannot be set up: {0}")]
    System(#[from] std::io::Error),
}

/// Servers that are dealt with at once: each takes memory while it waits its turn.
const MOST_SERVERS: usize = 4_096;

/// Everything that the checks of one run share.
struct Run<'a> {
    options: &'a Options,
    /// What no server's name and path may hold.
    redactor: Redactor,
    client: Client,
    pinned: Pinned,
    paces: Paces,
    verdicts: RefCell<BTreeMap<usize, Verdict>>,
    servers: RefCell<BTreeMap<Base, Server>>,
}

impl Run<'_> {
    fn new(options: &Options, redactor: Redactor) -> Result<Run<'_>, VerifyError> {
        let pinned = Pinned::default();
        Ok(Run {
            options,
            redactor,
            client: Client::new(
                &pinned,
                &options.certificates,
                options.proxies.clone(),
                options.bounds,
            )?,
            pinned,
            paces: Paces::new(options.concurrency, options.bounds.interval),
            verdicts: RefCell::default(),
            servers: RefCell::default(),
        })
    }

    fn tell(&self, finding: usize, verdict: Verdict) {
        self.verdicts.borrow_mut().insert(finding, verdict);
    }

    fn meet(&self, base: &Base, server: Server) {
        self.servers.borrow_mut().insert(base.clone(), server);
    }
}

/// Asks every finding's own server about it, and settles the findings. `stop` ends it at once; what was not
/// asked by then is not checked.
pub fn verify(
    rules: &Rules,
    findings: &mut [Finding],
    options: &Options,
    stop: impl Future<Output = ()>,
) -> Result<Checked, VerifyError> {
    let redactor = redactor(findings);
    let (asked, mut verdicts) = questions(rules, findings, options, &redactor);
    let all: Vec<usize> = asked.iter().map(|question| question.finding).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let run = Run::new(options, redactor)?;
    let end = runtime.block_on(async {
        let servers = stream::iter(by_server(asked));
        let checks = servers.for_each_concurrent(MOST_SERVERS, |questions| run.server(questions));
        let checks = std::pin::pin!(tokio::time::timeout(options.budget, checks));
        match select(checks, std::pin::pin!(stop)).await {
            Either::Left((Ok(()), _)) => None,
            Either::Left((Err(_), _)) => Some(SkipReason::BudgetExhausted),
            Either::Right(_) => Some(SkipReason::Interrupted),
        }
    });
    // Without waiting for a look-up that nobody needs any more.
    runtime.shutdown_background();
    verdicts.extend(run.verdicts.into_inner());
    let left: Vec<usize> = all
        .into_iter()
        .filter(|finding| !verdicts.contains_key(finding))
        .collect();
    if end == Some(SkipReason::BudgetExhausted) {
        let unknown =
            Unknown::untried(UnknownReason::TimedOut, "the time for live checks was over");
        verdicts.extend(
            left.iter()
                .map(|finding| (*finding, Verdict::Unknown(unknown.clone()))),
        );
    }
    for (finding, verdict) in verdicts {
        if let Some(finding) = findings.get_mut(finding) {
            finding.settle(verdict, options.allow_live);
        }
    }
    findings.sort_by(Finding::worst_first);
    let skip = |reason| Skip {
        path: Untrusted::new("live checks"),
        object: None,
        reason,
        detail: Untrusted::new(match left.len() {
            1 => "1 credential was not checked".to_owned(),
            several => format!("{several} credentials were not checked"),
        }),
    };
    Ok(Checked {
        skips: end
            .filter(|_| !left.is_empty())
            .map(skip)
            .into_iter()
            .collect(),
        servers: run.servers.into_inner(),
    })
}

/// What [`verify`] would do, as far as that is known without asking anybody, not even for a name's address.
pub fn plan(rules: &Rules, findings: &[Finding], options: &Options) -> Vec<Planned> {
    let (asked, told) = questions(rules, findings, options, &redactor(findings));
    let mut planned: Vec<(usize, Result<Untrusted, Unknown>)> = Vec::new();
    for question in &asked {
        let base = &question.base;
        let mut allowed = options.policy.name(base);
        let mut way = String::new();
        if let Some(proxy) = options.proxies.shown(base.as_str()) {
            allowed = allowed.and_then(|()| options.policy.through_proxy(base));
            way = format!(", through the proxy {proxy}");
        }
        let host = findings
            .get(question.finding)
            .and_then(|finding| finding.host.as_ref());
        let why = host.map_or("", |host| question::why(host.paired_by));
        let line = format!("{}{way}: {why}", question.request_line());
        planned.push((question.finding, allowed.map(|()| Untrusted::new(line))));
    }
    let untried = told
        .into_iter()
        .filter_map(|(finding, verdict)| match verdict {
            Verdict::Unknown(unknown) => Some((finding, Err(unknown))),
            _ => None,
        });
    planned.extend(untried);
    planned.sort_by_key(|(finding, _)| *finding);
    let planned = planned.into_iter().filter_map(|(finding, step)| {
        let id = findings.get(finding)?.id.clone();
        Some(Planned { id, step })
    });
    planned.collect()
}

/// Knows every secret of a run.
fn redactor(findings: &[Finding]) -> Redactor {
    let secrets = findings.iter().flat_map(|finding| {
        let parts = finding.parts.iter().map(|part| &part.value);
        std::iter::once(&finding.secret).chain(parts)
    });
    // Shorter ones may be words.
    Redactor::new(secrets.filter(|secret| secret.expose().len() >= 8), false)
}

/// What to ask, and the verdicts of those about whom nobody can be asked. What was there before is left alone.
fn questions<'r>(
    rules: &'r Rules,
    findings: &[Finding],
    options: &Options,
    redactor: &Redactor,
) -> (Vec<Question<'r>>, BTreeMap<usize, Verdict>) {
    let several = options.policy.typed.len() > 1;
    let (mut asked, mut told) = (Vec::new(), BTreeMap::new());
    for (number, finding) in findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| !finding.pre_existing)
    {
        let unwritten = (finding.host.as_ref()).and_then(|host| match (host.paired_by, host.tie) {
            (PairedBy::Server, _) => Some("only a configuration names this server"),
            (PairedBy::Sibling, _) => Some("only another file names this server"),
            (_, Tie::Joined) => Some("a variable may hold more of this server's name"),
            (_, Tie::Own) => None,
        });
        let question = Question::new(rules, number, finding, &options.consent, several);
        let question = question.and_then(|question| match redactor.hides(question.base.as_str()) {
            true => Err(question::hidden()),
            false => Ok(question),
        });
        let allowed = question.and_then(|question| match unwritten {
            Some(why) => (options.policy.unwritten(&question.base, why)).map(|()| question),
            None => Ok(question),
        });
        match allowed {
            Ok(question) => asked.push(question),
            Err(unknown) => drop(told.insert(number, Verdict::Unknown(unknown))),
        }
    }
    (asked, told)
}

/// The questions of each server, in the order of the report.
fn by_server(asked: Vec<Question<'_>>) -> Vec<Vec<Question<'_>>> {
    let mut servers: BTreeMap<(usize, Base), Vec<Question<'_>>> = BTreeMap::new();
    for question in asked {
        let server = (question.product, question.base.clone());
        servers.entry(server).or_default().push(question);
    }
    servers.into_values().collect()
}
