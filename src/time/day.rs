//! Days, as people write them in lists: `2026-11-26`, in UTC.

use std::time::SystemTime;

use crate::time;

/// Days since 1970-01-01.
pub fn parse(text: &str) -> Option<i64> {
    let whole = format!("{text}T00:00:00Z");
    let seconds = time::seconds(&whole)?;
    // Such as the 31st of February, which would be read as a day of March.
    (time::utc(seconds) == whole).then(|| seconds.div_euclid(86_400))
}

/// The day of a moment.
pub fn of(time: SystemTime) -> i64 {
    parse(&text(time)).unwrap_or(i64::MAX)
}

/// A moment's day as it is written.
pub fn text(time: SystemTime) -> String {
    time::rfc3339(time).chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_of_the_calendar() {
        assert_eq!(parse("1970-01-02"), Some(1));
        assert_eq!(of(SystemTime::UNIX_EPOCH), 0);
        for odd in [
            "",
            "2025-02-30",
            "2025-13-01",
            "2025-1-1",
            "tomorrow",
            "2025-02-28T00:00:00Z",
        ] {
            assert_eq!(parse(odd), None, "{odd}");
        }
    }
}
