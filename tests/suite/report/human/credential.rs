//! What is said of a credential.

use std::collections::BTreeSet;

use matterleaks::finding::*;
use matterleaks::report::Style;

use super::{plain, with};
use crate::report::example;

#[test]
fn every_way_to_pair_is_explained() {
    let mut seen = BTreeSet::new();
    for &paired_by in example::PAIRINGS {
        for line_distance in [None, Some(0), Some(1), Some(1200)] {
            let mut finding = example::finding(1);
            let host = finding.host.take().unwrap();
            finding.host = Some(Host {
                paired_by,
                line_distance,
                ..host
            });
            let text = plain(&with([finding]), &Style::default());
            let line = text.lines().nth(1).unwrap();
            seen.insert(
                line.trim_start_matches("  host  https://chat.example.org  ")
                    .to_owned(),
            );
        }
    }
    let seen: Vec<&str> = seen.iter().map(String::as_str).collect();
    assert_eq!(
        seen,
        [
            "named by you (--server)",
            "paired across files: deploy/prod.env:1:16",
            "paired in the same block",
            "paired in the same block, 1 line away",
            "paired in the same block, 1,200 lines away",
            "paired in the same block, on the same line",
            "part of the same URL",
            "the nearest host",
            "the nearest host, 1 line away",
            "the nearest host, 1,200 lines away",
            "the nearest host, on the same line",
        ]
    );
}
