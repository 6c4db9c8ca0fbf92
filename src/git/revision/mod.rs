//! From what people write to commits: gitrevisions(7), as far as a range of commits needs it.

use super::config::Config;
use super::object::{ObjectKind, Objects, ReadError, Said};
use super::refs::{Head, Refs};
use super::repository::Repository;
use crate::finding::ObjectId;

mod walk;

pub use walk::{Walk, commits, merge_bases};

/// The shortest beginning of an id that git takes for one.
const SHORTEST: usize = 4;

/// Why a revision is no commit.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// There is nothing of that name.
    #[error("{0:?}: no such revision here; {FETCH}, or check how it is written")]
    Unknown(String),
    /// A commit that is not here.
    #[error("{typed:?}: commit {id} is not here; {FETCH}")]
    Missing {
        /// What was written.
        typed: String,
        /// The commit that it leads to.
        id: ObjectId,
    },
    /// The way to it leads past the end of a shallow clone.
    #[error("{0:?}: it lies behind the end of this shallow clone; {FETCH}")]
    Shallow(String),
    /// Several ids begin so.
    #[error("{0:?}: several objects have an id that begins so; write more of its digits")]
    Ambiguous(String),
    /// A file or a folder.
    #[error("{0:?}: it is no commit, but a file or a folder in one; write the commit")]
    NotACommit(String),
    /// An object that is here and cannot be read.
    #[error("{typed:?}: {id} cannot be read: {error}")]
    Unreadable {
        /// What was written.
        typed: String,
        /// The object.
        id: ObjectId,
        /// Why.
        error: ReadError,
    },
    /// It cannot be followed.
    #[error("{typed:?}: {what}")]
    NoWay {
        /// What was written.
        typed: String,
        /// What is wrong, and what to do.
        what: &'static str,
    },
    /// Where a range is needed.
    #[error("{0:?}: one revision is no range; write BASE..{0}")]
    NoRange(String),
}

const FETCH: &str = "fetch the base first (in CI the whole history, as with fetch-depth: 0)";

/// The commits that some tips lead to and others do not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// Where it begins; these do not belong to it.
    pub exclude: Vec<ObjectId>,
    /// Where it ends.
    pub include: Vec<ObjectId>,
}

/// The commit that a revision names, through tags.
pub fn resolve(
    text: &str,
    refs: &Refs,
    repository: &Repository,
    objects: &dyn Objects,
) -> Result<ObjectId, RevisionError> {
    let resolving = Resolving {
        typed: text,
        refs,
        repository,
        objects,
    };
    resolving.resolve()
}

/// The range `A..B`, or `A...B` from where the two parted. HEAD stands for a side that is left out.
pub fn parse_range(
    text: &str,
    refs: &Refs,
    repository: &Repository,
    objects: &dyn Objects,
) -> Result<Range, RevisionError> {
    let Some((from, to)) = text.split_once("..") else {
        return Err(RevisionError::NoRange(text.to_owned()));
    };
    let (to, symmetric) = to.strip_prefix('.').map_or((to, false), |to| (to, true));
    if from.is_empty() && to.is_empty() {
        return Err(RevisionError::NoWay {
            typed: text.to_owned(),
            what: "a range without a beginning and an end; write BASE..HEAD",
        });
    }
    let commit = |text: &str| {
        let text = if text.is_empty() { "HEAD" } else { text };
        resolve(text, refs, repository, objects)
    };
    let (from, to) = (commit(from)?, commit(to)?);
    let mut exclude = Vec::new();
    if symmetric {
        exclude = merge_bases(from, to, &repository.shallow, objects);
    }
    if exclude.is_empty() {
        exclude.push(from); // what it leads to and `to` does too lies behind their bases anyway
    }
    Ok(Range {
        exclude,
        include: vec![to],
    })
}

struct Resolving<'r> {
    typed: &'r str,
    refs: &'r Refs,
    repository: &'r Repository,
    objects: &'r dyn Objects,
}

impl<'r> Resolving<'r> {
    fn resolve(&self) -> Result<ObjectId, RevisionError> {
        let typed = self.typed;
        let end = typed.find(['~', '^', ':']).unwrap_or(typed.len());
        let (base, mut rest) = typed.split_at(typed[..end].find("@{").unwrap_or(end));
        let mut id = if rest.starts_with("@{") {
            let (id, after) = self.logged(base, rest)?;
            rest = after;
            id
        } else {
            self.named(base)?
        };
        while !rest.is_empty() {
            (id, rest) = self.step(id, rest)?;
        }
        self.commit(id)
    }

    /// One `^n`, `~n` or `^{commit}`.
    fn step<'t>(&self, id: ObjectId, rest: &'t str) -> Result<(ObjectId, &'t str), RevisionError> {
        for peeled in ["^{commit}", "^{}"] {
            if let Some(rest) = rest.strip_prefix(peeled) {
                return Ok((self.commit(id)?, rest));
            }
        }
        const UNDERSTOOD: &str =
            "of what follows a name only ~n, ^n, ^{commit}, @{n} and @{upstream} are understood";
        let (sign, after) = match rest.strip_prefix('~') {
            Some(after) => ('~', after),
            None => (
                '^',
                rest.strip_prefix('^')
                    .ok_or_else(|| self.no_way(UNDERSTOOD))?,
            ),
        };
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = after.split_at(digits);
        if !(after.is_empty() || after.starts_with(['~', '^'])) {
            return Err(self.no_way(UNDERSTOOD));
        }
        let number: usize = match number {
            "" => 1,
            number => number
                .parse()
                .map_err(|_| self.no_way("a number out of all reason"))?,
        };
        let mut id = self.commit(id)?;
        if sign == '~' {
            for _ in 0..number {
                id = self.parent(id, 0)?;
            }
        } else if let Some(n) = number.checked_sub(1) {
            id = self.parent(id, n)?;
        }
        Ok((id, after))
    }

    fn parent(&self, id: ObjectId, n: usize) -> Result<ObjectId, RevisionError> {
        let object = self.read(id)?;
        let parents = Said::new(&object).parents;
        match parents.get(n) {
            Some(_) if self.repository.shallow.contains(&id) => {
                Err(RevisionError::Shallow(self.typed()))
            }
            Some(&parent) => Ok(parent),
            None => Err(self.no_way("history does not go back so far, or has no such parent")),
        }
    }

    /// The commit that an object is, or that a tag leads to.
    fn commit(&self, mut id: ObjectId) -> Result<ObjectId, RevisionError> {
        for _ in 0..walk::LONGEST_CHAIN {
            let object = self
                .objects
                .read(&id)
                .map_err(|error| self.failed(id, error))?;
            match object.kind {
                ObjectKind::Commit => return Ok(id),
                ObjectKind::Tree | ObjectKind::Blob => break,
                ObjectKind::Tag => match Said::new(&object.data).target {
                    Some(target) => id = target,
                    None => break,
                },
            }
        }
        Err(RevisionError::NotACommit(self.typed()))
    }

    fn read(&self, id: ObjectId) -> Result<Vec<u8>, RevisionError> {
        let id = self.commit(id)?;
        let object = self
            .objects
            .read(&id)
            .map_err(|error| self.failed(id, error))?;
        Ok(object.data)
    }

    /// What stands in front of `~`, `^` and `@{`.
    fn named(&self, name: &str) -> Result<ObjectId, RevisionError> {
        let whole = 2 * self.objects.id_length();
        let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if name.len() == whole && is_hex(name) {
            let id = ObjectId::parse(name.as_bytes());
            return match id {
                Some(id) if !id.is_zero() => Ok(id),
                _ => Err(self.no_way("zeros stand for no commit: a new branch has no base; write one, as in origin/main..HEAD")),
            };
        }
        let name = if name == "@" { "HEAD" } else { name };
        if let Some(id) = self.full_name(name).and_then(|name| self.refs.get(&name)) {
            return Ok(id);
        }
        match &self.refs.head {
            Head::Unborn(_) if name == "HEAD" => return Err(self.no_way("HEAD has no commit yet")),
            Head::Broken(what) if name == "HEAD" => return Err(self.no_way(what)),
            _ => {}
        }
        // `v1.0-3-gabcdef` of git-describe(1) is the commit behind `-g`.
        let digits = name.rsplit_once("-g").map_or(name, |(_, digits)| digits);
        if !is_hex(digits) || !(SHORTEST..whole).contains(&digits.len()) {
            return Err(RevisionError::Unknown(self.typed()));
        }
        match &self.objects.with_prefix(&digits.to_ascii_lowercase())[..] {
            [] => Err(RevisionError::Unknown(self.typed())),
            [id] => Ok(*id),
            _ => Err(RevisionError::Ambiguous(self.typed())),
        }
    }

    /// The ref that a short name means, gitrevisions(7) `<refname>`.
    fn full_name(&self, name: &str) -> Option<Vec<u8>> {
        const RULES: [(&str, &str); 6] = [
            ("", ""),
            ("refs/", ""),
            ("refs/tags/", ""),
            ("refs/heads/", ""),
            ("refs/remotes/", ""),
            ("refs/remotes/", "/HEAD"),
        ];
        let full = |(before, after)| [before, name, after].concat().into_bytes();
        let mut names = RULES.into_iter().map(full);
        names.find(|name| self.refs.get(name).is_some())
    }

    /// A name with `@{n}` or `@{upstream}` behind it.
    fn logged<'t>(&self, base: &str, rest: &'t str) -> Result<(ObjectId, &'t str), RevisionError> {
        let branch = self.refs.branch.clone();
        let mut name = match base {
            "" => branch.clone().unwrap_or_else(|| b"HEAD".to_vec()),
            "@" => b"HEAD".to_vec(),
            base => self
                .full_name(base)
                .ok_or_else(|| RevisionError::Unknown(self.typed()))?,
        };
        let mut rest = rest;
        while let Some((inner, after)) = rest
            .strip_prefix("@{")
            .and_then(|rest| rest.split_once('}'))
        {
            rest = after;
            if matches!(&*inner.to_ascii_lowercase(), "u" | "upstream") {
                let of = if name == b"HEAD" {
                    branch.clone().unwrap_or_default()
                } else {
                    name
                };
                let what = "no upstream is set for it that was fetched; write the name of the base";
                let upstream = upstream(&of, &self.repository.config);
                name = upstream.ok_or_else(|| self.no_way(what))?;
            } else if let Ok(n) = inner.parse::<usize>() {
                let log = self.refs.reflog(&name);
                let what = "the reflog does not go back so far; write the commit";
                let id = log
                    .and_then(|log| log.nth(n))
                    .ok_or_else(|| self.no_way(what))?;
                return Ok((id, rest));
            } else {
                return Err(self.no_way(
                    "in @{} a number or upstream is understood; of anything else write the branch or the commit",
                ));
            }
        }
        if rest.starts_with("@{") {
            return Err(self.no_way("a brace is not closed"));
        }
        let id = self.refs.get(&name);
        Ok((
            id.ok_or_else(|| RevisionError::Unknown(self.typed()))?,
            rest,
        ))
    }

    fn typed(&self) -> String {
        self.typed.to_owned()
    }

    fn no_way(&self, what: &'static str) -> RevisionError {
        RevisionError::NoWay {
            typed: self.typed(),
            what,
        }
    }

    fn failed(&self, id: ObjectId, error: ReadError) -> RevisionError {
        let typed = self.typed();
        match error {
            ReadError::Missing => RevisionError::Missing { typed, id },
            error => RevisionError::Unreadable { typed, id, error },
        }
    }
}

/// The ref that follows the branch of another repository which a branch of ours is based on: git-config(1)
/// `branch.<name>.merge`, as `remote.<name>.fetch` maps it.
fn upstream(name: &[u8], config: &Config) -> Option<Vec<u8>> {
    let branch = name.strip_prefix(b"refs/heads/")?;
    let remote = config.get("branch", Some(branch), "remote")?;
    let merge = config.get("branch", Some(branch), "merge")?;
    if remote == b"." {
        return Some(merge.to_vec());
    }
    let specs = config.all("remote", Some(remote), "fetch");
    specs.into_iter().find_map(|spec| mapped(spec, merge))
}

/// Where a refspec puts a ref, git-fetch(1) `<refspec>`.
fn mapped(spec: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    let split = |text: &'_ [u8], by: u8| {
        let at = memchr::memchr(by, text)?;
        Some((text[..at].to_vec(), text[at + 1..].to_vec()))
    };
    let (from, to) = split(spec.strip_prefix(b"+").unwrap_or(spec), b':')?;
    match (split(&from, b'*'), split(&to, b'*')) {
        (Some((before, after)), Some((start, end))) => {
            let middle = name.strip_prefix(&*before)?.strip_suffix(&*after)?;
            Some([&start, middle, &end].concat())
        }
        (None, None) => (from == name).then_some(to),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
