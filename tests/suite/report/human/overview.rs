//! The table of servers.

use matterleaks::finding::{Report, Severity, Untrusted};
use matterleaks::report::Style;

use super::{plain, with};
use crate::report::example;

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
