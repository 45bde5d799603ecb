//! A page's body: Markdown becomes HTML with holes.
//!
//! In: the body of a page. Out: [`Body`]: pieces of finished HTML, the holes between them (citations, links,
//! shortcodes, interface words), and what later stages ask about: headings, links, citations, running text.
//! Entry point: [`parse`]. CommonMark 0.31 with GFM tables, strikethrough, task lists, alerts and footnotes, and
//! definition lists; math is off, so that `$40bn-$50bn` stays text.
//! Must never look at another page: links and ids are resolved later.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{BlockQuoteKind, BrokenLink, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};

use super::cite_syntax::{self, CiteGroup, CiteItem, Locator};
use super::prose::{Block, BlockKind, ProseWriter};
use super::shortcodes::{self, Call, TagKind};
use crate::diag::{Code, Diagnostic, Report};
use crate::text::{Span, TextFile};

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

/// The marker around a hole in the HTML: a control character that HTML does not allow and the writer does not make.
const HOLE: char = '\u{1}';
/// Blocks may be nested this deep; deeper is refused before parsing, since rendering and browsers recurse.
const DEEPEST: usize = 100;

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
    for fault in faults {
        let range = offset + fault.range.start..offset + fault.range.end;
        // A shortcode in code is an example, not a fault; the parser below knows, so ask whether code holds it.
        if !in_code(body, fault.range.start) {
            report.push(
                Diagnostic::at(Code::ShortcodeInvalid, Span::new(file, range), fault.message).help("write it as {{ name(key=\"value\") }}"),
            );
        }
    }
    let masked = mask(body, &tags);
    Walk {
        file,
        body,
        offset,
        trusted_html,
        tags: &tags,
        report,
        out: vec![Vec::new()],
        result: Body::default(),
        ids: HashSet::new(),
        footnotes: Footnotes::default(),
        prose: ProseWriter::default(),
        open: Vec::new(),
        bodies: Vec::new(),
    }
    .run(&masked)
}

/// Tags alone on their line become comments, which are blocks; the others become text.
fn mask(body: &str, tags: &[shortcodes::Tag]) -> String {
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
    masked
}

/// Whether an offset lies in a code span or block: asked only for faulty shortcodes.
fn in_code(body: &str, offset: usize) -> bool {
    let mut code = false;
    for (event, range) in Parser::new_ext(body, options()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => code = true,
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Code(_) if range.contains(&offset) => return true,
            Event::Text(_) if code && range.contains(&offset) => return true,
            _ => {}
        }
    }
    false
}

/// Where block markers at the start of a line pass [`DEEPEST`]: deep quotes and lists need long prefixes or indents.
fn too_deep(body: &str) -> Option<usize> {
    let mut start = 0;
    for line in body.split_inclusive('\n') {
        let prefix = line
            .bytes()
            .take_while(|b| matches!(b, b' ' | b'\t' | b'>' | b'-' | b'*' | b'+'))
            .filter(|b| !matches!(b, b' ' | b'\t'))
            .count();
        let rule = line.trim_end().bytes().all(|b| matches!(b, b'-' | b'*' | b' ' | b'\t'));
        let indent = line.len() - line.trim_start_matches([' ', '\t', '>']).len();
        if (prefix > DEEPEST && !rule) || indent > 8 * DEEPEST {
            return Some(start);
        }
        // Inline nesting: brackets and emphasis marks in one run.
        let brackets = line.as_bytes().windows(DEEPEST).any(|w| w.iter().all(|b| *b == b'['));
        if brackets {
            return Some(start);
        }
        start += line.len();
    }
    None
}

#[derive(Default)]
struct Footnotes {
    /// Label → number, in order of first mention.
    numbers: HashMap<String, usize>,
    /// How often each number is mentioned.
    mentions: Vec<usize>,
    /// Number → its HTML.
    notes: Vec<(usize, String)>,
}

impl Footnotes {
    fn number(&mut self, label: &str) -> usize {
        if let Some(number) = self.numbers.get(label) {
            return *number;
        }
        self.mentions.push(0);
        self.numbers.insert(label.to_owned(), self.mentions.len());
        self.mentions.len()
    }
}

/// A collection that is written apart before it is put in place.
enum Open {
    Heading { level: HeadingLevel, id: Option<String>, classes: Vec<String>, text: String },
    Footnote(usize),
    Image { link: usize, alt: String },
    Alert,
}

struct Walk<'a, 'r> {
    file: &'a Arc<TextFile>,
    body: &'a str,
    offset: usize,
    trusted_html: bool,
    tags: &'a [shortcodes::Tag],
    report: &'r mut Report,
    out: Vec<Vec<Event<'a>>>,
    result: Body,
    ids: HashSet<String>,
    footnotes: Footnotes,
    prose: ProseWriter,
    open: Vec<Open>,
    /// Shortcodes with a body that are not closed yet, as calls of the result.
    bodies: Vec<usize>,
}

/// The address that the broken-link callback gives to what looks like a citation.
const CITE_TARGET: &str = "\u{1}cite";

impl<'a> Walk<'a, '_> {
    fn run(mut self, masked: &str) -> Body {
        let mut broken = |link: BrokenLink<'_>| {
            let looks_cited = link.reference.char_indices().any(|(i, c)| {
                c == '@'
                    && link.reference[..i].chars().next_back().is_none_or(|b| !b.is_alphanumeric())
                    && link.reference[i + 1..].starts_with(|n: char| n.is_alphanumeric() || n == '_' || n == '{')
            });
            (looks_cited && matches!(link.link_type, LinkType::Shortcut)).then_some((CowStr::Borrowed(CITE_TARGET), CowStr::Borrowed("")))
        };
        let parser = Parser::new_with_broken_link_callback(masked, options(), Some(&mut broken));
        let mut skip_until_link_end = false;
        let mut code_block = false;
        let mut link_depth = 0usize;
        let mut events = parser.into_offset_iter().peekable();
        while let Some((event, mut range)) = events.next() {
            if skip_until_link_end {
                skip_until_link_end = !matches!(event, Event::End(TagEnd::Link));
                continue;
            }
            match event {
                Event::Start(Tag::Link { ref dest_url, .. }) if dest_url.as_ref() == CITE_TARGET => {
                    skip_until_link_end = true;
                    self.bracketed(range);
                }
                Event::Start(Tag::Link { dest_url, title, .. }) => {
                    link_depth += 1;
                    let index = self.link(&dest_url, range, None, &title);
                    let title = if title.is_empty() { String::new() } else { format!(" title=\"{}\"", escape(&title)) };
                    self.push_html(format!("<a href=\"{HOLE}L{index}{HOLE}\"{title}>"));
                }
                Event::End(TagEnd::Link) => {
                    link_depth = link_depth.saturating_sub(1);
                    self.push_html("</a>".to_owned());
                }
                Event::Start(Tag::Image { dest_url, title, .. }) => {
                    let index = self.link(&dest_url, range, Some(String::new()), &title);
                    self.open.push(Open::Image { link: index, alt: String::new() });
                }
                Event::End(TagEnd::Image) => {
                    if let Some(Open::Image { link, alt }) = self.open.pop() {
                        self.result.links[link].alt = Some(alt);
                        self.push_html(format!("{HOLE}I{link}{HOLE}"));
                    }
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    code_block = true;
                    self.push(Event::Start(Tag::CodeBlock(owned_code_kind(kind))));
                }
                Event::End(TagEnd::CodeBlock) => {
                    code_block = false;
                    self.push(Event::End(TagEnd::CodeBlock));
                }
                Event::Text(_) if code_block => {
                    let text = self.body.get(range.clone()).unwrap_or("").replace(HOLE, "\u{fffd}");
                    self.push(Event::Text(text.into()));
                }
                Event::Text(text) => {
                    // The parser cuts text at brackets and the like; a citation may lie across such a cut.
                    let mut text = text.into_string();
                    while let Some((Event::Text(next), at)) = events.peek() {
                        let untouched = text.len() == range.len() && next.len() == at.len() && at.start == range.end;
                        if !untouched {
                            break;
                        }
                        text.push_str(next);
                        range.end = at.end;
                        events.next();
                    }
                    self.text(&text, range, link_depth > 0);
                }
                Event::Code(code) => {
                    let code = self.unmask(&code, range.clone()).replace(HOLE, "\u{fffd}");
                    self.prose.code(&code, self.offset + range.start);
                    match self.open.last_mut() {
                        Some(Open::Image { alt, .. }) => alt.push_str(&code),
                        top => {
                            if let Some(Open::Heading { text, .. }) = top {
                                text.push_str(&code);
                            }
                            self.push(Event::Code(code.into()));
                        }
                    }
                }
                Event::Html(html) | Event::InlineHtml(html) => self.html(&html, range),
                Event::FootnoteReference(label) => self.footnote_mention(&label),
                Event::Start(Tag::FootnoteDefinition(label)) => {
                    let number = self.footnotes.number(&label);
                    self.open.push(Open::Footnote(number));
                    self.out.push(Vec::new());
                }
                Event::End(TagEnd::FootnoteDefinition) => {
                    if let Some(Open::Footnote(number)) = self.open.pop() {
                        let html = self.pop_html();
                        self.footnotes.notes.push((number, html));
                    }
                }
                Event::Start(Tag::Heading { level, id, classes, .. }) => {
                    self.prose.start(BlockKind::Heading);
                    let classes = classes.iter().map(ToString::to_string).collect();
                    self.open.push(Open::Heading { level, id: id.map(|i| i.to_string()), classes, text: String::new() });
                    self.out.push(Vec::new());
                }
                Event::End(TagEnd::Heading(_)) => self.end_heading(),
                Event::Start(Tag::BlockQuote(Some(kind))) => {
                    let (class, word) = alert(kind);
                    self.open.push(Open::Alert);
                    self.push_block(format!(
                        "<div class=\"alert alert-{class}\" role=\"note\"><p class=\"alert-title\">{}</p>\n",
                        hole(word)
                    ));
                }
                Event::End(TagEnd::BlockQuote(Some(_))) => {
                    self.open.pop();
                    self.push_block("</div>\n".to_owned());
                }
                Event::Start(Tag::Table(columns)) => {
                    self.push_block(format!(
                        "<div class=\"table-scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n",
                        hole(Word::Table)
                    ));
                    self.push(Event::Start(Tag::Table(columns)));
                }
                Event::End(TagEnd::Table) => {
                    self.push(Event::End(TagEnd::Table));
                    self.push_block("</div>\n".to_owned());
                }
                Event::TaskListMarker(done) => {
                    let (mark, word) = if done { ('\u{2611}', Word::Done) } else { ('\u{2610}', Word::ToDo) };
                    self.push_html(format!(
                        "<span class=\"task\"><span aria-hidden=\"true\">{mark}</span><span class=\"vh\">{}</span></span> ",
                        hole(word)
                    ));
                }
                Event::SoftBreak | Event::HardBreak => {
                    self.prose.space();
                    match self.open.last_mut() {
                        Some(Open::Image { alt, .. }) => alt.push(' '),
                        Some(Open::Heading { text, .. }) => {
                            text.push(' ');
                            self.push(Event::SoftBreak);
                        }
                        _ => self.push(if matches!(event, Event::SoftBreak) { Event::SoftBreak } else { Event::HardBreak }),
                    }
                }
                other => self.structure(other),
            }
        }
        self.finish()
    }

    /// Blocks that pass through, and tell the running text where it begins and ends.
    fn structure(&mut self, event: Event<'_>) {
        match &event {
            Event::Start(tag) => match tag {
                Tag::Paragraph | Tag::DefinitionListDefinition => self.prose.start(BlockKind::Paragraph),
                Tag::Item => self.prose.start(BlockKind::Item),
                Tag::TableRow | Tag::TableHead => self.prose.start(BlockKind::Row),
                Tag::DefinitionListTitle => self.prose.start(BlockKind::Heading),
                _ => {}
            },
            Event::End(TagEnd::TableCell) => self.prose.cell_end(),
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Item
                | TagEnd::TableRow
                | TagEnd::TableHead
                | TagEnd::DefinitionListTitle
                | TagEnd::DefinitionListDefinition,
            ) => self.prose.end(),
            Event::Rule => self.prose.end(),
            _ => {}
        }
        if !matches!(self.open.last(), Some(Open::Image { .. })) {
            self.push(event.into_static());
        }
    }

    fn push(&mut self, event: Event<'_>) {
        self.out.last_mut().expect("the outermost buffer is never popped").push(event.into_static());
    }

    fn push_html(&mut self, html: String) {
        self.push(Event::InlineHtml(html.into()));
    }

    fn push_block(&mut self, html: String) {
        self.push(Event::Html(html.into()));
    }

    fn pop_html(&mut self) -> String {
        let events = self.out.pop().unwrap_or_default();
        let mut text = String::new();
        html::push_html(&mut text, events.into_iter());
        text
    }

    fn link(&mut self, target: &str, range: Range<usize>, alt: Option<String>, title: &str) -> usize {
        let range = self.offset + range.start..self.offset + range.end;
        self.result.links.push(Link { target: target.to_owned(), range, alt, title: title.to_owned() });
        self.result.links.len() - 1
    }

    /// `[see @a; @b]`: the range is the whole of it, brackets included.
    fn bracketed(&mut self, range: Range<usize>) {
        let source = &self.body[range.clone()];
        let inner = source.strip_prefix('[').and_then(|s| s.strip_suffix(']')).unwrap_or(source);
        let start = range.start + source.find(inner).unwrap_or(0);
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
            self.plain(&text, range.start);
        } else {
            self.cite(items, false, range);
        }
    }

    fn cite(&mut self, items: Vec<CiteItem>, narrative: bool, range: Range<usize>) {
        let index = self.result.cites.len();
        self.prose.cite(index, self.offset + range.start);
        self.result.cites.push(CiteGroup { items, narrative, range: self.offset + range.start..self.offset + range.end });
        self.push_html(format!("{HOLE}C{index}{HOLE}"));
    }

    /// Text without citations in it.
    fn plain(&mut self, text: &str, at: usize) {
        let text = text.replace(HOLE, "\u{fffd}");
        self.prose.text(&text, self.offset + at);
        match self.open.last_mut() {
            Some(Open::Image { alt, .. }) => return alt.push_str(&text),
            Some(Open::Heading { text: heading, .. }) => heading.push_str(&text),
            _ => {}
        }
        self.push(Event::Text(text.into()));
    }

    /// Running text: shortcodes masked as text, and narrative citations, are taken out of it.
    fn text(&mut self, text: &str, range: Range<usize>, in_link: bool) {
        // What typography or entities changed has no inner positions; citations and shortcodes never stand in it.
        if text.len() != range.len() {
            return self.plain(text, range.start);
        }
        let mut from = 0;
        let mut at = 0;
        let bytes = text.as_bytes();
        while at < bytes.len() {
            match bytes[at] {
                1 => {
                    let here = range.start + at;
                    if let Some(tag) = self.tags.iter().position(|t| t.range.start == here) {
                        self.plain(&text[from..at], range.start + from);
                        let end = self.tags[tag].range.end - range.start;
                        self.tag(tag, false);
                        at = end.min(text.len());
                        from = at;
                        continue;
                    }
                }
                b'@' if !in_link && !matches!(self.open.last(), Some(Open::Image { .. })) => {
                    if let Some(item_end) = self.narrative(text, &range, from, at) {
                        at = item_end;
                        from = item_end;
                        continue;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        self.plain(&text[from..], range.start + from);
    }

    /// `@id` in running text, with `[p. 9]` behind it if that stands in the same run of text.
    fn narrative(&mut self, text: &str, range: &Range<usize>, from: usize, at: usize) -> Option<usize> {
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
        self.plain(&text[from..at], range.start + from);
        let mut item = CiteItem {
            id: rest[..length].to_owned(),
            range: start..start + length,
            prefix: String::new(),
            suppress_author: false,
            locator: None,
            suffix: String::new(),
        };
        let mut end = at + 1 + length;
        if let Some(bracket) = text[end..].strip_prefix(" [").and_then(|b| b.split_once(']')) {
            if let Some((locator, suffix)) = Locator::parse(bracket.0) {
                item.locator = Some(locator);
                item.suffix = suffix.trim().to_owned();
                end += bracket.0.len() + 3;
            }
        }
        self.cite(vec![item], true, source_at..range.start + end);
        Some(end)
    }

    fn html(&mut self, html: &str, range: Range<usize>) {
        if let Some(tag) = self.tags.iter().position(|t| t.range.start >= range.start && t.range.end <= range.end) {
            if html.trim().len() == self.tags[tag].range.len() {
                let block = html.ends_with('\n') || self.tags[tag].range.start == range.start;
                self.tag(tag, block);
                return;
            }
        }
        let html = self.unmask(html, range).replace(HOLE, "\u{fffd}");
        self.result.raw_html = true;
        self.push_block(html);
    }

    fn tag(&mut self, tag: usize, block: bool) {
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
                let kind = if matches!(self.tags[tag].kind, TagKind::Open(_)) { 'O' } else { 'S' };
                if kind == 'O' {
                    self.bodies.push(index);
                }
                self.result.calls.push(PlacedCall { call: call.clone(), range: place });
                format!("{HOLE}{kind}{index}{HOLE}")
            }
        };
        if block { self.push_block(hole + "\n") } else { self.push_html(hole) }
    }

    /// Put the source back where code or HTML holds a masked shortcode.
    fn unmask(&self, text: &str, range: Range<usize>) -> String {
        let mut text = text.to_owned();
        for tag in self.tags.iter().filter(|t| t.range.start >= range.start && t.range.end <= range.end) {
            let length = tag.range.len();
            let masks = [format!("<!--{}-->", "x".repeat(length - 7)), format!("{HOLE}{}{HOLE}", "x".repeat(length - 2))];
            for mask in masks {
                text = text.replacen(&mask, &self.body[tag.range.clone()], 1);
            }
        }
        text
    }

    fn footnote_mention(&mut self, label: &str) {
        let number = self.footnotes.number(label);
        self.footnotes.mentions[number - 1] += 1;
        let mention = self.footnotes.mentions[number - 1];
        self.prose.footnote();
        self.push_html(format!(
            "<sup class=\"fn\"><a id=\"fnref-{number}-{mention}\" href=\"#fn-{number}\" role=\"doc-noteref\"><span class=\"vh\">{} </span>{number}</a></sup>",
            hole(Word::Note)
        ));
    }

    fn end_heading(&mut self) {
        self.prose.end();
        let inner = self.pop_html();
        let Some(Open::Heading { level, id, classes, text }) = self.open.pop() else { return };
        let text = text.trim().to_owned();
        let wanted = id.filter(|i| is_safe_id(i)).unwrap_or_else(|| slug(&text));
        let wanted = if wanted.is_empty() { "section".to_owned() } else { wanted };
        let mut id = wanted.clone();
        let mut n = 1;
        while !self.ids.insert(id.clone()) {
            n += 1;
            id = format!("{wanted}-{n}");
        }
        let class = if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", escape(&classes.join(" "))) };
        let level = level as u8;
        self.push_block(format!(
            "<h{level} id=\"{id}\"{class}>{} <a class=\"anchor\" href=\"#{id}\"><span class=\"vh\">{}: {}</span></a></h{level}>\n",
            inner.trim(),
            hole(Word::LinkToSection),
            escape(&text),
            id = escape(&id)
        ));
        self.result.headings.push(Heading { level, id, text });
    }

    fn finish(mut self) -> Body {
        self.prose.end();
        for call in &self.bodies {
            let placed = &self.result.calls[*call];
            self.report.push(
                Diagnostic::at(
                    Code::ShortcodeInvalid,
                    Span::new(self.file, placed.range.clone()),
                    format!("the shortcode `{}` is not closed", placed.call.name),
                )
                .help("add `{% end %}` on a line of its own, or write it as `{{ … }}`"),
            );
        }
        if !self.footnotes.notes.is_empty() {
            self.footnotes.notes.sort_by_key(|(number, _)| *number);
            let mut section = format!("<section class=\"footnotes\" role=\"doc-endnotes\" aria-label=\"{}\">\n<ol>\n", hole(Word::Notes));
            for (number, html) in &self.footnotes.notes {
                let links: String = (1..=self.footnotes.mentions[number - 1])
                    .map(|k| {
                        format!(
                            " <a href=\"#fnref-{number}-{k}\" role=\"doc-backlink\">\u{21a9}\u{fe0e}<span class=\"vh\"> {}</span></a>",
                            hole(Word::BackToNote)
                        )
                    })
                    .collect();
                let html = html.trim_end();
                let html = match html.strip_suffix("</p>") {
                    Some(open) => format!("{open}{links}</p>"),
                    None => format!("{html}{links}"),
                };
                section.push_str(&format!("<li id=\"fn-{number}\">{html}</li>\n"));
            }
            section.push_str("</ol>\n</section>\n");
            self.push_block(section);
        }
        // A style attribute would be refused by the Content-Security-Policy that the pages run under.
        let html = self.pop_html().replace(" style=\"text-align: ", " class=\"align-");
        let html = if self.result.raw_html && !self.trusted_html { super::sanitise::clean(&html) } else { html };
        self.result.pieces = split_holes(&html);
        self.result.prose = self.prose.blocks;
        self.result.words = self.result.prose.iter().map(Block::words).sum();
        self.result
    }
}

fn owned_code_kind(kind: pulldown_cmark::CodeBlockKind<'_>) -> pulldown_cmark::CodeBlockKind<'static> {
    match kind {
        pulldown_cmark::CodeBlockKind::Indented => pulldown_cmark::CodeBlockKind::Indented,
        pulldown_cmark::CodeBlockKind::Fenced(info) => pulldown_cmark::CodeBlockKind::Fenced(info.into_string().into()),
    }
}

fn alert(kind: BlockQuoteKind) -> (&'static str, Word) {
    match kind {
        BlockQuoteKind::Note => ("note", Word::AlertNote),
        BlockQuoteKind::Tip => ("tip", Word::AlertTip),
        BlockQuoteKind::Important => ("important", Word::AlertImportant),
        BlockQuoteKind::Warning => ("warning", Word::AlertWarning),
        BlockQuoteKind::Caution => ("caution", Word::AlertCaution),
    }
}

fn hole(word: Word) -> String {
    let index = Word::ALL.iter().position(|w| *w == word).expect("every word is in the list");
    format!("{HOLE}W{index}{HOLE}")
}

/// Cut finished HTML at its holes.
pub fn split_holes(html: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    for (i, part) in html.split(HOLE).enumerate() {
        let hole = (i % 2 == 1).then(|| read_hole(part)).flatten();
        match hole {
            Some(piece) => {
                if !literal.is_empty() {
                    pieces.push(Piece::Html(std::mem::take(&mut literal).into()));
                }
                pieces.push(piece);
            }
            None => literal.push_str(part),
        }
    }
    if !literal.is_empty() {
        pieces.push(Piece::Html(literal.into()));
    }
    pieces
}

fn read_hole(part: &str) -> Option<Piece> {
    let index: usize = part.get(1..)?.parse().ok()?;
    Some(match part.as_bytes()[0] {
        b'C' => Piece::Cite(index),
        b'L' => Piece::Href(index),
        b'I' => Piece::Image(index),
        b'S' => Piece::Call(index),
        b'O' => Piece::Open(index),
        b'E' => Piece::Close,
        b'W' => Piece::Word(*Word::ALL.get(index)?),
        _ => return None,
    })
}

/// Text made safe for HTML text and for attributes in double quotes.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    pulldown_cmark_escape_into(&mut safe, text);
    safe
}

fn pulldown_cmark_escape_into(safe: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            HOLE => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
}

fn is_safe_id(id: &str) -> bool {
    !id.is_empty() && !id.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '<' | '>' | '&'))
}

/// Words of a heading as an id: letters and digits in lower case, anything else a single hyphen.
pub fn slug(text: &str) -> String {
    let mut id = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() {
            id.extend(c.to_lowercase());
        } else if !matches!(c, '\'' | '\u{2019}' | '\u{2018}') && !id.ends_with('-') && !id.is_empty() {
            id.push('-');
        }
    }
    id.truncate(id.trim_end_matches('-').len());
    id
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
