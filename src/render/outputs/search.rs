//! `search-index.json`: what the search box looks through.
//!
//! In: titles, summaries, headings and running text. Out: one array of `{path, title, section, text}`, in reading
//! order. Loaded by the reader's browser only when a search is begun.

use std::borrow::Cow;

use serde_json::json;

use crate::load::markdown::PlacedCall;
use crate::load::prose::{Block, BlockKind, CALL_MARK, CITE_MARK, CODE_MARK, NOTE_MARK};
use crate::render::Renderer;

/// The index.
pub fn index(renderer: &Renderer<'_>) -> String {
    let site = renderer.site;
    let entries: Vec<_> = site
        .routes
        .order
        .iter()
        .map(|p| {
            let page = &site.inputs.pages[*p];
            let mut text = String::new();
            let summary = page.front.summary.iter().map(|s| Cow::Borrowed(s.as_str()));
            for part in summary.chain(page.body.prose.iter().map(|b| shown(b, &page.body.calls))) {
                for word in part.split_whitespace() {
                    let word: String = word.chars().filter(|c| ![CITE_MARK, CALL_MARK, CODE_MARK, NOTE_MARK].contains(c)).collect();
                    if !word.is_empty() && word != "|" {
                        if !text.is_empty() {
                            text.push(' ');
                        }
                        text.push_str(&word);
                    }
                }
            }
            let section =
                site.routes.pages[*p].parent.filter(|s| Some(*s) != site.routes.home).map(|s| site.inputs.pages[s].front.title.clone());
            json!({ "path": site.routes.pages[*p].path, "title": page.front.title, "section": section,
                "headings": page.body.prose.iter().filter(|b| b.kind == BlockKind::Heading).count(), "text": text })
        })
        .collect();
    serde_json::to_string(&entries).unwrap_or_default()
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
