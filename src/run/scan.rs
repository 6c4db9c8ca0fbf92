//! `matterleaks scan`: from flags to what is read, accepted, asked and written.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result, bail};
use matterleaks::finding::{Coverage, Report, Skip, SkipReason, Untrusted};
use matterleaks::git::repository::{Environment, Repository};
use matterleaks::redact::{self, Redactor};
use matterleaks::report::record::Record;
use matterleaks::report::{self, ExitCode, FailOn};
use matterleaks::rule::Rules;
use matterleaks::scan::{self, Options, Scanner};
use matterleaks::source::{Files, Progress, stdin};
use matterleaks::verify;

use super::base::Judged;
use super::outputs::Outputs;
use super::plan::{Mode, Plan, is_stdin};
use super::respond::Notifier;
use super::{baseline, fleet, live, progress};
use crate::cli::{self, Cli, Scan};

/// Does what the command line says.
pub fn run(cli: &Cli, args: &Scan) -> Result<ExitCode> {
    if let (true, Some(list)) = (args.list, &args.repos) {
        return fleet::list(args, list);
    }
    let outputs = Outputs::new(&args.reports)?;
    carry_out(cli, &Plan::of(cli, args)?, &outputs)
}

/// Does what is planned.
pub fn carry_out(cli: &Cli, plan: &Plan<'_>, outputs: &Outputs) -> Result<ExitCode> {
    let args = plan.args;
    let mut rules = match plan.change() {
        Some(change) => change.rules(&args.rules)?,
        None => Rules::load(&args.rules)?,
    };
    redact::learn(&rules);
    if args.fail_on == FailOn::Verified && args.verify != Some(cli::Verify::Ask) {
        bail!("--fail-on verified needs --verify");
    }
    let options = match args.verify {
        Some(_) => Some(live::options(&args.live, &rules, &args.server)?),
        None => None,
    };
    let notifier = Notifier::of(cli, args, &rules)?;
    let baselines = baseline::load(&args.baseline, plan.change())?;
    let (mut report, mut stale) = match plan.mode {
        Mode::Fleet(list) => fleet::read(cli, args, list, &rules)?,
        _ => read(cli, plan, &mut rules)?,
    };
    stale |= baseline::apply(&baselines, &mut report, plan.is_whole());
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
    let unpaired = args.reports.unpaired;
    let news = notifier.map(|notifier| (Notifier::record(&report), notifier));
    let mut record = Record::of_last(report, &redactor, unpaired);
    let missed_checks = args.unknown == cli::Unknown::Fail;
    let code = report::exit_code(&record, args.fail_on, unpaired, missed_checks);
    if let Mode::Fleet(_) = plan.mode {
        record = fleet::merged(cli, record, args.shard)?;
    }
    outputs.write(cli, &record)?;
    let told = news.is_none_or(|(record, notifier)| notifier.tell(&rules, record));
    Ok(match code {
        ExitCode::Clean if !told => ExitCode::Trouble,
        ExitCode::Clean if stale && args.fail_on_stale => ExitCode::Trouble,
        code => code,
    })
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
pub fn read(cli: &Cli, plan: &Plan<'_>, rules: &mut Rules) -> Result<(Report, bool)> {
    let mut project = Judged::of(plan);
    project.teach(rules);
    let baselines = project.lists(plan.change());
    let mut report = scan(cli, plan, rules, &project)?;
    let stale = baseline::apply(&baselines, &mut report, plan.is_whole());
    Ok((report, stale))
}

/// Reads everything that was asked for.
fn scan(cli: &Cli, plan: &Plan<'_>, rules: &Rules, project: &Judged) -> Result<Report> {
    let args = plan.args;
    let (started_at, clock) = (SystemTime::now(), Instant::now());
    let options = Options {
        all_kinds: args.all_kinds,
        min_confidence: args.min_confidence,
        servers: match &args.server[..] {
            [] => project.servers(),
            typed => typed.to_vec(),
        },
        typed: !args.server.is_empty(),
    };
    let mut scanner = Scanner::new(rules, options)?;
    let mut files = plan.paths().to_vec();
    files.retain(|path| !is_stdin(path));
    let progress = Arc::new(Progress::default());
    let walk = Files {
        paths: files,
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
    let bar = progress::bar(cli, args, &progress);
    let mut coverage = pool.install(|| match &plan.mode {
        Mode::Range(path, change) => scanner.range(&scan::Range {
            path,
            environment: environment(path),
            asked: change.asked(),
            max_file_size: args.max_file_size,
            progress: Some(&progress),
        }),
        Mode::Staged(path) => scanner.staged(&scan::Staged {
            path,
            environment: environment(path),
            max_file_size: args.max_file_size,
            progress: Some(&progress),
        }),
        Mode::History(path) => scanner.history(&scan::History {
            path,
            files: &walk,
            environment: environment(path),
        }),
        Mode::Paths(_) | Mode::Fleet(_) if walk.paths.is_empty() => Ok(Coverage::default()),
        Mode::Paths(_) | Mode::Fleet(_) => Ok(walk.visit(&scanner)),
    })?;
    if plan.paths().iter().any(|path| is_stdin(path)) {
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
    let around = coverage.take_around(!plan.lenient);
    let mut findings = found.findings;
    let folders = matches!(plan.mode, Mode::Paths(_) | Mode::History(_))
        && walk.paths.iter().any(|path| path.is_dir());
    let mut notes = project.apply(&mut findings, folders);
    notes.extend(around.iter().map(warning));
    notes.extend(found.notes);
    Ok(Report {
        sources: plan.sources(),
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
