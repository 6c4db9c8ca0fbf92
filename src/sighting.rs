//! The words between detection and pairing: what one document shows, free of its text.
//!
//! A document that is read in windows yields sightings from each; they carry all that pairing needs, with
//! positions in the whole document, so that nothing but these small vectors has to stay in memory.

use crate::finding::{Kind, Position, Secret, Snippet, Tie, Untrusted};

/// What kind of block a link of a chain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// `[name]`, a heading, or what `---` divides.
    Section,
    /// The line that others are indented under.
    Parent,
    /// Lines without a blank line between them.
    Paragraph,
    /// Lines of a paragraph from one comment to the next.
    Stanza,
    /// One line.
    Line,
    /// All remarks of a document: what is commented out belongs to what is commented out.
    Comment,
    /// Brackets within a line.
    Bracket,
    /// What `;`, `&&` or the end of a sentence divides.
    Clause,
}

/// A block: what it is and where it starts in the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    /// What it is.
    pub level: Level,
    /// Where it starts; with the level, its name within a document.
    pub at: u64,
}

/// Where something stands among other things.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// The blocks around it, outermost first.
    pub chain: Vec<Link>,
    /// The names it is given, in snake case, nearest first.
    pub names: Vec<String>,
    /// The names of what it stands in, innermost first.
    pub outer: Vec<String>,
    /// Whether the innermost of them is on the same line.
    pub inline: bool,
    /// Where in the original.
    pub position: Position,
}

/// A value that its context calls a credential.
#[derive(Clone, Debug)]
pub struct Token {
    /// The value.
    pub secret: Secret,
    /// What it opens.
    pub kind: Kind,
    /// Whether a server can have made it.
    pub minted: bool,
    /// Whether it has a structure that only a server gives it.
    pub proven: bool,
    /// Whether its place alone says "credential".
    pub explicit: bool,
    /// Whether it is given, or stands in something that is given, another product's name.
    pub foreign: bool,
    /// Whether the product's word stands near.
    pub word_near: bool,
    /// In words, what made it a credential.
    pub reason: Untrusted,
    /// The base URL of the URL that it is part of.
    pub own_host: Option<String>,
    /// Whether the name of that URL's server is put together at run time.
    pub built: bool,
    /// Where it stands.
    pub setting: Setting,
    /// The line around it.
    pub snippet: Snippet,
}

/// A server that a document names.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its base URL, normalised.
    pub url: String,
    /// The same as it was typed, if its name is in letters beyond ASCII.
    pub typed: Option<String>,
    /// How it is tied to its place; nothing if its name is put together at run time.
    pub tie: Option<Tie>,
    /// Whether its name, path or key speaks for the product.
    pub own: bool,
    /// Whether it is given a name that servers have (`url`, `host`).
    pub keyed: bool,
    /// Whether it stands for something else: another product, a picture, a callback.
    pub other: bool,
    /// Where it stands.
    pub setting: Setting,
}

/// A further part of some credential.
#[derive(Clone, Debug)]
pub struct Companion {
    /// The page that wants it.
    pub kind: Kind,
    /// The part's name there.
    pub name: String,
    /// Its value.
    pub value: Secret,
    /// Where it stands.
    pub setting: Setting,
}

/// Everything that one document shows of one product.
#[derive(Clone, Debug, Default)]
pub struct Sightings {
    /// Credentials.
    pub tokens: Vec<Token>,
    /// Servers; empty if there is no token that could want one.
    pub servers: Vec<Server>,
    /// Further parts.
    pub companions: Vec<Companion>,
    /// Values that are published samples.
    pub samples: u64,
    /// Whether a keyword of the product occurs in the document or its path.
    pub named: bool,
    /// Whether it names so many servers that some were left out.
    pub cut: bool,
}

impl Sightings {
    /// What remains where no keyword of the product occurs: values that only a server makes. Samples of documentation
    /// are nothing to a document that speaks of something else.
    pub fn without_keyword(mut self) -> Sightings {
        self.tokens.retain(|token| token.proven);
        self.samples = 0;
        self
    }
}
