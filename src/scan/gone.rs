//! Whether credentials of an earlier report are gone from where people work: from every file under what was scanned,
//! and from work trees, indexes, stashes and the tips of refs of every repository around. What older commits hold
//! stays; that is why it must be revoked. Where anything cannot be read, or the report is of another folder, nobody
//! knows.

mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::again::unmasked;
use super::{Options, Scanner};
use crate::finding::{Coverage, CredentialId, ObjectId, Place, Recorded, Source};
use crate::git::repository::{Environment, OpenError, Repository};
use crate::rule::Rules;
use crate::source::Files;
use work::Work;

/// Where a credential still is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Nowhere where people work.
    Gone,
    /// There.
    Stands(&'static str),
    /// It cannot be told, and why.
    Unclear(&'static str),
}

const ELSEWHERE: &str = "what was scanned is not here; start it where the scan was started";
const UNPROVEN: &str = "nothing shows that this is the folder that was scanned; start it where the scan was started, \
                        or close it by hand";

/// What a look around has shown.
pub struct Around {
    on_disk: BTreeSet<CredentialId>,
    in_git: BTreeSet<CredentialId>,
    repositories: BTreeMap<PathBuf, Work>,
    rules: BTreeSet<String>,
    unclear: Option<&'static str>,
    /// When the scan of the report began.
    started: SystemTime,
}

impl Around {
    /// Looks at all that a report was made of, once: `sources`, scanned from `started` on, and where `recorded` were.
    pub fn look(
        rules: &Rules,
        sources: &[Source],
        started: SystemTime,
        recorded: &[Recorded],
    ) -> anyhow::Result<Around> {
        let pages = rules
            .products
            .iter()
            .flat_map(|product| &product.file.kinds);
        let mut around = Around {
            on_disk: BTreeSet::new(),
            in_git: BTreeSet::new(),
            repositories: BTreeMap::new(),
            rules: pages.map(|page| page.id.clone()).collect(),
            unclear: None,
            started,
        };
        around.unclear = around.read(rules, sources, recorded)?.err();
        Ok(around)
    }

    fn read(
        &mut self,
        rules: &Rules,
        sources: &[Source],
        recorded: &[Recorded],
    ) -> anyhow::Result<Result<(), &'static str>> {
        let mut folders = BTreeSet::new();
        if let Err(why) = self.sources(sources, recorded, &mut folders) {
            return Ok(Err(why));
        }
        let mut trees = BTreeSet::new();
        for work in self.repositories.values_mut() {
            if let Err(why) = work.fill(&mut trees) {
                return Ok(Err(why));
            }
        }
        // Of a work tree that lies in what was scanned only one copy is read.
        let typed: Vec<PathBuf> = folders.iter().filter_map(real).collect();
        trees.retain(|tree| {
            real(tree).is_none_or(|tree| !typed.iter().any(|at| tree.starts_with(at)))
        });
        folders.append(&mut trees);
        let scanner = Scanner::new(rules, everything())?;
        let files = Files {
            paths: folders.into_iter().collect(),
            no_ignore: true,
            ..Files::default()
        };
        let complete = files.paths.is_empty() || files.visit(&scanner).complete();
        self.on_disk = ids(scanner);
        let scanner = Scanner::new(rules, everything())?;
        let read = self.repositories.values().all(|work| work.scan(&scanner));
        self.in_git = ids(scanner);
        Ok(match (complete, read) {
            (false, _) => Err("not every file on disk can be read"),
            (_, false) => Err("not every file of the refs' tips can be read"),
            _ => Ok(()),
        })
    }

    /// The folders that were scanned, and the repositories that they and the places of findings lie in.
    fn sources(
        &mut self,
        sources: &[Source],
        recorded: &[Recorded],
        folders: &mut BTreeSet<PathBuf>,
    ) -> Result<(), &'static str> {
        for source in sources {
            let (path, is_repository) = match source {
                Source::Files(path) => (path, false),
                Source::History(path) | Source::Staged(path) | Source::Range(path, _) => {
                    (path, true)
                }
                Source::Stdin => return Err("it was read from standard input"),
            };
            let path = unmasked(path).ok_or("the report does not name what was scanned")?;
            // An empty one is the folder that we are in.
            let path = if path.as_os_str().is_empty() {
                ".".into()
            } else {
                path
            };
            let found = path.metadata().map_err(|_| ELSEWHERE)?;
            let folder = if found.is_dir() { &path } else { above(&path) };
            if !self.repository(folder)? && is_repository {
                return Err(ELSEWHERE);
            }
            if !is_repository {
                folders.insert(path);
            }
        }
        if sources.is_empty() {
            return Err("the report does not name what was scanned");
        }
        for at in recorded.iter().flat_map(|finding| &finding.places) {
            if at.place == Place::File {
                let path = unmasked(&at.path).ok_or("the report does not name a file of it")?;
                // A folder that went with its file is no place any more; one further up is.
                let folder = path
                    .ancestors()
                    .skip(1)
                    .find(|folder| or_here(folder).is_dir());
                self.repository(or_here(folder.unwrap_or(Path::new(""))))?;
                if path.is_file() {
                    folders.insert(path);
                }
            }
            if let Some(git) = &at.git {
                let path =
                    unmasked(&git.repository).ok_or("the report does not name its repository")?;
                if !self.repository(&path)? {
                    return Err("its repository cannot be opened");
                }
            }
        }
        Ok(())
    }

    /// Opens the repository that a folder lies in. Whether there is one.
    fn repository(&mut self, folder: &Path) -> Result<bool, &'static str> {
        let repository = match Repository::open(folder, &Environment::none()) {
            Ok((repository, troubles)) if troubles.is_empty() => repository,
            Err(OpenError::NotFound(_)) => return Ok(false),
            _ => return Err("its repository cannot be opened"),
        };
        let key = real(&repository.common_dir).ok_or("its repository cannot be opened")?;
        let mut coverage = Coverage::default();
        let store = super::news::open_store(&repository, &mut coverage);
        if !coverage.complete() {
            return Err("its repository cannot be read as a whole");
        }
        self.repositories
            .entry(key)
            .or_insert_with(|| Work::of(repository, store));
        Ok(true)
    }

    /// Where one of the report's credentials is.
    pub fn presence(&self, finding: &Recorded) -> Presence {
        let objects = finding
            .places
            .iter()
            .filter_map(|at| at.git.as_ref()?.object);
        let objects: BTreeSet<ObjectId> = objects.collect();
        let works = || self.repositories.values();
        if self.on_disk.contains(&finding.id) {
            return Presence::Stands("a file on disk holds it");
        }
        if self.in_git.contains(&finding.id) || works().any(|work| !work.seen.is_disjoint(&objects))
        {
            return Presence::Stands("a ref's tip, a stash or an index holds it");
        }
        self.unclear
            .or_else(|| self.doubt(finding, &objects))
            .map_or(Presence::Gone, Presence::Unclear)
    }

    /// Why it cannot be told, though it was found nowhere.
    fn doubt(&self, finding: &Recorded, objects: &BTreeSet<ObjectId>) -> Option<&'static str> {
        if finding.unlisted {
            return Some("the report does not list all its places");
        }
        if !self.rules.contains(&finding.rule_id) {
            return Some("it was found by a rule that is not at hand");
        }
        let named = |at: &crate::finding::Origin| {
            at.place != Place::File && at.git.as_ref().is_none_or(|git| git.object.is_none())
        };
        if finding.places.iter().any(named) {
            return Some("it stood in a name, in a link or in standard input");
        }
        let known = |id: &ObjectId| {
            self.repositories
                .values()
                .any(|work| work.store.object(id).is_ok())
        };
        if !objects.is_empty() && !objects.iter().any(known) {
            return Some(UNPROVEN);
        }
        let files = finding.places.iter().filter(|at| at.place == Place::File);
        for path in files.filter_map(|at| unmasked(&at.path)) {
            match path.symlink_metadata() {
                // What held it then and does not now was changed since; else it is another file of this name.
                Ok(found) if objects.is_empty() && changed(&found) < self.started => {
                    return Some(UNPROVEN);
                }
                Ok(_) => {}
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Some("a file of it could not be looked at");
                }
                // An absolute one leads to the same place from everywhere.
                Err(_) if path.is_absolute() || !objects.is_empty() => {}
                Err(_) if self.repositories.values().any(|work| work.knew(&path)) => {}
                Err(_) => return Some(UNPROVEN),
            }
        }
        None
    }
}

fn everything() -> Options {
    Options {
        all_kinds: true,
        ..Options::default()
    }
}

fn ids(scanner: Scanner<'_>) -> BTreeSet<CredentialId> {
    let found = scanner.finish().findings;
    found.into_iter().map(|finding| finding.id).collect()
}

/// When a file was last changed, or put in its place.
fn changed(found: &Metadata) -> SystemTime {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let seconds = u64::try_from(found.ctime()).unwrap_or_default();
        UNIX_EPOCH + std::time::Duration::from_secs(seconds)
    }
    #[cfg(not(unix))]
    found.modified().unwrap_or(UNIX_EPOCH)
}

fn real(path: impl AsRef<Path>) -> Option<PathBuf> {
    path.as_ref().canonicalize().ok()
}

fn or_here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    }
}

fn above(path: &Path) -> &Path {
    or_here(path.parent().unwrap_or(path))
}
