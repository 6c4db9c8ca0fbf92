//! The small files of a repository: settings, refs, pointers. Each is looked at before it is opened, since
//! it may be a FIFO or a device, and only so much of it is read. Links are followed where git follows them.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::finding::{SkipReason, Untrusted};
use crate::open::{self, Dir, Kind, Links};

/// The largest file that is read as a whole.
pub(super) const WHOLE: usize = 8 << 20;

/// The largest file that is read line by line, and its longest line: packed refs of a million branches.
const LINES: u64 = 1 << 30;
const LINE: u64 = 1 << 20;

/// Something of a repository that could not be read, or that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The file or folder.
    pub path: Untrusted,
    /// Why.
    pub reason: SkipReason,
    /// In words of ours: nothing of the file is quoted.
    pub detail: String,
}

impl Trouble {
    /// Something that is not as it must be.
    pub fn new(path: &Path, reason: SkipReason, detail: impl Into<String>) -> Trouble {
        Trouble {
            path: Untrusted::new(path.as_os_str().as_encoded_bytes()),
            reason,
            detail: detail.into(),
        }
    }

    /// Something that could not be read.
    pub(super) fn failed(path: &Path, error: &io::Error) -> Trouble {
        let reason = match error.kind() {
            ErrorKind::PermissionDenied => SkipReason::PermissionDenied,
            ErrorKind::NotFound => SkipReason::Vanished,
            ErrorKind::InvalidInput | ErrorKind::FileTooLarge => SkipReason::BadRepository,
            _ => SkipReason::ReadError,
        };
        Trouble::new(path, reason, error.to_string())
    }
}

/// The bytes of a path, as [`open`] wants them.
pub(super) fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// The path that a file holds, seen from a folder.
pub(super) fn path_from(folder: &Path, text: &[u8]) -> PathBuf {
    folder.join(open::os_path(text))
}

/// Reads a file. None if it is not there.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let Some(file) = regular(path)? else {
        return Ok(None);
    };
    open::read_up_to(file, WHOLE).map(Some)
}

/// Tells the lines of a file, without their ends. False if it is not there.
pub(super) fn lines(path: &Path, each: impl FnMut(&[u8])) -> io::Result<bool> {
    match regular(path)? {
        Some(file) => lines_of(file, each).map(|()| true),
        None => Ok(false),
    }
}

/// The same of an open file. A line that is too long is told in pieces.
pub(super) fn lines_of(file: File, mut each: impl FnMut(&[u8])) -> io::Result<()> {
    let size = open::regular_size(&file)?;
    if size.is_none_or(|size| size > LINES) {
        return Err(io::Error::new(ErrorKind::InvalidInput, UNFIT));
    }
    let mut reader = BufReader::with_capacity(64 << 10, file.take(LINES));
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut reader).take(LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        each(line.strip_suffix(b"\n").unwrap_or(&line));
    }
}

const UNFIT: &str = "not a regular file, or too large";

/// Opens a file that is regular and there.
fn regular(path: &Path) -> io::Result<Option<File>> {
    match fs::metadata(path) {
        // To open a device can set something off.
        Ok(found) if !found.is_file() => Err(io::Error::new(ErrorKind::InvalidInput, UNFIT)),
        Ok(_) => open::file(bytes(path), Links::Follow).map(Some),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether there is nothing of that name.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// The entries of a folder, in order; none where there is no such folder.
pub(super) fn entries(path: &Path) -> io::Result<Vec<(Vec<u8>, Kind)>> {
    match Dir::open(bytes(path), Links::Follow) {
        Ok(dir) => listed(&dir),
        Err(error) if is_absent(&error) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The same of an open folder.
pub(super) fn listed(dir: &Dir) -> io::Result<Vec<(Vec<u8>, Kind)>> {
    let mut entries = Vec::new();
    dir.list(&mut Vec::new(), |name, kind| {
        entries.push((name.to_vec(), kind))
    })?;
    entries.sort();
    Ok(entries)
}
