//! What the preview shows now.
//!
//! In: what was shown, and what a build gave. Out: [`Shown`], never changed afterwards: requests and event streams hold
//! the one they began with. While nothing can be built, the last good site stays.
//! Must never block: reading it is all that a request waits for.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::Report;
use crate::output::{Output, OutputTree};
use crate::pipeline::Built;

use super::change::Change;
use super::findings::{Editor, Trouble};
use super::page;
use super::path::{Asked, asked};

/// A site that could be built.
#[derive(Debug)]
pub(super) struct Site {
    /// Every file.
    pub tree: OutputTree,
    /// The content file of each page, by its output path.
    pub page_files: BTreeMap<String, String>,
}

/// One state of the preview.
#[derive(Debug)]
pub(super) struct Shown {
    /// Counts the builds; 0 before the first is done.
    pub build: u64,
    /// The last site that could be built.
    pub site: Option<Arc<Site>>,
    /// What the last build found.
    pub report: Arc<Report>,
    /// Why the last build gave no site.
    pub trouble: Option<Arc<Trouble>>,
    /// From the site of the build before to this one.
    pub change: Change,
}

/// What a path leads to.
#[derive(Debug)]
pub(super) enum Found<'a> {
    /// A file of the site, with its output path.
    File(String, &'a Output),
    /// A folder with a page, asked for without the slash.
    SlashMissing,
    /// Nothing; the site's own page that says so, if it has one.
    Missing(Option<&'a Output>),
    /// The path is none.
    Malformed,
}

/// The page for paths that lead nowhere.
const NOT_FOUND: &str = "404.html";

impl Shown {
    /// Before the first build is done.
    pub fn nothing_yet() -> Self {
        Self { build: 0, site: None, report: Arc::default(), trouble: None, change: Change::default() }
    }

    /// After one more build.
    pub fn after(&self, built: Built, editor: &Editor) -> Self {
        let Built { report, tree, page_files, machine_error, summary: _, config: _, also: _ } = built;
        let trouble = match (&tree, machine_error) {
            (_, Some(error)) => Some(Trouble::machine(&error, &report, editor)),
            (None, None) => Some(Trouble::site(&report, editor)),
            (Some(_), None) => None,
        };
        // A tree that came with a refusal of the machine may be half a tree.
        let tree = if trouble.is_none() { tree } else { None };
        // Equal reports share one value, so that streams see at a glance that nothing new was found.
        let report = if report == *self.report { self.report.clone() } else { Arc::new(report) };
        let (site, change) = match tree {
            Some(tree) => {
                let change = self.site.as_ref().map(|old| Change::between(&old.tree, &tree)).unwrap_or_default();
                (Some(Arc::new(Site { tree, page_files })), change)
            }
            None => (self.site.clone(), Change::default()),
        };
        Self { build: self.build + 1, site, report, trouble: trouble.map(Arc::new), change }
    }

    /// After a build that panicked.
    pub fn after_panic(&self, message: &str) -> Self {
        Self {
            build: self.build + 1,
            site: self.site.clone(),
            report: self.report.clone(),
            trouble: Some(Arc::new(Trouble::fault(message))),
            change: Change::default(),
        }
    }

    /// Whether someone who looks sees no difference.
    pub fn is_like(&self, before: &Self) -> bool {
        self.change.is_empty()
            && self.site.is_some() == before.site.is_some()
            && self.report == before.report
            && self.trouble == before.trouble
    }

    /// What the path of a request leads to; `None` before any site could be built.
    pub fn find(&self, path: &str) -> Option<Found<'_>> {
        let tree = &self.site.as_ref()?.tree;
        let file = |name: String| match tree.get(&name) {
            Some(output) => Ok(Found::File(name, output)),
            None => Err(name),
        };
        let missing = || Found::Missing(tree.get(NOT_FOUND));
        Some(match asked(path) {
            Asked::Malformed => Found::Malformed,
            Asked::Nothing => missing(),
            Asked::Folder(folder) => file(format!("{folder}index.html")).unwrap_or_else(|_| missing()),
            Asked::Name(name) => match file(name) {
                Ok(found) => found,
                Err(name) if tree.get(&format!("{name}/index.html")).is_some() => Found::SlashMissing,
                Err(_) => missing(),
            },
        })
    }

    /// A word that changes when what a browser sees at this path changes.
    pub fn version(&self, path: &str) -> String {
        match (self.find(path), &self.trouble) {
            (Some(Found::File(_, output)), _) => of_file(output),
            (Some(Found::Missing(Some(output))), _) => of_missing(output),
            (Some(Found::Missing(None) | Found::SlashMissing | Found::Malformed), _) => "none".to_owned(),
            (None, Some(trouble)) => page::report_version(trouble),
            (None, None) => "waiting".to_owned(),
        }
    }
}

/// The version of a path that leads to this file.
pub(super) fn of_file(output: &Output) -> String {
    format!("{:032x}", output.digest)
}

/// The version of a path that leads nowhere, when the site says so with this page.
pub(super) fn of_missing(output: &Output) -> String {
    format!("missing-{:032x}", output.digest)
}
