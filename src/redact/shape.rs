//! Secrets that are known by their shape alone, before or without any rule.

use std::ops::Range;

/// The length of everything that a Mattermost server issues.
const TOKEN: usize = 26;

/// The alphabet of z-base-32, each character at its value.
const ALPHABET: &[u8; 32] = b"ybndrfg8ejkmcpqxot1uwisza345h769";

/// Runs of exactly 26 lower-case letters and digits that a server can have made, or that hold at least
/// two digits.
pub(super) fn tokens(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for run in text.split(|byte| !byte.is_ascii_alphanumeric()) {
        if is_token(run) {
            found.push(start..start + run.len());
        }
        start += run.len() + 1;
    }
    found
}

fn is_token(run: &[u8]) -> bool {
    let digits = run.iter().filter(|byte| byte.is_ascii_digit()).count();
    run.len() == TOKEN && !run.iter().any(u8::is_ascii_uppercase) && (digits >= 2 || is_minted(run))
}

/// Whether 26 characters are z-base-32 of a UUID of version 4: the bits that are fixed have their value.
fn is_minted(run: &[u8]) -> bool {
    run.iter().enumerate().all(|(at, byte)| {
        let Some(value) = ALPHABET.iter().position(|letter| letter == byte) else {
            return false;
        };
        match at {
            9 => value & 0b11 == 0b01,
            10 => value >> 3 == 0,
            12 => value & 1 == 1,
            13 => value >> 4 == 0,
            25 => value & 0b11 == 0,
            _ => true,
        }
    })
}

/// Passwords in the user-info of URLs: `pw` of `https://user:pw@host`.
pub(super) fn url_passwords(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for start in memchr::memmem::find_iter(text, "://").map(|at| at + 3) {
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"/?#\"'`<>\\".contains(byte);
        let rest = &text[start..];
        let authority = &rest[..rest.iter().position(ends).unwrap_or(rest.len())];
        let at = authority.iter().rposition(|&byte| byte == b'@');
        let colon = authority.iter().position(|&byte| byte == b':');
        if let (Some(colon), Some(at)) = (colon, at)
            && colon + 1 < at
            && authority[colon + 1..at] != *super::MASK.as_bytes()
        {
            found.push(start + colon + 1..start + at);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_exactly_26_characters_and_a_shape() {
        for (text, expected) in [
            ("x yyyyyyyyybyybyyyyyyyyyyyyy y", true),
            ("yyyyyyyyyyyybyyyyyyyyyyyyy", false),
            ("yyyyyyyyybyybyyyyyyyyyyyyb", false),
            ("lyyyyyyyybyybyyyyyyyyyyyyy", false),
            ("abcdefghijklmnopqrstuvwx12", true),
            ("abcdefghijklmnopqrstuvwxy1", false),
            ("aabcdefghijklmnopqrstuvwx12", false),
            ("Abcdefghijklmnopqrstuvwx12", false),
            ("_abcdefghijklmnopqrstuvwx12-", true),
        ] {
            assert_eq!(
                tokens(text.as_bytes()).len(),
                usize::from(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn the_password_of_a_url_is_found_whatever_it_holds() {
        let find = |text: &'static str| -> Vec<&'static str> {
            url_passwords(text.as_bytes())
                .into_iter()
                .map(|range| &text[range])
                .collect()
        };
        assert_eq!(find("a https://me:p:w@x@host:80/p@q b"), ["p:w@x"]);
        assert_eq!(
            find("https://me@host ssh://host:22 x://y:@z x://y:…@z"),
            [""; 0]
        );
        assert_eq!(find("://a:b@c'://d:e@f"), ["b", "e"]);
    }
}
