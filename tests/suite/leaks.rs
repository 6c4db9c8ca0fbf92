//! No secret leaves the program: whatever it is asked to read, by whatever format or stream.

use aho_corasick::AhoCorasick;

use crate::util::{Dir, Output, id, ids, name, paired, token};

/// What gives a secret away: so many of its characters in a row.
const GIVEN_AWAY: usize = 10;

/// Every way in which tokens are written in these tests, and in which output is looked through.
const ENCODINGS: [fn(&str) -> String; 10] = [
    str::to_owned,
    |text| data_encoding::HEXLOWER.encode(text.as_bytes()),
    |text| data_encoding::HEXUPPER.encode(text.as_bytes()),
    |text| each(text, |byte| format!("%{byte:02x}")),
    |text| each(text, |byte| format!("%{byte:02X}")),
    |text| each(text, |byte| format!("\\u{byte:04x}")),
    |text| each(text, |byte| format!("\\x{byte:02x}")),
    |text| data_encoding::BASE64.encode(text.as_bytes()),
    |text| data_encoding::BASE64.encode(format!(":{text}").as_bytes()),
    |text| data_encoding::BASE64URL_NOPAD.encode(format!("::{text}").as_bytes()),
];

fn each(text: &str, write: impl Fn(u8) -> String) -> String {
    text.bytes().map(write).collect()
}

fn wide(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

/// Looks for tokens in what a program says.
struct Search {
    parts: AhoCorasick,
}

impl Search {
    fn new(tokens: &[String]) -> Search {
        let parts = tokens
            .iter()
            .flat_map(|token| token.as_bytes().windows(GIVEN_AWAY));
        let parts = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(parts);
        Search {
            parts: parts.expect("an automaton"),
        }
    }

    /// What was found, and in which decoding.
    fn find(&self, text: &[u8]) -> Option<(&'static str, String)> {
        let mut views = vec![
            ("raw", text.to_vec()),
            ("wide", text.iter().copied().filter(|&b| b != 0).collect()),
            ("percent", unescape(text, b"%", 2)),
            ("\\x", unescape(text, b"\\x", 2)),
            ("\\u", unescape(text, b"\\u", 4)),
            ("\\\\u", unescape(text, b"\\\\u", 4)),
        ];
        for (name, bits, value) in [
            ("hex", 4, hex_value as fn(u8) -> Option<u32>),
            ("base64", 6, base64_value),
        ] {
            for run in text.split(|&byte| value(byte).is_none()) {
                if run.len() * bits >= GIVEN_AWAY * 8 {
                    let decode = |skip| decode(&run[skip..], bits, value);
                    views.extend((0..4).map(|skip| (name, decode(skip))));
                }
            }
        }
        let mut found = views.into_iter().filter_map(|(name, view)| {
            let part = self.parts.find(&view)?.range();
            Some((name, String::from_utf8_lossy(&view[part]).into_owned()))
        });
        found.next()
    }

    #[track_caller]
    fn assert_silent(&self, output: Output) -> Output {
        for stream in [&output.stdout, &output.stderr] {
            let line = || {
                let mut lines = stream.split(|&byte| byte == b'\n');
                let line = lines.find(|line| self.find(line).is_some());
                String::from_utf8_lossy(line.unwrap_or_default()).into_owned()
            };
            let found = self.find(stream);
            assert!(found.is_none(), "{output}\n{found:?} in: {}", line());
        }
        output
    }
}

fn hex_value(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(16)
}

fn base64_value(byte: u8) -> Option<u32> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let byte = match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => byte,
    };
    let at = alphabet.iter().position(|&digit| digit == byte)?;
    u32::try_from(at).ok()
}

fn decode(digits: &[u8], bits: usize, value: fn(u8) -> Option<u32>) -> Vec<u8> {
    let (mut bytes, mut rest, mut have) = (Vec::new(), 0_u32, 0);
    for digit in digits.iter().filter_map(|&digit| value(digit)) {
        rest = rest << bits | digit;
        have += bits;
        if have >= 8 {
            have -= 8;
            bytes.push((rest >> have & 0xff) as u8);
            rest &= (1 << have) - 1;
        }
    }
    bytes
}

/// Every escape that begins with `lead` replaced by the byte that it stands for.
fn unescape(text: &[u8], lead: &[u8], digits: usize) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let escape = rest.strip_prefix(lead).and_then(|rest| rest.get(..digits));
        let code = escape.and_then(|digits| {
            let digit = |sum: u32, &digit: &u8| Some(sum << 4 | hex_value(digit)?);
            digits.iter().try_fold(0, digit)
        });
        match code.and_then(|code| u8::try_from(code).ok()) {
            Some(byte) => {
                plain.push(byte);
                rest = &rest[lead.len() + digits..];
            }
            None => {
                plain.push(*first);
                rest = after;
            }
        }
    }
    plain
}

#[test]
fn the_search_finds_what_it_should() {
    let token = token(1);
    let search = Search::new(std::slice::from_ref(&token));
    for encode in ENCODINGS {
        for text in [&token[..], &token[8..19]] {
            let text = format!("some text, {} and more", encode(text));
            assert!(search.find(text.as_bytes()).is_some(), "{text}");
        }
    }
    assert!(search.find(&wide(&token, u16::to_le_bytes)).is_some());
    assert_eq!(search.find(&token.as_bytes()[..9]), None);
    assert_eq!(search.find(crate::util::token(2).as_bytes()), None);
}

/// The tokens of [`tree`].
fn tokens() -> Vec<String> {
    (0..40).map(token).collect()
}

/// Tokens wherever one can be written, each in every encoding.
fn tree() -> Dir {
    let dir = Dir::new();
    let tokens = tokens();
    for (n, encode) in ENCODINGS.iter().enumerate() {
        let (one, other) = (&tokens[n], &tokens[n + 10]);
        let (shown, also) = (encode(one), encode(other));
        // As a value, alone on its line and beside one that is found.
        dir.file(format!("value/{n}/.env"), paired(&shown));
        dir.file(
            format!("beside/{n}/.env"),
            format!(
                "MATTERMOST_URL=https://chat.example.org\n\
                 {shown} MATTERMOST_TOKEN={one} # {shown} {also} and {other}{one}\n\
                 x={shown}{also};MATTERMOST_TOKEN={other};{also}{shown}\n"
            ),
        );
        // As a whole document that is encoded.
        dir.file(format!("document/{n}"), encode(&paired(one)));
        // In names of folders and files, above something that is found.
        let safe = shown.replace('/', "_");
        dir.file(
            format!("mattermost-{safe}/MATTERMOST_TOKEN={safe}.env"),
            paired(other),
        );
        dir.file(format!("named/{safe}"), paired(one));
        let foul = [b"named/\xff", safe.as_bytes(), b"\xc3/mattermost\xff"].concat();
        dir.file(name(&foul), paired(&token(30)));
        // In links.
        let target = format!("https://mattermost.example.org/hooks/{shown}");
        dir.link(format!("link{n}"), target)
            .link(format!("link-{safe}"), &safe);
    }
    for (n, bytes) in [u16::to_le_bytes, u16::to_be_bytes].into_iter().enumerate() {
        let text = wide(&paired(&tokens[20 + n]), bytes);
        dir.file(format!("wide/{n}/.env"), text);
        let line = format!("{} mattermost_token={}\n", tokens[22], tokens[20]);
        let mixed = [paired(&tokens[22]).into_bytes(), wide(&line, bytes)].concat();
        dir.file(format!("wide/{n}/mixed"), mixed);
    }
    // Passwords and keys of other sorts, beside one that is found.
    let line = format!(
        "MATTERMOST_URL=https://me:{}@chat.example.org/{}\nMATTERMOST_TOKEN={} PASSWORD={}\n",
        tokens[23], tokens[24], tokens[25], tokens[26]
    );
    dir.file("other/.env", line);
    let long = format!(
        "MATTERMOST_URL=https://chat.example.org\n{}\nMATTERMOST_TOKEN={} {}\n",
        tokens[27].repeat(100),
        tokens[28],
        tokens[28].repeat(40)
    );
    dir.file("long/.env", long);
    // Not minted: of low confidence.
    dir.file("low/.env", paired(&format!("l0v2{}", &tokens[29][4..])));
    let reason = format!(
        "{} mattermost_token={} {}\n",
        id(&tokens[0]),
        tokens[1],
        ENCODINGS[7](&tokens[2])
    );
    let unknown = format!("{} because {}\n", id("nobody"), tokens[3]);
    dir.file(".matterleaksignore", reason + &unknown);
    dir
}

#[test]
fn no_report_holds_a_secret() {
    let (dir, search) = (tree(), Search::new(&tokens()));
    for format in ["human", "json", "jsonl"] {
        for more in [
            &[] as &[&str],
            &["-vv"],
            &["--color", "always", "-vv"],
            &["--no-config"],
            &["--min-confidence", "high"],
            &["--unpaired", "hide"],
            &["--all-kinds"],
        ] {
            let output = dir.scan(["--format", format]).args(more).run().code(1);
            assert!(output.stdout.len() > 5000, "{output}");
            let output = search.assert_silent(output).quietly();
            match format {
                "json" => drop(output.json()),
                "jsonl" => drop(output.lines()),
                _ => {}
            }
        }
    }
}

#[test]
fn no_cut_of_a_long_line_gives_a_part_away() {
    let (one, other) = (token(0), token(1));
    let search = Search::new(&[one.clone(), other.clone()]);
    let dir = Dir::new();
    for (n, encode) in ENCODINGS.iter().enumerate() {
        let shown = encode(&other);
        let mut text = "MATTERMOST_URL=https://chat.example.org\n".to_owned();
        for pad in 0..104 {
            let pad = "; ".repeat(pad / 2) + &"-".repeat(pad % 2);
            text += &format!("{shown} {pad} MATTERMOST_TOKEN={one} {pad} {shown} {pad}{pad}\n");
        }
        dir.file(format!("{n}.env"), text);
    }
    for format in ["human", "json"] {
        let output = dir.scan(["-v", "--format", format]).run().code(1);
        search.assert_silent(output);
    }
}

#[test]
fn what_is_written_to_a_file_holds_no_secret() {
    let (dir, search) = (tree(), Search::new(&tokens()));
    let formats = ["--format", "human", "--format", "json"];
    let outputs = ["--output", "human.out", "--output", "json.out"];
    let output = dir.scan(["-vv"]).args(formats).args(outputs).run().code(1);
    search.assert_silent(output);
    for file in ["human.out", "json.out"] {
        assert_eq!(search.find(dir.read(file).as_bytes()), None, "{file}");
    }
    // Nor does the report of a tree that holds a report.
    search.assert_silent(dir.scan(["-vv"]).run().code(1));
}

#[test]
fn what_cannot_be_read_is_named_without_its_secret() {
    let (dir, tokens) = (Dir::with(paired(&token(0))), tokens());
    dir.file("file", "");
    let search = Search::new(&tokens);
    let mut paths = vec![name(b".")];
    for (n, encode) in ENCODINGS.iter().enumerate() {
        let shown = encode(&tokens[n]).replace('/', "_");
        paths.push(format!("missing/{shown}").into());
        paths.push(format!("file/mattermost_token={shown}").into());
        paths.push(name(&[b"\xff", shown.as_bytes(), b"\xff"].concat()));
    }
    for format in ["human", "json", "jsonl"] {
        let scan = dir.scan(&paths).args(["-vv", "--format", format]);
        search.assert_silent(scan.run().code(1));
        // And where nothing was found that could be known.
        let scan = dir.scan(&paths[1..]).args(["-vv", "--format", format]);
        search.assert_silent(scan.run().code(2));
    }
}

#[test]
fn what_is_typed_wrongly_is_quoted_without_its_secret() {
    let (dir, tokens) = (Dir::with(paired(&token(0))), tokens());
    let search = Search::new(&tokens);
    for (n, encode) in ENCODINGS.iter().enumerate() {
        let shown = encode(&tokens[n]);
        let url = format!("nothing://{shown}/ {shown}");
        for args in [
            &["--server", &shown] as &[&str],
            &["--server", &url],
            &["--rules", &shown],
            &["--format", &shown],
            &["--jobs", &shown],
            &["--max-file-size", &shown],
            &["--fail-on", &shown],
            &["--unpaired", &shown],
            &["--color", &shown],
            &["--output", &shown, "--output", "b"],
            &["--output", &format!("missing/{shown}")],
            &[&format!("--{shown}")],
            &[&format!("--token={shown}")],
            &[&format!("-{shown}")],
            &["--quiet", &format!("--verbose={shown}")],
        ] {
            let output = dir.scan(args).run();
            if output.code_is(1) {
                // A server's name may well look like this.
                search.assert_silent(output);
                continue;
            }
            let output = search.assert_silent(output.code(2));
            assert!(!output.stderr.is_empty(), "{output}");
        }
        for args in [&[&shown[..]] as &[&str], &["rules", &shown]] {
            search.assert_silent(dir.program(args).run().code(2));
        }
    }
}

#[test]
fn lists_and_rules_are_quoted_without_their_secrets() {
    let tokens = tokens();
    let search = Search::new(&tokens);
    for (n, encode) in ENCODINGS.iter().enumerate() {
        let shown = encode(&tokens[n]);
        let safe = shown.replace('/', "_");
        let dir = Dir::with(paired(&token(0)));
        for text in [
            shown.clone(),
            format!("version: 1\nproduct: {shown}\n{shown}: 1\n"),
            format!("version: {shown}\n"),
            format!("version: 1\nproduct: x\nkeywords: {{\"{shown}\": [}}\n"),
        ] {
            let file = format!("{safe}.yml");
            dir.file(&file, text);
            let output = dir.scan(["--rules", &file]).run().code(2);
            search.assert_silent(output);
        }
        for list in [
            shown.clone(),
            format!("{shown} {shown}\n"),
            id(&tokens[n]),
            format!("{} {shown}\n", id("nobody")),
        ] {
            dir.file(".matterleaksignore", &list)
                .file(format!("{safe}.d/.matterleaksignore"), &list);
            search.assert_silent(dir.scan(["-vv"]).run());
            search.assert_silent(dir.scan([format!("{safe}.d")]).run());
        }
    }
}

#[test]
fn to_show_secrets_changes_what_is_shown_and_not_what_is_found() {
    let dir = tree();
    let report = |args: &[&str]| {
        let output = dir.scan(["--format", "json"]).args(args).run();
        let output = output.code(1).quietly();
        (output.json(), output.text())
    };
    let (masked, shown) = (report(&[]), report(&["--show-secrets"]));
    assert_eq!(ids(&masked.0), ids(&shown.0));
    assert!(ids(&shown.0).len() >= 25, "{:#}", shown.0);
    assert_eq!(masked.0["summary"], shown.0["summary"]);
    let secrets = shown.0["findings"].as_array().expect("a list");
    for finding in secrets {
        let secret = finding["secret"]["redacted"].as_str().expect("a secret");
        assert_eq!(finding["id"], id(secret));
        assert!(shown.1.contains(secret) && !masked.1.contains(secret));
    }
}
