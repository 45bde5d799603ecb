//! The citations of each page: what is used, in which order, and how it is shown.
//!
//! In: a page's front matter and the citation groups of its text. Out: of the front matter, [`Keys`]; of the text,
//! [`PageCites`]: numbers, marks, references and the places where each citation is used. Ids are stable: `use-ID-2`,
//! `cite-ID`, `ref-KEY`.
//! Must never number a source that the page does not use.

use std::sync::Arc;

use super::csl::{Entries, Formatted, Request, Style};
use crate::diag::{Code, Diagnostic, Report, did_you_mean};
use crate::load::cite_syntax::{CiteGroup, CiteItem};
use crate::load::{Inputs, PageInput};
use crate::reuse::Reuse;
use crate::text::Span;
use crate::yaml_path;

/// The citations of one page's front matter, resolved.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// For each citation: its source.
    pub sources: Vec<Option<usize>>,
    /// For each citation: whether a record of the page uses it.
    pub in_records: Vec<bool>,
    /// What was found in them.
    pub found: Report,
    /// Citations in order of their ids; of two with one id the first.
    by_id: Vec<u32>,
}

impl Keys {
    /// The citation with an id.
    pub fn find(&self, page: &PageInput, id: &str) -> Option<usize> {
        let id_of = |c: &u32| page.front.citations[*c as usize].id();
        let at = self.by_id.binary_search_by(|c| id_of(c).cmp(id)).ok()?;
        Some(self.by_id[at] as usize)
    }

    /// All ids, for near matches.
    fn ids<'p>(&'p self, page: &'p PageInput) -> impl Iterator<Item = &'p str> {
        self.by_id.iter().map(|c| page.front.citations[*c as usize].id())
    }
}

/// The citations of one page's text, resolved.
#[derive(Debug, Default)]
pub struct PageCites {
    /// For each citation: how often the text uses it.
    pub uses: Vec<usize>,
    /// For each citation and each of its uses: the locator that the text gives there, which many numeric styles leave out.
    pub use_locators: Vec<Vec<Option<String>>>,
    /// For each group of the text: the citation of each item (those that are known).
    pub groups: Vec<Vec<Option<usize>>>,
    /// For each group: for each item, which use of its citation it is, from 1.
    pub use_numbers: Vec<Vec<usize>>,
    /// The sources that the page uses, as they are numbered and listed.
    pub listed: Vec<usize>,
    /// Marks and references.
    pub formatted: Arc<Formatted>,
}

/// Resolve the citations of a page's front matter.
pub fn keys(page: &PageInput, inputs: &Inputs) -> Keys {
    let citations = &page.front.citations;
    let mut found = Report::default();
    let report = &mut found;
    let mut keys = Keys { in_records: vec![false; citations.len()], ..Keys::default() };
    for (i, citation) in citations.iter().enumerate() {
        let source = inputs.sources.index(&citation.source);
        if source.is_none() && !inputs.sources.may_be_defined(&citation.source) {
            report.push(
                Diagnostic::at(
                    Code::SourceUnknown,
                    page.place(&yaml_path!["citations", i, "source"]),
                    format!("there is no source `{}`", citation.source),
                )
                .help(did_you_mean(&citation.source, inputs.sources.keys(), || {
                    format!("define it in {}", inputs.config.bibliography.join(", "))
                })),
            );
        }
        keys.sources.push(source);
        let id = citation.id();
        let field = if citation.id.is_some() { "id" } else { "source" };
        if crate::load::cite_syntax::id_length(id) != id.len() || id.is_empty() {
            report.push(
                Diagnostic::at(
                    Code::ValueInvalid,
                    page.place(&yaml_path!["citations", i, field]),
                    format!("`{id}` cannot be a citation's id"),
                )
                .help("use letters, digits and single `-`, `_`, `.` or `:` between them"),
            );
        }
        let number = u32::try_from(i).unwrap_or(u32::MAX);
        match keys.by_id.binary_search_by(|c| citations[*c as usize].id().cmp(id)) {
            Err(at) => keys.by_id.insert(at, number),
            Ok(at) => {
                let first = keys.by_id[at] as usize;
                report.push(
                    Diagnostic::at(
                        Code::IdDuplicate,
                        page.place(&yaml_path!["citations", i, field]),
                        format!("the citation `{id}` is defined twice on this page"),
                    )
                    .related(
                        page.place(&yaml_path!["citations", first, if citations[first].id.is_some() { "id" } else { "source" }]),
                        "first defined here",
                    )
                    .help("give one of them an `id:` of its own"),
                );
            }
        }
    }
    for (kind, i, names) in record_cites(page) {
        for (k, name) in names.iter().enumerate() {
            match keys.find(page, name) {
                Some(citation) => keys.in_records[citation] = true,
                None => report.push(
                    Diagnostic::at(
                        Code::CiteUnknown,
                        page.place(&yaml_path![kind, i, "cites", k]),
                        format!("there is no citation `{name}` on this page"),
                    )
                    .help(did_you_mean(name, keys.ids(page), || "add it under `citations:`".to_owned())),
                ),
            }
        }
    }
    for (i, citation) in citations.iter().enumerate() {
        if let Some(origin) = &citation.origin {
            super::origin(origin, inputs, || page.place(&yaml_path!["citations", i, "origin"]), report);
        }
    }
    keys.found = found;
    keys
}

/// Resolve the citations of a page's text. `None` in place of the style: there is none, and marks stay empty.
pub fn of_text(
    page: &PageInput,
    groups: &[CiteGroup],
    keys: &Keys,
    inputs: &Inputs,
    style: Option<(&Style, &Entries)>,
    reuse: &Reuse,
    report: &mut Report,
) -> PageCites {
    let none = vec![Vec::new(); keys.sources.len()];
    let mut cites = PageCites { uses: vec![0; keys.sources.len()], use_locators: none, ..PageCites::default() };
    for group in groups {
        let found: Vec<Option<usize>> = group.items.iter().map(|item| find(item, page, keys, inputs, report)).collect();
        let numbers = found
            .iter()
            .zip(&group.items)
            .map(|(citation, item)| {
                citation.map_or(0, |c| {
                    cites.uses[c] += 1;
                    cites.use_locators[c].push(item.locator.as_ref().map(|l| l.text()));
                    cites.uses[c]
                })
            })
            .collect();
        cites.groups.push(found);
        cites.use_numbers.push(numbers);
    }
    number(groups, &mut cites, keys, inputs, style, reuse);
    cites
}

/// The records of a page with the citations each names: kind, number, ids.
pub fn record_cites(page: &PageInput) -> impl Iterator<Item = (&'static str, usize, &Vec<String>)> {
    let front = &page.front;
    let estimates = front.estimates.iter().enumerate().map(|(i, r)| ("estimates", i, &r.cites));
    let events = front.events.iter().enumerate().map(|(i, r)| ("events", i, &r.cites));
    let responses = front.responses.iter().enumerate().map(|(i, r)| ("responses", i, &r.cites));
    let motives = front.motives.iter().enumerate().map(|(i, r)| ("motives", i, &r.cites));
    estimates.chain(events).chain(responses).chain(motives)
}

fn find(item: &CiteItem, page: &PageInput, keys: &Keys, inputs: &Inputs, report: &mut Report) -> Option<usize> {
    if let Some(citation) = keys.find(page, &item.id) {
        return Some(citation);
    }
    let place = Span::new(&page.file, item.range.clone());
    let help = if inputs.sources.get(&item.id).is_some() {
        format!("it is a source; add to the front matter, under `citations:`:  - {{ source: {}, quote: \"…\" }}", item.id)
    } else {
        did_you_mean(&item.id, keys.ids(page), || "add it under `citations:`; write `\\@` for an at sign that cites nothing".to_owned())
    };
    report.push(Diagnostic::at(Code::CiteUnknown, place, format!("there is no citation `{}` on this page", item.id)).help(help));
    None
}

/// Number the sources in the order in which the text first uses them, then those of records; format marks and list.
fn number(groups: &[CiteGroup], cites: &mut PageCites, keys: &Keys, inputs: &Inputs, style: Option<(&Style, &Entries)>, reuse: &Reuse) {
    let mut order: Vec<usize> = Vec::new();
    let in_text = cites.groups.iter().flatten().flatten().copied();
    let in_records = (0..keys.in_records.len()).filter(|c| keys.in_records[*c]);
    let text_sources: Vec<usize> = in_text.filter_map(|c| keys.sources[c]).collect();
    let record_sources: Vec<usize> = in_records.filter_map(|c| keys.sources[c]).collect();
    for source in text_sources.iter().copied() {
        if !order.contains(&source) {
            order.push(source);
        }
    }
    let mut only_listed = Vec::new();
    for source in record_sources {
        if !order.contains(&source) {
            order.push(source);
            only_listed.push(source);
        }
    }
    let Some((style, entries)) = style else { return };
    // A group with an unknown id is not formatted: the page cannot be built anyway.
    let complete = cites.groups.iter().all(|g| g.iter().all(|c| c.is_some_and(|c| keys.sources[c].is_some())));
    if complete {
        let requests: Vec<Request<'_>> = groups
            .iter()
            .zip(&cites.groups)
            .map(|(group, found)| Request { group, sources: found.iter().flatten().filter_map(|c| keys.sources[*c]).collect() })
            .collect();
        cites.formatted = style.format(&inputs.sources, entries, &requests, &only_listed, reuse);
        // The style's order is the order of the numbers, whether it lists by use or sorts by name.
        if !cites.formatted.references.is_empty() {
            order = cites.formatted.references.iter().map(|(source, _)| *source).collect();
        }
    }
    cites.listed = order;
}
