//! Figures of sources whose text nobody has: double entry in place of a quote.
//!
//! In: the resolved site. Out: [`Entries`]: for each unarchived source, every figure that the site ascribes to it, and
//! where: in sentences that cite it, in records that rest on it, in its own title and note. A figure that stands in
//! two places was typed twice, so a slip in one of them is seen; one that stands alone cannot be checked at all.
//! Must never confirm a figure by itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::Checked;
use crate::config::CitesCover;
use crate::figures::{self, Figure, Lexicon};
use crate::load::prose::BlockKind;
use crate::resolve::Site;
use crate::resolve::claims::ClaimKind;
use crate::resolve::text::HeldText;

/// Where a figure stands: the page (or none, for the bibliography), and an offset or a record's number there.
type Place = (Option<usize>, &'static str, usize);

/// One figure that the site ascribes to a source.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    place: Place,
    low: f64,
    high: f64,
}

/// What one page ascribes to sources: their numbers, and figures.
pub type Ascribed = Vec<(usize, Entry)>;

/// All of them, by source.
#[derive(Debug, Default)]
pub struct Entries {
    by_source: HashMap<usize, Vec<Entry>>,
    /// Texts that were read for this. Each will be asked for again when its page is checked, and is read once if it is held.
    _held: Vec<HeldText>,
}

/// Pages that one thread looks at at once: few, so that in the end none waits long for another.
const AT_ONCE: usize = 4;

/// More texts than these are not held: they need memory.
const MOST_HELD: usize = 64;

/// The place of a figure of the running text: the first byte of its source.
pub fn in_text(page: usize, offset: usize) -> Place {
    (Some(page), "text", offset)
}

/// The place of an estimate's value.
pub fn in_estimate(page: usize, record: usize) -> Place {
    (Some(page), "estimates", record)
}

impl Entries {
    /// Gather what the site says.
    pub fn find(checked: &Checked, lexicon: &Lexicon) -> Self {
        let (site, mut entries) = (checked.site(), Self::default());
        let held = Mutex::new(Vec::new());
        let hold = |text: HeldText| {
            let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
            if held.len() < MOST_HELD {
                held.push(text);
            }
        };
        let of_page = |page: usize| checked.ascribed[page].get_or_init(|| of_page(site, page, lexicon, hold)).as_slice();
        let of_pages: Vec<&[(usize, Entry)]> = (0..site.inputs.pages.len()).into_par_iter().with_max_len(AT_ONCE).map(of_page).collect();
        let unarchived = site.inputs.sources.all.iter().enumerate().filter(|(_, s)| !s.is_archived());
        let of_sources = unarchived.flat_map(|(number, source)| {
            let texts = [("title", Some(source.title())), ("note", source.evidence.note.clone())];
            texts.into_iter().filter_map(|(name, text)| Some((name, text?))).flat_map(move |(name, text)| {
                let found = figures::figures(&text, lexicon);
                found
                    .into_iter()
                    .map(move |f| (number, Entry { place: (None, name, f.range.start), low: f.low, high: f.high }))
                    .collect::<Vec<_>>()
            })
        });
        for (source, entry) in of_pages.into_iter().flatten().copied().chain(of_sources) {
            entries.by_source.entry(source).or_default().push(entry);
        }
        entries._held = held.into_inner().unwrap_or_else(PoisonError::into_inner);
        entries
    }

    /// Whether a figure of one of these sources stands somewhere else as well: the same value, or the same end of a range.
    pub fn confirm(&self, sources: &[usize], place: Place, low: f64, high: f64) -> bool {
        let ends = [low, high];
        sources
            .iter()
            .filter_map(|s| self.by_source.get(s))
            .flatten()
            .any(|entry| entry.place != place && ends.iter().filter(|e| e.is_finite()).all(|end| *end == entry.low || *end == entry.high))
    }
}

/// The unarchived sources among some citations of a page.
pub fn unarchived(site: &Site, page: usize, citations: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut sources: Vec<usize> = citations.filter_map(|c| site.keys[page].sources[c]).collect();
    sources.retain(|s| !site.inputs.sources.all[*s].is_archived());
    sources.sort_unstable();
    sources.dedup();
    sources
}

fn of_page(site: &Site, page: usize, lexicon: &Lexicon, hold: impl FnOnce(HeldText)) -> Ascribed {
    let input = &site.inputs.pages[page];
    let mut found = Vec::new();
    // Most pages of most sites cite archived texts alone: theirs need not be read for this.
    if unarchived(site, page, 0..input.front.citations.len()).is_empty() {
        return found;
    }
    let text = site.text(page);
    let cites = &text.cites;
    let of_groups = |groups: &mut dyn Iterator<Item = usize>| -> Vec<usize> {
        groups.filter_map(|g| cites.groups.get(g)).flatten().flatten().copied().collect()
    };
    for block in &text.body.prose {
        let all = of_groups(&mut block.cites.iter().copied());
        if unarchived(site, page, all.iter().copied()).is_empty() {
            continue;
        }
        let together = block.kind == BlockKind::Row || site.inputs.config.cites_cover == CitesCover::Paragraph;
        for sentence in figures::sentences(&block.text, lexicon) {
            let own = of_groups(&mut sentence.marks.iter().filter_map(|m| block.cites.get(*m)).copied());
            let citations = if together { &all } else { &own };
            let sources = unarchived(site, page, citations.iter().copied());
            for figure in &sentence.figures {
                let place = in_text(page, block.source(figure.range.clone()).start);
                found.extend(sources.iter().map(|s| (*s, Entry { place, low: figure.low, high: figure.high })));
            }
        }
    }
    for claim in site.claims.by_page[page].iter().map(|c| &site.claims.all[*c]) {
        let sources = unarchived(site, page, claim.cites.iter().copied());
        if sources.is_empty() {
            continue;
        }
        let front = &input.front;
        let i = claim.record;
        let (text, note) = match claim.kind {
            ClaimKind::Estimate => {
                let (low, high) = crate::resolve::claims::range(&front.estimates[i]);
                found.extend(sources.iter().map(|s| (*s, Entry { place: in_estimate(page, i), low, high })));
                (None, &front.estimates[i].note)
            }
            ClaimKind::Event => (Some(&front.events[i].title), &front.events[i].note),
            ClaimKind::Response => (Some(&front.responses[i].action), &front.responses[i].note),
            ClaimKind::Motive => (Some(&front.motives[i].title), &front.motives[i].note),
        };
        for (k, text) in text.into_iter().chain(note).enumerate() {
            for Figure { low, high, range, .. } in figures::figures(text, lexicon) {
                // Unlike any offset: a record's text is one place for each of its figures.
                let place = (Some(page), claim.kind.list(), 1_000_000 * (i + 1) + 10_000 * k + range.start);
                found.extend(sources.iter().map(|s| (*s, Entry { place, low, high })));
            }
        }
    }
    hold(text);
    found
}
