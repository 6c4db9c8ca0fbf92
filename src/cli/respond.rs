//! `respond` and what `scan` takes to tell a channel: every command, flag and help text.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use matterleaks::respond::{ChannelName, Id, Selector, UserName, Who};

/// Answer a leak in the team's own Mattermost.
#[derive(Debug, Subcommand)]
pub enum RespondCommand {
    /// See that the server answers, the token is good, and the rights are there that the other commands need
    Test(TestArgs),
    /// Tell a user or a channel what a report says: redacted, and once
    Message(MessageArgs),
    /// Upload a report, of any format that holds no secret
    File(FileArgs),
    /// Open an incident: the channel incident-ID, with the finding as its first message and all who have to do with it
    ///
    /// Invited are the authors of the commits that brought it in and the token's owner, where the server knows them, and
    /// those that --invite names. If the channel is there already, what is missing is done.
    Open(OpenArgs),
    /// Tell every open incident of the token's user what changed since, and take what was written there into the report
    Sync(SyncArgs),
    /// Close an incident: its channel is archived
    Close(CloseArgs),
    /// Disable a leaked token, with an administrator's token: at once, and it can be undone
    ///
    /// Only on the server that the report names and --server too. The token is found again where the report says and
    /// checked: its server says which one it is, or --token-id does. Whose it is is shown. Then it is checked again: 0 the
    /// server refuses it, or did before; 2 it does not, it is not where the report says, or nobody knows.
    Disable(ContainArgs),
    /// Revoke a leaked credential, with an administrator's token: this cannot be undone, so disable it first
    ///
    /// Tokens, all logins of a user, incoming webhooks (deleted), outgoing webhooks, slash commands and OAuth
    /// applications (a new secret). A token that the server refuses already needs --user and --token-id. Else as disable;
    /// 0 as well if it was done to a kind that cannot be checked.
    Revoke(ContainArgs),
}

/// What `test` takes.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Also see whether this channel can be written to
    #[arg(long, value_name = "NAME", value_parser = channel)]
    pub channel: Option<ChannelName>,
    /// Where to.
    #[command(flatten)]
    pub to: Connection,
}

/// What `message` takes.
#[derive(Debug, Args)]
pub struct MessageArgs {
    /// Who is told.
    #[command(flatten)]
    pub whom: Whom,
    /// Only this finding: at least 8 digits of its id; may be given several times [default: all that count]
    #[arg(long, value_name = "ID", value_parser = Selector::parse)]
    pub finding: Vec<Selector>,
    /// Print what would be posted, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// A report in the format json
    #[arg(value_name = "REPORT")]
    pub report: PathBuf,
    /// Where to.
    #[command(flatten)]
    pub to: Connection,
}

/// What `file` takes.
#[derive(Debug, Args)]
pub struct FileArgs {
    /// Who gets it.
    #[command(flatten)]
    pub whom: Whom,
    /// Say what would be uploaded, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// A report
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where to.
    #[command(flatten)]
    pub to: Connection,
}

/// What `open` takes.
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// Make the channel private
    #[arg(long)]
    pub private: bool,
    /// Restore the channel if the incident was closed
    #[arg(long)]
    pub reopen: bool,
    /// Take over a channel of this name that another user has made
    #[arg(long)]
    pub adopt: bool,
    /// Bring this user too: a name or an e-mail address; may be given several times
    #[arg(long, value_name = "USER", value_parser = who)]
    pub invite: Vec<Who>,
    /// Print what would be posted and who invited, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// At least 8 digits of the finding's id
    #[arg(value_name = "ID", value_parser = Selector::parse)]
    pub id: Selector,
    /// A report in the format json
    #[arg(value_name = "REPORT")]
    pub report: PathBuf,
    /// Where to.
    #[command(flatten)]
    pub to: Connection,
}

/// What `sync` takes.
#[derive(Debug, Args)]
pub struct SyncArgs {
    /// Which way news goes
    #[arg(long, value_name = "WAY", default_value = "both")]
    pub direction: Direction,
    /// Close an incident once its credential is rejected in a check, and gone from what was scanned and from the work
    /// trees, indexes, stashes and tips of the repositories around; start it where the scan was started
    #[arg(long)]
    pub autoclose: bool,
    /// Where the report goes with what was written in the channels [default: where it came from]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print what would be posted, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// A report in the format json
    #[arg(value_name = "REPORT")]
    pub report: PathBuf,
    /// Where to.
    #[command(flatten)]
    pub to: Connection,
}

/// What `close` takes.
#[derive(Debug, Args)]
pub struct CloseArgs {
    /// Close one that another user has opened
    #[arg(long)]
    pub adopt: bool,
    /// Say what would be archived, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// At least 12 digits of the finding's id, or the name of the channel; 8 digits with a report
    #[arg(value_name = "ID", value_parser = Selector::parse)]
    pub id: Selector,
    /// A report in the format json
    #[arg(value_name = "REPORT")]
    pub report: Option<PathBuf>,
    /// Where to.
    #[command(flatten)]
    pub to: Connection,
}

/// What `disable` and `revoke` take.
#[derive(Debug, Args)]
pub struct ContainArgs {
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Show whose it is, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Whose it is, where the server does not say so or refuses it already; to nobody else's it is done
    #[arg(long, value_name = "NAME", value_parser = user)]
    pub user: Option<UserName>,
    /// Which of its owner's tokens it is, where the server does not say so
    #[arg(long, value_name = "ID", value_parser = token_id)]
    pub token_id: Option<Id>,
    /// A file or folder of rules to add, to find the credential again where it stands
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// At least 8 digits of the finding's id
    #[arg(value_name = "ID", value_parser = Selector::parse)]
    pub id: Selector,
    /// A report in the format json
    #[arg(value_name = "REPORT")]
    pub report: PathBuf,
    /// Where to.
    #[command(flatten)]
    pub to: Connection,
}

/// The team's own server, and how it is reached.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub struct Connection {
    /// The team's own server
    #[arg(long, value_name = "URL")]
    pub server: String,
    /// The team [default: the only one that the token's user is in]
    #[arg(long, value_name = "NAME", value_parser = channel)]
    pub team: Option<ChannelName>,
    /// A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Send the token over plain http, readable on its way; to this machine that needs no leave
    #[arg(long)]
    pub allow_http: bool,
    /// Trust the certificates of this file (PEM or DER) beside the system's authorities: an authority's, or the server's own
    #[arg(long, value_name = "FILE")]
    pub ca_cert: Vec<PathBuf>,
}

/// Who is told. If both are given the channel wins.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct Whom {
    /// A user: a name or an e-mail address
    #[arg(long = "to", value_name = "USER", value_parser = who)]
    pub user: Option<Who>,
    /// A channel; if --to is given as well, only the channel is written to
    #[arg(long, value_name = "NAME", value_parser = channel)]
    pub channel: Option<ChannelName>,
}

/// Which way news goes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Direction {
    /// Into the channels, and back into the report
    Both,
    /// Into the channels only
    ToChannel,
    /// Into the report only
    FromChannel,
}

/// What `scan` takes to tell a channel of its news.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Notify")]
pub struct Notify {
    /// Tell this channel of the team's own Mattermost what is new or newly active, once a credential; the token comes
    /// from the variable MATTERLEAKS_TOKEN
    #[arg(long, value_name = "NAME", value_parser = channel)]
    pub notify_channel: Option<ChannelName>,
    /// The team's own server [default: --server, if one is given]
    #[arg(long, value_name = "URL", requires = "notify_channel")]
    pub notify_server: Option<String>,
    /// The team [default: the only one that the token's user is in]
    #[arg(long, value_name = "NAME", value_parser = channel, requires = "notify_channel")]
    pub notify_team: Option<ChannelName>,
    /// What was told already [default: matterleaks/told.json in $XDG_STATE_HOME or ~/.local/state, unless that lies in what
    /// is scanned; then the channel alone tells]
    #[arg(long, value_name = "FILE", requires = "notify_channel")]
    pub notify_state: Option<PathBuf>,
    /// Print what would be posted, and send nothing
    #[arg(long, requires = "notify_channel")]
    pub dry_run: bool,
}

fn channel(text: &str) -> Result<ChannelName, String> {
    let why = "a name as in URLs: lower case letters, digits, `-` and `_`";
    ChannelName::parse(text).ok_or_else(|| why.into())
}

fn user(text: &str) -> Result<UserName, String> {
    UserName::parse(text).ok_or_else(|| "not a user's name".into())
}

fn token_id(text: &str) -> Result<Id, String> {
    Id::try_from(text.to_owned()).map_err(|_| "not the id of a token".into())
}

fn who(text: &str) -> Result<Who, String> {
    Who::parse(text).ok_or_else(|| "neither a user's name nor an e-mail address".into())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use crate::cli::Cli;

    #[test]
    fn every_flag_has_a_help_text() {
        let cli = Cli::command();
        let respond = cli.find_subcommand("respond").expect("the command");
        for command in respond.get_subcommands() {
            for argument in command.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "{} {}",
                    command.get_name(),
                    argument.get_id()
                );
            }
        }
    }
}
