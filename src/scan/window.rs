//! Documents too large to be held in memory: read in overlapping windows.
//!
//! A window knows what stood before it: the lines that its first lines hang under and the head of an open
//! database dump come along as a prelude, so that a token five gigabytes into a table still has its
//! column. Positions are those of the whole document, so sightings of all windows simply add up.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek};

use crate::detect::{Detector, Encoding, Prelude, Window, open_at};
use crate::finding::Position;
use crate::sighting::Sightings;

/// What is looked at in one piece.
const WINDOW: usize = 2 << 20;
/// How much of it is seen again by the next, as the surroundings of what stands at its edge.
const CONTEXT: usize = 64 << 10;
/// Servers kept of one document: more are a list of servers, not a token's.
const SERVERS: usize = 10_000;

/// What a large document shows.
pub struct Large {
    /// By product.
    pub shown: Vec<(usize, Sightings)>,
    /// Bytes read.
    pub bytes: u64,
}

/// A file, in windows; and once more for servers if a token stands far from all that its own window names.
pub fn file(detector: &Detector<'_>, path: &[u8], file: &mut File) -> io::Result<Large> {
    let mut first = [0; 4096];
    let start = file.read(&mut first)?;
    let encoding = Encoding::of(&first[..start]);
    file.rewind()?;
    let mut pass = Pass::new(detector, path, encoding);
    pass.read(file, false)?;
    if pass.wants_servers() {
        file.rewind()?;
        let mut again = Pass::new(detector, path, encoding);
        again.mentioned.clone_from(&pass.mentioned);
        again.read(file, true)?;
        pass.adopt(again);
    }
    Ok(pass.finish())
}

/// A stream that can be read only once.
pub fn stream(
    detector: &Detector<'_>,
    path: &[u8],
    first: &[u8],
    rest: &mut dyn Read,
) -> io::Result<Large> {
    let mut pass = Pass::new(detector, path, Encoding::of(first));
    pass.all_servers = true;
    pass.read(&mut first.chain(rest), false)?;
    Ok(pass.finish())
}

/// Reads until `buffer` is full or the input ends.
fn fill(input: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// One reading of a document.
struct Pass<'a, 'r> {
    detector: &'a Detector<'r>,
    path: &'a [u8],
    encoding: Encoding,
    shown: Vec<(usize, Sightings)>,
    bytes: u64,
    /// The products of which a keyword occurred, in the path or so far.
    mentioned: BTreeSet<usize>,
    /// Whether servers are collected of windows without a token too.
    all_servers: bool,
}

impl<'a, 'r> Pass<'a, 'r> {
    fn new(detector: &'a Detector<'r>, path: &'a [u8], encoding: Encoding) -> Pass<'a, 'r> {
        let named = |product: &usize| !path.is_empty() && detector.mentions(*product, path);
        Pass {
            detector,
            path,
            encoding,
            shown: Vec::new(),
            bytes: 0,
            mentioned: detector.all().filter(named).collect(),
            all_servers: false,
        }
    }

    fn read(&mut self, input: &mut dyn Read, servers_only: bool) -> io::Result<()> {
        let mut buffer = vec![0; WINDOW + CONTEXT];
        let mut start = Position {
            byte_offset: 0,
            line: 1,
            column: 1,
        };
        let mut prelude = Prelude::default();
        // Bytes of the buffer in use, and how many of them an earlier window has looked at.
        let (mut used, mut seen) = (0, 0);
        loop {
            let read = fill(input, &mut buffer[used..])?;
            self.bytes += read as u64;
            let last = used + read < buffer.len();
            used += read;
            let text = &buffer[..used];
            let end = if last {
                used
            } else {
                self.cut(text, used - CONTEXT)
            };
            let window = Window {
                bytes: text,
                prelude: &prelude,
                start,
                own: seen..end,
                encoding: self.encoding,
                whole: false,
            };
            self.look(&window, servers_only);
            if last {
                return Ok(());
            }
            prelude = open_at(&window, end);
            let keep = self.cut(text, end.saturating_sub(CONTEXT)).min(end);
            self.encoding
                .advance(&text[..keep], &mut start.line, &mut start.column);
            start.byte_offset += keep as u64;
            buffer.copy_within(keep..used, 0);
            used -= keep;
            seen = end - keep;
        }
    }

    /// A place to cut at or before `at`: behind a line if there is one near, else between two characters.
    fn cut(&self, text: &[u8], at: usize) -> usize {
        if self.encoding != Encoding::Bytes {
            return at & !1;
        }
        let near = at.saturating_sub(CONTEXT / 2);
        match memchr::memrchr(b'\n', &text[near..at]) {
            Some(line) => near + line + 1,
            None => {
                at - text[..at]
                    .iter()
                    .rev()
                    .take(3)
                    .take_while(|&&b| b & 0xc0 == 0x80)
                    .count()
            }
        }
    }

    fn look(&mut self, window: &Window<'_>, servers_only: bool) {
        for product in self.detector.all() {
            let named = self.detector.mentions(product, window.bytes);
            // In a document that never names the product, any address may be its server's.
            let unnamed = servers_only && !self.mentioned.contains(&product);
            if named && !servers_only {
                self.mentioned.insert(product);
            }
            let mut sightings = Sightings::default();
            if !servers_only {
                sightings = self
                    .detector
                    .scan(product, self.path, window)
                    .unwrap_or_default();
            }
            // Where the product's name does not occur, an address is somebody else's.
            let named = named || unnamed;
            if sightings.tokens.is_empty() && named && (servers_only || self.all_servers) {
                sightings = self.detector.servers(product, self.path, window);
            }
            if !sightings.tokens.is_empty()
                || !sightings.servers.is_empty()
                || sightings.samples > 0
            {
                self.keep(product, sightings);
            }
        }
    }

    fn keep(&mut self, product: usize, more: Sightings) {
        let all = self.of(product);
        all.tokens.extend(more.tokens);
        all.companions.extend(more.companions);
        all.samples += more.samples;
        // What two windows have both seen comes again in the same order.
        let last = all.servers.last().map(|last| last.setting.position);
        let mut servers = more.servers;
        servers.retain(|server| last.is_none_or(|last| server.setting.position > last));
        let room = (SERVERS + 2 * all.tokens.len()).saturating_sub(all.servers.len());
        all.cut |= more.cut || servers.len() > room;
        servers.truncate(room);
        all.servers.extend(servers);
    }

    /// What was seen so far of a product.
    fn of(&mut self, product: usize) -> &mut Sightings {
        let known = self.shown.iter().position(|(p, _)| *p == product);
        let index = known.unwrap_or_else(|| {
            self.shown.push((product, Sightings::default()));
            self.shown.len() - 1
        });
        &mut self.shown[index].1
    }

    /// Whether there are tokens and not one server that speaks for the product.
    fn wants_servers(&self) -> bool {
        let certain = |s: &Sightings| {
            s.servers
                .iter()
                .any(|server| !server.other && (server.own || server.keyed))
        };
        self.shown
            .iter()
            .any(|(_, s)| !s.tokens.is_empty() && !certain(s))
    }

    fn adopt(&mut self, other: Pass<'_, '_>) {
        for (product, sightings) in other.shown {
            let servers = &mut self.of(product).servers;
            servers.extend(sightings.servers);
            servers.sort_by_key(|server| server.setting.position);
            servers.dedup_by_key(|server| server.setting.position);
        }
    }

    fn finish(mut self) -> Large {
        for (product, sightings) in &mut self.shown {
            sightings.named = self.mentioned.contains(product);
            if !sightings.named {
                *sightings = std::mem::take(sightings).without_keyword();
            }
        }
        self.shown
            .retain(|(_, sightings)| !sightings.tokens.is_empty() || sightings.samples > 0);
        Large {
            shown: self.shown,
            bytes: self.bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::mint;
    use crate::rule::Rules;

    /// Tokens with their lines and columns, and the servers, of a text read as a stream.
    fn shown(text: &str) -> (Vec<(String, u64, u64)>, Vec<String>) {
        let rules = Rules::load(&[]).expect("rules");
        let detector = Detector::new(&rules);
        let (first, mut rest) = text.as_bytes().split_at(text.len() / 3);
        let large = stream(&detector, b"x", first, &mut rest).expect("read");
        assert_eq!(large.bytes, text.len() as u64);
        let sightings = large
            .shown
            .into_iter()
            .next()
            .map(|(_, s)| s)
            .unwrap_or_default();
        let place = |s: &crate::sighting::Setting| (s.position.line, s.position.column);
        let tokens = sightings.tokens.iter().map(|t| {
            let (line, column) = place(&t.setting);
            (t.secret.expose().to_owned(), line, column)
        });
        (
            tokens.collect(),
            sightings.servers.iter().map(|s| s.url.clone()).collect(),
        )
    }

    #[test]
    fn a_token_is_found_once_wherever_a_window_ends() {
        let token = mint(std::array::from_fn(|i| (i * 37 + 7) as u8));
        for lines in [10, 60_000, 61_000, 62_345, 150_000] {
            let filler = "some line of a log that says nothing\n".repeat(lines);
            let text = format!(
                "MATTERMOST_URL=https://chat.example.org\n{filler}é token={token}\n{filler}"
            );
            let (tokens, servers) = shown(&text);
            assert_eq!(tokens, [(token.clone(), lines as u64 + 2, 9)], "{lines}");
            assert_eq!(servers, ["https://chat.example.org"]);
        }
    }

    #[test]
    fn one_endless_line_is_no_exception() {
        let token = mint(std::array::from_fn(|i| (i * 37 + 9) as u8));
        for before in [1_000_000, WINDOW, WINDOW + CONTEXT / 2, 5_000_000] {
            let filler = "é,b;".repeat(before / 5);
            let text = format!(
                "{{\"mattermost\":1,\"x\":\"{filler}\",\"token\":\"{token}\",\"y\":\"{filler}\"}}"
            );
            let column = text
                .find(&token)
                .map(|at| text[..at].chars().count() as u64 + 1);
            assert_eq!(
                shown(&text).0,
                [(token.clone(), 1, column.expect("a column"))],
                "{before}"
            );
        }
    }

    #[test]
    fn a_row_knows_its_table_megabytes_later() {
        let (token, id) = (
            mint(std::array::from_fn(|i| (i * 37 + 3) as u8)),
            mint(std::array::from_fn(|i| (i * 37 + 4) as u8)),
        );
        let row = format!("{id}\tx\t17\n").repeat(150_000);
        let text = format!(
            "-- mattermost\nCOPY public.sessions (id, token, createat) FROM stdin;\n{row}{id}\t{token}\t17\n\\.\n"
        );
        assert_eq!(shown(&text).0, [(token, 150_003, 28)]);
    }

    #[test]
    fn a_line_knows_what_it_hangs_under_megabytes_later() {
        let token = mint(std::array::from_fn(|i| (i * 37 + 5) as u8));
        let filler = "    - nothing: here\n".repeat(150_000);
        let text = format!("mattermost:\n  slash_commands:\n{filler}    - token: {token}\n");
        let rules = Rules::load(&[]).expect("rules");
        let detector = Detector::new(&rules);
        let large = stream(&detector, b"x", text.as_bytes(), &mut io::empty()).expect("read");
        let kinds: Vec<_> = large
            .shown
            .iter()
            .flat_map(|(_, s)| &s.tokens)
            .map(|t| t.kind.name())
            .collect();
        assert_eq!(kinds, ["slash_command_token"]);
    }
}
