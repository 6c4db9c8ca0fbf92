//! A comment behind a value that accepts it: `matterleaks:allow` with the reason, or `gitleaks:allow`. It speaks for its
//! own line.

use super::place::Judge;
use crate::finding::{Finding, Location, Suppression, Untrusted};

/// Needs a reason behind it.
const OURS: &str = "matterleaks:allow";
/// As gitleaks has it, which asks for no reason.
const THEIRS: &str = "gitleaks:allow";

/// All comments.
#[derive(Clone, Copy, Debug)]
pub struct Comments;

impl Judge for Comments {
    fn accepts(&self, _: &Finding, location: &Location) -> Option<Suppression> {
        match said(location) {
            Said::Reason(reason) => Some(Suppression {
                source: location.path.clone(),
                reason: Untrusted::new(reason),
                overruled: false,
                by_change: false,
            }),
            Said::Nothing | Said::NoReason => None,
        }
    }
}

/// A remark for each comment that gives no reason.
pub fn remarks(findings: &[Finding]) -> Vec<Untrusted> {
    let locations = findings
        .iter()
        .filter(|finding| finding.suppressed.is_none())
        .flat_map(|finding| &finding.locations);
    let silent = locations.filter(|location| matches!(said(location), Said::NoReason));
    let remark = |location: &Location| {
        let line = location.position.line;
        let what = format!(":{line}: `{OURS}` without a reason behind it accepts nothing");
        Untrusted::new([location.path.expose(), what.as_bytes()].concat())
    };
    silent.map(remark).collect()
}

/// What the rest of a line says.
enum Said {
    Nothing,
    NoReason,
    Reason(String),
}

fn said(location: &Location) -> Said {
    let rest = String::from_utf8_lossy(location.snippet.after.expose()).into_owned();
    if let Some((_, reason)) = rest.split_once(OURS) {
        let ends = ["*/", "-->", "--%>", "#}", "\"", "'", ","];
        let mut reason = reason.trim();
        while let Some(shorter) = ends.iter().find_map(|end| reason.strip_suffix(end)) {
            reason = shorter.trim_end();
        }
        let reason = reason.trim_start_matches([':', '-', ' ']);
        return match reason.chars().filter(|c| c.is_alphanumeric()).count() {
            0..3 => Said::NoReason,
            _ => Said::Reason(reason.to_owned()),
        };
    }
    match rest.contains(THEIRS) {
        true => Said::Reason(THEIRS.to_owned()),
        false => Said::Nothing,
    }
}
