//! One credential, as programs read it.

use serde::Serialize;

use super::history::{History, InGit};
use super::{Path, path_bytes, texts};
use crate::finding::{
    self, Confidence, Kind, PairedBy, Place, Position, Severity, UnknownReason, Untrusted,
};
use crate::redact::Redactor;
use crate::time;

/// A record of the list `findings`, or a line.
#[derive(Serialize)]
pub(super) struct Finding<'a> {
    id: &'a str,
    rule_id: &'a str,
    kind: Kind,
    confidence: Confidence,
    severity: Severity,
    minted: bool,
    secret: Secret,
    host: Option<Host>,
    other_hosts: Vec<String>,
    parts: Vec<Part<'a>>,
    verdict: Verdict,
    locations: Vec<Location>,
    history: Option<History>,
    pre_existing: bool,
    suppressed: Option<Suppressed>,
}

impl Finding<'_> {
    pub(super) fn new<'a>(finding: &'a finding::Finding, redactor: &Redactor) -> Finding<'a> {
        let parts = finding.parts.iter().map(|part| Part {
            name: &part.name,
            secret: Secret::new(&part.value, redactor),
            location: Spot::new(&part.location, redactor),
        });
        let suppressed = finding.suppressed.as_ref().map(|why| Suppressed {
            source: redactor.text(&why.source),
            reason: redactor.text(&why.reason),
            overruled: why.overruled,
        });
        Finding {
            id: finding.id.as_str(),
            rule_id: &finding.rule_id,
            kind: finding.kind,
            confidence: finding.confidence,
            severity: finding.severity,
            minted: finding.minted,
            secret: Secret::new(&finding.secret, redactor),
            host: finding.host.as_ref().map(|host| Host::new(host, redactor)),
            other_hosts: texts(&finding.other_hosts, redactor),
            parts: parts.collect(),
            verdict: Verdict::new(&finding.verdict, redactor),
            locations: finding
                .locations
                .iter()
                .map(|at| Location::new(at, redactor))
                .collect(),
            history: finding
                .history
                .as_ref()
                .map(|history| History::new(history, redactor)),
            pre_existing: finding.pre_existing,
            suppressed,
        }
    }
}

#[derive(Serialize)]
struct Secret {
    redacted: String,
    sha256: String,
}

impl Secret {
    fn new(secret: &finding::Secret, redactor: &Redactor) -> Secret {
        Secret {
            redacted: redactor.secret(secret),
            sha256: secret.sha256(),
        }
    }
}

#[derive(Serialize)]
struct Host {
    url: String,
    paired_by: PairedBy,
    line_distance: Option<u64>,
    location: Option<Spot>,
    alternatives: Vec<String>,
}

impl Host {
    fn new(host: &finding::Host, redactor: &Redactor) -> Host {
        Host {
            url: redactor.text(&host.url),
            paired_by: host.paired_by,
            line_distance: host.line_distance,
            location: host.location.as_ref().map(|at| Spot::new(at, redactor)),
            alternatives: texts(&host.alternatives, redactor),
        }
    }
}

#[derive(Serialize)]
struct Part<'a> {
    name: &'a str,
    secret: Secret,
    location: Spot,
}

/// What a live check showed.
#[derive(Serialize)]
pub(in crate::report) struct Verdict {
    status: &'static str,
    reason: Option<UnknownReason>,
    detail: Option<String>,
    checked_at: Option<String>,
    owner: Option<Owner>,
    token_id: Option<String>,
}

#[derive(Serialize)]
struct Owner {
    username: String,
    is_bot: bool,
    roles: Vec<String>,
}

impl Verdict {
    pub(in crate::report) fn new(verdict: &finding::Verdict, redactor: &Redactor) -> Verdict {
        let (live, unknown) = (verdict.live(), verdict.unknown());
        let owner = live.and_then(|live| live.owner.as_ref());
        Verdict {
            status: verdict.status(),
            reason: unknown.map(|unknown| unknown.reason),
            detail: unknown.map(|unknown| redactor.text(&unknown.detail)),
            checked_at: verdict.checked_at().map(time::rfc3339),
            owner: owner.map(|owner| Owner {
                username: redactor.text(&owner.username),
                is_bot: owner.is_bot,
                roles: texts(&owner.roles, redactor),
            }),
            token_id: live.and_then(|live| redactor.id(live.token_id.as_ref()?)),
        }
    }
}

#[derive(Serialize)]
struct Location {
    kind: Place,
    repository: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository_bytes: Option<String>,
    #[serde(flatten)]
    spot: Spot,
    byte_offset: u64,
    snippet: String,
    git: Option<InGit>,
}

impl Location {
    fn new(location: &finding::Location, redactor: &Redactor) -> Location {
        let snippet = redactor.snippet(&location.snippet);
        let repository = location.git.as_ref().map(|git| &git.repository);
        Location {
            kind: location.place,
            repository: repository.map(|path| redactor.text(path)),
            repository_bytes: repository.and_then(|path| path_bytes(path, redactor)),
            spot: Spot::at(&location.path, location.position, redactor),
            byte_offset: location.position.byte_offset,
            snippet: [snippet.before, snippet.matched, snippet.after].concat(),
            git: InGit::of(location),
        }
    }
}

#[derive(Serialize)]
struct Suppressed {
    source: String,
    reason: String,
    overruled: bool,
}

/// A place in a file.
#[derive(Serialize)]
struct Spot {
    #[serde(flatten)]
    path: Path,
    line: u64,
    column: u64,
}

impl Spot {
    fn new((path, position): &(Untrusted, Position), redactor: &Redactor) -> Spot {
        Spot::at(path, *position, redactor)
    }

    fn at(path: &Untrusted, position: Position, redactor: &Redactor) -> Spot {
        Spot {
            path: Path::new(path, redactor),
            line: position.line,
            column: position.column,
        }
    }
}
