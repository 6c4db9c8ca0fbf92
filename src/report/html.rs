//! One page for browsers: everything in one file, complete without JavaScript, which only sorts and filters.
//!
//! Whatever stands in it comes from strangers. Text is escaped for where it stands, nothing is a link, and the page
//! may load nothing and run nothing but its own script, whose digest its policy names.

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::record::{Commit, Finding, Location, Record};
use crate::finding::Severity;

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

/// Writes the report.
pub(super) fn write(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    head(out)?;
    summary(record, out)?;
    writeln!(out, "<main id=\"main\">")?;
    filters(out)?;
    writeln!(out, "<h2>Credentials</h2>\n<div id=\"list\">")?;
    for finding in &record.findings {
        card(record, finding, out)?;
    }
    writeln!(out, "</div>\n</main>")?;
    writeln!(
        out,
        "<footer>Matterleaks {}, {}. No secret stands in this page.</footer>",
        escape(&record.tool.version),
        escape(&record.scan.started_at)
    )?;
    writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")
}

fn head(out: &mut dyn Write) -> io::Result<()> {
    let digest = |text: &str| data_encoding::BASE64.encode(&Sha256::digest(text.as_bytes()));
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; \
         script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>Matterleaks report</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the credentials</a>",
        digest(STYLE),
        digest(SCRIPT),
    )
}

fn summary(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let counting = || record.findings.iter().filter(|finding| finding.counts());
    writeln!(
        out,
        "<header>\n<h1>Leaked Mattermost credentials</h1>\n<ul class=\"counts\">"
    )?;
    let severities = [
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Low,
        Severity::Info,
    ];
    for severity in severities {
        let number = counting()
            .filter(|finding| finding.severity == severity)
            .count();
        if number > 0 {
            let name = severity.name();
            writeln!(out, "<li><b class=\"{name}\">{number}</b> {name}</li>")?;
        }
    }
    let counts = &record.summary;
    let mut others = vec![
        (counts.unpaired, "without a server"),
        (counts.suppressed, "accepted"),
    ];
    if record.scan.verified {
        others.splice(
            0..0,
            [(counts.active, "active"), (counts.unknown, "unknown")],
        );
    }
    for (number, what) in others {
        writeln!(out, "<li><b>{number}</b> {what}</li>")?;
    }
    let documents = record.coverage.documents;
    writeln!(out, "<li><b>{documents}</b> documents read</li>\n</ul>")?;
    let skipped = &record.coverage.skipped;
    if !skipped.is_empty() {
        writeln!(
            out,
            "<div class=\"incomplete\"><details><summary>Incomplete: {} things were not read</summary>\n<ul>",
            skipped.len()
        )?;
        for skip in skipped {
            let object = skip.object.as_deref().unwrap_or_default();
            let why = [skip.reason.name(), object, &skip.detail].join(" ");
            writeln!(
                out,
                "<li><code>{}</code> {}</li>",
                escape(&skip.path),
                escape(&why)
            )?;
        }
        writeln!(out, "</ul></details></div>")?;
    }
    writeln!(out, "</header>")
}

/// Controls that only a script can serve, and that it shows.
fn filters(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<form id=\"filters\" hidden>")?;
    writeln!(
        out,
        "<div><label for=\"sort\">Sort by</label><select id=\"sort\" name=\"sort\"><option>severity</option>\
         <option>host</option><option>path</option><option>verdict</option><option>date</option></select></div>"
    )?;
    for key in ["severity", "kind", "host", "verdict", "repository"] {
        writeln!(
            out,
            "<div><label for=\"{key}\">{key}</label><select id=\"{key}\" data-key=\"{key}\"><option value=\"\">all\
             </option></select></div>"
        )?;
    }
    writeln!(
        out,
        "<div><label for=\"text\">Text</label><input id=\"text\" name=\"text\" type=\"search\"></div>\n\
         <output id=\"shown\" aria-live=\"polite\"></output>\n</form>"
    )
}

fn card(record: &Record, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let rule = record.rule(&finding.rule_id);
    let title = record.title(finding);
    let host = finding.server().unwrap_or_default();
    let first = finding.locations.first();
    let path = first.map_or("", |place| place.spot.path.as_str());
    let repository = first
        .and_then(|place| place.repository.as_deref())
        .unwrap_or_default();
    let introduced = finding
        .history
        .as_ref()
        .and_then(|history| history.introduced.first());
    let (severity, status) = (finding.severity.name(), finding.verdict.status.as_str());
    writeln!(
        out,
        "<article data-severity=\"{severity}\" data-kind=\"{}\" data-host=\"{}\" data-verdict=\"{}\" data-path=\"{}\" \
         data-repository=\"{}\" data-date=\"{}\">",
        finding.kind.name(),
        escape(host),
        escape(status),
        escape(path),
        escape(repository),
        escape(introduced.map_or("", |commit| &commit.date)),
    )?;
    writeln!(
        out,
        "<div class=\"top\"><span class=\"severity {severity}\">{severity}</span><h3>{}</h3><code>{}</code></div>\n<dl>",
        escape(title),
        escape(&finding.secret.redacted)
    )?;
    match &finding.host {
        Some(host) => term(
            out,
            "Server",
            &format!("{} (paired by {})", host.url, host.paired_by.name()),
        )?,
        None => term(out, "Server", "none was found")?,
    }
    if !finding.other_hosts.is_empty() {
        term(out, "Also with", &finding.other_hosts.join(", "))?;
    }
    verdict(finding, out)?;
    term(out, "Confidence", finding.confidence.name())?;
    if let Some(why) = &finding.suppressed {
        let counts = if why.overruled {
            ", and counts because it is live"
        } else {
            ""
        };
        term(
            out,
            "Accepted",
            &format!("{} ({}){counts}", why.reason, why.source),
        )?;
    }
    if finding.pre_existing {
        term(out, "New", "no: it was there before what was scanned")?;
    }
    term(out, "Id", &finding.id)?;
    writeln!(out, "</dl>")?;
    places(finding, out)?;
    timeline(finding, out)?;
    if let Some(rule) = rule {
        writeln!(out, "<details><summary>What to do</summary>\n<ol>")?;
        for step in rule.help.lines() {
            writeln!(out, "<li>{}</li>", escape(step))?;
        }
        writeln!(out, "</ol></details>")?;
    }
    writeln!(out, "</article>")
}

fn verdict(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let verdict = &finding.verdict;
    let mut said = verdict.status.replace('_', " ");
    if let Some(reason) = verdict.reason {
        said = format!("{said}: {}", reason.name().replace('_', " "));
    }
    if let Some(detail) = verdict.detail.as_ref().filter(|detail| !detail.is_empty()) {
        said = format!("{said} ({detail})");
    }
    if let Some(at) = &verdict.checked_at {
        said = format!("{said}, {at}");
    }
    let class = match verdict.status.as_str() {
        known @ ("active" | "rejected" | "unknown") => known,
        _ => "unchecked",
    };
    writeln!(
        out,
        "<dt>Live</dt><dd class=\"{class}\">{}</dd>",
        escape(&said)
    )?;
    if let Some(owner) = &verdict.owner {
        let bot = if owner.is_bot { "bot " } else { "" };
        term(
            out,
            "Owner",
            &format!("{bot}{}, {}", owner.username, owner.roles.join(", ")),
        )?;
    }
    if let Some(id) = &verdict.token_id {
        term(out, "Token id", id)?;
    }
    Ok(())
}

fn places(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let open = if finding.locations.len() <= 3 {
        " open"
    } else {
        ""
    };
    writeln!(
        out,
        "<details{open}><summary>Places ({})</summary>\n<ul>",
        finding.locations.len()
    )?;
    for place in &finding.locations {
        let spot = &place.spot;
        let at = format!("{}:{}:{}", spot.path, spot.line, spot.column);
        let more = [
            Some(place.kind.name().replace('_', " ")),
            place.repository.clone(),
            object(place),
        ];
        let more: Vec<String> = more.into_iter().flatten().collect();
        writeln!(
            out,
            "<li><code>{}</code> {}<pre>{}</pre></li>",
            escape(&at),
            escape(&more.join(", ")),
            escape(&place.snippet)
        )?;
    }
    writeln!(out, "</ul></details>")
}

fn object(place: &Location) -> Option<String> {
    let git = place.git.as_ref()?;
    let named = [
        ("commit", &git.commit),
        ("blob", &git.blob),
        ("tag", &git.tag),
    ];
    let named = named
        .iter()
        .filter_map(|(what, id)| Some(format!("{what} {}", id.as_ref()?)));
    Some(named.collect::<Vec<_>>().join(", ")).filter(|text| !text.is_empty())
}

fn timeline(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let Some(history) = &finding.history else {
        return Ok(());
    };
    writeln!(out, "<details open><summary>History</summary>\n<ul>")?;
    let mut commits = |what: &str, commits: &[Commit]| -> io::Result<()> {
        for commit in commits {
            let short: String = commit.commit.chars().take(10).collect();
            let said = format!(
                "{what} {} in {short} by {}: {}",
                commit.date, commit.author, commit.subject
            );
            writeln!(out, "<li>{}</li>", escape(&said))?;
        }
        Ok(())
    };
    commits("Introduced", &history.introduced)?;
    commits("Removed", &history.removed)?;
    let head = if history.at_head {
        "At HEAD now."
    } else {
        "Not at HEAD."
    };
    let refs = match history.refs.is_empty() {
        true => "Reached from no ref.".to_owned(),
        false => format!("Reached from {}.", history.refs.join(", ")),
    };
    writeln!(
        out,
        "<li>{}</li>\n</ul></details>",
        escape(&format!("{head} {refs}"))
    )
}

fn term(out: &mut dyn Write, name: &str, text: &str) -> io::Result<()> {
    writeln!(out, "<dt>{name}</dt><dd>{}</dd>", escape(text))
}

/// Text between tags or in a quoted attribute. What nobody sees, or what turns text round, is shown by its number.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' => escaped.push(' '),
            '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' => {
                escaped.push_str(&format!("[U+{:04X}]", c as u32));
            }
            c if c.is_control() => escaped.push_str(&format!("[U+{:04X}]", c as u32)),
            c => escaped.push(c),
        }
    }
    escaped
}
