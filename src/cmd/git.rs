//! A site as it was at a git revision.
//!
//! In: the site's root and a revision. Out: [`Snapshot`], a temporary folder with the texts that records are read from;
//! it is removed when dropped. Only git's reading commands are used (`rev-parse`, `ls-tree`, `cat-file`).
//! Must never touch the work tree, the index, or anything else of the repository.

use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Failure;
use crate::config::{CONFIG_FILE, stays_inside};

/// The texts of one revision.
#[derive(Debug)]
pub struct Snapshot {
    /// The site's root in it.
    pub root: PathBuf,
    /// The commit, in short.
    pub commit: String,
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

/// Whether records may be read from a file: pages, records, bibliographies, styles. Themes and pictures are not needed.
fn is_wanted(path: &str) -> bool {
    let text = [".md", ".yaml", ".yml", ".bib", ".ris", ".json", ".csl", ".lock"].iter().any(|end| path.ends_with(end));
    text && !path.starts_with("themes/") && !path.starts_with("public/") && stays_inside(Path::new(path)) && !path.contains('\\')
}

/// Write the texts of a revision into a temporary folder.
pub fn snapshot(root: &Path, revision: &str) -> Result<Snapshot, Failure> {
    // A name that begins with a hyphen would be taken for an option.
    if revision.starts_with('-') || revision.is_empty() {
        return Err(format!("`{revision}` is no revision").into());
    }
    let commit = git(root, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")], None)
        .map_err(|e| format!("git knows no revision `{revision}` here{}", if e.is_empty() { String::new() } else { format!(": {e}") }))?;
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    let snapshot = Snapshot { root: temporary_folder()?, commit: commit.chars().take(12).collect() };
    let listing = git(root, &["ls-tree", "-r", "-z", &commit], None).map_err(|e| format!("git cannot list `{revision}`: {e}"))?;
    let listing = String::from_utf8_lossy(&listing);
    // `100644 blob 0123…\tcontent/page.md`, each ended by a zero byte. Links and submodules have other modes.
    let wanted: Vec<(&str, &str)> = listing
        .split('\0')
        .filter_map(|entry| entry.split_once('\t'))
        .filter_map(|(about, path)| {
            let mut about = about.split(' ');
            (about.next()?.starts_with("100") && about.next()? == "blob").then_some(())?;
            Some((about.next()?, path))
        })
        .filter(|(_, path)| is_wanted(path))
        .collect();
    if !wanted.iter().any(|(_, path)| *path == CONFIG_FILE) {
        return Err(format!("there is no {CONFIG_FILE} at {revision}").into());
    }
    write(root, &snapshot.root, &wanted).map_err(|e| format!("git cannot read the files of `{revision}`: {e}"))?;
    Ok(snapshot)
}

fn write(root: &Path, to: &Path, wanted: &[(&str, &str)]) -> Result<(), String> {
    let ids: String = wanted.iter().map(|(id, _)| format!("{id}\n")).collect();
    let list = to.join(".objects");
    std::fs::write(&list, ids).map_err(|e| e.to_string())?;
    let batch = git(root, &["cat-file", "--batch"], Some(File::open(&list).map_err(|e| e.to_string())?))?;
    let mut rest = batch.as_slice();
    for (_, path) in wanted {
        // `ID blob SIZE`, a line break, the bytes, a line break.
        let end = rest.iter().position(|b| *b == b'\n').ok_or("its answer is cut short")?;
        let size = std::str::from_utf8(&rest[..end]).ok().and_then(|line| line.rsplit(' ').next()?.parse::<usize>().ok());
        let size = size.ok_or_else(|| format!("{path} is missing"))?;
        let bytes = rest.get(end + 1..end + 1 + size).ok_or("its answer is cut short")?;
        rest = rest.get(end + 2 + size..).unwrap_or_default();
        let file = to.join(path);
        let written = file.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&file, bytes));
        written.map_err(|e| format!("{}: {e}", file.display()))?;
    }
    Ok(())
}

/// Run git in the site's root; its output, or its words when it fails.
fn git(root: &Path, arguments: &[&str], input: Option<File>) -> Result<Vec<u8>, String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(arguments)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(input.map_or_else(Stdio::null, Stdio::from))
        .output()
        .map_err(|e| format!("cannot run git: {e}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

/// A new folder of our own in the system's temporary folder.
fn temporary_folder() -> Result<PathBuf, Failure> {
    let base = std::env::temp_dir();
    for _ in 0..16 {
        let name = format!("cited-{}-{:016x}", std::process::id(), RandomState::new().build_hasher().finish());
        let folder = base.join(name);
        match std::fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(format!("cannot make {}: {e}", folder.display()).into()),
        }
    }
    Err(format!("cannot make a folder in {}", base.display()).into())
}
