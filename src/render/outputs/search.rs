//! `search-index.json`: what the search box looks through.
//!
//! In: titles, summaries, headings and running text. Out: one array of `{path, title, section, text}`, in reading
//! order. Loaded by the reader's browser only when a search is begun.

use std::borrow::Cow;

use serde::Serialize;

use crate::load::markdown::PlacedCall;
use crate::load::prose::{Block, BlockKind, CALL_MARK, CITE_MARK, CODE_MARK, NOTE_MARK};
use crate::render::Renderer;
use crate::resolve::Site;
use crate::resolve::text::PageText;

/// Above so many bytes of Markdown in all, the index holds titles, summaries and headings alone: a reader's phone loads
/// it whole.
const LARGEST: usize = 2 * 1024 * 1024;

/// Whether a site's texts are small enough to be searched word by word.
pub fn is_searched_in_full(site: &Site) -> bool {
    site.inputs.pages.iter().map(|p| p.file.text.len() - p.body_at).sum::<usize>() <= LARGEST
}

/// A page's entry.
pub fn entry(renderer: &Renderer, number: usize, page_text: &PageText) -> Option<String> {
    let site = &*renderer.site;
    let page = &site.inputs.pages[number];
    let body = &page_text.body;
    let mut text = String::new();
    let summary = page.front.summary.iter().map(|s| Cow::Borrowed(s.as_str()));
    let blocks = body.prose.iter().filter(|b| renderer.searched_in_full || b.kind == BlockKind::Heading);
    for part in summary.chain(blocks.map(|b| shown(b, &body.calls))) {
        for word in part.split_whitespace() {
            let from = text.len();
            if from > 0 {
                text.push(' ');
            }
            text.extend(word.chars().filter(|c| ![CITE_MARK, CALL_MARK, CODE_MARK, NOTE_MARK].contains(c)));
            let added = text[from..].trim_start();
            if added.is_empty() || added == "|" {
                text.truncate(from);
            }
        }
    }
    let section =
        site.routes.pages[number].parent.filter(|s| Some(*s) != site.routes.home).map(|s| site.inputs.pages[s].front.title.as_str());
    let entry = Entry {
        path: &site.routes.pages[number].path,
        title: &page.front.title,
        section,
        headings: body.prose.iter().filter(|b| b.kind == BlockKind::Heading).count(),
        text: &text,
    };
    serde_json::to_string(&entry).ok()
}

#[derive(Serialize)]
struct Entry<'a> {
    path: &'a str,
    title: &'a str,
    section: Option<&'a str>,
    headings: usize,
    text: &'a str,
}

/// The index, in reading order.
pub fn index(renderer: &Renderer, entries: &[Option<String>]) -> String {
    let listed = renderer.site.routes.order.iter().filter_map(|p| entries.get(*p)?.as_deref());
    let mut text = String::from("[");
    for entry in listed {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(entry);
    }
    text.push(']');
    text
}

/// A block's text with the results of the author's arithmetic in it.
fn shown<'a>(block: &'a Block, calls: &[PlacedCall]) -> Cow<'a, str> {
    let mut text = Cow::Borrowed(block.text.as_str());
    for call in block.calls.iter().filter_map(|c| calls.get(*c)) {
        let value = call.call.args.get("value").and_then(|v| v.as_str()).unwrap_or("");
        text = Cow::Owned(text.replacen(CALL_MARK, value, 1));
    }
    text
}
