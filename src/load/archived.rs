//! The archive at hand and the lock: what quotes are checked against.
//!
//! In: the archive's folder (from `--archive` or `site.yaml`) and `content/sources.lock`. Out: [`Archive`]. The
//! archive is the one place outside the site's root that is read, and only by the file names that sources give.
//! Must never fail because a clone has no archive: the lock stands in for it.

use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use super::sources::Sources;
use super::{Options, files};
use crate::archive::{ArchiveError, ArchivedText, Lock, MAX_TEXT_BYTES};
use crate::config::{Config, is_plain_name};
use crate::diag::{Code, Diagnostic, Report};
use crate::text::{Span, TextFile};
use crate::yaml::Yaml;
use crate::yaml_path;

/// Texts and lock.
#[derive(Debug, Default)]
pub struct Archive {
    /// For each source: its text, if the archive is at hand.
    pub texts: Vec<Option<Arc<ArchivedText>>>,
    /// The archive's folder, if it is at hand.
    pub folder: Option<PathBuf>,
    /// What was verified, if there is a lock that can be read.
    pub lock: Option<Lock>,
    /// The lock's file, for findings.
    pub lock_file: Option<Arc<TextFile>>,
}

impl Archive {
    /// Read the texts that the sources name, and the lock.
    pub fn open(options: &Options, config: &Config, sources: &Sources, lock_file: Option<Arc<TextFile>>, report: &mut Report) -> Self {
        let mut archive = Self { texts: vec![None; sources.all.len()], lock_file, ..Self::default() };
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
        let read: Vec<Result<Option<Arc<ArchivedText>>, Diagnostic>> = sources
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
                ArchivedText::new(&bytes, source.evidence.text_starts.unwrap_or(1)).map(|text| Some(Arc::new(text))).map_err(|error| {
                    let field = if matches!(error, ArchiveError::StartsOutside { .. }) { "text_starts" } else { "archive" };
                    Diagnostic::at(Code::ArchiveMissing, place(field), format!("the archived text of `{}`: {error}", source.key))
                        .help(error.next_step())
                })
            })
            .collect();
        for (i, result) in read.into_iter().enumerate() {
            match result {
                Ok(text) => archive.texts[i] = text,
                Err(diagnostic) => report.push(diagnostic),
            }
        }
        archive.folder = Some(folder);
        archive
    }
}
