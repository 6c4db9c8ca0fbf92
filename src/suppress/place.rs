//! Acceptance by place. A credential is accepted if every place of it is: a copy elsewhere, which nobody has looked at,
//! counts.

use crate::finding::{Finding, Location, Suppression};

/// Who accepts places.
pub trait Judge {
    /// Who says so and why, if the place of the finding is accepted.
    fn accepts(&self, finding: &Finding, location: &Location) -> Option<Suppression>;
}

/// Marks the credentials of which some judge accepts each place.
pub fn apply(findings: &mut [Finding], judges: &[&dyn Judge]) {
    for finding in findings.iter_mut().filter(|f| f.suppressed.is_none()) {
        // Of places that are only counted nobody can say what they are.
        let history = finding.history.as_ref();
        if history.is_some_and(|history| history.unlisted > 0) {
            continue;
        }
        let accepts = |at: &Location| judges.iter().find_map(|judge| judge.accepts(finding, at));
        let accepted: Option<Vec<Suppression>> = finding.locations.iter().map(accepts).collect();
        if let Some(first) = accepted.and_then(|all| all.into_iter().next()) {
            finding.suppressed = Some(first);
        }
    }
}
