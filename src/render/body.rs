//! A page's body: the pieces of its Markdown with their holes filled.
//!
//! In: [`Body`] pieces, resolved links and citations. Out: HTML. Shortcodes are rendered here, after Markdown, with
//! the theme's templates. Must never run content through the template engine.

use std::fmt::Write as _;

use serde_json::Value;

use super::images::{self, Shown};
use super::{File, Renderer, bounded, latest_of, relative};
use crate::diag::{Code, Diagnostic, Report};
use crate::load::markdown::{Piece, PlacedCall, Word, escape};
use crate::resolve::csl::{MarkPart, Style};
use crate::resolve::links::Target;
use crate::resolve::text::PageText;
use crate::text::Span;

/// So many bytes of HTML are about what a reader sees without scrolling; a picture behind them can wait.
const FIRST_VIEW: usize = 2000;

/// Fill the holes of a page's body. Copies of its pictures go to `files`, unless another page has given them.
pub fn render(renderer: &Renderer, page: usize, text: &PageText, files: &mut Vec<File>, report: &mut Report) -> String {
    let mut open: Vec<(usize, String)> = Vec::new();
    let mut html = String::new();
    let mut pictures = 0;
    for piece in &text.body.pieces {
        if html.len() > bounded::LARGEST {
            let message = format!("the page becomes larger than {} bytes", bounded::LARGEST);
            let place = Span::whole(&renderer.site.inputs.pages[page].file);
            report.push(Diagnostic::at(Code::TemplateError, place, message).help("use fewer shortcodes, or divide the page"));
            return String::new();
        }
        match piece {
            Piece::Html(part) => html.push_str(part),
            Piece::Cite(group) => mark(renderer, page, text, *group, &mut html),
            Piece::Href(link) => html.push_str(&escape(&href(renderer, page, &text.links[*link]))),
            Piece::Image(link) => {
                let before = html.len() + open.iter().map(|(_, text)| text.len()).sum::<usize>();
                let picture = Shown { page, link: *link, first: pictures == 0 && before < FIRST_VIEW };
                pictures += 1;
                html.push_str(&images::element(renderer, text, picture, files, report));
            }
            Piece::Word(word) => html.push_str(&escape(renderer.word(*word))),
            Piece::Call(call) => {
                let made = shortcode(renderer, page, &text.body.calls[*call], None, report);
                html.push_str(&made);
            }
            Piece::Open(call) => open.push((*call, std::mem::take(&mut html))),
            // An end that closes nothing was reported when the page was read, as is a shortcode that is never closed.
            Piece::Close => {
                if let Some((call, before)) = open.pop() {
                    let body = std::mem::replace(&mut html, before);
                    let made = shortcode(renderer, page, &text.body.calls[call], Some(&body), report);
                    html.push_str(&made);
                }
            }
        }
    }
    while let Some((_, before)) = open.pop() {
        html = before + &html;
    }
    if let Some(style) = &renderer.site.style
        && style.is_note()
    {
        notes(renderer, page, text, &mut html);
    }
    match &renderer.terms {
        Some(terms) => terms.link(&html, &renderer.root(page), &renderer.site.routes.pages[page].path),
        None => html,
    }
}

/// The mark of a citation group: each citation a link to its quote in the references.
fn mark(renderer: &Renderer, page: usize, page_text: &PageText, group: usize, html: &mut String) {
    let (cites, keys) = (&page_text.cites, &renderer.site.keys[page]);
    let input = &renderer.site.inputs.pages[page];
    let Some(parts) = cites.formatted.marks.get(group) else { return };
    let found = &cites.groups[group];
    // A narrative citation is part of its sentence. Styles of numbers and notes name nobody, so the name is put here.
    let nameless = renderer.site.style.as_ref().is_some_and(|s| s.is_numeric() || s.is_note());
    let source = found.first().copied().flatten().and_then(|c| keys.sources[c]);
    if let Some(source) = source.filter(|_| nameless && page_text.body.cites[group].narrative) {
        let name =
            renderer.site.inputs.sources.all[source].named(renderer.theme.word("and", "and"), renderer.theme.word("et_al", "et al."));
        html.push_str(&escape(&name));
        html.push(' ');
    }
    let items = parts.iter().filter(|p| matches!(p, MarkPart::Item(..))).count();
    // One mark of a note for several quotes leads to the note, which leads to each of them.
    let to_note = found.len() > 1 && renderer.site.style.as_ref().is_some_and(Style::is_note);
    let link = |item: usize, text: &str, html: &mut String| {
        let Some(citation) = found.get(item).copied().flatten() else { return };
        let id = escape(input.front.citations[citation].id());
        let _ = write!(html, "<a class=\"cite\" id=\"use-{id}-{}\" href=\"#", cites.use_numbers[group][item]);
        let _ = if to_note { write!(html, "note-{}", group + 1) } else { write!(html, "cite-{id}") };
        let source = escape(renderer.theme.word("source", "Source"));
        html.extend(["\" role=\"doc-biblioref\"><span class=\"vh\">", &source, " </span>", text, "</a>"]);
    };
    if items == 1 && found.len() == 1 {
        let text: String = parts
            .iter()
            .map(|p| match p {
                MarkPart::Between(h) | MarkPart::Item(_, h) => h.as_str(),
            })
            .collect();
        return link(0, &text, html);
    }
    let mut linked = Vec::new();
    for part in parts {
        match part {
            MarkPart::Between(text) => html.push_str(text),
            MarkPart::Item(item, text) => {
                linked.push(*item);
                link(*item, text, html);
            }
        }
    }
    // A style that collapses `[1]–[3]` shows no mark for the second: its use is still a place to come back to.
    for (item, citation) in found.iter().enumerate().filter(|(i, _)| !linked.contains(i)) {
        if let Some(citation) = citation {
            let _ = write!(
                html,
                "<span id=\"use-{}-{}\"></span>",
                escape(input.front.citations[*citation].id()),
                cites.use_numbers[group][item]
            );
        }
    }
}

/// For styles of notes: the notes themselves, at the end of the text.
fn notes(renderer: &Renderer, page: usize, page_text: &PageText, html: &mut String) {
    let (cites, keys) = (&page_text.cites, &renderer.site.keys[page]);
    let input = &renderer.site.inputs.pages[page];
    if cites.formatted.notes.is_empty() {
        return;
    }
    let _ =
        write!(html, "<section class=\"footnotes\" role=\"doc-endnotes\" aria-label=\"{}\">\n<ol>\n", escape(renderer.word(Word::Notes)));
    for (i, note) in cites.formatted.notes.iter().enumerate() {
        let _ = write!(html, "<li id=\"note-{}\">{note}", i + 1);
        let cited: Vec<usize> = cites.groups.get(i).into_iter().flatten().copied().flatten().collect();
        for citation in cited.iter().filter(|_| cited.len() > 1) {
            let (id, key) = (input.front.citations[*citation].id(), &input.front.citations[*citation].source);
            let source = keys.sources[*citation].map_or(&**key, |s| &renderer.views.source(s).title);
            let _ = write!(
                html,
                " <a class=\"cite\" href=\"#cite-{}\" role=\"doc-biblioref\"><span class=\"vh\">{} </span>{}</a>",
                escape(id),
                escape(renderer.theme.word("source", "Source")),
                escape(source)
            );
        }
        html.push_str("</li>\n");
    }
    html.push_str("</ol>\n</section>\n");
}

/// The address of a link, relative to the page.
pub fn href(renderer: &Renderer, page: usize, target: &Target) -> String {
    let root = renderer.root(page);
    match target {
        Target::Page { page: to, fragment } => {
            let path =
                if *to == page && fragment.is_some() { String::new() } else { relative(&root, &renderer.site.routes.pages[*to].path) };
            fragment.as_ref().map_or(path.clone(), |f| format!("{path}#{f}"))
        }
        // A copy holds no other copies: they stand beside it.
        Target::File(path) if renderer.is_copy() && renderer.site.inputs.versions.leads_into(path) => relative(&root, &latest_of(path)),
        Target::File(path) => relative(&root, path),
        Target::External(url) => url.clone(),
        Target::Broken(_) | Target::Draft(_) | Target::Unread | Target::Unsafe(_) => "#".to_owned(),
    }
}

fn shortcode(renderer: &Renderer, page: usize, placed: &PlacedCall, body: Option<&str>, report: &mut Report) -> String {
    let input = &renderer.site.inputs.pages[page];
    let place = || Span::new(&input.file, placed.range.clone());
    let name = &placed.call.name;
    if name == "calc" {
        return match (placed.call.args.get("value"), placed.call.args.get("from")) {
            (Some(value), Some(from)) => {
                let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
                format!("<span class=\"calc\" title=\"{}\">{}</span>", escape(&text(from)), escape(&text(value)))
            }
            _ => String::new(),
        };
    }
    let template = format!("shortcodes/{name}.html");
    // What the theme lacks, the check has reported.
    if !renderer.theme.templates.contains_key(&template) {
        return String::new();
    }
    let mut context = renderer.common.context.clone();
    context.insert("args", &placed.call.args);
    context.insert_value("body", tera::Value::safe_string(body.unwrap_or("")));
    context.insert("root", &renderer.root(page));
    context.insert("page", &renderer.page_brief(page));
    context.insert_value("collections", renderer.collections_for(&template));
    match bounded::text(&renderer.theme, &template, &context, &format!("content/{}", input.path())) {
        Ok(html) => html,
        Err(mut diagnostic) => {
            diagnostic.related = Some((place(), "used here".to_owned()));
            report.push(diagnostic);
            String::new()
        }
    }
}
