//! The order of the stages: load, resolve, check, render.
//!
//! In: [`Options`]. Out: [`Built`]: the report, and the output tree if the site may be published. [`model`] says which stages
//! have to be gone through again after a change; [`live`] goes through the last two for one page at a time, when somebody
//! looks. The only folder that knows the order. Must never write: what becomes of the files is the sink's business, and that
//! of the tree the caller's.

pub mod live;
pub mod model;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use crate::check::{self, Checked, Checker, PageChecked, Summary};
use crate::config::Config;
use crate::diag::Report;
use crate::load::{self, Inputs, Options, ReadError};
use crate::output::{Content, Output, OutputTree, Sink};
use crate::render::{File, Renderer};
use crate::resolve::{self, Site};
use crate::reuse::Reuse;

/// What one run made.
#[derive(Debug, Default)]
pub struct Built {
    /// Everything that was found, sorted.
    pub report: Report,
    /// The site; none if it must not be published.
    pub tree: Option<OutputTree>,
    /// Counts over the site.
    pub summary: Summary,
    /// `site.yaml`, if it could be read.
    pub config: Option<Arc<Config>>,
    /// What was read besides the site's own folders: the archive.
    pub also: Vec<PathBuf>,
    /// The site itself, as far as it could be resolved.
    pub site: Option<Arc<Site>>,
    /// What it was made with. Of no use any more, and many small pieces of memory: who has more to do gives it back aside.
    pub spent: Spent,
}

/// What a run was made with.
#[derive(Debug, Default)]
pub struct Spent {
    _renderer: Option<Renderer>,
    _checker: Option<Checker>,
}

/// Run all stages. With errors there is no tree. `levels` may change the severity of findings; it is called for parts of the
/// report and then for the whole. Files go to `sink` as they are made: when there is no tree in the end, what it took is to
/// be thrown away.
pub fn build(options: &Options, reuse: &Reuse, levels: impl Fn(&mut Report) + Sync, sink: &dyn Sink) -> Result<Built, ReadError> {
    Ok(match load::read(options, reuse)? {
        Ok(inputs) => {
            let site = Arc::new(Site::of(Arc::new(inputs), reuse));
            // Nobody tells it to give up.
            let built = build_site(&site, reuse, levels, sink, &AtomicBool::new(false)).unwrap_or_default();
            Built { site: Some(site), ..built }
        }
        Err(mut report) => {
            levels(&mut report);
            report.finish();
            Built { report, ..Built::default() }
        }
    })
}

/// What is read besides the site's own folders; relative paths count from the root.
pub fn also(inputs: &Inputs) -> Vec<PathBuf> {
    let archive = inputs.archive.folder.iter().filter_map(|folder| std::path::absolute(folder).ok());
    let style = Some(&inputs.config.citation_style).filter(|style| style.ends_with(".csl"));
    archive.chain(inputs.config.bibliography.iter().chain(style).map(PathBuf::from)).collect()
}

/// Check and render a site whose names are resolved, as [`build`] does; `None` if `stop` was set meanwhile.
pub fn build_site(
    site: &Arc<Site>,
    reuse: &Reuse,
    levels: impl Fn(&mut Report) + Sync,
    sink: &dyn Sink,
    stop: &AtomicBool,
) -> Option<Built> {
    let mut built = Built { also: also(&site.inputs), config: Some(site.inputs.config.clone()), ..Built::default() };
    let mut report = Report::default();
    site.inputs.tell(&mut report);
    site.tell(&mut report);
    levels(&mut report);
    let checked = Arc::new(Checked::new(site));
    let renderer = || if report.has_errors() { None } else { Renderer::new(&checked, false, reuse) };
    let (checker, renderer) = rayon::join(|| Checker::of(checked.clone()), renderer);
    if renderer.is_some() {
        sink.begin();
    }
    let is_faulty = AtomicBool::new(false);
    // One by one, so that in the end no thread waits long for another.
    let pages: Vec<Page> = (0..site.inputs.pages.len())
        .into_par_iter()
        .with_max_len(1)
        .map(|number| {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            let text = site.text(number);
            let mut page = Page { checked: checker.page(number, &text), made: Made::default(), entry: None };
            levels(&mut page.checked.report);
            if page.checked.report.has_errors() {
                is_faulty.store(true, Ordering::Relaxed);
            }
            if let Some(renderer) = renderer.as_ref().filter(|_| !is_faulty.load(Ordering::Relaxed)) {
                page.made = Made::of(sink, |report| renderer.page(number, &text, report));
                page.entry = renderer.search_entry(number, &text);
            }
            Some(page)
        })
        .collect::<Option<_>>()?;
    let (mut checked, mut made, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    for page in pages {
        checked.push(page.checked);
        made.push(page.made);
        entries.push(page.entry);
    }
    // What rendering found is said only of a site that has nothing else in the way: what stands in no context
    // because a name is unknown would be told twice.
    let renderer = renderer.filter(|_| !report.has_errors() && !is_faulty.into_inner());
    let check = || {
        let mut found = Report::default();
        let summary = checker.site(checked, &mut found);
        levels(&mut found);
        (summary, found)
    };
    let ((summary, found), of_site) = rayon::join(check, || renderer.as_ref().map(|renderer| Made::of_site(sink, renderer, entries)));
    built.summary = summary;
    report.extend(found);
    if let Some((renderer, (loose, rest))) = renderer.as_ref().zip(of_site).filter(|_| !report.has_errors()) {
        let mut tree = OutputTree::default();
        // A fault of all pages is told of the first: an author's page before one that the site makes.
        for part in std::iter::once(loose).chain(made).chain(rest) {
            report.extend(part.report);
            part.files.into_iter().for_each(|(path, output)| tree.add_output(path, output));
        }
        renderer.last(&mut tree, &mut report);
        levels(&mut report);
        if !report.has_errors() {
            built.tree = Some(tree);
        }
    }
    report.finish();
    built.report = report;
    built.spent = Spent { _renderer: renderer, _checker: Some(checker) };
    Some(built)
}

/// What became of one page.
struct Page {
    checked: PageChecked,
    made: Made,
    entry: Option<Box<str>>,
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
            let output = sink.put(&path, &bytes);
            (path, output)
        };
        Self { files: files.into_iter().map(put).collect(), report }
    }

    /// All that is no author's page: assets, icons and files to copy; then pages of sources, feeds, data.
    fn of_site(sink: &dyn Sink, renderer: &Renderer, entries: Vec<Option<Box<str>>>) -> (Self, Vec<Self>) {
        let of_sources = || {
            (0..renderer.site.inputs.sources.all.len())
                .into_par_iter()
                .with_max_len(1)
                .map(|source| Made::of(sink, |report| renderer.source(source, report)))
                .collect::<Vec<_>>()
        };
        let (rest, (mut made, loose)) =
            rayon::join(|| Made::rest(sink, renderer, entries), || rayon::join(of_sources, || Made::loose(sink, renderer)));
        made.push(rest);
        (loose, made)
    }

    /// Feeds, data, the search index: each large on a large site, and none kept until the last is made.
    fn rest(sink: &dyn Sink, renderer: &Renderer, entries: Vec<Option<Box<str>>>) -> Self {
        let (mut report, files) = (Report::default(), Mutex::new(Vec::new()));
        renderer.rest(entries, &mut report, &|path, bytes| {
            let output = sink.put(path, bytes);
            files.lock().unwrap_or_else(PoisonError::into_inner).push((path.to_owned(), output));
        });
        Self { files: files.into_inner().unwrap_or_else(PoisonError::into_inner), report }
    }

    /// What no page makes: assets, icons, files to copy.
    fn loose(sink: &dyn Sink, renderer: &Renderer) -> Self {
        let mut report = Report::default();
        let put = |(path, output): (String, Output)| match output.content {
            Content::Bytes(bytes) => {
                let output = sink.put(&path, &bytes);
                (path, output)
            }
            Content::File(_) | Content::Later(_) => (path, output),
        };
        let files = renderer.loose(&mut report).map(put).collect();
        Self { files, report }
    }
}

/// Load, resolve and check, without rendering.
pub fn check(options: &Options, reuse: &Reuse) -> Result<Built, ReadError> {
    let mut report = Report::default();
    let mut built = Built::default();
    if let Some(inputs) = load::load(options, reuse, &mut report)? {
        let site = Arc::new(resolve::resolve(Arc::new(inputs), reuse, &mut report));
        built.summary = check::check(&site, &mut report).1;
        built.site = Some(site);
    }
    report.finish();
    built.report = report;
    Ok(built)
}
