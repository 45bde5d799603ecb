//! One archived text, read once, folded once it is searched, and indexed once a quote is not there.
//!
//! In: the bytes of the file and the line where the text proper begins. Out: [`ArchivedText`], which
//! knows its digest, its paragraphs, and (through `find`) where a quote stands. Lines end with LF,
//! CRLF or a lone CR; a paragraph is a line from `text_starts` on that shows anything. What stands
//! before is indexed too, but only to say so. Never: changes the text; all offsets count the bytes
//! of the file as it came, byte order mark included.

use super::fold::Folded;
use super::index::WordIndex;
use super::letters::is_blank;
use memchr::memchr2_iter;
use sha2::{Digest, Sha256};
use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

/// The longest text that is read: 64 MiB. Longer files are not texts that anybody quotes from.
pub const MAX_TEXT_BYTES: usize = 64 << 20;

/// An archived text. Folding it takes longer than reading it, and a text whose quotes are all in the lock is never
/// searched: the first search does it, for all that follow. Make it once for each file.
#[derive(Debug)]
pub struct ArchivedText {
    text: String,
    sha256: String,
    text_starts: u32,
    /// Offset where the line `text_starts` begins.
    body: usize,
    lines: Vec<Line>,
    /// Number in `lines` of each paragraph.
    paragraphs: Vec<u32>,
    folded: OnceLock<Folded>,
    index: OnceLock<WordIndex>,
}

#[derive(Debug)]
struct Line {
    start: u32,
    end: u32,
    /// Number of the last paragraph that begins on this line or before it; 0 before the first.
    paragraph: u32,
}

/// Why bytes are not an archived text that can be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchiveError {
    /// Not UTF-8 from this line (counted from 1) and byte offset on.
    NotUtf8 { line: u32, offset: usize, utf16: bool },
    /// Longer than [`MAX_TEXT_BYTES`].
    TooLong { bytes: usize },
    /// Nothing but white space, from `text_starts` on.
    Blank,
    /// `text_starts` is 0 or past the last line.
    StartsOutside { text_starts: u32, lines: u32 },
}

impl ArchivedText {
    /// Reads `bytes`; `text_starts` is the line, counted from 1, where the text proper begins.
    ///
    /// # Errors
    /// Where the bytes are no UTF-8 text, are too many, or hold no paragraph from `text_starts` on.
    pub fn new(bytes: &[u8], text_starts: u32) -> Result<Self, ArchiveError> {
        if bytes.len() > MAX_TEXT_BYTES {
            return Err(ArchiveError::TooLong { bytes: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))?;
        let (lines, paragraphs) = lines_of(text, text_starts);
        let first = text_starts.checked_sub(1).and_then(|at| lines.get(at as usize));
        let Some(first) = first else {
            return Err(ArchiveError::StartsOutside { text_starts, lines: lines.len() as u32 });
        };
        if paragraphs.is_empty() {
            return Err(ArchiveError::Blank);
        }
        Ok(ArchivedText {
            sha256: hex(&Sha256::digest(bytes)),
            text_starts,
            body: first.start as usize,
            index: OnceLock::new(),
            folded: OnceLock::new(),
            lines,
            paragraphs,
            text: text.to_owned(),
        })
    }

    /// SHA-256 of the bytes as they came, in hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Number of bytes of the file.
    pub fn byte_len(&self) -> u64 {
        self.text.len() as u64
    }

    /// The line, counted from 1, where the text proper begins, as it was given.
    pub fn text_starts(&self) -> u32 {
        self.text_starts
    }

    /// Number of paragraphs from `text_starts` on.
    pub fn paragraph_count(&self) -> u32 {
        self.paragraphs.len() as u32
    }

    /// Paragraph `n`, counted from 1, as it is written, without white space at its ends.
    pub fn paragraph(&self, n: u32) -> Option<&str> {
        let line = *self.paragraphs.get(n.checked_sub(1)? as usize)?;
        let line = self.lines.get(line as usize)?;
        let text = self.text.get(line.start as usize..line.end as usize)?;
        Some(text.trim_matches(is_blank))
    }

    /// The whole text as it is written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Offset where the text proper begins.
    pub(super) fn body(&self) -> usize {
        self.body
    }

    pub(super) fn folded(&self) -> &Folded {
        self.folded.get_or_init(|| Folded::new(&self.text))
    }

    pub(super) fn index(&self) -> &WordIndex {
        self.index.get_or_init(|| WordIndex::new(self.folded().text()))
    }

    /// Line (counted from 1) and paragraph (0 before `text_starts`) that hold byte `at`.
    pub(super) fn line_and_paragraph(&self, at: usize) -> (u32, u32) {
        let line = self.lines.partition_point(|line| line.start as usize <= at);
        let paragraph = self.lines.get(line.saturating_sub(1)).map_or(0, |line| line.paragraph);
        (line as u32, paragraph)
    }
}

/// The lines of a text, and which of them are paragraphs.
fn lines_of(text: &str, text_starts: u32) -> (Vec<Line>, Vec<u32>) {
    let (mut lines, mut paragraphs) = (Vec::new(), Vec::new());
    let mut close = |range: Range<usize>| {
        let number = lines.len() as u32;
        if number + 1 >= text_starts && !text[range.clone()].chars().all(is_blank) {
            paragraphs.push(number);
        }
        let paragraph = paragraphs.len() as u32;
        lines.push(Line { start: range.start as u32, end: range.end as u32, paragraph });
    };
    let bytes = text.as_bytes();
    let mut start = 0;
    for end in memchr2_iter(b'\n', b'\r', bytes) {
        // The second half of CRLF.
        if end < start {
            continue;
        }
        close(start..end);
        start = end + if bytes[end..].starts_with(b"\r\n") { 2 } else { 1 };
    }
    if start < text.len() {
        close(start..text.len());
    }
    (lines, paragraphs)
}

fn not_utf8(bytes: &[u8], offset: usize) -> ArchiveError {
    let line = bytes.iter().take(offset).filter(|&&byte| byte == b'\n').count() as u32 + 1;
    let utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    ArchiveError::NotUtf8 { line, offset, utf16 }
}

/// Bytes in lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves.map(|half| char::from(DIGITS[usize::from(half)])).collect()
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 { utf16: true, .. } => f.write_str("the archived text is in UTF-16, not in UTF-8"),
            Self::NotUtf8 { line, offset, .. } => {
                write!(f, "the archived text is not UTF-8 from line {line} on (byte {offset})")
            }
            Self::TooLong { bytes } => {
                write!(f, "the archived text is too long: {bytes} bytes; at most {MAX_TEXT_BYTES} are read")
            }
            Self::Blank => f.write_str("the archived text has no paragraph from `text_starts` on"),
            Self::StartsOutside { text_starts: 0, .. } => f.write_str("`text_starts` is 0, but lines count from 1"),
            Self::StartsOutside { lines: 0, .. } => f.write_str("the archived text is empty"),
            Self::StartsOutside { text_starts, lines } => {
                write!(f, "`text_starts` is {text_starts}, but the archived text has {lines} lines")
            }
        }
    }
}

impl std::error::Error for ArchiveError {}

impl ArchiveError {
    /// What the author can do about it.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::NotUtf8 { .. } => "save the file as UTF-8, then run `cited source lock`",
            Self::TooLong { .. } => "archive the part of the text that is cited",
            Self::Blank => "check the file and `text_starts` of the source",
            Self::StartsOutside { .. } => "set `text_starts` to the line where the text proper begins",
        }
    }
}
