//! The walk, on folders with everything in them that a disk can hold.

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use super::super::WHOLE;
use super::super::testing::{Remember, Scene};
use super::*;

#[cfg(unix)]
mod unix;

#[test]
fn every_file_is_read_hidden_ones_too() {
    let scene = Scene::new();
    scene
        .file("a/b.env", "one")
        .file(".c/.d", "two")
        .repository(".git")
        .files(&[".git/config"]);
    let seen = scene.scan(&["."]);
    assert_eq!(seen.files(), [".c/.d", "a/b.env"]);
    assert_eq!(
        seen.documents[1],
        ("a/b.env".into(), Place::File, b"one".to_vec())
    );
    let expected = Coverage {
        documents: 2,
        bytes: 6,
        ..Coverage::default()
    };
    assert_eq!(seen.coverage, expected);
    assert!(seen.coverage.complete());
}

#[test]
fn paths_are_as_the_user_would_type_them() {
    let visitor = Remember::default();
    let visit = |path: &str| {
        Files {
            paths: vec![PathBuf::from(path)],
            ..Files::default()
        }
        .visit(&visitor);
        let documents = std::mem::take(&mut *visitor.0.lock().unwrap());
        documents
            .into_iter()
            .map(|document| document.0)
            .min()
            .unwrap()
    };
    // Tests run in the package's folder.
    assert_eq!(visit("src/source"), "src/source/account.rs");
    assert_eq!(visit("src/source//"), "src/source/account.rs");
    assert_eq!(visit("./src/source"), "./src/source/account.rs");
    assert_eq!(visit("src/source/mod.rs"), "src/source/mod.rs");
    assert_eq!(typed("/".as_ref()), b"/");
    assert_eq!(typed("a//".as_ref()), b"a");
}

#[test]
fn the_same_path_is_scanned_once() {
    let scene = Scene::new();
    scene.files(&["a/b", "c"]);
    assert_eq!(scene.scan(&["a", "a/", "c", "c"]).files(), ["a/b", "c"]);
}

#[test]
fn what_is_not_there_is_a_skip() {
    let scene = Scene::new();
    scene.file("a", "");
    let seen = scene.scan(&["a", "b", "a/c"]);
    assert_eq!(seen.files(), ["a"]);
    let expected = [
        "a/c vanished Not a directory (os error 20)",
        "b vanished No such file or directory (os error 2)",
    ];
    assert_eq!(seen.skipped, expected);
    assert!(!seen.coverage.complete());
}

#[test]
fn a_name_that_could_hold_a_secret_is_a_document() {
    let scene = Scene::new();
    let long = "k".repeat(26);
    scene
        .file(&format!("hooks/{long}/a.txt"), "")
        .file("short-name-with-many-hyphens-in-it.txt", "");
    let seen = scene.scan(&["."]);
    let names = seen
        .documents
        .iter()
        .filter(|document| document.1 == Place::Path);
    let names: Vec<_> = names.map(|document| document.0.clone()).collect();
    assert_eq!(
        names,
        [format!("hooks/{long}")],
        "once, for the folder and not for all in it"
    );
    assert_eq!(seen.coverage.documents, 2, "a name is no document to count");
    assert_eq!(
        scene
            .scan(&[&format!("hooks/{long}/a.txt")])
            .documents
            .len(),
        2
    );
}

#[test]
fn large_files_are_looked_at_in_pieces_first() {
    let scene = Scene::new();
    let filler = |len: usize| "0123456789abcde\n".repeat(len / 16 + 1)[..len].to_owned();
    // The keyword stands across the end of the first piece.
    let medium = filler(131_072 - 5) + "mattermost" + &filler(300_000);
    let large = filler(WHOLE) + "mattermost";
    scene
        .file("medium", &medium)
        .file("large", &large)
        .file("exact", filler(131_072));
    scene
        .file("dull", filler(1_000_000))
        .file("huge", filler(WHOLE + 1_000_000));
    let seen = scene.scan(&["."]);
    assert_eq!(seen.files(), ["large", "medium"]);
    assert_eq!(seen.documents[0].2, large.as_bytes());
    assert_eq!(seen.documents[1].2, medium.as_bytes());
    assert_eq!(seen.coverage.documents, 5);
    let bytes = large.len() + medium.len() + 131_072 + 1_000_000 + WHOLE + 1_000_000;
    assert_eq!(seen.coverage.bytes, bytes as u64);
    assert!(seen.coverage.complete());
}

#[test]
fn the_user_can_set_a_size_limit() {
    let scene = Scene::new();
    scene.file("a", "1234").file("b", "12345");
    let seen = scene.scan_with(
        &["."],
        Files {
            max_file_size: Some(4),
            ..Files::default()
        },
    );
    assert_eq!((seen.files(), seen.coverage.too_large), (vec!["a"], 1));
    assert!(seen.coverage.complete());
}

#[test]
fn a_panic_costs_one_document() {
    let scene = Scene::new();
    scene.file("a", "1").file("b", "panic: abc").file("c", "3");
    let seen = scene.scan(&["."]);
    assert_eq!(seen.files(), ["a", "c"]);
    assert_eq!(
        seen.skipped,
        ["b internal the scan of this document failed"]
    );
}

#[test]
fn progress_is_shared() {
    let scene = Scene::new();
    scene.file("a", "12").file("b/c", "345");
    let progress = Arc::new(Progress::default());
    scene.scan_with(
        &["."],
        Files {
            progress: Some(Arc::clone(&progress)),
            ..Files::default()
        },
    );
    assert_eq!(progress.documents.load(Ordering::Relaxed), 2);
    assert_eq!(progress.bytes.load(Ordering::Relaxed), 5);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let scene = Scene::new();
    for folder in 0..20 {
        for file in 0..100 {
            scene.file(
                &format!("d{folder}/e{}/{file}", file % 3),
                format!("{folder} {file}"),
            );
            scene.file(
                &format!("many/{folder}.{file}"),
                if file == 7 { "panic" } else { "" },
            );
        }
        scene.file(&format!("d{folder}/.gitignore"), "2*\n");
    }
    scene.repository(".git");
    let scan = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| scene.scan(&[".", "missing"]))
    };
    let one = scan(1);
    assert_eq!(one.coverage.documents, 20 * 100 - 20 * 11 + 20 * 99 + 20);
    assert_eq!(one.coverage.ignored, 20 * 11);
    assert_eq!(one.coverage.skipped.len(), 20 + 1);
    assert_eq!(one, scan(4));
    assert_eq!(one, scan(2));
}

#[test]
fn a_visitor_may_scan_on_the_same_threads() {
    struct Nested(PathBuf, Remember);
    impl Visit for Nested {
        fn document(
            &self,
            _: super::super::Document<'_>,
        ) -> std::io::Result<crate::source::Outcome> {
            let paths = vec![self.0.clone()];
            Ok(Files {
                paths,
                ..Files::default()
            }
            .visit(&self.1)
            .documents
            .into())
        }
    }
    let scene = Scene::new();
    scene.files(&["a/1", "a/2", "b/3"]);
    let nested = Nested(scene.path("b"), Remember::default());
    let coverage = Files {
        paths: vec![scene.path("a")],
        ..Files::default()
    }
    .visit(&nested);
    assert_eq!((coverage.documents, coverage.bytes), (2, 2));
}
