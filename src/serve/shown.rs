//! What the preview shows now.
//!
//! In: what was shown, and what a build gave. Out: [`Shown`], never changed afterwards: requests and event streams hold
//! the one they began with. While nothing can be built, the last good site stays.
//! Must never block, nor make a page: reading it is all that a request waits for.

use std::sync::Arc;

use crate::diag::Report;
use crate::output::{Digests, Files};

use super::Outcome;
use super::change::Change;
use super::findings::{Editor, Trouble};
use super::view::Views;

/// A site that could be built.
#[derive(Debug)]
pub(super) struct Site {
    /// Every file, made when it is asked for.
    pub files: Arc<dyn Files>,
    /// The files that pages load.
    pub loose: Arc<Digests>,
}

/// One state of the preview.
#[derive(Debug)]
pub(super) struct Shown {
    /// Counts the builds; 0 before the first is done.
    pub build: u64,
    /// The last site that could be built.
    pub site: Option<Arc<Site>>,
    /// How many pages the author has written.
    pub pages: usize,
    /// What the last build found.
    pub report: Arc<Report>,
    /// Why the last build gave no site.
    pub trouble: Option<Arc<Trouble>>,
    /// From the site of the build before to this one.
    pub change: Change,
    /// What open pages look like in this state, each looked at once.
    pub views: Views,
}

impl Shown {
    /// Before the first build is done.
    pub fn nothing_yet() -> Self {
        Self { build: 0, site: None, pages: 0, report: Arc::default(), trouble: None, change: Change::default(), views: Views::default() }
    }

    /// After one more build.
    pub fn after(&self, outcome: Outcome, editor: &Editor) -> Self {
        let Outcome { files, report, machine_error, pages } = outcome;
        let trouble = match (&files, machine_error) {
            (_, Some(error)) => Some(Trouble::machine(&error, &report, editor)),
            (None, None) => Some(Trouble::site(&report, editor)),
            (Some(_), None) => None,
        };
        // Files that came with a refusal of the machine may be half a site.
        let files = if trouble.is_none() { files } else { None };
        // Equal reports share one value, so that streams see at a glance that nothing new was found.
        let report = if report == self.report { self.report.clone() } else { report };
        let (site, change) = match (files, &self.site) {
            (None, last_good) => (last_good.clone(), Change::default()),
            (Some(files), Some(old)) if Arc::ptr_eq(&files, &old.files) => (Some(old.clone()), Change::default()),
            (Some(files), old) => {
                let loose = files.loose();
                let change = old.as_ref().map(|old| Change::between(&old.loose, &loose)).unwrap_or_default();
                (Some(Arc::new(Site { files, loose })), change)
            }
        };
        Self { build: self.build + 1, site, pages, report, trouble: trouble.map(Arc::new), change, views: Views::default() }
    }

    /// After a build that panicked.
    pub fn after_panic(&self, message: &str) -> Self {
        Self {
            build: self.build + 1,
            site: self.site.clone(),
            pages: self.pages,
            report: self.report.clone(),
            trouble: Some(Arc::new(Trouble::fault(message))),
            change: Change::default(),
            views: Views::default(),
        }
    }

    /// Whether it is certain that someone who looks sees no difference.
    pub fn is_like(&self, before: &Self) -> bool {
        let same_site = match (&self.site, &before.site) {
            (Some(now), Some(before)) => Arc::ptr_eq(now, before),
            (None, None) => true,
            _ => false,
        };
        same_site && Arc::ptr_eq(&self.report, &before.report) && self.trouble == before.trouble
    }
}
