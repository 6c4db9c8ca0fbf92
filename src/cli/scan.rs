//! What `scan` takes, and what other commands share with it.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser};
use matterleaks::finding::Confidence;
use matterleaks::report::record::Shard;
use matterleaks::report::{FailOn, Format, Unpaired};
use matterleaks::verify::HostPattern;

use super::respond::Notify;
use super::values::*;

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

/// More threads than this only fight for work: a thousand take a second to start, and ten thousand a minute.
const MOST_JOBS: i64 = 256;

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
    #[arg(long, value_name = "K/N", value_parser = shard, requires = "repos", help_heading = READ)]
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
    /// In a hook, end with 2 whatever was not read
    ///
    /// `hook run` and --range - end with 2 only if content of what is new was not read; of refs, settings and ignore
    /// files they warn. Other scans are always strict.
    #[arg(long, help_heading = COUNT)]
    pub strict: bool,
    /// Which acceptances count under --range: also those that the range itself brings, or only those of its base
    ///
    /// Settings, excludes, baselines and rules of the repository are those of the base in any case. What the range
    /// brings can be a line of .matterleaksignore or a comment, and every report names it.
    #[arg(long, value_name = "WHERE", value_enum, default_value = "range", help_heading = COUNT)]
    pub accept_from: AcceptFrom,
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

impl Default for Scan {
    /// Without any flag.
    fn default() -> Scan {
        #[derive(Parser)]
        struct Flags {
            #[command(flatten)]
            scan: Scan,
        }
        Flags::parse_from([""]).scan
    }
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
    /// Trust the certificates of this file (PEM or DER) beside the system's authorities: an authority's, or the server's own
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
