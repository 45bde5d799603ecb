//! Collections: what listings and shortcodes may show of the whole site.
//!
//! In: the site. Out: one list a collection, made once a build and only when a template asks for it.

use serde_json::{Value, json};

use super::Renderer;
use super::views::{ClaimView, QuestionView};
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
pub fn build(renderer: &Renderer, collection: Collection) -> Value {
    let (site, views) = (&*renderer.site, &renderer.views);
    let inputs = &*site.inputs;
    let of_kind = |kind: ClaimKind| -> Vec<usize> { (0..site.claims.all.len()).filter(|c| site.claims.all[*c].kind == kind).collect() };
    let list = |claims: Vec<usize>| json!(claims.into_iter().map(|c| views.claim(c)).collect::<Vec<_>>());
    match collection {
        Collection::Questions => json!((0..inputs.questions.all.len()).map(|q| renderer.question(q, None)).collect::<Vec<_>>()),
        Collection::Events => {
            let mut events = of_kind(ClaimKind::Event);
            events.sort_by_key(|c| crate::resolve::claims::claim_date(&site.claims.all[*c], inputs));
            list(events)
        }
        Collection::Timeline => {
            let events: Vec<ClaimView> = of_kind(ClaimKind::Event).into_iter().map(|c| views.claim(c)).collect();
            json!({ "chart": super::chart::timeline(&events, &|key, fallback| renderer.theme.word(key, fallback).to_owned()) })
        }
        Collection::Responses => {
            let mut responses = of_kind(ClaimKind::Response);
            responses.sort_by_key(|c| crate::resolve::claims::claim_date(&site.claims.all[*c], inputs));
            list(responses)
        }
        Collection::Motives => list(of_kind(ClaimKind::Motive)),
        Collection::Claims => list((0..site.claims.all.len()).collect()),
        Collection::Disagreements => json!(site.claims.disagreements.iter().map(|d| views.disagreement(d)).collect::<Vec<_>>()),
        Collection::Glossary => {
            let mut terms: Vec<_> = inputs.glossary.all.iter().collect();
            terms.sort_by_key(|t| t.term.to_lowercase());
            json!(
                terms
                    .iter()
                    .map(|t| json!({
                        "term": t.term, "anchor": format!("term-{}", slug(&t.term)), "kind": t.kind, "definition": t.definition, "aliases": t.aliases,
                        "cites": t.cites.iter().filter_map(|c| {
                            let source = inputs.sources.index(&c.source)?;
                            Some(json!({ "source": views.source(source), "quote": c.quote, "locator": c.locator }))
                        }).collect::<Vec<_>>(),
                    }))
                    .collect::<Vec<_>>()
            )
        }
        Collection::Corrections => {
            let mut all: Vec<_> =
                inputs.pages.iter().enumerate().flat_map(|(i, p)| p.front.corrections.iter().map(move |c| (i, c))).collect();
            all.sort_by_key(|(_, c)| std::cmp::Reverse(c.date));
            json!(
                all.iter()
                    .map(|(page, c)| json!({ "date": c.date, "was": c.was, "now": c.now, "why": c.why, "page": views.page(*page) }))
                    .collect::<Vec<_>>()
            )
        }
        Collection::Sources => json!(
            (0..inputs.sources.all.len())
                .map(|i| {
                    let mut value = json!(views.source(i));
                    value["citations"] = json!(site.uses(i).len());
                    value["problems"] = json!(inputs.sources.all[i].evidence.problems.len());
                    value["url"] = json!(inputs.sources.all[i].url());
                    value
                })
                .collect::<Vec<_>>()
        ),
        Collection::Actors => json!((0..inputs.actors.all.len()).map(|a| views.actor(a)).collect::<Vec<_>>()),
        Collection::Pages => json!(
            site.routes
                .order
                .iter()
                .map(|p| {
                    let section = site.routes.pages[*p].parent.map(|s| inputs.pages[s].front.title.clone());
                    let front = &inputs.pages[*p].front;
                    json!({ "title": front.title, "path": site.routes.pages[*p].path, "summary": front.summary, "section": section })
                })
                .collect::<Vec<_>>()
        ),
    }
}
