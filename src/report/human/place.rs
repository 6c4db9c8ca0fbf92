//! Where a credential stands: in a file, or in git so that people find it there.

use std::io;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::page::{Ink, keep_end, keep_start, shorten};
use super::{Human, place, text};
use crate::finding::{Place, Untrusted};
use crate::redact::{Redactor, visible};
use crate::report::record::{Finding, InGit, Location, SourceKind, bytes};
use crate::report::sarif::percent;

/// Places that are listed unless people ask for more.
const MOST_PLACES: usize = 5;

impl Human<'_> {
    /// The places of one credential.
    pub(super) fn places(&mut self, finding: &Finding) -> io::Result<()> {
        let most = self.most(MOST_PLACES);
        for location in finding.locations.iter().take(most) {
            self.place(finding, location)?;
        }
        self.more(finding.locations.len().saturating_sub(most), "places")
    }

    fn place(&mut self, finding: &Finding, location: &Location) -> io::Result<()> {
        let what = self.location(location);
        match self.link(location) {
            Some(url) => self.page.linked(2, &what, &url)?,
            None => self.page.line(2, Ink::Bold, &what)?,
        }
        // A name is already all there is to see.
        if matches!(location.kind, Place::Path | Place::Ref) {
            Ok(())
        } else {
            self.snippet(finding, location)
        }
    }

    /// A place on one line, with what git needs to show it.
    pub(super) fn location(&self, location: &Location) -> String {
        let what = self.document(location);
        let notes = self.in_git(location);
        let gap = if notes.is_empty() { "" } else { "  " };
        format!("{what}{gap}{notes}")
    }

    /// What the document is, and the line in it.
    fn document(&self, location: &Location) -> String {
        let line = location.spot.line;
        let path = || text(location.spot.bytes());
        let object = |what, id: fn(&InGit) -> &Option<String>| {
            self.object(
                what,
                location.git.as_ref().and_then(|git| id(git).as_deref()),
            )
        };
        let (blob, commit, tag) = (
            || object("blob", |git| &git.blob),
            || object("commit", |git| &git.commit),
            || object("tag", |git| &git.tag),
        );
        let of_tag = location.git.as_ref().is_some_and(|git| git.tag.is_some());
        match location.kind {
            Place::Blob if location.spot.path.is_empty() => {
                format!("{}:{line}:{}", blob(), location.spot.column)
            }
            Place::File | Place::Stdin | Place::Index | Place::Blob => place(&location.spot),
            Place::Path => format!("{} (its name)", path()),
            Place::Symlink => format!("{} (the target of a link)", path()),
            Place::Ref => format!("ref {} (its name)", path()),
            Place::CommitMessage => format!("{}, its message, line {line}", commit()),
            Place::TagMessage => format!("{}, its message, line {line}", tag()),
            Place::Author if of_tag => format!("{}, its tagger", tag()),
            Place::Author => format!("{}, its author or committer", commit()),
        }
    }

    /// As in `commit 1a2b3c4d5e`.
    fn object(&self, what: &str, id: Option<&str>) -> String {
        match id {
            Some(id) => format!("{what} {}", self.short(id)),
            None => what.to_owned(),
        }
    }

    /// Where git keeps a file's content, and in which repository if there can be doubt.
    fn in_git(&self, location: &Location) -> String {
        let (Some(git), Some(repository)) = (&location.git, &location.repository) else {
            return String::new();
        };
        let mut notes = Vec::new();
        match location.kind {
            Place::Index => notes.push("(staged)".into()),
            // As in `in 1a2b3c4d5e (blob 9f8e7d6c5b)`.
            Place::Blob | Place::Path | Place::Symlink => {
                // Without a path the id of the blob stands where a path would.
                let blob = git.blob.as_ref().filter(|_| !location.spot.path.is_empty());
                let commit = git.commit.as_ref();
                notes.extend(commit.map(|id| format!("in {}", self.short(id))));
                notes.extend(blob.map(|id| format!("(blob {})", self.short(id))));
            }
            _ => {}
        }
        // The path of a file says it already; and there is no doubt in the one repository that was asked for.
        let only = match &self.report.scan.sources[..] {
            [source] => {
                !matches!(source.kind, SourceKind::Files | SourceKind::Stdin)
                    && source.path.as_ref() == Some(repository)
            }
            _ => false,
        };
        if location.kind != Place::File && !only {
            let path = bytes(repository, location.repository_bytes.as_deref());
            notes.push(format!("of {}", text(path)));
        }
        notes.join(" ")
    }

    /// The line with the match marked below. Columns are counted as a terminal draws them.
    fn snippet(&mut self, finding: &Finding, location: &Location) -> io::Result<()> {
        let snippet = location.snippet.as_str();
        // In a report that was read, the masked secret where it stands, if it stands there in clear.
        let masked = finding.secret.redacted.split(' ').next();
        let masked = masked.filter(|masked| !masked.is_empty());
        let found = || {
            let at = snippet.find(masked?)?;
            Some(at..at + masked?.len())
        };
        let matched = location.matched.clone().or_else(found);
        let matched = matched.unwrap_or(snippet.len()..snippet.len());
        // Indentation is no news.
        let part = |range: Range<usize>| {
            visible(snippet.get(range).unwrap_or_default().replace('\t', " "))
        };
        let (before, after) = (part(0..matched.start), part(matched.end..snippet.len()));
        let (before, after) = (before.trim_start(), after.trim_end());
        let matched = part(matched);
        let room = self.page.room(4);
        let matched = shorten(&matched, room);
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
        let is_file = match location.kind {
            Place::File => true,
            // In git nothing can be opened by its name.
            Place::Path | Place::Symlink => location.git.is_none(),
            _ => false,
        };
        if !self.style.hyperlinks || !is_file {
            return None;
        }
        let path = &*location.spot.bytes();
        let absolute = match path {
            [b'/', ..] => path.to_vec(),
            _ => {
                let cwd = self.style.cwd.as_ref()?.as_os_str().as_encoded_bytes();
                [cwd, b"/", path.strip_prefix(b"./").unwrap_or(path)].concat()
            }
        };
        // Where something was masked, it is not the path that it was.
        let masked = memchr::memmem::find(path, "…".as_bytes()).is_some();
        let absolute = Untrusted::new(absolute);
        let path = Redactor::blind();
        let path = path
            .verbatim(&absolute)
            .filter(|path| !masked && path.starts_with(b"/"))?;
        Some(format!("file://{}", percent(path)))
    }
}
