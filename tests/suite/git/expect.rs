//! What must be in a report, and what is wrong with it.

use serde_json::Value;

use super::{blob_id, finding, leak, secret};

/// What must be in the report: a token, by its name, at a place.
#[derive(Default)]
pub struct Hidden {
    pub name: &'static str,
    pub kind: &'static str,
    pub path: String,
    pub line: u64,
    pub blob: Option<String>,
    pub commit: Option<String>,
    pub tag: Option<String>,
    /// What keeps it alive; none for what is not in git.
    pub reach: Option<&'static str>,
}

/// A file as [`leak`] makes it, in history. The commit is that which brought it.
pub fn blob(path: &'static str, commit: &str, reach: &'static str) -> Hidden {
    Hidden {
        name: path,
        kind: "blob",
        path: path.to_owned(),
        line: 2,
        blob: Some(blob_id(leak(path))),
        commit: (!commit.is_empty()).then(|| commit.to_owned()),
        tag: None,
        reach: Some(reach),
    }
}

/// What a commit says.
pub fn said(name: &'static str, kind: &'static str, line: u64, commit: &str) -> Hidden {
    Hidden {
        name,
        kind,
        line,
        commit: Some(commit.to_owned()),
        reach: Some("ref"),
        ..Hidden::default()
    }
}

/// A file outside of history.
pub fn file(name: &'static str, path: impl Into<String>, line: u64) -> Hidden {
    Hidden {
        name,
        kind: "file",
        path: path.into(),
        line,
        ..Hidden::default()
    }
}

impl Hidden {
    /// Content that is not as [`leak`] makes it.
    pub fn content(self, content: impl AsRef<[u8]>) -> Hidden {
        let blob = Some(blob_id(content));
        Hidden { blob, ..self }
    }

    /// What is wrong with the report.
    pub fn complaint(&self, report: &Value) -> Option<String> {
        let token = secret(self.name);
        let Some(finding) = finding(report, &token) else {
            return Some(format!("{}: not found", self.name));
        };
        let shown = self.path.replace(&token, &format!("{}…", &token[..4]));
        let locations = finding["locations"].as_array().expect("locations");
        let is_it = |location: &&Value| {
            let git = |key: &str| location["git"][key].as_str().map(str::to_owned);
            location["kind"] == self.kind
                && location["path"] == shown
                && location["line"] == self.line
                && (git("blob"), git("commit"), git("tag"))
                    == (self.blob.clone(), self.commit.clone(), self.tag.clone())
        };
        let history = &finding["history"];
        let reach = history["reachable_from"].as_str();
        if locations.iter().any(|location| is_it(&location)) && reach == self.reach {
            return None;
        }
        let wanted = (&self.blob, &self.commit, &self.tag, self.reach);
        let (kind, line) = (self.kind, self.line);
        Some(format!(
            "{}: expected {kind} {shown:?} line {line} {wanted:?}, got {locations:#?} {history:#}",
            self.name
        ))
    }
}
