//! The CSL engine: citation marks and references.
//!
//! In: a style, and the citation groups of one page in order. Out: [`Formatted`], put together from parts that many pages share where
//! that gives the same (`parts`), else from one run of the engine for the page, since what a citation says can depend on the whole
//! page (2024a, 2024b). Both are reused by their inputs' digest.
//! Must never write HTML itself: that is `cite_html`'s.

mod entries;
mod parts;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use hayagriva::citationberg::taxonomy::Locator as Term;
use hayagriva::citationberg::{CitationFormat, IndependentStyle, Locale, LocaleCode, StyleCategory, StyleClass};
use hayagriva::{
    BibliographyDriver, BibliographyItem, BibliographyRequest, CitationItem, CitationRequest, CitePurpose, Entry, LocatorPayload, Rendered,
    SpecificLocator,
};
use xxhash_rust::xxh3::Xxh3;

pub use self::entries::Entries;
use self::parts::Kind;
pub use self::parts::Part;
pub use super::cite_html::MarkPart;
use super::cite_html::{joined, mark_parts, write_children};
use crate::load::Inputs;
use crate::load::cite_syntax::{CiteGroup, CiteItem, Locator};
use crate::load::markdown::escape;
use crate::load::sources::Sources;
use crate::load::style::CitationStyle;
use crate::reuse::Reuse;

/// A citation style, ready to format with.
#[derive(Debug, Clone)]
pub struct Style {
    style: Arc<IndependentStyle>,
    locales: Arc<Vec<Locale>>,
    locale: Option<LocaleCode>,
    digest: u128,
    /// What its marks depend on, and so which parts pages can share.
    kind: Kind,
    /// The style without what it prints.
    bare: OnceLock<Arc<IndependentStyle>>,
}

/// One page's citations, formatted.
#[derive(Debug, Clone, Default)]
pub struct Formatted {
    /// For each group, its parts in order.
    pub marks: Vec<Vec<MarkPart>>,
    /// Notes, when the style is one of notes: the HTML of each group's note.
    pub notes: Vec<String>,
    /// Source number and HTML of each reference, in the style's order.
    pub references: Vec<(usize, String)>,
}

/// A group as the engine needs it.
#[derive(Debug)]
pub struct Request<'a> {
    /// The group as written.
    pub group: &'a CiteGroup,
    /// The source of each of its items.
    pub sources: Vec<usize>,
}

impl Style {
    /// Make a style ready.
    pub fn of(read: &CitationStyle) -> Self {
        let mut ready = Self {
            style: read.csl.clone(),
            locales: read.locales.clone(),
            locale: Some(read.language.clone()),
            digest: read.digest,
            kind: Kind::Whole,
            bare: OnceLock::new(),
        };
        ready.kind = Kind::of(&ready);
        ready
    }

    /// Whether citations are numbers.
    pub fn is_numeric(&self) -> bool {
        self.style.info.category.iter().any(|c| matches!(c, StyleCategory::CitationFormat { format: CitationFormat::Numeric }))
    }

    /// Whether citations are footnotes.
    pub fn is_note(&self) -> bool {
        self.style.settings.class == StyleClass::Note
    }

    /// Format the citations of a page. `listed` are sources that the page's records use but its text does not.
    pub fn format(&self, sources: &Sources, entries: &Entries, groups: &[Request<'_>], listed: &[usize], reuse: &Reuse) -> Arc<Formatted> {
        if groups.is_empty() && listed.is_empty() {
            return Arc::new(Formatted::default());
        }
        let page = parts::Page { style: self, sources, entries, groups, listed, reuse };
        if let Some(formatted) = page.format() {
            return Arc::new(formatted);
        }
        let mut key = self.key(b"page");
        for request in groups {
            hash_group(&mut key, request, entries);
        }
        for source in listed {
            key.update(&entries.digest(*source).to_le_bytes());
            key.update(b"l");
        }
        reuse.cited(key.digest128(), || self.run(sources, groups, listed))
    }

    /// The beginning of a key: this style, and what kind of thing it made.
    fn key(&self, what: &[u8]) -> Xxh3 {
        let mut key = Xxh3::new();
        key.update(&self.digest.to_le_bytes());
        key.update(what);
        key
    }

    /// A group for the engine, with its number among the page's groups. Sources are named by their place in `entries`.
    fn shown<'a>(&'a self, entries: &'a [Entry], group: &Request<'a>, number: usize) -> CitationRequest<'a, Entry> {
        let items = group.group.items.iter().zip(&group.sources).map(|(item, source)| {
            let locator = item.locator.as_ref().map(specific);
            CitationItem::new(&entries[*source], locator, None, false, self.purpose(group.group, item.suppress_author))
        });
        CitationRequest::new(items.collect(), &self.style, self.locale.clone(), &self.locales, Some(number))
    }

    /// A narrative citation in a numeric style is the number alone; elsewhere the author's name in the text.
    fn purpose(&self, group: &CiteGroup, suppress_author: bool) -> Option<CitePurpose> {
        (group.narrative && !suppress_author && !self.is_numeric() && !self.is_note()).then_some(CitePurpose::Prose)
    }

    /// Sources that are cited without a mark, one after the other.
    fn hidden<'a>(&'a self, entries: &'a [Entry], sources: impl IntoIterator<Item = usize>) -> Vec<CitationRequest<'a, Entry>> {
        let item = |source: usize| CitationItem::new(&entries[source], None, None, true, None);
        let request = |source| CitationRequest::new(vec![item(source)], &self.style, self.locale.clone(), &self.locales, None);
        sources.into_iter().map(request).collect()
    }

    /// One run of the CSL engine. `list`: the style that makes the bibliography.
    fn engine<'a>(&'a self, requests: impl IntoIterator<Item = CitationRequest<'a, Entry>>, list: &'a IndependentStyle) -> Rendered {
        self.engine_from(1, requests, list)
    }

    /// The same, in which the first source has this number.
    fn engine_from<'a>(
        &'a self,
        first: usize,
        requests: impl IntoIterator<Item = CitationRequest<'a, Entry>>,
        list: &'a IndependentStyle,
    ) -> Rendered {
        let mut driver = BibliographyDriver::new().with_citation_number_offset(first - 1);
        for request in requests {
            driver.citation(request);
        }
        driver.finish(BibliographyRequest::new(list, self.locale.clone(), &self.locales))
    }

    /// The same style without anything to print: what it says of a citation is nothing, and its bibliography only sorts.
    fn bare(&self) -> &IndependentStyle {
        self.bare.get_or_init(|| {
            let mut style = (*self.style).clone();
            style.citation.layout.elements.clear();
            style.citation.sort = None;
            // Nothing is like nothing: the engine must not try to tell them apart.
            style.citation.disambiguate_add_names = false;
            style.citation.disambiguate_add_givenname = false;
            style.citation.disambiguate_add_year_suffix = false;
            if let Some(bibliography) = &mut style.bibliography {
                bibliography.layout.elements.clear();
            }
            Arc::new(style)
        })
    }

    /// Format groups in one run of the engine, whatever the style; sources are named by their place in `all`.
    pub fn run(&self, all: &Sources, groups: &[Request<'_>], listed: &[usize]) -> Formatted {
        // The engine gets the entries of this page only, in the order of use; sources that only records use come last.
        let mut sources: Vec<usize> = Vec::new();
        for source in groups.iter().flat_map(|g| &g.sources).chain(listed) {
            if !sources.contains(source) {
                sources.push(*source);
            }
        }
        let at = |source: &usize| sources.iter().position(|s| s == source).unwrap_or(0);
        let entries: Vec<Entry> = sources.iter().map(|s| all.all[*s].entry.clone()).collect();
        let local: Vec<Request<'_>> =
            groups.iter().map(|g| Request { group: g.group, sources: g.sources.iter().map(at).collect() }).collect();
        let shown = local.iter().enumerate().map(|(i, group)| self.shown(&entries, group, i + 1));
        let rendered = self.engine(shown.chain(self.hidden(&entries, listed.iter().map(at))), &self.style);
        let mut formatted = Formatted::default();
        for (i, (citation, request)) in rendered.citations.iter().zip(&local).enumerate() {
            if self.is_note() {
                formatted.notes.push(joined(&mark_parts(&citation.citation, request, false)));
                formatted.marks.push(note_mark(i));
            } else {
                formatted.marks.push(mark_parts(&citation.citation, request, !self.is_numeric()));
            }
        }
        if let Some(bibliography) = rendered.bibliography {
            for item in bibliography.items {
                if let Some(source) = all.index(&item.key) {
                    formatted.references.push((source, reference_html(&item)));
                }
            }
        }
        formatted
    }

    /// The reference of one source by itself, for its own page.
    pub fn reference(&self, inputs: &Inputs, entries: &Entries, source: usize, reuse: &Reuse) -> String {
        let formatted = self.format(&inputs.sources, entries, &[], &[source], reuse);
        formatted.references.first().map_or_else(|| escape(&inputs.sources.all[source].title()), |(_, html)| html.clone())
    }
}

/// The mark of the note of the group at this place in its page.
fn note_mark(group: usize) -> Vec<MarkPart> {
    vec![MarkPart::Item(0, format!("<sup>{}</sup>", group + 1))]
}

fn reference_html(item: &BibliographyItem) -> String {
    let mut html = String::new();
    write_children(&item.content, &mut html);
    html.trim().to_owned()
}

/// Add a group to a key.
fn hash_group(key: &mut Xxh3, request: &Request<'_>, entries: &Entries) {
    for (item, source) in request.group.items.iter().zip(&request.sources) {
        key.update(&entries.digest(*source).to_le_bytes());
        hash_words(key, item);
    }
    key.update(if request.group.narrative { b"n" } else { b"g" });
}

/// Add what the author wrote around a citation to a key.
fn hash_words(key: &mut Xxh3, item: &CiteItem) {
    if item.suppress_author || !item.prefix.is_empty() || !item.suffix.is_empty() || item.locator.is_some() {
        key.update(format!("{:?}{}{:?}{:?}", item.prefix, item.suppress_author, item.locator, item.suffix).as_bytes());
    }
    key.update(b"|");
}

fn specific(locator: &Locator) -> SpecificLocator<'_> {
    let term = match locator.term {
        "paragraph" => Term::Paragraph,
        "chapter" => Term::Chapter,
        "section" => Term::Section,
        "volume" => Term::Volume,
        "figure" => Term::Figure,
        "column" => Term::Column,
        "line" => Term::Line,
        "note" => Term::Note,
        "part" => Term::Part,
        "verse" => Term::Verse,
        "book" => Term::Book,
        "folio" => Term::Folio,
        "issue" => Term::Issue,
        "opus" => Term::Opus,
        "sub-verbo" => Term::SubVerbo,
        _ => Term::Page,
    };
    SpecificLocator(term, LocatorPayload::Str(&locator.value))
}
