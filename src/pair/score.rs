//! How much speaks for two things belonging together: how near they are, by blocks, names and lines.

use crate::rule::Product;
use crate::sighting::{Level, Link, Server, Setting};

/// A place with what its name says, worked out once.
pub struct Named<'a> {
    /// Where it is.
    pub setting: &'a Setting,
    /// Its nearest name.
    pub name: Option<&'a str>,
    /// The words of a name of several that say whose it is.
    pub special: Vec<&'a str>,
}

impl<'a> Named<'a> {
    /// Reads the name of a place.
    pub fn new(setting: &'a Setting) -> Named<'a> {
        let name = setting.names.first().map(String::as_str);
        let of_several = name.filter(|name| name.contains('_')).into_iter();
        let words = of_several.flat_map(|name| name.split('_'));
        Named {
            setting,
            name,
            special: words.filter(|word| !GENERIC.contains(word)).collect(),
        }
    }
}

impl Level {
    /// How much it parts two places that only one of them lies in such a block. Found by trial on labelled
    /// documents; what matters is their order.
    fn weight(self) -> f32 {
        match self {
            Level::Section => 5.0,
            Level::Parent => 2.0,
            Level::Paragraph => 1.0,
            Level::Stanza => 0.6,
            Level::Line => 1.5,
            Level::Comment => 2.5,
            Level::Bracket => 1.0,
            Level::Clause => 0.3,
        }
    }
}

/// How far two places are apart: the blocks that hold only one of them, by weight.
fn block_distance(a: &[Link], b: &[Link]) -> f32 {
    // A line holds what is indented under it.
    let same = |a: &Link, b: &Link| {
        a.at == b.at && (a.level == b.level || (a.level == Level::Parent && b.level == Level::Line))
    };
    // Blocks around both come first.
    let both = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[both..], &b[both..]);
    let only = |a: &[Link], b: &[Link]| {
        a.iter()
            .filter(|link| !b.iter().any(|other| same(link, other)))
            .map(|link| link.level.weight())
            .sum::<f32>()
    };
    only(a, b) + only(b, a)
}

/// Whether nothing says that a value that no server can have made belongs to somebody else: it stands in
/// another object than the server (`zoom: {…}` and `mattermost: {…}`), or its name has a word that is neither
/// common nor the server's (`netdata_claim_token`).
pub fn same_thing(product: &Product, token: &Setting, server: &Setting) -> bool {
    let differ = |(a, b)| a != b;
    let objects = token.inline == server.inline
        && token
            .outer
            .first()
            .zip(server.outer.first())
            .is_some_and(differ);
    let has = |name: &String, word: &str| name.split('_').any(|w| w == word);
    let known = |word: &str| {
        GENERIC.contains(&word)
            || PLAIN.contains(&word)
            || product.file.hosts.own.is_match(word.as_bytes())
            || server
                .names
                .iter()
                .chain(&server.outer)
                .any(|name| has(name, word))
    };
    !objects
        && token
            .names
            .first()
            .is_none_or(|name| name.split('_').all(known))
}

/// Words that go with the product in names.
const PLAIN: [&str; 12] = [
    "chat", "chatops", "my", "header", "headers", "channel", "test", "prod", "dev", "stage",
    "default", "use",
];

/// A server that nothing speaks for must be at least this near.
pub const STRAY: f32 = 7.0;
/// The same for the only one of a document.
pub const LONE: f32 = 30.0;

/// How much speaks against a server being a token's.
pub fn price(token: &Named<'_>, server: &Server, named: &Named<'_>) -> f32 {
    let mut price = cost(token, named);
    // A key that says "server" says nearly as much as the product's own name.
    price -= match (server.own, server.keyed) {
        (true, true) => 0.15,
        (true, false) => 1.3,
        (false, _) => 0.0,
    };
    price += if server.keyed { 0.0 } else { 1.2 };
    price += vagueness(server);
    price
}

/// A word without a dot or port could be the name of many things.
pub fn vagueness(server: &Server) -> f32 {
    let name = server.url.split_once("://").map_or("", |(_, name)| name);
    if name.contains(['.', ':']) { 0.0 } else { 0.8 }
}

/// How far two things are apart: by blocks, by their names, then by lines.
pub fn cost(token: &Named<'_>, other: &Named<'_>) -> f32 {
    let (a, b) = (&token.setting.position, &other.setting.position);
    let (lines, bytes) = (
        a.line.abs_diff(b.line),
        a.byte_offset.abs_diff(b.byte_offset),
    );
    let before = if b < a { 0.0 } else { 0.02 };
    let near = (lines.min(10) as f32) * 0.06 + (bytes.min(2_000) as f32) * 0.0001 + before;
    block_distance(&token.setting.chain, &other.setting.chain) + near - kinship(token, other)
}

/// How alike the names of two things are: `MM_PROD_TOKEN` belongs to `MM_PROD_URL`, not to `MM_STAGE_URL`.
pub fn kinship(token: &Named<'_>, other: &Named<'_>) -> f32 {
    let (Some(a), Some(b)) = (token.name, other.name) else {
        return 0.0;
    };
    // One word alone (`for`, `url`) says nothing of whose a thing is.
    if !a.contains('_') || !b.contains('_') {
        return if a == b && !GENERIC.contains(&a) {
            1.2
        } else {
            0.0
        };
    }
    let (a, b) = (&token.special, &other.special);
    let shared = a.iter().filter(|word| b.contains(word)).count().min(3) as f32;
    let only_a = a.iter().any(|word| !b.contains(word));
    let only_b = b.iter().any(|word| !a.contains(word));
    let clash = match (only_a, only_b) {
        (true, true) => 1.5,
        (false, true) => 0.5,
        _ => 0.0,
    };
    shared * 1.2 - clash
}

/// Words of names that say what a thing is, not whose.
const GENERIC: [&str; 44] = [
    "token",
    "tokens",
    "access",
    "personal",
    "bot",
    "api",
    "auth",
    "key",
    "secret",
    "pat",
    "url",
    "urls",
    "uri",
    "host",
    "hostname",
    "server",
    "base",
    "endpoint",
    "address",
    "site",
    "domain",
    "webhook",
    "hook",
    "user",
    "password",
    "pass",
    "http",
    "https",
    "port",
    "id",
    "set",
    "with",
    "the",
    "is",
    "bearer",
    "authorization",
    "service",
    "admin",
    "login",
    "value",
    "string",
    "get",
    "public",
    "root",
];
