//! What a candidate is: the rules' context table, asked about its surroundings.

use std::cell::{OnceCell, RefCell};

use crate::rule::{Beside, Context, Pattern, Via};

use super::context::{Name, Surroundings};
use super::document::Document;
use super::token::Candidate;

/// How far the text before and after a value is shown to the rules.
const BESIDE: usize = 160;
/// How many lines around a value are shown to the rules as `near`.
const NEAR: usize = 12;

/// What the rows of the context table ask about a candidate.
pub struct Facts<'a> {
    document: &'a Document<'a>,
    candidate: &'a Candidate,
    around: &'a Surroundings,
    column: Option<&'a str>,
    url: Option<&'a [u8]>,
    before: &'a [u8],
    after: &'a [u8],
    near: OnceCell<&'a [u8]>,
    outer: OnceCell<String>,
    /// By row, whether all but its name fits: asked once, however many names the value has.
    settled: RefCell<Vec<Option<bool>>>,
}

impl<'a> Facts<'a> {
    /// What can be asked of a candidate; `column` is `table.column`.
    pub fn new(
        document: &'a Document<'a>,
        candidate: &'a Candidate,
        around: &'a Surroundings,
        column: Option<&'a str>,
    ) -> Facts<'a> {
        let (text, span) = (document.text(), &candidate.span);
        let line = document.line(span.start);
        Facts {
            document,
            candidate,
            around,
            column,
            url: around.url.as_ref().map(|url| &text[url.start..span.start]),
            before: &text[line.start.max(span.start.saturating_sub(BESIDE))..span.start],
            after: &text[span.end..line.end.min(span.end + BESIDE).max(span.end)],
            near: OnceCell::new(),
            outer: OnceCell::new(),
            settled: RefCell::new(vec![None; document.contexts().len()]),
        }
    }

    /// The first row of the context table that fits, for the nearest name that any row knows.
    pub fn classify(&self) -> Option<(&'a Context, Option<&'a Name>)> {
        let rows = || self.document.contexts().iter().enumerate();
        let first = |name: Option<&Name>, weak: bool| {
            let fits = |(index, row): &(usize, &'a Context)| {
                row.weak == weak && self.fits(*index, row, name)
            };
            rows().find(fits).map(|(_, row)| row)
        };
        for name in &self.around.names {
            if let Some(row) = first(Some(name), false) {
                return Some((row, Some(name)));
            }
        }
        let nameless = self
            .around
            .names
            .is_empty()
            .then(|| first(None, false))
            .flatten();
        nameless
            .or_else(|| first(None, true))
            .map(|row| (row, None))
    }

    fn fits(&self, index: usize, row: &Context, name: Option<&Name>) -> bool {
        let named = match (&row.key, name) {
            (None, _) => true,
            (Some(key), Some(name)) => {
                (row.via.is_empty() || row.via.contains(&name.via))
                    && key.is_match(name.text.as_bytes())
            }
            (Some(_), None) => false,
        };
        named && {
            let known = self.settled.borrow()[index];
            known.unwrap_or_else(|| {
                let fits = self.settles(row);
                self.settled.borrow_mut()[index] = Some(fits);
                fits
            })
        }
    }

    /// Whether everything but a row's name fits, the cheapest questions first.
    fn settles(&self, row: &Context) -> bool {
        let document = self.document;
        let at = self.candidate.span.start;
        let is = |pattern: &Option<Pattern>, text: &[u8]| {
            pattern.as_ref().is_none_or(|p| p.is_match(text))
        };
        let has = |pattern: &Option<Pattern>, text: Option<&[u8]>| match (pattern, text) {
            (None, _) => true,
            (Some(pattern), Some(text)) => pattern.is_match(text),
            (Some(_), None) => false,
        };
        (!row.minted || self.candidate.minted)
            && row
                .shape
                .as_ref()
                .is_none_or(|shape| document.is_shape(self.candidate, shape))
            && has(&row.url, self.url)
            && has(&row.column, self.column.map(str::as_bytes))
            && is(&row.before, self.before)
            && is(&row.after, self.after)
            && is(&row.path, document.path())
            && (row.outer.is_none()
                || is(
                    &row.outer,
                    self.outer
                        .get_or_init(|| self.around.outer.join("\n"))
                        .as_bytes(),
                ))
            && (row.near.is_none()
                || is(
                    &row.near,
                    self.near.get_or_init(|| document.lines_around(at, NEAR)),
                ))
            && (!row.whole || document.is_whole(&self.candidate.span))
            && row.beside.is_none_or(|beside| self.beside(beside))
    }

    /// Whether a server stands beside a value that has no key: what has one is what the key says.
    fn beside(&self, beside: Beside) -> bool {
        let document = self.document;
        let names = self.around.names.iter().take_while(|n| n.via != Via::Call);
        if self.around.url.is_some()
            || names
                .into_iter()
                .any(|n| matches!(n.via, Via::Key | Via::Flag))
        {
            return false;
        }
        let place = match beside {
            Beside::Brackets => self.around.group.clone(),
            Beside::Line => Some(document.line(self.candidate.span.start)),
        };
        place.is_some_and(|place| document.has_host(&place))
    }
}

/// In words, what made a value a credential.
pub fn reason(context: &Context, name: Option<&Name>, column: Option<&(String, String)>) -> String {
    match (column, name) {
        (Some((table, column)), _) => format!("column \"{table}.{column}\""),
        _ if context.url.is_some() => "part of a URL".to_owned(),
        (_, Some(name)) if context.key.is_some() => {
            let via = match name.via {
                Via::Key => "key",
                Via::Flag => "option",
                Via::Argument => "argument",
                Via::Call => "call of",
                Via::Word => "word",
                Via::Outer => "inside",
                Via::File => "file name",
            };
            format!("{via} \"{}\"", name.text)
        }
        _ if context.whole => "whole content of such a file".to_owned(),
        _ if context.beside.is_some() => "beside a server".to_owned(),
        _ => "the text around it".to_owned(),
    }
}
