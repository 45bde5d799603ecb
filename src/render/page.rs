//! One page: its context, its template, its files.
//!
//! In: the renderer and a page's number. Out: the files of the page: its HTML, redirects from its aliases, and its
//! citation files. Must never render when the key of its context is known.

use std::sync::Arc;

use serde_json::{Value, json};
use xxhash_rust::xxh3::Xxh3;

use super::views::is_verified;
use super::{Renderer, bare_pages, body, bounded, cards, head, latest_of, nav_title, outputs, root_of};
use crate::check::Standing;
use crate::diag::Report;
use crate::load::markdown::{Heading, escape};
use crate::resolve::claims::{ClaimKind, Flag};
use crate::resolve::text::PageText;

/// Path of the output and its bytes.
pub type File = (String, Arc<[u8]>);

/// Render a page of the author's.
pub fn render(renderer: &Renderer, page: usize, text: &PageText, report: &mut Report) -> Vec<File> {
    let site = &*renderer.site;
    let input = &site.inputs.pages[page];
    let path = site.routes.pages[page].path.clone();
    let output = format!("{path}index.html");
    let template = site.template(page).to_owned();
    // What the theme lacks, the check has reported.
    if !renderer.theme.templates.contains_key(&template) {
        return Vec::new();
    }
    let mut files: Vec<File> = Vec::new();
    let content = body::render(renderer, page, text, &mut files, report);
    let mut value = page_value(renderer, page, text);
    let extra = surroundings(renderer, page, &template);
    let cite = outputs::cite_this(renderer, page);
    value["cite"] = json!(cite);
    let card = cards::of_page(renderer, &value, &mut files, report);
    if site.routes.home == Some(page) {
        // A site has one home page, so nobody was first.
        let _ = renderer.site_card.set(card.clone());
    }
    value["head"] = json!(head::of_page(renderer, page, &value, card.as_ref()));
    let lists = lists(renderer, page, text);
    // The preview has no host's redirects, and nobody has an old address of a copy.
    if renderer.preview || !renderer.is_copy() && !outputs::all_redirect(&site.inputs.config.deploy.hosts) {
        for alias in &site.routes.pages[page].aliases {
            files.push((alias.clone(), bare_pages::redirect(&root_of(alias), &path, &site.inputs.config.base_url).into()));
        }
    }
    if let Some(cite) = &cite {
        files.extend(cite.files());
    }
    let shortcodes: Vec<String> = text.body.calls.iter().map(|c| format!("shortcodes/{}.html", c.call.name)).collect();
    let key = || {
        let mut key = Xxh3::new();
        key.update(&renderer.common.digest.to_le_bytes());
        key.update(template.as_bytes());
        key.update(value.to_string().as_bytes());
        key.update(&serde_json::to_vec(&lists.iter().map(|(_, list)| list).collect::<Vec<_>>()).unwrap_or_default());
        key.update(extra.to_string().as_bytes());
        key.update(content.as_bytes());
        key.update(
            &renderer.collections_digest(std::iter::once(template.as_str()).chain(shortcodes.iter().map(String::as_str))).to_le_bytes(),
        );
        key.digest128()
    };
    let rendered = renderer.reuse.rendered(&output, key, || {
        let mut context = renderer.common.context.clone();
        context.insert("root", &renderer.root(page));
        let mut page = tera::Value::from_serializable(&value).into_map().unwrap_or_default();
        page.extend(lists.iter().map(|(key, list)| (tera::value::Key::Str(key), list.clone())));
        context.insert_value("page", page.into());
        context.insert_value("content", tera::Value::safe_string(&content));
        if let Value::Object(extra) = &extra {
            for (name, value) in extra {
                context.insert(name.clone(), value);
            }
        }
        context.insert_value("collections", renderer.collections_for(&template));
        bounded::render(&renderer.theme, &template, &context, &format!("content/{}", input.path)).map(|html| Arc::from(html.into_bytes()))
    });
    match rendered {
        Ok(html) => files.push((output, html)),
        Err(finding) => report.push(finding),
    }
    files
}

/// The card of a page that is not rendered now.
pub fn card(renderer: &Renderer, page: usize) -> Option<cards::Card> {
    let text = renderer.site.text(page);
    let value = page_value(renderer, page, &text);
    cards::of_page(renderer, &value, &mut Vec::new(), &mut Report::default())
}

/// What a template sees beside `page` and `content`: cards of pages below, key figures.
fn surroundings(renderer: &Renderer, page: usize, template: &str) -> Value {
    let site = &*renderer.site;
    let card = |p: usize| {
        let front = &site.inputs.pages[p].front;
        json!({ "title": front.title, "nav_title": nav_title(site, p), "summary": front.summary, "path": site.routes.pages[p].path, "date": front.date })
    };
    let below = site.routes.children(page);
    if site.routes.home == Some(page) || template == "index.html" {
        let sections: Vec<Value> = below
            .iter()
            .map(|p| {
                let mut section = card(*p);
                section["pages"] = site.routes.children(*p).iter().map(|c| card(*c)).collect();
                section
            })
            .collect();
        let wanted = site.inputs.pages[page].front.extra.get("key_figures").and_then(Value::as_array).cloned().unwrap_or_default();
        let figures: Vec<usize> = wanted.iter().filter_map(Value::as_str).filter_map(|id| site.claims.by_id.get(id).copied()).collect();
        let mut questions: Vec<usize> = figures
            .iter()
            .filter_map(|c| {
                let claim = &site.claims.all[*c];
                let estimate = site.inputs.pages[claim.page].front.estimates.get(claim.record)?;
                site.inputs.questions.index(&estimate.question)
            })
            .collect();
        let mut seen = std::collections::BTreeSet::new();
        questions.retain(|q| seen.insert(*q));
        let questions: Vec<_> = questions
            .into_iter()
            .map(|q| {
                // A small chart: of the key figures alone, where they can be compared with each other.
                let of_question = |c: &&usize| site.claims.by_question[q].contains(*c);
                let shown: Vec<&str> = figures.iter().filter(of_question).map(|c| site.claims.all[*c].id.as_str()).collect();
                renderer.question(q, (shown.len() > 1).then_some(&shown))
            })
            .collect();
        return json!({
            "sections": sections, "pages": below.iter().map(|p| card(*p)).collect::<Vec<_>>(),
            "key_figures": figures.iter().map(|c| renderer.views.claim(*c)).collect::<Vec<_>>(), "questions": questions,
        });
    }
    json!({ "pages": below.iter().map(|p| card(*p)).collect::<Vec<_>>(), "sections": [], "key_figures": [], "questions": [] })
}

impl Renderer {
    /// What shortcode templates see of the page they stand on: nothing that depends on its body.
    pub fn page_brief(&self, page: usize) -> Value {
        let front = &self.site.inputs.pages[page].front;
        json!({ "title": front.title, "path": self.site.routes.pages[page].path, "extra": front.extra })
    }
}

/// The `page` that templates see, but for `head`, `cite` and the long lists.
fn page_value(renderer: &Renderer, page: usize, text: &PageText) -> Value {
    let site = &*renderer.site;
    let inputs = &*site.inputs;
    let input = &inputs.pages[page];
    let front = &input.front;
    let routed = &site.routes.pages[page];
    let kind = match () {
        () if site.routes.home == Some(page) => "home",
        () if input.is_section() => "section",
        () => "page",
    };
    let mut breadcrumbs = Vec::new();
    let mut nav_path = routed.path.clone();
    let mut above = routed.parent;
    let mut last = page;
    while let Some(section) = above {
        breadcrumbs.push(json!({ "title": nav_title(site, section), "path": site.routes.pages[section].path }));
        if Some(section) == site.routes.home {
            nav_path.clone_from(&site.routes.pages[last].path);
        }
        last = section;
        above = site.routes.pages[section].parent;
    }
    breadcrumbs.reverse();
    let order = |offset: isize| {
        let next = site.routes.positions[page].checked_add_signed(offset)?;
        site.routes.order.get(next).map(|p| renderer.views.page(*p))
    };
    let siblings: Vec<Value> = routed
        .parent
        .filter(|p| Some(*p) != site.routes.home)
        .map(|p| neighbours(site.routes.children(p), page))
        .unwrap_or_default()
        .into_iter()
        .map(|p| json!({ "title": inputs.pages[p].front.title, "path": site.routes.pages[p].path, "summary": inputs.pages[p].front.summary }))
        .collect();
    let standing = renderer.views.checked.standing(page);
    let used: Vec<usize> = (0..front.citations.len()).filter(|c| site.is_used(page, *c)).collect();
    let words = text.body.words;
    let path = routed.path.clone();
    let former = routed.aliases.iter().filter_map(|a| a.strip_suffix("index.html"));
    let addresses: Vec<&str> = std::iter::once(path.as_str()).chain(former).collect();
    let versions = inputs.versions.of_page(&addresses).filter(|_| !renderer.is_copy());
    json!({
        "kind": kind, "title": front.title, "nav_title": nav_title(site, page), "summary": front.summary, "path": path,
        "url": format!("{}{path}", inputs.config.base_url), "nav_path": nav_path,
        "date": front.date, "updated": front.updated, "review_after": front.review_after,
        "authors": if front.authors.is_empty() { &inputs.config.authors } else { &front.authors },
        "reviewers": front.reviewers.as_ref().unwrap_or(&inputs.config.reviewers), "tags": front.tags, "extra": front.extra,
        "toc": if front.toc == Some(false) { Value::Array(Vec::new()) } else { toc(&text.body.headings) },
        "words": words, "reading_minutes": (words / 220).max(1), "breadcrumbs": breadcrumbs,
        "prev": order(-1), "next": order(1), "siblings": siblings, "draft": front.draft,
        "corrections": front.corrections.iter().map(|c| json!({ "date": c.date, "was": c.was, "now": c.now, "why": c.why, "page": { "title": front.title, "path": path } })).collect::<Vec<_>>(),
        "counts": {
            "claims": site.claims.by_page[page].len(), "citations": used.len(), "sources": text.cites.listed.len(),
            "quotes_checked": used.iter().filter(|c| is_verified(&standing[**c])).count(),
            "quotes_unarchived": used.iter().filter(|c| standing[**c] == Standing::Unarchived).count(),
        },
        "findings": findings(renderer, page),
        "latest": inputs.config.version.as_ref().map(|_| latest_of(&path)),
        "versions": versions.map(|(date, path)| json!({ "date": date, "path": path })).collect::<Vec<_>>(),
    })
}

/// The long lists of a page, in the engine's own values: they are made once, not copied from one form into another.
fn lists(renderer: &Renderer, page: usize, text: &PageText) -> [(&'static str, tera::Value); 5] {
    let site = &*renderer.site;
    let claims = |kind: ClaimKind| -> tera::Value {
        let of_kind = site.claims.by_page[page].iter().filter(|c| site.claims.all[**c].kind == kind);
        of_kind.map(|c| tera::Value::from_serializable(&renderer.views.claim(*c))).collect::<Vec<_>>().into()
    };
    [
        ("references", references(renderer, page, text)),
        ("estimates", claims(ClaimKind::Estimate)),
        ("events", claims(ClaimKind::Event)),
        ("responses", claims(ClaimKind::Response)),
        ("motives", claims(ClaimKind::Motive)),
    ]
}

/// At most six pages around a page in its section, itself left out: a list that does not grow with the section.
fn neighbours(children: &[usize], page: usize) -> Vec<usize> {
    let at = children.iter().position(|c| *c == page).unwrap_or(0);
    let start = at.saturating_sub(3).min(children.len().saturating_sub(7));
    children.iter().skip(start).take(7).copied().filter(|c| *c != page).take(6).collect()
}

/// Headings as a tree of two levels.
fn toc(headings: &[Heading]) -> Value {
    let top = headings.iter().map(|h| h.level).min().unwrap_or(2);
    let mut toc: Vec<Value> = Vec::new();
    for heading in headings {
        let entry = json!({ "level": heading.level, "id": heading.id, "title": escape(&heading.text), "children": [] });
        match toc.last_mut() {
            Some(parent) if heading.level > top => {
                if let Some(children) = parent["children"].as_array_mut() {
                    children.push(entry);
                }
            }
            _ => toc.push(entry),
        }
    }
    Value::Array(toc)
}

fn references(renderer: &Renderer, page: usize, text: &PageText) -> tera::Value {
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
            map([("href", format!("#use-{id}-{n}").into()), ("label", letters(n).into()), ("locator", locator.into())])
        });
        map([
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
        map([
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

/// A map for templates. Its keys are not copied, and the values are shared, not cloned.
fn map<const N: usize>(entries: [(&'static str, tera::Value); N]) -> tera::Value {
    entries.into_iter().map(|(key, value)| (tera::value::Key::Str(key), value)).collect::<tera::Map>().into()
}

/// The records of a page that rest on a citation: how many works report each, and from how many origins.
fn resting(renderer: &Renderer, page: usize, citation: usize) -> Vec<tera::Value> {
    let claims = &renderer.site.claims;
    let on_it = claims.by_page[page].iter().filter(|claim| claims.all[**claim].cites.contains(&citation));
    on_it
        .map(|claim| {
            let view = renderer.views.claim(*claim);
            let (reports, origins) = (view.reports.into(), view.origins.into());
            map([("text", view.text.as_str().into()), ("anchor", view.anchor.as_str().into()), ("reports", reports), ("origins", origins)])
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

/// Rule 7: what readers must know about the page's evidence, in sentences.
fn findings(renderer: &Renderer, page: usize) -> Vec<String> {
    let site = &*renderer.site;
    let claims: Vec<_> = site.claims.by_page[page].iter().map(|c| &site.claims.all[*c]).collect();
    let count = |flag: Flag| claims.iter().filter(|c| c.flags.contains(&flag)).count();
    let mut notes = Vec::new();
    for (flag, one, other, one_default, other_default) in [
        (
            Flag::SingleOrigin,
            "finding_single_origin_one",
            "finding_single_origin",
            "One record on this page rests on a single origin.",
            "{n} records on this page rest each on a single origin.",
        ),
        (
            Flag::OneParty,
            "finding_one_party_one",
            "finding_one_party",
            "One record on this page is stated by one party alone.",
            "{n} records on this page are each stated by one party alone.",
        ),
        (
            Flag::OpinionOnly,
            "finding_opinion_one",
            "finding_opinion",
            "One record on this page rests on opinion only.",
            "{n} records on this page rest on opinion only.",
        ),
        (
            Flag::MachineWritten,
            "finding_machine_one",
            "finding_machine",
            "One record on this page rests on machine-written text only.",
            "{n} records on this page rest on machine-written text only.",
        ),
        (
            Flag::Unarchived,
            "finding_unarchived_one",
            "finding_unarchived",
            "One record on this page cites a source whose text is not archived, so it is not checked against the text.",
            "{n} records on this page cite sources whose texts are not archived, so they are not checked against the text.",
        ),
    ] {
        match count(flag) {
            0 => {}
            1 => notes.push(renderer.theme.word(one, one_default).to_owned()),
            n => notes.push(renderer.theme.word(other, other_default).replace("{n}", &n.to_string())),
        }
    }
    notes
}
