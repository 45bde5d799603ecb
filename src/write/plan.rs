//! What a write will do, made before anything is touched.
//!
//! In: the tree and what lies in the output folder. Out: [`Plan`]: created, changed, unchanged, removed, and the files
//! that are not ours; or a refusal, when one of those stands in the way.
//! Must never change the disk.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::FileType;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::file::holds;
use super::manifest::{self, Manifest};
use super::place::{LOCK, Place};
use super::{WriteError, Written};
use crate::output::{Output, OutputTree};

/// What will be done, and what must be kept.
#[derive(Debug)]
pub(super) struct Plan {
    /// The result, if all goes well.
    pub written: Written,
    /// What the last write left.
    pub before: Manifest,
    /// What this write will leave.
    pub after: Manifest,
    /// Files, links and the like that are not ours; relative to the folder.
    pub foreign: Vec<PathBuf>,
    /// Folders that are not ours, parents before children; relative to the folder.
    pub foreign_folders: Vec<PathBuf>,
    /// Folders that earlier writes made and the site has no more, children before parents; relative to the folder.
    pub old_folders: Vec<PathBuf>,
    /// Whether the output folder exists.
    pub exists: bool,
}

/// One path of the tree against the disk.
enum State {
    Missing,
    Same,
    Differs,
}

impl Plan {
    /// Compare. `known` says whether the folder is known to hold a file of the tree; without an answer it is read.
    ///
    /// # Errors
    /// When the folder cannot be read, when a path of the tree is not a plain relative path, or when a file that is not
    /// ours stands in the way and holds other bytes.
    pub fn make(
        tree: &OutputTree,
        place: &Place,
        before: Manifest,
        known: impl Fn(&str, &Output) -> Option<bool> + Sync,
    ) -> Result<Self, WriteError> {
        if let Some((path, _)) = tree.iter().find(|(path, _)| !manifest::is_safe(path)) {
            return Err(unsafe_path(path));
        }
        let after = Manifest::of(tree);
        let (exists, entries) = list(&place.out)?;
        let (foreign, foreign_folders, mut old_folders) = sort_out(&entries, &before);
        let folders: HashSet<&Path> = after.files.keys().flat_map(|path| Path::new(path).ancestors().skip(1)).collect();
        old_folders.retain(|folder| !folders.contains(folder.as_path()));
        old_folders.reverse();
        let on_disk: HashMap<&Path, FileType> = entries.iter().map(|(path, kind)| (path.as_path(), *kind)).collect();

        let files: Vec<(&str, &Output)> = tree.iter().collect();
        let is_same = |path: &str, output: &Output| match known(path, output) {
            Some(same) => Ok(same),
            None => holds(&place.out.join(path), output),
        };
        let states: Vec<State> = files
            .par_iter()
            .map(|(path, output)| match on_disk.get(Path::new(path)) {
                None => Ok(State::Missing),
                Some(kind) if kind.is_dir() => Ok(State::Missing),
                Some(kind) if kind.is_file() && is_same(path, output)? => Ok(State::Same),
                Some(_) => Ok(State::Differs),
            })
            .collect::<Result<_, WriteError>>()?;

        let mut written = Written::default();
        let mut adopted = HashSet::new();
        for ((path, _), state) in files.iter().zip(&states) {
            let list = match state {
                State::Missing => &mut written.created,
                State::Same => &mut written.unchanged,
                State::Differs => &mut written.changed,
            };
            list.push((*path).to_owned());
            if matches!(state, State::Same) {
                adopted.insert(Path::new(path));
            }
        }
        let gone = before.files.keys().filter(|path| !after.files.contains_key(*path));
        let there = |path: &&String| on_disk.get(Path::new(path)).is_some_and(|kind| !kind.is_dir());
        written.removed = gone.filter(there).cloned().collect();

        let foreign: Vec<PathBuf> = foreign.into_iter().filter(|path| !adopted.contains(path.as_path())).collect();
        refuse_conflicts(&after, &foreign, &foreign_folders, place)?;
        Ok(Self { written, before, after, foreign, foreign_folders, old_folders, exists })
    }

    /// Whether every byte is already as it should be, the manifest included.
    pub fn nothing_to_do(&self) -> bool {
        let Written { created, changed, unchanged: _, removed } = &self.written;
        created.is_empty() && changed.is_empty() && removed.is_empty() && self.before == self.after
    }
}

/// A path of the tree that is no plain relative path.
pub(super) fn unsafe_path(path: &str) -> WriteError {
    let cause = "the path leads outside the output folder, or has a character that not every system allows";
    WriteError::refused("write", Path::new(path), cause, "rename what it is made from")
}

/// Everything in the folder but our own notes, parents before children, and whether the folder exists.
fn list(out: &Path) -> Result<(bool, Vec<(PathBuf, FileType)>), WriteError> {
    match std::fs::symlink_metadata(out) {
        Ok(meta) if meta.is_dir() => {}
        Ok(_) => {
            let next = "move it away, or choose another folder with `--output-dir`";
            return Err(WriteError::refused("write into", out, "it is a file, not a folder", next));
        }
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok((false, Vec::new())),
        Err(e) => return Err(WriteError::io("read", out, e)),
    }
    let mut entries = Vec::new();
    let walk = WalkDir::new(out).min_depth(1).follow_links(false).sort_by_file_name().into_iter();
    let notes = |name: &std::ffi::OsStr| name == manifest::NAME || name == super::in_place::FRESH || name == LOCK;
    for entry in walk.filter_entry(|e| e.depth() != 1 || !notes(e.file_name())) {
        match entry {
            Ok(entry) => {
                let relative = entry.path().strip_prefix(out).unwrap_or(entry.path());
                entries.push((relative.to_path_buf(), entry.file_type()));
            }
            // What vanishes while we look is not there.
            Err(e) if e.io_error().is_some_and(|e| e.kind() == ErrorKind::NotFound) => {}
            Err(e) => {
                let path = e.path().unwrap_or(out).to_path_buf();
                return Err(WriteError::io("read", &path, e.into()));
            }
        }
    }
    Ok((true, entries))
}

/// The files and the folders that no earlier write made, and the folders that one did; parents before children.
fn sort_out(entries: &[(PathBuf, FileType)], before: &Manifest) -> (Vec<PathBuf>, Vec<PathBuf>, Vec<PathBuf>) {
    let ours: HashSet<&Path> = before.files.keys().map(Path::new).collect();
    let our_folders: HashSet<&Path> = ours.iter().flat_map(|path| path.ancestors().skip(1)).collect();
    let (mut files, mut folders, mut known) = (Vec::new(), Vec::new(), Vec::new());
    for (path, kind) in entries {
        match (kind.is_dir(), our_folders.contains(path.as_path()), ours.contains(path.as_path())) {
            (true, true, _) => known.push(path.clone()),
            (true, false, _) => folders.push(path.clone()),
            (false, _, false) => files.push(path.clone()),
            (false, _, true) => {}
        }
    }
    (files, folders, known)
}

/// A file that is not ours may stand neither where a file of the site goes, nor above nor below it.
fn refuse_conflicts(after: &Manifest, foreign: &[PathBuf], foreign_folders: &[PathBuf], place: &Place) -> Result<(), WriteError> {
    let files: HashSet<&Path> = after.files.keys().map(Path::new).collect();
    let folders: HashSet<&Path> = files.iter().flat_map(|path| path.ancestors().skip(1)).collect();
    let below_a_file = |path: &Path| path.ancestors().skip(1).any(|above| files.contains(above));
    let in_the_way = |path: &&PathBuf| files.contains(path.as_path()) || folders.contains(path.as_path()) || below_a_file(path);
    let folder_in_the_way = |path: &&PathBuf| files.contains(path.as_path()) || below_a_file(path);
    let found: BTreeSet<&PathBuf> = foreign.iter().filter(in_the_way).chain(foreign_folders.iter().filter(folder_in_the_way)).collect();
    let Some(first) = found.first() else { return Ok(()) };
    let more = match found.len() {
        1 => String::new(),
        n => format!(" (so do {} more)", n - 1),
    };
    let cause = format!("cited did not write it, and it stands where a file of the site must go{more}");
    let next = "move it away, or choose another folder with `--output-dir`";
    Err(WriteError::refused("replace", &place.out.join(first), cause, next))
}
