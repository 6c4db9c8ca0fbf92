//! Regular expressions of rules: over bytes, because documents are of any encoding.
//!
//! A [`Pattern`] is compiled when it is first used: most runs never meet a candidate, and compiling every rule
//! takes longer than all else that they do. So that a mistake has its line all the same, a user's file is read
//! twice, first with [`Checked`] in every pattern's place.

use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::meta::{Config, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::util::syntax;
use regex_syntax::hir::{Class, Hir, HirKind};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// A regular expression over bytes; `(?x)` for long ones. By default it fits nothing.
#[derive(Clone)]
pub struct Pattern {
    text: Box<str>,
    compiled: OnceLock<Option<Regex>>,
}

/// How heavy an expression may be, so that compiling it never fails and never takes long.
const HEAVIEST: usize = 20_000;

impl Pattern {
    /// An expression, known to be one; what is none fits nothing.
    pub(crate) fn new(expression: impl Into<Box<str>>) -> Pattern {
        Pattern {
            text: expression.into(),
            compiled: OnceLock::new(),
        }
    }

    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it occurs in `text`.
    pub fn is_match(&self, text: &[u8]) -> bool {
        self.compiled().is_some_and(|regex| regex.is_match(text))
    }

    /// Where it first occurs in `text`.
    pub fn find(&self, text: &[u8]) -> Option<Range<usize>> {
        Some(self.compiled()?.find(text)?.range())
    }

    /// Every place where it occurs in `text`.
    pub fn find_iter<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = Range<usize>> + 't {
        let matches = self.compiled().map(|regex| regex.find_iter(text));
        matches.into_iter().flatten().map(|found| found.range())
    }

    /// The fewest bytes that it can fit.
    pub fn least(&self) -> usize {
        let hir = parse(&self.text).ok();
        hir.and_then(|hir| hir.properties().minimum_len())
            .unwrap_or(0)
    }

    fn compiled(&self) -> Option<&Regex> {
        let build = || {
            let config = Config::new()
                .utf8_empty(false)
                .which_captures(WhichCaptures::Implicit)
                .hybrid_cache_capacity(4 << 20)
                // What ends where a name does is not found faster by how it begins, and to build what does that
                // takes as long as all the rest.
                .auto_prefilter(!self.text.ends_with('$'));
            Regex::builder()
                .configure(config)
                .syntax(syntax::Config::new().unicode(false).utf8(false))
                .build(&self.text)
                .ok()
        };
        self.compiled.get_or_init(build).as_ref()
    }
}

impl Default for Pattern {
    fn default() -> Pattern {
        Pattern::new(r"[^\s\S]")
    }
}

/// Reads an expression, or says in a few words what is wrong with it.
fn parse(expression: &str) -> Result<Hir, String> {
    let mut builder = regex_syntax::ParserBuilder::new();
    let mut parser = builder.unicode(false).utf8(false).build();
    parser.parse(expression).map_err(|error| {
        // The last line says what is wrong; those before it draw the expression.
        let error = error.to_string();
        let why = error.lines().last().unwrap_or_default();
        why.trim_start_matches("error:").trim().to_owned()
    })
}

/// What is wrong with an expression.
fn wrong(expression: &str) -> Option<String> {
    match parse(expression) {
        Ok(hir) if weight(&hir) <= HEAVIEST => None,
        Ok(_) => Some("it would take too much memory".to_owned()),
        Err(why) => Some(why),
    }
}

/// How much there is to compile: every byte and range, as often as it is repeated.
fn weight(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Bytes(class)) => class.ranges().len(),
        HirKind::Class(Class::Unicode(class)) => class.ranges().len(),
        HirKind::Capture(capture) => weight(&capture.sub),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            weight(&repetition.sub).saturating_mul(times as usize)
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts
            .iter()
            .fold(1, |sum: usize, part| sum.saturating_add(weight(part))),
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pattern, D::Error> {
        Ok(Pattern::new(String::deserialize(deserializer)?))
    }
}

/// Stands where a [`Pattern`] will and fails if it cannot be compiled. It does so while the YAML library still
/// knows where it is: the error has the place of the text.
#[derive(Debug, Default)]
pub struct Checked;

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Checked, D::Error> {
        deserializer.deserialize_str(Checked)
    }
}

impl Visitor<'_> for Checked {
    type Value = Checked;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a regular expression")
    }

    fn visit_str<E: Error>(self, expression: &str) -> Result<Checked, E> {
        match wrong(expression) {
            Some(why) => Err(E::custom(format!(
                "bad pattern `{}`: {why}",
                expression.trim()
            ))),
            None => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_the_check_compiles() {
        for expression in [
            "",
            "a{19999}",
            r"(?:[02468ac-eg-ikmoqsuwy]{19}){50}",
            r"(?x) a # remark",
            r"\w+\b.*$",
            "(a|b|c){3000}",
            "(((a{9}){9}){9}){9}",
        ] {
            assert_eq!(wrong(expression), None, "{expression}");
            assert!(
                Pattern::new(expression).compiled().is_some(),
                "{expression}"
            );
        }
    }

    #[test]
    fn what_does_not_pass_says_why() {
        for (expression, reason) in [
            ("(", "unclosed group"),
            ("[z-a]", "invalid character class range"),
            (r"\p{Greek}", "Unicode"),
            ("a{20001}", "memory"),
            ("((((a{99}){99}){99}){99}){99}", "memory"),
            (r"(?P<a>x)(?P<a>y)", "duplicate capture group name"),
        ] {
            let error = wrong(expression).expect(expression);
            assert!(error.contains(reason), "{expression}: {error}");
        }
    }

    #[test]
    fn nothing_fits_the_default() {
        let nothing = Pattern::default();
        assert!(!nothing.is_match(b"") && !nothing.is_match(b"a\n\xff"));
        assert_eq!(nothing.find_iter(b"ab").count(), 0);
    }
}
