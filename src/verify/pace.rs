//! How often a server is asked: one request at a time, and a pause between the starts of two, for each address
//! and port, whatever names lead there.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
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
    /// some never wait for each other. `rest` is how long they want to be left alone after it.
    pub async fn keep<T>(
        &self,
        doors: &[Door],
        work: impl Future<Output = T>,
        rest: impl FnOnce(&T) -> Duration,
    ) -> T {
        let mutexes = self.mutexes(doors);
        let mut held = Vec::new();
        for mutex in &mutexes {
            held.push(mutex.lock().await);
        }
        if let Some(rested) = held.iter().map(|next| **next).max() {
            sleep_until(rested).await;
        }
        let done = self.slot(async {
            let next = Instant::now() + self.interval;
            let done = work.await;
            let next = next.max(Instant::now() + rest(&done));
            held.iter_mut().for_each(|door| **door = next);
            done
        });
        done.await
    }

    fn mutexes(&self, doors: &[Door]) -> Vec<Rc<Mutex<Instant>>> {
        let doors: BTreeSet<&Door> = doors.iter().collect();
        let mut all = self.doors.borrow_mut();
        let mutex = |door: &Door| {
            let new = || Rc::new(Mutex::new(Instant::now()));
            all.entry(door.clone()).or_insert_with(new).clone()
        };
        doors.into_iter().map(mutex).collect()
    }

    /// Does something when there is room for one more.
    pub async fn slot<T>(&self, work: impl Future<Output = T>) -> T {
        // It is never closed; if it were, the work would be done all the same.
        let _slot = self.slots.acquire().await.ok();
        work.await
    }
}
