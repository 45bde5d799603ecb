//! The system's own watching (inotify, FSEvents, ReadDirectoryChangesW), through notify.
//!
//! In: targets, and events as the system gives them. Out: the folders to watch, and [`Signal`]s of what may matter.
//! Must never do more in the system's callback than sort an event and pass it on: while it runs, others pile up.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, TrySendError};

use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RemoveKind, RenameMode};
use notify::{ErrorKind, RecommendedWatcher};

use super::{Flags, Signal, Touch};

/// The folders to watch for these targets; `true`: with all that is in them.
pub(super) fn folders_of(targets: &[PathBuf]) -> BTreeMap<PathBuf, bool> {
    let deep: Vec<&PathBuf> = targets.iter().filter(|target| target.is_dir()).collect();
    let covered = |folder: &Path| deep.iter().any(|other| folder.starts_with(other));
    // A folder in another one is watched with that; to watch it once more, not deep, would make it shallow.
    let outermost = deep.iter().filter(|folder| !folder.parent().is_some_and(covered));
    let mut folders: BTreeMap<PathBuf, bool> = outermost.map(|folder| ((*folder).clone(), true)).collect();
    for target in targets {
        // The parent tells when the target comes, goes or is replaced; a single file is only watched through it, since
        // editors save by renaming another file over it.
        if let Some(above) = target.ancestors().skip(1).find(|folder| folder.is_dir() && !covered(folder)) {
            folders.insert(above.to_path_buf(), false);
        }
    }
    folders
}

/// The real path, links resolved; the path itself if it does not exist.
pub(super) fn resolved(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match (path.parent().and_then(|parent| parent.canonicalize().ok()), path.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => path.to_path_buf(),
    }
}

/// Whether what was to be watched does not exist.
pub(super) fn is_missing(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(e) => matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory),
        _ => false,
    }
}

/// The system's watcher, sending what may matter.
pub(super) fn begin(sender: SyncSender<Signal>, flags: Arc<Flags>) -> notify::Result<RecommendedWatcher> {
    let send = move |signal| {
        if let Err(TrySendError::Full(_)) = sender.try_send(signal) {
            flags.lost.store(true, Ordering::SeqCst);
        }
    };
    notify::recommended_watcher(move |event: notify::Result<notify::Event>| match event {
        Ok(event) if event.need_rescan() => send(Signal::Lost),
        Ok(event) => {
            let touches = touches(event.kind);
            for (n, path) in event.paths.into_iter().enumerate() {
                if let Some(touch) = touches.get(n).or(touches.last()) {
                    send(Signal::Touched(path, *touch));
                }
            }
        }
        Err(error) if matches!(error.kind, ErrorKind::MaxFilesWatch) => send(Signal::Exhausted(error.to_string())),
        Err(_) => send(Signal::Lost),
    })
}

/// What an event means for its paths, in their order; nothing for reading, which our own builds do.
fn touches(kind: EventKind) -> &'static [Touch] {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => &[Touch::Written],
        EventKind::Access(_) => &[],
        EventKind::Create(CreateKind::Folder) => &[Touch::Folder],
        EventKind::Create(CreateKind::File) => &[Touch::Made],
        EventKind::Create(_) => &[Touch::CameEither],
        EventKind::Remove(RemoveKind::File | RemoveKind::Folder | RemoveKind::Any | RemoveKind::Other) => &[Touch::Went],
        EventKind::Modify(ModifyKind::Name(mode)) => match mode {
            RenameMode::From => &[Touch::Went],
            RenameMode::To => &[Touch::CameEither],
            // On Linux it was told already, once for each name.
            RenameMode::Both if cfg!(target_os = "linux") => &[],
            RenameMode::Both => &[Touch::Went, Touch::CameEither],
            RenameMode::Any | RenameMode::Other => &[Touch::CameEither],
        },
        EventKind::Modify(ModifyKind::Metadata(_)) => &[Touch::Attributes],
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Any | ModifyKind::Other) => &[Touch::Writing],
        EventKind::Any | EventKind::Other => &[Touch::Came],
    }
}
