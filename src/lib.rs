//! Matterleaks finds leaked Mattermost credentials and pairs each with the server it opens.
//!
//! This is the map. A [`source`] hands [documents](source::Document) to the [scanner](scan::Scanner), on all
//! cores. The [detector](detect::Detector) rejects nearly all of them at memory speed; what the rest show are
//! [sightings](sighting::Sightings): tokens that their context calls credentials, and servers. Everything
//! behind that is plain functions on small vectors, in one order whatever the number of threads:
//!
//! ```text
//! source ──> detect ──> sightings ──> pair ──> group ──> suppress ──> verify ──> report
//!   │          │                                 │                      │          │
//!  git       rule (YAML)                        git                  servers    redact
//! ```
//!
//! | room | knows |
//! |---|---|
//! | [`finding`] | the words that all others share; it uses none of them |
//! | [`rule`] | `rules/*.yml`: what a credential looks like, what its places mean, what to do when one leaks |
//! | [`git`] | repositories: objects, refs, the index, who holds what. No stage; it runs and writes nothing |
//! | [`source`] | how files, histories and what is about to enter them are walked and read, and what could not be |
//! | [`detect`] | texts: keywords, decoding, blocks, names, servers. Nothing of files or reports |
//! | [`sighting`] | the words between detection and pairing |
//! | [`pair`] | which server a token opens: one, the best, or none |
//! | [`scan`] | every stage, and is the only one to |
//! | [`config`] | `.matterleaks.yml`: what a project says once |
//! | [`suppress`] | what people have accepted |
//! | [`verify`] | servers: may they be contacted, are they what they should be, is a credential live |
//! | [`redact`] | the one door through which foreign strings leave |
//! | `open` | the only place that opens anything by its path |
//! | `time` | days and times as people and reports write them |
//! | [`report`] | what people and programs read, and the exit code |
//! | [`respond`] | the team's own Mattermost: what it is told of a report, incidents, revoking |
//!
//! | `library` | what other programs call, below |
//!
//! Stages know [`rule`] and [`finding`] and never each other.
//!
//! # For other programs
//!
//! [`Rules`], [`Options`], [`scan_bytes`], [`scan_paths`], [`report_text`] and what they return are kept from version to
//! version; the rooms behind them change. To find what a text shows:
//!
//! ```
//! use matterleaks::{Options, Rules};
//!
//! let rules = Rules::load(&[])?;
//! let text = b"service: mattermost\nurl: https://chat.example.org\ntoken: 6ndnat433jftmfo1y841hkkhmr\n";
//! let report = matterleaks::scan_bytes(&rules, Options::default(), "chat.yml", text)?;
//! assert_eq!(report.findings.len(), 1);
//! # Ok::<(), anyhow::Error>(())
//! ```

pub mod config;
pub mod detect;
pub mod finding;
pub mod git;
mod library;
mod open;
pub mod pair;
pub mod redact;
pub mod report;
pub mod respond;
pub mod rule;
pub mod scan;
pub mod sighting;
pub mod source;
pub mod suppress;
pub mod text;
mod time;
pub mod verify;

pub use finding::{Finding, Report};
pub use library::{report_text, scan_bytes, scan_paths};
pub use report::Format;
pub use rule::Rules;
pub use scan::Options;
