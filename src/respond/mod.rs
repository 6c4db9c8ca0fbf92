//! Answering a leak where the team works: in its own Mattermost.
//!
//! The server is the one that a user typed, the token is a bot's or an administrator's. What is told there is made
//! of a report that was read ([`Record`](crate::report::record::Record)), which holds no secret, and passes the
//! redactor once more all the same. The channel itself is the memory: every post carries a mark of what it says
//! (`props.matterleaks`), and what is there already is not said again. So a command that was cut off is run again,
//! and goes on where it stopped.

mod api;
mod contain;
mod failure;
mod incident;
mod leak;
mod message;
mod name;
mod notify;
mod owner;
mod post;
mod rights;
mod state;
mod sync;
mod text;
mod wire;

pub use api::{Api, OpenError};
pub use contain::{Act, Found, Target, find};
pub use failure::{Failure, Why};
pub use incident::{Opened, Opening, authors, close, open};
pub use leak::{Unfit, fit_to_show};
pub use message::{Digest, finding as message, redactor};
pub use name::{ChannelName, Id, Selector, SelectorError, UserName, Who};
pub use notify::{News, Told, news, shown as shown_news, tell};
pub use owner::{Evidence, Leak, Shown};
pub use post::{Draft, Sent, ensure, upload};
pub use rights::{Check, test};
pub use sync::{Direction, Of, Sync, Turn};
pub use wire::{Channel, Team, User};
