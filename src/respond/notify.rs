//! News for a channel at the end of a scan: each credential once when it is found, and once more when a live check
//! proves it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::api::Api;
use super::message::{self, fit};
use super::post::{Draft, Mark, Sent, ensure_among, marks};
use super::text::code;
use super::wire::Channel;
use crate::finding::Status;
use crate::report::record::{Finding, Record};

/// Findings that are told in one post: their names go into its properties, which on old servers may
/// have 8,000 characters.
const AT_ONCE: usize = 40;

/// Pages of the channel that are searched for what was told already.
const DEPTH: usize = 3;

/// What was told, by channel and finding: whether it was live then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    version: u64,
    channels: BTreeMap<String, BTreeMap<String, bool>>,
}

impl Told {
    /// Nothing.
    pub fn nothing() -> Told {
        Told {
            version: 1,
            channels: BTreeMap::new(),
        }
    }

    /// Reads what was written.
    pub fn read(json: &[u8]) -> Result<Told, String> {
        let told: Told =
            serde_json::from_slice(json).map_err(|_| "not a list of what was told".to_owned())?;
        match told.version {
            1 => Ok(told),
            other => Err(format!("a list of version {other}; this program reads 1")),
        }
    }

    /// As it is written.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    fn knows(&self, channel: &str, id: &str, live: bool) -> bool {
        let told = self
            .channels
            .get(channel)
            .and_then(|channel| channel.get(id));
        told.is_some_and(|was_live| *was_live || !live)
    }

    fn tell(&mut self, channel: &str, id: &str, live: bool) {
        let channel = self.channels.entry(channel.to_owned()).or_default();
        *channel.entry(id.to_owned()).or_default() |= live;
    }
}

/// A finding that a channel does not know, or does not know to be live.
#[derive(Clone, Copy, Debug)]
pub struct News<'r> {
    finding: &'r Finding,
    live: bool,
}

/// What a channel is to be told of a report. `channel` names it in the list, as in `https://chat.example.org/team/name`.
pub fn news<'r>(record: &'r Record, told: &Told, channel: &str, unpaired: bool) -> Vec<News<'r>> {
    let counting = record
        .findings
        .iter()
        .filter(|finding| finding.counts() && (unpaired || !finding.is_unpaired()));
    let news = counting.map(|finding| News {
        finding,
        live: finding.verdict.status == Status::Active,
    });
    news.filter(|news| !told.knows(channel, &news.finding.id, news.live))
        .collect()
}

fn name(news: &News<'_>, live: bool) -> String {
    let id = news.finding.id.get(..16).unwrap_or(&news.finding.id);
    format!("{id} {}", if live { "live" } else { "found" })
}

/// The post about some of the news.
fn draft(record: &Record, news: &[News<'_>], longest: usize) -> Draft {
    let redactor = message::redactor(record);
    let mut lines = vec!["#### Leaked Mattermost credentials".to_owned()];
    for news in news {
        let finding = news.finding;
        let place = finding.locations.first().map_or_else(String::new, |at| {
            let more = match finding.locations.len() {
                0 | 1 => String::new(),
                n => format!(" and {} more", n - 1),
            };
            format!(
                " in {}{more}",
                code(&redactor, &format!("{}:{}", at.spot.path, at.spot.line))
            )
        });
        let server = finding
            .server()
            .map_or_else(String::new, |url| format!(" for {}", code(&redactor, url)));
        let head = message::head(record, finding, &redactor);
        let head = head.trim_start_matches("#### ");
        let live = message::verdict(&finding.verdict, &redactor);
        lines.push(format!("- {head}{server}{place}; {live}"));
    }
    lines.push("What to do first: disable the token, which can be undone; then replace it, then revoke it.".into());
    let mut told: Vec<String> = news.iter().map(|news| name(news, news.live)).collect();
    told.sort();
    let mark = Mark {
        told,
        ..Mark::default()
    };
    // The same set is told once, whatever is said of it.
    Draft::keyed(fit(lines.join("\n") + "\n", longest), mark, "news")
}

/// What would be posted.
pub fn shown(record: &Record, news: &[News<'_>], longest: usize) -> Vec<String> {
    let drafts = news
        .chunks(AT_ONCE)
        .map(|part| draft(record, part, longest).text);
    drafts.collect()
}

/// Posts the news. `told` learns of each post, and is handed to `keep` at once; what the channel itself holds counts
/// as told, too, so a list that was lost does no harm.
pub fn tell(
    api: &Api<'_>,
    channel: &Channel,
    record: &Record,
    news: Vec<News<'_>>,
    (told, called): (&mut Told, &str),
    keep: &mut dyn FnMut(&Told) -> anyhow::Result<()>,
) -> anyhow::Result<usize> {
    let posts = api.posts(channel, DEPTH)?;
    let there: Vec<String> = marks(api, &posts).flat_map(|mark| mark.told).collect();
    let (known, new): (Vec<News<'_>>, Vec<News<'_>>) = news.into_iter().partition(|news| {
        there.contains(&name(news, news.live)) || there.contains(&name(news, true))
    });
    known
        .iter()
        .for_each(|news| told.tell(called, &news.finding.id, news.live));
    keep(told)?;
    let mut number = 0;
    for part in new.chunks(AT_ONCE) {
        let draft = draft(record, part, api.longest_post()?);
        if ensure_among(api, channel, &posts, &draft)? == Sent::Posted {
            number += part.len();
        }
        part.iter()
            .for_each(|news| told.tell(called, &news.finding.id, news.live));
        keep(told)?;
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_told_again_only_when_it_is_live() {
        let mut told = Told::nothing();
        assert!(!told.knows("c", "a", false));
        told.tell("c", "a", false);
        assert!(
            told.knows("c", "a", false)
                && !told.knows("c", "a", true)
                && !told.knows("d", "a", false)
        );
        told.tell("c", "a", true);
        told.tell("c", "a", false);
        assert!(told.knows("c", "a", true));
        assert_eq!(Told::read(told.json().as_bytes()), Ok(told));
        assert!(
            Told::read(b"{}").is_err() && Told::read(br#"{"version": 2, "channels": {}}"#).is_err()
        );
    }
}
