//! The archive at hand and the lock: what quotes are checked against.
//!
//! In: the archive's folder (from `--archive` or `site.yaml`) and `content/sources.lock`. Out: [`Archive`]. The
//! archive is the one place outside the site's root that is read, and only by the file names that sources give.
//! Must never fail because a clone has no archive: the lock stands in for it.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::sources::Sources;
use super::{Options, files};
use crate::archive::{ArchiveError, ArchivedText, Lock, LockedSource, MAX_TEXT_BYTES};
use crate::config::{Config, is_plain_name};
use crate::diag::{Code, Diagnostic, Report};
use crate::text::{Span, TextFile};
use crate::yaml::Yaml;
use crate::yaml_path;

/// Texts and lock.
#[derive(Debug, Default)]
pub struct Archive {
    /// For each source: its text, if the archive is at hand.
    held: Vec<Option<Held>>,
    /// The archive's folder, if it is at hand.
    pub folder: Option<PathBuf>,
    /// What was verified, if there is a lock that can be read.
    pub lock: Option<Lock>,
    /// The lock's file, for findings.
    pub lock_file: Option<Arc<TextFile>>,
}

/// A text of the archive. One that the lock was made from is read, and its digest compared; then it is let go, since the lock
/// says what stands in it: a site's sources may be longer than the site.
#[derive(Debug)]
struct Held {
    sha256: String,
    is_locked: bool,
    text_starts: u32,
    path: PathBuf,
    text: OnceLock<Option<Arc<ArchivedText>>>,
}

impl Held {
    fn new(text: ArchivedText, path: PathBuf, lock: Option<&LockedSource>) -> Self {
        let is_locked = lock.is_some_and(|locked| locked.change(&text).is_none());
        let (sha256, text_starts) = (text.sha256().to_owned(), text.text_starts());
        let text = if is_locked { OnceLock::new() } else { OnceLock::from(Some(Arc::new(text))) };
        Self { sha256, is_locked, text_starts, path, text }
    }

    fn text(&self) -> Option<&Arc<ArchivedText>> {
        let again = || {
            let bytes = files::read_archived(&self.path, MAX_TEXT_BYTES).ok()?;
            let text = ArchivedText::new(&bytes, self.text_starts).ok()?;
            (text.sha256() == self.sha256).then(|| Arc::new(text))
        };
        self.text.get_or_init(again).as_ref()
    }
}

impl Archive {
    /// SHA-256 of the text of a source, in hex, if the archive is at hand.
    pub fn sha256(&self, source: usize) -> Option<&str> {
        Some(&self.held[source].as_ref()?.sha256)
    }

    /// The text of a source, if the archive is at hand; read again if it was let go. None, too, when it is another by now.
    pub fn text(&self, source: usize) -> Option<&Arc<ArchivedText>> {
        self.held[source].as_ref()?.text()
    }

    /// Whether the lock was made from the very text of a source that is at hand.
    pub fn is_locked(&self, source: usize) -> bool {
        self.held[source].as_ref().is_some_and(|held| held.is_locked)
    }

    /// Read the texts that the sources name, and the lock.
    pub fn open(options: &Options, config: &Config, sources: &Sources, lock_file: Option<Arc<TextFile>>, report: &mut Report) -> Self {
        let mut archive = Self { held: sources.all.iter().map(|_| None).collect(), lock_file, ..Self::default() };
        if let Some(file) = &archive.lock_file {
            match Lock::parse(&file.text) {
                Ok(lock) => archive.lock = Some(lock),
                Err(error) => {
                    let start = file.line_start(error.line as usize);
                    let end = file.text[start..].find('\n').map_or(file.text.len(), |i| start + i);
                    report
                        .push(Diagnostic::at(Code::LockInvalid, Span::new(file, start..end), error.message.clone()).help(error.next_step));
                }
            }
        }
        let named = options.archive.as_ref().or(config.archive.as_ref());
        let Some(named) = named else { return archive };
        let folder = if options.archive.is_some() { named.clone() } else { options.root.join(named) };
        if !folder.is_dir() {
            if options.archive.is_some() {
                report.push(
                    Diagnostic::bare(Code::ArchiveMissing, format!("the archive {} is not a folder", folder.display()))
                        .help("give the folder with the archived texts, or leave `--archive` out to check against the lock"),
                );
            }
            return archive;
        }
        let home = folder.canonicalize().ok();
        let lock = archive.lock.as_ref();
        let read: Vec<Result<Option<Held>, Diagnostic>> = sources
            .all
            .par_iter()
            .map(|source| {
                let Some(name) = &source.evidence.archive else { return Ok(None) };
                let place = |field: &str| {
                    source
                        .yaml
                        .as_ref()
                        .map_or_else(|| source.place.clone(), |y: &Yaml| y.place(&yaml_path![source.key.as_str(), "evidence", field]))
                };
                if !is_plain_name(name) {
                    return Err(Diagnostic::at(
                        Code::PathOutside,
                        place("archive"),
                        format!("`{name}` is not the name of a file in the archive folder"),
                    )
                    .help("write the file's name alone"));
                }
                let path = folder.join(name);
                let inside = path.canonicalize().ok().zip(home.as_ref()).is_none_or(|(path, home)| path.starts_with(home));
                if !inside {
                    return Err(Diagnostic::at(
                        Code::PathOutside,
                        place("archive"),
                        format!("`{name}` is a link that leads out of the archive"),
                    )
                    .help("copy the file into the archive"));
                }
                let bytes = files::read_archived(&path, MAX_TEXT_BYTES).map_err(|error| {
                    Diagnostic::at(
                        Code::ArchiveMissing,
                        place("archive"),
                        format!("the archived text of `{}` cannot be read: {error}", source.key),
                    )
                    .help(format!("put {name} into {}, or correct `archive:`", folder.display()))
                })?;
                let held = |text| Some(Held::new(text, path.clone(), lock.and_then(|lock| lock.source(&source.key))));
                ArchivedText::new(&bytes, source.evidence.text_starts.unwrap_or(1)).map(held).map_err(|error| {
                    let field = if matches!(error, ArchiveError::StartsOutside { .. }) { "text_starts" } else { "archive" };
                    Diagnostic::at(Code::ArchiveMissing, place(field), format!("the archived text of `{}`: {error}", source.key))
                        .help(error.next_step())
                })
            })
            .collect();
        for (i, result) in read.into_iter().enumerate() {
            match result {
                Ok(held) => archive.held[i] = held,
                Err(diagnostic) => report.push(diagnostic),
            }
        }
        archive.folder = Some(folder);
        archive
    }
}
