//! Many credentials at a glance: how many of each severity at each server, and in which order they are told.

use std::collections::BTreeMap;
use std::io;

use strum::VariantArray;
use unicode_width::UnicodeWidthStr;

use super::page::{Ink, keep_end};
use super::words::grouped;
use super::{Human, text};
use crate::finding::Severity;
use crate::report::record::Finding;

/// Fewer are seen at a glance as they are.
const MANY: usize = 4;
/// Servers that are listed unless people ask for more.
const MOST_SERVERS: usize = 20;
/// Columns of a number and of the gap before it.
const NUMBER: usize = 10;

/// The credentials of one server, worst first. A credential without one has a group of its own.
pub(super) struct Group<'r> {
    pub(super) server: Option<&'r str>,
    pub(super) findings: Vec<&'r Finding>,
}

/// Findings by server; the server of the worst comes first.
pub(super) fn groups<'r>(findings: impl Iterator<Item = &'r Finding>) -> Vec<Group<'r>> {
    let mut groups: Vec<Group<'r>> = Vec::new();
    let mut known: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for finding in findings {
        let server = finding.server();
        let next = groups.len();
        let at = *known.entry(server).or_insert(next);
        match groups.get_mut(at) {
            Some(group) => group.findings.push(finding),
            None => groups.push(Group {
                server,
                findings: vec![finding],
            }),
        }
    }
    groups
}

impl Human<'_> {
    /// The table, where there are too many credentials to be seen at a glance.
    pub(super) fn overview(&mut self) -> io::Result<()> {
        let groups = groups(self.report.paired().chain(self.unpaired()));
        if groups
            .iter()
            .map(|group| group.findings.len())
            .sum::<usize>()
            < MANY
        {
            return Ok(());
        }
        let used = |severity: &Severity| {
            let mut all = groups.iter().flat_map(|group| &group.findings);
            all.any(|finding| finding.severity == *severity)
        };
        // Worst first.
        let columns = Severity::VARIANTS.iter().rev().copied();
        let columns: Vec<Severity> = columns.filter(used).collect();
        let name = |group: &Group<'_>| match group.server {
            Some(url) => text(url),
            None => "no server".to_owned(),
        };
        let most = self.most(MOST_SERVERS);
        let names: Vec<String> = groups.iter().take(most).map(name).collect();
        let widest = names.iter().map(|name| name.width()).max().unwrap_or(0);
        let room = self.page.room(columns.len() * NUMBER).min(widest.max(6));
        let row = |name: &str, cells: Vec<String>| {
            let name = keep_end(name, room);
            let gap = room.saturating_sub(name.width());
            let cells: String = cells
                .iter()
                .map(|cell| format!("{cell:>NUMBER$}"))
                .collect();
            format!("{name}{:gap$}{cells}", "")
        };
        let head = columns.iter().map(|severity| severity.name().to_owned());
        self.page
            .line(0, Ink::Dim, &row("server", head.collect()))?;
        for (group, name) in groups.iter().zip(&names) {
            let cell = |severity: &Severity| {
                let of = |finding: &&&Finding| finding.severity == *severity;
                match group.findings.iter().filter(of).count() {
                    0 => "-".to_owned(),
                    number => grouped(number as u64),
                }
            };
            let cells = columns.iter().map(cell).collect();
            self.page.line(0, Ink::Plain, &row(name, cells))?;
        }
        self.more(groups.len().saturating_sub(most), "servers")?;
        self.page.blank()
    }
}
