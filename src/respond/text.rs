//! Foreign text in a post: it stays text.
//!
//! Mattermost looks for mentions only in the text nodes of a post's Markdown (`getExplicitMentions` in `app/notification.go`,
//! `markdown.Inspect`), never in code spans; nor does it make links, emoji or channel links of them. So what strangers
//! wrote stands in a code span, and nothing in it ends that: backticks become apostrophes.

use crate::finding::Untrusted;
use crate::redact::Redactor;

/// Characters of one foreign text that are shown.
const MOST: usize = 200;

/// Foreign text as a code span.
pub(super) fn code(redactor: &Redactor, text: &str) -> String {
    let line = redactor.line(&Untrusted::new(text));
    span(&cut(&line, MOST))
}

/// A text that is safe to show, as a code span.
pub(super) fn span(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| match c {
            '`' => '\'',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    match text.trim() {
        "" => "`-`".to_owned(),
        text => format!("`{text}`"),
    }
}

/// The steps of a rule: prose with code in it. Its code stays code, the rest is plain text.
pub(super) fn prose(redactor: &Redactor, text: &str) -> String {
    let line = redactor.line(&Untrusted::new(text));
    let line = cut(&line, 600);
    let parts = line.split('`').enumerate();
    // An odd backtick opens nothing.
    let last = line.matches('`').count();
    let parts = parts.map(|(n, part)| match n % 2 {
        1 if n < last || last.is_multiple_of(2) => span(part),
        _ => plain(part),
    });
    let text: String = parts.collect();
    // A list, a line or a heading begins so.
    match text.starts_with(|c: char| c.is_alphabetic() || c == '`') {
        true => text,
        false => format!("\u{200b}{text}"),
    }
}

/// Words that make no markup. A mention, a channel link, a hashtag, an address or an emoji is cut by a space that nobody
/// sees: Mattermost's words end there (`processText` takes letters, digits and `:.-_@`), and `@` alone is nobody.
/// Backslashes stand only where Mattermost's Markdown takes them for escapes; HTML it shows as text.
fn plain(text: &str) -> String {
    let mut escaped = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // `&commat;` is an `@` for whoever reads Markdown.
            '@' | '$' | '&' => escaped.extend([c, '\u{200b}']),
            '~' | '#' => escaped.extend(['\\', c, '\u{200b}']),
            ':' if chars.peek().is_some_and(|next| !next.is_whitespace()) => {
                escaped.extend([c, '\u{200b}']);
            }
            // An address without a scheme.
            '.' if ends_in_www(&escaped) => escaped.extend(['\u{200b}', c]),
            '\\' | '*' | '_' | '[' | ']' | '>' | '|' => escaped.extend(['\\', c]),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

fn ends_in_www(text: &str) -> bool {
    let mut last = text.chars().rev();
    (0..3).all(|_| last.next().is_some_and(|c| c.eq_ignore_ascii_case(&'w')))
}

/// The beginning of a text.
pub(super) fn cut(text: &str, most: usize) -> String {
    let mut chars = text.chars();
    let mut cut: String = chars.by_ref().take(most).collect();
    if chars.next().is_some() {
        cut.pop();
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is left of a text outside of code spans.
    fn outside(text: &str) -> String {
        text.split('`').step_by(2).collect()
    }

    #[test]
    fn what_strangers_wrote_is_code() {
        let redactor = Redactor::blind();
        for (text, expected) in [
            ("deploy/bot.env", "`deploy/bot.env`"),
            (
                "@all `@channel` ~town-square",
                "`@all '@channel' ~town-square`",
            ),
            ("a\n# b\r\n@here", r"`a\n# b\r\n@here`"),
            ("\u{1b}[31m\u{202e}x", r"`\x1b[31m\u{202e}x`"),
            ("", "`-`"),
            (" ` ", "`'`"),
        ] {
            assert_eq!(code(&redactor, text), expected);
        }
        assert_eq!(code(&redactor, &"x".repeat(300)).chars().count(), MOST + 2);
    }

    #[test]
    fn steps_keep_their_code_and_nothing_else() {
        let redactor = Redactor::blind();
        let said = prose(
            &redactor,
            "Run `mmctl token list @all`, then @all [x](y) `open",
        );
        assert!(said.contains("`mmctl token list @all`"), "{said}");
        let rest = outside(&said);
        assert!(
            !rest.contains("@all")
                && !rest.contains("[x](y)")
                && said.matches('`').count().is_multiple_of(2),
            "{said}"
        );
    }

    #[test]
    fn what_begins_a_block_or_a_link_does_not() {
        let redactor = Redactor::blind();
        for (text, said) in [
            ("&commat;all", "\u{200b}&\u{200b}commat;all"),
            ("see www.evil.example", "see www\u{200b}.evil.example"),
            ("- a", "\u{200b}- a"),
            ("---", "\u{200b}---"),
            ("# a", "\u{200b}\\#\u{200b} a"),
            ("1. a", "\u{200b}1. a"),
            ("Remove it.", "Remove it."),
        ] {
            assert_eq!(prose(&redactor, text), said);
        }
    }

    proptest! {
        #[test]
        fn nothing_leaves_its_span(text in proptest::string::string_regex("(\\PC|www\\.|&commat;all|- |---|# |`){0,12}").expect("an expression")) {
            let redactor = Redactor::blind();
            let said = code(&redactor, &text);
            prop_assert_eq!(said.matches('`').count(), 2);
            prop_assert!(said.starts_with('`') && said.ends_with('`') && said.len() > 2);
            prop_assert!(!said.contains(['\n', '\r', '\0']));
            let said = prose(&redactor, &text);
            prop_assert!(!said.contains('\n'));
            for part in said.split('`').step_by(2) {
                prop_assert!(!part.to_ascii_lowercase().contains("www."), "{}", said);
            }
            let first = said.chars().next();
            prop_assert!(first.is_none_or(|c| c.is_alphabetic() || c == '`' || c == '\u{200b}'), "{}", said);
            for (at, _) in outside(&said).match_indices(['@', '~', '#', '&']) {
                let rest = &outside(&said)[at + 1..];
                prop_assert!(rest.starts_with('\u{200b}'), "{}", said);
            }
        }
    }
}
