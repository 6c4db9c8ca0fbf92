//! `.matterleaks.yml`: what a project says once instead of on every command line.
//!
//! It is looked for from the scanned folder up to the root of its repository and no further, the nearest one holds.
//! It may come with a repository that nobody trusts, so nothing in it widens what the program does: servers pair and
//! are never a leave to contact them, what it excludes is read all the same and listed as accepted, and files that it
//! names lie beside or below it.

mod exclude;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use serde::Deserialize;

use crate::open::{self, Links};
use crate::rule::FileError;
use crate::rule::yaml::{self, Mistake, Step};
pub use exclude::Excluded;

/// The name of the file.
pub const FILE: &str = ".matterleaks.yml";
/// Larger is no file that people wrote.
const LARGEST: usize = 1 << 20;

/// What people write.
#[derive(Debug, Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "a configuration, which is a mapping"
)]
struct Shape {
    version: Option<u32>,
    servers: Vec<String>,
    keywords: Vec<String>,
    keys: BTreeMap<String, Vec<String>>,
    exclude: Vec<String>,
    baseline: Option<PathBuf>,
}

/// The configuration of a scanned folder.
#[derive(Debug)]
pub struct Config {
    /// Where it was read.
    pub path: PathBuf,
    /// The team's own servers, as pairs for tokens without one.
    pub servers: Vec<String>,
    /// Further words, one of which a document must hold to be looked at.
    pub keywords: Vec<String>,
    /// Further names of secrets, by the id of the page that they mean.
    pub keys: BTreeMap<String, Vec<String>>,
    /// A list of accepted credentials.
    pub baseline: Option<PathBuf>,
    /// Places whose credentials are accepted.
    pub excluded: Excluded,
    /// Whether all that it is for is scanned: its folder.
    pub whole: bool,
    text: String,
}

impl Config {
    /// The configurations that hold for scanned files, folders or repositories, each once, and what is wrong with
    /// others.
    pub fn of<'p>(scanned: impl Iterator<Item = &'p Path>) -> (Vec<Config>, Vec<FileError>) {
        let mut configs: Vec<Config> = Vec::new();
        let (mut errors, mut broken) = (Vec::new(), BTreeSet::new());
        for scanned in scanned {
            let Some(place) = Lies::of(scanned) else {
                continue;
            };
            match configs.iter_mut().find(|config| config.path == place.path) {
                Some(config) => config.whole |= place.whole,
                None if broken.contains(&place.path) => {}
                None => {
                    let path = place.path.clone();
                    match Config::read(place, scanned) {
                        Ok(config) => configs.push(config),
                        Err(error) => {
                            errors.push(error);
                            broken.insert(path);
                        }
                    }
                }
            }
        }
        (configs, errors)
    }

    /// The configuration that a tree of git has for a folder of the work tree at `root`. `read` gives a file of the
    /// tree by its path from there; those that it names are to be read in the same way.
    pub fn at(
        scanned: &Path,
        root: &Path,
        read: &dyn Fn(&Path, usize) -> Option<Vec<u8>>,
    ) -> Result<Option<Config>, FileError> {
        let folder = fs::canonicalize(scanned).unwrap_or_else(|_| root.to_owned());
        let below = folder.strip_prefix(root).unwrap_or(Path::new(""));
        let found =
            (below.ancestors()).find_map(|above| Some((above, read(&above.join(FILE), LARGEST)?)));
        let Some((above, bytes)) = found else {
            return Ok(None);
        };
        let place = Lies {
            path: root.join(above).join(FILE),
            root: root.to_owned(),
            whole: false,
        };
        let lies = |folder: &Path, named: &Path| match plain(named) {
            true => Ok(folder.join(named)),
            false => Err(BESIDE.to_owned()),
        };
        Config::parse(place, scanned, bytes, &lies).map(Some)
    }

    fn read(place: Lies, scanned: &Path) -> Result<Config, FileError> {
        // A link could lead anywhere, and an error shows what stands there.
        let path = place.path.as_os_str().as_encoded_bytes();
        let bytes = open::read_small(path, LARGEST, Links::Refuse)
            .map_err(|error| FileError::read(&place.path, error))?;
        Config::parse(place, scanned, bytes, &inside)
    }

    fn parse(
        place: Lies,
        scanned: &Path,
        bytes: Vec<u8>,
        lies: &dyn Fn(&Path, &Path) -> Result<PathBuf, String>,
    ) -> Result<Config, FileError> {
        let Lies { path, root, whole } = place;
        let failed = |error| FileError::read(&path, error);
        let text = String::from_utf8(crate::text::utf8(bytes))
            .map_err(|_| failed(io::Error::new(io::ErrorKind::InvalidData, "not UTF-8")))?;
        let wrong = |mistake| FileError::shape(&path, mistake);
        let blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
        let shape = match text.lines().all(blank) {
            true => Shape::default(),
            false => yaml::guard(&text)
                .and_then(|()| yaml::read(&text))
                .map_err(wrong)?,
        };
        let mistake =
            |way: &[Step], message: String| wrong(Mistake::new(yaml::place(&text, way), message));
        if let Some(version) = shape.version.filter(|version| *version != 1) {
            let message = format!("version {version} is not known; this program reads 1");
            return Err(mistake(&["version".into()], message));
        }
        let folder = path.parent().unwrap_or(&root).to_owned();
        let excluded = Excluded::new(&path, &folder, &root, scanned, &shape.exclude)
            .map_err(|(n, message)| mistake(&["exclude".into(), n.into()], message))?;
        let baseline = shape.baseline.as_ref();
        let baseline = baseline.map(|named| {
            let path = lies(&folder, named);
            path.map_err(|what| {
                mistake(&["baseline".into()], format!("{}: {what}", named.display()))
            })
        });
        let baseline = baseline.transpose()?;
        Ok(Config {
            servers: shape.servers,
            keywords: shape.keywords,
            keys: shape.keys,
            baseline,
            excluded,
            whole,
            text,
            path,
        })
    }

    /// An error at a value of the file, as `[keywords, 0]` leads to it.
    pub fn error(&self, way: &[Step], message: impl Into<String>) -> FileError {
        let mistake = Mistake::new(yaml::place(&self.text, way), message);
        FileError::shape(&self.path, mistake)
    }
}

/// Where the configuration lies that holds for a scanned path.
struct Lies {
    path: PathBuf,
    /// Of its repository, or the scanned folder.
    root: PathBuf,
    /// Whether it lies in the scanned folder itself.
    whole: bool,
}

impl Lies {
    fn of(scanned: &Path) -> Option<Lies> {
        // What is not there is for the scan to say.
        let real = fs::canonicalize(scanned).ok()?;
        let folder = match real.is_dir() {
            true => &*real,
            false => real.parent()?,
        };
        let is_root = |folder: &&Path| folder.join(".git").symlink_metadata().is_ok();
        let root = folder.ancestors().find(is_root).unwrap_or(folder);
        let mut within = folder
            .ancestors()
            .take_while(|above| above.starts_with(root));
        let path = within.find_map(|above| {
            let path = above.join(FILE);
            path.symlink_metadata().is_ok().then_some(path)
        })?;
        Some(Lies {
            whole: path.parent() == Some(&*real),
            root: root.to_owned(),
            path,
        })
    }
}

const BESIDE: &str = "a file must lie beside this one or below";

/// A file that the configuration names: beside or below it, wherever links lead.
fn inside(folder: &Path, named: &Path) -> Result<PathBuf, String> {
    let real = fs::canonicalize(folder.join(named)).map_err(|error| error.to_string())?;
    match plain(named) && real.starts_with(folder) {
        true => Ok(real),
        false => Err(BESIDE.to_owned()),
    }
}

fn plain(named: &Path) -> bool {
    let mut parts = named.components();
    parts.all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}
