//! A version of the site: the tree becomes a dated folder that later builds publish as it is.
//!
//! In: the site's root, a day, the files. Out: `versions/DATE/` with them and their SHA-256 sums, there as a whole or not
//! at all. Must never touch a version that is there.

use std::fs;
use std::path::Path;

use super::WriteError;
use super::file::put;
use crate::config::{SUMS, VERSIONS};
use crate::date::Date;
use crate::load::files::sha256;
use crate::output::Output;

/// Git changes line ends on some systems; the sums would then no longer hold.
const ATTRIBUTES: (&str, &str) = (".gitattributes", "* -text\n");

/// What was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// How many files, that of the sums left out.
    pub files: usize,
    /// Their length together.
    pub bytes: u64,
}

/// Keep the files as the version of a day.
///
/// # Errors
/// When there is a version of that day, or the disk refuses. Nothing but a hidden folder is then left behind, which
/// the next attempt removes.
pub fn keep<'a>(root: &Path, date: Date, files: impl Iterator<Item = (&'a str, &'a Output)>) -> Result<Kept, WriteError> {
    let folder = root.join(VERSIONS);
    let target = folder.join(date.to_string());
    if fs::symlink_metadata(&folder).is_ok_and(|meta| !meta.is_dir()) {
        return Err(WriteError::refused("write into", &folder, "it is no folder", "move it away"));
    }
    if fs::symlink_metadata(&target).is_ok() {
        let next = "take the day of today; if nobody was given its address yet, remove the folder first";
        return Err(WriteError::refused("write", &target, "there is a version of that day, and versions never change", next));
    }
    let stage = folder.join(format!(".{date}.partial"));
    if fs::symlink_metadata(&stage).is_ok() {
        fs::remove_dir_all(&stage).map_err(|e| WriteError::io("remove", &stage, e))?;
    }
    let make = |folder: &Path| fs::create_dir_all(folder).map_err(|e| WriteError::io("create", folder, e));
    make(&stage)?;
    let attributes = folder.join(ATTRIBUTES.0);
    if fs::symlink_metadata(&attributes).is_err() {
        fs::write(&attributes, ATTRIBUTES.1).map_err(|e| WriteError::io("write", &attributes, e))?;
    }
    let (mut kept, mut sums) = (Kept { files: 0, bytes: 0 }, String::new());
    for (path, output) in files {
        let staged = stage.join(path);
        make(staged.parent().unwrap_or(&stage))?;
        put(&staged, output, &target.join(path))?;
        let refused = |e| WriteError::io("read", &staged, e);
        kept.files += 1;
        kept.bytes += fs::metadata(&staged).map_err(refused)?.len();
        let sum = sha256(&stage, path).map_err(|e| refused(e.error))?;
        sums.push_str(&format!("{}  {path}\n", sum.unwrap_or_default()));
    }
    let list = stage.join(SUMS);
    fs::write(&list, sums).map_err(|e| WriteError::io("write", &list, e))?;
    fs::rename(&stage, &target).map_err(|e| WriteError::io("create", &target, e))?;
    Ok(kept)
}
