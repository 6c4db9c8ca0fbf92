//! Files that people write, as their editors and shells save them: `>` of Windows PowerShell writes UTF-16, others
//! begin with a byte order mark.

/// The same text in UTF-8 and without a mark. What is not known stays as it is.
pub fn utf8(bytes: Vec<u8>) -> Vec<u8> {
    let (wide, little) = match &bytes[..] {
        [0xef, 0xbb, 0xbf, rest @ ..] => return rest.to_vec(),
        [0xff, 0xfe, rest @ ..] => (rest, true),
        [0xfe, 0xff, rest @ ..] => (rest, false),
        // All that is read so begins with a character of ASCII.
        [1..=0x7f, 0, ..] => (&bytes[..], true),
        [0, 1..=0x7f, ..] => (&bytes[..], false),
        _ => return bytes,
    };
    let units = wide.chunks(2).map(|pair| match *pair {
        [a, b] if little => u16::from_le_bytes([a, b]),
        [a, b] => u16::from_be_bytes([a, b]),
        _ => 0xfffd,
    });
    let characters = char::decode_utf16(units);
    let text: String = characters
        .map(|found| found.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_of_windows_is_the_same_text() {
        let text = "[\"é\u{1f511}\"]\r\n";
        let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect();
        let (little, big): (Vec<u8>, Vec<u8>) = (wide(u16::to_le_bytes), wide(u16::to_be_bytes));
        for saved in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [b"\xff\xfe", &*little].concat(),
            [b"\xfe\xff", &*big].concat(),
            little,
            big,
        ] {
            assert_eq!(utf8(saved.clone()), text.as_bytes(), "{saved:?}");
        }
        assert_eq!(
            utf8(b"\xff\xfeD\0\x00\xd8x".to_vec()),
            "D\u{fffd}\u{fffd}".as_bytes()
        );
        for kept in [&b""[..], b"a", b"\xe9", b"\0\0"] {
            assert_eq!(utf8(kept.to_vec()), kept);
        }
    }
}
