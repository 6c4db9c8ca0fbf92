//! Any object, by its id: loose or packed, as a delta on others or not, here or in an alternate.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::delta;
use super::loose::{self, Loose};
use super::object::{Object, ObjectKind, Objects, ReadError};
use super::pack::{Entry, Pack, Tools};
use super::small::Trouble;
use crate::finding::{ObjectId, SkipReason};
use crate::open;

/// A folder of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectDir {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it belongs to this repository. Of an alternate, only what this repository reaches is ours.
    pub own: bool,
}

/// A pack, and whose it is.
#[derive(Clone)]
pub struct Packed {
    /// The pack.
    pub pack: Arc<Pack>,
    /// As in [`ObjectDir::own`].
    pub own: bool,
}

/// All that objects of one repository are read from.
pub struct Store {
    /// Its folders, own ones first.
    pub dirs: Vec<ObjectDir>,
    packs: Vec<Packed>,
    id_length: usize,
    /// How many bytes may be used to rebuild one object: it, what it copies from, and the delta.
    limit: usize,
    cache: Mutex<Cache>,
}

/// Objects that were read last: trees of one path, bases of one chain.
#[derive(Default)]
struct Cache {
    objects: HashMap<(usize, u64), Arc<Object>>,
    bytes: usize,
}

/// Bytes of objects that are kept, and of the largest one that is.
const CACHE: usize = 16 << 20;
const CACHED: usize = 1 << 20;

/// The longest chain of deltas. git makes none of more than 4,095.
const LONGEST_CHAIN: usize = 1 << 16;

impl Store {
    /// Opens every pack. What cannot be opened is told; the rest is read.
    pub fn open(dirs: Vec<ObjectDir>, id_length: usize, limit: usize) -> (Store, Vec<Trouble>) {
        let mut store = Store {
            dirs,
            packs: Vec::new(),
            id_length,
            limit,
            cache: Mutex::default(),
        };
        let unusable = store.open_packs();
        (store, unusable)
    }

    /// Opens packs that were not there before: git packs what was loose, and replaces packs. How many are
    /// new.
    pub fn reopen(&mut self) -> (usize, Vec<Trouble>) {
        let before = self.packs.len();
        let mut unusable = self.open_packs();
        // Only now: an index comes last.
        for dir in &self.dirs {
            let error = io::Error::new(io::ErrorKind::InvalidData, "a pack without an index");
            let packs = without_index(&dir.path.join("pack")).unwrap_or_default();
            unusable.extend(packs.iter().map(|pack| trouble(pack, &error)));
        }
        (self.packs.len() - before, unusable)
    }

    fn open_packs(&mut self) -> Vec<Trouble> {
        let mut unusable = Vec::new();
        for dir in &self.dirs {
            let folder = dir.path.join("pack");
            let indexes = match indexes(&folder) {
                Ok(indexes) => indexes,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => {
                    unusable.push(trouble(&folder, &error));
                    continue;
                }
            };
            for index in indexes {
                let known = index.with_extension("pack");
                if self.packs.iter().any(|packed| packed.pack.path == known) {
                    continue;
                }
                match Pack::open(&index, self.id_length) {
                    Ok(pack) => self.packs.push(Packed {
                        pack: Arc::new(pack),
                        own: dir.own,
                    }),
                    Err(error) => unusable.push(trouble(&index, &error)),
                }
            }
        }
        unusable
    }

    /// The packs, in order of their folders and names.
    pub fn packs(&self) -> &[Packed] {
        &self.packs
    }

    /// How many bytes may be used to rebuild one object.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// A loose object.
    pub fn loose(&self, id: &ObjectId) -> Result<Loose, ReadError> {
        let mut result = Err(ReadError::Missing);
        for dir in &self.dirs {
            result = Loose::open(&loose::path(&dir.path, id));
            if result.is_ok() {
                break;
            }
        }
        result
    }

    /// The object that lies at `offset` of the pack of this number.
    pub fn read_packed(&self, pack: usize, offset: u64) -> Result<Arc<Object>, ReadError> {
        let mut tools = Tools::default();
        // From the object down to what is no delta, or is remembered; then up again.
        let (mut at, mut chain) = ((pack, offset), Vec::new());
        let mut object = loop {
            if let Some(object) = self.cached(at) {
                break object;
            }
            if chain.len() > LONGEST_CHAIN {
                return Err(ReadError::Corrupt("an endless chain of deltas"));
            }
            let packed = &self.packs[at.0].pack;
            let head = packed.head(at.1)?;
            match head.entry {
                Entry::Whole(kind) => {
                    let data = self.inflate(at, head.size, &mut tools)?;
                    break self.remember(at, Object { kind, data });
                }
                Entry::OnOffset(base) => {
                    chain.push(at);
                    at.1 = base;
                }
                Entry::OnId(base) => {
                    chain.push(at);
                    // Mostly in the same pack; if not, it may be anywhere.
                    match packed.find(&base)? {
                        Some(offset) => at.1 = offset,
                        None => match self.find(&base)? {
                            Some(place) => at = place,
                            None => break self.loose_object(&base)?,
                        },
                    }
                }
            }
        };
        while let Some(at) = chain.pop() {
            let delta = self.inflate(at, self.packs[at.0].pack.head(at.1)?.size, &mut tools)?;
            let (sizes, instructions) =
                delta::header(&delta).ok_or(ReadError::Corrupt("header of a delta"))?;
            let needs = sizes
                .result
                .saturating_add((delta.len() + object.data.len()) as u64);
            if needs > self.limit as u64 {
                return Err(ReadError::TooLarge(needs));
            }
            let result = sizes.result as usize;
            let mut data = Vec::new();
            (data.try_reserve_exact(result)).map_err(|_| ReadError::TooLarge(sizes.result))?;
            if sizes.base != object.data.len() as u64 {
                return Err(ReadError::Corrupt("a delta on something else"));
            }
            delta::make(sizes, instructions, &delta, &object.data, &mut data)?;
            let kind = object.kind;
            object = self.remember(at, Object { kind, data });
        }
        Ok(object)
    }

    fn loose_object(&self, id: &ObjectId) -> Result<Arc<Object>, ReadError> {
        let loose = self.loose(id)?;
        let kind = loose.kind;
        let data = loose.read(self.limit)?;
        Ok(Arc::new(Object { kind, data }))
    }

    fn inflate(
        &self,
        at: (usize, u64),
        size: u64,
        tools: &mut Tools,
    ) -> Result<Vec<u8>, ReadError> {
        if size > self.limit as u64 {
            return Err(ReadError::TooLarge(size));
        }
        // A stream cannot be longer than this for what it holds, whatever it is made of.
        let longest = size as usize + (size as usize >> 8) + (1 << 10);
        let mut data = Vec::new();
        let head = self.packs[at.0]
            .pack
            .load(at.1, longest, || longest, tools)?;
        tools.inflate(&head, &mut data)?;
        Ok(data)
    }

    fn cached(&self, at: (usize, u64)) -> Option<Arc<Object>> {
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.objects.get(&at).cloned()
    }

    fn remember(&self, at: (usize, u64), object: Object) -> Arc<Object> {
        let object = Arc::new(object);
        let size = object.data.len();
        if size <= CACHED {
            let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            if cache.bytes + size > CACHE {
                *cache = Cache::default();
            }
            if cache.objects.insert(at, Arc::clone(&object)).is_none() {
                cache.bytes += size;
            }
        }
        object
    }

    /// The number of the pack and the offset at which an object lies.
    pub fn find(&self, id: &ObjectId) -> io::Result<Option<(usize, u64)>> {
        for (number, packed) in self.packs.iter().enumerate() {
            if let Some(offset) = packed.pack.find(id)? {
                return Ok(Some((number, offset)));
            }
        }
        Ok(None)
    }

    /// Reads an object, shared with the cache.
    pub fn object(&self, id: &ObjectId) -> Result<Arc<Object>, ReadError> {
        let mut failed = None;
        // A copy that is broken does not hide one that is not.
        for (number, packed) in self.packs.iter().enumerate() {
            let found = packed.pack.find(id).map_err(ReadError::from);
            match found.and_then(|offset| offset.map(|at| self.read_packed(number, at)).transpose())
            {
                Ok(Some(object)) => return Ok(object),
                Ok(None) => {}
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        match self.loose_object(id) {
            Err(ReadError::Missing) => Err(failed.unwrap_or(ReadError::Missing)),
            result => result,
        }
    }

    /// What an object is, decoding as little as can be.
    pub fn kind(&self, id: &ObjectId) -> Result<ObjectKind, ReadError> {
        match self.loose(id) {
            Ok(loose) => Ok(loose.kind),
            Err(_) => self.object(id).map(|object| object.kind),
        }
    }

    /// A blob as a stream, for one that is too large to be held: where it is no delta. It fails where the
    /// content is not as long as it says.
    pub fn stream(&self, id: &ObjectId) -> Result<Exactly<Box<dyn Read + '_>>, ReadError> {
        let (left, inner): (u64, Box<dyn Read>) = match self.find(id)? {
            Some((pack, offset)) => {
                let pack = &self.packs[pack].pack;
                let head = pack.head(offset)?;
                match head.entry {
                    Entry::Whole(_) => (head.size, Box::new(pack.stream(offset)?)),
                    _ => return Err(ReadError::TooLarge(head.size)),
                }
            }
            None => {
                let loose = self.loose(id)?;
                (loose.size, Box::new(loose.content))
            }
        };
        Ok(Exactly { inner, left })
    }
}

/// A stream that must hold so many bytes.
pub struct Exactly<R> {
    inner: R,
    left: u64,
}

impl<R> Exactly<R> {
    /// How many bytes are still to come.
    pub fn left(&self) -> u64 {
        self.left
    }
}

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let short = read == 0 && !buffer.is_empty() && self.left > 0;
        match self.left.checked_sub(read as u64).filter(|_| !short) {
            Some(left) => {
                self.left = left;
                Ok(read)
            }
            None => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "another size than it says",
            )),
        }
    }
}

impl Objects for Store {
    fn read(&self, id: &ObjectId) -> Result<Object, ReadError> {
        self.object(id).map(Arc::unwrap_or_clone)
    }

    fn contains(&self, id: &ObjectId) -> bool {
        matches!(self.find(id), Ok(Some(_))) || self.loose(id).is_ok()
    }

    fn with_prefix(&self, hex: &str) -> Vec<ObjectId> {
        let mut even = hex.to_ascii_lowercase();
        let half = even.len() % 2 == 1;
        even.extend(half.then_some('0'));
        let Ok(prefix) = data_encoding::HEXLOWER.decode(even.as_bytes()) else {
            return Vec::new();
        };
        if hex.len() < 4 || prefix.len() > self.id_length {
            return Vec::new();
        }
        let mut found: Vec<ObjectId> = Vec::new();
        for packed in &self.packs {
            found.extend(packed.pack.with_prefix(&prefix, half).unwrap_or_default());
        }
        for dir in &self.dirs {
            let loose = loose::beginning(&dir.path, prefix[0], self.id_length).unwrap_or_default();
            let hex = hex.to_ascii_lowercase();
            found.extend(
                loose
                    .into_iter()
                    .filter(|id| id.to_string().starts_with(&hex)),
            );
        }
        found.sort_unstable();
        found.dedup();
        found.truncate(2);
        found
    }

    fn id_length(&self) -> usize {
        self.id_length
    }
}

/// The indexes of a folder of packs, in order. As to git, a pack may have any name.
fn indexes(folder: &Path) -> io::Result<Vec<PathBuf>> {
    ending(folder, b".idx")
}

/// Packs that nobody can look anything up in, in order.
fn without_index(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut packs = ending(folder, b".pack")?;
    packs.retain(|pack| !pack.with_extension("idx").exists());
    Ok(packs)
}

/// The files of a folder of packs whose names end so, in order. What a repack that goes on has not put in its
/// place yet holds only copies, and may be gone in a moment.
fn ending(folder: &Path, end: &[u8]) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    let dir = open::Dir::open(folder.as_os_str().as_encoded_bytes(), open::Links::Follow)?;
    dir.list(&mut Vec::new(), |name, _| {
        if name.ends_with(end) && !name.starts_with(b".tmp-") {
            paths.push(folder.join(&*open::os_path(name)));
        }
    })?;
    paths.sort();
    Ok(paths)
}

/// A pack or a folder of objects that cannot be used.
fn trouble(path: &Path, error: &io::Error) -> Trouble {
    let reason = match error.kind() {
        io::ErrorKind::PermissionDenied => SkipReason::PermissionDenied,
        io::ErrorKind::NotFound => SkipReason::Vanished,
        io::ErrorKind::InvalidData => SkipReason::CorruptObject,
        _ => SkipReason::ReadError,
    };
    Trouble::new(path, reason, error.to_string())
}
