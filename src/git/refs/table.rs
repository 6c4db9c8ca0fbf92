//! One table of refs and reflogs, gitformat-reftable(5).
//!
//! It is read from its beginning to its end, block by block: no position that it names is believed, so none can
//! lead in a circle. The indexes that git looks names up in are passed over.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use flate2::bufread::ZlibDecoder;

use super::super::object::ReadError;
use crate::finding::ObjectId;

/// The longest name of a ref: it is one of a file elsewhere.
const LONGEST_NAME: usize = 4096;

/// What a table says of one name. Nothing where it says that it is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record<'t> {
    /// A ref.
    Ref(&'t [u8], Option<Target<'t>>),
    /// A change of a ref, with the number of its transaction: what it was before, and after.
    Log(&'t [u8], u64, Option<(ObjectId, ObjectId)>),
}

/// What a ref leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'t> {
    /// An object.
    Id(ObjectId),
    /// Another ref.
    Name(&'t [u8]),
}

/// A table that is being read.
pub struct Table<R> {
    /// What is left of its blocks.
    blocks: io::Take<BufReader<R>>,
    /// Bytes of the header, which is a part of the first block.
    header: usize,
    id_length: usize,
    /// Bytes of the file.
    size: u64,
}

impl<R: Read + Seek> Table<R> {
    /// Reads what stands at both ends of it.
    pub fn open(mut file: R, size: u64, id_length: usize) -> Result<Table<R>, ReadError> {
        let mut start = [0; 28];
        file.seek(SeekFrom::Start(0))?;
        file.read_exact(&mut start)?;
        if &start[..4] != b"REFT" {
            return Err(ReadError::Corrupt("not a table of refs"));
        }
        let (header, ids) = match (start[4], &start[24..]) {
            (1, _) => (24, 20),
            (2, b"sha1") => (28, 20),
            (2, b"s256") => (28, 32),
            _ => return Err(ReadError::Corrupt("a version that is not known")),
        };
        if ids != id_length {
            return Err(ReadError::Corrupt("ids of another length"));
        }
        let mut footer = vec![0; header + 44];
        let end = size.checked_sub(footer.len() as u64);
        let end = end.filter(|&end| end >= header as u64);
        let end = end.ok_or(ReadError::Corrupt("it is cut off"))?;
        file.seek(SeekFrom::Start(end))?;
        file.read_exact(&mut footer)?;
        let (told, sum) = footer.split_at(header + 40);
        if told[..header] != start[..header] || libdeflater::crc32(told).to_be_bytes() != sum {
            return Err(ReadError::Corrupt("its end is not that of a table"));
        }
        file.seek(SeekFrom::Start(header as u64))?;
        Ok(Table {
            blocks: BufReader::with_capacity(16 << 10, file).take(end - header as u64),
            header,
            id_length,
            size,
        })
    }

    /// Tells every record, refs before logs, each in order of their names, until it is enough. Names take at
    /// most a multiple of the bytes of the file, and so do logs.
    pub fn records(
        mut self,
        logs: bool,
        mut each: impl FnMut(Record<'_>) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        let mut room = self.size.saturating_mul(32).saturating_add(16 << 20);
        let mut before = self.header;
        let (mut body, mut key, mut last) = (Vec::new(), Vec::new(), b'r');
        while let Some((kind, length)) = self.head()? {
            // What stands before the first block is counted with it.
            let length = length.checked_sub(4 + std::mem::take(&mut before));
            let length = length.ok_or(ReadError::Corrupt("a block that is too short"))?;
            match (last, kind) {
                (_, b'i' | b'o') => {
                    let passed =
                        io::copy(&mut (&mut self.blocks).take(length as u64), &mut io::sink())?;
                    if passed < length as u64 {
                        return Err(ReadError::Corrupt("it is cut off"));
                    }
                    continue;
                }
                (_, b'g') if !logs => return Ok(()),
                (b'r', b'r') | (b'g', b'g') => {}
                (b'r', b'g') => key.clear(),
                _ => return Err(ReadError::Corrupt("a block that does not belong there")),
            }
            last = kind;
            body.clear();
            if kind == b'g' {
                room = room
                    .checked_sub(length as u64)
                    .ok_or(ReadError::TooLarge(length as u64))?;
                let mut content = ZlibDecoder::new(&mut self.blocks);
                (&mut content).take(length as u64).read_to_end(&mut body)?;
                // The end of it is read, or the next block does not begin behind it.
                if content.read(&mut [0])? > 0 {
                    return Err(ReadError::Corrupt("a block that is longer than it says"));
                }
            } else {
                (&mut self.blocks)
                    .take(length as u64)
                    .read_to_end(&mut body)?;
            }
            if body.len() < length {
                return Err(ReadError::Corrupt("it is cut off"));
            }
            let mut block = Block(restarts_off(&body)?);
            while !block.0.is_empty() {
                let kind = block.key(&mut key)?;
                room =
                    (room.checked_sub(key.len() as u64)).ok_or(ReadError::TooLarge(self.size))?;
                let record = match last {
                    b'r' => block.reference(&key, kind, self.id_length)?,
                    _ => block.log(&key, kind, self.id_length)?,
                };
                if each(record).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The kind of the next block, and how long it says it is. Between blocks there may be zeros.
    fn head(&mut self) -> Result<Option<(u8, usize)>, ReadError> {
        loop {
            let ahead = self.blocks.fill_buf()?;
            if ahead.is_empty() {
                return Ok(None);
            }
            let zeros = ahead.iter().take_while(|&&byte| byte == 0).count();
            let all = zeros == ahead.len();
            self.blocks.consume(zeros);
            if !all {
                break;
            }
        }
        let mut head = [0; 4];
        self.blocks.read_exact(&mut head)?;
        let [kind, length @ ..] = head;
        let [a, b, c] = length.map(usize::from);
        Ok(Some((kind, a << 16 | b << 8 | c)))
    }
}

/// The records of a block: what stands before the places where whole names are, and their number.
fn restarts_off(body: &[u8]) -> Result<&[u8], ReadError> {
    let records = body.split_last_chunk().and_then(|(rest, count)| {
        let restarts = 3 * usize::from(u16::from_be_bytes(*count));
        rest.get(..rest.len().checked_sub(restarts)?)
    });
    records.ok_or(ReadError::Corrupt("a block that is too short"))
}

const BROKEN: ReadError = ReadError::Corrupt("a record that is not whole");

/// What is left of a block's records.
struct Block<'t>(&'t [u8]);

impl<'t> Block<'t> {
    fn bytes(&mut self, length: u64) -> Result<&'t [u8], ReadError> {
        let length = usize::try_from(length).map_err(|_| BROKEN)?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(BROKEN)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// A number as offsets of deltas are written in packs.
    fn number(&mut self) -> Result<u64, ReadError> {
        let mut number = 0u64;
        loop {
            let byte = self.bytes(1)?[0];
            number |= u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
            let next = number.checked_add(1).ok_or(BROKEN)?;
            number = next.checked_mul(128).ok_or(BROKEN)?;
        }
    }

    /// Bytes behind their number.
    fn text(&mut self) -> Result<&'t [u8], ReadError> {
        let length = self.number()?;
        self.bytes(length)
    }

    fn id(&mut self, length: usize) -> Result<ObjectId, ReadError> {
        ObjectId::new(self.bytes(length as u64)?).ok_or(BROKEN)
    }

    /// Makes the key of the record before into that of the next one, and tells of which kind that is.
    fn key(&mut self, key: &mut Vec<u8>) -> Result<u8, ReadError> {
        let shared = usize::try_from(self.number()?).map_err(|_| BROKEN)?;
        let word = self.number()?;
        let rest = self.bytes(word >> 3)?;
        match key.get(shared..) {
            None => return Err(BROKEN),
            Some(before) if before >= rest => {
                return Err(ReadError::Corrupt("records that are not in order"));
            }
            Some(_) if shared + rest.len() > LONGEST_NAME + 9 => {
                return Err(ReadError::Corrupt("a name that is too long"));
            }
            Some(_) => {}
        }
        key.truncate(shared);
        key.extend_from_slice(rest);
        Ok((word & 7) as u8)
    }

    fn reference<'k>(
        &mut self,
        name: &'k [u8],
        kind: u8,
        id_length: usize,
    ) -> Result<Record<'k>, ReadError>
    where
        't: 'k,
    {
        self.number()?; // the transaction, from the first of the table
        let target = match kind {
            0 => None,
            1 => Some(Target::Id(self.id(id_length)?)),
            2 => {
                let tag = self.id(id_length)?;
                self.id(id_length)?; // what the tag leads to
                Some(Target::Id(tag))
            }
            3 => Some(Target::Name(self.text()?)),
            _ => return Err(ReadError::Corrupt("a record of a kind that is not known")),
        };
        Ok(Record::Ref(name, target))
    }

    fn log<'k>(
        &mut self,
        key: &'k [u8],
        kind: u8,
        id_length: usize,
    ) -> Result<Record<'k>, ReadError> {
        let (name, number) = key.split_last_chunk().ok_or(BROKEN)?;
        let name = name.strip_suffix(b"\0").ok_or(BROKEN)?;
        // The newest comes first.
        let number = u64::MAX - u64::from_be_bytes(*number);
        let change = match kind {
            0 => None,
            1 => {
                let change = (self.id(id_length)?, self.id(id_length)?);
                self.text()?; // who
                self.text()?;
                self.number()?; // when
                self.bytes(2)?;
                self.text()?; // why
                Some(change)
            }
            _ => return Err(ReadError::Corrupt("a record of a kind that is not known")),
        };
        Ok(Record::Log(name, number, change))
    }
}

/// What an error of reading says in the report.
pub(super) fn told(error: &ReadError) -> Result<String, &io::Error> {
    match error {
        ReadError::Io(error) => match error.kind() {
            ErrorKind::UnexpectedEof => Ok("it is cut off".to_owned()),
            ErrorKind::InvalidInput | ErrorKind::InvalidData => Ok("compressed data".to_owned()),
            _ => Err(error),
        },
        ReadError::Corrupt(what) => Ok((*what).to_owned()),
        ReadError::TooLarge(_) => Ok("it holds more than such a file can".to_owned()),
        ReadError::Missing => Ok(error.to_string()),
    }
}
