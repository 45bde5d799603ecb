//! The CSL engine: citation marks and references.
//!
//! In: a style, and the citation groups of one page in order. Out: [`Formatted`]. One engine run a page, since what a citation says can
//! depend on the whole page (2024a, 2024b); results are reused by their inputs' digest.
//! Must never write HTML itself: that is `cite_html`'s.

mod locales;

use std::sync::Arc;

use hayagriva::archive::ArchivedStyle;
use hayagriva::citationberg::taxonomy::Locator as Term;
use hayagriva::citationberg::{CitationFormat, IndependentStyle, Locale, LocaleCode, Style as CslStyle, StyleCategory, StyleClass};
use hayagriva::types::EntryType;
use hayagriva::{
    BibliographyDriver, BibliographyRequest, CitationItem, CitationRequest, CitePurpose, ElemMeta, Entry, LocatorPayload, Rendered,
    SpecificLocator,
};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

pub use super::cite_html::MarkPart;
use super::cite_html::{joined, mark_parts, write_children};
use super::{csl_bounds, style_names};
use crate::diag::{Code, Diagnostic, did_you_mean};
use crate::load::Inputs;
use crate::load::cite_syntax::{CiteGroup, Locator};
use crate::load::markdown::escape;
use crate::load::sources::Sources;
use crate::reuse::Reuse;
use crate::text::{Span, TextFile};
use crate::yaml::Yaml;
use crate::yaml_path;

/// A citation style with the words of its language.
#[derive(Debug, Clone)]
pub struct Style {
    style: Arc<IndependentStyle>,
    locales: Arc<Vec<Locale>>,
    locale: Option<LocaleCode>,
    digest: u128,
    /// References and marks do not depend on the other references of a page: each is formatted once a build.
    separable: bool,
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
    /// Find the style that the configuration names.
    pub fn find(inputs: &Inputs) -> Result<Self, Diagnostic> {
        let name = &inputs.config.citation_style;
        let place = || Yaml::whole(&inputs.config.file).place(&yaml_path!["citation_style"]);
        let (style, digest) = if let Some(file) = &inputs.style_file {
            return Self::read(file, &inputs.config.language);
        } else if name.ends_with(".csl") {
            return Err(Diagnostic::at(Code::StyleUnknown, place(), format!("the citation style `{name}` does not exist"))
                .help("write the path of a .csl file relative to the site's root"));
        } else {
            match ArchivedStyle::by_name(name).map(ArchivedStyle::get) {
                Some(CslStyle::Independent(style)) => (style, xxh3_128(name.as_bytes())),
                _ => {
                    let names: Vec<&str> = ArchivedStyle::all().iter().flat_map(|s| s.names()).copied().collect();
                    return Err(Diagnostic::at(Code::StyleUnknown, place(), format!("there is no citation style `{name}`"))
                        .help(did_you_mean(name, names.iter().copied(), || "use `ieee`, `apa`, `chicago-author-date`, `chicago-notes`, `modern-language-association`, or the path of a .csl file".to_owned())));
                }
            }
        };
        Ok(Self::of(style, digest, &inputs.config.language))
    }

    /// Read a `.csl` file, for a site in `language` (BCP 47).
    pub fn read(file: &Arc<TextFile>, language: &str) -> Result<Self, Diagnostic> {
        if let Err((message, place)) = csl_bounds::check(&file.text) {
            let message = format!("the citation style cannot be read: {message}");
            return Err(Diagnostic::at(Code::StyleUnknown, Span::new(file, place), message).help("use a published CSL 1.0 style"));
        }
        let style = IndependentStyle::from_xml(&file.text).map_err(|error| {
            Diagnostic::file(Code::StyleUnknown, file, format!("the citation style cannot be read: {}", first_line(&error.to_string())))
                .help("use an independent CSL 1.0 style; a dependent one only names another")
        })?;
        Ok(Self::of(style, xxh3_128(file.text.as_bytes()), language))
    }

    fn of(mut style: IndependentStyle, digest: u128, language: &str) -> Self {
        style_names::complete(&mut style);
        if let Some(bibliography) = &mut style.bibliography {
            // A dash in place of a repeated name: the engine garbles it for two authors, and links lead to single references.
            bibliography.subsequent_author_substitute = None;
        }
        let language = LocaleCode(match language {
            "en" => "en-US".to_owned(),
            other => other.to_owned(),
        });
        let locales = locales::of(&language);
        let mut found = Self { style: Arc::new(style), locales, locale: Some(language), digest, separable: false };
        found.separable = found.is_separable();
        found
    }

    /// Numeric styles that list in order of use and print the number beside the reference, not in it.
    fn is_separable(&self) -> bool {
        let sorted = self.style.bibliography.as_ref().is_none_or(|b| b.sort.is_some());
        if !self.is_numeric() || self.is_note() || sorted {
            return false;
        }
        let stand_in = [stand_in(1)];
        let rendered = self.engine(&stand_in, &[], &[], &[0]);
        let items = rendered.bibliography.map(|b| b.items).unwrap_or_default();
        items.iter().all(|item| item.content.find_meta(&ElemMeta::CitationNumber).is_none())
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
    pub fn format(&self, inputs: &Inputs, digests: &[u128], groups: &[Request<'_>], listed: &[usize], reuse: &Reuse) -> Arc<Formatted> {
        if groups.is_empty() && listed.is_empty() {
            return Arc::new(Formatted::default());
        }
        if self.separable {
            return Arc::new(self.by_parts(inputs, digests, groups, listed, reuse));
        }
        let mut key = Xxh3::new();
        key.update(&self.digest.to_le_bytes());
        for request in groups {
            for (item, source) in request.group.items.iter().zip(&request.sources) {
                key.update(&digests[*source].to_le_bytes());
                key.update(format!("{:?}{}{:?}{}|", item.prefix, item.suppress_author, item.locator, item.suffix).as_bytes());
            }
            key.update(if request.group.narrative { b"n" } else { b"g" });
        }
        for source in listed {
            key.update(&digests[*source].to_le_bytes());
            key.update(b"l");
        }
        reuse.cited(key.digest128(), || self.run(&inputs.sources, groups, listed))
    }

    /// For separable styles: number the sources here, and take each mark and each reference from the store.
    fn by_parts(&self, inputs: &Inputs, digests: &[u128], groups: &[Request<'_>], listed: &[usize], reuse: &Reuse) -> Formatted {
        let mut order: Vec<usize> = Vec::new();
        for source in groups.iter().flat_map(|g| &g.sources).chain(listed) {
            if !order.contains(source) {
                order.push(*source);
            }
        }
        let number = |source: &usize| order.iter().position(|s| s == source).map_or(1, |i| i + 1);
        let marks = groups
            .iter()
            .map(|request| {
                let numbers: Vec<usize> = request.sources.iter().map(number).collect();
                let mut key = Xxh3::new();
                key.update(&self.digest.to_le_bytes());
                key.update(b"mark");
                for (item, number) in request.group.items.iter().zip(&numbers) {
                    key.update(&number.to_le_bytes());
                    if !item.prefix.is_empty() || !item.suffix.is_empty() || item.locator.is_some() {
                        key.update(format!("{:?}{:?}{:?}|", item.prefix, item.locator, item.suffix).as_bytes());
                    }
                }
                let made = reuse.cited(key.digest128(), || {
                    // Entries that stand in for the sources with lower numbers give this group its own.
                    let stand_ins: Vec<Entry> = (1..=numbers.iter().copied().max().unwrap_or(1)).map(stand_in).collect();
                    let before: Vec<usize> = (0..stand_ins.len()).collect();
                    let sources = numbers.iter().map(|n| n - 1).collect();
                    let rendered = self.engine(&stand_ins, &[Request { group: request.group, sources }], &before, &[]);
                    let marks = rendered.citations.last().map(|c| mark_parts(&c.citation, request, false)).into_iter().collect();
                    Formatted { marks, ..Formatted::default() }
                });
                made.marks.first().cloned().unwrap_or_default()
            })
            .collect();
        let references = order
            .iter()
            .map(|source| {
                let mut key = Xxh3::new();
                key.update(&self.digest.to_le_bytes());
                key.update(b"reference");
                key.update(&digests[*source].to_le_bytes());
                let made = reuse.cited(key.digest128(), || self.run(&inputs.sources, &[], &[*source]));
                (*source, made.references.first().map_or_else(String::new, |(_, html)| html.clone()))
            })
            .collect();
        Formatted { marks, notes: Vec::new(), references }
    }

    /// One run of the CSL engine. Sources are named by their place in `entries`; those of `before` and `after` are listed
    /// before and after the cited ones, without a mark.
    fn engine(&self, entries: &[Entry], groups: &[Request<'_>], before: &[usize], after: &[usize]) -> Rendered {
        let mut driver = BibliographyDriver::new();
        let request = |items, note| CitationRequest::new(items, &self.style, self.locale.clone(), &self.locales, note);
        for source in before {
            driver.citation(request(vec![CitationItem::new(&entries[*source], None, None, true, None)], None));
        }
        for (i, group) in groups.iter().enumerate() {
            let items = group
                .group
                .items
                .iter()
                .zip(&group.sources)
                .map(|(item, source)| {
                    let locator = item.locator.as_ref().map(specific);
                    // A narrative citation in a numeric style is the number alone; elsewhere the author's name in the text.
                    let purpose = (group.group.narrative && !item.suppress_author).then_some(CitePurpose::Prose);
                    CitationItem::new(&entries[*source], locator, None, false, purpose.filter(|_| !self.is_numeric() && !self.is_note()))
                })
                .collect();
            driver.citation(request(items, Some(i + 1)));
        }
        for source in after {
            driver.citation(request(vec![CitationItem::new(&entries[*source], None, None, true, None)], None));
        }
        driver.finish(BibliographyRequest::new(&self.style, self.locale.clone(), &self.locales))
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
        let rendered = self.engine(&entries, &local, &[], &listed.iter().map(at).collect::<Vec<_>>());
        let mut formatted = Formatted::default();
        for (i, (citation, request)) in rendered.citations.iter().zip(&local).enumerate() {
            if self.is_note() {
                formatted.notes.push(joined(&mark_parts(&citation.citation, request, false)));
                let number = i + 1;
                formatted.marks.push(vec![MarkPart::Item(0, format!("<sup>{number}</sup>"))]);
            } else {
                formatted.marks.push(mark_parts(&citation.citation, request, !self.is_numeric()));
            }
        }
        if let Some(bibliography) = rendered.bibliography {
            for item in bibliography.items {
                if let Some(source) = all.index(&item.key) {
                    let mut html = String::new();
                    write_children(&item.content, &mut html);
                    formatted.references.push((source, html.trim().to_owned()));
                }
            }
        }
        formatted
    }

    /// The reference of one source by itself, for its own page.
    pub fn reference(&self, inputs: &Inputs, digests: &[u128], source: usize, reuse: &Reuse) -> String {
        let formatted = self.format(inputs, digests, &[], &[source], reuse);
        formatted.references.first().map_or_else(|| escape(&inputs.sources.all[source].title()), |(_, html)| html.clone())
    }
}

/// An entry that stands in for the source with a number.
fn stand_in(number: usize) -> Entry {
    Entry::new(&format!("n{number}"), EntryType::Misc)
}

/// Digest of each source's entry, so that a style's results can be reused while nothing in them changed.
pub fn entry_digests(inputs: &Inputs) -> Vec<u128> {
    inputs.sources.all.iter().map(|s| xxh3_128(format!("{:?}", s.entry).as_bytes())).collect()
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("")
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
