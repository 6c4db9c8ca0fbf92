//! From the findings of a scan to what reports say of them: the redactor stands in between.

use super::{
    Commit, Coverage, Finding, History, Host, InGit, Location, Owner, Part, Planned, Record, Scan,
    Secret, Skip, Source, SourceKind, Spot, Summary, Suppressed, Tool, Verdict,
};
use crate::finding::{self, ObjectId, Place, Position, Untrusted};
use crate::redact::Redactor;
use crate::report::Unpaired;
use crate::time;

impl Record {
    /// What is said of a scan.
    pub fn of(report: &finding::Report, redactor: &Redactor, unpaired: Unpaired) -> Record {
        let findings = report.findings.iter();
        let findings = findings.map(|found| of_finding(found, redactor));
        Record::with(report, redactor, findings.collect(), unpaired)
    }

    /// The same of a scan that nobody needs any more: each finding goes when it has been told, so that there is no
    /// second copy of many.
    pub fn of_last(mut report: finding::Report, redactor: &Redactor, unpaired: Unpaired) -> Record {
        let findings = std::mem::take(&mut report.findings).into_iter();
        let findings = findings.map(|found| of_finding(&found, redactor));
        Record::with(&report, redactor, findings.collect(), unpaired)
    }

    fn with(
        report: &finding::Report,
        redactor: &Redactor,
        mut findings: Vec<Finding>,
        unpaired: Unpaired,
    ) -> Record {
        let plan = report.plan.as_ref();
        let summary = Summary {
            samples: report.samples,
            ..Summary::of(&findings)
        };
        if unpaired == Unpaired::Hide {
            findings.retain(|finding| !finding.is_unpaired());
        }
        Record {
            schema_version: 1,
            tool: tool(report),
            scan: scan(report, redactor),
            coverage: coverage(&report.coverage, redactor),
            findings,
            plan: plan.map(|plan| plan.iter().map(|one| planned(one, redactor)).collect()),
            summary,
            notes: texts(&report.notes, redactor),
        }
    }
}

fn tool(report: &finding::Report) -> Tool {
    Tool {
        name: env!("CARGO_PKG_NAME").into(),
        version: env!("CARGO_PKG_VERSION").into(),
        rules_sha256: report.rules_sha256.clone(),
        rules: report.rules.clone(),
    }
}

fn scan(report: &finding::Report, redactor: &Redactor) -> Scan {
    let source = |kind, path: Option<&Untrusted>, range: Option<&Untrusted>| Source {
        kind,
        path: path.map(|path| redactor.text(path)),
        path_bytes: path.and_then(|path| path_bytes(path, redactor)),
        range: range.map(|range| redactor.text(range)),
    };
    let sources = report.sources.iter().map(|asked| match asked {
        finding::Source::Files(path) => source(SourceKind::Files, Some(path), None),
        finding::Source::Stdin => source(SourceKind::Stdin, None, None),
        finding::Source::History(path) => source(SourceKind::History, Some(path), None),
        finding::Source::Staged(path) => source(SourceKind::Staged, Some(path), None),
        finding::Source::Range(path, range) => source(SourceKind::Range, Some(path), Some(range)),
    });
    Scan {
        sources: sources.collect(),
        started_at: time::rfc3339(report.started_at),
        duration_ms: u64::try_from(report.duration.as_millis()).unwrap_or(u64::MAX),
        verified: report.verified,
        shards: Vec::new(),
    }
}

fn coverage(coverage: &finding::Coverage, redactor: &Redactor) -> Coverage {
    let skipped = coverage.skipped.iter().map(|skip| Skip {
        path: redactor.text(&skip.path),
        path_bytes: path_bytes(&skip.path, redactor),
        object: hex(skip.object),
        reason: skip.reason,
        detail: redactor.text(&skip.detail),
    });
    Coverage {
        complete: coverage.complete(),
        documents: coverage.documents,
        bytes: coverage.bytes,
        commits: coverage.commits,
        absent_submodules: coverage.absent_submodules,
        ignored: coverage.ignored,
        too_large: coverage.too_large,
        special: coverage.special,
        skipped: skipped.collect(),
    }
}

fn planned(planned: &finding::Planned, redactor: &Redactor) -> Planned {
    let (request, unknown) = (planned.step.as_ref().ok(), planned.step.as_ref().err());
    Planned {
        id: planned.id.as_str().to_owned(),
        request: request.map(|request| redactor.text(request)),
        reason: unknown.map(|unknown| unknown.reason),
        detail: unknown.map(|unknown| redactor.text(&unknown.detail)),
    }
}

fn of_finding(found: &finding::Finding, redactor: &Redactor) -> Finding {
    let parts = found.parts.iter().map(|part| Part {
        name: part.name.clone(),
        secret: secret(&part.value, redactor),
        location: spot(&part.location, redactor),
    });
    let suppressed = found.suppressed.as_ref().map(|why| Suppressed {
        source: redactor.text(&why.source),
        reason: redactor.text(&why.reason),
        overruled: why.overruled,
        by_change: why.by_change,
    });
    Finding {
        id: found.id.as_str().to_owned(),
        rule_id: found.rule_id.clone(),
        kind: found.kind,
        confidence: found.confidence,
        severity: found.severity,
        minted: found.minted,
        secret: secret(&found.secret, redactor),
        host: found.host.as_ref().map(|host| Host::of(host, redactor)),
        other_hosts: found
            .other_hosts
            .iter()
            .map(|host| redactor.text(&host.url))
            .collect(),
        parts: parts.collect(),
        verdict: Verdict::of(&found.verdict, redactor),
        locations: (found.locations.iter())
            .map(|at| location(at, redactor))
            .collect(),
        history: found
            .history
            .as_ref()
            .map(|history| of_history(history, redactor)),
        pre_existing: found.pre_existing,
        suppressed,
        recheck: None,
        incident: None,
        reason: redactor.text(&found.reason),
        unpaired: Some(found.unpaired),
    }
}

fn secret(secret: &finding::Secret, redactor: &Redactor) -> Secret {
    Secret {
        redacted: redactor.secret(secret),
        sha256: secret.sha256(),
    }
}

impl Host {
    /// What is said of a server.
    pub(in crate::report) fn of(host: &finding::Host, redactor: &Redactor) -> Host {
        Host {
            url: redactor.text(&host.url),
            typed: host.typed.as_ref().map(|typed| redactor.text(typed)),
            tie: host.tie,
            paired_by: host.paired_by,
            line_distance: host.line_distance,
            location: host.location.as_ref().map(|at| spot(at, redactor)),
            alternatives: texts(&host.alternatives, redactor),
        }
    }
}

impl Verdict {
    /// What is said of a live check.
    pub(in crate::report) fn of(verdict: &finding::Verdict, redactor: &Redactor) -> Verdict {
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

fn location(location: &finding::Location, redactor: &Redactor) -> Location {
    let snippet = redactor.snippet(&location.snippet);
    let start = snippet.before.len();
    let repository = location.git.as_ref().map(|git| &git.repository);
    Location {
        kind: location.place,
        repository: repository.map(|path| redactor.text(path)),
        repository_bytes: repository.and_then(|path| path_bytes(path, redactor)),
        spot: spot_at(&location.path, location.position, redactor),
        byte_offset: location.position.byte_offset,
        matched: Some(start..start + snippet.matched.len()),
        snippet: [snippet.before, snippet.matched, snippet.after].concat(),
        git: location.git.as_ref().map(|git| in_git(location.place, git)),
    }
}

/// The objects that a place names, each by its type: a reader looks each up in another way.
fn in_git(place: Place, git: &finding::InGit) -> InGit {
    let (object, commit) = (git.object, git.commit);
    let (blob, commit, tag) = match place {
        Place::CommitMessage => (None, object.or(commit), None),
        // Commits and tags have authors, and only a commit also stands as what holds its own.
        Place::Author if commit.is_some() => (None, commit, None),
        Place::TagMessage | Place::Author => (None, commit, object),
        _ => (object, commit, None),
    };
    InGit {
        blob: hex(blob),
        commit: hex(commit),
        tag: hex(tag),
    }
}

fn of_history(history: &finding::History, redactor: &Redactor) -> History {
    let commits = |commits: &[finding::Commit]| {
        let commits = commits.iter().map(|commit| Commit {
            commit: commit.id.to_string(),
            author: redactor.text(&commit.author),
            date: time::utc(commit.seconds),
            subject: redactor.text(&commit.subject),
        });
        commits.collect()
    };
    History {
        introduced: commits(&history.introduced),
        removed: commits(&history.removed),
        at_head: history.at_head,
        reachable_from: history.reachable,
        refs: texts(&history.refs, redactor),
        unlisted: history.unlisted,
    }
}

fn spot((path, position): &(Untrusted, Position), redactor: &Redactor) -> Spot {
    spot_at(path, *position, redactor)
}

fn spot_at(path: &Untrusted, position: Position, redactor: &Redactor) -> Spot {
    Spot {
        path: redactor.text(path),
        path_bytes: path_bytes(path, redactor),
        line: position.line,
        column: position.column,
    }
}

/// The bytes of a path that is no UTF-8, in hex.
fn path_bytes(path: &Untrusted, redactor: &Redactor) -> Option<String> {
    let is_text = std::str::from_utf8(path.expose()).is_ok();
    (!is_text).then(|| redactor.bytes_hex(path))
}

fn texts(texts: &[Untrusted], redactor: &Redactor) -> Vec<String> {
    texts.iter().map(|text| redactor.text(text)).collect()
}

fn hex(id: Option<ObjectId>) -> Option<String> {
    id.map(|id| id.to_string())
}
