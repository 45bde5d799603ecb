//! Numbers in running text: where they are, what they are worth, and whether a quote states them.
//!
//! In: the text of one block (a paragraph, a list item, a cell, a heading), the words of a quote, or a `calc`
//! expression; and the site's [`Lexicon`]. Out: [`Sentence`]s with their [`Figure`]s, citations and quotations, or a yes
//! or no. Entry points: [`sentences`], [`figures`], [`supports`], [`supports_value`], [`calc()`]. Everything here is a
//! pure function of its arguments, takes time in proportion to the text, and never panics. It must never read a file,
//! know of a page or make a diagnostic: which finding follows is `check`'s to say. The rules in plain words are in
//! `docs/numbers.md`.
//!
//! The flow: `token` cuts the text into tokens (`numeral` reads digits, `spelled` number words, `words` holds the lists) -> `opaque` hides
//! designations and names (`lexicon`) -> `phrase` and `share` read values -> `quantity` adds per cent, currency
//! (`money`) and ranges -> `uncounted` drops dates, durations and labels -> `find` makes figures. `split` and
//! `quotation` cut sentences; `support` compares figures with a quote; `calc` recomputes the author's arithmetic.

mod calc;
mod find;
mod lexicon;
mod money;
mod numeral;
mod opaque;
mod phrase;
mod quantity;
mod quotation;
mod share;
mod spelled;
mod split;
mod support;
mod token;
mod uncounted;
mod words;

#[cfg(test)]
mod tests;

use std::ops::Range;

pub use calc::{CalcError, calc};
pub use lexicon::Lexicon;
pub use money::Currency;
pub use support::Stated;

use numeral::Spacing;
use token::{Kind, Reading};

/// A number that counts something.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Bytes of the text: the number with its scale, per cent sign or currency, both ends of a range.
    pub range: Range<usize>,
    /// The value: `11000` for `eleven thousand`, `4e10` for `$40bn`, `54` for `54 per cent`, `66.7` for `two thirds`.
    pub low: f64,
    /// The upper end of a range; the same as `low` for a single number.
    pub high: f64,
    /// What it measures.
    pub kind: FigureKind,
    /// Digits printed after the decimal point; tells how far a percentage may be from a share such as `two thirds`.
    pub decimals: u8,
    /// Written with a close `m` (`1.1m`), which is read as metres but may mean millions: a quote may state either.
    pub metres: bool,
}

/// What a figure measures. A figure is supported only by one of its own kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureKind {
    /// Things: `11,000 soldiers`, `1,200 km`, `a dozen`.
    Count,
    /// Time, where a question of the site asks for it (its unit is `days`, `years`).
    Duration,
    /// `54%`, `54 per cent`.
    Percent,
    /// A share in words or as a fraction, in per cent: `two thirds`, `one in five`, `9 out of 10`.
    Share,
    /// `3.5 percentage points`.
    Points,
    /// `$40bn`, `40 billion dollars`, `€5`.
    Money(Currency),
}

/// One sentence of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// Bytes of the text, from the first word to the closing sign or to the citations right after it.
    pub range: Range<usize>,
    /// Which of the block's citation groups (U+E000, counted from 0) cover this sentence: those within it, and those
    /// right after its closing sign.
    pub marks: Vec<usize>,
    /// Which of the block's shortcodes (U+E001, counted from 0) stand in it.
    pub calcs: Vec<usize>,
    /// The numbers in it that count something, in order.
    pub figures: Vec<Figure>,
    /// The texts between quotation marks, of three words or more, without the marks.
    pub quotations: Vec<Range<usize>>,
}

/// Cuts a block of running text into sentences, with what the checks need to know of each.
///
/// In `text`, U+E000 stands for a group of citations, U+E001 for a shortcode, U+E002 for a code span, U+E003 for a
/// footnote mark, and a space for a line break; quotation marks and dashes may be straight or typographic.
#[must_use]
pub fn sentences(text: &str, lexicon: &Lexicon) -> Vec<Sentence> {
    let mut reading = Reading::new(text, Spacing::Careful);
    let numbering = opaque::numbering(&reading);
    let figures = if reading.numeric.is_empty() { Vec::new() } else { find::in_prose(&mut reading, lexicon) };
    let quotations = quotation::find(&reading);
    let mut figures = figures.into_iter().peekable();
    let mut spoken = quotations.iter().filter(|quotation| quotation.words >= 3).peekable();
    let (mut marks, mut calcs) = (0, 0);
    split::split(&reading, &quotations, numbering)
        .into_iter()
        .map(|tokens| {
            let range = reading.tokens[tokens.start].start..reading.tokens[tokens.end - 1].end;
            let mut sentence =
                Sentence { range: range.clone(), marks: Vec::new(), calcs: Vec::new(), figures: Vec::new(), quotations: Vec::new() };
            for token in &reading.tokens[tokens] {
                match token.kind {
                    Kind::Sign('\u{E000}') => count_up(&mut marks, &mut sentence.marks),
                    Kind::Sign('\u{E001}') => count_up(&mut calcs, &mut sentence.calcs),
                    _ => {}
                }
            }
            while let Some(figure) = figures.next_if(|figure| figure.range.start < range.end) {
                sentence.figures.push(figure);
            }
            while let Some(quotation) = spoken.next_if(|quotation| quotation.range.start < range.end) {
                // Single marks that embrace the end of a sentence were none.
                if quotation.range.end <= range.end {
                    sentence.quotations.push(quotation.range.clone());
                }
            }
            sentence
        })
        .collect()
}

fn count_up(count: &mut usize, list: &mut Vec<usize>) {
    list.push(*count);
    *count += 1;
}

/// Every figure of a text that counts something: for titles, summaries and captions, which have no citations.
#[must_use]
pub fn figures(text: &str, lexicon: &Lexicon) -> Vec<Figure> {
    find::in_prose(&mut Reading::new(text, Spacing::Careful), lexicon)
}

/// Whether the quote states the figure: the same value of the same kind in any spelling, a range that has the value in
/// it, or for a range the same range or its two ends. To ask many figures of one quote, keep a [`Stated`].
#[must_use]
pub fn supports(quote: &str, figure: &Figure) -> bool {
    Stated::new(quote).supports(figure)
}

/// Whether the quote states a value from a record, whatever it counts: `low` and `high` equal for one value, different
/// for a range, one of them alone for "at least" and "at most". Nothing to look for is not supported.
#[must_use]
pub fn supports_value(quote: &str, low: Option<f64>, high: Option<f64>) -> bool {
    Stated::new(quote).supports_value(low, high)
}
