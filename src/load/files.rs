//! Reading the disk: the only file of `load` that does.
//!
//! In: the site's root and paths below it. Out: texts, bytes and sorted lists of paths. Hidden files, editors' backup
//! and swap files are passed over; links that lead out of the root, and what is no file, are refused.
//! Must never read outside the root; the archive has its own way in (`archive`).

use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use walkdir::WalkDir;
use xxhash_rust::xxh3::Xxh3;

use crate::diag::{Code, Diagnostic, Report};
use crate::text::{Span, Text, TextFile};

/// Text files larger than this are refused: a page of 4 MB is a mistake.
const LARGEST_TEXT: u64 = 4 * 1024 * 1024;
/// A line of a page or a record that is longer is refused: a chapter is shorter, and what reads lines may read one often.
const LONGEST_LINE: usize = 64 * 1024;
/// A theme's asset is kept in memory; a larger one belongs beside a page.
const LARGEST_ASSET: u64 = 64 * 1024 * 1024;
/// The lock has a line for each quote of the site.
const LARGEST_LOCK: u64 = 64 * 1024 * 1024;

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
        // ENFILE and EMFILE have no kind of their own; the numbers are the same on all Unix systems.
        let next = match (self.error.raw_os_error(), self.error.kind()) {
            (Some(23 | 24), _) if cfg!(unix) => "too many files are open: raise the limit with `ulimit -n`, then try again",
            (_, ErrorKind::PermissionDenied) => "make it readable, or move it out of the site",
            _ => "try again once that is mended",
        };
        write!(f, "cannot read {}: {}; {next}", self.path.display(), self.error)
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
/// does not exist has none. A link to a file of the site is that file, and `has_links` is set; one that leads outside, or
/// to a folder, is told.
pub fn below(root: &Path, folder: &str, has_links: &mut bool, report: &mut Report) -> Result<Vec<String>, ReadError> {
    let start = root.join(folder);
    if !start.is_dir() {
        return Ok(Vec::new());
    }
    if !points_inside(root, &start) {
        report.push(leads_outside(folder));
        return Ok(Vec::new());
    }
    *has_links |= start.is_symlink();
    let mut paths = Vec::new();
    let walk = WalkDir::new(&start).follow_links(false).into_iter();
    for entry in walk.filter_entry(|e| e.depth() == 0 || !is_ignored(&e.file_name().to_string_lossy())) {
        let entry = match entry {
            Ok(entry) => entry,
            // A file that vanishes while the folder is read is not there.
            Err(e) if e.io_error().is_some_and(|e| e.kind() == ErrorKind::NotFound) => continue,
            Err(e) => {
                let path = e.path().unwrap_or(&start).to_path_buf();
                return Err(ReadError { path, error: e.into() });
            }
        };
        let kind = entry.file_type();
        let Some(path) = entry.path().strip_prefix(root).ok() else { continue };
        let parts: Option<Vec<&str>> = path.components().map(|c| c.as_os_str().to_str()).collect();
        let Some(path) = parts.map(|parts| parts.join("/")) else {
            let message = "its name is not UTF-8, so it can have no address";
            // Of a folder whose name is none, one finding tells of all that is in it.
            if entry.file_name().to_str().is_none() {
                report.push(unreadable(&path.to_string_lossy(), message).help("rename it"));
            }
            continue;
        };
        if kind.is_dir() {
            continue;
        }
        if kind.is_file() {
            paths.push(path);
        } else if kind.is_symlink() && entry.path().exists() {
            *has_links = true;
            if !points_inside(root, entry.path()) {
                report.push(leads_outside(&path));
            } else if entry.path().is_file() {
                paths.push(path);
            } else {
                report.push(unreadable(&path, "a link to a folder is not followed").help("copy the folder instead"));
            }
        }
    }
    paths.sort_unstable();
    Ok(paths)
}

fn points_inside(root: &Path, link: &Path) -> bool {
    match (root.canonicalize(), link.canonicalize()) {
        (Ok(root), Ok(target)) => target.starts_with(root),
        _ => false,
    }
}

fn leads_outside(path: &str) -> Diagnostic {
    Diagnostic::file(Code::PathOutside, &TextFile::new(path, ""), "a link leads outside the site").help("copy the file instead")
}

fn unreadable(path: &str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::file(Code::FileUnreadable, &TextFile::new(path, ""), message)
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
    names.sort_unstable();
    names
}

/// Read a text file of the site that is known by its name. `None` if it does not exist, or is not text (which is
/// reported).
pub fn read_text(root: &Path, path: &str, report: &mut Report) -> Result<Option<Arc<TextFile>>, ReadError> {
    read_named(root, path, LARGEST_TEXT, report)
}

/// The same for the lock, which the program writes and nobody can split.
pub fn read_lock(root: &Path, path: &str, report: &mut Report) -> Result<Option<Arc<TextFile>>, ReadError> {
    read_named(root, path, LARGEST_LOCK, report)
}

fn read_named(root: &Path, path: &str, largest: u64, report: &mut Report) -> Result<Option<Arc<TextFile>>, ReadError> {
    let full = root.join(path);
    match std::fs::symlink_metadata(&full) {
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(ReadError { path: full, error }),
        // A folder on the way may be a link too.
        Ok(_) if !points_inside(root, &full) => {
            report.push(leads_outside(path));
            return Ok(None);
        }
        Ok(_) => {}
    }
    read_within(root, path, largest, report)
}

/// The same for a path that [`below`] gave: what leads to it is known to lie in the site.
pub fn read_listed(root: &Path, path: &str, report: &mut Report) -> Result<Option<Arc<TextFile>>, ReadError> {
    read_within(root, path, LARGEST_TEXT, report)
}

/// The same for several, whose texts then lie in one piece of memory, as long as one of them is used. Each stands with what
/// was found in it.
pub fn read_together(root: &Path, paths: &[String]) -> Result<Vec<(Option<Arc<TextFile>>, Report)>, ReadError> {
    let (mut all, mut read) = (String::new(), Vec::with_capacity(paths.len()));
    for path in paths {
        let mut report = Report::default();
        let text = text_within(root, path, LARGEST_TEXT, &mut report)?;
        read.push((text.as_ref().map(String::len), report));
        all.extend(text);
    }
    let lengths: Vec<usize> = read.iter().map(|(length, _)| length.unwrap_or(0)).collect();
    let parts = paths.iter().zip(Text::parts(all, lengths)).zip(read);
    let files = parts.map(|((path, text), (length, mut report))| {
        let file = length.and_then(|_| with_short_lines(TextFile::new(path, text), &mut report));
        (file, report)
    });
    Ok(files.collect())
}

fn read_within(root: &Path, path: &str, largest: u64, report: &mut Report) -> Result<Option<Arc<TextFile>>, ReadError> {
    let text = text_within(root, path, largest, report)?;
    Ok(text.and_then(|text| with_short_lines(TextFile::new(path, text), report)))
}

fn text_within(root: &Path, path: &str, largest: u64, report: &mut Report) -> Result<Option<String>, ReadError> {
    let full = root.join(path);
    let refused = |error| ReadError { path: full.clone(), error };
    let bytes = match regular(&full) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refused(error)),
        Ok(None) => {
            report.push(unreadable(path, "it is not a file with text").help("write a file of that name"));
            return Ok(None);
        }
        // One byte more tells of a file that grew since it was looked at.
        Ok(Some((file, length))) => at_most(file, length, largest + 1).map_err(refused)?,
    };
    if bytes.len() as u64 > largest {
        let message = format!("the file has more than the {largest} bytes that a text may have");
        report.push(unreadable(path, message).help("split it"));
        return Ok(None);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let file = TextFile::new(path, text);
            report.push(
                Diagnostic::at(
                    Code::FileUnreadable,
                    Span::new(&file, at..at + 3),
                    format!("the file is not UTF-8 text: the byte at offset {at} does not fit"),
                )
                .help("save it as UTF-8"),
            );
            Ok(None)
        }
    }
}

/// A file whose lines all have a length that the program reads; the other sort is told.
fn with_short_lines(file: Arc<TextFile>, report: &mut Report) -> Option<Arc<TextFile>> {
    let is_written = [".md", ".yaml", ".lock"].iter().any(|end| file.path.ends_with(end));
    match is_written.then(|| long_line(&file.text)).flatten() {
        Some(at) => {
            let message = format!("a line is longer than {LONGEST_LINE} bytes");
            report.push(Diagnostic::at(Code::FileUnreadable, Span::new(&file, at..at), message).help("break it into several"));
            None
        }
        None => Some(file),
    }
}

/// Where a line begins that is too long.
fn long_line(text: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.len() > LONGEST_LINE {
            return Some(start);
        }
        start += line.len();
    }
    None
}

/// An open file and its length; `None` for what is no regular file, such as a pipe, which would be waited for for ever.
fn regular(path: &Path) -> std::io::Result<Option<(File, u64)>> {
    if !std::fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    Ok(Some((file, length)))
}

fn at_most(file: File, length: u64, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(most)).unwrap_or(0));
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Read an asset of the theme; `None` if it is too large or no file (which is reported).
pub fn read_asset(root: &Path, path: &str, report: &mut Report) -> Result<Option<Vec<u8>>, ReadError> {
    let full = root.join(path);
    let refused = |error| ReadError { path: full.clone(), error };
    let Some((file, length)) = regular(&full).map_err(refused)? else { return Ok(None) };
    let bytes = at_most(file, length, LARGEST_ASSET + 1).map_err(refused)?;
    if bytes.len() as u64 > LARGEST_ASSET {
        let message = format!("the asset has more than {LARGEST_ASSET} bytes");
        report.push(unreadable(path, message).help("put it beside a page, below content/"));
        return Ok(None);
    }
    Ok(Some(bytes))
}

/// Read an archived text, which may lie outside the site, up to `most` bytes and one.
pub fn read_archived(path: &Path, most: usize) -> std::io::Result<Vec<u8>> {
    match regular(path)? {
        Some((file, length)) => at_most(file, length, most as u64 + 1),
        None => Err(std::io::Error::other("it is not a file")),
    }
}

/// The SHA-256 sum of a file's bytes, in hexadecimal digits. `None` if it vanished.
pub fn sha256(root: &Path, path: &str) -> Result<Option<String>, ReadError> {
    let full = root.join(path);
    let read = || -> std::io::Result<Option<String>> {
        let Some((mut file, _)) = regular(&full)? else { return Ok(None) };
        let mut sum = Sha256::new();
        let mut chunk = vec![0; 64 * 1024];
        loop {
            match file.read(&mut chunk) {
                Ok(0) => break,
                Ok(n) => sum.update(&chunk[..n]),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(Some(sum.finalize().iter().map(|b| format!("{b:02x}")).collect()))
    };
    match read() {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        result => result.map_err(|error| ReadError { path: full.clone(), error }),
    }
}

/// The digest of a file's bytes, and its first `head` bytes; the file itself is not kept. `None` if it vanished.
pub fn digest(root: &Path, path: &str, head: usize) -> Result<Option<(u128, Vec<u8>)>, ReadError> {
    let full = root.join(path);
    let read = || -> std::io::Result<Option<(u128, Vec<u8>)>> {
        let Some((mut file, length)) = regular(&full)? else { return Ok(None) };
        let mut header = Vec::with_capacity(usize::try_from(length).unwrap_or(head).min(head));
        let mut digest = Xxh3::new();
        file.by_ref().take(head as u64).read_to_end(&mut header)?;
        digest.update(&header);
        let mut chunk = vec![0; 64 * 1024];
        loop {
            match file.read(&mut chunk) {
                Ok(0) => return Ok(Some((digest.digest128(), header))),
                Ok(n) => digest.update(&chunk[..n]),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    };
    match read() {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        result => result.map_err(|error| ReadError { path: full.clone(), error }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_may_be_larger_than_what_people_write() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("content")).unwrap();
        let (long, mut report) = ("x".repeat(1023) + "\n", Report::default());
        std::fs::write(root.path().join("content/long"), long.repeat(5 << 10)).unwrap();
        assert!(read_text(root.path(), "content/long", &mut report).unwrap().is_none());
        let lock = read_lock(root.path(), "content/long", &mut report).unwrap();
        assert!(lock.is_some(), "it would be refused on a site of twenty thousand pages");
    }
}
