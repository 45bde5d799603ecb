//! Pages, claims, terms and data files in the words of schema.org, for machines that read JSON-LD.
//!
//! In: the renderer. Out: JSON-LD 1.1 with schema.org's types and properties alone: what a page is, for its head, and
//! one file with every claim of the site and what it rests on. Claims and works stand apart since readers download a page's
//! head before they see anything.
//! Must never state a date that the front matter does not give.

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use super::Renderer;
use super::outputs::data_paths;
use super::page_view::PageView;
use super::views::{ActorView, CiteView, ClaimView, OwnView};
use crate::author::Author;
use crate::load::markdown::slug;
use crate::load::records::ActorKind;

/// The file with all claims, from the site's root.
pub const CLAIMS: &str = "data/claims.jsonld";

/// What a page is, as JSON: an article, its place in the site, and the terms or data that it lists. `image`: the address of its card.
pub fn of_page(renderer: &Renderer, page: usize, view: &PageView<'_>, image: Option<&str>) -> String {
    let site = &*renderer.site;
    let config = &site.inputs.config;
    let url = view.url.as_str();
    let description = view.summary.unwrap_or(&config.description);
    let address = |path: &str| format!("{}{path}", config.base_url);
    let method = renderer.theme.settings.get("method_path").and_then(Value::as_str).unwrap_or_default();
    let people: Vec<Named> = view.reviewers.iter().map(|reviewer| Named { kind: "Person", ..Named::of(reviewer) }).collect();
    let article = Article {
        kind: "Article",
        id: article_id(url),
        headline: view.title,
        url,
        language: &config.language,
        part_of: Website { kind: "WebSite", name: &config.title, url: &config.base_url },
        description,
        published: view.date.map(|date| date.to_string()),
        modified: view.updated.or(view.date).map(|date| date.to_string()),
        author: view.authors.iter().map(Named::of).collect(),
        license: config.license.as_ref().map(|license| license.url.as_str()),
        // Pages are reviewed, says schema.org, not articles.
        of: (!people.is_empty()).then_some(Webpage { kind: "WebPage", id: url, reviewed_by: people }),
        version: config.version.as_ref().map(|version| version.date.to_string()),
        archived_at: view.versions.iter().map(|copy| address(&copy.path)).collect(),
        principles: (!method.is_empty() && site.leads_somewhere(method)).then(|| address(method)),
        image,
    };
    let mut graph = vec![json_text(&article)];
    if !view.breadcrumbs.is_empty() {
        let above = view.breadcrumbs.iter().map(|crumb| (crumb.title.as_str(), Some(Id { id: address(&crumb.path) })));
        let items = above.chain([(view.title, None)]).enumerate();
        let items = items.map(|(i, (name, item))| Crumb { kind: "ListItem", position: i + 1, name, item }).collect();
        graph.push(json_text(&Crumbs { kind: "BreadcrumbList", items }));
    }
    match site.template(page) {
        "glossary.html" => graph.push(terms(renderer, url, view.title).to_string()),
        "data.html" => graph.push(data(renderer, url, view.title, description).to_string()),
        _ => {}
    }
    format!("{{\"@context\":\"https://schema.org\",\"@graph\":[{}]}}", graph.join(","))
}

fn json_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// <https://schema.org/Article>
#[derive(Serialize)]
struct Article<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(rename = "@id")]
    id: String,
    headline: &'a str,
    url: &'a str,
    #[serde(rename = "inLanguage")]
    language: &'a str,
    #[serde(rename = "isPartOf")]
    part_of: Website<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(rename = "datePublished", skip_serializing_if = "Option::is_none")]
    published: Option<String>,
    #[serde(rename = "dateModified", skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    author: Vec<Named<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<&'a str>,
    #[serde(rename = "mainEntityOfPage", skip_serializing_if = "Option::is_none")]
    of: Option<Webpage<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(rename = "archivedAt", skip_serializing_if = "Vec::is_empty")]
    archived_at: Vec<String>,
    #[serde(rename = "publishingPrinciples", skip_serializing_if = "Option::is_none")]
    principles: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
}

#[derive(Serialize)]
struct Website<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    name: &'a str,
    url: &'a str,
}

#[derive(Serialize)]
struct Webpage<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(rename = "@id")]
    id: &'a str,
    #[serde(rename = "reviewedBy")]
    reviewed_by: Vec<Named<'a>>,
}

/// Somebody with a name. Who is not known to be a person may be a body.
#[derive(Serialize)]
struct Named<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    name: &'a str,
    #[serde(rename = "givenName", skip_serializing_if = "Option::is_none")]
    given: Option<&'a str>,
    #[serde(rename = "familyName", skip_serializing_if = "Option::is_none")]
    family: Option<&'a str>,
}

impl<'a> Named<'a> {
    fn of(author: &'a Author) -> Self {
        let person = author.person();
        Self {
            kind: if person.is_some() { "Person" } else { "Organization" },
            name: author.name(),
            given: person.map(|person| person.given.as_str()),
            family: person.map(|person| person.family.as_str()),
        }
    }
}

#[derive(Serialize)]
struct Id {
    #[serde(rename = "@id")]
    id: String,
}

/// <https://schema.org/BreadcrumbList>
#[derive(Serialize)]
struct Crumbs<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(rename = "itemListElement")]
    items: Vec<Crumb<'a>>,
}

#[derive(Serialize)]
struct Crumb<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    position: usize,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<Id>,
}

/// Every page with the works it cites, and every claim: its statement, who makes it, the page it stands on, what it
/// rests on.
pub fn claims(renderer: &Renderer) -> String {
    // Each page's part becomes text at once: as values all of them together would be many times larger.
    let mut text = String::from("{\"@context\":\"https://schema.org\",\"@graph\":[");
    let pages: Vec<usize> = (0..renderer.site.inputs.pages.len()).collect();
    for (number, some) in pages.chunks(SIDE_BY_SIDE).enumerate() {
        let nodes: Vec<String> = some.par_iter().map(|page| claims_of_page(renderer, *page)).collect();
        if number == 0 {
            // The other pages are much like the first: a text of megabytes is better not moved while it grows.
            let length: usize = nodes.iter().map(|nodes| nodes.len() + 1).sum();
            text.reserve(length * pages.len() / some.len() + length / 4);
        }
        for nodes in nodes.iter().filter(|nodes| !nodes.is_empty()) {
            text.push_str(nodes);
            text.push(',');
        }
    }
    if text.ends_with(',') {
        text.pop();
    }
    text.push_str("]}\n");
    text
}

/// Pages whose claims are written side by side.
const SIDE_BY_SIDE: usize = 256;

/// The nodes of one page, parted by commas.
fn claims_of_page(renderer: &Renderer, page: usize) -> String {
    let site = &*renderer.site;
    let mut nodes: Vec<String> = Vec::new();
    let numbers = &site.claims.by_page[page];
    let url = format!("{}{}", site.inputs.config.base_url, site.routes.pages[page].path);
    let mut sources: Vec<usize> = Vec::new();
    for citation in &site.inputs.pages[page].front.citations {
        sources.extend(site.inputs.sources.index(&citation.source).filter(|s| !sources.contains(s)));
    }
    let cited: Vec<Value> = sources.iter().map(|source| work(renderer, *source)).collect();
    if !cited.is_empty() {
        let title = &site.inputs.pages[page].front.title;
        let article = json!({ "@type": "Article", "@id": article_id(&url), "url": url, "headline": title, "citation": cited });
        nodes.push(article.to_string());
    }
    for number in numbers {
        let view = renderer.views.claim(*number);
        let mut claim = json!({
            "@type": "Claim", "@id": format!("{url}#{}", view.anchor), "text": statement(&view),
            "appearance": { "@id": article_id(&url) },
        });
        // https://schema.org/citation: works, or what of a work is quoted.
        let citation = |cite: &CiteView| {
            let work = site.inputs.sources.index(&cite.source.key).map(|s| work(renderer, s));
            match &cite.quote {
                Some(quote) => json!({ "@type": "Quotation", "text": quote, "isPartOf": work }),
                None => json!(work),
            }
        };
        if !view.cites.is_empty() {
            claim["citation"] = view.cites.iter().map(citation).collect();
        }
        if !view.by.is_empty() {
            claim["author"] = view.by.iter().map(|a| json!({ "@type": sort_of(a.kind), "name": a.name })).collect();
        }
        nodes.push(claim.to_string());
    }
    nodes.join(",")
}

fn article_id(url: &str) -> String {
    format!("{url}#article")
}

/// A source.
fn work(renderer: &Renderer, source: usize) -> Value {
    let source = &renderer.site.inputs.sources.all[source];
    let mut work = json!({ "@type": "CreativeWork", "name": source.title() });
    if let Some(url) = source.url() {
        work["url"] = json!(url);
    }
    if let Some(archived) = source.archived_url() {
        work["archivedAt"] = json!(archived);
    }
    // Where it was: a name for the work, no longer a way to it.
    if let Some(gone) = &source.gone_url {
        work["identifier"] = json!(gone);
    }
    work
}

/// The glossary.
fn terms(renderer: &Renderer, url: &str, name: &str) -> Value {
    let terms: Vec<Value> = renderer
        .site
        .inputs
        .glossary
        .all
        .iter()
        .map(|t| json!({ "@type": "DefinedTerm", "@id": format!("{url}#term-{}", slug(&t.term)), "name": t.term, "description": t.definition }))
        .collect();
    json!({ "@type": "DefinedTermSet", "@id": format!("{url}#terms"), "url": url, "name": name, "hasDefinedTerm": terms })
}

/// The data files of the site as a data set that can be downloaded.
fn data(renderer: &Renderer, url: &str, name: &str, description: &str) -> Value {
    let config = &renderer.site.inputs.config;
    let distribution: Vec<Value> = data_paths(renderer)
        .iter()
        .map(|path| {
            let format = match path.rsplit_once('.') {
                Some((_, "csv")) => "text/csv",
                Some((_, "jsonld")) => "application/ld+json",
                _ => "application/json",
            };
            json!({ "@type": "DataDownload", "encodingFormat": format, "contentUrl": format!("{}{path}", config.base_url) })
        })
        .collect();
    let mut data = json!({
        "@type": "Dataset", "@id": format!("{url}#data"), "url": url, "name": format!("{name}: {}", config.title),
        "description": if description.is_empty() { &config.title } else { description },
        "isAccessibleForFree": true, "inLanguage": config.language, "distribution": distribution,
    });
    if let Some(license) = &config.license {
        data["license"] = json!(license.url);
    }
    if !config.authors.is_empty() {
        data["creator"] = config.authors.iter().map(|author| json!(Named::of(author))).collect();
    }
    data
}

/// The schema.org type of an actor; all of them may be authors.
fn sort_of(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Person => "Person",
        ActorKind::Organisation => "Organization",
        ActorKind::State | ActorKind::GovernmentBody | ActorKind::Military | ActorKind::Intelligence => "GovernmentOrganization",
    }
}

/// A claim as a sentence that can be understood away from its page: a bare figure claims nothing.
fn statement(view: &ClaimView) -> String {
    let of = |actor: &Option<ActorView>, text: &str| actor.as_ref().map_or_else(|| text.to_owned(), |a| format!("{}: {text}", a.name));
    match &view.own {
        OwnView::Estimate { question_title, value_text, unit, counts, as_of, .. } => {
            // Money and per cent are in the text of the value.
            let unit = if value_text.contains('$') || value_text.ends_with(unit.as_str()) { "" } else { unit };
            let counts = counts.as_ref().map(|c| format!(", {c}")).unwrap_or_default();
            format!("{question_title} {}{counts} (as of {})", format!("{value_text} {unit}").trim_end(), as_of.text())
        }
        OwnView::Event { date, .. } => format!("{} ({})", view.text, date.text()),
        OwnView::Response { actor, .. } | OwnView::Motive { actor, .. } => of(actor, &view.text),
    }
}
