//! Several reports as one, by credential: a fleet is scanned in parts, and told of as a whole.
//!
//! Whatever the parts and their order, the same repositories give the same report, but for its times: lists are
//! united, counts are added, and of what a finding has only once (its server, its verdict) one report's word is
//! taken as it stands, chosen by a total order.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    Coverage, Finding, History, Incident, IncidentState, Planned, Record, Rule, Scan, Summary, Tool,
};

impl Record {
    /// One report of all. None if there are none.
    pub fn merge(records: Vec<Record>) -> Option<Record> {
        let mut all = records.into_iter();
        let mut merged = all.next()?;
        for record in all {
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
        unite(&mut merged.coverage.skipped);
        merged.findings = by_credential(merged.findings);
        merged.plan = merged.plan.map(planned);
        let samples = merged.summary.samples;
        merged.summary = Summary {
            samples,
            ..summary(&merged.findings)
        };
        Some(merged)
    }
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
    let status = |finding: &Finding| match finding.verdict.status.as_str() {
        "active" => 0,
        "rejected" => 1,
        "unknown" => 2,
        _ => 3,
    };
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
            ..
        } = finding;
        text(&(rule_id, kind, host, parts, verdict, secret, recheck))
    };
    (b.host.is_some().cmp(&a.host.is_some()))
        .then_with(|| b.severity.cmp(&a.severity))
        .then_with(|| status(a).cmp(&status(b)))
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
                let key = |why: &super::Suppressed| (!why.overruled, text(why));
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

fn summary(findings: &[Finding]) -> Summary {
    let count = |which: &dyn Fn(&Finding) -> bool| {
        findings.iter().filter(|finding| which(finding)).count() as u64
    };
    let status = |status| count(&|finding| finding.counts() && finding.verdict.status == status);
    Summary {
        findings: count(&|finding| finding.counts() && !finding.is_unpaired()),
        unpaired: count(&|finding| finding.counts() && finding.is_unpaired()),
        suppressed: count(&|finding| finding.is_accepted()),
        pre_existing: count(&|finding| finding.pre_existing && !finding.is_accepted()),
        active: status("active"),
        unknown: status("unknown"),
        samples: 0,
    }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::{Unpaired, example};
    use super::super::Note;
    use super::*;
    use crate::finding::{self, History as Known, Reachable, Untrusted};
    use crate::redact::Redactor;

    fn record(report: &finding::Report) -> Record {
        Record::of(report, &Redactor::of(report, false), Unpaired::Report)
    }

    /// A report of one repository that holds some of a few credentials, each as chance has it.
    fn part(n: usize, picks: &[(u8, u8)]) -> Record {
        let mut report = example::report();
        report.sources = vec![finding::Source::History(Untrusted::new(format!("r{n}")))];
        report.coverage.documents = n as u64;
        if n % 3 == 1 {
            report.coverage.skipped = vec![example::skip()];
        }
        let verdicts = example::verdicts(&|n| Untrusted::new(format!("who {n}")));
        let mut findings = BTreeMap::new();
        for &(which, how) in picks {
            let mut one = match how % 5 {
                0 => example::unpaired(u128::from(which % 4)),
                _ => example::finding(u128::from(which % 4)),
            };
            if let Some(host) = &mut one.host {
                host.url = Untrusted::new(format!("https://chat{}.example.org", how % 3));
                host.line_distance = Some(u64::from(how % 2));
                one.settle(verdicts[usize::from(how / 16) % 4].clone(), false);
            }
            for at in &mut one.locations {
                at.path = Untrusted::new(format!("r{n}/{}", how % 2));
            }
            if how % 7 == 0 {
                one = example::accepted(one);
            }
            one.history = (how % 3 > 0).then(|| Known {
                at_head: how % 2 == 0,
                ..example::git::history(Reachable::Reflog, &|n| {
                    Untrusted::new(format!("x{n}{how}"))
                })
            });
            findings.insert(one.id.clone(), one);
        }
        report.findings = findings.into_values().collect();
        let mut record = record(&report);
        for (finding, (_, how)) in record.findings.iter_mut().zip(picks) {
            let note = |n: u8| Note {
                post: n.to_string(),
                author: "ann".into(),
                at: format!("2026-11-0{}T00:00:00Z", n % 7 + 1),
                text: n.to_string(),
            };
            finding.incident = (how % 3 == 1).then(|| Incident {
                channel: format!("incident-{}", how % 2),
                state: if how % 2 == 0 {
                    IncidentState::Open
                } else {
                    IncidentState::Closed
                },
                notes: vec![note(how % 11), note(how % 5 + 11)],
            });
        }
        record
    }

    fn merged(records: Vec<Record>) -> String {
        let mut record = Record::merge(records).expect("a record");
        (record.scan.started_at, record.scan.duration_ms) = (String::new(), 0);
        text(&record)
    }

    proptest! {
        /// Any split of the same repositories, in any order, merges to the same report.
        #[test]
        fn parts_and_their_order_do_not_matter(
            parts in prop::collection::vec(
                (prop::collection::vec(any::<(u8, u8)>(), 0..5), 0usize..4, any::<u32>()),
                1..7,
            ),
        ) {
            let records: Vec<(Record, usize, u32)> = (parts.iter().enumerate())
                .map(|(n, (picks, shard, order))| (part(n, picks), *shard, *order))
                .collect();
            let whole = merged(records.iter().map(|(record, ..)| record.clone()).collect());
            let mut shards: BTreeMap<usize, Vec<(u32, Record)>> = BTreeMap::new();
            for (record, shard, order) in records {
                shards.entry(shard).or_default().push((order, record));
            }
            let mut split = Vec::new();
            for mut shard in shards.into_values() {
                shard.sort_by_key(|(order, _)| *order);
                let order = shard[0].0;
                let records = shard.into_iter().map(|(_, record)| record).collect();
                split.push((order, Record::merge(records).expect("a record")));
            }
            split.sort_by_key(|(order, _)| *order);
            prop_assert_eq!(whole, merged(split.into_iter().map(|(_, record)| record).collect()));
        }
    }

    #[test]
    fn every_sort_of_report_merges_with_itself() {
        for report in example::diverse() {
            let one = record(&report);
            let two = Record::merge(vec![one.clone(), one.clone()]).expect("a record");
            let one = Record::merge(vec![one]).expect("a record");
            assert_eq!(two.findings.len(), one.findings.len());
            assert_eq!(two.summary.findings, one.summary.findings);
            assert_eq!(two.summary.suppressed, one.summary.suppressed);
            assert_eq!(two.summary.pre_existing, one.summary.pre_existing);
            assert_eq!(two.coverage.complete, one.coverage.complete);
        }
    }

    /// What is live somewhere is live, and what is accepted in one place only counts.
    #[test]
    fn the_worst_is_kept() {
        let verdicts = example::verdicts(&|n| Untrusted::new(format!("{n}")));
        let with = |verdict: &finding::Verdict| {
            let mut report = example::report();
            let mut finding = example::finding(1);
            finding.settle(verdict.clone(), false);
            report.findings = vec![finding];
            report
        };
        let records = verdicts
            .iter()
            .map(|verdict| record(&with(verdict)))
            .collect();
        let all = Record::merge(records).expect("a record");
        assert_eq!(all.findings[0].verdict.status, "active");
        assert_eq!(all.summary.active, 1);
        let mut accepted = example::report();
        accepted.findings = vec![example::accepted(example::finding(1))];
        let counting = record(&with(&finding::Verdict::NotChecked));
        let both = Record::merge(vec![record(&accepted), counting]).expect("a record");
        assert_eq!((both.summary.findings, both.summary.suppressed), (1, 0));
    }
}
