//! CSL-JSON bibliographies.
//!
//! In: an array of CSL-JSON items (the CSL project's `csl-data.json` schema). Out: the same works as fields of
//! Hayagriva entries, so that one sort of entry goes through the CSL engine.
//! Must never fail on a field it does not know: reference managers export many.

use std::sync::Arc;

use serde_json::Value as Json;
use serde_yaml::{Mapping, Value};

use crate::date::Date;
use crate::diag::{Code, Diagnostic};
use crate::text::{Span, TextFile};

/// CSL's types and the Hayagriva types they become, with the type of the work that contains them.
const TYPES: &[(&str, &str, Option<&str>)] = &[
    ("article-journal", "article", Some("periodical")),
    ("article-magazine", "article", Some("periodical")),
    ("article-newspaper", "article", Some("newspaper")),
    ("article", "article", Some("periodical")),
    ("book", "book", None),
    ("chapter", "chapter", Some("book")),
    ("paper-conference", "article", Some("proceedings")),
    ("report", "report", None),
    ("thesis", "thesis", None),
    ("webpage", "web", Some("web")),
    ("post-weblog", "article", Some("blog")),
    ("post", "post", None),
    ("motion_picture", "video", None),
    ("broadcast", "video", None),
    ("legislation", "legislation", None),
    ("legal_case", "case", None),
    ("dataset", "repository", None),
    ("manuscript", "manuscript", None),
    ("entry-encyclopedia", "entry", Some("reference")),
    ("entry-dictionary", "entry", Some("reference")),
    ("patent", "patent", None),
];

/// Read the items as pairs of key and Hayagriva fields.
pub fn read(file: &Arc<TextFile>) -> Result<Vec<(String, Mapping)>, Diagnostic> {
    let items: Vec<Json> = serde_json::from_str(&file.text).map_err(|error| {
        let start = file.line_start(error.line()) + error.column().saturating_sub(1);
        Diagnostic::at(Code::SourceInvalid, Span::new(file, start..start), format!("the bibliography is not CSL-JSON: {}", fault(&error)))
            .help("export it again as CSL-JSON: an array of items")
    })?;
    items.iter().map(|item| fields(item).ok_or_else(|| no_id(file))).collect()
}

fn fault(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Eof => "it ends too early".to_owned(),
        serde_json::error::Category::Data => "it is not an array of items".to_owned(),
        _ => error.to_string().split(" at line ").next().unwrap_or("").to_lowercase(),
    }
}

fn no_id(file: &Arc<TextFile>) -> Diagnostic {
    Diagnostic::file(Code::SourceInvalid, file, "an item of the bibliography has no `id`")
        .help("give each item an `id`, which citations name")
}

fn text(item: &Json, key: &str) -> Option<Value> {
    match item.get(key)? {
        Json::String(s) if !s.is_empty() => Some(Value::from(s.as_str())),
        Json::Number(n) => Some(Value::from(n.to_string())),
        _ => None,
    }
}

/// Key and Hayagriva fields of one item; none if it has no `id`.
pub fn fields(item: &Json) -> Option<(String, Mapping)> {
    let key = match item.get("id")? {
        Json::String(s) => s.clone(),
        Json::Number(n) => n.to_string(),
        _ => return None,
    };
    let csl_type = item.get("type").and_then(Json::as_str).unwrap_or("document");
    let (kind, container) =
        TYPES.iter().find(|(csl, ..)| *csl == csl_type).map_or(("misc", None), |(_, kind, container)| (*kind, *container));
    let mut fields = Mapping::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(Value::from(name), value);
        }
    };
    put("type", Some(Value::from(kind)));
    put("title", text(item, "title"));
    put("author", names(item, "author"));
    put("editor", names(item, "editor"));
    put("date", date(item, "issued").map(Value::from));
    put("publisher", publisher(item));
    put("language", text(item, "language").filter(is_language));
    put("abstract", text(item, "abstract"));
    put("genre", text(item, "genre"));
    put("edition", text(item, "edition"));
    put("page-range", text(item, "page"));
    put("url", url(item));
    let mut serial = Mapping::new();
    for (csl, name) in [("DOI", "doi"), ("ISBN", "isbn"), ("ISSN", "issn"), ("PMID", "pmid"), ("number", "serial")] {
        if let Some(value) = text(item, csl) {
            serial.insert(Value::from(name), value);
        }
    }
    put("serial-number", (!serial.is_empty()).then_some(Value::Mapping(serial)));
    let mut parent = Mapping::new();
    if let (Some(container), Some(title)) = (container, text(item, "container-title")) {
        parent.insert(Value::from("type"), Value::from(container));
        parent.insert(Value::from("title"), title);
    }
    for name in ["volume", "issue"] {
        if let Some(value) = text(item, name) {
            if parent.is_empty() { put(name, Some(value)) } else { parent.insert(Value::from(name), value).map_or((), drop) }
        }
    }
    put("parent", (!parent.is_empty()).then_some(Value::Mapping(parent)));
    Some((key, fields))
}

/// "English" and other words that are no language tag would make the whole entry unreadable.
fn is_language(tag: &Value) -> bool {
    let mut parts = tag.as_str().unwrap_or("").split('-');
    parts.next().is_some_and(|p| (2..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphabetic()))
        && parts.all(|p| (2..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn names(item: &Json, key: &str) -> Option<Value> {
    let list = item.get(key)?.as_array()?;
    let names: Vec<Value> = list
        .iter()
        .filter_map(|name| {
            let part = |k: &str| name.get(k).and_then(Json::as_str).filter(|s| !s.is_empty());
            let mut person = Mapping::new();
            match (part("literal"), part("family")) {
                (Some(literal), _) => {
                    person.insert(Value::from("name"), Value::from(literal));
                }
                (None, Some(family)) => {
                    person.insert(Value::from("name"), Value::from(family));
                    if let Some(given) = part("given") {
                        person.insert(Value::from("given-name"), Value::from(given));
                    }
                    if let Some(prefix) = part("non-dropping-particle").or(part("dropping-particle")) {
                        person.insert(Value::from("prefix"), Value::from(prefix));
                    }
                }
                _ => return None,
            }
            Some(Value::Mapping(person))
        })
        .collect();
    (!names.is_empty()).then_some(Value::Sequence(names))
}

fn date(item: &Json, key: &str) -> Option<String> {
    let date = item.get(key)?;
    let parts = date.get("date-parts").and_then(|p| p.get(0)).and_then(Json::as_array)?;
    let number = |i: usize| parts.get(i).and_then(|v| v.as_i64().or_else(|| v.as_str()?.parse().ok()));
    let year = number(0)?;
    let forms = match (number(1), number(2)) {
        (Some(m), Some(d)) => vec![format!("{year:04}-{m:02}-{d:02}"), format!("{year:04}-{m:02}"), format!("{year:04}")],
        (Some(m), None) => vec![format!("{year:04}-{m:02}"), format!("{year:04}")],
        _ => vec![format!("{year:04}")],
    };
    // Seasons are exported as months past 12: what of a date is none is left out.
    forms.into_iter().find(|form| Date::parse(form).is_some())
}

fn publisher(item: &Json) -> Option<Value> {
    let name = text(item, "publisher")?;
    match text(item, "publisher-place") {
        None => Some(name),
        Some(place) => {
            let mut publisher = Mapping::new();
            publisher.insert(Value::from("name"), name);
            publisher.insert(Value::from("location"), place);
            Some(Value::Mapping(publisher))
        }
    }
}

fn url(item: &Json) -> Option<Value> {
    let url = text(item, "URL").filter(|u| u.as_str().is_some_and(crate::address::is_publishable))?;
    match date(item, "accessed") {
        None => Some(url),
        Some(date) => {
            let mut qualified = Mapping::new();
            qualified.insert(Value::from("value"), url);
            qualified.insert(Value::from("date"), Value::from(date));
            Some(Value::Mapping(qualified))
        }
    }
}
