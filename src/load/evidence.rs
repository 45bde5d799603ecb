//! The sources of a site: their bibliography, their archived texts and the lock.
//!
//! In: what `site.yaml` names. Out: [`Evidence`], with what was found in it. Must never read a page.

use std::path::Path;
use std::sync::Arc;

use super::Options;
use super::archived::Archive;
use super::files::{self, ReadError};
use super::sources::{self, Sources};
use crate::config::Config;
use crate::diag::{Code, Diagnostic, Report};
use crate::text::TextFile;

/// The sources and their texts.
pub(super) struct Evidence {
    pub sources: Sources,
    pub archive: Archive,
    /// The files that were read, but for the archive's.
    pub texts: Vec<Arc<TextFile>>,
    pub found: Report,
}

impl Evidence {
    pub fn read(options: &Options, config: &Config, lock: Option<Arc<TextFile>>) -> Result<Self, ReadError> {
        let (mut texts, mut found) = (Vec::new(), Report::default());
        let sources = bibliography(&options.root, config, &mut texts, &mut found)?;
        let archive = Archive::open(options, config, &sources, lock, &mut found);
        Ok(Self { sources, archive, texts, found })
    }
}

fn bibliography(root: &Path, config: &Config, texts: &mut Vec<Arc<TextFile>>, report: &mut Report) -> Result<Sources, ReadError> {
    let mut sources = Sources::default();
    for (number, path) in config.bibliography.iter().enumerate() {
        if !crate::config::stays_inside(Path::new(path)) {
            sources.broken = true;
            continue;
        }
        match files::read_text(root, path, report)? {
            Some(file) => {
                sources::read(&file, &mut sources, report);
                texts.push(file);
            }
            None if report.iter().any(|d| d.span.as_ref().is_some_and(|s| s.file.path == *path)) => sources.broken = true,
            // A site without a citation needs no bibliography; one that was named must exist.
            None if path == "content/sources.yaml" && !config.file.text.contains("bibliography:") => {}
            None => {
                sources.broken = true;
                report.push(
                    Diagnostic::at(
                        Code::SourceInvalid,
                        config.bibliography_place(number),
                        format!("the bibliography `{path}` does not exist"),
                    )
                    .help("create the file, or correct `bibliography:`"),
                );
            }
        }
    }
    sources.finish(report);
    Ok(sources)
}
