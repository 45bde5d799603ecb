//! Running text: citations in brackets, narrative citations, shortcodes between words.
//!
//! In: text events with their places. Out: pieces of the body and of its prose.
//! Must never take an at sign for a citation in code, links, addresses or escaped text.

use std::ops::Range;

use memchr::memchr3;
use pulldown_cmark::{CowStr, Event};

use super::holes::{HOLE, has_hole, mark};
use super::walk::{Open, Walk};
use crate::diag::{Code, Diagnostic};
use crate::load::cite_syntax::{self, CiteGroup, CiteItem, Locator};
use crate::text::Span;

impl<'m> Walk<'_, 'm, '_> {
    /// `[see @a; @b]`: the range is the whole of it, brackets included.
    pub(super) fn bracketed(&mut self, range: Range<usize>) {
        let source = &self.body[range.clone()];
        let (inner, bracket) = source.strip_prefix('[').and_then(|s| s.strip_suffix(']')).map_or((source, 0), |inner| (inner, 1));
        let start = range.start + bracket;
        let (items, faults) = cite_syntax::parse_group(inner, self.offset + start);
        for (place, message) in faults {
            self.report.push(
                Diagnostic::at(Code::CiteSyntax, Span::new(self.file, place), message)
                    .help("write `[@id]`, `[@id, para. 4]`, `[see @a; @b]` or `[-@id]`; write `\\[` for a literal bracket"),
            );
        }
        // What can be read counts as used, so that one slip is one finding.
        if items.is_empty() {
            let text = source.to_owned();
            self.plain(text.into(), range.start);
        } else {
            self.cite(items, false, range);
        }
    }

    pub(super) fn cite(&mut self, items: Vec<CiteItem>, narrative: bool, range: Range<usize>) {
        let index = self.result.cites.len();
        self.prose.cite(index, self.offset + range.start);
        self.result.cites.push(CiteGroup { items, narrative, range: self.offset + range.start..self.offset + range.end });
        self.push_html(mark(b'C', index));
    }

    /// Text without citations in it.
    pub(super) fn plain(&mut self, mut text: CowStr<'m>, at: usize) {
        if has_hole(&text) {
            text = text.replace(HOLE, "\u{fffd}").into();
        }
        self.prose.text(&text, self.offset + at);
        match self.open.last_mut() {
            Some(Open::Image { alt, .. }) => return alt.push_str(&text),
            Some(Open::Heading { text: heading, .. }) => heading.push_str(&text),
            _ => {}
        }
        self.push(Event::Text(text));
    }

    /// Running text: shortcodes masked as text, and narrative citations, are taken out of it.
    pub(super) fn text(&mut self, text: CowStr<'m>, range: Range<usize>, in_link: bool) {
        // What typography or entities changed has no inner positions; citations and shortcodes never stand in it.
        if text.len() != range.len() {
            return self.plain(text, range.start);
        }
        let mut from = 0;
        let mut at = 0;
        let bytes = text.as_bytes();
        while let Some(next) = memchr3(1, b'[', b'@', &bytes[at..]) {
            at += next;
            match bytes[at] {
                1 => {
                    let here = range.start + at;
                    let tag = self.tags.partition_point(|t| t.range.start < here);
                    if self.tags.get(tag).is_some_and(|t| t.range.start == here) {
                        self.plain(part(&text, from..at), range.start + from);
                        let end = self.tags[tag].range.end - range.start;
                        self.tag(tag, false);
                        at = end.min(text.len());
                        from = at;
                        continue;
                    }
                }
                b'[' if text[at..].starts_with("[^") => {
                    if let Some(end) = self.missing_footnote(&text, &range, at) {
                        self.plain(part(&text, from..at), range.start + from);
                        at = end;
                        from = end;
                        continue;
                    }
                }
                b'@' if !in_link && !matches!(self.open.last(), Some(Open::Image { .. })) => {
                    if let Some(item_end) = self.narrative(&text, &range, from, at) {
                        at = item_end;
                        from = item_end;
                        continue;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        let rest = if from == 0 { text } else { part(&text, from..text.len()) };
        self.plain(rest, range.start + from);
    }

    /// `[^label]` that no note defines: the parser leaves it as text. Gives where it ends.
    fn missing_footnote(&mut self, text: &str, range: &Range<usize>, at: usize) -> Option<usize> {
        let label = near(&text[at + 2..]).split(']').next()?;
        let end = at + 2 + label.len() + 1;
        let escaped = self.body[..range.start + at].ends_with('\\');
        if escaped || end > text.len() || label.is_empty() || label.contains(|c: char| c.is_whitespace() || c == '[') {
            return None;
        }
        let place = self.offset + range.start + at..self.offset + range.start + end;
        self.footnotes.mentioned += 1;
        self.report.push(
            Diagnostic::at(Code::LinkBroken, Span::new(self.file, place), format!("there is no note `{label}`"))
                .help(format!("add `[^{label}]: …` below the text, or write `\\[^{label}]` for the characters themselves")),
        );
        Some(end)
    }

    /// `@id` in running text, with `[p. 9]` behind it if that stands in the same run of text.
    pub(super) fn narrative(&mut self, text: &CowStr<'m>, range: &Range<usize>, from: usize, at: usize) -> Option<usize> {
        let source_at = range.start + at;
        let before = self.body[..source_at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '\\' | '@' | '/' | '.' | '_' | '-' | ':' | '+')) {
            return None;
        }
        let rest = &text[at + 1..];
        let length = cite_syntax::id_length(rest);
        // `@user@host` is an address in the fediverse; `@` alone is an at sign.
        if length == 0 || rest[length..].starts_with('@') {
            return None;
        }
        let start = self.offset + source_at + 1;
        if before == Some('[') && !self.body[..source_at - 1].ends_with('\\') {
            let place = start - 2..start + length;
            self.report.push(
                Diagnostic::at(Code::CiteSyntax, Span::new(self.file, place), "the citation is not closed")
                    .help(format!("write `[@{}]`; write `\\[` for a literal bracket", &rest[..length])),
            );
        }
        self.plain(part(text, from..at), range.start + from);
        let mut item = CiteItem {
            id: rest[..length].to_owned(),
            range: start..start + length,
            prefix: String::new(),
            suppress_author: false,
            locator: None,
            suffix: String::new(),
        };
        let mut end = at + 1 + length;
        if let Some(bracket) = text[end..].strip_prefix(" [").and_then(|b| near(b).split_once(']'))
            && let Some((locator, suffix)) = Locator::parse(bracket.0)
        {
            item.locator = Some(locator);
            item.suffix = suffix.trim().to_owned();
            end += bracket.0.len() + 3;
        }
        self.cite(vec![item], true, source_at..range.start + end);
        Some(end)
    }
}

/// A part of a text, borrowed where the text is.
fn part<'m>(text: &CowStr<'m>, range: Range<usize>) -> CowStr<'m> {
    match text {
        CowStr::Borrowed(text) => CowStr::Borrowed(&text[range]),
        text => text[range].to_owned().into(),
    }
}

/// The beginning of a text, as far as a label or a locator may reach: a text full of brackets is not searched to its end
/// for each of them.
fn near(text: &str) -> &str {
    const REACH: usize = 400;
    let end = (0..=REACH.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}
