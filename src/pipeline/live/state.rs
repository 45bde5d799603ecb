//! One state of a site, whose files are made when they are asked for.
//!
//! In: a resolved site. Out: [`Files`]. Each file is made once and kept while the state lives, pages up to a bound.
//! Must never change: what a path gives, it gives as long as the state lives. Must never look at a page that nobody asked
//! for, unless what was asked for is made of all of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rayon::prelude::*;

use super::Levels;
use crate::check::{self, Checked};
use crate::diag::Report;
use crate::figures::Lexicon;
use crate::output::{Content, Digests, Files, Output, OutputTree, PageSummary};
use crate::render::outputs::SEARCH_INDEX;
use crate::render::{File, Renderer};
use crate::resolve::Site;
use crate::resolve::text::HeldText;
use crate::reuse::Reuse;

/// Bytes of pages that are kept, until all are forgotten.
const MOST: usize = 8 << 20;

/// Output path → the page that makes the picture there.
type Makers = Mutex<HashMap<String, String>>;
/// More than this are forgotten.
const MOST_MAKERS: usize = 10_000;

/// What became of one page or source.
type Made = Result<HashMap<String, Output>, Arc<Report>>;

/// What is made as one: the files of a page or of a source, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Page(usize),
    Source(usize),
}

/// One state.
pub(super) struct State {
    pub site: Arc<Site>,
    pub checked: Arc<Checked>,
    renderer: Renderer,
    levels: Arc<Levels>,
    lexicon: Arc<OnceLock<Lexicon>>,
    loose: Arc<OnceLock<Loose>>,
    parts: Mutex<Parts>,
    last_text: Mutex<Option<HeldText>>,
    pictures: Mutex<HashMap<String, Output>>,
    /// Of this state and those before.
    makers: Arc<Makers>,
    listed: OnceLock<HashMap<String, Output>>,
    index: OnceLock<Output>,
    not_found: OnceLock<Result<Option<Output>, Arc<Report>>>,
    whole: OnceLock<OutputTree>,
}

/// Files that are there before any page is made.
#[derive(Debug)]
struct Loose {
    files: HashMap<String, Output>,
    digests: Arc<Digests>,
}

#[derive(Default)]
struct Parts {
    cells: HashMap<Part, Arc<OnceLock<Made>>>,
    bytes: usize,
}

impl State {
    /// A state that shares nothing with another. `None` if the theme cannot be used.
    pub fn new(site: &Arc<Site>, levels: Arc<Levels>, reuse: &Reuse) -> Option<Self> {
        let checked = Arc::new(Checked::new(site));
        let renderer = Renderer::new(&checked, true, reuse)?;
        Some(Self::of(checked, renderer, levels, Arc::default(), Arc::default(), Arc::default()))
    }

    /// The state of `site`, which followed that of this one by [`Site::revised`], with `anew` read anew.
    pub fn following(&self, site: &Arc<Site>, anew: &[usize]) -> Option<Self> {
        let checked = Arc::new(self.checked.following(site, anew));
        let renderer = self.renderer.following(&checked)?;
        let is_same_theme = Arc::ptr_eq(&renderer.theme, &self.renderer.theme);
        let loose = if is_same_theme { self.loose.clone() } else { Arc::default() };
        // A state that nobody looked at tells nothing of what is in use.
        if !lock(&self.parts).cells.is_empty() {
            self.renderer.forget_pictures();
        }
        Some(Self::of(checked, renderer, self.levels.clone(), self.lexicon.clone(), loose, self.makers.clone()))
    }

    fn of(
        checked: Arc<Checked>,
        renderer: Renderer,
        levels: Arc<Levels>,
        lexicon: Arc<OnceLock<Lexicon>>,
        loose: Arc<OnceLock<Loose>>,
        makers: Arc<Makers>,
    ) -> Self {
        Self {
            site: checked.site().clone(),
            checked,
            renderer,
            levels,
            lexicon,
            loose,
            parts: Mutex::default(),
            last_text: Mutex::default(),
            pictures: Mutex::default(),
            makers,
            listed: OnceLock::new(),
            index: OnceLock::new(),
            not_found: OnceLock::new(),
            whole: OnceLock::new(),
        }
    }

    /// The files of a page or a source.
    fn part(&self, part: Part) -> Arc<OnceLock<Made>> {
        let cell = lock(&self.parts).cells.entry(part).or_default().clone();
        let mut is_new = false;
        cell.get_or_init(|| {
            is_new = true;
            self.make(part)
        });
        if is_new {
            let size = |output: &Output| if let Content::Bytes(bytes) = &output.content { bytes.len() } else { 0 };
            let bytes: usize = cell.get().and_then(|made| made.as_ref().ok()).map_or(0, |files| files.values().map(size).sum());
            let mut parts = lock(&self.parts);
            parts.bytes += bytes;
            if parts.bytes > MOST {
                *parts = Parts { cells: HashMap::from([(part, cell.clone())]), bytes };
            }
        }
        cell
    }

    fn make(&self, part: Part) -> Made {
        let mut report = Report::default();
        let files = match part {
            Part::Page(page) => {
                let text = self.site.text(page);
                // Whoever looks at the page next, to count or to check, need not read it again.
                *lock(&self.last_text) = Some(text.clone());
                let mut in_the_way = check::in_the_way(&self.site, page, &text);
                (self.levels)(&mut in_the_way);
                if in_the_way.is_unbuildable() {
                    in_the_way.finish();
                    return Err(Arc::new(in_the_way));
                }
                self.renderer.page(page, &text, &mut report)
            }
            Part::Source(source) => self.renderer.source(source, &mut report),
        };
        (self.levels)(&mut report);
        let files = self.without_pictures(files, part);
        if report.is_unbuildable() {
            report.finish();
            return Err(Arc::new(report));
        }
        Ok(files)
    }

    /// Pictures belong to all pages that show them, whichever of them made them.
    fn without_pictures(&self, files: Vec<File>, part: Part) -> HashMap<String, Output> {
        let (pictures, own): (Vec<_>, Vec<_>) =
            files.into_iter().map(|(path, bytes)| (path.clone(), Output::of_bytes(bytes))).partition(|(path, _)| is_picture(path));
        let pictures: Vec<_> = pictures.into_iter().chain(self.renderer.later()).collect();
        if let (Part::Page(page), false) = (part, pictures.is_empty()) {
            let mut makers = lock(&self.makers);
            if makers.len() > MOST_MAKERS {
                makers.clear();
            }
            makers.extend(pictures.iter().map(|(path, _)| (path.clone(), self.site.inputs.pages[page].path().to_owned())));
        }
        lock(&self.pictures).extend(pictures);
        own.into_iter().collect()
    }

    /// A picture that some page shows. Until a page is made its pictures are not known: that of the page that made it in a
    /// state before is made, else all pages are.
    fn picture(&self, path: &str) -> Option<Output> {
        let known = || lock(&self.pictures).get(path).cloned();
        if let Some(output) = known() {
            return Some(output);
        }
        let maker = lock(&self.makers).get(path).cloned();
        if let Some(page) = maker.and_then(|file| self.site.inputs.page(&file)) {
            self.part(Part::Page(page));
            if let Some(output) = known() {
                return Some(output);
            }
        }
        // One that is not there may be asked for again and again.
        self.whole.get_or_init(|| self.whole());
        known()
    }

    /// The file at a path that belongs to a page or a source, if it is one.
    fn of_part(&self, part: Part, path: &str) -> Result<Option<Output>, Arc<Report>> {
        match self.part(part).get() {
            Some(Ok(files)) => Ok(files.get(path).cloned()),
            Some(Err(report)) => Err(report.clone()),
            None => Ok(None),
        }
    }

    fn loose(&self) -> &Loose {
        self.loose.get_or_init(|| {
            // What is wrong with a file is found by the checks, too.
            let files: HashMap<String, Output> = self.renderer.loose(&mut Report::default()).collect();
            let digests = files.iter().map(|(path, output)| (path.clone(), output.digest)).collect();
            Loose { files, digests: Arc::new(digests) }
        })
    }

    /// Feeds, sitemap, data.
    fn listed(&self) -> &HashMap<String, Output> {
        self.listed.get_or_init(|| {
            let files = Mutex::new(HashMap::new());
            self.renderer.listed(&|path, bytes| {
                lock(&files).insert(path.to_owned(), Output::of_bytes(bytes.into()));
            });
            files.into_inner().unwrap_or_else(PoisonError::into_inner)
        })
    }

    fn index(&self) -> Output {
        let make = || {
            let pages = 0..self.site.inputs.pages.len();
            let entries: Vec<_> = pages.into_par_iter().map(|page| self.renderer.search_entry(page, &self.site.text(page))).collect();
            Output::of_bytes(self.renderer.search_index(&entries).into())
        };
        self.index.get_or_init(make).clone()
    }

    fn not_found(&self) -> Result<Option<Output>, Arc<Report>> {
        let make = || {
            let mut report = Report::default();
            let made = outputs(self.renderer.not_found(&mut report)).remove(NOT_FOUND);
            if report.is_empty() { Ok(made) } else { Err(Arc::new(report)) }
        };
        self.not_found.get_or_init(make).clone()
    }

    /// Every file, as far as it can be made, for what is made of all of them.
    fn whole(&self) -> OutputTree {
        let mut tree = OutputTree::default();
        let parts = (0..self.site.inputs.pages.len()).map(Part::Page).chain((0..self.site.inputs.sources.all.len()).map(Part::Source));
        let cells: Vec<_> = parts.collect::<Vec<_>>().into_par_iter().map(|part| self.part(part)).collect();
        for files in cells.iter().filter_map(|cell| cell.get()?.as_ref().ok()) {
            files.iter().for_each(|(path, output)| tree.add_output(path, output.clone()));
        }
        lock(&self.pictures).iter().for_each(|(path, output)| tree.add_output(path, output.clone()));
        self.loose().files.iter().for_each(|(path, output)| tree.add_output(path, output.clone()));
        self.renderer.last(&mut tree, &mut Report::default());
        tree
    }
}

impl Files for State {
    fn file(&self, path: &str) -> Result<Option<Output>, Arc<Report>> {
        let (site, routes) = (&self.site, &self.site.routes);
        if let Some(output) = self.loose().files.get(path) {
            return Ok(Some(output.clone()));
        }
        match path {
            NOT_FOUND => return self.not_found(),
            SEARCH_INDEX if self.renderer.is_searched() => return Ok(Some(self.index())),
            _ => {}
        }
        if is_picture(path) {
            return Ok(self.picture(path));
        }
        let source = path.strip_prefix("sources/").and_then(|path| path.strip_suffix("/index.html"));
        if source.is_none() && crate::resolve::is_generated(path, &site.inputs, routes) {
            return Ok(self.listed().get(path).cloned());
        }
        // A page's own files lie in its folder, but for those at its former addresses.
        let folder = path.rfind('/').map_or("", |end| &path[..=end]);
        let page = routes.page(folder).or_else(|| routes.by_alias.get(path).copied());
        if let Some(page) = page
            && let Some(output) = self.of_part(Part::Page(page), path)?
        {
            return Ok(Some(output));
        }
        if let Some(source) = source.and_then(|key| site.inputs.sources.index(key)) {
            return self.of_part(Part::Source(source), path);
        }
        if self.renderer.is_of_all(path) {
            return Ok(self.whole.get_or_init(|| self.whole()).get(path).cloned());
        }
        Ok(None)
    }

    fn loose(&self) -> Arc<Digests> {
        self.loose().digests.clone()
    }

    fn page_file(&self, path: &str) -> Option<String> {
        let page = self.site.routes.page(path.strip_suffix("index.html")?)?;
        Some(self.site.inputs.pages[page].file.path.clone())
    }

    fn page_summary(&self, path: &str) -> Option<PageSummary> {
        let page = self.site.routes.page(path.strip_suffix("index.html")?)?;
        let lexicon = self.lexicon.get_or_init(|| check::numbers::lexicon(&self.site));
        Some(check::counted(&self.checked, page, &self.site.text(page), lexicon))
    }
}

/// The page for paths that lead nowhere.
const NOT_FOUND: &str = "404.html";

/// Whether a path is one of a picture that is made with the pages that show it.
fn is_picture(path: &str) -> bool {
    path.starts_with("assets/cards/") || path.starts_with("assets/images/")
}

fn outputs(files: Vec<File>) -> HashMap<String, Output> {
    files.into_iter().map(|(path, bytes)| (path, Output::of_bytes(bytes))).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").finish_non_exhaustive()
    }
}
