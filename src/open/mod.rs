//! The only place that opens anything. A scanner opens what strangers left lying about, so every open
//! here is one that cannot be made to wait, to act or to go elsewhere: no link is followed unless the
//! user named it, a FIFO does not block, a device does not become the terminal, and nothing but a
//! regular file is read.
//!
//! Where the system can open a name relative to an open directory, that is done: it is safe against a
//! directory that is swapped for a link during the walk, and it spares the kernel the walk along the
//! path for every file (a third of the time of an open, five levels deep).

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

// Compiled into tests everywhere, so that it cannot rot on the systems that do not use it.
#[cfg(any(not(unix), test))]
mod portable;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use portable::{Dir, file, read_at, regular_size};
#[cfg(unix)]
pub(crate) use unix::{Dir, file, read_at, regular_size};

/// The longest path that is handed to the system at once. It takes 4,096 bytes on Linux and 1,024 on
/// macOS, but a tree can be deeper than any limit.
pub(crate) const MAX_PATH: usize = 1000;

/// What an entry of a directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Dir,
    /// A symbolic link.
    Link,
    /// A FIFO, a socket or a device.
    Special,
}

/// What to do where the last component of a path is a symbolic link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// Open what it leads to: the user or git named it.
    Follow,
    /// Fail: it was no link when its directory was listed.
    Refuse,
}

/// The path that the system knows by these bytes.
pub(crate) fn os_path(bytes: &[u8]) -> Cow<'_, Path> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        Cow::Borrowed(Path::new(std::ffi::OsStr::from_bytes(bytes)))
    }
    // Elsewhere names are Unicode. One that is not cannot be opened again and ends as a skip.
    #[cfg(not(unix))]
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(text) => Cow::Borrowed(Path::new(text)),
        Cow::Owned(text) => Cow::Owned(text.into()),
    }
}

/// Makes the path of a directory the start of the paths of its entries.
pub(crate) fn enter(path: &mut Vec<u8>) {
    if !path.is_empty() && !path.ends_with(b"/") {
        path.push(b'/');
    }
}

/// Reads a regular file of at most `max` bytes.
pub(crate) fn read_small(path: &[u8], max: usize, links: Links) -> io::Result<Vec<u8>> {
    read_up_to(file(path, links)?, max)
}

/// Reads an open file that must be regular and hold at most `max` bytes.
pub(crate) fn read_up_to(file: File, max: usize) -> io::Result<Vec<u8>> {
    if regular_size(&file)?.is_none() {
        return Err(io::Error::new(
            ErrorKind::InvalidInput,
            "not a regular file",
        ));
    }
    let mut content = Vec::new();
    file.take(max as u64 + 1).read_to_end(&mut content)?;
    if content.len() > max {
        let detail = format!("larger than {max} bytes");
        return Err(io::Error::new(ErrorKind::FileTooLarge, detail));
    }
    Ok(content)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::source::testing::Scene;

    /// Both ways of opening, held to the same.
    macro_rules! opens {
        ($name:ident) => {
            #[test]
            fn $name() {
                let scene = Scene::new();
                scene.file("dir/a", "1234").dir("dir/b");
                std::os::unix::fs::symlink("a", scene.path("dir/c")).unwrap();
                let _socket = std::os::unix::net::UnixListener::bind(scene.path("dir/d")).unwrap();
                let path = |name: &str| scene.path(name).into_os_string().into_encoded_bytes();

                let dir = super::$name::Dir::open(&path("dir"), Links::Refuse).unwrap();
                let mut entries = Vec::new();
                dir.list(&mut Vec::new(), |name, kind| {
                    entries.push((name.to_vec(), kind))
                })
                .unwrap();
                entries.sort();
                let expected = [
                    (b"a", Kind::File),
                    (b"b", Kind::Dir),
                    (b"c", Kind::Link),
                    (b"d", Kind::Special),
                ];
                assert_eq!(entries, expected.map(|(name, kind)| (name.to_vec(), kind)));

                let above = super::$name::Dir::open(&path("."), Links::Refuse).unwrap();
                assert!(above.dir(b"dir/b").is_ok() && above.dir(b"dir/c").is_err());
                assert_eq!(dir.link(b"c").unwrap(), b"a");
                let size = |file| super::$name::regular_size(&file).unwrap();
                assert_eq!(size(dir.file(b"a").unwrap()), Some(4));
                assert_eq!(
                    size(super::$name::file(&path("dir/c"), Links::Follow).unwrap()),
                    Some(4)
                );
                assert!(super::$name::file(&path("dir/c"), Links::Refuse).is_err());
                assert!(dir.file(b"c").is_err() && dir.file(b"d").is_err());

                let none = super::$name::Dir::open(&path("dir/a"), Links::Follow);
                assert_eq!(none.err().unwrap().kind(), ErrorKind::NotADirectory);
                let none = super::$name::Dir::open(&path("e"), Links::Follow);
                assert_eq!(none.err().unwrap().kind(), ErrorKind::NotFound);
                assert!(
                    super::$name::Dir::open(b"", Links::Refuse).is_ok(),
                    "the current directory"
                );
            }
        };
    }
    opens!(unix);
    opens!(portable);

    #[test]
    fn only_small_regular_files_are_read_as_small() {
        let scene = Scene::new();
        scene.file("a", "1234");
        let path = |name: &str| scene.path(name).into_os_string().into_encoded_bytes();
        assert_eq!(read_small(&path("a"), 4, Links::Refuse).unwrap(), b"1234");
        let error = read_small(&path("a"), 3, Links::Refuse).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        assert!(read_small(&path("."), 9, Links::Refuse).is_err());
    }

    #[test]
    fn a_path_of_many_pieces_leads_to_the_same_file() {
        let scene = Scene::new();
        scene.file("a/b", "1234");
        let mut path = scene.path("a").into_os_string().into_encoded_bytes();
        path.extend_from_slice(&b"/../////a".repeat(1000));
        path.extend_from_slice(b"/b");
        assert_eq!(read_small(&path, 4, Links::Refuse).unwrap(), b"1234");
        assert!(read_small(&[b'a'; 5000], 4, Links::Refuse).is_err());
    }
}
