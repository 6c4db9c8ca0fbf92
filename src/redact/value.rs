//! Values in a snippet that look like somebody's secret though no rule knows them: the password two keys
//! further on the same line. A snippet only reminds people of a place, so in doubt a value is masked.

use std::ops::Range;

/// Shorter values than this are taken for a secret only after a key that says so.
const SHORTEST: usize = 8;

const QUOTES: [u8; 3] = *b"'\"`";

/// What a key is called that has a secret for its value.
const SECRET_KEYS: [&str; 15] = [
    "pass",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "accesskey",
    "access_key",
    "credential",
    "authorization",
    "bearer",
    "basic",
    "cookie",
    "session",
];

/// Words before a credential in a header; they are none.
const AUTH_SCHEMES: [&str; 2] = ["basic", "bearer"];

/// Every such value, in no order.
pub(super) fn secret_like(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    quoted(text, &mut found);
    keyed(text, &mut found);
    random(text, &mut found);
    found
}

/// Contents of quotes. A snippet may begin inside of a string, so which quotes open is not known: what
/// stands between any two of a kind is looked at, and code between two strings is seldom taken for a value.
fn quoted(text: &[u8], found: &mut Vec<Range<usize>>) {
    for quote in QUOTES {
        let places: Vec<usize> = memchr::memchr_iter(quote, text).collect();
        for pair in places.windows(2) {
            let (start, end) = (pair[0] + 1, pair[1]);
            if nested(&text[start..end]) >= 2 || is_key(&text[start..end], &text[end + 1..]) {
                continue;
            }
            let mut at = start;
            for word in text[start..end].split(u8::is_ascii_whitespace) {
                let word_start = at;
                at += word.len() + 1;
                // The backslash belongs to the quote.
                let word = word.strip_suffix(b"\\").unwrap_or(word);
                if word.len() >= SHORTEST && !is_plain(word, b"") && !is_reference(word) {
                    found.push(word_start..word_start + word.len());
                }
            }
        }
    }
}

/// Whether quoted text is a name that a value follows.
fn is_key(content: &[u8], rest: &[u8]) -> bool {
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.\\".contains(byte);
    let rest = rest.trim_ascii_start();
    content.iter().all(name) && (rest.starts_with(b":") || rest.starts_with(b"="))
}

/// Values of keys that are called after secrets, quoted or not: `password: x`, `--token x`, `?sig=x`,
/// `Bearer x`.
fn keyed(text: &[u8], found: &mut Vec<Range<usize>>) {
    for (at, &separator) in text.iter().enumerate() {
        if !b":= ".contains(&separator) {
            continue;
        }
        let key = key_before(&text[..at]);
        let option = key.starts_with("--");
        let scheme = AUTH_SCHEMES.contains(&key.as_str());
        let secret = SECRET_KEYS.iter().any(|word| key.contains(word));
        if !secret || (separator == b' ' && !option && !scheme) {
            continue;
        }
        let filling = |&byte: &u8| is_dressing(byte) || b":=>".contains(&byte);
        let length = text[at..].iter().take_while(|byte| filling(byte)).count();
        let quote = text[at..at + length]
            .iter()
            .rfind(|byte| QUOTES.contains(byte));
        let start = at + length;
        let value = value_after(&text[start..], quote.copied());
        let keep = match quote {
            // That was the end of a string, or a string with more strings in it.
            Some(_) => value.starts_with(b" ") || is_code(value) || nested(value) >= 2,
            // `token = settings.token` is code, `bearer of` prose; `TOKEN=word`, `?token=word` are values.
            None => (length > 1 || scheme) && is_plain(value, b""),
        };
        let auth = AUTH_SCHEMES
            .iter()
            .any(|scheme| value.trim_ascii().eq_ignore_ascii_case(scheme.as_bytes()));
        if value.len() >= 4 && !keep && !auth && !is_url(value) && !is_reference(value) {
            found.push(start..start + value.len());
        }
    }
}

/// The name at the end of a text, in small letters.
fn key_before(text: &[u8]) -> String {
    let end = text
        .iter()
        .rposition(|&byte| !is_dressing(byte))
        .map_or(0, |last| last + 1);
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let start = text[..end]
        .iter()
        .rposition(|byte| !name(byte))
        .map_or(0, |last| last + 1);
    String::from_utf8_lossy(&text[start..end]).to_ascii_lowercase()
}

/// What stands at the start of a text up to its quote, or up to what ends a bare word.
fn value_after(text: &[u8], quote: Option<u8>) -> &[u8] {
    let closes = |&byte: &u8| match quote {
        Some(quote) => byte == quote,
        None => byte.is_ascii_whitespace() || b"'\"`,;&)}]<".contains(&byte),
    };
    let value = &text[..text.iter().position(closes).unwrap_or(text.len())];
    value.strip_suffix(b"\\").unwrap_or(value)
}

/// What may stand between a key and its separator.
fn is_dressing(byte: u8) -> bool {
    b" \t'\"`\\".contains(&byte)
}

/// Whether a text goes on as code does after a string.
fn is_code(text: &[u8]) -> bool {
    text.first().is_some_and(|byte| b"),]};+.".contains(byte))
}

/// How many quotes a text holds.
fn nested(text: &[u8]) -> usize {
    text.iter().filter(|byte| QUOTES.contains(byte)).count()
}

/// Long runs of mixed letters and digits anywhere: keys in paths of URLs, tokens without quotes.
fn random(text: &[u8], found: &mut Vec<Range<usize>>) {
    let mut start = 0;
    for run in text.split(|byte| !byte.is_ascii_alphanumeric() && !b"_+".contains(byte)) {
        let digits = run.iter().filter(|byte| byte.is_ascii_digit()).count();
        if run.len() >= 20 && digits >= 3 && run.len() - digits >= 3 {
            found.push(start..start + run.len());
        }
        start += run.len() + 1;
    }
}

/// Whether a value only says where the value is: `${X}`, `{{ x }}`, `<your-token>`, `%(x)s`; or is masked.
fn is_reference(value: &[u8]) -> bool {
    let marks = [&b"$"[..], b"{{", b"<", b"%", b"["];
    let mask = super::MASK.as_bytes();
    marks.iter().any(|mark| value.starts_with(mark)) && is_plain(value, b"$%?!\"")
        || value.ends_with(mask) && value.len() <= 4 + mask.len()
}

/// Whether a value begins with a scheme.
fn is_url(value: &[u8]) -> bool {
    memchr::memmem::find(value, b"://").is_some_and(|at| at <= 10)
}

/// Whether a value is a word, a name, a host, a path, a version, a date or a URL. `more` bytes may stand
/// between its words.
fn is_plain(value: &[u8], more: &[u8]) -> bool {
    if is_url(value) {
        return true;
    }
    let query: &[u8] = if value.starts_with(b"/") { b"?&" } else { b"" };
    let separator = |byte: &u8| {
        [b"_-./:@,;=+()[]{}<>\\", more, query]
            .iter()
            .any(|bytes| bytes.contains(byte))
    };
    let pieces: Vec<&[u8]> = value
        .split(separator)
        .filter(|piece| !piece.is_empty())
        .collect();
    pieces.iter().all(|piece| {
        let letters = piece
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii())
            .count();
        let digits = piece[letters..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let several = pieces.len() > 1;
        letters + digits == piece.len()
            && is_word(&piece[..letters])
            && match letters {
                0 => several || digits < SHORTEST,
                _ => digits == 0 || several && digits <= 2,
            }
    })
}

/// Whether people may have made up these letters: no six consonants in a row, few changes of case.
pub(super) fn is_word(letters: &[u8]) -> bool {
    let consonant = |byte: &u8| byte.is_ascii_alphabetic() && !b"aeiouyAEIOUY".contains(byte);
    let rises = letters
        .windows(2)
        .filter(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
    !letters.windows(6).any(|six| six.iter().all(consonant)) && rises.count() * 3 <= letters.len()
}

#[cfg(test)]
mod tests {
    use super::super::{Hit, lossy, merge, replace};
    use super::*;

    fn masked(text: &str) -> String {
        let hits = secret_like(text.as_bytes()).into_iter().map(Hit::hidden);
        lossy(&replace(text.as_bytes(), &merge(hits.collect())))
    }

    #[test]
    fn likely_passwords_are_masked() {
        for (text, expected) in [
            (
                r#"", "password": "hunter2hunter", "n": 1"#,
                r#"", "password": "…", "n": 1"#,
            ),
            (
                r#"login("me@example.com", "tr0ub4dor&3")"#,
                r#"login("me@example.com", "…")"#,
            ),
            (r"'it\'s' 'p4ss wordABC9'", r"'it\'s' 'p4ss …'"),
            (r#"{\"pw\":\"abcd1234efgh\"}"#, r#"{\"pw\":\"…\"}"#),
            ("`QwErTyUiOp`", "`…`"),
            (r#""ab'cdefg12""#, r#""…""#),
            ("DB_PASSWORD=hunter MODE=x", "DB_PASSWORD=… MODE=x"),
            ("password: hunter2!", "password: …"),
            ("PASSWORD: 'x; y'", "PASSWORD: '…'"),
            (
                "curl -H 'Authorization: Bearer abcd1234'",
                "curl -H 'Authorization: Bearer …'",
            ),
            ("--token abcdef1 --user me", "--token … --user me"),
            (
                "https://h/x?sig=a&token=abcd&y=1",
                "https://h/x?sig=a&token=…&y=1",
            ),
            (
                "https://hooks.example/T0/B0/a1b2c3d4e5f6g7h8i9j0",
                "https://hooks.example/T0/B0/…",
            ),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn words_names_and_addresses_are_kept() {
        for text in [
            r#"{"mattermost_url": "https://chat.example.org:8065/sub", "team_name": "engineering"}"#,
            r#"Driver({'url': 'chat-01.example.org', "scheme": "https", "port": 8065})"#,
            r#""2024-01-01" "v10.11.2" "application/json" "Content-Type""#,
            r#"say("the server does not answer, see ticket ABC-12345")"#,
            r#"token = settings.mattermost_token"#,
            r#"password: "${DB_PASSWORD}" secret: {{ vault.secret }} token: <your-token>"#,
            "it isn't Bob's, it is Alice's",
            "bearer authentication, basic credentials",
            r#""source": ["from mattermostdriver import Driver\n", "token = getpass('Token: ')\n"]"#,
            r#"headers={"Authorization": "Bearer " + mattermost_token}"#,
            r#"GET "/api/v4/users/me/tokens?page=0&per_page=60" "${MATTERMOST_URL[$k]}""#,
            "const MATTERMOST_ACCESS_TOKEN = process.env.TOKEN2",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
