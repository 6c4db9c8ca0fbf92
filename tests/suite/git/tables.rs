//! Refs as tables, gitformat-reftable(5): an older git cannot write them, so we do, as plainly as the format allows.

use std::fs;

use data_encoding::HEXLOWER;

/// Puts the refs of a repository, in which `git` runs git, into a table. git before 2.45 refuses it from then on.
pub fn keep(git: impl Fn(&[&str]) -> String) {
    let head = git(&["symbolic-ref", "HEAD"]);
    let listed = git(&["for-each-ref", "--format=%(refname) %(objectname)"]);
    let git_dir = git(&["rev-parse", "--absolute-git-dir"]);
    let mut records = record("HEAD", 3, &[&[head.len() as u8], head.as_bytes()].concat());
    let mut sha256 = false;
    for (name, id) in listed.lines().filter_map(|line| line.split_once(' ')) {
        sha256 = id.len() == 64;
        let id = HEXLOWER.decode(id.as_bytes()).expect("hex digits");
        records.extend(record(name, 1, &id));
    }
    git(&["config", "core.repositoryFormatVersion", "1"]);
    git(&["config", "extensions.refStorage", "reftable"]);
    let path = |name: &str| format!("{git_dir}/{name}");
    fs::remove_dir_all(path("refs")).expect("a folder");
    let _ = fs::remove_file(path("packed-refs"));
    for folder in ["refs", "reftable"] {
        fs::create_dir(path(folder)).expect("a folder");
    }
    let put = |name: &str, content: &[u8]| fs::write(path(name), content).expect("a file");
    put("HEAD", b"ref: refs/heads/.invalid\n");
    put("refs/heads", b"this repository uses the reftable format\n");
    put("reftable/1.ref", &table(&records, sha256));
    put("reftable/tables.list", b"1.ref\n");
}

/// A record that shares nothing with the one before.
fn record(name: &str, kind: u8, value: &[u8]) -> Vec<u8> {
    let word = name.len() << 3 | usize::from(kind);
    let word = match word {
        0..128 => vec![word as u8],
        _ => vec![(word / 128 - 1) as u8 | 128, (word % 128) as u8],
    };
    [&[0], &*word, name.as_bytes(), &[0], value].concat()
}

/// One block between a header and a footer.
fn table(records: &[u8], sha256: bool) -> Vec<u8> {
    let mut header = vec![b'R', b'E', b'F', b'T', 1 + u8::from(sha256), 0, 0, 0];
    header.extend([1u64.to_be_bytes(), 1u64.to_be_bytes()].concat());
    if sha256 {
        header.extend(b"s256");
    }
    let first = header.len() + 4;
    let length = (first + records.len() + 5) as u32;
    let footer = [&*header, &[0; 40]].concat();
    let mut sum = flate2::Crc::new();
    sum.update(&footer);
    let mut table = header;
    table.push(b'r');
    table.extend(&length.to_be_bytes()[1..]);
    table.extend(records);
    table.extend([0, 0, first as u8, 0, 1]);
    table.extend(footer);
    table.extend(sum.sum().to_be_bytes());
    table
}
