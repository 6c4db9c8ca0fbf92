//! What stands beside a document: a token and its server are often written in two files side by side.

use std::collections::BTreeMap;

use super::Shown;
use super::locate::Map;
use crate::detect::{Detector, Window};
use crate::finding::{ObjectId, Place, Untrusted};
use crate::sighting::Server;
use crate::source;

/// Servers named by the files of a directory, read only when a token beside them wants one.
pub(super) struct Neighbours<'a, 'r> {
    detector: &'a Detector<'r>,
    /// By directory and product: each file that names servers.
    directories: BTreeMap<(Vec<u8>, usize), Vec<Named>>,
    /// The same for folders of repositories.
    folders: BTreeMap<(ObjectId, Vec<u8>, usize), Vec<Named>>,
}

/// A file and the servers that it names.
type Named = (Vec<u8>, Vec<Server>);

/// A sibling larger than this names no server that matters here.
const SIBLING: usize = 1 << 20;

impl<'a, 'r> Neighbours<'a, 'r> {
    pub(super) fn new(detector: &'a Detector<'r>) -> Neighbours<'a, 'r> {
        Neighbours {
            detector,
            directories: BTreeMap::new(),
            folders: BTreeMap::new(),
        }
    }

    /// The servers of a document's siblings, best sibling first. `map` is that of its repository.
    pub(super) fn of(
        &mut self,
        document: &Shown,
        map: Option<&Map<'_>>,
    ) -> Vec<(Untrusted, Server)> {
        let product = document.product;
        let object = document.origin.git.as_ref().and_then(|git| git.object);
        match (document.origin.place, map.zip(object)) {
            (Place::File, _) => self.of_file(document.origin.path.expose(), product),
            (Place::Blob | Place::Index, Some((map, object))) => {
                // In the work tree there are files beside it that git does not know.
                let mut servers = Vec::new();
                for file in map.files(&object) {
                    servers.extend(self.of_file(file, product));
                }
                // It may stand in several folders: the first that names a server.
                let mut folders = match servers[..] {
                    [] => map.folders(&object).into_iter(),
                    _ => Vec::new().into_iter(),
                };
                while servers.is_empty()
                    && let Some((path, folder)) = folders.next()
                {
                    servers = self.of_blob(map, &path, folder, product);
                }
                servers
            }
            _ => Vec::new(),
        }
    }

    fn of_file(&mut self, path: &[u8], product: usize) -> Vec<(Untrusted, Server)> {
        let directory = path[..path.iter().rposition(|&b| b == b'/').map_or(0, |i| i + 1)].to_vec();
        let detector = self.detector;
        let files = self
            .directories
            .entry((directory, product))
            .or_insert_with(|| {
                let siblings = source::siblings::siblings(path).unwrap_or_default();
                let named = siblings.into_iter().filter_map(|sibling| {
                    // What cannot be read was reported by the walk if it was in scope.
                    let content = source::siblings::read_small(&sibling, SIBLING).ok()?;
                    named(detector, product, sibling, &content)
                });
                named.collect()
            });
        ranked(files, path)
    }

    fn of_blob(
        &mut self,
        map: &Map<'_>,
        path: &[u8],
        folder: ObjectId,
        product: usize,
    ) -> Vec<(Untrusted, Server)> {
        let directory = path[..path.iter().rposition(|&b| b == b'/').map_or(0, |i| i + 1)].to_vec();
        let detector = self.detector;
        // The same folder may stand at several paths, and rules look at paths.
        let key = (folder, directory.clone(), product);
        let files = self.folders.entry(key).or_insert_with(|| {
            let blobs = map.blobs(folder, source::siblings::MAX_SIBLINGS);
            let named = blobs.into_iter().filter_map(|(name, id)| {
                let content = map.content(&id, SIBLING)?;
                named(detector, product, [&*directory, &*name].concat(), &content)
            });
            named.collect()
        });
        ranked(files, path)
    }
}

/// The servers that a file names, if it speaks of the product.
fn named(detector: &Detector<'_>, product: usize, path: Vec<u8>, content: &[u8]) -> Option<Named> {
    if !detector.products(&path, content).contains(&product) {
        return None;
    }
    let servers = detector.servers(product, &path, &Window::whole(content));
    (!servers.is_empty()).then_some((path, servers))
}

/// The servers of a document's siblings, those of the closest name first.
fn ranked(files: &[Named], path: &[u8]) -> Vec<(Untrusted, Server)> {
    let mut ranked: Vec<_> = files
        .iter()
        .filter(|(sibling, _)| sibling != path)
        .collect();
    ranked.sort_by_key(|(sibling, _)| std::cmp::Reverse(closeness(path, sibling)));
    let servers = ranked.into_iter().flat_map(|(sibling, named)| {
        let sibling = Untrusted::new(sibling);
        named
            .iter()
            .map(move |server| (sibling.clone(), server.clone()))
    });
    servers.collect()
}

/// How much two file names of one directory belong together: the words that they share.
fn closeness(a: &[u8], b: &[u8]) -> usize {
    let words = |path: &[u8]| -> Vec<String> {
        let name = path
            .rsplit(|&b| b == b'/')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        name.split(|b| !b.is_ascii_alphanumeric())
            .filter(|w| !w.is_empty())
            .map(|w| String::from_utf8_lossy(w).into_owned())
            .collect()
    };
    let (a, b) = (words(a), words(b));
    a.iter().filter(|word| b.contains(word)).count()
}
