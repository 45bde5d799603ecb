//! What is added to a template, and what that does to its places.
//!
//! In: pieces, each with the place where it is added and what it is about. Out: the template as the engine gets it, and
//! [`Places`], which lead from there back into the author's file. Must never change or take away what the author wrote.

use std::collections::BTreeMap;
use std::ops::Range;

/// A piece of a template that the author did not write.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Before which byte it is added.
    pub at: usize,
    /// What it is.
    pub what: What,
    /// What of the author's text a finding there is about.
    pub about: Range<usize>,
    /// Added only if the output of this node is collected before it is written; see [`super::graph`].
    pub only: Option<Collected>,
}

/// Whether output is collected: within a tag that does so, or because the whole node is.
#[derive(Debug, Clone, Copy)]
pub struct Collected {
    /// The node of the graph.
    pub node: usize,
    /// Within `{% set x %}`, `{% filter f %}` or the body of a component.
    pub within: bool,
}

/// What a piece is.
#[derive(Debug, Clone)]
pub enum What {
    /// This.
    Plain(String),
    /// The end of what a loop goes over: `) | __loop_STEPS_BYTES`. The bytes count only where output is collected.
    Loop { steps: usize, bytes: usize, collected: Collected },
    /// A tag that counts: `__step_STEPS_BYTES()`. As above.
    Step { steps: usize, bytes: usize, collected: Collected, trims: bool, before: bool },
}

/// How much of a template one step is, in bytes of its source.
pub const SOURCE_OF_A_STEP: usize = 128;
/// The steps that a call of a component or of another template takes, beside those of its length.
pub const STEPS_OF_A_CALL: usize = 10;

/// The functions and filters that prepared templates call: what each call of one costs, in steps and bytes.
pub type Counted = BTreeMap<String, (usize, usize)>;

impl What {
    /// The text; `is_collected` says whether the output of a place is.
    fn text(self, is_collected: impl Fn(Collected) -> bool, counted: &mut Counted) -> String {
        let mut named = |kind: &str, steps: usize, bytes: usize, collected: Collected| {
            let bytes = if is_collected(collected) { bytes } else { 0 };
            let name = format!("__{kind}_{steps}_{bytes}");
            counted.insert(name.clone(), (steps, bytes));
            name
        };
        match self {
            Self::Plain(text) => text,
            Self::Loop { steps, bytes, collected } => format!(") | {}", named("loop", steps, bytes, collected)),
            Self::Step { steps, bytes, collected, trims, before } => {
                // White space goes on the side where the author's tag takes it away.
                let (open, close) = match (trims, before) {
                    (false, _) => ("{%", "%}"),
                    (true, true) => ("{%-", "%}"),
                    (true, false) => ("{%", "-%}"),
                };
                format!("{open} if {}() %}}{{% endif {close}", named("step", steps, bytes, collected))
            }
        }
    }
}

/// A template as the engine gets it.
#[derive(Debug, Default)]
pub struct Prepared {
    /// Its text.
    pub text: String,
    /// The way back.
    pub places: Places,
}

/// From places in the prepared text to places in the author's.
#[derive(Debug, Default)]
pub struct Places {
    /// Where in the author's text, how many bytes, and what they are about; ascending.
    added: Vec<(usize, usize, Range<usize>)>,
}

/// Add the pieces. Of two at one place, the first comes first.
pub fn add(text: &str, mut pieces: Vec<Piece>, is_collected: impl Fn(Collected) -> bool, counted: &mut Counted) -> Prepared {
    pieces.retain(|piece| piece.only.is_none_or(&is_collected));
    pieces.sort_by_key(|piece| piece.at); // Stable.
    let mut prepared = Prepared::default();
    let mut at = 0;
    for piece in pieces {
        prepared.text.push_str(&text[at..piece.at]);
        let added = piece.what.text(&is_collected, counted);
        prepared.text.push_str(&added);
        prepared.places.added.push((piece.at, added.len(), piece.about));
        at = piece.at;
    }
    prepared.text.push_str(&text[at..]);
    prepared
}

/// Whether any output is collected at these pieces.
pub fn collects(pieces: &[Piece], is_collected: impl Fn(Collected) -> bool) -> bool {
    pieces.iter().filter_map(|piece| piece.only).any(is_collected)
}

impl Places {
    /// The author's place of a place in the prepared text.
    pub fn original(&self, range: Range<usize>) -> Range<usize> {
        let start = match self.find(range.start) {
            Ok(about) => return about.clone(),
            Err(start) => start,
        };
        let last = range.end.max(range.start + 1) - 1;
        let end = match self.find(last) {
            Ok(about) => about.end,
            Err(last) => last + (range.end - range.start).min(1),
        };
        start..end.max(start)
    }

    /// What the piece at a byte is about, or the author's byte.
    fn find(&self, at: usize) -> Result<&Range<usize>, usize> {
        let mut before = 0;
        for (place, length, about) in &self.added {
            if at < place + before {
                break;
            }
            if at < place + before + length {
                return Ok(about);
            }
            before += length;
        }
        Err(at - before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back() {
        let plain = |at: usize, text: &str, about| Piece { at, what: What::Plain(text.to_owned()), about, only: None };
        let prepared =
            add("a bc d", vec![plain(2, "(", 2..2), plain(4, ") | x", 2..4), plain(4, "!", 0..1)], |_| false, &mut Counted::new());
        assert_eq!(prepared.text, "a (bc) | x! d");
        for (range, original) in
            [(0..1, 0..1), (3..5, 2..4), (5..6, 2..4), (10..11, 0..1), (12..13, 5..6), (0..13, 0..6), (3..8, 2..4), (12..12, 5..5)]
        {
            assert_eq!(prepared.places.original(range.clone()), original, "{range:?}");
        }
    }
}
