//! Repositories as what they are made of: objects, refs, an index. This room knows no stage and runs nothing:
//! no program, no filter, no hook; it opens regular files, reads them at positions and writes none.
//!
//! | module | job |
//! |---|---|
//! | `repository` | where a repository keeps what: its folders, its work trees, its format |
//! | `config` | the few settings that say so |
//! | `small` | the small files it says so in, and what is wrong with them |
//! | `push` | what a push brings, as hooks are told |
//! | `refs` | branches, tags, HEADs, and what they once were |
//! | `revision` | from `main~3` to a commit, and the commits of a range |
//! | `index` | what git is about to commit, and how it differs from a tree |
//! | `object` | what an object says: trees, commits, tags |
//! | `pack`, `loose`, `delta` | how objects are kept |
//! | `store` | any object, by its id |
//! | `diff` | what a commit changes |
//! | `tree` | what stands at a path, and in a folder |
//! | `catalogue` | every object, numbered |
//! | `graph` | from objects up to the commits that hold them |
//! | `reach` | what is reached of borrowed objects |
//! | `walk` | every object, once, in the order of storage |

pub mod catalogue;
pub mod config;
pub mod delta;
pub mod diff;
pub mod graph;
pub mod index;
pub mod loose;
pub mod object;
pub mod pack;
pub mod push;
pub mod reach;
pub mod refs;
pub mod repository;
pub mod revision;
mod small;
pub mod store;
pub mod tree;
pub mod walk;

#[cfg(test)]
pub(crate) mod testing;

pub use object::{Object, ObjectKind, Objects, ReadError};
