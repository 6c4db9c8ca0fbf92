//! Reading one file into a buffer that is used again for the next.
//!
//! A normal file costs four system calls: open, fstat, read, close. The read asks for more bytes than
//! fstat promised, so that a short answer is known to be the whole file without a second read; and
//! only where the promise was wrong (a file that grows, shrinks, or is made up by the kernel as it is
//! read) does it take more.
//!
//! A file that is larger than a piece is shown to the visitor piece by piece first, and read as a
//! whole only if that found something.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek};

use super::super::account::Account;
use super::super::{Content, OVERLAP, WHOLE};
use crate::finding::{Place, SkipReason};
use crate::open;

/// The size of a piece, and of a thread's buffer while nothing larger is read as a whole. A piece is
/// searched before it leaves the processor's second cache: on files of 4 MB, 64 to 512 kB take the
/// same time, whole files three times as long.
const PIECE: usize = 128 << 10;

/// Reads `file` and shows it. `path` is its name in the report.
pub(super) fn offer(
    file: io::Result<File>,
    path: &[u8],
    max_size: Option<u64>,
    buffer: &mut Vec<u8>,
    account: &mut Account<'_>,
) {
    if let Err(error) = file.and_then(|file| try_offer(file, path, max_size, buffer, account)) {
        account.fail(path, &error);
    }
    buffer.truncate(PIECE);
    buffer.shrink_to_fit();
}

fn try_offer(
    mut file: File,
    path: &[u8],
    max_size: Option<u64>,
    buffer: &mut Vec<u8>,
    account: &mut Account<'_>,
) -> io::Result<()> {
    let Some(size) = open::regular_size(&file)? else {
        // It was a regular file when its directory was listed.
        account.coverage.special += 1;
        return Ok(());
    };
    if max_size.is_some_and(|max| size > max) {
        account.coverage.too_large += 1;
        return Ok(());
    }
    buffer.resize(PIECE, 0);
    let mut end = fill(&mut file, buffer, 0, size)?;
    let mut read = end as u64;
    if end < PIECE {
        account.offer(Place::File, path, Content::Whole(&buffer[..end]));
        check(path, size, read, account);
        return Ok(());
    }
    while !account.may_hold(&buffer[..end]) {
        if end < PIECE {
            account.without_secret(read);
            check(path, size, read, account);
            return Ok(());
        }
        buffer.copy_within(PIECE - OVERLAP.., 0);
        let more = fill(&mut file, &mut buffer[OVERLAP..], read, size)?;
        end = OVERLAP + more;
        read += more as u64;
    }
    file.rewind()?;
    if let Some(len) = fill_whole(&mut file, buffer, size)? {
        account.offer(Place::File, path, Content::Whole(&buffer[..len]));
        check(path, size, len as u64, account);
    } else {
        file.rewind()?;
        account.offer(Place::File, path, Content::Large(&mut file));
        check(path, size, open::regular_size(&file)?.unwrap_or(0), account);
    }
    Ok(())
}

/// Notes a file that has become shorter since its size was asked for.
fn check(path: &[u8], size: u64, read: u64, account: &mut Account<'_>) {
    if read < size {
        let detail = format!("it had {size} bytes and became {read} while it was read");
        account.skip(path, SkipReason::Shrunk, &detail);
    }
}

/// Reads all of a file that should hold `size` bytes into `buffer`, which grows to take it. The result
/// is its length, or nothing if that is more than [`WHOLE`].
fn fill_whole(file: &mut impl Read, buffer: &mut Vec<u8>, size: u64) -> io::Result<Option<usize>> {
    let Some(mut room) = usize::try_from(size).ok().filter(|&size| size <= WHOLE) else {
        return Ok(None);
    };
    let mut len = 0;
    loop {
        // One more than promised tells "this is all" from "it has grown".
        room = room.max(PIECE) + 1;
        if len == 0 {
            *buffer = vec![0; room]; // fresh zeroes are free, resizing would write them
        } else {
            buffer.resize(room, 0);
        }
        len += fill(file, &mut buffer[len..], len as u64, size)?;
        match len {
            _ if len > WHOLE => return Ok(None),
            _ if len < room => return Ok(Some(len)),
            _ => room = (2 * len).min(WHOLE),
        }
    }
}

/// Reads until `buffer` is full or the file ends: as soon as `size` bytes have come if `done` came
/// before, else when a read says so. (The kernel makes up files of size 0 as they are read, in as many
/// pieces as it likes.)
fn fill(file: &mut impl Read, buffer: &mut [u8], done: u64, size: u64) -> io::Result<usize> {
    let mut len = 0;
    while len < buffer.len() {
        match file.read(&mut buffer[len..]) {
            Ok(0) => break,
            Ok(read) => len += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if size > 0 && done + len as u64 == size {
            break;
        }
    }
    Ok(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its pieces one a call, whatever is asked for. An empty one is an interruption.
    struct Pieces(Vec<usize>);

    impl Pieces {
        fn new(pieces: &[usize]) -> Pieces {
            Pieces(pieces.iter().rev().copied().collect())
        }
    }

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some(len) = self.0.pop() else {
                return Ok(0);
            };
            if len == 0 {
                return Err(ErrorKind::Interrupted.into());
            }
            let now = len.min(buffer.len());
            buffer[..now].fill(b'x');
            if now < len {
                self.0.push(len - now);
            }
            Ok(now)
        }
    }

    #[test]
    fn a_piece_is_filled_with_as_few_reads_as_possible() {
        let fill = |size: u64, pieces: &[usize]| {
            let mut file = Pieces::new(pieces);
            let len = fill(&mut file, &mut [0; 16], 0, size).unwrap();
            (len, file.0.len())
        };
        assert_eq!(fill(5, &[5, 9]), (5, 1), "a whole file takes one read");
        assert_eq!(fill(0, &[]), (0, 0), "an empty one too");
        assert_eq!(
            fill(10, &[4, 0, 6]),
            (10, 0),
            "in parts, and a signal in between"
        );
        assert_eq!(fill(10, &[4]), (4, 0), "it shrank");
        assert_eq!(fill(0, &[4, 4, 4]), (12, 0), "the size was made up");
        assert_eq!(fill(10, &[11, 3]), (14, 0), "it grew");
        assert_eq!(fill(10, &[11, 9]), (16, 1), "it grew beyond the piece");
    }

    #[test]
    fn a_whole_file_is_at_most_as_large_as_may_be() {
        let whole = |size: u64, pieces: &[usize]| {
            fill_whole(&mut Pieces::new(pieces), &mut Vec::new(), size).unwrap()
        };
        assert_eq!(whole(1 << 20, &[1 << 20]), Some(1 << 20));
        assert_eq!(whole(1 << 20, &[1 << 19]), Some(1 << 19), "it shrank");
        assert_eq!(whole(0, &[3 << 20]), Some(3 << 20), "the size was made up");
        assert_eq!(whole(WHOLE as u64, &[WHOLE]), Some(WHOLE));
        assert_eq!(
            whole(1 << 20, &[1 << 20, WHOLE - (1 << 20)]),
            Some(1 << 20),
            "not asked for more"
        );
        assert_eq!(whole(1 << 20, &[WHOLE]), Some(WHOLE), "it grew");
        assert_eq!(whole(1 << 20, &[WHOLE + 1]), None, "it grew too large");
        assert_eq!(whole(WHOLE as u64 + 1, &[]), None);
    }
}
