//! Standard input: one document without a name.

use std::io::Read;

use super::account::Account;
use super::{Content, Visit, WHOLE};
use crate::finding::{Coverage, Place};

/// What the user types for standard input, and how a skip of it is named.
const NAME: &[u8] = b"-";

/// Shows all that `input` gives to `visitor`. What came before a read error is scanned.
pub fn visit(input: &mut dyn Read, visitor: &dyn Visit) -> Coverage {
    let mut account = Account::new(visitor);
    let mut content = Vec::new();
    let read = (&mut *input)
        .take(WHOLE as u64 + 1)
        .read_to_end(&mut content);
    if content.len() > WHOLE {
        account.offer(Place::Stdin, b"", Content::Stream(&content, input));
    } else {
        account.offer(Place::Stdin, b"", Content::Whole(&content));
    }
    if let Err(error) = read {
        account.fail(NAME, &error);
    }
    account.coverage.settled()
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::super::testing::Remember;
    use super::*;
    use crate::finding::SkipReason;

    fn scan(input: &mut dyn Read) -> (Coverage, Vec<(String, Place, Vec<u8>)>) {
        let visitor = Remember::default();
        let coverage = visit(input, &visitor);
        (coverage, visitor.0.into_inner().unwrap())
    }

    #[test]
    fn it_is_one_document_of_any_length() {
        for len in [0, 5, WHOLE, WHOLE + 1, 2 * WHOLE] {
            let (coverage, documents) = scan(&mut vec![b'x'; len].as_slice());
            assert_eq!((coverage.documents, coverage.bytes), (1, len as u64));
            assert_eq!(documents, [(String::new(), Place::Stdin, vec![b'x'; len])]);
            assert!(coverage.complete());
        }
    }

    #[test]
    fn what_came_before_an_error_is_scanned() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        let (coverage, documents) = scan(&mut b"abc".chain(Broken));
        assert_eq!(documents[0].2, b"abc");
        assert_eq!(coverage.skipped[0].reason, SkipReason::ReadError);
        assert_eq!(coverage.skipped[0].path.expose(), b"-");
    }
}
