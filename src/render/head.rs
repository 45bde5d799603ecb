//! What stands in a page's `<head>`: address, feeds, metadata for reference managers and machines.
//!
//! In: a page's context. Out: safe HTML. Every date comes from the front matter. JSON-LD is schema.org's, and
//! no sequence in it can end the script element.
//! Must never emit an executable script: the pages run under a strict Content-Security-Policy.

use std::fmt::Write as _;

use super::cards::{self, Card};
use super::page_view::PageView;
use super::views::SourceView;
use super::{Renderer, schema_org};
use crate::config::Config;
use crate::load::markdown::escape;

/// The head of an author's page.
pub fn of_page(renderer: &Renderer, page: usize, view: &PageView<'_>, card: Option<&Card>) -> String {
    let config = &renderer.site.inputs.config;
    let front = &renderer.site.inputs.pages[page].front;
    let description = view.summary.unwrap_or(&config.description);
    let mut head = Head::default();
    if !description.is_empty() {
        head.meta("name", "description", description);
    }
    head.address(config, view.path);
    let root = super::root_of(view.path);
    feeds(&mut head, renderer, &root);
    head.html.push_str(&renderer.icons.head(&root));
    for (property, content) in [
        ("og:type", "article"),
        ("og:title", &front.title),
        ("og:url", &view.url),
        ("og:site_name", &config.title),
        ("og:description", description),
    ] {
        if !content.is_empty() {
            head.meta("property", property, content);
        }
    }
    let image = head.card(&config.base_url, card);
    head.meta("name", "citation_title", &front.title);
    for author in view.authors {
        head.meta("name", "citation_author", author.name());
    }
    if let Some(date) = front.date {
        head.meta("name", "citation_publication_date", &date.to_string().replace('-', "/"));
        head.meta("name", "DC.date", &date.to_string());
        head.meta("property", "article:published_time", &date.to_string());
    }
    if let Some(updated) = front.updated {
        head.meta("property", "article:modified_time", &updated.to_string());
    }
    head.meta("name", "citation_public_url", &view.url);
    head.meta("name", "citation_language", &config.language);
    head.meta("name", "DC.title", &front.title);
    // Without a type of item, Zotero takes any page with `citation_title` for an article in a journal.
    head.meta("name", "DC.type", "webpage");
    if let Some(license) = &config.license {
        head.meta("name", "DC.rights", &license.name);
    }
    if !renderer.site.claims.by_page[page].is_empty() {
        head.link("alternate", &format!("{root}{}", schema_org::CLAIMS), Some("application/ld+json"));
    }
    head.json_ld(&schema_org::of_page(renderer, page, view, image.as_deref()));
    head.html
}

/// The head of a source's page.
pub fn of_source(renderer: &Renderer, source: &SourceView, page: &PageView<'_>) -> String {
    let mut head = Head::default();
    head.meta("name", "description", &format!("{}: {}", renderer.theme.word("source", "Source"), source.brief.title));
    head.address(&renderer.site.inputs.config, page.path);
    let root = super::root_of(page.path);
    feeds(&mut head, renderer, &root);
    head.html.push_str(&renderer.icons.head(&root));
    let config = &renderer.site.inputs.config;
    for (property, content) in [
        ("og:type", "article"),
        ("og:title", source.brief.title.as_str()),
        ("og:url", page.url.as_str()),
        ("og:site_name", config.title.as_str()),
    ] {
        head.meta("property", property, content);
    }
    head.card(&config.base_url, renderer.site_card());
    head.html
}

fn feeds(head: &mut Head, renderer: &Renderer, root: &str) {
    // Nothing is announced in what never changes.
    if renderer.site.inputs.config.version.is_some() {
        return;
    }
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

#[derive(Default)]
struct Head {
    html: String,
}

impl Head {
    fn meta(&mut self, key: &str, name: &str, content: &str) {
        self.html.extend(["<meta ", key, "=\"", name, "\" content=\"", &escape(content), "\">\n"]);
    }

    fn link(&mut self, rel: &str, href: &str, mime: Option<&str>) {
        let mime = mime.map(|m| format!(" type=\"{m}\"")).unwrap_or_default();
        self.html.push_str(&format!("<link rel=\"{rel}\"{mime} href=\"{}\">\n", escape(href)));
    }

    /// Where the page is to be found: a dated copy is no page for search engines, the latest one is.
    fn address(&mut self, config: &Config, path: &str) {
        self.link("canonical", &format!("{}{path}", config.latest_url()), None);
        if config.version.is_some() {
            self.meta("name", "robots", "noindex");
        }
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

    /// JSON, in which nothing can end the element it stands in.
    fn json_ld(&mut self, json: &str) {
        self.html.push_str("<script type=\"application/ld+json\">");
        let mut rest = json;
        while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            let (before, from) = rest.split_at(at);
            self.html.push_str(before);
            let mut letters = from.chars();
            let _ = write!(self.html, "\\u{:04x}", letters.next().map_or(0, u32::from));
            rest = letters.as_str();
        }
        self.html.extend([rest, "</script>\n"]);
    }
}
