//! Repositories: what is found in them, whatever holds it.

/// A repository with hooks that call the program.
mod scene;
/// What the next commit adds.
mod staged;
