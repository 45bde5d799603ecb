//! What the preview says in the terminal.
//!
//! In: states as they are built, and pages that cannot be made. Out: findings through the caller's `print`, and lines on
//! standard error. Must never say the same findings twice in a row.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::diag::Report;
use crate::diag::emit::{Format, emit};

use super::shown::Shown;

/// Files that are named; more are counted.
const MOST_NAMED: usize = 3;

/// Where words go, and which were said last.
pub(super) struct Terminal {
    print: Box<dyn Fn(&Report) + Send + Sync>,
    /// Digests of the lines of the last report, in its order.
    site: Mutex<Vec<u128>>,
    /// What is said to keep a page from being made, by its output path.
    pages: Mutex<HashMap<String, String>>,
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terminal").finish_non_exhaustive()
    }
}

impl Terminal {
    /// Findings go to `print`.
    pub fn new(print: impl Fn(&Report) + Send + Sync + 'static) -> Self {
        Self { print: Box::new(print), site: Mutex::default(), pages: Mutex::default() }
    }

    /// Say what a build came to.
    pub fn built(&self, before: &Shown, now: &Shown, took: Duration, changed: Option<&BTreeSet<PathBuf>>) {
        if !Arc::ptr_eq(&now.report, &before.report) || now.build == 1 {
            // The same findings in a file that changed elsewhere are not said again.
            let lines = lines(&emit(&now.report, Format::Short, false));
            let mut said = self.site.lock().unwrap_or_else(PoisonError::into_inner);
            if lines != *said || now.build == 1 {
                (self.print)(&now.report);
                *said = lines;
            }
        }
        let took = took.as_millis();
        match (&now.trouble, &now.site) {
            (Some(trouble), site) => {
                let shows = if site.is_some() { "the preview shows the last good site" } else { "nothing can be shown yet" };
                let note = trouble.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
                eprintln!("{}{note} ({shows})", trouble.title);
            }
            (None, Some(_)) if before.site.is_none() => eprintln!("built in {took} ms; pages: {}", now.pages),
            // The build had more to say than it said at first.
            (None, Some(_)) if changed.is_some_and(BTreeSet::is_empty) => {}
            (None, Some(_)) => eprintln!("built in {took} ms; read again: {}", named(changed)),
            (None, None) => {}
        }
    }

    /// Say what keeps a page from being made, unless it was said last.
    pub fn page_fails(&self, path: &str, report: &Report) {
        let short = emit(report, Format::Short, false);
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        if pages.get(path) != Some(&short) {
            // What the report of the site said a moment ago is no news.
            let said = self.site.lock().unwrap_or_else(PoisonError::into_inner);
            if !lines(&short).iter().all(|line| said.contains(line)) {
                (self.print)(report);
            }
            eprintln!("{path} cannot be built (the other pages can)");
            pages.insert(path.to_owned(), short);
        }
    }

    /// A page can be made; should it fail again, that is news.
    pub fn page_is_made(&self, path: &str) {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
    }
}

fn lines(short: &str) -> Vec<u128> {
    short.lines().map(|line| xxhash_rust::xxh3::xxh3_128(line.as_bytes())).collect()
}

/// `content/a.md, content/b.md and 7 more files`; `every file` where it is not known which.
fn named(changed: Option<&BTreeSet<PathBuf>>) -> String {
    let Some(changed) = changed else {
        return "every file".to_owned();
    };
    let name = |path: &PathBuf| Path::new(path).display().to_string();
    let names: Vec<String> = changed.iter().take(MOST_NAMED).map(name).collect();
    match changed.len() - names.len() {
        0 => names.join(", "),
        1 => format!("{} and 1 more file", names.join(", ")),
        n => format!("{} and {n} more files", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_files_are_named_and_many_counted() {
        let set = |names: &[&str]| names.iter().map(PathBuf::from).collect::<BTreeSet<_>>();
        assert_eq!(named(None), "every file");
        assert_eq!(named(Some(&set(&["content/a.md"]))), "content/a.md");
        assert_eq!(named(Some(&set(&["a", "b", "c", "d"]))), "a, b, c and 1 more file");
        assert_eq!(named(Some(&set(&["a", "b", "c", "d", "e"]))), "a, b, c and 2 more files");
    }
}
