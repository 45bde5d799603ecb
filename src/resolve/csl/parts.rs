//! A page's citations, put together from parts that many pages share.
//!
//! In: a style, and the citation groups of one page in order. Out: what one run of the engine over the page would give, from runs over
//! single groups and single references, which are kept; none where they would not give the same.
//!
//! Where no two sources of a page look the same, a reference depends on its source alone. A mark depends, in a numeric style, on
//! numbers; in others on its sources and on where they were cited before: not at all, long ago, near, or just now (CSL 1.0.2,
//! "Choose", `position`). Such a place is made with citations that say nothing. But where two sources look the same in some mark, the
//! engine changes marks and references (CSL, "Disambiguation"). So the texts of all marks, without locators, are compared first; and a
//! page on which two are the same goes through the engine as a whole.
//! Must never give what the engine would not: a property test compares the two.

use std::collections::HashMap;
use std::sync::Arc;

use hayagriva::types::{Date, EntryType, Person};
use hayagriva::{CitationItem, CitationRequest, ElemMeta, Entry, Rendered};
use xxhash_rust::xxh3::xxh3_128;

use super::{Entries, Formatted, Request, Style, hash_group, hash_words, joined, mark_parts, note_mark, reference_html, specific};
use crate::load::cite_syntax::{CiteGroup, CiteItem};
use crate::load::sources::Sources;
use crate::resolve::cite_html::MarkPart;
use crate::reuse::Reuse;

/// What a style's marks depend on, beside the sources they name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Numbers, which are printed beside the references, not in them.
    Numbers,
    /// Where a source was cited before.
    Places {
        /// The style says something special where the citation before names the same source.
        ibid: bool,
        /// Notes within which a source was cited near, if that makes a difference.
        near: Option<usize>,
    },
    /// Anything.
    Whole,
}

impl Kind {
    /// Find out how a style, whose own kind is not known yet, makes its marks.
    pub fn of(style: &Style) -> Self {
        if style.is_numeric() && !style.is_note() {
            return if marks_are_numbers(style) && numbers_are_beside(style) { Self::Numbers } else { Self::Whole };
        }
        // Whatever a style asks for stands in it under the name of its variant. To write it as XML would show the standard's own names,
        // and make the program larger by half a megabyte.
        let said = format!("{:?}", style.style);
        let asks = |variant: &str| said.contains(variant);
        if asks("CitationNumber") || asks("CitationLabel") || asks("FirstReferenceNoteNumber") {
            return Self::Whole;
        }
        let near = Some(style.style.citation.near_note_distance as usize).filter(|_| style.is_note() && asks("NearNote"));
        // Between a citation that is near and a mark, others stand that say nothing: they need room.
        if near.is_some_and(|distance| (1..3).contains(&distance)) {
            return Self::Whole;
        }
        Self::Places { ibid: asks("Ibid"), near }
    }
}

/// Whether the marks of a numeric style depend on numbers alone: a source with everything that a style may print, cited first and
/// again, gives the same marks as one with nothing.
fn marks_are_numbers(style: &Style) -> bool {
    let mut list = (*style.style).clone();
    list.bibliography = None;
    let marks = |entries: [Entry; 2]| -> Vec<String> {
        let groups: [&[usize]; 6] = [&[0], &[0], &[1, 0], &[0, 1], &[1], &[1]];
        let cite = |sources: &&[usize]| {
            let items = sources.iter().map(|source| CitationItem::new(&entries[*source], None, None, false, None)).collect();
            CitationRequest::new(items, &style.style, style.locale.clone(), &style.locales, Some(1))
        };
        let rendered = style.engine(groups.iter().map(cite), &list);
        rendered.citations.iter().map(|citation| format!("{:#}", citation.citation)).collect()
    };
    let bare = marks([stand_in(1), stand_in(2)]);
    bare[0] == bare[1] && bare[4] == bare[5] && bare == marks([witness(), stand_in(2)]) && bare == marks([stand_in(1), witness()])
}

/// Whether references do not hold their numbers.
fn numbers_are_beside(style: &Style) -> bool {
    [stand_in(1), witness()].into_iter().all(|entry| {
        let entries = [entry];
        let items = style.engine(style.hidden(&entries, [0]), &style.style).bibliography.map(|b| b.items).unwrap_or_default();
        items.iter().all(|item| item.content.find_meta(&ElemMeta::CitationNumber).is_none())
    })
}

/// An entry that has what styles print.
fn witness() -> Entry {
    let mut entry = Entry::new("a witness", EntryType::Book);
    entry.set_title("A title".to_owned().into());
    entry.set_authors(vec![Person {
        name: "Aa".into(),
        given_name: Some("Bb".into()),
        prefix: None,
        suffix: None,
        alias: None,
        comma_suffix: false,
    }]);
    entry.set_date(Date::from_year(1999));
    entry
}

/// A part, as it is kept.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// The mark of a group.
    mark: Vec<MarkPart>,
    /// A reference or a note.
    html: String,
    /// Digest of the text of a mark; none if the style says nothing.
    face: Option<u128>,
}

/// Where a source was cited before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    Never,
    Far,
    Near,
}

/// One page's citations.
pub(super) struct Page<'a> {
    pub style: &'a Style,
    pub sources: &'a Sources,
    pub entries: &'a Entries,
    pub groups: &'a [Request<'a>],
    /// Sources that are listed though no group names them.
    pub listed: &'a [usize],
    pub reuse: &'a Reuse,
}

impl Page<'_> {
    /// What one run of the engine would give; none where only that run can tell.
    pub fn format(&self) -> Option<Formatted> {
        let mut order: Vec<usize> = Vec::new();
        for source in self.groups.iter().flat_map(|g| &g.sources).chain(self.listed) {
            if !order.contains(source) {
                order.push(*source);
            }
        }
        let parts = match self.style.kind {
            Kind::Whole => return None,
            Kind::Numbers => {
                self.entries.sort(&mut order, self.style, self.sources);
                self.numbered(&order)
            }
            Kind::Places { ibid, near } => {
                let parts = self.placed(ibid, near, &order)?;
                self.entries.sort(&mut order, self.style, self.sources);
                parts
            }
        };
        let mut formatted = Formatted::default();
        for (i, part) in parts.into_iter().enumerate() {
            if self.style.is_note() {
                formatted.marks.push(note_mark(i));
                formatted.notes.push(part.html.clone());
            } else {
                formatted.marks.push(part.mark.clone());
            }
        }
        if self.style.style.bibliography.is_some() {
            formatted.references = order.into_iter().map(|source| (source, self.reference(source))).collect();
        }
        Some(formatted)
    }

    fn reference(&self, source: usize) -> String {
        let mut key = self.style.key(b"reference");
        key.update(&self.entries.digest(source).to_le_bytes());
        let made = self.reuse.part(key.digest128(), || {
            let entries = [self.sources.all[source].entry.clone()];
            // Whether a label or a number was printed in the text can matter to a style of numbers; else a citation may say nothing.
            let cited = match self.style.kind {
                Kind::Numbers => self.style.hidden(&entries, [0]),
                _ => vec![self.unsaid(vec![CitationItem::new(&entries[0], None, None, true, None)])],
            };
            let list = self.style.engine(cited, &self.style.style).bibliography;
            let html = list.and_then(|list| list.items.first().map(reference_html)).unwrap_or_default();
            Part { html, ..Part::default() }
        });
        made.html.clone()
    }

    /// Marks of numbers: entries that stand in for the sources between give each its own.
    fn numbered(&self, order: &[usize]) -> Vec<Arc<Part>> {
        let number = |source: &usize| order.iter().position(|s| s == source).map_or(1, |i| i + 1);
        let mark = |request: &Request<'_>| {
            let numbers: Vec<usize> = request.sources.iter().map(number).collect();
            let mut key = self.style.key(b"numbers");
            for (item, number) in request.group.items.iter().zip(&numbers) {
                key.update(&number.to_le_bytes());
                hash_words(&mut key, item);
            }
            key.update(&[request.group.narrative.into()]);
            self.reuse.part(key.digest128(), || {
                let first = numbers.iter().copied().min().unwrap_or(1);
                let entries: Vec<Entry> = (first..=numbers.iter().copied().max().unwrap_or(1)).map(stand_in).collect();
                let before = self.style.hidden(&entries, 0..entries.len());
                let request = Request { group: request.group, sources: numbers.iter().map(|n| n - first).collect() };
                let requests = before.into_iter().chain([self.style.shown(&entries, &request, 1)]);
                self.part(self.style.engine_from(first, requests, self.style.bare()), &request)
            })
        };
        self.groups.iter().map(mark).collect()
    }

    /// The part that the last of some requests makes.
    fn part(&self, mut rendered: Rendered, request: &Request<'_>) -> Part {
        let Some(last) = rendered.citations.pop() else { return Part::default() };
        let named = !self.style.is_numeric() && !self.style.is_note();
        let mark = mark_parts(&last.citation, request, named);
        let item = last.citation.find_elem_by(&|elem| matches!(elem.meta, Some(ElemMeta::Entry(_))));
        let text = item.map(|elem| format!("{:#}", elem.children)).unwrap_or_default();
        Part { html: joined(&mark), mark, face: (!text.trim().is_empty()).then(|| xxh3_128(text.as_bytes())) }
    }

    /// Marks that depend on where their sources were cited before. None where two sources look the same in some mark, or where the
    /// engine's order within a group could matter.
    fn placed(&self, ibid: bool, near: Option<usize>, order: &[usize]) -> Option<Vec<Arc<Part>>> {
        let near = near.unwrap_or(0);
        let mut faces = Faces { page: self, near, source_of: HashMap::new() };
        for source in order {
            faces.add(*source, Before::Never, false)?;
        }
        // For each source, the last group that named it.
        let mut last: HashMap<usize, usize> = HashMap::new();
        let mut parts = Vec::with_capacity(self.groups.len());
        for (i, request) in self.groups.iter().enumerate() {
            let items = || request.group.items.iter().zip(&request.sources);
            let before =
                i.checked_sub(1).map(|i| &self.groups[i]).filter(|p| ibid && p.sources.iter().any(|s| request.sources.contains(s)));
            if ibid && is_intricate(before, request) {
                return None;
            }
            let states: Vec<Before> = request
                .sources
                .iter()
                .map(|source| match last.get(source) {
                    None => Before::Never,
                    Some(at) if i - at <= near => Before::Near,
                    Some(_) => Before::Far,
                })
                .collect();
            for ((item, source), state) in items().zip(&states) {
                let prose = self.style.purpose(request.group, item.suppress_author).is_some();
                faces.add(*source, *state, prose)?;
                if before.is_some_and(|p| p.sources[0] == *source) {
                    faces.add_ibid(*source, *state, prose)?;
                }
            }
            parts.push(self.at_place(request, before, &states, near));
            last.extend(request.sources.iter().map(|source| (*source, i)));
        }
        Some(parts)
    }

    /// The mark of a group whose sources were cited before as told; `before` is the group just before if it names one of them.
    fn at_place(&self, request: &Request<'_>, before: Option<&Request<'_>>, states: &[Before], near: usize) -> Arc<Part> {
        let mut key = self.style.key(b"places");
        hash_group(&mut key, request, self.entries);
        for state in states {
            key.update(&[*state as u8]);
        }
        if let Some(before) = before {
            hash_group(&mut key, before, self.entries);
        }
        self.reuse.part(key.digest128(), || {
            let mut sources: Vec<usize> = Vec::new();
            for source in request.sources.iter().chain(before.iter().flat_map(|p| &p.sources)) {
                if !sources.contains(source) {
                    sources.push(*source);
                }
            }
            let local = |request: &Request<'_>| -> Vec<usize> {
                request.sources.iter().map(|source| sources.iter().position(|s| s == source).unwrap_or(0)).collect()
            };
            let entries: Vec<Entry> = sources.iter().map(|s| self.sources.all[*s].entry.clone()).chain([stand_in(1)]).collect();
            let group = Request { group: request.group, sources: local(request) };
            let just_before = before.map(|p| Request { group: p.group, sources: local(p) });
            let cited = |wanted: Before| -> Vec<usize> {
                group.sources.iter().zip(states).filter(|(_, state)| **state == wanted).map(|(source, _)| *source).collect()
            };
            let mut requests = self.place(&entries, &cited(Before::Far), &cited(Before::Near), near);
            if let Some(before) = &just_before {
                let item = before.group.items.last().and_then(|item| item.locator.as_ref()).map(specific);
                requests.push(self.unsaid(vec![CitationItem::new(&entries[before.sources[0]], item, None, false, None)]));
            }
            requests.push(self.style.shown(&entries, &group, 1));
            self.part(self.style.engine(requests, self.style.bare()), &group)
        })
    }

    /// Citations that say nothing, after which some sources were cited far away, others near, and none just now. The last of the
    /// entries is one that stands in.
    fn place<'a>(&'a self, entries: &'a [Entry], far: &[usize], near: &[usize], distance: usize) -> Vec<CitationRequest<'a, Entry>> {
        let cited = |sources: &[usize]| {
            self.unsaid(sources.iter().map(|source| CitationItem::new(&entries[*source], None, None, true, None)).collect())
        };
        let stand_in = || cited(&[entries.len() - 1]);
        let mut requests = Vec::new();
        if !far.is_empty() {
            requests.push(cited(far));
            requests.extend((0..distance).map(|_| stand_in()));
        }
        if !near.is_empty() {
            requests.push(cited(near));
        }
        requests.push(stand_in());
        requests
    }

    fn unsaid<'a>(&'a self, items: Vec<CitationItem<'a, Entry>>) -> CitationRequest<'a, Entry> {
        CitationRequest::new(items, self.style.bare(), self.style.locale.clone(), &self.style.locales, Some(1))
    }
}

/// The texts of the marks of a page, without locators, each with the source that has it.
struct Faces<'a, 'b> {
    page: &'a Page<'b>,
    near: usize,
    source_of: HashMap<u128, usize>,
}

impl Faces<'_, '_> {
    /// None if another source looks the same.
    fn add(&mut self, source: usize, state: Before, prose: bool) -> Option<()> {
        let plain = plain(prose);
        let request = Request { group: &plain, sources: vec![source] };
        self.insert(source, &self.page.at_place(&request, None, &[state], self.near))
    }

    /// The same where the citation just before names the source too, with the same locator.
    fn add_ibid(&mut self, source: usize, state: Before, prose: bool) -> Option<()> {
        let (before, plain) = (plain(false), plain(prose));
        let [before, request] = [&before, &plain].map(|group| Request { group, sources: vec![source] });
        self.insert(source, &self.page.at_place(&request, Some(&before), &[state], self.near))
    }

    /// What says nothing looks like all else that is not said.
    fn insert(&mut self, source: usize, part: &Part) -> Option<()> {
        (*self.source_of.entry(part.face?).or_insert(source) == source).then_some(())
    }
}

/// A group of one citation, with nothing around it.
fn plain(narrative: bool) -> CiteGroup {
    let item =
        CiteItem { id: String::new(), range: 0..0, prefix: String::new(), suppress_author: false, locator: None, suffix: String::new() };
    CiteGroup { items: vec![item], narrative, range: 0..0 }
}

/// Whether the same source stands twice, side by side, in a way that depends on how the engine orders a group, or with locators
/// that differ: what such a mark says without its locator cannot be seen from outside.
fn is_intricate(before: Option<&Request<'_>>, request: &Request<'_>) -> bool {
    if before.is_some_and(|p| p.sources.len() > 1) {
        return true;
    }
    let items: Vec<_> = before.into_iter().chain([request]).flat_map(|r| r.group.items.iter().zip(&r.sources)).collect();
    let twice_inside = request.sources.iter().enumerate().any(|(i, source)| request.sources[..i].contains(source));
    let locators_differ = items.iter().enumerate().any(|(i, (item, source))| {
        item.locator.is_some() && items[..i].iter().any(|(other, s)| s == source && other.locator != item.locator)
    });
    twice_inside || locators_differ
}

/// An entry that stands in for the source with a number.
fn stand_in(number: usize) -> Entry {
    // No source has such a key, so that it is not taken for one.
    Entry::new(&format!("\u{1}{number}"), EntryType::Misc)
}
