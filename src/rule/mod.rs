//! Rules are data: `rules/*.yml`, embedded, extended by `--rules`. This room reads them and says what is
//! wrong with them; the detector asks them questions and holds no knowledge of its own.

mod page;
mod schema;

use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest, Sha256};

use crate::finding::{Kind, RuleNote};

pub use page::show;
pub use schema::{
    Beside, Context, Example, Hosts, Negative, Page, Pairing, PartRule, Pattern, Proof, Reach,
    RuleFile, Shape, Via,
};

/// The files that are part of the program: name and text.
const EMBEDDED: [(&str, &str); 1] = [(
    "rules/mattermost.yml",
    include_str!("../../rules/mattermost.yml"),
)];

/// What is wrong with a rule file.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// The file could not be read.
    #[error("{path}: {error}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The file is no rule file; the position is that of the mistake.
    #[error("{path}:{line}:{column}: {message}", path = path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// Two files speak of one thing.
    #[error("{path}: {message}", path = path.display())]
    Conflict {
        /// The later file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
}

/// One product's rules with the file they came from.
#[derive(Debug)]
pub struct Product {
    /// Where it was read.
    pub path: PathBuf,
    /// What it says.
    pub file: RuleFile,
}

impl Product {
    /// The page of a kind. Every context that names a kind has one: [`parse`] saw to it.
    pub fn page(&self, kind: Kind) -> Option<&Page> {
        self.file.kinds.iter().find(|page| page.kind == kind)
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
    pub fn load(paths: &[PathBuf]) -> Result<Rules, RuleError> {
        let mut texts: Vec<(PathBuf, String)> = EMBEDDED
            .iter()
            .map(|(path, text)| (PathBuf::from(path), (*text).to_owned()))
            .collect();
        for path in paths {
            for file in files_of(path)? {
                let text = fs::read_to_string(&file).map_err(|error| RuleError::Read {
                    path: file.clone(),
                    error,
                })?;
                texts.push((file, text));
            }
        }
        Rules::parse(&texts)
    }

    /// Rules of texts with the names that errors give them.
    pub fn parse(texts: &[(PathBuf, String)]) -> Result<Rules, RuleError> {
        let mut rules = Rules {
            products: Vec::new(),
            sha256: String::new(),
        };
        let mut hash = Sha256::new();
        for (path, text) in texts {
            let own = EMBEDDED.iter().any(|(_, embedded)| embedded == text);
            let file = if own {
                schema::lazily(|| parse(path, text))?
            } else {
                parse(path, text)?
            };
            let conflict = |message| RuleError::Conflict {
                path: path.clone(),
                message,
            };
            for other in &rules.products {
                if other.file.product == file.product {
                    return Err(conflict(format!(
                        "product `{}` has rules already",
                        file.product
                    )));
                }
                if let Some(page) = file
                    .kinds
                    .iter()
                    .find(|page| other.file.kinds.iter().any(|o| o.id == page.id))
                {
                    return Err(conflict(format!("`{}` exists already", page.id)));
                }
            }
            hash.update(text.as_bytes());
            hash.update([0]);
            rules.products.push(Product {
                path: path.clone(),
                file,
            });
        }
        rules.sha256 = data_encoding::HEXLOWER.encode(&hash.finalize());
        Ok(rules)
    }

    /// SHA-256 over every file's text, in hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
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
            .map(|(_, page)| RuleNote {
                id: page.id.clone(),
                title: page.title.clone(),
                help: page.remediation.clone(),
            })
            .collect()
    }
}

/// The rule files that a path means: itself, or the `*.yml` and `*.yaml` of a directory, by name.
fn files_of(path: &Path) -> Result<Vec<PathBuf>, RuleError> {
    let read = |error| RuleError::Read {
        path: path.to_owned(),
        error,
    };
    if !fs::metadata(path).map_err(read)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(read)? {
        let file = entry.map_err(read)?.path();
        if file.extension().is_some_and(|e| e == "yml" || e == "yaml") {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(read(io::Error::new(
            io::ErrorKind::NotFound,
            "no *.yml in this directory",
        )));
    }
    Ok(files)
}

/// Reads one file and checks what its parts say of each other.
fn parse(path: &Path, text: &str) -> Result<RuleFile, RuleError> {
    let file: RuleFile = serde_yaml::from_str(text).map_err(|error| {
        let (line, column) = error
            .location()
            .map_or((1, 1), |at| (at.line(), at.column()));
        // The position stands in front; the library repeats it at the end.
        let message = error.to_string();
        let message = message
            .rsplit_once(" at line ")
            .map_or(message.as_str(), |(text, _)| text)
            .to_owned();
        RuleError::Shape {
            path: path.to_owned(),
            line,
            column,
            message,
        }
    })?;
    match inconsistency(&file) {
        None => Ok(file),
        // What parts say of each other has no position of its own: point at the words.
        Some((words, message)) => {
            let before = &text[..text.find(&words).unwrap_or(0)];
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
            Err(RuleError::Shape {
                path: path.to_owned(),
                line,
                column,
                message,
            })
        }
    }
}

/// What does not fit together, and the words in the file to point at.
fn inconsistency(file: &RuleFile) -> Option<(String, String)> {
    if file.version != 1 {
        return Some((
            "version:".into(),
            format!(
                "version {} is not known; this program reads 1",
                file.version
            ),
        ));
    }
    if let Some(short) = file.keywords.iter().find(|word| word.len() < 3) {
        return Some((
            short.clone(),
            format!("keyword `{short}` is too short: it would fit every document"),
        ));
    }
    if file.keywords.is_empty() || file.secrets.is_empty() {
        return Some((
            "keywords:".into(),
            "a product needs `keywords` and `secrets`".into(),
        ));
    }
    for (i, page) in file.kinds.iter().enumerate() {
        if let Some(other) = file.kinds[..i]
            .iter()
            .find(|o| o.id == page.id || o.kind == page.kind)
        {
            let message = format!(
                "`{}` and `{}` are pages of one kind or have one id",
                other.id, page.id
            );
            return Some((format!("id: {}", page.id), message));
        }
    }
    for context in &file.contexts {
        if let Some(kind) = context
            .kind
            .filter(|kind| file.kinds.iter().all(|page| page.kind != *kind))
        {
            let message = format!("kind `{}` has no page under `kinds`", kind.name());
            return Some((format!("kind: {}", kind.name()), message));
        }
        if let Some(shape) = context
            .shape
            .as_ref()
            .filter(|shape| file.secrets.iter().all(|s| s.name != **shape))
        {
            return Some((
                format!("shape: {shape}"),
                format!("no secret is called `{shape}`"),
            ));
        }
    }
    None
}
