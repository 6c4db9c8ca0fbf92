//! One credential: what it is, what it opens, why we think so, and where it stands.

#[cfg(test)]
mod tests;

use std::io;

use unicode_width::UnicodeWidthStr;

use super::Human;
use super::page::{Ink, keep_end, keep_start, shorten};
use super::words::{count, short_id};
use crate::finding::{Finding, Host, Location, PairedBy, Place, Severity, Untrusted};

/// Places that are listed unless people ask for more.
const MOST_PLACES: usize = 5;

/// Columns in which the text beside a label begins.
const TEXT: usize = 8;

impl Human<'_> {
    /// All that is known of one credential.
    pub(super) fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.page.flow(
            "",
            0,
            &[
                (
                    ink(finding.severity),
                    &finding.severity.name().to_uppercase(),
                ),
                (Ink::Bold, &self.title(&finding.rule_id)),
                (Ink::Plain, &self.redactor.secret(&finding.secret)),
                (Ink::Dim, short_id(finding)),
            ],
        )?;
        if let Some(host) = &finding.host {
            let url = self.text(&host.url);
            self.page.flow(
                "  host  ",
                TEXT,
                &[(Ink::Bold, &url), (Ink::Plain, &self.paired(host))],
            )?;
            self.list("not chosen:", &host.alternatives)?;
        }
        self.list("also paired with:", &finding.other_hosts)?;
        for part in &finding.parts {
            let value = self.redactor.secret(&part.value);
            let (path, position) = &part.location;
            self.page.flow(
                "  with  ",
                TEXT,
                &[
                    (Ink::Plain, &self.text(&Untrusted::new(&part.name))),
                    (Ink::Plain, &value),
                    (Ink::Plain, &self.spot(path, *position)),
                ],
            )?;
        }
        self.page
            .flow("  why   ", TEXT, &[(Ink::Plain, &self.why(finding))])?;
        if self.style.verbose > 0 {
            // Whole, to be copied into an ignore file.
            self.page
                .flow("  id    ", TEXT, &[(Ink::Plain, finding.id.as_str())])?;
        }
        let most = if self.style.verbose > 0 {
            usize::MAX
        } else {
            MOST_PLACES
        };
        for location in finding.locations.iter().take(most) {
            self.place(location)?;
        }
        self.more(finding.locations.len().saturating_sub(most), "places")?;
        self.page.blank()
    }

    /// How the host was found, in words.
    fn paired(&self, host: &Host) -> String {
        let away = match host.line_distance {
            Some(0) => ", on the same line".into(),
            Some(lines) => format!(", {} away", count(lines, "line")),
            None => String::new(),
        };
        let place = host
            .location
            .as_ref()
            .map(|(path, position)| self.spot(path, *position));
        match host.paired_by {
            PairedBy::Url => "part of the same URL".into(),
            PairedBy::Block => format!("paired in the same block{away}"),
            PairedBy::Distance => format!("the nearest host{away}"),
            PairedBy::Sibling => match place {
                Some(place) => format!("paired across files: {place}"),
                None => "paired across files".into(),
            },
            PairedBy::Server => "named by you (--server)".into(),
        }
    }

    fn why(&self, finding: &Finding) -> String {
        let reason = self.text(&finding.reason);
        let make = match finding.minted {
            true => "of the form that Mattermost servers issue",
            false => "not made by a Mattermost server as written: altered sample?",
        };
        let comma = if reason.is_empty() { "" } else { ", " };
        format!(
            "{reason}{comma}{} confidence, {make}",
            finding.confidence.name()
        )
    }

    /// A row of URLs that are not the host.
    fn list(&mut self, what: &str, urls: &[Untrusted]) -> io::Result<()> {
        if urls.is_empty() {
            return Ok(());
        }
        let urls: Vec<String> = urls.iter().map(|url| self.text(url)).collect();
        self.page.flow(
            "        ",
            TEXT,
            &[(Ink::Dim, what), (Ink::Plain, &urls.join(", "))],
        )
    }

    fn place(&mut self, location: &Location) -> io::Result<()> {
        let text = match location.place {
            Place::File | Place::Stdin | Place::Index | Place::Blob => {
                self.spot(&location.path, location.position)
            }
            Place::Path => format!("{} (its name)", self.text(&location.path)),
            Place::CommitMessage | Place::TagMessage | Place::Author | Place::Ref => {
                location.place.name().to_owned()
            }
            Place::Symlink => format!("{} (the target of a link)", self.text(&location.path)),
        };
        match self.link(location) {
            Some(url) => self.page.linked(2, &text, &url)?,
            None => self.page.line(2, Ink::Bold, &text)?,
        }
        // A file's name is already all there is to see.
        if location.place == Place::Path {
            Ok(())
        } else {
            self.snippet(location)
        }
    }

    /// The line with the match marked below. Columns are counted as a terminal draws them.
    fn snippet(&mut self, location: &Location) -> io::Result<()> {
        let snippet = self.redactor.snippet_line(&location.snippet);
        let (before, after) = (snippet.before.trim_start(), snippet.after.trim_end());
        let room = self.page.room(4);
        let matched = shorten(&snippet.matched, room);
        let beside = room.saturating_sub(matched.width());
        let after_room = beside - before.width().min(beside * 2 / 3);
        let before = keep_end(before, beside - after.width().min(after_room));
        let after = keep_start(after, beside.saturating_sub(before.width()));
        self.page
            .line(4, Ink::Plain, &format!("{before}{matched}{after}"))?;
        let mark = "^".repeat(matched.width().max(1));
        self.page.line(4 + before.width(), Ink::Alarm, &mark)
    }

    /// A `file://` URL of the place, if the redactor has nothing against it.
    fn link(&self, location: &Location) -> Option<String> {
        if !self.style.hyperlinks || location.place == Place::Stdin {
            return None;
        }
        let path = location.path.expose();
        let absolute = match path {
            [b'/', ..] => path.to_vec(),
            _ => {
                let cwd = self.style.cwd.as_ref()?.as_os_str().as_encoded_bytes();
                [cwd, b"/", path.strip_prefix(b"./").unwrap_or(path)].concat()
            }
        };
        let absolute = Untrusted::new(absolute);
        let path = self
            .redactor
            .verbatim(&absolute)
            .filter(|path| path.starts_with(b"/"))?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
        let encoded = path.iter().map(|&byte| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        });
        Some(format!("file://{}", encoded.collect::<String>()))
    }
}

fn ink(severity: Severity) -> Ink {
    match severity {
        Severity::Critical | Severity::High => Ink::Alarm,
        Severity::Medium => Ink::Warning,
        Severity::Low => Ink::Notice,
        Severity::Info => Ink::Dim,
    }
}
