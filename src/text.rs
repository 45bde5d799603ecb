//! Files as text, and places in them.
//!
//! In: a path (relative to the site's root, forward slashes) and the bytes read from it.
//! Out: [`TextFile`], shared by every value made from it, and [`Span`], a byte range in one whole file. Files that are read
//! together may keep their [`Text`] in one piece of memory.
//! A span is turned into line and column when a diagnostic is printed ([`TextFile::position`]), nowhere else.
//! Must never read the disk.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};

/// The text of a file: a part of a text that others may share.
#[derive(Clone)]
pub struct Text {
    all: Arc<str>,
    start: usize,
    end: usize,
}

impl Text {
    /// The parts of a text, one after the other, given by their lengths. A site has many small files, and what allocators
    /// round up to is an eighth or more of each.
    ///
    /// # Panics
    /// If the lengths go past the end, or part a character.
    pub fn parts(all: impl Into<Arc<str>>, lengths: impl IntoIterator<Item = usize>) -> impl Iterator<Item = Self> {
        let (all, mut start) = (all.into(), 0);
        lengths.into_iter().map(move |length| {
            let end = start + length;
            assert!(all.get(start..end).is_some(), "{start}..{end} is no part of the text");
            let part = Self { all: all.clone(), start, end };
            start = end;
            part
        })
    }

    /// Bytes that stay in memory for as long as this does.
    #[cfg(test)]
    pub fn kept(&self) -> usize {
        self.all.len()
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.all[self.start..self.end]
    }
}

impl<T: Into<Arc<str>>> From<T> for Text {
    fn from(text: T) -> Self {
        let all = text.into();
        Self { start: 0, end: all.len(), all }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// One text file of the site, as it was read.
#[derive(Debug)]
pub struct TextFile {
    /// Relative to the site's root, with forward slashes.
    pub path: String,
    /// The whole file, with its front matter; offsets of every [`Span`] count from here.
    pub text: Text,
    /// Where lines begin: made when the first place is asked for, since most files have no findings and some have many.
    lines: OnceLock<Vec<usize>>,
}

impl PartialEq for TextFile {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.text == other.text
    }
}

impl Eq for TextFile {}

impl TextFile {
    /// Wrap a text that was read from `path`.
    pub fn new(path: impl Into<String>, text: impl Into<Text>) -> Arc<Self> {
        Arc::new(Self { path: path.into(), text: text.into(), lines: OnceLock::new() })
    }

    /// Line and column of a byte offset, both from 1; a column counts Unicode scalar values.
    /// An offset past the end, or inside a character, is moved back to the nearest boundary.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.lines().partition_point(|start| *start <= offset);
        (line, self.text[self.line_start(line)..offset].chars().count() + 1)
    }

    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect()
        })
    }

    /// The byte offset where a line begins (1-based); the end of the file if there are fewer lines.
    pub fn line_start(&self, line: usize) -> usize {
        self.lines().get(line.saturating_sub(1)).copied().unwrap_or(self.text.len())
    }
}

/// A byte range in one file.
#[derive(Clone, PartialEq, Eq)]
pub struct Span {
    /// The file the range counts in.
    pub file: Arc<TextFile>,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// A range in `file`, clipped to it and widened to character boundaries.
    pub fn new(file: &Arc<TextFile>, range: Range<usize>) -> Self {
        let len = file.text.len();
        let mut start = range.start.min(len);
        let mut end = range.end.clamp(start, len);
        while !file.text.is_char_boundary(start) {
            start -= 1;
        }
        while !file.text.is_char_boundary(end) {
            end += 1;
        }
        Self { file: file.clone(), start, end }
    }

    /// The first byte of the file, for findings about the file as a whole.
    pub fn whole(file: &Arc<TextFile>) -> Self {
        Self::new(file, 0..0)
    }

    /// The text of the range.
    pub fn slice(&self) -> &str {
        &self.file.text[self.start..self.end]
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.file.path, self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_text_are_texts_of_their_own() {
        let parts: Vec<Text> = Text::parts("één\nab", [5, 0, 3]).collect();
        assert_eq!(parts.iter().map(|p| &**p).collect::<Vec<_>>(), ["één", "", "\nab"]);
        assert_eq!(parts[2], Text::from("\nab"));
    }

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let file = TextFile::new("a.md", "één\nab\n");
        assert_eq!(file.position(0), (1, 1));
        assert_eq!(file.position("één".len()), (1, 4));
        assert_eq!(file.position("één\na".len()), (2, 2));
        assert_eq!(file.position(999), (3, 1));
        assert_eq!(file.line_start(2), "één\n".len());
    }
}
