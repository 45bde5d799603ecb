//! Folders that nothing is ever written into.
//!
//! In: the output folder and the site's root. Out: nothing, or why it is refused.
//! Must never touch the disk beyond looking.

use std::path::Path;

use super::WriteError;
use super::place::real;
use crate::config::VERSIONS;

/// The folders of a site that are input.
const INPUTS: [&str; 6] = ["content", "themes", "templates", "assets", "strings", VERSIONS];

/// Refuse an output folder whose replacement would cost the user something: the root of the file system, the home
/// folder, the site or what holds it, its inputs, the top of a repository or its `.git`, a file.
pub fn guard(out: &Path, root: &Path) -> Result<(), WriteError> {
    let folder = real(out).map_err(|e| WriteError::io("find", out, e))?;
    let site = real(root).map_err(|e| WriteError::io("find", root, e))?;
    match objection(&folder, &site) {
        Some(cause) => {
            let next = "choose another folder with `--output-dir`";
            Err(WriteError::refused("write into", &folder, cause, next))
        }
        None => Ok(()),
    }
}

fn objection(folder: &Path, site: &Path) -> Option<String> {
    if folder.parent().is_none() {
        return Some("it is the root of the file system".to_owned());
    }
    if folder == site {
        return Some("it is the site itself".to_owned());
    }
    if site.starts_with(folder) {
        return Some("it holds the site".to_owned());
    }
    if let Some(home) = std::env::home_dir().filter(|h| h.is_absolute()).and_then(|h| real(&h).ok())
        && home.starts_with(folder)
    {
        return Some("it is the home folder, or holds it".to_owned());
    }
    if let Some(input) = INPUTS.iter().find(|name| folder.starts_with(site.join(name))) {
        return Some(format!("`{input}` is what the site is made from"));
    }
    if folder.components().any(|part| part.as_os_str() == ".git") {
        return Some("it lies inside a repository's `.git`".to_owned());
    }
    if std::fs::symlink_metadata(folder.join(".git")).is_ok() {
        return Some("it is the top of a repository".to_owned());
    }
    if folder.exists() && !folder.is_dir() {
        return Some("it is a file".to_owned());
    }
    None
}
