//! What is known of a finding at a time, and what has changed since.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::message;
use super::text::code;
use crate::finding::{Place, Reachable};
use crate::redact::Redactor;
use crate::report::record::{Finding, Location, Recheck, Record};

/// Places whose digests are kept: the properties of a post may have 800,000 characters (`PostPropsMaxRunes`), on old
/// servers 8,000.
const MOST: usize = 400;

/// Places that are listed one by one.
const SHOWN: usize = 10;

/// What was known of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    verdict: String,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    at_head: Option<bool>,
    #[serde(default)]
    reachable: Option<Reachable>,
    #[serde(default)]
    gone: bool,
    /// Digests of the places, the first of them.
    #[serde(default)]
    places: BTreeSet<String>,
    #[serde(default)]
    count: usize,
}

impl State {
    /// What a report knows.
    pub(super) fn of(record: &Record, finding: &Finding, redactor: &Redactor) -> State {
        let all: BTreeSet<String> = finding
            .locations
            .iter()
            .map(|at| place(record, at))
            .collect();
        let owner = finding.verdict.owner.as_ref();
        State {
            verdict: finding.verdict.status.name().to_owned(),
            owner: owner.map(|owner| code(redactor, &owner.username)),
            at_head: finding.history.as_ref().map(|history| history.at_head),
            reachable: finding
                .history
                .as_ref()
                .map(|history| history.reachable_from),
            gone: finding.recheck == Some(Recheck::NoLongerThere),
            count: all.len(),
            places: all.into_iter().take(MOST).collect(),
        }
    }

    /// What a channel that knew `self` is to be told, a line each.
    pub(super) fn changes(
        &self,
        record: &Record,
        finding: &Finding,
        redactor: &Redactor,
    ) -> Vec<String> {
        let new = State::of(record, finding, redactor);
        let mut lines = Vec::new();
        // A report of files alone knows nothing of git, and one without checks nothing of the server: that is no news.
        let checked = new.verdict != "not_checked";
        if checked
            && (new.verdict != self.verdict || (new.owner != self.owner && new.owner.is_some()))
        {
            lines.push(format!(
                "- **Live** {}",
                message::verdict(&finding.verdict, redactor)
            ));
        }
        if let Some(history) = &finding.history
            && (new.at_head, new.reachable) != (self.at_head, self.reachable)
        {
            lines.push(format!("- **Now** {}", message::now(history, redactor)));
        }
        if new.gone && !self.gone {
            lines.push("- **Where** at none of its places any more".into());
        }
        let known = self.count <= MOST && new.count <= MOST;
        let fresh = (finding.locations.iter())
            .filter(|at| known && !self.places.contains(&place(record, at)));
        let mut told = BTreeSet::new();
        let fresh: Vec<&Location> = fresh.filter(|at| told.insert(place(record, at))).collect();
        for at in fresh.iter().take(SHOWN) {
            let path = format!("{}:{}", at.spot.path, at.spot.line);
            let kind = at.kind.name().replace('_', " ");
            lines.push(format!(
                "- **New place** {} ({kind})",
                code(redactor, &path)
            ));
        }
        if fresh.len() > SHOWN {
            lines.push(format!("- and {} more new places", fresh.len() - SHOWN));
        }
        if !known && self.count != new.count {
            lines.push(format!("- **Places** {}, before {}", new.count, self.count));
        }
        lines
    }

    /// What a channel knows after it was told: what the new report does not say stays.
    pub(super) fn then(&self, record: &Record, finding: &Finding, redactor: &Redactor) -> State {
        let new = State::of(record, finding, redactor);
        let new = State {
            at_head: new.at_head.or(self.at_head),
            reachable: new.reachable.or(self.reachable),
            ..new
        };
        match new.verdict.as_str() {
            "not_checked" => State {
                verdict: self.verdict.clone(),
                owner: self.owner.clone(),
                ..new
            },
            _ => new,
        }
    }
}

/// A place by what it is and its path from the root of its repository, where one is scanned: neither who edits the
/// lines above it nor who scans from another folder makes it a new one.
fn place(record: &Record, at: &Location) -> String {
    let on_disk = at.kind == Place::File || at.git.is_none();
    let path = match on_disk {
        true => record.from_root(&at.spot).path,
        false => at.spot.path.clone(),
    };
    let mut hash = Sha256::new();
    for part in [at.kind.name(), &path] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digest = data_encoding::HEXLOWER.encode(&hash.finalize());
    digest.chars().take(8).collect()
}
