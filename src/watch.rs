//! Wait until the inputs may have changed.
//!
//! In: the site's root, folders that are no input, and paths outside the usual places (archive, bibliography).
//! Out: [`Wake`]; with the paths that were touched, where the system named every one of them. Entry points:
//! [`Watcher::new`], [`Watcher::wait`].
//! Must never read a file's content to decide (polling reads those that were saved seconds ago), nor miss a change:
//! when in doubt, it wakes, and names nothing, so that everything is looked at.

mod gather;
mod native;
mod poll;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::load::files::is_ignored;
use gather::Gathering;
use native::{folders_of, is_missing, resolved};
use poll::Poll;

/// The folders and files of a site that are input.
const INPUTS: [&str; 7] = ["site.yaml", "content", "themes", "templates", "assets", "strings", "versions"];

/// Events that may wait unread. When more come, they are dropped, and everything is looked at again.
const QUEUE: usize = 4096;

/// How long after a folder appeared it is looked at once more: what was put into it before the system watched it
/// gave no event.
const SECOND_LOOK: Duration = Duration::from_millis(60);

/// What is watched, and how.
#[derive(Debug, Clone)]
pub struct Watched {
    /// The site's root, with `site.yaml`.
    pub root: PathBuf,
    /// Folders whose files are no input, the output folder first; paths count from the root.
    pub ignored: Vec<PathBuf>,
    /// Look on a timer instead of asking the system (`--poll`): for network drives.
    pub poll: bool,
}

/// Why [`Watcher::wait`] came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wake {
    /// The inputs may have changed.
    ///
    /// `Some`: since the wake before, nothing came, went, was written or got other permissions but what is at these
    /// paths, relative to the site's root. Each is a file, or is not there (any more); a path that is not there may have
    /// been a folder, and stands for all that lay below it. Some may be as they were: a file was saved unchanged, or
    /// came and went. A symbolic link is named by its own path: one that leads to a named file is not named with it.
    /// Without a single path, nothing was touched, and a [`Waker`] asked.
    ///
    /// `None`: anything may have changed. So it is after events were lost, while polling, when a folder appeared
    /// (renamed, made anew, moved here), and for what lies outside the root.
    Changed(Option<BTreeSet<PathBuf>>),
    /// The system cannot watch (any more), so it is polled from now on; the sentence says why and what to do. Anything
    /// may have changed meanwhile.
    Polling(String),
    /// [`Ender::end`] was called.
    Ended,
}

/// The inputs cannot be watched in any way.
#[derive(Debug)]
pub struct WatchError {
    path: PathBuf,
    cause: String,
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot watch {}: {}; check the path given with `--root`", self.path.display(), self.cause)
    }
}

impl std::error::Error for WatchError {}

/// Paths to watch besides the usual ones. Shared: what `site.yaml` names is only known after a build.
#[derive(Debug, Clone, Default)]
pub struct Also(Arc<Mutex<Vec<PathBuf>>>);

impl Also {
    /// Watch these from the next [`Watcher::wait`] on: files, or folders with all that is in them; relative paths count
    /// from the root. What does not exist is watched for.
    pub fn set(&self, paths: Vec<PathBuf>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = paths;
    }

    fn get(&self) -> Vec<PathBuf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Makes a wait come back from another thread, for a build that has more to say than it first said.
#[derive(Debug, Clone)]
pub struct Waker {
    signals: SyncSender<Signal>,
}

impl Waker {
    /// Make [`Watcher::wait`] return [`Wake::Changed`], now or when it is next called; its set of paths is empty unless
    /// something was touched as well.
    pub fn wake(&self) {
        // A full queue wakes the watcher as well.
        let _ = self.signals.try_send(Signal::Asked);
    }
}

/// Ends a wait from another thread.
#[derive(Debug, Clone)]
pub struct Ender {
    signals: SyncSender<Signal>,
    flags: Arc<Flags>,
}

impl Ender {
    /// Make [`Watcher::wait`] return [`Wake::Ended`], now and ever after.
    pub fn end(&self) {
        self.flags.ended.store(true, Ordering::SeqCst);
        // A full queue wakes the watcher as well.
        let _ = self.signals.try_send(Signal::Look);
    }
}

/// What must not be lost when the queue is full.
#[derive(Debug, Default)]
struct Flags {
    ended: AtomicBool,
    lost: AtomicBool,
}

/// What reaches the waiting thread.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Signal {
    /// Something happened to a path.
    Touched(PathBuf, Touch),
    /// Events were lost: everything may have changed.
    Lost,
    /// The system has no room for more watches.
    Exhausted(String),
    /// Look, whatever it is (polling found a difference).
    Look,
    /// Come back, though nothing was touched.
    Asked,
}

/// What happened to a path, as far as it decides how long to wait for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Touch {
    /// A whole file took this name.
    Came,
    /// A new file; what it holds is yet to be written.
    Made,
    /// A folder appeared, or may be read by others than before.
    Folder,
    /// A file or a folder appeared: the system does not say which.
    CameEither,
    /// It went away; a save by "delete, then create" may follow.
    Went,
    /// Bytes were written; more may follow.
    Writing,
    /// Whoever wrote has closed the file.
    Written,
    /// Its permissions, times or link count changed.
    Attributes,
}

impl Touch {
    /// What it is for certain, after a look at what is there now.
    fn looked_at(self, path: &Path) -> Self {
        let is = |what: fn(&std::fs::Metadata) -> bool| path.metadata().is_ok_and(|meta| what(&meta));
        match self {
            Self::CameEither if is(|meta| meta.is_dir()) => Self::Folder,
            Self::CameEither => Self::Came,
            Self::Writing | Self::Attributes if is(|meta| meta.is_dir()) => Self::Folder,
            // Emptied, and closed: one half of a save.
            Self::Written if is(|meta| meta.len() == 0) => Self::Writing,
            other => other,
        }
    }
}

/// Watches the inputs of one site.
#[derive(Debug)]
pub struct Watcher {
    root: PathBuf,
    ignored: Vec<PathBuf>,
    also: Also,
    /// Files, and folders with all that is in them; they need not exist.
    targets: Vec<PathBuf>,
    signals: Receiver<Signal>,
    sender: SyncSender<Signal>,
    flags: Arc<Flags>,
    source: Source,
    /// Said at the next wait.
    notice: Option<String>,
    second_look: Option<Instant>,
    /// When the last wait ended with a change.
    woke: Option<Instant>,
}

/// Where events come from.
#[derive(Debug)]
enum Source {
    /// The system, with the folders it watches for us.
    Native { watcher: RecommendedWatcher, folders: BTreeMap<PathBuf, bool> },
    /// A timer.
    Timer(Poll),
}

impl Watcher {
    /// Begin to watch. Where the system cannot, it is polled, and the first [`Watcher::wait`] says so.
    ///
    /// # Errors
    /// When the root cannot be read.
    pub fn new(watched: Watched) -> Result<Self, WatchError> {
        let Watched { root, ignored, poll } = watched;
        // Links are resolved once: events carry the real path on some systems and the given one on others.
        let real = root.canonicalize().map_err(|e| WatchError { path: root.clone(), cause: e.to_string() })?;
        let ignored = ignored.iter().map(|path| resolved(&real.join(path))).collect();
        let (sender, signals) = sync_channel(QUEUE);
        let source = Source::Timer(Poll::idle());
        let (also, flags) = (Also::default(), Arc::new(Flags::default()));
        let mut watcher = Self {
            root: real,
            ignored,
            also,
            targets: Vec::new(),
            signals,
            sender,
            flags,
            source,
            notice: None,
            second_look: None,
            woke: None,
        };
        watcher.targets = watcher.find_targets();
        if poll {
            watcher.start_polling();
            return Ok(watcher);
        }
        match native::begin(watcher.sender.clone(), watcher.flags.clone()) {
            Ok(native) => {
                watcher.source = Source::Native { watcher: native, folders: BTreeMap::new() };
                watcher.watch_folders(true);
            }
            Err(error) => watcher.fall_back(&error.to_string()),
        }
        Ok(watcher)
    }

    /// The handle that adds paths.
    pub fn also(&self) -> Also {
        self.also.clone()
    }

    /// The handle that makes a wait come back.
    pub fn waker(&self) -> Waker {
        Waker { signals: self.sender.clone() }
    }

    /// The handle that ends a wait.
    pub fn ender(&self) -> Ender {
        Ender { signals: self.sender.clone(), flags: self.flags.clone() }
    }

    /// Block until the inputs may have changed. One save comes back as soon as the file is closed, or after some 2 ms of
    /// quiet where the system does not tell; a storm when it is over, at the latest after half a second. Changes made
    /// since the last wait count.
    pub fn wait(&mut self) -> Wake {
        if self.find_targets() != self.targets {
            // What changed in a new target between the build that named it and this moment gave no event.
            self.second_look = Some(Instant::now() + SECOND_LOOK);
            self.watch_folders(false);
        }
        let mut gathering = Gathering::after(self.woke);
        loop {
            let now = Instant::now();
            if self.flags.ended.load(Ordering::SeqCst) {
                return Wake::Ended;
            }
            if let Some(notice) = self.notice.take() {
                return Wake::Polling(notice);
            }
            // Asked before the queue, which a storm never lets run empty.
            if gathering.is_overdue(now) {
                return self.wake(gathering);
            }
            let until = [gathering.until(), self.second_look].into_iter().flatten().min();
            let signal = match until {
                // Where no time is left, what is in the queue already still counts.
                Some(until) => self.signals.recv_timeout(until.saturating_duration_since(now)),
                None => self.signals.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            if self.flags.lost.swap(false, Ordering::SeqCst) {
                self.take(Signal::Lost, &mut gathering);
            }
            match signal {
                Ok(signal) => self.take(signal, &mut gathering),
                // The sender in `self` lives as long as the receiver; were it gone, waiting would be for ever.
                Err(RecvTimeoutError::Disconnected) => return Wake::Ended,
                Err(RecvTimeoutError::Timeout) => {
                    let now = Instant::now();
                    if self.second_look.is_some_and(|at| at <= now) {
                        self.second_look = None;
                        self.watch_folders(true);
                        gathering.add(None, now);
                        return self.wake(gathering);
                    }
                    if gathering.is_over(now) {
                        return self.wake(gathering);
                    }
                }
            }
        }
    }

    /// Come back with what was gathered.
    fn wake(&mut self, gathering: Gathering) -> Wake {
        self.woke = Some(Instant::now());
        if self.second_look.is_some() {
            // What was put into a new folder may have given no event.
            return Wake::Changed(None);
        }
        let inside = |path: PathBuf| match path.strip_prefix(&self.root) {
            Ok(below) if below != Path::new("") => Some(below.to_path_buf()),
            _ => None,
        };
        Wake::Changed(gathering.into_paths().and_then(|paths| paths.into_iter().map(inside).collect()))
    }

    fn take(&mut self, signal: Signal, gathering: &mut Gathering) {
        let now = Instant::now();
        match signal {
            Signal::Touched(path, touch) => {
                if !self.is_input(&path, touch) {
                    return;
                }
                let touch = touch.looked_at(&path);
                if touch != Touch::Attributes && self.targets.iter().any(|target| target.starts_with(&path)) {
                    // A watched folder, or one above it, came or went: what the system watches is another inode.
                    self.watch_folders(true);
                }
                if touch == Touch::Folder && path.is_dir() {
                    self.second_look = Some(now + SECOND_LOOK);
                }
                gathering.add(Some((path, touch)), now);
            }
            Signal::Lost => {
                self.watch_folders(true);
                gathering.add(None, now);
            }
            Signal::Exhausted(cause) => {
                if matches!(self.source, Source::Native { .. }) {
                    self.fall_back(&cause);
                }
            }
            Signal::Look => gathering.add(None, now),
            Signal::Asked => gathering.add_nothing(now),
        }
    }

    fn find_targets(&self) -> Vec<PathBuf> {
        let usual = INPUTS.iter().map(|name| self.root.join(name));
        let also = self.also.get().into_iter().map(|path| resolved(&self.root.join(path)));
        usual.chain(also).collect()
    }

    /// Whether an event on this path can mean that an input changed.
    fn is_input(&self, path: &Path, touch: Touch) -> bool {
        if self.ignored.iter().any(|folder| path.starts_with(folder)) {
            return false;
        }
        self.targets.iter().any(|target| {
            if let Ok(below) = path.strip_prefix(target) {
                return !below.components().any(|part| is_ignored(&part.as_os_str().to_string_lossy()));
            }
            // A folder above a target matters when it comes or goes, not when another file in it is saved.
            target.starts_with(path) && !matches!(touch, Touch::Writing | Touch::Written | Touch::Attributes)
        })
    }

    /// Make the system watch every target, or, for one that does not exist, the nearest folder where it would appear.
    /// `again` asks for folders that are watched already too: they may have been removed and made anew.
    fn watch_folders(&mut self, again: bool) {
        self.targets = self.find_targets();
        let trouble = match &mut self.source {
            Source::Timer(poll) => {
                poll.set(self.targets.clone());
                return;
            }
            Source::Native { watcher, folders } => {
                let wanted = folders_of(&self.targets);
                let gone: Vec<&PathBuf> = folders.keys().filter(|folder| !wanted.contains_key(*folder)).collect();
                for folder in &gone {
                    let _ = watcher.unwatch(folder);
                }
                // Letting go of one folder lets go of all below it.
                let again = again || !gone.is_empty();
                let mut trouble = None;
                for (folder, deep) in &wanted {
                    if !again && folders.get(folder) == Some(deep) {
                        continue;
                    }
                    let mode = if *deep { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
                    match watcher.watch(folder, mode) {
                        Ok(()) => {}
                        // It went away meanwhile; its parent tells when it comes back.
                        Err(e) if is_missing(&e) => {}
                        Err(e) => trouble = Some(e.to_string()),
                    }
                }
                *folders = wanted;
                trouble
            }
        };
        if let Some(cause) = trouble {
            self.fall_back(&cause);
        }
    }

    fn fall_back(&mut self, cause: &str) {
        let cause = cause.lines().next().unwrap_or("no reason given").trim_end_matches('.').to_owned();
        self.notice = Some(format!(
            "the system cannot watch the files ({cause}), so they are looked at several times a second; on Linux, \
             raise `fs.inotify.max_user_watches` to be told of changes at once"
        ));
        self.start_polling();
    }

    fn start_polling(&mut self) {
        self.source = Source::Timer(Poll::start(self.targets.clone(), self.ignored.clone(), self.sender.clone()));
    }
}
