//! Rules are data: `rules/*.yml`, embedded, extended by `--rules`. This room reads them and says what is
//! wrong with them; the detector asks them questions and holds no knowledge of its own.
//!
//! A text becomes a value in `yaml`, of the shape in `schema`, and `valid` looks at what its parts say
//! of each other. What people read of it is written in `page`.

pub mod live;
mod page;
mod pattern;
mod schema;
mod valid;
pub(crate) mod yaml;

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::finding::{Kind, RuleNote};

pub use page::{UnknownRule, list, show};
pub use pattern::Pattern;
pub use schema::{
    About, Beside, Context, Digits, Example, Hosts, Negative, Page, Pairing, PartRule, Place,
    Proof, Reach, RuleFile, Sample, Shape, Via,
};
pub use yaml::Step;

use pattern::Checked;
use valid::Fault;
use yaml::{Mistake, at};

/// The files that are part of the program: name, text, and the same as JSON (see `build.rs`).
const EMBEDDED: [(&str, &str, &str); 1] = [(
    "rules/mattermost.yml",
    include_str!("../../rules/mattermost.yml"),
    include_str!(concat!(env!("OUT_DIR"), "/mattermost.json")),
)];

/// The text of a rule file. Of the program's own there is no copy.
pub type Text = Cow<'static, str>;

/// A rule file is written by people: what is larger is none.
const LARGEST: u64 = 1 << 20;

/// What is wrong with a file in YAML that people write: rules, or a project's configuration.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file could not be read.
    #[error("{path}: {error}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It is not of the shape; the position is that of the mistake.
    #[error("{path}:{line}:{column}: {message}", path = path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What is wrong.
        message: String,
    },
}

impl FileError {
    pub(crate) fn read(path: &Path, error: io::Error) -> FileError {
        let path = path.to_owned();
        FileError::Read { path, error }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        match self {
            FileError::Read { path, .. } | FileError::Shape { path, .. } => path,
        }
    }

    pub(crate) fn shape(path: &Path, mistake: Mistake) -> FileError {
        let Mistake {
            line,
            column,
            message,
        } = mistake;
        let path = path.to_owned();
        FileError::Shape {
            path,
            line,
            column,
            message,
        }
    }
}

/// One product's rules with the file they came from.
#[derive(Debug)]
pub struct Product {
    /// Where it was read.
    pub path: PathBuf,
    /// What it says.
    pub file: RuleFile,
    text: Text,
}

impl Product {
    /// The page of a kind. Every context that names a kind has one: reading saw to it.
    pub fn page(&self, kind: Kind) -> Option<&Page> {
        self.file.kinds.iter().find(|page| page.kind == kind)
    }

    /// Line and column of a value in the file, as `[kinds, 0, examples, 2]` leads to it.
    pub fn place(&self, way: &[Step]) -> (usize, usize) {
        yaml::place(&self.text, way)
    }

    fn read(path: &Path, text: &Text) -> Result<Product, FileError> {
        let product = |file| Product {
            path: path.to_owned(),
            file,
            text: text.clone(),
        };
        // The program's own were looked at when it was made. Reading them anew takes longer than most scans.
        let embedded = EMBEDDED
            .iter()
            .find(|(_, own, _)| std::ptr::eq(*own, &**text));
        if let Some(file) = embedded.and_then(|(.., json)| serde_json::from_str(json).ok()) {
            return Ok(product(file));
        }
        let file = yaml::read(text).map_err(|wrong| FileError::shape(path, wrong))?;
        let checked = valid::check(&file);
        let product = product(file);
        match checked {
            Ok(()) => Ok(product),
            Err(fault) => Err(product.error(fault)),
        }
    }

    fn error(&self, fault: Fault) -> FileError {
        let (line, column) = self.place(&fault.way);
        FileError::Shape {
            path: self.path.clone(),
            line,
            column,
            message: fault.message,
        }
    }

    /// Fails if another file speaks of the same things.
    fn beside(&self, other: &Product) -> Result<(), FileError> {
        let (ours, theirs) = (&self.file, &other.file);
        let first = other.path.display();
        if ours.product == theirs.product {
            let message = format!("product `{}` has rules already, in {first}", ours.product);
            return Err(self.error(Fault::new(at!["product"], message)));
        }
        let known = |page: &Page| theirs.kinds.iter().any(|other| other.id == page.id);
        if let Some(i) = ours.kinds.iter().position(known) {
            let message = format!("page `{}` exists already, in {first}", ours.kinds[i].id);
            return Err(self.error(Fault::new(at!["kinds", i, "id"], message)));
        }
        Ok(())
    }
}

/// All rules of a run.
#[derive(Debug)]
pub struct Rules {
    /// One a file, in order.
    pub products: Vec<Product>,
    sha256: String,
}

impl Rules {
    /// The embedded rules and those of `paths`: files, or directories of `*.yml`.
    pub fn load(paths: &[PathBuf]) -> Result<Rules, FileError> {
        let mut texts = embedded();
        texts.extend(texts_of(paths)?);
        Rules::parse(&texts)
    }

    /// The embedded rules and those of texts that `files` gave by their paths: rule files as a commit has them.
    pub fn load_texts(files: Vec<(PathBuf, Vec<u8>)>) -> Result<Rules, FileError> {
        let mut texts = embedded();
        for (path, bytes) in files {
            let text = checked(&path, bytes)?;
            texts.push((path, text.into()));
        }
        Rules::parse(&texts)
    }

    /// The bytes of the rule files that a path means, with their own paths.
    pub fn files(path: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>, FileError> {
        let files = files_of(path)?.into_iter();
        let read = |file: PathBuf| bytes_of(&file).map(|bytes| (file, bytes));
        files.map(read).collect()
    }

    /// Whether a file of a directory is one of its rule files.
    pub fn is_file(path: &Path) -> bool {
        path.extension().is_some_and(|e| e == "yml" || e == "yaml")
    }

    /// The same, but a file on an embedded product stands in for it: how `rules check` reads a file that
    /// is to become part of the program.
    pub fn load_revised(paths: &[PathBuf]) -> Result<Rules, FileError> {
        let revised = texts_of(paths)?;
        let mut texts = embedded();
        for (path, text) in &revised {
            let product = Product::read(path, text)?.file.product;
            texts.retain(|(path, text)| {
                Product::read(path, text).is_ok_and(|embedded| embedded.file.product != product)
            });
        }
        texts.extend(revised);
        Rules::parse(&texts)
    }

    /// Rules of texts with the names that errors give them. The texts are known to be good as far as YAML and
    /// regular expressions go: [`Rules::load`] looks at that.
    pub fn parse(texts: &[(PathBuf, Text)]) -> Result<Rules, FileError> {
        let mut products: Vec<Product> = Vec::new();
        let mut hash = Sha256::new();
        for (path, text) in texts {
            let product = Product::read(path, text)?;
            for other in &products {
                product.beside(other)?;
            }
            hash.update(text.as_bytes());
            hash.update([0]);
            products.push(product);
        }
        let sha256 = data_encoding::HEXLOWER.encode(&hash.finalize());
        Ok(Rules { products, sha256 })
    }

    /// SHA-256 over every file's text, in hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Adds words that make a document worth a look.
    pub fn add_keywords(&mut self, words: &[String]) {
        for product in &mut self.products {
            product.file.keywords.extend_from_slice(words);
        }
        words.iter().for_each(|word| self.note(word));
    }

    /// Adds a name, in snake case, of secrets that the page with an id describes.
    pub fn add_name(&mut self, id: &str, name: &str) -> Result<(), UnknownRule> {
        let kind = self.page(id)?.1.kind;
        let has = |product: &&mut Product| product.file.kinds.iter().any(|page| page.id == id);
        if let Some(product) = self.products.iter_mut().find(has) {
            // Who names a key means it, whatever the table says of such names.
            product.file.contexts.insert(0, Context::named(name, kind));
        }
        self.note(&format!("{id} {name}"));
        Ok(())
    }

    /// Makes what was added part of the sum.
    fn note(&mut self, added: &str) {
        let hash = Sha256::new_with_prefix(&self.sha256).chain_update(added);
        self.sha256 = data_encoding::HEXLOWER.encode(&hash.finalize());
    }

    /// Every page with its product.
    pub fn pages(&self) -> impl Iterator<Item = (&Product, &Page)> {
        self.products
            .iter()
            .flat_map(|product| product.file.kinds.iter().map(move |page| (product, page)))
    }

    /// Every page, as reports name it.
    pub fn notes(&self) -> Vec<RuleNote> {
        self.pages()
            .map(|(product, page)| RuleNote {
                id: page.id.clone(),
                title: page.title.clone(),
                company: product.file.about.company.clone(),
                product: product.file.product.clone(),
                help: page.remediation.join("\n"),
            })
            .collect()
    }
}

/// Path and text of every embedded file.
fn embedded() -> Vec<(PathBuf, Text)> {
    EMBEDDED
        .map(|(path, text, _)| (path.into(), text.into()))
        .into()
}

/// Path and text of every file that `paths` mean.
fn texts_of(paths: &[PathBuf]) -> Result<Vec<(PathBuf, Text)>, FileError> {
    let mut texts = Vec::new();
    for path in paths {
        for file in files_of(path)? {
            let text = text_of(&file)?;
            texts.push((file, text.into()));
        }
    }
    Ok(texts)
}

/// The rule files that a path means: itself, or the `*.yml` and `*.yaml` of a directory, by name.
fn files_of(path: &Path) -> Result<Vec<PathBuf>, FileError> {
    let read = |error| FileError::read(path, error);
    if !fs::metadata(path).map_err(read)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(read)? {
        let file = entry.map_err(read)?.path();
        if Rules::is_file(&file) && !file.is_dir() {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        let nothing = "no *.yml in this directory";
        return Err(read(io::Error::new(io::ErrorKind::NotFound, nothing)));
    }
    Ok(files)
}

/// The text of a user's file: of a sane size, UTF-8, one document, good patterns.
fn text_of(path: &Path) -> Result<String, FileError> {
    checked(path, bytes_of(path)?)
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    let read = |error| FileError::read(path, error);
    // Opening a FIFO would wait for whoever writes to it.
    if !fs::metadata(path).map_err(read)?.is_file() {
        return Err(read(io::Error::other("not a regular file")));
    }
    let file = File::open(path).map_err(read)?;
    let size = file.take(LARGEST + 1).read_to_end(&mut bytes);
    size.map_err(read)?;
    Ok(bytes)
}

fn checked(path: &Path, bytes: Vec<u8>) -> Result<String, FileError> {
    let wrong = |place, message| FileError::shape(path, Mistake::new(place, message));
    if bytes.len() as u64 > LARGEST {
        return Err(wrong((1, 1), "more than 1 MiB is no rule file"));
    }
    let text = String::from_utf8(crate::text::utf8(bytes)).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let place = yaml::position(&String::from_utf8_lossy(valid));
        wrong(place, "not UTF-8")
    })?;
    yaml::guard(&text)
        .and_then(|()| yaml::read::<RuleFile<Checked>>(&text))
        .map_err(|mistake| FileError::shape(path, mistake))?;
    Ok(text)
}
