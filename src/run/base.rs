//! `scan --range`: what a change is judged by. Settings, excludes, baselines and rules of the repository are read as they
//! were where the range begins, so that no change loosens what it is judged by.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use matterleaks::finding::{Finding, Skip, Untrusted};
use matterleaks::rule::Rules;
use matterleaks::scan::{Asked, Ends};
use matterleaks::suppress::baseline::{self, Baseline};

use super::baseline::List;
use super::plan::Plan;
use super::project::{Project, problem};
use super::scan;
use crate::cli::AcceptFrom;

/// A range, and what stands at its ends.
pub struct Change {
    /// As it was typed.
    pub range: String,
    /// What git told a hook.
    lines: Option<Vec<u8>>,
    ends: Ends,
}

impl Change {
    /// A range of a repository.
    pub fn of(path: &Path, range: String) -> Result<Change> {
        let lines = match &*range {
            "-" => Some(scan::hook_lines()?),
            _ => None,
        };
        let asked = asked(&range, lines.as_deref());
        let ends = Ends::of(path, &scan::environment(path), &asked)?;
        Ok(Change { range, lines, ends })
    }

    /// Which commits.
    pub fn asked(&self) -> Asked<'_> {
        asked(&self.range, self.lines.as_deref())
    }

    /// A path from the root of the trees, if what stands there may be what the range brings.
    fn within(&self, path: &Path) -> Option<PathBuf> {
        let real = path.canonicalize().ok()?;
        let below = real.strip_prefix(self.ends.root()).ok()?.to_owned();
        (self.ends.has_files() && self.ends.holds(&below)).then_some(below)
    }

    /// The rules: files of the repository as they are at the base.
    pub fn rules(&self, paths: &[PathBuf]) -> Result<Rules> {
        let mut files = Vec::new();
        for path in paths {
            let Some(below) = self.within(path) else {
                files.extend(Rules::files(path)?);
                continue;
            };
            const LARGEST: usize = 2 << 20;
            let [base] = self.ends.bases().collect::<Vec<_>>()[..] else {
                bail!(
                    "{}: rules of the repository need a range with one base",
                    path.display()
                );
            };
            let mut names = self.ends.names(base, &below);
            names.retain(|name| Rules::is_file(name));
            names.sort();
            if names.is_empty() {
                names.push(below);
            }
            for name in names {
                let text = self.ends.file(base, &name, LARGEST).with_context(|| {
                    format!(
                        "{}: the base of the range has no such rules",
                        path.display()
                    )
                })?;
                files.push((self.ends.root().join(name), text));
            }
        }
        Ok(Rules::load_texts(files)?)
    }

    /// A list of accepted credentials: of the repository, what every base accepts.
    pub fn list(&self, path: &Path, whole: bool) -> Result<List> {
        // One that a base names need not be on disk.
        let named = path.strip_prefix(self.ends.root()).ok().map(Path::to_owned);
        let named = named.filter(|_| path.is_absolute() && !path.exists());
        let Some(below) = self.within(path).or(named) else {
            return List::read(path, whole);
        };
        let mut all: Option<Baseline> = None;
        for base in self.ends.bases() {
            let largest = usize::try_from(baseline::LARGEST).unwrap_or(usize::MAX);
            let list = match self.ends.file(base, &below, largest) {
                Some(text) => Baseline::parse(path, text)?,
                None => Baseline::empty(),
            };
            match &mut all {
                Some(all) => all.findings.retain(|entry| list.findings.contains(entry)),
                None => all = Some(list),
            }
        }
        Ok(List {
            path: path.to_owned(),
            list: all.unwrap_or_else(Baseline::empty),
            whole,
        })
    }
}

fn asked<'a>(range: &'a str, lines: Option<&'a [u8]>) -> Asked<'a> {
    lines.map_or(Asked::Range(range), Asked::Push)
}

/// What the scanned folders say, and for a range what its ends say.
pub struct Judged {
    /// Files that no range brings: all of them where none is scanned, else those beside the repository.
    own: Project,
    /// What the bases say; only what all of them accept is accepted.
    bases: Vec<Project>,
    brought: Option<Project>,
    accept_from: AcceptFrom,
    /// With lists that they name.
    problems: Vec<Skip>,
    notes: Vec<Untrusted>,
}

impl Judged {
    /// Reads it. What is wrong with it says nothing.
    pub fn of(plan: &Plan<'_>) -> Judged {
        let (args, paths) = (plan.args, plan.paths());
        let mut judged = Judged {
            own: Project::default(),
            bases: Vec::new(),
            brought: None,
            accept_from: args.accept_from,
            problems: Vec::new(),
            notes: Vec::new(),
        };
        if args.no_config {
            return judged;
        }
        let Some(Change { ends, .. }) = plan.change() else {
            judged.own = Project::of(paths);
            return judged;
        };
        let here = Path::new(".").canonicalize();
        let around = (here.as_ref()).is_ok_and(|here| here.starts_with(ends.root()));
        judged.own = match (ends.has_files(), around) {
            (false, _) => Project::of(paths),
            (true, false) => Project::of_here(),
            (true, true) => Project::default(),
        };
        let typed = paths.iter().map(PathBuf::as_path);
        let folders = typed.chain(around.then_some(Path::new(".")));
        let folders: BTreeSet<PathBuf> = folders.filter_map(|path| below(ends, path)).collect();
        let folders: Vec<PathBuf> = folders.into_iter().collect();
        let scanned = paths.first().map_or(Path::new("."), PathBuf::as_path);
        for base in ends.bases() {
            let said = Project::at(ends, base, scanned, &folders);
            if !judged.bases.contains(&said) {
                judged.bases.push(said);
            }
        }
        if judged.bases.is_empty() {
            let what =
                "the range has no base here, so what the repository accepts and sets is not heeded";
            judged.notes.push(Untrusted::new(what));
        }
        judged.brought = Some(Project::brought(ends, &folders));
        judged
    }

    /// What is wrong with files of it.
    pub fn problems(&self) -> Vec<Skip> {
        let all = std::iter::once(&self.own).chain(&self.bases);
        let all = all.chain(&self.brought).flat_map(Project::problems);
        let mut problems: Vec<Skip> = Vec::new();
        for problem in all.chain(&self.problems) {
            if !problems.contains(problem) {
                problems.push(problem.clone());
            }
        }
        problems
    }

    /// Adds what it says to the rules.
    pub fn teach(&mut self, rules: &mut Rules) {
        let all = std::iter::once(&mut self.own).chain(&mut self.bases);
        all.for_each(|said| said.teach(rules));
    }

    /// The team's own servers.
    pub fn servers(&self) -> Vec<String> {
        let mut servers = self.own.servers();
        for server in self.bases.iter().flat_map(Project::servers) {
            if !servers.contains(&server) {
                servers.push(server);
            }
        }
        servers
    }

    /// The lists of accepted credentials.
    pub fn lists(&mut self, change: Option<&Change>) -> Vec<List> {
        let (mut lists, mut problems) = (Vec::new(), Vec::new());
        let mut add = |path: &Path, list: Result<List>| match list {
            Ok(list) => lists.push(list),
            Err(error) => problems.push(problem(path, &error)),
        };
        for (path, whole) in self.own.baselines() {
            add(path, List::read(path, whole));
        }
        // Of several bases one that all of them name.
        let named = |path: &PathBuf| {
            let names = |said: &Project| said.baselines().any(|(other, _)| other == path);
            self.bases.iter().all(names)
        };
        for (path, whole) in self.bases.first().into_iter().flat_map(Project::baselines) {
            if let Some(change) = change.filter(|_| named(path)) {
                add(path, change.list(path, whole));
            }
        }
        self.problems.extend(problems);
        lists
    }

    /// Marks what is accepted, and returns remarks.
    pub fn apply(&self, findings: &mut [Finding], folders: bool) -> Vec<Untrusted> {
        let mut notes = self.notes.clone();
        notes.extend(self.own.apply(findings, folders));
        if let Some((first, rest)) = self.bases.split_first() {
            let before = findings.to_vec();
            notes.extend(first.apply(findings, folders));
            for said in rest {
                let mut again = before.clone();
                said.apply(&mut again, folders);
                for (finding, other) in findings.iter_mut().zip(again) {
                    if other.suppressed.is_none() {
                        finding.suppressed = None;
                    }
                }
            }
        }
        if let Some(brought) = &self.brought {
            notes.extend(self.brought(brought, findings));
        }
        notes
    }

    /// The same for what the range brings: accepted and named, or no more than said.
    fn brought(&self, brought: &Project, findings: &mut [Finding]) -> Vec<Untrusted> {
        let mut after = findings.to_vec();
        let excluded = match &self.bases[..] {
            [one] => Some(one),
            _ => None,
        };
        let mut notes = brought.apply_beside(&mut after, excluded);
        let mut refused = 0;
        for (finding, after) in findings.iter_mut().zip(after) {
            let (None, Some(mut why)) = (&finding.suppressed, after.suppressed) else {
                continue;
            };
            // Before this change nobody had to accept it.
            why.by_change = !finding.pre_existing;
            match self.accept_from {
                AcceptFrom::Range => finding.suppressed = Some(why),
                AcceptFrom::Base => refused += u64::from(!finding.pre_existing),
            }
        }
        if refused > 0 {
            notes.push(Untrusted::new(format!(
                "{refused} accepted by this very change, which counts for nothing under --accept-from base"
            )));
        }
        notes
    }
}

/// A path from the root of the trees.
fn below(ends: &Ends, path: &Path) -> Option<PathBuf> {
    let real = path.canonicalize();
    let below = real
        .as_ref()
        .ok()
        .and_then(|real| real.strip_prefix(ends.root()).ok());
    match below {
        Some(below) => Some(below.to_owned()),
        // In a bare repository trees begin nowhere else.
        None => (!ends.has_files()).then(PathBuf::new),
    }
}
