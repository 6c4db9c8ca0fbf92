//! A whole repository: its work trees, every object, and where in its history a credential stands.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::Scanner;
use super::news::open_store;
use crate::finding::{Coverage, InGit, ObjectId, Place, Skip, SkipReason, Untrusted};
use crate::git::catalogue::{Catalogue, Number};
use crate::git::graph::CommitNode;
use crate::git::index::Index;
use crate::git::object::Objects;
use crate::git::reach::reach;
use crate::git::refs::Refs;
use crate::git::repository::{Environment, OUTSIDE, OpenError, Repository, Trouble, WorkTree};
use crate::git::store::Store;
use crate::open;
use crate::source::history::{self, Origins};
use crate::source::{Content, Document, Files, Outcome, Visit};

/// How many bytes may be used to rebuild one object from what it is a delta on.
pub const REBUILD: usize = 64 << 20;

/// How often a repository is read that git packs anew meanwhile.
const ATTEMPTS: usize = 8;

/// A repository that was read, with what is asked about it later.
pub(super) struct Whole {
    pub(super) name: Untrusted,
    pub(super) store: Store,
    pub(super) catalogue: Catalogue,
    pub(super) commits: Vec<CommitNode>,
    pub(super) refs: Refs,
    /// Blobs that an index names.
    pub(super) staged: BTreeSet<Number>,
    /// Files of work trees whose content is an object, so that they were not scanned a second time.
    pub(super) files: Vec<(Vec<u8>, Number)>,
}

/// What to read of a repository.
pub struct History<'a> {
    /// Its path as the user typed it: a work tree, a folder of one, or a bare repository.
    pub path: &'a Path,
    /// How the files of work trees are read; their paths are not looked at.
    pub files: &'a Files,
    /// What the environment says of the repository.
    pub environment: Environment,
}

impl Scanner<'_> {
    /// Reads work trees and every object of a repository, and of its submodules. Works on the threads of the
    /// [`rayon`] pool that it is called in.
    pub fn history(&mut self, history: &History<'_>) -> anyhow::Result<Coverage> {
        let mut coverage = Coverage::default();
        let opened = Repository::open(history.path, &history.environment);
        if let Err(OpenError::Outside { path }) = &opened {
            // The files are the user's own all the same.
            let files = Files {
                paths: Vec::from([history.path.to_owned()]),
                ..history.files.clone()
            };
            coverage = files.visit(&*self);
            let trouble = Trouble::new(path, SkipReason::BadRepository, OUTSIDE);
            note(&mut coverage, Vec::from([trouble]));
            return Ok(coverage.settled());
        }
        let (repository, troubles) = opened
            .with_context(|| format!("cannot scan the history of {}", history.path.display()))?;
        note(&mut coverage, troubles);
        let (mut submodules, troubles) = repository.submodules();
        note(&mut coverage, troubles);
        let typed = Untrusted::new(history.path.as_os_str().as_encoded_bytes());
        submodules.extend(self.whole(repository, typed, Some(history), &mut coverage)?);
        for path in submodules {
            match Repository::open(&path, &Environment::none()) {
                Ok((repository, troubles)) => {
                    note(&mut coverage, troubles);
                    let name = Untrusted::new(path.as_os_str().as_encoded_bytes());
                    self.whole(repository, name, None, &mut coverage)?;
                }
                Err(error) => {
                    let reason = SkipReason::BadRepository;
                    let trouble = Trouble::new(&path, reason, error.to_string());
                    note(&mut coverage, Vec::from([trouble]));
                }
            }
        }
        Ok(coverage.settled())
    }

    /// Reads one repository; its work trees too, if `history` says how. The repositories of its own that a work
    /// tree holds for submodules.
    fn whole(
        &mut self,
        repository: Repository,
        name: Untrusted,
        history: Option<&History<'_>>,
        coverage: &mut Coverage,
    ) -> anyhow::Result<Vec<PathBuf>> {
        let mut store = open_store(&repository, coverage);
        let mut refs = Refs::read(&repository);
        note(coverage, std::mem::take(&mut refs.troubles));
        let (trees, troubles) = repository.worktrees();
        note(coverage, troubles);
        let indexes = Indexes::read(&trees, repository.id_length, coverage);
        let mut attempt = 0;
        let (catalogue, read) = loop {
            // Until the first document is there nothing else needs them.
            let ((mut catalogue, troubles), ()) =
                rayon::join(|| Catalogue::new(&store), || self.detector.prepare());
            let named = refs.refs.iter().map(|found| found.target);
            let logged = refs.logged().map(|(_, id)| id);
            let staged = indexes.blobs.iter().map(|(id, _)| *id);
            let roots = named
                .chain(logged)
                .chain(staged)
                .chain(indexes.trees.iter().copied());
            reach(&mut catalogue, &store, roots);
            let reading = history::History {
                name: name.clone(),
                store: &store,
                catalogue: &catalogue,
                shallow: &repository.shallow,
                partial: repository.partial,
                index: &indexes.blobs,
                progress: history.and_then(|history| history.files.progress.as_deref()),
            };
            let read = reading.visit(self);
            // What git has packed meanwhile is where it was not looked for.
            let (new, unusable) = store.reopen();
            note(coverage, unusable);
            attempt += 1;
            // What is not ours may be missing and there for ever.
            let moved = new > 0 || attempt < 3 && is_back(&store, &read.coverage);
            if !moved || attempt == ATTEMPTS {
                note(coverage, troubles);
                break (catalogue, read);
            }
            self.forget(&name);
        };
        let repository_name = name.clone();
        coverage.add(read.coverage);
        for name in &refs.names {
            self.name_of_ref(name, &repository_name);
        }
        broken_refs(&refs, &catalogue, coverage);
        let mut files = Vec::new();
        if let Some(history) = history {
            let unseen = Unseen {
                scanner: self,
                catalogue: &catalogue,
                origins: &read.origins,
                id_length: repository.id_length,
                files: Mutex::default(),
            };
            let paths = folders(&trees, history.path);
            if !paths.is_empty() {
                let walk = Files {
                    paths,
                    ..history.files.clone()
                };
                coverage.add(walk.visit(&unseen));
            }
            files = unseen
                .files
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner);
            files.sort_unstable();
        }
        let settings = settings(&repository, &trees);
        if !settings.is_empty() {
            let walk = Files {
                paths: settings,
                no_ignore: true,
                ..Files::default()
            };
            coverage.add(walk.visit(self));
        }
        coverage.absent_submodules += indexes.absent;
        let staged = indexes
            .blobs
            .iter()
            .filter_map(|(id, _)| catalogue.find(id.as_bytes()));
        let staged = staged.collect();
        self.wholes.push(Whole {
            name,
            commits: read.commits,
            store,
            catalogue,
            refs,
            staged,
            files,
        });
        Ok(indexes.embedded)
    }

    /// The name of a ref is a document. It is counted with the ref's content.
    fn name_of_ref(&self, name: &[u8], repository: &Untrusted) {
        let git = Some(InGit {
            repository: repository.clone(),
            object: None,
            commit: None,
        });
        // Nothing is read, so nothing fails.
        let _ = self.document(Document {
            place: Place::Ref,
            path: name,
            git,
            content: Content::Whole(name),
        });
    }
}

/// Whether an object that was missing is there now: it was packed, or unpacked, while we looked.
fn is_back(store: &Store, coverage: &Coverage) -> bool {
    let missing = coverage.skipped.iter();
    let mut missing = missing.filter(|skip| skip.reason == SkipReason::MissingObject);
    missing.any(|skip| skip.object.is_some_and(|id| store.contains(&id)))
}

/// The folders of work trees, the one that was named as it was typed.
fn folders(trees: &[WorkTree], typed: &Path) -> Vec<PathBuf> {
    let same = |a: &Path, b: &Path| match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    };
    let folders = trees.iter().filter_map(|tree| tree.work_tree.as_deref());
    folders
        .map(|folder| if same(folder, typed) { typed } else { folder })
        .map(Path::to_owned)
        .collect()
}

/// Refs whose objects are not here. FETCH_HEAD and its like are free to outlive theirs.
fn broken_refs(refs: &Refs, catalogue: &Catalogue, coverage: &mut Coverage) {
    let lasting = |name: &[u8]| name == b"HEAD" || name.starts_with(b"refs/");
    let here = |id: &ObjectId| catalogue.find(id.as_bytes()).is_some();
    let refs = refs.refs.iter();
    let broken = refs.filter(|found| lasting(&found.name) && !here(&found.target));
    coverage.skipped.extend(broken.map(|found| Skip {
        path: Untrusted::new(&found.name),
        object: Some(found.target),
        reason: SkipReason::MissingObject,
        detail: Untrusted::new("the object that this ref leads to is missing"),
    }));
}

/// What the indexes of a repository's work trees name.
#[derive(Default)]
struct Indexes {
    /// Blobs with their paths.
    blobs: Vec<(ObjectId, Vec<u8>)>,
    trees: Vec<ObjectId>,
    /// Submodules that have a repository of their own in the work tree, as git once made them.
    embedded: Vec<PathBuf>,
    /// Submodules whose repository is not here.
    absent: u64,
}

impl Indexes {
    fn read(trees: &[WorkTree], id_length: usize, coverage: &mut Coverage) -> Indexes {
        let mut indexes = Indexes::default();
        for tree in trees {
            let index = match Index::read_in(&tree.index, &tree.git_dir, id_length) {
                Ok(Some(index)) => index,
                Ok(None) => continue,
                Err(error) => {
                    let reason = SkipReason::BadRepository;
                    note(
                        coverage,
                        Vec::from([Trouble::new(&tree.index, reason, error.to_string())]),
                    );
                    continue;
                }
            };
            let blobs = index.entries().filter(|entry| entry.is_blob());
            let blobs =
                blobs.filter_map(|entry| Some((ObjectId::new(entry.id)?, entry.path.to_vec())));
            indexes.blobs.extend(blobs);
            indexes.trees.extend(index.trees());
            let Some(folder) = &tree.work_tree else {
                continue;
            };
            for submodule in index.submodules() {
                let git = folder.join(&*open::os_path(submodule.path)).join(".git");
                match git.symlink_metadata() {
                    Ok(found) if found.is_dir() => indexes.embedded.push(git),
                    Ok(_) => {}
                    Err(_) => indexes.absent += 1,
                }
            }
        }
        indexes
    }
}

/// Files of the repository itself that people and programs write into.
fn settings(repository: &Repository, trees: &[WorkTree]) -> Vec<PathBuf> {
    const SHARED: [&str; 5] = [
        "config",
        "description",
        "info/exclude",
        "info/attributes",
        "packed-refs",
    ];
    const OWN: [&str; 6] = [
        "config.worktree",
        "COMMIT_EDITMSG",
        "MERGE_MSG",
        "SQUASH_MSG",
        "TAG_EDITMSG",
        "FETCH_HEAD",
    ];
    let shared = SHARED.iter().map(|name| repository.common_dir.join(name));
    let own = trees
        .iter()
        .flat_map(|tree| OWN.iter().map(|name| tree.git_dir.join(name)));
    let own = own.chain(OWN.iter().map(|name| repository.git_dir.join(name)));
    let logs = std::iter::once(repository.common_dir.join("logs"))
        .chain(trees.iter().map(|tree| tree.git_dir.join("logs")));
    let files: BTreeSet<PathBuf> = shared.chain(own).filter(|path| is_file(path)).collect();
    let logs: BTreeSet<PathBuf> = logs.filter(|path| is_folder(path)).collect();
    files.into_iter().chain(logs).collect()
}

/// Whether it is a file, and neither it nor its folder a link, which could lead anywhere.
fn is_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_file())
        && path.parent().is_some_and(is_folder)
}

fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_dir())
}

pub(super) fn note(coverage: &mut Coverage, troubles: Vec<Trouble>) {
    coverage
        .skipped
        .extend(troubles.into_iter().map(|trouble| Skip {
            path: trouble.path,
            object: None,
            reason: trouble.reason,
            detail: Untrusted::new(trouble.detail),
        }));
}

/// Lets a scanner see only files whose content is no object that it has seen.
struct Unseen<'a, 'r> {
    scanner: &'a Scanner<'r>,
    catalogue: &'a Catalogue,
    origins: &'a Origins,
    id_length: usize,
    files: Mutex<Vec<(Vec<u8>, Number)>>,
}

impl Unseen<'_, '_> {
    /// The object that holds this content and was scanned under the same name.
    fn object(&self, path: &[u8], content: &[u8]) -> Option<Number> {
        let id = blob_id(content, self.id_length)?;
        let number = self.catalogue.find(id.as_bytes())?;
        // The catalogue knows beginnings of ids, and somebody may have made two that begin alike.
        if self.catalogue.id(number).ok()? != id {
            return None;
        }
        // Rules look at names.
        let name = |path: &[u8]| path.rsplit(|&b| b == b'/').next().map(<[u8]>::to_vec);
        (name(&self.origins.path(number)) == name(path)).then_some(number)
    }
}

/// The id that git gives a file's content.
fn blob_id(content: &[u8], id_length: usize) -> Option<ObjectId> {
    let head = format!("blob {}\0", content.len());
    if id_length == 32 {
        let hash = Sha256::new().chain_update(head).chain_update(content);
        return ObjectId::new(&hash.finalize());
    }
    let hash = Sha1::new().chain_update(head).chain_update(content);
    ObjectId::new(&hash.finalize())
}

impl Visit for Unseen<'_, '_> {
    fn may_hold(&self, piece: &[u8]) -> bool {
        self.scanner.may_hold(piece)
    }

    fn wants_names(&self, names: &[u8]) -> bool {
        self.scanner.wants_names(names)
    }

    fn names_secret(&self, name: &[u8]) -> bool {
        self.scanner.names_secret(name)
    }

    fn reach(&self) -> usize {
        self.scanner.reach()
    }

    fn document(&self, document: Document<'_>) -> io::Result<Outcome> {
        // Where the content alone is no reason to look at a blob, the path may be one.
        if let (Place::File, Content::Whole(content)) = (document.place, &document.content)
            && self.scanner.detector.relevant(content)
            && let Some(number) = self.object(document.path, content)
        {
            let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
            files.push((document.path.to_vec(), number));
            return Ok((content.len() as u64).into());
        }
        self.scanner.document(document)
    }
}
