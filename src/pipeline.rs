//! The order of the stages: load, resolve, check, render.
//!
//! In: [`Options`]. Out: [`Built`]: the report, and the output tree if the site can be shown. The only file that knows
//! the order. Must never write: what becomes of the tree is the caller's business.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::check::{self, Summary};
use crate::diag::Report;
use crate::load::{self, Options, ReadError};
use crate::output::OutputTree;
use crate::render;
use crate::resolve;
use crate::reuse::Reuse;

/// What one run made.
#[derive(Debug, Default)]
pub struct Built {
    /// Everything that was found, sorted.
    pub report: Report,
    /// The site; none if it cannot be rendered, or, outside a preview, if it must not be published.
    pub tree: Option<OutputTree>,
    /// Output path of each page → its file: `numbers/troops/index.html` → `content/numbers/troops.md`.
    pub page_files: BTreeMap<String, String>,
    /// What the machine refused, if it did.
    pub machine_error: Option<String>,
    /// Counts over the site.
    pub summary: Summary,
    /// What was read besides the site's own folders: the archive.
    pub also: Vec<PathBuf>,
}

/// Run all stages. With errors there is no tree; a preview gets one in spite of findings about evidence.
pub fn build(options: &Options, reuse: &Reuse, levels: impl Fn(&mut Report)) -> Result<Built, ReadError> {
    let mut report = Report::default();
    let mut built = Built::default();
    if let Some(inputs) = load::load(options, reuse, &mut report)? {
        let site = resolve::resolve(&inputs, reuse, &mut report);
        let checked = check::check(&site, &mut report);
        built.summary = checked.summary.clone();
        built.also = inputs.archive.folder.iter().cloned().chain(inputs.config.bibliography.iter().map(PathBuf::from)).collect();
        for (page, routed) in inputs.pages.iter().zip(&site.routes.pages) {
            built.page_files.insert(format!("{}index.html", routed.path), page.file.path.clone());
        }
        levels(&mut report);
        let stop = if options.preview { report.is_unbuildable() } else { report.has_errors() };
        if !stop {
            built.tree = render::render(&site, &checked, options.preview, reuse, &mut report);
            levels(&mut report);
        }
        // Rendering finds errors too: shortcodes that do not exist, templates that fail.
        let stop = if options.preview { report.is_unbuildable() } else { report.has_errors() };
        if stop {
            built.tree = None;
        }
    }
    report.finish();
    built.report = report;
    Ok(built)
}

/// Load, resolve and check, without rendering.
pub fn check(options: &Options, reuse: &Reuse) -> Result<Built, ReadError> {
    let mut report = Report::default();
    let mut built = Built::default();
    if let Some(inputs) = load::load(options, reuse, &mut report)? {
        let site = resolve::resolve(&inputs, reuse, &mut report);
        let checked = check::check(&site, &mut report);
        built.summary = checked.summary;
    }
    report.finish();
    built.report = report;
    Ok(built)
}
