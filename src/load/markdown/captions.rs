//! Pictures with captions: a paragraph that begins with a picture on a line of its own.
//!
//! In: the events of a body up to the end of a paragraph. Out: the same, the paragraph made a `<figure>` if it holds one
//! picture and nothing else, or one picture and a caption on the lines below it. The caption is text like any other, with
//! links and citations, so that it is checked like any other.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::holes::HOLE;

/// Look at the paragraph that has just ended.
pub(super) fn make_figure(out: &mut Vec<Event<'_>>) {
    let Some(start) = out.iter().rposition(|e| matches!(e, Event::Start(Tag::Paragraph))) else { return };
    // Most paragraphs begin with words: they are not copied.
    let is_empty = |e: &&Event<'_>| matches!(e, Event::Text(text) if text.is_empty());
    if !out[start + 1..].iter().find(|e| !is_empty(e)).is_some_and(is_picture) {
        return;
    }
    let mut inner: Vec<Event<'_>> = out[start + 1..].to_vec();
    inner.pop();
    inner.retain(|e| !is_empty(&e));
    let Some((first, rest)) = inner.split_first() else { return };
    let caption = match rest.split_first() {
        None => &[],
        Some((Event::SoftBreak | Event::HardBreak, caption)) if !caption.iter().any(is_picture) => caption,
        _ => return,
    };
    let mut figure = vec![Event::Html("<figure class=\"picture\">".into()), first.clone()];
    if !caption.is_empty() {
        figure.push(Event::InlineHtml("\n<figcaption>".into()));
        figure.extend(caption.iter().cloned());
        figure.push(Event::InlineHtml("</figcaption>".into()));
    }
    figure.push(Event::Html("</figure>\n".into()));
    debug_assert!(matches!(out.last(), Some(Event::End(TagEnd::Paragraph))));
    out.splice(start.., figure);
}

fn is_picture(event: &Event<'_>) -> bool {
    matches!(event, Event::InlineHtml(html) if html.starts_with(HOLE) && html[1..].starts_with('I'))
}
