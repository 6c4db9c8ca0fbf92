//! Loose objects: one file each, named by the id, gitrepository-layout(5).

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::ZlibDecoder;

use super::object::{ObjectKind, ReadError};
use crate::finding::ObjectId;
use crate::open;

/// Where an object lies if it is loose.
pub fn path(objects: &Path, id: &ObjectId) -> PathBuf {
    let hex = id.to_string();
    objects.join(&hex[..2]).join(&hex[2..])
}

/// The ids of all loose objects below a folder of objects, in order. What is no id is not ours.
pub fn list(objects: &Path, id_length: usize) -> io::Result<Vec<ObjectId>> {
    let mut ids = Vec::new();
    for first in 0..=255u8 {
        ids.extend(beginning(objects, first, id_length)?);
    }
    ids.sort_unstable();
    Ok(ids)
}

/// Those that begin with a byte.
pub fn beginning(objects: &Path, first: u8, id_length: usize) -> io::Result<Vec<ObjectId>> {
    let mut ids = Vec::new();
    let folder = objects.join(data_encoding::HEXLOWER.encode(&[first]));
    // A link could lead to anybody's.
    let folder = open::Dir::open(folder.as_os_str().as_encoded_bytes(), open::Links::Refuse);
    let folder = match folder {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ids),
        folder => folder?,
    };
    let listed = folder.list(&mut Vec::new(), |name, _| {
        if name.len() == 2 * id_length - 2 {
            let rest = data_encoding::HEXLOWER.decode(name).ok();
            ids.extend(rest.and_then(|rest| ObjectId::new(&[&[first], &*rest].concat())));
        }
    });
    match listed {
        // Packed meanwhile, and the folder is gone.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(ids),
        listed => listed.map(|()| ids),
    }
}

/// A loose object that is being read.
pub struct Loose {
    /// What it is.
    pub kind: ObjectKind,
    /// Bytes of its content.
    pub size: u64,
    /// The content, as a stream.
    pub content: ZlibDecoder<File>,
}

impl Loose {
    /// Opens the object in this file.
    pub fn open(path: &Path) -> Result<Loose, ReadError> {
        let file = match open::file(path.as_os_str().as_encoded_bytes(), open::Links::Refuse) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ReadError::Missing);
            }
            file => file?,
        };
        if open::regular_size(&file)?.is_none() {
            return Err(ReadError::Corrupt("not a regular file"));
        }
        let mut content = ZlibDecoder::new(file);
        let (kind, size) = head(&mut content)
            .map_err(inflating)?
            .ok_or(ReadError::Corrupt("header"))?;
        Ok(Loose {
            kind,
            size,
            content,
        })
    }

    /// The whole content.
    pub fn read(self, limit: usize) -> Result<Vec<u8>, ReadError> {
        if self.size > limit as u64 {
            return Err(ReadError::TooLarge(self.size));
        }
        let mut data = Vec::new();
        (self.content.take(self.size + 1).read_to_end(&mut data)).map_err(inflating)?;
        match data.len() as u64 == self.size {
            true => Ok(data),
            false => Err(ReadError::Corrupt("another size than it says")),
        }
    }
}

/// `blob 1234` and a NUL.
fn head(content: &mut impl Read) -> io::Result<Option<(ObjectKind, u64)>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while head.len() < 32 {
        content.read_exact(&mut byte)?;
        if byte[0] == 0 {
            break;
        }
        head.push(byte[0]);
    }
    let Some(space) = head.iter().position(|&b| b == b' ') else {
        return Ok(None);
    };
    let size = std::str::from_utf8(&head[space + 1..]).ok();
    let size = size.and_then(|size| size.parse().ok());
    Ok(ObjectKind::of(&head[..space]).zip(size))
}

/// What does not inflate is the object's fault, everything else the system's.
pub fn inflating(error: io::Error) -> ReadError {
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            ReadError::Corrupt("compressed data")
        }
        _ => ReadError::Io(error),
    }
}
