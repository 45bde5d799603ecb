//! Stage 3: say everything that is wrong.
//!
//! In: [`Site`]. Out: [`Checked`]: for each citation whether and where its quote was found, and counts for readers;
//! all findings go to the report, at the levels that the site and its pages set. Entry point: [`check`].
//! Must never change the site, and never stop at the first finding.

mod entries;
mod evidence;
pub mod impact;
mod links;
mod numbers;
mod quotes;
pub mod review;
mod summary;
mod theme;

use rayon::prelude::*;

use crate::diag::{Code, Diagnostic, Report, Severity, Sort, did_you_mean};
use crate::resolve::Site;
use crate::yaml_path;
pub use quotes::Standing;
pub use summary::Summary;

/// What the checks found out.
#[derive(Debug, Default)]
pub struct Checked {
    /// For each page and citation of its front matter: how its quote stands.
    pub standing: Vec<Vec<Standing>>,
    /// Counts over the site.
    pub summary: Summary,
}

/// Check a site.
pub fn check(site: &Site<'_>, report: &mut Report) -> Checked {
    let mut found = Report::default();
    let lexicon = numbers::lexicon(site);
    let entries = entries::Entries::find(site, &lexicon);
    let pages: Vec<(Vec<Standing>, Report, numbers::Counts)> = (0..site.inputs.pages.len())
        .into_par_iter()
        .map(|page| {
            let mut report = Report::default();
            let standing = quotes::check_page(site, page, &mut report);
            let counts = numbers::check_page(site, page, &lexicon, &entries, &mut report);
            links::check_page(site, page, &mut report);
            evidence::check_page(site, page, &mut report);
            theme::check_page(site, page, &mut report);
            review::check_page(site.inputs, page, &mut report);
            (standing, report, counts)
        })
        .collect();
    let mut checked = Checked::default();
    for (standing, page_report, counts) in pages {
        checked.summary.add_numbers(&counts);
        checked.standing.push(standing);
        found.extend(page_report);
    }
    quotes::check_site(site, &mut found);
    evidence::check_site(site, &mut found);
    levels(site, &mut found, report);
    report.extend(found);
    checked.summary.finish(site, &checked.standing);
    checked
}

/// Apply the levels of `site.yaml`, then those of the page that a finding lies in.
fn levels(site: &Site<'_>, found: &mut Report, report: &mut Report) {
    let mut by_page = std::collections::HashMap::new();
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
    let site_levels = &site.inputs.config.checks;
    found.relevel(|d| {
        let page_level = d.span.as_ref().and_then(|s| by_page.get(&(s.file.path.clone(), d.code)));
        if d.code.sort() == Sort::Unbuildable {
            return d.severity;
        }
        *page_level.or_else(|| site_levels.get(&d.code)).unwrap_or(&d.severity)
    });
}

/// Findings that are off by default are made only where somebody switched them on.
fn wanted(site: &Site<'_>, page: usize, code: Code) -> bool {
    code.severity() != Severity::Off
        || site.inputs.config.checks.contains_key(&code)
        || site.inputs.pages[page].front.checks.contains_key(code.name())
}
