//! `scan --range ci`: what a pipeline is about, by the variables that its service sets.
//!
//! A pull request is read from where it left its target; a push from what the branch was before; a new branch, or one
//! that was rewritten, from where it left the default branch. If nothing of that is known, or nothing is new by it (a
//! request that was merged, a build that is run again, a tag), everything is read: who knows no better reads more. A
//! repository that does not have the pipeline's own commit is none that its variables speak of.

mod services;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use matterleaks::finding::Untrusted;
use matterleaks::git::refs::Refs;
use matterleaks::git::repository::Repository;
use matterleaks::git::revision;
use matterleaks::git::store::Store;
use matterleaks::redact::Redactor;
use serde_json::Value;

use self::services::{SERVICES, Service};
use super::scan;
use crate::cli::Cli;

/// What is known of a pipeline.
#[derive(Debug, Default)]
struct Known {
    target: Option<String>,
    base: Option<String>,
    head: Option<String>,
    before: Option<String>,
    commit: Option<String>,
    branch: Option<String>,
    default: Option<String>,
}

/// The range that a pipeline is about; none if everything is read.
pub fn range(cli: &Cli, path: &Path) -> Result<Option<String>> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (service, known) = known(&variable)?;
    let asked = asked(service, &known, &Checkout::of(path)?)?;
    let what = match &asked {
        Some(range) => format!("what {range} adds"),
        None => "the whole history".into(),
    };
    if !cli.quiet {
        let line =
            Redactor::blind().line(&Untrusted::new(format!("{}: reads {what}", service.name)));
        let _ = writeln!(io::stderr(), "matterleaks: {line}");
    }
    Ok(asked)
}

/// Which service it is, and what it tells.
fn known(variable: &dyn Fn(&str) -> Option<String>) -> Result<(&'static Service, Known)> {
    let is_here = |service: &&Service| {
        let (name, value) = service.mark;
        variable(name).is_some_and(|found| value.is_none_or(|value| found == value))
    };
    let Some(service) = SERVICES.iter().find(is_here) else {
        let names: Vec<&str> = SERVICES.iter().map(|service| service.name).collect();
        bail!(
            "--range ci knows the pipelines of {}, and this is none; name the range, as in --range origin/main..HEAD",
            names.join(", ")
        );
    };
    let so = (service.if_so.iter())
        .all(|(name, value)| variable(name).is_some_and(|found| found == *value));
    let known = Known {
        target: variable(service.target),
        base: variable(service.base),
        head: variable(service.head),
        before: variable(service.before).filter(|_| so),
        commit: variable(service.commit),
        branch: variable(service.branch),
        default: variable(service.default),
    };
    let told = variable("GITHUB_EVENT_PATH").filter(|_| variable("GITHUB_ACTIONS").is_some());
    Ok((
        service,
        match told {
            Some(path) => with_event(known, &PathBuf::from(path))?,
            None => known,
        },
    ))
}

/// Adds what GitHub tells of the event in a file.
fn with_event(known: Known, path: &Path) -> Result<Known> {
    let context = || format!("cannot read the event in {}", path.display());
    let event: Value = serde_json::from_slice(&super::read_report(path)?).with_context(context)?;
    let text = |way: &str| {
        event
            .pointer(way)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    Ok(Known {
        base: text("/pull_request/base/sha").or_else(|| text("/merge_group/base_sha")),
        head: text("/pull_request/head/sha"),
        before: text("/before"),
        commit: text("/after"),
        default: text("/repository/default_branch"),
        ..known
    })
}

/// The range to read, or None for everything.
fn asked(service: &Service, known: &Known, here: &dyn Commits) -> Result<Option<String>> {
    // In full: a tag can be called origin/main.
    let remote = |branch: &String| {
        let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch);
        format!("refs/remotes/origin/{branch}")
    };
    let news = |range: String| here.adds(&range).then_some(range);
    if known.target.is_some() || known.base.is_some() {
        // Merge results and detached targets are checked out, too: what counts is the request's own last commit.
        let head = known.head.as_deref().unwrap_or("HEAD");
        // The commit first: the branch may have moved on, and of a fork it is another one of the same name.
        let bases = known
            .base
            .iter()
            .cloned()
            .chain(known.target.iter().map(remote));
        let base = bases.clone().find(|base| here.has(base));
        return match base {
            Some(base) if here.has(head) => Ok(news(format!("{base}...{head}"))),
            _ => bail!(
                "{}: the commits of this request are not all here (it goes from {} to {head}): {}",
                service.name,
                bases.collect::<Vec<_>>().join(" or "),
                service.fetch
            ),
        };
    }
    let real = |commit: &&String| commit.bytes().any(|byte| byte != b'0');
    let head = known
        .commit
        .as_ref()
        .filter(real)
        .map_or("HEAD", String::as_str);
    if !here.has(head) {
        bail!(
            "{}: the commit {head} of this pipeline is not here; of another repository name the range, as in \
             --range origin/main..HEAD",
            service.name
        );
    }
    let before = known.before.as_ref().filter(real);
    let before = before
        .filter(|before| here.has(before))
        .map(|before| format!("{before}..{head}"));
    if let Some(range) = before.and_then(news) {
        return Ok(Some(range));
    }
    let default = known
        .default
        .as_ref()
        .filter(|default| known.branch.as_ref() != Some(default));
    let default = default.map(remote).filter(|default| here.has(default));
    Ok(default.and_then(|default| news(format!("{default}...{head}"))))
}

/// What there is to ask about a repository.
trait Commits {
    /// Whether it has what a revision names.
    fn has(&self, revision: &str) -> bool;

    /// Whether there is a commit in a range, or one may be that is not here.
    fn adds(&self, range: &str) -> bool;
}

/// The repository of a pipeline.
struct Checkout {
    repository: Repository,
    refs: Refs,
    store: Store,
}

impl Checkout {
    fn of(path: &Path) -> Result<Checkout> {
        let (repository, _) = Repository::open(path, &scan::environment(path))
            .with_context(|| format!("cannot scan a range of {}", path.display()))?;
        let refs = Refs::read(&repository);
        let dirs = repository.object_dirs.clone();
        let (store, _) = Store::open(dirs, repository.id_length, 1 << 20);
        Ok(Checkout {
            repository,
            refs,
            store,
        })
    }
}

impl Commits for Checkout {
    fn has(&self, revision: &str) -> bool {
        revision::resolve(revision, &self.refs, &self.repository, &self.store).is_ok()
    }

    fn adds(&self, range: &str) -> bool {
        let range = revision::parse_range(range, &self.refs, &self.repository, &self.store);
        // What does not resolve is for the scan to say.
        range.map_or(true, |range| {
            let walk = revision::commits(&range, &self.repository.shallow, &self.store);
            !(walk.commits.is_empty() && walk.missing.is_empty() && walk.broken.is_empty())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repository by its revisions, and the ranges that hold nothing.
    struct Paper<'t> {
        there: &'t [&'t str],
        empty: &'t [&'t str],
    }

    impl Commits for Paper<'_> {
        fn has(&self, revision: &str) -> bool {
            revision == "HEAD" || self.there.contains(&revision)
        }

        fn adds(&self, range: &str) -> bool {
            !self.empty.contains(&range)
        }
    }

    /// The range that a pipeline with these variables reads.
    fn range(variables: &[(&str, &str)], there: &[&str], empty: &[&str]) -> Result<Option<String>> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            let value = found.map(|(_, value)| (*value).to_owned());
            value.filter(|value| !value.is_empty())
        };
        let (service, known) = known(&variable)?;
        asked(service, &known, &Paper { there, empty })
    }

    const ZERO: &str = "0000000000000000000000000000000000000000";
    const MAIN: &str = "refs/remotes/origin/main";

    #[test]
    fn a_request_is_read_from_where_it_left_its_target() {
        for (variables, head) in [
            (
                &[
                    ("GITLAB_CI", "true"),
                    ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
                    ("CI_COMMIT_BEFORE_SHA", ZERO),
                ][..],
                "HEAD",
            ),
            (
                &[("JENKINS_URL", "http://x"), ("CHANGE_TARGET", "main")],
                "HEAD",
            ),
            (
                &[
                    ("TF_BUILD", "True"),
                    ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
                    ("SYSTEM_PULLREQUEST_SOURCECOMMITID", "5ec"),
                ],
                "5ec",
            ),
            (
                &[
                    ("BUILDKITE", "true"),
                    ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
                ],
                "HEAD",
            ),
            (
                &[("CI", "woodpecker"), ("CI_COMMIT_TARGET_BRANCH", "main")],
                "HEAD",
            ),
            (
                &[
                    ("BITBUCKET_BUILD_NUMBER", "1"),
                    ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
                ],
                "HEAD",
            ),
        ] {
            let expected = format!("{MAIN}...{head}");
            let found = range(variables, &[MAIN, "5ec"], &[]).expect("a range");
            assert_eq!(found.as_deref(), Some(&*expected), "{variables:?}");
            // Merged already, so that nothing of it is new: then everything is.
            let found = range(variables, &[MAIN, "5ec"], &[&expected]).expect("everything");
            assert_eq!(found, None, "{variables:?}");
            // What is not here is said, and never passed over.
            let missing = range(variables, &[], &[]).expect_err("nothing to start from");
            assert!(missing.to_string().contains("not all here"), "{missing}");
        }
        // Of a fork the target is another branch of the same name; the commit is the right one.
        let fork = [
            ("GITLAB_CI", "true"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "ba5e"),
        ];
        let found = range(&fork, &[MAIN, "ba5e"], &[]).expect("a range");
        assert_eq!(found.as_deref(), Some("ba5e...HEAD"));
    }

    #[test]
    fn a_push_is_read_from_what_was_before() {
        let push = |before: &'static str, branch: &'static str| {
            [
                ("GITLAB_CI", "true"),
                ("CI_COMMIT_BEFORE_SHA", before),
                ("CI_COMMIT_BRANCH", branch),
                ("CI_DEFAULT_BRANCH", "main"),
                ("CI_COMMIT_SHA", "4ead"),
            ]
        };
        let there = ["01d", MAIN, "4ead"];
        let read = |before, branch| {
            range(&push(before, branch), &there, &["4ead..4ead"]).expect("a range")
        };
        let branch = format!("{MAIN}...4ead");
        assert_eq!(read("01d", "main").as_deref(), Some("01d..4ead"));
        // A new branch, one that was rewritten, and one that is built again.
        for before in [ZERO, "90e", "", "4ead"] {
            assert_eq!(read(before, "side").as_deref(), Some(&*branch), "{before}");
            assert_eq!(read(before, "main"), None, "{before}");
        }
        // A tag on what is merged.
        assert_eq!(
            range(&push(ZERO, "v1"), &there, &[&branch]).expect("everything"),
            None
        );
        assert_eq!(
            range(&push(ZERO, "side"), &["4ead"], &[]).expect("everything"),
            None
        );
        // Another repository than the pipeline's.
        let other = range(&push("01d", "main"), &["01d", MAIN], &[]).expect_err("not here");
        assert!(other.to_string().contains("another repository"), "{other}");
    }

    #[test]
    fn what_failed_before_is_read_again() {
        let mut variables = vec![
            ("CI", "woodpecker"),
            ("CI_PREV_COMMIT_SHA", "01d"),
            ("CI_COMMIT_BRANCH", "main"),
        ];
        assert_eq!(range(&variables, &["01d"], &[]).expect("everything"), None);
        variables.extend([
            ("CI_PREV_PIPELINE_STATUS", "success"),
            ("CI_PREV_PIPELINE_EVENT", "push"),
        ]);
        assert_eq!(
            range(&variables, &["01d"], &[])
                .expect("a range")
                .as_deref(),
            Some("01d..HEAD")
        );
        let jenkins = [
            ("JENKINS_URL", "x"),
            ("GIT_PREVIOUS_COMMIT", "bad"),
            ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", "01d"),
        ];
        assert_eq!(
            range(&jenkins, &["01d", "bad"], &[])
                .expect("a range")
                .as_deref(),
            Some("01d..HEAD")
        );
    }

    #[test]
    fn elsewhere_there_is_nothing_to_know() {
        let error = range(&[("CI", "true")], &[], &[]).expect_err("no service");
        assert!(
            error.to_string().contains("--range origin/main..HEAD"),
            "{error}"
        );
    }
}
