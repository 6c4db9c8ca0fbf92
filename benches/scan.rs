//! What each stage of detection costs, on text that is made here. Read ratios, not numbers: `memory` is
//! the speed at which one core can look at the same bytes at all. See `benches/README.md`.

use std::fmt::Write;
use std::sync::LazyLock;
use std::time::Duration;

use divan::counter::BytesCount;
use divan::{Bencher, Divan, black_box, black_box_drop};
use matterleaks::detect::{Detector, Window, mint};
use matterleaks::rule::Rules;
use matterleaks::scan::{Options, Scanner};
use matterleaks::source::{WHOLE, stdin};

static RULES: LazyLock<Rules> =
    LazyLock::new(|| Rules::load(&[]).expect("the built-in rules load"));
static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(&RULES));

fn main() {
    LazyLock::force(&DETECTOR);
    // Medians of a few seconds are as good as those of a minute; `--max-time` asks for more.
    Divan::default()
        .max_time(Duration::from_secs(2))
        .config_with_args()
        .main();
}

/// The same bytes on every run, and no two values alike.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// A value as a server makes them: a token or an id, which nothing but its context tells apart.
    fn value(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        mint((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
    }

    /// Lines of program text that hold no keyword and no candidate.
    fn code(&mut self, len: usize) -> String {
        const WORDS: [&str; 24] = [
            "let",
            "result",
            "self",
            "return",
            "if",
            "config",
            "->",
            "=",
            "{",
            "}",
            "(index)",
            "value;",
            "// the",
            "reader",
            "buffer.len()",
            "&mut",
            "0x7f",
            "format",
            "\"text\"",
            "while",
            "of",
            "message",
            "[4096]",
            "channel",
        ];
        let mut text = String::with_capacity(len + 100);
        while text.len() < len {
            for _ in 0..self.below(4) {
                text.push_str("    ");
            }
            for _ in 0..1 + self.below(11) {
                text.push_str(WORDS[self.below(WORDS.len())]);
                text.push(' ');
            }
            text.push('\n');
        }
        text.truncate(len);
        text
    }
}

const URL: &str = "https://chat.corp.example";

/// What the pipeline does with a document that is read in one piece: how many credentials it shows.
fn look(path: &str, text: &[u8]) -> usize {
    let detector = &*DETECTOR;
    let scan = |index| detector.scan(index, path.as_bytes(), &Window::whole(text));
    let shown = detector.all().filter_map(scan);
    shown.map(|shown| shown.tokens.len()).sum()
}

/// Measures [`look`], once it is known to find what was hidden: nothing is faster than finding nothing.
fn measure(bencher: Bencher, path: &str, text: &[u8], tokens: usize) {
    assert_eq!(look(path, text), tokens, "{path}");
    bencher
        .counter(BytesCount::of_slice(text))
        .bench_local(|| look(black_box(path), black_box(text)));
}

/// Nearly every document: no keyword, rejected while it is in the cache.
mod prefilter {
    use super::*;

    const PIECE: usize = 16 << 10;
    const ALL: usize = 8 << 20;

    fn each_piece(bencher: Bencher, text: &[u8], test: impl Fn(&[u8]) -> bool) {
        assert!(text.chunks(PIECE).all(|piece| !test(piece)));
        let pieces = || {
            text.chunks(PIECE)
                .filter(|piece| test(black_box(piece)))
                .count()
        };
        bencher
            .counter(BytesCount::of_slice(text))
            .bench_local(pieces);
    }

    /// What the others are to be compared with: a search for one byte that does not occur.
    #[divan::bench]
    fn memory(bencher: Bencher) {
        let text = Random(1).code(ALL);
        each_piece(bencher, text.as_bytes(), |piece| {
            memchr::memchr(0, piece).is_some()
        });
    }

    #[divan::bench]
    fn program_text(bencher: Bencher) {
        let text = Random(1).code(ALL);
        each_piece(bencher, text.as_bytes(), |piece| DETECTOR.may_hold(piece));
    }

    /// With NULs, so that the expression of UTF-16 is asked too. Without `_`, so that chance makes no `mm_`.
    #[divan::bench]
    fn binary(bencher: Bencher) {
        let mut random = Random(2);
        let mut data: Vec<u8> = (0..ALL / 8)
            .flat_map(|_| random.next().to_le_bytes())
            .collect();
        data.iter_mut()
            .filter(|byte| **byte == b'_')
            .for_each(|byte| *byte = 0);
        each_piece(bencher, &data, |piece| DETECTOR.may_hold(piece));
    }
}

/// The product's own source and documentation: its name everywhere, and nothing that could be a secret.
#[divan::bench]
fn keyword_without_candidate(bencher: Bencher) {
    let mut random = Random(3);
    let mut text = String::new();
    while text.len() < 64 << 10 {
        text.push_str(&random.code(400));
        text.push_str("\nimport {Client4} from 'mattermost-redux/client'; // see https://docs.mattermost.com\n");
    }
    measure(bencher, "src/client.js", text.as_bytes(), 0);
}

/// The same with ids in it: every candidate is decoded, located and found to be no secret.
#[divan::bench]
fn keyword_with_ids(bencher: Bencher) {
    let mut random = Random(4);
    let mut text = String::from("// mattermost fixtures\n");
    while text.len() < 64 << 10 {
        text.push_str(&random.code(400));
        let _ = writeln!(text, "\nconst channelId = '{}';", random.value());
    }
    measure(bencher, "test/fixtures.js", text.as_bytes(), 0);
}

/// A token and its server: the latency of a finding.
#[divan::bench]
fn pair_in_configuration(bencher: Bencher) {
    let token = Random(5).value();
    let text = format!(
        "# notifications\nlog:\n  level: info\n  format: json\nmattermost:\n  url: {URL}\n  \
         team: platform\n  channel: alerts\n  bot_token: {token}\nsmtp:\n  host: mail.corp.example\n"
    );
    measure(bencher, "config.yml", text.as_bytes(), 1);
}

/// 200 kB on one line.
#[divan::bench]
fn minified_line(bencher: Bencher) {
    let mut random = Random(6);
    let mut filler = |len| {
        let mut text = String::new();
        while text.len() < len {
            let _ = write!(
                text,
                "function t{}(e,n){{return e.id===\"{:x}\"?n[{}]:o.createElement(\"div\",{{className:e.name}})}}",
                random.below(10_000),
                random.next(),
                random.below(99)
            );
        }
        text
    };
    let (before, after) = (filler(100 << 10), filler(100 << 10));
    let token = Random(7).value();
    let text =
        format!("{before};var c={{mattermostUrl:\"{URL}\",mattermostToken:\"{token}\"}};{after}");
    measure(bencher, "dist/app.min.js", text.as_bytes(), 1);
}

/// 5 MB with tens of thousands of ids in columns, and the tokens of one table among them.
#[divan::bench(args = ["INSERT", "COPY"])]
fn sql_dump(bencher: Bencher, form: &str) {
    let mut random = Random(8);
    let mut text = String::from("-- Mattermost database dump\n");
    let row = |random: &mut Random| {
        let (post, user, channel) = (random.value(), random.value(), random.value());
        (
            post,
            user,
            channel,
            1_600_000_000_000 + random.below(99_999_999_999),
        )
    };
    let (copy, size) = (form == "COPY", 5 << 20);
    if copy {
        text.push_str("COPY public.posts (id, createat, userid, channelid, message) FROM stdin;\n");
    }
    while text.len() < size {
        if copy {
            let (post, user, channel, at) = row(&mut random);
            let _ = writeln!(
                text,
                "{post}\t{at}\t{user}\t{channel}\tWe ship on Friday, as planned"
            );
            continue;
        }
        text.push_str(
            "INSERT INTO `Posts` (`Id`, `CreateAt`, `UserId`, `ChannelId`, `Message`) VALUES ",
        );
        for i in 0..200 {
            let (post, user, channel, at) = row(&mut random);
            let comma = if i == 0 { "" } else { "," };
            let _ = write!(
                text,
                "{comma}('{post}',{at},'{user}','{channel}','We ship on Friday')"
            );
        }
        text.push_str(";\n");
    }
    let rows: Vec<[String; 3]> = (0..5)
        .map(|_| [random.value(), random.value(), random.value()])
        .collect();
    if copy {
        text.push_str("\\.\n\nCOPY public.useraccesstokens (id, token, userid, description, isactive) FROM stdin;\n");
        for [id, token, user] in &rows {
            let _ = writeln!(text, "{id}\t{token}\t{user}\tbuild\tt");
        }
        text.push_str("\\.\n");
    } else {
        for [id, token, user] in &rows {
            let _ = writeln!(
                text,
                "INSERT INTO `UserAccessTokens` (`Id`, `Token`, `UserId`, `Description`, `IsActive`) \
                 VALUES ('{id}','{token}','{user}','build',1);"
            );
        }
    }
    measure(bencher, "backup.sql", text.as_bytes(), rows.len());
}

/// A 2 MB notebook: program text within JSON, pictures in base64, and every quote and newline escaped.
#[divan::bench]
fn notebook(bencher: Bencher) {
    let mut random = Random(9);
    let mut cells = Vec::new();
    let mut size = 0;
    while size < 2 << 20 {
        let mut source = String::new();
        for line in random.code(600).lines() {
            let _ = write!(source, "{:?},", format!("{line}\n"));
        }
        let picture: Vec<u8> = (0..40).flat_map(|_| random.next().to_le_bytes()).collect();
        let cell = format!(
            r#"{{"cell_type":"code","source":[{}"pass"],"outputs":[{{"data":{{"image/png":"{}","text/html":["<a href=\"https:\/\/corp.example\">\u003cb\u003e</a>\n"]}}}}]}}"#,
            source,
            data_encoding::BASE64.encode(&picture)
        );
        size += cell.len();
        cells.push(cell);
    }
    let token = random.value();
    cells.push(format!(
        r#"{{"cell_type":"code","source":["MATTERMOST_URL = \"{URL}\"\n","MATTERMOST_TOKEN = \"{token}\"\n"]}}"#
    ));
    let text = format!(r#"{{"cells":[{}],"nbformat":4}}"#, cells.join(",\n"));
    measure(bencher, "analysis.ipynb", text.as_bytes(), 1);
}

/// 256 kB of program text with one token, written in other ways.
#[divan::bench(args = ["plain", "UTF-16", "percent", "entities", "backslashes", "base64"])]
fn decoding(bencher: Bencher, way: &str) {
    let mut random = Random(10);
    let (code, token) = (random.code(256 << 10), random.value());
    let pair = format!("\nMATTERMOST_URL=\"{URL}\"\nMATTERMOST_TOKEN=\"{token}\"\n");
    let plain = code + &pair;
    let written = match way {
        "UTF-16" => {
            let text: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
            return measure(bencher, "notes.txt", &text, 1);
        }
        "percent" => plain
            .replace('"', "%22")
            .replace('=', "%3D")
            .replace('/', "%2F")
            .replace('\n', "%0A"),
        "entities" => plain
            .replace('"', "&quot;")
            .replace('=', "&#61;")
            .replace('&', "&amp;"),
        "backslashes" => format!("{plain:?}"),
        // As a Secret of Kubernetes holds files: one value of a fair size a key.
        "base64" => plain.as_bytes().chunks(4 << 10).enumerate().fold(
            String::from("kind: Secret\nmetadata:\n  name: mattermost\ndata:\n"),
            |mut text, (i, file)| {
                let _ = writeln!(text, "  file{i}: {}", data_encoding::BASE64.encode(file));
                text
            },
        ),
        _ => plain,
    };
    measure(bencher, "notes.txt", written.as_bytes(), 1);
}

/// 24 MB from a stream, more than is held at once: scanned in windows that overlap.
#[divan::bench]
fn windows(bencher: Bencher) {
    let mut random = Random(11);
    let mut text = String::new();
    while text.len() < 3 * WHOLE {
        text.push_str(&random.code(4 << 10));
        let _ = writeln!(
            text,
            "\n{{\"level\":\"info\",\"caller\":\"mattermost\",\"channel_id\":\"{}\"}}",
            random.value()
        );
    }
    let _ = writeln!(
        text,
        "curl {URL}/api/v4/users/me -H 'Authorization: Bearer {}'",
        random.value()
    );
    let scan = || {
        let scanner = Scanner::new(&RULES, Options::default()).expect("the rules compile");
        let coverage = stdin::visit(&mut black_box(text.as_bytes()), &scanner);
        assert!(coverage.complete() && coverage.bytes == text.len() as u64);
        scanner.finish().findings.len()
    };
    assert_eq!(scan(), 1);
    bencher.counter(BytesCount::of_str(&text)).bench_local(scan);
}

/// What every run pays before it reads a byte.
mod start_up {
    use super::*;

    #[divan::bench]
    fn rules() {
        black_box_drop(Rules::load(&[]));
    }

    #[divan::bench]
    fn detector() {
        black_box_drop(Detector::new(&RULES));
    }

    /// The first document with a candidate: every pattern that waits for its use is built.
    #[divan::bench]
    fn first_finding(bencher: Bencher) {
        let text = format!(
            "mattermost_url={URL}\nmattermost_token={}\n",
            Random(12).value()
        );
        bencher.bench_local(|| {
            let rules = Rules::load(&[]).expect("the built-in rules load");
            let scanner = Scanner::new(&rules, Options::default()).expect("they compile");
            stdin::visit(&mut text.as_bytes(), &scanner);
            assert_eq!(scanner.finish().findings.len(), 1);
        });
    }
}
