//! Atom (RFC 4287) and JSON Feed 1.1: the pages with a date, newest first; and the corrections.
//!
//! In: pages. Out: the text of `atom.xml`, `feed.json` and `corrections.xml`. An entry's id is its address; that of a
//! correction depends on its date and on what was corrected alone, so that readers never see one twice.

use std::cmp::Reverse;

use atom_syndication::{Category, Content, Entry, Feed, FixedDateTime, Generator, Link, Person, Text};
use serde_json::json;

use crate::author::Author;
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
    authors: &'a [Author],
    tags: &'a [String],
}

fn items(renderer: &Renderer) -> Vec<Item<'_>> {
    let site = &renderer.site;
    let config = &site.inputs.config;
    let dates = |page: usize| {
        let front = &site.inputs.pages[page].front;
        let published = front.date.or(front.updated)?;
        Some((published, front.updated.unwrap_or(published)))
    };
    // The home page is the site itself, which the feed names already.
    let routed = site.routes.pages.iter().map(|routed| routed.path.as_str()).enumerate().filter(|(_, path)| !path.is_empty());
    let mut newest: Vec<_> = routed.filter_map(|(page, path)| Some((Reverse(dates(page)?.1.first()), path, page))).collect();
    newest.sort_unstable();
    newest.truncate(LONGEST);
    let item = |(_, path, page): (_, &str, usize)| {
        let (front, (published, updated)) = (&site.inputs.pages[page].front, dates(page)?);
        Some(Item {
            title: &front.title,
            url: format!("{}{path}", config.base_url),
            summary: front.summary.as_deref().unwrap_or(""),
            published,
            updated,
            authors: if front.authors.is_empty() { &config.authors } else { &front.authors },
            tags: &front.tags,
        })
    };
    newest.into_iter().filter_map(item).collect()
}

fn instant(date: Date) -> FixedDateTime {
    date.rfc3339().parse().unwrap_or_default()
}

fn person(name: &str) -> Person {
    Person { name: name.to_owned(), ..Person::default() }
}

fn link(href: String, rel: &str, mime: &str) -> Link {
    Link { href, rel: rel.to_owned(), mime_type: Some(mime.to_owned()), ..Link::default() }
}

/// A feed of the site with its own address; without entries it is dated by the state of knowledge.
fn feed(renderer: &Renderer, file: &str, title: &str, updated: Option<Date>, entries: Vec<Entry>) -> String {
    let config = &renderer.site.inputs.config;
    // RFC 4287, 4.1.1: a feed whose entries lack authors has one itself.
    let authors = if config.authors.is_empty() {
        vec![person(&config.title)]
    } else {
        config.authors.iter().map(|author| person(author.name())).collect()
    };
    let address = format!("{}{file}", config.base_url);
    let feed = Feed {
        title: Text::plain(title),
        subtitle: (!config.description.is_empty()).then(|| Text::plain(config.description.as_str())),
        id: if file == "atom.xml" { config.base_url.clone() } else { address.clone() },
        updated: updated.or(config.as_of).map(instant).unwrap_or_default(),
        links: vec![link(address, "self", "application/atom+xml"), link(config.base_url.clone(), "alternate", "text/html")],
        authors,
        lang: Some(config.language.clone()),
        rights: config.license.as_ref().map(|l| Text::plain(l.name.as_str())),
        generator: Some(Generator { value: "cited".to_owned(), ..Generator::default() }),
        entries,
        ..Feed::default()
    };
    feed.to_string()
}

/// `atom.xml`.
pub fn atom(renderer: &Renderer) -> String {
    let items = items(renderer);
    let entries = items
        .iter()
        .map(|item| Entry {
            title: Text::plain(item.title),
            id: item.url.clone(),
            updated: instant(item.updated),
            published: Some(instant(item.published)),
            summary: (!item.summary.is_empty()).then(|| Text::plain(item.summary)),
            links: vec![link(item.url.clone(), "alternate", "text/html")],
            authors: item.authors.iter().map(|author| person(author.name())).collect(),
            categories: item.tags.iter().map(|t| Category { term: t.clone(), ..Category::default() }).collect(),
            ..Entry::default()
        })
        .collect();
    feed(renderer, "atom.xml", &renderer.site.inputs.config.title, items.first().map(|i| i.updated), entries)
}

/// `corrections.xml`: what pages had wrong, newest first; none if no page has a correction.
pub fn corrections(renderer: &Renderer) -> Option<String> {
    let inputs = &renderer.site.inputs;
    let pages = inputs.pages.iter().zip(&renderer.site.routes.pages);
    let mut entries: Vec<Entry> = pages
        .flat_map(|(page, routed)| {
            let url = format!("{}{}", inputs.config.base_url, routed.path);
            page.front.corrections.iter().map(move |c| {
                let word = |key: &str, fallback: &str| renderer.theme.word(key, fallback).to_owned();
                let lines = [(word("was", "Was:"), &c.was), (word("now", "Now:"), &c.now), (word("why", "Why:"), &c.why)];
                let text: Vec<String> = lines.iter().map(|(word, text)| format!("{word} {text}")).collect();
                let digest = xxhash_rust::xxh3::xxh3_64(c.was.as_bytes());
                Entry {
                    title: Text::plain(page.front.title.as_str()),
                    id: format!("{url}#correction-{}-{digest:016x}", c.date),
                    updated: instant(c.date),
                    published: Some(instant(c.date)),
                    content: Some(Content { value: Some(text.join("\n")), content_type: Some("text".to_owned()), ..Content::default() }),
                    links: vec![link(url.clone(), "alternate", "text/html")],
                    ..Entry::default()
                }
            })
        })
        .collect();
    entries.sort_by(|a, b| (b.updated, &a.id).cmp(&(a.updated, &b.id)));
    entries.truncate(LONGEST);
    let newest = inputs.pages.iter().flat_map(|p| &p.front.corrections).map(|c| c.date).max_by_key(|d| d.first())?;
    let title = format!("{}: {}", inputs.config.title, renderer.theme.word("corrections", "Corrections"));
    Some(feed(renderer, "corrections.xml", &title, Some(newest), entries))
}

/// `feed.json`.
pub fn json(renderer: &Renderer) -> String {
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
