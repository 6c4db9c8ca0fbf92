//! YAML with places: every mistake in a rule file is reported with its line and column.
//!
//! The library knows places only inside of its errors. What is wrong with a value it reports with the value's
//! place; for what is wrong between values, [`place`] asks it to read the one in question and fails there.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_yaml::Deserializer;

/// What is wrong with a text, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// In words.
    pub message: String,
}

impl Mistake {
    /// A mistake at a line and column.
    pub fn new((line, column): (usize, usize), message: impl Into<String>) -> Mistake {
        Mistake {
            line,
            column,
            message: message.into(),
        }
    }
}

impl From<serde_yaml::Error> for Mistake {
    fn from(error: serde_yaml::Error) -> Mistake {
        let message = error.to_string();
        let Some(at) = error.location() else {
            return Mistake::new((1, 1), message);
        };
        // The place stands in front; the library says it again.
        let again = format!(" at line {} column {}", at.line(), at.column());
        Mistake::new((at.line(), at.column()), message.replacen(&again, "", 1))
    }
}

/// One step to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into a mapping.
    Key(String),
    /// Into a list.
    Item(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Step {
        Step::Key(key.to_owned())
    }
}

impl From<usize> for Step {
    fn from(item: usize) -> Step {
        Step::Item(item)
    }
}

/// The way to a value from the top of a file: `at!["contexts", 3, "kind"]`.
macro_rules! at {
    ($($step:expr),* $(,)?) => { vec![$($crate::rule::yaml::Step::from($step)),*] };
}
pub(super) use at;

/// Reads the one document of a text.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Mistake> {
    Ok(serde_yaml::from_str(text)?)
}

/// The line and column behind a text.
pub fn position(before: &str) -> (usize, usize) {
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// The line and column of a value. Where the way ends early, that of the last value on it.
pub fn place(text: &str, way: &[Step]) -> (usize, usize) {
    let found = Walk {
        way: Some(way),
        left: &Cell::new(usize::MAX),
    };
    let error = found.deserialize(Deserializer::from_str(text)).err();
    let place = error.and_then(|error| error.location());
    place.map_or((1, 1), |at| (at.line(), at.column()))
}

/// The most values that a rule file has, each counted as often as an alias repeats it.
const VALUES: usize = 50_000;
/// The most brackets that it opens: each token costs the parser time for every one that is still open.
const BRACKETS: usize = 1_000;

/// Refuses what no person writes, before anything is built of it: an alias of an alias can make a few lines
/// fill all memory.
pub fn guard(text: &str) -> Result<(), Mistake> {
    let blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if text.lines().all(blank) {
        return Err(Mistake::new((1, 1), "there is nothing in this file"));
    }
    if let Some((at, _)) = text.match_indices(['[', '{']).nth(BRACKETS) {
        let message = format!("more than {BRACKETS} brackets");
        return Err(Mistake::new(position(&text[..at]), message));
    }
    let mut documents = Deserializer::from_str(text);
    let left = &Cell::new(VALUES);
    if let Some(first) = documents.next() {
        Walk { way: None, left }.deserialize(first)?;
    }
    let Some(second) = documents.next() else {
        return Ok(());
    };
    let start = Walk {
        way: Some(&[]),
        left,
    };
    match start.deserialize(second).map_err(Mistake::from) {
        Err(at) if !at.message.ends_with(HERE) => Err(at),
        Err(at) => Err(Mistake {
            message: "a second document; there may be one".to_owned(),
            ..at
        }),
        Ok(()) => Ok(()),
    }
}

/// What [`Walk`] says at the end of its way.
const HERE: &str = "here";

/// Reads values without keeping them: all of them, or along one way to a value at which it fails.
#[derive(Clone, Copy)]
struct Walk<'a> {
    way: Option<&'a [Step]>,
    left: &'a Cell<usize>,
}

impl Walk<'_> {
    /// Arrives at a value that has no further ones on the way.
    fn end<E: Error>(self) -> Result<(), E> {
        if self.way.is_some() {
            return Err(E::custom(HERE));
        }
        let left = self.left.get().checked_sub(1);
        self.left
            .set(left.ok_or_else(|| E::custom(format!("more than {VALUES} values")))?);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without a tag")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.end()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.end()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.end()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.end()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.end()
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.end()
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.end()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        match self.way {
            None => while items.next_element_seed(self)?.is_some() {},
            Some([Step::Item(item), rest @ ..]) => {
                for _ in 0..*item {
                    items.next_element::<IgnoredAny>()?;
                }
                let way = Some(rest);
                items.next_element_seed(Walk { way, ..self })?;
            }
            Some(_) => {}
        }
        self.end()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        match self.way {
            None => {
                let mut known = BTreeSet::new();
                while entries.next_key_seed(NewKey(&mut known))?.is_some() {
                    entries.next_value_seed(self)?;
                }
            }
            Some([Step::Key(key), rest @ ..]) => {
                while let Some(name) = entries.next_key::<String>()? {
                    if name == *key {
                        let way = Some(rest);
                        return entries.next_value_seed(Walk { way, ..self });
                    }
                    entries.next_value::<IgnoredAny>()?;
                }
            }
            Some(_) => {}
        }
        self.end()
    }
}

/// A key that its mapping does not have yet. YAML forbids it, and the library keeps the last in silence.
struct NewKey<'a>(&'a mut BTreeSet<String>);

impl<'de> DeserializeSeed<'de> for NewKey<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NewKey<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        if self.0.insert(key.to_owned()) {
            return Ok(());
        }
        Err(E::custom(format!("`{key}` stands here twice")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_a_place() {
        let text = "a: 1\nb:\n  - c: {d: [x, y]}\n  - é: 'z' # e\n";
        for (way, place_of) in [
            (at![], (1, 1)),
            (at!["a"], (1, 4)),
            (at!["b"], (3, 3)),
            (at!["b", 0], (3, 5)),
            (at!["b", 0, "c", "d", 1], (3, 16)),
            (at!["b", 1, "é"], (4, 8)),
            (at!["b", 1, "none"], (4, 5)),
            (at!["b", 7, "none"], (3, 3)),
            (at!["a", "none"], (1, 4)),
        ] {
            assert_eq!(place(text, &way), place_of, "{way:?}");
        }
    }

    #[test]
    fn one_document_without_tags_and_bombs() {
        let mistake = |text: &str| guard(text).err().map(|m| (m.line, m.column, m.message));
        assert_eq!(mistake("a: 1\n"), None);
        let (.., message) = mistake("# nothing\n\n").expect("empty");
        assert!(message.contains("nothing in this file"));
        let (line, column, message) = mistake("a: 1\n---\n# b\n  b: 2\n").expect("two");
        assert_eq!((line, column), (4, 3), "{message}");
        assert!(message.contains("second document"));
        assert_eq!(mistake("a: !x 1\n").map(|m| (m.0, m.1)), Some((1, 4)));
        let tenfold = |of: usize| {
            let next = format!("*a{of}, ").repeat(10);
            format!("a{}: &a{} [{next}]\n", of + 1, of + 1)
        };
        let bomb: String = ["a0: &a0 [x]\n".to_owned()]
            .into_iter()
            .chain((0..12).map(tenfold))
            .collect();
        assert!(mistake(&bomb).is_some());
    }
}
