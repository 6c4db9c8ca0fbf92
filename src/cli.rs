//! Every command, flag and help text. What was typed is turned into what is meant in [`crate::run`];
//! nobody behind it sees these types.

mod respond;
mod values;

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand};
use matterleaks::verify::HostPattern;

pub use respond::*;
pub use values::*;
use values::{size, time};

/// Finds leaked Mattermost credentials and pairs each with the server it opens.
#[derive(Debug, Parser)]
#[command(name = "matterleaks", version, max_term_width = 100, styles = STYLES)]
#[command(after_help = EXIT_CODES, after_long_help = [EXAMPLES, EXIT_CODES].concat())]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: When,
    /// List every place, whole ids and accepted findings
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
    /// Print nothing but the report
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
}

const EXIT_CODES: &str = "Exit codes: 0 nothing counts and everything was read; 1 something counts; 2 wrong usage, \
or something was not read and nothing counts.";

const EXAMPLES: &str = "\
Examples:
  matterleaks scan                        the current folder
  matterleaks scan --history              a repository with all that it ever held
  matterleaks hook install                from now on every commit
  matterleaks scan --range ci --unpaired fail
                                          in a pipeline: what a push or a pull request adds
  matterleaks scan --verify=plan          whom a live check would ask what; sends nothing
  matterleaks scan --verify               which of them are live, and whose they are
  matterleaks scan --history --format json --output report.json
  matterleaks report report.json --format html --output report.html

Nothing is sent anywhere without --verify, and nothing of a repository is ever run.

";

const SCAN_EXAMPLES: &str = "\
Examples:
  matterleaks scan src deploy/bot.env     files and folders
  some-command | matterleaks scan -       standard input
  matterleaks scan --history ../bot.git   a bare repository, every object of it
  matterleaks scan --staged --unpaired fail
                                          what the next commit adds
  matterleaks scan --range origin/main..HEAD
                                          what these commits add
  matterleaks scan --repos repos.txt --shard 2/8 --format json --output 2.json
                                          a part of many repositories
  matterleaks scan --format sarif --output leaks.sarif --format human
                                          two reports of one run
";

const READ: &str = "What is read";
const COUNT: &str = "What counts";
const WRITE: &str = "What is written";

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// More threads than this only fight for work: a thousand take a second to start, and ten thousand a minute.
const MOST_JOBS: i64 = 256;

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look for credentials in files and folders
    ///
    /// Hidden files are read, `.git` is not. Ignored files (.gitignore, .git/info/exclude) are left out and
    /// counted, unless git tracks them; they still tell which server a token belongs to.
    Scan(Scan),
    /// Ask a server whether a credential is live
    ///
    /// With --host the secret is read from standard input, or asked for without showing it. Exit codes: 0 the
    /// server refuses it, 1 it is live, 2 nothing is known.
    Verify(VerifyArgs),
    /// Merge earlier reports by credential, and write them in other formats
    ///
    /// For parts of one scan, as several machines made them. Of what they say of a credential differently the worst
    /// is kept.
    Report(ReportArgs),
    /// Check every commit, push, or what a server takes
    ///
    /// `install` puts a hook into the repository around the current folder; `run` is what it and pre-commit call.
    #[command(subcommand)]
    Hook(HookCommand),
    /// Go through a report, and accept what may stay
    ///
    /// One finding after another: accept it, mark it as a false alarm, or leave it. Every answer is written to the list at once. Findings that the list accepts already are not asked about.
    Audit(AuditArgs),
    /// Accept what is known, so that only news counts
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Answer a leak in the team's own Mattermost: tell people, open incidents, disable and revoke
    ///
    /// The token comes from the variable MATTERLEAKS_TOKEN, from --token-file, or is asked for. Whatever is cut off is
    /// run again: it goes on where it stopped, and posts nothing twice. Exit codes: 0 done, 2 not done.
    #[command(subcommand)]
    Respond(RespondCommand),
    /// Show and check the rules
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Print what makes a shell complete commands and flags
    Completions {
        /// Which shell
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man {
        /// The page of one command, as in scan or baseline-create
        #[arg(value_name = "COMMAND")]
        command: Option<String>,
    },
}

/// What `scan` takes.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = SCAN_EXAMPLES)]
pub struct Scan {
    /// Files or folders; `-` is standard input. With --history, --staged or --range a repository
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Read the work tree and every object of a repository
    ///
    /// All that any commit, branch, tag, stash or reflog holds, and what none of them holds any more; messages, names
    /// of people, files and refs, the index, linked work trees and submodules.
    #[arg(long, help_heading = READ)]
    pub history: bool,
    /// Read what the next commit of a repository adds
    ///
    /// Whole files of the index that differ from HEAD, so that a token added beside an old URL finds its server. What
    /// was there before never counts.
    #[arg(long, conflicts_with = "history", help_heading = READ)]
    pub staged: bool,
    /// Read what the commits of a range add, as in origin/main..HEAD; `ci` finds the range in a pipeline
    ///
    /// A..B is as in git log, and A...B begins where the two parted. `ci` is what a pipeline is about, by the variables
    /// that GitHub, GitLab, Jenkins, Azure, Bitbucket, Buildkite or Woodpecker set: a pull request from where it left its
    /// target, a push from what was before, else everything. `-` reads the lines that git gives to a pre-push or
    /// pre-receive hook from standard input.
    #[arg(long, value_name = "A..B", conflicts_with_all = ["history", "staged"], help_heading = READ)]
    pub range: Option<String>,
    /// Read the histories of many repositories: a path a line; `-` is standard input
    ///
    /// Paths are from the current folder. Empty lines and those that begin with # are none. Nothing is fetched: clone
    /// first. The reports are merged by credential, as `matterleaks report` does it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "history", "staged", "range"], help_heading = READ)]
    pub repos: Option<PathBuf>,
    /// Read only the K-th of N parts of --repos, as in 2/8
    ///
    /// By the path as it is listed: a repository stays in its part whatever else is in the list.
    #[arg(long, value_name = "K/N", requires = "repos", help_heading = READ)]
    pub shard: Option<Shard>,
    /// Read nothing, and print the repositories of --repos that would be read
    #[arg(long, requires = "repos", help_heading = READ)]
    pub list: bool,
    /// Read ignored files too
    #[arg(long, help_heading = READ)]
    pub no_ignore: bool,
    /// Leave out larger files, as in 10M
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = READ)]
    pub max_file_size: Option<u64>,
    /// A file or folder of rules to add
    #[arg(long, value_name = "PATH", help_heading = READ)]
    pub rules: Vec<PathBuf>,
    /// Your own server, for tokens whose server is not written down
    #[arg(long, value_name = "URL", help_heading = READ)]
    pub server: Vec<String>,
    /// What is written, and where.
    #[command(flatten)]
    pub reports: Reports,
    /// Print secrets in full
    #[arg(long, help_heading = WRITE)]
    pub show_secrets: bool,
    /// Draw no progress bar
    #[arg(long, help_heading = WRITE)]
    pub no_progress: bool,
    /// What makes the exit code 1
    #[arg(long, value_name = "WHAT", default_value = "any", help_heading = COUNT)]
    pub fail_on: FailOn,
    /// Leave out findings of less confidence
    #[arg(long, value_name = "LEVEL", default_value = "low", help_heading = COUNT)]
    pub min_confidence: Confidence,
    /// Report kinds of little worth too: team invitations, response URLs, CSRF tokens
    #[arg(long, help_heading = COUNT)]
    pub all_kinds: bool,
    /// Accept what this list accepts, see `matterleaks baseline`
    #[arg(long, value_name = "FILE", help_heading = COUNT)]
    pub baseline: Vec<PathBuf>,
    /// End with 2 if a baseline has entries of no use any more, and nothing else counts
    #[arg(long, help_heading = COUNT)]
    pub fail_on_stale: bool,
    /// Heed nothing that comes with what is scanned
    ///
    /// No .matterleaks.yml, .matterleaksignore, .gitleaksignore, and no comment that accepts a value: for repositories
    /// that you do not trust.
    #[arg(long, help_heading = COUNT)]
    pub no_config: bool,
    /// How many threads work [default: as many as there are cores]
    #[arg(
        short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MOST_JOBS),
        help_heading = READ
    )]
    pub jobs: Option<u16>,
    /// Ask the server of each credential whether it is live; `--verify=plan` only says what would be asked
    ///
    /// A secret goes to its own server and nowhere else, and only after that server has proven, without it, to be
    /// what it should be. At most 2 requests a second and one at a time go to one address and port; an answer may
    /// take 10 seconds and 64 KiB, all of them --verify-budget.
    #[arg(
        long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "ask",
        hide_possible_values = true, help_heading = LIVE
    )]
    pub verify: Option<Verify>,
    /// Whether a live check that could not be made fails the run, with --fail-on verified
    #[arg(long, value_name = "HOW", default_value = "fail", help_heading = LIVE)]
    pub unknown: Unknown,
    /// Let accepted credentials be live; else one that is counts all the same
    #[arg(long, help_heading = LIVE)]
    pub allow_live: bool,
    /// How live checks are made.
    #[command(flatten)]
    pub live: Live,
    /// Who is told.
    #[command(flatten)]
    pub notify: Notify,
}

/// What is written, and where: what `scan` and `report` share.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = WRITE)]
pub struct Reports {
    /// Format of the report; may be given several times
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Vec<Format>,
    /// Where the report goes; the n-th belongs to the n-th --format
    ///
    /// One format may go to standard output. A file is written whole or not at all.
    #[arg(long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// Whether credentials without a server count
    #[arg(long, value_name = "HOW", default_value = "report", help_heading = COUNT)]
    pub unpaired: Unpaired,
    /// Put accepted findings into SARIF too, marked as such; GitHub shows them all the same
    #[arg(long)]
    pub sarif_suppressed: bool,
}

/// What `report` takes.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Reports in the format json
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// What is written, and where.
    #[command(flatten)]
    pub reports: Reports,
    /// End as a scan would that found this; without it the exit code is 0
    #[arg(long, value_name = "WHAT")]
    pub fail_on: Option<FailOn>,
}

/// What git's hooks and pre-commit call.
#[derive(Debug, Subcommand)]
pub enum HookCommand {
    /// Read what the next commit adds, or these files; credentials without a server count, too
    Run {
        /// Exactly these files, as pre-commit names them [default: what is staged]
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Put a hook into the repository around the current folder; one that is there already runs first
    Install {
        /// Which hook
        #[arg(value_name = "HOOK", default_value = "pre-commit")]
        kind: HookKind,
    },
    /// Take the hook out again, and put the one before it back
    Uninstall {
        /// Which hook
        #[arg(value_name = "HOOK", default_value = "pre-commit")]
        kind: HookKind,
    },
}

/// What `audit` takes.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// A report in the format json
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The list of what is accepted; made if there is none
    #[arg(long, value_name = "FILE", default_value = "matterleaks-baseline.yml")]
    pub baseline: PathBuf,
    /// Who accepts
    #[arg(long, value_name = "NAME", default_value = "")]
    pub owner: String,
    /// The last day on which what is accepted holds, as in 2027-01-31
    #[arg(long, value_name = "DAY")]
    pub expires: Option<String>,
}

/// How live checks are made: what `scan` and `verify` share.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = LIVE)]
pub struct Live {
    /// Contact only this server: a name, a pattern such as *.example.org, or a network such as 10.0.0.0/8
    #[arg(long, value_name = "PATTERN", value_parser = HostPattern::parse)]
    pub verify_host: Vec<HostPattern>,
    /// Contact servers on this machine and on private networks; servers that you typed need no leave
    #[arg(long)]
    pub allow_private: bool,
    /// Send secrets over plain http, readable on their way; to this machine that needs no leave
    #[arg(long)]
    pub allow_http: bool,
    /// Trust the certificates of this PEM file beside those of the system
    #[arg(long, value_name = "FILE")]
    pub ca_cert: Vec<PathBuf>,
    /// Check incoming webhooks too, by a post to a channel that cannot exist: nothing appears
    #[arg(long)]
    pub verify_webhooks: bool,
    /// How long all live checks may take, as in 90s or 5m
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    pub verify_budget: Duration,
    /// How many requests may be on their way at once, over all servers
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub verify_concurrency: u16,
}

const LIVE: &str = "Live checks";

/// What `verify` takes.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("of").required(true))]
pub struct VerifyArgs {
    /// The server that the secret on standard input belongs to
    #[arg(long, value_name = "URL", group = "of")]
    pub host: Option<String>,
    /// An earlier report in JSON: its credentials are read again where they stand, and checked again
    #[arg(long, value_name = "FILE", group = "of")]
    pub from: Option<PathBuf>,
    /// What the secret is, as `rules list` names it
    #[arg(
        long,
        value_name = "RULE",
        default_value = "mattermost-access-token",
        conflicts_with = "from"
    )]
    pub rule: String,
    /// A further part that the rule asks for, as in user_id=VALUE
    #[arg(long, value_name = "NAME=VALUE", conflicts_with = "from")]
    pub part: Vec<String>,
    /// Your own server, which may be contacted for credentials of the report
    #[arg(long, value_name = "URL", conflicts_with = "host")]
    pub server: Vec<String>,
    /// Format of what is said
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: VerifyFormat,
    /// Where the report goes that was brought up to date
    #[arg(long, value_name = "FILE", conflicts_with = "host")]
    pub output: Option<PathBuf>,
    /// A file or folder of rules to add
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// How live checks are made.
    #[command(flatten)]
    pub live: Live,
}

/// Lists of accepted credentials.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Write a list that accepts all that counts in a report
    Create {
        /// A report in the format json
        #[arg(value_name = "REPORT")]
        report: PathBuf,
        /// The list; it must not exist yet
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
        /// How it is accepted.
        #[command(flatten)]
        acceptance: Acceptance,
    },
    /// Bring a list up to date: add what counts in a report, take out what is not in it any more
    Update {
        /// A report in the format json, of a scan of everything that the list is for
        #[arg(value_name = "REPORT")]
        report: PathBuf,
        /// The list
        #[arg(long, value_name = "FILE")]
        baseline: PathBuf,
        /// How what is new is accepted.
        #[command(flatten)]
        acceptance: Acceptance,
    },
    /// Show a list, those out of time first
    Show {
        /// The list
        #[arg(value_name = "FILE")]
        baseline: PathBuf,
    },
}

/// How credentials are accepted.
#[derive(Debug, Args)]
pub struct Acceptance {
    /// Why; reviewers read it
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Who accepts it
    #[arg(long, value_name = "NAME", default_value = "")]
    pub owner: String,
    /// The last day on which it holds, as in 2027-01-31
    #[arg(long, value_name = "DAY")]
    pub expires: Option<String>,
}

/// Show and check the rules.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// One line for each kind of credential
    List {
        /// A file or folder of rules to add
        #[arg(long, value_name = "PATH")]
        rules: Vec<PathBuf>,
    },
    /// Everything about one kind
    Show {
        /// As `rules list` names it
        id: String,
        /// A file or folder of rules to add
        #[arg(long, value_name = "PATH")]
        rules: Vec<PathBuf>,
    },
    /// Run every rule's own examples
    Check {
        /// A file or folder of rules [default: those of the program]
        path: Option<PathBuf>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_has_a_help_text() {
        for command in Cli::command().get_subcommands() {
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{}", argument.get_id());
            }
        }
    }
}
