//! From hits to findings: one credential with all its places.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::chart::Charts;
use super::locate::{FRESH, Freshness, Map};
use crate::finding::{
    CredentialId, Finding, History, Hit, Host, InGit, Kind, Location, ObjectId, PairedBy, Place,
    Severity, Untrusted, Verdict,
};

/// Hits by credential.
#[derive(Default)]
pub struct Groups(BTreeMap<CredentialId, Vec<Hit>>);

impl Groups {
    /// Takes a hit.
    pub fn add(&mut self, hit: Hit) {
        let id = CredentialId::of(&hit.product, &hit.secret);
        // Nearly every credential is in one place, and a hit is large.
        let group = self.0.entry(id).or_insert_with(|| Vec::with_capacity(1));
        group.push(hit);
    }
}

/// What is found of each credential, worst first, then by first place. `severity` is that of a rule's page.
pub fn by_credential(
    Groups(groups): Groups,
    severity: &(dyn Fn(&str, Kind) -> Option<Severity> + Sync),
    charts: &Charts<'_>,
) -> Vec<Finding> {
    let finding = |(id, hits)| finding(id, hits, severity, charts);
    let mut findings: Vec<Finding> = if charts.maps.is_empty() {
        groups.into_iter().filter_map(finding).collect()
    } else {
        groups.into_par_iter().filter_map(finding).collect()
    };
    findings.sort_by(Finding::worst_first);
    findings
}

/// The best place first: the surest, then the more harmful kind, then the closest host, then the first place.
/// Not by a path from git: an object may have several, and which one it was read under is chance.
fn rank(a: &Hit, b: &Hit) -> Ordering {
    let closeness = |hit: &Hit| hit.host.as_ref().map(|h| (h.paired_by, h.line_distance));
    let url = |hit: &Hit| hit.host.as_ref().map(|host| host.url.clone());
    let place = |hit: &Hit| {
        let Location { path, git, .. } = &hit.location;
        let path = git.is_none().then(|| path.clone());
        (path, git.clone(), hit.location.position)
    };
    (a.pre_existing.cmp(&b.pre_existing))
        .then_with(|| b.confidence.cmp(&a.confidence))
        .then_with(|| b.host.is_some().cmp(&a.host.is_some()))
        .then_with(|| a.kind.cmp(&b.kind))
        .then_with(|| closeness(a).cmp(&closeness(b)))
        .then_with(|| url(a).cmp(&url(b)))
        .then_with(|| place(a).cmp(&place(b)))
        .then_with(|| a.location.cmp(&b.location))
}

fn finding(
    id: CredentialId,
    mut hits: Vec<Hit>,
    severity: &(dyn Fn(&str, Kind) -> Option<Severity> + Sync),
    charts: &Charts<'_>,
) -> Option<Finding> {
    hits.sort_by(rank);
    let mut hosts: BTreeMap<Untrusted, Host> = BTreeMap::new();
    for host in hits.iter().filter_map(|hit| hit.host.as_ref()) {
        // The best place of each comes first.
        hosts
            .entry(host.url.clone())
            .or_insert_with(|| host.clone());
    }
    let (locations, unlisted) = locations(&hits, charts);
    let mut history = history(&hits, charts);
    if let Some(history) = &mut history {
        history.unlisted += unlisted;
    }
    let paired = match hosts.len() {
        0 => None,
        1 => hits.iter().position(|hit| hit.host.is_some()),
        _ => freshest(&hits, charts),
    };
    if let Some(paired) = paired {
        let mut paired = hits[paired].clone();
        settle(&mut paired, &locations, charts);
        (hits[0].host, hits[0].parts) = (paired.host, paired.parts);
    }
    let pre_existing = hits.iter().all(|hit| hit.pre_existing);
    let best = hits.into_iter().next()?;
    hosts.retain(|url, _| best.host.as_ref().is_some_and(|host| host.url != *url));
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
        other_hosts: hosts.into_values().collect(),
        parts: best.parts,
        reason: best.reason,
        locations,
        history,
        pre_existing,
        suppressed: None,
        verdict: Verdict::NotChecked,
    })
}

fn map_of<'c>(hit: &Hit, charts: &Charts<'c>) -> Option<(&'c Map<'c>, ObjectId)> {
    let git = hit.location.git.as_ref()?;
    Some((charts.maps.get(&git.repository)?, git.object?))
}

/// Of several servers the one at HEAD or on disk, else the one in the newest commit, else the surest, else the
/// smallest.
fn freshest(hits: &[Hit], charts: &Charts<'_>) -> Option<usize> {
    let mut known: HashMap<ObjectId, Freshness> = HashMap::new();
    let mut freshness = |hit: &Hit| match map_of(hit, charts) {
        Some((map, object)) => *(known.entry(object)).or_insert_with(|| map.freshness(&object)),
        None => (charts.news).map_or(FRESH, |news| news.freshness(&hit.location)),
    };
    let paired = hits.iter().enumerate();
    let paired = paired.filter_map(|(n, hit)| Some((n, hit, &hit.host.as_ref()?.url)));
    let best = paired.min_by_key(|(n, hit, url)| {
        (
            Reverse((!hit.pre_existing, freshness(hit), hit.confidence)),
            (*url).clone(),
            *n,
        )
    });
    best.map(|(n, ..)| n)
}

/// Puts what a document has beside a credential at a path that is listed.
fn settle(hit: &mut Hit, locations: &[Location], charts: &Charts<'_>) {
    let object = hit.location.git.as_ref().and_then(|git| git.object);
    let Some((map, id)) = map_of(hit, charts).filter(|_| has_paths(hit.location.place)) else {
        return;
    };
    let same = |location: &&Location| {
        location.place == hit.location.place
            && location.git.as_ref().and_then(|git| git.object) == object
    };
    let path = match locations.iter().find(same) {
        Some(location) => location.path.clone(),
        // At each of its paths another version was first.
        None => match map.stands(&[id], None).0.first() {
            Some(stand) => Untrusted::new(&stand.path),
            None => return,
        },
    };
    if let Some(host) = &mut hit.host
        && !matches!(host.paired_by, PairedBy::Sibling | PairedBy::Server)
        && let Some(location) = &mut host.location
    {
        location.0 = path.clone();
    }
    for part in &mut hit.parts {
        part.location.0 = path.clone();
    }
}

/// Whether what stands in such a place has the paths of a git object.
fn has_paths(place: Place) -> bool {
    matches!(place, Place::Blob | Place::Symlink)
}

/// Every path and line once: of versions of a file that hold it in the same place, the first.
fn locations(hits: &[Hit], charts: &Charts<'_>) -> (Vec<Location>, u64) {
    let mut locations = Vec::new();
    let mut apart = Vec::new();
    let mut unlisted = 0;
    let mut together: BTreeMap<_, Vec<&Hit>> = BTreeMap::new();
    for hit in hits {
        let Location {
            position,
            place,
            path,
            git,
            ..
        } = &hit.location;
        match map_of(hit, charts) {
            Some(_) => {
                let repository = git.as_ref().map(|git| &git.repository);
                let name = (*place == Place::Path).then(|| last(path.expose()));
                let object = (!has_paths(*place)).then(|| git.as_ref()?.object);
                let key = (
                    repository,
                    place,
                    position.line,
                    position.column,
                    name,
                    object,
                );
                together.entry(key).or_default().push(hit);
            }
            None => apart.push(hit),
        }
    }
    locations.extend(first_of_each(apart, charts));
    for ((_, place, _, _, name, _), hits) in &together {
        let Some((map, _)) = map_of(hits[0], charts) else {
            continue;
        };
        let hits: BTreeMap<ObjectId, &Hit> = (hits.iter())
            .filter_map(|hit| Some((hit.location.git.as_ref()?.object?, *hit)))
            .collect();
        for (id, hit) in &hits {
            locations.extend(on_disk(hit, *id, map));
        }
        if !has_paths(**place) && name.is_none() {
            let brought = hits.iter().map(|(id, hit)| said(hit, *id, map));
            locations.extend(brought);
            continue;
        }
        let objects: Vec<ObjectId> = hits.keys().copied().collect();
        let (stands, more) = map.stands(&objects, *name);
        unlisted += more;
        let known = stands.into_iter();
        locations.extend(known.filter_map(|stand| {
            let hit = hits.get(&stand.object)?;
            Some(at(hit, &stand.path, **place, stand.commit))
        }));
    }
    locations.sort();
    if !together.is_empty() {
        unlisted += locations.len().saturating_sub(History::MOST) as u64;
        locations.truncate(History::MOST);
    }
    locations.shrink_to_fit();
    (locations, unlisted)
}

/// Places outside of a history that was read: of several commits that add the same line, the first.
fn first_of_each(hits: Vec<&Hit>, charts: &Charts<'_>) -> Vec<Location> {
    let mut places: BTreeMap<_, (Option<i64>, &Location)> = BTreeMap::new();
    for location in hits.into_iter().map(|hit| &hit.location) {
        let since = charts.news.and_then(|news| news.since(location));
        // Messages have no path.
        let object = location
            .git
            .as_ref()
            .filter(|_| location.path.expose().is_empty());
        let object = object.and_then(|git| git.object);
        let key = (&location.path, location.position, location.place, object);
        let first = places.entry(key).or_insert((since, location));
        *first = (*first).min((since, location));
    }
    places
        .into_values()
        .map(|(_, location)| location.clone())
        .collect()
}

/// The last component of a path.
fn last(path: &[u8]) -> &[u8] {
    path.rsplit(|&b| b == b'/').next().unwrap_or_default()
}

/// The place of a hit, elsewhere.
fn at(hit: &Hit, path: &[u8], place: Place, commit: Option<ObjectId>) -> Location {
    let git = hit.location.git.clone();
    Location {
        path: Untrusted::new(path),
        place,
        git: git.map(|git| InGit { commit, ..git }),
        ..hit.location.clone()
    }
}

/// Files of the work tree that were not read a second time, since they are this object.
fn on_disk(hit: &Hit, object: ObjectId, map: &Map<'_>) -> Vec<Location> {
    let mut files = map.files(&object).peekable();
    let commit = files.peek().and_then(|_| map.brought(&object));
    files
        .map(|path| at(hit, path, Place::File, commit))
        .collect()
}

/// What a commit or a tag says, or the index holds. What a tag says is in no commit.
fn said(hit: &Hit, object: ObjectId, map: &Map<'_>) -> Location {
    let Location { path, place, .. } = &hit.location;
    at(hit, path.expose(), *place, map.brought(&object))
}

/// What is known of a credential's places in one repository: the first that holds it.
fn history(hits: &[Hit], charts: &Charts<'_>) -> Option<History> {
    let in_git = hits
        .iter()
        .filter_map(|hit| Some((hit, hit.location.git.as_ref()?)));
    let repository = in_git.clone().map(|(_, git)| &git.repository).min()?;
    let mut documents = BTreeSet::new();
    let mut refs = BTreeSet::new();
    for (hit, git) in in_git.filter(|(_, git)| git.repository == *repository) {
        let path = hit.location.path.expose();
        match (hit.location.place, git.object) {
            (Place::Ref, _) => drop(refs.insert(path)),
            (Place::Path, Some(object)) => drop(documents.insert((object, Some(last(path))))),
            (_, Some(object)) => drop(documents.insert((object, None))),
            (_, None) => {}
        }
    }
    match charts.maps.get(repository) {
        Some(map) => Some(map.history(&documents, &refs)),
        None => charts.news?.history(&hits.iter().collect::<Vec<_>>()),
    }
}
