//! The holes of a body's HTML: where they are marked, and how the HTML is cut at them.
//!
//! In: HTML with markers. Out: [`Piece`]s. A marker is a control character that HTML does not allow, a letter and a
//! number; authors' text never holds one, since the walk replaces it.

use memchr::memchr_iter;
use pulldown_cmark::{CowStr, InlineStr};

use super::{Piece, Word};

/// The marker around a hole in the HTML: a control character that HTML does not allow and the writer does not make.
pub(super) const HOLE: char = '\u{1}';

/// Whether a text has the marker in it.
pub(super) fn has_hole(text: &str) -> bool {
    memchr::memchr(HOLE as u8, text.as_bytes()).is_some()
}

/// The marker of an interface word.
pub(super) fn hole(word: Word) -> String {
    let index = Word::ALL.iter().position(|w| *w == word).expect("every word is in the list");
    format!("{HOLE}W{index}{HOLE}")
}

/// The marker of a numbered hole: `C` a citation, `L` a link, `I` an image, `S` and `O` shortcodes. Pages hold dozens;
/// this makes them without allocating.
pub(super) fn mark(kind: u8, index: usize) -> CowStr<'static> {
    let mut bytes = [HOLE as u8; 12];
    let mut at = bytes.len() - 1;
    // A page of 4 MB holds fewer than nine digits' worth.
    let mut rest = index % 1_000_000_000;
    loop {
        at -= 1;
        bytes[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    bytes[at - 1] = kind;
    let marker = std::str::from_utf8(&bytes[at - 2..]).ok().and_then(|marker| InlineStr::try_from(marker).ok());
    marker.map_or_else(|| format!("{HOLE}{}{index}{HOLE}", char::from(kind)).into(), CowStr::Inlined)
}

/// Cut finished HTML at its holes.
pub(super) fn split_holes(html: &str) -> Vec<Piece> {
    let ends = || memchr_iter(HOLE as u8, html.as_bytes()).chain([html.len()]);
    let mut pieces = Vec::with_capacity(ends().count());
    let mut start = 0;
    for (i, end) in ends().enumerate() {
        let part = &html[start..end];
        start = end + 1;
        let hole = (i % 2 == 1).then(|| read_hole(part)).flatten();
        match (hole, pieces.last_mut()) {
            (Some(hole), _) => pieces.push(hole),
            (None, _) if part.is_empty() => {}
            // The marks of what is no hole fall away.
            (None, Some(Piece::Html(before))) => *before = format!("{before}{part}").into(),
            (None, _) => pieces.push(Piece::Html(part.into())),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_back() {
        for index in [0, 7, 10, 999, 123_456_789] {
            let html = format!("a{}b", mark(b'C', index));
            assert_eq!(split_holes(&html), [Piece::Html("a".into()), Piece::Cite(index), Piece::Html("b".into())]);
        }
    }
}
