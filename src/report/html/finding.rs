//! One credential: a line that says the most, and everything else behind it.

use std::io::{self, Write};

use super::words::{self, State, plain};
use super::{Page, code, escape, prose};
use crate::report::human::words::{count, grouped};
use crate::report::record::{Commit, Finding, History, Host, Location, Planned, Spot, Verdict};

impl Page<'_> {
    /// An entry of the list.
    pub(super) fn finding(
        &self,
        finding: &Finding,
        open: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let history = finding.history.as_ref();
        let introduced = history.and_then(|history| history.introduced.first());
        writeln!(
            out,
            r#"<li id="{}" data-severity="{}" data-kind="{}" data-verdict="{}" data-standing="{}" data-date="{}"><details{}>"#,
            anchor(&finding.id),
            finding.severity.name(),
            plain(finding.kind.name()),
            words::status(&finding.verdict).0,
            State::of(finding).words(),
            escape(introduced.map_or("", |commit| &commit.date)),
            if open { " open" } else { "" },
        )?;
        self.head(finding, out)?;
        writeln!(out, r#"<dl class="facts">"#)?;
        self.facts(finding, out)?;
        writeln!(out, "</dl>")?;
        let steps = self.record.help(finding);
        if !steps.is_empty() {
            writeln!(out, r#"<h4>What to do</h4><ol class="steps">"#)?;
            for step in steps.lines() {
                writeln!(out, "<li>{}</li>", prose_with_code(step))?;
            }
            writeln!(out, "</ol>")?;
        }
        if let Some(history) = history {
            timeline(history, out)?;
        }
        places(&finding.locations, out)?;
        writeln!(out, "</details></li>")
    }

    /// What is seen of it when it is closed.
    fn head(&self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let severity = finding.severity.name();
        write!(
            out,
            r#"<summary><span class="badge {severity}">{severity}</span> <h3>{} {}</h3> <span class="tags">"#,
            prose(&self.record.title(finding)),
            code(&finding.secret.redacted)
        )?;
        let (status, _) = words::status(&finding.verdict);
        if status != "not checked" {
            write!(out, r#"<span class="badge {status}">{status}</span> "#)?;
        }
        let state = State::of(finding);
        if state != State::Counts {
            write!(out, r#"<span class="badge">{}</span>"#, state.words())?;
        }
        write!(out, "</span>")?;
        if let Some(host) = finding.server() {
            write!(out, r#" <span class="line">{}</span>"#, code(host))?;
        }
        if let Some(location) = finding.locations.first() {
            write!(out, r#" <span class="line">{}</span>"#, place(location))?;
        }
        writeln!(out, "</summary>")
    }

    fn facts(&self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        verdict(finding, self.record.company(finding), out)?;
        match &finding.host {
            Some(host) => server(host, out)?,
            None if finding.is_unpaired() => fact(out, "Server", "none found")?,
            None => fact(out, "Server", "none needed")?,
        }
        if !finding.other_hosts.is_empty() {
            fact(out, "Also paired with", &hosts(&finding.other_hosts))?;
        }
        for part in &finding.parts {
            let (name, secret) = (prose(&part.name), code(&part.secret.redacted));
            let at = spot(&part.location);
            fact(out, "With", &format!("{name} {secret} at {at}"))?;
        }
        if let Some(why) = &finding.suppressed {
            let overruled = match why.overruled {
                true => "; it counts all the same, because it is live",
                false => "",
            };
            let (reason, source) = (prose(&why.reason), code(&why.source));
            let head = match why.by_change {
                true => "Accepted by this very change",
                false => "Accepted",
            };
            fact(out, head, &format!("{reason} (by {source}){overruled}"))?;
        }
        if finding.pre_existing {
            fact(
                out,
                "There before",
                "yes: what was scanned did not bring it",
            )?;
        }
        let minted = escape(&self.record.make(finding));
        let confidence = finding.confidence.name();
        fact(out, "Confidence", &format!("{confidence}, {minted}"))?;
        let kind = plain(finding.kind.name());
        let rule = code(&finding.rule_id);
        fact(out, "Kind", &format!("{kind}, by the rule {rule}"))?;
        if let Some(planned) = self.planned.get(finding.id.as_str()) {
            fact(out, "A check sends", &request(planned))?;
        }
        let id = format!(
            r##"<a href="#{}">{}</a>"##,
            anchor(&finding.id),
            code(&finding.id)
        );
        fact(out, "Id", &id)?;
        fact(out, "SHA-256", &code(&finding.secret.sha256))
    }
}

/// A row of the list of facts. `html` is markup.
fn fact(out: &mut dyn Write, name: &str, html: &str) -> io::Result<()> {
    writeln!(out, "<dt>{name}</dt><dd>{html}</dd>")
}

fn verdict(finding: &Finding, company: &str, out: &mut dyn Write) -> io::Result<()> {
    let verdict: &Verdict = &finding.verdict;
    let (status, meaning) = words::status(verdict);
    let mut html = format!("<b>{status}</b>: {meaning}");
    if let Some(reason) = verdict.reason {
        html.push_str(&format!(" ({})", escape(&reason.words(company))));
    }
    if let Some(detail) = verdict.detail.as_deref().filter(|text| !text.is_empty()) {
        html.push_str(&format!("; {}", prose(detail)));
    }
    if let Some(at) = &verdict.checked_at {
        html.push_str(&format!(", at <time>{}</time>", escape(at)));
    }
    fact(out, "Verdict", &html)?;
    if let Some(recheck) = finding.recheck {
        fact(out, "Checked again", words::recheck(recheck))?;
    }
    if let Some(owner) = &verdict.owner {
        let bot = if owner.is_bot { ", a bot" } else { "" };
        let mut html = format!("{}{bot}", code(&owner.username));
        if !owner.roles.is_empty() {
            html.push_str(&format!(", with the roles {}", codes(&owner.roles)));
        }
        fact(out, "Owner", &html)?;
    }
    match &verdict.token_id {
        Some(id) => fact(out, "Token id", &code(id)),
        None => Ok(()),
    }
}

fn server(host: &Host, out: &mut dyn Write) -> io::Result<()> {
    let at = host.location.as_ref().map(spot);
    let at = at.map_or(String::new(), |at| format!(", at {at}"));
    let url = hosts(std::slice::from_ref(&host.url));
    fact(
        out,
        "Server",
        &format!("{url}, {}{at}", words::paired(host)),
    )?;
    match host.alternatives.as_slice() {
        [] => Ok(()),
        others => fact(out, "Not chosen", &codes(others)),
    }
}

fn request(planned: &Planned) -> String {
    if let Some(request) = &planned.request {
        return code(request);
    }
    let mut html = "nothing".to_owned();
    if let Some(reason) = planned.reason {
        html.push_str(&format!(": {}", plain(reason.name())));
    }
    if let Some(detail) = planned.detail.as_deref().filter(|text| !text.is_empty()) {
        html.push_str(&format!(": {}", prose(detail)));
    }
    html
}

/// Commits in the order of their dates, and how it stands now.
fn timeline(history: &History, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, r#"<h4>Timeline</h4><ol class="timeline">"#)?;
    let introduced = history.introduced.iter().map(|one| ("Introduced", one));
    let removed = history.removed.iter().map(|one| ("Removed", one));
    let mut commits: Vec<(&str, &Commit)> = introduced.chain(removed).collect();
    commits.sort_by_key(|(_, commit)| &commit.date);
    for (what, commit) in commits {
        writeln!(
            out,
            r#"<li><b>{what}</b> <time>{}</time> {} <span class="of">{}, commit {}</span></li>"#,
            escape(&commit.date),
            prose(&commit.subject),
            prose(&commit.author),
            code(&commit.commit),
        )?;
    }
    let head = if history.at_head {
        "at HEAD"
    } else {
        "not at HEAD"
    };
    let reachable = words::reachable(history.reachable_from);
    write!(out, "<li><b>Now</b> {head}; {reachable}")?;
    if !history.refs.is_empty() {
        write!(out, ": {}", codes(&history.refs))?;
    }
    if history.unlisted > 0 {
        let more = grouped(history.unlisted);
        write!(
            out,
            r#" <span class="of">{more} more refs, commits and places are not listed</span>"#
        )?;
    }
    writeln!(out, "</li></ol>")
}

fn places(locations: &[Location], out: &mut dyn Write) -> io::Result<()> {
    let number = count(locations.len() as u64, "place");
    writeln!(out, r#"<h4>{number}</h4><ul class="places">"#)?;
    for location in locations {
        let mut notes = plain(location.kind.name());
        if let Some(repository) = &location.repository {
            let repository = escape(repository);
            notes.push_str(&format!(
                r#" in <code class="repository">{repository}</code>"#
            ));
        }
        let objects = location.git.iter().flat_map(|git| {
            [
                ("commit", &git.commit),
                ("blob", &git.blob),
                ("tag", &git.tag),
            ]
        });
        for (name, id) in objects {
            let id = id.iter().map(|id| format!(", {name} {}", code(id)));
            notes.extend(id);
        }
        if let Some(bytes) = &location.spot.path_bytes {
            notes.push_str(&format!(", bytes of the path {}", code(bytes)));
        }
        writeln!(
            out,
            r#"<li>{} <span class="of">{notes}</span><pre>{}</pre></li>"#,
            place(location),
            code(&location.snippet)
        )?;
    }
    writeln!(out, "</ul>")
}

/// Prose in which code stands between backticks.
fn prose_with_code(text: &str) -> String {
    let pieces = text.split('`').enumerate();
    let pieces = pieces.map(|(n, piece)| match n % 2 {
        0 => escape(piece),
        _ => code(piece),
    });
    pieces.collect()
}

/// Where it is; some places have no path.
fn place(location: &Location) -> String {
    match location.spot.path.as_str() {
        "" => format!("{} {}", plain(location.kind.name()), spot(&location.spot)),
        _ => spot(&location.spot),
    }
}

/// `path:line:column`. The numbers stand outside of the path, whose letters may run from right to left.
fn spot(spot: &Spot) -> String {
    let path = match spot.path.as_str() {
        "" => String::new(),
        path => format!(r#"<code class="path">{}</code>:"#, escape(path)),
    };
    format!("{path}{}:{}", spot.line, spot.column)
}

fn codes(texts: &[String]) -> String {
    let all: Vec<String> = texts.iter().map(|text| code(text)).collect();
    all.join(", ")
}

/// Servers that it may open, by which the list is filtered.
fn hosts(urls: &[String]) -> String {
    let url = |url| format!(r#"<code class="host">{}</code>"#, escape(url));
    let all: Vec<String> = urls.iter().map(|text| url(text)).collect();
    all.join(", ")
}

/// The name of a finding's place in the page. Of a report that was read, an id may be anything.
pub(super) fn anchor(id: &str) -> String {
    let digits = id.chars().filter(char::is_ascii_hexdigit).take(16);
    "id-".chars().chain(digits).collect()
}
