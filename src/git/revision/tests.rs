use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::super::object::Object;
use super::super::repository::Environment;
use super::super::testing::{GitObjects, Scene, git_is_there};
use super::*;

/// A repository, opened.
struct Opened {
    repository: Repository,
    refs: Refs,
    objects: GitObjects,
}

impl Opened {
    fn new(scene: &Scene, name: &str) -> Opened {
        let path = scene.path(name);
        let (repository, _) = Repository::open(&path, &Environment::none()).unwrap();
        Opened {
            refs: Refs::read(&repository),
            objects: GitObjects::new(&path, repository.id_length),
            repository,
        }
    }

    fn resolve(&self, text: &str) -> Result<ObjectId, String> {
        resolve(text, &self.refs, &self.repository, &self.objects)
            .map_err(|error| error.to_string())
    }

    fn range(&self, text: &str) -> Result<Range, String> {
        let range = parse_range(text, &self.refs, &self.repository, &self.objects);
        range.map_err(|error| error.to_string())
    }

    fn walk(&self, text: &str) -> Walk {
        commits(
            &self.range(text).unwrap(),
            &self.repository.shallow,
            &self.objects,
        )
    }
}

/// A repository `a`: a merge on main, `v1` and a tag of it, a branch and a tag of one name, a reflog.
fn scene() -> Option<Scene> {
    let scene = Scene::new();
    if !git_is_there() {
        return None;
    }
    scene.git(".", &["init", "-q", "origin"]);
    scene.commit("origin", "one", 0);
    scene.commit("origin", "two", 1);
    scene.git("origin", &["branch", "topic"]);
    scene.git(".", &["clone", "-q", "origin", "a"]);
    scene.git("a", &["checkout", "-q", "-b", "side", "HEAD~1"]);
    scene.commit("a", "side", 2);
    scene.git("a", &["checkout", "-q", "main"]);
    scene.commit("a", "three", 3);
    scene.git("a", &["merge", "-q", "--no-edit", "side"]);
    scene.git("a", &["tag", "-a", "-m", "m", "v1", "HEAD~1"]);
    scene.git("a", &["tag", "-a", "-m", "m", "v2", "v1"]);
    scene.git("a", &["branch", "both", "side"]);
    scene.git("a", &["tag", "both", "main"]);
    scene.git("a", &["config", "branch.local.remote", "."]);
    scene.git("a", &["config", "branch.local.merge", "refs/heads/side"]);
    scene.git("a", &["branch", "--no-track", "local"]);
    Some(scene)
}

#[test]
fn revisions_mean_what_they_mean_to_git() {
    let Some(scene) = scene() else { return };
    let opened = Opened::new(&scene, "a");
    let head = scene.id("a", "HEAD").to_string();
    let (short, described) = (&head[..9], format!("v1-1-g{}", &head[..7]));
    for text in [
        "HEAD",
        "@",
        "main",
        "heads/main",
        "refs/heads/main",
        "v1",
        "v2",
        "tags/v1",
        "both",
        "origin",
        "origin/main",
        "remotes/origin/topic",
        "HEAD~",
        "HEAD~2",
        "HEAD^",
        "HEAD^2",
        "HEAD^2~1",
        "HEAD~0",
        "HEAD^0",
        "@^^",
        "v2^{commit}",
        "v2^{}~1",
        "main@{upstream}",
        "@{u}",
        "HEAD@{U}~1",
        "local@{u}",
        "HEAD@{0}",
        "HEAD@{2}",
        "@{1}",
        "main@{1}",
        "main@{u}^{commit}",
        "ORIG_HEAD",
        &head,
        short,
        &head.to_uppercase(),
        &described,
    ] {
        let expected = scene.id("a", &format!("{text}^{{commit}}"));
        assert_eq!(opened.resolve(text), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_no_commit_is_told_with_what_to_do() {
    let Some(scene) = scene() else { return };
    scene.file("a/f", "1").git("a", &["add", "f"]);
    let blob = scene.id("a", ":f").to_string();
    let opened = Opened::new(&scene, "a");
    let zeros = "0".repeat(40);
    let gone = "1".repeat(40);
    for (text, expected) in [
        ("nothing", "fetch-depth: 0"),
        ("", "no such revision"),
        ("123", "no such revision"),
        ("café~1", "\"café~1\": no such revision"),
        ("\u{1b}[31m", "\"\\u{1b}[31m\""),
        (&gone, "is not here; fetch the base first"),
        (&zeros, "a new branch has no base"),
        (&blob, "it is no commit"),
        ("HEAD^3", "no such parent"),
        ("HEAD~9", "does not go back so far"),
        ("HEAD~99999999999999999999", "out of all reason"),
        ("HEAD@{99}", "the reflog does not go back"),
        ("@{-1}", "write the branch or the commit"),
        ("main@{yesterday}", "write the branch or the commit"),
        ("main@{1", "a brace is not closed"),
        ("side@{u}", "no upstream is set"),
        ("HEAD:f", "only ~n"),
        ("HEAD^!", "only ~n"),
        ("HEAD^{tree}", "only ~n"),
        ("HEAD~1é", "only ~n"),
    ] {
        let error = opened.resolve(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let several = GitObjects::new(&scene.path("a"), 20);
    struct Several(GitObjects);
    impl Objects for Several {
        fn read(&self, id: &ObjectId) -> Result<Object, ReadError> {
            self.0.read(id)
        }
        fn contains(&self, id: &ObjectId) -> bool {
            self.0.contains(id)
        }
        fn with_prefix(&self, _: &str) -> Vec<ObjectId> {
            [[1; 20], [2; 20]]
                .iter()
                .filter_map(|id| ObjectId::new(id))
                .collect()
        }
        fn id_length(&self) -> usize {
            20
        }
    }
    let error = resolve("abcd", &opened.refs, &opened.repository, &Several(several));
    assert!(matches!(error, Err(RevisionError::Ambiguous(_))));
}

#[test]
fn ranges_have_two_sides() {
    let Some(scene) = scene() else { return };
    let opened = Opened::new(&scene, "a");
    let id = |text: &str| scene.id("a", text);
    let range = |text: &str| {
        opened
            .range(text)
            .map(|range| (range.exclude, range.include))
    };
    assert_eq!(
        range("side..main"),
        Ok((vec![id("side")], vec![id("main")]))
    );
    assert_eq!(range("side.."), range("side..HEAD"));
    assert_eq!(range("..side"), range("HEAD..side"));
    assert_eq!(
        range("side...main~1"),
        Ok((vec![id("main~3")], vec![id("main~1")]))
    );
    assert_eq!(
        range("@{u}..@~1"),
        Ok((vec![id("origin/main")], vec![id("main~1")]))
    );
    assert!(range("main").unwrap_err().contains("write BASE..main"));
    assert!(range("..").is_err() && range("...").is_err() && range("a..b..c").is_err());
    assert!(
        range("main..nothing")
            .unwrap_err()
            .starts_with("\"nothing\"")
    );
}

#[test]
fn where_a_clone_ends_the_walk_says_so() {
    let Some(scene) = scene() else { return };
    let from = format!("file://{}", scene.path("a").display());
    scene.git(".", &["clone", "-q", "--depth=2", &from, "s"]);
    let opened = Opened::new(&scene, "s");
    assert!(
        opened
            .resolve("HEAD~3")
            .unwrap_err()
            .contains("behind the end of this shallow clone")
    );
    let walk = opened.walk("HEAD~1..HEAD");
    assert_eq!(
        walk.commits,
        [scene.id("s", "HEAD"), scene.id("s", "HEAD^2")]
    );
    assert_eq!(walk.crossed_shallow, [scene.id("s", "HEAD^2")]);
    let range = Range {
        exclude: vec![scene.id("s", "HEAD^1"), scene.id("s", "HEAD^2")],
        include: vec![scene.id("s", "HEAD")],
    };
    let walk = commits(&range, &opened.repository.shallow, &opened.objects);
    assert_eq!((walk.commits.len(), walk.crossed_shallow.len()), (1, 0));

    // Not known as shallow: a hole.
    std::fs::remove_file(scene.path("s/.git/shallow")).unwrap();
    let opened = Opened::new(&scene, "s");
    let walk = opened.walk("HEAD~1..HEAD");
    assert_eq!(walk.missing, [scene.id("a", "side~1")]);
    assert!(
        opened
            .resolve("HEAD^2~1")
            .unwrap_err()
            .contains("is not here")
    );
}

#[test]
fn tips_may_be_tags_or_gone_or_no_commits() {
    let Some(scene) = scene() else { return };
    scene.file("a/f", "1").git("a", &["add", "f"]);
    let opened = Opened::new(&scene, "a");
    let gone = ObjectId::new(&[1; 20]).unwrap();
    let (tag, blob) = (scene.id("a", "v2"), scene.id("a", ":f"));
    let range = Range {
        exclude: vec![gone, scene.id("a", "v1~1")],
        include: vec![tag, blob],
    };
    let walk = commits(&range, &BTreeSet::new(), &opened.objects);
    assert_eq!(walk.commits, [scene.id("a", "v1^{commit}")]);
    assert_eq!(walk.missing, [gone]);
    assert_eq!(walk.broken.len(), 1);
    assert_eq!(walk.broken[0].0, blob);
    let nothing = commits(&Range::default(), &BTreeSet::new(), &opened.objects);
    assert!(nothing.commits.is_empty());
}

/// A history told to `git fast-import`: of each commit its date and its parents among those before it.
type History = Vec<(u64, Vec<usize>)>;

/// Objects of which it is counted how many are read.
struct Counted {
    objects: GitObjects,
    reads: AtomicUsize,
}

impl Objects for Counted {
    fn read(&self, id: &ObjectId) -> Result<Object, ReadError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.objects.read(id)
    }
    fn contains(&self, id: &ObjectId) -> bool {
        self.objects.contains(id)
    }
    fn with_prefix(&self, hex: &str) -> Vec<ObjectId> {
        self.objects.with_prefix(hex)
    }
    fn id_length(&self) -> usize {
        self.objects.id_length()
    }
}

/// Builds it, and tells the ids.
fn build(scene: &Scene, history: &History) -> (Counted, Vec<ObjectId>) {
    let mut stream = String::new();
    for (number, (date, parents)) in history.iter().enumerate() {
        let message = number.to_string();
        let branch = number.min(99); // a file each: of a long history one for all
        write!(
            stream,
            "commit refs/heads/c{branch}\nmark :{}\n",
            number + 1
        )
        .unwrap();
        write!(
            stream,
            "committer a <a@b> {date} +0000\ndata {}\n{message}\n",
            message.len()
        )
        .unwrap();
        for (at, parent) in parents.iter().enumerate() {
            let word = if at == 0 { "from" } else { "merge" };
            writeln!(stream, "{word} :{}", parent + 1).unwrap();
        }
        stream.push('\n');
    }
    scene.git(".", &["init", "-q", "h"]);
    let import = [
        "fast-import",
        "--quiet",
        "--date-format=raw",
        "--export-marks=marks",
    ];
    scene.git_with("h", &import, stream.as_bytes());
    let marks = std::fs::read_to_string(scene.path("h/marks")).unwrap();
    let mark = |line: &str| {
        let (mark, id) = line.split_once(' ').unwrap();
        (
            mark[1..].parse::<usize>().unwrap(),
            ObjectId::parse(id.as_bytes()).unwrap(),
        )
    };
    let ids: BTreeMap<_, _> = marks.lines().map(mark).collect();
    let objects = Counted {
        objects: GitObjects::new(&scene.path("h"), 20),
        reads: AtomicUsize::new(0),
    };
    (objects, ids.into_values().collect())
}

/// What some commits lead to, themselves included.
fn reached(history: &History, tips: &[usize]) -> BTreeSet<usize> {
    let mut waiting = tips.to_vec();
    let mut reached = BTreeSet::new();
    while let Some(number) = waiting.pop() {
        if reached.insert(number) {
            waiting.extend(&history[number].1);
        }
    }
    reached
}

#[test]
fn a_range_near_the_end_of_a_long_history_is_cheap() {
    let scene = Scene::new();
    if !git_is_there() {
        return;
    }
    let history: History = (0..5000usize)
        .map(|n| (n as u64 + 10, n.checked_sub(1).into_iter().collect()))
        .collect();
    let (objects, ids) = build(&scene, &history);
    let range = Range {
        exclude: vec![ids[4990]],
        include: vec![ids[4999]],
    };
    assert_eq!(commits(&range, &BTreeSet::new(), &objects).commits.len(), 9);
    assert_eq!(
        merge_bases(ids[4990], ids[4999], &BTreeSet::new(), &objects),
        [ids[4990]]
    );
    let reads = objects.reads.load(Ordering::Relaxed);
    assert!(reads < 150, "{reads}");
}

fn histories() -> impl Strategy<Value = Vec<(u64, u8, [prop::sample::Index; 3])>> {
    let commit = (0u64..4, 0u8..10, any::<[prop::sample::Index; 3]>());
    prop::collection::vec(commit, 1..40)
}

/// Mostly one parent near by, sometimes more, sometimes none. Every date is that of the newest parent and some
/// seconds more, or with `lies` anything.
fn grown(grains: &[(u64, u8, [prop::sample::Index; 3])], lies: bool) -> History {
    let mut history: History = Vec::new();
    for (number, (step, shape, picks)) in grains.iter().enumerate() {
        let count = match shape {
            0 => 0,
            1..6 => 1,
            6..9 => 2,
            _ => 3,
        };
        let mut parents: Vec<usize> = Vec::new();
        if number > 0 {
            let near = number.min(8);
            parents.extend(
                picks[..count]
                    .iter()
                    .map(|pick| number - 1 - pick.index(near)),
            );
        }
        let mut seen = BTreeSet::new();
        parents.retain(|&parent| seen.insert(parent));
        let newest = parents.iter().map(|&parent| history[parent].0).max();
        let date = if lies {
            1_000 + step * 997 + u64::from(*shape) * 13
        } else {
            newest.unwrap_or(1_000) + step
        };
        history.push((date, parents));
    }
    history
}

fn check(history: &History, picks: &[[prop::sample::Index; 4]], lies: bool) {
    let scene = Scene::new();
    let (objects, ids) = build(&scene, history);
    let number: BTreeMap<ObjectId, usize> =
        ids.iter().enumerate().map(|(n, &id)| (id, n)).collect();
    let none = BTreeSet::new();
    for pick in picks {
        let [a, b, c, d] = pick.map(|pick| pick.index(history.len()));
        let range = Range {
            exclude: vec![ids[a], ids[c]],
            include: vec![ids[b], ids[d]],
        };
        let walk = commits(&range, &none, &objects);
        assert!(
            walk.missing.is_empty() && walk.broken.is_empty() && walk.crossed_shallow.is_empty()
        );
        let order = |id: &ObjectId| (std::cmp::Reverse(history[number[id]].0), *id);
        assert!(walk.commits.is_sorted_by_key(order));
        let ours: BTreeSet<usize> = walk.commits.iter().map(|id| number[id]).collect();
        assert_eq!(ours.len(), walk.commits.len());
        let truth = &reached(history, &[b, d]) - &reached(history, &[a, c]);
        let bases: BTreeSet<_> = merge_bases(ids[a], ids[b], &none, &objects)
            .into_iter()
            .collect();
        let common = &reached(history, &[a]) & &reached(history, &[b]);
        assert!(bases.iter().all(|id| common.contains(&number[id])));
        assert_eq!(bases.is_empty(), common.is_empty());
        if lies {
            assert!(ours.is_superset(&truth), "{ours:?} {truth:?}");
            assert!(ours.is_subset(&reached(history, &[b, d])));
            continue;
        }
        assert_eq!(ours, truth);
        let said = |told: Option<Vec<u8>>| {
            let told = String::from_utf8(told.unwrap_or_default()).unwrap();
            told.lines()
                .filter_map(|id| ObjectId::parse(id.as_bytes()))
                .collect::<BTreeSet<_>>()
        };
        let args = [
            format!("c{b}"),
            format!("c{d}"),
            format!("^c{a}"),
            format!("^c{c}"),
        ];
        let listed = said(scene.try_git("h", &[&["rev-list".to_owned()], &args[..]].concat()));
        assert_eq!(
            walk.commits.iter().copied().collect::<BTreeSet<_>>(),
            listed
        );
        let based = said(scene.try_git(
            "h",
            &["merge-base", "--all", &format!("c{a}"), &format!("c{b}")],
        ));
        assert_eq!(bases, based);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn ranges_of_random_histories_are_those_of_git(
        grains in histories(), picks in any::<[[prop::sample::Index; 4]; 4]>()
    ) {
        if git_is_there() {
            check(&grown(&grains, false), &picks, false);
        }
    }

    #[test]
    fn where_dates_lie_nothing_is_left_out(
        grains in histories(), picks in any::<[[prop::sample::Index; 4]; 4]>()
    ) {
        if git_is_there() {
            check(&grown(&grains, true), &picks, true);
        }
    }
}
