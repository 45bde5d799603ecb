//! What one process keeps between two builds.
//!
//! In: results with the digest of everything they were made from. Out: the same results while that digest holds.
//! Nothing has to be invalidated: a key that no longer fits is simply not found.
//! Must never change a result: a build with an empty store gives the same bytes.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::load::ParsedPage;
use crate::output::Later;
use crate::picture::sizes::Copies;
use crate::resolve::csl::{Formatted, Part};

/// Shared by the threads of one build, and cheap to clone; locks are held for a look-up only.
#[derive(Debug, Clone, Default)]
pub struct Reuse {
    /// Whether there will be a next build. One that ends with this build need not reckon the keys of its pages.
    kept: bool,
    store: Arc<Store>,
}

/// Bytes of rendered pages that are kept, until all are forgotten: those that are open now are made again soon.
const MOST_RENDERED: usize = 4 << 20;
/// Citations of pages, as formatted, that are kept, until all are forgotten.
const MOST_CITED: usize = 1024;
/// Marks and references that pages share, likewise: three for each source, and more of those that are cited in many ways.
const MOST_PARTS: usize = 16384;

#[derive(Debug, Default)]
struct Store {
    pages: Mutex<HashMap<String, (u128, ParsedPage)>>,
    rendered: Mutex<Rendered>,
    cited: Mutex<HashMap<u128, Arc<Formatted>>>,
    parts: Mutex<HashMap<u128, Arc<Part>>>,
    drawn: Mutex<HashMap<u128, Arc<Later>>>,
    copies: Mutex<HashMap<u128, Arc<Result<Copies, String>>>>,
}

#[derive(Debug, Default)]
struct Rendered {
    files: HashMap<String, (u128, Arc<[u8]>)>,
    bytes: usize,
}

impl Reuse {
    /// A store for a process that builds again and again; [`Reuse::default`] is for one build.
    pub fn kept() -> Self {
        Self { kept: true, ..Self::default() }
    }

    /// The parsed page at a path, made anew if its text differs.
    pub fn page(&self, path: &str, digest: u128, parse: impl FnOnce() -> ParsedPage) -> ParsedPage {
        if let Some((kept, page)) = lock(&self.store.pages).get(path)
            && *kept == digest
        {
            return page.clone();
        }
        let page = parse();
        if self.kept {
            lock(&self.store.pages).insert(path.to_owned(), (digest, page.clone()));
        }
        page
    }

    /// Whether pages were read before.
    pub fn has_pages(&self) -> bool {
        !lock(&self.store.pages).is_empty()
    }

    /// Forget pages whose files are gone.
    pub fn forget_pages(&self, exists: impl Fn(&str) -> bool) {
        lock(&self.store.pages).retain(|path, _| exists(path));
    }

    /// The rendered file at an output path, made anew if what it shows differs.
    pub fn rendered<E>(
        &self,
        path: &str,
        key: impl FnOnce() -> u128,
        render: impl FnOnce() -> Result<Arc<[u8]>, E>,
    ) -> Result<Arc<[u8]>, E> {
        if !self.kept {
            return render();
        }
        let key = key();
        if let Some((kept, bytes)) = lock(&self.store.rendered).files.get(path)
            && *kept == key
        {
            return Ok(bytes.clone());
        }
        let bytes = render()?;
        let mut rendered = lock(&self.store.rendered);
        if rendered.bytes + bytes.len() > MOST_RENDERED {
            *rendered = Rendered::default();
        }
        rendered.bytes += bytes.len();
        if let Some((_, old)) = rendered.files.insert(path.to_owned(), (key, bytes.clone())) {
            rendered.bytes -= old.len();
        }
        Ok(bytes)
    }

    /// The citations of a page as the CSL engine formatted them, by the digest of style, entries and order.
    pub fn cited(&self, key: u128, format: impl FnOnce() -> Formatted) -> Arc<Formatted> {
        bounded(&self.store.cited, MOST_CITED, key, format)
    }

    /// A mark or a reference, by the digest of everything it depends on.
    pub fn part(&self, key: u128, format: impl FnOnce() -> Part) -> Arc<Part> {
        bounded(&self.store.parts, MOST_PARTS, key, format)
    }

    /// A drawing, or a picture without its metadata, by the digest of what it is made from.
    pub fn drawn(&self, key: u128, make: impl FnOnce() -> Later) -> Arc<Later> {
        if !self.kept {
            return Arc::new(make());
        }
        lock(&self.store.drawn).entry(key).or_insert_with(|| Arc::new(make())).clone()
    }

    /// The copies of a picture, by the digest of the file and of what was asked.
    pub fn copies(&self, key: u128, make: impl FnOnce() -> Result<Copies, String>) -> Arc<Result<Copies, String>> {
        if let Some(kept) = lock(&self.store.copies).get(&key) {
            return kept.clone();
        }
        let made = Arc::new(make());
        if self.kept {
            lock(&self.store.copies).insert(key, made.clone());
        }
        made
    }

    /// Forget drawings and pictures that the last build had no use for: they are large.
    pub fn forget_pictures(&self, used: &HashSet<u128>) {
        lock(&self.store.drawn).retain(|key, _| used.contains(key));
        lock(&self.store.copies).retain(|key, _| used.contains(key));
    }
}

/// What is kept under a key, or made and kept: of so many, all are forgotten before the next.
fn bounded<T>(store: &Mutex<HashMap<u128, Arc<T>>>, most: usize, key: u128, make: impl FnOnce() -> T) -> Arc<T> {
    if let Some(kept) = lock(store).get(&key) {
        return kept.clone();
    }
    let made = Arc::new(make());
    let mut kept = lock(store);
    if kept.len() >= most {
        kept.clear();
    }
    kept.insert(key, made.clone());
    made
}

/// A thread that panicked has not left a half-written entry: each is inserted whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
