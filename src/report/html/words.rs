//! Names of the format `json` as people read them.

use crate::finding::{PairedBy, Reachable, Status};
use crate::report::human::words::count;
use crate::report::record::{Finding, Host, Recheck, Verdict};

/// A name as words.
pub(super) fn plain(name: &str) -> String {
    name.replace('_', " ")
}

/// How a host was found.
pub(super) fn paired(host: &Host) -> String {
    let how = match host.paired_by {
        PairedBy::Url => "part of the same URL",
        PairedBy::Block => "paired in the same block",
        PairedBy::Distance => "the nearest host",
        PairedBy::Sibling => "paired across files",
        PairedBy::Server => "named by whoever ran the scan",
    };
    match host.line_distance {
        Some(0) => format!("{how}, on the same line"),
        Some(lines) => format!("{how}, {} away", count(lines, "line")),
        None => how.into(),
    }
}

/// A verdict's name and meaning.
pub(super) fn status(verdict: &Verdict) -> (&'static str, &'static str) {
    match verdict.status {
        Status::Active => ("active", "its server takes it"),
        Status::Rejected => (
            "rejected",
            "its server refuses it: revoked, disabled, expired, or never its own",
        ),
        Status::Unknown => ("unknown", "the check gave no answer"),
        Status::NotChecked => ("not checked", "no live check was made"),
    }
}

/// What keeps a credential in git.
pub(super) fn reachable(reachable: Reachable) -> &'static str {
    match reachable {
        Reachable::Ref => "reachable from a ref",
        Reachable::Reflog => "only in the reflog",
        Reachable::Index => "only in the index",
        Reachable::None => "unreachable, and kept until git cleans up",
    }
}

/// What became of a credential since the report was first written.
pub(super) fn recheck(recheck: Recheck) -> &'static str {
    match recheck {
        Recheck::Found => "it stands where it stood",
        Recheck::OtherServer => "it stands beside another server, which was not asked",
        Recheck::NoLongerThere => "it is at none of its places any more",
        Recheck::NotRead => "a place of it could not be read",
    }
}

/// Whether a finding counts, and as what. In the order of the list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Counts,
    Unpaired,
    Before,
    Accepted,
}

impl State {
    pub(super) fn of(finding: &Finding) -> State {
        match &finding.suppressed {
            Some(why) if !why.overruled => State::Accepted,
            _ if finding.pre_existing => State::Before,
            _ if finding.is_unpaired() => State::Unpaired,
            _ => State::Counts,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            State::Counts => "counts",
            State::Unpaired => "no server found",
            State::Before => "was there before",
            State::Accepted => "accepted",
        }
    }
}
