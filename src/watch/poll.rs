//! Look on a timer, for drives and systems that send no events.
//!
//! In: the targets. Out: a signal whenever something about them differs from the last look.
//! Not notify's own polling: that compares times in whole seconds and only forwards, and misses a second save within
//! one second and a branch switch to older files.
//! Must never keep the machine busy: it rests ten times as long as a look takes.

use std::collections::HashMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant, SystemTime};

use walkdir::WalkDir;

use super::Signal;
use crate::load::files::is_ignored;

/// The shortest rest between two looks.
const REST: Duration = Duration::from_millis(250);
/// Network drives round times: a file saved less than this ago is compared by content too.
const RECENT: Duration = Duration::from_secs(5);
/// Larger files are compared by size and time alone.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The timer; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Poll {
    targets: Arc<Mutex<Vec<PathBuf>>>,
}

/// What is known of one file: size, times, identity, and, while it is recent, its content.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    is_folder: bool,
    size: u64,
    modified: Option<SystemTime>,
    identity: (u64, i64, i64),
    content: Option<u128>,
}

impl Poll {
    /// Looks at nothing.
    pub fn idle() -> Self {
        Self { targets: Arc::default() }
    }

    /// Begin to look.
    pub fn start(targets: Vec<PathBuf>, ignored: Vec<PathBuf>, sender: SyncSender<Signal>) -> Self {
        let before = look(&targets, &ignored);
        let targets = Arc::new(Mutex::new(targets));
        let weak = Arc::downgrade(&targets);
        // If the system refuses even a thread, there is nothing left to try; the preview then serves what it has.
        let _ = std::thread::Builder::new().name("poll".to_owned()).spawn(move || run(&weak, &ignored, before, &sender));
        Self { targets }
    }

    /// Look at these from now on.
    pub fn set(&self, targets: Vec<PathBuf>) {
        *self.targets.lock().unwrap_or_else(PoisonError::into_inner) = targets;
    }
}

fn run(targets: &Weak<Mutex<Vec<PathBuf>>>, ignored: &[PathBuf], mut before: HashMap<PathBuf, Seen>, sender: &SyncSender<Signal>) {
    let mut rest = REST;
    loop {
        std::thread::sleep(rest);
        let Some(targets) = targets.upgrade() else { return };
        let targets = targets.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let start = Instant::now();
        let now = look(&targets, ignored);
        rest = REST.max(start.elapsed() * 10);
        if differs(&before, &now) {
            // A full queue wakes the watcher as well; a closed one means that it is gone.
            if let Err(TrySendError::Disconnected(_)) = sender.try_send(Signal::Look) {
                return;
            }
        }
        before = now;
    }
}

/// Content is compared only where both looks read it: a file that is no longer recent has not changed by that.
fn differs(before: &HashMap<PathBuf, Seen>, now: &HashMap<PathBuf, Seen>) -> bool {
    before.len() != now.len()
        || now.iter().any(|(path, seen)| {
            before.get(path).is_none_or(|old| {
                let both = old.content.is_some() && seen.content.is_some();
                if both { old != seen } else { Seen { content: seen.content, ..old.clone() } != *seen }
            })
        })
}

fn look(targets: &[PathBuf], ignored: &[PathBuf]) -> HashMap<PathBuf, Seen> {
    let now = SystemTime::now();
    let mut found = HashMap::new();
    for target in targets {
        let walk = WalkDir::new(target).follow_links(true).into_iter();
        let entries = walk.filter_entry(|e| {
            (e.depth() == 0 || !is_ignored(&e.file_name().to_string_lossy())) && !ignored.iter().any(|folder| e.path().starts_with(folder))
        });
        for entry in entries.filter_map(Result::ok) {
            if let Ok(meta) = entry.metadata() {
                found.insert(entry.path().to_path_buf(), seen(entry.path(), &meta, now));
            }
        }
    }
    found
}

fn seen(path: &Path, meta: &Metadata, now: SystemTime) -> Seen {
    let modified = meta.modified().ok();
    let age = modified.map(|then| now.duration_since(then).unwrap_or_else(|e| e.duration()));
    let read = meta.is_file() && meta.len() <= LARGEST && age.is_none_or(|age| age < RECENT);
    let content = if read { std::fs::read(path).ok().map(|bytes| xxhash_rust::xxh3::xxh3_128(&bytes)) } else { None };
    let is_folder = meta.is_dir();
    // A folder's own size and times change with hidden files in it, which do not count.
    Seen {
        is_folder,
        size: if is_folder { 0 } else { meta.len() },
        modified: if is_folder { None } else { modified },
        identity: if is_folder { (0, 0, 0) } else { identity(meta) },
        content,
    }
}

/// Inode and time of the last change: a save by rename shows even where size and time are kept.
#[cfg(unix)]
fn identity(meta: &Metadata) -> (u64, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (meta.ino(), meta.ctime(), meta.ctime_nsec())
}

/// Elsewhere size and time must do.
#[cfg(not(unix))]
fn identity(_meta: &Metadata) -> (u64, i64, i64) {
    (0, 0, 0)
}
