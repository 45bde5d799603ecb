//! Reading the disk: the only file of `load` that does.
//!
//! In: the site's root and paths below it. Out: texts, bytes and sorted lists of paths. Hidden files, editors' backup
//! and swap files are passed over; links that lead out of the root are refused.
//! Must never read outside the root; the archive has its own way in (`archive`).

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use crate::diag::{Code, Diagnostic, Report};
use crate::text::TextFile;

/// Text files larger than this are refused: a page of 4 MB is a mistake.
const LARGEST_TEXT: u64 = 4 * 1024 * 1024;

/// The disk refused.
#[derive(Debug)]
pub struct ReadError {
    /// What could not be read.
    pub path: PathBuf,
    /// Why.
    pub error: std::io::Error,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read {}: {}", self.path.display(), self.error)
    }
}

impl std::error::Error for ReadError {}

/// Whether a file or folder name is passed over: hidden, or an editor's backup, swap or lock file.
pub fn is_ignored(name: &str) -> bool {
    name.starts_with('.')
        || name.ends_with('~')
        || (name.starts_with('#') && name.ends_with('#'))
        || name == "4913"
        || [".swp", ".swx", ".swo", ".tmp", ".bak", ".orig", ".part", ".crdownload"].iter().any(|end| name.ends_with(end))
}

/// All files below a folder of the site, as paths relative to the root with forward slashes, sorted. A folder that
/// does not exist has none.
pub fn below(root: &Path, folder: &str) -> Result<Vec<String>, ReadError> {
    let start = root.join(folder);
    if !start.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    let walk = WalkDir::new(&start).follow_links(false).into_iter();
    for entry in walk.filter_entry(|e| e.depth() == 0 || !is_ignored(&e.file_name().to_string_lossy())) {
        let entry = match entry {
            Ok(entry) => entry,
            // A file that vanishes while the folder is read is not there.
            Err(e) if e.io_error().is_some_and(|e| e.kind() == std::io::ErrorKind::NotFound) => continue,
            Err(e) => {
                let path = e.path().unwrap_or(&start).to_path_buf();
                return Err(ReadError { path, error: e.into() });
            }
        };
        let is_file =
            entry.file_type().is_file() || (entry.file_type().is_symlink() && points_inside(root, entry.path()) && entry.path().is_file());
        if is_file && let Ok(relative) = entry.path().strip_prefix(root) {
            let parts: Vec<_> = relative.components().map(|c| c.as_os_str().to_string_lossy()).collect();
            paths.push(parts.join("/"));
        }
    }
    paths.sort();
    Ok(paths)
}

fn points_inside(root: &Path, link: &Path) -> bool {
    match (root.canonicalize(), link.canonicalize()) {
        (Ok(root), Ok(target)) => target.starts_with(root),
        _ => false,
    }
}

/// The names of the folders in a folder, sorted; none if it does not exist.
pub fn folders(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|e| e.path().is_dir())
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|n| !is_ignored(n))
        .collect();
    names.sort();
    names
}

/// Read a text file of the site. `None` if it does not exist, or is not text (which is reported).
pub fn read_text(root: &Path, path: &str, report: &mut Report) -> Result<Option<Arc<TextFile>>, ReadError> {
    let full = root.join(path);
    match std::fs::symlink_metadata(&full) {
        Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(ReadError { path: full, error }),
        Ok(meta) if meta.is_symlink() && !points_inside(root, &full) => {
            report.push(
                Diagnostic::file(Code::PathOutside, &TextFile::new(path, ""), "a link leads outside the site")
                    .help("copy the file instead"),
            );
            return Ok(None);
        }
        Ok(meta) if meta.len() > LARGEST_TEXT => {
            let message = format!("the file has {} bytes, more than the {LARGEST_TEXT} that a text may have", meta.len());
            report.push(Diagnostic::file(Code::FileUnreadable, &TextFile::new(path, ""), message).help("split it"));
            return Ok(None);
        }
        Ok(_) => {}
    }
    let bytes = match std::fs::read(&full) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ReadError { path: full, error }),
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(TextFile::new(path, text))),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let file = TextFile::new(path, text);
            report.push(
                Diagnostic::at(
                    Code::FileUnreadable,
                    crate::text::Span::new(&file, at..at + 3),
                    format!("the file is not UTF-8 text: the byte at offset {at} does not fit"),
                )
                .help("save it as UTF-8"),
            );
            Ok(None)
        }
    }
}

/// Read a file of the site as bytes.
pub fn read_bytes(root: &Path, path: &str) -> Result<Vec<u8>, ReadError> {
    let full = root.join(path);
    std::fs::read(&full).map_err(|error| ReadError { path: full, error })
}
