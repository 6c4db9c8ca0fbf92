//! A Mattermost server, as far as responding goes: users, teams, channels, members, posts, files, tokens, hooks, with
//! the rights and the errors of the real one (`api4` and `app` of its source). It runs in memory, on loopback.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use super::routes::route;
use crate::live::server::{Answer, Request, Server};
use crate::util::token;

/// What can go wrong on the way, at the n-th request that carries a token, counted from 0.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The connection ends before anything was done.
    CutBefore(usize),
    /// It ends when all was done and nothing was said.
    CutAfter(usize),
    /// It comes too often; seconds to wait, if they are said.
    TooOften(usize, Option<u64>),
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: String,
    pub name: String,
    pub roles: String,
    pub is_bot: bool,
    pub delete_at: i64,
}

#[derive(Clone, Debug)]
pub struct Token {
    pub id: String,
    pub secret: String,
    pub user: String,
    pub is_active: bool,
    /// A login; it is in no list of tokens.
    pub session: bool,
}

#[derive(Clone, Debug)]
pub struct Channel {
    pub id: String,
    pub team: String,
    pub name: String,
    pub kind: &'static str,
    pub delete_at: i64,
    pub members: BTreeSet<String>,
    /// Who made it.
    pub creator: String,
}

#[derive(Clone, Debug)]
pub struct Post {
    pub id: String,
    pub channel: String,
    pub user: String,
    pub at: i64,
    pub message: String,
    pub kind: &'static str,
    pub props: Value,
    pub files: Vec<String>,
}

/// All that the server knows.
#[derive(Clone, Default)]
pub struct World {
    next: u64,
    pub users: Vec<User>,
    pub tokens: Vec<Token>,
    /// Id, name, members.
    pub teams: Vec<(String, String, BTreeSet<String>)>,
    pub channels: Vec<Channel>,
    pub posts: Vec<Post>,
    /// Id, name, content.
    pub files: Vec<(String, String, String)>,
    /// Pending ids that were seen, and the posts that came of them.
    pub pending: BTreeMap<String, String>,
    /// Objects with a secret, by the list that they stand in: `hooks/incoming`, `commands`, …
    pub objects: BTreeMap<&'static str, Vec<Value>>,
    /// Rights that nobody has but an administrator.
    pub withheld: BTreeSet<&'static str>,
    /// Whether whoever asks is logged in by a browser, too.
    pub logged_in: bool,
    pub faults: Vec<Fault>,
    pub asked: usize,
    pub max_post: usize,
    pub max_file: usize,
}

impl World {
    /// An id, or a secret: the server makes both alike.
    pub fn mint(&mut self) -> String {
        self.next += 1;
        token(1_000_000 + self.next)
    }

    /// A time that no other thing has.
    pub fn now(&mut self) -> i64 {
        self.next += 1;
        1_790_000_000_000 + i64::try_from(self.next).expect("a time") * 1_000
    }

    pub fn user(&mut self, name: &str, roles: &str) -> String {
        let id = self.mint();
        self.users.push(User {
            id: id.clone(),
            name: name.into(),
            roles: roles.into(),
            is_bot: name.ends_with("bot"),
            delete_at: 0,
        });
        id
    }

    /// A token of a user: its id and itself.
    pub fn token(&mut self, user: &str) -> (String, String) {
        let secret = self.mint();
        (self.token_of(user, &secret), secret)
    }

    /// The same with this value; its id.
    pub fn token_of(&mut self, user: &str, secret: &str) -> String {
        let id = self.mint();
        self.tokens.push(Token {
            id: id.clone(),
            secret: secret.into(),
            user: user.into(),
            is_active: true,
            session: false,
        });
        id
    }

    pub fn team(&mut self, name: &str, members: &[&str]) -> String {
        let id = self.mint();
        let members = members.iter().map(|id| (*id).to_owned()).collect();
        self.teams.push((id.clone(), name.into(), members));
        id
    }

    pub fn channel(
        &mut self,
        team: &str,
        name: &str,
        kind: &'static str,
        members: &[&str],
    ) -> String {
        let id = self.mint();
        self.channels.push(Channel {
            id: id.clone(),
            team: team.into(),
            name: name.into(),
            kind,
            delete_at: 0,
            members: members.iter().map(|id| (*id).to_owned()).collect(),
            creator: members
                .first()
                .map_or_else(String::new, |id| (*id).to_owned()),
        });
        id
    }

    /// Somebody writes.
    pub fn write(
        &mut self,
        channel: &str,
        user: &str,
        message: &str,
        kind: &'static str,
    ) -> String {
        let (id, at) = (self.mint(), self.now());
        self.posts.push(Post {
            id: id.clone(),
            channel: channel.into(),
            user: user.into(),
            at,
            message: message.into(),
            kind,
            props: json!({}),
            files: Vec::new(),
        });
        id
    }

    pub fn find(&self, name: &str) -> &Channel {
        let mut channels = self.channels.iter();
        channels
            .find(|channel| channel.name == name)
            .unwrap_or_else(|| panic!("no channel {name}"))
    }

    /// What was posted by people and programs in a channel, oldest first.
    pub fn said(&self, channel: &str) -> Vec<&Post> {
        let id = &self.find(channel).id;
        self.posts
            .iter()
            .filter(|post| post.channel == *id && post.kind.is_empty())
            .collect()
    }
}

/// A world, and the server that shows it.
pub struct Mattermost {
    pub server: Server,
    world: Arc<Mutex<World>>,
    /// The bot's token, and an administrator's.
    pub bot: String,
    pub admin: String,
}

impl Mattermost {
    /// A team `sec` with the bot `mlbot`, the administrator `root`, `ann` and `bob`; a user `eve` who is in no team; a
    /// channel `alerts` that is public, and `board` that is private and without the bot.
    pub fn new() -> Mattermost {
        Mattermost::start("127.0.0.1:0", None)
    }

    pub fn start(address: &str, tls: Option<Arc<rustls::ServerConfig>>) -> Mattermost {
        let mut world = World {
            max_post: 16_383,
            max_file: 1 << 20,
            ..World::default()
        };
        let bot = world.user("mlbot", "system_user");
        let root = world.user("root", "system_admin system_user");
        let (ann, bob) = (
            world.user("ann", "system_user"),
            world.user("bob", "system_user"),
        );
        world.user("eve", "system_user");
        let team = world.team("sec", &[&bot, &root, &ann, &bob]);
        world.channel(&team, "alerts", "O", &[&ann]);
        world.channel(&team, "board", "P", &[&ann]);
        let ((_, bot), (_, admin)) = (world.token(&bot), world.token(&root));
        let world = Arc::new(Mutex::new(world));
        let shared = world.clone();
        let server = Server::start(
            address,
            tls,
            Arc::new(move |request: &Request| answer(&shared, request)),
        );
        Mattermost {
            server,
            world,
            bot,
            admin,
        }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("a world")
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Every byte that it was told, but for the headers, in which our own token stands.
    pub fn heard(&self) -> String {
        let seen = self.server.seen();
        seen.iter()
            .map(|request| format!("{} {}\n{}\n", request.method, request.path, request.body))
            .collect()
    }
}

/// The token of a request; the word before it is read in any case (`ParseAuthTokenFromRequest`).
pub fn bearer(request: &Request) -> Option<&str> {
    let (word, token) = request.headers.get("authorization")?.split_once(' ')?;
    word.eq_ignore_ascii_case("bearer").then_some(token)
}

fn answer(world: &Mutex<World>, request: &Request) -> Answer {
    let mut world = world.lock().expect("a world");
    if bearer(request).is_none() {
        return route(&mut world, request);
    }
    let number = world.asked;
    world.asked += 1;
    let faults = world.faults.clone();
    for fault in faults {
        match fault {
            Fault::CutBefore(at) if at == number => return Answer::Close,
            Fault::CutAfter(at) if at == number => {
                route(&mut world, request);
                return Answer::Close;
            }
            Fault::TooOften(at, wait) if at == number => {
                let answer = Answer::Http(429, Vec::new(), "limit exceeded\n".into());
                return match wait {
                    Some(wait) => answer.header("Retry-After", &wait.to_string()),
                    None => answer,
                };
            }
            _ => {}
        }
    }
    route(&mut world, request)
}
