//! From hits to findings: one credential with all its places.

use std::collections::BTreeMap;

use crate::finding::{CredentialId, Finding, Hit, Kind, Severity, Untrusted};

/// Groups hits by credential, worst first, then by first place. `severity` is that of a rule's page.
pub fn by_credential(
    hits: Vec<Hit>,
    severity: &dyn Fn(&str, Kind) -> Option<Severity>,
) -> Vec<Finding> {
    let mut groups: BTreeMap<CredentialId, Vec<Hit>> = BTreeMap::new();
    for hit in hits {
        groups
            .entry(CredentialId::of(&hit.product, &hit.secret))
            .or_default()
            .push(hit);
    }
    let mut findings: Vec<Finding> = groups
        .into_iter()
        .filter_map(|(id, hits)| finding(id, hits, severity))
        .collect();
    findings.sort_by(|a, b| {
        (b.severity.cmp(&a.severity))
            .then_with(|| a.locations.cmp(&b.locations))
            .then_with(|| a.id.cmp(&b.id))
    });
    findings
}

fn finding(
    id: CredentialId,
    mut hits: Vec<Hit>,
    severity: &dyn Fn(&str, Kind) -> Option<Severity>,
) -> Option<Finding> {
    // The best place speaks for all: the surest, then the more harmful kind, then the smallest host, then the
    // first place.
    hits.sort_by(|a, b| {
        (b.confidence.cmp(&a.confidence))
            .then_with(|| b.host.is_some().cmp(&a.host.is_some()))
            .then_with(|| a.kind.cmp(&b.kind))
            .then_with(|| {
                a.host
                    .as_ref()
                    .map(|h| (h.paired_by, h.line_distance))
                    .cmp(&b.host.as_ref().map(|h| (h.paired_by, h.line_distance)))
            })
            .then_with(|| {
                a.host
                    .as_ref()
                    .map(|h| &h.url)
                    .cmp(&b.host.as_ref().map(|h| &h.url))
            })
            .then_with(|| a.location.cmp(&b.location))
    });
    let mut other_hosts: Vec<Untrusted> = hits
        .iter()
        .filter_map(|hit| hit.host.as_ref().map(|host| host.url.clone()))
        .collect();
    other_hosts.sort();
    other_hosts.dedup();
    let mut locations: Vec<_> = hits.iter().map(|hit| hit.location.clone()).collect();
    locations.sort();
    locations.dedup();
    let best = hits.into_iter().next()?;
    other_hosts.retain(|url| best.host.as_ref().is_some_and(|host| host.url != *url));
    let unchecked = severity(&best.rule_id, best.kind).unwrap_or(Severity::Medium);
    let low = best.confidence == crate::finding::Confidence::Low;
    Some(Finding {
        id,
        rule_id: best.rule_id,
        kind: best.kind,
        confidence: best.confidence,
        severity: if low {
            unchecked.min(Severity::Medium)
        } else {
            unchecked
        },
        minted: best.minted,
        secret: best.secret,
        unpaired: best.host.is_none() && best.wants_host,
        host: best.host,
        other_hosts,
        parts: best.parts,
        reason: best.reason,
        locations,
        history: None,
        pre_existing: false,
        suppressed: None,
    })
}
