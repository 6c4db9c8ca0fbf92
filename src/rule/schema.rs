//! The shape of a rule file, exactly as people write it. `rules/README.md` explains every key.
//!
//! Only types: an unknown key or a value of another type is an error of reading, what the parts say of each
//! other is looked at in [`super::valid`]. `P` is a [`Pattern`], or what checks that it can be one.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::live::Live;
use super::pattern::Pattern;
use crate::finding::{Kind, Severity};

/// One file: everything known about one product's credentials.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a rule file, which is a mapping")]
pub struct RuleFile<P = Pattern> {
    /// Version of this shape; 1.
    pub version: u32,
    /// Identifier, part of every credential's id.
    pub product: String,
    /// What is true of every kind, for the pages.
    #[serde(default)]
    pub about: About,
    /// Words of documents with a credential, in any case. A document in which none occurs, nor in its path, is looked
    /// at only for values with a proof.
    pub keywords: Vec<String>,
    /// The word that must stand near a value that no server can have made.
    #[serde(default)]
    pub word: P,
    /// What the secrets look like.
    pub secrets: Vec<Shape<P>>,
    /// Values that people write where a secret belongs.
    #[serde(default)]
    pub placeholders: Vec<P>,
    /// SHA-256 of values published in documentation.
    #[serde(default)]
    pub samples: Vec<Sample>,
    /// How servers are written.
    #[serde(default)]
    pub hosts: Hosts<P>,
    /// How far a token and its server may be apart.
    #[serde(default)]
    pub pairing: Pairing,
    /// Positional columns of the product's database tables, for dumps that do not name them.
    #[serde(default)]
    pub tables: BTreeMap<String, Vec<String>>,
    /// Names another product: a value that no server made is not ours beside one of these.
    #[serde(default)]
    pub foreign: Option<P>,
    /// How credentials are checked against their servers.
    #[serde(default = "Live::default")]
    pub live: Live<P>,
    /// What a value is, by where it stands. The first row that fits decides.
    pub contexts: Vec<Context<P>>,
    /// A page for each kind.
    pub kinds: Vec<Page<P>>,
}

/// What is true of every kind of a product's credentials.
#[derive(Debug, Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "what is true of every kind, which is a mapping"
)]
pub struct About {
    /// Who makes the product.
    pub company: String,
    /// The vendor-neutral family, as in `Api`.
    pub family: String,
    /// As in `Messaging system`.
    pub category: String,
    /// Whether the vendor can restrict credentials to addresses.
    pub ips_allowlist: String,
    /// Whether the rules prefer finding too much.
    pub high_recall: bool,
    /// Whether customers run servers of their own.
    pub on_premise: bool,
    /// Whether secrets have a fixed prefix.
    pub prefixed: bool,
}

/// The form of a secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a secret's form, which is a mapping")]
pub struct Shape<P = Pattern> {
    /// What contexts call it.
    pub name: String,
    /// The whole value. Neither neighbour may be a letter, a digit or a character of the pattern.
    pub pattern: P,
    /// How a server makes it, where that can be told from the value.
    #[serde(default)]
    pub proof: Option<Proof>,
    /// Leading characters that are not part of what the proof looks at.
    #[serde(default)]
    pub prefix: usize,
    /// Fewer different characters than this is a filler.
    #[serde(default)]
    pub min_distinct: usize,
    /// What a proven value must have to be reason enough to look at a document without a keyword.
    #[serde(default)]
    pub gate: Digits,
    /// What a value that is not proven must have; without this it is not a candidate.
    #[serde(default)]
    pub unproven: Option<Digits>,
}

/// A structure that a value has only if a server made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// z-base-32 of a random UUID, as Mattermost's `model.NewId()` writes it.
    Zbase32Uuid4,
}

/// What makes a value of the right shape worth a look.
#[derive(Debug, Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "what a value must have, which is a mapping"
)]
pub struct Digits {
    /// At least this many digits.
    pub min_digits: usize,
}

/// A published value.
#[derive(Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a published value, which is a mapping"
)]
pub struct Sample {
    /// Hex SHA-256 of the value.
    pub sha256: String,
    /// Where it is published; for readers of the file.
    pub source: String,
}

/// How servers are written. What is left out fits nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "how servers are written, which is a mapping"
)]
pub struct Hosts<P = Pattern> {
    /// URL schemes and what a browser would use instead.
    #[serde(default = "web")]
    pub schemes: BTreeMap<String, String>,
    /// Names of things whose bare value is a host.
    pub keys: P,
    /// Words of a sentence that say so of a bare name or address.
    pub words: P,
    /// A bare name in lower case that is a host without a key that says so: its last label.
    pub bare: P,
    /// Names of things whose value is certainly no server of this product.
    pub other_keys: P,
    /// Names of a port, a scheme, a sub-path, and of switches that mean plain http when false or true.
    pub port_keys: P,
    /// See `port_keys`.
    pub scheme_keys: P,
    /// See `port_keys`.
    pub path_keys: P,
    /// See `port_keys`: `http` when the value is false.
    pub tls_keys: P,
    /// See `port_keys`: `http` when the value is true.
    pub plain_keys: P,
    /// Columns of a database dump that hold the server's own address.
    pub columns: P,
    /// A bare word without a dot is a host only behind one of these names.
    pub single_keys: P,
    /// Where a base URL ends: the path from the first match on is no part of it.
    pub cut: P,
    /// Path that only this product's servers have.
    pub own_path: P,
    /// Words in a name or host that speak for this product.
    pub own: P,
    /// Hosts (`name[:port][/path]`) that are never a server of this product's users.
    pub excluded: Vec<P>,
    /// Words in a name or host that speak for another product.
    pub foreign: P,
    /// Values that stand where a host belongs and are none.
    pub placeholders: Vec<P>,
    /// Bare names in lower case that are none: of files, settings, times.
    pub no_names: P,
    /// Text near a bare `Host:` that says plain http.
    pub plain: P,
    /// A port, as `:8065`, that speaks for this product.
    pub own_port: P,
    /// Functions that join strings.
    pub joins: P,
    /// How variables are called that hold part of a name.
    pub pieces: P,
    /// What a server is by where it stands. The first row that fits decides.
    #[serde(default)]
    pub places: Vec<Place<P>>,
}

/// Where a server stands, and whether it is one of this product's then.
#[derive(Debug, Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "where a server stands, which is a mapping"
)]
pub struct Place<P = Pattern> {
    /// The nearest name that it is given.
    pub key: Option<P>,
    /// Up to 200 bytes before it, on its line.
    pub before: Option<P>,
    /// Up to 200 bytes behind it, on its line.
    pub after: Option<P>,
    /// The names of everything around it, innermost first, one a line.
    pub outer: Option<P>,
    /// Whether this holds of a URL too that a secret is part of.
    pub url: bool,
    /// Whether it is a server without a key that says so; else it is another thing.
    pub server: bool,
}

/// The schemes of the web.
fn web() -> BTreeMap<String, String> {
    ["https", "http"]
        .map(|scheme| (scheme.into(), scheme.into()))
        .into()
}

/// How far a token and its server may be apart.
#[derive(Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "how far a token and its server may be apart, which is a mapping"
)]
pub struct Pairing {
    /// The widest place that is searched.
    pub reach: Reach,
    /// The most lines between the two in one document.
    pub lines: u64,
}

impl Default for Pairing {
    fn default() -> Pairing {
        Pairing {
            reach: Reach::Directory,
            lines: 2_000,
        }
    }
}

/// The widest place that is searched for a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// The same URL, call or line.
    Line,
    /// The same document.
    Document,
    /// The files of the same directory.
    Directory,
}

/// One row of the context table: conditions that must all hold, and what they mean.
#[derive(Debug, Default, Deserialize)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "a row of the context table, which is a mapping"
)]
pub struct Context<P = Pattern> {
    /// The name that the value is given, in snake case: a key, header, cookie, flag, argument, column.
    pub key: Option<P>,
    /// How the name stands to the value; all ways if empty.
    pub via: Vec<Via>,
    /// The URL around the value, up to the value.
    pub url: Option<P>,
    /// `table.column` of a database dump.
    pub column: Option<P>,
    /// Up to 160 bytes before the value, on its line.
    pub before: Option<P>,
    /// Up to 160 bytes after the value, on its line.
    pub after: Option<P>,
    /// The lines around the value, twelve on each side.
    pub near: Option<P>,
    /// The names of everything around the value, innermost first, one a line.
    pub outer: Option<P>,
    /// The document's path.
    pub path: Option<P>,
    /// The value has no key and stands beside a server.
    pub beside: Option<Beside>,
    /// The value is the whole document.
    pub whole: bool,
    /// Only values that a server can have made.
    pub minted: bool,
    /// Only values of this shape.
    pub shape: Option<String>,
    /// Tried only when no name of the value decided.
    pub weak: bool,
    /// What the value is then.
    pub kind: Option<Kind>,
    /// Why the value is no secret then.
    pub ignore: Option<String>,
    /// Whether this place alone says "credential": such a value is reported without a host too, and one
    /// that no server made is reported with a host.
    pub explicit: bool,
}

impl Context {
    /// The row for a name, in snake case, and for all names that end with it.
    pub(super) fn named(name: &str, kind: Kind) -> Context {
        Context {
            key: Some(Pattern::new(format!("(^|_){}$", regex::escape(name)))),
            kind: Some(kind),
            explicit: true,
            ..Context::default()
        }
    }
}

/// Where a server stands beside a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Beside {
    /// In the same call, list or tuple.
    Brackets,
    /// On the same line.
    Line,
}

/// How a name stands to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// `name = value`, `"name": "value"`, `<name>value</name>`, a column's header.
    Key,
    /// `--name value`, `-n value`.
    Flag,
    /// `("name", "value")`.
    Argument,
    /// `name("value")`.
    Call,
    /// A word before it in a sentence, or a comment behind it.
    Word,
    /// The name of a thing around it.
    Outer,
    /// The name of the file of which it is the whole content.
    File,
}

/// A page: what people should know about one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a page, which is a mapping")]
pub struct Page<P = Pattern> {
    /// As in `mattermost-access-token`.
    pub id: String,
    /// The kind it describes; one page a kind.
    pub kind: Kind,
    /// Headline.
    pub title: String,
    /// What it is and what a leak means.
    pub summary: String,
    /// Where the vendor documents it.
    #[serde(default)]
    pub documentation: String,
    /// What it may do.
    #[serde(default)]
    pub scopes: String,
    /// How to make it useless.
    pub revoke: String,
    /// Where its use can be seen.
    #[serde(default)]
    pub inspect: String,
    /// The live check by which it is proven, one of [`Live::checks`].
    pub check: Option<String>,
    /// Whether only proven secrets should raise an alert.
    #[serde(default)]
    pub only_valid: bool,
    /// How many matches make a finding: 1 the secret alone, 2 with its host, one more for each part.
    pub minimum_matches: usize,
    /// How bad a leak is before anything was checked.
    pub severity: Severity,
    /// What to do, in order.
    pub remediation: Vec<String>,
    /// Further values without which the secret opens nothing.
    #[serde(default)]
    pub parts: Vec<PartRule<P>>,
    /// Texts in which it must be found.
    pub examples: Vec<Example>,
    /// Texts in which nothing must be found.
    #[serde(default)]
    pub negatives: Vec<Negative>,
}

/// A further value that belongs to a secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a part, which is a mapping")]
pub struct PartRule<P = Pattern> {
    /// What reports call it.
    pub name: String,
    /// The whole value.
    pub pattern: P,
    /// The name that it is given, in snake case.
    pub key: P,
}

/// A text in which the secret must be found.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an example, which is a mapping")]
pub struct Example {
    /// The document.
    pub text: String,
    /// Its path, where that matters.
    #[serde(default)]
    pub path: String,
    /// Its base URL, if there is one.
    #[serde(default)]
    pub host: Option<String>,
    /// The secret.
    pub token: String,
    /// Further parts by name.
    #[serde(default)]
    pub parts: BTreeMap<String, String>,
}

/// A text in which nothing must be found.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a harmless text, which is a mapping")]
pub struct Negative {
    /// The document.
    pub text: String,
    /// Its path, where that matters.
    #[serde(default)]
    pub path: String,
    /// Why it is harmless.
    pub why: String,
}
