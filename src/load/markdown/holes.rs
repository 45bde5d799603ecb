//! The holes of a body's HTML: where they are marked, and how the HTML is cut at them.
//!
//! In: HTML with markers. Out: [`Piece`]s. A marker is a control character that HTML does not allow, a letter and a
//! number; authors' text never holds one, since the walk replaces it.

use super::{Piece, Word};

/// The marker around a hole in the HTML: a control character that HTML does not allow and the writer does not make.
pub(super) const HOLE: char = '\u{1}';
/// The marker of an interface word.
pub(super) fn hole(word: Word) -> String {
    let index = Word::ALL.iter().position(|w| *w == word).expect("every word is in the list");
    format!("{HOLE}W{index}{HOLE}")
}

/// Cut finished HTML at its holes.
pub(super) fn split_holes(html: &str) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(html.bytes().filter(|byte| *byte == HOLE as u8).count() + 1);
    for (i, part) in html.split(HOLE).enumerate() {
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
