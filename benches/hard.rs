//! Writes repositories that are hard to read: packs that git takes for sound, made to cost memory or time. To
//! be read by `benches/history.sh --hard`. See `benches/README.md`.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use matterleaks::detect::mint;
use sha1::{Digest, Sha1};

const MB: usize = 1_000_000;

/// What a repository is called, and what writes its objects.
type Scene = (&'static str, fn(&mut Pack) -> io::Result<()>);

const SCENES: [Scene; 9] = [
    ("chain", chain),
    ("wide", wide),
    ("wide-large", wide_large),
    ("deep-wide", deep_wide),
    ("crumbs", crumbs),
    ("huge", |pack| huge(pack, true)),
    ("huge-without", |pack| huge(pack, false)),
    ("huge-delta", huge_delta),
    ("bomb", bomb),
];

fn main() -> io::Result<()> {
    // Cargo adds an option of its own.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut arguments = arguments
        .iter()
        .filter(|argument| !argument.starts_with('-'));
    let Some(folder) = arguments.next() else {
        let names: Vec<&str> = SCENES.iter().map(|(name, _)| *name).collect();
        say(&format!(
            "usage: cargo bench --bench hard -- FOLDER [{}]...",
            names.join("|")
        ));
        return Ok(());
    };
    let wanted: Vec<&String> = arguments.collect();
    for (name, write) in SCENES {
        if !wanted.is_empty() && !wanted.iter().any(|wanted| *wanted == name) {
            continue;
        }
        let repository = Path::new(folder).join(name);
        if repository.exists() {
            say(&format!("{name}: is there already"));
            continue;
        }
        let mut pack = Pack::create(&repository)?;
        write(&mut pack)?;
        let (objects, bytes) = pack.finish()?;
        say(&format!("{name}: {objects} objects, {bytes} bytes"));
    }
    Ok(())
}

fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// 4,095 deltas of 1 MB, each on the one before: all of them would take 4 GB.
fn chain(pack: &mut Pack) -> io::Result<()> {
    let mut random = Random(1);
    let mut text = random.text(MB);
    let mut base = pack.whole(Kind::Blob, &text)?;
    for n in 1..=4095 {
        let edit = random.edit(text.len(), n == 4095);
        base = pack.delta(&base, &edit)?;
        edit.apply(&mut text);
    }
    let tip = id(Kind::Blob, &text);
    pack.commit(&[("tip", tip)])
}

/// 20,000 deltas on one object of 1 MB.
fn wide(pack: &mut Pack) -> io::Result<()> {
    let mut random = Random(2);
    let mut text = random.text(MB);
    let first = id(Kind::Blob, &text);
    let base = pack.whole(Kind::Blob, &text)?;
    let mut last = None;
    for n in 1..=20_000 {
        let edit = random.edit(text.len(), n == 20_000);
        pack.delta(&base, &edit)?;
        last = Some(edit);
    }
    if let Some(edit) = last {
        edit.apply(&mut text);
    }
    pack.commit(&[("base", first), ("last", id(Kind::Blob, &text))])
}

/// 200 deltas on one object of 20 MB, and two on each of them: a walk must keep two levels.
fn wide_large(pack: &mut Pack) -> io::Result<()> {
    let mut random = Random(3);
    let mut text = random.text(20 * MB);
    let first = id(Kind::Blob, &text);
    let base = pack.whole(Kind::Blob, &text)?;
    let mut path = Vec::new();
    for n in 1..=200 {
        let edit = random.edit(text.len(), false);
        let middle = pack.delta(&base, &edit)?;
        let leaves = [
            random.edit(text.len(), false),
            random.edit(text.len(), n == 200),
        ];
        for leaf in &leaves {
            pack.delta(&middle, leaf)?;
        }
        let [_, leaf] = leaves;
        path = vec![edit, leaf];
    }
    path.iter().for_each(|edit| edit.apply(&mut text));
    pack.commit(&[("base", first), ("last", id(Kind::Blob, &text))])
}

/// 50,000 deltas of 100 kB in a tree: half of them on one of the last twenty, half on any before.
fn deep_wide(pack: &mut Pack) -> io::Result<()> {
    const COUNT: usize = 50_000;
    let mut random = Random(4);
    let mut text = random.text(100_000);
    let first = id(Kind::Blob, &text);
    let mut objects = vec![(pack.whole(Kind::Blob, &text)?, 0, Edit::default())];
    for n in 1..=COUNT {
        let back = match random.below(2) {
            0 => 1 + random.below(n.min(20)),
            _ => 1 + random.below(n),
        };
        let base = n - back;
        let edit = random.edit(text.len(), n == COUNT);
        let object = pack.delta(&objects[base].0, &edit)?;
        objects.push((object, base, edit));
    }
    let (mut path, mut at) = (Vec::new(), COUNT);
    while at > 0 {
        path.push(at);
        at = objects[at].1;
    }
    let path = path.into_iter().rev();
    path.for_each(|at| objects[at].2.apply(&mut text));
    pack.commit(&[("base", first), ("last", id(Kind::Blob, &text))])
}

/// 20 objects of 7 MB, of which each byte but the first is copied by itself.
fn crumbs(pack: &mut Pack) -> io::Result<()> {
    const SIZE: usize = 7 * MB;
    let mut random = Random(8);
    let text = random.text(MB);
    let base = pack.whole(Kind::Blob, &text)?;
    for n in 0..20 {
        // Three bytes an instruction: this one from here, so many.
        let step = [0x91, n, 1];
        let mut delta = Vec::new();
        number(&mut delta, base.size);
        number(&mut delta, 1 + SIZE);
        delta.extend([1, n]);
        delta.extend(step.iter().cycle().take(SIZE * step.len()));
        let offset = pack.place()?;
        let far = back(offset - base.offset);
        pack.entry(6, delta.len() as u64, &far, &delta)?;
    }
    let small = beside(pack, &mut random)?;
    pack.commit(&[("base", id(Kind::Blob, &text)), ("small", small)])
}

/// What takes the most memory if it is held: 1.5 GB.
const HUGE: u64 = 1_500_000_000;

/// One object that is not told as a delta, with a credential at its end or without. And a small one with another
/// credential, which is to be found whatever becomes of the large one.
fn huge(pack: &mut Pack, credential: bool) -> io::Result<()> {
    let mut random = Random(5);
    let end = if credential {
        random.credential()
    } else {
        String::new()
    };
    let text = Long::new(&mut random, HUGE, end);
    let [large] = text.ids([""]);
    pack.stream(HUGE, |out| text.write(out))?;
    let small = beside(pack, &mut random)?;
    pack.commit(&[("large", large), ("small", small)])
}

/// An object of 1.5 GB that is told as a delta on another one: it cannot be had without either of them.
fn huge_delta(pack: &mut Pack) -> io::Result<()> {
    let mut random = Random(6);
    let text = Long::new(&mut random, HUGE, String::new());
    let start = "something else";
    let [first, second] = text.ids(["", start]);
    let base = pack.stream(HUGE, |out| text.write(out))?;
    let edit = Edit {
        at: 0..start.len(),
        insert: start.to_owned(),
    };
    pack.delta(&base, &edit)?;
    let small = beside(pack, &mut random)?;
    pack.commit(&[("first", first), ("second", second), ("small", small)])
}

/// Two objects that say of themselves that they have 2^40 bytes: one that is whole, and one that is a delta. And a
/// delta of 1 MB that inflates to 1 GB of instructions. git does not take them, so they get ids that nothing has.
fn bomb(pack: &mut Pack) -> io::Result<()> {
    const SIZE: u64 = 1 << 40;
    let mut random = Random(7);
    pack.index = Some(Vec::new());
    let whole = pack.entry(3, SIZE, &[], b"not as much as was said")?;
    let text = random.text(MB);
    let base = pack.whole(Kind::Blob, &text)?;
    let mut delta = Vec::new();
    number(&mut delta, base.size);
    number(&mut delta, SIZE);
    copy(&mut delta, 0..base.size);
    let offset = pack.place()?;
    let far = back(offset - base.offset);
    let told = pack.entry(6, delta.len() as u64, &far, &delta)?;
    // Instructions that copy one byte each.
    let step = [0x91, 0, 1];
    let mut delta = Vec::new();
    number(&mut delta, base.size);
    number(&mut delta, 1000 * MB / step.len());
    delta.extend(
        step.iter()
            .cycle()
            .take(1000 * MB / step.len() * step.len()),
    );
    let offset = pack.place()?;
    let far = back(offset - base.offset);
    let long = pack.entry(6, delta.len() as u64, &far, &delta)?;
    let small = beside(pack, &mut random)?;
    let made_up = [[0x11; 20], [0x22; 20], [0x33; 20]];
    let places = [whole, told, long];
    (pack.index.iter_mut()).for_each(|index| index.extend(made_up.into_iter().zip(places)));
    pack.commit(&[
        ("base", id(Kind::Blob, &text)),
        ("delta", made_up[1]),
        ("long", made_up[2]),
        ("small", small),
        ("whole", made_up[0]),
    ])
}

/// A small object with a credential.
fn beside(pack: &mut Pack, random: &mut Random) -> io::Result<Id> {
    let text = random.credential();
    pack.whole(Kind::Blob, text.as_bytes())?;
    Ok(id(Kind::Blob, text.as_bytes()))
}

type Id = [u8; 20];

#[derive(Clone, Copy)]
enum Kind {
    Commit,
    Tree,
    Blob,
}

fn id(kind: Kind, data: &[u8]) -> Id {
    let hash = header(kind, data.len() as u64).chain_update(data);
    hash.finalize().into()
}

fn header(kind: Kind, size: u64) -> Sha1 {
    let name = match kind {
        Kind::Commit => "commit",
        Kind::Tree => "tree",
        Kind::Blob => "blob",
    };
    Sha1::new().chain_update(format!("{name} {size}\0"))
}

/// A change of an object: these bytes go, those come.
#[derive(Clone, Default)]
struct Edit {
    at: Range<usize>,
    insert: String,
}

impl Edit {
    fn apply(&self, text: &mut Vec<u8>) {
        text.splice(self.at.clone(), self.insert.bytes());
    }
}

/// The same bytes on every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Lines of numbers.
    fn text(&mut self, length: usize) -> Vec<u8> {
        let mut text = String::with_capacity(length + 32);
        while text.len() < length {
            let _ = writeln!(text, "value {:x}", self.next());
        }
        text.truncate(length);
        text.into_bytes()
    }

    /// A change that leaves the length as it is, or one that brings a credential.
    fn edit(&mut self, length: usize, credential: bool) -> Edit {
        let at = self.below(length - 100);
        let insert = if credential {
            self.credential()
        } else {
            format!("\nnumber {:016x}\n", self.next())
        };
        let end = at + if credential { 0 } else { insert.len() };
        Edit {
            at: at..end,
            insert,
        }
    }

    fn credential(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        let token = mint((u128::from(high) << 64 | u128::from(low)).to_be_bytes());
        format!("\nmattermost_url: https://chat.corp.example\nmattermost_token: {token}\n")
    }
}

/// A text too long to be held: the same block again and again, and an end.
struct Long {
    block: Vec<u8>,
    size: u64,
    end: String,
}

impl Long {
    fn new(random: &mut Random, size: u64, end: String) -> Long {
        let block = random.text(MB);
        Long { block, size, end }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut left = self.size - self.end.len() as u64;
        while left > 0 {
            let length = left.min(self.block.len() as u64) as usize;
            out.write_all(&self.block[..length])?;
            left -= length as u64;
        }
        out.write_all(self.end.as_bytes())
    }

    /// The ids of the text, each with another start.
    fn ids<const N: usize>(&self, starts: [&str; N]) -> [Id; N] {
        starts.map(|start| {
            let mut hash = Hashing {
                hash: header(Kind::Blob, self.size),
                instead: start.as_bytes(),
            };
            self.write(&mut hash).expect("a hash takes everything");
            hash.hash.finalize().into()
        })
    }
}

/// Hashes what is written, the first bytes replaced.
struct Hashing<'a> {
    hash: Sha1,
    instead: &'a [u8],
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let replaced = self.instead.len().min(bytes.len());
        self.hash.update(&self.instead[..replaced]);
        self.instead = &self.instead[replaced..];
        self.hash.update(&bytes[replaced..]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An object that was written.
struct Object {
    offset: u64,
    size: usize,
}

/// A pack that is being written, in a new bare repository.
struct Pack {
    repository: PathBuf,
    file: BufWriter<File>,
    count: u32,
    /// The objects, where git cannot be asked for an index.
    index: Option<Vec<(Id, u64)>>,
}

impl Pack {
    fn create(repository: &Path) -> io::Result<Pack> {
        for folder in ["objects/pack", "refs/heads"] {
            fs::create_dir_all(repository.join(folder))?;
        }
        fs::write(repository.join("HEAD"), "ref: refs/heads/main\n")?;
        fs::write(
            repository.join("config"),
            "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
        )?;
        let file = File::options()
            .create_new(true)
            .read(true)
            .write(true)
            .open(repository.join("objects/pack/pack-hard.pack"))?;
        let mut file = BufWriter::new(file);
        // How many objects there are is known at the end.
        file.write_all(b"PACK\0\0\0\x02\0\0\0\0")?;
        Ok(Pack {
            repository: repository.to_owned(),
            file,
            count: 0,
            index: None,
        })
    }

    fn place(&mut self) -> io::Result<u64> {
        self.file.stream_position()
    }

    /// Begins an entry: where it lies.
    fn begin(&mut self, kind: u8, size: u64, base: &[u8]) -> io::Result<u64> {
        self.count += 1;
        let offset = self.place()?;
        let mut head = vec![kind << 4 | (size & 0x0f) as u8];
        if size >> 4 > 0 {
            head[0] |= 0x80;
            number(&mut head, (size >> 4) as usize);
        }
        head.extend_from_slice(base);
        self.file.write_all(&head)?;
        Ok(offset)
    }

    fn entry(&mut self, kind: u8, size: u64, base: &[u8], data: &[u8]) -> io::Result<u64> {
        let offset = self.begin(kind, size, base)?;
        let mut zlib = ZlibEncoder::new(&mut self.file, Compression::fast());
        zlib.write_all(data)?;
        zlib.finish()?;
        Ok(offset)
    }

    fn whole(&mut self, kind: Kind, data: &[u8]) -> io::Result<Object> {
        let number = match kind {
            Kind::Commit => 1,
            Kind::Tree => 2,
            Kind::Blob => 3,
        };
        let offset = self.entry(number, data.len() as u64, &[], data)?;
        if let Some(index) = &mut self.index {
            index.push((id(kind, data), offset));
        }
        Ok(Object {
            offset,
            size: data.len(),
        })
    }

    /// A blob that is written as it is made.
    fn stream(
        &mut self,
        size: u64,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<Object> {
        let offset = self.begin(3, size, &[])?;
        let mut zlib = ZlibEncoder::new(&mut self.file, Compression::fast());
        write(&mut zlib)?;
        zlib.finish()?;
        Ok(Object {
            offset,
            size: size as usize,
        })
    }

    /// A blob that is told by what differs from another one.
    fn delta(&mut self, base: &Object, edit: &Edit) -> io::Result<Object> {
        let size = base.size - edit.at.len() + edit.insert.len();
        let mut delta = Vec::new();
        number(&mut delta, base.size);
        number(&mut delta, size);
        copy(&mut delta, 0..edit.at.start);
        for piece in edit.insert.as_bytes().chunks(127) {
            delta.push(piece.len() as u8);
            delta.extend_from_slice(piece);
        }
        copy(&mut delta, edit.at.end..base.size);
        let offset = self.place()?;
        self.entry(6, delta.len() as u64, &back(offset - base.offset), &delta)?;
        Ok(Object { offset, size })
    }

    /// A commit that holds these blobs, under their names in order, and a branch that leads to it.
    fn commit(&mut self, blobs: &[(&str, Id)]) -> io::Result<()> {
        let mut tree = Vec::new();
        for (name, id) in blobs {
            tree.extend_from_slice(format!("100644 {name}\0").as_bytes());
            tree.extend_from_slice(id);
        }
        self.whole(Kind::Tree, &tree)?;
        let who = "a <a@corp.example> 1700000000 +0000";
        let tree = hex(&id(Kind::Tree, &tree));
        let commit = format!("tree {tree}\nauthor {who}\ncommitter {who}\n\nhard to read\n");
        self.whole(Kind::Commit, commit.as_bytes())?;
        let branch = self.repository.join("refs/heads/main");
        fs::write(branch, hex(&id(Kind::Commit, commit.as_bytes())) + "\n")
    }

    /// Ends the pack and has it indexed: how many objects it has, and how many bytes.
    fn finish(mut self) -> io::Result<(u32, u64)> {
        self.file.flush()?;
        let file = self.file.get_mut();
        file.seek(SeekFrom::Start(8))?;
        file.write_all(&self.count.to_be_bytes())?;
        file.rewind()?;
        let mut hash = Sha1::new();
        let mut buffer = vec![0; MB];
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            hash.update(&buffer[..read]);
        }
        let checksum: Id = hash.finalize().into();
        file.write_all(&checksum)?;
        let bytes = file.stream_position()?;
        let name = self.repository.join("objects/pack/pack-hard.pack");
        match self.index {
            Some(index) => fs::write(name.with_extension("idx"), told(index, &checksum))?,
            None => {
                let index = Command::new("git").arg("index-pack").arg(&name).output()?;
                if !index.status.success() {
                    let told = String::from_utf8_lossy(&index.stderr).into_owned();
                    return Err(io::Error::other(told));
                }
            }
        }
        Ok((self.count, bytes))
    }
}

/// An index of version 2.
fn told(mut objects: Vec<(Id, u64)>, pack: &Id) -> Vec<u8> {
    objects.sort_unstable();
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for first in 0..=255 {
        let count = objects.iter().filter(|(id, _)| id[0] <= first).count();
        index.extend_from_slice(&(count as u32).to_be_bytes());
    }
    objects
        .iter()
        .for_each(|(id, _)| index.extend_from_slice(id));
    // The checksums of entries, which nobody looks at.
    objects
        .iter()
        .for_each(|_| index.extend_from_slice(&[0; 4]));
    for (_, offset) in &objects {
        index.extend_from_slice(&(*offset as u32).to_be_bytes());
    }
    index.extend_from_slice(pack);
    let checksum: Id = Sha1::digest(&index).into();
    index.extend_from_slice(&checksum);
    index
}

fn hex(id: &Id) -> String {
    id.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A number as packs have it: seven bits a byte, the lowest first.
fn number(out: &mut Vec<u8>, value: impl TryInto<u64>) {
    let mut value = value.try_into().unwrap_or(u64::MAX);
    while value > 0x7f {
        out.push(value as u8 & 0x7f | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// How far back the base of a delta lies: seven bits a byte, the highest first, and one more than it says for each
/// byte but the last.
fn back(mut distance: u64) -> Vec<u8> {
    let mut bytes = vec![distance as u8 & 0x7f];
    distance >>= 7;
    while distance > 0 {
        distance -= 1;
        bytes.insert(0, distance as u8 & 0x7f | 0x80);
        distance >>= 7;
    }
    bytes
}

/// What copies a part of the base, at most 16 MB at a time.
fn copy(delta: &mut Vec<u8>, range: Range<usize>) {
    let mut at = range.start;
    while at < range.end {
        let length = (range.end - at).min(0xff_ffff);
        let mut instruction = vec![0x80];
        let numbers = [(at, 4, 0), (length, 3, 4)];
        for (value, bytes, bit) in numbers {
            for n in 0..bytes {
                let byte = (value >> (8 * n)) as u8;
                if byte != 0 {
                    instruction[0] |= 1 << (bit + n);
                    instruction.push(byte);
                }
            }
        }
        delta.append(&mut instruction);
        at += length;
    }
}
