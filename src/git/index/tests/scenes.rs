//! What people do to an index.

use super::*;

/// Some folders, with names whose order is not that of their paths, and a first commit.
const START: &str = "
    mkdir -p a/b/c a.d a-d d/e lib;
    for file in a/1 a/b/2 a/b/c/3 a.d/4 a-d/5 d/6 d/e/7 lib/8 9 a.b; do echo $file > $file; done;
    git add .; git commit -qm x;";

/// What is done then, and what that changes.
const SCENES: &[(&str, &str, &[&str])] = &[
    ("nothing", "", &[]),
    ("add", "echo x > a/b/x; echo y > 9; git add .", &["~9", "+a/b/x"]),
    ("add, remembered", "echo x > a/b/x; git add .; git write-tree", &["+a/b/x"]),
    ("remove", "git rm -qr a/b 9", &["-9", "-a/b/2", "-a/b/c/3"]),
    ("remove all", "git rm -qr .", &["-9", "-a-d/5", "-a.b", "-a.d/4", "-a/1", "-a/b/2", "-a/b/c/3", "-d/6", "-d/e/7", "-lib/8"]),
    ("rename a folder", "git mv a/b a/z", &["-a/b/2", "-a/b/c/3", "+a/z/2", "+a/z/c/3"]),
    ("mode", "git update-index --chmod=+x a/b/2 9", &[]),
    ("file to link", "git update-index --cacheinfo 120000,$(git rev-parse :9),9", &["~9"]),
    ("link with another text", "ln -sf there 9; git add 9", &["~9"]),
    ("file to folder", "git rm -q 9; mkdir 9; echo x > 9/x; git add .", &["-9", "+9/x"]),
    ("folder to file", "git rm -rq d; echo x > d; git add .", &["-d/6", "-d/e/7", "+d"]),
    ("announced", "echo x > x; echo y > a/y; git add -N x a/y", &[]),
    ("announced and added", "echo x > a/x; git add -N a/x; echo y > a/y; git add a/y", &["+a/y"]),
    ("announced anew", "git rm -q --cached 9; git add -N 9", &["-9"]),
    ("submodule", "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub", &[]),
    ("file to submodule", "git rm -q 9; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),9", &["-9"]),
    ("submodule to file", "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub; git commit -qm y; git rm -q --cached sub; echo x > sub; git add sub", &["+sub"]),
    ("submodule at another commit", "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub; git commit -qm y; git update-index --cacheinfo 160000,$(git rev-parse HEAD),sub", &[]),
    ("conflict", "git checkout -qb side; echo side > 9; echo side > a/1; git rm -q d/6; git commit -qam side;
        git checkout -q -; echo main > 9; echo main > d/6; git rm -q a/1; git commit -qam main;
        git merge -q side || true", &["+a/1", "~9", "~d/6"]),
    ("conflict that was resolved", "git checkout -qb side; echo side > 9; git commit -qam side;
        git checkout -q -; echo main > 9; git commit -qam main; git merge -q side || true; echo x > 9; git add 9", &["~9"]),
    ("file against folder", "git checkout -qb side; git rm -q 9; mkdir 9; echo x > 9/x; git add .; git commit -qm side;
        git checkout -q -; echo main > 9; git commit -qam main; git merge -q side || true", &["-9", "+9/x", "+9~HEAD"]),
    ("deep", "p=$(printf 'x/%.0s' $(seq 300)); mkdir -p $p; echo x > ${p}x; git add .; git commit -qm y; echo y > ${p}x; git add .", &[]),
    ("long name", "p=$(printf 'xyz/%.0s' $(seq 1100)); echo \"100644 $(git rev-parse :9)\t${p}x\" | git update-index --index-info", &[]),
    ("odd names", "mkdir 'a b' é; echo x > 'a b/\"'; echo x > é/ü; echo x > \"$(printf 'n\\nl')\"; git add .", &["+a b/\"", "+n\nl", "+é/ü"]),
    ("no index", "rm .git/index; git read-tree --empty", &[]),
    ("another tree", "git checkout -q --orphan other; git rm -qrf a; git commit -qm y; git read-tree main", &["+a/1", "+a/b/2", "+a/b/c/3"]),
];

#[test]
fn changes_are_those_that_git_sees() {
    for format in ["sha1", "sha256"] {
        let Some(start) = Repo::new(format) else {
            return;
        };
        start.run(&format!("git symbolic-ref HEAD refs/heads/main; {START}"));
        for (what, script, expected) in SCENES {
            let repo = Repo::new(format).unwrap();
            let from = start.scene.path(".");
            repo.run(&format!(
                "rm -r .git; cp -a {}/. .; {script}",
                from.display()
            ));
            let told = repo.check_forms(what);
            let mut expected = expected.to_vec();
            if !expected.is_empty() {
                let mut told = paths(&told);
                told.dedup();
                told.sort();
                expected.sort();
                assert_eq!(told, expected, "{what}");
            }
        }
    }
}

#[test]
fn the_first_commit_is_all_new() {
    for format in ["sha1", "sha256"] {
        let Some(repo) = Repo::new(format) else {
            return;
        };
        let path = repo.scene.path(".git/index");
        assert!(Index::read(&path, repo.id_length).unwrap().is_none());
        repo.run("mkdir -p a/b; echo x > a/b/x; echo y > y; git add .; echo z > z; git add -N z");
        let told = repo.check_forms("unborn");
        assert_eq!(paths(&told), ["+a/b/x", "+y"]);
        repo.run("git write-tree; git rm -q -f --cached z; git write-tree");
        assert_eq!(repo.check_forms("unborn, remembered"), told);
        let other = if format == "sha1" { 32 } else { 20 };
        assert!(Index::read(&path, other).is_err());
    }
}

/// Replaced, deleted, added, and all of that once more on top.
#[test]
fn a_split_index_is_merged_with_the_one_that_it_shares() {
    for version in ["2", "4"] {
        let Some(repo) = Repo::new("sha1") else {
            return;
        };
        repo.run(&format!(
            "{START} git config splitIndex.maxPercentChange 100"
        ));
        repo.run(&format!(
            "git update-index --index-version {version}; git update-index --split-index"
        ));
        assert_eq!(paths(&repo.check("split")), [""; 0]);
        repo.run("echo x > a/1; echo x > a/0; echo x > z; git rm -q 9 lib/8; git add .");
        assert_eq!(
            paths(&repo.check("changed")),
            ["-9", "+a/0", "~a/1", "-lib/8", "+z"]
        );
        repo.run("echo y > 9; echo y > a/1; git rm -q -f z d/6; echo x > new; git add -N new; git add 9 a/1");
        assert_eq!(
            paths(&repo.check("changed again")),
            ["~9", "+a/0", "~a/1", "-d/6", "-lib/8"]
        );
        let index = repo.read();
        assert!(index.last_up_to(b"new").unwrap().intent_to_add);
        let shared = repo.read_as(repo.bytes()).unwrap();
        assert_eq!(shared.len(), index.len());
        let gone = Index::parse(repo.bytes(), 20, |_| Err(ErrorKind::NotFound.into()));
        assert!(
            matches!(gone, Err(IndexError::Shared(_))),
            "{:?}",
            gone.err()
        );

        repo.run("git checkout -q -f .; git reset -q --hard; git checkout -q -b side; echo s > a/1; git commit -qam s; git checkout -q -; echo m > a/1; git commit -qam m; git merge -q side || true");
        assert_eq!(
            repo.read()
                .entries()
                .filter(|entry| entry.stage > 0)
                .count(),
            3
        );
        repo.check("conflict");
        // Where git looks for what an index elsewhere shares.
        let elsewhere = repo.scene.path("elsewhere");
        std::fs::copy(repo.scene.path(".git/index"), &elsewhere).unwrap();
        assert!(Index::read(&elsewhere, 20).is_err());
        let git_dir = repo.scene.path(".git");
        let read = Index::read_in(&elsewhere, &git_dir, 20).unwrap().unwrap();
        assert_eq!(listed(&read), listed(&repo.read()));
    }
}

#[test]
fn folders_of_a_sparse_index_are_compared_by_their_trees() {
    for format in ["sha1", "sha256"] {
        let Some(repo) = Repo::new(format) else {
            return;
        };
        repo.run(&format!(
            "{START} git sparse-checkout set --cone --sparse-index d/e"
        ));
        assert_eq!(paths(&repo.check("nothing")), [""; 0]);
        let index = repo.read();
        let folders: Vec<_> = index.entries().filter(Entry::is_tree).collect();
        let folders: Vec<_> = folders.iter().map(|entry| entry.path).collect();
        assert_eq!(folders, [&b"a-d/"[..], b"a.d/", b"a/", b"lib/"]);
        let below = |prefix: &[u8]| index.below(prefix).count();
        assert_eq!((below(b"a/"), below(b"a/b/"), below(b"d/")), (1, 0, 2));
        assert_eq!(index.directory(b"a/").count(), 0);

        repo.run("echo x > d/e/x; git add .");
        assert_eq!(paths(&repo.check("inside")), ["+d/e/x"]);
        // Another commit, whose folders outside of the cone differ from those of HEAD.
        repo.run(
            "git commit -qm y; (git ls-tree -r HEAD | grep -v a/b/2; \
             echo \"100644 blob $(git rev-parse HEAD:9)\ta/b/c/4\") > .git/list; export GIT_INDEX_FILE=.git/other; \
             git update-index --index-info < .git/list; tree=$(git write-tree); unset GIT_INDEX_FILE; \
             git reset -q --soft $(git commit-tree -m z -p HEAD $tree)",
        );
        assert!(repo.read().entries().any(|entry| entry.is_tree()));
        assert_eq!(paths(&repo.check("outside")), ["+a/b/2", "-a/b/c/4"]);
        repo.run("git update-index --index-version 4");
        repo.check("outside, version 4");
    }
}

#[test]
fn what_did_not_change_is_not_read() {
    let Some(repo) = Repo::new("sha1") else {
        return;
    };
    repo.run(START);
    let reads = || {
        let store = repo.store();
        told(&repo.read(), repo.head(), &store);
        store.1.into_inner()
    };
    assert_eq!(reads(), 0);
    repo.run("echo x > a/b/2; git add a/b/2");
    assert_eq!(reads(), 3, "the root, a, a/b");
    repo.run("git write-tree");
    assert_eq!(reads(), 3);
    repo.run("git mv d/e f");
    assert_eq!(reads(), 5, "d, d/e");
}

#[test]
fn entries_are_found_by_their_folders() {
    let Some(repo) = Repo::new("sha1") else {
        return;
    };
    repo.run(START);
    repo.run("git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),a/sub; echo z > z; git add -N z");
    let index = repo.read();
    let paths = |entries: &mut dyn Iterator<Item = Entry<'_>>| -> Vec<String> {
        let paths = entries.map(|entry| String::from_utf8_lossy(entry.path).into_owned());
        paths.collect()
    };
    assert_eq!(paths(&mut index.directory(b"")), ["9", "a.b", "z"]);
    assert_eq!(paths(&mut index.directory(b"a/")), ["a/1", "a/sub"]);
    assert_eq!(paths(&mut index.directory(b"d/e/")), ["d/e/7"]);
    assert_eq!(paths(&mut index.directory(b"d/f/")), [""; 0]);
    assert_eq!(paths(&mut index.below(b"a/b/")), ["a/b/2", "a/b/c/3"]);
    assert_eq!(index.below(b"").count(), index.len());
    assert_eq!(paths(&mut index.submodules()), ["a/sub"]);
    assert_eq!(index.ids().count(), index.len() - 2);
    assert_eq!(index.last_up_to(b"a/b/2").unwrap().path, b"a/b/2");
    assert_eq!(index.last_up_to(b"a/b/c").unwrap().path, b"a/b/2");
    assert!(index.last_up_to(b"").is_none());
}

/// Everything that git keeps for the index alone.
#[test]
fn what_the_index_keeps_alive_is_all_listed() {
    let Some(repo) = Repo::new("sha1") else {
        return;
    };
    repo.run(&format!(
        "{START} git checkout -qb side; echo side > 9; git commit -qam side; git checkout -q -; echo main > 9;
         git commit -qam main; git merge -q side || true; echo x > 9; git add 9"
    ));
    let index = repo.read();
    let ids: BTreeSet<_> = index.ids().collect();
    for name in [":9", "side:9", "HEAD:9", "HEAD~:9", ":a/b/2"] {
        let id = repo.text(&["rev-parse", name]);
        let id = ObjectId::parse(id.trim().as_bytes()).unwrap();
        assert!(ids.contains(&id), "{name}");
    }
    repo.run("git write-tree > .git/tree");
    let tree = std::fs::read(repo.scene.path(".git/tree")).unwrap();
    let tree = ObjectId::parse(tree.trim_ascii()).unwrap();
    assert!(repo.read().trees().any(|id| id == tree));
}
