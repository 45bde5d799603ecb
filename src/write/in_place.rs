//! Single files replaced where they stand.
//!
//! In: the tree and the plan. Out: the folder holds the tree. Order: assets, pages, feeds, deletions (pages before
//! assets), so that a reader never gets a page whose assets are missing. Each file is made under another name and renamed over the old one.
//! A kill at any moment leaves whole files, all of them listed in the manifest; the next write completes them.
//! Must never follow a link inside the folder.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use rayon::prelude::*;

use super::WriteError;
use super::file::put;
use super::manifest::{self, Manifest};
use super::place::Place;
use super::plan::Plan;
use crate::output::{Output, OutputTree, Rank};

/// The folder inside the output folder (a mount point has no room beside it) where new files are made.
pub(super) const FRESH: &str = ".cited-fresh";

/// Replace what differs, remove what is gone.
pub(super) fn apply(place: &Place, tree: &OutputTree, plan: &Plan) -> Result<(), WriteError> {
    let fresh = place.out.join(FRESH);
    let write = || {
        fs::create_dir_all(&place.out).map_err(|e| WriteError::io("create", &place.out, e))?;
        clear(&fresh)?;
        fs::create_dir(&fresh).map_err(|e| WriteError::io("create", &fresh, e))?;
        replace(place, tree, plan, &fresh)
    };
    let result = write();
    // After an error too: nothing of ours stays behind, and on a full disk the space is needed.
    let cleared = clear(&fresh);
    result.and(cleared)
}

/// Replace files that are all there already.
pub(super) fn replace_only(place: &Place, files: &OutputTree) -> Result<(), WriteError> {
    let fresh = place.out.join(FRESH);
    let write = || {
        clear(&fresh)?;
        fs::create_dir(&fresh).map_err(|e| WriteError::io("create", &fresh, e))?;
        put_all(place, &files.iter().collect::<Vec<_>>(), &fresh)
    };
    let result = write();
    let cleared = clear(&fresh);
    result.and(cleared)
}

/// Each file under another name, then in its place: what pages need before them.
fn put_all(place: &Place, files: &[(&str, &Output)], fresh: &Path) -> Result<(), WriteError> {
    for rank in Rank::ALL {
        files.par_iter().enumerate().filter(|(_, (path, _))| Rank::of(path) == rank).try_for_each(|(n, (path, output))| {
            let target = place.out.join(path);
            let parent = target.parent().unwrap_or(&place.out);
            fs::create_dir_all(parent).map_err(|e| WriteError::io("create", parent, e))?;
            let made = fresh.join(n.to_string());
            put(&made, output, &target)?;
            fs::rename(&made, &target).map_err(|e| WriteError::io("replace", &target, e))
        })?;
    }
    Ok(())
}

fn replace(place: &Place, tree: &OutputTree, plan: &Plan, fresh: &Path) -> Result<(), WriteError> {
    // Whatever is killed from here on, the manifest knows every file that may be ours.
    let mut both = plan.before.clone();
    both.files.extend(plan.after.files.clone());
    note(place, &both, fresh)?;

    let differing: BTreeSet<&str> = plan.written.created.iter().chain(&plan.written.changed).map(String::as_str).collect();
    let early = early(plan, &differing);
    for path in &early {
        remove(&place.out.join(path))?;
    }
    prune(place, plan);
    let wanted: Vec<(&str, &Output)> = tree.iter().filter(|(path, _)| differing.contains(path)).collect();
    put_all(place, &wanted, fresh)?;
    for rank in Rank::ALL.into_iter().rev() {
        for path in plan.written.removed.iter().filter(|path| Rank::of(path) == rank && !early.contains(path.as_str())) {
            remove(&place.out.join(path))?;
        }
    }
    prune(place, plan);
    note(place, &plan.after, fresh)
}

/// Files to remove before their turn: one where the site now has a folder, or in a folder where it now has a file.
fn early<'a>(plan: &'a Plan, differing: &BTreeSet<&str>) -> BTreeSet<&'a str> {
    let folders: BTreeSet<&Path> =
        differing.iter().flat_map(|path| Path::new(path).ancestors().skip(1)).filter(|p| *p != Path::new("")).collect();
    let in_the_way = |path: &&String| {
        let path = Path::new(path.as_str());
        folders.contains(path) || path.ancestors().skip(1).filter_map(Path::to_str).any(|above| differing.contains(above))
    };
    plan.written.removed.iter().filter(in_the_way).map(String::as_str).collect()
}

/// Write the manifest.
fn note(place: &Place, manifest: &Manifest, fresh: &Path) -> Result<(), WriteError> {
    let (made, target) = (fresh.join("manifest"), place.out.join(manifest::NAME));
    fs::write(&made, manifest.text()).and_then(|()| fs::rename(&made, &target)).map_err(|e| WriteError::io("write", &target, e))
}

fn remove(file: &Path) -> Result<(), WriteError> {
    match fs::remove_file(file) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(WriteError::io("remove", file, e)),
        _ => Ok(()),
    }
}

/// Remove the folders that the site has no more. One with something in it that is not ours stays.
fn prune(place: &Place, plan: &Plan) {
    for folder in &plan.old_folders {
        let _ = fs::remove_dir(place.out.join(folder));
    }
}

/// Remove the folder for new files, if it is there.
pub(super) fn clear(fresh: &Path) -> Result<(), WriteError> {
    match fs::remove_dir_all(fresh) {
        // Not there, or no folder to be in: what is there is told by whoever writes next.
        Err(e) if !matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Err(WriteError::io("clear", fresh, e)),
        _ => Ok(()),
    }
}
