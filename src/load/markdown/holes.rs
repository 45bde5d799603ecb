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
