//! What tests of the command line share: files that name a server and a token, one scan of them with live
//! checks, and what its report says.

use data_encoding::{BASE64, HEXLOWER};
use serde_json::Value;

use crate::util::{Dir, Output, id, token};

/// A file that ties a token to a server.
pub fn env(url: &str, token: &str) -> String {
    format!("MATTERMOST_URL={url}\nMATTERMOST_TOKEN={token}\n")
}

/// A value that stands in a token's place and that no server can have made.
pub fn unminted(n: u64) -> String {
    format!("l0v2{}", &token(n)[4..])
}

/// A scan with live checks.
pub struct Scan {
    pub code: Option<i32>,
    pub report: Value,
    pub output: Output,
}

/// Scans the whole folder, with leave for servers on this machine.
#[track_caller]
pub fn scan(dir: &Dir, args: &[&str]) -> Scan {
    ran(dir
        .scan(["--verify", "--allow-private", "--format", "json"])
        .args(args)
        .run())
}

/// What a scan that wrote JSON came to.
#[track_caller]
pub fn ran(output: Output) -> Scan {
    Scan {
        code: output.status(),
        report: output.json(),
        output,
    }
}

impl Scan {
    /// What is said of a token.
    #[track_caller]
    pub fn finding(&self, token: &str) -> &Value {
        let id = id(token);
        let mut findings = self.report["findings"].as_array().expect("a list").iter();
        let found = findings.find(|finding| finding["id"] == id.as_str());
        found.unwrap_or_else(|| panic!("{}\nit lacks a token", self.output))
    }

    #[track_caller]
    pub fn verdict(&self, token: &str) -> &Value {
        &self.finding(token)["verdict"]
    }

    /// `active`, `rejected`, `not_checked`, or the reason why nothing is known.
    #[track_caller]
    pub fn said(&self, token: &str) -> &str {
        let verdict = self.verdict(token);
        let reason = verdict["reason"].as_str();
        assert_eq!(
            verdict["status"] == "unknown",
            reason.is_some(),
            "{verdict}"
        );
        reason.or(verdict["status"].as_str()).expect("a status")
    }

    /// Why something was left out.
    pub fn skips(&self) -> Vec<&str> {
        let skipped = self.report["coverage"]["skipped"].as_array();
        let skipped = skipped.expect("a list").iter();
        skipped.filter_map(|skip| skip["reason"].as_str()).collect()
    }
}

/// Does something with each, side by side: waiting is most of what there is to do.
pub fn together<T: Sync>(all: &[T], each: impl Fn(&T) + Sync) {
    std::thread::scope(|scope| {
        for one in all {
            scope.spawn(|| each(one));
        }
    });
}

/// Asserts that neither stream holds a text, in clear or in a form from which anybody reads it back.
#[track_caller]
pub fn assert_hidden(output: &Output, secret: &str) {
    assert_hidden_in(&(output.text() + &output.errors()), secret);
}

/// The same of a text.
#[track_caller]
pub fn assert_hidden_in(shown: &str, secret: &str) {
    // Where a terminal's width broke a line.
    let joined: String = shown.split_whitespace().collect();
    for form in forms(secret) {
        let holds = shown.contains(&form) || joined.contains(&form);
        assert!(!holds, "{shown}\nit shows {form}");
    }
}

/// A text as it stands, and in the usual encodings; without what depends on its surroundings.
pub fn forms(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let hex = HEXLOWER.encode(bytes);
    let each = |write: &dyn Fn(u8) -> String| bytes.iter().map(|byte| write(*byte)).collect();
    // Three ways to lie across groups of three bytes; the digits at both ends belong to others, too.
    let base64 = (0..3).map(|shift| {
        let digits = BASE64.encode(&[&vec![b'.'; shift], bytes].concat());
        let whole = (shift * 8).div_ceil(6)..(shift + bytes.len()) * 8 / 6;
        digits[whole].to_owned()
    });
    let own = [
        secret.to_owned(),
        secret.to_ascii_uppercase(),
        hex.to_ascii_uppercase(),
        hex,
        each(&|byte| format!("%{byte:02x}")),
        each(&|byte| format!("%{byte:02X}")),
        each(&|byte| format!("\\u{byte:04x}")),
        each(&|byte| format!("\\x{byte:02x}")),
    ];
    own.into_iter().chain(base64).collect()
}

#[test]
fn a_hidden_text_is_searched_for_in_every_form() {
    let secret = token(1000);
    let forms = forms(&secret);
    assert_eq!(forms.len(), 11);
    for before in ["", "a", "ab"] {
        let text = BASE64.encode(format!("{before}{secret}xyz").as_bytes());
        assert!(forms.iter().any(|form| text.contains(form)), "{text}");
    }
}
