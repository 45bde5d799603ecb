//! The walk over Markdown's events: blocks, headings, footnotes, HTML and shortcodes.
//!
//! In: the masked body. Out: [`Body`]. Running text, with its citations, is in `text`.
//! Must never lose a place: every range counts in the whole file.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{BlockQuoteKind, BrokenLink, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Parser, Tag, TagEnd, html};

use super::captions;
use super::footnotes::Footnotes;
use super::holes::{HOLE, hole, mark, split_holes};
use super::{Body, Heading, Link, MOST_CITATIONS, MOST_HEADINGS, MOST_LINKS, MOST_NOTES, Word, escape, options, slug, too_many};
use crate::diag::{Code, Diagnostic, Report};
use crate::load::prose::{Block, BlockKind, ProseWriter};
use crate::load::shortcodes;
use crate::text::{Span, TextFile};

/// Walk over a masked body.
pub(super) fn walk(
    file: &Arc<TextFile>,
    offset: usize,
    trusted_html: bool,
    tags: &[shortcodes::Tag],
    masked: &str,
    report: &mut Report,
) -> Body {
    Walk {
        file,
        body: &file.text[offset..],
        offset,
        trusted_html,
        tags,
        report,
        out: vec![Vec::new()],
        result: Body::default(),
        ids: HashSet::new(),
        numbers: HashMap::new(),
        html_depth: 0,
        excess: None,
        footnotes: Footnotes::default(),
        prose: ProseWriter::default(),
        open: Vec::new(),
        tables: 0,
        bodies: Vec::new(),
    }
    .run(masked)
}

/// A collection that is written apart before it is put in place.
pub(super) enum Open {
    Heading { level: HeadingLevel, id: Option<String>, classes: Vec<String>, text: String, range: Range<usize> },
    Footnote(usize),
    Image { link: usize, alt: String },
    Alert,
}

/// The walk over a text of lifetime `'m`, the masked one: events that nothing changes borrow from it.
pub(super) struct Walk<'a, 'm, 'r> {
    pub(super) file: &'a Arc<TextFile>,
    pub(super) body: &'a str,
    pub(super) offset: usize,
    pub(super) trusted_html: bool,
    pub(super) tags: &'a [shortcodes::Tag],
    pub(super) report: &'r mut Report,
    pub(super) out: Vec<Vec<Event<'m>>>,
    pub(super) result: Body,
    pub(super) ids: HashSet<String>,
    /// The last number given to headings of one name.
    pub(super) numbers: HashMap<String, usize>,
    /// How many HTML elements are open, as far as their tags tell.
    pub(super) html_depth: usize,
    /// What the page has too much of.
    pub(super) excess: Option<Diagnostic>,
    pub(super) footnotes: Footnotes,
    pub(super) prose: ProseWriter,
    pub(super) open: Vec<Open>,
    /// How many tables there were.
    pub(super) tables: usize,
    /// Shortcodes with a body that are not closed yet, as calls of the result.
    pub(super) bodies: Vec<usize>,
}

/// The address that the broken-link callback gives to what looks like a citation.
const CITE_TARGET: &str = "\u{1}cite";

impl<'m> Walk<'_, 'm, '_> {
    fn run(mut self, masked: &'m str) -> Body {
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
        // Lines of HTML that are no shortcode, until their block ends.
        let mut html_block = Vec::new();
        let mut link_depth = 0usize;
        let mut events = parser.into_offset_iter().peekable();
        while let Some((event, mut range)) = events.next() {
            self.count(&range);
            if let Some(excess) = self.excess.take() {
                self.report.push(excess);
                return Body::default();
            }
            if skip_until_link_end {
                skip_until_link_end = !matches!(event, Event::End(TagEnd::Link));
                continue;
            }
            match event {
                Event::Start(Tag::Link { ref dest_url, .. }) if dest_url.as_ref() == CITE_TARGET => {
                    skip_until_link_end = true;
                    self.bracketed(range);
                }
                Event::Start(Tag::Link { link_type, dest_url, title, .. }) => {
                    link_depth += 1;
                    // `<desk@example.org>` comes without its scheme.
                    let dest_url = if link_type == LinkType::Email { format!("mailto:{dest_url}").into() } else { dest_url };
                    let index = self.link(&dest_url, range, None, &title);
                    self.push_html("<a href=\"");
                    self.push_html(mark(b'L', index));
                    if title.is_empty() {
                        self.push_html("\">");
                    } else {
                        self.push_html(format!("\" title=\"{}\">", escape(&title)));
                    }
                }
                Event::End(TagEnd::Link) => {
                    link_depth = link_depth.saturating_sub(1);
                    self.push_html("</a>");
                }
                Event::Start(Tag::Image { dest_url, title, .. }) => {
                    let index = self.link(&dest_url, range, Some(String::new()), &title);
                    self.open.push(Open::Image { link: index, alt: String::new() });
                }
                Event::End(TagEnd::Image) => {
                    if let Some(Open::Image { link, alt }) = self.open.pop() {
                        let decorative = matches!(alt.trim(), "\"\"" | "“”" | "””" | "““");
                        self.result.links[link].alt = Some(if decorative { String::new() } else { alt });
                        self.result.links[link].decorative = decorative;
                        self.push_html(mark(b'I', link));
                    }
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    code_block = true;
                    self.push(Event::Start(Tag::CodeBlock(code_kind(kind))));
                }
                Event::End(TagEnd::CodeBlock) => {
                    code_block = false;
                    self.push(Event::End(TagEnd::CodeBlock));
                }
                Event::Text(_) if code_block => {
                    let text = self.body.get(range.clone()).unwrap_or("").replace(HOLE, "\u{fffd}");
                    self.push(Event::Text(text.into()));
                }
                Event::Text(mut text) => {
                    // The parser cuts text at brackets and the like; a citation may lie across such a cut.
                    while let Some((Event::Text(next), at)) = events.peek() {
                        let untouched = text.len() == range.len() && next.len() == at.len() && at.start == range.end;
                        if !untouched {
                            break;
                        }
                        // What stands in the source as it is need not be copied.
                        let as_written = masked.get(range.start..at.end).filter(|s| s.starts_with(&*text) && s.ends_with(&**next));
                        text = as_written.map_or_else(|| format!("{text}{next}").into(), CowStr::Borrowed);
                        range.end = at.end;
                        events.next();
                    }
                    self.text(text, range, link_depth > 0);
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
                Event::Html(html) if !self.is_shortcode(&html, &range) => html_block.push((html, range)),
                Event::Html(html) => {
                    self.html_block(&std::mem::take(&mut html_block));
                    self.html(&html, range);
                }
                Event::End(TagEnd::HtmlBlock) => {
                    self.html_block(&std::mem::take(&mut html_block));
                    self.structure(event);
                }
                Event::InlineHtml(html) => self.html(&html, range),
                Event::Start(Tag::BlockQuote(None)) => {
                    self.prose.quotes += 1;
                    self.structure(event);
                }
                Event::End(TagEnd::BlockQuote(None)) => {
                    self.prose.quotes = self.prose.quotes.saturating_sub(1);
                    self.structure(event);
                }
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
                    let length = self.body.get(range.clone()).unwrap_or("").trim_end().len();
                    let range = self.offset + range.start..self.offset + range.start + length;
                    self.open.push(Open::Heading { level, id: id.map(|i| i.to_string()), classes, text: String::new(), range });
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
                    self.push_block("</div>\n");
                }
                Event::Start(Tag::Table(columns)) => {
                    // Regions of one page must have names of their own.
                    self.tables += 1;
                    self.push_block(format!(
                        "<div class=\"table-scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{} {}\">\n",
                        hole(Word::Table),
                        self.tables
                    ));
                    self.push(Event::Start(Tag::Table(columns)));
                }
                Event::End(TagEnd::Table) => {
                    self.push(Event::End(TagEnd::Table));
                    self.push_block("</div>\n");
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
        if let Some(excess) = self.excess.take() {
            self.report.push(excess);
            return Body::default();
        }
        self.finish()
    }

    /// Whether there is more of something than a page may have.
    fn count(&mut self, range: &Range<usize>) {
        let counts = [
            (self.result.cites.len(), MOST_CITATIONS, "citations"),
            (self.result.links.len(), MOST_LINKS, "links"),
            (self.result.headings.len(), MOST_HEADINGS, "headings"),
            (self.footnotes.mentioned, MOST_NOTES, "mentions of notes"),
        ];
        if let Some((_, most, what)) = counts.into_iter().find(|(count, most, _)| count > most) {
            let at = self.offset + range.start;
            self.excess.get_or_insert_with(|| too_many(Span::new(self.file, at..at), most, what));
        }
    }

    /// Blocks that pass through, and tell the running text where it begins and ends.
    pub(super) fn structure(&mut self, event: Event<'m>) {
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
            let ends = matches!(event, Event::End(TagEnd::Paragraph));
            self.push(event);
            if ends && let Some(out) = self.out.last_mut() {
                captions::make_figure(out);
            }
        }
    }

    pub(super) fn push(&mut self, event: Event<'m>) {
        self.out.last_mut().expect("the outermost buffer is never popped").push(event);
    }

    pub(super) fn push_html(&mut self, html: impl Into<CowStr<'m>>) {
        self.push(Event::InlineHtml(html.into()));
    }

    pub(super) fn push_block(&mut self, html: impl Into<CowStr<'m>>) {
        self.push(Event::Html(html.into()));
    }

    pub(super) fn pop_html(&mut self) -> String {
        let events = self.out.pop().unwrap_or_default();
        // Most events are short texts and tags.
        let mut text = String::with_capacity(32 * events.len());
        html::push_html(&mut text, events.into_iter());
        text
    }

    pub(super) fn link(&mut self, target: &str, range: Range<usize>, alt: Option<String>, title: &str) -> usize {
        let range = self.offset + range.start..self.offset + range.end;
        self.result.links.push(Link { target: target.to_owned(), range, alt, decorative: false, title: title.to_owned() });
        self.result.links.len() - 1
    }

    pub(super) fn end_heading(&mut self) {
        self.prose.end();
        let inner = self.pop_html();
        let Some(Open::Heading { level, id, classes, text, range }) = self.open.pop() else { return };
        let text = text.trim().to_owned();
        let wanted = id.filter(|i| is_safe_id(i)).unwrap_or_else(|| slug(&text));
        let wanted = if wanted.is_empty() { "section".to_owned() } else { wanted };
        let mut id = wanted.clone();
        while !self.ids.insert(id.clone()) {
            let n = self.numbers.entry(wanted.clone()).or_insert(1);
            *n += 1;
            id = format!("{wanted}-{n}");
        }
        let class = if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", escape(&classes.join(" "))) };
        let level = level as u8;
        self.push_block(format!(
            "<h{level} id=\"{id}\"{class}>{} <a class=\"anchor\" href=\"#{id}\"><span class=\"vh\">{}</span></a></h{level}>\n",
            inner.trim(),
            hole(Word::LinkToSection),
            id = escape(&id)
        ));
        self.result.headings.push(Heading { level, id, text, range });
    }

    pub(super) fn finish(mut self) -> Body {
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
        self.footnotes_section();
        // A style attribute would be refused by the Content-Security-Policy that the pages run under.
        let mut html = self.pop_html();
        if html.contains(" style=\"text-align: ") {
            html = html.replace(" style=\"text-align: ", " class=\"align-");
        }
        let html = if self.result.raw_html && !self.trusted_html { crate::load::sanitise::clean(&html) } else { html };
        self.result.pieces = split_holes(&html);
        self.result.prose = self.prose.blocks;
        self.result.words = self.result.prose.iter().map(Block::words).sum();
        self.result
    }
}

/// A code block's kind; its words come into an attribute, so they must not hold the mark of a hole.
fn code_kind(kind: CodeBlockKind<'_>) -> CodeBlockKind<'_> {
    match kind {
        CodeBlockKind::Fenced(info) if info.contains(HOLE) => CodeBlockKind::Fenced(info.replace(HOLE, "\u{fffd}").into()),
        kind => kind,
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

fn is_safe_id(id: &str) -> bool {
    !id.is_empty() && !id.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '<' | '>' | '&'))
}
