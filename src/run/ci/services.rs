//! Services that run pipelines, and what they call things.

/// A service, and its variables. What it does not tell has no name here.
pub(super) struct Service {
    pub(super) name: &'static str,
    /// Set wherever it runs, to this if to anything in particular.
    pub(super) mark: (&'static str, Option<&'static str>),
    /// The branch that a pull request is for.
    pub(super) target: &'static str,
    /// The commit where a pull request left its target.
    pub(super) base: &'static str,
    /// The last commit of a pull request, where something else is checked out.
    pub(super) head: &'static str,
    /// What the branch was before: the last commit of which all is well.
    pub(super) before: &'static str,
    /// That holds only where these are so.
    pub(super) if_so: &'static [(&'static str, &'static str)],
    /// The commit of the pipeline.
    pub(super) commit: &'static str,
    /// The branch.
    pub(super) branch: &'static str,
    /// The default branch.
    pub(super) default: &'static str,
    /// How the whole history gets there.
    pub(super) fetch: &'static str,
}

/// By their own documentation. Forgejo and Gitea set the variables of GitHub, which tells the rest in a file.
pub(super) const SERVICES: [Service; 7] = [
    Service {
        name: "GitHub Actions",
        mark: ("GITHUB_ACTIONS", None),
        target: "GITHUB_BASE_REF",
        base: "",
        head: "",
        before: "",
        if_so: &[],
        commit: "",
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
        if_so: &[],
        commit: "CI_COMMIT_SHA",
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
        before: "GIT_PREVIOUS_SUCCESSFUL_COMMIT",
        if_so: &[],
        commit: "GIT_COMMIT",
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
        if_so: &[],
        commit: "BUILD_SOURCEVERSION",
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
        if_so: &[],
        commit: "BITBUCKET_COMMIT",
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
        if_so: &[],
        commit: "BUILDKITE_COMMIT",
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
        if_so: &[
            ("CI_PREV_PIPELINE_STATUS", "success"),
            ("CI_PREV_PIPELINE_EVENT", "push"),
        ],
        commit: "CI_COMMIT_SHA",
        branch: "CI_COMMIT_BRANCH",
        default: "CI_REPO_DEFAULT_BRANCH",
        fetch: "give the clone step `partial: false` and `depth: 0`",
    },
];
