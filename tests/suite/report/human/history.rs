//! What is said of its history.

use matterleaks::finding::*;
use matterleaks::report::Style;

use super::{plain, with};
use crate::report::example;

/// What stands below the places.
fn block(history: History, verbose: u8) -> String {
    let mut finding = example::finding(1);
    finding.history = Some(history);
    let style = Style {
        verbose,
        ..Style::default()
    };
    let text = plain(&with([finding]), &style);
    let block = text.split_once("^^^^^\n").unwrap().1;
    block.split_once("\n\n").unwrap().0.to_owned()
}

fn history(reachable: Reachable, refs: usize) -> History {
    let names = (0..refs).map(|n| Untrusted::new(format!("refs/heads/{n}")));
    History {
        introduced: Vec::from([example::git::commit(1)]),
        removed: Vec::new(),
        at_head: false,
        reachable,
        refs: names.collect(),
        unlisted: 0,
    }
}

#[test]
fn who_did_it_and_what_is_left() {
    let mut long = history(Reachable::Ref, 5);
    long.introduced = (1..6).map(example::git::commit).collect();
    long.introduced[1].subject = Untrusted::new("x".repeat(300));
    long.removed = Vec::from([example::git::commit(7)]);
    long.unlisted = 1200;
    let expected = "  introduced  a1a1a1a1a1 2026-11-02 Ann Example <ann@example.org>  Add the bot
              a2a2a2a2a2 2026-11-02 Ann Example <ann@example.org>
              CUT
              a3a3a3a3a3 2026-11-02 Ann Example <ann@example.org>  Add the bot
  … and 2 more introducing commits (-v lists all)
  removed     a7a7a7a7a7 2026-11-02 Ann Example <ann@example.org>  Add the bot
  now         not at HEAD; reachable from refs/heads/0, refs/heads/1, refs/heads/2 and 2 more refs
              1,200 more refs, commits and places are not listed";
    let expected = expected.replace("CUT", &format!("{}…", "x".repeat(71)));
    assert_eq!(block(long.clone(), 0), expected);
    let all = block(long, 1);
    assert_eq!(all.matches("<ann@example.org>").count(), 6);
    assert!(all.contains(&"a7".repeat(20)) && all.contains("refs/heads/4"));
    assert!(!all.contains("-v lists all"));
}

#[test]
fn every_state_has_its_words() {
    let head = |refs| History {
        at_head: true,
        ..history(Reachable::Ref, refs)
    };
    for (history, expected) in [
        (head(0), "still at HEAD"),
        (head(1), "still at HEAD; on refs/heads/0"),
        (head(4), "still at HEAD; on refs/heads/0 and 3 more refs"),
        (
            history(Reachable::Ref, 0),
            "not at HEAD; reachable from a ref",
        ),
        (
            history(Reachable::Ref, 2),
            "not at HEAD; reachable from refs/heads/0, refs/heads/1",
        ),
        (history(Reachable::Reflog, 0), "only in the reflog"),
        (history(Reachable::Index, 0), "only in the index"),
        (
            history(Reachable::None, 0),
            "unreachable: kept until git cleans up",
        ),
    ] {
        let block = block(history, 0);
        let state = block.lines().last().unwrap();
        assert_eq!(state, format!("  now         {expected}"));
    }
}
