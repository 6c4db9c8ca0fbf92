//! A second look at one directory. A token and its host often stand in two files side by side; pairing
//! asks for the neighbours of a document that holds one of them, and reads those that look promising.

use std::collections::BTreeSet;
use std::io;

use crate::open::{self, Dir, Kind, Links};

/// How many neighbours are named: more would be a folder of data, not a configuration.
pub const MAX_SIBLINGS: usize = 256;

/// The paths of the other regular files in the directory of the document at `path`, in order, at most
/// [`MAX_SIBLINGS`]. Ignored files are among them, since they serve as context.
pub fn siblings(path: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    let start = path
        .iter()
        .rposition(|&b| b == b'/')
        .map_or(0, |slash| slash + 1);
    let (directory, own) = path.split_at(start);
    let mut names: BTreeSet<Vec<u8>> = BTreeSet::new();
    Dir::open(directory, Links::Follow)?.list(&mut Vec::new(), |name, kind| {
        if kind == Kind::File && name != own && name != b".git" {
            names.insert(name.to_vec());
            if names.len() > MAX_SIBLINGS {
                names.pop_last();
            }
        }
    })?;
    Ok(names
        .into_iter()
        .map(|name| [directory, &name].concat())
        .collect())
}

/// The content of a regular file that is no link and holds at most `max` bytes.
pub fn read_small(path: &[u8], max: usize) -> io::Result<Vec<u8>> {
    open::read_small(path, max, Links::Refuse)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Scene;
    use super::*;

    fn names(scene: &Scene, name: &str) -> Vec<String> {
        let path = |name: &str| scene.path(name).into_os_string().into_encoded_bytes();
        let start = path(".").len() + 1;
        let found = siblings(&path(name)).unwrap();
        found
            .iter()
            .map(|path| String::from_utf8_lossy(&path[start..]).into_owned())
            .collect()
    }

    #[test]
    fn neighbours_are_the_files_of_the_same_folder() {
        let scene = Scene::new();
        scene.file(".gitignore", "ignored").files(&[
            "b/c",
            "d/.git",
            "d/own",
            "d/ignored",
            "d/a",
            "d/e/f",
        ]);
        assert_eq!(names(&scene, "d/own"), ["d/a", "d/ignored"]);
        assert_eq!(names(&scene, "own"), [".gitignore"]);
        // Of a relative path in the current directory, which is the package's for tests.
        assert!(
            siblings(b"Cargo.toml")
                .unwrap()
                .contains(&b"Cargo.lock".to_vec())
        );
        assert!(siblings(b"no/such/file").is_err());
    }

    #[test]
    fn of_many_the_first_are_named() {
        let scene = Scene::new();
        for number in 0..300 {
            scene.file(&format!("{number:03}"), "");
        }
        let found = names(&scene, "000");
        assert_eq!(
            (found.len(), &*found[0], &*found[255]),
            (MAX_SIBLINGS, "001", "256")
        );
    }
}
