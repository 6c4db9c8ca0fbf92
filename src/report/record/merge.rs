//! Several reports as one, by credential: a fleet is scanned in parts, and told of as a whole.
//!
//! Whatever the parts and their order, the same repositories give the same report, but for its times: lists are
//! united, counts are added, and of what a finding has only once (its server, its verdict) one report's word is
//! taken as it stands, chosen by a total order.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    Coverage, Finding, History, Incident, IncidentState, Planned, Record, Rule, Scan, Shard,
    Summary, Tool,
};

impl Record {
    /// One report of all. None if there are none.
    pub fn merge(records: Vec<Record>) -> Option<Record> {
        let mut all = records.into_iter();
        let mut merged = all.next()?;
        merged.notes.clear();
        let mut hidden = hidden_unpaired(&merged);
        for record in all {
            hidden += hidden_unpaired(&record);
            merged.tool = tool(merged.tool, record.tool);
            add_scan(&mut merged.scan, record.scan);
            add_coverage(&mut merged.coverage, record.coverage);
            merged.summary.samples += record.summary.samples;
            merged.findings.extend(record.findings);
            merged.plan = match (merged.plan, record.plan) {
                (Some(a), Some(b)) => Some(a.into_iter().chain(b).collect()),
                (a, b) => a.or(b),
            };
        }
        merged.tool.rules.sort_by(|a, b| a.id.cmp(&b.id));
        unite(&mut merged.scan.sources);
        merged.scan.shards = together(std::mem::take(&mut merged.scan.shards));
        unite(&mut merged.coverage.skipped);
        merged.findings = by_credential(merged.findings);
        merged.plan = merged.plan.map(planned);
        let samples = merged.summary.samples;
        let seen = Summary::of(&merged.findings);
        merged.summary = Summary {
            samples,
            unpaired: seen.unpaired + hidden,
            ..seen
        };
        Some(merged)
    }
}

/// Unpaired credentials of which a report tells only the number.
fn hidden_unpaired(record: &Record) -> u64 {
    (record.summary.unpaired).saturating_sub(Summary::of(&record.findings).unpaired)
}

/// Parts, each once; of those that are all there nothing has to be said.
fn together(mut shards: Vec<Shard>) -> Vec<Shard> {
    shards.sort();
    shards.dedup();
    let all = |of: u32| (shards.iter()).filter(|shard| shard.of == of).count() as u32 == of;
    shards
        .iter()
        .copied()
        .filter(|shard| !all(shard.of))
        .collect()
}

/// The word of the newest program, and every rule that one of them knows.
fn tool(a: Tool, b: Tool) -> Tool {
    let key = |tool: &Tool| (tool.version.clone(), tool.rules_sha256.clone());
    let (old, new) = if key(&a) <= key(&b) { (a, b) } else { (b, a) };
    let mut rules: BTreeMap<String, Rule> = BTreeMap::new();
    for rule in new.rules.into_iter().chain(old.rules) {
        rules.entry(rule.id.clone()).or_insert(rule);
    }
    Tool {
        rules: rules.into_values().collect(),
        ..new
    }
}

fn add_scan(scan: &mut Scan, more: Scan) {
    scan.sources.extend(more.sources);
    // All times are written alike, so that they are ordered as text.
    if more.started_at < scan.started_at {
        scan.started_at = more.started_at;
    }
    scan.duration_ms += more.duration_ms;
    scan.verified &= more.verified;
    scan.shards.extend(more.shards);
}

fn add_coverage(coverage: &mut Coverage, more: Coverage) {
    coverage.complete &= more.complete;
    coverage.documents += more.documents;
    coverage.bytes += more.bytes;
    coverage.commits += more.commits;
    coverage.absent_submodules += more.absent_submodules;
    coverage.ignored += more.ignored;
    coverage.too_large += more.too_large;
    coverage.special += more.special;
    coverage.skipped.extend(more.skipped);
}

/// One finding a credential, worst first.
fn by_credential(findings: Vec<Finding>) -> Vec<Finding> {
    let mut merged: BTreeMap<String, Finding> = BTreeMap::new();
    for finding in findings {
        match merged.remove(&finding.id) {
            Some(other) => merged.insert(finding.id.clone(), of_two(other, finding)),
            None => merged.insert(finding.id.clone(), finding),
        };
    }
    let mut findings: Vec<Finding> = merged.into_values().collect();
    for finding in &mut findings {
        unite(&mut finding.locations);
        if let Some(history) = &mut finding.history {
            settle(history);
        }
    }
    let place = |finding: &Finding| {
        let first = finding.locations.first();
        first.map(|at| (at.repository.clone(), at.spot.path.clone(), at.spot.line))
    };
    findings.sort_by_cached_key(|finding| {
        (
            Reverse(finding.severity),
            place(finding),
            finding.id.clone(),
        )
    });
    findings
}

/// Whose word counts: who knows a server, then who says worse of it. A credential that one server refuses may be
/// live at another.
fn word(a: &Finding, b: &Finding) -> Ordering {
    let closeness = |finding: &Finding| {
        let host = finding.host.as_ref();
        host.map(|host| (host.paired_by, host.line_distance, host.url.clone()))
    };
    let once = |finding: &Finding| {
        let Finding {
            rule_id,
            kind,
            host,
            parts,
            verdict,
            secret,
            recheck,
            reason,
            ..
        } = finding;
        text(&(rule_id, kind, host, parts, verdict, secret, recheck, reason))
    };
    (b.host.is_some().cmp(&a.host.is_some()))
        .then_with(|| b.severity.cmp(&a.severity))
        .then_with(|| a.verdict.status.cmp(&b.verdict.status))
        .then_with(|| b.confidence.cmp(&a.confidence))
        .then_with(|| closeness(a).cmp(&closeness(b)))
        .then_with(|| b.verdict.checked_at.cmp(&a.verdict.checked_at))
        .then_with(|| once(a).cmp(&once(b)))
}

fn of_two(a: Finding, b: Finding) -> Finding {
    let (first, second) = if word(&a, &b).is_le() { (a, b) } else { (b, a) };
    let mut servers: BTreeSet<String> = first.other_hosts.into_iter().collect();
    servers.extend(second.other_hosts);
    servers.extend(second.host.map(|host| host.url));
    if let Some(host) = &first.host {
        servers.remove(&host.url);
    }
    let mut locations = first.locations;
    locations.extend(second.locations);
    Finding {
        other_hosts: servers.into_iter().collect(),
        locations,
        history: match (first.history, second.history) {
            (Some(a), Some(b)) => Some(of_both(a, b)),
            (a, b) => a.or(b),
        },
        incident: match (first.incident, second.incident) {
            (Some(a), Some(b)) => Some(of_one_channel(a, b)),
            (a, b) => a.or(b),
        },
        // Accepted, or there before, is what is so wherever it stands.
        pre_existing: first.pre_existing && second.pre_existing,
        suppressed: match (first.suppressed, second.suppressed) {
            (Some(a), Some(b)) => {
                let key = |why: &super::Suppressed| (!why.overruled, !why.by_change, text(why));
                Some(if key(&a) <= key(&b) { a } else { b })
            }
            _ => None,
        },
        ..first
    }
}

fn of_both(mut a: History, b: History) -> History {
    a.introduced.extend(b.introduced);
    a.removed.extend(b.removed);
    a.refs.extend(b.refs);
    a.at_head |= b.at_head;
    a.reachable_from = a.reachable_from.min(b.reachable_from);
    a.unlisted += b.unlisted;
    a
}

/// What is known of an incident: all that was written there, and that it is open if one says so.
fn of_one_channel(a: Incident, b: Incident) -> Incident {
    let key = |incident: &Incident| {
        (
            text(&incident.state) != text(&IncidentState::Open),
            incident.channel.clone(),
        )
    };
    let (mut first, second) = if key(&a) <= key(&b) { (a, b) } else { (b, a) };
    first.notes.extend(second.notes);
    first
        .notes
        .sort_by_cached_key(|note| (note.at.clone(), text(note)));
    first.notes.dedup_by(|a, b| text(a) == text(b));
    first
}

/// Commits by date, everything once.
fn settle(history: &mut History) {
    for commits in [&mut history.introduced, &mut history.removed] {
        commits.sort_by_cached_key(|commit| (commit.date.clone(), text(commit)));
        commits.dedup_by(|a, b| text(a) == text(b));
    }
    history.refs.sort();
    history.refs.dedup();
}

fn planned(plan: Vec<Planned>) -> Vec<Planned> {
    let once: BTreeMap<(String, String), Planned> = plan
        .into_iter()
        .map(|one| ((one.id.clone(), text(&one)), one))
        .collect();
    once.into_values().collect()
}

/// Puts things in an order that only they decide, each once.
fn unite<T: Serialize>(things: &mut Vec<T>) {
    things.sort_by_cached_key(text);
    things.dedup_by(|a, b| text(a) == text(b));
}

/// What stands in a report, as text.
fn text<T: Serialize + ?Sized>(thing: &T) -> String {
    serde_json::to_string(thing).unwrap_or_default()
}
