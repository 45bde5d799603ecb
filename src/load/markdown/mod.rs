//! A page's body: Markdown becomes HTML with holes.
//!
//! In: the body of a page. Out: [`Body`]: pieces of finished HTML, the holes between them (citations, links,
//! shortcodes, interface words), and what later stages ask about: headings, links, citations, running text.
//! Entry point: [`parse`]. CommonMark 0.31 with GFM tables, strikethrough, task lists, alerts and footnotes, and
//! definition lists; math is off, so that `$40bn-$50bn` stays text.
//! Must never look at another page: links and ids are resolved later.
mod captions;
mod footnotes;
mod holes;
mod markup;
mod raw;
mod text;
mod walk;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::cite_syntax::CiteGroup;
use super::prose::Block;
use super::shortcodes::{self, Call, TagKind};
use crate::diag::{Code, Diagnostic, Report};
pub use crate::html::{escape, slug};
use crate::text::{Span, TextFile};
use holes::HOLE;

/// What a Markdown body becomes.
#[derive(Debug, Default)]
pub struct Body {
    /// HTML and holes, in order.
    pub pieces: Vec<Piece>,
    /// Headings in order.
    pub headings: Vec<Heading>,
    /// Links and images in order; [`Piece::Href`] and [`Piece::Image`] count them.
    pub links: Vec<Link>,
    /// Citations in order of the text; [`Piece::Cite`] counts them.
    pub cites: Vec<CiteGroup>,
    /// Shortcodes in order; [`Piece::Call`] and [`Piece::Open`] count them.
    pub calls: Vec<PlacedCall>,
    /// Running text for the checks.
    pub prose: Vec<Block>,
    /// Words of running text.
    pub words: usize,
    /// Whether the author wrote HTML, which is made safe before it is published.
    pub raw_html: bool,
}

/// A shortcode and where it stands in the file.
#[derive(Debug)]
pub struct PlacedCall {
    /// Name and arguments.
    pub call: Call,
    /// Bytes of the file.
    pub range: Range<usize>,
    /// Whether it encloses text.
    pub has_body: bool,
}

/// A part of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Finished HTML.
    Html(Box<str>),
    /// The mark of a citation group.
    Cite(usize),
    /// The address of a link, inside an attribute.
    Href(usize),
    /// A whole image element.
    Image(usize),
    /// A shortcode without a body.
    Call(usize),
    /// The start of a shortcode with a body.
    Open(usize),
    /// The end of the innermost open shortcode.
    Close,
    /// An interface word of the theme, by its name in `strings/`.
    Word(Word),
}

/// Interface words that a body needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Word {
    LinkToSection,
    Table,
    Notes,
    Note,
    BackToNote,
    AlertNote,
    AlertTip,
    AlertImportant,
    AlertWarning,
    AlertCaution,
    Done,
    ToDo,
}

impl Word {
    const ALL: [Word; 12] = [
        Word::LinkToSection,
        Word::Table,
        Word::Notes,
        Word::Note,
        Word::BackToNote,
        Word::AlertNote,
        Word::AlertTip,
        Word::AlertImportant,
        Word::AlertWarning,
        Word::AlertCaution,
        Word::Done,
        Word::ToDo,
    ];

    /// The key in the theme's strings, and the English fallback.
    pub fn key(self) -> (&'static str, &'static str) {
        match self {
            Word::LinkToSection => ("link_to_section", "Link to this section"),
            Word::Table => ("table", "Table"),
            Word::Notes => ("notes", "Notes"),
            Word::Note => ("note", "Note"),
            Word::BackToNote => ("back_to_text", "Back to the text"),
            Word::AlertNote => ("alert_note", "Note"),
            Word::AlertTip => ("alert_tip", "Tip"),
            Word::AlertImportant => ("alert_important", "Important"),
            Word::AlertWarning => ("alert_warning", "Warning"),
            Word::AlertCaution => ("alert_caution", "Caution"),
            Word::Done => ("task_done", "done"),
            Word::ToDo => ("task_to_do", "to do"),
        }
    }
}

/// A heading of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Unique on the page.
    pub id: String,
    /// Plain text.
    pub text: String,
    /// Bytes of the file.
    pub range: Range<usize>,
}

/// A link or an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// As written.
    pub target: String,
    /// Bytes of the whole link in the file.
    pub range: Range<usize>,
    /// The text of an image; `None` for links.
    pub alt: Option<String>,
    /// Whether an image says nothing, on purpose: its text is written as `""`.
    pub decorative: bool,
    /// The title, if there is one.
    pub title: String,
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
        | Options::ENABLE_SMART_PUNCTUATION
}
/// Blocks may be nested this deep; deeper is refused before parsing, since rendering and browsers recurse.
const DEEPEST: usize = 100;

/// What a page may have at most. Every citation, link and shortcode is looked up, checked and rendered, and the CSL engine
/// takes longer for each citation the more there are.
const MOST_SHORTCODES: usize = 2000;
const MOST_CITATIONS: usize = 2000;
const MOST_LINKS: usize = 10_000;
const MOST_HEADINGS: usize = 5000;
const MOST_NOTES: usize = 5000;
/// HTML elements may be nested this deep, as far as their tags tell: the sanitiser's cost grows with depth times length.
const DEEPEST_HTML: usize = 200;

/// Parse the body that begins at `offset` of the file. HTML that the author wrote is made safe unless it is trusted.
pub fn parse(file: &Arc<TextFile>, offset: usize, trusted_html: bool, report: &mut Report) -> Body {
    let body = &file.text[offset..];
    if let Some(at) = too_deep(body) {
        report.push(
            Diagnostic::at(
                Code::FileUnreadable,
                Span::new(file, offset + at..offset + at + 1),
                format!("blocks are nested more than {DEEPEST} levels deep"),
            )
            .help("flatten the quotes or lists"),
        );
        return Body::default();
    }
    let (tags, faults) = shortcodes::scan(body);
    if let Some(tag) = tags.get(MOST_SHORTCODES) {
        let at = offset + tag.range.start;
        report.push(too_many(Span::new(file, at..at + 2), MOST_SHORTCODES, "shortcodes"));
        return Body::default();
    }
    // A shortcode in code is an example, not a fault; the parser knows what is code.
    let code = if faults.is_empty() { Vec::new() } else { code_ranges(body) };
    for fault in faults {
        let range = offset + fault.range.start..offset + fault.range.end;
        let near = code.partition_point(|code| code.end <= fault.range.start);
        if code.get(near).is_none_or(|code| code.start > fault.range.start) {
            report.push(
                Diagnostic::at(Code::ShortcodeInvalid, Span::new(file, range), fault.message).help("write it as {{ name(key=\"value\") }}"),
            );
        }
    }
    let masked = mask(body, &tags);
    walk::walk(file, offset, trusted_html, &tags, &masked, report)
}

/// Tags alone on their line become comments, which are blocks; the others become text.
fn mask<'b>(body: &'b str, tags: &[shortcodes::Tag]) -> Cow<'b, str> {
    if tags.is_empty() {
        return Cow::Borrowed(body);
    }
    let mut masked = String::with_capacity(body.len());
    let mut at = 0;
    for tag in tags {
        masked.push_str(&body[at..tag.range.start]);
        let line_start = body[..tag.range.start].rfind('\n').map_or(0, |i| i + 1);
        let before = body[line_start..tag.range.start].trim_matches([' ', '\t', '>']);
        let after = body[tag.range.end..].split('\n').next().unwrap_or("");
        if before.is_empty() && after.trim().is_empty() {
            masked.push_str(&shortcodes::mask(
                &body[tag.range.clone()],
                &[shortcodes::Tag { kind: TagKind::Close, range: 0..tag.range.len() }],
            ));
        } else {
            masked.push(HOLE);
            masked.extend(std::iter::repeat_n('x', tag.range.len() - 2));
            masked.push(HOLE);
        }
        at = tag.range.end;
    }
    masked.push_str(&body[at..]);
    Cow::Owned(masked)
}

/// The code spans and blocks of a body, in order.
fn code_ranges(body: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut code = false;
    for (event, range) in Parser::new_ext(body, options()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => code = true,
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Code(_) => ranges.push(range),
            Event::Text(_) if code => ranges.push(range),
            _ => {}
        }
    }
    ranges
}

/// The finding for a page with more of something than a page has.
fn too_many(place: Span, most: usize, what: &str) -> Diagnostic {
    Diagnostic::at(Code::FileUnreadable, place, format!("the page has more than {most} {what}")).help("divide it into several pages")
}

/// Where block markers at the start of a line pass [`DEEPEST`]: deep quotes and lists need long prefixes or indents.
fn too_deep(body: &str) -> Option<usize> {
    // Inline nesting: brackets in one run.
    let brackets = body.find(["["; DEEPEST].concat().as_str()).map(|at| body[..at].rfind('\n').map_or(0, |end| end + 1));
    let mut start = 0;
    for line in body.split_inclusive('\n') {
        if brackets == Some(start) {
            return brackets;
        }
        let prefix = line
            .bytes()
            .take_while(|b| matches!(b, b' ' | b'\t' | b'>' | b'-' | b'*' | b'+'))
            .filter(|b| !matches!(b, b' ' | b'\t'))
            .count();
        let rule = || line.trim_end().bytes().all(|b| matches!(b, b'-' | b'*' | b' ' | b'\t'));
        let indent = line.bytes().take_while(|b| matches!(b, b' ' | b'\t' | b'>')).count();
        if (prefix > DEEPEST && !rule()) || indent > 8 * DEEPEST {
            return Some(start);
        }
        start += line.len();
    }
    None
}
#[cfg(test)]
mod tests;
