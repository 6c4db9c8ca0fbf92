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
    parts.collect()
}

/// Words that make no markup. A mention, a channel link, a hashtag, an address or an emoji is cut by a space that nobody
/// sees: Mattermost's words end there (`processText` takes letters, digits and `:.-_@`), and `@` alone is nobody.
/// Backslashes stand only where Mattermost's Markdown takes them for escapes; HTML it shows as text.
fn plain(text: &str) -> String {
    let mut escaped = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '@' | '$' => escaped.extend([c, '\u{200b}']),
            '~' | '#' => escaped.extend(['\\', c, '\u{200b}']),
            ':' if chars.peek().is_some_and(|next| !next.is_whitespace()) => {
                escaped.extend([c, '\u{200b}']);
            }
            '\\' | '*' | '_' | '[' | ']' | '>' | '|' => escaped.extend(['\\', c]),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
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

    proptest! {
        #[test]
        fn nothing_leaves_its_span(text in any::<String>()) {
            let redactor = Redactor::blind();
            let said = code(&redactor, &text);
            prop_assert_eq!(said.matches('`').count(), 2);
            prop_assert!(said.starts_with('`') && said.ends_with('`') && said.len() > 2);
            prop_assert!(!said.contains(['\n', '\r', '\0']));
            let said = prose(&redactor, &text);
            prop_assert!(!said.contains('\n'));
            for (at, _) in outside(&said).match_indices(['@', '~', '#']) {
                let rest = &outside(&said)[at + 1..];
                prop_assert!(rest.starts_with('\u{200b}'), "{}", said);
            }
        }
    }
}
