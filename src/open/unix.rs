//! Opening on Unix, relative to an open directory.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, fstat, openat, readlinkat, statat};

use super::{Kind, Links, MAX_PATH};

const READ: OFlags = OFlags::RDONLY
    .union(OFlags::CLOEXEC)
    .union(OFlags::NOCTTY)
    .union(OFlags::NONBLOCK);

/// An open directory.
pub(crate) struct Dir(OwnedFd);

impl Dir {
    /// Opens the directory at `path`, however long that is.
    pub(crate) fn open(path: &[u8], links: Links) -> io::Result<Dir> {
        let path = if path.is_empty() { b"." } else { path };
        Ok(Dir(open(path, READ | OFlags::DIRECTORY, links)?))
    }

    /// Opens a directory below this one, by its path from here.
    pub(crate) fn dir(&self, path: &[u8]) -> io::Result<Dir> {
        let flags = READ | OFlags::DIRECTORY | OFlags::NOFOLLOW;
        Ok(Dir(open_at(Some(&self.0), path, flags)?))
    }

    /// Tells `each` the name and kind of every entry but `.` and `..`, in the order of the disk.
    /// `space` is only lent: its content does not matter.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn list(
        &self,
        space: &mut Vec<u8>,
        mut each: impl FnMut(&[u8], Kind),
    ) -> io::Result<()> {
        space.clear();
        space.reserve(32 << 10); // as the C library does: most directories come in one call
        let mut entries = rustix::fs::RawDir::new(&self.0, space.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = entry?;
            self.tell(entry.file_name().to_bytes(), entry.file_type(), &mut each)?;
        }
        Ok(())
    }

    /// Tells `each` the name and kind of every entry but `.` and `..`, in the order of the disk.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(crate) fn list(
        &self,
        _space: &mut Vec<u8>,
        mut each: impl FnMut(&[u8], Kind),
    ) -> io::Result<()> {
        for entry in rustix::fs::Dir::read_from(&self.0)? {
            let entry = entry?;
            self.tell(entry.file_name().to_bytes(), entry.file_type(), &mut each)?;
        }
        Ok(())
    }

    fn tell(
        &self,
        name: &[u8],
        file_type: FileType,
        each: &mut impl FnMut(&[u8], Kind),
    ) -> io::Result<()> {
        if name == b"." || name == b".." {
            return Ok(());
        }
        // Some file systems leave the type out of the listing.
        let file_type = match file_type {
            FileType::Unknown => match statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                Err(rustix::io::Errno::NOENT) => return Ok(()),
                Err(error) => return Err(error.into()),
            },
            known => known,
        };
        each(
            name,
            match file_type {
                FileType::RegularFile => Kind::File,
                FileType::Directory => Kind::Dir,
                FileType::Symlink => Kind::Link,
                _ => Kind::Special,
            },
        );
        Ok(())
    }

    /// Opens the entry `name`, which was a regular file when it was listed.
    pub(crate) fn file(&self, name: &[u8]) -> io::Result<File> {
        Ok(openat(&self.0, name, READ | OFlags::NOFOLLOW, Mode::empty())?.into())
    }

    /// The text of the link `name`.
    pub(crate) fn link(&self, name: &[u8]) -> io::Result<Vec<u8>> {
        Ok(readlinkat(&self.0, name, Vec::new())?.into_bytes())
    }
}

/// Opens the file at `path`, however long that is.
pub(crate) fn file(path: &[u8], links: Links) -> io::Result<File> {
    Ok(open(path, READ, links)?.into())
}

/// The size of an open file, if it is a regular one.
pub(crate) fn regular_size(file: &File) -> io::Result<Option<u64>> {
    let stat = fstat(file)?;
    let regular = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    Ok(regular.then_some(u64::try_from(stat.st_size).unwrap_or(0)))
}

fn open(path: &[u8], flags: OFlags, links: Links) -> io::Result<OwnedFd> {
    let flags = if links == Links::Refuse {
        flags | OFlags::NOFOLLOW
    } else {
        flags
    };
    let mut at: Option<OwnedFd> = None;
    let mut rest = path;
    while rest.len() > MAX_PATH {
        // Never at 0: the slash of an absolute path is no end of a piece.
        let Some(cut) = rest[1..MAX_PATH].iter().rposition(|&b| b == b'/') else {
            break;
        };
        let (piece, tail) = rest.split_at(cut + 2);
        at = Some(open_at(at.as_ref(), piece, READ | OFlags::DIRECTORY)?);
        // With a slash in front (of `a//b`) the rest would be absolute.
        rest = &tail[tail.iter().take_while(|&&b| b == b'/').count()..];
    }
    open_at(at.as_ref(), rest, flags)
}

fn open_at(at: Option<&OwnedFd>, path: &[u8], flags: OFlags) -> io::Result<OwnedFd> {
    let at = at.map_or(CWD, |at| at.as_fd());
    Ok(openat(at, path, flags, Mode::empty())?)
}

/// Reads at a position, as far as one call of the system goes.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}
