//! Which server a token opens: one, the best, or none.
//!
//! A wrong pair is worse than none: a live check would hand the secret to a stranger. So a server is chosen
//! by how closely a document ties it to the token, never by being there, and what was near but not chosen
//! is named as an alternative and never contacted. Tokens are never crossed with hosts.
//!
//! A document is paired as soon as it was read ([`pair`]), and what was not chosen is forgotten. Tokens that want a
//! server of another place get it when all was read ([`hits`]).

mod places;
mod score;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::finding::{
    Confidence, Hit, Host, Kind, Location, Origin, PairedBy, Part, Position, Untrusted,
};
use crate::rule::{PartRule, Product, Reach};
use crate::sighting::{Companion, Level, Link, Server, Setting, Sightings, Token};
use places::Places;
use score::{LONE, Named, STRAY, cost, kinship, price, same_thing, vagueness};

/// Servers that a token can be paired with beyond its own document.
#[derive(Default)]
pub struct Elsewhere {
    /// Servers named by files of the same directory, best file first.
    pub siblings: Vec<(Untrusted, Arc<[Server]>)>,
    /// Servers that the user named.
    pub servers: Vec<String>,
    /// Whether the user typed them: then they come before those of files.
    pub typed: bool,
}

/// A token with what its own document has for it.
#[derive(Clone)]
pub struct Match {
    /// The token, without what only pairing asks for.
    token: Token,
    host: Option<Host>,
    /// Whether anything but the form says what product it is: the document, or its server's name, path or key.
    speaks: bool,
    /// Whether its server has a name that is put together at run time.
    built: bool,
    parts: Vec<Part>,
}

impl Match {
    /// Whether it wants a server that its document does not name.
    pub fn unpaired(&self) -> bool {
        self.host.is_none()
    }
}

/// Pairs every token of a document with what the document names.
pub fn pair(product: &Product, path: &Untrusted, sightings: Sightings) -> Vec<Match> {
    let Sightings {
        tokens,
        mut servers,
        companions,
        named,
        ..
    } = sightings;
    servers.sort_by_key(|server| server.setting.position);
    let servers = Servers::new(servers.iter(), tokens.len());
    let companions = Companions::new(&companions, tokens.len());
    let matches = tokens.into_iter().filter_map(|token| {
        let page = product.page(token.kind)?;
        let wants_host = page.minimum_matches > 1;
        let own = own(&token, path);
        let (host, speaks, built) = match own {
            Some(host) => (Some(host), false, false),
            None if token.built => (None, false, true),
            None => match nearest(product, path, &token, &servers, wants_host) {
                Some(Nearest::Server(host, own)) => (Some(host), own, false),
                Some(Nearest::Built) => (None, false, true),
                None => (None, false, false),
            },
        };
        let part = |part: &PartRule| companions.best(&token, &part.name, path);
        let parts: Vec<Part> = page.parts.iter().filter_map(part).collect();
        let mut found = Match {
            speaks: speaks || named,
            built,
            host,
            parts,
            token,
        };
        let possible = found.host.is_some() || (found.token.minted && found.token.explicit);
        if !possible || found.parts.len() + 2 < page.minimum_matches {
            return None;
        }
        found.token.setting = Setting {
            names: found.token.setting.names.into_iter().take(1).collect(),
            position: found.token.setting.position,
            ..Setting::default()
        };
        Some(found)
    });
    matches.collect()
}

/// The credentials of a document. Those that it names no server for are paired with one from elsewhere.
pub fn hits(
    product: &Product,
    origin: &Origin,
    matches: Vec<Match>,
    elsewhere: &Elsewhere,
) -> Vec<Hit> {
    let unpaired = matches.iter().filter(|found| found.unpaired()).count();
    let servers = elsewhere.siblings.iter();
    let siblings = Servers::new(servers.flat_map(|(_, servers)| &**servers), unpaired);
    let files = elsewhere.siblings.iter();
    let files: Vec<&Untrusted> = files
        .flat_map(|(path, servers)| std::iter::repeat_n(path, servers.len()))
        .collect();
    let hits = matches.into_iter().filter_map(|found| {
        let Match {
            token,
            host,
            speaks,
            built,
            parts,
        } = found;
        let page = product.page(token.kind)?;
        let host = host
            .or_else(|| named(&elsewhere.servers).filter(|_| elsewhere.typed))
            .or_else(|| sibling(product, &token, &siblings, &files).filter(|_| !built))
            .or_else(|| named(&elsewhere.servers));
        let wants_host = page.minimum_matches > 1;
        let reason = match built && host.is_none() && wants_host {
            true => Untrusted::new([token.reason.expose(), BUILT].concat()),
            false => token.reason.clone(),
        };
        Some(Hit {
            product: product.file.product.clone(),
            rule_id: page.id.clone(),
            kind: token.kind,
            confidence: confidence(&token, host.as_ref(), wants_host, speaks)?,
            minted: token.minted,
            secret: token.secret,
            host,
            wants_host,
            parts,
            reason,
            location: Location {
                path: origin.path.clone(),
                position: token.setting.position,
                place: origin.place,
                git: origin.git.clone(),
                snippet: token.snippet,
            },
            pre_existing: false,
        })
    });
    hits.collect()
}

/// Servers of one document, or of its siblings, ready to be compared with tokens.
struct Servers<'a> {
    servers: Vec<&'a Server>,
    places: Places<'a>,
    /// The first URLs among them.
    urls: Vec<&'a str>,
}

/// So many alternatives are named.
const ALTERNATIVES: usize = 5;

impl<'a> Servers<'a> {
    /// In their order.
    fn new(servers: impl Iterator<Item = &'a Server>, tokens: usize) -> Servers<'a> {
        let servers: Vec<&Server> = servers.collect();
        let place = |server: &&'a Server| {
            let vague = vagueness(server) > 0.0;
            let sort = [
                server.own,
                server.keyed,
                vague,
                server.other,
                server.tie.is_none(),
            ];
            let sort = sort.iter().fold(0, |sort, is| sort << 1 | u8::from(*is));
            (Named::new(&server.setting), sort)
        };
        let mut urls: Vec<&str> = Vec::new();
        for server in servers
            .iter()
            .filter(|server| !server.other && server.tie.is_some())
        {
            if urls.len() > ALTERNATIVES {
                break;
            }
            if !urls.contains(&&*server.url) {
                urls.push(&server.url);
            }
        }
        Servers {
            places: Places::new(servers.iter().map(place).collect(), tokens),
            urls,
            servers,
        }
    }

    /// Those that can be the best for a token, by number.
    fn candidates(
        &self,
        token: &Named<'_>,
    ) -> impl Iterator<Item = (usize, &'a Server, &Named<'a>)> {
        let found = self.places.candidates(token).into_iter();
        let found = found.map(|n| (n, self.servers[n], self.places.get(n)));
        found.filter(|(_, server, _)| !server.other)
    }
}

/// Further parts of a document's credentials, by page and name.
struct Companions<'a>(BTreeMap<(Kind, &'a str), (Vec<&'a Companion>, Places<'a>)>);

impl<'a> Companions<'a> {
    fn new(companions: &'a [Companion], tokens: usize) -> Companions<'a> {
        let mut by_name: BTreeMap<(Kind, &str), Vec<&Companion>> = BTreeMap::new();
        for part in companions {
            let same = by_name.entry((part.kind, &part.name)).or_default();
            same.push(part);
        }
        let indexed = by_name.into_iter().map(|(name, parts)| {
            let places = parts.iter().map(|part| (Named::new(&part.setting), 0));
            (name, (parts.clone(), Places::new(places.collect(), tokens)))
        });
        Companions(indexed.collect())
    }

    /// The closest one of a name.
    fn best(&self, token: &Token, name: &str, path: &Untrusted) -> Option<Part> {
        let (parts, places) = self.0.get(&(token.kind, name))?;
        let named = Named::new(&token.setting);
        let cost = |n: &usize| cost(&named, places.get(*n));
        let found = places.candidates(&named).into_iter();
        let best = parts[found.min_by(|a, b| cost(a).total_cmp(&cost(b)))?];
        Some(Part {
            name: best.name.clone(),
            value: best.value.clone(),
            location: (path.clone(), best.setting.position),
        })
    }
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
        line_distance: Some(0),
        location: Some((path.clone(), token.setting.position)),
        ..Host::new(url, PairedBy::Url)
    })
}

/// What of a document is closest to a token.
enum Nearest {
    /// A server, and whether its name, path or key speaks for the product.
    Server(Host, bool),
    /// One whose name is put together at run time.
    Built,
}

/// The closest server of the same document.
fn nearest(
    product: &Product,
    path: &Untrusted,
    token: &Token,
    servers: &Servers<'_>,
    wants_host: bool,
) -> Option<Nearest> {
    let reach = &product.file.pairing;
    let lines = |at: &Position| at.line.abs_diff(token.setting.position.line);
    let in_reach = |server: &Server| match reach.reach {
        Reach::Line => lines(&server.setting.position) == 0,
        _ => lines(&server.setting.position) <= reach.lines,
    };
    // If there is but one server, it need not be as near.
    let stray = if servers.urls.len() < 2 { LONE } else { STRAY };
    let named = Named::new(&token.setting);
    let mut ranked: Vec<(f32, &Server)> = (servers.candidates(&named))
        // What needs no host takes only one that is certainly the server: an integration names its own as well.
        .filter(|(_, server, _)| wants_host || server.own)
        .filter(|(_, server, _)| {
            token.minted || same_thing(product, &token.setting, &server.setting)
        })
        .filter(|(_, server, _)| in_reach(server))
        .map(|(_, server, place)| (price(&named, server, place), server))
        .filter(|(price, server)| server.own || server.keyed || *price < stray)
        .collect();
    ranked.sort_by(|a, b| {
        a.0.total_cmp(&b.0)
            .then_with(|| a.1.setting.position.cmp(&b.1.setting.position))
    });
    let (_, best) = ranked.first()?;
    let Some(tie) = best.tie else {
        return Some(Nearest::Built);
    };
    let shared = |link: &Link| token.setting.chain.contains(link) && link.at > 0;
    let distance = lines(&best.setting.position);
    let together = distance <= 1
        || (best.setting.chain.iter()).any(|link| shared(link) && link.level != Level::Section);
    let written = ranked.iter().filter(|(_, server)| server.tie.is_some());
    let others = written.map(|(_, server)| &*server.url);
    let paired_by = match together {
        true => PairedBy::Block,
        false => PairedBy::Distance,
    };
    let host = Host {
        typed: best.typed.as_ref().map(Untrusted::new),
        tie,
        line_distance: Some(distance),
        location: Some((path.clone(), best.setting.position)),
        alternatives: alternatives(&best.url, others),
        ..Host::new(&best.url, paired_by)
    };
    Some(Nearest::Server(host, best.own))
}

/// The first of some URLs that are not the chosen one.
fn alternatives<'u>(chosen: &str, urls: impl Iterator<Item = &'u str>) -> Vec<Untrusted> {
    let mut found: Vec<&str> = Vec::new();
    for url in urls.filter(|url| *url != chosen) {
        if found.len() == ALTERNATIVES {
            break;
        }
        if !found.contains(&url) {
            found.push(url);
        }
    }
    found.into_iter().map(Untrusted::new).collect()
}

/// The best server of a file in the same directory; each is from the file of its number.
fn sibling(
    product: &Product,
    token: &Token,
    siblings: &Servers<'_>,
    files: &[&Untrusted],
) -> Option<Host> {
    if product.file.pairing.reach < Reach::Directory || !token.explicit {
        return None;
    }
    let named = Named::new(&token.setting);
    let rank = |server: &Server, place: &Named<'_>| {
        let plain = if server.own { 0.0 } else { 2.0 } + if server.keyed { 0.0 } else { 2.0 };
        plain + vagueness(server) - kinship(&named, place)
    };
    // `siblings` come best file first: among equals the first is taken.
    let (n, best, _) = (siblings.candidates(&named))
        .filter(|(_, server, _)| server.tie.is_some())
        .min_by(|a, b| rank(a.1, a.2).total_cmp(&rank(b.1, b.2)))?;
    Some(Host {
        typed: best.typed.as_ref().map(Untrusted::new),
        tie: best.tie.unwrap_or_default(),
        location: Some((files[n].clone(), best.setting.position)),
        alternatives: alternatives(&best.url, siblings.urls.iter().copied()),
        ..Host::new(&best.url, PairedBy::Sibling)
    })
}

/// The user's own server, if there is one and not several.
fn named(servers: &[String]) -> Option<Host> {
    let [server] = servers else { return None };
    Some(Host::new(server, PairedBy::Server))
}
