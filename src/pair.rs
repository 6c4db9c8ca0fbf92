//! Which server a token opens: one, the best, or none.
//!
//! A wrong pair is worse than none: a live check would hand the secret to a stranger. So a server is chosen
//! by how closely a document ties it to the token, never by being there, and what was near but not chosen
//! is named as an alternative and never contacted. Tokens are never crossed with hosts.

use crate::finding::{Confidence, Hit, Host, Location, Origin, PairedBy, Part, Tie, Untrusted};
use crate::rule::{Product, Reach};
use crate::sighting::{Level, Link, Server, Setting, Sightings, Token};

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
fn apart(a: &[Link], b: &[Link]) -> f32 {
    // A line holds what is indented under it.
    let same = |a: &Link, b: &Link| {
        a.at == b.at && (a.level == b.level || (a.level == Level::Parent && b.level == Level::Line))
    };
    let only = |a: &[Link], b: &[Link]| {
        a.iter()
            .filter(|link| !b.iter().any(|other| same(link, other)))
            .map(|link| link.level.weight())
            .sum::<f32>()
    };
    only(a, b) + only(b, a)
}

/// Servers that a token can be paired with beyond its own document.
#[derive(Default)]
pub struct Elsewhere {
    /// Servers named by files of the same directory, best file first.
    pub siblings: Vec<(Untrusted, Server)>,
    /// Servers that the user named.
    pub servers: Vec<String>,
}

/// What one document's sightings come to.
pub struct Pairs {
    /// Credentials, paired or not.
    pub hits: Vec<Hit>,
    /// Whether a token wants a server that the document does not name.
    pub lonely: bool,
}

/// Pairs every token of a document.
pub fn pair(
    product: &Product,
    origin: &Origin,
    sightings: &Sightings,
    elsewhere: &Elsewhere,
) -> Pairs {
    let path = &origin.path;
    let mut pairs = Pairs {
        hits: Vec::new(),
        lonely: false,
    };
    for token in &sightings.tokens {
        let Some(page) = product.page(token.kind) else {
            continue;
        };
        let wants_host = page.minimum_matches > 1;
        let near = || nearest(product, path, token, &sightings.servers, wants_host);
        let (host, speaks) = match own(token, path) {
            Some(host) => (Some(host), false),
            None if token.built => (None, false),
            None => near().unwrap_or((None, false)),
        };
        // Whether its own server has a name that is put together at run time.
        let built = host.is_none() && (token.built || near().is_some());
        let host = host
            .or_else(|| sibling(product, token, &elsewhere.siblings).filter(|_| !built))
            .or_else(|| named(&elsewhere.servers));
        let reason = match built && host.is_none() && wants_host {
            true => Untrusted::new([token.reason.expose(), BUILT].concat()),
            false => token.reason.clone(),
        };
        // Whether anything but the form says what product it is: the document, or its server's name, path or key.
        let speaks = speaks || sightings.named;
        pairs.lonely |= host.is_none();
        let parts: Vec<Part> = page
            .parts
            .iter()
            .filter_map(|part| {
                let of_part = sightings
                    .companions
                    .iter()
                    .filter(|c| c.kind == token.kind && c.name == part.name);
                let best = of_part.min_by(|a, b| {
                    cost(&token.setting, &a.setting).total_cmp(&cost(&token.setting, &b.setting))
                })?;
                Some(Part {
                    name: part.name.clone(),
                    value: best.value.clone(),
                    location: (path.clone(), best.setting.position),
                })
            })
            .collect();
        if parts.len() + 2 < page.minimum_matches {
            continue;
        }
        let Some(confidence) = confidence(token, host.as_ref(), wants_host, speaks) else {
            continue;
        };
        pairs.hits.push(Hit {
            product: product.file.product.clone(),
            rule_id: page.id.clone(),
            kind: token.kind,
            confidence,
            minted: token.minted,
            secret: token.secret.clone(),
            host,
            wants_host,
            parts,
            reason,
            location: Location {
                path: path.clone(),
                position: token.setting.position,
                place: origin.place,
                git: origin.git.clone(),
                snippet: token.snippet.clone(),
            },
            pre_existing: false,
        });
    }
    pairs
}

/// Why a credential has no server although one is meant.
const BUILT: &[u8] = b", the server's name is put together at run time";

/// How sure we are, or that it is no finding at all.
fn confidence(
    token: &Token,
    host: Option<&Host>,
    wants_host: bool,
    speaks: bool,
) -> Option<Confidence> {
    let in_document =
        host.is_some_and(|h| !matches!(h.paired_by, PairedBy::Sibling | PairedBy::Server));
    match () {
        // Scrambled samples and altered tokens: only where everything else speaks for it.
        () if !token.minted => (token.explicit && !token.foreign && token.word_near && in_document)
            .then_some(Confidence::Low),
        () if !token.explicit && !in_document => None,
        () if speaks && (in_document || (!wants_host && token.explicit)) => Some(Confidence::High),
        () => Some(Confidence::Medium),
    }
}

/// The server of the URL that the token is part of.
fn own(token: &Token, path: &Untrusted) -> Option<Host> {
    token.own_host.as_ref().map(|url| Host {
        url: Untrusted::new(url),
        typed: None,
        tie: Tie::Own,
        paired_by: PairedBy::Url,
        line_distance: Some(0),
        location: Some((path.clone(), token.setting.position)),
        alternatives: Vec::new(),
    })
}

/// The closest server of the same document, none if its name is put together at run time, and whether its name, path
/// or key speaks for the product.
fn nearest(
    product: &Product,
    path: &Untrusted,
    token: &Token,
    servers: &[Server],
    wants_host: bool,
) -> Option<(Option<Host>, bool)> {
    let reach = &product.file.pairing;
    let lines = |server: &Server| {
        server
            .setting
            .position
            .line
            .abs_diff(token.setting.position.line)
    };
    let in_reach = |server: &&Server| match reach.reach {
        Reach::Line => lines(server) == 0,
        _ => lines(server) <= reach.lines,
    };
    // If there is but one server, it need not be as near.
    let mut urls = servers
        .iter()
        .filter(|server| !server.other && server.tie.is_some())
        .map(|server| &server.url);
    let first = urls.next();
    let stray = if urls.all(|url| Some(url) == first) {
        LONE
    } else {
        STRAY
    };
    let mut ranked: Vec<(f32, &Server)> = servers
        .iter()
        // What needs no host takes only one that is certainly the server: an integration names its own as well.
        .filter(|server| !server.other && (wants_host || server.own))
        .filter(|server| token.minted || same_thing(product, &token.setting, &server.setting))
        .filter(in_reach)
        .map(|server| (price(token, server), server))
        .filter(|(price, server)| server.own || server.keyed || *price < stray)
        .collect();
    ranked.sort_by(|a, b| {
        a.0.total_cmp(&b.0)
            .then_with(|| a.1.setting.position.cmp(&b.1.setting.position))
    });
    let (_, best) = ranked.first()?;
    let Some(tie) = best.tie else {
        return Some((None, false));
    };
    let shared = |link: &Link| token.setting.chain.contains(link) && link.at > 0;
    let together = best
        .setting
        .chain
        .iter()
        .any(|link| shared(link) && link.level != Level::Section)
        || lines(best) <= 1;
    let mut alternatives: Vec<Untrusted> = Vec::new();
    for (_, other) in ranked
        .iter()
        .skip(1)
        .filter(|(_, other)| other.url != best.url && other.tie.is_some())
    {
        let url = Untrusted::new(&other.url);
        if alternatives.len() < 5 && !alternatives.contains(&url) {
            alternatives.push(url);
        }
    }
    let host = Host {
        url: Untrusted::new(&best.url),
        typed: best.typed.as_ref().map(Untrusted::new),
        tie,
        paired_by: if together {
            PairedBy::Block
        } else {
            PairedBy::Distance
        },
        line_distance: Some(lines(best)),
        location: Some((path.clone(), best.setting.position)),
        alternatives,
    };
    Some((Some(host), best.own))
}

/// Whether nothing says that a value that no server can have made belongs to somebody else: it stands in
/// another object than the server (`zoom: {…}` and `mattermost: {…}`), or its name has a word that is neither
/// common nor the server's (`netdata_claim_token`).
fn same_thing(product: &Product, token: &Setting, server: &Setting) -> bool {
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
const STRAY: f32 = 7.0;
/// The same for the only one of a document.
const LONE: f32 = 30.0;

/// How much speaks against a server being a token's.
fn price(token: &Token, server: &Server) -> f32 {
    let mut price = cost(&token.setting, &server.setting);
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
fn vagueness(server: &Server) -> f32 {
    let name = server.url.split_once("://").map_or("", |(_, name)| name);
    if name.contains(['.', ':']) { 0.0 } else { 0.8 }
}

/// How far two things are apart: by blocks, by their names, then by lines.
fn cost(token: &Setting, other: &Setting) -> f32 {
    let lines = token.position.line.abs_diff(other.position.line);
    let bytes = token
        .position
        .byte_offset
        .abs_diff(other.position.byte_offset);
    let before = if other.position < token.position {
        0.0
    } else {
        0.02
    };
    let near = (lines.min(10) as f32) * 0.06 + (bytes.min(2_000) as f32) * 0.0001 + before;
    apart(&token.chain, &other.chain) + near - kinship(token, other)
}

/// How alike the names of two things are: `MM_PROD_TOKEN` belongs to `MM_PROD_URL`, not to `MM_STAGE_URL`.
fn kinship(token: &Setting, other: &Setting) -> f32 {
    let (Some(a), Some(b)) = (token.names.first(), other.names.first()) else {
        return 0.0;
    };
    // One word alone (`for`, `url`) says nothing of whose a thing is.
    if !a.contains('_') || !b.contains('_') {
        return if a == b && !GENERIC.contains(&a.as_str()) {
            1.2
        } else {
            0.0
        };
    }
    let special = |name: &str| {
        name.split('_')
            .filter(|word| !GENERIC.contains(word))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (a, b) = (special(a), special(b));
    let shared = a.iter().filter(|word| b.contains(word)).count().min(3) as f32;
    let (only_a, only_b) = (
        a.iter().any(|word| !b.contains(word)),
        b.iter().any(|word| !a.contains(word)),
    );
    let clash = if only_a && only_b {
        1.5
    } else if only_b {
        0.5
    } else {
        0.0
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

/// The best server of a file in the same directory.
fn sibling(product: &Product, token: &Token, siblings: &[(Untrusted, Server)]) -> Option<Host> {
    if product.file.pairing.reach < Reach::Directory || !token.explicit {
        return None;
    }
    let written = |server: &Server| !server.other && server.tie.is_some();
    let eligible = || siblings.iter().filter(|(_, server)| written(server));
    let rank = |server: &Server| {
        let plain = if server.own { 0.0 } else { 2.0 } + if server.keyed { 0.0 } else { 2.0 };
        plain + vagueness(server) - kinship(&token.setting, &server.setting)
    };
    // `siblings` come best file first: among equals the first stays.
    let (path, best) = eligible().min_by(|a, b| rank(&a.1).total_cmp(&rank(&b.1)))?;
    let mut alternatives: Vec<Untrusted> = Vec::new();
    for (_, server) in eligible().filter(|(_, server)| server.url != best.url) {
        let url = Untrusted::new(&server.url);
        if alternatives.len() < 5 && !alternatives.contains(&url) {
            alternatives.push(url);
        }
    }
    Some(Host {
        url: Untrusted::new(&best.url),
        typed: best.typed.as_ref().map(Untrusted::new),
        tie: best.tie.unwrap_or_default(),
        paired_by: PairedBy::Sibling,
        line_distance: None,
        location: Some((path.clone(), best.setting.position)),
        alternatives,
    })
}

/// The user's own server, if there is one and not several.
fn named(servers: &[String]) -> Option<Host> {
    let [server] = servers else { return None };
    Some(Host {
        url: Untrusted::new(server),
        typed: None,
        tie: Tie::Own,
        paired_by: PairedBy::Server,
        line_distance: None,
        location: None,
        alternatives: Vec::new(),
    })
}
