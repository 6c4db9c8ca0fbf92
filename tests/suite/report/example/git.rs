//! What only a scan of git can say.

use super::{PLACES, REACHES, before, finding, location, report, untrusted};
use matterleaks::finding::{
    Commit, Finding, History, InGit, Location, ObjectId, Reachable, Report, Skip, SkipReason,
    Source, Untrusted,
};

/// An id that is easy to recognise: every third is of SHA-256.
pub fn id(n: usize) -> ObjectId {
    let length = if n % 3 == 2 { 32 } else { 20 };
    ObjectId::new(&vec![0xa0 + n as u8; length]).unwrap()
}

pub fn in_git(n: usize, repository: Untrusted) -> InGit {
    InGit {
        repository,
        object: (n % 4 != 3).then(|| id(n)),
        commit: (!n.is_multiple_of(4)).then(|| id(n + 1)),
    }
}

/// A commit of 2 November 2026.
pub fn commit(n: usize) -> Commit {
    Commit {
        id: id(n),
        author: untrusted("Ann Example <ann@example.org>"),
        seconds: 1_793_620_800,
        subject: untrusted("Add the bot"),
    }
}

/// A history in which every string is of `text`.
pub fn history(reachable: Reachable, text: &dyn Fn(usize) -> Untrusted) -> History {
    let commits = |from: usize| {
        let commits = (from..from + 8).map(|n| Commit {
            author: text(n),
            seconds: [i64::MIN, -1, 0, i64::MAX][n % 4],
            subject: text(n + 1),
            ..commit(n)
        });
        commits.collect()
    };
    History {
        introduced: commits(0),
        removed: commits(8),
        at_head: reachable == Reachable::Ref,
        reachable,
        refs: (0..8).map(text).collect(),
        unlisted: 3,
    }
}

/// Every source that is a repository.
pub fn sources(text: &dyn Fn(usize) -> Untrusted) -> [Source; 3] {
    [
        Source::History(text(0)),
        Source::Staged(text(1)),
        Source::Range(text(2), text(3)),
    ]
}

pub fn skip() -> Skip {
    Skip {
        path: untrusted("vendor/lib"),
        object: Some(id(9)),
        reason: SkipReason::MissingObject,
        detail: untrusted("named by a tree"),
    }
}

/// A finding at HEAD that came with one commit.
pub fn found(n: u128) -> Finding {
    let mut finding = finding(n);
    finding.history = Some(History {
        introduced: Vec::from([commit(1)]),
        removed: Vec::new(),
        at_head: true,
        reachable: Reachable::Ref,
        refs: Vec::from([untrusted("refs/heads/main")]),
        unlisted: 0,
    });
    finding
}

/// Every source, place and state that a repository has.
pub fn everywhere() -> Report {
    let name = |n: usize| untrusted(format!("name-{n}"));
    let mut all = finding(1);
    let token = all.secret.expose().to_owned();
    let places = PLACES.iter().zip(0..).map(|(&place, n)| Location {
        place,
        git: Some(in_git(n, untrusted("."))),
        ..location("deploy/bot.env", 2, &token)
    });
    all.locations = places.collect();
    let states = REACHES.iter().zip(2..).map(|(&reachable, n)| Finding {
        history: Some(history(reachable, &name)),
        ..finding(n)
    });
    let mut report = report();
    report.sources = sources(&name).into();
    report.findings = [all, found(20), before(found(21))].into();
    report.findings.extend(states);
    report.coverage.commits = 1234;
    report.coverage.absent_submodules = 2;
    report.coverage.skipped = Vec::from([skip()]);
    report
}
