//! The whole new site at once: staged beside the folder, then exchanged with it.
//!
//! In: the tree, of which files may be staged already, and the plan. Out: the folder is the new site; before the
//! exchange it is the old one, to the byte.
//! What is not ours comes along by hard link. A kill at any moment leaves one site or the other, and at most a hidden
//! folder beside it, which [`clear_leftover`] clears at the start of the next write.
//! Must never remove the only copy of a file that is not ours.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use rayon::prelude::*;
use walkdir::WalkDir;

use super::WriteError;
use super::file::put;
use super::in_place;
use super::manifest::{self, Manifest};
use super::place::Place;
use super::plan::Plan;
use super::stage::UNFINISHED;
use crate::output::{Content, Output, OutputTree};

/// Complete the stage and switch; where the system cannot exchange two folders, replace file by file.
pub(super) fn apply(place: &Place, tree: &OutputTree, plan: &Plan) -> Result<(), WriteError> {
    if let Err(error) = complete(place, tree, plan) {
        // Everything in the stage exists elsewhere too; on a full disk its space is needed.
        let _ = fs::remove_dir_all(&place.stage);
        return Err(error.untouched());
    }
    let switched = if plan.exists { exchange(&place.stage, &place.out) } else { fs::rename(&place.stage, &place.out) };
    match switched {
        // The new site stands; what cannot be cleared now is cleared by the next write.
        Ok(()) if plan.exists => {
            let _ = sweep(&place.stage, &place.out, Late::Wins);
            Ok(())
        }
        Ok(()) => Ok(()),
        Err(e) => {
            let done = if plan.exists && cannot_exchange(&e) {
                in_place::apply(place, tree, plan)
            } else {
                Err(WriteError::io("replace", &place.out, e).untouched())
            };
            let _ = fs::remove_dir_all(&place.stage);
            done
        }
    }
}

/// Clear what a killed write left: files half made in the folder; beside it, a half-made stage, or the old site after
/// the exchange. Those two cannot be told apart, so a file that is not ours is moved back if the folder does not have it.
pub(super) fn clear_leftover(place: &Place) -> Result<(), WriteError> {
    in_place::clear(&place.out.join(in_place::FRESH))?;
    match fs::symlink_metadata(&place.stage) {
        Ok(_) if place.stage.join(UNFINISHED).exists() => {
            fs::remove_dir_all(&place.stage).map_err(|e| WriteError::io("clear", &place.stage, e))
        }
        Ok(meta) if meta.is_dir() => sweep(&place.stage, &place.out, Late::Loses),
        _ => Ok(()),
    }
}

/// Make the stage's folder, with the mark that it is not complete.
pub(super) fn begin(place: &Place) -> Result<(), WriteError> {
    let stage = &place.stage;
    let made = fs::create_dir(stage).and_then(|()| fs::write(stage.join(UNFINISHED), ""));
    made.map_err(|e| WriteError::io("create", stage, e))?;
    match fs::metadata(&place.out) {
        Ok(meta) => fs::set_permissions(stage, meta.permissions()).map_err(|e| WriteError::io("create", stage, e)),
        Err(_) => Ok(()),
    }
}

/// Complete the stage: what was not written while the site was made, what is not ours, the manifest, and last the mark.
fn complete(place: &Place, tree: &OutputTree, plan: &Plan) -> Result<(), WriteError> {
    let stage = &place.stage;
    if fs::symlink_metadata(stage).is_err() {
        begin(place)?;
    }
    let missing: Vec<(&str, &Output)> =
        tree.iter().filter(|(path, output)| !matches!(&output.content, Content::File(at) if *at == stage.join(path))).collect();
    let folders: BTreeSet<&Path> = missing.iter().flat_map(|(path, _)| Path::new(path).ancestors().skip(1)).collect();
    for folder in folders.into_iter().filter(|f| !f.as_os_str().is_empty()) {
        let made = fs::create_dir(stage.join(folder));
        let made = made.or_else(|e| if e.kind() == ErrorKind::AlreadyExists { Ok(()) } else { Err(e) });
        made.map_err(|e| WriteError::io("create", &place.out.join(folder), e))?;
    }
    let unchanged: HashSet<&str> = plan.written.unchanged.iter().map(String::as_str).collect();
    missing.par_iter().try_for_each(|(path, output)| {
        let (old, new) = (place.out.join(path), stage.join(path));
        // A linked file keeps its time, so that web servers and backups see that it did not change.
        if unchanged.contains(path) && fs::hard_link(&old, &new).is_ok() {
            return Ok(());
        }
        put(&new, output, &old)
    })?;

    for folder in &plan.foreign_folders {
        let (old, new) = (place.out.join(folder), stage.join(folder));
        let copied =
            fs::create_dir_all(&new).and_then(|()| fs::metadata(&old)).and_then(|meta| fs::set_permissions(&new, meta.permissions()));
        gone_is_fine(copied).map_err(|e| WriteError::io("carry over", &old, e))?;
    }
    plan.foreign.par_iter().try_for_each(|path| {
        let old = place.out.join(path);
        gone_is_fine(carry(&old, &stage.join(path))).map_err(|e| WriteError::io("carry over", &old, e))
    })?;

    // From here on a leftover can be told from foreign files by its manifest.
    let (note, mark) = (stage.join(manifest::NAME), stage.join(UNFINISHED));
    fs::write(&note, plan.after.text()).map_err(|e| WriteError::io("write", &note, e))?;
    fs::remove_file(&mark).map_err(|e| WriteError::io("write", &mark, e))
}

/// What its owner removed while we staged need not be carried.
fn gone_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// The same file in a second folder: by hard link, else by copy.
fn carry(old: &Path, new: &Path) -> io::Result<()> {
    if let Some(parent) = new.parent() {
        fs::create_dir_all(parent)?;
    }
    let Err(refused) = fs::hard_link(old, new) else {
        return Ok(());
    };
    let kind = fs::symlink_metadata(old)?.file_type();
    if kind.is_file() {
        return fs::copy(old, new).map(|_| ());
    }
    #[cfg(unix)]
    if kind.is_symlink() {
        return std::os::unix::fs::symlink(fs::read_link(old)?, new);
    }
    Err(refused)
}

/// Exchange two folders in one step of the kernel (`renameat2` on Linux, `renameatx_np` on Apple's systems).
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(stage: &Path, out: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, stage, CWD, out, RenameFlags::EXCHANGE).map_err(io::Error::from)
}

/// Elsewhere there is no such step.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_stage: &Path, _out: &Path) -> io::Result<()> {
    Err(io::Error::from(ErrorKind::Unsupported))
}

/// The file system has no exchange, or the folder is a mount point.
fn cannot_exchange(error: &io::Error) -> bool {
    use ErrorKind::{CrossesDevices, InvalidInput, ResourceBusy, Unsupported};
    matches!(error.kind(), Unsupported | InvalidInput | CrossesDevices | ResourceBusy)
}

/// What happens to a file that is not ours and stands in both folders.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Late {
    /// Right after the exchange: its owner may have saved it between our look and the switch, so the old folder's
    /// version replaces the carried one. Where it is the same inode, nothing happens.
    Wins,
    /// A leftover of unknown age: the output folder's version stands.
    Loses,
}

/// Remove the folder `old`: our files are deleted, others moved into `out` if they are not there.
fn sweep(old: &Path, out: &Path, late: Late) -> Result<(), WriteError> {
    let ours = Manifest::read(old)?;
    let new = Manifest::read(out)?;
    let remove = |path: &Path| gone_is_fine(fs::remove_file(path)).map_err(|e| WriteError::io("clear", path, e));
    for entry in WalkDir::new(old).min_depth(1).contents_first(true).follow_links(false) {
        let entry = entry.map_err(|e| {
            let path = e.path().unwrap_or(old).to_path_buf();
            WriteError::io("clear", &path, e.into())
        })?;
        let path = entry.path();
        if entry.file_type().is_dir() {
            gone_is_fine(fs::remove_dir(path)).map_err(|e| WriteError::io("clear", path, e))?;
            continue;
        }
        let relative = path.strip_prefix(old).unwrap_or(path);
        // The manifest goes last: without it, nobody knows what may be removed.
        if relative == Path::new(manifest::NAME) {
            continue;
        }
        let note = relative.starts_with(in_place::FRESH);
        let listed = |manifest: &Manifest| relative.to_str().is_some_and(|p| manifest.files.contains_key(p));
        if !note && !listed(&ours) && !listed(&new) {
            let target = out.join(relative);
            let kept = fs::symlink_metadata(&target).is_ok();
            if !kept || late == Late::Wins {
                let parent = target.parent().unwrap_or(out);
                fs::create_dir_all(parent).and_then(|()| fs::rename(path, &target)).map_err(|e| WriteError::io("move back", path, e))?;
            }
        }
        remove(path)?;
    }
    remove(&old.join(manifest::NAME))?;
    fs::remove_dir(old).map_err(|e| WriteError::io("clear", old, e))
}
