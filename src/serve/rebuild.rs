//! The loop that keeps the preview up to date.
//!
//! In: a watcher and a closure that builds. Out: after each build, a new [`Shown`] in the channel, and words in the
//! terminal. Runs in a thread of its own until the watcher is ended.
//! Must never die of a fault in the build: a panic there is shown like an error, and the next change is built again.
//! Must never make a page: between a build and the answer nothing may grow with the site.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;

use crate::watch::{Wake, Watcher};

use super::Outcome;
use super::findings::Editor;
use super::shown::Shown;
use super::terminal::Terminal;
use super::view::words;

/// Build, publish, wait, again.
pub(super) fn run(
    mut watcher: Watcher,
    mut build: impl FnMut(Option<&BTreeSet<PathBuf>>) -> Outcome,
    terminal: &Terminal,
    editor: &Editor,
    shown: &watch::Sender<Arc<Shown>>,
) {
    let mut changed: Option<BTreeSet<PathBuf>> = None;
    loop {
        let start = Instant::now();
        let before = shown.borrow().clone();
        let mut whole = false;
        let built = catch_unwind(AssertUnwindSafe(|| {
            let outcome = build(changed.as_ref());
            let refused = outcome.machine_error.is_some();
            let next = before.after(outcome, editor);
            whole = !refused;
            next
        }));
        let next = Arc::new(built.unwrap_or_else(|fault| before.after_panic(&words(fault.as_ref()))));
        shown.send_replace(next.clone());
        // The pages know by now; what follows is for the terminal.
        let took = start.elapsed();
        if !next.is_like(&before) || next.build == 1 {
            let told = catch_unwind(AssertUnwindSafe(|| terminal.built(&before, &next, took, changed.as_ref())));
            if told.is_err() {
                eprintln!("the report could not be printed; the browser shows it");
            }
        }
        drop((before, next));
        changed = match watcher.wait() {
            // A build that was cut short may not have taken in what it was told of.
            Wake::Changed(paths) => paths.filter(|_| whole),
            Wake::Polling(notice) => {
                eprintln!("{notice}");
                None
            }
            Wake::Ended => return,
        }
    }
}
