//! Nothing that a document holds makes the scanner fail: every fixture cut, spliced and spoilt.

use std::path::Path;

use matterleaks::finding::Place;
use matterleaks::rule::Rules;
use matterleaks::scan::{Options, Scanner};
use matterleaks::source::{Content, Document, Visit};
use proptest::prelude::*;

use crate::case::{self, Random};

fn scan(rules: &Rules, content: &[u8]) -> usize {
    let scanner = Scanner::new(rules, Options::default()).expect("a scanner");
    let document = Document {
        place: Place::Stdin,
        path: b"mattermost",
        git: None,
        content: Content::Whole(content),
    };
    scanner.document(document).expect("read");
    scanner.finish().findings.len()
}

#[test]
fn spoilt_documents_are_read_without_a_panic() {
    let rules = Rules::load(&[]).expect("rules");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut random = Random::new("spoilt", 7);
    let mut found = 0;
    for case in case::all(&folder, 7) {
        for (_, content) in &case.files {
            let mut spoilt = content.clone();
            let at = random.below(spoilt.len() + 1);
            match random.below(4) {
                0 => spoilt.truncate(at),
                1 => drop(spoilt.drain(..at)),
                2 => {
                    for _ in 0..20 {
                        let at = random.below(spoilt.len().max(1));
                        if let Some(b) = spoilt.get_mut(at) {
                            let marks = b"\\\"'{}[]()<>=:,;%&\n\t\0\xff\x1b@/ ";
                            *b = marks[random.below(marks.len())];
                        }
                    }
                }
                _ => {
                    let piece = spoilt[at..].to_vec();
                    spoilt.extend(piece);
                }
            }
            found += scan(&rules, &spoilt);
        }
    }
    // Most of what is spoilt still holds its secret: the test did look at something.
    assert!(found > 500, "{found}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_around_a_token_are_read_without_a_panic(
        before in proptest::collection::vec(any::<u8>(), 0..60),
        text in r#"[ -~\n]{0,60}"#,
        marks in r#"["'`\\(){}\[\]<>=:,;%&|*_+/@. \t\n-]{0,12}"#,
        after in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        let rules = Rules::load(&[]).expect("rules");
        let token = matterleaks::detect::mint(std::array::from_fn(|i| (i * 41 + 5) as u8));
        let content = [b"mattermost ".as_slice(), &before, text.as_bytes(), marks.as_bytes(), token.as_bytes(), marks.as_bytes(), &after].concat();
        scan(&rules, &content);
    }
}
