//! One binary of integration tests: it links once.

/// Whatever is thrown at it: special files, hostile names, files that are too large or gone.
mod bad_input;
/// The format of case files.
mod case;
/// What pipelines run.
mod ci;
/// Every flag, format and exit code.
mod cli;
/// What a project says of itself.
mod config;
/// Every case of `fixtures/`.
mod fixtures;
/// Many repositories, and reports that are merged.
mod fleet;
/// What makes the program look at a document.
mod gate;
/// Repositories, their history, and what is about to get into them.
mod git;
/// Hooks under real git.
mod hook;
/// Spoilt documents.
mod hostile;
/// No secret leaves the program.
mod leaks;
/// The library as other programs call it.
mod library;
/// Live checks, against servers on loopback.
mod live;
/// Thousands of pairs in one document.
mod many;
/// The same tree gives the same bytes.
mod order;
/// What the registries get.
mod packages;
/// Completions and manual pages.
mod pages;
/// A reader that goes away ends what is written, never how a run ends.
mod reader;
/// Every command of the README.
mod readme;
/// What the redactor promises.
mod redact;
/// What every format of a report says and promises.
mod report;
/// Answering a leak in the team's own Mattermost, against a server on loopback.
mod respond;
/// Rule files: that every key does what it says, and that what is wrong with one is pointed at.
mod rules;
/// Which server a text names for its token.
mod servers;
/// Other formats, earlier reports, what was accepted.
mod triage;
/// A folder, a command, and the scene of a failure.
mod util;
