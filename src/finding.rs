//! The words that every stage shares: what a scan finds, where, and what it could not read.
//!
//! This room uses no other. A stage that needs a new word to talk to another stage adds it here. Two
//! types carry the promise that nothing leaks: [`Secret`] has no `Display` and a masked `Debug`, and
//! [`Untrusted`] (every string that came from outside) can be read only by the redactor.

mod coverage;
mod place;
mod text;
mod verdict;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

pub use coverage::{Coverage, Skip, SkipReason};
pub use place::{
    Commit, History, Host, InGit, Location, ObjectId, Origin, PairedBy, Part, Place, Position,
    Reachable, Tie,
};
pub use text::{CredentialId, Secret, Snippet, Untrusted};
pub use verdict::{Live, Owner, Planned, Status, Unknown, UnknownReason, Verdict};

macro_rules! named {
    ($($type:ident)*) => {$(impl $type {
        /// The name in reports and rules.
        pub fn name(self) -> &'static str {
            self.into()
        }
    })*};
}

named!(Confidence Kind PairedBy Place Severity SkipReason Status UnknownReason);

/// What a credential opens: the closed list of kinds that a rule can name.
///
/// The order is the order of harm; where one value stands in two contexts, the earlier kind wins.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// A personal access token or a bot's token: everything its user may do.
    AccessToken,
    /// A login session (`MMAUTHTOKEN`).
    SessionToken,
    /// An access token that Mattermost issued as an OAuth provider.
    OauthAccessToken,
    /// The refresh token beside it.
    OauthRefreshToken,
    /// A token by which two servers trust each other (shared channels).
    RemoteClusterToken,
    /// The secret of an OAuth application.
    OauthClientSecret,
    /// The key of an incoming webhook: whoever has it can post.
    IncomingWebhook,
    /// The token by which an integration knows that a slash command came from the server.
    SlashCommandToken,
    /// The same for an outgoing webhook.
    OutgoingWebhookToken,
    /// A session of a stand-alone Boards (Focalboard) server.
    BoardsToken,
    /// A secret by its context, of no kind that is known.
    UnknownSecret,
    /// Reported only when every kind is asked for: joins a team that is open to its link.
    TeamInviteId,
    /// Reported only when every kind is asked for: answers one slash command within 30 minutes.
    CommandResponseUrl,
    /// Reported only when every kind is asked for: useless without its session.
    CsrfToken,
}

impl Kind {
    /// Whether the kind is worth so little that it is reported only with `--all-kinds`.
    pub fn is_minor(self) -> bool {
        matches!(
            self,
            Kind::TeamInviteId | Kind::CommandResponseUrl | Kind::CsrfToken
        )
    }
}

/// How sure we are that a value is a credential.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    IntoStaticStr,
    ValueEnum,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Confidence {
    /// Also what no server can have made as it stands, such as altered samples
    Low,
    /// Also what has its server elsewhere
    Medium,
    /// A token that a server made, in a credential's place, with its server
    High,
}

/// How bad a leak is, least first.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Severity {
    /// Nothing to do.
    Info,
    /// Worth a look.
    Low,
    /// A part of the chat: posting, faking a command.
    Medium,
    /// All that a user can read and write.
    High,
    /// The whole server.
    Critical,
}

/// A credential in one place: what the detector, pairing and the report pass along.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Identifier of the product whose rule found it.
    pub product: String,
    /// Identifier of the page that describes this kind.
    pub rule_id: String,
    /// What it opens.
    pub kind: Kind,
    /// How sure we are.
    pub confidence: Confidence,
    /// Whether a Mattermost server can have made this value as it stands.
    pub minted: bool,
    /// The value.
    pub secret: Secret,
    /// Its server, where one was found.
    pub host: Option<Host>,
    /// Whether its rule asks for a host at all.
    pub wants_host: bool,
    /// Further parts.
    pub parts: Vec<Part>,
    /// In words, what made it a credential, as in `key "mattermost_token"`.
    pub reason: Untrusted,
    /// Where it stands.
    pub location: Location,
    /// Whether it was there before the step that was scanned: see [`Finding::pre_existing`].
    pub pre_existing: bool,
}

/// One credential with all its places.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Its name for ever.
    pub id: CredentialId,
    /// Identifier of the page that describes this kind.
    pub rule_id: String,
    /// What it opens.
    pub kind: Kind,
    /// How sure we are: the highest of its places.
    pub confidence: Confidence,
    /// How bad it is.
    pub severity: Severity,
    /// Whether a Mattermost server can have made this value as it stands.
    pub minted: bool,
    /// The value.
    pub secret: Secret,
    /// The best host; see [`PairedBy`].
    pub host: Option<Host>,
    /// Other servers that the same credential is paired with in other places, by URL.
    pub other_hosts: Vec<Host>,
    /// Whether its rule wants a host and none was found.
    pub unpaired: bool,
    /// Further parts, of the same place as the host.
    pub parts: Vec<Part>,
    /// In words, why we think so, as in `key "mattermost_token"`.
    pub reason: Untrusted,
    /// Every place, ordered by path, then position.
    pub locations: Vec<Location>,
    /// Where it stands in git's history, if that was read.
    pub history: Option<History>,
    /// Whether the parents of what was scanned held the same pair already: shown on request, never counted.
    pub pre_existing: bool,
    /// Why it does not count, if it was accepted.
    pub suppressed: Option<Suppression>,
    /// What its server says of it.
    pub verdict: Verdict,
}

impl Finding {
    /// Takes what its server said: how bad a leak is depends on it. An accepted credential that is live counts
    /// again, unless `allow_live`.
    pub fn settle(&mut self, verdict: Verdict, allow_live: bool) {
        match &verdict {
            Verdict::Active(live) => {
                self.severity = live.severity;
                if let Some(why) = &mut self.suppressed {
                    why.overruled = !allow_live;
                }
            }
            Verdict::Rejected { .. } => self.severity = Severity::Info,
            Verdict::NotChecked | Verdict::Unknown(_) => {}
        }
        self.verdict = verdict;
    }

    /// The order of reports: worst first, then by first place.
    pub fn worst_first(a: &Finding, b: &Finding) -> std::cmp::Ordering {
        (b.severity.cmp(&a.severity))
            .then_with(|| a.locations.cmp(&b.locations))
            .then_with(|| a.id.cmp(&b.id))
    }
}

/// A credential of an earlier report, as far as it is looked up again where it was found.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its name for ever.
    pub id: CredentialId,
    /// Identifier of the page that described it.
    pub rule_id: String,
    /// Its server.
    pub host: Option<Host>,
    /// Every place that is listed.
    pub places: Vec<Origin>,
    /// Whether there are more.
    pub unlisted: bool,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The file that says so.
    pub source: Untrusted,
    /// The reason given there.
    pub reason: Untrusted,
    /// Whether it counts all the same, because it is live and nobody has said that it may be.
    pub overruled: bool,
    /// Whether what was scanned brings the acceptance with the credential.
    pub by_change: bool,
}

/// What a scan was asked to read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A file or directory tree.
    Files(Untrusted),
    /// Standard input.
    Stdin,
    /// A repository: its work tree and every object.
    History(Untrusted),
    /// What the next commit of a repository adds.
    Staged(Untrusted),
    /// What a range of commits adds: the repository, and the range as it was typed.
    Range(Untrusted, Untrusted),
}

/// A page of the rules, as reports name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleNote {
    /// As in `mattermost-access-token`.
    pub id: String,
    /// As in `Mattermost personal access token`.
    pub title: String,
    /// Who makes the product.
    #[serde(default)]
    pub company: String,
    /// The product, as its rules call it.
    #[serde(default)]
    pub product: String,
    /// What to do when one leaks, a step a line, in Markdown.
    pub help: String,
}

/// The result of a scan. What a report shows, an exit code is computed from, and tests compare.
#[derive(Clone, Debug)]
pub struct Report {
    /// SHA-256 of all rules that were used, in hex.
    pub rules_sha256: String,
    /// Every page that could have been named.
    pub rules: Vec<RuleNote>,
    /// What was asked for.
    pub sources: Vec<Source>,
    /// When the scan started.
    pub started_at: std::time::SystemTime,
    /// How long it took.
    pub duration: std::time::Duration,
    /// What was read.
    pub coverage: Coverage,
    /// Every credential, worst first; then by first location.
    pub findings: Vec<Finding>,
    /// Values that are published documentation samples: counted, never findings.
    pub samples: u64,
    /// Remarks that change nothing but that people should see, such as an unknown id in an ignore file.
    pub notes: Vec<Untrusted>,
    /// Whether servers were asked.
    pub verified: bool,
    /// What would be asked of them, if people wanted to see that first.
    pub plan: Option<Vec<Planned>>,
}
