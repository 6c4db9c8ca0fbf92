//! Many credentials at a glance: how many of each severity at each server, and in which order they are told.

use std::collections::BTreeMap;
use std::io;

use unicode_width::UnicodeWidthStr;

use super::page::{Ink, keep_end};
use super::words::grouped;
use super::{Human, Unpaired};
use crate::finding::{Finding, Severity};

/// Fewer are seen at a glance as they are.
const MANY: usize = 4;
/// Servers that are listed unless people ask for more.
const MOST_SERVERS: usize = 20;
/// The columns of the table, worst first.
const SEVERITIES: [Severity; 5] = [
    Severity::Critical,
    Severity::High,
    Severity::Medium,
    Severity::Low,
    Severity::Info,
];
/// Columns of a number and of the gap before it.
const NUMBER: usize = 10;

/// The credentials of one server, worst first. A credential without one has a group of its own.
pub(super) struct Group<'r> {
    pub(super) server: Option<&'r [u8]>,
    pub(super) findings: Vec<&'r Finding>,
}

/// Findings by server; the server of the worst comes first.
pub(super) fn groups<'r>(findings: impl Iterator<Item = &'r Finding>) -> Vec<Group<'r>> {
    let mut groups: Vec<Group<'r>> = Vec::new();
    let mut known: BTreeMap<Option<&[u8]>, usize> = BTreeMap::new();
    for finding in findings {
        let server = finding.host.as_ref().map(|host| host.url.expose());
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
        let report = self.report;
        let unpaired = report.unpaired();
        let unpaired = unpaired.filter(|_| self.style.unpaired != Unpaired::Hide);
        let groups = groups(report.paired().chain(unpaired));
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
        let columns: Vec<Severity> = SEVERITIES.into_iter().filter(used).collect();
        let name = |group: &Group<'_>| match group.server {
            Some(url) => self.text(&crate::finding::Untrusted::new(url)),
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

#[cfg(test)]
mod tests {
    use super::super::tests::{plain, with};
    use crate::finding::{Report, Severity, Untrusted};
    use crate::report::{Style, example};

    /// Credentials `1..=n`, of two servers in turn, the first of which is critical.
    fn many(n: u128) -> Report {
        with((1..=n).map(|n| {
            let mut finding = example::finding(n);
            if let Some(host) = finding.host.as_mut().filter(|_| n % 2 == 0) {
                host.url = Untrusted::new("https://other.example.org");
            }
            if n == 1 {
                finding.severity = Severity::Critical;
            }
            finding
        }))
    }

    #[test]
    fn many_are_told_at_a_glance_and_by_server() {
        let text = plain(&many(6), &Style::default());
        let table = "server                     critical      high\n\
                     https://chat.example.org          1         2\n\
                     https://other.example.org         -         3\n";
        assert!(text.starts_with(table), "{text}");
        let servers: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("  host  "))
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert_eq!(servers.len(), 6);
        assert!(servers.is_sorted(), "{servers:?}");
        assert!(!plain(&many(3), &Style::default()).contains("server  "));
    }

    #[test]
    fn a_narrow_terminal_keeps_the_numbers() {
        let narrow = Style {
            width: 40,
            ..Style::default()
        };
        let text = plain(&many(6), &narrow);
        let table: Vec<&str> = text.lines().take(3).collect();
        assert!(
            table.iter().all(|line| line.chars().count() <= 40),
            "{text}"
        );
        assert!(
            table[1].ends_with("1         2") && table[1].starts_with('…'),
            "{text}"
        );
    }
}
