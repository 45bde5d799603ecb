//! What the author writes past Markdown: HTML, and the shortcodes that were masked before parsing.
//!
//! In: pieces of HTML from the walk, and tags of shortcodes. Out: HTML and holes in the body; its links and pictures, and its
//! text as running text, so that both are held to what Markdown is held to; findings where elements are nested too deep,
//! and where a citation or a shortcode stands that nobody reads.
//! Must never let HTML through that would be read as the mark of a hole.

use std::ops::Range;

use pulldown_cmark::CowStr;

use super::holes::{HOLE, mark};
use super::markup::{Part, Tag, parts, unescaped};
use super::walk::Walk;
use super::{DEEPEST_HTML, Link, PlacedCall};
use crate::diag::{Code, Diagnostic};
use crate::load::prose::BlockKind;
use crate::load::shortcodes::{self, TagKind};
use crate::text::Span;

/// Elements that are never closed.
const VOID: [&str; 14] = ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Elements of which several make one paragraph.
const INLINE: [&str; 23] = [
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "dfn", "em", "i", "img", "mark", "q", "s", "small", "span", "strong", "sub",
    "sup", "time", "u", "wbr",
];

impl Walk<'_, '_, '_> {
    /// The tag that a piece of HTML stands for, if it is a shortcode that was masked.
    fn shortcode(&self, html: &str, range: &Range<usize>) -> Option<usize> {
        let tag = self.tags.partition_point(|t| t.range.start < range.start);
        self.tags.get(tag).filter(|t| t.range.end <= range.end && html.trim().len() == t.range.len()).map(|_| tag)
    }

    pub(super) fn is_shortcode(&self, html: &str, range: &Range<usize>) -> bool {
        self.shortcode(html, range).is_some()
    }

    /// HTML within a paragraph, or a shortcode.
    pub(super) fn html(&mut self, html: &str, range: Range<usize>) {
        if let Some(tag) = self.shortcode(html, &range) {
            let block = html.ends_with('\n') || self.tags[tag].range.start == range.start;
            self.tag(tag, block);
            return;
        }
        let html = without_markers(&self.unmask(html, range.clone()));
        self.raw(&html, &[(0, self.offset + range.start)], range, false);
    }

    /// Lines of HTML that stand by themselves.
    pub(super) fn html_block(&mut self, lines: &[(CowStr<'_>, Range<usize>)]) {
        let (Some((_, first)), Some((_, last))) = (lines.first(), lines.last()) else { return };
        let (mut html, mut places) = (String::new(), Vec::new());
        for (line, range) in lines {
            places.push((html.len(), self.offset + range.start));
            html.push_str(&without_markers(&self.unmask(line, range.clone())));
        }
        self.raw(&html, &places, first.start..last.end, true);
    }

    /// HTML, with the offsets of its lines and where those stand in the file.
    fn raw(&mut self, html: &str, places: &[(usize, usize)], range: Range<usize>, is_block: bool) {
        self.result.raw_html = true;
        self.html_depth = depth_after(html, self.html_depth);
        if self.html_depth > DEEPEST_HTML && self.excess.is_none() {
            let place = Span::new(self.file, self.offset + range.start..self.offset + range.end);
            let message = format!("HTML elements are nested more than {DEEPEST_HTML} levels deep, or not closed");
            self.excess = Some(Diagnostic::at(Code::FileUnreadable, place, message).help("close them, or write Markdown"));
        }
        let place = |at: usize| {
            let line = places.partition_point(|(start, _)| *start <= at).saturating_sub(1);
            places.get(line).map_or(0, |(start, place)| place + (at - start))
        };
        if is_block {
            self.prose.start(BlockKind::Paragraph);
        }
        let (mut out, mut done) = (String::with_capacity(html.len()), 0);
        for part in parts(html) {
            match part {
                Part::Text(text) if is_block => self.raw_text(&html[text.clone()], place(text.start)),
                Part::Text(_) => {}
                Part::Tag(tag) => {
                    if is_block && !tag.is(&INLINE) {
                        self.raw_element(&tag);
                    }
                    // What trusted authors write is published as it is.
                    if !self.trusted_html
                        && let Some((value, link)) = address(html, &tag, place)
                    {
                        // With quotes, whether it had some or not.
                        let quotes = usize::from(html[..value.start].ends_with(['"', '\'']));
                        out.push_str(&html[done..value.start - quotes]);
                        out.push_str(&format!("\"{}\"", mark(b'L', self.result.links.len())));
                        done = (value.end + quotes).min(html.len());
                        self.result.links.push(link);
                    }
                }
            }
        }
        out.push_str(&html[done..]);
        if is_block {
            self.prose.end();
        }
        self.push_block(out);
    }

    /// An element that ends a paragraph.
    fn raw_element(&mut self, tag: &Tag<'_>) {
        self.prose.end();
        if tag.is(&["blockquote"]) {
            self.prose.quotes = if tag.opens { self.prose.quotes + 1 } else { self.prose.quotes.saturating_sub(1) };
        }
        self.prose.start(BlockKind::Paragraph);
    }

    /// Text in HTML that stands by itself. What is no Markdown there is not read: that must not look as if it were.
    fn raw_text(&mut self, text: &str, at: usize) {
        self.prose.text(text, at);
        let help = "write the paragraph in Markdown: HTML goes on to the next blank line";
        if let Some(cite) = text.find("[@") {
            let span = Span::new(self.file, at + cite..at + cite + 2);
            self.report.push(Diagnostic::at(Code::CiteSyntax, span, "a citation inside HTML is not read").help(help));
        }
        let next = self.tags.partition_point(|tag| self.offset + tag.range.start < at);
        if let Some(tag) = self.tags.get(next).filter(|tag| self.offset + tag.range.start < at + text.len()) {
            let span = Span::new(self.file, self.offset + tag.range.start..self.offset + tag.range.end);
            self.report.push(Diagnostic::at(Code::ShortcodeInvalid, span, "a shortcode inside HTML is not carried out").help(help));
        }
    }

    pub(super) fn tag(&mut self, tag: usize, block: bool) {
        let range = &self.tags[tag].range;
        let place = self.offset + range.start..self.offset + range.end;
        let hole = match &self.tags[tag].kind {
            TagKind::Close => {
                let closed = self.bodies.pop();
                self.prose.enclosed_by = self.bodies.last().copied();
                if closed.is_none() {
                    self.report.push(
                        Diagnostic::at(Code::ShortcodeInvalid, Span::new(self.file, place), "`{% end %}` closes no shortcode")
                            .help("remove it, or open one with `{% name() %}`"),
                    );
                }
                format!("{HOLE}E0{HOLE}")
            }
            TagKind::Inline(call) | TagKind::Open(call) => {
                let index = self.result.calls.len();
                if !block {
                    self.prose.call(index, place.start);
                }
                let has_body = matches!(self.tags[tag].kind, TagKind::Open(_));
                let kind = if has_body { 'O' } else { 'S' };
                if has_body {
                    self.bodies.push(index);
                    self.prose.enclosed_by = Some(index);
                }
                self.result.calls.push(PlacedCall { call: call.clone(), range: place, has_body });
                format!("{HOLE}{kind}{index}{HOLE}")
            }
        };
        if block { self.push_block(hole + "\n") } else { self.push_html(hole) }
    }

    /// Put the source back where code or HTML holds a masked shortcode.
    pub(super) fn unmask(&self, text: &str, range: Range<usize>) -> String {
        let tags = shortcodes::within(self.tags, &range);
        if tags.is_empty() {
            return text.to_owned();
        }
        let mut whole = String::with_capacity(text.len());
        let mut rest = text;
        for tag in tags {
            let length = tag.range.len();
            let masks = [format!("<!--{}-->", "x".repeat(length - 7)), format!("{HOLE}{}{HOLE}", "x".repeat(length - 2))];
            // What both masks of tags look like is the same for tags of one length: the first that is left is this one's.
            let Some((at, mask)) = masks.iter().filter_map(|mask| Some((rest.find(mask.as_str())?, mask))).min() else { continue };
            whole.push_str(&rest[..at]);
            whole.push_str(&self.body[tag.range.clone()]);
            rest = &rest[at + mask.len()..];
        }
        whole + rest
    }
}

/// The address of a link or a picture: its bytes, and the link.
fn address(html: &str, tag: &Tag<'_>, place: impl Fn(usize) -> usize) -> Option<(Range<usize>, Link)> {
    let is_picture = tag.is(&["img"]);
    let attribute = if is_picture { "src" } else { "href" };
    let value = tag.value(attribute).filter(|value| tag.opens && !value.is_empty() && (is_picture || tag.is(&["a", "area"])))?.clone();
    let alt = tag.value("alt").map(|alt| unescaped(&html[alt.clone()]));
    let link = Link {
        target: unescaped(html[value.clone()].trim()),
        range: place(value.start)..place(value.end),
        decorative: alt.as_deref() == Some(""),
        alt: is_picture.then(|| alt.unwrap_or_default()),
        title: String::new(),
    };
    Some((value, link))
}

/// How many elements are open after some HTML, as far as its tags tell.
fn depth_after(html: &str, before: usize) -> usize {
    let mut depth = before;
    for (at, _) in html.match_indices('<') {
        let rest = &html[at + 1..];
        if rest.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            depth += usize::from(!VOID.iter().any(|void| void.eq_ignore_ascii_case(&rest[..end])));
        }
    }
    depth
}

/// HTML without what would be read as the mark of a hole: the character itself, or a reference to it (`&#1;`, `&#x01`),
/// which the sanitiser would undo.
fn without_markers(html: &str) -> String {
    let html = html.replace(HOLE, "\u{fffd}");
    let mut safe = String::with_capacity(html.len());
    let mut rest = html.as_str();
    while let Some(at) = rest.find("&#") {
        safe.push_str(&rest[..at]);
        let digits = &rest[at + 2..];
        let hexadecimal = digits.starts_with(['x', 'X']);
        let digits = &digits[usize::from(hexadecimal)..];
        let end = digits.find(|c: char| !(c.is_ascii_digit() || hexadecimal && c.is_ascii_hexdigit())).unwrap_or(digits.len());
        if digits[..end].trim_start_matches('0') == "1" {
            safe.push('\u{fffd}');
            rest = digits[end..].strip_prefix(';').unwrap_or(&digits[end..]);
        } else {
            safe.push_str("&#");
            rest = &rest[at + 2..];
        }
    }
    safe + rest
}
