//! What the objects of a place in git are: a reader looks each up in another way.

use crate::finding::{Location, ObjectId, Place};

/// The objects that a place names, each by its type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Objects {
    /// The content.
    pub(super) blob: Option<ObjectId>,
    /// A commit that holds it, or whose text it is.
    pub(super) commit: Option<ObjectId>,
    /// The annotated tag whose text it is.
    pub(super) tag: Option<ObjectId>,
}

impl Objects {
    /// The objects of a place; none outside of git.
    pub(super) fn of(location: &Location) -> Objects {
        let Some(git) = &location.git else {
            return Objects::default();
        };
        let (object, commit) = (git.object, git.commit);
        let none = Objects::default();
        match location.place {
            Place::CommitMessage => Objects {
                commit: object.or(commit),
                ..none
            },
            // Commits and tags have authors, and only a commit also stands as what holds its own.
            Place::Author if commit.is_some() => Objects { commit, ..none },
            Place::TagMessage | Place::Author => Objects {
                tag: object,
                commit,
                ..none
            },
            _ => Objects {
                blob: object,
                commit,
                ..none
            },
        }
    }
}
