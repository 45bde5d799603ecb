//! What the checks have found so far, and the thread that looks for the rest.
//!
//! In: states of the site, each with what differs from the one before. Out: the report, and a wake when it is complete. What
//! was found on a page stays known while nothing that it depends on changes. A newer state ends the work for an older one.
//! Must never hold up whoever asks for a page: it works in threads of its own.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rayon::ThreadPool;
use rayon::prelude::*;

use super::Levels;
use crate::check::{Checked, Checker};
use crate::diag::Report;
use crate::resolve::Site;
use crate::resolve::text::Facts;

/// With no more pages than this to check, a thread does it by itself.
const FEW: usize = 8;

/// Of one site through time.
pub(super) struct Known {
    /// Counts the states; what an older one finds is not taken.
    newest: AtomicU64,
    store: Mutex<Store>,
    threads: OnceLock<Option<ThreadPool>>,
    levels: Arc<Levels>,
    wake: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct Store {
    /// For each page what was found on it, at the levels of the checks; none if it has to be checked.
    pages: Vec<Option<Arc<Report>>>,
    /// What was found on no page alone; none if that has to be looked at.
    rest: Option<Arc<Report>>,
    /// The pages that were read anew.
    anew: Vec<Anew>,
    /// What is told.
    report: Arc<Report>,
    /// The last complete report.
    complete: Arc<Report>,
}

/// A page that was read anew, and what others were checked against before.
struct Anew {
    page: usize,
    /// What others could see of its text, if anybody had looked.
    facts: Option<Facts>,
    /// Whether its figures confirmed those of others.
    confirmed: bool,
}

/// Whether a page has figures of sources that nobody has a text of: those are checked against what several pages say.
fn is_confirmed(site: &Site, page: usize) -> bool {
    site.keys[page].sources.iter().flatten().any(|source| !site.inputs.sources.all[*source].is_archived())
}

impl Known {
    pub fn new(levels: Arc<Levels>, wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (newest, store, threads) = (AtomicU64::new(0), Mutex::default(), OnceLock::new());
        Self { newest, store, threads, levels, wake: Box::new(wake) }
    }

    /// The report as far as it is known.
    pub fn report(&self) -> Arc<Report> {
        self.lock().report.clone()
    }

    /// Something is in the way of a newer state. It is told with what was found in other files than `files`, which are said
    /// anew; without any all are.
    pub fn broken(&self, mut report: Report, files: Option<&BTreeSet<PathBuf>>) {
        let mut store = self.lock();
        // Whoever looks through the last state would tell of that.
        self.next();
        if let Some(files) = files {
            let is_said_anew = |path: &str| files.contains(Path::new(path));
            let others = store.complete.iter().filter(|d| !d.span.as_ref().is_some_and(|s| is_said_anew(&s.file.path)));
            report.extend(others.cloned().collect());
        }
        report.finish();
        if report != *store.report {
            store.report = Arc::new(report);
        }
    }

    /// The site is again the state that it was before it broke.
    pub fn mended(self: &Arc<Self>, state: &Arc<Checked>) {
        let mut store = self.lock();
        let number = self.next();
        store.report = store.complete.clone();
        drop(store);
        self.look(number, state);
    }

    /// Nothing is known of a state; if it is broken, what is in the way.
    pub fn forget(self: &Arc<Self>, state: &Arc<Checked>, in_the_way: Option<Report>) {
        let mut store = self.lock();
        let number = self.next();
        store.pages = vec![None; state.site().inputs.pages.len()];
        (store.rest, store.anew) = (None, Vec::new());
        match in_the_way {
            Some(mut report) => {
                report.finish();
                store.report = Arc::new(report);
            }
            None if store.report.is_unbuildable() => store.report = Arc::default(),
            None => {}
        }
        drop(store);
        self.look(number, state);
    }

    /// In this state some pages were read anew since `before`, and perhaps the theme.
    pub fn revise(self: &Arc<Self>, before: &Checked, state: &Arc<Checked>, pages: &[usize], theme: bool) {
        let mut store = self.lock();
        let number = self.next();
        if theme || !Arc::ptr_eq(&before.site().claims, &state.site().claims) {
            store.pages.iter_mut().for_each(|page| *page = None);
            store.rest = None;
        }
        for page in pages {
            store.pages[*page] = None;
            // Of several states that nobody looked through, the first tells what others were checked against.
            if !store.anew.iter().any(|known| known.page == *page) {
                let site = before.site();
                let (facts, confirmed) = (site.known_facts(*page).cloned(), is_confirmed(site, *page));
                store.anew.push(Anew { page: *page, facts, confirmed });
            }
        }
        if store.report.is_unbuildable() {
            store.report = store.complete.clone();
        }
        drop(store);
        self.look(number, state);
    }

    /// The number of a new state: whoever works for an older one stops.
    fn next(&self) -> u64 {
        self.newest.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Begin to look for what is not known of a state.
    fn look(self: &Arc<Self>, number: u64, state: &Arc<Checked>) {
        let (known, state) = (self.clone(), state.clone());
        // Without a thread the report stays as it is until the next change.
        let _ = std::thread::Builder::new().name("check".to_owned()).spawn(move || known.look_through(number, &state));
    }

    /// No more states.
    pub fn end(&self) {
        self.next();
    }

    fn is_over(&self, number: u64) -> bool {
        self.newest.load(Ordering::Relaxed) != number
    }

    fn look_through(&self, number: u64, state: &Arc<Checked>) {
        let site = state.site();
        let checker = self.aside(|| Checker::of(state.clone()));
        let check = |page: usize| {
            if self.is_over(number) {
                return;
            }
            let mut report = checker.page(page, &site.text(page)).report;
            (self.levels)(&mut report);
            let mut store = self.lock();
            if !self.is_over(number) {
                store.pages[page] = Some(Arc::new(report));
            }
        };
        let all = |pages: Vec<usize>| match pages.len() {
            ..=FEW => pages.into_iter().for_each(check),
            _ => self.aside(|| pages.into_par_iter().for_each(check)),
        };
        let unknown = || -> Vec<usize> { self.lock().pages.iter().enumerate().filter(|(_, p)| p.is_none()).map(|(n, _)| n).collect() };
        all(unknown());
        if self.is_over(number) {
            return;
        }
        if self.look_further(number, state) {
            all(unknown());
        }
        self.tell(number, state, &checker);
    }

    /// Forget what was found on pages that see something of the texts that were read anew: those with a link to a place in
    /// one, and those whose figures other pages confirm. Whether there are any.
    fn look_further(&self, number: u64, state: &Arc<Checked>) -> bool {
        let site = state.site();
        let mut store = self.lock();
        if self.is_over(number) {
            return false;
        }
        let differs = |anew: &&Anew| anew.facts.as_ref() != Some(site.facts(anew.page));
        let differing: Vec<usize> = store.anew.iter().filter(differs).map(|anew| anew.page).collect();
        let confirms = store.anew.iter().any(|anew| anew.confirmed || anew.facts.is_none() || is_confirmed(site, anew.page));
        if differing.is_empty() && !confirms {
            return false;
        }
        store.rest = None;
        let anew: Vec<usize> = store.anew.iter().map(|anew| anew.page).collect();
        for (page, found) in store.pages.iter_mut().enumerate().filter(|(page, _)| !anew.contains(page)) {
            if site.facts(page).leads_into(&differing) || confirms && is_confirmed(site, page) {
                *found = None;
            }
        }
        true
    }

    /// Put the report together, and say that it is complete.
    fn tell(&self, number: u64, state: &Arc<Checked>, checker: &Checker) {
        if self.is_over(number) {
            return;
        }
        let rest = self.lock().rest.clone().unwrap_or_else(|| {
            let mut rest = Report::default();
            state.site().inputs.tell(&mut rest);
            state.site().tell(&mut rest);
            self.aside(|| checker.rest(&mut rest));
            (self.levels)(&mut rest);
            Arc::new(rest)
        });
        let found: Vec<Arc<Report>> = self.lock().pages.iter().flatten().filter(|r| !r.is_empty()).cloned().collect();
        let mut report = (*rest).clone();
        found.iter().for_each(|of_page| report.extend((**of_page).clone()));
        report.finish();
        {
            let mut store = self.lock();
            if self.is_over(number) {
                return;
            }
            (store.rest, store.anew) = (Some(rest), Vec::new());
            if report != *store.complete {
                store.complete = Arc::new(report);
            }
            store.report = store.complete.clone();
        }
        (self.wake)();
    }

    /// Do what may be divided among threads, in those of the checks.
    fn aside<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        match self.threads.get_or_init(pool) {
            Some(threads) => threads.install(work),
            None => work(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One thread fewer than there are processors: somebody may ask for a page meanwhile. They take no work of others.
fn pool() -> Option<ThreadPool> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get().saturating_sub(1).max(1));
    rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(|n| format!("check-{n}")).build().ok()
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").finish_non_exhaustive()
    }
}
