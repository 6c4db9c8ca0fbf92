//! `scan --repos`: the histories of many repositories, or of one part of them, told of as one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, bail};
use matterleaks::finding::{Coverage, Finding, Report, Skip, SkipReason, Source, Untrusted};
use matterleaks::git::repository::{Environment, Repository};
use matterleaks::redact::{Redactor, visible};
use matterleaks::report::ExitCode;
use matterleaks::report::record::{Record, Shard};
use matterleaks::rule::Rules;
use sha2::{Digest, Sha256};

use super::plan::{Mode, Plan};
use super::{file, live, scan};
use crate::cli::{Cli, Scan};

/// A list is no longer.
const LONGEST: u64 = 64 << 20;

/// A repository of a list.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    /// The line that it stands on, from 1.
    line: usize,
    path: PathBuf,
}

/// Reads every repository of a list. What cannot be read is a skip, and the rest is read all the same. A credential
/// that several hold is there several times, and settled as one by whoever writes the report.
pub fn read(cli: &Cli, args: &Scan, list: &Path, rules: &Rules) -> Result<(Report, bool)> {
    // What is wrong for each of them is said once.
    for server in &args.server {
        live::base(rules, server)?;
    }
    let (mine, mut notes) = mine(args, list)?;
    let (mut all, mut stale) = (matterleaks::scan::nothing(rules), false);
    for Entry { line, path } in mine {
        let source = Untrusted::new(path.as_os_str().as_encoded_bytes());
        match one(cli, args, &path) {
            Ok((report, old)) => {
                stale |= old;
                all.duration += report.duration;
                all.samples += report.samples;
                all.findings.extend(report.findings);
                all.coverage.add(named(report.coverage, &source));
                notes.extend(report.notes);
            }
            Err(error) => all.coverage.skipped.push(Skip {
                path: source.clone(),
                object: None,
                reason: SkipReason::BadRepository,
                detail: Untrusted::new(format!("line {line} of {}: {error:#}", list.display())),
            }),
        }
        all.sources.push(Source::History(source));
    }
    all.coverage = all.coverage.settled();
    all.notes = notes;
    Ok((all, stale))
}

/// Prints the repositories that would be read, a line each.
pub fn list(args: &Scan, list: &Path) -> Result<ExitCode> {
    let (mine, _) = mine(args, list)?;
    let redactor = Redactor::blind();
    let mut out = io::BufWriter::new(super::stdout());
    for entry in mine {
        // To a program as it stands, to a terminal without what would attack it.
        let path = entry.path.as_os_str().as_encoded_bytes();
        match io::stdout().is_terminal() {
            true => writeln!(out, "{}", redactor.line(&Untrusted::new(path)))?,
            false => out.write_all(&[path, b"\n"].concat())?,
        }
    }
    out.flush()?;
    Ok(ExitCode::Clean)
}

/// The repositories of a list that are to be read, and remarks.
fn mine(args: &Scan, list: &Path) -> Result<(Vec<Entry>, Vec<Untrusted>)> {
    let (all, mut notes) = entries(&text_of(list)?, &mut |path| {
        git_dir(path).ok().or_else(|| path.canonicalize().ok())
    });
    if all.is_empty() {
        bail!("{} names no repository: a path a line", list.display());
    }
    let is_mine = |entry: &Entry| {
        args.shard
            .is_none_or(|shard| part(&entry.path, shard.of) == shard.part)
    };
    let mine: Vec<Entry> = all.into_iter().filter(is_mine).collect();
    if let ([], Some(Shard { part, of })) = (&mine[..], args.shard) {
        let text = format!("no repository of the list is in part {part} of {of}");
        notes.push(Untrusted::new(text));
    }
    Ok((mine, notes))
}

/// Reads one, on a thread of its own: a thread can be in one pool of workers only, and a defect ends no more than it.
fn one(cli: &Cli, args: &Scan, path: &Path) -> Result<(Report, bool)> {
    if is_url(path) {
        bail!("a URL; nothing is fetched: clone it first, as with git clone --mirror");
    }
    if !path.exists() {
        bail!("there is no such folder");
    }
    git_dir(path)?;
    let plan = Plan {
        args,
        mode: Mode::History(path.to_owned()),
        lenient: false,
    };
    let read = || {
        let mut rules = Rules::load(&args.rules)?;
        matterleaks::redact::learn(&rules);
        scan::read(cli, &plan, &mut rules)
    };
    thread::scope(|scope| match scope.spawn(read).join() {
        Ok(report) => report,
        Err(_) => bail!("a defect of this program stopped it"),
    })
}

/// The git directory of a repository of which this is the root, or that directory itself. What lies further in is none
/// of its own.
fn git_dir(path: &Path) -> Result<PathBuf> {
    let (repository, _) = Repository::open(path, &Environment::none())?;
    let root = repository.work_tree.as_ref().unwrap_or(&repository.git_dir);
    let (place, git_dir) = (path.canonicalize()?, repository.git_dir.canonicalize()?);
    if git_dir != place && root.canonicalize()? != place {
        bail!(
            "it lies in a repository and is none itself; that is {}",
            root.display()
        );
    }
    Ok(git_dir)
}

/// Says of which repository it is what was not read.
fn named(mut coverage: Coverage, repository: &Untrusted) -> Coverage {
    for skip in &mut coverage.skipped {
        if skip.path.expose().is_empty() {
            skip.path = repository.clone();
        }
    }
    coverage
}

fn text_of(list: &Path) -> Result<Vec<u8>> {
    let context = || format!("cannot read {}", list.display());
    let mut text = Vec::new();
    // May be a pipe, as in --repos <(find …).
    let read = match list.to_str() {
        Some("-") => io::stdin().lock().take(LONGEST + 1).read_to_end(&mut text),
        _ => File::open(list)
            .with_context(context)?
            .take(LONGEST + 1)
            .read_to_end(&mut text),
    };
    if read.with_context(context)? as u64 > LONGEST {
        bail!("{} is too long for a list of repositories", list.display());
    }
    Ok(matterleaks::text::utf8(text))
}

/// The repositories of a list, each once, and remarks on the rest. Empty lines and those that begin with # are none.
fn entries(
    text: &[u8],
    real: &mut dyn FnMut(&Path) -> Option<PathBuf>,
) -> (Vec<Entry>, Vec<Untrusted>) {
    let mut first: BTreeMap<PathBuf, usize> = BTreeMap::new();
    let (mut entries, mut notes) = (Vec::new(), Vec::new());
    for (line, text) in (1..).zip(text.split(|&byte| byte == b'\n')) {
        let text = text.trim_ascii();
        if text.is_empty() || text.starts_with(b"#") {
            continue;
        }
        let path = clean(&file::path_of(text));
        let place = real(&path).unwrap_or_else(|| path.clone());
        match first.get(&place) {
            Some(earlier) => notes.push(Untrusted::new(format!(
                "line {line} of the list is the repository of line {earlier}; it is read once"
            ))),
            None => {
                first.insert(place, line);
                entries.push(Entry { line, path });
            }
        }
    }
    (entries, notes)
}

/// The same path, written in one way: a part must not depend on a slash at the end.
fn clean(path: &Path) -> PathBuf {
    match is_url(path) {
        true => path.to_owned(),
        false => {
            let cleaned: PathBuf = path.components().collect();
            let inside = cleaned.strip_prefix(".").map(Path::to_owned);
            match inside {
                Ok(inside) if inside != Path::new("") => inside,
                _ => cleaned,
            }
        }
    }
}

fn is_url(path: &Path) -> bool {
    path.to_str()
        .is_some_and(|text| text.contains("://") || text.starts_with("git@"))
}

/// The part of a repository, from 1: by its name alone, so that it stays there when others come and go.
fn part(path: &Path, of: u32) -> u32 {
    let hash = Sha256::digest(path.as_os_str().as_encoded_bytes());
    let mut number = [0; 8];
    number.copy_from_slice(&hash[..8]);
    let part = u64::from_be_bytes(number) % u64::from(of.max(1));
    part as u32 + 1
}

/// Findings that must be asked about, and those that are the same credential at the same server again.
pub fn once(report: &mut Report) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let all = std::mem::take(&mut report.findings);
    let (first, again) = all.into_iter().partition(|finding| {
        let server = finding.host.as_ref().map(|host| host.url.clone());
        seen.insert((finding.id.clone(), server))
    });
    report.findings = first;
    again
}

/// Takes those back, with what was said of the one that was asked about.
pub fn settle(report: &mut Report, again: Vec<Finding>, allow_live: bool) {
    for mut finding in again {
        let server = |of: &Finding| of.host.as_ref().map(|host| host.url.clone());
        let same = |asked: &&Finding| asked.id == finding.id && server(asked) == server(&finding);
        let verdict = report
            .findings
            .iter()
            .find(same)
            .map(|asked| asked.verdict.clone());
        if let Some(verdict) = verdict {
            finding.settle(verdict, allow_live);
        }
        report.findings.push(finding);
    }
}

/// What was found, each credential once. Remarks are said at once.
pub fn merged(cli: &Cli, record: Record, shard: Option<Shard>) -> Result<Record> {
    if !cli.quiet {
        for note in &record.notes {
            let _ = writeln!(io::stderr(), "matterleaks: {}", visible(note));
        }
    }
    let mut record = Record::merge(vec![record]).context("no report")?;
    record
        .scan
        .shards
        .extend(shard.filter(|shard| shard.of > 1));
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_each_repository_once() {
        let text =
            b"# ours\na/b/\n\r\n./a/b\r\n  c d  \n/x//y/.\nhttps://git.example.org/x.git/\n.\n";
        let (entries, notes) = entries(text, &mut |_| None);
        let found: Vec<(usize, &str)> = entries
            .iter()
            .map(|entry| (entry.line, entry.path.to_str().unwrap_or("")))
            .collect();
        let expected = [
            (2, "a/b"),
            (5, "c d"),
            (6, "/x/y"),
            (7, "https://git.example.org/x.git/"),
            (8, "."),
        ];
        assert_eq!(found, expected);
        assert_eq!(notes.len(), 1);
    }

    #[test]
    fn two_ways_to_one_place_are_one_repository() {
        let (entries, notes) = entries(b"link\nplace\n", &mut |_| Some("/place".into()));
        assert_eq!((entries.len(), notes.len()), (1, 1));
    }

    #[test]
    fn a_part_is_stable_and_all_parts_are_all() {
        // Fixed: a run of another day on another machine must agree.
        let parts: Vec<u32> = ["a", "b", "c", "d"]
            .iter()
            .map(|path| part(Path::new(path), 3))
            .collect();
        assert_eq!(parts, PARTS);
        for n in 0..100 {
            let path = format!("repositories/{n}.git");
            assert!((1..=7).contains(&part(Path::new(&path), 7)));
            assert_eq!(part(Path::new(&path), 1), 1);
        }
    }

    const PARTS: [u32; 4] = [2, 2, 3, 3];
}
