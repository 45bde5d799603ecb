//! What stands in a page's `<head>`: address, feeds, metadata for reference managers and machines.
//!
//! In: a page's context. Out: safe HTML. Every date comes from the front matter. JSON-LD uses schema.org's names only,
//! and no sequence in it can end the script element.
//! Must never emit an executable script: the pages run under a strict Content-Security-Policy.

use serde_json::{Value, json};

use super::Renderer;
use super::cards::{self, Card};
use super::views::{ActorView, CiteView, ClaimView, OwnView, SourceView};
use crate::load::markdown::escape;
use crate::load::records::ActorKind;
use crate::resolve::text::PageText;

/// The head of an author's page.
pub fn of_page(renderer: &Renderer, page: usize, page_text: &PageText, value: &Value, card: Option<&Card>) -> String {
    let config = &renderer.site.inputs.config;
    let front = &renderer.site.inputs.pages[page].front;
    let url = text(&value["url"]);
    let description = front.summary.clone().unwrap_or_else(|| config.description.clone());
    let authors: Vec<String> = if front.authors.is_empty() { config.authors.clone() } else { front.authors.clone() };
    let mut head = Head::default();
    if !description.is_empty() {
        head.meta("name", "description", &description);
    }
    head.link("canonical", &url, None);
    let root = super::root_of(&text(&value["path"]));
    feeds(&mut head, renderer, &root);
    head.html.push_str(&renderer.icons.head(&root));
    for (property, content) in [
        ("og:type", "article"),
        ("og:title", &front.title),
        ("og:url", &url),
        ("og:site_name", &config.title),
        ("og:description", &description),
    ] {
        if !content.is_empty() {
            head.meta("property", property, content);
        }
    }
    let image = head.card(&config.base_url, card);
    head.meta("name", "citation_title", &front.title);
    for author in &authors {
        head.meta("name", "citation_author", author);
    }
    if let Some(date) = front.date {
        head.meta("name", "citation_publication_date", &date.to_string().replace('-', "/"));
        head.meta("name", "DC.date", &date.to_string());
        head.meta("property", "article:published_time", &date.to_string());
    }
    if let Some(updated) = front.updated {
        head.meta("property", "article:modified_time", &updated.to_string());
    }
    head.meta("name", "citation_public_url", &url);
    head.meta("name", "citation_language", &config.language);
    head.meta("name", "DC.title", &front.title);
    let mut graph = article(renderer, page, page_text, value, &url, &description, &authors);
    if let Some(image) = image {
        graph["@graph"][0]["image"] = json!(image);
    }
    head.json_ld(&graph);
    head.html
}

/// The head of a source's page.
pub fn of_source(renderer: &Renderer, source: &SourceView, value: &Value) -> String {
    let mut head = Head::default();
    let url = text(&value["url"]);
    head.meta("name", "description", &format!("{}: {}", renderer.theme.word("source", "Source"), source.brief.title));
    head.link("canonical", &url, None);
    let root = super::root_of(&text(&value["path"]));
    feeds(&mut head, renderer, &root);
    head.html.push_str(&renderer.icons.head(&root));
    let config = &renderer.site.inputs.config;
    for (property, content) in [
        ("og:type", "article"),
        ("og:title", source.brief.title.as_str()),
        ("og:url", url.as_str()),
        ("og:site_name", config.title.as_str()),
    ] {
        head.meta("property", property, content);
    }
    head.card(&config.base_url, renderer.site_card.get().and_then(Option::as_ref));
    head.html
}

fn feeds(head: &mut Head, renderer: &Renderer, root: &str) {
    let title = &renderer.site.inputs.config.title;
    let corrections = format!("{title}: {}", renderer.theme.word("corrections", "Corrections"));
    let mut feed = |mime: &str, title: &str, file: &str| {
        let title = escape(title);
        head.html.push_str(&format!("<link rel=\"alternate\" type=\"application/{mime}\" title=\"{title}\" href=\"{root}{file}\">\n"));
    };
    feed("atom+xml", title, "atom.xml");
    feed("feed+json", title, "feed.json");
    if renderer.common.has_corrections {
        feed("atom+xml", &corrections, "corrections.xml");
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("").to_owned()
}

fn article(
    renderer: &Renderer,
    page: usize,
    page_text: &PageText,
    value: &Value,
    url: &str,
    description: &str,
    authors: &[String],
) -> Value {
    let site = &*renderer.site;
    let config = &site.inputs.config;
    let front = &site.inputs.pages[page].front;
    let creative_work = |source: &usize| {
        let source = &site.inputs.sources.all[*source];
        let mut work = json!({ "@type": "CreativeWork", "name": source.title() });
        if let Some(date) = source.date() {
            work["datePublished"] = json!(date.to_string());
        }
        if let Some(url) = source.url() {
            work["url"] = json!(url);
        }
        work
    };
    let mut article = json!({
        "@type": "Article", "@id": format!("{url}#article"), "headline": front.title, "url": url, "inLanguage": config.language,
        "isPartOf": { "@type": "WebSite", "name": config.title, "url": config.base_url },
        "citation": page_text.cites.listed.iter().map(creative_work).collect::<Vec<_>>(),
    });
    if !description.is_empty() {
        article["description"] = json!(description);
    }
    if let Some(date) = front.date {
        article["datePublished"] = json!(date.to_string());
    }
    if let Some(date) = front.updated.or(front.date) {
        article["dateModified"] = json!(date.to_string());
    }
    if !authors.is_empty() {
        article["author"] = authors.iter().map(|a| json!({ "@type": "Organization", "name": a })).collect();
    }
    if let Some(license) = &config.license {
        article["license"] = json!(license.url);
    }
    let mut graph = vec![article];
    if let Some(crumbs) = value["breadcrumbs"].as_array().filter(|c| !c.is_empty()) {
        let mut items: Vec<Value> = crumbs
            .iter()
            .enumerate()
            .map(|(i, c)| json!({ "@type": "ListItem", "position": i + 1, "name": c["title"], "item": format!("{}{}", config.base_url, text(&c["path"])) }))
            .collect();
        items.push(json!({ "@type": "ListItem", "position": items.len() + 1, "name": front.title }));
        graph.push(json!({ "@type": "BreadcrumbList", "itemListElement": items }));
    }
    for number in &site.claims.by_page[page] {
        let view = renderer.views.claim(*number);
        let mut claim = json!({
            "@type": "Claim", "@id": format!("{url}#{}", view.anchor), "text": statement(&view),
            "appearance": { "@id": format!("{url}#article") },
        });
        // https://schema.org/citation: works, or what of a work is quoted.
        let citation = |cite: &CiteView| {
            let work = site.inputs.sources.index(&cite.source.key).map(|s| creative_work(&s));
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
        graph.push(claim);
    }
    json!({ "@context": "https://schema.org", "@graph": graph })
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
        OwnView::Event { date, title, .. } => format!("{title} ({})", date.text()),
        OwnView::Response { actor, action, .. } => of(actor, action),
        OwnView::Motive { actor, title, .. } => of(actor, title),
    }
}

#[derive(Default)]
struct Head {
    html: String,
}

impl Head {
    fn meta(&mut self, key: &str, name: &str, content: &str) {
        self.html.push_str(&format!("<meta {key}=\"{name}\" content=\"{}\">\n", escape(content)));
    }

    fn link(&mut self, rel: &str, href: &str, mime: Option<&str>) {
        let mime = mime.map(|m| format!(" type=\"{m}\"")).unwrap_or_default();
        self.html.push_str(&format!("<link rel=\"{rel}\"{mime} href=\"{}\">\n", escape(href)));
    }

    /// The picture that stands for the page where a link to it is shared, and its address.
    fn card(&mut self, base_url: &str, card: Option<&Card>) -> Option<String> {
        let Some(card) = card else {
            self.meta("name", "twitter:card", "summary");
            return None;
        };
        let address = format!("{base_url}{}", card.path);
        for (property, content) in [
            ("og:image", address.as_str()),
            ("og:image:type", "image/png"),
            ("og:image:width", &cards::WIDTH.to_string()),
            ("og:image:height", &cards::HEIGHT.to_string()),
            ("og:image:alt", &card.alt),
        ] {
            self.meta("property", property, content);
        }
        self.meta("name", "twitter:card", "summary_large_image");
        Some(address)
    }

    fn json_ld(&mut self, value: &Value) {
        let text = value
            .to_string()
            .replace('<', "\\u003c")
            .replace('>', "\\u003e")
            .replace('&', "\\u0026")
            .replace('\u{2028}', "\\u2028")
            .replace('\u{2029}', "\\u2029");
        self.html.push_str(&format!("<script type=\"application/ld+json\">{text}</script>\n"));
    }
}
