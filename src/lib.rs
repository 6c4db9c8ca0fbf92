//! Matterleaks finds leaked Mattermost credentials and pairs each with the server it opens.
pub mod finding;
pub mod redact;
pub mod report;
pub mod source;
