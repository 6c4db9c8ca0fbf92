//! Why something could not be done, which step it was, and how to go on.

use std::fmt;

use crate::finding::{Unknown, UnknownReason};
use crate::verify::Answer;

/// A step that was not done.
#[derive(Debug, thiserror::Error)]
#[error("cannot {step}: {why}")]
pub struct Failure {
    /// What was to be done, as in `find the channel ~town-square`.
    pub step: String,
    /// Why it was not.
    pub why: Why,
}

/// Why a step was not done.
#[derive(Debug)]
pub enum Why {
    /// There was no answer.
    Silent(Unknown),
    /// The server refused it: the status and the error's id. Its words are not shown: they are in the server's
    /// language, and on a server in developer mode they hold tokens.
    Refused {
        /// The status code.
        status: u16,
        /// As in `api.context.permissions.app_error`; empty if it is none.
        id: String,
    },
    /// The answer is not of the shape that Mattermost's have.
    Odd,
    /// What we say ourselves.
    Said(String),
}

impl Failure {
    /// Of a step and what there is to say about it.
    pub fn said(step: impl Into<String>, why: impl Into<String>) -> Failure {
        Failure {
            step: step.into(),
            why: Why::Said(why.into()),
        }
    }

    /// Whether the server says that there is no such thing, or shows it to nobody who may not see it.
    pub fn is_missing(&self) -> bool {
        matches!(self.why, Why::Refused { status: 404, .. })
    }

    /// Whether the server says that the token's user may not do that.
    pub fn is_forbidden(&self) -> bool {
        matches!(self.why, Why::Refused { status: 403, .. })
    }

    /// Whether the server gave this error.
    pub fn is(&self, wanted: &str) -> bool {
        matches!(&self.why, Why::Refused { id, .. } if id == wanted)
    }

    /// The same, with other words where something is missing.
    pub fn if_missing(self, why: impl Into<String>) -> Failure {
        match self.is_missing() {
            true => Failure::said(self.step, why),
            false => self,
        }
    }
}

impl Why {
    /// What an answer says that is no success.
    pub fn of(answer: &Answer) -> Why {
        let id = answer
            .json
            .as_ref()
            .and_then(|json| json.get("id")?.as_str());
        let plain = |id: &&str| {
            let known = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'_';
            id.len() <= 100 && id.contains('.') && id.bytes().all(known)
        };
        Why::Refused {
            status: answer.status,
            id: id.filter(plain).unwrap_or_default().to_owned(),
        }
    }
}

const AGAIN: &str = "run it again: it goes on where it stopped";

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Said(why) => f.write_str(why),
            Why::Odd => f.write_str("the answer is none that Mattermost gives"),
            Why::Silent(unknown) => {
                let detail = String::from_utf8_lossy(unknown.detail.expose());
                let reason = unknown.reason.name().replace('_', " ");
                write!(f, "{reason}: {detail}")?;
                match unknown.reason {
                    // It would end the same way.
                    UnknownReason::BlockedByPolicy
                    | UnknownReason::CleartextHttp
                    | UnknownReason::NotMattermost
                    | UnknownReason::WrongBase => Ok(()),
                    _ => write!(f, "; {AGAIN}"),
                }
            }
            Why::Refused { status, id } => {
                let how = match (*status, id.as_str()) {
                    (401, _) => {
                        "the server does not take the token: it is of another server, expired or revoked"
                    }
                    (_, "api.context.mfa_required.app_error") => {
                        "the token's user has to set up a second factor first"
                    }
                    (_, "api.context.permissions.app_error") | (403, _) => {
                        "the token's user lacks the right; `matterleaks respond test` names what is missing"
                    }
                    (404, _) => "it is not there, or the token's user may not see it",
                    (413, _) | (_, "api.file.upload_file.too_large_detailed.app_error") => {
                        "the server takes no file of this size; its limit is FileSettings.MaxFileSize"
                    }
                    (429, _) => {
                        return write!(
                            f,
                            "the server wants to be asked less often; wait, and {AGAIN}"
                        );
                    }
                    (500.., "") => return write!(f, "the server failed ({status}); {AGAIN}"),
                    (500.., id) => return write!(f, "the server failed ({status} {id}); {AGAIN}"),
                    (300..=399, _) => {
                        "the server sends us elsewhere, and a token is not sent after that"
                    }
                    _ => "the server refuses it",
                };
                match id.as_str() {
                    "" => write!(f, "{how} ({status})"),
                    id => write!(f, "{how} ({status} {id})"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn said(status: u16, json: Option<Value>) -> String {
        let answer = Answer {
            status,
            headers: Default::default(),
            json,
        };
        let failure = Failure {
            step: "post".into(),
            why: Why::of(&answer),
        };
        failure.to_string()
    }

    #[test]
    fn a_failure_says_how_to_go_on() {
        let id = |id: &str| Some(json!({"id": id, "message": "x", "status_code": 400}));
        for (status, json, part) in [
            (
                401,
                id("api.context.session_expired.app_error"),
                "does not take the token",
            ),
            (
                403,
                id("api.context.permissions.app_error"),
                "lacks the right",
            ),
            (
                403,
                id("api.context.mfa_required.app_error"),
                "second factor",
            ),
            (404, id("app.user.missing_account.const"), "it is not there"),
            (413, None, "FileSettings.MaxFileSize"),
            (429, None, "wait, and run it again"),
            (503, None, "the server failed (503); run it again"),
            (302, None, "sends us elsewhere"),
            (
                400,
                id("api.x.app_error"),
                "the server refuses it (400 api.x.app_error)",
            ),
        ] {
            let said = said(status, json);
            assert!(
                said.starts_with("cannot post: ") && said.contains(part),
                "{said}"
            );
        }
    }

    /// A server in developer mode puts tokens into what it says, and any other may put anything there.
    #[test]
    fn nothing_else_of_an_answer_is_shown() {
        for id in [
            "",
            "no point",
            "a.b\u{1b}[31m",
            "a.b c",
            &"a.".repeat(80),
            "@all.x",
        ] {
            let json = json!({"id": id, "message": "secret", "detailed_error": "secret"});
            let said = said(400, Some(json));
            assert_eq!(said, "cannot post: the server refuses it (400)");
        }
        assert_eq!(
            said(400, Some(json!([]))),
            "cannot post: the server refuses it (400)"
        );
    }
}
