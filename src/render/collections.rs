//! Collections: what listings and shortcodes may show of the whole site.
//!
//! In: the site. Out: one list a collection, made once a build and only when a template asks for it.

use serde::Serialize;
use serde_json::json;

use super::Renderer;
use super::fields::fields;
use super::views::{QuestionView, SourceBrief};
use crate::load::front_matter::Correction;
use crate::load::markdown::slug;
use crate::load::theme::Collection;
use crate::resolve::claims::ClaimKind;

/// The name in `collections.NAME`.
pub fn name(collection: Collection) -> &'static str {
    match collection {
        Collection::Questions => "questions",
        Collection::Events => "events",
        Collection::Timeline => "timeline",
        Collection::Responses => "responses",
        Collection::Motives => "motives",
        Collection::Disagreements => "disagreements",
        Collection::Glossary => "glossary",
        Collection::Corrections => "corrections",
        Collection::Sources => "sources",
        Collection::Actors => "actors",
        Collection::Claims => "claims",
        Collection::Pages => "pages",
    }
}

impl Renderer {
    /// A question with its chart; of `shown` alone, if given.
    pub fn question(&self, number: usize, shown: Option<&[&str]>) -> QuestionView {
        let mut view = self.views.question(number);
        view.chart = super::chart::estimates(&view, shown, &|key, fallback| self.theme.word(key, fallback).to_owned());
        let estimates = view.groups.iter().flat_map(|g| &g.estimates).filter(|e| shown.is_none_or(|ids| ids.contains(&e.id.as_str())));
        for cite in estimates.flat_map(|e| &e.cites) {
            if !view.cites.iter().any(|c| c.source.key == cite.source.key) {
                view.cites.push(cite.clone());
            }
        }
        view
    }
}

/// Make a collection.
pub fn build(renderer: &Renderer, collection: Collection) -> tera::Value {
    let (site, views) = (&*renderer.site, &renderer.views);
    let inputs = &*site.inputs;
    let of_kind = |kind: ClaimKind| -> Vec<usize> { (0..site.claims.all.len()).filter(|c| site.claims.all[*c].kind == kind).collect() };
    let list = |claims: Vec<usize>| claims.into_iter().map(|c| views.claim(c).value().clone()).collect::<Vec<_>>().into();
    match collection {
        Collection::Questions => all((0..inputs.questions.all.len()).map(|q| renderer.question(q, None))),
        Collection::Events => {
            let mut events = of_kind(ClaimKind::Event);
            events.sort_by_key(|c| crate::resolve::claims::claim_date(&site.claims.all[*c], inputs));
            list(events)
        }
        Collection::Timeline => {
            let events: Vec<_> = of_kind(ClaimKind::Event).into_iter().map(|c| views.claim(c)).collect();
            let chart = super::chart::timeline(&events, &|key, fallback| renderer.theme.word(key, fallback).to_owned());
            fields([("chart", tera::Value::from_serializable(&chart))])
        }
        Collection::Responses => {
            let mut responses = of_kind(ClaimKind::Response);
            responses.sort_by_key(|c| crate::resolve::claims::claim_date(&site.claims.all[*c], inputs));
            list(responses)
        }
        Collection::Motives => list(of_kind(ClaimKind::Motive)),
        Collection::Claims => list((0..site.claims.all.len()).collect()),
        Collection::Disagreements => all(site.claims.disagreements.iter().map(|d| views.disagreement(d))),
        Collection::Glossary => {
            let mut terms: Vec<_> = inputs.glossary.all.iter().collect();
            terms.sort_by_key(|t| t.term.to_lowercase());
            all(terms.iter().map(|t| {
                json!({
                        "term": t.term, "anchor": format!("term-{}", slug(&t.term)), "kind": t.kind, "definition": t.definition, "aliases": t.aliases,
                        "cites": t.cites.iter().filter_map(|c| {
                            let source = inputs.sources.index(&c.source)?;
                            Some(json!({ "source": views.source(source), "quote": c.quote, "locator": c.locator }))
                        }).collect::<Vec<_>>(),
                })
            }))
        }
        Collection::Corrections => {
            let mut corrections: Vec<_> =
                inputs.pages.iter().enumerate().flat_map(|(i, p)| p.front.corrections.iter().map(move |c| (i, c))).collect();
            corrections.sort_by_key(|(_, c)| std::cmp::Reverse(c.date));
            let told = |(page, c): &(usize, &Correction)| json!({ "date": c.date, "was": c.was, "now": c.now, "why": c.why, "page": views.page(*page) });
            all(corrections.iter().map(told))
        }
        Collection::Sources => all((0..inputs.sources.all.len()).map(|i| Listed {
            brief: views.source(i),
            citations: site.uses(i).len(),
            problems: inputs.sources.all[i].evidence.problems.len(),
            url: inputs.sources.all[i].url(),
        })),
        Collection::Actors => all((0..inputs.actors.all.len()).map(|a| views.actor(a))),
        Collection::Pages => all(site.routes.order.iter().map(|p| {
            let section = site.routes.pages[*p].parent.map(|s| inputs.pages[s].front.title.as_str());
            let front = &inputs.pages[*p].front;
            Named { title: &front.title, path: &site.routes.pages[*p].path, summary: front.summary.as_deref(), section }
        })),
    }
}

/// A list in the template engine's values.
fn all<T: Serialize>(items: impl Iterator<Item = T>) -> tera::Value {
    items.map(|item| tera::Value::from_serializable(&item)).collect::<Vec<_>>().into()
}

/// A source in the list of all.
#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    brief: &'a SourceBrief,
    citations: usize,
    problems: usize,
    url: Option<String>,
}

/// A page in the list of all.
#[derive(Serialize)]
struct Named<'a> {
    title: &'a str,
    path: &'a str,
    summary: Option<&'a str>,
    section: Option<&'a str>,
}
