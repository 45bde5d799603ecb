//! A site whose files are made when somebody asks for them.
//!
//! In: the paths that were touched. Out: [`Now`]: the site as [`Files`], and what was found. Loading and resolving go through
//! [`Model`]; a page is parsed, looked at and rendered when it is asked for; what the checks find is gathered behind the
//! answer, page by page, and told by a wake. Between a save and the page nothing grows with the number of pages, but for
//! lists of pointers that are copied.
//! Must never serve other bytes than a build would write.

mod known;
mod state;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::check::Checked;
use crate::diag::Report;
use crate::load::{Options, ReadError};
use crate::output::Files;
use crate::reuse::Reuse;

use super::model::{Model, Step};
use known::Known;
use state::State;

/// Changes the severity of findings.
pub type Levels = dyn Fn(&mut Report) + Send + Sync;

/// The site now.
#[derive(Debug)]
pub struct Now {
    /// Its files; none if it cannot be shown. The same `Arc` as before says that nothing differs.
    pub files: Option<Arc<dyn Files>>,
    /// What was found, as far as it is known; the same `Arc` where it is the same.
    pub report: Arc<Report>,
    /// How many pages the author has written.
    pub pages: usize,
    /// What is read besides the site's own folders.
    pub also: Vec<PathBuf>,
}

/// A site that is kept up to date.
pub struct Live {
    model: Model,
    levels: Arc<Levels>,
    /// The last one that can be shown.
    state: Option<Arc<State>>,
    /// Whether the site cannot be shown as it is now.
    is_broken: bool,
    /// Whether what is known is of the site that cannot be shown, and no longer of the last state.
    is_forgotten: bool,
    known: Arc<Known>,
    reuse: Reuse,
}

impl Live {
    /// Of a site that nobody has read yet. `wake` is called, from another thread, when the checks have found all there is to
    /// find: [`Live::step`] then has a new report.
    pub fn new(options: Options, levels: Arc<Levels>, wake: impl Fn() + Send + Sync + 'static) -> Self {
        let reuse = Reuse::kept();
        let model = Model::new(Options { preview: true, ..options }, reuse.clone());
        Self { model, known: Arc::new(Known::new(levels.clone(), wake)), levels, state: None, is_broken: false, is_forgotten: false, reuse }
    }

    /// Take in what was touched since the last step, paths relative to the root. `None` is anything; nothing asks for what
    /// the checks have found meanwhile.
    ///
    /// # Errors
    /// When the machine refuses to read a file.
    pub fn step(&mut self, touched: Option<&BTreeSet<PathBuf>>) -> Result<Now, ReadError> {
        let before = self.state.clone();
        if touched.is_some_and(BTreeSet::is_empty) {
            return Ok(self.now());
        }
        let state = match self.model.step(touched)? {
            Step::Same(_) => match before {
                Some(state) => {
                    // It may have been broken meanwhile, and what is told be about that.
                    if self.is_forgotten {
                        self.known.forget(&state.checked, None);
                    } else if self.is_broken {
                        self.known.mended(&state.checked);
                    }
                    state
                }
                // A model has a site only after it gave one.
                None => return self.step(None),
            },
            Step::Revised { site, pages, theme } => {
                let next = before.as_ref().and_then(|before| Some((before, Arc::new(before.following(&site, &pages)?))));
                let Some((before, next)) = next else { return self.step(None) };
                self.known.revise(&before.checked, &next.checked, &pages, theme);
                next
            }
            Step::Anew(site) => match State::new(&site, self.levels.clone(), &self.reuse) {
                Some(state) => {
                    let state = Arc::new(state);
                    self.known.forget(&state.checked, None);
                    state
                }
                // A site without a theme does not resolve.
                None => return Ok(self.broken(Report::default(), None)),
            },
            Step::Broken { report, files, site } => {
                let Some(site) = site else { return Ok(self.broken(report, files.as_ref())) };
                let mut report = report;
                (self.levels)(&mut report);
                self.known.forget(&Arc::new(Checked::new(&site)), Some(report));
                (self.is_broken, self.is_forgotten) = (true, true);
                return Ok(self.now());
            }
        };
        (self.state, self.is_broken, self.is_forgotten) = (Some(state), false, false);
        Ok(self.now())
    }

    fn now(&self) -> Now {
        let inputs = self.state.as_ref().map(|state| &state.site.inputs);
        let (pages, also) = inputs.map(|inputs| (inputs.pages.len(), super::also(inputs))).unwrap_or_default();
        let files = self.state.clone().filter(|_| !self.is_broken).map(|state| state as Arc<dyn Files>);
        Now { files, report: self.known.report(), pages, also }
    }

    /// What is in the way, and what is known of the files that are not.
    fn broken(&mut self, mut report: Report, files: Option<&BTreeSet<PathBuf>>) -> Now {
        (self.levels)(&mut report);
        self.known.broken(report, files);
        self.is_broken = true;
        self.now()
    }
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("model", &self.model).finish_non_exhaustive()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.known.end();
    }
}
