//! Pages: front matter, citation syntax, Markdown with shortcodes.

use cited::date::Date;
use cited::diag::Report;
use cited::load::cite_syntax::{Locator, id_length, parse_group};
use cited::load::markdown::{self, Body, Piece, escape};
use cited::load::{front_matter as front, read_front};
use cited::text::{Span, TextFile};

use super::{findings_hold, html, text};

/// A page's front matter: the fences, the record, the place of every fault.
pub fn front_matter(bytes: &[u8]) {
    let Some(yaml) = text(bytes) else { return };
    let file = TextFile::new("content/a.md", format!("---\n{yaml}\n---\nText.\n"));
    let Ok(fences) = front::split(&file) else { panic!("the fences are there") };
    assert!(file.text.get(fences.yaml.clone()).is_some() && file.text.get(fences.body..).is_some());
    match front::read(&file, &fences) {
        Ok(record) => {
            for date in [record.date, record.updated, record.review_after].into_iter().flatten() {
                assert_eq!(Date::parse(&date.to_string()), Some(date), "a date reads as it is written");
            }
        }
        Err(fault) => findings_hold([fault].into_iter().collect()),
    }
    // As it comes, with fences of its own or none.
    match read_front(&TextFile::new("content/a.md", yaml), 0, false) {
        Ok(page) => findings_hold(page.found.clone()),
        Err(found) => findings_hold((*found).clone()),
    }
}

/// What stands between the brackets of a citation.
pub fn citations(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let (items, faults) = parse_group(text, 0);
    assert_eq!(items.len() + faults.len(), text.split(';').count(), "each part is an item or a fault");
    for item in &items {
        assert_eq!(text.get(item.range.clone()), Some(item.id.as_str()));
        assert!(!item.id.is_empty());
    }
    for (range, message) in &faults {
        assert!(text.get(range.clone()).is_some() && !message.contains('\n'), "{range:?} {message}");
    }
    assert!(text.is_char_boundary(id_length(text)));
    if let Some((locator, rest)) = Locator::parse(text) {
        assert!(text.ends_with(rest) && !locator.value.is_empty());
        assert!(locator.value.chars().all(|c| c.is_ascii_alphanumeric() || " -–,:.".contains(c)), "{locator:?}");
    }
}

/// A page's body: citations, links, shortcodes, footnotes, HTML.
pub fn markdown(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let file = TextFile::new("content/a.md", text);
    let mut report = Report::default();
    let body = markdown::parse(&file, 0, false, &mut report);
    let inside = |range: &std::ops::Range<usize>| assert!(text.get(range.clone()).is_some(), "{range:?} of {}", text.len());
    for group in &body.cites {
        inside(&group.range);
        assert!(!group.items.is_empty());
        for item in &group.items {
            assert_eq!(text.get(item.range.clone()), Some(item.id.as_str()));
        }
    }
    body.links.iter().for_each(|link| inside(&link.range));
    body.calls.iter().for_each(|call| inside(&call.range));
    let mut ids = std::collections::HashSet::new();
    assert!(body.headings.iter().all(|heading| ids.insert(heading.id.as_str())), "the ids of headings are unique");
    for block in &body.prose {
        for (at, c) in block.text.char_indices() {
            let source = block.source(at..at + c.len_utf8());
            let span = Span::new(&file, source.clone());
            assert!(source.start <= source.end && text.get(span.start..span.end).is_some(), "{source:?} of {}", text.len());
        }
    }
    let html = filled(&body);
    assert!(!html.contains('\u{1}'), "a marker of the walk is left over");
    let faults = html::faults_of_content(&html);
    assert!(faults.is_empty(), "{}\nfrom {html}", faults.join("\n"));
    findings_hold(report);
}

/// The HTML with something harmless in its holes.
fn filled(body: &Body) -> String {
    let mut html = String::new();
    for piece in &body.pieces {
        match piece {
            Piece::Html(text) => html.push_str(text),
            Piece::Cite(group) => {
                assert!(*group < body.cites.len());
                html.push_str("[1]");
            }
            Piece::Href(link) => {
                assert!(*link < body.links.len());
                html.push_str("x/");
            }
            Piece::Image(link) => {
                let alt = body.links[*link].alt.as_deref().unwrap_or_default();
                // In the place of an attribute this would be an event handler.
                html.push_str(&format!("<img src=\"x onclick=x \" alt=\"{} onclick=x \">", escape(alt)));
            }
            Piece::Call(call) | Piece::Open(call) => {
                assert!(*call < body.calls.len());
                html.push_str("<span title=\" onclick=x \">a</span>");
            }
            Piece::Close => {}
            Piece::Word(word) => html.push_str(word.key().1),
        }
    }
    html
}
