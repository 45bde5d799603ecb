//! What the CSL engine has to know of the sources of a site together.
//!
//! In: the sources. Out: the digest of each entry, by which what was made of it is found again, and the order in which a style lists
//! them. The engine sorts only what it is given at once, and slowly; here the sources of a page find their places among those that
//! other pages listed before.
//! Must never order otherwise than one run of the engine would.

use std::cmp::Ordering;
use std::sync::{Mutex, PoisonError};

use hayagriva::{CitationItem, CitationRequest, Entry};
use xxhash_rust::xxh3::xxh3_128;

use super::Style;
use crate::load::sources::Sources;

/// The entries of a site's sources, for one style.
#[derive(Debug, Default)]
pub struct Entries {
    digests: Vec<u128>,
    ranks: Mutex<Ranks>,
}

/// Sources that were listed so far. Those of one class count as equal: a page lists them as it uses them.
#[derive(Debug, Default)]
struct Ranks {
    classes: Vec<Vec<usize>>,
    /// For each source, its class. Empty until the first is ranked.
    class_of: Vec<Option<usize>>,
}

impl Entries {
    /// Those of a site.
    pub fn of(sources: &Sources) -> Self {
        let digests = sources.all.iter().map(|source| xxh3_128(format!("{:?}", source.entry).as_bytes())).collect();
        Self { digests, ..Self::default() }
    }

    /// Digest of a source's entry.
    pub(super) fn digest(&self, source: usize) -> u128 {
        self.digests[source]
    }

    /// Put sources, which stand in the order of their use, in the order of a style's bibliography.
    pub(super) fn sort(&self, listed: &mut [usize], style: &Style, sources: &Sources) {
        if listed.len() < 2 || style.style.bibliography.as_ref().is_none_or(|b| b.sort.is_none()) {
            return;
        }
        let mut ranks = self.ranks.lock().unwrap_or_else(PoisonError::into_inner);
        if ranks.class_of.is_empty() {
            ranks.class_of = vec![None; self.digests.len()];
        }
        let unknown: Vec<usize> = listed.iter().copied().filter(|source| ranks.class_of[*source].is_none()).collect();
        if !unknown.is_empty() {
            ranks.insert(&unknown, |a, b| style.compare(&sources.all[a].entry, &sources.all[b].entry));
        }
        listed.sort_by_key(|source| ranks.class_of[*source]);
    }
}

impl Ranks {
    /// Find the places of sources that have none yet.
    fn insert(&mut self, unknown: &[usize], compare: impl Fn(usize, usize) -> Ordering) {
        for source in unknown {
            // One comparison costs as much as thousands of moves.
            match self.classes.binary_search_by(|class| compare(class[0], *source)) {
                Ok(class) => self.classes[class].push(*source),
                Err(place) => self.classes.insert(place, vec![*source]),
            }
        }
        for (number, class) in self.classes.iter().enumerate() {
            for source in class {
                self.class_of[*source] = Some(number);
            }
        }
    }
}

impl Style {
    /// How the bibliography orders two entries. The engine's order is stable, so it is asked both ways to find equals.
    fn compare(&self, a: &Entry, b: &Entry) -> Ordering {
        let second_first = |pair: [&Entry; 2]| {
            let entries = pair.map(Clone::clone);
            let items = entries.iter().map(|entry| CitationItem::new(entry, None, None, true, None)).collect();
            let cited = CitationRequest::new(items, self.bare(), self.locale.clone(), &self.locales, None);
            let rendered = self.engine([cited], self.bare());
            rendered.bibliography.is_some_and(|list| list.items.first().is_some_and(|item| item.key == entries[1].key()))
        };
        if second_first([a, b]) {
            Ordering::Greater
        } else if second_first([b, a]) {
            Ordering::Less
        } else {
            Ordering::Equal
        }
    }
}
