//! The output tree becomes files.
//!
//! In: an [`OutputTree`] and the output folder. Out: the folder holds exactly the tree, a manifest of what is ours, and
//! every file that was there before and is not ours; [`Written`] says what changed. Entry points: [`Stage`] for files
//! as they are made, [`write()`] for a tree, [`replace()`] for a few files, [`guard()`].
//! Must never remove or replace a file that the manifest of an earlier write does not list, and never leave a reader
//! of the folder between two sites.

mod differing;
mod error;
mod file;
mod guard;
mod in_place;
mod lock;
mod manifest;
mod place;
mod plan;
mod record;
mod stage;
mod switch;
#[cfg(test)]
mod tests;
pub mod version;

pub use differing::Differing;
pub use error::WriteError;
pub use guard::guard;
pub use lock::Held;
pub use manifest::{Manifest, NAME as MANIFEST, is_safe};
pub use record::{Asked, Said, recall, remember};
pub use stage::Stage;

use std::path::Path;
use std::time::Duration;

use crate::output::{Content, Output, OutputTree};
use place::Place;
use plan::Plan;

/// How long a second writer waits for the first before it says who holds the folder.
const PATIENCE: Duration = Duration::from_secs(10);

/// How the folder comes to hold the new site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The whole site is staged beside the folder, and the two are exchanged (`build`).
    Switch,
    /// The files that differ are replaced one by one: assets, then pages, deletions last (`build --watch`).
    InPlace,
}

/// What a write did; output paths, in byte order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that were not there.
    pub created: Vec<String>,
    /// Files of ours whose bytes differed.
    pub changed: Vec<String>,
    /// Files that held the right bytes already; they were not rewritten.
    pub unchanged: Vec<String>,
    /// Files of an earlier write that the site has no more.
    pub removed: Vec<String>,
}

/// Make the folder `out` hold the tree. Nothing on disk is touched when it does already.
///
/// # Errors
/// [`WriteError`] when the disk refuses, when a file that is not ours stands where one of the site must go, or when
/// another process writes into the folder for longer than some seconds. With [`Mode::Switch`] the old site is then
/// as it was; with [`Mode::InPlace`] single files may be new, and the next write completes them.
pub fn write(tree: &OutputTree, out: &Path, mode: Mode) -> Result<Written, WriteError> {
    write_within(tree, out, mode, PATIENCE, |_| Ok(()))
}

/// The same, if `allow` has no objection to what would be done; it is asked while the folder is held.
///
/// # Errors
/// Those of [`write()`], and the objection.
pub fn write_if<E: From<WriteError>>(
    tree: &OutputTree,
    out: &Path,
    mode: Mode,
    allow: impl FnOnce(&Written) -> Result<(), E>,
) -> Result<Written, E> {
    write_within(tree, out, mode, PATIENCE, allow)
}

/// Replace single files of the site that the folder `out` holds, at once: `files` are all that differs of what readers see
/// on some pages. Does nothing, and says so by `false`, when one of them is not listed in the manifest: then a whole write
/// is needed. The manifest keeps the old digests until that comes.
///
/// # Errors
/// Those of [`write()`].
pub fn replace(files: &OutputTree, out: &Path) -> Result<bool, WriteError> {
    let place = Place::of(out)?;
    let _held = lock::hold(&place.lock, &place.out, PATIENCE)?;
    let before = Manifest::read(&place.out)?;
    if !files.iter().all(|(path, _)| before.files.contains_key(path)) {
        return Ok(false);
    }
    in_place::replace_only(&place, files)?;
    Ok(true)
}

/// What a write would do. Touches nothing.
///
/// # Errors
/// When the folder cannot be read, or a file that is not ours is in the way.
pub fn compare(tree: &OutputTree, out: &Path) -> Result<Written, WriteError> {
    let place = Place::of(out)?;
    Ok(Plan::make(tree, &place, Manifest::read(&place.out)?, |_, _| None)?.written)
}

/// Be the only process that holds the lock file `lock`, which stands for `what`, until the result is dropped.
///
/// # Errors
/// When another process holds it for longer than some seconds.
pub fn hold(lock: &Path, what: &Path) -> Result<Held, WriteError> {
    lock::hold(lock, what, PATIENCE)
}

fn write_within<E: From<WriteError>>(
    tree: &OutputTree,
    out: &Path,
    mode: Mode,
    patience: Duration,
    allow: impl FnOnce(&Written) -> Result<(), E>,
) -> Result<Written, E> {
    let place = Place::of(out)?;
    // What is mounted cannot be exchanged; a stage beside it would fill the wrong disk.
    if mode == Mode::Switch && !place.is_mounted() {
        return Stage::patient(out, patience).write(tree, allow);
    }
    place.make_parent()?;
    let _held = lock::hold(&place.lock, &place.out, patience)?;
    switch::clear_leftover(&place)?;
    // What a sink found to be there already is not read again.
    let known = |path: &str, output: &Output| match &output.content {
        Content::File(at) if *at == place.out.join(path) => Some(true),
        _ => None,
    };
    let plan = Plan::make(tree, &place, Manifest::read(&place.out)?, known)?;
    if !plan.nothing_to_do() {
        allow(&plan.written)?;
        in_place::apply(&place, tree, &plan)?;
    }
    Ok(plan.written)
}
