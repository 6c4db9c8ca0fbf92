//! Repositories: what is found in them, whatever holds it.

/// What a push brings, under real hooks.
mod hooks;
/// What is not there, and what is no range.
mod lacking;
/// What the commits of a range add.
mod range;
/// A repository with hooks that call the program.
mod scene;
/// What the next commit adds.
mod staged;
