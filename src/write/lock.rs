//! One writer at a time.
//!
//! In: the lock file of an output folder or a deploy target. Out: [`Held`], which lets go when it is dropped; or who holds it.
//! The system frees the lock of a process that dies, so a file left behind by a killed build holds nothing up.
//! Must never wait without end.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::WriteError;

/// How often a waiting writer asks again.
const ASK_AGAIN: Duration = Duration::from_millis(40);

/// The lock, as long as this lives.
#[derive(Debug)]
pub struct Held {
    file: Option<File>,
    path: PathBuf,
}

/// Take the lock at `path`, which stands for `what`, waiting up to `patience` for another writer.
pub(super) fn hold(path: &Path, what: &Path, patience: Duration) -> Result<Held, WriteError> {
    let until = Instant::now() + patience;
    loop {
        match attempt(path) {
            Ok(Some(mut file)) => {
                // For the message that another writer prints; the lock holds without it.
                let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", std::process::id()));
                return Ok(Held { file: Some(file), path: path.to_path_buf() });
            }
            Ok(None) if Instant::now() < until => std::thread::sleep(ASK_AGAIN),
            Ok(None) => {
                let cause = format!("{} is writing there", holder(path));
                let next = "wait until it is done, or end it, then build again";
                return Err(WriteError::refused("write into", what, cause, next));
            }
            Err(e) => return Err(WriteError::io("lock", path, e)),
        }
    }
}

fn holder(path: &Path) -> String {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(20).read_to_string(&mut text));
    match read.ok().and_then(|_| text.trim().parse::<u32>().ok()) {
        Some(pid) => format!("process {pid}"),
        None => "another process".to_owned(),
    }
}

/// The locked file; `None` if another process has it.
#[cfg(unix)]
fn attempt(path: &Path) -> io::Result<Option<File>> {
    use rustix::fs::{FlockOperation, OFlags, flock};
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};

    loop {
        let mut options = OpenOptions::new();
        // A link that someone put here must not make us write elsewhere.
        options.read(true).write(true).create(true).truncate(false).custom_flags(OFlags::NOFOLLOW.bits() as i32);
        let file = options.open(path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(io::Error::from) {
            Ok(()) => {}
            Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            // Some network file systems know no locks; a build on them must still work.
            Err(_) => return Ok(Some(file)),
        }
        // The holder before us removes the file when it is done: what we locked may have no name any more.
        let ours = file.metadata()?;
        match std::fs::symlink_metadata(path) {
            Ok(named) if (named.dev(), named.ino()) == (ours.dev(), ours.ino()) => return Ok(Some(file)),
            Ok(_) => {}
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(e),
        }
    }
}

/// The file, opened so that no other process can open it for writing; `None` if another process has it.
#[cfg(windows)]
fn attempt(path: &Path) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt;

    const FILE_SHARE_READ: u32 = 1;
    const ERROR_SHARING_VIOLATION: i32 = 32;
    match OpenOptions::new().write(true).create(true).truncate(false).share_mode(FILE_SHARE_READ).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(e) if e.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => Ok(None),
        Err(e) => Err(e),
    }
}

/// A system without locks that we know of.
#[cfg(not(any(unix, windows)))]
fn attempt(path: &Path) -> io::Result<Option<File>> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map(Some)
}

impl Drop for Held {
    fn drop(&mut self) {
        // Unix removes the name while the lock is held, so that nobody locks a file that is about to vanish; other
        // systems can only remove a closed file.
        if cfg!(not(unix)) {
            self.file = None;
        }
        let _ = std::fs::remove_file(&self.path);
    }
}
