//! The pipeline, and the only place that knows every stage: documents in, findings out.
//!
//! One parallel loop looks at documents and keeps what the few interesting ones show. Everything behind
//! it is plain functions on small vectors, sorted once, so that the result is the same for any number of
//! threads: pair, group by credential, suppress.

mod check;
mod group;
mod window;

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::detect::{self, Detector, Window};
use crate::finding::{Confidence, Finding, Hit, Kind, Origin, Place, Untrusted};
use crate::pair::{self, Elsewhere};
use crate::rule::{Reach, Rules};
use crate::sighting::Sightings;
use crate::source::{self, Content, Document, Visit};

pub use check::{Checked, Complaint, check, text};

/// What the user asked for, as far as finding goes.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether kinds of little worth count.
    pub all_kinds: bool,
    /// Findings of less are left out.
    pub min_confidence: Confidence,
    /// The team's own servers, as pairs for tokens without one.
    pub servers: Vec<String>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            all_kinds: false,
            min_confidence: Confidence::Low,
            servers: Vec::new(),
        }
    }
}

/// Looks at documents from any thread and keeps what they show.
pub struct Scanner<'r> {
    detector: Detector<'r>,
    options: Options,
    shown: Mutex<Vec<Shown>>,
    samples: AtomicU64,
}

/// What one document shows of one product.
struct Shown {
    origin: Origin,
    product: usize,
    sightings: Sightings,
}

/// What was found, before anything is suppressed.
pub struct Found {
    /// Every credential, worst first; then by first place.
    pub findings: Vec<Finding>,
    /// Values that are published samples.
    pub samples: u64,
}

impl<'r> Scanner<'r> {
    /// A scanner with these rules.
    pub fn new(rules: &'r Rules, options: Options) -> anyhow::Result<Scanner<'r>> {
        let detector = Detector::new(rules);
        let mut options = options;
        for server in &mut options.servers {
            let base = rules
                .products
                .iter()
                .find_map(|product| detect::base_url(product, server));
            *server =
                base.ok_or_else(|| anyhow::anyhow!("--server {server}: not the URL of a server"))?;
        }
        options.servers.sort();
        options.servers.dedup();
        Ok(Scanner {
            detector,
            options,
            shown: Mutex::default(),
            samples: AtomicU64::new(0),
        })
    }

    /// Pairs and groups everything that was shown.
    pub fn finish(self) -> Found {
        let mut shown = self
            .shown
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        shown.sort_by(|a, b| (&a.origin, a.product).cmp(&(&b.origin, b.product)));
        let mut neighbours = Neighbours {
            detector: &self.detector,
            directories: BTreeMap::new(),
        };
        let mut hits: Vec<Hit> = Vec::new();
        for document in &shown {
            let product = self.detector.product(document.product);
            let pair = |elsewhere: &Elsewhere| {
                pair::pair(product, &document.origin, &document.sightings, elsewhere)
            };
            let mut elsewhere = Elsewhere {
                siblings: Vec::new(),
                servers: self.options.servers.clone(),
            };
            let mut pairs = pair(&Elsewhere::default());
            if pairs.lonely {
                if document.origin.place == Place::File
                    && product.file.pairing.reach == Reach::Directory
                {
                    elsewhere.siblings = neighbours.of(document);
                }
                pairs = pair(&elsewhere);
            }
            hits.extend(pairs.hits);
        }
        hits.retain(|hit| self.options.all_kinds || !hit.kind.is_minor());
        hits.retain(|hit| hit.confidence >= self.options.min_confidence);
        let severity = |rule: &str, kind: Kind| {
            let pages = (0..)
                .map_while(|i| self.detector.get(i))
                .flat_map(|product| &product.file.kinds);
            pages
                .filter(|page| page.id == rule && page.kind == kind)
                .map(|page| page.severity)
                .next()
        };
        Found {
            findings: group::by_credential(hits, &severity),
            samples: self.samples.into_inner(),
        }
    }

    fn keep(&self, origin: &Origin, product: usize, sightings: Sightings) {
        self.samples.fetch_add(sightings.samples, Ordering::Relaxed);
        if !sightings.tokens.is_empty() {
            let shown = Shown {
                origin: origin.clone(),
                product,
                sightings,
            };
            self.shown
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(shown);
        }
    }
}

impl Visit for Scanner<'_> {
    fn wants(&self, path: &[u8], piece: &[u8]) -> bool {
        self.detector.relevant(piece) || self.detector.relevant(path)
    }

    fn document(&self, document: Document<'_>) -> io::Result<u64> {
        let path = document.path;
        let origin = Origin {
            path: Untrusted::new(path),
            place: document.place,
            git: document.git,
        };
        let large = match document.content {
            Content::Whole(bytes) => {
                for product in self.detector.products(path, bytes) {
                    let sightings = self.detector.scan(product, path, &Window::whole(bytes));
                    self.keep(&origin, product, sightings);
                }
                return Ok(bytes.len() as u64);
            }
            Content::Large(file) => window::file(&self.detector, path, file)?,
            Content::Stream(first, rest) => window::stream(&self.detector, path, first, rest)?,
        };
        for (product, sightings) in large.shown {
            self.keep(&origin, product, sightings);
        }
        Ok(large.bytes)
    }
}

/// Servers named by the files of a directory, read only when a token beside them wants one.
struct Neighbours<'a, 'r> {
    detector: &'a Detector<'r>,
    /// By directory and product: each file that names servers.
    directories: BTreeMap<(Vec<u8>, usize), Vec<Named>>,
}

/// A file and the servers that it names.
type Named = (Vec<u8>, Vec<crate::sighting::Server>);

/// A sibling larger than this names no server that matters here.
const SIBLING: usize = 1 << 20;

impl Neighbours<'_, '_> {
    /// The servers of a document's siblings, best sibling first.
    fn of(&mut self, document: &Shown) -> Vec<(Untrusted, crate::sighting::Server)> {
        let path = document.origin.path.expose();
        let directory = path[..path.iter().rposition(|&b| b == b'/').map_or(0, |i| i + 1)].to_vec();
        let detector = self.detector;
        let files = self
            .directories
            .entry((directory, document.product))
            .or_insert_with(|| {
                let mut files = Vec::new();
                for sibling in source::siblings::siblings(path).unwrap_or_default() {
                    // What cannot be read was reported by the walk if it was in scope.
                    let Ok(content) = source::siblings::read_small(&sibling, SIBLING) else {
                        continue;
                    };
                    let products = detector.products(&sibling, &content);
                    if products.contains(&document.product) {
                        let servers =
                            detector.servers(document.product, &sibling, &Window::whole(&content));
                        if !servers.is_empty() {
                            files.push((sibling, servers));
                        }
                    }
                }
                files
            });
        let mut ranked: Vec<_> = files
            .iter()
            .filter(|(sibling, _)| sibling != path)
            .collect();
        ranked.sort_by_key(|(sibling, _)| std::cmp::Reverse(closeness(path, sibling)));
        let mut servers = Vec::new();
        for (sibling, named) in ranked {
            servers.extend(
                named
                    .iter()
                    .map(|server| (Untrusted::new(sibling), server.clone())),
            );
        }
        servers
    }
}

/// How much two file names of one directory belong together: the words that they share.
fn closeness(a: &[u8], b: &[u8]) -> usize {
    let words = |path: &[u8]| -> Vec<String> {
        let name = path
            .rsplit(|&b| b == b'/')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        name.split(|b| !b.is_ascii_alphanumeric())
            .filter(|w| !w.is_empty())
            .map(|w| String::from_utf8_lossy(w).into_owned())
            .collect()
    };
    let (a, b) = (words(a), words(b));
    a.iter().filter(|word| b.contains(word)).count()
}
