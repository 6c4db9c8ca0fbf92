//! How a scan ends, decided in one place and by nothing but the report and two options.

use crate::finding::Report;

/// Which findings make a run fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailOn {
    /// All that count.
    #[default]
    Any,
    /// Those that a live check proved. With `missed_checks` a check that could have been made and was not makes
    /// the run incomplete.
    Verified {
        /// See above.
        missed_checks: bool,
    },
    /// None. An incomplete run still fails: nobody can accept what nobody has read.
    Never,
}

/// What becomes of credentials without a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unpaired {
    /// They are shown and do not count.
    #[default]
    Report,
    /// They count like findings.
    Fail,
    /// Only their number is shown.
    Hide,
}

/// The three ways to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// Everything in scope was read, and nothing counts.
    Clean = 0,
    /// Something counts.
    Findings = 1,
    /// Wrong usage, a bad rule, or an incomplete run in which nothing counts.
    Trouble = 2,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        std::process::ExitCode::from(code as u8)
    }
}

/// A finding wins over an incomplete run: a pipeline that tries again on 2 must not hide a leak.
pub fn exit_code(report: &Report, fail_on: FailOn, unpaired: Unpaired) -> ExitCode {
    let paired = report.paired().next().is_some();
    let alone = unpaired == Unpaired::Fail && report.unpaired().next().is_some();
    let found = match fail_on {
        FailOn::Any => paired || alone,
        FailOn::Verified { .. } => report.active().next().is_some() || alone,
        FailOn::Never => false,
    };
    let missed = |finding: &crate::finding::Finding| {
        let unknown = finding.verdict.unknown();
        unknown.is_some_and(|unknown| unknown.reason.is_missed_check())
    };
    let missed_checks = match fail_on {
        FailOn::Verified { missed_checks } => missed_checks && report.unknown().any(missed),
        FailOn::Any | FailOn::Never => false,
    };
    match () {
        () if found => ExitCode::Findings,
        () if report.coverage.complete() && !missed_checks => ExitCode::Clean,
        () => ExitCode::Trouble,
    }
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    /// What a report holds: a paired finding, an unpaired one, something that was not read. Findings of
    /// both sorts that were accepted or were there before are in all of them.
    fn report(paired: bool, unpaired: bool, skipped: bool) -> Report {
        let mut report = example::report();
        report.findings = Vec::from([example::accepted(example::finding(1))]);
        report
            .findings
            .push(example::accepted(example::unpaired(2)));
        let before = [example::finding(5), example::unpaired(6)];
        report.findings.extend(before.map(example::before));
        report.findings.extend(paired.then(|| example::finding(3)));
        report
            .findings
            .extend(unpaired.then(|| example::unpaired(4)));
        report.coverage.skipped.extend(skipped.then(example::skip));
        report
    }

    #[test]
    fn every_combination_has_its_exit_code() {
        use ExitCode::{Clean, Findings, Trouble};
        // (paired, unpaired, skipped) and the codes for
        // [any + report, any + fail, any + hide, never + report, never + fail, never + hide]
        let table = [
            ((false, false, false), [Clean; 6]),
            ((false, false, true), [Trouble; 6]),
            (
                (false, true, false),
                [Clean, Findings, Clean, Clean, Clean, Clean],
            ),
            (
                (false, true, true),
                [Trouble, Findings, Trouble, Trouble, Trouble, Trouble],
            ),
            (
                (true, false, false),
                [Findings, Findings, Findings, Clean, Clean, Clean],
            ),
            (
                (true, false, true),
                [Findings, Findings, Findings, Trouble, Trouble, Trouble],
            ),
            (
                (true, true, false),
                [Findings, Findings, Findings, Clean, Clean, Clean],
            ),
            (
                (true, true, true),
                [Findings, Findings, Findings, Trouble, Trouble, Trouble],
            ),
        ];
        for ((paired, unpaired, skipped), codes) in table {
            let report = report(paired, unpaired, skipped);
            let mut codes = codes.into_iter();
            for fail_on in [FailOn::Any, FailOn::Never] {
                for policy in [Unpaired::Report, Unpaired::Fail, Unpaired::Hide] {
                    let scene = (paired, unpaired, skipped, fail_on, policy);
                    assert_eq!(
                        Some(exit_code(&report, fail_on, policy)),
                        codes.next(),
                        "{scene:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn with_verified_only_the_live_and_the_missed_decide() {
        use crate::finding::{Live, Severity, Unknown, UnknownReason, Verdict};
        let live = Verdict::Active(Live {
            at: std::time::UNIX_EPOCH,
            owner: None,
            token_id: None,
            severity: Severity::High,
        });
        let unknown = |reason| Verdict::Unknown(Unknown::untried(reason, ""));
        let rejected = Verdict::Rejected {
            at: std::time::UNIX_EPOCH,
        };
        let code = |verdicts: &[&Verdict], missed_checks, skipped| {
            let mut report = report(false, false, skipped);
            for verdict in verdicts {
                let mut finding = example::finding(7);
                finding.settle((*verdict).clone(), false);
                report.findings.push(finding);
            }
            exit_code(
                &report,
                FailOn::Verified { missed_checks },
                Unpaired::Report,
            )
        };
        let (missed, answered) = (
            unknown(UnknownReason::TimedOut),
            unknown(UnknownReason::NotMattermost),
        );
        assert_eq!(code(&[&rejected, &answered], true, false), ExitCode::Clean);
        assert_eq!(code(&[&Verdict::NotChecked], true, true), ExitCode::Trouble);
        assert_eq!(code(&[&missed], true, false), ExitCode::Trouble);
        assert_eq!(code(&[&missed], false, false), ExitCode::Clean);
        assert_eq!(code(&[&missed, &live], true, true), ExitCode::Findings);

        // An accepted credential that is live counts, unless people say that it may be.
        for (allow_live, wanted) in [(false, ExitCode::Findings), (true, ExitCode::Clean)] {
            let mut accepted = example::accepted(example::finding(7));
            accepted.settle(live.clone(), allow_live);
            let report = Report {
                findings: vec![accepted],
                ..report(false, false, false)
            };
            let fail_on = FailOn::Verified {
                missed_checks: true,
            };
            assert_eq!(exit_code(&report, fail_on, Unpaired::Report), wanted);
        }
    }

    #[test]
    fn codes_are_what_people_script_against() {
        let codes = [ExitCode::Clean, ExitCode::Findings, ExitCode::Trouble];
        assert_eq!(codes.map(|code| code as u8), [0, 1, 2]);
    }
}
