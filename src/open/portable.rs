//! Opening where the system has no descriptors of directories: by path, with what std offers. A link
//! is refused by looking before opening, which is a race, but one over a file that the user may read.

use std::fs::{self, File, FileType};
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use super::{Kind, Links, os_path};

/// A directory.
pub(crate) struct Dir(PathBuf);

impl Dir {
    /// The directory at `path`.
    pub(crate) fn open(path: &[u8], links: Links) -> io::Result<Dir> {
        let path = if path.is_empty() { b"." } else { path };
        Dir::at(os_path(path).into_owned(), links)
    }

    fn at(path: PathBuf, links: Links) -> io::Result<Dir> {
        let found = if links == Links::Follow {
            path.metadata()?
        } else {
            path.symlink_metadata()?
        };
        if found.is_dir() {
            Ok(Dir(path))
        } else {
            Err(ErrorKind::NotADirectory.into())
        }
    }

    /// A directory below this one, by its path from here.
    pub(crate) fn dir(&self, path: &[u8]) -> io::Result<Dir> {
        Dir::at(self.0.join(os_path(path)), Links::Refuse)
    }

    /// Tells `each` the name and kind of every entry, in the order of the disk.
    pub(crate) fn list(
        &self,
        _space: &mut Vec<u8>,
        mut each: impl FnMut(&[u8], Kind),
    ) -> io::Result<()> {
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            each(
                entry.file_name().as_encoded_bytes(),
                kind(entry.file_type()?),
            );
        }
        Ok(())
    }

    /// Opens the entry `name`, which was a regular file when it was listed.
    pub(crate) fn file(&self, name: &[u8]) -> io::Result<File> {
        open(self.0.join(os_path(name)), Links::Refuse)
    }

    /// The text of the link `name`.
    pub(crate) fn link(&self, name: &[u8]) -> io::Result<Vec<u8>> {
        let target = fs::read_link(self.0.join(os_path(name)))?;
        Ok(target.into_os_string().into_encoded_bytes())
    }
}

/// Opens the file at `path`.
pub(crate) fn file(path: &[u8], links: Links) -> io::Result<File> {
    open(os_path(path).into_owned(), links)
}

/// The size of an open file, if it is a regular one.
pub(crate) fn regular_size(file: &File) -> io::Result<Option<u64>> {
    let found = file.metadata()?;
    Ok(found.is_file().then_some(found.len()))
}

fn open(path: PathBuf, links: Links) -> io::Result<File> {
    let found = if links == Links::Follow {
        path.metadata()?
    } else {
        path.symlink_metadata()?
    };
    if kind(found.file_type()) == Kind::File {
        File::open(path)
    } else {
        Err(io::Error::new(
            ErrorKind::InvalidInput,
            "not a regular file",
        ))
    }
}

fn kind(file_type: FileType) -> Kind {
    if file_type.is_file() {
        Kind::File
    } else if file_type.is_dir() {
        Kind::Dir
    } else if file_type.is_symlink() {
        Kind::Link
    } else {
        Kind::Special
    }
}

/// Reads at a position, as far as one call of the system goes.
#[cfg_attr(unix, allow(dead_code))] // compiled everywhere, so that it cannot rot
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    #[cfg(windows)]
    return std::os::windows::fs::FileExt::seek_read(file, buffer, offset);
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_at(file, buffer, offset);
    #[cfg(not(any(windows, unix)))]
    Err(io::Error::from(ErrorKind::Unsupported))
}
