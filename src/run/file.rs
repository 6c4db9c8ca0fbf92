//! Files that are written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::{Result, bail};

use super::Lasting;

/// Whether a path may be written, said before the work is done. A repository may hold links of a stranger, and
/// what is written must not come out behind one: a link is refused, and so is a folder on the way that a link
/// leads out of the folder we are in. Devices, pipes and the process's own descriptors are what they are.
pub fn may_write(path: &Path) -> Result<()> {
    if own_descriptor(path) {
        return Ok(());
    }
    if let Ok(found) = fs::symlink_metadata(path) {
        if found.is_dir() {
            bail!("it is a folder");
        }
        let device = |found: fs::Metadata| !found.is_file() && !found.is_dir();
        if found.is_symlink() && !fs::metadata(path).is_ok_and(device) {
            bail!("it is a link, and nothing is written behind one: name the file itself");
        }
    }
    let typed_below = path
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    // Of folders that are still to be made the last that is there.
    let mut folders = path.ancestors().skip(1);
    let folder = folders.find_map(|folder| match folder.as_os_str().is_empty() {
        true => Path::new(".").canonicalize().ok(),
        false => folder.canonicalize().ok(),
    });
    if let (true, Some(real), Ok(here)) = (typed_below, folder, Path::new(".").canonicalize())
        && !real.starts_with(here)
    {
        bail!("a link in its path leads out of this folder: name the folder itself");
    }
    Ok(())
}

/// Whether a path is a descriptor that the caller gave us.
fn own_descriptor(path: &Path) -> bool {
    let folders = ["/dev/fd", "/proc/self/fd", "/proc/thread-self/fd"];
    let number = |name: &std::ffi::OsStr| {
        let name = name.as_encoded_bytes();
        !name.is_empty() && name.iter().all(u8::is_ascii_digit)
    };
    let below = |folder: &&str| path.parent() == Some(Path::new(folder));
    ["/dev/stdout", "/dev/stderr"]
        .iter()
        .any(|known| path == Path::new(known))
        || folders.iter().any(below) && path.file_name().is_some_and(number)
}

/// Writes a file beside its place and moves it there: on a full disk, or when the program is killed, the old one
/// or the new one is whole. Who may read it stays as it was. A device, a pipe and a descriptor are written to and
/// stay what they are; anything else that is in the way stays too, and is an error.
pub fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let fill = |file: File| -> Result<()> {
        let mut file = BufWriter::new(Lasting(file));
        write(&mut file)?;
        Ok(file.flush()?)
    };
    may_write(path)?;
    let old = fs::symlink_metadata(path).ok();
    if old.as_ref().is_some_and(|found| !found.is_file()) {
        // Behind what a descriptor has already been given.
        return fill(OpenOptions::new().append(true).open(path)?);
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
