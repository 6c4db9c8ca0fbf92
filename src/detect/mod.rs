//! From a document to what it shows: candidates, what their surroundings call them, and the servers that
//! are named. This room knows texts and rules; it decides nothing about pairs, files or reports.
//!
//! The order is that of cost. [`Detector::may_hold`] is the prefilter: at memory speed it rejects nearly every
//! document, since it holds no run of characters that could be a secret (`token`). Only then is the text decoded
//! (`decode`). A document is looked at if a candidate in it proves that a server made it, or if a keyword occurs
//! (`keyword`). Then its structure is read (`block`), the names of each candidate (`context`, `table`, `sql`) are
//! looked up in the rules' context table (`classify`), and servers are searched: URLs and bare names (`host`), read by
//! one grammar (`server`) and made a base URL (`base`).

mod base;
mod base64;
mod block;
mod brackets;
mod classify;
mod context;
mod decode;
mod document;
mod host;
mod keyword;
mod near;
mod runs;
mod server;
mod split;
mod sql;
mod table;
mod token;
mod window;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use crate::rule::{Product, Rules};
use crate::sighting::Sightings;

pub use context::snake;
pub use decode::Encoding;
pub use host::base_url;
pub use token::{mint, proves};
pub use window::{Prelude, Window, open_at};

use decode::View;
use document::Document;
use keyword::Keywords;
use token::Shapes;

/// All rules, ready to look at documents.
pub struct Detector<'r> {
    /// Of all products together. Built when the first document asks: a start that finds none is twice as fast.
    any: OnceLock<Option<Keywords>>,
    /// The same by product, asked only where there are several.
    which: OnceLock<Vec<Option<Keywords>>>,
    products: Vec<(&'r Product, Shapes)>,
}

impl<'r> Detector<'r> {
    /// Prepares the rules.
    pub fn new(rules: &'r Rules) -> Detector<'r> {
        let shapes = |product: &'r Product| (product, Shapes::new(product));
        Detector {
            any: OnceLock::new(),
            which: OnceLock::new(),
            products: rules.products.iter().map(shapes).collect(),
        }
    }

    /// Builds what the first document with a candidate asks for.
    pub fn prepare(&self) {
        self.keywords();
    }

    /// Whether a text can hold anything of the form of a secret, however it is written; false is certain. This is the
    /// question that rejects nearly every document, at memory speed.
    pub fn may_hold(&self, content: &[u8]) -> bool {
        let mut shapes = self.products.iter();
        shapes.any(|(product, shapes)| shapes.may_hold(product, content))
    }

    /// Whether a document's content is reason enough to look for credentials in it: it holds a value that only a
    /// server makes, or a keyword and a value of the form of a secret.
    pub fn relevant(&self, content: &[u8]) -> bool {
        self.may_hold(content) && {
            let keyword = self.keywords().is_none_or(|all| all.occur(content));
            let view = View::new(content, Encoding::of(content));
            let mut shapes = self.products.iter();
            shapes.any(|(product, shapes)| {
                let candidates = shapes.find(product, &view.text);
                candidates.iter().any(|found| keyword || found.proven)
            })
        }
    }

    /// Whether any rule has to look at what has one of these names.
    pub fn relevant_names(&self, names: &[u8]) -> bool {
        (self.keywords()).is_none_or(|keywords| keywords.plainly(names))
    }

    /// The keywords of all products. They are literals and always compile, unless there are too many: then
    /// everything is looked at, which is slow and misses nothing.
    fn keywords(&self) -> Option<&Keywords> {
        let all = self
            .products
            .iter()
            .flat_map(|(product, _)| &product.file.keywords);
        self.any.get_or_init(|| Keywords::new(all).ok()).as_ref()
    }

    /// Whether a keyword of a product occurs in a text.
    pub fn mentions(&self, index: usize, text: &[u8]) -> bool {
        if !(self.keywords()).is_none_or(|keywords| keywords.occur(text)) {
            return false;
        }
        if self.products.len() == 1 {
            return true;
        }
        let each = self.which.get_or_init(|| {
            let keywords = |(product, _): &(&Product, Shapes)| {
                Keywords::new(product.file.keywords.iter()).ok()
            };
            self.products.iter().map(keywords).collect()
        });
        let keywords = each.get(index).and_then(Option::as_ref);
        keywords.is_none_or(|keywords| keywords.occur(text))
    }

    /// The rules of a product by index.
    pub fn product(&self, index: usize) -> &'r Product {
        self.products[index].0
    }

    /// The rules of a product by index, if there are as many.
    pub fn get(&self, index: usize) -> Option<&'r Product> {
        self.products.get(index).map(|(product, _)| *product)
    }

    /// Whether a row of the context table takes the whole content of a file of this name for a secret.
    pub fn names_secret(&self, name: &[u8]) -> bool {
        let mut of_file = context::Surroundings::default();
        of_file.add_file(name);
        let rows = self
            .products
            .iter()
            .flat_map(|(product, _)| &product.file.contexts);
        let mut rows = rows.filter(|row| row.kind.is_some());
        rows.any(|row| match (&row.path, &row.key) {
            (Some(path), _) => path.is_match(name),
            (None, Some(key)) => of_file.names.iter().any(|name| {
                (row.via.is_empty() || row.via.contains(&name.via))
                    && key.is_match(name.text.as_bytes())
            }),
            (None, None) => false,
        })
    }

    /// How long the longest keyword is, however it is written: with a NUL behind each byte, or in base64.
    pub fn reach(&self) -> usize {
        let keywords = self
            .products
            .iter()
            .flat_map(|(product, _)| &product.file.keywords);
        2 * keywords.map(String::len).max().unwrap_or(0) + 4
    }

    /// Whether a secret can have come about in a document by what is new in it, with [`Detector::secret_reach`] bytes on
    /// both sides, where there was none; false is certain. No NUL may be among it. The document is seldom asked for.
    pub fn news_may_hold<'d>(&self, document: &dyn Fn() -> &'d [u8], news: &[u8]) -> bool {
        // How lines of quoted-printable are read depends on more than what is near.
        let soft = |at: usize| matches!(news.get(at + 1), Some(b'\n' | b'\r' | b'3'));
        let mut shapes = self.products.iter();
        shapes.any(|(product, shapes)| shapes.part_may_hold(product, news))
            || decode::is_printable(news)
            || (memchr::memchr_iter(b'=', news).any(soft) && decode::is_printable(document()))
    }

    /// How many bytes around a place can be part of a secret that lies across it, however it is written.
    pub fn secret_reach(&self) -> usize {
        let reach = self.products.iter().map(|(_, shapes)| shapes.reach());
        reach.max().unwrap_or(0)
    }

    /// What a window shows of one product's credentials; nothing if no value in it has the form of one. `path`
    /// is the document's.
    ///
    /// Where no keyword occurs, only a value that proves itself counts. Of a part of a document that cannot be told:
    /// [`Sightings::without_keyword`] does it when all of it was seen.
    pub fn scan(&self, index: usize, path: &[u8], window: &Window<'_>) -> Option<Sightings> {
        let (product, shapes) = &self.products[index];
        // Whatever the text is wrapped in, a secret is a run of its characters, plain, wide or in base64.
        if !shapes.may_hold(product, window.bytes) {
            return None;
        }
        let bytes = if window.prelude.text.is_empty() {
            Cow::Borrowed(window.bytes)
        } else {
            Cow::Owned([&window.prelude.text, window.bytes].concat())
        };
        let view = View::new(&bytes, window.encoding);
        let mut candidates = shapes.find(product, &view.text);
        if candidates.is_empty() {
            return None;
        }
        let named = window.whole
            && (self.mentions(index, window.bytes)
                || (!path.is_empty() && self.mentions(index, path)));
        if window.whole && !named {
            candidates.retain(|candidate| candidate.proven);
            if candidates.is_empty() {
                return Some(Sightings::default());
            }
        }
        let document = Document::new(product, path, window, view);
        let mut sightings = document.sightings(&candidates);
        match named || !window.whole {
            true => sightings.named = named,
            false => sightings = sightings.without_keyword(),
        }
        Some(sightings)
    }

    /// The servers that a window names, for tokens that stand elsewhere.
    pub fn servers(&self, index: usize, path: &[u8], window: &Window<'_>) -> Sightings {
        let view = View::new(window.bytes, window.encoding);
        let window = Window {
            prelude: Prelude::NONE,
            own: window.own.clone(),
            ..*window
        };
        let document = Document::new(self.products[index].0, path, &window, view);
        document.placed(Sightings::default())
    }

    /// The products by index.
    pub fn all(&self) -> Range<usize> {
        0..self.products.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What stands before, within or behind a value, in whatever way it is written.
    const AROUND: [&str; 24] = [
        " ",
        "\n",
        "\"",
        "=",
        "=3d",
        "=3D",
        "%3D",
        "%253d",
        "\\n",
        "\\\\n",
        "\\u003d",
        "\\u003D",
        "\\x3d",
        "&#61;",
        "&#x3D;",
        "&quot;",
        "\x1b[0m",
        "\\033[31m",
        "\\u{3d}",
        "\\e[0;1m",
        "/",
        "A",
        "a",
        "é",
    ];

    proptest! {
        #[test]
        fn what_a_decoded_text_shows_is_never_ruled_out_before(
            random: [u8; 16],
            parts in proptest::collection::vec((0..AROUND.len(), any::<bool>()), 1..8),
            base64 in proptest::option::of(0..AROUND.len()),
        ) {
            let rules = Rules::load(&[]).expect("rules");
            let detector = Detector::new(&rules);
            let token = mint(random);
            let mut text = String::from("MATTERMOST_TOKEN");
            for (around, with_token) in parts {
                text += AROUND[around];
                if with_token {
                    text += &token;
                }
            }
            if let Some(around) = base64 {
                text = AROUND[around].to_owned() + &data_encoding::BASE64.encode(text.as_bytes());
            }
            let (product, shapes) = &detector.products[0];
            let view = View::new(text.as_bytes(), Encoding::Bytes);
            if !shapes.find(product, &view.text).is_empty() {
                prop_assert!(shapes.may_hold(product, text.as_bytes()), "{text:?}");
                prop_assert!(detector.news_may_hold(&|| text.as_bytes(), text.as_bytes()), "{text:?}");
            }
        }
    }
}
