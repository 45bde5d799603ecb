//! A site through time: what has to be read and resolved again after a change.
//!
//! In: the paths that were touched. Out: [`Step`]: the site as it is now, with whatever did not change shared with the one
//! before; or what keeps it from being resolved. Used by whoever builds again and again; one build needs none of it.
//! Must never give another site than one that was read and resolved from nothing.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::diag::Report;
use crate::load::again::{self, Again};
use crate::load::{self, Options, ReadError};
use crate::resolve::Site;
use crate::reuse::Reuse;

/// The last site that could be resolved, and what was touched since.
#[derive(Debug)]
pub struct Model {
    options: Options,
    reuse: Reuse,
    site: Option<Arc<Site>>,
    /// `None`: anything may have been.
    touched: Option<BTreeSet<PathBuf>>,
}

/// From one site to the next.
#[derive(Debug)]
pub enum Step {
    /// Nothing differs.
    Same(Arc<Site>),
    /// Some pages were read anew, and perhaps the theme.
    Revised {
        /// The site now.
        site: Arc<Site>,
        /// Numbers of those pages.
        pages: Vec<usize>,
        /// Whether the theme was.
        theme: bool,
    },
    /// Everything was read and resolved.
    Anew(Arc<Site>),
    /// The site cannot be resolved.
    Broken {
        /// What is in the way.
        report: Report,
        /// The only files that were looked at, if not all were.
        files: Option<BTreeSet<PathBuf>>,
        /// What there is of the site, if all of it was looked at and there is something: its pages may be checked.
        site: Option<Arc<Site>>,
    },
}

impl Model {
    /// Of a site that nobody has read yet.
    pub fn new(options: Options, reuse: Reuse) -> Self {
        Self { options, reuse, site: None, touched: None }
    }

    /// Take in what was touched since the last step, paths relative to the root; `None` is anything.
    ///
    /// # Errors
    /// When the machine refuses to read a file. What was touched is then looked at again in the next step.
    pub fn step(&mut self, touched: Option<&BTreeSet<PathBuf>>) -> Result<Step, ReadError> {
        match (&mut self.touched, touched) {
            (Some(all), Some(more)) => all.extend(more.iter().cloned()),
            (all, _) => *all = None,
        }
        if let (Some(before), Some(touched)) = (&self.site, &self.touched) {
            match again::read(&self.options, &before.inputs, touched, &self.reuse)? {
                Again::All => {}
                Again::Broken(report) => return Ok(Step::Broken { report, files: Some(touched.clone()), site: None }),
                Again::Read { pages, theme: false, .. } if pages.is_empty() => {
                    let site = before.clone();
                    self.touched = Some(BTreeSet::new());
                    return Ok(Step::Same(site));
                }
                Again::Read { inputs, pages, theme } => {
                    if let Some(site) = before.revised(*inputs, &pages) {
                        let mut found = site.claims.found.clone();
                        for page in &pages {
                            found.extend(site.inputs.pages[*page].found.clone());
                            found.extend(site.keys[*page].found.clone());
                        }
                        if found.is_unbuildable() {
                            return Ok(Step::Broken { report: found, files: Some(touched.clone()), site: None });
                        }
                        let site = self.take(site);
                        return Ok(Step::Revised { site, pages, theme });
                    }
                }
            }
        }
        let inputs = match load::read(&self.options, &self.reuse)? {
            Ok(inputs) => inputs,
            Err(report) => return Ok(Step::Broken { report, files: None, site: None }),
        };
        if let Some(before) = self.site.clone().filter(|before| inputs.is_same(&before.inputs)) {
            self.touched = Some(BTreeSet::new());
            return Ok(Step::Same(before));
        }
        let site = Site::of(Arc::new(inputs), &self.reuse);
        let mut found = Report::default();
        site.inputs.tell(&mut found);
        site.tell(&mut found);
        if found.is_unbuildable() {
            // What is mended may be anywhere.
            self.touched = None;
            return Ok(Step::Broken { report: found, files: None, site: Some(Arc::new(site)) });
        }
        Ok(Step::Anew(self.take(site)))
    }

    fn take(&mut self, site: Site) -> Arc<Site> {
        let site = Arc::new(site);
        self.site = Some(site.clone());
        self.touched = Some(BTreeSet::new());
        site
    }
}
