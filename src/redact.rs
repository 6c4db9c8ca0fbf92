//! The one door for strings that leave the program: every [`Untrusted`] string, in every report, log and
//! error text, goes through a [`Redactor`].
//!
//! It masks the secrets of the run, any eight characters of one, and whatever has the form that a rule gives to a
//! secret, as they stand, in capitals, split by characters that nobody sees, and under the usual encodings (percent
//! signs, JSON and other escapes, entities, UTF-16, hex, base64, three layers deep). It decides
//! what is shown, never what is found: nothing here is asked before the report is written.

mod escape;
mod known;
mod shape;
mod value;
mod view;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use crate::finding::{Report, Secret, Snippet, Untrusted};
pub use shape::learn;

use known::Known;
use shape::Forms;
use view::View;

/// What stands in place of a secret of which nothing is shown.
const MASK: &str = "…";

/// Layers of encoding that are looked through: base64 of JSON of a percent-encoded URL.
const LAYERS: usize = 3;

/// So many texts are remembered with what they are masked.
const REMEMBERED: usize = 8;

/// Text that was masked when it was written, without anything that a reader obeys or that nobody sees.
pub fn visible(text: impl AsRef<[u8]>) -> String {
    escape::terminal(text.as_ref())
}

/// Masks secrets and tames terminals; see the [module](self).
#[derive(Default)]
pub struct Redactor {
    known: Option<Known>,
    show: bool,
    /// What was masked last: thousands of credentials are in one file, and at one server.
    last: Mutex<VecDeque<(Untrusted, Vec<u8>)>>,
}

/// A snippet that may be shown: the match is masked, and so are values beside it that look like secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaskedSnippet {
    /// The line up to the match.
    pub before: String,
    /// The match: `hops…` where the secret stands in clear, `…` where it is encoded.
    pub matched: String,
    /// The rest of the line.
    pub after: String,
}

/// A part of a text that must not be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hit {
    range: Range<usize>,
    /// Whether the secret stands there as it is, so that its first characters may be shown.
    raw: bool,
}

impl Hit {
    /// A part of which nothing is shown.
    fn hidden(range: Range<usize>) -> Hit {
        Hit { range, raw: false }
    }
}

impl Redactor {
    /// Masks by shape alone: for what is said before any secret is known.
    pub const fn blind() -> Redactor {
        Redactor {
            known: None,
            show: false,
            last: Mutex::new(VecDeque::new()),
        }
    }

    /// Masks `secrets` too. With `show` nothing is masked, yet terminals stay safe.
    pub fn new<'a>(secrets: impl Iterator<Item = &'a Secret>, show: bool) -> Redactor {
        Redactor {
            known: Some(Known::new(secrets.map(Secret::expose), &shape::forms())),
            show,
            last: Mutex::default(),
        }
    }

    /// Masks every secret of a report.
    pub fn of(report: &Report, show: bool) -> Redactor {
        let secrets = report.findings.iter().flat_map(|finding| {
            let parts = finding.parts.iter().map(|part| &part.value);
            std::iter::once(&finding.secret).chain(parts)
        });
        Redactor::new(secrets, show)
    }

    /// A secret of the run, as in `hops… (26)`.
    pub fn secret(&self, secret: &Secret) -> String {
        if self.show {
            secret.expose().to_owned()
        } else {
            secret.redacted()
        }
    }

    /// The text for a machine: masked, and with U+FFFD for what is no UTF-8.
    pub fn text(&self, text: &Untrusted) -> String {
        lossy(&self.masked(text))
    }

    /// As [`Redactor::mask`], at no cost for what was masked a moment ago.
    fn masked(&self, text: &Untrusted) -> Vec<u8> {
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, masked)) = last().iter().find(|(known, _)| known == text) {
            return masked.clone();
        }
        let masked = self.mask(text.expose()).into_owned();
        let mut last = last();
        last.truncate(REMEMBERED - 1);
        last.push_front((text.clone(), masked.clone()));
        masked
    }

    /// An id that looks like a secret and is none, as a server names a token by: in full, if it is plain and no
    /// secret of the run is in it.
    pub fn id(&self, id: &Untrusted) -> Option<String> {
        let text = std::str::from_utf8(id.expose()).ok()?;
        let plain =
            text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && text.len() <= 64;
        let view = View::of(id.expose());
        let known = self
            .known
            .as_ref()
            .is_some_and(|known| !known.whole(&view.bytes().to_ascii_lowercase()).is_empty());
        (plain && !text.is_empty() && (self.show || !known)).then(|| text.to_owned())
    }

    /// Whether a text holds something that must not be shown. An address that does is asked for nothing: whoever
    /// answers for names would read it.
    pub fn hides(&self, text: &str) -> bool {
        !self.hits(text.as_bytes()).is_empty()
    }

    /// The text for people: masked, on one line, and without anything that a terminal obeys or that
    /// nobody sees.
    pub fn line(&self, text: &Untrusted) -> String {
        let masked = self.masked(text);
        let line = escape::terminal(&masked);
        // A letter at the end of an escape can complete a shape, as in `\n` before 25 characters.
        if line.as_bytes() == masked {
            line
        } else {
            lossy(&self.mask(line.as_bytes()))
        }
    }

    /// The masked bytes in hex, for a path that is no UTF-8.
    pub fn bytes_hex(&self, bytes: &Untrusted) -> String {
        data_encoding::HEXLOWER.encode(&self.mask(bytes.expose()))
    }

    /// The bytes as they came, if nothing in them must be masked: for the target of a link, which is either
    /// true or left out.
    pub fn verbatim<'a>(&self, bytes: &'a Untrusted) -> Option<&'a [u8]> {
        matches!(self.mask(bytes.expose()), Cow::Borrowed(_)).then(|| bytes.expose())
    }

    /// A snippet for a machine.
    pub fn snippet(&self, snippet: &Snippet) -> MaskedSnippet {
        let [before, matched, after] = self.pieces(snippet).map(|piece| lossy(&piece));
        MaskedSnippet {
            before,
            matched,
            after,
        }
    }

    /// A snippet for a terminal: as [`Redactor::line`], but tabs become spaces, for indentation is no news.
    pub fn snippet_line(&self, snippet: &Snippet) -> MaskedSnippet {
        let [before, matched, after] = self.pieces(snippet).map(|mut piece| {
            piece
                .iter_mut()
                .filter(|byte| **byte == b'\t')
                .for_each(|byte| *byte = b' ');
            escape::terminal(&piece)
        });
        MaskedSnippet {
            before,
            matched,
            after,
        }
    }

    /// The three parts of a snippet, masked as the one line that they are: a secret may stand across.
    fn pieces(&self, snippet: &Snippet) -> [Vec<u8>; 3] {
        let parts = [&snippet.before, &snippet.matched, &snippet.after].map(Untrusted::expose);
        if self.show {
            return parts.map(<[u8]>::to_vec);
        }
        let whole = parts.concat();
        let at = parts[0].len()..parts[0].len() + parts[1].len();
        let hits = self.hits(&whole);
        let raw = hits.iter().any(|hit| hit.raw && hit.range == at);
        let matched = match at.is_empty() {
            true => Vec::new(),
            false => stand_in(parts[1], raw),
        };
        let side = |range: Range<usize>| {
            let masked = replace(&whole[range.clone()], &clip(&hits, &range));
            let values = value::secret_like(&masked).into_iter();
            let values = merge(values.map(Hit::hidden).collect());
            self.mask(&replace(&masked, &values)).into_owned()
        };
        [side(0..at.start), matched, side(at.end..whole.len())]
    }

    /// Masks until nothing is left to mask: where two secrets touch, taking one out can give the other its
    /// boundary. Every round makes the text shorter, or turns a password into `…`, or is the last.
    fn mask<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        let mut masked = Cow::Borrowed(text);
        loop {
            let hits = self.hits(&masked);
            let next = replace(&masked, &hits);
            if hits.is_empty() || next == *masked {
                return masked;
            }
            masked = Cow::Owned(next);
        }
    }

    /// What must not be shown of a text, in order, apart from each other.
    fn hits(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        if !self.show {
            self.search(&View::of(text), &shape::forms(), LAYERS, &mut hits);
            let passwords = shape::url_passwords(text).into_iter();
            hits.extend(passwords.map(Hit::hidden));
        }
        merge(hits)
    }

    fn search(&self, view: &View, forms: &Forms, layers: usize, hits: &mut Vec<Hit>) {
        let source = |part: Range<usize>| view.source(part);
        let lower = view.bytes().to_ascii_lowercase();
        let mut whole = forms.find(view.bytes(), &lower);
        if let Some(known) = &self.known {
            whole.extend(known.whole(&lower));
            let parts = known.parts(&lower).into_iter();
            hits.extend(parts.map(|part| Hit::hidden(source(part))));
        }
        hits.extend(whole.into_iter().map(|part| {
            let range = source(part.clone());
            // Every encoding is longer than what it encodes.
            let raw = range.len() == part.len();
            Hit { range, raw }
        }));
        if layers > 0 && view.may_hold_more() {
            for decoded in view.decoded() {
                self.search(&decoded, forms, layers - 1, hits);
            }
        }
    }
}

/// Joins what overlaps. A join of different ranges is no raw secret.
fn merge(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.range.start, std::cmp::Reverse(hit.range.end), !hit.raw));
    let mut merged: Vec<Hit> = Vec::new();
    for hit in hits {
        match merged.last_mut() {
            Some(last) if hit.range.start < last.range.end => {
                if hit.range.end > last.range.end {
                    *last = Hit::hidden(last.range.start..hit.range.end);
                }
            }
            _ => merged.push(hit),
        }
    }
    merged
}

/// The hits that reach into `range`, as seen from its start.
fn clip(hits: &[Hit], range: &Range<usize>) -> Vec<Hit> {
    let inside = hits.iter().map(|hit| {
        let start = hit.range.start.max(range.start);
        let end = hit.range.end.min(range.end);
        (start, end, hit.raw && hit.range == (start..end))
    });
    let inside = inside.filter(|(start, end, _)| start < end);
    inside
        .map(|(start, end, raw)| Hit {
            range: start - range.start..end - range.start,
            raw,
        })
        .collect()
}

fn replace(text: &[u8], hits: &[Hit]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(text.len());
    let mut done = 0;
    for Hit { range, raw } in hits {
        replaced.extend(&text[done..range.start]);
        replaced.extend(stand_in(&text[range.clone()], *raw));
        done = range.end;
    }
    replaced.extend(&text[done..]);
    replaced
}

/// What is shown instead of a secret.
fn stand_in(secret: &[u8], raw: bool) -> Vec<u8> {
    match raw {
        true => Secret::new(&lossy(secret)).masked().into_bytes(),
        false => MASK.into(),
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
