//! The folded form of a text or quote, in which a quote stands verbatim or not at all.
//!
//! In: any string. Out: [`Folded`], its folded form with the way back to the original bytes.
//! Folding collapses white space to one space and drops it beside quotation
//! marks, dashes, ellipses and before `; : ! ? %`; makes one `"` of every run of quotation marks,
//! one `-` of every run of dashes, one `…` of every ellipsis (`...`, `. . .`, `[…]`); drops invisible
//! characters; and puts letters in NFC, ligatures and full-width forms taken apart. Never: changes
//! case, letters, digits or other punctuation, nor lets the end of a quote change what is inside.

use super::ellipsis::ellipsis_len;
use super::letters::{first_bytes, is_compatible, is_dash, is_invisible, is_normal, is_quote_mark, is_space, starts_cluster};
use super::numerals::is_spaced_thousands;
use super::text::MAX_TEXT_BYTES;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

/// A folded string that knows where each part of it came from.
#[derive(Debug, Default)]
pub(super) struct Folded {
    text: String,
    runs: Vec<Run>,
    gaps: Vec<Gap>,
}

/// A stretch of the folded text and its origin. Offsets are `u32`: texts are bounded
/// ([`MAX_TEXT_BYTES`]) so that no folded form reaches four gigabytes.
#[derive(Debug, Clone, Copy)]
struct Run {
    folded: u32,
    orig: u32,
    /// Bytes of the original that this run stands for, or 0 where the bytes are the same.
    changed_from: u32,
}

/// White space dropped between a comma and a digit, as in `3, 000` and `May 3, 2024`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    /// Offset of the digit after it in the folded text.
    pub(super) at: u32,
    /// One figure by the rule of `numerals`; if not, the space counts.
    pub(super) thousands: bool,
}

impl Folded {
    /// Folds `source`, or of longer input the first [`MAX_TEXT_BYTES`], so that offsets fit: no
    /// character folds to more than eleven times its bytes.
    pub(super) fn new(source: &str) -> Self {
        let source = first_bytes(source, MAX_TEXT_BYTES);
        let mut folder = Folder { source, out: Folded::default(), ..Folder::default() };
        folder.out.text.reserve(source.len());
        folder.run();
        folder.out
    }

    /// The folded text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The folded text, with the space kept where a comma and a digit are not one figure: two
    /// strings are the same quote exactly when these are equal.
    pub(super) fn canonical(&self) -> String {
        let mut text = String::with_capacity(self.text.len() + self.gaps.len());
        let mut from = 0;
        for gap in self.gaps.iter().filter(|gap| !gap.thousands) {
            text.push_str(&self.text[from..gap.at as usize]);
            text.push(' ');
            from = gap.at as usize;
        }
        text.push_str(&self.text[from..]);
        text
    }

    /// Do the spaces after commas agree between `quote` and the stretch of this text from `at`,
    /// whose folded bytes are equal? They may differ only inside one figure.
    pub(super) fn gaps_agree(&self, at: usize, quote: &Folded) -> bool {
        let first = self.gaps.partition_point(|gap| (gap.at as usize) <= at);
        let here = self.gaps[first..].iter().take_while(|gap| (gap.at as usize) < at + quote.text.len());
        let mut here = here.map(|gap| (gap.at as usize - at, gap.thousands)).peekable();
        let mut there = quote.gaps.iter().map(|gap| (gap.at as usize, gap.thousands)).peekable();
        loop {
            let alone = match (here.peek(), there.peek()) {
                (None, None) => return true,
                (Some(a), Some(b)) if a.0 == b.0 => {
                    here.next();
                    there.next();
                    continue;
                }
                (Some(a), Some(b)) if a.0 < b.0 => here.next(),
                (Some(_), None) => here.next(),
                _ => there.next(),
            };
            if alone.is_some_and(|(_, thousands)| !thousands) {
                return false;
            }
        }
    }

    /// The bytes of the original from which the folded bytes `range` came; `None` where it is empty
    /// or begins or ends inside what one character of the original folds to (`i` in `ﬁ`).
    pub(super) fn original(&self, range: Range<usize>) -> Option<Range<usize>> {
        let (first, _) = self.run_at(range.start)?;
        let (last, next) = self.run_at(range.end.checked_sub(1)?)?;
        let into = range.start - first.folded as usize;
        let start = match first.changed_from {
            0 => first.orig as usize + into,
            _ if into == 0 => first.orig as usize,
            _ => return None,
        };
        let end = match last.changed_from {
            0 => last.orig as usize + (range.end - last.folded as usize),
            len if next == range.end => last.orig as usize + len as usize,
            _ => return None,
        };
        (start < end).then_some(start..end)
    }

    /// Where in the original the folded byte `at` came from, or the character that it is part of.
    pub(super) fn origin(&self, at: usize) -> usize {
        let Some((run, _)) = self.run_at(at) else {
            return 0;
        };
        let into = if run.changed_from == 0 { at - run.folded as usize } else { 0 };
        run.orig as usize + into
    }

    /// The run that holds a folded byte, and the folded offset where it ends.
    fn run_at(&self, folded: usize) -> Option<(Run, usize)> {
        let after = self.runs.partition_point(|run| (run.folded as usize) <= folded);
        let next = self.runs.get(after).map_or(self.text.len(), |run| run.folded as usize);
        Some((*self.runs.get(after.checked_sub(1)?)?, next))
    }
}

/// End of the plain text at `at`, which folding leaves as it is: ASCII letters and digits, a comma or full stop that
/// another of them follows closely, and single spaces between words. A last character that takes an accent is not of it.
fn plain_end(source: &str, at: usize) -> usize {
    let bytes = source.as_bytes();
    let plain = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let mut end = at;
    loop {
        while plain(end) {
            end += 1;
        }
        end += match bytes.get(end) {
            Some(b' ' | b',' | b'.') if plain(end + 1) => 1,
            // A space between a comma and a digit may not count.
            Some(b',' | b'.') if bytes.get(end + 1) == Some(&b' ') && bytes.get(end + 2).is_some_and(u8::is_ascii_alphabetic) => 2,
            Some(b) if b.is_ascii() => return end,
            _ => break,
        };
    }
    let combines = source[end..].chars().next().is_some_and(|c| !is_invisible(c) && !starts_cluster(c));
    end - usize::from(combines)
}

/// One pass over `source`, building `out`.
#[derive(Default)]
struct Folder<'a> {
    source: &'a str,
    out: Folded,
    /// Offset where white space began that is not yet written.
    space: Option<usize>,
    /// Was the last thing written a quotation mark, dash or ellipsis?
    after_mark: bool,
    /// Offset in `source` of the last character written.
    last: usize,
}

impl Folder<'_> {
    fn run(&mut self) {
        let bytes = self.source.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if byte.is_ascii_alphanumeric() {
                let end = plain_end(self.source, at);
                if end > at {
                    self.same(at, end);
                    at = end;
                    continue;
                }
            }
            at = self.step(at);
        }
    }

    /// Folds what begins at `at`, and returns where it ends.
    fn step(&mut self, at: usize) -> usize {
        let Some(c) = self.source[at..].chars().next() else {
            return self.source.len();
        };
        let end = at + c.len_utf8();
        if is_invisible(c) {
            return end;
        }
        if is_space(c) {
            self.space.get_or_insert(at);
            return end;
        }
        if let Some(len) = ellipsis_len(&self.source[at..]) {
            self.mark("…", at, at + len);
            return at + len;
        }
        if is_quote_mark(c) {
            self.mark("\"", at, end);
            return end;
        }
        if is_dash(c) {
            self.mark("-", at, end);
            return end;
        }
        self.cluster(at, c)
    }

    /// Folds a character with what combines with it.
    fn cluster(&mut self, at: usize, c: char) -> usize {
        let mut end = at + c.len_utf8();
        for next in self.source[end..].chars() {
            if starts_cluster(next) || is_invisible(next) || is_space(next) {
                break;
            }
            end += next.len_utf8();
        }
        let source = &self.source[at..end];
        if end == at + c.len_utf8() && is_normal(c) {
            self.same(at, end);
            return end;
        }
        let mut apart = String::with_capacity(source.len());
        for c in source.chars() {
            if is_compatible(c) { apart.extend([c].into_iter().nfkd()) } else { apart.push(c) }
        }
        let normal: String = apart.nfc().collect();
        if normal == source {
            self.same(at, end);
        } else {
            self.changed(&normal, at, end);
        }
        end
    }

    /// Writes a quotation mark, dash or ellipsis; a run of one kind is written once.
    fn mark(&mut self, folded: &str, at: usize, end: usize) {
        self.space = None;
        if self.after_mark && self.out.text.ends_with(folded) {
            if let Some(run) = self.out.runs.last_mut() {
                run.changed_from = end as u32 - run.orig;
            }
            return;
        }
        self.push_changed(folded, at, end);
        self.after_mark = true;
        self.last = at;
    }

    fn same(&mut self, at: usize, end: usize) {
        self.write_space(at, self.source[at..end].chars().next());
        self.push_same(at, end);
        self.after_mark = false;
        self.last = self.source[at..end].char_indices().next_back().map_or(at, |(i, _)| at + i);
    }

    fn changed(&mut self, folded: &str, at: usize, end: usize) {
        self.write_space(at, folded.chars().next());
        self.push_changed(folded, at, end);
        self.after_mark = false;
        self.last = at;
    }

    /// Writes the white space that waits before `next`, unless it does not count there.
    fn write_space(&mut self, at: usize, next: Option<char>) {
        let (Some(from), Some(next)) = (self.space.take(), next) else {
            return;
        };
        let tight = matches!(next, ';' | ':' | '!' | '?' | '%' | '‰' | '٪');
        if self.out.text.is_empty() || self.after_mark || tight {
            return;
        }
        // What stands before the comma is not asked here: a quote may begin with the comma.
        if self.out.text.ends_with(',') && next.is_ascii_digit() {
            let thousands = is_spaced_thousands(&self.source[..self.last], &self.source[at..]);
            self.out.gaps.push(Gap { at: self.out.text.len() as u32, thousands });
        } else if at == from + 1 && self.source.as_bytes().get(from) == Some(&b' ') {
            self.push_same(from, at);
        } else {
            self.push_changed(" ", from, at);
        }
    }

    fn push_same(&mut self, at: usize, end: usize) {
        let folded = self.out.text.len();
        let goes_on =
            self.out.runs.last().is_some_and(|run| run.changed_from == 0 && run.orig as usize + (folded - run.folded as usize) == at);
        if !goes_on {
            self.out.runs.push(Run { folded: folded as u32, orig: at as u32, changed_from: 0 });
        }
        self.out.text.push_str(&self.source[at..end]);
    }

    fn push_changed(&mut self, folded: &str, at: usize, end: usize) {
        if folded.is_empty() {
            return;
        }
        let run = Run { folded: self.out.text.len() as u32, orig: at as u32, changed_from: (end - at) as u32 };
        self.out.runs.push(run);
        self.out.text.push_str(folded);
    }
}
