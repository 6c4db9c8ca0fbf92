//! From a report that was read to one that can be shown to people.
//!
//! Its secrets are gone: in their place stands what the report shows of them, so it is written with a redactor
//! that shows all ([`Record::redactor`]).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Record, SourceKind, Spot, Verdict};
use crate::finding::{
    self, Commit, CredentialId, InGit, Live, ObjectId, Owner, Position, RuleNote, Secret, Snippet,
    Source, Suppression, Unknown, UnknownReason, Untrusted,
};
use crate::redact::Redactor;
use crate::time;

impl Record {
    /// The redactor for [`Record::report`]: nothing is left to be masked.
    pub fn redactor() -> Redactor {
        Redactor::new(std::iter::empty(), true)
    }

    /// The report as it was, but for its secrets. A record without a place is left out: it is none of ours.
    pub fn report(&self) -> finding::Report {
        let rules = self.tool.rules.iter().map(|rule| RuleNote {
            id: rule.id.clone(),
            title: rule.title.clone(),
            company: rule.company.clone(),
            product: rule.product.clone(),
            help: rule.help.lines().map(str::to_owned).collect(),
        });
        let sources = self.scan.sources.iter().map(|source| {
            let path = path(
                source.path.as_deref().unwrap_or_default(),
                source.path_bytes.as_deref(),
            );
            match source.kind {
                SourceKind::Files => Source::Files(path),
                SourceKind::Stdin => Source::Stdin,
                SourceKind::History => Source::History(path),
                SourceKind::Staged => Source::Staged(path),
                SourceKind::Range => {
                    Source::Range(path, text(source.range.as_deref().unwrap_or_default()))
                }
            }
        });
        let coverage = &self.coverage;
        let skipped = coverage.skipped.iter().map(|skip| finding::Skip {
            path: path(&skip.path, skip.path_bytes.as_deref()),
            object: object(skip.object.as_deref()),
            reason: skip.reason,
            detail: text(&skip.detail),
        });
        finding::Report {
            rules_sha256: self.tool.rules_sha256.clone(),
            rules: rules.collect(),
            sources: sources.collect(),
            started_at: instant(&self.scan.started_at),
            duration: Duration::from_millis(self.scan.duration_ms),
            coverage: finding::Coverage {
                documents: coverage.documents,
                bytes: coverage.bytes,
                commits: coverage.commits,
                absent_submodules: coverage.absent_submodules,
                ignored: coverage.ignored,
                too_large: coverage.too_large,
                special: coverage.special,
                skipped: skipped.collect(),
                around: Vec::new(),
            },
            findings: self.findings.iter().filter_map(finding).collect(),
            samples: self.summary.samples,
            notes: Vec::new(),
            verified: self.scan.verified,
            plan: (self.plan.as_ref()).map(|plan| plan.iter().filter_map(planned).collect()),
        }
    }
}

fn planned(record: &super::Planned) -> Option<finding::Planned> {
    let step = match (&record.request, record.reason) {
        (Some(request), _) => Ok(text(request)),
        (None, reason) => Err(Unknown {
            reason: reason.unwrap_or(UnknownReason::NotCheckable),
            detail: text(record.detail.as_deref().unwrap_or_default()),
            at: None,
        }),
    };
    let id = CredentialId::parse(&record.id)?;
    Some(finding::Planned { id, step })
}

fn finding(record: &super::Finding) -> Option<finding::Finding> {
    let host = record.host.as_ref().map(|host| finding::Host {
        url: text(&host.url),
        typed: host.typed.as_ref().map(|typed| text(typed)),
        tie: host.tie,
        paired_by: host.paired_by,
        line_distance: host.line_distance,
        location: host.location.as_ref().map(spot),
        alternatives: texts(&host.alternatives),
    });
    let parts = record.parts.iter().map(|part| finding::Part {
        name: part.name.clone(),
        value: Secret::new(&part.secret.redacted),
        location: spot(&part.location),
    });
    let locations = record.locations.iter().map(|location| {
        let (path_of, position) = spot(&location.spot);
        let git = location.repository.as_ref().map(|repository| {
            let git = location.git.as_ref();
            let object_of = git.and_then(|git| {
                git.blob
                    .as_deref()
                    .or(git.tag.as_deref())
                    .or(git.commit.as_deref())
            });
            InGit {
                repository: path(repository, location.repository_bytes.as_deref()),
                object: object(object_of),
                commit: object(git.and_then(|git| git.commit.as_deref())),
            }
        });
        finding::Location {
            path: path_of,
            position: Position {
                byte_offset: location.byte_offset,
                ..position
            },
            place: location.kind,
            git,
            snippet: snippet(&location.snippet, &record.secret.redacted),
        }
    });
    let history = record.history.as_ref().map(|history| finding::History {
        introduced: commits(&history.introduced),
        removed: commits(&history.removed),
        at_head: history.at_head,
        reachable: history.reachable_from,
        refs: texts(&history.refs),
        unlisted: history.unlisted,
    });
    Some(finding::Finding {
        id: CredentialId::parse(&record.id)?,
        rule_id: record.rule_id.clone(),
        kind: record.kind,
        confidence: record.confidence,
        severity: record.severity,
        minted: record.minted,
        secret: Secret::new(&record.secret.redacted),
        host,
        other_hosts: texts(&record.other_hosts)
            .into_iter()
            .map(finding::Host::of_report)
            .collect(),
        unpaired: record.is_unpaired(),
        parts: parts.collect(),
        reason: Untrusted::default(),
        locations: locations.collect(),
        history,
        pre_existing: record.pre_existing,
        suppressed: record.suppressed.as_ref().map(|why| Suppression {
            source: text(&why.source),
            reason: text(&why.reason),
            overruled: why.overruled,
            by_change: why.by_change,
        }),
        verdict: verdict(&record.verdict, record.severity),
    })
}

/// A line with the masked secret where it stands, if it stands there in clear.
fn snippet(line: &str, redacted: &str) -> Snippet {
    let masked = redacted
        .split(' ')
        .next()
        .filter(|masked| !masked.is_empty());
    let at = masked.and_then(|masked| Some((line.find(masked)?, masked)));
    let (start, end) = at.map_or((line.len(), line.len()), |(at, masked)| {
        (at, at + masked.len())
    });
    Snippet {
        before: text(&line[..start]),
        matched: text(&line[start..end]),
        after: text(&line[end..]),
    }
}

fn verdict(record: &Verdict, severity: finding::Severity) -> finding::Verdict {
    let at = record.checked_at.as_deref().map(instant);
    match record.status.as_str() {
        "active" => finding::Verdict::Active(Live {
            at: at.unwrap_or(UNIX_EPOCH),
            owner: record.owner.as_ref().map(|owner| Owner {
                username: text(&owner.username),
                is_bot: owner.is_bot,
                roles: texts(&owner.roles),
            }),
            token_id: record.token_id.as_ref().map(Untrusted::new),
            severity,
        }),
        "rejected" => finding::Verdict::Rejected {
            at: at.unwrap_or(UNIX_EPOCH),
        },
        "unknown" => finding::Verdict::Unknown(Unknown {
            reason: record.reason.unwrap_or(UnknownReason::NotCheckable),
            detail: text(record.detail.as_deref().unwrap_or_default()),
            at,
        }),
        _ => finding::Verdict::NotChecked,
    }
}

fn commits(records: &[super::Commit]) -> Vec<Commit> {
    let commits = records.iter().filter_map(|record| {
        Some(Commit {
            id: object(Some(&record.commit))?,
            author: text(&record.author),
            seconds: time::seconds(&record.date).unwrap_or(0),
            subject: text(&record.subject),
        })
    });
    commits.collect()
}

fn spot(spot: &Spot) -> (Untrusted, Position) {
    let position = Position {
        byte_offset: 0,
        line: spot.line,
        column: spot.column,
    };
    (path(&spot.path, spot.path_bytes.as_deref()), position)
}

fn text(text: &str) -> Untrusted {
    Untrusted::new(text)
}

fn texts(texts: &[String]) -> Vec<Untrusted> {
    texts.iter().map(Untrusted::new).collect()
}

/// A path by its bytes, where text cannot hold them.
fn path(text: &str, bytes: Option<&str>) -> Untrusted {
    let bytes = bytes.and_then(|hex| data_encoding::HEXLOWER.decode(hex.as_bytes()).ok());
    bytes.map_or_else(|| Untrusted::new(text), Untrusted::new)
}

fn object(hex: Option<&str>) -> Option<ObjectId> {
    ObjectId::parse(hex?.as_bytes())
}

fn instant(text: &str) -> SystemTime {
    let seconds = time::seconds(text).and_then(|seconds| u64::try_from(seconds).ok());
    UNIX_EPOCH + Duration::from_secs(seconds.unwrap_or(0))
}
