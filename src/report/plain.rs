//! Text of strangers in formats that others show: on one line, of a bearable length, and as it looks.

/// Text on one line, short, without characters that hide or turn what stands around them.
pub(super) fn plain(text: &str, most: usize) -> String {
    let shown = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        // Unicode's bidirectional and invisible formatting (UAX #9), and its line separators.
        '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    let mut chars = text.chars();
    let mut plain: String = chars.by_ref().take(most).map(shown).collect();
    if chars.next().is_some() {
        plain.pop();
        plain.push('…');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hides_or_turns_round() {
        assert_eq!(plain("a\nb\u{1b}[0m\u{202e}", 99), "a b\u{fffd}[0m\u{fffd}");
        assert_eq!(plain("abcde", 4), "abc…");
        assert_eq!(plain("abcd", 4), "abcd");
    }
}
