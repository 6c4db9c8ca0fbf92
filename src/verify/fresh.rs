//! Secrets that nobody has: what a server that says "yes" must refuse.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::detect;
use crate::rule::{Proof, Shape};

/// A secret of this form, made just now. None where there is no randomness, or no way to make one.
pub fn secret(shape: &Shape) -> Option<String> {
    let mut parser = regex_syntax::ParserBuilder::new();
    let mut parser = parser.unicode(false).utf8(false).build();
    let hir = parser.parse(shape.pattern.as_str()).ok()?;
    let mut made = Vec::new();
    write(&hir, &mut made)?;
    let mut made = String::from_utf8(made).ok()?;
    if shape.proof == Some(Proof::Zbase32Uuid4) {
        let mut random = [0; 16];
        getrandom::fill(&mut random).ok()?;
        made = made.get(..shape.prefix)?.to_owned() + &detect::mint(random);
    }
    let whole = shape.pattern.find(made.as_bytes()) == Some(0..made.len());
    whole.then_some(made)
}

/// Writes a text that an expression fits, at random.
fn write(hir: &Hir, out: &mut Vec<u8>) -> Option<()> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(Class::Bytes(class)) => {
            let all: Vec<u8> = class
                .ranges()
                .iter()
                .flat_map(|range| range.start()..=range.end())
                .collect();
            out.push(*all.get(below(all.len())?)?);
        }
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class
                .ranges()
                .iter()
                .flat_map(|range| range.start()..=range.end());
            let all: Vec<char> = ranges.take(256).collect();
            out.extend_from_slice(all.get(below(all.len())?)?.to_string().as_bytes());
        }
        HirKind::Capture(capture) => write(&capture.sub, out)?,
        HirKind::Repetition(repetition) => {
            for _ in 0..repetition.min.max(u32::from(repetition.max != Some(0))) {
                write(&repetition.sub, out)?;
            }
        }
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, out))?,
        HirKind::Alternation(ways) => write(ways.get(below(ways.len())?)?, out)?,
    }
    Some(())
}

/// A number below `most`. It need not be quite even.
fn below(most: usize) -> Option<usize> {
    let random = usize::try_from(getrandom::u32().ok()?).ok()?;
    random.checked_rem(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Rules;
    use std::path::Path;

    #[test]
    fn every_shape_can_be_made_and_never_twice() {
        let rocket =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rocketchat/rocketchat.yml");
        let rules = Rules::load(&[rocket]).expect("rules");
        let mut shapes = 0;
        for shape in rules
            .products
            .iter()
            .flat_map(|product| &product.file.secrets)
        {
            let [one, two] = [secret(shape), secret(shape)].map(|made| made.expect("a secret"));
            assert_ne!(one, two);
            let whole = shape.pattern.find(one.as_bytes());
            assert_eq!(whole, Some(0..one.len()), "{}", shape.name);
            shapes += 1;
        }
        assert_eq!(shapes, 3);
    }
}
