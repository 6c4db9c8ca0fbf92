//! Reports: the result of a scan for people and for programs, and how the run ends.

mod exit;

#[cfg(test)]
mod example;

pub use exit::{ExitCode, FailOn, Unpaired, exit_code};
