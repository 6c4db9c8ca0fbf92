//! What only Unix has: links, special files, permissions, names of any bytes.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

#[test]
fn links_are_text_unless_the_user_names_them() {
    let scene = Scene::new();
    scene.file("dir/a", "1");
    symlink("dir", scene.path("to-dir")).unwrap();
    symlink("dir/a", scene.path("to-file")).unwrap();
    symlink("nowhere", scene.path("dangling")).unwrap();
    symlink(".", scene.path("dir/loop")).unwrap();
    let seen = scene.scan(&["."]);
    let link = |name: &str, to: &str| (name.to_owned(), Place::Symlink, to.as_bytes().to_vec());
    let expected = [
        link("dangling", "nowhere"),
        ("dir/a".to_owned(), Place::File, b"1".to_vec()),
        link("dir/loop", "."),
        link("to-dir", "dir"),
        link("to-file", "dir/a"),
    ];
    assert_eq!(seen.documents, expected);
    assert!(seen.coverage.complete());
    assert_eq!(seen.coverage.documents, 5);

    let named = scene.scan(&["to-dir", "to-file", "dangling"]);
    assert_eq!(named.files(), ["to-dir/a", "to-file"]);
    assert_eq!(
        named.skipped,
        ["dangling vanished No such file or directory (os error 2)"]
    );
}

#[test]
fn nothing_special_is_ever_opened() {
    let scene = Scene::new();
    scene.file("a", "");
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    let fifo = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, scene.path("fifo"), fifo, mode, 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(scene.path("socket")).unwrap();
    let seen = scene.scan(&["."]);
    assert_eq!((seen.files(), seen.coverage.special), (vec!["a"], 2));
    assert!(seen.coverage.complete());
    let named = scene.scan(&["fifo", "socket"]);
    let expected = [
        "fifo not_a_file neither a file nor a directory",
        "socket not_a_file neither a file nor a directory",
    ];
    assert_eq!(named.skipped, expected);
}

#[test]
fn names_are_bytes() {
    let scene = Scene::new();
    let name = OsStr::from_bytes(b"caf\xe9 \x1b[31m\n");
    fs::create_dir(scene.path(".").join(name)).unwrap();
    fs::write(scene.path(".").join(name).join(name), "1").unwrap();
    let visitor = Paths::default();
    Files {
        paths: vec![scene.path(".")],
        ..Files::default()
    }
    .visit(&visitor);
    let expected = scene.path(".").join(name).join(name);
    assert_eq!(
        visitor.0.into_inner().unwrap(),
        [expected.as_os_str().as_bytes()]
    );
}

/// Remembers paths as they come.
#[derive(Default)]
struct Paths(Mutex<Vec<Vec<u8>>>);

impl Visit for Paths {
    fn document(
        &self,
        document: crate::source::Document<'_>,
    ) -> std::io::Result<crate::source::Outcome> {
        self.0.lock().unwrap().push(document.path.to_vec());
        Ok(0.into())
    }
}

#[test]
fn what_may_not_be_read_is_a_skip_and_the_rest_is_read() {
    let scene = Scene::new();
    scene.files(&["a", "b", "c/d", "e/f"]);
    for name in ["b", "c"] {
        fs::set_permissions(scene.path(name), fs::Permissions::from_mode(0o000)).unwrap();
    }
    if fs::File::open(scene.path("b")).is_ok() {
        return; // root may read everything
    }
    let seen = scene.scan(&["."]);
    assert_eq!(seen.files(), ["a", "e/f"]);
    let expected = [
        "b permission_denied Permission denied (os error 13)",
        "c permission_denied Permission denied (os error 13)",
    ];
    assert_eq!(seen.skipped, expected);
    fs::set_permissions(scene.path("c"), fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn what_changes_during_the_scan_is_a_skip() {
    /// Takes away what the walk has listed but not reached.
    struct Vandal(PathBuf);
    impl Visit for Vandal {
        fn document(
            &self,
            _: crate::source::Document<'_>,
        ) -> std::io::Result<crate::source::Outcome> {
            let _ = fs::remove_dir_all(self.0.join("a"));
            let _ = fs::remove_dir_all(self.0.join("b"));
            Ok(0.into())
        }
    }
    let scene = Scene::new();
    scene.files(&["a/1", "a/2", "b/1", "b/2"]);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let files = Files {
        paths: vec![scene.path(".")],
        ..Files::default()
    };
    let coverage = pool.install(|| files.visit(&Vandal(scene.path("."))));
    assert_eq!(coverage.documents, 1);
    assert_eq!(coverage.skipped.len(), 2, "one file and one folder");
    assert!(
        coverage
            .skipped
            .iter()
            .all(|skip| skip.reason == SkipReason::Vanished)
    );
}

#[test]
fn a_file_that_shrinks_is_scanned_as_far_as_it_goes() {
    /// Cuts the file that it is asked about.
    struct Cutter(PathBuf);
    impl Visit for Cutter {
        fn may_hold(&self, _: &[u8]) -> bool {
            fs::File::options()
                .write(true)
                .open(&self.0)
                .unwrap()
                .set_len(1000)
                .unwrap();
            true
        }
        fn document(
            &self,
            document: crate::source::Document<'_>,
        ) -> std::io::Result<crate::source::Outcome> {
            match document.content {
                Content::Whole(whole) => Ok((whole.len() as u64).into()),
                _ => Ok(0.into()),
            }
        }
    }
    let scene = Scene::new();
    scene.file("a", "x".repeat(1 << 20));
    let files = Files {
        paths: vec![scene.path("a")],
        ..Files::default()
    };
    let coverage = files.visit(&Cutter(scene.path("a")));
    assert_eq!((coverage.documents, coverage.bytes), (1, 1000));
    assert_eq!(coverage.skipped[0].reason, SkipReason::Shrunk);
}

/// A path longer than any that the system takes, deeper than any stack.
#[test]
fn depth_is_no_limit() {
    let scene = Scene::new();
    scene.file("top/file", "deep");
    const DEPTH: usize = 3_000;
    for _ in 1..DEPTH {
        fs::create_dir(scene.path("new")).unwrap();
        fs::rename(scene.path("top"), scene.path("new/d")).unwrap();
        fs::rename(scene.path("new"), scene.path("top")).unwrap();
    }
    let seen = scene.scan(&["top"]);
    assert_eq!(seen.skipped, [""; 0]);
    assert_eq!(
        seen.files()[0].len(),
        "top".len() + 2 * (DEPTH - 1) + "/file".len()
    );
    // The folder's own clean-up could not reach it.
    for _ in 1..DEPTH {
        fs::rename(scene.path("top/d"), scene.path("new")).unwrap();
        fs::remove_dir(scene.path("top")).unwrap();
        fs::rename(scene.path("new"), scene.path("top")).unwrap();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn files_that_the_kernel_makes_up_are_read() {
    let seen = scan("/proc/self/status");
    assert!(String::from_utf8_lossy(&seen[0]).contains("Name:"));
    fn scan(path: &str) -> Vec<Vec<u8>> {
        let visitor = Remember::default();
        let coverage = Files {
            paths: vec![path.into()],
            ..Files::default()
        }
        .visit(&visitor);
        assert!(coverage.complete() && coverage.bytes > 0);
        visitor
            .0
            .into_inner()
            .unwrap()
            .into_iter()
            .map(|document| document.2)
            .collect()
    }
}
