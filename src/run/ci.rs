//! `scan --range ci`: what a pipeline is about, by the variables that its service sets.
//!
//! A pull request is read from where it left its target; a push from what the branch was before; a new branch, or one
//! that was rewritten, from where it left the default branch. If nothing of that is known, everything is read. Never
//! is less read than what is new: who knows no better reads more.

use std::borrow::Cow;
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

use super::scan;
use crate::cli::{Cli, Scan};

/// A service, and its variables. What it does not tell has no name here.
struct Service {
    name: &'static str,
    /// Set wherever it runs, to this if to anything in particular.
    mark: (&'static str, Option<&'static str>),
    /// The branch that a pull request is for.
    target: &'static str,
    /// The commit where a pull request left its target.
    base: &'static str,
    /// The last commit of a pull request, where something else is checked out.
    head: &'static str,
    /// What the branch was before.
    before: &'static str,
    /// The branch.
    branch: &'static str,
    /// The default branch.
    default: &'static str,
    /// How the whole history gets there.
    fetch: &'static str,
}

/// By their own documentation. Forgejo and Gitea set the variables of GitHub, which tells the rest in a file.
const SERVICES: [Service; 7] = [
    Service {
        name: "GitHub Actions",
        mark: ("GITHUB_ACTIONS", None),
        target: "GITHUB_BASE_REF",
        base: "",
        head: "",
        before: "",
        branch: "GITHUB_REF_NAME",
        default: "",
        fetch: "give actions/checkout `fetch-depth: 0`",
    },
    Service {
        name: "GitLab CI",
        mark: ("GITLAB_CI", None),
        target: "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
        base: "CI_MERGE_REQUEST_DIFF_BASE_SHA",
        head: "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA",
        before: "CI_COMMIT_BEFORE_SHA",
        branch: "CI_COMMIT_BRANCH",
        default: "CI_DEFAULT_BRANCH",
        fetch: "set the variable GIT_DEPTH to \"0\"",
    },
    Service {
        name: "Jenkins",
        mark: ("JENKINS_URL", None),
        target: "CHANGE_TARGET",
        base: "",
        head: "",
        before: "GIT_PREVIOUS_COMMIT",
        branch: "BRANCH_NAME",
        default: "",
        fetch: "switch shallow clones off, and fetch the target's branch too",
    },
    Service {
        name: "Azure Pipelines",
        mark: ("TF_BUILD", None),
        target: "SYSTEM_PULLREQUEST_TARGETBRANCH",
        base: "",
        head: "SYSTEM_PULLREQUEST_SOURCECOMMITID",
        before: "",
        branch: "BUILD_SOURCEBRANCHNAME",
        default: "",
        fetch: "give the step checkout `fetchDepth: 0`",
    },
    Service {
        name: "Bitbucket Pipelines",
        mark: ("BITBUCKET_BUILD_NUMBER", None),
        target: "BITBUCKET_PR_DESTINATION_BRANCH",
        base: "BITBUCKET_PR_DESTINATION_COMMIT",
        head: "",
        before: "",
        branch: "BITBUCKET_BRANCH",
        default: "",
        fetch: "set `clone: {depth: full}`",
    },
    Service {
        name: "Buildkite",
        mark: ("BUILDKITE", None),
        target: "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
        base: "",
        head: "",
        before: "",
        branch: "BUILDKITE_BRANCH",
        default: "BUILDKITE_PIPELINE_DEFAULT_BRANCH",
        fetch: "fetch the target's branch too",
    },
    Service {
        name: "Woodpecker",
        mark: ("CI", Some("woodpecker")),
        target: "CI_COMMIT_TARGET_BRANCH",
        base: "",
        head: "",
        before: "CI_PREV_COMMIT_SHA",
        branch: "CI_COMMIT_BRANCH",
        default: "CI_REPO_DEFAULT_BRANCH",
        fetch: "give the clone step `partial: false` and `depth: 0`",
    },
];

/// What is known of a pipeline.
#[derive(Debug, Default)]
struct Known {
    target: Option<String>,
    base: Option<String>,
    head: Option<String>,
    before: Option<String>,
    branch: Option<String>,
    default: Option<String>,
}

/// What was typed, with `--range ci` put into the words that it stands for.
pub fn settled<'a>(cli: &Cli, args: &'a Scan) -> Result<Cow<'a, Scan>> {
    if args.range.as_deref() != Some("ci") {
        return Ok(Cow::Borrowed(args));
    }
    let [path] = &args.paths[..] else {
        bail!("--range takes one repository");
    };
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (service, known) = known(&variable)?;
    let asked = asked(service, &known, &mut there(path)?)?;
    let mut args = args.clone();
    let what = match &asked {
        Some(range) => format!("what {range} adds"),
        None => "the whole history".into(),
    };
    if !cli.quiet {
        let line =
            Redactor::blind().line(&Untrusted::new(format!("{}: reads {what}", service.name)));
        writeln!(io::stderr(), "matterleaks: {line}")?;
    }
    args.history = asked.is_none();
    args.range = asked;
    Ok(Cow::Owned(args))
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
    let known = Known {
        target: variable(service.target),
        base: variable(service.base),
        head: variable(service.head),
        before: variable(service.before),
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
        default: text("/repository/default_branch"),
        ..known
    })
}

/// The range to read, or None for everything. `there` tells whether a revision is.
fn asked(
    service: &Service,
    known: &Known,
    there: &mut dyn FnMut(&str) -> bool,
) -> Result<Option<String>> {
    let remote = |branch: &String| {
        format!(
            "origin/{}",
            branch.strip_prefix("refs/heads/").unwrap_or(branch)
        )
    };
    if known.target.is_some() || known.base.is_some() {
        // Merge results and detached targets are checked out, too: what counts is the request's own last commit.
        let head = known.head.as_deref().unwrap_or("HEAD");
        let bases = known.target.iter().map(remote).chain(known.base.clone());
        let base = bases.clone().find(|base| there(base));
        return match base {
            Some(base) if there(head) => Ok(Some(format!("{base}...{head}"))),
            _ => bail!(
                "{}: the commits of this request are not all here (it goes from {} to {head}): {}",
                service.name,
                bases.collect::<Vec<_>>().join(" or "),
                service.fetch
            ),
        };
    }
    let real = |commit: &&String| commit.bytes().any(|byte| byte != b'0');
    if let Some(before) = known
        .before
        .as_ref()
        .filter(real)
        .filter(|before| there(before))
    {
        return Ok(Some(format!("{before}..HEAD")));
    }
    let default = known
        .default
        .as_ref()
        .filter(|default| known.branch.as_ref() != Some(default));
    let default = default.map(remote).filter(|default| there(default));
    Ok(default.map(|default| format!("{default}...HEAD")))
}

/// Tells whether a revision is in a repository.
fn there(path: &Path) -> Result<impl FnMut(&str) -> bool> {
    let (repository, _) = Repository::open(path, &scan::environment(path))
        .with_context(|| format!("cannot scan a range of {}", path.display()))?;
    let refs = Refs::read(&repository);
    let (store, _) = Store::open(
        repository.object_dirs.clone(),
        repository.id_length,
        1 << 20,
    );
    Ok(move |name: &str| revision::resolve(name, &refs, &repository, &store).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The range that a pipeline with these variables reads, in a repository with these revisions.
    fn range(variables: &[(&str, &str)], there: &[&str]) -> Result<Option<String>> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found
                .map(|(_, value)| (*value).to_owned())
                .filter(|value| !value.is_empty())
        };
        let (service, known) = known(&variable)?;
        asked(service, &known, &mut |name| {
            name == "HEAD" || there.contains(&name)
        })
    }

    const ZERO: &str = "0000000000000000000000000000000000000000";

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
            let expected = format!("origin/main...{head}");
            let found = range(variables, &["origin/main", "5ec"]).expect("a range");
            assert_eq!(found.as_deref(), Some(&*expected), "{variables:?}");
            // What is not here is said, and never passed over.
            let missing = range(variables, &[]).expect_err("nothing to start from");
            assert!(missing.to_string().contains("not all here"), "{missing}");
        }
        // Of a fork the target is not here, but the commit is.
        let fork = [
            ("GITLAB_CI", "true"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "ba5e"),
        ];
        assert_eq!(
            range(&fork, &["ba5e"]).expect("a range").as_deref(),
            Some("ba5e...HEAD")
        );
    }

    #[test]
    fn a_push_is_read_from_what_was_before() {
        let push = |before: &'static str, branch: &'static str| {
            [
                ("GITLAB_CI", "true"),
                ("CI_COMMIT_BEFORE_SHA", before),
                ("CI_COMMIT_BRANCH", branch),
                ("CI_DEFAULT_BRANCH", "main"),
            ]
        };
        let there = ["01d", "origin/main", "origin/side"];
        let read = |before, branch| range(&push(before, branch), &there).expect("a range");
        assert_eq!(read("01d", "main").as_deref(), Some("01d..HEAD"));
        // A new branch, and one that was rewritten.
        for before in [ZERO, "90e", ""] {
            assert_eq!(
                read(before, "side").as_deref(),
                Some("origin/main...HEAD"),
                "{before}"
            );
            assert_eq!(read(before, "main"), None, "{before}");
        }
        assert_eq!(range(&push(ZERO, "side"), &[]).expect("everything"), None);
    }

    #[test]
    fn elsewhere_there_is_nothing_to_know() {
        let error = range(&[("CI", "true")], &[]).expect_err("no service");
        assert!(
            error.to_string().contains("--range origin/main..HEAD"),
            "{error}"
        );
    }
}
