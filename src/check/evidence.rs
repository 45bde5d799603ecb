//! Evidence beyond quotes and numbers: uses, time, trust, origins (rules 2, 5, 6 and 7 of the chain).
//!
//! In: claims, citations and sources. Out: findings. A partial date stands for its whole span, and a rule about time
//! is broken only where the spans cannot overlap.

use std::collections::HashSet;

use super::wanted;
use crate::diag::{Code, Diagnostic, Report, Severity};
use crate::load::front_matter::Event;
use crate::load::sources::{Kind, Trust};
use crate::resolve::claims::{Claim, ClaimKind, Flag};
use crate::resolve::{Site, citation_place};
use crate::yaml_path;

/// Check the citations and records of a page.
pub fn check_page(site: &Site, page: usize, report: &mut Report) {
    let input = &site.inputs.pages[page];
    let keys = &site.keys[page];
    for (i, citation) in input.front.citations.iter().enumerate() {
        if !site.is_used(page, i) && keys.find(input, citation.id()) == Some(i) {
            report.push(
                Diagnostic::at(
                    Code::CiteUnused,
                    citation_place(site, page, i, if citation.id.is_some() { "id" } else { "source" }),
                    format!("nothing on this page uses the citation `{}`", citation.id()),
                )
                .help(format!("write `[@{}]` behind the statement it supports, or remove it", citation.id())),
            );
        }
    }
    for number in &site.claims.by_page[page] {
        check_claim(site, &site.claims.all[*number], report);
    }
}

fn check_claim(site: &Site, claim: &Claim, report: &mut Report) {
    let input = &site.inputs.pages[claim.page];
    let list = claim.kind.list();
    let place = |field: &str| input.place(&yaml_path![list, claim.record, field]);
    let keys = &site.keys[claim.page];
    let cited_nothing = match claim.kind {
        ClaimKind::Estimate => input.front.estimates[claim.record].cites.is_empty(),
        ClaimKind::Event => input.front.events[claim.record].cites.is_empty(),
        ClaimKind::Response => input.front.responses[claim.record].cites.is_empty(),
        ClaimKind::Motive => input.front.motives[claim.record].cites.is_empty(),
    };
    if let ClaimKind::Event = claim.kind
        && let Event { date, until: Some(until), .. } = &input.front.events[claim.record]
        && date.surely_after(*until)
    {
        let message = format!("the event ends on {}, before it begins", until.text());
        report.push(Diagnostic::at(Code::ValueInvalid, place("until"), message).help("correct `date` or `until`"));
    }
    if cited_nothing {
        report.push(
            Diagnostic::at(
                Code::RecordUncited,
                input.place(&yaml_path![list, claim.record]),
                format!("the {} `{}` cites nothing", claim.kind.name(), claim.id),
            )
            .help("add `cites: [id]` with citations of this page"),
        );
    }
    for cite in &claim.cites {
        let Some(source) = keys.sources[*cite].map(|s| &site.inputs.sources.all[s]) else { continue };
        let Some(published) = source.date() else { continue };
        match claim.kind {
            ClaimKind::Event => {
                let event = &input.front.events[claim.record];
                if !event.planned && event.date.surely_after(published) {
                    report.push(
                        Diagnostic::at(
                            Code::SourcePredatesEvent,
                            place("date"),
                            format!("the event is dated {}, but `{}` is of {}", event.date.text(), source.key, published.text()),
                        )
                        .help("correct one of the dates, cite a later source, or mark the event `planned: true`"),
                    );
                }
            }
            ClaimKind::Response => {
                if let Some(date) = input.front.responses[claim.record].date.filter(|d| d.surely_after(published)) {
                    report.push(
                        Diagnostic::at(
                            Code::SourcePredatesEvent,
                            place("date"),
                            format!("the response is dated {}, but `{}` is of {}", date.text(), source.key, published.text()),
                        )
                        .help("correct one of the dates, or cite a later source"),
                    );
                }
            }
            ClaimKind::Estimate => {
                let as_of = input.front.estimates[claim.record].as_of;
                if as_of.surely_after(published) {
                    report.push(
                        Diagnostic::at(
                            Code::AsOfAfterSource,
                            place("as_of"),
                            format!("the estimate holds as of {}, but `{}` is of {}", as_of.text(), source.key, published.text()),
                        )
                        .help("an estimate cannot be later than the source that gives it: correct `as_of:`"),
                    );
                }
            }
            ClaimKind::Motive => {}
        }
    }
    for (flag, code, message) in [
        (Flag::SingleOrigin, Code::ClaimSingleOrigin, "rests on one origin"),
        (Flag::OneParty, Code::ClaimOneParty, "is made by one party alone"),
        (Flag::OpinionOnly, Code::ClaimOpinionOnly, "rests on opinion only"),
    ] {
        if claim.flags.contains(&flag) && wanted(site, claim.page, code) {
            let origins: Vec<&str> = claim.origins.iter().map(String::as_str).collect();
            let mut diagnostic = Diagnostic::at(
                code,
                input.place(&yaml_path![list, claim.record]),
                format!("the {} `{}` {message}", claim.kind.name(), claim.id),
            )
            .note(format!("origins: {}", origins.join(", ")))
            .help("cite a source with another origin, or say so in the text");
            // Levels are applied later; off would be dropped here.
            diagnostic.severity = Severity::Warning;
            report.push(diagnostic);
        }
    }
}

/// Check the bibliography.
pub fn check_site(site: &Site, report: &mut Report) {
    let inputs = &*site.inputs;
    let in_glossary = inputs.glossary.all.iter().flat_map(|t| &t.cites).map(|c| c.source.as_str());
    let retold = inputs.sources.all.iter().flat_map(|s| s.evidence.derived_from.iter());
    let origins = inputs.pages.iter().flat_map(|p| &p.front.citations).filter_map(|c| c.origin.as_deref());
    let named: HashSet<&str> = in_glossary.chain(retold).chain(origins).collect();
    for (number, source) in inputs.sources.all.iter().enumerate() {
        let place = |field: &str| {
            source.yaml.as_ref().map_or_else(|| source.place.clone(), |y| y.place(&yaml_path![source.key.as_str(), "evidence", field]))
        };
        let evidence = &source.evidence;
        // A page that could not be read may cite it.
        if inputs.unread.is_empty() && site.uses(number).is_empty() && !named.contains(source.key.as_str()) {
            report.push(
                Diagnostic::at(Code::SourceUnused, source.place.clone(), format!("no page cites the source `{}`", source.key))
                    .help("cite it, or remove it"),
            );
        }
        if source.is_gone() && source.archived_url().is_none() {
            report.push(
                Diagnostic::at(
                    Code::SourceGone,
                    place("original"),
                    format!("the original of `{}` is gone, and no archived copy is named", source.key),
                )
                .help("name a public copy in `archived_url:`, beginning with https://, or cite another source"),
            );
        }
        if evidence.kind == Some(Kind::Aggregate) && evidence.machine_written && evidence.trust == Some(Trust::High) {
            report.push(
                Diagnostic::at(
                    Code::TrustUnfounded,
                    place("trust"),
                    format!("`{}` is a machine-written aggregate, which cannot have high trust", source.key),
                )
                .help("set `trust: low` or `moderate`, and say why in `note:`"),
            );
        }
        if let Some(circle) = circle(site, &source.key) {
            // Told once, at the first of its members.
            if circle.iter().min() == Some(&source.key) {
                report.push(
                    Diagnostic::at(
                        Code::OriginCycle,
                        place("derived_from"),
                        format!("`{}` is derived from itself: {}", source.key, circle.join(" from ")),
                    )
                    .help("one of them came first: remove its `derived_from:`"),
                );
            }
        }
    }
}

/// The circle of sources derived from one another that a source is part of.
fn circle(site: &Site, start: &str) -> Option<Vec<String>> {
    let derived = |key: &str| -> Vec<String> {
        site.inputs.sources.get(key).map(|s| s.evidence.derived_from.iter().map(str::to_owned).collect()).unwrap_or_default()
    };
    let mut seen = std::collections::BTreeSet::new();
    let mut stack = vec![vec![start.to_owned()]];
    while let Some(path) = stack.pop() {
        for next in derived(path.last().map_or("", String::as_str)) {
            let mut longer = path.clone();
            longer.push(next.clone());
            if next == start {
                return Some(longer);
            }
            if seen.insert(next) {
                stack.push(longer);
            }
        }
    }
    None
}
