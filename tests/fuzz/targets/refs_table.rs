//! Tables of refs: no bytes crash the reader, and it tells no more than a multiple of them.
#![no_main]

use std::io::Cursor;
use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use matterleaks::git::refs::{Record, Table};

fuzz_target!(|bytes: &[u8]| {
    let size = bytes.len() as u64;
    for id_length in [20, 32] {
        let Ok(table) = Table::open(Cursor::new(bytes), size, id_length) else {
            continue;
        };
        let mut told = 0;
        let _ = table.records(true, |record| {
            let (Record::Ref(name, _) | Record::Log(name, ..)) = record;
            told += name.len() as u64;
            ControlFlow::Continue(())
        });
        assert!(told <= 32 * size + (16 << 20));
    }
});
