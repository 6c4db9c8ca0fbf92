//! What merges, and that the order does not matter.

use std::collections::BTreeMap;

use matterleaks::finding::{self, History as Known, Reachable, Untrusted};
use matterleaks::report::record::*;
use proptest::prelude::*;

use super::record;
use crate::report::example;

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
            ..example::git::history(Reachable::Reflog, &|n| Untrusted::new(format!("x{n}{how}")))
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
    serde_json::to_string(&record).expect("JSON")
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
    assert_eq!(
        all.findings[0].verdict.status,
        matterleaks::finding::Status::Active
    );
    assert_eq!(all.summary.active, 1);
    let mut accepted = example::report();
    accepted.findings = vec![example::accepted(example::finding(1))];
    let counting = record(&with(&finding::Verdict::NotChecked));
    let both = Record::merge(vec![record(&accepted), counting]).expect("a record");
    assert_eq!((both.summary.findings, both.summary.suppressed), (1, 0));
}
