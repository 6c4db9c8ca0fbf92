//! One server: admitted, proven to be of the product, asked about its own credentials one by one, and doubted
//! at its first "yes".

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use super::answer::{self, Asked, is_one_of};
use super::base::{Base, Name};
use super::client::{Answer, Prepared};
use super::pace::Door;
use super::question::{self, Question};
use super::{Run, Server, fresh};
use crate::finding::{Live, Owner, Severity, Unknown, UnknownReason, Untrusted, Verdict};
use crate::rule::live::{Check, Probe, TokenId};

/// Longer is not waited when a server asks to be asked later.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// What a server tells of a user is longer than other answers: the settings are the user's own to grow, and of logins
/// there are 500 at most.
const LONGEST: usize = 1 << 20;

/// A server is looked for at so many base URLs: as written, over https, where it points to, its root.
const MOST_BASES: usize = 6;

/// Longer names and lists of roles are not kept.
const LONGEST_NAME: usize = 16 << 10;

/// After so many requests in a row without any answer a server is left alone.
const MOST_FAILURES: usize = 2;

/// A server that has proven to be of the product.
pub(super) struct Proven {
    pub(super) base: Base,
    pub(super) lane: Lane,
}

/// The way to a server that may be contacted.
pub(super) struct Lane {
    doors: Vec<Door>,
    /// Whether it has already been waited for once.
    pub(super) waited: Cell<bool>,
}

/// What a secret that nobody has was told.
enum Control {
    Refused,
    Taken,
    Unclear(Unknown),
}

impl Run<'_> {
    /// Asks one server about everything that is paired with it.
    pub(super) async fn server(&self, questions: Vec<Question<'_>>) {
        let mut proven: BTreeMap<&str, Result<Proven, Unknown>> = BTreeMap::new();
        let mut doubted: BTreeSet<&str> = BTreeSet::new();
        let (mut stop, mut failures) = (None, 0);
        for question in &questions {
            let probe = question.check.probe.as_str();
            if !proven.contains_key(probe) {
                let first = self.open(&question.base, question.probe).await;
                proven.insert(probe, first);
            }
            let verdict = match (&stop, proven.get(probe)) {
                (Some(stop), _) => Verdict::Unknown(Clone::clone(stop)),
                (None, Some(Ok(proven))) => self.ask(proven, question, &mut doubted).await,
                (None, Some(Err(unknown))) => Verdict::Unknown(unknown.clone()),
                (None, None) => Verdict::NotChecked,
            };
            if let Verdict::Unknown(unknown) = &verdict {
                use UnknownReason::*;
                failures = match unknown.reason {
                    Unreachable | TimedOut | Tls => failures + 1,
                    _ => 0,
                };
                match unknown.reason {
                    RateLimited => stop = Some(unknown.clone()),
                    Unreachable | TimedOut | Tls if failures >= MOST_FAILURES => {
                        stop = Some(unknown.clone())
                    }
                    IndiscriminateHost => {
                        // A server that takes anything may have refused anything as well.
                        let same = questions.iter().filter(|other| other.name == question.name);
                        same.for_each(|other| self.tell(other.finding, verdict.clone()));
                        stop = Some(unknown.clone());
                    }
                    _ => {}
                }
            } else {
                failures = 0;
            }
            self.tell(question.finding, verdict);
        }
    }

    /// Whether a server may be contacted, and the way to it. Its name is looked up once a run.
    async fn admit(&self, base: &Base) -> Result<Lane, Unknown> {
        let policy = &self.options.policy;
        policy.name(base)?;
        // Whoever looks the name up, and whoever answers a probe, would read it.
        if self.redactor.hides(base.as_str()) {
            return Err(question::hidden());
        }
        let lane = |doors| Lane {
            doors,
            waited: Cell::new(false),
        };
        if let Some(proxy) = self.client.proxy(base.as_str()) {
            policy.through_proxy(base)?;
            return Ok(lane(vec![format!(
                "{proxy} {}:{}",
                base.host(),
                base.port()
            )]));
        }
        let addresses: Vec<IpAddr> = match base.name() {
            Name::Address(address) => vec![address],
            Name::Domain(name) => match self.pinned.get(name) {
                Some(addresses) => addresses,
                None => self.look_up(name).await?,
            },
        };
        policy.addresses(base, &addresses)?;
        let addresses = match base.name() {
            Name::Address(_) => addresses,
            Name::Domain(name) => self.pinned.pin(name, addresses),
        };
        // Another port of the same name may have been faster: then its addresses hold for both.
        policy.addresses(base, &addresses)?;
        let port = base.port();
        let door =
            |address: IpAddr| std::net::SocketAddr::new(address.to_canonical(), port).to_string();
        Ok(lane(addresses.into_iter().map(door).collect()))
    }

    /// The addresses of a name. The time for an answer does not run while others are in front.
    async fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, Unknown> {
        let look_up = self.options.resolver.look_up(name);
        let bounded = tokio::time::timeout(self.options.bounds.connect, look_up);
        let dns = |why: String| Unknown {
            reason: UnknownReason::Dns,
            detail: Untrusted::new(why),
            at: Some(SystemTime::now()),
        };
        match self.paces.slot(bounded).await {
            Ok(found) => found.map_err(|error| dns(error.to_string())),
            Err(_) => Err(dns("no answer in time".into())),
        }
    }

    /// Contacts a server without any credential until it has proven what it is.
    pub(super) async fn open(&self, base: &Base, probe: &Probe) -> Result<Proven, Unknown> {
        let path = probe.request.path();
        let (mut base, mut tried, mut first) = (base.clone(), BTreeSet::new(), None);
        loop {
            let lane = self.admit(&base).await?;
            let request = base
                .url(path)
                .and_then(|url| Prepared::new(&probe.request, url, &|text, _| text.to_owned()));
            let Some(request) = request else {
                return Err(Unknown::untried(
                    UnknownReason::NotCheckable,
                    "its server's URL cannot be extended",
                ));
            };
            let answer = self.send(&lane, request, self.options.bounds.body).await?;
            if is_one_of(&answer, &probe.proven) {
                let version = probe.version.as_ref().and_then(|version| {
                    let header = answer.header(&version.header)?;
                    header
                        .get(version.pattern.find(header.as_bytes())?)
                        .map(Untrusted::new)
                });
                self.meet(&base, Server { version });
                return Ok(Proven { base, lane });
            }
            let why = now(match is_one_of(&answer, &probe.wrong_base) {
                true => Unknown::untried(
                    UnknownReason::WrongBase,
                    "a server of the product, whose base URL is another",
                ),
                false => {
                    let typed = self.options.policy.is_typed(&base);
                    let asked = if typed { Asked::Typed } else { Asked::Unknown };
                    answer::otherwise(&answer, &base, path, asked)
                }
            });
            use UnknownReason::{RateLimited, ServerError};
            let busy = matches!(why.reason, RateLimited | ServerError);
            let location = (answer.header("location"))
                .filter(|_| (300..400).contains(&answer.status))
                .and_then(|location| base.moved(path, location));
            // Whoever cannot answer now may be right where it is; another at its root must not speak for it.
            let root = base.root().filter(|_| !busy);
            tried.insert(base);
            let mut next = location.into_iter().chain(root);
            match next.find(|next| tried.len() < MOST_BASES && !tried.contains(next)) {
                Some(next) => base = next,
                // A root that is something else does not make the sub-path right.
                None => return Err(first.filter(|_| !busy).unwrap_or(why)),
            }
            first.get_or_insert(why);
        }
    }

    /// Sends a credential to its server.
    async fn ask<'q>(
        &self,
        proven: &Proven,
        question: &Question<'q>,
        doubted: &mut BTreeSet<&'q str>,
    ) -> Verdict {
        let check = question.check;
        let answer = match self.exchange(proven, question, None).await {
            Ok(answer) => answer,
            Err(unknown) => return Verdict::Unknown(unknown),
        };
        if is_one_of(&answer, &check.rejected) {
            return Verdict::Rejected {
                at: SystemTime::now(),
            };
        }
        if !is_one_of(&answer, &check.active) {
            let path = check.request.path();
            return Verdict::Unknown(now(answer::otherwise(
                &answer,
                &proven.base,
                path,
                Asked::Proven,
            )));
        }
        let owner = owner(check, &answer);
        // It may be long, and others wait with theirs.
        drop(answer);
        if !doubted.contains(question.name) {
            match self.control(proven, question).await {
                Control::Refused => doubted.insert(question.name),
                Control::Taken => {
                    let detail = "it takes a secret that nobody has, so its answers say nothing";
                    let unknown = Unknown::untried(UnknownReason::IndiscriminateHost, detail);
                    return Verdict::Unknown(now(unknown));
                }
                Control::Unclear(unknown) => return Verdict::Unknown(unknown),
            };
        }
        let live = Live {
            at: SystemTime::now(),
            severity: severity(check, owner.as_ref()),
            owner,
            token_id: None,
        };
        // It is live whatever becomes of the next question: time may be over before that is answered.
        self.tell(question.finding, Verdict::Active(live.clone()));
        Verdict::Active(Live {
            token_id: self.token_id(proven, question).await,
            ..live
        })
    }

    /// Whether the server refuses a secret that nobody has.
    async fn control(&self, proven: &Proven, question: &Question<'_>) -> Control {
        let Some(fake) = fresh::secret(question.shape) else {
            let detail = "no fresh secret can be made to doubt its server with";
            return Control::Unclear(Unknown::untried(UnknownReason::UnexpectedAnswer, detail));
        };
        match self.exchange(proven, question, Some(&fake)).await {
            Ok(answer) if is_one_of(&answer, &question.check.rejected) => Control::Refused,
            Ok(answer) if is_one_of(&answer, &question.check.active) => Control::Taken,
            Ok(answer) => {
                let path = question.check.request.path();
                Control::Unclear(now(answer::otherwise(
                    &answer,
                    &proven.base,
                    path,
                    Asked::Proven,
                )))
            }
            Err(unknown) => Control::Unclear(unknown),
        }
    }

    async fn exchange(
        &self,
        proven: &Proven,
        question: &Question<'_>,
        instead: Option<&str>,
    ) -> Result<Answer, Unknown> {
        let request = question.prepare(&question.check.request, &proven.base, instead);
        let Some(request) = request else {
            return Err(Unknown::untried(
                UnknownReason::NotCheckable,
                "it cannot be sent as its rule says",
            ));
        };
        self.send(&proven.lane, request, LONGEST).await
    }

    /// The id by which a live token is revoked, if one more read tells it.
    async fn token_id(&self, proven: &Proven, question: &Question<'_>) -> Option<Untrusted> {
        let rule = question.check.token_id.as_ref()?;
        let request = question.prepare(&rule.request, &proven.base, None)?;
        let answer = self.send(&proven.lane, request, LONGEST).await.ok()?;
        let id = own_row(rule, answer.json.as_ref().filter(|_| answer.status == 200)?)?;
        // It is shown as it is: it must have an id's form, which no encoding of a secret has, and hold none.
        let whole = rule.form.find(id.as_bytes()) == Some(0..id.len());
        (whole && !question.holds(&id)).then(|| Untrusted::new(id))
    }

    /// Sends a request at the server's pace, and once more if it asks to be asked a little later.
    pub(super) async fn send(
        &self,
        lane: &Lane,
        request: Prepared,
        body: usize,
    ) -> Result<Answer, Unknown> {
        let once = |request: Prepared| {
            let rest = |sent: &Result<Answer, Unknown>| {
                sent.as_ref().ok().and_then(retry_after).unwrap_or_default()
            };
            (self.paces).keep(&lane.doors, self.client.send(request, body), rest)
        };
        let answer = once(request.clone()).await.map_err(now)?;
        match retry_after(&answer) {
            Some(_) if !lane.waited.replace(true) => once(request).await.map_err(now),
            _ => Ok(answer),
        }
    }
}

/// How long a server wants to be left alone, if that is short enough to wait for.
fn retry_after(answer: &Answer) -> Option<Duration> {
    let seconds = answer.header("retry-after")?.trim().parse().ok()?;
    let wait = Some(Duration::from_secs(seconds)).filter(|_| answer.status == 429);
    wait.filter(|wait| *wait <= LONGEST_WAIT)
}

/// The same, tried just now.
fn now(unknown: Unknown) -> Unknown {
    Unknown {
        at: Some(SystemTime::now()),
        ..unknown
    }
}

fn owner(check: &Check, answer: &Answer) -> Option<Owner> {
    let value = |way: &Option<String>| {
        let text = answer::text(answer.json.as_ref()?, way.as_ref()?)?;
        (text.len() <= LONGEST_NAME).then_some(text)
    };
    let username = value(&check.owner.username)?;
    let roles = value(&check.owner.roles).unwrap_or_default();
    Some(Owner {
        username: Untrusted::new(username),
        is_bot: value(&check.owner.is_bot).as_deref() == Some("true"),
        roles: roles.split_whitespace().map(Untrusted::new).collect(),
    })
}

fn severity(check: &Check, owner: Option<&Owner>) -> Severity {
    let roles = owner.map(|owner| {
        let roles: Vec<&[u8]> = owner.roles.iter().map(Untrusted::expose).collect();
        roles.join(&b' ')
    });
    let row = check.severity.iter().find(|row| {
        roles
            .as_ref()
            .is_some_and(|roles| row.roles.is_match(roles))
    });
    row.map_or(Severity::High, |row| row.severity)
}

/// The id of the row that is the token's own: of all that were used just now, if they agree.
fn own_row(rule: &TokenId, list: &serde_json::Value) -> Option<String> {
    let rows = list.as_array()?;
    let used = |row: &serde_json::Value| answer::text(row, &rule.used)?.parse::<i64>().ok();
    let newest = rows.iter().filter_map(used).max()?;
    let recent = rows
        .iter()
        .filter(|row| used(row).is_some_and(|at| newest.saturating_sub(at) <= rule.within));
    let mut ids = recent.map(|row| answer::text(row, &rule.id).filter(|id| !id.is_empty()));
    let first = ids.next()??;
    ids.all(|id| id.as_ref() == Some(&first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_token_id_is_that_of_the_row_in_use() {
        let rule = TokenId {
            request: Default::default(),
            id: "props.user_access_token_id".into(),
            used: "last_activity_at".into(),
            within: 360_000,
            form: Default::default(),
        };
        let row = |id: Option<&str>, at: i64| match id {
            Some(id) => json!({"last_activity_at": at, "props": {"user_access_token_id": id}}),
            None => json!({"last_activity_at": at, "props": {"os": "Linux"}}),
        };
        let of = |rows: Vec<serde_json::Value>| own_row(&rule, &rows.into());
        assert_eq!(of(vec![row(Some("a"), 1_000_000)]).as_deref(), Some("a"));
        assert_eq!(
            of(vec![
                row(None, 0),
                row(Some("a"), 1_000_000),
                row(Some("b"), 10)
            ])
            .as_deref(),
            Some("a")
        );
        // Two that are in use: either could be the token's own. A login in use may be all that the token is.
        assert_eq!(
            of(vec![row(Some("a"), 1_000_000), row(Some("b"), 999_000)]),
            None
        );
        assert_eq!(
            of(vec![row(None, 1_000_000), row(Some("a"), 999_000)]),
            None
        );
        assert_eq!(of(vec![]), None);
        assert_eq!(own_row(&rule, &json!({"id": "x"})), None);
    }
}
