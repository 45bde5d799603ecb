//! The sources of a site: their bibliography, how they are cited, their archived texts and the lock.
//!
//! In: what `site.yaml` names. Out: [`Evidence`], with what was found in it. Must never read a page.

use std::path::Path;
use std::sync::Arc;

use super::Options;
use super::archived::Archive;
use super::files::{self, ReadError};
use super::sources::{self, Sources};
use super::style::CitationStyle;
use crate::config::Config;
use crate::diag::{Code, Diagnostic, Report};
use crate::text::TextFile;

/// The sources, their texts and how they are cited.
pub(super) struct Evidence {
    pub sources: Sources,
    pub style: Option<CitationStyle>,
    pub archive: Archive,
    /// The files that were read, but for the archive's.
    pub texts: Vec<Arc<TextFile>>,
    pub found: Report,
}

impl Evidence {
    pub fn read(options: &Options, config: &Config, lock: Option<Arc<TextFile>>) -> Result<Self, ReadError> {
        let (root, mut texts, mut found, mut found_in_style) = (&options.root, Vec::new(), Report::default(), Report::default());
        let texts_of_sources = || {
            let sources = bibliography(root, config, &mut texts, &mut found)?;
            let archive = Archive::open(options, config, &sources, lock, &mut found);
            Ok((sources, archive))
        };
        let (sources, style) = rayon::join(texts_of_sources, || style(root, config, &mut found_in_style));
        let ((sources, archive), (style, style_file)) = (sources?, style?);
        texts.extend(style_file);
        found.extend(found_in_style);
        Ok(Self { sources, style, archive, texts, found })
    }
}

/// The citation style, and its file if it has its own.
type StyleRead = (Option<CitationStyle>, Option<Arc<TextFile>>);

fn style(root: &Path, config: &Config, found: &mut Report) -> Result<StyleRead, ReadError> {
    if !crate::config::stays_inside(Path::new(&config.citation_style)) {
        return Ok((None, None)); // Reported with the configuration.
    }
    let is_file = config.citation_style.ends_with(".csl");
    let file = if is_file { files::read_text(root, &config.citation_style, found)? } else { None };
    let style = CitationStyle::find(config, file.as_ref()).map_err(|diagnostic| found.push(diagnostic)).ok();
    Ok((style, file))
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
            // A site without a citation needs no bibliography; one that was named must exist.
            None if path == "content/sources.yaml" && !config.file.text.contains("bibliography:") => {}
            None if report.iter().any(|d| d.span.as_ref().is_some_and(|s| s.file.path == *path)) => sources.broken = true,
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
