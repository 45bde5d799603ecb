//! Counts over the site, for the end of `cited check` and for readers.
//!
//! In: the site and how its quotes stand. Out: [`Summary`]. Must never count a citation that nothing uses.

use super::Checked;
use super::numbers::Counts;
use super::quotes::Standing;
use crate::output::PageSummary;
use crate::resolve::claims::Flag;

/// What a person wants to know at the end of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Pages.
    pub pages: usize,
    /// Sources, and how many of them are archived.
    pub sources: usize,
    /// Archived sources.
    pub archived: usize,
    /// Claim records.
    pub claims: usize,
    /// Claim records with at least one citation.
    pub claims_cited: usize,
    /// Claim records that rest on one origin.
    pub single_origin: usize,
    /// Citations in use.
    pub citations: usize,
    /// Citations in use that have a quote of an archived source.
    pub quotes: usize,
    /// Of these, found in the archive or vouched for by the lock.
    pub quotes_verified: usize,
    /// Citations in use of sources that are not archived.
    pub unarchived: usize,
    /// Numbers in the text that count something.
    pub numbers: usize,
    /// Of these, cited.
    pub numbers_cited: usize,
    /// Disagreements between claims.
    pub disagreements: usize,
}

impl Summary {
    /// Add the numbers of a page.
    pub fn add_numbers(&mut self, counts: &Counts) {
        self.numbers += counts.numbers;
        self.numbers_cited += counts.cited;
    }

    /// Count what the whole site holds.
    pub fn finish(&mut self, checked: &Checked) {
        let site = checked.site();
        let inputs = &*site.inputs;
        self.pages = inputs.pages.len();
        self.sources = inputs.sources.all.len();
        self.archived = inputs.sources.all.iter().filter(|s| s.is_archived()).count();
        self.claims = site.claims.all.len();
        self.claims_cited = site.claims.all.iter().filter(|c| !c.cites.is_empty()).count();
        self.single_origin = site.claims.all.iter().filter(|c| c.flags.contains(&Flag::SingleOrigin)).count();
        self.disagreements = site.claims.disagreements.len();
        for page in 0..inputs.pages.len() {
            for (i, stands) in checked.standing(page).iter().enumerate().filter(|(i, _)| site.is_used(page, *i)) {
                self.citations += 1;
                match stands {
                    Standing::Archive(_) | Standing::Lock(_) => {
                        self.quotes += 1;
                        self.quotes_verified += 1;
                    }
                    Standing::Unarchived => self.unarchived += 1,
                    Standing::Unchecked => self.quotes += usize::from(inputs.pages[page].front.citations[i].quote.is_some()),
                }
            }
        }
    }
}

/// What the checks counted on one page, for its author.
pub fn of_page(checked: &Checked, page: usize, counts: &Counts) -> PageSummary {
    let site = checked.site();
    let claims: Vec<_> = site.claims.by_page[page].iter().map(|c| &site.claims.all[*c]).collect();
    let standing = checked.standing(page);
    let used: Vec<&Standing> = standing.iter().enumerate().filter(|(i, _)| site.is_used(page, *i)).map(|(_, s)| s).collect();
    let of_this_page = |claim: usize| site.claims.all[claim].page == page;
    PageSummary {
        draft: site.inputs.pages[page].front.draft,
        claims: claims.len(),
        claims_cited: claims.iter().filter(|c| !c.cites.is_empty()).count(),
        single_origin: claims.iter().filter(|c| c.flags.contains(&Flag::SingleOrigin)).count(),
        citations: used.len(),
        verified: used.iter().filter(|s| s.paragraph().is_some()).count(),
        unarchived: used.iter().filter(|s| ***s == Standing::Unarchived).count(),
        numbers: counts.numbers,
        numbers_cited: counts.cited,
        disagreements: site.claims.disagreements.iter().filter(|d| of_this_page(d.pair.0) || of_this_page(d.pair.1)).count(),
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let share = |part: usize, whole: usize| (part * 100).checked_div(whole).unwrap_or(100);
        writeln!(f, "pages          {}", self.pages)?;
        writeln!(
            f,
            "claims         {} ({} % cited, {} on one origin)",
            self.claims,
            share(self.claims_cited, self.claims),
            self.single_origin
        )?;
        writeln!(f, "numbers        {} in the text ({} % cited)", self.numbers, share(self.numbers_cited, self.numbers))?;
        writeln!(
            f,
            "quotes         {} of {} verified ({} %)",
            self.quotes_verified,
            self.quotes,
            share(self.quotes_verified, self.quotes)
        )?;
        writeln!(f, "not checked    {} citations of sources without an archived text", self.unarchived)?;
        writeln!(f, "sources        {} ({} archived)", self.sources, self.archived)?;
        write!(f, "disagreements  {}", self.disagreements)
    }
}
