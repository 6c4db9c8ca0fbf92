//! From what was typed to what is meant: one function a command.

mod audit;
mod baseline;
mod check;
mod file;
mod hook;
mod live;
mod outputs;
mod progress;
mod project;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result, bail};
use matterleaks::finding::{Confidence, Coverage, Report, Skip, SkipReason, Source, Untrusted};
use matterleaks::git::repository::{Environment, Repository};
use matterleaks::redact::Redactor;
use matterleaks::report::record::Record;
use matterleaks::report::{self, ExitCode, FailOn};
use matterleaks::rule::{self, Rules};
use matterleaks::scan::{self, Asked, Options, Scanner};
use matterleaks::source::{Files, Progress, stdin};
use matterleaks::verify;

use crate::cli::{self, Cli, Command, ReportArgs, RulesCommand, Scan};
use outputs::Outputs;
use project::Project;

/// Does what the command line says.
pub fn run(cli: Cli) -> Result<ExitCode> {
    match &cli.command {
        Command::Scan(scan) => scan_command(&cli, scan),
        Command::Verify(args) => check::run(&cli, args),
        Command::Report(args) => report_command(&cli, args),
        Command::Audit(args) => audit::run(&cli, args),
        Command::Hook(command) => hook::run(&cli, command),
        Command::Baseline(command) => baseline::run(command),
        Command::Rules(command) => rules_command(command),
    }
}

fn scan_command(cli: &Cli, args: &Scan) -> Result<ExitCode> {
    let outputs = Outputs::new(&args.reports)?;
    let mut rules = Rules::load(&args.rules)?;
    let project = match args.no_config {
        true => Project::default(),
        false => Project::of(&args.paths)?,
    };
    project.teach(&mut rules)?;
    if args.fail_on == cli::FailOn::Verified && args.verify != Some(cli::Verify::Ask) {
        bail!("--fail-on verified needs --verify");
    }
    let options = match args.verify {
        Some(_) => Some(live::options(&args.live, &rules, &args.server)?),
        None => None,
    };
    // Of a part of a repository nobody can say what is not in it.
    let whole = !args.staged && args.range.is_none();
    let named = args.baseline.iter().map(|path| (path, true));
    let baselines = baseline::load(project.baselines().chain(named))?;
    let mut report = scan(cli, args, &rules, &project)?;
    let stale = baseline::apply(&baselines, &mut report, whole);
    match (args.verify, &options) {
        (Some(cli::Verify::Ask), Some(options)) => {
            let options = verify::Options {
                allow_live: args.allow_live,
                ..options.clone()
            };
            let asking = progress::asking(cli, args, report.findings.len());
            let asked = live::ask(&rules, &mut report, &options);
            asking.finish_and_clear();
            // What was found is told all the same.
            if let Err(error) = asked {
                report.coverage.skipped.push(Skip {
                    path: Untrusted::new("live checks"),
                    object: None,
                    reason: SkipReason::Internal,
                    detail: Untrusted::new(format!("{error:#}")),
                });
            }
        }
        (Some(cli::Verify::Plan), Some(options)) => {
            report.plan = Some(verify::plan(&rules, &report.findings, options));
        }
        _ => {}
    }
    let redactor = Redactor::of(&report, args.show_secrets);
    outputs.write(cli, &|format, style, out| {
        report::write(format, &report, &redactor, style, out)
    })?;
    let fail_on = match args.fail_on {
        cli::FailOn::Any => FailOn::Any,
        cli::FailOn::Verified => FailOn::Verified {
            missed_checks: args.unknown == cli::Unknown::Fail,
        },
        cli::FailOn::Never => FailOn::Never,
    };
    let code = report::exit_code(&report, fail_on, outputs::unpaired(&args.reports));
    Ok(match code {
        ExitCode::Clean if stale && args.fail_on_stale => ExitCode::Trouble,
        code => code,
    })
}

/// Reads everything that was asked for.
fn scan(cli: &Cli, args: &Scan, rules: &Rules, project: &Project) -> Result<Report> {
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
    if args.history && (files.len() != 1 || !streams.is_empty()) {
        bail!("--history takes one repository");
    }
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
    let mut lines = Vec::new();
    let asked = match args.range.as_deref() {
        Some("-") => {
            hook_lines(&mut lines)?;
            Some(Asked::Push(&lines))
        }
        range => range.map(Asked::Range),
    };
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
    let mut findings = found.findings;
    let folders = !args.staged && args.range.is_none() && files.iter().any(|path| path.is_dir());
    let notes = project.apply(&mut findings, folders);
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
        rules_sha256: rules.sha256().to_owned(),
        rules: rules.notes(),
        sources,
        started_at,
        duration: clock.elapsed(),
        coverage,
        findings,
        samples: found.samples,
        notes,
        verified: false,
        plan: None,
    })
}

/// Reads what git tells a hook.
fn hook_lines(lines: &mut Vec<u8>) -> Result<()> {
    const MOST: u64 = 64 << 20;
    let mut input = io::stdin().lock().take(MOST + 1);
    input
        .read_to_end(lines)
        .context("cannot read standard input")?;
    if lines.len() as u64 > MOST {
        bail!("standard input is too long for the lines of a hook");
    }
    Ok(())
}

/// What git's variables say: of the repository around us, however it is named; never of another one.
fn environment(path: &Path) -> Environment {
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

/// Writes an earlier report in other formats.
fn report_command(cli: &Cli, args: &ReportArgs) -> Result<ExitCode> {
    let outputs = Outputs::new(&args.reports)?;
    let mut record =
        Record::read(&read_report(&args.file)?).with_context(|| args.file.display().to_string())?;
    if args.reports.unpaired == cli::Unpaired::Hide {
        record.findings.retain(|finding| !finding.is_unpaired());
    }
    outputs.write(cli, &|format, style, out| {
        report::write_record(format, &record, style, out)
    })?;
    Ok(ExitCode::Clean)
}

/// Reads an earlier report.
fn read_report(path: &Path) -> Result<Vec<u8>> {
    const LARGEST: u64 = 256 << 20;
    let context = || format!("cannot read {}", path.display());
    let mut json = Vec::new();
    if !std::fs::metadata(path).with_context(context)?.is_file() {
        bail!("{}: not a regular file", context());
    }
    let file = std::fs::File::open(path).with_context(context)?;
    file.take(LARGEST)
        .read_to_end(&mut json)
        .with_context(context)?;
    Ok(json)
}

fn rules_command(command: &RulesCommand) -> Result<ExitCode> {
    let mut out = io::stdout().lock();
    match command {
        RulesCommand::List { rules } => {
            out.write_all(rule::list(&Rules::load(rules)?).as_bytes())?
        }
        RulesCommand::Show { id, rules } => {
            out.write_all(rule::show(&Rules::load(rules)?, id)?.as_bytes())?;
        }
        RulesCommand::Check { path } => {
            let paths: Vec<PathBuf> = path.iter().cloned().collect();
            let checked = scan::check(&Rules::load_revised(&paths)?)?;
            for complaint in &checked.complaints {
                writeln!(out, "{complaint}")?;
            }
            let (examples, negatives) = (checked.examples, checked.negatives);
            let wrong = checked.complaints.len();
            writeln!(
                out,
                "{examples} examples and {negatives} counter-examples checked, {wrong} wrong"
            )?;
            if wrong > 0 {
                return Ok(ExitCode::Trouble);
            }
        }
    }
    out.flush()?;
    Ok(ExitCode::Clean)
}
