//! Where the output goes, with the places beside it that a write needs.
//!
//! In: the output folder as given. Out: [`Place`]: the real folder (links resolved), the stage, the lock.
//! Must never create or change anything but the folder's parent.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use super::WriteError;

/// The end of the lock file's name; its whole name in a mounted folder.
pub(super) const LOCK: &str = ".cited-lock";

/// The real paths of one output folder.
#[derive(Debug)]
pub(super) struct Place {
    /// The output folder itself; it need not exist.
    pub out: PathBuf,
    /// Where the next site is staged: a hidden folder beside it, so that one rename on one file system switches.
    pub stage: PathBuf,
    /// The lock file, beside it too, since the folder itself is exchanged; inside where it cannot be.
    pub lock: PathBuf,
    /// What the last build came to; beside it as well.
    pub record: PathBuf,
}

impl Place {
    /// Resolve the folder. A link to a folder is followed: what it points to is what is switched.
    pub fn of(out: &Path) -> Result<Self, WriteError> {
        let out = real(out).map_err(|e| WriteError::io("find", out, e))?;
        let (Some(parent), Some(name)) = (out.parent(), out.file_name()) else {
            let next = "choose another folder with `--output-dir`";
            return Err(WriteError::refused("write into", &out, "it is the root of the file system", next));
        };
        let beside = |end: &str| {
            let mut hidden = OsString::from(".");
            hidden.push(name);
            hidden.push(end);
            parent.join(hidden)
        };
        // A mounted share is all that its user may write to, and it is never exchanged.
        let lock = if is_mounted(&out) { out.join(LOCK) } else { beside(LOCK) };
        Ok(Self { stage: beside(".cited-stage"), record: beside(".cited-record"), lock, out })
    }

    /// Whether the folder is the top of another file system than the one beside it: a mounted share or disk.
    pub fn is_mounted(&self) -> bool {
        is_mounted(&self.out)
    }

    /// Create the folder that holds the output folder.
    pub fn make_parent(&self) -> Result<(), WriteError> {
        match self.out.parent() {
            Some(parent) => std::fs::create_dir_all(parent).map_err(|e| WriteError::io("create", parent, e)),
            None => Ok(()),
        }
    }
}

#[cfg(unix)]
fn is_mounted(out: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| std::fs::metadata(path).ok().map(|meta| meta.dev());
    let (own, beside) = (device(out), out.parent().and_then(device));
    own.is_some() && own != beside
}

/// Other systems do not exchange folders anyway.
#[cfg(not(unix))]
fn is_mounted(_out: &Path) -> bool {
    false
}

/// The absolute path with links and `..` resolved, as far as it exists; the rest by its words alone.
pub(super) fn real(path: &Path) -> std::io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let mut existing = absolute.as_path();
    loop {
        // A link that points nowhere does exist, and nothing can be written through it: that error is passed on.
        if std::fs::symlink_metadata(existing).is_ok() {
            break;
        }
        match existing.parent() {
            Some(parent) => existing = parent,
            None => break,
        }
    }
    let mut real = existing.canonicalize()?;
    for part in absolute.strip_prefix(existing).unwrap_or(Path::new("")).components() {
        match part {
            Component::ParentDir => {
                real.pop();
            }
            Component::Normal(name) => real.push(name),
            _ => {}
        }
    }
    Ok(real)
}
