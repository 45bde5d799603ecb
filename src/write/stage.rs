//! The next site, written while it is made.
//!
//! In: files in any order, from many threads, then the tree that lists them. Out: the output folder is the new site; or,
//! when the stage is dropped, nothing has changed. A file that the folder holds already is not written again. Memory
//! holds a file only until it is on the disk.
//! Nothing is touched before the first file comes, so that a site with errors leaves no trace.
//! Must never let an unfinished stage be taken for a site: a mark stands in it until it is complete.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use rayon::prelude::*;

use super::file::{holds_digest, put_bytes};
use super::manifest::{self, Manifest};
use super::place::Place;
use super::plan::Plan;
use super::{PATIENCE, WriteError, Written, lock, switch};
use crate::output::{self, Content, Output, OutputTree, Sink};

/// Stands in a stage that is not complete. All that is in such a folder exists elsewhere, or is of no use.
pub(super) const UNFINISHED: &str = ".cited-unfinished";

/// A site on its way into an output folder.
#[derive(Debug)]
pub struct Stage {
    out: PathBuf,
    patience: Duration,
    opened: OnceLock<Option<Opened>>,
    /// The first refusal; what comes after it is not written.
    refused: Mutex<Option<WriteError>>,
    is_refused: AtomicBool,
}

#[derive(Debug)]
struct Opened {
    place: Place,
    before: Manifest,
    /// Folders that the stage has.
    folders: Mutex<HashSet<PathBuf>>,
    /// Files that the output folder holds already.
    same: Mutex<HashSet<String>>,
    _held: lock::Held,
}

impl Sink for Stage {
    fn begin(&self) {
        self.opened();
    }

    fn put(&self, path: &str, bytes: &[u8]) -> Output {
        let digest = output::digest(bytes);
        let put = |opened: &Opened| opened.put(path, bytes, digest).map_err(|error| self.refuse(error)).ok();
        let is_open = || !self.is_refused.load(Ordering::Relaxed);
        let at = self.opened().filter(|_| is_open()).and_then(put);
        // What is refused is never published: its bytes are of no more use.
        Output { content: at.map_or_else(|| Content::Bytes(Arc::default()), Content::File), digest }
    }
}

impl Stage {
    /// A stage beside the folder `out`.
    pub fn beside(out: &Path) -> Self {
        Self::patient(out, PATIENCE)
    }

    pub(super) fn patient(out: &Path, patience: Duration) -> Self {
        let (opened, refused) = (OnceLock::new(), Mutex::new(None));
        Self { out: out.to_path_buf(), patience, opened, refused, is_refused: AtomicBool::new(false) }
    }

    /// Make the output folder hold the tree: files that were put, and files to copy.
    ///
    /// # Errors
    /// As those of [`super::write()`]; the old site is then as it was.
    pub fn finish(self, tree: &OutputTree) -> Result<Written, WriteError> {
        self.finish_if(tree, |_| Ok(()))
    }

    /// The same, if `allow` has no objection to what would be done.
    pub(super) fn finish_if<E: From<WriteError>>(
        self,
        tree: &OutputTree,
        allow: impl FnOnce(&Written) -> Result<(), E>,
    ) -> Result<Written, E> {
        let opened = self.opened();
        if let Some(error) = self.refused.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(error.into());
        }
        // Without a refusal it is open.
        let Some(opened) = opened else { return Ok(Written::default()) };
        let same = std::mem::take(&mut *opened.same.lock().unwrap_or_else(PoisonError::into_inner));
        let stage = &opened.place.stage;
        let known = |path: &str, output: &Output| match &output.content {
            _ if same.contains(path) => Some(true),
            // What is not ours is looked at: one that holds the same bytes is in nobody's way.
            Content::File(at) if at.starts_with(stage) && opened.before.files.contains_key(path) => Some(false),
            _ => None,
        };
        let plan = Plan::make(tree, &opened.place, opened.before.clone(), known)?;
        if !plan.nothing_to_do() {
            allow(&plan.written)?;
            switch::apply(&opened.place, tree, &plan)?;
        }
        Ok(plan.written)
    }

    /// Write a whole tree through a stage.
    pub(super) fn write<E: From<WriteError>>(self, tree: &OutputTree, allow: impl FnOnce(&Written) -> Result<(), E>) -> Result<Written, E> {
        self.begin();
        let files: Vec<(&str, &Output)> = tree.iter().collect();
        let mut staged = OutputTree::default();
        let outputs: Vec<Output> = files
            .par_iter()
            .map(|(path, output)| match &output.content {
                Content::Bytes(bytes) => self.put(path, bytes),
                Content::File(_) | Content::Later(_) => (*output).clone(),
            })
            .collect();
        files.into_iter().zip(outputs).for_each(|((path, _), output)| staged.add_output(path, output));
        self.finish_if(&staged, allow)
    }

    fn refuse(&self, error: WriteError) {
        self.is_refused.store(true, Ordering::Relaxed);
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| error.untouched());
    }

    fn opened(&self) -> Option<&Opened> {
        let open = || match Opened::new(&self.out, self.patience) {
            Ok(opened) => Some(opened),
            Err(error) => {
                self.is_refused.store(true, Ordering::Relaxed);
                *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                None
            }
        };
        self.opened.get_or_init(open).as_ref()
    }
}

impl Opened {
    fn new(out: &Path, patience: Duration) -> Result<Self, WriteError> {
        let place = Place::of(out)?;
        place.make_parent()?;
        let held = lock::hold(&place.lock, &place.out, patience)?;
        switch::clear_leftover(&place)?;
        let before = Manifest::read(&place.out)?;
        Ok(Self { place, before, folders: Mutex::default(), same: Mutex::default(), _held: held })
    }

    /// Write one file, unless the output folder holds it. The answer is where its bytes are.
    fn put(&self, path: &str, bytes: &[u8], digest: u128) -> Result<PathBuf, WriteError> {
        if !manifest::is_safe(path) {
            return Err(super::plan::unsafe_path(path));
        }
        let old = self.place.out.join(path);
        if self.before.files.get(path) == Some(&digest) && holds_digest(&old, digest, Some(bytes.len()))? {
            self.same.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
            return Ok(old);
        }
        let new = self.place.stage.join(path);
        self.folder(new.parent().unwrap_or(&self.place.stage))?;
        put_bytes(&new, bytes, &old)?;
        Ok(new)
    }

    /// Make a folder of the stage; the stage itself with the mark that it is not complete.
    fn folder(&self, folder: &Path) -> Result<(), WriteError> {
        let mut made = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if made.contains(folder) {
            return Ok(());
        }
        let stage = &self.place.stage;
        if made.is_empty() {
            switch::begin(&self.place)?;
            made.insert(stage.clone());
        }
        // Made without the lock: the kernel's answer decides, and two threads may ask for one folder.
        drop(made);
        fs::create_dir_all(folder).map_err(|e| WriteError::io("create", folder, e))?;
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_path_buf());
        Ok(())
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        // After a switch this is the old site's place, which holds no mark.
        if self.place.stage.join(UNFINISHED).exists() {
            let _ = fs::remove_dir_all(&self.place.stage);
        }
    }
}
