//! How to cite: a page of the site as text, BibTeX, RIS and CSL-JSON; the sources as CSL-JSON.
//!
//! In: front matter and sources. Out: text. Reference managers read these files: every special character is escaped
//! as each format asks.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use crate::author::Author;
use crate::date::Date;
use crate::load::sources::Source;
use crate::render::Renderer;

/// A page, ready to be cited.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs)]
pub struct CiteThis {
    pub text: String,
    pub bibtex: String,
    pub ris: String,
    pub csl_json: String,
    pub bibtex_path: String,
    pub ris_path: String,
    pub csl_json_path: String,
}

impl CiteThis {
    /// The files beside the page.
    pub fn files(&self) -> [(String, Arc<[u8]>); 3] {
        let file = |path: &String, text: &String| (path.clone(), Arc::from(text.clone().into_bytes()));
        [file(&self.bibtex_path, &self.bibtex), file(&self.ris_path, &self.ris), file(&self.csl_json_path, &self.csl_json)]
    }
}

/// How to cite a page; none if the theme does not ask for it (`cite_pages: true` in its settings) or it has no date.
pub fn cite_this(renderer: &Renderer, page: usize) -> Option<CiteThis> {
    if renderer.theme.settings.get("cite_pages") != Some(&Value::Bool(true)) {
        return None;
    }
    let config = &renderer.site.inputs.config;
    let front = &renderer.site.inputs.pages[page].front;
    let path = &renderer.site.routes.pages[page].path;
    let date = front.updated.or(front.date)?;
    let url = format!("{}{path}", config.base_url);
    let authors = if front.authors.is_empty() { &config.authors } else { &front.authors };
    let key = match crate::load::markdown::slug(path) {
        slug if slug.is_empty() => "home".to_owned(),
        slug => slug,
    };
    let names: Vec<&str> = authors.iter().map(Author::name).collect();
    // A page without an author begins with its title; the site's name follows it.
    let names = if names.is_empty() { String::new() } else { names.join(", ") + ". " };
    let version = config.version.as_ref().map(|v| v.date);
    let named = version.map_or_else(String::new, |v| {
        format!(" {}.", renderer.theme.word("version_cited", "Version of {date}").replace("{date}", &v.text()))
    });
    let text = format!("{names}\u{201c}{}\u{201d}. {}, {}.{named} {url}", front.title, config.title, date.text());
    let mut item = json!({
        "id": key, "type": "webpage", "title": front.title, "container-title": config.title, "URL": url, "language": config.language,
        "author": authors.iter().map(csl_json_of_author).collect::<Vec<_>>(), "issued": date_parts(date),
    });
    if let Some(version) = version {
        item["version"] = json!(version.to_string());
    }
    Some(CiteThis {
        text,
        bibtex: bibtex(&key, &front.title, authors, &config.title, date, version, &url),
        ris: ris(&front.title, authors, &config.title, date, &url, &config.language),
        csl_json: serde_json::to_string_pretty(&json!([item])).unwrap_or_default() + "\n",
        bibtex_path: format!("{path}cite.bib"),
        ris_path: format!("{path}cite.ris"),
        csl_json_path: format!("{path}cite.json"),
    })
}

/// A name (CSL-JSON, name-variable).
fn csl_json_of_author(author: &Author) -> Value {
    match author.person() {
        Some(person) => json!({ "family": person.family, "given": person.given }),
        None => json!({ "literal": author.name() }),
    }
}

fn date_parts(date: Date) -> Value {
    let mut parts = vec![i64::from(date.year())];
    parts.extend(date.month().map(i64::from));
    parts.extend(date.day().map(i64::from));
    json!({ "date-parts": [parts] })
}

/// Text for a BibTeX field in braces.
fn tex(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '{' | '}' | '&' | '%' | '$' | '#' | '_' => {
                out.push('\\');
                out.push(c);
            }
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn bibtex(key: &str, title: &str, authors: &[Author], site: &str, date: Date, version: Option<Date>, url: &str) -> String {
    let mut text = format!("@online{{{key},\n");
    let mut field = |name: &str, value: String| text.push_str(&format!("  {name} = {{{value}}},\n"));
    if !authors.is_empty() {
        let name = |author: &Author| match author.person() {
            Some(person) => format!("{{{}}}, {{{}}}", tex(&person.family), tex(&person.given)),
            // One unit: a body's name is not cut into given and family name.
            None => format!("{{{}}}", tex(author.name())),
        };
        field("author", authors.iter().map(name).collect::<Vec<_>>().join(" and "));
    }
    field("title", format!("{{{}}}", tex(title)));
    field("organization", tex(site));
    field("date", date.to_string());
    field("year", date.year().to_string());
    if let Some(version) = version {
        field("version", version.to_string());
    }
    field("url", url.replace(['{', '}', '\\'], ""));
    text.push_str("}\n");
    text
}

fn ris(title: &str, authors: &[Author], site: &str, date: Date, url: &str, language: &str) -> String {
    let line = |tag: &str, value: &str| format!("{tag}  - {}\r\n", value.replace(['\r', '\n'], " "));
    let mut text = line("TY", "ELEC");
    for author in authors {
        let name = author.person().map_or_else(|| author.name().to_owned(), |person| format!("{}, {}", person.family, person.given));
        text.push_str(&line("AU", &name));
    }
    text.push_str(&line("TI", title));
    text.push_str(&line("T2", site));
    text.push_str(&line("PY", &date.year().to_string()));
    let two = |part: Option<i8>| part.map(|p| format!("{p:02}")).unwrap_or_default();
    text.push_str(&line("DA", &format!("{:04}/{}/{}/", date.year(), two(date.month()), two(date.day()))));
    text.push_str(&line("UR", url));
    text.push_str(&line("LA", language));
    text.push_str(&line("ER", ""));
    text
}

/// A source as a CSL-JSON item.
pub fn csl_json_of_source(source: &Source) -> Value {
    let kind = match format!("{:?}", source.entry.entry_type()).as_str() {
        "Article" => "article-newspaper",
        "Book" => "book",
        "Chapter" => "chapter",
        "Report" => "report",
        "Thesis" => "thesis",
        "Video" => "motion_picture",
        "Legislation" => "legislation",
        "Repository" => "dataset",
        "Web" => "webpage",
        _ => "document",
    };
    let mut item = json!({ "id": source.key, "type": kind, "title": source.title() });
    let authors: Vec<Value> = source
        .entry
        .authors()
        .unwrap_or_default()
        .iter()
        .map(|p| match &p.given_name {
            Some(given) => json!({ "family": p.name, "given": given }),
            None => json!({ "literal": p.name }),
        })
        .collect();
    if !authors.is_empty() {
        item["author"] = Value::Array(authors);
    }
    if let Some(date) = source.date() {
        item["issued"] = date_parts(date);
    }
    if let Some(container) = source.container() {
        item["container-title"] = json!(container);
    }
    if let Some(publisher) = source.entry.publisher().and_then(|p| p.name()) {
        item["publisher"] = json!(publisher.value.to_string());
    }
    if let Some(url) = source.url() {
        item["URL"] = json!(url);
    }
    if let Some(doi) = source.entry.doi() {
        item["DOI"] = json!(doi);
    }
    // What CSL has no name for stands in `custom` (its schema, 1.0.2).
    if let Some(archived) = source.archived_url() {
        item["custom"]["archived_url"] = json!(archived);
        if let Some(date) = source.evidence.archived_on {
            item["custom"]["archived_on"] = json!(date.to_string());
        }
    }
    if source.is_gone() {
        item["custom"]["original"] = json!("gone");
        if let Some(url) = &source.gone_url {
            item["custom"]["gone_url"] = json!(url);
        }
    }
    item
}
