//! What the text of one page says, with its names resolved.
//!
//! In: a page and the site's names. Out: [`PageText`]: the parsed body, the targets of its links, its citations; and
//! [`Facts`], the little of it that other pages show. A text is made when it is asked for and lives as long as somebody
//! holds it, so a site's memory does not grow with the length of its texts; its facts stay.
//! Must never look into another page's text.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use super::Site;
use super::cites::{self, PageCites};
use super::links::{self, Target};
use crate::diag::Report;
use crate::load::markdown::Body;

/// The text of a page, resolved.
#[derive(Debug)]
pub struct PageText {
    /// Its Markdown.
    pub body: Body,
    /// The target of each of its links.
    pub links: Vec<Target>,
    /// Its citations.
    pub cites: PageCites,
    /// What was found in it: faults of its Markdown, unknown names.
    pub report: Report,
}

/// What other pages show of a page's text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The sources that the page uses, as they are numbered and listed.
    pub listed: Box<[u32]>,
    /// For each citation: how often the text uses it.
    pub uses: Box<[u32]>,
    /// Digests of the headings' ids.
    headings: Box<[u32]>,
    /// Pages to places in which it has links.
    leads_into: Box<[u32]>,
    /// Whether the author wrote HTML: ids in it are not known.
    pub raw_html: bool,
}

impl Facts {
    fn of(text: &PageText) -> Self {
        let short = |n: &usize| u32::try_from(*n).unwrap_or(u32::MAX);
        let place = |target: &Target| match target {
            Target::Page { page, fragment: Some(_) } => Some(short(page)),
            _ => None,
        };
        Self {
            leads_into: text.links.iter().filter_map(place).collect(),
            listed: text.cites.listed.iter().map(short).collect(),
            uses: text.cites.uses.iter().map(short).collect(),
            headings: text.body.headings.iter().map(|h| digest(&h.id)).collect(),
            raw_html: text.body.raw_html,
        }
    }

    /// The number that readers see for a source of this page.
    pub fn number(&self, source: usize) -> Option<usize> {
        self.listed.iter().position(|s| *s as usize == source).map(|i| i + 1)
    }

    /// Whether it has links to places in some of these pages.
    pub fn leads_into(&self, pages: &[usize]) -> bool {
        self.leads_into.iter().any(|page| pages.contains(&(*page as usize)))
    }

    /// Whether a heading has an id; of four thousand million ids that none has, one is taken for one that is there.
    pub fn has_heading(&self, id: &str) -> bool {
        self.headings.contains(&digest(id))
    }
}

fn digest(id: &str) -> u32 {
    // The lower half is as good a digest as the whole, only shorter.
    (xxhash_rust::xxh3::xxh3_64(id.as_bytes()) & u64::from(u32::MAX)) as u32
}

/// A page's text, for as long as somebody holds it. Boxed, since the site remembers where it was: that keeps the memory of
/// whatever stands within the `Arc`.
#[allow(clippy::redundant_allocation, reason = "see above")]
pub type HeldText = Arc<Box<PageText>>;

/// The place of a page's text: made, or to be made.
#[derive(Debug, Default)]
pub struct Slot {
    text: Mutex<Weak<Box<PageText>>>,
    facts: OnceLock<Facts>,
}

impl Site {
    /// The text of a page. Made anew unless somebody still holds it.
    pub fn text(&self, page: usize) -> HeldText {
        let slot = &self.texts[page];
        let kept = slot.text.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
        let text = kept.unwrap_or_else(|| {
            let made = Arc::new(Box::new(self.read_text(page)));
            *slot.text.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&made);
            made
        });
        slot.facts.get_or_init(|| Facts::of(&text));
        text
    }

    /// What other pages show of a page's text.
    pub fn facts(&self, page: usize) -> &Facts {
        self.texts[page].facts.get_or_init(|| Facts::of(&self.read_text(page)))
    }

    /// The same, if it is known already.
    pub fn known_facts(&self, page: usize) -> Option<&Facts> {
        self.texts[page].facts.get()
    }

    /// Whether a page uses one of its citations at all.
    pub fn is_used(&self, page: usize, citation: usize) -> bool {
        self.keys[page].in_records[citation] || self.facts(page).uses[citation] > 0
    }

    fn read_text(&self, page: usize) -> PageText {
        let inputs = &*self.inputs;
        let input = &inputs.pages[page];
        let mut report = Report::default();
        let body = input.parse_body(inputs.config.trusted_html, &mut report);
        let style = self.style.as_ref().map(|s| (s, &*self.entries));
        let cites = cites::of_text(input, &body.cites, &self.keys[page], inputs, style, &self.reuse, &mut report);
        let generated = |path: &str| super::is_generated(path, inputs, &self.routes);
        let links = body.links.iter().map(|link| links::resolve(&link.target, page, inputs, &self.routes, generated)).collect();
        PageText { body, links, cites, report }
    }
}
