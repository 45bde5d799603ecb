//! Why nothing, or not everything, was written.
//!
//! In: what was tried, on which path, and what the system said. Out: one line with the next step.
//! Must never guess at a cause that the system did not give.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The output folder could not be made to hold the site.
#[derive(Debug)]
pub struct WriteError {
    what: String,
    path: PathBuf,
    cause: String,
    next: String,
    source: Option<io::Error>,
}

impl WriteError {
    /// The system refused `what` (such as `write`) on `path`.
    pub(super) fn io(what: &str, path: &Path, error: io::Error) -> Self {
        Self {
            what: format!("cannot {what}"),
            path: path.to_path_buf(),
            cause: error.to_string(),
            next: next_step(&error).to_owned(),
            source: Some(error),
        }
    }

    /// We refuse `what` on `path`.
    pub(super) fn refused(what: &str, path: &Path, cause: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what: format!("will not {what}"), path: path.to_path_buf(), cause: cause.into(), next: next.into(), source: None }
    }

    /// Say that readers still see the old site.
    #[must_use]
    pub(super) fn untouched(mut self) -> Self {
        self.next.push_str(" (the old site is untouched)");
        self
    }

    /// The path that it is about.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// What a person can do about an error of the system.
fn next_step(error: &io::Error) -> &'static str {
    // ENFILE and EMFILE have no kind of their own; the numbers are the same on all Unix systems.
    if cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24)) {
        return "too many files are open: raise the limit with `ulimit -n`, then build again";
    }
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "make the folder writable, or choose another one with `--output-dir`"
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space, then build again",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => "a file stands where a folder is needed: move it away",
        ErrorKind::IsADirectory | ErrorKind::DirectoryNotEmpty => "a folder stands where a file is needed: move it away",
        ErrorKind::InvalidFilename => "the name is too long or not allowed here: choose a shorter slug",
        ErrorKind::NotFound => "another program may have removed it: build again",
        _ => "build again once that is mended",
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}; {}", self.what, self.path.display(), self.cause, self.next)
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|e| e as _)
    }
}
