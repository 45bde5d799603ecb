//! What must not be in a site, whatever it was made from.
//!
//! In: an output tree. Out: a line for everything in it that could run, lead elsewhere or mislead a program.

use std::collections::HashSet;

use cited::output::OutputTree;
use unicode_normalization::UnicodeNormalization;

use crate::fuzzed::html::{elements, faults_of_attributes, faults_of_content};

/// The word that every hostile input puts where it wants something to run.
pub const PAYLOAD: &str = "PWNED";

/// Everything that is wrong.
pub fn faults(tree: &OutputTree) -> Vec<String> {
    let mut faults = Vec::new();
    let mut stored = HashSet::new();
    for (path, output) in tree.iter() {
        let mut tell = |fault: String| faults.push(format!("{path}: {fault}"));
        if path.split('/').any(|part| part.is_empty() || part.starts_with('.') || part.ends_with(['.', ' ']) || part.contains('\\')) {
            tell("a path that leads elsewhere, or that some system cannot store".to_owned());
        }
        if path.chars().any(|c| c.is_control() || matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*')) {
            tell("a path with a character that some system cannot store".to_owned());
        }
        let folded: String = path.nfc().flat_map(char::to_lowercase).collect();
        if !stored.insert(folded) {
            tell("another file has this path on a system without case".to_owned());
        }
        let Ok(bytes) = output.bytes() else {
            tell("it cannot be read".to_owned());
            continue;
        };
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        if text.contains("SECRET") {
            tell("it holds a file from outside the site".to_owned());
        }
        let own = path.starts_with("assets/") || path.ends_with(".js") || path.ends_with(".css");
        match path.rsplit_once('.').map(|(_, ending)| ending) {
            _ if own => {}
            Some("html") => of_page(text).into_iter().for_each(tell),
            Some("json") => {
                if let Err(error) = serde_json::from_str::<serde_json::Value>(text) {
                    tell(format!("no JSON: {error}"));
                }
                if path == "feed.json" {
                    of_json_feed(text).into_iter().for_each(tell);
                }
            }
            Some("xml" | "svg") => of_xml(text).into_iter().for_each(tell),
            Some("csv") => of_csv(text).into_iter().for_each(tell),
            _ => {}
        }
    }
    faults
}

/// A page: scripts are the theme's own files or data, and no attribute runs.
fn of_page(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for element in elements(text) {
        faults.extend(faults_of_attributes(&element));
        let names = element.attributes.iter().any(|(name, _)| name.contains(&PAYLOAD.to_lowercase()));
        if element.name.contains(&PAYLOAD.to_lowercase()) || names {
            faults.push(format!("content became markup: {element:?}"));
        }
        match element.name.as_str() {
            "script" => match (element.get("src"), element.get("type")) {
                (Some(src), _) if !src.contains("//") && src.contains("assets/") => {}
                (None, Some("application/ld+json")) => {
                    if let Err(error) = serde_json::from_str::<serde_json::Value>(&element.text) {
                        faults.push(format!("JSON-LD that is none: {error}: {}", element.text));
                    }
                }
                _ => faults.push(format!("a script: {element:?}")),
            },
            "iframe" | "object" | "embed" | "base" | "frame" | "applet" | "math" | "style" | "template" => {
                faults.push(format!("an element `{}`: {element:?}", element.name));
            }
            "meta" if element.get("http-equiv").is_some_and(|kind| kind.eq_ignore_ascii_case("refresh")) => {
                let to = element.get("content").and_then(|c| c.split_once("url=")).map_or("", |(_, to)| to);
                if !(to.starts_with("./") || to.starts_with("../")) {
                    faults.push(format!("a page that leads elsewhere: {element:?}"));
                }
            }
            "link" if element.get("rel") == Some("stylesheet") && element.get("href").is_some_and(|href| href.contains("//")) => {
                faults.push(format!("a style from elsewhere: {element:?}"));
            }
            _ => {}
        }
    }
    faults
}

/// XML that is well formed, with addresses of published schemes alone; HTML in a feed is judged as HTML.
fn of_xml(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut reader = quick_xml::Reader::from_str(text);
    let mut html = String::new();
    let mut within_html = false;
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => break,
            Ok(quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag)) => {
                within_html = false;
                for attribute in tag.attributes().with_checks(false).flatten() {
                    let value = String::from_utf8_lossy(&attribute.value).to_ascii_lowercase();
                    if value.trim_start().starts_with("javascript:") || value.trim_start().starts_with("data:") {
                        faults.push(format!("an address in XML: {value}"));
                    }
                    within_html |= attribute.key.as_ref() == b"type" && value == "html";
                }
            }
            Ok(quick_xml::events::Event::Text(text)) if within_html => html.push_str(&String::from_utf8_lossy(&text)),
            Ok(quick_xml::events::Event::GeneralRef(name)) if within_html => {
                html.push_str(&format!("&{};", String::from_utf8_lossy(&name)));
            }
            Ok(_) => {}
            Err(error) => {
                faults.push(format!("no XML: {error}"));
                break;
            }
        }
    }
    let html = quick_xml::escape::unescape(&html).map(std::borrow::Cow::into_owned).unwrap_or(html);
    faults.extend(faults_of_content(&html));
    faults
}

fn of_json_feed(text: &str) -> Vec<String> {
    let feed: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let items = feed["items"].as_array().cloned().unwrap_or_default();
    items.iter().filter_map(|item| item["content_html"].as_str()).flat_map(faults_of_content).collect()
}

/// No cell begins like a formula; quoted cells are read as RFC 4180 says.
fn of_csv(text: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cells.last_mut().expect("one").push('"');
            }
            '"' => quoted = !quoted,
            ',' | '\n' | '\r' if !quoted => cells.push(String::new()),
            c => cells.last_mut().expect("one").push(c),
        }
    }
    let formula =
        |cell: &&String| cell.starts_with(['=', '+', '@', '\t', '\r', '\n']) || (cell.starts_with('-') && cell.parse::<f64>().is_err());
    cells.iter().filter(formula).map(|cell| format!("a formula: {cell}")).collect()
}
