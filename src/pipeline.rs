//! The order of the stages: load, resolve, check, render.
//!
//! In: [`Options`]. Out: [`Built`]: the report, and the output tree if the site can be shown. The only file that knows
//! the order. Must never write: what becomes of the files is the sink's business, and that of the tree the caller's.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use crate::check::{self, Checker, PageChecked, Summary};
use crate::config::Config;
use crate::diag::Report;
use crate::load::{self, Options, ReadError};
use crate::output::{Content, Output, OutputTree, Sink};
use crate::render::{File, Renderer};
use crate::resolve;
use crate::reuse::Reuse;

/// What one run made.
#[derive(Debug, Default)]
pub struct Built {
    /// Everything that was found, sorted.
    pub report: Report,
    /// The site; none if it cannot be rendered, or, outside a preview, if it must not be published.
    pub tree: Option<OutputTree>,
    /// Counts over the site.
    pub summary: Summary,
    /// `site.yaml`, if it could be read.
    pub config: Option<Config>,
    /// What was read besides the site's own folders: the archive.
    pub also: Vec<PathBuf>,
}

/// Run all stages. With errors there is no tree; a preview gets one in spite of findings about evidence. `levels` may
/// change the severity of findings; it is called for parts of the report and then for the whole. Files go to `sink` as
/// they are made: when there is no tree in the end, what it took is to be thrown away.
pub fn build(options: &Options, reuse: &Reuse, levels: impl Fn(&mut Report) + Sync, sink: &dyn Sink) -> Result<Built, ReadError> {
    let mut report = Report::default();
    let mut built = Built::default();
    if let Some(inputs) = load::load(options, reuse, &mut report)? {
        built.also = inputs.archive.folder.iter().cloned().chain(inputs.config.bibliography.iter().map(PathBuf::from)).collect();
        built.config = Some(inputs.config.clone());
        let site = Arc::new(resolve::resolve(Arc::new(inputs), reuse, &mut report));
        let checker = Checker::new(&site, &mut report);
        levels(&mut report);
        let stops = |report: &Report| if options.preview { report.is_unbuildable() } else { report.has_errors() };
        let renderer = if stops(&report) { None } else { Renderer::new(&checker.checked, options.preview, reuse) };
        if renderer.is_some() {
            sink.begin();
        }
        let stopped = AtomicBool::new(false);
        let pages: Vec<Page> = (0..site.inputs.pages.len())
            .into_par_iter()
            .map(|number| {
                let text = site.text(number);
                let mut page = Page { checked: checker.page(number, &text), made: Made::default(), entry: None };
                levels(&mut page.checked.report);
                if stops(&page.checked.report) {
                    stopped.store(true, Ordering::Relaxed);
                }
                if let Some(renderer) = renderer.as_ref().filter(|_| !stopped.load(Ordering::Relaxed)) {
                    page.made = Made::of(sink, |report| renderer.page(number, &text, report));
                    page.entry = renderer.search_entry(number, &text);
                }
                page
            })
            .collect();
        let (mut checked, mut made, mut entries, mut summaries) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (number, page) in pages.into_iter().enumerate() {
            if options.preview {
                summaries.push(check::summary::of_page(&checker.checked, number, &page.checked.counts));
            }
            checked.push(page.checked);
            made.push(page.made);
            entries.push(page.entry);
        }
        built.summary = checker.site(checked, &mut report);
        levels(&mut report);
        // What rendering found is said only of a site that has nothing else in the way: what stands in no context
        // because a name is unknown would be told twice.
        if let Some(renderer) = renderer.filter(|_| !stops(&report)) {
            made.par_extend(
                (0..site.inputs.sources.all.len()).into_par_iter().map(|source| Made::of(sink, |report| renderer.source(source, report))),
            );
            made.push(Made::of(sink, |report| renderer.rest(&entries, report)));
            let mut tree = OutputTree::default();
            for (path, output) in renderer.loose(&mut report) {
                let output = match output.content {
                    Content::Bytes(bytes) => sink.put(&path, bytes),
                    Content::File(_) | Content::Later(_) => output,
                };
                tree.add_output(path, output);
            }
            for part in made {
                report.extend(part.report);
                part.files.into_iter().for_each(|(path, output)| tree.add_output(path, output));
            }
            renderer.last(&mut tree, &mut report);
            // Only a preview asks for what its pages are made of, and what was counted on them.
            for ((page, routed), summary) in site.inputs.pages.iter().zip(&site.routes.pages).zip(summaries) {
                let output = format!("{}index.html", routed.path);
                tree.set_page_file(output.clone(), page.file.path.clone());
                tree.set_page_summary(output, summary);
            }
            levels(&mut report);
            if !stops(&report) {
                built.tree = Some(tree);
            }
        }
    }
    report.finish();
    built.report = report;
    Ok(built)
}

/// What became of one page.
struct Page {
    checked: PageChecked,
    made: Made,
    entry: Option<String>,
}

/// Files that were rendered, and what was found meanwhile.
#[derive(Default)]
struct Made {
    files: Vec<(String, Output)>,
    report: Report,
}

impl Made {
    fn of(sink: &dyn Sink, render: impl FnOnce(&mut Report) -> Vec<File>) -> Self {
        let mut report = Report::default();
        let files = render(&mut report);
        let put = |(path, bytes): File| {
            let output = sink.put(&path, bytes);
            (path, output)
        };
        Self { files: files.into_iter().map(put).collect(), report }
    }
}

/// Load, resolve and check, without rendering.
pub fn check(options: &Options, reuse: &Reuse) -> Result<Built, ReadError> {
    let mut report = Report::default();
    let mut built = Built::default();
    if let Some(inputs) = load::load(options, reuse, &mut report)? {
        let site = Arc::new(resolve::resolve(Arc::new(inputs), reuse, &mut report));
        built.summary = check::check(&site, &mut report).1;
    }
    report.finish();
    built.report = report;
    Ok(built)
}
