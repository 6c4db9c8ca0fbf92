//! What the redactor promises, on made-up tokens in made-up text.

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use matterleaks::finding::{Secret, Snippet, Untrusted};
use matterleaks::redact::Redactor;
use proptest::prelude::*;

use crate::util::{mint, reveals};

/// What splits a value and is seen by nobody.
const INVISIBLE: [char; 8] = [
    '\u{ad}', '\u{34f}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{fe0f}', '\u{feff}',
];

/// A way to write a token down.
#[derive(Clone, Copy, Debug)]
enum Form {
    Raw,
    Capitals,
    HexLower,
    HexUpper,
    Base64,
    Base64Url,
    Percent,
    PercentTwice,
    Json,
    JsonTwice,
    Backslash,
    Utf16,
    Base64OfUtf16,
    Base64OfPercent,
    Base64Twice,
    Split,
    Entities,
    PercentU,
    HexApart,
}

const FORMS: [Form; 19] = [
    Form::Raw,
    Form::Capitals,
    Form::HexLower,
    Form::HexUpper,
    Form::Base64,
    Form::Base64Url,
    Form::Percent,
    Form::PercentTwice,
    Form::Json,
    Form::JsonTwice,
    Form::Backslash,
    Form::Utf16,
    Form::Base64OfUtf16,
    Form::Base64OfPercent,
    Form::Base64Twice,
    Form::Split,
    Form::Entities,
    Form::PercentU,
    Form::HexApart,
];

/// `token` with `salt` around it where the encoding mixes them, and with every character encoded whose
/// bit is set in `mix`.
fn write(form: Form, token: &str, salt: (&[u8], &[u8]), mix: u32) -> Vec<u8> {
    let salted = [salt.0, token.as_bytes(), salt.1].concat();
    let some = |encode: &dyn Fn(u8) -> String| -> Vec<u8> {
        let letters = token.bytes().enumerate();
        let letters = letters.map(|(at, byte)| match mix >> at & 1 {
            1 => encode(byte),
            _ => char::from(byte).to_string(),
        });
        letters.collect::<String>().into_bytes()
    };
    match form {
        Form::Raw => token.into(),
        Form::Capitals => token.to_uppercase().into(),
        Form::HexLower => HEXLOWER.encode(&salted).into(),
        Form::HexUpper => HEXUPPER.encode(&salted).into(),
        Form::Base64 => BASE64.encode(&salted).into(),
        Form::Base64Url => BASE64URL_NOPAD.encode(&salted).into(),
        Form::Percent => some(&|byte| format!("%{byte:02x}")),
        Form::PercentTwice => some(&|byte| format!("%25{byte:02X}")),
        Form::Json => some(&|byte| format!("\\u00{byte:02x}")),
        Form::JsonTwice => some(&|byte| format!("\\\\u00{byte:02X}")),
        Form::Backslash => some(&|byte| format!("\\x{byte:02x}")),
        Form::Utf16 => token.bytes().flat_map(|byte| [byte, 0]).collect(),
        Form::Base64OfUtf16 => {
            let wide: Vec<u8> = token.bytes().flat_map(|byte| [byte, 0]).collect();
            BASE64.encode(&wide).into()
        }
        Form::Base64OfPercent => BASE64.encode(&some(&|byte| format!("%{byte:02X}"))).into(),
        Form::Split => {
            let between = ["\u{200b}", "\u{ad}", "\u{feff}", "\u{34f}"];
            some(&|byte| format!("{}{}", char::from(byte), between[usize::from(byte % 4)]))
        }
        Form::Entities => some(&|byte| format!("&#{byte};")),
        Form::PercentU => some(&|byte| format!("%u00{byte:02X}")),
        Form::HexApart => {
            let (apart, front) = [(":", ""), (" ", ""), (", ", "0x"), ("-", "")][mix as usize % 4];
            let bytes = token.bytes().map(|byte| format!("{front}{byte:02x}"));
            bytes.collect::<Vec<_>>().join(apart).into_bytes()
        }
        Form::Base64Twice => BASE64.encode(BASE64.encode(&salted).as_bytes()).into(),
    }
}

fn token() -> impl Strategy<Value = String> {
    any::<u128>().prop_map(mint)
}

fn form() -> impl Strategy<Value = Form> {
    prop::sample::select(&FORMS[..])
}

fn salt() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..8)
}

/// Text with all that could upset a search: letters, quotes, escapes, base64, bytes of no meaning.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[ -~\n]{0,40}".prop_map(String::into_bytes),
        "[a-z0-9%\\\\/+=_\"'-]{0,40}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..40),
    ]
}

/// Noise with no escape left open: one would take the first letters of what follows.
fn closed() -> impl Strategy<Value = Vec<u8>> {
    noise().prop_map(|text| {
        text.into_iter()
            .filter(|byte| !b"%\\".contains(byte))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_known_token_leaves_in_no_form(
        token in token(), form in form(), before in closed(), after in noise(),
        head in salt(), tail in salt(), mix: u32,
    ) {
        let secret = Secret::new(&token);
        let redactor = Redactor::new([&secret].into_iter(), false);
        let written = write(form, &token, (&head, &tail), mix);
        let text = Untrusted::new([before, written, after].concat());
        for shown in [redactor.text(&text), redactor.line(&text)] {
            prop_assert!(!reveals(&shown, &token), "{shown:?}");
            let hex: String = shown.replace("0x", "").chars().filter(char::is_ascii_hexdigit).collect();
            prop_assert!(!reveals(&hex, &token), "{shown:?}");
            let seen: String = shown.chars().filter(|c| !INVISIBLE.contains(c)).collect();
            prop_assert!(!reveals(&seen, &token), "{shown:?}");
            for (pattern, with) in [("%25", "%"), ("\\\\", "\\"), ("\0", "")] {
                prop_assert!(!reveals(&shown.replace(pattern, with), &token), "{shown:?}");
            }
            let percent = token.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
            prop_assert!(!shown.to_lowercase().contains(&percent[..30]), "{shown:?}");
        }
        let bytes = HEXLOWER.decode(redactor.bytes_hex(&text).as_bytes()).unwrap();
        prop_assert!(!reveals(&String::from_utf8_lossy(&bytes), &token));
    }

    #[test]
    fn an_unknown_token_leaves_in_no_form(
        token in token(),
        form in form().prop_filter("a token is in small letters", |form| !matches!(form, Form::Capitals)),
        mix: u32,
    ) {
        let written = write(form, &token, (b"token=", b"&x"), mix);
        let text = Untrusted::new([&b"a=\""[..], &written, b"\", b"].concat());
        let shown = Redactor::blind().line(&text);
        prop_assert!(!reveals(&shown, &token), "{shown:?}");
    }

    #[test]
    fn a_second_time_changes_nothing(
        token in token(), form in form(), before in noise(), after in noise(), mix: u32, known: bool,
    ) {
        let secret = Secret::new(&token);
        let redactor = Redactor::new([&secret].into_iter().filter(|_| known), false);
        let text = [before, write(form, &token, (b"", b""), mix), after].concat();
        let text = Untrusted::new(text);
        let (once, line) = (redactor.text(&text), redactor.line(&text));
        prop_assert_eq!(redactor.text(&Untrusted::new(&once)), once);
        prop_assert_eq!(redactor.line(&Untrusted::new(&line)), line);
    }

    #[test]
    fn a_snippet_gives_nothing_away(
        token in token(), form in form(), before in closed(), after in noise(), mix: u32,
        moved in 0usize..12,
    ) {
        let secret = Secret::new(&token);
        let redactor = Redactor::new([&secret].into_iter(), false);
        // The match may be marked a little beside what is written.
        let line = [before.clone(), write(form, &token, (b"", b""), mix), after].concat();
        let start = (before.len() + moved).min(line.len());
        let end = (start + 26).min(line.len());
        let [before, matched, after] = [&line[..start], &line[start..end], &line[end..]];
        let [before, matched, after] = [before, matched, after].map(Untrusted::new);
        let snippet = Snippet { before, matched, after };
        for masked in [redactor.snippet(&snippet), redactor.snippet_line(&snippet)] {
            for part in [&masked.before, &masked.matched, &masked.after] {
                prop_assert!(!reveals(part, &token), "{masked:?}");
            }
        }
    }

    #[test]
    fn no_terminal_obeys_a_line(text in prop::collection::vec(any::<u8>(), 0..60), show: bool) {
        let line = Redactor::new([].into_iter(), show).line(&Untrusted::new(&text));
        prop_assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

fn redactor(secrets: &[&str]) -> Redactor {
    let secrets: Vec<Secret> = secrets.iter().map(|secret| Secret::new(secret)).collect();
    Redactor::new(secrets.iter(), false)
}

#[test]
fn what_a_server_makes_is_masked_unknown() {
    assert_eq!(mint(0), "yyyyyyyyybyybyyyyyyyyyyyyy");
    let token = mint(u128::MAX);
    let shown = Redactor::blind().text(&Untrusted::new(&token));
    assert_eq!(shown, format!("{}…", &token[..4]));
}

#[test]
fn what_is_shown_of_a_secret() {
    let token = mint(7 << 90 | 99);
    let redactor = redactor(&[&token, "sh0rt", "x"]);
    let line = |text: String| redactor.line(&Untrusted::new(text));
    let head = &token[..4];
    assert_eq!(
        redactor.secret(&Secret::new(&token)),
        format!("{head}… (26)")
    );
    assert_eq!(line(format!("a={token}&b=x")), format!("a={head}…&b=x"));
    assert_eq!(line(format!("{token}{token}")), format!("{head}…{head}…"));
    assert_eq!(line("sh0rt".into()), "…");
    assert_eq!(
        line(format!("h={}", HEXLOWER.encode(token.as_bytes()))),
        "h=…"
    );
    // A list of bytes in base64 says where it ends by `=`.
    assert_eq!(
        line(format!("b={}", BASE64.encode(token.as_bytes()))),
        "b=…="
    );
    assert_eq!(
        line("postgres://me:hunter2@db/x".into()),
        "postgres://me:…@db/x"
    );
}

#[test]
fn a_secret_that_was_cut_is_masked_at_the_cut() {
    let token = mint(12345 << 80 | 6789);
    let redactor = redactor(&[&token]);
    let line = |text: &str| redactor.line(&Untrusted::new(text));
    assert_eq!(line(&format!("{}, next", &token[9..])), "…, next");
    assert_eq!(line(&format!("…{}, next", &token[9..])), "……, next");
    assert_eq!(line(&format!("token={}", &token[..9])), "token=…");
    let encoded = BASE64.encode(format!("x{token}").as_bytes());
    assert_eq!(line(&format!("t {}", &encoded[..25])), "t e…e");
    assert!(line(&token[..7]).starts_with(&token[..7]));
}

#[test]
fn a_snippet_is_masked_as_one_line() {
    let token = mint(1 << 100 | 0xabcdef);
    let other = mint(3 << 100 | 0x12345);
    let redactor = redactor(&[&token, &other]);
    let parts = [
        format!("\t{{\"a\": \"{other}\", \"token\": \""),
        token.clone(),
        format!("\", \"password\": \"hunter2hunter\"}} {}", &other[..20]),
    ];
    let [before, matched, after] = parts.map(Untrusted::new);
    let snippet = Snippet {
        before,
        matched,
        after,
    };
    let masked = redactor.snippet(&snippet);
    assert_eq!(
        masked.before,
        format!("\t{{\"a\": \"{}…\", \"token\": \"", &other[..4])
    );
    assert_eq!(masked.matched, format!("{}…", &token[..4]));
    assert_eq!(masked.after, "\", \"password\": \"…\"} …");
    assert!(redactor.snippet_line(&snippet).before.starts_with(" {"));
    // What a rule matched is masked even if nobody else knows it.
    let masked = Redactor::blind().snippet(&Snippet {
        matched: Untrusted::new("odd"),
        ..snippet
    });
    assert_eq!(masked.matched, "…");
}

#[test]
fn showing_secrets_keeps_terminals_safe() {
    let token = mint(5 << 99 | 55);
    let secret = Secret::new(&token);
    let redactor = Redactor::new([&secret].into_iter(), true);
    assert_eq!(redactor.secret(&secret), token);
    assert_eq!(redactor.text(&Untrusted::new(&token)), token);
    assert_eq!(
        redactor.line(&Untrusted::new(format!("\x1b{token}"))),
        format!("\\x1b{token}")
    );
    let snippet = Snippet {
        matched: Untrusted::new(&token),
        ..Snippet::default()
    };
    assert_eq!(redactor.snippet(&snippet).matched, token);
}

#[test]
fn a_link_is_true_or_none() {
    let token = mint(9 << 99 | 9);
    let redactor = redactor(&[&token]);
    assert_eq!(
        redactor.verbatim(&Untrusted::new(b"a\xff")),
        Some(&b"a\xff"[..])
    );
    assert_eq!(redactor.verbatim(&Untrusted::new(&token)), None);
}

#[test]
fn ten_thousand_secrets_and_as_many_strings_are_no_matter() {
    let tokens: Vec<String> = (0..10_000u128)
        .map(|n| mint((n << 100) | (n * 7919)))
        .collect();
    let redactor = redactor(&tokens.iter().map(String::as_str).collect::<Vec<_>>());
    for token in &tokens {
        let path = format!("services/chat/deploy/{token}/production-settings.yaml");
        let masked = redactor.line(&Untrusted::new(path));
        assert_eq!(
            masked,
            format!(
                "services/chat/deploy/{}…/production-settings.yaml",
                &token[..4]
            )
        );
    }
}
