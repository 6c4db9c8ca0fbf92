//! How a scan ends, decided in one place and by nothing but the report and two options.

use clap::ValueEnum;

use super::record::{Finding, Record};
use crate::finding::Status;

/// Which findings make a run fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Every finding
    #[default]
    Any,
    /// Credentials that a live check proved; needs --verify
    Verified,
    /// No finding; a run that could not read everything still ends with 2
    Never,
}

/// What becomes of credentials without a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Unpaired {
    /// Shown, and do not count
    #[default]
    Report,
    /// Count like findings
    Fail,
    /// Only their number is shown
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

/// A finding wins over an incomplete run: a pipeline that tries again on 2 must not hide a leak. Where only the live
/// ones count, with `missed_checks` a check that could have been made and was not makes the run incomplete.
pub fn exit_code(
    report: &Record,
    fail_on: FailOn,
    unpaired: Unpaired,
    missed_checks: bool,
) -> ExitCode {
    let any = |which: &dyn Fn(&Finding) -> bool| report.counting().any(which);
    let paired = report.paired().next().is_some();
    let alone = unpaired == Unpaired::Fail && report.unpaired().next().is_some();
    let found = match fail_on {
        FailOn::Any => paired || alone,
        FailOn::Verified => any(&|finding| finding.verdict.status == Status::Active) || alone,
        FailOn::Never => false,
    };
    let missed = |finding: &Finding| {
        let reason = finding.verdict.reason;
        reason.is_some_and(|reason| reason.is_missed_check())
    };
    let missed_checks = missed_checks && fail_on == FailOn::Verified && any(&missed);
    match () {
        () if found => ExitCode::Findings,
        () if report.coverage.complete && !missed_checks => ExitCode::Clean,
        () => ExitCode::Trouble,
    }
}
