//! The references of a page: each source that it cites, under it each quote, and the way back to every use.
//!
//! In: the renderer and a page with its text. Out: one list in the template engine's values. Must never hold HTML that was not escaped.

use super::Renderer;
use super::fields::fields;
use crate::load::markdown::escape;
use crate::resolve::text::PageText;

/// A page's references, in the style's order.
pub fn of_page(renderer: &Renderer, page: usize, text: &PageText) -> tera::Value {
    let site = &*renderer.site;
    let (cites, keys) = (&text.cites, &site.keys[page]);
    let input = &site.inputs.pages[page];
    let html_of = |source: usize| {
        let formatted = cites.formatted.references.iter().find(|(s, _)| *s == source);
        formatted.map_or_else(|| escape(&site.inputs.sources.all[source].title()).into(), |(_, html)| tera::Value::from(html.as_str()))
    };
    let citation = |source: usize, c: usize| {
        let citation = &input.front.citations[c];
        let id = citation.id();
        let (origin, origins) = renderer.views.origin(page, c);
        let uses = (1..=cites.uses[c]).map(|n| {
            let locator = cites.use_locators[c][n - 1].clone();
            fields([("href", format!("#use-{id}-{n}").into()), ("label", letters(n).into()), ("locator", locator.into())])
        });
        fields([
            ("id", id.into()),
            ("anchor", format!("cite-{id}").into()),
            ("quote", citation.quote.as_deref().into()),
            ("lang", citation.lang.as_deref().into()),
            ("translation", citation.translation.as_deref().into()),
            ("locator", renderer.views.locator(page, c).into()),
            ("passage", renderer.views.passage(source, citation.quote.as_deref()).into()),
            ("origin", origin.into()),
            ("origins", origins.into()),
            ("claims", resting(renderer, page, c).into()),
            ("status", renderer.views.checked.standing(page)[c].name().into()),
            ("digest", citation.quote.as_deref().map(crate::archive::fold_digest).into()),
            ("problems", tera::Value::from_serializable(&renderer.views.problems_touching(source, citation.quote.as_deref()))),
            ("uses", uses.collect::<Vec<_>>().into()),
        ])
    };
    let reference = |(i, source): (usize, &usize)| {
        let record = &site.inputs.sources.all[*source];
        let own = |c: &usize| {
            let id = input.front.citations[*c].id();
            keys.sources[*c] == Some(*source) && site.is_used(page, *c) && keys.find(input, id) == Some(*c)
        };
        let citations: Vec<_> = (0..input.front.citations.len()).filter(own).map(|c| citation(*source, c)).collect();
        fields([
            ("n", (i + 1).into()),
            ("key", record.key.as_str().into()),
            ("anchor", format!("ref-{}", record.key).into()),
            ("html", html_of(*source)),
            ("source", renderer.views.source_value(*source)),
            // Problems that touch a quote of this page stand beside it; the others are on the source's page.
            ("problems", Vec::<tera::Value>::new().into()),
            ("problem_count", record.evidence.problems.len().into()),
            ("citations", citations.into()),
        ])
    };
    cites.listed.iter().enumerate().map(reference).collect::<Vec<_>>().into()
}

/// The records of a page that rest on a citation: how many works report each, and from how many origins.
fn resting(renderer: &Renderer, page: usize, citation: usize) -> Vec<tera::Value> {
    let claims = &renderer.site.claims;
    let on_it = claims.by_page[page].iter().filter(|claim| claims.all[**claim].cites.contains(&citation));
    on_it
        .map(|claim| {
            let view = renderer.views.claim(*claim);
            let (reports, origins) = (view.reports.into(), view.origins.into());
            fields([
                ("text", view.text.as_str().into()),
                ("anchor", view.anchor.as_str().into()),
                ("reports", reports),
                ("origins", origins),
            ])
        })
        .collect()
}

/// a, b, … z, aa, ab, …
fn letters(n: usize) -> String {
    let mut n = n;
    let mut text = String::new();
    while n > 0 {
        n -= 1;
        text.insert(0, char::from(b'a' + u8::try_from(n % 26).unwrap_or(0)));
        n /= 26;
    }
    text
}
