//! Files that are written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;

/// Writes a file beside its place and moves it there: on a full disk, or when the program is killed, the old one
/// or the new one is whole. Who may read it stays as it was. What is no regular file, such as `/dev/stdout`, is
/// written to and stays what it is.
pub fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let fill = |file: File| -> Result<()> {
        let mut file = BufWriter::new(file);
        write(&mut file)?;
        Ok(file.flush()?)
    };
    let old = fs::symlink_metadata(path).ok();
    if old.as_ref().is_some_and(|found| !found.is_file()) {
        return fill(File::create(path)?);
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.partial", std::process::id()));
    let beside = PathBuf::from(beside);
    // Never what is there already: a link that somebody has laid would be followed.
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&beside)?;
    let written = match old {
        Some(old) => fs::set_permissions(&beside, old.permissions()).map_err(Into::into),
        None => Ok(()),
    };
    let written = written
        .and_then(|()| fill(file))
        .and_then(|()| fs::rename(&beside, path).map_err(Into::into));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Lets everybody run a file who may read it.
#[cfg(unix)]
pub fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    fs::set_permissions(path, fs::Permissions::from_mode(mode | (mode & 0o444) >> 2))
}

/// Where files have no such mode there is nothing to do.
#[cfg(not(unix))]
pub fn make_executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// A path as another program wrote it.
#[cfg(unix)]
pub fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

/// A path as another program wrote it.
#[cfg(not(unix))]
pub fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
