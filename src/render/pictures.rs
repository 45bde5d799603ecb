//! What is made from pixels or drawings in one build, and for whom.
//!
//! In: paths and what makes their bytes. Out: the bytes now, or in a preview later, when a browser asks for them; each path
//! once, however many pages name it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{File, Renderer};
use crate::output::{Content, Later, Output};

/// What was made so far. Shared by all threads of a build.
#[derive(Debug, Default)]
pub struct Drawn {
    paths: Mutex<HashSet<String>>,
    later: Mutex<HashMap<String, Output>>,
    used: Mutex<HashSet<u128>>,
}

impl Drawn {
    /// Whether nobody has given a file of this path before.
    pub fn is_first(&self, path: &str) -> bool {
        lock(&self.paths).insert(path.to_owned())
    }

    /// Note that this build used something of the store.
    pub fn uses(&self, key: u128) {
        lock(&self.used).insert(key);
    }

    /// Keys of everything in the store that this build used.
    pub fn used(&self) -> HashSet<u128> {
        lock(&self.used).clone()
    }

    /// What is made when it is asked for.
    pub fn later(&self) -> Vec<(String, Output)> {
        lock(&self.later).drain().collect()
    }
}

/// Make a file once for all pages that name it; `key` is the digest of what it is made from. In a preview nothing is made
/// yet. The error says why it cannot be made.
pub fn file(renderer: &Renderer, path: &str, key: u128, later: impl FnOnce() -> Later, files: &mut Vec<File>) -> Result<(), String> {
    if !renderer.drawn.is_first(path) {
        return Ok(());
    }
    renderer.drawn.uses(key);
    let later = renderer.reuse.drawn(key, later);
    if renderer.preview {
        lock(&renderer.drawn.later).insert(path.to_owned(), Output { content: Content::Later(later), digest: key });
        return Ok(());
    }
    files.push((path.to_owned(), later.bytes()?));
    Ok(())
}

/// As [`file`], for one output.
pub fn output(renderer: &Renderer, key: u128, later: impl FnOnce() -> Later) -> Result<Output, String> {
    renderer.drawn.uses(key);
    let later = renderer.reuse.drawn(key, later);
    if renderer.preview {
        return Ok(Output { content: Content::Later(later), digest: key });
    }
    later.bytes().map(Output::of_bytes)
}

/// Bytes that were made in this build, for a file of this path.
pub fn give(renderer: &Renderer, path: String, bytes: &Arc<[u8]>, files: &mut Vec<File>) {
    if renderer.drawn.is_first(&path) {
        files.push((path, bytes.clone()));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
