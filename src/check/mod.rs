//! Stage 3: say everything that is wrong.
//!
//! In: [`Site`]. Out: [`Checked`]: for each citation whether and where its quote was found; and [`Summary`]: counts for
//! readers. All findings go to the report, at the levels that the site and its pages set. Entry points: [`Checker`],
//! which goes page by page, and [`check`].
//! Must never change the site, and never stop at the first finding.

mod entries;
mod evidence;
mod headings;
mod images;
pub mod impact;
mod levels;
mod links;
pub mod numbers;
mod quotes;
pub mod review;
mod settings;
mod summary;
mod theme;

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::diag::{Code, Diagnostic, Report, Severity};
use crate::figures::Lexicon;
use crate::output::PageSummary;
use crate::pieces::Pieces;
use crate::resolve::Site;
use crate::resolve::text::PageText;
use entries::{Ascribed, Entries};
pub use quotes::Standing;
pub use summary::Summary;

/// What the checks found out.
#[derive(Debug)]
pub struct Checked {
    site: Arc<Site>,
    standing: PerPage<Vec<Standing>>,
    /// What each page ascribes to sources whose text nobody has.
    ascribed: PerPage<Ascribed>,
}

/// For each page something that is found out when it is asked for; states of a site share it.
type PerPage<T> = Pieces<Arc<OnceLock<T>>>;

fn nothing_yet<T>(site: &Site) -> PerPage<T> {
    site.inputs.pages.iter().map(|_| Arc::new(OnceLock::new())).collect()
}

impl Checked {
    /// Nothing yet.
    pub fn new(site: &Arc<Site>) -> Self {
        Self { site: site.clone(), standing: nothing_yet(site), ascribed: nothing_yet(site) }
    }

    /// What is known of a state of the site that followed that of `self` by [`Site::revised`]: how the quotes of all pages
    /// stand but of those that were read anew.
    pub fn following(&self, site: &Arc<Site>, anew: &[usize]) -> Self {
        let standing = self.standing.with(anew.iter().map(|page| (*page, Arc::default())));
        let ascribed = self.ascribed.with(anew.iter().map(|page| (*page, Arc::default())));
        Self { site: site.clone(), standing, ascribed }
    }

    /// The site that is checked.
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// For each citation of a page's front matter: how its quote stands. Checked now if it has not been.
    pub fn standing(&self, page: usize) -> &[Standing] {
        self.standing[page].get_or_init(|| quotes::check_page(&self.site, page, &mut Report::default()))
    }
}

/// What the check of one page found.
#[derive(Debug)]
pub struct PageChecked {
    /// All findings about the page, those of its Markdown included, at their levels.
    pub report: Report,
    /// What was counted in its text.
    pub counts: numbers::Counts,
}

/// Checks the pages of a site one by one, in any order, then the site as a whole.
#[derive(Debug)]
pub struct Checker {
    /// What is known so far.
    pub checked: Arc<Checked>,
    site: Arc<Site>,
    lexicon: Lexicon,
    entries: Entries,
}

impl Checker {
    /// Prepare what all pages share.
    pub fn new(site: &Arc<Site>) -> Self {
        Self::of(Arc::new(Checked::new(site)))
    }

    /// The same where something is known already.
    pub fn of(checked: Arc<Checked>) -> Self {
        let site = checked.site.clone();
        let lexicon = numbers::lexicon(&site);
        let entries = Entries::find(&checked, &lexicon);
        Self { checked, site, lexicon, entries }
    }

    /// Check one page.
    pub fn page(&self, page: usize, text: &PageText) -> PageChecked {
        let site = &*self.site;
        let mut report = Report::default();
        let standing = quotes::check_page(site, page, &mut report);
        // Whoever asked for it before got the same.
        let _ = self.checked.standing[page].set(standing);
        quotes::check_text(site, page, text, self.checked.standing(page), &mut report);
        let counts = numbers::check_page(site, page, text, &self.lexicon, &self.entries, &mut report);
        links::check_page(site, page, text, &mut report);
        images::check_page(site, page, text, &mut report);
        headings::check_page(site, page, text, &mut report);
        evidence::check_page(site, page, &mut report);
        review::check_page(&site.inputs, page, &mut report);
        levels::apply(site, &mut report);
        report.extend(in_the_way(site, page, text));
        PageChecked { report, counts }
    }

    /// Check what concerns no page alone, and count. `pages` in any order.
    pub fn site(&self, pages: impl IntoIterator<Item = PageChecked>, report: &mut Report) -> Summary {
        let mut summary = Summary::default();
        for page in pages {
            summary.add_numbers(&page.counts);
            report.extend(page.report);
        }
        self.rest(report);
        summary.finish(&self.checked);
        summary
    }

    /// Check what concerns no page alone.
    pub fn rest(&self, report: &mut Report) {
        let mut found = Report::default();
        quotes::check_site(&self.site, &mut found);
        evidence::check_site(&self.site, &mut found);
        images::check_site(&self.site, &mut found);
        settings::check(&self.site, &mut found);
        home(&self.site, &mut found);
        levels::apply(&self.site, &mut found);
        report.extend(found);
    }
}

/// A site without a home page answers its visitors with a list of files, or with nothing.
fn home(site: &Site, report: &mut Report) {
    let inputs = &site.inputs;
    let is_elsewhere = inputs.unread.contains("_index.md") || inputs.drafts.contains("_index.md");
    if site.routes.home.is_none() && !is_elsewhere && !inputs.pages.is_empty() {
        report.push(
            Diagnostic::bare(Code::HomeMissing, "the site has no home page: content/_index.md does not exist")
                .help("make one with `cited new _index.md`"),
        );
    }
}

/// Whether what is found on a page never depends on the figures of other pages: no source is without a text.
pub fn stands_alone(site: &Site) -> bool {
    site.inputs.sources.all.iter().all(crate::load::sources::Source::is_archived)
}

/// What is counted on a page, for its author.
pub fn counted(checked: &Checked, page: usize, text: &PageText, lexicon: &Lexicon) -> PageSummary {
    // Only findings depend on what other pages say.
    let counts = numbers::check_page(&checked.site, page, text, lexicon, &Entries::default(), &mut Report::default());
    summary::of_page(checked, page, &counts)
}

/// What keeps a page from being rendered: what was found in its text, what it asks of the theme, levels that it sets.
pub fn in_the_way(site: &Site, page: usize, text: &PageText) -> Report {
    let mut report = text.report.clone();
    theme::check_page(site, page, text, &mut report);
    levels::check_page(site, page, &mut report);
    report
}

/// Check a site.
pub fn check(site: &Arc<Site>, report: &mut Report) -> (Arc<Checked>, Summary) {
    let checker = Checker::new(site);
    let pages: Vec<PageChecked> = (0..site.inputs.pages.len()).into_par_iter().map(|page| checker.page(page, &site.text(page))).collect();
    let summary = checker.site(pages, report);
    (checker.checked, summary)
}

/// Findings that are off by default are made only where somebody switched them on.
fn wanted(site: &Site, page: usize, code: Code) -> bool {
    code.severity() != Severity::Off
        || site.inputs.config.checks.contains_key(&code)
        || site.inputs.pages[page].front.checks.contains_key(code.name())
}
