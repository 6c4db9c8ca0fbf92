//! The words that every stage shares: what a scan finds, where, and what it could not read.
//!
//! This room uses no other. A stage that needs a new word to talk to another stage adds it here. Two
//! types carry the promise that nothing leaks: [`Secret`] has no `Display` and a masked `Debug`, and
//! [`Untrusted`] (every string that came from outside) can be read only by the redactor.

mod verdict;

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use strum::IntoStaticStr;

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
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr,
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

/// A secret value. It has no `Display`, its `Debug` is masked, and [`Secret::expose`] is easy to find.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret(Box<str>);

impl Secret {
    /// Wraps a value found in a document.
    pub fn new(value: &str) -> Secret {
        Secret(value.into())
    }

    /// The value itself. Every call is a place where it could leak.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What people see: the first four characters and the length, as in `hops… (26)`.
    pub fn redacted(&self) -> String {
        format!("{} ({})", self.masked(), self.0.chars().count())
    }

    /// The first four characters and an ellipsis. A value of fewer than 12 characters shows none.
    pub fn masked(&self) -> String {
        let shown = if self.0.chars().count() < 12 { 0 } else { 4 };
        self.0.chars().take(shown).chain(['…']).collect()
    }

    /// SHA-256 of the value's bytes, in hex.
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(self.0.as_bytes()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

/// Names a credential for ever: SHA-256 of `matterleaks/1`, product and secret, divided by NUL, in hex.
/// Rule, kind, host and place never enter it, so a baseline survives every move.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CredentialId(String);

impl CredentialId {
    /// The id of `secret` for the product that issued it.
    pub fn of(product: &str, secret: &Secret) -> CredentialId {
        let mut hash = Sha256::new();
        for part in ["matterleaks/1", "\0", product, "\0", secret.expose()] {
            hash.update(part.as_bytes());
        }
        CredentialId(hex(&hash.finalize()))
    }

    /// Reads an id as people write it: 64 hex digits of either case.
    pub fn parse(text: &str) -> Option<CredentialId> {
        let hex = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        hex.then(|| CredentialId(text.to_ascii_lowercase()))
    }

    /// The 64 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// Bytes that came from outside: a path, a snippet, an error text. They may hold a secret and they may
/// attack a terminal, so only the redactor reads them; `Debug` shows nothing but the length.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Untrusted(std::sync::Arc<[u8]>);

impl Untrusted {
    /// Wraps foreign bytes.
    pub fn new(bytes: impl AsRef<[u8]>) -> Untrusted {
        Untrusted(bytes.as_ref().into())
    }

    /// The bytes as they came. For the redactor, and for code that opens what they name.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted({} bytes)", self.0.len())
    }
}

/// The name of a git object: 20 bytes of SHA-1 or 32 of SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    bytes: [u8; 32],
    length: u8,
}

impl ObjectId {
    /// Wraps 20 or 32 bytes; nothing else is an id.
    pub fn new(id: &[u8]) -> Option<ObjectId> {
        let mut bytes = [0; 32];
        matches!(id.len(), 20 | 32).then(|| bytes[..id.len()].copy_from_slice(id))?;
        Some(ObjectId {
            bytes,
            length: id.len() as u8,
        })
    }

    /// Reads 40 or 64 hex digits of either case.
    pub fn parse(hex: &[u8]) -> Option<ObjectId> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(hex).ok()?;
        ObjectId::new(&bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Whether it is the id that git writes for "nothing".
    pub fn is_zero(&self) -> bool {
        self.bytes == [0; 32]
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(self.as_bytes()))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A position in the original text of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Bytes from the start.
    pub byte_offset: u64,
    /// From 1; `\n` ends a line.
    pub line: u64,
    /// From 1, in Unicode scalar values; a byte that is no UTF-8 counts as one.
    pub column: u64,
}

/// What a document is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Place {
    /// The content of a file.
    File,
    /// What git's index holds for a path.
    Index,
    /// A file's content in git's history.
    Blob,
    /// What a commit says.
    CommitMessage,
    /// What an annotated tag says.
    TagMessage,
    /// The name of a branch, a tag or another ref.
    Ref,
    /// A file's name.
    Path,
    /// Who wrote or committed a commit, or tagged it.
    Author,
    /// The text of a symbolic link.
    Symlink,
    /// Standard input.
    Stdin,
}

/// One line of a document around a match, cut to a readable length.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Snippet {
    /// The line up to the match.
    pub before: Untrusted,
    /// The match as it is written there: the secret, or an encoded form of it.
    pub matched: Untrusted,
    /// The rest of the line.
    pub after: Untrusted,
}

/// Where in git a document stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct InGit {
    /// The path of its repository, as the user would type it.
    pub repository: Untrusted,
    /// The object that it is: a blob, or the commit or tag whose message it is. None for the name of a ref
    /// and for a file that git does not hold.
    pub object: Option<ObjectId>,
    /// A commit that holds it: the first that introduced it there.
    pub commit: Option<ObjectId>,
}

/// What a document is and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Its path, as in [`Location::path`].
    pub path: Untrusted,
    /// What it is.
    pub place: Place,
    /// Where in git, if it was read from there.
    pub git: Option<InGit>,
}

/// A place where a credential stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The document's path as the user would type it; in git's history from the root of its repository.
    /// Empty for standard input, messages and authors. Of a ref its name.
    pub path: Untrusted,
    /// Where in the document.
    pub position: Position,
    /// What kind of document it is.
    pub place: Place,
    /// Where in git, if it was read from there.
    pub git: Option<InGit>,
    /// The line around it.
    pub snippet: Snippet,
}

/// How a token found its host.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PairedBy {
    /// The host is part of the same URL.
    Url,
    /// Both stand in one block: a section, an object, a call.
    Block,
    /// The nearest host of the document.
    Distance,
    /// The host stands in another file of the same directory.
    Sibling,
    /// The user named the server.
    Server,
}

/// How a server is tied to the place that names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// It is written there.
    #[default]
    Own,
    /// What is joined to it at run time may be more of its name.
    Joined,
}

impl Tie {
    /// Whether nothing more has to be said of it.
    pub fn is_own(&self) -> bool {
        *self == Tie::Own
    }
}

/// The server that a credential opens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Host {
    /// The base URL: `scheme://host[:port][/subpath]`, normalised.
    pub url: Untrusted,
    /// The same as it was typed, if its name is in letters beyond ASCII.
    pub typed: Option<Untrusted>,
    /// How it is tied to the place that names it.
    pub tie: Tie,
    /// Why it belongs to the credential.
    pub paired_by: PairedBy,
    /// Lines between the two in one document.
    pub line_distance: Option<u64>,
    /// Where the host stands; nothing for a server that the user named.
    pub location: Option<(Untrusted, Position)>,
    /// Base URLs of hosts that were near and not chosen. They are never contacted.
    pub alternatives: Vec<Untrusted>,
}

/// A further part of a credential that takes more than a token and a host, such as a user id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The rule's name for it.
    pub name: String,
    /// Its value, masked like a secret.
    pub value: Secret,
    /// Where it stands.
    pub location: (Untrusted, Position),
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

/// A commit, as far as people ask about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: ObjectId,
    /// `Name <address>`.
    pub author: Untrusted,
    /// When it was committed, in seconds since 1970.
    pub seconds: i64,
    /// The first line of its message.
    pub subject: Untrusted,
}

/// What keeps an object alive, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reachable {
    /// A ref, HEAD among them.
    Ref,
    /// Only what refs once were.
    Reflog,
    /// Only the index.
    Index,
    /// Nothing: it is gone with the next clean-up, and until then whoever has the repository can read it.
    None,
}

/// Where a credential stands in git's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Commits that hold it and of which no parent does, by date, then id.
    pub introduced: Vec<Commit>,
    /// Commits that do not hold it and of which a parent does, by date, then id.
    pub removed: Vec<Commit>,
    /// Whether HEAD holds it.
    pub at_head: bool,
    /// What keeps it alive.
    pub reachable: Reachable,
    /// Refs from which it is reached, in order, at most [`History::MOST`].
    pub refs: Vec<Untrusted>,
    /// Refs, commits and places that are not listed.
    pub unlisted: u64,
}

impl History {
    /// How many refs, commits on each side, and places are listed: twelve objects can make 10^10 paths.
    pub const MOST: usize = 100;
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

/// Why something in scope was not read. The list is closed; names stand in reports.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SkipReason {
    /// The operating system refused.
    PermissionDenied,
    /// It was there when the directory was listed and is gone.
    Vanished,
    /// It became shorter while it was read; what came was scanned.
    Shrunk,
    /// Reading failed.
    ReadError,
    /// Named on the command line and nothing that can be scanned: a device, a FIFO, a socket.
    NotAFile,
    /// An ignore file, a configuration, a list of accepted credentials or an index that could not be read, so that
    /// what it says is not known.
    BadIgnoreFile,
    /// An object that another one names, or that an index lists, and that is nowhere.
    MissingObject,
    /// An object, a pack or an index of a pack that does not decode.
    CorruptObject,
    /// An object that takes more memory to rebuild than there may be used.
    TooLarge,
    /// History ends here because the clone is shallow.
    Shallow,
    /// An object that a partial clone has left at its origin.
    Promised,
    /// A ref that leads nowhere, or refs of a form that is not read.
    BadRef,
    /// A part of a repository that does not have the form it must have.
    BadRepository,
    /// A worker failed on this document; a defect of this program.
    Internal,
    /// The time for live checks was over.
    BudgetExhausted,
    /// The user stopped the run.
    Interrupted,
}

impl SkipReason {
    /// Whether it is no content that was not read, but what says how and in which order it is read.
    fn is_around(self) -> bool {
        matches!(
            self,
            SkipReason::BadRef | SkipReason::BadRepository | SkipReason::BadIgnoreFile
        )
    }
}

/// Something in scope that was not read: part of the result.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skip {
    /// What was not read.
    pub path: Untrusted,
    /// The git object that was not read, if it is one.
    pub object: Option<ObjectId>,
    /// Why.
    pub reason: SkipReason,
    /// In words.
    pub detail: Untrusted,
}

/// What was read and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Documents read.
    pub documents: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Commits among them.
    pub commits: u64,
    /// Submodules whose own repository is not here.
    pub absent_submodules: u64,
    /// Paths left out by ignore files; a directory counts once.
    pub ignored: u64,
    /// Files left out because the user set a size limit.
    pub too_large: u64,
    /// FIFOs, sockets and devices met on the walk.
    pub special: u64,
    /// Everything in scope that was not read, ordered by path.
    pub skipped: Vec<Skip>,
    /// What was not read around it: refs, settings, packs that nothing was missed of. A hook warns of it; to
    /// everybody else it is as good as skipped.
    pub around: Vec<Skip>,
}

impl Coverage {
    /// Adds what another part of the scan has read. Skips are put in order by [`Coverage::settled`].
    pub fn add(&mut self, part: Coverage) {
        self.documents += part.documents;
        self.bytes += part.bytes;
        self.commits += part.commits;
        self.absent_submodules += part.absent_submodules;
        self.ignored += part.ignored;
        self.too_large += part.too_large;
        self.special += part.special;
        self.skipped.extend(part.skipped);
        self.around.extend(part.around);
    }

    /// Says that all that was skipped so far stands around what is read.
    pub fn set_around(&mut self) {
        self.around.append(&mut self.skipped);
    }

    /// Takes what was not read around the rest, as a hook does. With `strict` it is skipped like anything else, and
    /// nothing is left.
    pub fn take_around(&mut self, strict: bool) -> Vec<Skip> {
        if strict {
            self.skipped.append(&mut self.around);
        }
        let mut around = std::mem::take(&mut self.around);
        if !strict {
            let aside = |skip: &mut Skip| skip.reason.is_around();
            around.extend(self.skipped.extract_if(.., aside));
        }
        *self = std::mem::take(self).settled();
        around.sort_unstable();
        around.dedup();
        around
    }

    /// The same with skips in the order that reports rely on, each once.
    pub fn settled(mut self) -> Coverage {
        self.skipped.sort_unstable();
        self.skipped.dedup();
        self.around.sort_unstable();
        self.around.dedup();
        self
    }

    /// Whether everything in scope was read.
    pub fn complete(&self) -> bool {
        self.skipped.is_empty() && self.around.is_empty()
    }
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleNote {
    /// As in `mattermost-access-token`.
    pub id: String,
    /// As in `Mattermost personal access token`.
    pub title: String,
    /// Who makes the product.
    pub company: String,
    /// The product, as its rules call it.
    pub product: String,
    /// What to do when one leaks, step by step, in Markdown lines.
    pub help: Vec<String>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_shows_itself() {
        let secret = Secret::new("abcdefghijklmnopqrstuvwxyz");
        assert_eq!(format!("{secret:?}"), "abcd… (26)");
        assert_eq!(Secret::new("short").redacted(), "… (5)");
        assert_eq!(
            format!("{:?}", Untrusted::new("secret")),
            "Untrusted(6 bytes)"
        );
    }

    #[test]
    fn a_credential_id_depends_on_product_and_secret_alone() {
        let secret = Secret::new("s");
        let id = CredentialId::of("mattermost", &secret);
        // printf 'matterleaks/1\0mattermost\0s' | sha256sum
        assert_eq!(
            id.as_str(),
            "a6985adec7f6431842c7efedb4ee2034bfa30f0a1d38b4fbacacf5d63d31c613"
        );
        assert_ne!(id, CredentialId::of("other", &secret));
        assert_eq!(CredentialId::parse(&id.as_str().to_uppercase()), Some(id));
        assert_eq!(CredentialId::parse("abc"), None);
    }
}
