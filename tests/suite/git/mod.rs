//! Repositories: what their history holds, and where.

/// The commits, paths and refs that a credential is said to stand in.
mod attribution;
