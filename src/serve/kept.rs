//! Pages as they were when they could last be made.
//!
//! In: pages as they are shown. Out: the last good one, for a page that cannot be made now.
//! Must never hold more than [`MOST`] bytes: the oldest go first.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::output::{Content, Output, is_page};

/// Bytes of all pages together: the pages that a writer has had open lately.
const MOST: usize = 8 * 1024 * 1024;

/// The last good pages, the latest at the end.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pages: Mutex<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    latest: VecDeque<(String, Output)>,
    bytes: usize,
}

impl Kept {
    /// Keep this page, in place of an older version of it. Other files are not kept: nothing has to be made for them.
    pub fn keep(&self, path: &str, output: &Output) {
        let size = size(output);
        if size == 0 || size > MOST || !is_page(path) {
            return;
        }
        let mut pages = self.lock();
        pages.take(path);
        pages.bytes += size;
        pages.latest.push_back((path.to_owned(), output.clone()));
        while pages.bytes > MOST
            && let Some((_, oldest)) = pages.latest.pop_front()
        {
            pages.bytes = pages.bytes.saturating_sub(self::size(&oldest));
        }
    }

    /// The last good version of a page.
    pub fn get(&self, path: &str) -> Option<Output> {
        let pages = self.lock();
        pages.latest.iter().rev().find(|(kept, _)| kept == path).map(|(_, output)| output.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    fn take(&mut self, path: &str) {
        if let Some(at) = self.latest.iter().rposition(|(kept, _)| kept == path)
            && let Some((_, old)) = self.latest.remove(at)
        {
            self.bytes = self.bytes.saturating_sub(size(&old));
        }
    }
}

fn size(output: &Output) -> usize {
    match &output.content {
        Content::Bytes(bytes) => bytes.len(),
        Content::File(_) | Content::Later(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(size: usize, digest: u128) -> Output {
        Output { content: Content::Bytes(vec![b'x'; size].into()), digest }
    }

    #[test]
    fn the_latest_pages_are_kept_within_the_bound() {
        let kept = Kept::default();
        for n in 0..100 {
            kept.keep(&format!("{n}.html"), &page(MOST / 10, n));
        }
        assert_eq!(kept.get("99.html").map(|p| p.digest), Some(99));
        assert!(kept.get("1.html").is_none());
        assert!(kept.lock().bytes <= MOST && kept.lock().latest.len() == 10);
        kept.keep("99.html", &page(1, 7));
        assert_eq!(kept.get("99.html").map(|p| p.digest), Some(7));
        kept.keep("large.html", &page(MOST + 1, 1));
        kept.keep("a.css", &page(1, 1));
        assert!(kept.get("large.html").is_none() && kept.get("a.css").is_none() && kept.get("98.html").is_some());
    }
}
