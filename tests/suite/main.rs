//! One binary of integration tests: it links once.

/// The format of case files.
mod case;
/// Every case of `fixtures/`.
mod fixtures;
