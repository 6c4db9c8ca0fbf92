//! What reports say, in the shape of the format `json`: made of a scan, or read again.
//!
//! Every format is made from this, never from the findings themselves: what stands in it has been through the redactor,
//! and holds no secret. So a report can be written in any format long after the scan, without what was scanned.

mod file;
mod made;
mod merge;
mod recorded;

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

pub use crate::finding::RuleNote as Rule;
use crate::finding::{
    Confidence, Kind, PairedBy, Place, Reachable, Severity, SkipReason, Status, Tie, UnknownReason,
};

/// `schema_version` 1 of the format `json`; see `schema.json` for what the fields mean.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Record {
    pub schema_version: u64,
    pub tool: Tool,
    pub scan: Scan,
    pub coverage: Coverage,
    pub findings: Vec<Finding>,
    #[serde(default)]
    pub plan: Option<Vec<Planned>>,
    pub summary: Summary,
    /// Remarks that change nothing but that people should see. They are not kept.
    #[serde(skip)]
    pub notes: Vec<String>,
}

/// Why a file is no report.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It is not of the shape.
    #[error("not a report in the format json")]
    Shape(#[from] serde_json::Error),
    /// It is of another shape.
    #[error(
        "a report of schema version {0}; this program reads 1: scan again with it, or take the program that wrote this"
    )]
    Version(u64),
}

impl Record {
    /// Reads a report.
    pub fn read(json: &[u8]) -> Result<Record, RecordError> {
        #[derive(Deserialize)]
        struct Head {
            schema_version: u64,
        }
        let head: Head = serde_json::from_slice(json)?;
        match head.schema_version {
            1 => Ok(serde_json::from_slice(json)?),
            other => Err(RecordError::Version(other)),
        }
    }

    /// What a finding is, in words.
    pub fn title(&self, finding: &Finding) -> String {
        let rule = self.rule(&finding.rule_id);
        rule.map_or_else(
            || finding.rule_id.clone(),
            |rule| titled(&rule.title, &rule.company),
        )
    }

    /// Whose credentials its findings are: `Mattermost`, or several; of none those that the rules know.
    pub fn makers(&self) -> String {
        let named = |found: &Finding| self.rule(&found.rule_id);
        let mut companies: BTreeSet<&str> = (self.findings.iter().filter_map(named))
            .map(|rule| rule.company.as_str())
            .collect();
        if self.findings.is_empty() {
            companies = self.tool.rules.iter().map(|rule| &*rule.company).collect();
        }
        companies.remove("");
        match companies.len() {
            0 => "Leaked".to_owned(),
            _ => companies.into_iter().collect::<Vec<_>>().join(", "),
        }
    }

    /// Whether a server made a secret as it stands, in words.
    pub fn make(&self, finding: &Finding) -> String {
        let company = match self.company(finding) {
            "" => "",
            company => &format!("{company} "),
        };
        match finding.minted {
            true => format!("of the form that {company}servers issue"),
            false => format!("not made by a {company}server as written"),
        }
    }

    /// What to do about a finding, a line a step.
    pub fn help(&self, finding: &Finding) -> &str {
        self.rule(&finding.rule_id)
            .map_or("", |rule| rule.help.as_str())
    }

    /// Who makes what a finding opens.
    pub fn company(&self, finding: &Finding) -> &str {
        self.rule(&finding.rule_id)
            .map_or("", |rule| rule.company.as_str())
    }

    /// Findings that count.
    pub fn counting(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.counts())
    }

    /// Those of them that have their server.
    pub fn paired(&self) -> impl Iterator<Item = &Finding> {
        self.counting().filter(|finding| !finding.is_unpaired())
    }

    /// Those that lack theirs.
    pub fn unpaired(&self) -> impl Iterator<Item = &Finding> {
        self.counting().filter(|finding| finding.is_unpaired())
    }

    /// Findings that the change which brings them accepts, and what is said of that.
    pub fn accepted_by_change(&self) -> impl Iterator<Item = (&Finding, String)> {
        let findings = self.findings.iter();
        findings.filter_map(|found| Some((found, found.by_change()?)))
    }

    /// The page of the rules that a finding names.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.tool.rules.iter().find(|rule| rule.id == id)
    }
}

/// The title of a page, with the company where nothing else would say whose it is.
fn titled(title: &str, company: &str) -> String {
    match title.to_lowercase().contains(&company.to_lowercase()) {
        true => title.to_owned(),
        false => format!("{title} ({company})"),
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Tool {
    pub name: String,
    pub version: String,
    pub rules_sha256: String,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Scan {
    pub sources: Vec<Source>,
    pub started_at: String,
    pub duration_ms: u64,
    pub verified: bool,
    /// Which parts of a list of repositories it was, until they are all together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shards: Vec<Shard>,
}

/// One of several parts of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Shard {
    /// From 1.
    pub part: u32,
    pub of: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Source {
    pub kind: SourceKind,
    pub path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum SourceKind {
    Files,
    Stdin,
    History,
    Staged,
    Range,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Coverage {
    pub complete: bool,
    pub documents: u64,
    pub bytes: u64,
    pub commits: u64,
    pub absent_submodules: u64,
    pub ignored: u64,
    pub too_large: u64,
    pub special: u64,
    pub skipped: Vec<Skip>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Skip {
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    pub object: Option<String>,
    pub reason: SkipReason,
    pub detail: String,
}

/// What a live check would send, or why it would send nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Planned {
    pub id: String,
    pub request: Option<String>,
    pub reason: Option<UnknownReason>,
    pub detail: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Finding {
    pub id: String,
    pub rule_id: String,
    pub kind: Kind,
    pub confidence: Confidence,
    pub severity: Severity,
    pub minted: bool,
    pub secret: Secret,
    pub host: Option<Host>,
    pub other_hosts: Vec<String>,
    pub parts: Vec<Part>,
    pub verdict: Verdict,
    pub locations: Vec<Location>,
    pub history: Option<History>,
    pub pre_existing: bool,
    pub suppressed: Option<Suppressed>,
    /// What became of it since the report was first written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recheck: Option<Recheck>,
    /// Its incident in the team's own Mattermost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
    /// In words, why we think so; not kept.
    #[serde(skip)]
    pub reason: String,
    /// Whether its rule wants a server and none was found, where the rule is at hand.
    #[serde(skip)]
    pub unpaired: Option<bool>,
}

/// A finding's channel, and what was written there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Incident {
    /// The channel's name.
    pub channel: String,
    pub state: IncidentState,
    /// Oldest first.
    pub notes: Vec<Note>,
}

/// Whether an incident is being worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum IncidentState {
    Open,
    Closed,
}

/// A message that people wrote in an incident's channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Note {
    /// The id of the post.
    pub post: String,
    pub author: String,
    pub at: String,
    pub text: String,
}

/// What became of a credential of an earlier report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recheck {
    /// It stands where it stood.
    Found,
    /// It stands there, beside another server.
    OtherServer,
    /// It is at none of its places any more.
    NoLongerThere,
    /// A place of it could not be read.
    NotRead,
}

impl Finding {
    /// Whether it counts: nobody has accepted it, and it is new where only news was asked for.
    pub fn counts(&self) -> bool {
        !self.is_accepted() && !self.pre_existing
    }

    /// Whether it was accepted, and has not turned out to be live.
    pub fn is_accepted(&self) -> bool {
        self.suppressed.as_ref().is_some_and(|why| !why.overruled)
    }

    /// That the change which brings it accepts it as well, where that is so: nobody has looked at that yet.
    pub fn by_change(&self) -> Option<String> {
        let why = self.suppressed.as_ref();
        let why = why.filter(|why| why.by_change && !why.overruled)?;
        let (reason, source) = (&why.reason, &why.source);
        Some(format!("accepted by this very change: {reason} ({source})"))
    }

    /// The base URL of its server.
    pub fn server(&self) -> Option<&str> {
        self.host.as_ref().map(|host| host.url.as_str())
    }

    /// Its first place, as `path:line`.
    pub fn place(&self) -> Option<String> {
        let first = self.locations.first();
        first.map(|at| format!("{}:{}", at.spot.path, at.spot.line))
    }

    /// Whether its rule wants a server and none was found.
    pub fn is_unpaired(&self) -> bool {
        let by_kind = || {
            !matches!(
                self.kind,
                Kind::SlashCommandToken | Kind::OutgoingWebhookToken
            )
        };
        self.host.is_none() && self.unpaired.unwrap_or_else(by_kind)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Secret {
    /// As in `hops… (26)`.
    pub redacted: String,
    pub sha256: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Host {
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed: Option<String>,
    #[serde(default, skip_serializing_if = "Tie::is_own")]
    pub tie: Tie,
    pub paired_by: PairedBy,
    pub line_distance: Option<u64>,
    pub location: Option<Spot>,
    pub alternatives: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Part {
    pub name: String,
    pub secret: Secret,
    pub location: Spot,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Verdict {
    pub status: Status,
    pub reason: Option<UnknownReason>,
    #[serde(default)]
    pub detail: Option<String>,
    pub checked_at: Option<String>,
    pub owner: Option<Owner>,
    pub token_id: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Owner {
    pub username: String,
    pub is_bot: bool,
    pub roles: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Location {
    pub kind: Place,
    pub repository: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository_bytes: Option<String>,
    #[serde(flatten)]
    pub spot: Spot,
    pub byte_offset: u64,
    pub snippet: String,
    pub git: Option<InGit>,
    /// Where the secret stands in the snippet, as long as that is known.
    #[serde(skip)]
    pub matched: Option<Range<usize>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Spot {
    pub path: String,
    /// The bytes of a path that is no UTF-8, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    pub line: u64,
    pub column: u64,
}

impl Spot {
    /// The path by its bytes, where text cannot hold them.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        bytes(&self.path, self.path_bytes.as_deref())
    }
}

pub(super) fn bytes<'p>(path: &'p str, hex: Option<&str>) -> Cow<'p, [u8]> {
    let bytes = hex.and_then(|hex| data_encoding::HEXLOWER.decode(hex.as_bytes()).ok());
    bytes.map_or(Cow::Borrowed(path.as_bytes()), Cow::Owned)
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct InGit {
    pub blob: Option<String>,
    pub commit: Option<String>,
    pub tag: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct History {
    pub introduced: Vec<Commit>,
    pub removed: Vec<Commit>,
    pub at_head: bool,
    pub reachable_from: Reachable,
    pub refs: Vec<String>,
    pub unlisted: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Commit {
    pub commit: String,
    pub author: String,
    pub date: String,
    pub subject: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Suppressed {
    pub source: String,
    pub reason: String,
    #[serde(default)]
    pub overruled: bool,
    #[serde(default)]
    pub by_change: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Summary {
    pub findings: u64,
    pub unpaired: u64,
    pub suppressed: u64,
    pub pre_existing: u64,
    pub active: u64,
    pub unknown: u64,
    pub samples: u64,
}

impl Summary {
    /// The counts of a list of findings, of which no sample is one.
    pub fn of(findings: &[Finding]) -> Summary {
        let count = |which: &dyn Fn(&Finding) -> bool| {
            findings.iter().filter(|finding| which(finding)).count() as u64
        };
        let status =
            |status| count(&|finding| finding.counts() && finding.verdict.status == status);
        Summary {
            findings: count(&|finding| finding.counts() && !finding.is_unpaired()),
            unpaired: count(&|finding| finding.counts() && finding.is_unpaired()),
            suppressed: count(&|finding| finding.is_accepted()),
            pre_existing: count(&|finding| finding.pre_existing && !finding.is_accepted()),
            active: status(Status::Active),
            unknown: status(Status::Unknown),
            samples: 0,
        }
    }
}
