//! The CSL engine: citation marks and references as safe HTML.
//!
//! In: a style, and the citation groups of one page in order. Out: [`Formatted`]. The engine's own HTML writer does
//! not escape, so its element tree is walked here and everything from the bibliography is escaped; of addresses only
//! those that [`is_publishable`] allows come out. One engine run a page, since what a citation says can
//! depend on the whole page (2024a, 2024b); results are reused by their inputs' digest.
//! Must never emit bibliography data as markup.

use std::sync::Arc;

use hayagriva::archive::{ArchivedStyle, locales};
use hayagriva::citationberg::taxonomy::Locator as Term;
use hayagriva::citationberg::{
    CitationFormat, FontStyle, FontVariant, FontWeight, IndependentStyle, Locale, LocaleCode, Style as CslStyle, StyleCategory, StyleClass,
    TextDecoration, VerticalAlign,
};
use hayagriva::types::EntryType;
use hayagriva::{
    BibliographyDriver, BibliographyRequest, CitationItem, CitationRequest, CitePurpose, ElemChild, ElemChildren, ElemMeta, Entry,
    Formatting, LocatorPayload, Rendered, SpecificLocator,
};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::style_names;
use crate::address::is_publishable;
use crate::diag::{Code, Diagnostic, did_you_mean};
use crate::load::Inputs;
use crate::load::cite_syntax::{CiteGroup, Locator};
use crate::load::markdown::escape;
use crate::reuse::Reuse;
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

/// A part of a citation mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkPart {
    /// HTML between or around the citations: brackets, commas.
    Between(String),
    /// HTML of the citation with this number in its group, which becomes a link.
    Item(usize, String),
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
        let (mut style, digest) = if let Some(file) = &inputs.style_file {
            let style = IndependentStyle::from_xml(&file.text).map_err(|error| {
                Diagnostic::file(Code::StyleUnknown, file, format!("the citation style cannot be read: {}", first_line(&error.to_string())))
                    .help("use an independent CSL 1.0 style; a dependent one only names another")
            })?;
            (style, xxh3_128(file.text.as_bytes()))
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
        style_names::complete(&mut style);
        if let Some(bibliography) = &mut style.bibliography {
            // A dash in place of a repeated name: the engine garbles it for two authors, and links lead to single references.
            bibliography.subsequent_author_substitute = None;
        }
        let language = LocaleCode(match inputs.config.language.as_str() {
            "en" => "en-US".to_owned(),
            other => other.to_owned(),
        });
        let mut found = Self { style: Arc::new(style), locales: all_locales(), locale: Some(language), digest, separable: false };
        found.separable = found.is_separable();
        Ok(found)
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
        reuse.cited(key.digest128(), || self.run(inputs, groups, listed))
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
                let made = reuse.cited(key.digest128(), || self.run(inputs, &[], &[*source]));
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

    fn run(&self, inputs: &Inputs, groups: &[Request<'_>], listed: &[usize]) -> Formatted {
        // The engine gets the entries of this page only, in the order of use; sources that only records use come last.
        let mut sources: Vec<usize> = Vec::new();
        for source in groups.iter().flat_map(|g| &g.sources).chain(listed) {
            if !sources.contains(source) {
                sources.push(*source);
            }
        }
        let at = |source: &usize| sources.iter().position(|s| s == source).unwrap_or(0);
        let entries: Vec<Entry> = sources.iter().map(|s| inputs.sources.all[*s].entry.clone()).collect();
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
                if let Some(source) = inputs.sources.index(&item.key) {
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

/// Begin to unpack the locales, so that they are there when the first style is read.
pub fn unpack_locales() {
    all_locales();
}

/// Loading the locales takes longer than formatting a page: once a process.
fn all_locales() -> Arc<Vec<Locale>> {
    static LOCALES: std::sync::OnceLock<Arc<Vec<Locale>>> = std::sync::OnceLock::new();
    LOCALES.get_or_init(|| Arc::new(locales())).clone()
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

/// The HTML of all parts.
fn joined(parts: &[MarkPart]) -> String {
    parts
        .iter()
        .map(|p| match p {
            MarkPart::Between(h) | MarkPart::Item(_, h) => h.as_str(),
        })
        .collect()
}

/// Cut a citation into its items and what stands between them, with the author's prefixes and suffixes. `named`: the
/// style prints names, which `[-@id]` leaves out.
fn mark_parts(children: &ElemChildren, request: &Request<'_>, named: bool) -> Vec<MarkPart> {
    let mut parts = Vec::new();
    let mut between = String::new();
    let items = &request.group.items;
    let nameless: Vec<bool> = items.iter().map(|item| named && item.suppress_author).collect();
    collect_items(children, &nameless, &mut parts, &mut between);
    if !between.is_empty() {
        parts.push(MarkPart::Between(between));
    }
    if request.group.narrative
        && let Some(name) = joined(&parts).strip_suffix(" ()")
    {
        // The style has nothing but the name to say.
        return vec![MarkPart::Item(0, name.to_owned())];
    }
    let found = parts.iter().filter(|p| matches!(p, MarkPart::Item(..))).count();
    if found == 0 {
        // The style gave no items of its own (a collapsed range, say): the whole mark is one link.
        return vec![MarkPart::Item(0, joined(&parts))];
    }
    if items.iter().any(|i| !i.prefix.is_empty() || !i.suffix.is_empty()) {
        let mut with_affixes = Vec::new();
        for part in parts {
            match part {
                MarkPart::Item(i, html) => {
                    let item = items.get(i);
                    if let Some(prefix) = item.map(|i| &i.prefix).filter(|p| !p.is_empty()) {
                        with_affixes.push(MarkPart::Between(format!("{} ", escape(prefix))));
                    }
                    with_affixes.push(MarkPart::Item(i, html));
                    if let Some(suffix) = item.map(|i| &i.suffix).filter(|s| !s.is_empty()) {
                        with_affixes.push(MarkPart::Between(format!(", {}", escape(suffix))));
                    }
                }
                between => with_affixes.push(between),
            }
        }
        return with_affixes;
    }
    parts
}

fn collect_items(children: &ElemChildren, nameless: &[bool], parts: &mut Vec<MarkPart>, between: &mut String) {
    for child in &children.0 {
        match child {
            ElemChild::Elem(elem) => {
                if let Some(ElemMeta::Entry(index)) = elem.meta {
                    if !between.is_empty() {
                        parts.push(MarkPart::Between(std::mem::take(between)));
                    }
                    let mut html = String::new();
                    write_children(&elem.children, &mut html);
                    if nameless.get(index) == Some(&true) {
                        html = without_name(&elem.children).unwrap_or(html);
                    }
                    parts.push(MarkPart::Item(index, html));
                } else {
                    collect_items(&elem.children, nameless, parts, between);
                }
            }
            other => write_child(other, between),
        }
    }
}

/// A citation without its author; none if nothing would be left, or if no name stands there.
fn without_name(children: &ElemChildren) -> Option<String> {
    let mut children = children.clone();
    children.find_names_mut()?.children.0.clear();
    let mut html = String::new();
    write_children(&children, &mut html);
    let html = html.trim_start_matches([',', ' ']);
    (!html.is_empty()).then(|| html.to_owned())
}

fn write_children(children: &ElemChildren, html: &mut String) {
    for child in &children.0 {
        write_child(child, html);
    }
}

fn write_child(child: &ElemChild, html: &mut String) {
    match child {
        ElemChild::Text(text) => formatted(&text.text, text.formatting, html),
        ElemChild::Elem(elem) => {
            if elem.display.is_some() {
                html.push_str("<span class=\"csl-block\">");
                write_children(&elem.children, html);
                html.push_str("</span> ");
            } else {
                write_children(&elem.children, html);
            }
        }
        // Markup is Typst's; here it is text like any other.
        ElemChild::Markup(text) => html.push_str(&escape(text)),
        ElemChild::Link { text, url } => {
            if is_publishable(url) {
                html.push_str(&format!("<a href=\"{}\">", escape(url)));
                formatted(&text.text, text.formatting, html);
                html.push_str("</a>");
            } else {
                formatted(&text.text, text.formatting, html);
            }
        }
        ElemChild::Transparent { .. } => {}
    }
}

fn formatted(text: &str, format: Formatting, html: &mut String) {
    let mut open: Vec<(&str, &str)> = Vec::new();
    if format.font_style == FontStyle::Italic {
        open.push(("<i>", "</i>"));
    }
    if format.font_weight == FontWeight::Bold {
        open.push(("<b>", "</b>"));
    }
    if format.font_variant == FontVariant::SmallCaps {
        open.push(("<span class=\"small-caps\">", "</span>"));
    }
    if format.text_decoration == TextDecoration::Underline {
        open.push(("<span class=\"underline\">", "</span>"));
    }
    match format.vertical_align {
        VerticalAlign::Sup => open.push(("<sup>", "</sup>")),
        VerticalAlign::Sub => open.push(("<sub>", "</sub>")),
        _ => {}
    }
    for (start, _) in &open {
        html.push_str(start);
    }
    html.push_str(&escape(text));
    for (_, end) in open.iter().rev() {
        html.push_str(end);
    }
}
