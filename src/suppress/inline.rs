//! A comment behind a value that accepts it: `matterleaks:allow` with the reason, or `gitleaks:allow`.
//!
//! A comment speaks for its own line. A credential is accepted if every place of it has one: a copy elsewhere, which
//! nobody has looked at, counts.

use crate::finding::{Finding, Location, Suppression, Untrusted};

/// Needs a reason behind it.
const OURS: &str = "matterleaks:allow";
/// As gitleaks has it, which asks for no reason.
const THEIRS: &str = "gitleaks:allow";

/// Marks what is accepted, and returns a remark for each comment that gives no reason.
pub fn apply(findings: &mut [Finding]) -> Vec<Untrusted> {
    let mut remarks = Vec::new();
    for finding in findings
        .iter_mut()
        .filter(|finding| finding.suppressed.is_none())
    {
        let all_listed = finding
            .history
            .as_ref()
            .is_none_or(|history| history.unlisted == 0);
        let said: Vec<Said> = finding.locations.iter().map(said).collect();
        for (location, said) in finding.locations.iter().zip(&said) {
            if matches!(said, Said::NoReason) {
                let mut remark = location.path.expose().to_vec();
                let what = format!(
                    ":{}: `{OURS}` without a reason behind it accepts nothing",
                    location.position.line
                );
                remark.extend_from_slice(what.as_bytes());
                remarks.push(Untrusted::new(remark));
            }
        }
        let reasons: Option<Vec<&str>> = said.iter().map(Said::reason).collect();
        if let (Some(reasons), true, Some(first)) = (reasons, all_listed, finding.locations.first())
            && let Some(reason) = reasons.first()
        {
            finding.suppressed = Some(Suppression {
                source: first.path.clone(),
                reason: Untrusted::new(reason),
                overruled: false,
            });
        }
    }
    remarks
}

/// What the rest of a line says.
enum Said {
    Nothing,
    NoReason,
    Reason(String),
}

impl Said {
    fn reason(&self) -> Option<&str> {
        match self {
            Said::Reason(reason) => Some(reason),
            Said::Nothing | Said::NoReason => None,
        }
    }
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
