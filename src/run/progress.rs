//! What a person at a terminal sees while they wait; nothing where nobody would see it.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use matterleaks::source::Progress;

use crate::cli::{Cli, Scan};

/// A line on stderr that lives while servers are asked.
pub fn asking(cli: &Cli, args: &Scan, credentials: usize) -> ProgressBar {
    let hidden = cli.quiet || args.no_progress || !io::stderr().is_terminal() || credentials == 0;
    if hidden {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    bar.set_message(format!("asking servers about {credentials} credentials"));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// A line on stderr that lives while the scan does; nothing where nobody would see it, or for short scans.
pub struct Bar {
    bar: ProgressBar,
    watcher: Option<(std::sync::mpsc::Sender<()>, std::thread::JoinHandle<()>)>,
}

pub fn bar(cli: &Cli, args: &Scan, progress: &Arc<Progress>) -> Bar {
    let hidden = cli.quiet || args.no_progress || !io::stderr().is_terminal();
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    if hidden {
        return Bar { bar, watcher: None };
    }
    let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let (shown, counts) = (bar.clone(), progress.clone());
    let watcher = std::thread::spawn(move || {
        // Most scans are over before a bar would be read.
        let mut wait = Duration::from_millis(400);
        while stopped.recv_timeout(wait) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            wait = Duration::from_millis(100);
            if shown.is_hidden() {
                shown.set_draw_target(ProgressDrawTarget::stderr());
            }
            let (files, bytes) = (
                counts.documents.load(Ordering::Relaxed),
                counts.bytes.load(Ordering::Relaxed),
            );
            shown.set_message(format!("{files} files, {}", indicatif::HumanBytes(bytes)));
            shown.tick();
        }
    });
    Bar {
        bar,
        watcher: Some((stop, watcher)),
    }
}

impl Bar {
    /// Takes it away.
    pub fn finish(self) {
        if let Some((stop, watcher)) = self.watcher {
            drop(stop);
            let _ = watcher.join();
        }
        self.bar.finish_and_clear();
    }
}
