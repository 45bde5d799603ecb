//! Stage 3: say everything that is wrong.
//!
//! In: [`Site`]. Out: [`Checked`]: for each citation whether and where its quote was found; and [`Summary`]: counts for
//! readers. All findings go to the report, at the levels that the site and its pages set. Entry points: [`Checker`],
//! which goes page by page, and [`check`].
//! Must never change the site, and never stop at the first finding.

mod entries;
mod evidence;
mod images;
pub mod impact;
mod links;
pub mod numbers;
mod quotes;
pub mod review;
mod settings;
pub mod summary;
mod theme;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::diag::{Code, Diagnostic, Report, Severity, Sort, did_you_mean};
use crate::figures::Lexicon;
use crate::resolve::Site;
use crate::resolve::text::PageText;
use crate::yaml_path;
use entries::Entries;
pub use quotes::Standing;
pub use summary::Summary;

/// What the checks found out.
#[derive(Debug)]
pub struct Checked {
    site: Arc<Site>,
    standing: Vec<OnceLock<Vec<Standing>>>,
}

impl Checked {
    fn new(site: &Arc<Site>) -> Self {
        Self { site: site.clone(), standing: site.inputs.pages.iter().map(|_| OnceLock::new()).collect() }
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
    levels: Levels,
}

impl Checker {
    /// Prepare what all pages share.
    pub fn new(site: &Arc<Site>, report: &mut Report) -> Self {
        let lexicon = numbers::lexicon(site);
        let entries = Entries::find(site, &lexicon);
        let levels = Levels::read(site, report);
        Self { checked: Arc::new(Checked::new(site)), site: site.clone(), lexicon, entries, levels }
    }

    /// Check one page.
    pub fn page(&self, page: usize, text: &PageText) -> PageChecked {
        let site = &*self.site;
        let mut report = Report::default();
        let standing = quotes::check_page(site, page, &mut report);
        // Whoever asked for it before got the same.
        let _ = self.checked.standing[page].set(standing);
        let counts = numbers::check_page(site, page, text, &self.lexicon, &self.entries, &mut report);
        links::check_page(site, page, text, &mut report);
        images::check_page(site, page, text, &mut report);
        evidence::check_page(site, page, &mut report);
        theme::check_page(site, page, text, &mut report);
        review::check_page(&site.inputs, page, &mut report);
        self.levels.apply(&mut report);
        report.extend(text.report.clone());
        PageChecked { report, counts }
    }

    /// Check what concerns no page alone, and count. `pages` in any order.
    pub fn site(&self, pages: impl IntoIterator<Item = PageChecked>, report: &mut Report) -> Summary {
        let mut summary = Summary::default();
        for page in pages {
            summary.add_numbers(&page.counts);
            report.extend(page.report);
        }
        let mut found = Report::default();
        quotes::check_site(&self.site, &mut found);
        evidence::check_site(&self.site, &mut found);
        images::check_site(&self.site, &mut found);
        settings::check(&self.site, &mut found);
        self.levels.apply(&mut found);
        report.extend(found);
        summary.finish(&self.checked);
        summary
    }
}

/// Check a site.
pub fn check(site: &Arc<Site>, report: &mut Report) -> (Arc<Checked>, Summary) {
    let checker = Checker::new(site, report);
    let pages: Vec<PageChecked> = (0..site.inputs.pages.len()).into_par_iter().map(|page| checker.page(page, &site.text(page))).collect();
    let summary = checker.site(pages, report);
    (checker.checked, summary)
}

/// The levels that `site.yaml` and the pages set.
#[derive(Debug)]
struct Levels {
    site: BTreeMap<Code, Severity>,
    by_page: HashMap<(String, Code), Severity>,
}

impl Levels {
    fn read(site: &Site, report: &mut Report) -> Self {
        let mut by_page = HashMap::new();
        for page in &site.inputs.pages {
            for (name, level) in &page.front.checks {
                match name.parse::<Code>() {
                    Err(_) => report.push(
                        Diagnostic::at(
                            Code::KeyUnknown,
                            page.yaml.key_place(&yaml_path!["checks", name.as_str()]),
                            format!("there is no check `{name}`"),
                        )
                        .help(did_you_mean(name, Code::ALL.iter().map(|c| c.name()), || "`cited explain` lists the codes".to_owned())),
                    ),
                    Ok(code) if code.sort() == Sort::Unbuildable => report.push(
                        Diagnostic::at(
                            Code::ValueInvalid,
                            page.place(&yaml_path!["checks", name.as_str()]),
                            format!("`{name}` has no level: a page with such a finding cannot be built"),
                        )
                        .help("remove the line"),
                    ),
                    Ok(_) if level.reason.trim().is_empty() => report.push(
                        Diagnostic::at(
                            Code::CheckReason,
                            page.place(&yaml_path!["checks", name.as_str()]),
                            format!("the page changes the level of `{name}` without a reason"),
                        )
                        .help("add `reason:` with a sentence for whoever reviews the page"),
                    ),
                    Ok(code) => {
                        by_page.insert((page.file.path.clone(), code), level.level);
                    }
                }
            }
        }
        Self { site: site.inputs.config.checks.clone(), by_page }
    }

    /// Apply them: those of the site, then those of the page that a finding lies in.
    fn apply(&self, found: &mut Report) {
        found.relevel(|d| {
            let page_level = d.span.as_ref().and_then(|s| self.by_page.get(&(s.file.path.clone(), d.code)));
            if d.code.sort() == Sort::Unbuildable {
                return d.severity;
            }
            *page_level.or_else(|| self.site.get(&d.code)).unwrap_or(&d.severity)
        });
    }
}

/// Findings that are off by default are made only where somebody switched them on.
fn wanted(site: &Site, page: usize, code: Code) -> bool {
    code.severity() != Severity::Off
        || site.inputs.config.checks.contains_key(&code)
        || site.inputs.pages[page].front.checks.contains_key(code.name())
}
