//! What people read of the rules: the list, and a rule's page with what they should know about one kind of
//! credential. The page has the labels and the order of a detector's page in a vendor's catalogue.

use std::fmt::Write;

use super::{Example, Page, Product, Rules};

/// One line a page: id, severity, title and kind.
pub fn list(rules: &Rules) -> String {
    let rows: Vec<[&str; 4]> = rules
        .pages()
        .map(|(_, page)| {
            [
                page.id.as_str(),
                page.severity.name(),
                page.title.as_str(),
                page.kind.name(),
            ]
        })
        .collect();
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let (id, severity, title) = (width(0), width(1), width(2));
    rows.iter()
        .map(|row| {
            format!(
                "{:id$}  {:severity$}  {:title$}  {}\n",
                row[0], row[1], row[2], row[3]
            )
        })
        .collect()
}

/// No page has this id.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub struct UnknownRule {
    /// What was asked for.
    pub id: String,
    /// The ids most like it, best first.
    pub nearest: Vec<String>,
}

impl std::fmt::Display for UnknownRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no rule is called `{}`", self.id)?;
        match &self.nearest[..] {
            [] => f.write_str("; `rules list` names all"),
            nearest => write!(f, "; did you mean `{}`?", nearest.join("` or `")),
        }
    }
}

/// The page with an id, as text.
pub fn show(rules: &Rules, id: &str) -> Result<String, UnknownRule> {
    rules.page(id).map(|(product, page)| text(product, page))
}

impl Rules {
    /// The page with an id, and its product.
    pub fn page(&self, id: &str) -> Result<(&Product, &Page), UnknownRule> {
        let found = self.pages().find(|(_, page)| page.id == id);
        found.ok_or_else(|| UnknownRule {
            id: id.to_owned(),
            nearest: nearest(self, id),
        })
    }
}

/// Up to three ids that somebody may have meant: those that hold the words, then those spelt alike.
fn nearest(rules: &Rules, asked: &str) -> Vec<String> {
    let asked = asked.to_ascii_lowercase().replace(['_', ' '], "-");
    let mut ranked: Vec<(usize, &str)> = rules
        .pages()
        .map(|(_, page)| (distance(&asked, &page.id), page.id.as_str()))
        .filter(|(distance, id)| {
            (asked.len() >= 3 && id.contains(&asked)) || *distance <= id.len() / 3
        })
        .collect();
    ranked.sort_unstable();
    ranked.truncate(3);
    ranked.into_iter().map(|(_, id)| id.to_owned()).collect()
}

/// How many letters must change, come or go to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// Everything about one kind.
fn text(product: &Product, page: &Page) -> String {
    let about = &product.file.about;
    let yes = |b: bool| (if b { "True" } else { "False" }).to_owned();
    let mut out = format!("{}\n\nDescription\n\nGeneral\n\n", page.title);
    // Writing to a string cannot fail, here and below. What a file leaves out is not said.
    let line = |out: &mut String, label: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(out, "{label}: {value}");
        }
    };
    line(&mut out, "- Documentation", &page.documentation);
    line(&mut out, "- Summary", &page.summary);
    line(&mut out, "- IPs allowlist", &about.ips_allowlist);
    line(&mut out, "- Scopes", &page.scopes);
    let _ = writeln!(out, "\nRevoke the secret\n\n{}\n", page.revoke);
    for (number, step) in page.remediation.iter().enumerate() {
        let _ = writeln!(out, "{}. {step}", number + 1);
    }
    if !page.inspect.is_empty() {
        let _ = writeln!(out, "\nCheck for suspicious activity\n\n{}", page.inspect);
    }
    let _ = writeln!(out, "\nDetails for {}\n", page.title);
    for (label, value) in [
        ("Rule", page.id.clone()),
        ("Kind", page.kind.name().to_owned()),
        ("Severity", page.severity.name().to_owned()),
        ("Family", about.family.clone()),
        ("Category", about.category.clone()),
        ("Company", about.company.clone()),
        ("High recall", yes(about.high_recall)),
        ("Validity check available", yes(page.check.is_some())),
        ("On-premise instances exist", yes(about.on_premise)),
        ("Only valid secrets raise an alert", yes(page.only_valid)),
        (
            "Minimum number of matches",
            page.minimum_matches.to_string(),
        ),
        ("Prefixed", yes(about.prefixed)),
    ] {
        line(&mut out, label, &value);
    }
    out.push_str("PreValidators:\n- type: ContentWhitelistPreValidator\n  patterns:\n");
    for keyword in &product.file.keywords {
        let _ = writeln!(out, "  - {keyword}");
    }
    out.push_str("\nExamples\n\n");
    page.examples.iter().for_each(|one| example(&mut out, one));
    out
}

/// An example as a rule file would write it.
fn example(out: &mut String, example: &Example) {
    // Of a text that starts with blanks YAML has to be told where they start.
    let blank = example.text.starts_with([' ', '\n']);
    let _ = writeln!(out, "- text: |{}", if blank { "2" } else { "" });
    for line in example.text.lines() {
        let _ = writeln!(out, "    {line}");
    }
    if !example.path.is_empty() {
        let _ = writeln!(out, "  path: {}", example.path);
    }
    if let Some(host) = &example.host {
        let _ = writeln!(out, "  host: {host}");
    }
    for (name, value) in &example.parts {
        let _ = writeln!(out, "  {name}: {value}");
    }
    let _ = writeln!(out, "  token: {}", example.token);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!((distance("", "abc"), distance("abc", "")), (3, 3));
        let rules = Rules::load(&[]).expect("rules");
        for (asked, first) in [
            ("mattermost-acess-token", "mattermost-access-token"),
            ("session_token", "mattermost-session-token"),
            ("Boards", "mattermost-boards-token"),
        ] {
            let nearest = nearest(&rules, asked);
            assert_eq!(nearest.first().map(String::as_str), Some(first), "{asked}");
            assert!(nearest.len() <= 3);
        }
        assert!(nearest(&rules, "aws").is_empty() && nearest(&rules, "").is_empty());
    }
}
