//! What the CSL engine made, as safe HTML.
//!
//! In: the engine's element trees. Out: marks cut into their items, and references. The engine's own HTML writer does
//! not escape, so its tree is walked here and everything from the bibliography is escaped; of addresses only those
//! that [`is_publishable`] allows come out.
//! Must never emit bibliography data as markup.

use hayagriva::citationberg::{FontStyle, FontVariant, FontWeight, TextDecoration, VerticalAlign};
use hayagriva::{ElemChild, ElemChildren, ElemMeta, Formatting};

use super::csl::Request;
use crate::address::is_publishable;
use crate::html::escape;

/// A part of a citation mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkPart {
    /// HTML between or around the citations: brackets, commas.
    Between(String),
    /// HTML of the citation with this number in its group, which becomes a link.
    Item(usize, String),
}

/// The HTML of all parts.
pub(super) fn joined(parts: &[MarkPart]) -> String {
    parts
        .iter()
        .map(|p| match p {
            MarkPart::Between(h) | MarkPart::Item(_, h) => h.as_str(),
        })
        .collect()
}

/// Cut a citation into its items and what stands between them, with the author's prefixes and suffixes. `named`: the
/// style prints names, which `[-@id]` leaves out.
pub(super) fn mark_parts(children: &ElemChildren, request: &Request<'_>, named: bool) -> Vec<MarkPart> {
    let mut parts = Vec::new();
    let mut between = String::new();
    let items = &request.group.items;
    let nameless: Vec<bool> = items.iter().map(|item| named && item.suppress_author).collect();
    collect_items(children, &nameless, &mut parts, &mut between);
    if !between.is_empty() {
        parts.push(MarkPart::Between(between));
    }
    if request.group.narrative
        && let Some(name) = joined(&parts).strip_suffix(" ()")
    {
        // The style has nothing but the name to say.
        return vec![MarkPart::Item(0, name.to_owned())];
    }
    let found = parts.iter().filter(|p| matches!(p, MarkPart::Item(..))).count();
    if found == 0 {
        // The style gave no items of its own (a collapsed range, say): the whole mark is one link.
        return vec![MarkPart::Item(0, joined(&parts))];
    }
    if items.iter().any(|i| !i.prefix.is_empty() || !i.suffix.is_empty()) {
        let mut with_affixes = Vec::new();
        for part in parts {
            match part {
                MarkPart::Item(i, html) => {
                    let item = items.get(i);
                    if let Some(prefix) = item.map(|i| &i.prefix).filter(|p| !p.is_empty()) {
                        with_affixes.push(MarkPart::Between(format!("{} ", escape(prefix))));
                    }
                    with_affixes.push(MarkPart::Item(i, html));
                    if let Some(suffix) = item.map(|i| &i.suffix).filter(|s| !s.is_empty()) {
                        with_affixes.push(MarkPart::Between(format!(", {}", escape(suffix))));
                    }
                }
                between => with_affixes.push(between),
            }
        }
        return with_affixes;
    }
    parts
}

fn collect_items(children: &ElemChildren, nameless: &[bool], parts: &mut Vec<MarkPart>, between: &mut String) {
    for child in &children.0 {
        match child {
            ElemChild::Elem(elem) => {
                if let Some(ElemMeta::Entry(index)) = elem.meta {
                    if !between.is_empty() {
                        parts.push(MarkPart::Between(std::mem::take(between)));
                    }
                    let mut html = String::new();
                    write_children(&elem.children, &mut html);
                    if nameless.get(index) == Some(&true) {
                        html = without_name(&elem.children).unwrap_or(html);
                    }
                    parts.push(MarkPart::Item(index, html));
                } else {
                    collect_items(&elem.children, nameless, parts, between);
                }
            }
            other => write_child(other, between),
        }
    }
}

/// A citation without its author; none if nothing would be left, or if no name stands there.
fn without_name(children: &ElemChildren) -> Option<String> {
    let mut children = children.clone();
    children.find_names_mut()?.children.0.clear();
    let mut html = String::new();
    write_children(&children, &mut html);
    let html = html.trim_start_matches([',', ' ']);
    (!html.is_empty()).then(|| html.to_owned())
}

pub(super) fn write_children(children: &ElemChildren, html: &mut String) {
    for child in &children.0 {
        write_child(child, html);
    }
}

fn write_child(child: &ElemChild, html: &mut String) {
    match child {
        ElemChild::Text(text) => formatted(&text.text, text.formatting, html),
        ElemChild::Elem(elem) => {
            if elem.display.is_some() {
                html.push_str("<span class=\"csl-block\">");
                write_children(&elem.children, html);
                html.push_str("</span> ");
            } else {
                write_children(&elem.children, html);
            }
        }
        // Markup is Typst's; here it is text like any other.
        ElemChild::Markup(text) => html.push_str(&escape(text)),
        ElemChild::Link { text, url } => {
            if is_publishable(url) {
                // On paper an address that is its own text must not be written out again.
                let class = if text.text.trim() == url { " class=\"url\"" } else { "" };
                html.push_str(&format!("<a{class} href=\"{}\">", escape(url)));
                formatted(&text.text, text.formatting, html);
                html.push_str("</a>");
            } else {
                formatted(&text.text, text.formatting, html);
            }
        }
        ElemChild::Transparent { .. } => {}
    }
}

fn formatted(text: &str, format: Formatting, html: &mut String) {
    let mut open: Vec<(&str, &str)> = Vec::new();
    if format.font_style == FontStyle::Italic {
        open.push(("<i>", "</i>"));
    }
    if format.font_weight == FontWeight::Bold {
        open.push(("<b>", "</b>"));
    }
    if format.font_variant == FontVariant::SmallCaps {
        open.push(("<span class=\"small-caps\">", "</span>"));
    }
    if format.text_decoration == TextDecoration::Underline {
        open.push(("<span class=\"underline\">", "</span>"));
    }
    match format.vertical_align {
        VerticalAlign::Sup => open.push(("<sup>", "</sup>")),
        VerticalAlign::Sub => open.push(("<sub>", "</sub>")),
        _ => {}
    }
    for (start, _) in &open {
        html.push_str(start);
    }
    html.push_str(&escape(text));
    for (_, end) in open.iter().rev() {
        html.push_str(end);
    }
}
