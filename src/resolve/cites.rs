//! The citations of each page: what is used, in which order, and how it is shown.
//!
//! In: a page's front matter and the citation groups of its text. Out: [`PageCites`]: numbers, marks, references and
//! the places where each citation is used. Ids are stable: `use-ID-2`, `cite-ID`, `ref-KEY`.
//! Must never number a source that the page does not use.

use std::collections::HashMap;
use std::sync::Arc;

use super::csl::{Formatted, Request, Style};
use crate::diag::{Code, Diagnostic, Report, did_you_mean};
use crate::load::cite_syntax::CiteItem;
use crate::load::{Inputs, PageInput};
use crate::reuse::Reuse;
use crate::text::Span;
use crate::yaml_path;

/// The citations of one page, resolved.
#[derive(Debug, Default)]
pub struct PageCites {
    /// Citation id → its number in the front matter.
    pub by_id: HashMap<String, usize>,
    /// For each citation of the front matter: its source.
    pub sources: Vec<Option<usize>>,
    /// For each citation: how often the text uses it.
    pub uses: Vec<usize>,
    /// For each citation: whether a record of the page uses it.
    pub in_records: Vec<bool>,
    /// For each group of the text: the citation of each item (those that are known).
    pub groups: Vec<Vec<Option<usize>>>,
    /// For each group: for each item, which use of its citation it is, from 1.
    pub use_numbers: Vec<Vec<usize>>,
    /// The sources that the page uses, as they are numbered and listed.
    pub listed: Vec<usize>,
    /// Marks and references.
    pub formatted: Arc<Formatted>,
}

impl PageCites {
    /// The number that readers see for a source of this page.
    pub fn number(&self, source: usize) -> Option<usize> {
        self.listed.iter().position(|s| *s == source).map(|i| i + 1)
    }

    /// Whether a citation is used at all.
    pub fn is_used(&self, citation: usize) -> bool {
        self.uses[citation] > 0 || self.in_records[citation]
    }
}

/// Resolve the citations of a page. `None` in place of the style: there is none, and marks stay empty.
pub fn resolve(page: &PageInput, inputs: &Inputs, style: Option<(&Style, &[u128])>, reuse: &Reuse, report: &mut Report) -> PageCites {
    let citations = &page.front.citations;
    let mut cites = PageCites { uses: vec![0; citations.len()], in_records: vec![false; citations.len()], ..PageCites::default() };
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
        cites.sources.push(source);
        let id = citation.id();
        if crate::load::cite_syntax::id_length(id) != id.len() || id.is_empty() {
            let field = if citation.id.is_some() { "id" } else { "source" };
            report.push(
                Diagnostic::at(
                    Code::ValueInvalid,
                    page.place(&yaml_path!["citations", i, field]),
                    format!("`{id}` cannot be a citation's id"),
                )
                .help("use letters, digits and single `-`, `_`, `.` or `:` between them"),
            );
        }
        if let Some(first) = cites.by_id.get(id) {
            let field = if citation.id.is_some() { "id" } else { "source" };
            report.push(
                Diagnostic::at(
                    Code::IdDuplicate,
                    page.place(&yaml_path!["citations", i, field]),
                    format!("the citation `{id}` is defined twice on this page"),
                )
                .related(
                    page.place(&yaml_path!["citations", *first, if citations[*first].id.is_some() { "id" } else { "source" }]),
                    "first defined here",
                )
                .help("give one of them an `id:` of its own"),
            );
        } else {
            cites.by_id.insert(id.to_owned(), i);
        }
    }
    for group in &page.body.cites {
        let found: Vec<Option<usize>> = group.items.iter().map(|item| find(item, page, &cites, inputs, report)).collect();
        let numbers = found
            .iter()
            .map(|citation| {
                citation.map_or(0, |c| {
                    cites.uses[c] += 1;
                    cites.uses[c]
                })
            })
            .collect();
        cites.groups.push(found);
        cites.use_numbers.push(numbers);
    }
    for (kind, i, names) in record_cites(page) {
        for (k, name) in names.iter().enumerate() {
            match cites.by_id.get(name.as_str()) {
                Some(citation) => cites.in_records[*citation] = true,
                None => report.push(
                    Diagnostic::at(
                        Code::CiteUnknown,
                        page.place(&yaml_path![kind, i, "cites", k]),
                        format!("there is no citation `{name}` on this page"),
                    )
                    .help(did_you_mean(name, cites.by_id.keys().map(String::as_str), || "add it under `citations:`".to_owned())),
                ),
            }
        }
    }
    number(page, &mut cites, inputs, style, reuse);
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

fn find(item: &CiteItem, page: &PageInput, cites: &PageCites, inputs: &Inputs, report: &mut Report) -> Option<usize> {
    if let Some(citation) = cites.by_id.get(&item.id) {
        return Some(*citation);
    }
    let place = Span::new(&page.file, item.range.clone());
    let help = if inputs.sources.get(&item.id).is_some() {
        format!("it is a source; add to the front matter, under `citations:`:  - {{ source: {}, quote: \"…\" }}", item.id)
    } else {
        did_you_mean(&item.id, cites.by_id.keys().map(String::as_str), || {
            "add it under `citations:`; write `\\@` for an at sign that cites nothing".to_owned()
        })
    };
    report.push(Diagnostic::at(Code::CiteUnknown, place, format!("there is no citation `{}` on this page", item.id)).help(help));
    None
}

/// Number the sources in the order in which the text first uses them, then those of records; format marks and list.
fn number(page: &PageInput, cites: &mut PageCites, inputs: &Inputs, style: Option<(&Style, &[u128])>, reuse: &Reuse) {
    let mut order: Vec<usize> = Vec::new();
    let in_text = cites.groups.iter().flatten().flatten().copied();
    let in_records = (0..cites.in_records.len()).filter(|c| cites.in_records[*c]);
    let text_sources: Vec<usize> = in_text.filter_map(|c| cites.sources[c]).collect();
    let record_sources: Vec<usize> = in_records.filter_map(|c| cites.sources[c]).collect();
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
    let Some((style, digests)) = style else { return };
    // A group with an unknown id is not formatted: the page cannot be built anyway.
    let complete = cites.groups.iter().all(|g| g.iter().all(|c| c.is_some_and(|c| cites.sources[c].is_some())));
    if complete {
        let requests: Vec<Request<'_>> = page
            .body
            .cites
            .iter()
            .zip(&cites.groups)
            .map(|(group, found)| Request { group, sources: found.iter().flatten().filter_map(|c| cites.sources[*c]).collect() })
            .collect();
        cites.formatted = style.format(inputs, digests, &requests, &only_listed, reuse);
        // The style's order is the order of the numbers, whether it lists by use or sorts by name.
        if !cites.formatted.references.is_empty() {
            order = cites.formatted.references.iter().map(|(source, _)| *source).collect();
        }
    }
    cites.listed = order;
}
