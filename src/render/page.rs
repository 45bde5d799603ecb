//! One page: its context, its template, its files.
//!
//! In: the renderer and a page's number. Out: the files of the page: its HTML, redirects from its aliases, and its
//! citation files. Must never render when the key of its context is known.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};
use xxhash_rust::xxh3::Xxh3;

use super::page_view::{Corrected, Counts, Neighbour, PageCard, PageView, TocEntry, Version};
use super::views::{ClaimView, PageLink, QuestionView, Shared, is_verified};
use super::{Renderer, bare_pages, body, bounded, cards, head, nav_title, outputs, references, root_of};
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
    let mut view = page_view(renderer, page, text);
    let extra = surroundings(renderer, page, &template);
    view.cite = outputs::cite_this(renderer, page);
    let card = cards::of_page(renderer, &view, &mut files, report);
    if site.routes.home == Some(page) {
        // A site has one home page, so nobody was first.
        let _ = renderer.site_card.set(card.clone());
    }
    view.head = head::of_page(renderer, page, &view, card.as_ref());
    view.references = references::of_page(renderer, page, text);
    view.estimates = records(renderer, page, ClaimKind::Estimate);
    view.events = records(renderer, page, ClaimKind::Event);
    view.responses = records(renderer, page, ClaimKind::Response);
    view.motives = records(renderer, page, ClaimKind::Motive);
    // The preview has no host's redirects, and nobody has an old address of a copy.
    if renderer.preview || !renderer.is_copy() && !outputs::all_redirect(&site.inputs.config.deploy.hosts) {
        for alias in &site.routes.pages[page].aliases {
            files.push((alias.clone(), bare_pages::redirect(&root_of(alias), &path, &site.inputs.config.base_url).into()));
        }
    }
    if let Some(cite) = &view.cite {
        files.extend(cite.files());
    }
    let shortcodes: Vec<String> = text.body.calls.iter().map(|c| format!("shortcodes/{}.html", c.call.name)).collect();
    let key = || {
        let mut key = Xxh3::new();
        key.update(&renderer.common.digest.to_le_bytes());
        key.update(template.as_bytes());
        key.update(&serde_json::to_vec(&view).unwrap_or_default());
        key.update(&serde_json::to_vec(&extra).unwrap_or_default());
        key.update(content.as_bytes());
        key.update(
            &renderer.collections_digest(std::iter::once(template.as_str()).chain(shortcodes.iter().map(String::as_str))).to_le_bytes(),
        );
        key.digest128()
    };
    let rendered = renderer.reuse.rendered(&output, key, || {
        let mut context = renderer.common.context.clone();
        context.insert("root", &renderer.root(page));
        context.insert("page", &view);
        context.insert_value("content", tera::Value::safe_string(&content));
        context.insert("pages", &extra.pages);
        context.insert("sections", &extra.sections);
        context.insert("key_figures", &extra.key_figures);
        context.insert("questions", &extra.questions);
        context.insert_value("collections", renderer.collections_for(&template));
        bounded::file(&renderer.theme, &template, &context, &format!("content/{}", input.path()))
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
    let view = page_view(renderer, page, &text);
    cards::of_page(renderer, &view, &mut Vec::new(), &mut Report::default())
}

/// What a template sees beside `page` and `content`.
#[derive(Default, Serialize)]
struct Surroundings {
    /// The pages below.
    pages: Vec<PageCard>,
    /// On the home page, the sections with their pages.
    sections: Vec<PageCard>,
    key_figures: Vec<Shared<ClaimView>>,
    /// The questions of the key figures.
    questions: Vec<QuestionView>,
}

fn surroundings(renderer: &Renderer, page: usize, template: &str) -> Surroundings {
    let site = &*renderer.site;
    let card = |p: &usize| {
        let front = &site.inputs.pages[*p].front;
        let title = front.title.clone();
        let (nav_title, path) = (nav_title(site, *p), site.routes.pages[*p].path.clone());
        PageCard { title, nav_title, summary: front.summary.clone(), path, date: front.date, pages: None }
    };
    let below = site.routes.children(page);
    let pages = below.iter().map(card).collect();
    if site.routes.home != Some(page) && template != "index.html" {
        return Surroundings { pages, ..Surroundings::default() };
    }
    let sections = below.iter().map(|p| PageCard { pages: Some(site.routes.children(*p).iter().map(card).collect()), ..card(p) }).collect();
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
    let questions = questions
        .into_iter()
        .map(|q| {
            // A small chart: of the key figures alone, where they can be compared with each other.
            let of_question = |c: &&usize| site.claims.by_question[q].contains(*c);
            let shown: Vec<&str> = figures.iter().filter(of_question).map(|c| site.claims.all[*c].id.as_str()).collect();
            renderer.question(q, (shown.len() > 1).then_some(&shown))
        })
        .collect();
    Surroundings { pages, sections, key_figures: figures.iter().map(|c| renderer.views.claim(*c)).collect(), questions }
}

impl Renderer {
    /// What shortcode templates see of the page they stand on: nothing that depends on its body.
    pub fn page_brief(&self, page: usize) -> Value {
        let front = &self.site.inputs.pages[page].front;
        json!({ "title": front.title, "path": self.site.routes.pages[page].path, "extra": front.extra })
    }
}

/// The `page` that templates see, but for what a card does not show: `head`, `cite` and the long lists.
fn page_view<'a>(renderer: &'a Renderer, page: usize, text: &'a PageText) -> PageView<'a> {
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
    let mut nav_path = routed.path.as_str();
    let mut above = routed.parent;
    let mut last = page;
    while let Some(section) = above {
        breadcrumbs.push(PageLink { title: nav_title(site, section), path: site.routes.pages[section].path.clone() });
        if Some(section) == site.routes.home {
            nav_path = &site.routes.pages[last].path;
        }
        last = section;
        above = site.routes.pages[section].parent;
    }
    breadcrumbs.reverse();
    let order = |offset: isize| {
        let next = site.routes.positions[page].checked_add_signed(offset)?;
        site.routes.order.get(next).map(|p| renderer.views.page(*p))
    };
    let siblings = routed
        .parent
        .filter(|p| Some(*p) != site.routes.home)
        .map(|p| neighbours(site.routes.children(p), page))
        .unwrap_or_default()
        .into_iter()
        .map(|p| {
            let front = &inputs.pages[p].front;
            Neighbour { title: &front.title, path: &site.routes.pages[p].path, summary: front.summary.as_deref() }
        })
        .collect();
    let standing = renderer.views.checked.standing(page);
    let used: Vec<usize> = (0..front.citations.len()).filter(|c| site.is_used(page, *c)).collect();
    let words = text.body.words;
    let path = routed.path.as_str();
    let former = routed.aliases.iter().filter_map(|a| a.strip_suffix("index.html"));
    let addresses: Vec<&str> = std::iter::once(path).chain(former).collect();
    let versions = inputs.versions.of_page(&addresses).filter(|_| !renderer.is_copy());
    let corrections = front.corrections.iter().map(|c| Corrected {
        date: c.date,
        was: &c.was,
        now: &c.now,
        why: &c.why,
        page: renderer.views.page(page),
    });
    PageView {
        summary: front.summary.as_deref(),
        nav_path,
        date: front.date,
        updated: front.updated,
        review_after: front.review_after,
        authors: if front.authors.is_empty() { &inputs.config.authors } else { &front.authors },
        reviewers: front.reviewers.as_ref().unwrap_or(&inputs.config.reviewers),
        tags: &front.tags,
        extra: &front.extra,
        toc: if front.toc == Some(false) { Vec::new() } else { toc(&text.body.headings) },
        words,
        reading_minutes: (words / 220).max(1),
        breadcrumbs,
        prev: order(-1),
        next: order(1),
        siblings,
        draft: front.draft,
        corrections: corrections.collect(),
        counts: Counts {
            claims: site.claims.by_page[page].len(),
            citations: used.len(),
            sources: text.cites.listed.len(),
            quotes_checked: used.iter().filter(|c| is_verified(&standing[**c])).count(),
            quotes_unarchived: used.iter().filter(|c| standing[**c] == Standing::Unarchived).count(),
        },
        findings: findings(renderer, page),
        versions: versions.map(|(date, path)| Version { date, path }).collect(),
        ..PageView::bare(renderer, kind, &front.title, nav_title(site, page), path)
    }
}

/// The records of one kind on a page.
fn records(renderer: &Renderer, page: usize, kind: ClaimKind) -> tera::Value {
    let claims = &renderer.site.claims;
    let of_kind = claims.by_page[page].iter().filter(|c| claims.all[**c].kind == kind);
    of_kind.map(|c| renderer.views.claim(*c).value().clone()).collect::<Vec<_>>().into()
}

/// At most six pages around a page in its section, itself left out: a list that does not grow with the section.
fn neighbours(children: &[usize], page: usize) -> Vec<usize> {
    let at = children.iter().position(|c| *c == page).unwrap_or(0);
    let start = at.saturating_sub(3).min(children.len().saturating_sub(7));
    children.iter().skip(start).take(7).copied().filter(|c| *c != page).take(6).collect()
}

/// Headings as a tree of two levels.
fn toc(headings: &[Heading]) -> Vec<TocEntry<'_>> {
    let top = headings.iter().map(|h| h.level).min().unwrap_or(2);
    let mut toc: Vec<TocEntry<'_>> = Vec::new();
    for heading in headings {
        let entry = TocEntry { level: heading.level, id: &heading.id, title: escape(&heading.text), children: Vec::new() };
        match toc.last_mut() {
            Some(parent) if heading.level > top => parent.children.push(entry),
            _ => toc.push(entry),
        }
    }
    toc
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
