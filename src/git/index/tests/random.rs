//! Hundreds of trees and what became of them, each in a folder of its own, so that git is asked only once.

use super::*;

/// A generator of numbers that look random enough (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    /// A line for `git update-index --index-info`: another content at some path, or none.
    fn line(&mut self, case: usize, digits: usize, stages: bool) -> String {
        // Names whose order as files is not their order as folders.
        let names = [
            "a", "a.", "a-", "a0", "b", "aa", "a/", "a/a", "a/b", "a./a", "a-/b/a", "b/a/b",
            "b/a0/b",
        ];
        let path = self.of(&names).trim_end_matches('/');
        let path = match self.below(3) {
            0 => format!("{path}/{}", self.of(&["a", "b", "a.b", "0"])),
            _ => path.into(),
        };
        let modes = [
            "100644", "100644", "100644", "100755", "120000", "160000", "0",
        ];
        let (mode, id) = (self.of(&modes), 1 + self.below(3));
        let id = if mode == "0" { 0 } else { id };
        let stage = if stages && !["0", "160000"].contains(&mode) && self.below(4) == 0 {
            1 + self.below(3)
        } else {
            0
        };
        format!("{mode} {id:0digits$} {stage}\td{case}/{path}\0")
    }
}

#[test]
fn random_changes_are_those_that_git_sees() {
    for (seed, format, digits) in [(7, "sha1", 40), (8, "sha256", 64), (9, "sha1", 40)] {
        let Some(repo) = Repo::new(format) else {
            return;
        };
        let mut random = Random(seed);
        let mut lines = |most: usize, stages: bool| {
            let mut lines = String::new();
            for case in 0..400 {
                for _ in 0..random.below(most + 1) {
                    lines.push_str(&random.line(case, digits, stages));
                }
            }
            lines
        };
        let info = ["update-index", "-z", "--replace", "--index-info"];
        let write = ["write-tree", "--missing-ok"];
        repo.scene.git_with(".", &info, lines(12, false).as_bytes());
        let tree = ObjectId::parse(repo.text(&write).trim().as_bytes());
        assert!(tree.is_some());
        assert!(repo.check_with("nothing", tree).is_empty());
        repo.scene.git_with(".", &info, lines(2, false).as_bytes());
        let changed = repo.check_with("changed", tree);
        assert!(changed.len() > 200, "{}", changed.len());
        repo.text(&write);
        assert_eq!(repo.check_with("remembered", tree), changed);
        repo.scene.git_with(".", &info, lines(1, true).as_bytes());
        let unmerged = repo.check_with("conflicts", tree);
        assert!(unmerged.len() > changed.len());
        repo.text(&["update-index", "--index-version", "4"]);
        assert_eq!(repo.check_with("version 4", tree), unmerged);
        repo.text(&["config", "splitIndex.maxPercentChange", "100"]);
        for round in 0..4 {
            repo.text(&["update-index", "--split-index"]);
            let lines = lines(1, round % 2 == 1);
            repo.scene.git_with(".", &info, lines.as_bytes());
            assert!(memchr::memmem::find(&repo.bytes(), b"link").is_some());
            repo.check_with(&format!("split {round}"), tree);
        }
    }
}
