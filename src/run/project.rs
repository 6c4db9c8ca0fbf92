//! What the scanned folders say of themselves: `.matterleaks.yml`, `.matterleaksignore`, `.gitleaksignore`, and
//! comments. `--no-config` is a project that says nothing.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use matterleaks::config::Config;
use matterleaks::detect;
use matterleaks::finding::{Finding, ObjectId, Skip, SkipReason, Untrusted};
use matterleaks::rule::{FileError, Rules};
use matterleaks::scan::Ends;
use matterleaks::suppress::fingerprint::{self, Fingerprints};
use matterleaks::suppress::inline::{self, Comments};
use matterleaks::suppress::place::{self, Judge};
use matterleaks::suppress::{self, Accepted};

/// What the scanned folders say.
#[derive(Default)]
pub struct Project {
    /// Paths and texts, where it was read in git.
    texts: Vec<(PathBuf, Vec<u8>)>,
    accepted: Accepted,
    configs: Vec<Config>,
    fingerprints: Vec<Fingerprints>,
    comments: Option<Comments>,
    /// Files whose word is not known.
    problems: Vec<Skip>,
}

impl Project {
    /// Reads it. What is wrong with it is no reason to read nothing else: it says nothing then.
    pub fn of(paths: &[PathBuf]) -> Project {
        // The current folder's too: who scans a part of a project stands at its root.
        let folders: BTreeSet<&Path> = ignore_folders(paths).chain([Path::new("")]).collect();
        let (accepted, errors) = Accepted::load(folders.into_iter());
        let (configs, broken) = Config::of(scanned(paths));
        let mut project = Project {
            accepted,
            configs,
            comments: Some(Comments),
            ..Project::default()
        };
        let problems = &mut project.problems;
        problems.extend(errors.iter().map(|error| problem(error.path(), error)));
        problems.extend(broken.iter().map(|error| problem(error.path(), error)));
        for path in scanned(paths) {
            match Fingerprints::of(path) {
                Ok(found) => project.fingerprints.extend(found),
                Err(error) => project.problems.push(problem(error.path(), &error)),
            }
        }
        project
    }

    /// What the current folder accepts.
    pub fn of_here() -> Project {
        let mut said = Project::default();
        said.read([Path::new("")].into_iter());
        said
    }

    fn read<'p>(&mut self, folders: impl Iterator<Item = &'p Path>) {
        let errors = self.accepted.read(folders);
        let problems = errors.iter().map(|error| problem(error.path(), error));
        self.problems.extend(problems);
    }

    /// What a tree of git says of folders of it.
    pub fn at(ends: &Ends, tree: &ObjectId, scanned: &Path, folders: &[PathBuf]) -> Project {
        let texts = RefCell::new(Vec::new());
        let read = |path: &Path, most: usize| {
            let text = ends.file(tree, path, most)?;
            texts.borrow_mut().push((path.to_owned(), text.clone()));
            Some(text)
        };
        let mut said = Project::default();
        match Config::at(scanned, ends.root(), &read) {
            Ok(config) => said.configs.extend(config),
            Err(error) => said.problems.push(problem(error.path(), &error)),
        }
        said.accept(folders, &read);
        said.texts = texts.into_inner();
        said
    }

    /// Single acceptances of what a range ends with: in git, and in the files that are checked out.
    pub fn brought(ends: &Ends, folders: &[PathBuf]) -> Project {
        let mut said = Project {
            comments: Some(Comments),
            ..Project::default()
        };
        for tip in ends.tips() {
            said.accept(folders, &|path, most| ends.file(tip, path, most));
        }
        if ends.has_files() {
            let files = folders.iter().map(|folder| ends.root().join(folder));
            let files: Vec<PathBuf> = files.collect();
            said.read(files.iter().map(PathBuf::as_path));
            for folder in &files {
                match Fingerprints::of(folder) {
                    Ok(found) => said.fingerprints.extend(found),
                    Err(error) => said.problems.push(problem(error.path(), &error)),
                }
            }
        }
        said
    }

    /// Adds the single acceptances that lie in folders.
    fn accept(&mut self, folders: &[PathBuf], read: &dyn Fn(&Path, usize) -> Option<Vec<u8>>) {
        for folder in folders {
            let path = folder.join(suppress::FILE);
            if let Some(text) = read(&path, suppress::LARGEST as usize) {
                let wrong = self.accepted.add_content(&path, text);
                self.problems
                    .extend(wrong.map(|error| problem(&path, &error)));
            }
            let path = folder.join(fingerprint::FILE);
            if let Some(text) = read(&path, fingerprint::LARGEST) {
                self.fingerprints.push(Fingerprints::of_content(path, text));
            }
        }
    }

    /// Adds what it says to the rules.
    pub fn teach(&mut self, rules: &mut Rules) {
        for config in std::mem::take(&mut self.configs) {
            match teach(&config, rules) {
                Ok(()) => self.configs.push(config),
                Err(error) => self.problems.push(problem(&config.path, &error)),
            }
        }
    }

    /// The team's own servers. They pair, and that they may be contacted is for the command line to say.
    pub fn servers(&self) -> Vec<String> {
        let servers = self.configs.iter().flat_map(|config| &config.servers);
        servers.cloned().collect()
    }

    /// The lists of accepted credentials, and whether all that they are for is scanned.
    pub fn baselines(&self) -> impl Iterator<Item = (&PathBuf, bool)> {
        let configs = self.configs.iter();
        configs.filter_map(|config| Some((config.baseline.as_ref()?, config.whole)))
    }

    /// What is wrong with files of it.
    pub fn problems(&self) -> &[Skip] {
        &self.problems
    }

    /// Marks what is accepted, and returns remarks. `folders` says that whole folders were scanned.
    pub fn apply(&self, findings: &mut [Finding], folders: bool) -> Vec<Untrusted> {
        let mut notes = self.accepted.apply(findings, folders);
        notes.extend(self.apply_places(findings, None));
        notes
    }

    /// The same for what a range brings; `other` accepts places as well.
    pub fn apply_beside(
        &self,
        findings: &mut [Finding],
        other: Option<&Project>,
    ) -> Vec<Untrusted> {
        self.accepted.apply(findings, false);
        self.apply_places(findings, other)
    }

    fn apply_places(&self, findings: &mut [Finding], other: Option<&Project>) -> Vec<Untrusted> {
        let mut notes = Vec::new();
        let comments = self.comments.iter().map(|judge| judge as &dyn Judge);
        let all = || std::iter::once(self).chain(other);
        let fingerprints = all().flat_map(|said| &said.fingerprints);
        let fingerprints = fingerprints.map(|judge| judge as &dyn Judge);
        let excluded = all()
            .flat_map(|said| &said.configs)
            .map(|config| &config.excluded as &dyn Judge);
        let judges: Vec<&dyn Judge> = comments.chain(fingerprints).chain(excluded).collect();
        place::apply(findings, &judges);
        if self.comments.is_some() {
            notes.extend(inline::remarks(findings));
        }
        notes.extend(self.fingerprints.iter().filter_map(Fingerprints::remark));
        notes
    }
}

/// Says that what a file says is not known.
pub fn problem(path: &Path, error: &dyn Display) -> Skip {
    let text = error.to_string();
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = text.strip_prefix(&*folder.to_string_lossy());
    let detail = name.map_or(&*text, |name| name.trim_start_matches('/'));
    Skip {
        path: Untrusted::new(path.as_os_str().as_encoded_bytes()),
        object: None,
        reason: SkipReason::BadIgnoreFile,
        detail: Untrusted::new(detail),
    }
}

/// Adds what a configuration says to the rules.
fn teach(config: &Config, rules: &mut Rules) -> Result<(), FileError> {
    let at = |key: &str, n: usize| [key.into(), n.into()];
    for (n, server) in config.servers.iter().enumerate() {
        let mut products = rules.products.iter();
        if !products.any(|product| detect::base_url(product, server).is_some()) {
            let message = format!("`{server}` is not the URL of a server");
            return Err(config.error(&at("servers", n), message));
        }
    }
    let short = |word: &String| word.trim().len() < 3;
    if let Some(n) = config.keywords.iter().position(short) {
        let message = "a keyword of less than three letters would fit every document";
        return Err(config.error(&at("keywords", n), message));
    }
    for (id, names) in &config.keys {
        let way = ["keys".into(), id.as_str().into()];
        for name in names {
            let name = detect::snake(name.as_bytes());
            if name.is_empty() {
                return Err(config.error(&way, "a name has letters"));
            }
            rules
                .add_name(id, &name)
                .map_err(|unknown| config.error(&way, unknown.to_string()))?;
        }
    }
    rules.add_keywords(&config.keywords);
    Ok(())
}

impl PartialEq for Project {
    /// Whether it was read of the same texts.
    fn eq(&self, other: &Project) -> bool {
        self.texts == other.texts
    }
}

/// Scanned folders as ignore files lie in them.
fn ignore_folders(paths: &[PathBuf]) -> impl Iterator<Item = &Path> {
    scanned(paths).map(|path| match path.to_str() {
        Some(".") => Path::new(""),
        _ => path,
    })
}

/// What is scanned, each once. Standard input is a file of the current folder.
fn scanned(paths: &[PathBuf]) -> impl Iterator<Item = &Path> {
    let here = |path: &PathBuf| matches!(path.to_str(), Some("." | "./" | "-"));
    let each = paths.iter().map(move |path| match here(path) {
        true => Path::new("."),
        false => path.as_path(),
    });
    each.collect::<BTreeSet<_>>().into_iter()
}
