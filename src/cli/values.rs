//! What flags take: words of a closed list, sizes and times.

use std::time::Duration;

use clap::{ColorChoice, ValueEnum};
use matterleaks::report::record::Shard;

/// When to use colour.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<When> for ColorChoice {
    fn from(when: When) -> ColorChoice {
        match when {
            When::Auto => ColorChoice::Auto,
            When::Always => ColorChoice::Always,
            When::Never => ColorChoice::Never,
        }
    }
}

/// Formats of what `verify` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum VerifyFormat {
    /// For people
    Human,
    /// The finding, or the updated report
    Json,
}

/// Whether servers are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Verify {
    /// They are
    Ask,
    /// They are not, and it is said what would be asked
    Plan,
}

/// Whether a live check that could not be made fails the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Unknown {
    /// It does, with 2
    Fail,
    /// It is said and no more
    Report,
}

/// Where acceptances of a range may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AcceptFrom {
    /// From the range as well
    Range,
    /// From its base alone
    Base,
}

/// Hooks of git that can stop a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HookKind {
    /// Before a commit is made
    #[value(name = "pre-commit")]
    Commit,
    /// Before commits leave
    #[value(name = "pre-push")]
    Push,
    /// On a server, before commits are taken
    #[value(name = "pre-receive")]
    Receive,
}

impl HookKind {
    /// The name of its file.
    pub fn name(self) -> &'static str {
        match self {
            HookKind::Commit => "pre-commit",
            HookKind::Push => "pre-push",
            HookKind::Receive => "pre-receive",
        }
    }
}

/// A part of several: `2/8`.
pub(super) fn shard(text: &str) -> Result<Shard, String> {
    let numbers = text
        .split_once('/')
        .and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
    match numbers {
        Some((part, of)) if (1..=of).contains(&part) => Ok(Shard { part, of }),
        Some((part, of)) => Err(format!(
            "there is no part {part} of {of}; parts go from 1 to {of}"
        )),
        None => Err("not a part, as in 2/8".to_owned()),
    }
}

/// A size with a unit: `10M`, `512k`, `1G`, or bytes.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        unit => return Err(format!("`{unit}` is no unit: use k, M or G")),
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| "not a size, as in 10M".to_owned())?;
    number
        .checked_mul(unit)
        .ok_or_else(|| "too large".to_owned())
}

/// A time with a unit: `90s`, `5m`, `1h`, or seconds.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        unit => return Err(format!("`{unit}` is no unit: use s, m or h")),
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| "not a time, as in 90s".to_owned())?;
    match number.checked_mul(unit) {
        Some(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err("a time is from a second to a day".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        let seconds = |text| time(text).map(|time| time.as_secs());
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("5m"), Ok(300));
        assert_eq!(seconds("7"), Ok(7));
        for bad in ["", "s", "1x", "0", "99999999999h", "-1", "25h"] {
            assert!(time(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_shard_is_one_of_several() {
        assert_eq!(shard("2/8"), Ok(Shard { part: 2, of: 8 }));
        for bad in [
            "0/8",
            "9/8",
            "0/0",
            "2",
            "/",
            "2/",
            "a/b",
            "-1/2",
            "1/99999999999",
        ] {
            assert!(shard(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("10M"), Ok(10 << 20));
        assert_eq!(size("512k"), Ok(512 << 10));
        assert_eq!(size("7"), Ok(7));
        for bad in ["", "M", "1x", "99999999999G", "-1"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }
}
