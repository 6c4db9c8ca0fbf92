//! From hits to findings: one credential with all its places.

use std::collections::BTreeMap;

use super::chart::Chart;
use crate::finding::{CredentialId, Finding, History, Hit, Kind, Location, Severity, Untrusted};

/// Groups hits by credential, worst first, then by first place. `severity` is that of a rule's page.
pub fn by_credential(
    hits: Vec<Hit>,
    severity: &dyn Fn(&str, Kind) -> Option<Severity>,
    charts: &Charts<'_>,
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
        .filter_map(|(id, hits)| finding(id, hits, severity, charts))
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
    charts: &Charts<'_>,
) -> Option<Finding> {
    // The best place speaks for all: what is new, then the surest, then the more harmful kind, then the smallest host, then the
    // first place.
    hits.sort_by(|a, b| {
        (a.pre_existing.cmp(&b.pre_existing))
            .then_with(|| b.confidence.cmp(&a.confidence))
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
    let (locations, unlisted) = locations(&hits, charts);
    let mut history = history(&hits, charts);
    if let Some(history) = &mut history {
        history.unlisted += unlisted;
    }
    let pre_existing = hits.iter().all(|hit| hit.pre_existing);
    // Of several servers the one that counts is the one at HEAD, else the newest.
    let fresh = |hit: &Hit| (!hit.pre_existing, freshness(hit, charts));
    let newest = hits
        .iter()
        .filter(|hit| hit.host.is_some())
        .map(fresh)
        .max();
    let freshest = hits
        .iter()
        .position(|hit| hit.host.is_some() && Some(fresh(hit)) == newest);
    if let Some(freshest) = freshest {
        let (host, parts) = (hits[freshest].host.clone(), hits[freshest].parts.clone());
        (hits[0].host, hits[0].parts) = (host, parts);
    }
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
        history,
        pre_existing,
        suppressed: None,
    })
}

/// What is known of repositories, by their names.
pub type Charts<'c> = BTreeMap<Untrusted, &'c dyn Chart>;

fn chart_of<'c>(hit: &Hit, charts: &Charts<'c>) -> Option<&'c dyn Chart> {
    let git = hit.location.git.as_ref()?;
    charts.get(&git.repository).copied()
}

/// Whether it stands at HEAD, or in a file; else how old the newest commit is that holds it.
fn freshness(hit: &Hit, charts: &Charts<'_>) -> (bool, i64) {
    let known = chart_of(hit, charts).map(|chart| chart.freshness(&hit.location));
    let known = known.map(|(at_head, newest)| (at_head, if at_head { 0 } else { newest }));
    known.unwrap_or((true, 0))
}

/// Every path and line once: of versions of a file that hold it in the same place, the first.
fn locations(hits: &[Hit], charts: &Charts<'_>) -> (Vec<Location>, u64) {
    let mut unlisted = 0;
    let mut places: BTreeMap<_, (Option<i64>, Location)> = BTreeMap::new();
    for hit in hits {
        let chart = chart_of(hit, charts);
        let (found, more) = match chart {
            Some(chart) => chart.locations(&hit.location),
            None => (Vec::from([hit.location.clone()]), 0),
        };
        unlisted += more;
        let first = chart.and_then(|chart| chart.since(&hit.location));
        for location in found {
            let key = (
                location.git.as_ref().map(|git| git.repository.clone()),
                location.path.clone(),
                location.position.line,
                location.position.column,
                location.place,
                // Messages have no path.
                location
                    .git
                    .as_ref()
                    .filter(|_| location.path.expose().is_empty())
                    .and_then(|git| git.object),
            );
            match places.entry(key) {
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert((first, location));
                }
                std::collections::btree_map::Entry::Occupied(mut place) => {
                    if (first, &location) < (place.get().0, &place.get().1) {
                        place.insert((first, location));
                    }
                }
            }
        }
    }
    let mut locations: Vec<Location> = places.into_values().map(|(_, location)| location).collect();
    locations.sort();
    let in_git = |location: &Location| location.git.is_some();
    if locations.iter().any(in_git) {
        unlisted += locations.len().saturating_sub(History::MOST) as u64;
        locations.truncate(History::MOST);
    }
    (locations, unlisted)
}

/// What is known of a credential's places in one repository: the first that holds it.
fn history(hits: &[Hit], charts: &Charts<'_>) -> Option<History> {
    let repository = |hit: &Hit| Some(hit.location.git.as_ref()?.repository.clone());
    let first = hits.iter().filter_map(repository).min()?;
    let there = |hit: &&Hit| repository(hit).as_ref() == Some(&first);
    let hits: Vec<&Hit> = hits.iter().filter(there).collect();
    charts.get(&first)?.history(&hits)
}
