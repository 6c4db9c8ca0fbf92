//! The pipeline, and the only place that knows every stage: documents in, findings out.
//!
//! One parallel loop looks at documents, pairs what the few interesting ones show, and keeps no more of them. Everything
//! behind it is plain functions on small vectors, sorted once, so that the result is the same for any number of
//! threads: pair with what is elsewhere, group by credential, suppress.

mod again;
mod chart;
mod check;
mod gone;
mod group;
mod history;
mod locate;
mod neighbours;
mod news;
mod window;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::detect::{self, Detector, Encoding, Window};
use crate::finding::{Confidence, Coverage, Finding, Kind, ObjectId, Origin, Report, Untrusted};
use crate::pair::{self, Elsewhere, Match};
use crate::rule::{Reach, Rules};
use crate::sighting::Sightings;
use crate::source::{Content, Document, Outcome, Visit};

pub use again::{Again, again};
pub use check::{Checked, Complaint, check, text};
pub use gone::{Around, Presence};
pub use history::History;
pub use news::{Asked, Ends, Range, Staged};

use chart::Charts;
use history::Whole;
use locate::Map;
use neighbours::Neighbours;
use news::{Before, News};

/// What the user asked for, as far as finding goes.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether kinds of little worth count.
    pub all_kinds: bool,
    /// Findings of less are left out.
    pub min_confidence: Confidence,
    /// The team's own servers, as pairs for tokens without one.
    pub servers: Vec<String>,
    /// Whether the user typed them: then they come before what other files name.
    pub typed: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            all_kinds: false,
            min_confidence: Confidence::Low,
            servers: Vec::new(),
            typed: false,
        }
    }
}

/// A report of nothing yet, with these rules.
pub fn nothing(rules: &Rules) -> Report {
    Report {
        rules_sha256: rules.sha256().to_owned(),
        rules: rules.notes(),
        sources: Vec::new(),
        started_at: std::time::SystemTime::now(),
        duration: std::time::Duration::ZERO,
        coverage: Coverage::default(),
        findings: Vec::new(),
        samples: 0,
        notes: Vec::new(),
        verified: false,
        plan: None,
    }
}

/// Looks at documents from any thread and keeps what they show.
pub struct Scanner<'r> {
    detector: Detector<'r>,
    options: Options,
    shown: Mutex<Vec<Shown>>,
    samples: AtomicU64,
    /// Documents that name more servers than are compared.
    cut: Mutex<BTreeSet<Untrusted>>,
    /// Repositories that were read as a whole.
    wholes: Vec<Whole>,
    /// Repositories of which news was read.
    news: Vec<News>,
}

/// What one document shows of one product.
#[derive(Clone)]
struct Shown {
    origin: Origin,
    product: usize,
    /// How many of its values are published samples.
    samples: u64,
    /// Whether it names so many servers that some were left out.
    cut: bool,
    matches: Arc<Vec<Match>>,
}

impl Shown {
    /// Whether a token of it wants a server that it does not name.
    fn unpaired(&self) -> bool {
        self.matches.iter().any(Match::unpaired)
    }
}

/// What was found, before anything is suppressed.
pub struct Found {
    /// Every credential, worst first; then by first place.
    pub findings: Vec<Finding>,
    /// Values that are published samples.
    pub samples: u64,
    /// What people should know of how it was found.
    pub notes: Vec<Untrusted>,
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
            cut: Mutex::default(),
            wholes: Vec::new(),
            news: Vec::new(),
        })
    }

    /// Pairs and groups everything that was shown, and looks up where in history it stands.
    pub fn finish(self) -> Found {
        let Scanner {
            detector,
            options,
            shown,
            samples,
            cut,
            mut wholes,
            news,
        } = self;
        let mut shown = shown.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let [news] = &news[..] {
            shown = (shown.into_iter())
                .flat_map(|document| news.spread(document))
                .collect();
        }
        shown.sort_by(|a, b| (&a.origin, a.product).cmp(&(&b.origin, b.product)));
        let maps = maps(&mut wholes, &shown);
        let charts = Charts::new(&maps, &news);
        let mut neighbours = Neighbours::new(&detector);
        let before = |news| Before::new(news, &detector, &options, &shown);
        let mut before: Vec<Before> = news.iter().map(before).collect();
        let mut groups = group::Groups::default();
        for document in shown {
            let product = detector.product(document.product);
            let mut elsewhere = Elsewhere::default();
            if document.unpaired() {
                elsewhere.servers.clone_from(&options.servers);
                elsewhere.typed = options.typed;
                if product.file.pairing.reach == Reach::Directory {
                    elsewhere.siblings = neighbours.of(&document, charts.of(&document.origin));
                }
            }
            let matches = Arc::unwrap_or_clone(document.matches);
            let mut found = pair::hits(product, &document.origin, matches, &elsewhere);
            for before in &mut before {
                before.mark(&document.origin, &mut found, &mut neighbours);
            }
            found.retain(|hit| options.all_kinds || !hit.kind.is_minor());
            found.retain(|hit| hit.confidence >= options.min_confidence);
            found.into_iter().for_each(|hit| groups.add(hit));
        }
        let severity = |rule: &str, kind: Kind| {
            let pages = (0..)
                .map_while(|i| detector.get(i))
                .flat_map(|product| &product.file.kinds);
            pages
                .filter(|page| page.id == rule && page.kind == kind)
                .map(|page| page.severity)
                .next()
        };
        let findings = group::by_credential(groups, &severity, &charts);
        let mut cut = cut.into_inner().unwrap_or_else(PoisonError::into_inner);
        cut.append(&mut neighbours.cut);
        let note = |place: Untrusted| {
            let all = [
                place.expose(),
                b": so many servers are named here that some were not compared with its tokens",
            ];
            Untrusted::new(all.concat())
        };
        Found {
            findings,
            samples: samples.into_inner(),
            notes: cut.into_iter().map(note).collect(),
        }
    }

    /// Forgets what was shown of a repository, because it is read again.
    fn forget(&self, repository: &Untrusted) {
        let of_it = |shown: &Shown| {
            let git = shown.origin.git.as_ref();
            git.is_some_and(|git| git.repository == *repository)
        };
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.retain(|shown| !of_it(shown));
    }
}

impl Visit for Scanner<'_> {
    fn may_hold(&self, piece: &[u8]) -> bool {
        self.detector.may_hold(piece)
    }

    fn wants_names(&self, names: &[u8]) -> bool {
        self.detector.relevant_names(names)
    }

    fn names_secret(&self, name: &[u8]) -> bool {
        self.detector.names_secret(name)
    }

    fn reach(&self) -> usize {
        self.detector.reach()
    }

    fn news_may_hold<'d>(&self, document: &dyn Fn() -> &'d [u8], news: &[u8]) -> bool {
        self.detector.news_may_hold(document, news)
    }

    fn secret_reach(&self) -> usize {
        self.detector.secret_reach()
    }

    fn is_of_bytes(&self, start: &[u8]) -> bool {
        Encoding::of(start) == Encoding::Bytes
    }

    fn document(&self, document: Document<'_>) -> io::Result<Outcome> {
        look(&self.detector, document, |shown| {
            self.samples.fetch_add(shown.samples, Ordering::Relaxed);
            if !shown.matches.is_empty() {
                if shown.cut {
                    let mut cut = self.cut.lock().unwrap_or_else(PoisonError::into_inner);
                    cut.insert(shown.origin.path.clone());
                }
                let mut all = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
                all.push(shown);
            }
        })
    }
}

/// Tells what a document shows of each product.
fn look(
    detector: &Detector<'_>,
    document: Document<'_>,
    mut tell: impl FnMut(Shown),
) -> io::Result<Outcome> {
    let path = document.path;
    let origin = Origin {
        path: Untrusted::new(path),
        place: document.place,
        git: document.git,
    };
    let mut tell = |product: usize, sightings: Sightings| {
        let (samples, cut) = (sightings.samples, sightings.cut);
        let mut matches = pair::pair(detector.product(product), &origin.path, sightings);
        matches.shrink_to_fit();
        tell(Shown {
            origin: origin.clone(),
            product,
            samples,
            cut,
            matches: Arc::new(matches),
        });
    };
    let large = match document.content {
        Content::Whole(bytes) => {
            let mut barren = true;
            for product in detector.all() {
                if let Some(sightings) = detector.scan(product, path, &Window::whole(bytes)) {
                    barren = false;
                    tell(product, sightings);
                }
            }
            return Ok(Outcome {
                bytes: bytes.len() as u64,
                barren,
            });
        }
        Content::Large(file) => window::file(detector, path, file)?,
        Content::Stream(first, rest) => window::stream(detector, path, first, rest)?,
    };
    for (product, sightings) in large.shown {
        tell(product, sightings);
    }
    Ok(large.bytes.into())
}

/// Maps of the repositories of which something that was found is from.
fn maps<'w>(wholes: &'w mut [Whole], shown: &[Shown]) -> BTreeMap<Untrusted, Map<'w>> {
    let mut objects: BTreeMap<Untrusted, BTreeSet<ObjectId>> = BTreeMap::new();
    for document in shown {
        if let Some(git) = &document.origin.git {
            let of_repository = objects.entry(git.repository.clone()).or_default();
            of_repository.extend(git.object);
        }
    }
    let maps = wholes.iter_mut().filter_map(|whole| {
        let name = whole.name.clone();
        let objects = objects.get(&name)?;
        Some((name, Map::new(whole, objects)))
    });
    maps.collect()
}
