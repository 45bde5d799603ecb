//! What the system says of the files of a site, so that a build can see that there is nothing to do.
//!
//! In: the site's root, and paths outside its usual folders. Out: [`Stamp`]: a digest of sizes, places on the disk and times
//! of change. The time of a file's last change cannot be set by anyone, so a file with the same stamp is the same file.
//! Must never be taken where that does not hold: with links, on several file systems, or where the system has no such time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rayon::prelude::*;
use walkdir::WalkDir;
use xxhash_rust::xxh3::Xxh3;

use super::files::is_ignored;
use crate::config::CONFIG_FILE;

/// The folders of a site, whose files may be input.
const FOLDERS: [&str; 6] = ["content", "themes", "templates", "assets", "strings", "versions"];

/// What the system says of some files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Of all of them.
    pub digest: u128,
    /// When the last of them changed, since the epoch of Unix.
    pub newest: Duration,
    /// The file system that they all lie on.
    pub device: u64,
}

/// The stamp of every input of a site; `None` where there can be none.
pub fn of_site(root: &Path, also: &[PathBuf]) -> Option<Stamp> {
    let mut gathered = Gathered::default();
    gathered.add(&root.join(CONFIG_FILE), CONFIG_FILE)?;
    for folder in FOLDERS {
        gathered.below(&root.join(folder), folder)?;
    }
    for path in also {
        let full = root.join(path);
        gathered.below(&full, &path.to_string_lossy())?;
    }
    gathered.stamp()
}

/// The stamp of single files below a folder, by their paths.
pub fn of_files<'a>(folder: &Path, paths: impl Iterator<Item = &'a str>) -> Option<Stamp> {
    let paths: Vec<&str> = paths.collect();
    let gather = |some: &[&str]| {
        let mut gathered = Gathered::default();
        some.iter().try_for_each(|path| gathered.add(&folder.join(path), path))?;
        Some(gathered)
    };
    paths.par_chunks(256).map(gather).try_reduce(Gathered::default, Gathered::and)?.stamp()
}

#[derive(Default)]
struct Gathered {
    sum: u128,
    newest: Duration,
    device: Option<u64>,
}

impl Gathered {
    /// A file, or a folder with all that is in it; nothing if it is not there.
    fn below(&mut self, start: &Path, name: &str) -> Option<()> {
        if std::fs::symlink_metadata(start).is_err() {
            return Some(());
        }
        let walk = WalkDir::new(start).follow_links(false).into_iter();
        for entry in walk.filter_entry(|e| e.depth() == 0 || !is_ignored(&e.file_name().to_string_lossy())) {
            let entry = entry.ok()?;
            let below = entry.path().strip_prefix(start).ok()?;
            self.add(entry.path(), &format!("{name}/{}", below.to_string_lossy()))?;
        }
        Some(())
    }

    #[cfg(unix)]
    fn add(&mut self, path: &Path, name: &str) -> Option<()> {
        use std::os::unix::fs::MetadataExt;
        let meta = std::fs::symlink_metadata(path).ok()?;
        if !(meta.is_file() || meta.is_dir()) || *self.device.get_or_insert(meta.dev()) != meta.dev() {
            return None;
        }
        let mut digest = Xxh3::new();
        digest.update(name.as_bytes());
        for number in [meta.size(), meta.ino(), meta.ctime().cast_unsigned(), meta.ctime_nsec().cast_unsigned()] {
            digest.update(&number.to_le_bytes());
        }
        // In any order: the system lists folders as it likes.
        self.sum = self.sum.wrapping_add(digest.digest128());
        self.newest = self.newest.max(Duration::new(u64::try_from(meta.ctime()).ok()?, u32::try_from(meta.ctime_nsec()).ok()?));
        Some(())
    }

    #[cfg(not(unix))]
    fn add(&mut self, _path: &Path, _name: &str) -> Option<()> {
        None
    }

    /// Both together; nothing where they lie on two file systems.
    fn and(self, other: Self) -> Option<Self> {
        let device = match (self.device, other.device) {
            (Some(one), Some(another)) if one != another => return None,
            (one, another) => one.or(another),
        };
        Some(Self { sum: self.sum.wrapping_add(other.sum), newest: self.newest.max(other.newest), device })
    }

    fn stamp(self) -> Option<Stamp> {
        Some(Stamp { digest: self.sum, newest: self.newest, device: self.device? })
    }
}
