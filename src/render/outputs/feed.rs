//! Atom (RFC 4287) and JSON Feed 1.1: the pages with a date, newest first.
//!
//! In: pages. Out: the text of `atom.xml` and `feed.json`. An entry's id is its address.

use atom_syndication::{Category, Entry, Feed, FixedDateTime, Generator, Link, Person, Text};
use serde_json::json;

use crate::date::Date;
use crate::render::Renderer;

/// The newest so many pages are told.
const LONGEST: usize = 50;

struct Item<'a> {
    title: &'a str,
    url: String,
    summary: &'a str,
    published: Date,
    updated: Date,
    authors: &'a [String],
    tags: &'a [String],
}

fn items<'a>(renderer: &'a Renderer<'_>) -> Vec<Item<'a>> {
    let config = &renderer.site.inputs.config;
    let mut items: Vec<Item<'a>> = renderer
        .site
        .inputs
        .pages
        .iter()
        .zip(&renderer.site.routes.pages)
        .filter_map(|(page, routed)| {
            let front = &page.front;
            let published = front.date.or(front.updated)?;
            let authors = if front.authors.is_empty() { &config.authors } else { &front.authors };
            Some(Item {
                title: &front.title,
                url: format!("{}{}", config.base_url, routed.path),
                summary: front.summary.as_deref().unwrap_or(""),
                published,
                updated: front.updated.unwrap_or(published),
                authors,
                tags: &front.tags,
            })
        })
        .collect();
    items.sort_by(|a, b| (b.updated.first(), &a.url).cmp(&(a.updated.first(), &b.url)));
    items.truncate(LONGEST);
    items
}

fn instant(date: Date) -> FixedDateTime {
    date.rfc3339().parse().unwrap_or_default()
}

/// `atom.xml`.
pub fn atom(renderer: &Renderer<'_>) -> String {
    let config = &renderer.site.inputs.config;
    let items = items(renderer);
    let person = |name: &String| Person { name: name.clone(), ..Person::default() };
    let link =
        |href: String, rel: &str, mime: &str| Link { href, rel: rel.to_owned(), mime_type: Some(mime.to_owned()), ..Link::default() };
    let entries = items
        .iter()
        .map(|item| Entry {
            title: Text::plain(item.title),
            id: item.url.clone(),
            updated: instant(item.updated),
            published: Some(instant(item.published)),
            summary: (!item.summary.is_empty()).then(|| Text::plain(item.summary)),
            links: vec![link(item.url.clone(), "alternate", "text/html")],
            authors: item.authors.iter().map(person).collect(),
            categories: item.tags.iter().map(|t| Category { term: t.clone(), ..Category::default() }).collect(),
            ..Entry::default()
        })
        .collect();
    // RFC 4287, 4.1.1: a feed whose entries lack authors has one itself.
    let authors = if config.authors.is_empty() { vec![person(&config.title)] } else { config.authors.iter().map(person).collect() };
    let feed = Feed {
        title: Text::plain(config.title.as_str()),
        subtitle: (!config.description.is_empty()).then(|| Text::plain(config.description.as_str())),
        id: config.base_url.clone(),
        updated: items.first().map(|i| i.updated).or(config.as_of).map(instant).unwrap_or_default(),
        links: vec![
            link(format!("{}atom.xml", config.base_url), "self", "application/atom+xml"),
            link(config.base_url.clone(), "alternate", "text/html"),
        ],
        authors,
        lang: Some(config.language.clone()),
        rights: config.license.as_ref().map(|l| Text::plain(l.name.as_str())),
        generator: Some(Generator { value: "cited".to_owned(), ..Generator::default() }),
        entries,
        ..Feed::default()
    };
    feed.to_string()
}

/// `feed.json`.
pub fn json(renderer: &Renderer<'_>) -> String {
    let config = &renderer.site.inputs.config;
    let entries: Vec<_> = items(renderer)
        .iter()
        .map(|item| {
            json!({
                "id": item.url, "url": item.url, "title": item.title, "summary": item.summary, "content_text": item.summary,
                "date_published": item.published.rfc3339(), "date_modified": item.updated.rfc3339(),
                "authors": item.authors.iter().map(|a| json!({ "name": a })).collect::<Vec<_>>(), "tags": item.tags,
            })
        })
        .collect();
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1", "title": config.title, "description": config.description, "language": config.language,
        "home_page_url": config.base_url, "feed_url": format!("{}feed.json", config.base_url), "items": entries,
    });
    serde_json::to_string_pretty(&feed).unwrap_or_default() + "\n"
}
