//! How a run ends.

use matterleaks::Report;
use matterleaks::redact::Redactor;
use matterleaks::report::record::Record;
use matterleaks::report::{self, ExitCode, FailOn, Unpaired};

use crate::report::example;

/// How a run with this report ends.
fn exit_code(report: &Report, fail_on: FailOn, unpaired: Unpaired, missed: bool) -> ExitCode {
    let record = Record::of(report, &Redactor::blind(), unpaired);
    report::exit_code(&record, fail_on, unpaired, missed)
}

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
                    Some(exit_code(&report, fail_on, policy, true)),
                    codes.next(),
                    "{scene:?}"
                );
            }
        }
    }
}

#[test]
fn with_verified_only_the_live_and_the_missed_decide() {
    use matterleaks::finding::{Live, Severity, Unknown, UnknownReason, Verdict};
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
        exit_code(&report, FailOn::Verified, Unpaired::Report, missed_checks)
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
        let code = exit_code(&report, FailOn::Verified, Unpaired::Report, true);
        assert_eq!(code, wanted);
    }
}

#[test]
fn codes_are_what_people_script_against() {
    let codes = [ExitCode::Clean, ExitCode::Findings, ExitCode::Trouble];
    assert_eq!(codes.map(|code| code as u8), [0, 1, 2]);
}
