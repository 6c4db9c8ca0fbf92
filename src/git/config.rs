//! A repository's settings: the format of git-config(1), "Syntax". No include is followed: it names any file,
//! and what we ask for stands in the repository's own.

/// Settings, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    entries: Vec<Entry>,
    /// The first line that does not have the form. It is left out, and so is a section without a name; git
    /// refuses the whole file.
    pub broken: Option<usize>,
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// In lower case.
    pub section: Vec<u8>,
    /// As it stands, upper and lower case matter; of the old form `[section.subsection]` in lower case.
    pub subsection: Option<Vec<u8>>,
    /// In lower case.
    pub key: Vec<u8>,
    /// Without quotes, escapes and comments. `true` for a key alone, as git-config(1) has it.
    pub value: Vec<u8>,
}

impl Config {
    /// Reads the text of a file.
    pub fn parse(text: &[u8]) -> Config {
        let mut config = Config::default();
        let mut text = Text::new(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text));
        let mut section = None;
        while let Some(byte) = text.next() {
            let line = text.line;
            let whole = match byte {
                b'#' | b';' => {
                    text.skip_line();
                    true
                }
                b'[' => {
                    section = text.section();
                    section.is_some()
                }
                byte if is_space(byte) => true,
                byte => match (text.setting(byte), &section) {
                    (Some((key, value)), Some((section, subsection))) => {
                        config.entries.push(Entry {
                            section: section.clone(),
                            subsection: subsection.clone(),
                            key,
                            value,
                        });
                        true
                    }
                    _ => false,
                },
            };
            if !whole {
                config.broken.get_or_insert(line);
                text.skip_line();
            }
        }
        config
    }

    /// The value of a setting: the last one counts. Names of sections and keys match in any case.
    pub fn get(&self, section: &str, subsection: Option<&[u8]>, key: &str) -> Option<&[u8]> {
        self.all(section, subsection, key).pop()
    }

    /// All values of a setting that may have many.
    pub fn all(&self, section: &str, subsection: Option<&[u8]>, key: &str) -> Vec<&[u8]> {
        let wanted = |entry: &&Entry| {
            entry.section.eq_ignore_ascii_case(section.as_bytes())
                && entry.subsection.as_deref() == subsection
                && entry.key.eq_ignore_ascii_case(key.as_bytes())
        };
        let entries = self.entries.iter().filter(wanted);
        entries.map(|entry| &*entry.value).collect()
    }

    /// A yes or no. None if it is not set, or set to neither.
    pub fn boolean(&self, section: &str, subsection: Option<&[u8]>, key: &str) -> Option<bool> {
        boolean(self.get(section, subsection, key)?)
    }

    /// Every setting.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Adds the settings of a further file, which win over those before.
    pub fn append(&mut self, more: Config) {
        self.entries.extend(more.entries);
        self.broken = self.broken.or(more.broken);
    }
}

/// What a value says, if it is a yes or a no.
pub fn boolean(value: &[u8]) -> Option<bool> {
    let is = |words: [&str; 3]| {
        words
            .iter()
            .any(|word| value.eq_ignore_ascii_case(word.as_bytes()))
    };
    if is(["true", "yes", "on"]) {
        Some(true)
    } else if value.is_empty() || is(["false", "no", "off"]) {
        Some(false)
    } else {
        let number: i64 = std::str::from_utf8(value).ok()?.parse().ok()?;
        Some(number != 0)
    }
}

/// The name of a section, and of its subsection.
type Section = (Vec<u8>, Option<Vec<u8>>);

/// The rest of a file.
struct Text<'t> {
    text: &'t [u8],
    at: usize,
    /// Of the byte that was read last, from 1.
    line: usize,
}

impl<'t> Text<'t> {
    fn new(text: &'t [u8]) -> Text<'t> {
        Text {
            text,
            at: 0,
            line: 1,
        }
    }

    /// The next byte. The end of a line is `\n` whatever the system.
    fn next(&mut self) -> Option<u8> {
        if self.at_line_start() {
            self.line += 1;
        }
        if self.text[self.at.min(self.text.len())..].starts_with(b"\r\n") {
            self.at += 1;
        }
        let byte = self.text.get(self.at).copied()?;
        self.at += 1;
        Some(byte)
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn at_line_start(&self) -> bool {
        self.at > 0 && self.text.get(self.at - 1) == Some(&b'\n')
    }

    /// Goes on to the next line, unless that was just done.
    fn skip_line(&mut self) {
        while !self.at_line_start() && self.next().is_some() {}
    }

    /// What stands behind `[`: `name]`, `name.subsection]` or `name "subsection"]`.
    fn section(&mut self) -> Option<Section> {
        let mut name = Vec::new();
        let quoted = loop {
            match self.next()? {
                b']' => break None,
                byte if is_key(byte) || byte == b'.' => name.push(byte.to_ascii_lowercase()),
                b' ' | b'\t' => break Some(self.subsection()?),
                _ => return None,
            }
        };
        let dot = name.iter().position(|&byte| byte == b'.');
        let inner = dot.map(|dot| name.split_off(dot)[1..].to_vec());
        let subsection = match (inner, quoted) {
            (Some(inner), Some(quoted)) => Some([&*inner, b".", &quoted].concat()),
            (inner, quoted) => inner.or(quoted),
        };
        Some((name, subsection))
    }

    /// ` "subsection"]`. Only `"` and `\` need a `\` in front of them, but any byte may have one.
    fn subsection(&mut self) -> Option<Vec<u8>> {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.next();
        }
        let mut name = Vec::new();
        if self.next()? != b'"' {
            return None;
        }
        loop {
            let byte = match self.next()? {
                b'"' => break,
                b'\\' => self.next()?,
                byte => byte,
            };
            if byte == b'\n' {
                return None;
            }
            name.push(byte);
        }
        (self.next()? == b']').then_some(name)
    }

    /// A key that begins with `first`, and its value.
    fn setting(&mut self, first: u8) -> Option<(Vec<u8>, Vec<u8>)> {
        if !first.is_ascii_alphabetic() {
            return None;
        }
        let mut key = vec![first.to_ascii_lowercase()];
        while let Some(byte) = self.peek().filter(|&byte| is_key(byte)) {
            key.push(byte.to_ascii_lowercase());
            self.next();
        }
        loop {
            match self.next() {
                Some(b' ' | b'\t') => {}
                Some(b'=') => return Some((key, self.value()?)),
                None | Some(b'\n') => return Some((key, b"true".to_vec())),
                Some(_) => return None,
            }
        }
    }

    /// What stands behind `=`.
    fn value(&mut self) -> Option<Vec<u8>> {
        let mut value = Vec::new();
        let mut quoted = false;
        let mut length = 0; // without white space at the end, unless that was quoted
        loop {
            let byte = match self.next() {
                None | Some(b'\n') if quoted => return None,
                None | Some(b'\n') => break,
                Some(b'#' | b';') if !quoted => {
                    self.skip_line();
                    break;
                }
                Some(b'"') => {
                    quoted = !quoted;
                    length = value.len();
                    continue;
                }
                Some(byte) if is_space(byte) && !quoted => {
                    if !value.is_empty() {
                        value.push(byte);
                    }
                    continue;
                }
                Some(b'\\') => match self.next().unwrap_or(b'\n') {
                    b'\n' => {
                        length = value.len();
                        continue;
                    }
                    b't' => b'\t',
                    b'b' => 8,
                    b'n' => b'\n',
                    byte @ (b'\\' | b'"') => byte,
                    _ => return None,
                },
                Some(byte) => byte,
            };
            value.push(byte);
            length = value.len();
        }
        value.truncate(length);
        Some(value)
    }
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

/// White space to git: no vertical tab, no form feed.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests;
