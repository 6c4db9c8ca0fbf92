//! Whether cost and memory stay in proportion where a document, or many, hold thousands of pairs.
//!
//! Each shape is written with so many pairs, then scanned and reported by a process of its own on two threads, which
//! says what CPU time and memory it took. `cargo bench --bench shapes` measures 2,000, 16,000 and 64,000 pairs of
//! every shape; `-- blocks 1000000` one of them. Needs Linux, whose `/proc` tells both.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use matterleaks::detect::mint;
use matterleaks::redact::Redactor;
use matterleaks::report::{self, Format, Style};
use matterleaks::{Options, Rules};

/// Where each token is beside its server, or where there are many of one and few of the other.
const SHAPES: [&str; 18] = [
    "dense",
    "blocks",
    "names",
    "line",
    "json",
    "csv",
    "sql",
    "apart",
    "same",
    "lone",
    "urls",
    "nested",
    "brackets",
    "siblings",
    "files",
    "spread",
    "backslashes",
    "config",
];

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    match &arguments[..] {
        [child, dir] if child == "--child" => scan(Path::new(dir)),
        [shape, pairs] => drop(measure(shape, pairs.parse().expect("a number"), None)),
        _ => {
            say(
                "| shape | pairs | MB | CPU s | µs a pair | of 2,000 | a MB, of dense | peak MB | found |",
            );
            say("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
            let dense = measure("dense", 16_000, None);
            for shape in &SHAPES[1..] {
                let mut first = None;
                for pairs in [2_000, 16_000, 64_000] {
                    let (pair, _) = measure(shape, pairs, Some((first, dense.1)));
                    first = first.or(Some(pair));
                }
            }
        }
    }
}

fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// What a scan takes: seconds for a pair, and for a megabyte.
fn measure(shape: &str, pairs: usize, beside: Option<(Option<f64>, f64)>) -> (f64, f64) {
    let dir = std::env::temp_dir().join(format!("matterleaks-shapes-{}", std::process::id()));
    fs::create_dir_all(&dir).expect("a folder");
    let size = write(shape, pairs, &dir) as f64 / 1e6;
    let this = std::env::current_exe().expect("this program");
    let child = Command::new(this)
        .arg("--child")
        .arg(&dir)
        .output()
        .expect("a run");
    fs::remove_dir_all(&dir).expect("gone");
    let told = String::from_utf8_lossy(&child.stdout).into_owned();
    let mut told = told
        .split_whitespace()
        .map(|n| n.parse::<f64>().expect("a number"));
    let mut next = || told.next().expect("CPU, memory, findings");
    let (cpu, peak, found) = (next(), next(), next());
    let (pair, megabyte) = (cpu / pairs as f64, cpu / size);
    let (first, dense) = beside.unwrap_or((None, megabyte));
    say(&format!(
        "| {shape} | {pairs} | {size:.1} | {cpu:.2} | {:.1} | {:.2} | {:.1} | {peak:.0} | {found} |",
        pair * 1e6,
        pair / first.unwrap_or(pair),
        megabyte / dense,
    ));
    (pair, megabyte)
}

/// Scans a folder, reports, and prints the CPU seconds, the most memory in MB, and how many findings there were.
fn scan(dir: &Path) {
    let threads = rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build()
        .expect("threads");
    let found = threads.install(|| {
        let rules = Rules::load(&[]).expect("rules");
        let report = matterleaks::scan_paths(&rules, Options::default(), &[dir.to_path_buf()])
            .expect("a scan");
        let redactor = Redactor::of(&report, false);
        report::write(
            Format::Json,
            &report,
            &redactor,
            &Style::default(),
            &mut io::sink(),
        )
        .expect("a report");
        report.findings.len()
    });
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let ticks = stat
        .split_whitespace()
        .skip(13)
        .take(2)
        .map(|n| n.parse::<f64>().expect("ticks"));
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
    let peak = peak.and_then(|kb| kb.parse::<f64>().ok()).expect("VmHWM") / 1e3;
    say(&format!("{} {peak} {found}", ticks.sum::<f64>() / 100.0));
}

/// The same values on every run, and no two alike.
fn value(n: usize) -> String {
    let mut random = n as u128 ^ 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c834;
    for _ in 0..4 {
        random = random.wrapping_mul(0x0da9_42d4_2cde_1a3b_2360_ed05_1fc6_5da4 | 1);
        random ^= random >> 61;
    }
    mint(random.to_be_bytes())
}

/// Writes a shape, and says how many bytes.
fn write(shape: &str, pairs: usize, dir: &Path) -> usize {
    let mut text = String::from("# mattermost\n");
    let mut beside = String::from("# mattermost\n");
    let url = |n: usize| format!("https://chat{n}.corp.example");
    let all = 0..pairs;
    let mut out = |args: std::fmt::Arguments<'_>| text.write_fmt(args).expect("memory");
    match shape {
        // Text that speaks of the product and holds one pair in each 50 lines.
        "dense" => all.for_each(|n| match n % 50 {
            0 => out(format_args!(
                "MATTERMOST_URL={}\nMATTERMOST_TOKEN={}\n",
                url(0),
                value(n)
            )),
            _ => out(format_args!(
                "mattermost: the channel {n} was read by its bot and nothing was new there\n"
            )),
        }),
        "blocks" => all.for_each(|n| {
            out(format_args!(
                "MATTERMOST_URL={}\nMATTERMOST_TOKEN={}\n\n",
                url(n),
                value(n)
            ))
        }),
        "names" => all.for_each(|n| {
            out(format_args!(
                "MM_{n}_URL={}\nMM_{n}_TOKEN={}\n",
                url(n),
                value(n)
            ))
        }),
        "line" => all.for_each(|n| out(format_args!("url={} token={} ", url(n), value(n)))),
        "json" => {
            out(format_args!("{{\"mattermost\":["));
            all.for_each(|n| {
                out(format_args!(
                    "{{\"url\":\"{}\",\"token\":\"{}\"}},",
                    url(n),
                    value(n)
                ))
            });
            out(format_args!("{{}}]}}"));
        }
        "csv" => {
            out(format_args!("name,url,token\n"));
            all.for_each(|n| out(format_args!("bot{n},{},{}\n", url(n), value(n))));
        }
        "sql" => {
            out(format_args!(
                "COPY useraccesstokens (id, token, siteurl) FROM stdin;\n"
            ));
            all.for_each(|n| {
                out(format_args!(
                    "{}\t{}\t{}\n",
                    value(n + pairs),
                    value(n),
                    url(n)
                ))
            });
        }
        "apart" => {
            (all.clone()).for_each(|n| out(format_args!("MM_TOKEN={}\n", value(n))));
            all.for_each(|n| out(format_args!("MM_URL={}\n", url(n))));
        }
        "same" => all.for_each(|n| out(format_args!("MM_URL={}\nMM_TOKEN={}\n", url(n), value(0)))),
        "lone" => all.for_each(|n| out(format_args!("MM_TOKEN={}\n", value(n)))),
        "urls" => {
            out(format_args!("MM_TOKEN={}\n", value(0)));
            all.for_each(|n| out(format_args!("GET {}/ 200\n", url(n))));
        }
        "nested" => all.for_each(|n| {
            let indent = " ".repeat(n % 40);
            out(format_args!(
                "{indent}c{n}:\n{indent} url: {}\n{indent} token: {}\n",
                url(n),
                value(n)
            ));
        }),
        "brackets" => all.for_each(|n| {
            out(format_args!(
                "({{[ f(url=\"{}\"; token=\"{}\") ",
                url(n),
                value(n)
            ))
        }),
        "siblings" => all.for_each(|n| {
            out(format_args!("MM_{n}_TOKEN={}\n", value(n)));
            let _ = writeln!(beside, "MM_{n}_URL={}", url(n));
        }),
        // A pair in each document, and a URL in every line.
        "files" => {
            let mut size = 0;
            for n in 0..pairs.div_ceil(1_000) {
                let pair = format!("MATTERMOST_URL={}\nMATTERMOST_TOKEN={}\n", url(n), value(n));
                let text = pair + &"https://a.b\n".repeat(80_000);
                size += text.len();
                fs::write(dir.join(format!("{n}.txt")), text).expect("written");
            }
            return size;
        }
        // A hundred pairs in each of many documents.
        "spread" => {
            let mut size = 0;
            for first in (0..pairs).step_by(100) {
                let mut text = String::new();
                for n in first..pairs.min(first + 100) {
                    let _ = writeln!(
                        text,
                        "MATTERMOST_URL={}\nMATTERMOST_TOKEN={}\n",
                        url(n),
                        value(n)
                    );
                }
                size += text.len();
                fs::write(dir.join(format!("{first}.env")), text).expect("written");
            }
            return size;
        }
        "backslashes" => {
            out(format_args!("token=\"{}\"\n", value(0)));
            all.for_each(|_| {
                out(format_args!(
                    "\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\"
                ))
            });
        }
        "config" => all.for_each(|n| {
            out(format_args!(
                "[mattermost.{n}]\nhost = chat{n}.corp.example\nport = 443\ntoken = {}\n",
                value(n)
            ));
        }),
        other => panic!("no shape {other}: {SHAPES:?}"),
    }
    if shape == "siblings" {
        fs::write(dir.join("b.env"), &beside).expect("written");
    }
    let file = if matches!(shape, "json" | "csv" | "sql") {
        shape
    } else {
        "txt"
    };
    fs::write(dir.join(format!("a.{file}")), &text).expect("written");
    text.len() + beside.len()
}
