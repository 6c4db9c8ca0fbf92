//! `matterleaks scan`: from flags to what is read, accepted, asked and written.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result, bail};
use matterleaks::finding::{Confidence, Coverage, Report, Skip, SkipReason, Source, Untrusted};
use matterleaks::git::repository::{Environment, Repository};
use matterleaks::redact::{self, Redactor};
use matterleaks::report::record::Record;
use matterleaks::report::{self, ExitCode};
use matterleaks::rule::Rules;
use matterleaks::scan::{self, Options, Scanner};
use matterleaks::source::{Files, Progress, stdin};
use matterleaks::verify;

use super::base::{Change, Judged};
use super::outputs::{self, Outputs};
use super::respond::Notifier;
use super::{baseline, ci, fleet, live, progress};
use crate::cli::{self, Cli, Scan};

/// Does what the command line says.
pub fn run(cli: &Cli, args: &Scan) -> Result<ExitCode> {
    let args = &*ci::settled(cli, args)?;
    if let (true, Some(list)) = (args.list, &args.repos) {
        return fleet::list(args, list);
    }
    let outputs = Outputs::new(&args.reports)?;
    let change = Change::of(args)?;
    let mut rules = match &change {
        Some(change) => change.rules(&args.rules)?,
        None => Rules::load(&args.rules)?,
    };
    redact::learn(&rules);
    if args.fail_on == cli::FailOn::Verified && args.verify != Some(cli::Verify::Ask) {
        bail!("--fail-on verified needs --verify");
    }
    let options = match args.verify {
        Some(_) => Some(live::options(&args.live, &rules, &args.server)?),
        None => None,
    };
    let notifier = Notifier::of(cli, args, &rules)?;
    let baselines = baseline::load(&args.baseline, change.as_ref())?;
    let (mut report, mut stale) = match &args.repos {
        Some(list) => fleet::read(cli, args, list, &rules)?,
        None => read(cli, args, &mut rules, change.as_ref())?,
    };
    stale |= baseline::apply(&baselines, &mut report, is_whole(args));
    match (args.verify, &options) {
        (Some(cli::Verify::Ask), Some(options)) => {
            let options = verify::Options {
                allow_live: args.allow_live,
                ..options.clone()
            };
            ask(cli, args, &rules, &mut report, &options);
        }
        (Some(cli::Verify::Plan), Some(options)) => {
            report.plan = Some(verify::plan(&rules, &report.findings, options));
        }
        _ => {}
    }
    let redactor = Redactor::of(&report, args.show_secrets);
    let unpaired = outputs::unpaired(&args.reports);
    let mut record = Record::of(&report, &redactor, unpaired);
    let fail_on = outputs::fail_on(args.fail_on, args.unknown);
    let code = report::exit_code(&record, fail_on, unpaired);
    if args.repos.is_some() {
        record = fleet::merged(cli, record, args.shard)?;
    }
    outputs.write(cli, &record)?;
    let told = notifier.is_none_or(|notifier| notifier.tell(&rules, &report));
    Ok(match code {
        ExitCode::Clean if !told => ExitCode::Trouble,
        ExitCode::Clean if stale && args.fail_on_stale => ExitCode::Trouble,
        code => code,
    })
}

/// Whether all is scanned that a list of accepted credentials is for: of a part nobody can say what is not in the
/// rest.
fn is_whole(args: &Scan) -> bool {
    !args.staged && args.range.is_none() && args.shard.is_none()
}

/// Asks the servers. If that cannot be done, what was found is told all the same.
fn ask(cli: &Cli, args: &Scan, rules: &Rules, report: &mut Report, options: &verify::Options) {
    let again = fleet::once(report);
    let asking = progress::asking(cli, args, report.findings.len());
    let asked = live::ask(rules, report, options);
    asking.finish_and_clear();
    fleet::settle(report, again, options.allow_live);
    if let Err(error) = asked {
        report.coverage.skipped.push(Skip {
            path: Untrusted::new("live checks"),
            object: None,
            reason: SkipReason::Internal,
            detail: Untrusted::new(format!("{error:#}")),
        });
    }
}

/// Reads what was asked for, and marks what it says itself of being accepted. Whether a list of it has entries of no
/// use.
pub fn read(
    cli: &Cli,
    args: &Scan,
    rules: &mut Rules,
    change: Option<&Change>,
) -> Result<(Report, bool)> {
    let mut project = Judged::of(args, change);
    project.teach(rules);
    let baselines = project.lists(change);
    let mut report = scan(cli, args, rules, &project, change)?;
    let stale = baseline::apply(&baselines, &mut report, is_whole(args));
    Ok((report, stale))
}

/// Reads everything that was asked for.
fn scan(
    cli: &Cli,
    args: &Scan,
    rules: &Rules,
    project: &Judged,
    change: Option<&Change>,
) -> Result<Report> {
    let (started_at, clock) = (SystemTime::now(), Instant::now());
    let options = Options {
        all_kinds: args.all_kinds,
        min_confidence: match args.min_confidence {
            cli::Confidence::Low => Confidence::Low,
            cli::Confidence::Medium => Confidence::Medium,
            cli::Confidence::High => Confidence::High,
        },
        servers: match &args.server[..] {
            [] => project.servers(),
            typed => typed.to_vec(),
        },
    };
    let mut scanner = Scanner::new(rules, options)?;
    let (streams, files): (Vec<_>, Vec<_>) =
        args.paths.iter().partition(|path| path.as_os_str() == "-");
    let files: Vec<PathBuf> = files.into_iter().cloned().collect();
    let one = [
        (args.history, "--history"),
        (args.staged, "--staged"),
        (args.range.is_some(), "--range"),
    ];
    if let Some((_, flag)) = one.iter().find(|(given, _)| *given)
        && (files.len() != 1 || !streams.is_empty())
    {
        bail!("{flag} takes one repository");
    }
    let progress = Arc::new(Progress::default());
    let walk = Files {
        paths: files.clone(),
        no_ignore: args.no_ignore,
        max_file_size: args.max_file_size,
        progress: Some(progress.clone()),
    };
    let jobs = args.jobs.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        // One thread less to start; the main thread has nothing else to do.
        .use_current_thread()
        .build()
        .context("cannot start threads")?;
    let asked = args.range.as_deref().zip(change);
    let asked = asked.map(|(range, change)| change.asked(range));
    let bar = progress::bar(cli, args, &progress);
    let mut coverage = match (&files[..], asked) {
        ([], _) => Coverage::default(),
        ([path], Some(asked)) => pool.install(|| {
            scanner.range(&scan::Range {
                path,
                environment: environment(path),
                asked,
                max_file_size: args.max_file_size,
                progress: Some(&progress),
            })
        })?,
        ([path], _) if args.staged => pool.install(|| {
            scanner.staged(&scan::Staged {
                path,
                environment: environment(path),
                max_file_size: args.max_file_size,
                progress: Some(&progress),
            })
        })?,
        ([path], _) if args.history => pool.install(|| {
            scanner.history(&scan::History {
                path,
                files: &walk,
                environment: environment(path),
            })
        })?,
        _ => pool.install(|| walk.visit(&scanner)),
    };
    if !streams.is_empty() {
        coverage.add(stdin::visit(&mut io::stdin().lock(), &scanner));
        coverage = coverage.settled();
    }
    let found = pool.install(|| scanner.finish());
    bar.finish();
    let problems = project.problems();
    if !cli.quiet {
        for problem in &problems {
            let path = problem.path.expose();
            let slash = path.iter().rposition(|&byte| byte == b'/');
            let folder = &path[..slash.map_or(0, |at| at + 1)];
            let said = Untrusted::new([folder, problem.detail.expose()].concat());
            let line = Redactor::blind().line(&said);
            let _ = writeln!(io::stderr(), "matterleaks: {line}");
        }
    }
    coverage.skipped.extend(problems);
    let hook = args.hook || args.range.as_deref() == Some("-");
    let around = coverage.take_around(args.strict || !hook);
    let mut findings = found.findings;
    let folders = !args.staged && args.range.is_none() && files.iter().any(|path| path.is_dir());
    let mut notes = project.apply(&mut findings, folders);
    notes.extend(around.iter().map(warning));
    notes.extend(found.notes);
    let path = |path: &PathBuf| {
        let path = Untrusted::new(path.as_os_str().as_encoded_bytes());
        match &args.range {
            _ if args.history => Source::History(path),
            _ if args.staged => Source::Staged(path),
            Some(range) => Source::Range(path, Untrusted::new(range)),
            None => Source::Files(path),
        }
    };
    let sources = files
        .iter()
        .map(path)
        .chain(streams.first().map(|_| Source::Stdin))
        .collect();
    Ok(Report {
        sources,
        started_at,
        duration: clock.elapsed(),
        coverage,
        findings,
        samples: found.samples,
        notes,
        ..scan::nothing(rules)
    })
}

/// What a hook says of what was not read, and whose lack hides nothing of what is new.
fn warning(skip: &Skip) -> Untrusted {
    let reason = skip.reason.name().replace('_', " ");
    let why = [reason.as_bytes(), b": ", skip.detail.expose()].concat();
    let parts = [b"not read: ", skip.path.expose(), b": ", &*why];
    Untrusted::new(parts.concat())
}

/// Reads what git tells a hook.
pub fn hook_lines() -> Result<Vec<u8>> {
    const MOST: u64 = 64 << 20;
    let (mut lines, mut input) = (Vec::new(), io::stdin().lock().take(MOST + 1));
    input
        .read_to_end(&mut lines)
        .context("cannot read standard input")?;
    if lines.len() as u64 > MOST {
        bail!("standard input is too long for the lines of a hook");
    }
    Ok(lines)
}

/// What git's variables say: of the repository around us, however it is named; never of another one.
pub fn environment(path: &Path) -> Environment {
    let environment = Environment::of_process();
    let git_dir = |path: &Path, environment: &Environment| {
        let (repository, _) = Repository::open(path, environment).ok()?;
        repository.git_dir.canonicalize().ok()
    };
    let here = Path::new(".");
    let around = |path: &Path| {
        let named = git_dir(path, &Environment::none());
        named.is_some() && named == git_dir(here, &environment)
    };
    match path.to_str() {
        Some("." | "./") => environment,
        _ if environment == Environment::none() || !around(path) => Environment::none(),
        _ => environment,
    }
}
