//! HEAD alone: what a hook that must be fast needs of all refs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Head, LONGEST_WAY, Reader, Refs, Value, is_own, lead};
use crate::finding::SkipReason;
use crate::git::repository::{RefFormat, Repository};
use crate::git::small::{self, Trouble, path_from};
use crate::open::{Dir, Kind, Links};

impl Refs {
    /// What HEAD is, of the work tree that the repository was opened in. Reads the files on the way to it and
    /// no other ref.
    pub fn head_of(repository: &Repository) -> (Head, Vec<Trouble>) {
        let mut reader = Reader {
            hex: 2 * repository.id_length,
            values: BTreeMap::new(),
            further: Vec::new(),
            troubles: Vec::new(),
        };
        let mut name = b"HEAD".to_vec();
        for _ in 0..=LONGEST_WAY {
            let own = name == b"HEAD" || is_own(&name);
            let folder = if own {
                &repository.git_dir
            } else {
                &repository.common_dir
            };
            if repository.ref_format == RefFormat::Reftable {
                reader.in_stack(folder, &name);
            } else {
                reader.file(folder, &name);
            }
            let files = repository.ref_format == RefFormat::Files;
            if files && !own && !reader.values.contains_key(&name) {
                reader.packed(&repository.common_dir.join("packed-refs"), Some(&name));
            }
            match reader.values.get(&name) {
                Some(Value::Symbolic(next)) if is_below_refs(next) => name = next.clone(),
                Some(Value::Symbolic(_)) => {
                    let what = "it names what is no ref";
                    let path = path_from(folder, &name);
                    (reader.troubles).push(Trouble::new(&path, SkipReason::BadRef, what));
                    reader.values.insert(name, Value::Broken(what));
                    break;
                }
                _ => break,
            }
        }
        (lead(&reader.values, b"HEAD"), reader.troubles)
    }
}

impl Reader {
    /// The ref of that name below a folder, if it is kept in a file of its own.
    fn file(&mut self, folder: &Path, name: &[u8]) {
        let path = path_from(folder, name);
        let kind = match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => return, // of refs whose names go on
            Ok(found) if found.is_symlink() => Kind::Link,
            Ok(found) if found.is_file() => Kind::File,
            Ok(_) => Kind::Special,
            Err(error) if small::is_absent(&error) => return,
            Err(error) => return self.troubles.push(Trouble::failed(&path, &error)),
        };
        let above = path.parent().unwrap_or(folder);
        match Dir::open(small::bytes(above), Links::Follow) {
            Ok(dir) => {
                let file = name.rsplit(|&byte| byte == b'/').next();
                self.one(&dir, file.unwrap_or(name), kind, &path, name.to_vec());
            }
            Err(error) => self.troubles.push(Trouble::failed(&path, &error)),
        }
    }
}

/// Whether a name is that of a ref, and leads nowhere else when it is taken for a path.
fn is_below_refs(name: &[u8]) -> bool {
    let mut parts = name.split(|&byte| byte == b'/');
    name.starts_with(b"refs/")
        && !name.contains(&0)
        && parts.all(|part| !matches!(part, b"" | b"." | b".."))
}
