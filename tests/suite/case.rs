//! The case files of `fixtures/`: what a user committed and what must be said of it. `fixtures/README.md`
//! explains the format. Secrets are placeholders that are minted anew, so no value is ever learnt by heart.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use matterleaks::detect::mint;

/// One case.
pub struct Case {
    pub name: String,
    pub expects: Vec<Expect>,
    pub args: Vec<String>,
    /// Path and content with minted values.
    pub files: Vec<(String, Vec<u8>)>,
}

/// A secret that must be found.
pub struct Expect {
    pub kinds: Vec<String>,
    pub name: String,
    pub token: String,
    pub host: Option<String>,
}

/// Every case below a folder, by path.
pub fn all(folder: &Path, seed: u64) -> Vec<Case> {
    let mut paths = Vec::new();
    collect(folder, &mut paths);
    paths.sort();
    paths.iter().map(|path| read(path, seed)).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|e| e == "case") {
            paths.push(path);
        }
    }
}

fn read(path: &Path, seed: u64) -> Case {
    let text = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut random = Random::new(&name, seed);
    let mut values = BTreeMap::new();
    let mut case = Case {
        name,
        expects: Vec::new(),
        args: Vec::new(),
        files: Vec::new(),
    };
    let mut files: Vec<(String, String, Vec<u8>)> = Vec::new();
    for line in text.split_inclusive(|&b| b == b'\n') {
        let plain = String::from_utf8_lossy(line);
        let plain = plain.trim_end();
        if let Some(head) = plain
            .strip_prefix("-- ")
            .and_then(|l| l.strip_suffix(" --"))
        {
            let (path, encoding) = head
                .rsplit_once(" [")
                .map_or((head, ""), |(p, e)| (p, e.trim_end_matches(']')));
            files.push((path.to_owned(), encoding.to_owned(), Vec::new()));
        } else if let Some((.., content)) = files.last_mut() {
            content.extend_from_slice(line);
        } else if let Some(expect) = plain.strip_prefix("expect: ") {
            let words: Vec<&str> = expect.split_whitespace().collect();
            let [kinds, name, host] = words[..] else {
                panic!("{}: bad expect line: {plain}", path.display())
            };
            case.expects.push(Expect {
                kinds: kinds.split('|').map(str::to_owned).collect(),
                name: name.to_owned(),
                token: value(name, &mut values, &mut random),
                host: (host != "-").then(|| host.to_owned()),
            });
        } else if let Some(args) = plain.strip_prefix("args: ") {
            case.args.extend(args.split_whitespace().map(str::to_owned));
        } else {
            assert!(
                plain.is_empty() || plain.starts_with('#'),
                "{}: what is this: {plain}",
                path.display()
            );
        }
    }
    for (path, encoding, content) in files {
        let content = encode(&expand(&content, &mut values, &mut random), &encoding);
        case.files.push((path, content));
    }
    case
}

/// The value of a placeholder, minted when it is first met.
fn value(name: &str, values: &mut BTreeMap<String, String>, random: &mut Random) -> String {
    values
        .entry(name.to_owned())
        .or_insert_with(|| match name.as_bytes() {
            [b'X', ..] => loop {
                // Scrambled: characters that no server uses, two digits.
                let word: String = (0..26)
                    .map(|_| char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[random.below(36)]))
                    .collect();
                let digits = word.bytes().filter(u8::is_ascii_digit).count();
                if digits >= 2 && word.contains(['0', '2', 'l', 'v']) {
                    break word;
                }
            },
            [b'K', ..] => format!("k{}", mint(random.bytes())),
            _ => mint(random.bytes()),
        })
        .clone()
}

/// Replaces every placeholder; what only looks like one stays.
fn expand(content: &[u8], values: &mut BTreeMap<String, String>, random: &mut Random) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = content;
    while let Some(open) = find(rest, b"{{") {
        out.extend_from_slice(&rest[..open]);
        rest = &rest[open..];
        let end = find(rest, b"}}").unwrap_or(0);
        let inner = String::from_utf8_lossy(&rest[2.min(end)..end]).into_owned();
        match placeholder(&inner, values, random) {
            Some(bytes) => {
                out.extend(bytes);
                rest = &rest[end + 2..];
            }
            None => {
                out.extend_from_slice(b"{{");
                rest = &rest[2..];
            }
        }
    }
    out.extend_from_slice(rest);
    out
}

fn placeholder(
    inner: &str,
    values: &mut BTreeMap<String, String>,
    random: &mut Random,
) -> Option<Vec<u8>> {
    let is_name = |s: &str| {
        ["ID", "T", "X", "K"].iter().any(|k| {
            s.strip_prefix(k)
                .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        })
    };
    if is_name(inner) {
        return Some(value(inner, values, random).into_bytes());
    }
    let (head, tail) = inner.split_once(':')?;
    if is_name(head) {
        let length: usize = tail.parse().ok()?;
        return Some(value(head, values, random).as_bytes()[..length].to_vec());
    }
    let mut text = || {
        let mut text = tail.replace("\\n", "\n");
        while let Some(open) = text.find('<') {
            let Some(close) = text[open..].find('>').map(|c| open + c) else {
                break;
            };
            let name = text[open + 1..close].to_owned();
            if !is_name(&name) {
                break;
            }
            text.replace_range(open..=close, &value(&name, values, random));
        }
        text
    };
    Some(match head {
        "b64" => data_encoding::BASE64.encode(text().as_bytes()).into_bytes(),
        "b64url" => data_encoding::BASE64URL_NOPAD
            .encode(text().as_bytes())
            .into_bytes(),
        "pct" => text()
            .bytes()
            .map(|b| {
                if b.is_ascii_alphanumeric() {
                    char::from(b).to_string()
                } else {
                    format!("%{b:02X}")
                }
            })
            .collect::<String>()
            .into_bytes(),
        "json" => serde_json::to_string(&text())
            .ok()?
            .trim_matches('"')
            .as_bytes()
            .to_vec(),
        "byte" => vec![u8::from_str_radix(tail, 16).ok()?],
        "pad" => {
            let unit = "function n(e,t){return e&&e.length?t(e[0],e.slice(1)):null}var r=n([1,2,3],String);";
            unit.bytes().cycle().take(tail.parse().ok()?).collect()
        }
        _ => return None,
    })
}

fn encode(content: &[u8], encoding: &str) -> Vec<u8> {
    let wide = |bytes: fn(u16) -> [u8; 2]| {
        String::from_utf8_lossy(content)
            .encode_utf16()
            .flat_map(bytes)
            .collect::<Vec<u8>>()
    };
    match encoding {
        "" => content.to_vec(),
        "utf-16le" => wide(u16::to_le_bytes),
        "utf-16be" => wide(u16::to_be_bytes),
        "utf-16le-bom" => [vec![0xff, 0xfe], wide(u16::to_le_bytes)].concat(),
        "utf-16be-bom" => [vec![0xfe, 0xff], wide(u16::to_be_bytes)].concat(),
        "utf-8-bom" => [b"\xef\xbb\xbf", content].concat(),
        "latin-1" => String::from_utf8_lossy(content)
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
            .collect(),
        "crlf" => content
            .split_inclusive(|&b| b == b'\n')
            .flat_map(|l| {
                [
                    l.strip_suffix(b"\n").unwrap_or(l),
                    if l.ends_with(b"\n") { b"\r\n" } else { b"" },
                ]
                .concat()
            })
            .collect(),
        "nul" => content
            .iter()
            .map(|&b| if b == b'\n' { 0 } else { b })
            .collect(),
        other => panic!("unknown encoding {other}"),
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|w| w == what)
}

/// SplitMix64, seeded by a name: the same values for the same seed on every machine.
pub struct Random(u64);

impl Random {
    pub fn new(name: &str, seed: u64) -> Random {
        Random(name.bytes().fold(seed ^ 0x9e37_79b9_7f4a_7c15, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn bytes(&mut self) -> [u8; 16] {
        (u128::from(self.next()) << 64 | u128::from(self.next())).to_le_bytes()
    }
}
