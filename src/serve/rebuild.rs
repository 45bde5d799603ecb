//! The loop that keeps the preview up to date.
//!
//! In: a watcher and a closure that builds. Out: after each build, a new [`Shown`] in the channel, and words on standard
//! error. Runs in a thread of its own until the watcher is ended.
//! Must never die of a fault in the build: a panic there is shown like an error, and the next change is built again.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;

use crate::diag::Report;
use crate::diag::emit::{Format, emit};
use crate::pipeline::Built;
use crate::watch::{Wake, Watcher};

use super::findings::Editor;
use super::shown::Shown;

/// Build, publish, wait, again.
pub(super) fn run(
    mut watcher: Watcher,
    mut build: impl FnMut() -> Built,
    print: impl Fn(&Report),
    editor: &Editor,
    shown: &watch::Sender<Arc<Shown>>,
) {
    let mut printed = String::new();
    loop {
        let start = Instant::now();
        let before = shown.borrow().clone();
        let built = catch_unwind(AssertUnwindSafe(|| before.after(build(), editor)));
        let next = Arc::new(built.unwrap_or_else(|fault| before.after_panic(&words(fault.as_ref()))));
        shown.send_replace(next.clone());
        // The pages know by now; what follows is for the terminal.
        if !next.is_like(&before) || next.build == 1 {
            let told = catch_unwind(AssertUnwindSafe(|| tell(&before, &next, start, &mut printed, &print)));
            if told.is_err() {
                eprintln!("the report could not be printed; the browser shows it");
            }
        }
        drop((before, next));
        match watcher.wait() {
            Wake::Changed => {}
            Wake::Polling(notice) => eprintln!("{notice}"),
            Wake::Ended => return,
        }
    }
}

fn tell(before: &Shown, now: &Shown, start: Instant, printed: &mut String, print: &impl Fn(&Report)) {
    // The same findings in a file that changed elsewhere are not said again.
    let short = emit(&now.report, Format::Short, false);
    if short != *printed || now.build == 1 {
        print(&now.report);
        *printed = short;
    }
    let took = start.elapsed().as_millis();
    match (&now.trouble, &now.site) {
        (Some(trouble), site) => {
            let shows = if site.is_some() { "the preview shows the last good site" } else { "nothing can be shown yet" };
            let note = trouble.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
            eprintln!("{}{note} ({shows})", trouble.title);
        }
        (None, Some(site)) if before.site.is_none() => eprintln!("built in {took} ms; files: {}", site.tree.len()),
        (None, Some(_)) => match now.change.count {
            0 => {}
            1 => eprintln!("built in {took} ms: 1 file differs"),
            n => eprintln!("built in {took} ms: {n} files differ"),
        },
        (None, None) => {}
    }
}

/// What a panic said.
fn words(fault: &(dyn Any + Send)) -> String {
    let text = fault.downcast_ref::<String>().map(String::as_str).or_else(|| fault.downcast_ref::<&str>().copied());
    text.unwrap_or("a fault without words").to_owned()
}
