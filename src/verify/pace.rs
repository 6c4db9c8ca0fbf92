//! How often a server is asked: one request at a time, and a pause between the starts of two, for each address
//! and port, whatever names lead there.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore};
use tokio::time::{Instant, sleep_until};

/// An address and port; behind a proxy a name and port.
pub type Door = String;

/// The paces of a run.
pub struct Paces {
    doors: RefCell<BTreeMap<Door, Rc<Mutex<Instant>>>>,
    /// How many requests are on their way at once.
    slots: Semaphore,
    interval: Duration,
}

impl Paces {
    /// At most `slots` requests at once over all servers.
    pub fn new(slots: usize, interval: Duration) -> Paces {
        Paces {
            doors: RefCell::default(),
            slots: Semaphore::new(slots.max(1)),
            interval,
        }
    }

    /// Does something when all of `doors` are free and rested. They are taken in order, so that two who share
    /// some never wait for each other.
    pub async fn keep<T>(&self, doors: &[Door], work: impl Future<Output = T>) -> T {
        let mut doors: Vec<&Door> = doors.iter().collect();
        doors.sort_unstable();
        doors.dedup();
        let mutexes: Vec<Rc<Mutex<Instant>>> = {
            let mut all = self.doors.borrow_mut();
            let mutex = |door: &Door| {
                all.entry(door.clone())
                    .or_insert_with(|| Rc::new(Mutex::new(Instant::now())))
                    .clone()
            };
            doors.into_iter().map(mutex).collect()
        };
        let mut held = Vec::new();
        for mutex in &mutexes {
            held.push(mutex.lock().await);
        }
        if let Some(rested) = held.iter().map(|next| **next).max() {
            sleep_until(rested).await;
        }
        let done = self.slot(async {
            let next = Instant::now() + self.interval;
            held.iter_mut().for_each(|door| **door = next);
            work.await
        });
        done.await
    }

    /// Does something when there is room for one more.
    pub async fn slot<T>(&self, work: impl Future<Output = T>) -> T {
        // It is never closed; if it were, the work would be done all the same.
        let _slot = self.slots.acquire().await.ok();
        work.await
    }
}
