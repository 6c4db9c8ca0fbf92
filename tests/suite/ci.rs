//! What pipelines run: the shell of the action, of the GitLab template and of the Jenkins file, each in a clone as its
//! service makes it, with the variables that the service sets.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::git::scene::{PROGRAM, Scene};
use crate::util::{Output, lonely, paired, token};

const ZERO: &str = "0000000000000000000000000000000000000000";

/// A server's repository `up`, with an old leak on main, and a clone of it that is made as a service makes it.
struct Pipeline {
    scene: Scene,
    base: String,
    head: String,
}

impl Pipeline {
    /// A branch `side` with a commit that has this file, and main with a commit of its own since.
    fn new(file: &str) -> Pipeline {
        let scene = Scene::with(&[("old/old.env", &paired(&token(6000))), ("x", "x\n")]);
        scene.git("a", &["checkout", "-qb", "side"]);
        let head = scene.commit(&[("new.env", file)]);
        scene.git("a", &["checkout", "-q", "main"]);
        let base = scene.commit(&[("x", "more\n")]);
        scene.git(".", &["clone", "-q", "--bare", "a", "up"]);
        Pipeline { scene, base, head }
    }

    /// The merge that GitHub makes of a pull request, in the server's repository.
    fn merge(&self) -> String {
        self.scene.git("a", &["checkout", "-q", "--detach", "main"]);
        self.scene
            .git("a", &["merge", "-q", "--no-ff", "-m", "merged", "side"]);
        let merge = self.scene.head();
        self.scene
            .git("a", &["push", "-q", "../up", "HEAD:refs/pull/1/merge"]);
        merge
    }

    /// A clone with this checked out, as runners make it: all branches, or the last commit alone.
    fn checkout(&self, commit: &str, shallow: bool) {
        let url = format!("file://{}", self.scene.dir.path("up").display());
        self.scene.git(".", &["init", "-q", "work"]);
        self.scene
            .git("up", &["config", "uploadpack.allowAnySHA1InWant", "true"]);
        let commit_ref = format!("+{commit}:refs/remotes/checked/out");
        let mut fetch = vec!["fetch", "-q", "--no-tags"];
        if shallow {
            fetch.push("--depth=1");
        }
        fetch.extend([&*url, &*commit_ref]);
        if !shallow {
            fetch.push("+refs/heads/*:refs/remotes/origin/*");
        }
        self.scene.git("work", &fetch);
        self.scene
            .git("work", &["checkout", "-q", "--detach", commit]);
    }

    /// Runs a shell script in the clone.
    fn shell(&self, shell: &[&str], script: &str, variables: &[(&str, &str)]) -> Output {
        let dir = &self.scene.dir;
        let tools = dir.path("tools");
        std::fs::create_dir_all(&tools).expect("a folder");
        let link = tools.join("matterleaks");
        if !link.exists() {
            std::os::unix::fs::symlink(PROGRAM, link).expect("a link");
        }
        let path = format!(
            "{}:{}",
            tools.display(),
            std::env::var("PATH").unwrap_or_default()
        );
        let command = dir.command(shell[0]).args(&shell[1..]).args([script]);
        command
            .with(|command| {
                command.current_dir(dir.path("work")).env("PATH", path);
                command.envs(variables.iter().copied());
            })
            .run()
    }
}

/// What GitHub evaluates to tell whose pull request it is.
const FORK: &str = "${{ github.event.pull_request && github.event.pull_request.head.repo.full_name != \
                    github.repository }}";

/// The `run` steps of the action, in order, with what they get of GitHub.
fn action(
    pipeline: &Pipeline,
    event: (&str, Value),
    variables: &[(&str, &str)],
    arguments: &str,
) -> Output {
    let dir = &pipeline.scene.dir;
    let action: Value = serde_yaml::from_str(include_str!("../../action.yml")).expect("YAML");
    // What would build the program for minutes: it must be told to build this source, into that place.
    let cargo = format!(
        "#!/bin/sh\n[ \"$1 $2 $3 $4 $5\" = \"install --locked --path $SOURCE --root\" ] || exit 9\n\
         mkdir -p \"$6/bin\" && ln -sf '{PROGRAM}' \"$6/bin/matterleaks\"\n"
    );
    dir.file("tools/cargo", cargo);
    std::fs::set_permissions(
        dir.path("tools/cargo"),
        std::fs::Permissions::from_mode(0o755),
    )
    .expect("a mode");
    dir.file("source/Cargo.toml", "")
        .file("summary", "")
        .file("output", "")
        .file("temp/.keep", "");
    dir.file("event.json", event.1.to_string());
    let event = (event.0, &event.1);
    let text = |name: &str| dir.path(name).display().to_string();
    let (event_path, temp, output, summary, source) = (
        text("event.json"),
        text("temp"),
        text("output"),
        text("summary"),
        text("source"),
    );
    let github = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", event.0),
        ("GITHUB_EVENT_PATH", &event_path),
        ("GITHUB_OUTPUT", &output),
        ("GITHUB_STEP_SUMMARY", &summary),
        ("RUNNER_TEMP", &temp),
    ];
    let mut last = None;
    for step in action["runs"]["steps"].as_array().expect("steps") {
        let Some(script) = step["run"].as_str() else {
            assert!(step["uses"].is_string(), "{step}");
            continue;
        };
        // Inputs reach the shell as variables only: in its text they would be commands.
        assert!(!script.contains("${{"), "{script}");
        assert_eq!(step["shell"], "bash");
        let env = step["env"]
            .as_object()
            .expect("variables")
            .iter()
            .map(|(name, value)| {
                let value = match value.as_str().expect("text") {
                    "${{ github.action_path }}" => &source,
                    "${{ inputs.arguments }}" => arguments,
                    FORK => match event.1["pull_request"]["head"]["repo"]["full_name"].as_str() {
                        Some("us/project") => "false",
                        Some(_) => "true",
                        None => "",
                    },
                    "${{ inputs.path }}" => {
                        action["inputs"]["path"]["default"].as_str().expect("text")
                    }
                    other => panic!("{other}"),
                };
                (name.as_str(), value)
            });
        let all: Vec<(&str, &str)> = github.iter().chain(variables).copied().chain(env).collect();
        last = Some(pipeline.shell(
            &["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"],
            script,
            &all,
        ));
    }
    let output = last.expect("a step");
    // Whatever was found, what comes after finds its files.
    let told = dir.read("output");
    assert!(told.contains("key=") && told.contains("sarif="), "{told}");
    output
}

fn request(pipeline: &Pipeline) -> (&'static str, Value) {
    let event = json!({
        "pull_request": {"base": {"sha": pipeline.base}, "head": {"sha": pipeline.head}},
        "repository": {"default_branch": "main"},
    });
    ("pull_request", event)
}

fn push(before: &str) -> (&'static str, Value) {
    (
        "push",
        json!({"before": before, "repository": {"default_branch": "main"}}),
    )
}

const REQUEST: [(&str, &str); 2] = [("GITHUB_BASE_REF", "main"), ("GITHUB_REF_NAME", "1/merge")];

#[test]
fn a_pull_request_is_read_from_its_target() {
    for (file, code) in [(lonely(&token(6001)), 1), ("clean\n".into(), 0)] {
        let pipeline = Pipeline::new(&file);
        let merge = pipeline.merge();
        pipeline.checkout(&merge, false);
        let output = action(&pipeline, request(&pipeline), &REQUEST, "");
        // What main holds already is not of the request.
        let output = output.code(code).complains("GitHub Actions: reads what ");
        if code == 1 {
            let _ = output
                .says("::warning file=new.env,line=1")
                .lacks("old.env");
            let sarif: Value =
                serde_json::from_str(&pipeline.scene.dir.read("temp/matterleaks.sarif"))
                    .expect("SARIF");
            assert_eq!(
                sarif["runs"][0]["results"].as_array().map(Vec::len),
                Some(1)
            );
            assert!(pipeline.scene.dir.read("summary").contains("new.env"));
        }
    }
}

#[test]
fn a_shallow_clone_is_never_clean() {
    let pipeline = Pipeline::new("clean\n");
    let merge = pipeline.merge();
    pipeline.checkout(&merge, true);
    action(&pipeline, request(&pipeline), &REQUEST, "")
        .code(2)
        .complains("fetch-depth: 0");
    let pipeline = Pipeline::new("clean\n");
    pipeline.checkout(&pipeline.head, true);
    let side = [("GITHUB_REF_NAME", "side")];
    action(&pipeline, push(&pipeline.base), &side, "").code(1);
    // Nothing counts, and it was not read whole.
    let accepted = "--fail-on never";
    action(&pipeline, push(&pipeline.base), &side, accepted).code(2);
}

#[test]
fn a_push_is_read_from_what_was_before() {
    let leak = lonely(&token(6002));
    let pipeline = Pipeline::new(&leak);
    pipeline.checkout(&pipeline.head, false);
    let side = [("GITHUB_REF_NAME", "side")];
    // A new branch has nothing before it; one that was rewritten, something that is gone.
    let gone = "1234567890123456789012345678901234567890";
    for before in [ZERO, gone] {
        let output = action(&pipeline, push(before), &side, "")
            .code(1)
            .lacks("old.env");
        let _ = output
            .complains("reads what refs/remotes/origin/main...")
            .says("new.env");
    }
    let before = format!("{}~", pipeline.head);
    let before = pipeline.scene.git("a", &["rev-parse", &before]);
    action(&pipeline, push(&before), &side, "")
        .code(1)
        .complains(&format!("reads what {before}..HEAD adds"));
    // Built again, there is nothing before it: what is new is what the default branch has not.
    action(&pipeline, push(&pipeline.head), &side, "")
        .code(1)
        .complains("reads what refs/remotes/origin/main...");
    // The first push of the default branch is all there is.
    let main = [("GITHUB_REF_NAME", "main")];
    action(&pipeline, push(ZERO), &main, "")
        .code(1)
        .complains("reads the whole history")
        .says("old.env");
}

/// Whatever makes a range empty, the leak is seen: merged in the meantime, a tag that is called like the target, a fork.
#[test]
fn an_empty_range_is_never_clean() {
    let pipeline = Pipeline::new(&lonely(&token(6010)));
    let merge = pipeline.merge();
    pipeline
        .scene
        .git("a", &["push", "-q", "../up", "HEAD:refs/heads/main"]);
    pipeline.checkout(&merge, false);
    action(&pipeline, request(&pipeline), &REQUEST, "")
        .code(1)
        .says("new.env")
        .lacks("old.env");
    let target = [("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")];
    gitlab(&pipeline, &target)
        .code(1)
        .complains("reads the whole history");
    let pipeline = Pipeline::new(&lonely(&token(6011)));
    pipeline.checkout(&pipeline.head, false);
    pipeline.scene.git("work", &["tag", "origin/main", "HEAD"]);
    gitlab(&pipeline, &target)
        .code(1)
        .says("new.env")
        .lacks("old.env");
    // Of a fork, origin is the fork itself.
    pipeline
        .scene
        .git("work", &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let fork = [
        target[0],
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &*pipeline.base),
    ];
    gitlab(&pipeline, &fork)
        .code(1)
        .says("new.env")
        .lacks("old.env");
}

#[test]
fn another_repository_is_none_of_this_pipeline() {
    let pipeline = Pipeline::new("clean\n");
    pipeline.checkout(&pipeline.head, false);
    let pushed =
        json!({"before": ZERO, "after": "1".repeat(40), "repository": {"default_branch": "main"}});
    let side = [("GITHUB_REF_NAME", "side")];
    action(&pipeline, ("push", pushed), &side, "")
        .code(2)
        .complains("another repository");
}

#[test]
fn arguments_are_arguments_and_no_shell() {
    let pipeline = Pipeline::new("clean\n");
    pipeline.checkout(&pipeline.head, false);
    let side = [("GITHUB_REF_NAME", "side")];
    let output = action(
        &pipeline,
        push(ZERO),
        &side,
        "--fail-on never --server $(touch${IFS}owned)",
    );
    output.code(2);
    assert!(!pipeline.scene.dir.path("work/owned").exists());
    // One a line, as YAML has lists.
    let lines = "\n--fail-on never\n--server https://chat.example.org\n";
    action(&pipeline, push(ZERO), &side, lines).code(0);
    action(
        &pipeline,
        push(ZERO),
        &side,
        "--fail-on never\n--no-such-flag\n",
    )
    .code(2);
}

fn gitlab(pipeline: &Pipeline, variables: &[(&str, &str)]) -> Output {
    let template: Value =
        serde_yaml::from_str(include_str!("../../packages/gitlab.yml")).expect("YAML");
    let job = &template["matterleaks"];
    let script = job["script"].as_array().expect("a script");
    let script: Vec<&str> = script
        .iter()
        .map(|line| line.as_str().expect("a line"))
        .collect();
    let given = |from: &Value| -> Vec<(String, String)> {
        let all = from.as_object().expect("variables").iter();
        all.map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned()))
            .collect()
    };
    let defaults = [given(&template["variables"]), given(&job["variables"])].concat();
    let mut all: Vec<(&str, &str)> = defaults
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    all.extend([("GITLAB_CI", "true"), ("CI_DEFAULT_BRANCH", "main")]);
    all.extend(variables);
    let output = pipeline.shell(&["sh", "-ec"], &script.join("\n"), &all);
    // What the job hands on is there, however it ends.
    if !output.code_is(2) {
        for (_, name) in job["artifacts"]["reports"].as_object().expect("reports") {
            let name = format!("work/{}", name.as_str().expect("a name"));
            let _: Value = serde_json::from_str(&pipeline.scene.dir.read(&name)).expect("JSON");
        }
    }
    output
}

/// The leak of a change that accepts it, as the last commit of a request.
fn self_accepted(n: u64) -> Pipeline {
    Pipeline::new(&format!(
        "{} # matterleaks:allow mine\n",
        lonely(&token(n)).trim_end()
    ))
}

#[test]
fn a_fork_cannot_accept_its_own_leak() {
    for (owner, code) in [("us/project", 0), ("them/project", 1)] {
        let pipeline = self_accepted(6010);
        pipeline.checkout(&pipeline.merge(), false);
        let (name, mut event) = request(&pipeline);
        event["pull_request"]["head"]["repo"] = json!({"full_name": owner});
        let output = action(&pipeline, (name, event), &REQUEST, "").code(code);
        if code == 0 {
            output.says("accepted by this very change");
        }
        let pipeline = self_accepted(6011);
        pipeline.checkout(&pipeline.head, false);
        let source = if code == 0 { "7" } else { "8" };
        let request = [
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &*pipeline.base),
            ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", source),
            ("CI_PROJECT_ID", "7"),
        ];
        gitlab(&pipeline, &request).code(code);
    }
}

#[test]
fn the_action_does_not_run_beside_secrets_on_what_strangers_send() {
    let action: Value = serde_yaml::from_str(include_str!("../../action.yml")).expect("YAML");
    let steps = action["runs"]["steps"].as_array().expect("steps");
    let scan = steps
        .iter()
        .find(|step| step["id"] == "scan")
        .expect("a step");
    let pipeline = self_accepted(6012);
    pipeline.checkout(&pipeline.head, false);
    let target = [("GITHUB_EVENT_NAME", "pull_request_target")];
    let script = scan["run"].as_str().expect("a script");
    let shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"];
    pipeline
        .shell(&shell, script, &target)
        .code(2)
        .says("use pull_request");
}

#[test]
fn gitlab_reads_merge_requests_and_pushes() {
    let pipeline = Pipeline::new(&lonely(&token(6003)));
    pipeline.checkout(&pipeline.head, false);
    let request = [
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &*pipeline.base),
        ("CI_COMMIT_BEFORE_SHA", ZERO),
    ];
    gitlab(&pipeline, &request)
        .code(1)
        .says("new.env")
        .lacks("old.env");
    let new_branch = [("CI_COMMIT_BRANCH", "side"), ("CI_COMMIT_BEFORE_SHA", ZERO)];
    gitlab(&pipeline, &new_branch)
        .code(1)
        .says("new.env")
        .lacks("old.env");
    let again = [
        ("CI_COMMIT_BRANCH", "side"),
        ("CI_COMMIT_BEFORE_SHA", &*pipeline.head),
    ];
    gitlab(&pipeline, &again).code(1).says("new.env");
    // A merge result, of which the request's own last commit counts.
    let pipeline = Pipeline::new(&lonely(&token(6004)));
    let merge = pipeline.merge();
    pipeline.checkout(&merge, false);
    let result = [
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", &*pipeline.head),
    ];
    gitlab(&pipeline, &result)
        .code(1)
        .says("new.env")
        .lacks("old.env");
    let pipeline = Pipeline::new("clean\n");
    pipeline.checkout(&pipeline.head, true);
    gitlab(&pipeline, &request[..1])
        .code(2)
        .complains("GIT_DEPTH");
}

fn jenkins(pipeline: &Pipeline, variables: &[(&str, &str)]) -> Output {
    let file = include_str!("../../packages/Jenkinsfile");
    let script = file.split("'''").nth(1).expect("a script");
    // As Groovy reads it: a backslash stands for itself only if it is doubled; one at a line's end joins the lines.
    let script = script.replace("\\\n", "");
    let all = [&[("JENKINS_URL", "http://jenkins.example.org")], variables].concat();
    pipeline.shell(&["sh", "-xec"], &script, &all)
}

#[test]
fn jenkins_reads_changes_and_branches() {
    let pipeline = Pipeline::new(&lonely(&token(6005)));
    pipeline.checkout(&pipeline.head, false);
    let change = [("CHANGE_TARGET", "main"), ("BRANCH_NAME", "PR-1")];
    jenkins(&pipeline, &change)
        .code(1)
        .says("new.env")
        .lacks("old.env");
    assert!(
        pipeline
            .scene
            .dir
            .read("work/matterleaks.xml")
            .contains("<testsuites")
    );
    let before = pipeline.scene.git("a", &["rev-parse", "side~"]);
    let before = [("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &*before)];
    jenkins(&pipeline, &before)
        .code(1)
        .says("new.env")
        .lacks("old.env");
    // The first build of a branch.
    jenkins(&pipeline, &[("BRANCH_NAME", "side")])
        .code(1)
        .says("old.env");
    let pipeline = Pipeline::new("clean\n");
    pipeline.checkout(&pipeline.head, true);
    jenkins(&pipeline, &change).code(2).complains("shallow");
}

#[test]
fn elsewhere_the_range_has_to_be_named() {
    let scene = Scene::with(&[("x", "x")]);
    scene
        .range("ci", &[])
        .code(2)
        .complains("--range origin/main..HEAD");
    // All of it fails on credentials without a server, too.
    for file in [
        include_str!("../../action.yml"),
        include_str!("../../packages/gitlab.yml"),
        include_str!("../../packages/Jenkinsfile"),
    ] {
        assert!(file.contains("--unpaired fail"));
    }
}
