//! Foreign text made safe for a terminal: nothing in it moves the cursor, changes the order of what is
//! read, or hides. An escape is shown instead, so that people still see that something was there.

use std::fmt::Write as _;

/// One line of visible text.
pub(super) fn terminal(text: &[u8]) -> String {
    let mut line = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push(&mut line, c));
        for byte in chunk.invalid() {
            let _ = write!(line, "\\x{byte:02x}");
        }
    }
    line
}

fn push(line: &mut String, c: char) {
    let written = match c {
        '\n' => write!(line, "\\n"),
        '\r' => write!(line, "\\r"),
        '\t' => write!(line, "\\t"),
        '\0'..='\x1f' | '\x7f' => write!(line, "\\x{:02x}", u32::from(c)),
        _ if is_invisible(c) => write!(line, "\\u{{{:x}}}", u32::from(c)),
        _ => write!(line, "{c}"),
    };
    // Writing to a string cannot fail.
    let _ = written;
}

/// C1 controls, line separators, and every character that is made to have no width or to reorder its
/// neighbours (Unicode's `Default_Ignorable_Code_Point` and `Bidi_Control`).
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_remains() {
        for (text, expected) in [
            ("plain ünï 日本 👍 \\n", "plain ünï 日本 👍 \\n"),
            ("a\nb\r\tc\0", r"a\nb\r\tc\x00"),
            (
                "\x1b]0;title\x07\x1b[2J\x7f",
                r"\x1b]0;title\x07\x1b[2J\x7f",
            ),
            ("\u{9b}31m\u{85}", r"\u{9b}31m\u{85}"),
            ("exe\u{202e}gpj.\u{2066}", r"exe\u{202e}gpj.\u{2066}"),
            (
                "a\u{200b}b\u{feff}\u{2028}\u{e0041}",
                r"a\u{200b}b\u{feff}\u{2028}\u{e0041}",
            ),
        ] {
            assert_eq!(terminal(text.as_bytes()), expected);
            assert_eq!(terminal(expected.as_bytes()), expected);
        }
        assert_eq!(terminal(b"\xff\xc3x\x80"), r"\xff\xc3x\x80");
    }
}
