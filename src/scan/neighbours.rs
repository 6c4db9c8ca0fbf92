//! What stands beside a document: a token and its server are often written in two files side by side.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::Shown;
use super::chart::{Chart, Folder, directory};
use crate::config;
use crate::detect::{Detector, Window};
use crate::finding::{ObjectId, Place, Untrusted};
use crate::git::tree;
use crate::sighting::Server;
use crate::source;
use crate::suppress::baseline;

/// Servers named by the files of a directory, read only when a token beside them wants one.
pub(super) struct Neighbours<'a, 'r> {
    detector: &'a Detector<'r>,
    /// By directory and product: each file that names servers.
    directories: BTreeMap<(Vec<u8>, usize), Vec<Named>>,
    /// The same for folders of repositories, by their trees too.
    folders: BTreeMap<(Vec<u8>, Option<ObjectId>, usize), Vec<Named>>,
    /// The folders whose files name more servers than are compared.
    pub(super) cut: BTreeSet<Untrusted>,
}

/// A file that names servers.
struct Named {
    path: Vec<u8>,
    servers: Arc<[Server]>,
    /// Whether it names more.
    cut: bool,
}

/// A sibling larger than this names no server that matters here.
const SIBLING: usize = 1 << 20;

/// So many servers of the files of one folder are compared with a token.
const SERVERS: usize = 16 << 10;

/// So many folders are remembered. Documents come in order, so that one is seldom asked for again.
const FOLDERS: usize = 64;

impl<'a, 'r> Neighbours<'a, 'r> {
    pub(super) fn new(detector: &'a Detector<'r>) -> Neighbours<'a, 'r> {
        Neighbours {
            detector,
            directories: BTreeMap::new(),
            folders: BTreeMap::new(),
            cut: BTreeSet::new(),
        }
    }

    /// The servers of a document's siblings, best sibling first. `chart` is that of its repository.
    pub(super) fn of(
        &mut self,
        document: &Shown,
        chart: Option<&dyn Chart>,
    ) -> Vec<(Untrusted, Arc<[Server]>)> {
        let (origin, product) = (&document.origin, document.product);
        match (origin.place, chart) {
            (Place::File, _) => self.of_file(origin.path.expose(), product),
            (Place::Blob | Place::Index, Some(chart)) => {
                // In the work tree there are files beside it that git does not know.
                let mut servers = Vec::new();
                for file in chart.files(origin) {
                    servers.extend(self.of_file(file, product));
                }
                // It may stand in several folders: the first that names a server.
                let mut folders = match servers[..] {
                    [] => chart.folders(origin).into_iter(),
                    _ => Vec::new().into_iter(),
                };
                while servers.is_empty()
                    && let Some(folder) = folders.next()
                {
                    servers = self.of_folder(&folder, product);
                }
                servers
            }
            _ => Vec::new(),
        }
    }

    fn of_file(&mut self, path: &[u8], product: usize) -> Vec<(Untrusted, Arc<[Server]>)> {
        let (detector, cut) = (self.detector, &mut self.cut);
        let key = (directory(path).to_vec(), product);
        let files = remembered(&mut self.directories, key, || {
            let siblings = source::siblings::siblings(path).unwrap_or_default();
            let named = siblings.into_par_iter().filter_map(|sibling| {
                // What cannot be read was reported by the walk if it was in scope.
                let content = source::siblings::read_small(&sibling, SIBLING).ok()?;
                named(detector, product, sibling, &content)
            });
            bounded(named.collect(), directory(path), cut)
        });
        ranked(files, path)
    }

    /// The servers of the files beside the document that stands in a folder of a repository.
    pub(super) fn of_folder(
        &mut self,
        folder: &Folder<'_>,
        product: usize,
    ) -> Vec<(Untrusted, Arc<[Server]>)> {
        let directory = directory(&folder.path);
        let (detector, cut) = (self.detector, &mut self.cut);
        let key = (directory.to_vec(), folder.tree, product);
        let files = remembered(&mut self.folders, key, || {
            let blobs = (folder.files)(source::siblings::MAX_SIBLINGS);
            let named = blobs.into_par_iter().filter_map(|(name, id)| {
                let content = tree::small(folder.store, &id, SIBLING)?;
                named(detector, product, [directory, &name].concat(), &content)
            });
            bounded(named.collect(), directory, cut)
        });
        ranked(files, &folder.path)
    }
}

/// What is remembered of a folder, or is now.
fn remembered<K: Ord>(
    known: &mut BTreeMap<K, Vec<Named>>,
    key: K,
    read: impl FnOnce() -> Vec<Named>,
) -> &[Named] {
    if known.len() >= FOLDERS && !known.contains_key(&key) {
        known.clear();
    }
    known.entry(key).or_insert_with(read)
}

/// The first servers of the files of a folder.
fn bounded(mut files: Vec<Named>, folder: &[u8], cut: &mut BTreeSet<Untrusted>) -> Vec<Named> {
    let mut room = SERVERS;
    files.retain_mut(|file| {
        if file.cut || file.servers.len() > room {
            cut.insert(Untrusted::new(folder));
        }
        if file.servers.len() > room {
            file.servers = file.servers[..room].into();
        }
        room -= file.servers.len();
        !file.servers.is_empty()
    });
    files
}

/// The servers that a file names, if it speaks of the product.
fn named(detector: &Detector<'_>, product: usize, path: Vec<u8>, content: &[u8]) -> Option<Named> {
    let mentioned = || detector.mentions(product, &path) || detector.mentions(product, content);
    if is_ours(&path, content) || !mentioned() {
        return None;
    }
    let found = detector.servers(product, &path, &Window::whole(content));
    let (mut servers, cut) = (found.servers, found.cut);
    // Of a server only its name decides here.
    let mut known = HashSet::new();
    servers.retain_mut(|server| {
        server.setting.chain = Vec::new();
        server.setting.outer = Vec::new();
        server.setting.names.truncate(1);
        let name = server.setting.names.first().cloned();
        !server.other && known.insert((server.url.clone(), server.own, server.keyed, name))
    });
    (!servers.is_empty()).then(|| Named {
        path,
        servers: servers.into(),
        cut,
    })
}

/// Whether a file is written by or for this program. The servers of reports and baselines are those of other tokens,
/// and those of a configuration are no reason to contact anybody.
fn is_ours(path: &[u8], content: &[u8]) -> bool {
    let name = path.rsplit(|byte| *byte == b'/').next();
    name == Some(config::FILE.as_bytes())
        || content.starts_with(baseline::HEAD.as_bytes())
        || is_report(content)
}

/// Whether a file has the keys of a JSON report, however it is laid out.
fn is_report(content: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Keys {
        r#type: Option<String>,
        schema_version: Option<serde::de::IgnoredAny>,
        tool: Option<serde::de::IgnoredAny>,
        secret: Option<serde::de::IgnoredAny>,
        findings: Option<serde::de::IgnoredAny>,
    }
    let content = content.trim_ascii_start();
    if content.first() != Some(&b'{') {
        return false;
    }
    // Of JSON Lines the first.
    let first = serde_json::Deserializer::from_slice(content)
        .into_iter::<Keys>()
        .next();
    first.is_some_and(|keys| {
        keys.is_ok_and(|keys| match keys.r#type.as_deref() {
            Some("finding") => keys.secret.is_some(),
            Some("summary") => keys.tool.is_some(),
            _ => keys.schema_version.is_some() && keys.tool.is_some() && keys.findings.is_some(),
        })
    })
}

/// The servers of a document's siblings, those of the closest name first.
fn ranked(files: &[Named], path: &[u8]) -> Vec<(Untrusted, Arc<[Server]>)> {
    let mut ranked: Vec<&Named> = files.iter().filter(|file| file.path != path).collect();
    ranked.sort_by_key(|file| std::cmp::Reverse(closeness(path, &file.path)));
    let servers = ranked.into_iter();
    let servers = servers.map(|file| (Untrusted::new(&file.path), Arc::clone(&file.servers)));
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
