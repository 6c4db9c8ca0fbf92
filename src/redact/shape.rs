//! Secrets that are known by their form alone, before or without any finding: as the rules describe them.

use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use crate::detect::proves;
use crate::rule::{Pattern, Proof, Rules, Shape};

/// The forms of secrets of all products.
#[derive(Default)]
pub(super) struct Forms(Vec<Form>);

/// The form of a secret.
struct Form {
    pattern: Pattern,
    least: usize,
    proof: Option<Proof>,
    prefix: usize,
    min_distinct: usize,
    min_digits: Option<usize>,
}

/// Those that rules have taught; before that, those of the rules that the program has in itself.
static FORMS: RwLock<Option<Arc<Forms>>> = RwLock::new(None);

/// Lets every redactor know the forms of these rules' secrets, too.
pub fn learn(rules: &Rules) {
    let known = forms();
    let mut all: Vec<Form> = known.0.iter().map(Form::again).collect();
    let before = all.len();
    for product in &rules.products {
        for shape in &product.file.secrets {
            let same = |form: &Form| form.pattern.as_str() == shape.pattern.as_str();
            if !all.iter().any(same) {
                all.push(Form::of(shape));
            }
        }
    }
    if all.len() > before {
        keep(Forms(all));
    }
}

pub(super) fn forms() -> Arc<Forms> {
    let known = FORMS.read().unwrap_or_else(PoisonError::into_inner).clone();
    known.unwrap_or_else(|| {
        let rules = Rules::load(&[]).ok();
        let products = rules.iter().flat_map(|rules| &rules.products);
        let shapes = products.flat_map(|product| &product.file.secrets);
        keep(Forms(shapes.map(Form::of).collect()))
    })
}

fn keep(forms: Forms) -> Arc<Forms> {
    let forms = Arc::new(forms);
    *FORMS.write().unwrap_or_else(PoisonError::into_inner) = Some(forms.clone());
    forms
}

impl Form {
    fn of(shape: &Shape) -> Form {
        Form {
            least: shape.pattern.least(),
            pattern: shape.pattern.clone(),
            proof: shape.proof,
            prefix: shape.prefix,
            min_distinct: shape.min_distinct,
            min_digits: shape.unproven.as_ref().map(|unproven| unproven.min_digits),
        }
    }

    fn again(&self) -> Form {
        Form {
            pattern: self.pattern.clone(),
            ..*self
        }
    }

    fn is_proven(&self, value: &[u8]) -> bool {
        let rest = value.get(self.prefix..).unwrap_or_default();
        self.proof.is_some_and(|proof| proves(proof, rest))
    }

    fn fits(&self, value: &[u8]) -> bool {
        let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
        let mut seen = [false; 256];
        let mut distinct = || {
            value
                .iter()
                .for_each(|byte| seen[usize::from(*byte)] = true);
            seen.iter().filter(|seen| **seen).count()
        };
        match self.proof {
            Some(_) => {
                self.min_digits.is_some_and(|least| digits >= least) || self.is_proven(value)
            }
            None => distinct() >= self.min_distinct,
        }
    }
}

impl Forms {
    /// Values that stand free and have a secret's form. Of a value in capitals the form must prove itself.
    pub(super) fn find(&self, text: &[u8], lower: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for form in self.0.iter().filter(|form| form.least <= text.len()) {
            let free = |part: &Range<usize>| is_free(text, part);
            let places = form.pattern.find_iter(text).filter(free);
            found.extend(places.filter(|part| form.fits(&text[part.clone()])));
            if form.proof.is_some() && text != lower {
                let places = form.pattern.find_iter(lower).filter(free);
                let capitals = |part: &Range<usize>| {
                    let value = &text[part.clone()];
                    let mixed = value.iter().any(u8::is_ascii_lowercase);
                    !mixed && form.is_proven(&lower[part.clone()])
                };
                found.extend(places.filter(capitals));
            }
        }
        found
    }

    /// Whether a whole value has the form of a secret that a server makes.
    pub(super) fn fits(&self, value: &[u8]) -> bool {
        self.0
            .iter()
            .any(|form| form.pattern.find(value) == Some(0..value.len()) && form.fits(value))
    }
}

/// Whether no letter or digit stands before or behind a part.
fn is_free(text: &[u8], part: &Range<usize>) -> bool {
    let edge = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    edge(part.start.checked_sub(1).and_then(|at| text.get(at))) && edge(text.get(part.end))
}

/// Passwords in the user-info of URLs: `pw` of `https://user:pw@host`.
pub(super) fn url_passwords(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for start in memchr::memmem::find_iter(text, "://").map(|at| at + 3) {
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"/?#\"'`<>\\".contains(byte);
        let rest = &text[start..];
        let authority = &rest[..rest.iter().position(ends).unwrap_or(rest.len())];
        let at = authority.iter().rposition(|&byte| byte == b'@');
        let colon = authority.iter().position(|&byte| byte == b':');
        if let (Some(colon), Some(at)) = (colon, at)
            && colon + 1 < at
            && authority[colon + 1..at] != *super::MASK.as_bytes()
        {
            found.push(start + colon + 1..start + at);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &[u8]) -> Vec<Range<usize>> {
        forms().find(text, &text.to_ascii_lowercase())
    }

    #[test]
    fn a_token_has_exactly_26_characters_and_a_shape() {
        for (text, expected) in [
            ("x yyyyyyyyybyybyyyyyyyyyyyyy y", true),
            ("yyyyyyyyyyyybyyyyyyyyyyyyy", false),
            ("yyyyyyyyybyybyyyyyyyyyyyyb", false),
            ("lyyyyyyyybyybyyyyyyyyyyyyy", false),
            ("abcdefghijklmnopqrstuvwx12", true),
            ("abcdefghijklmnopqrstuvwxy1", false),
            ("aabcdefghijklmnopqrstuvwx12", false),
            ("Abcdefghijklmnopqrstuvwx12", false),
            ("_abcdefghijklmnopqrstuvwx12-", true),
        ] {
            assert_eq!(
                tokens(text.as_bytes()).len(),
                usize::from(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn the_forms_are_those_of_the_rules() {
        // Boards' tokens have a letter more, and must be proven.
        assert_eq!(
            tokens(b"a kyyyyyyyyybyybyyyyyyyyyyyyy b").pop(),
            Some(2..29)
        );
        assert!(tokens(b"a kyyyyyyyyyyyybyyyyyyyyyyyyy b").is_empty());
        assert_eq!(tokens(b"YYYYYYYYYBYYBYYYYYYYYYYYYY").pop(), Some(0..26));
        assert!(tokens(b"ABCDEFGHIJKLMNOPQRSTUVWX12").is_empty());
    }

    #[test]
    fn the_password_of_a_url_is_found_whatever_it_holds() {
        let find = |text: &'static str| -> Vec<&'static str> {
            url_passwords(text.as_bytes())
                .into_iter()
                .map(|range| &text[range])
                .collect()
        };
        assert_eq!(find("a https://me:p:w@x@host:80/p@q b"), ["p:w@x"]);
        assert_eq!(
            find("https://me@host ssh://host:22 x://y:@z x://y:…@z"),
            [""; 0]
        );
        assert_eq!(find("://a:b@c'://d:e@f"), ["b", "e"]);
    }
}
