//! Every command, flag and help text. What was typed is turned into what is meant in [`crate::run`];
//! nobody behind it sees these types.

mod respond;
mod scan;
mod values;

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand};

pub use respond::*;
pub use scan::*;
pub use values::*;

use matterleaks::report::FailOn;

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

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

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
        /// End with 2 whatever was not read, not only content of what is committed
        #[arg(long)]
        strict: bool,
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
