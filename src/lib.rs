//! Matterleaks finds leaked Mattermost credentials and pairs each with the server it opens.
pub mod detect;
pub mod finding;
pub mod pair;
pub mod redact;
pub mod report;
pub mod rule;
pub mod scan;
pub mod sighting;
pub mod source;
pub mod suppress;
