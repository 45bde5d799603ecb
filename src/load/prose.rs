//! The running text of a page, for the checks that read sentences.
//!
//! In: text events of the Markdown walk, with their places. Out: [`Block`]s: plain text in which citations,
//! shortcodes, code and footnote marks are single placeholder characters.
//! Must never interpret the text: what a figure or a sentence is, `figures` knows.

use std::ops::Range;

/// Stands for a citation group.
pub const CITE_MARK: char = '\u{e000}';
/// Stands for a shortcode in running text.
pub const CALL_MARK: char = '\u{e001}';
/// Stands for a code span.
pub const CODE_MARK: char = '\u{e002}';
/// Stands for a footnote's mark.
pub const NOTE_MARK: char = '\u{e003}';

/// What sort of block a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// A paragraph or a definition.
    Paragraph,
    /// An item of a tight list.
    Item,
    /// A row of a table: its cells, with bars between them. A citation in one cell covers the row.
    Row,
    /// A heading or a defined term.
    Heading,
}

/// One block of running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Plain text with placeholders.
    pub text: String,
    /// What it is.
    pub kind: BlockKind,
    /// Whether it stands in a quotation that is set apart (`>`).
    pub in_quotation: bool,
    /// The innermost shortcode that encloses it, by its index.
    pub enclosed_by: Option<usize>,
    /// For each [`CITE_MARK`] in order: the index of its group.
    pub cites: Vec<usize>,
    /// For each [`CALL_MARK`] in order: the index of its shortcode.
    pub calls: Vec<usize>,
    /// Offsets of the text and of the file that belong together, ascending.
    places: Vec<(usize, usize)>,
}

impl Block {
    /// The bytes of the file that a range of the text came from.
    pub fn source(&self, range: Range<usize>) -> Range<usize> {
        let start = self.place(range.start);
        let end = self.place(range.end.saturating_sub(1).max(range.start)) + 1;
        start..end.max(start)
    }

    fn place(&self, at: usize) -> usize {
        let i = self.places.partition_point(|(text, _)| *text <= at);
        match i.checked_sub(1).and_then(|i| self.places.get(i)) {
            // Text may be longer than its source (a character reference); it ends where the next piece begins.
            Some((text, file)) => self.places.get(i).map_or(usize::MAX, |(_, next)| (*next).max(*file)).min(file + (at - text)),
            None => self.places.first().map_or(0, |(_, file)| *file),
        }
    }

    /// How many words it has.
    pub fn words(&self) -> usize {
        // A word counts with its first letter or digit. Without branches: nothing can foretell where a word ends.
        let bytes = self.text.as_bytes();
        let (mut words, mut counted, mut at) = (0, 0, 0);
        while let Some(byte) = bytes.get(at) {
            let class = match ASCII.get(usize::from(*byte)) {
                Some(class) => *class,
                None => {
                    let c = self.text[at..].chars().next().unwrap_or_default();
                    at += c.len_utf8() - 1;
                    (u8::from(c.is_alphanumeric()) * LETTER) | (u8::from(c.is_whitespace()) * SPACE)
                }
            };
            at += 1;
            let (is_letter, is_space) = (class & LETTER, class / SPACE);
            words += usize::from(is_letter & !counted);
            counted = (counted | is_letter) & !is_space;
        }
        words
    }
}

/// What a character does in the counting of words: a letter or digit begins one, white space ends it.
const LETTER: u8 = 1;
const SPACE: u8 = 2;

/// The same of each character of ASCII.
const ASCII: [u8; 128] = {
    let mut classes = [0; 128];
    let mut at = 0;
    while at < 128 {
        let byte = at as u8;
        if byte.is_ascii_alphanumeric() {
            classes[at] = LETTER;
        } else if byte == b' ' || (byte >= b'\t' && byte <= b'\r') {
            classes[at] = SPACE;
        }
        at += 1;
    }
    classes
};

/// Gathers blocks while the walk goes on.
#[derive(Debug)]
pub struct ProseWriter {
    /// Finished blocks.
    pub blocks: Vec<Block>,
    /// The block in the making; its buffers serve all blocks of a page, and a finished one is copied to its size.
    current: Block,
    /// Whether a block is being made.
    is_open: bool,
    /// How many quotations are open.
    pub quotes: usize,
    /// The innermost shortcode that is open, by its index.
    pub enclosed_by: Option<usize>,
}

impl Default for ProseWriter {
    fn default() -> Self {
        let current = Block {
            text: String::new(),
            kind: BlockKind::Item,
            in_quotation: false,
            enclosed_by: None,
            cites: Vec::new(),
            calls: Vec::new(),
            places: Vec::new(),
        };
        Self { blocks: Vec::new(), current, is_open: false, quotes: 0, enclosed_by: None }
    }
}

impl ProseWriter {
    /// A block begins; one that is open (a list item before a nested list) ends.
    pub fn start(&mut self, kind: BlockKind) {
        // A paragraph inside an item is that item's text until another begins.
        let in_item = self.is_open && self.current.text.is_empty() && self.current.kind == BlockKind::Item;
        self.end();
        self.current.kind = if in_item { BlockKind::Item } else { kind };
        self.stand();
    }

    /// The open block ends.
    pub fn end(&mut self) {
        if self.is_open && !self.current.text.trim().is_empty() {
            self.blocks.push(self.current.clone());
        }
        let Block { text, cites, calls, places, .. } = &mut self.current;
        text.clear();
        cites.clear();
        calls.clear();
        places.clear();
        self.is_open = false;
    }

    fn open(&mut self) -> &mut Block {
        if !self.is_open {
            self.current.kind = BlockKind::Item;
            self.stand();
        }
        &mut self.current
    }

    /// The block that begins stands where the walk is.
    fn stand(&mut self) {
        self.current.in_quotation = self.quotes > 0;
        self.current.enclosed_by = self.enclosed_by;
        self.is_open = true;
    }

    /// Text that stands at `place` in the file.
    pub fn text(&mut self, text: &str, place: usize) {
        let block = self.open();
        block.places.push((block.text.len(), place));
        // The first byte of all placeholders.
        match memchr::memchr(0xee, text.as_bytes()) {
            None => block.text.push_str(text),
            Some(_) => block.text.extend(text.chars().map(|c| if matches!(c, '\u{e000}'..='\u{e003}') { '\u{fffd}' } else { c })),
        }
    }

    /// The end of a table's cell.
    pub fn cell_end(&mut self) {
        if self.is_open {
            self.current.text.push_str(" | ");
        }
    }

    /// A line break.
    pub fn space(&mut self) {
        if self.is_open {
            self.current.text.push(' ');
        }
    }

    /// A citation group.
    pub fn cite(&mut self, index: usize, place: usize) {
        let block = self.open();
        block.places.push((block.text.len(), place));
        block.text.push(CITE_MARK);
        block.cites.push(index);
    }

    /// A shortcode in running text.
    pub fn call(&mut self, index: usize, place: usize) {
        let block = self.open();
        block.places.push((block.text.len(), place));
        block.text.push(CALL_MARK);
        block.calls.push(index);
    }

    /// A code span.
    pub fn code(&mut self, _code: &str, place: usize) {
        let block = self.open();
        block.places.push((block.text.len(), place));
        block.text.push(CODE_MARK);
    }

    /// A footnote's mark.
    pub fn footnote(&mut self) {
        self.open().text.push(NOTE_MARK);
    }
}
