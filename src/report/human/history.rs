//! How a credential came into git's history, how it went, and what keeps it alive.

use std::io;

use super::page::{Ink, keep_start};
use super::words::{count, grouped};
use super::{Human, text};
use crate::finding::Reachable;
use crate::report::record::{Commit, History};

/// Commits on each side, and refs, that are listed unless people ask for more.
const MOST: usize = 3;

/// Columns of a subject that are shown: who writes more means it to be cut.
const SUBJECT: usize = 72;

/// Columns in which the text beside a label begins.
const TEXT: usize = 14;

impl Human<'_> {
    pub(super) fn history(&mut self, history: &History) -> io::Result<()> {
        self.commits("introduced", "introducing commits", &history.introduced)?;
        self.commits("removed", "removing commits", &history.removed)?;
        let state = self.state(history);
        self.labelled("now", &[(Ink::Plain, &state)])?;
        if history.unlisted == 0 {
            return Ok(());
        }
        let number = grouped(history.unlisted);
        let text = format!("{number} more refs, commits and places are not listed");
        self.labelled("", &[(Ink::Dim, &text)])
    }

    fn labelled(&mut self, label: &str, pieces: &[(Ink, &str)]) -> io::Result<()> {
        self.page.flow(&format!("  {label:12}"), TEXT, pieces)
    }

    fn commits(&mut self, label: &str, what: &str, commits: &[Commit]) -> io::Result<()> {
        let most = self.most(MOST);
        for (n, commit) in commits.iter().take(most).enumerate() {
            let label = if n == 0 { label } else { "" };
            // As in `2026-11-02`, in UTC.
            let day = text(commit.date.split('T').next().unwrap_or_default());
            let who = format!(
                "{} {day} {}",
                self.short(&commit.commit),
                text(&commit.author)
            );
            let subject = keep_start(&text(&commit.subject), SUBJECT);
            self.labelled(label, &[(Ink::Plain, &who), (Ink::Dim, &subject)])?;
        }
        self.more(commits.len().saturating_sub(most), what)
    }

    /// Whether HEAD still holds it, and what keeps it alive.
    fn state(&self, history: &History) -> String {
        let refs = self.refs(&history.refs, history.at_head);
        match (history.at_head, history.reachable_from) {
            (true, _) if refs.is_empty() => "still at HEAD".into(),
            (true, _) => format!("still at HEAD; on {refs}"),
            (false, Reachable::Ref) if refs.is_empty() => {
                "not at HEAD; reachable from a ref".into()
            }
            (false, Reachable::Ref) => format!("not at HEAD; reachable from {refs}"),
            (false, Reachable::Reflog) => "only in the reflog".into(),
            (false, Reachable::Index) => "only in the index".into(),
            (false, Reachable::None) => "unreachable: kept until git cleans up".into(),
        }
    }

    /// As in `refs/heads/main and 3 more refs`. Of what is at HEAD one ref tells enough.
    fn refs(&self, refs: &[String], at_head: bool) -> String {
        let most = self.most(if at_head { 1 } else { MOST });
        let shown: Vec<String> = refs.iter().take(most).map(text).collect();
        let rest = match refs.len() - shown.len() {
            0 => String::new(),
            rest => format!(" and {}", count(rest as u64, "more ref")),
        };
        format!("{}{rest}", shown.join(", "))
    }
}
