//! Where a credential stands: in a file, or in git so that people find it there.

use std::io;

use unicode_width::UnicodeWidthStr;

use super::Human;
use super::page::{Ink, keep_end, keep_start, shorten};
use crate::finding::{InGit, Location, ObjectId, Place, Source, Untrusted};
use crate::report::objects::Objects;

/// Places that are listed unless people ask for more.
const MOST_PLACES: usize = 5;

impl Human<'_> {
    /// The places of one credential.
    pub(super) fn places(&mut self, locations: &[Location]) -> io::Result<()> {
        let most = self.most(MOST_PLACES);
        for location in locations.iter().take(most) {
            self.place(location)?;
        }
        self.more(locations.len().saturating_sub(most), "places")
    }

    fn place(&mut self, location: &Location) -> io::Result<()> {
        let text = self.location(location);
        match self.link(location) {
            Some(url) => self.page.linked(2, &text, &url)?,
            None => self.page.line(2, Ink::Bold, &text)?,
        }
        // A name is already all there is to see.
        if matches!(location.place, Place::Path | Place::Ref) {
            Ok(())
        } else {
            self.snippet(location)
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
        let Objects { blob, commit, tag } = Objects::of(location);
        let line = location.position.line;
        let path = || self.text(&location.path);
        match location.place {
            Place::Blob if location.path.expose().is_empty() => {
                let column = location.position.column;
                format!("{}:{line}:{column}", self.object("blob", blob))
            }
            Place::File | Place::Stdin | Place::Index | Place::Blob => {
                self.spot(&location.path, location.position)
            }
            Place::Path => format!("{} (its name)", path()),
            Place::Symlink => format!("{} (the target of a link)", path()),
            Place::Ref => format!("ref {} (its name)", path()),
            Place::CommitMessage => {
                format!(
                    "{}, its message, line {line}",
                    self.object("commit", commit)
                )
            }
            Place::TagMessage => format!("{}, its message, line {line}", self.object("tag", tag)),
            Place::Author if tag.is_some() => format!("{}, its tagger", self.object("tag", tag)),
            Place::Author => format!("{}, its author or committer", self.object("commit", commit)),
        }
    }

    /// As in `commit 1a2b3c4d5e`.
    fn object(&self, what: &str, id: Option<ObjectId>) -> String {
        match id {
            Some(id) => format!("{what} {}", self.short(id)),
            None => what.to_owned(),
        }
    }

    /// Where git keeps a file's content, and in which repository if there can be doubt.
    fn in_git(&self, location: &Location) -> String {
        let Some(git) = &location.git else {
            return String::new();
        };
        let mut notes = Vec::new();
        match location.place {
            Place::Index => notes.push("(staged)".into()),
            Place::Blob | Place::Path | Place::Symlink => notes.extend(self.holders(location)),
            _ => {}
        }
        // The path of a file says it already.
        if location.place != Place::File && !self.is_the_only(git) {
            notes.push(format!("of {}", self.text(&git.repository)));
        }
        notes.join(" ")
    }

    /// As in `in 1a2b3c4d5e (blob 9f8e7d6c5b)`.
    fn holders(&self, location: &Location) -> Vec<String> {
        let Objects { blob, commit, .. } = Objects::of(location);
        // Without a path the id of the blob stands where a path would.
        let blob = blob.filter(|_| !location.path.expose().is_empty());
        let commit = commit.map(|id| format!("in {}", self.short(id)));
        let blob = blob.map(|id| format!("({})", self.object("blob", Some(id))));
        commit.into_iter().chain(blob).collect()
    }

    /// Whether a place is in the one repository that was asked for.
    fn is_the_only(&self, git: &InGit) -> bool {
        match &self.report.sources[..] {
            [Source::History(path) | Source::Staged(path) | Source::Range(path, _)] => {
                *path == git.repository
            }
            _ => false,
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
        let is_file = match location.place {
            Place::File => true,
            // In git nothing can be opened by its name.
            Place::Path | Place::Symlink => location.git.is_none(),
            _ => false,
        };
        if !self.style.hyperlinks || !is_file {
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
