//! What a path leads to in one state of the preview.
//!
//! In: a state and the path of a request. Out: [`View`]: the file, made now if need be, or what stands in its place.
//! A page that cannot be made is shown as it was when it could, for as long as that is kept.
//! Must never make a file in a thread of the runtime, nor the same page for each of many streams.

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use crate::output::{Files, Output, PageSummary};

use super::answer::Preview;
use super::findings::Trouble;
use super::page;
use super::path::{Asked, asked};
use super::shown::Shown;

/// The page for paths that lead nowhere.
pub(super) const NOT_FOUND: &str = "404.html";

/// What a path leads to.
#[derive(Debug)]
pub(super) enum Found {
    /// A file of the site, with its output path.
    File(String, Output),
    /// A folder with a page, asked for without the slash.
    SlashMissing,
    /// Nothing; the site's own page that says so, if it has one.
    Missing(Option<Output>),
    /// The path is none.
    Malformed,
    /// The page, or the site, cannot be made, and there is no good one to show.
    Report(Arc<Trouble>),
    /// The first build is not done.
    Waiting,
}

/// What is to be seen at a path.
#[derive(Debug)]
pub(super) struct View {
    /// What the path leads to.
    pub found: Found,
    /// Why this very page could not be made; what was found is then the last good one, or the report.
    pub trouble: Option<Arc<Trouble>>,
    /// The page's content file.
    pub file: Option<String>,
    /// What the checks counted on the page.
    pub summary: Option<PageSummary>,
}

/// Views that are kept of one state; more browsers than this have hardly another page each.
const MOST: usize = 256;

/// The views of one state that open pages have asked for.
#[derive(Debug, Default)]
pub(super) struct Views {
    cells: Mutex<HashMap<String, Arc<OnceCell<Arc<View>>>>>,
}

impl Views {
    /// The view of an open page, looked at once however many streams ask.
    pub async fn of(preview: &Arc<Preview>, shown: &Arc<Shown>, path: &str) -> Arc<View> {
        let cell = {
            let mut cells = shown.views.cells.lock().unwrap_or_else(PoisonError::into_inner);
            // Someone may go from page to page for a long time without a change.
            if cells.len() >= MOST && !cells.contains_key(path) {
                cells.clear();
            }
            cells.entry(path.to_owned()).or_default().clone()
        };
        cell.get_or_init(|| look(preview, shown, path)).await.clone()
    }

    fn known(&self, path: &str) -> Option<Arc<View>> {
        let cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        cells.get(path).and_then(|cell| cell.get().cloned())
    }
}

/// The view of a path that is asked for now. It is not kept: whoever walks through the whole site would fill the memory.
pub(super) async fn once(preview: &Arc<Preview>, shown: &Arc<Shown>, path: &str) -> Arc<View> {
    match shown.views.known(path) {
        Some(view) => view,
        None => look(preview, shown, path).await,
    }
}

async fn look(preview: &Arc<Preview>, shown: &Arc<Shown>, path: &str) -> Arc<View> {
    let (preview, shown, path) = (preview.clone(), shown.clone(), path.to_owned());
    let looked = spawn_blocking(move || View::of(&preview, &shown, &path)).await;
    Arc::new(looked.unwrap_or_else(|error| {
        let words = error.try_into_panic().map_or_else(|error| error.to_string(), |fault| words(fault.as_ref()));
        View::in_trouble(Trouble::fault(&words))
    }))
}

impl View {
    fn of(preview: &Preview, shown: &Shown, path: &str) -> Self {
        let Some(site) = &shown.site else {
            return match &shown.trouble {
                Some(trouble) => Self::bare(Found::Report(trouble.clone())),
                None => Self::bare(Found::Waiting),
            };
        };
        let files = &*site.files;
        match asked(path) {
            Asked::Malformed => Self::bare(Found::Malformed),
            Asked::Nothing => Self::missing(preview, files),
            Asked::Folder(folder) => {
                Self::of_file(preview, files, format!("{folder}index.html")).unwrap_or_else(|_| Self::missing(preview, files))
            }
            Asked::Name(name) => Self::of_file(preview, files, name).unwrap_or_else(|name| {
                if matches!(files.file(&format!("{name}/index.html")), Ok(None)) {
                    Self::missing(preview, files)
                } else {
                    Self::bare(Found::SlashMissing)
                }
            }),
        }
    }

    /// The file at an output path; the path itself if there is none.
    fn of_file(preview: &Preview, files: &dyn Files, path: String) -> Result<Self, String> {
        let made = catch_unwind(AssertUnwindSafe(|| files.file(&path)));
        let trouble = match made {
            Ok(Ok(None)) => return Err(path),
            Ok(Ok(Some(output))) => {
                preview.terminal.page_is_made(&path);
                preview.kept.keep(&path, &output);
                return Ok(Self::of_page(files, &path, Found::File(path.clone(), output), None));
            }
            Ok(Err(report)) => {
                preview.terminal.page_fails(&path, &report);
                Trouble::page(&report, &preview.editor)
            }
            // The terminal shows where it happened.
            Err(fault) => Trouble::fault(&words(fault.as_ref())),
        };
        let trouble = Arc::new(trouble);
        let found = match preview.kept.get(&path) {
            Some(good) => Found::File(path.clone(), good),
            None => Found::Report(trouble.clone()),
        };
        Ok(Self::of_page(files, &path, found, Some(trouble)))
    }

    fn of_page(files: &dyn Files, path: &str, found: Found, trouble: Option<Arc<Trouble>>) -> Self {
        Self { found, trouble, file: files.page_file(path), summary: files.page_summary(path) }
    }

    fn missing(preview: &Preview, files: &dyn Files) -> Self {
        let own = files.file(NOT_FOUND).unwrap_or_else(|report| {
            preview.terminal.page_fails(NOT_FOUND, &report);
            None
        });
        Self::bare(Found::Missing(own))
    }

    fn bare(found: Found) -> Self {
        Self { found, trouble: None, file: None, summary: None }
    }

    fn in_trouble(trouble: Trouble) -> Self {
        let trouble = Arc::new(trouble);
        Self { trouble: Some(trouble.clone()), ..Self::bare(Found::Report(trouble)) }
    }

    /// A word that changes when what a browser sees does.
    pub fn version(&self) -> String {
        match &self.found {
            Found::File(_, output) => format!("{:032x}", output.digest),
            Found::Missing(Some(output)) => format!("missing-{:032x}", output.digest),
            Found::Missing(None) | Found::SlashMissing | Found::Malformed => "none".to_owned(),
            Found::Report(trouble) => page::report_version(trouble),
            Found::Waiting => "waiting".to_owned(),
        }
    }
}

/// Whether a version is that of a page of the site, rather than of a report, or of a page that says that there is none.
pub(super) fn is_of_page(version: &str) -> bool {
    version.len() == 32 && version.bytes().all(|b| b.is_ascii_hexdigit())
}

/// What a panic said.
pub(super) fn words(fault: &(dyn Any + Send)) -> String {
    let text = fault.downcast_ref::<String>().map(String::as_str).or_else(|| fault.downcast_ref::<&str>().copied());
    text.unwrap_or("a fault without words").to_owned()
}
