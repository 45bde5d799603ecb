//! What the author writes past Markdown: HTML, and the shortcodes that were masked before parsing.
//!
//! In: pieces of HTML from the walk, and tags of shortcodes. Out: HTML and holes in the body; a finding where elements are
//! nested too deep.
//! Must never let HTML through that would be read as the mark of a hole.

use std::ops::Range;

use super::holes::HOLE;
use super::walk::Walk;
use super::{DEEPEST_HTML, PlacedCall};
use crate::diag::{Code, Diagnostic};
use crate::load::shortcodes::{self, TagKind};
use crate::text::Span;

/// Elements that are never closed.
const VOID: [&str; 14] = ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

impl Walk<'_, '_, '_> {
    pub(super) fn html(&mut self, html: &str, range: Range<usize>) {
        let tag = self.tags.partition_point(|t| t.range.start < range.start);
        if self.tags.get(tag).is_some_and(|t| t.range.end <= range.end && html.trim().len() == t.range.len()) {
            let block = html.ends_with('\n') || self.tags[tag].range.start == range.start;
            self.tag(tag, block);
            return;
        }
        let html = without_markers(&self.unmask(html, range.clone()));
        self.result.raw_html = true;
        self.html_depth = depth_after(&html, self.html_depth);
        if self.html_depth > DEEPEST_HTML && self.excess.is_none() {
            let place = Span::new(self.file, self.offset + range.start..self.offset + range.end);
            let message = format!("HTML elements are nested more than {DEEPEST_HTML} levels deep, or not closed");
            self.excess = Some(Diagnostic::at(Code::FileUnreadable, place, message).help("close them, or write Markdown"));
        }
        self.push_block(html);
    }

    pub(super) fn tag(&mut self, tag: usize, block: bool) {
        let range = &self.tags[tag].range;
        let place = self.offset + range.start..self.offset + range.end;
        let hole = match &self.tags[tag].kind {
            TagKind::Close => {
                if self.bodies.pop().is_none() {
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
