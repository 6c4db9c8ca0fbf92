//! Files that are written whole or not at all.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;

/// Writes a file beside its place and moves it there: on a full disk, or when the program is killed, the old one
/// or the new one is whole. What is no regular file, such as `/dev/stdout`, is written to and stays what it is.
pub fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let fill = |path: &Path| -> Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        write(&mut file)?;
        Ok(file.flush()?)
    };
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return fill(path);
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".partial");
    let beside = PathBuf::from(beside);
    let written = fill(&beside).and_then(|()| fs::rename(&beside, path).map_err(Into::into));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}
